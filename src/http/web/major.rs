//! A major's page: its courses and what is new in it.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::home::by_key;
use super::layout::{Layout, Link};
use super::marks;
use super::packs::card as pack_card;
use super::page_context::PageContext;
use super::resource_card::ResourceCard;
use super::urls;
use crate::domain::id::CourseId;
use crate::domain::search::{Filters, Question, Sort};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::curriculum::coverage::{CountScope, Covered, CurriculumCoverage};
use crate::library::curriculum::{Course, Major};
use crate::library::packs::PackFilter;
use crate::library::recognition::marks::MarkQuery;
use crate::library::search::find::SearchResults;
use crate::words::pages::PageWords;

/// How many of the newest resources are shown.
const NEWEST: usize = 8;
/// How many packs are shown.
const PACKS: u64 = 5;

/// A major's page.
#[derive(Debug, Template)]
#[template(path = "major.html")]
pub struct MajorPage {
    /// The frame; its title is the major's name.
    pub layout: Layout,
    /// Its code, where one is confirmed.
    pub code: Option<String>,
    /// Category, levels and holdings, in the order to show.
    pub facts: Vec<String>,
    /// What came of recognition, while it is valid.
    pub marks: Vec<Link>,
    /// Its courses.
    pub courses: Vec<CourseCard>,
    /// Packs that take it in.
    pub packs: Vec<ResourceCard>,
    /// What was published last in it.
    pub newest: Vec<ResourceCard>,
    /// Everything in it, as a search.
    pub all_url: String,
    /// Searching within it: its id as the form sends it.
    pub major_id: String,
    /// Makes a pack of it, for those who may.
    pub pack_url: Option<String>,
    /// The versions of its standard.
    pub standards_url: String,
}

/// One course of the major.
#[derive(Debug, Clone)]
pub struct CourseCard {
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Level, tasks, holdings.
    pub facts: Vec<String>,
    /// Its learning tasks by name.
    pub tasks: Vec<String>,
    /// How far it has what the plan expects: pairs that are there, all pairs, and the sentence; nothing without tasks.
    pub covered: Option<(usize, usize, String)>,
}

/// `GET /m/{id}`, by id or code.
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let major = library.curriculum.major(&id).await?;
    let newest = Question {
        filters: Filters {
            major: vec![major.id],
            ..Filters::default()
        },
        sort: Sort::Newest,
        limit: NEWEST,
        ..Question::default()
    };
    let found = library.search.find(&visit.actor, newest, visit.say.lang()).await?;
    let coverage = library
        .curriculum
        .task_holdings(&visit.actor, CountScope::Major(major.id), None)
        .await?;
    let with_it = PackFilter {
        major: Some(major.id),
        ..PackFilter::default()
    };
    let packs = library.packs.packs(&visit.actor, &with_it, None, PACKS).await?;
    let on = MarkQuery {
        major: Some(major.id),
        ..MarkQuery::default()
    };
    let marks = library.recognition.marks(&on).await?;
    let mut page = page(&visit, major, &found, &coverage);
    page.packs = packs.items.iter().map(|pack| pack_card(visit.say, pack)).collect();
    page.marks = marks::links(visit.say, &marks);
    visit.page(&page)
}

fn page(visit: &PageContext, major: Major, found: &SearchResults, coverage: &CurriculumCoverage) -> MajorPage {
    let say = visit.say;
    let courses = major.courses.unwrap_or_default().into_iter();
    let holdings: HashMap<CourseId, u64> = by_key(&found.facets.course);
    // What was retired is shown as long as something is left there.
    let courses: Vec<Course> = courses
        .filter(|course| !course.retired || holdings.contains_key(&course.id))
        .map(|mut course| {
            course.tasks.retain(|task| !task.retired);
            course
        })
        .collect();
    let mut facts: Vec<String> = major.category.into_iter().collect();
    let levels: Vec<String> = major.levels.iter().map(|level| say.level(level)).collect();
    facts.extend((!levels.is_empty()).then(|| levels.join(" / ")));
    facts.extend([say.courses(courses.len() as u64), say.resources(found.total as u64)]);
    MajorPage {
        layout: visit.layout(major.name),
        code: major.code,
        facts,
        marks: Vec::new(),
        courses: courses
            .iter()
            .map(|course| row(say, course, holdings.get(&course.id).copied(), coverage.covered(course)))
            .collect(),
        packs: Vec::new(),
        newest: found
            .hits
            .iter()
            .filter(|hit| hit.counts())
            .map(|hit| ResourceCard::of(say, &hit.resource))
            .collect(),
        all_url: urls::with_query("/search", &[("major", &major.id.to_string())]),
        major_id: major.id.to_string(),
        pack_url: visit.may_share().then(|| urls::new_pack("major", major.id)),
        standards_url: urls::with_query(urls::STANDARDS, &[("major", &major.id.to_string())]),
    }
}

fn row(say: PageWords, course: &Course, holdings: Option<u64>, covered: Covered) -> CourseCard {
    let Covered { there, of } = covered;
    let mut facts: Vec<String> = course.level.iter().map(|level| say.level(level)).collect();
    facts.extend(course.retired.then(|| say.standard_retired().to_owned()));
    facts.push(say.tasks(course.tasks.len() as u64));
    facts.push(say.resources(holdings.unwrap_or(0)));
    CourseCard {
        url: urls::course(course.id),
        name: course.name.clone(),
        facts,
        tasks: course.tasks.iter().map(|task| task.name.clone()).collect(),
        covered: (of > 0).then(|| (there, of, say.covered_short(there, of))),
    }
}
