//! What shows an entry of a blind call: files that tell neither their names nor where else they are found.

use serde::Serialize;
use sha2::{Digest as _, Sha256 as Hasher};

use super::evidence::Shown;
use super::{Recognition, refused};
use crate::actor::Actor;
use crate::db::entity::recognition_evidence;
use crate::db::files;
use crate::db::recognition::{entries, packed};
use crate::domain::audit::AuditAction;
use crate::domain::id::{FileId, RecognitionEntryId, Sha256};
use crate::domain::recognition::blind::{MAX_PACK_FILES, masked};
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

/// A file of what shows an entry, with its number in it, counted from 1.
struct PlacedFile {
    number: usize,
    id: FileId,
    path: String,
    size: i64,
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
        let piece = piece.ok_or(Refusal::NoSuch(Thing::File))?;
        let of = self.files_of(&piece).await?.into_iter();
        let file = of.into_iter().find(|file| file.number == number);
        let file = file.ok_or(Refusal::NoSuch(Thing::File))?;
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
            let resource = piece.resource_id.and_then(|id| of.resources.get(&id));
            let pack = piece.pack_id.and_then(|id| of.packs.get(&id));
            let Some(title) = resource.map(|row| &row.title).or(pack) else {
                continue;
            };
            let file = |file: PlacedFile| BlindFile {
                name: blind_name(piece.position, file.number, &file.path),
                url: format!(
                    "/recognition/entries/{}/evidence/{}/{}",
                    piece.entry_id, piece.position, file.number
                ),
                size: file.size,
            };
            let files = self.files_of(piece).await?;
            shown.push(BlindEvidence {
                position: piece.position,
                title: masked(title, names),
                files: files.into_iter().map(file).collect(),
            });
        }
        Ok(shown)
    }

    /// The files of a piece of evidence: all of a resource, and of a pack those that may be given still. Nothing else of a pack is
    /// shown: its paths and its list name whose they are.
    async fn files_of(&self, piece: &recognition_evidence::Model) -> Result<Vec<PlacedFile>> {
        let (conn, version) = (self.db.read(), piece.version);
        match (piece.resource_id, piece.pack_id) {
            (Some(resource), _) => {
                let files = files::of_version(conn, resource, version).await?;
                let placed = (1..).zip(files).map(|(number, (file, _))| PlacedFile {
                    number,
                    id: file.id,
                    path: file.path,
                    size: file.size,
                });
                Ok(placed.collect())
            }
            (None, Some(pack)) => {
                let files = packed::files(conn, (pack, version), MAX_PACK_FILES).await?;
                let placed = files.into_iter().map(|file| PlacedFile {
                    number: usize::try_from(file.position).map_or(usize::MAX, |at| at + 1),
                    id: file.file_id,
                    path: file.path,
                    size: file.size,
                });
                Ok(placed.collect())
            }
            (None, None) => Ok(Vec::new()),
        }
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
