//! The store of finished content.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use object_store::path::Path as ObjectPath;
use object_store::signer::{Method, SignedUrlOptions, Signer};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::sync::Semaphore;

use super::fetch_cache::FetchCache;
use super::{BlobError, BlobKey, CopyGeneration, DerivedKey, ObjectInfo, ObjectKey, backend, disk, lines, read};
use crate::domain::time::Timestamp;

/// How the files that this store makes in its scratch folder begin and end: nothing else there is its own to remove.
pub(super) const SCRATCH: (&str, &str) = ("object-", ".scratch");
/// Scratch files of a process that died are swept away after this time.
const SCRATCH_AGE: Duration = Duration::from_hours(24);

/// Segments of uploads that are sent to the store side by side.
const SEGMENTS_AT_ONCE: usize = 4;

/// The store of finished content, on local disk or S3. Cheap to clone.
///
/// Whatever returns `Ok` from a writing method is on stable storage.
#[derive(Clone)]
pub struct Blobs {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: ObjectPath,
    pub(super) root: Option<PathBuf>,
    pub(super) scratch: PathBuf,
    /// Files that were fetched lately.
    pub(super) fetch_cache: Arc<FetchCache>,
    /// Bounds how many segments of uploads are on their way: each takes up to 32 MiB of memory.
    pub(super) sending: Arc<Semaphore>,
    signer: Option<Arc<dyn Signer>>,
}

/// One object as the store lists it.
#[derive(Debug, Clone)]
pub struct ListedObject {
    /// Its key, spelled out.
    pub name: String,
    /// Its key, if it is one of ours; strangers are reported, never deleted.
    pub key: Option<ObjectKey>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
}

/// The kinds of objects that [`Blobs::list`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// Content as it was uploaded.
    Blobs,
    /// What was made from content.
    Derived,
    /// Bytes of unfinished uploads.
    Uploads,
}

impl ObjectKind {
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Blobs => "blobs",
            Self::Derived => "derived",
            Self::Uploads => "uploads",
        }
    }
}

impl Blobs {
    /// Opens the store at `url`: `file:///folder`, or `s3://bucket/prefix` with the usual `AWS_*` variables.
    ///
    /// `scratch` is a local folder for files on their way to or from the store. With a local store it should be on the
    /// same file system, so that nothing is copied. Opening removes nothing there: see [`Blobs::sweep_scratch`].
    pub fn open(url: &str, scratch: &Path) -> Result<Self, BlobError> {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self::open_with(url, scratch, std::env::vars_os().filter_map(text))
    }

    /// Opens the store in a folder.
    pub fn open_folder(folder: &Path, scratch: &Path) -> Result<Self, BlobError> {
        let backend = backend::folder(folder)?;
        disk::ensure_folder(scratch).map_err(BlobError::disk(format!("make the folder `{}`", scratch.display())))?;
        Ok(Self::of(backend, scratch))
    }

    fn of(backend: backend::Backend, scratch: &Path) -> Self {
        Self {
            store: backend.store,
            prefix: backend.prefix,
            root: backend.root,
            scratch: scratch.to_owned(),
            fetch_cache: Arc::default(),
            sending: Arc::new(Semaphore::new(SEGMENTS_AT_ONCE)),
            signer: backend.signer,
        }
    }

    /// The same with the variables given.
    pub(super) fn open_with(
        url: &str,
        scratch: &Path,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, BlobError> {
        let backend = backend::open(url, variables)?;
        disk::ensure_folder(scratch).map_err(BlobError::disk(format!("make the folder `{}`", scratch.display())))?;
        Ok(Self::of(backend, scratch))
    }

    /// Writes, reads and deletes a tiny object, so that a wrong setting is found at start and not by a teacher.
    pub async fn check(&self) -> Result<(), BlobError> {
        // A name of its own: several processes may look at the same store at once.
        let path = self.located(&format!("probe/{}", CopyGeneration::random()));
        let written = Bytes::from_static("工学".as_bytes());
        let put = self.store.put(&path, PutPayload::from_bytes(written.clone())).await;
        put.map_err(BlobError::store("write", &path))?;
        let got = self.store.get_range(&path, 0..written.len() as u64).await;
        let read = got.map_err(BlobError::store("read", &path))?;
        // Deleted before it is judged: a store that gives back other bytes is not filled with probes.
        self.store
            .delete(&path)
            .await
            .map_err(BlobError::store("delete", &path))?;
        if read != written {
            return Err(BlobError::Damaged {
                key: path.to_string(),
                why: "the store gives back other bytes",
            });
        }
        Ok(())
    }

    /// Whether the scratch folder takes files.
    pub async fn check_scratch(&self) -> Result<(), BlobError> {
        let scratch = self.scratch.clone();
        let written = disk::blocking(move || tempfile::tempfile_in(scratch)?.write_all(b"?")).await;
        written.map_err(BlobError::disk("write to the scratch folder"))
    }

    /// Removes what processes that died left in the scratch folder: files that are named as this store names its own, and
    /// are old, for other processes may be at work there. Whatever else lies there is somebody else's.
    pub async fn sweep_scratch(&self) -> Result<(), BlobError> {
        self.fetch_cache.evict_idle();
        let scratch = self.scratch.clone();
        let swept = disk::blocking(move || remove_stale(&scratch)).await;
        swept.map_err(BlobError::disk("sweep the scratch folder"))
    }

    /// What the store's clock shows.
    pub async fn clock(&self) -> Result<Timestamp, BlobError> {
        let path = self.located(&format!("probe/{}", CopyGeneration::random()));
        let put = self.store.put(&path, PutPayload::from_static(b"?")).await;
        put.map_err(BlobError::store("write", &path))?;
        let meta = self.store.head(&path).await;
        let deleted = self.store.delete(&path).await;
        deleted.map_err(BlobError::store("delete", &path))?;
        let meta = meta.map_err(BlobError::store("look at", &path))?;
        Ok(Timestamp(meta.last_modified.timestamp_millis()))
    }

    /// Whether the store is a folder of this machine.
    pub fn is_folder(&self) -> bool {
        self.root.is_some()
    }

    /// Bytes that still fit, where that can be known: on local disk.
    pub fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.root.as_deref().map(disk::free_space).transpose()
    }

    /// The size of an object.
    pub async fn size(&self, key: impl Into<ObjectKey>) -> Result<u64, BlobError> {
        Ok(self.head(key).await?.size)
    }

    /// An object's info, without reading it.
    pub async fn head(&self, key: impl Into<ObjectKey>) -> Result<ObjectInfo, BlobError> {
        let path = self.path(&key.into());
        let meta = self.store.head(&path).await;
        Ok(ObjectInfo::of(&meta.map_err(BlobError::store("look at", &path))?))
    }

    /// Whether the store holds anything at all. One that has nothing is another one, or its disk is not mounted.
    pub async fn holds_anything(&self) -> Result<bool, BlobError> {
        let first = self.store.list(Some(&self.prefix)).next().await;
        let first = first.transpose().map_err(BlobError::store("list", &self.prefix))?;
        Ok(first.is_some())
    }

    /// Opens content as a file, for readers that must jump about in it, with what the store says of it.
    ///
    /// Content in S3 is first fetched into a file that has no name and goes with its last handle; `limit` bounds it. It is
    /// kept for a while for whoever opens it again.
    pub async fn open_file(&self, key: impl Into<ObjectKey>, limit: u64) -> Result<(ObjectInfo, File), BlobError> {
        let key = key.into();
        let seen = self.head(&key).await?;
        if seen.size > limit {
            return Err(BlobError::TooLarge {
                key: key.to_string(),
                size: seen.size,
                limit,
            });
        }
        if let Some(path) = self.local_path(&key) {
            let opened = disk::blocking(move || File::open(path)).await;
            let file = opened.map_err(|error| read::opening_failed(error, &key.to_string()))?;
            return Ok((seen, file));
        }
        let fetch = self.fetch(&key, seen.size);
        let file = self.fetch_cache.open(&key.to_string(), seen, fetch).await?;
        Ok((seen, file))
    }

    /// Streams content from S3 into an unnamed file.
    async fn fetch(&self, key: &ObjectKey, size: u64) -> Result<File, BlobError> {
        let mut body = self.read(key, 0..size).await?;
        let mut file = tempfile::tempfile_in(&self.scratch).map_err(BlobError::disk("make a scratch file"))?;
        while let Some(bytes) = body.try_next().await? {
            let (returned, written) = disk::blocking(move || {
                let written = file.write_all(&bytes);
                (file, written)
            })
            .await;
            written.map_err(BlobError::disk(format!("fetch `{key}`")))?;
            file = returned;
        }
        file.rewind().map_err(BlobError::disk("rewind a scratch file"))?;
        Ok(file)
    }

    /// Reads a derived text line by line, without its line ends. The lines come as they are read, never all at once.
    pub async fn read_derived(
        &self,
        key: &DerivedKey,
    ) -> Result<impl Stream<Item = Result<String, BlobError>> + use<>, BlobError> {
        let size = self.size(key).await?;
        let body = self.read(key, 0..size).await?;
        Ok(lines::lines(body, key.to_string()))
    }

    /// Deletes an object. One that is not there is as good as deleted.
    pub async fn delete(&self, key: impl Into<ObjectKey>) -> Result<(), BlobError> {
        let path = self.path(&key.into());
        match self.store.delete(&path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            answer => answer.map_err(BlobError::store("delete", &path)),
        }
    }

    /// Lists objects in no particular order, for the sweep of those that no row names.
    pub fn list(&self, kind: ObjectKind) -> BoxStream<'static, Result<ListedObject, BlobError>> {
        self.list_under(kind.folder())
    }

    pub(super) fn list_under(&self, folder: &str) -> BoxStream<'static, Result<ListedObject, BlobError>> {
        let path = self.located(folder);
        let ours = self.clone();
        let found = self.store.list(Some(&path));
        found
            .map(move |meta| {
                meta.map(|meta| ours.listed(&meta))
                    .map_err(BlobError::store("list", &path))
            })
            .boxed()
    }

    fn listed(&self, meta: &ObjectMeta) -> ListedObject {
        let parts = meta.location.prefix_match(&self.prefix);
        let name = match parts {
            Some(parts) => parts.collect::<ObjectPath>().to_string(),
            None => meta.location.to_string(),
        };
        ListedObject {
            key: name.parse().ok(),
            name,
            size: meta.size,
            modified: Timestamp(meta.last_modified.timestamp_millis()),
        }
    }

    /// Makes an address under which a browser may fetch the content from the store itself for `ttl`, with the headers
    /// that we would send. `None` where the store cannot do that.
    pub async fn presign(
        &self,
        key: &BlobKey,
        ttl: Duration,
        content_disposition: &str,
        content_type: &str,
    ) -> Result<Option<String>, BlobError> {
        let Some(signer) = &self.signer else {
            return Ok(None);
        };
        let path = self.path(&key.into());
        let options = SignedUrlOptions::new().with_query([
            ("response-content-disposition", content_disposition),
            ("response-content-type", content_type),
        ]);
        let url = signer.signed_url_opts(Method::GET, &path, ttl, &options).await;
        let url = url.map_err(BlobError::store("sign", &path))?;
        Ok(Some(url.into()))
    }

    /// Where the store keeps the object.
    pub(super) fn path(&self, key: &ObjectKey) -> ObjectPath {
        self.prefix.parts().chain(key.path().parts()).collect()
    }

    pub(super) fn located(&self, name: &str) -> ObjectPath {
        self.prefix.parts().chain(ObjectPath::from(name).parts()).collect()
    }

    /// The object's file, if the store is a folder. Keys are made of digits, letters and dots, so the names agree.
    pub(super) fn local_path(&self, key: &ObjectKey) -> Option<PathBuf> {
        self.root.as_ref().map(|root| root.join(key.to_string()))
    }
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blobs({}/{})", self.store, self.prefix)
    }
}

fn remove_stale(scratch: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(scratch)? {
        let entry = entry?;
        if is_scratch(&entry.file_name()) && is_left(&entry.metadata()?)? {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_scratch(name: &OsStr) -> bool {
    let (start, end) = SCRATCH;
    name.to_str()
        .is_some_and(|name| name.starts_with(start) && name.ends_with(end))
}

fn is_left(metadata: &Metadata) -> std::io::Result<bool> {
    // One that is dated ahead, by a clock that has been put back, counts as new and stays.
    let age = metadata.modified()?.elapsed().unwrap_or_default();
    Ok(metadata.is_file() && age > SCRATCH_AGE)
}
