//! Keeping: bytes that came become the copy of a content, or prove that there is one already.
//!
//! Every way in goes through here (uploads, forms, imports, mirrors, lists that the service makes itself). A row alone is no
//! proof: bytes that came are right, so where the copy in the store is gone, of another size, known to be damaged, or not
//! verified for long, they take its place, for every resource that holds this content.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use sea_orm::DatabaseTransaction;
use sha2::Digest as _;

use crate::blob::{BlobError, BlobKey, DerivedKey};
use crate::db::{content, damage, derived, entity};
use crate::domain::damage::DamageKind;
use crate::domain::id::Sha256;
use crate::error::{Error, Result};
use crate::library::objects::Objects;
use crate::library::objects::integrity::ExpectedObject;

/// What is known of bytes that came.
pub(in crate::library) struct ReceivedContent<'a> {
    pub(in crate::library) sha256: &'a Sha256,
    pub(in crate::library) size: u64,
    pub(in crate::library) crc32: u32,
}

/// The copy of a content that the store has.
enum Copy {
    /// There is none.
    None,
    /// There is one, and it is believed.
    Right(entity::blob::Model),
    /// There should be one, and it is not to be relied on.
    Doubtful(entity::blob::Model),
}

impl Objects {
    /// Keeps what was made from a content, and what it hashes to.
    pub(in crate::library) async fn keep_derived(
        &self,
        key: &DerivedKey,
        body: impl Stream<Item = io::Result<Bytes>>,
    ) -> Result<entity::derived::Model> {
        let row = self.put_derived(key, body).await?;
        self.db.write(async |tx| derived::upsert(tx, row.clone()).await).await?;
        Ok(row)
    }

    /// Puts what was made from a content into the store; the caller writes the row.
    pub(in crate::library) async fn put_derived(
        &self,
        key: &DerivedKey,
        body: impl Stream<Item = io::Result<Bytes>>,
    ) -> Result<entity::derived::Model> {
        let mut tally = sha2::Sha256::new();
        let body = body.inspect(|piece| {
            if let Ok(bytes) = piece {
                tally.update(bytes);
            }
        });
        let put = self.blobs.put_derived(key, std::pin::pin!(body)).await;
        let size = put.map_err(Error::unexpected)?;
        Ok(entity::derived::Model {
            key: key.to_string(),
            content: key.sha256.clone(),
            sha256: Sha256::from_bytes(tally.finalize().into()),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            verified_at: self.clock.now(),
        })
    }

    /// Sees to it that a right copy of what came is in the store, and that a row names it; what `named` writes is part of
    /// that act.
    ///
    /// The object comes before the row. `put` puts the bytes into the store under a new key; should another copy win the
    /// race, ours goes to the garbage.
    pub(in crate::library) async fn keep_content(
        &self,
        came: &ReceivedContent<'_>,
        put: impl AsyncFn() -> std::result::Result<BlobKey, BlobError>,
        refuse: impl Fn(BlobError) -> Error,
        named: impl AsyncFn(&DatabaseTransaction) -> Result<()>,
    ) -> Result<()> {
        // Another copy may win, or ours be collected, between the look and the row: then all is looked at anew.
        loop {
            let copy = self.copy_of(came.sha256).await?;
            let is_named = match &copy {
                Copy::Right(row) => self.hold_right(row, &named).await?,
                Copy::None | Copy::Doubtful(_) => {
                    let key = put().await.map_err(&refuse)?;
                    self.name_new(came, &key, &copy, &named).await?
                }
            };
            if is_named {
                // Of a new content nothing was made yet.
                if !matches!(copy, Copy::None) {
                    self.look_after_made(came.sha256).await?;
                }
                return Ok(());
            }
        }
    }

    async fn copy_of(&self, sha256: &Sha256) -> Result<Copy> {
        let Some(row) = content::blob(self.db.read(), sha256).await? else {
            return Ok(Copy::None);
        };
        let kept = ExpectedObject::copy(&row)?;
        let found = match self.blobs.head(&kept.key).await {
            Ok(seen) if self.is_right(&kept, seen) => return Ok(Copy::Right(row)),
            Ok(seen) => (seen.size != kept.size).then_some(DamageKind::Size),
            Err(error) => Some(self.found_of(&kept, error).await?),
        };
        // Known before it is mended, so that whoever runs the library learns what its disks do.
        if let Some(found) = found {
            self.note_damage(&kept, found).await?;
        }
        Ok(Copy::Doubtful(row))
    }

    /// Holds a copy for collectors that looked before what names it was written; says whether it is still there.
    async fn hold_right(
        &self,
        row: &entity::blob::Model,
        named: &impl AsyncFn(&DatabaseTransaction) -> Result<()>,
    ) -> Result<bool> {
        let until = self.clock.now().plus(self.rules.orphan_grace);
        self.db
            .write(async |tx| {
                let is_there = content::pin_copy_until(tx, &row.sha256, &row.generation, until).await?;
                if is_there {
                    named(tx).await?;
                }
                Ok(is_there)
            })
            .await
    }

    /// Names a new copy, in place of one that is not to be relied on if there is one; says whether nobody was quicker.
    async fn name_new(
        &self,
        came: &ReceivedContent<'_>,
        key: &BlobKey,
        instead_of: &Copy,
        named: &impl AsyncFn(&DatabaseTransaction) -> Result<()>,
    ) -> Result<bool> {
        let now = self.clock.now();
        let copy = entity::blob::Model {
            sha256: came.sha256.clone(),
            generation: key.generation.to_string(),
            size: i64::try_from(came.size).unwrap_or(i64::MAX),
            crc32: i64::from(came.crc32),
            created_at: now,
            kept_until: now.plus(self.rules.orphan_grace),
            verified_at: now,
        };
        let is_named = self.db.write(async |tx| {
            let is_named = match instead_of {
                Copy::None => content::add_blob(tx, copy).await?,
                Copy::Right(old) | Copy::Doubtful(old) => {
                    let is_replaced = content::replace_blob(tx, copy, &old.generation).await?;
                    if is_replaced {
                        self.discard_copy(tx, old).await?;
                    }
                    is_replaced
                }
            };
            if is_named {
                named(tx).await?;
            } else {
                content::add_garbage(tx, key.to_string(), now).await?;
            }
            Ok(is_named)
        });
        let is_named = is_named.await?;
        self.signals.wake();
        Ok(is_named)
    }

    /// A copy that another one took the place of is garbage, and what suffered from it is mended.
    async fn discard_copy(&self, tx: &DatabaseTransaction, old: &entity::blob::Model) -> Result<()> {
        let now = self.clock.now();
        let key = crate::library::objects::blob_key(old)?.to_string();
        content::add_garbage(tx, key.clone(), now).await?;
        let was_known = damage::mark_repaired(tx, &key, now).await?;
        if was_known {
            tracing::info!(object.key = key, "right bytes came again and took the place of `{key}`");
            self.ask_for_reading(tx, &old.sha256).await?;
        }
        Ok(())
    }
}
