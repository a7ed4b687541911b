//! Versions of resources.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::entity::version;
use super::rows;
use crate::domain::id::ResourceId;
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
