//! Signing in by name and password: sessions, wrong passwords and the lock-out that follows many of them.

use crate::actor::Actor;
use crate::db::{entity, people};
use crate::domain::audit::AuditAction;
use crate::domain::role::TokenScope;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::accounts::{Accounts, NewSession, hashed, member, secret, still_known_by};

impl Accounts {
    /// Begins a session for whoever knows the password. One that somebody else chose opens nothing: it must be changed
    /// first ([`Accounts::sign_in_anew`](crate::library::accounts::Accounts::sign_in_anew)).
    pub async fn sign_in(&self, actor: &Actor, name: &str, password: &str) -> Result<NewSession> {
        let account = self.recognize(actor, name, password).await?;
        if account.password_once {
            return Err(Refusal::PasswordOnce.into());
        }
        self.begin_session(actor, account).await
    }

    /// Begins a session for whoever knows the password and chooses another. Other sessions of the account end.
    pub async fn sign_in_anew(&self, actor: &Actor, name: &str, password: &str, new: &str) -> Result<NewSession> {
        let account = self.recognize(actor, name, password).await?;
        let hash = self
            .chosen_password(actor, "new_password", password, new, &account.name)
            .await?;
        let who = Actor {
            account: Some(member(&account, TokenScope::Admin, None)),
            address: actor.address.clone(),
            once: None,
        };
        self.db
            .write(async |tx| {
                still_known_by(tx, &account).await?;
                people::set_password(tx, account.id, hash.clone(), false).await?;
                people::end_sessions(tx, account.id, None).await?;
                self.audit.record(tx, &who, AuditAction::PasswordChange, None).await
            })
            .await?;
        // `begin_session` asks once more whether the password is still the same.
        let account = entity::account::Model {
            password_hash: Some(hash),
            ..account
        };
        self.begin_session(actor, account).await
    }

    /// The account of whoever knows the password.
    ///
    /// An unknown name costs the same time as a wrong password, so that names cannot be guessed by the clock.
    async fn recognize(&self, actor: &Actor, name: &str, password: &str) -> Result<entity::account::Model> {
        // No name holds a zero, and PostgreSQL would not hear the question.
        let name = name.replace('\0', "\u{fffd}");
        let account = people::account_named(self.db.read(), &name)
            .await?
            .filter(|account| !account.disabled);
        // Before the password is looked at: a locked account tells nobody that it was the right one.
        if let Some(until) = account.as_ref().and_then(|account| account.locked_until) {
            self.refuse_while_locked(until)?;
        }
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let fits = self.password_fits(actor, hash, password.to_owned()).await?;
        match account {
            Some(account) if fits => Ok(account),
            Some(account) => self.refuse_wrong_password(actor, &account).await,
            None => Err(Refusal::WrongPassword.into()),
        }
    }

    pub(super) fn refuse_while_locked(&self, until: Timestamp) -> Result<()> {
        let left = until.0 - self.clock.now().0;
        if left <= 0 {
            return Ok(());
        }
        Err(Refusal::LockedOut {
            retry_after: std::time::Duration::from_millis(left.unsigned_abs()),
        }
        .into())
    }

    async fn begin_session(&self, actor: &Actor, account: entity::account::Model) -> Result<NewSession> {
        let now = self.clock.now();
        let key = secret()?;
        let csrf = secret()?;
        let expires_at = now.plus(self.rules.session_max);
        let row = entity::session::Model {
            key_hash: hashed(&key),
            account_id: account.id,
            csrf: csrf.clone(),
            address: actor.address.clone(),
            created_at: now,
            seen_at: now,
            expires_at,
        };
        let member = member(&account, TokenScope::Admin, Some(csrf));
        let who = Actor {
            account: Some(member.clone()),
            address: actor.address.clone(),
            once: None,
        };
        self.db
            .write(async |tx| {
                still_known_by(tx, &account).await?;
                people::set_lock(tx, account.id, None).await?;
                people::add_session(tx, row).await?;
                self.audit.record(tx, &who, AuditAction::SessionBegin, None).await
            })
            .await?;
        Ok(NewSession {
            key,
            expires_at,
            member,
        })
    }

    pub(super) async fn refuse_wrong_password<T>(&self, actor: &Actor, account: &entity::account::Model) -> Result<T> {
        let now = self.clock.now();
        let who = Actor {
            account: Some(member(account, TokenScope::Read, None)),
            address: actor.address.clone(),
            once: None,
        };
        self.db
            .write(async |tx| {
                let failures = people::count_failure(tx, account.id).await?;
                if failures >= self.rules.lockout_failures {
                    people::set_lock(tx, account.id, Some(now.plus(self.rules.lockout))).await?;
                }
                self.audit
                    .record_outcome(tx, &who, AuditAction::SessionBegin, None, Refusal::WrongPassword.code())
                    .await
            })
            .await?;
        Err(Refusal::WrongPassword.into())
    }

    /// Ends the session with this cookie.
    pub async fn sign_out(&self, actor: &Actor, key: &str) -> Result<()> {
        self.db
            .write(async |tx| {
                people::end_session(tx, &hashed(key)).await?;
                self.audit.record(tx, actor, AuditAction::SessionEnd, None).await
            })
            .await
    }
}
