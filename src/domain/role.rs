//! Roles of accounts, how far a thing is shared, and how much a token carries. What a role may do: [`super::authority`].

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::code::codes;

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
    /// 企业合作方: a company that contributes its cases and films to a school, and reads what is public.
    Partner,
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
    /// 联盟/全市: everyone of the schools and the city who has an account.
    City,
    /// 公开: everyone.
    Public,
}

codes!(Scope: School "school", City "city", Public "public");

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
    /// Does the library's work on another machine, and nothing else: it reads what is to be worked on, and sends back what
    /// came of it.
    Work,
    /// Looks and fetches.
    Read,
    /// Shares and edits as well.
    Write,
    /// Everything the account may do.
    Admin,
}

codes!(TokenScope: Read "read", Write "write", Admin "admin", Work "work");

impl TokenScope {
    /// Whether a token of this scope does what asks for another. The others hold each other, and none of them but the widest
    /// holds work.
    pub fn holds(self, needed: Self) -> bool {
        match needed {
            Self::Work => matches!(self, Self::Work | Self::Admin),
            Self::Read | Self::Write | Self::Admin => self >= needed,
        }
    }
}

/// What of others' own a token that does not carry everything carries only if it was made for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenArea {
    /// Who has an account, and what is kept of them.
    Accounts,
    /// Who did what, and when.
    Audit,
}

codes!(TokenArea: Accounts "accounts", Audit "audit");

codes!(
    Role:
    Reader "reader",
    Teacher "teacher",
    Partner "partner",
    SchoolAdmin "school-admin",
    Expert "expert",
    Bureau "bureau",
    Auditor "auditor",
);

impl Role {
    /// The codes of all of them, as a hint shows them.
    pub fn codes() -> String {
        Self::ALL.map(Self::code).join(", ")
    }

    /// Reads a role by its stable name or by what people call it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let named = |role: &Self| role.code() == text || role.names().contains(&text.as_str());
        Self::ALL.into_iter().find(named)
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Reader => &["读者"],
            Self::Teacher => &["教师", "老师"],
            Self::Partner => &["企业合作方", "企业"],
            Self::SchoolAdmin => &["学校管理员", "管理员"],
            Self::Expert => &["专家"],
            Self::Bureau => &["市人社局", "人社局"],
            Self::Auditor => &["审计员"],
        }
    }

    /// Whether such an account makes no sense without a school.
    pub fn needs_school(self) -> bool {
        match self {
            Self::Teacher | Self::Partner | Self::SchoolAdmin => true,
            Self::Reader | Self::Expert | Self::Bureau | Self::Auditor => false,
        }
    }
}

impl TokenArea {
    /// Several by their stable names, with commas, as a token keeps them.
    pub fn codes(areas: &[Self]) -> String {
        let codes: Vec<&str> = areas.iter().map(|area| area.code()).collect();
        codes.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_for_work_does_nothing_else() {
        let held = |scope: TokenScope| TokenScope::ALL.map(|needed| scope.holds(needed));

        // Read, write, admin, work.
        assert_eq!(held(TokenScope::Work), [false, false, false, true]);
        assert_eq!(held(TokenScope::Read), [true, false, false, false]);
        assert_eq!(held(TokenScope::Write), [true, true, false, false]);
        assert_eq!(held(TokenScope::Admin), [true; 4]);
    }

    #[test]
    fn every_role_is_read_by_its_own_name() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.code()), Some(role));
            assert_eq!(Role::parse(&format!(" {} ", role.names()[0])), Some(role));
        }
        assert_eq!(Role::parse("校长"), None);
    }
}
