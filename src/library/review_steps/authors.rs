//! Who has no voice in a review: whose work it decides on, besides its owner's, for nobody decides on what they made or changed.
//!
//! An administrator may mend a colleague's resource, and then others decide on it. It is remembered who made the version, and who
//! changed words or files, until that is approved or discarded.

use sea_orm::ConnectionTrait;

use crate::db::entity::resource::Model;
use crate::db::{review_rounds, versions};
use crate::domain::id::{AccountId, SchoolId};
use crate::domain::resource::Status;
use crate::domain::review::{NoVoice, ReviewStep, Reviewed};
use crate::error::{Refusal, Result};
use crate::library::review_steps::reviewed;

/// Notes who made or changed what is to be decided on; nobody where nothing is. Before the review follows the change: whose work
/// it is decides where it waits.
pub(in crate::library) async fn note(tx: &impl ConnectionTrait, after: &Model, by: AccountId) -> Result<()> {
    if after.status == Status::Published && !after.has_waiting() {
        return review_rounds::drop_authors(tx, after.id).await;
    }
    review_rounds::add_author(tx, after.id, by).await
}

/// Notes who made the version that a round is about. Words may wait that others wrote around a version that was approved once:
/// whoever made it has no voice about it now.
pub(super) async fn note_version(tx: &impl ConnectionTrait, working: &Model) -> Result<()> {
    match versions::version(tx, working.id, working.version).await? {
        Some(version) => review_rounds::add_author(tx, working.id, version.author_id).await,
        None => Ok(()),
    }
}

/// Whether somebody made or changed what is to be decided on.
pub(in crate::library) async fn is_work_of(
    conn: &impl ConnectionTrait,
    working: &Model,
    who: AccountId,
) -> Result<bool> {
    let authors = review_rounds::authors(conn, working.id).await?;
    let of = Reviewed {
        authors: &authors,
        ..reviewed(working)
    };
    Ok(of.is_work_of(who))
}

/// How many of its school besides its authors can review it: where too few of those who are appointed to a step are left, the
/// others are asked.
pub(super) async fn reviewers_left(conn: &impl ConnectionTrait, working: &Model) -> Result<u32> {
    let authors = review_rounds::authors(conn, working.id).await?;
    let schools: Vec<SchoolId> = working.school_id.into_iter().collect();
    let reviewers = review_rounds::reviewers(conn, &schools).await?;
    Ok(left(&reviewers, working, &authors))
}

/// The same, by who reviews at some schools.
pub(super) fn left(reviewers: &[(SchoolId, AccountId)], working: &Model, authors: &[AccountId]) -> u32 {
    let of = Reviewed {
        authors,
        ..reviewed(working)
    };
    let left = reviewers
        .iter()
        .filter(|(school, who)| working.school_id == Some(*school) && !of.is_work_of(*who));
    u32::try_from(left.count()).unwrap_or(u32::MAX)
}

/// Why somebody has no voice at a step, as it is told.
pub(super) fn no_voice(why: NoVoice, step: &ReviewStep) -> Refusal {
    match why {
        NoVoice::OwnWork => Refusal::OwnWork,
        NoVoice::OwnSchool => Refusal::OwnSchool,
        NoVoice::Others => Refusal::StepOfOthers {
            step: (step.name_zh.clone(), step.name_en.clone()),
            takers: step.roles.clone(),
            people: step.able().map(|appointed| appointed.display.clone()).collect(),
        },
    }
}
