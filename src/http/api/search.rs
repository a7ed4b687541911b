//! Search.

use actix_web::web;
use serde::Deserialize;

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::role::Scope;
use crate::domain::search::{MAX_VALUES, Sort};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::search::find::{Ask, Found};

/// A question. Several values of one field, up to 20, are separated by commas and are alternatives.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// What to look for: words, `"a phrase"`, `-word`, codes. Empty: browse.
    #[serde(default)]
    pub q: String,
    /// Ids, codes or exact names of majors.
    pub major: Option<String>,
    /// Ids or exact names of courses.
    pub course: Option<String>,
    /// Ids or exact names of tasks.
    pub task: Option<String>,
    /// Codes of types.
    pub r#type: Option<String>,
    /// Ids, codes or exact names of schools.
    pub school: Option<String>,
    /// Stages of a task: `inform`, `plan`, `decide`, `execute`, `check`, `evaluate`, or schools' own names.
    pub stage: Option<String>,
    /// Levels: `intermediate`, `advanced`, `pre_technician`.
    pub level: Option<String>,
    /// Years.
    pub year: Option<String>,
    /// Scopes: `school`, `city`, `public`.
    pub scope: Option<String>,
    /// Only what is new or changed after this moment, in RFC 3339: `2026-11-24T08:00:00Z`.
    pub since: Option<String>,
    /// `true`: only your own, drafts and what was withdrawn among them.
    pub mine: Option<String>,
    /// `relevance` (the default) or `newest`.
    pub sort: Option<String>,
}

impl SearchQuery {
    /// Whether only the asker's own are wanted.
    pub fn is_mine(&self) -> bool {
        matches!(self.mine.as_deref(), Some("true" | "1"))
    }

    /// The question to the library. What a person types is never wrong; a moment is written by a program.
    pub fn ask(&self, limit: u64, cursor: Option<&str>) -> Result<Ask> {
        Ok(Ask {
            text: self.q.clone(),
            major: values("major", self.major.as_deref())?,
            course: values("course", self.course.as_deref())?,
            task: values("task", self.task.as_deref())?,
            kind: values("type", self.r#type.as_deref())?,
            school: values("school", self.school.as_deref())?,
            stage: values("stage", self.stage.as_deref())?,
            level: values("level", self.level.as_deref())?,
            // A year that is none finds nothing, as an unknown code does.
            year: values("year", self.year.as_deref())?
                .iter()
                .map(|year| year.parse().unwrap_or(0))
                .collect(),
            scope: values("scope", self.scope.as_deref())?
                .iter()
                .filter_map(|scope| parse_scope(scope))
                .collect(),
            since: self.since()?,
            mine: self.is_mine(),
            sort: if self.sort.as_deref() == Some("newest") {
                Sort::Newest
            } else {
                Sort::Relevance
            },
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            cursor: cursor.map(str::to_owned),
        })
    }

    /// The moment after which changes count.
    pub fn since(&self) -> Result<Option<Timestamp>> {
        let Some(given) = self.since.as_deref().map(str::trim).filter(|given| !given.is_empty()) else {
            return Ok(None);
        };
        // A plus sign that was not escaped arrives as a blank: `2026-11-24T16:00:00+08:00`.
        let moment = given.replace(' ', "+").parse().map_err(|_| {
            let expected = "a moment such as 2026-11-24T08:00:00Z";
            Refusal::Fields(vec![FieldFault::at("since", FaultKind::Malformed { expected })])
        });
        Ok(Some(moment?))
    }
}

/// The values of a field. More than a person would choose are a way to keep the service busy.
fn values(field: &str, list: Option<&str>) -> Result<Vec<String>> {
    let list = list.unwrap_or_default().split(',').map(str::trim);
    let values = list.filter(|value| !value.is_empty());
    let first: Vec<String> = values.take(MAX_VALUES + 1).map(str::to_owned).collect();
    if first.len() > MAX_VALUES {
        let detail = format!("`{field}` has more than {MAX_VALUES} values; ask for fewer at a time");
        return Err(Refusal::Malformed { detail }.into());
    }
    Ok(first)
}

fn parse_scope(scope: &str) -> Option<Scope> {
    match scope {
        "school" => Some(Scope::School),
        "city" => Some(Scope::City),
        "public" => Some(Scope::Public),
        _ => None,
    }
}

/// Finds resources and the places in them.
#[utoipa::path(get, path = "/api/v1/search", tag = "finding", params(SearchQuery, Paging),
    responses((status = 200, body = Found)))]
pub async fn search(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<SearchQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<web::Json<Found>, Problem> {
    let ask = query.ask(paging.limit()?, paging.cursor())?;
    Ok(web::Json(
        library.search.find(&actor, ask, Negotiation::current().lang).await?,
    ))
}
