//! Signs of fonts that know nothing of Unicode: Word names them by a number in the font.

/// Where these fonts put their signs, out of the way of letters.
const PRIVATE: u32 = 0xf000;

/// The Greek letters of the font Symbol, in the places of the Latin ones.
const CAPITALS: &str = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";
const SMALL: &str = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ";

/// What a sign of a font is in Unicode; none where nobody could type it.
pub(crate) fn character(font: &str, code: u32) -> Option<char> {
    let own = if (PRIVATE..PRIVATE + 0x100).contains(&code) {
        code - PRIVATE
    } else {
        code
    };
    let known = match font.to_ascii_lowercase().as_str() {
        "symbol" => of_symbol(own),
        name if name.starts_with("wingdings") => of_wingdings(own),
        _ => None,
    };
    let is_private = (0xe000..=0xf8ff).contains(&code);
    // A number above those of the font is a character as it is.
    known.or_else(|| char::from_u32(code).filter(|_| !is_private && code > 0xff))
}

fn of_symbol(code: u32) -> Option<char> {
    let sign = match code {
        0x41..=0x5a => return CAPITALS.chars().nth(code as usize - 0x41),
        0x61..=0x7a => return SMALL.chars().nth(code as usize - 0x61),
        0x20..=0x21 | 0x23 | 0x25..=0x26 | 0x28..=0x3f | 0x5b | 0x5d | 0x5f | 0x7b..=0x7d => {
            return char::from_u32(code);
        }
        0x5c => '∴',
        0x5e => '⊥',
        0x7e => '∼',
        0xa3 => '≤',
        0xa5 => '∞',
        0xac => '←',
        0xad => '↑',
        0xae => '→',
        0xaf => '↓',
        0xb0 => '°',
        0xb1 => '±',
        0xb3 => '≥',
        0xb4 => '×',
        0xb5 => '∝',
        0xb6 => '∂',
        0xb7 => '•',
        0xb8 => '÷',
        0xb9 => '≠',
        0xba => '≡',
        0xbb => '≈',
        0xce => '∈',
        0xd0 => '∠',
        0xd1 => '∇',
        0xd6 => '√',
        0xde => '⇒',
        0xe5 => '∑',
        0xf2 => '∫',
        _ => return None,
    };
    Some(sign)
}

/// What forms are ticked with.
fn of_wingdings(code: u32) -> Option<char> {
    let sign = match code {
        0x6c => '●',
        0x6e => '■',
        0x6f | 0xa8 => '□',
        0xe0 => '→',
        0xfb => '✗',
        0xfc => '✓',
        0xfd => '☒',
        0xfe => '☑',
        _ => return None,
    };
    Some(sign)
}

#[cfg(test)]
mod tests {
    use super::character;

    #[test]
    fn a_sign_is_what_a_reader_sees() {
        assert_eq!(character("Symbol", 0xf057), Some('Ω'));
        assert_eq!(character("Symbol", 0x6d), Some('μ'));
        assert_eq!(character("Symbol", 0x3b1), Some('α'));
        assert_eq!(character("Wingdings", 0xf0fe), Some('☑'));
        assert_eq!(character("Webdings", 0xf041), None);
    }
}
