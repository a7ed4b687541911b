//! The review queue.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::paging::Paging;
use super::review_sheets::{self, SheetQuery};
use crate::actor::Actor;
use crate::domain::resource::{RESOURCE_TYPES, resource_type};
use crate::error::Result;
use crate::http::problem::Problem;
use crate::http::spreadsheet::SpreadsheetFormat;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::reviews::queue::{ReviewFilter, SubmittedResource};

/// What of the queue.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// Id, code or exact name of a school.
    pub school: Option<String>,
    /// Id, code or exact name of a major.
    pub major: Option<String>,
    /// Code or name of a type.
    pub r#type: Option<String>,
    /// Id or exact name of a learning task.
    pub task: Option<String>,
}

impl QueueQuery {
    /// What it names; nothing at all when that is not there.
    pub async fn wanted(&self, library: &Library) -> Result<Option<ReviewFilter>> {
        let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let (school, major, kind) = (given(&self.school), given(&self.major), given(&self.r#type));
        let task = given(&self.task);
        let Some(named) = library
            .curriculum
            .named(major.as_deref(), None, task.as_deref(), school.as_deref())
            .await?
        else {
            return Ok(None);
        };
        let found =
            |given: &String| resource_type(given).or_else(|| RESOURCE_TYPES.iter().find(|it| it.is_named(given)));
        if kind.as_ref().is_some_and(|given| found(given).is_none()) {
            return Ok(None);
        }
        Ok(Some(ReviewFilter {
            school: named.school,
            major: named.major,
            task: named.task,
            kind: kind.as_ref().and_then(found).map(|kind| kind.code.to_owned()),
        }))
    }
}

/// What waits for the caller at the steps that they are asked to take, the longest first: a school's for its administrators; for
/// experts what is meant for more than one school and has come to the city, and for the bureau all of that. Never one's own, nor
/// for the city what is of one's own school.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "review", params(QueueQuery, SheetQuery, Paging),
    responses((status = 200, body = Page<SubmittedResource>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<QueueQuery>,
    sheet: web::Query<SheetQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    let limit = paging.limit()?;
    let form = SpreadsheetFormat::parse(sheet.format.as_deref())?;
    // Asked in any case: whoever reviews nothing is told so, whatever they name.
    library.reviews.expect_reviewer(&actor)?;
    let wanted = query.wanted(&library).await?;
    if form != SpreadsheetFormat::Json {
        return review_sheets::queue(&library, &actor, wanted, form).await;
    }
    let page = match wanted {
        Some(wanted) => library.reviews.reviews(&actor, &wanted, paging.cursor(), limit).await?,
        None => Page::only(Vec::new()),
    };
    Ok(HttpResponse::Ok().json(page))
}
