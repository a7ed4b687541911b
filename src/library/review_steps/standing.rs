//! Where something stands in its review, as a transaction sees it.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;

use crate::actor::Member;
use crate::db::entity::resource::Model;
use crate::db::entity::{review_decision, review_state};
use crate::db::{review_paths, review_rounds};
use crate::domain::id::{AccountId, ResourceId, SchoolId};
use crate::domain::review::{
    ReviewOutcome, ReviewPaths, ReviewRound, ReviewRoute, ReviewStep, Reviewed, RoundMove, StepTaker,
};
use crate::error::{Error, Refusal, Result};
use crate::library::review_steps::{authors, is_left_to_bureau, reviewed, route_in};

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
        let paths = review_paths::all(conn).await?;
        let found = Self::of_all(conn, &paths, vec![working.clone()]).await?.pop();
        let (_, standing) = found.ok_or_else(|| Error::Unexpected(anyhow::anyhow!("it stands nowhere")))?;
        Ok(standing)
    }

    /// Reads it of some working copies that were submitted, by four queries however many they are.
    pub(super) async fn of_all(
        conn: &impl ConnectionTrait,
        paths: &ReviewPaths,
        works: Vec<Model>,
    ) -> Result<Vec<(Model, Self)>> {
        let ids: Vec<ResourceId> = works.iter().map(|working| working.id).collect();
        let mut states: HashMap<ResourceId, review_state::Model> = review_rounds::states(conn, &ids)
            .await?
            .into_iter()
            .map(|state| (state.resource_id, state))
            .collect();
        let mut said: HashMap<ResourceId, Vec<review_decision::Model>> = HashMap::new();
        for decision in review_rounds::decisions_of(conn, &ids).await? {
            said.entry(decision.resource_id).or_default().push(decision);
        }
        let mut authors: HashMap<ResourceId, Vec<AccountId>> = HashMap::new();
        for author in review_rounds::authors_of(conn, &ids).await? {
            authors.entry(author.resource_id).or_default().push(author.account_id);
        }
        let schools: BTreeSet<SchoolId> = works.iter().filter_map(|working| working.school_id).collect();
        let reviewers = review_rounds::reviewers(conn, &schools.into_iter().collect::<Vec<_>>()).await?;
        let mut found = Vec::with_capacity(works.len());
        for working in works {
            let authors = authors.remove(&working.id).unwrap_or_default();
            let standing = Self {
                route: route_in(paths, &working)?,
                number: 0,
                round: ReviewRound::default(),
                reviewers: authors::left(&reviewers, &working, &authors),
                state: states.remove(&working.id),
                authors,
            };
            let said = said.remove(&working.id).unwrap_or_default();
            found.push((working, standing.with(&said)));
        }
        Ok(found)
    }

    /// It with what was said in its round.
    fn with(mut self, said: &[review_decision::Model]) -> Self {
        self.number = match &self.state {
            Some(state) => state.round,
            // What was said of something else counts for nothing here.
            None => said.iter().map(|said| said.round).max().unwrap_or(0) + 1,
        };
        self.round = ReviewRound::new(self.route.steps.clone());
        for said in said.iter().filter(|said| said.round == self.number) {
            note(&mut self.round, said);
        }
        // Before there were rows of its round it was put at a step: those before it are done.
        if let Some(state) = &self.state {
            skip_to(&mut self.round, &self.route.steps, state);
        }
        self
    }

    /// Whether it waits where it should, as its rows say.
    pub(super) fn is_placed(&self, working: &Model) -> bool {
        let placed = self.round.clone().place(self.reviewers);
        let waits_there =
            self.state.as_ref().map(|state| state.step_id) == placed.waits_at.as_ref().map(|step| step.id);
        placed.taken.is_empty()
            && waits_there
            && placed.waits_at.is_some()
            && working.left_to_bureau == is_left_to_bureau(working, &placed)
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
