//! Looking at a catalogue before it is imported: what it adds, changes and retires, or everything that is wrong with it.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::actor::Actor;
use crate::db::entity::{course, major, task};
use crate::domain::authority::Act;
use crate::domain::curriculum::{self, Catalogue, RowFaults};
use crate::domain::id::{MajorId, PreviewId};
use crate::error::{Error, Refusal, Result};
use crate::library::authority::who_may;
use crate::library::curriculum::Curriculum;
use crate::library::curriculum::catalogue::plan::Plan;
use crate::library::curriculum::catalogue::{self, CatalogueChanges, known};
use crate::library::imports::table;

const KIND: &str = "curriculum";
/// The largest catalogue in JSON, in bytes.
const MAX_JSON_BYTES: u64 = 64 << 20;

/// What becomes of a row of the curriculum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowChangeKind {
    /// It is replaced by another from now on.
    Retired,
    /// It differs from what is known.
    Changed,
    /// It is new.
    Added,
}

/// What a row of the curriculum is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub enum EntityLevel {
    Major,
    Course,
    Task,
}

/// One row that would not stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueChange {
    /// What becomes of it.
    pub fate: RowChangeKind,
    /// What it is.
    pub rank: EntityLevel,
    /// A major's code.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// For a retired major, the code that replaces it.
    pub replaced_by: Option<String>,
}

/// What a catalogue would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CataloguePreview {
    /// What a yes is said to; none where nothing would change or something is wrong.
    pub id: Option<PreviewId>,
    /// How much of each kind.
    pub counts: CatalogueChanges,
    /// Every row that would not stay as it is: what is retired first, then what changes, then what is new.
    pub changes: Vec<CatalogueChange>,
    /// Everything that is wrong.
    pub faults: RowFaults,
}

/// Reads a catalogue from a JSON or CSV file or a sheet, or tells all its faults. The name's ending decides between the first
/// and the others.
pub fn read(name: &str, file: File) -> anyhow::Result<std::result::Result<Catalogue, RowFaults>> {
    if is_json(name) {
        return read_json(name, file);
    }
    let table = table::read(file).with_context(|| format!("read the table `{name}`"))?;
    Ok(read_rows(table))
}

fn is_json(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn read_rows(table: table::ExtractedTable) -> std::result::Result<Catalogue, RowFaults> {
    let rows: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
    curriculum::table::read(table.header_row, &table.header, &rows)
}

fn read_json(name: &str, mut file: File) -> anyhow::Result<std::result::Result<Catalogue, RowFaults>> {
    if file.metadata()?.len() > MAX_JSON_BYTES {
        bail!("`{name}` is larger than {MAX_JSON_BYTES} bytes");
    }
    let mut text = String::new();
    file.read_to_string(&mut text)
        .with_context(|| format!("read `{name}`"))?;
    // Editors on Windows put a mark at the front, which JSON does not know.
    Ok(curriculum::json::read(text.trim_start_matches('\u{feff}')))
}

impl Curriculum {
    /// Looks at a catalogue. Imports nothing.
    pub async fn preview_catalogue(&self, actor: &Actor, name: &str, file: File) -> Result<CataloguePreview> {
        let member = who_may(actor, Act::Operate)?;
        let read = if is_json(name) {
            let name = name.to_owned();
            let reading = tokio::task::spawn_blocking(move || read_json(&name, file));
            let read = reading.await.map_err(Error::unexpected)?;
            read.map_err(|_| Refusal::UnreadableTable)?
        } else {
            read_rows(self.previews.read_table(actor, file).await?)
        };
        let catalogue = match read {
            Ok(catalogue) => catalogue,
            Err(faults) => return Ok(CataloguePreview::faulty(faults)),
        };
        let known = known(self.db.read()).await?;
        let in_use = known
            .majors
            .iter()
            .map(|row| (row.id, row.replaced_by.is_none()))
            .collect();
        let plan = Plan::of(known, &catalogue);
        let changes = changes(&plan, &in_use);
        let id = if changes.is_empty() {
            None
        } else {
            Some(self.previews.stage(member, KIND, name, &catalogue).await?)
        };
        Ok(CataloguePreview {
            id,
            counts: catalogue::changes(self.db.read(), &plan).await?,
            changes,
            faults: RowFaults(Vec::new()),
        })
    }

    /// Imports a catalogue that was looked at.
    pub async fn import_previewed(&self, actor: &Actor, preview: PreviewId) -> Result<CatalogueChanges> {
        let member = who_may(actor, Act::Operate)?;
        let catalogue: Catalogue = self.previews.staged(member, KIND, preview).await?;
        self.carry_in(actor, &catalogue, Some(preview)).await
    }
}

impl CataloguePreview {
    fn faulty(faults: RowFaults) -> Self {
        Self {
            id: None,
            counts: CatalogueChanges::default(),
            changes: Vec::new(),
            faults,
        }
    }
}

/// The rows that would not stay as they are; `in_use` says which majors are not replaced yet.
fn changes(plan: &Plan, in_use: &HashMap<MajorId, bool>) -> Vec<CatalogueChange> {
    let fate_of = |row: &major::Model| match row.replaced_by {
        Some(_) if in_use.get(&row.id).copied().unwrap_or(false) => RowChangeKind::Retired,
        _ => RowChangeKind::Changed,
    };
    let majors = &plan.majors;
    let mut changes: Vec<CatalogueChange> = majors.changed.iter().map(|row| of_major(fate_of(row), row)).collect();
    changes.extend(majors.new.iter().map(|row| of_major(RowChangeKind::Added, row)));
    changes.extend(
        plan.courses
            .changed
            .iter()
            .map(|row| of_course(RowChangeKind::Changed, row)),
    );
    changes.extend(plan.courses.new.iter().map(|row| of_course(RowChangeKind::Added, row)));
    changes.extend(
        plan.tasks
            .changed
            .iter()
            .map(|row| of_task(RowChangeKind::Changed, row)),
    );
    changes.extend(plan.tasks.new.iter().map(|row| of_task(RowChangeKind::Added, row)));
    changes.sort_by_key(|change| (change.fate, change.rank));
    changes
}

fn of_major(fate: RowChangeKind, row: &major::Model) -> CatalogueChange {
    CatalogueChange {
        fate,
        rank: EntityLevel::Major,
        code: row.code.clone(),
        name: row.name.clone(),
        replaced_by: row.replaced_by.clone().filter(|_| fate == RowChangeKind::Retired),
    }
}

fn of_course(fate: RowChangeKind, row: &course::Model) -> CatalogueChange {
    CatalogueChange {
        fate,
        rank: EntityLevel::Course,
        code: None,
        name: row.name.clone(),
        replaced_by: None,
    }
}

fn of_task(fate: RowChangeKind, row: &task::Model) -> CatalogueChange {
    CatalogueChange {
        fate,
        rank: EntityLevel::Task,
        code: None,
        name: row.name.clone(),
        replaced_by: None,
    }
}
