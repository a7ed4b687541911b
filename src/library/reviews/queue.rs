//! The queue of the review: what waits for somebody, since when, and what comes next.

use std::collections::HashMap;

use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::db::reviews::{self, QueuePosition, WaitedSpan};
use crate::db::{comments, curriculum, entity, people, review_paths};
use crate::domain::authority::Act;
use crate::domain::day::Day;
use crate::domain::id::{MajorId, ResourceId, SchoolId};
use crate::domain::search::{NamedMajor, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::expect;
use crate::library::paging::{self, Page};
use crate::library::resource_view::Resource;
use crate::library::resources::{approval, edit};
use crate::library::review_steps::waits_at::{DAY, WaitsAt, waits_at};
use crate::library::review_steps::{self, authors};
use crate::library::reviews::Reviews;

pub use crate::db::reviews::ReviewFilter;

/// A resource that waits for review.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Waiting)]
pub struct SubmittedResource {
    /// The resource, without its files; with what changed, where something was approved before.
    pub resource: Resource,
    /// Since when it waits.
    pub submitted_at: Timestamp,
    /// At which step it waits, and who is asked; nothing for what an older program submitted.
    pub review: Option<WaitsAt>,
    /// How many comments on it are open.
    pub open_comments: u64,
}

/// What stands before and behind a resource in the queue of a reviewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The one before.
    pub previous: Option<Neighbour>,
    /// The one behind.
    pub next: Option<Neighbour>,
}

/// A resource that waits, by its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id.
    pub id: ResourceId,
    /// Its title.
    pub title: String,
}

/// What a queue can be limited to: only what would leave something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choices {
    /// Schools with something that waits.
    pub schools: Vec<NamedSchool>,
    /// Majors of what waits.
    pub majors: Vec<NamedMajor>,
    /// Types of what waits, by code.
    pub kinds: Vec<String>,
}

/// How much of what waits for somebody is late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LateReviews {
    /// Longer than its step may take.
    pub overdue: u64,
    /// As long as its step says until a reminder, and not overdue yet.
    pub due_soon: u64,
}

impl Reviews {
    /// What waits for the actor, oldest first: a school's for its administrators, for experts and the bureau what is
    /// meant for more than one school. Never one's own.
    pub async fn reviews(
        &self,
        actor: &Actor,
        wanted: &ReviewFilter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<SubmittedResource>> {
        let conn = self.db.read();
        let (_, desk) = review_steps::desk(conn, actor).await?;
        let after = cursor
            .map(|cursor| position(cursor).ok_or(Refusal::BadCursor))
            .transpose()?;
        let rows = reviews::list(conn, &desk, wanted, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| cursor_of(since(row)));
        Ok(Page {
            items: self.show_waiting(actor, rows).await?,
            next_cursor,
        })
    }

    /// Refuses those who review nothing.
    pub fn expect_reviewer(&self, actor: &Actor) -> Result<()> {
        review_steps::reviewer(actor).map(|_| ())
    }

    /// How much waits for the actor; nothing for those who do not review.
    pub async fn reviews_waiting(&self, actor: &Actor) -> Result<u64> {
        if review_steps::reviewer(actor).is_err() {
            return Ok(0);
        }
        let (_, desk) = review_steps::desk(self.db.read(), actor).await?;
        reviews::count(self.db.read(), &desk).await
    }

    /// How much of what waits for the actor is late; nothing for those who do not review.
    pub async fn reviews_late(&self, actor: &Actor) -> Result<LateReviews> {
        if review_steps::reviewer(actor).is_err() {
            return Ok(LateReviews::default());
        }
        let conn = self.db.read();
        let (_, desk) = review_steps::desk(conn, actor).await?;
        let paths = review_paths::all(conn).await?;
        let now = self.clock.now();
        let ago = |days: u32| now.minus(DAY.saturating_mul(days));
        let (mut overdue, mut due_soon) = (Vec::new(), Vec::new());
        for step in paths.0.iter().flat_map(|path| &path.steps) {
            let waited = |days: u32, not_before| WaitedSpan {
                step: step.id,
                before: ago(days),
                not_before,
            };
            overdue.extend(step.due_days.map(|days| waited(days, None)));
            due_soon.extend(step.remind_days.map(|days| waited(days, step.due_days.map(ago))));
        }
        Ok(LateReviews {
            overdue: reviews::count_waited(conn, &desk, &overdue).await?,
            due_soon: reviews::count_waited(conn, &desk, &due_soon).await?,
        })
    }

    /// What the actor's queue can be limited to.
    pub async fn review_choices(&self, actor: &Actor) -> Result<Choices> {
        let conn = self.db.read();
        let (_, desk) = review_steps::desk(conn, actor).await?;
        let waits = reviews::waiting_places(conn, &desk).await?;
        let mut schools: Vec<SchoolId> = waits.iter().filter_map(|(school, ..)| *school).collect();
        let mut majors: Vec<MajorId> = waits.iter().filter_map(|(_, major, _)| *major).collect();
        let mut kinds: Vec<String> = waits.into_iter().map(|(.., kind)| kind).collect();
        schools.sort_unstable();
        schools.dedup();
        majors.sort_unstable();
        majors.dedup();
        kinds.sort_unstable();
        kinds.dedup();
        let schools = people::schools_by_id(conn, schools).await?;
        let majors = curriculum::majors_by_id(conn, majors).await?;
        let mut choices = Choices {
            schools: schools
                .into_iter()
                .map(|row| named(row.id, Some(row.code), row.name))
                .collect(),
            majors: majors
                .into_iter()
                .map(|row| named(row.id, row.code, row.name))
                .collect(),
            kinds,
        };
        choices.schools.sort_by(|a, b| a.code.cmp(&b.code));
        choices.majors.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(choices)
    }

    /// What stands before and behind a resource in the actor's queue; nothing where it is not theirs to decide on.
    pub async fn neighbours(&self, actor: &Actor, id: ResourceId) -> Result<Option<Neighbours>> {
        if review_steps::reviewer(actor).is_err() {
            return Ok(None);
        }
        let (member, desk) = review_steps::desk(self.db.read(), actor).await?;
        let row = self.resources.visible(actor, id).await?;
        let conn = self.db.read();
        let is_own = authors::is_work_of(conn, &row, member.id).await?;
        if is_own || !decides(member, &row) || row.submitted_at.is_none() {
            return Ok(None);
        }
        let here = since(&row);
        let previous = reviews::before(conn, &desk, here).await?;
        let next = reviews::list(conn, &desk, &ReviewFilter::default(), Some(here), 1).await?;
        Ok(Some(Neighbours {
            previous: previous.map(neighbour),
            next: next.into_iter().next().map(neighbour),
        }))
    }

    async fn show_waiting(&self, actor: &Actor, rows: Vec<entity::resource::Model>) -> Result<Vec<SubmittedResource>> {
        let conn = self.db.read();
        let since: HashMap<ResourceId, Timestamp> = rows.iter().map(|row| (row.id, since(row).0)).collect();
        let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
        let mut waits = waits_at(conn, &ids, self.clock.now()).await?;
        let open = comments::open_counts(conn, ids).await?;
        let shown = approval::show(conn, actor, rows, Day::of(self.clock.now()))
            .await?
            .into_iter();
        let waiting = shown.filter_map(|resource| {
            Some(SubmittedResource {
                open_comments: open.get(&resource.id).map_or(0, |n| n.unsigned_abs()),
                submitted_at: *since.get(&resource.id)?,
                review: waits.remove(&resource.id),
                resource,
            })
        });
        Ok(waiting.collect())
    }
}

fn decides(member: &Member, row: &entity::resource::Model) -> bool {
    expect(member, Act::Approve, edit::as_target(row)).is_ok()
}

fn neighbour(row: entity::resource::Model) -> Neighbour {
    Neighbour {
        id: row.id,
        title: row.working_copy().title,
    }
}

fn named<I>(id: I, code: Option<String>, name: String) -> NamedRef<I> {
    NamedRef { id, code, name }
}

fn since(row: &entity::resource::Model) -> QueuePosition {
    (row.submitted_at.unwrap_or(row.updated_at), row.id)
}

fn cursor_of((at, id): QueuePosition) -> String {
    format!("{}.{id}", at.0)
}

fn position(cursor: &str) -> Option<QueuePosition> {
    let (at, id) = cursor.split_once('.')?;
    Some((Timestamp(at.parse().ok()?), id.parse().ok()?))
}
