//! Who takes part in sessions of training: on which days, with which corrections.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, FromQueryResult,
    IntoActiveModel as _, JoinType, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    RelationDef, Select,
    sea_query::{Expr, OnConflict},
};

use crate::db::entity::{training_attendance, training_correction, training_session, training_sign_in};
use crate::db::rows;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, AttendanceId, SchoolId, TrainingSessionId};
use crate::domain::training::attendance::AttendanceState;
use crate::error::Result;

/// How many take part in each of some sessions; those who withdrew are not counted.
pub(crate) async fn counts(
    conn: &impl ConnectionTrait,
    sessions: &[TrainingSessionId],
) -> Result<HashMap<TrainingSessionId, i64>> {
    if sessions.is_empty() {
        return Ok(HashMap::new());
    }
    let counted: Vec<(TrainingSessionId, i64)> = training_attendance::Entity::find()
        .select_only()
        .column(training_attendance::Column::SessionId)
        .column_as(training_attendance::Column::Id.count(), "people")
        .filter(training_attendance::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(training_attendance::Column::State.ne(AttendanceState::Withdrawn))
        .group_by(training_attendance::Column::SessionId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counted.into_iter().collect())
}

/// How many rows a session has, those who withdrew among them.
pub(crate) async fn count_all(conn: &impl ConnectionTrait, session: TrainingSessionId) -> Result<u64> {
    let of_it = training_attendance::Entity::find().filter(training_attendance::Column::SessionId.eq(session));
    Ok(of_it.count(conn).await?)
}

/// Who takes part in a session, in the order in which they were enrolled: up to `limit` behind the one with id `after`; of one
/// school where that is given.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    session: TrainingSessionId,
    school: Option<SchoolId>,
    after: Option<AttendanceId>,
    limit: u64,
) -> Result<Vec<training_attendance::Model>> {
    use training_attendance::Column;
    let wanted = Condition::all()
        .add(Column::SessionId.eq(session))
        .add_option(school.map(|id| Column::SchoolId.eq(id)))
        .add_option(after.map(|id| Column::Id.gt(id)));
    let query = training_attendance::Entity::find().filter(wanted);
    Ok(query.order_by_asc(Column::Id).limit(limit).all(conn).await?)
}

/// One of those who take part in a session.
pub(crate) async fn of_session(
    conn: &impl ConnectionTrait,
    session: TrainingSessionId,
    id: AttendanceId,
) -> Result<Option<training_attendance::Model>> {
    let found = training_attendance::Entity::find_by_id(id);
    let of_it = found.filter(training_attendance::Column::SessionId.eq(session));
    Ok(of_it.one(conn).await?)
}

/// The parts of some accounts in a session.
pub(crate) async fn of_accounts(
    conn: &impl ConnectionTrait,
    session: TrainingSessionId,
    accounts: &[AccountId],
) -> Result<Vec<training_attendance::Model>> {
    let of_it = training_attendance::Entity::find().filter(training_attendance::Column::SessionId.eq(session));
    rows::where_in(conn, of_it, training_attendance::Column::AccountId, accounts).await
}

/// Adds rows.
pub(crate) async fn add(tx: &impl ConnectionTrait, new: &[training_attendance::Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// Writes changed rows.
pub(crate) async fn update_all(tx: &impl ConnectionTrait, changed: &[training_attendance::Model]) -> Result<()> {
    use training_attendance::Column;
    let newest_wins = OnConflict::column(Column::Id)
        .update_columns([Column::State, Column::Hours, Column::AttendedOn])
        .to_owned();
    for chunk in changed.chunks(rows::ROWS_AT_ONCE) {
        let chunk = chunk.iter().cloned().map(training_attendance::Model::into_active_model);
        training_attendance::Entity::insert_many(chunk)
            .on_conflict(newest_wins.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Notes on which days people took part, where that is not known yet; says how many of them are new.
pub(crate) async fn sign_in(tx: &impl ConnectionTrait, days: &[training_sign_in::Model]) -> Result<u64> {
    rows::insert_new(tx, days).await
}

/// The days on which each took part, in order.
pub(crate) async fn days(conn: &impl ConnectionTrait, of: &[AttendanceId]) -> Result<HashMap<AttendanceId, Vec<Day>>> {
    let all = training_sign_in::Entity::find().order_by_asc(training_sign_in::Column::Day);
    let mut found: HashMap<AttendanceId, Vec<Day>> = HashMap::new();
    for row in rows::where_in(conn, all, training_sign_in::Column::AttendanceId, of).await? {
        found.entry(row.attendance_id).or_default().push(row.day);
    }
    Ok(found)
}

/// Keeps corrections.
pub(crate) async fn add_corrections(tx: &impl ConnectionTrait, new: &[training_correction::Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// The corrections of some, oldest first.
pub(crate) async fn corrections(
    conn: &impl ConnectionTrait,
    of: &[AttendanceId],
) -> Result<Vec<training_correction::Model>> {
    let all = training_correction::Entity::find().order_by_asc(training_correction::Column::Id);
    rows::where_in(conn, all, training_correction::Column::AttendanceId, of).await
}

/// The parts of an account, newest first, before the one with id `before`.
pub(crate) async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
    before: Option<AttendanceId>,
    limit: u64,
) -> Result<Vec<training_attendance::Model>> {
    use training_attendance::Column;
    let own = training_attendance::Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Condition::all().add_option(before.map(|id| Column::Id.lt(id))));
    Ok(own.order_by_desc(Column::Id).limit(limit).all(conn).await?)
}

/// How much an account was trained.
#[derive(Debug, FromQueryResult)]
pub(crate) struct TraineeTotals {
    /// Whose.
    pub(crate) account: AccountId,
    /// In how many sessions they took part.
    pub(crate) sessions: i64,
    /// Of those, how many are counted for the plan.
    pub(crate) counted: i64,
    /// Class hours in all.
    pub(crate) hours: i64,
}

/// How much each account was trained, by account, newest first, before the one with id `before`; of one school where that is
/// given, as people were of it when they were enrolled.
pub(crate) async fn totals(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    before: Option<AccountId>,
    limit: u64,
) -> Result<Vec<TraineeTotals>> {
    use training_attendance::Column;
    let wanted = Condition::all()
        .add(Column::State.eq(AttendanceState::Attended))
        .add_option(school.map(|id| Column::SchoolId.eq(id)))
        .add_option(before.map(|id| Column::AccountId.lt(id)));
    let totals = training_attendance::Entity::find()
        .select_only()
        .column_as(Column::AccountId, "account")
        .column_as(Column::Id.count(), "sessions")
        .expr_as(sum("CASE WHEN training_session.counts THEN 1 ELSE 0 END"), "counted")
        .expr_as(sum("training_attendance.hours"), "hours")
        .join(JoinType::InnerJoin, session_of())
        .filter(wanted)
        .group_by(Column::AccountId)
        .order_by_desc(Column::AccountId)
        .limit(limit);
    Ok(totals.into_model().all(conn).await?)
}

/// How many were trained between two days in sessions that are counted for the plan: how often somebody was (人次), and how
/// many people that were (人); of one school where that is given.
pub(crate) async fn trained(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    from: Option<Day>,
    until: Option<Day>,
) -> Result<(i64, i64)> {
    let counted: Option<(i64, i64)> = trained_query(school, (from, until)).into_tuple().one(conn).await?;
    Ok(counted.unwrap_or_default())
}

/// An index has all that it asks of who attended, in the order of their days.
pub(in crate::db) fn trained_query(
    school: Option<SchoolId>,
    (from, until): (Option<Day>, Option<Day>),
) -> Select<training_attendance::Entity> {
    use training_attendance::Column;
    let wanted = Condition::all()
        .add(Column::State.eq(AttendanceState::Attended))
        .add(training_session::Column::Counts.eq(true))
        .add_option(school.map(|id| Column::SchoolId.eq(id)))
        .add_option(from.map(|day| Column::AttendedOn.gte(day)))
        .add_option(until.map(|day| Column::AttendedOn.lte(day)));
    training_attendance::Entity::find()
        .select_only()
        .expr_as(Expr::cust("COUNT(*)"), "times")
        .expr_as(
            Expr::col((training_attendance::Entity, Column::AccountId)).count_distinct(),
            "people",
        )
        .join(JoinType::InnerJoin, session_of())
        .filter(wanted)
}

/// How many parts do not agree with themselves: hours of somebody who did not take part, or a part on no day, which no phase
/// of the plan counts. That there are more hours than the session has now is no fault: it may have been shortened since.
pub(crate) async fn count_wrong(conn: &impl ConnectionTrait) -> Result<i64> {
    use training_attendance::Column;
    let on_no_day = Condition::all()
        .add(Column::State.eq(AttendanceState::Attended))
        .add(Column::AttendedOn.is_null());
    let not_there = Condition::all()
        .add(Column::State.ne(AttendanceState::Attended))
        .add(Column::Hours.ne(0));
    let wrong = Condition::any().add(on_no_day).add(not_there);
    let query = training_attendance::Entity::find().filter(wrong);
    Ok(i64::try_from(query.count(conn).await?).unwrap_or(i64::MAX))
}

/// Sum as a whole number: PostgreSQL adds whole numbers up to a wider one.
fn sum(of: &str) -> Expr {
    Expr::cust(format!("CAST(SUM({of}) AS BIGINT)"))
}

fn session_of() -> RelationDef {
    training_attendance::Entity::belongs_to(training_session::Entity)
        .from(training_attendance::Column::SessionId)
        .to(training_session::Column::Id)
        .into()
}
