//! The audit log: who did what, when, with what result.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::{Stream, stream};
use serde::Deserialize;

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::administration::audit_log::{AuditFilter, AuditLine, OutcomeFilter};
use crate::library::audit_chain::AuditCheckpoint;
use crate::library::paging::Page;
use crate::words::pages::PageWords;

/// How many lines are read at once for a table.
const LINES_AT_ONCE: u64 = 1_000;

/// Which lines; what is given narrows.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// A part of the sign-in name.
    pub actor: Option<String>,
    /// An action, such as `resource.publish`, or a family of them: `resource`.
    pub action: Option<String>,
    /// The beginning of what it was done on: a resource's id finds its comments, too.
    pub subject: Option<String>,
    /// `done`, `refused` or the code of a refusal.
    pub outcome: Option<String>,
    /// Not before this day, where the library stands, or this moment: `2026-11-24`, `2026-11-24T08:00:00Z`.
    pub from: Option<String>,
    /// Not after this day, or before this moment.
    pub until: Option<String>,
}

impl AuditQuery {
    /// What it asks for.
    pub fn filter(&self) -> Result<AuditFilter> {
        let given = |field: &Option<String>| {
            let text = field.as_deref().unwrap_or_default().trim();
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let (from, until) = (moment(self.from.as_deref(), false), moment(self.until.as_deref(), true));
        let faults: Vec<FieldFault> = [("from", &from), ("until", &until)]
            .into_iter()
            .filter(|(_, moment)| moment.is_err())
            .map(|(field, _)| {
                let expected = "a day such as 2026-11-24";
                FieldFault::at(field, FaultKind::Malformed { expected })
            })
            .collect();
        let (Ok(from), Ok(until)) = (from, until) else {
            return Err(Refusal::Fields(faults).into());
        };
        Ok(AuditFilter {
            actor: given(&self.actor),
            action: given(&self.action),
            subject: given(&self.subject),
            outcome: given(&self.outcome).map(|outcome| match outcome.as_str() {
                "refused" => OutcomeFilter::Refused,
                _ => OutcomeFilter::Is(outcome),
            }),
            from,
            until,
        })
    }
}

/// A moment, or a day's beginning or end.
fn moment(given: Option<&str>, is_end: bool) -> std::result::Result<Option<Timestamp>, ()> {
    let text = given.unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = || Timestamp::of_day(text).map(|day| if is_end { day.plus(DAY) } else { day });
    text.parse().ok().or_else(day).map(Some).ok_or(())
}

const DAY: std::time::Duration = std::time::Duration::from_hours(24);

/// In which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// `json`, or `csv` for all lines at once; JSON when not given.
    pub format: Option<String>,
}

/// The audit log, newest first: all of it for auditors and the bureau, a school's own for its administrators.
#[utoipa::path(get, path = "/api/v1/audit", tag = "records", params(AuditQuery, FormQuery, Paging),
    responses((status = 200, body = Page<AuditLine>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<AuditQuery>,
    form: web::Query<FormQuery>,
    paging: web::Query<Paging>,
) -> std::result::Result<HttpResponse, Problem> {
    let filter = query.filter()?;
    match SpreadsheetFormat::parse(form.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let page = library
                .administration
                .audit(&actor, &filter, paging.cursor(), paging.limit()?)
                .await?;
            Ok(HttpResponse::Ok().json(page))
        }
        SpreadsheetFormat::Csv => csv(&library, actor, filter).await,
        SpreadsheetFormat::Xlsx => Err(Refusal::Fields(vec![FieldFault::at(
            "format",
            FaultKind::Unknown {
                value: "xlsx".to_owned(),
                hint: "json, csv".to_owned(),
            },
        )])
        .into()),
    }
}

/// Where the chain of the log stands, signed. Kept elsewhere, it proves later that no line before it was changed or removed:
/// `gongxue doctor --records --checkpoint FILE`. For those who read the whole log.
#[utoipa::path(get, path = "/api/v1/audit/checkpoint", tag = "records", responses((status = 200, body = AuditCheckpoint)))]
pub async fn checkpoint(
    library: web::Data<Library>,
    actor: Actor,
) -> std::result::Result<web::Json<AuditCheckpoint>, Problem> {
    Ok(web::Json(library.audit_chain.checkpoint(&actor).await?))
}

/// Sends every line as it is read: the log can be longer than the memory.
async fn csv(library: &Library, actor: Actor, filter: AuditFilter) -> std::result::Result<HttpResponse, Problem> {
    // Who may not read it is told so before the answer begins.
    library.administration.audit(&actor, &filter, None, 1).await?;
    let say = PageWords(Negotiation::current().lang);
    let mut begin = spreadsheet::BOM.as_bytes().to_vec();
    begin.extend(spreadsheet::csv_lines(std::iter::once(
        say.audit_heads()
            .into_iter()
            .chain(say.audit_more_heads())
            .map(str::to_owned)
            .collect(),
    ))?);
    let head = stream::iter([Ok(Bytes::from(begin))]);
    let lines = lines(library.clone(), actor, filter, say);
    let body = futures_util::StreamExt::chain(head, lines);
    Ok(spreadsheet::attachment(&format!("{}.csv", say.audit()), spreadsheet::CSV).streaming(Box::pin(body)))
}

fn lines(library: Library, actor: Actor, filter: AuditFilter, say: PageWords) -> impl Stream<Item = Result<Bytes>> {
    let begin = Some(None::<String>);
    stream::try_unfold(
        (library, actor, filter, begin),
        move |(library, actor, filter, at)| async move {
            let Some(cursor) = at else { return Ok(None) };
            let page = library
                .administration
                .audit(&actor, &filter, cursor.as_deref(), LINES_AT_ONCE)
                .await?;
            let bytes = spreadsheet::csv_lines(page.items.into_iter().map(|line| row(say, line)))?;
            let next = page.next_cursor.map(Some);
            Ok(Some((Bytes::from(bytes), (library, actor, filter, next))))
        },
    )
}

fn row(say: PageWords, line: AuditLine) -> Vec<String> {
    let act = say.act(&line.action);
    let title = named(say, &line).unwrap_or_default();
    vec![
        line.at.to_string(),
        line.actor,
        line.action,
        line.subject.unwrap_or_default(),
        line.outcome,
        line.address.unwrap_or_default(),
        act,
        title,
    ]
}

/// What a line was done on, in words.
pub fn named(say: PageWords, line: &AuditLine) -> Option<String> {
    let subject = line.subject.as_deref()?;
    let title = line.title.as_deref().map(|title| say.audit_title(title, subject));
    title.or_else(|| say.audit_untitled(&line.action, subject))
}
