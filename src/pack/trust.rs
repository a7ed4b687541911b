//! Signed documents of The Update Framework 1.0 (TUF): who signs what, how long it holds, and what a client must check.
//!
//! Each check of a client stands here once, so that hub, client and mirror cannot differ about it: [`Root::open`] for
//! signatures and time, [`Meta::check`] for length and hash, [`SeenVersions::accept`] for versions that only rise.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::canonical;
use crate::domain::time::Timestamp;

mod keys;

pub use self::keys::{KeyId, PublicKey, Signature, SigningKey};

/// The version of TUF that documents follow.
pub const SPEC_VERSION: &str = "1.0.31";

/// A document that is signed by a role.
pub trait SignedDocument: Serialize + DeserializeOwned {
    /// The role that signs it; its `_type` as well.
    const ROLE: &'static str;
    /// Rises with every change.
    fn version(&self) -> u32;
    /// Not to be believed after this.
    fn expires(&self) -> Timestamp;
}

/// A moment as TUF writes it: whole seconds. `2027-01-31T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(pub Timestamp);

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.whole_seconds())
    }
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self)
    }
}

/// A document with its signatures, in the form it is served in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signed<T> {
    /// By one key each.
    pub signatures: Vec<Signature>,
    /// What is signed, in canonical form.
    pub signed: T,
}

impl<T: SignedDocument> Signed<T> {
    /// Signs a document.
    pub fn by(keys: &[&SigningKey], signed: T) -> Self {
        let bytes = canonical::signed_form(&signed);
        let signatures = keys.iter().map(|key| key.sign(&bytes)).collect();
        Self { signatures, signed }
    }

    /// The bytes that are served.
    pub fn to_vec(&self) -> Vec<u8> {
        canonical::signed_form(self)
    }
}

/// The keys of a hub, and what each may sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Always `root`.
    #[serde(rename = "_type")]
    pub kind: RootType,
    /// The version of TUF that it follows.
    pub spec_version: String,
    /// Whether names carry versions and hashes: under `/tuf` they do.
    pub consistent_snapshot: bool,
    /// Rises by one with every change.
    pub version: u32,
    /// Not to be believed after this.
    pub expires: Expiry,
    /// All keys by id.
    pub keys: BTreeMap<KeyId, PublicKey>,
    /// By the role's name.
    pub roles: BTreeMap<String, RoleKeys>,
}

/// The word `root`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RootType {
    /// The only one.
    #[serde(rename = "root")]
    Root,
}

/// The keys of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleKeys {
    /// Any of these count.
    pub keyids: BTreeSet<KeyId>,
    /// So many of them must have signed.
    pub threshold: usize,
}

impl SignedDocument for Root {
    const ROLE: &'static str = "root";

    fn version(&self) -> u32 {
        self.version
    }

    fn expires(&self) -> Timestamp {
        self.expires.0
    }
}

/// TUF's timestamp: says which snapshot is the newest; short-lived, so that an old one cannot be shown for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimestampRole {
    /// Always `timestamp`, as TUF calls it.
    #[serde(rename = "_type")]
    pub kind: TimestampType,
    /// The version of TUF that it follows.
    pub spec_version: String,
    /// Rises whenever it is signed anew.
    pub version: u32,
    /// Not to be believed after this.
    pub expires: Expiry,
    /// The snapshot, under the name [`SNAPSHOT`].
    pub meta: BTreeMap<String, Meta>,
}

/// The word `timestamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimestampType {
    /// The only one.
    #[serde(rename = "timestamp")]
    Timestamp,
}

impl SignedDocument for TimestampRole {
    const ROLE: &'static str = "timestamp";

    fn version(&self) -> u32 {
        self.version
    }

    fn expires(&self) -> Timestamp {
        self.expires.0
    }
}

/// TUF's snapshot: names the manifest of one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Always `snapshot`.
    #[serde(rename = "_type")]
    pub kind: SnapshotType,
    /// The version of TUF that it follows.
    pub spec_version: String,
    /// The pack's version.
    pub version: u32,
    /// Not to be believed after this.
    pub expires: Expiry,
    /// The manifest, under the names [`MANIFEST`] and [`TARGETS`].
    pub meta: BTreeMap<String, Meta>,
}

impl Snapshot {
    /// The snapshot of a version.
    pub fn new(version: u32, expires: Timestamp, manifest: &Meta) -> Self {
        let names = [MANIFEST, TARGETS];
        Self {
            kind: SnapshotType::Snapshot,
            spec_version: SPEC_VERSION.to_owned(),
            version,
            expires: Expiry(expires),
            meta: names.map(|name| (name.to_owned(), manifest.clone())).into(),
        }
    }

    /// What it says of the manifest.
    pub fn manifest(&self) -> Result<&Meta, VerificationError> {
        let other = || self.meta.get(TARGETS);
        named(Self::ROLE, &self.meta, MANIFEST).or_else(|missing| other().ok_or(missing))
    }
}

/// The word `snapshot`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SnapshotType {
    /// The only one.
    #[serde(rename = "snapshot")]
    Snapshot,
}

impl SignedDocument for Snapshot {
    const ROLE: &'static str = "snapshot";

    fn version(&self) -> u32 {
        self.version
    }

    fn expires(&self) -> Timestamp {
        self.expires.0
    }
}

/// The snapshot's name in a timestamp.
pub const SNAPSHOT: &str = "snapshot.json";
/// The manifest's name in a snapshot.
pub const MANIFEST: &str = "manifest.json";
/// Its name as TUF has it: what a library for TUF looks for.
pub const TARGETS: &str = "targets.json";

/// Version, length and hashes that one document states of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Its version.
    pub version: u32,
    /// Its length in bytes.
    pub length: u64,
    /// Its hashes.
    pub hashes: super::manifest::Hashes,
}

impl Meta {
    /// Describes a document as it is served.
    pub fn of(version: u32, bytes: &[u8]) -> Self {
        Self {
            version,
            length: bytes.len() as u64,
            hashes: super::manifest::Hashes {
                sha256: canonical::sha256(bytes),
            },
        }
    }

    /// Whether these are the bytes that are meant.
    pub fn check(&self, role: &'static str, bytes: &[u8]) -> Result<(), VerificationError> {
        if self.length == bytes.len() as u64 && self.hashes.sha256 == canonical::sha256(bytes) {
            return Ok(());
        }
        Err(VerificationError::OtherBytes { role })
    }
}

/// Why something fetched is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerificationError {
    /// It is no document of this kind.
    #[error("`{role}` cannot be read: {detail}")]
    Malformed {
        /// Which document.
        role: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Too few keys that may sign it have.
    #[error("`{role}` is not signed by the keys that may sign it")]
    NotSigned {
        /// Which document.
        role: &'static str,
    },
    /// Its time is over.
    #[error("`{role}` expired at {at}")]
    Expired {
        /// Which document.
        role: &'static str,
        /// When.
        at: Timestamp,
    },
    /// An older one than was seen before.
    #[error("`{role}` is version {got}, older than version {seen} that was seen before")]
    Older {
        /// Which document.
        role: &'static str,
        /// The version that came.
        got: u32,
        /// The version that was seen.
        seen: u32,
    },
    /// Not the version that was named.
    #[error("`{role}` is version {got}, not version {expected} as was said")]
    OtherVersion {
        /// Which document.
        role: &'static str,
        /// The version that came.
        got: u32,
        /// The version that was named.
        expected: u32,
    },
    /// Length or hash are not what was said: changed on its way, or mixed from two versions.
    #[error("`{role}` is not the document that was signed for: its length or SHA-256 differ")]
    OtherBytes {
        /// Which document.
        role: &'static str,
    },
    /// A document does not name the one that it must.
    #[error("`{role}` does not name `{name}`")]
    NotNamed {
        /// Which document.
        role: &'static str,
        /// What it does not name.
        name: &'static str,
    },
    /// The manifest is of another pack.
    #[error("the manifest is of another pack")]
    OtherPack,
    /// More than a list may be.
    #[error("`{role}` is too large: {what}")]
    TooLarge {
        /// Which document.
        role: &'static str,
        /// What there is too much of.
        what: String,
    },
    /// A path that cannot be written safely.
    #[error("the manifest holds the path `{path}`, which is not safe to write")]
    UnsafePath {
        /// The path.
        path: String,
    },
}

#[derive(Deserialize)]
struct Raw<'a> {
    signatures: Vec<Signature>,
    #[serde(borrow)]
    signed: &'a RawValue,
}

/// Most signatures of a document: each is checked over all of it.
const MAX_SIGNATURES: usize = 64;

/// Reads a document without believing it.
fn raw<'a>(role: &'static str, bytes: &'a [u8]) -> Result<Raw<'a>, VerificationError> {
    let raw: Raw<'a> = serde_json::from_slice(bytes).map_err(|error| malformed(role, &error))?;
    if raw.signatures.len() > MAX_SIGNATURES {
        let what = format!("{} signatures", raw.signatures.len());
        return Err(VerificationError::TooLarge { role, what });
    }
    Ok(raw)
}

fn malformed(role: &'static str, error: &serde_json::Error) -> VerificationError {
    VerificationError::Malformed {
        role,
        detail: error.to_string(),
    }
}

impl Root {
    /// Reads a document and believes it if enough keys of its role have signed it and its time is not over.
    pub fn open<T: SignedDocument>(&self, bytes: &[u8], now: Timestamp) -> Result<T, VerificationError> {
        let document: T = self.open_at_any_time(bytes)?;
        expect_time(&document, now)?;
        Ok(document)
    }

    /// As [`Root::open`], whatever the time is: for what was fetched long ago.
    pub fn open_at_any_time<T: SignedDocument>(&self, bytes: &[u8]) -> Result<T, VerificationError> {
        let raw = raw(T::ROLE, bytes)?;
        self.expect_signed(T::ROLE, &raw)?;
        serde_json::from_str(raw.signed.get()).map_err(|error| malformed(T::ROLE, &error))
    }

    fn expect_signed(&self, role: &'static str, raw: &Raw<'_>) -> Result<(), VerificationError> {
        // What is signed is the canonical form; bytes in another form are not what was signed.
        let bytes = raw.signed.get().as_bytes();
        let may_sign = self.roles.get(role).ok_or(VerificationError::NotSigned { role })?;
        let has_signed = |signature: &&Signature| {
            let key = self
                .keys
                .get(&signature.keyid)
                // Under its own id alone: one key that a root lists under two could meet a threshold of two.
                .filter(|key| key.id() == signature.keyid);
            may_sign.keyids.contains(&signature.keyid) && key.is_some_and(|key| key.has_signed(bytes, signature))
        };
        let signers: BTreeSet<&KeyId> = raw
            .signatures
            .iter()
            .filter(has_signed)
            .map(|signature| &signature.keyid)
            .collect();
        // A threshold of 0 would believe anybody.
        if may_sign.threshold > 0 && signers.len() >= may_sign.threshold {
            return Ok(());
        }
        Err(VerificationError::NotSigned { role })
    }

    /// The first root that is seen: it must be signed by itself.
    pub fn first(bytes: &[u8]) -> Result<Self, VerificationError> {
        let raw = raw(Self::ROLE, bytes)?;
        let root: Self = serde_json::from_str(raw.signed.get()).map_err(|error| malformed(Self::ROLE, &error))?;
        root.expect_signed(Self::ROLE, &raw)?;
        Ok(root)
    }

    /// The root after this one: signed by both, and one version newer.
    pub fn next(&self, bytes: &[u8]) -> Result<Self, VerificationError> {
        self.expect_signed(Self::ROLE, &raw(Self::ROLE, bytes)?)?;
        let next = Self::first(bytes)?;
        // No step is left out: the one between may have taken a stolen key away.
        expect_version(Self::ROLE, next.version, self.version.saturating_add(1))?;
        Ok(next)
    }
}

/// Whether a document's time is not over.
pub fn expect_time<T: SignedDocument>(document: &T, now: Timestamp) -> Result<(), VerificationError> {
    let at = document.expires();
    if now < at {
        return Ok(());
    }
    Err(VerificationError::Expired { role: T::ROLE, at })
}

/// Whether a document is the version that was named.
pub fn expect_version(role: &'static str, got: u32, expected: u32) -> Result<(), VerificationError> {
    if got == expected {
        return Ok(());
    }
    Err(VerificationError::OtherVersion { role, got, expected })
}

/// What a document says of the one named `name`.
pub fn named<'a>(
    role: &'static str,
    meta: &'a BTreeMap<String, Meta>,
    name: &'static str,
) -> Result<&'a Meta, VerificationError> {
    meta.get(name).ok_or(VerificationError::NotNamed { role, name })
}

/// Newest versions that were seen, against rollback; they only rise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenVersions {
    /// Of the timestamp.
    pub timestamp: u32,
    /// Of the snapshot.
    pub snapshot: u32,
}

impl SeenVersions {
    /// What is seen after a timestamp: neither it nor the snapshot it names may be older than before.
    pub fn accept(self, newest: &TimestampRole) -> Result<Self, VerificationError> {
        let snapshot = named(TimestampRole::ROLE, &newest.meta, SNAPSHOT)?;
        expect_no_older(TimestampRole::ROLE, newest.version, self.timestamp)?;
        expect_no_older(Snapshot::ROLE, snapshot.version, self.snapshot)?;
        Ok(Self {
            timestamp: newest.version,
            snapshot: snapshot.version,
        })
    }
}

fn expect_no_older(role: &'static str, got: u32, seen: u32) -> Result<(), VerificationError> {
    if got >= seen {
        return Ok(());
    }
    Err(VerificationError::Older { role, got, seen })
}

#[cfg(test)]
mod tests;
