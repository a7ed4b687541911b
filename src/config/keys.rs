//! Settings of the keys that sign packs.

use std::fmt;

use toml::Value;

use super::SettingVisitor;
use super::fault::InvalidValue;
use super::setting::{Setting, SettingKind};

/// Fewer characters than this can be guessed: `openssl rand -hex 32` gives 64.
const LEAST_CHARS: usize = 32;

/// Section `[keys]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySettings {
    /// What the keys in the database are sealed with; empty: they are kept as they are.
    pub secret: Secret,
}

impl KeySettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("keys.secret", &mut self.secret);
    }
}

/// A secret. Empty means "not set". `Debug` and [`Setting::show`] hide it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, if one is set, for the one place that needs it.
    pub fn expose(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }

    fn shown(&self) -> &'static str {
        if self.0.is_empty() { "" } else { "***" }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shown())
    }
}

impl Setting for Secret {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        let text = text.trim();
        if !text.is_empty() && text.chars().count() < LEAST_CHARS {
            return Err(InvalidValue::new(
                format!("至少 {LEAST_CHARS} 个字符，例如 `openssl rand -hex 32` 的输出"),
                format!("must have at least {LEAST_CHARS} characters, such as `openssl rand -hex 32` gives"),
            ));
        }
        text.clone_into(&mut self.0);
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.shown().to_owned())
    }
}
