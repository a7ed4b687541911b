//! Packs that are evidence: one for each choice of each maker, a version whenever it is to be shown.

use crate::actor::Actor;
use crate::db::entity::pack;
use crate::db::{pack_documents, packs, people};
use crate::domain::authority::Act;
use crate::domain::id::{PackId, Sha256};
use crate::domain::pack::PackForm;
use crate::error::Result;
use crate::library::authority::who_may;
use crate::library::packs::Packs;

/// A document that was made for a version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PackDocument {
    /// What it is called in the archive: `evidence.pdf`, `SHA256SUMS`.
    pub name: String,
    /// What its bytes are.
    pub sha256: Sha256,
    /// Where it is, as a path on this site.
    pub url: String,
}

impl Packs {
    /// Asks for a bundle of evidence of what the form chooses: the next version of the maker's own, or the first. Returns its
    /// pack.
    pub async fn make_evidence(&self, actor: &Actor, form: PackForm) -> Result<PackId> {
        let member = who_may(actor, Act::Share)?;
        let new = self.made_of(actor, member, form).await?;
        let is_same = |row: &pack::Model| {
            row.contents == new.contents && row.scope == new.scope && row.of_school == new.of_school
        };
        let (id, revision) = self
            .db
            .write(async |tx| {
                // Of two that its maker asks for at once the second finds what the first has made.
                people::locked_account(tx, member.id).await?;
                let own = packs::evidence_of(tx, member.id).await?;
                if let Some(same) = own.into_iter().find(is_same) {
                    return Ok((same.id, same.revision));
                }
                let made = (new.id, new.revision);
                self.put_new(tx, actor, new.clone()).await?;
                Ok(made)
            })
            .await?;
        self.begin_publishing(actor, id, String::new(), Some(revision)).await?;
        Ok(id)
    }

    /// What was made for a version besides its files.
    pub(super) async fn documents_of(&self, pack: PackId, number: i32) -> Result<Vec<PackDocument>> {
        let rows = pack_documents::of_version(self.db.read(), pack, number).await?;
        let shown = rows.into_iter().map(|row| PackDocument {
            url: format!("/api/v1/packs/{pack}/versions/{number}/evidence/{}", row.name),
            name: row.name,
            sha256: row.sha256,
        });
        Ok(shown.collect())
    }
}
