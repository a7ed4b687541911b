//! The boost of featured resources: what an expert holds up as a model comes first among what fits alike.

use std::sync::Arc;

use tantivy::{DocAddress, Score};

use super::fast_fields::FastFields;
use super::top_k::Ranked;

/// What a model gains, as a part of the best score: as much as the most used resource, and no more.
const GAIN: Score = 0.03;

/// Raises the scores of featured resources.
pub(super) fn boost(ranked: &mut [Ranked], fast_fields: &[Arc<FastFields>]) {
    let best = ranked.iter().map(|candidate| candidate.score).fold(0.0, Score::max);
    for candidate in ranked {
        let DocAddress { segment_ord, doc_id } = candidate.address;
        if fast_fields[segment_ord as usize].models[doc_id as usize] {
            candidate.score += best * GAIN;
        }
    }
}
