//! What waits for somebody today 待办: each room's count, for whoever asks.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::followups::{self, FollowUpReader};
use crate::db::{Db, audit, damage, jobs, recognition, todos, visits};
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::day::Day;
use crate::domain::job::JobState;
use crate::domain::resource::Status;
use crate::domain::role::Role;
use crate::domain::todo::TodoKind;
use crate::domain::training::TrainingMode;
use crate::error::Result;
use crate::library::Base;
use crate::library::administration::figures::count_wrong_sums;
use crate::library::packs::Packs;
use crate::library::recognition::Recognition;
use crate::library::reviews::Reviews;
use crate::library::reviews::queue::LateReviews;
use crate::library::training::sessions::REMINDED_DAYS;

/// How old the newest checkpoint of the records may be that an auditor took away; `docs/security.md` promises a month.
const CHECKPOINT_EVERY: Duration = Duration::from_hours(30 * 24);

/// Tells people what waits for them.
#[derive(Debug, Clone)]
pub struct Todos {
    db: Db,
    clock: Clock,
    packs: Arc<Packs>,
    reviews: Arc<Reviews>,
    recognition: Arc<Recognition>,
}

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Todo {
    /// What it is.
    pub kind: TodoKind,
    /// How many there are; never 0.
    pub count: u64,
    /// How many of them are overdue.
    pub overdue: u64,
    /// How many of them are not, and wait as long as their step of the review says until a reminder.
    pub due_soon: u64,
}

impl Todos {
    pub(super) fn new(base: &Base, packs: Arc<Packs>, reviews: Arc<Reviews>, recognition: Arc<Recognition>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            packs,
            reviews,
            recognition,
        }
    }

    /// What waits for the actor, first what others wait for; nothing for guests.
    pub async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let Some(member) = &actor.account else {
            return Ok(Vec::new());
        };
        let mut waiting = Vec::new();
        for kind in TodoKind::ALL {
            let count = self.count(actor, member, kind).await?;
            if count == 0 {
                continue;
            }
            let late = match kind {
                TodoKind::Reviews => self.reviews.reviews_late(actor).await?,
                _ => LateReviews::default(),
            };
            waiting.push(Todo {
                kind,
                count,
                overdue: late.overdue,
                due_soon: late.due_soon,
            });
        }
        Ok(waiting)
    }

    async fn count(&self, actor: &Actor, member: &Member, kind: TodoKind) -> Result<u64> {
        let conn = self.db.read();
        let today = Day::of(self.clock.now());
        match kind {
            TodoKind::Reviews => self.reviews.reviews_waiting(actor).await,
            TodoKind::PackWords => self.packs.count_waiting(actor).await,
            TodoKind::Notices => self.reviews.notices_waiting(actor).await,
            TodoKind::JuryScores => self.recognition.scores_due(member.id).await,
            TodoKind::CallsToPublish if actor.may(Act::HoldRecognition) => recognition::count_judged(conn, today).await,
            TodoKind::VisitsToAnswer => match actor.reach(Act::AnswerVisits).and_then(Reach::school) {
                Some(school) => visits::count_open(conn, school).await,
                None => Ok(0),
            },
            TodoKind::VisitsToClose if actor.may(Act::RecordVisits) => visits::count_answered(conn, member.id).await,
            TodoKind::TakenDown => todos::taken_down(conn, member.id).await,
            TodoKind::Returned => todos::own_resources(conn, member.id, Status::Returned).await,
            TodoKind::Drafts => todos::own_resources(conn, member.id, Status::Draft).await,
            TodoKind::StandardFollowUps if actor.may(Act::FollowUp) => {
                let who = FollowUpReader {
                    reach: actor.reach(Act::FollowUp),
                    account: member.id,
                };
                followups::count_open(conn, who).await
            }
            TodoKind::Comments => todos::open_comments(conn, member.id).await,
            TodoKind::TrainingToday => todos::training(conn, member.id, TrainingMode::OnSite, today).await,
            TodoKind::TrainingOnline => todos::training(conn, member.id, TrainingMode::Online, today).await,
            TodoKind::AttendanceOpen => match actor.reach(Act::HoldTraining) {
                Some(reach) => todos::attendance_open(conn, reach, today.plus_days(-REMINDED_DAYS), today).await,
                None => Ok(0),
            },
            // Auditors see both, and can do nothing about them.
            TodoKind::DamagedFiles => match actor.reach(Act::ManageAccounts) {
                Some(reach) => damage::count_originals(conn, reach.school()).await,
                None => Ok(0),
            },
            TodoKind::FailedJobs if actor.may(Act::Operate) => jobs::count(conn, JobState::Dead).await,
            // Whoever runs the service and whoever looks after it are told alike.
            TodoKind::WrongSums if actor.reach(Act::Oversee) == Some(Reach::City) => count_wrong_sums(conn).await,
            TodoKind::CheckpointDue if member.role == Role::Auditor => self.count_checkpoints_due().await,
            TodoKind::CallsToPublish
            | TodoKind::VisitsToClose
            | TodoKind::FailedJobs
            | TodoKind::WrongSums
            | TodoKind::CheckpointDue
            | TodoKind::StandardFollowUps => Ok(0),
        }
    }

    /// 1 where the records go back further than a checkpoint that an auditor took away may be old.
    async fn count_checkpoints_due(&self) -> Result<u64> {
        let conn = self.db.read();
        let since = self.clock.now().minus(CHECKPOINT_EVERY);
        let is_old = audit::first_at(conn).await?.is_some_and(|first| first < since);
        let is_taken = audit::was_done_by(conn, AuditAction::AuditCheckpoint, Role::Auditor, since).await?;
        Ok(u64::from(is_old && !is_taken))
    }
}
