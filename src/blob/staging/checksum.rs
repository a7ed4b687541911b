//! Checksums that a client sends along with some bytes.

use sha2::Digest;

/// How a checksum is made. Serves against accidents on the way, not against people; SHA-256 of the whole does that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// CRC-32 as ZIP and Ethernet have it, four bytes, the highest first.
    Crc32,
    /// MD5.
    Md5,
    /// SHA-1, which tus asks every server to know.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Md5, Self::Crc32];

    /// The name that tus and RFC 9530 have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "crc32",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// Finds an algorithm by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    fn length(self) -> usize {
        match self {
            Self::Crc32 => 4,
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// What some bytes must hash to before any of them counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    algorithm: Algorithm,
    digest: Vec<u8>,
}

impl Checksum {
    /// Takes a digest; `None` if its length is not the algorithm's.
    pub fn new(algorithm: Algorithm, digest: Vec<u8>) -> Option<Self> {
        (digest.len() == algorithm.length()).then_some(Self { algorithm, digest })
    }

    /// Begins to count bytes against it.
    pub(super) fn begin(&self) -> RunningChecksum {
        match self.algorithm {
            Algorithm::Crc32 => RunningChecksum::Crc32(crc32fast::Hasher::new()),
            Algorithm::Md5 => RunningChecksum::Md5(md5::Md5::new()),
            Algorithm::Sha1 => RunningChecksum::Sha1(sha1::Sha1::new()),
            Algorithm::Sha256 => RunningChecksum::Sha256(sha2::Sha256::new()),
        }
    }

    /// Whether the bytes that were counted are those that were announced.
    pub(super) fn is_met_by(&self, running: RunningChecksum) -> bool {
        running.finish() == self.digest
    }
}

/// A checksum in the making.
#[derive(Debug)]
pub(super) enum RunningChecksum {
    Crc32(crc32fast::Hasher),
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl RunningChecksum {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc32(hasher) => hasher.update(bytes),
            Self::Md5(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc32(hasher) => hasher.finalize().to_be_bytes().to_vec(),
            Self::Md5(hasher) => hasher.finalize().to_vec(),
            Self::Sha1(hasher) => hasher.finalize().to_vec(),
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Checksum};

    #[test]
    fn known_digests_are_met() {
        // The digests of `hello world`, as `sha1sum` and its relatives print them.
        let known = [
            ("sha1", "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"),
            (
                "sha256",
                "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
            ),
            ("md5", "5eb63bbbe01eeed093cb22bb8f5acdc3"),
            ("crc32", "0d4a1185"),
        ];

        for (name, hex) in known {
            let digest = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
            let checksum = Checksum::new(Algorithm::named(name).unwrap(), digest.collect()).unwrap();
            let mut running = checksum.begin();
            running.update(b"hello ");
            running.update(b"world");
            assert!(checksum.is_met_by(running), "{name}");
            assert!(!checksum.is_met_by(checksum.begin()), "{name}");
        }
    }

    #[test]
    fn a_digest_of_another_length_is_refused() {
        assert_eq!(Checksum::new(Algorithm::Sha1, vec![0; 32]), None);
        assert_eq!(Algorithm::named("sha512"), None);
    }
}
