//! Extensions of file names: a name bears each once.

use unicode_normalization::UnicodeNormalization as _;

/// The name with this ending once, however often it bears it already: in capitals, in full width.
pub fn with_ending(name: &str, ending: &str) -> String {
    format!("{}.{ending}", without_ending(name, ending))
}

/// A file's name without the ending that it bears twice: `课件.PPTX.pptx` is what programs make of a name typed with its
/// ending.
pub fn without_repeated_extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => with_ending(stem, ending),
        _ => name.to_owned(),
    }
}

/// The name without this ending, as often as it bears it; a name that is nothing else is left alone.
pub fn without_ending<'a>(name: &'a str, ending: &str) -> &'a str {
    let wanted = folded(&format!(".{ending}"));
    let length = wanted.chars().count();
    let mut left = name;
    while let Some((at, _)) = left.char_indices().rev().nth(length - 1)
        && at > 0
        && folded(&left[at..]) == wanted
    {
        left = left[..at].trim_end();
    }
    left
}

/// Letters and digits that begin with a letter: `1.1.1` bears no ending twice.
fn is_ending(text: &str) -> bool {
    (1..=5).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{with_ending, without_repeated_extension};

    #[test]
    fn a_title_that_ends_like_its_file_does_not_make_it_end_twice() {
        for title in [
            "课件",
            "课件.pptx",
            "课件.PPTX",
            "课件．ｐｐｔｘ",
            "课件.pptx.pptx",
            "课件.Pptx .pptx",
        ] {
            assert_eq!(with_ending(title, "pptx"), "课件.pptx", "{title}");
        }
        assert_eq!(with_ending("G92.5", "nc"), "G92.5.nc");
        assert_eq!(with_ending(".pptx", "pptx"), ".pptx.pptx");
    }

    #[test]
    fn a_file_that_came_with_two_endings_leaves_with_one() {
        assert_eq!(without_repeated_extension("课件.PPTX.pptx"), "课件.pptx");
        assert_eq!(without_repeated_extension("课件．pptx.pptx"), "课件.pptx");
        for name in ["课件.pptx", "a.tar.gz", "版本 1.1.1", "无后缀", ".bashrc", "x.docx.pdf"] {
            assert_eq!(without_repeated_extension(name), name);
        }
    }
}
