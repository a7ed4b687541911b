//! Bytes of files from a source into a folder of half files, `<sha256>` each, whatever happens to the line.
//!
//! | file | what it is about |
//! |---|---|
//! | [`growing`] | one file while its bytes come |
//! | [`bundle`] | many small files that come as one stream |
//! | [`single`] | a large file, and what of an older one can be kept |
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

use self::growing::Growing;
use super::Watch;
use super::error::{Error, Result};
use super::source::{Body, Part, Source, What};
use crate::domain::id::{PackId, Sha256};

mod bundle;
mod growing;
mod single;

/// Files up to this length come in bundles.
const SMALL: u64 = 256 * 1024;
/// So many bytes go into one bundle, so that several can be under way.
const BUNDLE: u64 = 16 * 1024 * 1024;
/// So many requests are under way at once.
const IN_FLIGHT: usize = 4;
/// So many pieces that came may wait for the disk.
const QUEUED: usize = 16;

/// A file, or the text of one, that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its number in the manifest.
    pub number: usize,
    /// What its bytes are.
    pub sha256: Sha256,
    /// Bytes.
    pub length: u64,
    /// A file that may be like it: what stood under the same path before.
    pub old: Option<PathBuf>,
}

/// What did not come.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// What the hub may no longer share.
    pub gone: Vec<Wanted>,
    /// What came wrong twice.
    pub spoilt: Vec<Wanted>,
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
    pub tell: Option<Sender<Sha256>>,
    /// Who is told.
    pub watch: &'a dyn Watch,
}

/// Whether files or their texts are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Files,
    Texts,
}

/// What one stream of requests brings.
#[derive(Debug, PartialEq, Eq)]
enum Errand {
    Bundle(Vec<Wanted>),
    Single(Wanted),
}

impl Fetcher<'_> {
    /// Fetches files. What is wanted twice comes once.
    pub async fn files(&self, wanted: Vec<Wanted>) -> Result<Shortfall> {
        self.fetch(Kind::Files, wanted).await
    }

    /// Fetches texts of files: their hashes and lengths are those of the texts.
    pub async fn texts(&self, wanted: Vec<Wanted>) -> Result<Shortfall> {
        self.fetch(Kind::Texts, wanted).await
    }

    async fn fetch(&self, kind: Kind, wanted: Vec<Wanted>) -> Result<Shortfall> {
        let tell = self.tell.clone();
        let wanted = on_disk(self.into, move |folder| not_whole(folder, wanted, tell.as_ref())).await?;
        let first = self.round(kind, wanted).await?;
        if first.spoilt.is_empty() {
            return Ok(first);
        }
        // Anew and without what an older file could give: that may have been the reason.
        let anew = first.spoilt.into_iter().map(|wanted| Wanted { old: None, ..wanted });
        let mut second = self.round(kind, anew.collect()).await?;
        second.gone.extend(first.gone);
        Ok(second)
    }

    async fn round(&self, kind: Kind, wanted: Vec<Wanted>) -> Result<Shortfall> {
        let errands = self.errands(kind, wanted);
        let under_way = stream::iter(errands.into_iter().map(|errand| self.run(kind, errand)));
        let shortfalls: Vec<Shortfall> = under_way.buffer_unordered(IN_FLIGHT).try_collect().await?;
        let mut all = Shortfall::default();
        for shortfall in shortfalls {
            all.gone.extend(shortfall.gone);
            all.spoilt.extend(shortfall.spoilt);
        }
        Ok(all)
    }

    async fn run(&self, kind: Kind, errand: Errand) -> Result<Shortfall> {
        match errand {
            Errand::Bundle(list) => self.bundles(kind, list).await,
            Errand::Single(wanted) => self.single(kind, wanted).await,
        }
    }

    /// The large ones first, so that none of them is left alone at the end.
    fn errands(&self, kind: Kind, mut wanted: Vec<Wanted>) -> Vec<Errand> {
        wanted.sort_by_key(|wanted| wanted.number);
        let mut seen = HashSet::new();
        wanted.retain(|wanted| seen.insert(wanted.sha256.clone()));
        let is_single = |wanted: &Wanted| match kind {
            _ if self.source.is_folder() => true,
            Kind::Files => wanted.length > SMALL,
            Kind::Texts => false,
        };
        let (mut large, small): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_single);
        large.sort_by_key(|wanted| std::cmp::Reverse(wanted.length));
        let bundles = bundle::lists(small, |wanted| growing::held(self.into, &wanted.sha256) > 0);
        let large = large.into_iter().map(Errand::Single);
        large.chain(bundles.into_iter().map(Errand::Bundle)).collect()
    }

    fn part<'a>(&self, what: What<'a>) -> Part<'a> {
        Part {
            pack: self.pack,
            version: self.version,
            what,
        }
    }

    /// Writes what comes, on a thread of its own, until the sink has enough, all has come, or the line is cut. Returns the
    /// sink and how it ended; what came before a cut is in the sink.
    async fn pour<S: Sink>(&self, body: Body<'_>, mut sink: S) -> Result<Poured<S>> {
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
        Ok(Poured { sink, cut })
    }

    /// Hands on what comes; says why no more came, if the line was cut.
    async fn receive(&self, mut body: Body<'_>, give: mpsc::Sender<Bytes>) -> Option<Error> {
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

/// What bytes are poured into.
trait Sink: Send + 'static {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn flush(&mut self) -> io::Result<()>;
}

/// How pouring ended.
struct Poured<S> {
    sink: S,
    /// Why no more came, if the line was cut.
    cut: Option<Error>,
}

/// What is not there yet. What is there under its full length is read once, and goes if it is wrong.
fn not_whole(folder: &Path, wanted: Vec<Wanted>, tell: Option<&Sender<Sha256>>) -> io::Result<Vec<Wanted>> {
    let mut missing = Vec::new();
    for wanted in wanted {
        if is_whole(folder, &wanted)? {
            tell_of(tell, &wanted);
        } else {
            missing.push(wanted);
        }
    }
    Ok(missing)
}

fn tell_of(tell: Option<&Sender<Sha256>>, whole: &Wanted) {
    if let Some(tell) = tell {
        // Nobody may be listening any more: then what came is found where it stands.
        let _ = tell.send(whole.sha256.clone());
    }
}

fn is_whole(folder: &Path, wanted: &Wanted) -> io::Result<bool> {
    if growing::held(folder, &wanted.sha256) != wanted.length {
        return Ok(false);
    }
    Growing::open(folder, wanted)?.finish()
}

/// The stream was shorter than it had to be, and did not say so.
fn too_short(address: &str) -> Error {
    Error::Line {
        address: address.to_owned(),
        why: "ended too early".to_owned(),
    }
}

/// Disk work on a thread where waiting harms nobody.
async fn on_disk<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let path = folder.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&path)).await;
    done.expect("work on the disk does not panic")
        .map_err(Error::disk("write into", folder))
}
