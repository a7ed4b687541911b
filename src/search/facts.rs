//! What is asked of every resource that matches, side by side in memory: who may see it, what it is counted by, its id.
//!
//! The index keeps these in columns, one for each. A question about a common word asks a dozen of them for a hundred
//! thousand resources; from columns that is a dozen look-ups each, from here it is one line of the processor's cache.
//! A segment never changes, so its facts are read once, when it appears.

use std::collections::HashMap;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};

use super::schema::{AUDIENCE, Facet, ID_HIGH, ID_LOW, SCOPE, SKETCH, UPDATED};

/// No value.
pub(super) const NONE: u32 = u32::MAX;
/// The facets whose values are words: all but the year.
pub(super) const WORDED: usize = 6;

/// The facts of one resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// Its id.
    pub(super) id: u128,
    /// When it was last changed, in milliseconds.
    pub(super) updated: i64,
    /// What its text resembles.
    pub(super) sketch: u64,
    /// The number of its value of each facet but the year, or [`NONE`].
    pub(super) facets: [u32; WORDED],
    /// The number of the set of audiences that may see it.
    pub(super) audience: u32,
    /// The number of its scope, or [`NONE`].
    pub(super) scope: u32,
    /// Its year.
    pub(super) year: Option<i16>,
}

/// The facts of one segment.
#[derive(Debug)]
pub(super) struct Facts {
    /// By document.
    pub(super) rows: Vec<Fact>,
    /// The values of each facet but the year, sorted, by number.
    pub(super) values: [Vec<String>; WORDED],
    /// The scopes, by number.
    pub(super) scopes: Vec<String>,
    /// The sets of audiences, by number.
    pub(super) audiences: Vec<Vec<String>>,
}

impl Facts {
    /// Reads the facts of a segment.
    pub(super) fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        let mut facets: Vec<Words> = Vec::with_capacity(WORDED);
        for facet in &Facet::ALL[..WORDED] {
            facets.push(Words::open(reader, facet.name())?);
        }
        let scope = Words::open(reader, SCOPE)?;
        let mut audience = Sets::new(Words::open(reader, AUDIENCE)?);
        let (high, low) = (fast.u64(ID_HIGH)?, fast.u64(ID_LOW)?);
        let (updated, sketch) = (fast.i64(UPDATED)?, fast.u64(SKETCH)?);
        let year: Option<Column<i64>> = fast.column_opt(Facet::Year.name())?;
        let half = |column: &Column<u64>, doc| u128::from(column.first(doc).unwrap_or_default());
        let mut rows = Vec::with_capacity(reader.max_doc() as usize);
        for doc in 0..reader.max_doc() {
            let mut numbers = [NONE; WORDED];
            for (number, words) in numbers.iter_mut().zip(&facets) {
                *number = words.number(doc);
            }
            rows.push(Fact {
                id: half(&high, doc) << 64 | half(&low, doc),
                updated: updated.first(doc).unwrap_or(i64::MIN),
                sketch: sketch.first(doc).unwrap_or_default(),
                facets: numbers,
                audience: audience.number(doc),
                scope: scope.number(doc),
                year: year.as_ref().and_then(|year| i16::try_from(year.first(doc)?).ok()),
            });
        }
        let mut values: [Vec<String>; WORDED] = Default::default();
        for (texts, words) in values.iter_mut().zip(&facets) {
            *texts = words.texts()?;
        }
        Ok(Self {
            rows,
            values,
            scopes: scope.texts()?,
            audiences: audience.texts()?,
        })
    }

    /// The text of a resource's value of a facet.
    pub(super) fn value(&self, facet: Facet, doc: u32) -> Option<&str> {
        let number = self.rows[doc as usize].facets.get(facet as usize)?;
        self.values[facet as usize].get(*number as usize).map(String::as_str)
    }
}

/// A column of words.
struct Words(Option<StrColumn>);

impl Words {
    fn open(reader: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        Ok(Self(reader.fast_fields().str(field)?))
    }

    fn number(&self, doc: u32) -> u32 {
        let ordinal = self.0.as_ref().and_then(|column| column.ords().first(doc));
        ordinal.and_then(|ordinal| u32::try_from(ordinal).ok()).unwrap_or(NONE)
    }

    /// Its words, sorted as they are numbered.
    fn texts(&self) -> tantivy::Result<Vec<String>> {
        let Some(column) = &self.0 else { return Ok(Vec::new()) };
        let mut texts = Vec::with_capacity(column.num_terms());
        let mut words = column.dictionary().stream()?;
        while words.advance() {
            texts.push(String::from_utf8_lossy(words.key()).into_owned());
        }
        Ok(texts)
    }
}

/// A column of sets of words, numbered as they come.
struct Sets {
    words: Words,
    numbers: HashMap<Vec<u64>, u32>,
    known: Vec<Vec<u64>>,
}

impl Sets {
    fn new(words: Words) -> Self {
        Self {
            words,
            numbers: HashMap::new(),
            known: Vec::new(),
        }
    }

    fn number(&mut self, doc: u32) -> u32 {
        let Some(column) = &self.words.0 else { return NONE };
        let set: Vec<u64> = column.term_ords(doc).collect();
        let next = u32::try_from(self.known.len()).unwrap_or(NONE);
        *self.numbers.entry(set).or_insert_with_key(|set| {
            self.known.push(set.clone());
            next
        })
    }

    fn texts(&self) -> tantivy::Result<Vec<Vec<String>>> {
        let words = self.words.texts()?;
        let text = |ordinal: &u64| words.get(usize::try_from(*ordinal).ok()?).cloned();
        Ok(self
            .known
            .iter()
            .map(|set| set.iter().filter_map(text).collect())
            .collect())
    }
}
