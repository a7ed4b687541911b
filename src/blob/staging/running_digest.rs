//! The running digests of uploads: SHA-256 and CRC-32, computed while bytes come, and kept between the requests of each.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::Digest;

use crate::domain::id::{Sha256, UploadId};

/// How many unfinished uploads keep their running hash in memory, at about 200 bytes each. The others are read again
/// when they are finished.
const MAX_DIGESTS: usize = 10_000;

/// SHA-256, CRC-32 and length of the first bytes of an upload.
#[derive(Debug, Clone, Default)]
pub(super) struct RunningDigest {
    sha256: sha2::Sha256,
    crc32: crc32fast::Hasher,
    hashed_bytes: u64,
}

impl RunningDigest {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.crc32.update(bytes);
        self.hashed_bytes += bytes.len() as u64;
    }

    /// How many bytes it has seen.
    pub(super) fn hashed_bytes(&self) -> u64 {
        self.hashed_bytes
    }

    pub(super) fn sha256(&self) -> Sha256 {
        Sha256::from_bytes(self.sha256.clone().finalize().into())
    }

    pub(super) fn crc32(&self) -> u32 {
        self.crc32.clone().finalize()
    }
}

/// The digests of uploads that are not finished.
#[derive(Debug, Default)]
pub(super) struct RunningDigests(Mutex<HashMap<UploadId, RunningDigest>>);

impl RunningDigests {
    /// Takes the digest of the first `offset` bytes of an upload, if it is known.
    pub(super) fn take(&self, id: UploadId, offset: u64) -> Option<RunningDigest> {
        let known = self.lock().remove(&id);
        // One of another length has seen bytes that were cut off since, or missed some that came by another process.
        let known = known.filter(|digest| digest.hashed_bytes() == offset);
        if offset == 0 {
            Some(RunningDigest::default())
        } else {
            known
        }
    }

    /// Keeps a digest until the next bytes come.
    pub(super) fn store(&self, id: UploadId, digest: Option<RunningDigest>) {
        let Some(digest) = digest else { return };
        let mut digests = self.lock();
        if digests.len() >= MAX_DIGESTS {
            let victim = digests.keys().next().copied();
            victim.and_then(|victim| digests.remove(&victim));
        }
        digests.insert(id, digest);
    }

    /// Forgets the digest of an upload.
    pub(super) fn forget(&self, id: UploadId) {
        self.lock().remove(&id);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, RunningDigest>> {
        // Nothing that holds this lock can leave the map half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
