use std::convert::Infallible;
use std::io::Write;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use sha2::Digest;

use super::{House, at, noise};
use crate::domain::id::Id;

/// As much as arrives at once from a fast socket.
const PIECE: usize = 64 << 10;

/// The most memory that this process ever held.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// Milliseconds of processor time that this process has used: what others do on the machine does not show in it.
fn processor_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    ticks * 10
}

/// The limit in the same run: the same bytes written, hashed and synced with nothing around it.
fn plain(house: &House, size: usize, piece: &[u8]) -> Duration {
    let began = Instant::now();
    let mut file = std::fs::File::create(house.folder.path().join("plain")).unwrap();
    let (mut sha256, mut crc32) = (sha2::Sha256::new(), crc32fast::Hasher::new());
    let batch = piece.repeat((1 << 20) / piece.len());
    for _ in 0..size / batch.len() {
        file.write_all(&batch).unwrap();
        sha256.update(&batch);
        crc32.update(&batch);
    }
    file.sync_data().unwrap();
    began.elapsed()
}

#[tokio::test]
#[ignore = "writes 4 GiB and wants the machine for itself: cargo test --lib flat -- --ignored --nocapture"]
async fn a_large_upload_takes_little_memory_and_the_time_of_its_bytes() {
    let house = House::new();
    let size = 2_usize << 30;
    let piece = Bytes::from(noise(PIECE));
    let limit = plain(&house, size, &piece);
    let busy_plain = processor_time();
    let id = Id::new();
    house.staging.create(id).await.unwrap();
    let turn = house.staging.turn(id).await.unwrap();
    let (peak_before, busy_before) = (peak_memory(), processor_time());

    let began = Instant::now();
    let body = stream::iter(std::iter::repeat_n(Ok::<_, Infallible>(piece), size / PIECE));
    let appended = house
        .staging
        .append(&turn, at(0), body, |_| async { Ok(()) })
        .await
        .unwrap();
    let (took, busy) = (began.elapsed(), processor_time() - busy_before);
    let finished = house.staging.finish(&turn, appended.offset).await.unwrap();
    let key = house.blobs.keep(&finished).await.unwrap();

    let grown = peak_memory() - peak_before;
    let speed = |time: Duration| size as u128 / time.as_micros();
    println!("append: {} MB/s, {busy} ms of processor time", speed(took));
    println!(
        "plain write, hash and sync: {} MB/s, {busy_plain} ms of processor time",
        speed(limit)
    );
    println!("peak memory grew by {} KiB", grown >> 10);
    assert!(grown < 16 << 20, "memory grew by {grown} bytes");
    assert_eq!(house.blobs.size(&key).await.unwrap(), size as u64);
}
