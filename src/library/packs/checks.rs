//! What automatic checks find of the resources that a pack would take in now, for those who make it and those who approve it: the
//! checks of a review ([`crate::domain::review_check`]), read by whoever is about to hand out many resources at once.
//!
//! A page of them looks at so many resources and files, whatever was chosen; its cursor says where in what was chosen the next one
//! begins.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{pack, resource};
use crate::db::files::{self, FileWithExtraction};
use crate::db::resources;
use crate::domain::id::{AnyId, FileId, PackId, ResourceId, SchoolId};
use crate::domain::pack::{PackChoice, PackSelection, may_be_given};
use crate::domain::review_check::ReviewFinding;
use crate::domain::role::Scope;
use crate::error::{Refusal, Result};
use crate::library::packs::Packs;
use crate::library::packs::build::{is_one_resource, part_filter};
use crate::library::packs::view::chosen_id;
use crate::library::packs::visibility::reads_as_it_is;
use crate::library::paging::Page;
use crate::library::resources::edit;
use crate::library::review_steps::checks;

/// A page ends behind the resource with which it has so many files.
const FILES_AT_ONCE: i64 = 5_000;
/// A page looks into so many parts of the curriculum, each by a query, however empty they are.
const PARTS_AT_ONCE: u64 = 20;

/// A resource that a pack would take in, with what checks find of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PackItemChecks {
    /// The resource.
    pub id: ResourceId,
    /// Its title.
    pub title: String,
    /// The page that shows it, as a path on this site.
    pub url: String,
    /// What checks find of it: the same as in its review. None: nothing.
    pub checks: Vec<ReviewFinding>,
}

/// A place in what was chosen: an entry, and of a part of the curriculum the last resource that was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Place {
    entry: usize,
    behind: Option<ResourceId>,
}

impl Place {
    fn parse(cursor: Option<&str>) -> Result<Self> {
        let Some(cursor) = cursor else {
            return Ok(Self::default());
        };
        let parts = cursor.split_once('.').and_then(|(entry, behind)| {
            let behind = match behind {
                "" => None,
                id => Some(id.parse().ok()?),
            };
            Some(Self {
                entry: entry.parse().ok()?,
                behind,
            })
        });
        parts.ok_or_else(|| Refusal::BadCursor.into())
    }

    fn cursor(self) -> String {
        let behind = self.behind.map(|id| id.to_string()).unwrap_or_default();
        format!("{}.{behind}", self.entry)
    }

    fn next_entry(self) -> Self {
        Self {
            entry: self.entry + 1,
            behind: None,
        }
    }
}

/// The resources of a page.
struct LookedAt {
    /// For whom the pack is: what is not theirs does not go into it.
    right: (Scope, Option<SchoolId>),
    rows: Vec<resource::Model>,
    seen: HashSet<ResourceId>,
    files: i64,
    looks: u64,
    parts: u64,
}

impl LookedAt {
    fn of(pack: &pack::Model) -> Self {
        Self {
            right: (pack.scope, pack.school_id),
            rows: Vec::new(),
            seen: HashSet::new(),
            files: 0,
            looks: 0,
            parts: 0,
        }
    }

    fn is_full(&self, limit: u64) -> bool {
        self.looks >= limit || self.parts >= PARTS_AT_ONCE || self.files >= FILES_AT_ONCE
    }

    /// Takes a resource of an entry, once.
    fn take(&mut self, entry: &PackChoice, row: resource::Model) {
        self.looks += 1;
        let is_given = may_be_given((row.status, edit::pack_scope(&row), row.school_id), self.right);
        if is_given && entry.takes(&row.kind, row.stage.as_deref()) && self.seen.insert(row.id) {
            self.files = self.files.saturating_add(row.file_count);
            self.rows.push(row);
        }
    }
}

impl Packs {
    /// What checks find of the resources that a pack would take in now, as far as the actor may see them, in the order chosen. Up to
    /// `limit` are looked at.
    pub async fn item_checks(
        &self,
        actor: &Actor,
        id: PackId,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<PackItemChecks>> {
        let pack = self.visible_pack(actor, id).await?;
        if !reads_as_it_is(actor, &pack) {
            return Err(Refusal::NotAllowed.into());
        }
        let (rows, next) = self.items_from(actor, &pack, Place::parse(cursor)?, limit).await?;
        let conn = self.db.read();
        let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
        let mut files: HashMap<ResourceId, Vec<FileWithExtraction>> = HashMap::new();
        for read in files::current(conn, &ids).await? {
            files.entry(read.0.resource_id).or_default().push(read);
        }
        let works = rows.into_iter().map(|row| {
            let files = files.remove(&row.id).unwrap_or_default();
            (row, files)
        });
        let found = checks::findings(conn, actor, works.collect()).await?;
        let items = found.into_iter().map(|(row, checks)| PackItemChecks {
            url: format!("/r/{}", row.id),
            id: row.id,
            title: row.title,
            checks,
        });
        Ok(Page {
            items: items.collect(),
            next_cursor: next.map(Place::cursor),
        })
    }

    async fn items_from(
        &self,
        actor: &Actor,
        pack: &pack::Model,
        from: Place,
        limit: u64,
    ) -> Result<(Vec<resource::Model>, Option<Place>)> {
        let entries = &pack.contents.0;
        let near = entries
            .iter()
            .skip(from.entry)
            .take(usize::try_from(limit).unwrap_or(0));
        let singles = self.single_resources(actor, near).await?;
        let (mut at, mut looked) = (from, LookedAt::of(pack));
        while let Some(entry) = entries.get(at.entry) {
            if looked.is_full(limit) {
                return Ok((looked.rows, Some(at)));
            }
            if is_one_resource(&entry.what) {
                match singles.get(&chosen_id(&entry.what)) {
                    Some(row) => looked.take(entry, row.clone()),
                    None => looked.looks += 1,
                }
                at = at.next_entry();
                continue;
            }
            looked.parts += 1;
            let room = limit - looked.looks;
            let filter = part_filter(pack, &entry.what);
            let rows = resources::list(self.db.read(), &filter, &actor.audiences(), at.behind, room + 1).await?;
            let is_last = rows.len() as u64 <= room;
            for row in rows.into_iter().take(usize::try_from(room).unwrap_or(usize::MAX)) {
                at.behind = Some(row.id);
                looked.take(entry, row);
                if looked.files >= FILES_AT_ONCE {
                    return Ok((looked.rows, Some(at)));
                }
            }
            if is_last {
                at = at.next_entry();
            }
        }
        Ok((looked.rows, None))
    }

    /// The resources that some entries name themselves, or places of, as far as the actor sees them: by two queries.
    async fn single_resources<'a>(
        &self,
        actor: &Actor,
        entries: impl Iterator<Item = &'a PackChoice>,
    ) -> Result<HashMap<AnyId, resource::Model>> {
        let conn = self.db.read();
        let named: Vec<&PackSelection> = entries
            .map(|entry| &entry.what)
            .filter(|what| is_one_resource(what))
            .collect();
        let places = named.iter().filter_map(|what| match what {
            PackSelection::Fragment { file, .. } => Some(*file),
            _ => None,
        });
        let of_file = files::by_id(conn, places.collect()).await?;
        let of_file: HashMap<FileId, ResourceId> =
            of_file.into_iter().map(|file| (file.id, file.resource_id)).collect();
        let resource_of = |what: &PackSelection| match what {
            PackSelection::Resource(id) => Some(*id),
            PackSelection::Fragment { file, .. } => of_file.get(file).copied(),
            PackSelection::Major(_) | PackSelection::Course(_) | PackSelection::Task(_) => None,
        };
        let ids = named.iter().filter_map(|what| resource_of(what)).collect();
        let rows = resources::resources_by_id(conn, ids).await?.into_iter();
        let rows: HashMap<ResourceId, resource::Model> = rows
            .filter(|row| edit::is_visible(actor, row))
            .map(|row| (row.id, row))
            .collect();
        let found = named.into_iter().filter_map(|what| {
            let row = rows.get(&resource_of(what)?)?;
            Some((chosen_id(what), row.clone()))
        });
        Ok(found.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::domain::id::ResourceId;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let id = ResourceId::new();
        for place in [
            Place {
                entry: 3,
                behind: Some(id),
            },
            Place { entry: 0, behind: None },
        ] {
            assert_eq!(Place::parse(Some(&place.cursor())).unwrap(), place);
        }
        for wrong in ["", "3", "x.", "3.x", "-1."] {
            assert!(Place::parse(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
