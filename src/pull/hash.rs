//! SHA-256 of files, read block by block.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::Digest as _;

use crate::domain::id::Sha256;

/// What is read at once.
const BLOCK: usize = 256 * 1024;

/// The SHA-256 of a file.
pub(super) fn sha256_of(path: &Path) -> io::Result<Sha256> {
    let mut hash = sha2::Sha256::new();
    for_each_block(&mut File::open(path)?, |bytes| {
        hash.update(bytes);
        Ok(())
    })?;
    Ok(Sha256::from_bytes(hash.finalize().into()))
}

/// Reads to the end, a block at a time.
pub(super) fn for_each_block(from: &mut impl Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    loop {
        match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => each(&block[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
