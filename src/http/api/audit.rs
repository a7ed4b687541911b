//! The audit log: who did what, when, with what result.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::{Stream, stream};
use serde::Deserialize;

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::spreadsheet;
use crate::library::Library;
use crate::library::administration::audit_log::{AuditFilter, AuditLine, OutcomeFilter};
use crate::library::audit_chain::AuditCheckpoint;
use crate::library::paging::Page;
use crate::table::{self, Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// How many lines are read at once for a table.
const LINES_AT_ONCE: u64 = 1_000;
/// The most lines of a workbook: it takes some hundred megabytes while it is made.
const XLSX_LINES: usize = 50_000;
const JSON_LINES: &str = "application/x-ndjson";

/// Which lines; what is given narrows.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// A part of a sign-in name or shown name, the id of an account, or `guest` or `operator`. Whoever was erased is not found by
    /// name.
    pub actor: Option<String>,
    /// An action, such as `resource.publish`, or a family of them: `resource`.
    pub action: Option<String>,
    /// The beginning of what it was done on: a resource's id finds its comments, too.
    pub subject: Option<String>,
    /// `done`, `refused` or the code of a refusal.
    pub outcome: Option<String>,
    /// An address, or how addresses begin: `10.1.*`. Whoever was erased is not found by it.
    pub address: Option<String>,
    /// A part of what it was done on is called, or of what it changed. Names of accounts, tokens, passkeys and saved searches
    /// are not searched.
    pub text: Option<String>,
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
            address: given(&self.address),
            text: given(&self.text),
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
    /// `json` for a page; all lines at once: `csv`, `jsonl` (a line of JSON each), or `xlsx` (fifty thousand
    /// at most). JSON when not given.
    pub format: Option<String>,
}

/// A page, or all lines at once.
enum AuditFormat {
    Page,
    Csv,
    JsonLines,
    Xlsx,
}

impl AuditFormat {
    fn parse(given: Option<&str>) -> Result<Self> {
        match given.unwrap_or_default() {
            "" | "json" => Ok(Self::Page),
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            "xlsx" => Ok(Self::Xlsx),
            other => {
                let kind = FaultKind::Unknown {
                    value: other.to_owned(),
                    hint: "json, csv, jsonl, xlsx".to_owned(),
                };
                Err(Refusal::Fields(vec![FieldFault::at("format", kind)]).into())
            }
        }
    }
}

/// The audit log, newest first: all of it for auditors and the bureau, a school's own for its administrators. A page may hold
/// fewer lines than its limit, or none, while `next_cursor` leads on: where few lines fit, it ends after so many that were
/// looked at. Reading and exporting are recorded themselves.
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
    match AuditFormat::parse(form.format.as_deref())? {
        AuditFormat::Page => {
            let page = library
                .administration
                .audit(&actor, &filter, paging.cursor(), paging.limit()?)
                .await?;
            Ok(HttpResponse::Ok().json(page))
        }
        AuditFormat::Csv => csv(&library, actor, filter).await,
        AuditFormat::JsonLines => json_lines(&library, actor, filter).await,
        AuditFormat::Xlsx => xlsx(&library, &actor, &filter).await,
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
    library.administration.begin_export(&actor, &filter, "csv").await?;
    let say = PageWords(Negotiation::current().lang);
    let mut begin = table::BOM.as_bytes().to_vec();
    begin.extend(table::csv_lines(std::iter::once(heads(say)))?);
    let head = stream::iter([Ok(Bytes::from(begin))]);
    let lines = lines(library.clone(), actor, filter, move |page| {
        table::csv_lines(page.into_iter().map(|line| row(say, line)))
    });
    let body = futures_util::StreamExt::chain(head, lines);
    Ok(spreadsheet::attachment(&format!("{}.csv", say.audit()), spreadsheet::CSV).streaming(Box::pin(body)))
}

/// The same as lines of JSON, each as a page has it.
async fn json_lines(
    library: &Library,
    actor: Actor,
    filter: AuditFilter,
) -> std::result::Result<HttpResponse, Problem> {
    library.administration.begin_export(&actor, &filter, "jsonl").await?;
    let say = PageWords(Negotiation::current().lang);
    let body = lines(library.clone(), actor, filter, |page| {
        let mut bytes = Vec::new();
        for line in page {
            serde_json::to_writer(&mut bytes, &line).map_err(Error::unexpected)?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    });
    Ok(spreadsheet::attachment(&format!("{}.jsonl", say.audit()), JSON_LINES).streaming(Box::pin(body)))
}

/// A workbook is made whole before it is sent, so it holds so many lines and no more.
async fn xlsx(library: &Library, actor: &Actor, filter: &AuditFilter) -> std::result::Result<HttpResponse, Problem> {
    library.administration.begin_export(actor, filter, "xlsx").await?;
    let say = PageWords(Negotiation::current().lang);
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = library
            .administration
            .exported_lines(actor, filter, cursor.as_deref(), LINES_AT_ONCE)
            .await?;
        let cells = |line| row(say, line).into_iter().map(SpreadsheetCell::Text).collect();
        rows.extend(page.items.into_iter().map(cells));
        if rows.len() > XLSX_LINES {
            let too_many = FieldFault::at("format", FaultKind::TooManyRows { max: XLSX_LINES });
            return Err(Refusal::Fields(vec![too_many]).into());
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let table = Spreadsheet {
        name: say.audit().to_owned(),
        head: heads(say),
        rows,
    };
    Ok(spreadsheet::xlsx(table).await?)
}

fn heads(say: PageWords) -> Vec<String> {
    let all = say.audit_heads().into_iter().chain(say.audit_more_heads());
    all.map(str::to_owned).collect()
}

/// All lines as bytes, page after page.
fn lines(
    library: Library,
    actor: Actor,
    filter: AuditFilter,
    written: impl Fn(Vec<AuditLine>) -> Result<Vec<u8>> + Clone + 'static,
) -> impl Stream<Item = Result<Bytes>> {
    let begin = Some(None::<String>);
    stream::try_unfold((library, actor, filter, begin), move |(library, actor, filter, at)| {
        let written = written.clone();
        async move {
            let Some(cursor) = at else { return Ok(None) };
            let page = library
                .administration
                .exported_lines(&actor, &filter, cursor.as_deref(), LINES_AT_ONCE)
                .await?;
            let next = page.next_cursor.map(Some);
            let bytes = written(page.items)?;
            Ok(Some((Bytes::from(bytes), (library, actor, filter, next))))
        }
    })
}

fn row(say: PageWords, line: AuditLine) -> Vec<String> {
    let act = say.act(&line.action);
    let title = named(say, &line).unwrap_or_default();
    let changes = say.audit_changes(&line.changes);
    vec![
        line.at.to_string(),
        who(say, &line).to_owned(),
        line.action,
        line.subject.unwrap_or_default(),
        line.outcome,
        line.address.unwrap_or_default(),
        act,
        title,
        changes,
        line.times.to_string(),
    ]
}

/// Who did it, in words where it was no account's owner, or where nobody knows who that was any more.
fn who(say: PageWords, line: &AuditLine) -> &str {
    if line.is_erased {
        say.erased_person()
    } else {
        &line.actor
    }
}

/// What a line was done on, in words.
pub fn named(say: PageWords, line: &AuditLine) -> Option<String> {
    let subject = line.subject.as_deref()?;
    let title = line.title.as_deref().map(|title| say.audit_title(title, subject));
    title.or_else(|| say.audit_untitled(&line.action, subject))
}
