//! How many resources of each type there are for each task, counted by the database.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _,
};

use super::entity::resource;
use super::resources::seen_by;
use crate::domain::id::Id;
use crate::domain::resource::Status;
use crate::domain::search::Audience;
use crate::error::Result;

/// The part of the library that is counted.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub enum Within {
    Course(Id),
    Major(Id),
}

/// Resources of one type and status for one task, or for none.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Tally {
    pub(crate) task_id: Option<Id>,
    pub(crate) kind: String,
    pub(crate) status: Status,
    pub(crate) count: i64,
}

/// Counts what one of `audiences` may see, of one school or of all.
pub(crate) async fn tallies(
    conn: &impl ConnectionTrait,
    within: Within,
    school: Option<Id>,
    audiences: &[Audience],
) -> Result<Vec<Tally>> {
    use resource::Column::{CourseId, Id as ResourceId, Kind, MajorId, SchoolId, Status as Stands, TaskId};
    let place = match within {
        Within::Course(id) => CourseId.eq(id),
        Within::Major(id) => MajorId.eq(id),
    };
    let all = Condition::all()
        .add(place)
        .add(seen_by(audiences))
        .add_option(school.map(|id| SchoolId.eq(id)));
    let counted = resource::Entity::find()
        .select_only()
        .columns([TaskId, Kind, Stands])
        .column_as(ResourceId.count(), "count")
        .filter(all)
        .group_by(TaskId)
        .group_by(Kind)
        .group_by(Stands);
    Ok(counted.into_model::<Tally>().all(conn).await?)
}
