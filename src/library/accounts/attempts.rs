//! Attempts to sign in, counted by where they come from.
//!
//! A name is counted together with the network that tries it, or with the browser if its account signed in there before:
//! whoever guesses waits, and the owner elsewhere, or in the browser they always use, does not. So nobody can lock somebody
//! else out, and an unknown name is counted and refused exactly like a known one. All names that unknown browsers of one
//! network try are counted together as well, so that one password tried with many names meets a limit too.

use std::iter;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::{entity, people, sign_in_attempts};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::role::TokenScope;
use crate::domain::sign_in::{AttemptCount, AttemptLimit};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::{Accounts, hashed, member};

/// An attempt that was counted and let through.
#[derive(Debug)]
pub(super) struct Attempt {
    /// The count of its name where it was made.
    of_name: String,
    /// The count of all names that its network tries, if it counts there.
    of_network: Option<String>,
    /// Until when the next one waits, if this one is wrong.
    waits_until: Option<Timestamp>,
}

impl Attempt {
    /// Forgets what was counted for its name there, and takes it out of what its network tried: a school whose hundred
    /// teachers sign in at eight o'clock guesses nothing.
    pub(super) async fn was_right(&self, tx: &impl ConnectionTrait) -> Result<()> {
        self.lock(tx).await?;
        sign_in_attempts::forget(tx, &self.of_name).await?;
        match &self.of_network {
            Some(key_hash) => sign_in_attempts::take_back_one(tx, key_hash).await,
            None => Ok(()),
        }
    }

    /// Takes it out of both counts: the password was right, and something else is asked for. What was counted before stays,
    /// or whoever knows the password could guess codes for ever.
    async fn was_no_guess(&self, tx: &impl ConnectionTrait) -> Result<()> {
        self.lock(tx).await?;
        for key_hash in iter::once(&self.of_name).chain(&self.of_network) {
            sign_in_attempts::take_back_one(tx, key_hash).await?;
        }
        Ok(())
    }

    /// Locks the counts in the order in which they are counted: two sign-ins that lock them crosswise would wait for each
    /// other.
    async fn lock(&self, tx: &impl ConnectionTrait) -> Result<()> {
        let keys = iter::once(&self.of_name).chain(&self.of_network).cloned().collect();
        sign_in_attempts::lock(tx, keys).await.map(|_| ())
    }
}

impl Accounts {
    /// Counts an attempt before its password is compared, or refuses it.
    pub(super) async fn count_attempt(
        &self,
        actor: &Actor,
        name: &str,
        account: Option<&entity::account::Model>,
        browser: Option<&str>,
    ) -> Result<Attempt> {
        let known = self.known_browser(account, browser).await?;
        let network = actor.network().map_or_else(String::new, |network| network.to_string());
        let name_hash = hashed(&name_key(name));
        let place = known.as_ref().unwrap_or(&network);
        let of_name = hashed(&format!("{place}\n{name_hash}"));
        let of_network = known.is_none().then(|| hashed(&network));
        let mut keys = vec![(of_name.clone(), Some(name_hash))];
        keys.extend(of_network.clone().map(|key_hash| (key_hash, None)));
        let now = self.clock.now();
        let counted = self
            .db
            .write(async |tx| {
                let rows = sign_in_attempts::begin(tx, keys).await?;
                let waits = rows.iter().filter_map(|row| counted(row).wait(self.limit_of(row), now));
                if let Some(wait) = waits.max() {
                    return Err(Refusal::LockedOut { retry_after: wait }.into());
                }
                let mut waits_until = None;
                for row in rows {
                    let limit = self.limit_of(&row);
                    let count = counted(&row).with_one_more(limit, now);
                    sign_in_attempts::set(tx, &row.key_hash, count).await?;
                    waits_until = waits_until.max(count.is_full(limit).then_some(count.free_at));
                }
                Ok(waits_until)
            })
            .await;
        Ok(Attempt {
            of_name,
            of_network,
            waits_until: counted?,
        })
    }

    /// What a browser's attempts are counted by, if the account signed in there before. It is looked for whether there is
    /// such an account or not, so that the clock does not tell.
    async fn known_browser(
        &self,
        account: Option<&entity::account::Model>,
        browser: Option<&str>,
    ) -> Result<Option<String>> {
        let Some(browser) = browser else { return Ok(None) };
        let hash = hashed(browser);
        let accounts = sign_in_attempts::accounts_of_browser(self.db.read(), &hash).await?;
        let is_known = account.is_some_and(|account| accounts.contains(&account.id));
        Ok(is_known.then_some(hash))
    }

    /// Takes an attempt back whose password was right, if what came of it was no guess.
    pub(super) async fn settle<T>(&self, attempt: &Attempt, done: Result<T>) -> Result<T> {
        if let Err(Error::Refused(refusal)) = &done
            && !matches!(**refusal, Refusal::WrongPassword | Refusal::WrongCode)
        {
            self.db.write(async |tx| attempt.was_no_guess(tx).await).await?;
        }
        done
    }

    fn limit_of(&self, row: &entity::sign_in_attempt::Model) -> AttemptLimit {
        if row.name_hash.is_some() {
            self.rules.guesses
        } else {
            self.rules.network_attempts
        }
    }

    /// Refuses whoever does not know the account's password. Whoever does has to take the attempt back with what they do.
    pub(super) async fn confirm_password(
        &self,
        actor: &Actor,
        account: &entity::account::Model,
        password: &str,
        browser: Option<&str>,
    ) -> Result<Attempt> {
        let place = self.hashing.enter(actor)?;
        let attempt = self.count_attempt(actor, &account.name, Some(account), browser).await?;
        let hash = account.password_hash.clone();
        if self.password_fits(place, hash, password.to_owned()).await? {
            return Ok(attempt);
        }
        self.refuse_attempt(actor, Some(account), &attempt, Refusal::WrongPassword)
            .await
    }

    /// Records what was wrong with an attempt, and that whoever guesses waits from now on.
    pub(super) async fn refuse_attempt<T>(
        &self,
        actor: &Actor,
        account: Option<&entity::account::Model>,
        attempt: &Attempt,
        refusal: Refusal,
    ) -> Result<T> {
        let who = Actor {
            account: account.map(|account| member(account, TokenScope::Read, None)),
            address: actor.address.clone(),
            once: None,
        };
        self.db
            .write(async |tx| {
                self.audit
                    .record_outcome(tx, &who, AuditAction::SessionBegin, None, refusal.code())
                    .await?;
                let Some(until) = attempt.waits_until else {
                    return Ok(());
                };
                if let Some(account) = account {
                    people::set_locked_until(tx, account.id, Some(until)).await?;
                }
                self.audit.record(tx, &who, AuditAction::SessionLock, None).await
            })
            .await?;
        Err(refusal.into())
    }
}

fn counted(row: &entity::sign_in_attempt::Model) -> AttemptCount {
    AttemptCount {
        attempts: row.attempts,
        since: row.since,
        free_at: row.free_at,
    }
}
