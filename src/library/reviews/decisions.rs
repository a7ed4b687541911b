//! All decisions of reviews, for those who look after a school or the city.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{resource, review_decision};
use crate::db::{people, resources, review_paths, review_rounds};
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{ResourceId, ReviewDecisionId, ReviewStepId, SchoolId};
use crate::domain::review::ReviewLevel;
use crate::domain::search::{NamedRef, NamedSchool};
use crate::error::Result;
use crate::library::authority::reach;
use crate::library::paging::{self, Page};
use crate::library::resources::visibility;
use crate::library::reviews::Reviews;
use crate::library::reviews::history::{ReviewEntry, show};

/// A decision, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReviewDecision {
    /// The resource; it may be gone.
    pub resource_id: ResourceId,
    /// What it was called; `null` where the caller may not read it, and then there is no note either.
    pub title: Option<String>,
    /// Its school.
    pub school: Option<NamedSchool>,
    /// What came of it.
    #[serde(flatten)]
    pub entry: ReviewEntry,
}

impl Reviews {
    /// What came of all reviews of a school, or of the city for its people, newest first. What these may not read has its
    /// outcomes there, and no words.
    pub async fn decisions(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<ReviewDecision>> {
        let reach = reach(actor, Act::Oversee)?;
        let before: Option<ReviewDecisionId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = review_rounds::list(conn, reach.school(), before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let mut schools: Vec<SchoolId> = rows.iter().filter_map(|row| row.school_id).collect();
        schools.sort_unstable();
        schools.dedup();
        let schools = people::schools_by_id(conn, schools).await?;
        let schools: HashMap<SchoolId, (String, String)> =
            schools.into_iter().map(|row| (row.id, (row.code, row.name))).collect();
        let named = |id: SchoolId| {
            let (code, name) = schools.get(&id)?.clone();
            Some(NamedRef {
                id,
                code: Some(code),
                name,
            })
        };
        let titles = match reach {
            Reach::School(_) => rows.iter().map(|row| Some(row.title.clone())).collect(),
            Reach::City => seen_titles(conn, actor, &rows).await?,
        };
        let about: Vec<_> = rows
            .iter()
            .zip(titles)
            .map(|(row, title)| (row.resource_id, title, row.school_id.and_then(named)))
            .collect();
        let entries = show(conn, rows).await?;
        let items = about.into_iter().zip(entries);
        let items = items.map(|((resource_id, title, school), entry)| ReviewDecision {
            resource_id,
            school,
            entry: ReviewEntry {
                note: entry.note.filter(|_| title.is_some()),
                ..entry
            },
            title,
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }
}

/// What each decision's resource was called, as far as somebody of the city may read it: whatever came before its reviewers, and
/// what is shown to them today, as it is shown. What a school keeps to itself is its own.
async fn seen_titles(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    rows: &[review_decision::Model],
) -> Result<Vec<Option<String>>> {
    let mut ids: Vec<ResourceId> = rows.iter().map(|row| row.resource_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let resources = resources::resources_by_id(conn, ids).await?.into_iter();
    let resources: HashMap<ResourceId, resource::Model> = resources.map(|row| (row.id, row)).collect();
    let paths = review_paths::all(conn).await?;
    let is_citys = |step: ReviewStepId| {
        let found = paths.step(step);
        found.is_some_and(|(_, step)| step.level == ReviewLevel::City)
    };
    let reviews = actor.reach(Act::Review) == Some(Reach::City);
    let title = |row: &review_decision::Model| {
        let resource = resources.get(&row.resource_id);
        let was_theirs = reviews && (row.on_behalf || row.step_id.is_some_and(is_citys));
        if was_theirs || resource.is_some_and(|now| visibility::sees_working_copy(actor, now)) {
            return Some(row.title.clone());
        }
        visibility::as_seen(actor, resource?).map(|seen| seen.title)
    };
    Ok(rows.iter().map(title).collect())
}
