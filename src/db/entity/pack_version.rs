//! Versions of packs: immutable once they are ready.

use sea_orm::entity::prelude::*;

use super::PackEntries;
use crate::domain::id::{AccountId, PackId, Sha256};
use crate::domain::pack::BuildState;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pack_version")]
pub struct Model {
    /// The pack.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pack_id: PackId,
    /// Counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// How far its building has come. Moved only by the job that builds it.
    pub state: BuildState,
    /// What is new, in its publisher's words.
    pub note: String,
    /// Who published it.
    pub author_id: AccountId,
    /// Whom it is for, as a term; the pack may be for others later.
    pub audience: String,
    /// Resources looked at so far.
    pub done: i64,
    /// Resources to look at.
    pub total: i64,
    /// Files in it.
    pub items: i64,
    /// Bytes in them.
    pub bytes: i64,
    /// What belongs into it and may not be shared.
    pub stubs: i64,
    /// Why it could not be built.
    pub error: Option<String>,
    /// Its signed list of files, a content like others.
    pub manifest_sha256: Option<Sha256>,
    /// What turns the list of version `patch_of` into it, a content like others.
    pub patch_sha256: Option<Sha256>,
    /// The version that was the newest before it.
    pub patch_of: Option<i32>,
    /// Its signed snapshot, as it is served.
    pub snapshot: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was ready.
    pub published_at: Option<Timestamp>,
    /// The title that others read: the pack's when it was published, or what stands in its place until that is approved;
    /// see `library::packs::words`. So are the next two.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What was chosen when it was published, with the notes that others read.
    #[sea_orm(column_type = "Json", nullable)]
    pub contents: Option<PackEntries>,
    /// Who approved these words for more than the own school; nobody needs to for that.
    pub approved_by: Option<AccountId>,
    /// What is new in its publisher's words, where that is not shown to others yet.
    pub waiting_note: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
