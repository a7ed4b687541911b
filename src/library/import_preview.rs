//! Tables that were looked at and wait for a yes.
//!
//! What was read is kept here, not in the browser: whoever says yes says it to exactly what they were shown.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::Db;
use crate::db::{entity, staged};
use crate::domain::id::PreviewId;
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract::Extractor;
use crate::library::Base;
use crate::library::QUEUE;
use crate::library::SHARE;
use crate::library::imports::table::ExtractedTable;
use crate::library::limiter::Limiter;

/// How long a table waits.
const KEPT: Duration = crate::domain::personal_data::PREVIEWS_KEPT;

/// Reads tables and keeps what was read until its sender says yes.
#[derive(Debug, Clone)]
pub(super) struct ImportPreviews {
    db: Db,
    clock: Clock,
    extractor: Arc<Extractor>,
    /// Bounds how many tables are in memory side by side while they are looked at.
    tables: Arc<Limiter>,
}

impl ImportPreviews {
    pub(super) fn new(base: &Base, extractor: Arc<Extractor>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            extractor,
            tables: Arc::new(Limiter::new(SHARE, 1, QUEUE)),
        }
    }

    /// Reads a table that somebody sent, in a child: it is a stranger's file like others.
    pub(super) async fn read_table(&self, actor: &Actor, file: File) -> Result<ExtractedTable> {
        let _permit = self.tables.acquire(actor).await?;
        let read = self.extractor.table(file).await;
        Ok(read.map_err(|_| Refusal::UnreadableTable)?)
    }

    /// Keeps what was read from a table until its sender says yes.
    pub(super) async fn stage(
        &self,
        member: &Member,
        kind: &str,
        name: &str,
        content: &impl Serialize,
    ) -> Result<PreviewId> {
        let content = serde_json::to_string(content).map_err(Error::unexpected)?;
        self.stage_text(member, kind, name, content).await
    }

    /// The same of what is written already: of much, that is done beside the async threads.
    pub(super) async fn stage_text(
        &self,
        member: &Member,
        kind: &str,
        name: &str,
        content: String,
    ) -> Result<PreviewId> {
        let row = entity::staged::Model {
            id: PreviewId::new(),
            account_id: member.id,
            kind: kind.to_owned(),
            name: name.to_owned(),
            content,
            expires_at: self.clock.now().plus(KEPT),
        };
        let id = row.id;
        self.db.write(async |tx| staged::replace(tx, row).await).await?;
        Ok(id)
    }

    /// What was read from a table of the member's own.
    pub(super) async fn staged<T: DeserializeOwned>(&self, member: &Member, kind: &str, id: PreviewId) -> Result<T> {
        let content = self.staged_text(member, kind, id).await?;
        serde_json::from_str(&content).map_err(Error::unexpected)
    }

    /// The same as it is kept.
    pub(super) async fn staged_text(&self, member: &Member, kind: &str, id: PreviewId) -> Result<String> {
        let found = staged::get(self.db.read(), id).await?;
        let own = found.filter(|row| row.account_id == member.id && row.kind == kind);
        let kept = own.filter(|row| row.expires_at > self.clock.now());
        Ok(kept.ok_or(Refusal::NoSuch(Thing::Preview))?.content)
    }
}
