//! The query executor: answers a question from one snapshot of the index.

use std::cmp::Reverse;
use std::sync::Arc;

use tantivy::Searcher;
use tantivy::schema::Field;

use super::collector::{ALL_WORDS_BONUS, Collected};
use super::cursor::{Cursor, Hint, RankingState};
use super::facet_counters::FacetCounters;
use super::fast_fields::FastFields;
use super::normalize::normalize;
use super::plan::{Planner, QueryPlan};
use super::schema::{Facet, PassageFields, ResourceFields};
use super::score::{CollectionStats, LocatedLeaves, WeightedTerm};
use super::spell_checker::{self, SpellChecker, SpellingCorrection};
use super::synonyms::Synonyms;
use super::top_k::{Ranked, banded, score_key};
use super::usage_boost::UsageBoost;
use super::visibility_filter::VisibilityFilter;
use super::{SearchError, featured_boost, rerank};
use crate::domain::search::{Answer, Fit, Question, Sort};

mod answer;
mod candidates;

use self::candidates::{CANDIDATES, is_too_little};

/// Added to the sort keys of reranked results, so that they stand above all others.
const RERANKED_BONUS: i64 = 1 << 48;
/// What sounds like a word of so many characters is meant for it, though the question holds nothing even so.
const SURELY_MEANT: usize = 3;
/// Corrections of a question that are tried; each is a search of its own.
const MOST_CORRECTIONS: usize = 4;
/// Most hits of one page.
const MOST_HITS: usize = 100;

/// Answers questions from one snapshot of the index.
pub(super) struct QueryExecutor<'a> {
    pub(super) resources: &'a Searcher,
    /// Their fast fields, by segment.
    pub(super) fast_fields: &'a [Arc<FastFields>],
    pub(super) passages: &'a Searcher,
    pub(super) fields: &'a ResourceFields,
    pub(super) passage_fields: &'a PassageFields,
    /// How often resources are used.
    pub(super) uses: &'a UsageBoost,
    /// Words for the same thing.
    pub(super) synonyms: &'a Synonyms,
}

/// A question with its plan, leaves, filters and cursor.
struct PreparedQuery<'a> {
    question: &'a Question,
    plan: &'a QueryPlan,
    sort: Sort,
    limit: usize,
    cursor: Option<Cursor>,
    leaves: LocatedLeaves,
    collection: CollectionStats,
    visibility: VisibilityFilter,
}

/// The ranked resources of an answer, from the cursor on, and the counts.
struct Ranking {
    /// How many hold what is asked for.
    total: usize,
    /// How many more hold some of it.
    near_total: usize,
    /// How many of the asker's own hold it that are set apart.
    own_total: usize,
    /// Best first, from the cursor on.
    ranked: Vec<Ranked>,
    /// There may be more behind the last of them.
    has_more: bool,
    relaxed: bool,
    facet_counts: FacetCounters,
    measures: RankingState,
}

impl QueryExecutor<'_> {
    /// Executes a query on one snapshot of the index.
    pub(super) fn execute(&self, question: &Question) -> Result<Answer, SearchError> {
        let cursor = question
            .cursor
            .as_deref()
            .map(|text| Cursor::decode(text).ok_or(SearchError::Cursor));
        let cursor = cursor.transpose()?;
        let corrected = cursor.as_ref().and_then(|cursor| cursor.corrected.clone());
        let text = corrected.as_deref().unwrap_or(&question.text);
        let plan = self.planner().plan(text)?;
        if plan.is_empty() {
            return Ok(Answer::default());
        }
        let prepared = self.prepare(question, &plan, cursor)?;
        let ranking = self.rank(&prepared)?;
        if corrected.is_none() {
            return self.corrected_answer(&prepared, ranking);
        }
        let answer = self.to_answer(&prepared, ranking, corrected.clone())?;
        Ok(Answer { corrected, ..answer })
    }

    /// The answer to what was probably meant, where something was typed that is no word anywhere. A word is a word though
    /// nothing here holds it: then what is like it is offered. Sentences are left alone: one odd word among many does no
    /// harm.
    fn corrected_answer(&self, prepared: &PreparedQuery<'_>, ranking: Ranking) -> Result<Answer, SearchError> {
        let question = prepared.question;
        // What stands in quotes is meant as it stands.
        let is_meant = prepared.plan.browses || prepared.plan.is_sentence || question.text.contains(['"', '＂']);
        if is_meant || prepared.cursor.is_some() || ranking.total + ranking.own_total > 0 {
            return self.to_answer(prepared, ranking, None);
        }
        let checker = SpellChecker {
            planner: &self.planner(),
            fast_fields: self.fast_fields,
            visibility: &prepared.visibility,
        };
        let normalized = normalize(&question.text);
        let corrections = checker.corrections(&normalized)?;
        let is_word = |correction: &SpellingCorrection| {
            let word = correction.word_in(&normalized);
            !correction.is_slip || spell_checker::is_word(&word) || self.synonyms.knows(&word)
        };
        let ways = spell_checker::ways(&normalized, &corrections);
        let mut found: Vec<(String, QueryPlan, usize)> = Vec::new();
        for way in ways.into_iter().take(MOST_CORRECTIONS) {
            let plan = self.planner().plan(&way)?;
            let total = self
                .collect(&self.prepare(question, &plan, None)?, 1, None, None)?
                .total;
            found.push((way, plan, total));
        }
        // A stable sort: of ways that find as much the likelier one stays first.
        found.sort_by_key(|(_, _, total)| Reverse(*total));
        if corrections.iter().any(is_word) {
            let answer = self.to_answer(prepared, ranking, None)?;
            let offered = found.into_iter().filter(|(_, _, total)| *total > 0);
            return Ok(Answer {
                did_you_mean: offered.map(|(way, _, _)| way).collect(),
                ..answer
            });
        }
        let is_long = corrections
            .iter()
            .any(|correction| correction.stretch.len() >= SURELY_MEANT);
        let mut found = found.into_iter().filter(|(_, _, total)| *total > 0 || is_long);
        let Some((way, plan, _)) = found.next() else {
            return self.to_answer(prepared, ranking, None);
        };
        let corrected_answer = self.prepare(question, &plan, None)?;
        let ranking = self.rank(&corrected_answer)?;
        Ok(Answer {
            corrected: Some(way.clone()),
            did_you_mean: found
                .filter(|(_, _, total)| *total > 0)
                .map(|(way, _, _)| way)
                .collect(),
            ..self.to_answer(&corrected_answer, ranking, Some(way))?
        })
    }

    fn planner(&self) -> Planner<'_> {
        Planner {
            fields: self.fields,
            passage_fields: self.passage_fields,
            searcher: self.resources,
            synonyms: self.synonyms,
        }
    }

    fn prepare<'a>(
        &self,
        question: &'a Question,
        plan: &'a QueryPlan,
        cursor: Option<Cursor>,
    ) -> Result<PreparedQuery<'a>, SearchError> {
        // Without words nothing fits better than another: the newest come first.
        let sort = if plan.browses { Sort::Newest } else { question.sort };
        if cursor.as_ref().is_some_and(|cursor| cursor.sort != sort) {
            return Err(SearchError::Cursor);
        }
        let mut leaves = LocatedLeaves::find(self.resources, plan.leaves.clone())?;
        let mut collection = CollectionStats::of(self.resources, &self.scored())?;
        if let Some(Cursor { measures, .. }) = &cursor
            && leaves.set_frequencies(measures.frequencies.clone())
        {
            collection.set(measures.entries, &measures.tokens);
        }
        Ok(PreparedQuery {
            question,
            plan,
            sort,
            limit: question.limit.clamp(1, MOST_HITS),
            cursor,
            leaves,
            collection,
            visibility: VisibilityFilter::new(&question.audiences, &question.filters),
        })
    }

    /// The fields that make scores.
    fn scored(&self) -> [Field; 4] {
        [
            self.fields.words,
            self.fields.bigrams,
            self.fields.chars,
            self.fields.sound,
        ]
    }

    /// Those that hold what is asked for; if they are few, the nearest as well. A next page asks as the first did.
    fn rank(&self, prepared: &PreparedQuery<'_>) -> Result<Ranking, SearchError> {
        let collected = self.first_pass(prepared)?;
        let relaxed = match &prepared.cursor {
            Some(cursor) => cursor.relaxed,
            None => is_too_little(prepared, &collected),
        };
        match (prepared.sort, relaxed) {
            (Sort::Newest, false) => Ok(by_time(prepared, collected)),
            (_, true) => self.with_nearest(prepared, collected),
            (Sort::Relevance, false) => self.matching(prepared, collected),
        }
    }

    /// Reranks the best. `floor`: of the nearest, those whose keys are not above it
    /// are let go.
    fn rerank(
        &self,
        prepared: &PreparedQuery<'_>,
        matching: Vec<Ranked>,
        nearest: Vec<Ranked>,
        floor: i64,
    ) -> Result<(Vec<Ranked>, RankingState), SearchError> {
        let kept = prepared.cursor.as_ref().map(|cursor| &cursor.measures);
        let are_near_cut = kept.map_or(!nearest.is_empty(), |_| {
            prepared.cursor.as_ref().is_some_and(|cursor| cursor.relaxed)
        });
        let cut = if are_near_cut { &nearest } else { &matching };
        let threshold = if let Some(kept) = kept {
            kept.threshold
        } else {
            let first_left_out = cut.get(CANDIDATES).map_or(i64::MIN, |candidate| candidate.key);
            Some(first_left_out.max(floor)).filter(|cut| *cut > i64::MIN)
        };
        let stays = |candidate: &Ranked, has_more: bool| {
            !has_more || candidate.fit == Fit::Akin || threshold.is_none_or(|threshold| candidate.key > threshold)
        };
        let matching = matching.into_iter().filter(|candidate| stays(candidate, !are_near_cut));
        let nearest = nearest.into_iter().filter(|candidate| stays(candidate, are_near_cut));
        let mut ranked: Vec<Ranked> = matching.chain(nearest).collect();
        // The nearest carry it already, and what the best have in common is taken from all of them by their scores.
        for candidate in ranked.iter_mut().filter(|candidate| candidate.fit >= Fit::Own) {
            candidate.score += ALL_WORDS_BONUS;
        }

        let mut chars = LocatedLeaves::find(self.resources, prepared.plan.chars.clone())?;
        if let Some(kept) = kept {
            chars.set_frequencies(kept.char_frequencies.clone());
        }
        rerank::add(self.resources, &chars, &prepared.collection, &mut ranked)?;
        let hints = self.hints(prepared, kept, &mut ranked)?;
        rerank::add(self.resources, &hints, &prepared.collection, &mut ranked)?;
        // After the words: these gain a part of the best score, which stands only now.
        self.uses.boost(&mut ranked);
        featured_boost::boost(&mut ranked, self.fast_fields);
        for candidate in &mut ranked {
            candidate.key = banded(candidate.fit, score_key(candidate.score).saturating_add(RERANKED_BONUS));
        }
        ranked.sort_unstable_by_key(|candidate| Reverse(*candidate));
        let measures = RankingState {
            threshold,
            entries: prepared.collection.entries,
            tokens: prepared.collection.lengths(),
            frequencies: prepared.leaves.frequencies().to_vec(),
            char_frequencies: chars.frequencies().to_vec(),
            hints: self.stored_hints(&hints),
        };
        Ok((ranked, measures))
    }

    fn hints(
        &self,
        prepared: &PreparedQuery<'_>,
        kept: Option<&RankingState>,
        ranked: &mut [Ranked],
    ) -> Result<LocatedLeaves, SearchError> {
        let Some(kept) = kept else {
            let leaves = rerank::hints(
                self.resources,
                self.fast_fields,
                self.fields,
                &prepared.collection,
                ranked,
            )?;
            return Ok(LocatedLeaves::find(self.resources, leaves)?);
        };
        let field = |facet: Option<Facet>| facet.map_or(self.fields.words, |facet| self.fields.facet(facet));
        let leaf = |Hint(facet, text, weight, _): &Hint| WeightedTerm::new(field(*facet), text, *weight);
        let mut hints = LocatedLeaves::find(self.resources, kept.hints.iter().map(leaf).collect())?;
        hints.set_frequencies(kept.hints.iter().map(|Hint(.., frequency)| *frequency).collect());
        Ok(hints)
    }

    fn stored_hints(&self, hints: &LocatedLeaves) -> Vec<Hint> {
        let hints = hints.leaves().iter().zip(hints.frequencies());
        let text = |leaf: &WeightedTerm| leaf.term.value().as_str().unwrap_or_default().to_owned();
        hints
            .map(|(leaf, frequency)| {
                Hint(
                    self.fields.facet_of(leaf.term.field()),
                    text(leaf),
                    leaf.weight,
                    *frequency,
                )
            })
            .collect()
    }

    /// The newest of each fit first.
    fn by_moment(&self, ranked: &mut [Ranked]) {
        for candidate in &mut *ranked {
            let fast_fields = &self.fast_fields[candidate.address.segment_ord as usize];
            candidate.key = banded(candidate.fit, fast_fields.updated[candidate.address.doc_id as usize]);
        }
        ranked.sort_unstable_by_key(|candidate| Reverse(*candidate));
    }
}

fn by_time(prepared: &PreparedQuery<'_>, collected: Collected) -> Ranking {
    let has_more = collected.total + collected.own > collected.matching.len();
    let mut ranked = collected.matching;
    ranked.truncate(prepared.limit * 2 + 1);
    Ranking {
        total: collected.total,
        near_total: 0,
        own_total: collected.own,
        has_more: has_more && ranked.len() == prepared.limit * 2 + 1,
        ranked,
        relaxed: false,
        facet_counts: collected.facet_counts,
        measures: RankingState::default(),
    }
}

fn after_cursor(prepared: &PreparedQuery<'_>, ranked: &mut Vec<Ranked>) {
    if let Some(cursor) = &prepared.cursor {
        ranked.retain(|candidate| (candidate.key, candidate.id) < (cursor.key, cursor.id));
    }
}
