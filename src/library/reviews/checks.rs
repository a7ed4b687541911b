//! Checks of what is to be reviewed, over the rows there are.

use crate::actor::Actor;
use crate::db::entity::resource::Model;
use crate::db::{files, resources};
use crate::domain::file::ExtractionState;
use crate::domain::id::Sha256;
use crate::domain::review_check::{ReviewFinding, ReviewedFile, ReviewedWork};
use crate::error::Result;
use crate::library::reviews::Reviews;

/// Files of a resource that are looked at; one with more says so by its number.
const FILES_CHECKED: usize = 200;
/// Resources with the same bytes that are named.
const NAMED: u64 = 5;

impl Reviews {
    /// What checks find of a resource as the actor sees it, by two queries.
    pub(super) async fn findings(&self, actor: &Actor, working: &Model) -> Result<Vec<ReviewFinding>> {
        let conn = self.db.read();
        let mut there = files::of_version(conn, working.id, working.version).await?;
        there.truncate(FILES_CHECKED);
        let contents: Vec<Sha256> = there.iter().map(|(file, _)| file.sha256.clone()).collect();
        let held_by = resources::titles_with_contents(conn, contents, &actor.audiences(), working.id, NAMED).await?;
        let files = there.into_iter().map(|(file, read)| ReviewedFile {
            path: file.path,
            kind: file.kind,
            state: read.as_ref().map_or(ExtractionState::Queued, |read| read.state),
            report: read.map(|read| read.report.0).unwrap_or_default(),
        });
        let work = ReviewedWork {
            metadata: working.metadata(),
            file_count: working.file_count,
            files: files.collect(),
            held_by,
        };
        Ok(work.findings())
    }
}
