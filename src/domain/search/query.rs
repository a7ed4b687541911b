//! A question as an address carries it: how it comes in, how a page changes it, and how a saved search is kept.

use std::fmt::Display;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

use super::{Filters, Question, Sort};
use crate::domain::curriculum::Level;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::role::Scope;
use crate::domain::stage::stage_key;
use crate::domain::time::Timestamp;

/// What stands unescaped in a query (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A question. Several values of one field, up to 20, are separated by commas and are alternatives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// What to look for: words, `"a phrase"`, `-word`, codes. Empty: browse.
    #[serde(default)]
    pub q: String,
    /// Ids, codes or exact names of majors.
    pub major: Option<String>,
    /// Ids or exact names of courses.
    pub course: Option<String>,
    /// Ids or exact names of tasks.
    pub task: Option<String>,
    /// Codes of types.
    pub r#type: Option<String>,
    /// Ids, codes or exact names of schools.
    pub school: Option<String>,
    /// Stages of a task: `inform`, `plan`, `decide`, `execute`, `check`, `evaluate`, or schools' own names.
    pub stage: Option<String>,
    /// Levels: `intermediate`, `advanced`, `pre_technician`.
    pub level: Option<String>,
    /// Years.
    pub year: Option<String>,
    /// Scopes: `school`, `city`, `public`.
    pub scope: Option<String>,
    /// Only what is new or changed after this moment, in RFC 3339: `2026-11-24T08:00:00Z`.
    pub since: Option<String>,
    /// `true`: only your own, drafts and what was withdrawn among them.
    pub mine: Option<String>,
    /// `relevance` (the default) or `newest`.
    pub sort: Option<String>,
}

impl SearchQuery {
    /// The fields that limit a question, in the order in which they are written.
    pub const LIMITS: [&str; 9] = [
        "major", "course", "task", "type", "school", "stage", "level", "year", "scope",
    ];

    /// Every field with what was given for it, in the order in which they are written.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let others = [
            ("major", &self.major),
            ("course", &self.course),
            ("task", &self.task),
            ("type", &self.r#type),
            ("school", &self.school),
            ("stage", &self.stage),
            ("level", &self.level),
            ("year", &self.year),
            ("scope", &self.scope),
            ("since", &self.since),
            ("mine", &self.mine),
            ("sort", &self.sort),
        ];
        let others = others.map(|(name, value)| (name, value.as_deref().unwrap_or_default()));
        [("q", self.q.as_str())].into_iter().chain(others).collect()
    }

    /// The values of a field.
    pub fn values(&self, field: &str) -> impl Iterator<Item = &str> + use<'_> {
        let pairs = self.pairs();
        let given = pairs.iter().find(|(name, _)| *name == field);
        let values = given.map_or("", |(_, value)| value).split(',').map(str::trim);
        values.filter(|value| !value.is_empty())
    }

    /// Whether this is a value of a field.
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.values(field).any(|given| given == value)
    }

    /// The same question with another value of one field.
    #[must_use]
    pub fn with(&self, field: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.set(field, value);
        changed
    }

    /// The same question with this value of a field, or without it where it has it.
    #[must_use]
    pub fn toggled(&self, field: &str, value: &str) -> Self {
        let mut kept: Vec<&str> = self.values(field).filter(|other| *other != value).collect();
        if !self.has(field, value) {
            kept.push(value);
        }
        self.with(field, &kept.join(","))
    }

    /// The same question with only those values of its limits.
    #[must_use]
    pub fn keeping(&self, mut keep: impl FnMut(&str, &str) -> bool) -> Self {
        let mut changed = self.clone();
        for field in Self::LIMITS {
            let kept: Vec<&str> = self.values(field).filter(|value| keep(field, value)).collect();
            if kept.len() < self.values(field).count() {
                changed.set(field, &kept.join(","));
            }
        }
        changed
    }

    /// The same words in the same order, anywhere in the library.
    #[must_use]
    pub fn without_limits(&self) -> Self {
        Self {
            q: self.q.clone(),
            sort: self.sort.clone(),
            ..Self::default()
        }
    }

    fn set(&mut self, field: &str, value: &str) {
        let given = match field {
            "q" => {
                value.clone_into(&mut self.q);
                return;
            }
            "major" => &mut self.major,
            "course" => &mut self.course,
            "task" => &mut self.task,
            "type" => &mut self.r#type,
            "school" => &mut self.school,
            "stage" => &mut self.stage,
            "level" => &mut self.level,
            "year" => &mut self.year,
            "scope" => &mut self.scope,
            "since" => &mut self.since,
            "mine" => &mut self.mine,
            "sort" => &mut self.sort,
            _ => return,
        };
        *given = Some(value.to_owned()).filter(|value| !value.is_empty());
    }

    /// Whether only the asker's own are wanted.
    pub fn is_mine(&self) -> bool {
        matches!(self.mine.as_deref(), Some("true" | "1"))
    }

    /// The moment after which changes count.
    pub fn since(&self) -> Result<Option<Timestamp>, FieldFault> {
        let Some(given) = self.since.as_deref().map(str::trim).filter(|given| !given.is_empty()) else {
            return Ok(None);
        };
        // A plus sign that was not escaped arrives as a blank: `2026-11-24T16:00:00+08:00`.
        let moment = given.replace(' ', "+").parse().map_err(|_| {
            let expected = "a moment such as 2026-11-24T08:00:00Z";
            FieldFault::at("since", FaultKind::Malformed { expected })
        });
        moment.map(Some)
    }

    /// The question, as far as it can be read alone. Of majors, courses, tasks and schools these are those that were given
    /// by their ids; what the others' names mean, and whose the question is, is for the library to say.
    pub fn question(&self) -> Question {
        Question {
            text: self.q.clone(),
            filters: Filters {
                major: self.ids("major"),
                course: self.ids("course"),
                task: self.ids("task"),
                kind: self.values("type").map(str::to_owned).collect(),
                school: self.ids("school"),
                stage: self.values("stage").map(stage_key).collect(),
                level: self.values("level").map(level_code).collect(),
                // A year that is none finds nothing, as an unknown code does.
                year: self.values("year").map(|year| year.parse().unwrap_or(0)).collect(),
                scope: self.values("scope").filter_map(Scope::of_code).collect(),
                since: None,
                mine: self.is_mine(),
            },
            sort: if self.sort.as_deref() == Some("newest") {
                Sort::Newest
            } else {
                Sort::Relevance
            },
            ..Question::default()
        }
    }

    fn ids<I: FromStr>(&self, field: &str) -> Vec<I> {
        self.values(field).filter_map(|value| value.parse().ok()).collect()
    }

    /// A question as it is saved, in the one spelling that it has: values in their order, ids for names. It does not look
    /// back to a moment, for that moves, and is not about the asker's own.
    pub fn to_save(question: &Question) -> Self {
        let filters = &question.filters;
        let scopes: Vec<Scope> = in_order(&filters.scope);
        let scopes: Vec<&str> = scopes.into_iter().map(Scope::code).collect();
        let list = |values: String| Some(values).filter(|values| !values.is_empty());
        Self {
            q: question.text.trim().to_owned(),
            major: list(joined(&in_order(&filters.major))),
            course: list(joined(&in_order(&filters.course))),
            task: list(joined(&in_order(&filters.task))),
            r#type: list(joined(&in_order(&filters.kind))),
            school: list(joined(&in_order(&filters.school))),
            stage: list(joined(&in_order(&filters.stage))),
            level: list(joined(&in_order(&filters.level))),
            year: list(joined(&in_order(&filters.year))),
            scope: list(joined(&scopes)),
            since: None,
            mine: None,
            sort: (question.sort == Sort::Newest).then(|| "newest".to_owned()),
        }
    }

    /// Writes it as what stands behind `?` in an address.
    pub fn write(&self) -> String {
        let filled = self.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        let written = filled.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, UNRESERVED)));
        written.collect::<Vec<_>>().join("&")
    }

    /// Reads what was written; other fields are passed over.
    pub fn read(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            query.set(name, &percent_decode_str(value).decode_utf8_lossy());
        }
        query
    }
}

fn level_code(given: &str) -> String {
    Level::parse(given).map_or_else(|| given.to_owned(), |level| level.code().to_owned())
}

fn in_order<T: Ord + Clone>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

fn joined<T: Display>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(T::to_string).collect();
    values.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MajorId;

    #[test]
    fn the_same_question_is_the_same_text_and_comes_back_whole() {
        let (one, two) = (MajorId::new(), MajorId::new());
        let question = |text: &str, major: &[MajorId], kind: &[&str]| Question {
            text: text.to_owned(),
            filters: Filters {
                major: major.to_vec(),
                kind: kind.iter().map(|kind| (*kind).to_owned()).collect(),
                year: vec![2026],
                scope: vec![Scope::Public, Scope::School],
                since: Some(Timestamp(1)),
                ..Filters::default()
            },
            sort: Sort::Newest,
            ..Question::default()
        };
        let saved = SearchQuery::to_save(&question(" C&O=<\"?\"> 星 ", &[two, one, two], &["video", "worksheet"]));
        let again = SearchQuery::to_save(&question("C&O=<\"?\"> 星", &[one, two], &["worksheet", "video"]));

        assert_eq!(saved.write(), again.write());
        assert_eq!(
            saved.write(),
            format!(
                "q=C%26O%3D%3C%22%3F%22%3E%20%E6%98%9F&major={one}%2C{two}&type=video%2Cworksheet&year=2026\
                 &scope=school%2Cpublic&sort=newest"
            )
        );
        assert_eq!(SearchQuery::read(&saved.write()), saved);
        assert_eq!(SearchQuery::to_save(&saved.question()), saved);
        assert_eq!(SearchQuery::to_save(&Question::default()).write(), "");
    }

    #[test]
    fn what_nobody_wrote_is_passed_over() {
        let read = SearchQuery::read("cursor=x&major=none&scope=world&&=");

        assert_eq!(read.question(), Question::default());
    }

    #[test]
    fn a_value_is_added_and_taken_away_again() {
        let query = SearchQuery::read("q=C%26O&type=video%2Cworksheet&sort=newest");

        assert_eq!(
            query.toggled("type", "video").write(),
            "q=C%26O&type=worksheet&sort=newest"
        );
        assert_eq!(
            query.toggled("year", "2026").write(),
            "q=C%26O&type=video%2Cworksheet&year=2026&sort=newest"
        );
        assert_eq!(query.without_limits().write(), "q=C%26O&sort=newest");
        assert_eq!(
            query.keeping(|_, value| value == "video").write(),
            "q=C%26O&type=video&sort=newest"
        );
    }
}
