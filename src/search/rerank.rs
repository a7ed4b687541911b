//! Reranking the best: by single characters, and by what the very best have in common.
//!
//! Both are too dear to be asked of every resource and cost little for a thousand. Single characters judge names and word
//! order finer than words do. The telling words of the first few answers (pseudo-relevance feedback, Rocchio 1971, RM3)
//! bring what says the same in other words up from further down; so does their place in the curriculum, because who asks
//! for a worksheet wants the slides of its task before a worksheet of another (cluster hypothesis, van Rijsbergen 1979).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tantivy::schema::{Field, Value};
use tantivy::{Score, Searcher, TantivyDocument};

use super::fast_fields::FastFields;
use super::salient_terms;
use super::schema::{Facet, ResourceFields};
use super::score::{CollectionStats, LocatedLeaves, WeightedTerm};
use super::top_k::Ranked;

/// Best results whose terms and places say what else to look for (pseudo-relevance feedback). Their places raised
/// nDCG@10 of teachers' questions from .887 to .905; weighing them less where the best lie in many majors helped
/// questions across majors and harmed the rest, so it was dropped (`docs/benchmarks.md`).
const TEACHERS: usize = 15;
/// Words of theirs that are looked for: what the best have in common raised recall@100 from .966 to .970. More or fewer
/// words raised nothing.
const HINTS: usize = 30;
/// Words of theirs whose document frequency is read, which costs a lookup each.
const LOOKED_UP: usize = 120;
/// Weight of the strongest of these words.
const HINT_WEIGHT: f32 = 0.2;
/// Words of more than one in this many resources are no hints: they tell nothing.
const COMMON: u64 = 20;

/// What belonging to the task, course and major of all of the best counts for, as a part of the best score. Measured on
/// teachers' questions; twice as much is worse again.
const PLACES: [(Facet, Score); 3] = [(Facet::Task, 0.1), (Facet::Course, 0.05), (Facet::Major, 0.025)];
/// How many places are looked for; a cursor carries them.
const MOST_PLACES: usize = 10;

/// Those of the candidates that any leaf holds.
pub(super) fn holding_any(
    searcher: &Searcher,
    leaves: &LocatedLeaves,
    collection: &CollectionStats,
    candidates: &[Ranked],
) -> tantivy::Result<Vec<Ranked>> {
    let mut candidates = candidates.to_vec();
    candidates.sort_unstable_by_key(|candidate| candidate.address);
    let mut holding = Vec::with_capacity(candidates.len());
    for group in candidates.chunk_by(|a, b| a.address.segment_ord == b.address.segment_ord) {
        let Some(first) = group.first() else { continue };
        let ordinal = first.address.segment_ord;
        let mut left = group.to_vec();
        for mut stream in leaves.streams(ordinal as usize, searcher.segment_reader(ordinal), collection)? {
            let is_held = |candidate: &mut Ranked| stream.seek(candidate.address.doc_id) == candidate.address.doc_id;
            holding.extend(left.extract_if(.., is_held));
        }
    }
    holding.sort_unstable_by(|a, b| b.cmp(a));
    Ok(holding)
}

/// Adds what leaves say to the scores of candidates.
pub(super) fn add(
    searcher: &Searcher,
    leaves: &LocatedLeaves,
    collection: &CollectionStats,
    candidates: &mut [Ranked],
) -> tantivy::Result<()> {
    candidates.sort_unstable_by_key(|candidate| candidate.address);
    for group in candidates.chunk_by_mut(|a, b| a.address.segment_ord == b.address.segment_ord) {
        let Some(first) = group.first() else { continue };
        let ordinal = first.address.segment_ord;
        let reader = searcher.segment_reader(ordinal);
        for mut stream in leaves.streams(ordinal as usize, reader, collection)? {
            for candidate in &mut *group {
                candidate.score += stream.value_at(candidate.address.doc_id);
            }
        }
    }
    Ok(())
}

/// What the best of the candidates have in common, as leaves: their telling words, and their places in the curriculum.
pub(super) fn hints(
    searcher: &Searcher,
    fast_fields: &[Arc<FastFields>],
    fields: &ResourceFields,
    collection: &CollectionStats,
    candidates: &mut [Ranked],
) -> tantivy::Result<Vec<WeightedTerm>> {
    candidates.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(b.id.cmp(&a.id)));
    let teachers = &candidates[..candidates.len().min(TEACHERS)];
    let best = teachers.first().map_or(0.0, |best| best.score);
    let trust = |teacher: &Ranked| (teacher.score / best).powi(2);
    let all: Score = teachers.iter().map(trust).sum();

    let mut weights: HashMap<String, Score> = HashMap::new();
    let mut places: BTreeMap<(usize, &str), Score> = BTreeMap::new();
    for teacher in teachers {
        let share = trust(teacher) / all;
        let entry: TantivyDocument = searcher.doc(teacher.address)?;
        let text = entry
            .get_first(fields.gist)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        for (word, strength) in salient_terms::read(text) {
            *weights.entry(word.to_owned()).or_default() += strength * share;
        }
        let fast_fields = &fast_fields[teacher.address.segment_ord as usize];
        for (number, (facet, gain)) in PLACES.iter().enumerate() {
            if let Some(place) = fast_fields.value(*facet, teacher.address.doc_id) {
                *places.entry((number, place)).or_default() += best * gain * share;
            }
        }
    }
    let mut leaves = telling(searcher, fields.words, collection, weights)?;
    let places = places.into_iter();
    let mut places: Vec<WeightedTerm> = places
        .map(|((number, place), weight)| WeightedTerm::new(fields.facet(PLACES[number].0), place, weight))
        .collect();
    places.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    leaves.extend(places.into_iter().take(MOST_PLACES));
    Ok(leaves)
}

/// The words that tell most, with weights beside those of a question.
fn telling(
    searcher: &Searcher,
    field: Field,
    collection: &CollectionStats,
    weights: HashMap<String, Score>,
) -> tantivy::Result<Vec<WeightedTerm>> {
    // Each costs a look into every segment's dictionary: those that a few of the best agree on, the long ones first.
    let mut weights: Vec<(String, Score)> = weights.into_iter().collect();
    // A `HashMap` has another order each time; by the word, equal ones are the same at every node and on every page.
    weights.sort_unstable_by(|a, b| promise(b).total_cmp(&promise(a)).then_with(|| a.0.cmp(&b.0)));
    weights.truncate(LOOKED_UP);
    let mut leaves = Vec::with_capacity(weights.len());
    for (word, weight) in weights {
        let leaf = WeightedTerm::new(field, &word, weight);
        let frequency = searcher.doc_freq(&leaf.term)?;
        // A word of one resource alone leads to no other.
        if frequency >= 2 && is_rare(frequency, collection) {
            let value = weight * collection.rarity(frequency);
            leaves.push(WeightedTerm { weight: value, ..leaf });
        }
    }
    leaves.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.term.cmp(&b.term)));
    leaves.truncate(HINTS);
    let strongest = leaves.first().map_or(1.0, |leaf| leaf.weight);
    for leaf in &mut leaves {
        leaf.weight *= HINT_WEIGHT / strongest;
    }
    Ok(leaves)
}

/// Whether what so many resources share tells them from the others.
pub(super) fn is_rare(frequency: u64, collection: &CollectionStats) -> bool {
    frequency < collection.entries / COMMON
}

fn promise((word, weight): &(String, Score)) -> Score {
    weight * salient_terms::length_weight(word)
}
