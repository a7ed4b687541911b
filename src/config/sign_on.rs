//! Settings of sign-on by others: the providers, each a table with its rules.

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use super::SettingVisitor;
use super::fault::InvalidValue;
use super::setting::{Setting, SettingKind};
use super::table::TableReader;
use crate::domain::address::keeps_secrets;
use crate::domain::role::Role;
use crate::domain::sign_on::{SchoolSource, SignOnRule};

/// The longest id of a provider: it stands in addresses.
const MAX_ID_CHARS: usize = 32;

/// Section `[sign_on]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignOnSettings {
    /// By whom people sign on, in the order of their buttons.
    pub providers: ProviderList,
}

impl SignOnSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("sign_on.providers", &mut self.providers);
    }
}

/// The providers, and how they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderList {
    providers: Vec<ProviderSettings>,
    /// As a settings file writes them, without secrets.
    shown: String,
}

impl Default for ProviderList {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            shown: "[]".to_owned(),
        }
    }
}

impl ProviderList {
    /// The providers, in the order of their buttons.
    pub fn iter(&self) -> impl Iterator<Item = &ProviderSettings> {
        self.providers.iter()
    }
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Names it in addresses.
    pub id: String,
    /// What its button says in Chinese.
    pub name_zh: String,
    /// What its button says in English.
    pub name_en: String,
    /// Who gets which role, the first that fits.
    pub rules: Vec<SignOnRule>,
    /// Whether the rules are applied at each sign-in, and not at the first alone.
    pub reapply_rules: bool,
    /// Certificates that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How it is spoken to.
    pub kind: ProviderKind,
}

/// How a provider is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect.
    Oidc(OidcSettings),
    /// CAS 3.0.
    Cas(CasSettings),
    /// LDAP or Active Directory.
    Ldap(LdapSettings),
}

/// An OpenID Connect provider.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// Its issuer, below which its description lies.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
    /// What we prove it with; empty: nothing but PKCE.
    pub client_secret: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim of the name that is signed in with.
    pub name_attribute: String,
    /// The claim of the name that is shown.
    pub display_attribute: String,
    /// Whether signing out here signs out there as well.
    pub sign_out: bool,
}

/// The `id_attribute` of a CAS server that never gives the user name of one person to another.
pub const CAS_USER: &str = "user";

/// A CAS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasSettings {
    /// Its address, below which `/login` lies.
    pub url: String,
    /// The attribute of the stable id; [`CAS_USER`]: the user that it names.
    pub id_attribute: String,
    /// The attribute of the name that is shown.
    pub display_attribute: String,
    /// Whether signing out here signs out there as well.
    pub sign_out: bool,
}

/// A directory.
#[derive(Clone, PartialEq, Eq)]
pub struct LdapSettings {
    /// Its address: `ldaps://…`, or `ldap://…`.
    pub url: String,
    /// Whether a connection to `ldap://…` is made secret before anything is said.
    pub starttls: bool,
    /// Who searches; empty: whoever asks may.
    pub bind_dn: String,
    /// Their password.
    pub bind_password: String,
    /// Where people are searched for.
    pub base: String,
    /// How; `{name}` stands for what was typed.
    pub user_filter: String,
    /// The attribute of the stable id.
    pub id_attribute: String,
    /// The attribute of the name that is signed in with.
    pub name_attribute: String,
    /// The attribute of the name that is shown.
    pub display_attribute: String,
    /// Where groups are searched for.
    pub group_base: String,
    /// How, where entries do not say it themselves; empty: they do.
    pub group_filter: String,
    /// Wrong passwords for one name in unknown browsers, wherever these are, after which it waits.
    pub lockout_failures: u32,
    /// How long it waits, and how long they count together.
    pub lockout_minutes: u32,
}

impl fmt::Debug for LdapSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapSettings")
            .field("url", &self.url)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Setting for ProviderList {
    fn kind(&self) -> SettingKind {
        SettingKind::Tables
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        match self.set_parts(text).into_iter().next() {
            Some((_, wrong)) => Err(wrong),
            None => Ok(()),
        }
    }

    fn set_parts(&mut self, text: &str) -> Vec<(String, InvalidValue)> {
        let Some(tables) = tables(text) else {
            return vec![(String::new(), SettingKind::Tables.wanted())];
        };
        let mut ids = HashSet::new();
        let mut issuers = HashSet::new();
        let mut faults = Vec::new();
        let mut shown = Vec::new();
        let mut providers = Vec::new();
        for (number, table) in tables.into_iter().enumerate() {
            let (provider, mut reader) = provider(table, number);
            if !provider.id.is_empty() && !ids.insert(provider.id.clone()) {
                reader.fault("id", "与另一个重复", "is another one's as well");
            }
            if let ProviderKind::Oidc(oidc) = &provider.kind
                && !oidc.issuer.is_empty()
                && !issuers.insert(oidc.issuer.trim_end_matches('/').to_owned())
            {
                // Each would take from the same people what the other's rules give.
                reader.fault("issuer", "与另一个重复", "is another one's as well");
            }
            providers.push(provider);
            shown.push(Value::Table(reader.shown));
            faults.extend(reader.faults);
        }
        if faults.is_empty() {
            self.providers = providers;
            self.shown = Value::Array(shown).to_string();
        }
        faults
    }

    fn show(&self) -> Value {
        let tables = tables(&self.shown).unwrap_or_default();
        Value::Array(tables.into_iter().map(Value::Table).collect())
    }
}

/// The tables of an array, as TOML writes one in a line.
fn tables(text: &str) -> Option<Vec<Table>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut table = format!("it = {text}").parse::<Table>().ok()?;
    let Value::Array(items) = table.remove("it")? else {
        return None;
    };
    let tables = items.into_iter().map(|item| match item {
        Value::Table(table) => Some(table),
        _ => None,
    });
    tables.collect()
}

fn provider(table: Table, number: usize) -> (ProviderSettings, TableReader) {
    let named = table.get("id").and_then(Value::as_str);
    let at = named.map_or_else(|| format!("[{number}]"), |id| format!("[{id}]"));
    let mut reader = TableReader::new(table, at.clone());
    let id = reader.required("id");
    let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.chars().all(is_id) || id.len() > MAX_ID_CHARS {
        let en = format!("up to {MAX_ID_CHARS} of a-z, 0-9 and -: it stands in addresses");
        reader.fault("id", format!("只能用 a-z、0-9 和 -，最多 {MAX_ID_CHARS} 个"), en);
    }
    let name_zh = reader.required("name_zh");
    let name_en = reader.text_or("name_en", &name_zh);
    let kind = kind(&mut reader);
    let ca_file = reader.file("ca_file");
    let reapply_rules = reader.flag_or("reapply_rules", true);
    let mut rules = Vec::new();
    for (number, table) in reader.tables("rules").into_iter().enumerate() {
        let mut inner = TableReader::new(table, format!("{at}.rules[{number}]"));
        rules.extend(rule(&mut inner));
        reader.take_over(inner);
    }
    reader.refuse_others();
    let provider = ProviderSettings {
        id,
        name_zh,
        name_en,
        rules,
        reapply_rules,
        ca_file,
        kind,
    };
    (provider, reader)
}

fn kind(reader: &mut TableReader) -> ProviderKind {
    let kind = reader.required("kind");
    match kind.as_str() {
        "cas" => ProviderKind::Cas(CasSettings {
            url: reader.secure_url("url").trim_end_matches('/').to_owned(),
            // Asked for, so that whoever lets people be known by their user name has said that none is given to another.
            id_attribute: reader.required("id_attribute"),
            display_attribute: reader.text_or("display_attribute", "displayName"),
            sign_out: reader.flag_or("sign_out", true),
        }),
        "ldap" => ProviderKind::Ldap(ldap(reader)),
        other => {
            if !["oidc", ""].contains(&other) {
                let (zh, en) = (
                    format!("“{other}”应为 oidc、cas 或 ldap"),
                    format!("`{other}` should be oidc, cas or ldap"),
                );
                reader.fault("kind", zh, en);
            }
            ProviderKind::Oidc(OidcSettings {
                issuer: reader.secure_url("issuer"),
                client_id: reader.required("client_id"),
                client_secret: reader.secret("client_secret"),
                scopes: scopes(reader),
                name_attribute: reader.text_or("name_attribute", "preferred_username"),
                display_attribute: reader.text_or("display_attribute", "name"),
                sign_out: reader.flag_or("sign_out", true),
            })
        }
    }
}

fn ldap(reader: &mut TableReader) -> LdapSettings {
    let (url, starttls) = directory_url(reader);
    let base = reader.required("base");
    let user_filter = filter(reader, "user_filter", "(uid={name})");
    if !user_filter.contains("{name}") {
        reader.fault("user_filter", "须含有 {name}", "must hold {name}");
    }
    let bind_dn = reader.text("bind_dn");
    let bind_password = reader.secret("bind_password");
    if !bind_dn.is_empty() && bind_password.is_empty() {
        // A directory would take it for nobody in particular.
        reader.fault(
            "bind_password",
            "填了 bind_dn 就必须填写",
            "must be given with `bind_dn`",
        );
    }
    LdapSettings {
        url,
        starttls,
        bind_dn,
        bind_password,
        user_filter,
        id_attribute: reader.text_or("id_attribute", "entryUUID"),
        name_attribute: reader.text_or("name_attribute", "uid"),
        display_attribute: reader.text_or("display_attribute", "cn"),
        group_base: reader.text_or("group_base", &base),
        group_filter: filter(reader, "group_filter", ""),
        lockout_failures: reader.number_or("lockout_failures", 4, 1),
        lockout_minutes: reader.number_or("lockout_minutes", 30, 1),
        base,
    }
}

/// Where a directory is, and whether its connection begins in the clear and is made secret: passwords go over TLS, but to
/// this very machine.
fn directory_url(reader: &mut TableReader) -> (String, bool) {
    let text = reader.required("url");
    let starttls = reader.flag_or("starttls", true);
    let url = reqwest::Url::parse(&text).ok().filter(reqwest::Url::has_host);
    let is_secure = url.is_some_and(|url| match url.scheme() {
        "ldap" if starttls => true,
        "ldap" | "ldaps" => keeps_secrets(url.scheme(), url.host_str().unwrap_or_default()),
        _ => false,
    });
    if !text.is_empty() && !is_secure {
        let zh = "应为 ldaps://主机 或 ldap://主机（后者用 StartTLS；starttls = false 只能用于本机）";
        let en = "must be ldaps://host, or ldap://host with StartTLS (starttls = false only for this machine)";
        reader.fault("url", zh, en);
    }
    let is_plain = text.starts_with("ldap:");
    (text, starttls && is_plain)
}

/// A filter (RFC 4515), with its places filled as they will be.
fn filter(reader: &mut TableReader, key: &str, usual: &str) -> String {
    let text = reader.text_or(key, usual);
    let filled = text.replace("{name}", "a").replace("{dn}", "a");
    if !text.is_empty() && ldap3::parse_filter(filled).is_err() {
        reader.fault(key, "不是有效的 LDAP 过滤器", "is not an LDAP filter");
    }
    text
}

fn scopes(reader: &mut TableReader) -> Vec<String> {
    let given = reader.list("scopes");
    if given.is_empty() {
        vec!["profile".to_owned()]
    } else {
        given
    }
}

/// A rule, if it makes sense. One that fits everybody gives no more than any teacher has: who runs a school or the city is
/// said of some people by name of their group, or not at all.
fn rule(reader: &mut TableReader) -> Option<SignOnRule> {
    let attribute = Some(reader.text("attribute")).filter(|attribute| !attribute.is_empty());
    let values = reader.list("values");
    if attribute.is_some() == values.is_empty() {
        reader.fault(
            "values",
            "attribute 与 values 须同时填写",
            "goes together with `attribute`",
        );
    }
    let given = reader.required("role");
    let role = Role::of_code(&given);
    if role.is_none() && !given.is_empty() {
        let roles = Role::codes();
        reader.fault(
            "role",
            format!("应为 {roles} 之一"),
            format!("should be one of {roles}"),
        );
    }
    if attribute.is_none() && role.is_some_and(|role| ![Role::Reader, Role::Teacher].contains(&role)) {
        let zh = "须用 attribute 和 values 说明给谁，这个角色不能给所有人";
        reader.fault(
            "role",
            zh,
            "must say by `attribute` and `values` who gets it; nobody gives it to all",
        );
    }
    let named = reader.text("school");
    let from = reader.text("school_attribute");
    let school = match (named.is_empty(), from.is_empty()) {
        (true, true) => None,
        (false, true) => Some(SchoolSource::Named(named)),
        (true, false) => Some(SchoolSource::Attribute(from)),
        (false, false) => {
            reader.fault(
                "school",
                "与 school_attribute 只能填一个",
                "give either this or `school_attribute`",
            );
            None
        }
    };
    if role.is_some_and(Role::needs_school) && school.is_none() {
        reader.fault("school", "这个角色须有学校", "must be given for this role");
    }
    reader.refuse_others();
    Some(SignOnRule {
        attribute,
        values,
        role: role?,
        school,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ProviderList, Vec<String>> {
        let mut list = ProviderList::default();
        let faults = list.set_parts(text);
        let keys: Vec<String> = faults.into_iter().map(|(key, _)| key).collect();
        if keys.is_empty() { Ok(list) } else { Err(keys) }
    }

    #[test]
    fn a_provider_is_a_few_lines() {
        let list = read(
            r#"[{id = "city", kind = "oidc", name_zh = "市统一认证", issuer = "https://id.example.cn", client_id = "gongxue",
                client_secret = "geheim", rules = [{attribute = "groups", values = ["t"], role = "teacher", school = "S1"}]}]"#,
        )
        .unwrap();

        let city = list.iter().next().unwrap();
        assert_eq!((city.id.as_str(), city.name_en.as_str()), ("city", "市统一认证"));
        assert_eq!(city.rules[0].role, Role::Teacher);
        assert!(city.reapply_rules);
        let ProviderKind::Oidc(oidc) = &city.kind else {
            panic!("{city:?}")
        };
        assert_eq!(oidc.client_secret, "geheim");
        assert!(!format!("{list:?}{}", list.show()).contains("geheim"));
        assert_eq!(list.show().as_array().unwrap().len(), 1);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_and_by_key() {
        let faults = read(
            r#"[{id = "City!", kind = "oidc", issuer = "http://id.example.cn", client_id = "x", name_zh = "甲", colour = 1},
                {id = "a", kind = "saml", name_zh = "乙", issuer = "http://127.0.0.1:1", client_id = "x", rules = [
                    {role = "bureau"}, {attribute = "g", role = "boss"}, {role = "teacher"}]},
                {id = "a", kind = "cas", name_zh = "丙", url = "https://cas.example.cn", ca_file = "/nowhere.pem"}]"#,
        );

        assert_eq!(
            faults.unwrap_err(),
            [
                "[City!].id",
                "[City!].issuer",
                "[City!].colour",
                "[a].kind",
                "[a].rules[0].role",
                "[a].rules[1].values",
                "[a].rules[1].role",
                "[a].rules[2].school",
                "[a].id_attribute",
                "[a].ca_file",
                "[a].id",
            ]
        );
        assert_eq!(read("yes").unwrap_err(), [""]);
    }

    #[test]
    fn a_directory_is_spoken_to_over_tls() {
        let faults = |more: &str| {
            let text = format!(r#"[{{id = "a", kind = "ldap", name_zh = "甲", base = "o=a", {more}}}]"#);
            read(&text).err().unwrap_or_default()
        };

        assert!(faults(r#"url = "ldap://dc.example.cn""#).is_empty());
        assert!(faults(r#"url = "ldaps://dc.example.cn:3269", bind_password = "x""#).is_empty());
        assert!(faults(r#"url = "ldap://127.0.0.1", starttls = false"#).is_empty());
        assert_eq!(faults(r#"url = "ldap://dc.example.cn", starttls = false"#), ["[a].url"]);
        assert_eq!(faults(r#"url = "https://dc.example.cn""#), ["[a].url"]);
        let wrong = r#"url = "ldap://dc.example.cn", user_filter = "(uid=x", lockout_failures = 0"#;
        assert_eq!(
            faults(wrong),
            ["[a].user_filter", "[a].user_filter", "[a].lockout_failures"]
        );
    }

    #[test]
    fn what_would_open_a_door_by_mistake_is_a_fault() {
        let oidc = |id: &str, more: &str| {
            format!(r#"{{id = "{id}", kind = "oidc", name_zh = "甲", client_id = "x", {more}}}"#)
        };
        let one = oidc("a", r#"issuer = "https://id.example.cn""#);
        let same = oidc("b", r#"issuer = "https://id.example.cn/""#);
        assert_eq!(read(&format!("[{one}, {same}]")).unwrap_err(), ["[b].issuer"]);
        let empty = tempfile::NamedTempFile::new().unwrap();
        let secret = format!(
            r#"issuer = "https://id.example.cn", client_secret_file = "{}""#,
            empty.path().display()
        );
        assert_eq!(
            read(&format!("[{}]", oidc("a", &secret))).unwrap_err(),
            ["[a].client_secret_file"]
        );
        let nobody =
            r#"[{id = "a", kind = "ldap", name_zh = "甲", base = "o=a", url = "ldaps://a.cn", bind_dn = "cn=x"}]"#;
        assert_eq!(read(nobody).unwrap_err(), ["[a].bind_password"]);
    }

    #[test]
    fn a_secret_may_lie_in_a_file_of_its_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "geheim\n").unwrap();
        let path = file.path().display();
        let text = format!(
            r#"[{{id = "a", kind = "oidc", name_zh = "甲", issuer = "https://a.cn", client_id = "x", client_secret_file = "{path}"}}]"#
        );

        let list = read(&text).unwrap();

        let ProviderKind::Oidc(oidc) = &list.iter().next().unwrap().kind else {
            panic!("{list:?}")
        };
        assert_eq!(oidc.client_secret, "geheim");
    }
}
