//! The library's own row: its identity, and what its database knows of the store.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, sea_query::Expr,
};

use super::entity::Sweep;
use super::entity::library::{ActiveModel, Column, Entity, Model};
use crate::domain::orphan_sweep::SweepReport;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The row; there is always one.
pub(crate) async fn load(conn: &impl ConnectionTrait) -> Result<Model> {
    let row = Entity::find().one(conn).await?;
    Ok(row.ok_or_else(|| anyhow::anyhow!("the table `library` has lost its row"))?)
}

/// Notes the next mark, unless another process noted one since `seen` was read; says whether it stands.
pub(crate) async fn advance_mark(tx: &impl ConnectionTrait, seen: &Model, mark: &str, now: Timestamp) -> Result<bool> {
    let is_as_seen = match &seen.mark {
        Some(mark) => Column::Mark.eq(mark.as_str()),
        None => Column::Mark.is_null(),
    };
    let change = ActiveModel {
        mark: Set(Some(mark.to_owned())),
        mark_before: Set(seen.mark.clone()),
        marked_at: Set(Some(now)),
        ..Default::default()
    };
    let done = Entity::update_many().set(change).filter(is_as_seen).exec(tx).await?;
    Ok(done.rows_affected > 0)
}

/// Notes that from `from` to `until` another state of the database may have been at work, beside what was known of it.
pub(crate) async fn add_lost(tx: &impl ConnectionTrait, from: Timestamp, until: Timestamp) -> Result<()> {
    // Only ever widened: what an earlier doubt covers stays covered.
    let later = Condition::any()
        .add(Column::LostFrom.is_null())
        .add(Column::LostFrom.gt(from));
    Entity::update_many()
        .col_expr(Column::LostFrom, Expr::value(from.0))
        .filter(later)
        .exec(tx)
        .await?;
    let earlier = Condition::any()
        .add(Column::LostUntil.is_null())
        .add(Column::LostUntil.lt(until));
    Entity::update_many()
        .col_expr(Column::LostUntil, Expr::value(until.0))
        .filter(earlier)
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes when the oldest backup was made that is still kept.
pub(crate) async fn set_oldest_backup(tx: &impl ConnectionTrait, made_at: Option<Timestamp>) -> Result<()> {
    let change = ActiveModel {
        oldest_backup_at: Set(made_at),
        ..Default::default()
    };
    Entity::update_many().set(change).exec(tx).await?;
    Ok(())
}

/// Keeps what a sweep saw.
pub(crate) async fn set_sweep(tx: &impl ConnectionTrait, report: SweepReport) -> Result<()> {
    let change = ActiveModel {
        sweep: Set(Some(Sweep(report))),
        ..Default::default()
    };
    Entity::update_many().set(change).exec(tx).await?;
    Ok(())
}
