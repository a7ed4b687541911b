//! What teachers share on a mirror is offered to the hub, where it is reviewed like everything else.

use serde::Serialize;

use crate::blob::BlobKey;
use crate::db::entity::{self, offer};
use crate::db::{content, mirror, resources};
use crate::domain::form::Metadata;
use crate::domain::id::Id;
use crate::error::{Error, Result};
use crate::library::view::Names;
use crate::library::{Library, read};

/// How many are offered in one round.
const AT_ONCE: u64 = 50;

/// A resource that is to be offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The resource here.
    pub resource: Id,
    /// Its version.
    pub version: i32,
    /// What it became at the hub when an earlier version was offered.
    pub at_hub: Option<Id>,
    /// Its metadata, with places by code and name, as the hub knows them.
    pub metadata: Metadata,
    /// Its files.
    pub files: Vec<OfferedFile>,
}

/// A file of a resource that is to be offered.
#[derive(Debug, Clone)]
pub struct OfferedFile {
    /// Its path inside the resource.
    pub path: String,
    /// Bytes.
    pub size: u64,
    key: BlobKey,
}

/// What came of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The hub has it.
    Sent(Id),
    /// The hub said no, and why.
    Refused(String),
}

impl Library {
    /// What is to be offered to the hub: shared here for more than the school, handed in, and not offered as it is now.
    pub async fn offers(&self) -> Result<Vec<Offer>> {
        let conn = self.db.read();
        let rows = mirror::to_offer(conn, AT_ONCE).await?;
        let names = Names::load(conn, &rows).await?;
        let mut offers = Vec::with_capacity(rows.len());
        for row in rows {
            let files = resources::current_files(conn, &[row.id]).await?;
            let before = mirror::offer(conn, row.id).await?;
            offers.push(Offer {
                resource: row.id,
                version: row.version,
                at_hub: before.and_then(|before| before.hub_resource_id),
                metadata: portable(&row, &names),
                files: self.offered_files(files).await?,
            });
        }
        Ok(offers)
    }

    async fn offered_files(&self, files: Vec<resources::ReadFile>) -> Result<Vec<OfferedFile>> {
        let contents = files.iter().map(|(file, _)| file.sha256.clone()).collect();
        let blobs = content::blobs(self.db.read(), contents).await?;
        let mut offered = Vec::with_capacity(files.len());
        for (file, _) in files {
            let blob = blobs.iter().find(|blob| blob.sha256 == file.sha256);
            let blob = blob.ok_or_else(|| anyhow::anyhow!("file `{}` names content that has no row", file.id))?;
            offered.push(OfferedFile {
                path: file.path,
                size: u64::try_from(blob.size).unwrap_or(0),
                key: read::blob_key(blob)?,
            });
        }
        Ok(offered)
    }

    /// The bytes of an offered file from one on.
    pub async fn offered_bytes(
        &self,
        file: &OfferedFile,
        from: u64,
    ) -> Result<futures_util::stream::BoxStream<'static, Result<bytes::Bytes>>> {
        use futures_util::{StreamExt as _, TryStreamExt as _};
        let bytes = self
            .blobs
            .read(&file.key, from..file.size)
            .await
            .map_err(Error::unexpected)?;
        Ok(bytes.map_err(Error::unexpected).boxed())
    }

    /// Notes what came of an offer.
    pub async fn note_offer(&self, hub: &str, offered: &Offer, outcome: Outcome) -> Result<()> {
        let (state, hub_resource_id, error) = match outcome {
            Outcome::Sent(id) => ("sent", Some(id), None),
            Outcome::Refused(why) => ("refused", offered.at_hub, Some(why)),
        };
        let row = offer::Model {
            resource_id: offered.resource,
            hub: hub.to_owned(),
            version: offered.version,
            hub_resource_id,
            state: state.to_owned(),
            error,
            at: self.clock.now(),
        };
        self.db.write(async |tx| mirror::put_offer(tx, row).await).await
    }
}

/// Metadata that another node understands: places by code or name, not by ids of this one.
fn portable(row: &entity::resource::Model, names: &Names) -> Metadata {
    let named = |id: Option<Id>| id.and_then(|id| names.get(id));
    let name = |id: Option<Id>| named(id).map(|named| named.name);
    Metadata {
        major: named(row.major_id).map(|named| named.code.unwrap_or(named.name)),
        course: name(row.course_id),
        task: name(row.task_id),
        based_on: None,
        ..Library::present_metadata(row)
    }
}
