//! Who may see a resource and whether the filters leave it, asked of one resource at a time.
//!
//! Everything it asks lies in columns, so it costs the same for a rare filter and a common one, and the audience is part
//! of every answer: nothing is counted, ranked or shown that has not passed here.

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use crate::domain::search::{Audience, Filters};

use super::document::scope_term;
use super::schema::{AUDIENCE, Facet, SCOPE, UPDATED};

/// The rules of one question.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    audiences: Vec<String>,
    scopes: Vec<String>,
    /// The values a facet is limited to; only facets that are.
    filters: Vec<(Facet, Values)>,
    since: Option<i64>,
}

/// The values that a field may have.
#[derive(Debug, Clone)]
enum Values {
    Texts(Vec<String>),
    Numbers(Vec<i64>),
}

/// What the gate says of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// It belongs to the answer.
    In,
    /// It would if this one filter were lifted.
    ButFor(Facet),
    /// It does not.
    Out,
}

impl Gate {
    /// The rules for a caller and what they limited the question to.
    pub(super) fn new(audiences: &[Audience], filters: &Filters) -> Self {
        let limited = Facet::ALL
            .into_iter()
            .filter_map(|facet| Some((facet, wanted(facet, filters)?)));
        Self {
            audiences: audiences.iter().map(|audience| audience.term()).collect(),
            scopes: filters
                .scope
                .iter()
                .map(|scope| scope_term(*scope).to_owned())
                .collect(),
            filters: limited.collect(),
            since: filters.since.map(|since| since.0),
        }
    }

    /// The same without the limit on one facet.
    pub(super) fn without(&self, facet: Facet) -> Self {
        let mut wider = self.clone();
        wider.filters.retain(|(limited, _)| *limited != facet);
        wider
    }

    /// The facets it limits.
    pub(super) fn limited(&self) -> impl Iterator<Item = Facet> {
        self.filters.iter().map(|(facet, _)| *facet)
    }

    /// The gate of one segment.
    pub(super) fn open(&self, reader: &SegmentReader) -> tantivy::Result<SegmentGate> {
        let filters = self.filters.iter().map(|(facet, values)| {
            let allowed = match values {
                Values::Texts(texts) => Allowed::texts(facet.name(), texts, reader)?,
                Values::Numbers(numbers) => {
                    Allowed::Numbers(reader.fast_fields().column_opt(facet.name())?, numbers.clone())
                }
            };
            Ok((*facet, allowed))
        });
        Ok(SegmentGate {
            audience: Allowed::texts(AUDIENCE, &self.audiences, reader)?,
            scope: (!self.scopes.is_empty())
                .then(|| Allowed::texts(SCOPE, &self.scopes, reader))
                .transpose()?,
            filters: filters.collect::<tantivy::Result<_>>()?,
            since: self
                .since
                .map(|since| Ok::<_, tantivy::TantivyError>((reader.fast_fields().i64(UPDATED)?, since)))
                .transpose()?,
            alive: reader.alive_bitset().cloned(),
        })
    }
}

fn wanted(facet: Facet, filters: &Filters) -> Option<Values> {
    let texts: Vec<String> = match facet {
        Facet::Major => filters.major.iter().map(ToString::to_string).collect(),
        Facet::Course => filters.course.iter().map(ToString::to_string).collect(),
        Facet::Task => filters.task.iter().map(ToString::to_string).collect(),
        Facet::School => filters.school.iter().map(ToString::to_string).collect(),
        Facet::Kind => filters.kind.clone(),
        Facet::Level => filters.level.clone(),
        Facet::Year => {
            let years: Vec<i64> = filters.year.iter().map(|&year| i64::from(year)).collect();
            return (!years.is_empty()).then_some(Values::Numbers(years));
        }
    };
    (!texts.is_empty()).then_some(Values::Texts(texts))
}

/// [`Gate`] within one segment.
pub(super) struct SegmentGate {
    audience: Allowed,
    scope: Option<Allowed>,
    filters: Vec<(Facet, Allowed)>,
    since: Option<(Column<i64>, i64)>,
    alive: Option<tantivy::fastfield::AliveBitSet>,
}

impl SegmentGate {
    /// Whether a resource belongs to the answer.
    pub(super) fn lets_in(&self, doc: DocId) -> bool {
        self.admits(doc) == Admission::In
    }

    /// Whether it is closed to everything in the segment.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.audience, Allowed::None)
    }

    /// Asks about a resource.
    pub(super) fn admits(&self, doc: DocId) -> Admission {
        let is_there = self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc));
        let is_new = |(updated, since): &(Column<i64>, i64)| updated.first(doc).is_some_and(|moment| moment > *since);
        let is_visible = is_there
            && self.audience.holds(doc)
            && self.scope.as_ref().is_none_or(|scope| scope.holds(doc))
            && self.since.as_ref().is_none_or(is_new);
        if !is_visible {
            return Admission::Out;
        }
        let mut failed = self.filters.iter().filter(|(_, allowed)| !allowed.holds(doc));
        match (failed.next(), failed.next()) {
            (None, _) => Admission::In,
            (Some((facet, _)), None) => Admission::ButFor(*facet),
            _ => Admission::Out,
        }
    }
}

/// The values that let a resource through, as the segment numbers them.
enum Allowed {
    /// The segment knows none of them.
    None,
    Texts(StrColumn, Vec<u64>),
    Numbers(Option<Column<i64>>, Vec<i64>),
}

impl Allowed {
    fn texts(field: &str, texts: &[String], reader: &SegmentReader) -> tantivy::Result<Self> {
        let Some(column) = reader.fast_fields().str(field)? else {
            return Ok(Self::None);
        };
        let mut ordinals = Vec::with_capacity(texts.len());
        for text in texts {
            ordinals.extend(column.dictionary().term_ord(text.as_bytes())?);
        }
        Ok(if ordinals.is_empty() {
            Self::None
        } else {
            Self::Texts(column, ordinals)
        })
    }

    fn holds(&self, doc: DocId) -> bool {
        match self {
            Self::None => false,
            Self::Texts(column, ordinals) => column.term_ords(doc).any(|ordinal| ordinals.contains(&ordinal)),
            Self::Numbers(column, numbers) => {
                let number = column.as_ref().and_then(|column| column.first(doc));
                number.is_some_and(|number| numbers.contains(&number))
            }
        }
    }
}
