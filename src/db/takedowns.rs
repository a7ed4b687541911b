//! Takedowns: resources that holders must delete at once.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, EntityTrait as _};

use super::entity::takedown;
use super::rows;
use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Notes that a resource is taken down at once; the first time counts.
pub(crate) async fn record(tx: &impl ConnectionTrait, resource: ResourceId, at: Timestamp) -> Result<()> {
    let row = takedown::Model {
        resource_id: resource,
        at,
    };
    rows::insert_new(tx, &[row]).await?;
    Ok(())
}

/// Notes that a resource is shared again.
pub(crate) async fn delete(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    takedown::Entity::delete_by_id(resource).exec(tx).await?;
    Ok(())
}

/// Which of some resources were taken down at once, and when.
pub(crate) async fn of_resources(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<HashMap<ResourceId, Timestamp>> {
    let found = rows::where_in(conn, takedown::Entity::find(), takedown::Column::ResourceId, resources).await?;
    Ok(found.into_iter().map(|row| (row.resource_id, row.at)).collect())
}
