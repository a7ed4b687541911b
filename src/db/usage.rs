//! Usage of each resource, in all and by month.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, Statement,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};

use super::entity::{resource, resource_use, resource_use_month, use_removed};
use super::rows::ROWS_AT_ONCE;
use crate::domain::id::{MajorId, ResourceId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The month of sums over all months.
const IN_ALL: i32 = 0;

/// Adds uses to what was counted before, but for resources that are gone. Returns those of resources that somebody changes or
/// removes right now, to be added later: waiting for several, in whatever order they are held, might never end.
pub(crate) async fn add(
    tx: &impl ConnectionTrait,
    mut counts: Vec<(ResourceId, i64)>,
    now: Timestamp,
) -> Result<Vec<(ResourceId, i64)>> {
    // Every writer takes the rows in the same order, so that two nodes never wait for each other.
    counts.sort_unstable();
    let mut busy = Vec::new();
    for chunk in counts.chunks(ROWS_AT_ONCE) {
        let ids: Vec<ResourceId> = chunk.iter().map(|(id, _)| *id).collect();
        let held = there(tx, &ids, Some(LockType::KeyShare)).await?;
        let (free, others): (Vec<_>, Vec<_>) = chunk.iter().copied().partition(|(id, _)| held.contains(id));
        add_chunk(tx, &free, now).await?;
        let ids: Vec<ResourceId> = others.iter().map(|(id, _)| *id).collect();
        let left = there(tx, &ids, None).await?;
        busy.extend(others.into_iter().filter(|(id, _)| left.contains(id)));
    }
    Ok(busy)
}

/// Which of some resources are there; where a lock is asked for, those alone that nobody else has locked, and none of them is
/// removed until the transaction ends.
async fn there(tx: &impl ConnectionTrait, ids: &[ResourceId], lock: Option<LockType>) -> Result<HashSet<ResourceId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut query = resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::Column::Id.is_in(ids.iter().copied()));
    if let Some(lock) = lock {
        query = query.lock_with_behavior(lock, LockBehavior::SkipLocked);
    }
    Ok(query.into_tuple::<ResourceId>().all(tx).await?.into_iter().collect())
}

async fn add_chunk(tx: &impl ConnectionTrait, counts: &[(ResourceId, i64)], now: Timestamp) -> Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let rows = counts.iter().map(|(resource, uses)| resource_use::ActiveModel {
        resource_id: Set(*resource),
        uses: Set(*uses),
        updated_at: Set(now),
    });
    let added = OnConflict::column(resource_use::Column::ResourceId)
        .value(
            resource_use::Column::Uses,
            Expr::cust("resource_use.uses + excluded.uses"),
        )
        .update_column(resource_use::Column::UpdatedAt)
        .to_owned();
    resource_use::Entity::insert_many(rows)
        .on_conflict(added)
        .exec_without_returning(tx)
        .await?;
    add_to_month(tx, counts, now.month()).await
}

async fn add_to_month(tx: &impl ConnectionTrait, counts: &[(ResourceId, i64)], month: i32) -> Result<()> {
    let rows = counts.iter().map(|(resource, uses)| resource_use_month::ActiveModel {
        resource_id: Set(*resource),
        month: Set(month),
        uses: Set(*uses),
    });
    let key = [
        resource_use_month::Column::ResourceId,
        resource_use_month::Column::Month,
    ];
    let added = OnConflict::columns(key)
        .value(
            resource_use_month::Column::Uses,
            Expr::cust("resource_use_month.uses + excluded.uses"),
        )
        .to_owned();
    resource_use_month::Entity::insert_many(rows)
        .on_conflict(added)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Takes the uses of a resource that is removed, and that the transaction has locked, to what is counted where it stood: they
/// happened.
pub(crate) async fn keep_of_removed(tx: &impl ConnectionTrait, id: ResourceId) -> Result<()> {
    use use_removed::Column::{Month, Place, Uses};
    let Some(row) = resource::Entity::find_by_id(id).one(tx).await? else {
        return Ok(());
    };
    let in_all = resource_use::Entity::find_by_id(id).one(tx).await?;
    let by_month = resource_use_month::Entity::find().filter(resource_use_month::Column::ResourceId.eq(id));
    let by_month = by_month.all(tx).await?.into_iter().map(|it| (it.month, it.uses));
    let place = [
        row.school_id.map(|id| id.to_string()),
        row.major_id.map(|id| id.to_string()),
        row.course_id.map(|id| id.to_string()),
        row.task_id.map(|id| id.to_string()),
    ];
    let place = place.map(Option::unwrap_or_default).join("/");
    let counted = in_all.map(|it| (IN_ALL, it.uses)).into_iter().chain(by_month);
    let rows = counted.map(|(month, uses)| use_removed::Model {
        place: place.clone(),
        month,
        school_id: row.school_id,
        major_id: row.major_id,
        course_id: row.course_id,
        task_id: row.task_id,
        uses,
    });
    let rows: Vec<use_removed::Model> = rows.collect();
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let added = OnConflict::columns([Place, Month])
            .value(Uses, Expr::cust("use_removed.uses + excluded.uses"))
            .to_owned();
        use_removed::Entity::insert_many(chunk.iter().cloned().map(use_removed::Model::into_active_model))
            .on_conflict(added)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// How often resources that were removed had been used, by where they stood: in all, or in months from one on; of a school
/// and a major, or of all.
pub(crate) async fn of_removed(
    conn: &impl ConnectionTrait,
    (school, major): (Option<SchoolId>, Option<MajorId>),
    since: Option<i32>,
) -> Result<Vec<use_removed::Model>> {
    use use_removed::Column;
    let months = match since {
        Some(first) => Column::Month.gte(first),
        None => Column::Month.eq(IN_ALL),
    };
    let query = use_removed::Entity::find()
        .filter(months)
        .filter(Condition::all().add_option(school.map(|id| Column::SchoolId.eq(id))))
        .filter(Condition::all().add_option(major.map(|id| Column::MajorId.eq(id))));
    Ok(query.all(conn).await?)
}

/// How many resources, and places of removed ones, were used more often in their months than in all.
pub(crate) async fn count_wrong(conn: &impl ConnectionTrait) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS wrong FROM (
                   SELECT resource_use_month.resource_id
                   FROM resource_use_month
                   LEFT JOIN resource_use ON resource_use.resource_id = resource_use_month.resource_id
                   GROUP BY resource_use_month.resource_id
                   HAVING SUM(resource_use_month.uses) > COALESCE(MAX(resource_use.uses), 0)) AS more
               UNION ALL
               SELECT COUNT(*) AS wrong FROM (
                   SELECT place FROM use_removed GROUP BY place
                   HAVING SUM(CASE WHEN month = 0 THEN -uses ELSE uses END) > 0) AS more";
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await?;
    let counted = rows.iter().map(|row| row.try_get::<i64>("", "wrong"));
    Ok(counted.sum::<std::result::Result<i64, _>>()?)
}

/// What was counted at a moment or later.
pub(crate) async fn used_since(conn: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<resource_use::Model>> {
    let query = resource_use::Entity::find().filter(resource_use::Column::UpdatedAt.gte(moment));
    Ok(query.all(conn).await?)
}
