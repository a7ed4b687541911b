//! BM25 scores over the terms of a question, read from the index in blocks.
//!
//! The engine's own scorers fix the constants of BM25 and ask for one document at a time. Here a leaf is read into a
//! window of documents block by block, or asked for a few documents that were found before; both are plain loops over
//! what the index has decoded anyway.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::Bm25StatisticsProvider as _;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, Searcher, SegmentReader, TERMINATED, Term};

/// BM25's k1: how soon repeating a word stops to count. Measured on public questions, like the next two; values by field
/// were tried and raised the mean of the sets by no more than .001 (`docs/benchmarks.md`).
const K1: f32 = 1.0;
/// BM25's b: how much length is held against a text.
const B: f32 = 0.6;
/// Texts count as shorter than they are by this part: our long ones are books, and not to be punished for it.
const LENGTH_STRETCH: f32 = 1.2;

/// A term with its weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WeightedTerm {
    pub(super) term: Term,
    /// Its weight beside other leaves.
    pub(super) weight: f32,
}

impl WeightedTerm {
    /// A term of a field. In a text its weight is scaled by how rare it is and how often it stands there; a plain term
    /// counts for its weight.
    pub(super) fn new(field: Field, text: &str, weight: f32) -> Self {
        Self {
            term: Term::from_field_text(field, text),
            weight,
        }
    }
}

/// Statistics of the collection: its size and the length of its texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CollectionStats {
    /// How many texts there are; those deleted and not yet merged away count, as they do in every frequency.
    pub(super) entries: u64,
    /// How many terms each field has.
    pub(super) tokens: Vec<(Field, u64)>,
}

impl CollectionStats {
    /// Measures some fields.
    pub(super) fn of(searcher: &Searcher, fields: &[Field]) -> tantivy::Result<Self> {
        let entries = searcher
            .segment_readers()
            .iter()
            .map(|reader| u64::from(reader.max_doc()))
            .sum();
        let tokens = fields
            .iter()
            .map(|&field| Ok((field, searcher.total_num_tokens(field)?)));
        Ok(Self {
            entries,
            tokens: tokens.collect::<tantivy::Result<_>>()?,
        })
    }

    /// Measures as it was at an earlier time.
    pub(super) fn set(&mut self, entries: u64, lengths: &[u64]) {
        self.entries = entries;
        for ((_, tokens), length) in self.tokens.iter_mut().zip(lengths) {
            *tokens = *length;
        }
    }

    /// How many terms each measured field has.
    pub(super) fn lengths(&self) -> Vec<u64> {
        self.tokens.iter().map(|(_, tokens)| *tokens).collect()
    }

    /// How rare a term is.
    pub(super) fn rarity(&self, frequency: u64) -> f32 {
        // The numbers may come from a cursor, in which somebody can write that more hold a term than there are.
        let (all, holding) = (float(self.entries.max(frequency)), float(frequency));
        (1.0 + (all - holding + 0.5) / (holding + 0.5)).ln()
    }

    /// What is added to a term's count below the line, by the code of the text's length.
    fn norms(&self, field: Field) -> Box<[f32; 256]> {
        let tokens = self.tokens.iter().find(|(measured, _)| *measured == field);
        let tokens = tokens.map_or(0, |(_, tokens)| *tokens);
        let average = (float(tokens) / float(self.entries.max(1)) * LENGTH_STRETCH).max(1.0);
        let norm = |code: u8| {
            let length = float(u64::from(FieldNormReader::id_to_fieldnorm(code)));
            K1 * (1.0 - B + B * length / average)
        };
        let mut norms = Box::new([0.0; 256]);
        for (code, place) in (0..=u8::MAX).zip(norms.iter_mut()) {
            *place = norm(code);
        }
        norms
    }
}

#[expect(clippy::cast_precision_loss, reason = "statistics need no more than seven digits")]
fn float(count: u64) -> f32 {
    count as f32
}

/// The leaves of a question, and where each segment keeps them. A term is looked up once.
pub(super) struct LocatedLeaves {
    leaves: Vec<WeightedTerm>,
    /// How many texts hold each leaf.
    frequencies: Vec<u64>,
    /// By segment, then by leaf.
    places: Vec<Vec<Option<TermInfo>>>,
}

impl LocatedLeaves {
    /// Looks the leaves up; equal terms are joined, weights added.
    pub(super) fn find(searcher: &Searcher, leaves: Vec<WeightedTerm>) -> tantivy::Result<Self> {
        let leaves = joined(leaves);
        let mut frequencies = vec![0; leaves.len()];
        let mut places = Vec::with_capacity(searcher.segment_readers().len());
        for reader in searcher.segment_readers() {
            let mut here = Vec::with_capacity(leaves.len());
            for (leaf, frequency) in leaves.iter().zip(&mut frequencies) {
                let place = reader.inverted_index(leaf.term.field())?.get_term_info(&leaf.term)?;
                *frequency += place.as_ref().map_or(0, |place| u64::from(place.doc_freq));
                here.push(place);
            }
            places.push(here);
        }
        Ok(Self {
            leaves,
            frequencies,
            places,
        })
    }

    /// The leaves.
    pub(super) fn leaves(&self) -> &[WeightedTerm] {
        &self.leaves
    }

    /// How many texts hold each leaf.
    pub(super) fn frequencies(&self) -> &[u64] {
        &self.frequencies
    }

    /// Scores by frequencies of an earlier time, so that a next page is scored as its first was; `false` if they are of
    /// another question.
    pub(super) fn set_frequencies(&mut self, frequencies: Vec<u64>) -> bool {
        let fits = frequencies.len() == self.leaves.len();
        if fits {
            self.frequencies = frequencies;
        }
        fits
    }

    /// The leaves that a segment holds, ready to be read.
    pub(super) fn streams(
        &self,
        ordinal: usize,
        reader: &SegmentReader,
        collection: &CollectionStats,
    ) -> tantivy::Result<Vec<ScoredPostings>> {
        let mut streams = Vec::new();
        for ((leaf, place), frequency) in self.leaves.iter().zip(&self.places[ordinal]).zip(&self.frequencies) {
            let Some(place) = place else { continue };
            let field = leaf.term.field();
            let index = reader.inverted_index(field)?;
            let lengths = reader.fieldnorms_readers().get_field(field)?;
            streams.push(ScoredPostings {
                density: float(u64::from(place.doc_freq)) / float(u64::from(reader.max_doc())),
                postings: index.read_block_postings_from_terminfo(place, IndexRecordOption::WithFreqs)?,
                at: 0,
                gain: match lengths {
                    Some(_) => leaf.weight * collection.rarity(*frequency) * (K1 + 1.0),
                    None => leaf.weight,
                },
                text: lengths.map(|lengths| (lengths, collection.norms(field))),
            });
        }
        Ok(streams)
    }
}

fn joined(leaves: Vec<WeightedTerm>) -> Vec<WeightedTerm> {
    let mut apart: Vec<WeightedTerm> = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        match apart.iter_mut().find(|known| known.term == leaf.term) {
            Some(known) => known.weight += leaf.weight,
            None => apart.push(leaf),
        }
    }
    apart
}

/// The scored postings of one leaf in one segment, read from its first document to its last.
pub(super) struct ScoredPostings {
    postings: BlockSegmentPostings,
    /// The place in the present block.
    at: usize,
    /// What part of the documents hold it.
    density: f32,
    /// The most it can add.
    gain: f32,
    /// How long the texts are, and what that comes to. A field of plain terms has no length: who has the term has all
    /// of its weight.
    text: Option<(FieldNormReader, Box<[f32; 256]>)>,
}

impl ScoredPostings {
    /// The next document.
    pub(super) fn doc(&self) -> DocId {
        self.postings.docs().get(self.at).copied().unwrap_or(TERMINATED)
    }

    /// Hands on every document before `until` with what this leaf adds to it.
    pub(super) fn collect_until(&mut self, until: DocId, mut add: impl FnMut(DocId, Score)) {
        loop {
            let docs = self.postings.docs();
            // A field of plain terms has no counts: each stands once.
            let counts = self.postings.freqs().iter().copied().chain(std::iter::repeat(1));
            for (at, (&doc, count)) in docs.iter().zip(counts).enumerate().skip(self.at) {
                if doc >= until {
                    self.at = at;
                    return;
                }
                add(doc, self.value(doc, count));
            }
            self.postings.advance();
            self.at = 0;
            if self.postings.docs().is_empty() {
                return;
            }
        }
    }

    /// How many of so many documents hold it, about.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a count that is small"
    )]
    pub(super) fn expected(&self, docs: u32) -> usize {
        (self.density * float(u64::from(docs))) as usize
    }

    /// The most it can add to a document.
    pub(super) fn gain(&self) -> Score {
        self.gain
    }

    /// Goes to the first document that is not before `target`. Targets must come in order.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        self.at = self.postings.seek(target);
        self.postings.doc(self.at)
    }

    /// What this leaf adds to the document [`ScoredPostings::seek`] went to.
    pub(super) fn value_here(&self) -> Score {
        self.value(self.postings.doc(self.at), self.postings.freq(self.at))
    }

    /// What this leaf adds to a document. Documents must come in order.
    pub(super) fn value_at(&mut self, doc: DocId) -> Score {
        if self.seek(doc) == doc { self.value_here() } else { 0.0 }
    }

    fn value(&self, doc: DocId, count: u32) -> Score {
        let Some((lengths, norms)) = &self.text else {
            return self.gain;
        };
        let count = float(u64::from(count));
        let norm = norms[usize::from(lengths.fieldnorm_id(doc))];
        self.gain * count / (count + norm)
    }
}
