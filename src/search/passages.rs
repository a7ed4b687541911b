//! Best passages of the resources on a page.
//!
//! Only passages of those resources are looked at: their places come from the index by the resource's id, and each leaf
//! is asked for nothing between them. Whoever hands in the ids has asked the visibility filter before.

use std::collections::HashMap;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, Score, Searcher, TERMINATED, Term};

use super::schema::PassageFields;
use super::score::{CollectionStats, LocatedLeaves, ScoredPostings, WeightedTerm};

/// Passages shown of a resource.
const SHOWN: usize = 3;
/// How many pairs that begin with a single character are tried for it.
const MOST_PAIRS: usize = 2_000;

/// Passages with their scores, best first, by the place of their resource in what was handed in.
pub(super) type Passages = HashMap<usize, Vec<(Score, DocAddress)>>;

/// Finds the best passages of some resources.
pub(super) fn best(
    searcher: &Searcher,
    fields: &PassageFields,
    leaves: Vec<WeightedTerm>,
    resources: &[String],
) -> tantivy::Result<Passages> {
    let mut passages = Passages::new();
    if leaves.is_empty() || resources.is_empty() {
        return Ok(passages);
    }
    let collection = CollectionStats::of(searcher, &[fields.bigrams])?;
    let leaves = LocatedLeaves::find(searcher, leaves)?;
    for (ordinal, reader) in (0_u32..).zip(searcher.segment_readers()) {
        let mut places = PassageScores::of(reader, fields, resources)?;
        if places.docs.is_empty() {
            continue;
        }
        for mut stream in leaves.streams(ordinal as usize, reader, &collection)? {
            places.add(&mut stream);
        }
        for (doc, resource, score) in places.scored() {
            keep_best(
                passages.entry(resource).or_default(),
                score,
                DocAddress::new(ordinal, doc),
            );
        }
    }
    Ok(passages)
}

/// The pairs of characters that begin with one, as leaves: how a single character is found in passages.
pub(super) fn beginning_with(
    searcher: &Searcher,
    fields: &PassageFields,
    char: char,
) -> tantivy::Result<Vec<WeightedTerm>> {
    let from = char.to_string();
    let until = format!("{from}{}", char::MAX);
    let mut leaves: Vec<WeightedTerm> = Vec::new();
    for reader in searcher.segment_readers() {
        let index = reader.inverted_index(fields.bigrams)?;
        let mut terms = index.terms().range().ge(&from).lt(&until).into_stream()?;
        while leaves.len() < MOST_PAIRS && terms.advance() {
            let text = String::from_utf8_lossy(terms.key());
            leaves.push(WeightedTerm::new(fields.bigrams, &text, 1.0));
        }
    }
    leaves.sort_unstable_by(|a, b| a.term.cmp(&b.term));
    leaves.dedup();
    Ok(leaves)
}

/// The passages of the wanted resources within one segment, in order.
struct PassageScores {
    docs: Vec<DocId>,
    resources: Vec<usize>,
    scores: Vec<Score>,
}

impl PassageScores {
    fn of(reader: &tantivy::SegmentReader, fields: &PassageFields, resources: &[String]) -> tantivy::Result<Self> {
        let index = reader.inverted_index(fields.id)?;
        let mut found: Vec<(DocId, usize)> = Vec::new();
        for (resource, id) in resources.iter().enumerate() {
            let term = Term::from_field_text(fields.id, id);
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                found.push((doc, resource));
                doc = postings.advance();
            }
        }
        // What was deleted keeps its postings until a merge.
        if let Some(alive) = reader.alive_bitset() {
            found.retain(|(doc, _)| alive.is_alive(*doc));
        }
        found.sort_unstable();
        Ok(Self {
            scores: vec![0.0; found.len()],
            docs: found.iter().map(|(doc, _)| *doc).collect(),
            resources: found.iter().map(|(_, resource)| *resource).collect(),
        })
    }

    /// Adds what a leaf says, going from one common document to the next.
    fn add(&mut self, stream: &mut ScoredPostings) {
        let mut at = 0;
        while let Some(&wanted) = self.docs.get(at) {
            let doc = stream.seek(wanted);
            if doc == TERMINATED {
                return;
            }
            at += self.docs[at..].partition_point(|&place| place < doc);
            if self.docs.get(at) == Some(&doc) {
                self.scores[at] += stream.value_here();
                at += 1;
            }
        }
    }

    fn scored(self) -> impl Iterator<Item = (DocId, usize, Score)> {
        let places = self.docs.into_iter().zip(self.resources).zip(self.scores);
        places
            .map(|((doc, resource), score)| (doc, resource, score))
            .filter(|(_, _, score)| *score > 0.0)
    }
}

/// Among equals the earlier passage stays, which is the earlier page.
fn keep_best(best: &mut Vec<(Score, DocAddress)>, score: Score, address: DocAddress) {
    let place = best.partition_point(|(kept, at)| *kept > score || (*kept >= score && *at < address));
    if place < SHOWN {
        best.insert(place, (score, address));
        best.truncate(SHOWN);
    }
}
