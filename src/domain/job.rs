//! Jobs: kinds of work that is done later, at least once, and the states that a job passes through.

use super::code::codes;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Reads the text of a content. The subject is the content's hash and what it is read as.
    Extract,
    /// Makes page pictures of a content. The subject is that of [`JobKind::Extract`].
    Render,
    /// Makes a picture and a copy of a film. The subject is that of [`JobKind::Extract`].
    Film,
    /// Reads the picture of one page of a content, and asks for itself again while more wait. The subject is that of
    /// [`JobKind::Extract`].
    Ocr,
    /// Hears what is said in a film. The subject is that of [`JobKind::Extract`].
    Speech,
    /// Makes the PDF of a scan in which one can search. The subject is that of [`JobKind::Extract`].
    SearchablePdf,
    /// Puts what machines recognised and people put right into the text of a content. The subject is that of
    /// [`JobKind::Extract`].
    Text,
    /// Builds the index anew. Older versions asked for it so; now it is a number in a row of its own.
    Reindex,
    /// Builds a version of a pack. The subject is the pack's id and the version's number.
    BuildPack,
    /// Publishes a pack anew because something in it may no longer be given. The subject is the pack's id.
    RenewPack,
    /// Places all that waits in its review once more, as an upgrade asks. Without a subject.
    PlaceReviews,
}

codes!(
    JobKind:
    Extract "extract",
    Render "render",
    Film "film",
    Ocr "ocr",
    Speech "speech",
    SearchablePdf "searchable-pdf",
    Text "text",
    Reindex "reindex",
    BuildPack "build-pack",
    RenewPack "renew-pack",
    PlaceReviews "place-reviews",
);

impl JobKind {
    /// Whether the work is done in a child process, whose end does not take the service along.
    pub fn is_in_child(self) -> bool {
        match self {
            Self::Extract | Self::Render | Self::Film | Self::Ocr | Self::Speech | Self::SearchablePdf => true,
            Self::Text | Self::Reindex | Self::BuildPack | Self::RenewPack | Self::PlaceReviews => false,
        }
    }
}

/// What has become of a job. One that is done is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits.
    Queued,
    /// Under way.
    Running,
    /// Given up, until somebody tries it again.
    Dead,
}

codes!(JobState: Queued "queued", Running "running", Dead "dead");
