//! Paths of the review.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::reviews::paths::ShownPath;
use crate::library::sheets;

/// A path that is to be.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::review_form` reads the JSON, to gather all faults"
)]
pub struct ReviewPathBody {
    /// Id, code or exact name of a school: its own steps in place of the path's. A school's administrator need not name it.
    school: Option<String>,
    /// Its name in Chinese, up to 60 characters; not with `school`.
    name_zh: Option<String>,
    /// Its name in English.
    name_en: Option<String>,
    /// Codes or names of the types that take it; none: all that no other path names.
    types: Option<Vec<String>>,
    /// `school`, `city`, `public`; none: all.
    scopes: Option<Vec<String>>,
    /// Whether 不予通过 is one of its outcomes.
    may_reject: Option<bool>,
    /// Whether a school's administrator may publish for their school without a review.
    may_publish: Option<bool>,
    /// Whether they may also publish so for more than their school, where the city's step is left out; only with `may_publish`.
    may_publish_beyond: Option<bool>,
    /// Its steps in order, up to 10; none: the path is taken away, or the city's steps count for the school again.
    steps: Vec<ReviewStepBody>,
}

/// A step that is to be.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ReviewStepBody {
    /// The id of a step of this path that is changed; a new step without.
    id: Option<String>,
    /// `school` or `city`; a school's own steps are all its own.
    level: String,
    /// Its name in Chinese, up to 60 characters.
    name_zh: String,
    /// Its name in English.
    name_en: Option<String>,
    /// Who may take it: `school-admin` at a school's step; `expert`, `bureau` at the city's. None: all of them.
    asked: Option<Vec<String>>,
    /// Sign-in names of those who alone may take it, up to 20: at a school's own step its administrators, at the city's those who
    /// are asked. None: everybody who is asked. They are while none of these can any more.
    people: Option<Vec<String>>,
    /// How many of them must approve, 1–9; 1 when not given.
    voices: Option<u32>,
    /// Days until it is overdue, 1–365; never when not given.
    due_days: Option<u32>,
    /// Days until those who are asked are reminded.
    remind_days: Option<u32>,
}

/// In which form paths are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PathsFormat {
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables have a row for each step, with the headings that
    /// `POST /api/v1/sheets/review-paths` reads.
    pub format: Option<String>,
}

/// The paths that resources take through the review: the city's, and what the caller's school has in place of its steps; to the
/// city's people what every school has.
#[utoipa::path(get, path = "/api/v1/review-paths", tag = "review", params(PathsFormat),
    responses((status = 200, body = Page<ShownPath>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<PathsFormat>,
) -> Result<HttpResponse, Problem> {
    let reviews = &library.reviews;
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => HttpResponse::Ok().json(Page::only(reviews.paths(&actor).await?)),
        SpreadsheetFormat::Csv => {
            let paths = reviews.export_paths(&actor, "csv").await?;
            spreadsheet::csv(&sheets::review_paths::table(&paths))?
        }
        SpreadsheetFormat::Xlsx => {
            let paths = reviews.export_paths(&actor, "xlsx").await?;
            spreadsheet::xlsx(sheets::review_paths::table(&paths)).await?
        }
    })
}

/// Writes a path in place of what it was, or a new one: the bureau the city's, a school's administrator the school's own steps.
/// Without steps it is taken away, and there is nothing to answer (204). What waits at a step that is gone goes on from the first
/// that is not done; what was said at steps that stay counts.
#[utoipa::path(put, path = "/api/v1/review-paths/{code}", tag = "review", request_body = ReviewPathBody,
    params(("code" = String, Path, description = "`general` is the path of whatever no other takes")),
    responses((status = 200, body = ShownPath), (status = 204)))]
pub async fn put(
    library: web::Data<Library>,
    actor: Actor,
    code: web::Path<String>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let written = library.reviews.put_path(&actor, &code, &body).await?;
    Ok(match written {
        Some(path) => HttpResponse::Ok().json(path),
        None => HttpResponse::NoContent().finish(),
    })
}
