//! Publishing a draft: the curriculum becomes what its table says, and the version is kept for good.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use super::apply::{CurriculumWrites, RowOrigin};
use super::standing::{rows, standing_of};
use super::touched::{VersionStep, touched};
use super::{StandardView, Standards};
use crate::actor::Actor;
use crate::db::entity::{StandardChanges, StructureColumn, standard_followup, standard_version};
use crate::db::resources::follow_tasks;
use crate::db::{curriculum, followups, review_paths, standards};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::{AnyId, FollowUpId, Sha256, StandardId};
use crate::domain::standard::StandardState;
use crate::domain::standard::comparison::{StandardChange, compare};
use crate::domain::standard::followup::FollowUpState;
use crate::domain::standard::structure::StandardStructure;
use crate::domain::time::Timestamp;
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
                curriculum::lock(tx).await?;
                // Resources move in one statement, in no order: what waits in a review is not placed meanwhile.
                review_paths::hold(tx).await?;
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
                writes.write(tx, now).await?;
                follow_tasks(tx, &moved, now).await?;
                let newest = standards::newest(tx, draft.major_id).await?;
                let number = newest.map_or(0, |(_, number)| number) + 1;
                let followed = write_followups(tx, &draft, &standing.taught, &structure, &differences, now).await?;
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

/// Writes what a version that is being published asks to be looked after, and ends what earlier ones asked for where that is
/// over. Returns how much it asks for.
async fn write_followups(
    tx: &impl ConnectionTrait,
    version: &standard_version::Model,
    before: &StandardStructure,
    after: &StandardStructure,
    changes: &[StandardChange],
    now: Timestamp,
) -> Result<usize> {
    let major = curriculum::majors_by_id(tx, vec![version.major_id]).await?.pop();
    let step = VersionStep {
        major: version.major_id,
        major_name: &major.map(|major| major.name).unwrap_or_default(),
        before,
        after,
        changes,
    };
    let touched = touched(tx, &step).await?;
    let rows = touched.into_iter().map(|it| standard_followup::Model {
        id: FollowUpId::new(),
        standard_id: version.id,
        kind: it.kind,
        target: it.target,
        subject_id: it.subject_id,
        change: it.cause.code().to_owned(),
        subject: it.subject,
        owner_id: it.owner,
        school_id: it.school,
        state: FollowUpState::Open,
        reason: None,
        decided_by: None,
        decided_at: None,
        revision: 1,
    });
    let rows: Vec<standard_followup::Model> = rows.collect();
    followups::add(tx, &rows).await?;
    followups::supersede(tx, version.id, now).await?;
    let taught: HashSet<AnyId> = before.ids().collect();
    let anew: Vec<AnyId> = after.ids().filter(|id| !taught.contains(id)).collect();
    followups::settle_places(tx, &anew, now).await?;
    Ok(rows.len())
}

/// The document as people cite it: its title and number.
fn cited(row: &standard_version::Model) -> String {
    match &row.issued_no {
        Some(number) => format!("{}（{number}）", row.title),
        None => row.title.clone(),
    }
}
