//! What can be wrong with a row of a sheet or an item of a folder, in Chinese and in English.

use serde::Serialize;

use crate::domain::fault::FieldFault;
use crate::library::imports::sheet;
use crate::words::Lang;
use crate::words::sizes::size;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFault {
    /// The row of the sheet, as spreadsheet programs number it.
    pub row: Option<u32>,
    /// The file or folder, where the fault has one.
    pub path: String,
    /// What is wrong.
    pub problem: ImportProblem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportProblem {
    /// No column names files.
    NoPathColumn,
    /// Two columns mean the same.
    DoubledColumn,
    /// The row does not say which file.
    NoPath,
    /// There is no such file or folder, or only links and litter.
    NothingThere,
    /// An earlier row is about the same file or folder.
    SameAsRow(u32),
    /// A file is over the limit, in bytes.
    FileTooLarge(u64),
    /// More files than a resource may hold.
    TooManyFiles(u64),
    /// A file's path is too long or says nothing, or two become the same.
    FilePath(String),
    /// A field is wrong.
    Field(FieldFault),
}

/// A fault as programs read it.
#[derive(Debug, Serialize)]
pub struct ShownFault {
    row: Option<u32>,
    path: String,
    zh: String,
    en: String,
}

impl ItemFault {
    /// The whole sentence in Chinese.
    pub fn zh(&self) -> String {
        let row = self.row.map(|row| format!("第 {row} 行")).unwrap_or_default();
        format!("{row}「{}」：{}", self.path, self.problem.zh())
    }

    /// The whole sentence in English.
    pub fn en(&self) -> String {
        let row = self.row.map(|row| format!("row {row}, ")).unwrap_or_default();
        format!("{row}`{}`: {}", self.path, self.problem.en())
    }

    /// The fault as programs read it.
    pub fn shown(&self) -> ShownFault {
        ShownFault {
            row: self.row,
            path: self.path.clone(),
            zh: self.zh(),
            en: self.en(),
        }
    }
}

impl ImportProblem {
    fn zh(&self) -> String {
        match self {
            Self::NoPathColumn => "表头里没有“文件”或“路径”列，请在第一行写上列名。".to_owned(),
            Self::DoubledColumn => "有两列是同一个意思，请只保留一列。".to_owned(),
            Self::NoPath => "没有写文件或文件夹。".to_owned(),
            Self::NothingThere => "文件夹里没有它，或者它是空的。请核对路径（相对于导入的文件夹）。".to_owned(),
            Self::SameAsRow(row) => format!("与第 {row} 行是同一个文件或文件夹，请只保留一行。"),
            Self::FileTooLarge(limit) => format!("有文件超过本站上限 {}。", size(*limit)),
            Self::TooManyFiles(limit) => format!("文件多于 {limit} 个，请分成几个文件夹。"),
            Self::FilePath(path) => format!("路径“{path}”太长、没有名字或与另一个重复，请改名。"),
            Self::Field(fault) => format!("{}：{}", field(fault, Lang::Zh), fault.kind.say(Lang::Zh)),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::NoPathColumn => {
                "no column is called `path` or `file`; write the names of the columns in the first row".to_owned()
            }
            Self::DoubledColumn => "two columns mean the same; keep one".to_owned(),
            Self::NoPath => "the row does not say which file or folder".to_owned(),
            Self::NothingThere => "not there, or empty. hint: paths start at the imported folder".to_owned(),
            Self::SameAsRow(row) => format!("the same file or folder as row {row}; keep one"),
            Self::FileTooLarge(limit) => format!("a file is over this site's limit of {}", size(*limit)),
            Self::TooManyFiles(limit) => format!("more than {limit} files; make several folders of it"),
            Self::FilePath(path) => format!("the path `{path}` is too long, nameless or there twice; rename it"),
            Self::Field(fault) => format!("{}: {}", field(fault, Lang::En), fault.kind.say(Lang::En)),
        }
    }
}

fn field(fault: &FieldFault, lang: Lang) -> String {
    let name = fault.pointer.trim_start_matches('/');
    let zh = sheet::heading(name).unwrap_or(name);
    lang.pick(format!("「{zh}」"), format!("`{name}`"))
}
