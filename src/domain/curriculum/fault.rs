//! Faults of a catalogue file's rows, in Chinese and in English.

use std::fmt;

use super::code::{BadCode, MAX_CODE_CHARS};
use super::column::CatalogueColumn;

/// Section of a file that a row number counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileSection {
    /// The whole file, or the sheet: the row number is the one the person sees.
    Rows,
    /// The list of majors of a JSON file, counted from 1.
    Majors,
    /// The list of courses of a JSON file, counted from 1.
    Courses,
}

/// Location of a row in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowLocation {
    /// The part of the file.
    pub part: FileSection,
    /// The row's number there.
    pub row: u32,
}

impl RowLocation {
    /// The place in Chinese: `第 5 行`.
    pub fn zh(self) -> String {
        match self.part {
            FileSection::Rows => format!("第 {} 行", self.row),
            FileSection::Majors => format!("majors 第 {} 项", self.row),
            FileSection::Courses => format!("courses 第 {} 项", self.row),
        }
    }

    /// The place in English: `row 5`.
    pub fn en(self) -> String {
        match self.part {
            FileSection::Rows => format!("row {}", self.row),
            FileSection::Majors => format!("item {} of majors", self.row),
            FileSection::Courses => format!("item {} of courses", self.row),
        }
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowProblem {
    /// The file is not JSON, or not one of the shapes we read; with the parser's own words.
    NotReadable(String),
    /// The table has no column that names majors.
    NoMajorColumn,
    /// Two columns mean the same.
    DoubledColumn,
    /// The row holds nothing where a value is needed.
    Missing,
    /// A course or task is named without its major, or a task without its course.
    MissingParent,
    /// The code is not one.
    Code(String, BadCode),
    /// The level is none of the three.
    Level(String),
    /// The level beside the code's digit says otherwise.
    LevelContradictsCode(String),
    /// A number is expected.
    Number(String),
    /// The status is none of the three.
    Standing(String),
    /// The major of this code has no name anywhere in the file.
    UnnamedMajor(String),
    /// The same thing was described differently in an earlier row: that row, what it said, what this one says.
    Conflict(RowLocation, String, String),
    /// Following the replacements of a code leads back to it.
    Circle(String),
    /// A code is replaced, but there is none.
    ReplacedWithoutCode,
    /// A standard is of one major, and the row is of another: that of the standard.
    OtherMajor(String),
    /// A standard names no course.
    NoCourses,
    /// Nothing that is taught now bears the name that a row says it comes from.
    UnknownFormer(String),
    /// Several that are taught now bear it.
    AmbiguousFormer(String),
    /// The name stays with what the standard retires.
    NameInUse(String),
    /// The name stays with what an earlier version retired.
    NameRetired(String),
    /// More rows than a standard may have.
    TooMany(usize),
}

/// One fault of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The row.
    pub place: RowLocation,
    /// The column, where one is to blame.
    pub column: Option<CatalogueColumn>,
    /// What is wrong.
    pub problem: RowProblem,
}

impl RowFault {
    /// The whole sentence in Chinese: place, column, what is wrong, what to do.
    pub fn zh(&self) -> String {
        let column = self.column.map(|column| format!("「{}」", column.zh()));
        format!(
            "{}{}：{}",
            self.place.zh(),
            column.unwrap_or_default(),
            self.problem.zh()
        )
    }

    /// The whole sentence in English: place, column, what is wrong, what to do.
    pub fn en(&self) -> String {
        let column = self.column.map(|column| format!(", `{}`", column.en()));
        format!(
            "{}{}: {}",
            self.place.en(),
            column.unwrap_or_default(),
            self.problem.en()
        )
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

impl RowProblem {
    fn zh(&self) -> String {
        match self {
            Self::NotReadable(detail) => {
                format!("文件读不懂（{detail}）。请对照 config/catalogue.json 的格式。")
            }
            Self::NoMajorColumn => "表头里没有“专业”或“专业编码”列，请在第一行写上列名。".to_owned(),
            Self::DoubledColumn => "有两列是同一个意思，请只保留一列。".to_owned(),
            Self::Missing => "这里是空的，必须填写。".to_owned(),
            Self::MissingParent => "这里是空的，但同一行写了它下面的内容。合并单元格请拆开，每一行都填写。".to_owned(),
            Self::Code(text, bad) => bad_code_zh(text, *bad),
            Self::Level(text) => format!("没有“{text}”这个层次，可写：中级工、高级工、预备技师（或 4、3、2）。"),
            Self::LevelContradictsCode(text) => format!("层次“{text}”与专业编码末尾的数字不一致，请改正其中一个。"),
            Self::Number(text) => format!("“{text}”不是整数，请只写数字。"),
            Self::Standing(text) => format!("没有“{text}”这个状态，可写：已核实、示例、校本。"),
            Self::UnnamedMajor(code) => format!("文件里没有写编码 {code} 的专业名称，请补上名称。"),
            Self::Conflict(place, before, now) => {
                format!("{}写的是“{before}”，这里写的是“{now}”，请改成一致。", place.zh())
            }
            Self::Circle(code) => format!("编码 {code} 的替代关系绕回了自己，请检查“替代编码”。"),
            Self::ReplacedWithoutCode => "写了替代编码，但没有被替代的专业编码。".to_owned(),
            Self::OtherMajor(major) => format!("这份课程标准只写“{major}”一个专业，请删去别的专业。"),
            Self::NoCourses => "表里没有课程，请每行写一门课程或一个学习任务。".to_owned(),
            Self::UnknownFormer(text) => format!("现行课程里没有“{text}”，请写现在的名称；新增的内容请留空。"),
            Self::AmbiguousFormer(text) => format!("现行课程里有几个“{text}”，请写成“课程/任务”的样子。"),
            Self::NameInUse(name) => {
                format!("“{name}”是这一版要退出的内容的名称，记录里还要用它，请换一个名称。")
            }
            Self::NameRetired(name) => {
                format!("“{name}”是以前退出的内容的名称：要恢复它，请把“原课程”“原任务”留空；要更名，请换一个名称。")
            }
            Self::TooMany(most) => format!("一份课程标准最多 {most} 个学习任务。"),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::NotReadable(detail) => {
                format!("the file cannot be read ({detail}); compare it with config/catalogue.json")
            }
            Self::NoMajorColumn => "no column names the major; the first row must hold the headings".to_owned(),
            Self::DoubledColumn => "two columns mean the same; keep one".to_owned(),
            Self::Missing => "empty, but needed".to_owned(),
            Self::MissingParent => {
                "empty, but the row goes on below it; split merged cells and fill every row".to_owned()
            }
            Self::Code(text, bad) => bad_code_en(text, *bad),
            Self::Level(text) => {
                format!("unknown level `{text}`; one of intermediate, advanced, pre_technician (or 4, 3, 2)")
            }
            Self::LevelContradictsCode(text) => {
                format!("level `{text}` contradicts the digit behind the major code; correct one of them")
            }
            Self::Number(text) => format!("`{text}` is not a whole number; write digits only"),
            Self::Standing(text) => format!("unknown status `{text}`; one of verified, illustrative, local"),
            Self::UnnamedMajor(code) => format!("nothing in the file names the major of code `{code}`; add its name"),
            Self::Conflict(place, before, now) => {
                format!("{} says `{before}`, this one says `{now}`; make them agree", place.en())
            }
            Self::Circle(code) => format!("the replacements of code `{code}` lead back to it; check `replaced_by`"),
            Self::ReplacedWithoutCode => "a replacement is given, but no code that it replaces".to_owned(),
            Self::OtherMajor(major) => format!("this standard is of the major `{major}` alone; leave others out"),
            Self::NoCourses => "the table names no course; write a course or a task on each row".to_owned(),
            Self::UnknownFormer(text) => {
                format!("nothing taught now is called `{text}`; give its present name, or nothing for what is new")
            }
            Self::AmbiguousFormer(text) => format!("several are called `{text}`; write `course/task`"),
            Self::NameInUse(name) => {
                format!("`{name}` is the name of something that this version retires and stays with it; choose another")
            }
            Self::NameRetired(name) => {
                format!(
                    "`{name}` is the name of something that was retired: leave the former name empty to bring that back, \
                     or choose another name"
                )
            }
            Self::TooMany(most) => format!("a standard has at most {most} tasks"),
        }
    }
}

fn bad_code_zh(text: &str, bad: BadCode) -> String {
    match bad {
        BadCode::LostZero => {
            format!("编码“{text}”不足四位，可能被表格当成数字丢了前面的 0。请把这一列设为“文本”后重新填写。")
        }
        BadCode::Signs => {
            format!("编码“{text}”不能用，只能有字母、数字和 - _ . ，最多 {MAX_CODE_CHARS} 个字符。")
        }
    }
}

fn bad_code_en(text: &str, bad: BadCode) -> String {
    match bad {
        BadCode::LostZero => {
            format!("code `{text}` has fewer than four digits; the spreadsheet may have dropped a zero: format as text")
        }
        BadCode::Signs => {
            format!("code `{text}` may hold letters, digits and - _ . only, at most {MAX_CODE_CHARS}")
        }
    }
}

/// Every fault of a file, in the order of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFaults(pub Vec<RowFault>);

impl fmt::Display for RowFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalogue has {} faulty rows", self.0.len())
    }
}

impl std::error::Error for RowFaults {}
