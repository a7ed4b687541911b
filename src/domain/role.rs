//! Who people are, how far a thing is shared, and what may be done: rules one can check on paper.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::id::SchoolId;

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
    pub const ALL: [Self; 6] = [
        Self::Reader,
        Self::Teacher,
        Self::SchoolAdmin,
        Self::Expert,
        Self::Bureau,
        Self::Auditor,
    ];

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
        Self::ALL.into_iter().find(named)
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
        matches!(self, Self::Teacher | Self::SchoolAdmin)
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

/// What somebody is for, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// What they are for.
    pub role: Role,
    /// Their school.
    pub school: Option<SchoolId>,
}

/// How far somebody's view of the house reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All schools.
    City,
    /// One school.
    School(SchoolId),
}

impl Reach {
    /// The school that it ends at; none for the whole city.
    pub fn school(self) -> Option<SchoolId> {
        match self {
            Self::City => None,
            Self::School(id) => Some(id),
        }
    }
}

impl Post {
    /// How far one in this post sees how things are run; not at all for most.
    pub fn oversees(self) -> Option<Reach> {
        match (self.role, self.school) {
            (Role::Bureau | Role::Auditor, _) => Some(Reach::City),
            (Role::SchoolAdmin, Some(school)) => Some(Reach::School(school)),
            _ => None,
        }
    }

    /// For whom one in this post puts a task's resources in order: teachers for their school, the city's people for all
    /// whose school has no order of its own.
    pub fn arranges(self) -> Option<Reach> {
        match (self.role, self.school) {
            (Role::Bureau | Role::Expert, _) => Some(Reach::City),
            (Role::Teacher | Role::SchoolAdmin, Some(school)) => Some(Reach::School(school)),
            _ => None,
        }
    }

    /// Whether one in this post holds resources up as models for others.
    pub fn marks(self) -> bool {
        matches!(self.role, Role::Bureau | Role::Expert)
    }

    /// Whether one in this post looks after the account of one in `other`: the bureau after all, a school's
    /// administrators after its readers and teachers.
    pub fn manages(self, other: Self) -> bool {
        match self.role {
            Role::Bureau => true,
            Role::SchoolAdmin => {
                let is_own = self.school.is_some() && self.school == other.school;
                is_own && matches!(other.role, Role::Reader | Role::Teacher)
            }
            _ => false,
        }
    }

    /// The roles that one in this post may give.
    pub fn gives(self) -> Vec<Role> {
        let school = self.school;
        Role::ALL
            .into_iter()
            .filter(|role| self.manages(Self { role: *role, school }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_after_whose_account() {
        let (own, other) = (Some(SchoolId::new()), Some(SchoolId::new()));
        let manages = |role, school, of_role, of_school| {
            let whom = Post {
                role: of_role,
                school: of_school,
            };
            Post { role, school }.manages(whom)
        };

        for of_role in Role::ALL {
            let is_simple = matches!(of_role, Role::Reader | Role::Teacher);
            assert!(manages(Role::Bureau, None, of_role, own), "{of_role:?}");
            assert_eq!(manages(Role::SchoolAdmin, own, of_role, own), is_simple, "{of_role:?}");
            // Not at another school, not of no school, and not by one who has none.
            assert!(!manages(Role::SchoolAdmin, own, of_role, other), "{of_role:?}");
            assert!(!manages(Role::SchoolAdmin, own, of_role, None), "{of_role:?}");
            assert!(!manages(Role::SchoolAdmin, None, of_role, None), "{of_role:?}");
            for role in [Role::Reader, Role::Teacher, Role::Expert, Role::Auditor] {
                assert!(!manages(role, own, of_role, own), "{role:?} {of_role:?}");
            }
        }
    }

    #[test]
    fn for_whom_each_puts_in_order() {
        let school = Some(SchoolId::new());
        let arranges = |role, school| Post { role, school }.arranges();

        for role in [Role::Bureau, Role::Expert] {
            assert_eq!(arranges(role, school), Some(Reach::City), "{role:?}");
        }
        for role in [Role::Teacher, Role::SchoolAdmin] {
            assert_eq!(arranges(role, school).and_then(Reach::school), school, "{role:?}");
            assert_eq!(arranges(role, None), None, "{role:?}");
        }
        for role in [Role::Reader, Role::Auditor] {
            assert_eq!(arranges(role, school), None, "{role:?}");
        }
    }

    #[test]
    fn how_far_each_sees() {
        let school = Some(SchoolId::new());
        let reach = |role, school| Post { role, school }.oversees();

        assert_eq!(reach(Role::Bureau, None), Some(Reach::City));
        assert_eq!(reach(Role::Auditor, school), Some(Reach::City));
        assert_eq!(reach(Role::SchoolAdmin, school).and_then(Reach::school), school);
        assert_eq!(reach(Role::SchoolAdmin, None), None);
        for role in [Role::Reader, Role::Teacher, Role::Expert] {
            assert_eq!(reach(role, school), None, "{role:?}");
        }
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
