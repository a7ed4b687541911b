//! Ceremonies of passkeys: a challenge is sent to a browser and answered once, in time, by that browser, at whichever process
//! of the service it arrives.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use webauthn_rp::request::{AsciiDomain, RpId};
use webauthn_rp::response::SentChallenge;

use crate::actor::Actor;
use crate::db::{entity, passkeys};
use crate::domain::passkey::{CEREMONY_LASTS, PasskeyFault, RelyingParty};
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::{Accounts, hashed};

/// Ceremonies of one session that are under way at once: a browser has one dialogue open.
const MOST_OF_SESSION: u64 = 5;
/// Those of one network, for signing in: a school whose teachers come at eight o'clock. More push out the oldest.
const MOST_OF_NETWORK: u64 = 300;

/// What an authenticator is asked for. The answer to one is none to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A new passkey.
    Add,
    /// Signing in.
    SignIn,
    /// Proving once more who is signed in.
    Confirm,
}

/// Who may answer, and with whose ceremonies it is counted.
#[derive(Debug)]
pub(super) struct Ceremony {
    bound_to: String,
    counted_by: String,
    most: u64,
}

impl Ceremony {
    /// One of somebody who is signed in, by the hash of their session.
    pub(super) fn of_session(purpose: Purpose, session: &str) -> Self {
        Self {
            bound_to: bound(purpose, session),
            counted_by: session.to_owned(),
            most: MOST_OF_SESSION,
        }
    }

    /// One of somebody who signs in, by what their browser was given for it.
    pub(super) fn of_browser(actor: &Actor, secret: &str) -> Self {
        let network = actor.network().map_or_else(String::new, |network| network.to_string());
        Self {
            bound_to: bound(Purpose::SignIn, secret),
            counted_by: hashed(&format!("network\n{network}")),
            most: MOST_OF_NETWORK,
        }
    }
}

fn bound(purpose: Purpose, to: &str) -> String {
    hashed(&format!("{purpose:?}\n{to}"))
}

impl Accounts {
    /// Keeps what the answer to these options is checked against.
    pub(super) async fn begin_ceremony(&self, ceremony: &Ceremony, options: &Value, state: &[u8]) -> Result<()> {
        let row = entity::passkey_ceremony::Model {
            challenge: challenge_of(options)?,
            bound_to: ceremony.bound_to.clone(),
            counted_by: ceremony.counted_by.clone(),
            state: encoded(state),
            expires_at: self.clock.now().plus(CEREMONY_LASTS),
        };
        self.db
            .write(async |tx| passkeys::begin_ceremony(tx, row.clone(), ceremony.most).await)
            .await?;
        self.bound_waiting().await
    }

    /// What an answer is checked against. It is gone from then on, whatever the answer is worth.
    pub(super) async fn take_ceremony(&self, ceremony: &Ceremony, challenge: &str) -> Result<Vec<u8>> {
        let now = self.clock.now();
        let taken = self
            .db
            .write(async |tx| passkeys::take_ceremony(tx, challenge, &ceremony.bound_to).await)
            .await?;
        let row = taken.filter(|row| row.expires_at > now);
        decoded(&row.ok_or(Refusal::Passkey(PasskeyFault::Over))?.state)
    }
}

/// A challenge as it is looked up by.
pub(super) fn challenge_text(challenge: &SentChallenge) -> String {
    encoded(&challenge.0.to_le_bytes())
}

/// The challenge of options, spelt the same way.
fn challenge_of(options: &Value) -> Result<String> {
    let challenge = options["challenge"].as_str();
    let challenge = challenge.ok_or_else(|| Error::unexpected(anyhow::anyhow!("options without a challenge")))?;
    Ok(challenge.to_owned())
}

/// The site's name as passkeys are bound to it.
pub(super) fn rp_id(site: &RelyingParty) -> Result<RpId> {
    let domain = AsciiDomain::try_from(site.id.clone());
    // One that is no domain at all was set by the operator; passkeys do not work there.
    Ok(RpId::Domain(domain.map_err(|_| Refusal::PasskeysUnavailable)?))
}

/// Bytes as a column keeps them.
pub(super) fn encoded(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Bytes as they were before.
pub(super) fn decoded(text: &str) -> Result<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(Error::unexpected)
}
