//! Figures for reports: sums that cost the same for one row on a page and a hundred, and for a thousand uses and a million.
//!
//! No page walks a table that grows with what people share, use and attend: what is held comes from the ledger
//! (`holdings.rs`), how often it was used from sums by place (`usage.rs`), and the rest is found along an index.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, ExprTrait as _, FromQueryResult,
    QueryFilter as _, QuerySelect as _, QueryTrait as _, Select, Statement, Value,
    sea_query::{Expr, SimpleExpr},
};

use super::coverage::CountScope;
use super::entity::{resource, use_place};
use super::training::attendance;
use super::usage::{self, UseLimits, UsePlace};
use super::{companies, evidence, holdings};
use crate::domain::id::{MajorId, SchoolId};
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// That a resource is published, said so that no index of states is taken for it: most are, and there is a better one.
const IS_PUBLISHED: &str = "COALESCE(resource.status, '') = 'published'";

/// That a resource is of a school, said so that the index of schools is not taken for it: it holds all that a school ever
/// shared.
pub(super) fn is_of_school(school: SchoolId) -> SimpleExpr {
    Expr::cust("COALESCE(resource.school_id, NULL)").eq(school)
}

/// How many published resources each school has in each major: school, major, count.
pub(crate) async fn by_school(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
) -> Result<Vec<(Option<SchoolId>, Option<MajorId>, i64)>> {
    let mut counts: BTreeMap<(Option<SchoolId>, Option<MajorId>), i64> = BTreeMap::new();
    for it in holdings::held(conn, None, school).await? {
        *counts.entry((it.school_id, it.major_id)).or_default() += it.held;
    }
    let counted = counts.into_iter().filter(|(_, held)| *held > 0);
    Ok(counted.map(|((school, major), held)| (school, major, held)).collect())
}

/// How many published resources stand at each place.
pub(crate) async fn held_by_place(
    conn: &impl ConnectionTrait,
    (school, major): UseLimits,
) -> Result<BTreeMap<UsePlace, i64>> {
    let mut counts: BTreeMap<UsePlace, i64> = BTreeMap::new();
    let held = holdings::held(conn, None, school).await?.into_iter();
    for it in held.filter(|it| major.is_none_or(|major| it.major_id == Some(major))) {
        let place = UsePlace {
            school_id: it.school_id,
            major_id: it.major_id,
            course_id: it.course_id,
            task_id: it.task_id,
        };
        *counts.entry(place).or_default() += it.held;
    }
    counts.retain(|_, held| *held > 0);
    Ok(counts)
}

/// A number, as the database answers.
#[derive(Debug, FromQueryResult)]
struct Counted {
    counted: i64,
}

/// How many accounts have published something.
pub(crate) async fn authors(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<i64> {
    let statement = authors_query(conn.get_database_backend(), school);
    let found = Counted::find_by_statement(statement).one(conn).await?;
    Ok(found.map_or(0, |row| row.counted))
}

/// Person by person, for there are far fewer of them than resources.
fn authors_query(backend: DbBackend, school: Option<SchoolId>) -> Statement {
    let values: Vec<Value> = school.into_iter().map(Value::from).collect();
    // See `is_of_school`.
    let of_school = school.map_or("", |_| "AND COALESCE(resource.school_id, NULL) = $1");
    let sql = format!(
        "SELECT COUNT(*) AS counted FROM account WHERE EXISTS (
             SELECT 1 FROM resource WHERE resource.owner_id = account.id AND {IS_PUBLISHED} {of_school})"
    );
    Statement::from_sql_and_values(backend, sql, values)
}

/// How much was published on each day from a moment on: days since 1970 where the library stands, count.
pub(crate) async fn published_by_day(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    since: Timestamp,
) -> Result<Vec<(i64, i64)>> {
    Ok(published_since(school, since).into_tuple().all(conn).await?)
}

fn published_since(school: Option<SchoolId>, since: Timestamp) -> Select<resource::Entity> {
    // Days, because the two databases have no common word for months; eight hours: see `Timestamp::there`.
    let day = || Expr::cust("(resource.published_at + 28800000) / 86400000");
    resource::Entity::find()
        .select_only()
        .expr_as(day(), "day")
        .expr_as(Expr::cust("COUNT(*)"), "held")
        .filter(Condition::all().add_option(school.map(is_of_school)))
        .filter(Expr::cust(IS_PUBLISHED))
        .filter(resource::Column::PublishedAt.gte(since))
        .group_by(day())
}

/// How often the resources of each school and major were used in all: school, major, uses.
pub(crate) async fn uses(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
) -> Result<Vec<(Option<SchoolId>, Option<MajorId>, i64)>> {
    Ok(uses_query(school).into_tuple().all(conn).await?)
}

fn uses_query(school: Option<SchoolId>) -> Select<use_place::Entity> {
    by_major(usage::used((school, None), None)).expr_as(sum(), "used")
}

/// The same by month, from a month on: school, major, month, uses.
pub(crate) async fn uses_by_month(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    since: i32,
) -> Result<Vec<(Option<SchoolId>, Option<MajorId>, i32, i64)>> {
    Ok(uses_by_month_query(school, since).into_tuple().all(conn).await?)
}

fn uses_by_month_query(school: Option<SchoolId>, since: i32) -> Select<use_place::Entity> {
    by_major(usage::used((school, None), Some(since)))
        .column(use_place::Column::Month)
        .expr_as(sum(), "used")
        .group_by(use_place::Column::Month)
}

/// Groups by school and major.
fn by_major(query: Select<use_place::Entity>) -> Select<use_place::Entity> {
    use use_place::Column::{MajorId, SchoolId};
    [SchoolId, MajorId]
        .into_iter()
        .fold(query.select_only(), |query, column| {
            query.column(column).group_by(column)
        })
}

/// How often resources were used at each place in all.
pub(crate) async fn uses_by_place(conn: &impl ConnectionTrait, only: UseLimits) -> Result<Vec<(UsePlace, i64)>> {
    let rows = usage::used(only, None).all(conn).await?.into_iter();
    Ok(rows.map(|row| (UsePlace::of(&row), row.uses)).collect())
}

/// The same by month, from a month on: place, month, uses.
pub(crate) async fn uses_by_place_and_month(
    conn: &impl ConnectionTrait,
    only: UseLimits,
    since: i32,
) -> Result<Vec<(UsePlace, i32, i64)>> {
    let rows = usage::used(only, Some(since)).all(conn).await?.into_iter();
    Ok(rows.map(|row| (UsePlace::of(&row), row.month, row.uses)).collect())
}

/// Sum as a whole number: PostgreSQL adds whole numbers up to a decimal one.
fn sum() -> SimpleExpr {
    Expr::cust("CAST(SUM(use_place.uses) AS BIGINT)")
}

/// The questions of the pages of figures and of evidence about what grows without end, by name, for whoever asks a database
/// how it goes about them: of one school or of all, of a major, of what was published since a moment.
pub fn page_queries(
    backend: DbBackend,
    (school, major): (Option<SchoolId>, MajorId),
    audiences: &[Audience],
    since: Timestamp,
) -> Vec<(&'static str, Statement)> {
    let (limits, month) = ((school, Some(major)), since.month());
    let documents = evidence::documents_query(CountScope::Major(major), school, audiences);
    vec![
        ("what is held", holdings::held_query(backend, None, school)),
        ("authors", authors_query(backend, school)),
        ("growth", published_since(school, since).build(backend)),
        ("uses", uses_query(school).build(backend)),
        ("uses by month", uses_by_month_query(school, month).build(backend)),
        ("uses by task", usage::used(limits, None).build(backend)),
        (
            "uses by task and month",
            usage::used(limits, Some(month)).build(backend),
        ),
        (
            "training",
            attendance::trained_query(school, (None, None)).build(backend),
        ),
        (
            "companies' resources",
            companies::published_query(school).build(backend),
        ),
        ("documents", backend.build(&documents)),
    ]
}
