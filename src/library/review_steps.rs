//! Steps of the review as rows: where something waits, and the history that tells how it came there.
//!
//! Whoever changes what a resource is or where it stands says so here in the same transaction ([`follow`]), so that it waits at
//! one step as long as it is submitted, and at none otherwise. [`ReviewStanding`] is that moment of its review as a transaction sees
//! it, under the lock of its row: two who decide at once are one after the other.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::entity::resource::Model;
use crate::db::entity::{review_decision, review_state};
use crate::db::reviews::ReviewDesk;
use crate::db::{resources, review_paths, review_rounds};
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{AccountId, ResourceId, ReviewDecisionId, ReviewStepId, SchoolId};
use crate::domain::resource::Status;
use crate::domain::review::{ReviewOutcome, ReviewRound, ReviewRoute, ReviewStep, Reviewed, RoundMove, StepTaker};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};

pub(in crate::library) mod authors;
pub(in crate::library) mod checks;
pub mod waits_at;

/// What waits is looked at so many at a time when paths change.
const WAITING_AT_ONCE: u64 = 500;

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
    }
}

/// The steps that a working copy takes, and the rules of their path.
pub(in crate::library) async fn route(conn: &impl ConnectionTrait, working: &Model) -> Result<ReviewRoute> {
    let paths = review_paths::all(conn).await?;
    let route = paths.route(reviewed(working));
    route.ok_or_else(|| Error::Unexpected(anyhow::anyhow!("there is no path of the review")))
}

/// Where something stands in its review.
#[derive(Debug)]
pub(in crate::library) struct ReviewStanding {
    /// The steps that it takes.
    pub(in crate::library) route: ReviewRoute,
    /// Which round it is.
    pub(in crate::library) number: i32,
    /// What was said in it.
    pub(in crate::library) round: ReviewRound,
    /// Whether its school has somebody to review it.
    pub(in crate::library) has_reviewers: bool,
    /// The row of where it waits; none where an older program submitted it.
    pub(in crate::library) state: Option<review_state::Model>,
    /// Whose work it is, besides its owner's.
    authors: Vec<AccountId>,
}

impl ReviewStanding {
    /// Reads it of a working copy that was submitted.
    pub(in crate::library) async fn of(conn: &impl ConnectionTrait, working: &Model) -> Result<Self> {
        let route = route(conn, working).await?;
        let state = review_rounds::state(conn, working.id).await?;
        let number = match &state {
            Some(state) => state.round,
            // What was said of something else counts for nothing here.
            None => review_rounds::last_round(conn, working.id).await? + 1,
        };
        let mut round = ReviewRound::new(route.steps.clone());
        for said in review_rounds::of_round(conn, working.id, number).await? {
            note(&mut round, &said);
        }
        // Before there were rows of its round it was put at a step: those before it are done.
        if let Some(state) = &state {
            skip_to(&mut round, &route.steps, state);
        }
        let authors = review_rounds::authors(conn, working.id).await?;
        let has_reviewers = authors::leave_reviewers(conn, working, &authors).await?;
        Ok(Self {
            route,
            number,
            round,
            has_reviewers,
            state,
            authors,
        })
    }

    /// The step at which it waits.
    pub(in crate::library) fn step(&self) -> Option<ReviewStep> {
        self.round.clone().place(self.has_reviewers).waits_at
    }

    /// In what capacity somebody takes the step at which it waits.
    pub(in crate::library) fn taker(&self, member: &Member, working: &Model) -> Result<StepTaker> {
        let step = self.step().ok_or(Refusal::ChangedMeanwhile)?;
        let taker = step.taker(member.authority(), self.reviewed(working));
        Ok(taker.map_err(|why| authors::no_voice(why, &step))?)
    }

    /// Takes somebody's approval and carries it on.
    pub(in crate::library) fn approve(&mut self, member: &Member, working: &Model) -> RoundMove {
        let of = Reviewed {
            authors: &self.authors,
            ..reviewed(working)
        };
        let taker = |step: &ReviewStep| step.taker(member.authority(), of).ok();
        self.round.approve(member.id, taker, self.has_reviewers)
    }

    /// What it is to the review, with those whose work it is.
    fn reviewed<'a>(&'a self, working: &'a Model) -> Reviewed<'a> {
        Reviewed {
            authors: &self.authors,
            ..reviewed(working)
        }
    }

    /// Whether somebody has said yes in this round.
    pub(in crate::library) fn has_voice_of(&self, who: AccountId) -> bool {
        self.route.steps.iter().any(|step| self.round.has_voice(step.id, who))
    }
}

fn note(round: &mut ReviewRound, said: &review_decision::Model) {
    let Some(step) = said.step_id else { return };
    match said.outcome {
        ReviewOutcome::Approved => round.note(step, said.decided_by),
        ReviewOutcome::PassedOver => round.note(step, None),
        _ => {}
    }
}

/// A round that nobody wrote the beginning of: an upgrade put it at a step.
fn skip_to(round: &mut ReviewRound, steps: &[ReviewStep], state: &review_state::Model) {
    let Some(at) = steps.iter().position(|step| step.id == state.step_id) else {
        return;
    };
    for step in &steps[..at] {
        if round.voices_at(step.id) < step.voices {
            round.note(step.id, None);
        }
    }
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
    fn taken(step: &'a ReviewStep, taker: Option<StepTaker>, by: AccountId) -> Self {
        Self {
            outcome: match taker {
                Some(_) => ReviewOutcome::Approved,
                None => ReviewOutcome::PassedOver,
            },
            step: Some(step),
            by: taker.map(|_| by),
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
    by: AccountId,
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
    wait(tx, working.id, number, moved.waits_at.as_ref(), now).await
}

/// Lets something wait at a step, or nowhere. At the step where it waits already it goes on waiting.
async fn wait(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    number: i32,
    at: Option<&ReviewStep>,
    now: Timestamp,
) -> Result<()> {
    let Some(step) = at else {
        return review_rounds::drop_state(tx, resource).await;
    };
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
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    review_paths::hold(tx).await?;
    let route = route(tx, working).await?;
    let number = review_rounds::last_round(tx, working.id).await? + 1;
    authors::note_version(tx, working).await?;
    let authors = review_rounds::authors(tx, working.id).await?;
    let has_reviewers = authors::leave_reviewers(tx, working, &authors).await?;
    let placed = ReviewRound::new(route.steps).place(has_reviewers);
    write(tx, working, number, Said::of(outcome, Some(by)), now).await?;
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
    let (was, working) = (before.working_copy(), after.working_copy());
    match (was.status, working.status) {
        (Status::Submitted, Status::Submitted) => follow_submitted(tx, &working, by, now).await,
        (_, Status::Submitted) => begin(tx, &working, ReviewOutcome::Submitted, by, now).await,
        (Status::Submitted, _) => review_rounds::drop_state(tx, working.id).await,
        _ => Ok(()),
    }
}

/// What waits has changed: nobody's yes is about what it is now, and other steps may be asked.
async fn follow_submitted(tx: &impl ConnectionTrait, working: &Model, by: AccountId, now: Timestamp) -> Result<()> {
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
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    let placed = standing.round.place(standing.has_reviewers);
    if placed.waits_at.is_none() {
        return begin(tx, working, ReviewOutcome::Changed, by, now).await;
    }
    write_move(tx, working, standing.number, &placed, by, None, now).await
}

/// Lets what waits on a path whose steps have changed, or at a step that it does not take any more, go on from the first that is
/// not done. What was said at steps that stay counts. `changed`: the steps of the path, before and after.
pub(in crate::library) async fn go_on(
    tx: &impl ConnectionTrait,
    changed: &HashSet<ReviewStepId>,
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    let paths = review_paths::all(tx).await?;
    let is_moved = |working: &Model, state: &review_state::Model| {
        let steps = paths
            .route(reviewed(working))
            .map(|route| route.steps)
            .unwrap_or_default();
        let is_astray = steps.iter().all(|step| step.id != state.step_id);
        is_astray || steps.iter().any(|step| changed.contains(&step.id))
    };
    place_waiting(tx, is_moved, by, now).await
}

/// Lets what waits for a school go on, where nobody of it can take its steps any more: its last administrator was disabled, went
/// to another school or became something else. The caller holds the paths ([`review_paths::hold`]), before any row.
pub(in crate::library) async fn go_past_school(
    tx: &impl ConnectionTrait,
    school: SchoolId,
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    place_waiting(tx, |working, _| working.school_id == Some(school), by, now).await
}

/// Places what waits once more, by what was said of it: of all that waits what `is_moved` names. That is seldom.
async fn place_waiting(
    tx: &impl ConnectionTrait,
    is_moved: impl Fn(&Model, &review_state::Model) -> bool,
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    let mut after = None;
    loop {
        let states = review_rounds::states_after(tx, after, WAITING_AT_ONCE).await?;
        let Some(last) = states.last() else { return Ok(()) };
        after = Some(last.resource_id);
        let ids = states.iter().map(|state| state.resource_id).collect();
        let rows = resources::resources_by_id(tx, ids).await?;
        for working in rows.iter().map(Model::working_copy) {
            let state = states.iter().find(|state| state.resource_id == working.id);
            if state.is_some_and(|state| is_moved(&working, state)) {
                let mut standing = ReviewStanding::of(tx, &working).await?;
                place(tx, &working, &mut standing, by, now).await?;
            }
        }
    }
}
