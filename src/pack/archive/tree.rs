//! Paths as a tree of folders.

use std::collections::HashMap;

use crate::pack::manifest::{Card, Manifest};

/// A step of a walk through the tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum WalkStep<'a> {
    /// Into a folder, given by its whole path.
    Enter(&'a str),
    /// Past a file, given by its place in the list and its whole path.
    Pass(usize, &'a str),
    /// Out of the folder that was entered last.
    Leave,
}

/// Walks through sorted paths; every folder is entered once.
pub(super) fn walk<'a>(sorted: &[&'a str]) -> Vec<WalkStep<'a>> {
    let mut steps = Vec::with_capacity(2 * sorted.len());
    let mut entered: Vec<&str> = Vec::new();
    for (number, &path) in sorted.iter().enumerate() {
        let folders: Vec<&str> = path.match_indices('/').map(|(at, _)| &path[..at]).collect();
        let shared = entered
            .iter()
            .zip(&folders)
            .take_while(|(entered, folder)| entered == folder)
            .count();
        steps.extend(entered.drain(shared..).map(|_| WalkStep::Leave));
        steps.extend(folders[shared..].iter().copied().map(WalkStep::Enter));
        entered.extend(&folders[shared..]);
        steps.push(WalkStep::Pass(number, path));
    }
    steps.extend(entered.iter().map(|_| WalkStep::Leave));
    steps
}

/// Last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The resources by their folders.
pub(super) fn resources_by_folder(manifest: &Manifest) -> HashMap<&str, &Card> {
    manifest
        .resources
        .values()
        .map(|card| (card.folder.as_str(), card))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{WalkStep, walk};

    #[test]
    fn every_folder_is_entered_once_and_left_after_what_is_in_it() {
        let steps = walk(&["a/b/1", "a/b/2", "a/c/1", "d", "e/1"]);

        let expected = [
            WalkStep::Enter("a"),
            WalkStep::Enter("a/b"),
            WalkStep::Pass(0, "a/b/1"),
            WalkStep::Pass(1, "a/b/2"),
            WalkStep::Leave,
            WalkStep::Enter("a/c"),
            WalkStep::Pass(2, "a/c/1"),
            WalkStep::Leave,
            WalkStep::Leave,
            WalkStep::Pass(3, "d"),
            WalkStep::Enter("e"),
            WalkStep::Pass(4, "e/1"),
            WalkStep::Leave,
        ];
        assert_eq!(steps, expected);
    }
}
