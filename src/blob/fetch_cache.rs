//! A cache of files that were fetched from S3 to be read by jumping about in them: a hundred pictures of the pages
//! of one document are painted from one fetch.
//!
//! They have no names on the disk: a process that ends leaves none behind. What is kept is bounded by bytes, by number
//! and by time; a file goes when its last reader lets go of it.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{BlobError, ObjectInfo};

/// A file that nobody opens for so long is evicted.
const IDLE: Duration = Duration::from_mins(5);
/// Together they take so much of the scratch folder at most.
const MOST_BYTES: u64 = 1 << 30;
/// Each holds a file open.
const MOST_FILES: usize = 64;
/// Larger ones are films and archives, which are opened once; one of them would push all others out.
const MOST_BYTES_OF_ONE: u64 = 256 << 20;

/// The cached files, by the keys of their objects.
#[derive(Debug, Default)]
pub(super) struct FetchCache {
    slots: Mutex<HashMap<String, Slot>>,
}

#[derive(Debug)]
struct Slot {
    used: Instant,
    bytes: u64,
    /// Locked while it is fetched: whoever wants the same waits for it.
    file: Arc<tokio::sync::Mutex<Option<(ObjectInfo, File)>>>,
}

impl FetchCache {
    /// Opens an object that the store has seen so, fetching it if it is not at hand.
    pub(super) async fn open(
        &self,
        name: &str,
        seen: ObjectInfo,
        fetch: impl Future<Output = Result<File, BlobError>>,
    ) -> Result<File, BlobError> {
        if seen.size > MOST_BYTES_OF_ONE {
            return fetch.await;
        }
        let slot = self.slot(name, seen.size);
        let mut kept = slot.lock().await;
        if let Some((then, file)) = &*kept
            // An object that was made again or mended since is fetched anew.
            && *then == seen
            && let Ok(file) = reopened(file)
        {
            return Ok(file);
        }
        let file = fetch.await?;
        // Without `/proc` each reader fetches a file of its own.
        *kept = reopened(&file).ok().map(|file| (seen, file));
        Ok(file)
    }

    fn slot(&self, name: &str, bytes: u64) -> Arc<tokio::sync::Mutex<Option<(ObjectInfo, File)>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(name.to_owned()).or_insert_with(|| Slot {
            used: Instant::now(),
            bytes,
            file: Arc::default(),
        });
        (slot.used, slot.bytes) = (Instant::now(), bytes);
        let file = Arc::clone(&slot.file);
        evict(&mut slots);
        file
    }

    /// Evicts what nobody opened for a while.
    pub(super) fn evict_idle(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, slot| slot.used.elapsed() < IDLE);
    }
}

/// Evicts those that were opened the longest ago, until there is room for all that is left.
fn evict(slots: &mut HashMap<String, Slot>) {
    slots.retain(|_, slot| slot.used.elapsed() < IDLE);
    while slots.len() > MOST_FILES || slots.values().map(|slot| slot.bytes).sum::<u64>() > MOST_BYTES {
        let oldest = slots
            .iter()
            .min_by_key(|(_, slot)| slot.used)
            .map(|(name, _)| name.clone());
        let Some(oldest) = oldest else { return };
        slots.remove(&oldest);
    }
}

/// The same file with a place of its own to read at.
fn reopened(file: &File) -> io::Result<File> {
    // `try_clone` would share its place with the original, and two readers would move it under each other.
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::{FetchCache, MOST_BYTES_OF_ONE, MOST_FILES, ObjectInfo};
    use crate::blob::BlobError;
    use crate::domain::time::Timestamp;

    fn seen(size: u64, at: i64) -> ObjectInfo {
        ObjectInfo {
            size,
            modified: Timestamp(at),
        }
    }

    fn holding(text: &'static str) -> std::future::Ready<Result<std::fs::File, BlobError>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        std::future::ready(Ok(file))
    }

    fn never() -> impl Future<Output = Result<std::fs::File, BlobError>> {
        std::future::poll_fn(|_| panic!("it is at hand"))
    }

    #[tokio::test]
    async fn each_reader_begins_at_the_beginning_and_a_newer_object_is_fetched_anew() {
        let cache = FetchCache::default();
        let text = |mut file: std::fs::File| {
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            text
        };

        let first = cache.open("a", seen(2, 1), holding("一")).await.unwrap();
        let second = cache.open("a", seen(2, 1), never()).await.unwrap();
        assert_eq!([text(first), text(second)], ["一", "一"]);
        let newer = cache.open("a", seen(2, 2), holding("二")).await.unwrap();
        assert_eq!(text(newer), "二");
    }

    #[tokio::test]
    async fn what_is_kept_has_a_bound() {
        let cache = FetchCache::default();

        for number in 0..2 * MOST_FILES {
            cache.open(&number.to_string(), seen(1, 1), holding("1")).await.unwrap();
        }
        assert_eq!(cache.slots.lock().unwrap().len(), MOST_FILES);
        for number in 0..8 {
            let name = format!("large{number}");
            cache
                .open(&name, seen(MOST_BYTES_OF_ONE, 1), holding("1"))
                .await
                .unwrap();
        }
        assert!(cache.slots.lock().unwrap().len() <= 4, "by bytes as well");
        cache
            .open("film", seen(MOST_BYTES_OF_ONE + 1, 1), holding("1"))
            .await
            .unwrap();
        assert!(!cache.slots.lock().unwrap().contains_key("film"));
    }
}
