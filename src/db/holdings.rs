//! Holdings: how many published resources of each type stood at each place on any day.
//!
//! A ledger. Whoever writes a resource adds the change to it within the same transaction ([`note`]); a round rolls changes
//! up into sums by day and by block of [`BLOCK_DAYS`] ([`roll_up`]). What stood on a day is the sum of the blocks before its
//! own, of the days of its own up to it, and of the changes up to it that are not rolled up yet; each question is one
//! statement, so that a change which is rolled up meanwhile counts once. The resources themselves are the truth that the
//! ledger is compared with ([`differences`]).

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement, Value,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::entity::{holding_change, holding_check, holding_sum, resource};
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::id::{CourseId, MajorId, ResourceId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Days of one block.
const BLOCK_DAYS: i32 = 32;
/// Changes that are rolled up in one transaction.
pub(crate) const ROLLED_UP_AT_ONCE: u64 = 2_000;
const DAY: &str = "day";
const BLOCK: &str = "block";

/// Where resources stand that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
pub(crate) struct HoldingPlace {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) major_id: Option<MajorId>,
    pub(crate) course_id: Option<CourseId>,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) kind: String,
}

/// How many resources of a type stand at a place.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Holding {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) major_id: Option<MajorId>,
    pub(crate) course_id: Option<CourseId>,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) kind: String,
    pub(crate) held: i64,
}

impl Holding {
    fn change(self, day: i32) -> holding_change::Model {
        let place = HoldingPlace {
            school_id: self.school_id,
            major_id: self.major_id,
            course_id: self.course_id,
            task_id: self.task_id,
            kind: self.kind,
        };
        place.change(day, self.held)
    }
}

impl HoldingPlace {
    /// Where a resource counts: nowhere until it is published.
    pub(super) fn of(row: &resource::Model) -> Option<Self> {
        (row.status == Status::Published).then(|| Self {
            school_id: row.school_id,
            major_id: row.major_id,
            course_id: row.course_id,
            task_id: row.task_id,
            kind: row.kind.clone(),
        })
    }

    fn key(&self) -> String {
        fn part<I: ToString>(id: Option<I>) -> String {
            id.map(|id| id.to_string()).unwrap_or_default()
        }
        [
            part(self.school_id),
            part(self.major_id),
            part(self.course_id),
            part(self.task_id),
            self.kind.clone(),
        ]
        .join("/")
    }

    fn change(self, day: i32, delta: i64) -> holding_change::Model {
        holding_change::Model {
            id: Uuid::now_v7(),
            day,
            school_id: self.school_id,
            major_id: self.major_id,
            course_id: self.course_id,
            task_id: self.task_id,
            kind: self.kind,
            delta,
        }
    }
}

/// Where a resource counts as its row stands, before it is changed.
pub(super) async fn place(conn: &impl ConnectionTrait, id: ResourceId) -> Result<Option<HoldingPlace>> {
    use resource::Column::{CourseId, Kind, MajorId, SchoolId, TaskId};
    let row = resource::Entity::find_by_id(id)
        .select_only()
        .columns([SchoolId, MajorId, CourseId, TaskId, Kind])
        .filter(resource::Column::Status.eq(Status::Published));
    Ok(row.into_model::<HoldingPlace>().one(conn).await?)
}

/// Notes that what is published at some tasks counts in another course from a moment on. There are few tasks; the resources are
/// counted where they lie.
pub(super) async fn move_to_course(
    tx: &impl ConnectionTrait,
    tasks: &[TaskId],
    course: CourseId,
    at: Timestamp,
) -> Result<()> {
    use resource::Column::{CourseId, Kind, MajorId, SchoolId, Status as StatusColumn, TaskId};
    let place = [SchoolId, MajorId, CourseId, TaskId, Kind];
    let mut held = resource::Entity::find()
        .select_only()
        .columns(place)
        .column_as(Expr::cust("COUNT(*)"), "held")
        .filter(StatusColumn.eq(Status::Published))
        .filter(TaskId.is_in(tasks.iter().copied()));
    for column in place {
        held = held.group_by(column);
    }
    let day = at.day_number();
    let held: Vec<Holding> = held.into_model().all(tx).await?;
    let rows = held.into_iter().flat_map(|left| {
        let reached = Holding {
            course_id: Some(course),
            ..left.clone()
        };
        let left = Holding {
            held: -left.held,
            ..left
        };
        [left.change(day), reached.change(day)]
    });
    rows::insert_all(tx, &rows.collect::<Vec<_>>()).await
}

/// Notes that a resource counts elsewhere from a moment on.
pub(super) async fn note(
    tx: &impl ConnectionTrait,
    before: Option<HoldingPlace>,
    after: Option<HoldingPlace>,
    at: Timestamp,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let day = at.day_number();
    let left = before.map(|place| place.change(day, -1));
    let reached = after.map(|place| place.change(day, 1));
    let rows: Vec<_> = left.into_iter().chain(reached).collect();
    rows::insert_all(tx, &rows).await
}

/// What stood on a day, at its end; on none: what stands now. Of one school, or of all.
pub(crate) async fn held(
    conn: &impl ConnectionTrait,
    day: Option<i32>,
    school: Option<SchoolId>,
) -> Result<Vec<Holding>> {
    let statement = held_query(conn.get_database_backend(), day, school);
    Ok(Holding::find_by_statement(statement).all(conn).await?)
}

pub(super) fn held_query(backend: DbBackend, day: Option<i32>, school: Option<SchoolId>) -> Statement {
    let day = day.unwrap_or(i32::MAX);
    let block = day.div_euclid(BLOCK_DAYS);
    let mut values: Vec<Value> = vec![day.into(), block.into(), block.saturating_mul(BLOCK_DAYS).into()];
    let of_school = school.map_or("", |id| {
        values.push(id.into());
        "WHERE school_id = $4"
    });
    let sql = format!(
        "SELECT {PLACE}, CAST(SUM(delta) AS BIGINT) AS held FROM (
             SELECT {PLACE}, delta FROM holding_sum WHERE grain = 'block' AND at < $2
             UNION ALL SELECT {PLACE}, delta FROM holding_sum WHERE grain = 'day' AND at >= $3 AND at <= $1
             UNION ALL SELECT {PLACE}, delta FROM holding_change WHERE day <= $1) AS change
         {of_school} GROUP BY {PLACE} HAVING SUM(delta) <> 0"
    );
    Statement::from_sql_and_values(backend, sql, values)
}

/// Where the ledger is wrong: the place, and how many more there are than it says.
pub(crate) async fn differences(conn: &impl ConnectionTrait) -> Result<Vec<Holding>> {
    let sql = format!(
        "SELECT {PLACE}, CAST(SUM(delta) AS BIGINT) AS held FROM (
             SELECT {PLACE}, COUNT(*) AS delta FROM resource WHERE status = 'published' GROUP BY {PLACE}
             UNION ALL SELECT {PLACE}, -delta FROM holding_sum WHERE grain = 'block'
             UNION ALL SELECT {PLACE}, -delta FROM holding_change) AS difference
         GROUP BY {PLACE} HAVING SUM(delta) <> 0"
    );
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    Ok(Holding::find_by_statement(statement).all(conn).await?)
}

const PLACE: &str = "school_id, major_id, course_id, task_id, kind";

/// Puts the ledger right from a day on, and notes that it was compared.
pub(crate) async fn correct(tx: &impl ConnectionTrait, wrong: Vec<Holding>, now: Timestamp) -> Result<()> {
    // What a clock that ran ahead has written would keep the next comparison away until then.
    holding_check::Entity::delete_many()
        .filter(holding_check::Column::At.gt(now))
        .exec(tx)
        .await?;
    let check = holding_check::Model {
        id: Uuid::now_v7(),
        at: now,
        wrong: i64::try_from(wrong.len()).unwrap_or(i64::MAX),
    };
    let day = now.day_number();
    let rows: Vec<_> = wrong.into_iter().map(|it| it.change(day)).collect();
    rows::insert_all(tx, &rows).await?;
    rows::insert(tx, check).await
}

/// The first and the last time that the ledger was compared.
pub(crate) async fn checks(
    conn: &impl ConnectionTrait,
) -> Result<(Option<holding_check::Model>, Option<holding_check::Model>)> {
    let all = || holding_check::Entity::find();
    let first = all().order_by_asc(holding_check::Column::At).one(conn).await?;
    let last = all().order_by_desc(holding_check::Column::At).one(conn).await?;
    Ok((first, last))
}

/// Rolls some changes up; returns how many. Only one process does it at a time.
pub(crate) async fn roll_up(tx: &impl ConnectionTrait) -> Result<u64> {
    let changes = holding_change::Entity::find()
        .order_by_asc(holding_change::Column::Id)
        .limit(ROLLED_UP_AT_ONCE)
        // A process that lost its lease may still be committing: what it rolled up is gone then, and not summed again.
        .lock_exclusive()
        .all(tx)
        .await?;
    let mut sums: BTreeMap<(&str, i32, String), holding_sum::Model> = BTreeMap::new();
    let mut ids = Vec::with_capacity(changes.len());
    for change in changes {
        ids.push(change.id);
        for (grain, at) in [(DAY, change.day), (BLOCK, change.day.div_euclid(BLOCK_DAYS))] {
            let row = sum_of(grain, at, &change);
            let sum = sums
                .entry((grain, at, row.place.clone()))
                .or_insert(holding_sum::Model { delta: 0, ..row });
            sum.delta += change.delta;
        }
    }
    add_sums(tx, sums.into_values().filter(|sum| sum.delta != 0).collect()).await?;
    for chunk in ids.chunks(ROWS_AT_ONCE) {
        holding_change::Entity::delete_many()
            .filter(holding_change::Column::Id.is_in(chunk.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(ids.len() as u64)
}

fn sum_of(grain: &str, at: i32, change: &holding_change::Model) -> holding_sum::Model {
    let place = HoldingPlace {
        school_id: change.school_id,
        major_id: change.major_id,
        course_id: change.course_id,
        task_id: change.task_id,
        kind: change.kind.clone(),
    };
    holding_sum::Model {
        grain: grain.to_owned(),
        at,
        place: place.key(),
        school_id: place.school_id,
        major_id: place.major_id,
        course_id: place.course_id,
        task_id: place.task_id,
        kind: place.kind,
        delta: change.delta,
    }
}

async fn add_sums(tx: &impl ConnectionTrait, sums: Vec<holding_sum::Model>) -> Result<()> {
    use holding_sum::Column::{At, Delta, Grain, Place};
    for chunk in sums.chunks(ROWS_AT_ONCE) {
        let added = OnConflict::columns([Grain, At, Place])
            .value(Delta, Expr::cust("holding_sum.delta + excluded.delta"))
            .to_owned();
        holding_sum::Entity::insert_many(chunk.iter().cloned().map(holding_sum::Model::into_active_model))
            .on_conflict(added)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
