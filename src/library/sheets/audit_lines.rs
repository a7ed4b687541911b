//! What the audit log tells of a table: a line of the table itself, and one of each thing that it wrote, as if that had been done by
//! hand.

use super::SheetRows;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::form_sheet::FormRow;
use crate::domain::list_sheet::{RowOutcome, SheetCounts};
use crate::library::audit::AuditedThing;

/// The most things that the line of a table names.
const MAX_TOLD: usize = 200;

/// What a table did, for the audit log: how much, and to what as far as a line of the log has room.
pub(super) fn told(counts: SheetCounts, written: &[String]) -> AuditChanges {
    let told = AuditChanges::default()
        .set("added", counts.added)
        .set("changed", counts.changed);
    let named = written.iter().take(MAX_TOLD);
    named.fold(told, |told, id| told.set("id", id))
}

/// What became of each thing that was written, for a line of the log each: of the columns that decide something, from what to what.
pub(super) fn each_told<R: SheetRows>(
    rows: &[FormRow],
    outcomes: &[RowOutcome],
    written: &[String],
) -> Vec<AuditedThing> {
    let Some([added, changed]) = R::EACH else {
        return Vec::new();
    };
    let done = rows
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| **outcome != RowOutcome::Nothing);
    let told = done.zip(written).map(|((row, outcome), id)| {
        let is_new = matches!(outcome, RowOutcome::Add);
        let deciding = R::DECIDING.iter().filter_map(|(field, called)| {
            let column = R::COLUMNS.iter().find(|column| column.field == *field)?;
            Some((column, *called))
        });
        AuditedThing {
            action: if is_new { added } else { changed },
            subject: id.clone(),
            changes: deciding.fold(AuditChanges::default(), |told, (column, called)| {
                let after = column.written(row.fields.get(column.field));
                match outcome {
                    RowOutcome::Add if !after.is_empty() => told.set(called, after),
                    RowOutcome::Change(cells) => match cells.iter().find(|cell| cell.field == column.field) {
                        Some(cell) => told.moved_option(called, filled(cell.before.clone()), filled(after)),
                        None => told,
                    },
                    RowOutcome::Add | RowOutcome::Nothing => told,
                }
            }),
        }
    });
    told.collect()
}

fn filled(cell: String) -> Option<String> {
    Some(cell).filter(|cell| !cell.is_empty())
}
