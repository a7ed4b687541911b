//! Steps of the review as rows: where something waits, and the history that tells how it came there.
//!
//! Whoever changes what a resource is or where it stands says so here in the same transaction ([`follow`]), so that it waits at
//! one step as long as it is submitted, and at none otherwise. [`ReviewStanding`] is that moment of its review as a transaction sees
//! it, under the lock of its row: two who decide at once are one after the other. What waits is placed once more where paths, or
//! those who may take a step, have changed ([`go_on`], [`place_schools`]).
//!
//! Whoever places something holds the paths before they lock its row ([`review_paths::hold`]); whoever places what waits has them
//! alone ([`review_paths::lock`]).

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::entity::resource::Model;
use crate::db::entity::{review_decision, review_state};
use crate::db::reviews::ReviewDesk;
use crate::db::{resources, review_paths, review_rounds};
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{AccountId, ReviewDecisionId};
use crate::domain::resource::Status;
use crate::domain::review::{
    ReviewOutcome, ReviewPaths, ReviewRound, ReviewRoute, ReviewStep, Reviewed, RoundMove, StepTaker,
};
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};

pub(in crate::library) mod authors;
pub(in crate::library) mod checks;
mod placing;
mod standing;
pub mod waits_at;

pub(in crate::library) use self::placing::{go_on, place_anew, place_schools, tell_if_left};
pub(in crate::library) use self::standing::ReviewStanding;

/// Whose work comes to the actor, and at which steps.
pub(in crate::library) async fn desk<'a>(
    conn: &impl ConnectionTrait,
    actor: &'a Actor,
) -> Result<(&'a Member, ReviewDesk)> {
    let member = reviewer(actor)?;
    let who = member.authority();
    let reach = who.reach(Act::Review).ok_or(Refusal::NotAllowed)?;
    let steps = if who.may_at_all(Act::ReviewOnBehalf) {
        None
    } else {
        Some(review_paths::all(conn).await?.steps_of(who))
    };
    let desk = ReviewDesk {
        reviewer: member.id,
        school: reach.school(),
        but_of: member.school_id.filter(|_| reach == Reach::City),
        steps,
        stands_in: who.stands_in_for_schools(),
    };
    Ok((member, desk))
}

/// The account behind a request that reviews something.
pub(in crate::library) fn reviewer(actor: &Actor) -> Result<&Member> {
    let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    if member.authority().reach(Act::Review).is_none() {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(member)
}

/// What a resource is to the review, as its people work on it.
pub(in crate::library) fn reviewed(working: &Model) -> Reviewed<'_> {
    Reviewed {
        kind: &working.kind,
        scope: working.scope,
        school: working.school_id,
        owner: working.owner_id,
        authors: &[],
        is_left_to_bureau: working.is_left_to_bureau(),
    }
}

/// The steps that a working copy takes, and the rules of their path.
pub(in crate::library) async fn route(conn: &impl ConnectionTrait, working: &Model) -> Result<ReviewRoute> {
    route_in(&review_paths::all(conn).await?, working)
}

/// The same, by paths that were read.
fn route_in(paths: &ReviewPaths, working: &Model) -> Result<ReviewRoute> {
    let route = paths.route(reviewed(working));
    route.ok_or_else(|| Error::Unexpected(anyhow::anyhow!("there is no path of the review")))
}

/// Whether the last word on something is that it is not passed, and it is still the version that was meant.
pub(in crate::library) async fn is_rejected(conn: &impl ConnectionTrait, working: &Model) -> Result<bool> {
    let last = review_rounds::decisions(conn, working.id, 1).await?.pop();
    let is_it =
        |last: &review_decision::Model| last.outcome == ReviewOutcome::Rejected && last.version == working.version;
    Ok(last.as_ref().is_some_and(is_it))
}

/// Something that came of a resource, as it is written down.
#[derive(Debug)]
pub(in crate::library) struct Said<'a> {
    /// What came of it.
    pub(in crate::library) outcome: ReviewOutcome,
    /// At which step.
    pub(in crate::library) step: Option<&'a ReviewStep>,
    /// Who said so.
    pub(in crate::library) by: Option<AccountId>,
    /// Whether the bureau stood in.
    pub(in crate::library) on_behalf: bool,
    /// Why.
    pub(in crate::library) note: Option<String>,
}

impl<'a> Said<'a> {
    /// Something that somebody said at no step.
    pub(in crate::library) fn of(outcome: ReviewOutcome, by: Option<AccountId>) -> Self {
        Self {
            outcome,
            step: None,
            by,
            on_behalf: false,
            note: None,
        }
    }

    /// What came of a step: somebody's approval, or that nobody is asked.
    fn taken(step: &'a ReviewStep, taker: Option<StepTaker>, by: Option<AccountId>) -> Self {
        Self {
            outcome: match taker {
                Some(_) => ReviewOutcome::Approved,
                None => ReviewOutcome::PassedOver,
            },
            step: Some(step),
            by: taker.and(by),
            on_behalf: taker == Some(StepTaker::OnBehalf),
            note: None,
        }
    }
}

fn row(working: &Model, number: i32, said: Said<'_>, now: Timestamp) -> review_decision::Model {
    review_decision::Model {
        id: ReviewDecisionId::new(),
        resource_id: working.id,
        title: working.title.clone(),
        school_id: working.school_id,
        version: working.version,
        revision: working.revision,
        round: number,
        step_id: said.step.map(|step| step.id),
        step_zh: said.step.map(|step| step.name_zh.clone()),
        step_en: said.step.map(|step| step.name_en.clone()),
        outcome: said.outcome,
        on_behalf: said.on_behalf,
        decided_by: said.by,
        note: said.note,
        at: now,
    }
}

/// Writes down what came of a resource at no step or at the end of its round.
pub(in crate::library) async fn write(
    tx: &impl ConnectionTrait,
    working: &Model,
    number: i32,
    said: Said<'_>,
    now: Timestamp,
) -> Result<()> {
    review_rounds::add_decisions(tx, &[row(working, number, said, now)]).await
}

/// Writes down that somebody published without a review.
pub(in crate::library) async fn write_published(
    tx: &impl ConnectionTrait,
    working: &Model,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    let number = review_rounds::last_round(tx, working.id).await?.max(1);
    write(tx, working, number, Said::of(ReviewOutcome::Published, by), now).await?;
    review_rounds::drop_state(tx, working.id).await
}

/// Writes down what an approval came to, and where it waits from now on.
pub(in crate::library) async fn write_move(
    tx: &impl ConnectionTrait,
    working: &Model,
    number: i32,
    moved: &RoundMove,
    by: Option<AccountId>,
    note: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let rows = moved.taken.iter().map(|(step, taker)| {
        let said = Said::taken(step, *taker, by);
        let note = taker.and(note).map(str::to_owned);
        row(working, number, Said { note, ..said }, now)
    });
    let rows: Vec<review_decision::Model> = rows.collect();
    review_rounds::add_decisions(tx, &rows).await?;
    wait(tx, working, number, moved, now).await
}

/// Whether the bureau stands in where something has come to: of what is meant for more than one school it may anyway.
fn is_left_to_bureau(working: &Model, moved: &RoundMove) -> bool {
    working.scope == Scope::School && moved.lacks_voices
}

/// Lets something wait where it has come to, or nowhere. At the step where it waits already it goes on waiting.
async fn wait(
    tx: &impl ConnectionTrait,
    working: &Model,
    number: i32,
    moved: &RoundMove,
    now: Timestamp,
) -> Result<()> {
    let resource = working.id;
    let Some(step) = &moved.waits_at else {
        return review_rounds::drop_state(tx, resource).await;
    };
    resources::leave_to_bureau(tx, resource, is_left_to_bureau(working, moved)).await?;
    let before = review_rounds::state(tx, resource).await?;
    let waits_on = before.filter(|state| state.step_id == step.id && state.round == number);
    if waits_on.is_some() {
        return Ok(());
    }
    let state = review_state::Model {
        resource_id: resource,
        round: number,
        step_id: step.id,
        since: now,
        taken_by: None,
        taken_at: None,
    };
    review_rounds::put_state(tx, state).await
}

/// Begins a round: what was said before counts no more.
pub(in crate::library) async fn begin(
    tx: &impl ConnectionTrait,
    working: &Model,
    outcome: ReviewOutcome,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    review_paths::hold(tx).await?;
    let route = route(tx, working).await?;
    let number = review_rounds::last_round(tx, working.id).await? + 1;
    authors::note_version(tx, working).await?;
    let reviewers = authors::reviewers_left(tx, working).await?;
    let placed = ReviewRound::new(route.steps).place(reviewers);
    write(tx, working, number, Said::of(outcome, by), now).await?;
    write_move(tx, working, number, &placed, by, None, now).await
}

/// Lets the review follow a change of a resource's words or files by somebody.
pub(in crate::library) async fn follow(
    tx: &impl ConnectionTrait,
    before: &Model,
    after: &Model,
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    let by = Some(by);
    let (was, working) = (before.working_copy(), after.working_copy());
    match (was.status, working.status) {
        (Status::Submitted, Status::Submitted) => follow_submitted(tx, &working, by, now).await,
        (_, Status::Submitted) => begin(tx, &working, ReviewOutcome::Submitted, by, now).await,
        (Status::Submitted, _) => review_rounds::drop_state(tx, working.id).await,
        _ => Ok(()),
    }
}

/// What waits has changed: nobody's yes is about what it is now, and other steps may be asked.
async fn follow_submitted(
    tx: &impl ConnectionTrait,
    working: &Model,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    review_paths::hold(tx).await?;
    let mut standing = ReviewStanding::of(tx, working).await?;
    let said = review_rounds::of_round(tx, working.id, standing.number).await?;
    if said.iter().any(|said| said.outcome == ReviewOutcome::Approved) {
        return begin(tx, working, ReviewOutcome::Changed, by, now).await;
    }
    place(tx, working, &mut standing, by, now).await
}

/// Lets something wait at the first step that is not done. Where all are, that was by other rules: it waits from the first step
/// on, for nobody decides at none.
async fn place(
    tx: &impl ConnectionTrait,
    working: &Model,
    standing: &mut ReviewStanding,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    let placed = standing.round.place(standing.reviewers);
    if placed.waits_at.is_none() {
        return begin(tx, working, ReviewOutcome::Changed, by, now).await;
    }
    write_move(tx, working, standing.number, &placed, by, None, now).await
}
