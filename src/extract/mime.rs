//! Messages and saved web pages in MIME (RFC 2045, RFC 2557): EML, MHT, and Word's "single file web page" called `.doc`.

use encoding_rs::Encoding;
use mailparse::{MailHeaderMap as _, ParsedMail};

use super::{
    archive_members::is_document,
    charset,
    error::{ExtractError, ExtractResult},
    html,
    input::Input,
    limits::{ARCHIVE_DEPTH, HEAD_BYTES, TEXT_FILE_BYTES},
    output::Output,
    readers,
    section_builder::SectionBuilder,
    sniff::sniff,
};

/// Parts of one message that are read.
const PARTS: usize = 500;

/// Whether a text begins with the headers of a message.
pub(crate) fn is_message(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&head[..head.len().min(HEAD_BYTES)]).to_ascii_lowercase();
    let headers = head.trim_start().split("\n\n").next().unwrap_or_default();
    let headers = headers.split("\r\n\r\n").next().unwrap_or_default();
    let has = |name: &&&str| headers.lines().any(|line| line.starts_with(**name));
    // Old and forwarded messages name no version of MIME.
    HEADERS.iter().filter(has).count() > 1
}

/// Headers that no other text begins with two of.
const HEADERS: [&str; 10] = [
    "mime-version:",
    "content-type:",
    "content-transfer-encoding:",
    "received:",
    "return-path:",
    "message-id:",
    "from:",
    "to:",
    "subject:",
    "date:",
];

/// Reads a message: its subject, what it says, what is attached.
pub(crate) fn read(input: &Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let bytes = input.head(TEXT_FILE_BYTES)?;
    out.report.truncated |= input.len() > TEXT_FILE_BYTES;
    let message = mailparse::parse_mail(&bytes).map_err(ExtractError::damaged)?;
    let mut prose = SectionBuilder::default();
    if let Some(subject) = message.headers.get_first_value("Subject") {
        prose.heading(&subject, out)?;
    }
    let parts: Vec<&ParsedMail<'_>> = message.parts().take(PARTS).collect();
    out.report.truncated |= message.parts().nth(PARTS).is_some();
    for part in &parts {
        let end = match part.ctype.mimetype.as_str() {
            "text/html" => read_page(part, &mut prose, out),
            "text/plain" if name_of(part).is_none() && !is_said_twice(part, &parts) => {
                read_plain(part, &mut prose, out)
            }
            _ => Ok(()),
        };
        out.tolerate(end)?;
    }
    prose.flush(out)?;
    for part in parts {
        let end = read_attachment(part, out, depth);
        out.tolerate(end)?;
    }
    Ok(())
}

/// Whether the same words stand in a page beside it (RFC 2046 §5.1.4).
fn is_said_twice(part: &ParsedMail<'_>, parts: &[&ParsedMail<'_>]) -> bool {
    let is_page = |part: &ParsedMail<'_>| part.ctype.mimetype == "text/html";
    parts
        .iter()
        .filter(|outer| outer.ctype.mimetype == "multipart/alternative")
        .any(|outer| outer.subparts.iter().any(|inner| std::ptr::eq(inner, part)) && outer.parts().any(is_page))
}

fn read_page(part: &ParsedMail<'_>, prose: &mut SectionBuilder, out: &mut Output<'_>) -> ExtractResult {
    let bytes = part.get_body_raw().map_err(ExtractError::damaged)?;
    let decoded = match encoding_of(part) {
        Some(encoding) => charset::decode_as(encoding, &bytes),
        None => html::decode(&bytes),
    };
    let text = out.decoded(decoded);
    html::read_markup(&text, prose, out)
}

fn read_plain(part: &ParsedMail<'_>, prose: &mut SectionBuilder, out: &mut Output<'_>) -> ExtractResult {
    let bytes = part.get_body_raw().map_err(ExtractError::damaged)?;
    let decoded = match encoding_of(part) {
        Some(encoding) => charset::decode_as(encoding, &bytes),
        None => charset::decode(&bytes),
    };
    let text = out.decoded(decoded);
    text.lines().try_for_each(|line| prose.paragraph(line, out))
}

/// The encoding that a part names; the default of the standard is no word of its own.
fn encoding_of(part: &ParsedMail<'_>) -> Option<&'static Encoding> {
    let named = part.ctype.params.get("charset")?;
    Encoding::for_label(named.as_bytes())
}

fn name_of(part: &ParsedMail<'_>) -> Option<String> {
    let disposition = part.get_content_disposition();
    let named = disposition
        .params
        .get("filename")
        .or_else(|| part.ctype.params.get("name"));
    named.cloned()
}

/// Reads what is attached under its name; pictures of a page have none that anybody gave them.
fn read_attachment(part: &ParsedMail<'_>, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    // Mail programs forward messages without a name.
    let forwarded = (part.ctype.mimetype == "message/rfc822").then(|| "message.eml".to_owned());
    let is_text = part.ctype.mimetype == "text/html";
    let Some(name) = name_of(part).or(forwarded).filter(|_| !is_text) else {
        return Ok(());
    };
    if depth >= ARCHIVE_DEPTH {
        return Err(ExtractError::unsupported(format!(
            "`{name}` inside a message inside another file"
        )));
    }
    let bytes = part.get_body_raw().map_err(ExtractError::damaged)?;
    let kind = sniff(&name, &bytes[..bytes.len().min(HEAD_BYTES)]).kind;
    if !is_document(kind) {
        return Ok(());
    }
    out.within(&name, |out| {
        readers::read_nested(kind, Input::of_bytes(bytes), out, depth + 1)
    })
}
