//! The home page: one question, the whole catalogue, what is new.

use askama::Template;

use super::layout::{Layout, Link};
use super::list::Card;

/// The home page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame.
    pub layout: Layout,
    /// How much there is: `1,234 个资源 · 9 个专业 · 7 所学校`.
    pub holdings: String,
    /// Searches to try.
    pub examples: Vec<Link>,
    /// The tree of majors with their courses.
    pub majors: Vec<MajorBranch>,
    /// What was published last.
    pub newest: Vec<Card>,
}

/// A major with its courses, in the tree.
#[derive(Debug, Clone)]
pub struct MajorBranch {
    /// Its page.
    pub url: String,
    /// Its code, where one is confirmed.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// How much it holds: `128 个资源`.
    pub holdings: String,
    /// Its courses.
    pub courses: Vec<CourseLeaf>,
}

/// A course in the tree.
#[derive(Debug, Clone)]
pub struct CourseLeaf {
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: String,
    /// How many resources it holds.
    pub count: Option<String>,
}
