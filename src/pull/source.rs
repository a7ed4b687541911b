//! Source of a pack: a hub on the network, or a folder that somebody brought on a stick.
//!
//! | file | what it is about |
//! |---|---|
//! | [`hub`] | requests to a hub, and what their responses mean |
//! | [`mod@connection`] | where a connection may lead, and its timeouts |
//! | [`rate_limit`] | the limit of bytes a second |
//! | [`backoff`] | when to retry, and when to give up |
//! | [`update_session`] | what is believed of it: root, timestamp, snapshot, manifest, in the order of `docs/packs.md` |
//!
//! A folder is laid out as the addresses are (`trust/root.json`, `packs/{id}/…`), and has each file once, under
//! `files/ab/<sha256>`, and its text under `passages/ab/<sha256>`. It is believed no more than a hub is.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::time::Instant;

use self::backoff::Backoff;
use self::connection::MinimumSpeed;
use self::hub::Hub;
use self::rate_limit::RateLimit;
use super::error::{Error, Result};
use crate::domain::id::{PackId, Sha256};
use crate::pack::canonical;
use crate::pack::manifest::Manifest;
use crate::pack::numbers::ItemNumbers;

pub mod backoff;
pub(super) mod connection;
pub mod hub;
pub mod rate_limit;
pub mod update_session;

/// Bytes read from a folder at once.
const BLOCK: usize = 256 * 1024;
/// Longest time for a whole document, and a second more for each of so many bytes that it may have: a hub that sends one
/// byte a second would never run into the read timeout.
const DOCUMENT_TIMEOUT: Duration = Duration::from_mins(2);
const DOCUMENT_BYTES_A_SECOND: u64 = 16 * 1024;

/// Where a pack comes from.
#[derive(Debug)]
pub struct Source {
    way: Transport,
    rate: Option<RateLimit>,
    requests: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Debug)]
enum Transport {
    Hub(Hub),
    Folder(PathBuf),
}

/// How many requests were made and bytes received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct TransferStats {
    /// Requests, or files opened in a folder.
    pub requests: u64,
    /// Bytes of bodies; of compressed ones, what they unfold to.
    #[serde(rename = "bytes_fetched")]
    pub bytes: u64,
}

/// Response to a request for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentResponse {
    /// Here it is.
    Found {
        /// Its bytes.
        bytes: Bytes,
        /// Its `ETag`.
        etag: Option<String>,
    },
    /// It is still the one with this `ETag`.
    Same,
    /// There is none.
    Missing,
}

/// Request for bytes of files.
#[derive(Debug, Clone, Copy)]
pub struct ContentRequest<'a> {
    /// Of which pack.
    pub pack: PackId,
    /// Of which version.
    pub version: u32,
    /// Which of its bytes.
    pub what: Selection<'a>,
}

/// Which bytes of a version.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    /// These files', one after the other.
    Files(&'a ItemNumbers),
    /// These files' texts, one after the other.
    Texts(&'a ItemNumbers),
    /// One file's.
    File(&'a Sha256),
    /// One file's text. Only folders have it alone.
    Text(&'a Sha256),
}

impl ContentRequest<'_> {
    fn address(&self) -> String {
        let version = format!("packs/{}/versions/{}", self.pack, self.version);
        match self.what {
            Selection::Files(numbers) => format!("{version}/bundle?items={numbers}"),
            Selection::Texts(numbers) => format!("{version}/passages?items={numbers}"),
            Selection::File(sha256) => format!("{version}/files/{sha256}"),
            Selection::Text(sha256) => format!("{version}/passages/{sha256}"),
        }
    }

    fn path(&self) -> Option<String> {
        let (folder, sha256) = match self.what {
            Selection::File(sha256) => ("files", sha256.hex()),
            Selection::Text(sha256) => ("passages", sha256.hex()),
            Selection::Files(_) | Selection::Texts(_) => return None,
        };
        Some(format!("{folder}/{}/{sha256}", &sha256[..2]))
    }
}

/// Bytes as they come from a source.
#[derive(Debug)]
pub struct ContentStream<'a> {
    source: &'a Source,
    stream: StreamSource,
    /// Which byte of the whole comes first: the one asked for, or 0 where ranges are not understood.
    pub from: u64,
    /// Bytes that may still come.
    left: u64,
}

#[derive(Debug)]
enum StreamSource {
    Hub {
        address: String,
        response: Box<reqwest::Response>,
        pace: MinimumSpeed,
    },
    File {
        path: PathBuf,
        file: File,
    },
}

impl Source {
    /// A hub by its address, with a token, at no more than some bytes a second.
    pub fn hub(url: &str, token: Option<&str>, limit: Option<u64>) -> Result<Self> {
        Ok(Self::by(
            Transport::Hub(Hub::new(url, token)?),
            limit.map(RateLimit::new),
        ))
    }

    /// A folder that is laid out as the addresses are.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self::by(Transport::Folder(path.into()), None)
    }

    fn by(way: Transport, rate: Option<RateLimit>) -> Self {
        Self {
            way,
            rate,
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Whether each file stands alone, so that there are no bundles, ranges and chunks to ask for.
    pub fn is_folder(&self) -> bool {
        matches!(self.way, Transport::Folder(_))
    }

    /// Requests and bytes so far.
    pub fn moved(&self) -> TransferStats {
        TransferStats {
            requests: self.requests.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    /// Fetches a document of at most `max` bytes, unless it is still the one with this `ETag`.
    pub async fn document(&self, address: &str, etag: Option<&str>, max: u64) -> Result<DocumentResponse> {
        let mut backoff = Backoff::default();
        loop {
            match self.document_once(address, etag, max).await {
                Err(error) => backoff.retry(error, false).await?,
                answer => return answer,
            }
        }
    }

    /// What was made for a version that is evidence, by its name: it is what the signed list says, or nothing is taken. What a
    /// folder of an older program does not have is not there.
    pub async fn made_for(&self, manifest: &Manifest) -> Result<BTreeMap<String, Bytes>> {
        let mut made = BTreeMap::new();
        for (name, expected) in manifest.evidence.iter().flat_map(|evidence| &evidence.documents) {
            let address = format!(
                "packs/{}/versions/{}/evidence/{name}",
                manifest.pack.id, manifest.version
            );
            let DocumentResponse::Found { bytes, .. } = self.document(&address, None, expected.length).await? else {
                tracing::warn!("`{address}` is not there");
                continue;
            };
            if canonical::sha256(&bytes) != expected.hashes.sha256 {
                return Err(Error::Spoilt {
                    paths: vec![name.clone()],
                });
            }
            made.insert(name.clone(), bytes);
        }
        Ok(made)
    }

    /// As [`Source::document`], for a document that must be there.
    pub async fn require(&self, address: &str, max: u64) -> Result<Bytes> {
        match self.document(address, None, max).await? {
            DocumentResponse::Found { bytes, .. } => Ok(bytes),
            DocumentResponse::Same | DocumentResponse::Missing => Err(Error::Missing {
                address: address.to_owned(),
            }),
        }
    }

    async fn document_once(&self, address: &str, etag: Option<&str>, max: u64) -> Result<DocumentResponse> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (stream, etag) = match &self.way {
            Transport::Hub(hub) => match hub.document(address, etag).await? {
                hub::HubDocument::Same => return Ok(DocumentResponse::Same),
                hub::HubDocument::Missing => return Ok(DocumentResponse::Missing),
                hub::HubDocument::Found { response, etag } => (StreamSource::hub(address, response), etag),
            },
            Transport::Folder(folder) => match open(&folder.join(address)).await? {
                None => return Ok(DocumentResponse::Missing),
                Some(stream) => (stream, None),
            },
        };
        let body = ContentStream {
            source: self,
            stream,
            from: 0,
            left: u64::MAX,
        };
        let longest = DOCUMENT_TIMEOUT + Duration::from_secs(max / DOCUMENT_BYTES_A_SECOND);
        // One byte more than it may have, so that a longer one is refused and not cut.
        let whole = body.at_most(max.saturating_add(1)).whole();
        let bytes = tokio::time::timeout(longest, whole).await;
        let bytes = bytes.unwrap_or_else(|_| Err(connection::too_slow(address)))?;
        if bytes.len() as u64 > max {
            return Err(Error::Strange {
                address: address.to_owned(),
                what: format!("more than {max} bytes"),
            });
        }
        Ok(DocumentResponse::Found { bytes, etag })
    }

    /// A content by its hash, whatever it belongs to, from a hub that shows it to whoever asks and has it whole; nothing
    /// from others.
    pub async fn content(&self, sha256: &Sha256) -> Result<Option<ContentStream<'_>>> {
        let Transport::Hub(hub) = &self.way else {
            return Ok(None);
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let address = format!("blobs/sha256/{sha256}");
        let (response, from) = match hub.part(&address, 0, None).await {
            Ok(answer) => answer,
            Err(Error::Refused(refused)) if refused.status == 404 => return Ok(None),
            Err(error) if error.is_damaged() => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(ContentStream {
            source: self,
            stream: StreamSource::hub(&address, response),
            from,
            left: u64::MAX,
        }))
    }

    /// Asks for bytes of files, from one of them on, up to `end` where that is not the last. Asks once: who asks knows
    /// how far the last try came.
    pub async fn open(&self, part: &ContentRequest<'_>, from: u64, end: Option<u64>) -> Result<ContentStream<'_>> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (stream, from) = match &self.way {
            Transport::Hub(hub) => {
                let address = part.address();
                let (response, from) = hub.part(&address, from, end).await?;
                (StreamSource::hub(&address, response), from)
            }
            Transport::Folder(folder) => {
                let path = part.path().expect("whoever asks a folder asks for single files");
                let missing = || Error::Missing { address: path.clone() };
                let mut stream = open(&folder.join(&path)).await?.ok_or_else(missing)?;
                stream.seek(from).await?;
                (stream, from)
            }
        };
        Ok(ContentStream {
            source: self,
            stream,
            from,
            left: u64::MAX,
        })
    }
}

async fn open(path: &Path) -> Result<Option<StreamSource>> {
    match File::open(path).await {
        Ok(file) => Ok(Some(StreamSource::File {
            path: path.to_owned(),
            file,
        })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::disk("open", path)(error)),
    }
}

impl StreamSource {
    fn hub(address: &str, response: reqwest::Response) -> Self {
        Self::Hub {
            address: address.to_owned(),
            response: Box::new(response),
            pace: MinimumSpeed::default(),
        }
    }

    async fn seek(&mut self, from: u64) -> Result<()> {
        let Self::File { path, file } = self else { return Ok(()) };
        let sought = file.seek(std::io::SeekFrom::Start(from)).await;
        sought.map(|_| ()).map_err(Error::disk("read", path))
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        match self {
            Self::Hub {
                address,
                response,
                pace,
            } => {
                // Only the wait for the hub counts, and not what our own disk or limit takes.
                let begun = Instant::now();
                let next = hub::next(address, response).await?;
                let came = next.as_ref().map_or(0, |bytes| bytes.len() as u64);
                if next.is_some() && !pace.is_fast_enough(begun.elapsed(), came) {
                    return Err(connection::too_slow(address));
                }
                Ok(next)
            }
            Self::File { path, file } => {
                let mut block = BytesMut::with_capacity(BLOCK);
                let read = file.read_buf(&mut block).await.map_err(Error::disk("read", path))?;
                Ok((read > 0).then(|| block.freeze()))
            }
        }
    }
}

impl ContentStream<'_> {
    /// No more than so many bytes, whatever comes.
    #[must_use]
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.left = bytes;
        self
    }

    /// The next bytes; none when all have come.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some(mut bytes) = self.stream.next().await? else {
            return Ok(None);
        };
        let came = bytes.len() as u64;
        self.source.bytes.fetch_add(came, Ordering::Relaxed);
        if let Some(rate) = &self.source.rate {
            rate.wait_for(came).await;
        }
        bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// All of a short body.
    async fn whole(mut self) -> Result<Bytes> {
        let mut all = BytesMut::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }
}
