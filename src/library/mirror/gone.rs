//! What is in no mirrored pack any more: it stays for its time of grace, and then goes.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::changes::{self, NewChange};
use crate::db::entity::{mirror_resource, resource};
use crate::db::{content, mirror, resources, takedowns};
use crate::domain::audit::AuditAction;
use crate::domain::change::ChangeKind;
use crate::domain::id::ResourceId;
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::mirror::Mirror;
use crate::library::mirror::take_version::{AT_ONCE, unknown};
use crate::library::mirror::{Origin, TakenVersion};
use crate::library::resources::{approval, edit};
use crate::pack::manifest::{Gone, GoneReason, Manifest};

/// What is in no pack any more, and has no date from the hub, is kept this long.
const GRACE: std::time::Duration = std::time::Duration::from_hours(14 * 24);

/// A hub's clock may be so far ahead of ours.
const AHEAD: std::time::Duration = std::time::Duration::from_hours(24);

/// Why something goes at once. Its row stays, so that no older list brings it back.
const TAKEN_DOWN: &str = "taken_down";

impl Mirror {
    /// Marks what the pack no longer holds, and removes what no pack has held for longer than its time of grace.
    pub(super) async fn take_away(&self, origin: &Origin, manifest: &Manifest, taken: &mut TakenVersion) -> Result<()> {
        let now = self.clock.now();
        let pack = manifest.pack.id;
        let came_down = manifest.gone.iter().filter(|(_, gone)| gone.at_once);
        let came_down = came_down.map(|(id, gone)| (*id, gone.keep_until)).collect();
        // First of all: what goes at once waits for nothing else of the list.
        self.note_taken_down(origin, &came_down, Some(manifest.pack.published_at))
            .await?;
        let held = mirror::resources_of_pack(self.db.read(), pack).await?;
        let gone: Vec<ResourceId> = held
            .into_iter()
            .filter(|id| !manifest.resources.contains_key(id))
            .collect();
        for chunk in gone.chunks(AT_ONCE) {
            let known = mirror::resources(self.db.read(), chunk).await?;
            self.db
                .write(async |tx| {
                    for row in &known {
                        let is_elsewhere = mirror::remove_from_pack(tx, pack, row.resource_id).await?;
                        // No time of grace begins for what goes at once.
                        if is_elsewhere || is_taken_down(row) {
                            continue;
                        }
                        let gone = manifest.gone.get(&row.resource_id);
                        let row = goes(row.clone(), gone, now);
                        mirror::put_resource(tx, row).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        taken.gone += gone.len();
        self.drop_gone().await
    }

    /// Takes away at once what a hub says in its feed was taken down so, each with the moment, if it came from there;
    /// returns how many that were. What never came is remembered as well: a list that tells of it may still come.
    pub async fn taken_down(&self, origin: &Origin, when: &BTreeMap<ResourceId, Timestamp>) -> Result<usize> {
        let count = self.note_taken_down(origin, when, None).await?;
        if !when.is_empty() {
            self.drop_gone().await?;
        }
        Ok(count)
    }

    /// Notes what was taken down at once, as a hub says now, or as its list said when that was made.
    async fn note_taken_down(
        &self,
        origin: &Origin,
        when: &BTreeMap<ResourceId, Timestamp>,
        said_at: Option<Timestamp>,
    ) -> Result<usize> {
        let now = self.clock.now();
        let ids: Vec<ResourceId> = when.keys().copied().collect();
        let mut count = 0;
        for chunk in ids.chunks(AT_ONCE) {
            count += self
                .db
                .write(async |tx| {
                    let known = mirror::resources(tx, chunk).await?;
                    let mut known: HashMap<ResourceId, mirror_resource::Model> =
                        known.into_iter().map(|row| (row.resource_id, row)).collect();
                    let mut count = 0;
                    for id in chunk {
                        let row = known.remove(id).unwrap_or_else(|| unknown(origin, *id));
                        let is_outdated = said_at.is_some_and(|said_at| row.told_at > Some(said_at));
                        if is_outdated || !origin.is(&row.hub) {
                            continue;
                        }
                        // The feed is not signed: whoever writes it must not keep a resource away for ever.
                        let at = when[id].min(now.plus(AHEAD));
                        if let Some(row) = comes_down(row, at, now) {
                            count += usize::from(row.revision > 0);
                            mirror::put_resource(tx, row).await?;
                        }
                    }
                    Ok(count)
                })
                .await?;
        }
        Ok(count)
    }

    /// Resources that a list tells of and that were taken down at once after it was made: nothing of them is to be fetched.
    pub async fn kept_away(&self, origin: &Origin, manifest: &Manifest) -> Result<HashSet<ResourceId>> {
        let ids: Vec<ResourceId> = manifest.resources.keys().copied().collect();
        let rows = mirror::gone_for(self.db.read(), TAKEN_DOWN, &ids).await?;
        let told_at = manifest.pack.published_at;
        let away = rows.into_iter().filter(|row| stays_down(row, origin, told_at));
        Ok(away.map(|row| row.resource_id).collect())
    }

    /// Removes mirrored resources whose time is over, unless somebody changed them here. One that cannot be removed keeps
    /// none of the others.
    pub async fn drop_gone(&self) -> Result<()> {
        for row in mirror::expired(self.db.read(), self.clock.now()).await? {
            let id = row.resource_id;
            if let Err(error) = self.drop_one(row).await {
                tracing::warn!(resource.id = %id, "the mirrored resource {id} cannot be removed: {error:?}");
            }
        }
        self.signals.wake();
        Ok(())
    }

    async fn drop_one(&self, row: mirror_resource::Model) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let id = row.resource_id;
                if is_taken_down(&row) {
                    mirror::remove_from_all_packs(tx, id).await?;
                    mirror::put_resource(tx, tombstone(row.clone())).await?;
                } else {
                    mirror::delete_resource(tx, id).await?;
                }
                let Some(before) = resources::find_for_update(tx, id).await? else {
                    return Ok(());
                };
                let is_changed = before.revision != row.revision;
                // What was taken down is not shown any more; what was changed here is kept for its school to look at.
                let is_shown = before.status == Status::Published && row.revision > 0;
                if is_taken_down(&row) && (is_shown || !is_changed) {
                    // Those who mirror this node hear the same of it.
                    takedowns::record(tx, id, now).await?;
                }
                if is_changed && is_taken_down(&row) && is_shown {
                    return self.withdraw_changed(tx, before).await;
                }
                if is_changed {
                    return Ok(());
                }
                let reason = row.gone_reason.clone().unwrap_or_default();
                // Their time of grace begins now, and not when they came.
                content::pin_files_of(tx, id, now.plus(self.rules.orphan_grace)).await?;
                self.audit
                    .record(
                        tx,
                        &Actor::guest(),
                        AuditAction::MirrorRemove,
                        Some(format!("{id} {reason}")),
                    )
                    .await?;
                resources::remove(tx, id, now).await?;
                let change = NewChange {
                    at: now,
                    resource_id: id,
                    kind: ChangeKind::Removed,
                    seen_before: edit::audiences(&before),
                    seen_after: vec![],
                    packed: None,
                };
                changes::append(tx, vec![change]).await
            })
            .await
    }

    async fn withdraw_changed(&self, tx: &impl ConnectionTrait, before: resource::Model) -> Result<()> {
        let now = self.clock.now();
        let after = resource::Model {
            status: Status::Withdrawn,
            revision: before.revision + 1,
            updated_at: now,
            ..before.working_copy()
        };
        let change = approval::change(&before, &after, now);
        let id = before.id;
        resources::update(tx, after, before.revision).await?;
        approval::note_withdrawal(tx, &before, now).await?;
        self.audit
            .record(tx, &Actor::guest(), AuditAction::MirrorWithdraw, Some(id.to_string()))
            .await?;
        changes::append(tx, vec![change]).await
    }
}

/// Whether it was taken down at once.
pub(super) fn is_taken_down(row: &mirror_resource::Model) -> bool {
    row.gone_reason.as_deref() == Some(TAKEN_DOWN)
}

/// Whether it was taken down at once by this hub, after a list that tells of it was made.
pub(super) fn stays_down(row: &mirror_resource::Model, origin: &Origin, told_at: Timestamp) -> bool {
    is_taken_down(row) && origin.is(&row.hub) && row.told_at >= Some(told_at)
}

/// It was taken down at once at a moment; nothing where that is known. What is not held has nothing to go.
fn comes_down(row: mirror_resource::Model, at: Timestamp, now: Timestamp) -> Option<mirror_resource::Model> {
    let is_known = is_taken_down(&row) && row.told_at >= Some(at);
    if is_known {
        return None;
    }
    let row = mirror_resource::Model {
        gone_reason: Some(TAKEN_DOWN.to_owned()),
        keep_until: Some(now),
        told_at: row.told_at.max(Some(at)),
        ..row
    };
    Some(if row.revision > 0 { row } else { tombstone(row) })
}

/// What stays known of something that was taken down at once: of which hub, which version, and when that was told.
fn tombstone(row: mirror_resource::Model) -> mirror_resource::Model {
    mirror_resource::Model {
        revision: 0,
        keep_until: None,
        conflict: false,
        problem: None,
        ..row
    }
}

/// It is in a pack again.
pub(super) fn stays(row: mirror_resource::Model) -> mirror_resource::Model {
    mirror_resource::Model {
        gone_reason: None,
        keep_until: None,
        ..row
    }
}

/// It is in no pack any more.
fn goes(row: mirror_resource::Model, gone: Option<&Gone>, now: Timestamp) -> mirror_resource::Model {
    let reason = match gone.map(|gone| gone.reason) {
        Some(GoneReason::Withdrawn) => "withdrawn",
        Some(GoneReason::Removed) => "removed",
        Some(GoneReason::LeftOut) | None => "left_out",
    };
    let until = gone.map_or_else(|| now.plus(GRACE), |gone| gone.keep_until);
    mirror_resource::Model {
        gone_reason: Some(reason.to_owned()),
        keep_until: Some(until),
        ..row
    }
}
