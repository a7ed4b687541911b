//! A second look at the best: by single characters, and by what the very best have in common.
//!
//! Both are too dear to be asked of every resource and cost little for a thousand. Single characters judge names and word
//! order finer than words do. The telling words of the first few answers (pseudo-relevance feedback, Rocchio 1971, RM3)
//! bring what says the same in other words up from further down.

use std::collections::HashMap;

use tantivy::schema::{Field, Value};
use tantivy::{Score, Searcher, TantivyDocument};

use super::gist;
use super::kept::Ranked;
use super::score::{Collection, Leaf, Located};

/// How many of the best say what else to look for.
const TEACHERS: usize = 10;
/// How many of their words are looked for.
const HINTS: usize = 30;
/// How many of their words are asked how rare they are.
const LOOKED_UP: usize = 120;
/// What the strongest of these words counts for.
const HINT_WEIGHT: f32 = 0.2;
/// Words of more than one in this many resources tell nothing.
const COMMON: u64 = 20;

/// Adds what leaves say to the scores of candidates.
pub(super) fn add(
    searcher: &Searcher,
    leaves: &Located,
    collection: &Collection,
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

/// What the best of the candidates have in common, as leaves.
pub(super) fn hints(
    searcher: &Searcher,
    fields: (Field, Field),
    collection: &Collection,
    candidates: &mut [Ranked],
) -> tantivy::Result<Vec<Leaf>> {
    let (gist, words) = fields;
    candidates.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(b.id.cmp(&a.id)));
    let teachers = &candidates[..candidates.len().min(TEACHERS)];
    let best = teachers.first().map_or(0.0, |best| best.score);
    let trust = |score: Score| (score / best).powi(2);
    let all: Score = teachers.iter().map(|teacher| trust(teacher.score)).sum();

    let mut weights: HashMap<String, Score> = HashMap::new();
    for teacher in teachers {
        let entry: TantivyDocument = searcher.doc(teacher.address)?;
        let text = entry
            .get_first(gist)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        for (word, strength) in gist::read(text) {
            *weights.entry(word.to_owned()).or_default() += strength * trust(teacher.score) / all;
        }
    }
    telling(searcher, words, collection, weights)
}

/// The words that tell most, with weights beside those of a question.
fn telling(
    searcher: &Searcher,
    field: Field,
    collection: &Collection,
    weights: HashMap<String, Score>,
) -> tantivy::Result<Vec<Leaf>> {
    // Each costs a look into every segment's dictionary: those that a few of the best agree on, the long ones first.
    let mut weights: Vec<(String, Score)> = weights.into_iter().collect();
    weights.sort_unstable_by(|a, b| promise(b).total_cmp(&promise(a)).then_with(|| a.0.cmp(&b.0)));
    weights.truncate(LOOKED_UP);
    let mut leaves = Vec::with_capacity(weights.len());
    for (word, weight) in weights {
        let leaf = Leaf::new(field, &word, weight);
        let frequency = searcher.doc_freq(&leaf.term)?;
        if frequency >= 2 && frequency < collection.entries / COMMON {
            let value = weight * collection.rarity(frequency);
            leaves.push(Leaf { weight: value, ..leaf });
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

fn promise((word, weight): &(String, Score)) -> Score {
    weight * gist::length_weight(word)
}
