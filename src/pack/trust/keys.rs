//! Keys that sign and check, and their signatures.

use std::fmt;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::domain::id::Sha256;
use crate::pack::canonical;

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Which key signed.
    pub keyid: KeyId,
    /// Ed25519 (RFC 8032), 128 hexadecimal digits.
    pub sig: String,
}

/// Names a key: the SHA-256 of its canonical JSON.
pub type KeyId = Sha256;

/// A key that signs.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret half must not stand in a log.
        write!(f, "SigningKey({})", self.id())
    }
}

impl SigningKey {
    /// Draws the secret of a new key.
    pub fn draw() -> [u8; 32] {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).expect("the operating system gives random bytes");
        secret
    }

    /// The key with a secret (RFC 8032: the seed).
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        // "Unchecked" only says that there is no public half to compare with.
        let pair = Ed25519KeyPair::from_seed_unchecked(secret).expect("32 bytes are a seed");
        let public = PublicKey::ed25519(pair.public_key().as_ref());
        Self { pair, public }
    }

    /// The half that everyone may know.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        self.public.id()
    }

    /// Signs some bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature {
            keyid: self.id(),
            sig: HEXLOWER.encode(self.pair.sign(bytes).as_ref()),
        }
    }
}

/// A key that checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    keytype: String,
    keyval: KeyValue,
    scheme: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeyValue {
    public: String,
}

impl PublicKey {
    fn ed25519(public: &[u8]) -> Self {
        Self {
            keytype: "ed25519".to_owned(),
            keyval: KeyValue {
                public: HEXLOWER.encode(public),
            },
            scheme: "ed25519".to_owned(),
        }
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        canonical::sha256(&canonical::to_vec(self))
    }

    /// Whether this key signed these bytes so.
    pub fn has_signed(&self, bytes: &[u8], signature: &Signature) -> bool {
        // TUF leaves the case of digits open.
        let read = |digits: &str| HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        let (Ok(public), Ok(sig)) = (read(&self.keyval.public), read(&signature.sig)) else {
            return false;
        };
        self.scheme == "ed25519" && UnparsedPublicKey::new(&ED25519, public).verify(bytes, &sig).is_ok()
    }
}
