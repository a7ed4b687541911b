//! Last backups of the library.

use sea_orm::{ConnectionTrait, EntityTrait as _};

use super::entity::backup;
use super::rows;
use crate::error::Result;

/// In a place of its own.
pub(crate) const ELSEWHERE: &str = "elsewhere";
/// Rows beside the objects, in the store itself.
pub(crate) const BESIDE: &str = "beside";

/// The last backup in a kind of place.
pub(crate) async fn last(conn: &impl ConnectionTrait, place: &str) -> Result<Option<backup::Model>> {
    Ok(backup::Entity::find_by_id(place).one(conn).await?)
}

/// Records a backup.
pub(crate) async fn record(tx: &impl ConnectionTrait, row: backup::Model) -> Result<()> {
    rows::upsert(tx, row).await
}
