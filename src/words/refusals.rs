//! Messages of refusals: what happened, and the next step.

use crate::domain::resource::{Status, StatusTransition};
use crate::error::{Refusal, Thing};

use super::Lang;

mod access;
mod content;
mod limits;
mod recognition;
mod requests;
mod review;
mod sign_on;
mod startup;
mod states;
mod training;
mod uploads;
mod work;

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
        Refusal::TooManyRequests {
            kind,
            subject,
            retry_after,
        } => limits::too_many_requests(*kind, *subject, *retry_after),
        Refusal::SecondFactorRequired => access::second_factor_required(),
        Refusal::WrongCode => access::wrong_code(),
        Refusal::PasswordOnce => access::password_once(),
        Refusal::OwnAccount => access::own_account(),
        Refusal::LastBureau => access::last_bureau(),
        Refusal::Passkey(fault) => access::passkey(*fault),
        Refusal::PasskeysUnavailable => access::passkeys_unavailable(),
        Refusal::ConfirmIdentity => access::confirm_identity(),
        Refusal::AccountDisabled => sign_on::account_disabled(),
        Refusal::SignOnUnavailable => sign_on::unavailable(),
        Refusal::SignOnRefused(fault) => sign_on::refused(*fault),
        Refusal::IdentityTaken => sign_on::identity_taken(),
        Refusal::LastIdentity => sign_on::last_identity(),
        Refusal::InvalidToken => access::invalid_token(),
        Refusal::TokenTooNarrow => access::token_too_narrow(),
        Refusal::NotAllowed => access::not_allowed(),
        Refusal::OwnWork => access::own_work(),
        Refusal::HeldByOthers => access::held_by_others(),
        Refusal::WorkClaimOver => work::claim_over(),
        Refusal::BadWorkResult { detail } => work::bad_result(detail),
        Refusal::OtherOcrModel { ours } => work::other_model(*ours),
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
        Refusal::NoticeStepNotPossible { state, step } => states::notice_step_not_possible(*state, *step),
        Refusal::HeldByNotice { number } => states::held_by_notice(number),
        Refusal::NotPublished => states::not_published(),
        Refusal::FileInUse => states::file_in_use(),
        Refusal::NothingWaits => states::nothing_waits(),
        Refusal::ChangedMeanwhile => states::changed_meanwhile(),
        Refusal::IfMatchRequired => states::if_match_required(),
        Refusal::ChangedSinceSubmitted => states::changed_since_submitted(),
        Refusal::StepOfOthers { step, takers, people } => review::step_of_others(step, takers, people),
        Refusal::OwnSchool => review::own_school(),
        Refusal::NothingToReview => review::nothing_to_review(),
        Refusal::ReviewRejected => review::rejected(),
        Refusal::ReviewRequired { path } => review::required(path),
        Refusal::ReviewTaken { by } => review::taken(by),
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
        Refusal::AgreementOver => recognition::agreement_over(),
        Refusal::VisitClosed => recognition::visit_closed(),
        Refusal::VisitNotAnswered => recognition::visit_not_answered(),
        Refusal::VisitAnswered => recognition::visit_answered(),
        Refusal::CompanyInUse => recognition::company_in_use(),
        Refusal::Recognition(fault) => recognition::refused(*fault),
        Refusal::Training(fault) => training::refused(*fault),
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
        Thing::Attendance => ("参训记录", "part in a training session"),
        Thing::Certificate => ("证书", "certificate"),
        Thing::Comment => ("批注", "comment"),
        Thing::Company => ("企业", "company"),
        Thing::Course => ("课程", "course"),
        Thing::Feed => ("订阅", "feed"),
        Thing::FollowUp => ("跟进事项", "follow-up of a standard"),
        Thing::File => ("文件", "file"),
        Thing::Identity => ("统一认证身份", "linked sign-on"),
        Thing::Job => ("任务记录", "job"),
        Thing::Major => ("专业", "major"),
        Thing::Notice => ("侵权通知", "notice"),
        Thing::Pack => ("资源包", "pack"),
        Thing::Page => ("页面", "page"),
        Thing::Passkey => ("通行密钥", "passkey"),
        Thing::Picture => ("图片", "picture"),
        Thing::Preview => ("预览", "preview"),
        Thing::Provider => ("统一认证", "provider of sign-on"),
        Thing::Resource => ("资源", "resource"),
        Thing::ReviewPath => ("审核流程", "path of the review"),
        Thing::SavedSearch => ("已存搜索", "saved search"),
        Thing::School => ("学校", "school"),
        Thing::SecondFactor => ("两步验证", "second factor"),
        Thing::Session => ("登录", "session"),
        Thing::ShutOutAddress => ("暂停登录的地址", "address that is shut out"),
        Thing::Standard => ("课程标准", "version of a standard"),
        Thing::SpeechProgram => ("听写程序", "program that hears films"),
        Thing::SpokenLine => ("听写的这一行", "line that a machine heard"),
        Thing::Stream => ("可播放的版本", "playable copy"),
        Thing::Synonyms => ("同义词", "group of synonyms"),
        Thing::Task => ("任务", "task"),
        Thing::Token => ("令牌", "token"),
        Thing::RecognitionCall => ("评优活动", "call for recognition"),
        Thing::RecognitionEntry => ("申报", "entry"),
        Thing::RecognitionResult => ("评优结果", "result"),
        Thing::TrainingBase => ("研修基地", "training base"),
        Thing::TrainingItem => ("培训内容", "part of a training session"),
        Thing::TrainingSession => ("培训班", "training session"),
        Thing::Upload => ("上传", "upload"),
        Thing::Visit => ("专家指导记录", "visit"),
        Thing::Version => ("版本", "version"),
        Thing::WorkClaim => ("领取的任务", "piece of work"),
        Thing::Worker => ("协助的电脑", "computer that helps"),
    }
}

pub use self::sign_on::answer_fault;

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
        StatusTransition::Reject => ("判为不予通过", "reject"),
        StatusTransition::Recall => ("撤回", "take back"),
        StatusTransition::Publish => ("发布", "publish"),
        StatusTransition::Withdraw => ("下架", "withdraw"),
    }
}
