//! Whose rights a resource touches: its makers' employer, third parties, people filmed; and what was made by AI.
//!
//! Everything here may be unsaid: whoever shared before it was asked, and programs that send a title and a type, said nothing
//! of it. What is said in so many words counts: a part without permission is given to nobody outside its school
//! ([`withheld`]). What is left to say is listed by [`rights_gaps`].

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::code::codes;
use super::fault::FaultKind;
use super::form::{FieldReader, MAX_LIST, MAX_SHORT_CHARS};
use super::licence::Licence;
use super::role::Scope;

pub use self::gaps::{RightsGap, rights_gaps};

mod gaps;

/// What is said about the rights in a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult, utoipa::ToSchema)]
pub struct Rights {
    /// 单位同意: whether the employer lets others use a work made in employment. Copyright Law 著作权法 article 18: within two
    /// years of its completion its author alone may not.
    pub employer_consent: Option<EmployerConsent>,
    /// 第三方素材: what others made. `null`: nobody said; empty: there is none.
    pub third_party: Option<Vec<ThirdPartyPart>>,
    /// 出镜人员: whether people who can be recognised agreed.
    pub people_filmed: Option<PeopleFilmed>,
    /// 人工智能声明: whether AI made any of it.
    pub ai_use: Option<AiUse>,
    /// With which tool.
    pub ai_tool: Option<String>,
    /// For what.
    pub ai_purpose: Option<String>,
}

/// What the employer says to a work made in employment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmployerConsent {
    /// It agreed.
    Granted,
    /// It need not be asked: the work was not made in employment, or was completed more than two years ago.
    NotNeeded,
    /// It was asked and has not answered.
    Asked,
}

codes!(EmployerConsent: Granted "granted", NotNeeded "not-needed", Asked "asked");

/// People who can be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeopleFilmed {
    /// There are some, and all agreed.
    Consented,
    /// There is nobody.
    Nobody,
    /// Their faces were made unrecognisable.
    Blurred,
}

codes!(PeopleFilmed: Consented "consented", Nobody "nobody", Blurred "blurred");

/// How much AI did. Measures for Labelling AI-Generated Synthetic Content 人工智能生成合成内容标识办法, in force since 2025-09-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AiUse {
    /// Nothing.
    None,
    /// It helped.
    Assisted,
    /// It made the text, pictures, sound or film, or a part of them.
    Generated,
}

codes!(AiUse: None "none", Assisted "assisted", Generated "generated");

/// Something in a resource that somebody else made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ThirdPartyPart {
    /// What it is: `第 12 页的照片`.
    pub what: String,
    /// Where it is from.
    #[serde(default)]
    #[schema(required)]
    pub source: String,
    /// Whether its owner agreed.
    pub permission: Permission,
}

/// What the owner of a third-party part says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// They agreed.
    Granted,
    /// They need not be asked: a licence, the public domain, a quotation.
    NotNeeded,
    /// They did not agree, or were not asked.
    None,
}

codes!(Permission: Granted "granted", NotNeeded "not-needed", None "none");

/// Why something is kept from a pack that its scope would let it into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    /// Its licence is for fewer people.
    Licence,
    /// It holds a part without permission.
    ThirdParty,
    /// The employer has not agreed yet.
    Employer,
    /// A newer hub's reason.
    #[serde(other)]
    Other,
}

/// CodeNames of the fields, as forms and sheets have them.
pub const RIGHTS_FIELDS: [&str; 6] = [
    "employer_consent",
    "third_party",
    "people_filmed",
    "ai_use",
    "ai_tool",
    "ai_purpose",
];

/// Words that people write for the codes.
type CodeNames = &'static [(&'static str, &'static [&'static str])];

const EMPLOYER: CodeNames = &[
    ("granted", &["是", "同意", "已同意", "yes"]),
    ("not-needed", &["不需要", "非职务作品", "不是职务作品"]),
    ("asked", &["已申请", "申请中", "在申请"]),
];
const PEOPLE: CodeNames = &[
    ("consented", &["是", "同意", "都同意", "已同意", "yes"]),
    ("nobody", &["无", "没有", "无人出镜", "没有人"]),
    ("blurred", &["已打码", "打码", "已模糊处理"]),
];
const AI: CodeNames = &[
    ("none", &["无", "否", "没有", "未使用", "no"]),
    ("assisted", &["辅助", "ai辅助", "部分"]),
    ("generated", &["生成", "ai生成", "生成合成"]),
];
const PERMISSION: CodeNames = &[
    ("granted", &["已取得", "有", "是", "同意", "已同意", "yes"]),
    ("not-needed", &["不需要", "公有领域", "开放许可"]),
    ("none", &["没有", "无", "未取得", "否", "no"]),
];

impl Rights {
    /// Takes it out of a form.
    pub(super) fn read(form: &mut FieldReader<'_>) -> Self {
        Self {
            employer_consent: coded(form, "employer_consent", EMPLOYER).and_then(EmployerConsent::of_code),
            third_party: third_party(form),
            people_filmed: coded(form, "people_filmed", PEOPLE).and_then(PeopleFilmed::of_code),
            ai_use: coded(form, "ai_use", AI).and_then(AiUse::of_code),
            ai_tool: line(form, "ai_tool"),
            ai_purpose: line(form, "ai_purpose"),
        }
    }

    /// Whether it holds a part whose owner did not agree.
    pub fn lacks_permission(&self) -> bool {
        let mut parts = self.third_party.iter().flatten();
        parts.any(|part| part.permission == Permission::None)
    }

    /// How much AI did, where it did anything: what is labelled.
    pub fn ai_label(&self) -> Option<AiUse> {
        self.ai_use.filter(|used| *used != AiUse::None)
    }
}

/// Why a resource is kept from what is handed out to this audience, if it is. Within its own school a part without permission
/// may be used to teach (Copyright Law, article 24, item 6); what is not said keeps nothing back.
pub fn withheld(licence: Option<&str>, rights: &Rights, audience: Scope) -> Option<Withheld> {
    let widest = licence
        .and_then(Licence::of_text)
        .map_or(Scope::Public, Licence::widest);
    let waits = rights.employer_consent == Some(EmployerConsent::Asked);
    if widest < audience {
        return Some(Withheld::Licence);
    }
    if rights.lacks_permission() && audience > Scope::School {
        return Some(Withheld::ThirdParty);
    }
    (waits && audience == Scope::Public).then_some(Withheld::Employer)
}

/// The widest circle that a resource may be handed out to, as far as rights go.
pub fn widest(licence: Option<&str>, rights: &Rights) -> Scope {
    let mut circles = Scope::ALL.into_iter().rev();
    let free = circles.find(|audience| withheld(licence, rights, *audience).is_none());
    free.unwrap_or(Scope::School)
}

/// A text that stands on one line, as forms show it.
fn line(form: &mut FieldReader<'_>, field: &'static str) -> Option<String> {
    Some(form.text(field, MAX_SHORT_CHARS)?.replace('\n', " "))
}

/// Reads a code, or a word that people write for it.
fn coded(form: &mut FieldReader<'_>, field: &'static str, names: CodeNames) -> Option<&'static str> {
    let given = form.text(field, MAX_SHORT_CHARS)?;
    let code = code_of(&given, names);
    if code.is_none() {
        form.fault(field, unknown(given, names));
    }
    code
}

fn code_of(given: &str, names: CodeNames) -> Option<&'static str> {
    let given: String = given.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let found = names
        .iter()
        .find(|(code, names)| *code == given || names.contains(&given.as_str()));
    found.map(|(code, _)| *code)
}

fn unknown(value: String, names: CodeNames) -> FaultKind {
    let codes: Vec<&str> = names.iter().map(|(code, _)| *code).collect();
    FaultKind::Unknown {
        value,
        hint: codes.join(", "),
    }
}

/// Third-party parts as programs send them, a list of objects, or as people write them, a line for each.
fn third_party(form: &mut FieldReader<'_>) -> Option<Vec<ThirdPartyPart>> {
    const FIELD: &str = "third_party";
    let parts = match form.take(FIELD)? {
        Value::Array(parts) => parts.clone(),
        Value::String(lines) if lines.trim().is_empty() => return None,
        Value::String(lines) => ThirdPartyPart::of_lines(lines),
        _ => {
            form.fault(FIELD, A_LIST);
            return None;
        }
    };
    if parts.len() > MAX_LIST {
        form.fault(FIELD, FaultKind::TooLong { max: MAX_LIST });
        return None;
    }
    let parts = parts.iter().enumerate();
    Some(
        parts
            .filter_map(|(at, part)| third_party_part(form, &format!("{FIELD}/{at}"), part))
            .collect(),
    )
}

const A_LIST: FaultKind = FaultKind::Malformed {
    expected: "a list of objects",
};
const AN_OBJECT: FaultKind = FaultKind::Malformed { expected: "an object" };

fn third_party_part(form: &mut FieldReader<'_>, place: &str, part: &Value) -> Option<ThirdPartyPart> {
    let Some(fields) = part.as_object() else {
        form.fault(place, AN_OBJECT);
        return None;
    };
    let mut reader = FieldReader::inside(place, fields);
    let what = reader.required("what", MAX_SHORT_CHARS).replace('\n', " ");
    let source = line(&mut reader, "source").unwrap_or_default();
    let permission = coded(&mut reader, "permission", PERMISSION).and_then(Permission::of_code);
    if permission.is_none() && reader.is_fine() {
        reader.fault("permission", FaultKind::Required);
    }
    reader.refuse_others();
    let read = reader.finish(|| ThirdPartyPart {
        what,
        source,
        permission: permission.expect("no fault, so it was read"),
    });
    read.map_err(|faults| form.add(faults)).ok()
}

impl ThirdPartyPart {
    /// Parts as [`Rights`] reads them again, a line for each.
    pub fn lines(parts: &[Self]) -> String {
        if parts.is_empty() {
            return "无".to_owned();
        }
        let lines = parts.iter().map(|part| {
            let permission = PERMISSION.iter().find(|(code, _)| *code == part.permission.code());
            let permission = permission.and_then(|(_, names)| names.first());
            format!("{}｜{}｜{}", part.what, part.source, permission.unwrap_or(&""))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Reads parts from lines such as `第 12 页照片｜某公司官网｜已取得`; `无` says that there are none.
    fn of_lines(lines: &str) -> Vec<Value> {
        let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if let [only] = lines.as_slice()
            && matches!(only.to_lowercase().as_str(), "无" | "没有" | "none")
        {
            return Vec::new();
        }
        lines.into_iter().map(Self::of_line).collect()
    }

    fn of_line(line: &str) -> Value {
        let mut cells = line.split(['|', '｜', '\t']).map(str::trim);
        let mut part = Map::new();
        for name in ["what", "source", "permission"] {
            if let Some(cell) = cells.next().filter(|cell| !cell.is_empty()) {
                part.insert(name.to_owned(), json!(cell));
            }
        }
        Value::Object(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::FieldFault;

    fn read(fields: &Value) -> Result<Rights, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields.as_object().unwrap());
        let rights = Rights::read(&mut reader);
        reader.refuse_others();
        reader.finish(|| rights)
    }

    #[test]
    fn parts_written_in_lines_are_those_sent_as_objects() {
        let lines = "第 12 页照片｜某公司官网｜已取得\n配乐|某网站|没有\n";
        let objects = json!([
            {"what": "第 12 页照片", "source": "某公司官网", "permission": "granted"},
            {"what": "配乐", "source": "某网站", "permission": "none"},
        ]);

        let written = read(&json!({ "third_party": lines })).unwrap();

        assert_eq!(written, read(&json!({ "third_party": objects })).unwrap());
        assert!(written.lacks_permission());
        let lines = ThirdPartyPart::lines(written.third_party.as_ref().unwrap());
        assert_eq!(read(&json!({ "third_party": lines })).unwrap(), written);
    }

    #[test]
    fn nothing_said_is_not_the_same_as_none() {
        assert_eq!(read(&json!({"third_party": " "})).unwrap().third_party, None);
        assert_eq!(read(&json!({"third_party": "无"})).unwrap().third_party, Some(vec![]));
        assert_eq!(read(&json!({"third_party": []})).unwrap().third_party, Some(vec![]));
    }

    #[test]
    fn every_faulty_part_is_named_at_its_place() {
        let faults = read(
            &json!({"third_party": [{"source": "x"}, "y", {"what": "z", "permission": "maybe"}], "ai_use": "a bit"}),
        );

        let mut pointers: Vec<String> = faults.unwrap_err().into_iter().map(|fault| fault.pointer).collect();
        pointers.sort();
        assert_eq!(
            pointers,
            [
                "/ai_use",
                "/third_party/0/what",
                "/third_party/1",
                "/third_party/2/permission"
            ]
        );
    }

    #[test]
    fn what_is_not_permitted_stays_in_its_school_and_what_is_unsaid_is_kept_back_from_nobody() {
        let of = |fields: Value| read(&fields).unwrap();
        let part = of(json!({"third_party": "照片｜网上｜没有"}));
        let asked = of(json!({"employer_consent": "asked"}));

        let kept = |rights: &Rights| Scope::ALL.map(|scope| withheld(None, rights, scope));
        assert_eq!(
            kept(&part),
            [None, Some(Withheld::ThirdParty), Some(Withheld::ThirdParty)]
        );
        assert_eq!(kept(&asked), [None, None, Some(Withheld::Employer)]);
        assert_eq!(widest(Some("全市共享"), &Rights::default()), Scope::City);
        assert_eq!(widest(Some("cc-by-4.0"), &part), Scope::School);
        assert_eq!(kept(&Rights::default()), [None, None, None]);
    }
}
