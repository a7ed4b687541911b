//! What teachers share on a mirror is offered to the hub, where it is reviewed like everything else.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ActiveEnum as _;
use serde::Serialize;

use crate::db::entity::{self, offer};
use crate::db::{content, files, mirror};
use crate::domain::form::ResourceForm;
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::metadata::Metadata;
use crate::domain::resource::Status;
use crate::error::{Error, Result};
use crate::library::mirror::Mirror;
use crate::library::objects::integrity::ExpectedObject;
use crate::library::resource_view::NamesById;
use crate::pack::canonical;

/// How many are looked at together to be offered, and how many are asked about in one round.
const AT_ONCE: u64 = 50;
/// Of those asked about, as many may be such that the hub has decided on; that changes seldom.
const SETTLED_AT_ONCE: u64 = 10;
/// What a hub's answer is kept as where it has no such resource any more.
const GONE: &str = "gone";
/// The longest note of a reviewer that is kept.
const MAX_NOTE_CHARS: usize = 2_000;

/// A resource that is to be offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The resource here.
    pub resource: ResourceId,
    /// Its version.
    pub version: i32,
    /// Its revision.
    pub revision: i64,
    /// Tells whether its words or files are others than before.
    pub fingerprint: Sha256,
    /// What it became at the hub when it was offered before.
    pub at_hub: Option<ResourceId>,
    /// What is said about it, with its place in the curriculum by code and name, as the hub knows them.
    pub form: ResourceForm,
    /// Its files.
    pub files: Vec<OfferedFile>,
}

/// Some of what is to be offered.
#[derive(Debug)]
pub struct Offers {
    /// In the order of their ids.
    pub offers: Vec<Offer>,
    /// The id after which there may be more; none after the last.
    pub next: Option<ResourceId>,
}

/// A file of a resource that is to be offered.
#[derive(Debug, Clone)]
pub struct OfferedFile {
    /// Its path inside the resource.
    pub path: String,
    /// Its content.
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    kept: ExpectedObject,
}

/// Where something offered stands at the hub, as the hub says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferStatus {
    /// Its status there.
    pub status: Status,
    /// What its reviewer said when sending it back.
    pub note: Option<String>,
}

/// What became of something offered, as its author is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtHub {
    /// Its status there; none before the hub was asked, and where it is no more.
    pub status: Option<Status>,
    /// The hub said that it has no such thing any more.
    pub is_gone: bool,
    /// What its reviewer said when sending it back.
    pub note: Option<String>,
    /// Why the hub did not take it.
    pub refused: Option<String>,
}

impl AtHub {
    pub(super) fn of(row: offer::Model) -> Self {
        let status = row.hub_status.as_ref();
        Self {
            status: status.and_then(|status| Status::try_from_value(status).ok()),
            is_gone: status.is_some_and(|status| status == GONE),
            note: row.hub_note,
            refused: row.error,
        }
    }
}

/// What came of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// The hub has it.
    Sent(ResourceId),
    /// The hub said no, and why.
    Refused(String),
}

impl Mirror {
    /// What is to be offered to the hub: shared here for more than the school, handed in, and with other words or files
    /// than were offered before. In the order of ids, what comes after `after`.
    pub async fn offers(&self, after: Option<ResourceId>) -> Result<Offers> {
        let conn = self.db.read();
        let rows = mirror::to_offer(conn, after, AT_ONCE).await?;
        let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
        let next = ids.last().copied().filter(|_| ids.len() as u64 == AT_ONCE);
        let names = NamesById::load(conn, &rows).await?;
        let before = mirror::offers_of(conn, &ids).await?;
        let mut before: HashMap<ResourceId, offer::Model> =
            before.into_iter().map(|row| (row.resource_id, row)).collect();
        let mut files: HashMap<ResourceId, Vec<entity::file::Model>> = HashMap::new();
        for (file, _) in files::current(conn, &ids).await? {
            files.entry(file.resource_id).or_default().push(file);
        }
        let contents = files.values().flatten().map(|file| file.sha256.clone()).collect();
        let blobs = content::blobs(conn, contents).await?;
        let blobs: HashMap<Sha256, entity::blob::Model> =
            blobs.into_iter().map(|row| (row.sha256.clone(), row)).collect();
        let (mut offers, mut same) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let files = match offered_files(files.remove(&row.id).unwrap_or_default(), &blobs) {
                Ok(files) => files,
                // It keeps none of the others from being offered.
                Err(error) => {
                    tracing::warn!(resource.id = %row.id, "{} cannot be offered: {error:?}", row.id);
                    continue;
                }
            };
            let form = portable(&row, &names);
            let fingerprint = fingerprint(&form, &files);
            let before = before.remove(&row.id);
            if let Some(before) = before.as_ref().filter(|before| is_offered(before, &row, &fingerprint)) {
                same.push(offer::Model {
                    revision: row.revision,
                    fingerprint: Some(fingerprint),
                    ..before.clone()
                });
                continue;
            }
            offers.push(Offer {
                resource: row.id,
                version: row.version,
                revision: row.revision,
                fingerprint,
                at_hub: before.and_then(|before| before.hub_resource_id),
                form,
                files,
            });
        }
        self.note_same(same).await?;
        Ok(Offers { offers, next })
    }

    /// Notes that what was offered is as it is now, whatever moves it made here.
    async fn note_same(&self, rows: Vec<offer::Model>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.db
            .write(async |tx| {
                for row in rows {
                    mirror::put_offer(tx, row).await?;
                }
                Ok(())
            })
            .await
    }

    /// What was offered to a hub and is to be asked about, by its id there. Each has its turn, whatever becomes of others.
    pub async fn to_ask_about(&self, hub: &str) -> Result<Vec<(ResourceId, ResourceId)>> {
        let settled = [
            Status::Published.to_value(),
            Status::Withdrawn.to_value(),
            GONE.to_owned(),
        ];
        let rows = mirror::to_ask_about(self.db.read(), hub, &settled, SETTLED_AT_ONCE, AT_ONCE).await?;
        let asked = rows.into_iter();
        Ok(asked
            .filter_map(|row| Some((row.resource_id, row.hub_resource_id?)))
            .collect())
    }

    /// Notes that the hub was asked about something offered, and gave no answer to that.
    pub async fn note_asked(&self, resource: ResourceId) -> Result<()> {
        let now = self.clock.now();
        self.db
            .write(async |tx| mirror::mark_asked(tx, resource, now).await)
            .await
    }

    /// Notes where something offered stands at the hub; says whether that is new. `None`: it is no more.
    pub async fn note_standing(&self, resource: ResourceId, standing: Option<OfferStatus>) -> Result<bool> {
        let (status, note) = match standing {
            Some(standing) => (standing.status.to_value(), standing.note),
            None => (GONE.to_owned(), None),
        };
        let note = note.map(|note| note.chars().take(MAX_NOTE_CHARS).collect());
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let Some(row) = mirror::offers_of(tx, &[resource]).await?.pop() else {
                    return Ok(false);
                };
                let is_new = row.hub_status.as_ref() != Some(&status) || row.hub_note != note;
                let row = offer::Model {
                    hub_status: Some(status),
                    hub_note: note,
                    asked_at: Some(now),
                    ..row
                };
                mirror::put_offer(tx, row).await?;
                Ok(is_new)
            })
            .await
    }

    /// What became of resources that were offered to a hub, for those who may change them.
    pub async fn standings(&self, resources: &[ResourceId]) -> Result<HashMap<ResourceId, AtHub>> {
        let rows = mirror::offers_of(self.db.read(), resources).await?;
        Ok(rows.into_iter().map(|row| (row.resource_id, AtHub::of(row))).collect())
    }

    /// The bytes of an offered file from one on.
    pub async fn offered_bytes(
        &self,
        file: &OfferedFile,
        from: u64,
    ) -> Result<futures_util::stream::BoxStream<'static, Result<bytes::Bytes>>> {
        use futures_util::{StreamExt as _, TryStreamExt as _};
        let given = self.objects.give(&file.kept, from..file.size, None).await?;
        Ok(given.body.map_err(Error::unexpected).boxed())
    }

    /// Notes what came of an offer.
    pub async fn note_offer(&self, hub: &str, offered: &Offer, outcome: OfferOutcome) -> Result<()> {
        let (state, hub_resource_id, error) = match outcome {
            OfferOutcome::Sent(id) => ("sent", Some(id), None),
            OfferOutcome::Refused(why) => ("refused", offered.at_hub, Some(why)),
        };
        let row = offer::Model {
            resource_id: offered.resource,
            hub: hub.to_owned(),
            version: offered.version,
            hub_resource_id,
            state: state.to_owned(),
            error,
            at: self.clock.now(),
            revision: offered.revision,
            fingerprint: Some(offered.fingerprint.clone()),
            hub_status: None,
            hub_note: None,
            asked_at: None,
        };
        self.db.write(async |tx| mirror::put_offer(tx, row).await).await
    }
}

fn offered_files(
    files: Vec<entity::file::Model>,
    blobs: &HashMap<Sha256, entity::blob::Model>,
) -> Result<Vec<OfferedFile>> {
    let mut offered = Vec::with_capacity(files.len());
    for file in files {
        let blob = blobs.get(&file.sha256);
        let blob = blob.ok_or_else(|| anyhow::anyhow!("file `{}` names content that has no row", file.id))?;
        offered.push(OfferedFile {
            path: file.path,
            sha256: file.sha256,
            size: u64::try_from(blob.size).unwrap_or(0),
            kept: ExpectedObject::copy(blob)?,
        });
    }
    Ok(offered)
}

/// Whether this is what was offered. Of what was offered before words were looked at, the version says it.
fn is_offered(before: &offer::Model, row: &entity::resource::Model, fingerprint: &Sha256) -> bool {
    match &before.fingerprint {
        Some(offered) => offered == fingerprint,
        None => before.version == row.version,
    }
}

fn fingerprint(form: &ResourceForm, files: &[OfferedFile]) -> Sha256 {
    let files: BTreeMap<&str, &Sha256> = files.iter().map(|file| (file.path.as_str(), &file.sha256)).collect();
    canonical::sha256(&canonical::to_vec(&(form, files)))
}

/// What is said about a resource so that another node understands it: places by code or name, not by ids of this one.
fn portable(row: &entity::resource::Model, names: &NamesById) -> ResourceForm {
    let major = row.major_id.and_then(|id| names.get(id));
    ResourceForm {
        metadata: Metadata {
            based_on: None,
            ..row.metadata()
        },
        major: major.map(|named| named.code.unwrap_or(named.name)),
        course: names.name_of(row.course_id),
        task: names.name_of(row.task_id),
    }
}
