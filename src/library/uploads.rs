//! Uploads: bytes come in pieces, survive crashes up to the last acknowledged one, and become content when all of them
//! are there. Every way in (tus, a form, a folder) goes through here.
//!
//! Bytes grow in [`crate::blob::Staging`], one writer at a time; the row says how many of them count. Where several
//! processes share uploads the store holds these bytes too ([`mod@shared`]). A file that comes
//! in one go has no row before it is whole, and neither has one that is joined of pieces: what breaks off leaves only a
//! staged file, which the next tidying removes.

mod finish;
mod quota;
mod shared;
pub mod storage_figures;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::actor::{Actor, Member};
use crate::blob::BlobError;
use crate::blob::Blobs;
use crate::blob::Staging;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::entity::{Strings, upload};
use crate::db::uploads;
use crate::domain::authority::Act;
use crate::domain::id::{Sha256, UploadId};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::Base;
use crate::library::Rules;
use crate::library::authority::who_may;
use crate::library::objects::Objects;

pub use crate::blob::Checksum;
pub use crate::blob::staging::Algorithm;

/// What an upload is a part of (tus concatenation).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It is a file by itself.
    Whole,
    /// It is a piece that waits to be joined with others.
    Partial,
    /// It is made of these pieces.
    Final(Vec<UploadId>),
}

impl Part {
    fn name(&self) -> &'static str {
        match self {
            Self::Whole => WHOLE,
            Self::Partial => PARTIAL,
            Self::Final(_) => FINAL,
        }
    }
}

/// Whether an upload has a row before it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UploadRow {
    /// It came in one go.
    New,
    /// It was begun before.
    Known,
}

const WHOLE: &str = "whole";
const PARTIAL: &str = "partial";
const FINAL: &str = "final";

/// An upload about to begin.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its full length in bytes, if it is known.
    pub length: Option<u64>,
    /// What the client says of it; `relativePath`, `filename` or `name` name the file.
    pub metadata: BTreeMap<String, String>,
    /// What it is a part of.
    pub part: Part,
}

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
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
pub struct UploadChunk<S> {
    /// Where they go.
    pub offset: u64,
    /// How many they are, if the request says so.
    pub size: Option<u64>,
    /// What they must hash to.
    pub checksum: Option<Checksum>,
    /// The upload's full length, told only now.
    pub length: Option<u64>,
    /// The bytes.
    pub body: S,
}

/// Bytes on their way, until they are whole.
#[derive(Debug, Clone)]
pub struct Uploads {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    blobs: Blobs,
    staging: Staging,
    objects: Arc<Objects>,
}

impl Uploads {
    pub(super) fn new(base: &Base, objects: Arc<Objects>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            blobs: base.blobs.clone(),
            staging: base.staging.clone(),
            objects,
        }
    }

    /// Begins an upload. What is too large or has no room is refused before its bytes are sent.
    ///
    /// One that is made of pieces is finished when this returns.
    pub async fn begin_upload(&self, actor: &Actor, new: NewUpload) -> Result<Upload> {
        let member = who_may(actor, Act::Share)?;
        if let Part::Final(pieces) = &new.part {
            return self.join(member, pieces, &new).await;
        }
        self.room_for(member, new.length).await?;
        let row = self.new_row(member, &new)?;
        // The file before the row, which promises that there is one.
        self.staging.create(row.id).await.map_err(refuse)?;
        // No byte will come that could finish it.
        if row.part == WHOLE && row.length == Some(0) {
            let lock = self.staging.lock(row.id).await.map_err(refuse)?;
            return show(self.finish(&lock, row, UploadRow::New).await?);
        }
        self.db.write(async |tx| uploads::add(tx, row.clone()).await).await?;
        show(row)
    }

    /// How far an upload has come. Asking stops a request that still writes to it: its sender has gone away.
    pub async fn upload(&self, actor: &Actor, id: UploadId) -> Result<Upload> {
        let row = self.own_upload(actor, id).await?;
        if row.sha256.is_some() {
            return show(row);
        }
        let lock = match self.staging.lock(id).await {
            Ok(lock) => lock,
            // An even newer request is at it; what is recorded is on disk all the same.
            Err(BlobError::Displaced { .. }) => return show(self.own_upload(actor, id).await?),
            Err(error) => return Err(refuse(error)),
        };
        let row = self.take_over(actor, id).await?;
        // The service may have died between the last byte and the end of its work.
        show(self.finish_if_complete(&lock, row).await?)
    }

    /// The paths that the actor's own finished uploads came with; of others there is nothing to tell.
    pub async fn upload_paths(&self, actor: &Actor, uploads: &[UploadId]) -> Result<BTreeMap<UploadId, String>> {
        let member = who_may(actor, Act::Share)?;
        let rows = uploads::by_id(self.db.read(), uploads.to_vec()).await?;
        let own = rows
            .into_iter()
            .filter(|row| row.account_id == member.id && row.sha256.is_some());
        Ok(own.filter_map(|row| Some((row.id, row.path?))).collect())
    }

    /// What finished uploads hold, in their order.
    pub async fn contents(&self, uploads: &[UploadId]) -> Result<Vec<Sha256>> {
        let rows = uploads::by_id(self.db.read(), uploads.to_vec()).await?;
        let held: BTreeMap<UploadId, Option<Sha256>> = rows.into_iter().map(|row| (row.id, row.sha256)).collect();
        Ok(uploads.iter().filter_map(|id| held.get(id)?.clone()).collect())
    }

    /// Gives an upload up and frees its bytes.
    pub async fn terminate_upload(&self, actor: &Actor, id: UploadId) -> Result<()> {
        self.own_upload(actor, id).await?;
        let lock = self.staging.lock(id).await.map_err(refuse)?;
        // The row first: a file without one goes with the next tidying, a row without its file promises what is gone.
        self.db
            .write(async |tx| {
                self.give_up_segments(tx, &[id]).await?;
                uploads::delete(tx, &[id]).await
            })
            .await?;
        self.staging.remove(&lock).await.map_err(refuse)
    }

    /// When an upload that got bytes now is removed.
    fn upload_expiry(&self) -> Timestamp {
        self.clock.now().plus(self.rules.upload_ttl)
    }

    /// Drops finished uploads that did not become files after all; those that did are left alone.
    pub async fn discard(&self, actor: &Actor, ids: &[UploadId]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let member = who_may(actor, Act::Share)?;
        let mut rows = uploads::by_id(self.db.read(), ids.to_vec()).await?;
        rows.retain(|row| row.account_id == member.id && row.sha256.is_some());
        let over: Vec<UploadId> = rows.into_iter().map(|row| row.id).collect();
        if over.is_empty() {
            return Ok(());
        }
        self.db.write(async |tx| uploads::delete(tx, &over).await).await?;
        Ok(())
    }

    fn new_row(&self, member: &Member, new: &NewUpload) -> Result<upload::Model> {
        let now = self.clock.now();
        let pieces = match &new.part {
            Part::Final(pieces) => pieces.iter().map(UploadId::to_string).collect(),
            _ => Vec::new(),
        };
        Ok(upload::Model {
            id: UploadId::new(),
            account_id: member.id,
            length: new.length.map(signed),
            offset: 0,
            metadata: serde_json::to_value(&new.metadata).map_err(Error::unexpected)?,
            part: new.part.name().to_owned(),
            pieces: Strings(pieces),
            sha256: None,
            path: None,
            kind: None,
            media_type: None,
            contradiction: None,
            writer: None,
            created_at: now,
            expires_at: now.plus(self.rules.upload_ttl),
        })
    }

    async fn own_upload(&self, actor: &Actor, id: UploadId) -> Result<upload::Model> {
        let member = who_may(actor, Act::Share)?;
        let row = uploads::upload(self.db.read(), id)
            .await?
            .filter(|row| row.account_id == member.id);
        let row = row.ok_or(Refusal::NoSuch(Thing::Upload))?;
        if row.expires_at <= self.clock.now() {
            return Err(Refusal::UploadGone.into());
        }
        Ok(row)
    }
}

/// What a person can do something about is a refusal.
fn refuse(error: BlobError) -> Error {
    match error {
        BlobError::DiskFull { .. } => Refusal::DiskFull.into(),
        BlobError::ChecksumMismatch => Refusal::UploadChecksum.into(),
        BlobError::Displaced { .. } => Refusal::UploadTakenOver.into(),
        BlobError::NotStaged { .. } | BlobError::AcknowledgedBytesLost { .. } => Refusal::UploadGone.into(),
        BlobError::NotRecorded(why) => why.downcast().unwrap_or_else(Error::unexpected),
        error => Error::unexpected(error),
    }
}

fn show(row: upload::Model) -> Result<Upload> {
    let pieces = row.pieces.0.iter().filter_map(|piece| piece.parse().ok()).collect();
    let part = match row.part.as_str() {
        PARTIAL => Part::Partial,
        FINAL => Part::Final(pieces),
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
