//! The second factor of signing in: codes that an app on somebody's phone makes (TOTP, RFC 6238), and recovery codes for the
//! day when the phone is lost.
//!
//! It is asked for from the moment its owner has sent a first code, so that nobody locks themselves out with a phone that
//! never took the secret.

use std::time::Duration;

use totp_rs::{Builder, Secret, Totp};

use crate::actor::Actor;
use crate::db::{entity, people, second_factors, sign_in_attempts};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::accounts::attempts::Attempt;
use crate::library::accounts::passkey_proof::PasskeyUse;
use crate::library::accounts::password::readable;
use crate::library::accounts::{Accounts, hashed, still_signed_in};
use crate::library::authority::who_may;

/// Bytes of a secret: as many as SHA-1 gives (RFC 4226 §4, R6).
const SECRET_BYTES: usize = 20;
/// Recovery codes that are given at once.
const RECOVERY_CODES: usize = 10;
/// How long one is at least: 24 signs of 31 are 118 bits, which a plain hash keeps from whoever steals the rows.
const RECOVERY_CHARS: usize = 25;
/// Wrong codes in a row, from wherever, after which only a recovery code is taken: of a million codes three are right at any
/// moment, and whoever knows the password and has a network of addresses would find one (NIST SP 800-63B §3.2.2 allows 100).
const MOST_WRONG_CODES: i32 = 50;
/// A secret that was made is to be confirmed in this time.
const PENDING_FOR: Duration = Duration::from_hours(1);
/// What apps show beside the account's name.
const ISSUER: &str = "Gongxue";

/// How far somebody is with their second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactor {
    /// There is none.
    Off,
    /// The app has to take the secret, and its owner to send a first code.
    Pending {
        /// The secret as it is typed.
        secret: String,
        /// The same as apps read it from a picture (`otpauth://totp/…`).
        url: String,
    },
    /// It is asked for at every sign-in.
    On {
        /// Recovery codes that were not used.
        recovery_codes: u64,
    },
}

/// A code that fits and is taken when the session begins.
#[derive(Debug)]
pub(super) enum FactorProof {
    /// None is asked for.
    NotNeeded,
    /// The code of a time step.
    Step(i64),
    /// A recovery code, by its hash.
    Recovery(String),
    /// A passkey, which is password and code in one.
    Passkey(Box<PasskeyUse>),
}

impl Accounts {
    /// How far the actor is with their second factor.
    pub async fn second_factor(&self, actor: &Actor) -> Result<SecondFactor> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let Some(row) = second_factors::of(self.db.read(), member.id).await? else {
            return Ok(SecondFactor::Off);
        };
        if !is_pending(&row, self.clock.now()) && row.confirmed_at.is_none() {
            return Ok(SecondFactor::Off);
        }
        if row.confirmed_at.is_some() {
            let recovery_codes = second_factors::codes_left(self.db.read(), member.id).await?;
            return Ok(SecondFactor::On { recovery_codes });
        }
        let totp = totp(&row.secret, &member.name)?;
        Ok(SecondFactor::Pending {
            url: totp.to_url().map_err(Error::unexpected)?,
            secret: row.secret,
        })
    }

    /// Makes a secret for the actor's app. It is asked for nowhere yet.
    pub async fn begin_second_factor(&self, actor: &Actor, password: &str, browser: Option<&str>) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let account = self.own_account(actor).await?;
        let attempt = self.confirm_password(actor, &account, password, browser).await?;
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::unexpected(anyhow::anyhow!("ask for random bytes: {error}")))?;
        let row = entity::second_factor::Model {
            account_id: account.id,
            secret: Secret::from(bytes.to_vec()).to_base32(),
            created_at: self.clock.now(),
            confirmed_at: None,
            last_step: 0,
            wrong_codes: 0,
        };
        self.db
            .write(async |tx| {
                attempt.was_right(tx).await?;
                // It locks the account, so that two who begin at once do so one after the other.
                still_signed_in(tx, member).await?;
                second_factors::remove_unconfirmed(tx, account.id).await?;
                // One that is asked for stays until it is ended.
                if second_factors::of(tx, account.id).await?.is_some() {
                    return Ok(());
                }
                second_factors::begin(tx, row).await
            })
            .await
    }

    /// Asks for the second factor from now on, if the code is one of the actor's app. Returns recovery codes, once. What was
    /// opened by the password alone ends: other sessions, known browsers and linked identities, and tokens if that is wanted.
    pub async fn confirm_second_factor(
        &self,
        actor: &Actor,
        session: Option<&str>,
        code: &str,
        end_tokens: bool,
    ) -> Result<Vec<String>> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let now = self.clock.now();
        let row = second_factors::of(self.db.read(), member.id).await?;
        let row = row.filter(|row| is_pending(row, now));
        let row = row.ok_or(Refusal::NoSuch(Thing::SecondFactor))?;
        let Some(step) = step_of(&row, code, now.0)? else {
            return Err(Refusal::WrongCode.into());
        };
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| readable(RECOVERY_CHARS))
            .collect::<Result<_>>()?;
        let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
        let here = session.map(hashed);
        self.db
            .write(async |tx| {
                still_signed_in(tx, member).await?;
                if !second_factors::confirm(tx, member.id, &row.secret, now, step).await? {
                    return Err(Refusal::NoSuch(Thing::SecondFactor).into());
                }
                second_factors::add_codes(tx, member.id, hashes).await?;
                people::end_sessions(tx, member.id, here.as_deref()).await?;
                sign_in_attempts::forget_browsers(tx, member.id).await?;
                // Whoever knew the password could have linked themselves, to come in past the code.
                self.unlink_all(tx, actor, member.id).await?;
                if end_tokens {
                    people::remove_tokens(tx, member.id).await?;
                }
                self.audit.record(tx, actor, AuditAction::SecondFactorAdd, None).await
            })
            .await?;
        Ok(codes)
    }

    /// Asks for no second factor of the actor any more. Both are needed for it, password and code.
    pub async fn end_second_factor(
        &self,
        actor: &Actor,
        password: &str,
        code: &str,
        browser: Option<&str>,
    ) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let account = self.own_account(actor).await?;
        let attempt = self.confirm_password(actor, &account, password, browser).await?;
        let proof = self.check_second_factor(actor, &account, Some(code), &attempt).await?;
        self.db
            .write(async |tx| {
                attempt.was_right(tx).await?;
                still_signed_in(tx, member).await?;
                proof.take(tx, account.id).await?;
                if second_factors::remove(tx, account.id).await? {
                    self.audit
                        .record(tx, actor, AuditAction::SecondFactorRemove, None)
                        .await?;
                }
                Ok(())
            })
            .await
    }

    /// What of a code is to be taken at sign-in, or the refusal that asks for one or counts a wrong one.
    pub(super) async fn check_second_factor(
        &self,
        actor: &Actor,
        account: &entity::account::Model,
        code: Option<&str>,
        attempt: &Attempt,
    ) -> Result<FactorProof> {
        let row = second_factors::of(self.db.read(), account.id).await?;
        let Some(row) = row.filter(|row| row.confirmed_at.is_some()) else {
            return Ok(FactorProof::NotNeeded);
        };
        let Some(code) = code else {
            return Err(Refusal::SecondFactorRequired.into());
        };
        let may_be_guessed = row.wrong_codes < MOST_WRONG_CODES;
        if let Some(step) = step_of(&row, code, self.clock.now().0)?.filter(|_| may_be_guessed) {
            return Ok(FactorProof::Step(step));
        }
        let hash = recovery_hash(code);
        if second_factors::has_code(self.db.read(), account.id, &hash).await? {
            return Ok(FactorProof::Recovery(hash));
        }
        self.db
            .write(async |tx| second_factors::count_wrong_code(tx, account.id).await)
            .await?;
        self.refuse_attempt(actor, Some(account), attempt, Refusal::WrongCode)
            .await
    }

    /// The actor's own account.
    pub(super) async fn own_account(&self, actor: &Actor) -> Result<entity::account::Model> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let account = people::account(self.db.read(), member.id).await?;
        Ok(account.ok_or(Refusal::NoSuch(Thing::Account))?)
    }
}

impl FactorProof {
    /// What was proved with, as the log names it.
    pub(super) fn method(&self) -> &'static str {
        match self {
            Self::NotNeeded => "password",
            Self::Step(_) | Self::Recovery(_) => "password code",
            Self::Passkey(_) => "passkey",
        }
    }

    /// Takes the code, so that nobody who looked over a shoulder signs in with it again.
    pub(super) async fn take(&self, tx: &impl sea_orm::ConnectionTrait, account: AccountId) -> Result<()> {
        let is_first = match self {
            Self::NotNeeded => true,
            Self::Step(step) => second_factors::take_step(tx, account, *step).await?,
            Self::Recovery(hash) => second_factors::take_code(tx, account, hash).await?,
            Self::Passkey(used) => return used.note(tx).await,
        };
        if is_first {
            Ok(())
        } else {
            Err(Refusal::WrongCode.into())
        }
    }
}

/// Whether a factor waits for its first code, and not for too long.
fn is_pending(row: &entity::second_factor::Model, now: Timestamp) -> bool {
    row.confirmed_at.is_none() && row.created_at.plus(PENDING_FOR) > now
}

/// The time step that a code is of: the present one or one beside it, for phones whose clocks are off, and none that was
/// taken before.
fn step_of(row: &entity::second_factor::Model, code: &str, now_millis: i64) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    let seconds = u64::try_from(now_millis / 1000).unwrap_or(0);
    let step = totp(&row.secret, ISSUER)?.check(&digits, seconds);
    let step = step.and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| *step > row.last_step))
}

/// The hash of a recovery code, with or without its hyphens, in capitals or not.
fn recovery_hash(code: &str) -> String {
    let signs: String = code.chars().filter(|sign| sign.is_alphanumeric()).collect();
    hashed(&signs.to_lowercase())
}

fn totp(secret: &str, name: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(Error::unexpected)?;
    let totp = Builder::new()
        .with_secret(secret)
        .with_account_name(name)
        .with_issuer(Some(ISSUER));
    totp.build().map_err(Error::unexpected)
}
