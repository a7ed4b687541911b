//! Limits of documents. Lengths in signed documents are a hub's word: they are believed below these ceilings only,
//! so that nobody's list takes more memory than ours do.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::manifest::Manifest;
use super::trust::{SignedDocument as _, VerificationError};

/// The longest manifest, as it is signed. One of 100,000 files has 34 million bytes.
pub const MAX_MANIFEST_BYTES: u64 = 128 << 20;
/// The longest patch; beyond that the whole manifest is asked for.
pub const MAX_PATCH_BYTES: u64 = 16 << 20;
/// Most values in one document: names, texts, numbers, lists. In memory each takes some 50 bytes, however short it is
/// written; a manifest without this limit took a client's memory to 2.1 GB.
const MAX_VALUES: u64 = 4_000_000;
/// Bytes of all that was made for a version that is evidence, at most: whoever fetches it holds it until it is written.
const MAX_MADE_BYTES: u64 = 128 << 20;
/// Bytes of all files of a version at most: what a database counts with.
const MAX_TOTAL_BYTES: u64 = i64::MAX as u64;

/// Refuses a document that would take more memory than it has bytes for.
pub fn expect_bearable(role: &'static str, json: &[u8]) -> Result<(), VerificationError> {
    let mut left = MAX_VALUES;
    let mut reader = serde_json::Deserializer::from_slice(json);
    match Count(&mut left).deserialize(&mut reader) {
        Ok(()) => Ok(()),
        // serde_json keeps nothing but the text of an error of ours; the count says that it was one.
        Err(_) if left == 0 => Err(VerificationError::TooLarge {
            role,
            what: format!("more than {MAX_VALUES} values"),
        }),
        Err(error) => Err(VerificationError::Malformed {
            role,
            detail: error.to_string(),
        }),
    }
}

/// Refuses a length that no list of ours has.
pub fn expect_length(role: &'static str, length: u64) -> Result<(), VerificationError> {
    if length <= MAX_MANIFEST_BYTES {
        return Ok(());
    }
    Err(VerificationError::TooLarge {
        role,
        what: format!("{length} bytes"),
    })
}

/// Refuses files that are together longer than can be counted, and tables of evidence longer than can be held.
pub fn expect_total(manifest: &Manifest) -> Result<(), VerificationError> {
    let texts = manifest
        .targets
        .values()
        .filter_map(|target| target.custom.text.as_ref());
    let lengths = manifest.targets.values().map(|target| target.length);
    let total = lengths
        .chain(texts.map(|text| text.length))
        .fold(0, |total: u64, length| total.saturating_add(length));
    let made = manifest
        .evidence
        .iter()
        .flat_map(|evidence| evidence.documents.values());
    let made = made.fold(0, |total: u64, made| total.saturating_add(made.length));
    let what = match () {
        () if total > MAX_TOTAL_BYTES => "files without end".to_owned(),
        () if made > MAX_MADE_BYTES => format!("{made} bytes of tables"),
        () => return Ok(()),
    };
    Err(VerificationError::TooLarge {
        role: Manifest::ROLE,
        what,
    })
}

/// Counts the values of a document as it is read, and keeps none of them.
struct Count<'a>(&'a mut u64);

impl Count<'_> {
    fn one<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.0 = self.0.saturating_sub(1);
        if *self.0 == 0 {
            return Err(E::custom("too many values"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: serde::de::Error>(mut self, _: bool) -> Result<(), E> {
        self.one()
    }

    fn visit_i64<E: serde::de::Error>(mut self, _: i64) -> Result<(), E> {
        self.one()
    }

    fn visit_u64<E: serde::de::Error>(mut self, _: u64) -> Result<(), E> {
        self.one()
    }

    fn visit_f64<E: serde::de::Error>(mut self, _: f64) -> Result<(), E> {
        self.one()
    }

    fn visit_str<E: serde::de::Error>(mut self, _: &str) -> Result<(), E> {
        self.one()
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.one()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.one()?;
        while items.next_element_seed(Count(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.one()?;
        while fields.next_key_seed(Count(self.0))?.is_some() {
            fields.next_value_seed(Count(self.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_VALUES, expect_bearable, expect_length};
    use crate::pack::trust::VerificationError;

    /// Two bytes of an empty text become dozens in memory: 128 MiB of them were 2 GB.
    #[test]
    fn a_list_of_countless_little_things_is_refused_before_it_is_read() {
        let many = usize::try_from(MAX_VALUES).unwrap() + 1;
        let json = format!("[{}0]", "0,".repeat(many));

        let refused = expect_bearable("targets", json.as_bytes());

        assert!(
            matches!(refused, Err(VerificationError::TooLarge { .. })),
            "{refused:?}"
        );
        assert!(expect_bearable("targets", br#"{"a":[1,-2,3.5,null,true,"x"],"b":{}}"#).is_ok());
        assert!(matches!(
            expect_bearable("targets", b"{\"a\":"),
            Err(VerificationError::Malformed { .. })
        ));
    }

    #[test]
    fn a_length_of_a_terabyte_is_not_believed() {
        assert!(expect_length("targets", 34_000_000).is_ok());
        assert!(expect_length("targets", 1 << 40).is_err());
    }
}
