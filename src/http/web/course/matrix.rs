//! The coverage matrix of a course: for each task, type by type, what is published, in review, a draft, or missing.

use super::super::layout::{Link, Tab};
use super::super::page_context::PageContext;
use super::super::resource_card::KindMark;
use super::super::urls;
use crate::domain::id::{SchoolId, TaskId};
use crate::domain::resource::Status;
use crate::library::curriculum::Course;
use crate::library::curriculum::coverage::{CurriculumCoverage, Holdings, expected_types, learning_tasks};

/// The table of tasks and types.
#[derive(Debug, Clone)]
pub struct CoverageMatrix {
    /// Whose resources are counted: everybody's, or those of the reader's school; for those who may choose.
    pub whose: Vec<Tab>,
    /// The types, those of the plan first.
    pub types: Vec<KindMark>,
    /// A row per task, and one for what belongs to the whole course, where there is any.
    pub rows: Vec<MatrixRow>,
    /// How far it is covered, as a sentence.
    pub covered: String,
    /// Pairs of a task and an expected type that are covered.
    pub there: usize,
    /// All such pairs.
    pub of: usize,
}

/// One task.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    /// Its place in the course; none for the whole course.
    pub number: Option<usize>,
    /// Its name, leading to its section below.
    pub task: Link,
    /// What there is, in the order of the types.
    pub cells: Vec<CoverageCell>,
}

/// What there is of one type for one task.
#[derive(Debug, Clone, Default)]
pub struct CoverageCell {
    /// The type's name, for screens too narrow for a table.
    pub kind: String,
    /// How many are published, leading to them.
    pub published: Option<Link>,
    /// How many are in review, were sent back, are drafts.
    pub unpublished: [Option<CountLink>; 3],
    /// Whether the plan expects something here and there is nothing.
    pub is_missing: bool,
    /// Uploads for it, for those who may, where nothing is.
    pub upload: Option<Link>,
}

/// A count with its words, leading on where the reader has a place to go.
#[derive(Debug, Clone)]
pub struct CountLink {
    /// `待审核 2`.
    pub label: String,
    /// Where they are.
    pub url: Option<String>,
}

/// The table of a course; `of_school`: only what the reader's school has.
pub(super) fn matrix(
    visit: &PageContext,
    course: &Course,
    coverage: &CurriculumCoverage,
    of_school: Option<SchoolId>,
) -> CoverageMatrix {
    let say = visit.say;
    let mut codes: Vec<&str> = expected_types().collect();
    // What is there is shown, whether the plan asks for it or not.
    codes.extend(
        coverage
            .types()
            .into_iter()
            .filter(|code| !expected_types().any(|other| other == *code)),
    );
    let view = View {
        visit,
        course,
        coverage,
        of_school,
        codes: &codes,
    };
    let mut rows: Vec<MatrixRow> = learning_tasks(course)
        .enumerate()
        .map(|(at, task)| {
            view.row(
                Some(at + 1),
                Link::new(&task.name, format!("#task-{}", task.id)),
                Some(task.id),
            )
        })
        .collect();
    let whole = view.row(None, Link::new(say.for_whole_course(), "#general"), None);
    // Nothing is expected of the whole course, so an empty row of it would say nothing.
    if !whole.cells.iter().all(CoverageCell::is_empty) {
        rows.push(whole);
    }
    let covered = coverage.covered(course);
    CoverageMatrix {
        whose: whose(visit, course, of_school.is_some()),
        types: codes.iter().map(|code| KindMark::of(say, code)).collect(),
        rows,
        covered: say.covered(covered.there, covered.of),
        there: covered.there,
        of: covered.of,
    }
}

fn whose(visit: &PageContext, course: &Course, is_own: bool) -> Vec<Tab> {
    if !visit.reviews() {
        return Vec::new();
    }
    let tab = |label: &str, of: &str, is_here| Tab {
        label: label.to_owned(),
        url: urls::with_query(&urls::course(course.id), &[("of", of)]),
        is_here,
    };
    vec![
        tab(visit.say.of_all(), "", !is_own),
        tab(visit.say.of_own_school(), "school", is_own),
    ]
}

impl CoverageCell {
    /// Whether nothing is here, and nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.published.is_none() && self.marks().next().is_none() && !self.is_missing
    }

    /// What is not published yet.
    pub fn marks(&self) -> impl Iterator<Item = &CountLink> {
        self.unpublished.iter().flatten()
    }
}

struct View<'a> {
    visit: &'a PageContext,
    course: &'a Course,
    coverage: &'a CurriculumCoverage,
    of_school: Option<SchoolId>,
    codes: &'a [&'a str],
}

impl View<'_> {
    fn row(&self, number: Option<usize>, name: Link, task: Option<TaskId>) -> MatrixRow {
        let cells = self
            .codes
            .iter()
            .map(|code| self.cell(code, &name.label, task))
            .collect();
        MatrixRow {
            number,
            task: name,
            cells,
        }
    }

    fn cell(&self, code: &str, name: &str, task: Option<TaskId>) -> CoverageCell {
        let holdings = self.holdings(task, code);
        let kind = KindMark::of(self.visit.say, code).label;
        let is_missing =
            holdings == Holdings::default() && task.is_some() && expected_types().any(|other| other == code);
        let upload_url = task.map(|id| urls::with_query("/upload", &[("task", &id.to_string()), ("type", code)]));
        let label = self.visit.say.upload_of(&kind, name);
        CoverageCell {
            published: (holdings.published > 0).then(|| self.published(holdings.published, code, task)),
            unpublished: [
                self.mark(holdings.in_review, Status::Submitted, code, task),
                self.mark(holdings.returned, Status::Returned, code, task),
                self.mark(holdings.drafts, Status::Draft, code, task),
            ],
            is_missing,
            upload: upload_url
                .filter(|_| is_missing && self.visit.may_share())
                .map(|url| Link::new(label, url)),
            kind,
        }
    }

    /// What belongs to the course as a whole names no task, or the one that gives the course its name.
    fn holdings(&self, task: Option<TaskId>, code: &str) -> Holdings {
        if task.is_some() {
            return self.coverage.holdings(&[task], code);
        }
        let taught: Vec<TaskId> = learning_tasks(self.course).map(|task| task.id).collect();
        let typical = self
            .course
            .tasks
            .iter()
            .map(|task| task.id)
            .filter(|id| !taught.contains(id));
        let places: Vec<Option<TaskId>> = typical.map(Some).chain([None]).collect();
        self.coverage.holdings(&places, code)
    }

    fn published(&self, count: u64, code: &str, task: Option<TaskId>) -> Link {
        let school = self.of_school.map(|id| id.to_string()).unwrap_or_default();
        let url = match task {
            Some(task) => urls::with_query(
                "/search",
                &[("task", &task.to_string()), ("type", code), ("school", &school)],
            ),
            None => "#general".to_owned(),
        };
        Link::new(self.visit.say.number(count), url)
    }

    /// Something that is not published yet, leading to where one finds exactly that. What belongs to the course as a whole
    /// has no list of its own, nor have the unfinished works of others, which only an administrator sees.
    fn mark(&self, count: u64, status: Status, code: &str, task: Option<TaskId>) -> Option<CountLink> {
        let say = self.visit.say;
        let (label, tab) = match status {
            Status::Submitted => (say.in_review(count), "submitted"),
            Status::Returned => (say.sent_back(count), "returned"),
            _ => (say.drafts(count), "draft"),
        };
        let reviews = self.visit.reviews();
        let list = |task: TaskId| {
            let (path, tab) = if reviews { (urls::REVIEW, "") } else { ("/mine", tab) };
            urls::with_query(path, &[("tab", tab), ("task", &task.to_string()), ("type", code)])
        };
        // Reviewers see others' drafts counted, and no list of them.
        let has_list = !reviews || status == Status::Submitted;
        (count > 0).then(|| CountLink {
            label,
            url: task.filter(|_| has_list).map(list),
        })
    }
}
