//! Reads a catalogue from the rows of a table (CSV or a sheet), one course or one task a row.
//!
//! Whoever opens the file hands in the heading row and the rows below with the numbers that a person sees in the
//! margin. Headings may be Chinese or English; columns we do not know are left alone. Cells are not inherited from the
//! row above: a blank major is a fault, because guessing would file a course under the wrong one.

use super::Catalogue;
use super::build::{PlacedCatalogue, build_placed};
use super::column::{CatalogueColumn, CatalogueRecord};
use super::fault::{FileSection, RowFault, RowFaults, RowLocation, RowProblem};

/// Reads the rows below a heading; each row comes with its number in the sheet.
pub fn read(heading_row: u32, headings: &[String], rows: &[(u32, Vec<String>)]) -> Result<Catalogue, RowFaults> {
    read_placed(heading_row, headings, rows).map(|placed| placed.catalogue)
}

/// The same with the places of the rows.
pub fn read_placed(
    heading_row: u32,
    headings: &[String],
    rows: &[(u32, Vec<String>)],
) -> Result<PlacedCatalogue, RowFaults> {
    let columns: Vec<Option<CatalogueColumn>> =
        headings.iter().map(|heading| CatalogueColumn::named(heading)).collect();
    check(heading_row, &columns)?;
    let records: Vec<CatalogueRecord> = rows.iter().map(|(row, cells)| record(*row, &columns, cells)).collect();
    let filled: Vec<CatalogueRecord> = records.into_iter().filter(|record| !record.is_blank()).collect();
    build_placed(&filled)
}

fn check(heading_row: u32, columns: &[Option<CatalogueColumn>]) -> Result<(), RowFaults> {
    let place = RowLocation {
        part: FileSection::Rows,
        row: heading_row,
    };
    let mut faults = Vec::new();
    let names_majors =
        |column: &Option<CatalogueColumn>| matches!(column, Some(CatalogueColumn::Major | CatalogueColumn::MajorCode));
    if !columns.iter().any(names_majors) {
        faults.push(RowFault {
            place,
            column: None,
            problem: RowProblem::NoMajorColumn,
        });
    }
    for (at, column) in columns.iter().enumerate() {
        if column.is_some() && columns[..at].contains(column) {
            faults.push(RowFault {
                place,
                column: *column,
                problem: RowProblem::DoubledColumn,
            });
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(RowFaults(faults))
    }
}

fn record(row: u32, columns: &[Option<CatalogueColumn>], cells: &[String]) -> CatalogueRecord {
    let mut record = CatalogueRecord::new(RowLocation {
        part: FileSection::Rows,
        row,
    });
    for (column, cell) in columns.iter().zip(cells) {
        if let Some(column) = column {
            record.set(*column, cell);
        }
    }
    record
}
