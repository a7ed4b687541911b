//! Plain text and Markdown.

use serde::Deserialize;

use super::{
    charset,
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::{PART_BYTES, TEXT_FILE_BYTES},
    output::Output,
    section_builder::SectionBuilder,
};

/// Reads a text; a blank line ends a paragraph.
pub(crate) fn read(input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let decoded = charset::decode(&input.head(TEXT_FILE_BYTES)?);
    let text = out.decoded(decoded);
    if is_notebook(&text) {
        return read_notebook(text, input, out);
    }
    out.report.truncated |= input.len() > TEXT_FILE_BYTES;
    read_text(&text, out)
}

/// Whether a text begins as a Jupyter notebook, which is JSON around what was written and what came of it.
fn is_notebook(text: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains("\"cells\"") && text.contains("\"cell_type\"")
}

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<NotebookCell>,
    /// Where older notebooks keep their cells.
    #[serde(default)]
    worksheets: Vec<Notebook>,
}

#[derive(Deserialize)]
struct NotebookCell {
    #[serde(default, alias = "input")]
    source: CellSource,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CellSource {
    Text(String),
    Lines(Vec<String>),
}

impl Default for CellSource {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

/// Reads the cells of a notebook. What came of them is passed over, however large: pictures and logs. One that is cut off or
/// too large is not read: its pictures are nobody's words.
fn read_notebook(text: String, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let length = input.len();
    let notebook: Result<Notebook, _> = if length <= TEXT_FILE_BYTES {
        serde_json::from_str(&text)
    } else if length <= PART_BYTES {
        // Gives its memory back before the whole is read.
        drop(text);
        let bytes = input.head(PART_BYTES)?;
        serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
    } else {
        return Err(ExtractError::unsupported(format!("a notebook of {length} bytes")));
    };
    let notebook = notebook.map_err(ExtractError::damaged)?;
    let older = notebook.worksheets.iter().flat_map(|sheet| &sheet.cells);
    for cell in notebook.cells.iter().chain(older) {
        match &cell.source {
            CellSource::Text(text) => read_text(text, out)?,
            CellSource::Lines(lines) => read_text(&lines.concat(), out)?,
        }
    }
    Ok(())
}

/// Reads Markdown; `#` lines are headings.
pub(crate) fn read_markdown(input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let text = text_of(input, TEXT_FILE_BYTES, out)?;
    let mut prose = SectionBuilder::default();
    for line in text.lines() {
        match heading_of(line) {
            Some(title) => prose.heading(title, out)?,
            None => prose.paragraph(line, out)?,
        }
    }
    prose.flush(out)
}

/// Sends a text off in sections.
pub(crate) fn read_text(text: &str, out: &mut Output<'_>) -> ExtractResult {
    let mut prose = SectionBuilder::default();
    for line in text.lines() {
        prose.paragraph(line, out)?;
    }
    prose.flush(out)
}

/// The decoded beginning of a file, up to `limit` bytes; notes how it was read and whether something was left out.
pub(crate) fn text_of(input: &Input, limit: u64, out: &mut Output<'_>) -> ExtractResult<String> {
    let bytes = input.head(limit)?;
    let decoded = charset::decode(&bytes);
    out.report.truncated |= input.len() > limit;
    Ok(out.decoded(decoded))
}

fn heading_of(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    let is_heading = (1..=6).contains(&level) && title.starts_with(' ');
    is_heading.then(|| title.trim().trim_end_matches('#').trim_end())
}
