//! The library's own checkpoint of its audit log: signed as the chain grows, so that lines which somebody removes from its end,
//! or a log that is chained anew, are told without a checkpoint that anybody took along.
//!
//! It lies beside the log and helps against whoever edits the database. Whoever owns the machine removes both; for that there
//! are checkpoints elsewhere.

use super::{AuditChain, AuditCheckpoint};
use crate::db::{audit, entity};
use crate::error::{Error, Result};

const NOT_WHAT_WAS_SIGNED: &str =
    "the audit log is not the one whose end this library signed; `gongxue doctor --records` says what is wrong";

impl AuditChain {
    /// The newest own checkpoint.
    pub(super) async fn head(&self) -> Result<Option<AuditCheckpoint>> {
        let Some(row) = audit::head(self.db.read()).await? else {
            return Ok(None);
        };
        serde_json::from_str(&row.body).map(Some).map_err(Error::unexpected)
    }

    /// Signs where the chain stands now. A log that does not go on from what was signed
    /// before keeps the old one as its witness.
    pub(super) async fn keep_head(&self) -> Result<()> {
        let Some(last) = audit::last_chained(self.db.read()).await? else {
            return Ok(());
        };
        if let Some(head) = self.head().await? {
            if !self.goes_on_from(&head).await? {
                tracing::error!("{NOT_WHAT_WAS_SIGNED}");
                return Ok(());
            }
            if last.seq == Some(head.signed.lines) {
                return Ok(());
            }
        }
        let checkpoint = self.signed_checkpoint().await?;
        let row = entity::audit_head::Model {
            seq: checkpoint.signed.lines,
            body: serde_json::to_string(&checkpoint).map_err(Error::unexpected)?,
        };
        self.db.write(async |tx| audit::set_head(tx, row.clone()).await).await
    }

    /// Whether the line over which a checkpoint was signed is there as it was, or was removed when its time was over.
    async fn goes_on_from(&self, head: &AuditCheckpoint) -> Result<bool> {
        let conn = self.db.read();
        let lines = head.signed.lines;
        if audit::cut(conn).await?.is_some_and(|cut| cut.seq >= lines) {
            return Ok(true);
        }
        let line = audit::chained_after(conn, lines - 1, 1).await?.pop();
        Ok(line.is_some_and(|line| line.seq == Some(lines) && line.chain.as_deref() == Some(&head.signed.chain)))
    }
}
