//! What an act changed, as a line of the audit log tells it: which fields, and of the few that decide who may do or see what
//! also from what to what. Never a text that somebody wrote, a person's name or a secret.

use serde::{Deserialize, Serialize};

/// The longest value that is told, in characters: codes, numbers and days are shorter.
const MAX_VALUE_CHARS: usize = 100;

/// What became of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditChange {
    /// Its name, as the interface has it.
    pub field: String,
    /// What it was, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is now, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What an act changed; nothing, where it changes no fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditChanges(Vec<AuditChange>);

impl AuditChanges {
    /// With a field that was set to something when its thing was made.
    #[must_use]
    pub fn set(self, field: &str, to: impl ToString) -> Self {
        self.put(field, None, Some(to.to_string()))
    }

    /// With a field's old and new value, if they differ.
    #[must_use]
    pub fn moved<T: PartialEq + ToString>(self, field: &str, from: T, to: T) -> Self {
        if from == to {
            return self;
        }
        self.put(field, Some(from.to_string()), Some(to.to_string()))
    }

    /// The same of a field that may hold nothing.
    #[must_use]
    pub fn moved_option<T: PartialEq + ToString>(self, field: &str, from: Option<T>, to: Option<T>) -> Self {
        if from == to {
            return self;
        }
        self.put(
            field,
            from.map(|value| value.to_string()),
            to.map(|value| value.to_string()),
        )
    }

    /// With a field whose values are not told, if it changed.
    #[must_use]
    pub fn named(self, field: &str, is_changed: bool) -> Self {
        if is_changed { self.put(field, None, None) } else { self }
    }

    /// As the log keeps it; nothing, where nothing changed.
    pub fn to_text(&self) -> Option<String> {
        let text = || serde_json::to_string(&self.0).expect("names and texts");
        (!self.0.is_empty()).then(text)
    }

    /// What the log keeps; of a text that another version wrote in another form nothing.
    pub fn of_text(text: Option<&str>) -> Vec<AuditChange> {
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    fn put(mut self, field: &str, from: Option<String>, to: Option<String>) -> Self {
        self.0.push(AuditChange {
            field: field.to_owned(),
            from: from.map(shortened),
            to: to.map(shortened),
        });
        self
    }
}

fn shortened(value: String) -> String {
    match value.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_change_is_not_told() {
        let changes = AuditChanges::default()
            .moved("role", "teacher", "teacher")
            .moved_option::<i64>("quota_bytes", None, None)
            .named("display", false);

        assert_eq!(changes.to_text(), None);
    }

    #[test]
    fn a_role_is_told_from_and_to_and_a_name_only_as_changed() {
        let changes = AuditChanges::default()
            .moved("role", "teacher", "bureau")
            .named("name", true)
            .set("scope", "city");

        let text = changes.to_text().unwrap();

        assert_eq!(
            text,
            r#"[{"field":"role","from":"teacher","to":"bureau"},{"field":"name"},{"field":"scope","to":"city"}]"#
        );
        assert_eq!(AuditChanges::of_text(Some(&text)), changes.0);
    }

    #[test]
    fn a_form_that_is_not_known_is_passed_over() {
        assert_eq!(AuditChanges::of_text(Some(r#"{"version":9}"#)), []);
        assert_eq!(AuditChanges::of_text(None), []);
    }
}
