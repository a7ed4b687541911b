//! Marks, and the resources whose marks ran out.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::db::entity::recognition_mark::{ActiveModel, Column, Entity, Model};
use crate::db::entity::resource;
use crate::db::rows;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, RecognitionMarkId, RecognitionResultId, ResourceId};
use crate::domain::recognition::entry::RecognitionSubject;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Adds marks.
pub(crate) async fn add(tx: &impl ConnectionTrait, new: &[Model]) -> Result<()> {
    rows::insert_all(tx, new).await
}

/// Marks that are valid on a day and stand on all that `on` names, newest first.
pub(crate) async fn valid(
    conn: &impl ConnectionTrait,
    on: RecognitionSubject,
    today: Day,
    limit: u64,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(stands_on(on))
        .filter(is_valid(today))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// Those of them that stand on no resource, behind the one that `after` names.
pub(crate) async fn valid_page(
    conn: &impl ConnectionTrait,
    on: RecognitionSubject,
    today: Day,
    after: Option<RecognitionMarkId>,
    limit: u64,
) -> Result<Vec<Model>> {
    let here = stands_on(on)
        .add(Column::ResourceId.is_null())
        .add_option(after.map(|id| Column::Id.lt(id)));
    Ok(Entity::find()
        .filter(here)
        .filter(is_valid(today))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// All marks that somebody bears or bore, newest first.
pub(crate) async fn of_person(conn: &impl ConnectionTrait, person: AccountId, limit: u64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

fn stands_on(on: RecognitionSubject) -> Condition {
    Condition::all()
        .add_option(on.school.map(|id| Column::SchoolId.eq(id)))
        .add_option(on.course.map(|id| Column::CourseId.eq(id)))
        .add_option(on.major.map(|id| Column::MajorId.eq(id)))
        .add_option(on.person.map(|id| Column::PersonId.eq(id)))
        .add_option(on.resource.map(|id| Column::ResourceId.eq(id)))
}

/// Takes away what an expert held up of a resource, in nobody's call.
pub(crate) async fn end_given(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    at: Timestamp,
    by: AccountId,
) -> Result<()> {
    let given = Column::ResourceId.eq(resource).and(Column::ResultId.is_null());
    end(tx, Condition::all().add(given), at, by).await
}

/// Takes away every mark of a resource: another version is another thing.
pub(crate) async fn end_of_resource(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    at: Timestamp,
    by: AccountId,
) -> Result<()> {
    end(tx, Condition::all().add(Column::ResourceId.eq(resource)), at, by).await
}

/// Takes away the mark that came of a result.
pub(crate) async fn end_of_result(
    tx: &impl ConnectionTrait,
    result: RecognitionResultId,
    at: Timestamp,
    by: AccountId,
) -> Result<()> {
    end(tx, Condition::all().add(Column::ResultId.eq(result)), at, by).await
}

/// The newest of the marks that came of some results.
pub(crate) async fn last_of_results(
    conn: &impl ConnectionTrait,
    results: &[RecognitionResultId],
) -> Result<Option<Model>> {
    let of_these = Entity::find().filter(Column::ResultId.is_in(results.iter().copied()));
    Ok(of_these.order_by_desc(Column::Id).one(conn).await?)
}

/// Some resources that still bear marks whose last day is over.
pub(crate) async fn run_out(conn: &impl ConnectionTrait, today: Day, limit: u64) -> Result<Vec<ResourceId>> {
    Ok(resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::Column::MarkedUntil.lt(today))
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

async fn end(tx: &impl ConnectionTrait, which: Condition, at: Timestamp, by: AccountId) -> Result<()> {
    let change = ActiveModel {
        ended_at: Set(Some(at)),
        ended_by: Set(Some(by)),
        ..Default::default()
    };
    Entity::update_many()
        .set(change)
        .filter(which)
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

fn is_valid(today: Day) -> Condition {
    Condition::all()
        .add(Column::EndedAt.is_null())
        .add(Column::ValidFrom.lte(today))
        .add(Column::ValidUntil.is_null().or(Column::ValidUntil.gte(today)))
}
