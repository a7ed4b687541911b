//! Chinese in disguise: old printer drivers wrote GBK bytes in a Western font, so `机床` reads as `»ú´²`.
//!
//! Only pages without a single Han character are looked at. One line that is clearly Chinese must give the page away;
//! then its other lines are read so too, if they decode without fault. A French page stays French.

use encoding_rs::{GBK, WINDOWS_1252};

use crate::extract::clean_text::is_han;

/// The Han characters of a line that gives its page away.
const CLEARLY_CHINESE: usize = 6;

/// The text, with lines of disguised Chinese read as they were meant; `None` where there are none.
pub(super) fn rescue(text: &str) -> Option<String> {
    if text.chars().any(is_han) || !text.chars().any(is_high) {
        return None;
    }
    let gives_it_away = |line| meant(line).is_some_and(|meant| count_han(&meant) >= CLEARLY_CHINESE);
    if !text.split('\n').any(gives_it_away) {
        return None;
    }
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| meant(line).unwrap_or_else(|| line.to_owned()))
        .collect();
    Some(lines.join("\n"))
}

/// Letters that stand for a byte with its highest bit set.
fn is_high(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace()
}

/// What a line of Western letters means as GBK, if it means anything.
fn meant(line: &str) -> Option<String> {
    let line = without_gaps(line);
    let (bytes, _, is_foreign) = WINDOWS_1252.encode(&line);
    if is_foreign || !bytes.split(u8::is_ascii).all(is_everyday) {
        return None;
    }
    let (text, is_broken) = GBK.decode_without_bom_handling(&bytes);
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    let is_chinese = !is_broken && foreign > 0 && count_han(&text) * 2 >= foreign;
    is_chinese.then(|| text.into_owned())
}

fn count_han(text: &str) -> usize {
    text.chars().filter(|c| is_han(*c)).count()
}

/// Spaces between two halves of a character come from the Western widths of the letters.
fn without_gaps(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    let is_gap = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        letters[at] == ' ' && before.is_some_and(|c| is_high(*c)) && letters.get(at + 1).is_some_and(|c| is_high(*c))
    };
    (0..letters.len())
        .filter(|at| !is_gap(*at))
        .map(|at| letters[at])
        .collect()
}

/// Whole pairs of GB 2312, the set that old printer drivers knew.
fn is_everyday(run: &[u8]) -> bool {
    run.len().is_multiple_of(2) && run.iter().all(|byte| *byte >= 0xa1)
}

#[cfg(test)]
mod tests {
    use super::rescue;

    #[test]
    fn disguised_chinese_is_read_and_french_is_not() {
        let (bytes, ..) = encoding_rs::GBK.encode("数控车床G71指令。\n（元件）");
        let disguised: String = encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned();

        assert_eq!(rescue(&disguised).as_deref(), Some("数控车床G71指令。\n（元件）"));
        assert_eq!(rescue("Où est l’élève « âgé » ?"), None);
    }
}
