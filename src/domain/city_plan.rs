//! The city's plan for the library: what each of its phases is to reach. The bureau changes it, with a date and a reason.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_SHORT_CHARS};

/// The most phases of a plan.
pub const MAX_PHASES: usize = 20;
/// What phases are numbered with. No two that there ever were have the same.
pub const PHASE_NUMBERS: RangeInclusive<i64> = 1..=99;
/// What the number of a phase is, where it is asked for.
pub const A_PHASE: &str = "the number of a phase, from 1 to 99";
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
    /// Its number, by which majors and schools say when they joined. It stays the same, whatever comes before it or goes.
    pub number: i32,
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
    /// The document that says so, and where in it.
    pub source: String,
    /// The phases, the first first.
    phases: Vec<PhaseForm>,
    /// The day that the change is of.
    pub decided_on: Day,
    /// Why.
    pub reason: String,
}

/// A phase as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PhaseForm {
    /// Its place in what was sent.
    place: String,
    /// Which phase it is, where that is said.
    number: Option<i32>,
    from: String,
    until: String,
    majors: i64,
    schools: i64,
    teachers: i64,
}

/// The column of a table that says which phase it is. It may be left out.
const NUMBER_COLUMN: (&str, &[&str]) = ("number", &["阶段", "Phase", "number"]);
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
            source,
            phases,
            decided_on: decided_on.expect("a reader without faults has found one"),
            reason,
        })
    }

    /// The plan that comes of it in place of `before`. A phase keeps the number that it is sent with; without one it is the
    /// phase that began in the same month, or a new one, with a number that none of those that `ever` were has.
    pub fn plan(&self, before: &CityPlan, ever: &BTreeSet<i32>) -> Result<CityPlan, Vec<FieldFault>> {
        let mut taken: BTreeSet<i32> = self.phases.iter().filter_map(|phase| phase.number).collect();
        let mut newest = ever.last().copied().unwrap_or(0);
        let (mut phases, mut faults) = (Vec::with_capacity(self.phases.len()), Vec::new());
        for phase in &self.phases {
            if phase.number.is_some_and(|number| !ever.contains(&number)) {
                let expected = "the number of a phase of the plan; none for a new one";
                faults.push(phase.fault("number", expected));
            }
            let same = || before.phases.iter().find(|there| there.from == phase.from);
            let same = || {
                same()
                    .map(|there| there.number)
                    .filter(|number| !taken.contains(number))
            };
            let number = phase.number.or_else(same).unwrap_or_else(|| {
                newest += 1;
                newest
            });
            taken.insert(number);
            phases.push(phase.numbered(number));
        }
        if !PHASE_NUMBERS.contains(&i64::from(newest)) {
            // Every number is given away once; a plan of so many is a slip of some program.
            let max = usize::try_from(*PHASE_NUMBERS.end()).unwrap_or(usize::MAX);
            faults.push(FieldFault::at("phases", FaultKind::TooLong { max }));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let source = self.source.clone();
        Ok(CityPlan { source, phases })
    }
}

fn phases(reader: &mut FieldReader<'_>) -> Vec<PhaseForm> {
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
    let mut phases: Vec<PhaseForm> = Vec::new();
    for (at, value) in list.iter().enumerate() {
        let place = format!("phases/{at}");
        let Some(fields) = value.as_object() else {
            reader.fault(&place, FaultKind::Malformed { expected: "an object" });
            continue;
        };
        match PhaseForm::parse(place, fields) {
            Ok(phase) => phases.push(phase),
            Err(faults) => reader.add(faults),
        }
    }
    phases.sort_by(|a, b| a.from.cmp(&b.from));
    reader.add(between_phases(&phases));
    phases
}

/// What is wrong between phases in their order.
fn between_phases(phases: &[PhaseForm]) -> Vec<FieldFault> {
    let (mut numbers, mut faults) = (BTreeSet::new(), Vec::new());
    for (at, phase) in phases.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &phases[before]);
        // Phases may share a month, and not more: whoever is trained in it counts once.
        if before.is_some_and(|before| phase.from < before.until) {
            let expected = "a month that is not before the end of the phase before";
            faults.push(phase.fault("from", expected));
        }
        if phase.number.is_some_and(|number| !numbers.insert(number)) {
            let expected = "a number that no other phase of the plan has";
            faults.push(phase.fault("number", expected));
        }
    }
    faults
}

impl PhaseForm {
    fn parse(place: String, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::inside(&place, fields);
        let number = reader.number("number", PHASE_NUMBERS, A_PHASE);
        let from = month(&mut reader, "from");
        let until = month(&mut reader, "until");
        if reader.is_fine() && until < from {
            let expected = "a month that is not before the first";
            reader.fault("until", FaultKind::Malformed { expected });
        }
        let [majors, schools, teachers] = ["majors", "schools", "teachers"].map(|name| target(&mut reader, name));
        reader.refuse_others();
        reader.finish(|| Self {
            place,
            number,
            from,
            until,
            majors,
            schools,
            teachers,
        })
    }

    fn numbered(&self, number: i32) -> PlanPhase {
        PlanPhase {
            number,
            from: self.from.clone(),
            until: self.until.clone(),
            majors: self.majors,
            schools: self.schools,
            teachers: self.teachers,
        }
    }

    fn fault(&self, field: &str, expected: &'static str) -> FieldFault {
        let pointer = format!("{}/{field}", self.place);
        FieldFault::at(&pointer, FaultKind::Malformed { expected })
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
    let mut columns = columns?;
    let months = columns[0].1;
    let (field, names) = NUMBER_COLUMN;
    columns.extend(column(names).map(|at| (field, at)));
    let phase = |row: &Vec<String>| {
        let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
        let fields = columns
            .iter()
            .map(|(field, at)| ((*field).to_owned(), json!(cell(*at))));
        Value::Object(fields.collect())
    };
    let is_filled = |row: &&Vec<String>| row.get(months).is_some_and(|cell| !cell.is_empty());
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
        assert_eq!(form.phases[0].schools, 2);
        assert_eq!(
            faults(&plan(vec![phase("2022-08", "2023-07"), phase("2023-01", "2024-07")])),
            ["/phases/1/from malformed"]
        );
        assert_eq!(
            faults(&plan(vec![phase("2023-08", "2023-07")])),
            ["/phases/0/until malformed"]
        );
        assert_eq!(faults(&plan(vec![phase("2023-13", "八月")])).len(), 2);
        let twice = ["2022-08", "2023-08"].map(|from| {
            let mut phase = phase(from, from);
            phase["number"] = json!(2);
            phase
        });
        assert_eq!(faults(&plan(twice.into())), ["/phases/1/number malformed"]);
        assert_eq!(faults(&plan(Vec::new())), ["/phases malformed"]);
        assert_eq!(
            faults(&json!({"source": "文件", "phases": [phase("2022-08", "2023-07")]})),
            ["/decided_on required", "/reason required"]
        );
    }

    #[test]
    fn a_phase_keeps_its_number_and_no_other_is_given_it() {
        let before = CityPlan {
            source: "文件".to_owned(),
            phases: [(1, "2022-08"), (2, "2023-07"), (3, "2024-07")]
                .map(|(number, month)| PlanPhase {
                    number,
                    from: month.to_owned(),
                    until: month.to_owned(),
                    majors: 0,
                    schools: 0,
                    teachers: 0,
                })
                .into(),
        };
        // A fourth there was, and is no more.
        let ever = BTreeSet::from([1, 2, 3, 4]);
        let numbers = |phases: &[(Option<i32>, &str)]| {
            let phase = |(number, month): &(Option<i32>, &str)| json!({"number": number, "from": month, "until": month, "majors": 0, "schools": 0, "teachers": 0});
            let phases: Vec<Value> = phases.iter().map(phase).collect();
            let form = json!({"source": "文件", "reason": "调整", "decided_on": "2026-11-30", "phases": phases});
            let form = PlanForm::parse(form.as_object().unwrap()).unwrap();
            form.plan(&before, &ever)
                .map(|plan| plan.phases.iter().map(|phase| phase.number).collect::<Vec<_>>())
                .map_err(|faults| faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>())
        };

        // The first is gone, the third moved forward in the list, one came between.
        let given = [(Some(3), "2024-07"), (None, "2023-12"), (Some(2), "2023-07")];
        assert_eq!(numbers(&given), Ok(vec![2, 5, 3]));
        // Without numbers: known by their first months. A month that another took by its number makes a new one.
        assert_eq!(numbers(&[(None, "2023-07"), (None, "2024-07")]), Ok(vec![2, 3]));
        assert_eq!(numbers(&[(Some(2), "2022-08"), (None, "2023-07")]), Ok(vec![2, 5]));
        assert_eq!(numbers(&[(Some(4), "2025-07")]), Ok(vec![4]), "it came back");
        assert_eq!(
            numbers(&[(Some(5), "2025-07")]),
            Err(vec!["/phases/0/number".to_owned()])
        );
    }

    #[test]
    fn a_table_is_read_by_the_heads_of_its_columns() {
        let head = ["阶段", "结束", "开始", "试点学校", "试点专业", "培训教师（人次）"].map(str::to_owned);
        let row = ["1", "2023-07", "2022-08", "4", "6", "20"].map(str::to_owned).to_vec();

        let phases = phases_of_table(&head, &[row, vec![String::new(); 6]]).unwrap();

        let first = json!({"number": "1", "from": "2022-08", "until": "2023-07", "majors": "6", "schools": "4",
            "teachers": "20"});
        assert_eq!(phases, [first]);
        let without = phases_of_table(
            &head[1..],
            &[["2023-07", "2022-08", "4", "6", "20"].map(str::to_owned).into()],
        );
        assert_eq!(without.unwrap()[0].get("number"), None);
        assert_eq!(phases_of_table(&head[1..2], &[]), None);
    }
}
