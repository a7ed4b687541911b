//! Renditions of contents as pages.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::OnConflict,
};

use super::entity::rendition::{ActiveModel, Column, Entity, Model};
use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::error::Result;

/// Finds the rendition of a content, if that was tried.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((sha256.clone(), kind)).one(conn).await?)
}

/// Those of some contents that have pages.
pub(crate) async fn with_pages(conn: &impl ConnectionTrait, contents: Vec<Sha256>) -> Result<Vec<Model>> {
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Entity::find().filter(Column::Sha256.is_in(contents));
    Ok(wanted.filter(Column::Pages.is_not_null()).all(conn).await?)
}

/// Inserts or replaces a rendition.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    let newer = OnConflict::columns([Column::Sha256, Column::Kind])
        .update_columns([Column::Pages, Column::MadeAt])
        .to_owned();
    let row: ActiveModel = row.into_active_model();
    Entity::insert(row)
        .on_conflict(newer)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Deletes the rendition of a content.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    let of_it = Column::Sha256.eq(sha256.clone());
    Entity::delete_many().filter(of_it).exec(tx).await?;
    Ok(())
}
