//! `Content-Disposition` of uploaded content: its name, and whether a browser may show it at all.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::extension;

/// What RFC 8187 lets stand as it is besides letters and digits (`attr-char`).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Types that a browser shows without running anything of ours or theirs: it is a list of what is safe, so that a type
/// nobody thought of is saved and not shown. PDF is among them because browsers show it in a viewer of their own,
/// outside of our origin.
const SHOWN: [&str; 15] = [
    "application/pdf",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "text/vtt",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "video/mp4",
    "video/webm",
];

/// Forbids everything to a page, should a browser show it after all.
pub const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// How content is handed to a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// It may be shown in the browser's window.
    Inline,
    /// It is saved. HTML, SVG, XML and scripts would otherwise run in our origin with the reader's rights.
    Attachment,
}

impl Showing {
    /// What is right for a media type; parameters such as `charset` do not matter.
    pub fn of(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is_shown = SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(essence));
        if is_shown { Self::Inline } else { Self::Attachment }
    }

    /// The `Content-Security-Policy` that goes with it. Viewers of PDF and film do not work in a sandbox, and those
    /// types run nothing.
    pub fn content_security_policy(self) -> Option<&'static str> {
        match self {
            Self::Inline => None,
            Self::Attachment => Some(SANDBOX),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Attachment => "attachment",
        }
    }
}

/// `Content-Disposition` with the real name (RFC 6266, RFC 8187), and an ASCII stand-in where the name needs one. An ending
/// that the name bears twice is given once.
pub fn content_disposition(showing: Showing, name: &str) -> String {
    let word = showing.word();
    let name = &extension::without_repeated_extension(name);
    if is_plain(name) {
        return format!("{word}; filename=\"{name}\"");
    }
    let escaped = utf8_percent_encode(name, ESCAPED);
    format!("{word}; filename=\"{}\"; filename*=UTF-8''{escaped}", stand_in(name))
}

/// Whether the name can stand between quotes as it is. `%` is left out because some browsers decode it there.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_plain_byte)
}

fn is_plain_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'%' | b'/')
}

/// The name in ASCII, for clients of before 2011. Its ending matters most and is nearly always ASCII.
fn stand_in(name: &str) -> String {
    let replaced = name.chars().map(|c| {
        u8::try_from(c)
            .ok()
            .filter(|byte| is_plain_byte(*byte))
            .map_or('_', char::from)
    });
    let replaced: String = replaced.collect();
    if replaced.is_empty() {
        "file".to_owned()
    } else {
        replaced
    }
}

#[cfg(test)]
mod tests {
    use super::{Showing, content_disposition};

    #[test]
    fn a_chinese_name_arrives_whole() {
        let disposition = content_disposition(Showing::Attachment, "星三角 降压(1).docx");

        assert_eq!(
            disposition,
            "attachment; filename=\"___ __(1).docx\"; \
             filename*=UTF-8''%E6%98%9F%E4%B8%89%E8%A7%92%20%E9%99%8D%E5%8E%8B%281%29.docx"
        );
    }

    #[test]
    fn a_plain_name_stays_plain() {
        assert_eq!(
            content_disposition(Showing::Inline, "unit 3.pdf"),
            "inline; filename=\"unit 3.pdf\""
        );
    }

    #[test]
    fn the_examples_of_rfc_8187_are_spelled_alike() {
        let disposition = content_disposition(Showing::Inline, "£ and € rates");
        assert!(
            disposition.ends_with("filename*=UTF-8''%C2%A3%20and%20%E2%82%AC%20rates"),
            "{disposition}"
        );
    }

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let disposition = content_disposition(Showing::Attachment, "a\"; x=\"\r\nSet-Cookie: b%41/..\\c");

        assert!(disposition.starts_with("attachment; filename=\"a_; x=___Set-Cookie: b_41_.._c\"; filename*="));
        assert!(!disposition.contains(['\r', '\n', '\\']));
        assert_eq!(disposition.matches('"').count(), 2);
        assert_eq!(
            content_disposition(Showing::Inline, ""),
            "inline; filename=\"file\"; filename*=UTF-8''"
        );
    }

    #[test]
    fn nothing_that_could_run_is_shown() {
        let active = [
            "text/html",
            "Text/HTML; charset=utf-8",
            "image/svg+xml",
            "application/xml",
            "text/xml",
            "application/xhtml+xml",
            "text/javascript",
            "application/javascript",
            "text/css",
            "application/x-shockwave-flash",
            "multipart/related",
            "application/octet-stream",
            "application/epub+zip",
            "",
            "x",
        ];
        for media_type in active {
            assert_eq!(Showing::of(media_type), Showing::Attachment, "{media_type}");
        }
        for media_type in ["application/pdf", "IMAGE/PNG", "text/plain; charset=utf-8", "video/mp4"] {
            assert_eq!(Showing::of(media_type), Showing::Inline, "{media_type}");
        }
        assert_eq!(
            Showing::Attachment.content_security_policy(),
            Some("sandbox; default-src 'none'; frame-ancestors 'none'")
        );
    }
}
