//! Forms as they are typed: fields as the interface takes them, and faults where the field stands.

use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::web::form::FormField;
use crate::words::pages::PageWords;

/// What a form sent, field by field; one that can be chosen several times comes several times.
pub(super) type TypedFields = Vec<(String, String)>;

/// The first value of a field.
pub(super) fn value<'a>(typed: &'a TypedFields, name: &str) -> &'a str {
    let found = typed.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, value)| value.trim())
}

/// Every value of a field.
pub(super) fn values<'a>(typed: &'a TypedFields, name: &str) -> Vec<&'a str> {
    let these = typed.iter().filter(|(field, value)| field == name && !value.is_empty());
    these.map(|(_, value)| value.as_str()).collect()
}

/// A text as the interface takes it: an empty one is none.
pub(super) fn text(typed: &TypedFields, name: &str) -> Value {
    match value(typed, name) {
        "" => Value::Null,
        text => text.into(),
    }
}

/// Some texts as an object.
pub(super) fn texts(typed: &TypedFields, names: &[&str]) -> Map<String, Value> {
    names
        .iter()
        .map(|name| ((*name).to_owned(), text(typed, name)))
        .collect()
}

/// What is wrong with a form: a sentence for each field.
#[derive(Debug, Default)]
pub(super) struct TypedFaults(Vec<(String, String)>);

impl TypedFaults {
    /// The faults of a form that is shown once more; any other problem is answered as it is. A name that is in use is a
    /// fault of the field `name`.
    pub(super) fn of(problem: Problem, say: PageWords, name: &str) -> Result<Self, Problem> {
        match problem.refusal() {
            Some(Refusal::Fields(faults)) => {
                let told = faults.iter().map(|it| (it.pointer.clone(), it.kind.say(say.lang())));
                Ok(Self(told.collect()))
            }
            Some(taken @ Refusal::NameTaken { .. }) => {
                Ok(Self(vec![(format!("/{name}"), taken.say(say.lang()).detail)]))
            }
            _ => Err(problem),
        }
    }

    /// The same faults at other places of the form; what `to` does not know stays.
    pub(super) fn moved(self, to: impl Fn(&str) -> Option<String>) -> Self {
        let moved = self.0.into_iter().map(|(at, told)| (to(&at).unwrap_or(at), told));
        Self(moved.collect())
    }

    /// A field with what stands in it and what is wrong with it, or with a part of it.
    pub(super) fn field(&self, name: &str, value: impl Into<String>) -> FormField {
        let (pointer, part) = (format!("/{name}"), format!("/{name}/"));
        let mut faults = self.0.iter();
        let fault = faults.find(|(at, _)| *at == pointer || at.starts_with(&part));
        FormField {
            value: value.into(),
            fault: fault.map(|(_, sentence)| sentence.clone()),
        }
    }
}
