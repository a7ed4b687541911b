//! Rows held against what is there: what each would do, and what would be written of it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::SheetRows;
use crate::domain::form_sheet::{FormColumn, FormRowProblem, FormSheet};
use crate::domain::list_sheet::RowOutcome;

/// What a row would do.
pub(in crate::library) struct Weighed<C> {
    /// What tells the thing apart from others, so that no table says two things of it or gives two the same name.
    pub(super) keys: Vec<String>,
    pub(super) outcome: RowOutcome,
    pub(super) change: C,
}

impl<C> Weighed<C> {
    /// Of a row that makes `after` of what is there, if anything is.
    pub(super) fn of(
        columns: &[FormColumn],
        keys: Vec<String>,
        before: Option<&Map<String, Value>>,
        after: &Map<String, Value>,
        change: C,
    ) -> Self {
        Self {
            keys,
            outcome: RowOutcome::between(columns, before, after),
            change,
        }
    }

    /// Whether there is nothing to be done.
    pub(super) fn is_nothing(&self) -> bool {
        self.outcome == RowOutcome::Nothing
    }
}

/// All rows, weighed.
pub(super) struct AllWeighed<R: SheetRows> {
    pub(super) known: R::Known,
    pub(super) sheet: FormSheet,
    pub(super) outcomes: Vec<RowOutcome>,
    pub(super) changes: Vec<R::Change>,
}

/// Weighs every row, and refuses those that say of a thing what another has said.
pub(super) fn weigh_each<R: SheetRows>(rows: &R, known: R::Known, mut sheet: FormSheet) -> AllWeighed<R> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let (mut outcomes, mut changes) = (Vec::with_capacity(sheet.rows.len()), Vec::new());
    if R::IS_WHOLE && !sheet.faults.is_empty() {
        return AllWeighed {
            known,
            sheet,
            outcomes,
            changes,
        };
    }
    let all = std::mem::take(&mut sheet.rows);
    let weighed = rows.weigh_all(&known, &all);
    for (row, weighed) in all.into_iter().zip(weighed) {
        match weighed {
            Ok(weighed) => {
                let earlier = weighed.keys.iter().find_map(|key| seen.get(key));
                if let Some(earlier) = earlier.copied() {
                    sheet.blame(row.row, None, FormRowProblem::SameAsRow(earlier));
                }
                if !weighed.is_nothing() {
                    changes.push(weighed.change);
                }
                seen.extend(weighed.keys.into_iter().map(|key| (key, row.row)));
                outcomes.push(weighed.outcome);
                sheet.rows.push(row);
            }
            Err(faults) => sheet.blame_fields(R::COLUMNS, row.row, faults),
        }
    }
    sheet.faults.sort_by_key(|fault| fault.row);
    AllWeighed {
        known,
        sheet,
        outcomes,
        changes,
    }
}
