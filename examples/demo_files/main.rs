//! Makes the files of the sample library, `src/demo/files.zip.zst`, from their titles and a stock of trade sentences.
//!
//! `cargo run --release --example demo_files` after a change to `src/demo/library.json` or to anything here. The program
//! carries the finished files, so that it need not carry writers of ten formats. To add a format, write one file that
//! turns a [`script::Script`] into bytes and name it in [`compose::files`].

use std::fs::File;
use std::io::{Cursor, Write as _};

use anyhow::Context as _;
use gongxue::demo::resources;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

mod compose;
mod docx;
mod epub;
mod film;
mod layout;
mod media;
mod mp4;
mod package;
mod pdf;
mod plain;
mod pptx;
mod script;
mod sound;
mod stock;
#[cfg(test)]
mod tests;
mod xlsx;

const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/demo/files.zip.zst");
/// The slowest level that needs no more memory to read.
const LEVEL: i32 = 19;
/// 16 MiB, more than the whole sample, so that the typeface in each PDF and the film in each MP4 are stored once.
const WINDOW_LOG: u32 = 24;

fn main() -> anyhow::Result<()> {
    let archive = archive()?;
    let file = File::create(TARGET).with_context(|| format!("create `{TARGET}`"))?;
    let mut encoder = zstd::Encoder::new(file, LEVEL)?;
    encoder.window_log(WINDOW_LOG)?;
    encoder.long_distance_matching(true)?;
    encoder.write_all(&archive)?;
    encoder.finish()?.sync_all()?;
    Ok(())
}

/// Every file, stored as it is under its resource's key: what repeats from file to file is found by zstd.
fn archive() -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for resource in resources() {
        for file in compose::files(resource) {
            archive.start_file(format!("{}/{}", resource.key, file.path), options)?;
            archive.write_all(&file.bytes)?;
        }
    }
    Ok(archive.finish()?.into_inner())
}
