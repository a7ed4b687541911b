//! Packs: what is selected for one, and whom a version of it may be given to.

use std::str::FromStr;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_DESCRIPTION_CHARS, MAX_SHORT_CHARS, MAX_TITLE_CHARS};
use super::id::{AccountId, AnyId, CourseId, FileId, MajorId, ResourceId, SchoolId, TaskId};
use super::passage::Locator;
use super::resource::{RESOURCE_TYPES, Status, resource_type};
use super::role::Scope;
use super::search::Audience;
use super::stage::stage_key;

/// The most entries of a pack. What stands below an entry may be any number of resources.
pub const MAX_ENTRIES: usize = 2_000;
/// The most stages that an entry is limited to.
const MAX_STAGES: usize = 50;
/// The longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;

/// Something chosen for a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackChoice {
    /// What.
    #[serde(flatten)]
    pub what: PackSelection,
    /// For the teacher.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Only resources of these types; of a part of the curriculum. Empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Only resources for these stages; of a part of the curriculum. Empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<String>,
}

impl PackChoice {
    /// Whether it takes in a resource of this type and for this stage.
    pub fn takes(&self, kind: &str, stage: Option<&str>) -> bool {
        let is_of_type = self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind);
        let is_for_stage = self.stages.is_empty() || self.stages.iter().any(|wanted| Some(wanted.as_str()) == stage);
        is_of_type && is_for_stage
    }
}

/// What can be chosen: a part of the curriculum with all that is published there, a resource, or a place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackSelection {
    /// A major.
    Major(MajorId),
    /// A course.
    Course(CourseId),
    /// A task.
    Task(TaskId),
    /// A resource.
    Resource(ResourceId),
    /// A place in a file, which comes along with its resource.
    Fragment {
        /// The file.
        file: FileId,
        /// Where it begins.
        from: Locator,
        /// Where it ends, if it is more than one place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Locator>,
    },
}

fn is<I: FromStr + PartialEq>(id: &I, given: &str) -> bool {
    given.parse::<I>().is_ok_and(|given| given == *id)
}

impl PackSelection {
    /// The part of the curriculum that it is, if it is one.
    pub fn place(&self) -> Option<AnyId> {
        match self {
            Self::Major(id) => Some((*id).into()),
            Self::Course(id) => Some((*id).into()),
            Self::Task(id) => Some((*id).into()),
            Self::Resource(_) | Self::Fragment { .. } => None,
        }
    }

    /// Whether this is what is named by its id.
    pub fn is_named(&self, named: &NamedSelection) -> bool {
        match (self, named) {
            (Self::Major(id), NamedSelection::Major(given)) => is(id, given),
            (Self::Course(id), NamedSelection::Course(given)) => is(id, given),
            (Self::Task(id), NamedSelection::Task(given)) => is(id, given),
            (Self::Resource(id), NamedSelection::Resource(given)) => is(id, given),
            (
                Self::Fragment { file, from, to },
                NamedSelection::Fragment {
                    file: given,
                    from: given_from,
                    to: given_to,
                },
            ) => is(file, given) && from == given_from && to == given_to,
            _ => false,
        }
    }
}

/// How far the building of a version has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum BuildState {
    /// Waiting for a worker.
    Queued,
    /// A worker is at it.
    Building,
    /// Published; it never changes again.
    Ready,
    /// It could not be built; publishing again tries again.
    Failed,
}

/// Whether a resource may be given to everyone that a pack is for.
pub fn may_be_given(resource: (Status, Scope, Option<SchoolId>), pack: (Scope, Option<SchoolId>)) -> bool {
    let (status, scope, school) = resource;
    let (audience, pack_school) = pack;
    let reaches = match audience {
        Scope::Public => scope == Scope::Public,
        Scope::City => scope >= Scope::City,
        Scope::School => scope >= Scope::City || (school.is_some() && school == pack_school),
    };
    status == Status::Published && reaches
}

/// The audience that a pack is for. A pack of nobody's school for its school is its owner's own.
pub fn audience_of(scope: Scope, school: Option<SchoolId>, owner: AccountId) -> Audience {
    match (scope, school) {
        (Scope::Public, _) => Audience::Public,
        (Scope::City, _) => Audience::City,
        (Scope::School, Some(school)) => Audience::School(school),
        (Scope::School, None) => Audience::Owner(owner),
    }
}

/// Reads what is new in a version, in its publisher's words.
pub fn version_note(given: &str) -> Result<String, FieldFault> {
    let note = given.trim();
    if note.chars().count() > MAX_NOTE_CHARS {
        let kind = FaultKind::TooLong { max: MAX_NOTE_CHARS };
        return Err(FieldFault::at("note", kind));
    }
    Ok(note.to_owned())
}

/// What somebody says about a pack; parts of the curriculum still by whatever name they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackForm {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whom it is for.
    pub scope: Scope,
    /// Whether its versions are evidence: with tables of the twelve documents and the sums of all files.
    pub evidence: bool,
    /// The school whose resources alone go in where a part of the curriculum is chosen, by id, code or exact name.
    pub of_school: Option<String>,
    /// What is chosen, in order.
    pub contents: Vec<NamedEntry>,
}

/// An entry as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntry {
    /// Where it stands, as a JSON pointer: `/contents/3`.
    pub pointer: String,
    /// What.
    pub what: NamedSelection,
    /// For the teacher.
    pub note: String,
    /// Only resources of these types.
    pub types: Vec<String>,
    /// Only resources for these stages.
    pub stages: Vec<String>,
}

/// What was chosen, as it was named: by id, code or exact name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the variant of `Chosen` of that name")]
pub enum NamedSelection {
    Major(String),
    Course(String),
    Task(String),
    Resource(String),
    Fragment {
        file: String,
        from: Locator,
        to: Option<Locator>,
    },
}

impl PackForm {
    /// Parses the JSON of `POST /packs`. Besides `contents` the short forms `major`, `course`, `task` and `resources`
    /// are understood.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let form = Self {
            title: reader.required("title", MAX_TITLE_CHARS),
            description: reader.text("description", MAX_DESCRIPTION_CHARS).unwrap_or_default(),
            scope: reader.scope(),
            evidence: reader.flag("evidence"),
            of_school: reader.text("of_school", MAX_SHORT_CHARS),
            contents: contents(&mut reader),
        };
        if form.contents.is_empty() && reader.is_fine() {
            reader.fault("contents", FaultKind::Required);
        }
        reader.refuse_others();
        reader.finish(|| form)
    }
}

/// A pack's words after a change; what is chosen only if it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchedPack {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whom it is for.
    pub scope: Scope,
    /// What is chosen from now on.
    pub contents: Option<Vec<NamedEntry>>,
}

impl PackForm {
    /// Parses a change of a pack (`PATCH`): what is given replaces, the rest stays.
    pub fn patched(
        title: &str,
        description: &str,
        scope: Scope,
        fields: &Map<String, Value>,
    ) -> Result<PatchedPack, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let is_given = |name: &str| fields.contains_key(name);
        let patched = PatchedPack {
            title: if is_given("title") {
                reader.required("title", MAX_TITLE_CHARS)
            } else {
                title.to_owned()
            },
            description: if is_given("description") {
                reader.text("description", MAX_DESCRIPTION_CHARS).unwrap_or_default()
            } else {
                description.to_owned()
            },
            scope: if is_given("scope") { reader.scope() } else { scope },
            contents: CHOOSING
                .iter()
                .any(|name| is_given(name))
                .then(|| contents(&mut reader)),
        };
        reader.refuse_others();
        reader.finish(|| patched)
    }
}

/// The fields that say what is chosen.
const CHOOSING: [&str; 5] = ["contents", "major", "course", "task", "resources"];

fn contents(reader: &mut FieldReader<'_>) -> Vec<NamedEntry> {
    let mut entries = Vec::new();
    let mut short = |field: &'static str, named: fn(String) -> NamedSelection| {
        let given = reader.text(field, MAX_SHORT_CHARS);
        entries.extend(given.map(|given| NamedEntry::of(format!("/{field}"), named(given))));
    };
    short("major", NamedSelection::Major);
    short("course", NamedSelection::Course);
    short("task", NamedSelection::Task);
    for (at, given) in reader.list("resources", MAX_ENTRIES).into_iter().enumerate() {
        entries.push(NamedEntry::of(
            format!("/resources/{at}"),
            NamedSelection::Resource(given),
        ));
    }
    let Some(value) = reader.take("contents") else {
        return entries;
    };
    let Some(list) = value.as_array() else {
        reader.fault("contents", FaultKind::Malformed { expected: "a list" });
        return entries;
    };
    if list.len() > MAX_ENTRIES {
        reader.fault("contents", FaultKind::TooLong { max: MAX_ENTRIES });
        return entries;
    }
    for (at, value) in list.iter().enumerate() {
        let place = format!("contents/{at}");
        match value.as_object() {
            Some(fields) => match NamedEntry::parse(&place, fields) {
                Ok(entry) => entries.push(entry),
                Err(faults) => reader.add(faults),
            },
            None => reader.fault(&place, FaultKind::Malformed { expected: "an object" }),
        }
    }
    entries
}

impl NamedEntry {
    fn of(pointer: String, what: NamedSelection) -> Self {
        Self {
            pointer,
            what,
            note: String::new(),
            types: Vec::new(),
            stages: Vec::new(),
        }
    }

    fn parse(place: &str, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::inside(place, fields);
        let what = what(&mut reader);
        let note = reader.text("note", MAX_NOTE_CHARS).unwrap_or_default();
        let types = types(&mut reader);
        let stages = reader.list("stages", MAX_STAGES);
        reader.refuse_others();
        let pointer = format!("/{place}");
        reader.finish(|| Self {
            pointer,
            what: what.expect("a reader without faults has found one"),
            note,
            types,
            stages: stages.iter().map(|given| stage_key(given)).collect(),
        })
    }
}

fn what(reader: &mut FieldReader<'_>) -> Option<NamedSelection> {
    let mut found: Vec<NamedSelection> = Vec::new();
    found.extend(reader.text("major", MAX_SHORT_CHARS).map(NamedSelection::Major));
    found.extend(reader.text("course", MAX_SHORT_CHARS).map(NamedSelection::Course));
    found.extend(reader.text("task", MAX_SHORT_CHARS).map(NamedSelection::Task));
    found.extend(reader.text("resource", MAX_SHORT_CHARS).map(NamedSelection::Resource));
    let file = reader.text("file", MAX_SHORT_CHARS);
    let (from, to) = (locator(reader, "from"), locator(reader, "to"));
    match (file, from) {
        (Some(file), Some(from)) => found.push(NamedSelection::Fragment { file, from, to }),
        (Some(_), None) => reader.fault("from", FaultKind::Required),
        (None, Some(_)) => reader.fault("file", FaultKind::Required),
        (None, None) => {}
    }
    if found.len() != 1 && reader.is_fine() {
        let expected = "one of `major`, `course`, `task`, `resource`, or `file` with `from`";
        reader.fault("", FaultKind::Malformed { expected });
    }
    found.pop()
}

fn locator(reader: &mut FieldReader<'_>, field: &'static str) -> Option<Locator> {
    let value = reader.take(field)?;
    let locator = serde_json::from_value(value.clone()).ok();
    if locator.is_none() {
        let expected = "a place such as {\"kind\":\"page\",\"page\":12}";
        reader.fault(field, FaultKind::Malformed { expected });
    }
    locator
}

fn types(reader: &mut FieldReader<'_>) -> Vec<String> {
    let given = reader.list("types", RESOURCE_TYPES.len());
    for (at, kind) in given.iter().enumerate() {
        if resource_type(kind).is_none() {
            let hint = "GET /api/v1/resource-types".to_owned();
            let value = kind.clone();
            reader.fault(&format!("types/{at}"), FaultKind::Unknown { value, hint });
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(value: &Value) -> Vec<String> {
        let faults = PackForm::parse(value.as_object().unwrap()).unwrap_err().into_iter();
        faults.map(|it| format!("{} {}", it.pointer, it.kind.code())).collect()
    }

    #[test]
    fn a_course_alone_is_a_pack() {
        let form = PackForm::parse(
            json!({"title": "数车资源包", "course": "零件数控车床加工"})
                .as_object()
                .unwrap(),
        );

        let form = form.unwrap();
        assert_eq!(form.scope, Scope::School);
        assert_eq!(
            form.contents[0].what,
            NamedSelection::Course("零件数控车床加工".to_owned())
        );
    }

    #[test]
    fn all_faults_of_all_entries_are_named_at_once() {
        let body = json!({"title": "", "scope": "world", "contents": [
            {"course": "a", "task": "b"}, 7, {"file": "x"}, {"resource": "y", "types": ["film"], "colour": 1}, {}]});

        assert_eq!(
            faults(&body),
            [
                "/title required",
                "/scope unknown-value",
                "/contents/0 malformed",
                "/contents/1 malformed",
                "/contents/2/from required",
                "/contents/3/types/0 unknown-value",
                "/contents/3/colour unknown-field",
                "/contents/4 malformed",
            ]
        );
        assert_eq!(faults(&json!({"title": "空"})), ["/contents required"]);
    }

    #[test]
    fn a_pack_is_given_to_nobody_who_could_not_have_its_parts() {
        let (own, other) = (Some(SchoolId::new()), Some(SchoolId::new()));
        let given = |scope, school, pack| may_be_given((Status::Published, scope, school), pack);

        assert!(given(Scope::School, own, (Scope::School, own)));
        assert!(!given(Scope::School, other, (Scope::School, own)));
        assert!(!given(Scope::School, None, (Scope::School, None)));
        assert!(!given(Scope::School, own, (Scope::City, own)));
        assert!(given(Scope::City, other, (Scope::School, own)));
        assert!(given(Scope::Public, other, (Scope::City, own)));
        assert!(!given(Scope::City, own, (Scope::Public, own)));
        assert!(!may_be_given(
            (Status::Withdrawn, Scope::Public, own),
            (Scope::School, own)
        ));
    }
}
