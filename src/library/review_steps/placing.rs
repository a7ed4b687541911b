//! Placing what waits once more: the paths have changed, or those who may take their steps.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::ConnectionTrait;

use crate::db::changes::{self, NewChange};
use crate::db::entity::resource::Model;
use crate::db::entity::review_state;
use crate::db::{Db, resources, review_paths, review_rounds};
use crate::domain::change::ChangeKind;
use crate::domain::id::{AccountId, ResourceId, ReviewStepId, SchoolId};
use crate::domain::resource::Status;
use crate::domain::review::ReviewPaths;
use crate::domain::role::Scope;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::review_steps::{ReviewStanding, place, reviewed};

/// What waits is looked at so many at a time.
const WAITING_AT_ONCE: u64 = 500;

/// Lets what waits on paths whose steps have changed, or at a step that it does not take any more, go on from the first that is
/// not done. What was said at steps that stay counts. `changed`: the steps of these paths, before and after. The caller has the
/// paths alone ([`review_paths::lock`]).
pub(in crate::library) async fn go_on(
    tx: &impl ConnectionTrait,
    changed: &HashSet<ReviewStepId>,
    by: AccountId,
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
    place_waiting(tx, &paths, is_moved, Some(by), now).await
}

/// Lets what waits for some schools go on, where fewer of them or more can take its steps than before: an administrator came, was
/// disabled, went to another school or became something else. The caller has the paths alone ([`review_paths::lock`]): what is just
/// being placed was placed by those who were there.
pub(in crate::library) async fn place_schools(
    tx: &impl ConnectionTrait,
    schools: &BTreeSet<SchoolId>,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    if schools.is_empty() {
        return Ok(());
    }
    let paths = review_paths::all(tx).await?;
    let is_of_them =
        |working: &Model, _: &review_state::Model| working.school_id.is_some_and(|school| schools.contains(&school));
    place_waiting(tx, &paths, is_of_them, by, now).await
}

/// Places all that waits, a few at a time: rows that it is placed by were written by an upgrade. Begun again it does no harm.
pub(in crate::library) async fn place_anew(db: &Db, now: Timestamp) -> Result<()> {
    let mut after = None;
    loop {
        let few = db.write(async |tx| {
            review_paths::lock(tx).await?;
            let paths = review_paths::all(tx).await?;
            let mut told = Vec::new();
            let last = place_some(tx, &paths, after, |_, _| true, (None, now), &mut told).await?;
            changes::append(tx, told).await?;
            Ok(last)
        });
        after = few.await?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Places of what waits whatever `is_moved` names, and tells of what the bureau sees from now on or no more.
async fn place_waiting(
    tx: &impl ConnectionTrait,
    paths: &ReviewPaths,
    is_moved: impl Fn(&Model, &review_state::Model) -> bool,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<()> {
    let (mut after, mut told) = (None, Vec::new());
    loop {
        after = place_some(tx, paths, after, &is_moved, (by, now), &mut told).await?;
        if after.is_none() {
            return changes::append(tx, told).await;
        }
    }
}

/// The same of the next few after one that was looked at. Returns the last of them; none where there are no more.
async fn place_some(
    tx: &impl ConnectionTrait,
    paths: &ReviewPaths,
    after: Option<ResourceId>,
    is_moved: impl Fn(&Model, &review_state::Model) -> bool,
    (by, now): (Option<AccountId>, Timestamp),
    told: &mut Vec<NewChange>,
) -> Result<Option<ResourceId>> {
    let states = review_rounds::states_after(tx, after, WAITING_AT_ONCE).await?;
    let last = states.last().map(|state| state.resource_id);
    let states: HashMap<ResourceId, review_state::Model> =
        states.into_iter().map(|state| (state.resource_id, state)).collect();
    let rows = resources::resources_by_id(tx, states.keys().copied().collect()).await?;
    let waiting = rows.iter().filter(|row| {
        let state = states.get(&row.id);
        state.is_some_and(|state| is_moved(&row.working_copy(), state))
    });
    told.extend(place_these(tx, paths, waiting.map(|row| row.id).collect(), by, now).await?);
    Ok(last)
}

/// Places some of what waits, by a handful of queries and what changes of each. Under their locks: a decision that came a moment
/// ago stands, and what is decided on waits nowhere. Returns what the change log is to be told at the end.
async fn place_these(
    tx: &impl ConnectionTrait,
    paths: &ReviewPaths,
    ids: Vec<ResourceId>,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<Vec<NewChange>> {
    let rows = resources::find_all_for_update(tx, &ids).await?;
    let waiting = rows.iter().map(Model::working_copy);
    let waiting = waiting.filter(|working| working.status == Status::Submitted).collect();
    for (working, mut standing) in ReviewStanding::of_all(tx, paths, waiting).await? {
        if !standing.is_placed(&working) {
            place(tx, &working, &mut standing, by, now).await?;
        }
    }
    left_otherwise(tx, rows, now).await
}

/// Tells of something that the bureau sees from now on, or no more, since it was placed; the last act of a transaction.
pub(in crate::library) async fn tell_if_left(tx: &impl ConnectionTrait, before: &Model, now: Timestamp) -> Result<()> {
    let told = left_otherwise(tx, vec![before.clone()], now).await?;
    changes::append(tx, told).await
}

/// What the change log is to be told of resources that are left to the bureau since they were placed, or no more.
async fn left_otherwise(tx: &impl ConnectionTrait, rows: Vec<Model>, now: Timestamp) -> Result<Vec<NewChange>> {
    let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
    let left = resources::left_to_bureau(tx, &ids).await?;
    let told = rows.iter().filter_map(|before| {
        let (was, is) = (before.working_copy().is_left_to_bureau(), left.contains(&before.id));
        (was != is).then(|| told_to_bureau(before, was, is, now))
    });
    Ok(told.collect())
}

/// The line of the change log that says that the bureau sees a working copy from now on, or no more. To others nothing has changed.
fn told_to_bureau(row: &Model, was: bool, is: bool, now: Timestamp) -> NewChange {
    let sees_approved = row.status == Status::Published && row.scope > Scope::School;
    let seen = |is_left: bool| -> Vec<Audience> {
        let sees = is_left || sees_approved;
        sees.then_some(Audience::Bureau).into_iter().collect()
    };
    NewChange {
        at: now,
        resource_id: row.id,
        kind: ChangeKind::Updated,
        seen_before: seen(was),
        seen_after: seen(is),
        // What waits is in no pack.
        packed: Some([vec![], vec![]]),
    }
}
