//! What follows a job that failed: it is tried again after a while, or given up.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::db::{content, entity, jobs};
use crate::domain::file::{ExtractionReport, ExtractionState};
use crate::domain::job::JobKind;
use crate::error::{Error, Result};
use crate::library::jobs::Jobs;
use crate::library::jobs::runner::count_ended;
use crate::library::texts::parse_subject;
use crate::telemetry::field;

/// After this many failures a job is dead: visible, with its reason, until somebody tries it again.
const MAX_ATTEMPTS: i32 = 5;
/// What stands on something that is away is tried again after this long.
const AFTER_OUTAGE: Duration = Duration::from_secs(30);
/// The first retry comes after this long; each later one after twice as long.
const RETRY: Duration = Duration::from_secs(5);

impl Jobs {
    pub(super) async fn put_off(&self, job: &entity::job::Model, error: &Error) -> Result<()> {
        tracing::warn!(
            { field::JOB_ID } = %job.id,
            { field::JOB_KIND } = job.kind,
            { field::JOB_ATTEMPTS } = job.attempts,
            "job {} failed: {error:?}",
            job.id
        );
        let why = format!("{error:?}");
        let ahead = self.clock.ahead();
        if error.is_passing() && !self.objects.is_of_one_object(error).await {
            // However long the store is away, no text is given up for it.
            return self
                .db
                .write(async |tx| jobs::postpone(tx, job, &why, AFTER_OUTAGE, ahead).await)
                .await;
        }
        let doublings = u32::try_from(jobs::failures(job)).unwrap_or(0).min(10);
        let rest = RETRY * 2_u32.pow(doublings);
        let is_last = jobs::failures(job) >= MAX_ATTEMPTS;
        let is_ours = self
            .db
            .write(async |tx| {
                let is_ours = jobs::fail(tx, job, &why, rest, is_last, ahead).await?;
                if is_last && is_ours {
                    self.give_up_on(tx, job).await?;
                }
                Ok(is_ours)
            })
            .await?;
        if is_ours {
            count_ended(job, if is_last { "dead" } else { "failed" });
        }
        Ok(())
    }

    /// Puts a job aside that took its process with it too often.
    pub(super) async fn put_aside(&self, job: &entity::job::Model) -> Result<()> {
        tracing::error!(
            { field::JOB_ID } = %job.id,
            { field::JOB_KIND } = job.kind,
            "job {} is put aside: its process ended each time",
            job.id
        );
        let why = format!("the process ended {} times while it was at this job", job.lost);
        let is_ours = self
            .db
            .write(async |tx| {
                let is_ours = jobs::put_aside(tx, job, &why, self.clock.now()).await?;
                if is_ours {
                    self.give_up_on(tx, job).await?;
                }
                Ok(is_ours)
            })
            .await?;
        if is_ours {
            count_ended(job, "dead");
        }
        Ok(())
    }

    /// Says of what a job was about that nothing comes of it, until somebody tries the job again.
    async fn give_up_on(&self, tx: &impl ConnectionTrait, job: &entity::job::Model) -> Result<()> {
        let kind = JobKind::of_code(&job.kind);
        if kind == Some(JobKind::BuildPack) {
            return crate::library::packs::give_up(tx, &job.subject).await;
        }
        let Some((sha256, read_as)) = parse_subject(&job.subject).filter(|_| kind == Some(JobKind::Extract)) else {
            return Ok(());
        };
        let report = ExtractionReport {
            detail: Some("the service could not read it".to_owned()),
            ..ExtractionReport::default()
        };
        content::set_extraction(
            tx,
            &sha256,
            read_as,
            ExtractionState::Failed,
            Some(report),
            self.clock.now(),
        )
        .await
    }
}
