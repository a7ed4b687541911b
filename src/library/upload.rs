//! Uploads: bytes come in pieces, survive crashes up to the last acknowledged one, and become content when all of them
//! are there. Every way in (tus, a form, a folder) goes through here.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::Stream;

use super::{Library, may_write};
use crate::actor::{Actor, Member};
use crate::blob::{Append, BlobError, Checksum, End, Finished, Turn};
use crate::db::entity::{Strings, blob, upload};
use crate::db::{content, people};
use crate::domain::file::RelativePath;
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract;

/// The name of a file that came without one.
const NAMELESS: &str = "file";

/// What an upload is a part of (tus concatenation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It is a file by itself.
    Whole,
    /// It is a piece that waits to be joined with others.
    Partial,
    /// It is made of these pieces.
    Final(Vec<Id>),
}

/// An upload about to begin.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its full length in bytes, if it is known.
    pub length: Option<u64>,
    /// What the client says of it; `filename` or `relativePath` name the file.
    pub metadata: BTreeMap<String, String>,
    /// What it is a part of.
    pub part: Part,
}

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: Id,
    /// Bytes on disk.
    pub offset: u64,
    /// Its full length, once it is known.
    pub length: Option<u64>,
    /// What the client said of it.
    pub metadata: BTreeMap<String, String>,
    /// What it is a part of.
    pub part: Part,
    /// Removed after this moment.
    pub expires_at: Timestamp,
}

/// Bytes that a request brings to an upload.
#[derive(Debug)]
pub struct Piece<S> {
    /// Where they go.
    pub offset: u64,
    /// What they must hash to.
    pub checksum: Option<Checksum>,
    /// The upload's full length, told only now.
    pub length: Option<u64>,
    /// The bytes.
    pub body: S,
}

impl Library {
    /// Begins an upload. What is too large or has no room is refused before its bytes are sent.
    pub async fn begin_upload(&self, actor: &Actor, new: NewUpload) -> Result<Upload> {
        let member = may_write(actor)?;
        self.expect_room(member, new.length).await?;
        let pieces = match &new.part {
            Part::Final(pieces) => self.pieces(member, pieces).await?,
            _ => Vec::new(),
        };
        let now = self.clock.now();
        let length = if pieces.is_empty() {
            new.length
        } else {
            Some(pieces.iter().map(|piece| unsigned(piece.offset)).sum())
        };
        let row = upload::Model {
            id: Id::new(),
            account_id: member.id,
            length: length.map(signed),
            offset: 0,
            metadata: serde_json::to_value(&new.metadata).map_err(Error::unexpected)?,
            part: part_name(&new.part).to_owned(),
            pieces: Strings(pieces.iter().map(|piece| piece.id.to_string()).collect()),
            sha256: None,
            path: None,
            kind: None,
            media_type: None,
            contradiction: None,
            created_at: now,
            expires_at: now.plus(self.rules.upload_ttl),
        };
        self.staging.create(row.id).await.map_err(refuse)?;
        self.db
            .write(async |tx| content::add_upload(tx, row.clone()).await)
            .await?;
        if let Part::Final(ids) = &new.part {
            return self.join(row, ids).await;
        }
        if row.length == Some(0) && new.part == Part::Whole {
            let turn = self.staging.turn(row.id).await.map_err(refuse)?;
            return show(self.finish(&turn, row).await?);
        }
        show(row)
    }

    /// How far an upload has come. Asking stops a request that still writes to it: its sender has gone away.
    pub async fn upload(&self, actor: &Actor, id: Id) -> Result<Upload> {
        let row = self.own_upload(actor, id).await?;
        let _turn = self.staging.turn(row.id).await.map_err(refuse)?;
        show(self.own_upload(actor, id).await?)
    }

    /// Adds bytes to an upload. Whatever came before a cut is kept; the error says why there is no more.
    pub async fn write_upload<S, E>(&self, actor: &Actor, id: Id, piece: Piece<S>) -> Result<Upload>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        self.own_upload(actor, id).await?;
        let turn = self.staging.turn(id).await.map_err(refuse)?;
        // Read again under the turn: the writer before us may have come further.
        let mut row = self.own_upload(actor, id).await?;
        if row.part == "final" {
            return Err(Refusal::UploadIsFinal.into());
        }
        if unsigned(row.offset) != piece.offset {
            return Err(Refusal::UploadOffset {
                offset: unsigned(row.offset),
            }
            .into());
        }
        self.learn_length(&mut row, piece.length).await?;
        let limit = row.length.map_or(self.rules.max_file_bytes, unsigned);
        let order = Append {
            offset: piece.offset,
            room: limit.saturating_sub(piece.offset),
            checksum: piece.checksum,
            stall: self.rules.stall,
        };
        let acknowledge = |offset| self.acknowledge(id, offset);
        let appended = self
            .staging
            .append(&turn, order, piece.body, acknowledge)
            .await
            .map_err(refuse)?;
        self.acknowledge(id, appended.offset).await?;
        row.offset = signed(appended.offset);
        refuse_end(appended.end, limit)?;
        if row.length == Some(row.offset) && row.part == "whole" {
            row = self.finish(&turn, row).await?;
        }
        show(row)
    }

    /// Receives a whole file of unknown length: a part of a form, a file of a folder.
    pub async fn receive<S, E>(&self, actor: &Actor, name: &str, body: S) -> Result<Id>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    {
        let metadata = BTreeMap::from([("relativePath".to_owned(), name.to_owned())]);
        let begun = self
            .begin_upload(
                actor,
                NewUpload {
                    length: None,
                    metadata,
                    part: Part::Whole,
                },
            )
            .await?;
        let written = self
            .write_upload(
                actor,
                begun.id,
                Piece {
                    offset: 0,
                    checksum: None,
                    length: None,
                    body,
                },
            )
            .await;
        match written {
            Ok(_) => {
                let turn = self.staging.turn(begun.id).await.map_err(refuse)?;
                let row = self.own_upload(actor, begun.id).await?;
                Ok(self.finish(&turn, row).await?.id)
            }
            Err(error) => {
                self.terminate_upload(actor, begun.id).await?;
                Err(error)
            }
        }
    }

    /// Gives an upload up and frees its bytes.
    pub async fn terminate_upload(&self, actor: &Actor, id: Id) -> Result<()> {
        self.own_upload(actor, id).await?;
        let turn = self.staging.turn(id).await.map_err(refuse)?;
        self.db
            .write(async |tx| content::drop_uploads(tx, vec![id]).await)
            .await?;
        self.staging.remove(&turn).await.map_err(refuse)
    }

    async fn acknowledge(&self, id: Id, offset: u64) -> anyhow::Result<()> {
        let expires_at = self.clock.now().plus(self.rules.upload_ttl);
        let written = self
            .db
            .write(async |tx| content::set_offset(tx, id, signed(offset), expires_at).await)
            .await;
        Ok(written?)
    }

    async fn learn_length(&self, row: &mut upload::Model, told: Option<u64>) -> Result<()> {
        let Some(told) = told else { return Ok(()) };
        match row.length {
            Some(known) if unsigned(known) == told => Ok(()),
            Some(_) => Err(Refusal::Malformed {
                detail: "the length of an upload never changes".to_owned(),
            }
            .into()),
            None if told > self.rules.max_file_bytes => Err(Refusal::FileTooLarge {
                limit: self.rules.max_file_bytes,
            }
            .into()),
            None => {
                row.length = Some(signed(told));
                self.db
                    .write(async |tx| content::save_upload(tx, row.clone()).await)
                    .await
            }
        }
    }

    /// Joins finished pieces into a file.
    async fn join(&self, mut row: upload::Model, pieces: &[Id]) -> Result<Upload> {
        let turn = self.staging.turn(row.id).await.map_err(refuse)?;
        let size = self.staging.concat(&turn, pieces).await.map_err(refuse)?;
        row.offset = signed(size);
        let row = self.finish(&turn, row).await?;
        for piece in pieces {
            let turn = self.staging.turn(*piece).await.map_err(refuse)?;
            self.db
                .write(async |tx| content::drop_uploads(tx, vec![*piece]).await)
                .await?;
            self.staging.remove(&turn).await.map_err(refuse)?;
        }
        show(row)
    }

    /// The pieces of a concatenation, in order, if all of them are the member's own and complete.
    async fn pieces(&self, member: &Member, ids: &[Id]) -> Result<Vec<upload::Model>> {
        let rows = content::uploads(self.db.read(), ids.to_vec()).await?;
        let found = ids.iter().map(|id| {
            let row = rows.iter().find(|row| row.id == *id)?;
            let complete = row.part == "partial" && row.length == Some(row.offset) && row.account_id == member.id;
            complete.then(|| row.clone())
        });
        let found: Option<Vec<upload::Model>> = found.collect();
        found
            .filter(|found| !found.is_empty())
            .ok_or_else(|| Refusal::UploadPieces.into())
    }

    /// Makes content of an upload whose bytes are all there. Done twice it does no harm.
    async fn finish(&self, turn: &Turn, row: upload::Model) -> Result<upload::Model> {
        if row.sha256.is_some() {
            return Ok(row);
        }
        let finished = self.staging.finish(turn, unsigned(row.offset)).await.map_err(refuse)?;
        let path = file_path(&row.metadata);
        let sniffed = extract::sniff(path.name(), &finished.head);
        let row = upload::Model {
            sha256: Some(finished.sha256.clone()),
            path: Some(path.as_str().to_owned()),
            kind: Some(sniffed.kind),
            media_type: Some(sniffed.media_type),
            contradiction: sniffed.contradiction,
            length: Some(row.offset),
            expires_at: self.clock.now().plus(self.rules.upload_ttl),
            ..row
        };
        self.keep(&finished, &row).await?;
        self.staging.remove(turn).await.map_err(refuse)?;
        Ok(row)
    }

    /// Puts finished bytes into the store, unless the same bytes are there, and names them in the upload's row.
    ///
    /// The object comes before the row. Should another copy win the race, ours goes to the garbage.
    async fn keep(&self, finished: &Finished, row: &upload::Model) -> Result<()> {
        loop {
            if self.name_content(finished, row).await? {
                return Ok(());
            }
            let key = self.blobs.keep(finished).await.map_err(refuse)?;
            let now = self.clock.now();
            let copy = blob::Model {
                sha256: finished.sha256.clone(),
                generation: key.generation.to_string(),
                size: signed(finished.size),
                crc32: i64::from(finished.crc32),
                created_at: now,
                kept_until: row.expires_at,
            };
            self.db
                .write(async |tx| {
                    if !content::add_blob(tx, copy).await? {
                        content::add_garbage(tx, key.to_string(), now).await?;
                    }
                    Ok(())
                })
                .await?;
        }
    }

    /// Names content that is in the store in the upload's row; says whether it was there.
    async fn name_content(&self, finished: &Finished, row: &upload::Model) -> Result<bool> {
        self.db
            .write(async |tx| {
                let there = content::hold(tx, &finished.sha256, row.expires_at).await?;
                if there {
                    content::save_upload(tx, row.clone()).await?;
                }
                Ok(there)
            })
            .await
    }

    async fn own_upload(&self, actor: &Actor, id: Id) -> Result<upload::Model> {
        let member = may_write(actor)?;
        let row = content::upload(self.db.read(), id)
            .await?
            .filter(|row| row.account_id == member.id);
        let row = row.ok_or(Refusal::NoSuch(Thing::Upload))?;
        if row.expires_at <= self.clock.now() {
            return Err(Refusal::UploadGone.into());
        }
        Ok(row)
    }

    /// Refuses what cannot be kept: over the file limit, the school's quota or the disk.
    async fn expect_room(&self, member: &Member, length: Option<u64>) -> Result<()> {
        let length = length.unwrap_or(0);
        if length > self.rules.max_file_bytes {
            return Err(Refusal::FileTooLarge {
                limit: self.rules.max_file_bytes,
            }
            .into());
        }
        let free = self.staging.free_space().map_err(Error::unexpected)?;
        if free < self.rules.min_free_bytes.saturating_add(length) {
            return Err(Refusal::DiskFull.into());
        }
        let quota = self.rules.school_quota_bytes;
        let Some(school) = member.school_id.filter(|_| quota > 0) else {
            return Ok(());
        };
        let used = people::schools_by_id(self.db.read(), vec![school])
            .await?
            .first()
            .map_or(0, |row| unsigned(row.bytes));
        if used.saturating_add(length) > quota {
            return Err(Refusal::QuotaExceeded { limit: quota }.into());
        }
        Ok(())
    }
}

/// What a person can do something about is a refusal.
fn refuse(error: BlobError) -> Error {
    match error {
        BlobError::DiskFull { .. } => Refusal::DiskFull.into(),
        BlobError::ChecksumMismatch { .. } => Refusal::UploadChecksum.into(),
        BlobError::Displaced { .. } => Refusal::UploadTakenOver.into(),
        BlobError::NotStaged { .. } | BlobError::AcknowledgedBytesLost { .. } => Refusal::UploadGone.into(),
        error => Error::unexpected(error),
    }
}

fn refuse_end(end: End, limit: u64) -> Result<()> {
    match end {
        End::Whole => Ok(()),
        End::Cut | End::Stalled => Err(Refusal::Stalled.into()),
        End::Displaced => Err(Refusal::UploadTakenOver.into()),
        End::DiskFull => Err(Refusal::DiskFull.into()),
        End::TooLong => Err(Refusal::FileTooLarge { limit }.into()),
    }
}

fn file_path(metadata: &serde_json::Value) -> RelativePath {
    let named = ["relativePath", "filename", "name"]
        .iter()
        .filter_map(|key| metadata.get(key)?.as_str());
    let path = named.filter_map(RelativePath::parse).next();
    path.or_else(|| RelativePath::parse(NAMELESS))
        .expect("the name of the nameless is a path")
}

fn part_name(part: &Part) -> &'static str {
    match part {
        Part::Whole => "whole",
        Part::Partial => "partial",
        Part::Final(_) => "final",
    }
}

fn show(row: upload::Model) -> Result<Upload> {
    let pieces = row.pieces.0.iter().filter_map(|piece| piece.parse().ok()).collect();
    let part = match row.part.as_str() {
        "partial" => Part::Partial,
        "final" => Part::Final(pieces),
        _ => Part::Whole,
    };
    Ok(Upload {
        id: row.id,
        offset: unsigned(row.offset),
        length: row.length.map(unsigned),
        metadata: serde_json::from_value(row.metadata).map_err(Error::unexpected)?,
        part,
        expires_at: row.expires_at,
    })
}

/// Sizes are counted in `i64` columns; none is negative and none over 8 EiB.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn unsigned(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}
