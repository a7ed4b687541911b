//! What is said about a resource, as one value: its row, its document in the index, what people and programs are shown
//! of it, forms about it and manifests of packs hold the same.
//!
//! Its major, course and task stand beside it. Each holder knows them in a way of its own: by name, by id, or by both.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::form::{FieldReader, MAX_DESCRIPTION_CHARS, MAX_LIST, MAX_SHORT_CHARS, MAX_TITLE_CHARS};
use super::id::ResourceId;
use super::rights::Rights;
use super::role::Scope;
use super::stage::{MAX_STAGE_CHARS, stage_key};

/// The longest tag of a language (RFC 5646 §4.4.1).
const MAX_LANGUAGE_CHARS: usize = 35;

/// What is said about a resource, whoever holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Metadata {
    /// Its title.
    pub title: String,
    /// The type's code: `worksheet`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is, in its author's words.
    #[serde(default)]
    #[schema(required)]
    pub description: String,
    /// How far it is shared once published.
    pub scope: Scope,
    /// The stage 学习环节 of its task: `inform`, `plan`, `decide`, `execute`, `check`, `evaluate`, or a school's own name.
    pub stage: Option<String>,
    /// `intermediate`, `advanced` or `pre_technician`.
    pub level: Option<String>,
    /// For finding it.
    #[serde(default)]
    #[schema(required)]
    pub keywords: Vec<String>,
    /// Who made it.
    #[serde(default)]
    #[schema(required)]
    pub authors: Vec<String>,
    /// When it was made.
    pub year: Option<i32>,
    /// On which terms others may use it: a code of the vocabulary, such as `cc-by-4.0`, or other words.
    pub licence: Option<String>,
    /// Whose rights it touches, and what AI did.
    #[serde(flatten)]
    pub rights: Rights,
    /// BCP 47.
    pub language: Option<String>,
    /// The resource it was adapted from.
    pub based_on: Option<ResourceId>,
}

/// Something of a resource that is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field it names")]
#[schema(as = Field)]
pub enum SearchedField {
    Title,
    Description,
    Keywords,
    Authors,
    FileNames,
    Major,
    Course,
    Task,
    School,
    Type,
    Stage,
    Level,
    Year,
}

impl Metadata {
    /// What is said freely, by the field that it stands in, as it is searched. What is not named here is found by what it
    /// is called, limited by, or not searched.
    pub fn texts(&self) -> impl Iterator<Item = (SearchedField, &str)> {
        let Self {
            title,
            description,
            keywords,
            authors,
            kind: _,
            scope: _,
            stage: _,
            level: _,
            year: _,
            licence: _,
            rights: _,
            language: _,
            based_on: _,
        } = self;
        let one = [(SearchedField::Title, title), (SearchedField::Description, description)];
        let keywords = keywords.iter().map(|text| (SearchedField::Keywords, text));
        let authors = authors.iter().map(|text| (SearchedField::Authors, text));
        one.into_iter()
            .chain(keywords)
            .chain(authors)
            .map(|(field, text)| (field, text.as_str()))
    }

    /// Takes it out of a form.
    pub(super) fn read(form: &mut FieldReader<'_>) -> Self {
        Self {
            title: form.required("title", MAX_TITLE_CHARS),
            kind: form.kind(),
            description: form.text("description", MAX_DESCRIPTION_CHARS).unwrap_or_default(),
            stage: form.text("stage", MAX_STAGE_CHARS).map(|given| stage_key(&given)),
            level: form.level(),
            keywords: form.list("keywords", MAX_LIST),
            authors: form.list("authors", MAX_LIST),
            year: form.year(),
            licence: form.text("licence", MAX_SHORT_CHARS),
            rights: Rights::read(form),
            scope: form.scope(),
            language: form.text("language", MAX_LANGUAGE_CHARS),
            based_on: form.id("based_on"),
        }
    }
}

/// Writes metadata without the fields that nothing was said in, as versions and offers to a hub have it.
pub(super) fn without_nulls<S: Serializer>(metadata: &Metadata, to: S) -> Result<S::Ok, S::Error> {
    fields(metadata, |_, value| !value.is_null())?.serialize(to)
}

/// Fields that every manifest has, even where an older row holds nothing in them.
const ALWAYS: [&str; 3] = ["title", "type", "scope"];

/// Writes metadata without the fields that are empty, as manifests have it.
pub(crate) fn without_empty<S: Serializer>(metadata: &Metadata, to: S) -> Result<S::Ok, S::Error> {
    let is_filled = |name: &str, value: &Value| match value {
        _ if ALWAYS.contains(&name) => true,
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        // An empty list says that there is nothing of others in it, which nobody says by saying nothing.
        Value::Array(_) if name == "third_party" => true,
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    fields(metadata, is_filled)?.serialize(to)
}

fn fields<E: serde::ser::Error>(
    metadata: &Metadata,
    keep: impl Fn(&str, &Value) -> bool,
) -> Result<Map<String, Value>, E> {
    let Value::Object(mut fields) = serde_json::to_value(metadata).map_err(E::custom)? else {
        return Err(E::custom("metadata is an object"));
    };
    fields.retain(|name, value| keep(name, value));
    Ok(fields)
}
