//! Tidying: what is over, orphaned or half-made goes, after its time of grace and never before.

use std::time::Duration;

use crate::blob::{DerivedKey, ObjectKey, SegmentKey};
use crate::db::{
    content, derived, door_notices, films, identities, ocr_corrections, ocr_pages, passkeys, people, personal_data,
    renditions, rights_notices, second_factors, sign_in_attempts, speech, staged,
};
use crate::domain::personal_data::{ENDED_TOKENS_KEPT, NOTICE_SENDERS_KEPT, UNCONFIRMED_FACTORS_KEPT};
use crate::domain::rate::{MOST_NOTICES, NOTICES_KEPT};
use crate::domain::sign_in::BROWSER_KNOWN_FOR;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::objects;
use crate::library::operations::Operations;
use crate::library::reading;
use crate::library::texts;
use crate::library::{idempotency, leases};

/// Rows that one statement looks at.
pub(super) const AT_ONCE: u64 = 200;

impl Operations {
    /// Removes what is over: uploads, sessions, tables without a yes, kept answers, content that nothing refers to.
    pub async fn tidy(&self) -> Result<()> {
        let now = self.clock.now();
        let over = self.db.write(async |tx| {
            people::delete_expired_sessions(tx, now, now.minus(self.rules.session_idle)).await?;
            let counted_since = now.minus(self.rules.guesses.window);
            sign_in_attempts::delete_expired(tx, now, counted_since, now.minus(BROWSER_KNOWN_FOR)).await?;
            identities::delete_expired(tx, now).await?;
            passkeys::delete_expired_ceremonies(tx, now).await?;
            staged::delete_expired(tx, now).await?;
            door_notices::delete_old(tx, now.minus(NOTICES_KEPT), MOST_NOTICES).await?;
            rights_notices::clear_senders(tx, now.minus(NOTICE_SENDERS_KEPT), now).await?;
            personal_data::remove_ended_tokens(tx, now.minus(ENDED_TOKENS_KEPT)).await?;
            second_factors::remove_unconfirmed_since(tx, now.minus(UNCONFIRMED_FACTORS_KEPT)).await?;
            crate::db::idempotency::delete_before(tx, now.minus(idempotency::KEPT)).await
        });
        // Not while a backup copies what is named.
        let collect = self.leases.elected(leases::COLLECT, Duration::ZERO, async {
            let rounds = [self.collect(now).await, self.empty_garbage().await];
            rounds.into_iter().collect()
        });
        // Each whatever becomes of the others; the first that failed has the round done again soon.
        let rounds = [
            over.await,
            self.drop_expired_uploads(now).await,
            collect.await.map(|_: Option<()>| ()),
        ];
        rounds.into_iter().collect()
    }

    /// Collects content that nothing refers to: first its row goes, then its object. A copy that is uploaded again at
    /// that moment has a key of its own.
    async fn collect(&self, now: Timestamp) -> Result<()> {
        loop {
            let rows = content::unreferenced(self.db.read(), now, AT_ONCE).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                // A row whose copy has no name that we could give it still goes.
                let key = objects::blob_key(&row).ok();
                self.db
                    .write(async |tx| {
                        let Some(readings) = content::delete_blob(tx, &row.sha256, now).await? else {
                            return Ok(());
                        };
                        if let Some(key) = &key {
                            content::add_garbage(tx, key.to_string(), now).await?;
                        }
                        renditions::delete(tx, &row.sha256).await?;
                        for page in ocr_pages::of_content(tx, &row.sha256).await? {
                            if let Some((_, key)) = reading::ocr::key_of(&page) {
                                content::add_garbage(tx, key.to_string(), now).await?;
                            }
                        }
                        ocr_pages::delete(tx, &row.sha256).await?;
                        ocr_corrections::delete(tx, &row.sha256).await?;
                        for heard in speech::of_content(tx, &row.sha256).await? {
                            if let Some(key) = reading::speech::key_of(&heard) {
                                content::add_garbage(tx, key.to_string(), now).await?;
                            }
                        }
                        speech::delete(tx, &row.sha256).await?;
                        films::delete(tx, &row.sha256).await?;
                        for made in reading::films::made_of(&row.sha256) {
                            content::add_garbage(tx, made.to_string(), now).await?;
                        }
                        for made in crate::library::delivery::documents::kept_beside(&row.sha256) {
                            content::add_garbage(tx, made.to_string(), now).await?;
                        }
                        for read in readings {
                            let [pages, words] = texts::made_of(&read.sha256, read.kind);
                            for key in [texts::text_key(&read), texts::searchable_key(&read), pages, words] {
                                content::add_garbage(tx, key.to_string(), now).await?;
                            }
                        }
                        Ok(())
                    })
                    .await?;
            }
        }
        Ok(())
    }

    /// Deletes what was given up. One object that cannot be deleted is named and stays for the next round; those behind it
    /// do not wait for it.
    async fn empty_garbage(&self) -> Result<()> {
        if !self.may_delete().await? {
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let waiting = content::garbage(self.db.read(), self.clock.now(), &after, AT_ONCE).await?;
            let Some(last) = waiting.last() else { return Ok(()) };
            // On to what lies behind, whatever becomes of these: one that cannot be deleted would come back for ever.
            after.clone_from(&last.key);
            for row in waiting {
                if let Err(error) = self.empty(&row.key).await {
                    tracing::warn!("`{}` could not be deleted yet: {error:?}", row.key);
                }
            }
        }
    }

    async fn empty(&self, name: &str) -> Result<()> {
        if let Some(upload) = SegmentKey::upload_of(name) {
            self.blobs.delete_segments(upload).await.map_err(Error::unexpected)?;
        // What is no key of ours names nothing to delete; its row goes all the same.
        } else if let Ok(key) = name.parse::<ObjectKey>() {
            self.throw_away(&key).await?;
        }
        self.db.write(async |tx| content::delete_garbage(tx, name).await).await
    }

    /// Deletes an object that was given up. What was made from a content has one name only: where the content is here
    /// again it is in use again and stays, and where it came while we deleted, it is made anew.
    pub(in crate::library) async fn throw_away(&self, key: &ObjectKey) -> Result<()> {
        let ObjectKey::Derived(derived) = key else {
            return self.blobs.delete(key).await.map_err(Error::unexpected);
        };
        let name = key.to_string();
        if self.is_in_use(derived).await? {
            return Ok(());
        }
        self.blobs.delete(key).await.map_err(Error::unexpected)?;
        self.db.write(async |tx| derived::delete(tx, &name).await).await?;
        if self.is_in_use(derived).await? {
            self.objects.make_anew(derived).await?;
        }
        Ok(())
    }

    /// Whether what was made from a content is in use: of what is written anew while its content stays, the one that a row
    /// names; all else while its content is here.
    async fn is_in_use(&self, made: &DerivedKey) -> Result<bool> {
        let (conn, sha256) = (self.db.read(), &made.sha256);
        if let Some((kind, page)) = texts::ocr_page_of(made) {
            let page = i32::try_from(page).unwrap_or(i32::MAX);
            let row = ocr_pages::find(conn, sha256, kind, page).await?;
            let kept = row.as_ref().and_then(reading::ocr::key_of);
            return Ok(kept.is_some_and(|(_, kept)| kept == *made));
        }
        if let Some(kind) = texts::speech_of(made) {
            let row = speech::find(conn, sha256, kind).await?;
            return Ok(row.as_ref().and_then(reading::speech::key_of).as_ref() == Some(made));
        }
        if let Some(kind) = texts::text_kind_of(made) {
            let read = content::extraction(conn, sha256, kind).await?;
            return Ok(read.is_some_and(|read| texts::text_key(&read) == *made));
        }
        if let Some(kind) = texts::searchable_of(made) {
            let read = content::extraction(conn, sha256, kind).await?;
            return Ok(read.is_some_and(|read| texts::searchable_key(&read) == *made));
        }
        Ok(content::blob(conn, sha256).await?.is_some())
    }
}
