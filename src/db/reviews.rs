//! Review queue: what was submitted, be it new or beside what is published. It is limited by the place of what is published.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::entity::{resource, review_author, review_decision, review_state};
use super::resources;
use crate::domain::id::{AccountId, CourseId, MajorId, ResourceId, ReviewStepId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::domain::review::{AskedStep, ReviewLevel, ReviewOutcome};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// What comes to a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReviewDesk {
    /// Who reviews: nobody their own work, nor what they had a part in.
    pub(crate) reviewer: AccountId,
    /// The school whose work it is; without one everyone's that is meant for more than one school.
    pub(crate) school: Option<SchoolId>,
    /// The school of somebody who decides for the city: its work goes to others.
    pub(crate) but_of: Option<SchoolId>,
    /// The steps at which they are asked; at all without.
    pub(crate) steps: Option<Vec<AskedStep>>,
    /// Whether they decide in place of schools that have too few people to.
    pub(crate) stands_in: bool,
}

/// Filter of the queue; empty fields limit nothing.
#[derive(Debug, Default, Clone)]
#[expect(missing_docs, reason = "each is the resource's field of that name")]
pub struct ReviewFilter {
    pub school: Option<SchoolId>,
    pub major: Option<MajorId>,
    pub kind: Option<String>,
    pub task: Option<TaskId>,
}

/// Position in the queue: since when a resource waits, and its id.
pub(crate) type QueuePosition = (Timestamp, ResourceId);

/// Resources that wait in a scope, oldest first, after a position; never what the reviewer made or changed.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    desk: &ReviewDesk,
    wanted: &ReviewFilter,
    after: Option<QueuePosition>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    let rows = queue_condition(desk)
        .filter(
            Condition::all()
                .add_option(wanted.school.map(|id| resource::Column::SchoolId.eq(id)))
                .add_option(wanted.major.map(|id| resource::Column::MajorId.eq(id)))
                .add_option(wanted.kind.as_ref().map(|kind| resource::Column::Kind.eq(kind)))
                .add_option(wanted.task.map(|id| resource::Column::TaskId.eq(id)))
                .add_option(after.map(after_position)),
        )
        .order_by_asc(resource::Column::SubmittedAt)
        .order_by_asc(resource::Column::Id)
        .limit(limit);
    Ok(rows.all(conn).await?)
}

/// The last that waits before a position.
pub(crate) async fn before(
    conn: &impl ConnectionTrait,
    desk: &ReviewDesk,
    (at, id): QueuePosition,
) -> Result<Option<resource::Model>> {
    let same_moment = Condition::all()
        .add(resource::Column::SubmittedAt.eq(at))
        .add(resource::Column::Id.lt(id));
    let ahead = Condition::any()
        .add(resource::Column::SubmittedAt.lt(at))
        .add(same_moment);
    let rows = queue_condition(desk)
        .filter(ahead)
        .order_by_desc(resource::Column::SubmittedAt)
        .order_by_desc(resource::Column::Id);
    Ok(rows.one(conn).await?)
}

/// How much waits.
pub(crate) async fn count(conn: &impl ConnectionTrait, desk: &ReviewDesk) -> Result<u64> {
    Ok(queue_condition(desk).count(conn).await?)
}

/// What has waited at a step since before a moment, and where one is named not since before another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaitedSpan {
    pub(crate) step: ReviewStepId,
    pub(crate) before: Timestamp,
    pub(crate) not_before: Option<Timestamp>,
}

/// How much has waited so long.
pub(crate) async fn count_waited(conn: &impl ConnectionTrait, desk: &ReviewDesk, spans: &[WaitedSpan]) -> Result<u64> {
    let since = review_state::Column::Since;
    let long = spans.iter().fold(Condition::any(), |long, span| {
        let of_step = Condition::all()
            .add(review_state::Column::StepId.eq(span.step))
            .add(since.lt(span.before))
            .add_option(span.not_before.map(|moment| since.gte(moment)));
        long.add(of_step)
    });
    if long.is_empty() {
        return Ok(0);
    }
    let states = review_state::Entity::find()
        .select_only()
        .column(review_state::Column::ResourceId)
        .filter(long);
    let waited = queue_condition(desk).filter(resource::Column::Id.in_subquery(states.into_query()));
    Ok(waited.count(conn).await?)
}

/// How much of each type waits for each task of a course.
pub(crate) async fn of_course(
    conn: &impl ConnectionTrait,
    desk: &ReviewDesk,
    course: CourseId,
) -> Result<Vec<(Option<TaskId>, String, i64)>> {
    let counted = queue_condition(desk)
        .filter(resource::Column::CourseId.eq(course))
        .select_only()
        .columns([resource::Column::TaskId, resource::Column::Kind])
        .column_as(Expr::cust("COUNT(*)"), "count")
        .group_by(resource::Column::TaskId)
        .group_by(resource::Column::Kind);
    Ok(counted.into_tuple().all(conn).await?)
}

/// The majors and schools of what waits, for choosing among them.
pub(crate) async fn waiting_places(conn: &impl ConnectionTrait, desk: &ReviewDesk) -> Result<Vec<WaitingPlace>> {
    let rows = queue_condition(desk)
        .select_only()
        .columns([resource::Column::SchoolId, resource::Column::MajorId])
        .column(resource::Column::Kind)
        .distinct();
    Ok(rows.into_tuple().all(conn).await?)
}

/// School, major and type of something that waits.
pub(crate) type WaitingPlace = (Option<SchoolId>, Option<MajorId>, String);

fn queue_condition(desk: &ReviewDesk) -> Select<resource::Entity> {
    let at_desk = match desk.school {
        Some(id) => Condition::all()
            .add(resources::stands(Status::Submitted))
            .add(resource::Column::SchoolId.eq(id)),
        None if desk.stands_in => resources::waits_for_the_bureau(),
        None => resources::waits_for_the_city(),
    };
    let of_others = |school| {
        Condition::any()
            .add(resource::Column::SchoolId.is_null())
            .add(resource::Column::SchoolId.ne(school))
    };
    let at_steps = desk.steps.as_ref().map(|steps| at_steps(steps));
    let waits_for_others = Expr::exists(approved_here(desk.reviewer)).not();
    resource::Entity::find()
        .filter(at_desk)
        .filter(resource::Column::OwnerId.ne(desk.reviewer))
        .filter(
            Condition::all()
                .add_option(desk.but_of.map(of_others))
                .add_option(at_steps),
        )
        .filter(waits_for_others)
        .filter(Expr::exists(is_author(desk.reviewer)).not())
}

/// What a reviewer has made or changed since it was decided on last: others decide.
fn is_author(reviewer: AccountId) -> SelectStatement {
    let author = |column| Expr::col((review_author::Entity, column));
    Query::select()
        .expr(Expr::val(1))
        .from(review_author::Entity)
        .and_where(author(review_author::Column::ResourceId).eq(Expr::col((resource::Entity, resource::Column::Id))))
        .and_where(author(review_author::Column::AccountId).eq(reviewer))
        .to_owned()
}

/// What a reviewer has said yes to at the step, and in the round, in which it waits: more voices are asked, not theirs.
fn approved_here(reviewer: AccountId) -> SelectStatement {
    let state = |column| Expr::col((review_state::Entity, column));
    let decision = |column| Expr::col((review_decision::Entity, column));
    let is_it = Condition::all()
        .add(decision(review_decision::Column::ResourceId).eq(state(review_state::Column::ResourceId)))
        .add(decision(review_decision::Column::StepId).eq(state(review_state::Column::StepId)))
        .add(decision(review_decision::Column::Round).eq(state(review_state::Column::Round)));
    Query::select()
        .expr(Expr::val(1))
        .from(review_state::Entity)
        .inner_join(review_decision::Entity, is_it)
        .and_where(state(review_state::Column::ResourceId).eq(Expr::col((resource::Entity, resource::Column::Id))))
        .and_where(decision(review_decision::Column::DecidedBy).eq(reviewer))
        .and_where(decision(review_decision::Column::Outcome).eq(ReviewOutcome::Approved))
        .to_owned()
}

/// What waits at one of some steps, and at those to which others are appointed that on which too few of these have a voice. What an
/// older program submitted waits at none, and is for whoever may decide.
fn at_steps(steps: &[AskedStep]) -> Condition {
    let states = || {
        let states = review_state::Entity::find().select_only();
        states.column(review_state::Column::ResourceId)
    };
    let (own, others): (Vec<&AskedStep>, Vec<&AskedStep>) = steps.iter().partition(|step| step.in_place_of.is_empty());
    let here = states().filter(review_state::Column::StepId.is_in(own.iter().map(|asked| asked.step)));
    let at_any = Condition::any()
        .add(resource::Column::Id.in_subquery(here.into_query()))
        .add(resource::Column::Id.not_in_subquery(states().into_query()));
    others.into_iter().fold(at_any, |at_any, asked| {
        let here = states().filter(review_state::Column::StepId.eq(asked.step));
        let is_here = Condition::all().add(resource::Column::Id.in_subquery(here.into_query()));
        at_any.add(is_here.add(leaves_too_few(asked)))
    })
}

/// Whether fewer of those appointed to a step have a voice than it asks for.
fn leaves_too_few(asked: &AskedStep) -> Expr {
    let silent = asked.in_place_of.iter().map(|(account, school)| -> Expr {
        let has_none = has_no_voice(asked.level, *account, *school);
        Expr::case(has_none, 1_i32).finally(0_i32).into()
    });
    let silent = silent.reduce(ExprTrait::add).unwrap_or_else(|| Expr::val(0_i32));
    let appointed = i64::try_from(asked.in_place_of.len()).unwrap_or(i64::MAX);
    silent.gt(appointed - i64::from(asked.voices))
}

/// Whether it is somebody's work, or of the wrong school for them: a school's step is its own people's, and nobody decides for the
/// city about their own school.
fn has_no_voice(level: ReviewLevel, account: AccountId, school: Option<SchoolId>) -> Condition {
    let of = resource::Column::SchoolId;
    let is_out_of_place = match (level, school) {
        (ReviewLevel::School, Some(school)) => Condition::any().add(of.is_null()).add(of.ne(school)),
        (ReviewLevel::School, None) => Condition::any().add(Expr::val(1).eq(1)),
        (ReviewLevel::City, Some(school)) => Condition::any().add(of.eq(school)),
        (ReviewLevel::City, None) => Condition::any(),
    };
    is_out_of_place
        .add(resource::Column::OwnerId.eq(account))
        .add(Expr::exists(is_author(account)))
}

fn after_position((at, id): QueuePosition) -> Condition {
    let same_moment = Condition::all()
        .add(resource::Column::SubmittedAt.eq(at))
        .add(resource::Column::Id.gt(id));
    Condition::any()
        .add(resource::Column::SubmittedAt.gt(at))
        .add(same_moment)
}
