//! The city's plan for the library: what each of its phases is to reach. The bureau changes it, with a date and a reason.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_SHORT_CHARS};

/// The most phases of a plan.
pub const MAX_PHASES: usize = 20;
/// The longest name of the document, and the longest reason, in characters.
const MAX_TEXT_CHARS: usize = 500;
/// What a phase can be to reach.
const TARGETS: RangeInclusive<i64> = 0..=1_000_000;
const A_TARGET: &str = "a whole number, 0 or more";
const A_MONTH: &str = "a month such as 2026-11";

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CityPlan {
    /// The document that says so, and where in it.
    pub source: String,
    /// Its phases, the first first.
    pub phases: Vec<PlanPhase>,
}

/// What one phase adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlanPhase {
    /// Its first month: `2022-08`.
    pub from: String,
    /// Its last month.
    pub until: String,
    /// Majors to be added.
    pub majors: i64,
    /// Schools to join.
    pub schools: i64,
    /// Teachers to be trained, each as often as they are.
    pub teachers: i64,
}

/// A plan as somebody changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanForm {
    /// The plan.
    pub plan: CityPlan,
    /// The day that the change is of.
    pub decided_on: Day,
    /// Why.
    pub reason: String,
}

/// The columns of a table of phases, in their order: the field, and what its head may be called.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("from", &["开始", "From", "from"]),
    ("until", &["结束", "Until", "until"]),
    ("majors", &["试点专业", "Pilot majors", "majors"]),
    ("schools", &["试点学校", "Pilot schools", "schools"]),
    (
        "teachers",
        &["培训教师（人次）", "Teachers trained (times)", "teachers"],
    ),
];

impl PlanForm {
    /// Parses the JSON of `PUT /plan`.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let source = reader.required("source", MAX_TEXT_CHARS);
        let phases = phases(&mut reader);
        let decided_on = reader.day("decided_on");
        if decided_on.is_none() && reader.is_fine() {
            reader.fault("decided_on", FaultKind::Required);
        }
        let reason = reader.required("reason", MAX_TEXT_CHARS);
        reader.refuse_others();
        reader.finish(|| Self {
            plan: CityPlan { source, phases },
            decided_on: decided_on.expect("a reader without faults has found one"),
            reason,
        })
    }
}

fn phases(reader: &mut FieldReader<'_>) -> Vec<PlanPhase> {
    let Some(value) = reader.take("phases") else {
        reader.fault("phases", FaultKind::Required);
        return Vec::new();
    };
    let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
        reader.fault(
            "phases",
            FaultKind::Malformed {
                expected: "a list of phases",
            },
        );
        return Vec::new();
    };
    if list.len() > MAX_PHASES {
        reader.fault("phases", FaultKind::TooLong { max: MAX_PHASES });
        return Vec::new();
    }
    let mut phases: Vec<PlanPhase> = Vec::new();
    for (at, value) in list.iter().enumerate() {
        let place = format!("phases/{at}");
        let Some(fields) = value.as_object() else {
            reader.fault(&place, FaultKind::Malformed { expected: "an object" });
            continue;
        };
        match PlanPhase::parse(&place, fields) {
            // Phases may share a month, and not more: whoever is trained in it counts once.
            Ok(phase) if phases.last().is_some_and(|before| phase.from < before.until) => {
                let expected = "a month that is not before the end of the phase before";
                reader.fault(&format!("{place}/from"), FaultKind::Malformed { expected });
            }
            Ok(phase) => phases.push(phase),
            Err(faults) => reader.add(faults),
        }
    }
    phases
}

impl PlanPhase {
    fn parse(place: &str, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::inside(place, fields);
        let from = month(&mut reader, "from");
        let until = month(&mut reader, "until");
        if reader.is_fine() && until < from {
            let expected = "a month that is not before the first";
            reader.fault("until", FaultKind::Malformed { expected });
        }
        let [majors, schools, teachers] = ["majors", "schools", "teachers"].map(|name| target(&mut reader, name));
        reader.refuse_others();
        reader.finish(|| Self {
            from,
            until,
            majors,
            schools,
            teachers,
        })
    }
}

fn month(reader: &mut FieldReader<'_>, name: &'static str) -> String {
    let given = reader.required(name, MAX_SHORT_CHARS);
    let is_month = given.len() == 7 && Day::first_of_month(&given).is_some();
    if !is_month && !given.is_empty() {
        reader.fault(name, FaultKind::Malformed { expected: A_MONTH });
    }
    given
}

fn target(reader: &mut FieldReader<'_>, name: &'static str) -> i64 {
    let before = reader.is_fine();
    let number = reader.number(name, TARGETS, A_TARGET);
    if number.is_none() && before == reader.is_fine() {
        reader.fault(name, FaultKind::Required);
    }
    number.map_or(0, i64::from)
}

/// Reads the phases of a table as [`PlanForm::parse`] takes them: columns by their heads, rows without a month left out.
/// Nothing where a column is missing.
pub fn phases_of_table(head: &[String], rows: &[Vec<String>]) -> Option<Vec<Value>> {
    let column = |names: &[&str]| head.iter().position(|head| names.contains(&head.as_str()));
    let columns: Option<Vec<(&str, usize)>> = COLUMNS
        .iter()
        .map(|(field, names)| Some((*field, column(names)?)))
        .collect();
    let columns = columns?;
    let phase = |row: &Vec<String>| {
        let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
        let fields = columns
            .iter()
            .map(|(field, at)| ((*field).to_owned(), json!(cell(*at))));
        Value::Object(fields.collect())
    };
    let is_filled = |row: &&Vec<String>| row.get(columns[0].1).is_some_and(|cell| !cell.is_empty());
    Some(rows.iter().filter(is_filled).map(phase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(value: &Value) -> Vec<String> {
        let faults = PlanForm::parse(value.as_object().unwrap()).unwrap_err().into_iter();
        faults.map(|it| format!("{} {}", it.pointer, it.kind.code())).collect()
    }

    #[test]
    fn a_plan_whose_phases_overlap_or_that_nobody_gives_a_reason_for_is_refused() {
        let phase =
            |from: &str, until: &str| json!({"from": from, "until": until, "majors": 1, "schools": "2", "teachers": 0});
        let plan = |phases: Vec<Value>| json!({"source": "文件", "reason": "调整", "decided_on": "2026-11-30", "phases": phases});

        let fine = plan(vec![phase("2022-08", "2023-07"), phase("2023-07", "2024-07")]);
        let form = PlanForm::parse(fine.as_object().unwrap()).unwrap();
        assert_eq!(form.plan.phases[0].schools, 2);
        assert_eq!(
            faults(&plan(vec![phase("2022-08", "2023-07"), phase("2023-01", "2024-07")])),
            ["/phases/1/from malformed"]
        );
        assert_eq!(
            faults(&plan(vec![phase("2023-08", "2023-07")])),
            ["/phases/0/until malformed"]
        );
        assert_eq!(faults(&plan(vec![phase("2023-13", "八月")])).len(), 2);
        assert_eq!(faults(&plan(Vec::new())), ["/phases malformed"]);
        assert_eq!(
            faults(&json!({"source": "文件", "phases": [phase("2022-08", "2023-07")]})),
            ["/decided_on required", "/reason required"]
        );
    }

    #[test]
    fn a_table_is_read_by_the_heads_of_its_columns() {
        let head = ["阶段", "结束", "开始", "试点学校", "试点专业", "培训教师（人次）"].map(str::to_owned);
        let row = ["1", "2023-07", "2022-08", "4", "6", "20"].map(str::to_owned).to_vec();

        let phases = phases_of_table(&head, &[row, vec![String::new(); 6]]).unwrap();

        let first = json!({"from": "2022-08", "until": "2023-07", "majors": "6", "schools": "4", "teachers": "20"});
        assert_eq!(phases, [first]);
        assert_eq!(phases_of_table(&head[1..2], &[]), None);
    }
}
