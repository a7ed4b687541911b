//! What is done to the rows of every table alike: reading them by many values, adding, replacing.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable as _, ModelTrait,
    PrimaryKeyToColumn, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Value, sea_query::OnConflict,
};

use crate::error::Result;

/// Rows or values of one statement: SQLite binds at most 32,766 values, PostgreSQL 65,535, and a row has up to 40.
pub(super) const ROWS_AT_ONCE: usize = 500;

type ActiveModelOf<M> = <<M as ModelTrait>::Entity as EntityTrait>::ActiveModel;

/// The rows of a query that hold one of `values` in `column`. An order holds within [`ROWS_AT_ONCE`] values.
pub(super) async fn where_in<E: EntityTrait, V: Into<Value> + Clone>(
    conn: &impl ConnectionTrait,
    query: Select<E>,
    column: E::Column,
    values: &[V],
) -> Result<Vec<E::Model>> {
    let mut rows = Vec::with_capacity(values.len());
    for chunk in values.chunks(ROWS_AT_ONCE) {
        let these = query.clone().filter(column.is_in(chunk.iter().cloned()));
        rows.extend(these.all(conn).await?);
    }
    Ok(rows)
}

/// Locks the rows that hold one of `ids` in their key until the transaction ends, in the order of `ids` for all alike, so that two
/// who lock several never wait for each other. SQLite's writers are alone anyway.
pub(super) async fn hold<E: EntityTrait, I: Into<Value> + Clone + Ord>(
    tx: &impl ConnectionTrait,
    key: E::Column,
    ids: impl IntoIterator<Item = I>,
) -> Result<()> {
    let ids: Vec<I> = ids.into_iter().collect::<BTreeSet<I>>().into_iter().collect();
    let in_order = E::find().order_by_asc(key).lock_exclusive();
    where_in(tx, in_order, key, &ids).await.map(drop)
}

/// Adds a row.
pub(super) async fn insert<M>(tx: &impl ConnectionTrait, row: M) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<ActiveModelOf<M>>,
{
    M::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Adds rows.
pub(super) async fn insert_all<M>(tx: &impl ConnectionTrait, rows: &[M]) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<ActiveModelOf<M>>,
{
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let chunk = chunk.iter().cloned().map(M::into_active_model);
        M::Entity::insert_many(chunk).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Adds those of the rows whose key no row has; returns how many.
pub(super) async fn insert_new<M>(tx: &impl ConnectionTrait, rows: &[M]) -> Result<u64>
where
    M: ModelTrait + IntoActiveModel<ActiveModelOf<M>>,
{
    let mut added = 0;
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let chunk = chunk.iter().cloned().map(M::into_active_model);
        let first_wins = on_key::<M::Entity>().do_nothing().to_owned();
        added += M::Entity::insert_many(chunk)
            .on_conflict(first_wins)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(added)
}

/// Writes a row, new or in place of the one with its key.
pub(super) async fn upsert<M>(tx: &impl ConnectionTrait, row: M) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<ActiveModelOf<M>>,
{
    Ok(upsert_all(tx, &[row]).await?)
}

/// Writes rows, each new or in place of the one with its key.
pub(super) async fn upsert_all<M>(tx: &impl ConnectionTrait, rows: &[M]) -> std::result::Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<ActiveModelOf<M>>,
{
    type Key<M> = <<M as ModelTrait>::Entity as EntityTrait>::PrimaryKey;
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        // Every column but the key, so that one which a migration adds is not forgotten.
        let columns = <M::Entity as EntityTrait>::Column::iter();
        let rest = columns.filter(|column| Key::<M>::from_column(*column).is_none());
        let newest_wins = on_key::<M::Entity>().update_columns(rest).to_owned();
        let chunk = chunk.iter().cloned().map(M::into_active_model);
        M::Entity::insert_many(chunk)
            .on_conflict(newest_wins)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn on_key<E: EntityTrait>() -> OnConflict {
    OnConflict::columns(E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column))
}
