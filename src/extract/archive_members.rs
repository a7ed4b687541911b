//! The members of plain archives: they are listed, and the documents among them read.

use super::{
    archive_reader::{ArchiveReader, ZipMember, bytes_of},
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::{ARCHIVE_BYTES, ARCHIVE_DEPTH, ARCHIVE_DOCUMENTS, HEAD_BYTES, MEMBER_BYTES, OCR_FILE_BYTES},
    output::Output,
    readers,
    sniff::sniff,
};
use crate::domain::file::{ArchiveMember, ExtractionFault, Kind, MAX_LISTED_MEMBERS, RelativePath};

/// A smaller file of a picture is an icon or an ornament.
const PICTURE_BYTES: u64 = 8 << 10;
/// The largest file of an unknown name that is looked into.
const UNNAMED_BYTES: u64 = 1 << 20;

/// Reads an archive that lies inside `depth - 1` others.
pub(crate) fn read(archive: &mut ArchiveReader, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let outer = out.member().map(str::to_owned);
    // Counted apart, so that any number of files with unknown names takes no document's place.
    let (mut documents, mut tries) = (0, 0);
    for index in 0..archive.len() {
        let entry = archive.describe(index)?;
        let Some(path) = path_of(&entry, outer.as_deref()) else {
            continue;
        };
        list(&path, &entry, out);
        if depth == 1 && is_page(&entry) {
            // Said of the archive, not of the member that was read last.
            out.enter_member(None);
            out.picture(u32::try_from(index + 1).unwrap_or(u32::MAX));
        }
        let count = match expected_content(&entry) {
            MemberContent::Document => &mut documents,
            MemberContent::Nothing => &mut tries,
            MemberContent::NoText => continue,
        };
        if *count == ARCHIVE_DOCUMENTS {
            out.report.truncated |= expected_content(&entry) == MemberContent::Document;
            continue;
        }
        *count += 1;
        read_member(archive, index, &entry, path, out, depth)?;
    }
    out.report.unread = out.report.unread.saturating_add(archive.shadowed());
    out.enter_member(outer);
    Ok(())
}

/// The expected content of a member, by its name and size; for most of them nothing need be unpacked to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MemberContent {
    Document,
    /// Programs for machines and controls have names that only their makers know.
    Nothing,
    NoText,
}

fn expected_content(entry: &ZipMember) -> MemberContent {
    match sniff(&entry.path, &[]).kind {
        // That it is a bomb is said whatever its name.
        kind if is_document(kind) || entry.is_bomb => MemberContent::Document,
        Kind::Other if entry.size <= UNNAMED_BYTES => MemberContent::Nothing,
        _ => MemberContent::NoText,
    }
}

/// Whether a member is a picture on which something may be written, by its name and size.
fn is_page(entry: &ZipMember) -> bool {
    let is_picture = sniff(&entry.path, &[]).kind == Kind::Image;
    is_picture && !entry.is_encrypted && !entry.is_bomb && (PICTURE_BYTES..=OCR_FILE_BYTES).contains(&entry.size)
}

/// A picture in an archive, by the number of its entry from 1, and its path.
#[cfg(feature = "ocr")]
pub(crate) fn picture(input: Input, number: u32) -> ExtractResult<(Vec<u8>, String)> {
    let mut archive = ArchiveReader::open(input)?;
    let none = || ExtractError::damaged(format!("there is no entry {number}"));
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let index = index.filter(|index| *index < archive.len()).ok_or_else(none)?;
    let entry = archive.describe(index)?;
    let path = path_of(&entry, None).filter(|_| is_page(&entry)).ok_or_else(none)?;
    Ok((bytes_of(archive.entry(index, OCR_FILE_BYTES)?)?, path))
}

/// A member that was found and may be opened.
pub(crate) struct OpenedMember {
    archive: ArchiveReader,
    index: usize,
    /// Its unpacked size, as claimed.
    pub(crate) size: u64,
}

/// Finds the member at a path, unless it is locked or a bomb. Of several at one path it is the first.
pub(crate) fn member(input: Input, path: &str) -> ExtractResult<OpenedMember> {
    let mut archive = ArchiveReader::open(input)?;
    for index in 0..archive.len() {
        let entry = archive.describe(index)?;
        if path_of(&entry, None).as_deref() != Some(path) {
            continue;
        }
        return match () {
            () if entry.is_encrypted => Err(ExtractError::encrypted()),
            () if entry.is_bomb || entry.size > ARCHIVE_BYTES => {
                Err(ExtractError::bomb(format!("it unfolds to {} bytes", entry.size)))
            }
            () => Ok(OpenedMember {
                archive,
                index,
                size: entry.size,
            }),
        };
    }
    Err(ExtractError::damaged(format!("there is no member `{path}`")))
}

impl OpenedMember {
    /// Its bytes: never more than it claims.
    pub(crate) fn open(&mut self) -> anyhow::Result<impl std::io::Read + use<'_>> {
        let size = self.size;
        let entry = self.archive.entry(self.index, ARCHIVE_BYTES);
        let entry = entry.map_err(|stop| anyhow::anyhow!("{stop:?}"))?;
        Ok(std::io::Read::take(entry, size))
    }
}

/// Where a member stands, told from the outermost archive; `None` for folders and names that are none.
fn path_of(entry: &ZipMember, outer: Option<&str>) -> Option<String> {
    if entry.is_folder {
        return None;
    }
    let path = RelativePath::parse(&entry.path)?;
    if is_litter(path.as_str()) {
        return None;
    }
    Some(match outer {
        Some(outer) => format!("{outer}/{}", path.as_str()),
        None => path.as_str().to_owned(),
    })
}

/// What Macs and Windows leave in archives without being asked.
fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_of_system = matches!(
        name.to_ascii_lowercase().as_str(),
        ".ds_store" | "thumbs.db" | "desktop.ini"
    );
    is_of_system || name.starts_with("._") || path.starts_with("__MACOSX/")
}

fn list(path: &str, entry: &ZipMember, out: &mut Output<'_>) {
    if out.report.members.len() < MAX_LISTED_MEMBERS {
        let (path, size) = (path.to_owned(), entry.size);
        out.report.members.push(ArchiveMember { path, size });
    }
}

/// Reads one member, if it is a document. One that cannot be read does not keep the others from being read.
fn read_member(
    archive: &mut ArchiveReader,
    index: usize,
    entry: &ZipMember,
    path: String,
    out: &mut Output<'_>,
    depth: u32,
) -> ExtractResult {
    let document = open(archive, index, entry, depth);
    out.enter_member(Some(path));
    let end = document.and_then(|document| match document {
        Some((kind, input)) => readers::read_nested(kind, input, out, depth + 1),
        None => Ok(()),
    });
    match end {
        Err(ExtractError::Fault(fault, detail)) => {
            note(fault, &detail, out);
            Ok(())
        }
        end => end,
    }
}

/// The first member's fault stands for all; the archive itself is whole.
fn note(fault: ExtractionFault, detail: &str, out: &mut Output<'_>) {
    if out.report.fault.is_none() {
        out.report.fault = Some(fault);
        out.report.detail = Some(format!("{}: {detail}", out.member().unwrap_or_default()));
    }
    out.report.truncated = true;
    out.report.unread = out.report.unread.saturating_add(1);
}

/// Unpacks a member, unless it is no document or too large.
fn open(
    archive: &mut ArchiveReader,
    index: usize,
    entry: &ZipMember,
    depth: u32,
) -> ExtractResult<Option<(Kind, Input)>> {
    if entry.is_bomb {
        return Err(ExtractError::bomb(format!("it unfolds to {} bytes", entry.size)));
    }
    if entry.size == 0 {
        return Ok(None);
    }
    if entry.size > MEMBER_BYTES {
        return Err(ExtractError::unsupported(format!(
            "a file of {} bytes inside an archive",
            entry.size
        )));
    }
    if entry.is_encrypted {
        return Err(ExtractError::encrypted());
    }
    let bytes = bytes_of(archive.entry(index, MEMBER_BYTES)?)?;
    let kind = sniff(&entry.path, &bytes[..bytes.len().min(HEAD_BYTES)]).kind;
    if kind == Kind::Zip && depth >= ARCHIVE_DEPTH {
        return Err(ExtractError::unsupported(format!(
            "archives are opened {ARCHIVE_DEPTH} deep"
        )));
    }
    Ok(is_document(kind).then(|| (kind, Input::of_bytes(bytes))))
}

/// Whether a part of a document is one itself: what pictures and films are is not what the whole is.
pub(crate) fn is_document(kind: Kind) -> bool {
    !matches!(kind, Kind::Video | Kind::Audio | Kind::Image | Kind::Other)
}
