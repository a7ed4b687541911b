//! What shows an entry of a blind call: files that tell neither their names nor where else they are found.

use serde::Serialize;
use sha2::{Digest as _, Sha256 as Hasher};

use super::evidence::Shown;
use super::{Recognition, refused};
use crate::actor::Actor;
use crate::db::entity::recognition_evidence;
use crate::db::files;
use crate::db::recognition::entries;
use crate::domain::audit::AuditAction;
use crate::domain::id::{RecognitionEntryId, Sha256};
use crate::domain::recognition::blind::masked;
use crate::domain::recognition::fault::RecognitionFault;
use crate::error::{Refusal, Result, Thing};
use crate::library::resources::download::Original;

/// What shows an entry, without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BlindEvidence {
    /// Its place among the entry's, counted from 1.
    pub position: i32,
    /// Its title, with known names hidden.
    pub title: String,
    /// Its files, in order.
    pub files: Vec<BlindFile>,
}

/// A file without its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BlindFile {
    /// What it is called instead: `1-2.pdf`.
    pub name: String,
    /// Its bytes, as a path on this site.
    pub url: String,
    /// How many bytes.
    pub size: i64,
}

impl Recognition {
    /// The file at a place of an entry's evidence, under the name that it goes by, and a tag of its own: by the hash of its bytes
    /// the store would tell its name. It is noted under the call, because the resource would tell whose it is.
    pub async fn evidence_file(
        &self,
        actor: &Actor,
        id: RecognitionEntryId,
        position: i32,
        number: usize,
    ) -> Result<(Original, Sha256)> {
        let (member, call, row) = self.judged_row(actor, id).await?;
        let shown = self.judged(member, &call, vec![row], false).await?.pop();
        if shown.is_none_or(|shown| shown.excluded.is_some()) {
            return Err(refused(RecognitionFault::Conflict));
        }
        let evidence = entries::evidence(self.db.read(), &[id]).await?.remove(&id);
        let piece = evidence
            .unwrap_or_default()
            .into_iter()
            .find(|row| row.position == position);
        let resource = piece.and_then(|row| Some((row.resource_id?, row.version)));
        let (resource, version) = resource.ok_or(Refusal::NoSuch(Thing::File))?;
        let of = files::of_version(self.db.read(), resource, version).await?;
        let file = number.checked_sub(1).and_then(|at| of.get(at));
        let (file, _) = file.ok_or(Refusal::NoSuch(Thing::File))?;
        let mut original = self.resources.unnamed_original(actor, file.id).await?;
        original.name = blind_name(position, number, &file.path);
        self.audit
            .read(actor, AuditAction::RecognitionRead, Some(call.id.to_string()));
        let tag = format!("{id}/{position}/{number}/{}", original.sha256);
        Ok((original, Sha256::from_bytes(Hasher::digest(tag).into())))
    }

    pub(super) async fn blind_evidence(
        &self,
        pieces: &[recognition_evidence::Model],
        of: &Shown,
        names: &[String],
    ) -> Result<Vec<BlindEvidence>> {
        let mut shown = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let Some(resource) = piece.resource_id.and_then(|id| of.resources.get(&id)) else {
                continue;
            };
            let files = files::of_version(self.db.read(), resource.id, piece.version).await?;
            let file = |(number, (file, _)): (usize, &files::FileWithExtraction)| BlindFile {
                name: blind_name(piece.position, number, &file.path),
                url: format!(
                    "/recognition/entries/{}/evidence/{}/{number}",
                    piece.entry_id, piece.position
                ),
                size: file.size,
            };
            shown.push(BlindEvidence {
                position: piece.position,
                title: masked(&resource.title, names),
                files: (1..).zip(&files).map(file).collect(),
            });
        }
        Ok(shown)
    }
}

/// What a file goes by in a blind call: the place of what it belongs to, its own, and its ending.
fn blind_name(position: i32, number: usize, path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_plain = |ending: &&str| ending.len() <= 5 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match ending.filter(is_plain) {
        Some(ending) => format!("{position}-{number}.{}", ending.to_lowercase()),
        None => format!("{position}-{number}"),
    }
}
