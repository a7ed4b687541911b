//! Rows kept beside the objects, and how old the last backup is.

use crate::db::{backups, entity, library};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::operations::Operations;
use crate::library::operations::backup::{BackupOptions, BackupReport, BackupStore};

impl Operations {
    /// Keeps all rows in the store itself, so that it can be read back if the database is lost.
    pub async fn keep_rows(&self) -> Result<()> {
        let Some(keep) = self.rules.keep_rows else {
            return Ok(());
        };
        let place = BackupStore::beside(&self.blobs);
        let options = BackupOptions {
            keep: Some(keep),
            ..BackupOptions::default()
        };
        self.backup(&place, options, &|_| ()).await.map(drop)
    }

    /// When the library was last backed up to another place.
    pub async fn last_backup(&self) -> Result<Option<Timestamp>> {
        let last = backups::last(self.db.read(), backups::ELSEWHERE).await?;
        Ok(last.map(|row| row.made_at))
    }

    /// Notes a backup that was made, and how far back those go that are kept with it.
    pub(super) async fn note_backup(
        &self,
        report: &BackupReport,
        oldest: Option<Timestamp>,
        is_own_store: bool,
    ) -> Result<()> {
        let place = if is_own_store {
            backups::BESIDE
        } else {
            backups::ELSEWHERE
        };
        let row = entity::backup::Model {
            place: place.to_owned(),
            made_at: report.made_at,
            lost: i64::try_from(report.lost_count).unwrap_or(i64::MAX),
        };
        let note = async |tx: &_| {
            backups::record(tx, row).await?;
            if is_own_store {
                return Ok(());
            }
            library::set_oldest_backup(tx, oldest).await
        };
        self.db.write(note).await
    }
}
