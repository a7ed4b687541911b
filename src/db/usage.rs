//! Usage of each resource, in all and by month.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};

use super::entity::{resource_use, resource_use_month};
use super::rows::ROWS_AT_ONCE;
use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Adds uses to what was counted before. Every writer takes the rows in the same order, so that two nodes never wait for
/// each other.
pub(crate) async fn add(tx: &impl ConnectionTrait, mut counts: Vec<(ResourceId, i64)>, now: Timestamp) -> Result<()> {
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
        add_to_month(tx, chunk, now.month()).await?;
    }
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

/// What was counted at a moment or later.
pub(crate) async fn used_since(conn: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<resource_use::Model>> {
    let query = resource_use::Entity::find().filter(resource_use::Column::UpdatedAt.gte(moment));
    Ok(query.all(conn).await?)
}
