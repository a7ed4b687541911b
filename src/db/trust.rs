//! Signing keys, roots and timestamps of packs.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::OnConflict,
};

use super::entity::{pack_timestamp, trust_key, trust_root};
use super::rows;
use crate::domain::id::PackId;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, conflict};

/// PostgreSQL's lock of the keys: of two nodes that start at once each would draw its own, and the second root would not follow
/// from the first.
const LOCK: i64 = 0x0073_6967_6e69_6e67;

/// Keeps others from drawing, turning or signing keys until the transaction ends. SQLite's writers are alone anyway.
pub(crate) async fn lock(tx: &impl ConnectionTrait) -> Result<()> {
    if super::is_postgres(tx) {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    Ok(())
}

/// Every key, oldest first.
pub(crate) async fn keys(conn: &impl ConnectionTrait) -> Result<Vec<trust_key::Model>> {
    let query = trust_key::Entity::find().order_by_asc(trust_key::Column::CreatedAt);
    Ok(query.order_by_asc(trust_key::Column::Id).all(conn).await?)
}

/// Adds keys.
pub(crate) async fn add_keys(tx: &impl ConnectionTrait, rows: Vec<trust_key::Model>) -> Result<()> {
    rows::insert_all(tx, &rows).await
}

/// Ends the signing of a role's keys; revoked ones lose their secrets and their word.
pub(crate) async fn retire(tx: &impl ConnectionTrait, role: &str, revoke: bool, now: Timestamp) -> Result<()> {
    let mut change = trust_key::ActiveModel {
        retired_at: Set(Some(now)),
        ..Default::default()
    };
    if revoke {
        change.revoked = Set(true);
        change.secret = Set(None);
    }
    let mut these = trust_key::Entity::update_many()
        .set(change)
        .filter(trust_key::Column::Role.eq(role));
    // Revoking reaches retired keys as well: until then their word counts for what they signed.
    if !revoke {
        these = these.filter(trust_key::Column::RetiredAt.is_null());
    }
    these.exec(tx).await?;
    Ok(())
}

/// Keeps the secret half of a key in another form. One that was revoked meanwhile gets none.
pub(crate) async fn set_secret(tx: &impl ConnectionTrait, id: &str, secret: String) -> Result<()> {
    let change = trust_key::ActiveModel {
        secret: Set(Some(secret)),
        ..Default::default()
    };
    trust_key::Entity::update_many()
        .set(change)
        .filter(trust_key::Column::Id.eq(id))
        .filter(trust_key::Column::Secret.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// The newest root.
pub(crate) async fn newest_root(conn: &impl ConnectionTrait) -> Result<Option<trust_root::Model>> {
    let query = trust_root::Entity::find().order_by_desc(trust_root::Column::Version);
    Ok(query.one(conn).await?)
}

/// Every root, oldest first.
pub(crate) async fn roots(conn: &impl ConnectionTrait) -> Result<Vec<trust_root::Model>> {
    let query = trust_root::Entity::find().order_by_asc(trust_root::Column::Version);
    Ok(query.all(conn).await?)
}

/// The root of a version.
pub(crate) async fn root(conn: &impl ConnectionTrait, version: i32) -> Result<Option<trust_root::Model>> {
    Ok(trust_root::Entity::find_by_id(version).one(conn).await?)
}

/// Adds a root; another node may have been first.
pub(crate) async fn add_root(tx: &impl ConnectionTrait, row: trust_root::Model) -> Result<()> {
    let insert = trust_root::Entity::insert(row.into_active_model());
    let added = insert.exec_without_returning(tx).await;
    added.map_err(conflict(Refusal::ChangedMeanwhile))?;
    Ok(())
}

/// The timestamp of a pack.
pub(crate) async fn timestamp(conn: &impl ConnectionTrait, pack: PackId) -> Result<Option<pack_timestamp::Model>> {
    Ok(pack_timestamp::Entity::find_by_id(pack).one(conn).await?)
}

/// The timestamp of a pack, which nobody else renews until the transaction ends. SQLite's writers are alone anyway.
pub(crate) async fn timestamp_for_update(
    tx: &impl ConnectionTrait,
    pack: PackId,
) -> Result<Option<pack_timestamp::Model>> {
    let query = pack_timestamp::Entity::find_by_id(pack).lock_exclusive();
    Ok(query.one(tx).await?)
}

/// Writes a pack's timestamp, unless somebody wrote a newer one meanwhile; says whether it stands.
pub(crate) async fn put_timestamp(tx: &impl ConnectionTrait, row: pack_timestamp::Model) -> Result<bool> {
    let columns = [
        pack_timestamp::Column::Version,
        pack_timestamp::Column::Body,
        pack_timestamp::Column::RenewAt,
    ];
    let newest_wins = OnConflict::column(pack_timestamp::Column::PackId)
        .update_columns(columns)
        .action_and_where(pack_timestamp::Column::Version.lt(row.version))
        .to_owned();
    let written = pack_timestamp::Entity::insert(row.into_active_model())
        .on_conflict(newest_wins)
        .exec_without_returning(tx)
        .await?;
    Ok(written > 0)
}

/// Invalidates every pack's timestamp, so that it is signed anew when it is next asked for.
pub(crate) async fn invalidate_timestamps(tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    let change = pack_timestamp::ActiveModel {
        renew_at: Set(now),
        ..Default::default()
    };
    pack_timestamp::Entity::update_many().set(change).exec(tx).await?;
    Ok(())
}
