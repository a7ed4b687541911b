//! The protocol between a reading child and its parent: JSON, one message a line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::table::ExtractedTable;
use crate::domain::{
    file::{ExtractionReport, Kind},
    ocr::OcrPage,
    page::PageText,
    passage::Passage,
};

/// The child's first argument for reading text.
pub(crate) const EXTRACT: &str = "__extract";
/// The child's first argument for reading subtitles one by one.
pub(crate) const CUES: &str = "__cues";
/// The child's first argument for a member of an archive.
pub(crate) const MEMBER: &str = "__member";
/// The child's first argument for painting a page.
pub(crate) const RENDER: &str = "__render";
/// The child's first argument for the words of a page.
pub(crate) const WORDS: &str = "__words";

/// The child's first argument for reading the picture of a page.
pub(crate) const OCR: &str = "__ocr";

/// The child's first argument for a table that is to be imported.
pub(crate) const TABLE: &str = "__table";

/// The child's first argument for becoming a program of other people.
pub(crate) const TOOL: &str = "__tool";

/// One line of a child's standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Message {
    /// How well the child could lock itself in; the first line.
    Sandbox(SandboxStatus),
    /// A passage, sent as soon as it exists.
    Passage(Passage),
    /// A member of an archive follows: this many bytes.
    Member(u64),
    /// The words of a page and where they stand.
    Words(PageText),
    /// What stands in the picture of a page.
    Ocr(OcrPage),
    /// The pages whose text stands in their pictures alone, in order; the last line but one.
    Pictures(Vec<u32>),
    /// A table, whole: imports are bounded.
    Table(ExtractedTable),
    /// What the reading found; the last line.
    Report(Box<ExtractionReport>),
}

/// Which locks of the sandbox hold. Resource limits always do; a child that cannot set them does not start reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SandboxStatus {
    /// No file or network can be opened.
    pub(crate) landlock: bool,
    /// Only the listed system calls are answered.
    pub(crate) seccomp: bool,
}

/// A request to a child: what to do besides the file itself.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChildRequest<T> {
    /// What to do.
    pub(crate) task: T,
    /// What it may cost; the memory includes the file's own size already.
    pub(crate) limits: super::ExtractLimits,
}

/// A page to paint.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PageRequest {
    /// Counted from 1.
    pub(crate) page: u32,
    /// Wanted width in pixels.
    pub(crate) width: u32,
}

/// A page whose picture is to be read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OcrRequest {
    /// What the file is: a PDF, or a picture of one page.
    pub(crate) kind: Kind,
    /// Counted from 1.
    pub(crate) page: u32,
    /// A folder with models; none for those of the program.
    pub(crate) models: Option<PathBuf>,
}
