//! One setting: how a text becomes a value, and how the value is shown.
//!
//! File and environment go through the same door: a value is text until its own type reads it, so a setting has one
//! rule, not two. To add a kind of value, implement [`Setting`] for its type.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use toml::Value;

use super::fault::InvalidValue;

/// TOML knows no greater whole number, and neither do the databases.
const LARGEST: u64 = i64::MAX.unsigned_abs();

/// How a settings file writes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// `"text"`.
    Text,
    /// `42`.
    Number,
    /// `true` or `false`.
    Switch,
    /// `["one", "two"]`; in the environment `one,two`.
    List,
    /// `[[section.key]]`; in the environment `[{name = "value"}]`.
    Tables,
}

impl SettingKind {
    /// Turns what a file wrote into the text that [`Setting::set`] reads.
    pub(super) fn text(self, value: &Value) -> Result<String, InvalidValue> {
        match (self, value) {
            (Self::Text, Value::String(text)) => Ok(text.clone()),
            (Self::Number, Value::Integer(number)) => Ok(number.to_string()),
            (Self::Switch, Value::Boolean(on)) => Ok(on.to_string()),
            (Self::List, Value::Array(items)) => items
                .iter()
                .map(|item| Self::Text.text(item))
                .collect::<Result<Vec<_>, _>>()
                .map(|all| all.join(",")),
            (Self::Tables, Value::Array(items)) if items.iter().all(Value::is_table) => Ok(value.to_string()),
            _ => Err(self.wanted()),
        }
    }

    pub(super) fn wanted(self) -> InvalidValue {
        match self {
            Self::Text => InvalidValue::new("需要加引号的文字", "expected text in quotes"),
            Self::Number => InvalidValue::new("需要整数，不加引号", "expected a whole number without quotes"),
            Self::Switch => InvalidValue::new("需要 true 或 false", "expected true or false"),
            Self::List => InvalidValue::new(
                "需要列表，例如 [\"10.0.0.0/8\"]",
                "expected a list such as [\"10.0.0.0/8\"]",
            ),
            Self::Tables => InvalidValue::new(
                "需要若干个 [[…]] 小节，环境变量写作 [{id = \"…\"}]",
                "expected sections such as [[…]], in the environment [{id = \"…\"}]",
            ),
        }
    }
}

/// A value that can be set from text and shown again.
pub trait Setting {
    /// How a settings file writes it.
    fn kind(&self) -> SettingKind;

    /// Reads `text`; on refusal the old value stays.
    fn set(&mut self, text: &str) -> Result<(), InvalidValue>;

    /// Reads `text`, and tells what is wrong with each part of a value that has parts, by its key behind this one's.
    fn set_parts(&mut self, text: &str) -> Vec<(String, InvalidValue)> {
        let wrong = self.set(text).err();
        wrong.into_iter().map(|wrong| (String::new(), wrong)).collect()
    }

    /// The value as a settings file would write it, without secrets.
    fn show(&self) -> Value;
}

impl Setting for String {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        text.trim().clone_into(self);
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Setting for bool {
    fn kind(&self) -> SettingKind {
        SettingKind::Switch
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = text.trim().parse().map_err(|_| SettingKind::Switch.wanted())?;
        Ok(())
    }

    fn show(&self) -> Value {
        Value::Boolean(*self)
    }
}

impl Setting for PathBuf {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = Self::from(text.trim());
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.display().to_string())
    }
}

impl Setting for SocketAddr {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = text.trim().parse().map_err(|_| {
            InvalidValue::new(
                format!("“{text}”不是带端口的地址，例如 127.0.0.1:8080 或 [::]:8080"),
                format!("`{text}` is not address:port, such as 127.0.0.1:8080 or [::]:8080"),
            )
        })?;
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for u64 {
    fn kind(&self) -> SettingKind {
        SettingKind::Number
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = number(text, LARGEST)?;
        Ok(())
    }

    fn show(&self) -> Value {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

impl Setting for u32 {
    fn kind(&self) -> SettingKind {
        SettingKind::Number
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        *self = u32::try_from(number(text, u64::from(Self::MAX))?).expect("bounded by u32::MAX");
        Ok(())
    }

    fn show(&self) -> Value {
        Value::Integer(i64::from(*self))
    }
}

/// Reads a whole number up to `most`.
fn number(text: &str, most: u64) -> Result<u64, InvalidValue> {
    text.trim()
        .parse()
        .ok()
        .filter(|number| *number <= most)
        .ok_or_else(|| {
            InvalidValue::new(
                format!("“{text}”不是 0 到 {most} 之间的整数"),
                format!("`{text}` is not a whole number from 0 to {most}"),
            )
        })
}

/// A list is read item by item; the first faulty item is named.
impl<T: FromStr + Display> Setting for Vec<T>
where
    T::Err: Into<InvalidValue>,
{
    fn kind(&self) -> SettingKind {
        SettingKind::List
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        *self = items.map(T::from_str).collect::<Result<_, _>>().map_err(Into::into)?;
        Ok(())
    }

    fn show(&self) -> Value {
        Value::Array(self.iter().map(|item| Value::String(item.to_string())).collect())
    }
}
