//! The finished files of the sample: a ZIP archive of stored files, one folder a resource, in one zstd frame.
//!
//! `examples/demo_files` makes it. Most of the 12 MB are the same typeface and the same film over and over, so the frame
//! around them all is a sixth of that; ZIP's own compression sees one file at a time and would halve it.

use std::io::{Cursor, Read as _};
use std::sync::LazyLock;

use zip::ZipArchive;
use zip::result::ZipResult;

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoFile {
    /// Its path inside the resource.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Unfolded once; only a program that fills a library ever does.
static ARCHIVE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    zstd::decode_all(include_bytes!("files.zip.zst").as_slice()).expect("the sample's files are read by a test")
});

/// The files of the resource with this key: the main one first.
pub(super) fn files(key: &str) -> Vec<DemoFile> {
    read(key).expect("the sample's files are read by a test")
}

fn read(key: &str) -> ZipResult<Vec<DemoFile>> {
    let folder = format!("{key}/");
    let mut archive = ZipArchive::new(Cursor::new(ARCHIVE.as_slice()))?;
    let mut files = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        let Some(path) = file.name()?.strip_prefix(&folder).map(str::to_owned) else {
            continue;
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        files.push(DemoFile { path, bytes });
    }
    Ok(files)
}
