//! Publishing a draft: the curriculum becomes what its table says, and the version is kept for good.

use super::apply::{CurriculumWrites, RowOrigin};
use super::standing::{rows, standing_of};
use super::touched::write_followups;
use super::{StandardView, Standards};
use crate::actor::Actor;
use crate::db::entity::{StandardChanges, StructureColumn, standard_version};
use crate::db::resources::follow_task;
use crate::db::{changes, curriculum, standards};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::{Sha256, StandardId};
use crate::domain::standard::StandardState;
use crate::domain::standard::comparison::compare;
use crate::domain::standard::followup::TouchedSubjects;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::curriculum::catalogue::tell_renamed;

impl Standards {
    /// Publishes a draft. `seen` is the revision that the actor saw, `base` what was taught when they saw what it changes: if
    /// either is another by now, nothing happens and it is to be looked at anew.
    pub async fn publish(&self, actor: &Actor, id: StandardId, seen: i64, base: &Sha256) -> Result<StandardView> {
        let member = who_may(actor, Act::Operate)?;
        self.draft(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                // Before anything is read: whoever else writes the curriculum has finished, or waits.
                changes::lock(tx).await?;
                let draft = standards::by_id(tx, id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Standard))?;
                let rows = rows(tx, draft.major_id).await?;
                let standing = standing_of(&rows);
                let is_as_seen = draft.revision == seen && standing.taught.digest() == *base;
                let proposal = draft.proposal.as_ref().filter(|_| is_as_seen);
                let proposal = proposal.ok_or(Refusal::ChangedMeanwhile)?;
                // Sound beside this base when it was looked at.
                let resolved = proposal.0.resolve(&standing);
                let structure = resolved.map_err(|_| Refusal::ChangedMeanwhile)?;
                let differences = compare(&standing.taught, &structure);
                let source = cited(&draft);
                let origin = RowOrigin {
                    major: draft.major_id,
                    standard: id,
                    source: &source,
                };
                let writes = CurriculumWrites::of(rows, &structure, &origin);
                let (courses, tasks) = writes.renamed();
                let moved = writes.moved();
                writes.write(tx).await?;
                for (task, course) in moved {
                    follow_task(tx, task, course, now).await?;
                }
                let number = standards::newest(tx, draft.major_id).await?.and_then(|row| row.number);
                let number = number.unwrap_or(0) + 1;
                let touched = TouchedSubjects::of(&differences);
                let major = curriculum::majors_by_id(tx, vec![draft.major_id]).await?.pop();
                let name = major.map(|major| major.name).unwrap_or_default();
                let followed = write_followups(tx, &draft, &name, &standing.taught, &touched).await?;
                let told = AuditChanges::default()
                    .set("number", number)
                    .set("changes", differences.len())
                    .set("followups", followed);
                let published = standard_version::Model {
                    state: StandardState::Published,
                    number: Some(number),
                    proposal: None,
                    digest: Some(structure.digest()),
                    structure: Some(StructureColumn(structure)),
                    changes: Some(StandardChanges(differences)),
                    revision: seen + 1,
                    published_by: Some(member.id),
                    published_at: Some(now),
                    ..draft
                };
                standards::update(tx, published, seen).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::StandardPublish, subject, &told)
                    .await?;
                tell_renamed(tx, Vec::new(), courses, tasks, now).await
            })
            .await?;
        self.signals.wake();
        self.standard(actor, id).await
    }
}

/// The document as people cite it: its title and number.
fn cited(row: &standard_version::Model) -> String {
    match &row.issued_no {
        Some(number) => format!("{}（{number}）", row.title),
        None => row.title.clone(),
    }
}
