//! Comments of authors and reviewers, on a resource's page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::view_model::paragraphs;
use super::{ResourceQuery, page_of};
use crate::domain::comment::{MAX_COMMENT_CHARS, NewComment, as_typed, place_typed};
use crate::domain::fault::FaultKind;
use crate::domain::id::{CommentId, ResourceId};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::viewer::PlaceQuery;
use crate::library::Library;
use crate::library::resource_view::{File, Resource};
use crate::library::reviews::comments::Comment;

/// How many comments a page shows; the interface has the rest.
const SHOWN: u64 = 200;

/// What is said about a resource, and a form to say more.
#[derive(Debug, Clone)]
pub struct Comments {
    /// Those that are open, oldest first.
    pub open: Vec<CommentRow>,
    /// Those that are done with.
    pub resolved: Vec<CommentRow>,
    /// The form; not for those who only read.
    pub form: Option<CommentForm>,
}

/// A comment.
#[derive(Debug, Clone)]
pub struct CommentRow {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: String,
    /// Its text, a paragraph each.
    pub text: Vec<String>,
    /// What it is about: a place with the file's name.
    pub place: Option<CommentPlace>,
    /// Who was done with it, and when.
    pub resolved: Option<String>,
    /// Where its buttons are sent: `/r/7/comments/3`.
    pub action: String,
    /// Whether the reader can say that it is done with.
    pub may_resolve: bool,
    /// Whether the reader wrote it.
    pub is_own: bool,
}

/// A place that a comment is about.
#[derive(Debug, Clone)]
pub struct CommentPlace {
    /// `工作页.pdf · 第 12 页`.
    pub label: String,
    /// Shows it.
    pub url: String,
    /// Shows it as it was when it was written, where it leads to a newer version.
    pub before_url: Option<String>,
}

/// The form of a new comment.
#[derive(Debug, Clone)]
pub struct CommentForm {
    /// Where it is sent.
    pub action: String,
    /// What its button and fold say.
    pub heading: &'static str,
    /// Whether it is open at once.
    pub is_open: bool,
    /// The whole resource, and its files.
    pub files: Vec<Choice>,
    /// The place in the file.
    pub place: FormField,
    /// What it says.
    pub text: FormField,
}

/// What is said about a resource, for those who take part in it. A page that leads to a place offers to comment on it.
pub(super) async fn of(
    visit: &PageContext,
    library: &Library,
    shown: &Resource,
    files: &[File],
    place: &PlaceQuery,
) -> Result<Option<Comments>, Problem> {
    if !library.reviews.may_discuss(&visit.actor, shown) {
        return Ok(None);
    }
    let page = library.reviews.comments(&visit.actor, shown.id, None, SHOWN).await?;
    let rows = page.items.into_iter().map(|comment| row(visit, shown.id, comment));
    let (open, resolved) = rows.partition(|row: &CommentRow| row.resolved.is_none());
    let form = visit.may_share().then(|| form(visit, shown.id, files, place));
    Ok(Some(Comments { open, resolved, form }))
}

fn row(visit: &PageContext, resource: ResourceId, comment: Comment) -> CommentRow {
    let say = visit.say;
    let place = comment.file.as_ref().map(|file| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let at = comment.locator.as_ref().map(|at| format!(" · {}", say.place(at)));
        let at = at.unwrap_or_default();
        let is_open = comment.resolved_at.is_none();
        let gone = match &comment.carried_to {
            _ if file.is_current => "",
            Some(_) => say.comment_carried(),
            None if is_open => say.comment_file_gone(),
            None => say.comment_gone_file(),
        };
        CommentPlace {
            label: format!("{name}{at}{gone}"),
            url: comment.carried_to.clone().unwrap_or_else(|| comment.url.clone()),
            before_url: comment.carried_to.as_ref().map(|_| comment.url.clone()),
        }
    });
    let resolved = comment.resolved_at.map(|at| {
        let by = comment.resolved_by.as_ref().map(|by| by.name.as_str());
        say.resolved_by(by.unwrap_or_default(), &at.minute())
    });
    CommentRow {
        action: format!("/r/{resource}/comments/{}", comment.id),
        id: comment.id.to_string(),
        text: paragraphs(&comment.text),
        at: comment.created_at.minute(),
        is_own: visit.actor.id() == Some(comment.author.id),
        author: comment.author.name,
        may_resolve: visit.may_share(),
        place,
        resolved,
    }
}

fn form(visit: &PageContext, resource: ResourceId, files: &[File], place: &PlaceQuery) -> CommentForm {
    let say = visit.say;
    let file = place.file.as_deref().unwrap_or_default();
    let is_shown = files.iter().any(|it| it.id.to_string() == file);
    let at = place.locator().filter(|_| is_shown);
    let choice = |it: &File| Choice::new(it.id.to_string(), it.path.clone(), file);
    let whole = Choice::new("", say.comment_whole(), file);
    let leads_to_place = at.is_some();
    CommentForm {
        action: format!("/r/{resource}/comments"),
        heading: if leads_to_place {
            say.comment_here()
        } else {
            say.comment_add()
        },
        is_open: leads_to_place,
        files: std::iter::once(whole).chain(files.iter().map(choice)).collect(),
        place: FormField::of(at.as_ref().map(as_typed).unwrap_or_default()),
        text: FormField::default(),
    }
}

/// A comment as the form sends it.
#[derive(Debug, Deserialize)]
pub struct CommentFields {
    /// The file it is about.
    #[serde(default)]
    pub file: String,
    /// The place in it, as somebody typed it.
    #[serde(default)]
    pub place: String,
    /// What it says.
    #[serde(default)]
    pub text: String,
}

/// What is wrong with a form, field by field.
#[derive(Debug, Default)]
struct CommentErrors {
    place: Option<String>,
    text: Option<String>,
}

/// `POST /r/{id}/comments`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<ResourceId>,
    form: ProtectedForm<CommentFields>,
) -> Result<HttpResponse, Problem> {
    let shown = library.resources.resource(&visit.actor, *id).await?;
    let files = shown.files.as_deref().unwrap_or_default();
    match read(&visit, files, &form) {
        Ok(new) => {
            library.reviews.add_comment(&visit.actor, *id, new).await?;
            Ok(see_other(&format!("/r/{id}?done=comment#comments")))
        }
        Err(faults) => render_with_errors(&visit, &library, *id, &form, faults).await,
    }
}

/// Understands the form, or says what is wrong with it.
fn read(visit: &PageContext, files: &[File], form: &CommentFields) -> Result<NewComment, CommentErrors> {
    let say = visit.say;
    let file = files.iter().find(|file| file.id.to_string() == form.file);
    let typed = form.place.trim();
    let locator = file.and_then(|file| place_typed(file.kind, typed));
    let text = form.text.trim();
    let text_fault = match text.chars().count() {
        0 => Some(FaultKind::Required),
        length if length > MAX_COMMENT_CHARS => Some(FaultKind::TooLong { max: MAX_COMMENT_CHARS }),
        _ => None,
    };
    let place_fault = match file {
        _ if typed.is_empty() => None,
        None => Some(say.comment_file_fault()),
        Some(_) if locator.is_none() => Some(say.comment_place_fault()),
        Some(_) => None,
    };
    if text_fault.is_some() || place_fault.is_some() {
        return Err(CommentErrors {
            place: place_fault.map(str::to_owned),
            text: text_fault.map(|kind| kind.say(say.lang())),
        });
    }
    Ok(NewComment {
        text: text.to_owned(),
        file: file.map(|file| file.id),
        locator,
    })
}

/// Shows the page once more with what was typed and what is wrong with it.
async fn render_with_errors(
    visit: &PageContext,
    library: &Library,
    id: ResourceId,
    typed: &CommentFields,
    faults: CommentErrors,
) -> Result<HttpResponse, Problem> {
    let mut page = page_of(visit, library, id, &ResourceQuery::default()).await?;
    let form = page.comments.as_mut().and_then(|comments| comments.form.as_mut());
    if let Some(form) = form {
        form.is_open = true;
        for choice in &mut form.files {
            choice.is_chosen = choice.value == typed.file;
        }
        form.place = FormField {
            value: typed.place.clone(),
            fault: faults.place,
        };
        form.text = FormField {
            value: typed.text.clone(),
            fault: faults.text,
        };
    }
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What can be done with a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommentAction {
    /// It is done with.
    Resolve,
    /// It is open again.
    Reopen,
    /// It is taken back.
    Remove,
}

/// `POST /r/{id}/comments/{comment}/{act}`
pub async fn act(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(ResourceId, CommentId, CommentAction)>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (resource, comment, act) = path.into_inner();
    let done = match act {
        CommentAction::Resolve | CommentAction::Reopen => {
            let resolved = act == CommentAction::Resolve;
            library
                .reviews
                .resolve_comment(&visit.actor, resource, comment, resolved)
                .await?;
            if resolved { "resolve" } else { "reopen" }
        }
        CommentAction::Remove => {
            library.reviews.remove_comment(&visit.actor, resource, comment).await?;
            "remove"
        }
    };
    Ok(see_other(&format!("/r/{resource}?done={done}#comments")))
}
