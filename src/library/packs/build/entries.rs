//! Resources as they stand in a list: their cards, their files, and stubs for what may not be shared.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::entity;
use crate::db::files::FileWithExtraction;
use crate::db::{companies, content, files, resources, versions};
use crate::domain::evidence::EvidenceItem;
use crate::domain::file;
use crate::domain::id::{AnyId, FileId, ResourceId, SchoolId, Sha256};
use crate::domain::pack::{PackChoice, PackSelection, may_be_given};
use crate::domain::resource::{Status, resource_type};
use crate::domain::rights::withheld;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::packs::Packs;
use crate::library::packs::build::Building;
use crate::library::packs::build::evidence::{BundleFile, BundleItem, SAY};
use crate::library::packs::folder_layout::{Placed, file_paths};
use crate::library::resource_view::NamesById;
use crate::library::resources::edit;
use crate::pack::manifest::{
    Card, Crc32, FileFragment, Hashes, NamedCode, Stub, StubReason, Target, TargetInfo, TargetText,
};
use crate::pack::path::safe_name;
use crate::words::packs::not_shared;

/// The most characters of a stub's name before its number and ending: a school's name is long.
const STUB_CHARS: usize = 72;

impl Packs {
    /// Takes some resources in, as they are now.
    pub(super) async fn take_in(&self, building: &mut Building, placed: &[Placed]) -> Result<()> {
        let conn = self.db.read();
        let ids: Vec<ResourceId> = placed.iter().map(|placed| placed.resource).collect();
        let rows = resources::resources_by_id(conn, ids.clone()).await?;
        let names = NamesById::load(conn, &rows).await?;
        let mut companies = companies::names_of(conn, &ids).await?;
        let mut files: HashMap<ResourceId, Vec<FileWithExtraction>> = HashMap::new();
        for read in files::current(conn, &ids).await? {
            files.entry(read.0.resource_id).or_default().push(read);
        }
        let contents = files.values().flatten().map(|(file, _)| file.sha256.clone());
        let contents: HashSet<Sha256> = contents.collect();
        let blobs = content::blobs(conn, contents.into_iter().collect()).await?;
        let checks: HashMap<Sha256, StoredCheck> = blobs.into_iter().map(StoredCheck::of).collect();
        let reviewed = self.reviewed(building, &rows).await?;
        let rows: HashMap<ResourceId, entity::resource::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        for placed in placed {
            let Some(row) = rows.get(&placed.resource) else {
                continue;
            };
            let right = (building.pack.scope, building.pack.school_id);
            if !may_be_given((row.status, edit::pack_scope(row), row.school_id), right) {
                let stub = stub(row, &names, right);
                if building.pack.evidence {
                    let item = left_out(row, &names, &stub);
                    building.bundle.push(item);
                }
                let stubs = &mut building.manifest.stubs;
                let path = stub_path(&placed.folder, &stub, stubs);
                stubs.insert(path, stub);
                continue;
            }
            let files = files.remove(&row.id).unwrap_or_default();
            let files = self.whole_files(building, placed, row, &names, (files, &checks, &reviewed));
            let mut card = card(row, &names, placed.folder.clone());
            card.company = companies.remove(&row.id);
            self.take_files(building, placed, card, files, &checks).await?;
        }
        Ok(())
    }

    async fn take_files(
        &self,
        building: &mut Building,
        placed: &Placed,
        mut card: Card,
        files: Vec<FileWithExtraction>,
        checks: &HashMap<Sha256, StoredCheck>,
    ) -> Result<()> {
        let entries = &building.pack.contents.0;
        let paths = file_paths(&placed.folder, files.iter().map(|(file, _)| file.path.as_str()));
        let path_of: HashMap<FileId, &String> = files.iter().map(|(file, _)| file.id).zip(&paths).collect();
        card.note.clone_from(&entries[placed.entry].note);
        card.fragments = fragments(entries, &path_of);
        // The note stands at the place that it is about, and is not said twice.
        if !card.fragments.is_empty() && matches!(entries[placed.entry].what, PackSelection::Fragment { .. }) {
            card.note.clear();
        }
        building.manifest.resources.insert(placed.resource, card);
        for ((file, extraction), path) in files.into_iter().zip(&paths) {
            let crc32 = checks.get(&file.sha256).map(|check| check.crc32);
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

    /// When the versions that a bundle holds were approved.
    async fn reviewed(
        &self,
        building: &Building,
        rows: &[entity::resource::Model],
    ) -> Result<HashMap<(ResourceId, i32), Timestamp>> {
        if !building.pack.evidence {
            return Ok(HashMap::new());
        }
        let ids = rows.iter().map(|row| row.id).collect();
        let approved = versions::approvals(self.db.read(), ids).await?.into_iter();
        Ok(approved
            .filter_map(|(id, number, at)| Some(((id, number), at?)))
            .collect())
    }

    /// The files that go in: all of them, but of evidence those that are damaged. A bundle notes both.
    fn whole_files(
        &self,
        building: &mut Building,
        placed: &Placed,
        row: &entity::resource::Model,
        names: &NamesById,
        (files, checks, reviewed): BundledFiles<'_>,
    ) -> Vec<FileWithExtraction> {
        if !building.pack.evidence {
            return files;
        }
        let is_damaged = |file: &entity::file::Model| checks.get(&file.sha256).is_some_and(|check| check.is_damaged);
        let (lost, whole): (Vec<_>, Vec<_>) = files.into_iter().partition(|(file, _)| is_damaged(file));
        let paths = file_paths(&placed.folder, whole.iter().map(|(file, _)| file.path.as_str()));
        let noted = |file: &entity::file::Model, path: String, is_damaged: bool| BundleFile {
            path,
            bytes: file.size,
            sha256: file.sha256.clone(),
            is_damaged,
        };
        let held = whole
            .iter()
            .zip(paths)
            .map(|((file, _), path)| noted(file, path, false));
        let missing = lost.iter().map(|(file, _)| noted(file, file.path.clone(), true));
        let reviewed_at = reviewed.get(&(row.id, row.version)).copied().or(row.published_at);
        building.bundle.push(BundleItem {
            course: row.course_id,
            task: row.task_id,
            kind: row.kind.clone(),
            item: EvidenceItem {
                resource: row.id,
                title: row.title.clone(),
                authors: row.authors.0.clone(),
                school: row.school_id.and_then(|id| coded(names, id)).map(|school| school.name),
                version: row.version,
                reviewed_at,
            },
            files: held.chain(missing).collect(),
            licence: row.licence.as_deref().map(|licence| SAY.licence_name(licence)),
            ai: SAY.ai_badge(row.rights.ai_use),
            left_out: None,
        });
        whole
    }

    /// What reading a file found; nothing while it is not read.
    async fn text(&self, read: Option<entity::extraction::Model>) -> Result<Option<TargetText>> {
        use crate::domain::file::ExtractionState;
        let Some(read) =
            read.filter(|read| !matches!(read.state, ExtractionState::Queued | ExtractionState::Extracting))
        else {
            return Ok(None);
        };
        let kept = self.texts.kept_text(&read).await?;
        Ok(kept.map(|kept| TargetText {
            length: kept.bytes,
            sha256: kept.sha256,
            state: read.state,
            report: read.report.0,
        }))
    }
}

/// A resource's files, what is known of their contents, and when versions were approved.
type BundledFiles<'a> = (
    Vec<FileWithExtraction>,
    &'a HashMap<Sha256, StoredCheck>,
    &'a HashMap<(ResourceId, i32), Timestamp>,
);

/// What is known of a content besides its hash.
#[derive(Debug, Clone, Copy)]
struct StoredCheck {
    crc32: i64,
    /// Whether it was found damaged, and not whole again since.
    is_damaged: bool,
}

impl StoredCheck {
    fn of(row: entity::blob::Model) -> (Sha256, Self) {
        let check = Self {
            crc32: row.crc32,
            is_damaged: row.verified_at == Timestamp(0),
        };
        (row.sha256, check)
    }
}

/// What a bundle says of a resource that may not be given to its readers: its type, whom to ask, and why.
fn left_out(row: &entity::resource::Model, names: &NamesById, stub: &Stub) -> BundleItem {
    let is_published = stub.reason == StubReason::Scope;
    BundleItem {
        course: row.course_id,
        task: row.task_id,
        kind: row.kind.clone(),
        item: EvidenceItem {
            resource: row.id,
            title: String::new(),
            authors: Vec::new(),
            school: row.school_id.and_then(|id| coded(names, id)).map(|school| school.name),
            version: row.version,
            reviewed_at: None,
        },
        files: Vec::new(),
        licence: None,
        ai: None,
        left_out: Some(SAY.left_out(is_published, stub.withheld)),
    }
}

/// The places in these files that the pack points at.
fn fragments(entries: &[PackChoice], path_of: &HashMap<FileId, &String>) -> Vec<FileFragment> {
    let points = entries.iter().filter_map(|entry| {
        let PackSelection::Fragment { file, from, to } = &entry.what else {
            return None;
        };
        Some(FileFragment {
            path: (*path_of.get(file)?).clone(),
            from: from.clone(),
            to: to.clone(),
            note: entry.note.clone(),
        })
    });
    points.collect()
}

/// Where a stub lies: beside what stands there in its place. What is there already keeps its name.
fn stub_path(folder: &str, stub: &Stub, taken: &BTreeMap<String, Stub>) -> String {
    let (above, _) = folder.rsplit_once('/').unwrap_or(("", folder));
    let slash = if above.is_empty() { "" } else { "/" };
    let kind = resource_type(&stub.kind).map_or(stub.kind.as_str(), |kind| kind.zh);
    let school = stub.contact.as_ref().map(|school| school.name.as_str());
    let name = safe_name(&not_shared(kind, school), STUB_CHARS);
    let path = |number: usize| match number {
        1 => format!("{above}{slash}{name}.txt"),
        _ => format!("{above}{slash}{name} ({number}).txt"),
    };
    let free = (1..=taken.len() + 1).map(path).find(|path| !taken.contains_key(path));
    free.expect("there are more numbers than paths")
}

fn stub(row: &entity::resource::Model, names: &NamesById, pack: (Scope, Option<SchoolId>)) -> Stub {
    let reason = if row.status == Status::Published {
        StubReason::Scope
    } else {
        StubReason::Unpublished
    };
    let is_within_scope = may_be_given((row.status, row.scope, row.school_id), pack);
    Stub {
        kind: row.kind.clone(),
        reason,
        // In a pack of another school it leaves its own.
        withheld: is_within_scope
            .then(|| withheld(row.licence.as_deref(), &row.rights, pack.0.max(Scope::City)))
            .flatten(),
        contact: row.school_id.and_then(|id| coded(names, id)),
    }
}

fn coded(names: &NamesById, id: impl Copy + Into<AnyId>) -> Option<NamedCode> {
    let named = names.get(id)?;
    Some(NamedCode {
        code: named.code,
        name: named.name,
    })
}

fn card(row: &entity::resource::Model, names: &NamesById, folder: String) -> Card {
    Card {
        metadata: row.metadata(),
        version: row.version,
        folder,
        major: row.major_id.and_then(|id| coded(names, id)),
        course: names.name_of(row.course_id),
        task: names.name_of(row.task_id),
        school: row.school_id.and_then(|id| coded(names, id)),
        company: None,
        note: String::new(),
        fragments: Vec::new(),
    }
}

fn target(row: entity::file::Model, crc32: i64, text: Option<TargetText>) -> Target {
    Target {
        length: u64::try_from(row.size).unwrap_or(0),
        hashes: Hashes { sha256: row.sha256 },
        custom: TargetInfo {
            crc32: Crc32(u32::try_from(crc32).unwrap_or_default()),
            media_type: match &text {
                Some(text) => file::spelled(&row.media_type, &text.report),
                None => row.media_type,
            },
            kind: row.kind,
            resource: row.resource_id,
            file: row.id,
            name: row.path,
            text,
        },
    }
}
