//! Resources as they stand in a list: their cards, their files, and stubs for what may not be shared.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::entity;
use crate::db::files::FileWithExtraction;
use crate::db::{content, files, resources};
use crate::domain::file;
use crate::domain::id::{AnyId, FileId, ResourceId, Sha256};
use crate::domain::pack::{PackChoice, PackSelection, may_be_given};
use crate::domain::resource::{Status, resource_type};
use crate::error::Result;
use crate::library::packs::Packs;
use crate::library::packs::build::Building;
use crate::library::packs::folder_layout::{Placed, file_paths};
use crate::library::resource_view::NamesById;
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
        let mut files: HashMap<ResourceId, Vec<FileWithExtraction>> = HashMap::new();
        for read in files::current(conn, &ids).await? {
            files.entry(read.0.resource_id).or_default().push(read);
        }
        let contents = files.values().flatten().map(|(file, _)| file.sha256.clone());
        let contents: HashSet<Sha256> = contents.collect();
        let blobs = content::blobs(conn, contents.into_iter().collect()).await?;
        let checks: HashMap<Sha256, i64> = blobs.into_iter().map(|row| (row.sha256, row.crc32)).collect();
        let rows: HashMap<ResourceId, entity::resource::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        for placed in placed {
            let Some(row) = rows.get(&placed.resource) else {
                continue;
            };
            let right = (building.pack.scope, building.pack.school_id);
            if !may_be_given((row.status, row.scope, row.school_id), right) {
                let stub = stub(row, &names);
                let stubs = &mut building.manifest.stubs;
                let path = stub_path(&placed.folder, &stub, stubs);
                stubs.insert(path, stub);
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
        names: &NamesById,
        files: Vec<FileWithExtraction>,
        checks: &HashMap<Sha256, i64>,
    ) -> Result<()> {
        let entries = &building.pack.contents.0;
        let paths = file_paths(&placed.folder, files.iter().map(|(file, _)| file.path.as_str()));
        let path_of: HashMap<FileId, &String> = files.iter().map(|(file, _)| file.id).zip(&paths).collect();
        let mut card = card(row, names, placed.folder.clone());
        card.note.clone_from(&entries[placed.entry].note);
        card.fragments = fragments(entries, &path_of);
        // The note stands at the place that it is about, and is not said twice.
        if !card.fragments.is_empty() && matches!(entries[placed.entry].what, PackSelection::Fragment { .. }) {
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

fn stub(row: &entity::resource::Model, names: &NamesById) -> Stub {
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
