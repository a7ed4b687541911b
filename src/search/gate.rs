//! Who may see a resource and whether the filters leave it, asked of one resource at a time.
//!
//! It costs the same for a rare filter and a common one, and the audience is part of every answer: nothing is counted,
//! ranked or shown that has not passed here.

use std::sync::Arc;

use tantivy::fastfield::AliveBitSet;
use tantivy::{DocId, SegmentReader};

use crate::domain::search::{Audience, Filters};

use super::document::scope_term;
use super::facts::{Fact, Facts};
use super::schema::Facet;

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
    Years(Vec<i32>),
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
    pub(super) fn open(&self, reader: &SegmentReader, facts: &Arc<Facts>) -> SegmentGate {
        let sees = |set: &Vec<String>| set.iter().any(|audience| self.audiences.contains(audience));
        let filters = self.filters.iter().map(|(facet, values)| {
            let allowed = match values {
                Values::Texts(texts) => Allowed::Numbers(numbers(&facts.values[*facet as usize], texts)),
                Values::Years(years) => Allowed::Years(years.clone()),
            };
            (*facet, allowed)
        });
        SegmentGate {
            audiences: facts.audiences.iter().map(sees).collect(),
            scopes: (!self.scopes.is_empty()).then(|| numbers(&facts.scopes, &self.scopes)),
            filters: filters.collect(),
            since: self.since,
            alive: reader.alive_bitset().cloned(),
            facts: Arc::clone(facts),
        }
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
        Facet::Year => return (!filters.year.is_empty()).then(|| Values::Years(filters.year.clone())),
    };
    (!texts.is_empty()).then_some(Values::Texts(texts))
}

/// The numbers that a segment gives to some of its sorted values.
fn numbers(values: &[String], wanted: &[String]) -> Vec<u32> {
    let number = |text: &String| u32::try_from(values.binary_search(text).ok()?).ok();
    wanted.iter().filter_map(number).collect()
}

/// [`Gate`] within one segment.
pub(super) struct SegmentGate {
    /// Whether the caller belongs to a set of audiences, by its number.
    audiences: Vec<bool>,
    scopes: Option<Vec<u32>>,
    filters: Vec<(Facet, Allowed)>,
    since: Option<i64>,
    alive: Option<AliveBitSet>,
    facts: Arc<Facts>,
}

impl SegmentGate {
    /// Whether a resource belongs to the answer.
    pub(super) fn lets_in(&self, doc: DocId) -> bool {
        self.admits(doc) == Admission::In
    }

    /// Whether it is closed to everything in the segment.
    pub(super) fn is_closed(&self) -> bool {
        !self.audiences.contains(&true)
    }

    /// What is known of a resource.
    pub(super) fn fact(&self, doc: DocId) -> &Fact {
        &self.facts.rows[doc as usize]
    }

    /// Asks about a resource.
    pub(super) fn admits(&self, doc: DocId) -> Admission {
        let fact = self.fact(doc);
        let is_visible = self.audiences.get(fact.audience as usize).is_some_and(|sees| *sees)
            && self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc))
            && self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&fact.scope))
            && self.since.is_none_or(|since| fact.updated > since);
        if !is_visible {
            return Admission::Out;
        }
        let mut failed = self
            .filters
            .iter()
            .filter(|(facet, allowed)| !allowed.holds(*facet, fact));
        match (failed.next(), failed.next()) {
            (None, _) => Admission::In,
            (Some((facet, _)), None) => Admission::ButFor(*facet),
            _ => Admission::Out,
        }
    }
}

/// The values that let a resource through.
enum Allowed {
    /// As the segment numbers them.
    Numbers(Vec<u32>),
    Years(Vec<i32>),
}

impl Allowed {
    fn holds(&self, facet: Facet, fact: &Fact) -> bool {
        match self {
            Self::Numbers(numbers) => numbers.contains(&fact.facets[facet as usize]),
            Self::Years(years) => fact.year.is_some_and(|year| years.contains(&i32::from(year))),
        }
    }
}
