//! What shows an entry: resources and packs that the whole city may see, at the version that they had.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::Recognition;
use crate::actor::Actor;
use crate::db::entity::recognition_evidence::{self, AccountIds};
use crate::db::entity::{recognition_entry, resource};
use crate::db::recognition::packed;
use crate::db::{packs, resources, versions};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, PackId, RecognitionEntryId, ResourceId, SchoolId};
use crate::domain::pack::BuildState;
use crate::domain::recognition::RecognitionKind;
use crate::domain::recognition::blind::MAX_PACK_FILES;
use crate::domain::recognition::entry::EvidenceOf;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::error::{Error, Refusal, Result};

/// A piece of evidence as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Evidence {
    /// Its place among the entry's, counted from 1.
    pub position: i32,
    /// Its title; `null` for what is gone.
    pub title: Option<String>,
    /// The version that it had.
    pub version: i32,
    /// Its page, as a path on this site.
    pub url: String,
}

/// Evidence that was found, before it belongs to an entry.
pub(super) struct FoundEvidence {
    of: EvidenceOf,
    version: i32,
    authors: Vec<AccountId>,
    /// The school of a resource.
    school: Option<SchoolId>,
}

/// What an entry must show so that its jury can look at it.
const FOR_THE_CITY: FaultKind = FaultKind::Malformed {
    expected: "something that is published and shared with the city or with everyone",
};

/// What a pack must be where its jury sees no page of it.
const FOR_A_BLIND_JURY: FaultKind = FaultKind::Malformed {
    expected: "a pack of 200 files at most: a blind jury opens them one by one",
};

impl Recognition {
    /// Finds what shows an entry, all faults at once: the jury must be able to look at it, and in a blind call without its
    /// page, file by file.
    pub(super) async fn find_evidence(
        &self,
        actor: &Actor,
        of: &[EvidenceOf],
        is_blind: bool,
    ) -> Result<Vec<FoundEvidence>> {
        let mut found = Vec::with_capacity(of.len());
        let mut faults = Vec::new();
        for (at, one) in of.iter().enumerate() {
            let evidence = match one {
                EvidenceOf::Resource(id) => self.resource_evidence(actor, *id).await?,
                EvidenceOf::Pack(id) => self.pack_evidence(actor, *id).await?,
            };
            match evidence {
                Some(evidence) if is_blind && self.is_too_large(&evidence).await? => {
                    faults.push(FieldFault::at(&format!("evidence/{at}"), FOR_A_BLIND_JURY));
                }
                Some(evidence) => found.push(evidence),
                None => faults.push(FieldFault::at(&format!("evidence/{at}"), FOR_THE_CITY)),
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }

    /// Whether it has more files than somebody opens one by one.
    async fn is_too_large(&self, evidence: &FoundEvidence) -> Result<bool> {
        match evidence.of {
            EvidenceOf::Resource(_) => Ok(false),
            EvidenceOf::Pack(id) => {
                let files = packed::count(self.db.read(), (id, evidence.version)).await?;
                Ok(files > MAX_PACK_FILES)
            }
        }
    }

    async fn resource_evidence(&self, actor: &Actor, id: ResourceId) -> Result<Option<FoundEvidence>> {
        // What others see of it, whatever waits beside that: the jury looks at what was approved.
        let row = match self.resources.row(actor, id).await {
            Err(Error::Refused(why)) if matches!(*why, Refusal::NoSuch(_)) => return Ok(None),
            seen => seen?,
        };
        let is_shared = row.status == Status::Published && row.scope > Scope::School;
        let makers = makers(self.db.read(), std::slice::from_ref(&row)).await?;
        let authors = makers.into_values().flatten().collect();
        Ok(is_shared.then_some(FoundEvidence {
            of: EvidenceOf::Resource(id),
            version: row.version,
            authors,
            school: row.school_id,
        }))
    }

    async fn pack_evidence(&self, actor: &Actor, id: PackId) -> Result<Option<FoundEvidence>> {
        let row = match self.packs.visible_pack(actor, id).await {
            Err(Error::Refused(why)) if matches!(*why, Refusal::NoSuch(_)) => return Ok(None),
            seen => seen?,
        };
        let version = packs::version(self.db.read(), id, row.version).await?;
        let is_ready = version.is_some_and(|version| version.state == BuildState::Ready);
        if !is_ready || row.withdrawn || row.scope == Scope::School {
            return Ok(None);
        }
        let of = packs::resources_of(self.db.read(), id, row.version).await?;
        let of = of.into_iter().map(|(resource, _)| resource).collect();
        let held = resources::resources_by_id(self.db.read(), of).await?;
        let makers = makers(self.db.read(), &held).await?;
        let mut authors: Vec<AccountId> = makers.into_values().flatten().chain([row.owner_id]).collect();
        authors.sort_unstable();
        authors.dedup();
        Ok(Some(FoundEvidence {
            of: EvidenceOf::Pack(id),
            version: row.version,
            authors,
            school: row.school_id,
        }))
    }
}

/// Whose work each of some resources is, as others see it: its owner's, and theirs who made its versions, whose files may be part of
/// it still. By one query.
pub(in crate::library) async fn makers(
    conn: &impl ConnectionTrait,
    rows: &[resource::Model],
) -> Result<HashMap<ResourceId, Vec<AccountId>>> {
    let mut makers: HashMap<ResourceId, (i32, BTreeSet<AccountId>)> = rows
        .iter()
        .map(|row| (row.id, (row.version, BTreeSet::from([row.owner_id]))))
        .collect();
    let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
    for (resource, number, author) in versions::authors(conn, &ids).await? {
        let of_it = makers.get_mut(&resource).filter(|(shown, _)| number <= *shown);
        if let Some((_, makers)) = of_it {
            makers.insert(author);
        }
    }
    let named = makers.into_iter();
    Ok(named
        .map(|(id, (_, makers))| (id, makers.into_iter().collect()))
        .collect())
}

/// The resource that an entry of [`RecognitionKind::Resource`] is about: the first of its evidence, of the school's own.
pub(super) fn subject_resource(
    kind: RecognitionKind,
    school: SchoolId,
    found: &[FoundEvidence],
) -> Result<Option<ResourceId>> {
    if kind != RecognitionKind::Resource {
        return Ok(None);
    }
    let first = found.first().filter(|first| first.school == Some(school));
    match first.map(|first| first.of) {
        Some(EvidenceOf::Resource(id)) => Ok(Some(id)),
        Some(EvidenceOf::Pack(_)) | None => {
            let expected = "a resource of the school, which the entry is about";
            let fault = FieldFault::at("evidence/0", FaultKind::Malformed { expected });
            Err(Refusal::Fields(vec![fault]).into())
        }
    }
}

/// The rows of an entry's evidence.
pub(super) fn rows(entry: RecognitionEntryId, found: Vec<FoundEvidence>) -> Vec<recognition_evidence::Model> {
    let numbered = (1..).zip(found);
    let row = |(position, found): (i32, FoundEvidence)| {
        let (resource_id, pack_id) = match found.of {
            EvidenceOf::Resource(id) => (Some(id), None),
            EvidenceOf::Pack(id) => (None, Some(id)),
        };
        recognition_evidence::Model {
            entry_id: entry,
            position,
            resource_id,
            pack_id,
            version: found.version,
            authors: AccountIds(found.authors),
        }
    };
    numbered.map(row).collect()
}

/// The resources and packs that show some entries, by their ids.
pub(super) struct Shown {
    pub(super) resources: HashMap<ResourceId, resource::Model>,
    pub(super) packs: HashMap<PackId, String>,
}

impl Shown {
    /// Reads them by two queries.
    pub(super) async fn of(
        conn: &impl ConnectionTrait,
        rows: impl Iterator<Item = &recognition_evidence::Model>,
    ) -> Result<Self> {
        let rows: Vec<&recognition_evidence::Model> = rows.collect();
        let mut resources: Vec<ResourceId> = rows.iter().filter_map(|row| row.resource_id).collect();
        let mut packs: Vec<PackId> = rows.iter().filter_map(|row| row.pack_id).collect();
        resources.sort_unstable();
        resources.dedup();
        packs.sort_unstable();
        packs.dedup();
        let resources = resources::resources_by_id(conn, resources).await?.into_iter();
        let packs = packs::by_id(conn, &packs).await?.into_iter();
        Ok(Self {
            resources: resources.map(|row| (row.id, row)).collect(),
            packs: packs.map(|row| (row.id, row.title)).collect(),
        })
    }

    /// A piece of evidence with its title, for those who see its page.
    pub(super) fn show(&self, row: &recognition_evidence::Model) -> Evidence {
        let (title, url) = match (row.resource_id, row.pack_id) {
            (Some(id), _) => {
                let present = self.resources.get(&id);
                let page = EvidenceOf::Resource(id).path();
                let is_present = present.is_none_or(|present| present.version == row.version);
                let url = if is_present {
                    page
                } else {
                    format!("{page}?version={}", row.version)
                };
                (present.map(|row| row.title.clone()), url)
            }
            (None, Some(id)) => {
                let page = EvidenceOf::Pack(id).path();
                (self.packs.get(&id).cloned(), format!("{page}?version={}", row.version))
            }
            (None, None) => (None, String::new()),
        };
        Evidence {
            position: row.position,
            title,
            version: row.version,
            url,
        }
    }
}

/// Everybody whom an entry's row names.
pub(super) fn people_of(row: &recognition_entry::Model) -> impl Iterator<Item = AccountId> {
    [Some(row.entered_by), row.person_id].into_iter().flatten()
}
