//! Signing in with a password of a directory, typed into our own form.
//!
//! The form must not serve to guess at the directory. So an attempt counts as one with a password of ours does, and besides
//! for the name wherever it comes from, unless from a browser that its owner uses: a directory locks its people after so many
//! wrong passwords, and nobody should make it do so through us.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::actor::Actor;
use crate::db::{entity, identities, people};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::sign_in::AttemptLimit;
use crate::domain::sign_on::{AnswerFault, Identity};
use crate::error::{Error, Refusal, Result, Thing};
use crate::identity::ldap::DirectoryClient;
use crate::identity::{Identified, Protocol, Provider, ProviderError};
use crate::library::QUEUE;
use crate::library::accounts::attempts::{Attempt, AttemptAt, guessed_at};
use crate::library::accounts::second_factor::FactorProof;
use crate::library::accounts::sign_on::enter::Entry;
use crate::library::accounts::turn_queue::{Turn, TurnQueue};
use crate::library::accounts::{Accounts, Credentials, NewSession, hashed};

/// Attempts that are made at one directory side by side: each opens connections, and one that does not answer holds them for
/// seconds.
const AT_ONCE: usize = 8;
/// Until one's turn has come at a directory; then it is busy.
const TURN_WITHIN: Duration = Duration::from_secs(4);

/// Whose turn it is at each directory, by its provider.
pub(in crate::library::accounts) fn turn_queues(providers: &[Provider]) -> HashMap<String, Arc<TurnQueue>> {
    let directories = providers
        .iter()
        .filter(|provider| matches!(provider.protocol, Protocol::Ldap(_)));
    directories
        .map(|provider| {
            let queue = TurnQueue::new(AT_ONCE, QUEUE, TURN_WITHIN);
            (provider.id.clone(), Arc::new(queue))
        })
        .collect()
}

/// What attempts at somebody of a directory are counted by, whatever they were called; apart from names of ours, which are
/// other people's.
pub(in crate::library::accounts) fn counted_name(issuer: &str, subject: &str) -> String {
    hashed(&format!("{issuer}\n{subject}"))
}

impl Accounts {
    /// Begins a session for whoever knows a directory's password. A second factor of ours is asked for where the account has
    /// one: it is our form that the password was typed into.
    pub async fn sign_in_at_directory(
        &self,
        actor: &Actor,
        provider: &str,
        given: &Credentials<'_>,
    ) -> Result<NewSession> {
        let (provider, _) = self.directory(provider)?;
        let (identity, attempt) = self.recognize_at(actor, provider.id.as_str(), given).await?;
        let entered = self
            .enter_from_directory(actor, provider, identity, given, &attempt)
            .await;
        self.settle(&attempt, entered).await
    }

    async fn enter_from_directory(
        &self,
        actor: &Actor,
        provider: &Provider,
        identity: Identity,
        given: &Credentials<'_>,
        attempt: &Attempt,
    ) -> Result<NewSession> {
        let account = self.owner_at(&identity.issuer, &identity.subject).await?;
        let proof = match &account {
            Some(account) => self.check_second_factor(actor, account, given.code, attempt).await?,
            None => FactorProof::NotNeeded,
        };
        let identified = Identified {
            identity,
            sign_out_url: None,
        };
        let entry = Entry {
            browser: given.browser,
            attempt: Some((attempt, &proof)),
            // Typed just now. Where each act asks, the first sign-in proves nothing for it.
            proved_at: match actor.account {
                Some(_) => Some(self.clock.now()),
                None => self.proof_of_sign_in(self.clock.now()),
            },
        };
        self.enter(actor, provider, identified, entry).await
    }

    /// Who knows the password, after their attempt was counted.
    pub(super) async fn recognize_at(
        &self,
        actor: &Actor,
        provider: &str,
        given: &Credentials<'_>,
    ) -> Result<(Identity, Attempt)> {
        let (provider, directory) = self.directory(provider)?;
        if given.password.is_empty() {
            // A directory takes it for nobody in particular and lets it in; it guesses nothing.
            return Err(self.refuse_entry(actor, None, Refusal::WrongPassword));
        }
        let name = given.name.replace('\0', "\u{fffd}");
        let name = name.trim();
        let _turn = self.turn_at(provider, actor, given.browser).await?;
        // By the entry that is found: a directory finds one by many spellings of its name.
        let found = provider.find(name).await;
        let found = found.map_err(|error| self.away(actor, provider, error))?;
        let name_hash = match &found {
            Some(subject) => counted_name(directory.issuer(), subject),
            None => counted_name(directory.issuer(), &format!("?{}", name_key(name))),
        };
        let account = self
            .owner_at(directory.issuer(), found.as_deref().unwrap_or_default())
            .await?;
        let at = at(&name_hash, directory.limit());
        let attempt = self
            .count_attempt_at(actor, &at, account.as_ref(), given.browser)
            .await?;
        let checked = provider.check(name, given.password).await;
        self.believe(actor, provider, account.as_ref(), attempt, checked).await
    }

    /// Who a directory says that it is; records whom it does not let in, and takes back what was no guess.
    async fn believe(
        &self,
        actor: &Actor,
        provider: &Provider,
        account: Option<&entity::account::Model>,
        attempt: Attempt,
        checked: std::result::Result<Identity, ProviderError>,
    ) -> Result<(Identity, Attempt)> {
        match checked {
            Ok(identity) => Ok((identity, attempt)),
            Err(ProviderError::WrongPassword) => {
                self.refuse_attempt(actor, account, &attempt, Refusal::WrongPassword)
                    .await
            }
            Err(ProviderError::Answer { fault, detail }) => {
                // Whatever else it is, the password is right.
                let fault = match fault {
                    AnswerFault::PasswordExpired => fault,
                    fault => {
                        tracing::warn!("an entry of `{}` is of no use, {}: {detail}", provider.id, fault.code());
                        AnswerFault::Subject
                    }
                };
                let refused = self.refuse_entry(actor, account, Refusal::SignOnRefused(fault));
                self.settle(&attempt, Err(refused)).await
            }
            Err(error @ ProviderError::NotCompared(_)) => {
                let away = self.away(actor, provider, error);
                self.settle(&attempt, Err(away)).await
            }
            // It counts: the password may have been tried.
            Err(error @ ProviderError::Away(_)) => Err(self.away(actor, provider, error)),
        }
    }

    /// Records that somebody is not let in as whom they name.
    fn refuse_entry(&self, actor: &Actor, account: Option<&entity::account::Model>, refusal: Refusal) -> Error {
        let who = guessed_at(actor, account);
        let why = match &refusal {
            Refusal::SignOnRefused(fault) => fault.code(),
            refusal => refusal.code(),
        };
        self.audit.refused_entry(actor, &who, AuditAction::SessionBegin, why);
        refusal.into()
    }

    /// Waits for one's turn at a directory. Whoever has tried too much already asks it nothing.
    async fn turn_at(&self, provider: &Provider, actor: &Actor, browser: Option<&str>) -> Result<Turn> {
        // Whose browser it is says the directory; until then it is enough that somebody signed in there before.
        let known = match browser {
            Some(browser) => self.account_of_browser(browser).await?.map(|_| hashed(browser)),
            None => None,
        };
        if known.is_none() {
            self.expect_free_network(actor, AuditAction::SessionBegin).await?;
        }
        let queue = &self.at_directories[&provider.id];
        self.turn_in(queue, actor, known.as_deref()).await
    }

    fn directory(&self, provider: &str) -> Result<(&Provider, &DirectoryClient)> {
        let provider = self.provider(provider)?;
        match &provider.protocol {
            Protocol::Ldap(directory) => Ok((provider, directory)),
            _ => Err(Refusal::NoSuch(Thing::Provider).into()),
        }
    }

    async fn owner_at(&self, issuer: &str, subject: &str) -> Result<Option<entity::account::Model>> {
        match identities::of_subject(self.db.read(), issuer, subject).await? {
            Some(row) => people::account(self.db.read(), row.account_id).await,
            None => Ok(None),
        }
    }
}

fn at(name_hash: &str, limit: AttemptLimit) -> AttemptAt<'_> {
    AttemptAt {
        name_hash,
        everywhere: Some(limit),
        act: AuditAction::SessionBegin,
    }
}
