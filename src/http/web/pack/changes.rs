//! What changed between two versions of a pack.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::view_model;
use crate::domain::id::PackId;
use crate::domain::pack::BuildState;
use crate::error::{Refusal, Thing};
use crate::http::problem::Problem;
use crate::http::web::form::Choice;
use crate::http::web::format;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::PageContext;
use crate::library::Library;
use crate::library::packs::PackVersion;
use crate::library::packs::contents::Compared;
use crate::pack::difference::Difference;
use crate::pack::manifest::{Gone, GoneReason};
use crate::words::pages::PageWords;

/// The most files that are listed of each kind.
const LISTED: usize = 200;

/// The page.
#[derive(Debug, Template)]
#[template(path = "pack_changes.html")]
pub struct ChangesPage {
    /// The frame; its title says which versions.
    pub layout: Layout,
    /// The pack.
    pub pack: Link,
    /// What it costs to go from one to the other, in a sentence; nothing where there is only one version.
    pub cost: Option<String>,
    /// Added, changed, renamed, removed: each with its count, where there are some.
    pub groups: Vec<ChangeGroup>,
    /// Resources that are no longer in it, each with why.
    pub gone: Vec<(String, String)>,
    /// What is said when nothing changed.
    pub nothing: Option<&'static str>,
    /// The version to compare from.
    pub from: Vec<Choice>,
    /// The version to compare to.
    pub to: Vec<Choice>,
    /// Where the choice is sent.
    pub url: String,
}

/// Files to which the same has happened.
#[derive(Debug, Clone)]
pub struct ChangeGroup {
    /// The stable name, for its heading and the style sheet: `added`.
    pub code: &'static str,
    /// What happened.
    pub heading: &'static str,
    /// How many files, how large.
    pub facts: String,
    /// The files.
    pub rows: Vec<ChangedFileRow>,
    /// What is said of those that are not listed.
    pub rest: Option<String>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct ChangedFileRow {
    /// Its folder, with a slash at its end.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// Where it lay before.
    pub was: Option<String>,
    /// Its size, or both sizes.
    pub size: String,
}

/// Which versions: the newest two when not given.
#[derive(Debug, Default, Deserialize)]
pub struct PackChangesQuery {
    /// From this one.
    pub from: Option<String>,
    /// To this one.
    pub to: Option<String>,
}

/// `GET /p/{id}/changes`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    query: web::Query<PackChangesQuery>,
) -> Result<HttpResponse, Problem> {
    let pack = library.packs.pack(&visit.actor, *id).await?;
    let versions = library.packs.pack_versions(&visit.actor, *id).await?;
    let (from, to) = chosen(&versions, &query)?;
    let compared = library.packs.compare_pack_versions(&visit.actor, *id, from, to).await?;
    let say = visit.say;
    visit.page(&ChangesPage {
        layout: visit.layout(heading(say, from, to)),
        pack: Link::new(pack.title, &pack.url),
        cost: (from != to).then(|| {
            let size = format::bytes(compared.files.to_fetch);
            say.changes_cost(from, &size, compared.files.same as u64)
        }),
        nothing: nothing(say, &compared, from == to),
        groups: groups(say, &compared.files),
        gone: gone(say, &compared),
        from: choices(say, &versions, from),
        to: choices(say, &versions, to),
        url: format!("{}/changes", pack.url),
    })
}

/// The two versions to compare.
fn chosen(versions: &[PackVersion], query: &PackChangesQuery) -> Result<(i32, i32), Refusal> {
    let no_such = Refusal::NoSuch(Thing::Version);
    let read = |given: &Option<String>| given.as_ref().map(|given| given.parse::<i32>()).transpose();
    let (Ok(from), Ok(to)) = (read(&query.from), read(&query.to)) else {
        return Err(no_such);
    };
    let ready = versions.iter().find(|version| version.state == BuildState::Ready);
    let to = to.or(ready.map(|version| version.number));
    // The first version is compared with itself: nothing came before it.
    let from = from.or_else(|| to.map(|to| view_model::before(versions, to).unwrap_or(to)));
    from.zip(to).ok_or(no_such)
}

fn heading(say: PageWords, from: i32, to: i32) -> String {
    if from == to {
        return say.version(to);
    }
    say.changes_heading(from, to)
}

fn nothing(say: PageWords, compared: &Compared, is_one: bool) -> Option<&'static str> {
    if is_one {
        return Some(say.changes_of_one());
    }
    (compared.files.is_empty() && compared.gone.is_empty()).then(|| say.changes_none())
}

fn choices(say: PageWords, versions: &[PackVersion], chosen: i32) -> Vec<Choice> {
    let ready = versions.iter().filter(|version| version.state == BuildState::Ready);
    let chosen = chosen.to_string();
    ready
        .map(|version| Choice::new(version.number.to_string(), say.version(version.number), &chosen))
        .collect()
}

fn groups(say: PageWords, files: &Difference) -> Vec<ChangeGroup> {
    let plain = |path: &str, length: u64| row(path, None, format::bytes(length));
    let added = files
        .added
        .iter()
        .map(|file| (file.length, plain(&file.path, file.length)));
    let changed = files.changed.iter().map(|file| {
        let size = format!("{} → {}", format::bytes(file.before), format::bytes(file.after));
        (file.after, row(&file.path, None, size))
    });
    let renamed = files.renamed.iter().map(|file| {
        let was = Some(file.from.clone());
        (file.length, row(&file.to, was, format::bytes(file.length)))
    });
    let removed = files
        .removed
        .iter()
        .map(|file| (file.length, plain(&file.path, file.length)));
    let groups = [
        group(say, "added", say.changes_added(), added),
        group(say, "changed", say.changes_changed(), changed),
        group(say, "renamed", say.changes_renamed(), renamed),
        group(say, "removed", say.changes_removed(), removed),
    ];
    groups.into_iter().flatten().collect()
}

fn group(
    say: PageWords,
    code: &'static str,
    heading: &'static str,
    files: impl ExactSizeIterator<Item = (u64, ChangedFileRow)>,
) -> Option<ChangeGroup> {
    let count = files.len();
    let mut bytes = 0;
    let mut rows = Vec::new();
    for (length, row) in files {
        bytes += length;
        if rows.len() < LISTED {
            rows.push(row);
        }
    }
    let rest = count - rows.len();
    (count > 0).then(|| ChangeGroup {
        code,
        heading,
        facts: say.pack_size(count as u64, &format::bytes(bytes)),
        rows,
        rest: (rest > 0).then(|| say.changes_rest(rest as u64)),
    })
}

fn row(path: &str, was: Option<String>, size: String) -> ChangedFileRow {
    let (folder, name) = path
        .rsplit_once('/')
        .map_or(("", path), |(folder, name)| (folder, name));
    ChangedFileRow {
        folder: if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        },
        name: name.to_owned(),
        was,
        size,
    }
}

fn gone(say: PageWords, compared: &Compared) -> Vec<(String, String)> {
    let why = |gone: &Gone| {
        let reason = say.pack_gone_one(view_model::reason_code(gone.reason));
        if gone.reason == GoneReason::LeftOut {
            return reason;
        }
        let until = say.pack_keep_until(&gone.keep_until.day());
        format!("{reason} · {until}")
    };
    compared
        .gone
        .iter()
        .take(LISTED)
        .map(|(title, gone)| (title.clone(), why(gone)))
        .collect()
}
