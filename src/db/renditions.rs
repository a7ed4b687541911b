//! Renditions of contents as pages.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::entity::rendition::{Column, Entity, Model};
use super::rows;
use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::error::Result;

/// Finds the rendition of a content, if that was tried.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((sha256.clone(), kind)).one(conn).await?)
}

/// Those of some contents that have pages.
pub(crate) async fn with_pages(conn: &impl ConnectionTrait, contents: Vec<Sha256>) -> Result<Vec<Model>> {
    let with_pages = Entity::find().filter(Column::Pages.is_not_null());
    rows::where_in(conn, with_pages, Column::Sha256, &contents).await
}

/// Inserts or replaces a rendition.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Deletes the rendition of a content.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    let of_it = Column::Sha256.eq(sha256.clone());
    Entity::delete_many().filter(of_it).exec(tx).await?;
    Ok(())
}
