//! The fold of a form of metadata that asks for the rights in a resource, and for what AI did.

use super::{FieldErrors, MetadataInput};
use crate::domain::licence::Licence;
use crate::domain::rights::{AiUse, EmployerConsent, PeopleFilmed, RIGHTS_FIELDS};
use crate::http::web::form::{Choice, FormField};
use crate::words::pages::PageWords;

/// The fields of the fold.
#[derive(Debug, Clone)]
pub struct RightsForm {
    /// Licences.
    pub licences: Vec<Choice>,
    /// What is wrong with the licence.
    pub licence_fault: Option<String>,
    /// What the employer may say.
    pub employer: Vec<Choice>,
    /// What others made, a line for each.
    pub third_party: FormField,
    /// Whether people agreed.
    pub people: Vec<Choice>,
    /// How much AI did.
    pub ai: Vec<Choice>,
    /// With which tool.
    pub ai_tool: FormField,
    /// For what.
    pub ai_purpose: FormField,
    /// Whether the fold is open, as it must be when a fault stands in it.
    pub is_open: bool,
}

impl RightsForm {
    /// What was typed, with what is wrong on each field.
    pub(super) fn of(say: PageWords, typed: &MetadataInput, faults: &FieldErrors<'_>) -> Self {
        let field = |name: &str| FormField {
            value: typed.value(name).to_owned(),
            fault: faults.of(name),
        };
        Self {
            licences: licences(say, typed.value("licence")),
            licence_fault: faults.of("licence"),
            employer: EmployerConsent::ALL
                .map(|consent| {
                    let label = say.employer_consent(consent);
                    Choice::new(consent.code(), label, typed.value("employer_consent"))
                })
                .into(),
            third_party: field("third_party"),
            people: PeopleFilmed::ALL
                .map(|people| Choice::new(people.code(), say.people_filmed(people), typed.value("people_filmed")))
                .into(),
            ai: AiUse::ALL
                .map(|used| Choice::new(used.code(), say.ai_use(used), typed.value("ai_use")))
                .into(),
            ai_tool: field("ai_tool"),
            ai_purpose: field("ai_purpose"),
            is_open: RIGHTS_FIELDS
                .iter()
                .chain(&["licence"])
                .any(|name| faults.of(name).is_some()),
        }
    }
}

/// The licences to choose from, with the words that are chosen whatever they are.
fn licences(say: PageWords, chosen: &str) -> Vec<Choice> {
    let codes = Licence::ALL.map(Licence::code);
    let is_other = !chosen.is_empty() && !codes.contains(&chosen);
    let offered = codes.into_iter().chain(is_other.then_some(chosen));
    offered
        .map(|code| Choice::new(code, say.licence_name(code), chosen))
        .collect()
}
