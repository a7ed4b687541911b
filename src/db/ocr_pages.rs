//! Pages whose text stands in their pictures alone.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::{
    ActiveEnum as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement, sea_query::Expr,
};

use super::entity::job;
use super::entity::ocr_page::{ActiveModel, Column, Entity, Model};
use super::files;
use super::leases;
use super::rows::{self, ROWS_AT_ONCE};
use crate::domain::file::Kind;
use crate::domain::id::{SchoolId, Sha256};
use crate::domain::ocr::{OcrProgress, OcrState};
use crate::domain::time::Timestamp;
use crate::error::Result;

fn of(sha256: &Sha256, kind: Kind) -> Condition {
    Condition::all()
        .add(Column::Sha256.eq(sha256.clone()))
        .add(Column::Kind.eq(kind))
}

/// Says which pages of a content there are to be read: new ones wait, those read before stay as they are, all others go and are
/// returned.
pub(crate) async fn set_pages(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
    pages: &[i32],
    now: Timestamp,
) -> Result<Vec<Model>> {
    let before = Entity::find().filter(of(sha256, kind)).all(tx).await?;
    let wanted: HashSet<i32> = pages.iter().copied().collect();
    let gone: Vec<Model> = before.into_iter().filter(|row| !wanted.contains(&row.page)).collect();
    for chunk in gone.chunks(ROWS_AT_ONCE) {
        let these = of(sha256, kind).add(Column::Page.is_in(chunk.iter().map(|row| row.page)));
        Entity::delete_many().filter(these).exec(tx).await?;
    }
    let rows: Vec<Model> = pages.iter().map(|page| waiting(sha256, kind, *page, now)).collect();
    rows::insert_new(tx, &rows).await?;
    Ok(gone)
}

fn waiting(sha256: &Sha256, kind: Kind, page: i32, now: Timestamp) -> Model {
    Model {
        sha256: sha256.clone(),
        kind,
        page,
        state: OcrState::Queued,
        model: None,
        confidence: None,
        fault: None,
        claimed_by: None,
        updated_at: now,
    }
}

/// Whether a page of a content waits that nobody has claimed yet.
pub(crate) async fn has_unclaimed(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<bool> {
    let waiting = of(sha256, kind)
        .add(Column::State.eq(OcrState::Queued))
        .add(Column::ClaimedBy.is_null());
    Ok(Entity::find().filter(waiting).one(conn).await?.is_some())
}

/// Claims the next page of a content that waits for a job, for as long as the job's own claim lasts: pages of claims that
/// have ended count as waiting. One statement, so that two never claim the same; SQLite has no row locks and needs none.
pub(crate) async fn claim(
    conn: &impl ConnectionTrait,
    (sha256, kind): (&Sha256, Kind),
    job: &job::Model,
    ahead: Duration,
) -> Result<Option<Model>> {
    let skip = if super::is_postgres(conn) {
        "FOR UPDATE SKIP LOCKED"
    } else {
        ""
    };
    let sql = format!(
        "UPDATE ocr_page SET claimed_by = $1 WHERE sha256 = $2 AND kind = $3 AND page =
             (SELECT page FROM ocr_page WHERE sha256 = $2 AND kind = $3 AND state = $4
                  AND (claimed_by IS NULL OR claimed_by = $1 OR claimed_by NOT IN
                      (SELECT lease FROM job WHERE state = 'running' AND lease IS NOT NULL AND lease_until > $5))
              ORDER BY CASE WHEN model IS NULL THEN 0 ELSE 1 END, page LIMIT 1 {skip})
         RETURNING *"
    );
    let now = leases::clock(conn).await?.plus(ahead);
    let values: Vec<sea_orm::Value> = vec![
        job.lease.clone().into(),
        sha256.clone().into(),
        kind.to_value().into(),
        OcrState::Queued.to_value().into(),
        now.into(),
    ];
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let row = conn.query_one_raw(statement).await?;
    Ok(row.map(|row| Model::from_query_result(&row, "")).transpose()?)
}

/// One page of a content.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind, page: i32) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((sha256.clone(), kind, page)).one(conn).await?)
}

/// The pages of a content whose reading is kept, in order, whether they wait to be read again or not.
pub(crate) async fn read(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<Vec<Model>> {
    let read = of(sha256, kind).add(Column::Model.is_not_null());
    Ok(Entity::find().filter(read).order_by_asc(Column::Page).all(conn).await?)
}

/// All pages of a content, whatever it is read as.
pub(crate) async fn of_content(conn: &impl ConnectionTrait, sha256: &Sha256) -> Result<Vec<Model>> {
    let of_it = Column::Sha256.eq(sha256.clone());
    Ok(Entity::find().filter(of_it).all(conn).await?)
}

/// Notes what became of a page, if it is still to be read.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: Model) -> Result<()> {
    let this = of(&row.sha256, row.kind).add(Column::Page.eq(row.page));
    let change = ActiveModel {
        state: Set(row.state),
        model: Set(row.model),
        confidence: Set(row.confidence),
        fault: Set(row.fault),
        claimed_by: Set(None),
        updated_at: Set(row.updated_at),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(this).exec(tx).await?;
    Ok(())
}

/// Has a page read again, because what was read is lost.
pub(crate) async fn queue_again(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
    page: i32,
    now: Timestamp,
) -> Result<()> {
    update(tx, waiting(sha256, kind, page, now)).await
}

/// Has the pages of a content tried again that could not be read.
pub(crate) async fn queue_failed(tx: &impl ConnectionTrait, sha256: &Sha256, kind: Kind, now: Timestamp) -> Result<()> {
    let change = ActiveModel {
        state: Set(OcrState::Queued),
        fault: Set(None),
        claimed_by: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    let failed = of(sha256, kind).add(Column::State.eq(OcrState::Failed));
    Entity::update_many().set(change).filter(failed).exec(tx).await?;
    Ok(())
}

/// Has all pages of a content read again, those that could not be read among them; what is kept of them stays until then.
pub(crate) async fn queue_all(tx: &impl ConnectionTrait, sha256: &Sha256, kind: Kind, now: Timestamp) -> Result<()> {
    let change = ActiveModel {
        state: Set(OcrState::Queued),
        fault: Set(None),
        claimed_by: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    let done = of(sha256, kind).add(Column::State.ne(OcrState::Queued));
    Entity::update_many().set(change).filter(done).exec(tx).await?;
    Ok(())
}

/// Contents with pages that were read or could not be, of a school or of all, and how many such pages each has.
pub(crate) async fn contents_done(
    conn: &impl ConnectionTrait,
    school: Option<SchoolId>,
) -> Result<Vec<(Sha256, Kind, i64)>> {
    let done = Condition::all()
        .add(Column::State.ne(OcrState::Queued))
        .add_option(school.map(of_school));
    let query = Entity::find()
        .select_only()
        .columns([Column::Sha256, Column::Kind])
        .column_as(Column::Page.count(), "pages")
        .filter(done)
        .group_by(Column::Sha256)
        .group_by(Column::Kind)
        .order_by_asc(Column::Sha256);
    Ok(query.into_tuple().all(conn).await?)
}

/// Deletes the pages of a content.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    let of_it = Column::Sha256.eq(sha256.clone());
    Entity::delete_many().filter(of_it).exec(tx).await?;
    Ok(())
}

/// Pages of contents that a school has in its resources.
fn of_school(school: SchoolId) -> Expr {
    Column::Sha256.in_subquery(files::contents_of_school(school))
}

/// How many pages wait, of a school or of all.
pub(crate) async fn count_waiting(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<u64> {
    let waiting = Condition::all()
        .add(Column::State.eq(OcrState::Queued))
        .add_option(school.map(of_school));
    Ok(Entity::find().filter(waiting).count(conn).await?)
}

/// Condition that a page was read, or could not be, since some moment.
fn done_since(since: Timestamp) -> Condition {
    Condition::all()
        .add(Column::State.is_in([OcrState::Read, OcrState::Failed]))
        .add(Column::UpdatedAt.gt(since))
}

/// How many pages of a school were read since some moment.
pub(crate) async fn count_done_of(conn: &impl ConnectionTrait, school: SchoolId, since: Timestamp) -> Result<u64> {
    let done = done_since(since).add(of_school(school));
    Ok(Entity::find().filter(done).count(conn).await?)
}

/// How many pages were read in the last stretch of time in which any were: their number, when the first of them was done and
/// when the last.
pub(crate) async fn last_done(
    conn: &impl ConnectionTrait,
    stretch: Duration,
) -> Result<Option<(u64, Timestamp, Timestamp)>> {
    let last: Option<Timestamp> = Entity::find()
        .select_only()
        .column(Column::UpdatedAt)
        .filter(done_since(Timestamp(0)))
        .order_by_desc(Column::UpdatedAt)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    let Some(last) = last else { return Ok(None) };
    let in_it = done_since(last.minus(stretch));
    let first: Option<Timestamp> = Entity::find()
        .select_only()
        .column(Column::UpdatedAt)
        .filter(in_it.clone())
        .order_by_asc(Column::UpdatedAt)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    let pages = Entity::find().filter(in_it).count(conn).await?;
    Ok(Some((pages, first.unwrap_or(last), last)))
}

/// Pages of one state.
#[derive(Debug, FromQueryResult)]
struct StateCount {
    state: OcrState,
    pages: i64,
    /// Those of them whose reading is kept.
    kept: i64,
    /// Pages on which something stands, and how sure the machine is of all of them together.
    sure: i64,
    confidence: Option<i64>,
}

/// How far the pages of a content have come; none where there are no such pages.
pub(crate) async fn progress(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<Option<OcrProgress>> {
    let counts: Vec<StateCount> = Entity::find()
        .select_only()
        .column(Column::State)
        .column_as(Column::Page.count(), "pages")
        .column_as(Column::Model.count(), "kept")
        .column_as(Column::Confidence.count(), "sure")
        .column_as(Column::Confidence.sum(), "confidence")
        .filter(of(sha256, kind))
        .group_by(Column::State)
        .into_model()
        .all(conn)
        .await?;
    if counts.is_empty() {
        return Ok(None);
    }
    let count_of = |pages: i64| u32::try_from(pages).unwrap_or(u32::MAX);
    let (mut progress, mut sure, mut confidence) = (OcrProgress::default(), 0, 0);
    for count in counts {
        match count.state {
            OcrState::Queued => {
                progress.waiting = count_of(count.pages - count.kept);
                progress.again = count_of(count.kept);
            }
            OcrState::Failed => progress.failed = count_of(count.pages),
            OcrState::Read => {}
        }
        progress.read += count_of(count.kept);
        sure += count.sure;
        confidence += count.confidence.unwrap_or(0);
    }
    progress.confidence = u8::try_from(confidence / sure.max(1)).unwrap_or(0);
    Ok(Some(progress))
}
