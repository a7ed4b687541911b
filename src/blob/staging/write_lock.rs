//! The write lock of each upload: one writer at a time, and the newest request wins.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedMutexGuard, watch};

use crate::blob::BlobError;
use crate::domain::id::UploadId;

/// From this many uploads on, those that nobody waits for are forgotten.
const PRUNE_FROM: usize = 256;

/// The write locks of all uploads, by id.
#[derive(Debug, Default)]
pub(super) struct LockTable {
    mutexes: Mutex<HashMap<UploadId, Arc<UploadMutex>>>,
}

/// What the requests for one upload share.
#[derive(Debug, Default)]
struct UploadMutex {
    /// The number of the newest request.
    newest: watch::Sender<u64>,
    mutex: Arc<tokio::sync::Mutex<()>>,
}

/// The write lock of one upload, held until it is dropped.
#[derive(Debug)]
pub struct WriteLock {
    id: UploadId,
    number: u64,
    upload: Arc<UploadMutex>,
    guard: LockGuard,
}

/// Keeps the upload locked as long as anything still writes: work on a blocking thread goes on when the request that began
/// it is dropped, so the work holds this too.
pub(super) type LockGuard = Arc<OwnedMutexGuard<()>>;

impl LockTable {
    pub(super) async fn acquire(&self, id: UploadId) -> Result<WriteLock, BlobError> {
        let upload = self.upload(id);
        let mut number = 0;
        // Before we wait, so that whoever writes now hears of us and goes.
        upload.newest.send_modify(|newest| {
            *newest += 1;
            number = *newest;
        });
        let guard = Arc::new(upload.mutex.clone().lock_owned().await);
        let lock = WriteLock {
            id,
            number,
            upload,
            guard,
        };
        // Whoever came later while we waited is right, and waits behind us.
        if lock.is_displaced() {
            Err(BlobError::Displaced { id })
        } else {
            Ok(lock)
        }
    }

    fn upload(&self, id: UploadId) -> Arc<UploadMutex> {
        let mut mutexes = self.mutexes.lock().unwrap_or_else(PoisonError::into_inner);
        if mutexes.len() >= PRUNE_FROM {
            // Work on a blocking thread may hold the mutex alone, when its request is long gone.
            mutexes.retain(|_, upload| Arc::strong_count(upload) > 1 || Arc::strong_count(&upload.mutex) > 1);
        }
        mutexes.entry(id).or_default().clone()
    }
}

impl WriteLock {
    /// The upload it is for.
    pub fn id(&self) -> UploadId {
        self.id
    }

    /// Whether a newer request waits for this one to go.
    pub fn is_displaced(&self) -> bool {
        *self.upload.newest.borrow() > self.number
    }

    /// Returns once a newer request waits for this one to go.
    pub async fn displaced(&self) {
        let mut newest = self.upload.newest.subscribe();
        let waited = newest.wait_for(|newest| *newest > self.number).await;
        waited.expect("we hold the upload's mutex, and the sender is in it");
    }

    pub(super) fn guard(&self) -> LockGuard {
        self.guard.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::LockTable;
    use crate::blob::BlobError;
    use crate::domain::id::UploadId;

    #[tokio::test]
    async fn a_newer_request_displaces_an_older_one_and_waits_for_it() {
        let locks = LockTable::default();
        let id = UploadId::new();
        let older = locks.acquire(id).await.unwrap();

        let newer = locks.acquire(id);
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
    async fn of_many_that_wait_only_the_newest_gets_the_lock() {
        let locks = LockTable::default();
        let id = UploadId::new();
        let first = locks.acquire(id).await.unwrap();

        let (second, third, ()) = tokio::join!(locks.acquire(id), locks.acquire(id), async {
            first.displaced().await;
            tokio::task::yield_now().await;
            drop(first);
        });

        assert!(matches!(second, Err(BlobError::Displaced { .. })));
        assert!(third.is_ok());
    }

    #[tokio::test]
    async fn work_that_outlives_its_request_keeps_the_lock() {
        let locks = LockTable::default();
        let id = UploadId::new();
        let lock = locks.acquire(id).await.unwrap();
        let guard = lock.guard();
        drop(lock);

        let next = locks.acquire(id);
        tokio::pin!(next);
        assert!(futures_util::poll!(&mut next).is_pending());
        drop(guard);
        assert!(next.await.is_ok());
    }
}
