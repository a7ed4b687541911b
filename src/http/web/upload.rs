//! Giving something: the upload form.

use askama::Template;

use super::form::{Choice, ChoiceGroup, Field};
use super::layout::{Layout, Link};

/// The upload page.
#[derive(Debug, Template)]
#[template(path = "upload.html")]
pub struct UploadPage {
    /// The frame.
    pub layout: Layout,
    /// Makes sending the form twice share once.
    pub idempotency_key: String,
    /// What is wrong with the whole.
    pub fault: Option<String>,
    /// What is wrong with the files.
    pub files_fault: Option<String>,
    /// The most that one file may weigh, as a sentence.
    pub limit: String,
    /// The title.
    pub title: Field,
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
    pub description: Field,
    /// The training levels.
    pub levels: Vec<Choice>,
    /// Keywords, separated by commas or spaces.
    pub keywords: Field,
    /// Authors, separated by commas.
    pub authors: Field,
    /// The year it was made.
    pub year: Field,
    /// Licences.
    pub licences: Vec<Choice>,
    /// Whether the fold of details is open, as it must be when a fault stands in it.
    pub has_details: bool,
    /// Whether it is submitted for review at once.
    pub is_submitted: bool,
    /// Where this leads back to, when a task or a course sent the reader here.
    pub origin: Option<Link>,
}
