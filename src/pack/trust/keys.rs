//! Keys that sign and check, and their signatures.

use std::fmt;

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
            sig: hex(self.pair.sign(bytes).as_ref()),
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
            keyval: KeyValue { public: hex(public) },
            scheme: "ed25519".to_owned(),
        }
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        canonical::sha256(&canonical::to_vec(self))
    }

    /// Whether this key signed these bytes so.
    pub fn has_signed(&self, bytes: &[u8], signature: &Signature) -> bool {
        let (Some(public), Some(sig)) = (unhex(&self.keyval.public), unhex(&signature.sig)) else {
            return false;
        };
        self.scheme == "ed25519" && UnparsedPublicKey::new(&ED25519, public).verify(bytes, &sig).is_ok()
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
            text
        })
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    // A slice would otherwise end inside a character, and a hostile document cause a panic.
    if !text.is_ascii() || text.len() % 2 == 1 {
        return None;
    }
    let pairs = (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16));
    pairs.collect::<Result<_, _>>().ok()
}
