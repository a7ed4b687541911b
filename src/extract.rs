//! Reading: bytes in, passages and facts out.
//!
//! Documents come from anywhere, so they are read as if each were an attack. The service never parses one itself: it
//! starts a *child* of its own binary ([`child`]), hands it the open file as standard input, and collects what the
//! child says on standard output, one passage a line ([`Extractor`]). The child gives away every right it does not
//! need (`sandbox`) before it looks at the first byte, and the parent stops it when it takes too long or says too much
//! ([`ExtractLimits`]). A crash there is a failed reading with a reason; the passages already sent are kept.
//!
//! External tools (LibreOffice, ffmpeg) are locked in the same way and get a folder of their own (`external_tool`).
//!
//! This room knows formats and limits. It knows nothing of resources, rows, stores or the index; it may import
//! `domain` only. A new format is a new file beside `docx.rs` with one `read` function, a line in `readers.rs`, and a
//! name in `sniff.rs`.

pub mod child;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod limits;
pub mod table;

mod archive_members;
mod archive_reader;
mod charset;
mod clean_text;
mod docx;
mod docx_pictures;
mod drawing;
mod embedded;
mod epub;
mod error;
mod external_tool;
mod extractor;
mod film_maker;
mod flat_xml;
mod headers_footers;
mod html;
mod html_table;
mod image;
mod input;
mod legacy;
mod media;
mod merged_cells;
mod mime;
mod mpeg_audio;
mod number_format;
#[cfg(feature = "ocr")]
mod ocr;
mod ocr_reader;
mod odp_pictures;
mod ods;
mod office;
mod office_pages;
mod opendocument;
mod output;
mod packages;
mod pdf;
mod plain;
mod ppt;
mod pptx;
mod protocol;
mod readers;
mod row_builder;
mod rtf;
mod sandbox;
mod section_builder;
mod sheet_sink;
mod slide_pictures;
mod sniff;
mod speech_recognizer;
mod subtitles;
mod symbols;
mod xls;
mod xlsx;
mod xml;

pub(crate) use clean_text::clean_text;
pub use extractor::{ExtractOutcome, Extractor, MemberStream};
pub use film_maker::{ConvertedFilm, FilmMaker};
pub use limits::ExtractLimits;
pub use ocr_reader::OcrReader;
pub use office_pages::{OfficeConverter, has_pages};
pub use sandbox::closes_paths;
pub use sniff::{Sniffed, sniff};
pub use speech_recognizer::{SpeechChoice, SpeechRecognizer, spoken_lines};
