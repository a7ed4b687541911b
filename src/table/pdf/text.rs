//! Where lines end: Chinese anywhere but before closing marks, words of letters at spaces, and where nothing else is left
//! in their midst.

use super::font;

/// Marks that no line begins with.
const CLOSING: &str = "，。、；：！？）》」』】〕”’…％,.;:!?)]}%";

/// The lines of a printable text at a size, none wider than `room` unless a single character is.
pub(super) fn lines(text: &str, size: f32, room: f32) -> Vec<String> {
    text.split('\n').flat_map(|line| wrapped(line, size, room)).collect()
}

fn wrapped(text: &str, size: f32, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0.0;
    // Where the line may end, and where it might before that.
    let (mut end, mut end_before) = (0, 0);
    for c in text.chars() {
        let advance = font::advance(c, size);
        if is_wide(c) && !CLOSING.contains(c) {
            (end_before, end) = (end, line.len());
        }
        if CLOSING.contains(c) && end == line.len() {
            end = end_before;
        }
        if width + advance > room && !line.is_empty() {
            let at = if end > 0 { end } else { line.len() };
            let rest = line.split_off(at).trim_start().to_owned();
            line.truncate(line.trim_end().len());
            lines.push(std::mem::replace(&mut line, rest));
            width = font::width(&line, size);
            (end, end_before) = (0, 0);
        }
        line.push(c);
        width += advance;
        if c == ' ' || is_wide(c) {
            (end_before, end) = (end, line.len());
        }
    }
    lines.push(line);
    lines
}

fn is_wide(c: char) -> bool {
    u32::from(c) >= 0x2E80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_spaces_and_between_chinese_characters_but_not_before_a_mark() {
        assert_eq!(lines("数控车床加工", 10.0, 31.0), ["数控车", "床加工"]);
        assert_eq!(lines("数控车，床加工", 10.0, 31.0), ["数控", "车，床", "加工"]);
        assert_eq!(lines("use the lathe", 10.0, 45.0), ["use the", "lathe"]);
        assert_eq!(lines("一\n二", 10.0, 100.0), ["一", "二"]);
    }

    #[test]
    fn a_word_without_an_end_is_broken_and_nothing_of_it_is_lost() {
        let long = "x".repeat(400);

        let lines = lines(&long, 10.0, 50.0);

        assert!(lines.len() > 10);
        assert_eq!(lines.concat(), long);
    }
}
