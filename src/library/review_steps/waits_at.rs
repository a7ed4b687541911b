//! Where something waits, as the API and the pages show it.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::db::entity::review_state;
use crate::db::{people, resources, review_paths, review_rounds};
use crate::domain::id::{AccountId, ResourceId, ReviewStepId};
use crate::domain::review::{ReviewLevel, ReviewStep};
use crate::domain::role::Role;
use crate::domain::search::{NamedAccount, NamedRef};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// What limits of steps are counted in.
pub(in crate::library) const DAY: Duration = Duration::from_hours(24);
/// For how long somebody has what they took: whoever forgets it keeps nobody waiting.
pub const TAKEN_FOR: Duration = DAY;

/// The step at which something waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct WaitsAt {
    /// The step's id.
    pub step: ReviewStepId,
    /// What it is called in Chinese.
    pub name_zh: String,
    /// What it is called in English.
    pub name_en: String,
    /// Whose it is.
    pub level: ReviewLevel,
    /// Who is asked.
    pub asked: Vec<Role>,
    /// Who alone of them, by the names that others read; none: all of them.
    pub appointed: Vec<String>,
    /// How many of them must approve.
    pub voices: u32,
    /// Whether its school has fewer people who may than that, though it is meant for the school alone: the bureau decides.
    pub is_left_to_bureau: bool,
    /// Which round of the review it is, from 1.
    pub round: i32,
    /// Since when it waits there.
    pub since: Timestamp,
    /// When it is overdue; never where the step has no limit.
    pub due_at: Option<Timestamp>,
    /// Whether it is.
    pub is_overdue: bool,
    /// Whether those who are asked should be reminded by now.
    pub is_reminder_due: bool,
    /// Who has taken it to review it; after a day it is anybody's again.
    pub taken_by: Option<NamedAccount>,
    /// When.
    pub taken_at: Option<Timestamp>,
}

/// Where some resources wait, by five queries however many they are. Those that wait nowhere are not named.
pub(in crate::library) async fn waits_at(
    conn: &impl ConnectionTrait,
    ids: &[ResourceId],
    now: Timestamp,
) -> Result<HashMap<ResourceId, WaitsAt>> {
    let states = review_rounds::states(conn, ids).await?;
    if states.is_empty() {
        return Ok(HashMap::new());
    }
    let paths = review_paths::all(conn).await?;
    let left = resources::left_to_bureau(conn, ids).await?;
    let takers = states.iter().filter_map(|state| taker(state, now)).collect();
    let takers = people::accounts_by_id(conn, takers).await?;
    let names: HashMap<AccountId, String> = takers.into_iter().map(|row| (row.id, row.display)).collect();
    let shown = states.into_iter().filter_map(|state| {
        let (_, step) = paths.step(state.step_id)?;
        let taken_by = taker(&state, now).map(|id| NamedRef {
            id,
            code: None,
            name: names.get(&id).cloned().unwrap_or_default(),
        });
        let is_left_to_bureau = left.contains(&state.resource_id);
        let shown = WaitsAt {
            is_left_to_bureau,
            ..show(step, &state, taken_by, now)
        };
        Some((state.resource_id, shown))
    });
    Ok(shown.collect())
}

/// Who has taken something, as long as that lasts.
pub(in crate::library) fn taker(state: &review_state::Model, now: Timestamp) -> Option<AccountId> {
    let lasts = state.taken_at.is_some_and(|at| at >= now.minus(TAKEN_FOR));
    state.taken_by.filter(|_| lasts)
}

fn show(step: &ReviewStep, state: &review_state::Model, taken_by: Option<NamedAccount>, now: Timestamp) -> WaitsAt {
    let after = |days: u32| state.since.plus(DAY.saturating_mul(days));
    let due_at = step.due_days.map(after);
    WaitsAt {
        step: step.id,
        name_zh: step.name_zh.clone(),
        name_en: step.name_en.clone(),
        level: step.level,
        asked: step.roles.clone(),
        appointed: step.able().map(|appointed| appointed.display.clone()).collect(),
        voices: step.voices,
        is_left_to_bureau: false,
        round: state.round,
        since: state.since,
        due_at,
        is_overdue: due_at.is_some_and(|due| due < now),
        is_reminder_due: step.remind_days.map(after).is_some_and(|at| at < now),
        taken_at: state.taken_at.filter(|_| taken_by.is_some()),
        taken_by,
    }
}
