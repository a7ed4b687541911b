//! A table of the review's paths: each row is a step, with the path that it is of; rows of the same path and school are that
//! path, in their order.

use serde_json::{Map, Value};

use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_SHORT_CHARS};
use super::review_form::{is_path_code, parse_step};

/// What rows say of their path, as the form of a path has it.
pub const PATH_FIELDS: &[&str] = &[
    "name_zh",
    "name_en",
    "types",
    "scopes",
    "may_reject",
    "may_publish",
    "may_publish_beyond",
];
/// What a row says of its step: the column, and the field of the form of a step.
pub const STEP_FIELDS: &[(&str, &str)] = &[
    ("level", "level"),
    ("step_zh", "name_zh"),
    ("step_en", "name_en"),
    ("asked", "asked"),
    ("people", "people"),
    ("voices", "voices"),
    ("due_days", "due_days"),
    ("remind_days", "remind_days"),
];

/// A row of such a table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewStepRow {
    /// The path's stable name.
    pub code: String,
    /// The school whose own step it is, by id, code or exact name.
    pub school: Option<String>,
    /// What it says of its path.
    pub path: Map<String, Value>,
    /// What it says of its step.
    pub step: Map<String, Value>,
}

impl ReviewStepRow {
    /// Parses a row.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let code = reader.required("code", MAX_SHORT_CHARS);
        if !code.is_empty() && !is_path_code(&code) {
            let expected = "small letters, digits and -, such as textbook";
            reader.fault("code", FaultKind::Malformed { expected });
        }
        let school = reader.text("school", MAX_SHORT_CHARS);
        reader.expect_fields(PATH_FIELDS);
        reader.expect_fields(&STEP_FIELDS.iter().map(|(column, _)| *column).collect::<Vec<_>>());
        reader.expect_fields(&["position"]);
        reader.refuse_others();
        let given = |column: &str| fields.get(column).filter(|value| !value.is_null()).cloned();
        let step = STEP_FIELDS
            .iter()
            .filter_map(|(column, field)| Some(((*field).to_owned(), given(column)?)));
        let step: Map<String, Value> = step.collect();
        if let Err(faults) = parse_step(&step) {
            reader.add(faults.into_iter().map(of_column).collect());
        }
        let path = PATH_FIELDS
            .iter()
            .filter_map(|field| Some(((*field).to_owned(), given(field)?)));
        let path = path.collect();
        reader.finish(|| Self {
            code,
            school,
            path,
            step,
        })
    }

    /// The fields of a row, as a table writes them.
    pub fn fields(&self, position: usize) -> Map<String, Value> {
        let mut fields = self.path.clone();
        let step = STEP_FIELDS
            .iter()
            .filter_map(|(column, field)| Some(((*column).to_owned(), self.step.get(*field)?.clone())));
        fields.extend(step);
        fields.insert("code".to_owned(), self.code.clone().into());
        fields.insert("school".to_owned(), self.school.clone().into());
        fields.insert("position".to_owned(), position.into());
        fields
    }
}

/// A fault of a step, at the column that says so.
pub fn of_column(fault: FieldFault) -> FieldFault {
    let field = fault
        .pointer
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    let column = STEP_FIELDS.iter().find(|(_, of_step)| *of_step == field);
    FieldFault::at(column.map_or(field, |(column, _)| column), fault.kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_a_step_of_a_path() {
        let fields = json!({"code": "textbook", "name_zh": "教材", "level": "city", "step_zh": "市级专家", "voices": 2, "due_days": null});
        let row = ReviewStepRow::parse(fields.as_object().unwrap()).unwrap();
        assert_eq!(
            Value::Object(row.step),
            json!({"level": "city", "name_zh": "市级专家", "voices": 2})
        );

        let wrong = json!({"code": "教材", "level": "village", "voices": "两人"});
        let faults = ReviewStepRow::parse(wrong.as_object().unwrap()).unwrap_err();
        let told: Vec<&str> = faults.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(told, ["/code", "/step_zh", "/level", "/voices"]);
    }
}
