//! Certificates of training. None is removed: one that is not valid any more says so.

use sea_orm::entity::prelude::*;

use crate::domain::day::Day;
use crate::domain::id::{AccountId, AttendanceId, CertificateId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::certificate::CertificateNumber;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_certificate")]
pub struct Model {
    /// Its id: rows that were made later sort behind it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CertificateId,
    /// Its number, which nobody guesses.
    pub number: CertificateNumber,
    /// Whose part in a session it certifies; valid is one of it at most.
    pub attendance_id: AttendanceId,
    /// The session.
    pub session_id: TrainingSessionId,
    /// The account.
    pub account_id: AccountId,
    /// The name when it was issued; a word in its place after the account was erased.
    pub holder: String,
    /// The session's title when it was issued.
    pub title: String,
    /// Class hours.
    pub hours: i32,
    /// The first day on which they took part.
    pub attended_on: Day,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// By whom.
    pub issued_by: AccountId,
    /// When it was revoked; valid without.
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    pub revoked_by: Option<AccountId>,
    /// Why.
    pub reason: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
