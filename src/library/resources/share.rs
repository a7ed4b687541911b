//! Sharing: uploads and a few words become a resource, or a new version of one.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::changes::{self, NewChange};
use crate::db::companies;
use crate::db::entity;
use crate::db::{content, files, jobs, mirror, people, resources, review_paths, uploads, versions};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::change::ChangeKind;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::file::{Kind, RelativePath};
use crate::domain::form::{ResourceForm, ShareForm, VersionForm};
use crate::domain::id::{FileId, ResourceId, Sha256, UploadId};
use crate::domain::job::JobKind;
use crate::domain::metadata::Metadata;
use crate::domain::resource::Status;
use crate::domain::review::ReviewOutcome;
use crate::domain::review_check::keeps_from_review;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::authority::who_may;
use crate::library::companies::contributing;
use crate::library::curriculum::CurriculumIds;
use crate::library::curriculum::place::hold_place;
use crate::library::resource_view::Resource;
use crate::library::resources::{Resources, approval, edit};
use crate::library::review_steps::{self, authors};
use crate::library::uploads::storage_figures::quota_of;

/// A finished upload, about to become a file.
struct Arrived {
    upload: UploadId,
    path: String,
    sha256: Sha256,
    size: i64,
    kind: Kind,
    media_type: String,
    contradiction: Option<String>,
}

impl Resources {
    /// Shares finished uploads as a new resource.
    pub async fn share(&self, actor: &Actor, form: ShareForm) -> Result<Resource> {
        let member = who_may(actor, Act::Share)?;
        let place = self.curriculum.place(&form.resource, CurriculumIds::default()).await?;
        self.expect_basis(actor, &form.resource.metadata).await?;
        let arrived = self.arrived(member, &form.uploads).await?;
        let now = self.clock.now();
        let status = if form.submit { Status::Submitted } else { Status::Draft };
        let mut row = entity::resource::Model {
            school_id: member.school_id,
            status,
            major_id: place.major_id,
            course_id: place.course_id,
            task_id: place.task_id,
            submitted_at: form.submit.then_some(now),
            submitted_revision: form.submit.then_some(1),
            ..entity::resource::Model::new(ResourceId::new(), member.id, form.resource.metadata, now)
        };
        count_in(&mut row, &arrived);
        self.expect_few_files(&row)?;
        if form.submit && keeps_from_review(&row.kind, row.file_count) {
            return Err(Refusal::NothingToReview.into());
        }
        let id = row.id;
        let placed = edit::form_of(&row);
        self.db
            .write(async |tx| {
                hold_place(tx, place, CurriculumIds::default()).await?;
                review_paths::hold(tx).await?;
                let seen_after = Audience::of_resource(row.status, row.scope, row.school_id, row.owner_id);
                resources::add(tx, row.clone()).await?;
                if let Some(company_id) = contributing(tx, member, now).await? {
                    let row = entity::company_contribution::Model {
                        resource_id: id,
                        company_id,
                        at: now,
                    };
                    companies::add_contribution(tx, row).await?;
                }
                self.add_version(tx, member, id, 1, &placed, now).await?;
                self.add_files(tx, &row, 1, arrived, now).await?;
                if form.submit {
                    review_steps::begin(tx, &row, ReviewOutcome::Submitted, Some(member.id), now).await?;
                }
                let told = AuditChanges::default().set("scope", row.scope.code());
                self.audit
                    .record_changes(tx, actor, AuditAction::ResourceCreate, Some(id.to_string()), &told)
                    .await?;
                let change = NewChange {
                    at: now,
                    resource_id: id,
                    kind: ChangeKind::Created,
                    seen_before: vec![],
                    seen_after,
                    packed: None,
                };
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        self.resource(actor, id).await
    }

    /// Makes a new version of a resource: other words, more files, other files, fewer. The answer lists the files, or
    /// where they are many those that came with it. `seen` is the revision the actor saw, for those who looked.
    pub async fn share_version(
        &self,
        actor: &Actor,
        id: ResourceId,
        fields: &serde_json::Map<String, serde_json::Value>,
        received: &[UploadId],
        seen: Option<i64>,
    ) -> Result<Resource> {
        let member = who_may(actor, Act::Share)?;
        let before = self.editable(actor, id).await?;
        if seen.is_some_and(|seen| seen != before.revision) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let present = before.working_copy();
        let mut form = VersionForm::parse(&edit::form_of(&present), fields).map_err(Refusal::Fields)?;
        form.uploads.extend(received);
        let place = self.curriculum.place(&form.resource, edit::place_of(&present)).await?;
        let arrived = self.arrived(member, &form.uploads).await?;
        let now = self.clock.now();
        let mut working = edit::with_metadata(&present, form.resource.metadata, place, now);
        working.version += 1;
        // What was held up as a model was what was there then.
        (working.marked_at, working.marked_by, working.marked_until) = (None, None, None);
        approval::submit_unless_approved(self.db.read(), member, &before, &mut working).await?;
        let is_approved = working.status == Status::Published;
        let mut leaving: Vec<String> = arrived.iter().map(|file| file.path.clone()).collect();
        leaving.extend(form.remove.iter().cloned());
        count_in(&mut working, &arrived);
        let number = working.version;
        // With the places that were found for its names, so that versions can be compared.
        let placed = edit::form_of(&working);
        self.db
            .write(async |tx| {
                hold_place(tx, place, edit::place_of(&present)).await?;
                review_paths::hold(tx).await?;
                let (left, bytes) = files::mark_removed(tx, id, &leaving, number).await?;
                working.file_count -= left;
                working.size -= bytes;
                self.expect_few_files(&working)?;
                let after = approval::settled(&before, working.clone());
                let change = approval::change(&before, &after, now);
                // Against what was read here, whoever looked: counts and sizes were added up from that.
                resources::update(tx, after.clone(), before.revision).await?;
                self.add_version(tx, member, id, number, &placed, now).await?;
                if is_approved {
                    approval::note_approval(tx, &before, &after, member.id, now).await?;
                    review_steps::write_published(tx, &after, Some(member.id), now).await?;
                }
                authors::note(tx, &after, member.id).await?;
                review_steps::follow(tx, &before, &after, member.id, now).await?;
                self.add_files(tx, &after, number, arrived, now).await?;
                let told = edit::audit_changes(&present, &working)?;
                self.audit
                    .record_changes(tx, actor, AuditAction::ResourceVersion, Some(id.to_string()), &told)
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        self.resource_of_version(actor, id, number).await
    }

    fn expect_few_files(&self, row: &entity::resource::Model) -> Result<()> {
        let limit = self.rules.max_files;
        if u64::try_from(row.file_count).unwrap_or(0) <= limit {
            return Ok(());
        }
        Err(Refusal::TooManyFiles { limit }.into())
    }

    async fn add_version(
        &self,
        tx: &impl ConnectionTrait,
        member: &Member,
        resource_id: ResourceId,
        number: i32,
        said: &ResourceForm,
        now: Timestamp,
    ) -> Result<()> {
        let metadata = serde_json::to_value(said).map_err(Error::unexpected)?;
        let row = entity::version::Model::new(resource_id, number, metadata, member.id, now);
        versions::add(tx, row).await
    }

    /// Turns uploads into files of a version and asks for their reading. The uploads' rows go in the same act, so that
    /// the content is referred to at every moment.
    async fn add_files(
        &self,
        tx: &impl ConnectionTrait,
        resource: &entity::resource::Model,
        number: i32,
        arrived: Vec<Arrived>,
        now: Timestamp,
    ) -> Result<()> {
        if arrived.is_empty() {
            return Ok(());
        }
        let bytes = arrived.iter().map(|file| file.size).sum();
        self.take_room(tx, resource, bytes).await?;
        uploads::consume(tx, &arrived.iter().map(|file| file.upload).collect()).await?;
        let contents: HashSet<(Sha256, Kind)> = arrived.iter().map(|file| (file.sha256.clone(), file.kind)).collect();
        let unread = content::ensure_extractions(tx, contents.into_iter().collect(), now).await?;
        let subjects = unread
            .into_iter()
            .map(|(sha256, kind)| crate::library::texts::subject(&sha256, kind))
            .collect();
        jobs::enqueue(tx, JobKind::Extract, subjects, now).await?;
        let rows = arrived
            .into_iter()
            .map(|file| new_file(resource.id, number, file))
            .collect();
        files::add(tx, rows).await
    }

    /// What comes from a hub, and what is added to it here, is not counted: it goes when the hub says so.
    async fn take_room(&self, tx: &impl ConnectionTrait, of: &entity::resource::Model, bytes: i64) -> Result<()> {
        let Some(school) = of.school_id else { return Ok(()) };
        if mirror::is_from_hub(tx, of.id).await? {
            return Ok(());
        }
        let usual = i64::try_from(self.rules.school_quota_bytes).unwrap_or(i64::MAX);
        if people::reserve_quota(tx, school, bytes, usual).await? {
            return Ok(());
        }
        let row = people::schools_by_id(tx, vec![school]).await?.pop();
        let limit = row.and_then(|row| quota_of(&row, self.rules.school_quota_bytes));
        Err(Refusal::QuotaExceeded {
            limit: limit.unwrap_or(self.rules.school_quota_bytes),
        }
        .into())
    }

    /// Checks that all uploads are the member's own and finished and have paths of their own.
    async fn arrived(&self, member: &Member, ids: &[UploadId]) -> Result<Vec<Arrived>> {
        let rows = uploads::by_id(self.db.read(), ids.to_vec()).await?;
        let mut rows: std::collections::HashMap<UploadId, _> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut faults = Vec::new();
        let mut arrived = Vec::with_capacity(ids.len());
        let mut paths = HashSet::new();
        for (at, id) in ids.iter().enumerate() {
            let own = rows.remove(id).filter(|row| row.account_id == member.id);
            match own
                .ok_or(FaultKind::NoSuchUpload)
                .and_then(|row| arrive(row).ok_or(FaultKind::Unfinished))
            {
                Ok(file) if paths.insert(file.path.clone()) => arrived.push(file),
                Ok(file) => faults.push(upload_fault(at, FaultKind::DuplicatePath { path: file.path })),
                Err(kind) => faults.push(upload_fault(at, kind)),
            }
        }
        if faults.is_empty() {
            Ok(arrived)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }

    /// A resource can only be based on one that its author can see.
    async fn expect_basis(&self, actor: &Actor, metadata: &Metadata) -> Result<()> {
        let Some(basis) = metadata.based_on else { return Ok(()) };
        if self.visible(actor, basis).await.is_ok() {
            return Ok(());
        }
        let kind = FaultKind::Unknown {
            value: basis.to_string(),
            hint: "GET /api/v1/search".to_owned(),
        };
        Err(Refusal::Fields(vec![FieldFault::at("based_on", kind)]).into())
    }
}

fn upload_fault(at: usize, kind: FaultKind) -> FieldFault {
    FieldFault::at(&format!("uploads/{at}"), kind)
}

fn arrive(row: entity::upload::Model) -> Option<Arrived> {
    Some(Arrived {
        upload: row.id,
        path: RelativePath::parse(&row.path?)?.as_str().to_owned(),
        sha256: row.sha256?,
        size: row.offset,
        kind: row.kind?,
        media_type: row.media_type?,
        contradiction: row.contradiction,
    })
}

/// Counts files into a resource's row.
fn count_in(row: &mut entity::resource::Model, arrived: &[Arrived]) {
    row.file_count += i64::try_from(arrived.len()).unwrap_or(i64::MAX);
    row.size += arrived.iter().map(|file| file.size).sum::<i64>();
}

fn new_file(resource_id: ResourceId, number: i32, file: Arrived) -> entity::file::Model {
    entity::file::Model {
        id: FileId::new(),
        resource_id,
        path: file.path,
        sha256: file.sha256,
        size: file.size,
        kind: file.kind,
        media_type: file.media_type,
        contradiction: file.contradiction,
        added_in: number,
        removed_in: None,
    }
}
