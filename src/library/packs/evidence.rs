//! Packs that are evidence: one for each choice of each maker, a version whenever it is to be shown.

use crate::actor::Actor;
use crate::db::entity::pack;
use crate::db::{pack_documents, packs};
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
        let contents = self.chosen(actor, &form.contents, &[]).await?;
        let own = packs::evidence_of(self.db.read(), member.id).await?;
        let of_school = self.school_meant(form.of_school.as_deref()).await?;
        let is_same =
            |row: &pack::Model| row.contents.0 == contents && row.scope == form.scope && row.of_school == of_school;
        let same = own.into_iter().find(is_same);
        let (id, revision) = match same {
            Some(row) => (row.id, row.revision),
            None => {
                let made = self.add_pack(actor, form).await?;
                (made.id, made.revision)
            }
        };
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
