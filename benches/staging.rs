//! How fast bytes come in, beside the limit: the same bytes written, hashed and synced with nothing around them.
//!
//! ```text
//! cargo bench --bench staging -- [FOLDER] [GIB]
//! ```
//!
//! `FOLDER` lies on the disk to measure (default: the system's temporary folder).

use std::convert::Infallible;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::stream;
use gongxue::blob::{Append, Blobs, Staging};
use gongxue::domain::id::UploadId;
use sha2::Digest as _;

/// As much as arrives at once from a fast socket.
const PIECE: usize = 64 << 10;
/// As much as is written at once.
const BATCH: usize = 1 << 20;

#[tokio::main]
async fn main() -> Result<()> {
    // Cargo adds `--bench`.
    let mut given = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let folder = given.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let gib: usize = given
        .next()
        .map_or(Ok(2), |number| number.parse())
        .context("GIB is a number")?;
    let folder = tempfile::tempdir_in(folder).context("make a folder")?;
    let size = gib << 30;
    let piece = Bytes::from(noise(PIECE)?);

    let busy = processor_time()?;
    let plain = plain(folder.path(), size, &piece)?;
    report(
        "write, hash and sync",
        size,
        plain,
        processor_time()?.saturating_sub(busy),
    );

    let (memory, busy) = (peak_memory()?, processor_time()?);
    let staged = staged(folder.path(), size, piece).await?;
    report("upload", size, staged, processor_time()?.saturating_sub(busy));
    println!("the upload took {} KiB of memory", (peak_memory()? - memory) >> 10);
    Ok(())
}

fn report(what: &str, size: usize, took: Duration, busy: Duration) {
    let speed = size as u128 / took.as_micros();
    println!("{what}: {speed} MB/s, {} ms of processor time", busy.as_millis());
}

fn plain(folder: &Path, size: usize, piece: &[u8]) -> Result<Duration> {
    let batch = piece.repeat(BATCH / PIECE);
    let began = Instant::now();
    let mut file = std::fs::File::create(folder.join("plain"))?;
    let (mut sha256, mut crc32) = (sha2::Sha256::new(), crc32fast::Hasher::new());
    for _ in 0..size / BATCH {
        file.write_all(&batch)?;
        sha256.update(&batch);
        crc32.update(&batch);
    }
    file.sync_data()?;
    let took = began.elapsed();
    std::fs::remove_file(folder.join("plain"))?;
    Ok(took)
}

async fn staged(folder: &Path, size: usize, piece: Bytes) -> Result<Duration> {
    let staging = Staging::open(&folder.join("staging"))?;
    let objects = format!("file://{}", folder.join("objects").display());
    let blobs = Blobs::open(&objects, &folder.join("scratch"))?;
    let id = UploadId::new();
    staging.create(id).await?;
    let lock = staging.lock(id).await?;
    let order = Append {
        offset: 0,
        room: u64::MAX,
        checksum: None,
        stall: Duration::from_mins(1),
    };
    let body = stream::iter(std::iter::repeat_n(Ok::<_, Infallible>(piece), size / PIECE));

    let began = Instant::now();
    let appended = staging.append(&lock, order, body, |_| async { Ok(()) }).await?;
    let took = began.elapsed();

    let finished = staging.finish(&lock, appended.offset).await?;
    let key = blobs.put_upload(&finished).await?;
    ensure!(blobs.size(&key).await? == size as u64, "not all of it was kept");
    Ok(took)
}

fn noise(length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).context("draw random bytes")?;
    Ok(bytes)
}

/// The most memory that this process ever held, in bytes.
fn peak_memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    Ok(kib.context("no peak in /proc/self/status")?.parse::<u64>()? << 10)
}

/// Processor time that this process has used: what others do on the machine does not show in it.
fn processor_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("no name in /proc/self/stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let ticks: u64 = ticks.sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}
