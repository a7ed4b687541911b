//! Change plan: what changes from the version that is held to another one, before anything is done.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::domain::id::Sha256;
use crate::pack::manifest::Manifest;

/// What changes in the pack's own files.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct ChangePreview {
    /// Paths that are new.
    pub added: Vec<String>,
    /// Paths whose content is another.
    pub changed: Vec<String>,
    /// Paths that only have another name.
    pub renamed: Vec<RenamedPath>,
    /// Paths that go.
    pub removed: Vec<String>,
    /// How many paths stay as they are.
    pub kept: usize,
    /// Bytes of all files of the version.
    pub bytes_total: u64,
    /// Most bytes to fetch; chunks of changed large files can make it less.
    pub bytes_missing: u64,
}

/// A file that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenamedPath {
    /// Its path before.
    pub from: String,
    /// Its path after.
    pub to: String,
}

impl ChangePreview {
    /// Compares what is held, by path, with a version.
    pub fn new(before: &BTreeMap<String, Sha256>, manifest: &Manifest) -> Self {
        let mut plan = Self {
            bytes_total: manifest.bytes(),
            ..Self::default()
        };
        let targets = &manifest.targets;
        let leaves = before.iter().filter(|(path, _)| !targets.contains_key(*path));
        let mut leaving: HashMap<&Sha256, Vec<&String>> = HashMap::new();
        for (path, sha256) in leaves {
            leaving.entry(sha256).or_default().push(path);
        }
        for (path, target) in targets {
            let content = &target.hashes.sha256;
            match before.get(path) {
                Some(held) if held == content => plan.kept += 1,
                Some(_) => plan.changed.push(path.clone()),
                None => match leaving.get_mut(content).and_then(Vec::pop) {
                    Some(from) => plan.renamed.push(RenamedPath {
                        from: from.clone(),
                        to: path.clone(),
                    }),
                    None => plan.added.push(path.clone()),
                },
            }
        }
        plan.removed = leaving.into_values().flatten().cloned().collect();
        plan.removed.sort();
        plan
    }

    /// Whether the version is the one that is held.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.renamed.is_empty() && self.removed.is_empty()
    }
}
