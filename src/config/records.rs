//! Settings of the audit log.

use std::time::Duration;

use super::SettingVisitor;

/// Section `[records]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSettings {
    /// For how many months lines of the audit log are kept.
    pub keep_months: u32,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self { keep_months: 12 }
    }
}

impl RecordSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("records.keep_months", &mut self.keep_months);
    }

    /// [`RecordSettings::keep_months`] as a span of time: each month as the longest, so that none is cut short.
    pub fn kept(&self) -> Duration {
        super::hours(u64::from(self.keep_months).saturating_mul(31 * 24))
    }
}
