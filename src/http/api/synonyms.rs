//! Synonyms: words for the same thing.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::created::created;
use super::list_table::{self, FormatQuery};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::id::SynonymGroupId;
use crate::domain::synonym::{MAX_GROUPS, SynonymWords};
use crate::http::problem::Problem;
use crate::http::spreadsheet::SpreadsheetFormat;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::sheets;
use crate::library::synonyms::{SynonymGroup, SynonymsFilter};

/// Whose words.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SynonymsQuery {
    /// The school whose own groups are wanted: its id, code or exact name. Without it, those of the whole city.
    pub school: Option<String>,
    /// Only groups with a word that holds this text.
    pub q: Option<String>,
}

/// Groups of words for the same thing, newest first. Questions are read with the city's and those of the asker's school.
/// Tables hold all that are asked for, with the headings that `POST /api/v1/sheets/synonyms` reads.
#[utoipa::path(get, path = "/api/v1/synonyms", tag = "finding", params(SynonymsQuery, FormatQuery, Paging),
    responses((status = 200, body = Page<SynonymGroup>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<SynonymsQuery>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(format.format.as_deref())?;
    let all = SynonymsFilter {
        school: query.school.as_deref().filter(|school| !school.is_empty()),
        text: query.q.as_deref().unwrap_or_default(),
        cursor: None,
        limit: MAX_GROUPS,
    };
    if form == SpreadsheetFormat::Json {
        let asked = SynonymsFilter {
            cursor: paging.cursor(),
            limit: paging.limit()?,
            ..all
        };
        return Ok(HttpResponse::Ok().json(library.synonyms.synonyms(&actor, &asked).await?));
    }
    let table = sheets::synonyms::table(&library.synonyms.synonyms(&actor, &all).await?.items);
    Ok(list_table::whole((&library, &actor, "synonyms"), form, table).await?)
}

/// A change of a group.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::synonym` reads the JSON, to gather all faults"
)]
pub struct SynonymPatch {
    /// All its words from now on.
    words: Option<Vec<String>>,
    /// Why they are one group; `null` empties it.
    remark: Option<String>,
}

/// Adds a group: the bureau to the city's, a school's administrator to those of the school. The next question is read
/// with it.
#[utoipa::path(post, path = "/api/v1/synonyms", tag = "finding", request_body = SynonymWords,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = SynonymGroup)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| library.synonyms.add_synonyms(actor, &body).await;
    let find = async |id| library.synonyms.synonym_group(&actor, id).await;
    let address = |group: &SynonymGroup| format!("/api/v1/synonyms/{}", group.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// Changes a group: what is given replaces, `null` empties.
#[utoipa::path(patch, path = "/api/v1/synonyms/{id}", tag = "finding", request_body = SynonymPatch,
    params(("id" = String, Path)), responses((status = 200, body = SynonymGroup)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<SynonymGroupId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<SynonymGroup>, Problem> {
    Ok(web::Json(library.synonyms.edit_synonyms(&actor, *id, &body).await?))
}

/// Removes a group.
#[utoipa::path(delete, path = "/api/v1/synonyms/{id}", tag = "finding", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<SynonymGroupId>,
) -> Result<HttpResponse, Problem> {
    library.synonyms.remove_synonyms(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
