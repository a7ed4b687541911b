//! Names of things: random but time-ordered ids, and the SHA-256 that names content.
//!
//! Each kind of row has a type for its id, so that a comment's id where a resource's is wanted does not compile. They are
//! plain structs from one macro and not an `Id<Kind>`: sea-orm's `DeriveValueType` knows no generics, so the four traits
//! of a column's type would have to be written here, and the compiler would name a longer type in each error. The same is
//! true of `newtype_uuid::TypedUuid`, which has no feature for sea-orm.
//!
//! To whoever uses the API an id is a text, whatever it names: in the OpenAPI document all of them are the schema `Id`.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Makes a type of id for each kind of row.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
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
        #[schema(
            as = Id,
            value_type = String,
            description = "Names a row: a UUID version 7 (RFC 9562), so that later ids sort after earlier ones."
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// An id that no row has: a filter by it finds nothing.
            pub const NO_ROW: Self = Self(Uuid::nil());

            /// Makes an id that has never been used.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        // sea-orm asks this of every primary key; ours are never numbers that a database counted.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

/// Lets an id be kept beside those of other kinds.
macro_rules! any {
    ($($name:ident)+) => {$(
        impl From<$name> for AnyId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
    )+};
}

ids! {
    /// Names an account.
    AccountId;
    /// Names a row whose kind is known beside it or not at all: what was chosen for a pack, what a line of the audit log is
    /// about. It is made from the id of any kind, and nothing makes that of a kind from it.
    AnyId;
    /// Names who takes part in a session of training.
    AttendanceId;
    /// Names a line of the audit log.
    AuditId;
    /// Names a certificate of training; its number is another thing.
    CertificateId;
    /// Names a comment.
    CommentId;
    /// Names a company.
    CompanyId;
    /// Names a correction of who took part in training.
    CorrectionId;
    /// Names a course.
    CourseId;
    /// Names a file of a resource.
    FileId;
    /// Names who somebody is at a provider of sign-on.
    IdentityId;
    /// Names a job.
    JobId;
    /// Names a library: a database with the store that belongs to it.
    LibraryId;
    /// Names a major.
    MajorId;
    /// Names a notice of infringement.
    NoticeId;
    /// Names a step that was taken about one.
    NoticeStepId;
    /// Names a pack; its versions are counted.
    PackId;
    /// Names a table that was sent and waits for a yes.
    PreviewId;
    /// Names a passkey.
    PasskeyId;
    /// Names a process of the service, of which several may share a database.
    ProcessId;
    /// Names a call for entries.
    RecognitionCallId;
    /// Names an entry for a call.
    RecognitionEntryId;
    /// Names a mark that came of recognition.
    RecognitionMarkId;
    /// Names a result of a call.
    RecognitionResultId;
    /// Names a resource; its versions are counted.
    ResourceId;
    /// Names a decision in a review.
    ReviewDecisionId;
    /// Names a path of the review.
    ReviewPathId;
    /// Names a step of a path of the review.
    ReviewStepId;
    /// Names a saved search.
    SavedSearchId;
    /// Names a school.
    SchoolId;
    /// Names a version of a curriculum standard.
    StandardId;
    /// Names what a version of a standard asks to be looked after.
    FollowUpId;
    /// Names a group of synonyms.
    SynonymGroupId;
    /// Names a task of a course.
    TaskId;
    /// Names an access token.
    TokenId;
    /// Names a base where teachers are trained.
    TrainingBaseId;
    /// Names something that an online session of training shows.
    TrainingItemId;
    /// Names a session of training.
    TrainingSessionId;
    /// Names an upload.
    UploadId;
    /// Names a visit of an expert.
    VisitId;
    /// Names a piece of work that another machine has claimed.
    WorkClaimId;
    /// Names another machine that works for the library.
    WorkerId;
    /// Names who writes an upload at the moment; a new one with each turn.
    WriterId;
}

any! { AccountId CompanyId CourseId FileId MajorId PackId PasskeyId RecognitionCallId RecognitionEntryId RecognitionResultId ResourceId SavedSearchId SchoolId StandardId SynonymGroupId TaskId TokenId TrainingBaseId
TrainingSessionId VisitId }

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
        HEXLOWER.encode(&self.0)
    }

    /// Whether no byte at all has it: empty files are alike, and no copies of each other.
    pub fn is_of_nothing(&self) -> bool {
        self.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
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
        // Lower case alone, so that one content has one name.
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NotASha256)?;
        let bytes = bytes.try_into().map_err(|_| NotASha256)?;
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

// A primary key, too, and no number.
impl sea_orm::TryFromU64 for Sha256 {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Sha256"))
    }
}
