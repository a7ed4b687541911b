//! Renditions of films and sounds.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::entity::film::{Column, Entity, Model};
use super::rows;
use crate::domain::id::Sha256;
use crate::error::Result;

/// What was made of a content, if that was tried.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(sha256.clone()).one(conn).await?)
}

/// Those of some contents of which there is a picture.
pub(crate) async fn with_poster(conn: &impl ConnectionTrait, contents: Vec<Sha256>) -> Result<Vec<Model>> {
    let with_poster = Entity::find().filter(Column::HasPoster.eq(true));
    rows::where_in(conn, with_poster, Column::Sha256, &contents).await
}

/// Notes what was made of a content.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Forgets what was made of a content.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    Entity::delete_by_id(sha256.clone()).exec(tx).await?;
    Ok(())
}
