//! ZIP packages whose bytes depend on nothing but their contents: members in the order given, all of one date.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

/// A package in the making.
pub(crate) struct Package(ZipWriter<Cursor<Vec<u8>>>);

const IN_MEMORY: &str = "writing a small archive to memory cannot fail";

impl Package {
    /// An empty package.
    pub(crate) fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// Adds a compressed member.
    pub(crate) fn add(&mut self, path: &str, bytes: impl AsRef<[u8]>) {
        self.put(path, bytes.as_ref(), CompressionMethod::Deflated);
    }

    /// Adds a member as it is; EPUB wants its first one so.
    pub(crate) fn store(&mut self, path: &str, bytes: impl AsRef<[u8]>) {
        self.put(path, bytes.as_ref(), CompressionMethod::Stored);
    }

    fn put(&mut self, path: &str, bytes: &[u8], method: CompressionMethod) {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default());
        self.0.start_file(path, options).expect(IN_MEMORY);
        self.0.write_all(bytes).expect(IN_MEMORY);
    }

    /// The finished bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.finish().expect(IN_MEMORY).into_inner()
    }
}

impl Default for Package {
    fn default() -> Self {
        Self::new()
    }
}
