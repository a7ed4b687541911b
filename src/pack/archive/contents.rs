//! Contents of an archive in any format: the pack's files and, beside them, the index, the manifest, and a note
//! for everything that belongs there and may not be shared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bytes::Bytes;

use super::{FormatFiles, index, portable_names};
use crate::domain::resource::resource_type;
use crate::pack::manifest::{Card, Manifest, Stub, StubReason};
use crate::pack::path::safe_name;
use crate::words::Lang;
use crate::words::archives::ArchiveWords;
use crate::words::pages::PageWords;

/// Longest name of the folder that an archive unpacks to: the paths in it need room as well (Windows gives up at 260).
const TOP_CHARS: usize = 40;
/// How many resources that AI made, or that a company gave, are named, where all of a pack stand in one line.
const NAMED: usize = 50;

/// A member that is generated here.
#[derive(Debug)]
pub(super) struct GeneratedFile {
    pub(super) path: String,
    /// What is in it.
    pub(super) bytes: Bytes,
}

impl GeneratedFile {
    /// Some text as a member.
    pub(super) fn text(path: impl Into<String>, text: String) -> Self {
        Self {
            path: path.into(),
            bytes: text.into(),
        }
    }
}

/// The contents of an archive.
pub(super) struct ArchiveContents<'a> {
    /// The pack.
    pub(super) manifest: &'a Manifest,
    /// What is made here: the manifest, the index, the notes.
    pub(super) generated: Vec<GeneratedFile>,
    /// Plain names of all that people open, where they have such.
    plain: HashMap<String, String>,
}

impl<'a> ArchiveContents<'a> {
    /// Makes what stands beside the files; `is_plain` if they are to stand under plain names.
    pub(super) fn new(manifest: &'a Manifest, json: Bytes, is_plain: bool) -> Self {
        let mut names = UsedNames::taken_by(manifest);
        let manifest_json = GeneratedFile {
            path: names.free("manifest.json"),
            bytes: json,
        };
        let index_name = names.free(index::NAME);
        let notes = manifest.stubs.iter().map(|(path, stub)| {
            let not_shared = ArchiveWords(Lang::Zh).not_shared();
            GeneratedFile::text(names.free(&format!("{path}（{not_shared}）.txt")), stub_note(stub))
        });
        let notes: Vec<GeneratedFile> = notes.collect();
        let mut plain = HashMap::new();
        if is_plain {
            let generated = notes.iter().map(|note| note.path.as_str()).chain([index_name.as_str()]);
            let mut paths: Vec<&str> = manifest.targets.keys().map(String::as_str).chain(generated).collect();
            paths.sort_unstable();
            plain = portable_names::names(&paths);
        }
        let index = GeneratedFile {
            bytes: index::xlsx_of(manifest, |path| plain.get(path).map_or(path, String::as_str)).into(),
            path: index_name,
        };
        let generated = [manifest_json, index].into_iter().chain(notes).collect();
        Self {
            manifest,
            generated,
            plain,
        }
    }

    /// Where something stands in the folder of the contents: under a plain name, or under its own.
    pub(super) fn place<'b>(&'b self, path: &'b str) -> &'b str {
        // Programs look for it under this name; plain names of the others begin with numbers, so none can have it.
        if !self.plain.is_empty() && path == self.manifest_json().path {
            return "manifest.json";
        }
        self.plain.get(path).map_or(path, String::as_str)
    }

    /// Position of the manifest among the generated members.
    pub(super) const MANIFEST: usize = 0;

    /// The manifest as a member, which is of use to programs only.
    pub(super) fn manifest_json(&self) -> &GeneratedFile {
        &self.generated[Self::MANIFEST]
    }

    /// Paths of all that people open, in the order of their bytes.
    pub(super) fn paths(&self) -> Vec<&str> {
        let generated = self.generated[1..].iter().map(|generated| generated.path.as_str());
        let mut paths: Vec<&str> = self
            .manifest
            .targets
            .keys()
            .map(String::as_str)
            .chain(generated)
            .collect();
        paths.sort_unstable();
        paths
    }

    /// The name of the folder that an archive unpacks to.
    pub(super) fn top(&self) -> String {
        top_of(self.manifest)
    }

    /// The contents in one folder, and nothing else.
    pub(super) fn plain(&self) -> FormatFiles {
        FormatFiles {
            folder: format!("{}/", self.top()),
            own: Vec::new(),
        }
    }

    /// On which terms the files may be used, as far as it is known, which of them AI made, and which a company gave.
    pub(super) fn rights(&self) -> String {
        let parts = [self.licences(), self.made_by_ai()]
            .into_iter()
            .chain(self.given_by_companies());
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }

    /// The companies under whose names resources were given, with the titles of these.
    pub(super) fn companies(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut companies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for card in self.manifest.resources.values() {
            if let Some(company) = &card.company {
                companies.entry(company).or_default().push(&card.metadata.title);
            }
        }
        companies
    }

    /// A line for each company, with what it gave.
    pub(super) fn given_by_companies(&self) -> Vec<String> {
        let companies = self.companies().into_iter();
        let line = |(company, titles): (&str, Vec<&str>)| {
            let named = &titles[..titles.len().min(NAMED)];
            ArchiveWords(Lang::Zh).given_by(company, named, titles.len() - named.len())
        };
        companies.map(line).collect()
    }

    /// Which resources AI made or helped to make; nothing where none is declared.
    pub(super) fn made_by_ai(&self) -> String {
        let cards = self.manifest.resources.values();
        let labelled: Vec<String> = cards
            .filter(|card| card.metadata.rights.ai_label().is_some())
            .map(titled)
            .collect();
        if labelled.is_empty() {
            return String::new();
        }
        let named = &labelled[..labelled.len().min(NAMED)];
        ArchiveWords(Lang::Zh).made_by_ai(named, labelled.len() - named.len())
    }

    fn licences(&self) -> String {
        let cards = self.manifest.resources.values();
        let codes: BTreeSet<&str> = cards.filter_map(|card| card.metadata.licence.as_deref()).collect();
        if codes.is_empty() {
            return String::new();
        }
        let names: Vec<String> = codes
            .into_iter()
            .map(|code| PageWords(Lang::Zh).licence_name(code))
            .collect();
        ArchiveWords(Lang::Zh).rights(&names)
    }

    /// Names this version of the pack in XML.
    pub(super) fn identifier(&self) -> String {
        format!("pack-{}-{}", self.manifest.pack.id, self.manifest.version)
    }
}

/// The name of the folder that an archive of a version unpacks to.
pub(super) fn top_of(manifest: &Manifest) -> String {
    safe_name(&manifest.pack.title, TOP_CHARS)
}

/// A resource's title, with the label of what AI made.
pub(super) fn titled(card: &Card) -> String {
    let title = &card.metadata.title;
    match PageWords(Lang::Zh).ai_badge(card.metadata.rights.ai_use) {
        Some(label) => ArchiveWords(Lang::Zh).labelled(title, label),
        None => title.clone(),
    }
}

/// What a reader is told of something that is not here, in both languages.
fn stub_note(stub: &Stub) -> String {
    let mut text = String::new();
    for lang in Lang::ALL {
        let say = ArchiveWords(lang);
        let why = match stub.reason {
            StubReason::Scope => say.beyond_scope(),
            StubReason::Unpublished => say.unpublished(),
        };
        let kind = resource_type(&stub.kind).map_or(stub.kind.as_str(), |kind| lang.pick(kind.zh, kind.en));
        let school = stub.contact.as_ref().map(|school| school.name.as_str());
        let right = stub.withheld.map(|_| {
            let because = PageWords(lang).left_out(stub.reason == StubReason::Scope, stub.withheld);
            say.because(because)
        });
        let missing = say.missing(kind);
        let ask = say.ask(school);
        let lines = [
            Some(why),
            right.as_deref(),
            Some(missing.as_str()),
            Some(ask.as_str()),
            Some(""),
        ];
        for line in lines.into_iter().flatten() {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    text
}

/// Names that are taken, in lower case: what is made here must not meet a file of the pack, nor stand where a folder is.
struct UsedNames(HashSet<String>);

impl UsedNames {
    fn taken_by(manifest: &Manifest) -> Self {
        let mut taken = HashSet::new();
        for path in manifest.targets.keys() {
            let lower = path.to_lowercase();
            let folders = lower.match_indices('/').map(|(at, _)| &lower[..at]);
            taken.extend(folders.map(str::to_owned));
            taken.insert(lower);
        }
        Self(taken)
    }

    /// The path, or one beside it that nothing has.
    fn free(&mut self, path: &str) -> String {
        let (folder, name) = path
            .rsplit_once('/')
            .map_or(("", path), |(folder, _)| path.split_at(folder.len() + 1));
        let mut free = path.to_owned();
        let mut marks = String::new();
        while !self.0.insert(free.to_lowercase()) {
            marks.push('_');
            free = format!("{folder}{marks}{name}");
        }
        free
    }
}
