//! Records what was found of an object, and has made again what was made from contents.

use super::{ExpectedObject, NOTED_AGAIN};
use crate::blob::{DerivedKey, ObjectKey};
use crate::db::{content, damage, derived, entity, jobs, ocr_pages, renditions, speech};
use crate::domain::damage::DamageKind;
use crate::domain::id::Sha256;
use crate::domain::job::JobKind;
use crate::domain::speech::SpeechState;
use crate::domain::time::Timestamp;
use crate::error::{Dependency, Error, Refusal, Result};
use crate::library::objects::Objects;
use crate::library::reading::films;
use crate::library::texts;

impl Objects {
    /// Writes down what came of reading an object.
    pub(in crate::library) async fn note(
        &self,
        kept: &ExpectedObject,
        found: Option<DamageKind>,
        began: Timestamp,
    ) -> Result<()> {
        match found {
            Some(found) => self.note_damage(kept, found).await,
            None if kept.verified_at.0 > 0 => {
                self.verdicts.right(&kept.key, began);
                Ok(())
            }
            None => self.note_right_again(kept, began).await,
        }
    }

    /// An object that was doubted is right: somebody put it back.
    async fn note_right_again(&self, kept: &ExpectedObject, began: Timestamp) -> Result<()> {
        let key = kept.key.to_string();
        self.db
            .write(async |tx| {
                match &kept.key {
                    ObjectKey::Blob(copy) => {
                        damage::clear_blob_suspicion(tx, &copy.sha256, &copy.generation.to_string(), began).await?;
                        if damage::mark_repaired(tx, &key, began).await? {
                            self.ask_for_reading(tx, &copy.sha256).await?;
                        }
                    }
                    ObjectKey::Derived(_) => {
                        damage::clear_derived_suspicion(tx, &key, began).await?;
                        damage::mark_repaired(tx, &key, began).await?;
                    }
                }
                Ok(())
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Remembers that an object is lost or damaged. What can be made again is asked for.
    ///
    /// A store that has nothing at all has not lost this one object: it is away, and nothing is noted.
    pub(in crate::library) async fn note_damage(&self, kept: &ExpectedObject, found: DamageKind) -> Result<()> {
        if found == DamageKind::Missing && !self.blobs.holds_anything().await.map_err(Error::unexpected)? {
            return Err(Refusal::Unavailable(Dependency::Store).into());
        }
        let key = kept.key.to_string();
        let now = self.clock.now();
        if let Some(known) = damage::find(self.db.read(), &key).await?
            && known.found == found
            && (known.looked_at..known.looked_at.plus(NOTED_AGAIN)).contains(&now)
        {
            return Ok(());
        }
        let is_ours = self.db.write(async |tx| {
            match &kept.key {
                ObjectKey::Blob(copy) => {
                    if !damage::mark_blob_suspect(tx, &copy.sha256, &copy.generation.to_string()).await? {
                        // Another copy took its place meanwhile.
                        return Ok(false);
                    }
                    damage::record(tx, &key, &copy.sha256, false, found, now).await?;
                }
                ObjectKey::Derived(made) => {
                    damage::record(tx, &key, &made.sha256, true, found, now).await?;
                    self.make_again(tx, made, now).await?;
                }
            }
            Ok(true)
        });
        if is_ours.await? {
            tracing::error!(object.key = %key, ?found, "`{key}` is not what was kept: {found:?}");
            self.signals.wake();
        }
        Ok(())
    }

    /// Asks for something that was made from a content, and was deleted as it came into use, to be made again.
    pub(in crate::library) async fn make_anew(&self, made: &DerivedKey) -> Result<()> {
        let now = self.clock.now();
        self.db.write(async |tx| self.make_again(tx, made, now).await).await?;
        self.signals.wake();
        Ok(())
    }

    /// Asks for something that was made from a content to be made again: texts at once, for searching needs them; the rest
    /// is forgotten, and made when somebody looks.
    async fn make_again(&self, tx: &impl sea_orm::ConnectionTrait, made: &DerivedKey, now: Timestamp) -> Result<()> {
        let key = made.to_string();
        if let Some(kind) = texts::text_kind_of(made) {
            damage::mark_derived_suspect(tx, &key).await?;
            let read = content::extraction(tx, &made.sha256, kind).await?;
            // Where another text took its place, nobody needs it any more.
            let is_current = read.is_some_and(|read| texts::text_key(&read) == *made);
            let again = is_current.then(|| texts::subject(&made.sha256, kind));
            return jobs::enqueue(tx, JobKind::Extract, again.into_iter().collect(), now).await;
        }
        derived::delete(tx, &key).await?;
        damage::mark_repaired(tx, &key, now).await?;
        if films::made_of(&made.sha256).contains(made) {
            return crate::db::films::delete(tx, &made.sha256).await;
        }
        if let Some((kind, page)) = texts::ocr_page_of(made) {
            let page = i32::try_from(page).unwrap_or(i32::MAX);
            ocr_pages::queue_again(tx, &made.sha256, kind, page, now).await?;
            return jobs::enqueue(tx, JobKind::Ocr, vec![texts::subject(&made.sha256, kind)], now).await;
        }
        if let Some(kind) = texts::speech_of(made) {
            if let Some(row) = speech::find(tx, &made.sha256, kind).await? {
                let state = SpeechState::Queued;
                speech::upsert(tx, entity::speech::Model { state, ..row }).await?;
            }
            return jobs::enqueue(tx, JobKind::Speech, vec![texts::subject(&made.sha256, kind)], now).await;
        }
        if texts::is_of_pages(made) {
            renditions::delete(tx, &made.sha256).await?;
        }
        Ok(())
    }

    /// Asks for contents to be read that could not be while they were damaged.
    pub(in crate::library) async fn ask_for_reading(
        &self,
        tx: &impl sea_orm::ConnectionTrait,
        sha256: &Sha256,
    ) -> Result<()> {
        let rows = content::extractions(tx, sha256).await?;
        let unread = rows
            .into_iter()
            .filter(|row| row.state != crate::domain::file::ExtractionState::Ready);
        let subjects = unread.map(|row| texts::subject(&row.sha256, row.kind)).collect();
        jobs::enqueue(tx, JobKind::Extract, subjects, self.clock.now()).await
    }

    /// Looks whether what was made from a content is where it should be, and asks for what is not.
    pub(in crate::library) async fn look_after_made(&self, sha256: &Sha256) -> Result<()> {
        for kept in self.made_from(sha256).await? {
            let seen = self.blobs.head(&kept.key).await;
            let found = match seen {
                Ok(seen) if seen.size == kept.size && kept.verified_at.0 > 0 => continue,
                Ok(seen) if seen.size == kept.size => DamageKind::Bytes,
                Ok(_) => DamageKind::Size,
                Err(error) => self.found_of(&kept, error).await?,
            };
            self.note_damage(&kept, found).await?;
        }
        Ok(())
    }

    /// What was made from a content, as far as rows know.
    async fn made_from(&self, sha256: &Sha256) -> Result<Vec<ExpectedObject>> {
        let rows = derived::of_content(self.db.read(), sha256).await?;
        let kept = rows
            .iter()
            .filter_map(|row| Some(ExpectedObject::made(row.key.parse().ok()?, row)));
        Ok(kept.collect())
    }
}
