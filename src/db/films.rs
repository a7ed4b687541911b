//! Renditions of films and sounds.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::OnConflict,
};

use super::entity::film::{ActiveModel, Column, Entity, Model};
use crate::domain::id::Sha256;
use crate::error::Result;

/// What was made of a content, if that was tried.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(sha256.clone()).one(conn).await?)
}

/// Those of some contents of which there is a picture.
pub(crate) async fn with_poster(conn: &impl ConnectionTrait, contents: Vec<Sha256>) -> Result<Vec<Model>> {
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Entity::find().filter(Column::Sha256.is_in(contents));
    Ok(wanted.filter(Column::HasPoster.eq(true)).all(conn).await?)
}

/// Notes what was made of a content.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    let newer = OnConflict::column(Column::Sha256)
        .update_columns([
            Column::Plays,
            Column::HasPoster,
            Column::StreamBytes,
            Column::Chapters,
            Column::MadeAt,
        ])
        .to_owned();
    let row: ActiveModel = row.into_active_model();
    Entity::insert(row)
        .on_conflict(newer)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets what was made of a content.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    Entity::delete_by_id(sha256.clone()).exec(tx).await?;
    Ok(())
}
