//! Lists of who took part in a session, one person a row, read with the faults of *all* rows.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::account::name_key;
use crate::domain::code::codes;
use crate::domain::spelling::{strip_invisible, whole_number};

/// The most rows of one list.
pub const MAX_ROWS: usize = 1_000;

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field it fills")]
pub enum ListColumn {
    Name,
    Display,
    Hours,
}

codes!(ListColumn: Name "name", Display "display", Hours "hours");

impl ListColumn {
    fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["登录名", "用户名", "账号", "帐号", "工号", "name", "sign-inname"],
            Self::Display => &["姓名", "显示名", "display", "person"],
            Self::Hours => &["学时", "课时", "hours", "classhours"],
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
}

/// A row: somebody who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// Its number in the sheet.
    pub row: u32,
    /// The sign-in name.
    pub name: String,
    /// The person's name, which is held against that of the account.
    pub display: Option<String>,
    /// The hours that are counted; all of the session's when not given.
    pub hours: Option<i32>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListProblem {
    /// No column holds sign-in names.
    NoNameColumn,
    /// More rows than one list may have.
    TooManyRows,
    /// There is no sign-in name.
    NoName,
    /// An earlier row has the same sign-in name.
    SameAsRow(u32),
    /// Nobody who may do something has this sign-in name.
    NoSuchAccount(String),
    /// The account with this sign-in name is somebody else's.
    OtherPerson(String),
    /// The session is not for them, or they are not the sender's to add.
    NotForThem,
    /// Nobody counts their own hours.
    Own,
    /// The hours are no number, or more than the session has.
    Hours(String),
    /// Other hours are counted already, which only a correction with a reason changes.
    Counted(i32),
}

/// A fault of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFault {
    /// The row.
    pub row: u32,
    /// The column, where one is to blame.
    pub column: Option<ListColumn>,
    /// What is wrong.
    pub problem: ListProblem,
}

/// What a list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttendanceList {
    /// The rows that can be read.
    pub rows: Vec<ListRow>,
    /// Everything that is wrong.
    pub faults: Vec<ListFault>,
}

impl AttendanceList {
    /// Reads the rows below a heading; each comes with its number in the sheet. `most` is how many hours the session has.
    pub fn read(heading_row: u32, headings: &[String], rows: &[(u32, Vec<String>)], most: i32) -> Self {
        let columns: Vec<Option<ListColumn>> = headings.iter().map(|heading| ListColumn::named(heading)).collect();
        let mut list = Self::default();
        if !columns.contains(&Some(ListColumn::Name)) {
            list.blame(heading_row, None, ListProblem::NoNameColumn);
            return list;
        }
        if rows.len() > MAX_ROWS {
            list.blame(heading_row, None, ListProblem::TooManyRows);
            return list;
        }
        let mut seen = HashMap::new();
        for (row, cells) in rows {
            list.read_row(*row, &columns, cells, most, &mut seen);
        }
        list
    }

    fn read_row(
        &mut self,
        row: u32,
        columns: &[Option<ListColumn>],
        cells: &[String],
        most: i32,
        seen: &mut HashMap<String, u32>,
    ) {
        let cell = |wanted: ListColumn| {
            let of_it = columns.iter().zip(cells).filter(|(column, _)| **column == Some(wanted));
            let mut texts = of_it.map(|(_, cell)| strip_invisible(cell));
            texts.find(|text| !text.is_empty())
        };
        let Some(name) = cell(ListColumn::Name) else {
            return self.blame(row, Some(ListColumn::Name), ListProblem::NoName);
        };
        if let Some(earlier) = seen.insert(name_key(&name), row) {
            return self.blame(row, Some(ListColumn::Name), ListProblem::SameAsRow(earlier));
        }
        let typed = cell(ListColumn::Hours);
        let hours = typed.as_deref().map(|text| hours(text, most));
        if let (Some(None), Some(text)) = (hours, typed) {
            return self.blame(row, Some(ListColumn::Hours), ListProblem::Hours(text));
        }
        self.rows.push(ListRow {
            row,
            name,
            display: cell(ListColumn::Display),
            hours: hours.flatten(),
        });
    }

    /// Adds a fault of a row.
    pub fn blame(&mut self, row: u32, column: Option<ListColumn>, problem: ListProblem) {
        self.faults.push(ListFault { row, column, problem });
    }
}

fn hours(text: &str, most: i32) -> Option<i32> {
    let hours = i32::try_from(whole_number(text)?).ok()?;
    (1..=most).contains(&hours).then_some(hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headings: &[&str], rows: &[&[&str]]) -> AttendanceList {
        let own = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows: Vec<(u32, Vec<String>)> = (2..).zip(rows).map(|(row, cells)| (row, own(cells))).collect();
        AttendanceList::read(1, &own(headings), &rows, 16)
    }

    #[test]
    fn rows_are_read_by_their_headings() {
        let list = read(
            &["姓名", "登录名 *", "学时"],
            &[&["王敏", "wangmin", "8学时"], &["", "liqiang", ""]],
        );

        assert!(list.faults.is_empty(), "{list:?}");
        let said: Vec<_> = list
            .rows
            .iter()
            .map(|row| (row.row, row.name.as_str(), row.hours))
            .collect();
        assert_eq!(said, [(2, "wangmin", Some(8)), (3, "liqiang", None)]);
    }

    #[test]
    fn every_fault_is_told_with_its_row() {
        let list = read(
            &["登录名", "学时"],
            &[
                &["wang", "17"],
                &["", "8"],
                &["li", "many"],
                &["zhao", ""],
                &["ZHAO", ""],
            ],
        );

        let told: Vec<_> = list.faults.iter().map(|fault| (fault.row, fault.column)).collect();
        assert_eq!(
            told,
            [
                (2, Some(ListColumn::Hours)),
                (3, Some(ListColumn::Name)),
                (4, Some(ListColumn::Hours)),
                (6, Some(ListColumn::Name))
            ]
        );
        assert_eq!(list.faults[3].problem, ListProblem::SameAsRow(5));
        assert_eq!(read(&["姓名"], &[]).faults[0].problem, ListProblem::NoNameColumn);
    }
}
