//! One version: what it holds and what it changed; of a draft what it would change, with its table and the way to publish it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::facts;
use super::followups::page_of;
use crate::domain::id::{Sha256, StandardId};
use crate::domain::standard::StandardState;
use crate::domain::standard::comparison::StandardChange;
use crate::domain::standard::structure::{StandardCourse, StandardTaskKind};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFields, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::standards::touched::{DraftReach, ReachedItem};
use crate::library::standards::{StandardQuery, StandardView};
use crate::words::pages::PageWords;

/// Other versions that one can compare with.
const OTHERS: u64 = 20;

/// The page.
#[derive(Debug, Template)]
#[template(path = "standard.html")]
pub struct StandardPage {
    /// The frame; its title is the version's.
    pub layout: Layout,
    /// Back to the list.
    pub back: Link,
    /// Where it stands: a code and its name.
    pub state: (&'static str, String),
    /// Whether it is in force.
    pub is_in_force: bool,
    /// Major, document number, day.
    pub facts: Vec<String>,
    /// The document.
    pub document: Option<Link>,
    /// What else is to be known.
    pub notes: Option<String>,
    /// That what is taught departs from it.
    pub departs: Option<&'static str>,
    /// The heading of the changes.
    pub changes_heading: String,
    /// What is said where nothing changes.
    pub no_changes: &'static str,
    /// The changes: each kind in a word, and a line.
    pub changes: Vec<ChangeLine>,
    /// The courses with their tasks.
    pub courses: Vec<CourseLines>,
    /// This version as a table.
    pub table_url: Option<String>,
    /// Comparisons with other versions.
    pub others: Vec<Link>,
    /// What it touches, for those who may see any of it.
    pub followups: Option<Link>,
    /// What those do who work on a draft.
    pub desk: Option<StandardDesk>,
}

/// A change in a list.
#[derive(Debug, Clone)]
pub struct ChangeLine {
    /// What became of it: a code and its name.
    pub kind: (&'static str, &'static str),
    /// What, and what it is now.
    pub text: String,
}

/// A course with its tasks.
#[derive(Debug, Clone)]
pub struct CourseLines {
    /// Its name.
    pub name: String,
    /// Level, hours, typical work task.
    pub facts: Vec<String>,
    /// Its learning tasks, with their hours.
    pub tasks: Vec<String>,
}

/// What those do who work on a draft.
#[derive(Debug, Clone)]
pub struct StandardDesk {
    /// The draft's address.
    pub url: String,
    /// The revision that they see.
    pub seen: i64,
    /// What is taught as they see it.
    pub base: String,
    /// What is taught, as a table to begin with.
    pub template_url: String,
    /// What is wrong with the file.
    pub file_fault: Option<String>,
    /// What is wrong with the rows: the heading and each.
    pub faults: Option<(String, Vec<String>)>,
    /// Whether it can be published.
    pub is_sound: bool,
    /// What it would touch.
    pub touches: Option<TouchedLines>,
}

/// What a draft would touch.
#[derive(Debug, Clone)]
pub struct TouchedLines {
    /// How much.
    pub counts: String,
    /// The first of it, each with its page where it can be opened and why.
    pub first: Vec<TouchedLine>,
    /// How much more there is.
    pub more: Option<String>,
}

/// Something that a draft would touch.
#[derive(Debug, Clone)]
pub struct TouchedLine {
    /// Its title.
    pub title: String,
    /// Its page, where it can be opened.
    pub url: Option<String>,
    /// What it is, why, whose.
    pub facts: Vec<String>,
}

/// What the address says besides.
#[derive(Debug, Default, Deserialize)]
pub struct VersionQuery {
    /// The version to compare with.
    pub with: Option<StandardId>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// `GET /standards/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<StandardId>,
    query: web::Query<VersionQuery>,
) -> Result<HttpResponse, Problem> {
    let view = library.standards.standard(&visit.actor, *id).await?;
    let mut page = page(&visit, &library, &view).await?;
    if let Some(with) = query.with {
        let changes = library.standards.compared(&visit.actor, *id, with).await?;
        let other = library.standards.standard(&visit.actor, with).await?;
        page.changes = lines(visit.say, &changes);
        page.changes_heading = visit.say.standard_compared(other.standard.number.unwrap_or_default());
    }
    page.layout.notice = notice(visit.say, query.done.as_deref()).map(str::to_owned);
    visit.page(&page)
}

fn notice(say: PageWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "added" => Some(say.standard_made()),
        "saved" => Some(say.standard_saved()),
        "table" => Some(say.standard_table_kept()),
        "published" => Some(say.standard_published()),
        "stale" => Some(say.standard_stale()),
        _ => None,
    }
}

/// `POST /standards/{id}/publish`
pub async fn publish(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<StandardId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let seen = value(&typed, "seen").parse().unwrap_or_default();
    let base: Option<Sha256> = value(&typed, "base").parse().ok();
    let published = match base {
        Some(base) => library.standards.publish(&visit.actor, *id, seen, &base).await,
        None => Err(Refusal::ChangedMeanwhile.into()),
    };
    let url = urls::standard(*id);
    match published {
        Ok(_) => Ok(see_other(&format!("{url}?done=published"))),
        // Back to the page: what it would change is worked out anew there.
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => {
            Ok(see_other(&format!("{url}?done=stale")))
        }
        Err(error) => Err(error.into()),
    }
}

/// The page with what is wrong with a table that was sent.
pub(super) async fn faulty(
    visit: &PageContext,
    library: &Library,
    id: StandardId,
    file_fault: Option<String>,
    faults: Vec<String>,
) -> Result<HttpResponse, Problem> {
    let view = library.standards.standard(&visit.actor, id).await?;
    let mut page = page(visit, library, &view).await?;
    if let Some(desk) = &mut page.desk {
        desk.file_fault = file_fault;
        desk.faults = named(visit.say, faults).or(desk.faults.take());
    }
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn named(say: PageWords, faults: Vec<String>) -> Option<(String, Vec<String>)> {
    (!faults.is_empty()).then(|| (say.faults_found(faults.len() as u64), faults))
}

async fn page(visit: &PageContext, library: &Library, view: &StandardView) -> Result<StandardPage, Problem> {
    let (say, standard) = (visit.say, &view.standard);
    let is_draft = standard.state == StandardState::Draft;
    let url = urls::standard(standard.id);
    let document = standard.document.as_ref();
    let document = document.map(|it| Link::new(say.standard_document_link(), urls::resource(it.resource)));
    Ok(StandardPage {
        layout: visit.layout(&standard.title),
        back: Link::new(say.standards(), urls::STANDARDS),
        state: (
            standard.state.code(),
            say.standard_number(standard.state, standard.number),
        ),
        is_in_force: !is_draft && standard.number == view.in_force,
        facts: facts(say, standard),
        document,
        notes: standard.notes.clone(),
        departs: view.departs.then(|| say.standard_departs()),
        changes_heading: if is_draft {
            say.standard_would_change().to_owned()
        } else {
            say.standard_changes().to_owned()
        },
        no_changes: if is_draft {
            say.standard_no_changes()
        } else {
            say.standard_no_changes_then()
        },
        changes: lines(say, &view.changes),
        courses: courses(say, view),
        table_url: view
            .structure
            .is_some()
            .then(|| format!("/api/v1/standards/{}/table?format=xlsx", standard.id)),
        others: others(visit, library, view).await?,
        followups: (!is_draft && library.standards.follows(&visit.actor)).then(|| {
            let asked = [("standard", standard.id.to_string())];
            let [(name, id)] = &asked;
            Link::new(
                say.followups_of_version(),
                urls::with_query(urls::FOLLOWUPS, &[(name, id)]),
            )
        }),
        desk: is_draft.then(|| desk(say, view, url)),
    })
}

fn desk(say: PageWords, view: &StandardView, url: String) -> StandardDesk {
    let told = view
        .faults
        .iter()
        .map(|[zh, en]| say.lang().pick(zh.clone(), en.clone()));
    StandardDesk {
        url,
        seen: view.standard.revision,
        base: view.base.as_ref().map(Sha256::hex).unwrap_or_default(),
        template_url: format!("/api/v1/majors/{}/table?format=xlsx", view.standard.major.id),
        file_fault: None,
        faults: named(say, told.collect()),
        is_sound: view.is_sound(),
        touches: view.touches.as_ref().map(|touches| touched_lines(say, touches)),
    }
}

fn touched_lines(say: PageWords, touches: &DraftReach) -> TouchedLines {
    let line = |it: &ReachedItem| TouchedLine {
        title: it.title.clone().unwrap_or_else(|| say.followup_hidden().to_owned()),
        url: it.title.as_ref().and_then(|_| page_of(it.kind, &it.target)),
        facts: [
            say.followup_kind(it.kind).to_owned(),
            say.followup_because(Some(it.change), &it.subject),
        ]
        .into_iter()
        .chain(it.school.as_ref().map(|school| school.name.clone()))
        .collect(),
    };
    let counts = match touches.first.is_empty() {
        true => say.standard_touches_nothing().to_owned(),
        false => say.standard_touches_so_much(touches.resources, touches.packs, touches.orders),
    };
    TouchedLines {
        counts,
        first: touches.first.iter().map(line).collect(),
        more: (touches.more > 0).then(|| say.and_more(touches.more as u64)),
    }
}

fn lines(say: PageWords, changes: &[StandardChange]) -> Vec<ChangeLine> {
    let line = |change: &StandardChange| ChangeLine {
        kind: (change.kind.code(), say.standard_change_kind(change.kind)),
        text: say.standard_change(change),
    };
    changes.iter().map(line).collect()
}

fn courses(say: PageWords, view: &StandardView) -> Vec<CourseLines> {
    let courses = view.structure.iter().flat_map(|structure| &structure.courses);
    courses.map(|course| course_lines(say, course)).collect()
}

fn course_lines(say: PageWords, course: &StandardCourse) -> CourseLines {
    let of_kind = |kind: StandardTaskKind| course.tasks.iter().filter(move |task| task.kind == kind);
    let mut facts: Vec<String> = course.level.iter().map(|level| say.level(level.code())).collect();
    facts.extend(course.hours.map(|hours| say.hours(hours)));
    let typical = of_kind(StandardTaskKind::Typical).filter(|task| task.name != course.name);
    facts.extend(typical.map(|task| format!("{}{}{}", say.work_task(), say.colon(), task.name)));
    let tasks = of_kind(StandardTaskKind::Reference).map(|task| match task.hours {
        Some(hours) => format!("{} · {}", task.name, say.hours(hours)),
        None => task.name.clone(),
    });
    CourseLines {
        name: course.name.clone(),
        facts,
        tasks: tasks.collect(),
    }
}

/// The other published versions of the major, each as a comparison.
async fn others(visit: &PageContext, library: &Library, view: &StandardView) -> Result<Vec<Link>, Problem> {
    if view.standard.state == StandardState::Draft {
        return Ok(Vec::new());
    }
    let query = StandardQuery {
        major: Some(view.standard.major.id.to_string()),
        state: Some(StandardState::Published),
    };
    let found = library.standards.list(&visit.actor, &query, None, OTHERS).await?;
    let url = urls::standard(view.standard.id);
    let others = found.items.into_iter().filter(|other| other.id != view.standard.id);
    let links = others.map(|other| {
        let label = visit.say.standard_compare(other.number.unwrap_or_default());
        Link::new(label, format!("{url}?with={}#changes", other.id))
    });
    Ok(links.collect())
}
