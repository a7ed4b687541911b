//! Linking one's account to who one is at a provider, and undoing it.

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::{entity, identities, people, second_factors};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, IdentityId};
use crate::domain::sign_on::Identity;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::identity::Provider;
use crate::library::accounts::sign_on::{Departure, SignOnRequest};
use crate::library::accounts::{Accounts, Credentials, still_signed_in};
use crate::library::authority::who_may;

/// Who somebody is at a provider, as it is shown to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// Its id.
    pub id: IdentityId,
    /// The provider, as the settings call it.
    pub provider: String,
    /// What they sign in with there.
    pub name: String,
    /// The last sign-in by it.
    pub seen_at: Timestamp,
}

/// How one's account is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaysIn {
    /// Whether it has a password of this site.
    pub has_password: bool,
    /// Whether a code of a second factor is asked for with it.
    pub has_factor: bool,
    /// Who its owner is at providers.
    pub identities: Vec<LinkedIdentity>,
}

/// By what somebody proves that an account is theirs before it is linked.
#[derive(Debug, Clone, Copy)]
pub struct OwnProof<'a> {
    /// Its password.
    pub password: &'a str,
    /// A code of its second factor, or a recovery code.
    pub code: Option<&'a str>,
    /// The value of the cookie by which the browser is known again.
    pub browser: Option<&'a str>,
}

impl Accounts {
    /// How the actor's account is opened.
    pub async fn ways_in(&self, actor: &Actor) -> Result<WaysIn> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let account = people::account(self.db.read(), member.id).await?;
        let rows = identities::of_accounts(self.db.read(), &[member.id]).await?;
        let with_factor = second_factors::confirmed_of(self.db.read(), vec![member.id]).await?;
        let shown = rows.into_iter().map(|row| LinkedIdentity {
            id: row.id,
            provider: row.provider,
            name: row.name,
            seen_at: row.seen_at,
        });
        Ok(WaysIn {
            has_password: account.is_some_and(|account| account.password_hash.is_some()),
            has_factor: with_factor.contains(&member.id),
            identities: shown.collect(),
        })
    }

    /// Sends the actor to a provider; who they are there opens their account from then on. Whoever only found their browser
    /// open does not know the password.
    pub async fn begin_link(
        &self,
        actor: &Actor,
        provider: &str,
        own: &OwnProof<'_>,
        request: &SignOnRequest<'_>,
    ) -> Result<Departure> {
        let member = self.prove_own(actor, own).await?;
        self.ask_provider(actor, provider, request, Some(member.id)).await
    }

    /// The actor, if they prove that the account is theirs: by its password, and a code where it asks for one.
    async fn prove_own<'a>(&self, actor: &'a Actor, own: &OwnProof<'_>) -> Result<&'a Member> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        let account = people::account(self.db.read(), member.id).await?;
        let account = account.ok_or(Refusal::NoSuch(Thing::Account))?;
        let attempt = self
            .confirm_password(actor, &account, own.password, own.browser)
            .await?;
        let proved = self.check_second_factor(actor, &account, own.code, &attempt).await;
        let proof = self.settle(&attempt, proved).await?;
        self.db
            .write(async |tx| {
                proof.take(tx, account.id).await?;
                attempt.was_right(tx).await
            })
            .await?;
        Ok(member)
    }

    /// Lets nothing open an account any more that it was linked to: whoever knew its password may have linked it.
    pub(in crate::library::accounts) async fn unlink_all(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        account: AccountId,
    ) -> Result<()> {
        if identities::remove_linked(tx, account).await? == 0 {
            return Ok(());
        }
        let subject = Some(account.to_string());
        self.audit.record(tx, actor, AuditAction::SignOnUnlink, subject).await
    }

    /// Links the actor's account to who they are at a directory, by both passwords.
    pub async fn link_directory(
        &self,
        actor: &Actor,
        provider: &str,
        own: &OwnProof<'_>,
        there: &Credentials<'_>,
    ) -> Result<()> {
        let member = self.prove_own(actor, own).await?;
        let (identity, attempt) = self.recognize_at(actor, provider, there).await?;
        self.db.write(async |tx| attempt.was_right(tx).await).await?;
        self.link(actor, self.provider(provider)?, &identity, member.id).await
    }

    /// Links the account that asked for it, if it is the one that is signed in still.
    pub(super) async fn link(
        &self,
        actor: &Actor,
        provider: &Provider,
        identity: &Identity,
        account: AccountId,
    ) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        if member.id != account {
            return Err(Refusal::NotSignedIn.into());
        }
        let now = self.clock.now();
        let row = entity::identity::Model {
            id: IdentityId::new(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            account_id: account,
            provider: provider.id.clone(),
            name: name_key(&identity.name),
            opened_account: false,
            by_rule: false,
            created_at: now,
            seen_at: now,
        };
        self.db
            .write(async |tx| {
                still_signed_in(tx, member).await?;
                let known = identities::of_subject(tx, &row.issuer, &row.subject).await?;
                match known {
                    Some(known) if known.account_id == account => return Ok(()),
                    Some(_) => return Err(Refusal::IdentityTaken.into()),
                    None => identities::add(tx, row).await?,
                }
                let subject = Some(provider.id.clone());
                self.audit.record(tx, actor, AuditAction::SignOnLink, subject).await
            })
            .await
    }

    /// Lets an identity open the actor's account no more.
    pub async fn unlink(&self, actor: &Actor, id: IdentityId) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        self.db
            .write(async |tx| {
                let account = still_signed_in(tx, member).await?;
                let rows = identities::of_accounts(tx, &[member.id]).await?;
                let row = rows.iter().find(|row| row.id == id);
                let row = row.ok_or(Refusal::NoSuch(Thing::Identity))?;
                // Nor the one that opened it: linked anew, the account would be free of what its groups give and take.
                if row.opened_account || account.password_hash.is_none() && rows.len() == 1 {
                    return Err(Refusal::LastIdentity.into());
                }
                identities::remove(tx, member.id, id).await?;
                let subject = Some(row.provider.clone());
                self.audit.record(tx, actor, AuditAction::SignOnUnlink, subject).await
            })
            .await
    }
}
