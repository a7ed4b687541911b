//! What is in a version, as folders to fold and unfold.
//!
//! Up to [`WHOLE`] files stand on a page with all their folders. Of more only one level is shown, with counts, and each
//! folder is a link; so a pack of a hundred thousand files has small pages, too.

use std::collections::{BTreeMap, HashSet};

use askama::Template;

use crate::domain::id::PackId;
use crate::error::{Refusal, Thing};
use crate::http::web::layout::Link;
use crate::http::web::resource_card::KindMark;
use crate::library::packs::contents::{Contents, ContentsFile};
use crate::pack::manifest::Stub;
use crate::words::pages::PageWords;

mod builder;

use self::builder::FolderTreeBuilder;

/// The most files that are shown at once, and the most rows of one level.
pub const WHOLE: usize = 500;
/// A tree with no more files than this is shown unfolded.
const UNFOLDED: usize = 60;

/// Where in which version.
#[derive(Debug, Clone)]
pub struct TreePlace {
    /// The words.
    pub say: PageWords,
    /// The pack.
    pub pack: PackId,
    /// The version.
    pub version: i32,
    /// Whether the address names the version, so that links must, too.
    pub asks_for_version: bool,
    /// The folder; empty for all of it.
    pub folder: String,
    /// The first row of a level to show, counted from 0.
    pub from: usize,
}

/// What is in a folder of a version.
#[derive(Debug, Clone, Default)]
pub struct PackTree {
    /// The folders on the way here, from the top.
    pub way: Vec<Link>,
    /// The folder that is open, if it is not the top.
    pub here: Option<String>,
    /// What the pack's maker says about all of it.
    pub note: Option<String>,
    /// The folders below with all they hold, or without where there is too much.
    pub folders: Vec<TreeFolder>,
    /// The folders below as links.
    pub links: Vec<FolderLink>,
    /// The files that lie here.
    pub files: Vec<TreeFile>,
    /// What belongs here and is not shared.
    pub stubs: Vec<String>,
    /// Which rows these are, where not all are here: `第 1–500 项，共 1,200 项`.
    pub part: Option<String>,
    /// The rows after these.
    pub next_url: Option<String>,
}

/// A folder with all that lies below it.
#[derive(Debug, Clone, Template)]
#[template(path = "pack_folder.html")]
pub struct TreeFolder {
    /// The words.
    pub say: PageWords,
    /// Its name; of a resource's folder the resource's title.
    pub name: String,
    /// How many files and how large.
    pub facts: String,
    /// The resource whose folder it is.
    pub resource: Option<ResourceMark>,
    /// What the pack's maker says about all of it.
    pub note: Option<String>,
    /// Whether it is shown unfolded.
    pub is_open: bool,
    /// Whether its files are folded away: there are many.
    pub has_many: bool,
    /// Folders in it.
    pub folders: Vec<TreeFolder>,
    /// Files in it.
    pub files: Vec<TreeFile>,
    /// What belongs here and is not shared.
    pub stubs: Vec<String>,
}

/// A resource among the folders.
#[derive(Debug, Clone)]
pub struct ResourceMark {
    /// Its page.
    pub url: String,
    /// Its type.
    pub kind: KindMark,
    /// The label of what AI made.
    pub ai: Option<&'static str>,
    /// The company that gave it; how many files and how large, where there are several.
    pub facts: Vec<String>,
    /// Places that the pack points at, each with what its maker says about it.
    pub points: Vec<(Link, String)>,
}

/// A folder that opens on a page of its own.
#[derive(Debug, Clone)]
pub struct FolderLink {
    /// Opens it.
    pub link: Link,
    /// How many files and how large.
    pub facts: String,
}

/// A file.
#[derive(Debug, Clone)]
pub struct TreeFile {
    /// Its name, with its folders inside the resource.
    pub name: String,
    /// Its format: `PPTX`.
    pub format: String,
    /// Its size.
    pub size: String,
    /// Its bytes; nothing once it may no longer be given.
    pub url: Option<String>,
}

/// What lies at a path.
#[derive(Debug, Clone, Copy)]
enum TreeLeaf<'a> {
    File(&'a ContentsFile),
    Stub(&'a Stub),
}

type TreeLeaves<'a> = [(&'a str, TreeLeaf<'a>)];

impl PackTree {
    /// What stands at a place; nothing in an empty version.
    pub fn of(place: &TreePlace, contents: &Contents, refused: &HashSet<String>) -> Result<Option<Self>, Refusal> {
        let folder = place.folder.trim_matches('/');
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let leaves = leaves_below(contents, &prefix);
        if leaves.is_empty() && prefix.is_empty() {
            return Ok(None);
        }
        if leaves.is_empty() {
            return Err(Refusal::NoSuch(Thing::Page));
        }
        let grower = FolderTreeBuilder {
            place,
            contents,
            refused,
            total: leaves.len(),
        };
        let mut tree = grower.tree(&prefix, &leaves);
        if !folder.is_empty() {
            (tree.way, tree.here) = grower.way(folder);
        }
        Ok(Some(tree))
    }
}

impl TreeFolder {
    /// Takes a folder in. One that holds a single resource says nothing that the resource does not say, so this
    /// stands in its place; the same with what only stands for something that is not shared.
    fn take_in(&mut self, mut child: Self) {
        let is_plain = child.resource.is_none() && child.files.is_empty();
        let is_one_resource = child.folders.len() == 1 && child.folders[0].resource.is_some();
        if is_plain && is_one_resource && child.stubs.is_empty() {
            let note = child.note.take();
            self.folders.extend(child.folders.into_iter().map(|folder| Self {
                note: note.clone().or(folder.note.clone()),
                ..folder
            }));
        } else if is_plain && child.folders.is_empty() {
            self.stubs.append(&mut child.stubs);
        } else {
            self.folders.push(child);
        }
    }
}

/// Files and stubs below a folder, in the order of their paths.
fn leaves_below<'a>(contents: &'a Contents, prefix: &str) -> Vec<(&'a str, TreeLeaf<'a>)> {
    fn below<'a, T>(all: &'a BTreeMap<String, T>, prefix: &str) -> impl Iterator<Item = (&'a str, &'a T)> {
        all.range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(path, it)| (path.as_str(), it))
    }
    let files = below(&contents.files, prefix).map(|(path, file)| (path, TreeLeaf::File(file)));
    let stubs = below(&contents.stubs, prefix).map(|(path, stub)| (path, TreeLeaf::Stub(stub)));
    let mut leaves: Vec<(&str, TreeLeaf<'_>)> = files.chain(stubs).collect();
    leaves.sort_by_key(|(path, _)| *path);
    leaves
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::words::Lang;

    const RESOURCE: &str = "019385f0-0000-7000-8000-000000000001";

    fn contents(paths: impl Iterator<Item = String>) -> Contents {
        let file = json!({"length": 5, "hashes": {"sha256": "0".repeat(64)},
            "custom": {"kind": "text", "resource": RESOURCE, "file": RESOURCE}});
        let targets: serde_json::Map<String, serde_json::Value> = paths.map(|path| (path, file.clone())).collect();
        let resources = json!({RESOURCE: {"title": "工作页", "type": "worksheet", "folder": "01 课/02 任务/工作页", "note": "先看"}});
        serde_json::from_value(json!({"targets": targets, "resources": resources})).unwrap()
    }

    fn place(folder: &str, from: usize) -> TreePlace {
        TreePlace {
            say: PageWords(Lang::Zh),
            pack: RESOURCE.parse().unwrap(),
            version: 3,
            asks_for_version: true,
            folder: folder.to_owned(),
            from,
        }
    }

    fn tree(contents: &Contents, folder: &str, from: usize) -> Result<Option<PackTree>, Refusal> {
        PackTree::of(&place(folder, from), contents, &HashSet::new())
    }

    #[test]
    fn files_stand_under_the_resource_whose_folder_they_lie_in() {
        let paths = [
            "01 课/02 任务/工作页/a.txt",
            "01 课/02 任务/工作页/图/b.txt",
            "01 课.txt",
        ];
        let contents = contents(paths.map(str::to_owned).into_iter());

        let tree = tree(&contents, "", 0).unwrap().unwrap();

        assert_eq!(tree.files[0].name, "01 课.txt");
        // The folders of course and task hold nothing else, so they are left out.
        let resource = &tree.folders[0];
        assert_eq!(resource.name, "工作页");
        assert!(resource.resource.is_some());
        let names: Vec<&str> = resource.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.txt", "图/b.txt"]);
        // What is said of all is said once.
        assert_eq!(tree.note.as_deref(), Some("先看"));
        assert_eq!(resource.note, None);
    }

    #[test]
    fn a_large_pack_shows_a_level_at_a_time_and_a_large_level_in_parts() {
        let many = (0..2_000).map(|n| format!("01 课/{n:04}/a.txt"));
        let few = ["02 课/x/a.txt", "02 课/x/b.txt"].map(str::to_owned);
        let contents = contents(many.chain(few));

        let top = tree(&contents, "", 0).unwrap().unwrap();
        assert!(top.folders.is_empty());
        let names: Vec<&str> = top.links.iter().map(|folder| folder.link.label.as_str()).collect();
        assert_eq!(names, ["01 课", "02 课"]);
        assert!(top.links[0].facts.starts_with("2,000 "), "{}", top.links[0].facts);

        let large = tree(&contents, "01 课", 500).unwrap().unwrap();
        assert_eq!((large.links.len(), large.links[0].link.label.as_str()), (WHOLE, "0500"));
        assert!(large.part.is_some() && large.next_url.unwrap().contains("from=1000"));
        assert_eq!(large.here.as_deref(), Some("01 课"));
        assert!(large.way[0].url.contains("version=3"));

        let small = tree(&contents, "02 课/", 0).unwrap().unwrap();
        assert_eq!(small.folders[0].files.len(), 2);
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_there() {
        let contents = contents(["01 课/a.txt".to_owned()].into_iter());

        for folder in ["02 课", "01", "01 课/a.txt", "../x"] {
            assert!(tree(&contents, folder, 0).is_err(), "{folder}");
        }
        assert!(tree(&Contents::default(), "", 0).unwrap().is_none());
    }
}
