//! One's own account: its password, the browsers that are signed in, the tokens of one's programs.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::{Actor, Member};
use crate::db::{entity, people, second_factors};
use crate::domain::account::TokenForm;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::TokenId;
use crate::domain::role::{TokenArea, TokenScope};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::Accounts;
use crate::library::accounts::authenticate::areas;
use crate::library::accounts::{TOKEN_PREFIX, hashed, secret, still_known_by, still_signed_in};
use crate::library::authority::who_may;

/// The most tokens that one account may have.
const MAX_TOKENS: usize = 50;

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it; opens nothing.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_here: bool,
    /// Where the sign-in came from.
    pub address: Option<String>,
    /// By which provider it was begun, as the settings call it; none: by a password of ours.
    pub provider: Option<String>,
    /// When the sign-in was.
    pub created_at: Timestamp,
    /// The last request, within a minute.
    pub seen_at: Timestamp,
}

/// A token of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// How much of the account's rights it carries.
    pub scope: TokenScope,
    /// What of others' own it reads, where the account may.
    pub areas: Vec<TokenArea>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Of no use from this moment on.
    pub expires_at: Option<Timestamp>,
    /// The token itself, told only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Another password of one's own.
#[derive(Debug, Clone, Copy)]
pub struct PasswordChange<'a> {
    /// The present one.
    pub old: &'a str,
    /// The new one.
    pub new: &'a str,
    /// Whether the tokens of one's programs end with the old one: whoever knew it may have made some.
    pub end_tokens: bool,
    /// The value of the cookie by which the browser is known again, if it sent one.
    pub browser: Option<&'a str>,
}

/// The account behind a request, if it may change itself: not by a token that carries less than all.
fn may_change_itself(actor: &Actor) -> Result<&Member> {
    who_may(actor, Act::ChangeOwnAccount)
}

impl Accounts {
    /// Changes one's own password. Every other browser is signed out; tokens of programs end if that is wanted.
    pub async fn change_password(
        &self,
        actor: &Actor,
        session: Option<&str>,
        change: &PasswordChange<'_>,
    ) -> Result<()> {
        let member = may_change_itself(actor)?;
        let account = people::account(self.db.read(), member.id).await?;
        let account = account.ok_or(Refusal::NoSuch(Thing::Account))?;
        // First: whoever chooses badly five times has guessed nothing.
        self.expect_good_choice("new", change.old, change.new, &account.name)?;
        let attempt = self
            .confirm_password(actor, &account, change.old, change.browser)
            .await?;
        let hash = self
            .chosen_password(actor, "new", change.old, change.new, &account.name)
            .await?;
        let here = session.map(hashed);
        self.db
            .write(async |tx| {
                still_known_by(tx, &account).await?;
                attempt.was_right(tx).await?;
                people::set_password(tx, account.id, hash, false).await?;
                people::end_sessions(tx, account.id, here.as_deref()).await?;
                second_factors::remove_unconfirmed(tx, account.id).await?;
                self.unlink_all(tx, actor, account.id).await?;
                if change.end_tokens {
                    people::remove_tokens(tx, account.id).await?;
                }
                self.audit.record(tx, actor, AuditAction::PasswordChange, None).await
            })
            .await
    }

    /// The hash of a password that somebody chose in place of another.
    pub(super) async fn chosen_password(
        &self,
        actor: &Actor,
        field: &str,
        old: &str,
        new: &str,
        name: &str,
    ) -> Result<String> {
        self.expect_good_choice(field, old, new, name)?;
        self.hash_password(actor, new.to_owned()).await
    }

    /// Refuses a password that cannot take the place of another, on the field it was typed into.
    fn expect_good_choice(&self, field: &str, old: &str, new: &str, name: &str) -> Result<()> {
        self.expect_good_password(field, new, name)?;
        if old == new {
            // Not told back: it is a password.
            return Err(Refusal::Fields(vec![FieldFault::at(field, FaultKind::SameAsBefore)]).into());
        }
        Ok(())
    }

    /// The browsers in which the actor is signed in, the last used first.
    pub async fn own_sessions(&self, actor: &Actor, session: Option<&str>) -> Result<Vec<Session>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let here = session.map(hashed);
        let now = self.clock.now();
        let rows = people::sessions(self.db.read(), member.id).await?;
        let is_over =
            |row: &entity::session::Model| row.expires_at <= now || row.seen_at.plus(self.rules.session_idle) <= now;
        let shown = rows.into_iter().filter(|row| !is_over(row)).map(|row| Session {
            is_here: here.as_deref() == Some(&row.key_hash),
            id: row.key_hash,
            address: row.address,
            provider: row.provider,
            created_at: row.created_at,
            seen_at: row.seen_at,
        });
        Ok(shown.collect())
    }

    /// Signs one of one's own browsers out.
    pub async fn end_own_session(&self, actor: &Actor, id: &str) -> Result<()> {
        let member = may_change_itself(actor)?;
        self.db
            .write(async |tx| {
                if !people::end_own_session(tx, member.id, id).await? {
                    return Err(Refusal::NoSuch(Thing::Session).into());
                }
                self.audit.record(tx, actor, AuditAction::SessionEnd, None).await
            })
            .await
    }

    /// The actor's own tokens, newest first.
    pub async fn own_tokens(&self, actor: &Actor) -> Result<Vec<Token>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let rows = people::tokens(self.db.read(), member.id).await?;
        Ok(rows.into_iter().map(|row| shown(row, None)).collect())
    }

    /// Makes a token that speaks for the actor. The token itself is told this once.
    pub async fn make_token(&self, actor: &Actor, fields: &Map<String, Value>) -> Result<Token> {
        let member = may_change_itself(actor)?;
        let form = TokenForm::parse(fields).map_err(Refusal::Fields)?;
        if form.scope == TokenScope::Work {
            who_may(actor, Act::Work)?;
        }
        let token = format!("{TOKEN_PREFIX}{}", secret()?);
        let now = self.clock.now();
        let row = entity::token::Model {
            id: TokenId::new(),
            key_hash: hashed(&token),
            account_id: member.id,
            scope: form.scope,
            areas: Some(TokenArea::codes(&form.areas)),
            name: form.name,
            created_at: now,
            expires_at: Some(now.plus(Duration::from_hours(24 * form.days))),
        };
        let made = self
            .db
            .write(async |tx| {
                // First, so that those who make one side by side are counted one after the other, and so that none is made
                // for an account that is being disabled.
                still_signed_in(tx, member).await?;
                let mine = people::tokens(tx, member.id).await?;
                if mine.len() >= MAX_TOKENS {
                    let (thing, limit) = (Thing::Token, MAX_TOKENS as u64);
                    return Err(Refusal::LimitReached { thing, limit }.into());
                }
                // One that is stolen makes none that outlives it.
                let by = mine.iter().find(|token| Some(token.id) == member.token_id);
                let ends = row.expires_at.into_iter().chain(by.and_then(|token| token.expires_at));
                let row = entity::token::Model {
                    expires_at: ends.min(),
                    ..row.clone()
                };
                self.add_recorded_token(tx, actor, row.clone()).await?;
                Ok(row)
            })
            .await?;
        Ok(shown(made, Some(token)))
    }

    /// Withdraws one of the actor's own tokens.
    pub async fn withdraw_token(&self, actor: &Actor, id: TokenId) -> Result<()> {
        let member = may_change_itself(actor)?;
        self.db
            .write(async |tx| {
                // Named in the log while it is there; a line about what was not is undone with it.
                self.audit
                    .record(tx, actor, AuditAction::TokenRemove, Some(id.to_string()))
                    .await?;
                if !people::remove_token(tx, member.id, id).await? {
                    return Err(Refusal::NoSuch(Thing::Token).into());
                }
                Ok(())
            })
            .await
    }
}

fn shown(row: entity::token::Model, token: Option<String>) -> Token {
    Token {
        id: row.id,
        areas: areas(&row),
        name: row.name,
        scope: row.scope,
        created_at: row.created_at,
        expires_at: row.expires_at,
        token,
    }
}
