//! A round of a review: from a submission to its end.

use std::collections::{HashMap, HashSet};

use super::{ReviewLevel, ReviewStep, StepTaker};
use crate::domain::id::{AccountId, ReviewStepId};

/// A round of a review: who said yes at which step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewRound {
    steps: Vec<ReviewStep>,
    voices: HashMap<ReviewStepId, HashSet<AccountId>>,
    passed_over: HashSet<ReviewStepId>,
}

/// What an approval or the beginning of a round comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoundMove {
    /// The steps at which something came of it, in order: an approval in a capacity, or nothing but that nobody is asked.
    pub taken: Vec<(ReviewStep, Option<StepTaker>)>,
    /// Where it waits from now on; nowhere when every step is done.
    pub waits_at: Option<ReviewStep>,
    /// Whether the school has fewer people to take that step than it asks for.
    pub lacks_voices: bool,
}

impl ReviewRound {
    /// A round of a route in which nobody has said anything.
    pub fn new(steps: Vec<ReviewStep>) -> Self {
        Self {
            steps,
            ..Self::default()
        }
    }

    /// Takes over what was said before: a voice at a step, or that the step was passed over.
    pub fn note(&mut self, step: ReviewStepId, by: Option<AccountId>) {
        match by {
            Some(by) => {
                self.voices.entry(step).or_default().insert(by);
            }
            None => {
                self.passed_over.insert(step);
            }
        }
    }

    /// Whether somebody has said yes at a step.
    pub fn has_voice(&self, step: ReviewStepId, who: AccountId) -> bool {
        self.voices.get(&step).is_some_and(|voices| voices.contains(&who))
    }

    /// How many said yes at a step.
    pub fn voices_at(&self, step: ReviewStepId) -> u32 {
        let voices = self.voices.get(&step).map_or(0, HashSet::len);
        u32::try_from(voices).unwrap_or(u32::MAX)
    }

    fn is_done(&self, step: &ReviewStep) -> bool {
        self.passed_over.contains(&step.id) || self.voices_at(step.id) >= step.voices
    }

    /// Finds the step at which it waits, where so many of its school besides its authors can review it. A school's step is passed over
    /// where nobody could take it and another follows: something must be left where somebody looks.
    pub fn place(&mut self, reviewers: u32) -> RoundMove {
        let mut placed = RoundMove::default();
        let steps = self.steps.clone();
        for (at, step) in steps.iter().enumerate() {
            if self.is_done(step) {
                continue;
            }
            let is_last = at + 1 == steps.len();
            if is_last || reviewers > 0 || step.level == ReviewLevel::City {
                placed.lacks_voices = step.level == ReviewLevel::School && reviewers < step.voices;
                placed.waits_at = Some(step.clone());
                return placed;
            }
            self.note(step.id, None);
            placed.taken.push((step.clone(), None));
        }
        placed
    }

    /// Takes somebody's yes at the step where it waits, and carries it on.
    pub fn approve(
        &mut self,
        who: AccountId,
        taker: impl Fn(&ReviewStep) -> Option<StepTaker>,
        reviewers: u32,
    ) -> RoundMove {
        let mut moved = RoundMove::default();
        loop {
            let placed = self.place(reviewers);
            moved.taken.extend(placed.taken);
            (moved.waits_at, moved.lacks_voices) = (placed.waits_at, placed.lacks_voices);
            let Some(step) = moved.waits_at.clone() else {
                return moved;
            };
            let is_carried_on = moved.taken.iter().any(|(_, taker)| taker.is_some());
            let is_shared = is_carried_on && step.voices > 1;
            let Some(taker) = taker(&step).filter(|_| !is_shared && !self.has_voice(step.id, who)) else {
                return moved;
            };
            self.note(step.id, Some(who));
            moved.taken.push((step, Some(taker)));
        }
    }
}
