//! A pack's page: what it is, what is in it, how to carry it away, and for its editors what can be done with it.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::FormField;
use super::layout::{Layout, Link};
use super::page_context::{PageContext, see_other};
use super::resource::{Download, Fact, TermsOfUse};
use super::resource_card::StatusMark;
use super::{packs, urls};
use crate::domain::id::PackId;
use crate::domain::pack::{BuildState, version_note};
use crate::error::{Error, Refusal, Thing};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::library::Library;
use crate::library::packs::contents::Opened;
use crate::library::packs::{Pack, PackStatus, PackVersion};
use tree::PackTree;

pub mod changes;
pub mod create;
pub mod edit;
mod fields;
pub mod tree;
mod view_model;

/// Resources that automatic checks look at for one page.
const CHECKED_AT_ONCE: u64 = 50;

/// A pack's page.
#[derive(Debug, Template)]
#[template(path = "pack.html")]
pub struct PackPage {
    /// The frame; its title is the pack's.
    pub layout: Layout,
    /// Its own address.
    pub url: String,
    /// Where it stands, when it is not plainly published.
    pub status: Option<StatusMark>,
    /// What follows from that, in a sentence.
    pub status_note: Option<String>,
    /// Its description, a paragraph each.
    pub description: Vec<String>,
    /// Whom it is for.
    pub rights: TermsOfUse,
    /// Whose it is, how new and how large, in the order to show.
    pub facts: Vec<Fact>,
    /// A version that is not ready.
    pub making: Option<BuildProgress>,
    /// What is shown when it is not the newest, with the way there.
    pub old: Option<(String, String)>,
    /// What is new in the version shown, in its publisher's words, a paragraph each.
    pub whats_new: Vec<String>,
    /// The version as one file.
    pub download: Option<Download>,
    /// The same in other forms.
    pub forms: Vec<Link>,
    /// What a school types to have it, in parts that a line may end between; nothing where there is nothing to have.
    pub command: Vec<String>,
    /// What is in the version shown.
    pub tree: Option<PackTree>,
    /// What is no longer in it, by reason.
    pub gone: Vec<String>,
    /// What changed since the version before.
    pub changes_url: Option<String>,
    /// Its versions, the newest first.
    pub versions: Vec<PackVersionRow>,
    /// What its editors may do.
    pub editor: Option<Editor>,
}

/// A version that is being made, or could not be.
#[derive(Debug, Clone)]
pub struct BuildProgress {
    /// What is the matter.
    pub said: String,
    /// How far it is, in words.
    pub progress: String,
    /// Resources looked at, and to look at.
    pub share: Option<(i64, i64)>,
    /// Whether it has failed.
    pub has_failed: bool,
}

/// One version.
#[derive(Debug, Clone)]
pub struct PackVersionRow {
    /// Its name: `第 2 版`.
    pub label: String,
    /// When, how many files, how large.
    pub facts: Vec<String>,
    /// What was new in it.
    pub note: String,
    /// Its page, unless it is the one shown.
    pub url: Option<String>,
    /// What changed since the one before.
    pub changes_url: Option<String>,
}

/// What the editors of a pack see, and those who approve what it says.
#[derive(Debug, Clone)]
pub struct Editor {
    /// Which revision of it is shown.
    pub seen: i64,
    /// Changes what is in it; for its editors.
    pub edit_url: Option<String>,
    /// Publishes; not while a version is being made, nor after it was withdrawn.
    pub publish: Option<PublishForm>,
    /// What automatic checks find of what would go in; where it can be published.
    pub checks: Option<PackChecks>,
    /// Takes it down; nothing once it is.
    pub withdraw: Option<Withdraw>,
    /// Whether it was taken down and can be brought back.
    pub may_restore: bool,
    /// Who holds it; for its editors.
    pub holders: Option<Vec<PackHolder>>,
}

/// What automatic checks find of what would go into a pack.
#[derive(Debug, Clone)]
pub struct PackChecks {
    /// How many resources were looked at, and how many of them have something open.
    pub said: String,
    /// The resources with something open, each with what it is.
    pub rows: Vec<(Link, Vec<String>)>,
    /// Those behind them.
    pub next_url: Option<String>,
}

/// The form that publishes a new version.
#[derive(Debug, Clone)]
pub struct PublishForm {
    /// What its button says.
    pub go: &'static str,
    /// What is new in it.
    pub note: FormField,
    /// What stands beside what was chosen, by its name, where that waits to be approved.
    pub waiting: Vec<(String, String)>,
}

/// The form that takes a pack down, or removes one that was never published.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// What it is called.
    pub label: &'static str,
    /// What follows from it.
    pub note: &'static str,
    /// What the last button says.
    pub go: &'static str,
}

/// Somebody who holds a pack.
#[derive(Debug, Clone)]
pub struct PackHolder {
    /// What the holder calls itself.
    pub name: String,
    /// Which version it has.
    pub version: String,
    /// Whether all of it is whole.
    pub state: &'static str,
    /// Whether it is not.
    pub is_damaged: bool,
    /// When that was verified.
    pub at: String,
}

/// Which version, and which folder of it.
#[derive(Debug, Default, Deserialize)]
pub struct PackQuery {
    /// The version's number; the newest that is ready when not given.
    pub version: Option<String>,
    /// The folder to look into.
    pub folder: Option<String>,
    /// Where in a large folder to begin.
    pub from: Option<String>,
    /// Where in what was chosen the checks begin.
    pub checks: Option<String>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// `GET /p/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    query: web::Query<PackQuery>,
) -> Result<HttpResponse, Problem> {
    visit.page(&page(&visit, &library, *id, &query).await?)
}

async fn page(visit: &PageContext, library: &Library, id: PackId, query: &PackQuery) -> Result<PackPage, Problem> {
    let pack = library.packs.pack(&visit.actor, id).await?;
    let versions = library.packs.pack_versions(&visit.actor, id).await?;
    let opened = match shown(&versions, query)? {
        Some(number) => Some(library.packs.open_pack_version(&visit.actor, id, number).await?),
        None => None,
    };
    let tree = match &opened {
        Some(opened) => tree(visit, id, opened, query).await?,
        None => None,
    };
    let mut page = of(visit, &pack, &versions, opened.as_ref());
    page.tree = tree;
    page.editor = editor(visit, library, &pack, &versions).await?;
    if let Some(editor) = page.editor.as_mut().filter(|editor| editor.publish.is_some()) {
        editor.checks = Some(checks(visit, library, &pack, query.checks.as_deref()).await?);
    }
    page.layout.notice = query
        .done
        .as_deref()
        .and_then(|done| view_model::notice(visit, done, &page));
    Ok(page)
}

/// The number of the version to show: the one asked for, or the newest that is ready.
fn shown(versions: &[PackVersion], query: &PackQuery) -> Result<Option<i32>, Refusal> {
    let ready = versions.iter().filter(|version| version.state == BuildState::Ready);
    let mut ready = ready.map(|version| version.number);
    let Some(asked) = &query.version else {
        return Ok(ready.next());
    };
    let found = asked
        .parse()
        .ok()
        .and_then(|asked: i32| ready.find(|number| *number == asked));
    found.map(Some).ok_or(Refusal::NoSuch(Thing::Version))
}

async fn tree(
    visit: &PageContext,
    id: PackId,
    opened: &Opened,
    query: &PackQuery,
) -> Result<Option<PackTree>, Problem> {
    let place = tree::TreePlace {
        say: visit.say,
        pack: id,
        version: opened.version.number,
        asks_for_version: query.version.is_some(),
        folder: query.folder.clone().unwrap_or_default(),
        from: query.from.as_deref().and_then(|from| from.parse().ok()).unwrap_or(0),
    };
    let (contents, refused) = (Arc::clone(&opened.contents), opened.refused.clone());
    // A large pack has a hundred thousand files to count.
    let grown = web::block(move || PackTree::of(&place, &contents, &refused)).await;
    Ok(grown.map_err(Error::unexpected)??)
}

fn of(visit: &PageContext, pack: &Pack, versions: &[PackVersion], opened: Option<&Opened>) -> PackPage {
    let say = visit.say;
    let newest = versions.first();
    let version = opened.map(|opened| &opened.version);
    let ready = |version: &&PackVersion| version.state == BuildState::Ready;
    let newest_ready = versions.iter().find(ready).map(|version| version.number);
    let is_old = version.filter(|version| newest_ready.is_some_and(|newest| newest != version.number));
    let before = version.and_then(|shown| view_model::before(versions, shown.number));
    PackPage {
        layout: visit.layout(&pack.title),
        url: pack.url.clone(),
        status: packs::status(say, pack.status),
        status_note: match pack.status {
            PackStatus::Draft => Some(say.pack_draft_note().to_owned()),
            PackStatus::Withdrawn => Some(say.pack_withdrawn_note().to_owned()),
            PackStatus::Published => pack.shown_as.as_deref().map(|title| say.pack_words_wait(title)),
        },
        description: view_model::paragraphs(&pack.description),
        rights: TermsOfUse {
            scope: say.scope(pack.scope),
            scope_note: say.scope_note(pack.scope),
            ..TermsOfUse::default()
        },
        facts: view_model::facts(say, pack, version),
        making: newest.and_then(|newest| view_model::making(say, newest)),
        old: is_old.map(|version| {
            let said = say.pack_old_version(version.number, newest_ready.unwrap_or_default());
            (said, pack.url.clone())
        }),
        whats_new: version
            .map(|version| view_model::paragraphs(&version.note))
            .unwrap_or_default(),
        download: version.map(|version| view_model::download(pack, version)),
        forms: version
            .map(|version| view_model::forms(say, pack, version))
            .unwrap_or_default(),
        command: version.map(|_| view_model::command(visit, pack)).unwrap_or_default(),
        tree: None,
        gone: opened.map(|opened| view_model::gone(say, opened)).unwrap_or_default(),
        changes_url: version
            .zip(before)
            .map(|(version, before)| view_model::changes_url(pack.id, before, version.number)),
        versions: view_model::versions(say, pack.id, versions, version.map(|version| version.number)),
        editor: None,
    }
}

async fn editor(
    visit: &PageContext,
    library: &Library,
    pack: &Pack,
    versions: &[PackVersion],
) -> Result<Option<Editor>, Problem> {
    let may_edit = library.packs.may_edit_pack(&visit.actor, pack);
    let waits_for_them = pack.shown_as.is_some() && library.packs.may_approve_pack(&visit.actor, pack);
    if !may_edit && !waits_for_them {
        return Ok(None);
    }
    let say = visit.say;
    let is_being_made = versions
        .first()
        .is_some_and(|newest| matches!(newest.state, BuildState::Queued | BuildState::Building));
    let holders = if may_edit {
        let receipts = library.packs.receipts(&visit.actor, pack.id).await?;
        Some(
            receipts
                .iter()
                .map(|receipt| view_model::holder(say, receipt))
                .collect(),
        )
    } else {
        None
    };
    let go = if pack.status == PackStatus::Draft {
        say.pack_publish_first()
    } else {
        say.pack_publish()
    };
    Ok(Some(Editor {
        seen: pack.revision,
        edit_url: may_edit.then(|| format!("{}/edit", pack.url)),
        publish: (!is_being_made && pack.status != PackStatus::Withdrawn).then(|| PublishForm {
            go,
            note: FormField::default(),
            waiting: if waits_for_them {
                view_model::notes(pack)
            } else {
                Vec::new()
            },
        }),
        checks: None,
        withdraw: view_model::withdraw(say, pack.status).filter(|_| may_edit),
        may_restore: may_edit && pack.status == PackStatus::Withdrawn,
        holders,
    }))
}

async fn checks(
    visit: &PageContext,
    library: &Library,
    pack: &Pack,
    cursor: Option<&str>,
) -> Result<PackChecks, Problem> {
    let found = library
        .packs
        .item_checks(&visit.actor, pack.id, cursor, CHECKED_AT_ONCE)
        .await?;
    Ok(view_model::checks(visit.say, pack, &found))
}

/// A new version, as the form asks for it.
#[derive(Debug, Deserialize)]
pub struct PublishFields {
    /// What is new.
    #[serde(default)]
    pub note: String,
    /// The revision that the page showed.
    pub seen: Option<i64>,
}

/// Whether it is no longer what the page showed, or the page does not say what it showed.
fn is_stale(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::ChangedMeanwhile | Refusal::IfMatchRequired)
}

/// `POST /p/{id}/publish`
pub async fn publish(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    form: ProtectedForm<PublishFields>,
) -> Result<HttpResponse, Problem> {
    let note = match version_note(&form.note) {
        Ok(note) => note,
        Err(fault) => {
            let mut page = page(&visit, &library, *id, &PackQuery::default()).await?;
            let form_shown = page.editor.as_mut().and_then(|editor| editor.publish.as_mut());
            let form_shown = form_shown.ok_or(Refusal::NotAllowed)?;
            form_shown.note = FormField::of(&form.note).faulty(fault.kind.say(visit.say.lang()));
            return visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let done = match library.packs.publish_pack(&visit.actor, *id, note, form.seen).await {
        Ok(_) => "published",
        // Looked at once more, it can be published.
        Err(Error::Refused(refusal)) if is_stale(&refusal) => "stale",
        Err(error) => return Err(error.into()),
    };
    Ok(see_other(&format!("{}?done={done}", urls::pack(*id))))
}

/// `POST /p/{id}/withdraw`
pub async fn withdraw(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let before = library.packs.pack(&visit.actor, *id).await?;
    library.packs.remove_pack(&visit.actor, *id).await?;
    // A draft is gone for good and has no page to go back to.
    if before.status == PackStatus::Draft {
        return Ok(see_other("/packs?mine=1&done=removed"));
    }
    Ok(see_other(&format!("{}?done=withdrawn", before.url)))
}

/// `POST /p/{id}/restore`
pub async fn restore(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.packs.restore_pack(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=restored", urls::pack(*id))))
}
