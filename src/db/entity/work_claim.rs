//! Pieces of work that other machines claimed, for a few days. Whether a claim holds is told by its job.

use sea_orm::entity::prelude::*;

use crate::domain::file::Kind;
use crate::domain::id::{Sha256, WorkClaimId, WorkerId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work_claim")]
pub struct Model {
    /// Its id: the lease of its job ends with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkClaimId,
    /// Who claimed it.
    pub worker_id: WorkerId,
    /// The code of what is to be done.
    pub kind: String,
    /// The content that is worked on.
    pub sha256: Sha256,
    /// What it is read as.
    pub read_as: Kind,
    /// The page that is read; none where the whole content is worked on.
    pub page: Option<i32>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// When its result came, or it was given back.
    pub ended_at: Option<Timestamp>,
    /// What came of it: `done`, `failed`, `refused`, `given-back`.
    pub outcome: Option<String>,
    /// The SHA-256 of the result that was taken, so that the same is taken twice.
    pub result_sha256: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
