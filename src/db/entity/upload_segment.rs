//! Acknowledged bytes of unfinished uploads that lie in the store, where every process can read them.

use sea_orm::entity::prelude::*;

use crate::domain::id::UploadId;

/// One row; see the module. Those of one upload follow each other without a gap.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload_segment")]
pub struct Model {
    /// The upload that the bytes belong to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub upload_id: UploadId,
    /// Where in it the bytes begin.
    #[sea_orm(primary_key, auto_increment = false)]
    pub start: i64,
    /// How many they are.
    pub size: i64,
    /// Which object holds them; with `upload_id` and `start` its key.
    pub generation: String,
    /// The CRC-32 of all the upload's bytes from its beginning to the end of these, so that what is rotten or another
    /// request's is told from what was acknowledged.
    pub crc32: i64,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
