//! Layers of settings, file and environment, merged by key before anything is parsed.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::fault::{InvalidValue, SettingFault, SettingOrigin};
use super::setting::Setting;

/// What our environment variables begin with.
const PREFIX: &str = "GONGXUE_";

/// Unparsed value of a setting.
enum LayerValue {
    /// By the settings file, with TOML's types.
    Typed(Value),
    /// By the environment, where everything is text.
    Text(String),
}

/// Merged layers, by key, the later on top; and the faults so far.
#[derive(Default)]
pub(super) struct Layers {
    given: BTreeMap<String, (SettingOrigin, LayerValue)>,
    origins: BTreeMap<String, SettingOrigin>,
    pub(super) faults: Vec<SettingFault>,
}

impl Layers {
    /// Adds a settings file. One that cannot be read is a fault like any other, so the rest is still looked at.
    pub(super) fn add_file(&mut self, path: &Path) {
        let origin = SettingOrigin::File(path.to_owned());
        let read = std::fs::read_to_string(path)
            .map_err(|error| InvalidValue::new(format!("无法读取：{error}"), format!("cannot be read: {error}")));
        let parsed = read.and_then(|text| {
            text.parse::<Table>().map_err(|error| {
                InvalidValue::new(
                    format!("不是有效的 TOML：{}", place(&error, &text)),
                    format!("not valid TOML: {}", place(&error, &text)),
                )
            })
        });
        match parsed {
            Ok(table) => self.add_table("", table, &origin),
            Err(wrong) => self.faults.push(SettingFault {
                key: String::new(),
                origin,
                wrong,
            }),
        }
    }

    /// Keys are `section.key`; a table inside a section becomes a key that no setting has, and is refused as unknown.
    fn add_table(&mut self, section: &str, table: Table, origin: &SettingOrigin) {
        for (name, value) in table {
            let key = if section.is_empty() {
                name
            } else {
                format!("{section}.{name}")
            };
            match value {
                Value::Table(inner) => self.add_table(&key, inner, origin),
                value => self.add(key, origin.clone(), LayerValue::Typed(value)),
            }
        }
    }

    /// Adds the environment: `GONGXUE_<SECTION>__<KEY>`, and single names such as `GONGXUE_DATA_DIR`.
    ///
    /// A name without `__` that is no setting belongs to somebody else: Kubernetes, for one, sets `GONGXUE_PORT` beside
    /// a service called gongxue. Only one that looks like a setting is refused, because it was surely meant as one.
    pub(super) fn add_environment(
        &mut self,
        variables: impl Iterator<Item = (String, String)>,
        known: &[&'static str],
    ) {
        for (name, text) in variables {
            let Some(rest) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let key = rest.to_ascii_lowercase().replacen("__", ".", 1);
            if rest.contains("__") || known.contains(&key.as_str()) {
                self.add(key, SettingOrigin::Environment(name), LayerValue::Text(text));
            } else if let Some(meant) = lookalike(&key, known) {
                let right = variable(meant);
                let wrong = InvalidValue::new(format!("应写作 {right}"), format!("should be written {right}"));
                self.faults.push(SettingFault {
                    key: meant.to_owned(),
                    origin: SettingOrigin::Environment(name),
                    wrong,
                });
            }
        }
    }

    fn add(&mut self, key: String, origin: SettingOrigin, given: LayerValue) {
        self.given.insert(key, (origin, given));
    }

    /// Sets one setting from what was said about it, if anything was.
    pub(super) fn fill(&mut self, key: &str, setting: &mut dyn Setting) {
        let Some((origin, given)) = self.given.remove(key) else {
            return;
        };
        let text = match given {
            LayerValue::Text(text) => Ok(text),
            LayerValue::Typed(value) => setting.kind().text(&value),
        };
        self.origins.insert(key.to_owned(), origin);
        let wrong = match text {
            Ok(text) => setting.set_parts(&text),
            Err(wrong) => vec![(String::new(), wrong)],
        };
        for (part, wrong) in wrong {
            self.fault_of_part(key, &part, wrong);
        }
    }

    /// Notes a fault of a setting that was filled.
    pub(super) fn fault(&mut self, key: &str, wrong: InvalidValue) {
        self.fault_of_part(key, "", wrong);
    }

    /// Notes a fault of a part of a setting.
    fn fault_of_part(&mut self, key: &str, part: &str, wrong: InvalidValue) {
        let origin = self.origins.get(key).cloned().unwrap_or(SettingOrigin::Default);
        self.faults.push(SettingFault {
            key: format!("{key}{part}"),
            origin,
            wrong,
        });
    }

    /// Refuses by name whatever no setting has taken.
    pub(super) fn refuse_the_rest(&mut self, known: &[&'static str]) {
        for (key, (origin, _)) in std::mem::take(&mut self.given) {
            let wrong = unknown(&key, known);
            self.faults.push(SettingFault { key, origin, wrong });
        }
    }
}

fn unknown(key: &str, known: &[&'static str]) -> InvalidValue {
    let section = key.split_once('.').map_or(key, |(section, _)| section);
    let beside: Vec<&str> = known
        .iter()
        .copied()
        .filter(|other| other.split('.').next() == Some(section))
        .collect();
    if beside.is_empty() {
        let sections = sections(known).join(" ");
        return InvalidValue::new(
            format!("没有这项设置；各节为 {sections}"),
            format!("no such setting; the sections are {sections}"),
        );
    }
    let beside = beside.join(" ");
    InvalidValue::new(
        format!("没有这项设置；本节有 {beside}"),
        format!("no such setting; this section has {beside}"),
    )
}

fn sections(known: &[&'static str]) -> Vec<&'static str> {
    let mut sections: Vec<_> = known
        .iter()
        .filter_map(|key| key.split_once('.'))
        .map(|(section, _)| section)
        .collect();
    sections.dedup();
    sections
}

/// The setting that `key` would be if underscores and dots did not matter.
fn lookalike(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let letters = |text: &str| text.replace(['_', '.'], "");
    known.iter().copied().find(|other| letters(other) == letters(key))
}

/// The environment variable that sets `key`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_ascii_uppercase())
}

/// Line, column and message. The error's own text quotes the line, which may hold a secret.
fn place(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(1, |last| last.chars().count() + 1);
    format!("{line}:{column} {}", error.message())
}
