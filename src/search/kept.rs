//! The best of all that are looked at: those that fulfil the question, and the nearest of the others.

use tantivy::{DocAddress, Score};

use super::schema::Facet;

/// Scores are compared in steps of this part of one: pages stay in order whatever the last bits of a sum are.
pub(super) const SCORE_STEPS: f32 = 4096.0;

/// A resource and its place in the order. The greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
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

/// How the nearest are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    /// Added to what fulfils the question.
    pub(super) bonus: Score,
    /// Once so many fulfil the question, the nearest are not wanted any more.
    pub(super) enough: usize,
}

impl Near {
    /// Nothing is before them.
    pub(super) const ALWAYS: Self = Self {
        bonus: 0.0,
        enough: usize::MAX,
    };
}

/// What was kept so far.
pub(super) struct Kept {
    /// How many fulfil the question.
    pub(super) total: usize,
    /// The best of them.
    pub(super) fulfilling: Best,
    /// `None` where they are not wanted, and as soon as they are not wanted any more.
    pub(super) nearest: Option<Nearest>,
}

impl Kept {
    /// Keeps nothing yet. `lifted`: the filters to try without.
    pub(super) fn new(
        keep: usize,
        after: Option<(i64, u128)>,
        near: Option<Near>,
        lifted: impl Iterator<Item = Facet>,
    ) -> Self {
        let best = || Best::new(keep, after);
        Self {
            total: 0,
            fulfilling: best(),
            nearest: near.map(|near| Nearest {
                near,
                all: best(),
                wider: lifted.map(|facet| (facet, best())).collect(),
            }),
        }
    }

    /// Whether a resource could be among the best with this score.
    pub(super) fn may_enter(&self, candidate: &Candidate, score: Score) -> bool {
        let nearest = self.nearest.as_ref();
        nearest.is_some_and(|nearest| nearest.may_enter(candidate, score))
            || (candidate.belongs() && self.fulfilling.may_enter(candidate.key_with(score)))
    }

    /// Keeps a resource if it is good enough.
    pub(super) fn offer(&mut self, candidate: &Candidate, score: Score, id: u128) {
        if candidate.belongs() {
            self.fulfilling
                .offer(candidate.ranked(candidate.key_with(score), score, id));
        }
        if let Some(nearest) = &mut self.nearest {
            nearest.offer(candidate, score, id);
        }
    }

    /// Makes the most of what was seen, before more is looked at.
    pub(super) fn settle(&mut self) {
        self.fulfilling.settle();
        if let Some(nearest) = &mut self.nearest {
            nearest.all.settle();
            nearest.wider.iter_mut().for_each(|(_, best)| best.settle());
        }
    }

    /// Counts one that fulfils the question.
    pub(super) fn count(&mut self) {
        self.total += 1;
        let nearest = self.nearest.as_ref();
        if nearest.is_some_and(|nearest| self.total >= nearest.near.enough) {
            self.nearest = None;
        }
    }
}

/// The nearest so far.
pub(super) struct Nearest {
    near: Near,
    all: Best,
    wider: Vec<(Facet, Best)>,
}

impl Nearest {
    /// Whether a resource that no filter keeps out could be among them with this score.
    pub(super) fn may_hold(&self, score: Score) -> bool {
        self.all.may_enter(score_key(score))
    }

    fn score(&self, candidate: &Candidate, score: Score) -> Score {
        if candidate.fulfils {
            score + self.near.bonus
        } else {
            score
        }
    }

    fn may_enter(&self, candidate: &Candidate, score: Score) -> bool {
        let key = score_key(self.score(candidate, score));
        match candidate.lifted {
            // Whoever is too weak among these is too weak among more.
            None => self.all.may_enter(key),
            Some(lifted) => self
                .wider
                .iter()
                .any(|(facet, best)| *facet == lifted && best.may_enter(key)),
        }
    }

    fn offer(&mut self, candidate: &Candidate, score: Score, id: u128) {
        let score = self.score(candidate, score);
        let ranked = candidate.ranked(score_key(score), score, id);
        for (facet, best) in &mut self.wider {
            if candidate.lifted.is_none_or(|lifted| lifted == *facet) {
                best.offer(ranked);
            }
        }
        if candidate.lifted.is_none() {
            self.all.offer(ranked);
        }
    }

    /// Those that no filter keeps out, and for each filter those that at most this one does; best first.
    pub(super) fn best_first(self) -> (Vec<Ranked>, Vec<(Facet, Vec<Ranked>)>) {
        let wider = self.wider.into_iter();
        let wider = wider.map(|(facet, best)| (facet, best.best_first())).collect();
        (self.all.best_first(), wider)
    }
}

/// A resource of a window that may come to stand among the best.
pub(super) struct Candidate {
    /// Its place in the window.
    pub(super) offset: usize,
    /// Where its entry is.
    pub(super) address: DocAddress,
    /// Whether it fulfils the question.
    pub(super) fulfils: bool,
    /// The one filter that keeps it out of the answer.
    pub(super) lifted: Option<Facet>,
    /// The key it is sorted by if it is not the score.
    pub(super) moment: Option<i64>,
}

impl Candidate {
    /// Whether it is part of the answer.
    fn belongs(&self) -> bool {
        self.fulfils && self.lifted.is_none()
    }

    fn key_with(&self, score: Score) -> i64 {
        self.moment.unwrap_or_else(|| score_key(score))
    }

    fn ranked(&self, key: i64, score: Score, id: u128) -> Ranked {
        Ranked {
            key,
            id,
            score,
            address: self.address,
        }
    }
}

/// The best so far.
pub(super) struct Best {
    keep: usize,
    after: Option<(i64, u128)>,
    /// Up to twice as many as are kept; the worse half is thrown out when it is full.
    all: Vec<Ranked>,
    /// The worst of the best when it was last full.
    floor: Option<Ranked>,
}

impl Best {
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
            self.throw_out();
        }
    }

    fn throw_out(&mut self) {
        let (_, least, _) = self.all.select_nth_unstable_by(self.keep - 1, |a, b| b.cmp(a));
        self.floor = Some(*least);
        self.all.truncate(self.keep);
    }

    fn settle(&mut self) {
        if self.all.len() > self.keep {
            self.throw_out();
        }
    }

    /// All that are kept, best first.
    pub(super) fn best_first(mut self) -> Vec<Ranked> {
        self.all.sort_unstable_by(|a, b| b.cmp(a));
        self.all.truncate(self.keep);
        self.all
    }
}
