//! Every bound on reading, with its unit and the reason for its size.

use std::time::Duration;

use serde::{Deserialize, Serialize};

const MIB: u64 = 1 << 20;

/// Address space of a child, the file's own size not counted. The hungriest real file measured took 120 MB.
pub const MEMORY_BYTES: u64 = 1_024 * MIB;
/// Processor time of a child. The slowest real file took 0.3 s for text and 6 s for a picture.
pub const CPU: Duration = Duration::from_secs(20);
/// Time on the clock. Above [`CPU`], because a busy machine is not the document's fault.
pub const WALL: Duration = Duration::from_secs(30);
/// What a child may write to its standard output.
pub const OUTPUT_BYTES: u64 = 64 * MIB;
/// Passages of one file. A book of 3,000 pages or a workbook of 1 M rows fits.
pub const PASSAGES: u32 = 50_000;
/// Open files of a child: the three standard ones and a few for the kernel's interfaces while the doors close.
pub const OPEN_FILES: u64 = 16;

/// The largest Office file that is turned into pages.
pub(crate) const OFFICE_FILE_BYTES: u64 = 256 * MIB;

/// What a program of other people may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToolLimits {
    /// Address space in bytes.
    pub(crate) memory_bytes: u64,
    /// Processor time, in whole seconds.
    pub(crate) cpu: Duration,
    /// Time on the clock.
    pub(crate) wall: Duration,
    /// Bytes of one file that it writes.
    pub(crate) output_bytes: u64,
    pub(crate) open_files: u64,
}

/// LibreOffice, which reserves far more memory than it uses. A usual file takes 1 to 2 s.
pub(crate) const OFFICE: ToolLimits = ToolLimits {
    memory_bytes: 6 * 1_024 * MIB,
    cpu: Duration::from_secs(90),
    wall: Duration::from_mins(2),
    output_bytes: 512 * MIB,
    open_files: 512,
};
/// A look at a film, or a picture out of it: a tenth of a second each.
pub(crate) const FILM_GLANCE: ToolLimits = ToolLimits {
    memory_bytes: 2 * 1_024 * MIB,
    cpu: Duration::from_mins(1),
    wall: Duration::from_mins(2),
    output_bytes: 16 * MIB,
    open_files: 64,
};
/// A copy of a film: a lesson of 45 minutes takes some 5 to 10 minutes of one core.
pub(crate) const FILM: ToolLimits = ToolLimits {
    memory_bytes: 2 * 1_024 * MIB,
    cpu: Duration::from_hours(2),
    wall: Duration::from_hours(3),
    output_bytes: 8 * 1_024 * MIB,
    open_files: 64,
};

/// The sound of a film as a WAV. Decoding an hour takes some 20 s.
pub(crate) const SOUND: ToolLimits = ToolLimits {
    memory_bytes: 2 * 1_024 * MIB,
    cpu: Duration::from_mins(30),
    wall: Duration::from_hours(1),
    // Above the longest film's: what is written of it is bounded by its length.
    output_bytes: 2 * 1_024 * MIB,
    open_files: 64,
};
/// Bytes that a second of sound takes: 16,000 samples of 16 bits.
pub(crate) const SOUND_BYTES_PER_SECOND: u64 = 32_000;
/// Open files of a program that hears; models come in several.
pub(crate) const SPEECH_OPEN_FILES: u64 = 128;

/// What one reading may cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractLimits {
    /// Address space in bytes, on top of the file's own size.
    pub memory_bytes: u64,
    /// Processor time, in whole seconds.
    pub cpu: Duration,
    /// Time on the clock.
    pub wall: Duration,
    /// Bytes of text and facts that a child may answer.
    pub output_bytes: u64,
    /// Passages that a child may answer.
    pub passages: u32,
}

impl Default for ExtractLimits {
    fn default() -> Self {
        Self {
            memory_bytes: MEMORY_BYTES,
            cpu: CPU,
            wall: WALL,
            output_bytes: OUTPUT_BYTES,
            passages: PASSAGES,
        }
    }
}

/// Pages of one document that are named as pictures of text. A thick book has a thousand; how many of them are read is for a
/// setting to say.
pub(crate) const MOST_OCR_PAGES: usize = 20_000;
/// Processor time for the picture of one page. Measured: 5 to 7 s for a usual page, 15 for the fullest.
pub(crate) const OCR_CPU: Duration = Duration::from_secs(40);
/// The same on the clock. Everything else goes before it, so that on a busy machine it waits far more than it works.
pub(crate) const OCR_WALL: Duration = Duration::from_mins(15);
/// The largest file of a picture that is recognised.
pub(crate) const OCR_FILE_BYTES: u64 = 256 * MIB;
/// Pixels of the longer side of a page that is painted to be recognised: A4 at 200 dpi.
#[cfg(feature = "ocr")]
pub(crate) const OCR_PAGE_PIXELS: u32 = 2_340;

/// The largest document that is read whole into memory (PDF, legacy Office); larger ones are kept and served unread.
pub(crate) const WHOLE_FILE_BYTES: u64 = 1_024 * MIB;
/// The largest plain text, subtitle, RTF or web page that is read; the rest is left out.
pub(crate) const TEXT_FILE_BYTES: u64 = 32 * MIB;
/// The largest web page or chapter of a book: nobody writes so much, but programs put pictures into the markup.
pub(crate) const HTML_BYTES: u64 = TEXT_FILE_BYTES;
/// Text of a single page, slide or row group; more is no page.
pub(crate) const PAGE_TEXT_BYTES: usize = 1 << 20;
/// Bytes that anything may unfold to, however small it is packed.
pub(crate) const UNSUSPECTED_BYTES: u64 = 16 * MIB;
/// How many times its packed size something larger may unfold to. Word's own styles reach 32, dense
/// sheets 16; deflate can reach 1,032.
pub(crate) const UNFOLDING: u64 = 150;
/// The most that one part of an Office file may unfold to.
pub(crate) const PART_BYTES: u64 = 256 * MIB;
/// The most that a whole archive may unfold to while it is read.
pub(crate) const ARCHIVE_BYTES: u64 = 1_024 * MIB;
/// The most that an archive's member may unfold to when it is read as a document.
pub(crate) const MEMBER_BYTES: u64 = 64 * MIB;
/// Entries of a ZIP container; a textbook's worth of slides has a few thousand.
pub(crate) const ARCHIVE_ENTRIES: usize = 20_000;
/// Archives inside archives that are opened: the outer one and one more.
pub(crate) const ARCHIVE_DEPTH: u32 = 2;
/// How much of a document inside another is looked at to know its kind.
pub(crate) const HEAD_BYTES: usize = 64 << 10;
/// Documents of an archive that are read.
pub(crate) const ARCHIVE_DOCUMENTS: usize = 500;
/// Bytes between two `<` of an XML file. One run of text that long is a bomb, and the parser keeps it in memory whole.
pub(crate) const XML_RUN_BYTES: u64 = 8 * MIB;
/// Elements inside elements.
pub(crate) const XML_DEPTH: usize = 512;
/// Running text is cut into passages of about this many characters, at the ends of paragraphs.
pub(crate) const PASSAGE_CHARS: usize = 1_500;
/// Subtitles are gathered into passages of about this length.
pub(crate) const CUE_WINDOW_MS: u64 = 30_000;
/// What is kept of a child's last words.
pub(crate) const STDERR_BYTES: usize = 4_096;
/// The widest picture of a page, in pixels.
pub(crate) const RENDER_WIDTH: u32 = 2_400;
/// The narrowest picture of a page, in pixels.
pub(crate) const RENDER_MIN_WIDTH: u32 = 32;
/// A page picture is at most this many times higher than wide.
pub(crate) const RENDER_RATIO: f32 = 3.0;
