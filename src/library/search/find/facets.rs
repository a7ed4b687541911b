//! The counts beside results, with the names of what is counted.

use std::collections::HashMap;
use std::str::FromStr;

use serde::Serialize;

use crate::db::{curriculum, people};
use crate::domain::resource::resource_type;
use crate::domain::search::Facets;
use crate::domain::stage::known_stage;
use crate::error::Result;
use crate::library::search::Search;
use crate::words::Lang;

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
    pub stage: Vec<FacetCount>,
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
    /// What it stands under: the major of a course, the course of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

impl Search {
    pub(super) async fn label(&self, facets: Facets, lang: Lang) -> Result<FacetCounts> {
        let conn = self.db.read();
        let majors = curriculum::majors_by_id(conn, ids(&facets.major)).await?;
        let courses = curriculum::courses_by_id(conn, ids(&facets.course)).await?;
        let tasks = curriculum::tasks_by_id(conn, ids(&facets.task)).await?;
        let schools = people::schools_by_id(conn, ids(&facets.school)).await?;
        let mut names: HashMap<String, String> = HashMap::new();
        let mut parents: HashMap<String, String> = HashMap::new();
        parents.extend(courses.iter().map(|row| (row.id.to_string(), row.major_id.to_string())));
        parents.extend(tasks.iter().map(|row| (row.id.to_string(), row.course_id.to_string())));
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
            course: under(&parents, counts(facets.course, named)),
            task: under(&parents, counts(facets.task, named)),
            kind: counts(facets.kind, kind),
            school: counts(facets.school, named),
            stage: counts(facets.stage, |key| stage_name(key, lang).to_owned()),
            level: counts(facets.level, |key| level_name(key, lang).to_owned()),
            year: counts(facets.year, str::to_owned),
        })
    }
}

pub(super) fn counts(facet: Vec<(String, u64)>, label: impl Fn(&str) -> String) -> Vec<FacetCount> {
    facet
        .into_iter()
        .map(|(key, count)| FacetCount {
            label: label(&key),
            key,
            count,
            parent: None,
        })
        .collect()
}

fn under(parents: &HashMap<String, String>, mut counts: Vec<FacetCount>) -> Vec<FacetCount> {
    for count in &mut counts {
        count.parent = parents.get(&count.key).cloned();
    }
    counts
}

/// A stage in words; a school's own name is called by itself.
pub fn stage_name(key: &str, lang: Lang) -> &str {
    known_stage(key).map_or(key, |stage| lang.pick(stage.zh, stage.en))
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

pub(super) fn ids<I: FromStr>(facet: &[(String, u64)]) -> Vec<I> {
    facet.iter().filter_map(|(key, _)| key.parse().ok()).collect()
}
