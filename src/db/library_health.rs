//! Library health: what each school's published resources are like. Each question goes through all of them, so they are asked
//! at night and their answers kept.

use sea_orm::{ConnectionTrait, EntityTrait as _, FromQueryResult, Statement};

use super::entity::nightly_figure;
use super::rows;
use crate::domain::id::SchoolId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// A school's published resources, as far as their rows tell.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct PublishedSum {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) published: i64,
    /// Made from others.
    pub(crate) adapted: i64,
    /// Published before a moment, and used by nobody since.
    pub(crate) unused: i64,
}

/// How many of something a school has.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct SchoolCount {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) count: i64,
}

/// How many published resources of one school were made from another's.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct AdaptationCount {
    pub(crate) from_id: Option<SchoolId>,
    pub(crate) by_id: Option<SchoolId>,
    pub(crate) count: i64,
}

/// What is published, by school; unused is what nobody opened or fetched since a moment.
pub(crate) async fn published(conn: &impl ConnectionTrait, since: Timestamp) -> Result<Vec<PublishedSum>> {
    let sql = "SELECT resource.school_id, COUNT(*) AS published, COUNT(resource.based_on) AS adapted,
                      CAST(SUM(CASE WHEN resource.published_at < $1 AND resource_use.resource_id IS NULL
                                    THEN 1 ELSE 0 END) AS BIGINT) AS unused
               FROM resource
               LEFT JOIN resource_use
                      ON resource_use.resource_id = resource.id AND resource_use.updated_at >= $1
               WHERE resource.status = 'published' GROUP BY resource.school_id";
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, [since.into()]);
    Ok(PublishedSum::find_by_statement(statement).all(conn).await?)
}

/// The published resources, by school, that hold a file which another one holds as well.
pub(crate) async fn duplicates(conn: &impl ConnectionTrait) -> Result<Vec<SchoolCount>> {
    let sql = "WITH shown AS (
                   SELECT DISTINCT file.sha256, resource.id, resource.school_id
                   FROM file JOIN resource ON resource.id = file.resource_id
                   WHERE resource.status = 'published' AND file.size > 0 AND file.added_in <= resource.version
                     AND (file.removed_in IS NULL OR file.removed_in > resource.version))
               SELECT school_id, COUNT(DISTINCT id) AS count FROM shown
               WHERE sha256 IN (SELECT sha256 FROM shown GROUP BY sha256 HAVING COUNT(*) > 1)
               GROUP BY school_id";
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    Ok(SchoolCount::find_by_statement(statement).all(conn).await?)
}

/// Who built on whom.
pub(crate) async fn adaptations(conn: &impl ConnectionTrait) -> Result<Vec<AdaptationCount>> {
    let sql = "SELECT origin.school_id AS from_id, resource.school_id AS by_id, COUNT(*) AS count
               FROM resource JOIN resource AS origin ON origin.id = resource.based_on
               WHERE resource.status = 'published' GROUP BY origin.school_id, resource.school_id";
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    Ok(AdaptationCount::find_by_statement(statement).all(conn).await?)
}

/// Keeps a figure in place of last night's.
pub(crate) async fn keep(tx: &impl ConnectionTrait, row: nightly_figure::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// A figure as it was last counted.
pub(crate) async fn kept(conn: &impl ConnectionTrait, name: &str) -> Result<Option<nightly_figure::Model>> {
    Ok(nightly_figure::Entity::find_by_id(name).one(conn).await?)
}
