//! What became of what companies gave.

use std::collections::HashMap;

use serde::Serialize;

use super::{Companies, schools_by_id, seeing};
use crate::actor::Actor;
use crate::db::companies::{self, CompaniesSeen};
use crate::db::entity::resource;
use crate::domain::id::{CompanyId, ResourceId, SchoolId};
use crate::domain::resource::Status;
use crate::domain::search::{Audience, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::paging::{self, Page};

/// What became of something that a company gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contribution {
    /// The resource.
    pub id: ResourceId,
    /// Its title; `null` where those who see the whole city may not read it, and then there is no note either.
    pub title: Option<String>,
    /// Its page; whoever may not see it is told so there.
    pub url: String,
    /// The school that it was given to.
    pub school: Option<NamedSchool>,
    /// Where it stands: what is published stays so while changes of it wait.
    pub status: Status,
    /// The version that this is.
    pub version: i32,
    /// What the reviewer said when sending it back.
    pub review_note: Option<String>,
    /// What waits beside what is published, where something does.
    pub waiting: Option<WaitingContribution>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// How often others opened or fetched it, in all.
    pub uses: i64,
}

/// Changes of something that a company gave, beside what is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct WaitingContribution {
    /// Where they stand: `submitted` or `returned`.
    pub status: Status,
    /// The version that they make; that which is published where only words changed.
    pub version: i32,
    /// What the reviewer said when sending them back.
    pub review_note: Option<String>,
}

impl Companies {
    /// What became of what a company gave, newest first: all of it for its own people and those who see the whole city, what a
    /// school was given for its administrators.
    pub async fn contributions(
        &self,
        actor: &Actor,
        id: CompanyId,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Contribution>> {
        let company = self.company(actor, id).await?;
        let (school, reads_all) = match seeing(actor)? {
            CompaniesSeen::School(school) => (Some(school), true),
            CompaniesSeen::Own(_) => (None, true),
            // What waits in a school, or is shared within it, is counted for the city and not read.
            CompaniesSeen::All => (None, false),
        };
        let after: Option<ResourceId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = companies::contributions(conn, company.id, school, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
        let uses = companies::uses(conn, &ids).await?;
        let schools = schools_by_id(conn).await?;
        let callers = actor.audiences();
        let reads = |row: &resource::Model| {
            let audiences = Audience::of_resource(row.status, row.scope, row.school_id, row.owner_id);
            reads_all || audiences.iter().any(|audience| callers.contains(audience))
        };
        let shown = rows.into_iter().map(|row| contribution(row, &schools, &uses, reads));
        Ok(Page {
            items: shown.collect(),
            next_cursor,
        })
    }
}

fn contribution(
    row: resource::Model,
    schools: &HashMap<SchoolId, NamedSchool>,
    uses: &HashMap<ResourceId, i64>,
    reads: impl Fn(&resource::Model) -> bool,
) -> Contribution {
    let is_read = reads(&row);
    let working = row.has_waiting().then(|| row.working_copy());
    Contribution {
        url: format!("/r/{}", row.id),
        version: row.version,
        waiting: working.map(|working| WaitingContribution {
            status: working.status,
            version: working.version,
            review_note: working.review_note.clone().filter(|_| reads(&working)),
        }),
        title: is_read.then_some(row.title),
        school: row.school_id.and_then(|id| schools.get(&id).cloned()),
        status: row.status,
        review_note: row.review_note.filter(|_| is_read),
        created_at: row.created_at,
        published_at: row.published_at,
        uses: uses.get(&row.id).copied().unwrap_or_default(),
        id: row.id,
    }
}
