//! Saved searches: their forms and limits.

use serde_json::{Map, Value};

use super::fault::{FaultKind, FieldFault};
use super::form::FieldReader;

/// The most searches that a person keeps: the news of each is counted when they look.
pub const MAX_SAVED: u64 = 100;
/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 100;
/// The longest question, as an address carries it.
pub const MAX_QUERY_CHARS: usize = 4_000;

/// A search to be kept.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = SavedBody, description = "A search to keep; the schema of its JSON.")]
pub struct NewSaved {
    /// What to call it, up to 100 characters.
    pub name: String,
    /// The question as an address carries it: `q=星三角&type=worksheet`. `since` and `cursor` are not kept.
    pub query: String,
}

impl NewSaved {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = one_line(&reader.required("name", MAX_NAME_CHARS));
        let query = query(&mut reader);
        reader.refuse_others();
        reader.finish(|| Self { name, query })
    }
}

/// An empty question is one as well: everything there is.
fn query(reader: &mut FieldReader<'_>) -> String {
    let is_missing = reader.take("query").is_none();
    if is_missing {
        reader.fault("query", FaultKind::Required);
        return String::new();
    }
    let whole = reader.text("query", MAX_QUERY_CHARS).unwrap_or_default();
    let question = whole.split_once('?').map_or(whole.as_str(), |(_, question)| question);
    question.to_owned()
}

/// A change of a search that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = SavedChange, description = "A change of a saved search.")]
pub struct SavedPatch {
    /// Another name.
    pub name: Option<String>,
    /// `true` makes an address for its feed, told in this answer only, and ends the one before; `false` ends it.
    pub feed: Option<bool>,
}

impl SavedPatch {
    /// Parses the JSON of a change.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let is_named = fields.contains_key("name");
        let name = is_named.then(|| one_line(&reader.required("name", MAX_NAME_CHARS)));
        let feed = fields
            .get("feed")
            .is_some_and(|value| !value.is_null())
            .then(|| reader.flag("feed"));
        reader.expect_fields(&["name", "feed"]);
        reader.refuse_others();
        reader.finish(|| Self { name, feed })
    }
}

fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults<T: std::fmt::Debug>(parsed: Result<T, Vec<FieldFault>>) -> Vec<String> {
        let faults = parsed.unwrap_err().into_iter();
        faults.map(|it| format!("{} {}", it.pointer, it.kind.code())).collect()
    }

    #[test]
    fn a_name_and_a_question_are_enough() {
        let parsed = NewSaved::parse(
            json!({"name": " 星\n三角 ", "query": "/search?q=x"})
                .as_object()
                .unwrap(),
        );

        assert_eq!(
            parsed.unwrap(),
            NewSaved {
                name: "星 三角".to_owned(),
                query: "q=x".to_owned()
            }
        );
        let everything = NewSaved::parse(json!({"name": "全部", "query": ""}).as_object().unwrap());
        assert_eq!(everything.unwrap().query, "");
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let body = json!({"name": "长".repeat(MAX_NAME_CHARS + 1), "colour": 1});

        assert_eq!(
            faults(NewSaved::parse(body.as_object().unwrap())),
            ["/name too-long", "/query required", "/colour unknown-field"]
        );
        let body = json!({"name": "", "feed": "yes", "query": "q=x"});
        assert_eq!(
            faults(SavedPatch::parse(body.as_object().unwrap())),
            ["/name required", "/feed malformed", "/query unknown-field"]
        );
    }
}
