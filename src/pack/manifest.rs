//! A version of a pack as a list of files: the `targets` document of The Update Framework, with what we know besides.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::path::is_safe;
use super::trust::{Expiry, SPEC_VERSION, SignedDocument};
use crate::domain::file::{ExtractionReport, ExtractionState, Kind};
use crate::domain::id::{FileId, PackId, ResourceId, Sha256};
use crate::domain::metadata::{self, Metadata};
use crate::domain::passage::Locator;
use crate::domain::rights::Withheld;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;

/// One version of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `targets`, as TUF calls it.
    #[serde(rename = "_type")]
    pub kind: TargetsType,
    /// The version of TUF that it follows.
    pub spec_version: String,
    /// The pack's version, counted from 1.
    pub version: u32,
    /// Not to be believed after this.
    pub expires: Expiry,
    /// What the pack is.
    pub pack: PackInfo,
    /// Its files by path. They are numbered from 0 in this order, which is that of the paths' UTF-8 bytes.
    pub targets: BTreeMap<String, Target>,
    /// The resources that the files belong to.
    pub resources: BTreeMap<ResourceId, Card>,
    /// By path: what belongs here and may not be shared with this audience.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stubs: BTreeMap<String, Stub>,
    /// What was made for a version that is evidence; nothing of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceInfo>,
    /// By resource: what the version before had and this one has not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gone: BTreeMap<ResourceId, Gone>,
}

/// The word `targets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetsType {
    /// The only one.
    #[serde(rename = "targets")]
    Targets,
}

impl SignedDocument for Manifest {
    const ROLE: &'static str = "targets";

    fn version(&self) -> u32 {
        self.version
    }

    fn expires(&self) -> Timestamp {
        self.expires.0
    }
}

/// Title, audience and origin of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackInfo {
    /// Its id at the hub.
    pub id: PackId,
    /// Its title.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whom it is for.
    pub audience: Scope,
    /// The school that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<NamedCode>,
    /// Where it comes from: the hub's address, if the hub knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// When this version was published.
    pub published_at: Timestamp,
    /// What is new in this version, in its publisher's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A thing with a name, and a code where it has one: a school, a major.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCode {
    /// Its public code: `0403`, `S1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its name.
    pub name: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Bytes.
    pub length: u64,
    /// What the bytes are.
    pub hashes: Hashes,
    /// What we know besides.
    pub custom: TargetInfo,
}

/// Hashes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// Of the content.
    pub sha256: Sha256,
}

/// `custom` of a target: what is known of a file besides length and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// CRC-32 (ISO 3309, as ZIP has it) in 8 hexadecimal digits.
    pub crc32: Crc32,
    /// What it is served as.
    pub media_type: String,
    /// The family of readers it needs.
    pub kind: Kind,
    /// The resource it belongs to.
    pub resource: ResourceId,
    /// The file's id at the hub.
    pub file: FileId,
    /// Its path inside the resource, as the author named it.
    pub name: String,
    /// Its text, if it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TargetText>,
}

/// A CRC-32, written as 8 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Crc32(pub u32);

impl From<Crc32> for String {
    fn from(crc: Crc32) -> Self {
        format!("{:08x}", crc.0)
    }
}

impl TryFrom<String> for Crc32 {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // `from_str_radix` takes a sign and any length.
        let is_spelled_so = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(&text, 16).ok().filter(|_| is_spelled_so);
        number.map(Self).ok_or("a CRC-32 is 8 hexadecimal digits")
    }
}

/// The text of a file as the hub read it: one JSON passage a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetText {
    /// Bytes.
    pub length: u64,
    /// What the bytes are.
    pub sha256: Sha256,
    /// How reading it ended.
    pub state: ExtractionState,
    /// What reading it found.
    pub report: ExtractionReport,
}

/// A resource, as the pack's readers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// What is said about it; what is empty is left out.
    #[serde(flatten, serialize_with = "metadata::without_empty")]
    pub metadata: Metadata,
    /// Which version of it.
    pub version: i32,
    /// The folder that its files lie in.
    pub folder: String,
    /// Its major.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major: Option<NamedCode>,
    /// Its course's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    /// Its task's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The school it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<NamedCode>,
    /// The company under whose name it was given. Packs that were made before 2026-12 never say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// For the teacher, from whoever made the pack.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Places in its files that the pack points at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fragments: Vec<FileFragment>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFragment {
    /// The file's path in the pack.
    pub path: String,
    /// Where it begins.
    pub from: Locator,
    /// Where it ends, if it is more than one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Locator>,
    /// For the teacher.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Stub of a file that belongs into a pack and may not be shared with its audience. It says no more than whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stub {
    /// The type's code.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it is not here.
    pub reason: StubReason,
    /// Which right keeps it back, where its scope would let it in; the reason is then `scope`, which older clients know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// Whom to ask: the school it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<NamedCode>,
}

/// The document with the sums of all others, as `sha256sum -c` reads it.
pub const SUMS: &str = "SHA256SUMS";

/// What was made for a version that is evidence, and of when that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceInfo {
    /// When the last of what it holds was reviewed.
    pub as_of: Timestamp,
    /// By name: `evidence.pdf`, `SHA256SUMS`.
    pub documents: BTreeMap<String, MadeDocument>,
}

/// A document that was made for a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeDocument {
    /// Bytes.
    pub length: u64,
    /// What the bytes are.
    pub hashes: Hashes,
}

/// Why something is not in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StubReason {
    /// It is shared with fewer people than the pack is for.
    Scope,
    /// It is not published, or no longer.
    Unpublished,
}

/// A resource that a version no longer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Why.
    pub reason: GoneReason,
    /// Since when.
    pub at: Timestamp,
    /// Holders delete it then.
    pub keep_until: Timestamp,
    /// It was taken down at once: every copy goes, in whichever pack it came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
}

impl Gone {
    /// The same, taken down at once if it was. Holders that do not know the word find that its time is over.
    #[must_use]
    pub fn or_at_once(self, taken_down: Option<&Timestamp>) -> Self {
        taken_down.map_or(self.clone(), |at| Self {
            reason: GoneReason::Withdrawn,
            keep_until: *at,
            at_once: true,
            ..self
        })
    }
}

/// Why something is no longer in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneReason {
    /// Taken down, or shown to fewer people than the pack is for.
    Withdrawn,
    /// No longer there.
    Removed,
    /// Whoever makes the pack left it out.
    LeftOut,
}

/// The folder of what clients keep beside a pack's files.
const CLIENTS_OWN: &str = ".gongxue";

/// Whether a path is the clients' own, or has a folder that is theirs or a file.
fn is_in_the_way(path: &str, files: &HashSet<String>) -> bool {
    let path = path.to_lowercase();
    let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
    path == CLIENTS_OWN || folders.any(|folder| folder == CLIENTS_OWN || files.contains(folder))
}

impl Manifest {
    /// A manifest that nothing is in yet.
    pub fn new(version: u32, expires: Timestamp, pack: PackInfo) -> Self {
        Self {
            kind: TargetsType::Targets,
            spec_version: SPEC_VERSION.to_owned(),
            version,
            expires: Expiry(expires),
            pack,
            targets: BTreeMap::new(),
            resources: BTreeMap::new(),
            stubs: BTreeMap::new(),
            evidence: None,
            gone: BTreeMap::new(),
        }
    }

    /// Bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.targets.values().map(|target| target.length).sum()
    }

    /// The first path that is not safe to write, differs from another only in case, stands where a client keeps its own,
    /// or goes through another path as if that were a folder.
    pub fn unsafe_path(&self) -> Option<&str> {
        let mut files = HashSet::with_capacity(self.targets.len());
        let unsafe_name = |path: &&String| !is_safe(path) || !files.insert(path.to_lowercase());
        let first = self.targets.keys().find(unsafe_name);
        let made = self.evidence.iter().flat_map(|evidence| evidence.documents.keys());
        let first = first.or_else(|| made.into_iter().find(|name| !is_safe(name) || name.contains('/')));
        // Only now, because the file that a path takes for a folder may come later in the list.
        let first = first.or_else(|| self.targets.keys().find(|path| is_in_the_way(path, &files)));
        first.map(String::as_str)
    }
}
