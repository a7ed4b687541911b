//! The running digest of an upload: SHA-256 and CRC-32, computed while its bytes come.

use sha2::Digest;

use crate::domain::id::Sha256;

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
