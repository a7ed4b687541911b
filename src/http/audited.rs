//! What the audit log says of each route: the act that a request is recorded as when it is done, and when it is refused.
//!
//! The table names every route of [`super::routes`]. One that is new must say here what is recorded of it, or why nothing is;
//! a test holds the two together.

use actix_web::HttpRequest;

use super::problem::Problem;
use crate::actor::Actor;
use crate::domain::audit::AuditAction as Act;
use crate::domain::id::AnyId;
use crate::error::{Class, Refusal};
use crate::library::Library;

/// What is recorded of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// This act.
    As(Act),
    /// One of these acts, by what is asked of it.
    OneOf(&'static [Act]),
    /// Nothing when it is done, for this reason. What is refused is recorded all the same.
    Nothing(&'static str),
}

use Recorded::{As, Nothing, OneOf};

/// A route's method and address, and what is recorded of it.
type Line = (&'static str, &'static str, Recorded);

const OPEN: &str = "shows what everybody may see, or lists: resources and files are recorded as they are read";
const OWN: &str = "shows or changes nothing but the asker's own screen";
const FORM: &str = "an empty form";
const PREVIEW: &str = "what was sent is only looked at: it is recorded when it is confirmed";
const SIGN_ON: &str = "sends a browser to a provider: its answer is recorded";
const CHALLENGE: &str = "draws a challenge for a passkey: its answer is recorded";
const BYTES: &str = "bytes on their way: the resource that they become is recorded";
const QUESTION: &str = "questions are not kept of anybody";
const FIGURES: &str = "figures and lists without people: an export of them is recorded";
const LIMITS: &str = "counts by day of who asked for too much, without what";
const PUBLIC_KEYS: &str = "public keys and signed lists, without files";
const CODE: &str = "shows a code of the minute: who signs in by it is recorded";
const OWN_NOTICE: &str = "shows a notice to whoever sent it";
const PROGRESS: &str = "notes what is looked at: a session that is finished by it is recorded";
const OWN_COMPANY: &str = "shows a company to its own people and to those who look after it";
const OWN_VISIT: &str = "shows visits to the expert, the school, and those who see the whole city";
const OWN_ENTRY: &str = "shows an entry to those who entered it, or who hold its call";
const JUDGED: &str = "shows one of the entries whose list was recorded as it was read";
const PROBE: &str = "asked by machines every few seconds, holds no content";

/// What may be done about a notice of infringement.
const NOTICE_STEPS: &[Act] = &[
    Act::NoticeAsk,
    Act::NoticeReject,
    Act::NoticeTakeDown,
    Act::NoticeCounter,
    Act::NoticeRestore,
];

/// Lists that are brought as tables.
const LISTS: &[Act] = &[
    Act::CompanyList,
    Act::TrainingBaseList,
    Act::TrainingSheet,
    Act::VisitList,
    Act::RecognitionSheet,
    Act::RecognitionAppoint,
    Act::RecognitionEntrySheet,
    Act::ReviewPathEdit,
];

/// What may be decided about what a standard asks to be looked after.
const FOLLOW_UPS: &[Act] = &[Act::StandardDone, Act::StandardWaive, Act::StandardReopen];

/// Every route and what is recorded of it.
pub const TABLE: &[Line] = &[
    ("GET", "/", Nothing(OPEN)),
    ("GET", "/search", Nothing(QUESTION)),
    ("GET", "/search.atom", Nothing(QUESTION)),
    ("GET", "/feeds/{key}", Nothing(QUESTION)),
    ("GET", "/saved", Nothing(OWN)),
    ("POST", "/saved", As(Act::SavedSearchAdd)),
    (
        "POST",
        "/saved/{id}/{act}",
        OneOf(&[
            Act::SavedSearchEdit,
            Act::SavedSearchRemove,
            Act::SavedSearchFeedAdd,
            Act::SavedSearchFeedRemove,
        ]),
    ),
    ("GET", "/admin", Nothing(FIGURES)),
    ("GET", "/admin/accounts", As(Act::AccountRead)),
    ("POST", "/admin/accounts", As(Act::AccountAdd)),
    ("GET", "/admin/accounts/import", Nothing(FORM)),
    ("POST", "/admin/accounts/import", Nothing(PREVIEW)),
    ("POST", "/admin/accounts/import/{id}", As(Act::AccountAdd)),
    ("POST", "/admin/accounts/{id}", As(Act::AccountEdit)),
    (
        "POST",
        "/admin/accounts/{id}/{act}",
        OneOf(&[
            Act::AccountDisable,
            Act::AccountEnable,
            Act::AccountUnlock,
            Act::AccountPassword,
            Act::SecondFactorReset,
        ]),
    ),
    ("GET", "/admin/schools", Nothing(FIGURES)),
    ("POST", "/admin/schools", As(Act::SchoolAdd)),
    ("POST", "/admin/schools/{id}", As(Act::SchoolEdit)),
    ("GET", "/admin/curriculum", Nothing(FORM)),
    ("POST", "/admin/curriculum", Nothing(PREVIEW)),
    ("POST", "/admin/curriculum/{id}", As(Act::CurriculumImport)),
    ("GET", "/admin/jobs", Nothing(FIGURES)),
    ("POST", "/admin/jobs", As(Act::JobRetryAll)),
    ("POST", "/admin/jobs/{id}", As(Act::JobRetry)),
    ("GET", "/admin/storage", Nothing(FIGURES)),
    ("GET", "/admin/files", Nothing(FIGURES)),
    ("GET", "/admin/damage", Nothing(FIGURES)),
    ("GET", "/admin/mirror", Nothing(FIGURES)),
    ("GET", "/admin/rates", Nothing(LIMITS)),
    ("POST", "/admin/rates", As(Act::AddressFree)),
    ("GET", "/account", Nothing(OWN)),
    ("POST", "/account/password", As(Act::PasswordChange)),
    ("GET", "/account/second-factor", Nothing(OWN)),
    (
        "POST",
        "/account/second-factor",
        Nothing("a secret is drawn: it counts when it is confirmed"),
    ),
    ("POST", "/account/second-factor/confirm", As(Act::SecondFactorAdd)),
    ("POST", "/account/second-factor/end", As(Act::SecondFactorRemove)),
    ("POST", "/account/sign-on/{provider}", Nothing(SIGN_ON)),
    ("POST", "/account/identities/{id}/unlink", As(Act::SignOnUnlink)),
    ("POST", "/account/sessions/end", As(Act::SessionEnd)),
    ("POST", "/account/export", As(Act::AccountExport)),
    ("POST", "/account/erase", As(Act::AccountErase)),
    ("POST", "/account/passkeys/{id}", As(Act::PasskeyEdit)),
    ("POST", "/account/passkeys/{id}/remove", As(Act::PasskeyRemove)),
    ("POST", "/account/tokens", As(Act::TokenAdd)),
    ("POST", "/account/tokens/{id}/withdraw", As(Act::TokenRemove)),
    ("GET", "/confirm", Nothing(FORM)),
    ("POST", "/confirm", As(Act::SessionConfirm)),
    ("GET", "/admin/review", Nothing(OPEN)),
    (
        "POST",
        "/admin/review",
        OneOf(&[Act::ReviewPathEdit, Act::ReviewPathRemove]),
    ),
    ("GET", "/admin/synonyms", Nothing(OPEN)),
    ("POST", "/admin/synonyms", As(Act::SynonymsAdd)),
    ("POST", "/admin/synonyms/{id}", As(Act::SynonymsEdit)),
    ("POST", "/admin/synonyms/{id}/delete", As(Act::SynonymsRemove)),
    ("GET", "/r/{id}", As(Act::ResourceRead)),
    ("GET", "/r/{id}/edit", Nothing(FORM)),
    ("POST", "/r/{id}/edit", As(Act::ResourceEdit)),
    (
        "POST",
        "/r/{id}/mark",
        OneOf(&[Act::ResourceFeature, Act::ResourceUnfeature]),
    ),
    ("POST", "/r/{id}/discard", As(Act::ResourceDiscard)),
    ("POST", "/r/{id}/erase", As(Act::ResourceEraseFile)),
    ("POST", "/r/{id}/remove", As(Act::ResourceRemove)),
    ("GET", "/r/{id}/findability", Nothing(OPEN)),
    ("POST", "/r/{id}/comments", As(Act::CommentAdd)),
    (
        "POST",
        "/r/{id}/comments/{comment}/{act}",
        OneOf(&[Act::CommentResolve, Act::CommentReopen, Act::CommentRemove]),
    ),
    (
        "POST",
        "/r/{id}/taking",
        OneOf(&[Act::ResourceTake, Act::ResourceGiveBack]),
    ),
    (
        "POST",
        "/r/{id}/{step}",
        OneOf(&[
            Act::ResourceSubmit,
            Act::ResourceApprove,
            Act::ResourceReturn,
            Act::ResourceReject,
            Act::ResourceRecall,
            Act::ResourcePublish,
            Act::ResourceWithdraw,
            Act::ResourceTakeDown,
        ]),
    ),
    ("GET", "/schools/{id}", Nothing(OPEN)),
    ("GET", "/m/{id}", Nothing(OPEN)),
    ("GET", "/c/{id}", Nothing(OPEN)),
    ("GET", "/tasks/{id}/order", Nothing(FORM)),
    ("POST", "/tasks/{id}/order", As(Act::TaskOrder)),
    ("GET", "/sheets/{list}", Nothing(FORM)),
    ("POST", "/sheets/{list}", Nothing(PREVIEW)),
    ("POST", "/sheets/{list}/{preview}", OneOf(LISTS)),
    ("POST", "/api/v1/sheets/{list}", Nothing(PREVIEW)),
    ("POST", "/api/v1/sheets/{list}/{preview}", OneOf(LISTS)),
    ("GET", "/companies", Nothing(OWN_COMPANY)),
    ("POST", "/companies", As(Act::CompanyAdd)),
    ("GET", "/companies/{id}", Nothing(OWN_COMPANY)),
    ("POST", "/companies/{id}", As(Act::CompanyEdit)),
    ("POST", "/companies/{id}/members", As(Act::CompanyMember)),
    (
        "POST",
        "/companies/{id}/members/{account}/remove",
        As(Act::CompanyMemberRemove),
    ),
    ("GET", "/api/v1/companies", OneOf(&[Act::CompanyExport])),
    ("POST", "/api/v1/companies", As(Act::CompanyAdd)),
    ("GET", "/api/v1/companies/{id}", Nothing(OWN_COMPANY)),
    ("PATCH", "/api/v1/companies/{id}", As(Act::CompanyEdit)),
    ("GET", "/api/v1/companies/{id}/members", Nothing(OWN_COMPANY)),
    ("POST", "/api/v1/companies/{id}/members", As(Act::CompanyMember)),
    (
        "DELETE",
        "/api/v1/companies/{id}/members/{account}",
        As(Act::CompanyMemberRemove),
    ),
    ("GET", "/api/v1/companies/{id}/contributions", Nothing(OWN_COMPANY)),
    ("GET", "/visits", Nothing(OWN_VISIT)),
    ("POST", "/visits", As(Act::VisitAdd)),
    ("GET", "/visits/{id}", Nothing(OWN_VISIT)),
    ("POST", "/visits/{id}/answer", As(Act::VisitAnswer)),
    ("POST", "/visits/{id}/close", As(Act::VisitClose)),
    ("GET", "/api/v1/visits", OneOf(&[Act::VisitExport])),
    ("POST", "/api/v1/visits", As(Act::VisitAdd)),
    ("GET", "/api/v1/visits/{id}", Nothing(OWN_VISIT)),
    ("PATCH", "/api/v1/visits/{id}", As(Act::VisitEdit)),
    ("POST", "/api/v1/visits/{id}/answer", As(Act::VisitAnswer)),
    ("POST", "/api/v1/visits/{id}/close", As(Act::VisitClose)),
    ("GET", "/recognition", Nothing(OPEN)),
    ("GET", "/recognition/new", Nothing(FORM)),
    ("POST", "/recognition/new", As(Act::RecognitionAdd)),
    ("GET", "/recognition/entries/{id}", Nothing(OWN_ENTRY)),
    ("POST", "/recognition/entries/{id}", As(Act::RecognitionEntryEdit)),
    (
        "POST",
        "/recognition/entries/{id}/withdraw",
        As(Act::RecognitionWithdraw),
    ),
    ("GET", "/recognition/entries/{id}/score", Nothing(JUDGED)),
    ("POST", "/recognition/entries/{id}/score", As(Act::RecognitionScore)),
    (
        "POST",
        "/recognition/entries/{id}/conflict",
        As(Act::RecognitionConflict),
    ),
    (
        "GET",
        "/recognition/entries/{id}/evidence/{position}/{number}",
        As(Act::RecognitionRead),
    ),
    ("GET", "/recognition/{id}", Nothing(OPEN)),
    ("GET", "/recognition/{id}/edit", Nothing(FORM)),
    ("POST", "/recognition/{id}/edit", As(Act::RecognitionEdit)),
    ("POST", "/recognition/{id}/announce", As(Act::RecognitionAnnounce)),
    ("POST", "/recognition/{id}/cancel", As(Act::RecognitionCancel)),
    ("GET", "/recognition/{id}/enter", Nothing(FORM)),
    ("POST", "/recognition/{id}/enter", As(Act::RecognitionEnter)),
    ("GET", "/recognition/{id}/judge", As(Act::RecognitionRead)),
    ("GET", "/recognition/{id}/jury", As(Act::RecognitionRead)),
    ("POST", "/recognition/{id}/jury", As(Act::RecognitionAppoint)),
    (
        "POST",
        "/recognition/{id}/jury/{account}/dismiss",
        As(Act::RecognitionDismiss),
    ),
    ("GET", "/recognition/{id}/standings", As(Act::RecognitionRead)),
    ("POST", "/recognition/{id}/publish", As(Act::RecognitionPublish)),
    (
        "POST",
        "/recognition/{id}/results/{result}",
        As(Act::RecognitionCorrect),
    ),
    ("GET", "/api/v1/recognition/calls", OneOf(&[Act::RecognitionExport])),
    ("POST", "/api/v1/recognition/calls", As(Act::RecognitionAdd)),
    ("GET", "/api/v1/recognition/calls/{id}", Nothing(OPEN)),
    ("PATCH", "/api/v1/recognition/calls/{id}", As(Act::RecognitionEdit)),
    (
        "POST",
        "/api/v1/recognition/calls/{id}/announce",
        As(Act::RecognitionAnnounce),
    ),
    (
        "POST",
        "/api/v1/recognition/calls/{id}/cancel",
        As(Act::RecognitionCancel),
    ),
    (
        "GET",
        "/api/v1/recognition/calls/{id}/entries",
        OneOf(&[Act::RecognitionExport]),
    ),
    (
        "POST",
        "/api/v1/recognition/calls/{id}/entries",
        As(Act::RecognitionEnter),
    ),
    (
        "GET",
        "/api/v1/recognition/calls/{id}/jury",
        OneOf(&[Act::RecognitionRead, Act::RecognitionExport]),
    ),
    (
        "POST",
        "/api/v1/recognition/calls/{id}/jury",
        As(Act::RecognitionAppoint),
    ),
    (
        "DELETE",
        "/api/v1/recognition/calls/{id}/jury/{account}",
        As(Act::RecognitionDismiss),
    ),
    (
        "GET",
        "/api/v1/recognition/calls/{id}/judging",
        As(Act::RecognitionRead),
    ),
    (
        "GET",
        "/api/v1/recognition/calls/{id}/standings",
        OneOf(&[Act::RecognitionRead, Act::RecognitionExport]),
    ),
    (
        "POST",
        "/api/v1/recognition/calls/{id}/publish",
        As(Act::RecognitionPublish),
    ),
    (
        "GET",
        "/api/v1/recognition/calls/{id}/results",
        OneOf(&[Act::RecognitionExport]),
    ),
    ("GET", "/api/v1/recognition/marks", Nothing(OPEN)),
    ("GET", "/api/v1/recognition/entries/{id}", Nothing(OWN_ENTRY)),
    (
        "PATCH",
        "/api/v1/recognition/entries/{id}",
        As(Act::RecognitionEntryEdit),
    ),
    (
        "POST",
        "/api/v1/recognition/entries/{id}/withdraw",
        As(Act::RecognitionWithdraw),
    ),
    ("GET", "/api/v1/recognition/entries/{id}/judging", Nothing(JUDGED)),
    (
        "PUT",
        "/api/v1/recognition/entries/{id}/score",
        As(Act::RecognitionScore),
    ),
    (
        "POST",
        "/api/v1/recognition/entries/{id}/conflicts",
        As(Act::RecognitionConflict),
    ),
    (
        "POST",
        "/api/v1/recognition/results/{id}/correct",
        As(Act::RecognitionCorrect),
    ),
    ("GET", "/training", Nothing(OPEN)),
    ("GET", "/training/new", Nothing(FORM)),
    ("POST", "/training/new", As(Act::TrainingAdd)),
    ("GET", "/training/bases", Nothing(OPEN)),
    ("POST", "/training/bases", As(Act::TrainingBaseAdd)),
    ("POST", "/training/bases/{id}", As(Act::TrainingBaseEdit)),
    ("POST", "/training/bases/{id}/remove", As(Act::TrainingBaseRemove)),
    ("GET", "/training/{id}/items", Nothing(FORM)),
    ("POST", "/training/{id}/items", As(Act::TrainingItems)),
    ("GET", "/training/{id}/items/{item}", Nothing(PROGRESS)),
    ("POST", "/training/{id}/items/{item}", As(Act::TrainingFinish)),
    ("GET", "/api/v1/training/sessions/{id}/items", Nothing(OPEN)),
    ("PUT", "/api/v1/training/sessions/{id}/items", As(Act::TrainingItems)),
    ("POST", "/api/v1/training/items/{id}/progress", As(Act::TrainingFinish)),
    ("GET", "/training/mine", Nothing(OWN)),
    ("GET", "/training/people", As(Act::TrainingRead)),
    ("GET", "/training/certificates", Nothing(OPEN)),
    ("GET", "/training/certificates/{number}", Nothing(OPEN)),
    (
        "POST",
        "/training/certificates/{number}/revoke",
        As(Act::TrainingRevoke),
    ),
    ("POST", "/training/{id}/certificates", As(Act::TrainingCertify)),
    (
        "POST",
        "/api/v1/training/sessions/{id}/certificates",
        As(Act::TrainingCertify),
    ),
    ("GET", "/api/v1/training/certificates/{number}", Nothing(OPEN)),
    (
        "POST",
        "/api/v1/training/certificates/{number}/revoke",
        As(Act::TrainingRevoke),
    ),
    ("GET", "/api/v1/training/mine", Nothing(OWN)),
    (
        "GET",
        "/api/v1/training/people",
        OneOf(&[Act::TrainingRead, Act::TrainingExport]),
    ),
    ("GET", "/training/{id}", Nothing(OPEN)),
    ("GET", "/training/{id}/edit", Nothing(FORM)),
    ("POST", "/training/{id}/edit", As(Act::TrainingEdit)),
    ("POST", "/training/{id}/join", As(Act::TrainingEnrol)),
    ("POST", "/training/{id}/leave", As(Act::TrainingWithdraw)),
    ("GET", "/training/{id}/sign-in", Nothing(FORM)),
    ("POST", "/training/{id}/sign-in", As(Act::TrainingSignIn)),
    ("GET", "/training/{id}/code", Nothing(CODE)),
    ("GET", "/training/{id}/people", As(Act::TrainingRead)),
    ("POST", "/training/{id}/people", As(Act::TrainingEnrol)),
    ("GET", "/training/{id}/people/import", Nothing(FORM)),
    ("POST", "/training/{id}/people/import", Nothing(PREVIEW)),
    ("POST", "/training/{id}/people/import/{preview}", As(Act::TrainingList)),
    ("POST", "/training/{id}/people/{attendance}", As(Act::TrainingCorrect)),
    ("POST", "/training/{id}/cancel", As(Act::TrainingCancel)),
    ("GET", "/standards", Nothing(OPEN)),
    ("POST", "/standards", As(Act::StandardAdd)),
    ("GET", "/standards/new", Nothing(FORM)),
    ("GET", "/standards/followups", Nothing(FIGURES)),
    ("GET", "/standards/followups/import", Nothing(FORM)),
    ("POST", "/standards/followups/import", Nothing(PREVIEW)),
    ("POST", "/standards/followups/import/{preview}", OneOf(FOLLOW_UPS)),
    ("POST", "/standards/followups/{id}", OneOf(FOLLOW_UPS)),
    ("GET", "/standards/{id}", Nothing(OPEN)),
    ("POST", "/standards/{id}", As(Act::StandardEdit)),
    ("GET", "/standards/{id}/edit", Nothing(FORM)),
    ("POST", "/standards/{id}/table", As(Act::StandardTable)),
    ("POST", "/standards/{id}/remove", As(Act::StandardRemove)),
    ("POST", "/standards/{id}/publish", As(Act::StandardPublish)),
    ("GET", "/packs", Nothing(OPEN)),
    ("POST", "/packs", As(Act::PackCreate)),
    ("GET", "/packs/new", Nothing(FORM)),
    ("POST", "/packs/add", As(Act::PackEdit)),
    ("GET", "/p/{id}", Nothing(OPEN)),
    ("GET", "/p/{id}/changes", Nothing(OPEN)),
    ("GET", "/p/{id}/edit", Nothing(FORM)),
    ("POST", "/p/{id}/edit", As(Act::PackEdit)),
    ("POST", "/p/{id}/publish", As(Act::PackPublish)),
    ("POST", "/p/{id}/withdraw", OneOf(&[Act::PackWithdraw, Act::PackRemove])),
    ("POST", "/p/{id}/restore", As(Act::PackRestore)),
    ("GET", "/copyright", Nothing(FORM)),
    ("POST", "/copyright", As(Act::NoticeSend)),
    ("GET", "/copyright/{key}", Nothing(OWN_NOTICE)),
    ("POST", "/copyright/{key}", As(Act::NoticeAnswer)),
    ("GET", "/notices/{id}", As(Act::NoticeRead)),
    ("POST", "/notices/{id}/{step}", OneOf(NOTICE_STEPS)),
    ("GET", "/admin/notices", As(Act::NoticeRead)),
    ("GET", "/admin/notices/{id}", As(Act::NoticeRead)),
    ("POST", "/admin/notices/{id}/{step}", OneOf(NOTICE_STEPS)),
    ("GET", "/upload", Nothing(FORM)),
    ("POST", "/upload", OneOf(&[Act::ResourceCreate, Act::ResourceVersion])),
    ("GET", "/review", Nothing(OPEN)),
    ("GET", "/admin/plan", Nothing(FORM)),
    ("POST", "/admin/plan", As(Act::PlanEdit)),
    ("POST", "/admin/plan/import", Nothing(PREVIEW)),
    ("GET", "/reports", Nothing(FIGURES)),
    ("GET", "/reports/evidence", Nothing(FIGURES)),
    ("POST", "/reports/evidence", OneOf(&[Act::PackCreate, Act::PackPublish])),
    ("GET", "/admin/audit", As(Act::AuditRead)),
    ("GET", "/mine", Nothing(OWN)),
    ("GET", "/sign-in", Nothing(FORM)),
    ("POST", "/sign-in", As(Act::SessionBegin)),
    ("GET", "/sign-on/{provider}", Nothing(SIGN_ON)),
    (
        "POST",
        "/sign-on/{provider}",
        OneOf(&[Act::SessionBegin, Act::AccountAdd]),
    ),
    (
        "GET",
        "/sign-on/{provider}/answer",
        OneOf(&[Act::SessionBegin, Act::SignOnLink, Act::AccountAdd]),
    ),
    ("POST", "/sign-out", As(Act::SessionEnd)),
    ("GET", "/api/docs", Nothing(OPEN)),
    ("GET", "/privacy", Nothing(OPEN)),
    ("GET", "/problems/{code}", Nothing(OPEN)),
    ("GET", "/assets/{name}", Nothing(OPEN)),
    ("GET", "/favicon.ico", Nothing(OPEN)),
    ("POST", "/api/v1/session", As(Act::SessionBegin)),
    ("GET", "/api/v1/sign-on-providers", Nothing(OPEN)),
    ("DELETE", "/api/v1/session", As(Act::SessionEnd)),
    ("POST", "/api/v1/session/confirm", As(Act::SessionConfirm)),
    ("GET", "/api/v1/me", Nothing(OWN)),
    ("GET", "/api/v1/me/todos", Nothing(OWN)),
    ("GET", "/api/v1/me/marks", Nothing(OWN)),
    ("GET", "/api/v1/accounts", As(Act::AccountRead)),
    ("POST", "/api/v1/accounts", As(Act::AccountAdd)),
    (
        "PATCH",
        "/api/v1/accounts/{id}",
        OneOf(&[
            Act::AccountEdit,
            Act::AccountDisable,
            Act::AccountEnable,
            Act::AccountUnlock,
            Act::AccountPassword,
            Act::SecondFactorReset,
        ]),
    ),
    ("DELETE", "/api/v1/accounts/{id}", As(Act::AccountErase)),
    ("POST", "/api/v1/me/export", As(Act::AccountExport)),
    ("POST", "/api/v1/me/erase", As(Act::AccountErase)),
    ("GET", "/api/v1/tokens", Nothing(OWN)),
    ("POST", "/api/v1/tokens", As(Act::TokenAdd)),
    ("DELETE", "/api/v1/tokens/{id}", As(Act::TokenRemove)),
    ("POST", "/api/v1/passkeys/options", Nothing(CHALLENGE)),
    ("GET", "/api/v1/passkeys", Nothing(OWN)),
    ("POST", "/api/v1/passkeys", As(Act::PasskeyAdd)),
    ("POST", "/api/v1/passkeys/sign-in/options", Nothing(CHALLENGE)),
    ("POST", "/api/v1/passkeys/sign-in", As(Act::SessionBegin)),
    ("POST", "/api/v1/passkeys/confirm/options", Nothing(CHALLENGE)),
    ("PATCH", "/api/v1/passkeys/{id}", As(Act::PasskeyEdit)),
    ("DELETE", "/api/v1/passkeys/{id}", As(Act::PasskeyRemove)),
    ("GET", "/api/v1/schools", Nothing(OPEN)),
    ("POST", "/api/v1/schools", As(Act::SchoolAdd)),
    ("PATCH", "/api/v1/schools/{id}", As(Act::SchoolEdit)),
    ("GET", "/api/v1/resource-types", Nothing(OPEN)),
    ("GET", "/api/v1/majors", Nothing(OPEN)),
    ("GET", "/api/v1/majors/{id}", Nothing(OPEN)),
    ("GET", "/api/v1/majors/{id}/table", Nothing(OPEN)),
    ("GET", "/api/v1/standards", Nothing(OPEN)),
    ("POST", "/api/v1/standards", As(Act::StandardAdd)),
    ("GET", "/api/v1/standards/followups", As(Act::StandardExport)),
    ("PATCH", "/api/v1/standards/followups/{id}", OneOf(FOLLOW_UPS)),
    ("GET", "/api/v1/standards/{id}/progress", Nothing(FIGURES)),
    ("GET", "/api/v1/standards/{id}", Nothing(OPEN)),
    ("PATCH", "/api/v1/standards/{id}", As(Act::StandardEdit)),
    ("DELETE", "/api/v1/standards/{id}", As(Act::StandardRemove)),
    ("GET", "/api/v1/standards/{id}/table", Nothing(OPEN)),
    ("PUT", "/api/v1/standards/{id}/table", As(Act::StandardTable)),
    ("GET", "/api/v1/standards/{id}/changes", Nothing(OPEN)),
    ("POST", "/api/v1/standards/{id}/publish", As(Act::StandardPublish)),
    ("GET", "/api/v1/courses", Nothing(OPEN)),
    ("GET", "/api/v1/courses/{id}", Nothing(OPEN)),
    ("GET", "/api/v1/tasks/{id}/order", Nothing(OPEN)),
    ("PUT", "/api/v1/tasks/{id}/order", As(Act::TaskOrder)),
    ("GET", "/api/v1/resources", Nothing(OPEN)),
    ("POST", "/api/v1/resources", As(Act::ResourceCreate)),
    ("GET", "/api/v1/resources/{id}", As(Act::ResourceRead)),
    ("PATCH", "/api/v1/resources/{id}", As(Act::ResourceEdit)),
    ("DELETE", "/api/v1/resources/{id}", As(Act::ResourceRemove)),
    ("GET", "/api/v1/resources/{id}/findability", Nothing(OPEN)),
    ("GET", "/api/v1/resources/{id}/versions", Nothing(OPEN)),
    ("POST", "/api/v1/resources/{id}/versions", As(Act::ResourceVersion)),
    ("GET", "/api/v1/resources/{id}/versions/{number}", Nothing(OPEN)),
    ("GET", "/api/v1/resources/{id}/similar", Nothing(OPEN)),
    ("GET", "/api/v1/resources/{id}/comments", Nothing(OPEN)),
    ("POST", "/api/v1/resources/{id}/comments", As(Act::CommentAdd)),
    (
        "PATCH",
        "/api/v1/resources/{id}/comments/{comment}",
        OneOf(&[Act::CommentResolve, Act::CommentReopen]),
    ),
    (
        "DELETE",
        "/api/v1/resources/{id}/comments/{comment}",
        As(Act::CommentRemove),
    ),
    ("PUT", "/api/v1/resources/{id}/mark", As(Act::ResourceFeature)),
    ("DELETE", "/api/v1/resources/{id}/mark", As(Act::ResourceUnfeature)),
    ("POST", "/api/v1/resources/{id}/submit", As(Act::ResourceSubmit)),
    ("POST", "/api/v1/resources/{id}/approve", As(Act::ResourceApprove)),
    ("POST", "/api/v1/resources/{id}/return", As(Act::ResourceReturn)),
    ("POST", "/api/v1/resources/{id}/reject", As(Act::ResourceReject)),
    ("POST", "/api/v1/resources/{id}/recall", As(Act::ResourceRecall)),
    ("GET", "/api/v1/resources/{id}/review", Nothing(OPEN)),
    ("PUT", "/api/v1/resources/{id}/taking", As(Act::ResourceTake)),
    ("DELETE", "/api/v1/resources/{id}/taking", As(Act::ResourceGiveBack)),
    ("POST", "/api/v1/resources/{id}/publish", As(Act::ResourcePublish)),
    (
        "POST",
        "/api/v1/resources/{id}/withdraw",
        OneOf(&[Act::ResourceWithdraw, Act::ResourceTakeDown]),
    ),
    ("POST", "/api/v1/resources/{id}/discard", As(Act::ResourceDiscard)),
    ("DELETE", "/api/v1/files/{id}", As(Act::ResourceEraseFile)),
    ("GET", "/api/v1/files/{id}/content", As(Act::ResourceFetch)),
    ("GET", "/api/v1/files/{id}/passages", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/members", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/subtitles", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/chapters", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/stream", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/stream.m3u8", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/pages/{page}", As(Act::ResourceRead)),
    ("GET", "/api/v1/files/{id}/thumbnail", As(Act::ResourceRead)),
    ("GET", "/api/v1/blobs/sha256/{hex}", As(Act::ResourceFetch)),
    ("OPTIONS", "/api/v1/uploads", Nothing(PROBE)),
    ("POST", "/api/v1/uploads", Nothing(BYTES)),
    ("HEAD", "/api/v1/uploads/{id}", Nothing(BYTES)),
    ("PATCH", "/api/v1/uploads/{id}", Nothing(BYTES)),
    ("DELETE", "/api/v1/uploads/{id}", Nothing(BYTES)),
    ("POST", "/api/v1/uploads/{id}", Nothing(BYTES)),
    ("OPTIONS", "/api/v1/uploads/{id}", Nothing(PROBE)),
    ("GET", "/api/v1/search", Nothing(QUESTION)),
    ("GET", "/api/v1/synonyms", Nothing(OPEN)),
    ("POST", "/api/v1/synonyms", As(Act::SynonymsAdd)),
    ("PATCH", "/api/v1/synonyms/{id}", As(Act::SynonymsEdit)),
    ("DELETE", "/api/v1/synonyms/{id}", As(Act::SynonymsRemove)),
    ("GET", "/api/v1/saved-searches", Nothing(OWN)),
    ("POST", "/api/v1/saved-searches", As(Act::SavedSearchAdd)),
    (
        "PATCH",
        "/api/v1/saved-searches/{id}",
        OneOf(&[
            Act::SavedSearchEdit,
            Act::SavedSearchFeedAdd,
            Act::SavedSearchFeedRemove,
        ]),
    ),
    ("DELETE", "/api/v1/saved-searches/{id}", As(Act::SavedSearchRemove)),
    ("POST", "/api/v1/saved-searches/{id}/seen", Nothing(OWN)),
    ("GET", "/api/v1/suggest", Nothing(QUESTION)),
    ("POST", "/api/v1/suggestions", Nothing(QUESTION)),
    ("GET", "/api/v1/packs", Nothing(OPEN)),
    ("POST", "/api/v1/packs", As(Act::PackCreate)),
    ("GET", "/api/v1/packs/{id}", Nothing(OPEN)),
    ("PATCH", "/api/v1/packs/{id}", As(Act::PackEdit)),
    (
        "DELETE",
        "/api/v1/packs/{id}",
        OneOf(&[Act::PackWithdraw, Act::PackRemove]),
    ),
    ("POST", "/api/v1/packs/{id}/publish", As(Act::PackPublish)),
    ("GET", "/api/v1/packs/{id}/timestamp.json", Nothing(PUBLIC_KEYS)),
    ("GET", "/api/v1/packs/{id}/tuf/{document}", Nothing(PUBLIC_KEYS)),
    ("GET", "/api/v1/packs/{id}/tuf/targets/{path:.*}", As(Act::PackFetch)),
    ("GET", "/api/v1/packs/{id}/checks", Nothing(OPEN)),
    ("GET", "/api/v1/packs/{id}/receipts", Nothing(FIGURES)),
    ("GET", "/api/v1/packs/{id}/versions", Nothing(OPEN)),
    ("GET", "/api/v1/packs/{id}/versions/{number}", Nothing(OPEN)),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/manifest.json",
        As(Act::PackFetch),
    ),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/manifest.patch.json",
        As(Act::PackFetch),
    ),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/snapshot.json",
        Nothing(PUBLIC_KEYS),
    ),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/archive.{ending}",
        As(Act::PackFetch),
    ),
    ("GET", "/api/v1/packs/{id}/versions/{number}/bundle", As(Act::PackFetch)),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/evidence/{name}",
        As(Act::PackFetch),
    ),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/passages",
        As(Act::PackFetch),
    ),
    (
        "POST",
        "/api/v1/packs/{id}/versions/{number}/receipts",
        As(Act::PackReceipt),
    ),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/files/{sha256}",
        As(Act::PackFetch),
    ),
    (
        "GET",
        "/api/v1/packs/{id}/versions/{number}/files/{sha256}/chunks",
        As(Act::PackFetch),
    ),
    ("GET", "/api/v1/trust/root.json", Nothing(PUBLIC_KEYS)),
    ("GET", "/api/v1/trust/{version}.root.json", Nothing(PUBLIC_KEYS)),
    ("GET", "/api/v1/training/bases", OneOf(&[Act::TrainingExport])),
    ("POST", "/api/v1/training/bases", As(Act::TrainingBaseAdd)),
    ("GET", "/api/v1/training/bases/{id}", Nothing(OPEN)),
    ("PATCH", "/api/v1/training/bases/{id}", As(Act::TrainingBaseEdit)),
    ("DELETE", "/api/v1/training/bases/{id}", As(Act::TrainingBaseRemove)),
    ("GET", "/api/v1/training/sessions", As(Act::TrainingExport)),
    ("POST", "/api/v1/training/sessions", As(Act::TrainingAdd)),
    ("GET", "/api/v1/training/sessions/{id}", Nothing(OPEN)),
    ("PATCH", "/api/v1/training/sessions/{id}", As(Act::TrainingEdit)),
    ("POST", "/api/v1/training/sessions/{id}/cancel", As(Act::TrainingCancel)),
    (
        "GET",
        "/api/v1/training/sessions/{id}/attendance",
        OneOf(&[Act::TrainingRead, Act::TrainingExport]),
    ),
    (
        "POST",
        "/api/v1/training/sessions/{id}/attendance",
        As(Act::TrainingEnrol),
    ),
    (
        "PATCH",
        "/api/v1/training/sessions/{id}/attendance/{attendance}",
        As(Act::TrainingCorrect),
    ),
    (
        "POST",
        "/api/v1/training/sessions/{id}/withdraw",
        As(Act::TrainingWithdraw),
    ),
    ("GET", "/api/v1/training/sessions/{id}/code", Nothing(CODE)),
    (
        "POST",
        "/api/v1/training/sessions/{id}/sign-in",
        As(Act::TrainingSignIn),
    ),
    ("GET", "/api/v1/changes", Nothing(OPEN)),
    ("GET", "/api/v1/jobs", Nothing(FIGURES)),
    ("GET", "/api/v1/rates", Nothing(LIMITS)),
    ("GET", "/api/v1/rates/shut-out", Nothing(LIMITS)),
    ("DELETE", "/api/v1/rates/shut-out/{address}", As(Act::AddressFree)),
    ("POST", "/api/v1/jobs/{id}/retry", As(Act::JobRetry)),
    ("GET", "/api/v1/notices", OneOf(&[Act::NoticeRead, Act::NoticeExport])),
    ("POST", "/api/v1/notices", As(Act::NoticeSend)),
    ("GET", "/api/v1/notices/followed/{key}", Nothing(OWN_NOTICE)),
    ("POST", "/api/v1/notices/followed/{key}", As(Act::NoticeAnswer)),
    ("GET", "/api/v1/notices/{id}", As(Act::NoticeRead)),
    ("POST", "/api/v1/notices/{id}/{step}", OneOf(NOTICE_STEPS)),
    ("GET", "/api/v1/reviews", Nothing(FIGURES)),
    ("GET", "/api/v1/review-decisions", As(Act::ReportExport)),
    ("GET", "/api/v1/review-paths", OneOf(&[Act::ReviewPathExport])),
    (
        "PUT",
        "/api/v1/review-paths/{code}",
        OneOf(&[Act::ReviewPathEdit, Act::ReviewPathRemove]),
    ),
    ("GET", "/api/v1/plan", Nothing(FIGURES)),
    ("PUT", "/api/v1/plan", As(Act::PlanEdit)),
    ("GET", "/api/v1/plan/history", Nothing(FIGURES)),
    ("GET", "/api/v1/reports/coverage", As(Act::ReportExport)),
    ("GET", "/api/v1/reports/evidence", As(Act::ReportExport)),
    ("GET", "/api/v1/reports/health", As(Act::ReportExport)),
    ("GET", "/api/v1/reports/progress", As(Act::ReportExport)),
    ("GET", "/api/v1/reports/usage", As(Act::ReportExport)),
    ("GET", "/api/v1/reports/task-usage", As(Act::ReportExport)),
    ("GET", "/api/v1/audit", OneOf(&[Act::AuditRead, Act::AuditExport])),
    ("GET", "/api/v1/audit/checkpoint", As(Act::AuditCheckpoint)),
    ("GET", "/api/openapi.json", Nothing(OPEN)),
    ("GET", "/healthz", Nothing(PROBE)),
    ("GET", "/readyz", Nothing(PROBE)),
    ("GET", "/metrics", Nothing(PROBE)),
];

/// Notes that a request was refused for who sent it. Those who guess passwords, codes and tokens are noted where that is
/// found out, with the account that they guess at.
pub(super) fn note_refusal(library: &Library, actor: &Actor, request: &HttpRequest, problem: &Problem) {
    let Some(refusal) = problem.refusal() else { return };
    let is_noted = matches!(
        refusal,
        Refusal::WrongPassword
            | Refusal::WrongCode
            | Refusal::Passkey(_)
            | Refusal::InvalidToken
            | Refusal::SignOnRefused(_)
            | Refusal::AccountDisabled
    );
    // Who is only asked for more has not been refused yet.
    let is_asked = matches!(refusal, Refusal::SecondFactorRequired | Refusal::ConfirmIdentity);
    if is_noted || is_asked || !matches!(refusal.class(), Class::SignIn | Class::Forbidden) {
        return;
    }
    let pattern = request.match_pattern().unwrap_or_default();
    let (action, subject) = match recorded(request.method().as_str(), &pattern) {
        Some(As(action)) => (action, thing(request)),
        // The address as the table has it: few, whatever is asked for.
        _ => (Act::AccessRefuse, Some(format!("{} {pattern}", request.method()))),
    };
    library.audit.refused(actor, action, subject, refusal.code());
}

fn recorded(method: &str, pattern: &str) -> Option<Recorded> {
    let is_it = |line: &&Line| line.1 == pattern && (line.0 == method || (line.0 == "GET" && method == "HEAD"));
    TABLE.iter().find(is_it).map(|line| line.2)
}

/// The thing that a request is about, as far as its address names one of ours.
fn thing(request: &HttpRequest) -> Option<String> {
    let id: AnyId = request.match_info().get("id")?.parse().ok()?;
    Some(id.to_string())
}
