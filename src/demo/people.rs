//! The schools of the sample and an account of every role.
//!
//! Passwords are none of this room's business: whoever fills the library makes one and shows it once.

use std::sync::LazyLock;

use serde::Deserialize;

use super::resource::LIBRARY;
use crate::domain::role::Role;

/// A school of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DemoSchool {
    /// Its code: `S1`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind of school it is: 技师学院, 高级技工学校, 技工学校.
    pub kind: String,
    /// The phase of the city's plan in which it joined.
    pub phase: u32,
}

/// An account of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    /// The name to sign in with: `teacher-s1`.
    pub name: String,
    /// The name that pages show.
    pub display: String,
    /// What the account is for.
    pub role: Role,
    /// The code of its school; experts, bureau and auditors belong to none.
    pub school: Option<String>,
}

/// How many teachers each school has.
const TEACHERS: usize = 3;
/// The family names of the invented teachers, three for each school.
const FAMILY_NAMES: [&str; 21] = [
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤",
    "许", "何",
];

static ACCOUNTS: LazyLock<Vec<DemoAccount>> = LazyLock::new(|| {
    let mut accounts = beyond_schools();
    for (at, school) in schools().iter().enumerate() {
        accounts.extend(of_school(school, at));
    }
    accounts
});

/// The schools of the sample.
pub fn schools() -> &'static [DemoSchool] {
    &LIBRARY.schools
}

/// The accounts of the sample: at least one of every role, and three teachers and an administrator for each school.
pub fn accounts() -> &'static [DemoAccount] {
    &ACCOUNTS
}

fn beyond_schools() -> Vec<DemoAccount> {
    [
        ("bureau", "市人社局 技工教育处", Role::Bureau),
        ("expert", "专家 刘建国", Role::Expert),
        ("expert-2", "专家 马淑琴", Role::Expert),
        ("auditor", "审计员", Role::Auditor),
    ]
    .map(|(name, display, role)| account(name.to_owned(), display.to_owned(), role, None))
    .into()
}

fn of_school(school: &DemoSchool, at: usize) -> Vec<DemoAccount> {
    let code = school.code.to_lowercase();
    let short = school.name.trim_start_matches("天津市");
    let of = |name: String, display: String, role| account(name, display, role, Some(&school.code));
    let mut accounts = vec![of(
        format!("admin-{code}"),
        format!("{short} 管理员"),
        Role::SchoolAdmin,
    )];
    for number in 1..=TEACHERS {
        let family = FAMILY_NAMES[(at * TEACHERS + number - 1) % FAMILY_NAMES.len()];
        accounts.push(of(teacher_name(&code, number), format!("{family}老师"), Role::Teacher));
    }
    if at == 0 {
        accounts.push(of("reader".to_owned(), format!("{short} 读者"), Role::Reader));
        accounts.push(of(
            "partner".to_owned(),
            "校企合作 精密机械公司".to_owned(),
            Role::Partner,
        ));
    }
    accounts
}

/// The first teacher of a school has the plain name, which is the one that people will try.
fn teacher_name(school: &str, number: usize) -> String {
    if number == 1 {
        format!("teacher-{school}")
    } else {
        format!("teacher-{school}-{number}")
    }
}

fn account(name: String, display: String, role: Role, school: Option<&String>) -> DemoAccount {
    DemoAccount {
        name,
        display,
        role,
        school: school.cloned(),
    }
}

/// The teacher who owns the work of an author: the same author always has the same account.
pub(super) fn owner_of(school: &str, author: &str) -> &'static str {
    let teaches_there =
        |account: &&DemoAccount| account.role == Role::Teacher && account.school.as_deref() == Some(school);
    let teachers: Vec<_> = accounts().iter().filter(teaches_there).collect();
    let sum: usize = author.bytes().map(usize::from).sum();
    &teachers[sum % teachers.len()].name
}
