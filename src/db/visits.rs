//! Visits of experts.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::entity::expert_visit::{Column, Entity, Model};
use super::rows;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, SchoolId, VisitId};
use crate::error::Result;

/// Which visits somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VisitsSeen {
    /// All of them.
    All,
    /// Those to a school.
    School(SchoolId),
    /// An expert's own.
    Own(AccountId),
}

fn seen(who: VisitsSeen) -> sea_orm::Condition {
    let all = sea_orm::Condition::all();
    match who {
        VisitsSeen::All => all,
        VisitsSeen::School(school) => all.add(Column::SchoolId.eq(school)),
        VisitsSeen::Own(expert) => all.add(Column::ExpertId.eq(expert)),
    }
}

/// Visits, newest first, of one school where one is named, behind the one that `after` names.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    who: VisitsSeen,
    school: Option<SchoolId>,
    after: Option<VisitId>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(seen(who));
    if let Some(school) = school {
        query = query.filter(Column::SchoolId.eq(school));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit).all(conn).await?)
}

/// A visit that somebody sees.
pub(crate) async fn visit(conn: &impl ConnectionTrait, id: VisitId, who: VisitsSeen) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).filter(seen(who)).one(conn).await?)
}

/// How many visits to a school it has not answered.
pub(crate) async fn count_open(conn: &impl ConnectionTrait, school: SchoolId) -> Result<u64> {
    let open = Entity::find()
        .filter(Column::SchoolId.eq(school))
        .filter(Column::AnsweredAt.is_null());
    Ok(open.filter(Column::ClosedAt.is_null()).count(conn).await?)
}

/// How many visits that somebody made or recorded were answered and not closed.
pub(crate) async fn count_answered(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64> {
    let theirs = sea_orm::Condition::any()
        .add(Column::ExpertId.eq(account))
        .add(Column::CreatedBy.eq(account));
    let answered = Entity::find().filter(theirs).filter(Column::AnsweredAt.is_not_null());
    Ok(answered.filter(Column::ClosedAt.is_null()).count(conn).await?)
}

/// A visit; nobody else changes it until the transaction ends.
pub(crate) async fn visit_for_update(tx: &impl ConnectionTrait, id: VisitId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Some visits; nobody else changes them until the transaction ends.
pub(crate) async fn hold(tx: &impl ConnectionTrait, ids: impl IntoIterator<Item = VisitId>) -> Result<()> {
    rows::hold::<Entity, _>(tx, Column::Id, ids).await
}

/// Adds visits.
pub(crate) async fn add(tx: &impl ConnectionTrait, new: &[Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// Writes visits, each new or in place of what it was.
pub(crate) async fn put_all(tx: &impl ConnectionTrait, written: &[Model]) -> Result<()> {
    Ok(rows::upsert_all(tx, written).await?)
}

/// The visits with one of these ids, or of one of these days.
pub(crate) async fn by_id_or_day(conn: &impl ConnectionTrait, ids: &[VisitId], days: &[Day]) -> Result<Vec<Model>> {
    let mut found = rows::where_in(conn, Entity::find(), Column::Id, ids).await?;
    found.extend(rows::where_in(conn, Entity::find(), Column::Day, days).await?);
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

/// Writes a changed visit.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Removes a visit.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: VisitId) -> Result<()> {
    Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// How many visits there were, to a school or at all; and how many of them are closed.
pub(crate) async fn counts(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<(u64, u64)> {
    let who = school.map_or(VisitsSeen::All, VisitsSeen::School);
    let all = Entity::find().filter(seen(who));
    let closed = all.clone().filter(Column::ClosedAt.is_not_null());
    Ok((all.count(conn).await?, closed.count(conn).await?))
}
