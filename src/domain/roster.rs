//! Rosters: tables of new accounts, one a row, read with the faults of *all* rows, by the numbers that a person sees in
//! the margin.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::account::{AccountForm, name_key};
use super::code::codes;
use super::fault::FieldFault;

/// The most rows that one table opens accounts from.
pub const MAX_ROWS: usize = 300;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the field it fills")]
pub enum RosterColumn {
    Name,
    Display,
    Role,
    School,
}

codes!(RosterColumn: Name "name", Display "display", Role "role", School "school");

impl RosterColumn {
    fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["登录名", "用户名", "账号", "帐号", "工号", "name"],
            Self::Display => &["姓名", "显示名", "display"],
            Self::Role => &["角色", "身份", "role"],
            Self::School => &["学校", "院校", "单位", "school"],
        }
    }

    /// Reads a heading; width, case and a star of "must be filled" do not matter.
    fn named(heading: &str) -> Option<Self> {
        let heading: String = heading.nfkc().filter(|c| !c.is_whitespace() && *c != '*').collect();
        let heading = heading.to_lowercase();
        Self::ALL
            .into_iter()
            .find(|column| column.headings().contains(&heading.as_str()))
    }

    fn of_pointer(pointer: &str) -> Option<Self> {
        Self::of_code(pointer.strip_prefix('/')?)
    }
}

/// A row that can become an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterRow {
    /// Its number in the sheet.
    pub row: u32,
    /// What it says.
    pub form: AccountForm,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterProblem {
    /// No column holds sign-in names.
    NoNameColumn,
    /// More rows than one table may have.
    TooManyRows,
    /// An earlier row has the same sign-in name.
    SameAsRow(u32),
    /// Somebody has this sign-in name already.
    Taken(String),
    /// No school is called so.
    NoSuchSchool(String),
    /// Whoever sent the table may not open such an account.
    NotYours,
    /// A cell is wrong.
    Cell(FieldFault),
}

/// A fault of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterFault {
    /// The row.
    pub row: u32,
    /// The column, where one is to blame.
    pub column: Option<RosterColumn>,
    /// What is wrong.
    pub problem: RosterProblem,
}

/// What a table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// The rows that can be read.
    pub lines: Vec<RosterRow>,
    /// Everything that is wrong.
    pub faults: Vec<RosterFault>,
}

impl Roster {
    /// Reads the rows below a heading; each comes with its number in the sheet. A row that does not name a role is a
    /// teacher's, and one that does not name a school is of `own_school`.
    pub fn read(heading_row: u32, headings: &[String], rows: &[(u32, Vec<String>)], own_school: Option<&str>) -> Self {
        let columns: Vec<Option<RosterColumn>> = headings.iter().map(|heading| RosterColumn::named(heading)).collect();
        let mut roster = Self::default();
        if !columns.contains(&Some(RosterColumn::Name)) {
            roster.add_fault(heading_row, None, RosterProblem::NoNameColumn);
            return roster;
        }
        if rows.len() > MAX_ROWS {
            roster.add_fault(heading_row, None, RosterProblem::TooManyRows);
            return roster;
        }
        let mut seen = HashMap::new();
        for (row, cells) in rows {
            match AccountForm::parse(&fields(&columns, cells, own_school)) {
                Ok(form) => match seen.insert(name_key(&form.name), *row) {
                    Some(earlier) => {
                        roster.add_fault(*row, Some(RosterColumn::Name), RosterProblem::SameAsRow(earlier));
                    }
                    None => roster.lines.push(RosterRow { row: *row, form }),
                },
                Err(faults) => roster.blame_cells(*row, faults),
            }
        }
        roster
    }

    /// Adds a fault of a row.
    pub fn add_fault(&mut self, row: u32, column: Option<RosterColumn>, problem: RosterProblem) {
        self.faults.push(RosterFault { row, column, problem });
    }

    fn blame_cells(&mut self, row: u32, faults: Vec<FieldFault>) {
        for fault in faults {
            self.add_fault(
                row,
                RosterColumn::of_pointer(&fault.pointer),
                RosterProblem::Cell(fault),
            );
        }
    }
}

fn fields(columns: &[Option<RosterColumn>], cells: &[String], own_school: Option<&str>) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("role".to_owned(), "teacher".into());
    if let Some(school) = own_school {
        fields.insert("school".to_owned(), school.into());
    }
    for (column, cell) in columns.iter().zip(cells) {
        if let Some(column) = column.filter(|_| !cell.trim().is_empty()) {
            fields.insert(column.code().to_owned(), cell.trim().into());
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::role::Role;

    fn read(headings: &[&str], rows: &[&[&str]]) -> Roster {
        let own = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows: Vec<(u32, Vec<String>)> = (2..).zip(rows).map(|(row, cells)| (row, own(cells))).collect();
        Roster::read(1, &own(headings), &rows, Some("S1"))
    }

    #[test]
    fn rows_are_read_by_their_headings() {
        let roster = read(
            &["姓名", "登录名*", "备注", "角色"],
            &[&["王敏", "wangmin", "机电系", ""], &["李强", "liqiang", "", "读者"]],
        );

        assert!(roster.faults.is_empty(), "{roster:?}");
        let said: Vec<_> = roster
            .lines
            .iter()
            .map(|line| (line.row, line.form.name.as_str(), line.form.role))
            .collect();
        assert_eq!(said, [(2, "wangmin", Role::Teacher), (3, "liqiang", Role::Reader)]);
        assert_eq!(roster.lines[0].form.school.as_deref(), Some("S1"));
    }

    #[test]
    fn every_fault_is_told_with_its_row_and_column() {
        let roster = read(
            &["登录名", "角色"],
            &[&["wang", ""], &["", "教师"], &["li", "校长"], &["wang", ""]],
        );

        let told: Vec<_> = roster.faults.iter().map(|fault| (fault.row, fault.column)).collect();
        assert_eq!(
            told,
            [
                (3, Some(RosterColumn::Name)),
                (4, Some(RosterColumn::Role)),
                (5, Some(RosterColumn::Name))
            ]
        );
        assert_eq!(roster.faults[2].problem, RosterProblem::SameAsRow(2));
        assert_eq!(
            read(&["姓名"], &[&["王"]]).faults[0].problem,
            RosterProblem::NoNameColumn
        );
        let many: Vec<&[&str]> = vec![&["a"]; MAX_ROWS + 1];
        assert_eq!(read(&["name"], &many).faults[0].problem, RosterProblem::TooManyRows);
    }
}
