//! What a version touches: each resource, pack and order at something that changed, by what changed for it. A draft is told of it
//! before it is published, in the same words.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::followups::schools;
use super::targets::Targets;
use crate::actor::{Actor, Member};
use crate::db::{followups, resources};
use crate::domain::id::{AccountId, AnyId, CourseId, MajorId, PackId, SchoolId, TaskId};
use crate::domain::search::NamedSchool;
use crate::domain::standard::comparison::StandardChange;
use crate::domain::standard::followup::FollowUpKind;
use crate::domain::standard::followup::cause::{FollowUpCause, TouchedSubject, TouchedSubjects};
use crate::domain::standard::structure::StandardStructure;
use crate::error::Result;

/// Packs that are looked at at a time.
const PACKS_AT_ONCE: u64 = 500;
/// What a draft would touch is named so far, and counted behind that.
const MAX_SHOWN: usize = 50;

/// What a draft would touch, were it published now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DraftReach {
    /// How many resources, drafts among them; what is withdrawn is not.
    pub resources: usize,
    /// How many packs.
    pub packs: usize,
    /// How many orders of a task's resources.
    pub orders: usize,
    /// The first of what each would be asked to look after, up to 50.
    pub first: Vec<ReachedItem>,
    /// How many more there are of those.
    pub more: usize,
}

/// Something that a draft would touch.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReachedItem {
    /// What it is.
    pub kind: FollowUpKind,
    /// Which: a resource's or a pack's id; of an order `task/keeper`.
    pub target: String,
    /// Its title; `null` where you may not see it.
    pub title: Option<String>,
    /// What would become of the course, task or major that it is touched by.
    pub change: FollowUpCause,
    /// What that is called.
    pub subject: String,
    /// The school whose it is.
    pub school: Option<NamedSchool>,
}

/// A version beside what is taught before it.
pub(super) struct VersionStep<'a> {
    pub(super) major: MajorId,
    pub(super) major_name: &'a str,
    pub(super) before: &'a StandardStructure,
    pub(super) after: &'a StandardStructure,
    pub(super) changes: &'a [StandardChange],
}

/// Something that a version touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TouchedItem {
    pub(super) kind: FollowUpKind,
    /// A resource's or a pack's id; of an order `task/keeper`.
    pub(super) target: String,
    /// The course, task or major that it stands at, or that was chosen for it.
    pub(super) subject_id: AnyId,
    /// What became of that.
    pub(super) cause: FollowUpCause,
    /// What that was called.
    pub(super) subject: String,
    pub(super) owner: AccountId,
    pub(super) school: Option<SchoolId>,
}

impl TouchedItem {
    fn at(
        kind: FollowUpKind,
        target: String,
        subject_id: AnyId,
        subject: &TouchedSubject,
        (owner, school): (AccountId, Option<SchoolId>),
    ) -> Self {
        Self {
            kind,
            target,
            subject_id,
            cause: subject.cause,
            subject: subject.name.clone(),
            owner,
            school,
        }
    }
}

/// Everything that a version touches: resources first, then orders, then packs.
pub(super) async fn touched(conn: &impl ConnectionTrait, step: &VersionStep<'_>) -> Result<Vec<TouchedItem>> {
    let subjects = TouchedSubjects::of(step.changes);
    let tasks = touched_tasks(step.before, &subjects, |_| true);
    let mut found = of_resources(conn, step.before, &subjects, &tasks).await?;
    // A name or a course leaves an order as it is.
    let ordered = touched_tasks(step.before, &subjects, FollowUpCause::asks_to_leave);
    found.extend(of_orders(conn, &subjects, &ordered).await?);
    let major = (step.major.into(), step.major_name);
    let chosen = subjects.with_what_is_around(major, step.before, step.after);
    found.extend(of_packs(conn, &chosen).await?);
    Ok(found)
}

/// What a draft would touch, counted, and the first of it by name.
pub(super) async fn reach(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    member: &Member,
    step: &VersionStep<'_>,
) -> Result<DraftReach> {
    let all = touched(conn, step).await?;
    let count = |kind: FollowUpKind| {
        let targets = all.iter().filter(|it| it.kind == kind).map(|it| it.target.as_str());
        targets.collect::<HashSet<_>>().len()
    };
    let shown = &all[..all.len().min(MAX_SHOWN)];
    let schools = schools(conn).await?;
    let named = shown.iter().map(|it| (it.kind, it.target.as_str()));
    let targets = Targets::find(conn, actor, member, named).await?;
    let first = shown.iter().map(|it| ReachedItem {
        kind: it.kind,
        target: it.target.clone(),
        title: targets.title(it.kind, &it.target, &it.subject),
        change: it.cause,
        subject: it.subject.clone(),
        school: it.school.and_then(|id| schools.get(&id).cloned()),
    });
    Ok(DraftReach {
        resources: count(FollowUpKind::Resource),
        packs: count(FollowUpKind::Pack),
        orders: count(FollowUpKind::Order),
        first: first.collect(),
        more: all.len() - shown.len(),
    })
}

fn touched_tasks(
    before: &StandardStructure,
    subjects: &TouchedSubjects,
    counts: impl Fn(FollowUpCause) -> bool,
) -> Vec<TaskId> {
    let tasks = before.courses.iter().flat_map(|course| &course.tasks);
    let ids = tasks.map(|task| task.id);
    let is_touched = |id: &TaskId| subjects.get((*id).into()).is_some_and(|it| counts(it.cause));
    ids.filter(is_touched).collect()
}

/// Resources by their task, or by their course where they stand at none of its tasks; also where they wait to stand.
async fn of_resources(
    conn: &impl ConnectionTrait,
    before: &StandardStructure,
    subjects: &TouchedSubjects,
    tasks: &[TaskId],
) -> Result<Vec<TouchedItem>> {
    let courses = before.courses.iter().map(|course| course.id);
    let courses: Vec<CourseId> = courses.filter(|id| subjects.get((*id).into()).is_some()).collect();
    let placed = resources::placed(conn, &courses, tasks).await?.into_iter();
    let found = placed.filter_map(|it| {
        let subject = subjects.get(it.place)?;
        let whose = (it.owner, it.school);
        Some(TouchedItem::at(
            FollowUpKind::Resource,
            it.id.to_string(),
            it.place,
            subject,
            whose,
        ))
    });
    Ok(found.collect())
}

/// Orders of tasks whose resources go elsewhere.
async fn of_orders(
    conn: &impl ConnectionTrait,
    subjects: &TouchedSubjects,
    tasks: &[TaskId],
) -> Result<Vec<TouchedItem>> {
    let orders = followups::orders(conn, tasks).await?.into_iter();
    let found = orders.filter_map(|order| {
        let subject = subjects.get(order.task_id.into())?;
        let target = format!("{}/{}", order.task_id, order.keeper);
        let whose = (order.updated_by, order.keeper.parse().ok());
        Some(TouchedItem::at(
            FollowUpKind::Order,
            target,
            order.task_id.into(),
            subject,
            whose,
        ))
    });
    Ok(found.collect())
}

/// Packs that name a task, a course or the major that something changed in.
async fn of_packs(conn: &impl ConnectionTrait, subjects: &TouchedSubjects) -> Result<Vec<TouchedItem>> {
    let mut found = Vec::new();
    let mut after: Option<PackId> = None;
    loop {
        let packs = followups::packs(conn, after, PACKS_AT_ONCE).await?;
        let Some((last, ..)) = packs.last() else {
            return Ok(found);
        };
        after = Some(*last);
        for (pack, owner, school, contents) in packs {
            let mut named = contents.places();
            named.sort_unstable();
            named.dedup();
            for id in named {
                if let Some(subject) = subjects.get(id) {
                    let target = pack.to_string();
                    found.push(TouchedItem::at(
                        FollowUpKind::Pack,
                        target,
                        id,
                        subject,
                        (owner, school),
                    ));
                }
            }
        }
    }
}
