//! What was noticed at the door, summed by day.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};

use super::entity::door_notice::{Column, Entity, Model};
use super::rows::ROWS_AT_ONCE;
use crate::domain::id::SchoolId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Where a page begins: after the row with this moment and key.
pub(crate) type NoticeCursor = (Timestamp, String);

/// Adds to what was noticed before. Every writer takes the rows in the same order, so that two nodes never wait for each
/// other.
pub(crate) async fn add(tx: &impl ConnectionTrait, mut rows: Vec<Model>) -> Result<()> {
    rows.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let added = OnConflict::column(Column::Key)
            .value(Column::Times, Expr::cust("door_notice.times + excluded.times"))
            .update_column(Column::LastAt)
            .to_owned();
        Entity::insert_many(chunk.iter().cloned().map(Model::into_active_model))
            .on_conflict(added)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// A page of what was noticed, the newest first: of one school, or everything.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    after: Option<&NoticeCursor>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find()
        .order_by_desc(Column::LastAt)
        .order_by_desc(Column::Key)
        .limit(limit);
    if let Some(school) = school {
        query = query.filter(Column::SchoolId.eq(school));
    }
    if let Some((at, key)) = after {
        let later = Condition::all()
            .add(Column::LastAt.eq(*at))
            .add(Column::Key.lt(key.as_str()));
        query = query.filter(Condition::any().add(Column::LastAt.lt(*at)).add(later));
    }
    Ok(query.all(conn).await?)
}

/// What of one kind was noticed last since a moment.
pub(crate) async fn last_of(conn: &impl ConnectionTrait, what: &str, since: Timestamp) -> Result<Option<Model>> {
    let query = Entity::find()
        .filter(Column::What.eq(what))
        .filter(Column::LastAt.gte(since))
        .order_by_desc(Column::LastAt);
    Ok(query.one(conn).await?)
}

/// Removes what is older than a moment, and of the rest all but the newest.
pub(crate) async fn delete_old(tx: &impl ConnectionTrait, before: Timestamp, most: u64) -> Result<()> {
    let first_too_many = Entity::find()
        .order_by_desc(Column::LastAt)
        .offset(most)
        .one(tx)
        .await?;
    let before = first_too_many.map_or(before, |row| row.last_at.max(before));
    Entity::delete_many()
        .filter(Column::LastAt.lte(before))
        .exec(tx)
        .await?;
    Ok(())
}
