//! What was shared here and is offered to the hub for review.

use sea_orm::entity::prelude::*;

use crate::domain::id::{ResourceId, Sha256};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offer")]
pub struct Model {
    /// The resource here.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// The hub's address.
    pub hub: String,
    /// The version that was offered.
    pub version: i32,
    /// What it is at the hub.
    pub hub_resource_id: Option<ResourceId>,
    /// `sent` or `refused`.
    pub state: String,
    /// Why it was refused.
    pub error: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The resource's revision when it was offered.
    pub revision: i64,
    /// The SHA-256 of its words and files then.
    pub fingerprint: Option<Sha256>,
    /// Where it stood at the hub when that was last asked; `gone` where it is no more.
    pub hub_status: Option<String>,
    /// What its reviewer there said when sending it back.
    pub hub_note: Option<String>,
    /// When the hub was last asked.
    pub asked_at: Option<Timestamp>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
