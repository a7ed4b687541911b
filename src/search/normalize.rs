//! Normalization: one spelling for all the ways a character is written.
//!
//! Full and half width, case, accents, compatibility forms (㎜ Ⅳ ﬁ) and traditional characters fall together, in what
//! is indexed and in what is asked. Every normalized character remembers the bytes of the original text it came from, so
//! marks can be set in the text as it was written.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// A normalized character and the bytes of the original text it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NormalizedChar {
    /// The normalized character.
    pub(super) char: char,
    /// The first byte of the original.
    pub(super) from: usize,
    /// The byte after the original.
    pub(super) to: usize,
}

/// Normalizes a text, character by character.
pub(super) fn normalize_chars(text: &str) -> Vec<NormalizedChar> {
    let mut normalized: Vec<NormalizedChar> = Vec::with_capacity(text.len() / 2);
    for (from, original) in text.char_indices() {
        let to = from + original.len_utf8();
        let before = normalized.len();
        normalize_char(original, &mut |char| normalized.push(NormalizedChar { char, from, to }));
        if normalized.len() == before && is_combining(original) {
            // The accent belongs to the letter before it, and is marked with it.
            if let Some(letter) = normalized.last_mut() {
                letter.to = to;
            }
        }
    }
    normalized
}

/// Normalizes a text to a string, for tables and look-ups.
pub fn normalize(text: &str) -> String {
    normalize_chars(text)
        .into_iter()
        .map(|normalized| normalized.char)
        .collect()
}

fn normalize_char(original: char, push: &mut impl FnMut(char)) {
    if original.is_ascii() {
        push(original.to_ascii_lowercase());
    // Most of what is read here: these are their own NFKC forms, and have neither case nor accents.
    } else if ('\u{4e00}'..='\u{9fff}').contains(&original) {
        push(simplified(original));
    } else if !is_invisible(original) {
        for plain in std::iter::once(drawn_alike(original))
            .nfkc()
            .flat_map(char::to_lowercase)
        {
            if !is_combining(plain) {
                push(simplified(without_accent(plain)));
            }
        }
    }
}

/// One of several signs that are drawn alike, of which people and machines take either: the delta of a circuit, which is written as a
/// triangle (Y-△), capitals of other alphabets (Ζ轴), the sign of multiplication (M10×1).
fn drawn_alike(char: char) -> char {
    match char {
        '△' | '▵' | '∆' => 'Δ',
        'Α' | 'А' => 'A',
        'Β' | 'В' => 'B',
        'С' => 'C',
        'Ε' | 'Е' => 'E',
        'Η' | 'Н' => 'H',
        'Ι' => 'I',
        'Κ' | 'К' => 'K',
        'Μ' | 'М' => 'M',
        'Ν' => 'N',
        'Ο' | 'О' => 'O',
        'Ρ' | 'Р' => 'P',
        'Τ' | 'Т' => 'T',
        'Χ' | 'Х' | '×' | '✕' | '╳' => 'X',
        'Υ' => 'Y',
        'Ζ' => 'Z',
        '𠮷' => '吉',
        char => char,
    }
}

/// A Han character, also in the extensions and compatibility blocks.
pub(super) fn is_han(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' | '々' | '〇')
}

/// The character of a term that is a single Han character.
pub(super) fn lone_han(term: &str) -> Option<char> {
    let mut chars = term.chars();
    let first = chars.next()?;
    (is_han(first) && chars.next().is_none()).then_some(first)
}

fn is_combining(char: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&char)
}

/// Characters that leave no trace on paper: soft hyphen, zero-width spaces and joiners, byte order mark.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn without_accent(char: char) -> char {
    // Of Latin letters only: й and が taken apart become other letters.
    match std::iter::once(char).nfd().next() {
        Some(base) if base.is_ascii_alphabetic() => base,
        _ => char,
    }
}

const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

/// The simplified form of every character of the two oldest Han blocks.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut table: Vec<char> = (FIRST..=LAST).filter_map(char::from_u32).map(simplify).collect();
    for (variant, plain) in VARIANTS.iter().chain(MISREAD) {
        table[(u32::from(*variant) - FIRST) as usize] = *plain;
    }
    table
});

/// Variants that the conversion table leaves alone because they are right in some word or other. For finding, one
/// spelling is enough as long as both sides use it.
const VARIANTS: &[(char, char)] = &[
    ('裏', '里'),
    ('裡', '里'),
    ('臺', '台'),
    ('檯', '台'),
    ('颱', '台'),
    ('爲', '为'),
    ('麽', '么'),
    ('乾', '干'),
    ('後', '后'),
    ('著', '着'),
    ('羣', '群'),
    ('峯', '峰'),
    ('綫', '线'),
    ('佔', '占'),
    ('週', '周'),
    ('鍊', '链'),
    ('黏', '粘'),
    ('帐', '账'),
];

/// Rare characters that the models which recognise text in pictures do not know, and the one that they name instead, in all
/// fonts that were tried. Whoever looks for the rare one finds the page all the same.
const MISREAD: &[(char, char)] = &[
    ('乇', '毛'),
    ('勹', '勺'),
    ('哜', '齐'),
    ('夂', '久'),
    ('挢', '桥'),
    ('揞', '掊'),
    ('搿', '掰'),
    ('攵', '文'),
    ('猸', '猬'),
    ('痖', '症'),
    ('硷', '检'),
    ('礤', '磜'),
    ('缋', '绩'),
    ('缍', '锤'),
    ('缏', '鞭'),
    ('钶', '铜'),
    ('钸', '铈'),
];

fn simplify(char: char) -> char {
    let mut buffer = [0; 4];
    let converted = fast2s::convert(char.encode_utf8(&mut buffer));
    let mut chars = converted.chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => one,
        _ => char,
    }
}

fn simplified(char: char) -> char {
    let code = u32::from(char);
    if (FIRST..=LAST).contains(&code) {
        SIMPLIFIED[(code - FIRST) as usize]
    } else {
        char
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_fold_together() {
        for (written, normalized) in [
            ("ＰＬＣ", "plc"),
            ("數控車床", "数控车床"),
            ("裏後臺", "里后台"),
            ("㎜Ⅳﬁ", "mmivfi"),
            ("Café e\u{301}", "cafe e"),
            ("数\u{200b}控", "数控"),
            ("⾞", "车"),
            ("İ", "i"),
            ("Y-△ Y-Δ", "y-δ y-δ"),
            ("Ζ轴 Χ轴 М10×1 ⅩⅡ", "z轴 x轴 m10x1 xii"),
            ("𠮷田 酸硷", "吉田 酸检"),
        ] {
            assert_eq!(normalize(written), normalized, "{written}");
        }
    }

    #[test]
    fn folded_characters_remember_their_bytes() {
        let text = "5㎜é";

        let normalized = normalize_chars(text);

        let stretches: Vec<&str> = normalized.iter().map(|f| &text[f.from..f.to]).collect();
        assert_eq!(stretches, ["5", "㎜", "㎜", "é"]);
    }

    #[test]
    fn a_separate_accent_is_part_of_its_letter() {
        let text = "e\u{301}a";

        let normalized = normalize_chars(text);

        assert_eq!(&text[normalized[0].from..normalized[0].to], "e\u{301}");
        assert_eq!(normalized.len(), 2);
    }
}
