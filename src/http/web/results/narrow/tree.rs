//! Majors with their courses and tasks as one facet: a branch opens where the question stands in it.

use super::toggled;
use crate::domain::search::SearchQuery;
use crate::http::web::results::FacetChoice;
use crate::http::web::urls;
use crate::library::search::find::{FacetCount, FacetCounts};
use crate::words::pages::PageWords;

/// So few branches are open from the beginning.
const OPEN_BRANCHES: usize = 2;

/// The fields from the root down.
const LEVELS: [&str; 3] = ["major", "course", "task"];

/// The majors, each with what stands under it if it is open.
pub(super) fn choices(say: PageWords, query: &SearchQuery, counts: &FacetCounts) -> Vec<FacetChoice> {
    let tree = Tree { say, query, counts };
    tree.branches(0, None)
}

struct Tree<'a> {
    say: PageWords,
    query: &'a SearchQuery,
    counts: &'a FacetCounts,
}

impl<'a> Tree<'a> {
    fn branches(&self, level: usize, parent: Option<&str>) -> Vec<FacetChoice> {
        let all = self.at(level);
        let here = all.iter().filter(|count| count.parent.as_deref() == parent);
        let here: Vec<&FacetCount> = here.collect();
        let are_few = here.len() <= OPEN_BRANCHES;
        here.into_iter()
            .map(|count| self.branch(level, count, are_few))
            .collect()
    }

    fn branch(&self, level: usize, count: &FacetCount, are_few: bool) -> FacetChoice {
        let is_chosen = self.query.has(LEVELS[level], &count.key);
        let is_open = is_chosen || are_few || self.holds_chosen(level, &count.key);
        FacetChoice {
            label: count.label.clone(),
            count: self.say.number(count.count),
            url: if is_chosen {
                // A branch is left with all below it, or the question would stay inside what was just closed.
                self.closed(level, &count.key)
            } else {
                toggled(self.query, LEVELS[level], &count.key)
            },
            is_chosen,
            under: if is_open {
                self.branches(level + 1, Some(&count.key))
            } else {
                Vec::new()
            },
        }
    }

    fn at(&self, level: usize) -> &'a [FacetCount] {
        LEVELS.get(level).map_or(&[], |field| super::of(self.counts, field))
    }

    /// Whether something below is chosen.
    fn holds_chosen(&self, level: usize, key: &str) -> bool {
        self.below(level, key)
            .iter()
            .any(|(field, key)| self.query.has(field, key))
    }

    /// Everything below, with the field it is a value of.
    fn below(&self, level: usize, key: &str) -> Vec<(&'static str, &'a str)> {
        let mut found = Vec::new();
        for count in self
            .at(level + 1)
            .iter()
            .filter(|count| count.parent.as_deref() == Some(key))
        {
            found.push((LEVELS[level + 1], count.key.as_str()));
            found.extend(self.below(level + 1, &count.key));
        }
        found
    }

    /// The question without this value and without what was chosen below it.
    fn closed(&self, level: usize, key: &str) -> String {
        let mut gone = self.below(level, key);
        gone.push((LEVELS[level], key));
        let rest = self.query.keeping(|field, value| !gone.contains(&(field, value)));
        urls::results(&rest)
    }
}

#[cfg(test)]
mod tests {
    use super::choices;
    use crate::domain::search::SearchQuery;
    use crate::library::search::find::{FacetCount, FacetCounts};
    use crate::words::Lang;
    use crate::words::pages::PageWords;

    fn count(key: &str, parent: Option<&str>) -> FacetCount {
        FacetCount {
            key: key.to_owned(),
            label: key.to_owned(),
            count: 3,
            parent: parent.map(str::to_owned),
        }
    }

    fn counts() -> FacetCounts {
        FacetCounts {
            major: ["焊接", "汽修", "电气"].map(|key| count(key, None)).into(),
            course: vec![count("气保焊", Some("焊接")), count("汽车维护", Some("汽修"))],
            task: vec![count("平板对接", Some("气保焊"))],
            ..FacetCounts::default()
        }
    }

    fn shown(query: &SearchQuery) -> Vec<(String, usize)> {
        let tree = choices(PageWords(Lang::Zh), query, &counts());
        tree.into_iter().map(|it| (it.label, it.under.len())).collect()
    }

    #[test]
    fn a_branch_is_open_where_something_in_it_is_chosen() {
        let closed = SearchQuery::default();
        let by_task = SearchQuery {
            task: Some("平板对接".to_owned()),
            ..SearchQuery::default()
        };

        assert!(shown(&closed).iter().all(|(_, under)| *under == 0));
        assert_eq!(shown(&by_task)[0], ("焊接".to_owned(), 1));
        assert_eq!(shown(&by_task)[1].1, 0);
    }

    #[test]
    fn leaving_a_major_leaves_its_courses_too() {
        let query = SearchQuery {
            major: Some("焊接".to_owned()),
            course: Some("气保焊,汽车维护".to_owned()),
            ..SearchQuery::default()
        };

        let tree = choices(PageWords(Lang::Zh), &query, &counts());

        let kept = crate::http::web::urls::with_query("/search", &[("course", "汽车维护")]);
        assert_eq!(tree[0].url, kept);
    }
}
