//! Checks of resources, over the rows there are: the same for those that are reviewed and for those that go into packs.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::entity::resource::Model;
use crate::db::files::FileWithExtraction;
use crate::db::resources;
use crate::domain::file::ExtractionState;
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::review_check::{ReviewFinding, ReviewedFile, ReviewedWork};
use crate::error::Result;

/// Files of a resource that are looked at; one with more says so by its number.
const FILES_CHECKED: usize = 200;
/// Resources with the same bytes that are named.
const NAMED: usize = 5;

/// A resource with files of one of its versions.
pub(in crate::library) type WorkWithFiles = (Model, Vec<FileWithExtraction>);

/// What checks find of each of some resources, in the order given, as far as the actor may know it: by one query for some
/// hundreds of files.
pub(in crate::library) async fn findings(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    mut works: Vec<WorkWithFiles>,
) -> Result<Vec<(Model, Vec<ReviewFinding>)>> {
    for (_, files) in &mut works {
        files.truncate(FILES_CHECKED);
    }
    let contents = works.iter().flat_map(|(_, files)| files);
    let mut contents: Vec<Sha256> = contents.map(|(file, _)| file.sha256.clone()).collect();
    contents.sort_unstable();
    contents.dedup();
    let mut holders: HashMap<Sha256, Vec<(ResourceId, String)>> = HashMap::new();
    for (sha256, id, title) in resources::holders(conn, &contents, &actor.audiences()).await? {
        holders.entry(sha256).or_default().push((id, title));
    }
    let found = works.into_iter().map(|(row, files)| {
        let held_by = held_by(row.id, &files, &holders);
        let findings = work(&row, files, held_by).findings();
        (row, findings)
    });
    Ok(found.collect())
}

/// The titles of the newest resources besides one that hold one of its files.
fn held_by(
    besides: ResourceId,
    files: &[FileWithExtraction],
    holders: &HashMap<Sha256, Vec<(ResourceId, String)>>,
) -> Vec<String> {
    let there = files.iter().filter_map(|(file, _)| holders.get(&file.sha256)).flatten();
    let mut there: Vec<&(ResourceId, String)> = there.filter(|(id, _)| *id != besides).collect();
    there.sort_unstable_by_key(|found| std::cmp::Reverse(found.0));
    there.dedup_by_key(|(id, _)| *id);
    there.into_iter().take(NAMED).map(|(_, title)| title.clone()).collect()
}

fn work(row: &Model, files: Vec<FileWithExtraction>, held_by: Vec<String>) -> ReviewedWork {
    let files = files.into_iter().map(|(file, read)| ReviewedFile {
        path: file.path,
        kind: file.kind,
        state: read.as_ref().map_or(ExtractionState::Queued, |read| read.state),
        report: read.map(|read| read.report.0).unwrap_or_default(),
    });
    ReviewedWork {
        metadata: row.metadata(),
        file_count: row.file_count,
        files: files.collect(),
        held_by,
    }
}
