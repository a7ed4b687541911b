//! Words of tables whose rows are forms.

use super::{PageWords, grouped, plural};
use crate::domain::form_sheet::{FormRowFault, FormRowProblem, MAX_ROWS};
use crate::words::said;

impl PageWords {
    /// "第一行写列名：标题、方式……；一次最多 500 行。"
    pub fn sheet_columns(self, headings: &[&str], most: u64) -> String {
        let headings = headings.join("、");
        said!(self.0, zh: "第一行写列名：{headings}。只新建，不修改已有的；导出的表格可以改成新的再导入。一次最多 {most} 行。", en: "The first row holds the headings: {headings}. Rows are added; nothing that is there is changed. A table that was exported can be the pattern of a new one. At most {most} rows at a time.")
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

    fn form_row_problem(self, problem: &FormRowProblem) -> String {
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
