//! Bytes of a version: its lists, its files one by one and together, their text.
//!
//! What is needed to give a version's files, where each lies in the store and how long it is, is loaded once and kept on
//! a small shelf: a school that fetches a pack asks for it thousands of times.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::sync::OnceCell;

use crate::actor::Actor;
use crate::blob::{BlobError, BlobKey, DerivedKey, ObjectKey};
use crate::db::{content, packs};
use crate::domain::file::Kind;
use crate::domain::id::{Id, Sha256};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::fetch::Original;
use crate::library::{Library, read};
use crate::pack::archive::{self, Format, Layout};
use crate::pack::chunks;
use crate::pack::manifest::Manifest;
use crate::pack::numbers::Numbers;
use crate::pack::path::safe_name;

/// Versions that are kept ready: a hundred thousand files take some 20 MB.
const SHELF: usize = 4;
/// Raised when files are cut in another way.
const CHUNKS_VERSION: u32 = 1;
/// Rows loaded together.
const ROWS: i32 = 10_000;
/// Files that are opened ahead while one is sent.
const AHEAD: usize = 8;

/// Versions that were given lately.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<VecDeque<Arc<Issue>>>);

impl Shelf {
    fn take(&self, pack: Id, number: i32) -> Option<Arc<Issue>> {
        let mut issues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = issues
            .iter()
            .position(|issue| issue.pack == pack && issue.number == number)?;
        let issue = issues.remove(at)?;
        issues.push_front(issue.clone());
        Some(issue)
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn put(&self, issue: Arc<Issue>) {
        let mut issues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issues.push_front(issue);
        issues.truncate(SHELF);
    }
}

/// A version, ready to be given.
#[derive(Debug)]
pub struct Issue {
    /// The pack.
    pub pack: Id,
    /// The version.
    pub number: i32,
    /// Its list of files.
    pub manifest: Sha256,
    /// Its files, by number.
    items: Vec<Stored>,
    /// How each kind of archive of it is laid out, in the order of [`Format::ALL`]; made when one is first asked for.
    layouts: [OnceCell<Arc<Layout>>; Format::ALL.len()],
    /// What archives are named after.
    title: OnceCell<String>,
}

/// Where a file is.
#[derive(Debug, Clone)]
struct Stored {
    key: BlobKey,
    size: u64,
    kind: Kind,
}

impl Issue {
    /// How many files it has.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// A file's content, where it is, how long, and what it is read as.
    pub(super) fn item(&self, at: usize) -> (&BlobKey, u64, Kind) {
        let item = &self.items[at];
        (&item.key, item.size, item.kind)
    }
}

/// Part of something that is put together from several objects.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// Bytes as they are.
    Literal(Bytes),
    /// A stretch of an object.
    Stored(ObjectKey, Range<u64>),
}

/// A version as one file. Nothing of it lies anywhere: it is put together as it is sent.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Tells it from every other one.
    pub tag: Sha256,
    /// Its name, for saving.
    pub name: String,
    /// Bytes.
    pub size: u64,
    layout: Arc<Layout>,
    issue: Arc<Issue>,
}

/// Several objects, one after the other, as one content.
#[derive(Debug, Clone)]
pub struct Joined {
    /// Tells it from every other one.
    pub tag: Sha256,
    /// Bytes in all.
    pub size: u64,
    parts: Arc<Vec<(ObjectKey, u64)>>,
}

impl Library {
    /// A version that is ready and that the actor may see, for giving its files.
    pub(super) async fn issue(&self, actor: &Actor, pack: Id, number: i32) -> Result<Arc<Issue>> {
        let row = self.visible_version(actor, pack, number).await?;
        let manifest = row.manifest_sha256.ok_or(Refusal::PackNotReady)?;
        if let Some(issue) = self.shelf.take(pack, number) {
            return Ok(issue);
        }
        let mut items = Vec::with_capacity(usize::try_from(row.items).unwrap_or(0));
        loop {
            let from = i32::try_from(items.len()).unwrap_or(i32::MAX);
            let rows = packs::items(self.db.read(), pack, number, from..=from.saturating_add(ROWS - 1)).await?;
            if rows.is_empty() {
                break;
            }
            for (item, blob) in rows {
                let blob = blob.ok_or_else(|| anyhow::anyhow!("`{}` of a pack has no content", item.path))?;
                items.push(Stored {
                    key: read::blob_key(&blob)?,
                    size: u64::try_from(blob.size).unwrap_or(0),
                    kind: item.kind,
                });
            }
        }
        let issue = Arc::new(Issue {
            pack,
            number,
            manifest,
            items,
            layouts: Default::default(),
            title: OnceCell::new(),
        });
        self.shelf.put(issue.clone());
        Ok(issue)
    }

    /// Clears the shelf, as a start does.
    pub fn forget_issues(&self) {
        self.shelf.clear();
    }

    /// The signed list of a version's files.
    pub async fn manifest(&self, actor: &Actor, pack: Id, number: i32) -> Result<Original> {
        let row = self.visible_version(actor, pack, number).await?;
        let sha256 = row.manifest_sha256.ok_or(Refusal::PackNotReady)?;
        self.made(sha256, "manifest.json", "application/json").await
    }

    /// What turns the list of the version before into this one.
    pub async fn manifest_patch(&self, actor: &Actor, pack: Id, number: i32) -> Result<Original> {
        let row = self.visible_version(actor, pack, number).await?;
        // Whoever holds a version that is not shown to the caller gets nothing out of its difference either.
        let follows = row.patch_of.is_some_and(|before| before + 1 == number);
        let sha256 = row
            .patch_sha256
            .filter(|_| follows)
            .ok_or(Refusal::NoSuch(Thing::Version))?;
        self.visible_version(actor, pack, number - 1).await?;
        self.made(sha256, "manifest.patch.json", "application/merge-patch+json")
            .await
    }

    /// The signed snapshot of a version.
    pub async fn snapshot(&self, actor: &Actor, pack: Id, number: i32) -> Result<String> {
        let row = self.visible_version(actor, pack, number).await?;
        Ok(row.snapshot.ok_or(Refusal::PackNotReady)?)
    }

    async fn made(&self, sha256: Sha256, name: &str, media_type: &str) -> Result<Original> {
        let row = content::blob(self.db.read(), &sha256).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("the list `{sha256}` has no row"))?;
        Original::of(&row, name, media_type)
    }

    /// One file of a version, by its content.
    pub async fn pack_file(&self, actor: &Actor, pack: Id, number: i32, sha256: &Sha256) -> Result<Original> {
        self.visible_version(actor, pack, number).await?;
        let item = packs::item_with(self.db.read(), pack, number, sha256).await?;
        let item = item.ok_or(Refusal::NoSuch(Thing::File))?;
        if item.gone_at.is_some() {
            return Err(Refusal::PackItemGone { files: 1 }.into());
        }
        let blob = content::blob(self.db.read(), sha256).await?;
        let blob = blob.ok_or_else(|| anyhow::anyhow!("`{}` of a pack has no content", item.path))?;
        let name = item.path.rsplit('/').next().unwrap_or(&item.path);
        Original::of(&blob, name, &item.media_type)
    }

    /// Where a file of a version may be cut, as JSON; made when it is first asked for, and kept.
    pub async fn chunks(&self, actor: &Actor, pack: Id, number: i32, sha256: &Sha256) -> Result<Joined> {
        let original = self.pack_file(actor, pack, number, sha256).await?;
        let key = chunks_key(sha256);
        let size = match self.blobs.size(&key).await {
            Ok(size) => size,
            Err(BlobError::Missing { .. }) => self.cut(&original, &key).await?,
            Err(error) => return Err(Error::unexpected(error)),
        };
        Ok(Joined {
            tag: crate::pack::canonical::sha256(key.to_string().as_bytes()),
            size,
            parts: Arc::new(vec![((&key).into(), size)]),
        })
    }

    /// Reads a file once, from its beginning to its end.
    async fn cut(&self, original: &Original, key: &DerivedKey) -> Result<u64> {
        let _turn = self.cutting.acquire().await.map_err(Error::unexpected)?;
        let file = self
            .blobs
            .open_file(&original.key, u64::MAX)
            .await
            .map_err(Error::unexpected)?;
        let list = super::build::blocking(move || {
            let list = chunks::cut(std::io::BufReader::new(file))?;
            serde_json::to_vec(&list).map_err(Error::unexpected)
        })
        .await?;
        let body = stream::iter([Ok(Bytes::from(list))]);
        self.blobs.put_derived(key, body).await.map_err(Error::unexpected)
    }

    /// Files of a version, one after the other.
    pub async fn bundle(&self, actor: &Actor, pack: Id, number: i32, numbers: &Numbers) -> Result<Joined> {
        let (issue, wanted) = self.wanted(actor, pack, number, numbers).await?;
        let part = |at: usize| (ObjectKey::from(&issue.items[at].key), issue.items[at].size);
        Ok(Joined::of(
            &issue,
            "bundle",
            numbers,
            wanted.into_iter().map(part).collect(),
        ))
    }

    /// The text of files of a version, one after the other. A file without text adds nothing.
    pub async fn pack_passages(&self, actor: &Actor, pack: Id, number: i32, numbers: &Numbers) -> Result<Joined> {
        let (issue, wanted) = self.wanted(actor, pack, number, numbers).await?;
        let contents = wanted.iter().map(|at| issue.items[*at].key.sha256.clone()).collect();
        let texts = content::texts(self.db.read(), contents).await?;
        let part = |at: usize| {
            let item = &issue.items[at];
            let text = texts.get(&(item.key.sha256.clone(), item.kind))?;
            let key = read::passages_key(&item.key.sha256, item.kind);
            Some((ObjectKey::from(&key), text.bytes))
        };
        Ok(Joined::of(
            &issue,
            "passages",
            numbers,
            wanted.into_iter().filter_map(part).collect(),
        ))
    }

    /// A version as one file.
    pub async fn archive(&self, actor: &Actor, pack: Id, number: i32, format: Format) -> Result<Archive> {
        let issue = self.issue(actor, pack, number).await?;
        let files = packs::gone_items(self.db.read(), pack, number).await?.len();
        if files > 0 {
            return Err(Refusal::PackItemGone { files }.into());
        }
        let at = Format::ALL
            .iter()
            .position(|other| *other == format)
            .expect("every format is one of all");
        let layout = issue.layouts[at]
            .get_or_try_init(|| self.layout(&issue, format))
            .await?
            .clone();
        let title = issue.title.get().map_or("pack", String::as_str);
        Ok(Archive {
            tag: format.digest(&issue.manifest),
            name: format!("{} v{number}.{}", safe_name(title, 80), format.ending()),
            size: layout.length(),
            layout,
            issue,
        })
    }

    async fn layout(&self, issue: &Issue, format: Format) -> Result<Arc<Layout>> {
        let bytes = Bytes::from(self.made_bytes(&issue.manifest).await?);
        let (title, layout) = super::build::blocking(move || {
            #[derive(serde::Deserialize)]
            struct Document {
                signed: Manifest,
            }
            let document: Document = serde_json::from_slice(&bytes).map_err(Error::unexpected)?;
            let title = document.signed.pack.title.clone();
            Ok((title, Layout::new(&document.signed, bytes, format)))
        })
        .await?;
        // Whoever was first has set the same.
        let _ = issue.title.set(title);
        Ok(Arc::new(layout))
    }

    /// A range of an archive as a stream.
    pub async fn archive_bytes(
        &self,
        archive: &Archive,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let issue = archive.issue.clone();
        let pieces = archive.layout.clone().pieces(range).map(move |piece| match piece {
            archive::Piece::Literal(bytes) => Piece::Literal(bytes),
            archive::Piece::Content { number, range } => Piece::Stored((&issue.items[number].key).into(), range),
        });
        self.stream(pieces).await
    }

    /// The version and the numbers asked for, if all of them are there and may be given.
    async fn wanted(
        &self,
        actor: &Actor,
        pack: Id,
        number: i32,
        numbers: &Numbers,
    ) -> Result<(Arc<Issue>, Vec<usize>)> {
        let issue = self.issue(actor, pack, number).await?;
        if numbers.last().is_none_or(|last| last >= issue.items.len()) {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        let gone = packs::gone_items(self.db.read(), pack, number).await?;
        let is_gone = |at: &usize| i32::try_from(*at).is_ok_and(|at| gone.binary_search(&at).is_ok());
        let wanted: Vec<usize> = numbers.iter().collect();
        match wanted.iter().filter(|at| is_gone(at)).count() {
            0 => Ok((issue, wanted)),
            files => Err(Refusal::PackItemGone { files }.into()),
        }
    }

    /// A range of several objects as one stream. The first of them is opened before this returns.
    pub async fn joined_bytes(&self, joined: &Joined, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        let mut pieces = Vec::new();
        let mut start = 0;
        for (key, size) in joined.parts.iter() {
            let end = start + size;
            let (from, until) = (range.start.max(start), range.end.min(end));
            if from < until {
                pieces.push(Piece::Stored(key.clone(), from - start..until - start));
            }
            start = end;
        }
        self.stream(pieces.into_iter()).await
    }

    /// Sends pieces one after the other; a few are opened ahead. The first is there before this returns, while the caller
    /// can still answer with an error.
    pub(super) async fn stream(
        &self,
        mut pieces: impl Iterator<Item = Piece> + Send + 'static,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let Some(first) = pieces.next() else {
            return Ok(stream::empty().boxed());
        };
        let first = self.clone().open(first).await?;
        let library = self.clone();
        let rest = stream::iter(pieces)
            .map(move |piece| library.clone().open(piece))
            .buffered(AHEAD)
            .try_flatten();
        Ok(first.chain(rest).boxed())
    }

    async fn open(self, piece: Piece) -> Result<BoxStream<'static, Result<Bytes>>> {
        match piece {
            Piece::Literal(bytes) => Ok(stream::once(async { Ok(bytes) }).boxed()),
            Piece::Stored(key, range) => {
                let bytes = self.blobs.read(key, range).await.map_err(Error::unexpected)?;
                Ok(bytes.map_err(Error::unexpected).boxed())
            }
        }
    }
}

/// Where the list of a content's chunks is kept.
pub(in crate::library) fn chunks_key(sha256: &Sha256) -> DerivedKey {
    DerivedKey::new(sha256.clone(), "chunks", CHUNKS_VERSION)
}

impl Joined {
    fn of(issue: &Issue, what: &str, numbers: &Numbers, parts: Vec<(ObjectKey, u64)>) -> Self {
        let name = format!("{}\n{what}\n{numbers}", issue.manifest);
        Self {
            tag: crate::pack::canonical::sha256(name.as_bytes()),
            size: parts.iter().map(|(_, size)| size).sum(),
            parts: Arc::new(parts),
        }
    }
}
