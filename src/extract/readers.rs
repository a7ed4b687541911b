//! Table of readers by kind of file.

use super::{
    archive_members,
    archive_reader::{self, Container},
    docx, epub,
    error::{ExtractError, ExtractResult},
    flat_xml::{self, FlatKind},
    html, image,
    input::Input,
    legacy,
    limits::{ARCHIVE_DEPTH, HEAD_BYTES},
    media, mime, opendocument,
    output::Output,
    packages::{self, PackageFormat},
    pdf, plain, pptx, rtf, subtitles, xlsx,
};
use crate::domain::file::Kind;

/// Reads a document of a kind that its name and first bytes suggested.
///
/// Containers are looked into first: a head of 64 KiB cannot always tell Word from a plain archive.
pub(crate) fn read(kind: Kind, input: Input, out: &mut Output<'_>) -> ExtractResult {
    read_nested(kind, input, out, 1)
}

/// Reads a document that lies inside `depth - 1` archives.
pub(crate) fn read_nested(kind: Kind, input: Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    if input.len() == 0 {
        return read_nothing(kind);
    }
    match container_of(&input)? {
        Some(Container::Zip) => read_zip(kind, input, out, depth),
        Some(Container::Compound) => legacy::read(kind, &input, out, depth),
        None => read_flat(kind, input, out, depth),
    }
}

/// An empty text is a text without words; an empty document is none.
fn read_nothing(kind: Kind) -> ExtractResult {
    match kind {
        Kind::Text | Kind::Markdown | Kind::Html | Kind::Srt | Kind::Vtt | Kind::Lrc | Kind::Other => Ok(()),
        _ => Err(ExtractError::damaged("the file is empty")),
    }
}

fn container_of(input: &Input) -> ExtractResult<Option<Container>> {
    let head = input.head(8)?;
    Ok(Container::of(&head))
}

fn read_zip(kind: Kind, input: Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let mut archive = archive_reader::ArchiveReader::open(input)?;
    let found = archive.kind();
    if found != kind && out.member().is_none() {
        out.report.contradiction = Some(super::sniff::label(found).to_owned());
    }
    if found != Kind::Zip {
        archive.refuse_bombs()?;
    }
    match found {
        Kind::Docx => docx::read(&mut archive, out, depth),
        Kind::Pptx => pptx::read(&mut archive, out, depth),
        Kind::Xlsx => xlsx::read(&mut archive, out, depth),
        Kind::Odt | Kind::Ods | Kind::Odp => opendocument::read(found, &mut archive, out),
        Kind::Epub => epub::read(&mut archive, out),
        _ => match PackageFormat::of(&mut archive) {
            Some(package) => packages::read(package, &mut archive, out),
            // A member's name may have promised a document.
            None if depth > ARCHIVE_DEPTH => Err(ExtractError::unsupported(format!(
                "archives are opened {ARCHIVE_DEPTH} deep"
            ))),
            None => archive_members::read(&mut archive, out, depth),
        },
    }
}

/// Nobody looked for text in a file that no reader knows; what is inside an archive says nothing of the whole.
fn say_unread(out: &mut Output<'_>) {
    if out.member().is_none() {
        out.report.detail = Some("kept, not read: no reader knows this format".to_owned());
    }
}

fn read_flat(kind: Kind, input: Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    match kind {
        Kind::Pdf => pdf::read(&input, out),
        Kind::Rtf => rtf::read(&input, out),
        Kind::Html if mime::is_message(&input.head(HEAD_BYTES as u64)?) => mime::read(&input, out, depth),
        Kind::Html => html::read(&input, out),
        Kind::Text => plain::read(&input, out),
        Kind::Markdown => plain::read_markdown(&input, out),
        Kind::Srt | Kind::Vtt | Kind::Lrc => subtitles::read(kind, &input, out),
        Kind::Video | Kind::Audio => media::read(input, out),
        Kind::Image => image::read(&input, out),
        Kind::Other => {
            say_unread(out);
            Ok(())
        }
        Kind::Odt | Kind::Ods | Kind::Odp => match FlatKind::of(&input.head(HEAD_BYTES as u64)?) {
            Some(flat) => flat_xml::read(flat, &input, out),
            None => Err(ExtractError::damaged("not a ZIP container")),
        },
        Kind::Docx | Kind::Pptx | Kind::Xlsx | Kind::Epub | Kind::Zip => {
            Err(ExtractError::damaged("not a ZIP container"))
        }
        Kind::Doc | Kind::Ppt | Kind::Xls => legacy::read_unboxed(kind, &input, out),
    }
}
