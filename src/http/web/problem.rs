//! The page for everything that cannot be done: says what, why, and what to do next.

use askama::Template;

use super::layout::{Layout, Link};

/// The error page; its frame's title says what happened.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The frame.
    pub layout: Layout,
    /// The HTTP status: `404`.
    pub status: u16,
    /// What is the matter and what helps, in a sentence or two.
    pub detail: String,
    /// Ways on.
    pub links: Vec<Link>,
    /// The request's id, for whoever looks into it.
    pub request_id: Option<String>,
}
