//! Holds a proposal against what there is.

use std::collections::{HashMap, HashSet};

use super::lineage::{Claim, Lineage, settle};
use super::{
    CatalogueColumn, CourseId, Level, MajorStanding, Proposal, ProposedCourse, RowFault, RowFaults, RowProblem,
    StandardCourse, StandardStructure, StandardTask, StandardTaskKind, TaskId, fault,
};

/// A course that there was.
struct OldCourse<'a> {
    id: CourseId,
    level: Option<Level>,
    name: &'a str,
    is_taught: bool,
}

/// A task that there was.
struct OldTask<'a> {
    id: TaskId,
    course: CourseId,
    kind: StandardTaskKind,
    name: &'a str,
    is_taught: bool,
}

/// A task that there will be.
struct NewTask<'a> {
    row: u32,
    course: usize,
    kind: StandardTaskKind,
    name: &'a str,
    hours: Option<u32>,
    work_task: Option<&'a str>,
    former: &'a [String],
}

/// What parts the entries of a cell: lines first, for a name of one line may hold the others.
const SEPARATORS: [&[char]; 2] = [&['\n'], &[';', '\u{ff1b}', '|']];

/// What a name that a row gives stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nobody,
    One(usize),
    Several,
}

pub(super) fn resolve(proposal: &Proposal, standing: &MajorStanding) -> Result<StandardStructure, RowFaults> {
    let mut faults = Vec::new();
    let old_courses = old_courses(standing);
    let courses = settle(&course_claims(proposal, &old_courses, &mut faults));
    let old_tasks = old_tasks(standing);
    let new_tasks = new_tasks(proposal);
    let places = Places::of(&courses, &old_courses);
    let tasks = settle(&task_claims(&new_tasks, &old_tasks, &places, &old_courses, &mut faults));
    let structure = assembled(proposal, (&courses, &old_courses), (&new_tasks, &tasks, &old_tasks));
    check_names(
        proposal,
        &structure,
        (&courses, &old_courses),
        (&new_tasks, &tasks, &old_tasks),
        &mut faults,
    );
    if faults.is_empty() {
        Ok(structure)
    } else {
        faults.sort_by_key(|fault| (fault.place, fault.column));
        Err(RowFaults(faults))
    }
}

fn old_courses(standing: &MajorStanding) -> Vec<OldCourse<'_>> {
    let taught = standing.taught.courses.iter().map(|course| OldCourse {
        id: course.id,
        level: course.level,
        name: &course.name,
        is_taught: true,
    });
    let retired = standing.retired_courses.iter().map(|course| OldCourse {
        id: course.id,
        level: course.level,
        name: &course.name,
        is_taught: false,
    });
    taught.chain(retired).collect()
}

fn old_tasks(standing: &MajorStanding) -> Vec<OldTask<'_>> {
    let mut olds = Vec::new();
    for course in &standing.taught.courses {
        olds.extend(course.tasks.iter().map(|task| OldTask {
            id: task.id,
            course: course.id,
            kind: task.kind,
            name: &task.name,
            is_taught: true,
        }));
    }
    olds.extend(standing.retired_tasks.iter().map(|task| OldTask {
        id: task.id,
        course: task.course,
        kind: task.kind,
        name: &task.name,
        is_taught: false,
    }));
    olds
}

/// The typical work tasks and the learning tasks that the table names.
fn new_tasks(proposal: &Proposal) -> Vec<NewTask<'_>> {
    let mut news = Vec::new();
    for (at, course) in proposal.courses.iter().enumerate() {
        news.extend(course.work_tasks.iter().map(|name| NewTask {
            row: course.row,
            course: at,
            kind: StandardTaskKind::Typical,
            name,
            hours: None,
            work_task: None,
            former: &[],
        }));
    }
    news.extend(proposal.tasks.iter().map(|task| NewTask {
        row: task.row,
        course: task.course,
        kind: StandardTaskKind::Reference,
        name: &task.name,
        hours: task.hours,
        work_task: task.work_task.as_deref(),
        former: &task.former,
    }));
    news
}

/// What cells name. A cell that is a name as it stands is that name: names hold what parts entries, too, and the table of
/// what is taught comes back as it went out.
fn entries(cells: &[String], find: impl Fn(&str) -> Found) -> Vec<(&str, Found)> {
    let mut found = Vec::new();
    for cell in cells {
        add_entries(&mut found, cell, &SEPARATORS, &find);
    }
    found
}

fn add_entries<'a>(
    found: &mut Vec<(&'a str, Found)>,
    text: &'a str,
    separators: &[&[char]],
    find: &impl Fn(&str) -> Found,
) {
    let whole = find(text);
    match separators {
        [first, rest @ ..] if whole == Found::Nobody => {
            let parts = text.split(*first).map(str::trim).filter(|part| !part.is_empty());
            parts.for_each(|part| add_entries(found, part, rest, find));
        }
        _ => found.push((text, whole)),
    }
}

fn course_claims(proposal: &Proposal, olds: &[OldCourse<'_>], faults: &mut Vec<RowFault>) -> Vec<Claim> {
    let claim = |course: &ProposedCourse| {
        let mut named = Vec::new();
        for (given, found) in entries(&course.former, |given| course_named(olds, given, course.level)) {
            match found {
                Found::One(old) => named.push(old),
                other => faults.extend(not_found(other, course.row, CatalogueColumn::FormerCourse, given)),
            }
        }
        let is_same = |old: &OldCourse<'_>| old.level == course.level && old.name == course.name;
        let namesake = olds.iter().position(is_same);
        Claim {
            namesake: namesake.filter(|at| olds[*at].is_taught || named.is_empty()),
            named,
            is_at_home: true,
        }
    };
    let mut claims: Vec<Claim> = proposal.courses.iter().map(claim).collect();
    let says_itself: HashSet<usize> = claims
        .iter()
        .filter_map(|claim| claim.namesake.filter(|own| claim.named.contains(own)))
        .collect();
    // The rows of a course that goes on as itself name another that does so, too, where a task came from there: that is a
    // task's way, not the course's.
    for claim in &mut claims {
        let own = claim.namesake.filter(|own| says_itself.contains(own));
        if own.is_some() {
            claim
                .named
                .retain(|old| Some(*old) == own || !says_itself.contains(old));
        }
    }
    claims
}

/// The taught course that is meant: by its id, or by its name, rather of the same level.
fn course_named(olds: &[OldCourse<'_>], given: &str, level: Option<Level>) -> Found {
    let id = given.parse::<CourseId>().ok();
    let fits = |old: &OldCourse<'_>| old.is_taught && (Some(old.id) == id || old.name == given);
    let all: Vec<usize> = (0..olds.len()).filter(|at| fits(&olds[*at])).collect();
    let near: Vec<usize> = all.iter().copied().filter(|at| olds[*at].level == level).collect();
    one_of(&near, &all)
}

fn one_of(near: &[usize], all: &[usize]) -> Found {
    match (near, all) {
        ([only], _) | ([], [only]) => Found::One(*only),
        ([], []) => Found::Nobody,
        _ => Found::Several,
    }
}

fn not_found(found: Found, row: u32, column: CatalogueColumn, given: &str) -> Option<RowFault> {
    let given = given.to_owned();
    let problem = match found {
        Found::One(_) => return None,
        Found::Nobody => RowProblem::UnknownFormer(given),
        Found::Several => RowProblem::AmbiguousFormer(given),
    };
    Some(fault(row, column, problem))
}

/// Of each new course, the one that it is and all that it comes from.
struct Places {
    own: Vec<Option<CourseId>>,
    former: Vec<Vec<CourseId>>,
}

impl Places {
    fn of(courses: &[Lineage], olds: &[OldCourse<'_>]) -> Self {
        let id = |at: &usize| olds[*at].id;
        Self {
            own: courses.iter().map(|it| it.continues.as_ref().map(id)).collect(),
            former: courses.iter().map(|it| it.former.iter().map(id).collect()).collect(),
        }
    }
}

fn task_claims(
    news: &[NewTask<'_>],
    olds: &[OldTask<'_>],
    places: &Places,
    courses: &[OldCourse<'_>],
    faults: &mut Vec<RowFault>,
) -> Vec<Claim> {
    let index = TaskIndex::new(olds);
    let mut typical: HashMap<usize, usize> = HashMap::new();
    for new in news.iter().filter(|new| new.kind == StandardTaskKind::Typical) {
        *typical.entry(new.course).or_default() += 1;
    }
    let claim = |new: &NewTask<'_>| {
        let alike = index.alike(new.kind, new.name);
        let own = places.own[new.course];
        let former = &places.former[new.course];
        let here = alike.iter().find(|at| Some(olds[**at].course) == own);
        let before = || {
            alike
                .iter()
                .find(|at| olds[**at].is_taught && former.contains(&olds[**at].course))
        };
        let mut claim = Claim {
            named: Vec::new(),
            namesake: here.or_else(before).copied(),
            is_at_home: here.is_some(),
        };
        for (given, found) in entries(new.former, |given| index.meant(courses, given, former)) {
            match found {
                Found::One(old) => claim.named.push(old),
                other => faults.extend(not_found(other, new.row, CatalogueColumn::FormerTask, given)),
            }
        }
        // Whoever says where they come from is not somebody who left.
        let is_nobody_else = claim.named.is_empty();
        claim.namesake = claim.namesake.filter(|at| olds[*at].is_taught || is_nobody_else);
        // A course has one typical work task as a rule: another name for it is that, and not another task.
        if new.kind == StandardTaskKind::Typical && claim.namesake.is_none() && typical[&new.course] == 1 {
            claim.named.extend(only_typical(olds, own));
        }
        claim
    };
    news.iter().map(claim).collect()
}

fn only_typical(olds: &[OldTask<'_>], course: Option<CourseId>) -> Option<usize> {
    let course = course?;
    let is_of = |old: &OldTask<'_>| old.is_taught && old.kind == StandardTaskKind::Typical && old.course == course;
    let mut found = (0..olds.len()).filter(|at| is_of(&olds[*at]));
    found.next().filter(|_| found.next().is_none())
}

/// The tasks that there were, by name.
struct TaskIndex<'a> {
    olds: &'a [OldTask<'a>],
    by_name: HashMap<StandardTaskKind, HashMap<&'a str, Vec<usize>>>,
    by_id: HashMap<TaskId, usize>,
}

impl<'a> TaskIndex<'a> {
    fn new(olds: &'a [OldTask<'a>]) -> Self {
        let mut by_name: HashMap<StandardTaskKind, HashMap<&str, Vec<usize>>> = HashMap::new();
        for (at, old) in olds.iter().enumerate() {
            let named = by_name.entry(old.kind).or_default();
            named.entry(old.name).or_default().push(at);
        }
        let by_id = olds.iter().enumerate().map(|(at, old)| (old.id, at)).collect();
        Self { olds, by_name, by_id }
    }

    fn alike(&self, kind: StandardTaskKind, name: &str) -> &[usize] {
        let named = self.by_name.get(&kind).and_then(|named| named.get(name));
        named.map_or(&[], Vec::as_slice)
    }

    /// The taught learning tasks of a name.
    fn learning(&self, name: &str) -> Vec<usize> {
        let alike = self.alike(StandardTaskKind::Reference, name).iter().copied();
        alike.filter(|at| self.olds[*at].is_taught).collect()
    }

    /// The taught learning task that is meant: by its id, by its name, rather in the same course, or as `course/task`.
    fn meant(&self, courses: &[OldCourse<'_>], given: &str, near: &[CourseId]) -> Found {
        let by_id = given.parse().ok().and_then(|id| self.by_id.get(&id)).copied();
        if let Some(at) = by_id.filter(|at| self.olds[*at].is_taught) {
            return Found::One(at);
        }
        let all = self.learning(given);
        let is_near = |at: &usize| near.contains(&self.olds[*at].course);
        let here: Vec<usize> = all.iter().copied().filter(is_near).collect();
        match (one_of(&here, &all), given.split_once(['/', '／'])) {
            (Found::Nobody, Some((course, task))) => self.within(courses, course.trim(), task.trim()),
            (found, _) => found,
        }
    }

    fn within(&self, courses: &[OldCourse<'_>], course: &str, task: &str) -> Found {
        let named = courses.iter().filter(|old| old.is_taught && old.name == course);
        let of: HashSet<CourseId> = named.map(|old| old.id).collect();
        let mut found = self.learning(task);
        found.retain(|at| of.contains(&self.olds[*at].course));
        one_of(&found, &found)
    }
}

/// The structure that the lineages make.
fn assembled(
    proposal: &Proposal,
    (courses, old_courses): (&[Lineage], &[OldCourse<'_>]),
    (news, tasks, old_tasks): (&[NewTask<'_>], &[Lineage], &[OldTask<'_>]),
) -> StandardStructure {
    let mut structure = StandardStructure::default();
    for (course, lineage) in proposal.courses.iter().zip(courses) {
        let id = lineage.continues.map_or_else(CourseId::new, |at| old_courses[at].id);
        let former = lineage.former.iter().map(|at| old_courses[*at].id);
        structure.courses.push(StandardCourse {
            id,
            level: course.level,
            name: course.name.clone(),
            hours: course.hours,
            former: former.filter(|old| *old != id).collect(),
            tasks: Vec::new(),
        });
    }
    for (new, lineage) in news.iter().zip(tasks) {
        let id = lineage.continues.map_or_else(TaskId::new, |at| old_tasks[at].id);
        let former = lineage.former.iter().map(|at| old_tasks[*at].id);
        let above = &structure.courses[new.course].tasks;
        let parent = parent(above, new);
        structure.courses[new.course].tasks.push(StandardTask {
            id,
            kind: new.kind,
            name: new.name.to_owned(),
            hours: new.hours,
            parent,
            former: former.filter(|old| *old != id).collect(),
        });
    }
    structure
}

/// The typical work task that a learning task belongs under: the one it names, or the only one.
fn parent(above: &[StandardTask], new: &NewTask<'_>) -> Option<TaskId> {
    if new.kind == StandardTaskKind::Typical {
        return None;
    }
    let mut typical = above.iter().filter(|task| task.kind == StandardTaskKind::Typical);
    match new.work_task {
        Some(named) => typical.find(|task| task.name == named).map(|task| task.id),
        None => typical.next().filter(|_| typical.next().is_none()).map(|task| task.id),
    }
}

/// What is retired keeps its name at its place, so nothing else may bear it there.
fn check_names(
    proposal: &Proposal,
    structure: &StandardStructure,
    (courses, old_courses): (&[Lineage], &[OldCourse<'_>]),
    (news, tasks, old_tasks): (&[NewTask<'_>], &[Lineage], &[OldTask<'_>]),
    faults: &mut Vec<RowFault>,
) {
    let kept: HashSet<usize> = courses.iter().filter_map(|it| it.continues).collect();
    let left = old_courses.iter().enumerate().filter(|(at, _)| !kept.contains(at));
    let left: HashMap<(Option<Level>, &str), bool> =
        left.map(|(_, old)| ((old.level, old.name), old.is_taught)).collect();
    for course in &proposal.courses {
        if let Some(is_taught) = left.get(&(course.level, &course.name)) {
            let problem = name_taken(*is_taught, &course.name);
            faults.push(fault(course.row, CatalogueColumn::Course, problem));
        }
    }
    let kept: HashSet<usize> = tasks.iter().filter_map(|it| it.continues).collect();
    let left = old_tasks.iter().enumerate().filter(|(at, _)| !kept.contains(at));
    let left: HashMap<(CourseId, StandardTaskKind, &str), bool> = left
        .map(|(_, old)| ((old.course, old.kind, old.name), old.is_taught))
        .collect();
    for new in news {
        let course = structure.courses[new.course].id;
        if let Some(is_taught) = left.get(&(course, new.kind, new.name)) {
            let problem = name_taken(*is_taught, new.name);
            faults.push(fault(new.row, CatalogueColumn::Task, problem));
        }
    }
}

/// That a name belongs to what this version retires, or an earlier one did.
fn name_taken(is_taught: bool, name: &str) -> RowProblem {
    if is_taught {
        RowProblem::NameInUse(name.to_owned())
    } else {
        RowProblem::NameRetired(name.to_owned())
    }
}
