//! Near-copies of other schools, folded into the one that fits best.

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, Searcher};

use super::schema::{Facet, SKETCH};
use super::sketch::resemble;
use super::sweep::Ranked;

/// The most near-copies named beside a hit.
const MOST_OTHERS: usize = 50;

/// A hit with those folded into it.
#[derive(Debug)]
pub(super) struct Folded {
    /// The one that fits best.
    pub(super) head: Ranked,
    /// The ids of its near-copies, best first.
    pub(super) others: Vec<u128>,
}

/// A page, and how much of the order it took.
pub(super) struct Page {
    /// The hits.
    pub(super) page: Vec<Folded>,
    /// How many of the order are in them.
    pub(super) consumed: usize,
}

/// Tells near-copies; opens the columns of a segment once.
pub(super) struct Families<'a> {
    searcher: &'a Searcher,
    segments: Vec<Option<Columns>>,
}

struct Columns {
    sketch: Option<Column<u64>>,
    school: Option<StrColumn>,
}

/// What is compared.
struct Likeness {
    sketch: u64,
    school: Option<String>,
}

impl<'a> Families<'a> {
    /// Over one state of the index.
    pub(super) fn new(searcher: &'a Searcher) -> Self {
        let segments = searcher.segment_readers().iter().map(|_| None).collect();
        Self { searcher, segments }
    }

    /// Fills a page from an order. The order goes on where the page ends, so nothing is shown twice or left out; a
    /// near-copy far behind stands by itself on a later page.
    pub(super) fn fold(&mut self, order: &[Ranked], limit: usize) -> tantivy::Result<Page> {
        let mut page: Vec<Folded> = Vec::with_capacity(limit);
        let mut seen: Vec<Likeness> = Vec::with_capacity(limit);
        for (place, ranked) in order.iter().enumerate() {
            let likeness = self.likeness(ranked.address)?;
            let is_other = |known: &Likeness| {
                resemble(known.sketch, likeness.sketch) && known.school.is_some() && known.school != likeness.school
            };
            let twin = seen.iter().position(is_other).filter(|_| likeness.school.is_some());
            match twin {
                Some(twin) if page[twin].others.len() < MOST_OTHERS => page[twin].others.push(ranked.id),
                _ if page.len() == limit => return Ok(Page { page, consumed: place }),
                _ => {
                    page.push(Folded {
                        head: *ranked,
                        others: Vec::new(),
                    });
                    seen.push(likeness);
                }
            }
        }
        Ok(Page {
            page,
            consumed: order.len(),
        })
    }

    fn likeness(&mut self, address: DocAddress) -> tantivy::Result<Likeness> {
        let columns = self.columns(address.segment_ord)?;
        let sketch = columns.sketch.as_ref().and_then(|column| column.first(address.doc_id));
        let sketch = sketch.unwrap_or_default();
        // Most have too little text to resemble anything: their school need not be known.
        let school = columns.school.as_ref().filter(|_| sketch != 0).and_then(|column| {
            let mut name = String::new();
            let ordinal = column.ords().first(address.doc_id)?;
            column.ord_to_str(ordinal, &mut name).ok()?.then_some(name)
        });
        Ok(Likeness { sketch, school })
    }

    fn columns(&mut self, segment: u32) -> tantivy::Result<&Columns> {
        let slot = &mut self.segments[segment as usize];
        let columns = match slot.take() {
            Some(columns) => columns,
            None => {
                let fast = self.searcher.segment_reader(segment).fast_fields();
                Columns {
                    sketch: fast.column_opt(SKETCH)?,
                    school: fast.str(Facet::School.name())?,
                }
            }
        };
        Ok(slot.insert(columns))
    }
}
