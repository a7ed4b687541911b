//! Who somebody is, as others say: the protocols of sign-on, without rows and without people of ours.
//!
//! A [`Provider`] sends a browser away with a question ([`Provider::address`]) and says of the answer that it brings back who
//! that is ([`Provider::identify`]), or tries a password that was typed here ([`Provider::check`]). An answer that is not believed has a reason ([`AnswerFault`]); a provider that does not
//! answer is [`ProviderError::Away`], after seconds and never later. To add a protocol, add a file beside `oidc.rs` and an arm
//! to each `match` here.

use std::time::Duration;

use crate::domain::sign_on::{AnswerFault, Identity, SignOnRule};
use crate::domain::time::Timestamp;

pub mod cas;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
pub mod ldap;
pub mod oidc;

/// Until a provider has answered all that it is asked at one step; whoever signs in waits so long for a page.
const PATIENCE: Duration = Duration::from_secs(10);

/// One provider, and what is made of its people.
#[derive(Debug)]
pub struct Provider {
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
    /// How it is spoken to.
    pub protocol: Protocol,
}

/// How a provider is spoken to.
#[derive(Debug)]
pub enum Protocol {
    /// OpenID Connect.
    Oidc(Box<oidc::OidcClient>),
    /// CAS 3.0.
    Cas(cas::CasClient),
    /// LDAP or Active Directory: the password is typed into our own form.
    Ldap(ldap::DirectoryClient),
}

/// What a browser takes along to a provider, kept until it comes back.
#[derive(Debug, Clone)]
pub struct SignOnQuestion {
    /// Comes back as it is.
    pub state: String,
    /// Must stand in what the provider signs.
    pub nonce: String,
    /// Proves that whoever shows the answer has asked (PKCE).
    pub verifier: String,
    /// Where the answer is brought.
    pub answer_url: String,
    /// Whether whoever is asked must prove there anew who they are, signed in or not.
    pub is_anew: bool,
}

/// What a browser brings back.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProviderAnswer<'a> {
    /// The code that tells the provider whom it is about (OpenID Connect).
    pub code: Option<&'a str>,
    /// The same in CAS.
    pub ticket: Option<&'a str>,
    /// Why the provider says no.
    pub error: Option<&'a str>,
    /// Which issuer answers, if it says so (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// Somebody who signed in at a provider.
#[derive(Debug, Clone)]
pub struct Identified {
    /// Who.
    pub identity: Identity,
    /// Where a browser is sent that signs out, so that nobody else at it is signed in by one click.
    pub sign_out_url: Option<String>,
}

/// Why a provider does not say who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not as it would if all were well there and in the settings.
    #[error("the provider is away")]
    Away(#[source] anyhow::Error),
    /// The same, and it is certain that no password was found wrong: it was not compared, or it was right.
    #[error("the provider is away, and compared nothing")]
    NotCompared(#[source] anyhow::Error),
    /// Nobody has this name and this password there.
    #[error("wrong name or password")]
    WrongPassword,
    /// What came in its name is not believed.
    #[error("the answer is not believed: {} ({detail})", fault.code())]
    Answer {
        /// Why.
        fault: AnswerFault,
        /// What exactly, for whoever runs the service.
        detail: String,
    },
}

impl ProviderError {
    fn answer(fault: AnswerFault, detail: impl ToString) -> Self {
        let detail = detail.to_string();
        Self::Answer { fault, detail }
    }

    /// Of what was asked before a password was, or after it was right.
    fn not_compared(self) -> Self {
        match self {
            Self::Away(error) => Self::NotCompared(error),
            other => other,
        }
    }
}

impl Provider {
    /// Where a browser is sent with a question.
    pub async fn address(&self, question: &SignOnQuestion) -> Result<String, ProviderError> {
        match &self.protocol {
            Protocol::Oidc(client) => in_time(client.address(question)).await,
            Protocol::Cas(client) => Ok(client.address(question)),
            Protocol::Ldap(_) => Err(not_asked_so()),
        }
    }

    /// Who an answer is about, if it is one to this question.
    pub async fn identify(
        &self,
        question: &SignOnQuestion,
        answer: &ProviderAnswer<'_>,
        now: Timestamp,
    ) -> Result<Identified, ProviderError> {
        if let Some(error) = answer.error {
            // Shown to whoever runs the service; it came by the browser, so it is kept short.
            let error: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
            return Err(ProviderError::answer(AnswerFault::Denied, error));
        }
        match &self.protocol {
            Protocol::Oidc(client) => in_time(client.identify(question, answer, now)).await,
            Protocol::Cas(client) => in_time(client.identify(question, answer)).await,
            Protocol::Ldap(_) => Err(not_asked_so()),
        }
    }

    /// The stable id of whom a name finds there.
    pub async fn find(&self, name: &str) -> Result<Option<String>, ProviderError> {
        match &self.protocol {
            Protocol::Ldap(directory) => in_time(directory.find(name)).await,
            Protocol::Oidc(_) | Protocol::Cas(_) => Err(not_asked_so()),
        }
    }

    /// Who knows a password there.
    pub async fn check(&self, name: &str, password: &str) -> Result<Identity, ProviderError> {
        match &self.protocol {
            Protocol::Ldap(directory) => in_time(directory.check(name, password)).await,
            Protocol::Oidc(_) | Protocol::Cas(_) => Err(not_asked_so()),
        }
    }
}

/// Whether passwords are typed here or there depends on the protocol.
fn not_asked_so() -> ProviderError {
    ProviderError::Away(anyhow::anyhow!("this provider is not asked in this way"))
}

async fn in_time<T>(asking: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    asked.unwrap_or_else(|_| Err(ProviderError::Away(anyhow::anyhow!("no answer within {PATIENCE:?}"))))
}
