//! Canonical JSON (RFC 8785): the one spelling that is signed and that lengths and hashes are of.
//!
//! Libraries for TUF sign another one (OLPC's canonical JSON). It differs in two things: control characters stand in texts
//! as they are, and names are in the order of code points, not of UTF-16. [`signed_form`] keeps documents where both are the
//! same, so that either kind of client believes them.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::Digest as _;

use crate::domain::id::Sha256;

/// Writes a value in its canonical form.
///
/// # Panics
/// If the value cannot be JSON: a map with keys that are no strings, a number without end. Ours are none.
pub fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a document of ours can be written as JSON")
}

/// Stands for a line break in signed texts; see [`signed_form`].
const LINE: char = '\u{2028}';

/// Least first byte, in UTF-8, of a character that UTF-16 writes in two units. RFC 8785 sorts by UTF-16 units and OLPC
/// by code points; the two orders differ only where such a character stands.
const ASTRAL: u8 = 0xf0;

/// Writes what is to be signed, in the form that RFC 8785 and OLPC's canonical JSON have in common: a line break stands as
/// [`LINE`], any other control character as a blank, and names, which hold neither, are in the order of code points.
///
/// # Panics
/// As [`to_vec`].
pub fn signed_form(value: &impl Serialize) -> Vec<u8> {
    let bytes = without_controls(&to_vec(value));
    // Rare, and sorting reads and writes the whole document once more.
    if bytes.iter().any(|byte| *byte >= ASTRAL) {
        return by_code_points(&bytes);
    }
    bytes
}

/// A signed text with its lines as they were written.
pub fn with_lines(text: &str) -> String {
    text.replace(LINE, "\n")
}

/// Replaces what canonical JSON spells with a backslash and a letter.
fn without_controls(json: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(json.len());
    let mut bytes = json.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            written.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => written.extend(LINE.encode_utf8(&mut [0; 4]).bytes()),
            Some(b'u') => {
                // Four digits.
                bytes.nth(3);
                written.push(b' ');
            }
            Some(b'b' | b'f' | b'r' | b't') => written.push(b' '),
            Some(sign) => written.extend([byte, sign]),
            None => {}
        }
    }
    written
}

/// Sorts names by code points, which is the order of their bytes.
fn by_code_points(json: &[u8]) -> Vec<u8> {
    let value: Sorted = serde_json::from_slice(json).expect("it was written a moment ago");
    serde_json::to_vec(&value).expect("what was JSON is JSON")
}

/// JSON with its names in the order of their bytes.
#[derive(serde::Deserialize, Serialize)]
#[serde(untagged)]
enum Sorted {
    Object(BTreeMap<String, Sorted>),
    List(Vec<Sorted>),
    Other(serde_json::Value),
}

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::from_bytes(sha2::Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::{sha256, signed_form, to_vec};

    /// As securesystemslib writes it: only the two signs escaped, names by code point.
    fn olpc(value: &serde_json::Value) -> String {
        let text = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        match value {
            serde_json::Value::String(it) => text(it),
            serde_json::Value::Array(list) => {
                let list: Vec<String> = list.iter().map(olpc).collect();
                format!("[{}]", list.join(","))
            }
            serde_json::Value::Object(fields) => {
                let mut names: Vec<&String> = fields.keys().collect();
                names.sort();
                let fields: Vec<String> = names
                    .iter()
                    .map(|name| format!("{}:{}", text(name), olpc(&fields[*name])))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }
            other => other.to_string(),
        }
    }

    /// A line break in a description made a pack's list one that no library for TUF believed.
    #[test]
    fn what_is_signed_is_the_same_in_both_canonical_forms() {
        let nasty = serde_json::json!({
            "\u{fb33}：": 1, "\u{1f600}": "齿轮\n第二行\t列\r\u{8}\u{c}\u{1f}\u{7f}\u{2028}", "a": [true, 2, null, -3],
            "b": "\"\\n \\u0041", "": {"𠮷": "😀", "（": 2}
        });

        let written = signed_form(&nasty);

        let read: serde_json::Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(String::from_utf8(written.clone()).unwrap(), olpc(&read));
        assert_eq!(read["\u{1f600}"], "齿轮\u{2028}第二行 列    \u{7f}\u{2028}");
        assert_eq!(read["b"], nasty["b"]);
        // What was in common form already is as it was.
        assert_eq!(signed_form(&read), written);
        let plain = serde_json::json!({"b": 1, "a": "台阶轴"});
        assert_eq!(signed_form(&plain), to_vec(&plain));
    }

    #[test]
    fn names_are_sorted_by_utf_16_and_nothing_is_escaped_that_need_not_be() {
        // The order of RFC 8785 §3.2.3: U+1F600 is D83D DE00 in UTF-16 and stands before U+FB33.
        let value = serde_json::json!({"\u{fb33}": 1, "\u{1f600}": "齿轮\n", "a": [true, 2], "": {}});

        let written = String::from_utf8(to_vec(&value)).unwrap();

        assert_eq!(
            written,
            "{\"\":{},\"a\":[true,2],\"\u{1f600}\":\"齿轮\\n\",\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn the_digest_is_that_of_fips_180_4() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

        assert_eq!(sha256(b"abc").hex(), expected);
    }
}
