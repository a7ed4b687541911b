//! Takes a version of a hub's pack: its resources become rows of this library, a chunk a transaction.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;

use super::{Mirror, Origin, TakenVersion, incoming};
use crate::actor::Actor;
use crate::db::changes::{self, NewChange};
use crate::db::entity::{self, mirror_pack, mirror_resource};
use crate::db::{content, files, jobs, mirror, resources, takedowns, versions};
use crate::domain::audit::AuditAction;
use crate::domain::change::ChangeKind;
use crate::domain::file::Kind;
use crate::domain::id::{AccountId, FileId, PackId, ResourceId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::mirror::conflict::{Verdict, has_come_down, names_others_file, verdict};
use crate::library::mirror::curriculum_mapper::CurriculumMapper;
use crate::library::mirror::gone::{is_taken_down, stays, stays_down};
use crate::library::mirror::incoming::{ComingFile, IncomingResource, SkippedResource, Why, coming};
use crate::library::resources::{approval, edit};
use crate::library::texts;
use crate::pack::canonical;
use crate::pack::manifest::Manifest;

/// Resources taken in one transaction.
pub(super) const AT_ONCE: usize = 100;

/// What is being taken, and from whom.
pub(super) struct Taking<'a> {
    pub(super) origin: &'a Origin,
    pub(super) owner: AccountId,
    pub(super) pack: PackId,
    /// When the hub published what tells of it.
    pub(super) told_at: Timestamp,
    pub(super) now: Timestamp,
}

impl Mirror {
    /// Takes a version whose files and texts are here. Cut off, it is taken again from its beginning, which does no harm.
    pub async fn take_version(&self, origin: &Origin, manifest: &Manifest, bytes: Vec<u8>) -> Result<TakenVersion> {
        let taking = Taking {
            origin,
            owner: self.hub_account(&origin.hub).await?,
            pack: manifest.pack.id,
            told_at: manifest.pack.published_at,
            now: self.clock.now(),
        };
        let mut places = CurriculumMapper::load(&self.db, manifest).await?;
        let (coming, skipped) = coming(manifest);
        let mut taken = TakenVersion {
            skipped,
            ..TakenVersion::default()
        };
        self.note_skipped(&taking, &taken.skipped).await?;
        for chunk in coming.chunks(AT_ONCE) {
            self.take_chunk(&taking, &mut places, chunk, &mut taken).await?;
            // A large pack is found part by part.
            self.signals.wake();
        }
        self.take_away(origin, manifest, &mut taken).await?;
        // Else it is not held yet: the next round takes it again, and of what came now all is the same.
        if !taken.is_worth_another_try() {
            self.note_version(manifest, bytes).await?;
        }
        self.signals.wake();
        Ok(taken)
    }

    /// The version is held from now on.
    async fn note_version(&self, manifest: &Manifest, bytes: Vec<u8>) -> Result<()> {
        let list = self.packs.keep_made(bytes.into()).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let Some(row) = mirror::pack(tx, manifest.pack.id).await? else {
                    return Ok(());
                };
                let row = mirror_pack::Model {
                    version: i32::try_from(manifest.version).unwrap_or(i32::MAX),
                    manifest_sha256: Some(list),
                    title: incoming::shown(&manifest.pack.title),
                    updated_at: now,
                    ..row
                };
                mirror::put_pack(tx, row).await?;
                let subject = format!("{}/{}", manifest.pack.id, manifest.version);
                self.audit
                    .record(tx, &Actor::guest(), AuditAction::MirrorTake, Some(subject))
                    .await
            })
            .await
    }

    /// Takes some resources in one act. Where that fails each is tried alone, and the one at fault is named.
    async fn take_chunk(
        &self,
        taking: &Taking<'_>,
        places: &mut CurriculumMapper,
        chunk: &[IncomingResource<'_>],
        taken: &mut TakenVersion,
    ) -> Result<()> {
        match self.take_resources(taking, places, chunk).await {
            Ok(done) => taken.add(done),
            Err(_) if chunk.len() > 1 => {
                for one in chunk.chunks(1) {
                    Box::pin(self.take_chunk(taking, places, one, taken)).await?;
                }
            }
            Err(error) => {
                let Some(one) = chunk.first() else { return Ok(()) };
                tracing::warn!(resource.id = %one.id, "the resource {} of a hub cannot be taken: {error:?}", one.id);
                let skipped = one.skipped(Why::Fault, error.to_string());
                // When the database is away this fails as well, and nothing is skipped.
                self.note_skipped(taking, std::slice::from_ref(&skipped)).await?;
                taken.skipped.push(skipped);
            }
        }
        Ok(())
    }

    async fn take_resources(
        &self,
        taking: &Taking<'_>,
        places: &mut CurriculumMapper,
        chunk: &[IncomingResource<'_>],
    ) -> Result<TakenVersion> {
        // Places that are added are kept in mind only once they are in the database.
        let mut tried = places.clone();
        let done = self.db.write(async |tx| {
            let mut done = TakenVersion::default();
            let ids: Vec<ResourceId> = chunk.iter().map(|coming| coming.id).collect();
            let present = resources::resources_by_id(tx, ids.clone()).await?;
            let present: HashMap<ResourceId, entity::resource::Model> =
                present.into_iter().map(|row| (row.id, row)).collect();
            let known = mirror::resources(tx, &ids).await?;
            let known: HashMap<ResourceId, mirror_resource::Model> =
                known.into_iter().map(|row| (row.resource_id, row)).collect();
            let files = files_here(tx, chunk).await?;
            let (mut placed, mut noted) = (Vec::with_capacity(ids.len()), Vec::new());
            for coming in chunk {
                let (before, known) = (present.get(&coming.id), known.get(&coming.id));
                if known.is_some_and(|row| has_come_down(taking, coming, row)) {
                    done.older += 1;
                    continue;
                }
                if let Some(skipped) = names_others_file(coming, &files) {
                    self.put_skipped(tx, taking, &skipped, known.cloned()).await?;
                    done.skipped.push(skipped);
                    continue;
                }
                match verdict(taking, coming, before, known) {
                    Verdict::OtherHub => {
                        done.skipped.push(coming.skipped(Why::OtherHub, ""));
                        continue;
                    }
                    Verdict::Older => {
                        keep(tx, known).await?;
                        done.older += 1;
                    }
                    Verdict::Conflict => {
                        self.note_conflict(tx, taking, coming, known).await?;
                        done.conflicts.push(coming.id);
                    }
                    Verdict::Same => {
                        keep(tx, known).await?;
                        done.same += 1;
                    }
                    Verdict::Take => {
                        // A later list shares it again: those who mirror this node are to hear no more of the takedown.
                        if known.is_some_and(is_taken_down) {
                            takedowns::delete(tx, coming.id).await?;
                        }
                        let after = self.row(tx, taking, coming, before, &mut tried).await?;
                        noted.push(self.write_resource(tx, taking, coming, before, after, &files).await?);
                        if before.is_some() {
                            done.changed += 1;
                        } else {
                            done.added += 1;
                        }
                    }
                }
                placed.push(coming.id);
            }
            mirror::add_to_pack(tx, taking.pack, &placed).await?;
            changes::append(tx, noted).await?;
            Ok(done)
        });
        let done = done.await?;
        *places = tried;
        Ok(done)
    }

    /// Remembers what could not be taken, for those who run this node.
    async fn note_skipped(&self, taking: &Taking<'_>, skipped: &[SkippedResource]) -> Result<()> {
        for chunk in skipped.chunks(AT_ONCE) {
            let ids: Vec<ResourceId> = chunk.iter().map(|skipped| skipped.resource).collect();
            self.db
                .write(async |tx| {
                    let known = mirror::resources(tx, &ids).await?;
                    for skipped in chunk {
                        let row = known.iter().find(|row| row.resource_id == skipped.resource);
                        self.put_skipped(tx, taking, skipped, row.cloned()).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(())
    }

    async fn put_skipped(
        &self,
        tx: &impl ConnectionTrait,
        taking: &Taking<'_>,
        skipped: &SkippedResource,
        known: Option<mirror_resource::Model>,
    ) -> Result<()> {
        // What another hub gave is none of this one's business, and what came down stays down.
        let is_settled = |row: &mirror_resource::Model| {
            !taking.origin.is(&row.hub) || stays_down(row, taking.origin, taking.told_at)
        };
        if known.as_ref().is_some_and(is_settled) {
            return Ok(());
        }
        let row = known.unwrap_or_else(|| unknown(taking.origin, skipped.resource));
        let problem = Some(skipped.why.code().to_owned());
        mirror::put_resource(tx, mirror_resource::Model { problem, ..row }).await?;
        mirror::add_to_pack(tx, taking.pack, &[skipped.resource]).await
    }

    async fn note_conflict(
        &self,
        tx: &impl ConnectionTrait,
        taking: &Taking<'_>,
        coming: &IncomingResource<'_>,
        known: Option<&mirror_resource::Model>,
    ) -> Result<()> {
        let row = known.cloned().unwrap_or_else(|| unknown(taking.origin, coming.id));
        let row = mirror_resource::Model {
            conflict: true,
            ..stays(row)
        };
        mirror::put_resource(tx, row).await
    }

    /// The resource's row as the hub tells of it.
    pub(super) async fn row(
        &self,
        tx: &impl ConnectionTrait,
        taking: &Taking<'_>,
        coming: &IncomingResource<'_>,
        before: Option<&entity::resource::Model>,
        places: &mut CurriculumMapper,
    ) -> Result<entity::resource::Model> {
        let (card, said, now) = (coming.card, &coming.said, taking.now);
        let place = places.of(tx, coming.major.as_ref(), said, now).await?;
        let version = match before {
            // Ours never go back, also where the hub was put back to an older state.
            Some(before) => card.version.max(before.working_copy().version + 1),
            None => card.version,
        };
        Ok(entity::resource::Model {
            school_id: places.school(tx, coming.school.as_ref(), now).await?,
            status: Status::Published,
            major_id: place.major_id,
            course_id: place.course_id,
            task_id: place.task_id,
            version,
            file_count: i64::try_from(coming.files.len()).unwrap_or(i64::MAX),
            size: coming.size(),
            revision: before.map_or(1, |before| before.revision + 1),
            created_at: before.map_or(now, |before| before.created_at),
            published_at: Some(now),
            ..entity::resource::Model::new(coming.id, taking.owner, said.metadata.clone(), now)
        })
    }

    async fn write_resource(
        &self,
        tx: &impl ConnectionTrait,
        taking: &Taking<'_>,
        coming: &IncomingResource<'_>,
        before: Option<&entity::resource::Model>,
        after: entity::resource::Model,
        files: &HashMap<FileId, entity::file::Model>,
    ) -> Result<NewChange> {
        let now = taking.now;
        let change = NewChange {
            at: now,
            resource_id: coming.id,
            kind: if before.is_some() {
                ChangeKind::Updated
            } else {
                ChangeKind::Created
            },
            seen_before: before.map(edit::audiences).unwrap_or_default(),
            seen_after: edit::audiences(&after),
            packed: Some([
                before.map(edit::pack_audiences).unwrap_or_default(),
                edit::pack_audiences(&after),
            ]),
        };
        let version = after.version;
        let (revision, author) = (after.revision, after.owner_id);
        let metadata = serde_json::to_value(edit::form_of(&after)).map_err(Error::unexpected)?;
        let shown = after.clone();
        match before {
            Some(before) => resources::update(tx, after, before.revision).await?,
            None => resources::add(tx, after).await?,
        }
        let row = entity::version::Model::new(coming.id, version, metadata, author, now);
        versions::add(tx, row).await?;
        // The hub has looked at it: what it publishes takes the place of what it published before.
        let decided_on = before.unwrap_or(&shown);
        approval::note_approval(tx, decided_on, &shown, author, now).await?;
        self.write_files(tx, coming, version, files, now).await?;
        let row = mirror_resource::Model {
            revision,
            fingerprint: coming.fingerprint.clone(),
            hub_version: coming.card.version,
            told_at: Some(taking.told_at),
            company: coming.company.clone(),
            ..unknown(taking.origin, coming.id)
        };
        mirror::put_resource(tx, row).await?;
        Ok(change)
    }

    /// The files that are new, and those that are no longer. One that was there before comes back as itself.
    async fn write_files(
        &self,
        tx: &impl ConnectionTrait,
        coming: &IncomingResource<'_>,
        version: i32,
        files: &HashMap<FileId, entity::file::Model>,
        now: Timestamp,
    ) -> Result<()> {
        let before = files::current(tx, &[coming.id]).await?;
        let stays = |coming: &ComingFile| {
            before
                .iter()
                .any(|(file, _)| file.id == coming.id && file.sha256 == coming.sha256)
        };
        let (kept, new): (Vec<&ComingFile>, Vec<&ComingFile>) = coming.files.iter().partition(|file| stays(file));
        let kept: HashSet<FileId> = kept.into_iter().map(|file| file.id).collect();
        let leaving = before.iter().filter(|(file, _)| !kept.contains(&file.id));
        let leaving: Vec<String> = leaving.map(|(file, _)| file.path.clone()).collect();
        files::mark_removed(tx, coming.id, &leaving, version).await?;
        let contents: HashSet<(Sha256, Kind)> = new.iter().map(|file| (file.sha256.clone(), file.kind)).collect();
        // What came without text is read here, like any other upload.
        let unread = content::ensure_extractions(tx, contents.into_iter().collect(), now).await?;
        let subjects = unread
            .into_iter()
            .map(|(sha256, kind)| texts::subject(&sha256, kind))
            .collect();
        jobs::enqueue(tx, JobKind::Extract, subjects, now).await?;
        let (back, added): (Vec<&ComingFile>, Vec<&ComingFile>) =
            new.into_iter().partition(|file| files.contains_key(&file.id));
        for file in back {
            files::restore(tx, file.row(coming.id, version)).await?;
        }
        let rows = added.into_iter().map(|file| file.row(coming.id, version));
        files::add(tx, rows.collect()).await
    }

    /// The account that owns what comes from a hub; nobody can sign in with it.
    async fn hub_account(&self, hub: &str) -> Result<AccountId> {
        use crate::db::people;
        let name = format!("hub-{}", &canonical::sha256(hub.as_bytes()).hex()[..12]);
        if let Some(account) = people::account_named(self.db.read(), &name).await? {
            return Ok(account.id);
        }
        let account = entity::account::Model {
            id: AccountId::new(),
            name_key: Some(name.clone()),
            name,
            display: hub.to_owned(),
            role: crate::domain::role::Role::Reader,
            school_id: None,
            password_hash: None,
            password_once: false,
            disabled: true,
            failures: 0,
            locked_until: None,
            created_at: self.clock.now(),
        };
        let id = account.id;
        self.db.write(async |tx| people::add_account(tx, account).await).await?;
        Ok(id)
    }
}

/// What was about to go stays: a pack holds it.
async fn keep(tx: &impl ConnectionTrait, known: Option<&mirror_resource::Model>) -> Result<()> {
    match known.filter(|row| row.keep_until.is_some()) {
        Some(row) => mirror::put_resource(tx, stays(row.clone())).await,
        None => Ok(()),
    }
}

/// Every file of this node that has the id of one that comes, whatever resource it is of.
async fn files_here(
    tx: &impl ConnectionTrait,
    chunk: &[IncomingResource<'_>],
) -> Result<HashMap<FileId, entity::file::Model>> {
    let ids = chunk.iter().flat_map(|coming| &coming.files).map(|file| file.id);
    let rows = files::by_id(tx, ids.collect()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What is remembered of a resource that is not held yet.
pub(super) fn unknown(origin: &Origin, resource: ResourceId) -> mirror_resource::Model {
    mirror_resource::Model {
        resource_id: resource,
        hub: origin.hub.clone(),
        revision: 0,
        fingerprint: canonical::sha256(b""),
        conflict: false,
        gone_reason: None,
        keep_until: None,
        hub_version: 0,
        told_at: None,
        problem: None,
        company: None,
    }
}
