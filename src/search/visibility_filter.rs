//! The visibility filter: who may see a resource, and whether the filters of a question let it through.
//!
//! It is asked of one resource at a time. It costs the same for a rare filter and a common one, and the audience is part of every answer: nothing is counted,
//! ranked or shown that has not passed here.

use std::sync::Arc;

use tantivy::fastfield::AliveBitSet;
use tantivy::{DocId, SegmentReader};

use crate::domain::search::{Audience, Filters};

use super::fast_fields::FastFields;
use super::schema::Facet;

/// Whom one question is asked for, and its filters.
#[derive(Debug, Clone)]
pub(super) struct VisibilityFilter {
    audiences: Vec<String>,
    scopes: Vec<String>,
    /// The values a facet is limited to; only facets that are.
    filters: Vec<(Facet, Vec<String>)>,
    since: Option<i64>,
    /// The asker's own, where it is set apart.
    owner: Option<String>,
}

/// No limits, and nothing set apart: what one shares is like what one shared before, and is completed as it is typed.
pub(super) fn unrestricted() -> Filters {
    Filters {
        mine: true,
        ..Filters::default()
    }
}

/// What the filter says of a resource.
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

impl VisibilityFilter {
    /// The rules for a caller and what they limited the question to.
    pub(super) fn new(audiences: &[Audience], filters: &Filters) -> Self {
        let limited = Facet::ALL
            .into_iter()
            .filter_map(|facet| Some((facet, wanted(facet, filters)?)));
        Self {
            audiences: audiences.iter().map(|audience| audience.term()).collect(),
            scopes: filters.scope.iter().map(|scope| scope.code().to_owned()).collect(),
            filters: limited.collect(),
            since: filters.since.map(|since| since.0),
            owner: owner(audiences).filter(|_| !filters.mine),
        }
    }

    /// The filter of one segment.
    pub(super) fn for_segment(&self, reader: &SegmentReader, fast_fields: &Arc<FastFields>) -> SegmentVisibility {
        let sees = |set: &Vec<String>| set.iter().any(|audience| self.audiences.contains(audience));
        let is_own = |set: &Vec<String>| {
            self.owner.as_ref().is_some_and(|owner| set.contains(owner))
                && !set.iter().any(|audience| Audience::is_of_published(audience))
        };
        let filters = self.filters.iter();
        let filters = filters.map(|(facet, wanted)| (*facet, allowed(&fast_fields.values[*facet as usize], wanted)));
        SegmentVisibility {
            audiences: fast_fields.audiences.iter().map(sees).collect(),
            own: fast_fields.audiences.iter().map(is_own).collect(),
            scopes: (!self.scopes.is_empty()).then(|| allowed(&fast_fields.scopes, &self.scopes)),
            filters: filters.collect(),
            since: self.since,
            alive: reader.alive_bitset().cloned(),
            fast_fields: Arc::clone(fast_fields),
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

/// [`VisibilityFilter`] within one segment.
pub(super) struct SegmentVisibility {
    /// Whether the caller belongs to a set of audiences, by its number.
    audiences: Vec<bool>,
    /// Whether a set of audiences is of something unpublished of the caller's own.
    own: Vec<bool>,
    scopes: Option<Vec<bool>>,
    filters: Vec<(Facet, Vec<bool>)>,
    since: Option<i64>,
    alive: Option<AliveBitSet>,
    fast_fields: Arc<FastFields>,
}

impl SegmentVisibility {
    /// Whether a resource passes.
    pub(super) fn accepts(&self, doc: DocId) -> bool {
        self.check(doc) == Admission::In
    }

    /// Whether nothing in the segment passes.
    pub(super) fn rejects_all(&self) -> bool {
        !self.audiences.contains(&true)
    }

    /// What is known of the segment's resources.
    pub(super) fn fast_fields(&self) -> &FastFields {
        &self.fast_fields
    }

    /// Checks a resource.
    pub(super) fn check(&self, doc: DocId) -> Admission {
        let (fast_fields, at) = (&*self.fast_fields, doc as usize);
        let is_visible = is_set(&self.audiences, fast_fields.audience[at])
            && self.alive.as_ref().is_none_or(|alive| alive.is_alive(doc))
            && self
                .scopes
                .as_ref()
                .is_none_or(|scopes| is_set(scopes, fast_fields.scope[at]))
            && self.since.is_none_or(|since| fast_fields.updated[at] > since);
        if !is_visible {
            return Admission::Out;
        }
        let mut failed = self
            .filters
            .iter()
            .filter(|(facet, allowed)| !is_set(allowed, fast_fields.facets[*facet as usize][at]));
        match (failed.next(), failed.next()) {
            (None, _) if is_set(&self.own, fast_fields.audience[at]) => Admission::Own,
            (None, _) => Admission::In,
            (Some((facet, _)), None) => Admission::ButFor(*facet),
            _ => Admission::Out,
        }
    }
}
