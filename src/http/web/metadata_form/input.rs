//! What somebody typed into a form of metadata: received, compared with what stood there, and as the interface's JSON.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::actor::Actor;
use crate::domain::id::UploadId;
use crate::domain::rights::ThirdPartyPart;
use crate::domain::stage::stage_key;
use crate::error::{Refusal, Result};
use crate::http::form::{MAX_WORDS, file, text};
use crate::http::protected_form::ProtectedMultipart;
use crate::http::web::metadata_form::{LISTS, TEXTS};
use crate::library::Library;
use crate::library::resource_view::Resource;

/// The form as it was sent.
#[derive(Debug, Default)]
pub(in crate::http::web) struct MetadataInput {
    fields: HashMap<String, String>,
    /// Files that came with the form.
    received: Vec<UploadId>,
    /// Files that were there before it, by the ids of their uploads.
    uploads: Vec<UploadId>,
    removed: Vec<String>,
}

impl MetadataInput {
    /// A form that begins with these fields.
    pub(in crate::http::web) fn of(fields: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        let filled = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Self {
            fields: filled.collect(),
            ..Self::default()
        }
    }

    /// The same with another field.
    pub(in crate::http::web) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The form as a resource fills it.
    pub(in crate::http::web) fn of_resource(resource: &Resource) -> Self {
        let task = resource.task.as_ref().map(|task| format!("task:{}", task.id));
        let course = || resource.course.as_ref().map(|course| format!("course:{}", course.id));
        let said = serde_json::to_value(&resource.metadata).unwrap_or_default();
        let names = TEXTS.into_iter().chain(LISTS.map(|(name, _)| name));
        let rights = &resource.metadata.rights;
        let filled = names.map(|name| match name {
            "third_party" => (name, rights.third_party.as_deref().map(ThirdPartyPart::lines)),
            _ => (name, shown(&said[name])),
        });
        Self::of(filled.chain([("place", task.or_else(course))]))
    }

    /// Receives the form and its files.
    pub(in crate::http::web) async fn receive(
        library: &Library,
        actor: &Actor,
        mut form: ProtectedMultipart,
    ) -> Result<Self> {
        let mut typed = Self::default();
        let mut length = 0;
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                typed.received.extend(file(library, actor, field).await?);
                continue;
            }
            let value = text(field).await?;
            length += name.len() + value.len();
            if length > MAX_WORDS {
                let limit = MAX_WORDS as u64;
                return Err(Refusal::BodyTooLarge { limit }.into());
            }
            // A form's lines end in CRLF (HTML, multipart form data); texts are kept with LF.
            let value = String::from_utf8_lossy(&value).replace("\r\n", "\n");
            match name.as_str() {
                "upload" => typed.uploads.extend(value.parse::<UploadId>()),
                "remove" => typed.removed.push(value),
                _ => drop(typed.fields.insert(name, value)),
            }
        }
        Ok(typed)
    }

    /// What was typed into a field, if anything.
    pub(in crate::http::web) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// What was typed into a field; nothing where it was left empty.
    pub(in crate::http::web) fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// What is kept of a field: a stage is shown by its name and kept by its key.
    fn kept(&self, name: &str) -> String {
        match name {
            "stage" => stage_key(self.value(name)),
            _ => self.value(name).to_owned(),
        }
    }

    /// The files that came with the form.
    pub(in crate::http::web) fn received(&self) -> &[UploadId] {
        &self.received
    }

    /// All files of the form: those that were there before it, and those that came with it.
    pub(in crate::http::web) fn uploads(&self) -> Vec<UploadId> {
        [self.uploads.as_slice(), &self.received].concat()
    }

    /// The form as text that a page can carry, to be told later what was changed in it.
    pub(in crate::http::web) fn to_text(&self) -> String {
        json!(self.fields).to_string()
    }

    /// Reads [`Self::to_text`]; nothing where it was tampered with.
    pub(in crate::http::web) fn from_text(text: &str) -> Option<Self> {
        Some(Self {
            fields: serde_json::from_str(text).ok()?,
            ..Self::default()
        })
    }

    /// The same changes made to another form: what differs from `before` here, and else what `now` holds.
    pub(in crate::http::web) fn moved(&self, before: &Self, now: Self) -> Self {
        let mut fields = now.fields;
        for (name, value) in &self.fields {
            if self.kept(name) != before.kept(name) {
                fields.insert(name.clone(), value.clone());
            }
        }
        Self {
            fields,
            received: self.received.clone(),
            uploads: self.uploads.clone(),
            removed: self.removed.clone(),
        }
    }

    /// What tells this form from another with the same key: its words, and its files as they stood before they came.
    pub(in crate::http::web) fn sent(&self) -> Map<String, Value> {
        let mut sent = self.fields();
        sent.insert("uploads".to_owned(), json!(self.uploads));
        sent.insert("remove".to_owned(), json!(self.removed));
        sent
    }

    /// Paths of files that are to be left out.
    pub(in crate::http::web) fn removed(&self) -> &[String] {
        &self.removed
    }

    /// The key that came with the form.
    pub(in crate::http::web) fn key(&self) -> Option<&str> {
        self.get("idempotency_key")
    }

    /// The form as the interface names its fields; empty ones are left out.
    pub(in crate::http::web) fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        for name in TEXTS {
            if let Some(value) = self.get(name) {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        if let Some((kind @ ("course" | "task"), id)) = self.value("place").split_once(':') {
            fields.insert(kind.to_owned(), json!(id));
        }
        for (name, at_spaces) in LISTS {
            fields.insert(name.to_owned(), json!(split_list(self.value(name), at_spaces)));
        }
        fields.insert("submit".to_owned(), json!(self.get("submit").is_some()));
        fields
    }

    /// What differs from how the form was, as the interface names it: what was emptied is `null`, what was not touched is
    /// not there. So a list whose words hold the sign that parts them stays as it is.
    pub(in crate::http::web) fn changes_from(&self, before: &Self) -> Map<String, Value> {
        let differs = |name: &str| self.kept(name) != before.kept(name);
        let mut fields = Map::new();
        for name in TEXTS.into_iter().filter(|name| differs(name)) {
            fields.insert(name.to_owned(), json!(self.get(name)));
        }
        if differs("place") {
            // The narrowest brings the others along.
            let (kind, id) = self.value("place").split_once(':').unwrap_or_default();
            for name in ["course", "task"] {
                fields.insert(name.to_owned(), if name == kind { json!(id) } else { Value::Null });
            }
            if !id.is_empty() {
                fields.insert("major".to_owned(), Value::Null);
            }
        }
        for (name, at_spaces) in LISTS {
            if differs(name) {
                fields.insert(name.to_owned(), json!(split_list(self.value(name), at_spaces)));
            }
        }
        fields
    }
}

/// A field of the metadata as the form shows it.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("，")),
        other => Some(other.to_string()),
    }
}

/// The parts of a list as people write it.
fn split_list(text: &str, is_split_at_spaces: bool) -> Vec<&str> {
    let divides = |c: char| matches!(c, ',' | '，' | '、' | ';' | '；') || is_split_at_spaces && c.is_whitespace();
    text.split(divides)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MetadataInput, split_list};

    #[test]
    fn lists_are_read_as_people_write_them() {
        assert_eq!(
            split_list("降压启动，时间继电器 接触器", true),
            ["降压启动", "时间继电器", "接触器"]
        );
        assert_eq!(split_list("王敏、Li Qiang;", false), ["王敏", "Li Qiang"]);
    }

    #[test]
    fn what_was_typed_becomes_the_interfaces_json() {
        let typed = |pairs: &[(&str, &str)]| MetadataInput {
            fields: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..MetadataInput::default()
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

    #[test]
    fn only_what_was_touched_is_changed() {
        let text = |value: &str| Some(value.to_owned());
        let before = [
            ("title", text("台阶轴")),
            ("keywords", text("FANUC 0i，台阶轴")),
            ("year", text("2024")),
            ("place", text("task:7")),
        ];
        let typed = |name: &'static str, value| MetadataInput::of(before.clone().into_iter().chain([(name, value)]));
        let changes = |name, value| {
            serde_json::Value::Object(typed(name, value).changes_from(&MetadataInput::of(before.clone())))
        };

        assert_eq!(
            changes("title", text("台阶轴 ")),
            json!({}),
            "a keyword with a blank in it was taken apart"
        );
        assert_eq!(changes("year", text("")), json!({"year": null}));
        assert_eq!(
            changes("place", text("course:9")),
            json!({"course": "9", "task": null, "major": null})
        );
        assert_eq!(changes("place", text("")), json!({"course": null, "task": null}));
        assert_eq!(changes("keywords", text("甲 乙")), json!({"keywords": ["甲", "乙"]}));
    }
}
