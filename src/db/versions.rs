//! Versions of resources.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::entity::version;
use crate::domain::id::ResourceId;
use crate::error::Result;

/// Adds a version.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: version::Model) -> Result<()> {
    version::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
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
