//! The form that edits a resource: its metadata, its files, and removing it.
//!
//! One form holds all of it. Words alone change the resource; files make a new version of it.

use std::collections::{BTreeMap, HashSet};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{ResourceId, UploadId};
use crate::domain::resource::{Status, StatusTransition};
use crate::error::{Error, Refusal};
use crate::http::form::request_hash;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedMultipart};
use crate::http::web::format::bytes;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::metadata_form::{FieldErrors, MetadataForm, MetadataInput};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::resource::is_published;
use crate::http::web::resource_card::count;
use crate::http::web::upload::new_key;
use crate::library::Library;
use crate::library::curriculum::Course;
use crate::library::idempotency::Answered;
use crate::library::resource_view::Resource;

/// How many files are listed; one that is not is replaced by one of the same name.
const LISTED: usize = 200;

/// The form.
#[derive(Debug, Template)]
#[template(path = "resource_edit.html")]
pub struct ResourceEditPage {
    /// The frame.
    pub layout: Layout,
    /// The resource as it is.
    pub resource: Link,
    /// Its id.
    pub id: String,
    /// Where it stands, when its words or files change who sees it.
    pub status_note: Option<&'static str>,
    /// Why it was sent back.
    pub review_note: Option<String>,
    /// The revision that is changed.
    pub seen: i64,
    /// Makes sending the form twice change once.
    pub idempotency_key: String,
    /// What is wrong with the whole.
    pub fault: Option<String>,
    /// What is wrong with the files.
    pub files_fault: Option<String>,
    /// The most that one file may weigh, as a sentence.
    pub limit: String,
    /// What is said about it.
    pub about: MetadataForm,
    /// Its files.
    pub files: Vec<EditedFileRow>,
    /// How many more there are that are not listed.
    pub more_files: Option<String>,
    /// Files that came with the form before something was wrong with it.
    pub arrived: Vec<ArrivedRow>,
    /// The form as it is now, to be told later what was changed in it.
    pub was: String,
    /// Asks for review as well, and whether that is chosen; for those who may.
    pub submits: Option<bool>,
    /// Removes it; only while nobody else relies on it.
    pub remove_url: Option<String>,
}

/// One of its files.
#[derive(Debug, Clone)]
pub struct EditedFileRow {
    /// Its path.
    pub path: String,
    /// Its size.
    pub size: String,
    /// Whether it is to be left out.
    pub is_removed: bool,
}

/// A file that came and is not in the resource yet.
#[derive(Debug, Clone)]
pub struct ArrivedRow {
    /// Its upload.
    pub id: UploadId,
    /// Its path.
    pub path: String,
}

/// `GET /r/{id}/edit`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<ResourceId>,
) -> Result<HttpResponse, Problem> {
    let resource = editable(&visit, &library, *id).await?;
    library.resources.note_reading(&visit.actor, *id).await?;
    let mut typed = MetadataInput::of_resource(&resource);
    if resource.status == Status::Returned {
        // Whoever mends what was sent back wants it looked at again.
        typed = typed.with("submit", "true");
    }
    visit.page(&page(&visit, &library, &resource, &typed, &[]).await?)
}

/// The resource, if the reader may change it.
async fn editable(visit: &PageContext, library: &Library, id: ResourceId) -> Result<Resource, Problem> {
    let resource = library.resources.resource(&visit.actor, id).await?;
    if !library.resources.may_edit(&visit.actor, &resource) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(resource)
}

async fn page(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    typed: &MetadataInput,
    faults: &[FieldFault],
) -> Result<ResourceEditPage, Problem> {
    let say = visit.say;
    let faults = FieldErrors { say, faults };
    let all = library.curriculum.courses(None).await?.into_iter();
    let (course, task) = (resource.course.as_ref(), resource.task.as_ref());
    let stands = (course.map(|it| it.id), task.map(|it| it.id));
    let courses: Vec<Course> = all.filter_map(|it| it.offered(stands.0, stands.1)).collect();
    let may_submit = library
        .reviews
        .steps(&visit.actor, resource.id)
        .await?
        .contains(&StatusTransition::Submit);
    let all = resource.files.as_deref().unwrap_or_default();
    let files = all.iter().take(LISTED).map(|file| EditedFileRow {
        path: file.path.clone(),
        size: bytes(count(file.size)),
        is_removed: typed.removed().contains(&file.path),
    });
    let mut about = MetadataForm::of(say, &courses, typed, &faults);
    about.has_details = true;
    Ok(ResourceEditPage {
        layout: visit.layout(say.edit_heading()),
        resource: Link::new(&resource.metadata.title, &resource.url),
        id: resource.id.to_string(),
        status_note: is_published(resource).then(|| say.edit_published_note()),
        review_note: resource
            .review_note
            .clone()
            .filter(|_| resource.status == Status::Returned),
        seen: resource.revision,
        idempotency_key: new_key(),
        fault: (!faults.faults.is_empty()).then(|| say.edit_check_form().to_owned()),
        files_fault: faults.of("uploads").or_else(|| faults.of("remove")),
        limit: say.file_limit(&bytes(library.rules().max_file_bytes)),
        about,
        files: files.collect(),
        more_files: (all.len() > LISTED).then(|| say.edit_more_files((all.len() - LISTED) as u64)),
        arrived: arrived(visit, library, typed).await?,
        was: MetadataInput::of_resource(resource).to_text(),
        submits: may_submit.then(|| typed.get("submit").is_some()),
        remove_url: (!is_published(resource)).then(|| format!("{}/remove", resource.url)),
    })
}

/// The files that are there by now, the last of each path. One that is gone is not told again.
async fn arrived(visit: &PageContext, library: &Library, typed: &MetadataInput) -> Result<Vec<ArrivedRow>, Problem> {
    let mut paths = library.uploads.upload_paths(&visit.actor, &typed.uploads()).await?;
    let last = last_of_each(&typed.uploads(), &paths).into_iter();
    Ok(last
        .filter_map(|id| {
            Some(ArrivedRow {
                id,
                path: paths.remove(&id)?,
            })
        })
        .collect())
}

/// Of files with one path the last: it was chosen again. What has no path is for the library to refuse.
fn last_of_each(uploads: &[UploadId], paths: &BTreeMap<UploadId, String>) -> Vec<UploadId> {
    let mut taken = HashSet::new();
    let mut last: Vec<UploadId> = uploads.to_vec();
    last.reverse();
    last.retain(|id| paths.get(id).is_none_or(|path| taken.insert(path)));
    last.reverse();
    last
}

/// `POST /r/{id}/edit`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    id: web::Path<ResourceId>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    editable(&visit, &library, *id).await?;
    // Gigabytes may take an hour: whoever may not change it sends none, and the resource is read again behind them.
    let typed = MetadataInput::receive(&library, &visit.actor, form).await?;
    let resource = editable(&visit, &library, *id).await?;
    match changed(&visit, &library, &request, &resource, &typed).await {
        Ok(address) => Ok(see_other(&address)),
        Err(error) => render_with_errors(&visit, &library, &resource, &typed, error).await,
    }
}

/// The form once more, with all that was typed and sent, and what is wrong with it.
async fn render_with_errors(
    visit: &PageContext,
    library: &Library,
    resource: &Resource,
    typed: &MetadataInput,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    let (status, faults) = match problem.refusal() {
        Some(Refusal::Fields(faults)) => (StatusCode::UNPROCESSABLE_ENTITY, faults.as_slice()),
        // The form once more rather than a dead end: what was typed and sent would be lost.
        Some(Refusal::ChangedMeanwhile) => (StatusCode::PRECONDITION_FAILED, [].as_slice()),
        _ => return Err(problem),
    };
    // What somebody else changed meanwhile stays as they left it, under what was changed here.
    let now = MetadataInput::of_resource(resource);
    let typed = typed.moved(&before(typed, resource), now);
    let mut page = page(visit, library, resource, &typed, faults).await?;
    if faults.is_empty() {
        page.fault = Some(visit.say.edit_meanwhile().to_owned());
    }
    visit.page_as(status, &page)
}

/// The form as it was when it was opened.
fn before(typed: &MetadataInput, resource: &Resource) -> MetadataInput {
    let was = typed.get("was").and_then(MetadataInput::from_text);
    was.unwrap_or_else(|| MetadataInput::of_resource(resource))
}

/// Changes what differs and returns where to go on; the same form sent twice changes once.
async fn changed(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    resource: &Resource,
    typed: &MetadataInput,
) -> Result<String, Error> {
    let mut fields = typed.changes_from(&before(typed, resource));
    let contents = library.uploads.contents(typed.received()).await?;
    // By what was sent, not by what it changes: sent again, it would change nothing any more.
    let hash = request_hash(request, &typed.sent(), &contents);
    let seen = typed.value("seen").parse::<i64>().unwrap_or_default();
    let has_files = !typed.uploads().is_empty() || !typed.removed().is_empty();
    let done = if has_files { "version" } else { "edited" };
    let saved = || Answered::leading_to(format!("{}?done={done}", resource.url));
    let act = async |actor: &Actor| {
        if has_files {
            let paths = library.uploads.upload_paths(&visit.actor, &typed.uploads()).await?;
            let uploads = last_of_each(&typed.uploads(), &paths);
            let mut gone = typed.removed().to_vec();
            gone.extend(replaced(resource, paths.values()));
            expect_a_file(resource, &gone, &uploads)?;
            fields.insert("remove".to_owned(), gone.into());
            library
                .resources
                .share_version(actor, resource.id, &fields, &uploads, Some(seen))
                .await?;
        } else if !fields.is_empty() {
            library.resources.edit(actor, resource.id, seen, &fields).await?;
        }
        Ok(saved())
    };
    let key = typed.get("idempotency_key");
    let answer = library
        .idempotency
        .once(&visit.actor, key, hash, act, async |_| Ok(saved()));
    let address = answer.await?.location.unwrap_or_default();
    // Files that were chosen again, or came with a form that was sent again, are nobody's.
    library.uploads.discard(&visit.actor, &typed.uploads()).await?;
    let may_submit = library
        .reviews
        .steps(&visit.actor, resource.id)
        .await?
        .contains(&StatusTransition::Submit);
    if typed.get("submit").is_none() || !may_submit {
        return Ok(address);
    }
    library
        .reviews
        .step(&visit.actor, resource.id, StatusTransition::Submit, None, None)
        .await?;
    Ok(format!("{}?done=submit", resource.url))
}

/// A resource is its files: one without any is not what somebody meant.
fn expect_a_file(resource: &Resource, gone: &[String], uploads: &[UploadId]) -> Result<(), Error> {
    let files = resource.files.as_deref().unwrap_or_default();
    if !uploads.is_empty() || files.iter().any(|file| !gone.contains(&file.path)) {
        return Ok(());
    }
    Err(Refusal::Fields(vec![FieldFault::at("remove", FaultKind::Required)]).into())
}

/// Files whose place is taken by one that came without their folder: who drops `教案.docx` means the only one there is.
fn replaced<'a>(resource: &Resource, arrived: impl Iterator<Item = &'a String>) -> Vec<String> {
    let files = resource.files.as_deref().unwrap_or_default();
    let has_path = |path: &str| files.iter().any(|file| file.path == path);
    let bare = arrived.filter(|path| !path.contains('/') && !has_path(path));
    let only = |name: &String| {
        let mut named = files.iter().filter(|file| file.path.rsplit('/').next() == Some(name));
        let first = named.next()?;
        named.next().is_none().then(|| first.path.clone())
    };
    bare.filter_map(only).collect()
}

/// `POST /r/{id}/remove`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<ResourceId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.resources.remove(&visit.actor, *id).await?;
    Ok(see_other("/mine?done=removed"))
}
