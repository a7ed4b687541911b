//! All the queue's SQL. A job carries only what it is about; the worker looks at the present and makes it right.
//!
//! Work is done *at least once*: a claim is a lease that ends by itself, and finishing needs the lease.
//!
//! Clocks of machines differ, so that claims, and what waits for its time, are told by the database's own, as
//! [`super::leases`] are. `ahead` moves it as a test has moved the library's clock.

use std::time::Duration;

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use super::entity::job;
use super::leases;
use super::rows::ROWS_AT_ONCE;
use crate::domain::id::{JobId, ProcessId, SchoolId};
use crate::domain::job::{JobKind, JobState};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// A job whose process has ended this often while it was at it is put aside: it may be what ends them.
const MAX_LOST: i32 = 3;
/// The same for work that is done in a child, which can hardly take us along: there it is far more likely that a service
/// under load was killed so often, and a text must not be given up for that.
const MAX_LOST_IN_CHILD: i32 = 10;

/// No claim lasts longer. One that ends later was made by a clock that has been put back since, and would keep everybody
/// from the work until then.
const FARTHEST: Duration = Duration::from_hours(1);

/// How often a job has failed by itself, this time included: a process that ended is no failure of the job.
pub(crate) fn failures(claimed: &job::Model) -> i32 {
    claimed.attempts - claimed.lost
}

/// Whether a job is to be put aside because its process has ended too often while it was at it.
pub(crate) fn ends_processes(claimed: &job::Model) -> bool {
    let is_in_child = JobKind::of_code(&claimed.kind).is_some_and(JobKind::is_in_child);
    claimed.lost >= if is_in_child { MAX_LOST_IN_CHILD } else { MAX_LOST }
}

/// Asks for work on several subjects; one that already waits is not asked for twice.
pub(crate) async fn enqueue(
    tx: &impl ConnectionTrait,
    kind: JobKind,
    subjects: Vec<String>,
    now: Timestamp,
) -> Result<()> {
    if subjects.is_empty() {
        return Ok(());
    }
    // Whoever asks by a clock that is ahead is not to wait for it.
    let run_at = now.min(leases::clock(tx).await?);
    for chunk in subjects.chunks(ROWS_AT_ONCE) {
        enqueue_chunk(tx, kind.code(), chunk, run_at, now).await?;
    }
    Ok(())
}

/// Asks for work that somebody waits for: it comes before all that waits, such as a hundred thousand files to be read.
pub(crate) async fn enqueue_ahead(
    tx: &impl ConnectionTrait,
    kind: JobKind,
    subjects: Vec<String>,
    now: Timestamp,
) -> Result<()> {
    for chunk in subjects.chunks(ROWS_AT_ONCE) {
        // The queue is sorted by this moment: nothing is due for longer than 1970.
        enqueue_chunk(tx, kind.code(), chunk, Timestamp(0), now).await?;
    }
    Ok(())
}

/// Whether a claimed job was asked for by somebody who waits for it.
pub(crate) fn is_ahead(claimed: &job::Model) -> bool {
    claimed.run_at == Timestamp(0)
}

/// Has work done before all that waits, whether it waits already or not.
pub(crate) async fn bring_forward(
    tx: &impl ConnectionTrait,
    kind: JobKind,
    subject: String,
    now: Timestamp,
) -> Result<()> {
    let change = job::ActiveModel {
        run_at: Set(Timestamp(0)),
        ..Default::default()
    };
    job::Entity::update_many()
        .set(change)
        .filter(job::Column::Kind.eq(kind.code()))
        .filter(job::Column::Subject.eq(&subject))
        .filter(job::Column::State.eq(JobState::Queued.code()))
        .exec(tx)
        .await?;
    enqueue_ahead(tx, kind, vec![subject], now).await
}

/// Asks for work that nobody waits for, to be done after this long: what is asked for until then comes before it.
pub(crate) async fn enqueue_later(
    tx: &impl ConnectionTrait,
    kind: JobKind,
    subjects: Vec<String>,
    after: Duration,
    now: Timestamp,
) -> Result<()> {
    let run_at = now.min(leases::clock(tx).await?).plus(after);
    for chunk in subjects.chunks(ROWS_AT_ONCE) {
        enqueue_chunk(tx, kind.code(), chunk, run_at, now).await?;
    }
    Ok(())
}

async fn enqueue_chunk(
    tx: &impl ConnectionTrait,
    kind: &str,
    subjects: &[String],
    run_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let rows = subjects.iter().cloned().map(|subject| job::ActiveModel {
        id: Set(JobId::new()),
        kind: Set(kind.to_owned()),
        subject: Set(subject),
        state: Set(JobState::Queued.code().to_owned()),
        attempts: Set(0),
        lost: Set(0),
        run_at: Set(run_at),
        lease_until: Set(None),
        lease: Set(None),
        error: Set(None),
        created_at: Set(now),
    });
    // No columns are named: the index is of queued jobs alone, and a running one is no reason not to ask again, for it
    // may have looked before this change.
    let already_waiting = OnConflict::new().do_nothing().to_owned();
    job::Entity::insert_many(rows)
        .on_conflict(already_waiting)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Claims the job of these kinds that has waited longest, for as long as a lease. An expired claim of somebody else counts as
/// waiting. Kinds that a newer version of the program asks for are left to its processes.
pub(crate) async fn claim(
    conn: &impl ConnectionTrait,
    process: ProcessId,
    lease: Duration,
    ahead: Duration,
    kinds: &[JobKind],
) -> Result<Option<job::Model>> {
    // The process first, so that the claims of one that died can be ended by its name.
    let lease_name = format!("{process}/{}", Uuid::now_v7());
    claim_as(conn, lease_name, lease, ahead, (kinds, None)).await
}

/// Claims by a lease of this name, of all that waits or of what concerns contents that one school alone has.
pub(crate) async fn claim_as(
    conn: &impl ConnectionTrait,
    lease_name: String,
    lease: Duration,
    ahead: Duration,
    (kinds, school): (&[JobKind], Option<SchoolId>),
) -> Result<Option<job::Model>> {
    let now = leases::clock(conn).await?.plus(ahead);
    let sql = claiming(super::is_postgres(conn), kinds.len(), school.is_some());
    let mut values: Vec<sea_orm::Value> = vec![
        now.into(),
        lease_name.into(),
        now.plus(lease).into(),
        now.plus(FARTHEST).into(),
    ];
    values.extend(kinds.iter().map(|kind| kind.code().into()));
    values.extend(school.map(sea_orm::Value::from));
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let row = conn.query_one_raw(statement).await?;
    Ok(row.map(|row| job::Model::from_query_result(&row, "")).transpose()?)
}

/// Claims by `$1` now, `$2` the lease's name, `$3` its end, `$4` the end of no living one, and from `$5` on so many kinds. One statement, so that two
/// workers never claim the same job. SQLite has no row locks and needs none.
/// Where it is of a school alone, that comes last.
fn claiming(is_postgres: bool, kinds: usize, is_of_school: bool) -> String {
    let skip = if is_postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let names: Vec<String> = (5..5 + kinds).map(|nth| format!("${nth}")).collect();
    let names = names.join(", ");
    // A subject begins with the hash of its content. What others hold, too, is not a school's alone to write the text of: by
    // a copy of a file anybody could.
    let holders = |which: String| {
        format!(
            "EXISTS (SELECT 1 FROM file JOIN resource ON resource.id = file.resource_id
                     WHERE file.sha256 = SUBSTR(job.subject, 1, 64) AND {which})"
        )
    };
    let held = match is_of_school {
        true => {
            let school = 5 + kinds;
            let own = holders(format!("resource.school_id = ${school}"));
            let others = holders(format!(
                "(resource.school_id IS NULL OR resource.school_id <> ${school})"
            ));
            format!("AND {own} AND NOT {others}")
        }
        false => String::new(),
    };
    // The first of each sort by the index: asked for both at once, the database sorts all that wait, for every claim.
    let first = |sort: &str| {
        format!(
            "SELECT * FROM (SELECT id, run_at FROM job WHERE {sort} AND kind IN ({names}) {held}
                            ORDER BY run_at LIMIT 1 {skip}) AS first"
        )
    };
    let due = first("state = 'queued' AND run_at <= $1");
    let lost = first("state = 'running' AND (lease_until < $1 OR lease_until > $4)");
    format!(
        "WITH next AS (SELECT id FROM ({due} UNION ALL {lost}) AS firsts ORDER BY run_at LIMIT 1)
         UPDATE job SET state = 'running', lease = $2, lease_until = $3, attempts = attempts + 1,
             lost = lost + CASE WHEN state = 'running' THEN 1 ELSE 0 END
         WHERE id IN (SELECT id FROM next)
         RETURNING *"
    )
}

/// The job that a lease of this name holds; none where its claim was taken over or is done.
pub(crate) async fn held_by(conn: &impl ConnectionTrait, lease_name: &str) -> Result<Option<job::Model>> {
    let held = job::Entity::find()
        .filter(job::Column::State.eq(JobState::Running.code()))
        .filter(job::Column::Lease.eq(lease_name));
    Ok(held.one(conn).await?)
}

/// How many jobs are held by leases whose names begin so.
pub(crate) async fn count_held(conn: &impl ConnectionTrait, begins: &str) -> Result<u64> {
    let held = job::Entity::find()
        .filter(job::Column::State.eq(JobState::Running.code()))
        .filter(job::Column::Lease.starts_with(begins));
    Ok(held.count(conn).await?)
}

/// Makes a claim last for a lease from now on; says whether it still held.
pub(crate) async fn extend(
    conn: &impl ConnectionTrait,
    claimed: &job::Model,
    lease: Duration,
    ahead: Duration,
) -> Result<bool> {
    let until = leases::clock(conn).await?.plus(ahead).plus(lease);
    let change = job::ActiveModel {
        lease_until: Set(Some(until)),
        ..Default::default()
    };
    let done = job::Entity::update_many()
        .set(change)
        .filter(job::Column::Id.eq(claimed.id))
        .filter(job::Column::Lease.eq(claimed.lease.clone()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Removes a finished job, if the claim still holds.
pub(crate) async fn finish(conn: &impl ConnectionTrait, claimed: &job::Model) -> Result<()> {
    job::Entity::delete_many()
        .filter(job::Column::Id.eq(claimed.id))
        .filter(job::Column::Lease.eq(claimed.lease.clone()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Puts a failed job back to wait for so long, or among the dead if this was its last attempt. Says whether
/// the claim still held, so that whoever lost it says nothing of the job any more.
pub(crate) async fn fail(
    conn: &impl ConnectionTrait,
    claimed: &job::Model,
    why: &str,
    rest: Duration,
    is_last: bool,
    ahead: Duration,
) -> Result<bool> {
    // Somebody asked for the same meanwhile: that one does it, and two that wait are not allowed.
    if !is_last && is_waiting(conn, claimed).await? {
        return finish(conn, claimed).await.map(|()| true);
    }
    let state = if is_last { JobState::Dead } else { JobState::Queued };
    let run_at = leases::clock(conn).await?.plus(ahead).plus(rest);
    put_back(conn, claimed, state, Some(why.to_owned()), run_at).await
}

/// Puts a job back to wait for so long, as if this attempt had not been: what it stands on was away.
pub(crate) async fn postpone(
    conn: &impl ConnectionTrait,
    claimed: &job::Model,
    why: &str,
    rest: Duration,
    ahead: Duration,
) -> Result<()> {
    if is_waiting(conn, claimed).await? {
        return finish(conn, claimed).await;
    }
    let untried = job::Model {
        attempts: claimed.attempts - 1,
        ..claimed.clone()
    };
    let run_at = leases::clock(conn).await?.plus(ahead).plus(rest);
    put_back(conn, &untried, JobState::Queued, Some(why.to_owned()), run_at).await?;
    Ok(())
}

/// Puts a job among the dead, whatever its attempts.
pub(crate) async fn put_aside(
    conn: &impl ConnectionTrait,
    claimed: &job::Model,
    why: &str,
    now: Timestamp,
) -> Result<bool> {
    put_back(conn, claimed, JobState::Dead, Some(why.to_owned()), now).await
}

/// Ends the claims of a process that is known to have ended, so that its work is taken up at once.
pub(crate) async fn end_claims(conn: &impl ConnectionTrait, process: ProcessId) -> Result<u64> {
    let change = job::ActiveModel {
        // Not given back as `queued`: an expired claim counts as lost, so that a job which ends its processes is found
        // out.
        lease_until: Set(Some(Timestamp(0))),
        ..Default::default()
    };
    let done = job::Entity::update_many()
        .set(change)
        .filter(job::Column::State.eq(JobState::Running.code()))
        .filter(job::Column::Lease.starts_with(format!("{process}/")))
        .exec(conn)
        .await?;
    Ok(done.rows_affected)
}

/// Gives a claimed job back unharmed, at shutdown.
pub(crate) async fn give_back(conn: &impl ConnectionTrait, claimed: &job::Model) -> Result<()> {
    if is_waiting(conn, claimed).await? {
        return finish(conn, claimed).await;
    }
    // A stop is nobody's fault: the attempt that the claim counted is taken back.
    let unharmed = job::Model {
        attempts: claimed.attempts - 1,
        ..claimed.clone()
    };
    let now = leases::clock(conn).await?;
    put_back(conn, &unharmed, JobState::Queued, None, now).await?;
    Ok(())
}

async fn put_back(
    conn: &impl ConnectionTrait,
    claimed: &job::Model,
    state: JobState,
    error: Option<String>,
    run_at: Timestamp,
) -> Result<bool> {
    let change = job::ActiveModel {
        state: Set(state.code().to_owned()),
        attempts: Set(claimed.attempts),
        error: Set(error),
        run_at: Set(run_at),
        lease: Set(None),
        lease_until: Set(None),
        ..Default::default()
    };
    let done = job::Entity::update_many()
        .set(change)
        .filter(job::Column::Id.eq(claimed.id))
        .filter(job::Column::Lease.eq(claimed.lease.clone()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}

async fn is_waiting(conn: &impl ConnectionTrait, claimed: &job::Model) -> Result<bool> {
    let twins = job::Entity::find()
        .filter(job::Column::Kind.eq(&claimed.kind))
        .filter(job::Column::Subject.eq(&claimed.subject))
        .filter(job::Column::State.eq(JobState::Queued.code()))
        .count(conn)
        .await?;
    Ok(twins > 0)
}

/// How many jobs are in a state.
pub(crate) async fn count(conn: &impl ConnectionTrait, state: JobState) -> Result<u64> {
    Ok(job::Entity::find()
        .filter(job::Column::State.eq(state.code()))
        .count(conn)
        .await?)
}

/// How many jobs of each kind are in each state.
pub(crate) async fn counts(conn: &impl ConnectionTrait) -> Result<Vec<(String, String, i64)>> {
    let query = job::Entity::find()
        .select_only()
        .column(job::Column::Kind)
        .column(job::Column::State)
        .column_as(job::Column::Id.count(), "jobs")
        .group_by(job::Column::Kind)
        .group_by(job::Column::State)
        .order_by_asc(job::Column::Kind);
    Ok(query.into_tuple().all(conn).await?)
}

/// Jobs in a state, of one kind or of all, newest first, before the one with id `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    state: JobState,
    kind: Option<&str>,
    before: Option<JobId>,
    limit: u64,
) -> Result<Vec<job::Model>> {
    let these = Condition::all()
        .add(job::Column::State.eq(state.code()))
        .add_option(kind.map(|kind| job::Column::Kind.eq(kind)))
        .add_option(before.map(|id| job::Column::Id.lt(id)));
    let query = job::Entity::find().filter(these).order_by_desc(job::Column::Id);
    Ok(query.limit(limit).all(conn).await?)
}

/// A job by id, which nobody else changes until the transaction ends.
pub(crate) async fn locked(tx: &impl ConnectionTrait, id: JobId) -> Result<Option<job::Model>> {
    Ok(job::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Puts a dead job into the queue as if it were new; where a younger twin waits already, it only goes.
pub(crate) async fn revive(tx: &impl ConnectionTrait, dead: &job::Model, now: Timestamp) -> Result<()> {
    // Removed and asked for anew: as an update it would fail where a twin waits already.
    job::Entity::delete_by_id(dead.id).exec(tx).await?;
    let run_at = now.min(leases::clock(tx).await?);
    enqueue_chunk(tx, &dead.kind, std::slice::from_ref(&dead.subject), run_at, now).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sea_orm::{ConnectionTrait as _, Statement};

    use super::claiming;
    use crate::db::{Db, leases};
    use crate::domain::id::ProcessId;
    use crate::domain::job::JobKind;

    const LEASE: Duration = Duration::from_secs(30);
    const AN_HOUR: Duration = Duration::from_hours(1);

    /// What a node with a fast clock asked for waited until the others' clocks were there too.
    #[tokio::test]
    async fn work_asked_for_by_a_clock_that_is_ahead_is_done_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("queue.db").display());
        let db = Db::open(&url, 1).await.unwrap();
        let fast = leases::clock(db.read()).await.unwrap().plus(AN_HOUR);
        let subjects = || vec!["a:text".to_owned()];

        db.write(async |tx| super::enqueue(tx, JobKind::Extract, subjects(), fast).await)
            .await
            .unwrap();
        let claim = async |tx: &_| super::claim(tx, ProcessId::new(), LEASE, Duration::ZERO, &[JobKind::Extract]).await;
        let claimed = db.write(claim).await.unwrap();

        assert!(claimed.is_some());
        assert!(db.write(claim).await.unwrap().is_none(), "it is claimed");
    }

    /// With 88,000 files waiting to be read, each claim sorted all of them: a queue took the longer the longer it was.
    #[tokio::test]
    async fn a_claim_does_not_sort_the_queue() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queue.db");
        let db = Db::open(&format!("sqlite:{}?mode=rwc", path.display()), 1)
            .await
            .unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", claiming(false, 1, false));
        let values = [0.into(), "lease".into(), 0.into(), 0.into(), "film".into()];

        let asked = Statement::from_sql_and_values(sea_orm::DbBackend::Sqlite, sql, values);
        let rows = db.read().query_all_raw(asked).await.unwrap();

        let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        let plan = steps.join("\n");
        assert_eq!(
            plan.matches("SEARCH job USING INDEX job_due (state=?").count(),
            2,
            "{plan}"
        );
        assert!(!plan.contains("MULTI-INDEX OR") && !plan.contains("SCAN job"), "{plan}");
        // The one that is left puts the two firsts in order.
        assert_eq!(plan.matches("USE TEMP B-TREE").count(), 1, "{plan}");
    }
}
