//! Fetching: the original bytes, always one step away for those who may have them.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::actor::Actor;
use crate::blob::ObjectKey;
use crate::db::{content, entity, files, resources};
use crate::domain::audit::AuditAction;
use crate::domain::file;
use crate::domain::id::{AccountId, FileId, ResourceId, Sha256};
use crate::domain::search::Audience;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::objects::integrity::ExpectedObject;
use crate::library::resources::{Resources, edit, visibility};

/// How long an address in the store itself stays good.
const PRESIGNED_TTL: Duration = Duration::from_mins(15);

/// Bytes that a caller may have.
#[derive(Debug, Clone)]
pub struct Original {
    /// Its name, for saving.
    pub name: String,
    /// What it is served as.
    pub media_type: String,
    /// Its content.
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    pub(in crate::library) kept: ExpectedObject,
    /// The resource that it is a file of, with its owner; nothing for what the service made itself.
    of: Option<(ResourceId, AccountId)>,
}

impl Original {
    /// A content under some name.
    pub(in crate::library) fn of(blob: &entity::blob::Model, name: &str, media_type: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            // What a mirror took over before it looked may be something that no header carries.
            media_type: file::media_type(media_type).to_owned(),
            sha256: blob.sha256.clone(),
            size: u64::try_from(blob.size).unwrap_or(0),
            kept: ExpectedObject::copy(blob)?,
            of: None,
        })
    }
}

impl Resources {
    /// The original of a file.
    pub async fn original(&self, actor: &Actor, file: FileId) -> Result<Original> {
        let (file, row) = self.file_for(actor, file).await?;
        self.note_read(actor, AuditAction::ResourceFetch, &file, &row);
        self.open_original(file, row.owner_id).await
    }

    /// The original of a file for whoever must not learn whose it is: no line of the log names its resource. The caller notes it.
    pub(in crate::library) async fn unnamed_original(&self, actor: &Actor, file: FileId) -> Result<Original> {
        let conn = self.db.read();
        let (file, row) = files::file(conn, file).await?.ok_or(Refusal::NoSuch(Thing::File))?;
        if !visibility::may_have(conn, actor, &file, &row).await? {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        self.open_original(file, row.owner_id).await
    }

    /// A content by its hash, for those who may see some resource that holds it. Knowing a hash is no right. What only an earlier
    /// version holds is had by its file ([`visible_file`](Self::visible_file)): a hash names no resource, and asking for the history of
    /// each that ever held it would be a query a holder.
    pub async fn original_by_hash(&self, actor: &Actor, sha256: &Sha256) -> Result<Original> {
        let holders = resources::with_content(self.db.read(), sha256, None).await?;
        let seen = holders.into_iter().find_map(|(file, row)| {
            let seen = visibility::as_seen(actor, &row)?;
            visibility::is_part_of(&file, seen.version).then_some((file, row))
        });
        let (file, row) = seen.ok_or(Refusal::NoSuch(Thing::File))?;
        self.note_read(actor, AuditAction::ResourceFetch, &file, &row);
        self.open_original(file, row.owner_id).await
    }

    /// Notes that somebody fetches an original from its first byte: a use of its resource.
    pub fn fetched(&self, actor: &Actor, original: &Original) {
        if let Some((resource, owner)) = original.of {
            self.usage.count_use(actor, resource, owner);
        }
    }

    async fn open_original(&self, row: entity::file::Model, owner: AccountId) -> Result<Original> {
        let blob = content::blob(self.db.read(), &row.sha256).await?;
        let blob = blob.ok_or_else(|| anyhow::anyhow!("file `{}` names content that has no row", row.id))?;
        let name = row.path.rsplit('/').next().unwrap_or(&row.path);
        let read = match file::is_spelled(&row.media_type) {
            true => content::extraction(self.db.read(), &row.sha256, row.kind).await?,
            false => None,
        };
        let report = read.map(|read| read.report.0).unwrap_or_default();
        Ok(Original {
            of: Some((row.resource_id, owner)),
            ..Original::of(&blob, name, &file::spelled(&row.media_type, &report))?
        })
    }

    /// The bytes of a range, and whether they are vouched for ([`integrity`](crate::library::objects::integrity)). What is lost or damaged is found out
    /// before this returns, as far as that can be.
    pub async fn bytes(
        &self,
        actor: &Actor,
        original: &Original,
        range: Range<u64>,
    ) -> Result<(BoxStream<'static, Result<Bytes>>, bool)> {
        let given = self.objects.give(&original.kept, range, Some(actor)).await?;
        Ok((given.body.map_err(Error::unexpected).boxed(), given.is_vouched))
    }

    /// An address in the store itself, where it has such and whoever runs the library wants it. What passes us by is not
    /// checked on its way, so only what is verified is given so.
    pub async fn elsewhere(&self, original: &Original, disposition: &str) -> Result<Option<String>> {
        if !self.rules.redirect_downloads {
            return Ok(None);
        }
        let ObjectKey::Blob(key) = &original.kept.key else {
            return Ok(None);
        };
        let is_right = match self.blobs.head(key).await {
            Ok(seen) => self.objects.is_right(&original.kept, seen),
            Err(_) => false,
        };
        if !is_right {
            return Ok(None);
        }
        let address = self
            .blobs
            .presign(key, PRESIGNED_TTL, disposition, &original.media_type)
            .await;
        address.map_err(Error::unexpected)
    }

    /// A file with the row of its resource, if the actor may have it, for showing what is in it.
    pub(crate) async fn visible_file(
        &self,
        actor: &Actor,
        id: FileId,
    ) -> Result<(entity::file::Model, entity::resource::Model)> {
        let (file, row) = self.file_for(actor, id).await?;
        self.note_read(actor, AuditAction::ResourceRead, &file, &row);
        Ok((file, row))
    }

    /// Whether everybody may see a file; nobody sees one that is not there.
    pub async fn is_public_file(&self, id: FileId) -> Result<bool> {
        let found = files::file(self.db.read(), id).await?;
        Ok(found.is_some_and(|(file, row)| is_public(&file, &row)))
    }

    /// Notes who reads what not everybody may see, each request for a piece of it; the log tells an hour's by two lines.
    fn note_read(&self, actor: &Actor, action: AuditAction, file: &entity::file::Model, row: &entity::resource::Model) {
        // A guest has what is public and nothing else.
        if !is_public(file, row) && actor.account.is_some() {
            self.audit.read(actor, action, Some(row.id.to_string()));
        }
    }

    /// A file with the row of its resource, if the actor may have it: whoever sees only what was approved has no file that
    /// never was.
    async fn file_for(&self, actor: &Actor, id: FileId) -> Result<(entity::file::Model, entity::resource::Model)> {
        let conn = self.db.read();
        let found = files::file(conn, id).await?;
        let (file, row) = found.ok_or(Refusal::NoSuch(Thing::File))?;
        if !visibility::may_have(conn, actor, &file, &row).await? {
            return Err(self.hidden(actor, &row, Thing::File));
        }
        Ok((file, row))
    }
}

fn is_public(file: &entity::file::Model, row: &entity::resource::Model) -> bool {
    edit::audiences(row).contains(&Audience::Public) && visibility::is_shown(file, row)
}
