//! Room: the largest file, the school's quota, the disk. Asked before bytes are sent wherever their number is known.

use crate::actor::{Actor, Member};
use crate::db::people;
use crate::domain::authority::Act;
use crate::error::{Refusal, Result};
use crate::library::authority::who_may;
use crate::library::uploads::Uploads;
use crate::library::uploads::storage_figures::quota_of;
use crate::library::uploads::{refuse, unsigned};

impl Uploads {
    /// Refuses a request that brings this many bytes in several files, if they cannot all be kept.
    pub async fn expect_room(&self, actor: &Actor, bytes: u64) -> Result<()> {
        let member = who_may(actor, Act::Share)?;
        self.expect_disk(bytes)?;
        self.expect_quota(member, bytes).await
    }

    /// Refuses a file that cannot be kept: over the file limit, the school's quota or the disk.
    pub(super) async fn room_for(&self, member: &Member, length: Option<u64>) -> Result<()> {
        let length = length.unwrap_or(0);
        if length > self.rules.max_file_bytes {
            return Err(self.too_large());
        }
        self.expect_disk(length)?;
        self.expect_quota(member, length).await
    }

    /// The refusal of a file over the limit.
    pub(super) fn too_large(&self) -> crate::error::Error {
        let limit = self.rules.max_file_bytes;
        Refusal::FileTooLarge { limit }.into()
    }

    /// Refuses bytes that would take the room that must stay free on the disk.
    pub(super) fn expect_disk(&self, bytes: u64) -> Result<()> {
        let free = self.staging.free_space().map_err(refuse)?;
        if free < self.rules.min_free_bytes.saturating_add(bytes) {
            return Err(Refusal::DiskFull.into());
        }
        Ok(())
    }

    async fn expect_quota(&self, member: &Member, bytes: u64) -> Result<()> {
        // A look, so that nobody sends gigabytes in vain; what counts is asked in the transaction that shares them.
        let Some(school) = member.school_id else {
            return Ok(());
        };
        let row = people::schools_by_id(self.db.read(), vec![school]).await?.pop();
        let Some(row) = row else { return Ok(()) };
        let limit = quota_of(&row, self.rules.school_quota_bytes);
        match limit.filter(|limit| unsigned(row.bytes).saturating_add(bytes) > *limit) {
            Some(limit) => Err(Refusal::QuotaExceeded { limit }.into()),
            None => Ok(()),
        }
    }
}
