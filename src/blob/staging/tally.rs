//! The hashes of an upload, counted while its bytes come.

use sha2::Digest;

use crate::domain::id::Sha256;

/// SHA-256, CRC-32 and length of the first bytes of an upload.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    sha256: sha2::Sha256,
    crc32: crc32fast::Hasher,
    counted: u64,
}

impl Tally {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.crc32.update(bytes);
        self.counted += bytes.len() as u64;
    }

    /// How many bytes it has seen.
    pub(super) fn counted(&self) -> u64 {
        self.counted
    }

    pub(super) fn sha256(&self) -> Sha256 {
        Sha256::from_bytes(self.sha256.clone().finalize().into())
    }

    pub(super) fn crc32(&self) -> u32 {
        self.crc32.clone().finalize()
    }
}
