//! All that is kept of somebody, for them to take along; and erasing them.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::actor::Actor;
use crate::domain::id::AccountId;
use crate::domain::personal_data::TABLE;
use crate::error::{Error, Result};
use crate::http::caching;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::session_cookie;
use crate::http::spreadsheet;
use crate::library::Library;
use crate::library::accounts::own_data::{
    InCopy, OwnComment, OwnData, OwnFile, OwnRecord, OwnTraining, OwnWork, in_copy,
};
use crate::table;
use crate::words::pages::PageWords;

const ZIP: &str = "application/zip";

/// All that is kept of one's own account: a ZIP with a page to read (`index.html`), everything as JSON (`data.json`), and
/// tables of works, files, comments and of what the audit log says (CSV). Files themselves are listed with address, size and
/// SHA-256; `GET /api/v1/files/{id}/content` gives each.
#[utoipa::path(post, path = "/api/v1/me/export", tag = "people",
    responses((status = 200, content_type = "application/zip", body = [u8])))]
pub async fn export(library: web::Data<Library>, actor: Actor) -> std::result::Result<HttpResponse, Problem> {
    answer(&library, &actor).await
}

/// Erases one's own account, for good: name, password, sessions, tokens, second factor and saved searches go; resources and
/// comments stay and lead to nobody. The last account that looks after all others stays. For sessions: a token erases nobody.
#[utoipa::path(post, path = "/api/v1/me/erase", tag = "people", responses((status = 204)))]
pub async fn erase(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Problem> {
    library.accounts.erase_own(&actor).await?;
    Ok(HttpResponse::NoContent()
        .cookie(session_cookie::end(&request))
        .insert_header(caching::FORGET)
        .finish())
}

/// Erases an account that the caller looks after, as its owner could.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn erase_account(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<AccountId>,
) -> std::result::Result<HttpResponse, Problem> {
    library.accounts.erase_account(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The archive.
pub async fn answer(library: &Library, actor: &Actor) -> std::result::Result<HttpResponse, Problem> {
    let data = library.accounts.own_data(actor).await?;
    let say = PageWords(Negotiation::current().lang);
    let name = format!("{} {}.zip", say.personal_data(), data.at.day());
    // It is text and has a bound, so it is made whole, beside the threads that serve.
    let made = web::block(move || archive(say, &data))
        .await
        .map_err(Error::unexpected)?;
    Ok(spreadsheet::attachment(&name, ZIP).body(made?))
}

/// The page in the archive, which is read without this site.
#[derive(Debug, Template)]
#[template(path = "own_data.html")]
struct OwnDataPage<'a> {
    say: PageWords,
    data: &'a OwnData,
    /// Everything that has no place of its own on the page.
    sections: Vec<OwnDataSection>,
    /// What is kept of people and stands in no copy.
    without: Vec<&'static str>,
}

/// What is kept of one kind.
#[derive(Debug)]
struct OwnDataSection {
    heading: &'static str,
    parts: Vec<OwnDataTable>,
}

/// A member of `data.json`.
#[derive(Debug)]
struct OwnDataTable {
    name: &'static str,
    rows: Vec<String>,
}

/// Members that the page shows in a form of their own, or leaves to a table beside it.
const WITH_A_FORM: [&str; 9] = [
    "account",
    "sessions",
    "tokens",
    "saved_searches",
    "works",
    "files",
    "packs",
    "comments",
    "records",
];

/// Everything else, in the order of the table of what is kept; what is empty is left out.
fn sections(say: PageWords, told: &Value) -> Vec<OwnDataSection> {
    let mut shown: BTreeSet<&str> = WITH_A_FORM.into();
    let mut sections = Vec::new();
    for line in TABLE {
        let InCopy::As(members) = in_copy(line.kind) else {
            continue;
        };
        let new = members.iter().filter(|name| shown.insert(name));
        let part = |name: &&'static str| OwnDataTable {
            name,
            rows: told[*name].as_array().into_iter().flatten().map(row_text).collect(),
        };
        let parts: Vec<OwnDataTable> = new.map(part).filter(|part| !part.rows.is_empty()).collect();
        if !parts.is_empty() {
            let [heading, _] = say.personal_data_kind(line.kind);
            sections.push(OwnDataSection { heading, parts });
        }
    }
    sections
}

/// A row by the names of its fields, those that hold something.
fn row_text(row: &Value) -> String {
    let fields = row.as_object().into_iter().flatten();
    let fields = fields.filter_map(|(name, value)| match value {
        Value::Null => None,
        Value::String(text) => Some(format!("{name}: {text}")),
        value => Some(format!("{name}: {value}")),
    });
    fields.collect::<Vec<_>>().join(" · ")
}

fn archive(say: PageWords, data: &OwnData) -> Result<Vec<u8>> {
    let told = serde_json::to_value(data).map_err(Error::unexpected)?;
    let missing = TABLE.iter().filter(|line| matches!(in_copy(line.kind), InCopy::Not(_)));
    let page = OwnDataPage {
        say,
        data,
        sections: sections(say, &told),
        without: missing
            .map(|line| {
                let [what, _] = say.personal_data_kind(line.kind);
                what
            })
            .collect(),
    };
    let page = page.render().map_err(Error::unexpected)?;
    let json = serde_json::to_vec_pretty(&told).map_err(Error::unexpected)?;
    let members = [
        ("index.html", page.into_bytes()),
        ("data.json", json),
        ("works.csv", works(data)?),
        ("files.csv", files(data)?),
        ("comments.csv", comments(data)?),
        ("training.csv", training(data)?),
        ("records.csv", records(say, data)?),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in members {
        archive.start_file(name, packed).map_err(Error::unexpected)?;
        archive.write_all(&bytes)?;
    }
    Ok(archive.finish().map_err(Error::unexpected)?.into_inner())
}

fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let head = heads.iter().map(ToString::to_string).collect();
    let mut bytes = table::BOM.as_bytes().to_vec();
    bytes.extend(table::csv_lines(std::iter::once(head).chain(rows))?);
    Ok(bytes)
}

fn works(data: &OwnData) -> Result<Vec<u8>> {
    let heads = [
        "id",
        "title",
        "authors",
        "scope",
        "version",
        "created_at",
        "updated_at",
        "url",
    ];
    let row = |work: &OwnWork| {
        vec![
            work.id.to_string(),
            work.title.clone(),
            work.authors.join("、"),
            work.scope.code().to_owned(),
            work.version.to_string(),
            work.created_at.to_string(),
            work.updated_at.to_string(),
            work.url.clone(),
        ]
    };
    table(&heads, data.works.iter().map(row))
}

fn files(data: &OwnData) -> Result<Vec<u8>> {
    let heads = ["id", "resource", "path", "size", "sha256", "url"];
    let row = |file: &OwnFile| {
        vec![
            file.id.to_string(),
            file.resource.to_string(),
            file.path.clone(),
            file.size.to_string(),
            file.sha256.to_string(),
            file.url.clone(),
        ]
    };
    table(&heads, data.files.iter().map(row))
}

fn comments(data: &OwnData) -> Result<Vec<u8>> {
    let heads = ["id", "resource", "text", "created_at"];
    let row = |comment: &OwnComment| {
        vec![
            comment.id.to_string(),
            comment.resource.to_string(),
            comment.text.clone(),
            comment.created_at.to_string(),
        ]
    };
    table(&heads, data.comments.iter().map(row))
}

fn training(data: &OwnData) -> Result<Vec<u8>> {
    let heads = ["session", "state", "hours", "attended_on", "enrolled_at"];
    let row = |part: &OwnTraining| {
        vec![
            part.session.clone(),
            part.state.code().to_owned(),
            part.hours.to_string(),
            part.attended_on.map(|day| day.to_string()).unwrap_or_default(),
            part.enrolled_at.to_string(),
        ]
    };
    table(&heads, data.training.iter().map(row))
}

fn records(say: PageWords, data: &OwnData) -> Result<Vec<u8>> {
    let heads = ["at", "action", "act", "subject", "title", "outcome", "address", "times"];
    let row = |line: &OwnRecord| {
        vec![
            line.at.to_string(),
            line.action.clone(),
            say.act(&line.action),
            line.subject.clone().unwrap_or_default(),
            line.title.clone().unwrap_or_default(),
            line.outcome.clone(),
            line.address.clone().unwrap_or_default(),
            line.times.to_string(),
        ]
    };
    table(&heads, data.records.iter().map(row))
}
