//! Cells that hold several codes by their names: how far something is shared, and who reviews it.

use serde_json::Value;

const SCOPES: &[(&str, &str)] = &[("school", "本校"), ("city", "全市"), ("public", "公开")];
const ROLES: &[(&str, &str)] = &[("school-admin", "学校管理员"), ("expert", "专家"), ("bureau", "人社局")];

pub(super) fn read_scopes(text: &str) -> Value {
    named_to_codes(text, SCOPES)
}

pub(super) fn write_scopes(codes: &Value) -> String {
    codes_to_names(codes, SCOPES)
}

pub(super) fn read_roles(text: &str) -> Value {
    named_to_codes(text, ROLES)
}

pub(super) fn write_roles(codes: &Value) -> String {
    codes_to_names(codes, ROLES)
}

fn named_to_codes(text: &str, names: &[(&str, &str)]) -> Value {
    let entries = text.split(['、', '，', ',', '；', ';']).map(str::trim);
    let code = |entry: &str| {
        let meant = names.iter().find(|(_, name)| *name == entry);
        meant.map_or(entry, |(code, _)| code).to_owned()
    };
    entries.filter(|entry| !entry.is_empty()).map(code).collect()
}

fn codes_to_names(codes: &Value, names: &[(&str, &str)]) -> String {
    let codes = codes.as_array().into_iter().flatten().filter_map(Value::as_str);
    let named = codes.map(|code| names.iter().find(|(it, _)| *it == code).map_or(code, |(_, name)| name));
    named.collect::<Vec<_>>().join("、")
}
