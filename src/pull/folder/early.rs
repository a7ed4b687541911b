//! The next tree grows while the line is busy: what is held is placed at once, what comes when it is whole.
//!
//! Nothing depends on it. What could not be placed early, and what its user has touched since, is placed when all has come
//! ([`Folder::replace`]), and that is where a disk that fails is told of.

use std::collections::HashMap;
use std::sync::mpsc::Receiver;

use super::Folder;
use super::survey::Survey;
use super::tree::Tree;
use crate::domain::id::Sha256;
use crate::pack::manifest::Target;
use crate::pull::source::visit::Release;

/// Bytes that come between two passes that make what was placed last: the disk writes while the line brings, and little is
/// left for the end.
const SETTLE_EVERY: u64 = 64 << 20;

impl Folder {
    /// Grows the tree of a version until nobody is left who could say that a file has come; none if it could not begin.
    pub fn grow(&self, release: &Release, survey: &Survey, whole: &Receiver<Sha256>) -> Option<Tree> {
        let mut tree = self.begin(release).ok()?;
        let mut coming: HashMap<&Sha256, Vec<(&String, &Target)>> = HashMap::new();
        for (path, target) in &release.manifest.targets {
            if survey.holds(&target.hashes.sha256) {
                let _ = self.place(&mut tree, survey, path, target);
            } else {
                coming.entry(&target.hashes.sha256).or_default().push((path, target));
            }
        }
        let mut unsettled = 0;
        for sha256 in whole {
            for (path, target) in coming.remove(&sha256).unwrap_or_default() {
                let _ = self.place(&mut tree, survey, path, target);
                unsettled += target.length;
            }
            if unsettled >= SETTLE_EVERY {
                let _ = self.settle();
                unsettled = 0;
            }
        }
        Some(tree)
    }
}
