//! Results of calls.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::db::entity::recognition_result::{ActiveModel, Column, Entity, Model};
use crate::db::rows;
use crate::domain::id::{RecognitionCallId, RecognitionEntryId, RecognitionResultId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// All results of a call, those that were corrected with them, in the order in which they were decided.
pub(crate) async fn of_call(conn: &impl ConnectionTrait, call: RecognitionCallId, limit: u64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::CallId.eq(call))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// What was ever said of an entry, oldest first: what stands, and what it took the place of.
pub(crate) async fn of_entry(conn: &impl ConnectionTrait, entry: RecognitionEntryId) -> Result<Vec<Model>> {
    let of_it = Entity::find().filter(Column::EntryId.eq(entry));
    Ok(of_it.order_by_asc(Column::Id).all(conn).await?)
}

/// A result.
pub(crate) async fn result(conn: &impl ConnectionTrait, id: RecognitionResultId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

/// Adds results.
pub(crate) async fn add(tx: &impl ConnectionTrait, new: &[Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// Notes that another took a result's place; says whether it stood until now.
pub(crate) async fn replace(tx: &impl ConnectionTrait, id: RecognitionResultId, at: Timestamp) -> Result<bool> {
    let change = ActiveModel {
        replaced_at: Set(Some(at)),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(id))
        .filter(Column::ReplacedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}
