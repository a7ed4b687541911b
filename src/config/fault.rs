//! Faults of settings, in both languages and never quoting a secret.

use std::fmt;
use std::path::PathBuf;

/// Why a value was refused, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl InvalidValue {
    /// Puts the two sentences side by side.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// Origin of a value; later ones win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// Nobody said anything.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable of this name.
    Environment(String),
}

/// One fault: which key, who set it, what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The setting as the file writes it, such as `server.listen`; empty when the whole file is at fault.
    pub key: String,
    /// Who said so.
    pub origin: SettingOrigin,
    /// What is wrong.
    pub wrong: InvalidValue,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from_zh, from_en) = match &self.origin {
            SettingOrigin::Default => (String::new(), String::new()),
            SettingOrigin::File(path) => (format!("（{}）", path.display()), format!(" ({})", path.display())),
            SettingOrigin::Environment(name) => (
                format!("（环境变量 {name}）"),
                format!(" (environment variable {name})"),
            ),
        };
        let key = if self.key.is_empty() { "--config" } else { &self.key };
        writeln!(f, "{key}{from_zh}：{}", self.wrong.zh)?;
        write!(f, "  {key}{from_en}: {}", self.wrong.en)
    }
}

/// Every fault of one set of settings, so that an operator mends them in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFaults(pub(super) Vec<SettingFault>);

impl SettingFaults {
    /// The faults, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &SettingFault> {
        self.0.iter()
    }
}

impl fmt::Display for SettingFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "设置有 {count} 处错误 · the settings have {count} fault(s)")?;
        for fault in &self.0 {
            write!(f, "\n{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingFaults {}
