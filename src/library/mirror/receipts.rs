//! What this node says to a hub about what it holds, signed with a key of its own.

use crate::db::{entity, trust};
use crate::error::Result;
use crate::library::mirror::Mirror;
use crate::pack::receipt::{Receipt, SignedReceipt};

/// The role of the key that signs this node's receipts.
const HOLDER: &str = "holder";

impl Mirror {
    /// Signs what this node says to a hub about what it holds.
    pub async fn sign_receipt(&self, receipt: &Receipt) -> Result<SignedReceipt> {
        let key = self.signing.signing_key(&self.holder_key().await?)?;
        Ok(SignedReceipt::by(&key, receipt))
    }

    /// The key that this node signs with as a holder; drawn at the first call.
    async fn holder_key(&self) -> Result<entity::trust_key::Model> {
        let rows = trust::keys(self.db.read()).await?;
        if let Some(row) = rows.into_iter().find(|row| row.role == HOLDER) {
            return Ok(row);
        }
        let drawn = self.signing.drawn_key(HOLDER, self.clock.now());
        let row = drawn.clone();
        self.db.write(async |tx| trust::add_keys(tx, vec![row]).await).await?;
        Ok(drawn)
    }
}
