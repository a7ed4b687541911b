//! Figures for reports: counts that the database adds up, so that they cost the same for one row on a page and a
//! hundred.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, ExprTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QuerySelect as _, Select,
    sea_query::{Expr, SimpleExpr},
};

use super::entity::{resource, resource_use, resource_use_month, use_removed};
use super::usage;
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::error::Result;

/// How many published resources each school has in each major: school, major, count.
pub(crate) async fn by_school(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
) -> Result<Vec<(Option<SchoolId>, Option<MajorId>, i64)>> {
    let query = resource::Entity::find()
        .select_only()
        .columns([resource::Column::SchoolId, resource::Column::MajorId])
        .column_as(resource::Column::Id.count(), "held")
        .filter(published(school))
        .group_by(resource::Column::SchoolId)
        .group_by(resource::Column::MajorId);
    Ok(query.into_tuple().all(conn).await?)
}

/// How many accounts have published something.
pub(crate) async fn authors(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<i64> {
    let count: Option<i64> = resource::Entity::find()
        .select_only()
        .expr(Expr::col(resource::Column::OwnerId).count_distinct())
        .filter(published(school))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(count.unwrap_or(0))
}

/// How much was published on each day: days since 1970 where the library stands, count.
pub(crate) async fn published_by_day(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<Vec<(i64, i64)>> {
    // Days, because the two databases have no common word for months; eight hours: see `Timestamp::there`.
    let day = || Expr::cust("(resource.published_at + 28800000) / 86400000");
    let query = resource::Entity::find()
        .select_only()
        .expr_as(day(), "day")
        .column_as(resource::Column::Id.count(), "held")
        .filter(published(school))
        .filter(resource::Column::PublishedAt.is_not_null())
        .group_by(day());
    Ok(query.into_tuple().all(conn).await?)
}

/// How often the resources of each school and major were used in all: school, major, uses. What was removed since is beside
/// what is there: the same two may come several times.
pub(crate) async fn uses(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
) -> Result<Vec<(Option<SchoolId>, Option<MajorId>, i64)>> {
    let of_resource = resource_use::Entity::belongs_to(resource::Entity)
        .from(resource_use::Column::ResourceId)
        .to(resource::Column::Id);
    let query = resource_use::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, of_resource.into())
        .column(resource::Column::SchoolId)
        .column(resource::Column::MajorId)
        .expr_as(sum("resource_use"), "used")
        .filter(of_school(school))
        .group_by(resource::Column::SchoolId)
        .group_by(resource::Column::MajorId);
    let mut counted: Vec<(Option<SchoolId>, Option<MajorId>, i64)> = query.into_tuple().all(conn).await?;
    let removed = usage::of_removed(conn, (school, None), None).await?.into_iter();
    counted.extend(removed.map(|row| (row.school_id, row.major_id, row.uses)));
    Ok(counted)
}

/// The same by month, from a month on: school, major, month, uses.
pub(crate) async fn uses_by_month(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    since: i32,
) -> Result<Vec<(Option<SchoolId>, Option<MajorId>, i32, i64)>> {
    let of_resource = resource_use_month::Entity::belongs_to(resource::Entity)
        .from(resource_use_month::Column::ResourceId)
        .to(resource::Column::Id);
    let query = resource_use_month::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, of_resource.into())
        .column(resource::Column::SchoolId)
        .column(resource::Column::MajorId)
        .column(resource_use_month::Column::Month)
        .expr_as(sum("resource_use_month"), "used")
        .filter(of_school(school))
        .filter(resource_use_month::Column::Month.gte(since))
        .group_by(resource::Column::SchoolId)
        .group_by(resource::Column::MajorId)
        .group_by(resource_use_month::Column::Month);
    let mut counted: Vec<(Option<SchoolId>, Option<MajorId>, i32, i64)> = query.into_tuple().all(conn).await?;
    let removed = usage::of_removed(conn, (school, None), Some(since)).await?.into_iter();
    counted.extend(removed.map(|row| (row.school_id, row.major_id, row.month, row.uses)));
    Ok(counted)
}

/// Where resources stand that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UsePlace {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) major_id: Option<MajorId>,
    pub(crate) course_id: Option<CourseId>,
    pub(crate) task_id: Option<TaskId>,
}

/// A place and a number, as the database answers.
#[derive(Debug, FromQueryResult)]
struct CountAtPlace {
    school_id: Option<SchoolId>,
    major_id: Option<MajorId>,
    course_id: Option<CourseId>,
    task_id: Option<TaskId>,
    month: i32,
    counted: i64,
}

impl CountAtPlace {
    fn place(&self) -> UsePlace {
        UsePlace {
            school_id: self.school_id,
            major_id: self.major_id,
            course_id: self.course_id,
            task_id: self.task_id,
        }
    }
}

/// The school and the major that are counted; none: all.
type UseLimits = (Option<SchoolId>, Option<MajorId>);

/// How many published resources stand at each place.
pub(crate) async fn held_by_place(conn: &impl ConnectionTrait, only: UseLimits) -> Result<Vec<(UsePlace, i64)>> {
    let query = resource::Entity::find()
        .select_only()
        .filter(at_place(only))
        .filter(resource::Column::Status.eq(Status::Published));
    let query = by_place(query)
        .expr_as(Expr::cust("COUNT(*)"), "counted")
        .expr_as(Expr::cust("0"), "month");
    let rows = query.into_model::<CountAtPlace>().all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.place(), row.counted)).collect())
}

/// How often the resources at each place were used in all; a place comes once more for what was removed.
pub(crate) async fn uses_by_place(conn: &impl ConnectionTrait, only: UseLimits) -> Result<Vec<(UsePlace, i64)>> {
    let of_resource = resource_use::Entity::belongs_to(resource::Entity)
        .from(resource_use::Column::ResourceId)
        .to(resource::Column::Id);
    let query = resource_use::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, of_resource.into())
        .filter(at_place(only));
    let query = by_place(query)
        .expr_as(sum("resource_use"), "counted")
        .expr_as(Expr::cust("0"), "month");
    let rows = query.into_model::<CountAtPlace>().all(conn).await?.into_iter();
    let removed = usage::of_removed(conn, only, None).await?.into_iter();
    let removed = removed.map(|row| (place_of(&row), row.uses));
    Ok(rows.map(|row| (row.place(), row.counted)).chain(removed).collect())
}

/// The same by month, from a month on: place, month, uses.
pub(crate) async fn uses_by_place_and_month(
    conn: &impl ConnectionTrait,
    only: UseLimits,
    since: i32,
) -> Result<Vec<(UsePlace, i32, i64)>> {
    let of_resource = resource_use_month::Entity::belongs_to(resource::Entity)
        .from(resource_use_month::Column::ResourceId)
        .to(resource::Column::Id);
    let query = resource_use_month::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, of_resource.into())
        .filter(at_place(only))
        .filter(resource_use_month::Column::Month.gte(since));
    let query = by_place(query)
        .column_as(resource_use_month::Column::Month, "month")
        .expr_as(sum("resource_use_month"), "counted")
        .group_by(resource_use_month::Column::Month);
    let rows = query.into_model::<CountAtPlace>().all(conn).await?.into_iter();
    let removed = usage::of_removed(conn, only, Some(since)).await?.into_iter();
    let removed = removed.map(|row| (place_of(&row), row.month, row.uses));
    Ok(rows
        .map(|row| (row.place(), row.month, row.counted))
        .chain(removed)
        .collect())
}

/// Where a resource stood that was removed.
fn place_of(row: &use_removed::Model) -> UsePlace {
    UsePlace {
        school_id: row.school_id,
        major_id: row.major_id,
        course_id: row.course_id,
        task_id: row.task_id,
    }
}

/// Groups by where resources stand.
fn by_place<E: EntityTrait>(query: Select<E>) -> Select<E> {
    use resource::Column::{CourseId, MajorId, SchoolId, TaskId};
    [SchoolId, MajorId, CourseId, TaskId]
        .into_iter()
        .fold(query, |query, column| query.column(column).group_by(column))
}

fn at_place((school, major): UseLimits) -> Condition {
    of_school(school).add_option(major.map(|id| resource::Column::MajorId.eq(id)))
}

/// Sum as a whole number: PostgreSQL adds whole numbers up to a decimal one.
fn sum(table: &'static str) -> SimpleExpr {
    Expr::cust(format!("CAST(SUM({table}.uses) AS BIGINT)"))
}

fn published(school: Option<SchoolId>) -> Condition {
    of_school(school).add(resource::Column::Status.eq(Status::Published))
}

fn of_school(school: Option<SchoolId>) -> Condition {
    Condition::all().add_option(school.map(|id| resource::Column::SchoolId.eq(id)))
}
