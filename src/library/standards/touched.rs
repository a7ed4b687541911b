//! What a version touches, when it is published: one row for each resource, pack and order, by what changed for it.

use sea_orm::ConnectionTrait;

use crate::db::entity::{resource, standard_followup, standard_version};
use crate::db::{followups, resources};
use crate::domain::id::{AccountId, AnyId, CourseId, FollowUpId, SchoolId, TaskId};
use crate::domain::standard::comparison::StandardChangeKind;
use crate::domain::standard::followup::{FollowUpKind, FollowUpState, TouchedSubjects};
use crate::domain::standard::structure::StandardStructure;
use crate::error::Result;

/// Whose something is.
type Belonging = (AccountId, Option<SchoolId>);

/// The rows of a version, in the making.
struct FollowUpRows<'a> {
    version: &'a standard_version::Model,
    rows: Vec<standard_followup::Model>,
}

impl FollowUpRows<'_> {
    fn add(
        &mut self,
        kind: FollowUpKind,
        target: String,
        (id, change, subject): (AnyId, StandardChangeKind, &str),
        (owner_id, school_id): Belonging,
    ) {
        self.rows.push(standard_followup::Model {
            id: FollowUpId::new(),
            standard_id: self.version.id,
            kind,
            target,
            subject_id: id,
            change: change.code().to_owned(),
            subject: subject.to_owned(),
            owner_id,
            school_id,
            state: FollowUpState::Open,
            reason: None,
            decided_by: None,
            decided_at: None,
            revision: 1,
        });
    }
}

/// Writes what a version that is being published asks to be looked after. Returns how much that is.
pub(super) async fn write_followups(
    tx: &impl ConnectionTrait,
    version: &standard_version::Model,
    major_name: &str,
    before: &StandardStructure,
    touched: &TouchedSubjects,
) -> Result<usize> {
    let mut rows = FollowUpRows {
        version,
        rows: Vec::new(),
    };
    add_resources(tx, &mut rows, before, touched).await?;
    add_orders(tx, &mut rows, before, touched).await?;
    add_packs(tx, &mut rows, &above(version, major_name, before, touched)).await?;
    followups::add(tx, &rows.rows).await?;
    Ok(rows.rows.len())
}

/// Resources by their task, or by their course where they stand at none of its tasks.
async fn add_resources(
    tx: &impl ConnectionTrait,
    rows: &mut FollowUpRows<'_>,
    before: &StandardStructure,
    touched: &TouchedSubjects,
) -> Result<()> {
    let is_touched = |id: AnyId| touched.by_id.contains_key(&id);
    let courses: Vec<CourseId> = before
        .courses
        .iter()
        .map(|it| it.id)
        .filter(|id| is_touched((*id).into()))
        .collect();
    let tasks = touched_tasks(before, touched, |_| true);
    let found = resources::by_curriculum(tx, Vec::new(), courses, tasks).await?;
    for row in &found {
        let place = place_of(row);
        let told = place.and_then(|id| Some((id, touched.by_id.get(&id)?)));
        let Some((id, (change, subject))) = told else {
            continue;
        };
        let about = (id, *change, subject.as_str());
        rows.add(
            FollowUpKind::Resource,
            row.id.to_string(),
            about,
            (row.owner_id, row.school_id),
        );
    }
    Ok(())
}

fn place_of(row: &resource::Model) -> Option<AnyId> {
    row.task_id.map(AnyId::from).or(row.course_id.map(AnyId::from))
}

fn touched_tasks(
    before: &StandardStructure,
    touched: &TouchedSubjects,
    counts: impl Fn(StandardChangeKind) -> bool,
) -> Vec<TaskId> {
    let tasks = before
        .courses
        .iter()
        .flat_map(|course| &course.tasks)
        .map(|task| task.id);
    let is_touched = |id: &TaskId| touched.by_id.get(&(*id).into()).is_some_and(|(kind, _)| counts(*kind));
    tasks.filter(is_touched).collect()
}

/// Orders of tasks whose resources go elsewhere: a name or a course leaves them as they are.
async fn add_orders(
    tx: &impl ConnectionTrait,
    rows: &mut FollowUpRows<'_>,
    before: &StandardStructure,
    touched: &TouchedSubjects,
) -> Result<()> {
    let goes = |kind| !matches!(kind, StandardChangeKind::Renamed | StandardChangeKind::Moved);
    for order in followups::orders(tx, &touched_tasks(before, touched, goes)).await? {
        let id = AnyId::from(order.task_id);
        if let Some((change, subject)) = touched.by_id.get(&id) {
            let target = format!("{}/{}", order.task_id, order.keeper);
            let whose = (order.updated_by, order.keeper.parse().ok());
            rows.add(FollowUpKind::Order, target, (id, *change, subject), whose);
        }
    }
    Ok(())
}

/// Packs that name a task, a course or the major that something changed in.
async fn add_packs(tx: &impl ConnectionTrait, rows: &mut FollowUpRows<'_>, touched: &TouchedSubjects) -> Result<()> {
    for (pack, owner, school, contents) in followups::packs(tx).await? {
        let mut named = contents.places();
        named.sort_unstable();
        named.dedup();
        for id in named {
            if let Some((change, subject)) = touched.by_id.get(&id) {
                rows.add(
                    FollowUpKind::Pack,
                    pack.to_string(),
                    (id, *change, subject),
                    (owner, school),
                );
            }
        }
    }
    Ok(())
}

/// The same with the courses and the major above what changed: whoever chose one of those whole gets other contents.
fn above(
    version: &standard_version::Model,
    major_name: &str,
    before: &StandardStructure,
    touched: &TouchedSubjects,
) -> TouchedSubjects {
    let mut all = touched.clone();
    for course in &before.courses {
        let below = course.tasks.iter().map(|task| AnyId::from(task.id));
        for id in below.chain([course.id.into()]) {
            let Some((kind, _)) = touched.by_id.get(&id) else {
                continue;
            };
            all.touch(course.id.into(), *kind, &course.name);
            all.touch(version.major_id.into(), *kind, major_name);
        }
    }
    all
}
