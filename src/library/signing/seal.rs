//! Sealing the keys in the database, so that whoever reads a copy of it cannot sign.
//!
//! The secret is a setting, best of the environment; the key that seals is drawn from it (HKDF-SHA-256, RFC 5869), and each
//! seed is sealed by itself (ChaCha20-Poly1305, RFC 8439) together with the id of its key, so that none can be put in
//! another's place.

use std::fmt;

use data_encoding::HEXLOWER;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

/// How a sealed seed begins in the database; one that is kept as it is has only hexadecimal digits.
const SEALED: &str = "sealed1:";
/// Tells what is drawn from the secret here from what may be drawn from it elsewhere.
const PURPOSE: &[u8] = b"gongxue keys that sign packs, 1";

/// What seals and opens.
pub(crate) struct Seal(LessSafeKey);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

/// Whether a seed is kept sealed.
pub(crate) fn is_sealed(kept: &str) -> bool {
    kept.starts_with(SEALED)
}

impl Seal {
    /// The seal of a secret.
    pub(crate) fn of(secret: &str) -> Self {
        let drawn = Salt::new(HKDF_SHA256, PURPOSE).extract(secret.as_bytes());
        let drawn = drawn.expand(&[PURPOSE], &CHACHA20_POLY1305);
        let key = UnboundKey::from(drawn.expect("a key is not too long to be drawn"));
        Self(LessSafeKey::new(key))
    }

    /// Seals the seed of the key `id`.
    pub(crate) fn close(&self, id: &str, seed: &[u8; 32]) -> String {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        let mut sealed = seed.to_vec();
        let with = (Nonce::assume_unique_for_key(nonce), Aad::from(id.as_bytes()));
        self.0
            .seal_in_place_append_tag(with.0, with.1, &mut sealed)
            .expect("a seed is not too long to be sealed");
        format!("{SEALED}{}{}", HEXLOWER.encode(&nonce), HEXLOWER.encode(&sealed))
    }

    /// Opens the seed of the key `id`, if it was sealed with this secret.
    pub(crate) fn open(&self, id: &str, kept: &str) -> Option<[u8; 32]> {
        let mut bytes = HEXLOWER.decode(kept.strip_prefix(SEALED)?.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.0.open_in_place(nonce, Aad::from(id.as_bytes()), sealed).ok()?;
        <[u8; 32]>::try_from(&*opened).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: [u8; 32] = [7; 32];

    #[test]
    fn what_is_sealed_is_opened_by_its_secret_alone_and_for_its_key_alone() {
        let seal = Seal::of("0123456789abcdef0123456789abcdef");
        let kept = seal.close("a", &SEED);

        assert!(is_sealed(&kept));
        assert_eq!(seal.open("a", &kept), Some(SEED));
        assert_eq!(seal.open("b", &kept), None);
        assert_eq!(Seal::of("0123456789abcdef0123456789abcdeF").open("a", &kept), None);
        assert_eq!(seal.open("a", &kept[..kept.len() - 2]), None);
        assert_eq!(seal.open("a", "sealed1:"), None);
        assert_ne!(seal.close("a", &SEED), kept, "each time with other random bytes");
    }
}
