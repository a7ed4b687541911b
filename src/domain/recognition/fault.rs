//! Why something about recognition is refused, with the stable code of each reason.

use crate::domain::code::codes;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecognitionFault {
    /// What was announced does not change any more; its last days may be put off.
    Announced,
    /// The call takes no entries today.
    NotOpen,
    /// The call is not judged today.
    NotJudging,
    /// The same is entered already.
    Entered,
    /// The school has as many entries as it may have.
    SchoolFull,
    /// Whoever enters is not whom the call is for.
    NotForThem,
    /// The entry was withdrawn.
    Withdrawn,
    /// Whoever scores has something to do with the entry.
    Conflict,
    /// Whoever publishes or corrects entered or scored something of the call.
    Involved,
    /// Not every entry has as many voices as the call says.
    TooFewVoices,
    /// The jury may still score.
    JuryAtWork,
    /// The results are out: they are corrected, with a reason.
    Published,
    /// The call is not held.
    Cancelled,
    /// There is nothing to be recognized.
    NoEntries,
}

codes!(
    RecognitionFault:
    Announced "recognition-announced",
    NotOpen "recognition-not-open",
    NotJudging "recognition-not-judging",
    Entered "recognition-entered",
    SchoolFull "recognition-school-full",
    NotForThem "recognition-not-for-them",
    Withdrawn "recognition-withdrawn",
    Conflict "recognition-conflict",
    Involved "recognition-involved",
    TooFewVoices "recognition-too-few-voices",
    JuryAtWork "recognition-jury-at-work",
    Published "recognition-published",
    Cancelled "recognition-cancelled",
    NoEntries "recognition-no-entries",
);
