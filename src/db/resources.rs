//! Resources, their versions and their files.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, JoinType, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, RelationDef, Select, Value,
    sea_query::{Expr, Query, UnionType},
};

use super::entity::{comment, extraction, file, offer, resource, resource_use, resource_use_month, version};
use crate::domain::file::Kind;
use crate::domain::id::{AccountId, CourseId, FileId, MajorId, ResourceId, SchoolId, Sha256, TaskId};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::Audience;
use crate::error::{Refusal, Result};

/// A resource by id.
pub(crate) async fn resource(conn: &impl ConnectionTrait, id: ResourceId) -> Result<Option<resource::Model>> {
    Ok(resource::Entity::find_by_id(id).one(conn).await?)
}

/// A resource by id, which nobody else changes until the transaction ends. SQLite's writers are alone anyway.
pub(crate) async fn find_for_update(tx: &impl ConnectionTrait, id: ResourceId) -> Result<Option<resource::Model>> {
    Ok(resource::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Resources by id, in no order.
pub(crate) async fn resources_by_id(conn: &impl ConnectionTrait, ids: Vec<ResourceId>) -> Result<Vec<resource::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(resource::Entity::find()
        .filter(resource::Column::Id.is_in(ids))
        .all(conn)
        .await?)
}

/// Resources of some majors, courses or tasks, in no order.
pub(crate) async fn by_curriculum(
    conn: &impl ConnectionTrait,
    majors: Vec<MajorId>,
    courses: Vec<CourseId>,
    tasks: Vec<TaskId>,
) -> Result<Vec<resource::Model>> {
    let columns = [
        (resource::Column::MajorId, values(majors)),
        (resource::Column::CourseId, values(courses)),
        (resource::Column::TaskId, values(tasks)),
    ];
    let mut found = Vec::new();
    for (column, ids) in columns {
        for chunk in ids.chunks(ROWS_AT_ONCE) {
            let query = resource::Entity::find().filter(column.is_in(chunk.iter().cloned()));
            found.extend(query.all(conn).await?);
        }
    }
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    Ok(found)
}

fn values<I: Into<Value>>(ids: Vec<I>) -> Vec<Value> {
    ids.into_iter().map(I::into).collect()
}

/// The resources of an account that bear one of these titles.
pub(crate) async fn by_titles(
    conn: &impl ConnectionTrait,
    owner: AccountId,
    titles: &[String],
) -> Result<Vec<resource::Model>> {
    let mut found = Vec::new();
    for chunk in titles.chunks(ROWS_AT_ONCE) {
        let query = resource::Entity::find()
            .filter(resource::Column::OwnerId.eq(owner))
            .filter(resource::Column::Title.is_in(chunk));
        found.extend(query.order_by_asc(resource::Column::Id).all(conn).await?);
    }
    Ok(found)
}

/// Adds a resource.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: resource::Model) -> Result<()> {
    resource::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Writes a changed resource, unless somebody else changed it since revision `seen`. `row.revision` is the new one.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: resource::Model, seen: i64) -> Result<()> {
    let id = row.id;
    let mut change = row.into_active_model().reset_all();
    change.not_set(resource::Column::Id);
    let done = resource::Entity::update_many()
        .set(change)
        .filter(resource::Column::Id.eq(id))
        .filter(resource::Column::Revision.eq(seen))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    Ok(())
}

/// Removes a resource with its versions and files. The content stays until it is collected.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: ResourceId) -> Result<()> {
    file::Entity::delete_many()
        .filter(file::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    version::Entity::delete_many()
        .filter(version::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    resource_use::Entity::delete_by_id(id).exec(tx).await?;
    resource_use_month::Entity::delete_many()
        .filter(resource_use_month::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    comment::Entity::delete_many()
        .filter(comment::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    offer::Entity::delete_many()
        .filter(offer::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    resource::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

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
    if let Some(narrowest) = filter.narrowest() {
        // One expression: conditions of their own would tempt the database to another index than that of the place.
        let all = filter.conditions().add(seen_by(audiences));
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
            .add_option(self.status.map(|status| resource::Column::Status.eq(status)))
    }
}

/// The rule of [`Audience::of_resource`], said in SQL.
pub(super) fn seen_by(audiences: &[Audience]) -> Condition {
    let runs = audiences.iter().flat_map(runs);
    runs.fold(Condition::any(), |any, (_, run)| any.add(run))
}

/// What an audience sees, as runs of rows of an index that is in the order of ids; each with its status, where it has one.
fn runs(audience: &Audience) -> Vec<(Option<Status>, Condition)> {
    let all = |status: Status, scope: Scope| {
        let all = Condition::all()
            .add(resource::Column::Status.eq(status))
            .add(resource::Column::Scope.eq(scope));
        (Some(status), all)
    };
    let published = |scope| all(Status::Published, scope);
    let of_school = |id: SchoolId| resource::Column::SchoolId.eq(id);
    match audience {
        Audience::Public => vec![published(Scope::Public)],
        Audience::City => vec![published(Scope::City)],
        Audience::School(id) => {
            let (status, shared) = published(Scope::School);
            vec![(status, shared.add(of_school(*id)))]
        }
        Audience::SchoolAdmin(id) => vec![(None, Condition::all().add(of_school(*id)))],
        Audience::Reviewers => [Scope::City, Scope::Public]
            .map(|scope| all(Status::Submitted, scope))
            .into(),
        Audience::Owner(id) => vec![(None, Condition::all().add(resource::Column::OwnerId.eq(*id)))],
    }
}

/// What was submitted to be shared beyond its school.
pub(super) fn waits_for_the_city() -> Condition {
    Condition::all()
        .add(resource::Column::Status.eq(Status::Submitted))
        .add(resource::Column::Scope.is_in([Scope::City, Scope::Public]))
}

/// Up to `limit` ids of resources after `after`, for walking through all of them.
pub(crate) async fn ids_after(
    conn: &impl ConnectionTrait,
    after: Option<ResourceId>,
    limit: u64,
) -> Result<Vec<ResourceId>> {
    let mut query = resource::Entity::find().select_only().column(resource::Column::Id);
    if let Some(after) = after {
        query = query.filter(resource::Column::Id.gt(after));
    }
    Ok(query
        .order_by_asc(resource::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

/// How many files the newest versions of some resources have; those without any are left out.
pub(crate) async fn file_counts(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<Vec<(ResourceId, i64)>> {
    let query = file::Entity::find()
        .select_only()
        .column(file::Column::ResourceId)
        .column_as(file::Column::Id.count(), "files")
        .filter(file::Column::ResourceId.is_in(resources.iter().copied()))
        .filter(file::Column::RemovedIn.is_null())
        .group_by(file::Column::ResourceId);
    Ok(query.into_tuple().all(conn).await?)
}

/// How many resources there are.
pub(crate) async fn count(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(resource::Entity::find().count(conn).await?)
}

/// Adds a version.
pub(crate) async fn add_version(tx: &impl ConnectionTrait, row: version::Model) -> Result<()> {
    version::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A resource's versions, newest first.
pub(crate) async fn versions(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<version::Model>> {
    let query = version::Entity::find().filter(version::Column::ResourceId.eq(resource));
    Ok(query.order_by_desc(version::Column::Number).all(conn).await?)
}

/// One version.
pub(crate) async fn version(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    number: i32,
) -> Result<Option<version::Model>> {
    Ok(version::Entity::find_by_id((resource, number)).one(conn).await?)
}

/// Rows of one statement; both databases limit its values.
const ROWS_AT_ONCE: usize = 500;

/// Adds files.
pub(crate) async fn add_files(tx: &impl ConnectionTrait, rows: Vec<file::Model>) -> Result<()> {
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let chunk = chunk.iter().cloned().map(file::Model::into_active_model);
        file::Entity::insert_many(chunk).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Restores a file that had been removed from its resource: as it is now, part of it from this version on.
pub(crate) async fn restore_file(tx: &impl ConnectionTrait, row: file::Model) -> Result<()> {
    let (id, resource) = (row.id, row.resource_id);
    let mut change = row.into_active_model().reset_all();
    change.not_set(file::Column::Id);
    file::Entity::update_many()
        .set(change)
        .filter(file::Column::Id.eq(id))
        .filter(file::Column::ResourceId.eq(resource))
        .exec(tx)
        .await?;
    Ok(())
}

/// Leaves the current files with these paths out from version `number` on; returns how many there were, and their bytes.
pub(crate) async fn mark_removed(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    paths: &[String],
    number: i32,
) -> Result<(i64, i64)> {
    let (mut count, mut bytes) = (0, 0);
    for chunk in paths.chunks(ROWS_AT_ONCE) {
        let these = Condition::all()
            .add(file::Column::ResourceId.eq(resource))
            .add(file::Column::RemovedIn.is_null())
            .add(file::Column::Path.is_in(chunk));
        let sizes: Vec<i64> = file::Entity::find()
            .select_only()
            .column(file::Column::Size)
            .filter(these.clone())
            .into_tuple()
            .all(tx)
            .await?;
        count += i64::try_from(sizes.len()).unwrap_or(i64::MAX);
        bytes += sizes.iter().sum::<i64>();
        file::Entity::update_many()
            .col_expr(file::Column::RemovedIn, Expr::value(number))
            .filter(these)
            .exec(tx)
            .await?;
    }
    Ok((count, bytes))
}

/// The files that came with one version.
pub(crate) async fn files_added_in(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    number: i32,
) -> Result<Vec<FileWithExtraction>> {
    let came_with_it = Condition::all()
        .add(file::Column::ResourceId.eq(resource))
        .add(file::Column::AddedIn.eq(number));
    let files = file::Entity::find()
        .filter(came_with_it)
        .order_by_asc(file::Column::Id)
        .all(conn)
        .await?;
    with_extractions(conn, files).await
}

/// The bytes of all files a resource ever had.
pub(crate) async fn bytes_of(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<i64> {
    let sizes: Vec<i64> = file::Entity::find()
        .select_only()
        .column(file::Column::Size)
        .filter(file::Column::ResourceId.eq(resource))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(sizes.iter().sum())
}

/// A file with its resource, in one question, since every download begins with it.
pub(crate) async fn file(conn: &impl ConnectionTrait, id: FileId) -> Result<Option<(file::Model, resource::Model)>> {
    let found = file::Entity::find_by_id(id)
        .join(JoinType::InnerJoin, of_resource())
        .select_also(resource::Entity)
        .one(conn)
        .await?;
    Ok(found.and_then(|(file, resource)| Some((file, resource?))))
}

fn of_resource() -> RelationDef {
    file::Entity::belongs_to(resource::Entity)
        .from(file::Column::ResourceId)
        .to(resource::Column::Id)
        .into()
}

/// A file with what reading it found.
pub(crate) type FileWithExtraction = (file::Model, Option<extraction::Model>);

/// The files of some resources' newest versions, in the order in which they came, with what reading them found.
pub(crate) async fn current_files(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<Vec<FileWithExtraction>> {
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    let current = file::Column::RemovedIn.is_null();
    let of_these = file::Column::ResourceId.is_in(resources.iter().copied());
    let files = file::Entity::find()
        .filter(of_these)
        .filter(current)
        .order_by_asc(file::Column::Id)
        .all(conn)
        .await?;
    with_extractions(conn, files).await
}

/// Files by id, in no order.
pub(crate) async fn files_by_id(conn: &impl ConnectionTrait, ids: Vec<FileId>) -> Result<Vec<file::Model>> {
    let mut files = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(ROWS_AT_ONCE) {
        let these = file::Column::Id.is_in(chunk.iter().copied());
        files.extend(file::Entity::find().filter(these).all(conn).await?);
    }
    Ok(files)
}

/// The files of these kinds in some resources' newest versions, in the order in which they came.
pub(crate) async fn current_of_kinds(
    conn: &impl ConnectionTrait,
    resources: Vec<ResourceId>,
    kinds: &[Kind],
) -> Result<Vec<file::Model>> {
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    Ok(file::Entity::find()
        .filter(file::Column::ResourceId.is_in(resources))
        .filter(file::Column::RemovedIn.is_null())
        .filter(file::Column::Kind.is_in(kinds.iter().copied()))
        .order_by_asc(file::Column::Id)
        .all(conn)
        .await?)
}

/// Every file that a resource ever had: its path, the version it came in, and the one it went in.
pub(crate) async fn file_history(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
) -> Result<Vec<(String, i32, Option<i32>)>> {
    Ok(file::Entity::find()
        .select_only()
        .column(file::Column::Path)
        .column(file::Column::AddedIn)
        .column(file::Column::RemovedIn)
        .filter(file::Column::ResourceId.eq(resource))
        .order_by_asc(file::Column::Id)
        .into_tuple()
        .all(conn)
        .await?)
}

/// The files of one version.
pub(crate) async fn files_of_version(
    conn: &impl ConnectionTrait,
    resource: ResourceId,
    number: i32,
) -> Result<Vec<FileWithExtraction>> {
    let part_of_it = Condition::all()
        .add(file::Column::ResourceId.eq(resource))
        .add(file::Column::AddedIn.lte(number))
        .add(file::Column::RemovedIn.is_null().or(file::Column::RemovedIn.gt(number)));
    let files = file::Entity::find()
        .filter(part_of_it)
        .order_by_asc(file::Column::Id)
        .all(conn)
        .await?;
    with_extractions(conn, files).await
}

/// What reading the files found, by one query per [`ROWS_AT_ONCE`] files.
pub(crate) async fn with_extractions(
    conn: &impl ConnectionTrait,
    files: Vec<file::Model>,
) -> Result<Vec<FileWithExtraction>> {
    let mut found = std::collections::HashMap::new();
    for chunk in files.chunks(ROWS_AT_ONCE) {
        let contents = chunk.iter().map(|file| file.sha256.clone());
        let rows = extraction::Entity::find()
            .filter(extraction::Column::Sha256.is_in(contents))
            .all(conn)
            .await?;
        found.extend(rows.into_iter().map(|row| ((row.sha256.clone(), row.kind), row)));
    }
    let pairs = files.into_iter().map(|file| {
        let read = found.get(&(file.sha256.clone(), file.kind)).cloned();
        (file, read)
    });
    Ok(pairs.collect())
}

/// The resources whose newest version holds this content, with what decides who sees them.
pub(crate) async fn with_content(
    conn: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Option<Kind>,
) -> Result<Vec<resource::Model>> {
    let mut holders = file::Entity::find()
        .select_only()
        .column(file::Column::ResourceId)
        .filter(file::Column::Sha256.eq(sha256.clone()))
        .filter(file::Column::RemovedIn.is_null());
    if let Some(kind) = kind {
        holders = holders.filter(file::Column::Kind.eq(kind));
    }
    let ids: Vec<ResourceId> = holders.distinct().into_tuple().all(conn).await?;
    resources_by_id(conn, ids).await
}

/// The resources whose newest version holds one of these contents, each with that content, as far as one of `audiences`
/// may see them; newest first.
pub(crate) async fn with_contents(
    conn: &impl ConnectionTrait,
    contents: Vec<Sha256>,
    audiences: &[Audience],
) -> Result<Vec<(Sha256, resource::Model)>> {
    let mut found = Vec::new();
    for chunk in contents.chunks(ROWS_AT_ONCE) {
        let query = file::Entity::find()
            .join(JoinType::InnerJoin, of_resource())
            .filter(file::Column::Sha256.is_in(chunk.iter().cloned()))
            .filter(file::Column::RemovedIn.is_null())
            .filter(seen_by(audiences))
            .order_by_desc(resource::Column::Id)
            .select_also(resource::Entity);
        let rows = query.all(conn).await?;
        found.extend(
            rows.into_iter()
                .filter_map(|(file, resource)| Some((file.sha256, resource?))),
        );
    }
    // A resource that holds the same bytes twice is one resource.
    let mut seen = std::collections::HashSet::new();
    found.retain(|(sha256, row)| seen.insert((sha256.clone(), row.id)));
    Ok(found)
}
