//! Mirroring: versions of a hub's packs become resources of this library, findable without reading any file again.
//!
//! Whoever hands something in has verified it ([`crate::pull`]). Resources keep the ids they have at the hub. What was
//! changed here is never laid over: it is marked as a conflict and left for people to see. What is in no mirrored pack any
//! more goes when its time of grace is over. What teachers share here is offered to the hub ([`mod@offers`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use self::gone::stays;
use self::places::Places;
use super::{Library, edit, read};
use crate::actor::Actor;
use crate::db::changes::{self, NewChange};
use crate::db::entity::{self, Strings, mirror_pack, mirror_resource};
use crate::db::{content, jobs, mirror, resources};
use crate::domain::change::ChangeKind;
use crate::domain::file::Kind;
use crate::domain::id::{Id, Sha256};
use crate::domain::resource::Status;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::pack::canonical;
use crate::pack::manifest::{Card, Manifest, Target};

mod contents;
mod gone;
mod holder;
pub mod offers;
pub mod overview;
mod places;

/// Resources taken in one transaction.
const AT_ONCE: usize = 100;
/// A pack that is mirrored.
#[derive(Debug, Clone)]
pub struct Mirrored {
    /// The hub's address.
    pub hub: String,
    /// What was believed of the hub last, as JSON.
    pub memory: String,
    /// The version held; 0 before the first.
    pub version: i32,
    /// The list of its files, as it came.
    pub manifest: Option<Vec<u8>>,
}

/// What came of taking a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Resources that are new here.
    pub added: usize,
    /// Resources that changed.
    pub changed: usize,
    /// Resources that stayed as they were.
    pub same: usize,
    /// Resources that are in no mirrored pack any more.
    pub gone: usize,
    /// Resources that were changed here as well, and were left as they are here.
    pub conflicts: Vec<Id>,
}

/// A resource with its files, as a manifest tells of it.
struct Coming<'a> {
    id: Id,
    card: &'a Card,
    targets: Vec<&'a Target>,
    fingerprint: Sha256,
}

impl Library {
    /// What is held of a hub's pack.
    pub async fn mirrored(&self, pack: Id) -> Result<Option<Mirrored>> {
        let Some(row) = mirror::pack(self.db.read(), pack).await? else {
            return Ok(None);
        };
        let manifest = match &row.manifest_sha256 {
            Some(sha256) => Some(self.made_bytes(sha256).await?),
            None => None,
        };
        Ok(Some(Mirrored {
            hub: row.hub,
            memory: row.memory,
            version: row.version,
            manifest,
        }))
    }

    /// The packs of a hub that are held.
    pub async fn mirrored_packs(&self, hub: &str) -> Result<Vec<Id>> {
        let rows = mirror::packs(self.db.read()).await?;
        let of_it = rows.into_iter().filter(|row| row.hub == hub);
        Ok(of_it.map(|row| row.pack_id).collect())
    }

    /// Mirrored resources that were changed here and at the hub.
    pub async fn mirror_conflicts(&self) -> Result<Vec<Id>> {
        let rows = mirror::conflicts(self.db.read()).await?;
        Ok(rows.into_iter().map(|row| row.resource_id).collect())
    }

    /// Remembers what is believed of a hub, whether or not anything was taken.
    pub async fn remember_hub(&self, pack: Id, hub: &str, title: Option<&str>, memory: &str) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let row = mirror::pack(tx, pack).await?.unwrap_or(mirror_pack::Model {
                    pack_id: pack,
                    hub: String::new(),
                    title: String::new(),
                    memory: String::new(),
                    version: 0,
                    manifest_sha256: None,
                    updated_at: now,
                });
                let row = mirror_pack::Model {
                    hub: hub.to_owned(),
                    title: title.map_or(row.title, str::to_owned),
                    memory: memory.to_owned(),
                    ..row
                };
                mirror::put_pack(tx, row).await
            })
            .await
    }

    /// Takes a version whose files and texts are here. Cut off, it is taken again from its beginning, which does no harm.
    pub async fn take_version(&self, hub: &str, manifest: &Manifest, bytes: Vec<u8>) -> Result<Taken> {
        let owner = self.hub_account(hub).await?;
        let mut places = Places::load(self, manifest).await?;
        let coming = coming(manifest);
        let mut taken = Taken::default();
        for chunk in coming.chunks(AT_ONCE) {
            self.take_resources(hub, owner, manifest.pack.id, &mut places, chunk, &mut taken)
                .await?;
        }
        self.take_away(manifest, &mut taken).await?;
        let list = self.keep_made(bytes.into()).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let Some(row) = mirror::pack(tx, manifest.pack.id).await? else {
                    return Ok(());
                };
                let row = mirror_pack::Model {
                    version: i32::try_from(manifest.version).unwrap_or(i32::MAX),
                    manifest_sha256: Some(list),
                    title: manifest.pack.title.clone(),
                    updated_at: now,
                    ..row
                };
                mirror::put_pack(tx, row).await?;
                let subject = format!("{}/{}", manifest.pack.id, manifest.version);
                self.record(tx, &Actor::guest(), "mirror.take", Some(subject)).await
            })
            .await?;
        self.wake();
        Ok(taken)
    }

    async fn take_resources(
        &self,
        hub: &str,
        owner: Id,
        pack: Id,
        places: &mut Places,
        chunk: &[Coming<'_>],
        taken: &mut Taken,
    ) -> Result<()> {
        let now = self.clock.now();
        let ids: Vec<Id> = chunk.iter().map(|coming| coming.id).collect();
        let done = self.db.write(async |tx| {
            let mut done = Taken::default();
            let present = resources::resources_by_id(tx, ids.clone()).await?;
            let present: HashMap<Id, entity::resource::Model> = present.into_iter().map(|row| (row.id, row)).collect();
            let known = mirror::resources(tx, &ids).await?;
            let known: HashMap<Id, mirror_resource::Model> =
                known.into_iter().map(|row| (row.resource_id, row)).collect();
            let mut noted = Vec::new();
            for coming in chunk {
                let before = present.get(&coming.id);
                let known = known.get(&coming.id);
                if has_changed_here(before, known) {
                    self.note_conflict(tx, hub, coming, known).await?;
                    done.conflicts.push(coming.id);
                    continue;
                }
                if let Some(known) = known.filter(|known| before.is_some() && known.fingerprint == coming.fingerprint) {
                    if known.keep_until.is_some() {
                        mirror::put_resource(tx, stays(known.clone())).await?;
                    }
                    done.same += 1;
                    continue;
                }
                let after = self.row(tx, owner, coming, before, places, now).await?;
                noted.push(self.write_resource(tx, hub, coming, before, after, now).await?);
                if before.is_some() {
                    done.changed += 1;
                } else {
                    done.added += 1;
                }
            }
            mirror::place(tx, pack, &ids).await?;
            changes::append(tx, noted).await?;
            Ok(done)
        });
        let done = done.await?;
        taken.added += done.added;
        taken.changed += done.changed;
        taken.same += done.same;
        taken.conflicts.extend(done.conflicts);
        self.wake();
        Ok(())
    }

    async fn note_conflict(
        &self,
        tx: &impl ConnectionTrait,
        hub: &str,
        coming: &Coming<'_>,
        known: Option<&mirror_resource::Model>,
    ) -> Result<()> {
        let row = known.cloned().unwrap_or(mirror_resource::Model {
            resource_id: coming.id,
            hub: hub.to_owned(),
            revision: 0,
            fingerprint: coming.fingerprint.clone(),
            conflict: true,
            gone_reason: None,
            keep_until: None,
        });
        mirror::put_resource(tx, mirror_resource::Model { conflict: true, ..row }).await
    }

    /// The resource's row as the hub tells of it.
    async fn row(
        &self,
        tx: &impl ConnectionTrait,
        owner: Id,
        coming: &Coming<'_>,
        before: Option<&entity::resource::Model>,
        places: &mut Places,
        now: Timestamp,
    ) -> Result<entity::resource::Model> {
        let card = coming.card;
        let place = places.of(tx, card).await?;
        let version = match before {
            Some(before) => card.version.max(before.version + 1),
            None => card.version,
        };
        Ok(entity::resource::Model {
            id: coming.id,
            school_id: places.school(tx, card.school.as_ref(), now).await?,
            owner_id: owner,
            status: Status::Published,
            scope: card.scope,
            kind: card.kind.clone(),
            title: card.title.clone(),
            description: card.description.clone(),
            major_id: place.major_id,
            course_id: place.course_id,
            task_id: place.task_id,
            stage: card.stage.clone(),
            level: card.level.clone(),
            keywords: Strings(card.keywords.clone()),
            authors: Strings(card.authors.clone()),
            year: card.year,
            licence: card.licence.clone(),
            language: card.language.clone(),
            based_on: card.based_on,
            review_note: None,
            version,
            file_count: i64::try_from(coming.targets.len()).unwrap_or(i64::MAX),
            size: coming
                .targets
                .iter()
                .map(|target| i64::try_from(target.length).unwrap_or(0))
                .sum(),
            revision: before.map_or(1, |before| before.revision + 1),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
            submitted_at: None,
            published_at: Some(now),
            marked_at: None,
            marked_by: None,
        })
    }

    async fn write_resource(
        &self,
        tx: &impl ConnectionTrait,
        hub: &str,
        coming: &Coming<'_>,
        before: Option<&entity::resource::Model>,
        after: entity::resource::Model,
        now: Timestamp,
    ) -> Result<NewChange> {
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
        };
        let version = after.version;
        let (revision, author) = (after.revision, after.owner_id);
        let metadata = serde_json::to_value(Self::present_metadata(&after)).map_err(Error::unexpected)?;
        match before {
            Some(before) => resources::update(tx, after, before.revision).await?,
            None => resources::add(tx, after).await?,
        }
        let row = entity::version::Model {
            resource_id: coming.id,
            number: version,
            metadata,
            author_id: author,
            created_at: now,
        };
        resources::add_version(tx, row).await?;
        self.write_files(tx, coming, version, now).await?;
        let row = mirror_resource::Model {
            resource_id: coming.id,
            hub: hub.to_owned(),
            revision,
            fingerprint: coming.fingerprint.clone(),
            conflict: false,
            gone_reason: None,
            keep_until: None,
        };
        mirror::put_resource(tx, row).await?;
        Ok(change)
    }

    /// The files that are new, and those that are no longer.
    async fn write_files(
        &self,
        tx: &impl ConnectionTrait,
        coming: &Coming<'_>,
        version: i32,
        now: Timestamp,
    ) -> Result<()> {
        let before = resources::current_files(tx, &[coming.id]).await?;
        let stays = |target: &Target| {
            before
                .iter()
                .any(|(file, _)| file.id == target.custom.file && file.sha256 == target.hashes.sha256)
        };
        let new: Vec<&Target> = coming.targets.iter().copied().filter(|target| !stays(target)).collect();
        let kept: HashSet<Id> = coming
            .targets
            .iter()
            .filter(|target| stays(target))
            .map(|target| target.custom.file)
            .collect();
        let leaving = before.iter().filter(|(file, _)| !kept.contains(&file.id));
        let leaving: Vec<String> = leaving.map(|(file, _)| file.path.clone()).collect();
        resources::leave_out(tx, coming.id, &leaving, version).await?;
        let contents: HashSet<(Sha256, Kind)> = new
            .iter()
            .map(|target| (target.hashes.sha256.clone(), target.custom.kind))
            .collect();
        // What came without text is read here, like any other upload.
        let unread = content::expect_extractions(tx, contents.into_iter().collect(), now).await?;
        let subjects = unread
            .into_iter()
            .map(|(sha256, kind)| read::subject(&sha256, kind))
            .collect();
        jobs::enqueue(tx, jobs::EXTRACT, subjects, now).await?;
        let rows = new.into_iter().map(|target| file_row(coming.id, version, target));
        resources::add_files(tx, rows.collect()).await
    }

    /// The account that owns what comes from a hub; nobody can sign in with it.
    async fn hub_account(&self, hub: &str) -> Result<Id> {
        use crate::db::people;
        let name = format!("hub-{}", &canonical::sha256(hub.as_bytes()).hex()[..12]);
        if let Some(account) = people::account_named(self.db.read(), &name).await? {
            return Ok(account.id);
        }
        let account = entity::account::Model {
            id: Id::new(),
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

/// The resources of a manifest with their files.
fn coming(manifest: &Manifest) -> Vec<Coming<'_>> {
    let mut targets: BTreeMap<Id, Vec<&Target>> = BTreeMap::new();
    for target in manifest.targets.values() {
        targets.entry(target.custom.resource).or_default().push(target);
    }
    let coming = manifest.resources.iter().map(|(id, card)| {
        let targets = targets.remove(id).unwrap_or_default();
        let fingerprint = canonical::sha256(&canonical::to_vec(&(card, &targets)));
        Coming {
            id: *id,
            card,
            targets,
            fingerprint,
        }
    });
    coming.collect()
}

/// Whether somebody made or changed the resource here.
fn has_changed_here(before: Option<&entity::resource::Model>, known: Option<&mirror_resource::Model>) -> bool {
    match (before, known) {
        (Some(before), Some(known)) => before.revision != known.revision,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn file_row(resource_id: Id, version: i32, target: &Target) -> entity::file::Model {
    entity::file::Model {
        id: target.custom.file,
        resource_id,
        path: target.custom.name.clone(),
        sha256: target.hashes.sha256.clone(),
        size: i64::try_from(target.length).unwrap_or(i64::MAX),
        kind: target.custom.kind,
        media_type: target.custom.media_type.clone(),
        contradiction: None,
        added_in: version,
        removed_in: None,
    }
}
