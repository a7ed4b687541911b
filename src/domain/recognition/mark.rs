//! Marks 称号 as whoever bears them sees them: valid, over, or taken away.

use serde::Serialize;

use crate::domain::day::Day;

/// Where a mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MarkState {
    /// It is valid, and shown where it stands.
    Valid,
    /// Its last day is over.
    Over,
    /// It was taken away: what it came of was corrected.
    TakenAway,
}

impl MarkState {
    /// Where a mark stands on a day; without a last day it is for good.
    pub fn on(today: Day, until: Option<Day>, is_taken_away: bool) -> Self {
        match until {
            _ if is_taken_away => Self::TakenAway,
            Some(until) if until < today => Self::Over,
            _ => Self::Valid,
        }
    }
}
