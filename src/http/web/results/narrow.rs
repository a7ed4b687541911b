//! Narrowing a question down and widening it again: facets, chips and the addresses of the same question changed.

use std::collections::HashMap;

use super::{Chip, FacetChoice, FacetGroup};
use crate::http::api::search::SearchQuery;
use crate::http::web::layout::Layout;
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::search::find::named::Given;
use crate::library::search::find::{FacetCount, FacetCounts, Found, level_name, stage_name};

mod tree;

/// Fields that limit a question, as addresses name them.
const LIMITS: [&str; 9] = [
    "major", "course", "task", "type", "school", "stage", "level", "year", "scope",
];

/// The values given for a field.
fn given<'a>(query: &'a SearchQuery, field: &str) -> &'a str {
    let value = match field {
        "q" => return &query.q,
        "major" => &query.major,
        "course" => &query.course,
        "task" => &query.task,
        "type" => &query.r#type,
        "school" => &query.school,
        "stage" => &query.stage,
        "level" => &query.level,
        "year" => &query.year,
        "scope" => &query.scope,
        "since" => &query.since,
        "mine" => &query.mine,
        "sort" => &query.sort,
        _ => &None,
    };
    value.as_deref().unwrap_or_default()
}

fn values<'a>(query: &'a SearchQuery, field: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    given(query, field)
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

fn is_given(query: &SearchQuery, field: &str, value: &str) -> bool {
    values(query, field).any(|given| given == value)
}

/// The same question with another value of one field, from its first page on.
pub(super) fn with(query: &SearchQuery, field: &str, value: &str) -> String {
    changed(query, &[(field, value)])
}

fn changed(query: &SearchQuery, changes: &[(&str, &str)]) -> String {
    let all = ["q"]
        .into_iter()
        .chain(LIMITS)
        .chain(["since", "mine", "sort", "cursor"]);
    let new = |name| {
        changes
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| *value)
    };
    let pairs: Vec<(&str, &str)> = all
        .map(|name| (name, new(name).unwrap_or_else(|| given(query, name))))
        .collect();
    urls::with_query("/search", &pairs)
}

/// How many values limit a question.
pub(super) fn count(query: &SearchQuery) -> usize {
    LIMITS.iter().map(|field| values(query, field).count()).sum()
}

/// The feed of the same question; it has an order of its own, and looks back as far as it is long.
pub(super) fn feed(query: &SearchQuery) -> String {
    let all = ["q"].into_iter().chain(LIMITS);
    let pairs: Vec<(&str, &str)> = all.map(|name| (name, given(query, name))).collect();
    urls::with_query("/search.atom", &pairs)
}

/// The same words in the same order, anywhere in the library.
pub(super) fn without_limits(query: &SearchQuery) -> String {
    urls::with_query("/search", &[("q", &query.q), ("sort", given(query, "sort"))])
}

/// The words as a resource's page takes them, to mark them there.
pub(super) fn asked(words: &str) -> String {
    urls::with_query("", &[("q", words)]).trim_start_matches('?').to_owned()
}

/// The question with a value added, or taken away where it is given.
fn toggled(query: &SearchQuery, field: &str, value: &str) -> String {
    let mut kept: Vec<&str> = values(query, field).filter(|other| *other != value).collect();
    if kept.len() == values(query, field).count() {
        kept.push(value);
    }
    with(query, field, &kept.join(","))
}

/// The groups in which there is something to choose.
pub(super) fn facets(layout: &Layout, query: &SearchQuery, counts: &FacetCounts) -> Vec<FacetGroup> {
    let say = layout.say;
    let group = |label: &str, field: &str| {
        let choice = |count: &FacetCount| FacetChoice {
            label: count.label.clone(),
            count: say.number(count.count),
            url: toggled(query, field, &count.key),
            is_chosen: is_given(query, field, &count.key),
            under: Vec::new(),
        };
        FacetGroup::new(layout, label, of(counts, field).iter().map(choice).collect())
    };
    let groups = [
        group(say.type_of(), "type"),
        FacetGroup::new(layout, say.majors(), tree::choices(say, query, counts)),
        group(say.school(), "school"),
        group(say.stage_of(), "stage"),
        group(say.level_of(), "level"),
        group(say.year(), "year"),
    ];
    groups.into_iter().filter(|group| !group.choices.is_empty()).collect()
}

fn of<'a>(counts: &'a FacetCounts, field: &str) -> &'a [FacetCount] {
    match field {
        "major" => &counts.major,
        "course" => &counts.course,
        "task" => &counts.task,
        "type" => &counts.kind,
        "school" => &counts.school,
        "stage" => &counts.stage,
        "level" => &counts.level,
        "year" => &counts.year,
        _ => &[],
    }
}

/// What the question is limited to, each with the question that lifts it.
pub(super) async fn chips(visit: &PageContext, library: &Library, query: &SearchQuery, found: &Found) -> Vec<Chip> {
    let mut chips = Vec::new();
    let names = names(library, query, found).await;
    for field in LIMITS {
        for value in values(query, field) {
            let label = match counted(found, field, value) {
                Some(count) => count.label.clone(),
                None => name(visit, &names, field, value),
            };
            chips.push(Chip {
                field: field_name(visit, field).to_owned(),
                label,
                remove_url: toggled(query, field, value),
                page_url: (field == "school").then(|| urls::school(value)),
            });
        }
    }
    // One that cannot be read was refused before.
    if let Ok(Some(since)) = query.since() {
        chips.push(Chip {
            field: visit.say.since_label().to_owned(),
            label: visit.say.since_moment(&since.minute()),
            remove_url: with(query, "since", ""),
            page_url: None,
        });
    }
    if query.is_mine() {
        chips.push(Chip {
            field: visit.say.owner_label().to_owned(),
            label: visit.say.mine_heading().to_owned(),
            remove_url: with(query, "mine", ""),
            page_url: None,
        });
    }
    chips
}

fn counted<'a>(found: &'a Found, field: &str, value: &str) -> Option<&'a FacetCount> {
    of(&found.facets, field).iter().find(|count| count.key == value)
}

/// Names by field and value.
type Names = HashMap<(&'static str, String), String>;

/// The names of the values that no match carries, asked for together. Without them the values stand for themselves.
async fn names(library: &Library, query: &SearchQuery, found: &Found) -> Names {
    let uncounted = |field| {
        values(query, field)
            .filter(|value| counted(found, field, value).is_none())
            .collect()
    };
    let given = Given {
        major: uncounted("major"),
        course: uncounted("course"),
        task: uncounted("task"),
        school: uncounted("school"),
    };
    library.search.names_of(&given).await.unwrap_or_default()
}

/// The name of a value that no match carries; a value that nobody knows stands for itself.
fn name(visit: &PageContext, names: &Names, field: &'static str, value: &str) -> String {
    let say = visit.say;
    let known = match field {
        "type" => crate::domain::resource::resource_type(value).map(|kind| say.kind(kind).to_owned()),
        "stage" => Some(stage_name(value, say.lang()).to_owned()),
        "level" => Some(level_name(value, say.lang()).to_owned()),
        _ => names.get(&(field, value.to_owned())).cloned(),
    };
    known.unwrap_or_else(|| value.to_owned())
}

fn field_name(visit: &PageContext, field: &str) -> &'static str {
    let say = visit.say;
    match field {
        "major" => say.major(),
        "course" => say.course(),
        "task" => say.task(),
        "type" => say.type_of(),
        "school" => say.school(),
        "stage" => say.stage_of(),
        "level" => say.level_of(),
        "year" => say.year(),
        _ => say.scope_label(),
    }
}

#[cfg(test)]
mod tests {
    use super::{feed, toggled, with, without_limits};
    use crate::http::api::search::SearchQuery;

    fn query() -> SearchQuery {
        SearchQuery {
            q: "C&O".to_owned(),
            r#type: Some("video,worksheet".to_owned()),
            sort: Some("newest".to_owned()),
            ..SearchQuery::default()
        }
    }

    #[test]
    fn a_value_is_added_and_taken_away_again() {
        assert_eq!(
            toggled(&query(), "type", "video"),
            "/search?q=C%26O&type=worksheet&sort=newest"
        );
        assert_eq!(
            toggled(&query(), "year", "2026"),
            "/search?q=C%26O&type=video%2Cworksheet&year=2026&sort=newest"
        );
    }

    #[test]
    fn the_question_stays_the_same_but_for_what_changes() {
        assert_eq!(without_limits(&query()), "/search?q=C%26O&sort=newest");
        assert!(with(&query(), "cursor", "x").ends_with("&cursor=x"));
        assert_eq!(feed(&query()), "/search.atom?q=C%26O&type=video%2Cworksheet");
        let since = SearchQuery {
            since: Some("2026-11-24T08:00:00Z".to_owned()),
            ..query()
        };
        assert!(toggled(&since, "type", "video").contains("&since=2026-11-24T08%3A00%3A00Z&"));
        assert_eq!(without_limits(&since), without_limits(&query()));
    }
}
