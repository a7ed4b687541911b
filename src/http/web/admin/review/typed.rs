//! The form of a path as it was sent, as the interface takes it.

use serde_json::{Map, Value, json};

use crate::domain::review::ReviewLevel;
use crate::domain::role::Role;

/// What a form sent, by name.
pub(super) struct Typed<'a>(pub(super) &'a [(String, String)]);

impl<'a> Typed<'a> {
    pub(super) fn one(&self, name: &str) -> &'a str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.trim())
    }

    pub(super) fn all(&self, name: &str) -> Vec<&'a str> {
        let found = self.0.iter().filter(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// A number, or as it was typed, so that it is told as a fault.
    fn number(&self, name: &str) -> Value {
        match self.one(name) {
            "" => Value::Null,
            typed => typed.parse::<u64>().map_or_else(|_| typed.into(), Value::from),
        }
    }

    fn step(&self, number: usize) -> Option<Value> {
        let of = |name: &str| format!("s{number}.{name}");
        let name = self.one(&of("name_zh"));
        if name.is_empty() {
            return None;
        }
        let level = match self.one(&of("level")) {
            "" => ReviewLevel::School.code(),
            level => level,
        };
        let asked: &[Role] = match (level, self.one(&of("experts_only"))) {
            ("city", "true") => &[Role::Expert],
            _ => &[],
        };
        let id = Some(self.one(&of("id"))).filter(|id| !id.is_empty());
        let people = self.one(&of("people"));
        let people: Vec<&str> = people.split(['、', '，', ',', '；', ';', ' ']).collect();
        Some(json!({
            "id": id,
            "name_zh": name,
            "name_en": self.one(&of("name_en")),
            "level": level,
            "asked": asked,
            "people": people,
            "voices": self.number(&of("voices")),
            "due_days": self.number(&of("due_days")),
            "remind_days": self.number(&of("remind_days")),
        }))
    }

    pub(super) fn body(&self, is_city: bool) -> Map<String, Value> {
        let is_removed = self.one("act") == "remove";
        let numbers = 1..=self.0.len();
        let steps: Vec<Value> = match is_removed {
            true => Vec::new(),
            false => numbers.filter_map(|number| self.step(number)).collect(),
        };
        let mut fields = Map::new();
        fields.insert("steps".to_owned(), steps.into());
        if is_city {
            fields.insert("name_zh".to_owned(), self.one("name_zh").into());
            fields.insert("name_en".to_owned(), self.one("name_en").into());
            fields.insert("types".to_owned(), self.all("types").into());
            for flag in ["may_reject", "may_publish", "may_publish_beyond"] {
                fields.insert(flag.to_owned(), (self.one(flag) == "true").into());
            }
        }
        fields
    }
}
