//! What is kept of people: where it lies, for how long, on which ground, and what becomes of it when somebody is erased.
//!
//! The page that tells people, the job that removes what is over, and erasing go by this table. A column that holds something
//! about somebody stands in it; a test finds one that does not.

use std::time::Duration;

use super::rate::NOTICES_KEPT;
use super::sign_in::BROWSER_KNOWN_FOR;

const DAY: Duration = Duration::from_hours(24);
/// A sign-in that waits for a provider's answer.
pub const SIGN_ONS_WAIT: Duration = Duration::from_mins(15);
/// A token that is over still stands in its owner's list so long, so that a program that fails is understood.
pub const ENDED_TOKENS_KEPT: Duration = DAY.saturating_mul(30);
/// A second factor that was begun and not confirmed.
pub const UNCONFIRMED_FACTORS_KEPT: Duration = DAY;
/// A table that was sent and waits for a yes.
pub const PREVIEWS_KEPT: Duration = Duration::from_hours(1);
/// Answers to requests that may be sent again.
pub const ANSWERS_KEPT: Duration = DAY;

/// Who sent a notice of infringement, after its last step: as long as a claim can be brought (Civil Code 民法典, article 188).
pub const NOTICE_SENDERS_KEPT: Duration = DAY.saturating_mul(3 * 365);

/// A kind of data about people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is said in words")]
pub enum PersonalDataKind {
    Account,
    Password,
    Session,
    KnownBrowser,
    SignInAttempt,
    SecondFactor,
    Identity,
    PendingSignOn,
    Token,
    SavedSearch,
    Upload,
    Preview,
    Answer,
    Work,
    Comment,
    Decision,
    NoticeSender,
    NoticeStep,
    Receipt,
    Training,
    Certificate,
    Recognition,
    CompanyMember,
    Company,
    Visit,
    RateNotice,
    AuditLog,
    Erasure,
    ServiceLog,
}

/// For how long it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// As long as there is the account.
    Account,
    /// As long as there is the work that it belongs to.
    Work,
    /// For good: what hours and certificates rest on.
    Training,
    /// For good: what a recognition and its marks rest on.
    Recognition,
    /// As long as there is the company.
    Company,
    /// As long as a session lasts at most (`people.session_max_days`).
    Session,
    /// As long as attempts are counted, minutes (`people.lockout_minutes`).
    Attempt,
    /// As long as an upload waits for its next byte (`uploads.expire_hours`).
    Upload,
    /// As long as the audit log is kept (`records.keep_months`).
    Records,
    /// So long after its last use or its end.
    For(Duration),
    /// Nothing of people is in it.
    Never,
}

/// What makes it lawful to keep it: article 13 of the Personal Information Protection Law 个人信息保护法.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegalGround {
    /// Needed for what the account is for (item 2).
    Service,
    /// A duty that the law lays on whoever runs a network (item 3; Cybersecurity Law, article 21).
    Security,
    /// A duty towards authors (item 3; Copyright Law, article 10).
    Authorship,
    /// A duty towards holders of rights (item 3; Regulation on the Protection of the Right of Communication through Information
    /// Networks, articles 14 to 17).
    Notices,
    /// Needed to show that a right to erasure was met (item 3).
    Proof,
}

/// What becomes of it when an account is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterErasure {
    /// It is removed at once.
    Removed,
    /// It stays and leads to nobody: the account that it names has no name any more.
    Nameless,
    /// It stays until its time is over and is shown without a name.
    Hidden,
    /// It goes within days, when its own time is over.
    RunsOut,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct PersonalData {
    /// What it is.
    pub kind: PersonalDataKind,
    /// The columns that it lies in, as `table.column`.
    pub columns: &'static [&'static str],
    /// For how long.
    pub period: Period,
    /// Why that is lawful.
    pub ground: LegalGround,
    /// What becomes of it when the account is erased.
    pub after: AfterErasure,
}

const fn line(
    kind: PersonalDataKind,
    columns: &'static [&'static str],
    period: Period,
    ground: LegalGround,
    after: AfterErasure,
) -> PersonalData {
    PersonalData {
        kind,
        columns,
        period,
        ground,
        after,
    }
}

/// All that is kept of people.
pub const TABLE: &[PersonalData] = &[
    line(
        PersonalDataKind::Account,
        &[
            "account.name",
            "account.name_key",
            "account.display",
            "account.role",
            "account.school_id",
        ],
        Period::Account,
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Password,
        &["account.password_hash", "account.locked_until"],
        Period::Account,
        LegalGround::Security,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Session,
        &["session.account_id", "session.key_hash", "session.address"],
        Period::Session,
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::KnownBrowser,
        &["known_browser.account_id", "known_browser.key_hash"],
        Period::For(BROWSER_KNOWN_FOR),
        LegalGround::Security,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::SignInAttempt,
        &[
            "sign_in_attempt.key_hash",
            "sign_in_attempt.name_hash",
            "sign_in_attempt.network",
        ],
        Period::Attempt,
        LegalGround::Security,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::SecondFactor,
        &[
            "second_factor.account_id",
            "second_factor.secret",
            "recovery_code.account_id",
            "recovery_code.code_hash",
            "passkey.account_id",
            "passkey.credential_id",
            "passkey.public_key",
            "passkey.name",
        ],
        Period::Account,
        LegalGround::Security,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Identity,
        &["identity.account_id", "identity.subject", "identity.name"],
        Period::Account,
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::PendingSignOn,
        &[
            "pending_sign_on.account_id",
            "pending_sign_on.network",
            "passkey_ceremony.bound_to",
            "passkey_ceremony.counted_by",
        ],
        Period::For(SIGN_ONS_WAIT),
        LegalGround::Security,
        AfterErasure::RunsOut,
    ),
    line(
        PersonalDataKind::Token,
        &["token.account_id", "token.key_hash", "token.name"],
        Period::For(ENDED_TOKENS_KEPT),
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::SavedSearch,
        &[
            "saved_searches.account_id",
            "saved_searches.name",
            "saved_searches.query",
            "saved_searches.feed_key_sha256",
        ],
        Period::Account,
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Upload,
        &["upload.account_id", "upload.metadata"],
        Period::Upload,
        LegalGround::Service,
        AfterErasure::RunsOut,
    ),
    line(
        PersonalDataKind::Preview,
        &["staged.account_id", "staged.name", "staged.content"],
        Period::For(PREVIEWS_KEPT),
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Answer,
        &["idempotency.account_id", "idempotency.key", "idempotency.body"],
        Period::For(ANSWERS_KEPT),
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Work,
        &[
            "resource.owner_id",
            "resource.authors",
            "resource.waiting",
            "version.author_id",
            "version.metadata",
            "version.approved_metadata",
            "review_author.account_id",
            "pack.owner_id",
            "pack_version.author_id",
        ],
        Period::Work,
        LegalGround::Authorship,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Comment,
        &["comment.author_id", "comment.text", "comment.resolved_by"],
        Period::Work,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Decision,
        &[
            "version.approved_by",
            "review_decision.decided_by",
            "review_decision.note",
            "review_path.updated_by",
            "review_state.taken_by",
            "review_step_taker.account_id",
            "pack_version.approved_by",
            "resource.marked_by",
            "task_order.updated_by",
            "standard_version.created_by",
            "standard_version.published_by",
            "standard_followup.owner_id",
            "standard_followup.reason",
            "standard_followup.decided_by",
            "synonyms.updated_by",
        ],
        Period::Work,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::NoticeSender,
        &[
            "rights_notice.sender_name",
            "rights_notice.sender_contact",
            "rights_notice.key_sha256",
        ],
        Period::For(NOTICE_SENDERS_KEPT),
        LegalGround::Notices,
        AfterErasure::RunsOut,
    ),
    line(
        PersonalDataKind::NoticeStep,
        &[
            "rights_notice.statement",
            "rights_notice_step.account_id",
            "rights_notice_step.text",
        ],
        Period::Work,
        LegalGround::Notices,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Receipt,
        &["receipt.account_id", "receipt.holder"],
        Period::Work,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Training,
        &[
            "training_attendance.account_id",
            "training_attendance.school_id",
            "training_attendance.attended_on",
            "training_attendance.enrolled_by",
            "training_sign_in.day",
            "training_progress.account_id",
            "training_watch.account_id",
            "training_correction.reason",
            "training_correction.corrected_by",
            "training_base.created_by",
            "training_session.created_by",
        ],
        Period::Training,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Certificate,
        &[
            "training_certificate.account_id",
            "training_certificate.holder",
            "training_certificate.hours",
            "training_certificate.attended_on",
            "training_certificate.issued_by",
            "training_certificate.revoked_by",
            "training_certificate.reason",
        ],
        Period::Training,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Recognition,
        &[
            "recognition_call.created_by",
            "recognition_call.published_by",
            "recognition_entry.entered_by",
            "recognition_entry.person_id",
            "recognition_entry.title",
            "recognition_entry.statement",
            "recognition_evidence.authors",
            "recognition_juror.account_id",
            "recognition_juror.appointed_by",
            "recognition_juror.school_id",
            "recognition_conflict.account_id",
            "recognition_conflict.declared_by",
            "recognition_voice.account_id",
            "recognition_voice.points",
            "recognition_voice.comment",
            "recognition_voice.school_id",
            "recognition_result.award",
            "recognition_result.reason",
            "recognition_result.decided_by",
            "recognition_mark.person_id",
            "recognition_mark.given_by",
            "recognition_mark.ended_by",
        ],
        Period::Recognition,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::CompanyMember,
        &["company_member.account_id"],
        Period::Account,
        LegalGround::Service,
        AfterErasure::Removed,
    ),
    line(
        PersonalDataKind::Company,
        &["company.contact", "company.created_by", "company_member.added_by"],
        Period::Company,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::Visit,
        &[
            "expert_visit.expert_id",
            "expert_visit.answered_by",
            "expert_visit.closed_by",
            "expert_visit.created_by",
        ],
        Period::Recognition,
        LegalGround::Service,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::RateNotice,
        &["door_notice.account_id", "door_notice.token_id", "door_notice.address"],
        Period::For(NOTICES_KEPT),
        LegalGround::Security,
        AfterErasure::RunsOut,
    ),
    line(
        PersonalDataKind::AuditLog,
        &[
            "audit.account_id",
            "audit.actor",
            "audit.address",
            "audit.subject",
            "audit.subject_title",
        ],
        Period::Records,
        LegalGround::Security,
        AfterErasure::Hidden,
    ),
    line(
        PersonalDataKind::Erasure,
        &["erasure.account_id"],
        Period::Work,
        LegalGround::Proof,
        AfterErasure::Nameless,
    ),
    line(
        PersonalDataKind::ServiceLog,
        &[],
        Period::Never,
        LegalGround::Security,
        AfterErasure::Nameless,
    ),
];

/// Whether a column of this name says something about somebody, so that the table must name it.
pub fn is_about_people(column: &str) -> bool {
    const NAMES: [&str; 9] = [
        "account_id",
        "owner_id",
        "author_id",
        "authors",
        "actor",
        "address",
        "display",
        "name_hash",
        "password_hash",
    ];
    // One major is replaced by another, and a film is heard by a program.
    const OF_THINGS: [&str; 3] = ["replaced_by", "heard_by", "claimed_by"];
    NAMES.contains(&column) || (column.ends_with("_by") && !OF_THINGS.contains(&column))
}
