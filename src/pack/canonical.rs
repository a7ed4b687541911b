//! The one spelling of a JSON document: what is signed, and what lengths and hashes are of (RFC 8785).

use ring::digest;
use serde::Serialize;

use crate::domain::id::Sha256;

/// Writes a value in its canonical form.
///
/// # Panics
/// If the value cannot be JSON: a map with keys that are no strings, a number without end. Ours are none.
pub fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a document of ours can be written as JSON")
}

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let digest = digest::digest(&digest::SHA256, bytes);
    Sha256::from_bytes(digest.as_ref().try_into().expect("a SHA-256 has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::{sha256, to_vec};

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
