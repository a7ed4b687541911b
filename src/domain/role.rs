//! Who people are, how far a thing is shared, and what may be done: rules one can check on paper.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// What an account is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Finds and fetches.
    Reader,
    /// Shares work of their own as well.
    Teacher,
    /// Runs a school: its accounts, its review, everything it holds.
    SchoolAdmin,
    /// Reviews and advises for the whole city.
    Expert,
    /// The human-resources bureau: majors, schools, figures.
    Bureau,
    /// Reads the records and changes nothing.
    Auditor,
}

/// How far a published resource is shared.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// 本校: its own school.
    School,
    /// 联盟/全市: everyone who has an account.
    City,
    /// 公开: everyone.
    Public,
}

/// How much of an account's rights a token carries.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum TokenScope {
    /// Looks and fetches.
    Read,
    /// Shares and edits as well.
    Write,
    /// Everything the account may do.
    Admin,
}
