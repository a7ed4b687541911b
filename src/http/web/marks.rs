//! Marks that came of recognition, as pages show them: what, whose, how long it is valid; each leads to its call.

use super::layout::Link;
use super::urls;
use crate::library::recognition::marks::RecognitionMark;
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
