//! Opens the providers of sign-on as the settings describe them. None is asked anything yet.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::config::{CAS_USER, Config, LdapSettings, ProviderKind, ProviderSettings};
use crate::domain::sign_in::AttemptLimit;
use crate::domain::sign_on::{SchoolSource, SignOnRule};
use crate::identity::cas::{CasClient, CasProvider};
use crate::identity::ldap::{DirectoryClient, DirectoryProvider};
use crate::identity::oidc::{OidcClient, OidcProvider};
use crate::identity::{Protocol, Provider};

/// The providers, in the order of their buttons.
pub(super) fn open(config: &Config) -> anyhow::Result<Vec<Provider>> {
    let providers = config.sign_on.providers.iter();
    providers
        .map(|settings| provider(settings).with_context(|| format!("open the sign-on provider `{}`", settings.id)))
        .collect()
}

fn provider(settings: &ProviderSettings) -> anyhow::Result<Provider> {
    let certificates = settings.ca_file.as_deref().map(read).transpose()?;
    Ok(Provider {
        id: settings.id.clone(),
        name_zh: settings.name_zh.clone(),
        name_en: settings.name_en.clone(),
        rules: settings.rules.clone(),
        reapply_rules: settings.reapply_rules,
        protocol: protocol(settings, certificates.as_deref())?,
    })
}

fn protocol(settings: &ProviderSettings, certificates: Option<&[u8]>) -> anyhow::Result<Protocol> {
    Ok(match &settings.kind {
        ProviderKind::Oidc(oidc) => {
            let provider = OidcProvider {
                issuer: oidc.issuer.clone(),
                client_id: oidc.client_id.clone(),
                client_secret: given(&oidc.client_secret),
                scopes: oidc.scopes.clone(),
                name_attribute: oidc.name_attribute.clone(),
                display_attribute: oidc.display_attribute.clone(),
                sign_out: oidc.sign_out,
            };
            Protocol::Oidc(Box::new(OidcClient::new(provider, certificates)?))
        }
        ProviderKind::Cas(cas) => {
            let provider = CasProvider {
                issuer: format!("cas:{}", settings.id),
                url: cas.url.clone(),
                id_attribute: (cas.id_attribute != CAS_USER).then(|| cas.id_attribute.clone()),
                display_attribute: cas.display_attribute.clone(),
                sign_out: cas.sign_out,
            };
            Protocol::Cas(CasClient::new(provider, certificates)?)
        }
        ProviderKind::Ldap(directory) => Protocol::Ldap(DirectoryClient::new(
            self::directory(settings, directory),
            certificates,
        )?),
    })
}

fn directory(settings: &ProviderSettings, directory: &LdapSettings) -> DirectoryProvider {
    let minutes = Duration::from_mins(directory.lockout_minutes.into());
    DirectoryProvider {
        issuer: format!("ldap:{}", settings.id),
        url: directory.url.clone(),
        starttls: directory.starttls,
        bind_dn: directory.bind_dn.clone(),
        bind_password: directory.bind_password.clone(),
        base: directory.base.clone(),
        user_filter: directory.user_filter.clone(),
        id_attribute: directory.id_attribute.clone(),
        name_attribute: directory.name_attribute.clone(),
        display_attribute: directory.display_attribute.clone(),
        attributes: settings.rules.iter().flat_map(looked_at).collect(),
        group_base: directory.group_base.clone(),
        group_filter: given(&directory.group_filter),
        limit: AttemptLimit {
            attempts: i32::try_from(directory.lockout_failures).unwrap_or(i32::MAX),
            window: minutes,
            wait: minutes,
        },
    }
}

/// The attributes that a rule looks at.
fn looked_at(rule: &SignOnRule) -> impl Iterator<Item = String> {
    let of_school = match &rule.school {
        Some(SchoolSource::Attribute(name)) => Some(name.clone()),
        Some(SchoolSource::Named(_)) | None => None,
    };
    rule.attribute.clone().into_iter().chain(of_school)
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("read the certificates in `{}`", path.display()))
}
