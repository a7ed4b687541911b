//! Members of archives: one is fetched without the others, unpacked by a locked child as it is taken.

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};

use crate::actor::Actor;
use crate::domain::file::Kind;
use crate::domain::id::FileId;
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract::{MemberStream, sniff};
use crate::library::limiter::Permit;
use crate::library::reading::Reading;

/// Members that are unpacked at the same time; whoever comes then is asked to come again.
pub(in crate::library) const AT_ONCE: usize = 16;
/// How many of them one address has: they last as long as their reader is slow.
pub(in crate::library) const SHARE: usize = 4;

/// A member of an archive that a caller may have.
#[derive(Debug)]
pub struct ArchiveEntry {
    /// Its own name, for saving.
    pub name: String,
    /// What it is served as.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    unpacking: MemberStream,
    permit: Permit,
}

impl ArchiveEntry {
    /// Its bytes, as they are unpacked.
    pub fn into_bytes(self) -> BoxStream<'static, Result<Bytes>> {
        let begun = (self.unpacking, self.permit);
        stream::try_unfold(begun, async |(mut unpacking, permit)| {
            let piece = unpacking.next().await.map_err(Error::unexpected)?;
            Ok(piece.map(|piece| (Bytes::from(piece), (unpacking, permit))))
        })
        .boxed()
    }
}

impl Reading {
    /// The member of an archive at a path, for those who may see the archive.
    pub async fn member(&self, actor: &Actor, file: FileId, path: &str) -> Result<ArchiveEntry> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        if file.kind != Kind::Zip {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        let permit = self.unpacking.try_acquire(actor)?;
        let archive = self.open_content(&file.sha256).await?;
        let archive = archive.ok_or(Refusal::NoSuch(Thing::File))?;
        let unpacking = self.programs.extractor.member(archive, path).await;
        let unpacking = unpacking.map_err(|_| Refusal::NoSuch(Thing::File))?;
        let name = path.rsplit('/').next().unwrap_or(path);
        Ok(ArchiveEntry {
            name: name.to_owned(),
            media_type: sniff(name, &[]).media_type,
            size: unpacking.size,
            unpacking,
            permit,
        })
    }
}
