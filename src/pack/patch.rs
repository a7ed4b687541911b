//! JSON Merge Patch (RFC 7396) from one manifest to the next. Manifests hold no `null`, so every difference can be said.

use serde_json::{Map, Value};

/// The patch that turns `from` into `to`.
pub fn between(from: &Value, to: &Value) -> Value {
    let (Value::Object(from), Value::Object(to)) = (from, to) else {
        return to.clone();
    };
    let mut patch = Map::new();
    for name in from.keys().filter(|name| !to.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in to {
        match from.get(name) {
            Some(before) if before == value => {}
            Some(before) => _ = patch.insert(name.clone(), between(before, value)),
            None => _ = patch.insert(name.clone(), value.clone()),
        }
    }
    Value::Object(patch)
}

/// Applies a patch to `target`.
pub fn apply(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(&name);
        } else {
            // Even what is new goes through here: nulls inside of it are not to stay (RFC 7396 §2).
            apply(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{apply, between};

    #[test]
    fn the_examples_of_rfc_7396_come_out() {
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"foo"}), json!("bar"), json!("bar")),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ];
        for (mut target, patch, expected) in cases {
            apply(&mut target, patch);
            assert_eq!(target, expected);
        }
    }

    #[test]
    fn a_difference_holds_only_what_differs_and_leads_there() {
        let from = json!({"targets": {"a": {"length": 1}, "b": {"length": 2}}, "version": 1, "note": "x"});
        let to = json!({"targets": {"b": {"length": 3}, "c": {"length": 4}}, "version": 2});

        let patch = between(&from, &to);
        let mut reached = from;
        apply(&mut reached, patch.clone());

        assert_eq!(reached, to);
        let expected =
            json!({"targets": {"a": null, "b": {"length": 3}, "c": {"length": 4}}, "version": 2, "note": null});
        assert_eq!(patch, expected);
    }
}
