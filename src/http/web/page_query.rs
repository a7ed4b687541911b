//! What the address of a page says besides its own subject.

use serde::Deserialize;

/// Where its list begins, and what was done just before.
#[derive(Debug, Default, Deserialize)]
pub struct PageQuery {
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

impl PageQuery {
    /// Where the last page ended; an empty cursor is none.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }
}
