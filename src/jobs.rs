//! When and again: the workers that take what waits in the queue, and the timetable.
//!
//! | what | how often | keeps |
//! |---|---|---|
//! | tidy: expired uploads, ended sessions, tables without a yes, kept answers, unreferenced content | 10 minutes | uploads `uploads.expire_hours`, sessions `people.*`, answers 24 hours, content `storage.orphan_grace_hours` |
//! | let resources bear no more marks whose last day is over | 10 minutes | |
//! | chain the audit log | a minute | |
//! | remove its lines that were kept long enough | daily | `records.keep_months` |
//! | roll the ledger of holdings up | hourly | |
//! | compare it with the resources themselves | daily | |
//! | scrub: read objects that were not verified for 20 days, all of them within five days of work, `storage.scrub_bytes_per_sec` at most | hourly, as much as an hour holds | |
//! | keep all rows in the store itself, from ten minutes after a start on | daily | the newest seven |
//! | sweep: look through the store for objects that no row names | daily | `storage.orphan_grace_hours`, and a week from when one is found ([`crate::library::operations::orphan_sweep`]) |
//! | each process: remove local files of uploads that are gone, and scratch files of processes that died | 10 minutes | `uploads.expire_hours`, a day |
//! | each process: say that it is there, until the stop | 30 seconds | 90 seconds |
//! | each process: write down how often resources were used, and what was noted of refusals and reads | 5 seconds, and at the stop | |
//! | each process: write down who met limits, and forget whoever has their whole limit again | 10 seconds, and at the stop | 30 days, the newest 20,000 lines |
//! | each process: write down what was found of objects as they were read | 5 seconds, at once where one is damaged, and at the stop | |
//! | each process: look at objects that somebody doubts, `storage.scrub_bytes_per_sec` at most | at once; the stop ends it | |
//!
//! What does not say *each process* is done by one of all that run on the library ([`crate::library::leases`]), and as often
//! as said however many they are and however often they start.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::error::Result;
use crate::library::catch_panic::catch_panic;
use crate::library::{Library, leases};

/// The queue is looked at this often even when nobody rings: another node may have asked, or a retry is due.
const TICK: Duration = Duration::from_secs(2);
/// After a failure of the queue itself a worker rests this long.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often a process asks whether something that only one does is due: it may be the other's that has died.
const ELECT_EVERY: Duration = Duration::from_secs(10);
/// How long a stop waits for the database to note it.
const GOODBYE: Duration = Duration::from_secs(2);
const TIDY_EVERY: Duration = Duration::from_mins(10);
// A line may be changed unseen for so long.
const CHAIN_EVERY: Duration = Duration::from_mins(1);
const CUT_EVERY: Duration = Duration::from_hours(24);
const FIGURES_EVERY: Duration = Duration::from_hours(1);
const SCRUB_EVERY: Duration = Duration::from_hours(1);
// A kill loses the uses of so many seconds.
const KEEP_USES_EVERY: Duration = Duration::from_secs(5);
/// How often uses that wait are tried again at the stop, and how long between.
const LAST_ROUNDS: u32 = 20;
const BETWEEN_LAST_ROUNDS: Duration = Duration::from_millis(100);
// A flood of addresses fills so many seconds.
const KEEP_RATES_EVERY: Duration = Duration::from_secs(10);
const LOOK_FOR_ORPHANS_EVERY: Duration = Duration::from_hours(24);
const KEEP_ROWS_EVERY: Duration = Duration::from_hours(24);
/// A start is busy enough.
const KEEP_ROWS_AFTER: Duration = Duration::from_mins(10);

/// Everything that works in the background of one process.
#[derive(Debug)]
pub struct Workers {
    library: Library,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts them: `readers` that read files, one that keeps the index true, the timetable.
    pub fn start(library: &Library, readers: usize) -> Self {
        let Self { stop, mut tasks, .. } = Self::start_readers(library, readers);
        let follower = library.clone();
        tasks.spawn_local(follow(follower, stop.subscribe()));
        // Each beside the others: one may take hours, and uses are to be seen in seconds.
        let tidy = async |library: &Library| {
            library.operations.tidy().await?;
            library.resources.end_marks_that_ran_out().await
        };
        let orphans = async |library: &Library| library.operations.sweep().await.map(|_| ());
        let (tidying, looking) = (stop.subscribe(), stop.subscribe());
        tasks.spawn_local(keep_electing(library.clone(), leases::TIDY, TIDY_EVERY, tidy, tidying));
        tasks.spawn_local(keep_electing(
            library.clone(),
            leases::ORPHANS,
            LOOK_FOR_ORPHANS_EVERY,
            orphans,
            looking,
        ));
        let chain = async |library: &Library| library.audit_chain.chain().await;
        tasks.spawn_local(keep_electing(
            library.clone(),
            leases::CHAIN,
            CHAIN_EVERY,
            chain,
            stop.subscribe(),
        ));
        let cut = async |library: &Library| library.audit_chain.cut().await.map(|_| ());
        tasks.spawn_local(keep_electing(
            library.clone(),
            leases::CUT,
            CUT_EVERY,
            cut,
            stop.subscribe(),
        ));
        let figures = async |library: &Library| library.administration.keep_ledger().await;
        tasks.spawn_local(keep_electing(
            library.clone(),
            leases::FIGURES,
            FIGURES_EVERY,
            figures,
            stop.subscribe(),
        ));
        let scrub = async |library: &Library| library.operations.scrub_due().await;
        tasks.spawn_local(keep_electing(
            library.clone(),
            leases::SCRUB,
            SCRUB_EVERY,
            scrub,
            stop.subscribe(),
        ));
        let (kept_from, keeping) = (library.clone(), stop.subscribe());
        tasks.spawn_local(async move {
            let keep = async |library: &Library| library.operations.keep_rows().await;
            tokio::select! {
                () = tokio::time::sleep(KEEP_ROWS_AFTER) => {}
                () = self::stopped(keeping.clone()) => return,
            }
            keep_electing(kept_from, leases::KEEP_ROWS, KEEP_ROWS_EVERY, keep, keeping).await;
        });
        tasks.spawn_local(keep_folder(library.clone(), stop.subscribe()));
        tasks.spawn_local(keep_uses(library.clone(), stop.subscribe()));
        tasks.spawn_local(keep_noted(library.clone(), stop.subscribe()));
        tasks.spawn_local(keep_rates(library.clone(), stop.subscribe()));
        tasks.spawn_local(keep_verdicts(library.clone(), stop.subscribe()));
        tasks.spawn_local(look_at_asked(library.clone(), stop.subscribe()));
        Self {
            library: library.clone(),
            stop,
            tasks,
        }
    }

    /// Starts only those that read files: beside a node that keeps its own index true and the time.
    pub fn start_readers(library: &Library, readers: usize) -> Self {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        tasks.spawn_local(say_present(library.clone(), stop.subscribe()));
        // Where all of them are at scans, one more reads what was uploaded just now.
        for _ in 0..readers + library.jobs.spare_readers() {
            tasks.spawn_local(read(library.clone(), stop.subscribe()));
        }
        Self {
            library: library.clone(),
            stop,
            tasks,
        }
    }

    /// Stops them; what is under way is finished or given back.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        // Last, because until then it is at work. What is not noted ends by itself: a database that is away is not waited for.
        match tokio::time::timeout(GOODBYE, catch_panic(self.library.leases.say_gone())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("that this process stops could not be written down: {error:?}"),
            Err(_) => tracing::warn!("that this process stops could not be written down in time"),
        }
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the workers' owner is gone, which is a stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Keeps the index true. It ends by itself only at the stop; after a panic it begins again.
async fn follow(library: Library, stop: watch::Receiver<bool>) {
    let following = || async {
        library.indexer.follow(stopped(stop.clone())).await;
        Ok(())
    };
    while let Err(error) = catch_panic(following()).await {
        tracing::error!("following the change log failed: {error:?}");
        tokio::select! {
            () = tokio::time::sleep(AFTER_FAILURE) => {}
            () = stopped(stop.clone()) => return,
        }
    }
}

async fn read(library: Library, stop: watch::Receiver<bool>) {
    let mut rung = library.operations.work_bell();
    while !*stop.borrow() {
        // Marked as heard before looking, so that a ring between looking and waiting is not missed.
        rung.borrow_and_update();
        let pause = match catch_panic(library.jobs.work_once(stopped(stop.clone()))).await {
            Ok(true) => continue,
            Ok(false) => TICK,
            Err(error) => {
                tracing::error!("the queue failed: {error:?}");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(pause, rung.changed()) => {}
            () = stopped(stop.clone()) => {}
        }
    }
}

/// Does a round of what only one process does, whenever it is due and no other process is at it. A stop ends it where it
/// waits, as a kill does; another process goes on.
async fn keep_electing(
    library: Library,
    name: &'static str,
    every: Duration,
    round: impl AsyncFn(&Library) -> Result<()>,
    stop: watch::Receiver<bool>,
) {
    let mut asks = tokio::time::interval(ELECT_EVERY);
    loop {
        let elected = async {
            asks.tick().await;
            catch_panic(library.leases.elected(name, every, round(&library))).await
        };
        tokio::select! {
            done = elected => if let Err(error) = done {
                tracing::error!("`{name}` failed: {error:?}");
            },
            () = stopped(stop.clone()) => return,
        }
    }
}

async fn say_present(library: Library, stop: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(leases::SAY_EVERY);
    loop {
        tokio::select! {
            _ = due.tick() => {}
            () = stopped(stop.clone()) => return,
        }
        if let Err(error) = catch_panic(library.leases.say_present()).await {
            tracing::warn!("that this process is there could not be written down: {error:?}");
        }
    }
}

async fn keep_folder(library: Library, stop: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            _ = due.tick() => {}
            () = stopped(stop.clone()) => return,
        }
        if let Err(error) = catch_panic(library.operations.drop_leftovers()).await {
            tracing::error!("tidying the folder of uploads failed: {error:?}");
        }
    }
}

async fn keep_verdicts(library: Library, stop: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(KEEP_USES_EVERY);
    loop {
        // Once more after the stop is heard, for what the last requests found.
        let is_last = tokio::select! {
            _ = due.tick() => false,
            () = library.objects.verdict_rings() => false,
            () = stopped(stop.clone()) => true,
        };
        if let Err(error) = catch_panic(library.objects.keep_verdicts()).await {
            tracing::error!("what was found of stored objects could not be written down: {error:?}");
        }
        if is_last {
            return;
        }
    }
}

/// Looks at what somebody doubts. It may be gigabytes, so a stop ends it where it is.
async fn look_at_asked(library: Library, stop: watch::Receiver<bool>) {
    loop {
        let looking = async {
            library.objects.look_is_asked().await;
            library.objects.look_at_asked().await;
        };
        tokio::select! {
            () = looking => {}
            () = stopped(stop.clone()) => return,
        }
    }
}

/// Writes down what the audit log was told beside the acts.
async fn keep_noted(library: Library, stop: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(KEEP_USES_EVERY);
    loop {
        // Once more after the stop is heard, for the last requests.
        let is_last = tokio::select! {
            _ = due.tick() => false,
            () = stopped(stop.clone()) => true,
        };
        if let Err(error) = catch_panic(library.audit.keep_noted(is_last)).await {
            tracing::error!("lines of the audit log could not be written down: {error:?}");
        }
        if is_last {
            return;
        }
    }
}

async fn keep_rates(library: Library, stop: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(KEEP_RATES_EVERY);
    loop {
        // Once more after the stop is heard, for the last requests.
        let is_last = tokio::select! {
            _ = due.tick() => false,
            () = stopped(stop.clone()) => true,
        };
        if let Err(error) = catch_panic(library.rates.keep()).await {
            tracing::error!("who met limits could not be written down: {error:?}");
        }
        if is_last {
            return;
        }
    }
}

async fn keep_uses(library: Library, stop: watch::Receiver<bool>) {
    let mut due = tokio::time::interval(KEEP_USES_EVERY);
    loop {
        // Once more after the stop is heard, for the last requests.
        let is_last = tokio::select! {
            _ = due.tick() => false,
            () = stopped(stop.clone()) => true,
        };
        let mut some_wait = keep_uses_once(&library).await;
        if !is_last {
            continue;
        }
        // Whoever holds a resource right now lets go in a moment; then nobody writes its uses any more.
        for _ in 0..LAST_ROUNDS {
            if !some_wait {
                return;
            }
            tokio::time::sleep(BETWEEN_LAST_ROUNDS).await;
            some_wait = keep_uses_once(&library).await;
        }
        return;
    }
}

/// Returns whether some wait still that another moment may write.
async fn keep_uses_once(library: &Library) -> bool {
    match catch_panic(library.usage.keep_uses()).await {
        Ok(some_wait) => some_wait,
        Err(error) => {
            tracing::error!("uses could not be written down: {error:?}");
            false
        }
    }
}
