//! Documents that are made for versions of packs that are evidence.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, sea_query::SelectStatement,
};

use super::entity::pack_document::{Column, Entity, Model};
use super::rows;
use crate::domain::id::PackId;
use crate::error::Result;

/// Keeps the documents of a version, in the place of what an attempt that was cut off has left.
pub(crate) async fn put(tx: &impl ConnectionTrait, pack: PackId, number: i32, documents: &[Model]) -> Result<()> {
    Entity::delete_many()
        .filter(Column::PackId.eq(pack))
        .filter(Column::Number.eq(number))
        .exec(tx)
        .await?;
    rows::insert_all(tx, documents).await
}

/// The documents of a version, by name.
pub(crate) async fn of_version(conn: &impl ConnectionTrait, pack: PackId, number: i32) -> Result<Vec<Model>> {
    let query = Entity::find()
        .filter(Column::PackId.eq(pack))
        .filter(Column::Number.eq(number));
    Ok(query.order_by_asc(Column::Name).all(conn).await?)
}

/// A document of a version by its name.
pub(crate) async fn find(conn: &impl ConnectionTrait, pack: PackId, number: i32, name: &str) -> Result<Option<Model>> {
    let key = (pack, number, name.to_owned());
    Ok(Entity::find_by_id(key).one(conn).await?)
}

/// Removes those of a pack.
pub(crate) async fn remove(tx: &impl ConnectionTrait, pack: PackId) -> Result<()> {
    Entity::delete_many().filter(Column::PackId.eq(pack)).exec(tx).await?;
    Ok(())
}

/// Contents that these documents keep from garbage collection.
pub(super) fn pinned_contents() -> SelectStatement {
    Entity::find().select_only().column(Column::Sha256).into_query()
}
