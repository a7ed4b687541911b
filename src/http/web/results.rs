//! The results of a search.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::highlighted::Highlighted;
use super::layout::{Layout, Link};
use super::page_context::PageContext;
use super::resource_card::ResourceCard;
use super::urls;
use crate::domain::passage::Locator;
use crate::domain::saved::MAX_NAME_CHARS;
use crate::domain::search::SearchQuery;
use crate::http::api::paging::Paging;
use crate::http::api::search::question;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::search::find;
use crate::library::search::find::{DuplicateGroup, FoundPassage, FoundResource, SearchResults};
use crate::words::pages::PageWords;

use self::narrow::Limits;

mod narrow;

/// The results page.
#[derive(Debug, Template)]
#[template(path = "results.html")]
pub struct ResultsPage {
    /// The frame; its query is what was typed.
    pub layout: Layout,
    /// What this is, as a heading: `“星三角”` or `全部资源`.
    pub heading: String,
    /// How many were found: `找到 12 个资源`.
    pub found: String,
    /// What the answer is limited to, each with a link that lifts it.
    pub chips: Vec<Chip>,
    /// Keeps this question, for whoever has signed in.
    pub save: Option<SaveForm>,
    /// What is new in it, for readers of feeds.
    pub feed_url: String,
    /// All of it as a table, where it only browses.
    pub table_url: Option<String>,
    /// Lifts all limits at once.
    pub clear_url: Option<String>,
    /// That the answer is to something else than what was typed, and how to get back.
    pub correction: Option<Correction>,
    /// Other names that were looked for as well.
    pub also: Option<String>,
    /// Other spellings.
    pub did_you_mean: Vec<Link>,
    /// Orders to choose from.
    pub sorts: Vec<SortLink>,
    /// Ways to narrow down.
    pub facets: Vec<FacetGroup>,
    /// What holds what was asked for, best first.
    pub hits: Vec<Hit>,
    /// What else there is, below a line, folded away: one's own, what is near, what is like it.
    pub folds: Vec<Fold>,
    /// How much is near, where it stands on a later page.
    pub further: Option<String>,
    /// What to do when nothing was found.
    pub nothing: Option<EmptyResults>,
    /// The first page of the answer, when this is a later one.
    pub first_url: Option<String>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A limit of the question.
#[derive(Debug, Clone)]
pub struct Chip {
    /// The field: `课程`.
    pub field: String,
    /// The value: `汽车维护`.
    pub label: String,
    /// The same question without it.
    pub remove_url: String,
    /// The page about it: a school's.
    pub page_url: Option<String>,
}

/// The form that keeps the question.
#[derive(Debug, Clone)]
pub struct SaveForm {
    /// A name to begin with.
    pub name: String,
    /// The question as an address carries it.
    pub query: String,
}

/// An answer to a corrected question.
#[derive(Debug, Clone)]
pub struct Correction {
    /// That it is, in a sentence.
    pub said: String,
    /// What was typed.
    pub typed: String,
    /// Asks for what was typed after all.
    pub typed_url: String,
}

/// An order of the answer.
#[derive(Debug, Clone)]
pub struct SortLink {
    /// What it is called.
    pub label: String,
    /// The same question in this order.
    pub url: String,
    /// Whether it is the present one.
    pub is_chosen: bool,
}

/// The values of one field among the matches.
#[derive(Debug, Clone)]
pub struct FacetGroup {
    /// The field: `专业`.
    pub label: String,
    /// The first values, most matches first.
    pub choices: Vec<FacetChoice>,
    /// The rest, folded away.
    pub more: Vec<FacetChoice>,
    /// How the fold is called: `还有 6 个`.
    pub more_label: String,
}

/// Pixels across of the picture beside a hit; twice what it takes on the page, for fine screens.
const PICTURE_WIDTH: u32 = 192;

/// How many values of a field are shown before the rest is folded away.
pub const OPEN_CHOICES: usize = 6;

impl FacetGroup {
    /// Shows the first [`OPEN_CHOICES`] and folds the rest; chosen ones always stay in sight.
    pub fn new(say: PageWords, label: impl Into<String>, choices: Vec<FacetChoice>) -> Self {
        let mut shown = Vec::new();
        let mut more = Vec::new();
        for choice in choices {
            if choice.is_chosen || shown.len() < OPEN_CHOICES {
                shown.push(choice);
            } else {
                more.push(choice);
            }
        }
        Self {
            label: label.into(),
            more_label: say.more(more.len()),
            choices: shown,
            more,
        }
    }
}

/// One value of a field.
#[derive(Debug, Clone)]
pub struct FacetChoice {
    /// Its name.
    pub label: String,
    /// How many matches carry it.
    pub count: String,
    /// The question with this value added, or taken away when it is chosen.
    pub url: String,
    /// Whether the question is limited to it.
    pub is_chosen: bool,
    /// What stands under it, when it is open: the courses of a major, the tasks of a course.
    pub under: Vec<FacetChoice>,
}

/// Resources below the line.
#[derive(Debug, Clone)]
pub struct Fold {
    /// What they are: `还有 127 个只含一部分的`.
    pub label: String,
    /// Whether it is open: where nothing else was found.
    pub is_open: bool,
    /// The resources, best first.
    pub hits: Vec<Hit>,
}

/// A resource that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The resource.
    pub card: ResourceCard,
    /// A picture of the first place, where its file has such.
    pub picture: Option<Picture>,
    /// Its best places.
    pub quotes: Vec<Quote>,
    /// Which fields hold what was asked for, where no place is shown: `在关键词、课程中`.
    pub matched: Option<String>,
    /// Other schools' resources that say nearly the same.
    pub family: Option<Relatives>,
}

/// A small picture of a place that was found.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The picture.
    pub url: String,
    /// Opens the resource at this place.
    pub place_url: String,
    /// What it shows: `第 12 页的图`.
    pub alt: String,
    /// Whether it is a moment of a film, and wider than high.
    pub is_film: bool,
}

/// Resources that say nearly the same, folded away.
#[derive(Debug, Clone)]
pub struct Relatives {
    /// How the fold is called: `3 所学校有此资源`.
    pub label: String,
    /// Each with its school.
    pub resources: Vec<Relative>,
}

/// A resource that says nearly the same.
#[derive(Debug, Clone)]
pub struct Relative {
    /// Its title and its page.
    pub link: Link,
    /// Its school.
    pub school: Option<String>,
}

/// A place that was found, with its words.
#[derive(Debug, Clone)]
pub struct Quote {
    /// Opens the resource at this place.
    pub url: String,
    /// The place: `第 12 页`.
    pub place: String,
    /// The words around the match.
    pub text: Highlighted,
}

/// What helps when nothing was found.
#[derive(Debug, Clone)]
pub struct EmptyResults {
    /// That nothing was found, plainly.
    pub said: String,
    /// The nearest questions that would find something.
    pub nearest: Vec<Link>,
    /// Things to try, as sentences.
    pub advice: Vec<String>,
    /// Ways on: without the limits, signing in, the catalogue.
    pub links: Vec<Link>,
    /// Where those who share look why their own is not found.
    pub why_not_mine: Option<Link>,
}

/// `GET /search`, with the same query as the interface for programs.
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<SearchQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let question = question(&library, &query, &paging).await?;
    let found = library.search.find(&visit.actor, question, visit.say.lang()).await?;
    let limits = narrow::limits(&visit, &library, &query, &found).await;
    visit.page(&page(&visit, &query, paging.cursor().is_some(), limits, found))
}

fn page(visit: &PageContext, query: &SearchQuery, is_later: bool, limits: Limits, found: SearchResults) -> ResultsPage {
    let say = visit.say;
    let asked = query.q.trim();
    let heading = heading(say, query);
    let mut layout = visit.layout(&heading);
    asked.clone_into(&mut layout.query);
    let again = |text: &String| Link::new(text, urls::results(&query.with("q", text)));
    let mut did_you_mean: Vec<Link> = found.query.did_you_mean.iter().map(again).collect();
    let nothing = (found.total == 0 && found.unpublished_total == 0).then(|| EmptyResults {
        nearest: std::mem::take(&mut did_you_mean),
        ..nothing(visit, query, &found, !limits.chips.is_empty())
    });
    let further = found.near_total > 0 && !found.hits.iter().any(|hit| hit.near) && !is_later;
    ResultsPage {
        layout,
        heading,
        save: visit.actor.account.is_some().then(|| save_form(say, query)),
        feed_url: urls::results_feed(query),
        table_url: urls::resources_table(query).filter(|_| visit.actor.account.is_some()),
        found: say.found(found.total as u64),
        clear_url: (limits.chips.len() > 1).then(|| urls::results(&query.without_limits())),
        correction: found.query.corrected.as_ref().map(|used| Correction {
            said: say.shown_instead(asked, used),
            typed: asked.to_owned(),
            typed_url: urls::results(&query.with("q", &format!("\"{asked}\""))),
        }),
        also: (!found.query.synonyms.is_empty()).then(|| say.also_looked_for(&found.query.synonyms)),
        did_you_mean,
        sorts: sorts(visit, query),
        facets: limits.facets,
        nothing,
        chips: limits.chips,
        first_url: is_later.then(|| urls::results(query)),
        next_url: found
            .next_cursor
            .as_ref()
            .map(|cursor| urls::more_results(query, cursor)),
        further: further.then(|| say.near_found(found.near_total as u64)),
        folds: folds(visit, &found, asked),
        hits: found
            .hits
            .iter()
            .filter(|hit| hit.counts())
            .map(|hit| shown(visit, hit, asked))
            .collect(),
    }
}

/// What stands below the line on this page.
fn folds(visit: &PageContext, found: &SearchResults, asked: &str) -> Vec<Fold> {
    let say = visit.say;
    let fold = |label: String, is_open, belongs: fn(&FoundResource) -> bool| Fold {
        label,
        is_open,
        hits: found
            .hits
            .iter()
            .filter(|hit| belongs(hit))
            .map(|hit| shown(visit, hit, asked))
            .collect(),
    };
    let near = if found.total == 0 {
        say.nearest_found(found.near_total as u64)
    } else {
        say.near_found(found.near_total as u64)
    };
    let folds = [
        fold(
            say.own_found(found.unpublished_total as u64),
            // What one has just put in is looked for by whoever put it in.
            found.total == 0,
            FoundResource::is_unpublished,
        ),
        fold(near, found.total == 0 && found.unpublished_total == 0, |hit| hit.near),
        fold(say.similar_found().to_owned(), false, |hit| hit.similar),
    ];
    folds.into_iter().filter(|fold| !fold.hits.is_empty()).collect()
}

/// What a question is called: its words, or everything.
pub fn heading(say: PageWords, query: &SearchQuery) -> String {
    match query.q.trim() {
        "" => say.everything().to_owned(),
        asked => say.results_for(asked),
    }
}

fn save_form(say: PageWords, query: &SearchQuery) -> SaveForm {
    let name = match query.q.trim() {
        "" => say.everything(),
        asked => asked,
    };
    SaveForm {
        name: name.chars().take(MAX_NAME_CHARS).collect(),
        query: query.write(),
    }
}

fn sorts(visit: &PageContext, query: &SearchQuery) -> Vec<SortLink> {
    let is_newest = query.sort.as_deref() == Some("newest");
    let sort = |label: &str, value: &str, is_chosen| SortLink {
        label: label.to_owned(),
        url: urls::results(&query.with("sort", value)),
        is_chosen,
    };
    vec![
        sort(visit.say.sort_relevance(), "", !is_newest),
        sort(visit.say.sort_newest(), "newest", is_newest),
    ]
}

fn shown(visit: &PageContext, hit: &FoundResource, asked: &str) -> Hit {
    let mut card = ResourceCard::of(visit.say, &hit.resource);
    card.title = Highlighted::from_index(&hit.title_html);
    // The words go along, to be marked there.
    let words = SearchQuery {
        q: asked.to_owned(),
        ..SearchQuery::default()
    };
    let opens = |passage: &FoundPassage| format!("{}&{}#reading", passage.url, words.write());
    let quote = |passage: &FoundPassage| Quote {
        url: opens(passage),
        place: visit.say.read_place(&passage.locator, passage.machine),
        text: Highlighted::from_index(&passage.html),
    };
    let first = hit.passages.first();
    let picture = hit.picture.as_ref().map(|picture| Picture {
        url: format!("{picture}?width={PICTURE_WIDTH}"),
        place_url: first.map_or_else(|| urls::resource(hit.resource.id), opens),
        alt: visit.say.picture_of(&first.map_or_else(
            || hit.resource.metadata.title.clone(),
            |passage| visit.say.place(&passage.locator),
        )),
        is_film: first.is_none_or(|passage| matches!(passage.locator, Locator::Time { .. })),
    });
    Hit {
        card,
        picture,
        quotes: hit.passages.iter().map(quote).collect(),
        matched: (hit.passages.is_empty() && !hit.matched.is_empty()).then(|| visit.say.matched_in(&hit.matched)),
        family: hit.family.as_ref().map(|family| relatives(visit, family)),
    }
}

fn relatives(visit: &PageContext, family: &DuplicateGroup) -> Relatives {
    let relative = |relative: &find::NearDuplicate| Relative {
        link: Link::new(&relative.title, urls::resource(relative.id)),
        school: relative.school.as_ref().map(|school| school.name.clone()),
    };
    Relatives {
        label: visit.say.schools_have_this(family.schools),
        resources: family.resources.iter().map(relative).collect(),
    }
}

fn nothing(visit: &PageContext, query: &SearchQuery, found: &SearchResults, is_limited: bool) -> EmptyResults {
    let say = visit.say;
    let mut advice = vec![say.advice_fewer(), say.advice_spelling()];
    let mut links = Vec::new();
    if is_limited {
        advice.push(say.advice_filters());
        links.push(Link::new(say.without_filters(), urls::results(&query.without_limits())));
    }
    if visit.actor.account.is_none() {
        advice.push(say.advice_sign_in());
        links.push(Link::new(say.sign_in(), visit.sign_in_url()));
    }
    links.push(Link::new(say.browse_majors(), "/#majors"));
    EmptyResults {
        said: say.nothing_found(found.query.corrected.as_deref().unwrap_or(query.q.trim()), is_limited),
        nearest: Vec::new(),
        advice: advice.into_iter().map(str::to_owned).collect(),
        links,
        why_not_mine: visit.may_share().then(|| Link::new(say.why_not_mine(), "/mine")),
    }
}
