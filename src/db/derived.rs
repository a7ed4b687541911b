//! Derived objects, made from contents, and their hashes.

use std::collections::HashMap;

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::entity::derived::{Column, Entity, Model};
use super::rows;
use crate::domain::id::Sha256;
use crate::error::Result;

/// Finds a derived object by its key.
pub(crate) async fn find(conn: &impl ConnectionTrait, key: &str) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(key.to_owned()).one(conn).await?)
}

/// Finds derived objects by their keys.
pub(crate) async fn find_all(conn: &impl ConnectionTrait, keys: Vec<String>) -> Result<HashMap<String, Model>> {
    let found = rows::where_in(conn, Entity::find(), Column::Key, &keys).await?;
    Ok(found.into_iter().map(|row| (row.key.clone(), row)).collect())
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
    super::damage::mark_repaired(tx, &row.key, row.verified_at).await?;
    rows::upsert(tx, row).await
}

/// Deletes a derived object's row.
pub(crate) async fn delete(tx: &impl ConnectionTrait, key: &str) -> Result<()> {
    Entity::delete_by_id(key.to_owned()).exec(tx).await?;
    Ok(())
}
