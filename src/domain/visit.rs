//! Visits of experts 专家指导: supervision, advice, evaluation and exchange at a school, with what became of the advice.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::code::codes;
use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_LIST, MAX_SHORT_CHARS, laid_over};
use super::recognition::entry::EvidenceOf;
use super::recognition::{MAX_WORDS_CHARS, one_of, required_day};
use super::spelling::strip_invisible;

/// The most rows of one list.
pub const MAX_ROWS: usize = 1_000;

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

/// A row of a list of visits, with its number in the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRow {
    /// Its number in the sheet.
    pub row: u32,
    /// What it says.
    pub form: VisitForm,
}

/// What a list of visits says: its rows, and the faults of all of them as the row and the field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitList {
    /// The rows that can be read.
    pub rows: Vec<VisitRow>,
    /// What is wrong: the row, and the faults of its fields.
    pub faults: Vec<(u32, Vec<FieldFault>)>,
}

impl VisitList {
    /// Reads the rows below a heading; each comes with its number in the sheet.
    pub fn read(heading_row: u32, headings: &[String], rows: &[(u32, Vec<String>)]) -> Self {
        let columns: Vec<Option<&'static str>> = headings.iter().map(|heading| column(heading)).collect();
        let mut list = Self::default();
        let missing = ["school", "day", "kind", "asked"];
        let missing = missing.into_iter().filter(|name| !columns.contains(&Some(*name)));
        let mut faults: Vec<FieldFault> = missing.map(|name| FieldFault::at(name, FaultKind::Required)).collect();
        if rows.len() > MAX_ROWS {
            faults.push(FieldFault::at("", FaultKind::TooLong { max: MAX_ROWS }));
        }
        if !faults.is_empty() {
            list.faults.push((heading_row, faults));
            return list;
        }
        for (row, cells) in rows {
            let filled = columns.iter().zip(cells).filter_map(|(column, cell)| {
                let text = strip_invisible(cell);
                Some(((*column)?.to_owned(), Value::from(day_spelled((*column)?, &text)))).filter(|_| !text.is_empty())
            });
            let fields: Map<String, Value> = filled.collect();
            match VisitForm::parse(&fields) {
                Ok(form) => list.rows.push(VisitRow { row: *row, form }),
                Err(faults) => list.faults.push((*row, faults)),
            }
        }
        list
    }
}

/// A day as sheets hold it: what stands behind the day is cut off, `2026/12/1` is spelled as ours.
fn day_spelled(column: &str, text: &str) -> String {
    if column != "day" {
        return text.to_owned();
    }
    let day = text.split([' ', 'T']).next().unwrap_or(text).replace(['/', '.'], "-");
    let parts: Vec<&str> = day.split('-').collect();
    match parts.as_slice() {
        [year, month, day] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => day,
    }
}

/// The field that a heading names.
fn column(heading: &str) -> Option<&'static str> {
    let heading: String = heading.nfkc().filter(|c| !c.is_whitespace() && *c != '*').collect();
    match heading.to_lowercase().as_str() {
        "学校" | "school" => Some("school"),
        "专家" | "专家登录名" | "expert" => Some("expert"),
        "日期" | "day" | "date" => Some("day"),
        "类型" | "类别" | "kind" => Some("kind"),
        "指导内容" | "事项" | "asked" => Some("asked"),
        "专家建议" | "建议" | "advice" => Some("advice"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_the_faults_of_all_its_rows() {
        let headings = ["日期", "类 型", "学校", "指导内容", "备注"].map(str::to_owned);
        let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
        let rows = [
            (2, row(["2026/9/1 00:00:00", "专家督导", "S1", "课程标准", "不读"])),
            (3, row(["去年", "参观", "S1", "", ""])),
        ];

        let list = VisitList::read(1, &headings, &rows);

        assert_eq!(list.rows.len(), 1);
        assert_eq!(list.rows[0].form.day.to_string(), "2026-09-01");
        assert_eq!(list.rows[0].form.kind, VisitKind::Supervision);
        let told: Vec<&str> = list.faults[0].1.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!((list.faults[0].0, told), (3, vec!["/day", "/kind", "/asked"]));
        assert_eq!(VisitList::read(1, &["日期".to_owned()], &[]).faults[0].1.len(), 3);
    }
}
