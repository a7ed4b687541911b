//! Certificates of training: a number that nobody guesses, which anyone can verify.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::attendance::MAX_REASON_CHARS;
use crate::domain::fault::FieldFault;
use crate::domain::form::FieldReader;

/// Signs of a number (Crockford's base 32): none is taken for another.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random signs of a number: sixty bits, so that no number leads to another.
const CHARS: usize = 12;

/// A certificate's number, as people write it: `GX26-7K3M-9QTX-4HZD`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, sea_orm::DeriveValueType, utoipa::ToSchema)]
#[schema(value_type = String)]
#[serde(try_from = "String", into = "String")]
#[sea_orm(value_type = "String")]
pub struct CertificateNumber(String);

/// The text is no number of a certificate.
#[derive(Debug, thiserror::Error)]
#[error("a certificate's number is written `GX26-7K3M-9QTX-4HZD`")]
pub struct NotACertificateNumber;

impl CertificateNumber {
    /// A number of a year from random bytes, one for each sign.
    pub fn new(year: i16, random: [u8; CHARS]) -> Self {
        let sign = |byte: &u8| char::from(SIGNS[usize::from(byte % 32)]);
        let signs: Vec<char> = random.iter().map(sign).collect();
        let parts: Vec<String> = signs.chunks(4).map(|part| part.iter().collect()).collect();
        Self(format!("GX{:02}-{}", year.rem_euclid(100), parts.join("-")))
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CertificateNumber {
    type Err = NotACertificateNumber;

    /// Reads a number however it was typed: small letters, blanks, no hyphens, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = text.chars().filter(char::is_ascii_alphanumeric);
        let typed: String = typed.map(|sign| sign.to_ascii_uppercase()).collect();
        let rest = typed.strip_prefix("GX").ok_or(NotACertificateNumber)?;
        let read = |sign| match sign {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let rest: Vec<char> = rest.chars().map(read).collect();
        let is_number = rest.len() == 2 + CHARS
            && rest[..2].iter().all(char::is_ascii_digit)
            && rest
                .iter()
                .all(|sign| u8::try_from(*sign).is_ok_and(|sign| SIGNS.contains(&sign)));
        if !is_number {
            return Err(NotACertificateNumber);
        }
        let year: String = rest[..2].iter().collect();
        let parts: Vec<String> = rest[2..].chunks(4).map(|part| part.iter().collect()).collect();
        Ok(Self(format!("GX{year}-{}", parts.join("-"))))
    }
}

impl TryFrom<String> for CertificateNumber {
    type Error = NotACertificateNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CertificateNumber> for String {
    fn from(number: CertificateNumber) -> Self {
        number.0
    }
}

/// Reads why a certificate is revoked.
pub fn parse_reason(fields: &Map<String, Value>) -> Result<String, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let reason = reader.required("reason", MAX_REASON_CHARS);
    reader.refuse_others();
    reader.finish(|| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_was_typed() {
        let number = CertificateNumber::new(2026, [7, 19, 3, 20, 9, 23, 26, 29, 4, 17, 31, 0]);

        assert_eq!(number.to_string(), "GX26-7K3M-9QTX-4HZ0");
        for typed in ["gx26 7k3m 9qtx 4hzo", "GX267K3M9QTX4HZ0", " GX26-7K3M-9QTX-4HZ0 "] {
            assert_eq!(typed.parse::<CertificateNumber>().unwrap(), number, "{typed}");
        }
        for wrong in [
            "",
            "GX26-7K3M-9QTX",
            "GX26-7K3M-9QTX-4HZU",
            "XX26-7K3M-9QTX-4HZ0",
            "GXA6-7K3M-9QTX-4HZ0",
        ] {
            assert!(wrong.parse::<CertificateNumber>().is_err(), "{wrong}");
        }
    }
}
