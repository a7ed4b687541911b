//! Text in the encodings that schools use: UTF-8, GB18030 and its elders, Big5, UTF-16.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use super::tidy::is_han;

/// How much of a text is looked at to guess its encoding.
const SAMPLE_BYTES: usize = 1 << 20;
/// Characters looked at for UTF-16 without a mark.
const SAMPLE_UNITS: usize = 4_000;

/// Decodes a text and names its encoding.
pub(crate) fn decode(bytes: &[u8]) -> (String, &'static Encoding) {
    let (encoding, mark) = detect(bytes);
    let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
    (text.into_owned(), encoding)
}

/// The encoding of a text and the length of its byte-order mark. The text may be cut anywhere.
pub(crate) fn detect(bytes: &[u8]) -> (&'static Encoding, usize) {
    if let Some(marked) = Encoding::for_bom(bytes) {
        return marked;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let encoding = if is_utf8(sample) {
        UTF_8
    } else {
        unmarked_utf16(sample).unwrap_or_else(|| guess(sample))
    };
    (encoding, 0)
}

/// Whether bytes are UTF-8, but for a character cut at the end.
fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

/// UTF-16 without a mark, as Windows programs save it: nine of ten units are Han, ASCII or punctuation.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 8 {
        return None;
    }
    [
        (UTF_16LE, u16::from_le_bytes as fn([u8; 2]) -> u16),
        (UTF_16BE, u16::from_be_bytes),
    ]
    .into_iter()
    .find(|(_, unit)| mostly_plausible(bytes, *unit))
    .map(|(encoding, _)| encoding)
}

fn mostly_plausible(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> bool {
    let units = bytes
        .chunks_exact(2)
        .take(SAMPLE_UNITS)
        .map(|pair| unit([pair[0], pair[1]]));
    let (plausible, all) = units.fold((0, 0), |(yes, all), unit| {
        (yes + u32::from(is_plausible(unit)), all + 1)
    });
    plausible * 10 >= all * 9
}

fn is_plausible(unit: u16) -> bool {
    let is_ascii = matches!(unit, 0x9 | 0xa | 0xd | 0x20..=0x7e);
    // Rare names need pairs of surrogates; units and formulas need symbols.
    is_ascii || matches!(unit, 0x2010..=0x22ff | 0x3000..=0x303f | 0x3400..=0x9fff | 0xd800..=0xdfff | 0xff00..=0xff5f)
}

/// Asks a statistical detector, and asks again when its answer is no East Asian one: with a hint of `.cn` it takes Big5
/// for GBK, without one it sometimes takes a few words of GBK for a Western encoding.
fn guess(sample: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
    let is_east_asian = [GBK, GB18030, BIG5, EUC_KR, EUC_JP, SHIFT_JIS].contains(&guessed);
    if !is_east_asian && is_mostly_han(sample, GBK) {
        GBK
    } else {
        guessed
    }
}

fn is_mostly_han(sample: &[u8], encoding: &'static Encoding) -> bool {
    let (text, is_broken) = encoding.decode_without_bom_handling(sample);
    let han = text.chars().filter(|c| is_han(*c)).count();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    !is_broken && han * 2 > foreign
}

/// Decodes a file name of an archive. Chinese Windows writes GBK and says nothing about it.
pub(crate) fn decode_name(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Whether a beginning of a file reads as text at all: no control characters but line ends and tabs.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    let (encoding, mark) = detect(head);
    let (text, is_broken) = encoding.decode_without_bom_handling(&head[mark..]);
    let strange = text.chars().filter(|c| is_strange(*c)).count();
    // One character may be cut at the end of the head.
    (!is_broken || encoding.is_single_byte() || strange <= 1) && strange * 50 <= text.chars().count()
}

fn is_strange(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}')) || c == '\u{fffd}'
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_name, looks_like_text};

    #[test]
    fn a_few_words_are_enough_to_know_the_encoding() {
        let words = "第三章 习题答案";
        let (gbk, ..) = encoding_rs::GBK.encode(words);
        let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();

        assert_eq!(decode(&gbk).0, words);
        assert_eq!(decode(&utf16).0, words);
        assert_eq!(decode(words.as_bytes()).0, words);
        assert_eq!(decode_name(&gbk), words);
    }

    #[test]
    fn a_program_is_not_text() {
        assert!(!looks_like_text(&[
            0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0
        ]));
        assert!(looks_like_text("数控车床".as_bytes()));
    }
}
