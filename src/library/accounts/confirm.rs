//! Asking again: whoever is signed in proves once more who they are before what cannot be undone or gives power away.
//!
//! Which acts those are says the route table (`http/routes.rs`, `Confirmed`). A session holds when that was proved last;
//! signing in proves it, too. Somebody at a browser that was left open, or with a stolen cookie, gets no further than what
//! can be put right again.

use std::time::Duration;

use crate::actor::Actor;
use crate::db::{passkeys, people, second_factors};
use crate::domain::audit::AuditAction;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::accounts::passkey_proof::PasskeyAnswer;
use crate::library::accounts::passkeys::in_session;
use crate::library::accounts::second_factor::FactorProof;
use crate::library::accounts::{Accounts, hashed, still_known_by};

/// Where each act asks, what was proved waits so long for the act that it was proved for.
const ONE_ACT_WITHIN: Duration = Duration::from_mins(5);
/// So far the clocks of several machines may be apart.
const CLOCKS_APART: Duration = Duration::from_mins(1);

/// What somebody who is signed in proves with who they are.
#[derive(Debug, Clone, Copy)]
pub enum IdentityProof<'a> {
    /// The password.
    Password(&'a str),
    /// A code of the second factor, or a recovery code.
    Code(&'a str),
    /// A passkey, in answer to what was asked for this.
    Passkey(PasskeyAnswer<'a>),
}

/// What an account has to prove with who its owner is. Whose has none of it signs in anew, which proves it as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofMethods {
    /// A password of this site.
    pub password: bool,
    /// A second factor.
    pub code: bool,
    /// A passkey.
    pub passkey: bool,
}

impl IdentityProof<'_> {
    /// Its name in the log.
    fn method(self) -> &'static str {
        match self {
            Self::Password(_) => "password",
            Self::Code(_) => "code",
            Self::Passkey(_) => "passkey",
        }
    }
}

impl Accounts {
    /// What the actor can prove with who they are.
    pub async fn proof_methods(&self, actor: &Actor) -> Result<ProofMethods> {
        let account = self.own_account(actor).await?;
        let factor = second_factors::of(self.db.read(), account.id).await?;
        Ok(ProofMethods {
            password: account.password_hash.is_some(),
            code: factor.is_some_and(|row| row.confirmed_at.is_some()),
            passkey: passkeys::count(self.db.read(), account.id).await? > 0,
        })
    }

    /// Notes that the actor proved who they are, in this session.
    pub async fn confirm_identity(
        &self,
        actor: &Actor,
        session: Option<&str>,
        proof: IdentityProof<'_>,
        browser: Option<&str>,
    ) -> Result<()> {
        let (_, session) = in_session(actor, session)?;
        let account = self.own_account(actor).await?;
        let (attempt, factor) = match proof {
            IdentityProof::Password(password) => {
                let attempt = self.confirm_password(actor, &account, password, browser).await?;
                (attempt, FactorProof::NotNeeded)
            }
            IdentityProof::Code(code) => {
                let attempt = self.count_confirmation(actor, &account, browser).await?;
                let factor = self.check_second_factor(actor, &account, Some(code), &attempt).await?;
                if matches!(factor, FactorProof::NotNeeded) {
                    return self
                        .refuse_attempt(actor, Some(&account), &attempt, Refusal::WrongCode)
                        .await;
                }
                (attempt, factor)
            }
            IdentityProof::Passkey(answer) => {
                let attempt = self.count_confirmation(actor, &account, browser).await?;
                let factor = self
                    .confirm_by_passkey(actor, &account, &session, answer, &attempt)
                    .await?;
                (attempt, factor)
            }
        };
        let now = self.clock.now();
        let noted = self
            .db
            .write(async |tx| {
                still_known_by(tx, &account).await?;
                factor.take(tx, account.id).await?;
                attempt.was_right(tx).await?;
                if !people::confirm_session(tx, account.id, &session, now).await? {
                    return Err(Refusal::NotSignedIn.into());
                }
                let method = Some(proof.method().to_owned());
                self.audit.record(tx, actor, AuditAction::SessionConfirm, method).await
            })
            .await;
        self.settle(&attempt, noted).await
    }

    /// Whether the owner of a session proved lately who they are.
    pub async fn is_confirmed(&self, session: &str) -> Result<bool> {
        Ok(self.standing_proof(&hashed(session)).await?.is_some())
    }

    /// The same for an act that is done now; where each asks, it uses the proof up.
    pub async fn take_confirmation(&self, session: &str) -> Result<bool> {
        let session = hashed(session);
        let Some(proof) = self.standing_proof(&session).await? else {
            return Ok(false);
        };
        if !self.rules.confirm_for.is_zero() {
            return Ok(true);
        }
        self.db
            .write(async |tx| people::use_confirmation(tx, &session, proof).await)
            .await
    }

    /// When the owner of a session proved who they are, if that still stands.
    async fn standing_proof(&self, session: &str) -> Result<Option<Timestamp>> {
        let now = self.clock.now();
        let lasts = if self.rules.confirm_for.is_zero() {
            ONE_ACT_WITHIN
        } else {
            self.rules.confirm_for
        };
        let found = people::session(self.db.read(), session).await?;
        let proof = found.and_then(|(session, _)| session.confirmed_at);
        // One of tomorrow was dated by a clock that has been put back.
        Ok(proof.filter(|at| *at <= now.plus(CLOCKS_APART) && at.plus(lasts) > now))
    }

    /// What signing in proves for what comes after it: nothing where each act asks.
    pub(super) fn proof_of_sign_in(&self, now: Timestamp) -> Option<Timestamp> {
        (!self.rules.confirm_for.is_zero()).then_some(now)
    }
}
