//! Visits of experts 专家指导: supervision, advice, evaluation and exchange at a school, with what became of the advice.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::codes;
use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_LIST, MAX_SHORT_CHARS, laid_over};
use super::recognition::entry::EvidenceOf;
use super::recognition::{MAX_WORDS_CHARS, one_of, required_day};

/// What a visit is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum VisitKind {
    /// 督导.
    Supervision,
    /// 咨询.
    Consulting,
    /// 评估.
    Evaluation,
    /// 交流.
    Exchange,
}

codes!(
    VisitKind:
    Supervision "supervision",
    Consulting "consulting",
    Evaluation "evaluation",
    Exchange "exchange",
);

impl VisitKind {
    /// Reads it by its stable name or by what people call it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let called = |kind: &Self| match kind {
            Self::Supervision => text.contains("督导"),
            Self::Consulting => text.contains("咨询"),
            Self::Evaluation => text.contains("评估"),
            Self::Exchange => text.contains("交流"),
        };
        Self::of_code(text).or_else(|| Self::ALL.into_iter().find(called))
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VisitState {
    /// The school has not said what it did.
    Open,
    /// It has.
    Answered,
    /// The expert or the bureau is content.
    Closed,
}

codes!(VisitState: Open "open", Answered "answered", Closed "closed");

/// A visit as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = VisitBody, description = "A visit of an expert; the schema of its JSON.")]
pub struct VisitForm {
    /// The school, by id, code or exact name.
    pub school: String,
    /// The expert's sign-in name; whoever came themselves need not name themselves.
    pub expert: Option<String>,
    /// When it was.
    #[schema(value_type = String)]
    pub day: Day,
    /// `supervision`, `consulting`, `evaluation` or `exchange`.
    pub kind: VisitKind,
    /// What was asked, up to 5,000 characters.
    pub asked: String,
    /// What the expert advised, up to 5,000 characters.
    pub advice: Option<String>,
    /// Addresses of resources that belong to it.
    #[schema(value_type = Option<Vec<String>>)]
    pub resources: Vec<String>,
}

impl VisitForm {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let school = reader.required("school", MAX_SHORT_CHARS);
        let expert = reader.text("expert", MAX_SHORT_CHARS);
        let day = required_day(&mut reader, "day");
        let hint = VisitKind::ALL.map(VisitKind::code).join(", ");
        let kind = one_of(&mut reader, "kind", VisitKind::parse, &hint);
        let asked = reader.required("asked", MAX_WORDS_CHARS);
        let advice = reader.text("advice", MAX_WORDS_CHARS);
        let resources = reader.list("resources", MAX_LIST);
        let is_resource = |address: &str| matches!(EvidenceOf::parse(address), Some(EvidenceOf::Resource(_)));
        let unread: Vec<usize> = (0..resources.len())
            .filter(|at| !is_resource(&resources[*at]))
            .collect();
        for at in unread {
            let expected = "the address of a resource, such as /r/…";
            reader.fault(&format!("resources/{at}"), FaultKind::Malformed { expected });
        }
        reader.refuse_others();
        let (Some(day), Some(kind)) = (day, kind) else {
            // What is missing is a fault, and then nothing is made.
            return Err(reader.finish(|| ()).err().unwrap_or_default());
        };
        reader.finish(|| Self {
            school,
            expert,
            day,
            kind,
            asked,
            advice,
            resources,
        })
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        Self::parse(&laid_over(self, fields))
    }
}

/// Parses what a school did about a visit.
pub fn parse_answer(fields: &Map<String, Value>) -> Result<String, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let done = reader.required("done", MAX_WORDS_CHARS);
    reader.refuse_others();
    reader.finish(|| done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_what_people_call_it() {
        for (text, kind) in [
            ("专家督导", VisitKind::Supervision),
            ("督导", VisitKind::Supervision),
            ("技术咨询", VisitKind::Consulting),
            ("evaluation", VisitKind::Evaluation),
        ] {
            assert_eq!(VisitKind::parse(text), Some(kind), "{text}");
        }
        assert_eq!(VisitKind::parse("参观"), None);
    }
}
