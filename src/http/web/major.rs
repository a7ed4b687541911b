//! A major's page: its courses and what is new in it.

use askama::Template;

use super::layout::Layout;
use super::list::Card;

/// A major's page.
#[derive(Debug, Template)]
#[template(path = "major.html")]
pub struct MajorPage {
    /// The frame; its title is the major's name.
    pub layout: Layout,
    /// Its code, where one is confirmed.
    pub code: Option<String>,
    /// Category, levels and holdings, in the order to show.
    pub facts: Vec<String>,
    /// Its courses.
    pub courses: Vec<CourseRow>,
    /// What was published last in it.
    pub newest: Vec<Card>,
    /// Everything in it, as a search.
    pub all_url: String,
    /// Searching within it: its id as the form sends it.
    pub major_id: String,
}

/// One course of the major.
#[derive(Debug, Clone)]
pub struct CourseRow {
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Level, tasks, holdings.
    pub facts: Vec<String>,
    /// Its learning tasks by name.
    pub tasks: Vec<String>,
}
