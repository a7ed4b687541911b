//! The sheet that says what the files of a folder are: a row for each resource.

use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::licence::Licence;
use crate::extract::table::{ExtractedRow, ExtractedTable};
use crate::library::imports::fault::{ImportProblem, ItemFault};

/// The column that names files, and the names it has.
const PATH: (&str, &[&str]) = ("path", &["文件", "路径", "文件夹", "path", "file", "folder"]);

/// The columns that fill fields, and the names they have; the first is what they are called in Chinese.
const FIELDS: &[(&str, &[&str])] = &[
    ("title", &["标题", "名称", "资源名称", "title"]),
    ("type", &["类型", "资源类型", "type"]),
    ("major", &["专业", "专业编码", "major"]),
    ("course", &["课程", "course"]),
    ("task", &["任务", "学习任务", "task"]),
    ("stage", &["学习环节", "环节", "stage"]),
    ("level", &["层次", "培养层次", "level"]),
    ("keywords", &["关键词", "keywords"]),
    ("authors", &["作者", "authors", "author"]),
    ("year", &["年份", "year"]),
    ("licence", &["许可", "licence", "license"]),
    ("employer_consent", &["单位同意", "employer_consent"]),
    ("third_party", &["第三方素材", "third_party"]),
    ("people_filmed", &["出镜人员", "people_filmed"]),
    ("ai_use", &["人工智能", "ai", "ai声明", "ai_use"]),
    ("ai_tool", &["人工智能工具", "ai工具", "ai_tool"]),
    ("ai_purpose", &["人工智能用途", "ai用途", "ai_purpose"]),
    ("scope", &["范围", "共享范围", "scope"]),
    ("description", &["简介", "说明", "description"]),
];

/// The names of scopes that teachers use.
const SCOPES: &[(&str, &[&str])] = &[
    ("school", &["本校", "校内", "school"]),
    ("city", &["全市", "联盟", "city"]),
    ("public", &["公开", "public"]),
];

/// The heading of the column that fills a field, in Chinese.
pub(super) fn heading(field: &str) -> Option<&'static str> {
    let (_, names) = FIELDS.iter().find(|(name, _)| *name == field)?;
    names.first().copied()
}

/// What the columns that fill fields are called in both languages: `标题 title`.
pub fn columns() -> Vec<String> {
    let both = |(field, names): &(&str, &[&str])| names.first().map(|zh| format!("{zh} {field}"));
    FIELDS.iter().filter_map(both).collect()
}

/// One row: which file or folder, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SheetRow {
    pub(super) row: u32,
    pub(super) path: String,
    pub(super) fields: Map<String, Value>,
}

/// Reads the rows of a sheet, gathering the faults of its heading and its paths.
pub(super) fn lines(table: &ExtractedTable, faults: &mut Vec<ItemFault>) -> Vec<SheetRow> {
    let columns: Vec<Option<&str>> = table.header.iter().map(|heading| column(heading)).collect();
    let before = faults.len();
    let mut blame = |path: &str, problem| {
        faults.push(ItemFault {
            row: Some(table.header_row),
            path: path.to_owned(),
            problem,
        });
    };
    if !columns.contains(&Some(PATH.0)) {
        blame("", ImportProblem::NoPathColumn);
    }
    for (at, name) in columns.iter().enumerate() {
        if name.is_some() && columns[..at].contains(name) {
            blame(&table.header[at], ImportProblem::DoubledColumn);
        }
    }
    if faults.len() > before {
        return Vec::new();
    }
    table
        .rows
        .iter()
        .filter_map(|row| line(row, &columns, faults))
        .collect()
}

fn line(row: &ExtractedRow, columns: &[Option<&str>], faults: &mut Vec<ItemFault>) -> Option<SheetRow> {
    let mut fields = Map::new();
    let mut path = String::new();
    for (at, name) in columns.iter().enumerate() {
        let cell = row.cell(at).trim();
        match name {
            Some(name) if *name == PATH.0 => path = tidy_path(cell),
            Some(name) if !cell.is_empty() => {
                fields.insert((*name).to_owned(), value(name, cell));
            }
            _ => {}
        }
    }
    if path.is_empty() {
        faults.push(ItemFault {
            row: Some(row.number),
            path,
            problem: ImportProblem::NoPath,
        });
        return None;
    }
    Some(SheetRow {
        row: row.number,
        path,
        fields,
    })
}

fn value(field: &str, cell: &str) -> Value {
    match field {
        "keywords" | "authors" => {
            let parts = cell.split([';', '；', '、', ',', '，', '|', '\n']).map(str::trim);
            json!(parts.filter(|part| !part.is_empty()).collect::<Vec<_>>())
        }
        "scope" => json!(named(cell, SCOPES).unwrap_or(cell)),
        "licence" => json!(Licence::of_text(cell).map_or(cell, |licence| licence.code())),
        _ => json!(cell),
    }
}

fn column(heading: &str) -> Option<&'static str> {
    named(heading, &[PATH]).or_else(|| named(heading, FIELDS))
}

/// Finds what a word means; width, case and a star of "must be filled" do not matter.
fn named(word: &str, names: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let word: String = word.nfkc().filter(|c| !c.is_whitespace() && *c != '*').collect();
    let word = word.to_lowercase();
    let found = names.iter().find(|(_, names)| names.contains(&word.as_str()));
    found.map(|(meaning, _)| *meaning)
}

/// The path as the folder's own: slashes, none at the ends. What climbs out of the folder is found nowhere in it.
fn tidy_path(cell: &str) -> String {
    let path = cell.replace('\\', "/");
    let parts = path.split('/').map(str::trim).filter(|part| !matches!(*part, "" | "."));
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use crate::extract::table::ExtractedRow;
    use crate::library::imports::sheet::{ExtractedTable, lines};

    fn table(header: &[&str], rows: &[&[&str]]) -> ExtractedTable {
        let own = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let rows = (2..).zip(rows).map(|(number, cells)| ExtractedRow {
            number,
            cells: own(cells),
        });
        ExtractedTable {
            header_row: 1,
            header: own(header),
            rows: rows.collect(),
        }
    }

    #[test]
    fn headings_and_words_are_read_in_both_languages() {
        let table = table(
            &["文件*", "Title", "范围", "关键词"],
            &[&[r"课件\台阶轴\", "台阶轴", "全市", "车削；轴"]],
        );
        let mut faults = Vec::new();

        let lines = lines(&table, &mut faults);

        assert!(faults.is_empty());
        assert_eq!((lines[0].row, lines[0].path.as_str()), (2, "课件/台阶轴"));
        assert_eq!(lines[0].fields["scope"], "city");
        assert_eq!(lines[0].fields["keywords"], serde_json::json!(["车削", "轴"]));
    }

    #[test]
    fn a_sheet_without_paths_and_a_row_without_one_are_faults() {
        let mut faults = Vec::new();

        lines(&table(&["标题"], &[&["甲"]]), &mut faults);
        lines(&table(&["路径", "标题"], &[&["", "甲"]]), &mut faults);

        assert_eq!(
            faults.iter().map(|fault| fault.row).collect::<Vec<_>>(),
            [Some(1), Some(2)]
        );
    }
}
