//! Orphans: objects in the store that no row names, waiting for the sweep.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::{blob, extraction, file, film, garbage, orphan, rendition};
use super::rows;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Values of one statement; both databases limit them.
pub(crate) const AT_ONCE: usize = 500;

/// Which of some copies have a row: contents and their generations. At most [`AT_ONCE`].
pub(crate) async fn copies(conn: &impl ConnectionTrait, of: Vec<Sha256>) -> Result<HashSet<(Sha256, String)>> {
    let query = blob::Entity::find()
        .select_only()
        .column(blob::Column::Sha256)
        .column(blob::Column::Generation)
        .filter(blob::Column::Sha256.is_in(of));
    Ok(query.into_tuple().all(conn).await?.into_iter().collect())
}

/// Which of some contents any row knows, so that what is made of them may be in use. At most [`AT_ONCE`].
pub(crate) async fn known_contents(conn: &impl ConnectionTrait, of: Vec<Sha256>) -> Result<HashSet<Sha256>> {
    let mut known = HashSet::new();
    macro_rules! ask {
        ($($table:ident),*) => {$(
            let query = $table::Entity::find()
                .select_only()
                .column($table::Column::Sha256)
                .distinct()
                .filter($table::Column::Sha256.is_in(of.iter().cloned()));
            known.extend(query.into_tuple::<Sha256>().all(conn).await?);
        )*};
    }
    ask!(blob, extraction, rendition, film, file);
    Ok(known)
}

/// Which of some objects wait to be deleted because their rows are gone. At most [`AT_ONCE`].
pub(crate) async fn awaiting_deletion(conn: &impl ConnectionTrait, of: Vec<String>) -> Result<HashSet<String>> {
    let query = garbage::Entity::find()
        .select_only()
        .column(garbage::Column::Key)
        .filter(garbage::Column::Key.is_in(of));
    Ok(query.into_tuple().all(conn).await?.into_iter().collect())
}

/// Contents to look for in the store: the newest, and some of all ages.
pub(crate) async fn sample(conn: &impl ConnectionTrait, each: u64) -> Result<Vec<blob::Model>> {
    let newest = blob::Entity::find().order_by_desc(blob::Column::CreatedAt).limit(each);
    // In the order of their hashes, which is none.
    let any = blob::Entity::find().order_by_asc(blob::Column::Sha256).limit(each);
    let mut rows = newest.all(conn).await?;
    rows.extend(any.all(conn).await?);
    Ok(rows)
}

/// Records orphans; those that are recorded keep the moment at which they were found.
pub(crate) async fn record(tx: &impl ConnectionTrait, rows: Vec<orphan::Model>) -> Result<()> {
    rows::insert_new(tx, &rows).await?;
    Ok(())
}

/// Every orphan that waits for the sweep, the oldest finding first.
pub(crate) async fn recorded(conn: &impl ConnectionTrait) -> Result<Vec<orphan::Model>> {
    Ok(orphan::Entity::find()
        .order_by_asc(orphan::Column::FoundAt)
        .all(conn)
        .await?)
}

/// Those that were found at `found` or before.
pub(crate) async fn due(conn: &impl ConnectionTrait, found: Timestamp, limit: u64) -> Result<Vec<orphan::Model>> {
    Ok(orphan::Entity::find()
        .filter(orphan::Column::FoundAt.lte(found))
        .order_by_asc(orphan::Column::FoundAt)
        .limit(limit)
        .all(conn)
        .await?)
}

/// Deletes the rows of orphans that are deleted, or that a row names again.
pub(crate) async fn delete(tx: &impl ConnectionTrait, keys: &[String]) -> Result<()> {
    for chunk in keys.chunks(AT_ONCE) {
        let these = orphan::Column::Key.is_in(chunk.iter().cloned());
        orphan::Entity::delete_many().filter(these).exec(tx).await?;
    }
    Ok(())
}
