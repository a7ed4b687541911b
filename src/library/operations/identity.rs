//! Whether database, store and folder belong together, and whether this database is the newest that the store has seen.
//!
//! A database carries the library's id, and so do its store and its folder of unfinished uploads. One that is wrong, empty
//! or another one's is found out here, before anything is served, written or tidied: to a database, what it does not name
//! looks like rubbish.
//!
//! The id says which library; a *mark* says which state of its database. It is drawn anew every few minutes and written to
//! both: a database that does not know the store's mark was restored from a copy, or a copy of it is at work elsewhere.
//! What was stored since they last agreed is held back from every sweep.

use std::time::Duration;

use tokio::time::timeout;

use crate::actor::Actor;
use crate::blob::BlobError;
use crate::db::{entity, library, orphans};
use crate::domain::audit::AuditAction;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, StoreMismatch};
use crate::library::objects;
use crate::library::operations::Operations;

/// How long a start waits for the store: a library whose store is away still shows what it knows.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many of the newest contents, and of all, are looked for in a store that carries no id.
const SAMPLE: u64 = 10;
/// How often database and store agree on a mark.
const MARK_EVERY: Duration = Duration::from_mins(10);
/// What was stored just before they agreed last may be unknown to a copy that was made at that moment.
const SLACK: Duration = Duration::from_hours(1);
/// For so long after another state of the database was seen nothing is deleted that this one gave up.
const CALM: Duration = Duration::from_hours(7 * 24);

impl Operations {
    /// Refuses a store or a folder of another library. Where that cannot be told now, because the store is away or takes
    /// nothing, the library opens, and deletes nothing until it can.
    pub async fn belong(&self) -> Result<()> {
        let known = async {
            self.own_folder().await?;
            self.own_store().await
        };
        match timeout(PATIENCE, known).await {
            Ok(Err(Error::Refused(refusal))) if matches!(*refusal, Refusal::NotTogether(_)) => {
                Err(Error::Refused(refusal))
            }
            Ok(Err(error)) => {
                tracing::warn!("whether the store belongs to this library cannot be told: {error:?}");
                Ok(())
            }
            Err(_) => {
                tracing::warn!("whether the store belongs to this library cannot be told: it does not answer");
                Ok(())
            }
            Ok(Ok(())) => Ok(()),
        }
    }

    /// The same for what must not happen where it cannot be told.
    pub(in crate::library) async fn own_store(&self) -> Result<()> {
        let id = library::load(self.db.read()).await?.id;
        let owner = match self.blobs.owner().await.map_err(Error::unexpected)? {
            Some(owner) => owner,
            None => {
                self.may_take_store().await?;
                self.blobs.claim(id).await.map_err(Error::unexpected)?
            }
        };
        if owner == id {
            return Ok(());
        }
        Err(Refusal::NotTogether(StoreMismatch::OtherStore).into())
    }

    /// Whether a store without an id may be this library's: a new one, or one that was filled before there were ids.
    async fn may_take_store(&self) -> Result<()> {
        let named = orphans::sample(self.db.read(), SAMPLE).await?;
        if named.is_empty() {
            let holds_something = self.blobs.holds_something().await.map_err(Error::unexpected)?;
            return match holds_something {
                true => Err(Refusal::NotTogether(StoreMismatch::UnknownObjects).into()),
                false => Ok(()),
            };
        }
        let mut found = 0;
        for row in &named {
            found += usize::from(self.is_stored(row).await?);
        }
        // One or the other may be lost; a store that has few of them is another one, or its disk is not mounted.
        if found * 2 < named.len() {
            return Err(Refusal::NotTogether(StoreMismatch::MissingObjects).into());
        }
        Ok(())
    }

    async fn is_stored(&self, row: &entity::blob::Model) -> Result<bool> {
        match self.blobs.size(&objects::blob_key(row)?).await {
            Ok(_) => Ok(true),
            Err(BlobError::Missing { .. }) => Ok(false),
            Err(error) => Err(Error::unexpected(error)),
        }
    }

    async fn own_folder(&self) -> Result<()> {
        let id = library::load(self.db.read()).await?.id;
        let owner = self.staging.owner().await.map_err(Error::unexpected)?;
        if owner == Some(id) {
            return Ok(());
        }
        let uploads = self.staging.list().await.map_err(Error::unexpected)?;
        // An empty folder has nothing to lose, whoever's it was.
        if owner.is_some() && !uploads.is_empty() {
            return Err(Refusal::NotTogether(StoreMismatch::OtherFolder).into());
        }
        self.staging.set_owner(id).await.map_err(Error::unexpected)
    }

    /// Joins database, store and folder, because whoever runs them says so. What is in the store now is held back from
    /// every sweep.
    pub async fn join_store(&self) -> Result<()> {
        let id = library::load(self.db.read()).await?.id;
        let now = self.clock.now();
        let owner = self.blobs.owner().await.map_err(Error::unexpected)?;
        if owner != Some(id) {
            self.db
                .write(async |tx| {
                    // Before the store is taken: cut off in between, nothing of it may be swept.
                    library::add_lost(tx, Timestamp(0), now).await?;
                    self.audit
                        .record(
                            tx,
                            &Actor::guest(),
                            AuditAction::StoreJoin,
                            owner.map(|id| id.to_string()),
                        )
                        .await
                })
                .await?;
            self.blobs.set_owner(id).await.map_err(Error::unexpected)?;
        }
        self.staging.set_owner(id).await.map_err(Error::unexpected)
    }

    /// Looks whether this database is the newest that the store has seen, and notes from when on it may not be; then lets
    /// both agree anew, every few minutes.
    pub(in crate::library) async fn recognise_store(&self) -> Result<()> {
        let now = self.clock.now();
        // The store first: a mark that is drawn meanwhile by ourselves is then in the row, and not taken for a stranger's.
        let there = self.blobs.mark().await.map_err(Error::unexpected)?;
        let row = library::load(self.db.read()).await?;
        let is_known = there.is_none() || there == row.mark || there == row.mark_before;
        if !is_known {
            let from = row.marked_at.map_or(Timestamp(0), |at| at.minus(SLACK));
            tracing::error!(
                "another state of this library's database has written to the store since {}: it was restored from a copy, or \
                 a copy is at work elsewhere; what came into the store since then is kept",
                from.whole_seconds()
            );
            self.db.write(async |tx| library::add_lost(tx, from, now).await).await?;
        }
        if let Some(mark) = row
            .mark
            .as_ref()
            .filter(|mark| is_known && there.as_ref() != Some(*mark))
        {
            // Drawn before, and the store did not take it: a new one each time would leave the store two marks behind, and
            // this very state would look like another.
            return self.blobs.set_mark(mark).await.map_err(Error::unexpected);
        }
        let is_fresh = row.marked_at.is_some_and(|at| now < at.plus(MARK_EVERY));
        if is_known && is_fresh && there.is_some() {
            return Ok(());
        }
        let mark = uuid::Uuid::now_v7().to_string();
        let stands = async |tx: &_| library::advance_mark(tx, &row, &mark, now).await;
        // The row first, which knows the mark before as well: cut off in between, the store's is still a known one.
        if self.db.write(stands).await? {
            self.blobs.set_mark(&mark).await.map_err(Error::unexpected)?;
        }
        Ok(())
    }

    /// Whether what this database gave up may be deleted now: the store is its own, and no other state of the database has
    /// been seen lately that may still need it.
    pub(in crate::library) async fn may_delete(&self) -> Result<bool> {
        self.own_store().await?;
        self.recognise_store().await?;
        let row = library::load(self.db.read()).await?;
        let now = self.clock.now();
        Ok(row.lost_until.is_none_or(|until| until.plus(CALM) < now))
    }
}
