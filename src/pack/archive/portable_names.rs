//! Portable names, which need no percent-encoding anywhere: a place in the tree by numbers, with the ending kept.
//! `03/01/02.pdf`.
//!
//! An address in a cartridge is an `anyURI`, in which a blank and most signs must be encoded; but platforms take it for
//! the name of a file as it stands (Moodle's `move_files`), and pass over what is not there under it: of 325 files 2 would
//! have come. So names are made of what is the same in both. What people read are titles, and those say what a file is
//! called.

use std::collections::HashMap;

use super::tree::{WalkStep, walk};

/// The longest ending that is kept.
const ENDING_CHARS: usize = 10;

/// A plain name for each of some sorted paths.
pub(super) fn names(sorted: &[&str]) -> HashMap<String, String> {
    let mut names = HashMap::with_capacity(sorted.len());
    // Of each folder that is open: its plain path, and how much was counted in it.
    let mut open = vec![(String::new(), 0_usize)];
    for step in walk(sorted) {
        let Some((folder, count)) = open.last_mut() else { break };
        match step {
            WalkStep::Enter(_) => {
                *count += 1;
                let inside = format!("{folder}{count:02}/");
                open.push((inside, 0));
            }
            WalkStep::Pass(_, path) => {
                *count += 1;
                names.insert(path.to_owned(), format!("{folder}{count:02}{}", ending(path)));
            }
            WalkStep::Leave => {
                open.pop();
            }
        }
    }
    names
}

/// What stands behind the last dot, with it; nothing where that is not plain.
fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_plain = |ending: &&str| {
        (1..=ENDING_CHARS).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    ending
        .filter(is_plain)
        .map_or_else(String::new, |ending| format!(".{ending}"))
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_numbers_in_their_folders_with_the_ending_kept() {
        let names = names(&[
            "a 甲/b/1 工作页.docx",
            "a 甲/b/2.tar.gz",
            "a 甲/说明.文本",
            "c.PDF",
            "d/点",
        ]);

        let expected = [
            ("a 甲/b/1 工作页.docx", "01/01/01.docx"),
            ("a 甲/b/2.tar.gz", "01/01/02.gz"),
            ("a 甲/说明.文本", "01/02"),
            ("c.PDF", "02.PDF"),
            ("d/点", "03/01"),
        ];
        for (path, plain) in expected {
            assert_eq!(names[path], plain);
        }
    }
}
