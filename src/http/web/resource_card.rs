//! A resource as lists show it: on the home page, under a major, under a task, among one's own.

use super::format;
use super::highlighted::Highlighted;
use crate::domain::day::Day;
use crate::domain::resource::{Status, resource_type};
use crate::library::resource_view::Resource;
use crate::words::pages::PageWords;

/// A resource in one or two lines.
#[derive(Debug, Clone)]
pub struct ResourceCard {
    /// Its page.
    pub url: String,
    /// Its title, with found words marked where it was searched for.
    pub title: Highlighted,
    /// Its type.
    pub kind: KindMark,
    /// What else tells it from its neighbours: task, school, formats, day. In the order to show.
    pub facts: Vec<String>,
    /// Where it stands, when it is not plainly published.
    pub status: Option<StatusMark>,
    /// The label of what AI made.
    pub ai: Option<&'static str>,
}

/// A type with its seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindMark {
    /// The character of its seal.
    pub seal: &'static str,
    /// Its name.
    pub label: String,
}

impl KindMark {
    /// The mark of a type; a code nobody knows is shown as it is.
    pub fn of(say: PageWords, type_code: &str) -> Self {
        Self {
            seal: format::seal(type_code),
            label: resource_type(type_code).map_or_else(|| type_code.to_owned(), |kind| say.kind(kind).to_owned()),
        }
    }
}

/// Where a resource stands, as a mark beside its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMark {
    /// The stable code, for the style sheet: `draft`.
    pub code: &'static str,
    /// In words.
    pub label: String,
}

impl StatusMark {
    /// What is worth telling beside a title: that it is not published, or is a model for others.
    fn telling(say: PageWords, resource: &Resource) -> Option<Self> {
        let model = || Self {
            code: "model",
            label: Self::model(say, resource.marked_until),
        };
        match resource.status {
            Status::Published => resource.marked_at.map(|_| model()),
            status => Some(Self::of(say, status)),
        }
    }

    /// What is said of a model: how long it is one, where that ends.
    pub fn model(say: PageWords, until: Option<Day>) -> String {
        let until =
            until.map(|day| say.lang().pick("（", " (").to_owned() + &say.mark_until(day) + say.lang().pick("）", ")"));
        format!("{}{}", say.model(), until.unwrap_or_default())
    }

    /// The mark of a status.
    pub fn of(say: PageWords, status: Status) -> Self {
        let code = match status {
            Status::Draft => "draft",
            Status::Submitted => "submitted",
            Status::Returned => "returned",
            Status::Published => "published",
            Status::Withdrawn => "withdrawn",
        };
        Self {
            code,
            label: say.status(status),
        }
    }
}

impl ResourceCard {
    /// A resource with what tells it from its neighbours. Its status shows unless it is plainly published.
    pub fn of(say: PageWords, resource: &Resource) -> Self {
        let course = || resource.course.as_ref().map(|course| course.name.clone());
        let task = resource.task.as_ref().map(|task| task.name.clone());
        let facts = [
            task.or_else(course),
            resource.metadata.stage.as_ref().map(|stage| say.stage(stage)),
            resource.school.as_ref().map(|school| school.name.clone()),
            resource
                .company
                .as_ref()
                .map(|name| format!("{}{}{name}", say.company_source(), say.colon())),
            resource.metadata.year.map(|year| year.to_string()),
            (resource.file_count > 1).then(|| say.files(count(resource.file_count))),
            Some(format::bytes(count(resource.size))),
        ];
        Self {
            url: resource.url.clone(),
            title: Highlighted::plain(&resource.metadata.title),
            kind: KindMark::of(say, &resource.metadata.kind),
            facts: facts.into_iter().flatten().collect(),
            status: StatusMark::telling(say, resource),
            ai: say.ai_badge(resource.metadata.rights.ai_use),
        }
    }
}

/// A count of the database, which knows only signed numbers.
pub fn count(n: i64) -> u64 {
    n.try_into().unwrap_or(0)
}
