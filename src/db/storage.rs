//! Storage statistics: by school, by kind, the largest resources.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};

use super::entity::{extraction, file, resource};
use super::library_health::SchoolCount;
use super::{files, resources};
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::id::{FileId, SchoolId};
use crate::domain::resource::Status;
use crate::error::Result;

/// Files and bytes of one school.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct SchoolSum {
    /// The school; none for what is of no school.
    pub(crate) school_id: Option<SchoolId>,
    /// Different contents.
    pub(crate) contents: i64,
    /// Their bytes, each counted once.
    pub(crate) bytes: i64,
}

/// Files and bytes of one kind.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct KindSum {
    pub(crate) kind: Kind,
    /// Different contents.
    pub(crate) contents: i64,
    /// Their bytes, each counted once.
    pub(crate) bytes: i64,
}

/// What each school's resources hold, in all their versions; within a school the same bytes count once.
pub(crate) async fn by_school(conn: &impl ConnectionTrait) -> Result<Vec<SchoolSum>> {
    let sql = "SELECT school_id, COUNT(*) AS contents, CAST(SUM(size) AS BIGINT) AS bytes FROM (
                   SELECT DISTINCT resource.school_id, file.sha256, file.size
                   FROM file JOIN resource ON resource.id = file.resource_id) AS held
               GROUP BY school_id";
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    Ok(SchoolSum::find_by_statement(statement).all(conn).await?)
}

/// Bytes of a school by its quota counter, and by its files.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct SchoolCounter {
    pub(crate) code: String,
    /// What its quota is compared with.
    pub(crate) counted: i64,
    /// The bytes of all files of its own resources.
    pub(crate) held: i64,
}

/// The files that a school's quota counts: of all versions of its resources, but not of those that came from a hub.
// They were not counted when they came but were when they went, and the counter fell below what the school holds.
const COUNTED_FILES: &str = "SELECT resource.school_id, SUM(file.size) AS held
    FROM file JOIN resource ON resource.id = file.resource_id
    WHERE NOT EXISTS (SELECT 1 FROM mirror_resource
                      WHERE mirror_resource.resource_id = resource.id AND mirror_resource.revision > 0)
    GROUP BY resource.school_id";

/// The schools whose counters do not say what their files do, by code.
pub(crate) async fn miscounted_schools(conn: &impl ConnectionTrait) -> Result<Vec<SchoolCounter>> {
    let sql = format!(
        "SELECT school.code, school.bytes AS counted, CAST(COALESCE(sums.held, 0) AS BIGINT) AS held
         FROM school LEFT JOIN ({COUNTED_FILES}) AS sums ON sums.school_id = school.id
         WHERE school.bytes <> COALESCE(sums.held, 0) ORDER BY school.code"
    );
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    Ok(SchoolCounter::find_by_statement(statement).all(conn).await?)
}

/// Recounts the bytes of each school.
pub(crate) async fn recount(tx: &impl ConnectionTrait) -> Result<()> {
    // First the rows' locks: whoever shares meanwhile has then committed, or waits.
    tx.execute_unprepared("UPDATE school SET bytes = bytes").await?;
    let sql = format!(
        "UPDATE school SET bytes = COALESCE(
             (SELECT CAST(sums.held AS BIGINT) FROM ({COUNTED_FILES}) AS sums WHERE sums.school_id = school.id), 0)"
    );
    tx.execute_unprepared(&sql).await?;
    Ok(())
}

/// What files of each kind hold, of one school or of all; the same bytes count once.
pub(crate) async fn by_kind(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<Vec<KindSum>> {
    let (limit, values) = match school {
        Some(id) => ("WHERE resource.school_id = $1", vec![id.into()]),
        None => ("", Vec::new()),
    };
    let sql = format!(
        "SELECT kind, COUNT(*) AS contents, CAST(SUM(size) AS BIGINT) AS bytes FROM (
             SELECT DISTINCT file.kind, file.sha256, file.size
             FROM file JOIN resource ON resource.id = file.resource_id {limit}) AS held
         GROUP BY kind ORDER BY bytes DESC"
    );
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(KindSum::find_by_statement(statement).all(conn).await?)
}

/// How many contents the store holds, and their bytes.
pub(crate) async fn total(conn: &impl ConnectionTrait) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*) AS contents, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM blob";
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let row = conn.query_one_raw(statement).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    Ok((row.try_get("", "contents")?, row.try_get("", "bytes")?))
}

/// The largest resources, of one school or of all.
pub(crate) async fn largest(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    let of_school = Condition::all().add_option(school.map(|id| resource::Column::SchoolId.eq(id)));
    let query = resource::Entity::find().filter(of_school);
    Ok(query
        .order_by_desc(resource::Column::Size)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many resources of a school, or of all, are in a status.
pub(crate) async fn in_status(conn: &impl ConnectionTrait, school: Option<SchoolId>, status: Status) -> Result<u64> {
    let these = Condition::all()
        .add(resources::stands(status))
        .add_option(school.map(|id| resource::Column::SchoolId.eq(id)));
    Ok(resource::Entity::find().filter(these).count(conn).await?)
}

/// Files of newest versions that no search by their words finds, with their resources, newest first; of one school or
/// of all, before the file with id `before`.
pub(crate) async fn unfindable(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    before: Option<FileId>,
    limit: u64,
) -> Result<Vec<(file::Model, resource::Model)>> {
    let found = unread(school)
        .filter(Condition::all().add_option(before.map(|id| file::Column::Id.lt(id))))
        .select_also(resource::Entity)
        .order_by_desc(file::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(found
        .into_iter()
        .filter_map(|(file, resource)| Some((file, resource?)))
        .collect())
}

/// How many such files there are.
pub(crate) async fn count_unfindable(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<u64> {
    Ok(unread(school).count(conn).await?)
}

/// How many files of published resources no search by their words finds, by school.
pub(crate) async fn unfindable_by_school(conn: &impl ConnectionTrait) -> Result<Vec<SchoolCount>> {
    let counted = unread(None)
        .filter(resource::Column::Status.eq(Status::Published))
        .filter(files::is_shown())
        .select_only()
        .column_as(resource::Column::SchoolId, "school_id")
        .column_as(file::Column::Id.count(), "count")
        .group_by(resource::Column::SchoolId);
    Ok(counted.into_model::<SchoolCount>().all(conn).await?)
}

/// Files that no search finds: not pictures and programs, which have no words, but those that could have some and show
/// none.
fn unread(school: Option<SchoolId>) -> sea_orm::Select<file::Entity> {
    let of_resource = file::Entity::belongs_to(resource::Entity)
        .from(file::Column::ResourceId)
        .to(resource::Column::Id);
    let read = file::Entity::belongs_to(extraction::Entity)
        .from((file::Column::Sha256, file::Column::Kind))
        .to((extraction::Column::Sha256, extraction::Column::Kind));
    let failed = Condition::any()
        .add(extraction::Column::State.eq(ExtractionState::Failed))
        .add(
            Condition::all()
                .add(extraction::Column::State.eq(ExtractionState::NoText))
                .add(file::Column::Kind.is_not_in([Kind::Image, Kind::Video, Kind::Audio, Kind::Zip, Kind::Other])),
        );
    file::Entity::find()
        .join(JoinType::InnerJoin, of_resource.into())
        .join(JoinType::InnerJoin, read.into())
        .filter(file::Column::RemovedIn.is_null())
        .filter(failed)
        .filter(Condition::all().add_option(school.map(|id| resource::Column::SchoolId.eq(id))))
}
