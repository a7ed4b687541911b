//! Taking down: a withdrawal that mirrors hear of at once.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::changes::NewChange;
use crate::db::{changes, entity, jobs, packs, resources, takedowns};
use crate::domain::audit::AuditAction;
use crate::domain::change::ChangeKind;
use crate::domain::id::ResourceId;
use crate::domain::job::JobKind;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::resource_view::Resource;
use crate::library::resources::edit;
use crate::library::reviews::Reviews;

impl Reviews {
    /// Takes a resource down everywhere: whoever mirrors it lets its copy go when they next hear from here, and not after
    /// the time of grace. What was withdrawn already can still be taken down so.
    pub async fn take_down(&self, actor: &Actor, id: ResourceId, seen: Option<i64>) -> Result<Resource> {
        let after = self
            .moved(actor, id, StatusTransition::Withdraw, None, seen, true)
            .await?;
        if takedowns::of_resources(self.db.read(), &[id]).await?.contains_key(&id) {
            return Ok(after);
        }
        self.note_takedown(actor, id).await?;
        Ok(after)
    }

    /// Marks what was withdrawn before as taken down at once, and says so to all who could see it.
    async fn note_takedown(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let Some(row) = resources::find_for_update(tx, id).await? else {
                    return Ok(());
                };
                if row.status != Status::Withdrawn {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                // To the feed it was shown until now: all who could see it must hear of this.
                let shown = entity::resource::Model {
                    status: Status::Published,
                    ..row.clone()
                };
                let change = NewChange {
                    at: self.come_down(tx, id, now).await?,
                    resource_id: id,
                    kind: ChangeKind::Updated,
                    seen_before: edit::audiences(&shown),
                    seen_after: edit::audiences(&row),
                    packed: None,
                };
                self.audit
                    .record(tx, actor, AuditAction::ResourceTakeDown, Some(id.to_string()))
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Notes a takedown, and asks for a new version of every pack that ever held the resource: its list says what is gone,
    /// and when. That is after every list that tells of it, whichever node's clock wrote that: mirrors go by it.
    pub(super) async fn come_down(
        &self,
        tx: &impl ConnectionTrait,
        id: ResourceId,
        now: Timestamp,
    ) -> Result<Timestamp> {
        // A version that is just being made ready is waited for.
        changes::lock(tx).await?;
        let holders = packs::published_packs_of(tx, id).await?;
        let told_at = packs::last_published(tx, &holders).await?;
        let at = told_at.map_or(now, |told_at| told_at.max(now));
        takedowns::record(tx, id, at).await?;
        let subjects = holders.into_iter().map(|pack| pack.to_string()).collect();
        jobs::enqueue_ahead(tx, JobKind::RenewPack, subjects, now).await?;
        Ok(at)
    }
}
