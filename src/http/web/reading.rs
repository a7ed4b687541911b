//! The part of a resource's page that shows what stands at one place of one file.

use super::layout::Link;
use super::marked::Marked;

/// The text at the place a search led to.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The file.
    pub file: String,
    /// The place: `第 12 页`.
    pub place: String,
    /// Its text, a paragraph each, with what was searched for marked.
    pub paragraphs: Vec<Marked>,
    /// Opens the file itself at this place, for formats that browsers show.
    pub open_url: Option<String>,
    /// Fetches the file.
    pub download_url: String,
    /// The place before.
    pub previous: Option<Link>,
    /// The place after.
    pub next: Option<Link>,
    /// Other places of this resource where the words stand.
    pub others: Vec<Link>,
}

/// A film or a sound that plays in the page.
#[derive(Debug, Clone)]
pub struct Player {
    /// The bytes, with the second to begin at: `/api/v1/files/…/content#t=130`.
    pub url: String,
    /// What it is called.
    pub name: String,
    /// Whether there is something to see.
    pub is_video: bool,
}

impl Reading {
    /// Splits the text of a passage into paragraphs, as it stands in the file.
    ///
    /// A mark that runs over a line's end would be cut in two, so a line with half a mark stays with its neighbours.
    pub fn paragraphs(html: &str) -> Vec<Marked> {
        let mut paragraphs = Vec::new();
        let mut open = String::new();
        for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !open.is_empty() {
                open.push(' ');
            }
            open.push_str(line);
            if open.matches("<mark>").count() == open.matches("</mark>").count() {
                paragraphs.push(Marked::from_index(&open));
                open.clear();
            }
        }
        if !open.is_empty() {
            paragraphs.push(Marked::from_index(&open));
        }
        paragraphs
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn a_mark_over_a_lines_end_stays_whole() {
        let paragraphs = Reading::paragraphs("一<mark>星\n三角</mark>启动\n\n二");
        let texts: Vec<String> = paragraphs.iter().map(ToString::to_string).collect();

        assert_eq!(texts, ["一<mark>星 三角</mark>启动", "二"]);
    }
}
