//! Difference between two versions of a pack, file by file.

use std::collections::{HashMap, HashSet};

use super::manifest::{Manifest, Target};
use crate::domain::id::Sha256;

/// Difference between two versions. Every list is in the order of its paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Files at paths that were not there, with content that did not lie anywhere that it has left.
    pub added: Vec<Listed>,
    /// Paths whose content is another.
    pub changed: Vec<ChangedFile>,
    /// Content that has left one path for another.
    pub renamed: Vec<RenamedFile>,
    /// Files that are no longer there.
    pub removed: Vec<Listed>,
    /// How many files stayed where and what they were.
    pub same: usize,
    /// Bytes that whoever holds the one version needs for the other, each content counted once.
    pub to_fetch: u64,
}

/// A file as a manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path.
    pub path: String,
    /// Bytes.
    pub length: u64,
}

/// A path whose content is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// The path.
    pub path: String,
    /// Bytes before.
    pub before: u64,
    /// Bytes after.
    pub after: u64,
}

/// A file that has another path now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamedFile {
    /// Where it lay.
    pub from: String,
    /// Where it lies.
    pub to: String,
    /// Bytes.
    pub length: u64,
}

impl Difference {
    /// Compares two manifests.
    pub fn between(before: &Manifest, after: &Manifest) -> Self {
        let mut difference = Self {
            to_fetch: to_fetch(before, after),
            ..Self::default()
        };
        let mut left = paths_that_were_left(before, after);
        for (path, target) in &after.targets {
            match before.targets.get(path) {
                Some(old) if old.hashes == target.hashes => difference.same += 1,
                Some(old) => difference.changed.push(ChangedFile {
                    path: path.clone(),
                    before: old.length,
                    after: target.length,
                }),
                None => match left.get_mut(&target.hashes.sha256).and_then(Vec::pop) {
                    Some(from) => difference.renamed.push(RenamedFile {
                        from: from.to_owned(),
                        to: path.clone(),
                        length: target.length,
                    }),
                    None => difference.added.push(listed(path, target)),
                },
            }
        }
        let moved: HashSet<&str> = difference.renamed.iter().map(|file| file.from.as_str()).collect();
        difference.removed = before
            .targets
            .iter()
            .filter(|(path, _)| !after.targets.contains_key(*path) && !moved.contains(path.as_str()))
            .map(|(path, target)| listed(path, target))
            .collect();
        difference
    }

    /// Whether every file is where and what it was.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.renamed.is_empty() && self.removed.is_empty()
    }
}

/// By content, the paths that are no longer there; the first to be taken stands last.
fn paths_that_were_left<'a>(before: &'a Manifest, after: &Manifest) -> HashMap<&'a Sha256, Vec<&'a str>> {
    let mut left: HashMap<&Sha256, Vec<&str>> = HashMap::new();
    let gone = before.targets.iter().rev();
    for (path, target) in gone.filter(|(path, _)| !after.targets.contains_key(*path)) {
        left.entry(&target.hashes.sha256).or_default().push(path);
    }
    left
}

fn to_fetch(before: &Manifest, after: &Manifest) -> u64 {
    let mut held: HashSet<&Sha256> = before.targets.values().map(|target| &target.hashes.sha256).collect();
    let missing = after
        .targets
        .values()
        .filter(|target| held.insert(&target.hashes.sha256));
    missing.map(|target| target.length).sum()
}

fn listed(path: &str, target: &Target) -> Listed {
    Listed {
        path: path.to_owned(),
        length: target.length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::domain::file::Kind;
    use crate::domain::id::{FileId, PackId, ResourceId};
    use crate::domain::role::Scope;
    use crate::pack::canonical;
    use crate::pack::manifest::{Crc32, Hashes, PackInfo, TargetInfo};

    /// A version with these files, as paths and contents.
    fn version(files: &[(&str, &str)]) -> Manifest {
        let now = Clock::default().now();
        let head = PackInfo {
            id: PackId::new(),
            title: "包".to_owned(),
            description: String::new(),
            audience: Scope::City,
            school: None,
            hub: None,
            published_at: now,
            note: String::new(),
        };
        let mut manifest = Manifest::new(1, now, head);
        for (path, content) in files {
            manifest.targets.insert((*path).to_owned(), target(content));
        }
        manifest
    }

    fn target(content: &str) -> Target {
        Target {
            length: content.len() as u64,
            hashes: Hashes {
                sha256: canonical::sha256(content.as_bytes()),
            },
            custom: TargetInfo {
                crc32: Crc32(0),
                media_type: "text/plain".to_owned(),
                kind: Kind::Text,
                resource: ResourceId::new(),
                file: FileId::new(),
                name: "a".to_owned(),
                text: None,
            },
        }
    }

    fn paths(files: &[Listed]) -> Vec<&str> {
        files.iter().map(|file| file.path.as_str()).collect()
    }

    #[test]
    fn every_file_is_the_same_or_added_or_changed_or_renamed_or_removed() {
        let before = version(&[
            ("same", "1"),
            ("changed", "22"),
            ("old/name", "333"),
            ("removed", "4444"),
        ]);
        let after = version(&[
            ("same", "1"),
            ("changed", "55555"),
            ("new/name", "333"),
            ("added", "666666"),
        ]);

        let difference = Difference::between(&before, &after);

        assert_eq!(paths(&difference.added), ["added"]);
        assert_eq!(paths(&difference.removed), ["removed"]);
        let [changed] = difference.changed.as_slice() else {
            panic!("{difference:?}")
        };
        assert_eq!(
            (changed.path.as_str(), changed.before, changed.after),
            ("changed", 2, 5)
        );
        let [renamed] = difference.renamed.as_slice() else {
            panic!("{difference:?}")
        };
        assert_eq!((renamed.from.as_str(), renamed.to.as_str()), ("old/name", "new/name"));
        assert_eq!((difference.same, difference.to_fetch), (1, 5 + 6));
    }

    #[test]
    fn a_copy_is_added_and_costs_nothing_and_two_of_the_same_are_renamed_one_by_one() {
        let before = version(&[("a", "same"), ("b", "twin"), ("c", "twin")]);
        let after = version(&[
            ("a", "same"),
            ("copy", "same"),
            ("d", "twin"),
            ("e", "twin"),
            ("f", "twin"),
        ]);

        let difference = Difference::between(&before, &after);

        let pairs: Vec<(&str, &str)> = difference
            .renamed
            .iter()
            .map(|file| (file.from.as_str(), file.to.as_str()))
            .collect();
        assert_eq!(pairs, [("b", "d"), ("c", "e")]);
        assert_eq!(paths(&difference.added), ["copy", "f"]);
        assert_eq!(difference.to_fetch, 0);
    }

    #[test]
    fn nothing_is_different_from_itself() {
        let version = version(&[("a", "1"), ("b", "1")]);

        let difference = Difference::between(&version, &version);

        assert!(difference.is_empty());
        assert_eq!(difference.same, 2);
    }
}
