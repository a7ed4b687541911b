//! Lists of resources: what limits them, newest first.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select,
    sea_query::{Expr, Query, UnionType},
};

use super::visibility::{runs, seen_or_worked_on_by, stands};
use crate::db::entity::{comment, resource};
use crate::domain::id::{AccountId, CourseId, MajorId, ResourceId, SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::domain::search::Audience;
use crate::error::Result;

/// What a list of resources is limited to; empty fields limit nothing.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "each is the resource's field of that name")]
pub struct Filter {
    pub major: Option<MajorId>,
    pub course: Option<CourseId>,
    pub task: Option<TaskId>,
    pub kind: Option<String>,
    pub school: Option<SchoolId>,
    pub stage: Option<String>,
    pub level: Option<String>,
    pub status: Option<Status>,
    pub owner: Option<AccountId>,
    /// Those with open comments of others than this account.
    pub commented_but_by: Option<AccountId>,
}

/// Resources that one of `audiences` may see, newest first, before the one with id `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    audiences: &[Audience],
    before: Option<ResourceId>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    match list_query(filter, audiences, before, limit) {
        Some(query) => Ok(query.all(conn).await?),
        None => Ok(Vec::new()),
    }
}

/// The question that [`list`] asks; none where nobody of `audiences` sees anything in such a status.
///
/// It reads no more rows than it shows, give or take those that are for others: it walks indexes that are in the order of
/// ids. Asked in one condition with an `OR` in it, SQLite gathers all that each audience sees and sorts it.
pub fn list_query(
    filter: &Filter,
    audiences: &[Audience],
    before: Option<ResourceId>,
    limit: u64,
) -> Option<Select<resource::Entity>> {
    let newest = resource::Entity::find()
        .order_by_desc(resource::Column::Id)
        .limit(limit);
    let before = Condition::all().add_option(before.map(|id| resource::Column::Id.lt(id)));
    let audiences = filter.asked_by(audiences);
    // A condition that any of none holds limits nothing.
    if audiences.is_empty() {
        return None;
    }
    if let Some(narrowest) = filter.narrowest() {
        // One expression: conditions of their own would tempt the database to another index than that of the place.
        let all = filter.conditions().add(seen_or_worked_on_by(&audiences));
        let is_wanted: Expr = Expr::case(all, 1_i32).finally(0_i32).into();
        return Some(newest.filter(narrowest).filter(before).filter(is_wanted.eq(1_i32)));
    }
    let runs = audiences.iter().flat_map(runs);
    let possible = runs.filter(|(status, _)| status.is_none() || filter.status.is_none() || *status == filter.status);
    let newest_of_each = possible.map(|(_, run)| {
        let of_one = resource::Entity::find()
            .select_only()
            .column(resource::Column::Id)
            .filter(run)
            .filter(before.clone())
            .filter(filter.conditions())
            .order_by_desc(resource::Column::Id)
            .limit(limit)
            .into_query();
        // SQLite takes an order inside a subquery, but not inside a union.
        Query::select()
            .column(resource::Column::Id)
            .from_subquery(of_one, "of_one")
            .to_owned()
    });
    let of_all = newest_of_each.reduce(|mut all, one| all.union(UnionType::All, one).to_owned())?;
    Some(newest.filter(resource::Column::Id.in_subquery(of_all)))
}

impl Filter {
    /// Those of `audiences` whom the filter leaves anything: what waits beside something that is published is not told to
    /// those who see only that, not even by a list that ends before it.
    fn asked_by(&self, audiences: &[Audience]) -> Vec<Audience> {
        let all = audiences.iter().copied();
        match self.status {
            None => all.collect(),
            // To the city's reviewers what waits for them tells nothing of what is published beside it.
            Some(Status::Published) => all
                .filter(|audience| !matches!(audience, Audience::Reviewers | Audience::Bureau))
                .collect(),
            Some(_) => all.filter(|audience| !audience.is_of_readers()).collect(),
        }
    }

    /// The limit that leaves the fewest resources, each by an index in the order of ids.
    fn narrowest(&self) -> Option<Expr> {
        let limits = [
            self.task.map(|id| resource::Column::TaskId.eq(id)),
            self.owner.map(|id| resource::Column::OwnerId.eq(id)),
            self.course.map(|id| resource::Column::CourseId.eq(id)),
            self.school.map(|id| resource::Column::SchoolId.eq(id)),
            self.major.map(|id| resource::Column::MajorId.eq(id)),
        ];
        limits.into_iter().flatten().next()
    }

    fn conditions(&self) -> Condition {
        Condition::all()
            .add_option(self.major.map(|id| resource::Column::MajorId.eq(id)))
            .add_option(self.course.map(|id| resource::Column::CourseId.eq(id)))
            .add_option(self.task.map(|id| resource::Column::TaskId.eq(id)))
            .add_option(self.school.map(|id| resource::Column::SchoolId.eq(id)))
            .add_option(self.owner.map(|id| resource::Column::OwnerId.eq(id)))
            .add_option(self.kind.as_ref().map(|kind| resource::Column::Kind.eq(kind)))
            .add_option(self.stage.as_ref().map(|stage| resource::Column::Stage.eq(stage)))
            .add_option(self.level.as_ref().map(|level| resource::Column::Level.eq(level)))
            .add_option(self.status.map(stands))
            .add_option(self.commented_but_by.map(is_commented_but_by))
    }
}

/// Condition that others than an account said something which is not done with.
fn is_commented_but_by(account: AccountId) -> Expr {
    let open = comment::Entity::find()
        .select_only()
        .column(comment::Column::ResourceId)
        .filter(comment::Column::ResolvedAt.is_null())
        .filter(comment::Column::AuthorId.ne(account));
    resource::Column::Id.in_subquery(open.into_query())
}
