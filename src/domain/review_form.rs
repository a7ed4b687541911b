//! Forms of a path of the review, parsed once at the door with all their faults.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::account::name_key;
use super::fault::{FaultKind, FieldFault};
use super::form::FieldReader;
use super::id::ReviewStepId;
use super::resource::{RESOURCE_TYPES, resource_type};
use super::review::{AppointedReviewer, GENERAL_PATH, ReviewLevel, ReviewPath, ReviewStep, roles_at};
use super::role::{Role, Scope};

/// The most steps of a path: who waits for more waits for ever.
pub const MAX_STEPS: usize = 10;
/// The most paths of the city.
pub const MAX_PATHS: usize = 50;
/// The most people whom a step asks.
const MAX_VOICES: u32 = 9;
/// The most who are appointed to a step.
const MAX_APPOINTED: usize = 20;
/// The longest a step may take, in days.
const MAX_DAYS: u32 = 365;
/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 60;
/// The longest stable name of a path, in characters.
const MAX_CODE_CHARS: usize = 40;

/// A path as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPathForm {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The types that take it; none: all that no other path names.
    pub kinds: Vec<String>,
    /// The scopes that take it; none: all.
    pub scopes: Vec<Scope>,
    /// Whether 不予通过 is one of its outcomes.
    pub may_reject: bool,
    /// Whether a school's administrator may publish for their school without a review.
    pub may_publish: bool,
    /// Whether they may also publish so for more than their school, where the city's step is left out.
    pub may_publish_beyond: bool,
    /// Its steps; none: it is to be removed.
    pub steps: Vec<ReviewStepForm>,
}

/// A step as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewStepForm {
    /// The step; nobody is appointed to it before the names were looked up ([`ReviewPathForm::appoint`]).
    pub step: ReviewStep,
    /// The sign-in names of those who alone take it.
    pub people: Vec<String>,
    /// Where it stands in what was sent: `steps/0`.
    place: String,
}

/// Whether a path can bear this stable name: `textbook`, `video-2`.
pub fn is_path_code(code: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_CODE_CHARS).contains(&code.len()) && code.chars().all(is_fine)
}

impl ReviewPathForm {
    /// Parses one of the city's paths.
    pub fn of_city(code: &str, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name_zh = reader.required("name_zh", MAX_NAME_CHARS);
        let name_en = reader.text("name_en", MAX_NAME_CHARS).unwrap_or_default();
        let kinds = kinds(&mut reader);
        let scopes = scopes(&mut reader);
        let may_reject = reader.flag("may_reject");
        let may_publish = reader.flag("may_publish");
        // Who may not publish for their school publishes for nobody.
        let may_publish_beyond = reader.flag("may_publish_beyond") && may_publish;
        let steps = steps(&mut reader);
        reader.expect_fields(&["school"]);
        reader.refuse_others();
        let is_general = code == GENERAL_PATH;
        if is_general && !(kinds.is_empty() && scopes.is_empty()) {
            // Something would be left that takes no path.
            reader.fault("types", LIMITS_NOTHING);
        }
        let has = |level| steps.iter().any(|form: &ReviewStepForm| form.step.level == level);
        if steps
            .iter()
            .any(|form| form.step.level == ReviewLevel::School && !form.people.is_empty())
        {
            // A school's people are its own to appoint.
            reader.fault("steps", CITY_APPOINTS_ITS_OWN);
        }
        let asks_the_city = scopes.is_empty() || scopes.iter().any(|scope| *scope > Scope::School);
        let is_removed = steps.is_empty() && !is_general;
        if !is_removed && (!has(ReviewLevel::School) || asks_the_city && !has(ReviewLevel::City)) {
            reader.fault("steps", BOTH_LEVELS);
        }
        reader.finish(|| Self {
            name_zh,
            name_en,
            kinds,
            scopes,
            may_reject,
            may_publish,
            may_publish_beyond,
            steps,
        })
    }

    /// Parses a school's own steps in place of those of the city's path; its other rules stay the city's.
    pub fn of_school(city: &ReviewPath, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let steps = steps(&mut reader);
        reader.expect_fields(&["school"]);
        reader.refuse_others();
        if steps.iter().any(|form| form.step.level == ReviewLevel::City) {
            reader.fault("steps", SCHOOL_LEVEL);
        }
        reader.finish(|| Self {
            name_zh: city.name_zh.clone(),
            name_en: city.name_en.clone(),
            kinds: city.kinds.clone(),
            scopes: city.scopes.clone(),
            may_reject: city.may_reject,
            may_publish: city.may_publish,
            may_publish_beyond: city.may_publish_beyond,
            steps,
        })
    }

    /// Every sign-in name that it appoints somebody by.
    pub fn people(&self) -> impl Iterator<Item = &String> {
        self.steps.iter().flat_map(|form| &form.people)
    }

    /// Appoints those whom it names. `find` says who somebody is at a step, if they can be asked there.
    pub fn appoint(
        &mut self,
        find: impl Fn(&ReviewStep, &str) -> Option<AppointedReviewer>,
    ) -> Result<(), Vec<FieldFault>> {
        let mut faults = Vec::new();
        for ReviewStepForm { step, people, place } in &mut self.steps {
            let mut appointed = Vec::with_capacity(people.len());
            for (at, name) in people.iter().enumerate() {
                match find(step, name) {
                    Some(found) => appointed.push(found),
                    None => faults.push(FieldFault::at(
                        &format!("{place}/people/{at}"),
                        unknown(name, WHO_CAN_BE_ASKED),
                    )),
                }
            }
            appointed.sort_by_key(|found: &AppointedReviewer| found.account);
            appointed.dedup_by_key(|found| found.account);
            step.appointed = appointed;
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

const LIMITS_NOTHING: FaultKind = FaultKind::Malformed {
    expected: "no types and no scopes: the general path is for whatever no other takes",
};
const BOTH_LEVELS: FaultKind = FaultKind::Malformed {
    expected: "a step of the school and one of the city",
};
const CITY_APPOINTS_ITS_OWN: FaultKind = FaultKind::Malformed {
    expected: "people at steps of the city alone: a school appoints its own in its own steps",
};
const ENOUGH_PEOPLE: FaultKind = FaultKind::Malformed {
    expected: "as many people as must approve, or nobody: then all are asked",
};
const WHO_CAN_BE_ASKED: &str = "the sign-in name of somebody who may be asked at this step";
const SCHOOL_LEVEL: FaultKind = FaultKind::Malformed {
    expected: "steps of the school alone",
};

fn kinds(reader: &mut FieldReader<'_>) -> Vec<String> {
    let given = reader.list("types", RESOURCE_TYPES.len());
    let mut kinds = Vec::new();
    for (at, name) in given.iter().enumerate() {
        let named = RESOURCE_TYPES.iter().find(|kind| kind.is_named(name));
        match resource_type(name).or(named) {
            Some(kind) => kinds.push(kind.code.to_owned()),
            None => reader.fault(&format!("types/{at}"), unknown(name, "GET /api/v1/resource-types")),
        }
    }
    kinds
}

fn scopes(reader: &mut FieldReader<'_>) -> Vec<Scope> {
    let given = reader.list("scopes", Scope::ALL.len());
    let mut scopes = Vec::new();
    for (at, name) in given.iter().enumerate() {
        match Scope::of_code(name) {
            Some(scope) => scopes.push(scope),
            None => reader.fault(&format!("scopes/{at}"), unknown(name, "school, city, public")),
        }
    }
    scopes
}

fn unknown(value: &str, hint: &str) -> FaultKind {
    FaultKind::Unknown {
        value: value.to_owned(),
        hint: hint.to_owned(),
    }
}

/// The steps in their order, the school's first.
fn steps(reader: &mut FieldReader<'_>) -> Vec<ReviewStepForm> {
    let Some(given) = reader.take("steps") else {
        reader.fault("steps", FaultKind::Required);
        return Vec::new();
    };
    let objects: Option<Vec<&Map<String, Value>>> = given
        .as_array()
        .and_then(|list| list.iter().map(Value::as_object).collect());
    let Some(objects) = objects else {
        let expected = "a list of steps";
        reader.fault("steps", FaultKind::Malformed { expected });
        return Vec::new();
    };
    if objects.len() > MAX_STEPS {
        reader.fault("steps", FaultKind::TooLong { max: MAX_STEPS });
    }
    let mut steps = Vec::new();
    for (at, fields) in objects.into_iter().enumerate().take(MAX_STEPS) {
        match step(&format!("steps/{at}"), fields) {
            Ok(step) => steps.push(step),
            Err(faults) => reader.add(faults),
        }
    }
    steps.sort_by_key(|form: &ReviewStepForm| form.step.level == ReviewLevel::City);
    steps
}

/// Parses a step by itself.
pub(super) fn parse_step(fields: &Map<String, Value>) -> Result<ReviewStepForm, Vec<FieldFault>> {
    step("", fields)
}

fn step(place: &str, fields: &Map<String, Value>) -> Result<ReviewStepForm, Vec<FieldFault>> {
    let mut reader = if place.is_empty() {
        FieldReader::new(fields)
    } else {
        FieldReader::inside(place, fields)
    };
    let id: Option<ReviewStepId> = reader.id("id");
    let name_zh = reader.required("name_zh", MAX_NAME_CHARS);
    let name_en = reader.text("name_en", MAX_NAME_CHARS).unwrap_or_default();
    let level = level(&mut reader);
    let roles = roles(&mut reader, level);
    let voices = number(&mut reader, "voices", MAX_VOICES).unwrap_or(1);
    let due_days = number(&mut reader, "due_days", MAX_DAYS);
    let remind_days = number(&mut reader, "remind_days", MAX_DAYS);
    let people = reader.list("people", MAX_APPOINTED);
    if !people.is_empty() && is_fewer(&people, voices) {
        reader.fault("people", ENOUGH_PEOPLE);
    }
    reader.refuse_others();
    reader.finish(|| ReviewStepForm {
        step: ReviewStep {
            id: id.unwrap_or_default(),
            level,
            name_zh,
            name_en,
            roles,
            appointed: Vec::new(),
            voices,
            due_days,
            remind_days,
        },
        people,
        place: place.to_owned(),
    })
}

/// Whether these are fewer people than a number: whoever is named twice has one voice.
fn is_fewer(people: &[String], voices: u32) -> bool {
    let names: HashSet<String> = people.iter().map(|name| name_key(name)).collect();
    u32::try_from(names.len()).is_ok_and(|people| people < voices)
}

fn level(reader: &mut FieldReader<'_>) -> ReviewLevel {
    let given = reader.required("level", MAX_NAME_CHARS);
    let level = ReviewLevel::of_code(&given);
    if level.is_none() && !given.is_empty() {
        reader.fault("level", unknown(&given, "school, city"));
    }
    level.unwrap_or(ReviewLevel::School)
}

/// Those who may take a step; all of its level when none is named.
fn roles(reader: &mut FieldReader<'_>, level: ReviewLevel) -> Vec<Role> {
    let possible = roles_at(level);
    let hint = possible.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ");
    let mut roles = Vec::new();
    for (at, name) in reader.list("asked", possible.len()).iter().enumerate() {
        match Role::of_code(name).filter(|role| possible.contains(role)) {
            Some(role) => roles.push(role),
            None => reader.fault(&format!("asked/{at}"), unknown(name, &hint)),
        }
    }
    if roles.is_empty() { possible.to_vec() } else { roles }
}

fn number(reader: &mut FieldReader<'_>, name: &'static str, max: u32) -> Option<u32> {
    let value = reader.take(name)?;
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let number = number.filter(|number| (1..=max).contains(number));
    if number.is_none() {
        let expected = if max == MAX_VOICES {
            "a number from 1 to 9"
        } else {
            "days from 1 to 365"
        };
        reader.fault(name, FaultKind::Malformed { expected });
    }
    number
}
