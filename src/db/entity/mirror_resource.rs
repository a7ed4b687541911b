//! Resources that came with a mirrored pack. They keep the ids they have at the hub.

use sea_orm::entity::prelude::*;

use crate::domain::id::{ResourceId, Sha256};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mirror_resource")]
pub struct Model {
    /// The id that it has here and at the hub.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// The hub's address.
    pub hub: String,
    /// Its revision after it was last taken.
    pub revision: i64,
    /// What the manifest says of it, as a hash.
    pub fingerprint: Sha256,
    /// Changed here and at the hub.
    pub conflict: bool,
    /// Why it is in no mirrored pack any more.
    pub gone_reason: Option<String>,
    /// It goes at this moment.
    pub keep_until: Option<Timestamp>,
    /// The version that is held, as the hub counts them; 0 where it was taken before that was noted.
    pub hub_version: i32,
    /// When the hub published the list that told of it.
    pub told_at: Option<Timestamp>,
    /// Why what the hub says of it cannot be taken: a stable code.
    pub problem: Option<String>,
    /// The company under whose name it was given at the hub.
    pub company: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
