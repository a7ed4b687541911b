//! Reads a catalogue from JSON.
//!
//! Three shapes are understood: one object `{"majors": […], "courses": […]}` (our own: `config/catalogue.json`), a bare
//! list of majors, and a bare list of courses. A course may carry its reference learning tasks as `tasks` or
//! `learning_tasks`. Fields we do not know are left alone, so that a file may hold more than we keep.

use serde_json::{Map, Value};

use super::Catalogue;
use super::build::build;
use super::column::{CatalogueColumn, CatalogueRecord};
use super::fault::{FileSection, RowFault, RowFaults, RowLocation, RowProblem};

/// Reads the text of a JSON file.
pub fn read(text: &str) -> Result<Catalogue, RowFaults> {
    // A byte order mark is no JSON, but editors on Windows leave one.
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
    let records = records(&value).ok_or_else(|| unreadable("neither a list nor `majors` and `courses`"))?;
    build(&records)
}

fn unreadable(detail: &str) -> RowFaults {
    let place = RowLocation {
        part: FileSection::Rows,
        row: 1,
    };
    let problem = RowProblem::NotReadable(detail.to_owned());
    RowFaults(vec![RowFault {
        place,
        column: None,
        problem,
    }])
}

fn records(value: &Value) -> Option<Vec<CatalogueRecord>> {
    match value {
        Value::Array(items) if items.iter().any(|item| item.get("course").is_some()) => Some(courses(items)),
        Value::Array(items) => Some(majors(items)),
        Value::Object(parts) => both(parts),
        _ => None,
    }
}

fn both(parts: &Map<String, Value>) -> Option<Vec<CatalogueRecord>> {
    let list = |name| parts.get(name).and_then(Value::as_array);
    let (listed_majors, listed_courses) = (list("majors"), list("courses"));
    if listed_majors.is_none() && listed_courses.is_none() {
        return None;
    }
    let mut records = listed_majors.map(|items| majors(items)).unwrap_or_default();
    records.extend(listed_courses.map(|items| courses(items)).unwrap_or_default());
    Some(records)
}

fn majors(items: &[Value]) -> Vec<CatalogueRecord> {
    let numbered = (1..).zip(items);
    numbered
        .map(|(row, item)| {
            major(
                RowLocation {
                    part: FileSection::Majors,
                    row,
                },
                item,
            )
        })
        .collect()
}

fn major(place: RowLocation, item: &Value) -> CatalogueRecord {
    let mut record = record(place, item);
    copy(&mut record, CatalogueColumn::Major, item, "name");
    let name_is_verified = item.get("name_verified") == Some(&Value::Bool(true));
    if name_is_verified && record.text(CatalogueColumn::Status).is_none() {
        record.set(CatalogueColumn::Status, "verified");
    }
    record
}

fn courses(items: &[Value]) -> Vec<CatalogueRecord> {
    let numbered = (1..).zip(items);
    numbered
        .flat_map(|(row, item)| {
            course(
                RowLocation {
                    part: FileSection::Courses,
                    row,
                },
                item,
            )
        })
        .collect()
}

/// A course and, after it, one record for each of its tasks. A course without a name is one fault, not one for each task.
fn course(place: RowLocation, item: &Value) -> Vec<CatalogueRecord> {
    let mut course = record(place, item);
    copy(&mut course, CatalogueColumn::Course, item, "name");
    if course.text(CatalogueColumn::Course).is_none() {
        return vec![course];
    }
    let tasks = item.get("tasks").or_else(|| item.get("learning_tasks"));
    let tasks = tasks.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut records = vec![course.clone()];
    records.extend(tasks.iter().map(|item| task(&course, item)));
    records
}

/// A task stands in its course's row and says what it does not say itself through it: status and source.
fn task(course: &CatalogueRecord, item: &Value) -> CatalogueRecord {
    let mut record = CatalogueRecord::new(course.place);
    for column in [
        CatalogueColumn::MajorCode,
        CatalogueColumn::Major,
        CatalogueColumn::Level,
        CatalogueColumn::Course,
        CatalogueColumn::Status,
        CatalogueColumn::Source,
    ] {
        record.set(column, course.text(column).unwrap_or_default());
    }
    for (key, column) in [
        ("name", CatalogueColumn::Task),
        ("task", CatalogueColumn::Task),
        ("hours", CatalogueColumn::Hours),
    ] {
        copy(&mut record, column, item, key);
    }
    let own = [
        ("work_task", CatalogueColumn::WorkTask),
        ("status", CatalogueColumn::Status),
        ("source", CatalogueColumn::Source),
        ("note", CatalogueColumn::Note),
    ];
    for (key, column) in own {
        copy(&mut record, column, item, key);
    }
    record
}

/// Takes every field whose name is that of a column.
fn record(place: RowLocation, item: &Value) -> CatalogueRecord {
    let mut record = CatalogueRecord::new(place);
    for (key, value) in item.as_object().into_iter().flatten() {
        if let (Some(column), Some(text)) = (CatalogueColumn::named(key), text_of(value)) {
            record.set(column, &text);
        }
    }
    record
}

fn copy(record: &mut CatalogueRecord, column: CatalogueColumn, item: &Value, key: &str) {
    if let Some(text) = item.get(key).and_then(text_of) {
        record.set(column, &text);
    }
}

/// The text of a value: lists hold one entry a line; objects and truth values are no text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => Some(items.iter().filter_map(text_of).collect::<Vec<_>>().join("\n")),
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}
