//! Normalizes names, codes and numbers that people typed: what nobody sees does not tell two of them apart.

use unicode_normalization::UnicodeNormalization as _;

/// Words that stand behind a number and say what was counted.
const UNITS: [&str; 6] = ["学时", "课时", "小时", "年", "节", "h"];

/// Whether a character has no width: a soft hyphen, a joiner, a mark of direction or of byte order.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Removes characters that cannot be seen, and blanks of any width around the text.
pub fn strip_invisible(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim().to_owned()
}

/// A code, or the name of something that has one: letters and digits of full width are those of a code, and stay what they
/// are in a name that has others too.
pub fn code_or_name(text: &str) -> String {
    let narrow: String = text.nfkc().collect();
    if narrow.is_ascii() { narrow } else { text.to_owned() }
}

/// A number that was written for people: `1,200.0`, `４０`, `40学时`.
pub fn whole_number(text: &str) -> Option<u32> {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let unit = UNITS.iter().find_map(|unit| text.strip_suffix(unit));
    let number = unit.unwrap_or(&text);
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let is_whole = rest.chars().all(|c| c == '0');
    whole.parse().ok().filter(|_| is_whole)
}

/// The year of a date, however it is written: `2024`, `2024年3月`, `2024/3/15`.
pub fn year(text: &str) -> Option<u32> {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let is_of_a_date = rest.is_empty() || rest.starts_with(['年', '-', '/', '.']);
    digits.parse().ok().filter(|_| is_of_a_date && digits.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people_are_numbers() {
        for (text, number) in [
            ("40", Some(40)),
            ("４０", Some(40)),
            ("1,200.00", Some(1_200)),
            ("40 学时", Some(40)),
            ("40.5", None),
            ("-4", None),
            ("四十", None),
            ("", None),
        ] {
            assert_eq!(whole_number(text), number, "{text}");
        }
        assert_eq!(year("2024年3月"), Some(2024));
        assert_eq!(year("２０２４"), Some(2024));
        assert_eq!(year("20240301"), None);
        assert_eq!(year("三年前"), None);
    }

    #[test]
    fn what_nobody_sees_tells_no_names_apart() {
        assert_eq!(strip_invisible("\u{feff}\u{3000}数控\u{200b}加工\u{a0}"), "数控加工");
        assert_eq!(code_or_name("０４０３"), "0403");
        assert_eq!(code_or_name("ＣＡＤ制图"), "ＣＡＤ制图");
    }
}
