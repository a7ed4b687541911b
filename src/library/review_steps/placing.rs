//! Placing what waits once more: the paths have changed, or those who may take their steps.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;

use crate::db::entity::resource::Model;
use crate::db::entity::review_state;
use crate::db::{resources, review_paths, review_rounds};
use crate::domain::id::{AccountId, ReviewStepId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::review_steps::{ReviewStanding, place, reviewed};

/// What waits is looked at so many at a time.
const WAITING_AT_ONCE: u64 = 500;

/// Lets what waits on a path whose steps have changed, or at a step that it does not take any more, go on from the first that is
/// not done. What was said at steps that stay counts. `changed`: the steps of the path, before and after.
pub(in crate::library) async fn go_on(
    tx: &impl ConnectionTrait,
    changed: &HashSet<ReviewStepId>,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    let paths = review_paths::all(tx).await?;
    let is_moved = |working: &Model, state: &review_state::Model| {
        let steps = paths
            .route(reviewed(working))
            .map(|route| route.steps)
            .unwrap_or_default();
        let is_astray = steps.iter().all(|step| step.id != state.step_id);
        is_astray || steps.iter().any(|step| changed.contains(&step.id))
    };
    place_waiting(tx, is_moved, by, now).await
}

/// Lets what waits for a school go on, where nobody of it can take its steps any more: its last administrator was disabled, went
/// to another school or became something else. The caller holds the paths ([`review_paths::hold`]), before any row.
pub(in crate::library) async fn go_past_school(
    tx: &impl ConnectionTrait,
    school: SchoolId,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    place_waiting(tx, |working, _| working.school_id == Some(school), by, now).await
}

/// Places what waits once more, by what was said of it: of all that waits what `is_moved` names. That is seldom.
async fn place_waiting(
    tx: &impl ConnectionTrait,
    is_moved: impl Fn(&Model, &review_state::Model) -> bool,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    let mut after = None;
    loop {
        let states = review_rounds::states_after(tx, after, WAITING_AT_ONCE).await?;
        let Some(last) = states.last() else { return Ok(()) };
        after = Some(last.resource_id);
        let ids = states.iter().map(|state| state.resource_id).collect();
        let rows = resources::resources_by_id(tx, ids).await?;
        for working in rows.iter().map(Model::working_copy) {
            let state = states.iter().find(|state| state.resource_id == working.id);
            if state.is_some_and(|state| is_moved(&working, state)) {
                let mut standing = ReviewStanding::of(tx, &working).await?;
                place(tx, &working, &mut standing, by, now).await?;
            }
        }
    }
}
