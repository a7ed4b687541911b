//! Names that are taken in a tree, as file systems compare them that know no capitals.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::CHANGED_HERE;
use crate::pack::manifest::Manifest;

/// The longest name that file systems take, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// Names taken in a tree, without regard to case: it may be put on a stick whose file system ignores case.
#[derive(Debug)]
pub(super) struct TakenNames {
    pub(super) files: HashSet<String>,
    pub(super) folders: HashSet<String>,
}

impl TakenNames {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let mut names = Self {
            files: HashSet::new(),
            folders: HashSet::new(),
        };
        for path in manifest.targets.keys() {
            names.add(Path::new(path), false);
        }
        names
    }

    fn add(&mut self, path: &Path, is_folder: bool) {
        let folders = path.ancestors().skip(usize::from(!is_folder));
        self.folders.extend(folders.map(case_folded));
        if !is_folder {
            self.files.insert(case_folded(path));
        }
    }

    /// Where a file or folder of the user's can stand: under its own name, or one beside it.
    pub(super) fn place(&mut self, path: &Path, is_folder: bool) -> PathBuf {
        let mut placed = PathBuf::new();
        let mut parts = path.components().peekable();
        while let Some(Component::Normal(name)) = parts.next() {
            let is_file = parts.peek().is_none() && !is_folder;
            let names = (0..).map(|nth| placed.join(beside(name, nth)));
            let free = names.into_iter().find(|path| self.is_free(path, is_file));
            placed = free.expect("there is always one name more");
        }
        self.add(&placed, is_folder);
        placed
    }

    fn is_free(&self, path: &Path, is_file: bool) -> bool {
        let name = case_folded(path);
        let is_taken = self.files.contains(&name) || is_file && self.folders.contains(&name);
        !is_taken
    }
}

fn case_folded(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// The name itself, then `name (本机修改).ext`, then `name (本机修改 2).ext` …
fn beside(name: &std::ffi::OsStr, nth: u32) -> OsString {
    let mark = match nth {
        0 => return name.to_owned(),
        1 => format!(" ({CHANGED_HERE})"),
        more => format!(" ({CHANGED_HERE} {more})"),
    };
    let name = Path::new(name);
    let ending = name
        .extension()
        .map_or(String::new(), |ending| format!(".{}", ending.to_string_lossy()));
    let mut stem = name.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    while stem.len() + mark.len() + ending.len() > MAX_NAME_BYTES && stem.pop().is_some() {}
    format!("{stem}{mark}{ending}").into()
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::super::linker::Linker;
    use super::*;

    fn names(files: &[&str]) -> TakenNames {
        let mut names = TakenNames {
            files: HashSet::new(),
            folders: HashSet::new(),
        };
        for path in files {
            names.add(Path::new(path), false);
        }
        names
    }

    #[test]
    fn a_file_never_takes_the_place_of_another_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "one").unwrap();
        fs::write(path("b"), "two").unwrap();
        let mut links = Linker::default();
        let mut put = |from: &str| links.put(&path(from), &fs::symlink_metadata(path(from)).unwrap(), &path("to"));

        put("a").unwrap();
        let refused = put("b").unwrap_err();

        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(path("to")).unwrap(), "one");
    }

    #[test]
    fn of_two_names_that_the_disk_takes_for_one_both_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "one").unwrap();
        fs::write(path("b"), "two").unwrap();
        fs::create_dir(path("Folder")).unwrap();
        // A disk that folds case, as far as one can have it here: two names for one folder.
        std::os::unix::fs::symlink(path("Folder"), path("folder")).unwrap();
        let mut links = Linker::default();
        let mut put = |from: &str, to: &str| {
            let about = fs::symlink_metadata(path(from)).unwrap();
            links.put(&path(from), &about, &path(to))
        };

        put("a", "Folder/to").unwrap();
        let refused = put("b", "folder/to").unwrap_err();

        assert!(refused.to_string().contains("Folder/to"), "{refused}");
    }

    #[test]
    fn what_stands_in_the_way_of_nothing_keeps_its_name() {
        let mut names = names(&["a/b.pdf"]);

        assert_eq!(names.place(Path::new("a/c.pdf"), false), Path::new("a/c.pdf"));
        assert_eq!(names.place(Path::new("a"), true), Path::new("a"));
    }

    #[test]
    fn what_stands_in_the_way_of_a_file_or_folder_stands_beside_it() {
        let mut names = names(&["a/b.pdf", "D"]);

        assert_eq!(
            names.place(Path::new("a/b.pdf"), false),
            Path::new("a/b (本机修改).pdf")
        );
        assert_eq!(
            names.place(Path::new("a/B.pdf"), false),
            Path::new("a/B (本机修改 2).pdf")
        );
        assert_eq!(names.place(Path::new("a"), false), Path::new("a (本机修改)"));
        assert_eq!(names.place(Path::new("d/x"), false), Path::new("d (本机修改)/x"));
        assert_eq!(names.place(Path::new("d/y"), false), Path::new("d (本机修改)/y"));
    }

    #[test]
    fn a_long_name_is_cut_before_the_mark() {
        let long = format!("{}.docx", "长".repeat(80));

        let name = beside(std::ffi::OsStr::new(&long), 12).into_string().unwrap();

        assert!(
            name.len() <= MAX_NAME_BYTES && name.ends_with(" (本机修改 12).docx"),
            "{name}"
        );
    }
}
