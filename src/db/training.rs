//! Teacher training: bases and sessions, and whom sessions are for.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, LikeExpr, Query},
};

use super::entity::{training_audience, training_base, training_session};
use super::rows;
use super::todos::leaves_attendance_open;
use crate::domain::authority::Reach;
use crate::domain::day::Day;
use crate::domain::id::{SchoolId, TrainingBaseId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::{TrainingCursor, TrainingMode, TrainingState};
use crate::error::{Refusal, Result, conflict};

pub(crate) mod attendance;
pub(crate) mod certificates;
pub(crate) mod online;

/// Every base, by name.
pub(crate) async fn bases(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<training_base::Model>> {
    let by_name = training_base::Entity::find().order_by_asc(training_base::Column::Name);
    Ok(by_name.limit(limit).all(conn).await?)
}

/// How many bases there are.
pub(crate) async fn count_bases(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(training_base::Entity::find().count(conn).await?)
}

/// The bases with these ids.
pub(crate) async fn bases_by_id(
    conn: &impl ConnectionTrait,
    ids: &[TrainingBaseId],
) -> Result<Vec<training_base::Model>> {
    rows::where_in(conn, training_base::Entity::find(), training_base::Column::Id, ids).await
}

/// The base with an id written out or an exact name.
pub(crate) async fn base_named(conn: &impl ConnectionTrait, given: &str) -> Result<Option<training_base::Model>> {
    let named = match given.parse::<TrainingBaseId>() {
        Ok(id) => training_base::Column::Id.eq(id),
        Err(_) => training_base::Column::Name.eq(given),
    };
    Ok(training_base::Entity::find().filter(named).one(conn).await?)
}

/// Adds a base.
pub(crate) async fn add_base(tx: &impl ConnectionTrait, row: training_base::Model) -> Result<()> {
    let taken = Refusal::NameTaken { name: row.name.clone() };
    training_base::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(conflict(taken))?;
    Ok(())
}

/// Writes a changed base.
pub(crate) async fn update_base(tx: &impl ConnectionTrait, row: training_base::Model) -> Result<()> {
    let taken = Refusal::NameTaken { name: row.name.clone() };
    let change = training_base::ActiveModel {
        name: Set(row.name),
        school_id: Set(row.school_id),
        since: Set(row.since),
        majors: Set(row.majors),
        ..Default::default()
    };
    training_base::Entity::update_many()
        .set(change)
        .filter(training_base::Column::Id.eq(row.id))
        .exec(tx)
        .await
        .map_err(conflict(taken))?;
    Ok(())
}

/// Some bases; nobody else changes them until the transaction ends.
pub(crate) async fn hold_bases(tx: &impl ConnectionTrait, ids: impl IntoIterator<Item = TrainingBaseId>) -> Result<()> {
    rows::hold::<training_base::Entity, _>(tx, training_base::Column::Id, ids).await
}

/// Writes bases, each new or in place of what it was. That no two have the same name was looked at before.
pub(crate) async fn put_bases(tx: &impl ConnectionTrait, written: &[training_base::Model]) -> Result<()> {
    let put = rows::upsert_all(tx, written).await;
    put.map_err(conflict(Refusal::ChangedMeanwhile))
}

/// Removes a base.
pub(crate) async fn remove_base(tx: &impl ConnectionTrait, id: TrainingBaseId) -> Result<()> {
    training_base::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// How many sessions a base holds.
pub(crate) async fn sessions_of_base(conn: &impl ConnectionTrait, base: TrainingBaseId) -> Result<u64> {
    let held = training_session::Entity::find().filter(training_session::Column::BaseId.eq(base));
    Ok(held.count(conn).await?)
}

/// Which sessions somebody sees.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SessionsSeen {
    /// All of them.
    All,
    /// The city's for all schools; with a school also its own, and those of the city for it.
    Of(Option<SchoolId>),
}

/// What a list of sessions is limited to; empty fields limit nothing.
#[derive(Debug, Default)]
pub(crate) struct SessionFilter {
    pub(crate) school: Option<SchoolId>,
    pub(crate) base: Option<TrainingBaseId>,
    pub(crate) mode: Option<TrainingMode>,
    pub(crate) counts: Option<bool>,
    pub(crate) state: Option<TrainingState>,
    /// Those that ended since this day and leave open of somebody whether they came.
    pub(crate) attendance_open: Option<(Reach, Day)>,
    /// Those whose title or topic holds this text.
    pub(crate) text: String,
}

/// Sessions by their first day, the last first, behind the one that `after` names.
pub(crate) async fn sessions(
    conn: &impl ConnectionTrait,
    filter: &SessionFilter,
    seen: SessionsSeen,
    today: Day,
    after: Option<TrainingCursor>,
    limit: u64,
) -> Result<Vec<training_session::Model>> {
    use training_session::Column;
    let behind = after.map(|after| {
        Column::FromDay
            .lt(after.from)
            .or(Column::FromDay.eq(after.from).and(Column::Id.lt(after.id)))
    });
    let query = training_session::Entity::find()
        .filter(is_seen(seen))
        .filter(filter.conditions(today))
        .filter(Condition::all().add_option(behind))
        .order_by_desc(Column::FromDay)
        .order_by_desc(Column::Id);
    Ok(query.limit(limit).all(conn).await?)
}

/// A session that somebody sees.
pub(crate) async fn session(
    conn: &impl ConnectionTrait,
    id: TrainingSessionId,
    seen: SessionsSeen,
) -> Result<Option<training_session::Model>> {
    let found = training_session::Entity::find_by_id(id).filter(is_seen(seen));
    Ok(found.one(conn).await?)
}

/// The sessions with these ids.
pub(crate) async fn sessions_by_id(
    conn: &impl ConnectionTrait,
    ids: &[TrainingSessionId],
) -> Result<Vec<training_session::Model>> {
    let all = training_session::Entity::find();
    rows::where_in(conn, all, training_session::Column::Id, ids).await
}

/// A session; nobody else changes it, or who takes part in it, until the transaction ends.
pub(crate) async fn session_for_update(
    tx: &impl ConnectionTrait,
    id: TrainingSessionId,
) -> Result<Option<training_session::Model>> {
    Ok(training_session::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?)
}

/// The same of some sessions.
pub(crate) async fn hold_sessions(
    tx: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = TrainingSessionId>,
) -> Result<()> {
    rows::hold::<training_session::Entity, _>(tx, training_session::Column::Id, ids).await
}

/// Adds a session.
pub(crate) async fn add_session(tx: &impl ConnectionTrait, row: training_session::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Adds sessions, each with the schools that it is for.
pub(crate) async fn put_sessions(
    tx: &impl ConnectionTrait,
    written: Vec<(training_session::Model, Vec<SchoolId>)>,
) -> Result<()> {
    let (mut sessions, mut audiences) = (Vec::with_capacity(written.len()), Vec::new());
    for (session, schools) in written {
        let of = |school_id| training_audience::Model {
            session_id: session.id,
            school_id,
        };
        audiences.extend(schools.into_iter().map(of));
        sessions.push(session);
    }
    rows::upsert_all(tx, &sessions).await?;
    let ids: Vec<TrainingSessionId> = sessions.iter().map(|session| session.id).collect();
    for chunk in ids.chunks(rows::ROWS_AT_ONCE) {
        training_audience::Entity::delete_many()
            .filter(training_audience::Column::SessionId.is_in(chunk.iter().copied()))
            .exec(tx)
            .await?;
    }
    rows::insert_all(tx, &audiences).await
}

/// The sessions with one of these titles that were not cancelled.
pub(crate) async fn sessions_titled(
    conn: &impl ConnectionTrait,
    titles: &[String],
) -> Result<Vec<training_session::Model>> {
    let held = training_session::Entity::find().filter(training_session::Column::CancelledAt.is_null());
    rows::where_in(conn, held, training_session::Column::Title, titles).await
}

/// Writes a changed session.
pub(crate) async fn update_session(tx: &impl ConnectionTrait, row: training_session::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Notes that a session is not held.
pub(crate) async fn cancel_session(tx: &impl ConnectionTrait, id: TrainingSessionId, at: Timestamp) -> Result<()> {
    let change = training_session::ActiveModel {
        cancelled_at: Set(Some(at)),
        ..Default::default()
    };
    training_session::Entity::update_many()
        .set(change)
        .filter(training_session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Says which schools a session is for, in place of those it was for.
pub(crate) async fn set_audience(
    tx: &impl ConnectionTrait,
    session: TrainingSessionId,
    schools: &[SchoolId],
) -> Result<()> {
    training_audience::Entity::delete_many()
        .filter(training_audience::Column::SessionId.eq(session))
        .exec(tx)
        .await?;
    let of = |school: &SchoolId| training_audience::Model {
        session_id: session,
        school_id: *school,
    };
    let wanted: Vec<training_audience::Model> = schools.iter().map(of).collect();
    rows::insert_all(tx, &wanted).await
}

/// The schools that each of some sessions is for.
pub(crate) async fn audiences(
    conn: &impl ConnectionTrait,
    sessions: &[TrainingSessionId],
) -> Result<HashMap<TrainingSessionId, Vec<SchoolId>>> {
    let (all, session) = (training_audience::Entity::find(), training_audience::Column::SessionId);
    let mut found: HashMap<TrainingSessionId, Vec<SchoolId>> = HashMap::new();
    for row in rows::where_in(conn, all, session, sessions).await? {
        found.entry(row.session_id).or_default().push(row.school_id);
    }
    Ok(found)
}

fn is_seen(seen: SessionsSeen) -> Condition {
    use training_session::Column;
    let SessionsSeen::Of(school) = seen else {
        return Condition::all();
    };
    let for_all = Column::SchoolId.is_null().and(Column::IsForSome.eq(false));
    let of_school = school.map(|school| {
        let invited = Query::select()
            .column(training_audience::Column::SessionId)
            .from(training_audience::Entity)
            .and_where(training_audience::Column::SchoolId.eq(school))
            .to_owned();
        Column::SchoolId.eq(school).or(Column::Id.in_subquery(invited))
    });
    Condition::any().add(for_all).add_option(of_school)
}

impl SessionFilter {
    fn conditions(&self, today: Day) -> Condition {
        use training_session::Column;
        Condition::all()
            .add_option(self.school.map(|id| Column::SchoolId.eq(id)))
            .add_option(self.base.map(|id| Column::BaseId.eq(id)))
            .add_option(self.mode.map(|mode| Column::Mode.eq(mode)))
            .add_option(self.counts.map(|counts| Column::Counts.eq(counts)))
            .add_option(self.state.map(|state| stands(state, today)))
            .add_option(
                self.attendance_open
                    .map(|(reach, since)| leaves_attendance_open(reach, since, today)),
            )
            .add_option((!self.text.is_empty()).then(|| holds(&self.text)))
    }
}

fn stands(state: TrainingState, today: Day) -> Condition {
    use training_session::Column;
    if state == TrainingState::Cancelled {
        return Condition::all().add(Column::CancelledAt.is_not_null());
    }
    let held = Condition::all().add(Column::CancelledAt.is_null());
    match state {
        TrainingState::Planned => held.add(Column::FromDay.gt(today)),
        TrainingState::Running => held.add(Column::FromDay.lte(today)).add(Column::UntilDay.gte(today)),
        TrainingState::Over | TrainingState::Cancelled => held.add(Column::UntilDay.lt(today)),
    }
}

fn holds(text: &str) -> Condition {
    let small = text.to_lowercase();
    let escaped = small.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let has = |column: training_session::Column| {
        let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
        Expr::from(Func::lower(Expr::col((training_session::Entity, column)))).like(pattern)
    };
    Condition::any()
        .add(has(training_session::Column::Title))
        .add(has(training_session::Column::Topic))
}
