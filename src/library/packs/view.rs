//! Packs and their versions as the API and the pages show them.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{pack, pack_version, resource};
use crate::db::{curriculum, files, packs, people, resources};
use crate::domain::id::{AccountId, AnyId, PackId, ResourceId, SchoolId};
use crate::domain::pack::{BuildState, PackChoice, PackSelection};
use crate::domain::passage::Locator;
use crate::domain::role::Scope;
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::packs::Packs;
use crate::library::packs::evidence::PackDocument;
use crate::library::packs::visibility::reads_as_it_is;
use crate::library::packs::words::waits_for_approval;
use crate::library::resources::edit;

/// A pack as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Pack {
    /// Its id.
    pub id: PackId,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whom it is for.
    pub scope: Scope,
    /// The school it belongs to.
    pub school: Option<NamedSchool>,
    /// Who made it.
    pub owner: NamedAccount,
    /// `draft`, `published` or `withdrawn`.
    pub status: PackStatus,
    /// Whether its versions are evidence: with tables of the twelve documents and the sums of all files.
    pub evidence: bool,
    /// The school whose resources alone go in where a part of the curriculum was chosen.
    pub of_school: Option<SchoolId>,
    /// What was chosen, in order; only where one pack is shown, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<Vec<PackEntry>>,
    /// The newest version that is ready; 0 before the first.
    pub version: i32,
    /// The newest version, ready or not.
    pub newest: Option<PackVersion>,
    /// What others read as its title until somebody who may approve for them publishes it; only for those who make it or
    /// may approve it, and only while its words wait for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_as: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The page that shows it, as a path on this site.
    pub url: String,
    /// Counts every change; sent as the entity tag.
    #[serde(skip)]
    pub revision: i64,
}

/// Where a pack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackStatus {
    /// It has no version yet.
    Draft,
    /// It has one, and is shown to whom it is for.
    Published,
    /// Taken down.
    Withdrawn,
}

/// Something chosen for a pack.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PackEntry {
    /// `major`, `course`, `task`, `resource` or `fragment`.
    pub kind: &'static str,
    /// Its id; of a fragment, the file's.
    pub id: AnyId,
    /// Its name or title, as far as the caller may know it.
    pub name: String,
    /// Where a fragment begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Locator>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Locator>,
    /// For the teacher.
    pub note: String,
    /// Only resources of these types; empty: all.
    pub types: Vec<String>,
    /// Only resources for these stages; empty: all.
    pub stages: Vec<String>,
}

/// A version of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PackVersion {
    /// Counted from 1.
    pub number: i32,
    /// How far its building has come.
    pub state: BuildState,
    /// Resources looked at so far, while it is built.
    pub done: i64,
    /// Resources to look at.
    pub total: i64,
    /// What is new, in its publisher's words.
    pub note: String,
    /// Files in it.
    pub items: i64,
    /// Bytes in them.
    pub bytes: i64,
    /// What belongs into it and may not be shared with its audience.
    pub stubs: i64,
    /// Files that may no longer be given; only where one version is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<usize>,
    /// What was made for it besides its files, where it is evidence; only where one version is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<PackDocument>,
    /// Why it could not be built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was ready.
    pub published_at: Option<Timestamp>,
}

impl Packs {
    pub(super) async fn show_packs(&self, actor: &Actor, rows: Vec<pack::Model>) -> Result<Vec<Pack>> {
        let conn = self.db.read();
        let as_is = rows.iter().filter(|row| reads_as_it_is(actor, row));
        let as_is: HashSet<PackId> = as_is.map(|row| row.id).collect();
        let newest = packs::newest_versions(conn, rows.iter().map(|row| row.id).collect()).await?;
        let mut newest: HashMap<PackId, pack_version::Model> =
            newest.into_iter().map(|row| (row.pack_id, row)).collect();
        let schools = people::schools_by_id(conn, rows.iter().filter_map(|row| row.school_id).collect()).await?;
        let owners = people::accounts_by_id(conn, rows.iter().map(|row| row.owner_id).collect()).await?;
        let school = |id: SchoolId| {
            let found = schools.iter().find(|school| school.id == id)?;
            Some(NamedRef {
                id,
                code: Some(found.code.clone()),
                name: found.name.clone(),
            })
        };
        let owner = |id: AccountId| NamedRef {
            id,
            code: None,
            name: owners
                .iter()
                .find(|account| account.id == id)
                .map(|account| account.display.clone())
                .unwrap_or_default(),
        };
        let shown = rows.into_iter().map(|row| Pack {
            url: format!("/p/{}", row.id),
            status: status(&row),
            school: row.school_id.and_then(school),
            owner: owner(row.owner_id),
            shown_as: newest
                .get(&row.id)
                .filter(|version| as_is.contains(&row.id) && waits_for_approval(&row, version))
                .and_then(|version| version.title.clone()),
            newest: newest
                .remove(&row.id)
                .map(|version| show_version(version, as_is.contains(&row.id))),
            id: row.id,
            title: row.title,
            description: row.description,
            scope: row.scope,
            evidence: row.evidence,
            of_school: row.of_school,
            contents: None,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        });
        Ok(shown.collect())
    }

    pub(super) async fn show_entries(&self, actor: &Actor, entries: &[PackChoice]) -> Result<Vec<PackEntry>> {
        let names = self.entry_names(actor, entries).await?;
        let shown = entries.iter().map(|entry| {
            let (kind, id, from, to) = match &entry.what {
                PackSelection::Major(id) => ("major", AnyId::from(*id), None, None),
                PackSelection::Course(id) => ("course", AnyId::from(*id), None, None),
                PackSelection::Task(id) => ("task", AnyId::from(*id), None, None),
                PackSelection::Resource(id) => ("resource", AnyId::from(*id), None, None),
                PackSelection::Fragment { file, from, to } => {
                    ("fragment", (*file).into(), Some(from.clone()), to.clone())
                }
            };
            PackEntry {
                kind,
                id,
                name: names.get(&id).cloned().unwrap_or_default(),
                from,
                to,
                note: entry.note.clone(),
                types: entry.types.clone(),
                stages: entry.stages.clone(),
            }
        });
        Ok(shown.collect())
    }

    /// The names of what was chosen; of resources only those that the actor may see.
    pub(super) async fn entry_names(&self, actor: &Actor, entries: &[PackChoice]) -> Result<HashMap<AnyId, String>> {
        names_of(self.db.read(), entries, |row| edit::is_visible(actor, row)).await
    }
}

/// The names of what was chosen, one query per kind; of resources only of some.
pub(super) async fn names_of(
    conn: &impl ConnectionTrait,
    entries: &[PackChoice],
    is_named: impl Fn(&resource::Model) -> bool,
) -> Result<HashMap<AnyId, String>> {
    let (mut majors, mut courses, mut tasks, mut whole, mut files) = (vec![], vec![], vec![], vec![], vec![]);
    for entry in entries {
        match &entry.what {
            PackSelection::Major(id) => majors.push(*id),
            PackSelection::Course(id) => courses.push(*id),
            PackSelection::Task(id) => tasks.push(*id),
            PackSelection::Resource(id) => whole.push(*id),
            PackSelection::Fragment { file, .. } => files.push(*file),
        }
    }
    let mut names = HashMap::new();
    names.extend(
        curriculum::majors_by_id(conn, majors)
            .await?
            .into_iter()
            .map(|row| (AnyId::from(row.id), row.name)),
    );
    names.extend(
        curriculum::courses_by_id(conn, courses)
            .await?
            .into_iter()
            .map(|row| (AnyId::from(row.id), row.name)),
    );
    names.extend(
        curriculum::tasks_by_id(conn, tasks)
            .await?
            .into_iter()
            .map(|row| (AnyId::from(row.id), row.name)),
    );
    let files = files::by_id(conn, files).await?;
    whole.extend(files.iter().map(|file| file.resource_id));
    let rows = resources::resources_by_id(conn, whole).await?;
    let titles: HashMap<ResourceId, String> = rows
        .into_iter()
        .filter(&is_named)
        .map(|row| (row.id, row.title))
        .collect();
    names.extend(
        files
            .iter()
            .filter_map(|file| Some((file.id.into(), titles.get(&file.resource_id)?.clone()))),
    );
    names.extend(titles.into_iter().map(|(id, title)| (AnyId::from(id), title)));
    Ok(names)
}

/// The id of what was chosen; of a fragment, the file's.
pub(super) fn chosen_id(what: &PackSelection) -> AnyId {
    match what {
        PackSelection::Major(id) => (*id).into(),
        PackSelection::Course(id) => (*id).into(),
        PackSelection::Task(id) => (*id).into(),
        PackSelection::Resource(id) => (*id).into(),
        PackSelection::Fragment { file, .. } => (*file).into(),
    }
}

fn status(row: &pack::Model) -> PackStatus {
    match (row.withdrawn, row.version) {
        (true, _) => PackStatus::Withdrawn,
        (false, 0) => PackStatus::Draft,
        (false, _) => PackStatus::Published,
    }
}

/// Shows a version; to those who make its pack with what was said of it and waits for approval.
pub(super) fn show_version(row: pack_version::Model, to_makers: bool) -> PackVersion {
    let waiting_note = row.waiting_note.filter(|_| to_makers);
    PackVersion {
        number: row.number,
        state: row.state,
        done: row.done,
        total: row.total,
        note: waiting_note.unwrap_or(row.note),
        items: row.items,
        bytes: row.bytes,
        stubs: row.stubs,
        gone: None,
        documents: Vec::new(),
        error: row.error,
        created_at: row.created_at,
        published_at: row.published_at,
    }
}
