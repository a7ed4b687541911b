//! Synonym groups, and the edition number that tells whether they changed.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use super::entity::{synonyms, synonyms_edition};
use super::rows;
use crate::domain::id::{SchoolId, SynonymGroupId};
use crate::error::Result;

/// How often the table was written; 0 for one that was never filled.
pub(crate) async fn edition(conn: &impl ConnectionTrait) -> Result<i64> {
    let row = synonyms_edition::Entity::find_by_id(1).one(conn).await?;
    Ok(row.map_or(0, |row| row.number))
}

/// Says that the table is filled now. Only the first of several nodes that begin together is told that it is to do so.
pub(crate) async fn begin_filling(tx: &impl ConnectionTrait) -> Result<bool> {
    let update = synonyms_edition::Entity::update_many()
        .col_expr(synonyms_edition::Column::Number, Expr::value(1_i64))
        .filter(synonyms_edition::Column::Number.eq(0_i64));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Advances the edition. The row's lock puts writers in a row until their commits.
pub(crate) async fn advance_edition(tx: &impl ConnectionTrait) -> Result<()> {
    let next = Expr::col(synonyms_edition::Column::Number).add(1_i64);
    synonyms_edition::Entity::update_many()
        .col_expr(synonyms_edition::Column::Number, next)
        .exec(tx)
        .await?;
    Ok(())
}

/// Every group, oldest first.
pub(crate) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<synonyms::Model>> {
    Ok(synonyms::Entity::find()
        .order_by_asc(synonyms::Column::Id)
        .all(conn)
        .await?)
}

/// The groups of a school, or those of the whole city, newest first; up to `limit` before the one with id `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    before: Option<SynonymGroupId>,
    limit: u64,
) -> Result<Vec<synonyms::Model>> {
    let mut query = synonyms::Entity::find().filter(of(school));
    if let Some(before) = before {
        query = query.filter(synonyms::Column::Id.lt(before));
    }
    Ok(query.order_by_desc(synonyms::Column::Id).limit(limit).all(conn).await?)
}

/// How many groups a school or the whole city has.
pub(crate) async fn count(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<u64> {
    Ok(synonyms::Entity::find().filter(of(school)).count(conn).await?)
}

fn of(school: Option<SchoolId>) -> Condition {
    let column = synonyms::Column::SchoolId;
    Condition::all().add(school.map_or_else(|| column.is_null(), |id| column.eq(id)))
}

/// A group by id.
pub(crate) async fn group(conn: &impl ConnectionTrait, id: SynonymGroupId) -> Result<Option<synonyms::Model>> {
    Ok(synonyms::Entity::find_by_id(id).one(conn).await?)
}

/// A group by id, which nobody else changes until the transaction ends.
pub(crate) async fn find_for_update(tx: &impl ConnectionTrait, id: SynonymGroupId) -> Result<Option<synonyms::Model>> {
    Ok(synonyms::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Some groups; nobody else changes them until the transaction ends.
pub(crate) async fn hold(tx: &impl ConnectionTrait, ids: impl IntoIterator<Item = SynonymGroupId>) -> Result<()> {
    rows::hold::<synonyms::Entity, _>(tx, synonyms::Column::Id, ids).await
}

/// Adds groups.
pub(crate) async fn add(tx: &impl ConnectionTrait, rows: Vec<synonyms::Model>) -> Result<()> {
    rows::insert_all(tx, &rows).await
}

/// Writes groups, each new or in place of what it was.
pub(crate) async fn put_all(tx: &impl ConnectionTrait, written: &[synonyms::Model]) -> Result<()> {
    Ok(rows::upsert_all(tx, written).await?)
}

/// Writes a changed group.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: synonyms::Model) -> Result<()> {
    let id = row.id;
    let mut change = row.into_active_model().reset_all();
    change.not_set(synonyms::Column::Id);
    synonyms::Entity::update_many()
        .set(change)
        .filter(synonyms::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes a group.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: SynonymGroupId) -> Result<()> {
    synonyms::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
