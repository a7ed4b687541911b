//! Checks of resources, over the rows there are: the same for those that are reviewed and for those that go into packs.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::entity::resource::Model;
use crate::db::files::FileWithExtraction;
use crate::db::resources::{self, ContentHolder};
use crate::domain::file::ExtractionState;
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::review_check::{ReviewFinding, ReviewedFile, ReviewedWork};
use crate::error::Result;

/// Resources with the same bytes that are named.
const NAMED: usize = 5;
/// So many of each content are asked for: the one that is checked may be among them.
const NEWEST_OF_EACH: u64 = NAMED as u64 + 1;

/// A resource with files of one of its versions.
pub(in crate::library) type WorkWithFiles = (Model, Vec<FileWithExtraction>);

/// The resources that hold each content, newest first.
type Holders = HashMap<Sha256, Vec<ContentHolder>>;

/// What checks find of each of some resources, in the order given, as far as the actor may know it: by one query for some
/// hundreds of contents.
pub(in crate::library) async fn findings(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    works: Vec<WorkWithFiles>,
) -> Result<Vec<(Model, Vec<ReviewFinding>)>> {
    let contents = works.iter().flat_map(|(_, files)| files).map(|(file, _)| &file.sha256);
    let mut contents: Vec<Sha256> = contents.filter(|sha256| !sha256.is_of_nothing()).cloned().collect();
    contents.sort_unstable();
    contents.dedup();
    let mut holders = Holders::new();
    for holder in resources::holders(conn, &contents, &actor.audiences(), NEWEST_OF_EACH).await? {
        holders.entry(holder.sha256.clone()).or_default().push(holder);
    }
    let found = works.into_iter().map(|(row, files)| {
        let held_by = held_by(row.id, &files, &holders);
        let findings = work(&row, files, held_by).findings();
        (row, findings)
    });
    Ok(found.collect())
}

/// The titles of resources besides one that hold one of its files: the newest of each file before the next of any, so that a logo
/// that thousands hold does not hide the one that holds the same worksheet.
fn held_by(besides: ResourceId, files: &[FileWithExtraction], holders: &Holders) -> Vec<String> {
    let mut there: Vec<(usize, &ContentHolder)> = Vec::new();
    for (file, _) in files {
        let of_file = holders.get(&file.sha256).into_iter().flatten();
        there.extend(of_file.filter(|holder| holder.id != besides).enumerate());
    }
    there.sort_unstable_by_key(|(place, holder)| (*place, Reverse(holder.id)));
    let mut seen = HashSet::new();
    there.retain(|(_, holder)| seen.insert(holder.id));
    let named = there.into_iter().take(NAMED);
    named.map(|(_, holder)| holder.title.clone()).collect()
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
