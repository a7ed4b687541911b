//! Collects the resources that a question may mean: those that hold all of it, and the nearest of the others.

use tantivy::query::{EnableScoring, Weight};

use super::{PreparedQuery, QueryExecutor, Ranking, after_cursor};
use crate::domain::search::{Fit, Sort};
use crate::search::collector::{Collected, Collector, MatchMode};
use crate::search::score::LocatedLeaves;
use crate::search::top_k::{Ranked, score_key};
use crate::search::{SearchError, rerank};

/// With fewer hits than this, resources with only some of what was asked for are shown as well.
const ENOUGH: usize = 100;
/// With fewer than this in all, the neighbours of those that hold what is asked for are shown behind them.
const FEW: usize = 20;
/// Results that are reranked by single characters: reranking a thousand equals having single characters in the
/// first pass (nDCG@10 .820 to .822, from .808 without). No more than these are near.
pub(super) const CANDIDATES: usize = 1_000;
/// Least score of the nearest, as a part of the best one's. Leaving out those that share only a type as well was tried:
/// made questions gained (.822 to .835), teachers' lost (.924 to .916).
const NEAR: f32 = 0.03;

impl QueryExecutor<'_> {
    pub(super) fn first_pass(&self, prepared: &PreparedQuery<'_>) -> Result<Collected, SearchError> {
        let by_time = prepared.sort == Sort::Newest;
        let cursor = prepared.cursor.as_ref();
        // Near-copies fold into the hits of a page, so more is read than it shows; the one more tells whether it goes
        // on.
        let page = prepared.limit * 2 + 1;
        let keep = match cursor {
            _ if by_time && prepared.plan.browses => page,
            // The key of the one behind the last is where reranking ends, for the next page as well.
            None => CANDIDATES + 1,
            // Some may have come in since; none of those that were there must fall out.
            Some(_) => CANDIDATES * 2,
        };
        let after = cursor
            .filter(|cursor| by_time && !cursor.relaxed)
            .map(|cursor| (cursor.key, cursor.id));
        self.collect(prepared, keep, after, near(prepared))
    }

    pub(super) fn collect(
        &self,
        prepared: &PreparedQuery<'_>,
        keep: usize,
        after: Option<(i64, u128)>,
        enough: Option<usize>,
    ) -> Result<Collected, SearchError> {
        let scoring = EnableScoring::disabled_from_searcher(self.resources);
        let match_mode = match prepared.plan.condition() {
            Some(query) => MatchMode::Query(query.weight(scoring)?),
            None => MatchMode::AnyLeaf,
        };
        let filter_query = self.filter_query(prepared)?;
        let all_words = prepared
            .plan
            .all_words
            .as_ref()
            .map(|query| query.weight(scoring))
            .transpose()?;
        let collector = Collector {
            searcher: self.resources,
            fast_fields: self.fast_fields,
            leaves: &prepared.leaves,
            collection: &prepared.collection,
            match_mode: &match_mode,
            filter: filter_query.as_deref(),
            all_words: all_words.as_deref(),
            visibility: &prepared.visibility,
            sort: prepared.sort,
            keep,
            after,
            enough,
        };
        Ok(collector.run()?)
    }

    /// The order of those that hold what is asked for: the best are reranked, the rest stand behind them.
    pub(super) fn matching(&self, prepared: &PreparedQuery<'_>, collected: Collected) -> Result<Ranking, SearchError> {
        let (mut ranked, measures) = self.rerank(prepared, collected.matching, Vec::new(), i64::MIN)?;
        let reranked = ranked.len();
        after_cursor(prepared, &mut ranked);
        let needed = prepared.limit * 2 + 1;
        let mut has_more = false;
        if ranked.len() < needed && collected.total + collected.own > reranked {
            let rest = self.rest(prepared, measures.threshold, needed)?;
            has_more = rest.len() == needed;
            ranked.extend(rest);
        }
        Ok(Ranking {
            total: collected.total,
            near_total: 0,
            own_total: collected.own,
            ranked,
            has_more,
            relaxed: false,
            facet_counts: collected.facet_counts,
            measures,
        })
    }

    /// Those that were not reranked.
    fn rest(
        &self,
        prepared: &PreparedQuery<'_>,
        threshold: Option<i64>,
        keep: usize,
    ) -> Result<Vec<Ranked>, SearchError> {
        let place = prepared.cursor.as_ref().map(|cursor| (cursor.key, cursor.id));
        let below = threshold.map(|threshold| (threshold.saturating_add(1), 0));
        let after = [place, below].into_iter().flatten().min();
        Ok(self.collect(prepared, keep, after, None)?.matching)
    }

    /// The order where few hold what is asked for, or none does: behind them stand the nearest.
    pub(super) fn with_nearest(
        &self,
        prepared: &PreparedQuery<'_>,
        mut collected: Collected,
    ) -> Result<Ranking, SearchError> {
        collected.nearest = self.sharing(prepared, collected.nearest)?;
        let best = collected.nearest.first();
        let floor = best.map_or(i64::MIN, |best| score_key(best.score * NEAR));
        collected.nearest.extend(self.akin(prepared, &collected)?);
        let (mut ranked, measures) = self.rerank(prepared, collected.matching, collected.nearest, floor)?;
        if prepared.sort == Sort::Newest {
            self.by_moment(&mut ranked);
        }
        let near_total = ranked.iter().filter(|candidate| candidate.fit == Fit::Near).count();
        after_cursor(prepared, &mut ranked);
        Ok(Ranking {
            total: collected.total,
            near_total,
            own_total: collected.own,
            ranked,
            has_more: false,
            relaxed: true,
            facet_counts: collected.facet_counts,
            measures,
        })
    }

    /// Those of the nearest that share a word with the question, or else the sound of one. A character that was cut from a
    /// longer word orders them, and makes nothing near by itself.
    fn sharing(&self, prepared: &PreparedQuery<'_>, nearest: Vec<Ranked>) -> Result<Vec<Ranked>, SearchError> {
        for leaves in [&prepared.plan.telling, &prepared.plan.alike] {
            let leaves = LocatedLeaves::find(self.resources, leaves.clone())?;
            let sharing = rerank::holding_any(self.resources, &leaves, &prepared.collection, &nearest)?;
            if !sharing.is_empty() {
                return Ok(sharing);
            }
        }
        Ok(Vec::new())
    }

    /// What is most like the few that were found: who asks for the only resource on a circuit wants to see
    /// its neighbours.
    fn akin(&self, prepared: &PreparedQuery<'_>, collected: &Collected) -> Result<Vec<Ranked>, SearchError> {
        let mut found: Vec<Ranked> = collected.matching.iter().chain(&collected.nearest).copied().collect();
        if !(1..FEW).contains(&found.len()) {
            return Ok(Vec::new());
        }
        let mut hints = Vec::new();
        for hint in rerank::hints(
            self.resources,
            self.fast_fields,
            self.fields,
            &prepared.collection,
            &mut found,
        )? {
            // A course that half the library belongs to makes nobody neighbours.
            if rerank::is_rare(self.resources.doc_freq(&hint.term)?, &prepared.collection) {
                hints.push(hint);
            }
        }
        let filter_query = self.filter_query(prepared)?;
        let collector = Collector {
            searcher: self.resources,
            fast_fields: self.fast_fields,
            leaves: &LocatedLeaves::find(self.resources, hints)?,
            collection: &prepared.collection,
            match_mode: &MatchMode::Nothing,
            filter: filter_query.as_deref(),
            all_words: None,
            visibility: &prepared.visibility,
            sort: Sort::Relevance,
            keep: FEW,
            after: None,
            enough: Some(usize::MAX),
        };
        let known = |akin: &Ranked| {
            collected
                .matching
                .iter()
                .chain(&collected.nearest)
                .any(|known| known.id == akin.id)
        };
        let found = collector.run()?.nearest.into_iter().filter(|akin| !known(akin));
        Ok(found.map(|akin| Ranked { fit: Fit::Akin, ..akin }).collect())
    }

    fn filter_query(&self, prepared: &PreparedQuery<'_>) -> Result<Option<Box<dyn Weight>>, SearchError> {
        let scoring = EnableScoring::disabled_from_searcher(self.resources);
        Ok(prepared.plan.filter().map(|query| query.weight(scoring)).transpose()?)
    }
}

pub(super) fn is_too_little(prepared: &PreparedQuery<'_>, collected: &Collected) -> bool {
    prepared.plan.can_relax() && collected.total < enough(prepared)
}

/// With so many that hold what is asked for nobody looks for those that hold some of it.
fn enough(prepared: &PreparedQuery<'_>) -> usize {
    if prepared.plan.is_sentence { CANDIDATES } else { ENOUGH }
}

/// How many are enough, if this page may show the nearest.
fn near(prepared: &PreparedQuery<'_>) -> Option<usize> {
    let enough = match &prepared.cursor {
        Some(cursor) if cursor.relaxed => usize::MAX,
        Some(_) => return None,
        None => enough(prepared),
    };
    prepared.plan.can_relax().then_some(enough)
}
