//! The home page: the search box, the whole catalogue, what is new.

use std::collections::HashMap;
use std::hash::Hash;
use std::str::FromStr;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::layout::{Layout, Link};
use super::page_context::PageContext;
use super::resource_card::{KindMark, ResourceCard};
use super::urls;
use crate::domain::id::{CourseId, MajorId};
use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::search::{Question, Sort};
use crate::domain::todo::TodoKind;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::curriculum::{Course, Major};
use crate::library::search::find::{FacetCount, SearchResults};
use crate::library::todos::Todo;
use crate::words::pages::PageWords;

/// How many of the newest resources are shown.
const NEWEST: usize = 8;
/// How many searches are offered.
const EXAMPLES: usize = 5;

/// The home page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame.
    pub layout: Layout,
    /// How much there is: resources, majors, schools.
    pub holdings: Vec<HomeFigure>,
    /// Searches to try.
    pub examples: Vec<Link>,
    /// The types there is something of, those of the plan first.
    pub kinds: Vec<KindLink>,
    /// The tree of majors with their courses.
    pub majors: Vec<MajorBranch>,
    /// Majors that hold nothing and have no courses yet.
    pub waiting: Vec<Link>,
    /// What was published last.
    pub newest: Vec<ResourceCard>,
    /// What waits for the reader: what and how much, and where.
    pub todos: Vec<Link>,
}

/// A number with what it counts.
#[derive(Debug, Clone)]
pub struct HomeFigure {
    /// The number: `1,234`.
    pub number: String,
    /// What it counts: `资源`.
    pub label: &'static str,
}

/// All resources of a type.
#[derive(Debug, Clone)]
pub struct KindLink {
    /// The type.
    pub kind: KindMark,
    /// How many there are.
    pub count: String,
    /// The search for them.
    pub url: String,
}

/// A major with its courses, in the tree.
#[derive(Debug, Clone)]
pub struct MajorBranch {
    /// Its page.
    pub url: String,
    /// Its code, where one is confirmed.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// How much it holds, if anything: `128 个资源`.
    pub holdings: Option<String>,
    /// Its courses.
    pub courses: Vec<CourseLeaf>,
}

/// A course in the tree.
#[derive(Debug, Clone)]
pub struct CourseLeaf {
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: String,
    /// How many resources it holds.
    pub count: Option<String>,
}

/// `GET /`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let newest = Question {
        sort: Sort::Newest,
        limit: NEWEST,
        ..Question::default()
    };
    let found = library.search.find(&visit.actor, newest, visit.say.lang()).await?;
    let majors = library.curriculum.majors().await?;
    let courses = library.curriculum.taught_courses().await?;
    let schools = library.curriculum.schools().await?.len() as u64;
    let say = visit.say;
    let mut layout = visit.layout(visit.site_name());
    layout.has_search = false;
    let holdings = holdings(say, [found.total as u64, majors.len() as u64, schools]);
    let (majors, waiting): (Vec<_>, Vec<_>) = tree(say, majors, &courses, &found)
        .into_iter()
        .partition(|major| major.holdings.is_some() || !major.courses.is_empty());
    let todos = library.todos.todos(&visit.actor).await?;
    visit.page(&HomePage {
        layout,
        todos: todos.iter().map(|todo| todo_link(say, todo)).collect(),
        holdings,
        examples: examples(&found),
        kinds: kinds(say, &found),
        majors,
        waiting: waiting
            .into_iter()
            .map(|major| Link::new(major.name, major.url))
            .collect(),
        newest: found
            .hits
            .iter()
            .filter(|hit| hit.counts())
            .map(|hit| ResourceCard::of(say, &hit.resource))
            .collect(),
    })
}

/// Something that waits, in words, and the page where it is done.
pub(super) fn todo_link(say: PageWords, todo: &Todo) -> Link {
    let url = match todo.kind {
        TodoKind::TrainingToday | TodoKind::TrainingOnline => urls::TRAINING_MINE,
        TodoKind::AttendanceOpen => "/training?attendance=open",
        TodoKind::Reviews | TodoKind::PackWords => urls::REVIEW,
        TodoKind::Notices => "/admin/notices",
        TodoKind::JuryScores | TodoKind::CallsToPublish => urls::RECOGNITION,
        TodoKind::VisitsToAnswer | TodoKind::VisitsToClose => urls::VISITS,
        TodoKind::Returned => "/mine?tab=returned",
        TodoKind::TakenDown => "/mine",
        TodoKind::Comments => "/mine?comments=open",
        TodoKind::DamagedFiles => "/admin/damage",
        TodoKind::FailedJobs => "/admin/jobs",
        TodoKind::WrongSums => urls::REPORTS,
        TodoKind::CheckpointDue => urls::AUDIT,
        TodoKind::StandardFollowUps => "/standards/followups?state=open&mine=true",
        TodoKind::Drafts => "/mine?tab=draft",
    };
    Link::new(say.todo(todo.kind, todo.count, (todo.overdue, todo.due_soon)), url)
}

/// How much there is, as a drawing's title block says what it shows.
pub(super) fn holdings(say: PageWords, [resources, majors, schools]: [u64; 3]) -> Vec<HomeFigure> {
    let figure = |n, label| HomeFigure {
        number: say.number(n),
        label,
    };
    vec![
        figure(resources, say.resource()),
        figure(majors, say.major()),
        figure(schools, say.school()),
    ]
}

fn kinds(say: PageWords, found: &SearchResults) -> Vec<KindLink> {
    let counted = |code: &str| found.facets.kind.iter().find(|count| count.key == code);
    let link = |count: &FacetCount| KindLink {
        kind: KindMark::of(say, &count.key),
        count: say.number(count.count),
        url: urls::with_query("/search", &[("type", &count.key)]),
    };
    RESOURCE_TYPES
        .iter()
        .filter_map(|kind| counted(kind.code))
        .map(link)
        .collect()
}

/// What to try: keywords of the newest resources, so that each finds something.
fn examples(found: &SearchResults) -> Vec<Link> {
    let mut words: Vec<&str> = Vec::new();
    for word in found
        .hits
        .iter()
        .filter(|hit| hit.counts())
        .filter_map(|hit| hit.resource.metadata.keywords.first())
    {
        if !words.contains(&word.as_str()) {
            words.push(word);
        }
    }
    words
        .into_iter()
        .take(EXAMPLES)
        .map(|word| Link::new(word, urls::search(word)))
        .collect()
}

fn tree(say: PageWords, majors: Vec<Major>, courses: &[Course], found: &SearchResults) -> Vec<MajorBranch> {
    let in_major: HashMap<MajorId, u64> = by_key(&found.facets.major);
    let in_course: HashMap<CourseId, u64> = by_key(&found.facets.course);
    let leaf = |course: &Course| CourseLeaf {
        url: urls::course(course.id),
        name: told_apart(say, course, courses),
        count: in_course.get(&course.id).map(|count| say.number(*count)),
    };
    let branch = |major: Major| MajorBranch {
        url: urls::major(major.id),
        holdings: in_major.get(&major.id).map(|count| say.resources(*count)),
        courses: courses
            .iter()
            .filter(|course| course.major.id == major.id)
            .map(leaf)
            .collect(),
        code: major.code,
        name: major.name,
    };
    majors.into_iter().map(branch).collect()
}

/// A course's name, with its level where the major has the same course at several.
fn told_apart(say: PageWords, course: &Course, courses: &[Course]) -> String {
    let is_twin = |other: &&Course| other.major.id == course.major.id && other.name == course.name;
    match &course.level {
        Some(level) if courses.iter().filter(is_twin).count() > 1 => format!("{} · {}", course.name, say.level(level)),
        _ => course.name.clone(),
    }
}

/// How many matches carry each id.
pub(super) fn by_key<I: FromStr + Eq + Hash>(counts: &[FacetCount]) -> HashMap<I, u64> {
    counts
        .iter()
        .filter_map(|count| Some((count.key.parse().ok()?, count.count)))
        .collect()
}
