//! Passkeys of one's own: adding one, what it is called, taking it away. What is proved with one is in `passkey_proof.rs`.
//!
//! They are added in a browser's session alone: a token that was stolen must not make itself a way in that outlives it.

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::PublicKeyCredentialDescriptor;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialCreationOptions, RegistrationVerificationOptions, UserHandle, UserHandle16,
};
use webauthn_rp::response::register::error::RegCeremonyErr;
use webauthn_rp::response::{AuthTransports, Backup, CredentialId};
use webauthn_rp::{RegisteredCredential, Registration, RegistrationServerState};

use crate::actor::{Actor, Member};
use crate::db::{entity, passkeys};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, PasskeyId};
use crate::domain::passkey::{PasskeyFault, RelyingParty, passkey_name};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing, conflict};
use crate::library::accounts::passkey_ceremony::{Ceremony, Purpose, challenge_text, decoded, encoded, rp_id};
use crate::library::accounts::{Accounts, hashed, still_signed_in};
use crate::library::authority::who_may;

/// The most passkeys that one account may have.
const MAX_PASSKEYS: u64 = 20;

/// A passkey of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Whether its authenticator keeps copies of it elsewhere, so that it outlives the device.
    pub is_synced: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

impl From<entity::passkey::Model> for Passkey {
    fn from(row: entity::passkey::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            is_synced: row.is_synced,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

impl Accounts {
    /// The actor's own passkeys, newest first.
    pub async fn own_passkeys(&self, actor: &Actor) -> Result<Vec<Passkey>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let rows = passkeys::of(self.db.read(), member.id).await?;
        Ok(rows.into_iter().map(Passkey::from).collect())
    }

    /// What the actor's browser asks an authenticator with to make a passkey (`PublicKeyCredentialCreationOptions`).
    pub async fn begin_passkey(&self, actor: &Actor, site: &RelyingParty, session: Option<&str>) -> Result<Value> {
        let (member, session) = in_session(actor, session)?;
        let rows = passkeys::of(self.db.read(), member.id).await?;
        if rows.len() as u64 >= MAX_PASSKEYS {
            return Err(too_many().into());
        }
        let known = rows.iter().map(descriptor).collect::<Result<_>>()?;
        let (rp_id, user) = (rp_id(site)?, user_handle(member.id)?);
        let mut options = PublicKeyCredentialCreationOptions::passkey(&rp_id, (&user).into(), known);
        // It would keep out every authenticator that has no such protection, those of most computers among them; each use
        // asks who it is anyway.
        options.extensions.cred_protect = CredProtect::None;
        let (state, options) = options.start_ceremony().map_err(Error::unexpected)?;
        let state = state.encode().map_err(Error::unexpected)?;
        let mut options = serde_json::to_value(&options).map_err(Error::unexpected)?;
        // What the authenticator shows its owner later; `webauthn_rp` takes fewer names than people have.
        options["user"]["name"] = member.name.clone().into();
        options["user"]["displayName"] = member.display.clone().into();
        let ceremony = Ceremony::of_session(Purpose::Add, &session);
        self.begin_ceremony(&ceremony, &options, &state).await?;
        Ok(options)
    }

    /// Keeps the passkey that an authenticator made.
    pub async fn add_passkey(
        &self,
        actor: &Actor,
        site: &RelyingParty,
        session: Option<&str>,
        name: &str,
        credential: &Value,
    ) -> Result<Passkey> {
        let (member, session) = in_session(actor, session)?;
        let fields = Map::from_iter([("name".to_owned(), name.into())]);
        let name = passkey_name(&fields).map_err(Refusal::Fields)?;
        let made = self.made_passkey(member, site, &session, name, credential).await;
        let row = match made {
            Ok(row) => row,
            Err(error) => return self.refuse_passkey(actor, error),
        };
        let kept = row.clone();
        self.db
            .write(async |tx| {
                still_signed_in(tx, member).await?;
                if passkeys::count(tx, member.id).await? >= MAX_PASSKEYS {
                    return Err(too_many().into());
                }
                let subject = row.id.to_string();
                let taken = Refusal::Passkey(PasskeyFault::Wrong);
                passkeys::add(tx, row).await.map_err(conflict(taken))?;
                self.audit
                    .record(tx, actor, AuditAction::PasskeyAdd, Some(subject))
                    .await
            })
            .await?;
        Ok(kept.into())
    }

    async fn made_passkey(
        &self,
        member: &Member,
        site: &RelyingParty,
        session: &str,
        name: String,
        credential: &Value,
    ) -> Result<entity::passkey::Model> {
        let json = serde_json::to_vec(credential).map_err(Error::unexpected)?;
        let answer = Registration::from_json_relaxed(&json).map_err(|error| malformed(&error))?;
        let challenge = answer.challenge_relaxed().map_err(|error| malformed(&error))?;
        let ceremony = Ceremony::of_session(Purpose::Add, session);
        let state = self.take_ceremony(&ceremony, &challenge_text(&challenge)).await?;
        let state = RegistrationServerState::<16>::decode(&state).map_err(Error::unexpected)?;
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[&site.origin],
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let made = state.verify(&rp_id(site)?, &answer, &options);
        let made = made.map_err(|error| Refusal::Passkey(fault_of(&error)))?;
        self.row_of(member.id, name, &made)
    }

    fn row_of(
        &self,
        account_id: AccountId,
        name: String,
        made: &RegisteredCredential<'_, 16>,
    ) -> Result<entity::passkey::Model> {
        let Ok(public_key) = made.static_state().encode();
        let Ok(state) = made.dynamic_state().encode();
        let Ok(transports) = made.transports().encode();
        if made.user_id().as_ref() != user_handle(account_id)?.as_ref() {
            return Err(Refusal::Passkey(PasskeyFault::Wrong).into());
        }
        Ok(entity::passkey::Model {
            id: PasskeyId::new(),
            account_id,
            credential_id: encoded(made.id().as_ref()),
            name,
            transports: transports.into(),
            public_key: encoded(&public_key),
            state: encoded(&state),
            is_synced: made.dynamic_state().backup == Backup::Exists,
            created_at: self.clock.now(),
            last_used_at: None,
        })
    }

    /// Records that an authenticator's answer was no good.
    fn refuse_passkey<T>(&self, actor: &Actor, error: Error) -> Result<T> {
        if let Error::Refused(refusal) = &error
            && matches!(**refusal, Refusal::Passkey(_))
        {
            self.audit.refused(actor, AuditAction::PasskeyAdd, None, refusal.code());
        }
        Err(error)
    }

    /// Calls one of the actor's passkeys something else.
    pub async fn rename_passkey(&self, actor: &Actor, id: PasskeyId, fields: &Map<String, Value>) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let name = passkey_name(fields).map_err(Refusal::Fields)?;
        self.db
            .write(async |tx| {
                if !passkeys::rename(tx, member.id, id, &name).await? {
                    return Err(Refusal::NoSuch(Thing::Passkey).into());
                }
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::PasskeyEdit, subject).await
            })
            .await
    }

    /// Takes one of the actor's passkeys away.
    pub async fn remove_passkey(&self, actor: &Actor, id: PasskeyId) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        self.db
            .write(async |tx| {
                // Named in the log while it is there; a line about what was not is undone with it.
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::PasskeyRemove, subject)
                    .await?;
                remove(tx, member.id, id).await
            })
            .await
    }
}

async fn remove(tx: &impl ConnectionTrait, account: AccountId, id: PasskeyId) -> Result<()> {
    if passkeys::remove(tx, account, id).await? {
        Ok(())
    } else {
        Err(Refusal::NoSuch(Thing::Passkey).into())
    }
}

/// The account of a browser's session, and the session's hash.
pub(super) fn in_session<'a>(actor: &'a Actor, session: Option<&str>) -> Result<(&'a Member, String)> {
    let member = who_may(actor, Act::ChangeOwnAccount)?;
    let session = session.filter(|_| member.csrf.is_some());
    Ok((member, hashed(session.ok_or(Refusal::NoSuch(Thing::Session))?)))
}

/// What an authenticator knows an account by: its id, which says nothing of whose it is.
pub(super) fn user_handle(account: AccountId) -> Result<UserHandle16> {
    UserHandle::decode(account.0.into_bytes()).map_err(|_| Error::unexpected(anyhow::anyhow!("make a user handle")))
}

/// A passkey that its authenticator is not to make once more.
fn descriptor(row: &entity::passkey::Model) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let transports = u8::try_from(row.transports).unwrap_or_default();
    Ok(PublicKeyCredentialDescriptor {
        id: CredentialId::decode(decoded(&row.credential_id)?).map_err(Error::unexpected)?,
        transports: AuthTransports::decode(transports).map_err(Error::unexpected)?,
    })
}

pub(super) fn malformed(error: &impl std::fmt::Display) -> Refusal {
    Refusal::Malformed {
        detail: format!("credential: {error}"),
    }
}

fn too_many() -> Refusal {
    Refusal::LimitReached {
        thing: Thing::Passkey,
        limit: MAX_PASSKEYS,
    }
}

fn fault_of(error: &RegCeremonyErr) -> PasskeyFault {
    match error {
        RegCeremonyErr::Timeout | RegCeremonyErr::ChallengeMismatch => PasskeyFault::Over,
        RegCeremonyErr::OriginMismatch
        | RegCeremonyErr::CrossOrigin
        | RegCeremonyErr::TopOriginMismatch
        | RegCeremonyErr::RpIdHashMismatch => PasskeyFault::OtherSite,
        RegCeremonyErr::UserNotPresent | RegCeremonyErr::UserNotVerified => PasskeyFault::NotVerified,
        _ => PasskeyFault::Wrong,
    }
}
