//! The table of decisions about follow-ups: the list as it was exported, with what became of each written into it.

use serde_json::{Map, Value};

use super::{FollowUpDecision, FollowUpState};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::FieldReader;
use crate::domain::form_sheet::{CellForm, FormColumn};
use crate::domain::id::FollowUpId;

/// The columns that are read. The list has others besides, which say what each row is about.
pub const COLUMNS: &[FormColumn] = &[
    FormColumn::required("id", &["编号", "Id"], CellForm::Text),
    FormColumn::required("state", &["进度", "State"], CellForm::Text),
    FormColumn::optional("reason", &["不处理的原因", "Why it is waived"], CellForm::Text),
    FormColumn::optional("revision", &["修订号", "Revision"], CellForm::Text),
];

/// How the states are called in a table, beside their codes.
const STATES: [(FollowUpState, &str); 3] = [
    (FollowUpState::Open, "待处理"),
    (FollowUpState::Done, "已处理"),
    (FollowUpState::Waived, "不处理"),
];

/// A row: what is decided about one follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Which.
    pub id: FollowUpId,
    /// The revision that the list showed, where the column was kept.
    pub seen: Option<i64>,
    /// What is decided.
    pub decision: FollowUpDecision,
}

impl DecisionRow {
    /// Parses the fields of a row.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let id = reader.id("id");
        if id.is_none() && reader.is_fine() {
            reader.fault("id", FaultKind::Required);
        }
        let seen = reader.number("revision", 1..=i64::from(i32::MAX), "a whole number");
        let decision = FollowUpDecision::parse(&decided(fields)).unwrap_or_else(|faults| {
            reader.add(faults);
            FollowUpDecision::OPEN
        });
        reader.finish(|| Self {
            id: id.unwrap_or(FollowUpId::NO_ROW),
            seen: seen.map(i64::from),
            decision,
        })
    }
}

/// What a row decides, as the interface takes it.
fn decided(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut decided = Map::new();
    for name in ["state", "reason"] {
        if let Some(value) = fields.get(name) {
            decided.insert(name.to_owned(), value.clone());
        }
    }
    let given = fields.get("state").and_then(Value::as_str);
    if let Some((state, _)) = STATES.iter().find(|(_, name)| Some(*name) == given) {
        decided.insert("state".to_owned(), state.code().into());
    }
    decided
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(fields: &Value) -> Result<DecisionRow, Vec<String>> {
        let fields = fields.as_object().expect("an object");
        let told = |faults: Vec<FieldFault>| {
            let told = faults
                .into_iter()
                .map(|it| format!("{} {}", it.pointer, it.kind.code()));
            told.collect()
        };
        DecisionRow::parse(fields).map_err(told)
    }

    #[test]
    fn a_state_is_read_as_the_list_calls_it_and_by_its_code() {
        let id = FollowUpId::new();
        for (name, state) in [("已处理", FollowUpState::Done), ("open", FollowUpState::Open)] {
            let row = parsed(&json!({"id": id.to_string(), "state": name, "revision": "2", "reason": "不用"}));
            let row = row.expect("a decision");
            assert_eq!((row.id, row.seen), (id, Some(2)));
            assert_eq!((row.decision.state, row.decision.reason), (state, None));
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_row_is_told() {
        let waived = parsed(&json!({"state": "不处理"}));
        assert_eq!(
            waived,
            Err(vec!["/id required".to_owned(), "/reason required".to_owned()])
        );
        let unknown = parsed(&json!({"id": "一", "state": "以后再说"}));
        assert_eq!(
            unknown,
            Err(vec!["/id malformed".to_owned(), "/state unknown-value".to_owned()])
        );
    }
}
