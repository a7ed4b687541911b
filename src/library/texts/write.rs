//! Writing texts: each into a place of its own, so that whoever reads the one before reads it to its end, and two who write at
//! once do not write over each other. A row names the one that is the content's.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sea_orm::ConnectionTrait;

use crate::blob::DerivedKey;
use crate::db::changes::{self, NewChange};
use crate::db::content::{self, StoredText};
use crate::db::{damage, derived, entity, resources};
use crate::domain::change::ChangeKind;
use crate::domain::file::Kind;
use crate::domain::id::{ResourceId, Sha256};
use crate::domain::passage::Passage;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::resources::{approval, visibility};
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
    /// Makes it the text of its content, and tells those who may find it; the one before goes.
    pub(in crate::library) async fn name(self, tx: &impl ConnectionTrait, kind: Kind, now: Timestamp) -> Result<()> {
        let sha256 = &self.key.sha256;
        let Some(before) = content::locked_extraction(tx, sha256, kind).await? else {
            // The content was collected meanwhile, and this goes like what nobody named.
            return Ok(());
        };
        if before.text_sha256.is_some() {
            forget(tx, text_key(&before), now).await?;
        }
        let pdf = searchable_key(&before);
        if derived::find(tx, &pdf.to_string()).await?.is_some() {
            forget(tx, pdf, now).await?;
        }
        content::delete_garbage(tx, &self.key.to_string()).await?;
        derived::upsert(tx, self.made).await?;
        content::set_text(tx, sha256, kind, &self.text).await?;
        let holders = resources::with_content(tx, sha256, Some(kind)).await?;
        changes::append(tx, text_changes(&holders, now)).await
    }

    /// What its bytes are.
    pub(in crate::library) fn sha256(&self) -> &Sha256 {
        &self.text.sha256
    }
}

/// Has something that was replaced deleted when nobody reads it any more, whatever was wrong with it.
async fn forget(tx: &impl ConnectionTrait, replaced: DerivedKey, now: Timestamp) -> Result<()> {
    let replaced = replaced.to_string();
    derived::delete(tx, &replaced).await?;
    damage::mark_repaired(tx, &replaced, now).await?;
    content::add_garbage(tx, replaced, now.plus(READ_BY_THEN)).await
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

/// That a content was read, told once to those who may have it as a file of a resource. Files of earlier versions are in no
/// index.
fn text_changes(holders: &[(entity::file::Model, entity::resource::Model)], now: Timestamp) -> Vec<NewChange> {
    let mut told: BTreeMap<ResourceId, Vec<Audience>> = BTreeMap::new();
    let is_present = |file: &entity::file::Model, row| visibility::is_shown(file, row) || file.removed_in.is_none();
    for (file, row) in holders.iter().filter(|(file, row)| is_present(file, row)) {
        let audiences = approval::audiences_of_file(file, row);
        let before = told.entry(row.id).or_default();
        if before.len() < audiences.len() {
            *before = audiences;
        }
    }
    let changes = told.into_iter().map(|(resource_id, audiences)| NewChange {
        at: now,
        resource_id,
        kind: ChangeKind::Text,
        seen_before: audiences.clone(),
        seen_after: audiences,
        packed: None,
    });
    changes.collect()
}

/// A number that no text of the content has, for all that matters: of two thousand million.
fn fresh_version() -> i32 {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    (i32::from_be_bytes(bytes) & i32::MAX).max(2)
}
