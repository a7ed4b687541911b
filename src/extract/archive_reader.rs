//! ZIP containers, opened with suspicion: Office files, books and plain archives alike.

use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Seek as _, SeekFrom},
};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use super::{
    charset,
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::{ARCHIVE_BYTES, ARCHIVE_ENTRIES, PART_BYTES, UNFOLDING, UNSUSPECTED_BYTES},
};
use crate::domain::file::{ExtractionFault, Kind};

/// What holds other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// ZIP: Office since 2007, OpenDocument, EPUB, archives.
    Zip,
    /// Microsoft's compound file: Office 97–2003, and encrypted newer ones.
    Compound,
}

impl Container {
    /// Recognises a container by its first eight bytes.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            head if head.starts_with(&COMPOUND) => Some(Self::Compound),
            _ => None,
        }
    }
}

/// An opened ZIP container with a budget for what it may unfold to.
pub(crate) struct ArchiveReader {
    zip: ZipArchive<Input>,
    /// The entries by their names as they are looked for ([`key_of`]).
    names: HashMap<String, usize>,
    /// How many entries have the very name of a later one, so that they cannot be opened.
    shadowed: u32,
    input: Input,
    bytes_left: u64,
}

impl ArchiveReader {
    /// Opens a container, unless its directory already shows that it is a bomb.
    pub(crate) fn open(input: Input) -> ExtractResult<Self> {
        let mut zip = ZipArchive::new(input.clone()).map_err(error_of)?;
        if zip.len() > ARCHIVE_ENTRIES {
            return Err(ExtractError::bomb(format!("{} entries in one archive", zip.len())));
        }
        // Entries that share their packed bytes make terabytes of a small file (seen: 1.3 TB), and each by itself is in
        // order.
        if zip.has_overlapping_files().map_err(error_of)? {
            return Err(ExtractError::bomb("entries of the archive overlap"));
        }
        let names = (0..zip.len())
            .filter_map(|index| Some((key_of(&zip.name_for_index(index)?.ok()?), index)))
            .collect();
        // Of entries with one name the crate keeps the last and drops the others without a word, so they are counted here. A
        // directory that cannot be counted to its end hides nothing that is known.
        let listed = listed(input.clone(), zip.central_directory_start()).unwrap_or_default();
        Ok(Self {
            shadowed: listed.saturating_sub(u32::try_from(zip.len()).unwrap_or(u32::MAX)),
            zip,
            names,
            input,
            bytes_left: ARCHIVE_BYTES,
        })
    }

    /// The bytes of the container itself.
    pub(crate) fn input(&self) -> Input {
        self.input.clone()
    }

    /// How many entries it has.
    pub(crate) fn len(&self) -> usize {
        self.zip.len()
    }

    /// How many entries have the very name of a later one, so that they cannot be opened.
    pub(crate) fn shadowed(&self) -> u32 {
        self.shadowed
    }

    /// The number of the entry of that name.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.zip
            .index_for_name(name)
            .or_else(|| self.names.get(&key_of(name)).copied())
    }

    /// The names of its entries as they are looked for, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Whether it has an entry of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// What the container really is, by the parts every such file must have.
    pub(crate) fn kind(&mut self) -> Kind {
        match self.declared_type().trim_end_matches("-template") {
            "application/epub+zip" => Kind::Epub,
            "application/vnd.oasis.opendocument.text" => Kind::Odt,
            "application/vnd.oasis.opendocument.spreadsheet" => Kind::Ods,
            "application/vnd.oasis.opendocument.presentation" => Kind::Odp,
            _ => self.office_kind(),
        }
    }

    /// OpenDocument and EPUB say what they are in an entry called `mimetype`.
    pub(crate) fn declared_type(&mut self) -> String {
        let mut text = String::new();
        if let Ok(part) = self.part("mimetype") {
            // Not text: then it is no declaration.
            let _ = part.take(100).read_to_string(&mut text);
        }
        text.trim().to_owned()
    }

    fn office_kind(&self) -> Kind {
        let has_folder = |folder: &str| self.names().any(|name| name.starts_with(folder));
        if !self.has("[Content_Types].xml") {
            return if self.has("META-INF/container.xml") {
                Kind::Epub
            } else {
                Kind::Zip
            };
        }
        match () {
            () if has_folder("word/") => Kind::Docx,
            () if has_folder("ppt/") => Kind::Pptx,
            () if has_folder("xl/") => Kind::Xlsx,
            () => Kind::Zip,
        }
    }

    /// Opens an entry by name, for reading within the budget.
    pub(crate) fn part(&mut self, name: &str) -> ExtractResult<BoundedReader<ZipFile<'_, Input>>> {
        let index = self
            .index(name)
            .ok_or_else(|| ExtractError::damaged(format!("part `{name}` is missing")))?;
        self.entry(index, PART_BYTES)
    }

    /// Refuses a document whose directory shows an XML part that is a bomb. Pictures may be as empty as they like.
    pub(crate) fn refuse_bombs(&mut self) -> ExtractResult {
        for index in 0..self.len() {
            let entry = self.describe(index)?;
            let is_markup = entry.path.rsplit('.').next() == Some("xml");
            if is_markup && entry.is_bomb {
                return Err(ExtractError::bomb(format!(
                    "`{}` unfolds to {} bytes",
                    entry.path, entry.size
                )));
            }
        }
        Ok(())
    }

    /// Opens an entry by number; it may unfold to `limit` bytes and to what is left for the whole archive.
    pub(crate) fn entry(&mut self, index: usize, limit: u64) -> ExtractResult<BoundedReader<ZipFile<'_, Input>>> {
        let file = self.zip.by_index(index).map_err(error_of)?;
        let claimed = file.size().min(limit);
        // By what is packed, and not only by what is claimed: the directory may lie.
        let left = limit.min(self.bytes_left).min(most_unfolded(file.compressed_size()));
        // The claim is paid in advance; a lie is caught by the ration while reading.
        self.bytes_left = self.bytes_left.saturating_sub(claimed);
        Ok(BoundedReader { source: file, left })
    }

    /// What the directory says about an entry, without opening it.
    pub(crate) fn describe(&mut self, index: usize) -> ExtractResult<ZipMember> {
        // Raw, because an entry behind a password can be listed but not opened.
        let file = self.zip.by_index_raw(index).map_err(error_of)?;
        Ok(ZipMember {
            // The crate would read a name without the mark for UTF-8 as CP437, and Chinese Windows writes GBK.
            path: charset::decode_name(file.name_raw()),
            size: file.size(),
            is_folder: file.is_dir(),
            is_encrypted: file.encrypted(),
            is_bomb: file.size() > most_unfolded(file.compressed_size()),
        })
    }
}

/// How many entries the directory that begins at `start` lists; the reader of the archive keeps but one of each name.
fn listed(mut input: Input, start: u64) -> io::Result<u32> {
    input.seek(SeekFrom::Start(start))?;
    let mut directory = BufReader::new(input);
    let mut count = 0;
    loop {
        let mut entry = [0; 46];
        // What ends the directory may be shorter than an entry.
        let is_entry = directory.read_exact(&mut entry).is_ok() && entry.starts_with(b"PK\x01\x02");
        if !is_entry {
            return Ok(count);
        }
        count += 1;
        // The lengths of name, extra field and comment (APPNOTE 4.3.12).
        let behind = [28, 30, 32].map(|at| i64::from(u16::from_le_bytes([entry[at], entry[at + 1]])));
        directory.seek_relative(behind.iter().sum())?;
    }
}

/// A part's name as it is looked for: names of parts are equal in any case (ECMA-376-2 §6.2.2), and programs write back
/// slashes and leading slashes.
fn key_of(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// What an entry of this packed size may unfold to.
fn most_unfolded(packed: u64) -> u64 {
    packed.saturating_mul(UNFOLDING).max(UNSUSPECTED_BYTES)
}

/// A member as the directory of its archive describes it.
#[derive(Debug)]
pub(crate) struct ZipMember {
    /// Its path, decoded from whatever the packing program wrote.
    pub(crate) path: String,
    /// Its unpacked size, as claimed.
    pub(crate) size: u64,
    /// It only names a folder.
    pub(crate) is_folder: bool,
    /// A password is needed.
    pub(crate) is_encrypted: bool,
    /// It claims to unfold to far more than documents do.
    pub(crate) is_bomb: bool,
}

/// A stream that may give only so many bytes.
#[derive(Debug)]
pub(crate) struct BoundedReader<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::FileTooLarge,
                "a part unfolds to more than a document may hold",
            )
        })?;
        Ok(count)
    }
}

/// Reads a whole part; its size is bounded by the reader.
pub(crate) fn bytes_of(mut part: impl Read) -> ExtractResult<Vec<u8>> {
    let mut bytes = Vec::new();
    part.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why the ZIP library stopped.
pub(crate) fn error_of(error: ZipError) -> ExtractError {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            ExtractError::encrypted()
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ExtractError::unsupported(error)
        }
        ZipError::DecompressedSizeLimitExceeded { .. } => ExtractError::Fault(ExtractionFault::Bomb, error.to_string()),
        _ => ExtractError::damaged(error),
    }
}
