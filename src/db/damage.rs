//! Damaged objects, and when each object was last verified.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict},
};

use super::entity::damage::{ActiveModel, Column, Entity, Model};
use super::entity::{blob, derived, file, resource, scrub_pass};
use super::rows::ROWS_AT_ONCE;
use crate::domain::damage::DamageKind;
use crate::domain::id::{SchoolId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Finds the damage of an object, if it is damaged still.
pub(crate) async fn find(conn: &impl ConnectionTrait, key: &str) -> Result<Option<Model>> {
    let open = Column::MendedAt.is_null();
    Ok(Entity::find_by_id(key.to_owned()).filter(open).one(conn).await?)
}

/// Records damage to an object. One that was repaired and is damaged again counts as new.
pub(crate) async fn record(
    tx: &impl ConnectionTrait,
    key: &str,
    content: &Sha256,
    is_derived: bool,
    found: DamageKind,
    now: Timestamp,
) -> Result<()> {
    let known = find(tx, key).await?;
    let row = Model {
        key: key.to_owned(),
        content: content.clone(),
        is_derived,
        found,
        found_at: known.map_or(now, |row| row.found_at),
        looked_at: now,
        mended_at: None,
    };
    let newest_wins = OnConflict::column(Column::Key)
        .update_columns([Column::Found, Column::FoundAt, Column::LookedAt, Column::MendedAt])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(newest_wins)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Marks a damaged object as repaired; says whether it was.
pub(crate) async fn mark_repaired(tx: &impl ConnectionTrait, key: &str, now: Timestamp) -> Result<bool> {
    let mended = ActiveModel {
        mended_at: Set(Some(now)),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(mended)
        .filter(Column::Key.eq(key))
        .filter(Column::MendedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Marks a copy of a content as suspect; says whether it is still the one that counts.
pub(crate) async fn mark_blob_suspect(tx: &impl ConnectionTrait, sha256: &Sha256, generation: &str) -> Result<bool> {
    let done = blob::Entity::update_many()
        .col_expr(blob::Column::VerifiedAt, Expr::value(0_i64))
        .filter(blob::Column::Sha256.eq(sha256.clone()))
        .filter(blob::Column::Generation.eq(generation))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The same of something that was made from a content.
pub(crate) async fn mark_derived_suspect(tx: &impl ConnectionTrait, key: &str) -> Result<()> {
    derived::Entity::update_many()
        .col_expr(derived::Column::VerifiedAt, Expr::value(0_i64))
        .filter(derived::Column::Key.eq(key))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that contents were right at a moment. Those that were doubted meanwhile stay so, and what was right later does;
/// later than `latest` is no moment that anybody has seen.
pub(crate) async fn mark_blobs_verified(
    tx: &impl ConnectionTrait,
    these: &[Sha256],
    at: Timestamp,
    latest: Timestamp,
) -> Result<()> {
    for chunk in these.chunks(ROWS_AT_ONCE) {
        blob::Entity::update_many()
            .col_expr(blob::Column::VerifiedAt, Expr::value(at.0))
            .filter(blob::Column::Sha256.is_in(chunk.iter().cloned()))
            .filter(verified_outside(blob::Column::VerifiedAt, at, latest))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The same of what was made from contents, by its keys.
pub(crate) async fn mark_derived_verified(
    tx: &impl ConnectionTrait,
    these: &[String],
    at: Timestamp,
    latest: Timestamp,
) -> Result<()> {
    for chunk in these.chunks(ROWS_AT_ONCE) {
        derived::Entity::update_many()
            .col_expr(derived::Column::VerifiedAt, Expr::value(at.0))
            .filter(derived::Column::Key.is_in(chunk.iter().cloned()))
            .filter(verified_outside(derived::Column::VerifiedAt, at, latest))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Verified up to a moment, or by a clock that was ahead: later than `latest`.
fn verified_outside(column: impl sea_orm::ColumnTrait, until: Timestamp, latest: Timestamp) -> Condition {
    Condition::any()
        // From 1 on: 0 is doubt or damage, and ends only where somebody has read the object.
        .add(column.between(1, until.0))
        .add(column.gt(latest.0))
}

/// Notes that a copy that was doubted is right after all.
pub(crate) async fn clear_blob_suspicion(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    generation: &str,
    at: Timestamp,
) -> Result<()> {
    blob::Entity::update_many()
        .col_expr(blob::Column::VerifiedAt, Expr::value(at.0))
        .filter(blob::Column::Sha256.eq(sha256.clone()))
        .filter(blob::Column::Generation.eq(generation))
        .exec(tx)
        .await?;
    Ok(())
}

/// The same of something that was made from a content.
pub(crate) async fn clear_derived_suspicion(tx: &impl ConnectionTrait, key: &str, at: Timestamp) -> Result<()> {
    derived::Entity::update_many()
        .col_expr(derived::Column::VerifiedAt, Expr::value(at.0))
        .filter(derived::Column::Key.eq(key))
        .exec(tx)
        .await?;
    Ok(())
}

/// Contents that a process of an older version kept say nothing of when they were verified, as damaged ones do. Nothing was
/// found of them: they are due, and no more.
pub(crate) async fn make_unverified_due(tx: &impl ConnectionTrait) -> Result<()> {
    let sql = "UPDATE blob SET verified_at = 1 WHERE verified_at = 0 AND NOT EXISTS (
        SELECT 1 FROM damage WHERE damage.content = blob.sha256 AND NOT damage.is_derived AND damage.mended_at IS NULL)";
    tx.execute_unprepared(sql).await?;
    Ok(())
}

/// Cursor of a list of objects, oldest first: when the last one was verified, and its name.
pub(crate) type VerificationCursor = (Timestamp, String);

/// Before the first.
pub(crate) const FIRST_CURSOR: VerificationCursor = (Timestamp(0), String::new());

/// Copies that nobody verified since a moment, the oldest first, from one on, and last those that were verified later than
/// `latest`, which is by a clock that was ahead. Those that are known to be damaged are not among them.
pub(crate) async fn blobs_due(
    conn: &impl ConnectionTrait,
    since: Timestamp,
    latest: Timestamp,
    after: &VerificationCursor,
    limit: u64,
) -> Result<Vec<blob::Model>> {
    let later = Condition::any().add(blob::Column::VerifiedAt.gt(after.0)).add(
        blob::Column::VerifiedAt
            .eq(after.0)
            .and(blob::Column::Sha256.gt(after.1.as_str())),
    );
    Ok(blob::Entity::find()
        .filter(verified_outside(
            blob::Column::VerifiedAt,
            Timestamp(since.0 - 1),
            latest,
        ))
        .filter(later)
        .order_by_asc(blob::Column::VerifiedAt)
        .order_by_asc(blob::Column::Sha256)
        .limit(limit)
        .all(conn)
        .await?)
}

/// The same of what was made from contents.
pub(crate) async fn derived_due(
    conn: &impl ConnectionTrait,
    since: Timestamp,
    latest: Timestamp,
    after: &VerificationCursor,
    limit: u64,
) -> Result<Vec<derived::Model>> {
    let later = Condition::any().add(derived::Column::VerifiedAt.gt(after.0)).add(
        derived::Column::VerifiedAt
            .eq(after.0)
            .and(derived::Column::Key.gt(after.1.as_str())),
    );
    Ok(derived::Entity::find()
        .filter(verified_outside(
            derived::Column::VerifiedAt,
            Timestamp(since.0 - 1),
            latest,
        ))
        .filter(later)
        .order_by_asc(derived::Column::VerifiedAt)
        .order_by_asc(derived::Column::Key)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many objects nobody verified since a moment, or only by a clock that was ahead, and their bytes.
pub(crate) async fn sum_due(conn: &impl ConnectionTrait, since: Timestamp, latest: Timestamp) -> Result<(u64, u64)> {
    let mut due = (0, 0);
    for table in ["blob", "derived"] {
        // Cast, because PostgreSQL adds whole numbers of 64 bits up to a NUMERIC.
        let sql = format!(
            "SELECT COUNT(*) AS objects, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM {table}
             WHERE verified_at BETWEEN 1 AND $1 OR verified_at > $2"
        );
        let values = [(since.0 - 1).into(), latest.0.into()];
        let statement = sea_orm::Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
        if let Some(row) = conn.query_one_raw(statement).await? {
            let (objects, bytes): (i64, i64) = (row.try_get("", "objects")?, row.try_get("", "bytes")?);
            due = (due.0 + objects.unsigned_abs(), due.1 + bytes.unsigned_abs());
        }
    }
    Ok(due)
}

/// Since when every object that is not known to be damaged has been verified; none where there is none. What a clock that
/// was ahead verified is read again soon, and does not count.
pub(crate) async fn all_verified_since(conn: &impl ConnectionTrait, latest: Timestamp) -> Result<Option<Timestamp>> {
    let of_blobs: Option<Option<i64>> = blob::Entity::find()
        .select_only()
        .column_as(blob::Column::VerifiedAt.min(), "at")
        .filter(blob::Column::VerifiedAt.between(1, latest.0))
        .into_tuple()
        .one(conn)
        .await?;
    let of_derived: Option<Option<i64>> = derived::Entity::find()
        .select_only()
        .column_as(derived::Column::VerifiedAt.min(), "at")
        .filter(derived::Column::VerifiedAt.between(1, latest.0))
        .into_tuple()
        .one(conn)
        .await?;
    let oldest = of_blobs.flatten().into_iter().chain(of_derived.flatten()).min();
    Ok(oldest.map(Timestamp))
}

/// Contents whose copies are known to be damaged, after one, by name.
pub(crate) async fn damaged_blobs(
    conn: &impl ConnectionTrait,
    after: Option<&Sha256>,
    limit: u64,
) -> Result<Vec<blob::Model>> {
    let later = Condition::all().add_option(after.map(|after| blob::Column::Sha256.gt(after.clone())));
    Ok(blob::Entity::find()
        .filter(blob::Column::VerifiedAt.eq(0))
        .filter(later)
        .order_by_asc(blob::Column::Sha256)
        .limit(limit)
        .all(conn)
        .await?)
}

/// Made objects that are known to be damaged.
pub(crate) async fn damaged_derived(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<derived::Model>> {
    let damaged = derived::Entity::find().filter(derived::Column::VerifiedAt.eq(0));
    Ok(damaged.limit(limit).all(conn).await?)
}

/// Originals that are damaged still, those found last first: of one school's files, or of all; before one of them.
pub(crate) async fn originals(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
    before: Option<&VerificationCursor>,
    limit: u64,
) -> Result<Vec<Model>> {
    let earlier = before.map(|(at, key)| {
        Condition::any()
            .add(Column::FoundAt.lt(*at))
            .add(Column::FoundAt.eq(*at).and(Column::Key.gt(key.as_str())))
    });
    Ok(open_originals(school)
        .filter(Condition::all().add_option(earlier))
        .order_by_desc(Column::FoundAt)
        .order_by_asc(Column::Key)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many there are.
pub(crate) async fn count_originals(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<u64> {
    Ok(open_originals(school).count(conn).await?)
}

fn open_originals(school: Option<SchoolId>) -> sea_orm::Select<Entity> {
    let of_school = school.map(|school| {
        let to_resource = file::Entity::belongs_to(resource::Entity)
            .from(file::Column::ResourceId)
            .to(resource::Column::Id);
        let held = file::Entity::find()
            .select_only()
            .column(file::Column::Sha256)
            .join(sea_orm::JoinType::InnerJoin, to_resource.into())
            .filter(resource::Column::SchoolId.eq(school));
        Column::Content.in_subquery(held.into_query())
    });
    Entity::find()
        .filter(Column::MendedAt.is_null())
        .filter(Column::IsDerived.eq(false))
        .filter(Condition::all().add_option(of_school))
}

/// The files that hold some contents, with their resources, at most so many.
pub(crate) async fn holders(
    conn: &impl ConnectionTrait,
    contents: Vec<Sha256>,
    limit: u64,
) -> Result<Vec<(file::Model, resource::Model)>> {
    let to_resource = file::Entity::belongs_to(resource::Entity)
        .from(file::Column::ResourceId)
        .to(resource::Column::Id);
    let rows = file::Entity::find()
        .join(sea_orm::JoinType::InnerJoin, to_resource.into())
        .filter(file::Column::Sha256.is_in(contents))
        .select_also(resource::Entity)
        .order_by_asc(file::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(file, resource)| Some((file, resource?)))
        .collect())
}

/// The pass that is under way or was cut off, if it began between two moments: one that a clock dated ahead would never end.
pub(crate) async fn unfinished_pass(
    conn: &impl ConnectionTrait,
    after: Timestamp,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let open = scrub_pass::Entity::find()
        .filter(scrub_pass::Column::EndedAt.is_null())
        .filter(scrub_pass::Column::BeganAt.gt(after))
        .filter(scrub_pass::Column::BeganAt.lte(now))
        .order_by_desc(scrub_pass::Column::BeganAt);
    Ok(open.one(conn).await?.map(|row| row.began_at))
}

/// Records that a pass begins.
pub(crate) async fn begin_pass(tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    let row = scrub_pass::ActiveModel {
        began_at: Set(now),
        ended_at: Set(None),
    };
    let once = OnConflict::column(scrub_pass::Column::BeganAt).do_nothing().to_owned();
    scrub_pass::Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Notes that a pass ended, and with it every one that was cut off before.
pub(crate) async fn end_pass(tx: &impl ConnectionTrait, began: Timestamp, now: Timestamp) -> Result<()> {
    let ended = scrub_pass::ActiveModel {
        ended_at: Set(Some(now)),
        ..Default::default()
    };
    scrub_pass::Entity::update_many()
        .set(ended)
        .filter(scrub_pass::Column::EndedAt.is_null())
        .filter(scrub_pass::Column::BeganAt.lte(began))
        .exec(tx)
        .await?;
    Ok(())
}
