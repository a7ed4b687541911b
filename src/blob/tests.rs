//! What this room promises, on local disk and, where `TEST_S3_ENDPOINT` and `TEST_S3_BUCKET` are set, on S3.

mod counting;
mod faults;
mod segments;
mod staging;
mod store;

use bytes::Bytes;
use futures_util::stream::{self, Stream, TryStreamExt};
use sha2::Digest;
use std::time::Duration;
use tempfile::TempDir;

use super::store::Blobs;
use super::{Append, Appended, BlobError, Finished, ObjectKey, Staging};
use crate::domain::id::{Sha256, UploadId};

/// A staging folder and a store on local disk, which go with it.
struct Fixture {
    folder: TempDir,
    staging: Staging,
    blobs: Blobs,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", folder.path().join("objects").display());
        Self::at(folder, &url)
    }

    /// The same on S3, if there is one to test on.
    fn on_s3() -> Option<Self> {
        let bucket = std::env::var("TEST_S3_BUCKET").ok()?;
        std::env::var("TEST_S3_ENDPOINT").ok()?;
        let folder = tempfile::tempdir().unwrap();
        Some(Self::at(
            folder,
            &format!("s3://{bucket}/{}/课件", uuid::Uuid::now_v7()),
        ))
    }

    fn at(folder: TempDir, url: &str) -> Self {
        let staging = Staging::open(&folder.path().join("staging")).unwrap();
        let endpoint = std::env::var("TEST_S3_ENDPOINT").map(|endpoint| ("AWS_ENDPOINT".to_owned(), endpoint));
        let variables = std::env::vars().chain(endpoint);
        let blobs = Blobs::open_with(url, &folder.path().join("scratch"), variables).unwrap();
        Self { folder, staging, blobs }
    }

    /// Uploads `content` in one go.
    async fn upload(&self, content: &[u8]) -> Finished {
        let id = UploadId::new();
        self.staging.create(id).await.unwrap();
        let lock = self.staging.lock(id).await.unwrap();
        let appended = append(&self.staging, &lock, at(0), pieces(content, 7_777))
            .await
            .unwrap();
        self.staging.finish(&lock, appended.offset).await.unwrap()
    }

    async fn read(&self, key: impl Into<ObjectKey>, range: std::ops::Range<u64>) -> Result<Vec<u8>, BlobError> {
        let body = self.blobs.read(key, range).await?;
        let pieces: Vec<Bytes> = body.try_collect().await?;
        Ok(pieces.concat())
    }
}

/// An order that adds at `offset` whatever comes.
fn at(offset: u64) -> Append {
    Append {
        offset,
        room: u64::MAX,
        checksum: None,
        stall: Duration::from_secs(30),
    }
}

async fn append<S>(staging: &Staging, lock: &super::WriteLock, order: Append, body: S) -> Result<Appended, BlobError>
where
    S: Stream<Item = Result<Bytes, Broken>> + Unpin,
{
    staging.append(lock, order, body, |_| async { Ok(()) }).await
}

/// The connection broke.
#[derive(Debug, Clone)]
struct Broken;

/// `content` as it comes from a socket.
fn pieces(content: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, Broken>> + Unpin + use<> {
    let pieces: Vec<_> = content
        .chunks(size)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

/// Bytes that look random and are the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::from_bytes(sha2::Sha256::digest(bytes).into())
}
