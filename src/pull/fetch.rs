//! Resumable downloads from a source into a folder of partial files, each named `<sha256>`.
//!
//! | file | what it is about |
//! |---|---|
//! | [`partial_file`] | one file while its bytes come, and its running hash |
//! | [`bundle`] | many small files that come as one stream |
//! | [`chunked_file`] | a large file, and what of an older one can be kept |
//!
//! The folder is all there is to know: a run that was killed is followed by one that looks at the lengths and asks for the
//! rest. When fetching ends, what stands there under its full length has been checked; what did not come is named.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::mpsc;

use self::partial_file::PartialFile;
use super::PullObserver;
use super::error::{Error, Result};
use super::source::{ContentRequest, ContentStream, Selection, Source};
use crate::domain::id::{PackId, Sha256};

mod bundle;
mod chunked_file;
mod partial_file;

/// Files up to this length come in bundles: a request each would cost more time than their bytes.
const SMALL: u64 = 256 * 1024;
/// Bytes of one bundle. With all small files in one bundle nothing could be fetched side by side.
const BUNDLE: u64 = 16 * 1024 * 1024;
/// Requests under way at once.
const IN_FLIGHT: usize = 4;
/// Received blocks that may wait for the disk; then the connection is read no further.
const QUEUED: usize = 16;

/// A file, or the text of one, that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedFile {
    /// Its number in the manifest.
    pub number: usize,
    /// What its bytes are.
    pub sha256: Sha256,
    /// Bytes.
    pub length: u64,
    /// A file that may be like it: what stood under the same path before.
    pub old: Option<PathBuf>,
}

/// Files that could not be fetched.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// What the hub may no longer share.
    pub gone: Vec<WantedFile>,
    /// What came wrong twice.
    pub spoilt: Vec<WantedFile>,
}

/// Fetches bytes of one version of a pack.
pub struct Fetcher<'a> {
    /// Where from.
    pub source: &'a Source,
    /// Of which pack.
    pub pack: PackId,
    /// Of which version.
    pub version: u32,
    /// The folder of half files.
    pub into: &'a Path,
    /// Who hears of each file once it is whole and checked.
    pub completed: Option<Sender<Sha256>>,
    /// Who is told.
    pub watch: &'a dyn PullObserver,
}

/// Which bytes of the files are fetched: their own or those of their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payload {
    Files,
    Texts,
}

/// Unit of fetching: tasks run side by side, the requests of one task after each other.
#[derive(Debug, PartialEq, Eq)]
enum FetchTask {
    Bundle(Vec<WantedFile>),
    Single(WantedFile),
}

impl Fetcher<'_> {
    /// Fetches files. What is wanted twice comes once.
    pub async fn files(&self, wanted: Vec<WantedFile>) -> Result<Missing> {
        self.fetch(Payload::Files, wanted).await
    }

    /// Fetches texts of files: their hashes and lengths are those of the texts.
    pub async fn texts(&self, wanted: Vec<WantedFile>) -> Result<Missing> {
        self.fetch(Payload::Texts, wanted).await
    }

    async fn fetch(&self, kind: Payload, wanted: Vec<WantedFile>) -> Result<Missing> {
        let completed = self.completed.clone();
        let wanted = on_disk(self.into, move |folder| incomplete(folder, wanted, completed.as_ref())).await?;
        let first = self.round(kind, wanted).await?;
        if first.spoilt.is_empty() {
            return Ok(first);
        }
        // Anew and without what an older file could give: that may have been the reason.
        let anew = first
            .spoilt
            .into_iter()
            .map(|wanted| WantedFile { old: None, ..wanted });
        let mut second = self.round(kind, anew.collect()).await?;
        second.gone.extend(first.gone);
        Ok(second)
    }

    async fn round(&self, kind: Payload, wanted: Vec<WantedFile>) -> Result<Missing> {
        let tasks = self.tasks(kind, wanted);
        let under_way = stream::iter(tasks.into_iter().map(|task| self.run(kind, task)));
        let all_missing: Vec<Missing> = under_way.buffer_unordered(IN_FLIGHT).try_collect().await?;
        let mut all = Missing::default();
        for missing in all_missing {
            all.gone.extend(missing.gone);
            all.spoilt.extend(missing.spoilt);
        }
        Ok(all)
    }

    async fn run(&self, kind: Payload, task: FetchTask) -> Result<Missing> {
        match task {
            FetchTask::Bundle(list) => self.bundles(kind, list).await,
            FetchTask::Single(wanted) => self.single(kind, wanted).await,
        }
    }

    /// Splits files into tasks, the large ones first, so that none of them is left alone at the end.
    fn tasks(&self, kind: Payload, mut wanted: Vec<WantedFile>) -> Vec<FetchTask> {
        wanted.sort_by_key(|wanted| wanted.number);
        let mut seen = HashSet::new();
        wanted.retain(|wanted| seen.insert(wanted.sha256.clone()));
        let is_single = |wanted: &WantedFile| match kind {
            _ if self.source.is_folder() => true,
            Payload::Files => wanted.length > SMALL,
            Payload::Texts => false,
        };
        let (mut large, small): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_single);
        large.sort_by_key(|wanted| std::cmp::Reverse(wanted.length));
        let bundles = bundle::batches(small, |wanted| {
            partial_file::partial_length(self.into, &wanted.sha256) > 0
        });
        let large = large.into_iter().map(FetchTask::Single);
        large.chain(bundles.into_iter().map(FetchTask::Bundle)).collect()
    }

    fn part<'a>(&self, what: Selection<'a>) -> ContentRequest<'a> {
        ContentRequest {
            pack: self.pack,
            version: self.version,
            what,
        }
    }

    /// Writes a stream into a sink, on a thread of its own, until the sink has enough, all has come, or the connection
    /// breaks. What came before a break is in the returned sink.
    async fn write_stream<S: Sink>(&self, body: ContentStream<'_>, mut sink: S) -> Result<StreamEnd<S>> {
        let (give, mut take) = mpsc::channel::<Bytes>(QUEUED);
        let writing = tokio::task::spawn_blocking(move || {
            let mut result = Ok(());
            while let Some(bytes) = take.blocking_recv() {
                result = sink.write(&bytes);
                if result.is_err() {
                    break;
                }
            }
            let flushed = sink.flush();
            (sink, result.and(flushed))
        });
        let cut = self.receive(body, give).await;
        let (sink, written) = writing.await.expect("writing does not panic");
        written.map_err(Error::disk("write into", self.into))?;
        Ok(StreamEnd { sink, cut })
    }

    /// Hands received bytes to the writer; returns the error if the connection broke.
    async fn receive(&self, mut body: ContentStream<'_>, give: mpsc::Sender<Bytes>) -> Option<Error> {
        loop {
            let bytes = match body.next().await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return None,
                Err(error) => return Some(error),
            };
            let length = bytes.len() as u64;
            // The other end is gone only if writing failed, and it says so itself.
            if give.send(bytes).await.is_err() {
                return None;
            }
            self.watch.came(length);
        }
    }
}

/// Target of a byte stream.
trait Sink: Send + 'static {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn flush(&mut self) -> io::Result<()>;
}

/// How a stream ended.
struct StreamEnd<S> {
    sink: S,
    /// The error, if the connection broke.
    cut: Option<Error>,
}

/// Files that are not complete on the disk. One of the full length is read once, and deleted if its hash is wrong.
fn incomplete(
    folder: &Path,
    wanted: Vec<WantedFile>,
    completed: Option<&Sender<Sha256>>,
) -> io::Result<Vec<WantedFile>> {
    let mut missing = Vec::new();
    for wanted in wanted {
        if is_complete(folder, &wanted)? {
            report_complete(completed, &wanted);
        } else {
            missing.push(wanted);
        }
    }
    Ok(missing)
}

fn report_complete(completed: Option<&Sender<Sha256>>, whole: &WantedFile) {
    if let Some(completed) = completed {
        // Nobody may be listening any more: then what came is found where it stands.
        let _ = completed.send(whole.sha256.clone());
    }
}

fn is_complete(folder: &Path, wanted: &WantedFile) -> io::Result<bool> {
    if partial_file::partial_length(folder, &wanted.sha256) != wanted.length {
        return Ok(false);
    }
    PartialFile::open(folder, wanted)?.finish()
}

/// The error of a stream that ended early without one.
fn too_short(address: &str) -> Error {
    Error::Connection {
        address: address.to_owned(),
        why: "ended too early".to_owned(),
    }
}

/// Runs disk work on a blocking thread.
async fn on_disk<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let path = folder.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    done.expect("work on the disk does not panic")
        .map_err(Error::disk("write into", folder))
}
