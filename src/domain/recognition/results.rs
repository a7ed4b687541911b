//! What comes of a call: who is recognized, why, and how that is put right.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::score::points_of;
use super::{Criterion, MAX_WORDS_CHARS};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::{FieldReader, MAX_SHORT_CHARS};
use crate::domain::id::{AccountId, RecognitionEntryId};

/// The most entries that are awarded at once.
const MAX_AWARDS: usize = 1_000;

/// The most people who are appointed at once.
const MAX_NAMES: usize = 200;

/// One voice: the points of a member of the jury.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = RecognitionScoreBody, description = "Points for an entry; the schema of its JSON.")]
pub struct ScoreForm {
    /// Points by criterion, in the order of the call, each with up to two decimals.
    #[schema(value_type = Vec<f64>)]
    pub points: Vec<i32>,
    /// The revision of the entry that was read.
    pub revision: i32,
    /// What is said of it, up to 5,000 characters; for those who hold the call.
    pub comment: Option<String>,
}

impl ScoreForm {
    /// Parses its JSON.
    pub fn parse(criteria: &[Criterion], fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let given = reader.take("points").and_then(Value::as_array);
        let given = given.map(Vec::as_slice).unwrap_or_default();
        let mut points = Vec::with_capacity(criteria.len());
        for (at, criterion) in criteria.iter().enumerate() {
            let found = given.get(at).and_then(points_of);
            match found.filter(|found| *found <= criterion.max * 100) {
                Some(found) => points.push(found),
                None => reader.fault(&format!("points/{at}"), expected_points()),
            }
        }
        if given.len() > criteria.len() {
            reader.fault("points", FaultKind::TooLong { max: criteria.len() });
        }
        let revision = reader.number("revision", 1..=i64::from(i32::MAX), "the entry's revision");
        if revision.is_none() {
            reader.fault("revision", FaultKind::Required);
        }
        let comment = reader.text("comment", MAX_WORDS_CHARS);
        reader.refuse_others();
        reader.finish(|| Self {
            points,
            revision: revision.unwrap_or_default(),
            comment,
        })
    }
}

fn expected_points() -> FaultKind {
    FaultKind::Malformed {
        expected: "points from 0 to the criterion's most, with up to two decimals",
    }
}

/// What an entry is awarded.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = RecognitionAwardBody)]
pub struct Award {
    /// The entry.
    #[schema(value_type = String)]
    pub entry: RecognitionEntryId,
    /// What it is called: `一等奖`, `入选`.
    pub award: String,
    /// Why.
    pub reason: String,
}

/// What is published of a call.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = RecognitionAwardsBody)]
pub struct Awards {
    /// The `digest` of the standings that were read; of others nothing is published.
    pub standings: String,
    /// What is awarded to which entry, and why; `[]`: nothing. The others are published with their score alone.
    pub awards: Vec<Award>,
}

/// Parses the awards of a call: each entry once, each with its reason.
pub fn parse_awards(fields: &Map<String, Value>) -> Result<Awards, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let standings = reader.required("standings", MAX_SHORT_CHARS);
    let given = given_awards(&mut reader);
    if given.len() > MAX_AWARDS {
        reader.fault("awards", FaultKind::TooLong { max: MAX_AWARDS });
        return Err(reader.finish(|| ()).err().unwrap_or_default());
    }
    let mut seen = HashSet::new();
    let mut awards: Vec<Award> = Vec::with_capacity(given.len());
    for (at, value) in given.iter().enumerate() {
        let place = format!("awards/{at}");
        match value.as_object().map(|fields| award(&place, fields)) {
            Some(Ok(award)) if seen.insert(award.entry) => awards.push(award),
            Some(Err(faults)) => reader.add(faults),
            Some(Ok(_)) | None => {
                let expected = "an object with entry, award and reason; each entry once";
                reader.fault(&place, FaultKind::Malformed { expected });
            }
        }
    }
    reader.refuse_others();
    reader.finish(|| Awards { standings, awards })
}

/// Results come out once, so that nothing is awarded must be said.
fn given_awards<'a>(reader: &mut FieldReader<'a>) -> &'a [Value] {
    let given = reader.take("awards");
    match given.map(Value::as_array) {
        Some(Some(given)) => return given,
        Some(None) => {
            let expected = "a list of awards; [] for none";
            reader.fault("awards", FaultKind::Malformed { expected });
        }
        None => reader.fault("awards", FaultKind::Required),
    }
    &[]
}

fn award(place: &str, fields: &Map<String, Value>) -> Result<Award, Vec<FieldFault>> {
    let mut reader = FieldReader::inside(place, fields);
    let entry: Option<RecognitionEntryId> = reader.id("entry");
    if entry.is_none() && reader.is_fine() {
        reader.fault("entry", FaultKind::Required);
    }
    let name = reader.required("award", MAX_SHORT_CHARS);
    let reason = reader.required("reason", MAX_WORDS_CHARS);
    reader.refuse_others();
    let Some(entry) = entry else {
        return Err(reader.finish(|| ()).err().unwrap_or_default());
    };
    reader.finish(|| Award {
        entry,
        award: name,
        reason,
    })
}

/// Parses the sign-in names of those who are appointed.
pub fn parse_names(fields: &Map<String, Value>) -> Result<Vec<String>, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let names = reader.list("names", MAX_NAMES);
    reader.refuse_others();
    reader.finish(|| names)
}

/// Parses the sign-in name of somebody who is appointed.
pub fn parse_juror(fields: &Map<String, Value>) -> Result<String, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let name = reader.required("name", MAX_SHORT_CHARS);
    reader.refuse_others();
    reader.finish(|| name)
}

/// Parses of whom a conflict is declared.
pub fn parse_conflict(fields: &Map<String, Value>) -> Result<Option<AccountId>, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let account = reader.id("account");
    reader.refuse_others();
    reader.finish(|| account)
}

/// How a result is put right.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = RecognitionCorrectionBody)]
pub struct ResultCorrection {
    /// What it is awarded now; nothing when not given.
    pub award: Option<String>,
    /// Why it is changed.
    pub reason: String,
}

impl ResultCorrection {
    /// Parses its JSON.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let award = reader.text("award", MAX_SHORT_CHARS);
        let reason = reader.required("reason", MAX_WORDS_CHARS);
        reader.refuse_others();
        reader.finish(|| Self { award, reason })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn criteria() -> [Criterion; 2] {
        [("设计", 40, 100), ("实施", 60, 50)].map(|(name, weight, max)| Criterion {
            name: name.to_owned(),
            weight,
            max,
        })
    }

    #[test]
    fn no_more_points_than_a_criterion_has_and_none_left_out() {
        let parse = |body: Value| ScoreForm::parse(&criteria(), body.as_object().unwrap());
        let faults = |body: Value| {
            let faults = parse(body).unwrap_err();
            faults.into_iter().map(|it| it.pointer).collect::<Vec<_>>()
        };

        let fine = parse(json!({"points": [87.5, "50"], "revision": 1})).unwrap();
        assert_eq!(fine.points, [8750, 5000]);
        assert_eq!(
            faults(json!({"points": [100.5, 51], "revision": 1})),
            ["/points/0", "/points/1"]
        );
        assert_eq!(faults(json!({"points": [-1]})), ["/points/0", "/points/1", "/revision"]);
        assert_eq!(faults(json!({"points": [1, 2, 3], "revision": 1})), ["/points"]);
    }

    #[test]
    fn nobody_is_awarded_twice_or_without_a_reason() {
        let entry = RecognitionEntryId::new();
        let one = json!({"entry": entry, "award": "一等奖", "reason": "好"});
        let faults = |awards: Value| {
            let body = json!({"standings": "a", "awards": awards});
            let faults = parse_awards(body.as_object().unwrap()).unwrap_err();
            faults.into_iter().map(|it| it.pointer).collect::<Vec<_>>()
        };

        assert_eq!(faults(json!([one.clone(), one])), ["/awards/1"]);
        assert_eq!(
            faults(json!([{"entry": entry, "award": "一等奖"}, {"award": "a", "reason": "b"}])),
            ["/awards/0/reason", "/awards/1/entry"]
        );
        // Nobody is awarded nothing by leaving it out.
        for unsaid in [Value::Null, json!({}), json!("")] {
            assert_eq!(faults(unsaid.clone()), ["/awards"], "{unsaid}");
        }
        let none = json!({"standings": "a", "awards": []});
        assert_eq!(parse_awards(none.as_object().unwrap()).unwrap().awards, []);
    }
}
