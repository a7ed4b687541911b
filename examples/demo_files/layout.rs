//! Breaking text into lines of a fixed width, for pages that do not flow by themselves.

/// A Chinese sign is square; widths are in thousandths of the font size.
const FULL: u32 = 1000;

/// The widths of the Latin signs from the space to the tilde in Helvetica.
const HELVETICA: [u32; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
];

/// The width of a sign in thousandths of the font size.
fn width(sign: char) -> u32 {
    let place = u32::from(sign).checked_sub(u32::from(' ')).map(|place| place as usize);
    place.and_then(|place| HELVETICA.get(place)).copied().unwrap_or(FULL)
}

/// Breaks a paragraph into lines no wider than `limit`, in thousandths of the font size.
///
/// Latin words and numbers stay whole, and no line begins with a closing mark.
pub(crate) fn wrap(paragraph: &str, limit: u32) -> Vec<String> {
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
    let mut continues = false;
    for (at, sign) in text.char_indices() {
        let latin = sign.is_ascii() && sign != ' ';
        let goes_on = latin && continues && at - start < LONGEST_WORD;
        if at > start && !goes_on {
            pieces.push(&text[start..at]);
            start = at;
        }
        continues = latin;
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
