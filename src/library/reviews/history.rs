//! The history of a review: what came of a resource at which step, for its people.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::{entity, people, review_rounds};
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, ResourceId, ReviewStepId};
use crate::domain::resource::Status;
use crate::domain::review::{ReviewLevel, ReviewOutcome, ReviewStep};
use crate::domain::review_check::ReviewFinding;
use crate::domain::role::Role;
use crate::domain::search::{NamedAccount, NamedRef};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::expect;
use crate::library::resources::edit;
use crate::library::review_steps;
use crate::library::review_steps::waits_at::{WaitsAt, waits_at};
use crate::library::reviews::Reviews;

/// More than so many entries of a history are not shown at once, the newest first.
const MOST: u64 = 200;

/// A resource's review, as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReviewHistory {
    /// The path that it takes.
    pub path: TakenPath,
    /// The step at which it waits; `null` where it does not.
    pub waits: Option<WaitsAt>,
    /// What automatic checks find: before it is submitted, and for its reviewers.
    pub checks: Vec<ReviewFinding>,
    /// What came of it, newest first; the newest 200.
    pub history: Vec<ReviewEntry>,
}

/// The path that a resource takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TakenPath {
    /// Its stable name.
    pub code: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether 不予通过 is one of its outcomes.
    pub may_reject: bool,
    /// Whether a school's administrator may publish this resource without a review.
    pub may_publish: bool,
    /// The steps that this resource takes, in order.
    pub steps: Vec<TakenStep>,
}

/// A step that a resource takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TakenStep {
    /// Its id.
    pub id: ReviewStepId,
    /// What it is called in Chinese.
    pub name_zh: String,
    /// What it is called in English.
    pub name_en: String,
    /// Whose it is.
    pub level: ReviewLevel,
    /// Who is asked.
    pub asked: Vec<Role>,
    /// How many of them must approve.
    pub voices: u32,
}

/// Something that came of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReviewEntry {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: ReviewOutcome,
    /// What the step is called in Chinese, where it was at one.
    pub step_zh: Option<String>,
    /// The same in English.
    pub step_en: Option<String>,
    /// The round of the review, from 1.
    pub round: i32,
    /// The version that it is about.
    pub version: i32,
    /// The revision that it is about: the number in the resource's `ETag`.
    pub revision: i64,
    /// Who said so; `null` where a step was passed over because nobody but its author could take it.
    pub by: Option<NamedAccount>,
    /// 代审: whether the bureau stood in for those who were asked.
    pub on_behalf: bool,
    /// Why, in their words.
    pub note: Option<String>,
}

impl Reviews {
    /// The review of a resource, for its people and its reviewers.
    pub async fn history(&self, actor: &Actor, id: ResourceId) -> Result<ReviewHistory> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let row = self.resources.visible(actor, id).await?;
        expect(member, Act::Discuss, edit::as_target(&row))?;
        let conn = self.db.read();
        let route = review_steps::route(conn, &row).await?;
        let waits = match row.status {
            Status::Submitted => waits_at(conn, &[id], self.clock.now()).await?.remove(&id),
            _ => None,
        };
        let decisions = review_rounds::decisions(conn, id, MOST).await?;
        Ok(ReviewHistory {
            path: TakenPath {
                code: route.code,
                name_zh: route.name_zh,
                name_en: route.name_en,
                may_reject: route.may_reject,
                may_publish: route.may_publish,
                steps: route.steps.into_iter().map(taken_step).collect(),
            },
            waits,
            checks: self.findings(actor, &row).await?,
            history: show(conn, decisions).await?,
        })
    }
}

fn taken_step(step: ReviewStep) -> TakenStep {
    TakenStep {
        id: step.id,
        name_zh: step.name_zh,
        name_en: step.name_en,
        level: step.level,
        asked: step.roles,
        voices: step.voices,
    }
}

/// Shows entries of histories, in the order given, by one query more.
pub(super) async fn show(
    conn: &impl ConnectionTrait,
    rows: Vec<entity::review_decision::Model>,
) -> Result<Vec<ReviewEntry>> {
    let mut people: Vec<AccountId> = rows.iter().filter_map(|row| row.decided_by).collect();
    people.sort_unstable();
    people.dedup();
    let people = people::accounts_by_id(conn, people).await?;
    let names: HashMap<AccountId, String> = people.into_iter().map(|row| (row.id, row.display)).collect();
    let entries = rows.into_iter().map(|row| ReviewEntry {
        at: row.at,
        outcome: row.outcome,
        step_zh: row.step_zh,
        step_en: row.step_en,
        round: row.round,
        version: row.version,
        revision: row.revision,
        by: row.decided_by.map(|id| NamedRef {
            id,
            code: None,
            name: names.get(&id).cloned().unwrap_or_default(),
        }),
        on_behalf: row.on_behalf,
        note: row.note,
    });
    Ok(entries.collect())
}
