//! Majors, courses, schools and resource types: the vocabularies that resources are described in.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::list_table::{self, FormatQuery};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::resource::RESOURCE_TYPES;
use crate::http::problem::Problem;
use crate::http::spreadsheet::SpreadsheetFormat;
use crate::library::Library;
use crate::library::curriculum::{Course, Major, School};
use crate::library::paging::Page;
use crate::library::sheets;

/// A type of teaching material.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ResourceTypeBody {
    /// The stable name: `worksheet`.
    pub code: &'static str,
    /// 工作页.
    pub zh: &'static str,
    /// Worksheet.
    pub en: &'static str,
    /// Named in the Tianjin plan.
    pub policy: bool,
}

/// A page of a short list; without a limit all of it, for whoever fills a choice with it.
fn paged<T>(items: Vec<T>, paging: &Paging) -> Result<web::Json<Page<T>>, Problem> {
    let from = paging.offset()?;
    let limit = match &paging.limit {
        Some(_) => usize::try_from(paging.limit()?).unwrap_or(usize::MAX),
        None => items.len(),
    };
    let next = from.saturating_add(limit);
    let next_cursor = (next < items.len()).then(|| next.to_string());
    let items = items.into_iter().skip(from).take(limit).collect();
    Ok(web::Json(Page { items, next_cursor }))
}

/// Every school. Tables hold all of them, with the headings that `POST /api/v1/sheets/schools` reads.
#[utoipa::path(get, path = "/api/v1/schools", tag = "curriculum", params(FormatQuery, Paging),
    responses((status = 200, body = Page<School>)))]
pub async fn schools(
    library: web::Data<Library>,
    actor: Actor,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(format.format.as_deref())?;
    let schools = library.curriculum.schools().await?;
    if form == SpreadsheetFormat::Json {
        return Ok(HttpResponse::Ok().json(paged(schools, &paging)?.into_inner()));
    }
    let table = sheets::schools::table(&schools);
    Ok(list_table::whole((&library, &actor, "schools"), form, table).await?)
}

/// Every type of teaching material.
#[utoipa::path(get, path = "/api/v1/resource-types", tag = "curriculum", params(Paging),
    responses((status = 200, body = Page<ResourceTypeBody>)))]
pub async fn resource_types(paging: web::Query<Paging>) -> Result<web::Json<Page<ResourceTypeBody>>, Problem> {
    let types = RESOURCE_TYPES.iter();
    let shown = types.map(|it| ResourceTypeBody {
        code: it.code,
        zh: it.zh,
        en: it.en,
        policy: it.policy,
    });
    paged(shown.collect(), &paging)
}

/// Every major.
#[utoipa::path(get, path = "/api/v1/majors", tag = "curriculum", params(Paging),
    responses((status = 200, body = Page<Major>)))]
pub async fn majors(
    library: web::Data<Library>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<Major>>, Problem> {
    paged(library.curriculum.majors().await?, &paging)
}

/// A major with its courses and tasks.
#[utoipa::path(get, path = "/api/v1/majors/{id}", tag = "curriculum",
    params(("id" = String, Path, description = "its id, code or exact name")), responses((status = 200, body = Major)))]
pub async fn major(library: web::Data<Library>, id: web::Path<String>) -> Result<web::Json<Major>, Problem> {
    Ok(web::Json(library.curriculum.major(&id).await?))
}

/// Which courses.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CoursesQuery {
    /// Only those of this major: its id, code or exact name.
    pub major: Option<String>,
}

/// Courses with their tasks.
#[utoipa::path(get, path = "/api/v1/courses", tag = "curriculum", params(CoursesQuery, Paging),
    responses((status = 200, body = Page<Course>)))]
pub async fn courses(
    library: web::Data<Library>,
    query: web::Query<CoursesQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<Course>>, Problem> {
    let courses = match &query.major {
        Some(major) => library.curriculum.major(major).await?.courses.unwrap_or_default(),
        None => library.curriculum.courses(None).await?,
    };
    paged(courses, &paging)
}

/// A course with its tasks.
#[utoipa::path(get, path = "/api/v1/courses/{id}", tag = "curriculum",
    params(("id" = String, Path, description = "its id or exact name")), responses((status = 200, body = Course)))]
pub async fn course(library: web::Data<Library>, id: web::Path<String>) -> Result<web::Json<Course>, Problem> {
    Ok(web::Json(library.curriculum.course(&id).await?))
}
