//! Finding: a question becomes ids by the index, and ids become resources by a fixed handful of queries.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use uuid::Uuid;

use super::view::{self, Resource};
use super::{Library, synonyms};
use crate::actor::Actor;
use crate::db::{curriculum, people, resources};
use crate::domain::curriculum::Level;
use crate::domain::id::Id;
use crate::domain::passage::Locator;
use crate::domain::resource::resource_type;
use crate::domain::role::Scope;
use crate::domain::search::{Answer, Facets, Filters, Hit, PassageHit, Question, Sort};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::search::SearchError;
use crate::words::Lang;

/// A question as it comes through the door: majors, courses and the like by whatever name they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// What the person typed.
    pub text: String,
    /// By id, code or exact name.
    pub major: Vec<String>,
    /// By id or exact name.
    pub course: Vec<String>,
    /// By id or exact name.
    pub task: Vec<String>,
    /// By code.
    pub kind: Vec<String>,
    /// By id, code or exact name.
    pub school: Vec<String>,
    /// By code, digit or name.
    pub level: Vec<String>,
    /// Years.
    pub year: Vec<i32>,
    /// Scopes.
    pub scope: Vec<Scope>,
    /// Only what was changed after this moment.
    pub since: Option<Timestamp>,
    /// The order wanted.
    pub sort: Sort,
    /// How many hits, 1 to 100.
    pub limit: usize,
    /// Where the last answer ended.
    pub cursor: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Found {
    /// How many resources match.
    pub total: usize,
    /// How long finding took, in milliseconds.
    pub took_ms: u64,
    /// How the question was understood.
    pub query: Understood,
    /// The resources, best first.
    pub hits: Vec<FoundResource>,
    /// How the matches spread over each field.
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
    /// Not all words were found together; the hits have some of them.
    pub relaxed: bool,
}

/// One resource found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FoundResource {
    /// The resource.
    pub resource: Resource,
    /// How well it fits; comparable within one answer only.
    pub score: f32,
    /// The title with the words marked; the rest is escaped for HTML.
    pub title_html: String,
    /// Its best passages.
    pub passages: Vec<FoundPassage>,
}

/// One passage found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FoundPassage {
    /// The file it stands in.
    pub file_id: Id,
    /// Where in the file.
    pub locator: Locator,
    /// The stretch around the words, marked; the rest is escaped for HTML.
    pub html: String,
    /// The page that opens there, as a path on this site.
    pub url: String,
}

/// How the matches spread, most first.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "each is the field it names")]
pub struct FacetCounts {
    pub major: Vec<FacetCount>,
    pub course: Vec<FacetCount>,
    pub task: Vec<FacetCount>,
    #[serde(rename = "type")]
    pub kind: Vec<FacetCount>,
    pub school: Vec<FacetCount>,
    pub level: Vec<FacetCount>,
    pub year: Vec<FacetCount>,
}

/// One value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FacetCount {
    /// What to filter by.
    pub key: String,
    /// What to show.
    pub label: String,
    /// How many matches carry it.
    pub count: u64,
}

impl Library {
    /// Finds resources that the actor may see. Whatever was typed is a question; only a foreign cursor is refused.
    pub async fn find(&self, actor: &Actor, ask: Ask, lang: Lang) -> Result<Found> {
        let question = Question {
            filters: self.filters(&ask).await?,
            text: ask.text,
            sort: ask.sort,
            limit: ask.limit.clamp(1, 100),
            cursor: ask.cursor,
            audiences: actor.audiences(),
        };
        self.answer(actor, question, lang).await
    }

    /// Answers a question of the actor, who must be the one whose audiences it names.
    pub(super) async fn answer(&self, actor: &Actor, question: Question, lang: Lang) -> Result<Found> {
        let began = Instant::now();
        let text = question.text.clone();
        let answer = self.search(actor, question).await?;
        let facets = self.label(answer.facets, lang).await?;
        let hits = self.show_hits(actor, answer.hits).await?;
        Ok(Found {
            total: answer.total,
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            query: Understood {
                text,
                corrected: answer.corrected,
                did_you_mean: answer.did_you_mean,
                relaxed: answer.relaxed,
            },
            hits,
            facets,
            next_cursor: answer.next_cursor,
        })
    }

    async fn search(&self, actor: &Actor, question: Question) -> Result<Answer> {
        let (index, shelf) = (Arc::clone(&self.index), Arc::clone(&self.synonyms));
        let school = synonyms::school(actor);
        let answer = tokio::task::spawn_blocking(move || index.search(&question, &shelf.table(school)))
            .await
            .map_err(Error::unexpected)?;
        answer.map_err(|error| match error {
            SearchError::Cursor => Refusal::BadCursor.into(),
            error => Error::unexpected(error),
        })
    }

    /// Joins hits with their rows. The row decides once more: a resource withdrawn a moment ago is not shown.
    async fn show_hits(&self, actor: &Actor, hits: Vec<Hit>) -> Result<Vec<FoundResource>> {
        let conn = self.db.read();
        let rows = resources::resources_by_id(conn, hits.iter().map(|hit| hit.id).collect()).await?;
        let rows = rows
            .into_iter()
            .filter(|row| super::edit::is_visible(actor, row))
            .collect();
        let shown = view::resources(conn, rows).await?;
        let mut shown: HashMap<Id, Resource> = shown.into_iter().map(|resource| (resource.id, resource)).collect();
        let found = hits
            .into_iter()
            .filter_map(|hit| Some(found_resource(shown.remove(&hit.id)?, hit)));
        Ok(found.collect())
    }

    pub(super) async fn filters(&self, ask: &Ask) -> Result<Filters> {
        let conn = self.db.read();
        let mut filters = Filters {
            kind: ask.kind.clone(),
            level: ask
                .level
                .iter()
                .map(|given| Level::parse(given).map_or_else(|| given.clone(), |level| level.code().to_owned()))
                .collect(),
            year: ask.year.clone(),
            scope: ask.scope.clone(),
            since: ask.since,
            ..Filters::default()
        };
        for given in &ask.major {
            filters
                .major
                .push(curriculum::major_named(conn, given).await?.map_or(NOBODY, |row| row.id));
        }
        for given in &ask.course {
            let rows = curriculum::courses_named(conn, given).await?;
            filters.course.extend(ids_or_nobody(rows.iter().map(|row| row.id)));
        }
        for given in &ask.task {
            let rows = curriculum::tasks_named(conn, given).await?;
            filters.task.extend(ids_or_nobody(rows.iter().map(|row| row.id)));
        }
        for given in &ask.school {
            filters
                .school
                .push(people::school_named(conn, given).await?.map_or(NOBODY, |row| row.id));
        }
        Ok(filters)
    }

    async fn label(&self, facets: Facets, lang: Lang) -> Result<FacetCounts> {
        let conn = self.db.read();
        let majors = curriculum::majors_by_id(conn, ids(&facets.major)).await?;
        let courses = curriculum::courses_by_id(conn, ids(&facets.course)).await?;
        let tasks = curriculum::tasks_by_id(conn, ids(&facets.task)).await?;
        let schools = people::schools_by_id(conn, ids(&facets.school)).await?;
        let mut names: HashMap<String, String> = HashMap::new();
        names.extend(majors.into_iter().map(|row| (row.id.to_string(), row.name)));
        names.extend(courses.into_iter().map(|row| (row.id.to_string(), row.name)));
        names.extend(tasks.into_iter().map(|row| (row.id.to_string(), row.name)));
        names.extend(schools.into_iter().map(|row| (row.id.to_string(), row.name)));
        let named = |key: &str| names.get(key).cloned().unwrap_or_else(|| key.to_owned());
        let kind = |key: &str| {
            resource_type(key)
                .map_or(key, |kind| lang.pick(kind.zh, kind.en))
                .to_owned()
        };
        Ok(FacetCounts {
            major: counts(facets.major, named),
            course: counts(facets.course, named),
            task: counts(facets.task, named),
            kind: counts(facets.kind, kind),
            school: counts(facets.school, named),
            level: counts(facets.level, |key| level_name(key, lang).to_owned()),
            year: counts(facets.year, str::to_owned),
        })
    }
}

/// An id that nothing has: a filter by an unknown name finds nothing.
pub(super) const NOBODY: Id = Id(Uuid::nil());

fn ids_or_nobody(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let ids: Vec<Id> = ids.collect();
    if ids.is_empty() { vec![NOBODY] } else { ids }
}

fn ids(facet: &[(String, u64)]) -> Vec<Id> {
    facet.iter().filter_map(|(key, _)| key.parse().ok()).collect()
}

fn counts(facet: Vec<(String, u64)>, label: impl Fn(&str) -> String) -> Vec<FacetCount> {
    facet
        .into_iter()
        .map(|(key, count)| FacetCount {
            label: label(&key),
            key,
            count,
        })
        .collect()
}

/// A level in words.
pub fn level_name(level: &str, lang: Lang) -> &str {
    match level {
        "intermediate" => lang.pick("中级工", "Intermediate"),
        "advanced" => lang.pick("高级工", "Advanced"),
        "pre_technician" => lang.pick("预备技师", "Pre-technician"),
        other => other,
    }
}

fn found_resource(resource: Resource, hit: Hit) -> FoundResource {
    let passages = hit
        .passages
        .into_iter()
        .map(|passage| found_passage(&resource, passage))
        .collect();
    FoundResource {
        resource,
        score: hit.score,
        title_html: hit.title_html,
        passages,
    }
}

fn found_passage(resource: &Resource, passage: PassageHit) -> FoundPassage {
    FoundPassage {
        url: format!("{}?{}&file={}", resource.url, place(&passage.locator), passage.file_id),
        file_id: passage.file_id,
        locator: passage.locator,
        html: passage.html,
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
