//! Evidence: which of the official reference documents of a learning task there are, by whom, and when each was reviewed.
//!
//! The one place that says which types of resources the twelve documents (体例, 2023-08) are. A resource names its type and
//! not its document: where two documents have one type, the place where it stands and its title tell them apart.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::id::{CourseId, ResourceId, TaskId};
use super::time::Timestamp;

/// An official reference document of a learning task.
#[derive(Debug, PartialEq, Eq)]
pub struct ReferenceDocument {
    /// Its number, 1 to 12.
    pub number: u8,
    /// What it is called: 学习任务分析表.
    pub zh: &'static str,
    /// The English name.
    pub en: &'static str,
    /// The code of the type of resources that it is.
    pub kind: &'static str,
    /// Where it stands, if that tells it from the other document of its type.
    place: Option<DocumentPlace>,
    /// Words of a title that tell it from the other document of its type.
    words: &'static [&'static str],
    /// Whether it is meant where neither place nor title tell.
    is_usual: bool,
}

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DocumentPlace {
    Course,
    Task,
}

const fn document(number: u8, zh: &'static str, en: &'static str, kind: &'static str) -> ReferenceDocument {
    ReferenceDocument {
        number,
        zh,
        en,
        kind,
        place: None,
        words: &[],
        is_usual: true,
    }
}

/// The twelve, in the order of their numbers.
pub const REFERENCE_DOCUMENTS: [ReferenceDocument; 12] = [
    ReferenceDocument {
        words: &["转化"],
        is_usual: false,
        ..document(
            1,
            "课程标准转化建议",
            "Advice on adapting the standard",
            "course_standard",
        )
    },
    ReferenceDocument {
        words: &["校本"],
        ..document(2, "校本课程标准", "School's course standard", "course_standard")
    },
    ReferenceDocument {
        words: &["设计"],
        ..document(3, "学习任务设计", "Learning-task design", "task_design")
    },
    ReferenceDocument {
        place: Some(DocumentPlace::Course),
        ..document(4, "课程考核方案", "Course assessment plan", "assessment")
    },
    document(5, "终结性考核试题", "Final assessment paper", "item_bank"),
    ReferenceDocument {
        words: &["分析"],
        is_usual: false,
        ..document(6, "学习任务分析表", "Learning-task analysis", "task_design")
    },
    document(7, "教学活动策划表", "Activity plan", "activity_plan"),
    ReferenceDocument {
        place: Some(DocumentPlace::Task),
        ..document(8, "学习任务考核方案", "Task assessment plan", "assessment")
    },
    document(9, "工作页", "Worksheet", "worksheet"),
    document(10, "信息页", "Information page", "info_page"),
    document(11, "教学进度计划表", "Teaching schedule", "schedule"),
    document(12, "教案", "Lesson plan", "lesson_plan"),
];

/// Which of the twelve a resource is, by their place in [`REFERENCE_DOCUMENTS`]: of this type, for a task or for a course as
/// a whole, with this title. A title that names two is both.
pub fn documents_of(kind: &str, is_at_task: bool, title: &str) -> Vec<usize> {
    let place = if is_at_task {
        DocumentPlace::Task
    } else {
        DocumentPlace::Course
    };
    let of_kind: Vec<(usize, &ReferenceDocument)> = REFERENCE_DOCUMENTS
        .iter()
        .enumerate()
        .filter(|(_, document)| document.kind == kind && document.place.is_none_or(|wanted| wanted == place))
        .collect();
    let is_named = |document: &ReferenceDocument| document.words.iter().any(|word| title.contains(word));
    let named = of_kind.iter().filter(|(_, document)| is_named(document));
    let named: Vec<usize> = named.map(|(at, _)| *at).collect();
    if !named.is_empty() {
        return named;
    }
    let usual = of_kind.into_iter().filter(|(_, document)| document.is_usual);
    usual.map(|(at, _)| at).collect()
}

/// Every word by which titles tell documents apart.
pub fn telling_words() -> impl Iterator<Item = &'static str> {
    REFERENCE_DOCUMENTS
        .iter()
        .flat_map(|document| document.words.iter().copied())
}

/// Every type that is one of the twelve, each once.
pub fn evidence_kinds() -> Vec<&'static str> {
    let mut kinds: Vec<&str> = Vec::new();
    for document in &REFERENCE_DOCUMENTS {
        if !kinds.contains(&document.kind) {
            kinds.push(document.kind);
        }
    }
    kinds
}

/// Resources that count together, and the one of them that was reviewed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceEntry {
    /// The course they are for.
    pub course: CourseId,
    /// The task they are for; none: the course as a whole.
    pub task: Option<TaskId>,
    /// Their type.
    pub kind: String,
    /// The title of one of them: what it tells, all of theirs tell.
    pub title: String,
    /// How many they are.
    pub count: i64,
    /// Of those that one may see the one that was reviewed last.
    pub newest: Option<EvidenceItem>,
}

/// A resource that is evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EvidenceItem {
    /// The resource.
    pub resource: ResourceId,
    /// Its title.
    pub title: String,
    /// Who made it, as it says itself.
    pub authors: Vec<String>,
    /// The name of the school it belongs to.
    pub school: Option<String>,
    /// The version that was approved.
    pub version: i32,
    /// When that was approved.
    pub reviewed_at: Option<Timestamp>,
}

/// What there is of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EvidenceCell {
    /// How many there are, whoever may see them.
    pub count: i64,
    /// Whether they are for the course as a whole, and none for this task alone.
    pub by_course: bool,
    /// Of those that the caller may see the one that was reviewed last.
    pub newest: Option<EvidenceItem>,
}

impl EvidenceCell {
    fn add(&mut self, entry: &EvidenceEntry) {
        self.count += entry.count;
        let Some(item) = &entry.newest else { return };
        let newest = self.newest.as_ref();
        if newest.is_none_or(|newest| newest.reviewed_at < item.reviewed_at) {
            self.newest = Some(item.clone());
        }
    }
}

/// The twelve cells of a row.
pub type EvidenceCells = [EvidenceCell; 12];

/// What there is, by place.
#[derive(Debug, Default)]
pub struct EvidenceMatrix {
    courses: HashMap<CourseId, EvidenceCells>,
    tasks: HashMap<TaskId, EvidenceCells>,
}

impl EvidenceMatrix {
    /// Adds up what there is. `is_whole` says of which tasks what they have is the course's: its typical work task is the
    /// course in other words.
    pub fn of(entries: &[EvidenceEntry], is_whole: impl Fn(TaskId) -> bool) -> Self {
        let mut matrix = Self::default();
        for entry in entries {
            let task = entry.task.filter(|task| !is_whole(*task));
            let cells = match task {
                Some(task) => matrix.tasks.entry(task).or_default(),
                None => matrix.courses.entry(entry.course).or_default(),
            };
            for at in documents_of(&entry.kind, task.is_some(), &entry.title) {
                cells[at].add(entry);
            }
        }
        matrix
    }

    /// Whether a course is shown: one that was retired only for what it holds.
    pub fn shows_course(&self, course: CourseId, is_retired: bool) -> bool {
        !is_retired || self.courses.get(&course).is_some_and(is_filled)
    }

    /// The same of a task.
    pub fn shows_task(&self, task: TaskId, is_retired: bool) -> bool {
        !is_retired || self.tasks.get(&task).is_some_and(is_filled)
    }

    /// What a course has as a whole.
    pub fn course(&self, course: CourseId) -> EvidenceCells {
        self.courses.get(&course).cloned().unwrap_or_default()
    }

    /// What a task of a course has; what is for the course as a whole counts for it, too.
    pub fn task(&self, course: CourseId, task: TaskId) -> EvidenceCells {
        let mut cells = self.tasks.get(&task).cloned().unwrap_or_default();
        for (cell, of_course) in cells.iter_mut().zip(self.course(course)) {
            if cell.count == 0 && of_course.count > 0 {
                *cell = EvidenceCell {
                    by_course: true,
                    ..of_course
                };
            }
        }
        cells
    }
}

fn is_filled(cells: &EvidenceCells) -> bool {
    cells.iter().any(|cell| cell.count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::resource::OFFICIAL_DOCUMENTS;

    fn numbers(kind: &str, is_at_task: bool, title: &str) -> Vec<u8> {
        let documents = documents_of(kind, is_at_task, title).into_iter();
        documents.map(|at| REFERENCE_DOCUMENTS[at].number).collect()
    }

    #[test]
    fn every_type_of_an_official_document_is_one_of_the_twelve_and_no_other_is() {
        let (mut known, mut official) = (evidence_kinds(), OFFICIAL_DOCUMENTS.to_vec());
        known.sort_unstable();
        official.sort_unstable();
        assert_eq!(known, official);
        assert!(numbers("video", true, "工作页讲解").is_empty());
        for (at, document) in REFERENCE_DOCUMENTS.iter().enumerate() {
            assert_eq!(usize::from(document.number), at + 1);
        }
    }

    #[test]
    fn documents_of_one_type_are_told_apart_by_place_and_title() {
        assert_eq!(numbers("assessment", false, "考核方案"), [4]);
        assert_eq!(numbers("assessment", true, "考核方案"), [8]);
        assert_eq!(numbers("course_standard", false, "零件钳加工课程标准"), [2]);
        assert_eq!(numbers("course_standard", false, "课程标准转化建议"), [1]);
        assert_eq!(numbers("task_design", true, "鸭嘴锤制作"), [3]);
        assert_eq!(numbers("task_design", true, "鸭嘴锤制作任务分析表"), [6]);
        assert_eq!(numbers("task_design", true, "任务设计与分析"), [3, 6]);
    }

    #[test]
    fn what_a_course_has_as_a_whole_counts_for_its_tasks_that_have_none() {
        let (course, task, other, typical) = (CourseId::new(), TaskId::new(), TaskId::new(), TaskId::new());
        let entry = |task: Option<TaskId>, title: &str, at: i64| EvidenceEntry {
            course,
            task,
            kind: "worksheet".to_owned(),
            title: title.to_owned(),
            count: 2,
            newest: Some(EvidenceItem {
                resource: ResourceId::new(),
                title: title.to_owned(),
                authors: Vec::new(),
                school: None,
                version: 1,
                reviewed_at: Some(Timestamp(at)),
            }),
        };
        let entries = [
            entry(Some(task), "甲", 5),
            entry(Some(typical), "乙", 7),
            entry(None, "丙", 9),
        ];

        let matrix = EvidenceMatrix::of(&entries, |id| id == typical);

        let cell = |cells: EvidenceCells| {
            let cell = cells[8].clone();
            (cell.count, cell.by_course, cell.newest.map(|newest| newest.title))
        };
        assert_eq!(cell(matrix.task(course, task)), (2, false, Some("甲".to_owned())));
        assert_eq!(cell(matrix.task(course, other)), (4, true, Some("丙".to_owned())));
    }
}
