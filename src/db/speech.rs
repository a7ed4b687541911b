//! What was heard in films without subtitles, and what people corrected of it.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::{speech, speech_line};
use super::{files, rows};
use crate::domain::file::Kind;
use crate::domain::id::{SchoolId, Sha256};
use crate::domain::speech::SpeechState;
use crate::error::Result;

/// What became of hearing a content.
pub(crate) async fn find(conn: &impl ConnectionTrait, sha256: &Sha256, kind: Kind) -> Result<Option<speech::Model>> {
    Ok(speech::Entity::find_by_id((sha256.clone(), kind)).one(conn).await?)
}

/// The same, whatever the content is read as.
pub(crate) async fn of_content(conn: &impl ConnectionTrait, sha256: &Sha256) -> Result<Vec<speech::Model>> {
    let of_it = speech::Column::Sha256.eq(sha256.clone());
    Ok(speech::Entity::find().filter(of_it).all(conn).await?)
}

/// Notes a content that is to be heard, unless something is noted of it already.
pub(crate) async fn insert_new(tx: &impl ConnectionTrait, row: speech::Model) -> Result<()> {
    rows::insert_new(tx, &[row]).await.map(drop)
}

/// Notes what became of hearing a content.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: speech::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Films that were heard or could not be, of a school or of all.
pub(crate) async fn films_done(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<Vec<speech::Model>> {
    let of_school = school.map(|school| speech::Column::Sha256.in_subquery(files::contents_of_school(school)));
    let done = Condition::all()
        .add(speech::Column::State.is_in([SpeechState::Heard, SpeechState::Failed]))
        .add_option(of_school);
    let films = speech::Entity::find().filter(done);
    Ok(films.order_by_asc(speech::Column::Sha256).all(conn).await?)
}

/// Lines of a content that people corrected, in order.
pub(crate) async fn corrections(
    conn: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
) -> Result<Vec<speech_line::Model>> {
    let of_it = Condition::all()
        .add(speech_line::Column::Sha256.eq(sha256.clone()))
        .add(speech_line::Column::Kind.eq(kind));
    let corrected = speech_line::Entity::find().filter(of_it);
    Ok(corrected.order_by_asc(speech_line::Column::StartMs).all(conn).await?)
}

/// The correction of a line, which nobody else changes until the transaction ends.
pub(crate) async fn locked_correction(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
    start_ms: i64,
) -> Result<Option<speech_line::Model>> {
    let this = speech_line::Entity::find_by_id((sha256.clone(), kind, start_ms));
    Ok(this.lock_exclusive().one(tx).await?)
}

/// Keeps a line as somebody corrected it.
pub(crate) async fn correct(tx: &impl ConnectionTrait, row: speech_line::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Forgets a correction: what the machine heard stands there again.
pub(crate) async fn forget_correction(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
    start_ms: i64,
) -> Result<()> {
    speech_line::Entity::delete_by_id((sha256.clone(), kind, start_ms))
        .exec(tx)
        .await?;
    Ok(())
}

/// Deletes all that was heard in a content, and all corrections.
pub(crate) async fn delete(tx: &impl ConnectionTrait, sha256: &Sha256) -> Result<()> {
    let heard = speech::Column::Sha256.eq(sha256.clone());
    speech::Entity::delete_many().filter(heard).exec(tx).await?;
    let corrected = speech_line::Column::Sha256.eq(sha256.clone());
    speech_line::Entity::delete_many().filter(corrected).exec(tx).await?;
    Ok(())
}
