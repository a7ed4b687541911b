//! Archives: a version of a pack as one ZIP file, whose layout is computed without the file being built.
//!
//! Files are stored, not compressed, so the manifest alone says where every byte of an archive is. A [`ArchiveLayout`]
//! answers any range of it with what is made here (headers, lists, the index) and with ranges of files, which the
//! caller reads from wherever they are. The same manifest gives the same bytes, so that a download can go on tomorrow,
//! from another server.
//!
//! | file | what it is about |
//! |---|---|
//! | [`zip`] | headers, directory and end of a ZIP archive |
//! | [`contents`] | what a reader finds in every format: the files, the index, a note for what may not be shared |
//! | [`index`] | the index as a workbook |
//! | [`bagit`] [`cartridge`] [`scorm`] | what stands around the contents in these formats |
//! | [`portable_names`] | names that platforms for courses find |
//! | [`tree`] [`xml`] | paths as a tree · XML and HTML, escaped |
//!
//! A new format is a variant of [`ArchiveFormat`] and a function that makes its [`FormatFiles`].

mod bagit;
mod cartridge;
mod contents;
pub mod index;
mod portable_names;
mod scorm;
mod tree;
mod xml;
mod zip;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use self::contents::{ArchiveContents, GeneratedFile};
use self::zip::{DosTime, ZipEntry};
use super::canonical::sha256;
use super::manifest::Manifest;
use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// Bytes of the central directory that are made at once.
// Of a hundred thousand files the directory is megabytes long; it is made while it is sent, and never stands as a
// whole.
const DIRECTORY_PIECE_BYTES: usize = 64 << 10;

/// Format of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArchiveFormat {
    /// A folder with everything in it.
    Zip,
    /// A bag as archives keep it (RFC 8493).
    Bagit,
    /// IMS Common Cartridge 1.1, which learning platforms import as a course (GB/T 36347).
    Imscc,
    /// SCORM 1.2, which learning platforms show as a page.
    Scorm,
    /// A folder with the files of a version that is evidence, its tables, and the sums of them all; of others there is none.
    Evidence,
}

impl ArchiveFormat {
    /// Every format that each version has.
    pub const ALL: [Self; 4] = [Self::Zip, Self::Bagit, Self::Imscc, Self::Scorm];

    /// How names of such archives end, without the first dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Bagit => "bagit.zip",
            Self::Imscc => "imscc",
            Self::Scorm => "scorm.zip",
            Self::Evidence => "evidence.zip",
        }
    }

    /// The format of an ending.
    pub fn of_ending(ending: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::Evidence]);
        all.find(|format| format.ending() == ending)
    }

    /// What such archives are served as.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Zip | Self::Bagit | Self::Scorm | Self::Evidence => "application/zip",
            Self::Imscc => "application/vnd.ims.imsccv1p1",
        }
    }

    /// Digest that names an archive's bytes before it is laid out: the same digest, the same bytes.
    pub fn digest(self, manifest: &Sha256) -> Sha256 {
        sha256(format!("{manifest} {} {}", self.ending(), self.layout_version()).as_bytes())
    }

    /// Raised whenever the same manifest would give other bytes than before: whoever has half of such an archive begins
    /// anew.
    fn layout_version(self) -> u32 {
        match self {
            Self::Zip | Self::Evidence => 1,
            // 2: who gave what in the name of a company.
            Self::Bagit => 2,
            // 2: names that need no encoding; 3: who gave what in the name of a company.
            Self::Imscc | Self::Scorm => 3,
        }
    }

    /// Whether a platform makes a course of it, which finds files under plain names alone.
    fn is_course(self) -> bool {
        matches!(self, Self::Imscc | Self::Scorm)
    }
}

/// Files that a format wants around the contents.
struct FormatFiles {
    /// The folder of the contents; ends in a slash.
    folder: String,
    /// What the format wants besides, by its whole path.
    own: Vec<GeneratedFile>,
}

/// Layout of an archive: where each of its bytes comes from.
///
/// It is kept while a version is given, so nothing in it has a block of memory of its own: a hundred thousand names stand
/// in one text, and the files' bytes and those of the manifest are where they are.
#[derive(Debug)]
pub struct ArchiveLayout {
    modified: DosTime,
    /// The names of all members, one after the other.
    names: String,
    /// What is made here, and then the files, in the order of the manifest.
    members: Vec<LaidOutMember>,
    /// What is made here; nothing stands for the manifest itself.
    generated: Vec<Option<Bytes>>,
    /// Where the directory begins.
    directory: u64,
    /// What stands after the directory.
    end: Bytes,
    /// Where that begins.
    end_at: u64,
}

/// One file in an archive.
#[derive(Debug)]
struct LaidOutMember {
    /// Where its name ends among all names; it begins where the one before ends.
    name_end: usize,
    /// Bytes.
    length: u64,
    /// Of the bytes.
    crc32: u32,
    /// Where its header begins.
    offset: u64,
    /// Where its entry in the directory begins.
    central_header_at: u64,
}

/// A run of bytes of an archive, by where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivePiece {
    /// These bytes.
    Literal(Bytes),
    /// Bytes of `manifest.json` as it is served.
    List(Range<u64>),
    /// Bytes of a file.
    Content {
        /// The file, counted from 0 in the order of the manifest.
        number: usize,
        /// Which of its bytes.
        range: Range<u64>,
    },
}

impl ArchivePiece {
    /// How many bytes it is.
    pub fn length(&self) -> u64 {
        match self {
            Self::Literal(bytes) => bytes.len() as u64,
            Self::List(range) | Self::Content { range, .. } => range.end - range.start,
        }
    }
}

impl ArchiveLayout {
    /// Lays out an archive. `json` is `manifest.json` as it is served.
    pub fn new(manifest: &Manifest, json: Bytes, format: ArchiveFormat) -> Self {
        let contents = ArchiveContents::new(manifest, json, format.is_course());
        let format_files = match format {
            ArchiveFormat::Zip | ArchiveFormat::Evidence => contents.plain(),
            ArchiveFormat::Bagit => bagit::format_files(&contents),
            ArchiveFormat::Imscc => cartridge::format_files(&contents),
            ArchiveFormat::Scorm => scorm::format_files(&contents),
        };
        let mut members = LayoutBuilder::default();
        for generated in format_files.own {
            members.add_generated(&generated.path, generated.bytes);
        }
        for (at, generated) in contents.generated.iter().enumerate() {
            let path = format!("{}{}", format_files.folder, contents.place(&generated.path));
            if at == ArchiveContents::MANIFEST {
                members.add_manifest(&path, &generated.bytes);
            } else {
                members.add_generated(&path, generated.bytes.clone());
            }
        }
        for (path, target) in &manifest.targets {
            members.add(
                &[&format_files.folder, contents.place(path)],
                target.length,
                target.custom.crc32.0,
            );
        }
        members.finish(DosTime::of(manifest.pack.published_at))
    }

    /// Lays out a bundle of evidence: the documents that were made for a version, then its files, and nothing that differs
    /// from one version of the same to the next.
    pub fn evidence(manifest: &Manifest, as_of: Timestamp, documents: Vec<(String, Bytes)>) -> Self {
        let folder = format!("{}/", contents::top_of(manifest));
        let mut members = LayoutBuilder::default();
        for (name, bytes) in documents {
            members.add_generated(&format!("{folder}{name}"), bytes);
        }
        for (path, target) in &manifest.targets {
            members.add(&[&folder, path], target.length, target.custom.crc32.0);
        }
        members.finish(DosTime::of(as_of))
    }

    /// Bytes of memory that the layout takes, for the cache that keeps it.
    pub fn memory_bytes(&self) -> usize {
        let generated: usize = self.generated.iter().flatten().map(Bytes::len).sum();
        generated + self.names.len() + self.members.len() * size_of::<LaidOutMember>()
    }

    /// How many bytes the archive has.
    pub fn length(&self) -> u64 {
        self.end_at + self.end.len() as u64
    }

    /// A range of the archive, piece after piece; what lies beyond its end is left out.
    pub fn pieces(self: Arc<Self>, range: Range<u64>) -> impl Iterator<Item = ArchivePiece> + Send + 'static {
        let end = range.end.min(self.length());
        let mut at = range.start;
        std::iter::from_fn(move || {
            let piece = (at < end).then(|| self.piece(at..end))?;
            at += piece.length();
            Some(piece)
        })
    }

    /// The first piece of a range that is not empty.
    fn piece(&self, range: Range<u64>) -> ArchivePiece {
        if range.start >= self.end_at {
            return literal(&self.end, self.end_at, &range);
        }
        if range.start >= self.directory {
            return self.directory_piece(&range);
        }
        let at = self.members.partition_point(|member| member.offset <= range.start) - 1;
        self.member_piece(at, &range)
    }

    fn directory_piece(&self, range: &Range<u64>) -> ArchivePiece {
        let first = self
            .members
            .partition_point(|member| member.central_header_at <= range.start)
            - 1;
        let begin = self.members[first].central_header_at;
        let mut entries = Vec::new();
        for at in first..self.members.len() {
            let is_enough = entries.len() >= DIRECTORY_PIECE_BYTES || begin + entries.len() as u64 >= range.end;
            if is_enough {
                break;
            }
            self.entry(at).write_central_header(&mut entries, self.modified);
        }
        literal(&Bytes::from(entries), begin, range)
    }

    /// The first piece of a range that begins in a member.
    fn member_piece(&self, at: usize, range: &Range<u64>) -> ArchivePiece {
        let entry = self.entry(at);
        let begin = entry.offset + entry.local_header_length();
        if range.start < begin {
            return literal(&entry.local_header(self.modified).into(), entry.offset, range);
        }
        let inside = range.start - begin..entry.length.min(range.end - begin);
        match self.generated.get(at) {
            Some(Some(bytes)) => literal(bytes, begin, range),
            Some(None) => ArchivePiece::List(inside),
            None => ArchivePiece::Content {
                number: at - self.generated.len(),
                range: inside,
            },
        }
    }

    fn entry(&self, at: usize) -> ZipEntry<'_> {
        let member = &self.members[at];
        let begin = at.checked_sub(1).map_or(0, |before| self.members[before].name_end);
        ZipEntry {
            name: &self.names[begin..member.name_end],
            length: member.length,
            crc32: member.crc32,
            offset: member.offset,
        }
    }
}

/// What a range of the archive holds of `bytes`, which stand at `begin` and are longer than where the range starts.
fn literal(bytes: &Bytes, begin: u64, range: &Range<u64>) -> ArchivePiece {
    let inside = |at: u64| usize::try_from(at - begin).map_or(bytes.len(), |at| at.min(bytes.len()));
    ArchivePiece::Literal(bytes.slice(inside(range.start)..inside(range.end)))
}

/// Builds a layout member by member: first what is generated here, then the files.
#[derive(Default)]
struct LayoutBuilder {
    names: String,
    list: Vec<LaidOutMember>,
    generated: Vec<Option<Bytes>>,
    at: u64,
}

impl LayoutBuilder {
    fn add_generated(&mut self, name: &str, bytes: Bytes) {
        self.add(&[name], bytes.len() as u64, crc32fast::hash(&bytes));
        self.generated.push(Some(bytes));
    }

    fn add_manifest(&mut self, name: &str, bytes: &Bytes) {
        self.add(&[name], bytes.len() as u64, crc32fast::hash(bytes));
        self.generated.push(None);
    }

    fn add(&mut self, name: &[&str], length: u64, crc32: u32) {
        let begin = self.names.len();
        self.names.extend(name.iter().copied());
        let entry = ZipEntry {
            name: &self.names[begin..],
            length,
            crc32,
            offset: self.at,
        };
        let offset = self.at;
        self.at += entry.local_header_length() + length;
        self.list.push(LaidOutMember {
            name_end: self.names.len(),
            length,
            crc32,
            offset,
            central_header_at: 0,
        });
    }

    fn finish(self, modified: DosTime) -> ArchiveLayout {
        let mut layout = ArchiveLayout {
            modified,
            names: self.names,
            members: self.list,
            generated: self.generated,
            directory: self.at,
            end: Bytes::new(),
            end_at: self.at,
        };
        // The cache keeps this for long; what growing left empty is given back.
        layout.names.shrink_to_fit();
        layout.members.shrink_to_fit();
        for at in 0..layout.members.len() {
            layout.members[at].central_header_at = layout.end_at;
            layout.end_at += layout.entry(at).central_header_length();
        }
        layout.end = zip::end_records(layout.members.len() as u64, layout.directory..layout.end_at).into();
        layout
    }
}

#[cfg(test)]
mod tests;
