//! What waits for somebody today 待办.

use serde::Serialize;

use super::code::codes;

/// The kinds of what waits for somebody, in the order in which they are shown: first what others wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TodoKind {
    /// A training session that is held today, for which they have not signed in.
    TrainingToday,
    /// Resources that they review.
    Reviews,
    /// Words of packs that they approve.
    PackWords,
    /// Notices of infringement that they handle.
    Notices,
    /// Entries of calls that they may score and have not scored.
    JuryScores,
    /// Calls whose jury's last day is over, whose results they publish.
    CallsToPublish,
    /// Visits of experts that their school has not answered.
    VisitsToAnswer,
    /// Visits of theirs that were answered, to be closed.
    VisitsToClose,
    /// Own resources that were taken down on a notice, which they may answer.
    TakenDown,
    /// Own resources that a reviewer sent back.
    Returned,
    /// What others said about own resources that is not done with.
    Comments,
    /// Sessions that they hold which are over, and of somebody it is not said whether they came.
    AttendanceOpen,
    /// Online sessions that they take part in, now.
    TrainingOnline,
    /// Files that the store no longer holds as they were given.
    DamagedFiles,
    /// Work of the service that failed too often.
    FailedJobs,
    /// Places at which the nightly check found sums of reports wrong, and left them for people to look into.
    WrongSums,
    /// A signed checkpoint of the audit log, which no auditor took away for thirty days.
    CheckpointDue,
    /// What a version of a standard asks them to look after.
    StandardFollowUps,
    /// Own drafts.
    Drafts,
}

codes!(
    TodoKind:
    TrainingToday "training-today",
    Reviews "reviews",
    PackWords "pack-words",
    Notices "notices",
    JuryScores "jury-scores",
    CallsToPublish "calls-to-publish",
    VisitsToAnswer "visits-to-answer",
    VisitsToClose "visits-to-close",
    TakenDown "taken-down",
    Returned "returned",
    Comments "comments",
    AttendanceOpen "attendance-open",
    TrainingOnline "training-online",
    DamagedFiles "damaged-files",
    FailedJobs "failed-jobs",
    WrongSums "wrong-sums",
    CheckpointDue "checkpoint-due",
    StandardFollowUps "standard-follow-ups",
    Drafts "drafts",
);
