//! The page of the audit log, for those who may read it: to look through, and to export.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Choice, FormField};
use super::layout::{Layout, Tab};
use super::page_context::PageContext;
use super::page_query::PageQuery;
use super::reports;
use super::urls;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::AnyId;
use crate::domain::time::Timestamp;
use crate::error::Refusal;
use crate::http::api::audit::{AuditQuery, named};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::administration::audit_log::AuditLine;
use crate::library::paging::Page;

/// How many lines stand on a page.
const PAGE_SIZE: u64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// The frame.
    pub layout: Layout,
    /// The reports beside it.
    pub tabs: Vec<Tab>,
    /// A part of a sign-in name.
    pub actor: String,
    /// An address, or how it begins.
    pub address: String,
    /// A part of a title or a change.
    pub text: String,
    /// What was done.
    pub actions: Vec<Choice>,
    /// What came of it.
    pub outcomes: Vec<Choice>,
    /// From which day on.
    pub from: FormField,
    /// Up to which day.
    pub until: FormField,
    /// Lifts all limits, where there are some.
    pub all_url: Option<String>,
    /// The lines, newest first.
    pub rows: Vec<AuditRow>,
    /// All lines that fit, as a table.
    pub csv_url: String,
    /// The same as a workbook.
    pub xlsx_url: String,
    /// The same as lines of JSON.
    pub jsonl_url: String,
    /// What a checkpoint is saved as; nothing for those who do not read the whole log.
    pub checkpoint_name: Option<String>,
    /// Back to the first page, from a later one.
    pub newest_url: Option<String>,
    /// The next page.
    pub next_url: Option<String>,
    /// Whether the page ends for the lines that were looked at and do not fit.
    pub goes_on: bool,
}

/// A line.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What, in words.
    pub act: String,
    /// What, by its stable name.
    pub action: String,
    /// What was changed.
    pub changes: String,
    /// For how many it stands.
    pub count: Option<String>,
    /// On what, by name.
    pub title: Option<String>,
    /// On what, by id, where it has no name.
    pub subject: Option<String>,
    /// Its page, where it has one.
    pub subject_url: Option<String>,
    /// What came of it.
    pub outcome: String,
    /// Whether it was done.
    pub is_done: bool,
    /// From where.
    pub address: String,
}

/// Which lines, and which part of them.
#[derive(Debug, Default, Deserialize)]
pub struct AuditPageQuery {
    /// What they are limited to.
    #[serde(flatten)]
    pub limits: AuditQuery,
    /// Which part of the list, and what just happened.
    #[serde(flatten)]
    pub at: PageQuery,
}

/// `GET /admin/audit`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<AuditPageQuery>,
) -> Result<HttpResponse, Problem> {
    let filter = query.limits.filter();
    // Who may not read them is told so before anything else.
    let asked = filter.as_ref().cloned().unwrap_or_default();
    let lines = library
        .administration
        .audit(&visit.actor, &asked, query.at.cursor(), PAGE_SIZE)
        .await?;
    let mut page = page(&visit, &query, lines, library.clock().now());
    let Err(error) = filter else { return visit.page(&page) };
    let problem = Problem::from(error);
    let Some(Refusal::Fields(faults)) = problem.refusal() else {
        return Err(problem);
    };
    let faulty = |field: &str| faults.iter().any(|fault| fault.pointer == field);
    for (pointer, field) in [("/from", &mut page.from), ("/until", &mut page.until)] {
        if faulty(pointer) {
            field.fault = Some(visit.say.audit_day_fault().to_owned());
        }
    }
    page.rows.clear();
    page.next_url = None;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn page(visit: &PageContext, query: &AuditPageQuery, lines: Page<AuditLine>, today: Timestamp) -> AuditPage {
    let say = visit.say;
    let limits = &query.limits;
    let given = |field: &Option<String>| field.clone().unwrap_or_default();
    let fields = [
        ("actor", given(&limits.actor)),
        ("action", given(&limits.action)),
        ("subject", given(&limits.subject)),
        ("outcome", given(&limits.outcome)),
        ("address", given(&limits.address)),
        ("text", given(&limits.text)),
        ("from", given(&limits.from)),
        ("until", given(&limits.until)),
    ];
    let address = |path: &str, more: (&str, &str)| {
        let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push(more);
        urls::with_query(path, &all)
    };
    let is_limited = fields.iter().any(|(_, value)| !value.is_empty());
    let later = query.at.cursor().is_some();
    AuditPage {
        layout: visit.layout(say.audit()),
        tabs: reports::tabs_of_records(visit),
        actor: given(&limits.actor),
        address: given(&limits.address),
        text: given(&limits.text),
        actions: actions(visit, &given(&limits.action)),
        outcomes: outcomes(visit, &given(&limits.outcome)),
        from: FormField::of(given(&limits.from)),
        until: FormField::of(given(&limits.until)),
        all_url: is_limited.then(|| urls::AUDIT.to_owned()),
        csv_url: address("/api/v1/audit", ("format", "csv")),
        xlsx_url: address("/api/v1/audit", ("format", "xlsx")),
        jsonl_url: address("/api/v1/audit", ("format", "jsonl")),
        checkpoint_name: (visit.actor.reach(Act::ReadAuditLog) == Some(Reach::City))
            .then(|| format!("checkpoint-{}.json", today.day())),
        goes_on: lines.next_cursor.is_some() && (lines.items.len() as u64) < PAGE_SIZE,
        // An empty field is left out: the first page has no cursor.
        newest_url: later.then(|| address(urls::AUDIT, ("", ""))),
        next_url: lines
            .next_cursor
            .map(|cursor| address(urls::AUDIT, ("cursor", &cursor))),
        rows: lines.items.into_iter().map(|line| row(visit, line)).collect(),
    }
}

fn actions(visit: &PageContext, chosen: &str) -> Vec<Choice> {
    let all = Choice::new("", visit.say.audit_anything(), chosen);
    let families = visit.say.act_families().into_iter();
    let mut choices: Vec<Choice> = std::iter::once(all)
        .chain(families.map(|(code, name)| Choice::new(code, name, chosen)))
        .collect();
    // A link may ask for one act, where the list offers families of them.
    if !chosen.is_empty() && choices.iter().all(|choice| !choice.is_chosen) {
        choices.push(Choice::new(chosen, visit.say.act(chosen), chosen));
    }
    choices
}

fn outcomes(visit: &PageContext, chosen: &str) -> Vec<Choice> {
    let say = visit.say;
    [
        ("", say.audit_any()),
        ("done", say.audit_done()),
        ("refused", say.audit_refused()),
    ]
    .map(|(value, label)| Choice::new(value, label, chosen))
    .into()
}

fn row(visit: &PageContext, line: AuditLine) -> AuditRow {
    let say = visit.say;
    AuditRow {
        at: line.at.minute(),
        act: say.act(&line.action),
        title: named(say, &line),
        subject_url: line
            .subject
            .as_deref()
            .and_then(|subject| page_of(&line.action, subject)),
        is_done: line.outcome == "done",
        outcome: say.outcome(&line.outcome),
        changes: say.audit_changes(&line.changes),
        count: say.audit_count(line.times),
        address: line.address.unwrap_or_default(),
        actor: if line.is_erased {
            say.erased_person().to_owned()
        } else if line.is_system {
            say.audit_system().to_owned()
        } else {
            line.actor
        },
        action: line.action,
        subject: line.subject,
    }
}

/// The page of what something was done on, where it has one that may still be there.
fn page_of(action: &str, subject: &str) -> Option<String> {
    let (family, act) = action.split_once('.')?;
    // What was removed has no page; a removed comment stood on one that is still there.
    if act == "remove" && family != "comment" {
        return None;
    }
    // What is part of another stands behind it: `{pack}/{number}`.
    let id: AnyId = subject.split('/').next()?.parse().ok()?;
    match family {
        "resource" => Some(urls::resource(id)),
        "comment" => Some(urls::comments(id)),
        "pack" => Some(urls::pack(id)),
        _ => None,
    }
}
