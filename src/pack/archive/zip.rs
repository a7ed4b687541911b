//! Headers, directory and end of a ZIP archive (PKWARE's APPNOTE 6.3.10), whose members are all stored as they are.
//!
//! Lengths and checksums stand in the header before each member, so that an archive can be unpacked while it comes. ZIP64
//! is used where a number needs it and nowhere else: old programs read what they can.

use std::ops::Range;

use bytes::BufMut as _;

use crate::domain::time::Timestamp;

/// Stands in a 32-bit field whose number needs 64 bits: it is in ZIP64's field instead.
const IN_ZIP64_32: u64 = u32::MAX as u64;
/// The same for two bytes.
const IN_ZIP64_16: u64 = u16::MAX as u64;

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END_RECORD: u32 = 0x0605_4b50;
const END_RECORD_64: u32 = 0x0606_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;

/// What a reader must know: folders (2.0) or ZIP64 (4.5).
const NEEDS_FOLDERS: u16 = 20;
const NEEDS_64: u16 = 45;
/// Made as Unix makes them, so that the permissions below count.
const MADE_BY: u16 = (3 << 8) | NEEDS_64;
/// An ordinary file that everyone may read and its owner write.
const PERMISSIONS: u32 = 0o100_644 << 16;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const STORED: u16 = 0;
const ZIP64_FIELD: u16 = 1;

const LOCAL_HEADER_BYTES: u64 = 30;
const CENTRAL_HEADER_BYTES: u64 = 46;
/// What follows the length of ZIP64's end record.
const END_64_REST: u64 = 44;

/// A member of an archive.
#[derive(Debug)]
pub(super) struct ZipEntry<'a> {
    /// Its path.
    pub(super) name: &'a str,
    /// Bytes.
    pub(super) length: u64,
    /// Of the bytes.
    pub(super) crc32: u32,
    /// Where its header begins.
    pub(super) offset: u64,
}

impl ZipEntry<'_> {
    pub(super) fn local_header_length(&self) -> u64 {
        LOCAL_HEADER_BYTES + self.name.len() as u64 + u64::from(field_length(&self.long_lengths()))
    }

    /// The local header, which stands before the member.
    pub(super) fn local_header(&self, modified: DosTime) -> Vec<u8> {
        let long = self.long_lengths();
        let mut out = Vec::new();
        out.put_u32_le(LOCAL_HEADER);
        self.write_common_fields(&mut out, modified, &long);
        out.put_slice(self.name.as_bytes());
        write_zip64_field(&mut out, &long);
        out
    }

    /// Length of the member's central directory header.
    pub(super) fn central_header_length(&self) -> u64 {
        CENTRAL_HEADER_BYTES + self.name.len() as u64 + u64::from(field_length(&self.long_numbers()))
    }

    /// Writes the member's central directory header.
    pub(super) fn write_central_header(&self, out: &mut Vec<u8>, modified: DosTime) {
        let long = self.long_numbers();
        out.put_u32_le(CENTRAL_HEADER);
        out.put_u16_le(MADE_BY);
        self.write_common_fields(out, modified, &long);
        out.put_u16_le(0); // no comment
        out.put_u16_le(0); // on the first disk
        out.put_u16_le(0); // not known to be text
        out.put_u32_le(PERMISSIONS);
        out.put_u32_le(short(self.offset));
        out.put_slice(self.name.as_bytes());
        write_zip64_field(out, &long);
    }

    /// What header and entry of the directory have in common.
    fn write_common_fields(&self, out: &mut Vec<u8>, modified: DosTime, long: &[u64]) {
        let length = short(self.length);
        out.put_u16_le(if long.is_empty() { NEEDS_FOLDERS } else { NEEDS_64 });
        out.put_u16_le(FLAGS);
        out.put_u16_le(STORED);
        out.put_u16_le(modified.time);
        out.put_u16_le(modified.date);
        out.put_u32_le(self.crc32);
        out.put_u32_le(length); // compressed
        out.put_u32_le(length);
        out.put_u16_le(u16::try_from(self.name.len()).expect("a path of a pack has at most some hundred characters"));
        out.put_u16_le(field_length(long));
    }

    /// The lengths, as they are and compressed, if they need 64 bits.
    fn long_lengths(&self) -> Vec<u64> {
        // A number that equals the mark goes to ZIP64 as well: it could not be told from it.
        if self.length < IN_ZIP64_32 {
            return Vec::new();
        }
        vec![self.length; 2]
    }

    /// The lengths and the offset, those of them that need 64 bits.
    fn long_numbers(&self) -> Vec<u64> {
        // In this order, and none whose 32 bits do not hold the mark (APPNOTE 4.5.3): readers count along it.
        let mut long = self.long_lengths();
        if self.offset >= IN_ZIP64_32 {
            long.push(self.offset);
        }
        long
    }
}

/// A number in 32 bits, or the mark that it is elsewhere.
fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The length of ZIP64's field.
fn field_length(long: &[u64]) -> u16 {
    match long.len() {
        0 => 0,
        1 => 4 + 8,
        2 => 4 + 16,
        _ => 4 + 24,
    }
}

fn write_zip64_field(out: &mut Vec<u8>, long: &[u64]) {
    if long.is_empty() {
        return;
    }
    out.put_u16_le(ZIP64_FIELD);
    out.put_u16_le(field_length(long) - 4);
    for number in long {
        out.put_u64_le(*number);
    }
}

/// End records, which stand after the central directory.
pub(super) fn end_records(entries: u64, directory: Range<u64>) -> Vec<u8> {
    let length = directory.end - directory.start;
    let mut out = Vec::new();
    if entries >= IN_ZIP64_16 || length >= IN_ZIP64_32 || directory.start >= IN_ZIP64_32 {
        write_zip64_end(&mut out, entries, &directory);
    }
    let entries = u16::try_from(entries).unwrap_or(u16::MAX);
    out.put_u32_le(END_RECORD);
    out.put_u16_le(0); // this disk
    out.put_u16_le(0); // the directory's disk
    out.put_u16_le(entries); // on this disk
    out.put_u16_le(entries);
    out.put_u32_le(short(length));
    out.put_u32_le(short(directory.start));
    out.put_u16_le(0); // no comment
    out
}

/// ZIP64's own end, and where to find it.
fn write_zip64_end(out: &mut Vec<u8>, entries: u64, directory: &Range<u64>) {
    out.put_u32_le(END_RECORD_64);
    out.put_u64_le(END_64_REST);
    out.put_u16_le(MADE_BY);
    out.put_u16_le(NEEDS_64);
    out.put_u32_le(0); // this disk
    out.put_u32_le(0); // the directory's disk
    out.put_u64_le(entries); // on this disk
    out.put_u64_le(entries);
    out.put_u64_le(directory.end - directory.start);
    out.put_u64_le(directory.start);
    out.put_u32_le(END_64_LOCATOR);
    out.put_u32_le(0); // the disk of that end
    out.put_u64_le(directory.end);
    out.put_u32_le(1); // disks
}

/// A time in MS-DOS format: local time, even seconds, from 1980 to 2107.
#[derive(Debug, Clone, Copy)]
pub(super) struct DosTime {
    time: u16,
    date: u16,
}

impl DosTime {
    /// The moment as clocks in China show it.
    pub(super) fn of(at: Timestamp) -> Self {
        // ZIP's times have no zone; readers take them for their own, and ours are in China.
        let there = at.there();
        let small = |number: i8| u16::from(number.unsigned_abs());
        let years = (there.year().clamp(1980, 2107) - 1980).unsigned_abs();
        let pairs_of_seconds = small(there.second()) / 2;
        Self {
            time: small(there.hour()) << 11 | small(there.minute()) << 5 | pairs_of_seconds,
            date: years << 9 | small(there.month()) << 5 | small(there.day()),
        }
    }
}
