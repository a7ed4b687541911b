//! Builds the folders of a version, each as far as it is unfolded.

use std::collections::HashSet;

use super::{
    FolderLink, PackTree, ResourceMark, TreeFile, TreeFolder, TreeLeaf, TreeLeaves, TreePlace, UNFOLDED, WHOLE,
};
use crate::domain::id::ResourceId;
use crate::domain::resource::resource_type;
use crate::http::web::layout::Link;
use crate::http::web::resource_card::KindMark;
use crate::http::web::{format, urls};
use crate::library::packs::contents::{Contents, ContentsCard, ContentsFile};
use crate::library::search::find;
use crate::pack::manifest::{FileFragment, Stub, StubReason};

/// A resource with more files than this shows them when asked.
const LISTED: usize = 6;

/// Makes folders of paths.
pub(super) struct FolderTreeBuilder<'a> {
    pub(super) place: &'a TreePlace,
    pub(super) contents: &'a Contents,
    pub(super) refused: &'a HashSet<String>,
    /// How much there is in all.
    pub(super) total: usize,
}

impl FolderTreeBuilder<'_> {
    pub(super) fn tree(&self, prefix: &str, leaves: &TreeLeaves<'_>) -> PackTree {
        if leaves.len() > WHOLE {
            return self.level(prefix, leaves);
        }
        let folder = self.folder(prefix, "", leaves, "", true);
        if folder.resource.is_some() {
            return PackTree {
                folders: vec![folder],
                ..PackTree::default()
            };
        }
        PackTree {
            note: folder.note,
            folders: folder.folders,
            files: folder.files,
            stubs: folder.stubs,
            ..PackTree::default()
        }
    }

    /// A folder with all that lies below it. `said` is the note that stands above it already.
    pub(super) fn folder(
        &self,
        prefix: &str,
        name: &str,
        leaves: &TreeLeaves<'_>,
        said: &str,
        is_open: bool,
    ) -> TreeFolder {
        let note = self.common_note(leaves);
        let mut folder = TreeFolder {
            say: self.place.say,
            name: name.to_owned(),
            facts: self.size(leaves),
            resource: None,
            note: Some(note.to_owned()).filter(|note| !note.is_empty() && note != said),
            is_open: is_open || self.total <= UNFOLDED,
            has_many: false,
            folders: Vec::new(),
            files: Vec::new(),
            stubs: Vec::new(),
        };
        if let Some((id, card)) = self.resource_of(prefix, leaves) {
            folder.name.clone_from(&card.title);
            folder.resource = Some(self.mark(id, card, leaves));
            folder.has_many = leaves.len() > LISTED;
            let files = leaves.iter().filter_map(|(path, leaf)| match leaf {
                TreeLeaf::File(file) => Some(self.file(path, &path[prefix.len()..], file)),
                TreeLeaf::Stub(_) => None,
            });
            folder.files = files.collect();
            return folder;
        }
        let children: Vec<Child<'_>> = Children { prefix, leaves }.collect();
        let is_alone = children.len() == 1;
        for child in children {
            match child {
                Child::TreeFolder(name, leaves) => {
                    let prefix = format!("{prefix}{name}/");
                    folder.take_in(self.folder(&prefix, name, leaves, note, is_alone));
                }
                Child::TreeLeaf(name, path, TreeLeaf::File(file)) => folder.files.push(self.file(path, name, file)),
                Child::TreeLeaf(_, _, TreeLeaf::Stub(stub)) => folder.stubs.push(self.stub(stub)),
            }
        }
        folder
    }

    /// One level of a folder with too much in it to be shown at once.
    fn level(&self, prefix: &str, leaves: &TreeLeaves<'_>) -> PackTree {
        let children: Vec<Child<'_>> = Children { prefix, leaves }.collect();
        let from = self.place.from.min(children.len());
        let until = (from + WHOLE).min(children.len());
        let mut tree = PackTree {
            note: Some(self.common_note(leaves).to_owned()).filter(|note| !note.is_empty()),
            ..PackTree::default()
        };
        if children.len() > WHOLE {
            let [first, last, all] = [from + 1, until, children.len()].map(|n| n as u64);
            tree.part = Some(self.place.say.pack_part(first, last, all));
            tree.next_url = (until < children.len()).then(|| self.url(prefix.trim_end_matches('/'), until));
        }
        for child in children.into_iter().take(until).skip(from) {
            match child {
                Child::TreeFolder(name, leaves) => tree.links.push(FolderLink {
                    link: Link::new(name, self.url(&format!("{prefix}{name}"), 0)),
                    facts: self.size(leaves),
                }),
                Child::TreeLeaf(name, path, TreeLeaf::File(file)) => tree.files.push(self.file(path, name, file)),
                Child::TreeLeaf(_, _, TreeLeaf::Stub(stub)) => tree.stubs.push(self.stub(stub)),
            }
        }
        tree
    }

    /// The folders above, as links from the top, and the name of the one that is open.
    pub(super) fn way(&self, folder: &str) -> (Vec<Link>, Option<String>) {
        let top = Link::new(self.place.say.pack_tree_top(), self.url("", 0));
        let ends = folder.match_indices('/').map(|(at, _)| at);
        let above = ends.map(|end| {
            let path = &folder[..end];
            Link::new(path.rsplit('/').next().unwrap_or(path), self.url(path, 0))
        });
        let here = folder.rsplit('/').next().map(str::to_owned);
        ([top].into_iter().chain(above).collect(), here)
    }

    /// Where a folder opens.
    pub(super) fn url(&self, folder: &str, from: usize) -> String {
        let version = self.place.version.to_string();
        let version = if self.place.asks_for_version {
            version.as_str()
        } else {
            ""
        };
        let from = if from > 0 { from.to_string() } else { String::new() };
        let fields = [("version", version), ("folder", folder), ("from", from.as_str())];
        format!("{}#contents", urls::with_query(&urls::pack(self.place.pack), &fields))
    }

    /// The resource whose folder this is.
    fn resource_of(&self, prefix: &str, leaves: &TreeLeaves<'_>) -> Option<(ResourceId, &ContentsCard)> {
        let id = leaves.iter().find_map(|(_, leaf)| match leaf {
            TreeLeaf::File(file) => Some(file.of.resource),
            TreeLeaf::Stub(_) => None,
        })?;
        let card = self.contents.resources.get(&id)?;
        (card.folder == prefix.trim_end_matches('/')).then_some((id, card))
    }

    /// What is said about every file here; the note of a course stands on each of its resources.
    fn common_note(&self, leaves: &TreeLeaves<'_>) -> &str {
        let mut notes = leaves.iter().filter_map(|(_, leaf)| match leaf {
            TreeLeaf::File(file) => Some(self.contents.resources.get(&file.of.resource)?.note.as_str()),
            TreeLeaf::Stub(_) => None,
        });
        let first = notes.next().unwrap_or_default();
        if notes.all(|note| note == first) { first } else { "" }
    }

    fn size(&self, leaves: &TreeLeaves<'_>) -> String {
        self.counts(leaves).join(" · ")
    }

    /// How many files, and how large they are together.
    fn counts(&self, leaves: &TreeLeaves<'_>) -> [String; 2] {
        let lengths = leaves.iter().filter_map(|(_, leaf)| match leaf {
            TreeLeaf::File(file) => Some(file.length),
            TreeLeaf::Stub(_) => None,
        });
        let (files, bytes) = lengths.fold((0, 0), |(files, bytes), length| (files + 1, bytes + length));
        [self.place.say.files(files), format::bytes(bytes)]
    }

    fn mark(&self, id: ResourceId, card: &ContentsCard, leaves: &TreeLeaves<'_>) -> ResourceMark {
        let point = |fragment: &FileFragment| {
            let label = match &fragment.to {
                Some(to) => format!(
                    "{} – {}",
                    self.place.say.place(&fragment.from),
                    self.place.say.place(to)
                ),
                None => self.place.say.place(&fragment.from),
            };
            (Link::new(label, self.point_url(id, fragment)), fragment.note.clone())
        };
        ResourceMark {
            url: urls::resource(id),
            kind: KindMark::of(self.place.say, &card.kind),
            ai: self.place.say.ai_badge(card.ai_use),
            facts: self.mark_facts(card, leaves),
            points: card.fragments.iter().map(point).collect(),
        }
    }

    /// Who gave it, where a company did; how many files and how large, where there are several.
    fn mark_facts(&self, card: &ContentsCard, leaves: &TreeLeaves<'_>) -> Vec<String> {
        let mut facts: Vec<String> = card.company.iter().cloned().collect();
        if leaves.len() > 1 {
            facts.extend(self.counts(leaves));
        }
        facts
    }

    fn point_url(&self, resource: ResourceId, fragment: &FileFragment) -> String {
        let page = urls::resource(resource);
        match self.contents.files.get(&fragment.path) {
            Some(file) => format!("{page}?{}&file={}#reading", find::place(&fragment.from), file.of.file),
            None => page,
        }
    }

    fn file(&self, path: &str, name: &str, file: &ContentsFile) -> TreeFile {
        let TreePlace { pack, version, .. } = self.place;
        let is_given = !self.refused.contains(path);
        TreeFile {
            name: name.to_owned(),
            format: format::format(file.of.kind, path),
            size: format::bytes(file.length),
            url: is_given.then(|| format!("/api/v1/packs/{pack}/versions/{version}/files/{}", file.hashes.sha256)),
        }
    }

    fn stub(&self, stub: &Stub) -> String {
        let say = self.place.say;
        let kind = resource_type(&stub.kind).map_or(stub.kind.as_str(), |kind| say.kind(kind));
        let why = say.left_out(stub.reason == StubReason::Scope, stub.withheld);
        say.pack_stub(kind, why, stub.contact.as_ref().map(|school| school.name.as_str()))
    }
}

/// Something directly in a folder.
enum Child<'a> {
    /// A folder: its name, and what lies below it.
    TreeFolder(&'a str, &'a TreeLeaves<'a>),
    /// A file or a stub: its name and its path.
    TreeLeaf(&'a str, &'a str, TreeLeaf<'a>),
}

/// Walks over what is directly in a folder. Paths that begin alike stand together, because they are in order.
struct Children<'a, 'p> {
    prefix: &'p str,
    leaves: &'a TreeLeaves<'a>,
}

impl<'a> Iterator for Children<'a, '_> {
    type Item = Child<'a>;

    fn next(&mut self) -> Option<Child<'a>> {
        let (path, leaf) = *self.leaves.first()?;
        let rest = &path[self.prefix.len()..];
        let Some((name, _)) = rest.split_once('/') else {
            self.leaves = &self.leaves[1..];
            return Some(Child::TreeLeaf(rest, path, leaf));
        };
        let below = &path[..=self.prefix.len() + name.len()];
        let end = self.leaves.partition_point(|(path, _)| path.starts_with(below));
        let (folder, others) = self.leaves.split_at(end);
        self.leaves = others;
        Some(Child::TreeFolder(name, folder))
    }
}
