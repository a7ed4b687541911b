//! Sign-on by others: what a provider says of somebody, and the rules that make a role and a school of it.

use std::collections::BTreeMap;

use super::account::{MAX_DISPLAY_CHARS, is_plain, sign_in_name};
use super::code::codes;
use super::role::Role;
use super::spelling::strip_invisible;

/// The longest sign-in name that is made of a provider's, in characters: a number behind it has room.
const MAX_MADE_CHARS: usize = 50;
/// What somebody is called here whom the provider calls nothing that can be typed.
const NAMELESS: &str = "user";

/// What a provider says of somebody, each attribute with its values: groups, an employee's number, a school's code.
pub type Attributes = BTreeMap<String, Vec<String>>;

/// Somebody, as a provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who says it. It is part of what a person is matched by, so that no provider speaks of another's people.
    pub issuer: String,
    /// Their stable id there; never a name or an address of mail, which are given to others after them.
    pub subject: String,
    /// What they sign in with there.
    pub name: String,
    /// The name that is shown.
    pub display: Option<String>,
    /// Everything else.
    pub attributes: Attributes,
}

impl Identity {
    /// The sign-in name that such an account would like to have.
    pub fn wanted_name(&self) -> String {
        let narrow = sign_in_name(&self.name);
        let plain: String = narrow
            .chars()
            .map(|c| if is_plain(c) { c } else { '-' })
            .take(MAX_MADE_CHARS)
            .collect();
        let plain = plain.trim_matches('-');
        if plain.is_empty() { NAMELESS } else { plain }.to_owned()
    }

    /// The name that is shown; none where the provider says nothing that can be.
    pub fn shown_name(&self) -> Option<String> {
        let said = strip_invisible(self.display.as_deref()?);
        let said: String = said
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_DISPLAY_CHARS)
            .collect();
        let said = said.trim();
        (!said.is_empty()).then(|| said.to_owned())
    }
}

/// The wanted name, and after it those that are taken where others have it.
pub fn names_like(wanted: &str) -> impl Iterator<Item = String> {
    let numbered = (2..).map(move |number| format!("{wanted}-{number}"));
    std::iter::once(wanted.to_owned()).chain(numbered)
}

/// Where a rule takes the school from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchoolSource {
    /// This one, by code or exact name.
    Named(String),
    /// The one that an attribute names.
    Attribute(String),
}

/// What of somebody's attributes makes which role, at which school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOnRule {
    /// The attribute that is looked at; none: it fits everybody.
    pub attribute: Option<String>,
    /// The values, one of which it must have.
    pub values: Vec<String>,
    /// The role.
    pub role: Role,
    /// The school.
    pub school: Option<SchoolSource>,
}

/// What a rule gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The role.
    pub role: Role,
    /// The school, by code or exact name.
    pub school: Option<String>,
}

/// What the first rule that fits gives.
pub fn standing(rules: &[SignOnRule], attributes: &Attributes) -> Option<Standing> {
    let rule = rules.iter().find(|rule| fits(rule, attributes))?;
    let school = match &rule.school {
        Some(SchoolSource::Named(name)) => Some(name.clone()),
        Some(SchoolSource::Attribute(name)) => attributes.get(name).and_then(|values| values.first()).cloned(),
        None => None,
    };
    let role = rule.role;
    Some(Standing { role, school })
}

/// Directories do not tell capitals apart, so neither does a rule.
fn fits(rule: &SignOnRule, attributes: &Attributes) -> bool {
    let Some(attribute) = &rule.attribute else {
        return true;
    };
    let said = attributes.get(attribute).map(Vec::as_slice).unwrap_or_default();
    said.iter().any(|value| {
        let value = value.to_lowercase();
        rule.values.iter().any(|wanted| wanted.to_lowercase() == value)
    })
}

/// Why an answer in a provider's name is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFault {
    /// Nobody asked in this browser, or it was answered before, or too long ago.
    NotAsked,
    /// The provider says no: whoever was asked left, or may not.
    Denied,
    /// The provider does not know what the answer shows it: a made-up code, one that was used.
    Code,
    /// It cannot be read.
    Unreadable,
    /// Nobody signed it.
    Unsigned,
    /// It is signed in a way that anybody could have.
    Algorithm,
    /// The signature is not the provider's.
    Signature,
    /// Its time is over.
    Expired,
    /// It was made for somebody else's service.
    Audience,
    /// Another issuer made it.
    Issuer,
    /// It answers another question.
    Nonce,
    /// It does not say whom it is about, or its parts speak of different people.
    Subject,
    /// The password is right and must be changed there first.
    PasswordExpired,
}

codes!(
    AnswerFault:
    NotAsked "answer-not-asked",
    Denied "answer-denied",
    Code "answer-code",
    Unreadable "answer-unreadable",
    Unsigned "answer-unsigned",
    Algorithm "answer-algorithm",
    Signature "answer-signature",
    Expired "answer-expired",
    Audience "answer-audience",
    Issuer "answer-issuer",
    Nonce "answer-nonce",
    Subject "answer-subject",
    PasswordExpired "answer-password-expired",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(name: &str, display: Option<&str>) -> Identity {
        Identity {
            issuer: "https://id.example".to_owned(),
            subject: "1".to_owned(),
            name: name.to_owned(),
            display: display.map(str::to_owned),
            attributes: Attributes::new(),
        }
    }

    fn rule(attribute: Option<&str>, value: &str, role: Role, school: Option<SchoolSource>) -> SignOnRule {
        SignOnRule {
            attribute: attribute.map(str::to_owned),
            values: vec![value.to_owned()],
            role,
            school,
        }
    }

    #[test]
    fn the_first_rule_that_fits_wins_and_none_gives_nothing() {
        let rules = [
            rule(Some("groups"), "cn=admins", Role::SchoolAdmin, None),
            rule(
                Some("groups"),
                "Teachers",
                Role::Teacher,
                Some(SchoolSource::Attribute("org".to_owned())),
            ),
        ];
        let attributes = |groups: &[&str]| {
            let groups = groups.iter().map(|group| (*group).to_owned()).collect();
            Attributes::from([("groups".to_owned(), groups), ("org".to_owned(), vec!["S1".to_owned()])])
        };

        let both = standing(&rules, &attributes(&["teachers", "CN=Admins"])).unwrap();
        assert_eq!((both.role, both.school), (Role::SchoolAdmin, None));
        let teacher = standing(&rules, &attributes(&["TEACHERS"])).unwrap();
        assert_eq!((teacher.role, teacher.school.as_deref()), (Role::Teacher, Some("S1")));
        assert_eq!(standing(&rules, &attributes(&["pupils", "teachers2"])), None);
        assert_eq!(standing(&rules, &Attributes::new()), None);
        let all = [rule(None, "", Role::Reader, None)];
        assert!(standing(&all, &Attributes::new()).is_some());
    }

    #[test]
    fn a_name_is_made_that_can_be_typed() {
        let wanted = |name: &str| somebody(name, None).wanted_name();

        assert_eq!(wanted("Ｗａｎｇ Min "), "Wang-Min");
        assert_eq!(wanted("wang.min@school.cn"), "wang.min@school.cn");
        assert_eq!(wanted("SCHOOL\\王敏"), "SCHOOL-王敏");
        assert_eq!(wanted("<>"), "user");
        assert_eq!(wanted(&"a".repeat(300)).len(), MAX_MADE_CHARS);
        let names: Vec<String> = names_like("wang").take(3).collect();
        assert_eq!(names, ["wang", "wang-2", "wang-3"]);
    }

    #[test]
    fn what_is_shown_hides_nothing() {
        assert_eq!(
            somebody("a", Some(" 王\u{202e}敏\n")).shown_name().as_deref(),
            Some("王敏")
        );
        assert_eq!(somebody("a", Some(" \u{200b}")).shown_name(), None);
        assert_eq!(somebody("a", None).shown_name(), None);
    }
}
