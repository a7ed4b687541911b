//! Comments of authors and reviewers.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::comment;
use crate::domain::id::{AccountId, CommentId, ResourceId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// A resource's comments, oldest first; up to `limit` after the one with id `after`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    after: Option<CommentId>,
    limit: u64,
) -> Result<Vec<comment::Model>> {
    let mut query = comment::Entity::find().filter(comment::Column::ResourceId.eq(resource));
    if let Some(after) = after {
        query = query.filter(comment::Column::Id.gt(after));
    }
    Ok(query.order_by_asc(comment::Column::Id).limit(limit).all(conn).await?)
}

/// A comment of a resource.
pub(crate) async fn comment(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    id: CommentId,
) -> Result<Option<comment::Model>> {
    Ok(comment::Entity::find_by_id(id)
        .filter(comment::Column::ResourceId.eq(resource))
        .one(conn)
        .await?)
}

/// How many comments a resource has.
pub(crate) async fn count(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<u64> {
    let of_it = comment::Entity::find().filter(comment::Column::ResourceId.eq(resource));
    Ok(of_it.count(conn).await?)
}

/// How many open comments some resources have; those without one are not named.
pub(crate) async fn open_counts(
    conn: &impl ConnectionTrait,
    resources: Vec<ResourceId>,
) -> Result<HashMap<ResourceId, i64>> {
    if resources.is_empty() {
        return Ok(HashMap::new());
    }
    let counts: Vec<(ResourceId, i64)> = comment::Entity::find()
        .select_only()
        .column(comment::Column::ResourceId)
        .column_as(comment::Column::Id.count(), "open")
        .filter(comment::Column::ResourceId.is_in(resources))
        .filter(comment::Column::ResolvedAt.is_null())
        .group_by(comment::Column::ResourceId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts.into_iter().collect())
}

/// Adds a comment.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: comment::Model) -> Result<()> {
    comment::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Says who was done with a comment and when, or that it is open again; says whether it was otherwise until now.
pub(crate) async fn set_resolved(
    tx: &impl ConnectionTrait,
    id: CommentId,
    at: Option<Timestamp>,
    by: Option<AccountId>,
) -> Result<bool> {
    let otherwise = if at.is_some() {
        comment::Column::ResolvedAt.is_null()
    } else {
        comment::Column::ResolvedAt.is_not_null()
    };
    let change = comment::ActiveModel {
        resolved_at: Set(at),
        resolved_by: Set(by),
        ..Default::default()
    };
    let done = comment::Entity::update_many()
        .set(change)
        .filter(comment::Column::Id.eq(id))
        .filter(otherwise)
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a comment; says whether it was there.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: CommentId) -> Result<bool> {
    Ok(comment::Entity::delete_by_id(id).exec(tx).await?.rows_affected == 1)
}
