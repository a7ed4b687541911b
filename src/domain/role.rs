//! Roles of accounts, how far a thing is shared, and how much a token carries. What a role may do: [`super::authority`].

use sea_orm::{DeriveActiveEnum, EnumIter, Iterable};
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
    Default,
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
    #[default]
    School,
    /// 联盟/全市: everyone who has an account.
    City,
    /// 公开: everyone.
    Public,
}

impl Scope {
    /// As forms, addresses and the index name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::City => "city",
            Self::Public => "public",
        }
    }

    /// The scope with this code.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::School, Self::City, Self::Public]
            .into_iter()
            .find(|scope| scope.code() == code)
    }
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

impl Role {
    /// All of them, from the narrowest to the one that only watches.
    pub fn all() -> impl Iterator<Item = Self> {
        <Self as Iterable>::iter()
    }

    /// The codes of all of them, as a hint shows them.
    pub fn codes() -> String {
        let codes: Vec<&str> = Self::all().map(Self::code).collect();
        codes.join(", ")
    }

    /// The stable name: `school-admin`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Teacher => "teacher",
            Self::SchoolAdmin => "school-admin",
            Self::Expert => "expert",
            Self::Bureau => "bureau",
            Self::Auditor => "auditor",
        }
    }

    /// Reads a role by its stable name or by what people call it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let named = |role: &Self| role.code() == text || role.names().contains(&text.as_str());
        Self::all().find(named)
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Reader => &["读者"],
            Self::Teacher => &["教师", "老师"],
            Self::SchoolAdmin => &["学校管理员", "管理员"],
            Self::Expert => &["专家"],
            Self::Bureau => &["市人社局", "人社局"],
            Self::Auditor => &["审计员"],
        }
    }

    /// Whether such an account makes no sense without a school.
    pub fn needs_school(self) -> bool {
        match self {
            Self::Teacher | Self::SchoolAdmin => true,
            Self::Reader | Self::Expert | Self::Bureau | Self::Auditor => false,
        }
    }
}

impl TokenScope {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// Reads a scope by its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin]
            .into_iter()
            .find(|scope| scope.code() == text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_by_its_own_name() {
        for role in Role::all() {
            assert_eq!(Role::parse(role.code()), Some(role));
            assert_eq!(Role::parse(&format!(" {} ", role.names()[0])), Some(role));
        }
        assert_eq!(Role::parse("校长"), None);
    }
}
