//! Who may see a resource and whether the filters leave it, asked of one resource at a time.
//!
//! It costs the same for a rare filter and a common one, and the audience is part of every answer: nothing is counted,
//! ranked or shown that has not passed here.

use std::sync::Arc;

use tantivy::fastfield::AliveBitSet;
use tantivy::{DocId, SegmentReader};

use crate::domain::search::{Audience, Filters};

use super::document::scope_term;
use super::facts::Facts;
use super::schema::Facet;

/// The rules of one question.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    audiences: Vec<String>,
    scopes: Vec<String>,
    /// The values a facet is limited to; only facets that are.
    filters: Vec<(Facet, Vec<String>)>,
    since: Option<i64>,
    /// The asker's own, where it is set apart.
    owner: Option<String>,
}

/// No limits, and nothing set apart: what one shares is like what one shared before, and is completed as it is typed.
pub(super) fn whoever() -> Filters {
    Filters {
        mine: true,
        ..Filters::default()
    }
}

/// What the gate says of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// It belongs to the answer.
    In,
    /// It would if others saw it than its owner, who asks: a draft, something withdrawn.
    Own,
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
            owner: owner(audiences).filter(|_| !filters.mine),
        }
    }

    /// The gate of one segment.
    pub(super) fn open(&self, reader: &SegmentReader, facts: &Arc<Facts>) -> SegmentGate {
        let sees = |set: &Vec<String>| set.iter().any(|audience| self.audiences.contains(audience));
        let is_own = |set: &Vec<String>| {
            self.owner.as_ref().is_some_and(|owner| set.contains(owner))
                && !set.iter().any(|audience| Audience::is_of_published(audience))
        };
        let filters = self.filters.iter();
        let filters = filters.map(|(facet, wanted)| (*facet, allowed(&facts.values[*facet as usize], wanted)));
        SegmentGate {
            audiences: facts.audiences.iter().map(sees).collect(),
            own: facts.audiences.iter().map(is_own).collect(),
            scopes: (!self.scopes.is_empty()).then(|| allowed(&facts.scopes, &self.scopes)),
            filters: filters.collect(),
            since: self.since,
            alive: reader.alive_bitset().cloned(),
            facts: Arc::clone(facts),
        }
    }
}

/// Who asks, if they have an account.
fn owner(audiences: &[Audience]) -> Option<String> {
    let is_owner = |audience: &&Audience| matches!(audience, Audience::Owner(_));
    audiences.iter().find(is_owner).map(|owner| owner.term())
}

fn wanted(facet: Facet, filters: &Filters) -> Option<Vec<String>> {
    let texts: Vec<String> = match facet {
        Facet::Major => filters.major.iter().map(ToString::to_string).collect(),
        Facet::Course => filters.course.iter().map(ToString::to_string).collect(),
        Facet::Task => filters.task.iter().map(ToString::to_string).collect(),
        Facet::School => filters.school.iter().map(ToString::to_string).collect(),
        Facet::Kind => filters.kind.clone(),
        Facet::Stage => filters.stage.clone(),
        Facet::Level => filters.level.clone(),
        Facet::Year => filters.year.iter().map(ToString::to_string).collect(),
    };
    (!texts.is_empty()).then_some(texts)
}

/// Which of a segment's values are wanted, by number.
fn allowed(values: &[String], wanted: &[String]) -> Vec<bool> {
    values.iter().map(|value| wanted.contains(value)).collect()
}

fn is_set(allowed: &[bool], number: u32) -> bool {
    allowed.get(number as usize).is_some_and(|is_allowed| *is_allowed)
}

/// [`Gate`] within one segment.
pub(super) struct SegmentGate {
    /// Whether the caller belongs to a set of audiences, by its number.
    audiences: Vec<bool>,
    /// Whether a set of audiences is of something unpublished of the caller's own.
    own: Vec<bool>,
    scopes: Option<Vec<bool>>,
    filters: Vec<(Facet, Vec<bool>)>,
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

    /// What is known of the segment's resources.
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Asks about a resource.
    pub(super) fn admits(&self, doc: DocId) -> Admission {
        let (facts, at) = (&*self.facts, doc as usize);
        let is_visible = is_set(&self.audiences, facts.audience[at])
            && self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc))
            && self
                .scopes
                .as_ref()
                .is_none_or(|scopes| is_set(scopes, facts.scope[at]))
            && self.since.is_none_or(|since| facts.updated[at] > since);
        if !is_visible {
            return Admission::Out;
        }
        let mut failed = self
            .filters
            .iter()
            .filter(|(facet, allowed)| !is_set(allowed, facts.facets[*facet as usize][at]));
        match (failed.next(), failed.next()) {
            (None, _) if is_set(&self.own, facts.audience[at]) => Admission::Own,
            (None, _) => Admission::In,
            (Some((facet, _)), None) => Admission::ButFor(*facet),
            _ => Admission::Out,
        }
    }
}
