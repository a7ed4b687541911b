//! From what was chosen to a version: a job that may begin again at any moment, until one act makes the version ready.
//!
//! What a version holds is what was published when the job looked. Rights are weighed for each resource at that moment,
//! and from then on by the change log ([`crate::db::packs::sync_visibility`]).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use crate::actor::Actor;
use crate::db::entity::{self, pack, pack_item, pack_version};
use crate::db::{changes, files, packs, people, resources, takedowns};
use crate::domain::id::{FileId, PackId, ResourceId};
use crate::domain::pack::{BuildState, PackChoice, PackSelection};
use crate::domain::resource::Status;
use crate::domain::role::TokenScope;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::packs::folder_layout::{CurriculumOrder, Placed, apart, entry_folder};
use crate::library::packs::view::chosen_id;
use crate::library::packs::{Packs, words};
use crate::library::resources::edit;
use crate::library::signing;
use crate::pack::manifest::{Gone, GoneReason, Manifest, NamedCode, PackInfo};

mod entries;
mod evidence;
mod finalize;

/// Resources that are looked at together.
const AT_ONCE: usize = 200;
/// A version that is overtaken by a takedown is built anew so often before its job is put off.
const TRIES: usize = 3;
/// Holders keep what is gone this long.
const GRACE: Duration = Duration::from_hours(14 * 24);

/// What a building job is about: `<pack>/<number>`.
pub(super) fn subject(pack: PackId, number: i32) -> String {
    format!("{pack}/{number}")
}

/// Reads what a building job is about.
pub(super) fn parse_subject(subject: &str) -> Result<(PackId, i32)> {
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
    kinds: HashMap<FileId, crate::domain::file::Kind>,
    /// What a version that is evidence shows; nothing of others.
    bundle: Vec<evidence::BundleItem>,
}

impl Packs {
    /// Builds a version. Done already, it is not done again.
    pub(in crate::library) async fn build_pack(&self, subject: &str) -> Result<()> {
        let (pack, number) = parse_subject(subject)?;
        for _ in 0..TRIES {
            let Some(building) = self.begin(pack, number).await? else {
                return Ok(());
            };
            if self.build(building).await? {
                self.signals.wake();
                return Ok(());
            }
            tracing::info!("version {number} of pack {pack} held what was taken down meanwhile, and is built anew");
        }
        Err(anyhow::anyhow!("something was taken down each time that `{subject}` was built").into())
    }

    /// Builds what was begun; returns whether it is ready, and not overtaken.
    async fn build(&self, mut building: Building) -> Result<bool> {
        let placed = self.choose(&building).await?;
        self.show_progress(&building, 0, placed.len()).await?;
        for (at, chunk) in placed.chunks(AT_ONCE).enumerate() {
            self.take_in(&mut building, chunk).await?;
            self.show_progress(&building, (at * AT_ONCE + chunk.len()).min(placed.len()), placed.len())
                .await?;
        }
        self.note_gone(&mut building).await?;
        self.add_evidence(&mut building).await?;
        self.keep_items(&building).await?;
        self.make_ready(building).await
    }

    async fn begin(&self, pack: PackId, number: i32) -> Result<Option<Building>> {
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
        // With the words and the choice that it was asked for with, whatever was typed since.
        let pack = words::as_published(pack, &version);
        let author = people::account(conn, version.author_id).await?;
        let author = author.ok_or(Refusal::NoSuch(Thing::Account))?;
        let author = Actor {
            account: Some(crate::library::accounts::member(&author, TokenScope::Read, None)),
            address: None,
            once: None,
        };
        let now = self.clock.now();
        let head = self.head(&pack, &version, now).await?;
        let manifest = Manifest::new(
            u32::try_from(number).unwrap_or_default(),
            signing::version_expires(now),
            head,
        );
        Ok(Some(Building {
            pack,
            version,
            author,
            // Before any resource is looked at: what changes from here on is marked when the version becomes ready.
            since: changes::last(conn).await?,
            now,
            manifest,
            kinds: HashMap::new(),
            bundle: Vec::new(),
        }))
    }

    async fn head(&self, pack: &pack::Model, version: &pack_version::Model, now: Timestamp) -> Result<PackInfo> {
        let schools = people::schools_by_id(self.db.read(), pack.school_id.into_iter().collect()).await?;
        let school = schools.into_iter().next().map(|row| NamedCode {
            code: Some(row.code),
            name: row.name,
        });
        Ok(PackInfo {
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
        let curriculum = CurriculumOrder::load(self.db.read()).await?;
        let files: Vec<FileId> = entries.iter().filter_map(|entry| fragment_file(&entry.what)).collect();
        let files = files::by_id(self.db.read(), files).await?;
        let resource_of: HashMap<FileId, ResourceId> =
            files.into_iter().map(|file| (file.id, file.resource_id)).collect();
        let mut seen = HashSet::new();
        let mut placed = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let mut before = None;
            loop {
                let rows = self.rows_of(building, entry, &resource_of, before).await?;
                let is_last = rows.len() < AT_ONCE;
                before = rows.last().map(|row| row.id);
                for row in rows {
                    if !entry.takes(&row.kind, row.stage.as_deref()) || !seen.insert(row.id) {
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
        entry: &PackChoice,
        resource_of: &HashMap<FileId, ResourceId>,
        before: Option<ResourceId>,
    ) -> Result<Vec<entity::resource::Model>> {
        let one = match &entry.what {
            PackSelection::Resource(id) => Some(*id),
            PackSelection::Fragment { file, .. } => resource_of.get(file).copied(),
            PackSelection::Major(_) | PackSelection::Course(_) | PackSelection::Task(_) => None,
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
        let filter = part_filter(&building.pack, &entry.what);
        let audiences = building.author.audiences();
        resources::list(conn, &filter, &audiences, before, AT_ONCE as u64).await
    }

    /// Names what the version before had and this one has not.
    async fn note_gone(&self, building: &mut Building) -> Result<()> {
        let conn = self.db.read();
        let before = building.pack.version;
        let had = packs::resources_of(conn, building.pack.id, before).await?;
        let missing: Vec<(ResourceId, Option<Timestamp>)> = had
            .into_iter()
            .filter(|(id, _)| !building.manifest.resources.contains_key(id))
            .collect();
        let ids: Vec<ResourceId> = missing.iter().map(|(id, _)| *id).collect();
        let taken_down = takedowns::of_resources(conn, &ids).await?;
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
                at_once: false,
            };
            building.manifest.gone.insert(id, gone.or_at_once(taken_down.get(&id)));
        }
        self.remember_gone(building).await
    }

    /// What was gone before stays named until its time is over: a client may skip versions.
    async fn remember_gone(&self, building: &mut Building) -> Result<()> {
        #[derive(serde::Deserialize)]
        struct Before {
            #[serde(default)]
            gone: BTreeMap<ResourceId, Gone>,
        }
        let before = packs::version(self.db.read(), building.pack.id, building.pack.version).await?;
        let Some(list) = before.and_then(|row| row.manifest_sha256) else {
            return Ok(());
        };
        let before: Before = self.signed(&list).await?;
        let ids: Vec<ResourceId> = before.gone.keys().copied().collect();
        let taken_down = takedowns::of_resources(self.db.read(), &ids).await?;
        for (id, gone) in before.gone {
            let gone = gone.or_at_once(taken_down.get(&id));
            // What was taken down stays named: a mirror may come back after a year.
            let is_past = gone.keep_until <= building.now && !taken_down.contains_key(&id);
            let is_over = is_past || building.manifest.resources.contains_key(&id);
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
        // What an attempt that was cut off has left.
        self.db
            .write(async |tx| packs::clear_items(tx, pack, number).await)
            .await?;
        // Short transactions: nobody else waits long for the write lock.
        for chunk in rows.chunks(5_000) {
            self.db.write(async |tx| packs::add_items(tx, chunk).await).await?;
        }
        Ok(())
    }
}

fn fragment_file(what: &PackSelection) -> Option<FileId> {
    match what {
        PackSelection::Fragment { file, .. } => Some(*file),
        _ => None,
    }
}

/// The resources of a part of the curriculum that may go into a pack.
pub(super) fn part_filter(pack: &pack::Model, what: &PackSelection) -> resources::Filter {
    let mut filter = resources::Filter {
        status: Some(Status::Published),
        school: pack.of_school,
        ..Default::default()
    };
    match what {
        PackSelection::Major(id) => filter.major = Some(*id),
        PackSelection::Course(id) => filter.course = Some(*id),
        PackSelection::Task(id) => filter.task = Some(*id),
        PackSelection::Resource(_) | PackSelection::Fragment { .. } => {}
    }
    filter
}

pub(super) fn is_one_resource(what: &PackSelection) -> bool {
    matches!(what, PackSelection::Resource(_) | PackSelection::Fragment { .. })
}
