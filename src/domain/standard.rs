//! Standards 课程标准: the courses and tasks of one major as a document of the authority lays them down, version by version.
//!
//! A version is published once and never changed: its [`structure`] is kept whole, with the ids of courses and tasks, so that
//! any two versions can be compared for ever ([`comparison`]). A draft is a table and some words ([`proposal`]); what it
//! means is worked out each time against what is taught at that moment, and publishing says against what that was.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::codes;
use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_SHORT_CHARS, MAX_TITLE_CHARS, laid_over};
use super::id::ResourceId;

pub mod comparison;
pub mod followup;
pub mod proposal;
pub mod structure;

/// The most tasks of a standard.
pub const MAX_TASKS: usize = 2_000;
/// The longest notes, in characters.
pub const MAX_NOTES_CHARS: usize = 5_000;

/// Where a version stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StandardState {
    /// Those who keep the catalogue work on it.
    Draft,
    /// Everybody reads it, and nobody changes it any more.
    Published,
}

codes!(StandardState: Draft "draft", Published "published");

/// What is said about a version beside its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = StandardBody, description = "A version of a standard; the schema of its JSON.")]
pub struct StandardForm {
    /// The major, by id, code or exact name. It is said once, when the draft is made.
    pub major: String,
    /// The title, up to 200 characters.
    pub title: String,
    /// The number of the document that issued it 文号.
    pub issued_no: Option<String>,
    /// The day from which it holds.
    pub effective_on: Option<Day>,
    /// The resource of this library that holds the document, by its id.
    #[schema(value_type = Option<String>)]
    pub document: Option<ResourceId>,
    /// Which version of that; the one that others see when not given.
    pub document_version: Option<i32>,
    /// What else is to be known.
    pub notes: Option<String>,
}

impl StandardForm {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let form = Self {
            major: reader.required("major", MAX_SHORT_CHARS),
            title: reader.required("title", MAX_TITLE_CHARS),
            issued_no: reader.text("issued_no", MAX_SHORT_CHARS),
            effective_on: reader.day("effective_on"),
            document: reader.id("document"),
            document_version: reader.number("document_version", 1..=1_000_000, "a version's number"),
            notes: reader.text("notes", MAX_NOTES_CHARS),
        };
        if form.document.is_none() && form.document_version.is_some() {
            reader.fault("document", FaultKind::Required);
        }
        reader.refuse_others();
        reader.finish(|| form)
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        Self::parse(&laid_over(self, fields))
    }
}
