//! Content sniffing: the kind of a file by its name *and* its first bytes.
//!
//! Order of trust: magic numbers, what stands inside a container, whether it reads as text at all; the name decides
//! only between kinds that bytes cannot tell apart (Word or PowerPoint in the same box, subtitles or prose).

use std::io::Cursor;

use super::{archive_reader::Container, charset, flat_xml::FlatKind, mime};
use crate::domain::file::Kind;
use encoding_rs::UTF_8;
use file_format::FileFormat;

/// How far into a file a PDF may begin; mail servers put their own lines before it.
const PDF_JUNK_BYTES: usize = 1_024;

/// What a look at a file told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed {
    /// The family of readers it needs.
    pub kind: Kind,
    /// The media type to serve it as.
    pub media_type: String,
    /// What the bytes are, when the name says something else.
    pub contradiction: Option<String>,
}

/// Looks at a name and at the first bytes, at most 64 KiB of them.
///
/// Inside containers the head does not always tell; the reading child settles it and reports a contradiction then.
pub fn sniff(name: &str, head: &[u8]) -> Sniffed {
    let extension = extension_of(name);
    let named = kind_named(&extension, name);
    let found = look(head);
    let kind = match found {
        FileSignature::Text => written_as(named, head),
        found => decide(named, found),
    };
    Sniffed {
        kind,
        media_type: media_type(name, kind, named, found, head),
        contradiction: contradiction(&extension, named, kind, found),
    }
}

/// The short name of a kind, as in the API.
pub(crate) fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Pdf => "pdf",
        Kind::Docx => "docx",
        Kind::Pptx => "pptx",
        Kind::Xlsx => "xlsx",
        Kind::Doc => "doc",
        Kind::Ppt => "ppt",
        Kind::Xls => "xls",
        Kind::Odt => "odt",
        Kind::Ods => "ods",
        Kind::Odp => "odp",
        Kind::Epub => "epub",
        Kind::Rtf => "rtf",
        Kind::Html => "html",
        Kind::Text => "text",
        Kind::Markdown => "markdown",
        Kind::Srt => "srt",
        Kind::Vtt => "vtt",
        Kind::Lrc => "lrc",
        Kind::Video => "video",
        Kind::Audio => "audio",
        Kind::Image => "image",
        Kind::Zip => "zip",
        Kind::Other => "other",
    }
}

fn extension_of(name: &str) -> String {
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, extension)| extension.to_lowercase())
}

/// The kind that a name promises; `Other` when it promises nothing we read.
fn kind_named(extension: &str, name: &str) -> Kind {
    match extension {
        "pdf" => Kind::Pdf,
        "docx" | "docm" | "dotx" | "dotm" => Kind::Docx,
        "pptx" | "pptm" | "ppsx" | "ppsm" | "potx" | "potm" => Kind::Pptx,
        "xlsx" | "xlsm" | "xltx" | "xltm" => Kind::Xlsx,
        // WPS keeps Word's, Excel's and PowerPoint's old form under names of its own.
        "doc" | "dot" | "wps" | "wpt" => Kind::Doc,
        "ppt" | "pps" | "pot" | "dps" | "dpt" => Kind::Ppt,
        "xls" | "xlt" | "et" | "ett" => Kind::Xls,
        "odt" | "ott" | "fodt" => Kind::Odt,
        "ods" | "ots" | "fods" => Kind::Ods,
        "odp" | "otp" | "fodp" => Kind::Odp,
        "epub" => Kind::Epub,
        "rtf" => Kind::Rtf,
        "html" | "htm" | "xhtml" | "mht" | "mhtml" | "eml" => Kind::Html,
        "md" | "markdown" => Kind::Markdown,
        // Subtitles with looks are subtitles.
        "srt" | "ass" | "ssa" => Kind::Srt,
        "vtt" => Kind::Vtt,
        "lrc" => Kind::Lrc,
        "zip" => Kind::Zip,
        _ => kind_guessed(name),
    }
}

fn kind_guessed(name: &str) -> Kind {
    let Some(guess) = mime_guess::from_path(name).first() else {
        return Kind::Other;
    };
    match guess.type_().as_str() {
        "text" => Kind::Text,
        "video" => Kind::Video,
        "audio" => Kind::Audio,
        "image" => Kind::Image,
        _ => Kind::Other,
    }
}

/// The signature of a file: what its first bytes alone tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileSignature {
    /// No bytes at all.
    Nothing,
    /// Certainly of this kind; the format is known more closely where it matters.
    Kind(Kind, FileFormat),
    /// A ZIP container of a kind that the head does not show.
    Zip,
    /// A compound file.
    Compound,
    /// Reads as text of some sort.
    Text,
    /// Bytes of a format that we do not read.
    Foreign(FileFormat),
}

fn look(head: &[u8]) -> FileSignature {
    if head.is_empty() {
        return FileSignature::Nothing;
    }
    if head[..head.len().min(PDF_JUNK_BYTES)]
        .windows(5)
        .any(|window| window == b"%PDF-")
    {
        return FileSignature::Kind(Kind::Pdf, FileFormat::PortableDocumentFormat);
    }
    match Container::of(head) {
        Some(Container::Zip) => {
            return kind_in_zip(head).map_or(FileSignature::Zip, |kind| FileSignature::Kind(kind, FileFormat::Zip));
        }
        Some(Container::Compound) => return FileSignature::Compound,
        None => {}
    }
    look_for_magic(head)
}

fn look_for_magic(head: &[u8]) -> FileSignature {
    let format = FileFormat::from_reader(Cursor::new(head)).unwrap_or_else(|_| FileFormat::from_bytes(head));
    match format.kind() {
        file_format::Kind::Video => FileSignature::Kind(Kind::Video, format),
        file_format::Kind::Audio => FileSignature::Kind(Kind::Audio, format),
        // A vector picture is text with tags: told by its name, kept from running by whoever serves it.
        file_format::Kind::Image if !charset::looks_like_text(head) => FileSignature::Kind(Kind::Image, format),
        // A film whose index comes last looks like any box file.
        _ if head.get(4..8) == Some(b"ftyp") => FileSignature::Kind(Kind::Video, format),
        _ if head.starts_with(b"{\\rtf") => FileSignature::Kind(Kind::Rtf, format),
        _ if charset::looks_like_text(head) => FileSignature::Text,
        _ => FileSignature::Foreign(format),
    }
}

/// The kind of a ZIP container, if the names of its first entries tell.
fn kind_in_zip(head: &[u8]) -> Option<Kind> {
    const DECLARED: [(&[u8], Kind); 4] = [
        (b"mimetypeapplication/epub+zip", Kind::Epub),
        (b"mimetypeapplication/vnd.oasis.opendocument.text", Kind::Odt),
        (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Kind::Ods),
        (b"mimetypeapplication/vnd.oasis.opendocument.presentation", Kind::Odp),
    ];
    const FOLDERS: [(&[u8], Kind); 3] = [(b"word/", Kind::Docx), (b"ppt/", Kind::Pptx), (b"xl/", Kind::Xlsx)];
    // The first entry's name stands at byte 30, and its content behind it when it is not packed.
    let first = head.get(30..)?;
    let declared = DECLARED.iter().find(|(start, _)| first.starts_with(start));
    declared.map(|(_, kind)| *kind).or_else(|| {
        let names = entry_names(head);
        let is_office = names.iter().any(|name| *name == b"[Content_Types].xml");
        let inside = |folder: &[u8]| names.iter().any(|name| name.starts_with(folder));
        let folder = FOLDERS.iter().find(|(folder, _)| inside(folder))?;
        is_office.then_some(folder.1)
    })
}

/// The names of the entries whose headers lie in the head.
fn entry_names(head: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut rest = head;
    while let Some(at) = rest.windows(4).position(|window| window == b"PK\x03\x04") {
        let header = &rest[at..];
        let length = header
            .get(26..28)
            .map_or(0, |bytes| usize::from(u16::from_le_bytes([bytes[0], bytes[1]])));
        names.extend(header.get(30..30 + length));
        rest = &header[4..];
    }
    names
}

fn decide(named: Kind, found: FileSignature) -> Kind {
    match found {
        FileSignature::Nothing => named,
        FileSignature::Kind(kind, _) => settle_container(named, kind),
        FileSignature::Zip => {
            if is_zip_family(named) {
                named
            } else {
                Kind::Zip
            }
        }
        FileSignature::Compound => match named {
            Kind::Doc | Kind::Ppt | Kind::Xls => named,
            Kind::Pptx => Kind::Ppt,
            Kind::Xlsx => Kind::Xls,
            // Installers and mail folders are compound files too; only a document's name makes one a document.
            Kind::Other => Kind::Other,
            _ => Kind::Doc,
        },
        FileSignature::Text => Kind::Text,
        FileSignature::Foreign(_) => match named {
            Kind::Text | Kind::Markdown | Kind::Html | Kind::Srt | Kind::Vtt | Kind::Lrc => Kind::Other,
            named => named,
        },
    }
}

/// What a text is. Programs save web pages, messages and XML under the names of Word and Excel; other empty promises are
/// plain text.
fn written_as(named: Kind, head: &[u8]) -> Kind {
    match named {
        Kind::Html | Kind::Markdown | Kind::Srt | Kind::Vtt | Kind::Lrc | Kind::Image => named,
        _ => match FlatKind::of(head) {
            Some(FlatKind::Workbook) => Kind::Xls,
            Some(FlatKind::Document) => Kind::Doc,
            Some(FlatKind::OpenDocument(kind)) => kind,
            // The source of a page that is called a text is one.
            None if named == Kind::Text => Kind::Text,
            None if mime::is_message(head) || is_page(head) => Kind::Html,
            None => Kind::Text,
        },
    }
}

/// Whether a text begins as web pages do.
fn is_page(head: &[u8]) -> bool {
    let head = charset::decode(&head[..head.len().min(PDF_JUNK_BYTES)])
        .text
        .to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let begins = [
        "<!doctype html",
        "<html",
        "<head",
        "<meta",
        "<table",
        "<body",
        "<style",
        "<div",
    ];
    begins.iter().any(|tag| head.starts_with(tag)) || (head.starts_with("<?xml") && head.contains("<html"))
}

/// An MP4 without pictures is sound, and only its name or its tracks say so.
fn settle_container(named: Kind, found: Kind) -> Kind {
    match (named, found) {
        (Kind::Audio, Kind::Video) => Kind::Audio,
        (_, found) => found,
    }
}

fn is_zip_family(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Docx | Kind::Pptx | Kind::Xlsx | Kind::Odt | Kind::Ods | Kind::Odp | Kind::Epub | Kind::Zip
    )
}

fn contradiction(extension: &str, named: Kind, kind: Kind, found: FileSignature) -> Option<String> {
    match found {
        FileSignature::Nothing => None,
        // The name promises nothing, or just what the bytes keep.
        _ if named == Kind::Other => None,
        // Excel and Word call their own XML just that.
        _ if extension == "xml" => None,
        FileSignature::Kind(Kind::Video | Kind::Audio | Kind::Image, format) => {
            let (said, is) = (family(extension), family(format.extension()));
            (said != is).then(|| is.to_owned())
        }
        FileSignature::Foreign(FileFormat::ArbitraryBinaryData) if kind == named => None,
        FileSignature::Foreign(format) => Some(format.extension().to_owned()),
        _ if kind == named => None,
        FileSignature::Compound => Some("doc".to_owned()),
        _ => Some(label(kind).to_owned()),
    }
}

/// Extensions that mean the same container.
fn family(extension: &str) -> &str {
    match extension {
        "jpeg" | "jpe" | "jfif" => "jpg",
        "tif" => "tiff",
        "mov" | "qt" | "m4v" | "m4a" | "m4b" | "3gp" | "3g2" | "f4v" => "mp4",
        "mka" | "mk3d" | "webm" | "weba" => "mkv",
        "mp2" | "mpga" => "mp3",
        "oga" | "ogv" | "ogx" | "opus" => "ogg",
        extension => extension,
    }
}

/// The media type to serve: the name's where it agrees with the bytes, else the bytes' own.
fn media_type(name: &str, kind: Kind, named: Kind, found: FileSignature, head: &[u8]) -> String {
    let guessed = || mime_guess::from_path(name).first_raw().map(str::to_owned);
    let own = match kind {
        Kind::Pdf => "application/pdf",
        Kind::Srt | Kind::Lrc | Kind::Text => return text_type("text/plain", head),
        Kind::Markdown => return text_type("text/markdown", head),
        Kind::Html if mime::is_message(head) => "message/rfc822",
        Kind::Html => return text_type("text/html", head),
        Kind::Vtt => "text/vtt",
        Kind::Rtf => "application/rtf",
        Kind::Zip => "application/zip",
        Kind::Video | Kind::Audio | Kind::Image => return picture_type(guessed(), found),
        // Bytes nobody recognises keep the type of their name, unless the name promised a text.
        Kind::Other if named == Kind::Other => return guessed().unwrap_or_else(|| OCTETS.to_owned()),
        Kind::Other => OCTETS,
        Kind::Docx
        | Kind::Pptx
        | Kind::Xlsx
        | Kind::Doc
        | Kind::Ppt
        | Kind::Xls
        | Kind::Odt
        | Kind::Ods
        | Kind::Odp
        | Kind::Epub => office_type(kind),
    };
    match guessed() {
        Some(guess) if named == kind && is_zip_family(kind) => guess,
        _ => own.to_owned(),
    }
}

const OCTETS: &str = "application/octet-stream";

fn office_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Kind::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Kind::Doc => "application/msword",
        Kind::Ppt => "application/vnd.ms-powerpoint",
        Kind::Xls => "application/vnd.ms-excel",
        Kind::Odt => "application/vnd.oasis.opendocument.text",
        Kind::Ods => "application/vnd.oasis.opendocument.spreadsheet",
        Kind::Odp => "application/vnd.oasis.opendocument.presentation",
        _ => "application/epub+zip",
    }
}

/// Sound, film and pictures: browsers need the true container, so bytes go first.
fn picture_type(guessed: Option<String>, found: FileSignature) -> String {
    match (found, guessed) {
        (FileSignature::Kind(_, format), Some(guess)) if same_container(format, &guess) => guess,
        (FileSignature::Kind(_, format), _) => format.media_type().to_owned(),
        (_, Some(guess)) => guess,
        (_, None) => OCTETS.to_owned(),
    }
}

/// `audio/mp4` and `video/mp4` are one container; the name knows which it is.
fn same_container(format: FileFormat, guess: &str) -> bool {
    let subtype = |text: &str| text.split_once('/').map(|(_, subtype)| subtype.to_owned());
    subtype(format.media_type()) == subtype(guess)
}

/// Text is served with its encoding, or browsers guess another. A head in ASCII tells none: what follows may be anything.
fn text_type(media_type: &str, head: &[u8]) -> String {
    let (encoding, _) = charset::detect(head);
    if head.is_ascii() && encoding == UTF_8 {
        return media_type.to_owned();
    }
    format!("{media_type}; charset={}", encoding.name().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{label, sniff};
    use crate::domain::file::Kind;

    #[test]
    fn bytes_win_over_names() {
        let pdf = sniff("课件.pptx", b"%PDF-1.7 ...");
        assert_eq!((pdf.kind, pdf.contradiction.as_deref()), (Kind::Pdf, Some("pdf")));

        let junk = sniff("a.pdf", b"\r\n\r\nX-Mail: 1\r\n%PDF-1.4");
        assert_eq!((junk.kind, junk.contradiction), (Kind::Pdf, None));

        let png = sniff(
            "a.jpg",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0",
        );
        assert_eq!((png.kind, png.media_type.as_str()), (Kind::Image, "image/png"));
        assert_eq!(png.contradiction.as_deref(), Some("png"));
    }

    #[test]
    fn names_decide_where_bytes_cannot() {
        let text = "1\n00:00:01,000 --> 00:00:02,000\n断电\n".as_bytes();
        assert_eq!(sniff("课.srt", text).kind, Kind::Srt);
        assert_eq!(sniff("课.txt", text).kind, Kind::Text);
        assert_eq!(sniff("课.txt", text).media_type, "text/plain; charset=utf-8");
        assert_eq!(sniff("课.docx", b"PK\x03\x04").kind, Kind::Docx);
        assert_eq!(sniff("课", b"PK\x03\x04").kind, Kind::Zip);
        assert_eq!(
            sniff("任务书.wps", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]).kind,
            Kind::Doc
        );
    }

    #[test]
    fn labels_are_the_kinds_own_names() {
        for kind in [Kind::Pdf, Kind::Text, Kind::Markdown, Kind::Video, Kind::Other] {
            assert_eq!(serde_json::to_value(kind).unwrap(), label(kind));
        }
    }
}
