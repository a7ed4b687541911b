//! The queue as whoever runs the library looks at it: what waits, what runs, what has died, and trying that again.

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::{content, entity, jobs};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::file::ExtractionState;
use crate::domain::id::JobId;
use crate::domain::job::{JobKind, JobState};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect_city, who_may};
use crate::library::jobs::Jobs;
use crate::library::paging::{self, Page};
use crate::library::texts;

/// Dead jobs that one act tries again at most.
const AT_ONCE: u64 = 1_000;

/// How many jobs of a kind are in each state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct WorkOfKind {
    /// The kind: `extract`.
    pub kind: String,
    /// Jobs that wait.
    pub queued: u64,
    /// Jobs under way.
    pub running: u64,
    /// Jobs that failed too often.
    pub dead: u64,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is done: `extract`, `build-pack`, `renew-pack`, `reindex`.
    pub kind: String,
    /// On what.
    pub subject: String,
    /// `queued`, `running` or `dead`.
    pub state: String,
    /// How often it was begun.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl Jobs {
    /// How many jobs of each kind are in each state.
    pub async fn work(&self, actor: &Actor) -> Result<Vec<WorkOfKind>> {
        expect_city(actor, Act::Oversee)?;
        let mut kinds: Vec<WorkOfKind> = Vec::new();
        for (kind, state, count) in jobs::counts(self.db.read()).await? {
            if kinds.last().is_none_or(|last| last.kind != kind) {
                kinds.push(WorkOfKind {
                    kind,
                    ..WorkOfKind::default()
                });
            }
            let Some(last) = kinds.last_mut() else { continue };
            let count = count.unsigned_abs();
            match JobState::of_code(&state) {
                Some(JobState::Queued) => last.queued = count,
                Some(JobState::Running) => last.running = count,
                Some(JobState::Dead) | None => last.dead = count,
            }
        }
        Ok(kinds)
    }

    /// A page of jobs in a state, newest first.
    pub async fn jobs(
        &self,
        actor: &Actor,
        state: JobState,
        kind: Option<&str>,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Job>> {
        expect_city(actor, Act::Oversee)?;
        let before: Option<JobId> = paging::begin(cursor)?;
        let rows = jobs::list(self.db.read(), state, kind, before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: rows.into_iter().map(job).collect(),
            next_cursor,
        })
    }

    /// Tries a dead job again.
    pub async fn retry_job(&self, actor: &Actor, id: JobId) -> Result<()> {
        who_may(actor, Act::Operate)?;
        self.db
            .write(async |tx| {
                let found = jobs::locked(tx, id).await?;
                let dead = found.filter(|row| row.state == JobState::Dead.code());
                let dead = dead.ok_or(Refusal::NoSuch(Thing::Job))?;
                self.revive(tx, &dead).await?;
                self.audit
                    .record(tx, actor, AuditAction::JobRetry, Some(dead.subject))
                    .await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Tries dead jobs of a kind again, and says how many.
    pub async fn retry_jobs(&self, actor: &Actor, kind: &str) -> Result<u64> {
        who_may(actor, Act::Operate)?;
        let count = self
            .db
            .write(async |tx| {
                let dead = jobs::list(tx, JobState::Dead, Some(kind), None, AT_ONCE).await?;
                for job in &dead {
                    self.revive(tx, job).await?;
                }
                let subject = format!("{kind}: {}", dead.len());
                self.audit
                    .record(tx, actor, AuditAction::JobRetryAll, Some(subject))
                    .await?;
                Ok(dead.len() as u64)
            })
            .await?;
        self.signals.wake();
        Ok(count)
    }

    /// Puts it back into the queue; a file that counted as unreadable waits to be read again.
    async fn revive(&self, tx: &impl ConnectionTrait, dead: &entity::job::Model) -> Result<()> {
        let now = self.clock.now();
        if let Some((sha256, kind)) =
            texts::parse_subject(&dead.subject).filter(|_| dead.kind == JobKind::Extract.code())
        {
            content::set_extraction(tx, &sha256, kind, ExtractionState::Queued, None, now).await?;
        }
        jobs::revive(tx, dead, now).await
    }
}

fn job(row: entity::job::Model) -> Job {
    Job {
        id: row.id,
        kind: row.kind,
        subject: row.subject,
        state: row.state,
        attempts: row.attempts,
        error: row.error,
        created_at: row.created_at,
    }
}
