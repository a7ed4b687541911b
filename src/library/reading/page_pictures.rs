//! Pictures of pages, painted by the child process and cached.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::actor::Actor;
use crate::domain::film;
use crate::domain::id::FileId;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::reading::PictureKey;
use crate::library::reading::Reading;

/// Widths that pages are painted at, in pixels: thumbnails, phones, screens, sharp screens.
const WIDTHS: [u32; 7] = [160, 320, 480, 640, 960, 1_300, 2_000];
/// A page that could not be painted is tried again after this long: the machine may have been busy.
pub(super) const TRY_AGAIN: Duration = Duration::from_mins(10);

/// What came of painting a page.
#[derive(Debug)]
pub(crate) enum PagePicture {
    /// A JPEG.
    Picture(Bytes),
    /// Nothing: the page is not there, or too much for a reader.
    Failed {
        /// When that was.
        at: Timestamp,
    },
}

impl PagePicture {
    fn picture(&self) -> Result<Bytes> {
        match self {
            Self::Picture(picture) => Ok(picture.clone()),
            Self::Failed { .. } => Err(Refusal::NoSuch(Thing::Picture).into()),
        }
    }
}

impl Reading {
    /// A picture of a page as JPEG, for files whose pages can be painted; at least as wide as asked, up to the widest.
    pub async fn picture(&self, actor: &Actor, file: FileId, page: u32, width: u32) -> Result<Bytes> {
        let (file, _) = self.resources.visible_file(actor, file).await?;
        let key = (file.sha256.clone(), file.kind, page, rounded(width));
        if let Some(known) = self.known_picture(&key) {
            return known;
        }
        // Counted before the lock: who waits for a page that another one paints holds a connection, too.
        let place = self.painting.enter(actor)?;
        // Who asks for what is being painted already needs no child of their own.
        let _only = self.painting_keys.lock(&key).await;
        if let Some(known) = self.known_picture(&key) {
            return known;
        }
        let _permit = place.permit().await?;
        let pages = self.painted(&file).await?;
        let pages = pages.ok_or(Refusal::NoSuch(Thing::Picture))?;
        let painted = self.programs.extractor.render_page(pages, page, key.3).await;
        let painted = match painted {
            Ok(picture) => PagePicture::Picture(picture.into()),
            Err(fault) => {
                tracing::debug!(?fault, "page {page} of {} could not be painted", file.sha256);
                PagePicture::Failed { at: self.clock.now() }
            }
        };
        let picture = painted.picture();
        self.pictures.insert(key, Arc::new(painted), memory_bytes(&picture));
        picture
    }

    /// The picture as it is known, or that it could not be painted a while ago.
    fn known_picture(&self, key: &PictureKey) -> Option<Result<Bytes>> {
        let known = self.pictures.get(key)?;
        match *known {
            PagePicture::Failed { at } if at.plus(TRY_AGAIN) < self.clock.now() => None,
            _ => Some(known.picture()),
        }
    }

    /// A small picture of a file: its first page, or a moment of its film.
    pub async fn thumbnail(&self, actor: &Actor, file: FileId, width: u32) -> Result<Bytes> {
        let (found, _) = self.resources.visible_file(actor, file).await?;
        if film::PLAYED.contains(&found.kind) {
            let poster = self.poster(actor, &found.sha256, width).await?;
            return Ok(poster.into());
        }
        self.picture(actor, file, 1, width).await
    }
}

/// What a picture takes in the cache; a failure takes its key.
pub(super) fn memory_bytes(picture: &Result<Bytes>) -> usize {
    size_of::<PictureKey>() + picture.as_ref().map_or(0, Bytes::len)
}

/// The next of the widths that are painted: each width that somebody thinks of would be painted by itself.
fn rounded(width: u32) -> u32 {
    let next = WIDTHS.into_iter().find(|painted| *painted >= width);
    next.unwrap_or(WIDTHS[WIDTHS.len() - 1])
}
