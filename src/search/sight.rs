//! Who may see what, entry by entry: for answers that look at few entries and need no query for the rest.

use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use crate::domain::search::Audience;

use super::schema::AUDIENCE;

/// What some audiences see of one segment.
pub(super) struct Sight {
    /// Nobody is told anything by an index that does not say whom.
    audiences: Option<StrColumn>,
    /// The ordinals of the audiences that ask.
    asking: Vec<u64>,
    alive: Option<tantivy::fastfield::AliveBitSet>,
}

impl Sight {
    /// Looks at a segment with the eyes of these audiences.
    pub(super) fn open(reader: &SegmentReader, audiences: &[Audience]) -> tantivy::Result<Self> {
        let column = reader.fast_fields().str(AUDIENCE)?;
        let mut asking = Vec::new();
        if let Some(column) = &column {
            for audience in audiences {
                asking.extend(column.dictionary().term_ord(audience.term())?);
            }
        }
        Ok(Self {
            audiences: column,
            asking,
            alive: reader.alive_bitset().cloned(),
        })
    }

    /// Whether there is anything to be seen at all.
    pub(super) fn is_blind(&self) -> bool {
        self.asking.is_empty()
    }

    /// Whether an entry is there, and is for the eyes of those who ask.
    pub(super) fn sees(&self, doc: DocId) -> bool {
        let is_alive = self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc));
        let Some(column) = self.audiences.as_ref().filter(|_| is_alive) else {
            return false;
        };
        column
            .ords()
            .values_for_doc(doc)
            .any(|audience| self.asking.contains(&audience))
    }
}
