//! Uploads that wait to become files of a resource.

use sea_orm::entity::prelude::*;

use super::Strings;
use crate::domain::file::Kind;
use crate::domain::id::{AccountId, Sha256, UploadId, WriterId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its full length in bytes, once it is known.
    pub length: Option<i64>,
    /// Bytes that are safe and were acknowledged: on the disk, or in the store where several processes share uploads.
    pub offset: i64,
    /// The client's metadata, decoded.
    pub metadata: Json,
    /// `whole`, `partial` or `final` (tus concatenation).
    pub part: String,
    /// The partial uploads that a final one is made of.
    #[sea_orm(column_type = "Json")]
    pub pieces: Strings,
    /// Its content, once all of it is in the store.
    pub sha256: Option<Sha256>,
    /// The path of the file it will become; with `sha256`.
    pub path: Option<String>,
    /// What its bytes are; with `sha256`.
    pub kind: Option<Kind>,
    /// What it will be served as; with `sha256`.
    pub media_type: Option<String>,
    /// What its bytes are, when its name says something else; with `sha256`.
    pub contradiction: Option<String>,
    /// The newest request that writes to it, where several processes share uploads. It is named before anything of the
    /// upload goes into the store.
    pub writer: Option<WriterId>,
    /// When it began.
    pub created_at: Timestamp,
    /// Removed after this moment.
    pub expires_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
