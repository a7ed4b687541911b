//! The twelve reference documents of learning tasks as tables: a matrix, a list, pages for a printer.

use super::pdf::{PrintedDocument, PrintedSection};
use super::{Spreadsheet, SpreadsheetCell};
use crate::domain::evidence::{EvidenceCell, REFERENCE_DOCUMENTS};
use crate::domain::time::Timestamp;
use crate::words::pages::PageWords;

/// What there is of the documents of some learning tasks.
#[derive(Debug, Clone)]
pub struct EvidenceTable {
    /// The language of its words.
    pub say: PageWords,
    /// Of which course or major it is.
    pub of: String,
    /// The library's address, which links begin with; empty where nobody knows it.
    pub address: String,
    /// Courses as a whole and their tasks.
    pub lines: Vec<EvidenceLine>,
}

/// A course as a whole, or one of its tasks.
#[derive(Debug, Clone)]
pub struct EvidenceLine {
    /// The course.
    pub course: String,
    /// The learning task; none: the course as a whole.
    pub task: Option<String>,
    /// Whether a standard has retired it.
    pub is_retired: bool,
    /// What there is of each of the twelve.
    pub cells: Vec<EvidenceCell>,
}

impl EvidenceTable {
    /// What the files are called.
    pub fn title(&self) -> String {
        format!("{} · {}", self.of, self.say.evidence())
    }

    /// Rows of tasks, columns of the twelve: how many there are.
    pub fn matrix(&self) -> Spreadsheet {
        let say = self.say;
        let documents = REFERENCE_DOCUMENTS.iter();
        let documents = documents.map(|document| format!("{} {}", document.number, say.document(document)));
        let head = [say.course().to_owned(), say.task().to_owned()];
        let rows = self.lines.iter().map(|line| {
            let counts = line.cells.iter().map(|cell| SpreadsheetCell::Number(cell.count));
            self.place(line).into_iter().chain(counts).collect()
        });
        Spreadsheet {
            name: say.evidence_matrix().to_owned(),
            head: head.into_iter().chain(documents).collect(),
            rows: rows.collect(),
        }
    }

    /// A row for each document of each task: how many there are, the newest, by whom, reviewed when, and where it stands.
    pub fn list(&self) -> Spreadsheet {
        let say = self.say;
        let head = [
            say.course(),
            say.task(),
            say.document_number(),
            say.document_name(),
            say.in_all(),
        ]
        .into_iter()
        .chain([say.evidence_newest(), say.evidence_by(), say.school()])
        .chain([say.evidence_version(), say.reviewed_when(), say.evidence_link()]);
        let rows = self.lines.iter().flat_map(|line| {
            let cells = REFERENCE_DOCUMENTS.iter().zip(&line.cells);
            cells.map(|(document, cell)| {
                let mut row: Vec<SpreadsheetCell> = self.place(line).into();
                row.extend([
                    SpreadsheetCell::Number(document.number.into()),
                    SpreadsheetCell::Text(say.document(document).to_owned()),
                    SpreadsheetCell::Number(cell.count),
                ]);
                row.extend(self.newest(cell));
                row
            })
        });
        Spreadsheet {
            name: say.evidence().to_owned(),
            head: head.map(str::to_owned).collect(),
            rows: rows.collect(),
        }
    }

    /// The matrix and the list as pages. `more` is what is printed behind them.
    pub fn document(&self, lead: Vec<String>, more: Vec<PrintedSection>, made_at: Timestamp) -> PrintedDocument {
        let matrix = self.matrix();
        let list = self.list();
        let there = list.rows.iter().filter(|row| row[4] != SpreadsheetCell::Number(0));
        // What is on paper is not followed: links stay out, and what is missing stands in the matrix.
        let printed = there.map(|row| row[..row.len() - 1].iter().map(SpreadsheetCell::shown).collect());
        let mut sections = vec![
            PrintedSection {
                title: matrix.name.clone(),
                notes: vec![self.say.coverage_rule().to_owned(), self.say.evidence_rule().to_owned()],
                rows: matrix.shown_rows(),
                head: matrix.head,
                ..PrintedSection::default()
            },
            PrintedSection {
                title: self.say.evidence_list().to_owned(),
                head: list.head[..list.head.len() - 1].to_vec(),
                rows: printed.collect(),
                ..PrintedSection::default()
            },
        ];
        sections.extend(more);
        PrintedDocument {
            title: self.title(),
            lead,
            sections,
            made_at,
            say: self.say,
        }
    }

    fn place(&self, line: &EvidenceLine) -> [SpreadsheetCell; 2] {
        let of = line.task.as_deref().unwrap_or(self.say.whole_course_row());
        let of = match line.is_retired {
            true => self.say.retired_place(of),
            false => of.to_owned(),
        };
        [SpreadsheetCell::Text(line.course.clone()), SpreadsheetCell::Text(of)]
    }

    fn newest(&self, cell: &EvidenceCell) -> [SpreadsheetCell; 6] {
        let newest = cell.newest.as_ref();
        let say = self.say;
        let title = match newest {
            Some(it) => Some(it.title.as_str()),
            None => (cell.count > 0).then(|| say.evidence_hidden()),
        };
        let title = title.map(|title| match cell.by_course {
            true => say.of_whole_course(title),
            false => title.to_owned(),
        });
        [
            SpreadsheetCell::text(title),
            SpreadsheetCell::text(newest.map(|it| it.authors.join(say.lang().pick("、", ", ")))),
            SpreadsheetCell::text(newest.and_then(|it| it.school.clone())),
            SpreadsheetCell::text(newest.map(|it| it.version.to_string())),
            SpreadsheetCell::text(newest.and_then(|it| it.reviewed_at).map(Timestamp::day)),
            SpreadsheetCell::text(newest.map(|it| format!("{}/r/{}", self.address, it.resource))),
        ]
    }
}
