//! Teacher training 师资培训, as the city's plan counts it: bases, and sessions that are held on a base or online.
//!
//! A session is the city's or one school's. The city's is for all schools or for some; a school's is for its own people.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::codes;
use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_LIST, MAX_SHORT_CHARS, MAX_TITLE_CHARS, laid_over};
use super::id::TrainingSessionId;

pub mod attendance;
pub mod certificate;
pub mod fault;
pub mod list;
pub mod online;

/// The longest word about a session, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;
/// The most bases that are kept.
pub const MAX_BASES: u64 = 500;
/// The most hours of a session.
const HOURS: std::ops::RangeInclusive<i64> = 1..=1_000;
/// The most days, and the most seats of a session.
const COUNTS: std::ops::RangeInclusive<i64> = 1..=10_000;
/// How much of what is shown online must be seen, in hundredths.
const SHARES: std::ops::RangeInclusive<i64> = 1..=100;
/// How much that is when nobody says.
const USUAL_SHARE: i32 = 80;

/// How a session is held.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum TrainingMode {
    /// 现场: at a place, on its days.
    OnSite,
    /// 线上: by resources that are looked at in their order, whenever somebody has time.
    Online,
}

codes!(TrainingMode: OnSite "on-site", Online "online");

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrainingState {
    /// Its first day is to come.
    Planned,
    /// It is being held.
    Running,
    /// Its last day is over.
    Over,
    /// It is not held.
    Cancelled,
}

codes!(TrainingState: Planned "planned", Running "running", Over "over", Cancelled "cancelled");

impl TrainingState {
    /// The state on a day.
    pub fn on(today: Day, from: Day, until: Day, is_cancelled: bool) -> Self {
        if is_cancelled {
            Self::Cancelled
        } else if today < from {
            Self::Planned
        } else if today <= until {
            Self::Running
        } else {
            Self::Over
        }
    }
}

/// A base 师资研修基地 as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TrainingBaseBody, description = "A base where teachers are trained; the schema of its JSON.")]
pub struct TrainingBaseForm {
    /// Its name, up to 200 characters.
    pub name: String,
    /// The school that it belongs to, by id, code or exact name; a school's administrators need not name theirs.
    pub school: Option<String>,
    /// Since when it is one.
    #[schema(value_type = Option<String>)]
    pub since: Option<Day>,
    /// The majors that are trained there, by id, code or exact name.
    #[schema(value_type = Option<Vec<String>>)]
    pub majors: Vec<String>,
}

impl TrainingBaseForm {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = reader.required("name", MAX_TITLE_CHARS);
        let school = reader.text("school", MAX_SHORT_CHARS);
        let since = reader.day("since");
        let majors = reader.list("majors", MAX_LIST);
        reader.refuse_others();
        reader.finish(|| Self {
            name,
            school,
            since,
            majors,
        })
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        Self::parse(&laid_over(self, fields))
    }
}

/// A session 培训班 as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TrainingSessionBody, description = "A session of training; the schema of its JSON.")]
pub struct TrainingSessionForm {
    /// Its title, up to 200 characters.
    pub title: String,
    /// What it is about.
    pub topic: Option<String>,
    /// The base that holds it, by id or exact name.
    pub base: Option<String>,
    /// `on-site` or `online`.
    pub mode: TrainingMode,
    /// Its first day.
    #[schema(value_type = String)]
    pub from: Day,
    /// Its last day; the first when not given.
    #[schema(value_type = Option<String>)]
    pub until: Day,
    /// On how many days it is held; all from the first to the last when not given.
    #[schema(value_type = Option<i32>)]
    pub days: i32,
    /// Class hours, all days together.
    pub hours: i32,
    /// Where it is held.
    pub place: Option<String>,
    /// Who holds it.
    pub holder: Option<String>,
    /// The schools it is for, by id, code or exact name; all schools when empty. A school's own is for its people.
    #[schema(value_type = Option<Vec<String>>)]
    pub schools: Vec<String>,
    /// How many can take part; no limit when not given.
    pub capacity: Option<i32>,
    /// Whether those trained are counted for the city's plan. Only who trains for the city may say so.
    #[schema(value_type = Option<bool>)]
    pub counts: bool,
    /// How much of what an online session shows must be seen, in hundredths; 80 when not given.
    #[schema(value_type = Option<i32>)]
    pub share: i32,
    /// What else is to be known.
    pub note: Option<String>,
}

impl TrainingSessionForm {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let title = reader.required("title", MAX_TITLE_CHARS);
        let topic = reader.text("topic", MAX_SHORT_CHARS);
        let base = reader.text("base", MAX_SHORT_CHARS);
        let mode = mode(&mut reader);
        let from = required_day(&mut reader, "from");
        let until = reader.day("until").or(from);
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            let expected = "a day that is not before the first";
            reader.fault("until", FaultKind::Malformed { expected });
        }
        let days = reader.number("days", COUNTS, "a number of days from 1 to 10000");
        let hours = required_hours(&mut reader);
        let place = reader.text("place", MAX_SHORT_CHARS);
        let holder = reader.text("holder", MAX_SHORT_CHARS);
        let schools = reader.list("schools", MAX_LIST);
        let capacity = reader.number("capacity", COUNTS, "a number of people from 1 to 10000");
        let counts = reader.flag("counts");
        let share = reader.number("share", SHARES, "a number from 1 to 100");
        let note = reader.text("note", MAX_NOTE_CHARS);
        reader.refuse_others();
        let Some((from, until)) = from.zip(until) else {
            // A first day that is missing is a fault, and then nothing is made.
            return Err(reader.finish(|| ()).err().unwrap_or_default());
        };
        reader.finish(|| Self {
            title,
            topic,
            base,
            mode,
            from,
            until,
            days: days.unwrap_or_else(|| from.days_until(until)),
            hours,
            place,
            holder,
            schools,
            capacity,
            counts,
            share: share.unwrap_or(USUAL_SHARE),
            note,
        })
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut laid = laid_over(self, fields);
        let is_moved = fields.contains_key("from") || fields.contains_key("until");
        // Days that follow from the first and the last follow them when they are moved.
        if is_moved && !fields.contains_key("days") && self.days == self.from.days_until(self.until) {
            laid.remove("days");
        }
        Self::parse(&laid)
    }
}

fn mode(reader: &mut FieldReader<'_>) -> TrainingMode {
    let given = reader.required("mode", MAX_SHORT_CHARS);
    let mode = match given.as_str() {
        "现场" => Some(TrainingMode::OnSite),
        "线上" => Some(TrainingMode::Online),
        code => TrainingMode::of_code(code),
    };
    if mode.is_none() && !given.is_empty() {
        let hint = TrainingMode::ALL.map(TrainingMode::code).join(", ");
        reader.fault("mode", FaultKind::Unknown { value: given, hint });
    }
    mode.unwrap_or(TrainingMode::OnSite)
}

fn required_day(reader: &mut FieldReader<'_>, name: &'static str) -> Option<Day> {
    if is_blank(reader, name) {
        reader.fault(name, FaultKind::Required);
    }
    reader.day(name)
}

fn is_blank(reader: &mut FieldReader<'_>, name: &'static str) -> bool {
    let value = reader.take(name);
    value.is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty()))
}

fn required_hours(reader: &mut FieldReader<'_>) -> i32 {
    if is_blank(reader, "hours") {
        reader.fault("hours", FaultKind::Required);
    }
    let expected = "a number of hours from 1 to 1000";
    reader.number("hours", HOURS, expected).unwrap_or_default()
}

/// Where a page of the list of sessions ends: they come by their first day, the last first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingCursor {
    /// The first day of the last session shown.
    pub from: Day,
    /// Its id.
    pub id: TrainingSessionId,
}

impl std::fmt::Display for TrainingCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.from, self.id)
    }
}

impl std::str::FromStr for TrainingCursor {
    type Err = FieldFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (from, id) = text.split_once('.')?;
            Some(Self {
                from: from.parse().ok()?,
                id: id.parse().ok()?,
            })
        };
        read().ok_or_else(|| FieldFault::at("cursor", FaultKind::UnknownField))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn session(body: &Value) -> Result<TrainingSessionForm, Vec<String>> {
        TrainingSessionForm::parse(body.as_object().unwrap()).map_err(|faults| told(&faults))
    }

    fn told(faults: &[FieldFault]) -> Vec<String> {
        faults
            .iter()
            .map(|it| format!("{} {}", it.pointer, it.kind.code()))
            .collect()
    }

    #[test]
    fn a_title_a_mode_a_day_and_hours_are_enough() {
        let form = session(&json!({"title": "甲", "mode": "现场", "from": "2026-11-24", "hours": "16学时"})).unwrap();

        assert_eq!((form.until, form.days, form.hours), (form.from, 1, 16));
        assert_eq!((form.mode, form.share, form.counts), (TrainingMode::OnSite, 80, false));
    }

    #[test]
    fn all_faults_of_a_session_are_named_at_once() {
        let body = json!({"mode": "by mail", "from": "soon", "hours": 0, "capacity": "many", "colour": 1});

        assert_eq!(
            session(&body).unwrap_err(),
            [
                "/title required",
                "/mode unknown-value",
                "/from malformed",
                "/hours malformed",
                "/capacity malformed",
                "/colour unknown-field"
            ]
        );
        let backwards =
            json!({"title": "甲", "mode": "online", "from": "2026-11-24", "until": "2026-11-23", "hours": 1});
        assert_eq!(session(&backwards).unwrap_err(), ["/until malformed"]);
        assert_eq!(
            session(&json!({})).unwrap_err(),
            ["/title required", "/mode required", "/from required", "/hours required"]
        );
    }

    #[test]
    fn a_session_that_is_longer_has_more_days_unless_they_were_said() {
        let body = json!({"title": "甲", "mode": "on-site", "from": "2026-11-24", "hours": 8});
        let form = session(&body).unwrap();
        let longer = json!({"until": "2026-11-26"});

        let after = form.patched(longer.as_object().unwrap()).unwrap();
        let said = TrainingSessionForm {
            days: 2,
            ..after.clone()
        };
        let moved = said
            .patched(json!({"until": "2026-12-31"}).as_object().unwrap())
            .unwrap();

        assert_eq!((after.days, moved.days), (3, 2));
    }

    #[test]
    fn a_session_runs_from_its_first_day_to_its_last() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let on = |today| TrainingState::on(day(today), day("2026-11-24"), day("2026-11-25"), false);

        assert_eq!(on("2026-11-23"), TrainingState::Planned);
        assert_eq!(on("2026-11-25"), TrainingState::Running);
        assert_eq!(on("2026-11-26"), TrainingState::Over);
    }
}
