//! What one structure has otherwise than another.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::structure::{StandardCourse, StandardStructure, StandardTaskKind};
use crate::domain::code::codes;
use crate::domain::curriculum::Level;
use crate::domain::id::{AnyId, CourseId, TaskId};

/// What became of a course or task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandardChangeKind {
    /// It is not taught any more, and nothing takes its place.
    Retired,
    /// Several take its place; it may be one of them.
    Split,
    /// Another takes its place, and that of others besides.
    Merged,
    /// It stands in another course.
    Moved,
    /// It has another name.
    Renamed,
    /// It has other hours.
    Hours,
    /// The tasks of the course come in another order.
    Reordered,
    /// It is new.
    Added,
}

codes!(
    StandardChangeKind:
    Retired "retired",
    Split "split",
    Merged "merged",
    Moved "moved",
    Renamed "renamed",
    Hours "hours",
    Reordered "reordered",
    Added "added",
);

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the noun it names")]
pub enum StandardRank {
    Course,
    WorkTask,
    Task,
}

codes!(StandardRank: Course "course", WorkTask "work_task", Task "task");

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandardChange {
    /// What became of it.
    pub kind: StandardChangeKind,
    /// What it is.
    pub rank: StandardRank,
    /// Its id.
    #[schema(value_type = String)]
    pub id: AnyId,
    /// Its name: as it was, or of something new as it is.
    pub name: String,
    /// The course of a task: as it was, or of something new as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    /// What takes its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub into: Vec<ChangeTarget>,
    /// The name, the course or the hours it had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The name, the course or the hours it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What takes the place of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChangeTarget {
    /// Its id.
    #[schema(value_type = String)]
    pub id: AnyId,
    /// Its name.
    pub name: String,
    /// The course of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
}

/// A course or a task, as far as they are compared alike.
#[derive(Debug, Clone)]
struct ComparedItem {
    rank: StandardRank,
    id: AnyId,
    name: String,
    course: Option<(AnyId, String)>,
    /// Of a course.
    level: Option<Level>,
    hours: Option<u32>,
    former: Vec<AnyId>,
}

impl ComparedItem {
    /// Its name, with its level where that is what differs.
    fn label(&self, is_leveled: bool) -> String {
        match self.level.filter(|_| is_leveled) {
            Some(level) => format!("{}（{}）", self.name, level.zh()),
            None => self.name.clone(),
        }
    }

    fn as_target(&self) -> ChangeTarget {
        ChangeTarget {
            id: self.id,
            name: self.name.clone(),
            course: self.course.as_ref().map(|(_, name)| name.clone()),
        }
    }

    fn change(&self, kind: StandardChangeKind) -> StandardChange {
        StandardChange {
            kind,
            rank: self.rank,
            id: self.id,
            name: self.name.clone(),
            course: self.course.as_ref().map(|(_, name)| name.clone()),
            into: Vec::new(),
            from: None,
            to: None,
        }
    }
}

/// Says what `after` has otherwise than `before`: what is retired first, what is new last.
///
/// Courses and tasks are recognised by their ids. What was split or merged says so itself, so two versions that others lie
/// between show it only as far as the later one names what the earlier one had.
pub fn compare(before: &StandardStructure, after: &StandardStructure) -> Vec<StandardChange> {
    let (olds, news) = (things(before), things(after));
    let known: BTreeSet<AnyId> = olds.iter().map(|old| old.id).collect();
    let mut heirs: HashMap<AnyId, Vec<&ComparedItem>> = HashMap::new();
    for new in &news {
        let from: BTreeSet<AnyId> = new.former.iter().copied().chain([new.id]).collect();
        for old in from.intersection(&known) {
            heirs.entry(*old).or_default().push(new);
        }
    }
    let mut changes = Vec::new();
    for old in &olds {
        changes.extend(changes_of(old, heirs.get(&old.id).map_or(&[], Vec::as_slice)));
    }
    let is_new = |new: &&ComparedItem| !known.contains(&new.id) && !new.former.iter().any(|id| known.contains(id));
    changes.extend(
        news.iter()
            .filter(is_new)
            .map(|new| new.change(StandardChangeKind::Added)),
    );
    changes.extend(reordered(before, after));
    changes.sort_by_key(|change| (change.kind, change.rank));
    changes
}

/// What became of one thing, by what takes its place.
fn changes_of(old: &ComparedItem, heirs: &[&ComparedItem]) -> Vec<StandardChange> {
    let itself = heirs.iter().find(|heir| heir.id == old.id);
    let into: Vec<ChangeTarget> = heirs.iter().map(|heir| heir.as_target()).collect();
    let mut changes = Vec::new();
    match (itself, heirs.len()) {
        (None, 0) => changes.push(old.change(StandardChangeKind::Retired)),
        (None, 1) => changes.push(StandardChange {
            into,
            ..old.change(StandardChangeKind::Merged)
        }),
        (_, 2..) => changes.push(StandardChange {
            into,
            ..old.change(StandardChangeKind::Split)
        }),
        (Some(_), _) => {}
    }
    if let Some(new) = itself {
        changes.extend(differences(old, new));
    }
    changes
}

/// What one thing has otherwise than before.
fn differences(old: &ComparedItem, new: &ComparedItem) -> Vec<StandardChange> {
    let told = |kind, from: Option<String>, to: Option<String>| StandardChange {
        from,
        to,
        ..old.change(kind)
    };
    let mut changes = Vec::new();
    if (&old.name, old.level) != (&new.name, new.level) {
        let is_leveled = old.level != new.level;
        let (from, to) = (old.label(is_leveled), new.label(is_leveled));
        changes.push(told(StandardChangeKind::Renamed, Some(from), Some(to)));
    }
    let place = |thing: &ComparedItem| thing.course.as_ref().map(|(id, _)| *id);
    if place(old) != place(new) {
        let name = |thing: &ComparedItem| thing.course.as_ref().map(|(_, name)| name.clone());
        changes.push(told(StandardChangeKind::Moved, name(old), name(new)));
    }
    if old.hours != new.hours {
        let hours = |thing: &ComparedItem| thing.hours.map(|hours| hours.to_string());
        changes.push(told(StandardChangeKind::Hours, hours(old), hours(new)));
    }
    changes
}

/// The courses whose tasks, as far as they are in both, come in another order.
fn reordered(before: &StandardStructure, after: &StandardStructure) -> Vec<StandardChange> {
    let order = |course: &StandardCourse, other: &StandardCourse| -> Vec<TaskId> {
        let there: BTreeSet<TaskId> = other.tasks.iter().map(|task| task.id).collect();
        let ids = course.tasks.iter().map(|task| task.id);
        ids.filter(|id| there.contains(id)).collect()
    };
    let now: HashMap<CourseId, &StandardCourse> = after.courses.iter().map(|course| (course.id, course)).collect();
    let mut changes = Vec::new();
    for old in &before.courses {
        let Some(new) = now.get(&old.id) else { continue };
        if order(old, new) != order(new, old) {
            changes.push(thing_of(old).change(StandardChangeKind::Reordered));
        }
    }
    changes
}

fn things(structure: &StandardStructure) -> Vec<ComparedItem> {
    let mut things = Vec::new();
    for course in &structure.courses {
        things.push(thing_of(course));
        things.extend(course.tasks.iter().map(|task| ComparedItem {
            rank: match task.kind {
                StandardTaskKind::Typical => StandardRank::WorkTask,
                StandardTaskKind::Reference => StandardRank::Task,
            },
            id: task.id.into(),
            name: task.name.clone(),
            course: Some((course.id.into(), course.name.clone())),
            level: None,
            hours: task.hours,
            former: task.former.iter().map(|id| (*id).into()).collect(),
        }));
    }
    things
}

fn thing_of(course: &StandardCourse) -> ComparedItem {
    ComparedItem {
        rank: StandardRank::Course,
        id: course.id.into(),
        name: course.name.clone(),
        course: None,
        level: course.level,
        hours: course.hours,
        former: course.former.iter().map(|id| (*id).into()).collect(),
    }
}
