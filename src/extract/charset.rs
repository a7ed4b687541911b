//! Text in the encodings that schools use: UTF-8, GB18030 and its elders, Big5, UTF-16.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use super::clean_text::is_han;

/// How much that is not ASCII is shown to the statistical detector.
const SAMPLE_BYTES: usize = 1 << 20;
/// Characters looked at for UTF-16 without a mark.
const SAMPLE_UNITS: usize = 4_000;
/// Well-formed characters that outweigh one broken sequence. Chinese in other encodings has one in five at most.
const WEIGHT: usize = 4;
/// Bytes below this are a character by themselves in every encoding that is looked for.
const FIRST_TRAIL: u8 = 0x30;

/// A text and how it was read.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) encoding: &'static Encoding,
    /// Places that could not be read; each is a U+FFFD in the text.
    pub(crate) unreadable: u32,
}

/// Decodes a text. A broken byte costs its own character and nothing else.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let (encoding, mark) = detect(bytes);
    let decoded = decode_as(encoding, &bytes[mark..]);
    if decoded.unreadable > 0 && [UTF_8, GBK, GB18030].contains(&encoding) {
        decode_lines(encoding, &bytes[mark..])
    } else {
        decoded
    }
}

/// Decodes a text whose lines were written in two encodings, as logs and files put together by programs are.
fn decode_lines(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let mut text = String::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let own = match () {
            () if std::str::from_utf8(line).is_ok() && is_mostly_han(line, UTF_8) => UTF_8,
            () if is_foreign_to_utf8(line) && is_well_formed(line, GB18030) && is_mostly_han(line, GB18030) => GB18030,
            () => encoding,
        };
        text.push_str(&own.decode_without_bom_handling(line).0);
    }
    let unreadable = u32::try_from(text.matches('\u{fffd}').count()).unwrap_or(u32::MAX);
    Decoded {
        text,
        encoding,
        unreadable,
    }
}

/// Whether a line breaks more often as UTF-8 than it spells a character.
fn is_foreign_to_utf8(line: &[u8]) -> bool {
    let (right, broken) = spelled(line);
    broken > right
}

/// Decodes a text whose encoding is known.
pub(crate) fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, is_broken) = encoding.decode_without_bom_handling(bytes);
    let places = if is_broken { text.matches('\u{fffd}').count() } else { 0 };
    Decoded {
        text: text.into_owned(),
        encoding,
        unreadable: u32::try_from(places).unwrap_or(u32::MAX),
    }
}

/// The encoding of a text and the length of its byte-order mark. The text may be cut anywhere; all of it counts.
pub(crate) fn detect(bytes: &[u8]) -> (&'static Encoding, usize) {
    if let Some(marked) = Encoding::for_bom(bytes) {
        return marked;
    }
    let is_utf8 = is_mostly_utf8(bytes);
    let is_half_ascii = bytes.iter().filter(|byte| byte.is_ascii()).count() * 2 > bytes.len();
    // Pairs of letters look like Han, and so do pairs of Japanese bytes. Of what is ASCII in UTF-16, half are zeros.
    let head = &bytes[..bytes.len().min(2 * SAMPLE_UNITS)];
    let zeros = head.split(|byte| *byte == 0).count() - 1;
    let may_be_utf16 = match is_utf8 {
        true => zeros * 4 > head.len(),
        false => zeros > 0 || !(is_half_ascii || is_well_formed(bytes, SHIFT_JIS)),
    };
    let encoding = match unmarked_utf16(bytes).filter(|_| may_be_utf16) {
        Some(encoding) => encoding,
        None if is_utf8 => UTF_8,
        None => guess(bytes),
    };
    (encoding, 0)
}

/// Whether bytes are UTF-8 but for a few.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (right, broken) = spelled(bytes);
    let is_cut = broken == 1 && ends_within_a_character(bytes);
    broken == 0 || right >= broken * WEIGHT || (is_cut && right > 0)
}

/// How many characters beyond ASCII are spelled in UTF-8, and how many places are not.
fn spelled(bytes: &[u8]) -> (usize, usize) {
    let (mut right, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        // Bytes that go on with a character are not counted.
        right += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    (right, broken)
}

/// Whether the last character of UTF-8 lacks its end.
fn ends_within_a_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Whether bytes are well-formed in an encoding; a detector takes one wrong byte for a proof against it.
fn is_well_formed(bytes: &[u8], encoding: &'static Encoding) -> bool {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some()
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

/// Asks a statistical detector about all that is not ASCII, wherever it stands. Words that are broken in GB18030 are kept
/// from it as long as they are few: it gives an encoding up for one wrong byte.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let words = || {
        let words = bytes.split(|byte| *byte < FIRST_TRAIL);
        words.filter(|word| !word.is_ascii())
    };
    let broken = words()
        .filter(|word| !is_well_formed(word, GB18030))
        .map(<[u8]>::len)
        .sum::<usize>();
    let all = words().map(<[u8]>::len).sum::<usize>();
    let is_chinese_but_for_a_few = broken * FEW < all;
    let sample = words().filter(|word| !is_chinese_but_for_a_few || is_well_formed(word, GB18030));
    let sample = gathered(sample);
    guess_sample(&sample)
}

/// One part in so many is few.
const FEW: usize = 5;

fn gathered<'b>(words: impl Iterator<Item = &'b [u8]>) -> Vec<u8> {
    let mut sample = Vec::new();
    for word in words {
        sample.extend_from_slice(word);
        sample.push(b'\n');
        if sample.len() > SAMPLE_BYTES {
            break;
        }
    }
    sample
}

/// Asks again when the answer is no East Asian one: with a hint of `.cn` the detector takes Big5 for GBK, without one it
/// sometimes takes a few words of GBK for a Western encoding.
fn guess_sample(sample: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
    let is_east_asian = [GBK, GB18030, BIG5, EUC_KR, EUC_JP, SHIFT_JIS].contains(&guessed);
    // A comment or two of a program says too little to tell Korean from Chinese, and schools here write Chinese.
    let is_doubtful = !is_east_asian || (guessed == EUC_KR && sample.len() < FEW_WORDS_BYTES);
    let may_be_chinese = || is_mostly_han(sample, GBK) || is_of_signs(sample);
    if is_doubtful && may_be_chinese() { GBK } else { guessed }
}

/// Fewer bytes than these are a few words.
const FEW_WORDS_BYTES: usize = 64;

/// Whether all that is not ASCII is signs which Chinese programs write in two bytes: `Ω`, `℃`, `±`, `（）`.
fn is_of_signs(sample: &[u8]) -> bool {
    let (text, is_broken) = GBK.decode_without_bom_handling(sample);
    let is_sign = |c| matches!(c, 'Α'..='ω' | '\u{2010}'..='\u{22ff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff5f}' | '±' | '×' | '÷' | '°' | '·');
    !is_broken && text.chars().filter(|c| !c.is_ascii()).all(is_sign)
}

/// Whether a text is Chinese in an encoding: broken places are few, and what is not ASCII is Han for the most part.
fn is_mostly_han(sample: &[u8], encoding: &'static Encoding) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let count = |is_wanted: fn(char) -> bool| text.chars().filter(|c| is_wanted(*c)).count();
    let (han, foreign, broken) = (count(is_han), count(|c| !c.is_ascii()), count(|c| c == '\u{fffd}'));
    han * 2 > foreign && broken * FEW <= han
}

/// Decodes a file name of an archive. Chinese Windows writes GBK and says nothing about it.
pub(crate) fn decode_name(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Whether a beginning of a file reads as text at all: hardly a control character but line ends and tabs, and few places
/// that cannot be read.
pub(crate) fn looks_like_text(head: &[u8]) -> bool {
    let Decoded { text, unreadable, .. } = decode(head);
    let all = text.chars().count();
    let controls = text.chars().filter(|c| is_strange(*c)).count();
    controls * 50 <= all && (unreadable as usize).saturating_sub(SPARED) * FEW * 4 <= all
}

/// Places that cannot be read and prove nothing in a short text: a cut at its end, a slip of a program.
const SPARED: usize = 2;

fn is_strange(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}')
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_name, looks_like_text};

    #[test]
    fn a_few_words_are_enough_to_know_the_encoding() {
        let words = "第三章 习题答案";
        let (gbk, ..) = encoding_rs::GBK.encode(words);
        let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();

        assert_eq!(decode(&gbk).text, words);
        assert_eq!(decode(&utf16).text, words);
        assert_eq!(decode(words.as_bytes()).text, words);
        assert_eq!(decode_name(&gbk), words);
    }

    const LESSON: &str = "一、先断电，再挂牌；二、用万用表量三相电压；三、确认无电后方可检修。\n";

    #[test]
    fn one_wrong_byte_costs_its_own_character() {
        let mut utf8 = LESSON.repeat(200).into_bytes();
        utf8.insert(20 * LESSON.len(), 0xff);
        let read = decode(&utf8);
        assert_eq!((read.encoding.name(), read.unreadable), ("UTF-8", 1));
        assert_eq!(read.text.replace('\u{fffd}', ""), LESSON.repeat(200));
        assert!(looks_like_text(&utf8));

        // A program that cuts lines by bytes leaves half characters.
        let line = encoding_rs::GBK.encode(LESSON).0;
        let mut gbk = line.repeat(40);
        for line_number in [30, 20, 10] {
            gbk.remove(line_number * line.len() - 4);
        }
        let read = decode(&gbk);
        assert_eq!(read.encoding, encoding_rs::GBK);
        assert!((1..=6).contains(&read.unreadable), "{}", read.unreadable);
        assert!(read.text.matches("用万用表量三相电压").count() >= 40);
        assert!(looks_like_text(&gbk));
    }

    #[test]
    fn a_stray_zero_does_not_make_letters_into_han() {
        let text = "Turn the power off before you open the cabinet.\n".repeat(20);
        let read = decode([text.as_bytes(), b"\0"].concat().as_slice()).text;
        assert!(read.starts_with(&text));
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16).text, text);
    }

    #[test]
    fn subtitles_with_a_wrong_byte_stay_chinese() {
        let cue = encoding_rs::GBK
            .encode("1\r\n00:00:01,000 --> 00:00:04,000\r\n先断电再挂牌\r\n\r\n")
            .0;
        let mut subtitles = cue.repeat(6);
        let last = subtitles.len() - 6;
        subtitles[last] = 0x20;
        assert_eq!(decode(&subtitles).encoding, encoding_rs::GBK);
    }

    #[test]
    fn a_comment_behind_a_long_program_counts() {
        let mut program = b"N10 G01 X10.5 Z-2.0 F0.2\r\n".repeat(60_000);
        program.extend_from_slice(&encoding_rs::GBK.encode("(精车外圆，注意退刀槽)\r\n").0);
        let read = decode(&program);
        assert_eq!(read.unreadable, 0);
        assert!(read.text.ends_with("(精车外圆，注意退刀槽)\r\n"));
    }

    #[test]
    fn a_few_words_of_chinese_are_not_taken_for_another_script() {
        for words in [
            "// 点亮LED灯\nint main(){return 0;}",
            "R = 10 Ω, t = 25 ℃\r\n",
            "M（A）±0.05",
        ] {
            let bytes = encoding_rs::GBK.encode(words).0;
            assert_eq!(decode(&bytes).text, words);
        }
    }

    #[test]
    fn lines_in_two_encodings_are_each_read_in_their_own() {
        let line = encoding_rs::GBK.encode(LESSON).0;
        for gbk_lines in [1, 20, 60] {
            let mixed = [LESSON.repeat(20).into_bytes(), line.repeat(gbk_lines)].concat();
            let read = decode(&mixed);
            assert_eq!(read.unreadable, 0, "{gbk_lines}");
            assert_eq!(read.text, LESSON.repeat(20 + gbk_lines));
        }
        let log: Vec<u8> = (0..50)
            .flat_map(|at| {
                if at % 5 == 0 {
                    line.to_vec()
                } else {
                    LESSON.as_bytes().to_vec()
                }
            })
            .collect();
        assert!(looks_like_text(&log));
        assert_eq!(decode(&log).text, LESSON.repeat(50));
    }

    #[test]
    fn other_scripts_are_not_taken_for_chinese() {
        let big5 = encoding_rs::BIG5
            .encode("數控車床操作，先斷電再掛牌，確認無電後方可檢修。")
            .0;
        let japanese = encoding_rs::SHIFT_JIS
            .encode("まず電源を切り、札を掛けてから点検を始めてください。")
            .0;
        let french = encoding_rs::WINDOWS_1252
            .encode("Débrancher la fraiseuse à l’arrêt avant d’être formé.")
            .0;
        assert_eq!(decode(&big5).encoding, encoding_rs::BIG5);
        assert_eq!(decode(&japanese).encoding, encoding_rs::SHIFT_JIS);
        assert_eq!(decode(&french).encoding, encoding_rs::WINDOWS_1252);
    }

    #[test]
    fn a_program_is_not_text() {
        assert!(!looks_like_text(&[
            0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0
        ]));
        assert!(looks_like_text("数控车床".as_bytes()));
        assert!(looks_like_text(&"数控车床".as_bytes()[..8]));
    }
}
