//! Major codes: four digits in the national catalogue, anything short and plain for a school's own.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::level::Level;

/// The longest local code, in characters.
pub const MAX_CODE_CHARS: usize = 20;

/// A major's code without its level: `0403`, or a local one such as `TJ-A1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sea_orm::DeriveValueType)]
#[serde(transparent)]
pub struct MajorCode(String);

/// Why a text is no major code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCode {
    /// One to three digits: a spreadsheet took `0403` for a number.
    LostZero,
    /// Too long, or made of other signs than letters, digits, `-`, `_` and `.`.
    Signs,
}

impl MajorCode {
    /// Reads a code, and the level where the code carries its digit: `0403-3` is `0403` at the advanced level.
    pub fn parse(text: &str) -> Result<(Self, Option<Level>), BadCode> {
        let text: String = text.nfkc().collect();
        let text = text.trim();
        if let Some((code, level)) = split_level(text) {
            return Ok((Self(code.to_owned()), Some(level)));
        }
        if text.len() < 4 && text.chars().all(|c| c.is_ascii_digit()) {
            return Err(BadCode::LostZero);
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.chars().count() > MAX_CODE_CHARS || !text.chars().all(is_plain) {
            return Err(BadCode::Signs);
        }
        Ok((Self(text.to_owned()), None))
    }

    /// The code itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has the form of the national catalogue: four digits.
    pub fn is_official_form(&self) -> bool {
        self.0.len() == 4 && self.0.chars().all(|c| c.is_ascii_digit())
    }

    /// The category's code: the first two digits of an official code.
    pub fn category(&self) -> Option<&str> {
        self.is_official_form().then(|| &self.0[..2])
    }

    /// The full code at a level: `0403-3`.
    pub fn at(&self, level: Level) -> String {
        format!("{}-{}", self.0, level.digit())
    }
}

/// Only four digits carry a level; `TJ-3` is a local code like any other.
fn split_level(text: &str) -> Option<(&str, Level)> {
    let (code, digit) = text.split_once('-')?;
    let is_official = code.len() == 4 && code.chars().all(|c| c.is_ascii_digit());
    let mut digits = digit.chars();
    let level = Level::from_digit(digits.next()?)?;
    (is_official && digits.next().is_none()).then_some((code, level))
}

impl fmt::Display for MajorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
