//! Pictures: their size, from the header alone. Nothing is decoded, so a picture of 60,000 × 60,000 costs nothing. What is written
//! on them is for recognition to read (`ocr`).

use super::{
    error::{ExtractError, ExtractResult},
    input::Input,
    output::Output,
};

/// How far into a picture its size is looked for. A JPEG may carry a preview and colour profiles before it.
const HEADER_BYTES: u64 = 1 << 20;

/// A picture whose shorter side has fewer pixels is an icon, on which nothing is written.
const LEAST_SIDE: u32 = 64;

/// Reads a picture's size. A picture of a form we do not know is none the worse for it.
pub(crate) fn read(input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let head = input.head(HEADER_BYTES)?;
    let is_known = [PNG, JPEG, GIF, BMP, WEBP_RIFF]
        .iter()
        .any(|magic| head.starts_with(magic));
    match dimensions(&head) {
        Some((width, height)) => {
            out.report.width = Some(width);
            out.report.height = Some(height);
            out.report.pages = 1;
            out.report.blank_pages = 1;
            if width.min(height) >= LEAST_SIDE {
                out.picture(1);
            }
            Ok(())
        }
        None if is_known => Err(ExtractError::damaged("the picture's header breaks off")),
        None => Ok(()),
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
const GIF: &[u8] = b"GIF8";
const BMP: &[u8] = b"BM";
const WEBP_RIFF: &[u8] = b"RIFF";

/// Width and height in pixels.
fn dimensions(head: &[u8]) -> Option<(u32, u32)> {
    match head {
        head if head.starts_with(PNG) => Some((big(head, 16)?, big(head, 20)?)),
        head if head.starts_with(JPEG) => jpeg(head),
        head if head.starts_with(GIF) => Some((little16(head, 6)?, little16(head, 8)?)),
        // The height of a BMP is negative when its rows run downwards.
        head if head.starts_with(BMP) => Some((little(head, 18)?, little(head, 22)?.cast_signed().unsigned_abs())),
        head if head.starts_with(WEBP_RIFF) => webp(head),
        _ => None,
    }
}

/// Walks through the segments of a JPEG to its frame.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let marker = *head.get(at + 1)?;
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            return Some((big16(head, at + 7)?, big16(head, at + 5)?));
        }
        at += 2 + big16(head, at + 2)? as usize;
    }
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match head.get(8..16)? {
        b"WEBPVP8 " => Some((little16(head, 26)? & 0x3fff, little16(head, 28)? & 0x3fff)),
        b"WEBPVP8L" => {
            let bits = little(head, 21)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"WEBPVP8X" => Some(((little(head, 24)? & 0xff_ffff) + 1, (little(head, 27)? & 0xff_ffff) + 1)),
        _ => None,
    }
}

fn bytes<const N: usize>(head: &[u8], at: usize) -> Option<[u8; N]> {
    head.get(at..at + N)?.try_into().ok()
}

fn big(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u32::from_be_bytes)
}

fn big16(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u16::from_be_bytes).map(u32::from)
}

fn little(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u32::from_le_bytes)
}

fn little16(head: &[u8], at: usize) -> Option<u32> {
    bytes(head, at).map(u16::from_le_bytes).map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::dimensions;

    #[test]
    fn sizes_stand_in_headers() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\0\x02";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01";

        assert_eq!(dimensions(png), Some((60_000, 2)));
        assert_eq!(dimensions(jpeg), Some((32, 16)));
        assert_eq!(dimensions(b"GIF89a\x05\0\x06\0"), Some((5, 6)));
        assert_eq!(dimensions(b"\x89PNG\r\n\x1a\n"), None);
    }
}
