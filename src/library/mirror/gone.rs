//! What is in no mirrored pack any more: it stays for its time of grace, and then goes.

use super::AT_ONCE;
use super::Taken;
use crate::actor::Actor;
use crate::db::changes::{self, NewChange};
use crate::db::entity::mirror_resource;
use crate::db::{content, mirror, resources};
use crate::domain::change::ChangeKind;
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::{Library, edit};
use crate::pack::manifest::{Gone, GoneReason, Manifest};

/// What is in no pack any more, and has no date from the hub, is kept this long.
const GRACE: std::time::Duration = std::time::Duration::from_hours(14 * 24);

impl Library {
    /// Marks what the pack no longer holds, and removes what no pack has held for longer than its time of grace.
    pub(super) async fn take_away(&self, manifest: &Manifest, taken: &mut Taken) -> Result<()> {
        let now = self.clock.now();
        let pack = manifest.pack.id;
        let held = mirror::placed(self.db.read(), pack).await?;
        let gone: Vec<Id> = held
            .into_iter()
            .filter(|id| !manifest.resources.contains_key(id))
            .collect();
        for chunk in gone.chunks(AT_ONCE) {
            let known = mirror::resources(self.db.read(), chunk).await?;
            self.db
                .write(async |tx| {
                    for row in &known {
                        if mirror::take_away(tx, pack, row.resource_id).await? {
                            continue;
                        }
                        let row = goes(row.clone(), manifest.gone.get(&row.resource_id), now);
                        mirror::put_resource(tx, row).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        taken.gone += gone.len();
        self.drop_gone().await
    }

    /// Removes mirrored resources whose time is over, unless somebody changed them here.
    pub async fn drop_gone(&self) -> Result<()> {
        let now = self.clock.now();
        for row in mirror::over(self.db.read(), now).await? {
            self.db
                .write(async |tx| {
                    let id = row.resource_id;
                    mirror::forget(tx, id).await?;
                    let Some(before) = resources::locked(tx, id).await? else {
                        return Ok(());
                    };
                    if before.revision != row.revision {
                        return Ok(());
                    }
                    content::hold_files_of(tx, id, now.plus(self.rules.orphan_grace)).await?;
                    resources::remove(tx, id).await?;
                    let reason = row.gone_reason.clone().unwrap_or_default();
                    self.record(tx, &Actor::guest(), "mirror.remove", Some(format!("{id} {reason}")))
                        .await?;
                    let change = NewChange {
                        at: now,
                        resource_id: id,
                        kind: ChangeKind::Removed,
                        seen_before: edit::audiences(&before),
                        seen_after: vec![],
                    };
                    changes::append(tx, vec![change]).await
                })
                .await?;
        }
        self.wake();
        Ok(())
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
    mirror_resource::Model {
        gone_reason: Some(reason.to_owned()),
        keep_until: Some(gone.map_or(now.plus(GRACE), |gone| gone.keep_until)),
        ..row
    }
}
