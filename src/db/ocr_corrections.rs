//! Corrections of what a machine read.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::entity::ocr_correction::{Column, Entity, Model};
use super::rows;
use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::error::Result;

/// The corrections of a page.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind, page: i32) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((sha256.clone(), kind, page)).one(conn).await?)
}

/// The same, which nobody else changes until the transaction ends.
pub(crate) async fn locked(tx: &impl ConnectionTrait, sha256: &Sha256, kind: Kind, page: i32) -> Result<Option<Model>> {
    let this = Entity::find_by_id((sha256.clone(), kind, page));
    Ok(this.lock_exclusive().one(tx).await?)
}

/// The corrections of all pages of a content.
pub(crate) async fn of_content(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Sha256.eq(sha256.clone()))
        .filter(Column::Kind.eq(kind))
        .all(conn)
        .await?)
}

/// Inserts or replaces the corrections of a page.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Deletes the corrections of a content.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    let of_it = Column::Sha256.eq(sha256.clone());
    Entity::delete_many().filter(of_it).exec(tx).await?;
    Ok(())
}
