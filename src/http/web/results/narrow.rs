//! Narrowing a question down and widening it again: facets, chips and the addresses of the same question changed.

use std::collections::HashMap;

use super::{Chip, FacetChoice, FacetGroup};
use crate::domain::search::SearchQuery;
use crate::http::web::page_context::PageContext;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::search::find::{FacetCount, FacetCounts, SearchResults, level_name, stage_name};
use crate::words::pages::PageWords;

mod tree;

/// What a question is limited to, and what it may be limited to.
#[derive(Debug)]
pub(super) struct Limits {
    /// What it is limited to, each with the question that lifts it.
    pub(super) chips: Vec<Chip>,
    /// The groups in which there is something to choose.
    pub(super) facets: Vec<FacetGroup>,
}

/// The limits of a question, with the names of those that no match carries.
pub(super) async fn limits(
    visit: &PageContext,
    library: &Library,
    query: &SearchQuery,
    found: &SearchResults,
) -> Limits {
    // Labels come with the counts; what no match carries has none.
    let uncounted = query.keeping(|field, value| counted(found, field, value).is_none());
    // Without their names the values stand for themselves.
    let names = library.search.names_of(&uncounted).await.unwrap_or_default();
    Limits {
        chips: chips(visit.say, query, found, &names),
        facets: facets(visit.say, query, &found.facets),
    }
}

/// The same question with a value more or less.
fn toggled(query: &SearchQuery, field: &str, value: &str) -> String {
    urls::results(&query.toggled(field, value))
}

fn facets(say: PageWords, query: &SearchQuery, counts: &FacetCounts) -> Vec<FacetGroup> {
    let group = |label: &str, field: &str| {
        let choice = |count: &FacetCount| FacetChoice {
            label: count.label.clone(),
            count: say.number(count.count),
            url: toggled(query, field, &count.key),
            is_chosen: query.has(field, &count.key),
            under: Vec::new(),
        };
        FacetGroup::new(say, label, of(counts, field).iter().map(choice).collect())
    };
    let groups = [
        group(say.type_of(), "type"),
        FacetGroup::new(say, say.majors(), tree::choices(say, query, counts)),
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

fn chips(say: PageWords, query: &SearchQuery, found: &SearchResults, names: &Names) -> Vec<Chip> {
    let mut chips = Vec::new();
    for field in SearchQuery::LIMITS {
        for value in query.values(field) {
            let label = match counted(found, field, value) {
                Some(count) => count.label.clone(),
                None => name(say, names, field, value),
            };
            chips.push(Chip {
                field: field_name(say, field).to_owned(),
                label,
                remove_url: toggled(query, field, value),
                page_url: (field == "school").then(|| urls::school(value)),
            });
        }
    }
    // One that cannot be read was refused before.
    if let Ok(Some(since)) = query.since() {
        chips.push(Chip {
            field: say.since_label().to_owned(),
            label: say.since_moment(&since.minute()),
            remove_url: urls::results(&query.with("since", "")),
            page_url: None,
        });
    }
    if query.is_mine() {
        chips.push(Chip {
            field: say.owner_label().to_owned(),
            label: say.mine_heading().to_owned(),
            remove_url: urls::results(&query.with("mine", "")),
            page_url: None,
        });
    }
    chips
}

fn counted<'a>(found: &'a SearchResults, field: &str, value: &str) -> Option<&'a FacetCount> {
    of(&found.facets, field).iter().find(|count| count.key == value)
}

/// Names by field and value.
type Names = HashMap<(&'static str, String), String>;

/// The name of a value that no match carries; a value that nobody knows stands for itself.
fn name(say: PageWords, names: &Names, field: &'static str, value: &str) -> String {
    let known = match field {
        "type" => crate::domain::resource::resource_type(value).map(|kind| say.kind(kind).to_owned()),
        "stage" => Some(stage_name(value, say.lang()).to_owned()),
        "level" => Some(level_name(value, say.lang()).to_owned()),
        _ => names.get(&(field, value.to_owned())).cloned(),
    };
    known.unwrap_or_else(|| value.to_owned())
}

fn field_name(say: PageWords, field: &str) -> &'static str {
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
