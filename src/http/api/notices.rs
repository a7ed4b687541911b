//! Notices of infringement: sent by anybody, followed by a secret link, handled by those who look after the resource's school
//! or the city.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::list_table::{self, ListTable};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::NoticeId;
use crate::domain::notice::{NewNotice, NoticeState, NoticeStep};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::spreadsheet::SpreadsheetFormat;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::reviews::notices::{FollowedNotice, RightsNotice, SentNotice};
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// Which notices, and in which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// `received`, `asked`, `taken-down`, `countered`, `restored` or `rejected`; all when not given.
    pub state: Option<String>,
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold all of these, in the language of the request.
    pub format: Option<String>,
}

impl NoticeQuery {
    /// The state that is asked for.
    pub fn state(&self) -> Result<Option<NoticeState>, Refusal> {
        let Some(given) = self.state.as_deref().filter(|state| !state.is_empty()) else {
            return Ok(None);
        };
        let known = NoticeState::of_code(given).map(Some);
        known.ok_or_else(|| {
            let kind = FaultKind::Unknown {
                value: given.to_owned(),
                hint: NoticeState::ALL.map(NoticeState::code).join(", "),
            };
            Refusal::Fields(vec![FieldFault::at("state", kind)])
        })
    }
}

/// Sends a notice of infringement; nobody needs an account for it. `url` of the answer is the secret link by which its sender
/// follows it.
#[utoipa::path(post, path = "/api/v1/notices", tag = "review", request_body = NewNotice,
    responses((status = 201, body = SentNotice)))]
pub async fn send(
    library: web::Data<Library>,
    actor: Actor,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let new = NewNotice::parse(&body).map_err(Refusal::Fields)?;
    let sent = library.reviews.send_notice(&actor, new).await?;
    Ok(HttpResponse::Created().json(sent))
}

/// Notices of infringement, newest first: those of a school for its administrators, all for the bureau.
#[utoipa::path(get, path = "/api/v1/notices", tag = "review", params(NoticeQuery, Paging),
    responses((status = 200, body = Page<RightsNotice>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<NoticeQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let format = SpreadsheetFormat::parse(query.format.as_deref())?;
    let state = query.state()?;
    if format == SpreadsheetFormat::Json {
        let page = library
            .reviews
            .notices(&actor, state, paging.cursor(), paging.limit()?)
            .await?;
        return Ok(HttpResponse::Ok().json(page));
    }
    let shape = if format == SpreadsheetFormat::Csv {
        "csv"
    } else {
        "xlsx"
    };
    library.reviews.begin_notice_export(&actor, shape)?;
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        library.reviews.exported_notices(&actor, state, cursor, limit).await
    };
    Ok(list_table::send(format, notices_table, page).await?)
}

/// A notice, for whoever handles it and whoever shared the resource; how to reach its sender for the former alone.
#[utoipa::path(get, path = "/api/v1/notices/{id}", tag = "review", params(("id" = String, Path)),
    responses((status = 200, body = RightsNotice)))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<NoticeId>,
) -> Result<web::Json<RightsNotice>, Problem> {
    Ok(web::Json(library.reviews.notice(&actor, *id).await?))
}

/// What is said with a step.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoticeStepBody {
    /// In words, up to 5,000 characters; needed by `ask`, `answer`, `reject` and `counter`. All parties see it.
    pub text: String,
    /// The `revision` that was looked at.
    pub seen: Option<i64>,
}

/// Takes a step: `ask`, `reject`, `take-down` and `restore` whoever handles it, `counter` whoever shared the resource. What was
/// taken down is restored as it was approved if nothing changed meanwhile, and waits for review if something did.
#[utoipa::path(post, path = "/api/v1/notices/{id}/{step}", tag = "review", request_body = NoticeStepBody,
    params(("id" = String, Path), ("step" = NoticeStep, Path)), responses((status = 200, body = RightsNotice)))]
pub async fn step(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(NoticeId, NoticeStep)>,
    body: web::Json<NoticeStepBody>,
) -> Result<web::Json<RightsNotice>, Problem> {
    let (id, step) = path.into_inner();
    let taken = library
        .reviews
        .notice_step(&actor, id, step, &body.text, body.seen)
        .await?;
    Ok(web::Json(taken))
}

/// What became of a notice, for whoever has its secret link: `key` is the link's last part.
#[utoipa::path(get, path = "/api/v1/notices/followed/{key}", tag = "review", params(("key" = String, Path)),
    responses((status = 200, body = FollowedNotice)))]
pub async fn follow(library: web::Data<Library>, key: web::Path<String>) -> Result<web::Json<FollowedNotice>, Problem> {
    Ok(web::Json(library.reviews.followed_notice(&key).await?))
}

/// Says more about a notice, by its secret link.
#[utoipa::path(post, path = "/api/v1/notices/followed/{key}", tag = "review", request_body = NoticeStepBody,
    params(("key" = String, Path)), responses((status = 200, body = FollowedNotice)))]
pub async fn answer(
    library: web::Data<Library>,
    actor: Actor,
    key: web::Path<String>,
    body: web::Json<NoticeStepBody>,
) -> Result<web::Json<FollowedNotice>, Problem> {
    library.reviews.answer_notice(&actor, &key, &body.text).await?;
    Ok(web::Json(library.reviews.followed_notice(&key).await?))
}

/// One row for each notice, with the day of each step.
fn notices_table(say: PageWords) -> ListTable<RightsNotice> {
    let head = [
        say.notice_number(),
        say.notice_state_heading(),
        say.notice_about(),
        say.notice_link(),
        say.school(),
        say.notice_name(),
        say.notice_contact(),
        say.notice_work(),
        say.notice_statement(),
    ];
    let steps = NoticeStep::ALL.map(|step| say.notice_step(step));
    ListTable {
        name: say.notices_admin().to_owned(),
        heads: head.into_iter().chain(steps).map(str::to_owned).collect(),
        row: Box::new(row),
    }
}

fn row(say: PageWords, notice: &RightsNotice) -> Vec<SpreadsheetCell> {
    let said = [
        notice.number.clone(),
        say.notice_state(notice.state).to_owned(),
        notice.resource_title.clone(),
        format!("/r/{}", notice.resource_id),
        notice
            .school
            .as_ref()
            .map(|school| school.name.clone())
            .unwrap_or_default(),
        notice.sender_name.clone(),
        notice.sender_contact.clone().unwrap_or_default(),
        notice.work.clone(),
        notice.statement.clone(),
    ];
    let day = |step: NoticeStep| {
        let taken = notice.steps.iter().find(|taken| taken.step == step);
        taken.map(|taken| taken.at.minute()).unwrap_or_default()
    };
    let days = NoticeStep::ALL.map(day);
    said.into_iter().chain(days).map(SpreadsheetCell::text).collect()
}
