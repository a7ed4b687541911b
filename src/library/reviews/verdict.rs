//! Verdicts: what somebody says in a review who does not approve, and whether they may.

use sea_orm::ConnectionTrait;

use crate::actor::Member;
use crate::db::{entity, review_rounds};
use crate::domain::id::AccountId;
use crate::domain::resource::StatusTransition;
use crate::domain::review::{ReviewOutcome, ReviewStep, StepTaker};
use crate::domain::review_check::keeps_from_review;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::review_steps::{self, ReviewStanding, Said, authors};
use crate::library::reviews::Reviews;

impl Reviews {
    /// What a move other than an approval says in the review, if those who make it may: a reviewer who is asked sends back or
    /// ends, whoever may publish does so where the path lets them.
    pub(super) async fn said(
        &self,
        member: &Member,
        before: &entity::resource::Model,
        step: StatusTransition,
        note: Option<String>,
    ) -> Result<Option<ReviewVerdict>> {
        let conn = self.db.read();
        let outcome = match step {
            StatusTransition::Submit => {
                if keeps_from_review(&before.kind, before.file_count) {
                    return Err(Refusal::NothingToReview.into());
                }
                self.expect_not_rejected(before).await?;
                return Ok(None);
            }
            StatusTransition::Approve | StatusTransition::Withdraw => return Ok(None),
            StatusTransition::Publish => {
                let route = review_steps::route(conn, before).await?;
                if !route.may_publish {
                    let path = (route.name_zh, route.name_en);
                    return Err(Refusal::ReviewRequired { path }.into());
                }
                if authors::is_work_of(conn, before, member.id).await? {
                    return Err(Refusal::OwnWork.into());
                }
                self.expect_not_rejected(before).await?;
                ReviewOutcome::Published
            }
            StatusTransition::Recall => ReviewOutcome::Recalled,
            StatusTransition::Return => ReviewOutcome::Returned,
            StatusTransition::Reject => ReviewOutcome::Rejected,
        };
        let mut verdict = ReviewVerdict {
            outcome,
            number: review_rounds::last_round(conn, before.id).await?.max(1),
            step: None,
            taker: StepTaker::Asked,
            by: member.id,
            note,
        };
        if matches!(step, StatusTransition::Return | StatusTransition::Reject) {
            let standing = ReviewStanding::of(conn, before).await?;
            verdict.taker = standing.taker(member, before)?;
            if step == StatusTransition::Reject && !standing.route.may_reject {
                let from = before.status;
                return Err(Refusal::MoveNotPossible { from, step }.into());
            }
            verdict.number = standing.number;
            verdict.step = standing.step();
        }
        Ok(Some(verdict))
    }

    /// Refuses what was rejected as long as it is the version that was.
    pub(super) async fn expect_not_rejected(&self, working: &entity::resource::Model) -> Result<()> {
        if review_steps::is_rejected(self.db.read(), working).await? {
            return Err(Refusal::ReviewRejected.into());
        }
        Ok(())
    }
}

/// What somebody says in a review who does not approve.
pub(super) struct ReviewVerdict {
    outcome: ReviewOutcome,
    number: i32,
    step: Option<ReviewStep>,
    taker: StepTaker,
    by: AccountId,
    note: Option<String>,
}

impl ReviewVerdict {
    /// Writes it down: it waits no longer.
    pub(super) async fn write(
        self,
        tx: &impl ConnectionTrait,
        of: &entity::resource::Model,
        now: Timestamp,
    ) -> Result<()> {
        let said = Said {
            step: self.step.as_ref(),
            on_behalf: self.taker == StepTaker::OnBehalf,
            note: self.note,
            ..Said::of(self.outcome, Some(self.by))
        };
        review_steps::write(tx, of, self.number, said, now).await?;
        review_rounds::drop_state(tx, of.id).await
    }
}
