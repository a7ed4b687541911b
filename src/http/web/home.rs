//! The home page: one question, the whole catalogue, what is new.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::layout::{Layout, Link};
use super::link;
use super::list::Card;
use super::visit::Visit;
use crate::domain::id::Id;
use crate::domain::search::Sort;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::curriculum::{Course, Major};
use crate::library::find::{Ask, FacetCount, Found};
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
    /// How much there is: `1,234 个资源 · 9 个专业 · 7 所学校`.
    pub holdings: String,
    /// Searches to try.
    pub examples: Vec<Link>,
    /// The tree of majors with their courses.
    pub majors: Vec<MajorBranch>,
    /// What was published last.
    pub newest: Vec<Card>,
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
pub async fn show(visit: Visit, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let newest = Ask {
        sort: Sort::Newest,
        limit: NEWEST,
        ..Ask::default()
    };
    let found = library.find(&visit.actor, newest, visit.say.lang()).await?;
    let majors = library.majors().await?;
    let courses = library.courses(None).await?;
    let schools = library.schools().await?.len() as u64;
    let say = visit.say;
    let mut layout = visit.layout(visit.site_name());
    layout.has_search = false;
    visit.page(&HomePage {
        layout,
        holdings: say.holdings(found.total as u64, majors.len() as u64, schools),
        examples: examples(&found),
        majors: tree(say, majors, &courses, &found),
        newest: found.hits.iter().map(|hit| Card::of(say, &hit.resource)).collect(),
    })
}

/// What to try: keywords of the newest resources, so that each finds something.
fn examples(found: &Found) -> Vec<Link> {
    let mut words: Vec<&str> = Vec::new();
    for word in found.hits.iter().filter_map(|hit| hit.resource.keywords.first()) {
        if !words.contains(&word.as_str()) {
            words.push(word);
        }
    }
    words
        .into_iter()
        .take(EXAMPLES)
        .map(|word| Link::new(word, link::search(word)))
        .collect()
}

fn tree(say: PageWords, majors: Vec<Major>, courses: &[Course], found: &Found) -> Vec<MajorBranch> {
    let in_major = by_key(&found.facets.major);
    let in_course = by_key(&found.facets.course);
    let leaf = |course: &Course| CourseLeaf {
        url: link::course(course.id),
        name: told_apart(say, course, courses),
        count: in_course.get(&course.id).map(|count| say.number(*count)),
    };
    let branch = |major: Major| MajorBranch {
        url: link::major(major.id),
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
pub(super) fn by_key(counts: &[FacetCount]) -> HashMap<Id, u64> {
    counts
        .iter()
        .filter_map(|count| Some((count.key.parse().ok()?, count.count)))
        .collect()
}
