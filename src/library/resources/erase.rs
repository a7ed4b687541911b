//! Taking a file out of the history: an exam's answers or a photograph that should never have been kept. What is left out of
//! a new version stays in those before it; this takes it out of all of them, and out of the packs that hold it.

use std::collections::HashSet;

use crate::actor::{Actor, Member};
use crate::db::changes::{self, NewChange};
use crate::db::entity::{file, resource};
use crate::db::{content, files, jobs, mirror, packs, people, resources, versions};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::{FileId, ResourceId};
use crate::domain::job::JobKind;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, who_may};
use crate::library::resource_view::File;
use crate::library::resources::{Resources, approval, edit, visibility};

impl Resources {
    /// Erases a file of earlier versions. Those who may change the resource do, as long as nobody else ever saw the file;
    /// from then on it is the school's or the bureau's decision. Its content goes when nothing else refers to it and its time of
    /// grace is over.
    pub async fn erase_file(&self, actor: &Actor, id: FileId) -> Result<()> {
        let member = who_may(actor, Act::Share)?;
        let (_, row) = self.visible_file(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                // As they stand under the lock: somebody may have approved the version with it a moment ago.
                let row = resources::find_for_update(tx, row.id).await?;
                let row = row.ok_or(Refusal::NoSuch(Thing::Resource))?;
                let (file, _) = files::file(tx, id).await?.ok_or(Refusal::NoSuch(Thing::File))?;
                let was_approved = versions::was_approved(tx, row.id, file.added_in, file.removed_in).await?;
                expect_may_erase(member, &row, was_approved)?;
                expect_past(&file, &row)?;
                if let Some(school) = row.school_id
                    && !mirror::is_from_hub(tx, row.id).await?
                {
                    people::reserve_quota(tx, school, -file.size, 0).await?;
                }
                content::pin_until(tx, &file.sha256, now.plus(self.rules.orphan_grace)).await?;
                files::erase(tx, id).await?;
                let packs = packs::let_go_of_file(tx, row.id, id, now).await?;
                let subjects = packs.into_iter().map(|pack| pack.to_string()).collect();
                jobs::enqueue_ahead(tx, JobKind::RenewPack, subjects, now).await?;
                let subject = format!("{}/files/{id}", row.id);
                self.audit
                    .record(tx, actor, AuditAction::ResourceEraseFile, Some(subject))
                    .await?;
                let told: NewChange = approval::renamed(&row, now);
                changes::append(tx, vec![told]).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }
}

impl Resources {
    /// Those of these files that the actor may erase now.
    pub async fn erasable(&self, actor: &Actor, id: ResourceId, of: &[File]) -> Result<HashSet<FileId>> {
        let Ok(member) = who_may(actor, Act::Share) else {
            return Ok(HashSet::new());
        };
        let row = self.row(actor, id).await?;
        let conn = self.db.read();
        let files = files::by_id(conn, of.iter().map(|file| file.id).collect()).await?;
        let versions = versions::of_resource(conn, id).await?;
        let approved = versions.iter().filter(|version| version.approved_at.is_some());
        let approved: Vec<i32> = approved.map(|version| version.number).collect();
        let may_erase = |file: &&file::Model| {
            let was_approved = approved.iter().any(|number| visibility::is_part_of(file, *number));
            expect_past(file, &row).is_ok() && expect_may_erase(member, &row, was_approved).is_ok()
        };
        Ok(files.iter().filter(may_erase).map(|file| file.id).collect())
    }
}

fn expect_may_erase(member: &Member, row: &resource::Model, was_approved: bool) -> Result<()> {
    let act = if was_approved { Act::EraseFile } else { Act::Edit };
    let as_its_people = expect(member, act, edit::as_target(&row.working_copy()));
    match as_its_people {
        Err(_) if !was_approved => expect(member, Act::EraseFile, edit::as_target(row)),
        decided => decided,
    }
}

/// What others see now, and what waits, is not touched: a new version leaves the file out first.
fn expect_past(file: &file::Model, row: &resource::Model) -> Result<()> {
    let is_in_use = visibility::is_shown(file, row) || visibility::is_part_of(file, row.working_copy().version);
    if is_in_use {
        return Err(Refusal::FileInUse.into());
    }
    Ok(())
}
