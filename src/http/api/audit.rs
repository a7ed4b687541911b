//! The records: who did what, when, with what result.

use actix_web::web;

use super::paging::Paging;
use crate::actor::Actor;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::records::AuditLine;
use crate::library::view::Page;

/// The audit log, newest first: all of it for auditors and the bureau, a school's own for its administrators.
#[utoipa::path(get, path = "/api/v1/audit", tag = "records", params(Paging),
    responses((status = 200, body = Page<AuditLine>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<AuditLine>>, Problem> {
    Ok(web::Json(
        library.audit(&actor, paging.cursor(), paging.limit()?).await?,
    ))
}
