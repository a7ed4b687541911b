//! What is in no mirrored pack any more: it stays for its time of grace, and then goes.

use sea_orm::ConnectionTrait;

use super::{AT_ONCE, Origin, Taken};
use crate::actor::Actor;
use crate::db::changes::{self, NewChange};
use crate::db::entity::{mirror_resource, resource};
use crate::db::{content, mirror, resources};
use crate::domain::change::ChangeKind;
use crate::domain::id::Id;
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::{Library, edit};
use crate::pack::manifest::{Gone, GoneReason, Manifest};

/// What is in no pack any more, and has no date from the hub, is kept this long.
const GRACE: std::time::Duration = std::time::Duration::from_hours(14 * 24);

/// Why something goes at once.
const TAKEN_DOWN: &str = "taken_down";

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
                        let gone = manifest.gone.get(&row.resource_id);
                        let is_elsewhere = mirror::take_away(tx, pack, row.resource_id).await?;
                        if is_elsewhere && !gone.is_some_and(|gone| gone.at_once) {
                            continue;
                        }
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

    /// Takes away at once what a hub says in its feed was taken down so, if it came from there; returns how many that
    /// were.
    pub async fn taken_down(&self, origin: &Origin, ids: &[Id]) -> Result<usize> {
        let now = self.clock.now();
        let mut count = 0;
        for chunk in ids.chunks(AT_ONCE) {
            let known = mirror::resources(self.db.read(), chunk).await?;
            let ours = |row: &mirror_resource::Model| row.revision > 0 && origin.is(&row.hub);
            let ours: Vec<mirror_resource::Model> = known.into_iter().filter(ours).collect();
            count += ours.len();
            self.db
                .write(async |tx| {
                    for row in &ours {
                        let row = mirror_resource::Model {
                            gone_reason: Some(TAKEN_DOWN.to_owned()),
                            keep_until: Some(now),
                            ..row.clone()
                        };
                        mirror::put_resource(tx, row).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(count)
    }

    /// Removes mirrored resources whose time is over, unless somebody changed them here. One that cannot be removed keeps
    /// none of the others.
    pub async fn drop_gone(&self) -> Result<()> {
        for row in mirror::over(self.db.read(), self.clock.now()).await? {
            let id = row.resource_id;
            if let Err(error) = self.drop_one(row).await {
                tracing::warn!(resource.id = %id, "the mirrored resource {id} cannot be removed: {error:?}");
            }
        }
        self.wake();
        Ok(())
    }

    async fn drop_one(&self, row: mirror_resource::Model) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let id = row.resource_id;
                mirror::forget(tx, id).await?;
                let Some(before) = resources::locked(tx, id).await? else {
                    return Ok(());
                };
                let reason = row.gone_reason.clone().unwrap_or_default();
                if before.revision != row.revision {
                    // What was taken down is not shown any more; what was changed here is kept for its school to look at.
                    let is_shown = before.status == Status::Published && row.revision > 0;
                    if reason == TAKEN_DOWN && is_shown {
                        self.withdraw_changed(tx, before).await?;
                    }
                    return Ok(());
                }
                content::hold_files_of(tx, id, now.plus(self.rules.orphan_grace)).await?;
                resources::remove(tx, id).await?;
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
            .await
    }

    async fn withdraw_changed(&self, tx: &impl ConnectionTrait, before: resource::Model) -> Result<()> {
        let now = self.clock.now();
        let after = resource::Model {
            status: Status::Withdrawn,
            revision: before.revision + 1,
            updated_at: now,
            ..before.clone()
        };
        let change = edit::change(&before, &after, now);
        let id = before.id;
        resources::update(tx, after, before.revision).await?;
        self.record(tx, &Actor::guest(), "mirror.withdraw", Some(id.to_string()))
            .await?;
        changes::append(tx, vec![change]).await
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
    let reason = match gone {
        Some(gone) if gone.at_once => TAKEN_DOWN,
        Some(gone) => match gone.reason {
            GoneReason::Withdrawn => "withdrawn",
            GoneReason::Removed => "removed",
            GoneReason::LeftOut => "left_out",
        },
        None => "left_out",
    };
    let until = match gone {
        Some(gone) if gone.at_once => now,
        Some(gone) => gone.keep_until,
        None => now.plus(GRACE),
    };
    mirror_resource::Model {
        gone_reason: Some(reason.to_owned()),
        keep_until: Some(until),
        ..row
    }
}
