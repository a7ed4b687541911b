//! Whether what a hub has is taken, or something here stands against it.

use std::collections::HashMap;

use crate::db::entity::{self, mirror_resource};
use crate::domain::id::FileId;
use crate::domain::time::Timestamp;
use crate::library::mirror::gone::{is_taken_down, stays_down};
use crate::library::mirror::incoming::{ComingFile, IncomingResource};
use crate::library::mirror::incoming::{SkippedResource, Why};
use crate::library::mirror::take_version::Taking;

/// What is done with a resource that comes.
pub(super) enum Verdict {
    /// It is of another hub.
    OtherHub,
    /// A newer one is held.
    Older,
    /// It was changed here.
    Conflict,
    /// It is as it was.
    Same,
    /// It is laid over what is held, if anything.
    Take,
}

/// What is done with a resource, by what is held of it.
pub(super) fn verdict(
    taking: &Taking<'_>,
    coming: &IncomingResource<'_>,
    before: Option<&entity::resource::Model>,
    known: Option<&mirror_resource::Model>,
) -> Verdict {
    let held = known.filter(|row| before.is_some() && row.revision > 0);
    if held.is_some_and(|row| !taking.origin.is(&row.hub)) {
        return Verdict::OtherHub;
    }
    let is_same = held.is_some_and(|row| row.fingerprint == coming.fingerprint && row.problem.is_none());
    if !is_same && held.is_some_and(|row| is_newer(row, coming, taking.told_at)) {
        return Verdict::Older;
    }
    if has_changed_here(before, known) {
        return Verdict::Conflict;
    }
    if is_same { Verdict::Same } else { Verdict::Take }
}

/// Whether what is held is newer than what comes. Packs are made at different times, and one that nobody publishes anew
/// tells of its resources as they were.
fn is_newer(held: &mirror_resource::Model, coming: &IncomingResource<'_>, told_at: Timestamp) -> bool {
    let later = held.told_at.is_some_and(|held| held > told_at);
    held.hub_version > coming.card.version || (held.hub_version == coming.card.version && later)
}

/// Whether a resource was taken down at once since what comes was told. It does not come back by an older list, whichever
/// pack that is of and whenever it is read.
pub(super) fn has_come_down(
    taking: &Taking<'_>,
    coming: &IncomingResource<'_>,
    known: &mirror_resource::Model,
) -> bool {
    let is_ours = is_taken_down(known) && taking.origin.is(&known.hub);
    is_ours && (stays_down(known, taking.origin, taking.told_at) || is_newer(known, coming, taking.told_at))
}

/// Whether a resource names a file that is of another one here.
pub(super) fn names_others_file(
    coming: &IncomingResource<'_>,
    files: &HashMap<FileId, entity::file::Model>,
) -> Option<SkippedResource> {
    let others = |file: &&ComingFile| files.get(&file.id).is_some_and(|row| row.resource_id != coming.id);
    let file = coming.files.iter().find(others)?;
    Some(coming.skipped(Why::OtherFile, file.id.to_string()))
}

/// Whether somebody made or changed the resource here.
fn has_changed_here(before: Option<&entity::resource::Model>, known: Option<&mirror_resource::Model>) -> bool {
    match (before, known) {
        (Some(before), Some(known)) => before.revision != known.revision,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
