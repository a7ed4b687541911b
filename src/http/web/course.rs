//! A course's page: its learning tasks and what there is for each.

use askama::Template;

use super::layout::{Layout, Link};
use super::list::Card;

/// A course's page.
#[derive(Debug, Template)]
#[template(path = "course.html")]
pub struct CoursePage {
    /// The frame; its title is the course's name.
    pub layout: Layout,
    /// The major it belongs to.
    pub major: Link,
    /// Level, hours, holdings.
    pub facts: Vec<String>,
    /// The typical work task, where it has another name than the course.
    pub work_task: Option<String>,
    /// Its learning tasks in order.
    pub tasks: Vec<TaskSection>,
    /// What belongs to the course and to none of its tasks.
    pub general: Vec<Card>,
    /// Everything in it, as a search.
    pub all_url: String,
    /// Searching within it: its id as the form sends it.
    pub course_id: String,
}

/// One learning task with what there is for it.
#[derive(Debug, Clone)]
pub struct TaskSection {
    /// Its id, as the anchor of its heading.
    pub id: String,
    /// Its place in the course: `1`.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Hours and school.
    pub facts: Vec<String>,
    /// What there is for it.
    pub resources: Vec<Card>,
    /// The rest of it, as a search, when there is more than is shown.
    pub more: Option<Link>,
    /// Uploads for it, for those who may.
    pub upload_url: Option<String>,
}
