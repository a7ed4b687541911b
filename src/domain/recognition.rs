//! Recognition 评优: calls for what is done well, entries with their evidence, a jury that scores by criteria, results.
//!
//! A call is announced, takes entries from its first day to its last, is judged until the jury's day, and ends with results
//! that stay. Days are those of the place where the library stands.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::fault::RecognitionFault;
use super::code::codes;
use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_SHORT_CHARS, MAX_TITLE_CHARS, laid_over};

pub mod blind;
pub mod entry;
pub mod fault;
pub mod jury;
pub mod mark;
pub mod results;
pub mod score;

/// The longest rules, statement or reason, in characters.
pub const MAX_WORDS_CHARS: usize = 5_000;
/// The most criteria of a call: with [`MAX_POINTS`] it bounds the numbers that scores are reckoned with.
pub const MAX_CRITERIA: usize = 12;
/// The most points of a criterion.
pub const MAX_POINTS: i64 = 100;
/// How many voices an entry needs when nobody says.
const USUAL_VOICES: i32 = 3;

/// What is recognized, which says what an entry is about and what the mark stands on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum RecognitionKind {
    /// 优质课堂: how somebody teaches a course.
    Lesson,
    /// 精品课程: a course at a school.
    Course,
    /// 示范专业: a major at a school.
    Major,
    /// 骨干院校: a school.
    School,
    /// 教师职业能力大赛: what a teacher can do.
    Competition,
    /// 示范资源: a resource.
    Resource,
}

codes!(
    RecognitionKind:
    Lesson "lesson",
    Course "course",
    Major "major",
    School "school",
    Competition "competition",
    Resource "resource",
);

/// Who enters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Entrants {
    /// Each school, by its administrators.
    Schools,
    /// Each teacher, for themselves; their school's administrators may do it for them.
    Teachers,
}

codes!(Entrants: Schools "schools", Teachers "teachers");

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallState {
    /// Only those who hold it see it.
    Draft,
    /// Announced; its first day is to come.
    Planned,
    /// Takes entries.
    Open,
    /// The jury scores.
    Judging,
    /// The jury's last day is over.
    Judged,
    /// Its results are out.
    Published,
    /// It is not held.
    Cancelled,
}

codes!(
    CallState:
    Draft "draft",
    Planned "planned",
    Open "open",
    Judging "judging",
    Judged "judged",
    Published "published",
    Cancelled "cancelled",
);

/// A call's days, and what its people did about it.
#[derive(Debug, Clone, Copy)]
pub struct CallDates {
    /// The first day that takes entries.
    pub opens: Day,
    /// The last.
    pub closes: Day,
    /// The jury's last day.
    pub jury_due: Day,
    /// Whether it was announced.
    pub is_announced: bool,
    /// Whether its results are out.
    pub is_published: bool,
    /// Whether it was cancelled.
    pub is_cancelled: bool,
}

impl CallDates {
    /// How far the call is on a day.
    pub fn state(self, today: Day) -> CallState {
        if self.is_cancelled {
            CallState::Cancelled
        } else if self.is_published {
            CallState::Published
        } else if !self.is_announced {
            CallState::Draft
        } else if today < self.opens {
            CallState::Planned
        } else if today <= self.closes {
            CallState::Open
        } else if today <= self.jury_due {
            CallState::Judging
        } else {
            CallState::Judged
        }
    }
}

/// What the jury looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Criterion {
    /// What it is called, up to 200 characters.
    pub name: String,
    /// How much it weighs beside the others, from 1 to 100.
    pub weight: i32,
    /// The most points, from 1 to 100.
    pub max: i32,
}

/// A call as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RecognitionCallBody, description = "A call for entries; the schema of its JSON.")]
pub struct CallForm {
    /// `lesson`, `course`, `major`, `school`, `competition` or `resource`.
    pub kind: RecognitionKind,
    /// Its title, up to 200 characters.
    pub title: String,
    /// Its rules, up to 5,000 characters.
    pub rules: Option<String>,
    /// `schools` or `teachers`; schools when not given.
    #[schema(value_type = Option<Entrants>)]
    pub entrants: Entrants,
    /// The first day that takes entries.
    #[schema(value_type = String)]
    pub opens: Day,
    /// The last day that takes entries.
    #[schema(value_type = String)]
    pub closes: Day,
    /// The last day on which the jury scores.
    #[schema(value_type = String)]
    pub jury_due: Day,
    /// Whether the jury sees neither schools nor names.
    #[schema(value_type = Option<bool>)]
    pub blind: bool,
    /// How many of the jury must score each entry, from 1 to 20; 3 when not given.
    #[schema(value_type = Option<i32>)]
    pub voices: i32,
    /// How many entries a school may have; no limit when not given.
    pub per_school: Option<i32>,
    /// For how many years marks are valid; for good when not given.
    pub valid_years: Option<i32>,
    /// What the jury looks at, one to twelve.
    pub criteria: Vec<Criterion>,
}

impl CallForm {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let kind = one_of(&mut reader, "kind", RecognitionKind::of_code, &codes_of_kinds());
        let title = reader.required("title", MAX_TITLE_CHARS);
        let rules = reader.text("rules", MAX_WORDS_CHARS);
        let entrants = entrants(&mut reader);
        let opens = required_day(&mut reader, "opens");
        let closes = required_day(&mut reader, "closes");
        let jury_due = required_day(&mut reader, "jury_due");
        if opens.zip(closes).is_some_and(|(opens, closes)| closes < opens) {
            let expected = "a day that is not before the first";
            reader.fault("closes", FaultKind::Malformed { expected });
        }
        if closes.zip(jury_due).is_some_and(|(closes, due)| due <= closes) {
            let expected = "a day after the last one for entries";
            reader.fault("jury_due", FaultKind::Malformed { expected });
        }
        let blind = reader.flag("blind");
        let voices = reader.number("voices", 1..=20, "a number of voices from 1 to 20");
        let per_school = reader.number("per_school", 1..=1_000, "a number of entries from 1 to 1000");
        let valid_years = reader.number("valid_years", 1..=20, "a number of years from 1 to 20");
        let criteria = criteria(&mut reader);
        reader.refuse_others();
        let (Some(kind), Some(opens), Some(closes), Some(jury_due)) = (kind, opens, closes, jury_due) else {
            // What is missing is a fault, and then nothing is made.
            return Err(reader.finish(|| ()).err().unwrap_or_default());
        };
        reader.finish(|| Self {
            kind,
            title,
            rules,
            entrants,
            opens,
            closes,
            jury_due,
            blind,
            voices: voices.unwrap_or(USUAL_VOICES),
            per_school,
            valid_years,
            criteria,
        })
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        Self::parse(&laid_over(self, fields))
    }

    /// Whether a call that was announced may become this one: its last days may be put off, nothing else moves under those
    /// who enter.
    pub fn only_puts_off(&self, after: &Self) -> bool {
        let moved = Self {
            closes: after.closes,
            jury_due: after.jury_due,
            ..self.clone()
        };
        moved == *after && self.closes <= after.closes && self.jury_due <= after.jury_due
    }
}

/// A change without the revision that it names, and that.
pub type RestAndRevision = (Map<String, Value>, Option<i32>);

/// A change (`PATCH`) without the `revision` that it may name, and that: what was read by whoever changes it.
pub fn read_revision(fields: &Map<String, Value>) -> Result<RestAndRevision, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let revision = reader.number("revision", 1..=i64::from(i32::MAX), "the revision that was read");
    let mut rest = fields.clone();
    rest.remove("revision");
    reader.finish(|| (rest, revision))
}

fn codes_of_kinds() -> String {
    RecognitionKind::ALL.map(RecognitionKind::code).join(", ")
}

/// A field that names one of a few; a fault where it does not, or is missing.
pub(super) fn one_of<T>(
    reader: &mut FieldReader<'_>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
    hint: &str,
) -> Option<T> {
    let given = reader.required(name, MAX_SHORT_CHARS);
    let found = read(&given);
    if found.is_none() && !given.is_empty() {
        let hint = hint.to_owned();
        reader.fault(name, FaultKind::Unknown { value: given, hint });
    }
    found
}

fn entrants(reader: &mut FieldReader<'_>) -> Entrants {
    if reader.take("entrants").is_none() {
        return Entrants::Schools;
    }
    let hint = Entrants::ALL.map(Entrants::code).join(", ");
    one_of(reader, "entrants", Entrants::of_code, &hint).unwrap_or(Entrants::Schools)
}

/// A day that must be given.
pub(super) fn required_day(reader: &mut FieldReader<'_>, name: &'static str) -> Option<Day> {
    let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
    if reader.take(name).is_none_or(is_blank) {
        reader.fault(name, FaultKind::Required);
    }
    reader.day(name)
}

fn criteria(reader: &mut FieldReader<'_>) -> Vec<Criterion> {
    let given = reader.take("criteria").and_then(Value::as_array);
    let given = given.map(Vec::as_slice).unwrap_or_default();
    if given.is_empty() {
        reader.fault("criteria", FaultKind::Required);
    }
    if given.len() > MAX_CRITERIA {
        reader.fault("criteria", FaultKind::TooLong { max: MAX_CRITERIA });
        return Vec::new();
    }
    let mut criteria = Vec::with_capacity(given.len());
    for (at, value) in given.iter().enumerate() {
        match value.as_object().map(|fields| criterion(at, fields)) {
            Some(Ok(read)) => criteria.push(read),
            Some(Err(faults)) => reader.add(faults),
            None => {
                let expected = "an object with name, weight and max";
                reader.fault(&format!("criteria/{at}"), FaultKind::Malformed { expected });
            }
        }
    }
    criteria
}

fn criterion(at: usize, fields: &Map<String, Value>) -> Result<Criterion, Vec<FieldFault>> {
    let mut reader = FieldReader::inside(&format!("criteria/{at}"), fields);
    let name = reader.required("name", MAX_SHORT_CHARS);
    let weight = required_number(&mut reader, "weight", "a weight from 1 to 100");
    let max = required_number(&mut reader, "max", "a number of points from 1 to 100");
    reader.refuse_others();
    reader.finish(|| Criterion { name, weight, max })
}

fn required_number(reader: &mut FieldReader<'_>, name: &'static str, expected: &'static str) -> i32 {
    if reader.take(name).is_none() {
        reader.fault(name, FaultKind::Required);
    }
    reader.number(name, 1..=MAX_POINTS, expected).unwrap_or(1)
}

/// Why a call that is this far may not become another, if it may not: once it is announced its last days may be put off.
pub fn change_fault(state: CallState, before: &CallForm, after: &CallForm) -> Option<RecognitionFault> {
    match state {
        CallState::Draft => None,
        CallState::Cancelled => Some(RecognitionFault::Cancelled),
        CallState::Published => Some(RecognitionFault::Published),
        // Whoever was too late stays so: what is judged takes no entries again.
        CallState::Judging | CallState::Judged if after.closes != before.closes => Some(RecognitionFault::Announced),
        _ if !before.only_puts_off(after) => Some(RecognitionFault::Announced),
        _ => None,
    }
}

/// Criteria as people type them, one a line: the name, its weight, its points (`教学设计 40 100`).
pub fn criteria_typed(text: &str) -> Value {
    let is_between = |c: char| c.is_whitespace() || [',', '，', '、', ';', '；'].contains(&c);
    let lines = text.lines().map(|line| line.trim_matches(is_between));
    let read = lines.filter(|line| !line.is_empty()).map(|line| {
        let mut parts = line.rsplit(is_between).filter(|part| !part.is_empty());
        let (max, weight) = (parts.next(), parts.next());
        // A name stays as it was typed, with whatever stands in it.
        let name = match (weight, max) {
            (Some(weight), Some(max)) => {
                let rest = line.strip_suffix(max).unwrap_or(line).trim_end_matches(is_between);
                rest.strip_suffix(weight).unwrap_or(rest).trim_end_matches(is_between)
            }
            _ => line,
        };
        let max = max.filter(|_| weight.is_some());
        serde_json::json!({"name": name, "weight": weight, "max": max})
    });
    read.collect()
}

/// Criteria as [`criteria_typed`] reads them again.
pub fn criteria_written(criteria: &Value) -> String {
    let line = |criterion: &Value| {
        let part = |name: &str| match &criterion[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        ["name", "weight", "max"].map(part).join(" ")
    };
    let lines = criteria.as_array().into_iter().flatten().map(line);
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call() -> Value {
        json!({"kind": "course", "title": "精品课程", "opens": "2026-12-01", "closes": "2026-12-10",
            "jury_due": "2026-12-20", "criteria": [{"name": "设计", "weight": 40, "max": 100}]})
    }

    fn parse(body: &Value) -> Result<CallForm, Vec<String>> {
        CallForm::parse(body.as_object().unwrap()).map_err(|faults| {
            let told = faults.iter().map(|it| format!("{} {}", it.pointer, it.kind.code()));
            told.collect()
        })
    }

    #[test]
    fn all_faults_of_a_call_are_named_at_once() {
        let mut body = call();
        body["jury_due"] = json!("2026-12-10");
        body["criteria"] = json!([{"name": "甲", "weight": 0, "max": 100}, {"weight": 1, "max": 101}, 3]);
        body["mood"] = json!(1);

        assert_eq!(
            parse(&body).unwrap_err(),
            [
                "/jury_due malformed",
                "/criteria/0/weight malformed",
                "/criteria/1/name required",
                "/criteria/1/max malformed",
                "/criteria/2 malformed",
                "/mood unknown-field"
            ]
        );
        assert_eq!(
            parse(&json!({})).unwrap_err(),
            [
                "/kind required",
                "/title required",
                "/opens required",
                "/closes required",
                "/jury_due required",
                "/criteria required"
            ]
        );
    }

    #[test]
    fn of_an_announced_call_only_the_last_days_are_put_off() {
        let before = parse(&call()).unwrap();
        let after = |fields: Value| before.patched(fields.as_object().unwrap()).unwrap();

        assert!(before.only_puts_off(&after(json!({"closes": "2026-12-12", "jury_due": "2026-12-25"}))));
        assert!(!before.only_puts_off(&after(json!({"closes": "2026-12-09"}))));
        assert!(!before.only_puts_off(&after(json!({"blind": true}))));
        let lighter = json!({"criteria": [{"name": "设计", "weight": 41, "max": 100}]});
        assert!(!before.only_puts_off(&after(lighter)));
    }

    #[test]
    fn a_call_goes_from_day_to_day() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let dates = CallDates {
            opens: day("2026-12-01"),
            closes: day("2026-12-10"),
            jury_due: day("2026-12-20"),
            is_announced: true,
            is_published: false,
            is_cancelled: false,
        };

        let on = |text: &str| dates.state(day(text));
        assert_eq!(on("2026-11-30"), CallState::Planned);
        assert_eq!((on("2026-12-01"), on("2026-12-10")), (CallState::Open, CallState::Open));
        assert_eq!(
            (on("2026-12-11"), on("2026-12-20")),
            (CallState::Judging, CallState::Judging)
        );
        assert_eq!(on("2026-12-21"), CallState::Judged);
    }

    #[test]
    fn criteria_are_typed_as_people_write_them() {
        let typed = criteria_typed("教学设计 40 100\n\n实施，过程、60；50");

        assert_eq!(
            typed,
            json!([{"name": "教学设计", "weight": "40", "max": "100"},
                {"name": "实施，过程", "weight": "60", "max": "50"}])
        );
        assert_eq!(criteria_written(&typed), "教学设计 40 100\n实施，过程 60 50");
        assert_eq!(
            criteria_typed("没有数"),
            json!([{"name": "没有数", "weight": null, "max": null}])
        );
    }
}
