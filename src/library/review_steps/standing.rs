//! Where something stands in its review, as a transaction sees it.

use sea_orm::ConnectionTrait;

use crate::actor::Member;
use crate::db::entity::resource::Model;
use crate::db::entity::{review_decision, review_state};
use crate::db::review_rounds;
use crate::domain::id::AccountId;
use crate::domain::review::{ReviewOutcome, ReviewRound, ReviewRoute, ReviewStep, Reviewed, RoundMove, StepTaker};
use crate::error::{Refusal, Result};
use crate::library::review_steps::{authors, reviewed, route};

/// Where something stands in its review.
#[derive(Debug)]
pub(in crate::library) struct ReviewStanding {
    /// The steps that it takes.
    pub(in crate::library) route: ReviewRoute,
    /// Which round it is.
    pub(in crate::library) number: i32,
    /// What was said in it.
    pub(in crate::library) round: ReviewRound,
    /// How many of its school can have a voice about it.
    pub(super) reviewers: u32,
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
        let reviewers = authors::reviewers_left(conn, working, &authors).await?;
        Ok(Self {
            route,
            number,
            round,
            reviewers,
            state,
            authors,
        })
    }

    /// The step at which it waits.
    pub(in crate::library) fn step(&self) -> Option<ReviewStep> {
        self.round.clone().place(self.reviewers).waits_at
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
        self.round.approve(member.id, taker, self.reviewers)
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
