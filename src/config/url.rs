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
        without_secret_parameters(&without_password(&self.0))
    }
}

/// Hides what stands between the first colon and the last `@`: a password that was not percent-encoded may hold
/// anything, even what begins a query, so the cut is made as wide as it can be.
fn without_password(address: &str) -> String {
    let hidden = || {
        let (scheme, rest) = address.split_once("://")?;
        let (user, rest) = rest.split_once(':')?;
        if is_port(rest) {
            return None;
        }
        let (_, host) = rest.rsplit_once('@')?;
        Some(format!("{scheme}://{user}:{HIDDEN}@{host}"))
    };
    hidden().unwrap_or_else(|| address.to_owned())
}

/// Whether what follows the first colon is a port with what may stand behind it, and no password.
fn is_port(rest: &str) -> bool {
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let (path, query) = after.split_once('?').unwrap_or((after, ""));
    let is_begun = after.len() < rest.len() && (path.is_empty() || path.starts_with('/'));
    let names_all = query.split('&').all(|pair| !pair.contains('@') || pair.contains('='));
    is_begun && !path.contains('@') && names_all
}

/// Hides `password=…` and its like: PostgreSQL reads the password from there too.
fn without_secret_parameters(address: &str) -> String {
    let shown = address
        .split_inclusive(['?', '&'])
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_secret(name) => {
                let end = value.strip_suffix(['?', '&']).map_or("", |bare| &value[bare.len()..]);
                format!("{name}={HIDDEN}{end}")
            }
            _ => pair.to_owned(),
        });
    shown.collect()
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
        self.0 = (!text.is_empty()).then(|| as_origin(text));
        Ok(())
    }

    fn show(&self) -> Value {
        Value::String(self.0.clone().unwrap_or_default())
    }
}

/// The origin as browsers spell it, who say byte for byte where they are.
fn as_origin(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let port = if text.starts_with("https:") { ":443" } else { ":80" };
    text.strip_suffix(port).unwrap_or(&text).to_owned()
}

fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or("");
    !host.is_empty() && !host.starts_with(':') && !host.contains(['/', '?', '#', '@', ' '])
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
        // Neither is what its owner did not encode.
        assert_eq!(shown("s3://key:ge?h=e/im@bucket"), r#""s3://key:***@bucket""#);
        assert_eq!(
            shown("ldap://u@school:geheim@db?a=1"),
            r#""ldap://u@school:***@db?a=1""#
        );
    }

    #[test]
    fn an_address_without_a_secret_is_shown_whole() {
        assert_eq!(
            shown("postgres://u@db/x?sslmode=require"),
            r#""postgres://u@db/x?sslmode=require""#
        );
        assert_eq!(shown("sqlite:///srv/gongxue.db"), r#""sqlite:///srv/gongxue.db""#);
        assert_eq!(shown("postgres://db:5432/x?user=u"), r#""postgres://db:5432/x?user=u""#);
    }

    #[test]
    fn a_public_address_is_an_origin() {
        let mut url = PublicUrl::default();

        url.set("https://ziyuan.example.cn/").unwrap();
        assert_eq!(url.as_deref(), Some("https://ziyuan.example.cn"));
        // As browsers say where they are.
        url.set("https://Ziyuan.Example.cn:443").unwrap();
        assert_eq!(url.as_deref(), Some("https://ziyuan.example.cn"));
        url.set("http://localhost:8080").unwrap();
        assert_eq!(url.as_deref(), Some("http://localhost:8080"));

        for faulty in [
            "ziyuan.example.cn",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://u@a",
            "http://:80",
        ] {
            assert!(url.set(faulty).is_err(), "{faulty}");
        }

        url.set("").unwrap();
        assert_eq!(url.as_deref(), None);
    }
}
