//! What BM25 is told about the collection.
//!
//! Resources and passages share one index but not their statistics. Those of a question are read once, and can be kept
//! in a cursor, so that its next page is scored as its first was.

use std::collections::HashMap;

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use super::schema::{Entry, Fields};

/// The statistics of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statistics {
    entries: u64,
    tokens: HashMap<Field, u64>,
    frequencies: HashMap<Term, u64>,
}

/// Statistics as plain numbers, in the order of the terms of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frozen(pub(super) Vec<u64>);

impl Statistics {
    /// The statistics of resources, for these terms.
    pub(super) fn of_resources(searcher: &Searcher, fields: &Fields, terms: &[Term]) -> tantivy::Result<Self> {
        Self::read(searcher, fields, Entry::Resource, &scored(fields), terms)
    }

    /// The statistics of passages, for these terms.
    pub(super) fn of_passages(searcher: &Searcher, fields: &Fields, terms: &[Term]) -> tantivy::Result<Self> {
        Self::read(searcher, fields, Entry::Passage, &[fields.passage], terms)
    }

    fn read(
        searcher: &Searcher,
        fields: &Fields,
        kind: Entry,
        scored: &[Field],
        terms: &[Term],
    ) -> tantivy::Result<Self> {
        let tokens = scored
            .iter()
            .map(|&field| Ok((field, searcher.total_num_tokens(field)?)));
        let frequencies = terms.iter().map(|term| Ok((term.clone(), searcher.doc_freq(term)?)));
        Ok(Self {
            // A document frequency, not a count of what is alive: like all of them it counts what is deleted and not yet
            // merged away, and so is never less than any. tantivy asserts that.
            entries: searcher.doc_freq(&Term::from_field_text(fields.entry, kind.term()))?,
            tokens: tokens.collect::<tantivy::Result<_>>()?,
            frequencies: frequencies.collect::<tantivy::Result<_>>()?,
        })
    }

    /// The numbers to keep in a cursor.
    pub(super) fn freeze(&self, fields: &Fields, terms: &[Term]) -> Frozen {
        let tokens = scored(fields).map(|field| self.tokens.get(&field).copied().unwrap_or_default());
        let frequencies = terms
            .iter()
            .map(|term| self.frequencies.get(term).copied().unwrap_or_default());
        Frozen(std::iter::once(self.entries).chain(tokens).chain(frequencies).collect())
    }

    /// The statistics a cursor kept, if it was of a question with as many terms. The numbers come from outside: they may
    /// be nonsense and must only not break an assertion.
    pub(super) fn thaw(frozen: &Frozen, fields: &Fields, terms: &[Term]) -> Option<Self> {
        let (&entries, rest) = frozen.0.split_first()?;
        let fields = scored(fields);
        let (tokens, frequencies) = rest.split_at_checked(fields.len())?;
        (frequencies.len() == terms.len()).then(|| Self {
            entries,
            tokens: fields.into_iter().zip(tokens.iter().copied()).collect(),
            frequencies: terms
                .iter()
                .cloned()
                .zip(frequencies.iter().map(|&count| count.min(entries)))
                .collect(),
        })
    }
}

/// The fields that make scores.
fn scored(fields: &Fields) -> [Field; 3] {
    [fields.words, fields.bigrams, fields.sound]
}

impl Bm25StatisticsProvider for Statistics {
    /// Half as long again as it is, which softens the penalty for length; k1 and b are constants of tantivy. Measured:
    /// better on every set.
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let tokens = self.tokens.get(&field).copied().unwrap_or_default();
        Ok(tokens.saturating_add(tokens / 2))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.entries)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.frequencies.get(term).copied().unwrap_or_default())
    }
}
