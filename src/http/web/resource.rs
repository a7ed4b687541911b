//! A resource's page: what it is, for which task, whose, may I use it, and the original.

use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::Choice;
use super::layout::{Layout, Link};
use super::marks;
use super::my_resources::HubRemark;
use super::page_context::{PageContext, see_other};
use super::resource_card::{KindMark, ResourceCard, StatusMark, count};
use super::review::{self as queue_page, QueueWay};
use super::urls;
use super::viewer::{self, FileView, Player};
use crate::actor::Actor;
use crate::domain::authority::Act;
use crate::domain::file::ExtractionState;
use crate::domain::id::{FileId, ResourceId};
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Thing};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::library::Library;
use crate::library::packs::{PackFilter, PackStatus};
use crate::library::recognition::marks::MarkQuery;
use crate::library::resource_view::{File, Resource};

pub mod comments;
pub mod edit;
pub mod review;
pub mod scans;
pub mod speech;
mod view_model;

pub(in crate::http::web) use self::view_model::paragraphs;

use self::review::ReviewPanel;
use comments::Comments;

/// How many similar resources are shown.
const SIMILAR: usize = 6;
/// How many packs are named that it is in.
const PACKS: u64 = 10;
/// How many of one's own packs can be chosen from.
const OWN_PACKS: u64 = 50;

/// A resource's page.
#[derive(Debug, Template)]
#[template(path = "resource.html")]
pub struct ResourcePage {
    /// The frame; its title is the resource's.
    pub layout: Layout,
    /// The resource's id, for the script that waits until its files are read.
    pub id: String,
    /// Its type.
    pub kind: KindMark,
    /// Where it stands, when it is not plainly published.
    pub status: Option<StatusMark>,
    /// What the reviewer wrote, when it was sent back.
    pub review_note: Option<String>,
    /// What that is called: it was sent back, or is submitted again since.
    pub review_note_label: &'static str,
    /// What became of it at the hub that it was offered to, for those who may change it.
    pub at_hub: Option<HubRemark>,
    /// Notices of infringement on it, for those who shared or handle it.
    pub notices: Vec<Link>,
    /// What waits beside what others see, when that is shown.
    pub changed: Option<ChangedRemark>,
    /// The revision that is shown, which a decision is about.
    pub seen: i64,
    /// Major, course and task, from the root of the catalogue.
    pub trail: Vec<Link>,
    /// Its description, a paragraph each.
    pub description: Vec<String>,
    /// Whose it is and what for: authors, school, level, year, in the order to show.
    pub facts: Vec<Fact>,
    /// Its keywords, each a search.
    pub keywords: Vec<Link>,
    /// Whether one may use it.
    pub rights: TermsOfUse,
    /// The original, when there is one file or one that leads.
    pub download: Option<Download>,
    /// How many files and how large: `3 个文件，共 24 MB`.
    pub files_total: String,
    /// Its files.
    pub files: Vec<FileRow>,
    /// Where those who may change it see whether it is found.
    pub findability_url: Option<String>,
    /// The form that changes it, for those who may.
    pub edit_url: Option<String>,
    /// When it was held up as a model: `2026-11-24`.
    pub marked: Option<String>,
    /// What is said of it as a model, with how long it is one.
    pub model: Option<String>,
    /// What calls awarded it.
    pub marks: Vec<Link>,
    /// Where it is marked as a model, or the mark taken away, for those who may.
    pub mark_url: Option<String>,
    /// Whether a file is still being read, so that the page looks again by itself.
    pub is_processing: bool,
    /// A film or a sound to play here.
    pub player: Option<Player>,
    /// The text at the place a search led to.
    pub reading: Option<FileView>,
    /// Its versions, the newest first.
    pub versions: Vec<VersionRow>,
    /// What stands before and behind it in the reader's queue.
    pub queue: Option<QueueWay>,
    /// Its review, for those who take part in that.
    pub review: Option<ReviewPanel>,
    /// What is said about it, for those who take part in that.
    pub comments: Option<Comments>,
    /// What this reader may do with it.
    pub actions: Vec<Action>,
    /// Packs it is in.
    pub packs: Vec<Link>,
    /// Puts it into a pack, for those who may.
    pub add_to_pack: Option<Vec<Choice>>,
    /// Resources like it.
    pub similar: Vec<ResourceCard>,
    /// How to name it in a document.
    pub citation: String,
    /// Its full address, for sharing.
    pub share_url: String,
}

/// A named fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The name: `作者`.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// The page about it, where there is one.
    pub url: Option<String>,
}

/// May I use it?
#[derive(Debug, Clone, Default)]
pub struct TermsOfUse {
    /// The licence's name, or that none was given.
    pub licence: String,
    /// What it allows, in a sentence.
    pub licence_note: String,
    /// How far it is shared: `全市`.
    pub scope: String,
    /// Who that is, in a sentence.
    pub scope_note: String,
    /// What else was said: the employer's consent, what others made, people, AI.
    pub more: Vec<(&'static str, String)>,
    /// The label of what AI made.
    pub ai: Option<&'static str>,
}

/// The original file.
#[derive(Debug, Clone)]
pub struct Download {
    /// Its bytes.
    pub url: String,
    /// Format and size: `PPTX · 12.4 MB`.
    pub facts: String,
}

/// One file of the resource.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Its folders, when it lies in some: `课件/第二课/`.
    pub folder: Option<String>,
    /// Its own name.
    pub name: String,
    /// Its format: `PPTX`.
    pub format: String,
    /// Its size: `12.4 MB`.
    pub size: String,
    /// Its bytes.
    pub url: String,
    /// Shows what it holds, where that can be shown.
    pub look_url: Option<String>,
    /// How far reading it has come, as a stable code for the style sheet.
    pub state: &'static str,
    /// The plain answer to "is it found?": `可检索，共 12 页、8,431 字`.
    pub report: String,
    /// What keeps parts of it from being found.
    pub warnings: Vec<String>,
    /// What lies in it, for an archive.
    pub members: Vec<MemberRow>,
    /// What the fold of members says.
    pub members_label: String,
    /// The file's id, for those who may erase it from the history.
    pub erase: Option<String>,
    /// Fetches it as a PDF in which one can search, where a machine read its pages.
    pub searchable_url: Option<String>,
    /// The file's id, for those who may have its pages read before all others.
    pub first: Option<String>,
    /// That this waits for the hours in which pages are read, where it is another hour now.
    pub first_waits: Option<String>,
}

/// One member of an archive.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// Its path.
    pub path: String,
    /// Fetches it alone, unless it lies in an archive inside.
    pub url: Option<String>,
    /// Its size.
    pub size: String,
}

/// The stable code of a state.
pub fn state_code(state: ExtractionState) -> &'static str {
    match state {
        ExtractionState::Queued => "queued",
        ExtractionState::Extracting => "extracting",
        ExtractionState::Ready => "ready",
        ExtractionState::NoText => "no_text",
        ExtractionState::Failed => "failed",
    }
}

/// One version of the resource.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Its name: `第 2 版`.
    pub label: String,
    /// When and by whom: `2026-11-20 · 王敏`.
    pub facts: String,
    /// Its page, unless it is the one shown.
    pub url: Option<String>,
    /// What changed in it.
    pub changes: Vec<ChangeRow>,
}

/// That what is shown waits beside what was approved.
#[derive(Debug, Clone)]
pub struct ChangedRemark {
    /// Who sees it, and what others see.
    pub text: String,
    /// The version that others see; where only words changed it has no page of its own.
    pub approved_url: Option<String>,
    /// What differs.
    pub changes: Vec<ChangeRow>,
    /// Whether the reader may discard it.
    pub may_discard: bool,
}

/// Something that changed in a version.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// What became of it: `新增`.
    pub label: &'static str,
    /// What it is: names of files or of fields.
    pub names: String,
}

/// Something the reader may do, as a form.
#[derive(Debug, Clone)]
pub struct Action {
    /// Where the form goes: `/r/{id}/approve`.
    pub url: String,
    /// What the button says.
    pub label: String,
    /// What follows from it, in a sentence.
    pub note: String,
    /// Whether it is the expected next step.
    pub is_main: bool,
    /// The question that must be answered with it: why it is sent back.
    pub asks: Option<String>,
    /// What the button says with which one says yes once more, where it asks first.
    pub really: Option<&'static str>,
    /// Whether it can be had on mirrors at once as well.
    pub offers_at_once: bool,
}

/// Which version, and which place of which file.
#[derive(Debug, Default, Deserialize)]
pub struct ResourceQuery {
    /// The version's number; the newest when not given.
    pub version: Option<String>,
    /// The place to open.
    #[serde(flatten)]
    pub place: viewer::PlaceQuery,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// `GET /r/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<ResourceId>,
    query: web::Query<ResourceQuery>,
) -> Result<HttpResponse, Problem> {
    let page = page_of(&visit, &library, *id, &query).await?;
    visit.page(&page)
}

/// The page, with everything that this reader may see and do.
pub(super) async fn page_of(
    visit: &PageContext,
    library: &Library,
    id: ResourceId,
    query: &ResourceQuery,
) -> Result<ResourcePage, Problem> {
    let mut resource = library.resources.opened(&visit.actor, id).await?;
    let mut files = resource.files.take().unwrap_or_default();
    let mut shown = resource.version;
    if let Some(number) = &query.version {
        shown = number.parse().map_err(|_| Refusal::NoSuch(Thing::Version))?;
        files = library
            .resources
            .version(&visit.actor, id, shown)
            .await?
            .files
            .unwrap_or_default();
    }
    let asked = query.version.as_deref();
    let erasable = match asked {
        Some(_) => library.resources.erasable(&visit.actor, id, &files).await?,
        None => HashSet::new(),
    };
    let player = viewer::player(visit, library, &resource, &files, &query.place, asked).await?;
    let reading = viewer::find(visit, library, &resource, &files, &query.place, asked).await?;
    let versions = library.resources.versions(&visit.actor, id).await?;
    let changes = library.resources.changes_of(&visit.actor, id, &versions).await?;
    let steps = library.reviews.steps(&visit.actor, id).await?;
    let mut page = page(visit, &resource, &files);
    for (row, file) in page.files.iter_mut().zip(&files) {
        row.erase = erasable.contains(&file.id).then(|| file.id.to_string());
    }
    page.versions = view_model::versions(visit.say, id, versions.iter().zip(&changes), shown);
    page.player = player;
    page.reading = reading;
    let may_edit = library.resources.may_edit(&visit.actor, &resource);
    if may_edit {
        let at_hub = library.mirror.standings(&[id]).await?.remove(&id);
        page.at_hub = at_hub.map(|at_hub| HubRemark::of(visit.say, at_hub));
    }
    if may_edit || visit.actor.may(Act::HandleNotices) {
        let notices = library.reviews.notices_of(&visit.actor, id).await?;
        page.notices = notices
            .iter()
            .map(|notice| view_model::notice_link(visit.say, notice))
            .collect();
    }
    if may_edit {
        for (row, file) in page.files.iter_mut().zip(&files) {
            row.first = scans::is_unread(file).then(|| file.id.to_string());
            let hours = library.reading.hours_to_wait_for();
            row.first_waits = hours.map(|hours| visit.say.read_first_waits(hours));
        }
    }
    page.findability_url = may_edit.then(|| urls::findability(id, ""));
    page.edit_url = may_edit.then(|| urls::edit_resource(id));
    if let Some(changed) = &mut page.changed {
        changed.may_discard = may_edit;
    }
    let on = MarkQuery {
        resource: Some(resource.id),
        ..MarkQuery::default()
    };
    // Most resources bear none, and are not asked about.
    if resource.marked_at.is_some() {
        page.marks = marks::links(visit.say, &library.recognition.marks(&on).await?);
    }
    let may_feature = library.resources.may_feature(&visit.actor, &resource);
    page.mark_url = may_feature.then(|| format!("{}/mark", resource.url));
    review::add(visit, library, &resource, &steps, &mut page).await?;
    page.actions = steps
        .into_iter()
        .map(|step| view_model::action(visit.say, id, step))
        .collect();
    if resource.status == Status::Submitted {
        page.queue = library.reviews.neighbours(&visit.actor, id).await?.map(queue_page::way);
    }
    page.comments = comments::of(visit, library, &resource, &files, &query.place).await?;
    page.packs = packs(visit, library, id).await?;
    if visit.may_share() && is_published(&resource) {
        page.add_to_pack = Some(own_packs(visit, library).await?);
    }
    page.similar = similar(visit, library, &resource).await;
    page.layout.notice = query
        .done
        .as_deref()
        .and_then(|done| view_model::notice(visit, &resource, done));
    Ok(page)
}

/// The packs whose newest version holds it, as far as the reader may see them.
async fn packs(visit: &PageContext, library: &Library, id: ResourceId) -> Result<Vec<Link>, Problem> {
    let filter = PackFilter {
        resource: Some(id),
        ..PackFilter::default()
    };
    let found = library.packs.packs(&visit.actor, &filter, None, PACKS).await?;
    Ok(found
        .items
        .into_iter()
        .map(|pack| Link::new(pack.title, pack.url))
        .collect())
}

/// The reader's own packs to choose from, and a new one.
async fn own_packs(visit: &PageContext, library: &Library) -> Result<Vec<Choice>, Problem> {
    let filter = PackFilter {
        owner: visit.actor.id(),
        ..PackFilter::default()
    };
    let own = library.packs.packs(&visit.actor, &filter, None, OWN_PACKS).await?;
    let open = own
        .items
        .into_iter()
        .filter(|pack| pack.status != PackStatus::Withdrawn);
    let mut choices: Vec<Choice> = open
        .map(|pack| Choice::new(pack.id.to_string(), pack.title, ""))
        .collect();
    // The pack that was made last stands first and is chosen.
    choices.push(Choice::new("", visit.say.add_to_new(), "-"));
    Ok(choices)
}

/// Resources like it. The page is worth showing without them, whatever the index has.
async fn similar(visit: &PageContext, library: &Library, resource: &Resource) -> Vec<ResourceCard> {
    match library.search.like(&visit.actor, resource, SIMILAR).await {
        Ok(similar) => similar
            .items
            .iter()
            .map(|it| ResourceCard::of(visit.say, &it.resource))
            .collect(),
        Err(error) => {
            tracing::warn!(resource.id = %resource.id, "no similar resources for {}: {error:?}", resource.id);
            Vec::new()
        }
    }
}

/// Whether others see it, whatever waits beside it.
fn is_published(resource: &Resource) -> bool {
    resource.status == Status::Published || resource.changed_since_approved.is_some()
}

fn page(visit: &PageContext, resource: &Resource, files: &[File]) -> ResourcePage {
    let say = visit.say;
    let size: u64 = files.iter().map(|file| count(file.size)).sum();
    let is_processing = files
        .iter()
        .any(|file| matches!(file.state, ExtractionState::Queued | ExtractionState::Extracting));
    ResourcePage {
        layout: visit.layout(&resource.metadata.title),
        id: resource.id.to_string(),
        kind: KindMark::of(say, &resource.metadata.kind),
        status: (resource.status != Status::Published).then(|| StatusMark::of(say, resource.status)),
        review_note: resource
            .review_note
            .clone()
            // Whoever reviews it again has to know what was asked for the time before.
            .filter(|_| matches!(resource.status, Status::Returned | Status::Submitted)),
        review_note_label: match resource.status {
            Status::Submitted => say.review_note_before(),
            _ => say.review_note(),
        },
        at_hub: None,
        notices: Vec::new(),
        changed: view_model::changed_remark(say, resource),
        seen: resource.revision,
        trail: view_model::trail(resource),
        description: view_model::paragraphs(&resource.metadata.description),
        facts: view_model::facts(visit, resource),
        keywords: resource
            .metadata
            .keywords
            .iter()
            .map(|word| Link::new(word, urls::search(word)))
            .collect(),
        rights: view_model::rights(say, resource),
        download: view_model::download(files),
        files_total: say.files_total(files.len() as u64, &super::format::bytes(size)),
        files: files
            .iter()
            .map(|file| view_model::file(say, resource.id, file))
            .collect(),
        findability_url: None,
        edit_url: None,
        marked: resource.marked_at.map(Timestamp::day),
        model: resource
            .marked_at
            .map(|_| StatusMark::model(say, resource.marked_until)),
        marks: Vec::new(),
        mark_url: None,
        is_processing,
        player: None,
        reading: None,
        versions: Vec::new(),
        queue: None,
        review: None,
        comments: None,
        actions: Vec::new(),
        packs: Vec::new(),
        add_to_pack: None,
        similar: Vec::new(),
        citation: view_model::citation(visit, resource),
        share_url: visit.absolute(&resource.url),
    }
}

/// The form that marks a resource as a model, or takes the mark away.
#[derive(Debug, Deserialize)]
pub struct MarkForm {
    /// `model`, or nothing.
    pub mark: Option<String>,
}

/// The form that erases a file from the history.
#[derive(Debug, Deserialize)]
pub struct EraseForm {
    /// The file.
    pub file: FileId,
}

/// `POST /r/{id}/erase`
pub async fn erase(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    form: ProtectedForm<EraseForm>,
) -> Result<HttpResponse, Problem> {
    library.resources.erase_file(&actor, form.file).await?;
    Ok(see_other(&format!("{}?done=erase", urls::resource(*id))))
}

/// The form that discards what waits.
#[derive(Debug, Deserialize)]
pub struct DiscardForm {
    /// The revision that was looked at.
    pub seen: i64,
}

/// `POST /r/{id}/discard`
pub async fn discard(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    form: ProtectedForm<DiscardForm>,
) -> Result<HttpResponse, Problem> {
    let made = library.resources.discard_waiting(&actor, *id, Some(form.seen)).await;
    let done = match made {
        Err(Error::Refused(refusal)) if review::is_stale(&refusal) => "stale",
        made => made.map(|_| "discard")?,
    };
    Ok(see_other(&format!("{}?done={done}", urls::resource(*id))))
}

/// `POST /r/{id}/mark`
pub async fn mark(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<ResourceId>,
    form: ProtectedForm<MarkForm>,
) -> Result<HttpResponse, Problem> {
    let is_model = form.mark.as_deref() == Some("model");
    let resource = library.resources.feature(&actor, *id, is_model).await?;
    let done = if is_model { "mark" } else { "unmark" };
    Ok(see_other(&format!("{}?done={done}", resource.url)))
}
