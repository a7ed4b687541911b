//! Paths that are safe on every file system: Windows, macOS, Linux, sticks and archives.

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// The longest path, in characters: Windows Explorer gives up at 260, and needs room for the folder it is put into.
pub const MAX_PATH_CHARS: usize = 200;

/// The longest single name, in UTF-8 bytes: ext4 and most others take 255, and a client adds an ending while it writes.
const MAX_NAME_BYTES: usize = 240;

/// What Windows refuses in names; the slash divides them.
const REFUSED: [char; 9] = ['<', '>', ':', '"', '/', '\\', '|', '?', '*'];

/// Names of devices, with any ending (Microsoft, "Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Whether a path may be written anywhere as it stands.
pub fn is_safe(path: &str) -> bool {
    path.chars().count() <= MAX_PATH_CHARS && is_nfc(path) && path.split('/').all(is_safe_name)
}

fn is_safe_name(name: &str) -> bool {
    let is_refused = |c: char| REFUSED.contains(&c) || is_invisible(c);
    !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        // Windows drops dots and blanks at the end without a word: two names would become one file.
        && !name.ends_with(['.', ' '])
        && !name.starts_with(' ')
        && !name.contains(is_refused)
        && !is_device(name)
}

/// Control characters, and those that turn the reading direction around or join what stands beside them.
fn is_invisible(c: char) -> bool {
    let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    c.is_control() || turns
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let is_port = |port: &str| {
        let number = stem.strip_prefix(port).unwrap_or_default();
        matches!(
            number,
            // Windows reads these as digits too (the same page).
            "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
        )
    };
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

/// A name made safe, at most `max` characters long, with its ending kept; `unnamed` if nothing is left.
pub fn safe_name(name: &str, max: usize) -> String {
    // Composed last: a mark that stood behind something invisible joins the letter before it.
    let visible = name.chars().filter(|c| !is_invisible(*c));
    let replaced: String = visible
        .nfc()
        .map(|c| if REFUSED.contains(&c) { full_width(c) } else { c })
        .collect();
    let trimmed = replaced.trim().trim_end_matches(['.', ' ']).trim();
    let cut = shortened(trimmed, max);
    // The cut may have left a blank or a dot at the end.
    let cut = cut.trim().trim_end_matches(['.', ' ']);
    match cut {
        "" => "unnamed".to_owned(),
        device if is_device(device) => format!("_{device}"),
        fine => fine.to_owned(),
    }
}

/// What a refused character looks like where it is allowed.
fn full_width(c: char) -> char {
    match c {
        '<' => '＜',
        '>' => '＞',
        ':' => '：',
        '"' => '＂',
        '/' => '／',
        '\\' => '＼',
        '|' => '｜',
        '?' => '？',
        _ => '＊',
    }
}

/// Cuts a name before its ending.
fn shortened(name: &str, max: usize) -> String {
    let fits = |text: &str| text.chars().count() <= max && text.len() <= MAX_NAME_BYTES;
    if fits(name) {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= 10 && !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let mut kept: String = stem.chars().take(max.saturating_sub(ending.chars().count())).collect();
    while !fits(&format!("{kept}{ending}")) && kept.pop().is_some() {}
    format!("{}{ending}", kept.trim_end())
}

/// A path as a file system that knows no case compares it: `ß` is `ss` there, and `ς` is `σ`.
pub fn folded(path: &str) -> String {
    path.to_uppercase().to_lowercase()
}

/// The path as it is, or with ` (2)`, ` (3)` … before its ending.
pub fn numbered(path: &str, number: usize, room: usize) -> String {
    if number == 1 {
        return path.to_owned();
    }
    let (folder, name) = path
        .rsplit_once('/')
        .map_or(("", path), |(folder, name)| (folder, name));
    let (stem, ending) = name
        .rsplit_once('.')
        .map_or((name, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let mark = format!(" ({number})");
    let used = folder.chars().count() + usize::from(!folder.is_empty()) + mark.chars().count() + ending.chars().count();
    let stem: String = stem.chars().take(room.saturating_sub(used).max(1)).collect();
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{stem}{mark}{ending}")
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME_BYTES, is_safe, safe_name};

    #[test]
    fn what_windows_or_a_reader_would_stumble_over_is_not_safe() {
        let harmful = [
            "",
            "/a",
            "a//b",
            "../a",
            "a/..",
            "a/.",
            "a.",
            "a ",
            " a",
            "a:b",
            "a\\b",
            "a?b",
            "con",
            "CON.txt",
            "a/lpt1.pdf",
            "com².x",
            "a\u{0}b",
            "a\nb",
            "gpj.\u{202e}exe",
            "e\u{301}",
            "a|b",
            "nul .txt",
        ];
        for path in harmful {
            assert!(!is_safe(path), "{path:?}");
        }
        for path in [
            "01 数控车床加工/台阶轴 工作页.docx",
            "console.txt",
            "company.pdf",
            "a.b.c",
            ".htaccess",
            "é",
        ] {
            assert!(is_safe(path), "{path:?}");
        }
        assert!(!is_safe(&"长/".repeat(100).trim_end_matches('/').repeat(2)));
    }

    #[test]
    fn every_name_can_be_made_safe() {
        let long = format!("{}.docx", "齿轮加工".repeat(80));
        let names = [
            "",
            ".",
            "..",
            "a/b",
            "CON",
            "aux.pdf",
            "e\u{301}.txt",
            "什么是PLC?",
            "x:\u{202e}y. ",
            &long,
            "😀".repeat(99).as_str(),
        ]
        .map(|name| safe_name(name, 80));

        for name in &names {
            assert!(
                is_safe(name) && name.chars().count() <= 80 && name.len() <= MAX_NAME_BYTES,
                "{name:?}"
            );
        }
        assert_eq!(names[3], "a／b");
        assert_eq!(names[4], "_CON");
        assert_eq!(names[7], "什么是PLC？");
        assert_eq!(names[9].rsplit_once('.').unwrap().1, "docx");
    }
}
