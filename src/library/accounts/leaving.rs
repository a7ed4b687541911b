//! What follows where somebody becomes something else, goes elsewhere, or goes for good: in the review of their school, and in
//! their company.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::{companies, entity};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{AccountId, SchoolId};
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

/// The school in whose review somebody has a voice as one of it.
pub(super) fn reviewed_school(row: &entity::account::Model) -> Option<SchoolId> {
    let reach = row.authority().reach(Act::Review).filter(|_| !row.disabled);
    reach.and_then(Reach::school)
}

/// Lets the review of a school go on with whom it has now: one more or one fewer of its administrators. `before`: none of a new
/// account. The caller has the paths alone, and waits for nobody's rows afterwards.
pub(super) async fn follow_reviewers(
    tx: &impl ConnectionTrait,
    before: Option<&entity::account::Model>,
    after: &entity::account::Model,
    (by, now): (Option<AccountId>, Timestamp),
) -> Result<()> {
    let (was, is) = (before.and_then(reviewed_school), reviewed_school(after));
    if was == is {
        return Ok(());
    }
    let schools = was.into_iter().chain(is).collect();
    review_steps::place_schools(tx, &schools, by, now).await
}
