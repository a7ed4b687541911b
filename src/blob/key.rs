//! Object keys: the only place that knows how a key is spelled.

use std::fmt;
use std::str::FromStr;

use object_store::path::Path;

use crate::domain::id::{Sha256, UploadId};
use crate::domain::time::Timestamp;

const BLOBS: &str = "blobs";
const DERIVED: &str = "derived";
const UPLOADS: &str = "uploads";
const MANIFESTS: &str = "backups";
const PARTS: &str = "rows";
/// How the name of a manifest ends.
const MANIFEST_END: &str = ".json";
/// How the name of a part ends.
const PART_END: &str = ".jsonl.gz";

/// Tells one stored copy of some content from every other copy of it, before or after.
///
/// Deleting an old copy can never hit a copy that is being uploaded again at that moment, because the two have
/// different names: there is no race to lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CopyGeneration(u64);

impl CopyGeneration {
    /// Draws a generation that has never been used.
    pub fn random() -> Self {
        let mut bytes = [0_u8; 8];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(u64::from_be_bytes(bytes))
    }
}

impl fmt::Display for CopyGeneration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for CopyGeneration {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `from_str_radix` takes a sign and capitals as well; a key has one spelling.
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 16 || !text.bytes().all(is_digit) {
            return Err(NotAKey);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| NotAKey)
    }
}

/// Names one stored copy of some content: `blobs/ab/ab…ef.0123456789abcdef`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey {
    /// The SHA-256 of the content.
    pub sha256: Sha256,
    /// Which copy of it.
    pub generation: CopyGeneration,
}

impl BlobKey {
    /// Names a new copy of the content with this hash.
    pub fn fresh(sha256: Sha256) -> Self {
        Self {
            sha256,
            generation: CopyGeneration::random(),
        }
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.sha256.hex();
        write!(f, "{BLOBS}/{}/{hex}.{}", &hex[..2], self.generation)
    }
}

impl FromStr for BlobKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sha256, generation) = split_name(text, BLOBS)?;
        Ok(Self {
            sha256,
            generation: generation.parse()?,
        })
    }
}

/// Names something made from content, which can be made again: `derived/ab/ab…ef.passages.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DerivedKey {
    /// The SHA-256 of the content it was made from.
    pub sha256: Sha256,
    kind: String,
    version: u32,
}

impl DerivedKey {
    /// Names what `version` of the maker of `kind` makes of this content.
    ///
    /// # Panics
    /// If `kind` has other characters than `a`–`z`, `0`–`9`, `_` and `-`: kinds are constants of the program.
    pub fn new(sha256: Sha256, kind: &str, version: u32) -> Self {
        assert!(is_kind(kind), "`{kind}` cannot be part of a key");
        Self {
            sha256,
            kind: kind.to_owned(),
            version,
        }
    }

    /// What it is: `passages`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Which version of its maker made it.
    pub fn version(&self) -> u32 {
        self.version
    }
}

impl fmt::Display for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.sha256.hex();
        write!(f, "{DERIVED}/{}/{hex}.{}.{}", &hex[..2], self.kind, self.version)
    }
}

impl FromStr for DerivedKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sha256, rest) = split_name(text, DERIVED)?;
        let (kind, version) = rest.split_once('.').ok_or(NotAKey)?;
        if !is_kind(kind) {
            return Err(NotAKey);
        }
        let version: u32 = version.parse().map_err(|_| NotAKey)?;
        let key = Self {
            sha256,
            kind: kind.to_owned(),
            version,
        };
        // `+1` and `01` parse as numbers too; a key has one spelling.
        if key.to_string() == text { Ok(key) } else { Err(NotAKey) }
    }
}

/// Names bytes of an unfinished upload: `uploads/<id>/<where they begin, in hex>.0123456789abcdef`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentKey {
    /// The upload.
    pub upload: UploadId,
    /// Where in it the bytes begin.
    pub start: u64,
    /// Which of the requests that brought bytes for that place.
    pub generation: CopyGeneration,
}

impl SegmentKey {
    /// Names bytes that a request brings now.
    pub fn fresh(upload: UploadId, start: u64) -> Self {
        Self {
            upload,
            start,
            generation: CopyGeneration::random(),
        }
    }

    /// What the names of all bytes of an upload begin with.
    pub fn folder(upload: UploadId) -> String {
        format!("{UPLOADS}/{upload}")
    }

    /// The upload whose folder this is.
    pub fn upload_of(folder: &str) -> Option<UploadId> {
        let id: UploadId = folder.strip_prefix(UPLOADS)?.strip_prefix('/')?.parse().ok()?;
        (Self::folder(id) == folder).then_some(id)
    }
}

impl fmt::Display for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{:016x}.{}",
            Self::folder(self.upload),
            self.start,
            self.generation
        )
    }
}

/// Names a file of a backup; see [`crate::domain::backup`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BackupKey {
    /// What says what a backup is: `backups/<milliseconds>.<sha256>.json`. Later backups sort after earlier ones.
    Manifest {
        /// When its rows were what they are.
        made_at: Timestamp,
        /// What its bytes are.
        sha256: Sha256,
    },
    /// Rows or a list of objects: `rows/ab/ab…ef.jsonl.gz`, by what they are before compression.
    Part(Sha256),
}

impl fmt::Display for BackupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest { made_at, sha256 } => {
                // Fifteen digits of milliseconds last for thirty thousand years: until then names sort as moments do.
                write!(f, "{MANIFESTS}/{:015}.{}{MANIFEST_END}", made_at.0, sha256.hex())
            }
            Self::Part(sha256) => {
                let hex = sha256.hex();
                write!(f, "{PARTS}/{}/{hex}{PART_END}", &hex[..2])
            }
        }
    }
}

impl FromStr for BackupKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key = manifest_key(text).or_else(|| part_key(text)).ok_or(NotAKey)?;
        // `+1` parses as a number too; a key has one spelling.
        if key.to_string() == text { Ok(key) } else { Err(NotAKey) }
    }
}

fn manifest_key(text: &str) -> Option<BackupKey> {
    let name = text.strip_prefix(MANIFESTS)?.strip_prefix('/')?;
    let (moment, sha256) = name.strip_suffix(MANIFEST_END)?.split_once('.')?;
    Some(BackupKey::Manifest {
        made_at: Timestamp(moment.parse().ok()?),
        sha256: sha256.parse().ok()?,
    })
}

fn part_key(text: &str) -> Option<BackupKey> {
    let (_, name) = text.strip_prefix(PARTS)?.strip_prefix('/')?.split_once('/')?;
    let sha256 = name.strip_suffix(PART_END)?.parse().ok()?;
    Some(BackupKey::Part(sha256))
}

/// The name of any object of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKey {
    /// Content as it was uploaded.
    Blob(BlobKey),
    /// Something made from content.
    Derived(DerivedKey),
}

impl ObjectKey {
    /// Where the store keeps it.
    pub(super) fn path(&self) -> Path {
        Path::from(self.to_string())
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blob(key) => key.fmt(f),
            Self::Derived(key) => key.fmt(f),
        }
    }
}

impl FromStr for ObjectKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let blob = text.parse().map(Self::Blob);
        blob.or_else(|NotAKey| text.parse().map(Self::Derived))
    }
}

impl From<&BlobKey> for ObjectKey {
    fn from(key: &BlobKey) -> Self {
        Self::Blob(key.clone())
    }
}

impl From<&DerivedKey> for ObjectKey {
    fn from(key: &DerivedKey) -> Self {
        Self::Derived(key.clone())
    }
}

impl From<&ObjectKey> for ObjectKey {
    fn from(key: &ObjectKey) -> Self {
        key.clone()
    }
}

/// The text does not name an object of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an object key")]
pub struct NotAKey;

/// Splits `folder/ab/<sha256>.<rest>` and checks that the parts agree.
fn split_name<'a>(text: &'a str, folder: &str) -> Result<(Sha256, &'a str), NotAKey> {
    let path = text.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    let (shard, name) = path.and_then(|path| path.split_once('/')).ok_or(NotAKey)?;
    let (hex, rest) = name.split_once('.').ok_or(NotAKey)?;
    let sha256: Sha256 = hex.parse().map_err(|_| NotAKey)?;
    // Capitals parse as a hash too; a key has one spelling.
    if sha256.hex() != hex || shard != &hex[..2] {
        return Err(NotAKey);
    }
    Ok((sha256, rest))
}

fn is_kind(kind: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    !kind.is_empty() && kind.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::{BackupKey, BlobKey, DerivedKey, NotAKey, ObjectKey, SegmentKey};
    use crate::domain::id::{Sha256, UploadId};
    use crate::domain::time::Timestamp;

    fn sha256() -> Sha256 {
        Sha256::from_bytes([0xab; 32])
    }

    #[test]
    fn a_key_reads_back_as_it_was_written() {
        let blob = BlobKey::fresh(sha256());
        let derived = DerivedKey::new(sha256(), "passages", 3);
        let upload = UploadId::new();

        assert_eq!(blob.to_string().parse(), Ok(ObjectKey::Blob(blob.clone())));
        assert_eq!(derived.to_string().parse(), Ok(ObjectKey::Derived(derived.clone())));
        assert_eq!(SegmentKey::upload_of(&SegmentKey::folder(upload)), Some(upload));
        let manifest = BackupKey::Manifest {
            made_at: Timestamp(1_795_900_000_000),
            sha256: sha256(),
        };
        for backup in [manifest, BackupKey::Part(sha256())] {
            assert_eq!(backup.to_string().parse(), Ok(backup.clone()));
        }
        assert!(blob.to_string().starts_with("blobs/ab/abab"));
        assert!(derived.to_string().ends_with("ab.passages.3"));
    }

    #[test]
    fn two_copies_of_the_same_content_have_different_names() {
        assert_ne!(BlobKey::fresh(sha256()), BlobKey::fresh(sha256()));
    }

    #[test]
    fn what_is_not_spelled_like_ours_is_not_ours() {
        let hex = sha256().hex();
        let strangers = [
            format!("blobs/ab/{hex}"),
            format!("blobs/cd/{hex}.0123456789abcdef"),
            format!("blobs/ab/{}.0123456789abcdef", hex.to_uppercase()),
            format!("blobs/ab/{hex}.0123456789ABCDEF"),
            format!("blobs/ab/{hex}.../../etc/pass"),
            format!("derived/ab/{hex}.passages.01"),
            format!("derived/ab/{hex}.Passages.1"),
            "probe/1".to_owned(),
            String::new(),
        ];

        for stranger in strangers {
            assert_eq!(stranger.parse::<ObjectKey>(), Err(NotAKey), "{stranger}");
        }
    }
}
