//! What was chosen for a pack, found by its name.

use crate::actor::Actor;
use crate::db::curriculum;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::pack::{NamedEntry, NamedSelection, PackChoice, PackSelection};
use crate::error::{Refusal, Result};
use crate::library::curriculum::tasks_fault;
use crate::library::packs::Packs;

impl Packs {
    /// Finds what entries name, with a fault for each that is unknown. What was chosen before stays, whether the actor
    /// still sees it or not: a resource that was withdrawn must not keep anybody from changing the rest.
    pub(super) async fn chosen(
        &self,
        actor: &Actor,
        entries: &[NamedEntry],
        before: &[PackChoice],
    ) -> Result<Vec<PackChoice>> {
        let mut faults = Vec::new();
        let mut found = Vec::with_capacity(entries.len());
        for entry in entries {
            let kept = before.iter().find(|kept| kept.what.is_named(&entry.what));
            let what = match kept {
                Some(kept) => Ok(kept.what.clone()),
                None => self.find_chosen(actor, entry).await?,
            };
            match what {
                Ok(what) => found.push(PackChoice {
                    what,
                    note: entry.note.clone(),
                    types: entry.types.clone(),
                    stages: entry.stages.clone(),
                }),
                Err(kind) => faults.push(FieldFault {
                    pointer: entry.pointer.clone(),
                    kind,
                }),
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }

    async fn find_chosen(
        &self,
        actor: &Actor,
        entry: &NamedEntry,
    ) -> Result<std::result::Result<PackSelection, FaultKind>> {
        let conn = self.db.read();
        let unknown = |given: &str, hint: &str| FaultKind::Unknown {
            value: given.to_owned(),
            hint: hint.to_owned(),
        };
        Ok(match &entry.what {
            NamedSelection::Major(given) => {
                let row = curriculum::major_named(conn, given).await?;
                let found = row.map(|row| PackSelection::Major(row.id));
                found.ok_or_else(|| unknown(given, "GET /api/v1/majors"))
            }
            NamedSelection::Course(given) => {
                let rows = curriculum::courses_named(conn, &[given]).await?;
                match rows.as_slice() {
                    [row] => Ok(PackSelection::Course(row.id)),
                    rows => Err(self.curriculum.courses_fault(given, rows).await?),
                }
            }
            NamedSelection::Task(given) => {
                let rows = self.curriculum.tasks_meant(given, &[], None).await?;
                match rows.as_slice() {
                    [(row, _)] => Ok(PackSelection::Task(row.id)),
                    rows => Err(tasks_fault(given, rows)),
                }
            }
            NamedSelection::Resource(given) => {
                let found = match given.parse() {
                    Ok(id) => self.resources.visible(actor, id).await.ok(),
                    Err(_) => None,
                };
                let found = found.map(|row| PackSelection::Resource(row.id));
                found.ok_or_else(|| unknown(given, "GET /api/v1/search"))
            }
            NamedSelection::Fragment { file, from, to } => {
                let found = match file.parse() {
                    Ok(id) => self.resources.visible_file(actor, id).await.ok(),
                    Err(_) => None,
                };
                let found = found.map(|(file, _)| PackSelection::Fragment {
                    file: file.id,
                    from: from.clone(),
                    to: to.clone(),
                });
                found.ok_or_else(|| unknown(file, "GET /api/v1/resources/{id}"))
            }
        })
    }
}
