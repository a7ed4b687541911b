//! The feed of changes.

use std::time::Duration;

use actix_web::web;
use serde::Deserialize;

use super::paging::number_within;
use crate::actor::Actor;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::resources::changes::Changes;

/// Which part of the feed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Only what came after this number; 0 for everything, `latest` for what is still to come.
    pub since: Option<String>,
    /// Changes at once, 1 to 1000; 100 when not given.
    #[param(minimum = 1, maximum = 1000, value_type = Option<u64>)]
    pub limit: Option<String>,
    /// Wait up to this many seconds for a change, 0 to 60.
    #[param(minimum = 0, maximum = 60, value_type = Option<u64>)]
    pub wait: Option<String>,
}

/// What has changed, in the order of commit, as far as the caller may know of it.
#[utoipa::path(get, path = "/api/v1/changes", tag = "feeds", params(ChangesQuery),
    responses((status = 200, body = Changes)))]
pub async fn changes(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<ChangesQuery>,
) -> Result<web::Json<Changes>, Problem> {
    let since = match query.since.as_deref().unwrap_or("0") {
        "latest" => library.resources.last_change().await?,
        given => {
            let since = number_within(given, "since", 0..=i64::MAX as u64, "a number, or `latest`")?;
            i64::try_from(since).unwrap_or(i64::MAX)
        }
    };
    let limit = number_within(
        query.limit.as_deref().unwrap_or("100"),
        "limit",
        1..=1000,
        "a number from 1 to 1000",
    )?;
    let wait = number_within(
        query.wait.as_deref().unwrap_or("0"),
        "wait",
        0..=60,
        "seconds from 0 to 60",
    )?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(web::Json(
        library
            .resources
            .changes(&actor, since, limit, Duration::from_secs(wait))
            .await?,
    ))
}
