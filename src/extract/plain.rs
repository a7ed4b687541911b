//! Plain text and Markdown.

use super::{charset, findings::Findings, input::Input, limits::TEXT_FILE_BYTES, prose::Prose, stop::Reading};

/// Reads a text; a blank line ends a paragraph.
pub(crate) fn read(input: &Input, out: &mut Findings<'_>) -> Reading {
    let text = text_of(input, TEXT_FILE_BYTES, out)?;
    read_text(&text, out)
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

/// The decoded beginning of a file, up to `limit` bytes; notes the encoding and whether something was left out.
pub(crate) fn text_of(input: &Input, limit: u64, out: &mut Findings<'_>) -> Reading<String> {
    let bytes = input.head(limit)?;
    let (text, encoding) = charset::decode(&bytes);
    out.report.truncated |= input.len() > limit;
    if out.member().is_none() {
        out.report.encoding = Some(encoding.name().to_owned());
    }
    Ok(text)
}

fn heading_of(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    let is_heading = (1..=6).contains(&level) && title.starts_with(' ');
    is_heading.then(|| title.trim().trim_end_matches('#').trim_end())
}
