//! The feed of changes, as each caller may see them.

use std::time::Duration;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{changes, entity, takedowns};
use crate::domain::change::ChangeKind;
use crate::domain::id::ResourceId;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::resources::Resources;

/// How many lines of the log are looked at for one answer; those that the caller may not see count too.
const WINDOW: u64 = 1_000;

/// A change that the caller may know of.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Change)]
pub struct ResourceChange {
    /// Its place in the order of commit.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// The resource.
    pub resource_id: ResourceId,
    /// What happened, as far as the caller is concerned: one that is no longer shown to them is `removed`.
    pub kind: ChangeKind,
    /// It was taken down at once: whoever holds a copy lets it go now. Not said of anything else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
}

/// A stretch of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Changes {
    /// The changes, in the order of commit.
    pub items: Vec<ResourceChange>,
    /// Ask on with `since` = this.
    pub next_since: i64,
    /// There is more already.
    pub more: bool,
}

impl Resources {
    /// Changes after number `since` that the actor may know of; waits up to `wait` for the first one.
    pub async fn changes(&self, actor: &Actor, since: i64, limit: usize, wait: Duration) -> Result<Changes> {
        let until = tokio::time::Instant::now() + wait;
        let mut changed = self.signals.changes();
        let mut closing = self.signals.closing();
        loop {
            changed.borrow_and_update();
            let found = self.changes_now(actor, since, limit).await?;
            if !found.items.is_empty() || found.more || wait.is_zero() {
                return Ok(found);
            }
            // Another node's commits are not heard here; the tick looks for them.
            let tick = Duration::from_secs(1);
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() {
                return Ok(found);
            }
            tokio::select! {
                _ = tokio::time::timeout(left.min(tick), changed.changed()) => {}
                // Whoever waits would hold up the end.
                _ = closing.wait_for(|closing| *closing) => return Ok(found),
            }
        }
    }

    /// The number of the newest change, whoever may know of it: where a follower begins that wants only what comes.
    pub async fn last_change(&self) -> Result<i64> {
        changes::last(self.db.read()).await
    }

    /// Says of what is gone whether copies of it are to go at once.
    async fn note_takedowns(&self, items: &mut [ResourceChange]) -> Result<()> {
        let gone = items.iter().filter(|change| change.kind == ChangeKind::Removed);
        let gone: Vec<ResourceId> = gone.map(|change| change.resource_id).collect();
        let taken_down = takedowns::of_resources(self.db.read(), &gone).await?;
        for change in items {
            change.at_once = change.kind == ChangeKind::Removed && taken_down.contains_key(&change.resource_id);
        }
        Ok(())
    }

    async fn changes_now(&self, actor: &Actor, since: i64, limit: usize) -> Result<Changes> {
        let rows = changes::after(self.db.read(), since, WINDOW).await?;
        let callers: Vec<String> = actor.audiences().into_iter().map(Audience::term).collect();
        let mut found = Changes {
            items: Vec::new(),
            next_since: since,
            more: rows.len() as u64 == WINDOW,
        };
        for row in rows {
            if found.items.len() == limit {
                found.more = true;
                break;
            }
            found.next_since = row.seq;
            found.items.extend(as_seen(&row, &callers));
        }
        self.note_takedowns(&mut found.items).await?;
        Ok(found)
    }
}

fn as_seen(row: &entity::change::Model, callers: &[String]) -> Option<ResourceChange> {
    let seen = |audiences: &[String]| audiences.iter().any(|audience| callers.contains(audience));
    let kind = match (seen(&row.seen_before.0), seen(&row.seen_after.0)) {
        (_, true) => row.kind,
        (true, false) => ChangeKind::Removed,
        (false, false) => return None,
    };
    Some(ResourceChange {
        seq: row.seq,
        at: row.at,
        resource_id: row.resource_id,
        kind,
        at_once: false,
    })
}
