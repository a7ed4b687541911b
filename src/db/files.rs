//! Files of resources, with what reading them found.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, RelationDef,
    sea_query::{Expr, SelectStatement},
};

use super::entity::{extraction, file, resource};
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::file::Kind;
use crate::domain::id::{FileId, ResourceId, SchoolId, Sha256};
use crate::error::Result;

/// Condition: part of its resource as others see it. The resource is joined.
pub(super) fn is_shown() -> Condition {
    let stays = column(file::Column::RemovedIn).gt(shown_version());
    Condition::all()
        .add(column(file::Column::AddedIn).lte(shown_version()))
        .add(file::Column::RemovedIn.is_null().or(stays))
}

fn shown_version() -> Expr {
    Expr::col((resource::Entity, resource::Column::Version))
}

fn column(of_file: file::Column) -> Expr {
    Expr::col((file::Entity, of_file))
}

/// The contents that a school has in its resources.
pub(super) fn contents_of_school(school: SchoolId) -> SelectStatement {
    file::Entity::find()
        .select_only()
        .column(file::Column::Sha256)
        .join(JoinType::InnerJoin, of_resource())
        .filter(resource::Column::SchoolId.eq(school))
        .into_query()
}

/// How many files some resources have as others see them; those without any are left out.
pub(crate) async fn counts(conn: &impl ConnectionTrait, resources: &[ResourceId]) -> Result<Vec<(ResourceId, i64)>> {
    let query = file::Entity::find()
        .select_only()
        .column(file::Column::ResourceId)
        .column_as(file::Column::Id.count(), "files")
        .join(JoinType::InnerJoin, of_resource())
        .filter(file::Column::ResourceId.is_in(resources.iter().copied()))
        .filter(is_shown())
        .group_by(file::Column::ResourceId);
    Ok(query.into_tuple().all(conn).await?)
}

/// Adds files.
pub(crate) async fn add(tx: &impl ConnectionTrait, rows: Vec<file::Model>) -> Result<()> {
    rows::insert_all(tx, &rows).await
}

/// Restores a file that had been removed from its resource: as it is now, part of it from this version on.
pub(crate) async fn restore(tx: &impl ConnectionTrait, row: file::Model) -> Result<()> {
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

/// Erases a file, from whatever versions it is part of.
pub(crate) async fn erase(tx: &impl ConnectionTrait, id: FileId) -> Result<()> {
    file::Entity::delete_by_id(id).exec(tx).await?;
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

/// Drops what came after version `number`: the files that it does not hold, and that others of them were left out. Returns the
/// bytes of what went.
pub(crate) async fn drop_after(tx: &impl ConnectionTrait, resource: ResourceId, number: i32) -> Result<i64> {
    let came = Condition::all()
        .add(file::Column::ResourceId.eq(resource))
        .add(file::Column::AddedIn.gt(number));
    let sizes: Vec<i64> = file::Entity::find()
        .select_only()
        .column(file::Column::Size)
        .filter(came.clone())
        .into_tuple()
        .all(tx)
        .await?;
    file::Entity::delete_many().filter(came).exec(tx).await?;
    file::Entity::update_many()
        .col_expr(file::Column::RemovedIn, Expr::null())
        .filter(file::Column::ResourceId.eq(resource))
        .filter(file::Column::RemovedIn.gt(number))
        .exec(tx)
        .await?;
    Ok(sizes.iter().sum())
}

/// The files that came with one version.
pub(crate) async fn added_in(
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

pub(super) fn of_resource() -> RelationDef {
    file::Entity::belongs_to(resource::Entity)
        .from(file::Column::ResourceId)
        .to(resource::Column::Id)
        .into()
}

/// A file with what reading it found.
pub(crate) type FileWithExtraction = (file::Model, Option<extraction::Model>);

/// The files of some resources as others see them, in the order in which they came, with what reading them found.
pub(crate) async fn current(conn: &impl ConnectionTrait, resources: &[ResourceId]) -> Result<Vec<FileWithExtraction>> {
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    let of_these = file::Column::ResourceId.is_in(resources.iter().copied());
    let files = file::Entity::find()
        .join(JoinType::InnerJoin, of_resource())
        .filter(of_these)
        .filter(is_shown())
        .order_by_asc(file::Column::Id)
        .all(conn)
        .await?;
    with_extractions(conn, files).await
}

/// The files of the newest versions that lie at some paths of resources.
pub(crate) async fn present_at(
    conn: &impl ConnectionTrait,
    places: &[(ResourceId, String)],
) -> Result<Vec<file::Model>> {
    let mut resources: Vec<ResourceId> = places.iter().map(|(resource, _)| *resource).collect();
    resources.sort_unstable();
    resources.dedup();
    let mut found = Vec::new();
    for resource in resources {
        let of_it = places.iter().filter(|(other, _)| *other == resource);
        let paths: Vec<String> = of_it.map(|(_, path)| path.clone()).collect();
        let present = file::Entity::find()
            .filter(file::Column::ResourceId.eq(resource))
            .filter(file::Column::RemovedIn.is_null());
        found.extend(rows::where_in(conn, present, file::Column::Path, &paths).await?);
    }
    Ok(found)
}

/// Files by id, in no order.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, ids: Vec<FileId>) -> Result<Vec<file::Model>> {
    rows::where_in(conn, file::Entity::find(), file::Column::Id, &ids).await
}

/// The files of these kinds of some resources as others see them, in the order in which they came.
pub(crate) async fn current_of_kinds(
    conn: &impl ConnectionTrait,
    resources: Vec<ResourceId>,
    kinds: &[Kind],
) -> Result<Vec<file::Model>> {
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    Ok(file::Entity::find()
        .join(JoinType::InnerJoin, of_resource())
        .filter(file::Column::ResourceId.is_in(resources))
        .filter(is_shown())
        .filter(file::Column::Kind.is_in(kinds.iter().copied()))
        .order_by_asc(file::Column::Id)
        .all(conn)
        .await?)
}

/// Every file that a resource ever had: its path, the version it came in, and the one it went in.
pub(crate) async fn history(
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

/// As many files are named of what waits; somebody may have brought ten thousand.
const CHANGED_AT_MOST: u64 = 1_000;

/// The files that came or went since what others see of some resources, the first thousand.
pub(crate) async fn changed_since_shown(
    conn: &impl ConnectionTrait,
    resources: Vec<ResourceId>,
) -> Result<Vec<file::Model>> {
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    let changed = Condition::any()
        .add(column(file::Column::AddedIn).gt(shown_version()))
        .add(column(file::Column::RemovedIn).gt(shown_version()));
    Ok(file::Entity::find()
        .join(JoinType::InnerJoin, of_resource())
        .filter(file::Column::ResourceId.is_in(resources))
        .filter(changed)
        .order_by_asc(file::Column::Id)
        .limit(CHANGED_AT_MOST)
        .all(conn)
        .await?)
}

/// The files of one version.
pub(crate) async fn of_version(
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
    let contents: Vec<Sha256> = files.iter().map(|file| file.sha256.clone()).collect();
    let found = rows::where_in(conn, extraction::Entity::find(), extraction::Column::Sha256, &contents).await?;
    let found: HashMap<(Sha256, Kind), extraction::Model> = found
        .into_iter()
        .map(|row| ((row.sha256.clone(), row.kind), row))
        .collect();
    let pairs = files.into_iter().map(|file| {
        let read = found.get(&(file.sha256.clone(), file.kind)).cloned();
        (file, read)
    });
    Ok(pairs.collect())
}
