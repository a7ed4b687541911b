//! Forms of a resource's metadata, parsed once at the door with *all* their faults.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;
use serde_json::{Map, Value};

use super::curriculum::Level;
use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::id::UploadId;
use super::metadata::{self, Metadata};
use super::resource::{RESOURCE_TYPES, resource_type};
use super::role::Scope;
use super::spelling::{code_or_name, is_invisible, whole_number, year};

/// The longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 200;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 5_000;
/// The most keywords or authors.
pub const MAX_LIST: usize = 50;
/// The longest keyword, name or other short text, in characters.
pub const MAX_SHORT_CHARS: usize = 200;
/// How a day is written.
const A_DAY: &str = "a day such as 2026-11-24";
/// Years that teaching material can be from.
const YEARS: RangeInclusive<i64> = 1900..=2200;

/// What a person says about a resource: its metadata, and its place in the curriculum by whatever name they gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceForm {
    /// Its metadata.
    #[serde(flatten, serialize_with = "metadata::without_nulls")]
    pub metadata: Metadata,
    /// Its major, by id, code or exact name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub major: Option<String>,
    /// Its course, by id or exact name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    /// Its task, by id or exact name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
}

/// Everything a request to share can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareForm {
    /// What is said about it.
    pub resource: ResourceForm,
    /// Finished uploads that become its files, in order.
    pub uploads: Vec<UploadId>,
    /// Ask for review at once.
    pub submit: bool,
}

impl ShareForm {
    /// Parses the JSON of `POST /resources`.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let resource = ResourceForm::read(&mut reader);
        let uploads = reader.uploads("uploads");
        let submit = reader.flag("submit");
        reader.refuse_others();
        reader.finish(|| ShareForm {
            resource,
            uploads,
            submit,
        })
    }
}

/// Everything a request for a new version can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionForm {
    /// What is said about it now: what was said before, with what was given laid over it.
    pub resource: ResourceForm,
    /// Finished uploads that become files; one with the path of an old file takes its place.
    pub uploads: Vec<UploadId>,
    /// Paths of files that are left out from now on.
    pub remove: Vec<String>,
}

impl VersionForm {
    /// Parses the JSON of `POST /resources/{id}/versions` over what is said now.
    pub fn parse(present: &ResourceForm, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let fields = laid_over(present, fields);
        let mut reader = FieldReader::new(&fields);
        let resource = ResourceForm::read(&mut reader);
        let uploads = reader.uploads("uploads");
        let remove = reader.list("remove", usize::MAX);
        reader.refuse_others();
        reader.finish(|| VersionForm {
            resource,
            uploads,
            remove,
        })
    }
}

impl ResourceForm {
    /// Parses a change of it (`PATCH`): what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let fields = laid_over(self, fields);
        let mut reader = FieldReader::new(&fields);
        let form = Self::read(&mut reader);
        reader.refuse_others();
        reader.finish(|| form)
    }

    fn read(reader: &mut FieldReader<'_>) -> Self {
        Self {
            metadata: Metadata::read(reader),
            major: reader.text("major", MAX_SHORT_CHARS).map(|given| code_or_name(&given)),
            course: reader.text("course", MAX_SHORT_CHARS),
            task: reader.text("task", MAX_SHORT_CHARS),
        }
    }
}

/// The fields of what is there, with those of a change (`PATCH`) in their place.
pub(super) fn laid_over(present: &impl Serialize, fields: &Map<String, Value>) -> Map<String, Value> {
    let Ok(Value::Object(mut merged)) = serde_json::to_value(present) else {
        return fields.clone();
    };
    for (name, value) in fields {
        merged.insert(name.clone(), value.clone());
    }
    merged
}

/// Takes fields out of a JSON object one by one and remembers what was wrong with each.
pub(super) struct FieldReader<'a> {
    /// Where the object stands in the body, as the beginning of a JSON pointer; empty for the body itself.
    place: String,
    fields: &'a Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<FieldFault>,
}

impl<'a> FieldReader<'a> {
    pub(super) fn new(fields: &'a Map<String, Value>) -> Self {
        Self {
            place: String::new(),
            fields,
            known: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Reads an object inside the body: `contents/3`.
    pub(super) fn inside(place: &str, fields: &'a Map<String, Value>) -> Self {
        Self {
            place: format!("{place}/"),
            ..Self::new(fields)
        }
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_fine(&self) -> bool {
        self.faults.is_empty()
    }

    /// Takes over what was wrong in an object inside this one.
    pub(super) fn add(&mut self, faults: Vec<FieldFault>) {
        self.faults.extend(faults);
    }

    pub(super) fn finish<T>(self, value: impl FnOnce() -> T) -> Result<T, Vec<FieldFault>> {
        if self.faults.is_empty() {
            Ok(value())
        } else {
            Err(self.faults)
        }
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Notes what is wrong with a field; an empty name stands for the whole object.
    pub(super) fn fault(&mut self, field: &str, kind: FaultKind) {
        let pointer = format!("{}{field}", self.place);
        self.faults.push(FieldFault::at(pointer.trim_end_matches('/'), kind));
    }

    pub(super) fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.take(name)?;
        let Some(text) = value.as_str() else {
            self.fault(name, FaultKind::Malformed { expected: "text" });
            return None;
        };
        let text = clean(text);
        if text.chars().count() > max {
            self.fault(name, FaultKind::TooLong { max });
        }
        Some(text).filter(|text| !text.is_empty())
    }

    pub(super) fn required(&mut self, name: &'static str, max: usize) -> String {
        let faults = self.faults.len();
        let text = self.text(name, max);
        if text.is_none() && self.faults.len() == faults {
            self.fault(name, FaultKind::Required);
        }
        text.unwrap_or_default()
    }

    pub(super) fn kind(&mut self) -> String {
        let given = self.required("type", MAX_SHORT_CHARS);
        let found = RESOURCE_TYPES
            .iter()
            .find(|kind| kind.zh == given)
            .or_else(|| resource_type(&given));
        if found.is_none() && !given.is_empty() {
            let hint = RESOURCE_TYPES
                .iter()
                .map(|kind| kind.code)
                .collect::<Vec<_>>()
                .join(", ");
            self.fault("type", FaultKind::Unknown { value: given, hint });
        }
        found.map(|kind| kind.code.to_owned()).unwrap_or_default()
    }

    pub(super) fn level(&mut self) -> Option<String> {
        let given = self.text("level", MAX_SHORT_CHARS)?;
        let level = Level::parse(&given);
        if level.is_none() {
            let hint = "intermediate, advanced, pre_technician".to_owned();
            self.fault("level", FaultKind::Unknown { value: given, hint });
        }
        level.map(|level| level.code().to_owned())
    }

    pub(super) fn scope(&mut self) -> Scope {
        match self.text("scope", MAX_SHORT_CHARS).as_deref() {
            None | Some("school") => Scope::School,
            Some("city") => Scope::City,
            Some("public") => Scope::Public,
            Some(other) => {
                let hint = "school, city, public".to_owned();
                self.fault(
                    "scope",
                    FaultKind::Unknown {
                        value: other.to_owned(),
                        hint,
                    },
                );
                Scope::School
            }
        }
    }

    pub(super) fn year(&mut self) -> Option<i32> {
        let value = self.take("year")?;
        let year = value
            .as_i64()
            .or_else(|| year(value.as_str()?).map(i64::from))
            .filter(|year| YEARS.contains(year));
        if year.is_none() {
            self.fault(
                "year",
                FaultKind::Malformed {
                    expected: "a year such as 2024",
                },
            );
        }
        year.and_then(|year| i32::try_from(year).ok())
    }

    /// A whole number, as JSON has it or as somebody typed it.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        range: RangeInclusive<i64>,
        expected: &'static str,
    ) -> Option<i32> {
        let value = self.take(name)?;
        let typed = || Some(i64::from(whole_number(value.as_str()?)?));
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let number = value.as_i64().or_else(typed).filter(|number| range.contains(number));
        let number = number.and_then(|number| i32::try_from(number).ok());
        if number.is_none() {
            self.fault(name, FaultKind::Malformed { expected });
        }
        number
    }

    /// A day of the calendar.
    pub(super) fn day(&mut self, name: &'static str) -> Option<Day> {
        let given = self.text(name, MAX_SHORT_CHARS)?;
        let day = given.parse().ok();
        if day.is_none() {
            self.fault(name, FaultKind::Malformed { expected: A_DAY });
        }
        day
    }

    pub(super) fn id<I: FromStr>(&mut self, name: &'static str) -> Option<I> {
        let given = self.text(name, MAX_SHORT_CHARS)?;
        let id = given.parse().ok();
        if id.is_none() {
            self.fault(name, FaultKind::Malformed { expected: "an id" });
        }
        id
    }

    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        let Some(value) = self.take(name) else { return false };
        if value.as_bool().is_none() {
            self.fault(
                name,
                FaultKind::Malformed {
                    expected: "true or false",
                },
            );
        }
        value.as_bool().unwrap_or(false)
    }

    pub(super) fn list(&mut self, name: &'static str, max: usize) -> Vec<String> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let texts: Option<Vec<&str>> = value
            .as_array()
            .and_then(|list| list.iter().map(Value::as_str).collect());
        let Some(texts) = texts else {
            self.fault(
                name,
                FaultKind::Malformed {
                    expected: "a list of texts",
                },
            );
            return Vec::new();
        };
        let texts: Vec<String> = texts.into_iter().map(clean).filter(|text| !text.is_empty()).collect();
        if texts.len() > max {
            self.fault(name, FaultKind::TooLong { max });
        }
        if max != usize::MAX && texts.iter().any(|text| text.chars().count() > MAX_SHORT_CHARS) {
            self.fault(name, FaultKind::TooLong { max: MAX_SHORT_CHARS });
        }
        texts
    }

    fn uploads(&mut self, name: &'static str) -> Vec<UploadId> {
        let texts = self.list(name, usize::MAX);
        let mut ids = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            // A tus client knows its upload by address; the id is the address's last part.
            match text.rsplit('/').next().unwrap_or(text).parse() {
                Ok(id) => ids.push(id),
                Err(_) => self.fault(
                    &format!("{name}/{at}"),
                    FaultKind::Malformed {
                        expected: "an upload's id",
                    },
                ),
            }
        }
        ids
    }

    /// Takes note of fields that are read in another way.
    pub(super) fn expect_fields(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    pub(super) fn refuse_others(&mut self) {
        let unknown: Vec<&String> = self
            .fields
            .keys()
            .filter(|name| !self.known.contains(&name.as_str()))
            .collect();
        for name in unknown {
            self.fault(&pointer_part(name), FaultKind::UnknownField);
        }
    }
}

/// Drops what cannot be seen and the white space around: control characters have no place in a title.
pub(super) fn clean(text: &str) -> String {
    let seen: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    // Inside, signs without width join emoji and letters of some scripts.
    seen.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
        .to_owned()
}

/// A name inside a JSON pointer (RFC 6901 §3).
fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: &Value) -> Result<ShareForm, Vec<FieldFault>> {
        ShareForm::parse(value.as_object().unwrap())
    }

    #[test]
    fn a_title_and_a_type_are_enough() {
        let form = parse(&json!({"title": " 台阶轴 ", "type": "工作页"})).unwrap();

        assert_eq!(form.resource.metadata.title, "台阶轴");
        assert_eq!(form.resource.metadata.kind, "worksheet");
        assert_eq!(form.resource.metadata.scope, Scope::School);
        assert!(!form.submit);
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let faults = parse(&json!({"type": "film", "year": "soon", "scope": "world", "colour": 1, "uploads": ["x"]}));

        let mut pointers: Vec<String> = faults.unwrap_err().into_iter().map(|fault| fault.pointer).collect();
        pointers.sort();
        assert_eq!(
            pointers,
            ["/colour", "/scope", "/title", "/type", "/uploads/0", "/year"]
        );
    }

    #[test]
    fn a_patch_changes_what_it_names_and_empties_what_it_nulls() {
        let before = parse(&json!({"title": "甲", "type": "video", "keywords": ["a"], "year": 2020}))
            .unwrap()
            .resource;

        let after = before
            .patched(json!({"title": "乙", "year": null}).as_object().unwrap())
            .unwrap();

        assert_eq!((after.metadata.title.as_str(), after.metadata.year), ("乙", None));
        assert_eq!(after.metadata.keywords, ["a"]);
    }
}
