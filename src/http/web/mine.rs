//! My resources: everything of one's own, in any status.

use askama::Template;

use super::layout::Layout;
use super::list::Card;

/// The page of one's own resources.
#[derive(Debug, Template)]
#[template(path = "mine.html")]
pub struct MinePage {
    /// The frame.
    pub layout: Layout,
    /// One tab per status with its number, and one for all.
    pub tabs: Vec<Tab>,
    /// The resources of the tab.
    pub rows: Vec<MineRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A tab.
#[derive(Debug, Clone)]
pub struct Tab {
    /// What it is called.
    pub label: String,
    /// How many lie in it.
    pub count: Option<String>,
    /// Where it leads.
    pub url: String,
    /// Whether it is the open one.
    pub is_here: bool,
}

/// One of one's own resources.
#[derive(Debug, Clone)]
pub struct MineRow {
    /// The resource; its status always shown.
    pub card: Card,
    /// What the reviewer wrote, when it was sent back.
    pub review_note: Option<String>,
    /// What keeps files of it from being found: `1 个文件读不出文字`.
    pub warning: Option<String>,
}
