//! Takedowns: resources that holders must delete at once.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::OnConflict,
};

use super::entity::takedown;
use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// How many rows one statement names; both databases limit the values of a statement.
const ROWS_AT_ONCE: usize = 500;

/// Notes that a resource is taken down at once; the first time counts.
pub(crate) async fn record(tx: &impl ConnectionTrait, resource: ResourceId, at: Timestamp) -> Result<()> {
    let row = takedown::Model {
        resource_id: resource,
        at,
    };
    let once = OnConflict::column(takedown::Column::ResourceId).do_nothing().to_owned();
    takedown::Entity::insert(row.into_active_model())
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
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
    let mut found = HashMap::new();
    for chunk in resources.chunks(ROWS_AT_ONCE) {
        let these = takedown::Column::ResourceId.is_in(chunk.iter().copied());
        let rows = takedown::Entity::find().filter(these).all(conn).await?;
        found.extend(rows.into_iter().map(|row| (row.resource_id, row.at)));
    }
    Ok(found)
}
