//! Who sees what of a resource: its people the working copy with all its history, others what was approved, the versions that
//! were shown before it, and the files of those. What becomes of what waits is said by [`approval`](super::approval).

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::entity::resource::Model;
use crate::db::entity::{self, file};
use crate::db::versions;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::Audience;
use crate::error::{Error, Result};
use crate::library::resources::edit::{form_of, is_visible};

/// Whether the actor sees a resource as its people work on it, with all its history.
pub(in crate::library) fn sees_working_copy(actor: &Actor, row: &Model) -> bool {
    let callers = actor.audiences();
    working_audiences(row).iter().any(|audience| callers.contains(audience))
}

/// A resource as the actor sees it, if at all: its working copy, or what was approved.
pub(in crate::library) fn as_seen(actor: &Actor, row: &Model) -> Option<Model> {
    if sees_working_copy(actor, row) {
        return Some(row.working_copy());
    }
    is_visible(actor, row).then(|| approved(row))
}

/// A resource as others see it.
pub(super) fn approved(row: &Model) -> Model {
    Model {
        waiting: None,
        waiting_status: None,
        waiting_scope: None,
        ..row.clone()
    }
}

/// Those who see a resource as its people work on it.
pub(super) fn working_audiences(row: &Model) -> Vec<Audience> {
    let working = row.working_copy();
    let mut audiences = Audience::of_working_copy(working.status, working.scope, working.school_id, working.owner_id);
    audiences.extend(working.is_left_to_bureau().then_some(Audience::Bureau));
    audiences
}

/// Whether a file is part of the resource as others see it.
pub(in crate::library) fn is_shown(file: &file::Model, row: &Model) -> bool {
    is_part_of(file, row.version)
}

/// Whether a file is part of a version.
pub(in crate::library) fn is_part_of(file: &file::Model, version: i32) -> bool {
    file.added_in <= version && file.removed_in.is_none_or(|removed| removed > version)
}

/// Whether the actor may have a file: one of the version that others see, or of an earlier one that was shown.
pub(in crate::library) async fn may_have(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    file: &file::Model,
    row: &Model,
) -> Result<bool> {
    if sees_working_copy(actor, row) {
        return Ok(true);
    }
    if !is_visible(actor, row) {
        return Ok(false);
    }
    if is_shown(file, row) {
        return Ok(true);
    }
    let earlier = versions::shown(conn, row.id, file.added_in, file.removed_in).await?;
    Ok(earlier.iter().any(|version| is_shown_to(actor, row, version)))
}

/// Whether others know of a version beside the one they see, and the actor is one of those whom it was approved for: what a
/// school shared among its own does not become everybody's when a later version does.
fn is_shown_to(actor: &Actor, row: &Model, version: &entity::version::Model) -> bool {
    let Some(words) = version
        .approved_metadata
        .as_ref()
        .filter(|_| version.hidden_at.is_none())
    else {
        return false;
    };
    let scope = words["scope"]
        .as_str()
        .and_then(Scope::of_code)
        .unwrap_or(Scope::School);
    let callers = actor.audiences();
    Audience::of_resource(Status::Published, scope, row.school_id, row.owner_id)
        .iter()
        .any(|audience| callers.contains(audience))
}

/// The versions that the actor may know of. Each says what it was approved with, if it ever was; whoever does not see the working
/// copy sees no others.
pub(in crate::library) fn shown_versions(
    actor: &Actor,
    row: &Model,
    versions: Vec<entity::version::Model>,
) -> Result<Vec<entity::version::Model>> {
    let sees_all = sees_working_copy(actor, row);
    let is_published = row.status == Status::Published;
    let now = words(row)?;
    let shown = versions.into_iter().filter_map(|version| {
        let metadata = if is_published && version.number == row.version {
            Some(now.clone())
        } else {
            version
                .approved_metadata
                .clone()
                .filter(|_| sees_all || is_shown_to(actor, row, &version))
        };
        let metadata = metadata.or_else(|| sees_all.then(|| version.metadata.clone()))?;
        Some(entity::version::Model { metadata, ..version })
    });
    Ok(shown.collect())
}

/// The files of a resource that somebody sees, of all its versions.
#[derive(Debug)]
pub(in crate::library) struct SeenFiles {
    /// The version that they see it in.
    version: i32,
    /// All that they may know of; none: every one.
    known: Option<Vec<i32>>,
}

impl SeenFiles {
    /// Those of a resource as the actor sees it ([`as_seen`]), by one query at most.
    pub(in crate::library) async fn of(conn: &impl ConnectionTrait, actor: &Actor, seen: &Model) -> Result<Self> {
        let known = if sees_working_copy(actor, seen) {
            None
        } else {
            let all = versions::of_resource(conn, seen.id).await?;
            let known = shown_versions(actor, seen, all)?;
            Some(known.into_iter().map(|version| version.number).collect())
        };
        Ok(Self {
            version: seen.version,
            known,
        })
    }

    /// Whether a file is part of what they see today.
    pub(in crate::library) fn has(&self, file: &file::Model) -> bool {
        is_part_of(file, self.version)
    }

    /// The version in which they see a file: the present one, or the last with it that they may know of. None where they do not.
    pub(in crate::library) fn version_with(&self, file: &file::Model) -> Option<i32> {
        if self.has(file) {
            return Some(self.version);
        }
        match &self.known {
            Some(known) => known.iter().copied().filter(|number| is_part_of(file, *number)).max(),
            None => file.removed_in.map(|removed| removed - 1),
        }
    }
}

/// What is said about a resource, as a version keeps it.
pub(super) fn words(row: &Model) -> Result<serde_json::Value> {
    serde_json::to_value(form_of(row)).map_err(Error::unexpected)
}
