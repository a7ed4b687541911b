//! What was chosen for a pack, found by its name.

use crate::actor::Actor;
use crate::db::curriculum;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::pack::{Chosen, Entry, Named, NamedEntry};
use crate::error::{Refusal, Result};
use crate::library::Library;

impl Library {
    /// Finds what entries name, with a fault for each that is unknown. What was chosen before stays, whether the actor
    /// still sees it or not: a resource that was withdrawn must not keep anybody from changing the rest.
    pub(super) async fn chosen(&self, actor: &Actor, entries: &[NamedEntry], before: &[Entry]) -> Result<Vec<Entry>> {
        let mut faults = Vec::new();
        let mut found = Vec::with_capacity(entries.len());
        for entry in entries {
            let kept = before.iter().find(|kept| kept.what.is_named(&entry.what));
            let (given, hint, what) = match kept {
                Some(kept) => ("", "", Some(kept.what.clone())),
                None => self.find_chosen(actor, entry).await?,
            };
            match what {
                Some(what) => found.push(Entry {
                    what,
                    note: entry.note.clone(),
                    types: entry.types.clone(),
                    stages: entry.stages.clone(),
                }),
                None => faults.push(FieldFault {
                    pointer: entry.pointer.clone(),
                    kind: FaultKind::Unknown {
                        value: given.to_owned(),
                        hint: hint.to_owned(),
                    },
                }),
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }

    async fn find_chosen<'a>(
        &self,
        actor: &Actor,
        entry: &'a NamedEntry,
    ) -> Result<(&'a str, &'static str, Option<Chosen>)> {
        let conn = self.db.read();
        Ok(match &entry.what {
            Named::Major(given) => {
                let row = curriculum::major_named(conn, given).await?;
                (given, "GET /api/v1/majors", row.map(|row| Chosen::Major(row.id)))
            }
            Named::Course(given) => {
                let rows = curriculum::courses_named(conn, &[given]).await?;
                let first = rows.into_iter().next();
                (
                    given,
                    "GET /api/v1/courses?major=",
                    first.map(|row| Chosen::Course(row.id)),
                )
            }
            Named::Task(given) => {
                let rows = curriculum::tasks_named(conn, &[given]).await?;
                let first = rows.into_iter().next();
                (given, "GET /api/v1/courses/{id}", first.map(|row| Chosen::Task(row.id)))
            }
            Named::Resource(given) => {
                let found = match given.parse() {
                    Ok(id) => self.visible(actor, id).await.ok(),
                    Err(_) => None,
                };
                (given, "GET /api/v1/search", found.map(|row| Chosen::Resource(row.id)))
            }
            Named::Fragment { file, from, to } => {
                let found = match file.parse() {
                    Ok(id) => self.visible_file(actor, id).await.ok(),
                    Err(_) => None,
                };
                let what = found.map(|(file, _)| Chosen::Fragment {
                    file: file.id,
                    from: from.clone(),
                    to: to.clone(),
                });
                (file, "GET /api/v1/resources/{id}", what)
            }
        })
    }
}
