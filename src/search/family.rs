//! Near-copies of other schools, folded into the one that fits best.

use std::sync::Arc;

use super::facts::Facts;
use super::kept::Ranked;
use super::schema::Facet;
use super::sketch::resemble;

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

/// What is compared.
struct Likeness<'a> {
    sketch: u64,
    school: Option<&'a str>,
    kind: Option<&'a str>,
}

/// Fills a page from an order. The order goes on where the page ends, so nothing is shown twice or left out; a
/// near-copy far behind stands by itself on a later page. Who looks at all there is sees each by itself: `folds` is for
/// questions.
pub(super) fn fold(facts: &[Arc<Facts>], order: &[Ranked], limit: usize, folds: bool) -> Page {
    let mut page: Vec<Folded> = Vec::with_capacity(limit);
    let mut seen: Vec<Likeness<'_>> = Vec::with_capacity(limit);
    for (place, ranked) in order.iter().enumerate() {
        let likeness = likeness(facts, ranked);
        let is_other = |known: &Likeness<'_>| {
            let is_elsewhere = known.school.is_some() && known.school != likeness.school;
            // A film and the slides it was made of say the same, and are two things.
            is_elsewhere && known.kind == likeness.kind && resemble(known.sketch, likeness.sketch)
        };
        let twin = seen
            .iter()
            .position(is_other)
            .filter(|_| folds && likeness.school.is_some());
        match twin {
            Some(twin) if page[twin].others.len() < MOST_OTHERS => page[twin].others.push(ranked.id),
            _ if page.len() == limit => return Page { page, consumed: place },
            _ => {
                page.push(Folded {
                    head: *ranked,
                    others: Vec::new(),
                });
                seen.push(likeness);
            }
        }
    }
    Page {
        page,
        consumed: order.len(),
    }
}

fn likeness<'a>(facts: &'a [Arc<Facts>], ranked: &Ranked) -> Likeness<'a> {
    let facts = &facts[ranked.address.segment_ord as usize];
    let doc = ranked.address.doc_id;
    Likeness {
        sketch: facts.sketches[doc as usize],
        school: facts.value(Facet::School, doc),
        kind: facts.value(Facet::Kind, doc),
    }
}
