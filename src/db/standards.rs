//! Versions of curriculum standards.

use std::collections::HashSet;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::entity::standard_version::{Column, Entity, Model};
use super::rows;
use crate::domain::day::Day;
use crate::domain::id::{MajorId, ResourceId, StandardId};
use crate::domain::standard::StandardState;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

/// Which versions a list shows; empty fields limit nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StandardFilter {
    pub(crate) major: Option<MajorId>,
    pub(crate) state: Option<StandardState>,
}

/// What is said about a version, without its table and its structure: those are as long as the whole curriculum of a major.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct StandardWords {
    pub(crate) id: StandardId,
    pub(crate) major_id: MajorId,
    pub(crate) state: StandardState,
    pub(crate) number: Option<i32>,
    pub(crate) title: String,
    pub(crate) issued_no: Option<String>,
    pub(crate) effective_on: Option<Day>,
    pub(crate) document_id: Option<ResourceId>,
    pub(crate) document_version: Option<i32>,
    pub(crate) notes: Option<String>,
    pub(crate) revision: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) published_at: Option<Timestamp>,
}

impl From<&Model> for StandardWords {
    fn from(row: &Model) -> Self {
        Self {
            id: row.id,
            major_id: row.major_id,
            state: row.state,
            number: row.number,
            title: row.title.clone(),
            issued_no: row.issued_no.clone(),
            effective_on: row.effective_on,
            document_id: row.document_id,
            document_version: row.document_version,
            notes: row.notes.clone(),
            revision: row.revision,
            created_at: row.created_at,
            published_at: row.published_at,
        }
    }
}

/// The words of versions.
fn all_words() -> Select<Entity> {
    Entity::find().select_only().columns([
        Column::Id,
        Column::MajorId,
        Column::State,
        Column::Number,
        Column::Title,
        Column::IssuedNo,
        Column::EffectiveOn,
        Column::DocumentId,
        Column::DocumentVersion,
        Column::Notes,
        Column::Revision,
        Column::CreatedAt,
        Column::PublishedAt,
    ])
}

/// The words of up to `limit` versions, the newest first, behind the one that `before` names.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    filter: StandardFilter,
    before: Option<StandardId>,
    limit: u64,
) -> Result<Vec<StandardWords>> {
    let mut query = all_words().order_by_desc(Column::Id).limit(limit);
    if let Some(major) = filter.major {
        query = query.filter(Column::MajorId.eq(major));
    }
    if let Some(state) = filter.state {
        query = query.filter(Column::State.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    Ok(query.into_model().all(conn).await?)
}

/// The words of one version.
pub(crate) async fn words(conn: &impl ConnectionTrait, id: StandardId) -> Result<Option<StandardWords>> {
    let one = all_words().filter(Column::Id.eq(id));
    Ok(one.into_model().one(conn).await?)
}

/// One version, whole.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: StandardId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(conn).await?)
}

/// The version of a major that was published last: its id and its number.
pub(crate) async fn newest(conn: &impl ConnectionTrait, major: MajorId) -> Result<Option<(StandardId, i32)>> {
    let published = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Number])
        .filter(Column::MajorId.eq(major))
        .filter(Column::Number.is_not_null());
    let newest = published.order_by_desc(Column::Number).into_tuple();
    Ok(newest.one(conn).await?)
}

/// Of each major that has one the version that was published last: its id, its number and its title.
pub(crate) async fn newest_of_all(conn: &impl ConnectionTrait) -> Result<Vec<(MajorId, i32, String)>> {
    let columns = [Column::MajorId, Column::Number, Column::Title];
    let published = Entity::find()
        .select_only()
        .columns(columns)
        .filter(Column::Number.is_not_null());
    let mut rows: Vec<(MajorId, i32, String)> = published.into_tuple().all(conn).await?;
    rows.sort_by_key(|(major, number, _)| (*major, -number));
    rows.dedup_by_key(|(major, ..)| *major);
    Ok(rows)
}

/// The titles of some versions.
pub(crate) async fn titles(conn: &impl ConnectionTrait, ids: &[StandardId]) -> Result<Vec<(StandardId, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let titles = Entity::find().select_only().columns([Column::Id, Column::Title]);
    let these = titles.filter(Column::Id.is_in(ids.iter().copied()));
    Ok(these.into_tuple().all(conn).await?)
}

/// The versions that were published after a day.
pub(crate) async fn published_after(conn: &impl ConnectionTrait, day: i32) -> Result<HashSet<StandardId>> {
    let query = Entity::find()
        .select_only()
        .columns([Column::Id, Column::PublishedAt])
        .filter(Column::PublishedAt.is_not_null());
    let published: Vec<(StandardId, Timestamp)> = query.into_tuple().all(conn).await?;
    let later = published.into_iter().filter(|(_, at)| at.day_number() > day);
    Ok(later.map(|(id, _)| id).collect())
}

/// Adds a draft.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Writes a changed draft, unless it was changed since revision `seen` or is no draft any more.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: Model, seen: i64) -> Result<()> {
    let id = row.id;
    let mut change = row.into_active_model().reset_all();
    change.not_set(Column::Id);
    let draft = Entity::update_many().set(change).filter(Column::Id.eq(id));
    let draft = draft
        .filter(Column::Revision.eq(seen))
        .filter(Column::State.eq(StandardState::Draft));
    expect_one(draft.exec(tx).await?.rows_affected)
}

/// Removes a draft, unless it was changed since revision `seen` or is no draft any more.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: StandardId, seen: i64) -> Result<()> {
    let draft = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::Revision.eq(seen));
    let done = draft.filter(Column::State.eq(StandardState::Draft)).exec(tx).await?;
    expect_one(done.rows_affected)
}

fn expect_one(rows: u64) -> Result<()> {
    if rows == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    Ok(())
}
