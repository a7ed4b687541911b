//! How often each resource was used.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};

use super::entity::resource_use;
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 500;

/// Adds uses to what was counted before. Every writer takes the rows in the same order, so that two nodes never wait for
/// each other.
pub(crate) async fn add(tx: &impl ConnectionTrait, mut counts: Vec<(Id, i64)>, now: Timestamp) -> Result<()> {
    counts.sort_unstable();
    for chunk in counts.chunks(ROWS_AT_ONCE) {
        let rows = chunk.iter().map(|(resource, uses)| resource_use::ActiveModel {
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
    }
    Ok(())
}

/// What was counted at a moment or later.
pub(crate) async fn since(conn: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<resource_use::Model>> {
    let query = resource_use::Entity::find().filter(resource_use::Column::UpdatedAt.gte(moment));
    Ok(query.all(conn).await?)
}
