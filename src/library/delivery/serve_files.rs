//! Bytes of a version: its files one by one and together, their text.
//!
//! What is needed to give a version's files, where each lies in the store and how long it is, is loaded once and kept on
//! a cache: a school that fetches a pack asks for it thousands of times.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::actor::Actor;
use crate::blob::{BlobKey, ObjectKey};
use crate::db::content::StoredText;
use crate::db::{content, derived, packs};
use crate::domain::file::Kind;
use crate::domain::id::{PackId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::delivery::Delivery;
use crate::library::objects;
use crate::library::objects::integrity::ExpectedObject;
use crate::library::resources::download::Original;
use crate::library::texts;
use crate::pack::numbers::ItemNumbers;

/// Rows loaded together.
const ROWS: i32 = 10_000;
/// Files that are opened ahead while one is sent.
const AHEAD: usize = 8;

/// A version, ready to be given.
#[derive(Debug)]
pub struct ServedVersion {
    /// Its list of files.
    pub manifest: Sha256,
    /// Its files, by number.
    items: Vec<Stored>,
}

/// Where a file is.
#[derive(Debug, Clone)]
struct Stored {
    key: BlobKey,
    size: u64,
    kind: Kind,
    verified_at: Timestamp,
}

impl Stored {
    fn kept(&self) -> ExpectedObject {
        ExpectedObject {
            key: (&self.key).into(),
            digest: self.key.sha256.clone(),
            size: self.size,
            verified_at: self.verified_at,
        }
    }
}

impl ServedVersion {
    /// How many files it has.
    pub(in crate::library) fn len(&self) -> usize {
        self.items.len()
    }

    /// A file's content, as it is kept.
    pub(in crate::library) fn item(&self, at: usize) -> ExpectedObject {
        self.items[at].kept()
    }

    /// What a file is read as.
    pub(in crate::library) fn kind(&self, at: usize) -> Kind {
        self.items[at].kind
    }
}

/// The text of a content, as it is kept. One that nobody knows to be verified is looked up when it is given.
pub(in crate::library) fn text_of(
    sha256: &Sha256,
    kind: Kind,
    text: &StoredText,
    verified_at: Option<Timestamp>,
) -> ExpectedObject {
    ExpectedObject {
        key: ObjectKey::from(&texts::passages_key(sha256, kind, text.version)),
        digest: text.sha256.clone(),
        size: text.bytes,
        verified_at: verified_at.unwrap_or(Timestamp(0)),
    }
}

fn stored((sha256, kind, generation, size, verified_at): packs::StoredItem) -> Result<Stored> {
    let (generation, size) = generation
        .zip(size)
        .ok_or_else(|| anyhow::anyhow!("`{sha256}` of a pack has no content"))?;
    Ok(Stored {
        key: objects::key_of(sha256, &generation)?,
        size: u64::try_from(size).unwrap_or(0),
        kind,
        verified_at: verified_at.unwrap_or(Timestamp(0)),
    })
}

/// Part of something that is put together from several objects.
#[derive(Debug, Clone)]
pub(in crate::library) enum ArchiveSegment {
    /// Bytes as they are.
    Literal(Bytes),
    /// A stretch of an object.
    Stored(ExpectedObject, Range<u64>),
}

/// Several objects, one after the other, as one content.
#[derive(Debug, Clone)]
pub struct ConcatenatedContent {
    /// Tells it from every other one.
    pub tag: Sha256,
    /// Bytes in all.
    pub size: u64,
    pub(in crate::library) parts: Arc<Vec<ExpectedObject>>,
}

impl Delivery {
    /// A version that is ready and that the actor may see, for giving its files.
    pub(in crate::library) async fn issue(
        &self,
        actor: &Actor,
        pack: PackId,
        number: i32,
    ) -> Result<Arc<ServedVersion>> {
        // Asked each time: the cache knows how a version is given, and not to whom.
        let row = self.packs.fetched_version(actor, pack, number).await?;
        let manifest = row.manifest_sha256.ok_or(Refusal::PackNotReady)?;
        if let Some(issue) = self.issues.get(&(pack, number)) {
            return Ok(issue);
        }
        // A school asks for several bundles at once: whoever comes first loads for all.
        let _turn = self.laying.acquire(actor).await?;
        if let Some(issue) = self.issues.get(&(pack, number)) {
            return Ok(issue);
        }
        let mut items = Vec::with_capacity(usize::try_from(row.items).unwrap_or(0));
        loop {
            let from = i32::try_from(items.len()).unwrap_or(i32::MAX);
            let rows = packs::items(self.db.read(), pack, number, from..=from.saturating_add(ROWS - 1)).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                items.push(stored(row)?);
            }
        }
        let weight = items.len() * size_of::<Stored>();
        let issue = Arc::new(ServedVersion { manifest, items });
        self.issues.insert((pack, number), issue.clone(), weight);
        Ok(issue)
    }

    /// Empties the caches, as a start does.
    pub fn forget_issues(&self) {
        self.issues.clear();
        self.layouts.clear();
    }

    /// One file of a version, by its content.
    pub async fn pack_file(&self, actor: &Actor, pack: PackId, number: i32, sha256: &Sha256) -> Result<Original> {
        self.packs.fetched_version(actor, pack, number).await?;
        let item = packs::item_with(self.db.read(), pack, number, sha256).await?;
        let item = item.ok_or(Refusal::NoSuch(Thing::File))?;
        if item.gone_at.is_some() {
            let items = usize::try_from(item.position).into_iter().collect();
            return Err(Refusal::PackItemGone { items }.into());
        }
        let blob = content::blob(self.db.read(), sha256).await?;
        let blob = blob.ok_or_else(|| anyhow::anyhow!("`{}` of a pack has no content", item.path))?;
        let name = item.path.rsplit('/').next().unwrap_or(&item.path);
        Original::of(&blob, name, &item.media_type)
    }

    /// Files of a version, one after the other.
    pub async fn bundle(
        &self,
        actor: &Actor,
        pack: PackId,
        number: i32,
        numbers: &ItemNumbers,
    ) -> Result<ConcatenatedContent> {
        let (issue, wanted) = self.wanted(actor, pack, number, numbers).await?;
        let part = |at: usize| issue.item(at);
        Ok(ConcatenatedContent::of(
            &issue,
            "bundle",
            numbers,
            wanted.into_iter().map(part).collect(),
        ))
    }

    /// The text of files of a version, one after the other. A file without text adds nothing.
    pub async fn pack_passages(
        &self,
        actor: &Actor,
        pack: PackId,
        number: i32,
        numbers: &ItemNumbers,
    ) -> Result<ConcatenatedContent> {
        let (issue, wanted) = self.wanted(actor, pack, number, numbers).await?;
        let contents = wanted.iter().map(|at| issue.items[*at].key.sha256.clone()).collect();
        let texts = content::texts(self.db.read(), contents).await?;
        let keys = texts
            .iter()
            .map(|((sha256, kind), text)| texts::passages_key(sha256, *kind, text.version).to_string());
        let made = derived::find_all(self.db.read(), keys.collect()).await?;
        let part = |at: usize| {
            let item = &issue.items[at];
            let text = texts.get(&(item.key.sha256.clone(), item.kind))?;
            let key = texts::passages_key(&item.key.sha256, item.kind, text.version).to_string();
            let verified_at = made.get(&key).map(|row| row.verified_at);
            Some(text_of(&item.key.sha256, item.kind, text, verified_at))
        };
        Ok(ConcatenatedContent::of(
            &issue,
            "passages",
            numbers,
            wanted.into_iter().filter_map(part).collect(),
        ))
    }

    /// The version and the numbers asked for, if all of them are there and may be given.
    async fn wanted(
        &self,
        actor: &Actor,
        pack: PackId,
        number: i32,
        numbers: &ItemNumbers,
    ) -> Result<(Arc<ServedVersion>, Vec<usize>)> {
        let issue = self.issue(actor, pack, number).await?;
        if numbers.last().is_none_or(|last| last >= issue.items.len()) {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        let gone = packs::gone_items(self.db.read(), pack, number).await?;
        let is_gone = |at: &usize| i32::try_from(*at).is_ok_and(|at| gone.binary_search(&at).is_ok());
        let wanted: Vec<usize> = numbers.iter().collect();
        let items: Vec<usize> = wanted.iter().copied().filter(is_gone).collect();
        if items.is_empty() {
            return Ok((issue, wanted));
        }
        Err(Refusal::PackItemGone { items }.into())
    }

    /// A range of several objects as one stream. The first of them is opened before this returns.
    pub async fn joined_bytes(
        &self,
        actor: &Actor,
        joined: &ConcatenatedContent,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let mut pieces = Vec::new();
        let mut start = 0;
        for kept in joined.parts.iter() {
            let end = start + kept.size;
            let (from, until) = (range.start.max(start), range.end.min(end));
            if from < until {
                pieces.push(ArchiveSegment::Stored(kept.clone(), from - start..until - start));
            }
            start = end;
        }
        self.stream(Some(actor), pieces.into_iter()).await
    }

    /// Sends pieces one after the other; a few are opened ahead. The first is there before this returns, while the caller
    /// can still answer with an error. For somebody, or for an export of our own.
    pub(in crate::library) async fn stream(
        &self,
        asker: Option<&Actor>,
        mut pieces: impl Iterator<Item = ArchiveSegment> + Send + 'static,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let Some(first) = pieces.next() else {
            return Ok(stream::empty().boxed());
        };
        let asker = asker.cloned().map(Arc::new);
        let first = self.clone().open(first, asker.clone()).await?;
        let library = self.clone();
        let rest = stream::iter(pieces)
            .map(move |piece| library.clone().open(piece, asker.clone()))
            .buffered(AHEAD)
            .try_flatten();
        Ok(first.chain(rest).boxed())
    }

    async fn open(self, piece: ArchiveSegment, asker: Option<Arc<Actor>>) -> Result<BoxStream<'static, Result<Bytes>>> {
        match piece {
            ArchiveSegment::Literal(bytes) => Ok(stream::once(async { Ok(bytes) }).boxed()),
            ArchiveSegment::Stored(kept, range) => {
                let given = self.objects.give(&kept, range, asker.as_deref()).await?;
                Ok(given.body.map_err(Error::unexpected).boxed())
            }
        }
    }
}

impl ConcatenatedContent {
    fn of(issue: &ServedVersion, what: &str, numbers: &ItemNumbers, parts: Vec<ExpectedObject>) -> Self {
        let name = format!("{}\n{what}\n{numbers}", issue.manifest);
        Self {
            tag: crate::pack::canonical::sha256(name.as_bytes()),
            size: parts.iter().map(|kept| kept.size).sum(),
            parts: Arc::new(parts),
        }
    }
}
