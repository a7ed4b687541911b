//! Settings of reading scans and pictures.

use std::path::PathBuf;

use toml::Value;

use super::SettingVisitor;
use super::fault::InvalidValue;
use super::setting::{Setting, SettingKind};
use crate::domain::daily_hours::DailyHours;

/// Section `[ocr]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrSettings {
    /// Whether pages whose text stands in their pictures alone are read by a machine.
    pub enabled: bool,
    /// The hours of the day in which they are.
    pub hours: DailyHours,
    /// A folder with other models; empty means those of the program.
    pub models: PathBuf,
    /// Pages of one file that are read so.
    pub pages_per_file: u32,
    /// Pages of one school that are read so in 24 hours; 0 means no limit.
    pub pages_per_school_a_day: u32,
}

impl Default for OcrSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            hours: DailyHours::default(),
            models: PathBuf::new(),
            pages_per_file: 3_000,
            pages_per_school_a_day: 10_000,
        }
    }
}

impl OcrSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("ocr.enabled", &mut self.enabled);
        visit("ocr.hours", &mut self.hours);
        visit("ocr.models", &mut self.models);
        visit("ocr.pages_per_file", &mut self.pages_per_file);
        visit("ocr.pages_per_school_a_day", &mut self.pages_per_school_a_day);
    }
}

impl Setting for DailyHours {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = text.parse().map_err(|_| {
            InvalidValue::new(
                format!("“{text}”不是一天中的时段，例如 22-6；全天请留空"),
                format!("`{text}` is no span of hours such as 22-6; leave it empty for all day"),
            )
        })?;
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}
