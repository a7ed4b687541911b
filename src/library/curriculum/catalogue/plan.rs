//! What an import would do, worked out on paper: the rows known, laid beside those of the catalogue.

use std::collections::{BTreeSet, HashMap};

use crate::db::entity::{ProvenanceColumn, Strings, course, major, task};
use crate::domain::curriculum::{
    Catalogue, CatalogueCourse, CatalogueMajor, CatalogueTask, CourseKey, Level, MajorCode, MajorKey, Provenance,
};
use crate::domain::id::{CourseId, MajorId, TaskId};
use crate::library::curriculum::catalogue::{CatalogueChanges, RowCounts};

/// The kind of a task that a course is made from.
const TYPICAL: &str = "typical";
/// The kind of a task that the catalogue proposes for teaching.
const REFERENCE: &str = "reference";

/// The rows that are there.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) majors: Vec<major::Model>,
    pub(super) courses: Vec<course::Model>,
    pub(super) tasks: Vec<task::Model>,
}

/// The rows of one table, sorted by what is to be done.
#[derive(Debug, Clone)]
pub(super) struct Planned<M> {
    pub(super) new: Vec<M>,
    pub(super) changed: Vec<M>,
    pub(super) same: usize,
}

/// Everything that is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) majors: Planned<major::Model>,
    pub(super) courses: Planned<course::Model>,
    pub(super) tasks: Planned<task::Model>,
    /// The majors whose courses or tasks it adds or changes, or would have again though they were retired.
    pub(super) departing: BTreeSet<MajorId>,
}

/// The rows that are there and will differ.
#[derive(Debug)]
pub(super) struct Touched {
    pub(super) majors: Vec<MajorId>,
    pub(super) courses: Vec<CourseId>,
    pub(super) tasks: Vec<TaskId>,
}

impl<M> Default for Planned<M> {
    fn default() -> Self {
        Self {
            new: Vec::new(),
            changed: Vec::new(),
            same: 0,
        }
    }
}

impl<M: PartialEq> Planned<M> {
    fn settle(&mut self, before: Option<M>, after: M) {
        match before {
            None => self.new.push(after),
            Some(before) if before == after => self.same += 1,
            Some(_) => self.changed.push(after),
        }
    }

    fn counts(&self) -> RowCounts {
        RowCounts {
            new: self.new.len(),
            changed: self.changed.len(),
            same: self.same,
        }
    }
}

impl Plan {
    /// Lays a catalogue beside what is known.
    pub(super) fn of(known: Known, catalogue: &Catalogue) -> Self {
        let mut plan = Self::default();
        let majors = plan.majors(known.majors, &catalogue.majors);
        let courses = plan.courses(known.courses, &catalogue.courses, &majors);
        plan.tasks(known.tasks, catalogue, &majors, &courses);
        plan
    }

    pub(super) fn changes(&self) -> CatalogueChanges {
        CatalogueChanges {
            majors: self.majors.counts(),
            courses: self.courses.counts(),
            tasks: self.tasks.counts(),
            departs: Vec::new(),
        }
    }

    pub(super) fn touched(&self) -> Touched {
        Touched {
            majors: self.majors.changed.iter().map(|row| row.id).collect(),
            courses: self.courses.changed.iter().map(|row| row.id).collect(),
            tasks: self.tasks.changed.iter().map(|row| row.id).collect(),
        }
    }

    /// Settles the majors and tells the id of each key.
    fn majors(&mut self, known: Vec<major::Model>, rows: &[CatalogueMajor]) -> HashMap<MajorKey, MajorId> {
        let end = known.len();
        let mut cabinet = KnownMajors(known);
        let mut numbered: Vec<(usize, &CatalogueMajor)> = rows.iter().enumerate().collect();
        // Codes choose first, and of those the ones in use: a name alone takes what is left.
        numbered.sort_by_key(|(_, row)| (row.code.is_none(), row.replaced_by.is_some()));
        let mut ids = HashMap::new();
        for (at, row) in numbered {
            let before = cabinet.take(row);
            let after = merged_major(before.clone(), row, end + at);
            ids.insert(row.key(), after.id);
            self.majors.settle(before, after);
        }
        ids
    }

    /// Settles the courses and tells the id of each key.
    fn courses(
        &mut self,
        known: Vec<course::Model>,
        rows: &[CatalogueCourse],
        majors: &HashMap<MajorKey, MajorId>,
    ) -> HashMap<CourseKey, CourseId> {
        let end = known.len();
        let key = |row: course::Model| ((row.major_id, row.level.clone(), row.name.clone()), row);
        let mut known: HashMap<_, _> = known.into_iter().map(key).collect();
        let mut ids = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let Some(major_id) = majors.get(&row.major).copied() else {
                continue;
            };
            let level = row.level.map_or("", Level::code).to_owned();
            let before = known.remove(&(major_id, level.clone(), row.name.clone()));
            let fresh = course::Model {
                id: CourseId::new(),
                major_id,
                level,
                name: row.name.clone(),
                hours: None,
                provenance: ProvenanceColumn::default(),
                position: number(end + at),
                added_at: None,
                retired_in: None,
            };
            let after = merged_course(before.clone().unwrap_or(fresh), row);
            ids.insert(row.key(), after.id);
            if before.as_ref() != Some(&after) || after.retired_in.is_some() {
                self.departing.insert(major_id);
            }
            self.courses.settle(before, after);
        }
        ids
    }

    /// Settles the typical work tasks of every course, then the reference tasks under them.
    fn tasks(
        &mut self,
        known: Vec<task::Model>,
        catalogue: &Catalogue,
        majors: &HashMap<MajorKey, MajorId>,
        courses: &HashMap<CourseKey, CourseId>,
    ) {
        let mut desk = ImportPlanner::new(known);
        for row in &catalogue.courses {
            let Some(course) = courses.get(&row.key()).copied() else {
                continue;
            };
            for (at, name) in row.work_tasks.iter().enumerate() {
                let (before, mut after) = desk.take(course, TYPICAL, name);
                after.position = number(at + 1);
                after.provenance = merged_origin(after.provenance, &row.provenance);
                if before.is_none() {
                    desk.typical.entry(course).or_default().push((name.clone(), after.id));
                }
                self.settle_task(majors.get(&row.major), before, after);
            }
        }
        for row in &catalogue.tasks {
            let Some(course) = courses.get(&row.course).copied() else {
                continue;
            };
            let (before, after) = desk.take(course, REFERENCE, &row.name);
            let after = merged_task(after, row, desk.parent(course, row.work_task.as_deref()));
            self.settle_task(majors.get(&row.course.major), before, after);
        }
    }

    fn settle_task(&mut self, major: Option<&MajorId>, before: Option<task::Model>, after: task::Model) {
        if before.as_ref() != Some(&after) || after.retired_in.is_some() {
            self.departing.extend(major);
        }
        self.tasks.settle(before, after);
    }
}

/// The majors that are known and not yet recognised.
struct KnownMajors(Vec<major::Model>);

impl KnownMajors {
    /// Takes the row that a major of the catalogue is: the one of its code; else one of its name, as long as the two
    /// do not have different codes.
    fn take(&mut self, row: &CatalogueMajor) -> Option<major::Model> {
        let code = row.code.as_ref().map(MajorCode::as_str);
        let same_code = |known: &major::Model| code.is_some() && known.code.as_deref() == code;
        let same_name = |known: &major::Model| known.name == row.name && (code.is_none() || known.code.is_none());
        // A major that was replaced keeps its name beside the one that took its place.
        let in_use = |known: &major::Model| same_name(known) && known.replaced_by.is_none();
        let at = self.0.iter().position(same_code);
        let at = at.or_else(|| self.0.iter().position(in_use));
        let at = at.or_else(|| self.0.iter().position(same_name))?;
        Some(self.0.swap_remove(at))
    }
}

/// The tasks that are known, and the typical ones settled so far.
struct ImportPlanner {
    known: HashMap<(CourseId, String, String), task::Model>,
    typical: HashMap<CourseId, Vec<(String, TaskId)>>,
}

impl ImportPlanner {
    fn new(known: Vec<task::Model>) -> Self {
        let typical = typical_of(&known);
        let key = |row: task::Model| ((row.course_id, row.kind.clone(), row.name.clone()), row);
        Self {
            known: known.into_iter().map(key).collect(),
            typical,
        }
    }

    /// The task as it is known, and as it will begin to be.
    fn take(&mut self, course_id: CourseId, kind: &str, name: &str) -> (Option<task::Model>, task::Model) {
        let before = self.known.remove(&(course_id, kind.to_owned(), name.to_owned()));
        let fresh = || task::Model {
            id: TaskId::new(),
            course_id,
            parent_id: None,
            kind: kind.to_owned(),
            name: name.to_owned(),
            hours: None,
            provenance: ProvenanceColumn::default(),
            position: 0,
            added_at: None,
            retired_in: None,
        };
        (before.clone(), before.unwrap_or_else(fresh))
    }

    /// The typical task that a reference task belongs under: the one it names, or the only one.
    fn parent(&self, course: CourseId, named: Option<&str>) -> Option<TaskId> {
        let typical = self.typical.get(&course)?;
        match named {
            Some(named) => typical.iter().find(|(name, _)| name == named).map(|(_, id)| *id),
            None => typical.first().filter(|_| typical.len() == 1).map(|(_, id)| *id),
        }
    }
}

fn typical_of(known: &[task::Model]) -> HashMap<CourseId, Vec<(String, TaskId)>> {
    let mut typical: HashMap<CourseId, Vec<(String, TaskId)>> = HashMap::new();
    let taught = known.iter().filter(|row| row.retired_in.is_none());
    for row in taught.filter(|row| row.kind == TYPICAL) {
        typical
            .entry(row.course_id)
            .or_default()
            .push((row.name.clone(), row.id));
    }
    typical
}

fn merged_major(before: Option<major::Model>, row: &CatalogueMajor, position: usize) -> major::Model {
    let mut after = before.unwrap_or_else(|| major::Model {
        id: MajorId::new(),
        code: None,
        name: String::new(),
        category_code: None,
        category: None,
        levels: Strings::default(),
        aliases: Strings::default(),
        phase: None,
        replaced_by: None,
        provenance: ProvenanceColumn::default(),
        position: number(position),
    });
    after.name.clone_from(&row.name);
    lay(&mut after.code, row.code.as_ref().map(ToString::to_string));
    lay(&mut after.category_code, row.category_code.clone());
    lay(&mut after.category, row.category.clone());
    lay(&mut after.phase, row.phase.map(small));
    lay(
        &mut after.replaced_by,
        row.replaced_by.as_ref().map(ToString::to_string),
    );
    if !row.levels.is_empty() {
        after.levels = Strings(row.levels.iter().map(|level| level.code().to_owned()).collect());
    }
    if !row.aliases.is_empty() {
        after.aliases = Strings(row.aliases.clone());
    }
    after.provenance = merged_origin(after.provenance, &row.provenance);
    after
}

fn merged_course(mut after: course::Model, row: &CatalogueCourse) -> course::Model {
    lay(&mut after.hours, row.hours.map(small));
    after.provenance = merged_origin(after.provenance, &row.provenance);
    after
}

fn merged_task(mut after: task::Model, row: &CatalogueTask, parent: Option<TaskId>) -> task::Model {
    lay(&mut after.parent_id, parent);
    lay(&mut after.hours, row.hours.map(small));
    after.position = small(row.position);
    after.provenance = merged_origin(after.provenance, &row.provenance);
    after
}

fn merged_origin(before: ProvenanceColumn, told: &Provenance) -> ProvenanceColumn {
    let mut after = before;
    lay(&mut after.0.status, told.status);
    lay(&mut after.0.source, told.source.clone());
    lay(&mut after.0.note, told.note.clone());
    after
}

/// What is told takes the place of what was known; what is not told stays.
fn lay<T>(known: &mut Option<T>, told: Option<T>) {
    if told.is_some() {
        *known = told;
    }
}

fn number(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
