//! Running jobs: claiming, dispatching, keeping a claim. `retry.rs` says what follows a failure, `crate::jobs` when a round
//! begins.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;

use crate::db::{entity, jobs};
use crate::domain::id::ProcessId;
use crate::domain::job::JobKind;
use crate::error::{Error, Result};
use crate::library::catch_panic::catch_panic;
use crate::library::jobs::Jobs;
use crate::library::review_steps;
use crate::library::texts::parse_subject;
use crate::telemetry::metric;

/// A claim lasts this long without a sign of life: after a crash somebody else takes the work up.
const LEASE: Duration = Duration::from_secs(30);
/// Signs of life come this often.
const BEAT: Duration = Duration::from_secs(10);
pub(super) fn count_ended(job: &entity::job::Model, outcome: &'static str) {
    counter!(metric::JOBS_FINISHED, "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
}

fn not_known(job: &entity::job::Model) -> Error {
    Error::unexpected(anyhow::anyhow!("job `{}` of kind `{}` is not known", job.id, job.kind))
}

impl Jobs {
    /// Claims one piece of work and does it; says whether there was any.
    ///
    /// `stop` ends the work early: it is given back unharmed.
    pub async fn work_once(&self, stop: impl Future<Output = ()>) -> Result<bool> {
        // Before a job is claimed: a film that there is no turn for stays for another process.
        let turn = Arc::clone(&self.filming).try_acquire_owned();
        let kinds = self.kinds(turn.is_ok());
        let page = Arc::clone(&self.recognising).try_acquire_owned();
        // The same for what is said in films, which takes longer still.
        let ear = Arc::clone(&self.hearing).try_acquire_owned();
        let last = self.last_kinds(page.is_ok(), ear.is_ok());
        let Some(job) = self.claim(&kinds, &last).await? else {
            return Ok(false);
        };
        let kind = JobKind::of_code(&job.kind);
        // Kept by whoever makes a film, and by nobody else.
        let _turn = turn.ok().filter(|_| kind == Some(JobKind::Film));
        let paints = matches!(kind, Some(JobKind::Ocr | JobKind::SearchablePdf));
        let _page = page.ok().filter(|_| paints);
        let _ear = ear.ok().filter(|_| kind == Some(JobKind::Speech));
        if jobs::ends_processes(&job) {
            return self.put_aside(&job).await.map(|()| true);
        }
        let done = tokio::select! {
            done = catch_panic(self.dispatch(&job)) => done,
            lost = self.keep_claim(&job) => lost,
            () = stop => {
                self.db.write(async |tx| jobs::give_back(tx, &job).await).await?;
                return Ok(true);
            }
        };
        match done {
            Ok(()) => count_ended(&job, "done"),
            Err(error) => self.put_off(&job, &error).await?,
        }
        Ok(true)
    }

    /// Claims what is due of these kinds; where nothing is, of the last ones, behind which nobody is to wait.
    async fn claim(&self, kinds: &[JobKind], last: &[JobKind]) -> Result<Option<entity::job::Model>> {
        let ahead = self.clock.ahead();
        let claim = async |kinds: &[JobKind]| {
            let claimed = self
                .db
                .write(async |tx| jobs::claim(tx, self.process, LEASE, ahead, kinds).await);
            claimed.await
        };
        match claim(kinds).await? {
            None if !last.is_empty() => claim(last).await,
            claimed => Ok(claimed),
        }
    }

    /// The kinds of work that this process does, but for the last in line. Others do what it has no program for, what it does not know, and a second
    /// film at a time.
    fn kinds(&self, has_turn: bool) -> Vec<JobKind> {
        let mut kinds = vec![
            JobKind::Extract,
            JobKind::Reindex,
            JobKind::BuildPack,
            JobKind::RenewPack,
            JobKind::PlaceReviews,
            JobKind::Text,
        ];
        kinds.extend(self.reading.makes_pages().then_some(JobKind::Render));
        kinds.extend((has_turn && self.reading.makes_films()).then_some(JobKind::Film));
        kinds
    }

    /// The kinds that are done when nothing else is due: pages to be recognised, and one film at a time to be heard.
    fn last_kinds(&self, has_page: bool, has_ear: bool) -> Vec<JobKind> {
        let mut kinds = Vec::new();
        kinds.extend(has_page.then_some(JobKind::SearchablePdf));
        kinds.extend((has_page && self.reading.is_time_for_pictures()).then_some(JobKind::Ocr));
        kinds.extend((has_ear && self.reading.hears_itself()).then_some(JobKind::Speech));
        kinds
    }

    /// Keeps a claim while the work goes on; ends only when the claim is lost. A database that is away for a moment does not
    /// end the work: the claim lasts longer than that.
    async fn keep_claim(&self, job: &entity::job::Model) -> Result<()> {
        let mut beat = tokio::time::interval(BEAT);
        let mut kept_at = tokio::time::Instant::now();
        loop {
            beat.tick().await;
            // From before the question on: the database counts from when it answered, which may be later but not
            // earlier.
            let asked_at = tokio::time::Instant::now();
            let ahead = self.clock.ahead();
            match self
                .db
                .write(async |tx| jobs::extend(tx, job, LEASE, ahead).await)
                .await
            {
                Ok(true) => kept_at = asked_at,
                Ok(false) => return Err(Error::unexpected(anyhow::anyhow!("somebody else took the job over"))),
                Err(error) if kept_at.elapsed() < LEASE => tracing::warn!("a claim could not be extended: {error:?}"),
                // Somebody else may take it over from now on.
                Err(error) => return Err(error),
            }
        }
    }

    /// Does what a job asks for. All but the reading of a content, which ends its job in the transaction that says what was
    /// read, are ended here.
    async fn dispatch(&self, job: &entity::job::Model) -> Result<()> {
        let Some(kind) = JobKind::of_code(&job.kind) else {
            return Err(not_known(job));
        };
        let content = || parse_subject(&job.subject).ok_or_else(|| not_known(job));
        match kind {
            JobKind::Extract => {
                let (sha256, kind) = content()?;
                return self.reading.read(job, &sha256, kind).await;
            }
            JobKind::Render => {
                let (sha256, kind) = content()?;
                self.reading.make_pages(&sha256, kind).await?;
            }
            JobKind::Film => self.reading.make_film(&content()?.0).await?,
            JobKind::Ocr => {
                let (sha256, kind) = content()?;
                self.reading.take_turn(job, &sha256, kind).await?;
            }
            JobKind::SearchablePdf => {
                let (sha256, kind) = content()?;
                self.reading.make_searchable(&sha256, kind).await?;
            }
            JobKind::Speech => {
                let (sha256, kind) = content()?;
                self.reading.hear(&sha256, kind).await?;
            }
            JobKind::Text => {
                let (sha256, kind) = content()?;
                self.reading.write_recognised(&sha256, kind).await?;
            }
            JobKind::Reindex => self.indexer.demand_reindex().await?,
            JobKind::BuildPack => self.packs.build_pack(&job.subject).await?,
            JobKind::RenewPack => self.packs.renew_pack(&job.subject).await?,
            JobKind::PlaceReviews => review_steps::place_anew(&self.db, self.clock.now()).await?,
        }
        self.db.write(async |tx| jobs::finish(tx, job).await).await
    }

    /// Takes up what processes that have ended were at, instead of waiting until their claims end.
    pub async fn take_over_from(&self, ended: &[ProcessId]) -> Result<()> {
        for process in ended {
            let taken = self.db.write(async |tx| jobs::end_claims(tx, *process).await).await?;
            if taken > 0 {
                tracing::info!("taking up {taken} jobs of a process that has ended");
            }
        }
        self.signals.wake();
        Ok(())
    }
}
