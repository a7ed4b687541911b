//! Who may write to an upload: the newest request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedMutexGuard, watch};

use crate::blob::BlobError;
use crate::domain::id::Id;

/// From this many uploads on, those that nobody waits for are forgotten.
const CROWDED: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Turns {
    gates: Mutex<HashMap<Id, Arc<Gate>>>,
}

#[derive(Debug, Default)]
struct Gate {
    /// The number of the newest request.
    newest: watch::Sender<u64>,
    door: Arc<tokio::sync::Mutex<()>>,
}

/// The right to write to one upload, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    id: Id,
    number: u64,
    gate: Arc<Gate>,
    held: Held,
}

/// Keeps the door shut as long as anything still writes: work on a blocking thread goes on when the request that began
/// it is dropped, so the work holds this too.
pub(super) type Held = Arc<OwnedMutexGuard<()>>;

impl Turns {
    pub(super) async fn take(&self, id: Id) -> Result<Turn, BlobError> {
        let gate = self.gate(id);
        let mut number = 0;
        gate.newest.send_modify(|newest| {
            *newest += 1;
            number = *newest;
        });
        let held = Arc::new(gate.door.clone().lock_owned().await);
        let turn = Turn { id, number, gate, held };
        // Whoever came later while we waited is right, and waits behind us.
        if turn.is_displaced() {
            Err(BlobError::Displaced { id })
        } else {
            Ok(turn)
        }
    }

    fn gate(&self, id: Id) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= CROWDED {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || Arc::strong_count(&gate.door) > 1);
        }
        gates.entry(id).or_default().clone()
    }
}

impl Turn {
    /// The upload it is for.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Whether a newer request waits for this one to go.
    pub fn is_displaced(&self) -> bool {
        *self.gate.newest.borrow() > self.number
    }

    /// Returns once a newer request waits for this one to go.
    pub async fn displaced(&self) {
        let mut newest = self.gate.newest.subscribe();
        let waited = newest.wait_for(|newest| *newest > self.number).await;
        waited.expect("we hold the gate, and the sender is in it");
    }

    pub(super) fn hold(&self) -> Held {
        self.held.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;
    use crate::blob::BlobError;
    use crate::domain::id::Id;

    #[tokio::test]
    async fn a_newer_request_displaces_an_older_one_and_waits_for_it() {
        let turns = Turns::default();
        let id = Id::new();
        let older = turns.take(id).await.unwrap();

        let newer = turns.take(id);
        tokio::pin!(newer);
        let too_early = tokio::select! {
            biased;
            _ = &mut newer => true,
            () = older.displaced() => false,
        };
        assert!(!too_early && older.is_displaced());

        drop(older);
        assert!(!newer.await.unwrap().is_displaced());
    }

    #[tokio::test]
    async fn of_many_that_wait_only_the_newest_gets_its_turn() {
        let turns = Turns::default();
        let id = Id::new();
        let first = turns.take(id).await.unwrap();

        let (second, third, ()) = tokio::join!(turns.take(id), turns.take(id), async {
            first.displaced().await;
            tokio::task::yield_now().await;
            drop(first);
        });

        assert!(matches!(second, Err(BlobError::Displaced { .. })));
        assert!(third.is_ok());
    }

    #[tokio::test]
    async fn work_that_outlives_its_request_keeps_the_door_shut() {
        let turns = Turns::default();
        let id = Id::new();
        let turn = turns.take(id).await.unwrap();
        let held = turn.hold();
        drop(turn);

        let next = turns.take(id);
        tokio::pin!(next);
        assert!(futures_util::poll!(&mut next).is_pending());
        drop(held);
        assert!(next.await.is_ok());
    }
}
