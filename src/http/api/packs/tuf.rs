//! A pack as a repository of The Update Framework, under the names that libraries for TUF look for: a client that knows
//! nothing of packs walks from the root to a file. The documents are those that stand under `/trust` and in the version.

use actix_web::web;

use super::serve::DownloadRequest;
use super::{PackResponse, number};
use crate::actor::Actor;
use crate::domain::id::{PackId, Sha256};
use crate::error::{Refusal, Result, Thing};
use crate::library::Library;

/// A signed document of the newest version by the name that TUF gives it: `timestamp.json`, `3.snapshot.json`,
/// `3.targets.json`, `1.root.json`.
#[utoipa::path(get, path = "/api/v1/packs/{id}/tuf/{document}", tag = "packs",
    params(("id" = String, Path), ("document" = String, Path, description = "a role, with a version before it where it has one")),
    responses((status = 200, description = "see docs/packs.md", content_type = "application/json"), (status = 304, description = "you have it")))]
pub async fn document(asked: DownloadRequest, path: web::Path<(PackId, String)>) -> PackResponse {
    let (pack, name) = path.into_inner();
    let (version, role) = parse(&name)?;
    match (role, version) {
        ("root", None) => {
            let root = asked.library.signing.root().await?;
            asked.document("root.json", root).await
        }
        ("root", Some(version)) => {
            let root = asked.library.signing.root_version(version).await?;
            asked.document("root.json", root).await
        }
        ("timestamp", None) => {
            let timestamp = asked.library.delivery.timestamp(&asked.actor, pack).await?;
            asked.document("timestamp.json", timestamp).await
        }
        ("snapshot", version) => {
            let version = of(&asked.library, &asked.actor, pack, version).await?;
            let snapshot = asked.library.delivery.snapshot(&asked.actor, pack, version).await?;
            asked.document("snapshot.json", snapshot).await
        }
        ("targets", version) => {
            let version = of(&asked.library, &asked.actor, pack, version).await?;
            let manifest = asked.library.delivery.manifest(&asked.actor, pack, version).await?;
            asked.list(&manifest).await
        }
        _ => Err(Refusal::NoSuch(Thing::Page).into()),
    }
}

/// A file of the newest version, at its path with its SHA-256 and a dot before its name, as consistent snapshots have it:
/// `01 台阶轴/<sha256>.工作页.docx`.
#[utoipa::path(get, path = "/api/v1/packs/{id}/tuf/targets/{path}", tag = "packs",
    params(("id" = String, Path), ("path" = String, Path, description = "may hold slashes")),
    responses((status = 200, description = "all of it", content_type = "*/*"),
        (status = 206, description = "the ranges asked for", content_type = "*/*"),
        (status = 304, description = "you have it"), (status = 307, description = "it is at the store")))]
pub async fn target(asked: DownloadRequest, path: web::Path<(PackId, String)>) -> PackResponse {
    let (pack, path) = path.into_inner();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let hash = name.split_once('.').and_then(|(hash, _)| hash.parse::<Sha256>().ok());
    let hash = hash.ok_or(Refusal::NoSuch(Thing::File))?;
    let version = of(&asked.library, &asked.actor, pack, None).await?;
    let original = asked
        .library
        .delivery
        .pack_file(&asked.actor, pack, version, &hash)
        .await?;
    asked.original(&original).await
}

/// The version that is asked for; the newest where none is.
async fn of(library: &Library, actor: &Actor, pack: PackId, version: Option<i32>) -> Result<i32> {
    match version {
        Some(version) => Ok(version),
        None => library.delivery.newest_version(actor, pack).await,
    }
}

/// Version and role of a document's name.
fn parse(name: &str) -> Result<(Option<i32>, &str)> {
    let stem = name.strip_suffix(".json").ok_or(Refusal::NoSuch(Thing::Page))?;
    match stem.split_once('.') {
        Some((version, role)) => Ok((Some(number(version)?), role)),
        None => Ok((None, stem)),
    }
}
