//! Tables of a page as the rows of one sheet: many programs of schools export a page and call it `.xls`.

use super::{
    error::ExtractResult,
    html,
    input::Input,
    limits::HTML_BYTES,
    sheet_sink::{SheetSink, area},
};

/// Whether a file that begins so is a page with a table.
pub(crate) fn is_one(head: &[u8]) -> bool {
    let head = html::decode(head).text.to_ascii_lowercase();
    head.trim_start().starts_with('<') && head.contains("<table")
}

/// Hands over the rows of all tables of a page.
pub(crate) fn each_row(input: &Input, to: &mut dyn SheetSink) -> ExtractResult {
    let markup = html::decode(&input.head(HTML_BYTES)?).text;
    let mut table = TableRows::new(to);
    table.to.open("")?;
    let mut rest = markup.as_str();
    while let Some((text, tagged)) = rest.split_once('<') {
        table.text(text);
        rest = table.tag(tagged)?;
    }
    table.end_row()?;
    table.to.close()
}

/// Elements whose content is in no cell.
const SILENT: [&str; 2] = ["style", "script"];

fn begins(tagged: &str, name: &str) -> bool {
    let head = tagged.get(..name.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(name))
}

/// What follows the end of an element.
fn behind<'m>(markup: &'m str, name: &str) -> &'m str {
    let mut rest = markup;
    while let Some((_, tagged)) = rest.split_once("</") {
        if begins(tagged, name) {
            return tagged.split_once('>').map_or("", |(_, rest)| rest);
        }
        rest = tagged;
    }
    ""
}

struct TableRows<'s> {
    to: &'s mut dyn SheetSink,
    row: u32,
    cells: Vec<String>,
    /// Cells of this row that areas of earlier rows cover: up to which row, by column.
    covered: Vec<u32>,
    is_in_cell: bool,
}

impl<'s> TableRows<'s> {
    fn new(to: &'s mut dyn SheetSink) -> Self {
        Self {
            to,
            row: 0,
            cells: Vec::new(),
            covered: Vec::new(),
            is_in_cell: false,
        }
    }

    /// Adds text, with white space as a browser shows it.
    fn text(&mut self, text: &str) {
        let Some(cell) = self.cells.last_mut().filter(|_| self.is_in_cell) else {
            return;
        };
        for c in htmlize::unescape(text).chars() {
            match c {
                c if !c.is_ascii_whitespace() => cell.push(c),
                _ if cell.is_empty() || cell.ends_with([' ', '\n']) => {}
                _ => cell.push(' '),
            }
        }
    }

    /// Acts on a tag and returns what follows it.
    fn tag<'m>(&mut self, tagged: &'m str) -> ExtractResult<&'m str> {
        if let Some(comment) = tagged.strip_prefix("!--") {
            return Ok(comment.split_once("-->").map_or("", |(_, rest)| rest));
        }
        if let Some(name) = SILENT.iter().find(|name| begins(tagged, name)) {
            return Ok(behind(tagged, name));
        }
        let end = tagged.find('>').unwrap_or(tagged.len());
        let (tag, rest) = (&tagged[..end], tagged.get(end + 1..).unwrap_or_default());
        let name = tag
            .split(|c: char| c.is_ascii_whitespace() || c == '/')
            .next()
            .unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "tr" => self.end_row()?,
            "td" | "th" => self.open_cell(tag),
            "br" => self.text_break(),
            // A closing tag begins with its slash, and so has no name.
            "" if matches!(tag.to_ascii_lowercase().as_str(), "/td" | "/th" | "/tr" | "/table") => {
                self.is_in_cell = false;
            }
            _ => {}
        }
        Ok(rest)
    }

    fn text_break(&mut self) {
        if let Some(cell) = self.cells.last_mut().filter(|_| self.is_in_cell) {
            cell.push('\n');
        }
    }

    fn open_cell(&mut self, tag: &str) {
        while self.is_covered(self.cells.len()) {
            self.cells.push(String::new());
        }
        let (down, across) = (span(tag, "rowspan"), span(tag, "colspan"));
        let left = self.cells.len();
        self.cells.push(String::new());
        self.is_in_cell = true;
        if down > 1 || across > 1 {
            let column = u32::try_from(left).unwrap_or(u32::MAX);
            let merged = area(
                self.row,
                column,
                self.row.saturating_add(down - 1),
                column.saturating_add(across - 1),
            );
            if let Some(area) = merged {
                self.to.merge(area);
                self.covered.resize(self.covered.len().max(area.right + 1), 0);
                self.covered[area.left..=area.right].fill(area.bottom.saturating_add(1));
            }
        }
    }

    fn is_covered(&self, column: usize) -> bool {
        self.covered.get(column).is_some_and(|until| *until > self.row)
    }

    fn end_row(&mut self) -> ExtractResult {
        self.is_in_cell = false;
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        self.row += 1;
        self.to.row(self.row, cells)
    }
}

/// How many rows or columns a cell covers.
fn span(tag: &str, name: &str) -> u32 {
    let lower = tag.to_ascii_lowercase();
    let value = lower
        .split_once(name)
        .map(|(_, rest)| rest.trim_start_matches([' ', '=', '"', '\'']));
    let digits = value.map(|value| value.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(1).max(1)
}
