//! Resources like one another: those that share the words which tell a resource from the rest.
//!
//! A few rare words say more than many common ones and cost less: the postings of all words together are bounded.

use std::cmp::Ordering;
use std::collections::HashMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, BoostQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{DocId, DocSet as _, Score, Searcher, SegmentOrdinal, SegmentReader, TERMINATED, TantivyDocument, Term};
use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::search::{Audience, Document, Similar, SimilarQuestion};

use super::fold::lone_han;
use super::query::is_filler;
use super::schema::{Entry, Facet, Fields, ID_HIGH, ID_LOW};
use super::sight::Sight;
use super::tokenize::Cut;

/// The most resources of one answer.
const MOST_SIMILAR: usize = 20;
/// Characters read of what a resource says, beside its title, keywords and names.
const MOST_CHARS: usize = 4_000;
/// Passages that are fetched for that.
const MOST_PASSAGES: usize = 16;
/// What a word of the title counts for, and of a keyword or of the name of its course or task, beside one of the text.
const TITLE_WEIGHT: f32 = 3.0;
const NAME_WEIGHT: f32 = 2.0;
/// Words whose rarity is asked for.
const MOST_CANDIDATES: usize = 80;
/// Words that are asked for.
const MOST_WORDS: usize = 25;
/// How many entries carry all those words together at most; one word is asked for in any case.
const MOST_POSTINGS: u64 = 200_000;
/// With more resources than this, words that many of them carry are left out.
const LARGE: u64 = 1_000;
/// … namely those that more than one in so many carries.
const COMMON: u64 = 10;
/// Resources whose place in the curriculum is compared.
const MOST_COMPARED: usize = 100;
/// Who shares less than this part of the words is like it only by chance.
const LEAST_SCORE: f32 = 0.1;
/// Added for the same task, for the same course, and for another type: who has the worksheet wants the slides.
const SAME_TASK: f32 = 0.15;
const SAME_COURSE: f32 = 0.05;
const OTHER_KIND: f32 = 0.03;

/// Answers from one state of the index.
pub(super) fn answer(
    searcher: &Searcher,
    fields: &Fields,
    question: &SimilarQuestion,
) -> tantivy::Result<Vec<Similar>> {
    let desk = Desk { searcher, fields };
    let words = desk.telling(desk.words_of(&question.document)?)?;
    if words.kept.is_empty() {
        return Ok(Vec::new());
    }
    let gather = Gather {
        audiences: question.audiences.clone(),
        itself: question.document.id,
    };
    let found = searcher.search_with_statistics_provider(&*words.query(fields.words), &gather, &words)?;
    desk.rank(found, question)
}

struct Desk<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
}

/// Words with what they count for in one resource.
type Weights = HashMap<String, f32>;

/// The words that tell a resource from others.
struct Telling {
    /// With what each counts for.
    kept: Vec<(String, f32)>,
    frequencies: HashMap<Term, u64>,
    resources: u64,
    tokens: u64,
}

impl Desk<'_> {
    fn words_of(&self, document: &Document) -> tantivy::Result<Weights> {
        let mut weights = Weights::new();
        weigh(&mut weights, &document.title, TITLE_WEIGHT);
        let names = [&document.course, &document.task]
            .into_iter()
            .flatten()
            .map(|named| &named.name);
        for name in document.keywords.iter().chain(names) {
            weigh(&mut weights, name, NAME_WEIGHT);
        }
        let mut left = MOST_CHARS;
        let mut read = |text: &str| {
            let text: String = text.chars().take(left).collect();
            left -= text.chars().count();
            weigh(&mut weights, &text, 1.0);
            left > 0
        };
        let given = document
            .files
            .iter()
            .flat_map(|file| &file.passages)
            .map(|passage| passage.text.as_str());
        let goes_on = std::iter::once(document.description.as_str())
            .chain(given)
            .all(&mut read);
        if goes_on {
            self.passages(document.id, |text| read(text))?;
        }
        Ok(weights)
    }

    /// Reads the passages that the index keeps of a resource until `read` has had enough.
    fn passages(&self, id: Id, mut read: impl FnMut(&str) -> bool) -> tantivy::Result<()> {
        let term = Term::from_field_text(self.fields.id, &id.to_string());
        let mut left = MOST_PASSAGES;
        for reader in self.searcher.segment_readers() {
            let postings = reader
                .inverted_index(self.fields.id)?
                .read_postings(&term, IndexRecordOption::Basic)?;
            let Some(mut postings) = postings else { continue };
            let store = reader.get_store_reader(1)?;
            let mut doc = postings.doc();
            while doc != TERMINATED && left > 0 {
                left -= 1;
                let entry: TantivyDocument = store.get(doc)?;
                let text = entry.get_first(self.fields.text).and_then(|text| text.as_str());
                if !reader.is_deleted(doc) && !text.is_none_or(&mut read) {
                    return Ok(());
                }
                doc = postings.advance();
            }
        }
        Ok(())
    }

    /// The words that are much in this resource and in few others.
    fn telling(&self, weights: Weights) -> tantivy::Result<Telling> {
        let resources = self
            .searcher
            .doc_freq(&Term::from_field_text(self.fields.entry, Entry::Resource.term()))?;
        let mut candidates: Vec<(String, f32)> = weights.into_iter().collect();
        candidates.sort_by(best_first);
        candidates.truncate(MOST_CANDIDATES);

        let mut telling = Telling {
            kept: Vec::new(),
            frequencies: HashMap::new(),
            resources,
            tokens: self.searcher.total_num_tokens(self.fields.words)?,
        };
        let mut rated = Vec::new();
        for (word, weight) in candidates {
            let term = Term::from_field_text(self.fields.words, &word);
            let frequency = self.searcher.doc_freq(&term)?;
            let is_common = resources > LARGE && frequency > resources / COMMON;
            if frequency > 0 && !is_common {
                let weight = 1.0 + weight.ln();
                rated.push(((word, weight), weight * rarity(frequency, resources)));
                telling.frequencies.insert(term, frequency);
            }
        }
        rated.sort_by(|(a, rated_a), (b, rated_b)| rated_b.total_cmp(rated_a).then_with(|| a.0.cmp(&b.0)));
        let mut postings = 0;
        for ((word, weight), _) in rated.into_iter().take(MOST_WORDS) {
            postings += telling.frequencies[&Term::from_field_text(self.fields.words, &word)];
            if postings > MOST_POSTINGS && !telling.kept.is_empty() {
                break;
            }
            telling.kept.push((word, weight));
        }
        Ok(telling)
    }

    fn rank(&self, found: Harvest, question: &SimilarQuestion) -> tantivy::Result<Vec<Similar>> {
        // A resource that was shared a moment ago is not in the index yet; then the likest of the others is the measure.
        let whole = found
            .itself
            .or(found.others.first().map(|likest| likest.score))
            .unwrap_or(1.0);
        let mut similar = Vec::new();
        for likeness in found.others {
            let part = (likeness.score / whole).min(1.0);
            if part >= LEAST_SCORE {
                let bonus = self.bonus(&likeness, &question.document)?;
                similar.push(Similar {
                    id: likeness.id,
                    score: (part + bonus) / (1.0 + SAME_TASK + SAME_COURSE + OTHER_KIND),
                });
            }
        }
        similar.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        similar.truncate(question.limit.clamp(1, MOST_SIMILAR));
        Ok(similar)
    }

    fn bonus(&self, likeness: &Likeness, document: &Document) -> tantivy::Result<f32> {
        let reader = self.searcher.segment_reader(likeness.segment);
        let value = |facet: Facet| {
            let column: Option<StrColumn> = reader.fast_fields().str(facet.name())?;
            let ordinal = column.as_ref().and_then(|column| column.ords().first(likeness.doc));
            let mut value = String::new();
            if let Some((column, ordinal)) = column.as_ref().zip(ordinal) {
                column.ord_to_str(ordinal, &mut value)?;
            }
            tantivy::Result::Ok(value)
        };
        let is_at = |facet, named: &Option<crate::domain::search::Named>| {
            let own = named.as_ref().map(|named| named.id.to_string());
            tantivy::Result::Ok(own.is_some_and(|own| value(facet).is_ok_and(|theirs| theirs == own)))
        };
        let mut bonus = 0.0;
        if is_at(Facet::Task, &document.task)? {
            bonus += SAME_TASK;
        }
        if is_at(Facet::Course, &document.course)? {
            bonus += SAME_COURSE;
        }
        if value(Facet::Kind)? != document.kind {
            bonus += OTHER_KIND;
        }
        Ok(bonus)
    }
}

fn weigh(weights: &mut Weights, text: &str, weight: f32) {
    for token in Cut::Words.tokens(text) {
        let is_number = token.text.chars().all(char::is_numeric);
        if !is_number && lone_han(&token.text).is_none() && !is_filler(Cut::Words, &token.text) {
            *weights.entry(token.text).or_default() += weight;
        }
    }
}

fn best_first(a: &(String, f32), b: &(String, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0))
}

#[expect(clippy::cast_precision_loss, reason = "an estimate of how rare a word is")]
fn rarity(frequency: u64, resources: u64) -> f32 {
    (1.0 + resources as f32 / frequency as f32).ln()
}

impl Telling {
    fn query(&self, words: Field) -> Box<dyn Query> {
        let words = self.kept.iter().map(|(word, weight)| {
            let term = TermQuery::new(Term::from_field_text(words, word), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(term), *weight)) as Box<dyn Query>
        });
        Box::new(BooleanQuery::union(words.collect()))
    }
}

/// Resources only: the passages beside them carry no words.
impl Bm25StatisticsProvider for Telling {
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(self.tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.resources)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.frequencies.get(term).copied().unwrap_or_default())
    }
}

/// A resource that shares some words.
#[derive(Debug, Clone, Copy)]
struct Likeness {
    id: Id,
    score: Score,
    segment: SegmentOrdinal,
    doc: DocId,
}

/// What one pass yields.
#[derive(Debug, Default)]
struct Harvest {
    /// What the resource itself scores.
    itself: Option<Score>,
    /// The others that the asker sees, best first.
    others: Vec<Likeness>,
}

impl Harvest {
    fn keep_best(&mut self) {
        self.others
            .sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        self.others.truncate(MOST_COMPARED);
    }
}

/// Keeps the best of what the asker sees.
struct Gather {
    audiences: Vec<Audience>,
    itself: Id,
}

impl Collector for Gather {
    type Fruit = Harvest;
    type Child = SegmentGather;

    fn for_segment(&self, ordinal: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentGather> {
        Ok(SegmentGather {
            ordinal,
            itself: self.itself,
            sight: Sight::open(reader, &self.audiences)?,
            high: reader.fast_fields().u64(ID_HIGH)?,
            low: reader.fast_fields().u64(ID_LOW)?,
            least: f32::MIN,
            harvest: Harvest::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Harvest>) -> tantivy::Result<Harvest> {
        let mut merged = Harvest::default();
        for segment in segments {
            merged.itself = merged.itself.or(segment.itself);
            merged.others.extend(segment.others);
        }
        merged.keep_best();
        Ok(merged)
    }
}

/// [`Gather`] within one segment.
struct SegmentGather {
    ordinal: SegmentOrdinal,
    itself: Id,
    sight: Sight,
    high: Column<u64>,
    low: Column<u64>,
    /// What is below this is not among the best.
    least: Score,
    harvest: Harvest,
}

impl SegmentGather {
    fn id(&self, doc: DocId) -> Id {
        let half = |column: &Column<u64>| column.first(doc).unwrap_or_default();
        Id(Uuid::from_u64_pair(half(&self.high), half(&self.low)))
    }
}

impl SegmentCollector for SegmentGather {
    type Fruit = Harvest;

    fn collect(&mut self, doc: DocId, score: Score) {
        if score < self.least {
            return;
        }
        let id = self.id(doc);
        if id == self.itself {
            self.harvest.itself = Some(score);
        } else if self.sight.sees(doc) {
            let segment = self.ordinal;
            self.harvest.others.push(Likeness {
                id,
                score,
                segment,
                doc,
            });
        }
        // Sorting now and then is as good as a heap, and shorter.
        if self.harvest.others.len() >= 4 * MOST_COMPARED {
            self.harvest.keep_best();
            self.least = self.harvest.others.last().map_or(f32::MIN, |last| last.score);
        }
    }

    fn harvest(mut self) -> Harvest {
        self.harvest.keep_best();
        self.harvest
    }
}
