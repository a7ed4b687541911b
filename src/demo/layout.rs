//! Breaking text into lines of a fixed width, for pages that do not flow by themselves.

/// The width of a letter in thousandths of the font size: Chinese signs are square, Latin ones half as wide.
pub const HALF: u32 = 500;
const FULL: u32 = 1000;

/// The width of a sign in thousandths of the font size.
pub fn width(sign: char) -> u32 {
    if sign.is_ascii() { HALF } else { FULL }
}

/// Breaks a paragraph into lines no wider than `limit`, in thousandths of the font size.
///
/// Latin words and numbers stay whole, and no line begins with a closing mark.
pub fn wrap(paragraph: &str, limit: u32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut filled = 0;
    for piece in pieces(paragraph) {
        let piece_width: u32 = piece.chars().map(width).sum();
        let hangs = piece.chars().all(closes);
        if filled + piece_width > limit && !line.is_empty() && !hangs {
            lines.push(std::mem::take(&mut line));
            filled = 0;
        }
        line.push_str(piece);
        filled += piece_width;
    }
    lines.push(line);
    lines
}

/// The longest Latin piece that is kept whole.
const LONGEST_WORD: usize = 30;

/// Parts that stay together: a run of Latin letters and digits, or one other sign.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    for (at, sign) in text.char_indices() {
        let is_word = sign.is_ascii() && sign != ' ';
        let goes_on = is_word && in_word && at - start < LONGEST_WORD;
        if at > start && !goes_on {
            pieces.push(&text[start..at]);
            start = at;
        }
        in_word = is_word;
    }
    pieces.push(&text[start..]);
    pieces
}

fn closes(sign: char) -> bool {
    matches!(
        sign,
        '\u{ff0c}' | '。' | '、' | '\u{ff1b}' | '\u{ff1a}' | '\u{ff1f}' | '\u{ff01}' | '”' | '\u{ff09}' | '》'
    )
}
