//! What the store holds, and how much room each school has left.

use std::collections::HashMap;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{entity, people, storage};
use crate::domain::authority::{Act, Reach};
use crate::domain::file::Kind;
use crate::domain::id::{FileId, SchoolId};
use crate::domain::search::{NamedRef, NamedResource, NamedSchool};
use crate::error::{Error, Result};
use crate::library::authority::reach;
use crate::library::paging::{self, Page};
use crate::library::resources::edit;
use crate::library::uploads::Uploads;

/// A school's room is nearly used up from this many hundredths on.
const TIGHT: u64 = 85;
/// How many of the largest resources are shown.
const LARGEST: u64 = 12;

/// How much room a school has, and how much of it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StorageUsage {
    /// The school.
    pub school: NamedSchool,
    /// Bytes of the files of its resources, as its quota counts them.
    pub used: u64,
    /// The most it may hold; none: no limit.
    pub quota: Option<u64>,
}

impl StorageUsage {
    /// Whether it is nearly used up.
    pub fn is_tight(&self) -> bool {
        self.hundredths().is_some_and(|used| used >= TIGHT)
    }

    /// How much is used, in hundredths of the quota, if there is one.
    pub fn hundredths(&self) -> Option<u64> {
        let quota = self.quota?;
        Some(self.used.saturating_mul(100) / quota.max(1))
    }
}

/// What one school holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolStorage {
    /// Its room.
    pub room: StorageUsage,
    /// Different contents.
    pub contents: u64,
    /// Their bytes, each counted once.
    pub bytes: u64,
}

/// What files of one kind hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldOfKind {
    /// The kind.
    pub kind: Kind,
    /// Different contents.
    pub contents: u64,
    /// Their bytes, each counted once.
    pub bytes: u64,
}

/// A large resource. What the actor may not see has no title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Large {
    /// Its id and title, if the actor may see it.
    pub shown: Option<NamedResource>,
    /// The type's code.
    pub kind: String,
    /// Its school's name.
    pub school: Option<String>,
    /// Bytes in its newest version.
    pub bytes: u64,
    /// Files in its newest version.
    pub files: u64,
}

/// What the store holds, as far as the actor sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// By school.
    pub schools: Vec<SchoolStorage>,
    /// By kind, the largest first.
    pub kinds: Vec<HeldOfKind>,
    /// The largest resources.
    pub largest: Vec<Large>,
    /// Different contents in the store, and their bytes; for those who see the whole city.
    pub total: Option<(u64, u64)>,
    /// Bytes free on the disk of this node; for those who see the whole city.
    pub free: Option<u64>,
}

/// A file that no search by its words finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfindable {
    /// The resource, if the actor may see it.
    pub resource: Option<NamedResource>,
    /// The file's path; only with the resource.
    pub path: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// The school's name.
    pub school: Option<String>,
}

impl Uploads {
    /// What the store holds.
    pub async fn storage(&self, actor: &Actor) -> Result<Storage> {
        let reach = reach(actor, Act::Oversee)?;
        let conn = self.db.read();
        let schools = people::schools(conn).await?;
        let mut sums: HashMap<Option<SchoolId>, storage::SchoolSum> = storage::by_school(conn)
            .await?
            .into_iter()
            .map(|sum| (sum.school_id, sum))
            .collect();
        let names = names(&schools);
        let largest = storage::largest(conn, reach.school(), LARGEST).await?;
        let kinds = storage::by_kind(conn, reach.school()).await?;
        let seen = schools
            .iter()
            .filter(|row| reach.school().is_none_or(|id| id == row.id));
        let (total, free) = match reach {
            Reach::City => {
                let (contents, bytes) = storage::total(conn).await?;
                let free = self.staging.free_space().map_err(Error::unexpected)?;
                (Some((unsigned(contents), unsigned(bytes))), Some(free))
            }
            Reach::School(_) => (None, None),
        };
        Ok(Storage {
            schools: seen
                .map(|row| {
                    let sum = sums.remove(&Some(row.id));
                    SchoolStorage {
                        room: room_of(row, self.rules.school_quota_bytes),
                        contents: sum.as_ref().map_or(0, |sum| unsigned(sum.contents)),
                        bytes: sum.map_or(0, |sum| unsigned(sum.bytes)),
                    }
                })
                .collect(),
            kinds: kinds
                .into_iter()
                .map(|sum| HeldOfKind {
                    kind: sum.kind,
                    contents: unsigned(sum.contents),
                    bytes: unsigned(sum.bytes),
                })
                .collect(),
            largest: largest.iter().map(|row| large(actor, row, &names)).collect(),
            total,
            free,
        })
    }

    /// A page of files that no search by their words finds, newest first.
    pub async fn unfindable(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<Unfindable>> {
        let reach = reach(actor, Act::Oversee)?;
        let before: Option<FileId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = storage::unfindable(conn, reach.school(), before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |(file, _)| file.id);
        let names = names(&people::schools(conn).await?);
        let items = rows.into_iter().map(|(file, row)| {
            let resource = shown(actor, &row);
            Unfindable {
                path: resource.is_some().then_some(file.path),
                resource,
                kind: file.kind,
                school: row.school_id.and_then(|id| names.get(&id).cloned()),
            }
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }
}

/// A school's room; `usual` is the quota of those that have none of their own.
pub(in crate::library) fn room_of(row: &entity::school::Model, usual: u64) -> StorageUsage {
    StorageUsage {
        school: NamedRef {
            id: row.id,
            code: Some(row.code.clone()),
            name: row.name.clone(),
        },
        used: unsigned(row.bytes),
        quota: quota_of(row, usual),
    }
}

/// The most bytes a school may hold; none: no limit.
pub(in crate::library) fn quota_of(row: &entity::school::Model, usual: u64) -> Option<u64> {
    let quota = row.quota_bytes.map_or(usual, unsigned);
    Some(quota).filter(|quota| *quota > 0)
}

fn large(actor: &Actor, row: &entity::resource::Model, names: &HashMap<SchoolId, String>) -> Large {
    Large {
        shown: shown(actor, row),
        kind: row.kind.clone(),
        school: row.school_id.and_then(|id| names.get(&id).cloned()),
        bytes: unsigned(row.size),
        files: unsigned(row.file_count),
    }
}

pub(in crate::library) fn shown(actor: &Actor, row: &entity::resource::Model) -> Option<NamedResource> {
    edit::is_visible(actor, row).then(|| NamedRef {
        id: row.id,
        code: None,
        name: row.title.clone(),
    })
}

pub(in crate::library) fn names(schools: &[entity::school::Model]) -> HashMap<SchoolId, String> {
    schools.iter().map(|row| (row.id, row.name.clone())).collect()
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
