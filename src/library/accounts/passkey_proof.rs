//! What a passkey proves: that whoever holds it was asked for finger, face or PIN by its authenticator, for this site, in
//! answer to a challenge of ours. So it signs in alone, password and code being two things that others can be led to type
//! elsewhere.
//!
//! Nobody is asked for a name: the authenticator says whose passkey it is, so that nothing tells which names there are.

use sea_orm::ConnectionTrait;
use serde_json::Value;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::response::Backup;
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions,
};

use crate::actor::Actor;
use crate::db::{entity, passkeys, people};
use crate::domain::audit::AuditAction;
use crate::domain::passkey::{PasskeyFault, RelyingParty};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::attempts::Attempt;
use crate::library::accounts::passkey_ceremony::{Ceremony, Purpose, challenge_text, decoded, encoded, rp_id};
use crate::library::accounts::passkeys::{in_session, malformed, user_handle};
use crate::library::accounts::second_factor::FactorProof;
use crate::library::accounts::{Accounts, NewSession};

/// A passkey that fits; its use is noted when the session begins or is confirmed.
#[derive(Debug)]
pub(super) struct PasskeyUse {
    row: entity::passkey::Model,
    state: String,
    is_synced: bool,
    at: Timestamp,
}

impl PasskeyUse {
    /// Notes it. A passkey that was taken away meanwhile, or whose other copy was used, proves nothing any more.
    pub(super) async fn note(&self, tx: &impl ConnectionTrait) -> Result<()> {
        if passkeys::note_use(tx, &self.row, &self.state, self.is_synced, self.at).await? {
            Ok(())
        } else {
            Err(Refusal::Passkey(PasskeyFault::Over).into())
        }
    }
}

/// What a passkey was asked to sign, as its authenticator answered.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyAnswer<'a> {
    /// The site that the browser was at.
    pub site: &'a RelyingParty,
    /// The answer (`PublicKeyCredential`), as JSON.
    pub credential: &'a Value,
}

impl Accounts {
    /// What a browser asks an authenticator with to sign in (`PublicKeyCredentialRequestOptions`): the same for everybody.
    /// `secret` is what the browser was given to answer with.
    pub async fn begin_passkey_sign_in(&self, actor: &Actor, site: &RelyingParty, secret: &str) -> Result<Value> {
        self.begin_passkey_proof(site, &Ceremony::of_browser(actor, secret))
            .await
    }

    /// The same for somebody who is signed in and proves who they are once more.
    pub async fn begin_passkey_confirmation(
        &self,
        actor: &Actor,
        site: &RelyingParty,
        session: Option<&str>,
    ) -> Result<Value> {
        let (_, session) = in_session(actor, session)?;
        let ceremony = Ceremony::of_session(Purpose::Confirm, &session);
        self.begin_passkey_proof(site, &ceremony).await
    }

    async fn begin_passkey_proof(&self, site: &RelyingParty, ceremony: &Ceremony) -> Result<Value> {
        let rp_id = rp_id(site)?;
        let options = DiscoverableCredentialRequestOptions::passkey(&rp_id);
        let (state, options) = options.start_ceremony().map_err(Error::unexpected)?;
        let state = state.encode().map_err(Error::unexpected)?;
        let options = serde_json::to_value(&options).map_err(Error::unexpected)?;
        self.begin_ceremony(ceremony, &options, &state).await?;
        Ok(options)
    }

    /// Begins a session for whoever holds a passkey. It is counted as signing in by password is, under the passkey's name.
    pub async fn sign_in_by_passkey(
        &self,
        actor: &Actor,
        answer: PasskeyAnswer<'_>,
        secret: &str,
        browser: Option<&str>,
    ) -> Result<NewSession> {
        let given = read(answer.credential)?;
        let credential_id = encoded(given.raw_id().as_ref());
        let row = passkeys::called(self.db.read(), &credential_id).await?;
        let account = match &row {
            Some(row) => people::account(self.db.read(), row.account_id).await?,
            None => None,
        };
        let account = account.filter(|account| !account.disabled);
        let act = AuditAction::SessionBegin;
        let attempt = self
            .count_attempt(actor, &credential_id, account.as_ref(), browser, act)
            .await?;
        let ceremony = Ceremony::of_browser(actor, secret);
        let proof = self.check_passkey(&given, answer.site, &ceremony, row).await;
        let proof = self.proof_or_refusal(actor, account.as_ref(), &attempt, proof).await?;
        let Some(account) = account else {
            let wrong = Refusal::Passkey(PasskeyFault::Wrong);
            return self.refuse_attempt(actor, None, &attempt, wrong).await;
        };
        // Somebody else has just reset it: whoever holds the passkey proves first that they were given the new password.
        if account.password_once {
            let once = Refusal::PasswordOnce;
            return self.refuse_attempt(actor, Some(&account), &attempt, once).await;
        }
        let begun = self.begin_session(actor, account, &attempt, &proof, browser).await;
        self.settle(&attempt, begun).await
    }

    /// Proves with a passkey of the actor's who is signed in.
    pub(super) async fn confirm_by_passkey(
        &self,
        actor: &Actor,
        account: &entity::account::Model,
        session: &str,
        answer: PasskeyAnswer<'_>,
        attempt: &Attempt,
    ) -> Result<FactorProof> {
        let given = read(answer.credential)?;
        let row = passkeys::called(self.db.read(), &encoded(given.raw_id().as_ref())).await?;
        let row = row.filter(|row| row.account_id == account.id);
        let ceremony = Ceremony::of_session(Purpose::Confirm, session);
        let proof = self.check_passkey(&given, answer.site, &ceremony, row).await;
        self.proof_or_refusal(actor, Some(account), attempt, proof).await
    }

    /// Counts and records an answer that is no good.
    async fn proof_or_refusal(
        &self,
        actor: &Actor,
        account: Option<&entity::account::Model>,
        attempt: &Attempt,
        proof: Result<PasskeyUse>,
    ) -> Result<FactorProof> {
        match proof {
            Ok(proof) => Ok(FactorProof::Passkey(Box::new(proof))),
            Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::Passkey(_)) => {
                self.refuse_attempt(actor, account, attempt, *refusal).await
            }
            Err(error) => Err(error),
        }
    }

    /// Checks an answer against the passkey that it names. The challenge is used up, whatever the answer is worth.
    async fn check_passkey(
        &self,
        given: &DiscoverableAuthentication16,
        site: &RelyingParty,
        ceremony: &Ceremony,
        row: Option<entity::passkey::Model>,
    ) -> Result<PasskeyUse> {
        let challenge = given.challenge_relaxed().map_err(|error| malformed(&error))?;
        let state = self.take_ceremony(ceremony, &challenge_text(&challenge)).await?;
        let state = DiscoverableAuthenticationServerState::decode(&state).map_err(Error::unexpected)?;
        let row = row.ok_or(Refusal::Passkey(PasskeyFault::Wrong))?;
        let user = user_handle(row.account_id)?;
        let (key, before) = (key_of(&row)?, state_of(&row)?);
        let credential = AuthenticatedCredential::new(given.raw_id(), &user, key, before);
        let mut credential = credential.map_err(Error::unexpected)?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[&site.origin],
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let checked = state.verify(&rp_id(site)?, given, &mut credential, &options);
        checked.map_err(|error| Refusal::Passkey(fault_of(&error)))?;
        let after = credential.dynamic_state();
        let Ok(state) = after.encode();
        Ok(PasskeyUse {
            row,
            state: encoded(&state),
            is_synced: after.backup == Backup::Exists,
            at: self.clock.now(),
        })
    }
}

fn read(credential: &Value) -> Result<DiscoverableAuthentication16> {
    let json = serde_json::to_vec(credential).map_err(Error::unexpected)?;
    Ok(DiscoverableAuthentication16::from_json_relaxed(&json).map_err(|error| malformed(&error))?)
}

type VerifyingKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

fn key_of(row: &entity::passkey::Model) -> Result<StaticState<VerifyingKey>> {
    StaticState::decode(&decoded(&row.public_key)?).map_err(Error::unexpected)
}

fn state_of(row: &entity::passkey::Model) -> Result<DynamicState> {
    let bytes = decoded(&row.state)?.try_into();
    let bytes = bytes.map_err(|_| Error::unexpected(anyhow::anyhow!("read the state of a passkey")))?;
    DynamicState::decode(bytes).map_err(Error::unexpected)
}

fn fault_of(error: &AuthCeremonyErr) -> PasskeyFault {
    match error {
        AuthCeremonyErr::Timeout | AuthCeremonyErr::ChallengeMismatch => PasskeyFault::Over,
        AuthCeremonyErr::OriginMismatch
        | AuthCeremonyErr::CrossOrigin
        | AuthCeremonyErr::TopOriginMismatch
        | AuthCeremonyErr::RpIdHashMismatch => PasskeyFault::OtherSite,
        AuthCeremonyErr::UserNotVerified => PasskeyFault::NotVerified,
        AuthCeremonyErr::SignatureCounter => PasskeyFault::Copied,
        _ => PasskeyFault::Wrong,
    }
}
