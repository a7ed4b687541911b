//! Versions of resources.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::version;
use super::rows;
use crate::domain::id::{AccountId, ResourceId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Adds a version.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: version::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// A resource's versions, newest first.
pub(crate) async fn of_resource(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<version::Model>> {
    let query = version::Entity::find().filter(version::Column::ResourceId.eq(resource));
    Ok(query.order_by_desc(version::Column::Number).all(conn).await?)
}

/// One version.
pub(crate) async fn version(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    number: i32,
) -> Result<Option<version::Model>> {
    Ok(version::Entity::find_by_id((resource, number)).one(conn).await?)
}

/// Whether others know one of the versions from `first` until before `end`, beside the one they see.
pub(crate) async fn was_shown(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    first: i32,
    end: Option<i32>,
) -> Result<bool> {
    is_any(conn, resource, first, end, version::Column::ApprovedMetadata).await
}

/// Whether one of the versions from `first` until before `end` was ever approved.
pub(crate) async fn was_approved(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    first: i32,
    end: Option<i32>,
) -> Result<bool> {
    is_any(conn, resource, first, end, version::Column::ApprovedAt).await
}

async fn is_any(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    first: i32,
    end: Option<i32>,
    noted: version::Column,
) -> Result<bool> {
    let between = Condition::all()
        .add(version::Column::ResourceId.eq(resource))
        .add(version::Column::Number.gte(first))
        .add_option(end.map(|end| version::Column::Number.lt(end)));
    let noted = version::Entity::find()
        .select_only()
        .column(version::Column::Number)
        .filter(between)
        .filter(noted.is_not_null());
    Ok(noted.into_tuple::<i32>().one(conn).await?.is_some())
}

/// Keeps the words that a version was shown with, now that another takes its place.
pub(crate) async fn keep_words(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    number: i32,
    metadata: serde_json::Value,
) -> Result<()> {
    let change = version::ActiveModel {
        approved_metadata: Set(Some(metadata)),
        ..Default::default()
    };
    change_one(tx, (resource, number), change).await
}

/// Forgets the words that the versions of a resource were shown with.
pub(crate) async fn forget_words(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    version::Entity::update_many()
        .col_expr(version::Column::ApprovedMetadata, Expr::null())
        .filter(version::Column::ResourceId.eq(resource))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes who approved a version and when, and which revision of its resource they decided on.
pub(crate) async fn mark_approved(
    tx: &impl ConnectionTrait,
    key: (ResourceId, i32),
    by: AccountId,
    revision: i64,
    now: Timestamp,
) -> Result<()> {
    let change = version::ActiveModel {
        approved_at: Set(Some(now)),
        approved_by: Set(Some(by)),
        approved_revision: Set(Some(revision)),
        ..Default::default()
    };
    change_one(tx, key, change).await
}

async fn change_one(
    tx: &impl ConnectionTrait,
    (resource, number): (ResourceId, i32),
    change: version::ActiveModel,
) -> Result<()> {
    version::Entity::update_many()
        .set(change)
        .filter(version::Column::ResourceId.eq(resource))
        .filter(version::Column::Number.eq(number))
        .exec(tx)
        .await?;
    Ok(())
}
