//! The fields that making a pack and editing one share.

use serde_json::{Map, Value, json};

use crate::domain::fault::FieldFault;
use crate::domain::resource::resource_type;
use crate::domain::role::Scope;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::page_context::PageContext;
use crate::library::packs::PackEntry;
use crate::words::pages::PageWords;

/// The form as it was sent.
#[derive(Debug)]
pub(super) struct PackFields(Vec<(String, String)>);

impl PackFields {
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// What was typed into a field.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Everything that was sent under a name, in order.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(field, _)| field == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The same with other values under a name, in order.
    pub(super) fn with_all(&self, name: &str, values: &[String]) -> Self {
        let others = self.0.iter().filter(|(field, _)| field != name).cloned();
        let these = values.iter().map(|value| (name.to_owned(), value.clone()));
        Self(others.chain(these).collect())
    }
}

/// What was typed into a field, with what is wrong at its pointer or below.
pub(super) fn field(visit: &PageContext, typed: &str, faults: &[FieldFault], pointer: &str) -> FormField {
    let is_own = |fault: &&FieldFault| {
        let rest = fault.pointer.strip_prefix(pointer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let said: Vec<String> = faults
        .iter()
        .filter(is_own)
        .map(|fault| fault.kind.say(visit.say.lang()))
        .collect();
    FormField {
        value: typed.to_owned(),
        fault: (!said.is_empty()).then(|| said.join(" ")),
    }
}

/// An entry as the interface takes it, with another note.
pub(super) fn entry_json(entry: &PackEntry, note: &str) -> Value {
    let mut fields = Map::new();
    // A place in a file is asked for as the file, with `from` and `to`.
    let name = if entry.kind == "fragment" { "file" } else { entry.kind };
    fields.insert(name.to_owned(), entry.id.to_string().into());
    fields.insert("note".to_owned(), note.into());
    fields.insert("types".to_owned(), entry.types.clone().into());
    fields.insert("stages".to_owned(), entry.stages.clone().into());
    for (name, place) in [("from", &entry.from), ("to", &entry.to)] {
        if let Some(place) = place {
            fields.insert(name.to_owned(), json!(place));
        }
    }
    Value::Object(fields)
}

/// Whom a pack can be for.
pub(super) fn scopes(say: PageWords, chosen: &str) -> Vec<Choice> {
    let choice = |(code, scope)| Choice::new(code, say.scope(scope), chosen).noted(say.scope_note(scope));
    let scopes = [
        ("school", Scope::School),
        ("city", Scope::City),
        ("public", Scope::Public),
    ];
    scopes.map(choice).into()
}

/// The types of an entry, by name.
pub(super) fn type_names(say: PageWords, codes: &[String]) -> Vec<String> {
    let name = |code: &String| resource_type(code).map_or_else(|| code.clone(), |kind| say.kind(kind).to_owned());
    codes.iter().map(name).collect()
}
