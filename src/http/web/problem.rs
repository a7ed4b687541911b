//! The error page: says what cannot be done, why, and what to do next.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::layout::{Layout, Link};
use super::page_context::PageContext;
use crate::domain::passkey::PasskeyFault;
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::role::Role;
use crate::domain::training::fault::TrainingFault;
use crate::error::{Class, Dependency, Error, Refusal, Thing};
use crate::http::observe::RequestId;
use crate::http::problem::Problem;
use crate::words::Lang;

/// The error page; its frame's title says what happened.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The frame.
    pub layout: Layout,
    /// The HTTP status: `404`.
    pub status: u16,
    /// What is the matter and what helps, in a sentence or two.
    pub detail: String,
    /// Ways on.
    pub links: Vec<Link>,
    /// The request's id, for whoever looks into it.
    pub request_id: Option<String>,
}

/// The page as text.
pub fn html(problem: &Problem, lang: Lang) -> String {
    page(problem, lang).render().unwrap_or_default()
}

/// The page for everything that cannot be done, in the frame of whoever asked.
fn page(problem: &Problem, lang: Lang) -> ProblemPage {
    let said = problem.say(lang);
    // Outside of any request, and before the guard, nobody is known to have asked.
    let visit = PageContext::current();
    let layout = match &visit {
        Some(visit) => visit.layout(said.title),
        None => Layout::new(lang, said.title),
    };
    ProblemPage {
        status: problem.status().as_u16(),
        detail: said.detail,
        links: ways_on(problem, &layout),
        request_id: RequestId::current().map(|id| id.as_str().to_owned()),
        layout,
    }
}

/// Where a reader can go from here: signing in shows more, and the catalogue is always there.
fn ways_on(problem: &Problem, layout: &Layout) -> Vec<Link> {
    let say = layout.say;
    let class = problem.refusal().map(Refusal::class);
    let may_help = matches!(class, Some(Class::SignIn | Class::Forbidden | Class::Missing));
    let sign_in = (may_help && layout.account.is_none()).then(|| Link::new(say.sign_in(), &layout.sign_in_url));
    let home = Link::new(say.back_home(), "/");
    sign_in.into_iter().chain([home]).collect()
}

/// `GET /problems/{code}`: what the address in a problem's `type` stands for.
pub async fn show(visit: PageContext, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let known = catalogue().into_iter().find(|problem| problem.code() == *code);
    let problem = known.ok_or(Refusal::NoSuch(Thing::Page))?;
    let mut page = page(&problem, visit.say.lang());
    // It would name the visit to this page, and no fault.
    page.request_id = None;
    visit.page(&page)
}

/// One problem of each kind that says its own next step without the data of a case.
#[expect(clippy::too_many_lines, reason = "a list, one line a problem")]
fn catalogue() -> Vec<Problem> {
    use Thing::{
        Account, Company, Course, Feed, File, Major, Page, Picture, RecognitionCall, RecognitionEntry,
        RecognitionResult, Resource, SavedSearch, School, Synonyms, Task, TrainingBase, TrainingSession, Upload,
        Version, Visit,
    };
    let plain = [
        Refusal::NotSignedIn,
        Refusal::WrongPassword,
        Refusal::ConfirmIdentity,
        Refusal::Passkey(PasskeyFault::Over),
        Refusal::Passkey(PasskeyFault::OtherSite),
        Refusal::Passkey(PasskeyFault::NotVerified),
        Refusal::Passkey(PasskeyFault::Copied),
        Refusal::Passkey(PasskeyFault::Wrong),
        Refusal::PasskeysUnavailable,
        Refusal::InvalidToken,
        Refusal::TokenTooNarrow,
        Refusal::NotAllowed,
        Refusal::OwnWork,
        Refusal::HeldByOthers,
        Refusal::WorkClaimOver,
        Refusal::BadWorkResult {
            detail: "…".to_owned()
        },
        Refusal::OtherOcrModel { ours: 1 },
        Refusal::Csrf,
        Refusal::MethodNotAllowed,
        Refusal::Fields(Vec::new()),
        Refusal::AddressTooLong { limit: 65_534 },
        Refusal::HeadersTooLarge,
        Refusal::DiskFull,
        Refusal::Stalled,
        Refusal::ChangedMeanwhile,
        Refusal::IfMatchRequired,
        Refusal::ChangedSinceSubmitted,
        Refusal::FileInUse,
        Refusal::NothingWaits,
        Refusal::StepOfOthers {
            step: ("学校专业审核".to_owned(), "School: subject".to_owned()),
            takers: vec![Role::SchoolAdmin],
            people: Vec::new(),
        },
        Refusal::OwnSchool,
        Refusal::AgreementOver,
        Refusal::VisitClosed,
        Refusal::VisitNotAnswered,
        Refusal::VisitAnswered,
        Refusal::CompanyInUse,
        Refusal::NothingToReview,
        Refusal::ReviewRejected,
        Refusal::ReviewRequired {
            path: ("教材".to_owned(), "Textbooks".to_owned()),
        },
        Refusal::ReviewTaken {
            by: "王老师".to_owned(),
        },
        Refusal::BadCursor,
        Refusal::UploadChecksum,
        Refusal::UploadChecksumAlgorithm,
        Refusal::UploadGone,
        Refusal::PackItemGone { items: vec![1] },
        Refusal::PackNotReady,
        Refusal::BadReceipt,
        Refusal::Recognition(RecognitionFault::Announced),
        Refusal::Recognition(RecognitionFault::NotOpen),
        Refusal::Recognition(RecognitionFault::NotJudging),
        Refusal::Recognition(RecognitionFault::Entered),
        Refusal::Recognition(RecognitionFault::SchoolFull),
        Refusal::Recognition(RecognitionFault::NotForThem),
        Refusal::Recognition(RecognitionFault::Withdrawn),
        Refusal::Recognition(RecognitionFault::Conflict),
        Refusal::Recognition(RecognitionFault::Involved),
        Refusal::Recognition(RecognitionFault::TooFewVoices),
        Refusal::Recognition(RecognitionFault::JuryAtWork),
        Refusal::Recognition(RecognitionFault::Published),
        Refusal::Recognition(RecognitionFault::Cancelled),
        Refusal::Recognition(RecognitionFault::NoEntries),
        Refusal::Training(TrainingFault::BaseInUse),
        Refusal::Training(TrainingFault::Cancelled),
        Refusal::Training(TrainingFault::Over),
        Refusal::Training(TrainingFault::Full),
        Refusal::Training(TrainingFault::Attended),
        Refusal::Training(TrainingFault::NotToday),
        Refusal::Training(TrainingFault::WrongCode),
        Refusal::Training(TrainingFault::IsOnline),
        Refusal::Training(TrainingFault::IsOnSite),
        Refusal::Training(TrainingFault::NotEnrolled),
        Refusal::Training(TrainingFault::OtherItem),
        Refusal::UploadIsFinal,
        Refusal::UploadPieces,
        Refusal::UploadTaken,
        Refusal::UploadTakenOver,
        Refusal::TusVersion,
        Refusal::IdempotencyMismatch,
        Refusal::IdempotencyBusy,
        Refusal::ContentLost,
        Refusal::ContentDamaged,
        Refusal::Busy,
        Refusal::BeingMade,
        Refusal::Unavailable(Dependency::Database),
    ];
    let things = [
        Account,
        Company,
        Course,
        Feed,
        File,
        Major,
        Page,
        Picture,
        RecognitionCall,
        RecognitionEntry,
        RecognitionResult,
        Resource,
        SavedSearch,
        School,
        Synonyms,
        Task,
        TrainingBase,
        TrainingSession,
        Upload,
        Version,
        Visit,
    ];
    let missing = things.into_iter().map(Refusal::NoSuch);
    let internal = Problem::from(Error::unexpected(anyhow::anyhow!("an example")));
    plain
        .into_iter()
        .chain(missing)
        .map(Problem::from)
        .chain([internal])
        .collect()
}
