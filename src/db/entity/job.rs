//! Work to be done, at least once.

use sea_orm::entity::prelude::*;

use crate::domain::id::JobId;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// What to do: `extract`.
    pub kind: String,
    /// On what; one waiting job per kind and subject.
    pub subject: String,
    /// `queued`, `running`, or `dead` after too many failures.
    pub state: String,
    /// How often it was begun.
    pub attempts: i32,
    /// How often a process ended while it was at it.
    pub lost: i32,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// The worker's claim ends here.
    pub lease_until: Option<Timestamp>,
    /// The worker's claim; only its holder may finish the job.
    pub lease: Option<String>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
