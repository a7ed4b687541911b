//! Signing in by name, password and second factor, and signing out.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::{entity, people, second_factors, sign_in_attempts};
use crate::domain::audit::AuditAction;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::role::TokenScope;
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::attempts::{Attempt, guessed_at};
use crate::library::accounts::second_factor::FactorProof;
use crate::library::accounts::{Accounts, Credentials, NewSession, hashed, member, secret, still_known_by};

/// Browsers of one account that are known again. A program that keeps no cookies is a new one each time.
const MOST_BROWSERS: u64 = 50;

/// A session that is about to be kept.
#[derive(Debug)]
pub(super) struct BegunSession {
    /// Its row.
    pub(super) row: entity::session::Model,
    /// The row of the browser.
    known: entity::known_browser::Model,
    /// What the browser is told.
    pub(super) session: NewSession,
}

impl Accounts {
    /// Begins a session for whoever knows the password. One that somebody else chose opens nothing: another must be given
    /// with it, and then the account's other sessions end.
    pub async fn sign_in(&self, actor: &Actor, given: &Credentials<'_>) -> Result<NewSession> {
        let (account, attempt) = self.recognize(actor, given).await?;
        let begun = self.begin(actor, account, given, &attempt).await;
        self.settle(&attempt, begun).await
    }

    async fn begin(
        &self,
        actor: &Actor,
        account: entity::account::Model,
        given: &Credentials<'_>,
        attempt: &Attempt,
    ) -> Result<NewSession> {
        let proof = self.check_second_factor(actor, &account, given.code, attempt).await?;
        let (account, proof) = match given.new_password {
            // Another they change where they are asked what ends with it.
            Some(_) if !account.password_once => {
                let fault = FieldFault::at("new_password", FaultKind::UnknownField);
                return Err(Refusal::Fields(vec![fault]).into());
            }
            Some(new) => {
                let who = guessed_at(actor, Some(&account));
                let changed = self.choose_password(actor, account, given.password, new, &proof).await;
                let changed = self.noted_if_raced(actor, &who, attempt, changed)?;
                (changed, FactorProof::NotNeeded)
            }
            None if account.password_once => {
                let (who, once) = (guessed_at(actor, Some(&account)), Refusal::PasswordOnce);
                self.audit.refused_entry(actor, &who, attempt.act(), once.code());
                return Err(once.into());
            }
            None => (account, proof),
        };
        self.begin_session(actor, account, attempt, &proof, given.browser).await
    }

    /// Puts a password of one's own in place of another, and takes the code that was sent along in the same act.
    async fn choose_password(
        &self,
        actor: &Actor,
        account: entity::account::Model,
        old: &str,
        new: &str,
        proof: &FactorProof,
    ) -> Result<entity::account::Model> {
        let hash = self
            .chosen_password(actor, "new_password", old, new, &account.name)
            .await?;
        let who = Actor {
            account: Some(member(&account, TokenScope::Admin, None)),
            address: actor.address.clone(),
            once: None,
        };
        self.db
            .write(async |tx| {
                still_known_by(tx, &account).await?;
                proof.take(tx, account.id).await?;
                people::set_password(tx, account.id, hash.clone(), false).await?;
                people::end_sessions(tx, account.id, None).await?;
                second_factors::remove_unconfirmed(tx, account.id).await?;
                self.audit.record(tx, &who, AuditAction::PasswordChange, None).await
            })
            .await?;
        // `begin_session` asks once more whether the password is still the same.
        Ok(entity::account::Model {
            password_hash: Some(hash),
            ..account
        })
    }

    /// The account of whoever knows the password.
    ///
    /// An unknown name gets the same answers after the same time as a wrong password, so that names cannot be guessed by
    /// either.
    async fn recognize(&self, actor: &Actor, given: &Credentials<'_>) -> Result<(entity::account::Model, Attempt)> {
        // No name holds a zero, and PostgreSQL would not hear the question.
        let name = given.name.replace('\0', "\u{fffd}");
        let account = people::account_named(self.db.read(), &name)
            .await?
            .filter(|account| !account.disabled);
        let browser = self.known_browser(account.as_ref(), given.browser).await?;
        let turn = self.turn_to_compare(actor, browser.as_deref()).await?;
        let act = AuditAction::SessionBegin;
        let attempt = self
            .count_attempt(actor, &name, account.as_ref(), given.browser, act)
            .await?;
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let fits = self.password_fits(turn, hash, given.password.to_owned()).await?;
        match account {
            Some(account) if fits => Ok((account, attempt)),
            account => {
                self.refuse_attempt(actor, account.as_ref(), &attempt, Refusal::WrongPassword)
                    .await
            }
        }
    }

    pub(super) async fn begin_session(
        &self,
        actor: &Actor,
        account: entity::account::Model,
        attempt: &Attempt,
        proof: &FactorProof,
        browser: Option<&str>,
    ) -> Result<NewSession> {
        let begun = self.new_session(actor, &account, browser)?;
        let kept = self
            .db
            .write(async |tx| {
                still_known_by(tx, &account).await?;
                proof.take(tx, account.id).await?;
                attempt.was_right(tx).await?;
                people::set_locked_until(tx, account.id, None).await?;
                self.keep_session(tx, &begun, Some(proof.method().to_owned())).await
            })
            .await;
        self.noted_if_raced(actor, &guessed_at(actor, Some(&account)), attempt, kept)?;
        Ok(begun.session)
    }

    /// Notes a refusal that was met after the comparison: the password was changed meanwhile, or the code taken by another.
    fn noted_if_raced<T>(&self, actor: &Actor, who: &Actor, attempt: &Attempt, done: Result<T>) -> Result<T> {
        if let Err(Error::Refused(refusal)) = &done
            && matches!(**refusal, Refusal::WrongPassword | Refusal::WrongCode)
        {
            self.audit.refused_entry(actor, who, attempt.act(), refusal.code());
        }
        done
    }

    /// Makes a session of an account, and the browser that is known again; neither is kept yet.
    pub(super) fn new_session(
        &self,
        actor: &Actor,
        account: &entity::account::Model,
        browser: Option<&str>,
    ) -> Result<BegunSession> {
        let now = self.clock.now();
        let (key, csrf, fresh) = (secret()?, secret()?, secret()?);
        // One that several sign in with stays known for each of them.
        let browser = browser.filter(|value| value.len() == fresh.len()).unwrap_or(&fresh);
        let expires_at = now.plus(self.rules.session_max);
        let row = entity::session::Model {
            key_hash: hashed(&key),
            account_id: account.id,
            csrf: csrf.clone(),
            address: actor.address.clone(),
            created_at: now,
            seen_at: now,
            expires_at,
            confirmed_at: self.proof_of_sign_in(now),
            provider: None,
            sign_out_url: None,
        };
        let known = entity::known_browser::Model {
            key_hash: hashed(browser),
            account_id: account.id,
            seen_at: now,
        };
        let session = NewSession {
            key,
            browser: browser.to_owned(),
            expires_at,
            member: member(account, TokenScope::Admin, Some(csrf)),
        };
        Ok(BegunSession { row, known, session })
    }

    /// Keeps a session, and records who signed in and how: by which provider, or what was proved with.
    pub(super) async fn keep_session(
        &self,
        tx: &impl ConnectionTrait,
        begun: &BegunSession,
        method: Option<String>,
    ) -> Result<()> {
        let who = Actor {
            account: Some(begun.session.member.clone()),
            address: begun.row.address.clone(),
            once: None,
        };
        people::add_session(tx, begun.row.clone()).await?;
        sign_in_attempts::remember_browser(tx, begun.known.clone(), MOST_BROWSERS).await?;
        self.audit.record(tx, &who, AuditAction::SessionBegin, method).await
    }

    /// Ends the session with this cookie; says where the browser is sent next, if a provider is to end its own as well.
    pub async fn sign_out(&self, actor: &Actor, key: &str) -> Result<Option<String>> {
        let key = hashed(key);
        self.db
            .write(async |tx| {
                let session = people::session(tx, &key).await?;
                people::end_session(tx, &key).await?;
                self.audit.record(tx, actor, AuditAction::SessionEnd, None).await?;
                Ok(session.and_then(|(row, _)| row.sign_out_url))
            })
            .await
    }
}
