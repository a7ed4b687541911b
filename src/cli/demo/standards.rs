//! Publishes the versions of the sample's curriculum standard, and decides about the first of what the last one asks for.

use serde_json::{Map, Value, json};

use super::{answered, id_of};
use crate::actor::Actor;
use crate::demo::{self, DemoStandard, DemoTaskChange};
use crate::domain::curriculum::column::CatalogueColumn;
use crate::domain::id::StandardId;
use crate::domain::standard::followup::{FollowUpDecision, FollowUpState};
use crate::domain::standard::{StandardForm, StandardState};
use crate::error::{Refusal, Result};
use crate::library::Library;
use crate::library::idempotency::made;
use crate::library::imports::table::{ExtractedRow, ExtractedTable};
use crate::library::standards::followups::FollowUpQuery;
use crate::library::standards::sheet::{COLUMNS, SheetCell, StandardSheet};

/// Publishes each version once.
pub(super) async fn fill(library: &Library) -> Result<()> {
    let bureau = library.accounts.actor_named("bureau").await?;
    let mut newest = None;
    for version in demo::standards() {
        let id = draft(library, &bureau, version).await?;
        publish(library, &bureau, id, version).await?;
        newest = Some(id);
    }
    match newest {
        Some(id) => decide(library, &bureau, id).await,
        None => Ok(()),
    }
}

async fn draft(library: &Library, bureau: &Actor, version: &DemoStandard) -> Result<StandardId> {
    let key = format!("demo-standard-{}", version.key);
    let hash = key.clone();
    let add = async |bureau: &Actor| {
        let form = StandardForm::parse(&words(version)).map_err(Refusal::Fields)?;
        Ok(answered(library.standards.add(bureau, form).await?.standard.id))
    };
    let again = async |subject: &str| Ok(answered(made::<StandardId>(subject)?));
    let added = library.idempotency.once(bureau, Some(&key), hash, add, again).await?;
    id_of(&added, &key)
}

fn words(version: &DemoStandard) -> Map<String, Value> {
    let words = json!({
        "major": version.major,
        "title": version.title,
        "issued_no": version.issued_no,
        "notes": version.notes,
    });
    words.as_object().cloned().unwrap_or_default()
}

/// Gives a draft what is taught with its changes, and publishes it. An earlier filling may have done so.
async fn publish(library: &Library, bureau: &Actor, id: StandardId, version: &DemoStandard) -> Result<()> {
    let before = library.standards.words(bureau, id).await?;
    if before.state != StandardState::Draft {
        return Ok(());
    }
    let taught = library.standards.taught_sheet(version.major).await?;
    let table = table(taught, version.changes);
    let draft = library.standards.put_rows(bureau, id, before.revision, table).await?;
    let base = draft.base.ok_or(Refusal::ChangedMeanwhile)?;
    let revision = draft.standard.revision;
    library.standards.publish(bureau, id, revision, &base).await.map(drop)
}

/// The table of what is taught with other names in it, and a row more for each part of what is split.
fn table(taught: StandardSheet, changes: &[DemoTaskChange]) -> ExtractedTable {
    let named = COLUMNS.iter().position(|column| *column == CatalogueColumn::Task);
    let mut rows = Vec::new();
    for row in taught.rows {
        let cells = row.map(shown).to_vec();
        let task = named.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
        match changes.iter().find(|change| change.task == task) {
            None => rows.push(cells),
            Some(change) => rows.extend(change.becomes.iter().map(|name| {
                let mut part = cells.clone();
                if let Some(cell) = named.and_then(|at| part.get_mut(at)) {
                    (*name).clone_into(cell);
                }
                part
            })),
        }
    }
    let rows = (2..).zip(rows).map(|(number, cells)| ExtractedRow { number, cells });
    ExtractedTable {
        header_row: 1,
        header: COLUMNS.iter().map(|column| column.zh().to_owned()).collect(),
        rows: rows.collect(),
    }
}

fn shown(cell: SheetCell) -> String {
    match cell {
        SheetCell::Text(text) => text,
        SheetCell::Hours(hours) => hours.map(|hours| hours.to_string()).unwrap_or_default(),
    }
}

/// One thing is done and one waived, so that the progress of the others can be seen.
async fn decide(library: &Library, bureau: &Actor, id: StandardId) -> Result<()> {
    let query = FollowUpQuery {
        standard: Some(id),
        ..FollowUpQuery::default()
    };
    let first = library.standards.followups(bureau, &query, None, 2).await?;
    let decisions = [
        FollowUpDecision {
            state: FollowUpState::Done,
            reason: None,
        },
        FollowUpDecision {
            state: FollowUpState::Waived,
            reason: Some("有线、无线两部分都用得上，先不改".to_owned()),
        },
    ];
    for (it, decision) in first.items.into_iter().zip(decisions) {
        if it.state == FollowUpState::Open {
            library
                .standards
                .decide(bureau, it.id, Some(it.revision), decision)
                .await?;
        }
    }
    Ok(())
}
