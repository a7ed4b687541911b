//! Suggestions of what files are, by their names.

use actix_web::web;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::reading::file_suggestion::FileSuggestions;

/// Files and folders; the schema of its JSON.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::suggestion` reads the JSON, to gather all faults"
)]
pub struct FilesBody {
    /// Up to 1,000 files and folders.
    files: Vec<FileBody>,
}

/// A file or a folder.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "as above")]
pub struct FileBody {
    /// Its path, `/` between the parts; that of a folder ends in `/` and stands for the files below it.
    path: String,
    /// The SHA-256 of its bytes, where it is known, in hexadecimal digits.
    sha256: Option<String>,
    /// The id of its upload, where it is a finished one of the caller's.
    upload: Option<String>,
}

/// Suggests a title, a type and a place in the curriculum for each file or folder, by the names in its path, and names
/// the resources that hold the same bytes already, as far as the caller may see them. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/suggestions", tag = "resources", request_body = FilesBody,
    responses((status = 200, body = FileSuggestions)))]
pub async fn suggest(
    library: web::Data<Library>,
    actor: Actor,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<FileSuggestions>, Problem> {
    let suggested = library
        .reading
        .suggest_for_files(&actor, &body, Negotiation::current().lang);
    Ok(web::Json(suggested.await?))
}
