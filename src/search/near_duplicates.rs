//! Near-duplicates: copies at other schools are collapsed into the hit that fits best.

use std::sync::Arc;

use super::fast_fields::FastFields;
use super::schema::Facet;
use super::sketch::resemble;
use super::top_k::Ranked;

/// The most near-copies named beside a hit.
const MOST_DUPLICATES: usize = 50;

/// A hit with its near-duplicates.
#[derive(Debug)]
pub(super) struct HitGroup {
    /// The one that fits best.
    pub(super) head: Ranked,
    /// The ids of its near-copies, best first.
    pub(super) duplicates: Vec<u128>,
}

/// A page of groups, and how much of the ranking it took.
pub(super) struct GroupedPage {
    pub(super) page: Vec<HitGroup>,
    /// How many of the order are in them.
    pub(super) consumed: usize,
}

/// What two resources are compared by.
struct Fingerprint<'a> {
    sketch: u64,
    school: Option<&'a str>,
    kind: Option<&'a str>,
}

/// Fills a page from an order. The order goes on where the page ends, so nothing is shown twice or left out; a
/// near-copy far behind stands by itself on a later page. Who looks at all there is sees each by itself: `collapses` is for
/// questions.
pub(super) fn collapse(
    fast_fields: &[Arc<FastFields>],
    order: &[Ranked],
    limit: usize,
    collapses: bool,
) -> GroupedPage {
    let mut page: Vec<HitGroup> = Vec::with_capacity(limit);
    let mut seen: Vec<Fingerprint<'_>> = Vec::with_capacity(limit);
    for (place, ranked) in order.iter().enumerate() {
        let fingerprint = fingerprint(fast_fields, ranked);
        let is_other = |known: &Fingerprint<'_>| {
            let is_elsewhere = known.school.is_some() && known.school != fingerprint.school;
            // A film and the slides it was made of say the same, and are two things.
            is_elsewhere && known.kind == fingerprint.kind && resemble(known.sketch, fingerprint.sketch)
        };
        let twin = seen
            .iter()
            .position(is_other)
            .filter(|_| collapses && fingerprint.school.is_some());
        match twin {
            Some(twin) if page[twin].duplicates.len() < MOST_DUPLICATES => page[twin].duplicates.push(ranked.id),
            _ if page.len() == limit => return GroupedPage { page, consumed: place },
            _ => {
                page.push(HitGroup {
                    head: *ranked,
                    duplicates: Vec::new(),
                });
                seen.push(fingerprint);
            }
        }
    }
    GroupedPage {
        page,
        consumed: order.len(),
    }
}

fn fingerprint<'a>(fast_fields: &'a [Arc<FastFields>], ranked: &Ranked) -> Fingerprint<'a> {
    let fast_fields = &fast_fields[ranked.address.segment_ord as usize];
    let doc = ranked.address.doc_id;
    Fingerprint {
        sketch: fast_fields.sketches[doc as usize],
        school: fast_fields.value(Facet::School, doc),
        kind: fast_fields.value(Facet::Kind, doc),
    }
}
