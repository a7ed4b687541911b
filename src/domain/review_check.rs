//! Checks that a machine makes before people review: the same for whoever submits, for reviewers and for programs.
//!
//! They inform, and decide nothing; only a textbook without a file is not taken at all, because its path ends with a decision for
//! good. To add a check, add a name and an entry of [`CHECKS`].

use serde::{Deserialize, Serialize};

use super::code::codes;
use super::file::{ExtractionReport, ExtractionState, Kind};
use super::metadata::Metadata;
use super::rights::{RightsGap, rights_gaps};

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewCheckKind {
    /// It has no file.
    NoFiles,
    /// Something about its rights is not said, or contradicts how far it is shared.
    RightsOpen,
    /// Nobody said whether AI made any of it.
    AiUndeclared,
    /// No file is of the kind that its type promises: a video without a film.
    TypeUnfit,
    /// Files whose text cannot be read, and so is not found.
    Unreadable,
    /// Files that other resources hold to the byte.
    Duplicate,
}

codes!(
    ReviewCheckKind:
    NoFiles "no-files",
    RightsOpen "rights-open",
    AiUndeclared "ai-undeclared",
    TypeUnfit "type-unfit",
    Unreadable "unreadable",
    Duplicate "duplicate",
);

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReviewFinding {
    /// What.
    pub check: ReviewCheckKind,
    /// Whether it keeps it from being submitted.
    pub is_blocking: bool,
    /// About what: paths of files; of duplicates the titles of the resources that hold the same, of rights the fields.
    pub about: Vec<String>,
}

/// A file as checks see it.
#[derive(Debug, Clone)]
pub struct ReviewedFile {
    /// Its path inside the resource.
    pub path: String,
    /// The family of readers it needs.
    pub kind: Kind,
    /// How far reading it has come.
    pub state: ExtractionState,
    /// What reading found.
    pub report: ExtractionReport,
}

/// What is checked.
#[derive(Debug, Clone)]
pub struct ReviewedWork {
    /// What is said about it.
    pub metadata: Metadata,
    /// How many files it has.
    pub file_count: i64,
    /// Its files.
    pub files: Vec<ReviewedFile>,
    /// The titles of other resources that hold one of its files.
    pub held_by: Vec<String>,
}

/// Files that are named; of more than so many that cannot be read the first are.
const FILES_NAMED: usize = 200;

type ReviewCheck = fn(&ReviewedWork) -> Option<ReviewFinding>;

/// Every check.
pub const CHECKS: &[ReviewCheck] = &[no_files, rights_open, ai_undeclared, type_unfit, unreadable, duplicate];

impl ReviewedWork {
    /// What all checks find.
    pub fn findings(&self) -> Vec<ReviewFinding> {
        CHECKS.iter().filter_map(|check| check(self)).collect()
    }
}

/// Whether it is not taken for review at all.
pub fn keeps_from_review(kind: &str, file_count: i64) -> bool {
    kind == "textbook" && file_count == 0
}

fn found(check: ReviewCheckKind, about: Vec<String>) -> ReviewFinding {
    ReviewFinding {
        check,
        is_blocking: false,
        about,
    }
}

fn no_files(work: &ReviewedWork) -> Option<ReviewFinding> {
    let finding = ReviewFinding {
        is_blocking: keeps_from_review(&work.metadata.kind, work.file_count),
        ..found(ReviewCheckKind::NoFiles, Vec::new())
    };
    (work.file_count == 0).then_some(finding)
}

fn rights_open(work: &ReviewedWork) -> Option<ReviewFinding> {
    let gaps = rights_gaps(&work.metadata);
    let fields = gaps.iter().filter(|gap| !is_about_ai(**gap));
    let mut about: Vec<String> = fields.map(|gap| gap.field().to_owned()).collect();
    about.dedup();
    (!about.is_empty()).then(|| found(ReviewCheckKind::RightsOpen, about))
}

fn ai_undeclared(work: &ReviewedWork) -> Option<ReviewFinding> {
    let is_open = rights_gaps(&work.metadata).into_iter().any(is_about_ai);
    is_open.then(|| found(ReviewCheckKind::AiUndeclared, Vec::new()))
}

fn is_about_ai(gap: RightsGap) -> bool {
    matches!(gap, RightsGap::Ai | RightsGap::AiTool)
}

/// Only of types that promise a kind of file: slides may well be a PDF.
fn type_unfit(work: &ReviewedWork) -> Option<ReviewFinding> {
    let promised = match work.metadata.kind.as_str() {
        "video" => Kind::Video,
        "audio" => Kind::Audio,
        "image" => Kind::Image,
        _ => return None,
    };
    let is_kept = work.files.iter().any(|file| file.kind == promised);
    (work.file_count > 0 && !is_kept).then(|| found(ReviewCheckKind::TypeUnfit, Vec::new()))
}

fn unreadable(work: &ReviewedWork) -> Option<ReviewFinding> {
    let is_unread = |file: &&ReviewedFile| file.state == ExtractionState::Failed || file.report.needs_ocr;
    let about: Vec<String> = work
        .files
        .iter()
        .filter(is_unread)
        .take(FILES_NAMED)
        .map(|file| file.path.clone())
        .collect();
    (!about.is_empty()).then(|| found(ReviewCheckKind::Unreadable, about))
}

fn duplicate(work: &ReviewedWork) -> Option<ReviewFinding> {
    let about = work.held_by.clone();
    (!about.is_empty()).then(|| found(ReviewCheckKind::Duplicate, about))
}
