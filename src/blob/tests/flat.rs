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

/// Bytes that this process holds in memory, now and at most so far.
fn resident() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
    };
    (of("VmRSS"), of("VmHWM"))
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
    let id = Id::new();
    house.staging.create(id).await.unwrap();
    let turn = house.staging.turn(id).await.unwrap();
    let (_, before) = resident();

    let began = Instant::now();
    let body = stream::iter(std::iter::repeat_n(Ok::<_, Infallible>(piece), size / PIECE));
    let appended = house
        .staging
        .append(&turn, at(0), body, |_| async { Ok(()) })
        .await
        .unwrap();
    let took = began.elapsed();
    let finished = house.staging.finish(&turn, appended.offset).await.unwrap();
    let key = house.blobs.keep(&finished).await.unwrap();

    let (_, after) = resident();
    let speed = |time: Duration| (size as f64 / time.as_secs_f64() / 1e6).round();
    println!(
        "append {} MB/s, plain write + hash + sync {} MB/s",
        speed(took),
        speed(limit)
    );
    println!(
        "peak memory grew by {} KiB; finish and keep took {:?}",
        (after - before) >> 10,
        began.elapsed() - took
    );
    assert!(after - before < 16 << 20, "memory grew by {} bytes", after - before);
    assert_eq!(house.blobs.size(&key).await.unwrap(), size as u64);
}
