//! Films and sounds: a picture of each, and a copy where browsers cannot play the original or slow lines cannot carry it.
//! Made once per content, when it came or when somebody first looks.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::actor::Actor;
use crate::blob::{DerivedKey, ObjectBody};
use crate::db::entity::{self, ChaptersColumn};
use crate::db::{derived, films, jobs};
use crate::domain::file::Kind;
use crate::domain::film::{FilmChapter, PLAYED};
use crate::domain::hls::{self, HEAD_BYTES};
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract::ConvertedFilm;
use crate::library::objects::integrity::{ExpectedObject, is_damage, is_made_again};
use crate::library::reading::Reading;
use crate::library::reading::office_pages::pieces;
use crate::library::texts::subject;
use crate::pack::canonical;

/// Raised when pictures and copies come out better.
const FILM_VERSION: u32 = 1;
/// What nobody could look into is tried again after this long, when somebody asks: the machine may have been busy.
const TRY_AGAIN: Duration = Duration::from_hours(24);
/// The largest picture that is given, in bytes; ours take a tenth of it.
const MAX_PICTURE_BYTES: u64 = 2 << 20;
/// Up to so many pixels across the small picture does.
const SMALL: u32 = 320;

/// What there is of a film besides the film.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Film {
    /// Whether browsers play the original; none where nobody has looked into it.
    pub plays: Option<bool>,
    /// Whether there is a picture of it.
    pub has_poster: bool,
    /// Bytes of its copy, where there is one.
    pub stream_bytes: Option<u64>,
    /// Its own chapters, else those that pauses make.
    pub chapters: Vec<FilmChapter>,
    /// Whether a machine made the chapters.
    pub has_made_chapters: bool,
    /// Whether it is being looked into.
    pub is_waiting: bool,
}

/// The copy of a film.
#[derive(Debug)]
pub struct Streamed {
    /// The original's name, with the copy's ending.
    pub name: String,
    /// Tells it from everything else.
    pub tag: Sha256,
    /// Bytes.
    pub size: u64,
    key: DerivedKey,
}

/// The picture of a film, a small one, and its copy.
pub(in crate::library) fn made_of(sha256: &Sha256) -> [DerivedKey; 3] {
    ["poster", "thumbnail", "stream"].map(|what| DerivedKey::new(sha256.clone(), what, FILM_VERSION))
}

impl Reading {
    /// What there is of a film or a sound; asks for it to be made where it can be and was not.
    pub async fn film(&self, actor: &Actor, file: FileId) -> Result<Film> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        if !PLAYED.contains(&file.kind) {
            return Err(Refusal::NoSuch(Thing::File).into());
        }
        let row = films::find(self.db.read(), &file.sha256).await?;
        let is_done = row
            .as_ref()
            .is_some_and(|row| row.plays.is_some() || self.clock.now() < row.made_at.plus(TRY_AGAIN));
        let is_waiting = !is_done && self.programs.film_maker.is_some();
        if is_waiting {
            self.ask_for_film(&file.sha256, file.kind).await?;
        }
        self.ask_to_hear(&file).await?;
        let film = row.map(Film::from).unwrap_or_default();
        let made = match film.chapters.is_empty() {
            true => self.chapters_of_pauses(&file).await?,
            false => Vec::new(),
        };
        if made.is_empty() {
            return Ok(Film { is_waiting, ..film });
        }
        Ok(Film {
            is_waiting,
            chapters: made,
            has_made_chapters: true,
            ..film
        })
    }

    async fn ask_for_film(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let subjects = vec![subject(sha256, kind)];
        // Somebody waits for it.
        let asked = self
            .db
            .write(async |tx| jobs::enqueue_ahead(tx, JobKind::Film, subjects, self.clock.now()).await);
        asked.await?;
        self.signals.wake();
        Ok(())
    }

    /// The picture of a film as JPEG, about as many pixels across as asked for.
    pub(in crate::library) async fn poster(&self, actor: &Actor, sha256: &Sha256, width: u32) -> Result<Vec<u8>> {
        let [poster, thumbnail, _] = made_of(sha256);
        let key = if width <= SMALL { thumbnail } else { poster };
        let none = || Error::from(Refusal::NoSuch(Thing::Picture));
        let has_poster = films::find(self.db.read(), sha256)
            .await?
            .is_some_and(|row| row.has_poster);
        if !has_poster {
            return Err(none());
        }
        let size = match self.blobs.size(&key).await {
            Ok(size) if size <= MAX_PICTURE_BYTES => size,
            Ok(_) => return Err(none()),
            Err(error) if error.is_damage() => {
                self.forget_film(sha256).await?;
                return Err(none());
            }
            Err(error) => return Err(Error::unexpected(error)),
        };
        let mut picture = Vec::new();
        let mut body = self.made_body(actor, &key, 0..size).await?.ok_or_else(none)?;
        while let Some(bytes) = body.try_next().await.map_err(Error::unexpected)? {
            picture.extend_from_slice(&bytes);
        }
        Ok(picture)
    }

    /// The copy of a film that browsers play or that slow lines carry.
    pub async fn streamed(&self, actor: &Actor, file: FileId) -> Result<Streamed> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let row = films::find(self.db.read(), &file.sha256).await?;
        let none = Refusal::NoSuch(Thing::Stream);
        let [_, _, key] = made_of(&file.sha256);
        let size = row.and_then(|row| row.stream_bytes).ok_or(none)?;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Ok(Streamed {
            name: format!("{stem}.mp4"),
            tag: canonical::sha256(key.to_string().as_bytes()),
            size: u64::try_from(size).unwrap_or(0),
            key,
        })
    }

    /// A stretch of such a copy.
    pub async fn stream_bytes(
        &self,
        actor: &Actor,
        streamed: &Streamed,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let body = self.made_body(actor, &streamed.key, range).await?;
        let body = body.ok_or(Refusal::NoSuch(Thing::Stream))?;
        Ok(body.map_err(Error::unexpected).boxed())
    }

    /// A stretch of what was made of a film; nothing where it is lost or damaged, and will be made again.
    async fn made_body(&self, actor: &Actor, key: &DerivedKey, range: Range<u64>) -> Result<Option<ObjectBody>> {
        let Some(row) = derived::find(self.db.read(), &key.to_string()).await? else {
            // An older version made it, and nobody has hashed it yet.
            return match self.blobs.read(key, range).await {
                Ok(body) => Ok(Some(body)),
                Err(error) if error.is_damage() => self.forget_film(&key.sha256).await.map(|()| None),
                Err(error) => Err(Error::unexpected(error)),
            };
        };
        match self
            .objects
            .give(&ExpectedObject::made(key.clone(), &row), range, Some(actor))
            .await
        {
            Ok(given) => Ok(Some(given.body)),
            Err(error) if is_made_again(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Such a copy as an HLS playlist whose stretches are asked for at `address`.
    pub async fn playlist(&self, actor: &Actor, file: FileId, address: &str) -> Result<String> {
        let streamed = self.streamed(actor, file).await?;
        let mut head = Vec::new();
        let mut body = self
            .stream_bytes(actor, &streamed, 0..streamed.size.min(HEAD_BYTES))
            .await?;
        while let Some(bytes) = body.try_next().await? {
            head.extend_from_slice(&bytes);
        }
        let playlist = hls::playlist(&head, address);
        playlist.ok_or_else(|| Refusal::NoSuch(Thing::Stream).into())
    }

    /// Lost with its store: it is made again when somebody looks the next time.
    async fn forget_film(&self, sha256: &Sha256) -> Result<()> {
        self.db.write(async |tx| films::delete(tx, sha256).await).await
    }

    /// Makes what is worth having of a film, and notes what became of it.
    pub(in crate::library) async fn make_film(&self, sha256: &Sha256) -> Result<()> {
        let Some(maker) = &self.programs.film_maker else {
            return Ok(());
        };
        let is_made = films::find(self.db.read(), sha256)
            .await?
            .is_some_and(|row| row.plays.is_some());
        if is_made {
            return Ok(());
        }
        let source = match self.open_content(sha256).await {
            Ok(Some(source)) => source,
            // Collected meanwhile: nobody refers to it any more.
            Ok(None) => return Ok(()),
            // Asked for again by whoever looks at it when it is mended.
            Err(error) if is_damage(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let row = match maker.make(&source).await {
            Ok(made) => self.keep_film(sha256, made).await?,
            Err(fault) => {
                tracing::info!(%sha256, ?fault, "nothing could be made of the film {sha256}");
                entity::film::Model {
                    sha256: sha256.clone(),
                    plays: None,
                    has_poster: false,
                    stream_bytes: None,
                    chapters: ChaptersColumn::default(),
                    made_at: self.clock.now(),
                }
            }
        };
        self.db.write(async |tx| films::upsert(tx, row).await).await
    }

    async fn keep_film(&self, sha256: &Sha256, made: ConvertedFilm) -> Result<entity::film::Model> {
        let [poster, thumbnail, stream] = made_of(sha256);
        let has_poster = made.poster.is_some() && made.thumbnail.is_some();
        for (key, picture) in [(poster, made.poster), (thumbnail, made.thumbnail)] {
            if let Some(picture) = picture.filter(|_| has_poster) {
                self.put_made(&key, pieces(picture)).await?;
            }
        }
        let stream_bytes = match made.stream {
            None => None,
            Some(copy) => Some(self.put_made(&stream, pieces(copy)).await?),
        };
        Ok(entity::film::Model {
            sha256: sha256.clone(),
            plays: Some(made.plays),
            has_poster,
            stream_bytes: stream_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
            chapters: ChaptersColumn(made.chapters),
            made_at: self.clock.now(),
        })
    }
}

impl From<entity::film::Model> for Film {
    fn from(row: entity::film::Model) -> Self {
        Self {
            plays: row.plays,
            has_poster: row.has_poster,
            stream_bytes: row.stream_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
            chapters: row.chapters.0,
            has_made_chapters: false,
            is_waiting: false,
        }
    }
}
