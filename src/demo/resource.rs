//! The 300 resources, read from `library.json`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::files::{self, DemoFile};
use super::people::{DemoSchool, owner_of};
use crate::domain::curriculum::Level;
use crate::domain::resource::Status;
use crate::domain::role::Scope;

/// The form a resource's main file has; also the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemoFormat {
    /// Word.
    Docx,
    /// PowerPoint.
    Pptx,
    /// Excel.
    Xlsx,
    /// Portable Document Format.
    Pdf,
    /// Rich Text Format.
    Rtf,
    /// Plain text, in UTF-8 or GB18030.
    Txt,
    /// An electronic book.
    Epub,
    /// Film with subtitles inside and beside it.
    Mp4,
    /// The same film as QuickTime names it.
    Mov,
    /// Sound with its words as lyrics.
    Mp3,
    /// An archive of documents, pictures or programs.
    Zip,
}

impl DemoFormat {
    /// The ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pptx => "pptx",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
            Self::Rtf => "rtf",
            Self::Txt => "txt",
            Self::Epub => "epub",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mp3 => "mp3",
            Self::Zip => "zip",
        }
    }
}

/// One resource of the sample.
#[derive(Debug, Deserialize)]
pub struct DemoResource {
    /// A stable name within the sample: `R0001`.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The type's code: `worksheet`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code of its major, where a source confirms one.
    pub major_code: Option<String>,
    /// The exact name of its major.
    pub major: String,
    /// The name of its major within the sample's stock of sentences: `cnc-turning`.
    pub group: String,
    /// Its level.
    pub level: Option<Level>,
    /// The exact name of its course; not every resource belongs to one.
    pub course: Option<String>,
    /// The exact name of its reference learning task.
    pub task: Option<String>,
    /// The name of its task within the stock of sentences: `cnc_shaft`.
    pub topic: Option<String>,
    /// The stage of the lesson it is meant for.
    pub stage: Option<String>,
    /// Chosen by its author.
    pub keywords: Vec<String>,
    /// What it is, in its author's words.
    pub description: String,
    /// Who made it: a pseudonym.
    pub author: String,
    /// What its author is at the school.
    pub author_role: String,
    /// The code of its school.
    pub school: String,
    /// The year it was made.
    pub year: i32,
    /// The form of its main file.
    pub format: DemoFormat,
    /// `cc-by-4.0`, `cc-by-nc-sa-4.0`, `platform` (registered teachers only) or `school` (own school only).
    pub licence: String,
    /// How far it is shared.
    pub scope: Scope,
    /// Where it stands in the review.
    pub status: Status,
    /// Why its school's administrator sent it back.
    pub note: Option<String>,
    /// It holds material of others.
    #[serde(default)]
    pub third_party: bool,
    /// A program of the generative kind helped to make it.
    #[serde(default)]
    pub ai_assisted: bool,
}

impl DemoResource {
    /// Its files: the main one first, subtitles or lyrics after it.
    pub fn files(&self) -> Vec<DemoFile> {
        files::files(&self.key)
    }

    /// The sign-in name of the account that owns it: a teacher of its school.
    pub fn owner(&self) -> &'static str {
        owner_of(&self.school, &self.author)
    }

    /// The sign-in name of its school's administrator.
    pub fn administrator(&self) -> String {
        format!("admin-{}", self.school.to_lowercase())
    }

    /// Its place in the sample, counted from 1; what makes two resources of one task differ.
    pub fn number(&self) -> usize {
        self.key.trim_start_matches('R').parse().unwrap_or(0)
    }

    /// What it is about, in one name: its task, or else its course, or else its major.
    pub fn subject(&self) -> &str {
        self.task.as_deref().or(self.course.as_deref()).unwrap_or(&self.major)
    }
}

/// The asset: everything about the sample that is not made.
#[derive(Deserialize)]
pub(super) struct DemoLibrary {
    pub(super) schools: Vec<DemoSchool>,
    resources: Vec<DemoResource>,
}

pub(super) static LIBRARY: LazyLock<DemoLibrary> =
    LazyLock::new(|| serde_json::from_str(include_str!("library.json")).expect("the sample library is read by a test"));

/// The resources of the sample.
pub fn resources() -> impl ExactSizeIterator<Item = &'static DemoResource> {
    LIBRARY.resources.iter()
}
