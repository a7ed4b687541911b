//! Attempts to sign in, counted by where they come from.
//!
//! A name is counted together with the network that tries it, or with the browser if its account signed in there before:
//! whoever guesses waits, and the owner elsewhere, or in the browser they always use, does not. So nobody can lock somebody
//! else out, and an unknown name is counted and refused exactly like a known one. All names that unknown browsers of one
//! network try are counted together as well, so that one password tried with many names meets a limit too. What the wider
//! network around it tries is counted but meets none, because strangers share it: it only orders who waits.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::sign_in_attempts::AttemptKey;
use crate::db::{entity, people, sign_in_attempts};
use crate::domain::account::name_key;
use crate::domain::address::wider_network_of;
use crate::domain::audit::AuditAction;
use crate::domain::id::AccountId;
use crate::domain::role::TokenScope;
use crate::domain::sign_in::{AttemptCount, AttemptLimit};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::turn_queue::{Asker, Tried, Turn, TurnQueue};
use crate::library::accounts::{Accounts, hashed, member};

/// An attempt that was counted and let through.
#[derive(Debug)]
pub(super) struct Attempt {
    /// The count of its name where it was made.
    of_name: String,
    /// The counts of all names that its network and the wider one try, if it counts there.
    of_networks: Vec<String>,
    /// The count of its name wherever it is tried, if there is one.
    everywhere: Option<String>,
    /// Until when the next one waits, if this one is wrong.
    waits_until: Option<Timestamp>,
    /// What was tried, as the log names it.
    act: AuditAction,
}

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptAt<'a> {
    /// The hash that the name is counted by.
    pub(super) name_hash: &'a str,
    /// How often the name is tried in unknown browsers, wherever these are.
    pub(super) everywhere: Option<AttemptLimit>,
    /// What is tried, as the log names it.
    pub(super) act: AuditAction,
}

/// A count, and how far it goes.
struct LimitedCount {
    key: AttemptKey,
    limit: AttemptLimit,
}

impl Attempt {
    /// What was tried, as the log names it.
    pub(super) fn act(&self) -> AuditAction {
        self.act
    }

    /// Forgets what was counted for its name there, and takes it out of what its network tried: a school whose hundred
    /// teachers sign in at eight o'clock guesses nothing.
    pub(super) async fn was_right(&self, tx: &impl ConnectionTrait) -> Result<()> {
        self.lock(tx).await?;
        sign_in_attempts::forget(tx, &self.of_name).await?;
        for key_hash in self.of_networks.iter().chain(&self.everywhere) {
            sign_in_attempts::take_back_one(tx, key_hash).await?;
        }
        Ok(())
    }

    /// Takes it out of all counts: the password was right, and something else is asked for. What was counted before stays,
    /// or whoever knows the password could guess codes for ever.
    async fn was_no_guess(&self, tx: &impl ConnectionTrait) -> Result<()> {
        self.lock(tx).await?;
        for key_hash in self.keys() {
            sign_in_attempts::take_back_one(tx, key_hash).await?;
        }
        Ok(())
    }

    fn keys(&self) -> impl Iterator<Item = &String> {
        iter::once(&self.of_name)
            .chain(&self.of_networks)
            .chain(&self.everywhere)
    }

    /// Locks the counts in the order in which they are counted: two sign-ins that lock them crosswise would wait for each
    /// other.
    async fn lock(&self, tx: &impl ConnectionTrait) -> Result<()> {
        let keys = self.keys().cloned().collect();
        sign_in_attempts::lock(tx, keys).await.map(|_| ())
    }
}

impl Accounts {
    /// Counts an attempt at a name of ours before its password is compared, or refuses it.
    pub(super) async fn count_attempt(
        &self,
        actor: &Actor,
        name: &str,
        account: Option<&entity::account::Model>,
        browser: Option<&str>,
        act: AuditAction,
    ) -> Result<Attempt> {
        let name_hash = hashed(&name_key(name));
        let at = AttemptAt {
            name_hash: &name_hash,
            everywhere: None,
            act,
        };
        self.count_attempt_at(actor, &at, account, browser).await
    }

    /// Counts an attempt before its password is compared, or refuses it.
    pub(super) async fn count_attempt_at(
        &self,
        actor: &Actor,
        at: &AttemptAt<'_>,
        account: Option<&entity::account::Model>,
        browser: Option<&str>,
    ) -> Result<Attempt> {
        let known = self.known_browser(account, browser).await?;
        let place = known.clone().unwrap_or_else(|| network_name(actor));
        let of_name = hashed(&format!("{place}\n{}", at.name_hash));
        let networks = match known {
            Some(_) => Vec::new(),
            None => self.counts_of_networks(actor),
        };
        let of_networks = networks.iter().map(|count| count.key.key_hash.clone()).collect();
        let everywhere = at.everywhere.filter(|_| known.is_none());
        let everywhere = everywhere.map(|limit| (hashed(&format!("everywhere\n{}", at.name_hash)), limit));
        let by_name = |key_hash: &String| AttemptKey {
            key_hash: key_hash.clone(),
            name_hash: Some(at.name_hash.to_owned()),
            network: None,
        };
        let mut counts = vec![LimitedCount {
            key: by_name(&of_name),
            limit: self.rules.guesses,
        }];
        counts.extend(networks);
        counts.extend(everywhere.iter().map(|(key, limit)| LimitedCount {
            key: by_name(key),
            limit: *limit,
        }));
        let counted = self.count_all(counts).await;
        if let Err(Error::Refused(refusal)) = &counted
            && matches!(**refusal, Refusal::LockedOut { .. })
        {
            let who = guessed_at(actor, account);
            self.audit.refused_entry(actor, &who, at.act, refusal.code());
        }
        Ok(Attempt {
            of_name,
            of_networks,
            everywhere: everywhere.map(|(key, _)| key),
            waits_until: counted?,
            act: at.act,
        })
    }

    /// The counts of all names that unknown browsers try in the actor's network, and in the wider one.
    fn counts_of_networks(&self, actor: &Actor) -> Vec<LimitedCount> {
        let network = network_name(actor);
        let narrow = LimitedCount {
            key: AttemptKey {
                key_hash: hashed(&network),
                name_hash: None,
                network: Some(network).filter(|network| !network.is_empty()),
            },
            limit: self.rules.network_attempts,
        };
        let wider = wider_key(actor).map(|key_hash| LimitedCount {
            key: AttemptKey {
                key_hash,
                name_hash: None,
                network: None,
            },
            limit: self.wider_network_attempts(),
        });
        iter::once(narrow).chain(wider).collect()
    }

    /// Without an end: a school must not wait for what a neighbour guesses.
    fn wider_network_attempts(&self) -> AttemptLimit {
        AttemptLimit {
            attempts: i32::MAX,
            ..self.rules.network_attempts
        }
    }

    /// Adds one to each count, or refuses it if one of them is full; says until when the next one waits.
    async fn count_all(&self, counts: Vec<LimitedCount>) -> Result<Option<Timestamp>> {
        let now = self.clock.now();
        let limits: HashMap<String, AttemptLimit> = counts
            .iter()
            .map(|count| (count.key.key_hash.clone(), count.limit))
            .collect();
        let keys: Vec<AttemptKey> = counts.into_iter().map(|count| count.key).collect();
        let expect_no_wait = |rows: &[entity::sign_in_attempt::Model]| {
            let waits = rows
                .iter()
                .filter_map(|row| counted(row).wait(limits[&row.key_hash], now));
            match waits.max() {
                Some(wait) => Err(Error::from(Refusal::LockedOut { retry_after: wait })),
                None => Ok(()),
            }
        };
        // Asked before the write lock is: guessers who wait already must not make owners wait for it.
        let hashes = keys.iter().map(|key| key.key_hash.clone()).collect();
        expect_no_wait(&sign_in_attempts::find(self.db.read(), hashes).await?)?;
        self.db
            .write(async |tx| {
                let rows = sign_in_attempts::begin(tx, keys).await?;
                expect_no_wait(&rows)?;
                let mut waits_until = None;
                for row in rows {
                    let limit = limits[&row.key_hash];
                    let count = counted(&row).with_one_more(limit, now);
                    sign_in_attempts::set(tx, &row.key_hash, count).await?;
                    waits_until = waits_until.max(count.is_full(limit).then_some(count.free_at));
                }
                Ok(waits_until)
            })
            .await
    }

    /// Waits for one's turn to have a password compared. Attempts are counted within it, so that a hundred guessers do not
    /// stand before an owner where counts are written, either. One that finds its places taken counts for nothing.
    pub(super) async fn turn_to_compare(&self, actor: &Actor, known_browser: Option<&str>) -> Result<Turn> {
        self.turn_in(&self.hashing, actor, known_browser).await
    }

    /// Waits for one's turn in a queue: the more a network and the wider one have tried, the later it is that of its unknown
    /// browsers.
    pub(super) async fn turn_in(
        &self,
        queue: &Arc<TurnQueue>,
        actor: &Actor,
        known_browser: Option<&str>,
    ) -> Result<Turn> {
        let place = queue.enter(Asker::of(actor, known_browser))?;
        let tried = match (known_browser, actor.id()) {
            (None, None) => self.tried_by_networks(actor).await?,
            _ => Tried::default(),
        };
        place.turn(tried).await
    }

    async fn tried_by_networks(&self, actor: &Actor) -> Result<Tried> {
        let (narrow, wider) = (hashed(&network_name(actor)), wider_key(actor));
        let keys = iter::once(narrow.clone()).chain(wider.clone()).collect();
        let rows = sign_in_attempts::find(self.db.read(), keys).await?;
        let now = self.clock.now();
        let tried = |key_hash: &str, limit: AttemptLimit| {
            let row = rows.iter().find(|row| row.key_hash == key_hash);
            row.map_or(0, |row| counted(row).attempts_at(limit, now))
        };
        Ok(Tried {
            by_network: tried(&narrow, self.rules.network_attempts),
            by_wider_network: wider.map_or(0, |key_hash| tried(&key_hash, self.wider_network_attempts())),
        })
    }

    /// What was tried by unknown browsers of the actor's network.
    async fn count_of_network(&self, actor: &Actor) -> Result<Option<entity::sign_in_attempt::Model>> {
        let network = network_name(actor);
        let rows = sign_in_attempts::find(self.db.read(), vec![hashed(&network)]).await?;
        Ok(rows.into_iter().next())
    }

    /// Refuses whoever's network waits, before anybody else is asked in its name.
    pub(super) async fn expect_free_network(&self, actor: &Actor, act: AuditAction) -> Result<()> {
        let row = self.count_of_network(actor).await?;
        let wait = row.and_then(|row| counted(&row).wait(self.rules.network_attempts, self.clock.now()));
        let Some(retry_after) = wait else { return Ok(()) };
        let refusal = Refusal::LockedOut { retry_after };
        self.audit
            .refused_entry(actor, &guessed_at(actor, None), act, refusal.code());
        Err(refusal.into())
    }

    /// What a browser's attempts are counted by, if the account signed in there before. It is looked for whether there is
    /// such an account or not, so that the clock does not tell.
    pub(super) async fn known_browser(
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

    /// Somebody who has signed in in this browser before, if anybody has.
    pub async fn account_of_browser(&self, browser: &str) -> Result<Option<AccountId>> {
        let accounts = sign_in_attempts::accounts_of_browser(self.db.read(), &hashed(browser)).await?;
        Ok(accounts.into_iter().min())
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

    /// Counts an attempt of somebody who is signed in to prove once more who they are. It is counted as signing in is, so
    /// that a browser left open is no place to guess a password at.
    pub(super) async fn count_confirmation(
        &self,
        actor: &Actor,
        account: &entity::account::Model,
        browser: Option<&str>,
    ) -> Result<Attempt> {
        let act = AuditAction::SessionConfirm;
        self.count_attempt(actor, &account.name, Some(account), browser, act)
            .await
    }

    /// Refuses whoever does not know the account's password. Whoever does has to take the attempt back with what they do.
    pub(super) async fn confirm_password(
        &self,
        actor: &Actor,
        account: &entity::account::Model,
        password: &str,
        browser: Option<&str>,
    ) -> Result<Attempt> {
        let turn = self.turn_to_compare(actor, None).await?;
        let attempt = self.count_confirmation(actor, account, browser).await?;
        let hash = account.password_hash.clone();
        if self.password_fits(turn, hash, password.to_owned()).await? {
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
        let who = guessed_at(actor, account);
        self.audit.refused_entry(actor, &who, attempt.act, refusal.code());
        if let Some(until) = attempt.waits_until {
            self.db
                .write(async |tx| {
                    if let Some(account) = account {
                        people::set_locked_until(tx, account.id, Some(until)).await?;
                    }
                    self.audit.record(tx, &who, AuditAction::SessionLock, None).await
                })
                .await?;
        }
        Err(refusal.into())
    }
}

/// The network that unknown browsers are counted by.
fn network_name(actor: &Actor) -> String {
    actor.network().map_or_else(String::new, |network| network.to_string())
}

/// What all unknown browsers of the wider network are counted by, if there is one.
fn wider_key(actor: &Actor) -> Option<String> {
    let network = actor.network()?;
    Some(hashed(&format!("wider\n{}", wider_network_of(network))))
}

/// Whoever asks, as the one whose account they try to enter.
pub(super) fn guessed_at(actor: &Actor, account: Option<&entity::account::Model>) -> Actor {
    Actor {
        account: account.map(|account| member(account, TokenScope::Read, None)),
        address: actor.address.clone(),
        once: None,
    }
}

fn counted(row: &entity::sign_in_attempt::Model) -> AttemptCount {
    AttemptCount {
        attempts: row.attempts,
        since: row.since,
        free_at: row.free_at,
    }
}
