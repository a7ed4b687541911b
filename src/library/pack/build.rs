//! From what was chosen to a version: a job that may begin again at any moment, until one act makes the version ready.
//!
//! What a version holds is what was published when the job looked. Rights are weighed for each resource at that moment,
//! and from then on by the change log ([`crate::db::packs::note_audiences`]).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use sea_orm::ConnectionTrait;

use super::documents::blocking;
use super::place::{Curriculum, Placed, apart, entry_folder, file_paths};
use super::sign;
use crate::actor::Actor;
use crate::db::entity::{self, pack, pack_item, pack_version};
use crate::db::resources::ReadFile;
use crate::db::{changes, content, jobs, packs, people, resources, trust};
use crate::domain::id::{Id, Sha256};
use crate::domain::pack::{BuildState, Chosen, Entry, may_be_given};
use crate::domain::resource::Status;
use crate::domain::role::TokenScope;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::view::Names;
use crate::library::{Library, edit, read};
use crate::pack::canonical;
use crate::pack::manifest::{
    Card, Coded, Crc32, Fragment, Gone, GoneReason, Hashes, Head, Item, Manifest, Stub, StubReason, Target, Text,
};
use crate::pack::patch;
use crate::pack::trust::Meta;

/// Resources that are looked at together.
const AT_ONCE: usize = 200;
/// Holders keep what is gone this long.
const GRACE: Duration = Duration::from_hours(14 * 24);

/// What a building job is about: `<pack>/<number>`.
pub(super) fn subject(pack: Id, number: i32) -> String {
    format!("{pack}/{number}")
}

/// Reads what a building job is about.
pub(super) fn parse_subject(subject: &str) -> Result<(Id, i32)> {
    let parts = subject.split_once('/');
    let parsed = parts.and_then(|(id, number)| Some((id.parse().ok()?, number.parse().ok()?)));
    parsed.ok_or_else(|| anyhow::anyhow!("`{subject}` is no version of a pack").into())
}

/// Everything a building needs to know.
struct Building {
    pack: pack::Model,
    version: pack_version::Model,
    /// Whose eyes the pack is made with.
    author: Actor,
    /// The change log's end when it began.
    since: i64,
    now: Timestamp,
    manifest: Manifest,
    /// What each file's row needs besides what the manifest says.
    kinds: HashMap<Id, crate::domain::file::Kind>,
}

impl Library {
    /// Builds a version. Done already, it is not done again.
    pub(in crate::library) async fn build_pack(&self, subject: &str) -> Result<()> {
        let (pack, number) = parse_subject(subject)?;
        let Some(mut building) = self.begin(pack, number).await? else {
            return Ok(());
        };
        let placed = self.choose(&building).await?;
        self.show_progress(&building, 0, placed.len()).await?;
        for (at, chunk) in placed.chunks(AT_ONCE).enumerate() {
            self.take_in(&mut building, chunk).await?;
            self.show_progress(&building, (at * AT_ONCE + chunk.len()).min(placed.len()), placed.len())
                .await?;
        }
        self.note_gone(&mut building).await?;
        self.keep_items(&building).await?;
        self.make_ready(building).await?;
        self.wake();
        Ok(())
    }

    async fn begin(&self, pack: Id, number: i32) -> Result<Option<Building>> {
        let conn = self.db.read();
        let (Some(pack), Some(version)) = (
            packs::pack(conn, pack).await?,
            packs::version(conn, pack, number).await?,
        ) else {
            // Removed meanwhile.
            return Ok(None);
        };
        if version.state == BuildState::Ready {
            return Ok(None);
        }
        let author = people::account(conn, version.author_id).await?;
        let author = author.ok_or(Refusal::NoSuch(Thing::Account))?;
        let author = Actor {
            account: Some(crate::library::account::member(&author, TokenScope::Read, None)),
            address: None,
        };
        let now = self.clock.now();
        let head = self.head(&pack, &version, now).await?;
        let manifest = Manifest::new(
            u32::try_from(number).unwrap_or_default(),
            sign::version_expires(now),
            head,
        );
        Ok(Some(Building {
            pack,
            version,
            author,
            since: changes::last(conn).await?,
            now,
            manifest,
            kinds: HashMap::new(),
        }))
    }

    async fn head(&self, pack: &pack::Model, version: &pack_version::Model, now: Timestamp) -> Result<Head> {
        let schools = people::schools_by_id(self.db.read(), pack.school_id.into_iter().collect()).await?;
        let school = schools.into_iter().next().map(|row| Coded {
            code: Some(row.code),
            name: row.name,
        });
        Ok(Head {
            id: pack.id,
            title: pack.title.clone(),
            description: pack.description.clone(),
            audience: pack.scope,
            school,
            hub: self.rules.public_url.clone(),
            published_at: now,
            note: version.note.clone(),
        })
    }

    async fn show_progress(&self, building: &Building, done: usize, total: usize) -> Result<()> {
        let count = |number| i64::try_from(number).unwrap_or(i64::MAX);
        let version = (building.pack.id, building.version.number);
        self.db
            .write(async |tx| packs::set_progress(tx, version, BuildState::Building, count(done), count(total)).await)
            .await
    }

    /// The resources that belong to the pack as its author sees it, each once, with their folders.
    async fn choose(&self, building: &Building) -> Result<Vec<Placed>> {
        let entries = &building.pack.contents.0;
        let names = self.entry_names(&building.author, entries).await?;
        let curriculum = Curriculum::load(self.db.read()).await?;
        let files: Vec<Id> = entries.iter().filter_map(|entry| fragment_file(&entry.what)).collect();
        let files = resources::files_by_id(self.db.read(), files).await?;
        let resource_of: HashMap<Id, Id> = files.into_iter().map(|file| (file.id, file.resource_id)).collect();
        let mut seen = HashSet::new();
        let mut placed = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let mut before = None;
            loop {
                let rows = self.rows_of(building, entry, &resource_of, before).await?;
                let is_last = rows.len() < AT_ONCE;
                before = rows.last().map(|row| row.id);
                for row in rows {
                    let fits = entry.types.is_empty() || entry.types.contains(&row.kind);
                    if !fits || !seen.insert(row.id) {
                        continue;
                    }
                    let name = names.get(&chosen_id(&entry.what));
                    let name = name.map_or(row.title.as_str(), String::as_str);
                    let mut folder = entry_folder(at, entries.len(), name);
                    if !is_one_resource(&entry.what) {
                        folder = format!("{folder}/{}", curriculum.folder_below(&entry.what, &row));
                    }
                    placed.push(Placed {
                        resource: row.id,
                        entry: at,
                        folder,
                    });
                }
                if is_last {
                    break;
                }
            }
        }
        apart(&mut placed);
        Ok(placed)
    }

    /// A page of the resources of an entry that the author may see, newest first.
    async fn rows_of(
        &self,
        building: &Building,
        entry: &Entry,
        resource_of: &HashMap<Id, Id>,
        before: Option<Id>,
    ) -> Result<Vec<entity::resource::Model>> {
        let one = match &entry.what {
            Chosen::Resource(id) => Some(*id),
            Chosen::Fragment { file, .. } => resource_of.get(file).copied(),
            Chosen::Major(_) | Chosen::Course(_) | Chosen::Task(_) => None,
        };
        let conn = self.db.read();
        if is_one_resource(&entry.what) {
            let row = match one {
                Some(id) => resources::resource(conn, id).await?,
                None => None,
            };
            return Ok(row
                .filter(|row| edit::is_visible(&building.author, row))
                .into_iter()
                .collect());
        }
        let mut filter = resources::Filter {
            status: Some(Status::Published),
            ..Default::default()
        };
        match entry.what {
            Chosen::Major(id) => filter.major = Some(id),
            Chosen::Course(id) => filter.course = Some(id),
            Chosen::Task(id) => filter.task = Some(id),
            Chosen::Resource(_) | Chosen::Fragment { .. } => {}
        }
        let audiences = building.author.audiences();
        resources::list(conn, &filter, &audiences, before, AT_ONCE as u64).await
    }

    /// Takes some resources in, as they are now.
    async fn take_in(&self, building: &mut Building, placed: &[Placed]) -> Result<()> {
        let conn = self.db.read();
        let ids: Vec<Id> = placed.iter().map(|placed| placed.resource).collect();
        let rows = resources::resources_by_id(conn, ids.clone()).await?;
        let names = Names::load(conn, &rows).await?;
        let mut files: HashMap<Id, Vec<ReadFile>> = HashMap::new();
        for read in resources::current_files(conn, &ids).await? {
            files.entry(read.0.resource_id).or_default().push(read);
        }
        let contents = files.values().flatten().map(|(file, _)| file.sha256.clone());
        let contents: HashSet<Sha256> = contents.collect();
        let blobs = content::blobs(conn, contents.into_iter().collect()).await?;
        let checks: HashMap<Sha256, i64> = blobs.into_iter().map(|row| (row.sha256, row.crc32)).collect();
        let rows: HashMap<Id, entity::resource::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        for placed in placed {
            let Some(row) = rows.get(&placed.resource) else {
                continue;
            };
            let right = (building.pack.scope, building.pack.school_id);
            if !may_be_given((row.status, row.scope, row.school_id), right) {
                building
                    .manifest
                    .stubs
                    .insert(stub_path(&placed.folder, row), stub(row, &names));
                continue;
            }
            let files = files.remove(&row.id).unwrap_or_default();
            self.take_files(building, placed, row, &names, files, &checks).await?;
        }
        Ok(())
    }

    async fn take_files(
        &self,
        building: &mut Building,
        placed: &Placed,
        row: &entity::resource::Model,
        names: &Names,
        files: Vec<ReadFile>,
        checks: &HashMap<Sha256, i64>,
    ) -> Result<()> {
        let entries = &building.pack.contents.0;
        let paths = file_paths(&placed.folder, files.iter().map(|(file, _)| file.path.as_str()));
        let path_of: HashMap<Id, &String> = files.iter().map(|(file, _)| file.id).zip(&paths).collect();
        let mut card = card(row, names, placed.folder.clone());
        card.note.clone_from(&entries[placed.entry].note);
        card.fragments = fragments(entries, &path_of);
        if !card.fragments.is_empty() && matches!(entries[placed.entry].what, Chosen::Fragment { .. }) {
            card.note.clear();
        }
        building.manifest.resources.insert(row.id, card);
        for ((file, extraction), path) in files.into_iter().zip(&paths) {
            let crc32 = checks.get(&file.sha256).copied();
            let crc32 = crc32.ok_or_else(|| anyhow::anyhow!("file `{}` names content that has no row", file.id))?;
            building.kinds.insert(file.id, file.kind);
            let text = self.text(extraction).await?;
            building
                .manifest
                .targets
                .insert(path.clone(), target(file, crc32, text));
        }
        Ok(())
    }

    /// What reading a file found; nothing while it is not read.
    async fn text(&self, read: Option<entity::extraction::Model>) -> Result<Option<Text>> {
        use crate::domain::file::State;
        let Some(read) = read.filter(|read| !matches!(read.state, State::Queued | State::Extracting)) else {
            return Ok(None);
        };
        let kept = self.kept_text(&read).await?;
        Ok(kept.map(|kept| Text {
            length: kept.bytes,
            sha256: kept.sha256,
            state: read.state,
            report: read.report.0,
        }))
    }

    /// Names what the version before had and this one has not.
    async fn note_gone(&self, building: &mut Building) -> Result<()> {
        let conn = self.db.read();
        let before = building.pack.version;
        let had = packs::resources_of(conn, building.pack.id, before).await?;
        let missing: Vec<(Id, Option<Timestamp>)> = had
            .into_iter()
            .filter(|(id, _)| !building.manifest.resources.contains_key(id))
            .collect();
        let mut still_there = HashSet::new();
        for chunk in missing.chunks(AT_ONCE) {
            let rows = resources::resources_by_id(conn, chunk.iter().map(|(id, _)| *id).collect()).await?;
            still_there.extend(rows.into_iter().map(|row| row.id));
        }
        for (id, gone_at) in missing {
            let reason = match gone_at {
                _ if !still_there.contains(&id) => GoneReason::Removed,
                Some(_) => GoneReason::Withdrawn,
                None => GoneReason::LeftOut,
            };
            let at = gone_at.unwrap_or(building.now);
            let gone = Gone {
                reason,
                at,
                keep_until: at.plus(GRACE),
            };
            building.manifest.gone.insert(id, gone);
        }
        self.remember_gone(building).await
    }

    /// What was gone before stays named until its time is over: a client may skip versions.
    async fn remember_gone(&self, building: &mut Building) -> Result<()> {
        #[derive(serde::Deserialize)]
        struct Before {
            #[serde(default)]
            gone: BTreeMap<Id, Gone>,
        }
        let before = packs::version(self.db.read(), building.pack.id, building.pack.version).await?;
        let Some(list) = before.and_then(|row| row.manifest_sha256) else {
            return Ok(());
        };
        let before: Before = self.signed(&list).await?;
        for (id, gone) in before.gone {
            let is_over = gone.keep_until <= building.now || building.manifest.resources.contains_key(&id);
            if !is_over {
                building.manifest.gone.entry(id).or_insert(gone);
            }
        }
        Ok(())
    }

    /// Writes a row for each file, in the order of the manifest.
    async fn keep_items(&self, building: &Building) -> Result<()> {
        let (pack, number) = (building.pack.id, building.version.number);
        let rows: Result<Vec<pack_item::Model>> = (0_i32..)
            .zip(&building.manifest.targets)
            .map(|(position, (path, target))| {
                let kind = building.kinds.get(&target.custom.file).copied();
                Ok(pack_item::Model {
                    pack_id: pack,
                    number,
                    position,
                    path: path.clone(),
                    resource_id: target.custom.resource,
                    file_id: target.custom.file,
                    sha256: target.hashes.sha256.clone(),
                    kind: kind.ok_or_else(|| anyhow::anyhow!("`{path}` has no kind"))?,
                    media_type: target.custom.media_type.clone(),
                    audience: building.version.audience.clone(),
                    gone_at: None,
                })
            })
            .collect();
        let rows = rows?;
        self.db
            .write(async |tx| packs::clear_items(tx, pack, number).await)
            .await?;
        // Short transactions: nobody else waits long for the write lock.
        for chunk in rows.chunks(5_000) {
            self.db.write(async |tx| packs::add_items(tx, chunk).await).await?;
        }
        Ok(())
    }

    /// Signs and keeps the lists, then makes the version ready in one act.
    async fn make_ready(&self, building: Building) -> Result<()> {
        let Building {
            pack,
            version,
            manifest,
            since,
            now,
            ..
        } = building;
        let number = version.number;
        let signers = self.signers().await?;
        let (items, bytes, stubs) = (manifest.targets.len(), manifest.bytes(), manifest.stubs.len());
        let written = blocking(move || signers.manifest(manifest)).await?;
        let signers = self.signers().await?;
        let meta = Meta::of(u32::try_from(number).unwrap_or_default(), &written);
        let snapshot = signers.snapshot(meta.version, meta.clone(), now)?;
        let patch = self.patch(&pack, &written).await?;
        let kept = self.keep_made(written.into()).await?;
        let ready = pack_version::Model {
            state: BuildState::Ready,
            items: i64::try_from(items).unwrap_or(i64::MAX),
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            stubs: i64::try_from(stubs).unwrap_or(i64::MAX),
            manifest_sha256: Some(kept),
            patch_of: patch.as_ref().map(|_| pack.version),
            patch_sha256: patch,
            snapshot: Some(snapshot.clone()),
            published_at: Some(now),
            error: None,
            ..version
        };
        self.db
            .write(async |tx| {
                let Some(pack) = packs::pack(tx, pack.id).await? else {
                    return Ok(());
                };
                let before = trust::timestamp(tx, pack.id).await?.map_or(0, |row| row.version);
                let newest = signers.newest(pack.id, before + 1, (meta.version, &snapshot), now)?;
                let progress = packs::version(tx, pack.id, number).await?;
                let total = progress.map_or(0, |row| row.total);
                packs::put_version(
                    tx,
                    pack_version::Model {
                        done: total,
                        total,
                        ..ready
                    },
                )
                .await?;
                trust::put_timestamp(tx, newest).await?;
                packs::set_newest(tx, pack.id, number, now).await?;
                self.mark_meanwhile(tx, since, now).await?;
                Ok(())
            })
            .await
    }

    /// Marks what was withdrawn while the rest was looked at: between a resource's turn and its rows nobody else could.
    async fn mark_meanwhile(&self, tx: &impl ConnectionTrait, mut since: i64, now: Timestamp) -> Result<()> {
        loop {
            let rows = changes::after(tx, since, AT_ONCE as u64).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            since = last.seq;
            let ids: HashSet<Id> = rows.iter().map(|row| row.resource_id).collect();
            let present = resources::resources_by_id(tx, ids.iter().copied().collect()).await?;
            let present: HashMap<Id, entity::resource::Model> = present.into_iter().map(|row| (row.id, row)).collect();
            for id in ids {
                let seen_by = present.get(&id).map(edit::audiences).unwrap_or_default();
                let packs = packs::note_audiences(tx, id, &seen_by, now).await?;
                let subjects = packs.into_iter().map(|id| id.to_string()).collect();
                jobs::enqueue_ahead(tx, jobs::RENEW_PACK, subjects, now).await?;
            }
        }
    }

    /// What turns the list before into this one, kept; nothing for the first version.
    async fn patch(&self, pack: &pack::Model, written: &[u8]) -> Result<Option<Sha256>> {
        let before = packs::version(self.db.read(), pack.id, pack.version).await?;
        let Some(before) = before.and_then(|row| row.manifest_sha256) else {
            return Ok(None);
        };
        let before = self.made_bytes(&before).await?;
        let written = written.to_vec();
        let patch = blocking(move || {
            let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).map_err(Error::unexpected);
            Ok(canonical::to_vec(&patch::between(&read(&before)?, &read(&written)?)))
        })
        .await?;
        Ok(Some(self.keep_made(patch.into()).await?))
    }

    /// Keeps bytes that we made as content, once; returns their hash.
    pub(in crate::library) async fn keep_made(&self, bytes: Bytes) -> Result<Sha256> {
        let sha256 = canonical::sha256(&bytes);
        let until = || self.clock.now().plus(self.rules.orphan_grace);
        loop {
            let is_there = self.db.write(async |tx| content::hold(tx, &sha256, until()).await);
            if is_there.await? {
                return Ok(sha256);
            }
            let key = self.blobs.keep_made(sha256.clone(), bytes.clone()).await;
            let key = key.map_err(Error::unexpected)?;
            let now = self.clock.now();
            let copy = entity::blob::Model {
                sha256: sha256.clone(),
                generation: key.generation.to_string(),
                size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                crc32: i64::from(crc32fast::hash(&bytes)),
                created_at: now,
                kept_until: until(),
            };
            self.db
                .write(async |tx| {
                    if content::add_blob(tx, copy).await? {
                        return Ok(());
                    }
                    content::add_garbage(tx, key.to_string(), now).await
                })
                .await?;
        }
    }

    /// The bytes of something that we made ourselves: lists of files are the only contents that are read whole.
    pub(in crate::library) async fn made_bytes(&self, sha256: &Sha256) -> Result<Vec<u8>> {
        use futures_util::TryStreamExt as _;
        let row = content::blob(self.db.read(), sha256).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("the list `{sha256}` has no row"))?;
        let size = u64::try_from(row.size).unwrap_or(0);
        let mut body = self
            .blobs
            .read(&read::blob_key(&row)?, 0..size)
            .await
            .map_err(Error::unexpected)?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        while let Some(piece) = body.try_next().await.map_err(Error::unexpected)? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

fn fragment_file(what: &Chosen) -> Option<Id> {
    match what {
        Chosen::Fragment { file, .. } => Some(*file),
        _ => None,
    }
}

fn is_one_resource(what: &Chosen) -> bool {
    matches!(what, Chosen::Resource(_) | Chosen::Fragment { .. })
}

fn chosen_id(what: &Chosen) -> Id {
    match what {
        Chosen::Major(id) | Chosen::Course(id) | Chosen::Task(id) | Chosen::Resource(id) => *id,
        Chosen::Fragment { file, .. } => *file,
    }
}

/// The places in these files that the pack points at.
fn fragments(entries: &[Entry], path_of: &HashMap<Id, &String>) -> Vec<Fragment> {
    let points = entries.iter().filter_map(|entry| {
        let Chosen::Fragment { file, from, to } = &entry.what else {
            return None;
        };
        Some(Fragment {
            path: (*path_of.get(file)?).clone(),
            from: from.clone(),
            to: to.clone(),
            note: entry.note.clone(),
        })
    });
    points.collect()
}

fn stub_path(folder: &str, row: &entity::resource::Model) -> String {
    let (above, _) = folder.rsplit_once('/').unwrap_or(("", folder));
    let id = row.id.to_string();
    let slash = if above.is_empty() { "" } else { "/" };
    format!(
        "{above}{slash}{} [{}].txt",
        crate::words::packs::NOT_SHARED,
        &id[id.len() - 6..]
    )
}

fn stub(row: &entity::resource::Model, names: &Names) -> Stub {
    let reason = if row.status == Status::Published {
        StubReason::Scope
    } else {
        StubReason::Unpublished
    };
    Stub {
        kind: row.kind.clone(),
        reason,
        contact: row.school_id.and_then(|id| coded(names, id)),
    }
}

fn coded(names: &Names, id: Id) -> Option<Coded> {
    let named = names.get(id)?;
    Some(Coded {
        code: named.code,
        name: named.name,
    })
}

fn card(row: &entity::resource::Model, names: &Names, folder: String) -> Card {
    let name = |id: Option<Id>| id.and_then(|id| names.get(id)).map(|named| named.name);
    Card {
        title: row.title.clone(),
        kind: row.kind.clone(),
        version: row.version,
        folder,
        description: row.description.clone(),
        major: row.major_id.and_then(|id| coded(names, id)),
        course: name(row.course_id),
        task: name(row.task_id),
        level: row.level.clone(),
        keywords: row.keywords.0.clone(),
        authors: row.authors.0.clone(),
        year: row.year,
        licence: row.licence.clone(),
        language: row.language.clone(),
        school: row.school_id.and_then(|id| coded(names, id)),
        scope: row.scope,
        based_on: row.based_on,
        note: String::new(),
        fragments: Vec::new(),
    }
}

fn target(file: entity::file::Model, crc32: i64, text: Option<Text>) -> Target {
    Target {
        length: u64::try_from(file.size).unwrap_or(0),
        hashes: Hashes { sha256: file.sha256 },
        custom: Item {
            crc32: Crc32(u32::try_from(crc32).unwrap_or_default()),
            media_type: file.media_type,
            kind: file.kind,
            resource: file.resource_id,
            file: file.id,
            name: file.path,
            text,
        },
    }
}
