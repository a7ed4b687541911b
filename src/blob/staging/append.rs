//! Adds what a request brings to an upload.
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
use super::pen::Pen;
use super::{Staging, Turn};
use crate::blob::{BlobError, disk};

/// How much is written and hashed at once. Larger batches fall out of the processor's cache (measured).
const BATCH: usize = 1 << 20;

/// What came is made durable and acknowledged at least this often …
const CHECKPOINT_BYTES: u64 = 64 << 20;

/// … and at least this often in time, so that a slow upload loses no more than a few seconds.
const CHECKPOINT_TIME: Duration = Duration::from_secs(5);

/// What a request wants to add.
#[derive(Debug, Clone)]
pub struct Append {
    /// Where its bytes go: up to where the upload was acknowledged, read while the turn was held.
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
pub struct Safe {
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
    pub end: End,
}

/// Why a request brought no more bytes. In every case but the first and the last the client will want to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
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
        turn: &Turn,
        order: Append,
        body: S,
        acknowledge: A,
    ) -> Result<Appended, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        A: FnMut(Safe) -> F,
        F: Future<Output = Result<(), BlobError>>,
    {
        let source = Source::new(turn, body, &order);
        let pen = self.pen(turn, order).await?;
        let (mut pen, end) = pump(pen, source, acknowledge).await?;
        let (pen, settled) = disk::blocking(move || {
            let settled = pen.judge(end == End::Whole).and_then(|()| pen.sync());
            (pen, settled)
        })
        .await;
        let offset = pen.durable();
        self.keep_tally(turn.id(), pen.into_tally());
        settled.map(|()| Appended { offset, end })
    }

    async fn pen(&self, turn: &Turn, order: Append) -> Result<Pen, BlobError> {
        let (id, held) = (turn.id(), turn.hold());
        let part = self.part(id);
        let tally = self.take_tally(id, order.offset);
        disk::blocking(move || Pen::open(id, &part, order.offset, tally, order.checksum, held)).await
    }
}

/// Moves bytes from the socket to the disk until either has enough. What is left unsynced is for the caller.
async fn pump<S, E, A, F>(pen: Pen, mut source: Source<'_, S>, mut acknowledge: A) -> Result<(Pen, End), BlobError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    A: FnMut(Safe) -> F,
    F: Future<Output = Result<(), BlobError>>,
{
    let mut batch = Batch {
        pen,
        bytes: Vec::with_capacity(BATCH),
        synced_at: Instant::now(),
    };
    let mut coming = Vec::with_capacity(BATCH);
    let mut end = None;
    loop {
        let (due, durable) = (batch.due(), batch.pen.durable());
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
            return Ok((batch.pen, End::DiskFull));
        }
        put?;
        if batch.pen.durable() > durable {
            acknowledge(batch.pen.safe()).await?;
        }
        if let Some(end) = end {
            return Ok((batch.pen, end));
        }
        end = filled;
        std::mem::swap(&mut batch.bytes, &mut coming);
    }
}

/// The buffer whose turn it is to be written.
struct Batch {
    pen: Pen,
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
        self.pen
            .write(&self.bytes)
            .map_err(BlobError::disk("write an upload"))?;
        self.bytes.clear();
        if self.is_due() {
            self.pen.sync()?;
            self.synced_at = Instant::now();
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        let unsynced = self.pen.unsynced();
        let is_old = self.synced_at.elapsed() >= CHECKPOINT_TIME;
        unsynced > 0 && (is_old || unsynced >= CHECKPOINT_BYTES) && !self.pen.is_provisional()
    }

    /// When the next checkpoint should be, if there will be one.
    fn due(&self) -> Option<Due> {
        let has_unsynced = !self.bytes.is_empty() || self.pen.unsynced() > 0;
        let due = Due {
            at: self.synced_at + CHECKPOINT_TIME,
            has_unsynced,
        };
        (!self.pen.is_provisional()).then_some(due)
    }
}

#[derive(Clone, Copy)]
struct Due {
    at: Instant,
    has_unsynced: bool,
}

/// Where the bytes come from.
struct Source<'a, S> {
    turn: &'a Turn,
    body: S,
    room: u64,
    stall: Duration,
    heard_at: Instant,
}

impl<'a, S, E> Source<'a, S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    fn new(turn: &'a Turn, body: S, order: &Append) -> Self {
        Self {
            turn,
            body,
            room: order.room,
            stall: order.stall,
            heard_at: Instant::now(),
        }
    }

    /// Fills the buffer; `None` when it is full or a checkpoint is due, otherwise why no more comes.
    async fn fill(&mut self, buffer: &mut Vec<u8>, due: Option<Due>) -> Option<End> {
        if self.turn.is_displaced() {
            return Some(End::Displaced);
        }
        while buffer.len() < BATCH {
            let due = due.filter(|due| due.has_unsynced || !buffer.is_empty());
            match self.next(due).await {
                Heard::Bytes(bytes) if bytes.len() as u64 > self.room => {
                    return Some(self.take_what_fits(&bytes, buffer));
                }
                Heard::Bytes(bytes) => {
                    self.room -= bytes.len() as u64;
                    buffer.extend_from_slice(&bytes);
                }
                Heard::Due => return None,
                Heard::End(end) => return Some(end),
            }
        }
        None
    }

    fn take_what_fits(&mut self, bytes: &Bytes, buffer: &mut Vec<u8>) -> End {
        let room = usize::try_from(self.room).expect("it is less than the length of a buffer");
        buffer.extend_from_slice(&bytes[..room]);
        self.room = 0;
        End::TooLong
    }

    async fn next(&mut self, due: Option<Due>) -> Heard {
        // On a fast line bytes are there already, and no clock has to be asked.
        let next = match self.body.next().now_or_never() {
            Some(next) => next,
            None => match self.wait(due).await {
                Ok(next) => next,
                Err(heard) => return heard,
            },
        };
        self.heard_at = Instant::now();
        match next {
            Some(Ok(bytes)) => Heard::Bytes(bytes),
            Some(Err(_)) => Heard::End(End::Cut),
            None => Heard::End(End::Whole),
        }
    }

    async fn wait(&mut self, due: Option<Due>) -> Result<Option<Result<Bytes, E>>, Heard> {
        let stalled_at = self.heard_at + self.stall;
        let due_at = due.map_or(stalled_at, |due| due.at);
        tokio::select! {
            biased;
            () = self.turn.displaced() => Err(Heard::End(End::Displaced)),
            next = self.body.next() => Ok(next),
            () = tokio::time::sleep_until(stalled_at) => Err(Heard::End(End::Stalled)),
            () = tokio::time::sleep_until(due_at), if due.is_some() => Err(Heard::Due),
        }
    }
}

enum Heard {
    Bytes(Bytes),
    Due,
    End(End),
}
