//! The catalogue of refusals: everything the service says no to, with a stable code, a class and words in both
//! languages ([`crate::words::refusals`]).
//!
//! A code is a promise: added, never renamed or reused. To add one, add a variant; the compiler asks for the rest.

use std::time::Duration;

use crate::domain::fault::FieldFault;
use crate::domain::notice::{NoticeState, NoticeStep};
use crate::domain::passkey::PasskeyFault;
use crate::domain::rate::{RateSubject, RequestKind};
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::role::Role;
use crate::domain::sign_on::AnswerFault;
use crate::domain::training::fault::TrainingFault;

mod outside;

/// What the house's functions return.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can stop an act.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service refuses and can say why. Shown to people.
    #[error("refused: {}", .0.code())]
    Refused(Box<Refusal>),
    /// Something nobody foresaw. Logged once, with its chain; shown only as `internal`.
    #[error("unexpected failure")]
    Unexpected(#[source] anyhow::Error),
}

impl Error {
    /// Wraps a failure that is nobody's to mend at the door: trouble outside becomes its refusal.
    pub fn unexpected(source: impl Into<anyhow::Error>) -> Self {
        let source = source.into();
        outside::refusal_for(&source).map_or(Self::Unexpected(source), Self::from)
    }

    /// Whether the cause lies outside and passes, so that the same will do later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Refused(refusal) if matches!(**refusal, Refusal::Unavailable(_) | Refusal::DiskFull))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<anyhow::Error> for Error {
    fn from(source: anyhow::Error) -> Self {
        Self::unexpected(source)
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(source: sea_orm::DbErr) -> Self {
        if is_full(&source.to_string()) {
            return Refusal::DiskFull.into();
        }
        if holds_zero(&source.to_string()) {
            let detail = "a text holds a character with the number zero".to_owned();
            return Refusal::Malformed { detail }.into();
        }
        Self::unexpected(source)
    }
}

/// SQLite (`SQLITE_FULL`) and PostgreSQL (53100) say in words that their disk is full; sea-orm has no kind for it.
fn is_full(message: &str) -> bool {
    message.contains("disk is full") || message.contains("No space left on device")
}

/// PostgreSQL (22021) keeps no text with a zero in it. That is the sender's fault, wherever the text came in.
fn holds_zero(message: &str) -> bool {
    message.contains("invalid byte sequence for encoding \"UTF8\": 0x00")
}

impl From<std::io::Error> for Error {
    fn from(source: std::io::Error) -> Self {
        Self::unexpected(source)
    }
}

/// Turns a unique-key conflict into a refusal, at the call site that knows which.
pub fn conflict(refusal: Refusal) -> impl FnOnce(sea_orm::DbErr) -> Error {
    move |error| match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => refusal.into(),
        _ => error.into(),
    }
}

/// What kind of no it is; decides the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// 400: the request cannot be understood.
    Malformed,
    /// 401: sign in first.
    SignIn,
    /// 403: known, seen, and still no.
    Forbidden,
    /// 404: it is not there, or the caller may not know that it is.
    Missing,
    /// 405: not with this method.
    Method,
    /// 408: the sender stopped sending.
    Stalled,
    /// 409: it does not go with the present state.
    Conflict,
    /// 410: it was there.
    Gone,
    /// 412: it changed meanwhile.
    Precondition,
    /// 413: more than the limit.
    TooLarge,
    /// 414: a longer address than is read.
    AddressTooLong,
    /// 431: more headers than are read.
    HeadersTooLarge,
    /// 415: not in this form.
    MediaType,
    /// 416: not this part.
    Range,
    /// 422: understood, and some fields are wrong.
    Fields,
    /// 428: say which state you saw.
    PreconditionRequired,
    /// 429: too often.
    TooMany,
    /// 460: the checksum does not fit (tus 1.0.0).
    Checksum,
    /// 503: not just now.
    Busy,
    /// 507: no room.
    NoRoom,
}

/// A thing that may not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub enum Thing {
    Account,
    Attendance,
    Certificate,
    Comment,
    Company,
    Course,
    Feed,
    File,
    FollowUp,
    Identity,
    Job,
    Major,
    Notice,
    Pack,
    Page,
    Passkey,
    Picture,
    Preview,
    Provider,
    RecognitionCall,
    RecognitionEntry,
    RecognitionResult,
    Resource,
    ReviewPath,
    SavedSearch,
    School,
    SecondFactor,
    Session,
    ShutOutAddress,
    SpeechProgram,
    SpokenLine,
    Standard,
    Stream,
    Synonyms,
    Task,
    Token,
    TrainingBase,
    TrainingItem,
    TrainingSession,
    Upload,
    Version,
    Visit,
    WorkClaim,
    Worker,
}

/// Why a database and a place do not belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreMismatch {
    /// The store carries the id of another library.
    OtherStore,
    /// The store carries no id and has objects, and the database names none.
    UnknownObjects,
    /// The database names objects, and the store carries no id and has few of them.
    MissingObjects,
    /// The folder holds unfinished uploads of another library.
    OtherFolder,
}

/// A no with its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Sign in first.
    NotSignedIn,
    /// Name or password is wrong.
    WrongPassword,
    /// Too many wrong passwords.
    LockedOut {
        /// Try again after this long.
        retry_after: Duration,
    },
    /// Too many requests of one kind in a minute.
    TooManyRequests {
        /// What was asked for.
        kind: RequestKind,
        /// Whom it was counted for.
        subject: RateSubject,
        /// Try again after this long.
        retry_after: Duration,
    },
    /// The password is right, and a code of the second factor must come with it.
    SecondFactorRequired,
    /// The code of the second factor is wrong, over, or was taken before.
    WrongCode,
    /// Somebody else chose the password: it must be changed first.
    PasswordOnce,
    /// One's own password and second factor are changed on one's own page.
    OwnAccount,
    /// Somebody must be left who looks after all accounts.
    LastBureau,
    /// What a passkey's authenticator answered is no proof.
    Passkey(PasskeyFault),
    /// Browsers make no passkeys at this site's address.
    PasskeysUnavailable,
    /// Somebody who is signed in must prove once more who they are, because this cannot be undone or gives power away.
    ConfirmIdentity,
    /// Whoever signs in is known, and their account may no longer do anything.
    AccountDisabled,
    /// A provider of sign-on does not answer.
    SignOnUnavailable,
    /// What came in a provider's name is not believed.
    SignOnRefused(AnswerFault),
    /// Who somebody is at a provider opens another account.
    IdentityTaken,
    /// The account is opened by nothing else.
    LastIdentity,
    /// The token is unknown, withdrawn or expired.
    InvalidToken,
    /// The token does not carry this right.
    TokenTooNarrow,
    /// The role does not carry this right.
    NotAllowed,
    /// Nobody approves their own work.
    OwnWork,
    /// A file is in something of others that is published: what is said of it would be shown there.
    HeldByOthers,
    /// A piece of work is not this machine's any more: its claim has ended, or somebody took it back.
    WorkClaimOver,
    /// What a machine sends back is not as our own programs answer.
    BadWorkResult {
        /// What of it, in English, for programmers.
        detail: String,
    },
    /// A machine reads pages with other models than the library.
    OtherOcrModel {
        /// The library's.
        ours: u32,
    },
    /// The form does not carry the session's CSRF token.
    Csrf,
    /// It is not there.
    NoSuch(Thing),
    /// The path exists, not with this method.
    MethodNotAllowed,
    /// It cannot be read.
    Malformed {
        /// What exactly, in English, for programmers.
        detail: String,
    },
    /// Its address is longer than what is read of one.
    AddressTooLong {
        /// The most, in bytes.
        limit: usize,
    },
    /// It has more headers, or longer ones, than are read.
    HeadersTooLarge,
    /// Some fields are wrong.
    Fields(Vec<FieldFault>),
    /// Not in this form.
    MediaType {
        /// The form expected.
        expected: &'static str,
    },
    /// More bytes than a request of this kind may have.
    BodyTooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The file is over the limit.
    FileTooLarge {
        /// In bytes.
        limit: u64,
    },
    /// More files than a resource may hold.
    TooManyFiles {
        /// The limit.
        limit: u64,
    },
    /// More of a kind than anybody may keep.
    LimitReached {
        /// Of what.
        thing: Thing,
        /// The limit.
        limit: u64,
    },
    /// The school's room is used up.
    QuotaExceeded {
        /// In bytes.
        limit: u64,
    },
    /// The store has no room left.
    DiskFull,
    /// The sender stopped sending.
    Stalled,
    /// The resource is in another state.
    MoveNotPossible {
        /// Where it stands.
        from: Status,
        /// What was asked.
        step: StatusTransition,
    },
    /// The step does not lead on from where the notice stands.
    NoticeStepNotPossible {
        /// Where it stands.
        state: NoticeState,
        /// The step.
        step: NoticeStep,
    },
    /// The resource is taken down for a notice that is not settled.
    HeldByNotice {
        /// What people call that by.
        number: String,
    },
    /// Only what is published can be held up as a model.
    NotPublished,
    /// A file that is to be erased is part of what others see, or of what waits.
    FileInUse,
    /// Changes are to be discarded where nothing waits beside something approved.
    NothingWaits,
    /// Somebody changed it meanwhile.
    ChangedMeanwhile,
    /// Changes must say which state they saw.
    IfMatchRequired,
    /// A decision does not say what was seen, and that is not what was submitted any more.
    ChangedSinceSubmitted,
    /// Others are asked at the step of the review where it waits.
    StepOfOthers {
        /// What the step is called, in Chinese and in English.
        step: (String, String),
        /// Who takes it.
        takers: Vec<Role>,
        /// Who alone of them, by name; none: all of them.
        people: Vec<String>,
    },
    /// Nobody decides for the city on what is of their own school.
    OwnSchool,
    /// A textbook has no file to be reviewed by.
    NothingToReview,
    /// It was not approved for good; only another version can be submitted.
    ReviewRejected,
    /// What is on this path is published by its review alone.
    ReviewRequired {
        /// What the path is called, in Chinese and in English.
        path: (String, String),
    },
    /// Somebody else has taken it to review it.
    ReviewTaken {
        /// Who, by the name shown to others.
        by: String,
    },
    /// The name is in use.
    NameTaken {
        /// The name.
        name: String,
    },
    /// Not a cursor of ours, or one of another list.
    BadCursor,
    /// No part of the file is in the range.
    RangeNotSatisfiable {
        /// The file's size in bytes.
        size: u64,
    },
    /// The client and the server disagree on what has arrived.
    UploadOffset {
        /// What has arrived, in bytes.
        offset: u64,
    },
    /// The bytes do not have the checksum announced.
    UploadChecksum,
    /// The checksum's algorithm is not known here.
    UploadChecksumAlgorithm,
    /// The upload was removed or expired.
    UploadGone,
    /// A finished concatenation takes no bytes.
    UploadIsFinal,
    /// Pieces are missing or unfinished.
    UploadPieces,
    /// Another request made something of these uploads first.
    UploadTaken,
    /// A newer request took over this upload.
    UploadTakenOver,
    /// The tus version is missing or not ours.
    TusVersion,
    /// The same idempotency key came with another request.
    IdempotencyMismatch,
    /// The first request with this key is still at work.
    IdempotencyBusy,
    /// A file of a pack may no longer be given.
    PackItemGone {
        /// Which of those asked for, by number in the list, rising.
        items: Vec<usize>,
    },
    /// The version of a pack is not built.
    PackNotReady,
    /// What a holder of a pack says is not signed, or not of this pack.
    BadReceipt,
    /// A visit that was answered or closed does not change so any more.
    VisitClosed,
    /// A visit is closed once the school has answered.
    VisitNotAnswered,
    /// A visit that was answered is not removed.
    VisitAnswered,
    /// A company that has people, or gave something, is not removed.
    CompanyInUse,
    /// The agreement of somebody's company does not hold.
    AgreementOver,
    /// Something about recognition that does not go.
    Recognition(RecognitionFault),
    /// Something about training that does not go.
    Training(TrainingFault),
    /// The table cannot be read.
    UnreadableTable,
    /// The bytes were kept, and are not in the store any more.
    ContentLost,
    /// The bytes in the store are not those that were kept.
    ContentDamaged,
    /// The database and the place where bytes are kept are of two libraries.
    NotTogether(StoreMismatch),
    /// The keys in the database are sealed, and the secret is missing or another one.
    KeysSealed {
        /// Whether a secret is set.
        has_secret: bool,
    },
    /// Not just now.
    Busy,
    /// What was made of a file is lost or damaged, and is being made anew.
    BeingMade,
    /// Something outside the program is away, and comes back.
    Unavailable(Dependency),
}

/// What a library stands on, outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency {
    /// The rows.
    Database,
    /// The objects, or the disk that uploads grow on.
    Store,
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not-signed-in",
            Self::WrongPassword => "wrong-password",
            Self::LockedOut { .. } => "locked-out",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::SecondFactorRequired => "second-factor-required",
            Self::WrongCode => "wrong-code",
            Self::PasswordOnce => "password-once",
            Self::OwnAccount => "own-account",
            Self::LastBureau => "last-bureau",
            Self::Passkey(fault) => fault.code(),
            Self::PasskeysUnavailable => "passkeys-unavailable",
            Self::ConfirmIdentity => "confirm-identity",
            Self::AccountDisabled => "account-disabled",
            Self::SignOnUnavailable => "sign-on-unavailable",
            Self::SignOnRefused(_) => "sign-on-refused",
            Self::IdentityTaken => "identity-taken",
            Self::LastIdentity => "last-identity",
            Self::InvalidToken => "invalid-token",
            Self::TokenTooNarrow => "token-too-narrow",
            Self::NotAllowed => "not-allowed",
            Self::OwnWork => "own-work",
            Self::HeldByOthers => "held-by-others",
            Self::WorkClaimOver => "work-claim-over",
            Self::BadWorkResult { .. } => "bad-work-result",
            Self::OtherOcrModel { .. } => "other-ocr-model",
            Self::Csrf => "csrf",
            Self::NoSuch(thing) => no_such(*thing),
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Malformed { .. } => "malformed-request",
            Self::AddressTooLong { .. } => "address-too-long",
            Self::HeadersTooLarge => "headers-too-large",
            Self::Fields(_) => "invalid-fields",
            Self::MediaType { .. } => "unsupported-media-type",
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::FileTooLarge { .. } => "file-too-large",
            Self::TooManyFiles { .. } => "too-many-files",
            Self::LimitReached { .. } => "limit-reached",
            Self::QuotaExceeded { .. } => "quota-exceeded",
            Self::DiskFull => "disk-full",
            Self::Stalled => "stalled",
            Self::MoveNotPossible { .. } => "move-not-possible",
            Self::NoticeStepNotPossible { .. } => "notice-step-not-possible",
            Self::HeldByNotice { .. } => "held-by-notice",
            Self::NotPublished => "not-published",
            Self::FileInUse => "file-in-use",
            Self::NothingWaits => "nothing-waits",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::IfMatchRequired => "if-match-required",
            Self::ChangedSinceSubmitted => "changed-since-submitted",
            Self::StepOfOthers { .. } => "step-of-others",
            Self::OwnSchool => "own-school",
            Self::NothingToReview => "nothing-to-review",
            Self::ReviewRejected => "review-rejected",
            Self::ReviewRequired { .. } => "review-required",
            Self::ReviewTaken { .. } => "review-taken",
            Self::NameTaken { .. } => "name-taken",
            Self::BadCursor => "bad-cursor",
            Self::RangeNotSatisfiable { .. } => "range-not-satisfiable",
            Self::UploadOffset { .. } => "upload-offset",
            Self::UploadChecksum => "upload-checksum",
            Self::UploadChecksumAlgorithm => "upload-checksum-algorithm",
            Self::UploadGone => "upload-gone",
            Self::UploadIsFinal => "upload-is-final",
            Self::UploadPieces => "upload-pieces",
            Self::UploadTaken => "upload-taken",
            Self::UploadTakenOver => "upload-taken-over",
            Self::TusVersion => "tus-version",
            Self::IdempotencyMismatch => "idempotency-mismatch",
            Self::IdempotencyBusy => "idempotency-busy",
            Self::PackItemGone { .. } => "pack-item-gone",
            Self::PackNotReady => "pack-not-ready",
            Self::BadReceipt => "bad-receipt",
            Self::AgreementOver => "agreement-over",
            Self::VisitClosed => "visit-closed",
            Self::VisitNotAnswered => "visit-not-answered",
            Self::VisitAnswered => "visit-answered",
            Self::CompanyInUse => "company-in-use",
            Self::Recognition(fault) => fault.code(),
            Self::Training(fault) => fault.code(),
            Self::UnreadableTable => "unreadable-table",
            Self::ContentLost => "content-lost",
            Self::ContentDamaged => "content-damaged",
            Self::NotTogether(_) => "not-together",
            Self::KeysSealed { .. } => "keys-sealed",
            Self::Busy => "busy",
            Self::BeingMade => "being-made",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// What kind of no it is.
    pub fn class(&self) -> Class {
        match self {
            Self::NotSignedIn
            | Self::WrongPassword
            | Self::SecondFactorRequired
            | Self::WrongCode
            | Self::SignOnRefused(_)
            | Self::Passkey(_)
            | Self::InvalidToken => Class::SignIn,
            Self::LockedOut { .. } | Self::TooManyRequests { .. } => Class::TooMany,
            Self::TokenTooNarrow
            | Self::PasswordOnce
            | Self::OwnAccount
            | Self::ConfirmIdentity
            | Self::AccountDisabled
            | Self::NotAllowed
            | Self::OwnWork
            | Self::HeldByOthers
            | Self::OwnSchool
            | Self::AgreementOver
            | Self::Csrf
            // Who guesses is recorded.
            | Self::Training(TrainingFault::WrongCode)
            | Self::Recognition(
                RecognitionFault::Conflict | RecognitionFault::Involved | RecognitionFault::NotForThem,
            )
            | Self::UploadIsFinal => Class::Forbidden,
            Self::NoSuch(_) => Class::Missing,
            Self::MethodNotAllowed => Class::Method,
            Self::Malformed { .. }
            | Self::BadReceipt
            | Self::BadCursor
            | Self::UploadPieces
            | Self::UploadChecksumAlgorithm => Class::Malformed,
            Self::Fields(_)
            | Self::TooManyFiles { .. }
            | Self::UnreadableTable
            | Self::BadWorkResult { .. }
            | Self::IdempotencyMismatch => Class::Fields,
            Self::AddressTooLong { .. } => Class::AddressTooLong,
            Self::HeadersTooLarge => Class::HeadersTooLarge,
            Self::MediaType { .. } => Class::MediaType,
            Self::BodyTooLarge { .. } | Self::FileTooLarge { .. } => Class::TooLarge,
            Self::QuotaExceeded { .. } | Self::DiskFull => Class::NoRoom,
            Self::Stalled => Class::Stalled,
            Self::MoveNotPossible { .. }
            | Self::NoticeStepNotPossible { .. }
            | Self::HeldByNotice { .. }
            | Self::NotPublished
            | Self::FileInUse
            | Self::NothingWaits
            | Self::StepOfOthers { .. }
            | Self::NothingToReview
            | Self::ReviewRejected
            | Self::ReviewRequired { .. }
            | Self::ReviewTaken { .. }
            | Self::NameTaken { .. }
            | Self::LimitReached { .. }
            | Self::LastBureau
            | Self::IdentityTaken
            | Self::LastIdentity
            | Self::PasskeysUnavailable
            | Self::UploadOffset { .. }
            | Self::UploadTaken
            | Self::UploadTakenOver
            | Self::PackNotReady
            | Self::Training(_)
            | Self::Recognition(_)
            | Self::VisitClosed
            | Self::VisitNotAnswered
            | Self::VisitAnswered
            | Self::CompanyInUse
            | Self::NotTogether(_)
            | Self::KeysSealed { .. }
            | Self::WorkClaimOver
            | Self::OtherOcrModel { .. }
            | Self::IdempotencyBusy => Class::Conflict,
            Self::ChangedMeanwhile | Self::TusVersion => Class::Precondition,
            Self::IfMatchRequired | Self::ChangedSinceSubmitted => Class::PreconditionRequired,
            Self::RangeNotSatisfiable { .. } => Class::Range,
            Self::UploadChecksum => Class::Checksum,
            Self::UploadGone | Self::PackItemGone { .. } | Self::ContentLost | Self::ContentDamaged => Class::Gone,
            Self::Busy | Self::BeingMade | Self::SignOnUnavailable | Self::Unavailable(_) => Class::Busy,
        }
    }
}

fn no_such(thing: Thing) -> &'static str {
    match thing {
        Thing::Account => "no-such-account",
        Thing::Attendance => "no-such-attendance",
        Thing::Certificate => "no-such-certificate",
        Thing::Comment => "no-such-comment",
        Thing::Company => "no-such-company",
        Thing::Course => "no-such-course",
        Thing::Feed => "no-such-feed",
        Thing::File => "no-such-file",
        Thing::FollowUp => "no-such-follow-up",
        Thing::Identity => "no-such-identity",
        Thing::Job => "no-such-job",
        Thing::Major => "no-such-major",
        Thing::Notice => "no-such-notice",
        Thing::Pack => "no-such-pack",
        Thing::Page => "no-such-page",
        Thing::Passkey => "no-such-passkey",
        Thing::Picture => "no-such-picture",
        Thing::Preview => "no-such-preview",
        Thing::Provider => "no-such-provider",
        Thing::RecognitionCall => "no-such-recognition-call",
        Thing::RecognitionEntry => "no-such-recognition-entry",
        Thing::RecognitionResult => "no-such-recognition-result",
        Thing::Resource => "no-such-resource",
        Thing::ReviewPath => "no-such-review-path",
        Thing::SavedSearch => "no-such-saved-search",
        Thing::School => "no-such-school",
        Thing::SecondFactor => "no-such-second-factor",
        Thing::Session => "no-such-session",
        Thing::ShutOutAddress => "no-such-shut-out-address",
        Thing::Standard => "no-such-standard",
        Thing::SpeechProgram => "no-such-speech-program",
        Thing::SpokenLine => "no-such-line",
        Thing::Stream => "no-such-stream",
        Thing::Synonyms => "no-such-synonyms",
        Thing::Task => "no-such-task",
        Thing::Token => "no-such-token",
        Thing::TrainingBase => "no-such-training-base",
        Thing::TrainingItem => "no-such-training-item",
        Thing::TrainingSession => "no-such-training-session",
        Thing::Upload => "no-such-upload",
        Thing::Visit => "no-such-visit",
        Thing::Version => "no-such-version",
        Thing::WorkClaim => "no-such-work-claim",
        Thing::Worker => "no-such-worker",
    }
}
