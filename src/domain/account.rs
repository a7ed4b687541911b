//! Forms of accounts, tokens and schools.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::city_plan::{A_PHASE, PHASE_NUMBERS};
use super::fault::{FaultKind, FieldFault};
use super::form::FieldReader;
use super::role::{Role, TokenArea, TokenScope};
use super::spelling::{code_or_name, strip_invisible};

/// The longest sign-in name, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// Signs of a sign-in name, as its error message says them.
const NAME_SIGNS: &str = "letters, digits and - _ . @";
/// The longest name that is shown, in characters.
pub const MAX_DISPLAY_CHARS: usize = 100;
/// The longest kind of a school, in characters.
const MAX_KIND_CHARS: usize = 40;
/// The longest a token made at the door may last, in days.
pub const MAX_TOKEN_DAYS: u64 = 366;
/// How long a token lasts when nobody says, in days.
const USUAL_TOKEN_DAYS: u64 = 90;
/// A new account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = AccountBody, description = "A new account; the schema of its JSON.")]
pub struct AccountForm {
    /// The sign-in name: up to 60 letters, digits and `- _ . @`.
    pub name: String,
    /// The name shown to others; the sign-in name when not given.
    pub display: Option<String>,
    /// `reader`, `teacher`, `school-admin`, `expert`, `bureau` or `auditor`.
    #[schema(value_type = String)]
    pub role: Role,
    /// Its school, by id, code or exact name; administrators of a school need not name theirs.
    pub school: Option<String>,
}

impl AccountForm {
    /// Parses the JSON of a new account.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = name(&mut reader);
        let display = reader.text("display", MAX_DISPLAY_CHARS);
        let given = reader.required("role", MAX_NAME_CHARS);
        let role = role(&mut reader, &given);
        let school = reader
            .text("school", MAX_DISPLAY_CHARS)
            .map(|given| code_or_name(&given));
        reader.refuse_others();
        reader.finish(|| Self {
            name,
            display,
            // A role that cannot be read is a fault, and then nothing is made.
            role: role.unwrap_or(Role::Reader),
            school,
        })
    }
}

/// A change of an account; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = AccountChange)]
pub struct AccountPatch {
    /// Another sign-in name, which nobody has, whatever its capitals.
    pub name: Option<String>,
    /// Another name to show.
    pub display: Option<String>,
    /// Another role.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// Another school; `null`: none.
    #[schema(value_type = Option<String>)]
    pub school: Option<Option<String>>,
    /// `true` ends its sessions and withdraws its tokens at once, and lets it do nothing more.
    pub disabled: Option<bool>,
    /// `true` lets it sign in again after too many wrong passwords.
    #[schema(value_type = Option<bool>)]
    pub unlock: bool,
    /// `true` makes a new password for once, ends its sessions and withdraws its tokens.
    #[schema(value_type = Option<bool>)]
    pub new_password: bool,
    /// `true` asks for its second factor no more: the phone is lost, and the recovery codes with it.
    #[schema(value_type = Option<bool>)]
    pub end_second_factor: bool,
}

impl AccountPatch {
    /// Parses the JSON of a change.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = fields.contains_key("name").then(|| name(&mut reader));
        let display = reader.text("display", MAX_DISPLAY_CHARS);
        let given = reader.text("role", MAX_NAME_CHARS);
        let role = given.and_then(|given| role(&mut reader, &given));
        let school = reader.text("school", MAX_DISPLAY_CHARS);
        let disabled = reader.flag("disabled");
        let unlock = reader.flag("unlock");
        let new_password = reader.flag("new_password");
        let end_second_factor = reader.flag("end_second_factor");
        reader.refuse_others();
        reader.finish(|| Self {
            name,
            display,
            role,
            school: fields.contains_key("school").then_some(school),
            disabled: fields.contains_key("disabled").then_some(disabled),
            unlock,
            new_password,
            end_second_factor,
        })
    }
}

/// A new token of one's own.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = TokenBody, description = "A new token; the schema of its JSON.")]
pub struct TokenForm {
    /// What it is for, in the owner's words.
    #[schema(value_type = Option<String>)]
    pub name: String,
    /// `read` (when not given), `write`, `admin`, or `work` for a machine that reads scans and hears films.
    #[schema(value_type = Option<String>)]
    pub scope: TokenScope,
    /// What of others' own it reads where its account may: `accounts` (who has one), `audit` (who did what). Nothing of it
    /// when not given; a token of the scope `admin` needs none.
    #[schema(value_type = Option<Vec<TokenArea>>)]
    pub areas: Vec<TokenArea>,
    /// How many days it lasts, 1 to 366; 90 when not given.
    #[schema(value_type = Option<u64>)]
    pub days: u64,
}

impl TokenForm {
    /// Parses the JSON of a new token.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = reader.text("name", MAX_DISPLAY_CHARS).unwrap_or_default();
        let given = reader.text("scope", MAX_NAME_CHARS);
        let scope = given.map_or(Some(TokenScope::Read), |given| {
            let scope = TokenScope::of_code(given.trim());
            if scope.is_none() {
                let hint = TokenScope::ALL.map(TokenScope::code).join(", ");
                reader.fault("scope", FaultKind::Unknown { value: given, hint });
            }
            scope
        });
        let areas = areas(&mut reader);
        let days = whole(&mut reader, "days").unwrap_or(USUAL_TOKEN_DAYS);
        if !(1..=MAX_TOKEN_DAYS).contains(&days) {
            let expected = "a number of days from 1 to 366";
            reader.fault("days", FaultKind::Malformed { expected });
        }
        reader.refuse_others();
        reader.finish(|| Self {
            name,
            scope: scope.unwrap_or(TokenScope::Read),
            areas,
            days,
        })
    }
}

/// A new school.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = SchoolBody, description = "A new school; the schema of its JSON.")]
pub struct SchoolForm {
    /// The short name that people and programs use, for good: `S1`.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// What kind of school it is, such as 技师学院; up to 40 characters.
    pub kind: Option<String>,
    /// The phase of the city's plan in which it joined, counted from 1.
    pub joined_phase: Option<i32>,
    /// The most bytes it may hold; not given: as the settings say, 0: no limit.
    pub quota_bytes: Option<u64>,
}

impl SchoolForm {
    /// Parses the JSON of a new school.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let code = reader.required("code", MAX_NAME_CHARS);
        if !code.is_empty() && !code.chars().all(is_plain) {
            reader.fault("code", FaultKind::Malformed { expected: NAME_SIGNS });
        }
        let name = reader.required("name", MAX_DISPLAY_CHARS);
        let kind = reader.text("kind", MAX_KIND_CHARS);
        let joined_phase = joined_phase(&mut reader);
        let quota_bytes = whole(&mut reader, "quota_bytes");
        reader.refuse_others();
        reader.finish(|| Self {
            code,
            name,
            kind,
            joined_phase,
            quota_bytes,
        })
    }
}

/// A change of a school; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = SchoolChange)]
pub struct SchoolPatch {
    /// Another name.
    pub name: Option<String>,
    /// Another kind; `null`: none.
    #[schema(value_type = Option<String>)]
    pub kind: Option<Option<String>>,
    /// Another phase of the plan; `null`: it joined in none.
    #[schema(value_type = Option<i32>)]
    pub joined_phase: Option<Option<i32>>,
    /// Another quota in bytes; `null`: as the settings say, 0: no limit.
    #[schema(value_type = Option<u64>)]
    pub quota_bytes: Option<Option<u64>>,
}

impl SchoolPatch {
    /// Parses the JSON of a change.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = fields
            .contains_key("name")
            .then(|| reader.required("name", MAX_DISPLAY_CHARS));
        let kind = reader.text("kind", MAX_KIND_CHARS);
        let joined_phase = joined_phase(&mut reader);
        let quota_bytes = whole(&mut reader, "quota_bytes");
        reader.refuse_others();
        reader.finish(|| Self {
            name,
            kind: fields.contains_key("kind").then_some(kind),
            joined_phase: fields.contains_key("joined_phase").then_some(joined_phase),
            quota_bytes: fields.contains_key("quota_bytes").then_some(quota_bytes),
        })
    }
}

fn name(reader: &mut FieldReader<'_>) -> String {
    let name = sign_in_name(&reader.required("name", MAX_NAME_CHARS));
    expect_plain(reader, &name);
    name
}

fn expect_plain(reader: &mut FieldReader<'_>, name: &str) {
    if !name.is_empty() && !name.chars().all(is_plain) {
        reader.fault("name", FaultKind::Malformed { expected: NAME_SIGNS });
    }
}

/// A sign-in name as it is kept: blanks around it and signs without width are not in it, and letters and digits of full width
/// are narrow.
pub fn sign_in_name(given: &str) -> String {
    let narrow: String = given.nfkc().collect();
    strip_invisible(&narrow)
}

/// A sign-in name that comes without a form.
pub fn parse_name(given: &str) -> Result<String, FieldFault> {
    let name = sign_in_name(given);
    let kind = match () {
        () if name.is_empty() => FaultKind::Required,
        () if name.chars().count() > MAX_NAME_CHARS => FaultKind::TooLong { max: MAX_NAME_CHARS },
        () if !name.chars().all(is_plain) => FaultKind::Malformed { expected: NAME_SIGNS },
        () => return Ok(name),
    };
    Err(FieldFault::at("name", kind))
}

/// What tells sign-in names apart: capitals do not.
pub fn name_key(name: &str) -> String {
    sign_in_name(name).to_lowercase()
}

/// Whether a sign of a name can be typed, told on the telephone and put into an address.
pub(super) fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@')
}

fn role(reader: &mut FieldReader<'_>, given: &str) -> Option<Role> {
    let role = Role::parse(given);
    if role.is_none() && !given.is_empty() {
        let hint = Role::codes();
        let value = given.to_owned();
        reader.fault("role", FaultKind::Unknown { value, hint });
    }
    role
}

fn areas(reader: &mut FieldReader<'_>) -> Vec<TokenArea> {
    let mut areas = Vec::new();
    for given in reader.list("areas", TokenArea::ALL.len()) {
        match TokenArea::of_code(given.trim()) {
            Some(area) => areas.push(area),
            None => {
                let hint = TokenArea::codes(&TokenArea::ALL);
                reader.fault("areas", FaultKind::Unknown { value: given, hint });
            }
        }
    }
    areas
}

fn joined_phase(reader: &mut FieldReader<'_>) -> Option<i32> {
    reader.number("joined_phase", PHASE_NUMBERS, A_PHASE)
}

fn whole(reader: &mut FieldReader<'_>, field: &'static str) -> Option<u64> {
    let value = reader.take(field)?;
    // A column of the database takes no more.
    let number = value.as_u64().filter(|number| i64::try_from(*number).is_ok());
    if number.is_none() {
        let expected = "a number";
        reader.fault(field, FaultKind::Malformed { expected });
    }
    number
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(faults: Vec<FieldFault>) -> Vec<String> {
        let told = faults
            .into_iter()
            .map(|it| format!("{} {}", it.pointer, it.kind.code()));
        told.collect()
    }

    #[test]
    fn an_account_is_read_with_all_its_faults_at_once() {
        let parse = |value: Value| AccountForm::parse(value.as_object().unwrap());

        let account = parse(json!({"name": "wang.min", "display": " 王敏 ", "role": "教师", "school": "S1"})).unwrap();
        assert_eq!(
            (account.role, account.display.as_deref()),
            (Role::Teacher, Some("王敏"))
        );
        assert_eq!(
            told(parse(json!({"name": "wang min", "role": "boss", "colour": 1})).unwrap_err()),
            ["/name malformed", "/role unknown-value", "/colour unknown-field"]
        );
        assert!(parse(json!({"name": "huang", "role": "expert"})).is_ok());
    }

    #[test]
    fn names_that_people_take_for_one_are_one() {
        for typed in ["CASES.X", " cases.x\u{3000}", "ｃａｓｅｓ．ｘ", "Cases\u{200b}.x"] {
            assert_eq!(name_key(typed), "cases.x", "{typed:?}");
        }
        assert_eq!(sign_in_name("ＷＡＮＧ "), "WANG");
        assert_ne!(name_key("王敏"), name_key("王明"));
    }

    #[test]
    fn a_change_tells_nothing_from_none() {
        let parse = |value: Value| AccountPatch::parse(value.as_object().unwrap()).unwrap();

        assert_eq!(parse(json!({})), AccountPatch::default());
        assert_eq!(parse(json!({"school": null})).school, Some(None));
        assert_eq!(parse(json!({"disabled": false})).disabled, Some(false));
        let parse = |value: Value| SchoolPatch::parse(value.as_object().unwrap());
        assert_eq!(parse(json!({"quota_bytes": null})).unwrap().quota_bytes, Some(None));
        assert_eq!(told(parse(json!({"name": " "})).unwrap_err()), ["/name required"]);
        assert_eq!(
            told(parse(json!({"quota_bytes": -1})).unwrap_err()),
            ["/quota_bytes malformed"]
        );
    }

    #[test]
    fn a_token_reads_and_ends_unless_somebody_says_otherwise() {
        let parse = |value: Value| TokenForm::parse(value.as_object().unwrap());

        let token = parse(json!({})).unwrap();
        assert_eq!((token.scope, token.days), (TokenScope::Read, 90));
        assert_eq!(token.areas, [], "nobody asked for what is others'");
        assert_eq!(parse(json!({"areas": ["audit"]})).unwrap().areas, [TokenArea::Audit]);
        assert_eq!(
            told(parse(json!({"areas": ["all"]})).unwrap_err()),
            ["/areas unknown-value"]
        );
        assert_eq!(
            told(parse(json!({"scope": "all", "days": 1000})).unwrap_err()),
            ["/scope unknown-value", "/days malformed"]
        );
    }
}
