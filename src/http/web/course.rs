//! A course's page: its learning tasks and what there is for each.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::home::by_key;
use super::layout::{Layout, Link};
use super::marks;
use super::page_context::PageContext;
use super::resource_card::ResourceCard;
use super::urls;
use crate::domain::id::{ResourceId, TaskId};
use crate::domain::search::{Filters, Question, Sort};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::curriculum::coverage::{CountScope, learning_tasks};
use crate::library::curriculum::{Course, Task};
use crate::library::recognition::marks::MarkQuery;
use crate::library::resource_view::Resource;
use crate::library::search::find::SearchResults;
use matrix::CoverageMatrix;

pub mod matrix;
pub mod order;

/// How many resources of a course are looked at; the rest is a search away.
const LOOKED_AT: usize = 100;
/// How many resources are shown for one task.
const SHOWN: usize = 5;
/// The kind of the task that gives a course its name.
const TYPICAL: &str = "typical";

/// A course's page.
#[derive(Debug, Template)]
#[template(path = "course.html")]
pub struct CoursePage {
    /// The frame; its title is the course's name.
    pub layout: Layout,
    /// The major it belongs to.
    pub major: Link,
    /// Level, hours, holdings.
    pub facts: Vec<String>,
    /// What came of recognition, while it is valid.
    pub marks: Vec<Link>,
    /// The typical work task, where it has another name than the course.
    pub work_task: Option<String>,
    /// What there is for each task, type by type, and what is missing; nothing without tasks.
    pub matrix: Option<CoverageMatrix>,
    /// Its learning tasks in order.
    pub tasks: Vec<TaskSection>,
    /// Tasks that a standard retired and that still have something, each with that.
    pub retired: Vec<TaskSection>,
    /// Whether the course itself was retired.
    pub is_retired: bool,
    /// What belongs to the course and to none of its tasks.
    pub general: Vec<ResourceCard>,
    /// Everything in it, as a search.
    pub all_url: String,
    /// Searching within it: its id as the form sends it.
    pub course_id: String,
    /// Makes a pack of it, for those who may.
    pub pack_url: Option<String>,
}

/// One learning task with what there is for it.
#[derive(Debug, Clone)]
pub struct TaskSection {
    /// The anchor of its heading.
    pub id: String,
    /// Its place in the course: `1`.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Hours.
    pub facts: Vec<String>,
    /// What there is for it.
    pub resources: Vec<ResourceCard>,
    /// The rest of it, as a search, when there is more than is shown.
    pub more: Option<Link>,
    /// Uploads for it, for those who may.
    pub upload_url: Option<String>,
    /// Makes a pack of it, for those who may.
    pub pack_url: Option<String>,
    /// Puts its resources in order, for those who may.
    pub order_url: Option<String>,
}

/// Whose resources the table counts.
#[derive(Debug, Default, Deserialize)]
pub struct CourseQuery {
    /// `school`: those of the reader's school only.
    pub of: Option<String>,
}

/// `GET /c/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<String>,
    query: web::Query<CourseQuery>,
) -> Result<HttpResponse, Problem> {
    let course = library.curriculum.course(&id).await?;
    let all = Question {
        filters: Filters {
            course: vec![course.id],
            ..Filters::default()
        },
        sort: Sort::Newest,
        limit: LOOKED_AT,
        ..Question::default()
    };
    let found = library.search.find(&visit.actor, all, visit.say.lang()).await?;
    let of_school = visit.own_school().filter(|_| query.of.as_deref() == Some("school"));
    let coverage = library
        .curriculum
        .task_holdings(&visit.actor, CountScope::Course(course.id), of_school)
        .await?;
    let tasks = course.tasks.iter().map(|task| task.id).collect();
    let placed = library.curriculum.first_in_order(&visit.actor, tasks, SHOWN).await?;
    let may_order = library.curriculum.arranges_for(&visit.actor).is_some();
    let on = MarkQuery {
        course: Some(course.id),
        ..MarkQuery::default()
    };
    let marks = library.recognition.marks(&on).await?;
    let mut page = page(&visit, &course, &found, &placed, may_order);
    page.matrix = learning_tasks(&course)
        .next()
        .map(|_| matrix::matrix(&visit, &course, &coverage, of_school));
    page.marks = marks::links(visit.say, &marks);
    visit.page(&page)
}

fn page(
    visit: &PageContext,
    course: &Course,
    found: &SearchResults,
    placed: &HashMap<TaskId, Vec<Resource>>,
    may_order: bool,
) -> CoursePage {
    let say = visit.say;
    let work_task = course.tasks.iter().find(|task| task.kind == TYPICAL && !task.retired);
    let mut cards = cards(visit, found, placed);
    let mut facts: Vec<String> = course.level.iter().map(|level| say.level(level)).collect();
    facts.extend(work_task.and_then(|task| hours(visit, task)));
    facts.push(say.resources(found.total as u64));
    let mut general = cards.remove(&None).unwrap_or_default();
    general.extend(
        work_task
            .and_then(|task| cards.remove(&Some(task.id)))
            .into_iter()
            .flatten(),
    );
    CoursePage {
        layout: visit.layout(&course.name),
        major: Link::new(&course.major.name, urls::major(course.major.id)),
        facts,
        marks: Vec::new(),
        work_task: work_task
            .map(|task| task.name.clone())
            .filter(|name| *name != course.name),
        matrix: None,
        retired: retired(visit, course, &mut cards, found),
        is_retired: course.retired,
        tasks: sections(visit, course, cards, found, may_order),
        general,
        all_url: urls::with_query("/search", &[("course", &course.id.to_string())]),
        course_id: course.id.to_string(),
        pack_url: visit.may_share().then(|| urls::new_pack("course", course.id)),
    }
}

/// The resources of each task: those that were given a place, and the newest of the others.
fn cards(
    visit: &PageContext,
    found: &SearchResults,
    placed: &HashMap<TaskId, Vec<Resource>>,
) -> HashMap<Option<TaskId>, Vec<ResourceCard>> {
    let placed = placed.values().flatten();
    let has_place: HashSet<ResourceId> = placed.clone().map(|resource| resource.id).collect();
    let others = found.hits.iter().map(|hit| &hit.resource);
    let others = others.filter(|resource| !has_place.contains(&resource.id));
    let mut cards: HashMap<Option<TaskId>, Vec<ResourceCard>> = HashMap::new();
    for resource in placed.chain(others) {
        let task = resource.task.as_ref().map(|task| task.id);
        cards
            .entry(task)
            .or_default()
            .push(ResourceCard::of(visit.say, resource));
    }
    cards
}

fn sections(
    visit: &PageContext,
    course: &Course,
    mut cards: HashMap<Option<TaskId>, Vec<ResourceCard>>,
    found: &SearchResults,
    may_order: bool,
) -> Vec<TaskSection> {
    let totals: HashMap<TaskId, u64> = by_key(&found.facets.task);
    let learning = learning_tasks(course);
    let section = |(index, task): (usize, &Task)| {
        let resources = cards.remove(&Some(task.id)).unwrap_or_default();
        let total = totals.get(&task.id).copied().unwrap_or(resources.len() as u64);
        let mut section = section(visit, index + 1, task, resources, total);
        section.order_url = (may_order && total > 1).then(|| urls::task_order(task.id));
        section
    };
    learning.enumerate().map(section).collect()
}

/// What was retired and is not empty: it takes nothing new.
fn retired(
    visit: &PageContext,
    course: &Course,
    cards: &mut HashMap<Option<TaskId>, Vec<ResourceCard>>,
    found: &SearchResults,
) -> Vec<TaskSection> {
    let totals: HashMap<TaskId, u64> = by_key(&found.facets.task);
    let mut sections = Vec::new();
    for task in course.tasks.iter().filter(|task| task.retired) {
        let resources = cards.remove(&Some(task.id)).unwrap_or_default();
        let total = totals.get(&task.id).copied().unwrap_or(resources.len() as u64);
        if total > 0 {
            let section = section(visit, sections.len() + 1, task, resources, total);
            sections.push(TaskSection {
                upload_url: None,
                pack_url: None,
                ..section
            });
        }
    }
    sections
}

fn section(
    visit: &PageContext,
    number: usize,
    task: &Task,
    mut resources: Vec<ResourceCard>,
    total: u64,
) -> TaskSection {
    let id = task.id.to_string();
    resources.truncate(SHOWN);
    let more = (total > resources.len() as u64)
        .then(|| Link::new(visit.say.all_of(total), urls::with_query("/search", &[("task", &id)])));
    TaskSection {
        number,
        name: task.name.clone(),
        facts: hours(visit, task).into_iter().collect(),
        resources,
        more,
        upload_url: visit.may_share().then(|| urls::with_query("/upload", &[("task", &id)])),
        // Nothing to put into it yet.
        pack_url: (visit.may_share() && total > 0).then(|| urls::new_pack("task", &id)),
        order_url: None,
        id: format!("task-{id}"),
    }
}

fn hours(visit: &PageContext, task: &Task) -> Option<String> {
    task.hours
        .and_then(|hours| u32::try_from(hours).ok())
        .map(|hours| visit.say.hours(hours))
}
