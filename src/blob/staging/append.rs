//! Appends a request's bytes to an upload.
//!
//! Two buffers take turns: while a blocking thread writes and hashes one, the other fills from the socket. Between two
//! writes no thread is held, so a thousand slow uploads need no thousand threads.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::FutureExt;
use futures_util::stream::{Stream, StreamExt};
use tokio::time::Instant;

use super::checksum::Checksum;
use super::upload_writer::UploadWriter;
use super::{Staging, WriteLock};
use crate::blob::{BlobError, disk};

/// How much is written and hashed at once. Larger batches fall out of the processor's cache (measured).
// With SHA-256, GB a second: 1.29 by 256 KiB, 1.34 by 1 MiB, 0.89 by 4 MiB.
const BATCH: usize = 1 << 20;

/// What came is made durable and acknowledged at least this often …
const CHECKPOINT_BYTES: u64 = 64 << 20;

/// … and at least this often in time, so that a slow upload loses no more than a few seconds.
const CHECKPOINT_TIME: Duration = Duration::from_secs(5);

/// What a request wants to add.
#[derive(Debug, Clone)]
pub struct Append {
    /// Where its bytes go: up to where the upload was acknowledged, read while the lock was held.
    pub offset: u64,
    /// How many bytes may still come: what is missing of the announced length, or what the limits leave.
    pub room: u64,
    /// What the bytes must hash to; none of them counts before that is certain.
    pub checksum: Option<Checksum>,
    /// How long the client may send nothing at all. There is no limit on the whole: school uplinks are slow.
    pub stall: Duration,
}

/// Up to where an upload's bytes are on stable storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Where the next byte goes.
    pub offset: u64,
    /// The CRC-32 of all bytes before that, unless the upload was taken up without reading it again.
    pub crc32: Option<u32>,
}

/// How far the upload has come. Everything up to `offset` is on stable storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Where the next byte goes.
    pub offset: u64,
    /// Why no more came.
    pub end: AppendEnd,
}

/// Why a request brought no more bytes. In every case but the first and the last the client will want to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendEnd {
    /// It was through.
    Whole,
    /// The connection broke.
    Cut,
    /// Nothing came for too long.
    Stalled,
    /// A newer request took over.
    Displaced,
    /// The disk is full. What found room is kept.
    DiskFull,
    /// More came than there was room for. What found room is kept.
    TooLong,
}

impl Staging {
    /// Adds the bytes of `body` at `order.offset` and makes them durable.
    ///
    /// `acknowledge` is called every now and then with how much is safe, so that the caller can record it and a crash
    /// loses little; the end is not among them but in the answer, for the caller may have more to record with it. Its
    /// error ends the request. Whatever ends the body, what came before counts, unless `order.checksum` says otherwise.
    ///
    /// If this future is dropped, what was not acknowledged is lost; let it run in a task of its own where a
    /// disconnecting client would drop it.
    pub async fn append<S, E, A, F>(
        &self,
        lock: &WriteLock,
        order: Append,
        body: S,
        acknowledge: A,
    ) -> Result<Appended, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        A: FnMut(Checkpoint) -> F,
        F: Future<Output = Result<(), BlobError>>,
    {
        let source = BodyReader::new(lock, body, &order);
        let writer = self.writer(lock, order).await?;
        let (mut writer, end) = pump(writer, source, acknowledge).await?;
        let (writer, settled) = disk::blocking(move || {
            // Judged before it is synced: what does not meet its checksum must not become durable.
            let settled = writer.judge(end == AppendEnd::Whole).and_then(|()| writer.sync());
            (writer, settled)
        })
        .await;
        let offset = writer.durable();
        // After a failure as well: what stays of it need not be read again by the next request.
        self.inner.digests.store(lock.id(), writer.into_digest());
        settled.map(|()| Appended { offset, end })
    }

    async fn writer(&self, lock: &WriteLock, order: Append) -> Result<UploadWriter, BlobError> {
        let (id, guard) = (lock.id(), lock.guard());
        let part = self.part(id);
        let digest = self.inner.digests.take(id, order.offset);
        disk::blocking(move || UploadWriter::open(id, &part, order.offset, digest, order.checksum, guard)).await
    }
}

/// Moves bytes from the socket to the disk until either has enough. What is left unsynced is for the caller.
async fn pump<S, E, A, F>(
    writer: UploadWriter,
    mut source: BodyReader<'_, S>,
    mut acknowledge: A,
) -> Result<(UploadWriter, AppendEnd), BlobError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    A: FnMut(Checkpoint) -> F,
    F: Future<Output = Result<(), BlobError>>,
{
    let mut batch = Batch {
        writer,
        bytes: Vec::with_capacity(BATCH),
        synced_at: Instant::now(),
    };
    let mut coming = Vec::with_capacity(BATCH);
    let mut end = None;
    loop {
        let (due, durable) = (batch.due(), batch.writer.durable());
        let filling = async {
            if end.is_some() {
                end
            } else {
                source.fill(&mut coming, due).await
            }
        };
        let ((returned, put), filled) = tokio::join!(batch.put(), filling);
        batch = returned;
        if let Err(BlobError::DiskFull { .. }) = put {
            return Ok((batch.writer, AppendEnd::DiskFull));
        }
        put?;
        // Only what a sync has covered: a client must never find fewer bytes after a crash than it was told.
        if batch.writer.durable() > durable {
            acknowledge(batch.writer.checkpoint()).await?;
        }
        if let Some(end) = end {
            return Ok((batch.writer, end));
        }
        end = filled;
        std::mem::swap(&mut batch.bytes, &mut coming);
    }
}

/// The buffer whose turn it is to be written.
struct Batch {
    writer: UploadWriter,
    bytes: Vec<u8>,
    synced_at: Instant,
}

impl Batch {
    async fn put(mut self) -> (Self, Result<(), BlobError>) {
        if self.bytes.is_empty() && !self.is_due() {
            return (self, Ok(()));
        }
        disk::blocking(move || {
            let put = self.write();
            (self, put)
        })
        .await
    }

    fn write(&mut self) -> Result<(), BlobError> {
        self.writer
            .write(&self.bytes)
            .map_err(BlobError::disk("write an upload"))?;
        self.bytes.clear();
        if self.is_due() {
            self.writer.sync()?;
            self.synced_at = Instant::now();
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        let unsynced = self.writer.unsynced();
        let is_old = self.synced_at.elapsed() >= CHECKPOINT_TIME;
        unsynced > 0 && (is_old || unsynced >= CHECKPOINT_BYTES) && !self.writer.is_provisional()
    }

    /// When the next checkpoint should be, if there will be one.
    fn due(&self) -> Option<CheckpointDue> {
        let has_unsynced = !self.bytes.is_empty() || self.writer.unsynced() > 0;
        let due = CheckpointDue {
            at: self.synced_at + CHECKPOINT_TIME,
            has_unsynced,
        };
        (!self.writer.is_provisional()).then_some(due)
    }
}

/// When the next checkpoint is due, and whether there is anything to make durable by then.
#[derive(Clone, Copy)]
struct CheckpointDue {
    at: Instant,
    has_unsynced: bool,
}

/// Reads the body of a request into buffers, and watches for silence, a newer request and too many bytes.
struct BodyReader<'a, S> {
    lock: &'a WriteLock,
    body: S,
    room: u64,
    stall: Duration,
    last_bytes_at: Instant,
}

impl<'a, S, E> BodyReader<'a, S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    fn new(lock: &'a WriteLock, body: S, order: &Append) -> Self {
        Self {
            lock,
            body,
            room: order.room,
            stall: order.stall,
            last_bytes_at: Instant::now(),
        }
    }

    /// Fills the buffer; `None` when it is full or a checkpoint is due, otherwise why no more comes.
    async fn fill(&mut self, buffer: &mut Vec<u8>, due: Option<CheckpointDue>) -> Option<AppendEnd> {
        // On a fast line bytes are always there, and `wait`, which listens for this too, is never reached.
        if self.lock.is_displaced() {
            return Some(AppendEnd::Displaced);
        }
        while buffer.len() < BATCH {
            let due = due.filter(|due| due.has_unsynced || !buffer.is_empty());
            match self.next(due).await {
                Arrival::Bytes(bytes) if bytes.len() as u64 > self.room => {
                    return Some(self.take_what_fits(&bytes, buffer));
                }
                Arrival::Bytes(bytes) => {
                    self.room -= bytes.len() as u64;
                    buffer.extend_from_slice(&bytes);
                }
                Arrival::CheckpointDue => return None,
                Arrival::End(end) => return Some(end),
            }
        }
        None
    }

    fn take_what_fits(&mut self, bytes: &Bytes, buffer: &mut Vec<u8>) -> AppendEnd {
        let room = usize::try_from(self.room).expect("it is less than the length of a buffer");
        buffer.extend_from_slice(&bytes[..room]);
        self.room = 0;
        AppendEnd::TooLong
    }

    async fn next(&mut self, due: Option<CheckpointDue>) -> Arrival {
        // On a fast line bytes are there already, and no clock has to be asked.
        let next = match self.body.next().now_or_never() {
            Some(next) => next,
            None => match self.wait(due).await {
                Ok(next) => next,
                Err(arrival) => return arrival,
            },
        };
        self.last_bytes_at = Instant::now();
        match next {
            Some(Ok(bytes)) => Arrival::Bytes(bytes),
            Some(Err(_)) => Arrival::End(AppendEnd::Cut),
            None => Arrival::End(AppendEnd::Whole),
        }
    }

    async fn wait(&mut self, due: Option<CheckpointDue>) -> Result<Option<Result<Bytes, E>>, Arrival> {
        let stalled_at = self.last_bytes_at + self.stall;
        let due_at = due.map_or(stalled_at, |due| due.at);
        tokio::select! {
            // In this order: a newer request goes before bytes that have come, and bytes before the clock.
            biased;
            () = self.lock.displaced() => Err(Arrival::End(AppendEnd::Displaced)),
            next = self.body.next() => Ok(next),
            () = tokio::time::sleep_until(stalled_at) => Err(Arrival::End(AppendEnd::Stalled)),
            () = tokio::time::sleep_until(due_at), if due.is_some() => Err(Arrival::CheckpointDue),
        }
    }
}

/// What comes next from the client: bytes, the time of a checkpoint, or the end.
enum Arrival {
    Bytes(Bytes),
    CheckpointDue,
    End(AppendEnd),
}
