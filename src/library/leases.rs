//! What only one process of a library may do at a time: tidying, looking through the store, backups.
//!
//! Whoever wants to do it takes a lease in the database and renews it while the work runs. One that dies loses it by
//! itself within [`LASTS`], and another goes on. One that can no longer renew it (its database is away, its machine slept)
//! ends its work *before* anybody else may begin: it counts from before it asked, by a clock that only runs forward, while
//! the database counts from when it answered, by its own. So no two clocks are ever compared.
//!
//! Processes that serve or work say by a lease of their own that they are there ([`Leases::say_present`](crate::library::leases::Leases::say_present)).
//!
//! When the work is done the lease is left to rest, so that it also keeps the timetable: however many processes there are,
//! and however often they start, the work is done once in that time. A new kind of such work needs a name here.

use std::time::Duration;

use tokio::time::{Instant, interval_at, timeout_at};

use crate::clock::Clock;
use crate::db::Db;
use crate::db::leases;
use crate::domain::id::ProcessId;
use crate::error::Result;

/// Removing what is over.
pub const TIDY: &str = "tidy";
/// Chaining the audit log.
pub const CHAIN: &str = "audit-chain";
/// Removing lines of the audit log that were kept long enough.
pub const CUT: &str = "audit-cut";
/// Looking through the store for copies that no row names.
pub const ORPHANS: &str = "orphans";
/// Reading stored objects and comparing them with their hashes.
pub const SCRUB: &str = "scrub";
/// Removing contents and objects from the store, and seeing to it that nobody does: a backup copies what it has named.
pub const COLLECT: &str = "collect";
/// Keeping all rows beside the objects, in the store itself.
pub const KEEP_ROWS: &str = "keep-rows";
/// Rolling figures up, and comparing them with what they count.
pub const FIGURES: &str = "figures";

/// How long a lease lasts that nobody renews: within this time another process goes on.
pub(super) const LASTS: Duration = Duration::from_secs(20);
/// How often a process says that it is there …
pub const SAY_EVERY: Duration = Duration::from_secs(30);
/// … and for how long that is believed. Nothing but a restore waits for it.
const BELIEVED: Duration = Duration::from_secs(90);
/// A process that was killed is forgotten after this time.
const FORGOTTEN: Duration = Duration::from_hours(24);
/// A lease is renewed this often, so that it outlives two failures.
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// After a failure the work is tried again this soon, here or elsewhere.
const AFTER_FAILURE: Duration = Duration::from_mins(1);

/// Takes and renews leases in the name of this process.
#[derive(Debug, Clone)]
pub struct Leases {
    db: Db,
    clock: Clock,
    process: ProcessId,
}

impl Leases {
    pub(super) fn new(db: Db, clock: Clock, process: ProcessId) -> Self {
        Self { db, clock, process }
    }

    /// Does `work` if no other process of this library is at it or did it within its `rest`, and says what came of it;
    /// nothing if it was not to be done here, or the lease was lost meanwhile.
    ///
    /// When the lease is lost the work is dropped where it waits, as a kill would end it: it must bear that, and must not
    /// go on in a task of its own. Give a `rest` of nothing for work that somebody asks for.
    pub async fn elected<T>(
        &self,
        name: &str,
        rest: Duration,
        work: impl Future<Output = Result<T>>,
    ) -> Result<Option<T>> {
        let asked = Instant::now();
        if !self.take_lease(name).await? {
            return Ok(None);
        }
        let done = tokio::select! {
            // First: a process that slept must not do one step more before it has looked.
            biased;
            () = self.lost(name, asked) => {
                tracing::warn!("`{name}` was ended: its lease could not be renewed");
                return Ok(None);
            }
            done = work => done,
        };
        let rest = if done.is_ok() { rest } else { rest.min(AFTER_FAILURE) };
        if let Err(error) = self.renew_lease(name, rest).await {
            // It ends by itself.
            tracing::warn!("the lease of `{name}` could not be given back: {error:?}");
        }
        done.map(Some)
    }

    /// Says that this process is at work on the library, for a while: whoever replaces the database looks for that.
    pub async fn say_present(&self) -> Result<()> {
        let (process, ahead) = (self.process, self.clock.ahead());
        let name = format!("{}{process}", leases::PROCESS);
        let say = async |tx: &_| {
            if leases::renew(tx, &name, process, BELIEVED, ahead).await? {
                return Ok(());
            }
            leases::delete_stale_processes(tx, FORGOTTEN, ahead).await?;
            leases::acquire(tx, &name, process, BELIEVED, ahead).await.map(drop)
        };
        self.db.write(say).await
    }

    /// Says that it no longer is; work that its stop cut off is anybody's at once.
    pub async fn say_gone(&self) -> Result<()> {
        let (process, ahead) = (self.process, self.clock.ahead());
        let go = async |tx: &_| leases::release_all(tx, process, LASTS, ahead).await;
        self.db.write(go).await
    }

    /// Renews a lease that was asked for at `asked`, and returns when it does not surely hold any more.
    async fn lost(&self, name: &str, asked: Instant) {
        let mut holds_until = asked + LASTS;
        let mut beat = interval_at(asked + RENEW_EVERY, RENEW_EVERY);
        while Instant::now() < holds_until {
            // By the beat, however long a try takes: a busy database is to be asked more than once before it is too late.
            beat.tick().await;
            let asked = Instant::now();
            let until = holds_until.min(asked + RENEW_EVERY);
            match timeout_at(until, self.renew_lease(name, LASTS)).await {
                Ok(Ok(true)) => holds_until = asked + LASTS,
                Ok(Ok(false)) => return,
                // The database may be back before the lease is over.
                Ok(Err(error)) => tracing::warn!("the lease of `{name}` could not be renewed: {error:?}"),
                Err(_) => tracing::warn!("the lease of `{name}` could not be renewed in time"),
            }
        }
    }

    async fn take_lease(&self, name: &str) -> Result<bool> {
        let (process, ahead) = (self.process, self.clock.ahead());
        let take = async |tx: &_| leases::acquire(tx, name, process, LASTS, ahead).await;
        self.db.write(take).await
    }

    async fn renew_lease(&self, name: &str, lasts: Duration) -> Result<bool> {
        let (process, ahead) = (self.process, self.clock.ahead());
        let renew = async |tx: &_| leases::renew(tx, name, process, lasts, ahead).await;
        self.db.write(renew).await
    }
}
