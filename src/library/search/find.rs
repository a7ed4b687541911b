//! Finding: a question becomes ids by the index, and ids become resources by a fixed handful of queries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::actor::Actor;
use crate::db::{files, resources};
use crate::domain::day::Day;
use crate::domain::id::{FileId, ResourceId};
use crate::domain::metadata::SearchedField;
use crate::domain::passage::Locator;
use crate::domain::search::{Answer, Audience, DocumentFile, Fit, Hit, MAX_VALUES, PassageHit, Question, SearchQuery};
use crate::error::{Error, Refusal, Result};
use crate::library::resource_view::Resource;
use crate::library::search::find::passage_files::PassageFiles;
use crate::library::search::{Search, similar};
use crate::library::texts::documents;
use crate::library::{resource_view, synonyms};
use crate::search::{self, SearchError, Synonyms};
use crate::telemetry::metric;
use crate::words::Lang;

mod duplicate_group;
mod facets;
mod named;
pub(in crate::library) mod passage_files;

pub use self::duplicate_group::{DuplicateGroup, NearDuplicate};
use self::duplicate_group::{each_once, family};
pub use self::facets::{FacetCount, FacetCounts, level_name, stage_name};

/// What was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Found)]
pub struct SearchResults {
    /// How many resources hold what was asked for.
    pub total: usize,
    /// How many more hold some of it, a thousand at most; they stand behind, with `near`.
    pub near_total: usize,
    /// How many of the asker's own hold it that are not published: drafts, what waits, what was withdrawn. They stand behind
    /// the others, with their `status`, and are no part of what was found; with `mine` they are.
    pub unpublished_total: usize,
    /// How long finding took, in milliseconds.
    pub took_ms: u64,
    /// How the question was understood.
    pub query: Understood,
    /// The resources: those that hold what was asked for, the asker's unpublished ones, the near ones; each best first.
    pub hits: Vec<FoundResource>,
    /// How those that hold it spread over each field.
    pub facets: FacetCounts,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

/// How a question was understood.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Understood {
    /// What was typed.
    pub text: String,
    /// What was looked for instead, if anything.
    pub corrected: Option<String>,
    /// Other spellings that would find more.
    pub did_you_mean: Vec<String>,
    /// Other names of what was typed; what holds one of them holds what was asked for.
    pub synonyms: Vec<String>,
    /// Few hold what was asked for, or none does: there are near ones as well.
    pub relaxed: bool,
    /// The same as `total`.
    pub with_all_words: usize,
}

/// One resource found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FoundResource {
    /// The resource.
    pub resource: Resource,
    /// Whether it holds only some of what was asked for.
    pub near: bool,
    /// Whether it holds nothing of it, and is like those that hold it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub similar: bool,
    /// Whether it holds it and is no part of what was found, because it is the asker's own and not published.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unpublished: bool,
    /// The fields that hold what was asked for, or some of it.
    pub matched: Vec<SearchedField>,
    /// How well it fits; comparable within one answer only.
    pub score: f32,
    /// The title with the words marked; the rest is escaped for HTML.
    pub title_html: String,
    /// A picture of the best passage's place, as a path on this site; where no passage was found, of its film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Its best passages.
    pub passages: Vec<FoundPassage>,
    /// Resources of other schools that say nearly the same, folded into this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<DuplicateGroup>,
}

impl FoundResource {
    /// Whether it is part of what was found.
    pub fn counts(&self) -> bool {
        !self.near && !self.similar && !self.unpublished
    }

    /// Whether it is the asker's own and set apart, because nobody else sees it.
    pub fn is_unpublished(&self) -> bool {
        self.unpublished
    }
}

/// One passage found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FoundPassage {
    /// The file it stands in.
    pub file_id: FileId,
    /// Where in the file.
    pub locator: Locator,
    /// The stretch around the words, marked; the rest is escaped for HTML.
    pub html: String,
    /// How sure a machine is that read it in a picture, in percent; not there for text that was born digital.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<u8>,
    /// The page that opens there, as a path on this site. What stands in subtitles opens the film they lie beside.
    pub url: String,
    /// A picture of the place, as a path on this site, for files whose pages can be painted, and for films.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

impl Search {
    /// A question that came in, with ids for the names of majors, courses, tasks and schools.
    pub async fn question(&self, query: &SearchQuery) -> Result<Question> {
        for field in SearchQuery::LIMITS {
            expect_few(field, query.values(field).count())?;
        }
        let mut question = query.question();
        question.filters.since = query.since().map_err(|fault| Refusal::Fields(vec![fault]))?;
        self.limit_to(&mut question.filters, query).await?;
        Ok(question)
    }

    /// Finds resources that the actor may see. Whatever was typed is a question; only a foreign cursor is refused.
    pub async fn find(&self, actor: &Actor, question: Question, lang: Lang) -> Result<SearchResults> {
        let audiences = match actor.id() {
            Some(id) if question.filters.mine => vec![Audience::Owner(id)],
            None if question.filters.mine => Vec::new(),
            _ => actor.audiences(),
        };
        let question = Question {
            limit: question.limit.clamp(1, 100),
            audiences,
            ..question
        };
        self.answer(actor, question, lang).await
    }

    /// Answers a question of the actor, who must be the one whose audiences it names.
    pub(in crate::library) async fn answer(
        &self,
        actor: &Actor,
        question: Question,
        lang: Lang,
    ) -> Result<SearchResults> {
        let began = Instant::now();
        let text = question.text.clone();
        let answer = self.search(actor, question).await?;
        let facets = self.label(answer.facets, lang).await?;
        let hits = self.show_hits(actor, answer.hits).await?;
        let read = answer.corrected.as_ref().unwrap_or(&text).clone();
        let hits = self.with_fields(actor, read, hits).await?;
        let took = began.elapsed();
        metrics::histogram!(metric::SEARCH_SECONDS).record(took);
        Ok(SearchResults {
            total: answer.total,
            near_total: answer.near_total,
            unpublished_total: answer.own_total,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            query: Understood {
                text,
                corrected: answer.corrected,
                did_you_mean: answer.did_you_mean,
                synonyms: answer.synonyms,
                relaxed: answer.relaxed,
                with_all_words: answer.total,
            },
            hits,
            facets,
            next_cursor: answer.next_cursor,
        })
    }

    async fn search(&self, actor: &Actor, question: Question) -> Result<Answer> {
        let (index, synonyms) = (Arc::clone(&self.index), self.synonyms.cache());
        let school = synonyms::school(actor);
        let _permit = self.searching.acquire(actor).await?;
        let answer = tokio::task::spawn_blocking(move || index.search(&question, &synonyms.table(school)))
            .await
            .map_err(Error::unexpected)?;
        answer.map_err(|error| match error {
            SearchError::Cursor => Refusal::BadCursor.into(),
            error => Error::unexpected(error),
        })
    }

    /// Joins hits with their rows, those of their families among them. The row decides once more: a resource withdrawn
    /// a moment ago is not shown.
    async fn show_hits(&self, actor: &Actor, hits: Vec<Hit>) -> Result<Vec<FoundResource>> {
        let conn = self.db.read();
        let ids: HashSet<ResourceId> = hits
            .iter()
            .flat_map(|hit| [hit.id].into_iter().chain(hit.family.clone()))
            .collect();
        let rows = resources::resources_by_id(conn, ids.into_iter().collect()).await?;
        let rows = rows
            .into_iter()
            .filter(|row| crate::library::resources::edit::is_visible(actor, row))
            .collect();
        let shown = resource_view::resources(conn, rows, Day::of(self.clock.now())).await?;
        let shown: HashMap<ResourceId, Resource> = shown.into_iter().map(|resource| (resource.id, resource)).collect();
        let passages = hits.iter().flat_map(|hit| &hit.passages);
        let files = passages.map(|passage| passage.file_id).collect();
        let places = self.places_of(files, shown.keys().copied().collect()).await?;
        let found = hits.into_iter().filter_map(|hit| found_resource(&shown, hit, &places));
        Ok(found.collect())
    }

    /// Adds to hits the fields that hold what was asked for. The names of files are read only where nothing else tells.
    async fn with_fields(&self, actor: &Actor, read: String, hits: Vec<FoundResource>) -> Result<Vec<FoundResource>> {
        let table = self.synonyms.cache().table(synonyms::school(actor));
        let hits = matched(read.clone(), Arc::clone(&table), hits, HashMap::new()).await?;
        let is_bare =
            |hit: &&FoundResource| hit.passages.is_empty() && hit.matched.is_empty() && !read.trim().is_empty();
        let bare: Vec<ResourceId> = hits.iter().filter(is_bare).map(|hit| hit.resource.id).collect();
        if bare.is_empty() {
            return Ok(hits);
        }
        let mut named: HashMap<ResourceId, Vec<DocumentFile>> = HashMap::new();
        for (file, read) in files::current(self.db.read(), &bare).await? {
            named.entry(file.resource_id).or_default().push(DocumentFile {
                id: file.id,
                path: file.path,
                members: documents::members(read.as_ref()),
                passages: Vec::new(),
            });
        }
        matched(read, table, hits, named).await
    }
}

/// Looks for what was asked for in the fields of hits, and in the names of files where they are given.
async fn matched(
    read: String,
    table: Arc<Synonyms>,
    mut hits: Vec<FoundResource>,
    mut named: HashMap<ResourceId, Vec<DocumentFile>>,
) -> Result<Vec<FoundResource>> {
    let looked_through = tokio::task::spawn_blocking(move || {
        let is_again = !named.is_empty();
        for hit in &mut hits {
            let files = named.remove(&hit.resource.id).unwrap_or_default();
            if is_again && files.is_empty() {
                continue;
            }
            let mut document = similar::document(&hit.resource);
            document.files = files;
            hit.matched = search::matched(&read, &table, &document);
        }
        hits
    });
    looked_through.await.map_err(Error::unexpected)
}

/// More values than a person would choose are a way to keep the service busy.
fn expect_few(field: &str, values: usize) -> Result<()> {
    if values <= MAX_VALUES {
        return Ok(());
    }
    let detail = format!("`{field}` has more than {MAX_VALUES} values; ask for fewer at a time");
    Err(Refusal::Malformed { detail }.into())
}

fn found_resource(shown: &HashMap<ResourceId, Resource>, hit: Hit, places: &PassageFiles) -> Option<FoundResource> {
    let resource = shown.get(&hit.id)?.clone();
    let passages: Vec<FoundPassage> = hit
        .passages
        .into_iter()
        .map(|passage| found_passage(resource.id, passage, places))
        .collect();
    let passages = each_once(passages);
    let picture = match passages.first() {
        Some(passage) => passage.picture.clone(),
        None => places.picture_of(resource.id),
    };
    let relatives = hit.family.iter().filter_map(|id| shown.get(id));
    Some(FoundResource {
        family: family(&resource, relatives),
        picture,
        resource,
        near: hit.fit == Fit::Near,
        similar: hit.fit == Fit::Akin,
        unpublished: hit.fit == Fit::Own,
        matched: Vec::new(),
        score: hit.score,
        title_html: hit.title_html,
        passages,
    })
}

fn found_passage(resource: ResourceId, passage: PassageHit, places: &PassageFiles) -> FoundPassage {
    FoundPassage {
        url: places.opens(resource, passage.file_id, &passage.locator),
        picture: places.picture(passage.file_id, &passage.locator),
        file_id: passage.file_id,
        locator: passage.locator,
        html: passage.html,
        machine: passage.machine,
    }
}

/// A locator as a page's address carries it.
pub fn place(locator: &Locator) -> String {
    match locator {
        Locator::Page { page } => format!("page={page}"),
        Locator::Slide { slide } => format!("slide={slide}"),
        Locator::Sheet { sheet, row } => format!("sheet={}&row={row}", utf8_percent_encode(sheet, NON_ALPHANUMERIC)),
        Locator::Section { section, .. } => format!("section={section}"),
        Locator::Time { start_ms, .. } => format!("t={}", start_ms / 1000),
    }
}
