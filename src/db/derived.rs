//! Derived objects, made from contents, and their hashes.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::OnConflict,
};

use super::content::ROWS_AT_ONCE;
use super::entity::derived::{ActiveModel, Column, Entity, Model};
use crate::domain::id::Sha256;
use crate::error::Result;

/// Finds a derived object by its key.
pub(crate) async fn find(conn: &impl ConnectionTrait, key: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(key.to_owned()).one(conn).await?)
}

/// Finds derived objects by their keys.
pub(crate) async fn find_all(conn: &impl ConnectionTrait, keys: Vec<String>) -> Result<HashMap<String, Model>> {
    let mut rows = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(ROWS_AT_ONCE) {
        let found = Entity::find().filter(Column::Key.is_in(chunk.iter().cloned()));
        rows.extend(found.all(conn).await?.into_iter().map(|row| (row.key.clone(), row)));
    }
    Ok(rows)
}

/// Derived objects of a content.
pub(crate) async fn of_content(conn: &impl ConnectionTrait, content: &Sha256) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Content.eq(content.clone()))
        .all(conn)
        .await?)
}

/// Inserts or replaces a derived object.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    let newer = OnConflict::column(Column::Key)
        .update_columns([Column::Content, Column::Sha256, Column::Size, Column::VerifiedAt])
        .to_owned();
    super::damage::mark_repaired(tx, &row.key, row.verified_at).await?;
    let row: ActiveModel = row.into_active_model();
    Entity::insert(row)
        .on_conflict(newer)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Deletes a derived object's row.
pub(crate) async fn delete(tx: &impl ConnectionTrait, key: &str) -> Result<()> {
    Entity::delete_by_id(key.to_owned()).exec(tx).await?;
    Ok(())
}
