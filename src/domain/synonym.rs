//! Synonyms: what a group of words for the same thing must be, and how a query is read with them.

use serde_json::{Map, Value};

use super::fault::{FaultKind, FieldFault};
use super::form::FieldReader;

/// The fewest words of a group: one word alone stands for itself.
pub const MIN_WORDS: usize = 2;
/// The most words of a group.
pub const MAX_WORDS: usize = 20;
/// The longest word, in characters.
pub const MAX_WORD_CHARS: usize = 40;
/// The longest remark, in characters.
pub const MAX_REMARK_CHARS: usize = 200;
/// The most groups of a school, and of the whole city: each is read with every question.
pub const MAX_GROUPS: u64 = 2_000;

/// A group of words for the same thing, as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = SynonymBody, description = "A group of words; the schema of its JSON.")]
pub struct SynonymWords {
    /// 2 to 20 words of up to 40 characters.
    pub words: Vec<String>,
    /// Why they are one group, up to 200 characters.
    pub remark: Option<String>,
}

/// Reading of a query, as its synonyms make it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryReading {
    /// The names in it that have other names, and these.
    pub named: Vec<(String, Vec<String>)>,
    /// Its other words.
    pub words: Vec<String>,
    /// What is wanted to the letter.
    pub phrases: Vec<String>,
    /// What is not wanted.
    pub excluded: Vec<String>,
}

impl SynonymWords {
    /// Parses the JSON of a group. Words that `fold` makes the same are one word given twice: questions are read folded.
    pub fn parse(fields: &Map<String, Value>, fold: impl Fn(&str) -> String) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let words = words(&mut reader, fold);
        let remark = reader.text("remark", MAX_REMARK_CHARS);
        reader.refuse_others();
        reader.finish(|| Self { words, remark })
    }

    /// Parses a change: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>, fold: impl Fn(&str) -> String) -> Result<Self, Vec<FieldFault>> {
        let mut merged = Map::new();
        merged.insert("words".to_owned(), self.words.clone().into());
        merged.insert("remark".to_owned(), self.remark.clone().into());
        merged.extend(fields.clone());
        Self::parse(&merged, fold)
    }
}

fn words(reader: &mut FieldReader<'_>, fold: impl Fn(&str) -> String) -> Vec<String> {
    let Some(value) = reader.take("words") else {
        reader.fault("words", FaultKind::Required);
        return Vec::new();
    };
    let Some(given) = value.as_array() else {
        let expected = "a list of texts";
        reader.fault("words", FaultKind::Malformed { expected });
        return Vec::new();
    };
    if given.len() < MIN_WORDS {
        let expected = "two words or more";
        reader.fault("words", FaultKind::Malformed { expected });
    }
    if given.len() > MAX_WORDS {
        reader.fault("words", FaultKind::TooLong { max: MAX_WORDS });
    }
    let mut words = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    // Somebody who sends a thousand is told of the first few.
    for (at, value) in given.iter().take(MAX_WORDS).enumerate() {
        match word(value, &fold) {
            Ok((_, folded)) if seen.contains(&folded) => {
                let value = value.as_str().unwrap_or_default().to_owned();
                reader.fault(&format!("words/{at}"), FaultKind::Repeated { value });
            }
            Ok((word, folded)) => {
                words.push(word);
                seen.push(folded);
            }
            Err(kind) => reader.fault(&format!("words/{at}"), kind),
        }
    }
    words
}

/// A word and how it is read.
fn word(value: &Value, fold: impl Fn(&str) -> String) -> Result<(String, String), FaultKind> {
    let text = value.as_str().ok_or(FaultKind::Malformed { expected: "text" })?;
    let seen: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let word = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let folded = fold(&word);
    if folded.trim().is_empty() {
        return Err(FaultKind::Required);
    }
    if word.chars().count() > MAX_WORD_CHARS {
        return Err(FaultKind::TooLong { max: MAX_WORD_CHARS });
    }
    Ok((word, folded))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: &Value) -> Result<SynonymWords, Vec<String>> {
        SynonymWords::parse(value.as_object().unwrap(), str::to_lowercase).map_err(told)
    }

    fn told(faults: Vec<FieldFault>) -> Vec<String> {
        let told = faults
            .into_iter()
            .map(|it| format!("{} {}", it.pointer, it.kind.code()));
        told.collect()
    }

    #[test]
    fn words_lose_what_cannot_be_seen() {
        let group = parse(&json!({"words": [" 课件 ", "TIA\n Portal"], "remark": " "})).unwrap();

        assert_eq!(group.words, ["课件", "TIA Portal"]);
        assert_eq!(group.remark, None);
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let long = "长".repeat(MAX_WORD_CHARS + 1);
        let body = json!({"words": ["PPT", "", "ppt", 7, long], "remark": 1, "colour": "red"});

        assert_eq!(
            parse(&body).unwrap_err(),
            [
                "/words/1 required",
                "/words/2 repeated",
                "/words/3 malformed",
                "/words/4 too-long",
                "/remark malformed",
                "/colour unknown-field"
            ]
        );
        assert_eq!(parse(&json!({})).unwrap_err(), ["/words required"]);
        assert_eq!(parse(&json!({"words": "PPT"})).unwrap_err(), ["/words malformed"]);
        assert_eq!(parse(&json!({"words": ["PPT"]})).unwrap_err(), ["/words malformed"]);
        let many: Vec<String> = (0..=MAX_WORDS).map(|n| n.to_string()).collect();
        assert_eq!(parse(&json!({ "words": many })).unwrap_err(), ["/words too-long"]);
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let group = parse(&json!({"words": ["课件", "PPT"], "remark": "常用"})).unwrap();
        let patched = |value: Value| group.patched(value.as_object().unwrap(), str::to_lowercase);

        assert_eq!(patched(json!({})).unwrap(), group);
        assert_eq!(patched(json!({"remark": null})).unwrap().remark, None);
        assert_eq!(patched(json!({"words": ["甲", "乙"]})).unwrap().remark.unwrap(), "常用");
        assert_eq!(told(patched(json!({"words": null})).unwrap_err()), ["/words required"]);
    }
}
