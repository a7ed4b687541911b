//! Discarding what waits: the working copy becomes what was approved again. Nobody but the resource's people and its reviewers
//! ever saw what goes, so its files and versions leave no trace but the line of the audit log.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::entity::resource::Model;
use crate::db::{changes, content, files, mirror, people, resources, review_rounds, versions};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::ResourceId;
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, who_may};
use crate::library::resource_view::Resource;
use crate::library::resources::{Resources, approval, edit, visibility};

impl Resources {
    /// Discards the changes that wait beside what was approved: words, and versions with the files that came with them.
    /// Discarded already, it changes nothing. `seen` is the revision the actor looked at.
    pub async fn discard_waiting(&self, actor: &Actor, id: ResourceId, seen: Option<i64>) -> Result<Resource> {
        let member = who_may(actor, Act::Share)?;
        self.editable(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                // As it stands under the lock: somebody may have approved it, or added to it, a moment ago.
                let before = resources::find_for_update(tx, id).await?;
                let before = before.ok_or(Refusal::NoSuch(Thing::Resource))?;
                expect(member, Act::Edit, edit::as_target(&before.working_copy()))?;
                if before.status != Status::Published {
                    return Err(Refusal::NothingWaits.into());
                }
                if !before.has_waiting() {
                    return Ok(());
                }
                if seen.is_some_and(|seen| seen != before.revision) {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let after = Model {
                    revision: before.revision + 1,
                    submitted_revision: None,
                    ..visibility::approved(&before)
                };
                let change = approval::change(&before, &after, now);
                resources::update(tx, after, before.revision).await?;
                review_rounds::drop_state(tx, id).await?;
                review_rounds::drop_authors(tx, id).await?;
                self.drop_versions_after(tx, &before, now).await?;
                self.audit
                    .record(tx, actor, AuditAction::ResourceDiscard, Some(id.to_string()))
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        self.resource(actor, id).await
    }

    /// Drops the versions after the one that others see, and gives back the room of their files, whose contents go when
    /// nothing else refers to them and their time of grace is over.
    async fn drop_versions_after(&self, tx: &impl ConnectionTrait, row: &Model, now: Timestamp) -> Result<()> {
        content::pin_files_after(tx, (row.id, row.version), now.plus(self.rules.orphan_grace)).await?;
        let bytes = files::drop_after(tx, row.id, row.version).await?;
        versions::drop_after(tx, row.id, row.version).await?;
        if let Some(school) = row.school_id
            && !mirror::is_from_hub(tx, row.id).await?
        {
            people::reserve_quota(tx, school, -bytes, 0).await?;
        }
        Ok(())
    }
}
