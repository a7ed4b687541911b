//! All decisions of reviews, for those who look after a school or the city.

use std::collections::HashMap;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{people, review_rounds};
use crate::domain::authority::Act;
use crate::domain::id::{ResourceId, ReviewDecisionId, SchoolId};
use crate::domain::search::{NamedRef, NamedSchool};
use crate::error::Result;
use crate::library::authority::reach;
use crate::library::paging::{self, Page};
use crate::library::reviews::Reviews;
use crate::library::reviews::history::{ReviewEntry, show};

/// A decision, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReviewDecision {
    /// The resource; it may be gone.
    pub resource_id: ResourceId,
    /// What it was called.
    pub title: String,
    /// Its school.
    pub school: Option<NamedSchool>,
    /// What came of it.
    #[serde(flatten)]
    pub entry: ReviewEntry,
}

impl Reviews {
    /// What came of all reviews of a school, or of the city for its people, newest first.
    pub async fn decisions(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<ReviewDecision>> {
        let school = reach(actor, Act::Oversee)?.school();
        let before: Option<ReviewDecisionId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = review_rounds::list(conn, school, before, limit + 1).await?;
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
        let about: Vec<_> = rows
            .iter()
            .map(|row| (row.resource_id, row.title.clone(), row.school_id.and_then(named)))
            .collect();
        let entries = show(conn, rows).await?;
        let items = about.into_iter().zip(entries);
        let items = items.map(|((resource_id, title, school), entry)| ReviewDecision {
            resource_id,
            title,
            school,
            entry,
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }
}
