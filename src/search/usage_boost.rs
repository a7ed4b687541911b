//! The boost of often used resources, kept beside the index: whoever counts says so, and nothing is indexed anew for it.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use tantivy::Score;

use crate::domain::id::ResourceId;

use super::top_k::Ranked;

/// What the most used resource gains, as a part of the best score: enough to order what fits alike, and no more.
const MOST_GAINED: Score = 0.03;
/// Who is used more often than this many doublings gains no more by it.
const MOST_DOUBLINGS: u8 = 12;

/// How often resources were used, in doublings.
#[derive(Debug, Default)]
pub(super) struct UsageBoost(RwLock<HashMap<u128, u8>>);

impl UsageBoost {
    /// Takes in how often some resources were used by now.
    pub(super) fn set(&self, counted: impl Iterator<Item = (ResourceId, u64)>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(counted.map(|(id, uses)| (id.0.as_u128(), doublings(uses))));
    }

    /// Raises the scores of those that are used.
    pub(super) fn boost(&self, ranked: &mut [Ranked]) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return;
        }
        let best = ranked.iter().map(|candidate| candidate.score).fold(0.0, Score::max);
        for candidate in ranked {
            let doublings = known.get(&candidate.id).copied().unwrap_or_default();
            candidate.score += best * MOST_GAINED * Score::from(doublings) / Score::from(MOST_DOUBLINGS);
        }
    }
}

/// How often one has to double to come to more than so many.
fn doublings(uses: u64) -> u8 {
    u8::try_from(u64::BITS - uses.leading_zeros()).map_or(MOST_DOUBLINGS, |doublings| doublings.min(MOST_DOUBLINGS))
}
