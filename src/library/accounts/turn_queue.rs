//! Whose password is compared next: so many side by side, and of those who wait the likeliest to be right first.
//!
//! Guessers must not stand before owners. Known browsers come first, however much was tried from them; of unknown ones
//! those whose network has tried least, so that whoever tries again and again, from one address or from a hundred, waits
//! for themselves. Where too many wait, the likeliest to be wrong are sent away.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::actor::Actor;
use crate::domain::id::AccountId;
use crate::error::{Refusal, Result};

/// So many wait at most: guessers at ten thousand addresses must not fill the memory.
const MOST_WAITING: usize = 5_000;

/// How late somebody's turn comes: unknown browsers after known ones, then by how much was tried; then in the order in
/// which they came.
type Rank = (bool, u32, u64);

/// Who waits, as far as places are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    /// A browser in which the account signed in before, by the hash of its cookie.
    Browser(String),
    /// Somebody who has signed in.
    Member(AccountId),
    /// All unknown browsers of one network.
    Network(Option<IpAddr>),
}

impl Asker {
    /// The actor in a browser, if it is one that the account is known in.
    pub(super) fn of(actor: &Actor, known_browser: Option<&str>) -> Self {
        match (known_browser, actor.id()) {
            (Some(browser), _) => Self::Browser(browser.to_owned()),
            (None, Some(account)) => Self::Member(account),
            (None, None) => Self::Network(actor.network()),
        }
    }

    const fn is_unknown(&self) -> bool {
        matches!(self, Self::Network(_))
    }
}

/// Lets so many passwords be compared side by side.
#[derive(Debug)]
pub(super) struct TurnQueue {
    state: Mutex<QueueState>,
    most_places: usize,
}

#[derive(Debug)]
struct QueueState {
    free: usize,
    next: u64,
    waiting: BTreeMap<Rank, oneshot::Sender<Turn>>,
    places: HashMap<Asker, usize>,
}

/// A place in the queue, and leave to wait for one's turn.
#[derive(Debug)]
pub(super) struct TurnPlace {
    queue: Arc<TurnQueue>,
    asker: Asker,
    /// How many places the asker had already.
    before: u32,
}

/// Leave to compare until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Option<Arc<TurnQueue>>);

impl TurnQueue {
    /// At most `all` side by side; one asker has at most so many places.
    pub(super) fn new(all: usize, most_places: usize) -> Self {
        let state = QueueState {
            free: all,
            next: 0,
            waiting: BTreeMap::new(),
            places: HashMap::new(),
        };
        Self {
            state: Mutex::new(state),
            most_places,
        }
    }

    /// Takes a place in the queue; refuses whoever has too many.
    pub(super) fn enter(self: &Arc<Self>, asker: Asker) -> Result<TurnPlace> {
        let mut state = self.lock();
        let taken = state.places.entry(asker.clone()).or_default();
        if *taken >= self.most_places {
            return Err(Refusal::Busy.into());
        }
        let before = u32::try_from(*taken).unwrap_or(u32::MAX);
        *taken += 1;
        Ok(TurnPlace {
            queue: Arc::clone(self),
            asker,
            before,
        })
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(self: &Arc<Self>) {
        let mut state = self.lock();
        while let Some((_, waiting)) = state.waiting.pop_first() {
            match waiting.send(Turn(Some(Arc::clone(self)))) {
                Ok(()) => return,
                // Whoever waited there has left; dropped as it is, it would pass itself on within this lock.
                Err(mut turn) => turn.0 = None,
            }
        }
        state.free += 1;
    }
}

impl TurnPlace {
    /// Waits for one's turn: the less was tried before, the sooner. The place is free for another when it has come. Refuses
    /// whoever would be the last of too many, now or when others come who are likelier to be right.
    pub(super) async fn turn(self, tried: u32) -> Result<Turn> {
        let coming = {
            let mut state = self.queue.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Turn(Some(Arc::clone(&self.queue))));
            }
            let (turn, coming) = oneshot::channel();
            let rank = (self.asker.is_unknown(), tried.saturating_add(self.before), state.next);
            state.next += 1;
            state.waiting.insert(rank, turn);
            if state.waiting.len() > MOST_WAITING {
                state.waiting.pop_last();
            }
            coming
        };
        coming.await.map_err(|_sent_away| Refusal::Busy.into())
    }
}

impl Drop for TurnPlace {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        let left = state.places.get_mut(&self.asker).map(|taken| {
            *taken -= 1;
            *taken
        });
        if left == Some(0) {
            state.places.remove(&self.asker);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;

    use super::{Asker, MOST_WAITING, TurnQueue};
    use crate::error::{Error, Refusal, Result};

    fn at(last: u8) -> Asker {
        Asker::Network(Some([192, 0, 2, last].into()))
    }

    #[tokio::test]
    async fn an_owner_stands_before_a_hundred_guessers() {
        let queue = Arc::new(TurnQueue::new(1, 64));
        let waiting = |asker, tried| Box::pin(queue.enter(asker).unwrap().turn(tried));
        let turn = waiting(at(0), 2).await.unwrap();
        let mut guessing: Vec<_> = (1..=120).map(|last| waiting(at(last), 2)).collect();
        for guess in &mut guessing {
            assert!(guess.now_or_never().is_none());
        }
        let (mut elsewhere, mut known) = (waiting(at(200), 1), waiting(Asker::Browser("a".to_owned()), 0));
        assert!((&mut elsewhere).now_or_never().is_none() && (&mut known).now_or_never().is_none());

        drop(turn);
        let turn = known.now_or_never().expect("the known browser is next").unwrap();
        assert!((&mut elsewhere).now_or_never().is_none());
        drop(turn);
        elsewhere.now_or_never().expect("then who has not failed").unwrap();
    }

    #[tokio::test]
    async fn a_known_browser_in_which_much_was_mistyped_stands_before_strangers() {
        let queue = Arc::new(TurnQueue::new(1, 64));
        let waiting = |asker, tried| Box::pin(queue.enter(asker).unwrap().turn(tried));
        let turn = waiting(at(0), 0).await.unwrap();
        let (mut stranger, mut known) = (waiting(at(1), 0), waiting(Asker::Browser("a".to_owned()), 9));
        assert!((&mut stranger).now_or_never().is_none() && (&mut known).now_or_never().is_none());

        drop(turn);

        known.now_or_never().expect("the known browser is next").unwrap();
    }

    #[tokio::test]
    async fn guessers_without_number_are_sent_away_and_an_owner_is_not() {
        let queue = Arc::new(TurnQueue::new(1, MOST_WAITING));
        let waiting = |asker, tried| Box::pin(queue.enter(asker).unwrap().turn(tried));
        let is_busy = |answer: Option<Result<_>>| matches!(answer, Some(Err(Error::Refused(refusal))) if matches!(*refusal, Refusal::Busy));
        let turn = waiting(at(0), 0).await.unwrap();
        let mut guessing: Vec<_> = (0..MOST_WAITING).map(|_| waiting(at(1), 0)).collect();
        for guess in &mut guessing {
            assert!(guess.now_or_never().is_none());
        }

        let mut owner = waiting(Asker::Browser("a".to_owned()), 1);
        assert!((&mut owner).now_or_never().is_none());

        assert!(is_busy(guessing.pop().unwrap().now_or_never()));
        assert!(is_busy(waiting(at(2), u32::MAX).now_or_never()));
        drop(turn);
        owner.now_or_never().expect("the owner is next").unwrap();
    }

    #[tokio::test]
    async fn who_leaves_the_queue_keeps_nobody_waiting() {
        let queue = Arc::new(TurnQueue::new(1, 64));
        let enter = |last| Box::pin(queue.enter(at(last)).unwrap().turn(0));
        let turn = enter(0).await.unwrap();
        let (mut gone, mut handed, mut last) = (enter(1), enter(2), enter(3));
        for waiting in [&mut gone, &mut handed, &mut last] {
            assert!(waiting.now_or_never().is_none());
        }

        drop(gone);
        drop(turn);
        // The second was given the turn, and leaves before it takes it.
        drop(handed);

        let turn = last.now_or_never().expect("it is passed on").unwrap();
        drop(turn);
        assert!(enter(4).now_or_never().is_some());
    }

    #[tokio::test]
    async fn an_address_that_fills_its_places_fills_nobody_elses() {
        let queue = Arc::new(TurnQueue::new(1, 2));
        let places = [queue.enter(at(1)).unwrap(), queue.enter(at(1)).unwrap()];

        let refused = queue.enter(at(1)).map(|_| ());
        assert!(matches!(refused, Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::Busy)));
        assert!(queue.enter(at(2)).is_ok() && queue.enter(Asker::Browser("a".to_owned())).is_ok());
        drop(places);
        assert!(queue.enter(at(1)).is_ok());
        assert_eq!(queue.lock().places.len(), 0, "nobody is remembered who is gone");
    }
}
