//! Usage: of each resource, in all and by month; and of each place of the curriculum, where a use belongs to the place that the
//! resource had when it was used. Whoever moves or removes a resource changes no figure that was told before.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, Select, Statement,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};

use super::entity::{resource, resource_use, resource_use_month, use_place};
use super::rows::ROWS_AT_ONCE;
use crate::domain::id::{CourseId, MajorId, ResourceId, SchoolId, TaskId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The month of sums over all months.
const IN_ALL: i32 = 0;

/// Where resources stand that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UsePlace {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) major_id: Option<MajorId>,
    pub(crate) course_id: Option<CourseId>,
    pub(crate) task_id: Option<TaskId>,
}

/// The school and the major that are counted; none: all.
pub(crate) type UseLimits = (Option<SchoolId>, Option<MajorId>);

/// A resource and where it stands, part by part.
type PlacedParts = (
    ResourceId,
    Option<SchoolId>,
    Option<MajorId>,
    Option<CourseId>,
    Option<TaskId>,
);

impl UsePlace {
    /// The place of a sum.
    pub(super) fn of(row: &use_place::Model) -> Self {
        Self {
            school_id: row.school_id,
            major_id: row.major_id,
            course_id: row.course_id,
            task_id: row.task_id,
        }
    }

    /// A key, for parts of one may be missing.
    fn key(&self) -> String {
        fn part<I: ToString>(id: Option<I>) -> String {
            id.map(|id| id.to_string()).unwrap_or_default()
        }
        let (school, major) = (part(self.school_id), part(self.major_id));
        let (course, task) = (part(self.course_id), part(self.task_id));
        [school, major, course, task].join("/")
    }
}

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
    let mut at_places: BTreeMap<UsePlace, i64> = BTreeMap::new();
    for chunk in counts.chunks(ROWS_AT_ONCE) {
        let ids: Vec<ResourceId> = chunk.iter().map(|(id, _)| *id).collect();
        let places = places(tx, &ids, Some(LockType::KeyShare)).await?;
        let (free, others): (Vec<_>, Vec<_>) = chunk.iter().copied().partition(|(id, _)| places.contains_key(id));
        if !free.is_empty() {
            add_to_resources(tx, &free, now).await?;
            add_to_month(tx, &free, now.month()).await?;
        }
        for (resource, uses) in free {
            *at_places.entry(places[&resource]).or_default() += uses;
        }
        if !others.is_empty() {
            let ids: Vec<ResourceId> = others.iter().map(|(id, _)| *id).collect();
            let left = self::places(tx, &ids, None).await?;
            busy.extend(others.into_iter().filter(|(id, _)| left.contains_key(id)));
        }
    }
    add_to_places(tx, at_places, now.month()).await?;
    Ok(busy)
}

async fn add_to_resources(tx: &impl ConnectionTrait, counts: &[(ResourceId, i64)], now: Timestamp) -> Result<()> {
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
    Ok(())
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

/// The places of some resources as they stand now; where a lock is asked for, of those alone that nobody else has locked, and
/// none of them is removed until the transaction ends.
async fn places(
    tx: &impl ConnectionTrait,
    of: &[ResourceId],
    lock: Option<LockType>,
) -> Result<HashMap<ResourceId, UsePlace>> {
    use resource::Column as Is;
    let mut query = resource::Entity::find()
        .select_only()
        .columns([Is::Id, Is::SchoolId, Is::MajorId, Is::CourseId, Is::TaskId])
        .filter(Is::Id.is_in(of.iter().copied()));
    if let Some(lock) = lock {
        query = query.lock_with_behavior(lock, LockBehavior::SkipLocked);
    }
    let rows: Vec<PlacedParts> = query.into_tuple().all(tx).await?;
    let placed = rows.into_iter().map(|(id, school_id, major_id, course_id, task_id)| {
        let place = UsePlace {
            school_id,
            major_id,
            course_id,
            task_id,
        };
        (id, place)
    });
    Ok(placed.collect())
}

/// Adds uses to the sums of where they happened, in all and of a month. Every writer takes the rows in the same order.
async fn add_to_places(tx: &impl ConnectionTrait, counts: BTreeMap<UsePlace, i64>, month: i32) -> Result<()> {
    use use_place::Column::{Month, Place, Uses};
    let rows = counts.into_iter().flat_map(|(place, uses)| {
        [IN_ALL, month].map(|month| use_place::Model {
            place: place.key(),
            month,
            school_id: place.school_id,
            major_id: place.major_id,
            course_id: place.course_id,
            task_id: place.task_id,
            uses,
        })
    });
    let rows: Vec<use_place::Model> = rows.collect();
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let added = OnConflict::columns([Place, Month])
            .value(Uses, Expr::cust("use_place.uses + excluded.uses"))
            .to_owned();
        use_place::Entity::insert_many(chunk.iter().cloned().map(use_place::Model::into_active_model))
            .on_conflict(added)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// How often resources were used, by where they stood then: in all, or in months from one on; of a school and a major, or of
/// all.
pub(super) fn used((school, major): UseLimits, since: Option<i32>) -> Select<use_place::Entity> {
    use use_place::Column;
    let months = match since {
        Some(first) => Column::Month.gte(first),
        None => Column::Month.eq(IN_ALL),
    };
    use_place::Entity::find()
        .filter(months)
        .filter(Condition::all().add_option(school.map(|id| Column::SchoolId.eq(id))))
        .filter(Condition::all().add_option(major.map(|id| Column::MajorId.eq(id))))
}

/// How many resources and places were used more often in their months than in all, and whether resources were used more often
/// than the places that they are and were at.
pub(crate) async fn count_wrong(conn: &impl ConnectionTrait) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS wrong FROM (
                   SELECT resource_use_month.resource_id
                   FROM resource_use_month
                   LEFT JOIN resource_use ON resource_use.resource_id = resource_use_month.resource_id
                   GROUP BY resource_use_month.resource_id
                   HAVING SUM(resource_use_month.uses) > COALESCE(MAX(resource_use.uses), 0)) AS more
               UNION ALL
               SELECT COUNT(*) AS wrong FROM (
                   SELECT place FROM use_place GROUP BY place
                   HAVING SUM(CASE WHEN month = 0 THEN -uses ELSE uses END) > 0) AS more
               UNION ALL
               SELECT CAST(CASE WHEN at_places.uses < of_resources.uses THEN 1 ELSE 0 END AS BIGINT) AS wrong
               FROM (SELECT COALESCE(SUM(uses), 0) AS uses FROM use_place WHERE month = 0) AS at_places
               CROSS JOIN (SELECT COALESCE(SUM(resource_use.uses), 0) AS uses
                           FROM resource_use JOIN resource ON resource.id = resource_use.resource_id) AS of_resources";
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
