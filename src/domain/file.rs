//! Files: what kind of bytes they are, how far reading them has come, and what reading found.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::ocr::OcrProgress;
use super::speech::SpeechReport;

/// The family of readers that a file needs; decided from its name and its first bytes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Word since 2007.
    Docx,
    /// PowerPoint since 2007.
    Pptx,
    /// Excel since 2007.
    Xlsx,
    /// Word 97–2003.
    Doc,
    /// PowerPoint 97–2003.
    Ppt,
    /// Excel 97–2003.
    Xls,
    /// OpenDocument text.
    Odt,
    /// OpenDocument sheet.
    Ods,
    /// OpenDocument slides.
    Odp,
    /// An electronic book.
    Epub,
    /// Rich Text Format.
    Rtf,
    /// A web page.
    Html,
    /// Plain text in any of the encodings that schools use.
    Text,
    /// Text with Markdown headings.
    Markdown,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// Timed lyrics.
    Lrc,
    /// Film: MP4, MOV, MKV, WebM.
    Video,
    /// Sound: MP3, M4A, WAV.
    Audio,
    /// A picture.
    Image,
    /// A ZIP archive that is none of the above.
    Zip,
    /// Anything else: kept and served, not read.
    Other,
}

/// What a file's parts are, as places in it name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the part it names")]
#[schema(as = Unit)]
pub enum PartUnit {
    Page,
    Slide,
    Sheet,
    Section,
    /// A subtitle.
    Cue,
}

impl Kind {
    /// What files of this kind are counted in.
    pub fn unit(self) -> PartUnit {
        match self {
            Self::Pdf => PartUnit::Page,
            Self::Ppt | Self::Pptx | Self::Odp => PartUnit::Slide,
            Self::Xls | Self::Xlsx | Self::Ods => PartUnit::Sheet,
            Self::Video | Self::Audio | Self::Srt | Self::Vtt | Self::Lrc => PartUnit::Cue,
            _ => PartUnit::Section,
        }
    }
}

/// How far reading a file has come. Moved only by the extraction job.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = State)]
pub enum ExtractionState {
    /// Waiting for a worker.
    Queued,
    /// A worker is reading it.
    Extracting,
    /// Its text was read and is findable.
    Ready,
    /// It was read to the end and holds no text (a picture, a scan, a program).
    NoText,
    /// It could not be read; the report says why. The bytes are kept and served all the same.
    Failed,
}

/// Why a file could not be read to its end. Stable codes; the sentences are in `words`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = Fault)]
pub enum ExtractionFault {
    /// A password is needed to open it.
    Encrypted,
    /// It is not what its form promises: cut off, overwritten, not of this format.
    Damaged,
    /// It unfolds to more than a document may hold (archive or entity bombs, overlapping entries).
    Bomb,
    /// Reading took longer than the limit.
    TimeLimit,
    /// Reading took more memory than the limit.
    MemoryLimit,
    /// The reader itself stopped without a word.
    ReaderCrashed,
    /// No reader for this format.
    Unsupported,
}

/// What reading found: the answer to "why isn't mine found?".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
#[schema(as = Report)]
pub struct ExtractionReport {
    /// Pages, slides, sheets, sections or subtitle cues seen.
    pub pages: u32,
    /// Characters of text, white space not counted.
    pub characters: u64,
    /// Pages without any text.
    pub blank_pages: u32,
    /// Text was left out because a limit was reached.
    pub truncated: bool,
    /// Places of a text that its encoding cannot spell: broken bytes, each shown as a mark.
    #[serde(skip_serializing_if = "is_none_at_all")]
    pub unreadable: u32,
    /// Parts that were seen and could not be read: chapters, documents inside this one, files of an archive.
    #[serde(skip_serializing_if = "is_none_at_all")]
    pub unread: u32,
    /// Pages whose letters mean nothing, because their fonts do not say what they stand for: those letters are left out.
    #[serde(skip_serializing_if = "is_none_at_all")]
    pub garbled_pages: u32,
    /// The pages are pictures of text, or letters without meaning: only recognition (OCR) can read them.
    pub needs_ocr: bool,
    /// How far the pages have come whose text stands in their pictures alone; none where there are no such pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ocr: Option<OcrProgress>,
    /// What became of hearing a film or a recording without subtitles; none where nobody tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech: Option<SpeechReport>,
    /// Sheets that are hidden, by name; they are read like the others. At most [`MAX_LISTED_SHEETS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// What the bytes are, when the name says something else: `docx` for a Word file called `.mp4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<String>,
    /// The encoding that plain text was read in: `GBK`, `UTF-16LE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Why reading stopped, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<ExtractionFault>,
    /// Details for whoever looks into it, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Length of sound or film in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Width of a picture or film in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of a picture or film in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Tracks of sound or film as codec strings: `avc1.64001f`, `mp4a.40.2`, `tx3g`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<String>,
    /// Members of an archive, by path; at most [`MAX_LISTED_MEMBERS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<ArchiveMember>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn is_none_at_all(count: &u32) -> bool {
    *count == 0
}

/// How many members of an archive a report lists.
pub const MAX_LISTED_MEMBERS: usize = 1_000;

/// How many hidden sheets a report lists.
pub const MAX_LISTED_SHEETS: usize = 100;

/// One member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Member)]
pub struct ArchiveMember {
    /// Its path inside the archive, decoded.
    pub path: String,
    /// Its unpacked size in bytes, as the archive claims.
    pub size: u64,
}

impl ExtractionReport {
    /// What another node says that reading found, kept to the size of what is found here, without what cannot be seen.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        for text in [&mut self.contradiction, &mut self.encoding, &mut self.detail] {
            *text = text.take().map(|text| bounded(&text));
        }
        if let Some(speech) = &mut self.speech {
            speech.heard_by = speech.heard_by.take().map(|name| bounded(&name));
        }
        self.hidden.truncate(MAX_LISTED_SHEETS);
        self.hidden = self.hidden.iter().map(|name| bounded(name)).collect();
        self.tracks.truncate(MAX_TRACKS);
        self.tracks
            .retain(|track| track.len() <= MAX_WORD_CHARS && track.is_ascii());
        self.members.truncate(MAX_LISTED_MEMBERS);
        self.members
            .retain(|member| RelativePath::parse(&member.path).is_some_and(|path| path.as_str() == member.path));
        self
    }
}

fn bounded(text: &str) -> String {
    clean_part(text).chars().take(MAX_WORD_CHARS).collect()
}

/// The longest single text of a report, in characters, and the most tracks.
const MAX_WORD_CHARS: usize = 1_000;
const MAX_TRACKS: usize = 100;

/// What bytes are served as when nothing better is known.
pub const OCTETS: &str = "application/octet-stream";
/// The longest media type: each half may have 127 characters (RFC 6838 §4.2), and there may be a parameter.
const MAX_MEDIA_TYPE_BYTES: usize = 300;

/// A media type as a header can carry it (RFC 9110 §8.3.1); what is none counts as [`OCTETS`].
pub fn media_type(text: &str) -> &str {
    let mut parts = text.split(';');
    let names = parts.next().and_then(|essence| essence.trim_end().split_once('/'));
    let is_one = names.is_some_and(|(kind, sub)| is_token(kind) && is_token(sub));
    let is_parameter = |part: &str| {
        part.trim_matches(' ')
            .split_once('=')
            .is_some_and(|(name, value)| is_token(name) && is_token(value))
    };
    if is_one && text.len() <= MAX_MEDIA_TYPE_BYTES && parts.all(is_parameter) {
        text
    } else {
        OCTETS
    }
}

/// The media type of a text that was read: its first bytes do not always tell how it is spelled, the whole does.
pub fn spelled(media_type: &str, report: &ExtractionReport) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim_end();
    match &report.encoding {
        Some(encoding) if is_spelled(essence) => format!("{essence}; charset={}", encoding.to_ascii_lowercase()),
        _ => media_type.to_owned(),
    }
}

/// Whether a text of this type may be in any encoding; WebVTT is UTF-8 by its standard, and what is written so is named.
pub fn is_spelled(media_type: &str) -> bool {
    media_type.starts_with("text/") && !media_type.starts_with("text/vtt")
}

/// A word as HTTP has it (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let is_sign = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
}

/// The longest path of a file inside a resource, in characters.
pub const MAX_PATH_CHARS: usize = 400;

/// A file's path inside its resource: relative, `/` between folders, no `.` or `..`, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RelativePath(String);

impl RelativePath {
    /// Makes a safe relative path of what a browser, an archive or a script sent.
    ///
    /// Back slashes become slashes; empty, `.` and `..` parts, drive letters and leading slashes go; control and
    /// direction-changing characters go. `None` when nothing is left.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('\\', "/");
        let parts: Vec<String> = text.split('/').map(clean_part).filter(|part| is_kept(part)).collect();
        let path = parts.join("/");
        if path.is_empty() || path.chars().count() > MAX_PATH_CHARS {
            return None;
        }
        Some(Self(path))
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part: the file's own name.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

fn clean_part(part: &str) -> String {
    let cleaned: String = part
        .chars()
        .filter(|c| !c.is_control() && !changes_direction(*c))
        .collect();
    cleaned.trim().to_owned()
}

fn is_kept(part: &str) -> bool {
    let is_drive = part.len() == 2 && part.ends_with(':');
    !matches!(part, "" | "." | "..") && !is_drive
}

/// Marks that turn the reading direction around can make `gpj.exe` out of `exe.jpg`.
fn changes_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{ArchiveMember, ExtractionReport, OCTETS, RelativePath, media_type};

    /// A line break in one, taken over from a hub, made a file a 500 for ever.
    #[test]
    fn a_media_type_that_no_header_can_carry_counts_as_octets() {
        for fine in ["text/plain; charset=utf-8", "image/svg+xml", "application/vnd.ms-excel"] {
            assert_eq!(media_type(fine), fine);
        }
        let long = format!("text/{}", "x".repeat(300));
        let bad = [
            "",
            "text",
            "text/plain\r\nX-Evil: 1",
            "text/",
            "文本/plain",
            "a/b/c",
            "text/plain; x",
            &long,
        ];
        for bad in bad {
            assert_eq!(media_type(bad), OCTETS, "{bad:?}");
        }
    }

    #[test]
    fn a_strangers_report_is_kept_to_the_size_of_our_own() {
        let member = |path: &str| ArchiveMember {
            path: path.to_owned(),
            size: 1,
        };
        let report = ExtractionReport {
            detail: Some("a\nb".repeat(10_000)),
            members: vec![member("好/a.txt"), member("../../etc/passwd"), member("a\u{202e}b")],
            ..ExtractionReport::default()
        };

        let report = report.bounded();

        assert!(
            report
                .detail
                .is_some_and(|detail| detail.len() <= 1_000 && !detail.contains('\n'))
        );
        assert_eq!(report.members, [member("好/a.txt")]);
    }

    #[test]
    fn a_path_cannot_climb_out_of_its_resource() {
        let path = |text| RelativePath::parse(text).map(|path| path.as_str().to_owned());

        assert_eq!(path("../../etc/passwd").as_deref(), Some("etc/passwd"));
        assert_eq!(path(r"C:\课件\第一课.pptx").as_deref(), Some("课件/第一课.pptx"));
        assert_eq!(path("/a//./b\u{202e}fdp.exe").as_deref(), Some("a/bfdp.exe"));
        assert_eq!(path("../.."), None);
    }
}
