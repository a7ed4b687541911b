//! A school's page: what it has, by major; its packs; what is new from it.

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
use crate::domain::id::MajorId;
use crate::domain::search::{Filters, Question, Sort};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::curriculum::{Major, School};
use crate::library::packs::PackFilter;
use crate::library::recognition::marks::MarkQuery;
use crate::library::search::find::SearchResults;

/// How many of the newest resources are shown.
const NEWEST: usize = 8;
/// How many packs are shown.
const PACKS: u64 = 5;

/// A school's page.
#[derive(Debug, Template)]
#[template(path = "school.html")]
pub struct SchoolPage {
    /// The frame; its title is the school's name.
    pub layout: Layout,
    /// Its kind, since when it takes part, holdings; in the order to show.
    pub facts: Vec<String>,
    /// What came of recognition, while it is valid.
    pub marks: Vec<Link>,
    /// The majors it has something for.
    pub majors: Vec<MajorHolding>,
    /// The most that one of them has.
    pub most: u64,
    /// Its packs.
    pub packs: Vec<ResourceCard>,
    /// What was published last.
    pub newest: Vec<ResourceCard>,
    /// Everything it has, as a search.
    pub all_url: String,
    /// Searching within it: its id as the form sends it.
    pub school_id: String,
}

/// What a school has for one major.
#[derive(Debug, Clone)]
pub struct MajorHolding {
    /// The major, leading to what the school has for it.
    pub major: Link,
    /// How many resources.
    pub count: u64,
    /// The same in words.
    pub said: String,
}

/// `GET /schools/{id}`, by id, code or exact name.
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let school = library.curriculum.school(&id).await?;
    let newest = Question {
        filters: Filters {
            school: vec![school.id],
            ..Filters::default()
        },
        sort: Sort::Newest,
        limit: NEWEST,
        ..Question::default()
    };
    let found = library.search.find(&visit.actor, newest, visit.say.lang()).await?;
    let own = PackFilter {
        school: Some(school.id),
        ..PackFilter::default()
    };
    let packs = library.packs.packs(&visit.actor, &own, None, PACKS).await?;
    let on = MarkQuery {
        school: Some(school.id),
        ..MarkQuery::default()
    };
    let marks = library.recognition.marks(&on).await?;
    let mut page = page(&visit, school, &library.curriculum.majors().await?, &found);
    page.packs = packs.items.iter().map(|pack| pack_card(visit.say, pack)).collect();
    page.marks = marks::links(visit.say, &marks);
    visit.page(&page)
}

fn page(visit: &PageContext, school: School, majors: &[Major], found: &SearchResults) -> SchoolPage {
    let say = visit.say;
    let id = school.id.to_string();
    let mut facts: Vec<String> = school.kind.into_iter().collect();
    facts.extend(school.joined_phase.map(|phase| say.joined_phase(phase)));
    facts.push(say.resources(found.total as u64));
    let majors = holdings(visit, &id, majors, &by_key(&found.facets.major));
    SchoolPage {
        layout: visit.layout(school.name),
        facts,
        marks: Vec::new(),
        most: majors.iter().map(|holding| holding.count).max().unwrap_or(1),
        majors,
        packs: Vec::new(),
        newest: found
            .hits
            .iter()
            .filter(|hit| hit.counts())
            .map(|hit| ResourceCard::of(say, &hit.resource))
            .collect(),
        all_url: urls::with_query("/search", &[("school", &id)]),
        school_id: id,
    }
}

/// The majors in which the school has something, the one with most first.
fn holdings(visit: &PageContext, school: &str, majors: &[Major], counts: &HashMap<MajorId, u64>) -> Vec<MajorHolding> {
    let holding = |major: &Major| {
        let count = counts.get(&major.id).copied()?;
        let url = urls::with_query("/search", &[("school", school), ("major", &major.id.to_string())]);
        Some(MajorHolding {
            major: Link::new(&major.name, url),
            count,
            said: visit.say.resources(count),
        })
    };
    let mut holdings: Vec<MajorHolding> = majors.iter().filter_map(holding).collect();
    holdings.sort_by_key(|holding| std::cmp::Reverse(holding.count));
    holdings
}
