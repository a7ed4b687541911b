//! Stages the next tree while files are fetched: what is held at once, each fetched file when it is complete.
//!
//! Nothing depends on it. What could not be placed early, and what its user has touched since, is placed when all has
//! come ([`PullFolder::replace`]), and that is where a disk that fails is told of.

use std::collections::HashMap;
use std::sync::mpsc::Receiver;

use super::PullFolder;
use super::scan::FolderScan;
use super::tree::StagedTree;
use crate::domain::id::Sha256;
use crate::pack::manifest::Target;
use crate::pull::source::update_session::Release;

/// Bytes between two syncs: the disk writes while the network brings, and little is left for the end.
const SYNC_EVERY: u64 = 64 << 20;

impl PullFolder {
    /// Stages a version's tree until the sender of complete files hangs up; none if it could not begin. Errors are
    /// dropped: what is missing here is placed by [`PullFolder::replace`], which reports them.
    pub fn stage_while_fetching(
        &self,
        release: &Release,
        scan: &FolderScan,
        whole: &Receiver<Sha256>,
    ) -> Option<StagedTree> {
        let mut tree = self.begin(release).ok()?;
        let mut coming: HashMap<&Sha256, Vec<(&String, &Target)>> = HashMap::new();
        for (path, target) in &release.manifest.targets {
            if scan.holds(&target.hashes.sha256) {
                let _ = self.place(&mut tree, scan, path, target);
            } else {
                coming.entry(&target.hashes.sha256).or_default().push((path, target));
            }
        }
        let mut unsynced = 0;
        for sha256 in whole {
            for (path, target) in coming.remove(&sha256).unwrap_or_default() {
                let _ = self.place(&mut tree, scan, path, target);
                unsynced += target.length;
            }
            if unsynced >= SYNC_EVERY {
                let _ = self.sync();
                unsynced = 0;
            }
        }
        Some(tree)
    }
}
