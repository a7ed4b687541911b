//! Looks into a folder: which files are there, and which are left out and why. Symbolic links are never followed.

use std::path::Path;

use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScannedFile {
    /// Its path from the folder, with `/` between the parts.
    pub(super) path: String,
    /// In bytes.
    pub(super) size: u64,
}

/// Why a file or folder is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Its name begins with a dot.
    Hidden,
    /// A system or an office program keeps it for itself.
    Litter,
    /// It is a symbolic link.
    Link,
    /// It is neither a file nor a folder.
    Special,
    /// The sheet does not name it.
    NotInSheet,
    /// It cannot be read.
    Unreadable,
    /// Its name is not UTF-8.
    BadName,
}

impl Skip {
    /// The reason in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Hidden => "隐藏文件",
            Self::Litter => "系统或办公软件的临时文件",
            Self::Link => "符号链接",
            Self::Special => "不是普通文件",
            Self::NotInSheet => "清单里没有",
            Self::Unreadable => "无法读取",
            Self::BadName => "文件名不是 UTF-8",
        }
    }

    /// The reason in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Litter => "kept by a system or office program for itself",
            Self::Link => "a symbolic link",
            Self::Special => "not a regular file",
            Self::NotInSheet => "not named in the sheet",
            Self::Unreadable => "cannot be read",
            Self::BadName => "its name is not UTF-8",
        }
    }
}

/// A file or folder that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedFile {
    /// Its path from the folder.
    pub path: String,
    /// Why.
    pub why: Skip,
}

/// What a folder holds, in the order of paths.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) files: Vec<ScannedFile>,
    pub(super) skipped: Vec<SkippedFile>,
}

/// Looks at everything below a folder.
pub(super) fn scan(folder: &Path) -> Scan {
    let mut scan = Scan::default();
    let mut entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map(|path| relative(folder, path).0);
                scan.skip(path.unwrap_or_default(), Skip::Unreadable);
                continue;
            }
        };
        let (path, is_utf8) = relative(folder, entry.path());
        let why = unwanted(&entry).or((!is_utf8).then_some(Skip::BadName));
        if let Some(why) = why {
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            scan.skip(path, why);
        } else if entry.file_type().is_file() {
            match entry.metadata() {
                Ok(metadata) => scan.files.push(ScannedFile {
                    path,
                    size: metadata.len(),
                }),
                Err(_) => scan.skip(path, Skip::Unreadable),
            }
        }
    }
    scan
}

impl Scan {
    fn skip(&mut self, path: String, why: Skip) {
        self.skipped.push(SkippedFile { path, why });
    }
}

fn unwanted(entry: &DirEntry) -> Option<Skip> {
    let name = entry.file_name().to_string_lossy();
    let litter = ["thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", "$recycle.bin"];
    if litter.contains(&name.to_lowercase().as_str()) || name.starts_with("~$") {
        return Some(Skip::Litter);
    }
    if name.starts_with('.') {
        return Some(Skip::Hidden);
    }
    let kind = entry.file_type();
    if kind.is_symlink() {
        return Some(Skip::Link);
    }
    (!kind.is_file() && !kind.is_dir()).then_some(Skip::Special)
}

fn relative(folder: &Path, path: &Path) -> (String, bool) {
    let inner = path.strip_prefix(folder).unwrap_or(path);
    (inner.to_string_lossy().into_owned(), inner.to_str().is_some())
}
