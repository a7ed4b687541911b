//! From bytes to content: what is whole is joined, named by its hash, put into the store once.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use crate::actor::Member;
use crate::blob::{Finished, WriteLock};
use crate::db::entity::upload;
use crate::db::uploads;
use crate::domain::file::RelativePath;
use crate::domain::id::UploadId;
use crate::error::{Refusal, Result};
use crate::extract;
use crate::library::objects::keep::ReceivedContent;
use crate::library::uploads::Uploads;
use crate::library::uploads::{FINAL, NewUpload, PARTIAL, Upload, UploadRow, WHOLE, refuse, show, signed, unsigned};

/// The name of a file that came without one.
const NAMELESS: &str = "file";

impl Uploads {
    /// Joins finished pieces into a file, which then stands for them.
    pub(super) async fn join(&self, member: &Member, ids: &[UploadId], new: &NewUpload) -> Result<Upload> {
        let pieces = self.pieces(member, ids).await?;
        let size = pieces.iter().map(|piece| unsigned(piece.offset)).sum();
        self.room_for(member, Some(size)).await?;
        // Their bytes may have come to other processes.
        for piece in pieces.iter().filter(|piece| piece.writer.is_some()) {
            let lock = self.staging.lock(piece.id).await.map_err(refuse)?;
            self.fetch_acknowledged(&lock, piece).await?;
        }
        let row = self.new_row(member, new)?;
        self.staging.create(row.id).await.map_err(refuse)?;
        let lock = self.staging.lock(row.id).await.map_err(refuse)?;
        let joined = self.join_into(&lock, row, ids).await;
        let Ok(row) = joined else {
            self.staging.remove(&lock).await.map_err(refuse)?;
            return joined.and_then(show);
        };
        // Only now that a row stands for all of them.
        for piece in ids {
            let lock = self.staging.lock(*piece).await.map_err(refuse)?;
            self.staging.remove(&lock).await.map_err(refuse)?;
        }
        show(row)
    }

    async fn join_into(&self, lock: &WriteLock, mut row: upload::Model, pieces: &[UploadId]) -> Result<upload::Model> {
        row.offset = signed(self.staging.concat(lock, pieces).await.map_err(refuse)?);
        self.finish(lock, row, UploadRow::New).await
    }

    /// The pieces of a concatenation, in order, if all of them are the member's own and complete.
    async fn pieces(&self, member: &Member, ids: &[UploadId]) -> Result<Vec<upload::Model>> {
        let rows = uploads::by_id(self.db.read(), ids.to_vec()).await?;
        let found = ids.iter().map(|id| {
            let row = rows.iter().find(|row| row.id == *id)?;
            let is_complete = row.part == PARTIAL && row.length == Some(row.offset);
            let is_kept = row.account_id == member.id && row.expires_at > self.clock.now();
            (is_complete && is_kept).then(|| row.clone())
        });
        let found: Option<Vec<upload::Model>> = found.collect();
        found
            .filter(|found| !found.is_empty())
            .ok_or_else(|| Refusal::UploadPieces.into())
    }

    /// Makes content of an upload if all its bytes are there and it is not a piece of something.
    pub(super) async fn finish_if_complete(&self, lock: &WriteLock, row: upload::Model) -> Result<upload::Model> {
        let is_due = row.part == WHOLE && row.length == Some(row.offset) && row.sha256.is_none();
        if !is_due {
            return Ok(row);
        }
        let id = row.id;
        let finished = async {
            self.fetch_acknowledged(lock, &row).await?;
            self.finish(lock, row, UploadRow::Known).await
        };
        let failed = match finished.await {
            Err(failed) => failed,
            finished => return finished,
        };
        // Another process may have finished it, and what the store held of it is gone.
        let now = uploads::upload(self.db.read(), id).await?;
        now.filter(|row| row.sha256.is_some()).ok_or(failed)
    }

    /// Makes content of an upload whose bytes are all there. Done twice it does no harm.
    pub(super) async fn finish(&self, lock: &WriteLock, row: upload::Model, entry: UploadRow) -> Result<upload::Model> {
        debug_assert!(row.part == WHOLE || row.part == FINAL, "a piece is not a file");
        let finished = self.staging.finish(lock, unsigned(row.offset)).await.map_err(refuse)?;
        let path = file_path(&row.metadata);
        let sniffed = extract::sniff(path.name(), &finished.head);
        let row = upload::Model {
            sha256: Some(finished.sha256.clone()),
            path: Some(path.as_str().to_owned()),
            kind: Some(sniffed.kind),
            media_type: Some(sniffed.media_type),
            contradiction: sniffed.contradiction,
            length: Some(row.offset),
            expires_at: self.upload_expiry(),
            ..row
        };
        self.keep(&finished, &row, entry).await?;
        self.staging.remove(lock).await.map_err(refuse)?;
        Ok(row)
    }

    /// Puts finished bytes into the store, unless the same bytes are there, and names them in the upload's row, which keeps
    /// them from then on.
    async fn keep(&self, finished: &Finished, row: &upload::Model, entry: UploadRow) -> Result<()> {
        let came = ReceivedContent {
            sha256: &finished.sha256,
            size: finished.size,
            crc32: finished.crc32,
        };
        let put = async || self.blobs.put_upload(finished).await;
        self.objects
            .keep_content(&came, put, refuse, async |tx| self.name(tx, row, entry).await)
            .await
    }

    /// Writes the row of a finished upload. One that is made of pieces takes their place in the same act, so that the same
    /// pieces joined twice at once are one file.
    async fn name(&self, tx: &impl ConnectionTrait, row: &upload::Model, entry: UploadRow) -> Result<()> {
        if entry == UploadRow::Known {
            if !uploads::finish(tx, row).await? {
                return Err(Refusal::UploadGone.into());
            }
            return self.give_up_segments(tx, &[row.id]).await;
        }
        let pieces: Vec<UploadId> = row.pieces.0.iter().filter_map(|piece| piece.parse().ok()).collect();
        self.give_up_segments(tx, &pieces).await?;
        uploads::consume(tx, &HashSet::from_iter(pieces)).await?;
        uploads::add(tx, row.clone()).await
    }
}

fn file_path(metadata: &serde_json::Value) -> RelativePath {
    // The one with its folders first.
    let mut named = ["relativePath", "filename", "name"]
        .iter()
        .filter_map(|key| metadata.get(key)?.as_str());
    let path = named.find_map(RelativePath::parse);
    path.or_else(|| RelativePath::parse(NAMELESS))
        .expect("the name of the nameless is a path")
}
