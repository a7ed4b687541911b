//! What is lost or damaged, for those who run a school or the city: which files, whose, and since when.

use std::collections::HashMap;

use crate::actor::Actor;
use crate::db::{damage, entity, people};
use crate::domain::authority::Act;
use crate::domain::damage::DamageKind;
use crate::domain::id::{SchoolId, Sha256};
use crate::domain::search::NamedResource;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::reach;
use crate::library::objects::Objects;
use crate::library::paging::{self, Page};
use crate::library::uploads::storage_figures::{names, shown};

/// Files of one page of damaged contents that are looked for at most: a popular content has many.
const MOST_HOLDERS: u64 = 1_000;
/// Files that are named of one content.
const NAMED: usize = 5;

/// A content that is lost or damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its hash.
    pub sha256: Sha256,
    /// What was found in its place.
    pub found: DamageKind,
    /// When.
    pub found_at: Timestamp,
    /// Some of the files that hold it; none for what the service made itself.
    pub files: Vec<AffectedFile>,
    /// How many more there are.
    pub more: u64,
}

/// A file that holds a content. What the actor may not see has neither title nor path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedFile {
    /// The resource, if the actor may see it.
    pub resource: Option<NamedResource>,
    /// The file's path; only with the resource.
    pub path: Option<String>,
    /// The school's name.
    pub school: Option<String>,
}

impl Objects {
    /// A page of what is lost or damaged, as far as the actor sees; what was found last comes first.
    pub async fn damaged(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<Damaged>> {
        let reach = reach(actor, Act::Oversee)?;
        let conn = self.db.read();
        let before = cursor.map(read_cursor).transpose()?;
        let rows = damage::originals(conn, reach.school(), before.as_ref(), limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |last| format!("{}:{}", last.found_at.0, last.key));
        let contents = rows.iter().map(|row| row.content.clone()).collect();
        let held = damage::holders(conn, contents, MOST_HOLDERS).await?;
        let schools = names(&people::schools(conn).await?);
        let items = rows.into_iter().map(|row| {
            let files = held.iter().filter(|(file, resource)| {
                let is_seen = reach.school().is_none() || resource.school_id == reach.school();
                file.sha256 == row.content && is_seen
            });
            let files: Vec<AffectedFile> = files
                .map(|(file, resource)| holding(actor, file, resource, &schools))
                .collect();
            Damaged {
                more: files.len().saturating_sub(NAMED) as u64,
                files: files.into_iter().take(NAMED).collect(),
                sha256: row.content,
                found: row.found,
                found_at: row.found_at,
            }
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }

    /// How many contents are lost or damaged.
    pub async fn count_damaged(&self) -> Result<u64> {
        damage::count_originals(self.db.read(), None).await
    }
}

fn read_cursor(cursor: &str) -> Result<damage::VerificationCursor> {
    let parsed = cursor
        .split_once(':')
        .and_then(|(at, key)| Some((Timestamp(at.parse().ok()?), key.to_owned())));
    parsed.ok_or_else(|| Refusal::BadCursor.into())
}

fn holding(
    actor: &Actor,
    file: &entity::file::Model,
    resource: &entity::resource::Model,
    schools: &HashMap<SchoolId, String>,
) -> AffectedFile {
    let shown = shown(actor, resource);
    AffectedFile {
        path: shown.is_some().then(|| file.path.clone()),
        resource: shown,
        school: resource.school_id.and_then(|id| schools.get(&id).cloned()),
    }
}
