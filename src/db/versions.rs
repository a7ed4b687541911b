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

/// Who made which version of some resources.
pub(crate) async fn authors(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<Vec<(ResourceId, i32, AccountId)>> {
    let mut authors = Vec::new();
    for chunk in resources.chunks(rows::ROWS_AT_ONCE) {
        let of_these = version::Entity::find()
            .select_only()
            .columns([
                version::Column::ResourceId,
                version::Column::Number,
                version::Column::AuthorId,
            ])
            .filter(version::Column::ResourceId.is_in(chunk.iter().copied()));
        authors.extend(of_these.into_tuple::<(ResourceId, i32, AccountId)>().all(conn).await?);
    }
    Ok(authors)
}

/// Which versions of some resources were approved, and when: of a few hundred resources.
pub(crate) async fn approvals(
    conn: &impl ConnectionTrait,
    resources: Vec<ResourceId>,
) -> Result<Vec<(ResourceId, i32, Option<Timestamp>)>> {
    let query = version::Entity::find()
        .select_only()
        .columns([
            version::Column::ResourceId,
            version::Column::Number,
            version::Column::ApprovedAt,
        ])
        .filter(version::Column::ResourceId.is_in(resources))
        .filter(version::Column::ApprovedAt.is_not_null());
    Ok(query.into_tuple().all(conn).await?)
}

/// The versions from `first` until before `end` that others know of beside the one they see.
pub(crate) async fn shown(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    first: i32,
    end: Option<i32>,
) -> Result<Vec<version::Model>> {
    let query = version::Entity::find().filter(between(resource, first, end));
    Ok(query.filter(is_shown()).all(conn).await?)
}

/// Whether one of the versions from `first` until before `end` was ever approved.
pub(crate) async fn was_approved(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    first: i32,
    end: Option<i32>,
) -> Result<bool> {
    let was_approved = Condition::all().add(version::Column::ApprovedAt.is_not_null());
    let noted = version::Entity::find()
        .select_only()
        .column(version::Column::Number)
        .filter(between(resource, first, end))
        .filter(was_approved);
    Ok(noted.into_tuple::<i32>().one(conn).await?.is_some())
}

fn between(resource: ResourceId, first: i32, end: Option<i32>) -> Condition {
    Condition::all()
        .add(version::Column::ResourceId.eq(resource))
        .add(version::Column::Number.gte(first))
        .add_option(end.map(|end| version::Column::Number.lt(end)))
}

/// Condition: others know of the version, beside the one they see.
pub(super) fn is_shown() -> Condition {
    Condition::all()
        .add(version::Column::ApprovedMetadata.is_not_null())
        .add(version::Column::HiddenAt.is_null())
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
        hidden_at: Set(None),
        ..Default::default()
    };
    change_one(tx, (resource, number), change).await
}

/// Hides all versions of a resource from others.
pub(crate) async fn hide(tx: &impl ConnectionTrait, resource: ResourceId, now: Timestamp) -> Result<()> {
    version::Entity::update_many()
        .col_expr(version::Column::HiddenAt, Expr::value(now.0))
        .filter(version::Column::ResourceId.eq(resource))
        .filter(is_shown())
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether versions of a resource were hidden at a moment.
pub(crate) async fn is_any_hidden_at(conn: &impl ConnectionTrait, resource: ResourceId, at: Timestamp) -> Result<bool> {
    let hidden = version::Entity::find()
        .filter(version::Column::ResourceId.eq(resource))
        .filter(version::Column::HiddenAt.eq(at));
    Ok(hidden.one(conn).await?.is_some())
}

/// Shows the versions of a resource again that were hidden at a moment.
pub(crate) async fn show_hidden_at(tx: &impl ConnectionTrait, resource: ResourceId, at: Timestamp) -> Result<()> {
    let change = version::ActiveModel {
        hidden_at: Set(None),
        ..Default::default()
    };
    version::Entity::update_many()
        .set(change)
        .filter(version::Column::ResourceId.eq(resource))
        .filter(version::Column::HiddenAt.eq(at))
        .exec(tx)
        .await?;
    Ok(())
}

/// Drops the versions after `number`.
pub(crate) async fn drop_after(tx: &impl ConnectionTrait, resource: ResourceId, number: i32) -> Result<()> {
    version::Entity::delete_many()
        .filter(version::Column::ResourceId.eq(resource))
        .filter(version::Column::Number.gt(number))
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
