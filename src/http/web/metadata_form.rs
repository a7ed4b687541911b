//! A resource's metadata as a form: its fields with their choices, and on each what is wrong with it.

use super::form::{Choice, ChoiceGroup, FormField};
use super::layout::Link;
use super::urls;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::role::Scope;
use crate::domain::stage::{STAGES, stage_key};
use crate::library::curriculum::Course;
use crate::words::pages::PageWords;

pub(super) use self::input::MetadataInput;
use self::rights::RightsForm;

mod input;
mod rights;

/// Fields of the form that are one text each, by the names that they have in JSON too.
const TEXTS: [&str; 14] = [
    "title",
    "type",
    "description",
    "stage",
    "level",
    "year",
    "licence",
    "scope",
    "employer_consent",
    "third_party",
    "people_filmed",
    "ai_use",
    "ai_tool",
    "ai_purpose",
];
/// Fields of the form that are several texts with signs between them, and whether a blank is such a sign.
const LISTS: [(&str, bool); 2] = [("keywords", true), ("authors", false)];
/// Fields that stand in the fold of details.
const DETAILS: [&str; 6] = ["description", "stage", "level", "keywords", "authors", "year"];

/// What is said about a resource: the fields that every form about one has.
#[derive(Debug, Clone)]
pub struct MetadataForm {
    /// The title.
    pub title: FormField,
    /// The types in two groups: the plan's own and the others.
    pub kinds: Vec<ChoiceGroup>,
    /// What is wrong with the type.
    pub kind_fault: Option<String>,
    /// Courses and tasks: a group per course, its values `course:{id}` and `task:{id}`.
    pub places: Vec<ChoiceGroup>,
    /// What is wrong with the place.
    pub place_fault: Option<String>,
    /// How far it will be shared.
    pub scopes: Vec<Choice>,
    /// The description.
    pub description: FormField,
    /// The stage of its task, by the name that the reader knows it by.
    pub stage: FormField,
    /// The names of stages to choose from.
    pub stages: Vec<String>,
    /// The training levels.
    pub levels: Vec<Choice>,
    /// Keywords, separated by commas or spaces.
    pub keywords: FormField,
    /// Authors, separated by commas.
    pub authors: FormField,
    /// The year it was made.
    pub year: FormField,
    /// The fold of rights.
    pub rights: RightsForm,
    /// Whether the fold of details is open, as it must be when a fault stands in it.
    pub has_details: bool,
}

impl MetadataForm {
    /// What was typed, with what is wrong on each field.
    pub(super) fn of(say: PageWords, courses: &[Course], typed: &MetadataInput, faults: &FieldErrors<'_>) -> Self {
        let field = |name: &str| FormField {
            value: typed.value(name).to_owned(),
            fault: faults.of(name),
        };
        Self {
            title: field("title"),
            kinds: kinds(say, typed.value("type")),
            kind_fault: faults.of("type"),
            places: courses
                .iter()
                .map(|course| place(say, course, typed.value("place")))
                .collect(),
            place_fault: faults.of("course").or_else(|| faults.of("task")),
            scopes: scopes(say, typed.value("scope")),
            description: field("description"),
            stage: FormField {
                value: say.stage(&stage_key(typed.value("stage"))),
                fault: faults.of("stage"),
            },
            stages: STAGES.iter().map(|stage| say.stage(stage.code)).collect(),
            levels: ["intermediate", "advanced", "pre_technician"]
                .map(|code| Choice::new(code, say.level(code), typed.value("level")))
                .into(),
            keywords: field("keywords"),
            authors: field("authors"),
            year: field("year"),
            rights: RightsForm::of(say, typed, faults),
            has_details: DETAILS.iter().any(|name| faults.of(name).is_some()),
        }
    }
}

/// What is wrong, by field.
pub(super) struct FieldErrors<'a> {
    /// The words to say it in.
    pub(super) say: PageWords,
    /// All of it.
    pub(super) faults: &'a [FieldFault],
}

impl FieldErrors<'_> {
    /// What is wrong with a field or a part of it, in words.
    pub(super) fn of(&self, name: &str) -> Option<String> {
        let fault = self
            .faults
            .iter()
            .find(|fault| fault.pointer.split('/').nth(1) == Some(name))?;
        Some(match (&fault.kind, name) {
            (FaultKind::Required, "uploads") => self.say.no_files_yet().to_owned(),
            (FaultKind::Required, "remove") => self.say.edit_no_file_left().to_owned(),
            (kind, _) => kind.say(self.say.lang()),
        })
    }

    /// That something is wrong.
    pub(super) fn whole(&self) -> Option<String> {
        (!self.faults.is_empty()).then(|| self.say.check_form().to_owned())
    }
}

fn kinds(say: PageWords, chosen: &str) -> Vec<ChoiceGroup> {
    let group = |label: &str, policy: bool| ChoiceGroup {
        label: label.to_owned(),
        choices: RESOURCE_TYPES
            .iter()
            .filter(|kind| kind.policy == policy)
            .map(|kind| Choice::new(kind.code, say.kind(kind), chosen))
            .collect(),
    };
    vec![group(say.types_plan(), true), group(say.types_other(), false)]
}

fn place(say: PageWords, course: &Course, chosen: &str) -> ChoiceGroup {
    let whole = Choice::new(format!("course:{}", course.id), say.whole_course(), chosen);
    let tasks = course
        .tasks
        .iter()
        .map(|task| Choice::new(format!("task:{}", task.id), &task.name, chosen));
    ChoiceGroup {
        label: format!("{} › {}", course.major.name, course.name),
        choices: [whole].into_iter().chain(tasks).collect(),
    }
}

fn scopes(say: PageWords, chosen: &str) -> Vec<Choice> {
    let all = [
        ("school", Scope::School),
        ("city", Scope::City),
        ("public", Scope::Public),
    ];
    all.map(|(code, scope)| Choice::new(code, say.scope(scope), chosen).noted(say.scope_note(scope)))
        .into()
}

/// The course that sent the reader here, or whose task did.
pub(super) fn origin(courses: &[Course], place: &str) -> Option<Link> {
    let (_, id) = place.split_once(':')?;
    let holds =
        |course: &&Course| course.id.to_string() == id || course.tasks.iter().any(|task| task.id.to_string() == id);
    let course = courses.iter().find(holds)?;
    Some(Link::new(&course.name, urls::course(course.id)))
}
