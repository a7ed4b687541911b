//! Addresses of pages: the one place that knows how they are built.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::passage::Locator;

/// What stands unescaped in a query (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A resource's page.
pub fn resource(id: impl Display) -> String {
    format!("/r/{id}")
}

/// A major's page.
pub fn major(id: impl Display) -> String {
    format!("/m/{id}")
}

/// A course's page.
pub fn course(id: impl Display) -> String {
    format!("/c/{id}")
}

/// A file's original bytes.
pub fn content(file: impl Display) -> String {
    format!("/api/v1/files/{file}/content")
}

/// A place in a file, opened in the resource's page: `/r/{id}?file={file}&page=12`.
pub fn passage(resource: impl Display, file: impl Display, locator: &Locator) -> String {
    format!("/r/{resource}?file={file}&{}#reading", place(locator))
}

/// A place as a query: `page=12`, `slide=3`, `sheet=…&row=5`, `section=2`, `t=130`.
pub fn place(locator: &Locator) -> String {
    match locator {
        Locator::Page { page } => format!("page={page}"),
        Locator::Slide { slide } => format!("slide={slide}"),
        Locator::Sheet { sheet, row } => format!("sheet={}&row={row}", escaped(sheet)),
        Locator::Section { section, .. } => format!("section={section}"),
        Locator::Time { start_ms, .. } => format!("t={}", start_ms / 1000),
    }
}

/// A page with a query of these fields; empty values are left out.
pub fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let filled: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    if filled.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", filled.join("&"))
}

/// The results for some words.
pub fn search(text: &str) -> String {
    with_query("/search", &[("q", text)])
}

fn escaped(text: &str) -> impl Display {
    utf8_percent_encode(text, UNRESERVED)
}

#[cfg(test)]
mod tests {
    use super::{passage, search, with_query};
    use crate::domain::passage::Locator;

    #[test]
    fn an_address_carries_any_text_unharmed() {
        assert_eq!(search("C&O=?#"), "/search?q=C%26O%3D%3F%23");
        assert_eq!(search(""), "/search");
        assert_eq!(
            with_query("/search", &[("q", ""), ("type", "video")]),
            "/search?type=video"
        );
    }

    #[test]
    fn a_passage_opens_at_its_place() {
        let row = Locator::Sheet {
            sheet: "评分 表".to_owned(),
            row: 5,
        };

        assert_eq!(
            passage(1, 2, &Locator::Page { page: 12 }),
            "/r/1?file=2&page=12#reading"
        );
        assert_eq!(
            passage(1, 2, &row),
            "/r/1?file=2&sheet=%E8%AF%84%E5%88%86%20%E8%A1%A8&row=5#reading"
        );
    }
}
