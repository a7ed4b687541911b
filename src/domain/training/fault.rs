//! Why something about training is refused, with the stable code of each reason.

use crate::domain::code::codes;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingFault {
    /// A base that held sessions is not removed.
    BaseInUse,
    /// The session is cancelled.
    Cancelled,
    /// The session is over: who took part is corrected, with a reason.
    Over,
    /// All seats are taken.
    Full,
    /// Whoever took part does not leave any more.
    Attended,
    /// Nobody signs in on a day on which the session is not held.
    NotToday,
    /// The code is not the one that is shown now.
    WrongCode,
    /// Nobody signs in to an online session: what is seen of it is counted.
    IsOnline,
    /// Only an online session shows something.
    IsOnSite,
    /// Nothing is counted for somebody who does not take part.
    NotEnrolled,
    /// Something else was opened meanwhile.
    OtherItem,
}

codes!(
    TrainingFault:
    BaseInUse "training-base-in-use",
    Cancelled "training-cancelled",
    Over "training-over",
    Full "training-full",
    Attended "training-attended",
    NotToday "training-not-today",
    WrongCode "training-code-wrong",
    IsOnline "training-is-online",
    IsOnSite "training-is-on-site",
    NotEnrolled "training-not-enrolled",
    OtherItem "training-other-item",
);
