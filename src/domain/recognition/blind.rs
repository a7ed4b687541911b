//! What a blind jury reads: texts without the names that would tell whose they are.
//!
//! Only names that the library knows are hidden. What is written inside files, said in films, or told by an abbreviation
//! cannot be; the pages say so.

/// The most files of a pack that shows an entry of a blind call: its jury opens them one by one, without their folders.
pub const MAX_PACK_FILES: u64 = 200;

/// What stands in place of a name.
const HIDDEN: &str = "××";

/// A text without these names, the longest first, so that no half of one is left.
pub fn masked(text: &str, names: &[String]) -> String {
    let mut names: Vec<&str> = names
        .iter()
        .map(|name| name.trim())
        .filter(|name| is_telling(name))
        .collect();
    names.sort_unstable_by_key(|name| std::cmp::Reverse(name.len()));
    names
        .into_iter()
        .fold(text.to_owned(), |text, name| text.replace(name, HIDDEN))
}

/// One letter stands in every text and names nobody.
fn is_telling(name: &str) -> bool {
    name.chars().count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_half_of_a_name_is_left() {
        let names = [
            "机电".to_owned(),
            "天津机电学院".to_owned(),
            "王敏".to_owned(),
            "甲".to_owned(),
        ];

        let masked = masked("天津机电学院 王敏：机电一体化 甲", &names);

        assert_eq!(masked, "×× ××：××一体化 甲");
    }
}
