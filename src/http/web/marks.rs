//! Marks that came of recognition, as pages show them: what, whose, how long it is valid; each leads to its call.

use super::layout::Link;
use super::urls;
use crate::library::recognition::marks::{OwnMark, RecognitionMark};
use crate::words::pages::PageWords;

/// Marks as links to their calls; those that no call gave are said beside the title of what bears them.
pub fn links(say: PageWords, marks: &[RecognitionMark]) -> Vec<Link> {
    let link = |mark: &RecognitionMark| {
        let call = mark.call?;
        let parts = [
            Some(say.recognition_kind(mark.kind).to_owned()),
            mark.award.clone(),
            mark.major.as_ref().map(|major| major.name.clone()),
            mark.course.as_ref().map(|course| course.name.clone()),
            mark.school.as_ref().map(|school| school.name.clone()),
            mark.person.as_ref().map(|person| person.name.clone()),
            mark.until.map(|day| say.mark_until(day)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Some(Link::new(parts.join(" · "), urls::recognition(call)))
    };
    marks.iter().filter_map(link).collect()
}

/// A mark of one's own: what it is, how long it is valid, and its call.
#[derive(Debug, Clone)]
pub struct OwnMarkRow {
    /// What it is; leads to its call where it came of one.
    pub label: String,
    /// Its call.
    pub url: Option<String>,
    /// What of, from when until when, and whether that is today.
    pub facts: Vec<String>,
}

/// One's own marks, those that are not valid any more among them.
pub fn own(say: PageWords, marks: &[OwnMark]) -> Vec<OwnMarkRow> {
    let row = |OwnMark { mark, state, .. }: &OwnMark| {
        let what = [Some(say.recognition_kind(mark.kind).to_owned()), mark.award.clone()];
        let what: Vec<String> = what.into_iter().flatten().collect();
        let facts = [
            Some(say.mark_state(*state).to_owned()),
            mark.major.as_ref().map(|major| major.name.clone()),
            mark.course.as_ref().map(|course| course.name.clone()),
            mark.school.as_ref().map(|school| school.name.clone()),
            Some(say.mark_from(mark.from)),
            mark.until.map(|day| say.mark_until(day)),
        ];
        OwnMarkRow {
            label: what.join(" · "),
            url: mark.call.map(urls::recognition),
            facts: facts.into_iter().flatten().collect(),
        }
    };
    marks.iter().map(row).collect()
}
