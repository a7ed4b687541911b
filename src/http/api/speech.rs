//! What a machine heard in a film without subtitles, and correcting it line by line.

use actix_web::web;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::domain::id::FileId;
use crate::domain::speech::SpokenCorrection;
use crate::error::{Refusal, Thing};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::reading::speech::SpokenFilm;

/// What a machine heard in a film or a recording without subtitles, line by line with its times; as WebVTT it is at
/// `/api/v1/files/{id}/subtitles`.
#[utoipa::path(get, path = "/api/v1/files/{id}/speech", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = SpokenFilm)))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
) -> Result<web::Json<SpokenFilm>, Problem> {
    Ok(web::Json(library.reading.spoken(&actor, *id).await?))
}

/// Has a film heard again, by another model or because the last time failed: for those who may change its resource. Corrected
/// lines stay as they are.
#[utoipa::path(post, path = "/api/v1/files/{id}/speech", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = SpokenFilm)))]
pub async fn again(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<FileId>,
) -> Result<web::Json<SpokenFilm>, Problem> {
    Ok(web::Json(library.reading.hear_again(&actor, *id).await?))
}

/// Corrects a line, for those who may change the resource. It stays so for everybody who holds the same film, and whatever
/// model hears it later.
#[utoipa::path(put, path = "/api/v1/files/{id}/speech/{start}", tag = "files", request_body = SpokenCorrection,
    params(("id" = String, Path), ("start" = u64, Path, description = "the millisecond that the line begins in")),
    responses((status = 200, body = SpokenFilm),
        (status = 412, description = "somebody changed the line meanwhile")))]
pub async fn correct(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(FileId, String)>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<SpokenFilm>, Problem> {
    let (id, start) = path.into_inner();
    let correction = SpokenCorrection::parse(&body).map_err(Refusal::Fields)?;
    let spoken = library
        .reading
        .correct_speech(&actor, id, line(&start)?, Some(correction));
    Ok(web::Json(spoken.await?))
}

/// Takes a correction back: the line is again as the machine heard it.
#[utoipa::path(delete, path = "/api/v1/files/{id}/speech/{start}", tag = "files",
    params(("id" = String, Path), ("start" = u64, Path, description = "the millisecond that the line begins in")),
    responses((status = 200, body = SpokenFilm)))]
pub async fn take_back(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(FileId, String)>,
) -> Result<web::Json<SpokenFilm>, Problem> {
    let (id, start) = path.into_inner();
    let spoken = library.reading.correct_speech(&actor, id, line(&start)?, None);
    Ok(web::Json(spoken.await?))
}

/// The millisecond that names a line.
fn line(start: &str) -> Result<u64, Problem> {
    let start = start.parse().map_err(|_| Refusal::NoSuch(Thing::SpokenLine))?;
    Ok(start)
}
