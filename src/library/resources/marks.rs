//! What a resource's row says of its marks: the row follows them, so that lists and the index need not ask for each.

use sea_orm::ConnectionTrait;

use crate::db::changes::NewChange;
use crate::db::recognition::marks;
use crate::db::{changes, entity, resources};
use crate::domain::day::Day;
use crate::domain::id::ResourceId;
use crate::domain::recognition::entry::RecognitionSubject;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::resources::{Resources, approval};

/// Marks of one resource that are looked at.
const MOST: u64 = 50;
/// Resources whose marks ran out that are looked at together.
const AT_ONCE: u64 = 100;

impl Resources {
    /// Lets resources bear no more marks whose last day is over.
    pub async fn end_marks_that_ran_out(&self) -> Result<()> {
        loop {
            let now = self.clock.now();
            let over = marks::run_out(self.db.read(), Day::of(now), AT_ONCE).await?;
            if over.is_empty() {
                return Ok(());
            }
            self.db
                .write(async |tx| {
                    let mut changed = Vec::new();
                    for id in &over {
                        changed.extend(project(tx, *id, now).await?);
                    }
                    changes::append(tx, changed).await
                })
                .await?;
            self.signals.wake();
        }
    }
}

/// Makes a resource's row say what its marks say; returns what the index is to learn of it.
pub(in crate::library) async fn project(
    tx: &impl ConnectionTrait,
    id: ResourceId,
    now: Timestamp,
) -> Result<Option<NewChange>> {
    let Some(before) = resources::find_for_update(tx, id).await? else {
        return Ok(None);
    };
    let on = RecognitionSubject {
        resource: Some(id),
        ..RecognitionSubject::default()
    };
    let valid = marks::valid(tx, on, Day::of(now), MOST).await?;
    let oldest = valid.last();
    // One that is for good outlives all others.
    let is_for_good = valid.iter().any(|mark| mark.valid_until.is_none());
    let until = valid.iter().filter_map(|mark| mark.valid_until).max();
    let after = entity::resource::Model {
        marked_at: oldest.map(|mark| mark.given_at),
        marked_by: oldest.map(|mark| mark.given_by),
        marked_until: until.filter(|_| !is_for_good),
        ..before.clone()
    };
    if after == before {
        return Ok(None);
    }
    let after = entity::resource::Model {
        revision: before.revision + 1,
        ..after
    };
    let change = approval::change(&before, &after, now);
    resources::update(tx, after, before.revision).await?;
    Ok(Some(change))
}
