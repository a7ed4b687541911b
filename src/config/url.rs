//! Addresses of other services: they may carry a password, which is never shown.

use std::fmt;

use toml::Value;

use super::fault::InvalidValue;
use super::setting::{Setting, SettingKind};

/// What stands where a secret was.
const HIDDEN: &str = "***";

/// An address that may carry a password. Empty means "not set". `Debug` and [`Setting::show`] hide the password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The whole address with its secret, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The part before the colon, such as `postgres`; empty when there is none.
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The address without its secrets.
    pub fn redacted(&self) -> String {
        let (before, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let mut shown = without_password(before);
        if !query.is_empty() {
            shown.push('?');
            shown.push_str(&without_secret_parameters(query));
        }
        shown
    }
}

/// Hides what stands between the first colon and the last `@`: a password that was not percent-encoded may hold
/// anything, so the cut is made as wide as it can be.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let Some((credentials, host)) = rest.rsplit_once('@') else {
        return address.to_owned();
    };
    match credentials.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{HIDDEN}@{host}"),
        None => address.to_owned(),
    }
}

/// Hides `password=…` and its like: PostgreSQL reads the password from there too.
fn without_secret_parameters(query: &str) -> String {
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    shown.collect::<Vec<_>>().join("&")
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "secret", "token"].iter().any(|word| name.contains(word))
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.redacted())
    }
}

impl Setting for SecretUrl {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        text.trim().clone_into(&mut self.0);
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.redacted())
    }
}

/// The address at which people reach this service: scheme, host and perhaps a port, nothing after. `None` when it is
/// derived from each request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicUrl(Option<String>);

impl PublicUrl {
    /// The address without a slash at its end.
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl Setting for PublicUrl {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        let text = text.trim().trim_end_matches('/');
        if !text.is_empty() && !is_origin(text) {
            return Err(InvalidValue::new(
                format!("“{text}”应为 https://主机 或 https://主机:端口，后面不带路径"),
                format!("`{text}` should be https://host or https://host:port with no path after it"),
            ));
        }
        self.0 = (!text.is_empty()).then(|| text.to_owned());
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.0.clone().unwrap_or_default())
    }
}

fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or("");
    !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut url = SecretUrl::default();
        url.set(text).unwrap();
        format!("{url:?}")
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown("postgres://u:geheim@db/x"), r#""postgres://u:***@db/x""#);
        assert_eq!(shown("postgres://u:a@b:c/d@db/x"), r#""postgres://u:***@db/x""#);
        assert_eq!(
            shown("postgres:///x?host=/run&password=geheim"),
            r#""postgres:///x?host=/run&password=***""#
        );
        assert_eq!(shown("s3://key:geheim@bucket"), r#""s3://key:***@bucket""#);
    }

    #[test]
    fn an_address_without_a_secret_is_shown_whole() {
        assert_eq!(
            shown("postgres://u@db/x?sslmode=require"),
            r#""postgres://u@db/x?sslmode=require""#
        );
        assert_eq!(shown("sqlite:///srv/gongxue.db"), r#""sqlite:///srv/gongxue.db""#);
    }

    #[test]
    fn a_public_address_is_an_origin() {
        let mut url = PublicUrl::default();

        url.set("https://ziyuan.example.cn/").unwrap();
        assert_eq!(url.as_deref(), Some("https://ziyuan.example.cn"));

        for faulty in ["ziyuan.example.cn", "ftp://a", "https://", "https://a/b", "https://u@a"] {
            assert!(url.set(faulty).is_err(), "{faulty}");
        }

        url.set("").unwrap();
        assert_eq!(url.as_deref(), None);
    }
}
