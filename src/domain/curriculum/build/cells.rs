//! Reads single cells of a row into values, noting a fault for each that cannot be read.

use std::collections::BTreeSet;

use super::super::code::MajorCode;
use super::super::column::{CatalogueColumn, CatalogueRecord};
use super::super::fault::RowProblem;
use super::super::level::Level;
use super::super::{Provenance, Reliability};
use super::Builder;
use crate::domain::spelling::whole_number;

impl Builder {
    pub(super) fn major_code(&mut self, record: &CatalogueRecord) -> Option<(MajorCode, Option<Level>)> {
        self.code(record, CatalogueColumn::MajorCode)
    }

    pub(super) fn code(
        &mut self,
        record: &CatalogueRecord,
        column: CatalogueColumn,
    ) -> Option<(MajorCode, Option<Level>)> {
        let text = record.text(column)?;
        match MajorCode::parse(text) {
            Ok(code) => Some(code),
            Err(bad) => {
                self.fault(record.place, column, RowProblem::Code(text.to_owned(), bad));
                None
            }
        }
    }

    pub(super) fn replacement(&mut self, record: &CatalogueRecord, has_code: bool) -> Option<MajorCode> {
        let (code, _) = self.code(record, CatalogueColumn::ReplacedBy)?;
        if !has_code && record.text(CatalogueColumn::MajorCode).is_none() {
            self.fault(
                record.place,
                CatalogueColumn::MajorCode,
                RowProblem::ReplacedWithoutCode,
            );
        }
        Some(code)
    }

    /// The levels of a major: as listed, and on a row of its own also the single level and the code's digit.
    pub(super) fn levels(&mut self, record: &CatalogueRecord, is_deepest: bool) -> BTreeSet<Level> {
        let listed = record.list(CatalogueColumn::Levels);
        let words = listed
            .iter()
            .flat_map(|entry| entry.split(['、', '/', ',', '\u{ff0c}']));
        let words: Vec<&str> = words.map(str::trim).filter(|word| !word.is_empty()).collect();
        let mut levels: BTreeSet<Level> = words
            .into_iter()
            .filter_map(|word| self.level(record, CatalogueColumn::Levels, word))
            .collect();
        if is_deepest {
            levels.extend(self.course_level(record));
        }
        levels
    }

    pub(super) fn level(&mut self, record: &CatalogueRecord, column: CatalogueColumn, text: &str) -> Option<Level> {
        let level = Level::parse(text);
        if level.is_none() {
            self.fault(record.place, column, RowProblem::Level(text.to_owned()));
        }
        level
    }

    /// The level of a row: its own column, or else the digit behind the code. When both speak they must agree.
    pub(super) fn course_level(&mut self, record: &CatalogueRecord) -> Option<Level> {
        let code = record.text(CatalogueColumn::MajorCode);
        let of_code = code
            .and_then(|text| MajorCode::parse(text).ok())
            .and_then(|(_, level)| level);
        let Some(text) = record.owned(CatalogueColumn::Level) else {
            return of_code;
        };
        let own = self.level(record, CatalogueColumn::Level, &text)?;
        if of_code.is_some_and(|level| level != own) {
            self.fault(
                record.place,
                CatalogueColumn::Level,
                RowProblem::LevelContradictsCode(text),
            );
        }
        Some(own)
    }

    pub(super) fn course_hours(&mut self, record: &CatalogueRecord, has_task: bool) -> Option<u32> {
        let own = self.number(record, CatalogueColumn::CourseHours);
        if has_task {
            own
        } else {
            own.or_else(|| self.number(record, CatalogueColumn::Hours))
        }
    }

    pub(super) fn number(&mut self, record: &CatalogueRecord, column: CatalogueColumn) -> Option<u32> {
        let text = record.text(column)?;
        let number = whole_number(text);
        if number.is_none() {
            self.fault(record.place, column, RowProblem::Number(text.to_owned()));
        }
        number
    }

    /// The provenance columns speak about the deepest thing that a row names.
    pub(super) fn provenance(&mut self, record: &CatalogueRecord, is_deepest: bool) -> Provenance {
        if !is_deepest {
            return Provenance::default();
        }
        let status = record.text(CatalogueColumn::Status).and_then(|text| {
            let standing = Reliability::parse(text);
            if standing.is_none() {
                self.fault(
                    record.place,
                    CatalogueColumn::Status,
                    RowProblem::Standing(text.to_owned()),
                );
            }
            standing
        });
        Provenance {
            status,
            source: record.owned(CatalogueColumn::Source),
            note: record.owned(CatalogueColumn::Note),
        }
    }
}
