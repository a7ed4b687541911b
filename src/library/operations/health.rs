//! How the library is doing.

use metrics::gauge;

use crate::actor::Actor;
use crate::db::jobs;
use crate::domain::authority::Act;
use crate::domain::job::{JobKind, JobState};
use crate::error::Result;
use crate::library::authority::expect_city;
use crate::library::indexer::{IndexReach, IndexTrouble};
use crate::library::operations::Operations;
use crate::search::Health;
use crate::telemetry::metric;

impl Operations {
    /// Each part that others rest on, and whether it answers; what is to be said of one that does.
    pub async fn parts(&self) -> Vec<(&'static str, anyhow::Result<Option<String>>)> {
        let database = self.db.ping().await.map_err(anyhow::Error::from);
        let store = self.store_state().await;
        vec![
            ("database", database.map(|()| None)),
            ("storage", store.map(|()| None)),
            ("search", self.index_state().await),
        ]
    }

    /// The store answers, and is this library's: under a running service its disk may have gone.
    async fn store_state(&self) -> anyhow::Result<()> {
        self.blobs.check().await?;
        Ok(self.own_store().await?)
    }

    /// Fails where the index cannot answer; an index that answers says what is the matter with it.
    async fn index_state(&self) -> anyhow::Result<Option<String>> {
        let health = self.index.health();
        anyhow::ensure!(
            health != Health::Unusable,
            "the index is lost or damaged, and is being built anew"
        );
        let trouble = self.indexer.following().trouble();
        // A database that does not answer is a part of its own.
        if let Ok(IndexReach::Anew(..)) = self.indexer.index_reach().await {
            if let Some(IndexTrouble::Fails(why)) = trouble {
                anyhow::bail!("the index has to be built anew and cannot be: {why}");
            }
            return Ok(Some("answers, and is being built anew".to_owned()));
        }
        let left_out = self.indexer.following().left_out();
        let matter = match trouble {
            Some(IndexTrouble::Waits) => "answers, and waits for another process that writes the index",
            Some(IndexTrouble::Fails(_)) => "answers, but takes in nothing new: see the log",
            None if health == Health::Suspected => "answers, and is being looked through for damage",
            None if left_out > 0 => return Ok(Some(format!("answers, but lacks {left_out} resources: see the log"))),
            None => return Ok(None),
        };
        Ok(Some(matter.to_owned()))
    }

    /// Refuses those who do not look after the whole library.
    pub fn expect_overseer(&self, actor: &Actor) -> Result<()> {
        expect_city(actor, Act::Oversee)
    }

    /// Writes down the figures that are only known when somebody asks.
    pub async fn measure(&self) -> Result<()> {
        self.measure_jobs().await?;
        if let Some(made_at) = self.last_backup().await? {
            gauge!(metric::LAST_BACKUP).set(figure(made_at.0.unsigned_abs() / 1000));
        }
        if let Some(sweep) = self.last_sweep().await? {
            gauge!(metric::ORPHANS).set(figure(sweep.orphans + sweep.held));
        }
        gauge!(metric::INDEX_LAG_CHANGES).set(figure(self.indexer.index_lag().await?));
        gauge!(metric::INDEX_ENTRIES).set(figure(self.index.entries()));
        gauge!(metric::INDEX_LEFT_OUT).set(figure(self.indexer.following().left_out() as u64));
        gauge!(metric::DAMAGED_OBJECTS).set(figure(self.objects.count_damaged().await?));
        if let Some(since) = self.all_verified_since().await? {
            let age = self.clock.now().0.saturating_sub(since.0).max(0).unsigned_abs();
            gauge!(metric::SCRUB_AGE_SECONDS).set(figure(age / 1000));
        }
        Ok(())
    }

    /// Jobs by kind and state. Where there are none that is said, or the last number would stand for ever.
    async fn measure_jobs(&self) -> Result<()> {
        let counts = jobs::counts(self.db.read()).await?;
        for kind in JobKind::ALL {
            for state in JobState::ALL {
                let found = counts
                    .iter()
                    .find(|(of, is, _)| of == kind.code() && is == state.code());
                let number = found.map_or(0, |(.., number)| number.unsigned_abs());
                gauge!(metric::JOBS, "kind" => kind.code(), "state" => state.code()).set(figure(number));
            }
        }
        Ok(())
    }

    /// How many jobs wait, run, and have died.
    pub async fn job_counts(&self) -> Result<(u64, u64, u64)> {
        let conn = self.db.read();
        Ok((
            jobs::count(conn, JobState::Queued).await?,
            jobs::count(conn, JobState::Running).await?,
            jobs::count(conn, JobState::Dead).await?,
        ))
    }

    /// Whether nothing has been shared yet.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(crate::db::resources::count(self.db.read()).await? == 0)
    }

    /// Closes what wants to be closed in order.
    pub async fn close(&self) {
        self.db.clone().close().await;
    }

    /// Moves with every commit that asks for work.
    pub fn work_bell(&self) -> tokio::sync::watch::Receiver<()> {
        self.signals.work()
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures are floating point")]
fn figure(number: u64) -> f64 {
    number as f64
}
