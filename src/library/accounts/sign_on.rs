//! Sign-on by others: a browser is sent to a provider with a question, and brings an answer back.
//!
//! What the question was waits in the database, so that any node takes the answer, and is bound to the browser by a cookie:
//! nobody can have somebody else's browser signed in as themselves, and an answer is taken once. Whom the answer names is
//! matched by issuer and subject, never by a name (`enter.rs`); one's own account is linked to such an identity by whoever
//! knows its password (`link.rs`).

use std::time::Duration;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{entity, identities};
use crate::domain::audit::AuditAction;
use crate::domain::id::AccountId;
use crate::domain::sign_on::AnswerFault;
use crate::error::{Error, Refusal, Result, Thing};
use crate::identity::{Identified, Protocol, Provider, ProviderAnswer, ProviderError, SignOnQuestion};
use crate::library::accounts::{Accounts, NewSession, hashed, secret};
use crate::words::Lang;

pub(super) mod directory;
mod enter;
pub mod link;

use self::enter::Entry;

/// Until an answer must be back: somebody types a password there and looks for a phone.
pub const ANSWER_WITHIN: Duration = crate::domain::personal_data::SIGN_ONS_WAIT;
/// Sign-ins of one network that wait for an answer: whoever begins one leaves a row.
const MOST_PENDING_OF_NETWORK: u64 = 1_000;

/// A provider of sign-on, as it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SignOnProvider {
    /// Names it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `oidc`, `cas`, or `ldap`: then programs send its id as `provider` with name and password.
    pub protocol: String,
    /// Where a browser begins, a path of this site; with `?return_to=`, where it ends.
    pub url: String,
}

/// Where a browser is sent.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The provider's address with the question.
    pub url: String,
    /// The value of the cookie that the answer must come with.
    pub browser: String,
}

/// What a question is made of.
#[derive(Debug, Clone, Copy)]
pub struct SignOnRequest<'a> {
    /// Our own address as browsers see it, without a path.
    pub origin: &'a str,
    /// The page to return to, a path of this site.
    pub return_to: &'a str,
    /// The cookie that a browser has from a question before, so that two of its tabs can ask.
    pub browser: Option<&'a str>,
}

/// What a browser brings back.
#[derive(Debug, Clone, Copy)]
pub struct SignOnAnswer<'a> {
    /// The state.
    pub state: &'a str,
    /// The code that the provider gave it along (OpenID Connect).
    pub code: Option<&'a str>,
    /// The same in CAS.
    pub ticket: Option<&'a str>,
    /// Why the provider says no.
    pub error: Option<&'a str>,
    /// Which issuer answers, if it says so (RFC 9207).
    pub issuer: Option<&'a str>,
    /// The cookie of the question.
    pub browser: Option<&'a str>,
    /// The value of the cookie by which the browser is known again.
    pub known_browser: Option<&'a str>,
}

/// What came of an answer.
#[derive(Debug, Clone)]
pub enum SignOnOutcome {
    /// Somebody signed in.
    SignedIn {
        /// The session.
        session: Box<NewSession>,
        /// The page to return to, a path of this site.
        return_to: String,
    },
    /// Who somebody is there opens their account from now on.
    Linked,
}

impl Accounts {
    /// The providers, in the order of their buttons.
    pub fn sign_on_providers(&self, lang: Lang) -> Vec<SignOnProvider> {
        self.providers.iter().map(|provider| shown(provider, lang)).collect()
    }

    /// What people call a provider; its id where the settings have it no more.
    pub fn provider_name(&self, id: &str, lang: Lang) -> String {
        let found = self.providers.iter().find(|provider| provider.id == id);
        found.map_or_else(|| id.to_owned(), |provider| called(provider, lang))
    }

    fn provider(&self, id: &str) -> Result<&Provider> {
        let found = self.providers.iter().find(|provider| provider.id == id);
        Ok(found.ok_or(Refusal::NoSuch(Thing::Provider))?)
    }

    /// A provider as it is offered; refuses one that is not.
    pub fn sign_on_provider(&self, id: &str, lang: Lang) -> Result<SignOnProvider> {
        Ok(shown(self.provider(id)?, lang))
    }

    /// Sends a browser to a provider.
    pub async fn begin_sign_on(&self, actor: &Actor, provider: &str, request: &SignOnRequest<'_>) -> Result<Departure> {
        self.ask_provider(actor, provider, request, None).await
    }

    async fn ask_provider(
        &self,
        actor: &Actor,
        provider: &str,
        request: &SignOnRequest<'_>,
        account: Option<AccountId>,
    ) -> Result<Departure> {
        let provider = self.provider(provider)?;
        if matches!(provider.protocol, Protocol::Ldap(_)) {
            return Err(Refusal::NoSuch(Thing::Provider).into());
        }
        let question = SignOnQuestion {
            state: secret()?,
            nonce: secret()?,
            verifier: secret()?,
            answer_url: format!("{}/sign-on/{}/answer", request.origin, provider.id),
            is_anew: actor.account.is_some(),
        };
        let asked = provider.address(&question).await;
        let url = asked.map_err(|error| self.away(actor, provider, error))?;
        let fresh = secret()?;
        let kept = request.browser.filter(|value| value.len() == fresh.len());
        let browser = kept.unwrap_or(&fresh).to_owned();
        let network = actor.network().map(|network| network.to_string());
        let now = self.clock.now();
        let row = entity::pending_sign_on::Model {
            state_hash: hashed(&question.state),
            browser_hash: hashed(&browser),
            provider: provider.id.clone(),
            nonce: question.nonce,
            verifier: question.verifier,
            answer_url: question.answer_url,
            return_to: request.return_to.to_owned(),
            network: network.clone(),
            account_id: account,
            is_anew: question.is_anew,
            expires_at: now.plus(ANSWER_WITHIN),
        };
        self.db
            .write(async |tx| {
                identities::delete_expired(tx, now).await?;
                if identities::pending(tx, network.as_deref()).await? >= MOST_PENDING_OF_NETWORK {
                    // Not the new one: one pupil's script would keep their school out.
                    identities::drop_oldest(tx, network.as_deref()).await?;
                }
                identities::add_pending(tx, row).await
            })
            .await?;
        self.bound_waiting().await?;
        Ok(Departure { url, browser })
    }

    /// Takes an answer: begins a session for whomever it names, or links the account of whoever asked for that.
    pub async fn finish_sign_on(
        &self,
        actor: &Actor,
        provider: &str,
        answer: &SignOnAnswer<'_>,
    ) -> Result<SignOnOutcome> {
        let provider = self.provider(provider)?;
        let pending = self.take_question(provider, answer).await?;
        let Some(pending) = pending else {
            return self.refuse_answer(actor, provider, AnswerFault::NotAsked);
        };
        let question = SignOnQuestion {
            state: answer.state.to_owned(),
            nonce: pending.nonce,
            verifier: pending.verifier,
            answer_url: pending.answer_url,
            is_anew: pending.is_anew,
        };
        let said = ProviderAnswer {
            code: answer.code,
            ticket: answer.ticket,
            error: answer.error,
            issuer: answer.issuer,
        };
        let identified = provider.identify(&question, &said, self.clock.now()).await;
        let identified = match identified {
            Ok(identified) => identified,
            Err(ProviderError::Answer { fault, detail }) => {
                tracing::warn!("an answer of `{}` was refused, {}: {detail}", provider.id, fault.code());
                return self.refuse_answer(actor, provider, fault);
            }
            Err(error) => return Err(self.away(actor, provider, error)),
        };
        self.arrive(
            actor,
            provider,
            identified,
            (pending.account_id, question.is_anew),
            pending.return_to,
            answer,
        )
        .await
    }

    async fn arrive(
        &self,
        actor: &Actor,
        provider: &Provider,
        identified: Identified,
        (account, is_anew): (Option<AccountId>, bool),
        return_to: String,
        answer: &SignOnAnswer<'_>,
    ) -> Result<SignOnOutcome> {
        if let Some(account) = account {
            self.link(actor, provider, &identified.identity, account).await?;
            return Ok(SignOnOutcome::Linked);
        }
        let entry = Entry {
            browser: answer.known_browser,
            attempt: None,
            // Whoever was signed in there already typed nothing, here or there.
            proved_at: is_anew.then(|| self.clock.now()),
        };
        let session = self.enter(actor, provider, identified, entry).await?;
        let session = Box::new(session);
        Ok(SignOnOutcome::SignedIn { session, return_to })
    }

    /// The question of an answer, once.
    async fn take_question(
        &self,
        provider: &Provider,
        answer: &SignOnAnswer<'_>,
    ) -> Result<Option<entity::pending_sign_on::Model>> {
        let Some(browser) = answer.browser else {
            return Ok(None);
        };
        let (state, browser) = (hashed(answer.state), hashed(browser));
        let now = self.clock.now();
        self.db
            .write(async |tx| identities::take_pending(tx, &state, &browser, &provider.id, now).await)
            .await
    }

    /// Tells whoever runs the service why a provider is away, and the person that it is; the log keeps that they tried.
    fn away(&self, actor: &Actor, provider: &Provider, error: ProviderError) -> Error {
        tracing::warn!(
            "the sign-on provider `{}`: {:#}",
            provider.id,
            anyhow::Error::from(error)
        );
        let refusal = Refusal::SignOnUnavailable;
        let subject = Some(provider.id.clone());
        self.audit
            .refused(actor, AuditAction::SessionBegin, subject, refusal.code());
        refusal.into()
    }

    /// Records why an answer is refused, with those of its network: nobody fills the log with answers that they made up.
    fn refuse_answer<T>(&self, actor: &Actor, provider: &Provider, fault: AnswerFault) -> Result<T> {
        let subject = Some(provider.id.clone());
        self.audit
            .refused(actor, AuditAction::SessionBegin, subject, fault.code());
        Err(Refusal::SignOnRefused(fault).into())
    }
}

fn shown(provider: &Provider, lang: Lang) -> SignOnProvider {
    SignOnProvider {
        id: provider.id.clone(),
        name: called(provider, lang),
        protocol: protocol(provider).to_owned(),
        url: format!("/sign-on/{}", provider.id),
    }
}

fn called(provider: &Provider, lang: Lang) -> String {
    lang.pick(&provider.name_zh, &provider.name_en).clone()
}

fn protocol(provider: &Provider) -> &'static str {
    match provider.protocol {
        Protocol::Oidc(_) => "oidc",
        Protocol::Cas(_) => "cas",
        Protocol::Ldap(_) => "ldap",
    }
}
