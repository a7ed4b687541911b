//! Reads content, whole or in part, at a pace set by whoever takes it.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, ObjectMeta, ObjectStoreExt};

use super::{BlobError, Blobs, ObjectKey, disk};
use crate::domain::time::Timestamp;

/// How much one read takes from local disk. Measured: object_store's own 8 KiB reads cost ten times the processor time.
const LOCAL_PIECE: u64 = 256 << 10;

/// How much one request takes from S3: large enough to hide its latency, small enough for a hundred slow readers.
const REMOTE_PIECE: u64 = 1 << 20;

/// Reads under way ahead of the reader: two let the store work while the socket does, and bound what a slow reader
/// holds in memory.
const LOCAL_AHEAD: usize = 2;

/// From S3 each piece waits for an answer over the network, so a few more are under way.
const REMOTE_AHEAD: usize = 3;

/// Stream of an object's bytes.
pub type ObjectBody = BoxStream<'static, Result<Bytes, BlobError>>;

/// An object's size and time, as the store tells them without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, by the store's clock.
    pub modified: Timestamp,
}

impl Blobs {
    /// Reads `range` of an object as a stream. Nothing is read that the caller does not take, but for a few pieces
    /// ahead.
    ///
    /// An object that is missing or shorter than `range` is found out *before* this returns, while the caller can
    /// still answer with an error.
    pub async fn read(&self, key: impl Into<ObjectKey>, range: Range<u64>) -> Result<ObjectBody, BlobError> {
        Ok(self.head_and_read(key, range).await?.1)
    }

    /// The same with the object's info, which costs no request more.
    pub async fn head_and_read(
        &self,
        key: impl Into<ObjectKey>,
        range: Range<u64>,
    ) -> Result<(ObjectInfo, ObjectBody), BlobError> {
        let key = key.into();
        match self.local_path(&key) {
            Some(path) => read_file(path, key.to_string(), range).await,
            None => self.read_remote(self.path(&key), range).await,
        }
    }

    /// The same for what has a key of another kind.
    pub(super) async fn read_named(&self, name: &str, range: Range<u64>) -> Result<ObjectBody, BlobError> {
        let (_, body) = match &self.root {
            Some(root) => read_file(root.join(name), name.to_owned(), range).await?,
            None => self.read_remote(self.located(name), range).await?,
        };
        Ok(body)
    }

    async fn read_remote(&self, path: ObjectPath, range: Range<u64>) -> Result<(ObjectInfo, ObjectBody), BlobError> {
        let mut pieces = pieces(range.clone(), REMOTE_PIECE);
        let Some(first) = pieces.next() else {
            // Whoever asks for no byte is still told whether the object is there.
            let meta = self.store.head(&path).await;
            let meta = meta.map_err(BlobError::store("look at", &path))?;
            return Ok((ObjectInfo::of(&meta), stream::empty().boxed()));
        };
        let blobs = self.clone();
        let (seen, first) = blobs.piece(&path, first, range.end).await?;
        let rest = stream::iter(pieces)
            .map(move |piece| {
                let (blobs, path) = (blobs.clone(), path.clone());
                async move { Ok(blobs.piece(&path, piece, range.end).await?.1) }
            })
            .buffered(REMOTE_AHEAD);
        Ok((seen, body(first, rest)))
    }

    async fn piece(&self, path: &ObjectPath, piece: Range<u64>, end: u64) -> Result<(ObjectInfo, Bytes), BlobError> {
        let wanted = piece.end - piece.start;
        let (seen, bytes) = match self.get(path, piece.clone()).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Err(BlobError::Missing { key: path.to_string() }),
            // Stores answer a range behind the end in their own ways: ask how long the object is.
            Err(error) => return Err(self.explain(path, end, error).await),
        };
        let got = bytes.len() as u64;
        // A range that reaches behind the end is answered with what there is, and without an error.
        if got < wanted {
            Err(truncated(path.as_ref(), end, piece.start + got))
        } else {
            Ok((seen, bytes))
        }
    }

    async fn get(&self, path: &ObjectPath, piece: Range<u64>) -> object_store::Result<(ObjectInfo, Bytes)> {
        let options = GetOptions::new().with_range(Some(piece));
        let got = self.store.get_opts(path, options).await?;
        let seen = ObjectInfo::of(&got.meta);
        Ok((seen, got.bytes().await?))
    }

    async fn explain(&self, path: &ObjectPath, end: u64, error: object_store::Error) -> BlobError {
        match self.store.head(path).await {
            Ok(meta) if meta.size < end => truncated(path.as_ref(), end, meta.size),
            _ => BlobError::store("read", path)(error),
        }
    }
}

impl ObjectInfo {
    pub(super) fn of(meta: &ObjectMeta) -> Self {
        Self {
            size: meta.size,
            modified: Timestamp(meta.last_modified.timestamp_millis()),
        }
    }

    /// The same of an open file.
    pub(super) fn of_file(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            size: metadata.len(),
            modified: Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        })
    }
}

async fn read_file(path: PathBuf, key: String, range: Range<u64>) -> Result<(ObjectInfo, ObjectBody), BlobError> {
    let key: Arc<str> = key.into();
    let mut pieces = pieces(range.clone(), LOCAL_PIECE);
    let first = pieces.next().unwrap_or(range.start..range.start);
    let opening = key.clone();
    // Opening, measuring and the first piece in one go: for a small file that is all there is to do.
    let (file, seen, first) = disk::blocking(move || open_and_read(&path, &opening, first, range.end)).await?;
    let rest = stream::iter(pieces)
        .map(move |piece| {
            let (file, key) = (file.clone(), key.clone());
            disk::blocking(move || read_piece(&file, &key, piece))
        })
        .buffered(LOCAL_AHEAD);
    Ok((seen, body(first, rest)))
}

fn open_and_read(
    path: &PathBuf,
    key: &str,
    first: Range<u64>,
    end: u64,
) -> Result<(Arc<File>, ObjectInfo, Bytes), BlobError> {
    let file = File::open(path).map_err(|error| opening_failed(error, key))?;
    let seen = ObjectInfo::of_file(&file).map_err(BlobError::disk(format!("measure `{key}`")))?;
    if seen.size < end {
        return Err(truncated(key, end, seen.size));
    }
    let bytes = read_piece(&file, key, first)?;
    Ok((Arc::new(file), seen, bytes))
}

fn read_piece(file: &File, key: &str, piece: Range<u64>) -> Result<Bytes, BlobError> {
    let length = usize::try_from(piece.end - piece.start).expect("a piece fits into memory");
    let mut bytes = vec![0; length];
    // At a given place, so that pieces that are read side by side share one handle.
    match file.read_exact_at(&mut bytes, piece.start) {
        Ok(()) => Ok(bytes.into()),
        // It was long enough when it was opened: somebody cut it under our hands.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(truncated(key, piece.end, piece.start)),
        Err(error) => Err(BlobError::disk(format!("read `{key}`"))(error)),
    }
}

pub(super) fn opening_failed(error: io::Error, key: &str) -> BlobError {
    if error.kind() == ErrorKind::NotFound {
        return BlobError::Missing { key: key.to_owned() };
    }
    BlobError::disk(format!("open `{key}`"))(error)
}

fn truncated(key: &str, wanted: u64, found: u64) -> BlobError {
    BlobError::Truncated {
        key: key.to_owned(),
        wanted,
        found,
    }
}

/// Cuts `range` into pieces of at most `size`.
fn pieces(range: Range<u64>, size: u64) -> impl Iterator<Item = Range<u64>> + Send + 'static {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let piece = at..range.end.min(at.saturating_add(size));
        at = piece.end;
        (piece.start < piece.end).then_some(piece)
    })
}

fn body(first: Bytes, rest: impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static) -> ObjectBody {
    if first.is_empty() {
        return stream::empty().boxed();
    }
    stream::once(async { Ok(first) }).chain(rest).boxed()
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn pieces_cover_the_range_once() {
        let cut = |range, size| pieces(range, size).collect::<Vec<_>>();

        assert_eq!(cut(5..12, 3), [5..8, 8..11, 11..12]);
        assert_eq!(cut(0..4, 3), [0..3, 3..4]);
        assert!(cut(4..4, 3).is_empty());
    }
}
