//! URLs of pages: the one place that knows how they are built.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::list_sheet::ListSheet;
use crate::domain::search::SearchQuery;

/// The list of resources for programs, and as a table.
pub const RESOURCES: &str = "/api/v1/resources";
/// The page of results.
const RESULTS: &str = "/search";

/// What stands unescaped in a query (RFC 3986 §2.3).
// All else is escaped, so no value ends its field, whatever it holds.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The first of the administrators' pages.
pub const ADMIN: &str = "/admin";
/// The accounts that an administrator keeps.
pub const ACCOUNTS: &str = "/admin/accounts";
/// Opening accounts from a table.
pub const ROSTER: &str = "/admin/accounts/import";
/// The records of who did what.
pub const AUDIT: &str = "/admin/audit";
/// Importing the curriculum.
pub const CURRICULUM: &str = "/admin/curriculum";
/// Where somebody who is signed in proves once more who they are.
pub const CONFIRM: &str = "/confirm";
/// Damaged files.
pub const DAMAGE: &str = "/admin/damage";
/// Files of which no text could be read.
pub const FILES: &str = "/admin/files";
/// Background jobs.
pub const JOBS: &str = "/admin/jobs";
/// The hub that is mirrored.
pub const MIRROR: &str = "/admin/mirror";
/// Who met limits.
pub const RATES: &str = "/admin/rates";
/// The schools.
pub const SCHOOLS: &str = "/admin/schools";
/// How much is stored.
pub const STORAGE: &str = "/admin/storage";
/// Words for the same thing.
pub const SYNONYMS: &str = "/admin/synonyms";
/// The versions of curriculum standards.
pub const STANDARDS: &str = "/standards";
/// What versions ask to be looked after.
pub const FOLLOWUPS: &str = "/standards/followups";
/// Decisions about them from a table.
pub const FOLLOWUPS_IMPORT: &str = "/standards/followups/import";
/// The form of a new one.
pub const STANDARDS_NEW: &str = "/standards/new";
/// The companies that work with schools.
pub const COMPANIES: &str = "/companies";
/// The visits of experts.
pub const VISITS: &str = "/visits";
/// The calls for recognition.
pub const RECOGNITION: &str = "/recognition";
/// The form of a new call.
pub const RECOGNITION_NEW: &str = "/recognition/new";
/// The sessions of teacher training.
pub const TRAINING: &str = "/training";
/// The form of a new session.
pub const TRAINING_NEW: &str = "/training/new";
/// The bases of teacher training.
pub const TRAINING_BASES: &str = "/training/bases";
/// One's own record of training.
pub const TRAINING_MINE: &str = "/training/mine";
/// How much people were trained.
pub const TRAINING_PEOPLE: &str = "/training/people";
/// How somebody tells of an infringement.
pub const COPYRIGHT: &str = "/copyright";
/// Notices of infringement.
pub const NOTICES: &str = "/admin/notices";
/// The list of packs.
pub const PACKS: &str = "/packs";
/// Figures as charts.
pub const REPORTS: &str = "/reports";
/// The twelve documents of learning tasks.
pub const EVIDENCE: &str = "/reports/evidence";
/// The city's plan, for the bureau to change.
pub const PLAN: &str = "/admin/plan";
/// The paths of the review.
pub const REVIEW_PATHS: &str = "/admin/review";
/// The queue of reviews.
pub const REVIEW: &str = "/review";

/// The page that brings a list as a table.
pub fn sheet(list: ListSheet) -> String {
    sheet_with(list, &[])
}

/// The same with more fields.
pub fn sheet_with(list: ListSheet, more: &[(&str, &str)]) -> String {
    with_owner(&format!("/sheets/{}", list.name()), list, more)
}

/// Where a yes to a table is sent.
pub fn sheet_preview(list: ListSheet, preview: impl Display) -> String {
    with_owner(&format!("/sheets/{}/{preview}", list.name()), list, &[])
}

/// An address that says what a list is of, where it is of something.
fn with_owner(path: &str, list: ListSheet, more: &[(&str, &str)]) -> String {
    let owner = list.owner();
    let owner = owner.iter().map(|(field, id)| (*field, id.as_str()));
    with_query(path, &owner.chain(more.iter().copied()).collect::<Vec<_>>())
}

/// A version of a curriculum standard.
pub fn standard(id: impl Display) -> String {
    format!("{STANDARDS}/{id}")
}

/// A visit of an expert.
pub fn visit(id: impl Display) -> String {
    format!("{VISITS}/{id}")
}

/// A company.
pub fn company(id: impl Display) -> String {
    format!("{COMPANIES}/{id}")
}

/// A call for recognition.
pub fn recognition(id: impl Display) -> String {
    format!("{RECOGNITION}/{id}")
}

/// An entry for a call.
pub fn recognition_entry(id: impl Display) -> String {
    format!("{RECOGNITION}/entries/{id}")
}

/// A session of teacher training.
pub fn training(id: impl Display) -> String {
    format!("{TRAINING}/{id}")
}

/// A certificate of training, by its number.
pub fn certificate(number: impl Display) -> String {
    format!("{TRAINING}/certificates/{number}")
}

/// A resource's page.
pub fn resource(id: impl Display) -> String {
    format!("/r/{id}")
}

/// The form that changes a resource.
pub fn edit_resource(id: impl Display) -> String {
    format!("/r/{id}/edit")
}

/// The page on which what a machine heard in a film is corrected.
pub fn speech(resource: impl Display, film: impl Display) -> String {
    format!("/r/{resource}/speech/{film}")
}

/// What is said about a resource.
pub fn comments(id: impl Display) -> String {
    format!("/r/{id}#comments")
}

/// What a file of a resource holds, on the resource's page.
pub fn viewer(resource: impl Display, file: impl Display) -> String {
    format!("/r/{resource}?file={file}#reading")
}

/// A member of an archive, alone.
pub fn member(file: impl Display, path: &str) -> String {
    with_query(&format!("/api/v1/files/{file}/members"), &[("path", path)])
}

/// The page that says whether a resource is found, by some words where there are any.
pub fn findability(id: impl Display, asked: &str) -> String {
    with_query(&format!("/r/{id}/findability"), &[("q", asked)])
}

/// A major's page.
pub fn major(id: impl Display) -> String {
    format!("/m/{id}")
}

/// A course's page.
pub fn course(id: impl Display) -> String {
    format!("/c/{id}")
}

/// A course's page, at one of its tasks.
pub fn course_at(id: impl Display, task: impl Display) -> String {
    format!("/c/{id}#task-{task}")
}

/// The form that puts a task's resources in order.
pub fn task_order(task: impl Display) -> String {
    format!("/tasks/{task}/order")
}

/// A school's page.
pub fn school(id: impl Display) -> String {
    format!("/schools/{id}")
}

/// A pack's page.
pub fn pack(id: impl Display) -> String {
    format!("/p/{id}")
}

/// The form that makes a pack of something: `course`, `task`, `major` or `resource`.
pub fn new_pack(of: &str, id: impl Display) -> String {
    with_query("/packs/new", &[(of, &id.to_string())])
}

/// A page with a query of these fields; empty values are left out.
pub fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let filled: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    if filled.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", filled.join("&"))
}

/// The results of a question, from the first on.
pub fn results(query: &SearchQuery) -> String {
    with_query(RESULTS, &query.pairs())
}

/// The results of a question from a place on.
pub fn more_results(query: &SearchQuery, cursor: &str) -> String {
    let all: Vec<(&str, &str)> = query.pairs().into_iter().chain([("cursor", cursor)]).collect();
    with_query(RESULTS, &all)
}

/// The feed of a question; it has an order of its own, and looks back as far as it is long.
pub fn results_feed(query: &SearchQuery) -> String {
    let is_part = |(name, _): &(&str, &str)| *name == "q" || SearchQuery::LIMITS.contains(name);
    let part: Vec<(&str, &str)> = query.pairs().into_iter().filter(is_part).collect();
    with_query("/search.atom", &part)
}

/// The table of what a question browses; none where a list cannot be limited like that.
pub fn resources_table(query: &SearchQuery) -> Option<String> {
    const LISTED: [&str; 8] = ["major", "course", "task", "type", "school", "stage", "level", "mine"];
    let pairs = query.pairs();
    let mut given = pairs
        .iter()
        .filter(|(name, value)| *name != "sort" && !value.trim().is_empty());
    // Of several values of a field a list knows nothing.
    let is_listed = |(name, value): &(&str, &str)| LISTED.contains(name) && !value.contains(',');
    if !given.all(is_listed) {
        return None;
    }
    let status = if query.mine.is_some() { "" } else { "published" };
    let form = [("status", status), ("format", "xlsx")];
    let fields: Vec<(&str, &str)> = pairs
        .into_iter()
        .filter(|(name, _)| *name != "sort")
        .chain(form)
        .collect();
    Some(with_query(RESOURCES, &fields))
}

/// The results for some words.
pub fn search(text: &str) -> String {
    with_query(RESULTS, &[("q", text)])
}

fn escaped(text: &str) -> impl Display {
    utf8_percent_encode(text, UNRESERVED)
}

#[cfg(test)]
mod tests {
    use super::{more_results, results, results_feed, search, with_query};
    use crate::domain::search::SearchQuery;

    #[test]
    fn a_question_stays_the_same_on_its_pages_and_its_feed_has_an_order_of_its_own() {
        let query = SearchQuery {
            q: "C&O".to_owned(),
            r#type: Some("video,worksheet".to_owned()),
            since: Some("2026-11-24T08:00:00Z".to_owned()),
            sort: Some("newest".to_owned()),
            ..SearchQuery::default()
        };

        let page = "/search?q=C%26O&type=video%2Cworksheet&since=2026-11-24T08%3A00%3A00Z&sort=newest";
        assert_eq!(results(&query), page);
        assert_eq!(more_results(&query, "x"), format!("{page}&cursor=x"));
        assert_eq!(results_feed(&query), "/search.atom?q=C%26O&type=video%2Cworksheet");
    }

    #[test]
    fn an_address_carries_any_text_unharmed() {
        assert_eq!(search("C&O=?#"), "/search?q=C%26O%3D%3F%23");
        assert_eq!(search(""), "/search");
        assert_eq!(
            with_query("/search", &[("q", ""), ("type", "video")]),
            "/search?type=video"
        );
    }
}
