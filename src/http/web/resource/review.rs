//! The review of a resource on its page: where it waits, who has taken it, how it came there, and the decisions that are made here.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{ResourcePage, view_model};
use crate::actor::Actor;
use crate::domain::id::ResourceId;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::review::ReviewOutcome;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::waits_at::{WaitingRemark, remark};
use crate::http::web::{review as queue_page, urls};
use crate::library::Library;
use crate::library::resource_view::Resource;
use crate::library::review_steps::waits_at::WaitsAt;
use crate::library::reviews::history::ReviewEntry;
use crate::words::pages::PageWords;

/// The review, for a resource's people and its reviewers.
#[derive(Debug, Clone)]
pub struct ReviewPanel {
    /// Where it waits.
    pub waits: Option<WaitingRemark>,
    /// Takes it or gives it back, for those who may.
    pub taking: Option<TakingForm>,
    /// What automatic checks find; where it can still be submitted or decided on.
    pub checks: Option<Vec<String>>,
    /// What came of it, newest first.
    pub history: Vec<HistoryRow>,
}

/// Takes something or gives it back.
#[derive(Debug, Clone)]
pub struct TakingForm {
    /// What the form sends: `take` or `give-back`.
    pub act: &'static str,
    /// What the button says.
    pub label: &'static str,
    /// What follows from it.
    pub note: Option<&'static str>,
}

/// Something that came of it.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    /// When.
    pub at: String,
    /// What, at which step, by whom.
    pub text: String,
    /// Why.
    pub note: Option<String>,
    /// Which version it is about.
    pub version: String,
}

/// Adds the review to a page, for those who take part in it.
pub(super) async fn add(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    steps: &[StatusTransition],
    page: &mut ResourcePage,
) -> Result<(), Problem> {
    if !library.reviews.may_discuss(&visit.actor, resource) {
        return Ok(());
    }
    let review = library.reviews.history(&visit.actor, resource.id).await?;
    let rows: Vec<HistoryRow> = review.history.iter().map(|entry| row(visit.say, entry)).collect();
    let is_open = steps.contains(&StatusTransition::Submit) || review.waits.is_some();
    if rows.is_empty() && !is_open {
        return Ok(());
    }
    let checks = review.checks.iter().map(|found| visit.say.finding(found));
    let is_reviewer = steps.contains(&StatusTransition::Return);
    page.review = Some(ReviewPanel {
        taking: review
            .waits
            .as_ref()
            .filter(|_| is_reviewer)
            .and_then(|waits| taking(visit, waits)),
        checks: is_open.then(|| checks.collect()),
        waits: review.waits.map(|waits| remark(visit.say, &waits)),
        history: rows,
    });
    Ok(())
}

fn taking(visit: &PageContext, waits: &WaitsAt) -> Option<TakingForm> {
    let say = visit.say;
    match &waits.taken_by {
        Some(by) if visit.actor.id() == Some(by.id) => Some(TakingForm {
            act: "give-back",
            label: say.review_give_back(),
            note: None,
        }),
        Some(_) => None,
        None => Some(TakingForm {
            act: "take",
            label: say.review_take(),
            note: Some(say.review_take_note()),
        }),
    }
}

fn row(say: PageWords, entry: &ReviewEntry) -> HistoryRow {
    let step = entry.step_zh.as_deref().unwrap_or_default();
    let step = say
        .either(step, entry.step_en.as_deref().unwrap_or_default())
        .to_owned();
    let by = match (&entry.by, entry.outcome) {
        (_, ReviewOutcome::PassedOver) => None,
        (Some(by), _) => Some(by.name.clone()),
        (None, _) => Some(say.review_nobody().to_owned()),
    };
    let behalf = if entry.on_behalf { say.review_on_behalf() } else { "" };
    let outcome = format!("{}{behalf}", say.review_outcome(entry.outcome));
    let parts = [Some(step).filter(|step| !step.is_empty()), Some(outcome), by];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    HistoryRow {
        at: entry.at.minute(),
        text: parts.join(" · "),
        note: entry.note.clone().filter(|note| !note.trim().is_empty()),
        version: say.version(entry.version),
    }
}

/// The form that takes something or gives it back.
#[derive(Debug, Deserialize)]
pub struct TakingFields {
    /// `take` or `give-back`.
    #[serde(default)]
    pub act: String,
}

/// `POST /r/{id}/taking`
pub async fn take(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    form: ProtectedForm<TakingFields>,
) -> Result<HttpResponse, Problem> {
    let done = if form.act == "give-back" {
        library.reviews.give_back(&actor, *id).await?;
        "give-back"
    } else {
        library.reviews.take(&actor, *id).await?;
        "take"
    };
    Ok(see_other(&format!("{}?done={done}", urls::resource(*id))))
}

/// A step of the review, as its form sends it.
#[derive(Debug, Deserialize)]
pub struct StepForm {
    /// What is to be mended.
    pub note: Option<String>,
    /// The revision that was looked at.
    pub seen: Option<i64>,
    /// Taken down on mirrors at once as well.
    #[serde(default)]
    pub at_once: bool,
}

/// Whether somebody was quicker.
pub(super) fn is_stale(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::ChangedMeanwhile
            | Refusal::ChangedSinceSubmitted
            | Refusal::IfMatchRequired
            | Refusal::StepOfOthers { .. }
            | Refusal::MoveNotPossible { .. }
    )
}

/// `POST /r/{id}/{step}`
pub async fn step(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(ResourceId, StatusTransition)>,
    form: ProtectedForm<StepForm>,
) -> Result<HttpResponse, Problem> {
    let (id, step) = path.into_inner();
    let form = form.into_inner();
    let note = form.note.filter(|note| !note.trim().is_empty());
    // Read before the decision: afterwards its maker may no longer see the resource.
    let is_decision = matches!(
        step,
        StatusTransition::Approve | StatusTransition::Return | StatusTransition::Reject
    );
    let queue = match library.reviews.neighbours(&actor, id).await? {
        Some(queue) if is_decision => Some(queue),
        _ => None,
    };
    let made = if step == StatusTransition::Withdraw && form.at_once {
        library.reviews.take_down(&actor, id, form.seen).await
    } else {
        library.reviews.step(&actor, id, step, note, form.seen).await
    };
    let after = match made {
        // Looked at once more, it can be decided on.
        Err(Error::Refused(refusal)) if is_stale(&refusal) => {
            return Ok(see_other(&format!("{}?done=stale", urls::resource(id))));
        }
        done => done?,
    };
    if let Some(queue) = queue {
        return Ok(see_other(&queue_page::after(
            done_code(step, after.status),
            queue.next.map(|it| it.id),
        )));
    }
    Ok(see_other(&format!(
        "{}?done={}",
        after.url,
        done_code(step, after.status)
    )))
}

/// What just happened, as addresses name it.
fn done_code(step: StatusTransition, status: Status) -> &'static str {
    match (step, status) {
        (StatusTransition::Approve, Status::Submitted) => "approve-on",
        (StatusTransition::Withdraw, Status::Draft | Status::Returned) => {
            view_model::step_code(StatusTransition::Recall)
        }
        _ => view_model::step_code(step),
    }
}
