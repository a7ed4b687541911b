//! Cleans the text that readers find: one spelling per character, no control characters, no runs of blanks.

use unicode_normalization::UnicodeNormalization;

use crate::domain::spelling::is_invisible;

/// Normalises to NFKC, drops what cannot be seen, and evens out white space.
///
/// NFKC matters for Chinese PDFs: the Adobe tables yield Kangxi radicals (⼀) and compatibility ideographs where people
/// type 一. Line feeds and tabs are kept; lines lose trailing blanks, and at most one empty line stays between others.
pub(crate) fn clean_text(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for c in text.chars().filter_map(visible).nfkc() {
        push_evenly(&mut tidied, c);
    }
    tidied.truncate(tidied.trim_end().len());
    tidied
}

/// The character to keep, if any. Form feeds and carriage returns are line ends here.
fn visible(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        c if is_invisible(c) => None,
        // The radical for "mother" has no NFKC mapping, yet fonts of textbooks use it for 母.
        '\u{2e9f}' => Some('母'),
        c if c.is_control() => None,
        c => Some(c),
    }
}

fn push_evenly(text: &mut String, c: char) {
    match c {
        '\n' => {
            text.truncate(text.trim_end_matches([' ', '\t']).len());
            if !text.is_empty() && !text.ends_with("\n\n") {
                text.push('\n');
            }
        }
        ' ' if text.is_empty() || text.ends_with([' ', '\n']) => {}
        '\t' if text.is_empty() => {}
        c => text.push(c),
    }
}

/// How many characters of a text are not white space.
pub(crate) fn count_characters(text: &str) -> u64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as u64
}

/// Whether a character belongs to Chinese script (or to the symbols set between Han without spaces).
pub(crate) fn is_cjk(c: char) -> bool {
    c as u32 > 0x2e80
}

/// Whether a character is a Han ideograph.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::clean_text;

    #[test]
    fn text_is_spelled_as_people_type_it() {
        assert_eq!(
            clean_text("⼯艺\u{200b}卡\u{feff} Ａ１ \r\n\n\n\n 第二行  x \0"),
            "工艺卡 A1\n\n第二行 x"
        );
    }
}
