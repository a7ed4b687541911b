//! Decisions about many follow-ups from a table: the exported list with what became of each written into it. First everything is
//! looked at, then its sender says yes. A table with a faulty row decides nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;

use super::Standards;
use super::followups::{action_of, as_target, decided_row, reader};
use crate::actor::Actor;
use crate::db::entity::standard_followup::Model;
use crate::db::{followups, staged};
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{FormRow, FormRowProblem, FormSheet};
use crate::domain::id::{FollowUpId, PreviewId};
use crate::domain::list_sheet::{CellChange, RowOutcome};
use crate::domain::standard::followup::sheet::{COLUMNS, DecisionRow};
use crate::domain::standard::followup::{FollowUpDecision, FollowUpState};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{may, who_may};

const KIND: &str = "standard follow-ups";

/// What a table would decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSheetPreview {
    /// What a yes is said to; none while something is wrong, or nothing would change.
    pub id: Option<PreviewId>,
    /// The rows that decide something, and all that is wrong.
    pub sheet: FormSheet,
    /// What each of those rows would change.
    pub outcomes: Vec<RowOutcome>,
    /// How many rows decide nothing, for they say what is there.
    pub unchanged: u64,
}

impl Standards {
    /// Looks at a table of decisions. Decides nothing.
    pub async fn preview_decisions(&self, actor: &Actor, name: &str, file: File) -> Result<DecisionSheetPreview> {
        let member = who_may(actor, Act::FollowUp)?;
        let table = self.previews.read_table(actor, file).await?;
        let rows: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
        let mut sheet = FormSheet::read(COLUMNS, table.header_row, &table.header, &rows, DecisionRow::parse);
        let decisions = decisions(&sheet);
        let there = followups::by_ids(self.db.read(), reader(actor, member), &ids(&decisions)).await?;
        let decided = check(actor, &mut sheet, &decisions, there);
        let outcomes = decided
            .iter()
            .map(|(before, decision)| outcome(before, decision))
            .collect();
        let faulty: HashSet<u32> = sheet.faults.iter().map(|fault| fault.row).collect();
        let sound = decisions.iter().filter(|(row, _)| !faulty.contains(row)).count();
        let id = if sheet.faults.is_empty() && !sheet.rows.is_empty() {
            Some(self.previews.stage(member, KIND, name, &sheet.rows).await?)
        } else {
            None
        };
        Ok(DecisionSheetPreview {
            id,
            sheet,
            outcomes,
            unchanged: (sound - decided.len()) as u64,
        })
    }

    /// Refuses whoever may decide nothing, before anything of a table is received.
    pub fn expect_to_decide(&self, actor: &Actor) -> Result<()> {
        who_may(actor, Act::FollowUp).map(drop)
    }

    /// Decides what a table says that was looked at: all of it, or nothing. Returns how much.
    pub async fn decide_all(&self, actor: &Actor, preview: PreviewId) -> Result<u64> {
        let member = who_may(actor, Act::FollowUp)?;
        let mut sheet = FormSheet {
            rows: self.previews.staged(member, KIND, preview).await?,
            faults: Vec::new(),
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                if !staged::remove(tx, preview).await? {
                    return Err(Refusal::NoSuch(Thing::Preview).into());
                }
                let decisions = decisions(&sheet);
                let there = followups::find_for_update(tx, reader(actor, member), &ids(&decisions)).await?;
                let expected = sheet.rows.len();
                let decided = check(actor, &mut sheet, &decisions, there);
                // Somebody decided since it was looked at.
                if !sheet.faults.is_empty() || decided.len() != expected {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let mut counts: BTreeMap<&str, (FollowUpState, usize)> = BTreeMap::new();
                let mut rows = Vec::with_capacity(decided.len());
                for (before, decision) in decided {
                    let state = decision.state;
                    counts.entry(state.code()).or_insert((state, 0)).1 += 1;
                    rows.push(decided_row(before, decision, member.id, now));
                }
                let count = rows.len() as u64;
                followups::decide_all(tx, &rows).await?;
                for (state, lines) in counts.into_values() {
                    let told = AuditChanges::default().set("lines", lines);
                    self.audit
                        .record_changes(tx, actor, action_of(state), None, &told)
                        .await?;
                }
                Ok(count)
            })
            .await
    }
}

/// The cells of the list that a decision changes.
fn outcome(before: &Model, decision: &FollowUpDecision) -> RowOutcome {
    let state = (before.state != decision.state).then(|| ("state", before.state.code().to_owned()));
    let there = before.reason.clone().unwrap_or_default();
    let reason = (before.reason != decision.reason).then_some(("reason", there));
    let cell = |(field, before): (&str, String)| CellChange {
        field: field.to_owned(),
        before,
    };
    RowOutcome::Change(state.into_iter().chain(reason).map(cell).collect())
}

/// The rows that can be read, each with its number.
fn decisions(sheet: &FormSheet) -> Vec<(u32, DecisionRow)> {
    let parsed = |row: &FormRow| Some((row.row, DecisionRow::parse(&row.fields).ok()?));
    sheet.rows.iter().filter_map(parsed).collect()
}

fn ids(decisions: &[(u32, DecisionRow)]) -> Vec<FollowUpId> {
    decisions.iter().map(|(_, it)| it.id).collect()
}

/// Holds decisions against what is there. Leaves in the sheet the rows that decide something, and returns what they do.
fn check(
    actor: &Actor,
    sheet: &mut FormSheet,
    decisions: &[(u32, DecisionRow)],
    there: Vec<Model>,
) -> Vec<(Model, FollowUpDecision)> {
    let mut there: HashMap<FollowUpId, Model> = there.into_iter().map(|row| (row.id, row)).collect();
    let mut first: HashMap<FollowUpId, u32> = HashMap::new();
    let mut changing = HashSet::new();
    let mut decided = Vec::new();
    for (row, it) in decisions {
        if let Some(earlier) = first.get(&it.id) {
            sheet.blame(*row, None, FormRowProblem::SameAsRow(*earlier));
            continue;
        }
        first.insert(it.id, *row);
        let before = there.remove(&it.id);
        let Some(before) = before.filter(|before| may(actor, Act::FollowUp, as_target(before))) else {
            let kind = FaultKind::Unknown {
                value: it.id.to_string(),
                hint: "GET /api/v1/standards/followups".to_owned(),
            };
            sheet.blame_fields(COLUMNS, *row, vec![FieldFault::at("id", kind)]);
            continue;
        };
        if (before.state, &before.reason) == (it.decision.state, &it.decision.reason) {
            continue;
        }
        if it.seen.is_some_and(|seen| seen != before.revision) {
            sheet.blame(*row, None, FormRowProblem::ChangedSince);
            continue;
        }
        changing.insert(*row);
        decided.push((before, it.decision.clone()));
    }
    sheet.rows.retain(|row| changing.contains(&row.row));
    sheet.faults.sort_by_key(|fault| fault.row);
    decided
}
