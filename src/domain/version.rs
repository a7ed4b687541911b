//! Changes from one version of a resource to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// What became of the files and the words of a resource in one version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VersionChanges {
    /// Files that came.
    pub added: Vec<String>,
    /// Files that went.
    pub removed: Vec<String>,
    /// Files whose contents are others now.
    pub replaced: Vec<String>,
    /// Fields that say something else now, by their names in the metadata.
    pub fields: Vec<String>,
}

impl VersionChanges {
    /// Of the paths of files that came and of those that went: a path among both was replaced.
    pub fn of_files(came: Vec<String>, went: Vec<String>) -> Self {
        let (came, went): (BTreeSet<String>, BTreeSet<String>) =
            (came.into_iter().collect(), went.into_iter().collect());
        Self {
            added: came.difference(&went).cloned().collect(),
            removed: went.difference(&came).cloned().collect(),
            replaced: came.intersection(&went).cloned().collect(),
            fields: Vec::new(),
        }
    }

    /// The names of the fields in which two versions' metadata differ.
    pub fn fields(before: &Value, after: &Value) -> Vec<String> {
        let of = |value: &Value| -> BTreeMap<String, Value> {
            let fields = value.as_object().into_iter().flatten();
            fields.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let (before, after) = (of(before), of(after));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
        changed.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::VersionChanges;

    fn paths(of: &[&str]) -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_path_that_came_and_went_was_replaced() {
        let changes = VersionChanges::of_files(paths(&["a.pdf", "c.pdf"]), paths(&["a.pdf", "b.pdf"]));

        assert_eq!(changes.added, ["c.pdf"]);
        assert_eq!(changes.removed, ["b.pdf"]);
        assert_eq!(changes.replaced, ["a.pdf"]);
    }

    #[test]
    fn a_field_that_came_or_went_has_changed_too() {
        let before = json!({"title": "甲", "year": 2024, "level": "advanced"});
        let after = json!({"title": "甲", "year": 2025, "licence": "cc0-1.0"});

        assert_eq!(VersionChanges::fields(&before, &after), ["level", "licence", "year"]);
    }
}
