//! Bytes on their way in.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::actor::Actor;
use crate::blob::{Append, AppendEnd, Checkpoint, WriteLock};
use crate::db::entity::upload;
use crate::db::uploads;
use crate::domain::authority::Act;
use crate::domain::id::UploadId;
use crate::error::{Refusal, Result};
use crate::library::authority::who_may;
use crate::library::uploads::Uploads;
use crate::library::uploads::{FINAL, NewUpload, Part, Upload, UploadChunk, UploadRow, refuse, show, signed, unsigned};
use crate::telemetry::metric;

impl Uploads {
    /// Adds bytes to an upload. Whatever came before a cut is kept; the error says why there is no more.
    ///
    /// Dropping this future loses what was not acknowledged; where a client that leaves would drop it, it must run in a
    /// task of its own.
    pub async fn write_upload<S, E>(&self, actor: &Actor, id: UploadId, mut piece: UploadChunk<S>) -> Result<Upload>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        // Before the turn: a stranger must not stop the writer.
        expect_place(&self.own_upload(actor, id).await?, None)?;
        let lock = self.staging.lock(id).await.map_err(refuse)?;
        // And under it: the writer before us may have come further.
        let mut row = self.take_over(actor, id).await?;
        expect_place(&row, Some(piece.offset))?;
        self.learn_length(actor, &mut row, piece.length).await?;
        let room = row.length.map_or(self.rules.max_file_bytes, unsigned);
        let room = room.saturating_sub(piece.offset);
        if piece.size.is_some_and(|size| size > room) {
            return Err(self.too_large());
        }
        self.expect_disk(piece.size.unwrap_or(0))?;
        if row.length == Some(row.offset) {
            // All is there already: nothing more fits, and perhaps only the end of the work is missing.
            if piece
                .body
                .next()
                .await
                .is_some_and(|more| more.is_ok_and(|more| !more.is_empty()))
            {
                return Err(self.too_large());
            }
        } else {
            self.append(&lock, &mut row, piece, room).await?;
        }
        show(self.finish_if_complete(&lock, row).await?)
    }

    /// Adds the bytes and records how far they came, whatever ended them.
    async fn append<S, E>(
        &self,
        lock: &WriteLock,
        row: &mut upload::Model,
        piece: UploadChunk<S>,
        room: u64,
    ) -> Result<()>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let order = Append {
            offset: piece.offset,
            room,
            checksum: piece.checksum,
            stall: self.rules.stall,
        };
        self.fetch_acknowledged(lock, row).await?;
        let ledger = self.ledger(row).await?;
        let from = piece.offset;
        let acknowledge = async |checkpoint| ledger.acknowledge(checkpoint).await;
        let appended = self.staging.append(lock, order, piece.body, acknowledge).await;
        let appended = appended.map_err(refuse)?;
        count_taken(appended.offset.saturating_sub(from));
        let checkpoint = Checkpoint {
            offset: appended.offset,
            crc32: self.staging.crc32_at(lock, appended.offset),
        };
        ledger.acknowledge(checkpoint).await.map_err(refuse)?;
        row.offset = signed(appended.offset);
        row.expires_at = self.upload_expiry();
        self.expect_end(appended.end)
    }

    /// Receives a whole file of unknown length: a part of a form, a file of a folder.
    ///
    /// It has a row only once it is whole, for nobody can take it up again.
    pub async fn receive<S, E>(&self, actor: &Actor, name: &str, body: S) -> Result<UploadId>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let member = who_may(actor, Act::Share)?;
        self.expect_disk(0)?;
        let row = self.new_row(
            member,
            &NewUpload {
                length: None,
                metadata: BTreeMap::from([("relativePath".to_owned(), name.to_owned())]),
                part: Part::Whole,
            },
        )?;
        let id = row.id;
        self.staging.create(id).await.map_err(refuse)?;
        let lock = self.staging.lock(id).await.map_err(refuse)?;
        let received = self.receive_whole(&lock, row, body).await;
        if received.is_err() {
            self.staging.remove(&lock).await.map_err(refuse)?;
        }
        received.map(|()| id)
    }

    async fn receive_whole<S, E>(&self, lock: &WriteLock, mut row: upload::Model, body: S) -> Result<()>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let order = Append {
            offset: 0,
            room: self.rules.max_file_bytes,
            checksum: None,
            stall: self.rules.stall,
        };
        let appended = self.staging.append(lock, order, body, async |_| Ok(())).await;
        let appended = appended.map_err(refuse)?;
        count_taken(appended.offset);
        self.expect_end(appended.end)?;
        row.offset = signed(appended.offset);
        self.finish(lock, row, UploadRow::New).await.map(drop)
    }

    /// Takes the length that a client tells late, once.
    async fn learn_length(&self, actor: &Actor, row: &mut upload::Model, told: Option<u64>) -> Result<()> {
        let Some(told) = told.filter(|told| row.length.map(unsigned) != Some(*told)) else {
            return Ok(());
        };
        if row.length.is_some() || told < unsigned(row.offset) {
            return Err(Refusal::Malformed {
                detail: "Upload-Length: told once, and never less than what has arrived".to_owned(),
            }
            .into());
        }
        self.room_for(who_may(actor, Act::Share)?, Some(told)).await?;
        row.length = Some(signed(told));
        self.db
            .write(async |tx| uploads::set_length(tx, row.id, signed(told)).await)
            .await
    }

    fn expect_end(&self, end: AppendEnd) -> Result<()> {
        match end {
            AppendEnd::Whole => Ok(()),
            AppendEnd::Cut | AppendEnd::Stalled => Err(Refusal::Stalled.into()),
            AppendEnd::Displaced => Err(Refusal::UploadTakenOver.into()),
            AppendEnd::DiskFull => Err(Refusal::DiskFull.into()),
            AppendEnd::TooLong => Err(self.too_large()),
        }
    }
}

fn count_taken(bytes: u64) {
    metrics::counter!(metric::UPLOAD_BYTES).increment(bytes);
}

/// Refuses bytes for an upload that takes none, or for another place than where it goes on.
fn expect_place(row: &upload::Model, offset: Option<u64>) -> Result<()> {
    if row.part == FINAL {
        return Err(Refusal::UploadIsFinal.into());
    }
    let here = unsigned(row.offset);
    if offset.is_some_and(|offset| offset != here) {
        return Err(Refusal::UploadOffset { offset: here }.into());
    }
    Ok(())
}
