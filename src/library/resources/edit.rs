//! Looking at a resource, changing its words, removing it.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};

use crate::actor::{Actor, Member};
use crate::db::changes::{self, NewChange};
use crate::db::entity;
use crate::db::{content, files, mirror, people, resources, review_paths, versions};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Target};
use crate::domain::change::ChangeKind;
use crate::domain::day::Day;
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::form::{ResourceForm, VersionForm};
use crate::domain::id::{AccountId, ResourceId, Sha256};
use crate::domain::metadata::Metadata;
use crate::domain::resource::Status;
use crate::domain::rights;
use crate::domain::role::Scope;
use crate::domain::search::{Audience, NamedRef};
use crate::domain::time::Timestamp;
use crate::domain::version::VersionChanges;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::curriculum::CurriculumIds;
use crate::library::curriculum::place::hold_place;
use crate::library::paging::{self, Page};
use crate::library::resource_view;
use crate::library::resource_view::{Resource, Version};
use crate::library::resources::{Resources, approval, visibility};
use crate::library::review_steps::waits_at::waits_at;
use crate::library::review_steps::{self, authors};

pub use crate::db::resources::Filter;

/// More files than this are not listed after every change.
const MANY_FILES: i64 = 1_000;

impl Resources {
    /// A resource with its files.
    pub async fn resource(&self, actor: &Actor, id: ResourceId) -> Result<Resource> {
        let mut resource = self.seen(actor, id).await?;
        // Whoever sees that it waits sees where.
        if resource.status == Status::Submitted {
            resource.review = waits_at(self.db.read(), &[id], self.clock.now()).await?.remove(&id);
        }
        self.with_files(resource).await
    }

    /// A resource without its files.
    async fn seen(&self, actor: &Actor, id: ResourceId) -> Result<Resource> {
        let row = self.row(actor, id).await?;
        let shown = approval::show(self.db.read(), actor, vec![row], Day::of(self.clock.now()))
            .await?
            .pop();
        shown.ok_or_else(|| Refusal::NoSuch(Thing::Resource).into())
    }

    /// Adds the files of the version that is shown.
    async fn with_files(&self, resource: Resource) -> Result<Resource> {
        let files = files::of_version(self.db.read(), resource.id, resource.version).await?;
        Ok(Resource {
            files: Some(files.into_iter().map(resource_view::file).collect()),
            ..resource
        })
    }

    /// A resource with its files as the index has it: what waits beside it is not found yet.
    pub(in crate::library) async fn as_found(&self, actor: &Actor, id: ResourceId) -> Result<Resource> {
        let row = self.row(actor, id).await?;
        let is_found = is_visible(actor, &row);
        self.shown(if is_found { row } else { row.working_copy() }).await
    }

    /// Shows a row with its files, whoever may see it.
    pub(in crate::library) async fn shown(&self, row: entity::resource::Model) -> Result<Resource> {
        let shown = resource_view::resources(self.db.read(), vec![row], Day::of(self.clock.now()))
            .await?
            .pop();
        self.with_files(shown.ok_or(Refusal::NoSuch(Thing::Resource))?).await
    }

    /// A resource that somebody opens, with its files: a use of it.
    pub async fn opened(&self, actor: &Actor, id: ResourceId) -> Result<Resource> {
        let resource = self.resource(actor, id).await?;
        self.usage.count_use(actor, id, resource.owner.id);
        self.note_words(actor, &resource);
        Ok(resource)
    }

    /// Notes that the actor reads words of a resource or around it: earlier versions, comments, reviews.
    pub async fn note_reading(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        self.note_words(actor, &self.seen(actor, id).await?);
        Ok(())
    }

    /// What is said of a draft or within a school is read as its files are.
    fn note_words(&self, actor: &Actor, resource: &Resource) {
        let is_public = resource.status == Status::Published
            && resource.metadata.scope == Scope::Public
            && resource.changed_since_approved.is_none();
        if !is_public && actor.account.is_some() {
            self.audit
                .read(actor, AuditAction::ResourceRead, Some(resource.id.to_string()));
        }
    }

    /// A resource just after a new version: with its files, or where they are many with those that came with it, so that
    /// adding the ten-thousandth costs what adding the first did.
    pub(in crate::library) async fn resource_of_version(
        &self,
        actor: &Actor,
        id: ResourceId,
        number: i32,
    ) -> Result<Resource> {
        let resource = self.seen(actor, id).await?;
        if resource.file_count <= MANY_FILES {
            return self.with_files(resource).await;
        }
        let files = files::added_in(self.db.read(), id, number).await?;
        Ok(Resource {
            files: Some(files.into_iter().map(resource_view::file).collect()),
            ..resource
        })
    }

    /// Resources that the actor may see, newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &Filter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Resource>> {
        let before = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = resources::list(conn, filter, &actor.audiences(), before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let today = Day::of(self.clock.now());
        // Whoever asks for what is published is shown that, whatever waits beside it.
        let items = match filter.status {
            Some(Status::Published) => resource_view::resources(conn, rows, today).await?,
            _ => approval::show(conn, actor, rows, today).await?,
        };
        Ok(Page { items, next_cursor })
    }

    /// How many files of each of these resources cannot be found by their contents. Of the actor's own list, so
    /// nothing is checked again.
    pub async fn unread(&self, of: &[Resource]) -> Result<HashMap<ResourceId, u64>> {
        let ids: Vec<ResourceId> = of.iter().map(|resource| resource.id).collect();
        let mut unread = HashMap::new();
        for (file, read) in files::current(self.db.read(), &ids).await? {
            if read.is_some_and(|read| read.state == ExtractionState::Failed || read.report.0.needs_ocr) {
                *unread.entry(file.resource_id).or_default() += 1;
            }
        }
        Ok(unread)
    }

    /// The versions of a resource that the actor may know of, newest first, without their files.
    pub async fn versions(&self, actor: &Actor, id: ResourceId) -> Result<Vec<Version>> {
        let row = self.row(actor, id).await?;
        let rows = versions::of_resource(self.db.read(), id).await?;
        self.show_versions(visibility::shown_versions(actor, &row, rows)?).await
    }

    /// What changed in each of a resource's versions, as [`Resources::versions`](crate::library::resources::Resources::versions) lists them; nothing for the first.
    pub async fn changes_of(&self, actor: &Actor, id: ResourceId, versions: &[Version]) -> Result<Vec<VersionChanges>> {
        self.visible(actor, id).await?;
        let history = files::history(self.db.read(), id).await?;
        let changes = versions.iter().enumerate().map(|(at, version)| {
            // The one before it that the actor knows of.
            let Some(before) = versions.get(at + 1) else {
                return VersionChanges::default();
            };
            let is_in = |number: i32| {
                move |(_, added, removed): &&(String, i32, Option<i32>)| {
                    *added <= number && removed.is_none_or(|removed| removed > number)
                }
            };
            let (is_in_it, was_in) = (is_in(version.number), is_in(before.number));
            let came = history.iter().filter(|file| is_in_it(file) && !was_in(file));
            let went = history.iter().filter(|file| was_in(file) && !is_in_it(file));
            let path = |(path, ..): &(String, i32, Option<i32>)| path.clone();
            VersionChanges {
                fields: VersionChanges::fields(&before.metadata, &version.metadata),
                ..VersionChanges::of_files(came.map(path).collect(), went.map(path).collect())
            }
        });
        Ok(changes.collect())
    }

    /// One version with its files.
    pub async fn version(&self, actor: &Actor, id: ResourceId, number: i32) -> Result<Version> {
        let resource = self.row(actor, id).await?;
        let conn = self.db.read();
        let row = versions::version(conn, id, number).await?;
        let shown = visibility::shown_versions(actor, &resource, row.into_iter().collect())?;
        let row = shown.into_iter().next().ok_or(Refusal::NoSuch(Thing::Version))?;
        let files = files::of_version(conn, id, number).await?;
        let shown = self
            .show_versions(vec![row])
            .await?
            .pop()
            .ok_or(Refusal::NoSuch(Thing::Version))?;
        Ok(Version {
            files: Some(files.into_iter().map(resource_view::file).collect()),
            ..shown
        })
    }

    async fn show_versions(&self, rows: Vec<entity::version::Model>) -> Result<Vec<Version>> {
        let mut ids: Vec<AccountId> = rows.iter().map(|row| row.author_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let authors = people::accounts_by_id(self.db.read(), ids).await?;
        let name = |id: AccountId| {
            authors
                .iter()
                .find(|author| author.id == id)
                .map(|author| author.display.clone())
        };
        let shown = rows.into_iter().map(|row| Version {
            number: row.number,
            author: NamedRef {
                id: row.author_id,
                code: None,
                name: name(row.author_id).unwrap_or_default(),
            },
            created_at: row.created_at,
            metadata: row.metadata,
            files: None,
        });
        Ok(shown.collect())
    }

    /// Changes a resource's words. `seen` is the revision the actor saw.
    pub async fn edit(
        &self,
        actor: &Actor,
        id: ResourceId,
        seen: i64,
        fields: &Map<String, Value>,
    ) -> Result<Resource> {
        let member = who_may(actor, Act::Share)?;
        let before = self.editable(actor, id).await?;
        if seen != before.revision {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let present = before.working_copy();
        let form = form_of(&present).patched(fields).map_err(Refusal::Fields)?;
        let place = self.curriculum.place(&form, place_of(&present)).await?;
        let now = self.clock.now();
        let mut working = with_metadata(&present, form.metadata, place, now);
        approval::submit_unless_approved(self.db.read(), member, &before, &mut working).await?;
        let is_approved = working.status == Status::Published;
        let told = audit_changes(&present, &working)?;
        let after = approval::settled(&before, working);
        self.db
            .write(async |tx| {
                hold_place(tx, place, place_of(&present)).await?;
                review_paths::hold(tx).await?;
                let change = approval::change(&before, &after, now);
                // Against what was read here: a number that somebody guessed ahead would write that over what came between.
                resources::update(tx, after.clone(), before.revision).await?;
                if is_approved {
                    approval::note_approval(tx, &before, &after, member.id, now).await?;
                    review_steps::write_published(tx, &after, Some(member.id), now).await?;
                }
                authors::note(tx, &after, member.id).await?;
                review_steps::follow(tx, &before, &after, member.id, now).await?;
                self.audit
                    .record_changes(tx, actor, AuditAction::ResourceEdit, Some(id.to_string()), &told)
                    .await?;
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        self.resource(actor, id).await
    }

    /// Removes a resource for good. Its content stays in the store until its time of grace is over.
    pub async fn remove(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        who_may(actor, Act::Share)?;
        self.editable(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                // Who saw it is read under the lock: somebody may have published it a moment ago.
                let before = resources::find_for_update(tx, id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Resource))?;
                // What came from a hub was never counted.
                if let Some(school) = before.school_id
                    && !mirror::is_from_hub(tx, id).await?
                {
                    let bytes = files::bytes_of(tx, id).await?;
                    people::reserve_quota(tx, school, -bytes, 0).await?;
                }
                // Their time of grace begins now, and not when they came.
                content::pin_files_of(tx, id, now.plus(self.rules.orphan_grace)).await?;
                self.audit
                    .record(tx, actor, AuditAction::ResourceRemove, Some(id.to_string()))
                    .await?;
                resources::remove(tx, id, now).await?;
                let change = NewChange {
                    at: now,
                    resource_id: id,
                    kind: ChangeKind::Removed,
                    // What waits beside it goes, too: those whom it waits for are told as well.
                    seen_before: approval::all_audiences(&before),
                    seen_after: vec![],
                    packed: None,
                };
                changes::append(tx, vec![change]).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// The resource as the actor sees it, if they may. What one may not know exists is not there.
    pub(crate) async fn visible(&self, actor: &Actor, id: ResourceId) -> Result<entity::resource::Model> {
        let row = resources::resource(self.db.read(), id).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Resource))?;
        visibility::as_seen(actor, &row).ok_or_else(|| self.hidden(actor, &row, Thing::Resource))
    }

    /// Says that something is not there to somebody who may not know that it is; the audit log knows.
    pub(in crate::library) fn hidden(&self, actor: &Actor, row: &entity::resource::Model, thing: Thing) -> Error {
        let refusal = Refusal::NoSuch(thing);
        let subject = Some(row.id.to_string());
        self.audit
            .refused(actor, AuditAction::AccessHidden, subject, refusal.code());
        refusal.into()
    }

    /// The row of a resource, if the actor may see any of it.
    pub(crate) async fn row(&self, actor: &Actor, id: ResourceId) -> Result<entity::resource::Model> {
        let row = resources::resource(self.db.read(), id).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Resource))?;
        if visibility::as_seen(actor, &row).is_none() {
            return Err(self.hidden(actor, &row, Thing::Resource));
        }
        Ok(row)
    }

    /// The row of a resource, if the actor may change it: its owner, or an administrator of its school.
    pub(crate) async fn editable(&self, actor: &Actor, id: ResourceId) -> Result<entity::resource::Model> {
        let row = self.row(actor, id).await?;
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        expect(member, Act::Edit, as_target(&row.working_copy()))?;
        Ok(row)
    }

    /// Refuses to change what is said of a content where something published that the actor may not change holds it, too: whoever
    /// has a copy of a film could write into it what everybody reads.
    pub(crate) async fn expect_own_content(
        &self,
        tx: &impl ConnectionTrait,
        member: &Member,
        sha256: &Sha256,
        kind: Kind,
    ) -> Result<()> {
        let holders = resources::with_content(tx, sha256, Some(kind)).await?;
        let shown = holders.iter().filter(|(_, row)| row.status == Status::Published);
        let mut of_others = shown.filter(|(_, row)| expect(member, Act::Edit, as_target(row)).is_err());
        if of_others.next().is_some() {
            return Err(Refusal::HeldByOthers.into());
        }
        Ok(())
    }

    /// Refuses those who may not change a resource, before they send its files.
    pub async fn expect_editable(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        who_may(actor, Act::Share)?;
        self.editable(actor, id).await.map(|_| ())
    }

    /// Refuses words that no version of a resource can have, before its files are received.
    pub async fn expect_version(&self, actor: &Actor, id: ResourceId, fields: &Map<String, Value>) -> Result<()> {
        let row = self.editable(actor, id).await?;
        let form = VersionForm::parse(&form_of(&row), fields).map_err(Refusal::Fields)?;
        let standing = place_of(&row.working_copy());
        self.curriculum.place(&form.resource, standing).await.map(drop)
    }

    /// Whether the actor may change a resource that it sees.
    pub fn may_edit(&self, actor: &Actor, resource: &Resource) -> bool {
        may(actor, Act::Edit, resource.as_target())
    }
}

/// What the audit log says of changed words: which fields, and how far it is shared from now on.
pub(in crate::library) fn audit_changes(
    before: &entity::resource::Model,
    after: &entity::resource::Model,
) -> Result<AuditChanges> {
    let fields = VersionChanges::fields(&visibility::words(before)?, &visibility::words(after)?);
    let changes = AuditChanges::default().moved("scope", before.scope.code(), after.scope.code());
    let others = fields.iter().filter(|field| *field != "scope");
    Ok(others.fold(changes, |changes, field| changes.named(field, true)))
}

/// Who may see a resource as its row says.
pub(crate) fn audiences(row: &entity::resource::Model) -> Vec<Audience> {
    let mut audiences = Audience::of_resource(row.status, row.scope, row.school_id, row.owner_id);
    audiences.extend(row.is_left_to_bureau().then_some(Audience::Bureau));
    audiences
}

/// How far a resource is handed out in packs: as far as it is shared, and as its licence and the rights of others let it.
pub(crate) fn pack_scope(row: &entity::resource::Model) -> Scope {
    row.scope.min(rights::widest(row.licence.as_deref(), &row.rights))
}

/// Who may have a resource in a pack.
pub(crate) fn pack_audiences(row: &entity::resource::Model) -> Vec<Audience> {
    Audience::of_resource(row.status, pack_scope(row), row.school_id, row.owner_id)
}

/// What is said about a resource as its author would give it, with ids for the places it stands at.
pub(crate) fn form_of(row: &entity::resource::Model) -> ResourceForm {
    ResourceForm {
        metadata: row.metadata(),
        major: row.major_id.map(|id| id.to_string()),
        course: row.course_id.map(|id| id.to_string()),
        task: row.task_id.map(|id| id.to_string()),
    }
}

/// Whether the actor is among those who may see a resource as its row says.
pub(crate) fn is_visible(actor: &Actor, row: &entity::resource::Model) -> bool {
    let callers = actor.audiences();
    audiences(row).iter().any(|audience| callers.contains(audience))
}

/// A resource as the table of rights sees it.
pub(in crate::library) fn as_target(row: &entity::resource::Model) -> Target {
    let (owner, school) = (row.owner_id, row.school_id);
    if row.is_left_to_bureau() {
        return Target::LeftToBureau { owner, school };
    }
    Target::Work {
        owner,
        school,
        scope: row.scope,
    }
}

/// Where a resource stands.
pub(in crate::library) fn place_of(row: &entity::resource::Model) -> CurriculumIds {
    CurriculumIds {
        major_id: row.major_id,
        course_id: row.course_id,
        task_id: row.task_id,
    }
}

/// The row with something else said about it.
pub(in crate::library) fn with_metadata(
    before: &entity::resource::Model,
    metadata: Metadata,
    place: CurriculumIds,
    now: Timestamp,
) -> entity::resource::Model {
    entity::resource::Model {
        major_id: place.major_id,
        course_id: place.course_id,
        task_id: place.task_id,
        revision: before.revision + 1,
        updated_at: now,
        ..before.clone().with_metadata(metadata)
    }
}
