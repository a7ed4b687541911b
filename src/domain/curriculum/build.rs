//! Builds a catalogue from the rows of a file, collecting every fault on the way.
//!
//! Majors go first and courses second, so that a row may name by its code a major that a later row describes.

use std::fmt::Display;

use super::code::MajorCode;
use super::column::{CatalogueColumn, CatalogueRecord};
use super::fault::{FileSection, RowFault, RowFaults, RowLocation, RowProblem};
use super::level::Level;
use super::{Catalogue, CatalogueCourse, CatalogueMajor, CatalogueTask, CourseKey, MajorKey, Provenance};

mod cells;

/// A catalogue with the place of each of its rows in the file: the first that named it.
#[derive(Debug, Clone)]
pub struct PlacedCatalogue {
    /// The rows.
    pub catalogue: Catalogue,
    /// Of each major.
    pub majors: Vec<RowLocation>,
    /// Of each course.
    pub courses: Vec<RowLocation>,
    /// Of each task.
    pub tasks: Vec<RowLocation>,
}

/// Makes a catalogue of the rows of a file, or names everything that is wrong with them.
pub fn build(records: &[CatalogueRecord]) -> Result<Catalogue, RowFaults> {
    build_placed(records).map(|placed| placed.catalogue)
}

/// The same with the places of the rows.
pub fn build_placed(records: &[CatalogueRecord]) -> Result<PlacedCatalogue, RowFaults> {
    let mut builder = Builder::default();
    for record in records {
        builder.take_major(record);
    }
    builder.check_unnamed();
    for record in records {
        builder.take_course(record);
    }
    builder.check_circles();
    builder.finish()
}

/// A catalogue in the making: its rows, the place each was first seen at, and the faults so far.
#[derive(Default)]
struct Builder {
    catalogue: Catalogue,
    major_places: Vec<RowLocation>,
    course_places: Vec<RowLocation>,
    task_places: Vec<RowLocation>,
    unnamed: Vec<(MajorCode, RowLocation)>,
    faults: Vec<RowFault>,
}

impl Builder {
    fn fault(&mut self, place: RowLocation, column: CatalogueColumn, problem: RowProblem) {
        let column = Some(column);
        self.faults.push(RowFault { place, column, problem });
    }

    fn take_major(&mut self, record: &CatalogueRecord) {
        let code = self.major_code(record);
        let Some(name) = record.owned(CatalogueColumn::Major) else {
            return self.take_nameless(record, code.map(|(code, _)| code));
        };
        let is_deepest = record.text(CatalogueColumn::Course).is_none();
        let replaced_by = self.replacement(record, code.is_some());
        let row = CatalogueMajor {
            category_code: record
                .owned(CatalogueColumn::CategoryCode)
                .or_else(|| category_of(code.as_ref())),
            code: code.as_ref().map(|(code, _)| code.clone()),
            name,
            category: record.owned(CatalogueColumn::Category),
            levels: self.levels(record, is_deepest),
            aliases: record.list(CatalogueColumn::Aliases),
            phase: self.number(record, CatalogueColumn::Phase),
            replaced_by,
            provenance: self.provenance(record, is_deepest),
        };
        if let Some(at) = self.position_of(&row) {
            self.merge_major(at, row, record.place);
        } else {
            self.catalogue.majors.push(row);
            self.major_places.push(record.place);
        }
    }

    /// A row without a major's name may point at one by its code; without either it hangs in the air.
    fn take_nameless(&mut self, record: &CatalogueRecord, code: Option<MajorCode>) {
        match code {
            Some(code) => self.unnamed.push((code, record.place)),
            // A code that was no code has been reported; the name is not missing as well.
            None if record.text(CatalogueColumn::MajorCode).is_some() => {}
            None if record.place.part == FileSection::Rows => {
                self.fault(record.place, CatalogueColumn::Major, RowProblem::MissingParent);
            }
            None => self.fault(record.place, CatalogueColumn::Major, RowProblem::Missing),
        }
    }

    fn check_unnamed(&mut self) {
        for (code, place) in std::mem::take(&mut self.unnamed) {
            if self.catalogue.major(&MajorKey::Code(code.clone())).is_none() {
                self.fault(
                    place,
                    CatalogueColumn::Major,
                    RowProblem::UnnamedMajor(code.to_string()),
                );
            }
        }
    }

    fn position_of(&self, row: &CatalogueMajor) -> Option<usize> {
        let majors = &self.catalogue.majors;
        let same_code = |major: &CatalogueMajor| row.code.is_some() && major.code == row.code;
        let same_name = |major: &CatalogueMajor| major.name == row.name && (row.code.is_none() || major.code.is_none());
        majors
            .iter()
            .position(same_code)
            .or_else(|| majors.iter().position(same_name))
    }

    fn merge_major(&mut self, at: usize, row: CatalogueMajor, place: RowLocation) {
        let first = self.major_places[at];
        let major = &mut self.catalogue.majors[at];
        let mut differ = ConflictFinder {
            first,
            place,
            found: Vec::new(),
        };
        differ.need_same(CatalogueColumn::Major, &major.name, &row.name);
        differ.fill(CatalogueColumn::MajorCode, &mut major.code, row.code);
        differ.fill(
            CatalogueColumn::CategoryCode,
            &mut major.category_code,
            row.category_code,
        );
        differ.fill(CatalogueColumn::Category, &mut major.category, row.category);
        differ.fill(CatalogueColumn::Phase, &mut major.phase, row.phase);
        differ.fill(CatalogueColumn::ReplacedBy, &mut major.replaced_by, row.replaced_by);
        major.levels.extend(row.levels);
        extend_unique(&mut major.aliases, row.aliases);
        complete(&mut major.provenance, row.provenance);
        self.faults.append(&mut differ.found);
    }

    fn take_course(&mut self, record: &CatalogueRecord) {
        let Some(name) = record.owned(CatalogueColumn::Course) else {
            return self.take_courseless(record);
        };
        let level = self.course_level(record);
        let Some(major) = self.major_of(record) else {
            return; // Reported when the majors were taken.
        };
        let has_task = record.text(CatalogueColumn::Task).is_some();
        let hours = self.course_hours(record, has_task);
        let row = CatalogueCourse {
            major,
            level,
            name,
            work_tasks: record.list(CatalogueColumn::WorkTask),
            hours,
            former: record.owned(CatalogueColumn::FormerCourse).into_iter().collect(),
            provenance: self.provenance(record, !has_task),
        };
        let key = row.key();
        self.keep_course(row, record.place);
        if has_task {
            self.take_task(record, &key);
        }
    }

    /// A row without a course is a major's own, unless it stands in the list of courses or names a task.
    fn take_courseless(&mut self, record: &CatalogueRecord) {
        let names_task =
            record.text(CatalogueColumn::Task).is_some() || record.text(CatalogueColumn::WorkTask).is_some();
        match record.place.part {
            FileSection::Courses => self.fault(record.place, CatalogueColumn::Course, RowProblem::Missing),
            FileSection::Rows if names_task => {
                self.fault(record.place, CatalogueColumn::Course, RowProblem::MissingParent);
            }
            FileSection::Rows | FileSection::Majors => {}
        }
    }

    fn keep_course(&mut self, row: CatalogueCourse, place: RowLocation) {
        let key = row.key();
        let Some(at) = self.catalogue.courses.iter().position(|course| course.key() == key) else {
            self.catalogue.courses.push(row);
            self.course_places.push(place);
            return;
        };
        let first = self.course_places[at];
        let course = &mut self.catalogue.courses[at];
        let mut differ = ConflictFinder {
            first,
            place,
            found: Vec::new(),
        };
        differ.fill(CatalogueColumn::CourseHours, &mut course.hours, row.hours);
        extend_unique(&mut course.work_tasks, row.work_tasks);
        extend_unique(&mut course.former, row.former);
        complete(&mut course.provenance, row.provenance);
        self.faults.append(&mut differ.found);
    }

    fn take_task(&mut self, record: &CatalogueRecord, course: &CourseKey) {
        let hours = self.number(record, CatalogueColumn::Hours);
        let provenance = self.provenance(record, true);
        for name in record.list(CatalogueColumn::Task) {
            let row = CatalogueTask {
                position: self.next_position(course),
                course: course.clone(),
                name,
                work_task: record.list(CatalogueColumn::WorkTask).into_iter().next(),
                hours,
                former: record.owned(CatalogueColumn::FormerTask).into_iter().collect(),
                provenance: provenance.clone(),
            };
            self.keep_task(row, record.place);
        }
    }

    fn next_position(&self, course: &CourseKey) -> u32 {
        let before = self
            .catalogue
            .tasks
            .iter()
            .filter(|task| task.course == *course)
            .count();
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }

    fn keep_task(&mut self, row: CatalogueTask, place: RowLocation) {
        let key = row.key();
        let Some(at) = self.catalogue.tasks.iter().position(|task| task.key() == key) else {
            self.catalogue.tasks.push(row);
            self.task_places.push(place);
            return;
        };
        let first = self.task_places[at];
        let task = &mut self.catalogue.tasks[at];
        let mut differ = ConflictFinder {
            first,
            place,
            found: Vec::new(),
        };
        differ.fill(CatalogueColumn::Hours, &mut task.hours, row.hours);
        differ.fill(CatalogueColumn::WorkTask, &mut task.work_task, row.work_task);
        extend_unique(&mut task.former, row.former);
        complete(&mut task.provenance, row.provenance);
        self.faults.append(&mut differ.found);
    }

    fn major_of(&self, record: &CatalogueRecord) -> Option<MajorKey> {
        let code = record.text(CatalogueColumn::MajorCode);
        let code = code.and_then(|text| MajorCode::parse(text).ok()).map(|(code, _)| code);
        let name = record.text(CatalogueColumn::Major);
        let fits = |major: &&CatalogueMajor| match &code {
            Some(code) => major.code.as_ref() == Some(code),
            // A name alone means the major in use: one that was replaced often bears the same.
            None => Some(major.name.as_str()) == name && major.replaced_by.is_none(),
        };
        self.catalogue.majors.iter().find(fits).map(CatalogueMajor::key)
    }

    fn check_circles(&mut self) {
        for at in 0..self.catalogue.majors.len() {
            let major = &self.catalogue.majors[at];
            let (Some(code), Some(next)) = (&major.code, &major.replaced_by) else {
                continue;
            };
            if code == next || returns(&self.catalogue, code) {
                let problem = RowProblem::Circle(code.to_string());
                self.fault(self.major_places[at], CatalogueColumn::ReplacedBy, problem);
            }
        }
    }

    fn finish(mut self) -> Result<PlacedCatalogue, RowFaults> {
        if !self.faults.is_empty() {
            self.faults.sort_by_key(|fault| (fault.place, fault.column));
            self.faults.dedup();
            return Err(RowFaults(self.faults));
        }
        forget_only_work_tasks(&mut self.catalogue);
        Ok(PlacedCatalogue {
            catalogue: self.catalogue,
            majors: self.major_places,
            courses: self.course_places,
            tasks: self.task_places,
        })
    }
}

/// Compares what two rows say about the same thing.
struct ConflictFinder {
    first: RowLocation,
    place: RowLocation,
    found: Vec<RowFault>,
}

impl ConflictFinder {
    /// Fills what was empty; two different values contradict each other.
    fn fill<T: PartialEq + Display>(&mut self, column: CatalogueColumn, kept: &mut Option<T>, new: Option<T>) {
        match (kept.as_ref(), new) {
            (Some(kept), Some(new)) => self.need_same(column, kept, &new),
            (None, Some(new)) => *kept = Some(new),
            (_, None) => {}
        }
    }

    fn need_same<T: PartialEq + Display>(&mut self, column: CatalogueColumn, kept: &T, new: &T) {
        if kept != new {
            let problem = RowProblem::Conflict(self.first, kept.to_string(), new.to_string());
            let column = Some(column);
            self.found.push(RowFault {
                place: self.place,
                column,
                problem,
            });
        }
    }
}

fn category_of(code: Option<&(MajorCode, Option<Level>)>) -> Option<String> {
    code.and_then(|(code, _)| code.category()).map(str::to_owned)
}

fn extend_unique(kept: &mut Vec<String>, new: Vec<String>) {
    for entry in new {
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
}

/// The first row that says where something comes from is believed.
fn complete(kept: &mut Provenance, new: Provenance) {
    kept.status = kept.status.or(new.status);
    kept.source = kept.source.take().or(new.source);
    kept.note = kept.note.take().or(new.note);
}

/// Whether following the replacements of a code leads back to it.
fn returns(catalogue: &Catalogue, start: &MajorCode) -> bool {
    let next = |code: &MajorCode| {
        let major = catalogue.majors.iter().find(|major| major.code.as_ref() == Some(code));
        major.and_then(|major| major.replaced_by.clone())
    };
    let mut code = start.clone();
    for _ in 0..=catalogue.majors.len() {
        match next(&code) {
            Some(following) if following == *start => return true,
            Some(following) => code = following,
            None => return false,
        }
    }
    // A circle further on, which the rows that are part of it report.
    false
}

/// A task need not say which work task it belongs to while its course has only one.
fn forget_only_work_tasks(catalogue: &mut Catalogue) {
    let Catalogue { courses, tasks, .. } = catalogue;
    for course in courses.iter().filter(|course| course.work_tasks.len() == 1) {
        let key = course.key();
        for task in tasks.iter_mut().filter(|task| task.course == key) {
            task.work_task = None;
        }
    }
}
