//! Similar resources: those that share the words which tell a resource from the rest.
//!
//! A few rare words say more than many common ones and cost less: what all of them together hold is bounded.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocSet as _, Searcher, TERMINATED, TantivyDocument, Term};
use uuid::Uuid;

use crate::domain::id::ResourceId;
use crate::domain::search::{Document, Similar, SimilarQuestion, Sort};

use super::collector::{Collector, MatchMode};
use super::fast_fields::FastFields;
use super::normalize::lone_han;
use super::query::is_filler;
use super::salient_terms;
use super::schema::{Facet, ResourceFields};
use super::score::{CollectionStats, LocatedLeaves, WeightedTerm};
use super::tokenize::TokenKind;
use super::top_k::Ranked;
use super::visibility_filter::{VisibilityFilter, unrestricted};

/// Most resources of one answer.
const MOST_SIMILAR: usize = 20;
/// Resources whose place in the curriculum is compared.
const MOST_COMPARED: usize = 100;
/// Weight of a word of the title, and of one of a keyword or of its course's or task's name, beside one of the text.
const TITLE_WEIGHT: f32 = 3.0;
const NAME_WEIGHT: f32 = 2.0;
/// Most words that are searched for.
const MOST_WORDS: usize = 25;
/// How many resources hold those words together at most; one word is asked for in any case.
const MOST_POSTINGS: u64 = 200_000;
/// With more resources than this, words that more than one in [`COMMON`] carries are left out.
const LARGE: u64 = 1_000;
/// See [`LARGE`].
const COMMON: u64 = 10;
/// Who shares less than this part of the words is like it only by chance.
const LEAST_SCORE: f32 = 0.1;
/// Added for the same task, for the same course, and for another type: who has the worksheet wants the slides.
const SAME_TASK: f32 = 0.15;
const SAME_COURSE: f32 = 0.05;
const OTHER_KIND: f32 = 0.03;

/// Finds similar resources in one snapshot of the index.
pub(super) fn find_similar(
    searcher: &Searcher,
    fast_fields: &[Arc<FastFields>],
    fields: &ResourceFields,
    question: &SimilarQuestion,
) -> tantivy::Result<Vec<Similar>> {
    let ranker = SimilarityRanker {
        searcher,
        fast_fields,
        fields,
    };
    let collection = CollectionStats::of(searcher, &[fields.words])?;
    let leaves = ranker.telling(&collection, ranker.words_of(&question.document)?)?;
    if leaves.leaves().is_empty() {
        return Ok(Vec::new());
    }
    let collector = Collector {
        searcher,
        fast_fields,
        leaves: &leaves,
        collection: &collection,
        match_mode: &MatchMode::Nothing,
        filter: None,
        all_words: None,
        visibility: &VisibilityFilter::new(&question.audiences, &unrestricted()),
        sort: Sort::Relevance,
        keep: MOST_COMPARED + 1,
        after: None,
        enough: Some(usize::MAX),
    };
    Ok(ranker.rank(&collector.run()?.nearest, question))
}

struct SimilarityRanker<'a> {
    searcher: &'a Searcher,
    fast_fields: &'a [Arc<FastFields>],
    fields: &'a ResourceFields,
}

/// Words with what they count for in one resource.
type TermWeights = HashMap<String, f32>;

impl SimilarityRanker<'_> {
    fn words_of(&self, document: &Document) -> tantivy::Result<TermWeights> {
        let mut weights = TermWeights::new();
        weigh(&mut weights, &document.metadata.title, TITLE_WEIGHT);
        let course = document.course.as_ref().map(|course| &course.name);
        let task = document.task.as_ref().map(|task| &task.name);
        for name in document.metadata.keywords.iter().chain(course).chain(task) {
            weigh(&mut weights, name, NAME_WEIGHT);
        }
        // What the index keeps of its text; one that was shared a moment ago has to do without.
        if let Some(entry) = self.entry(document.id)? {
            let gist = entry.get_first(self.fields.gist).and_then(|gist| gist.as_str());
            for (word, strength) in salient_terms::read(gist.unwrap_or_default()) {
                *weights.entry(word.to_owned()).or_default() += strength;
            }
        }
        Ok(weights)
    }

    fn entry(&self, id: ResourceId) -> tantivy::Result<Option<TantivyDocument>> {
        let term = Term::from_field_text(self.fields.id, &id.to_string());
        for reader in self.searcher.segment_readers() {
            let index = reader.inverted_index(self.fields.id)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            // Its state of before stays in the segment until a merge.
            while postings.doc() != TERMINATED && reader.is_deleted(postings.doc()) {
                postings.advance();
            }
            if postings.doc() != TERMINATED {
                return Ok(Some(reader.get_store_reader(1)?.get(postings.doc())?));
            }
        }
        Ok(None)
    }

    /// The words that are much in this resource and in few others.
    fn telling(&self, collection: &CollectionStats, weights: TermWeights) -> tantivy::Result<LocatedLeaves> {
        let mut leaves: Vec<(WeightedTerm, u64, f32)> = Vec::with_capacity(weights.len());
        for (word, weight) in weights {
            let leaf = WeightedTerm::new(self.fields.words, &word, 1.0 + weight.ln_1p());
            let frequency = self.searcher.doc_freq(&leaf.term)?;
            let is_common = collection.entries > LARGE && frequency > collection.entries / COMMON;
            if frequency > 0 && !is_common {
                let tells = leaf.weight * collection.rarity(frequency);
                leaves.push((leaf, frequency, tells));
            }
        }
        leaves.sort_unstable_by(|(a, _, tells_a), (b, _, tells_b)| {
            tells_b.total_cmp(tells_a).then_with(|| a.term.cmp(&b.term))
        });
        let mut postings = 0;
        let mut kept = Vec::with_capacity(MOST_WORDS);
        for (leaf, frequency, _) in leaves.into_iter().take(MOST_WORDS) {
            postings += frequency;
            if postings > MOST_POSTINGS && !kept.is_empty() {
                break;
            }
            kept.push(leaf);
        }
        LocatedLeaves::find(self.searcher, kept)
    }

    fn rank(&self, found: &[Ranked], question: &SimilarQuestion) -> Vec<Similar> {
        // A resource shares all words with itself: the best score is the measure.
        let whole = found.first().map_or(1.0, |likest| likest.score);
        let mut similar = Vec::new();
        for likeness in found {
            let id = ResourceId(Uuid::from_u128(likeness.id));
            let part = likeness.score / whole;
            if id != question.document.id && part >= LEAST_SCORE {
                similar.push(Similar {
                    id,
                    score: (part + self.bonus(likeness, &question.document))
                        / (1.0 + SAME_TASK + SAME_COURSE + OTHER_KIND),
                });
            }
        }
        similar.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        similar.truncate(question.limit.clamp(1, MOST_SIMILAR));
        similar
    }

    fn bonus(&self, likeness: &Ranked, document: &Document) -> f32 {
        let fast_fields = &self.fast_fields[likeness.address.segment_ord as usize];
        let value = |facet| fast_fields.value(facet, likeness.address.doc_id);
        let is_of = |facet, id: Option<String>| id.is_some() && value(facet) == id.as_deref();
        let mut bonus = 0.0;
        if is_of(Facet::Task, document.task.as_ref().map(|task| task.id.to_string())) {
            bonus += SAME_TASK;
        }
        if is_of(
            Facet::Course,
            document.course.as_ref().map(|course| course.id.to_string()),
        ) {
            bonus += SAME_COURSE;
        }
        if value(Facet::Kind) != Some(&*document.metadata.kind) {
            bonus += OTHER_KIND;
        }
        bonus
    }
}

fn weigh(weights: &mut TermWeights, text: &str, weight: f32) {
    for token in TokenKind::Words.tokens(text) {
        let is_number = token.text.chars().all(char::is_numeric);
        if !is_number && lone_han(&token.text).is_none() && !is_filler(TokenKind::Words, &token.text) {
            *weights.entry(token.text).or_default() += weight;
        }
    }
}
