//! A version of a pack as one file, laid out without being built.
//!
//! Files are stored, not compressed, so the manifest alone says where every byte of an archive is. A [`Layout`] answers any
//! range of it with what is made here (headers, lists, the index) and with ranges of files, which the caller reads from
//! wherever they are. The same manifest gives the same bytes, so that a download can go on tomorrow, from another server.
//!
//! | file | what it is about |
//! |---|---|
//! | [`zip`] | headers, directory and end of a ZIP archive |
//! | [`contents`] | what a reader finds in every format: the files, the index, a note for what may not be shared |
//! | [`index`] | the index as a workbook |
//! | [`bagit`] [`cartridge`] [`scorm`] | what stands around the contents in these formats |
//! | [`tree`] [`xml`] | paths as a tree · XML and HTML, escaped |
//!
//! A new format is a variant of [`Format`] and a function that makes its [`Shell`].

mod bagit;
mod cartridge;
mod contents;
pub mod index;
mod scorm;
mod tree;
mod xml;
mod zip;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use self::contents::{Contents, Made};
use self::zip::{Entry, Moment};
use super::canonical::sha256;
use super::manifest::Manifest;
use crate::domain::id::Sha256;

/// Changes whenever the same manifest would give other bytes than before.
const LAYOUT_VERSION: u32 = 1;
/// Entries of the directory are made in pieces of about this size.
const DIRECTORY_PIECE_BYTES: usize = 64 << 10;

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A folder with everything in it.
    Zip,
    /// A bag as archives keep it (RFC 8493).
    Bagit,
    /// IMS Common Cartridge 1.1, which learning platforms import as a course (GB/T 36347).
    Imscc,
    /// SCORM 1.2, which learning platforms show as a page.
    Scorm,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Zip, Self::Bagit, Self::Imscc, Self::Scorm];

    /// How names of such archives end, without the first dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Bagit => "bagit.zip",
            Self::Imscc => "imscc",
            Self::Scorm => "scorm.zip",
        }
    }

    /// The format of an ending.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }

    /// What such archives are served as.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Zip | Self::Bagit | Self::Scorm => "application/zip",
            Self::Imscc => "application/vnd.ims.imsccv1p1",
        }
    }

    /// Names the bytes of an archive, known before it is laid out: the same digest, the same bytes.
    pub fn digest(self, manifest: &Sha256) -> Sha256 {
        sha256(format!("{manifest} {} {LAYOUT_VERSION}", self.ending()).as_bytes())
    }
}

/// What stands around the contents in a format.
struct Shell {
    /// The folder of the contents; ends in a slash.
    folder: String,
    /// What the format wants besides, by its whole path.
    own: Vec<Made>,
}

/// Where every byte of an archive comes from.
#[derive(Debug)]
pub struct Layout {
    modified: Moment,
    members: Vec<Member>,
    /// Where the directory begins.
    directory: u64,
    /// What stands after the directory.
    end: Bytes,
    /// Where that begins.
    end_at: u64,
}

/// One file in an archive.
#[derive(Debug)]
struct Member {
    entry: Entry,
    source: Source,
    /// Where its entry in the directory begins.
    listed_at: u64,
}

/// Where a member's bytes are.
#[derive(Debug)]
enum Source {
    Made(Bytes),
    File(usize),
}

/// Some bytes of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Literal(Bytes),
    /// Bytes of a file.
    Content {
        /// The file, counted from 0 in the order of the manifest.
        number: usize,
        /// Which of its bytes.
        range: Range<u64>,
    },
}

impl Piece {
    /// How many bytes it is.
    pub fn length(&self) -> u64 {
        match self {
            Self::Literal(bytes) => bytes.len() as u64,
            Self::Content { range, .. } => range.end - range.start,
        }
    }
}

impl Layout {
    /// Lays out an archive. `json` is `manifest.json` as it is served.
    pub fn new(manifest: &Manifest, json: Bytes, format: Format) -> Self {
        let contents = Contents::new(manifest, json);
        let shell = match format {
            Format::Zip => contents.plain(),
            Format::Bagit => bagit::shell(&contents),
            Format::Imscc => cartridge::shell(&contents),
            Format::Scorm => scorm::shell(&contents),
        };
        let mut members = Members::default();
        for made in shell.own {
            members.add_made(made.path, made.bytes);
        }
        for made in contents.made {
            members.add_made(format!("{}{}", shell.folder, made.path), made.bytes);
        }
        for (number, (path, target)) in manifest.targets.iter().enumerate() {
            let name = format!("{}{path}", shell.folder);
            members.add(name, target.length, target.custom.crc32.0, Source::File(number));
        }
        members.finish(Moment::of(manifest.pack.published_at))
    }

    /// How many bytes the archive has.
    pub fn length(&self) -> u64 {
        self.end_at + self.end.len() as u64
    }

    /// A range of the archive, piece after piece; what lies beyond its end is left out.
    pub fn pieces(self: Arc<Self>, range: Range<u64>) -> impl Iterator<Item = Piece> + Send + 'static {
        let end = range.end.min(self.length());
        let mut at = range.start;
        std::iter::from_fn(move || {
            let piece = (at < end).then(|| self.piece(at..end))?;
            at += piece.length();
            Some(piece)
        })
    }

    /// The first piece of a range that is not empty.
    fn piece(&self, range: Range<u64>) -> Piece {
        if range.start >= self.end_at {
            return literal(&self.end, self.end_at, &range);
        }
        if range.start >= self.directory {
            return self.directory_piece(&range);
        }
        let number = self
            .members
            .partition_point(|member| member.entry.offset <= range.start)
            - 1;
        self.members[number].piece(&range, self.modified)
    }

    fn directory_piece(&self, range: &Range<u64>) -> Piece {
        let first = self.members.partition_point(|member| member.listed_at <= range.start) - 1;
        let begin = self.members[first].listed_at;
        let mut entries = Vec::new();
        for member in &self.members[first..] {
            let is_enough = entries.len() >= DIRECTORY_PIECE_BYTES || begin + entries.len() as u64 >= range.end;
            if is_enough {
                break;
            }
            member.entry.put_listed(&mut entries, self.modified);
        }
        literal(&Bytes::from(entries), begin, range)
    }
}

impl Member {
    /// The first piece of a range that begins in this member.
    fn piece(&self, range: &Range<u64>, modified: Moment) -> Piece {
        let begin = self.entry.offset + self.entry.local_length();
        if range.start < begin {
            return literal(&self.entry.local(modified).into(), self.entry.offset, range);
        }
        match &self.source {
            Source::Made(bytes) => literal(bytes, begin, range),
            Source::File(number) => Piece::Content {
                number: *number,
                range: range.start - begin..self.entry.length.min(range.end - begin),
            },
        }
    }
}

/// What a range of the archive holds of `bytes`, which stand at `begin` and are longer than where the range starts.
fn literal(bytes: &Bytes, begin: u64, range: &Range<u64>) -> Piece {
    let inside = |at: u64| usize::try_from(at - begin).map_or(bytes.len(), |at| at.min(bytes.len()));
    Piece::Literal(bytes.slice(inside(range.start)..inside(range.end)))
}

/// Members while they are put one after the other.
#[derive(Default)]
struct Members {
    members: Vec<Member>,
    at: u64,
}

impl Members {
    fn add_made(&mut self, name: String, bytes: Bytes) {
        self.add(name, bytes.len() as u64, crc32fast::hash(&bytes), Source::Made(bytes));
    }

    fn add(&mut self, name: String, length: u64, crc32: u32, source: Source) {
        let entry = Entry {
            name: name.into_boxed_str(),
            length,
            crc32,
            offset: self.at,
        };
        self.at += entry.local_length() + length;
        self.members.push(Member {
            entry,
            source,
            listed_at: 0,
        });
    }

    fn finish(mut self, modified: Moment) -> Layout {
        let directory = self.at;
        for member in &mut self.members {
            member.listed_at = self.at;
            self.at += member.entry.listed_length();
        }
        let end = zip::end(self.members.len() as u64, directory..self.at);
        Layout {
            modified,
            members: self.members,
            directory,
            end: end.into(),
            end_at: self.at,
        }
    }
}

#[cfg(test)]
mod tests;
