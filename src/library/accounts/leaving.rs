//! What somebody leaves who becomes something else, goes elsewhere, or goes for good: the review of their school, and their company.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::{companies, entity};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::accounts::Accounts;
use crate::library::audit::AuditedThing;
use crate::library::review_steps;

impl Accounts {
    /// Lets somebody be of no company any more, who cannot be by what they are now; what they gave stays under its name. That has a
    /// line of its own, as if somebody had taken them out of it.
    pub(super) async fn leave_company(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        account: AccountId,
    ) -> Result<()> {
        let Some(company) = companies::remove_of_account(tx, account).await? else {
            return Ok(());
        };
        let left = AuditedThing {
            action: AuditAction::CompanyMemberRemove,
            subject: company.to_string(),
            changes: AuditChanges::default().set("account", account),
        };
        self.audit.record_each(tx, actor, &[left]).await
    }
}

/// Lets the review go on without somebody who is no administrator of their school any more. The caller has the paths alone.
pub(super) async fn leave_review(
    tx: &impl ConnectionTrait,
    before: &entity::account::Model,
    after: &entity::account::Model,
    (by, now): (AccountId, Timestamp),
) -> Result<()> {
    let reviewed = |row: &entity::account::Model| {
        let reach = row.authority().reach(Act::Review).filter(|_| !row.disabled);
        reach.and_then(Reach::school)
    };
    match reviewed(before) {
        Some(school) if reviewed(after) != Some(school) => review_steps::go_past_school(tx, school, by, now).await,
        _ => Ok(()),
    }
}
