//! Documents inside documents: what Office keeps as an object (OLE), with or without a wrapping of its own.
//!
//! An object is a compound file. It is a document of 1997–2003 itself, or it holds one file of any form in a stream: a
//! document since 2007 (`Package`), what another program put in (`CONTENTS`), or any file that was dragged into the
//! document (`Ole10Native`, with its name).

use office_oxide::cfb::{CfbReader, EntryType};

use super::{
    archive_members::is_document,
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::{ARCHIVE_DEPTH, HEAD_BYTES, MEMBER_BYTES},
    output::Output,
    readers,
    sniff::sniff,
};
use crate::domain::file::Kind;

/// Streams that hold a file as it is.
const WHOLE: [&str; 3] = ["Package", "CONTENTS", "EmbeddedOdf"];
/// The stream that holds a file with its name.
const NAMED: &str = "\u{1}Ole10Native";
/// Streams that only a document of 1997–2003 has.
const DOCUMENTS: [(&str, Kind); 4] = [
    ("WordDocument", Kind::Doc),
    ("Workbook", Kind::Xls),
    ("Book", Kind::Xls),
    ("PowerPoint Document", Kind::Ppt),
];
/// Objects of one document that are read.
const OBJECTS: usize = 100;

/// Reads an object that lies in a document under this name.
pub(crate) fn read_object(name: &str, bytes: Vec<u8>, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    // Programs keep documents where objects belong.
    let kind = sniff("object", head).kind;
    if is_document(kind) {
        return read_file(name, kind, bytes, out, depth);
    }
    let input = Input::of_bytes(bytes);
    let compound = CfbReader::new(input.clone()).map_err(|_| unknown(name))?;
    if let Some((_, kind)) = DOCUMENTS.iter().find(|(stream, _)| compound.has_root_entry(stream)) {
        return within(name, *kind, input, out, depth);
    }
    match read_streams(name, compound, out, depth)? {
        0 => Err(unknown(name)),
        _ => Ok(()),
    }
}

/// How many sheets and decks of 1997–2003 lie in such a document as parts of its own container, which cannot be read there.
pub(crate) fn count_documents(compound: &CfbReader<Input>) -> u32 {
    let documents = DOCUMENTS.iter().filter(|(_, kind)| *kind != Kind::Doc);
    let inside = documents.map(|(stream, _)| {
        let all = compound.entries().iter().filter(|entry| entry.name == *stream).count();
        all.saturating_sub(usize::from(compound.has_root_entry(stream)))
    });
    u32::try_from(inside.sum::<usize>()).unwrap_or(u32::MAX)
}

/// Reads the files that lie in the streams of a compound file, and says how many there were.
pub(crate) fn read_streams(
    name: &str,
    mut compound: CfbReader<Input>,
    out: &mut Output<'_>,
    depth: u32,
) -> ExtractResult<usize> {
    let streams = compound.entries().iter().enumerate();
    let streams =
        streams.filter(|(_, entry)| entry.entry_type == EntryType::Stream && entry.stream_size <= MEMBER_BYTES);
    let is_held = |stream: &str| stream == NAMED || WHOLE.contains(&stream);
    let held = streams.filter(|(_, entry)| is_held(&entry.name)).take(OBJECTS);
    let held: Vec<(usize, bool)> = held.map(|(index, entry)| (index, entry.name == NAMED)).collect();
    for (index, is_named) in &held {
        let bytes = compound.read_stream_by_index(*index).map_err(ExtractError::damaged);
        let file = bytes.and_then(|bytes| match is_named {
            true => native(&bytes).ok_or_else(|| unknown(name)),
            false => Ok((name.to_owned(), bytes)),
        });
        let end = file.and_then(|(name, bytes)| read_held(&name, bytes, out, depth));
        out.tolerate(end)?;
    }
    Ok(held.len())
}

fn read_held(name: &str, bytes: Vec<u8>, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    match sniff(name, &bytes[..bytes.len().min(HEAD_BYTES)]).kind {
        // Nothing to read in a picture.
        Kind::Image | Kind::Audio | Kind::Video => Ok(()),
        Kind::Other => Err(unknown(name)),
        kind => read_file(name, kind, bytes, out, depth),
    }
}

fn unknown(name: &str) -> ExtractError {
    ExtractError::unsupported(format!("`{name}` inside the document"))
}

fn read_file(name: &str, kind: Kind, bytes: Vec<u8>, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    within(name, kind, Input::of_bytes(bytes), out, depth)
}

fn within(name: &str, kind: Kind, input: Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    if depth >= ARCHIVE_DEPTH {
        return Err(ExtractError::unsupported(format!(
            "documents are opened {ARCHIVE_DEPTH} deep"
        )));
    }
    out.within(name, |out| readers::read_nested(kind, input, out, depth + 1))
}

/// A file that was dragged into a document: its name, where it came from, and its bytes, each behind its length or before
/// a zero.
fn native(stream: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = |bytes: &'_ [u8]| -> Option<(Vec<u8>, usize)> {
        let end = bytes.iter().position(|byte| *byte == 0)?;
        Some((bytes[..end].to_vec(), end + 1))
    };
    let number = |bytes: &[u8]| Some(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize);
    let mut rest = stream.get(6..)?;
    let (label, length) = text(rest)?;
    rest = &rest[length..];
    let (_, length) = text(rest)?;
    rest = rest.get(length + 4..)?;
    let path = number(rest)?;
    rest = rest.get(4 + path..)?;
    let size = number(rest)?;
    let bytes = rest.get(4..)?;
    let name = super::charset::decode_name(&label);
    Some((name, bytes[..size.min(bytes.len())].to_vec()))
}
