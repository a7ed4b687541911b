//! Evidence: how many official documents of learning tasks there are of each kind, and of those that one sees the newest.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _,
    QuerySelect as _, QueryTrait as _,
    sea_query::{CaseStatement, Expr, ExprTrait as _, Query, SelectStatement},
};

use super::coverage::CountScope;
use super::entity::{Strings, resource, version};
use super::figures::is_of_school;
use super::resources::seen_by;
use crate::domain::evidence::{evidence_kinds, telling_words};
use crate::domain::id::{CourseId, ResourceId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// The most rows of one answer: twice the documents of five hundred tasks.
const MAX_ROWS: u64 = 12_000;

/// Published resources of one type, place and kind of title, with the one that was published last: of those that the asker sees, or
/// of all where they see none.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct FoundDocuments {
    pub(crate) id: ResourceId,
    pub(crate) course_id: CourseId,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) school_id: Option<SchoolId>,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) authors: Strings,
    pub(crate) version: i32,
    pub(crate) approved_at: Option<Timestamp>,
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) held: i64,
    /// 1 where the asker sees it.
    pub(crate) is_seen: i32,
}

/// The documents of a course or of a major, of one school or of all, with what one of `audiences` sees of them.
pub(crate) async fn documents(
    conn: &impl ConnectionTrait,
    within: CountScope,
    school: Option<SchoolId>,
    audiences: &[Audience],
) -> Result<Vec<FoundDocuments>> {
    let statement = conn
        .get_database_backend()
        .build(&documents_query(within, school, audiences));
    Ok(FoundDocuments::find_by_statement(statement).all(conn).await?)
}

pub(super) fn documents_query(within: CountScope, school: Option<SchoolId>, audiences: &[Audience]) -> SelectStatement {
    use resource::Column::{
        Authors, CourseId, Id, Kind, MajorId, PublishedAt, SchoolId, Status as Stands, TaskId, Title,
    };
    let place = match within {
        CountScope::Course(id) => CourseId.eq(id),
        CountScope::Major(id) => MajorId.eq(id),
    };
    let all = Condition::all()
        .add(place)
        .add(CourseId.is_not_null())
        .add(Stands.eq(Status::Published))
        .add(Kind.is_in(evidence_kinds()))
        .add_option(school.map(is_of_school));
    let to_version = resource::Entity::belongs_to(version::Entity)
        .from((Id, resource::Column::Version))
        .to((version::Column::ResourceId, version::Column::Number));
    let is_seen = CaseStatement::new()
        .case(seen_by(audiences), Expr::cust("1"))
        .finally(Expr::cust("0"));
    let published = resource::Entity::find()
        .select_only()
        .columns([Id, CourseId, TaskId, SchoolId, Kind, Title, Authors, PublishedAt])
        .column(resource::Column::Version)
        .column(version::Column::ApprovedAt)
        .expr_as(is_seen, "is_seen")
        .join(JoinType::LeftJoin, to_version.into())
        .filter(all)
        .into_query();
    let shown = [
        "id",
        "course_id",
        "task_id",
        "school_id",
        "kind",
        "title",
        "authors",
        "version",
        "approved_at",
        "published_at",
        "is_seen",
    ];
    let alike = alike();
    let held = format!("COUNT(*) OVER (PARTITION BY {alike})");
    let place = format!("ROW_NUMBER() OVER (PARTITION BY {alike} ORDER BY is_seen DESC, published_at DESC, id DESC)");
    let counted = Query::select()
        .columns(shown)
        .expr_as(Expr::cust(held), "held")
        .expr_as(Expr::cust(place), "place")
        .from_subquery(published, "published")
        .to_owned();
    Query::select()
        .columns(shown)
        .column("held")
        .from_subquery(counted, "counted")
        .and_where(Expr::col("place").eq(1))
        .order_by("id", sea_orm::Order::Asc)
        .limit(MAX_ROWS)
        .to_owned()
}

/// What resources share that are the same documents: their place, their type, and what their titles tell.
fn alike() -> String {
    let words = telling_words().map(|word| format!("title LIKE '%{word}%'"));
    let mut shared = vec!["course_id, task_id, kind".to_owned()];
    shared.extend(words);
    shared.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_that_tells_documents_apart_is_more_than_a_word_in_a_query() {
        assert!(telling_words().all(|word| word.chars().all(char::is_alphanumeric)));
    }
}
