//! Reads an OpenAPI document into what its page shows.

use serde_json::{Map, Value};

use super::{DocumentedOperation, DocumentedParameter, DocumentedResponse, OperationGroup};

/// Methods in the order a reader expects them.
const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

/// A string, or nothing.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A text's paragraphs.
pub(super) fn paragraphs(value: &Value) -> Vec<String> {
    let text = value.as_str().unwrap_or_default();
    text.split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// All operations, by their first tag in order of appearance.
pub(super) fn groups(document: &Value) -> Vec<OperationGroup> {
    let mut groups: Vec<OperationGroup> = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            let operation = operation(document, method, path, item);
            let tag = item[*method]["tags"][0].as_str().unwrap_or("api");
            match groups.iter_mut().find(|group| group.name == tag) {
                Some(group) => group.operations.push(operation),
                None => groups.push(OperationGroup {
                    anchor: anchor(tag),
                    name: tag.to_owned(),
                    operations: vec![operation],
                }),
            }
        }
    }
    groups
}

fn operation(document: &Value, method: &str, path: &str, item: &Value) -> DocumentedOperation {
    let details = &item[method];
    DocumentedOperation {
        anchor: anchor(&format!("{method}-{path}")),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(&details["summary"]),
        description: paragraphs(&details["description"]),
        parameters: parameters(document, item, details),
        bodies: bodies(document, &details["requestBody"]),
        answers: answers(document, &details["responses"]),
    }
}

/// The parameters of the path and those of the operation.
fn parameters(document: &Value, item: &Value, details: &Value) -> Vec<DocumentedParameter> {
    let shared = item["parameters"].as_array();
    let own = details["parameters"].as_array();
    shared
        .into_iter()
        .chain(own)
        .flatten()
        .map(|value| parameter(resolved(document, value)))
        .collect()
}

fn parameter(value: &Value) -> DocumentedParameter {
    DocumentedParameter {
        name: text(&value["name"]),
        place: text(&value["in"]),
        holds: schema_name(&value["schema"]),
        is_required: value["required"].as_bool().unwrap_or(false),
        description: text(&value["description"]),
    }
}

fn answers(document: &Value, responses: &Value) -> Vec<DocumentedResponse> {
    let answer = |(status, value): (&String, &Value)| {
        let value = resolved(document, value);
        DocumentedResponse {
            status: status.clone(),
            description: text(&value["description"]),
            bodies: bodies(document, value),
        }
    };
    entries(responses).map(answer).collect()
}

/// What a request body or an answer holds, a line for each media type.
fn bodies(document: &Value, holder: &Value) -> Vec<String> {
    let content = &resolved(document, holder)["content"];
    entries(content)
        .map(|(media_type, value)| match schema_name(&value["schema"]) {
            name if name.is_empty() => media_type.clone(),
            name => format!("{media_type}: {name}"),
        })
        .collect()
}

/// Follows one reference inside the document; anything else stands for itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// A short name of what a schema describes: `Resource`, `string[]`, `integer`.
fn schema_name(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("{}[]", schema_name(&schema["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names: Vec<&str> = names
                .iter()
                .filter_map(Value::as_str)
                .filter(|name| *name != "null")
                .collect();
            names.join(" | ")
        }
        _ => String::new(),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Letters and digits, everything else a hyphen.
fn anchor(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    plain
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
