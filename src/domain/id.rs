//! Names of things: random but time-ordered ids, and the SHA-256 that names content.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names a row: a UUID version 7 (RFC 9562), so that later ids sort after earlier ones.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::DeriveValueType,
    utoipa::ToSchema,
)]
#[schema(value_type = String)]
#[serde(transparent)]
pub struct Id(pub Uuid);

/// Names resources.
pub type ResourceId = Id;
/// Names files.
pub type FileId = Id;
/// Names comments.
pub type CommentId = Id;
/// Names uploads.
pub type UploadId = Id;
/// Names writers of an upload.
pub type WriterId = Id;
/// Names accounts.
pub type AccountId = Id;
/// Names schools.
pub type SchoolId = Id;
/// Names tokens.
pub type TokenId = Id;
/// Names saved searches.
pub type SavedSearchId = Id;
/// Names majors.
pub type MajorId = Id;
/// Names courses.
pub type CourseId = Id;
/// Names tasks.
pub type TaskId = Id;
/// Names packs.
pub type PackId = Id;
/// Names jobs.
pub type JobId = Id;
/// Names processes.
pub type ProcessId = Id;
/// Names previews.
pub type PreviewId = Id;
/// Names groups of synonyms.
pub type SynonymGroupId = Id;
/// Names libraries.
pub type LibraryId = Id;
/// Names lines of the audit log.
pub type AuditId = Id;

impl Id {
    /// Makes an id that has never been used.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for Id {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

/// The SHA-256 (FIPS 180-4) of some content, written as 64 lower-case hexadecimal digits.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sea_orm::DeriveValueType, utoipa::ToSchema,
)]
#[schema(value_type = String)]
#[serde(try_from = "String", into = "String")]
#[sea_orm(value_type = "String")]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// Takes a finished digest.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        use fmt::Write;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
            text
        })
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("a SHA-256 is 64 hexadecimal digits")]
pub struct NotASha256;

impl FromStr for Sha256 {
    type Err = NotASha256;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 64 || !text.is_ascii() {
            return Err(NotASha256);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotASha256)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotASha256)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = NotASha256;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(sha256: Sha256) -> Self {
        sha256.hex()
    }
}

// sea-orm asks this of every primary key; ours are never numbers that a database counted.
impl sea_orm::TryFromU64 for Id {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Id"))
    }
}

impl sea_orm::TryFromU64 for Sha256 {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Sha256"))
    }
}
