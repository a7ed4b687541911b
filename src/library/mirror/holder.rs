//! What this node says to a hub about what it holds, signed with a key of its own.

use crate::db::{entity, trust};
use crate::error::Result;
use crate::library::Library;
use crate::library::pack::sign;
use crate::pack::receipt::{Receipt, SignedReceipt};
use crate::pack::trust::SigningKey;

/// The role of the key that signs this node's receipts.
const HOLDER: &str = "holder";

impl Library {
    /// Signs what this node says to a hub about what it holds.
    pub async fn sign_receipt(&self, receipt: &Receipt) -> Result<SignedReceipt> {
        let key: SigningKey = sign::signing_key(&self.holder_key().await?)?;
        Ok(SignedReceipt::by(&key, receipt))
    }

    /// The key that this node signs with as a holder; drawn at the first call.
    async fn holder_key(&self) -> Result<entity::trust_key::Model> {
        let rows = trust::keys(self.db.read()).await?;
        if let Some(row) = rows.into_iter().find(|row| row.role == HOLDER) {
            return Ok(row);
        }
        let drawn = sign::drawn(HOLDER, self.clock.now());
        let row = drawn.clone();
        self.db.write(async |tx| trust::add_keys(tx, vec![row]).await).await?;
        Ok(drawn)
    }
}
