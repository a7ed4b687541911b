//! Erasing accounts: by whoever it belongs to, and by those who look after it.
//!
//! What is left is a row without a name, because works, versions, comments and lines of the audit log lead to it. What was the
//! person's alone goes in the same transaction. Credits that authors wrote into their works are part of those and stay.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::training::certificates;
use crate::db::{
    entity, erasures, passkeys, people, personal_data, recognition, review_paths, second_factors, sign_in_attempts,
};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, stewards};
use crate::domain::id::AccountId;
use crate::domain::role::Role;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::leaving::follow_reviewers;
use crate::library::accounts::manage::{expect_steward, managed};
use crate::library::accounts::{Accounts, hashed, still_signed_in};
use crate::library::authority::who_may;
use crate::words::ERASED_PERSON;

impl Accounts {
    /// Erases one's own account. A program's token does not: nobody could be asked whether they mean it.
    pub async fn erase_own(&self, actor: &Actor) -> Result<()> {
        let member = who_may(actor, Act::ChangeOwnAccount)?;
        if member.token_id.is_some() {
            return Err(Refusal::TokenTooNarrow.into());
        }
        self.db
            .write(async |tx| {
                review_paths::lock(tx).await?;
                // Before the account's own row is locked: two who erase themselves wait here, one after the other.
                let kept = people::active_of_roles(tx, stewards()).await?;
                let before = still_signed_in(tx, member).await?;
                self.erase(tx, actor, before, &kept).await
            })
            .await
    }

    /// Erases an account that the actor looks after; one's own goes by [`erase_own`](Self::erase_own).
    pub async fn erase_account(&self, actor: &Actor, id: AccountId) -> Result<()> {
        let member = who_may(actor, Act::ManageAccounts)?;
        if id == member.id {
            return Err(Refusal::OwnAccount.into());
        }
        self.db
            .write(async |tx| {
                review_paths::lock(tx).await?;
                // Before the account's own row is locked: two who erase each other wait here, one after the other.
                let kept = people::active_of_roles(tx, stewards()).await?;
                let before = managed(tx, member, id).await?;
                self.erase(tx, actor, before, &kept).await
            })
            .await
    }

    async fn erase(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        before: entity::account::Model,
        kept: &[AccountId],
    ) -> Result<()> {
        let id = before.id;
        if erasures::among(tx, vec![id]).await?.contains(&id) {
            return Err(Refusal::NoSuch(Thing::Account).into());
        }
        let after = nameless(&before);
        expect_steward(&before, &after, kept)?;
        people::update_account(tx, after.clone()).await?;
        // The name may be another's from now on, and one that was called alike gets its key.
        people::assign_name_keys(tx).await?;
        self.end_every_credential(tx, id).await?;
        second_factors::remove(tx, id).await?;
        passkeys::remove_all(tx, id).await?;
        sign_in_attempts::forget_name(tx, &hashed(&name_key(&before.name))).await?;
        personal_data::remove_own(tx, id).await?;
        self.leave_company(tx, actor, id).await?;
        // Whoever was shown the paper can still see that it is valid, of nobody that this site names.
        certificates::take_name(tx, id, ERASED_PERSON).await?;
        recognition::erasure::mask_names(tx, id, &[before.name.clone(), before.display.clone()]).await?;
        let row = entity::erasure::Model {
            account_id: id,
            at: self.clock.now(),
        };
        erasures::add(tx, row).await?;
        // Last, when the row that the line takes its title from has no name any more.
        self.audit
            .record(tx, actor, AuditAction::AccountErase, Some(id.to_string()))
            .await?;
        let by = actor.id().or(Some(id));
        follow_reviewers(tx, Some(&before), &after, (by, self.clock.now())).await
    }
}

/// What is left of an account.
fn nameless(before: &entity::account::Model) -> entity::account::Model {
    let name = format!("erased-{}", before.id);
    entity::account::Model {
        id: before.id,
        name_key: Some(name_key(&name)),
        name,
        display: ERASED_PERSON.to_owned(),
        role: Role::Reader,
        school_id: None,
        password_hash: None,
        password_once: false,
        disabled: true,
        failures: 0,
        locked_until: None,
        created_at: before.created_at,
    }
}
