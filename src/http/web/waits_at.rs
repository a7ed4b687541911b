//! Where something waits in its review, in words: on its page and in the queue.

use crate::domain::time::Timestamp;
use crate::library::review_steps::waits_at::WaitsAt;
use crate::words::pages::PageWords;

/// Where something waits, in words.
#[derive(Debug, Clone)]
pub struct WaitingRemark {
    /// The step, and who is asked.
    pub text: String,
    /// Since when, until when, how many, and who has taken it.
    pub facts: Vec<String>,
    /// That it is overdue, or will be soon.
    pub warning: Option<&'static str>,
}

/// Where something waits, in words.
pub fn remark(say: PageWords, waits: &WaitsAt) -> WaitingRemark {
    let due = waits.due_at.map(Timestamp::minute);
    let taken = waits.taken_by.as_ref().zip(waits.taken_at);
    let facts = [
        Some(say.review_since(&waits.since.minute(), due.as_deref())),
        (!waits.appointed.is_empty()).then(|| say.review_appointed(&waits.appointed)),
        (waits.voices > 1).then(|| say.review_voices(waits.voices)),
        waits.is_left_to_bureau.then(|| say.review_left_to_bureau().to_owned()),
        taken.map(|(by, at)| say.review_taken_by(&by.name, &at.minute())),
    ];
    WaitingRemark {
        text: say.review_waits(say.either(&waits.name_zh, &waits.name_en), &waits.asked),
        facts: facts.into_iter().flatten().collect(),
        warning: match (waits.is_overdue, waits.is_reminder_due) {
            (true, _) => Some(say.review_overdue()),
            (false, true) => Some(say.review_remind()),
            (false, false) => None,
        },
    }
}
