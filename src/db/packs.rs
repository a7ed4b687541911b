//! Packs, their versions and files, and who holds them.

use std::ops::RangeInclusive;

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, IntoActiveModel as _, JoinType,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, SelectStatement},
};

use super::entity::{blob, file, pack, pack_item, pack_timestamp, pack_version, receipt, resource, version};
use super::{files, followups, pack_documents, rows, versions};
use crate::domain::authority::Reach;
use crate::domain::file::Kind;
use crate::domain::id::{AccountId, AnyId, FileId, MajorId, PackId, ResourceId, SchoolId, Sha256};
use crate::domain::pack::BuildState;
use crate::domain::role::Scope;
use crate::domain::search::Audience;
use crate::domain::standard::followup::FollowUpKind;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

/// Adds a pack.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: pack::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// A pack by id.
pub(crate) async fn pack(conn: &impl ConnectionTrait, id: PackId) -> Result<Option<pack::Model>> {
    Ok(pack::Entity::find_by_id(id).one(conn).await?)
}

/// Packs by their ids.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, ids: &[PackId]) -> Result<Vec<pack::Model>> {
    rows::where_in(conn, pack::Entity::find(), pack::Column::Id, ids).await
}

/// A pack by id, which nobody else changes until the transaction ends. SQLite's writers are alone anyway.
pub(crate) async fn find_for_update(tx: &impl ConnectionTrait, id: PackId) -> Result<Option<pack::Model>> {
    Ok(pack::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Writes a changed pack, unless somebody else changed it since revision `seen`. `row.revision` is the new one.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: pack::Model, seen: i64) -> Result<()> {
    let id = row.id;
    let (places, now) = (asked_places(&row), row.updated_at);
    let mut change = row.into_active_model().reset_all();
    change.not_set(pack::Column::Id);
    // A version may have become ready meanwhile.
    change.not_set(pack::Column::Version);
    let done = pack::Entity::update_many()
        .set(change)
        .filter(pack::Column::Id.eq(id))
        .filter(pack::Column::Revision.eq(seen))
        .exec(tx)
        .await?;
    if done.rows_affected == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    followups::settle(tx, FollowUpKind::Pack, &id.to_string(), places, now).await
}

/// What somebody may be asked to look after in a pack; of one that is withdrawn nothing.
fn asked_places(row: &pack::Model) -> Vec<AnyId> {
    if row.withdrawn {
        Vec::new()
    } else {
        // One that names no place names itself alone: it left all that it named.
        row.contents.places().into_iter().chain([row.id.into()]).collect()
    }
}

/// Names the newest version that is ready. That is nobody's edit: whoever has the pack open before them goes on.
pub(crate) async fn set_newest(tx: &impl ConnectionTrait, id: PackId, number: i32, now: Timestamp) -> Result<()> {
    let change = pack::ActiveModel {
        version: Set(number),
        updated_at: Set(now),
        ..Default::default()
    };
    pack::Entity::update_many()
        .set(change)
        .filter(pack::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes a pack with everything about it.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: PackId) -> Result<()> {
    pack_item::Entity::delete_many()
        .filter(pack_item::Column::PackId.eq(id))
        .exec(tx)
        .await?;
    pack_version::Entity::delete_many()
        .filter(pack_version::Column::PackId.eq(id))
        .exec(tx)
        .await?;
    receipt::Entity::delete_many()
        .filter(receipt::Column::PackId.eq(id))
        .exec(tx)
        .await?;
    followups::forget(tx, FollowUpKind::Pack, &id.to_string()).await?;
    // Every table that names a pack: a story looks through all of them for a row that is left.
    pack_timestamp::Entity::delete_by_id(id).exec(tx).await?;
    pack_documents::remove(tx, id).await?;
    pack::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// The published packs of which some version holds a resource.
pub(crate) async fn published_packs_of(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<PackId>> {
    let query = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::PackId)
        .filter(pack_item::Column::ResourceId.eq(resource))
        .distinct();
    Ok(query.into_tuple().all(conn).await?)
}

/// When some version of these packs was published last.
pub(crate) async fn last_published(conn: &impl ConnectionTrait, packs: &[PackId]) -> Result<Option<Timestamp>> {
    let query = pack_version::Entity::find()
        .select_only()
        .column_as(pack_version::Column::PublishedAt.max(), "published_at")
        .filter(pack_version::Column::PackId.is_in(packs.iter().copied()));
    let last: Option<Option<Timestamp>> = query.into_tuple().one(conn).await?;
    Ok(last.flatten())
}

/// Every pack that is published and not withdrawn.
pub(crate) async fn published(conn: &impl ConnectionTrait) -> Result<Vec<PackId>> {
    let query = pack::Entity::find()
        .select_only()
        .column(pack::Column::Id)
        .filter(pack::Column::Version.gt(0))
        .filter(pack::Column::Withdrawn.eq(false));
    Ok(query.into_tuple().all(conn).await?)
}

/// The most bundles of one maker that are looked through for one of the same choice.
const BUNDLES: u64 = 500;

/// Somebody's packs that are evidence and not withdrawn, newest first.
pub(crate) async fn evidence_of(conn: &impl ConnectionTrait, owner: AccountId) -> Result<Vec<pack::Model>> {
    let query = pack::Entity::find()
        .filter(pack::Column::OwnerId.eq(owner))
        .filter(pack::Column::Evidence.eq(true))
        .filter(pack::Column::Withdrawn.eq(false))
        .order_by_desc(pack::Column::Id)
        .limit(BUNDLES);
    Ok(query.all(conn).await?)
}

/// Filter of a list of packs; empty fields limit nothing.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "each is the pack's field of that name")]
pub struct PackFilter {
    pub school: Option<SchoolId>,
    pub owner: Option<AccountId>,
    /// Packs whose newest version holds this resource.
    pub resource: Option<ResourceId>,
    /// Packs whose newest version holds resources of this major.
    pub major: Option<MajorId>,
    /// Packs whose words wait for an approver who reaches so far, but for what is their own.
    pub waiting_for: Option<(Reach, AccountId)>,
}

/// Packs that one of `audiences` may see, newest first, before the one with id `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    filter: &PackFilter,
    audiences: &[Audience],
    before: Option<PackId>,
    limit: u64,
) -> Result<Vec<pack::Model>> {
    let all = Condition::all()
        .add(seen_by(audiences))
        .add_option(filter.waiting_for.map(waits_for))
        .add_option(filter.school.map(|id| pack::Column::SchoolId.eq(id)))
        .add_option(filter.owner.map(|id| pack::Column::OwnerId.eq(id)))
        .add_option(
            filter
                .resource
                .map(|id| pack::Column::Id.in_subquery(holding(pack_item::Column::ResourceId.eq(id)))),
        )
        .add_option(
            filter
                .major
                .map(|id| pack::Column::Id.in_subquery(holding(of_major(id)))),
        )
        .add_option(before.map(|id| pack::Column::Id.lt(id)));
    let query = pack::Entity::find()
        .filter(all)
        .order_by_desc(pack::Column::Id)
        .limit(limit);
    Ok(query.all(conn).await?)
}

/// How many packs' words wait for an approver.
pub(crate) async fn count_waiting_for(conn: &impl ConnectionTrait, approver: (Reach, AccountId)) -> Result<u64> {
    Ok(pack::Entity::find().filter(waits_for(approver)).count(conn).await?)
}

/// Condition: others read other words of a pack than those who make it, and this approver may change that; of one row
/// `library::packs::words` says the same.
fn waits_for((reach, approver): (Reach, AccountId)) -> Condition {
    let of_pack = |column: pack::Column| Expr::col((pack::Entity, column));
    let of_version = |column: pack_version::Column| Expr::col((pack_version::Entity, column));
    let text = |json: Expr| json.cast_as("text");
    let differs = Condition::any()
        .add(pack_version::Column::ApprovedBy.is_null())
        .add(of_version(pack_version::Column::Title).ne(of_pack(pack::Column::Title)))
        .add(of_version(pack_version::Column::Description).ne(of_pack(pack::Column::Description)))
        .add(text(of_version(pack_version::Column::Contents)).ne(text(of_pack(pack::Column::Contents))));
    let newest = pack_version::Entity::find()
        .select_only()
        .column(pack_version::Column::Number)
        .filter(of_version(pack_version::Column::PackId).eq(of_pack(pack::Column::Id)))
        .filter(of_version(pack_version::Column::Number).eq(of_pack(pack::Column::Version)))
        .filter(pack_version::Column::State.eq(BuildState::Ready))
        .filter(differs);
    Condition::all()
        .add(pack::Column::Scope.is_in([Scope::City, Scope::Public]))
        .add(pack::Column::Withdrawn.eq(false))
        .add(pack::Column::OwnerId.ne(approver))
        .add_option(reach.school().map(|school| pack::Column::SchoolId.eq(school)))
        .add(Expr::exists(newest.into_query()))
}

fn of_major(major: MajorId) -> Expr {
    let resources = resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::Column::MajorId.eq(major))
        .into_query();
    pack_item::Column::ResourceId.in_subquery(resources)
}

/// The packs whose newest version holds such items.
fn holding(items: Expr) -> SelectStatement {
    let is_newest = Expr::col((pack::Entity, pack::Column::Id))
        .eq(Expr::col((pack_item::Entity, pack_item::Column::PackId)))
        .and(
            Expr::col((pack::Entity, pack::Column::Version))
                .eq(Expr::col((pack_item::Entity, pack_item::Column::Number))),
        );
    pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::PackId)
        .filter(items)
        .filter(Expr::exists(
            pack::Entity::find()
                .select_only()
                .column(pack::Column::Id)
                .filter(is_newest)
                .into_query(),
        ))
        .into_query()
}

/// Condition that one of `audiences` may see a pack; `library::packs` decides the same for one row.
fn seen_by(audiences: &[Audience]) -> Condition {
    let published = |scope: Scope| {
        Condition::all()
            .add(pack::Column::Version.gt(0))
            .add(pack::Column::Withdrawn.eq(false))
            .add(pack::Column::Scope.eq(scope))
    };
    audiences.iter().fold(Condition::any(), |any, audience| match audience {
        Audience::Public => any.add(published(Scope::Public)),
        Audience::City => any.add(published(Scope::City)),
        Audience::School(id) => any.add(published(Scope::School).add(pack::Column::SchoolId.eq(*id))),
        Audience::SchoolAdmin(id) => any.add(pack::Column::SchoolId.eq(*id)),
        // Packs are not reviewed.
        Audience::Reviewers | Audience::Bureau => any,
        Audience::Owner(id) => any.add(pack::Column::OwnerId.eq(*id)),
    })
}

/// A version of a pack.
pub(crate) async fn version(
    conn: &impl ConnectionTrait,
    pack: PackId,
    number: i32,
) -> Result<Option<pack_version::Model>> {
    Ok(pack_version::Entity::find_by_id((pack, number)).one(conn).await?)
}

/// A pack's versions, newest first.
pub(crate) async fn versions(conn: &impl ConnectionTrait, pack: PackId) -> Result<Vec<pack_version::Model>> {
    let query = pack_version::Entity::find().filter(pack_version::Column::PackId.eq(pack));
    Ok(query.order_by_desc(pack_version::Column::Number).all(conn).await?)
}

/// Versions of packs by their keys, in no order.
pub(crate) async fn versions_by_key(
    conn: &impl ConnectionTrait,
    keys: &[(PackId, i32)],
) -> Result<Vec<pack_version::Model>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let these = keys.iter().fold(Condition::any(), |any, (pack, number)| {
        let this = pack_version::Column::PackId.eq(*pack);
        any.add(this.and(pack_version::Column::Number.eq(*number)))
    });
    Ok(pack_version::Entity::find().filter(these).all(conn).await?)
}

/// The newest version of a pack whose words were approved for one of these audiences.
pub(crate) async fn newest_approved(
    conn: &impl ConnectionTrait,
    pack: PackId,
    audiences: Vec<String>,
) -> Result<Option<pack_version::Model>> {
    let approved = pack_version::Entity::find()
        .filter(pack_version::Column::PackId.eq(pack))
        .filter(pack_version::Column::Audience.is_in(audiences))
        .filter(pack_version::Column::ApprovedBy.is_not_null());
    Ok(approved.order_by_desc(pack_version::Column::Number).one(conn).await?)
}

/// The newest version of each of some packs, ready or not.
pub(crate) async fn newest_versions(
    conn: &impl ConnectionTrait,
    packs: Vec<PackId>,
) -> Result<Vec<pack_version::Model>> {
    if packs.is_empty() {
        return Ok(Vec::new());
    }
    let rows = pack_version::Entity::find()
        .filter(pack_version::Column::PackId.is_in(packs))
        .order_by_asc(pack_version::Column::PackId)
        .order_by_desc(pack_version::Column::Number)
        .all(conn)
        .await?;
    let mut newest: Vec<pack_version::Model> = Vec::new();
    for row in rows {
        if newest.last().is_none_or(|last| last.pack_id != row.pack_id) {
            newest.push(row);
        }
    }
    Ok(newest)
}

/// Writes a version, new or changed.
pub(crate) async fn put_version(tx: &impl ConnectionTrait, row: pack_version::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Notes how far a building has come.
pub(crate) async fn set_progress(
    tx: &impl ConnectionTrait,
    version: (PackId, i32),
    state: BuildState,
    done: i64,
    total: i64,
) -> Result<()> {
    let change = pack_version::ActiveModel {
        state: Set(state),
        done: Set(done),
        total: Set(total),
        ..Default::default()
    };
    pack_version::Entity::update_many()
        .set(change)
        .filter(pack_version::Column::PackId.eq(version.0))
        .filter(pack_version::Column::Number.eq(version.1))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes why a version could not be built.
pub(crate) async fn set_failed(tx: &impl ConnectionTrait, version: (PackId, i32), why: &str) -> Result<()> {
    let change = pack_version::ActiveModel {
        state: Set(BuildState::Failed),
        error: Set(Some(why.to_owned())),
        ..Default::default()
    };
    pack_version::Entity::update_many()
        .set(change)
        .filter(pack_version::Column::PackId.eq(version.0))
        .filter(pack_version::Column::Number.eq(version.1))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes the files of a version that is not ready, for building it anew.
pub(crate) async fn clear_items(tx: &impl ConnectionTrait, pack: PackId, number: i32) -> Result<()> {
    pack_item::Entity::delete_many()
        .filter(pack_item::Column::PackId.eq(pack))
        .filter(pack_item::Column::Number.eq(number))
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds files to a version.
pub(crate) async fn add_items(tx: &impl ConnectionTrait, rows: &[pack_item::Model]) -> Result<()> {
    rows::insert_all(tx, rows).await
}

/// A file of a version: its content, what that is read as, and where and how long it is and when it was last right, if it is
/// here.
pub(crate) type StoredItem = (Sha256, Kind, Option<String>, Option<i64>, Option<Timestamp>);

/// Files of a version with these numbers, in order. No more of them than giving them takes: there may be a hundred thousand.
pub(crate) async fn items(
    conn: &impl ConnectionTrait,
    pack: PackId,
    number: i32,
    positions: RangeInclusive<i32>,
) -> Result<Vec<StoredItem>> {
    let to_content = pack_item::Entity::belongs_to(blob::Entity)
        .from(pack_item::Column::Sha256)
        .to(blob::Column::Sha256);
    let query = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::Sha256)
        .column(pack_item::Column::Kind)
        .column(blob::Column::Generation)
        .column(blob::Column::Size)
        .column(blob::Column::VerifiedAt)
        .join(JoinType::LeftJoin, to_content.into())
        .filter(pack_item::Column::PackId.eq(pack))
        .filter(pack_item::Column::Number.eq(number))
        .filter(pack_item::Column::Position.between(*positions.start(), *positions.end()))
        .order_by_asc(pack_item::Column::Position);
    Ok(query.into_tuple().all(conn).await?)
}

/// The files of a version that may no longer be given, by number.
pub(crate) async fn gone_items(conn: &impl ConnectionTrait, pack: PackId, number: i32) -> Result<Vec<i32>> {
    let query = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::Position)
        .filter(pack_item::Column::PackId.eq(pack))
        .filter(pack_item::Column::Number.eq(number))
        .filter(pack_item::Column::GoneAt.is_not_null())
        .order_by_asc(pack_item::Column::Position);
    Ok(query.into_tuple().all(conn).await?)
}

/// The resources of a version, with the moment since which each may no longer be given.
pub(crate) async fn resources_of(
    conn: &impl ConnectionTrait,
    pack: PackId,
    number: i32,
) -> Result<Vec<(ResourceId, Option<Timestamp>)>> {
    let query = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::ResourceId)
        .column_as(pack_item::Column::GoneAt.max(), "gone_at")
        .filter(pack_item::Column::PackId.eq(pack))
        .filter(pack_item::Column::Number.eq(number))
        .group_by(pack_item::Column::ResourceId);
    Ok(query.into_tuple().all(conn).await?)
}

/// A file of a version by its content.
pub(crate) async fn item_with(
    conn: &impl ConnectionTrait,
    pack: PackId,
    number: i32,
    sha256: &Sha256,
) -> Result<Option<pack_item::Model>> {
    let query = pack_item::Entity::find()
        .filter(pack_item::Column::PackId.eq(pack))
        .filter(pack_item::Column::Number.eq(number))
        .filter(pack_item::Column::Sha256.eq(sha256.clone()))
        // The same bytes may stand in a resource that is gone and in one that is not.
        .order_by_asc(pack_item::Column::GoneAt.is_not_null());
    Ok(query.one(conn).await?)
}

/// Notes in the versions that hold a resource whom it may still be given to; returns the packs of which something went.
pub(crate) async fn sync_visibility(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    now_seen_by: &[Audience],
    now: Timestamp,
) -> Result<Vec<PackId>> {
    let covered = covered(now_seen_by);
    let of_it = pack_item::Column::ResourceId.eq(resource);
    let going = Condition::all()
        .add(of_it.clone())
        .add(pack_item::Column::GoneAt.is_null())
        .add(covered.clone().not());
    // Asked before the update: afterwards nobody could tell which packs lost something just now.
    let packs: Vec<PackId> = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::PackId)
        .filter(going.clone())
        .distinct()
        .into_tuple()
        .all(tx)
        .await?;
    if !packs.is_empty() {
        let change = pack_item::ActiveModel {
            gone_at: Set(Some(now)),
            ..Default::default()
        };
        pack_item::Entity::update_many()
            .set(change)
            .filter(going)
            .exec(tx)
            .await?;
    }
    let back = pack_item::ActiveModel {
        gone_at: Set(None),
        ..Default::default()
    };
    pack_item::Entity::update_many()
        .set(back)
        .filter(of_it)
        .filter(pack_item::Column::GoneAt.is_not_null())
        .filter(covered)
        .filter(is_shown_file_of(resource))
        .exec(tx)
        .await?;
    Ok(packs)
}

/// Gives a file that was erased to nobody any more, whichever version holds it; returns the packs.
pub(crate) async fn let_go_of_file(
    tx: &impl ConnectionTrait,
    resource: ResourceId,
    file: FileId,
    now: Timestamp,
) -> Result<Vec<PackId>> {
    let of_it = pack_item::Column::ResourceId
        .eq(resource)
        .and(pack_item::Column::FileId.eq(file));
    let packs: Vec<PackId> = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::PackId)
        .filter(of_it.clone())
        .distinct()
        .into_tuple()
        .all(tx)
        .await?;
    if packs.is_empty() {
        return Ok(packs);
    }
    let change = pack_item::ActiveModel {
        gone_at: Set(Some(now)),
        ..Default::default()
    };
    pack_item::Entity::update_many()
        .set(change)
        .filter(of_it)
        .filter(pack_item::Column::GoneAt.is_null())
        .exec(tx)
        .await?;
    Ok(packs)
}

/// Condition: the file of an item is there; of what was removed or erased nothing comes back.
fn is_file() -> Expr {
    let files = file::Entity::find().select_only().column(file::Column::Id).into_query();
    pack_item::Column::FileId.in_subquery(files)
}

/// Condition: the file of an item is one that others may have of its resource: of the version that they see, or of an earlier
/// one that was shown since it was withdrawn last. A withdrawal takes the history with it, and packs give none of it back.
fn is_shown_file_of(resource: ResourceId) -> Expr {
    let of_file = |column: file::Column| Expr::col((file::Entity, column));
    let number = || Expr::col((version::Entity, version::Column::Number));
    let was_shown = version::Entity::find()
        .select_only()
        .column(version::Column::Number)
        .filter(version::Column::ResourceId.eq(resource))
        .filter(versions::is_shown())
        .filter(number().gte(of_file(file::Column::AddedIn)))
        .filter(
            of_file(file::Column::RemovedIn)
                .is_null()
                .or(number().lt(of_file(file::Column::RemovedIn))),
        )
        .into_query();
    let shown = file::Entity::find()
        .select_only()
        .column(file::Column::Id)
        .join(JoinType::InnerJoin, files::of_resource())
        .filter(file::Column::ResourceId.eq(resource))
        .filter(Condition::any().add(files::is_shown()).add(Expr::exists(was_shown)))
        .into_query();
    pack_item::Column::FileId.in_subquery(shown)
}

/// The audiences of packs that are all among those who see a resource; see [`crate::domain::pack::may_be_given`].
fn covered(seen_by: &[Audience]) -> Condition {
    let audience = pack_item::Column::Audience;
    // An empty condition is true, and what nobody may see would be given to all.
    let mut any = Condition::any().add(Expr::val(1).eq(0));
    for seer in seen_by {
        any = match seer {
            Audience::Public => any.add(Expr::val(1).eq(1)),
            Audience::City => any.add(audience.ne(Audience::Public.term())),
            Audience::School(_) => any.add(audience.eq(seer.term())),
            // These see what is not published, too: that is not being given to anybody.
            Audience::SchoolAdmin(_) | Audience::Reviewers | Audience::Bureau | Audience::Owner(_) => any,
        };
    }
    any
}

/// Keeps what a holder says it has; the newest of each key.
pub(crate) async fn put_receipt(tx: &impl ConnectionTrait, row: receipt::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Who holds a pack, newest word first.
pub(crate) async fn receipts(conn: &impl ConnectionTrait, pack: PackId) -> Result<Vec<receipt::Model>> {
    let query = receipt::Entity::find().filter(receipt::Column::PackId.eq(pack));
    Ok(query.order_by_desc(receipt::Column::At).all(conn).await?)
}

/// Contents that versions of packs keep from garbage collection: their files, lists, differences and documents.
pub(super) fn pinned_contents() -> [SelectStatement; 4] {
    let of_versions = |column: pack_version::Column| {
        pack_version::Entity::find()
            .select_only()
            .column(column)
            .filter(column.is_not_null())
            .into_query()
    };
    let of_items = pack_item::Entity::find()
        .select_only()
        .column(pack_item::Column::Sha256)
        .filter(pack_item::Column::GoneAt.is_null().or(is_file()))
        .into_query();
    [
        of_items,
        of_versions(pack_version::Column::ManifestSha256),
        of_versions(pack_version::Column::PatchSha256),
        pack_documents::pinned_contents(),
    ]
}
