//! Whose password is compared next: so many side by side, and of those who wait the likeliest to be right first.
//!
//! Guessers must not stand before owners. Known browsers come first, however much was tried from them; of unknown ones
//! those whose network has tried least, so that whoever tries again and again, from one address or from a hundred, waits
//! for themselves. What the wider network tried weighs less and counts as well: whoever has a new address for each guess
//! has them from one. Whoever waits longest has a turn now and then, for an owner may have a guesser for a neighbour. Where
//! too many wait, the likeliest to be wrong are sent away.
//!
//! However many guess, an owner who is first waits for one comparison of theirs to end.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::actor::Actor;
use crate::domain::address::wider_network_of;
use crate::domain::id::AccountId;
use crate::error::{Error, Refusal, Result};

/// So many wait at most: guessers at ten thousand addresses must not fill the memory.
const MOST_WAITING: usize = 5_000;
/// So many attempts of a wider network weigh as much as one of the network in it, and each doubling as one more: what
/// people mistype weighs nothing, one neighbour, who is shut out after sixty, little, and all who guess there the same,
/// however many came between, so that who tried nothing is before them even there.
const WIDER_WEIGHS: u32 = 16;
/// One turn of so many goes to whoever waits longest.
const LONGEST_WAITING_EVERY: u64 = 8;

/// How late somebody's turn comes: unknown browsers after known ones, then by how much was tried; then in the order in
/// which they came.
type Rank = (bool, u32, AskerNumber);

/// The number of somebody who came.
type AskerNumber = u64;

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

    /// The network around that of unknown browsers.
    fn wider_network(&self) -> Option<IpAddr> {
        match self {
            Self::Network(network) => network.map(wider_network_of),
            Self::Browser(_) | Self::Member(_) => None,
        }
    }
}

/// What was tried where an asker is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tried {
    /// By its network.
    pub(super) by_network: u32,
    /// By the network around it, itself included.
    pub(super) by_wider_network: u32,
}

impl Tried {
    /// How much it weighs.
    const fn weight(self) -> u32 {
        let wider = self.by_wider_network / WIDER_WEIGHS;
        let doublings = u32::BITS - wider.leading_zeros();
        self.by_network.saturating_add(doublings)
    }

    /// With what is being tried now.
    const fn with(self, now: Self) -> Self {
        Self {
            by_network: self.by_network.saturating_add(now.by_network),
            by_wider_network: self.by_wider_network.saturating_add(now.by_wider_network),
        }
    }
}

/// Lets so many passwords be compared side by side.
#[derive(Debug)]
pub(super) struct TurnQueue {
    state: Mutex<QueueState>,
    most_places: u32,
    longest_wait: Duration,
}

#[derive(Debug, Default)]
struct QueueState {
    free: usize,
    came: AskerNumber,
    passed_on: u64,
    waiting: WaitingAskers,
    places: HashMap<Asker, u32>,
    /// The places of each wider network.
    places_around: HashMap<IpAddr, u32>,
}

/// Who waits: by rank, and by when they came.
#[derive(Debug, Default)]
struct WaitingAskers {
    by_rank: BTreeMap<Rank, oneshot::Sender<Turn>>,
    by_arrival: BTreeMap<AskerNumber, Rank>,
}

/// A place in the queue, and leave to wait for one's turn.
#[derive(Debug)]
pub(super) struct TurnPlace {
    queue: Arc<TurnQueue>,
    asker: Asker,
    /// The places that were taken already.
    before: Tried,
    /// Where it waits, once it does.
    rank: Option<Rank>,
}

/// Leave to compare until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Option<Arc<TurnQueue>>);

impl WaitingAskers {
    fn add(&mut self, rank: Rank, turn: oneshot::Sender<Turn>) {
        self.by_arrival.insert(rank.2, rank);
        self.by_rank.insert(rank, turn);
        if self.by_rank.len() > MOST_WAITING {
            self.take(self.by_rank.last_key_value().map(|(rank, _)| *rank));
        }
    }

    fn take_first(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.take(self.by_rank.first_key_value().map(|(rank, _)| *rank))
    }

    fn take_longest(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.take(self.by_arrival.first_key_value().map(|(_, rank)| *rank))
    }

    fn take(&mut self, rank: Option<Rank>) -> Option<oneshot::Sender<Turn>> {
        let rank = rank?;
        self.by_arrival.remove(&rank.2);
        self.by_rank.remove(&rank)
    }
}

impl QueueState {
    /// Adds a place; says how many the asker and the wider network have already.
    fn add_place(&mut self, asker: &Asker) -> Tried {
        let wider = asker.wider_network();
        Tried {
            by_network: add_one(&mut self.places, asker.clone()),
            by_wider_network: wider.map_or(0, |wider| add_one(&mut self.places_around, wider)),
        }
    }

    fn remove_place(&mut self, asker: &Asker) {
        remove_one(&mut self.places, asker);
        if let Some(wider) = asker.wider_network() {
            remove_one(&mut self.places_around, &wider);
        }
    }

    fn take_next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.passed_on += 1;
        if self.passed_on.is_multiple_of(LONGEST_WAITING_EVERY) {
            self.waiting.take_longest()
        } else {
            self.waiting.take_first()
        }
    }
}

/// Says how many there were.
fn add_one<K: Eq + Hash>(counts: &mut HashMap<K, u32>, key: K) -> u32 {
    let count = counts.entry(key).or_default();
    *count += 1;
    *count - 1
}

/// Nobody is remembered who is gone.
fn remove_one<K: Eq + Hash>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl TurnQueue {
    /// At most `all` side by side; one asker has at most so many places, and waits at most so long.
    pub(super) fn new(all: usize, most_places: usize, longest_wait: Duration) -> Self {
        let state = QueueState {
            free: all,
            ..QueueState::default()
        };
        Self {
            state: Mutex::new(state),
            most_places: u32::try_from(most_places).unwrap_or(u32::MAX),
            longest_wait,
        }
    }

    /// Takes a place in the queue; refuses whoever has too many.
    pub(super) fn enter(self: &Arc<Self>, asker: Asker) -> Result<TurnPlace> {
        let mut state = self.lock();
        if state.places.get(&asker).is_some_and(|taken| *taken >= self.most_places) {
            return Err(Refusal::Busy.into());
        }
        let before = state.add_place(&asker);
        Ok(TurnPlace {
            queue: Arc::clone(self),
            asker,
            before,
            rank: None,
        })
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(self: &Arc<Self>) {
        let mut state = self.lock();
        while let Some(waiting) = state.take_next() {
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
    /// whoever would be the last of too many, now or when others come who are likelier to be right, and whoever waited too
    /// long.
    pub(super) async fn turn(mut self, tried: Tried) -> Result<Turn> {
        let coming = {
            let mut state = self.queue.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Turn(Some(Arc::clone(&self.queue))));
            }
            let (turn, coming) = oneshot::channel();
            let weight = tried.with(self.before).weight();
            let rank = (self.asker.is_unknown(), weight, state.came);
            state.came += 1;
            state.waiting.add(rank, turn);
            self.rank = Some(rank);
            coming
        };
        let come = tokio::time::timeout(self.queue.longest_wait, coming).await;
        match come {
            Ok(Ok(turn)) => Ok(turn),
            // Sent away, or waited too long.
            _ => Err(Refusal::Busy.into()),
        }
    }
}

impl Drop for TurnPlace {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.waiting.take(self.rank);
        state.remove_place(&self.asker);
    }
}

impl Turn {
    /// Works aside from the threads that answer requests. The turn lasts as long as the work, which nothing ends: whoever
    /// asks and hangs up must not have the next one compared beside it.
    pub(super) async fn work<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let worked = tokio::task::spawn_blocking(move || {
            let _turn = self;
            work()
        });
        worked.await.map_err(Error::unexpected)
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
mod tests;
