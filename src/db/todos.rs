//! What waits for somebody: counts that read no more than what is theirs.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, JoinType, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, QueryTrait as _, RelationDef,
    sea_query::{Expr, ExprTrait as _, Func, Query, SimpleExpr},
};

use super::entity::{comment, resource, rights_notice, training_attendance, training_session, training_sign_in};
use super::resources::stands;
use crate::domain::authority::Reach;
use crate::domain::day::Day;
use crate::domain::id::AccountId;
use crate::domain::notice::NoticeState;
use crate::domain::resource::Status;
use crate::domain::training::TrainingMode;
use crate::domain::training::attendance::AttendanceState;
use crate::error::Result;

/// How many of an account's resources stand so.
pub(crate) async fn own_resources(conn: &impl ConnectionTrait, owner: AccountId, status: Status) -> Result<u64> {
    let own = resource::Entity::find().filter(resource::Column::OwnerId.eq(owner));
    Ok(own.filter(stands(status)).count(conn).await?)
}

/// How many comments of others on an account's resources are open.
pub(crate) async fn open_comments(conn: &impl ConnectionTrait, owner: AccountId) -> Result<u64> {
    let on_own = comment::Entity::find()
        .filter(comment::Column::ResourceId.in_subquery(ids_of(owner)))
        .filter(comment::Column::ResolvedAt.is_null())
        .filter(comment::Column::AuthorId.ne(owner));
    Ok(on_own.count(conn).await?)
}

/// How many notices led to an account's resources being taken down, and were not answered.
pub(crate) async fn taken_down(conn: &impl ConnectionTrait, owner: AccountId) -> Result<u64> {
    let unanswered = rights_notice::Entity::find()
        .filter(rights_notice::Column::ResourceId.in_subquery(ids_of(owner)))
        .filter(rights_notice::Column::State.eq(NoticeState::TakenDown));
    Ok(unanswered.count(conn).await?)
}

fn ids_of(owner: AccountId) -> sea_orm::sea_query::SelectStatement {
    resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::Column::OwnerId.eq(owner))
        .into_query()
}

/// In how many sessions that run today an account is enrolled: of those on site, where they have not signed in today.
pub(crate) async fn training(
    conn: &impl ConnectionTrait,
    account: AccountId,
    mode: TrainingMode,
    today: Day,
) -> Result<u64> {
    use training_session::Column;
    let is_of_part = || {
        let part = Expr::col((training_attendance::Entity, training_attendance::Column::Id));
        Expr::col((training_sign_in::Entity, training_sign_in::Column::AttendanceId)).eq(part)
    };
    let signed_in = Query::select()
        .expr(Expr::val(1))
        .from(training_sign_in::Entity)
        .and_where(is_of_part())
        .and_where(training_sign_in::Column::Day.eq(today))
        .to_owned();
    let running = Condition::all()
        .add(Column::Mode.eq(mode))
        .add(Column::CancelledAt.is_null())
        .add(Column::FromDay.lte(today))
        .add(Column::UntilDay.gte(today));
    let days_signed = Query::select()
        .expr(Func::count(Expr::col((
            training_sign_in::Entity,
            training_sign_in::Column::Day,
        ))))
        .from(training_sign_in::Entity)
        .and_where(is_of_part())
        .to_owned();
    // Somebody who came yesterday signs in today as well, until all days of a course with pauses are full.
    let goes_on = Condition::all()
        .add(training_attendance::Column::State.eq(AttendanceState::Attended))
        .add(Column::Mode.eq(TrainingMode::OnSite))
        .add(Column::Days.gt(1))
        .add(Expr::col((training_session::Entity, Column::Days)).gt(SimpleExpr::from(days_signed)));
    let takes_part = Condition::any()
        .add(training_attendance::Column::State.eq(AttendanceState::Enrolled))
        .add(goes_on);
    let own = training_attendance::Entity::find()
        .join(JoinType::InnerJoin, session_of())
        .filter(training_attendance::Column::AccountId.eq(account))
        .filter(takes_part)
        .filter(running)
        .filter(Expr::exists(signed_in).not());
    Ok(own.count(conn).await?)
}

/// How many sessions on site that ended since a day leave open of somebody whether they came.
pub(crate) async fn attendance_open(conn: &impl ConnectionTrait, reach: Reach, since: Day, today: Day) -> Result<u64> {
    let open = training_session::Entity::find().filter(leaves_attendance_open(reach, since, today));
    Ok(open.count(conn).await?)
}

/// Condition: a session on site ended since a day, and of somebody it is not said whether they came. The city's are the
/// bureau's business, a school's its own.
pub(super) fn leaves_attendance_open(reach: Reach, since: Day, today: Day) -> Condition {
    use training_session::Column;
    let open = training_attendance::Entity::find()
        .select_only()
        .column(training_attendance::Column::SessionId)
        .filter(training_attendance::Column::State.eq(AttendanceState::Enrolled));
    let of_reach = match reach.school() {
        Some(school) => Column::SchoolId.eq(school),
        None => Column::SchoolId.is_null(),
    };
    Condition::all()
        .add(of_reach)
        .add(Column::Mode.eq(TrainingMode::OnSite))
        .add(Column::CancelledAt.is_null())
        .add(Column::UntilDay.gte(since))
        .add(Column::UntilDay.lt(today))
        .add(Column::Id.in_subquery(open.into_query()))
}

fn session_of() -> RelationDef {
    training_attendance::Entity::belongs_to(training_session::Entity)
        .from(training_attendance::Column::SessionId)
        .to(training_session::Column::Id)
        .into()
}
