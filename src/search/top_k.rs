//! The top k of all that are looked at: of those that hold what is asked for, and of the nearest of the others.

use tantivy::{DocAddress, Score};

use crate::domain::search::Fit;

/// Scores are compared in steps of this part of one: pages stay in order whatever the last bits of a sum are.
pub(super) const SCORE_STEPS: f32 = 4096.0;

/// Keys of one fit are this far from those of the next.
const BAND: i64 = 1 << 50;

/// A key among those of all fits: better ones stand before, and within one fit it stands as it stood alone. A cursor that
/// somebody wrote himself can make a score of any size.
pub(super) fn banded(fit: Fit, key: i64) -> i64 {
    match fit {
        Fit::Holds => key,
        Fit::Own => key.saturating_sub(BAND),
        Fit::Near => key.saturating_sub(2 * BAND),
        Fit::Akin => key.saturating_sub(3 * BAND),
    }
}

/// A resource and its place in the order. The greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) fit: Fit,
    /// What is sorted by.
    pub(super) key: i64,
    /// The resource's id, which decides between equal keys.
    pub(super) id: u128,
    /// The score it has.
    pub(super) score: Score,
    /// Where its entry is.
    pub(super) address: DocAddress,
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.key, self.id).cmp(&(other.key, other.id))
    }
}

/// A score as a key to sort by.
#[expect(
    clippy::cast_possible_truncation,
    reason = "scores are small; a float to integer cast saturates"
)]
pub(super) fn score_key(score: Score) -> i64 {
    (score * SCORE_STEPS).round() as i64
}

/// The best matches and the nearest of the others so far, with counts.
pub(super) struct BestMatches {
    /// How many hold what is asked for.
    pub(super) total: usize,
    /// How many of the asker's own do that nobody else sees.
    pub(super) own: usize,
    /// The best of both.
    pub(super) matching: TopK,
    /// `None` where they are not wanted, and as soon as they are not wanted any more.
    nearest: Option<TopK>,
    /// Once so many hold it, the nearest are not wanted any more.
    enough: usize,
}

impl BestMatches {
    /// Keeps nothing yet. `enough`: how many must hold what is asked for so that the nearest are not wanted.
    pub(super) fn new(keep: usize, after: Option<(i64, u128)>, enough: Option<usize>) -> Self {
        Self {
            total: 0,
            own: 0,
            matching: TopK::new(keep, after),
            nearest: enough.map(|_| TopK::new(keep, None)),
            enough: enough.unwrap_or_default(),
        }
    }

    /// Whether a resource could be among the best with this score.
    pub(super) fn may_enter(&self, candidate: &RerankCandidate, score: Score) -> bool {
        match candidate.fit {
            Fit::Near | Fit::Akin => self.may_be_near(score + candidate.bonus),
            Fit::Own | Fit::Holds => self.matching.may_enter(candidate.key_with(score)),
        }
    }

    /// Whether a resource could be among the nearest with this score.
    pub(super) fn may_be_near(&self, score: Score) -> bool {
        self.nearest
            .as_ref()
            .is_some_and(|nearest| nearest.may_enter(score_key(score)))
    }

    /// Whether the nearest are wanted.
    pub(super) fn wants_near(&self) -> bool {
        self.nearest.is_some()
    }

    /// Keeps a resource if it is good enough.
    pub(super) fn offer(&mut self, candidate: &RerankCandidate, score: Score, id: u128) {
        match (candidate.fit, &mut self.nearest) {
            (Fit::Near | Fit::Akin, Some(nearest)) => {
                let score = score + candidate.bonus;
                nearest.offer(candidate.ranked(score_key(score), score, id));
            }
            (Fit::Near | Fit::Akin, None) => {}
            _ => self
                .matching
                .offer(candidate.ranked(candidate.key_with(score), score, id)),
        }
    }

    /// Makes the most of what was seen, before more is looked at.
    pub(super) fn settle(&mut self) {
        self.matching.settle();
        if let Some(nearest) = &mut self.nearest {
            nearest.settle();
        }
    }

    /// Counts one that holds what is asked for.
    pub(super) fn count(&mut self) {
        self.total += 1;
        if self.total >= self.enough {
            self.nearest = None;
        }
    }

    /// Those that hold it, and the nearest; best first.
    pub(super) fn best_first(self) -> (Vec<Ranked>, Vec<Ranked>) {
        let nearest = self.nearest.map(TopK::best_first).unwrap_or_default();
        (self.matching.best_first(), nearest)
    }
}

/// A resource of a window that may come to stand among the best.
pub(super) struct RerankCandidate {
    /// Its place in the window.
    pub(super) offset: usize,
    /// Where its entry is.
    pub(super) address: DocAddress,
    pub(super) fit: Fit,
    /// Added to its score among the nearest.
    pub(super) bonus: Score,
    /// The key it is sorted by if it is not the score.
    pub(super) moment: Option<i64>,
}

impl RerankCandidate {
    fn key_with(&self, score: Score) -> i64 {
        banded(self.fit, self.moment.unwrap_or_else(|| score_key(score)))
    }

    fn ranked(&self, key: i64, score: Score, id: u128) -> Ranked {
        Ranked {
            fit: self.fit,
            key,
            id,
            score,
            address: self.address,
        }
    }
}

/// The k best so far.
pub(super) struct TopK {
    keep: usize,
    after: Option<(i64, u128)>,
    /// Up to twice as many as are kept; the worse half is pruned when it is full.
    all: Vec<Ranked>,
    /// The worst of the best when it was last full.
    floor: Option<Ranked>,
}

impl TopK {
    fn new(keep: usize, after: Option<(i64, u128)>) -> Self {
        Self {
            keep,
            after,
            all: Vec::new(),
            floor: None,
        }
    }

    /// Whether something with this key could be among the best: asked before anything that costs more.
    fn may_enter(&self, key: i64) -> bool {
        self.floor.is_none_or(|floor| key >= floor.key)
    }

    fn offer(&mut self, ranked: Ranked) {
        let is_before = self.after.is_some_and(|after| (ranked.key, ranked.id) >= after);
        if is_before || self.floor.is_some_and(|floor| ranked < floor) {
            return;
        }
        self.all.push(ranked);
        if self.all.len() >= 2 * self.keep {
            self.prune();
        }
    }

    fn prune(&mut self) {
        let (_, least, _) = self.all.select_nth_unstable_by(self.keep - 1, |a, b| b.cmp(a));
        self.floor = Some(*least);
        self.all.truncate(self.keep);
    }

    fn settle(&mut self) {
        if self.all.len() > self.keep {
            self.prune();
        }
    }

    /// All that are kept, best first.
    pub(super) fn best_first(mut self) -> Vec<Ranked> {
        self.all.sort_unstable_by(|a, b| b.cmp(a));
        self.all.truncate(self.keep);
        self.all
    }
}
