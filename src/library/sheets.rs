//! Lists as tables: taken along, brought again, looked at row by row, and carried out at a yes.
//!
//! | file | what it is about |
//! |---|---|
//! | here | what every list has in common |
//! | [`names`] | schools and majors that rows name |
//! | [`weigh`] | rows held against what is there |
//! | [`audit_lines`] | what the audit log tells of it |
//! | `companies`, `training_bases`, … | one list each: its columns, what a row says of a thing, what a row would do |
//!
//! A further list is a variant of [`ListSheet`], a file here that implements [`SheetRows`], its line in `each_list`, and its
//! words in `http/web/sheets.rs`.
//!
//! A table is looked at in three moves, none of which asks the database by the row: [`SheetRows::known`] reads what rows are
//! held against, [`SheetRows::weigh`] says of each row beside the async threads what it would do, and what it would do is kept
//! with the preview. At the yes all of it is weighed once more: what is carried out is what was shown, or nothing. What is to be
//! written is locked before it is looked at for the last time ([`SheetRows::hold`]).

use std::fs::File;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::{Db, staged};
use crate::domain::audit::AuditAction;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{FormColumn, FormRow, FormSheet, ID};
use crate::domain::id::PreviewId;
use crate::domain::list_sheet::{ListSheet, RowOutcome, SheetCounts};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::{Audit, AuditedThing};
use crate::library::blocking::blocking;
use crate::library::companies::Companies;
use crate::library::import_preview::ImportPreviews;
use crate::library::recognition::Recognition;
use crate::table::{Spreadsheet, SpreadsheetCell};

mod audit_lines;
pub mod companies;
pub mod company_members;
mod names;
pub mod recognition_calls;
pub mod recognition_entries;
pub mod recognition_jury;
pub mod review_paths;
pub mod schools;
pub mod synonyms;
pub mod training_bases;
pub mod training_sessions;
pub mod visits;
mod weigh;

use self::audit_lines::{each_told, told};
pub(in crate::library) use self::weigh::Weighed;
use self::weigh::{AllWeighed, weigh_each};

/// Brings lists as tables.
#[derive(Debug, Clone)]
pub struct ListSheets {
    db: Db,
    clock: Clock,
    audit: Audit,
    previews: Arc<ImportPreviews>,
    companies: Arc<Companies>,
    recognition: Arc<Recognition>,
}

/// What a table would do.
#[derive(Debug, Clone)]
pub struct TablePreview {
    /// What a yes is said to; none while something is wrong, and where nothing would change.
    pub id: Option<PreviewId>,
    /// Its columns.
    pub columns: &'static [FormColumn],
    /// What was read, with all that is wrong.
    pub sheet: FormSheet,
    /// What each row that is fine would do.
    pub outcomes: Vec<RowOutcome>,
    /// How much that is.
    pub counts: SheetCounts,
}

/// What is kept until its sender says yes: the rows, and what was shown that they would do.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    rows: Vec<FormRow>,
    outcomes: Vec<RowOutcome>,
}

/// A list whose rows are forms, opened by somebody who may bring it.
pub(in crate::library) trait SheetRows: Clone + Send + 'static {
    /// Its columns; the one that says which thing a row is about comes with every list.
    const COLUMNS: &'static [FormColumn];
    /// Whether what a row does hangs on the others: then none is weighed while one cannot be read.
    const IS_WHOLE: bool = false;
    /// What bringing it is recorded as.
    const ACT: AuditAction;
    /// What each thing that it adds, and each that it changes, is recorded as besides, in a line of its own as if it had been done by
    /// hand; none where the line of the table names them all.
    const EACH: Option<[AuditAction; 2]>;
    /// The columns whose values decide something, with what the log calls them: it tells from what to what they changed.
    const DECIDING: &'static [(&'static str, &'static str)] = &[];
    /// What rows are held against.
    type Known: PartialEq + Send + 'static;
    /// What is written of a row that says something new.
    type Change: Send + 'static;

    /// Parses the fields of a row, as far as paper goes.
    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>>;

    /// Reads what rows are held against, by a fixed number of queries.
    async fn known(&self, sheets: &ListSheets, conn: &impl ConnectionTrait, rows: &[FormRow]) -> Result<Self::Known>;

    /// Says what a row would do, or all that is wrong with it.
    fn weigh(&self, known: &Self::Known, row: &FormRow) -> std::result::Result<Weighed<Self::Change>, Vec<FieldFault>>;

    /// The same of all rows, where what one does hangs on others.
    fn weigh_all(
        &self,
        known: &Self::Known,
        rows: &[FormRow],
    ) -> Vec<std::result::Result<Weighed<Self::Change>, Vec<FieldFault>>> {
        rows.iter().map(|row| self.weigh(known, row)).collect()
    }

    /// Keeps what is about to be written as it is until the transaction ends: whole rows go in the place of what is there, and
    /// with what others did meanwhile nobody would ever know that they did it. Whoever else changes these things must have the
    /// same rows locked as they look at them.
    async fn hold(&self, tx: &DatabaseTransaction, changes: &[Self::Change]) -> Result<()>;

    /// What becomes of each thing, as the log tells it, where that is not told row by row.
    fn told(&self, _: &[Self::Change]) -> Option<Vec<AuditedThing>> {
        None
    }

    /// Writes what rows do, in a handful of statements. Returns the ids of what was written, in the order of `changes`.
    async fn write(
        &self,
        sheets: &ListSheets,
        tx: &DatabaseTransaction,
        actor: &Actor,
        changes: Vec<Self::Change>,
    ) -> Result<Vec<String>>;
}

/// Does something with a list as whoever asks opens it.
macro_rules! each_list {
    ($sheets:ident, $actor:ident, $list:expr, $rows:ident => $act:expr) => {
        match $list {
            ListSheet::Companies => {
                let $rows = companies::CompanyRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::CompanyMembers(company) => {
                let $rows = company_members::MemberRows::open($sheets, $actor, company).await?;
                $act
            }
            ListSheet::TrainingBases => {
                let $rows = training_bases::BaseRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::TrainingSessions => {
                let $rows = training_sessions::SessionRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::Visits => {
                let $rows = visits::VisitRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::ReviewPaths => {
                let $rows = review_paths::PathRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::Schools => {
                let $rows = schools::SchoolRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::Synonyms => {
                let $rows = synonyms::SynonymRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::Calls => {
                let $rows = recognition_calls::CallRows::open($sheets, $actor)?;
                $act
            }
            ListSheet::Jury(call) => {
                let $rows = recognition_jury::JuryRows::open($sheets, $actor, call).await?;
                $act
            }
            ListSheet::Entries(call) => {
                let $rows = recognition_entries::EntryRows::open($sheets, $actor, call).await?;
                $act
            }
        }
    };
}

impl ListSheets {
    pub(super) fn new(
        base: &Base,
        previews: Arc<ImportPreviews>,
        companies: Arc<Companies>,
        recognition: Arc<Recognition>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            previews,
            companies,
            recognition,
        }
    }

    /// Refuses whoever may not bring a list, before anything of it is received. Returns its columns.
    pub async fn expect_to_bring(&self, actor: &Actor, list: ListSheet) -> Result<&'static [FormColumn]> {
        each_list!(self, actor, list, rows => Ok(columns_of(&rows)))
    }

    /// Looks at a table of a list. Changes nothing.
    pub async fn look_at(&self, actor: &Actor, list: ListSheet, name: &str, file: File) -> Result<TablePreview> {
        each_list!(self, actor, list, rows => self.look(actor, list, rows, (name, file)).await)
    }

    /// Carries out a table that was looked at: all of it, or nothing.
    pub async fn carry_out(&self, actor: &Actor, list: ListSheet, preview: PreviewId) -> Result<SheetCounts> {
        each_list!(self, actor, list, rows => self.carry(actor, list, rows, preview).await)
    }

    async fn look<R: SheetRows>(
        &self,
        actor: &Actor,
        list: ListSheet,
        rows: R,
        (name, file): (&str, File),
    ) -> Result<TablePreview> {
        let member = signed_in(actor)?;
        let table = self.previews.read_table(actor, file).await?;
        let parsing = rows.clone();
        let sheet = blocking(move || {
            let lines: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
            let parse = |fields: &Map<String, Value>| parsing.parse(fields);
            Ok(FormSheet::read(
                R::COLUMNS,
                table.header_row,
                &table.header,
                &lines,
                parse,
            ))
        });
        let all = self.weigh_all(self.db.read(), rows, sheet.await?).await?;
        let counts = SheetCounts::of(all.outcomes.iter());
        let id = if all.sheet.faults.is_empty() && counts.written() > 0 {
            let kept = Kept {
                rows: all.sheet.rows.clone(),
                outcomes: all.outcomes.clone(),
            };
            let kept = blocking(move || serde_json::to_string(&kept).map_err(Error::unexpected)).await?;
            Some(self.previews.stage_text(member, &kind(list), name, kept).await?)
        } else {
            None
        };
        Ok(TablePreview {
            id,
            columns: R::COLUMNS,
            sheet: all.sheet,
            outcomes: all.outcomes,
            counts,
        })
    }

    async fn carry<R: SheetRows>(
        &self,
        actor: &Actor,
        list: ListSheet,
        rows: R,
        preview: PreviewId,
    ) -> Result<SheetCounts> {
        let member = signed_in(actor)?;
        let text = self.previews.staged_text(member, &kind(list), preview).await?;
        let kept: Kept = blocking(move || serde_json::from_str(&text).map_err(Error::unexpected)).await?;
        let sheet = FormSheet {
            rows: kept.rows,
            faults: Vec::new(),
        };
        let all = self.weigh_all(self.db.read(), rows.clone(), sheet).await?;
        // Rights and things may have changed since the table was looked at: a yes is said to what was shown.
        if !all.sheet.faults.is_empty() || all.outcomes != kept.outcomes {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let counts = SheetCounts::of(all.outcomes.iter());
        self.db
            .write(async |tx| {
                staged::lock(tx).await?;
                if !staged::remove(tx, preview).await? {
                    return Err(Refusal::NoSuch(Thing::Preview).into());
                }
                rows.hold(tx, &all.changes).await?;
                // Weighed beside the transaction, for it takes its time; what it was weighed against must still be so.
                if rows.known(self, tx, &all.sheet.rows).await? != all.known {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let each = rows.told(&all.changes);
                let written = rows.write(self, tx, actor, all.changes).await?;
                let each = each.unwrap_or_else(|| each_told::<R>(&all.sheet.rows, &all.outcomes, &written));
                self.audit.record_each(tx, actor, &each).await?;
                let told = told(counts, &written);
                let subject = list.owner().map(|(_, id)| id);
                self.audit.record_changes(tx, actor, R::ACT, subject, &told).await
            })
            .await?;
        Ok(counts)
    }

    /// Holds the rows against what is there.
    async fn weigh_all<R: SheetRows>(
        &self,
        conn: &impl ConnectionTrait,
        rows: R,
        sheet: FormSheet,
    ) -> Result<AllWeighed<R>> {
        let known = rows.known(self, conn, &sheet.rows).await?;
        blocking(move || Ok(weigh_each(&rows, known, sheet))).await
    }
}

/// A table of things, each as the fields of its row with its id, as [`FormSheet::read`] reads it again. Its headings are
/// Chinese in every language: they are those of the import.
pub(in crate::library) fn table(
    name: &str,
    columns: &[FormColumn],
    things: impl Iterator<Item = (String, Map<String, Value>)>,
) -> Spreadsheet {
    let columns: Vec<&FormColumn> = columns.iter().chain([&ID]).collect();
    let row = |(id, mut fields): (String, Map<String, Value>)| {
        fields.insert(ID.field.to_owned(), id.into());
        columns
            .iter()
            .map(|column| cell(column, fields.get(column.field)))
            .collect()
    };
    Spreadsheet {
        name: name.to_owned(),
        head: columns.iter().map(|column| column.heading().to_owned()).collect(),
        rows: things.map(row).collect(),
    }
}

fn cell(column: &FormColumn, value: Option<&Value>) -> SpreadsheetCell {
    match value.and_then(Value::as_i64) {
        Some(number) => SpreadsheetCell::Number(number),
        None => SpreadsheetCell::Text(column.written(value)),
    }
}

/// The fields of a form.
fn fields_of(form: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(form) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// What is wrong where a row is about something that is not there: it was removed, and does not come back by a table.
fn gone(row: &FormRow) -> Vec<FieldFault> {
    let value = row.id.clone().unwrap_or_default();
    let hint = "an empty cell for something new; what was removed does not come back".to_owned();
    vec![FieldFault::at(ID.field, FaultKind::Unknown { value, hint })]
}

fn columns_of<R: SheetRows>(_: &R) -> &'static [FormColumn] {
    R::COLUMNS
}

fn signed_in(actor: &Actor) -> Result<&Member> {
    Ok(actor.account.as_ref().ok_or(Refusal::NotSignedIn)?)
}

/// What a table of a list is kept as.
fn kind(list: ListSheet) -> String {
    format!("{list:?}")
}
