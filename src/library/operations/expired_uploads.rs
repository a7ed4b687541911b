//! Expired uploads: those that got no byte for their time to live are removed, row and bytes.

use std::collections::HashSet;

use crate::db::uploads;
use crate::domain::id::UploadId;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::operations::Operations;
use crate::library::operations::gc::AT_ONCE;

impl Operations {
    pub(super) async fn drop_expired_uploads(&self, now: Timestamp) -> Result<()> {
        loop {
            // Looked for inside the transaction: one that has just got a byte more lives on.
            let over = self.db.write(async |tx| {
                let over = uploads::expired(tx, now, AT_ONCE).await?;
                self.uploads.give_up_segments(tx, &over).await?;
                uploads::delete(tx, &over).await?;
                Ok(over)
            });
            let over = over.await?;
            if over.is_empty() {
                return Ok(());
            }
            for id in over {
                // Its row is gone, so it is a leftover now, and found as one.
                if let Err(error) = self.drop_staged(id).await {
                    tracing::warn!("the bytes of upload `{id}` could not be removed yet: {error:?}");
                }
            }
        }
    }

    async fn drop_staged(&self, id: UploadId) -> Result<()> {
        // A request that still writes to it is told to go first.
        let lock = self.staging.lock(id).await.map_err(Error::unexpected)?;
        self.staging.remove(&lock).await.map_err(Error::unexpected)
    }

    /// Removes what lies in this process's own folders: scratch files of processes that died, and staged files whose row is
    /// gone or was finished by another process, once nobody could still be promised their bytes: this database may be an
    /// older one, and the right one may come back.
    pub async fn drop_leftovers(&self) -> Result<()> {
        self.blobs.sweep_scratch().await.map_err(Error::unexpected)?;
        let staged = self.staging.list().await.map_err(Error::unexpected)?;
        // How old a file is, is told by the clock that dated it: by another one, a file that is made this moment and has
        // no row yet could look old.
        let old = staged
            .into_iter()
            .filter(|staged| staged.modified.elapsed().is_ok_and(|age| age > self.rules.upload_ttl));
        let old: Vec<UploadId> = old.map(|staged| staged.id).collect();
        let rows = uploads::by_id(self.db.read(), old.clone()).await?;
        let growing: HashSet<UploadId> = rows
            .iter()
            .filter(|row| row.sha256.is_none())
            .map(|row| row.id)
            .collect();
        for id in old.into_iter().filter(|id| !growing.contains(id)) {
            self.drop_staged(id).await?;
        }
        Ok(())
    }
}
