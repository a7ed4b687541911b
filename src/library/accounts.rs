//! People: signing in and out, tokens for programs, accounts and schools.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use sha2::Digest as _;

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::Db;
use crate::db::{entity, people};
use crate::domain::account::{name_key, parse_name};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::id::{AccountId, SchoolId, Sha256, TokenId};
use crate::domain::role::{Role, TokenArea, TokenScope};
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::identity::Provider;
use crate::library::AT_ONCE;
use crate::library::Base;
use crate::library::QUEUE;
use crate::library::Rules;
use crate::library::accounts::turn_queue::TurnQueue;
use crate::library::accounts::waiting_room::WaitingRoom;
use crate::library::audit::Audit;
use crate::library::import_preview::ImportPreviews;

mod attempts;
mod authenticate;
pub mod bulk_create;
pub mod confirm;
mod erase;
mod leaving;
pub mod manage;
pub mod own_data;
mod passkey_ceremony;
pub mod passkey_proof;
pub mod passkeys;
mod password;
pub mod school;
pub mod second_factor;
pub mod self_service;
pub mod shut_out;
mod sign_in;
pub mod sign_on;
mod turn_queue;
mod waiting_room;

/// Every token begins with this, so that secret scanners recognise one.
pub const TOKEN_PREFIX: &str = "gxt_";
/// What somebody signs in with.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// The sign-in name.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// Another password, in place of one that somebody else chose.
    pub new_password: Option<&'a str>,
    /// A code of the second factor, or a recovery code.
    pub code: Option<&'a str>,
    /// The value of the cookie by which the browser is known again, if it sent one.
    pub browser: Option<&'a str>,
}

/// A browser's session, just begun.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The cookie's value; only its hash is kept.
    pub key: String,
    /// The value of the cookie by which the browser is known again; it opens nothing.
    pub browser: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Who signed in.
    pub member: Member,
}

/// An account as it is shown to itself.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// Its id.
    pub id: AccountId,
    /// The sign-in name.
    pub name: String,
    /// The name shown to others.
    pub display: String,
    /// What it is for.
    pub role: Role,
    /// Its school.
    pub school: Option<NamedSchool>,
    /// What a browser's writes must send as `X-CSRF-Token`; none for tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csrf_token: Option<String>,
}

/// A new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The sign-in name.
    pub name: String,
    /// The name shown to others; the sign-in name if empty.
    pub display: Option<String>,
    /// What it is for.
    pub role: Role,
    /// Its school's code.
    pub school: Option<String>,
    /// Its password; without one it cannot sign in by password.
    pub password: Option<String>,
}

/// People and schools: signing in, tokens, accounts.
#[derive(Debug, Clone)]
pub struct Accounts {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    audit: Audit,
    previews: Arc<ImportPreviews>,
    /// By whom people sign on besides.
    providers: Arc<Vec<Provider>>,
    /// Bounds how many passwords are hashed side by side: each takes 19 MiB and a core.
    hashing: Arc<TurnQueue>,
    /// Bounds how many are tried side by side at each directory, by its provider.
    at_directories: Arc<HashMap<String, Arc<TurnQueue>>>,
    /// Bounds how many sign-ins wait for an answer.
    waiting: Arc<WaitingRoom>,
}

impl Accounts {
    pub(super) fn new(base: &Base, previews: Arc<ImportPreviews>, providers: Vec<Provider>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            audit: base.audit.clone(),
            previews,
            waiting: Arc::default(),
            at_directories: Arc::new(sign_on::directory::turn_queues(&providers)),
            providers: Arc::new(providers),
            hashing: Arc::new(TurnQueue::new(AT_ONCE, QUEUE, password::TURN_WITHIN)),
        }
    }

    /// The account behind a request, as it is shown to itself.
    pub async fn me(&self, actor: &Actor) -> Result<Me> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let schools = people::schools_by_id(self.db.read(), member.school_id.into_iter().collect()).await?;
        let school = schools.into_iter().next().map(|row| NamedRef {
            id: row.id,
            code: Some(row.code),
            name: row.name,
        });
        Ok(Me {
            id: member.id,
            name: member.name.clone(),
            display: member.display.clone(),
            role: member.role,
            school,
            csrf_token: member.csrf.clone(),
        })
    }

    /// Adds an account. For the operator's command line.
    pub async fn add_account(&self, new: NewAccount) -> Result<AccountId> {
        let school_id = match &new.school {
            Some(code) => Some(
                people::school_named(self.db.read(), code)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::School))?
                    .id,
            ),
            None => None,
        };
        let password_hash = match new.password {
            Some(password) => {
                self.expect_good_password("password", &password, &new.name)?;
                Some(self.hash_password(&Actor::guest(), password).await?)
            }
            None => None,
        };
        let name = parse_name(&new.name).map_err(|fault| Refusal::Fields(vec![fault]))?;
        let row = entity::account::Model {
            id: AccountId::new(),
            display: new.display.unwrap_or_else(|| name.clone()),
            name_key: Some(name_key(&name)),
            name,
            role: new.role,
            school_id,
            password_hash,
            password_once: false,
            disabled: false,
            failures: 0,
            locked_until: None,
            created_at: self.clock.now(),
        };
        let id = row.id;
        self.db
            .write(async |tx| self.add_recorded(tx, &Actor::guest(), vec![row]).await)
            .await?;
        Ok(id)
    }

    /// Gives an account another sign-in name. For the operator's command line.
    pub async fn rename_account(&self, name: &str, new: &str) -> Result<()> {
        let account = people::account_named(self.db.read(), name)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Account))?;
        let new = parse_name(new).map_err(|fault| Refusal::Fields(vec![fault]))?;
        self.db
            .write(async |tx| {
                let mut row = people::locked_account(tx, account.id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Account))?;
                row.name_key = Some(name_key(&new));
                row.name = new;
                let subject = row.id.to_string();
                people::update_account(tx, row).await?;
                // The name that was given up may free a key that an older account had to do without.
                people::assign_name_keys(tx).await?;
                let changes = AuditChanges::default().named("name", true);
                self.audit
                    .record_changes(tx, &Actor::guest(), AuditAction::AccountEdit, Some(subject), &changes)
                    .await
            })
            .await
    }

    /// Gives accounts that an older version opened the keys of their names.
    pub async fn key_accounts(&self) -> Result<()> {
        if people::has_missing_name_keys(self.db.read()).await? {
            self.db.write(async |tx| people::assign_name_keys(tx).await).await?;
        }
        let alike = self.accounts_called_alike().await?.len();
        if alike > 0 {
            tracing::warn!(
                "{alike} accounts are called like others but for capitals or blanks; `gongxue doctor` names them"
            );
        }
        Ok(())
    }

    /// The accounts whose names people would take for one, those that are told apart by their exact spelling alone beside
    /// the one that has every other.
    pub async fn accounts_called_alike(&self) -> Result<Vec<(String, Option<String>)>> {
        people::names_alike(self.db.read()).await
    }

    /// Tokens that carry all areas because they are older than these and have no end, with the names of their accounts.
    pub async fn unbounded_tokens(&self) -> Result<Vec<(String, String)>> {
        people::unbounded_tokens(self.db.read()).await
    }

    /// Makes a token that speaks for an account; returns it, once. For the operator's command line.
    pub async fn add_token(
        &self,
        name: &str,
        scope: TokenScope,
        areas: &[TokenArea],
        ttl: Option<std::time::Duration>,
    ) -> Result<String> {
        let account = people::account_named(self.db.read(), name)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Account))?;
        let token = format!("{TOKEN_PREFIX}{}", secret()?);
        let now = self.clock.now();
        let row = entity::token::Model {
            id: TokenId::new(),
            key_hash: hashed(&token),
            account_id: account.id,
            scope,
            areas: Some(TokenArea::codes(areas)),
            name: String::new(),
            created_at: now,
            expires_at: ttl.map(|ttl| now.plus(ttl)),
        };
        self.db
            .write(async |tx| self.add_recorded_token(tx, &Actor::guest(), row).await)
            .await?;
        Ok(token)
    }

    /// Adds a token, and says so in the audit log with what it may do and until when.
    async fn add_recorded_token(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        row: entity::token::Model,
    ) -> Result<()> {
        let changes = AuditChanges::default()
            .set("token_scope", row.scope.code())
            .moved_option("areas", None, row.areas.clone().filter(|areas| !areas.is_empty()))
            .moved_option("expires_at", None, row.expires_at.map(Timestamp::day));
        let subject = row.id.to_string();
        people::add_token(tx, row).await?;
        self.audit
            .record_changes(tx, actor, AuditAction::TokenAdd, Some(subject), &changes)
            .await
    }

    /// Adds a school. For the operator's command line.
    pub async fn add_school(
        &self,
        code: &str,
        name: &str,
        kind: Option<String>,
        joined_phase: Option<i32>,
    ) -> Result<SchoolId> {
        let now = self.clock.now();
        let row = entity::school::Model {
            id: SchoolId::new(),
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            joined_phase,
            bytes: 0,
            quota_bytes: None,
            created_at: now,
        };
        let id = row.id;
        self.db
            .write(async |tx| {
                people::add_school(tx, row).await?;
                self.audit
                    .record(tx, &Actor::guest(), AuditAction::SchoolAdd, Some(id.to_string()))
                    .await
            })
            .await?;
        Ok(id)
    }

    /// An actor for the operator's command line: everything the named account may do.
    pub async fn actor_named(&self, name: &str) -> Result<Actor> {
        let account = people::account_named(self.db.read(), name)
            .await?
            .ok_or(Refusal::NoSuch(Thing::Account))?;
        Ok(Actor {
            account: Some(member(&account, TokenScope::Admin, None)),
            address: None,
            once: None,
        })
    }
}

/// Refuses whoever knew an account's password when it was compared, which takes a while, if meanwhile it got another one or
/// was disabled: what they know opens nothing any more. The account is locked until the transaction ends.
async fn still_known_by(tx: &impl ConnectionTrait, compared: &entity::account::Model) -> Result<()> {
    let now = people::locked_account(tx, compared.id).await?;
    let is_same = now.is_some_and(|row| !row.disabled && row.password_hash == compared.password_hash);
    if is_same {
        return Ok(());
    }
    Err(Refusal::WrongPassword.into())
}

/// The account of a member whose session or token still stands, locked until the transaction ends: a request that was let in
/// before an administrator ended everything must leave nothing behind that outlives it.
pub(in crate::library) async fn still_signed_in(
    tx: &impl ConnectionTrait,
    member: &Member,
) -> Result<entity::account::Model> {
    let account = people::locked_account(tx, member.id).await?;
    let stands = match (&member.csrf, member.token_id) {
        (Some(csrf), _) => people::has_session(tx, member.id, csrf).await?,
        (None, Some(token)) => people::has_token(tx, member.id, token).await?,
        (None, None) => true,
    };
    let account = account.filter(|row| !row.disabled && stands);
    Ok(account.ok_or(Refusal::NotSignedIn)?)
}

/// Somebody who asks by a session or a token of this scope; a token's areas are for whoever read its row to narrow.
pub(crate) fn member(account: &entity::account::Model, token: TokenScope, csrf: Option<String>) -> Member {
    Member {
        id: account.id,
        name: account.name.clone(),
        display: account.display.clone(),
        role: account.role,
        school_id: account.school_id,
        token,
        areas: TokenArea::ALL.to_vec(),
        csrf,
        token_id: None,
    }
}

/// 256 random bits as 43 characters that need no quoting anywhere.
pub fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::unexpected(anyhow::anyhow!("ask for random bytes: {error}")))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A secret as the database keeps it. It is random already, so a plain hash is enough.
pub(in crate::library) fn hashed(secret: &str) -> String {
    Sha256::from_bytes(sha2::Sha256::digest(secret.as_bytes()).into()).hex()
}
