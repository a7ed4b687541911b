//! The columns a catalogue file may have, under the names people give them; and one row of such a file.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::fault::RowLocation;
use crate::domain::spelling::strip_invisible;

/// What a column (or a JSON field) means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CatalogueColumn {
    /// The major's code, with or without its level digit.
    MajorCode,
    /// The major's name.
    Major,
    /// The code of the major's category.
    CategoryCode,
    /// The name of the major's category.
    Category,
    /// Other names of the major.
    Aliases,
    /// The phase of the plan.
    Phase,
    /// The code that replaces a retired one.
    ReplacedBy,
    /// The levels a major is taught at.
    Levels,
    /// The level of a course.
    Level,
    /// The course's name.
    Course,
    /// Class hours of the course.
    CourseHours,
    /// The typical work task or tasks.
    WorkTask,
    /// The course that a course was until now, where a standard renames or splits it; only standards read it.
    FormerCourse,
    /// The reference learning task.
    Task,
    /// The task or tasks that a task comes from, where a standard renames, moves, splits or merges it; only standards read it.
    FormerTask,
    /// Class hours: of the task where the row names one, or else of the course.
    Hours,
    /// How far the row can be relied on.
    Status,
    /// Where the row comes from.
    Source,
    /// A remark.
    Note,
}

/// Every column: its Chinese name as messages say it, its JSON name, and other names it is recognised by.
const NAMES: &[(CatalogueColumn, &str, &str, &[&str])] = &[
    (
        CatalogueColumn::MajorCode,
        "专业编码",
        "major_code",
        &["专业代码", "编码", "代码", "code"],
    ),
    (CatalogueColumn::Major, "专业", "major", &["专业名称", "majorname"]),
    (
        CatalogueColumn::CategoryCode,
        "专业大类编码",
        "category_code",
        &["大类编码", "专业大类代码"],
    ),
    (CatalogueColumn::Category, "专业大类", "category", &["大类"]),
    (CatalogueColumn::Aliases, "别名", "aliases", &["专业别名", "又名"]),
    (CatalogueColumn::Phase, "试点阶段", "phase", &["阶段"]),
    (
        CatalogueColumn::ReplacedBy,
        "替代编码",
        "replaced_by",
        &["新编码", "新专业编码", "替代为"],
    ),
    (CatalogueColumn::Levels, "培养层次（全部）", "levels", &["全部层次"]),
    (CatalogueColumn::Level, "培养层次", "level", &["层次", "等级", "级别"]),
    (
        CatalogueColumn::Course,
        "课程",
        "course",
        &["课程名称", "工学一体化课程", "一体化课程", "coursename"],
    ),
    (
        CatalogueColumn::CourseHours,
        "课程学时",
        "course_hours",
        &["总学时", "课程课时"],
    ),
    (
        CatalogueColumn::WorkTask,
        "典型工作任务",
        "work_task",
        &["worktasks", "typicalworktask"],
    ),
    (
        CatalogueColumn::FormerCourse,
        "原课程",
        "former_course",
        &["原课程名称", "原课程代码"],
    ),
    (
        CatalogueColumn::FormerTask,
        "原任务",
        "former_task",
        &["原任务名称", "原任务代码", "原学习任务", "原参考性学习任务"],
    ),
    (
        CatalogueColumn::Task,
        "参考性学习任务",
        "reference_task",
        &["学习任务", "task", "任务", "任务名称"],
    ),
    (
        CatalogueColumn::Hours,
        "学时",
        "hours",
        &["课时", "任务学时", "基准学时"],
    ),
    (CatalogueColumn::Status, "状态", "status", &["核实状态"]),
    (CatalogueColumn::Source, "来源", "source", &["sources", "出处"]),
    (CatalogueColumn::Note, "备注", "note", &["说明", "remark"]),
];

impl CatalogueColumn {
    /// Recognises a column by its heading; letter case, spaces, full width and underscores do not matter.
    pub fn named(heading: &str) -> Option<Self> {
        let wanted = normalized(heading);
        let is_named = |name: &&str| normalized(name) == wanted;
        NAMES
            .iter()
            .find(|(_, zh, en, others)| [*zh, *en].iter().chain(*others).any(is_named))
            .map(|(column, ..)| *column)
    }

    /// The heading as Chinese messages say it.
    pub fn zh(self) -> &'static str {
        self.names().1
    }

    /// The heading as English messages and JSON say it.
    pub fn en(self) -> &'static str {
        self.names().2
    }

    fn names(self) -> &'static (Self, &'static str, &'static str, &'static [&'static str]) {
        NAMES
            .iter()
            .find(|(column, ..)| *column == self)
            .expect("a test walks over every column")
    }

    /// Every column.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(column, ..)| *column)
    }
}

fn normalized(heading: &str) -> String {
    heading
        .nfkc()
        .filter(|c| !c.is_whitespace() && *c != '_' && *c != '*')
        .flat_map(char::to_lowercase)
        .collect()
}

/// One row of a catalogue file, whatever the file: the text of each column that holds any, and the place to name in
/// a message. Lists hold one entry a line.
#[derive(Debug, Clone)]
pub struct CatalogueRecord {
    /// Where the row stands.
    pub place: RowLocation,
    fields: BTreeMap<CatalogueColumn, String>,
}

impl CatalogueRecord {
    /// A row without any text yet.
    pub fn new(place: RowLocation) -> Self {
        Self {
            place,
            fields: BTreeMap::new(),
        }
    }

    /// Sets a column's text, cleaned of surrounding and doubled white space; blank text counts as none.
    pub fn set(&mut self, column: CatalogueColumn, text: &str) {
        let lines = text
            .lines()
            .map(|line| strip_invisible(line).split_whitespace().collect::<Vec<_>>().join(" "));
        let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
        if lines.is_empty() {
            self.fields.remove(&column);
        } else {
            self.fields.insert(column, lines.join("\n"));
        }
    }

    /// A column's text, where there is any.
    pub fn text(&self, column: CatalogueColumn) -> Option<&str> {
        self.fields.get(&column).map(String::as_str)
    }

    /// A column's text as an owned value.
    pub fn owned(&self, column: CatalogueColumn) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    /// A column's entries: one a line, or parted by `;` (of either width) or `|`. The comma-like `、` stays: names hold it.
    pub fn list(&self, column: CatalogueColumn) -> Vec<String> {
        let text = self.text(column).unwrap_or_default();
        let parts = text.split(['\n', ';', '\u{ff1b}', '|']).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Whether no column holds any text.
    pub fn is_blank(&self) -> bool {
        self.fields.is_empty()
    }
}
