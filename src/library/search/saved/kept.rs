//! A question as it is kept: the query of an address, always in the same spelling, and back.
//!
//! Fields stand in one order, values of one field in theirs, ids for names. So the same question is the same text, and
//! reading it asks nobody what a name means.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::domain::role::Scope;
use crate::domain::search::{Filters, Question, Sort};

/// What stands unescaped in a query (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A question that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    text: String,
    filters: Filters,
    sort: Sort,
}

impl Kept {
    /// Keeps a question. A moment to look back to is not part of it: that moves.
    pub(super) fn new(text: &str, filters: Filters, sort: Sort) -> Self {
        let mut filters = Filters { since: None, ..filters };
        settle(&mut filters.major);
        settle(&mut filters.course);
        settle(&mut filters.task);
        settle(&mut filters.kind);
        settle(&mut filters.school);
        settle(&mut filters.stage);
        settle(&mut filters.level);
        settle(&mut filters.year);
        settle(&mut filters.scope);
        Self {
            text: text.trim().to_owned(),
            filters,
            sort,
        }
    }

    /// Writes it.
    pub(super) fn write(&self) -> String {
        let filters = &self.filters;
        let mut query = String::new();
        add(&mut query, "q", &self.text);
        add(&mut query, "major", &list(&filters.major));
        add(&mut query, "course", &list(&filters.course));
        add(&mut query, "task", &list(&filters.task));
        add(&mut query, "type", &list(&filters.kind));
        add(&mut query, "school", &list(&filters.school));
        add(&mut query, "stage", &list(&filters.stage));
        add(&mut query, "level", &list(&filters.level));
        add(&mut query, "year", &list(&filters.year));
        let scopes: Vec<&str> = filters.scope.iter().map(|scope| scope_code(*scope)).collect();
        add(&mut query, "scope", &list(&scopes));
        if self.sort == Sort::Newest {
            add(&mut query, "sort", "newest");
        }
        query
    }

    /// Reads what was written.
    pub(super) fn read(query: &str) -> Self {
        let mut kept = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = percent_decode_str(value).decode_utf8_lossy();
            match name {
                "q" => kept.text = value.into_owned(),
                "major" => kept.filters.major = values(&value),
                "course" => kept.filters.course = values(&value),
                "task" => kept.filters.task = values(&value),
                "type" => kept.filters.kind = values(&value),
                "school" => kept.filters.school = values(&value),
                "stage" => kept.filters.stage = values(&value),
                "level" => kept.filters.level = values(&value),
                "year" => kept.filters.year = values(&value),
                "scope" => kept.filters.scope = value.split(',').filter_map(scope).collect(),
                "sort" => {
                    kept.sort = if value == "newest" {
                        Sort::Newest
                    } else {
                        Sort::Relevance
                    }
                }
                _ => {}
            }
        }
        kept
    }

    /// The question; whoever asks it says for whom.
    pub(super) fn question(self) -> Question {
        Question {
            text: self.text,
            filters: self.filters,
            sort: self.sort,
            ..Question::default()
        }
    }
}

fn settle<T: Ord>(values: &mut Vec<T>) {
    values.sort_unstable();
    values.dedup();
}

fn list<T: Display>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(T::to_string).collect();
    values.join(",")
}

fn add(query: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let mark = if query.is_empty() { "" } else { "&" };
    write!(query, "{mark}{name}={}", utf8_percent_encode(value, UNRESERVED)).expect("writing to a String cannot fail");
}

fn values<T: FromStr>(list: &str) -> Vec<T> {
    list.split(',').filter_map(|value| value.parse().ok()).collect()
}

fn scope_code(scope: Scope) -> &'static str {
    match scope {
        Scope::School => "school",
        Scope::City => "city",
        Scope::Public => "public",
    }
}

fn scope(code: &str) -> Option<Scope> {
    [Scope::School, Scope::City, Scope::Public]
        .into_iter()
        .find(|scope| scope_code(*scope) == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MajorId;
    use crate::domain::time::Timestamp;

    #[test]
    fn the_same_question_is_the_same_text_and_comes_back_whole() {
        let (one, two) = (MajorId::new(), MajorId::new());
        let filters = |major: &[MajorId], kind: &[&str]| Filters {
            major: major.to_vec(),
            kind: kind.iter().map(|kind| (*kind).to_owned()).collect(),
            year: vec![2026],
            scope: vec![Scope::Public, Scope::School],
            since: Some(Timestamp(1)),
            ..Filters::default()
        };
        let kept = Kept::new(
            " C&O=<\"?\"> 星 ",
            filters(&[two, one, two], &["video", "worksheet"]),
            Sort::Newest,
        );
        let again = Kept::new(
            "C&O=<\"?\"> 星",
            filters(&[one, two], &["worksheet", "video"]),
            Sort::Newest,
        );

        assert_eq!(kept.write(), again.write());
        assert_eq!(
            kept.write(),
            format!(
                "q=C%26O%3D%3C%22%3F%22%3E%20%E6%98%9F&major={one}%2C{two}&type=video%2Cworksheet&year=2026\
                 &scope=school%2Cpublic&sort=newest"
            )
        );
        assert_eq!(Kept::read(&kept.write()), kept);
        assert_eq!(Kept::new("", Filters::default(), Sort::Relevance).write(), "");
    }

    #[test]
    fn what_nobody_wrote_is_passed_over() {
        assert_eq!(
            Kept::read("cursor=x&major=none&year=soon&scope=world&&="),
            Kept::default()
        );
    }
}
