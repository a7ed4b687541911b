//! The upload form between browser and library: what was typed becomes the interface's JSON, and faults of the JSON
//! come back to the fields they belong to.

use std::collections::HashMap;

use actix_multipart::Multipart;
use actix_web::{HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde_json::{Map, Value, json};

use super::{UploadPage, UploadQuery, new_key};
use crate::actor::Actor;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::ShareForm;
use crate::domain::id::Id;
use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::role::Scope;
use crate::error::{Refusal, Result};
use crate::http::form::{broken, file, text};
use crate::http::web::form::{Choice, ChoiceGroup, Field};
use crate::http::web::layout::Link;
use crate::http::web::visit::{Visit, expect_csrf};
use crate::http::web::{link, show};
use crate::library::Library;
use crate::library::curriculum::Course;
use crate::words::pages::PageWords;

/// Licences to choose from.
const LICENCES: [&str; 6] = [
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "cc-by-nc-sa-4.0",
    "cc0-1.0",
    "platform",
    "school",
];
/// Fields that stand in the fold of details.
const DETAILS: [&str; 6] = ["description", "level", "keywords", "authors", "year", "licence"];

/// The form as it was sent.
#[derive(Debug, Default)]
pub(super) struct Typed {
    fields: HashMap<String, String>,
    uploads: Vec<Id>,
}

impl Typed {
    /// An empty form for the place that the address names.
    pub(super) fn fresh(query: UploadQuery) -> Self {
        let task = query.task.map(|id| format!("task:{id}"));
        let place = task.or_else(|| query.course.map(|id| format!("course:{id}")));
        let fields = [
            ("place", place),
            ("type", query.r#type),
            ("scope", Some("school".to_owned())),
            ("submit", Some("true".to_owned())),
        ];
        let filled = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Self {
            fields: filled.collect(),
            uploads: Vec::new(),
        }
    }

    /// Receives the form. The session's mark comes first: without it no file is taken in.
    pub(super) async fn receive(
        library: &Library,
        actor: &Actor,
        request: &HttpRequest,
        payload: web::Payload,
    ) -> Result<Self> {
        if request.content_type() != "multipart/form-data" {
            let expected = "multipart/form-data";
            return Err(Refusal::MediaType { expected }.into());
        }
        let mut form = Multipart::new(request.headers(), payload);
        let mut typed = Self::default();
        while let Some(field) = form.next().await {
            let field = field.map_err(broken)?;
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                expect_csrf(actor, typed.get("csrf"))?;
                typed.uploads.extend(file(library, actor, field).await?);
            } else {
                let value = String::from_utf8_lossy(&text(field).await?).into_owned();
                typed.fields.insert(name, value);
            }
        }
        expect_csrf(actor, typed.get("csrf"))?;
        Ok(typed)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The form's files, received.
    pub(super) fn uploads(&self) -> &[Id] {
        &self.uploads
    }

    /// The key that came with the form.
    pub(super) fn key(&self) -> Option<&str> {
        self.get("idempotency_key")
    }

    /// The parsed form with its files, or everything that is wrong. A person who sends no file has forgotten it.
    pub(super) fn form(&self, fields: &Map<String, Value>) -> std::result::Result<ShareForm, Vec<FieldFault>> {
        let parsed = ShareForm::parse(fields);
        if self.uploads.is_empty() {
            let mut faults = parsed.err().unwrap_or_default();
            faults.push(FieldFault::at("uploads", FaultKind::Required));
            return Err(faults);
        }
        let mut form = parsed?;
        form.uploads.extend(&self.uploads);
        Ok(form)
    }

    /// The form as the interface names its fields; empty ones are left out.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        for name in ["title", "type", "description", "level", "year", "licence", "scope"] {
            if let Some(value) = self.get(name) {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        if let Some((kind @ ("course" | "task"), id)) = self.value("place").split_once(':') {
            fields.insert(kind.to_owned(), json!(id));
        }
        fields.insert("keywords".to_owned(), json!(list(self.value("keywords"), true)));
        fields.insert("authors".to_owned(), json!(list(self.value("authors"), false)));
        fields.insert("submit".to_owned(), json!(self.get("submit").is_some()));
        fields
    }
}

/// The parts of a list as people write it.
fn list(text: &str, is_split_at_spaces: bool) -> Vec<&str> {
    let divides = |c: char| matches!(c, ',' | '，' | '、' | ';' | '；') || is_split_at_spaces && c.is_whitespace();
    text.split(divides)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The form with what was typed and, on each field, what is wrong with it.
pub(super) async fn page(visit: &Visit, library: &Library, typed: &Typed, faults: &[FieldFault]) -> Result<UploadPage> {
    let say = visit.say;
    let faults = Faults { say, faults };
    let courses = library.courses(None).await?;
    let field = |name: &str| Field {
        value: typed.value(name).to_owned(),
        fault: faults.of(name),
    };
    Ok(UploadPage {
        layout: visit.layout(say.upload_heading()),
        idempotency_key: new_key(),
        fault: faults.whole(),
        files_fault: faults.of("uploads"),
        limit: say.file_limit(&show::bytes(library.rules().max_file_bytes)),
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
        levels: ["intermediate", "advanced", "pre_technician"]
            .map(|code| Choice::new(code, say.level(code), typed.value("level")))
            .into(),
        keywords: field("keywords"),
        authors: field("authors"),
        year: field("year"),
        licences: LICENCES
            .map(|code| Choice::new(code, say.licence_name(code), typed.value("licence")))
            .into(),
        has_details: DETAILS.iter().any(|name| faults.of(name).is_some()),
        is_submitted: typed.get("submit").is_some(),
        origin: origin(&courses, typed.value("place")),
    })
}

/// What is wrong, by field.
struct Faults<'a> {
    say: PageWords,
    faults: &'a [FieldFault],
}

impl Faults<'_> {
    /// What is wrong with a field or a part of it, in words.
    fn of(&self, name: &str) -> Option<String> {
        let fault = self
            .faults
            .iter()
            .find(|fault| fault.pointer.split('/').nth(1) == Some(name))?;
        Some(match (&fault.kind, name) {
            (FaultKind::Required, "uploads") => self.say.no_files_yet().to_owned(),
            (kind, _) => kind.say(self.say.lang()),
        })
    }

    fn whole(&self) -> Option<String> {
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
fn origin(courses: &[Course], place: &str) -> Option<Link> {
    let (_, id) = place.split_once(':')?;
    let holds =
        |course: &&Course| course.id.to_string() == id || course.tasks.iter().any(|task| task.id.to_string() == id);
    let course = courses.iter().find(holds)?;
    Some(Link::new(&course.name, link::course(course.id)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Typed, list};

    #[test]
    fn lists_are_read_as_people_write_them() {
        assert_eq!(
            list("降压启动，时间继电器 接触器", true),
            ["降压启动", "时间继电器", "接触器"]
        );
        assert_eq!(list("王敏、Li Qiang;", false), ["王敏", "Li Qiang"]);
    }

    #[test]
    fn what_was_typed_becomes_the_interfaces_json() {
        let typed = |pairs: &[(&str, &str)]| Typed {
            fields: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            uploads: Vec::new(),
        };

        let fields = typed(&[
            ("title", " 台阶轴 "),
            ("place", "task:7"),
            ("year", ""),
            ("submit", "true"),
        ])
        .fields();

        let expected = json!({"title": "台阶轴", "task": "7", "keywords": [], "authors": [], "submit": true});
        assert_eq!(serde_json::Value::Object(fields), expected);
    }
}
