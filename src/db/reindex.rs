//! The demand that every node builds its index anew. A number and not a job: one node would take the job, and the others
//! would never know.

use sea_orm::{ConnectionTrait, EntityTrait as _, ExprTrait as _, sea_query::Expr};

use super::entity::index_epoch;
use crate::error::Result;

/// The last demand; each node compares it with the one that its own index has met.
pub(crate) async fn epoch(conn: &impl ConnectionTrait) -> Result<i64> {
    let row = index_epoch::Entity::find().one(conn).await?;
    Ok(row.map_or(0, |row| row.epoch))
}

/// Demands a new index of every node.
pub(crate) async fn raise_epoch(tx: &impl ConnectionTrait) -> Result<()> {
    index_epoch::Entity::update_many()
        .col_expr(index_epoch::Column::Epoch, Expr::col(index_epoch::Column::Epoch).add(1))
        .exec(tx)
        .await?;
    Ok(())
}
