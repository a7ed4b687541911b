//! The audit log: who did what, when, with what result. Only ever added to, and chained by hashes.

use sea_orm::entity::prelude::*;

use crate::domain::id::{AccountId, AuditId, SchoolId};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Its id: the log is read in the order of these.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditId,
    /// When it was done, by the clock of the process that did it.
    pub at: Timestamp,
    /// Whose account did it; none for the command line and the service itself.
    pub account_id: Option<AccountId>,
    /// Who, by sign-in name at that time.
    pub actor: String,
    /// Of which school.
    pub school_id: Option<SchoolId>,
    /// What: `resource.publish`.
    pub action: String,
    /// On what.
    pub subject: Option<String>,
    /// What that was called then, where it has a name.
    pub subject_title: Option<String>,
    /// What it changed: [`AuditChanges`](crate::domain::audit_changes::AuditChanges) as a text, where it changed fields.
    pub changes: Option<String>,
    /// For how many of the same it stands, where that is more than one.
    pub times: Option<i32>,
    /// `done` or the refusal's code.
    pub outcome: String,
    /// From where.
    pub address: Option<String>,
    /// Its number in the chain; none until it is chained, a minute later at the latest.
    pub seq: Option<i64>,
    /// The hash of the line and of all before it.
    pub chain: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
