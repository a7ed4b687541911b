//! The training levels (培养层次) and the digit that stands for each in a full major code.

use std::fmt;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::code::codes;

/// A training level, lowest first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 中级工, digit 4.
    Intermediate,
    /// 高级工, digit 3.
    Advanced,
    /// 预备技师(技师), digit 2.
    PreTechnician,
}

codes!(
    Level:
    Intermediate "intermediate",
    Advanced "advanced",
    PreTechnician "pre_technician",
);

impl Level {
    /// The digit behind a major code: the `3` of `0403-3`.
    pub fn digit(self) -> char {
        match self {
            Self::Intermediate => '4',
            Self::Advanced => '3',
            Self::PreTechnician => '2',
        }
    }

    /// The name that teachers use.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Intermediate => "中级工",
            Self::Advanced => "高级工",
            Self::PreTechnician => "预备技师",
        }
    }

    /// The English name.
    pub fn en(self) -> &'static str {
        match self {
            Self::Intermediate => "Intermediate",
            Self::Advanced => "Advanced",
            Self::PreTechnician => "Pre-technician",
        }
    }

    /// The level of a digit.
    pub fn from_digit(digit: char) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.digit() == digit)
    }

    /// Reads a level from any of the ways it is written: `高级工`, `高级技能`, `advanced`, `3`, `预备技师(技师)`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.nfkc().collect::<String>().trim().to_lowercase();
        match text.as_str() {
            "4" | "intermediate" | "中级" | "中级工" | "中级技能" => Some(Self::Intermediate),
            "3" | "advanced" | "高级" | "高级工" | "高级技能" => Some(Self::Advanced),
            "2" | "pre_technician" | "pre-technician" | "技师" => Some(Self::PreTechnician),
            other if other.starts_with("预备技师") => Some(Self::PreTechnician),
            _ => None,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
