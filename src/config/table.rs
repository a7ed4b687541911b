//! Reads a table of a setting that is made of tables, and gathers all that is wrong with it.

use std::path::{Path, PathBuf};

use reqwest::Url;
use toml::{Table, Value};

use super::fault::InvalidValue;
use super::setting::SettingKind;
use crate::domain::address::keeps_secrets;

/// What stands where a secret was.
const HIDDEN: &str = "***";

/// A table that is being read: what is taken out of it, and the faults so far, by key.
pub(super) struct TableReader {
    table: Table,
    at: String,
    /// As it is shown: without secrets.
    pub(super) shown: Table,
    pub(super) faults: Vec<(String, InvalidValue)>,
}

impl TableReader {
    /// Begins with a table at a place such as `[keycloak]`.
    pub(super) fn new(table: Table, at: impl Into<String>) -> Self {
        Self {
            shown: table.clone(),
            table,
            at: at.into(),
            faults: Vec::new(),
        }
    }

    /// Notes what is wrong with a key.
    pub(super) fn fault(&mut self, key: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults
            .push((format!("{}.{key}", self.at), InvalidValue::new(zh, en)));
    }

    /// A text; empty where it is not given.
    pub(super) fn text(&mut self, key: &str) -> String {
        self.take(key, SettingKind::Text).unwrap_or_default()
    }

    /// A text, or what is usual.
    pub(super) fn text_or(&mut self, key: &str, usual: &str) -> String {
        let given = self.text(key);
        if given.is_empty() { usual.to_owned() } else { given }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &str) -> String {
        let text = self.text(key);
        if text.is_empty() && !self.is_faulty(key) {
            self.fault(key, "必须填写", "must be given");
        }
        text
    }

    /// A list of texts.
    pub(super) fn list(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.table.remove(key) else {
            return Vec::new();
        };
        let texts = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        texts.unwrap_or_else(|| {
            self.wanted(key, SettingKind::List);
            Vec::new()
        })
    }

    /// A switch, or what is usual.
    pub(super) fn flag_or(&mut self, key: &str, usual: bool) -> bool {
        self.take(key, SettingKind::Switch).map_or(usual, |text| text == "true")
    }

    /// A whole number that is not less than `least`, or what is usual.
    pub(super) fn number_or(&mut self, key: &str, usual: u32, least: u32) -> u32 {
        let Some(text) = self.take(key, SettingKind::Number) else {
            return usual;
        };
        match text.parse() {
            Ok(number) if number >= least => number,
            _ => {
                self.fault(key, format!("至少为 {least}"), format!("must be at least {least}"));
                usual
            }
        }
    }

    /// The tables of a key.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Table> {
        let Some(value) = self.table.remove(key) else {
            return Vec::new();
        };
        let tables = value.as_array().and_then(|items| {
            let tables = items.iter().map(|item| item.as_table().cloned());
            tables.collect::<Option<Vec<Table>>>()
        });
        tables.unwrap_or_else(|| {
            self.wanted(key, SettingKind::Tables);
            Vec::new()
        })
    }

    /// A secret, written here or in a file of its own, whose first line it is.
    pub(super) fn secret(&mut self, key: &str) -> String {
        let file_key = format!("{key}_file");
        let here = self.text(key);
        if self.shown.contains_key(key) {
            self.shown.insert(key.to_owned(), Value::String(HIDDEN.to_owned()));
        }
        let Some(file) = self.file(&file_key) else {
            return here;
        };
        if !here.is_empty() {
            self.fault(
                &file_key,
                format!("与 {key} 只能填一个"),
                format!("give either this or `{key}`"),
            );
            return here;
        }
        let read = std::fs::read_to_string(&file).unwrap_or_default();
        let secret = read.lines().next().unwrap_or_default().trim().to_owned();
        if secret.is_empty() && !self.is_faulty(&file_key) {
            self.fault(&file_key, "文件第一行是空的", "has nothing in its first line");
        }
        secret
    }

    /// A file that must be readable, where one is named.
    pub(super) fn file(&mut self, key: &str) -> Option<PathBuf> {
        let named = self.text(key);
        if named.is_empty() {
            return None;
        }
        let path = Path::new(&named);
        if let Err(error) = std::fs::read_to_string(path) {
            self.fault(key, format!("无法读取：{error}"), format!("cannot be read: {error}"));
        }
        Some(path.to_owned())
    }

    /// The address of a provider, which nobody on the way may read or change: over TLS, or on this very machine.
    pub(super) fn secure_url(&mut self, key: &str) -> String {
        let text = self.required(key);
        let url = Url::parse(&text).ok();
        let is_secure = url.is_some_and(|url| {
            let is_web = ["https", "http"].contains(&url.scheme());
            is_web && keeps_secrets(url.scheme(), url.host_str().unwrap_or_default())
        });
        if !text.is_empty() && !is_secure {
            let (zh, en) = (
                format!("“{text}”应以 https:// 开头（http:// 只能用于本机）"),
                format!("`{text}` must begin with https:// (http:// only for this machine)"),
            );
            self.fault(key, zh, en);
        }
        text
    }

    /// Refuses by name whatever nobody has taken.
    pub(super) fn refuse_others(&mut self) {
        for (key, _) in std::mem::take(&mut self.table) {
            self.fault(&key, "没有这项设置", "no such setting");
        }
    }

    /// Takes over what was read of a table within this one.
    pub(super) fn take_over(&mut self, inner: Self) {
        self.faults.extend(inner.faults);
    }

    fn take(&mut self, key: &str, kind: SettingKind) -> Option<String> {
        let value = self.table.remove(key)?;
        match kind.text(&value) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(_) => {
                self.wanted(key, kind);
                None
            }
        }
    }

    fn wanted(&mut self, key: &str, kind: SettingKind) {
        self.faults.push((format!("{}.{key}", self.at), kind.wanted()));
    }

    fn is_faulty(&self, key: &str) -> bool {
        let at = format!("{}.{key}", self.at);
        self.faults.iter().any(|(faulty, _)| *faulty == at)
    }
}
