//! LDAP and Active Directory: the person is searched for by a name, and their password tried by binding as them.
//!
//! Passwords go to the directory over TLS alone. An empty one is never sent: a directory takes it for somebody who does not
//! want to say who they are, and says yes (RFC 4513 §5.1.2).

use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use ldap3::{Ldap, Scope, SearchEntry, SearchOptions, SearchResult, ldap_escape};
use rustls::ClientConfig;
use tokio::task::JoinSet;

use super::ProviderError;
use crate::domain::sign_in::AttemptLimit;
use crate::domain::sign_on::{AnswerFault, Attributes, Identity};

pub(super) mod ber;
mod connection;

/// Until a connection stands, TLS and all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// Until each answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Groups that are taken of a search for them.
const MOST_GROUPS: i32 = 1_000;
/// Identifies by bytes and not by text (Active Directory).
const BINARY_ID: &str = "objectGUID";
/// The groups that an entry says itself that it is in.
const MEMBER_OF: &str = "memberOf";
/// Under this name rules find all groups, however they were found.
const GROUPS: &str = "groups";

const SUCCESS: u32 = 0;
const SIZE_LIMIT_EXCEEDED: u32 = 4;
/// What a directory answers to a wrong password, an unknown or a locked entry: constraint violation, no such object, invalid
/// DN, inappropriate authentication, invalid credentials, insufficient rights, unwilling to perform.
const WRONG: [u32; 7] = [19, 32, 34, 48, 49, 50, 53];

/// What Active Directory adds to 49 when the password is right and must be changed first: ERROR_PASSWORD_EXPIRED,
/// ERROR_PASSWORD_MUST_CHANGE (MS-ERREF §2.2), hexadecimal as it writes them.
const EXPIRED: [&str; 2] = ["532", "773"];

/// What a directory is.
#[derive(Clone)]
pub struct DirectoryProvider {
    /// Who says it; part of what people are matched by.
    pub issuer: String,
    /// Its address: `ldaps://…`, or `ldap://…`.
    pub url: String,
    /// Whether a connection to `ldap://…` is made secret before anything is said (StartTLS).
    pub starttls: bool,
    /// Who searches; nobody: whoever asks may.
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
    /// Further attributes that rules look at.
    pub attributes: Vec<String>,
    /// Where groups are searched for.
    pub group_base: String,
    /// How, where entries do not say it themselves; `{dn}` stands for the person's entry, `{name}` for what
    /// it calls itself.
    pub group_filter: Option<String>,
    /// How often a name is tried there in unknown browsers, wherever these are: a directory that locks its people after so
    /// many wrong passwords is not made to by anybody who comes through us.
    pub limit: AttemptLimit,
}

/// A client of one directory.
pub struct DirectoryClient {
    provider: Arc<DirectoryProvider>,
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for DirectoryClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("DirectoryClient").field(&self.provider.url).finish()
    }
}

impl DirectoryClient {
    /// Asks nothing yet. `certificates` (PEM) are trusted in place of the system's: a directory's are the school's own.
    pub fn new(provider: DirectoryProvider, certificates: Option<&[u8]>) -> anyhow::Result<Self> {
        crate::tls::use_ring();
        Ok(Self {
            provider: Arc::new(provider),
            tls: connection::tls_config(certificates)?,
        })
    }

    /// Who says it.
    pub fn issuer(&self) -> &str {
        &self.provider.issuer
    }

    /// How often a name is tried there in unknown browsers.
    pub fn limit(&self) -> AttemptLimit {
        self.provider.limit
    }

    pub(super) async fn find(&self, name: &str) -> Result<Option<String>, ProviderError> {
        if name.is_empty() {
            return Ok(None);
        }
        let (tls, name) = (Arc::clone(&self.tls), name.to_owned());
        let provider = Arc::clone(&self.provider);
        in_a_task(async move {
            let mut ldap = connect(&provider, tls).await?;
            let entry = find(&mut ldap, &provider, &name).await?;
            drop(ldap.unbind().await);
            let id = entry.and_then(|entry| values(&entry, &provider.id_attribute).into_iter().next());
            Ok(id.filter(|id| !id.is_empty()))
        })
        .await
    }

    pub(super) async fn check(&self, name: &str, password: &str) -> Result<Identity, ProviderError> {
        if name.is_empty() || password.is_empty() {
            return Err(ProviderError::WrongPassword);
        }
        let tls = Arc::clone(&self.tls);
        let (name, password) = (name.to_owned(), password.to_owned());
        let provider = Arc::clone(&self.provider);
        in_a_task(async move { ask(&provider, tls, &name, &password).await }).await
    }
}

/// In a task of its own, which ends with this one: the reader of answers panics at one that is none.
async fn in_a_task<T: Send + 'static>(
    asking: impl Future<Output = Result<T, ProviderError>> + Send + 'static,
) -> Result<T, ProviderError> {
    let mut task = JoinSet::new();
    task.spawn(asking);
    let asked = task.join_next().await.expect("one was just begun");
    asked.unwrap_or_else(|error| Err(away(error)))
}

/// A connection of whoever searches.
async fn connect(provider: &DirectoryProvider, tls: Arc<ClientConfig>) -> Result<Ldap, ProviderError> {
    let opening = connection::open(&provider.url, provider.starttls, tls);
    let opened = tokio::time::timeout(CONNECT_TIMEOUT, opening).await;
    let mut ldap = opened.map_err(away)?.map_err(away)?;
    bind_as_service(&mut ldap, provider).await?;
    Ok(ldap)
}

async fn ask(
    provider: &DirectoryProvider,
    tls: Arc<ClientConfig>,
    name: &str,
    password: &str,
) -> Result<Identity, ProviderError> {
    let not_compared = ProviderError::not_compared;
    let mut ldap = connect(provider, tls).await.map_err(not_compared)?;
    let entry = find(&mut ldap, provider, name).await.map_err(not_compared)?;
    // Somebody unknown is tried as well, so that the clock does not tell them from a wrong password.
    let dn = entry
        .as_ref()
        .map_or_else(|| nobody(provider), |entry| entry.dn.clone());
    let fits = fits(&mut ldap, &dn, password).await?;
    let entry = entry.filter(|_| fits).ok_or(ProviderError::WrongPassword)?;
    let mut groups = values(&entry, MEMBER_OF);
    if let Some(filter) = &provider.group_filter {
        // As the directory calls them: what was typed may find them by another name, which is somebody else's there.
        let called = values(&entry, &provider.name_attribute).into_iter().next();
        if called.is_none() && filter.contains("{name}") {
            let detail = format!("the entry has no `{}`", provider.name_attribute);
            return Err(ProviderError::answer(AnswerFault::Subject, detail));
        }
        // As whoever searches: people may not all look.
        bind_as_service(&mut ldap, provider).await.map_err(not_compared)?;
        let filter = filled(filter, &called.unwrap_or_default(), &entry.dn);
        let found = search_groups(&mut ldap, &provider.group_base, &filter).await;
        groups.extend(found.map_err(not_compared)?);
    }
    drop(ldap.unbind().await);
    identity(provider, &entry, name, groups)
}

async fn bind_as_service(ldap: &mut Ldap, provider: &DirectoryProvider) -> Result<(), ProviderError> {
    let bound = ldap.with_timeout(ANSWER_TIMEOUT);
    let bound = bound.simple_bind(&provider.bind_dn, &provider.bind_password).await;
    bound.map_err(away)?.success().map_err(away)?;
    Ok(())
}

/// The one entry that a name finds; none where it finds several, for none of them is meant more than the others.
async fn find(ldap: &mut Ldap, provider: &DirectoryProvider, name: &str) -> Result<Option<SearchEntry>, ProviderError> {
    let own = [
        provider.id_attribute.as_str(),
        &provider.name_attribute,
        &provider.display_attribute,
        MEMBER_OF,
    ];
    let wanted: Vec<&str> = own
        .into_iter()
        .chain(provider.attributes.iter().map(String::as_str))
        .collect();
    let filter = filled(&provider.user_filter, name, "");
    let searching = ldap
        .with_timeout(ANSWER_TIMEOUT)
        .with_search_options(SearchOptions::new().sizelimit(2));
    let found = searching.search(&provider.base, Scope::Subtree, &filter, wanted).await;
    let mut entries = entries(found.map_err(away)?)?;
    if entries.len() > 1 {
        tracing::warn!(
            "a name finds several entries of `{}`: nobody signs in by it",
            provider.url
        );
        return Ok(None);
    }
    // Whoever binds without a name is nobody, and is let in.
    Ok(entries.pop().filter(|entry| !entry.dn.is_empty()))
}

async fn search_groups(ldap: &mut Ldap, base: &str, filter: &str) -> Result<Vec<String>, ProviderError> {
    let searching = ldap
        .with_timeout(ANSWER_TIMEOUT)
        .with_search_options(SearchOptions::new().sizelimit(MOST_GROUPS));
    // `1.1`: no attribute (RFC 4511 §4.5.1.8); the name is all that is wanted.
    let found = searching.search(base, Scope::Subtree, filter, vec!["1.1"]).await;
    let entries = entries(found.map_err(away)?)?;
    Ok(entries.into_iter().map(|entry| entry.dn).collect())
}

fn entries(found: SearchResult) -> Result<Vec<SearchEntry>, ProviderError> {
    let SearchResult(entries, result) = found;
    if ![SUCCESS, SIZE_LIMIT_EXCEEDED].contains(&result.rc) {
        return Err(away(anyhow::anyhow!("a search was answered {result}")));
    }
    Ok(entries.into_iter().map(SearchEntry::construct).collect())
}

/// Whether a password is the one of an entry.
async fn fits(ldap: &mut Ldap, dn: &str, password: &str) -> Result<bool, ProviderError> {
    let bound = ldap.with_timeout(ANSWER_TIMEOUT).simple_bind(dn, password).await;
    let bound = bound.map_err(away)?;
    match bound.rc {
        SUCCESS => Ok(true),
        _ if has_expired(&bound.text) => Err(ProviderError::answer(AnswerFault::PasswordExpired, bound.text)),
        code if WRONG.contains(&code) => Ok(false),
        // Busy, unavailable, not over this connection: it says itself that it did not look.
        _ => Err(away(anyhow::anyhow!("a password was answered {bound}")).not_compared()),
    }
}

/// Whether an answer says that the password is right and its time is over: `… AcceptSecurityContext error, data 532, v4563`.
fn has_expired(said: &str) -> bool {
    let data = said.split_once(", data ").map(|(_, data)| data);
    let code = data.and_then(|data| data.split([',', ' ']).next());
    code.is_some_and(|code| EXPIRED.contains(&code))
}

/// A filter with what was typed in it as text: no sign of it means anything there.
fn filled(filter: &str, name: &str, dn: &str) -> String {
    let mut filled = String::new();
    let mut rest = filter;
    // One after the other, so that a name which is `{dn}` stays that.
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = [("name}", name), ("dn}", dn)];
        let known = known
            .iter()
            .find_map(|(place, value)| Some((after.strip_prefix(place)?, value)));
        match known {
            Some((after, value)) => {
                filled.push_str(&ldap_escape(*value));
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// An entry that nobody has.
fn nobody(provider: &DirectoryProvider) -> String {
    format!("cn={},{}", uuid::Uuid::now_v7(), provider.base)
}

fn identity(
    provider: &DirectoryProvider,
    entry: &SearchEntry,
    typed: &str,
    groups: Vec<String>,
) -> Result<Identity, ProviderError> {
    let first = |name: &str| values(entry, name).into_iter().next();
    let subject = first(&provider.id_attribute).filter(|id| !id.is_empty());
    let subject = subject.ok_or_else(|| {
        let detail = format!("the entry has no `{}`", provider.id_attribute);
        ProviderError::answer(AnswerFault::Subject, detail)
    })?;
    let mut attributes: Attributes = provider
        .attributes
        .iter()
        .map(|name| (name.clone(), values(entry, name)))
        .collect();
    attributes.insert(MEMBER_OF.to_owned(), values(entry, MEMBER_OF));
    attributes.insert(GROUPS.to_owned(), groups);
    Ok(Identity {
        issuer: provider.issuer.clone(),
        subject,
        name: first(&provider.name_attribute).unwrap_or_else(|| typed.to_owned()),
        display: first(&provider.display_attribute),
        attributes,
    })
}

/// The values of an attribute, whose name directories write in capitals or not; bytes as hexadecimal digits.
fn values(entry: &SearchEntry, name: &str) -> Vec<String> {
    let is_binary = name.eq_ignore_ascii_case(BINARY_ID);
    let texts = entry.attrs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let texts = texts.map(|(_, values)| values.as_slice()).unwrap_or_default();
    let bytes = entry.bin_attrs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let bytes = bytes.map(|(_, values)| values.as_slice()).unwrap_or_default();
    // Bytes that happen to be text come as text.
    let texts = texts.iter().map(|text| match is_binary {
        true => HEXLOWER.encode(text.as_bytes()),
        false => text.clone(),
    });
    texts.chain(bytes.iter().map(|bytes| HEXLOWER.encode(bytes))).collect()
}

fn away(error: impl Into<anyhow::Error>) -> ProviderError {
    ProviderError::Away(error.into())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_name_says_more_than_a_name() {
        assert_eq!(filled("(uid={name})", "wang", ""), "(uid=wang)");
        assert_eq!(filled("(uid={name})", "*)(uid=*", ""), r"(uid=\2a\29\28uid=\2a)");
        assert_eq!(filled("(|(uid={name})(x={y}))", "{dn}", "cn=a"), "(|(uid={dn})(x={y}))");
        assert_eq!(
            filled("(member={dn})", "w", "cn=王(敏),o=a"),
            r"(member=cn=王\28敏\29,o=a)"
        );
    }

    #[test]
    fn a_password_that_must_be_changed_is_told_from_a_wrong_one() {
        let said = |data| {
            format!("80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {data}, v3839\0")
        };

        assert!(has_expired(&said("532")) && has_expired(&said("773")));
        assert!(!has_expired(&said("52e")) && !has_expired(&said("775")) && !has_expired(""));
    }

    #[test]
    fn an_id_of_bytes_is_the_same_text_each_time() {
        let entry = |attrs: &[(&str, &str)], bin: &[(&str, &[u8])]| SearchEntry {
            dn: "cn=wang".to_owned(),
            attrs: attrs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()]))
                .collect(),
            bin_attrs: bin
                .iter()
                .map(|(key, value)| ((*key).to_owned(), vec![value.to_vec()]))
                .collect(),
        };

        assert_eq!(values(&entry(&[("objectguid", "AB")], &[]), BINARY_ID), ["4142"]);
        assert_eq!(values(&entry(&[], &[("objectGUID", &[0xff, 0])]), BINARY_ID), ["ff00"]);
        assert_eq!(values(&entry(&[("entryUUID", "x-1")], &[]), "EntryUuid"), ["x-1"]);
        let none = SearchEntry {
            dn: String::new(),
            attrs: HashMap::new(),
            bin_attrs: HashMap::new(),
        };
        assert_eq!(values(&none, "mail"), Vec::<String>::new());
    }
}
