//! What versions of standards ask to be looked after.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    Statement,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::entity::standard_followup::{Column, Entity, Model};
use super::entity::{PackEntries, account, pack, task_order};
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::authority::Reach;
use crate::domain::id::{AccountId, AnyId, FollowUpId, PackId, SchoolId, StandardId, TaskId};
use crate::domain::standard::followup::cause::FollowUpCause;
use crate::domain::standard::followup::{FollowUpKind, FollowUpState};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

/// Who asks: how far they see, and which account is theirs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FollowUpReader {
    pub(crate) reach: Option<Reach>,
    pub(crate) account: AccountId,
}

/// Which of them a list shows; empty fields limit nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FollowUpLimits {
    pub(crate) standard: Option<StandardId>,
    pub(crate) school: Option<SchoolId>,
    pub(crate) state: Option<FollowUpState>,
    pub(crate) kind: Option<FollowUpKind>,
    /// What waits for somebody.
    pub(crate) led: Option<FollowUpReader>,
}

/// How many there are of a school in a state.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct FollowUpCount {
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) state: FollowUpState,
    pub(crate) count: i64,
}

impl FollowUpReader {
    fn sees(self) -> Condition {
        let own = Condition::any().add(Column::OwnerId.eq(self.account));
        match self.reach {
            Some(Reach::City) => Condition::all(),
            Some(Reach::School(school)) => own.add(Column::SchoolId.eq(school)),
            None => own,
        }
    }

    /// What waits for them: their own, and what people left who may do nothing any more: at their school, or in the city what is no
    /// school's.
    fn is_led_to(self) -> Condition {
        let own = Condition::any().add(Column::OwnerId.eq(self.account));
        let of_reach = match self.reach {
            Some(Reach::School(school)) => Column::SchoolId.eq(school),
            Some(Reach::City) => Column::SchoolId.is_null(),
            None => return own,
        };
        let gone = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::Disabled.eq(true));
        let left = Condition::all()
            .add(of_reach)
            .add(Column::OwnerId.in_subquery(gone.into_query()));
        own.add(left)
    }
}

/// Up to `limit` of those that the reader sees, in the order in which they were made, behind the one that `after` names.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    reader: FollowUpReader,
    filter: FollowUpLimits,
    after: Option<FollowUpId>,
    limit: u64,
) -> Result<Vec<Model>> {
    let limited = Condition::all()
        .add(reader.sees())
        .add_option(filter.standard.map(|id| Column::StandardId.eq(id)))
        .add_option(filter.school.map(|id| Column::SchoolId.eq(id)))
        .add_option(filter.state.map(|state| Column::State.eq(state)))
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind)))
        .add_option(filter.led.map(FollowUpReader::is_led_to))
        .add_option(after.map(|id| Column::Id.gt(id)));
    let query = Entity::find().filter(limited).order_by_asc(Column::Id);
    Ok(query.limit(limit).all(conn).await?)
}

/// How many of a version's the reader sees, by school and state.
pub(crate) async fn counts(
    conn: &impl ConnectionTrait,
    reader: FollowUpReader,
    standard: StandardId,
) -> Result<Vec<FollowUpCount>> {
    let query = Entity::find()
        .select_only()
        .columns([Column::SchoolId, Column::State])
        .column_as(Expr::cust("COUNT(*)"), "count")
        .filter(reader.sees())
        .filter(Column::StandardId.eq(standard))
        .group_by(Column::SchoolId)
        .group_by(Column::State);
    Ok(query.into_model::<FollowUpCount>().all(conn).await?)
}

/// How many of those that wait for somebody are open.
pub(crate) async fn count_open(conn: &impl ConnectionTrait, who: FollowUpReader) -> Result<u64> {
    let led = Entity::find().filter(who.is_led_to());
    Ok(led.filter(Column::State.eq(FollowUpState::Open)).count(conn).await?)
}

/// One of those that the reader sees.
pub(crate) async fn by_id(
    conn: &impl ConnectionTrait,
    reader: FollowUpReader,
    id: FollowUpId,
) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).filter(reader.sees()).one(conn).await?)
}

/// Those of `ids` that the reader sees, in no order.
pub(crate) async fn by_ids(
    conn: &impl ConnectionTrait,
    reader: FollowUpReader,
    ids: &[FollowUpId],
) -> Result<Vec<Model>> {
    rows::where_in(conn, Entity::find().filter(reader.sees()), Column::Id, ids).await
}

/// The same, which nobody else changes until the transaction ends. SQLite's writers are alone anyway.
pub(crate) async fn find_for_update(
    tx: &impl ConnectionTrait,
    reader: FollowUpReader,
    ids: &[FollowUpId],
) -> Result<Vec<Model>> {
    let locked = Entity::find().filter(reader.sees()).lock_exclusive();
    rows::where_in(tx, locked, Column::Id, ids).await
}

/// Adds rows.
pub(crate) async fn add(tx: &impl ConnectionTrait, rows: &[Model]) -> Result<()> {
    rows::insert_all(tx, rows).await
}

/// Writes a decision, unless somebody else decided since revision `seen`.
pub(crate) async fn decide(tx: &impl ConnectionTrait, row: Model, seen: i64) -> Result<()> {
    let id = row.id;
    let mut change = row.into_active_model().reset_all();
    change.not_set(Column::Id);
    let same = Entity::update_many().set(change).filter(Column::Id.eq(id));
    let done = same.filter(Column::Revision.eq(seen)).exec(tx).await?;
    if done.rows_affected == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    Ok(())
}

/// Writes decisions about rows that the transaction holds.
pub(crate) async fn decide_all(tx: &impl ConnectionTrait, decided: &[Model]) -> Result<()> {
    let changed = [
        Column::State,
        Column::Reason,
        Column::DecidedBy,
        Column::DecidedAt,
        Column::Revision,
    ];
    for some in decided.chunks(ROWS_AT_ONCE) {
        // Each of them is there: this changes them, all in one statement.
        let change = OnConflict::column(Column::Id).update_columns(changed).to_owned();
        Entity::insert_many(some.iter().cloned().map(Model::into_active_model))
            .on_conflict(change)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Notes as done what was asked of a thing at a place where it stands no more: it stands at `places` now, or is gone.
pub(super) async fn settle(
    tx: &impl ConnectionTrait,
    kind: FollowUpKind,
    target: &str,
    places: Vec<AnyId>,
    now: Timestamp,
) -> Result<()> {
    let is_gone = places.is_empty();
    let mut left = Condition::all()
        .add(Column::Target.eq(target))
        .add(Column::Kind.eq(kind))
        .add(Column::State.eq(FollowUpState::Open));
    if !is_gone {
        left = left.add(Column::SubjectId.is_not_in(places));
    }
    Entity::update_many()
        .col_expr(Column::State, Expr::value(FollowUpState::Done))
        .col_expr(Column::DecidedAt, Expr::value(now))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .filter(left)
        .exec(tx)
        .await?;
    Ok(())
}

/// Opens again what was noted as done when a thing was taken down at this moment: it is back.
pub(crate) async fn reopen_settled_at(
    tx: &impl ConnectionTrait,
    kind: FollowUpKind,
    target: &str,
    at: Timestamp,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(FollowUpState::Open))
        .col_expr(Column::DecidedAt, Expr::value(None::<Timestamp>))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .filter(Column::Target.eq(target))
        .filter(Column::Kind.eq(kind))
        .filter(Column::State.eq(FollowUpState::Done))
        .filter(Column::DecidedBy.is_null())
        .filter(Column::DecidedAt.eq(at))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes as done what earlier versions asked for at places that are taught again.
pub(crate) async fn settle_places(tx: &impl ConnectionTrait, places: &[AnyId], now: Timestamp) -> Result<()> {
    for some in places.chunks(ROWS_AT_ONCE) {
        let asked = Entity::update_many()
            .col_expr(Column::State, Expr::value(FollowUpState::Done))
            .col_expr(Column::DecidedAt, Expr::value(now))
            .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
            .filter(Column::State.eq(FollowUpState::Open));
        asked
            .filter(Column::SubjectId.is_in(some.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Notes as done what earlier versions asked of a thing where this one asks for the same once more, or for something graver: it
/// is listed once.
pub(crate) async fn supersede(tx: &impl ConnectionTrait, standard: StandardId, now: Timestamp) -> Result<()> {
    let gives_way = FollowUpCause::ALL.map(|cause| {
        let later: Vec<String> = cause.gives_way_to().map(|it| format!("'{}'", it.code())).collect();
        format!(
            "(standard_followup.change = '{}' AND later.change IN ({}))",
            cause.code(),
            later.join(", ")
        )
    });
    let sql = format!(
        "UPDATE standard_followup SET state = 'done', decided_at = $1, revision = revision + 1
         WHERE state = 'open' AND standard_id <> $2
         AND subject_id IN (SELECT subject_id FROM standard_followup WHERE standard_id = $2)
         AND EXISTS (SELECT 1 FROM standard_followup AS later WHERE later.standard_id = $2
            AND later.kind = standard_followup.kind AND later.target = standard_followup.target
            AND later.subject_id = standard_followup.subject_id AND ({}))",
        gives_way.join(" OR ")
    );
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [now.into(), standard.into()]);
    tx.execute_raw(statement).await?;
    Ok(())
}

/// Removes what was asked of a thing that is removed with everything about it.
pub(super) async fn forget(tx: &impl ConnectionTrait, kind: FollowUpKind, target: &str) -> Result<()> {
    let about = Entity::delete_many().filter(Column::Kind.eq(kind));
    about.filter(Column::Target.eq(target)).exec(tx).await?;
    Ok(())
}

/// Of up to `limit` packs behind the one that `after` names whose it is and what was chosen for it; of those that are withdrawn
/// nobody gets anything.
pub(crate) async fn packs(
    conn: &impl ConnectionTrait,
    after: Option<PackId>,
    limit: u64,
) -> Result<Vec<(PackId, AccountId, Option<SchoolId>, PackEntries)>> {
    use pack::Column::{Contents, Id, OwnerId, SchoolId, Withdrawn};
    let mut query = pack::Entity::find()
        .select_only()
        .columns([Id, OwnerId, SchoolId, Contents])
        .filter(Withdrawn.eq(false));
    if let Some(after) = after {
        query = query.filter(Id.gt(after));
    }
    let in_order = query.order_by_asc(Id).limit(limit);
    Ok(in_order.into_tuple().all(conn).await?)
}

/// The orders that somebody made for some tasks; an emptied one is none.
pub(crate) async fn orders(conn: &impl ConnectionTrait, tasks: &[TaskId]) -> Result<Vec<task_order::Model>> {
    let mut found = rows::where_in(conn, task_order::Entity::find(), task_order::Column::TaskId, tasks).await?;
    found.retain(|order| !order.resources.0.is_empty());
    Ok(found)
}
