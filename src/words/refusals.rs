//! Messages of refusals: what happened, and the next step.

use crate::domain::resource::{Status, StatusTransition};
use crate::error::{Refusal, Thing};

use super::Lang;

mod access;
mod content;
mod limits;
mod requests;
mod startup;
mod states;
mod uploads;

/// Title and detail of a refusal, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorWords {
    /// A few words.
    pub title: String,
    /// A sentence or two that tell the next step.
    pub detail: String,
}

/// The words for one refusal, Chinese first.
type Both = (ErrorWords, ErrorWords);

fn said(title: &str, detail: impl Into<String>) -> ErrorWords {
    ErrorWords {
        title: title.to_owned(),
        detail: detail.into(),
    }
}

/// What is said for a failure that nobody foresaw.
pub fn internal(lang: Lang) -> ErrorWords {
    lang.pick(
        said(
            "系统出错了",
            "问题已经记录。请稍后再试；如果一直不行，请把请求编号告诉管理员。",
        ),
        said(
            "Something went wrong",
            "It has been recorded. Try again later; if it goes on, give the administrator the request id.",
        ),
    )
}

impl Refusal {
    /// What the reader is told, and what to do next.
    pub fn say(&self, lang: Lang) -> ErrorWords {
        let (zh, en) = both(self);
        lang.pick(zh, en)
    }
}

/// Names the words of each refusal, with no arm for the rest: a new one does not compile without its own.
fn both(refusal: &Refusal) -> Both {
    match refusal {
        Refusal::NotSignedIn => access::not_signed_in(),
        Refusal::WrongPassword => access::wrong_password(),
        Refusal::LockedOut { retry_after } => access::locked_out(*retry_after),
        Refusal::SecondFactorRequired => access::second_factor_required(),
        Refusal::WrongCode => access::wrong_code(),
        Refusal::PasswordOnce => access::password_once(),
        Refusal::OwnAccount => access::own_account(),
        Refusal::LastBureau => access::last_bureau(),
        Refusal::InvalidToken => access::invalid_token(),
        Refusal::TokenTooNarrow => access::token_too_narrow(),
        Refusal::NotAllowed => access::not_allowed(),
        Refusal::OwnWork => access::own_work(),
        Refusal::Csrf => access::csrf(),
        Refusal::NoSuch(thing) => requests::no_such(*thing),
        Refusal::MethodNotAllowed => requests::method_not_allowed(),
        Refusal::Malformed { detail } => requests::malformed(detail),
        Refusal::AddressTooLong { limit } => requests::address_too_long(*limit),
        Refusal::HeadersTooLarge => requests::headers_too_large(),
        Refusal::Fields(faults) => requests::fields(faults),
        Refusal::MediaType { expected } => requests::media_type(expected),
        Refusal::BodyTooLarge { limit } => limits::body_too_large(*limit),
        Refusal::FileTooLarge { limit } => limits::file_too_large(*limit),
        Refusal::TooManyFiles { limit } => limits::too_many_files(*limit),
        Refusal::LimitReached { thing, limit } => limits::limit_reached(*thing, *limit),
        Refusal::QuotaExceeded { limit } => limits::quota_exceeded(*limit),
        Refusal::DiskFull => limits::disk_full(),
        Refusal::Stalled => limits::stalled(),
        Refusal::MoveNotPossible { from, step } => states::move_not_possible(*from, *step),
        Refusal::NotPublished => states::not_published(),
        Refusal::FileInUse => states::file_in_use(),
        Refusal::ChangedMeanwhile => states::changed_meanwhile(),
        Refusal::IfMatchRequired => states::if_match_required(),
        Refusal::ChangedSinceSubmitted => states::changed_since_submitted(),
        Refusal::NameTaken { name } => states::name_taken(name),
        Refusal::BadCursor => requests::bad_cursor(),
        Refusal::RangeNotSatisfiable { size } => requests::range_not_satisfiable(*size),
        Refusal::UploadOffset { offset } => uploads::offset(*offset),
        Refusal::UploadChecksum => uploads::checksum(),
        Refusal::UploadChecksumAlgorithm => uploads::checksum_algorithm(),
        Refusal::UploadGone => uploads::gone(),
        Refusal::UploadIsFinal => uploads::is_final(),
        Refusal::UploadPieces => uploads::pieces(),
        Refusal::UploadTaken => uploads::taken(),
        Refusal::UploadTakenOver => uploads::taken_over(),
        Refusal::TusVersion => uploads::tus_version(),
        Refusal::IdempotencyMismatch => states::idempotency_mismatch(),
        Refusal::IdempotencyBusy => states::idempotency_busy(),
        Refusal::PackItemGone { items } => states::pack_item_gone(items),
        Refusal::PackNotReady => states::pack_not_ready(),
        Refusal::BadReceipt => states::bad_receipt(),
        Refusal::UnreadableTable => requests::unreadable_table(),
        Refusal::ContentLost => content::lost(),
        Refusal::ContentDamaged => content::damaged(),
        Refusal::NotTogether(apart) => startup::not_together(*apart),
        Refusal::KeysSealed { has_secret } => startup::keys_sealed(*has_secret),
        Refusal::Busy => limits::busy(),
        Refusal::BeingMade => limits::being_made(),
        Refusal::Unavailable(outside) => limits::unavailable(*outside),
    }
}

fn thing_name(thing: Thing) -> (&'static str, &'static str) {
    match thing {
        Thing::Account => ("账号", "account"),
        Thing::Comment => ("批注", "comment"),
        Thing::Course => ("课程", "course"),
        Thing::Feed => ("订阅", "feed"),
        Thing::File => ("文件", "file"),
        Thing::Job => ("任务记录", "job"),
        Thing::Major => ("专业", "major"),
        Thing::Pack => ("资源包", "pack"),
        Thing::Page => ("页面", "page"),
        Thing::Picture => ("图片", "picture"),
        Thing::Preview => ("预览", "preview"),
        Thing::Resource => ("资源", "resource"),
        Thing::SavedSearch => ("已存搜索", "saved search"),
        Thing::School => ("学校", "school"),
        Thing::SecondFactor => ("两步验证", "second factor"),
        Thing::Session => ("登录", "session"),
        Thing::Stream => ("可播放的版本", "playable copy"),
        Thing::Synonyms => ("同义词", "group of synonyms"),
        Thing::Task => ("任务", "task"),
        Thing::Token => ("令牌", "token"),
        Thing::Upload => ("上传", "upload"),
        Thing::Version => ("版本", "version"),
    }
}

/// A status in words.
pub fn status_name(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Draft => ("草稿", "a draft"),
        Status::Submitted => ("待审核", "waiting for review"),
        Status::Returned => ("退回修改", "returned"),
        Status::Published => ("已发布", "published"),
        Status::Withdrawn => ("已下架", "withdrawn"),
    }
}

fn move_name(step: StatusTransition) -> (&'static str, &'static str) {
    match step {
        StatusTransition::Submit => ("提交审核", "submit"),
        StatusTransition::Approve => ("通过", "approve"),
        StatusTransition::Return => ("退回", "return"),
        StatusTransition::Publish => ("发布", "publish"),
        StatusTransition::Withdraw => ("下架", "withdraw"),
    }
}
