//! Taking what waits 领取 and giving it back 交还: so that two do not review the same. It keeps nobody from deciding.

use crate::actor::{Actor, Member};
use crate::db::entity::resource::Model;
use crate::db::{people, review_rounds};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::id::ResourceId;
use crate::domain::resource::{Status, StatusTransition};
use crate::error::{Refusal, Result};
use crate::library::authority::who_may;
use crate::library::review_steps::ReviewStanding;
use crate::library::review_steps::waits_at::{TAKEN_FOR, WaitsAt, taker, waits_at};
use crate::library::reviews::Reviews;
use crate::library::reviews::decision::as_moved;

impl Reviews {
    /// Takes what waits at a step that the actor may take. Whoever has it already has it for another day.
    pub async fn take(&self, actor: &Actor, id: ResourceId) -> Result<WaitsAt> {
        let member = who_may(actor, Act::Review)?;
        let working = self.waiting(actor, id).await?;
        self.expect_asked(member, &working).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                if !review_rounds::take(tx, id, member.id, now.minus(TAKEN_FOR), now).await? {
                    return Err(self.taken_by_other(tx, id).await?.into());
                }
                self.audit
                    .record(tx, actor, AuditAction::ResourceTake, Some(id.to_string()))
                    .await
            })
            .await?;
        let waits = waits_at(self.db.read(), &[id], now).await?.remove(&id);
        waits.ok_or_else(|| Refusal::ChangedMeanwhile.into())
    }

    /// Gives back what the actor has taken.
    pub async fn give_back(&self, actor: &Actor, id: ResourceId) -> Result<()> {
        let member = who_may(actor, Act::Review)?;
        self.resources.row(actor, id).await?;
        self.db
            .write(async |tx| {
                if review_rounds::give_back(tx, id, member.id).await? {
                    let subject = Some(id.to_string());
                    self.audit
                        .record(tx, actor, AuditAction::ResourceGiveBack, subject)
                        .await?;
                }
                Ok(())
            })
            .await
    }

    /// Who is told that it is taken by whom; it may be decided meanwhile.
    async fn taken_by_other(&self, tx: &impl sea_orm::ConnectionTrait, id: ResourceId) -> Result<Refusal> {
        let state = review_rounds::state(tx, id).await?;
        let by = state.and_then(|state| taker(&state, self.clock.now()));
        let Some(by) = by else {
            return Ok(Refusal::ChangedMeanwhile);
        };
        let account = people::account(tx, by).await?;
        let by = account.map(|account| account.display).unwrap_or_default();
        Ok(Refusal::ReviewTaken { by })
    }

    /// A working copy that waits.
    async fn waiting(&self, actor: &Actor, id: ResourceId) -> Result<Model> {
        let row = self.resources.row(actor, id).await?;
        let working = as_moved(actor, &row, StatusTransition::Approve);
        if working.status != Status::Submitted {
            let (from, step) = (working.status, StatusTransition::Approve);
            return Err(Refusal::MoveNotPossible { from, step }.into());
        }
        Ok(working)
    }

    async fn expect_asked(&self, member: &Member, working: &Model) -> Result<()> {
        let standing = ReviewStanding::of(self.db.read(), working).await?;
        standing.taker(member, working).map(drop)
    }
}
