//! Texts: what was extracted from contents, as it is kept in the store. One that is lost is extracted again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use sea_orm::ActiveEnum as _;
use sha2::Digest as _;

use crate::actor::Actor;
use crate::blob::Blobs;
use crate::blob::{self, BlobError, DerivedKey};
use crate::clock::Clock;
use crate::db::Db;
use crate::db::content::StoredText;
use crate::db::files::FileWithExtraction;
use crate::db::{content, derived, entity, jobs};
use crate::domain::backup::{SHARDS, shard_digits};
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::film::{SUBTITLES, is_beside};
use crate::domain::id::Sha256;
use crate::domain::job::JobKind;
use crate::domain::passage::Passage;
use crate::error::{Error, Result};
use crate::library::Base;
use crate::library::indexer;
use crate::library::objects::Objects;
use crate::library::objects::integrity::{ExpectedObject, is_made_again};
use crate::library::signals::Signals;

pub(super) mod documents;
pub(super) mod write;

/// The only text that older versions wrote of a content.
const READER_VERSION: u32 = 1;
/// Raised when pages of Office files come out better.
const PAGES_VERSION: u32 = 1;

/// What a reading job is about: `<sha256>:<kind>`.
pub(crate) fn subject(sha256: &Sha256, kind: Kind) -> String {
    format!("{sha256}:{}", kind_name(kind))
}

pub(in crate::library) fn kind_name(kind: Kind) -> String {
    kind.to_value()
}

pub(in crate::library) fn parse_subject(subject: &str) -> Option<(Sha256, Kind)> {
    let (sha256, kind) = subject.split_once(':')?;
    Some((sha256.parse().ok()?, Kind::try_from_value(&kind.to_owned()).ok()?))
}

/// Whether an object is pages that an Office file was turned into.
pub(in crate::library) fn is_of_pages(key: &DerivedKey) -> bool {
    key.kind().starts_with("pages")
}

/// Where a text of a content, read as a kind, is: each that is written has a place of its own.
pub(in crate::library) fn passages_key(sha256: &Sha256, kind: Kind, version: Option<i32>) -> DerivedKey {
    let version = version.and_then(|version| u32::try_from(version).ok());
    let name = format!("{PASSAGES}{}", kind_name(kind));
    DerivedKey::new(sha256.clone(), &name, version.unwrap_or(READER_VERSION))
}

/// Where the text of a content is.
pub(in crate::library) fn text_key(read: &entity::extraction::Model) -> DerivedKey {
    passages_key(&read.sha256, read.kind, read.text_version)
}

/// Where the PDF of a scan is in which one can search, made of its text.
pub(in crate::library) fn searchable_key(read: &entity::extraction::Model) -> DerivedKey {
    let version = text_key(read).version();
    DerivedKey::new(
        read.sha256.clone(),
        &format!("{SEARCHABLE}{}", kind_name(read.kind)),
        version,
    )
}

/// The kind that an object of [`searchable_key`] is about.
pub(in crate::library) fn searchable_of(key: &DerivedKey) -> Option<Kind> {
    let kind = key.kind().strip_prefix(SEARCHABLE)?;
    Kind::try_from_value(&kind.to_owned()).ok()
}

/// How the names of those begin.
const SEARCHABLE: &str = "searchable-";

/// The kind that a text was read as.
pub(in crate::library) fn text_kind_of(key: &DerivedKey) -> Option<Kind> {
    let kind = key.kind().strip_prefix(PASSAGES)?;
    Kind::try_from_value(&kind.to_owned()).ok()
}

/// How the names of texts begin.
const PASSAGES: &str = "passages-";

/// Where the lines of a page are that models of a number read in its picture.
pub(in crate::library) fn ocr_key(sha256: &Sha256, kind: Kind, page: u32, model: u32) -> DerivedKey {
    DerivedKey::new(sha256.clone(), &format!("{OCR_PAGES}{}-{page}", kind_name(kind)), model)
}

/// The kind and the page that an object of [`ocr_key`] is about.
pub(in crate::library) fn ocr_page_of(key: &DerivedKey) -> Option<(Kind, u32)> {
    let (kind, page) = key.kind().strip_prefix(OCR_PAGES)?.rsplit_once('-')?;
    Some((Kind::try_from_value(&kind.to_owned()).ok()?, page.parse().ok()?))
}

/// How the names of such objects begin.
const OCR_PAGES: &str = "ocr-";

/// Where what was heard in a content is, the so-many-th time.
pub(in crate::library) fn speech_key(sha256: &Sha256, kind: Kind, round: u32) -> DerivedKey {
    DerivedKey::new(sha256.clone(), &format!("{SPEECH}{}", kind_name(kind)), round)
}

/// The kind that an object of [`speech_key`] is about.
pub(in crate::library) fn speech_of(key: &DerivedKey) -> Option<Kind> {
    let kind = key.kind().strip_prefix(SPEECH)?;
    Kind::try_from_value(&kind.to_owned()).ok()
}

/// How the names of those begin.
const SPEECH: &str = "speech-";

/// Pages that are made of a content, taken for a kind, and their words.
pub(in crate::library) fn made_of(sha256: &Sha256, kind: Kind) -> [DerivedKey; 2] {
    let pages = |what: &str| DerivedKey::new(sha256.clone(), &format!("{what}-{}", kind_name(kind)), PAGES_VERSION);
    [pages("pages"), pages("pages-text")]
}

/// The texts that were extracted, as the store keeps them.
#[derive(Debug, Clone)]
pub struct Texts {
    db: Db,
    clock: Clock,
    signals: Signals,
    blobs: Blobs,
    objects: Arc<Objects>,
    /// Where what had to be left out of the index is named.
    following: Arc<indexer::IndexFollower>,
}

impl Texts {
    pub(in crate::library) fn new(base: &Base, objects: Arc<Objects>, following: Arc<indexer::IndexFollower>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            signals: base.signals.clone(),
            blobs: base.blobs.clone(),
            objects,
            following,
        }
    }

    /// Asks for a content to be read again.
    pub(super) async fn read_again(&self, read: &entity::extraction::Model) -> Result<()> {
        let subjects = vec![subject(&read.sha256, read.kind)];
        self.db
            .write(async |tx| jobs::enqueue(tx, JobKind::Extract, subjects, self.clock.now()).await)
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Asks for every file to be read again, because readers read more than they did; returns how many. One a second is due,
    /// so that new files hardly wait. What was read before is found until then.
    pub async fn read_all_again(&self) -> Result<u64> {
        let mut asked = 0;
        for shard in 0..SHARDS {
            let read = content::extracted_with_prefix(self.db.read(), &shard_digits(shard)).await?;
            let subjects: Vec<String> = read.iter().map(|(sha256, kind)| subject(sha256, *kind)).collect();
            let (count, after) = (subjects.len() as u64, Duration::from_secs(asked));
            self.db
                .write(async |tx| jobs::enqueue_later(tx, JobKind::Extract, subjects, after, self.clock.now()).await)
                .await?;
            asked += count;
        }
        self.signals.wake();
        Ok(asked)
    }

    /// What the passages of a content are as they are kept. Those that older versions read are measured now; none where
    /// nothing is kept.
    pub(super) async fn kept_text(&self, read: &entity::extraction::Model) -> Result<Option<StoredText>> {
        if let (Some(sha256), Some(bytes)) = (&read.text_sha256, read.text_bytes) {
            return Ok(Some(StoredText {
                sha256: sha256.clone(),
                bytes: u64::try_from(bytes).unwrap_or(0),
                version: read.text_version,
            }));
        }
        let key = text_key(read);
        let size = match self.blobs.size(&key).await {
            Ok(size) => size,
            Err(BlobError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(Error::unexpected(error)),
        };
        let began = self.clock.now();
        let mut tally = sha2::Sha256::new();
        let mut body = self.blobs.read(&key, 0..size).await.map_err(Error::unexpected)?;
        while let Some(bytes) = body.try_next().await.map_err(Error::unexpected)? {
            tally.update(&bytes);
        }
        let text = StoredText {
            bytes: size,
            version: read.text_version,
            sha256: Sha256::from_bytes(tally.finalize().into()),
        };
        let made = entity::derived::Model {
            key: key.to_string(),
            content: read.sha256.clone(),
            sha256: text.sha256.clone(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            verified_at: began,
        };
        self.db
            .write(async |tx| {
                derived::upsert(tx, made).await?;
                content::set_text(tx, &read.sha256, read.kind, &text).await
            })
            .await?;
        Ok(Some(text))
    }

    /// A file's passages, as they were read. Whoever shows them goes through [`Texts::or_lose`](crate::library::texts::Texts::or_lose).
    pub(crate) async fn stored_passages(
        &self,
        actor: &Actor,
        sha256: &Sha256,
        kind: Kind,
    ) -> Result<impl Stream<Item = Result<Passage>> + use<>> {
        let read = content::extraction(self.db.read(), sha256, kind).await?;
        let key = passages_key(sha256, kind, read.and_then(|read| read.text_version));
        let lines = self.made_lines(actor, &key).await?;
        Ok(lines.and_then(async |line: String| serde_json::from_str(&line).map_err(Error::unexpected)))
    }

    /// The lines of a text that was made from a content; none where it is lost or damaged, and will be made again.
    pub(super) async fn made_lines(
        &self,
        actor: &Actor,
        key: &DerivedKey,
    ) -> Result<BoxStream<'static, Result<String>>> {
        let Some(row) = derived::find(self.db.read(), &key.to_string()).await? else {
            // An older version made it, and nobody has hashed it yet.
            return match self.blobs.read_derived(key).await {
                Ok(lines) => Ok(lines.map_err(Error::unexpected).boxed()),
                Err(BlobError::Missing { .. }) => Ok(futures_util::stream::empty().boxed()),
                Err(error) => Err(Error::unexpected(error)),
            };
        };
        let kept = ExpectedObject::made(key.clone(), &row);
        match self.objects.give(&kept, 0..kept.size, Some(actor)).await {
            Ok(given) => Ok(blob::lines(given.body, key.to_string())
                .map_err(Error::unexpected)
                .boxed()),
            Err(error) if is_made_again(&error) => Ok(futures_util::stream::empty().boxed()),
            Err(error) => Err(error),
        }
    }
}

/// Whether files say what is spoken in a film beside which they lie. What people wrote stands before what a machine heard.
pub(in crate::library) fn is_subtitled(film: &entity::file::Model, files: &[FileWithExtraction]) -> bool {
    let says = |(file, read): &FileWithExtraction| lies_beside(file, film) && has_words(read.as_ref());
    files.iter().any(says)
}

/// The same, or that files may turn out to say it that nobody has read yet.
pub(in crate::library) fn may_be_subtitled(film: &entity::file::Model, files: &[FileWithExtraction]) -> bool {
    let is_unread = |read: Option<&entity::extraction::Model>| {
        read.is_none_or(|read| matches!(read.state, ExtractionState::Queued | ExtractionState::Extracting))
    };
    let may_say = |(file, read): &FileWithExtraction| {
        lies_beside(file, film) && (has_words(read.as_ref()) || is_unread(read.as_ref()))
    };
    files.iter().any(may_say)
}

fn lies_beside(file: &entity::file::Model, film: &entity::file::Model) -> bool {
    SUBTITLES.contains(&file.kind) && is_beside(&file.path, &film.path)
}

fn has_words(read: Option<&entity::extraction::Model>) -> bool {
    read.is_some_and(|read| read.report.0.characters > 0)
}

pub(in crate::library) fn line(passage: &Passage) -> Bytes {
    let mut text = serde_json::to_vec(passage).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
