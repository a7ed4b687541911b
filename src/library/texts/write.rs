//! Writing texts: each into a place of its own, so that whoever reads the one before reads it to its end, and two who write at
//! once do not write over each other. A row names the one that is the content's.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sea_orm::ConnectionTrait;

use crate::blob::DerivedKey;
use crate::db::content::{self, StoredText};
use crate::db::{derived, entity};
use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::domain::passage::Passage;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::texts::{Texts, line, passages_key, searchable_key, text_key};

/// A text that nobody named within this time is of somebody who was killed.
const NAMED_BY_THEN: Duration = Duration::from_hours(24);
/// Whoever began to read a text that was replaced has read it by then.
const READ_BY_THEN: Duration = Duration::from_hours(1);

/// A text that was written, and is in no row yet.
#[derive(Debug)]
pub(in crate::library) struct WrittenText {
    /// Where it is.
    pub(in crate::library) key: DerivedKey,
    text: StoredText,
    made: entity::derived::Model,
}

impl WrittenText {
    /// Makes it the text of its content; the one before goes.
    pub(in crate::library) async fn name(self, tx: &impl ConnectionTrait, kind: Kind, now: Timestamp) -> Result<()> {
        let sha256 = &self.key.sha256;
        let before = content::locked_extraction(tx, sha256, kind).await?;
        if let Some(before) = before.filter(|before| text_key(before) != self.key) {
            for replaced in [text_key(&before), searchable_key(&before)] {
                content::add_garbage(tx, replaced.to_string(), now.plus(READ_BY_THEN)).await?;
            }
        }
        content::delete_garbage(tx, &self.key.to_string()).await?;
        derived::upsert(tx, self.made).await?;
        content::set_text(tx, sha256, kind, &self.text).await
    }

    /// What its bytes are.
    pub(in crate::library) fn sha256(&self) -> &Sha256 {
        &self.text.sha256
    }
}

impl Texts {
    /// Writes passages as a text of a content.
    pub(in crate::library) async fn write_passages(
        &self,
        sha256: &Sha256,
        kind: Kind,
        passages: &[Passage],
    ) -> Result<WrittenText> {
        let lines: Vec<_> = passages.iter().map(|passage| Ok(line(passage))).collect();
        self.write_text(sha256, kind, stream::iter(lines)).await
    }

    /// Writes a text of a content as it comes. Where nobody names it, it is collected.
    pub(in crate::library) async fn write_text(
        &self,
        sha256: &Sha256,
        kind: Kind,
        body: impl Stream<Item = io::Result<Bytes>>,
    ) -> Result<WrittenText> {
        let version = Some(fresh_version());
        let key = passages_key(sha256, kind, version);
        let due = self.clock.now().plus(NAMED_BY_THEN);
        // Before the object, so that it is found however this ends.
        self.db
            .write(async |tx| content::add_garbage(tx, key.to_string(), due).await)
            .await?;
        let made = self.objects.put_derived(&key, body).await?;
        let text = StoredText {
            sha256: made.sha256.clone(),
            bytes: u64::try_from(made.size).unwrap_or(0),
            version,
        };
        Ok(WrittenText { key, text, made })
    }
}

/// A number that no text of the content has, for all that matters: of two thousand million.
fn fresh_version() -> i32 {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    (i32::from_be_bytes(bytes) & i32::MAX).max(2)
}
