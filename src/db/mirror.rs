//! Packs and resources mirrored from a hub, and resources offered upstream.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, SelectStatement},
};

use super::entity::{file, mirror_content, mirror_hub, mirror_pack, mirror_place, mirror_resource, offer, resource};
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::id::{PackId, ResourceId, Sha256};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// A mirrored pack.
pub(crate) async fn pack(conn: &impl ConnectionTrait, id: PackId) -> Result<Option<mirror_pack::Model>> {
    Ok(mirror_pack::Entity::find_by_id(id).one(conn).await?)
}

/// Every mirrored pack.
pub(crate) async fn packs(conn: &impl ConnectionTrait) -> Result<Vec<mirror_pack::Model>> {
    let query = mirror_pack::Entity::find().order_by_asc(mirror_pack::Column::PackId);
    Ok(query.all(conn).await?)
}

/// Writes a mirrored pack, new or changed.
pub(crate) async fn put_pack(tx: &impl ConnectionTrait, row: mirror_pack::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Writes a mirrored resource, new or changed.
pub(crate) async fn put_resource(tx: &impl ConnectionTrait, row: mirror_resource::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Writes what was offered of a resource, new or changed.
pub(crate) async fn put_offer(tx: &impl ConnectionTrait, row: offer::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Writes how far a hub's feed was read, new or changed.
pub(crate) async fn put_hub(tx: &impl ConnectionTrait, row: mirror_hub::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Finds mirrored resources.
pub(crate) async fn resources(conn: &impl ConnectionTrait, ids: &[ResourceId]) -> Result<Vec<mirror_resource::Model>> {
    rows::where_in(
        conn,
        mirror_resource::Entity::find(),
        mirror_resource::Column::ResourceId,
        ids,
    )
    .await
}

/// Resources that were changed here and at the hub.
pub(crate) async fn conflicts(conn: &impl ConnectionTrait) -> Result<Vec<mirror_resource::Model>> {
    let query = mirror_resource::Entity::find().filter(mirror_resource::Column::Conflict.eq(true));
    Ok(query.all(conn).await?)
}

/// Resources of which what the hub says cannot be taken.
pub(crate) async fn problems(conn: &impl ConnectionTrait) -> Result<Vec<mirror_resource::Model>> {
    let query = mirror_resource::Entity::find().filter(mirror_resource::Column::Problem.is_not_null());
    Ok(query.all(conn).await?)
}

/// Change number up to which a hub's feed was read.
pub(crate) async fn since(conn: &impl ConnectionTrait, hub: &str) -> Result<Option<i64>> {
    let row = mirror_hub::Entity::find_by_id(hub.to_owned()).one(conn).await?;
    Ok(row.map(|row| row.since))
}

/// Records that a hub gave contents.
pub(crate) async fn record_contents(tx: &impl ConnectionTrait, hub: &str, contents: &[Sha256]) -> Result<()> {
    let given = contents.iter().map(|sha256| mirror_content::Model {
        hub: hub.to_owned(),
        sha256: sha256.clone(),
    });
    rows::insert_new(tx, &given.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Which of some contents a hub, by any of its names, gave before.
pub(crate) async fn contents_given(
    conn: &impl ConnectionTrait,
    hub: &[String],
    contents: &[Sha256],
) -> Result<HashSet<Sha256>> {
    let mut given = HashSet::new();
    for chunk in contents.chunks(ROWS_AT_ONCE) {
        let query = mirror_content::Entity::find()
            .select_only()
            .column(mirror_content::Column::Sha256)
            .filter(mirror_content::Column::Hub.is_in(hub.iter().cloned()))
            .filter(mirror_content::Column::Sha256.is_in(chunk.iter().cloned()));
        given.extend(query.into_tuple::<Sha256>().all(conn).await?);
    }
    Ok(given)
}

/// Which of some contents are in files of resources that came from no hub.
pub(crate) async fn held_by_own(conn: &impl ConnectionTrait, contents: &[Sha256]) -> Result<HashSet<Sha256>> {
    let mut held = HashSet::new();
    for chunk in contents.chunks(ROWS_AT_ONCE) {
        let query = file::Entity::find()
            .select_only()
            .column(file::Column::Sha256)
            .distinct()
            .filter(file::Column::Sha256.is_in(chunk.iter().cloned()))
            .filter(file::Column::ResourceId.not_in_subquery(from_hubs()));
        held.extend(query.into_tuple::<Sha256>().all(conn).await?);
    }
    Ok(held)
}

/// Whether a resource came from a hub.
pub(crate) async fn is_from_hub(conn: &impl ConnectionTrait, resource: ResourceId) -> Result<bool> {
    let row = mirror_resource::Entity::find_by_id(resource).one(conn).await?;
    // Revision 0 is a tombstone: something was taken down before it ever came.
    Ok(row.is_some_and(|row| row.revision > 0))
}

/// The resources that came from a hub.
fn from_hubs() -> SelectStatement {
    mirror_resource::Entity::find()
        .select_only()
        .column(mirror_resource::Column::ResourceId)
        .filter(mirror_resource::Column::Revision.gt(0))
        .into_query()
}

/// What was offered upstream, the newest first.
pub(crate) async fn offers(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<offer::Model>> {
    let query = offer::Entity::find().order_by_desc(offer::Column::At).limit(limit);
    Ok(query.all(conn).await?)
}

/// Mirrored resources that have expired.
pub(crate) async fn expired(conn: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<mirror_resource::Model>> {
    let query = mirror_resource::Entity::find().filter(mirror_resource::Column::KeepUntil.lte(now));
    Ok(query.all(conn).await?)
}

/// Deletes a mirrored resource's row.
pub(crate) async fn delete_resource(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    remove_from_all_packs(tx, resource).await?;
    mirror_resource::Entity::delete_by_id(resource).exec(tx).await?;
    Ok(())
}

/// Notes that no pack holds a resource.
pub(crate) async fn remove_from_all_packs(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    mirror_place::Entity::delete_many()
        .filter(mirror_place::Column::ResourceId.eq(resource))
        .exec(tx)
        .await?;
    Ok(())
}

/// Those of some resources that are gone for a reason.
pub(crate) async fn gone_for(
    conn: &impl ConnectionTrait,
    reason: &str,
    ids: &[ResourceId],
) -> Result<Vec<mirror_resource::Model>> {
    let gone = mirror_resource::Entity::find().filter(mirror_resource::Column::GoneReason.eq(reason));
    rows::where_in(conn, gone, mirror_resource::Column::ResourceId, ids).await
}

/// The resources that a mirrored pack holds.
pub(crate) async fn resources_of_pack(conn: &impl ConnectionTrait, pack: PackId) -> Result<HashSet<ResourceId>> {
    let query = mirror_place::Entity::find()
        .select_only()
        .column(mirror_place::Column::ResourceId)
        .filter(mirror_place::Column::PackId.eq(pack));
    Ok(query.into_tuple::<ResourceId>().all(conn).await?.into_iter().collect())
}

/// Notes that a pack holds resources.
pub(crate) async fn add_to_pack(tx: &impl ConnectionTrait, pack: PackId, resources: &[ResourceId]) -> Result<()> {
    let held = resources.iter().map(|id| mirror_place::Model {
        pack_id: pack,
        resource_id: *id,
    });
    rows::insert_new(tx, &held.collect::<Vec<_>>()).await?;
    Ok(())
}

/// Notes that a pack no longer holds a resource; says whether another one does.
pub(crate) async fn remove_from_pack(tx: &impl ConnectionTrait, pack: PackId, resource: ResourceId) -> Result<bool> {
    mirror_place::Entity::delete_by_id((pack, resource)).exec(tx).await?;
    let elsewhere = mirror_place::Entity::find().filter(mirror_place::Column::ResourceId.eq(resource));
    Ok(elsewhere.one(tx).await?.is_some())
}

/// Resources shared here that are to be offered: for more than the school, handed in for review, and not offered as they
/// are now. In the order of their ids, those after the one with id `after`.
pub(crate) async fn to_offer(
    conn: &impl ConnectionTrait,
    after: Option<ResourceId>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    let handed_in = [Status::Submitted, Status::Published];
    let all = Condition::all()
        .add_option(after.map(|id| resource::Column::Id.gt(id)))
        .add(resource::Column::Scope.is_in([Scope::City, Scope::Public]))
        .add(resource::Column::Status.is_in(handed_in))
        .add(resource::Column::Id.not_in_subquery(from_hubs()))
        .add(resource::Column::Id.not_in_subquery(offered_as_they_are()));
    let query = resource::Entity::find().filter(all).order_by_asc(resource::Column::Id);
    Ok(query.limit(limit).all(conn).await?)
}

fn offered_as_they_are() -> SelectStatement {
    // Words, files and moves all count as revisions; whether anything is to be said to the hub its fingerprint tells.
    let same = Expr::col((offer::Entity, offer::Column::Revision))
        .eq(Expr::col((resource::Entity, resource::Column::Revision)));
    let of_it =
        Expr::col((offer::Entity, offer::Column::ResourceId)).eq(Expr::col((resource::Entity, resource::Column::Id)));
    offer::Entity::find()
        .select_only()
        .column(offer::Column::ResourceId)
        .filter(same.and(of_it))
        .into_query()
}

/// What was offered of some resources.
pub(crate) async fn offers_of(conn: &impl ConnectionTrait, resources: &[ResourceId]) -> Result<Vec<offer::Model>> {
    rows::where_in(conn, offer::Entity::find(), offer::Column::ResourceId, resources).await
}

/// Offers to ask a hub about, each time those that were asked about longest ago: of the ones that are `settled` there at
/// most `of_settled`, and the rest of those that wait there or were sent back.
pub(crate) async fn to_ask_about(
    conn: &impl ConnectionTrait,
    hub: &str,
    settled: &[String],
    of_settled: u64,
    limit: u64,
) -> Result<Vec<offer::Model>> {
    let is_settled = offer::Column::HubStatus.is_in(settled.iter().cloned());
    let is_open = Condition::any()
        .add(offer::Column::HubStatus.is_null())
        .add(is_settled.clone().not());
    let longest_ago = async |these: Condition, limit: u64| {
        let query = offer::Entity::find()
            .filter(offer::Column::Hub.eq(hub))
            .filter(offer::Column::HubResourceId.is_not_null())
            .filter(these)
            // The databases disagree where NULL sorts; never asked is longest ago.
            .order_by_asc(Expr::col(offer::Column::AskedAt).if_null(0))
            .order_by_asc(offer::Column::ResourceId);
        query.limit(limit).all(conn).await
    };
    // Places of their own: those that wait can be more than a round asks about, and what the hub has decided would
    // never be heard of again.
    let mut rows = longest_ago(Condition::all().add(is_settled), of_settled).await?;
    rows.extend(longest_ago(is_open, limit.saturating_sub(rows.len() as u64)).await?);
    Ok(rows)
}

/// Notes that a hub was asked about an offer, whatever it said.
pub(crate) async fn mark_asked(tx: &impl ConnectionTrait, resource: ResourceId, at: Timestamp) -> Result<()> {
    let change = offer::ActiveModel {
        asked_at: Set(Some(at)),
        ..Default::default()
    };
    offer::Entity::update_many()
        .set(change)
        .filter(offer::Column::ResourceId.eq(resource))
        .exec(tx)
        .await?;
    Ok(())
}

/// Contents that mirroring keeps: lists of files.
pub(super) fn pinned_contents() -> SelectStatement {
    mirror_pack::Entity::find()
        .select_only()
        .column(mirror_pack::Column::ManifestSha256)
        .filter(mirror_pack::Column::ManifestSha256.is_not_null())
        .into_query()
}
