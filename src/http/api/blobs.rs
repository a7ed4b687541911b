//! Content by its hash.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::actor::Actor;
use crate::domain::id::Sha256;
use crate::error::{Refusal, Thing};
use crate::http::content;
use crate::http::problem::Problem;
use crate::library::Library;

/// The bytes with a SHA-256, for those who may read some resource that holds them.
#[utoipa::path(get, path = "/api/v1/blobs/sha256/{hex}", tag = "files",
    params(("hex" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "all of it", content_type = "*/*"),
        (status = 206, description = "the ranges asked for", content_type = "*/*"),
        (status = 304, description = "you have it"), (status = 307, description = "it is at the store"),
        (status = 410, description = "lost or damaged in the store: whoever uploads it again mends it")))]
pub async fn content(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    hex: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let sha256: Sha256 = hex.parse().map_err(|_| Refusal::NoSuch(Thing::File))?;
    let original = library.resources.original_by_hash(&actor, &sha256).await?;
    content::answer(&library, &actor, &request, &original, false).await
}
