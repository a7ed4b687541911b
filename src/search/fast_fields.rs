//! Fast fields: what is asked of every resource that matches, in plain arrays in memory (audience, facets, id).
//!
//! The index keeps the same in columns of its own, packed, and to unpack a value takes longer than to look at it. Here
//! each is a plain array: the two or three that most questions ask for stay in the processor's cache however many
//! resources there are, and a question without words reads them from end to end. A segment never changes, so its fast
//! fields are read once, when it appears.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};

use super::schema::{AUDIENCE, Facet, ID_HIGH, ID_LOW, MODEL, SCOPE, SKETCH, UPDATED};

/// No value.
pub(super) const NONE: u32 = u32::MAX;
/// The fast fields of one segment, by document.
#[derive(Debug)]
pub(super) struct FastFields {
    /// The resource's id.
    pub(super) ids: Vec<u128>,
    /// When it was last changed, in milliseconds.
    pub(super) updated: Vec<i64>,
    /// What its text resembles.
    pub(super) sketches: Vec<u64>,
    /// Whether it is a model for others.
    pub(super) models: Vec<bool>,
    /// The number of its value of each facet, or [`NONE`].
    pub(super) facets: [Vec<u32>; Facet::COUNT],
    /// The number of the set of audiences that may see it.
    pub(super) audience: Vec<u32>,
    /// The number of its scope, or [`NONE`].
    pub(super) scope: Vec<u32>,
    /// The values of each facet, by number.
    pub(super) values: [Vec<String>; Facet::COUNT],
    /// The scopes, by number.
    pub(super) scopes: Vec<String>,
    /// The sets of audiences, by number.
    pub(super) audiences: Vec<Vec<String>>,
}

impl FastFields {
    /// Reads the fast fields of a segment.
    pub(super) fn read(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        let docs = 0..reader.max_doc();
        let mut facets: [Vec<u32>; Facet::COUNT] = Default::default();
        let mut values: [Vec<String>; Facet::COUNT] = Default::default();
        for facet in Facet::ALL {
            (facets[facet as usize], values[facet as usize]) = if facet == Facet::Year {
                numbered(fast.column_opt(facet.name())?.as_ref(), docs.clone())
            } else {
                StringColumn::open(reader, facet.name())?.numbered(docs.clone())?
            };
        }
        let scope = StringColumn::open(reader, SCOPE)?;
        let mut audience = StringSetColumn::new(StringColumn::open(reader, AUDIENCE)?);
        let (high, low) = (fast.u64(ID_HIGH)?, fast.u64(ID_LOW)?);
        let (updated, sketch) = (fast.i64(UPDATED)?, fast.u64(SKETCH)?);
        // The column is absent where no resource of the segment is a model.
        let model = fast.column_opt::<u64>(MODEL)?;
        let is_model = |doc| model.as_ref().is_some_and(|column| column.first(doc).is_some());
        let half = |column: &Column<u64>, doc| u128::from(column.first(doc).unwrap_or_default());
        Ok(Self {
            ids: docs
                .clone()
                .map(|doc| half(&high, doc) << 64 | half(&low, doc))
                .collect(),
            updated: docs.clone().map(|doc| updated.first(doc).unwrap_or(i64::MIN)).collect(),
            sketches: docs.clone().map(|doc| sketch.first(doc).unwrap_or_default()).collect(),
            models: docs.clone().map(is_model).collect(),
            facets,
            audience: docs.clone().map(|doc| audience.number(doc)).collect(),
            scope: docs.map(|doc| scope.number(doc)).collect(),
            values,
            scopes: scope.texts()?,
            audiences: audience.texts()?,
        })
    }

    /// The text of a resource's value of a facet.
    pub(super) fn value(&self, facet: Facet, doc: u32) -> Option<&str> {
        let number = self.facets[facet as usize][doc as usize];
        self.values[facet as usize].get(number as usize).map(String::as_str)
    }
}

/// A column of numbers as words, numbered in their order.
fn numbered(column: Option<&Column<i64>>, docs: Range<u32>) -> (Vec<u32>, Vec<String>) {
    let value = |doc| column.and_then(|column| column.first(doc));
    let values: BTreeSet<i64> = docs.clone().filter_map(value).collect();
    let numbers: BTreeMap<i64, u32> = values.iter().copied().zip(0..).collect();
    let number = |doc| value(doc).map_or(NONE, |value| numbers[&value]);
    let texts = values.iter().map(ToString::to_string).collect();
    (docs.map(number).collect(), texts)
}

/// A column of strings.
struct StringColumn(Option<StrColumn>);

impl StringColumn {
    fn open(reader: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        Ok(Self(reader.fast_fields().str(field)?))
    }

    fn number(&self, doc: u32) -> u32 {
        let ordinal = self.0.as_ref().and_then(|column| column.ords().first(doc));
        ordinal.and_then(|ordinal| u32::try_from(ordinal).ok()).unwrap_or(NONE)
    }

    fn numbered(&self, docs: Range<u32>) -> tantivy::Result<(Vec<u32>, Vec<String>)> {
        Ok((docs.map(|doc| self.number(doc)).collect(), self.texts()?))
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

/// A column of sets of strings, numbered as they come.
struct StringSetColumn {
    words: StringColumn,
    numbers: HashMap<Vec<u64>, u32>,
    known: Vec<Vec<u64>>,
}

impl StringSetColumn {
    fn new(words: StringColumn) -> Self {
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
