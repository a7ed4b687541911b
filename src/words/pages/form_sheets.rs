//! Words of tables whose rows are forms.

use super::{PageWords, grouped, plural};
use crate::domain::form_sheet::{FormColumn, FormRowFault, FormRowProblem, MAX_ROWS};
use crate::domain::list_sheet::{CellChange, REMOVED, RowOutcome, SheetCounts};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        sheet_lead: "先逐行预览会新增、修改什么，确认后才写入；有一行不对，就什么都不写。" |
            "First you see row by row what would be added and changed; nothing is written before you say yes, nor while a row is faulty.";
        sheet_outcome_of_row: "会怎样" | "What it does";
        sheet_removed: "去掉的步骤" | "steps that go";
        sheet_bring: "导入" | "Bring a table";
    }

    /// "第一行写列名：标题、方式……；一次最多 5000 行。"
    pub fn sheet_columns(self, headings: &[&str], most: u64) -> String {
        let headings = headings.join("、");
        said!(self.0, zh: "第一行写列名：{headings}。可以先导出，改好再导入：“系统编号”认得出原来的一条，新的一条留空；空格子表示清空，没有的列不改。一次最多 {most} 行。", en: "The first row holds the headings: {headings}. Best begin with an exported table: 系统编号 tells which one a row is about and is left empty for a new one; an empty cell empties, a column that is not there stays as it is. At most {most} rows at a time.")
    }

    /// "新增 3 条、修改 2 条、没有变化 7 条"
    pub fn sheet_counts(self, counts: SheetCounts) -> Vec<String> {
        let [added, changed, unchanged] = [counts.added, counts.changed, counts.unchanged].map(grouped);
        vec![
            said!(self.0, zh: "新增 {added} 条", en: "{added} added"),
            said!(self.0, zh: "修改 {changed} 条", en: "{changed} changed"),
            said!(self.0, zh: "没有变化 {unchanged} 条", en: "{unchanged} unchanged"),
        ]
    }

    /// "写入这 5 条"
    pub fn sheet_carry_out(self, n: u64) -> String {
        let noun = plural(n, "row", "rows");
        let n = grouped(n);
        said!(self.0, zh: "写入这 {n} 条", en: "Write {n} {noun}")
    }

    /// "已写入：新增 3 条，修改 2 条。"
    pub fn sheet_brought(self, added: u64, changed: u64) -> String {
        let [added, changed] = [added, changed].map(grouped);
        said!(self.0, zh: "已写入：新增 {added} 条，修改 {changed} 条。", en: "Written: {added} added, {changed} changed.")
    }

    /// What a row would do: "修改：联系人（原：张三）"
    pub fn row_outcome(self, columns: &[FormColumn], outcome: &RowOutcome) -> String {
        let changed = match outcome {
            RowOutcome::Add => return self.0.pick("新增", "added").to_owned(),
            RowOutcome::Nothing => return self.0.pick("没有变化", "unchanged").to_owned(),
            RowOutcome::Change(changed) => changed,
        };
        let cell = |change: &CellChange| {
            let column = columns.iter().find(|column| column.field == change.field);
            let name = match column {
                Some(column) => column.heading(),
                None if change.field == REMOVED => self.sheet_removed(),
                None => change.field.as_str(),
            };
            let before = &change.before;
            match before.is_empty() {
                true => said!(self.0, zh: "{name}（原来空着）", en: "{name} (was empty)"),
                false => said!(self.0, zh: "{name}（原：{before}）", en: "{name} (was {before})"),
            }
        };
        let cells: Vec<String> = changed.iter().map(cell).collect();
        let cells = cells.join(self.0.pick("、", ", "));
        said!(self.0, zh: "修改：{cells}", en: "changed: {cells}")
    }

    /// "12 行"
    pub fn sheet_rows(self, n: u64) -> String {
        let noun = plural(n, "row", "rows");
        let n = grouped(n);
        said!(self.0, zh: "{n} 行", en: "{n} {noun}")
    }

    /// What is wrong with a row: "第 3 行「学时」：必填。"
    pub fn form_row_fault(self, fault: &FormRowFault) -> String {
        let row = fault.row;
        let problem = self.form_row_problem(&fault.problem);
        match fault.column {
            Some(column) => {
                said!(self.0, zh: "第 {row} 行「{column}」：{problem}", en: "Row {row}, {column}: {problem}")
            }
            None => said!(self.0, zh: "第 {row} 行：{problem}", en: "Row {row}: {problem}"),
        }
    }

    /// What is wrong, without the row: "必填。"
    pub fn form_row_problem(self, problem: &FormRowProblem) -> String {
        match problem {
            FormRowProblem::NoColumn => {
                said!(self.0, zh: "表头里没有这一列，请在第一行写上列名。", en: "there is no such column; the first row must hold the headings.")
            }
            FormRowProblem::TooManyRows => {
                said!(self.0, zh: "一次最多 {MAX_ROWS} 行，请分成几个表格。", en: "at most {MAX_ROWS} rows at a time; make several tables.")
            }
            FormRowProblem::TwoColumns => {
                said!(self.0, zh: "有两列说的是同一件事，请只保留一列。", en: "two columns say the same thing; keep one.")
            }
            FormRowProblem::Field(kind) => kind.say(self.0),
            FormRowProblem::ChangedSince => {
                said!(self.0, zh: "导出以后有人改动过这一项，请重新导出，核对后再填。", en: "somebody changed it since the table was exported; export it anew and look again.")
            }
            FormRowProblem::SameAsRow(row) => {
                said!(self.0, zh: "与第 {row} 行相同，请只保留一行。", en: "the same as row {row}; keep one.")
            }
        }
    }
}
