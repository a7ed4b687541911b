//! Who holds a pack: what holders say after they have verified every byte.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::db::entity::receipt;
use crate::db::packs;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::{PackId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::authority::who_may;
use crate::library::packs::Packs;
use crate::pack::receipt::{HoldingState, SignedReceipt};

/// What a holder says it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Receipt)]
pub struct PackReceipt {
    /// The holder's key.
    pub keyid: String,
    /// What the holder calls itself.
    pub holder: String,
    /// The version held.
    pub version: i32,
    /// `whole` or `damaged`.
    pub state: String,
    /// When it was verified.
    pub at: Timestamp,
}

impl Packs {
    /// Keeps what a holder of a version says, if its key has signed it.
    pub async fn keep_receipt(
        &self,
        actor: &Actor,
        pack: PackId,
        number: i32,
        given: &SignedReceipt,
    ) -> Result<PackReceipt> {
        let member = who_may(actor, Act::SendReceipt)?;
        let version = self.visible_version(actor, pack, number).await?;
        let said = given.open().map_err(|_| Refusal::BadReceipt)?;
        let is_of_it = |manifest: &Sha256| *manifest == said.manifest;
        let number_said = i32::try_from(said.version).unwrap_or(0);
        if said.pack != pack || number_said != number || !version.manifest_sha256.as_ref().is_some_and(is_of_it) {
            return Err(Refusal::BadReceipt.into());
        }
        let row = receipt::Model {
            pack_id: pack,
            keyid: given.key.id().hex(),
            holder: said.holder.clone(),
            account_id: Some(member.id),
            school_id: member.school_id,
            number,
            state: match said.state {
                HoldingState::Whole => "whole".to_owned(),
                HoldingState::Damaged => "damaged".to_owned(),
            },
            at: said.at,
            body: serde_json::to_string(given).map_err(Error::unexpected)?,
        };
        let shown = show(row.clone());
        self.db
            .write(async |tx| {
                packs::put_receipt(tx, row).await?;
                self.audit
                    .record(tx, actor, AuditAction::PackReceipt, Some(format!("{pack}/{number}")))
                    .await
            })
            .await?;
        Ok(shown)
    }

    /// Who holds a pack; for whoever made it and their school's administrators.
    pub async fn receipts(&self, actor: &Actor, pack: PackId) -> Result<Vec<PackReceipt>> {
        self.own_pack(actor, pack).await?;
        let rows = packs::receipts(self.db.read(), pack).await?;
        Ok(rows.into_iter().map(show).collect())
    }
}

fn show(row: receipt::Model) -> PackReceipt {
    PackReceipt {
        keyid: row.keyid,
        holder: row.holder,
        version: row.number,
        state: row.state,
        at: row.at,
    }
}
