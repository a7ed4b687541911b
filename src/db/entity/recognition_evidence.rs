//! Evidence of entries: resources and packs at the version that they had.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, PackId, RecognitionEntryId, ResourceId};

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recognition_evidence")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: RecognitionEntryId,
    /// Its place among the entry's, counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The resource, or…
    pub resource_id: Option<ResourceId>,
    /// … the pack.
    pub pack_id: Option<PackId>,
    /// The version that it had.
    pub version: i32,
    /// Whose work it is.
    #[sea_orm(column_type = "Json")]
    pub authors: AccountIds,
}

/// Accounts in a JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AccountIds(pub Vec<AccountId>);

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
