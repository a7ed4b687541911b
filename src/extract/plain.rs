//! Plain text and Markdown.

use super::{charset, findings::Findings, input::Input, limits::TEXT_FILE_BYTES, prose::Prose, stop::Reading};

/// Reads a text; a blank line ends a paragraph.
pub(crate) fn read(input: &Input, out: &mut Findings<'_>) -> Reading {
    let text = text_of(input, TEXT_FILE_BYTES, out)?;
    match notebook(&text) {
        Some(cells) => cells.iter().try_for_each(|cell| read_text(cell, out)),
        None => read_text(&text, out),
    }
}

/// The cells of a Jupyter notebook, which is JSON around what was written.
fn notebook(text: &str) -> Option<Vec<String>> {
    if !text.trim_start().starts_with('{') || !text.contains("\"nbformat\"") {
        return None;
    }
    let notebook: serde_json::Value = serde_json::from_str(text).ok()?;
    let cells = notebook["cells"].as_array()?;
    let source = |cell: &serde_json::Value| match &cell["source"] {
        serde_json::Value::String(text) => text.clone(),
        lines => lines
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .collect(),
    };
    Some(cells.iter().map(source).collect())
}

/// Reads Markdown; `#` lines are headings.
pub(crate) fn read_markdown(input: &Input, out: &mut Findings<'_>) -> Reading {
    let text = text_of(input, TEXT_FILE_BYTES, out)?;
    let mut prose = Prose::default();
    for line in text.lines() {
        match heading_of(line) {
            Some(title) => prose.heading(title, out)?,
            None => prose.paragraph(line, out)?,
        }
    }
    prose.flush(out)
}

/// Sends a text off in sections.
pub(crate) fn read_text(text: &str, out: &mut Findings<'_>) -> Reading {
    let mut prose = Prose::default();
    for line in text.lines() {
        prose.paragraph(line, out)?;
    }
    prose.flush(out)
}

/// The decoded beginning of a file, up to `limit` bytes; notes how it was read and whether something was left out.
pub(crate) fn text_of(input: &Input, limit: u64, out: &mut Findings<'_>) -> Reading<String> {
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
