//! Paths of the review and their steps.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::entity::{Strings, account, review_path, review_step, review_step_taker};
use super::{people, rows};
use crate::domain::id::{AccountId, ReviewPathId, ReviewStepId, SchoolId};
use crate::domain::review::{AppointedReviewer, ReviewPath, ReviewPaths, ReviewStep};
use crate::domain::role::{Role, Scope};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// All paths with their steps, the oldest first: a handful, and as many for each school that has its own.
pub(crate) async fn all(conn: &impl ConnectionTrait) -> Result<ReviewPaths> {
    let paths = review_path::Entity::find().order_by_asc(review_path::Column::Id);
    let paths = paths.all(conn).await?;
    let steps = review_step::Entity::find()
        .order_by_asc(review_step::Column::PathId)
        .order_by_asc(review_step::Column::Position);
    let mut of_path: HashMap<ReviewPathId, Vec<ReviewStep>> = HashMap::new();
    for row in steps.all(conn).await? {
        of_path.entry(row.path_id).or_default().push(step(row));
    }
    let paths = paths.into_iter().map(|row| {
        let steps = of_path.remove(&row.id).unwrap_or_default();
        path(row, steps)
    });
    let mut paths = ReviewPaths(paths.collect());
    let mut appointed = takers(conn).await?;
    for path in &mut paths.0 {
        for step in &mut path.steps {
            let rows = appointed.remove(&step.id).unwrap_or_default();
            step.appointed = rows.iter().map(|row| appointed_to(step, path.school, row)).collect();
        }
    }
    Ok(paths)
}

/// Who is appointed to which step, in the order of their accounts, by two queries where anybody is.
async fn takers(conn: &impl ConnectionTrait) -> Result<HashMap<ReviewStepId, Vec<account::Model>>> {
    let rows = review_step_taker::Entity::find().all(conn).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut ids: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let accounts = people::accounts_by_id(conn, ids).await?.into_iter();
    let accounts: HashMap<AccountId, account::Model> = accounts.map(|row| (row.id, row)).collect();
    let mut takers: HashMap<ReviewStepId, Vec<account::Model>> = HashMap::new();
    for row in rows {
        let account = accounts.get(&row.account_id).cloned();
        takers.entry(row.step_id).or_default().extend(account);
    }
    for of_step in takers.values_mut() {
        of_step.sort_unstable_by_key(|account| account.id);
    }
    Ok(takers)
}

/// Somebody as they are appointed to a step of a path that is the city's or a school's own.
pub(crate) fn appointed_to(step: &ReviewStep, school: Option<SchoolId>, row: &account::Model) -> AppointedReviewer {
    let is_there = school.is_none() || row.school_id == school;
    AppointedReviewer {
        account: row.id,
        name: row.name.clone(),
        display: row.display.clone(),
        school: row.school_id,
        is_able: !row.disabled && is_there && step.roles.contains(&row.role),
    }
}

/// PostgreSQL's lock of the paths: whoever places something in its review shares it; whoever changes a path, or takes a reviewer
/// away from a school, has it alone, for they place anew what waits. It is taken before the row of a resource or an account is locked.
const LOCK: i64 = 0x0072_6576_6965_7773;

/// Keeps the paths as they are until the transaction ends.
pub(crate) async fn hold(tx: &impl ConnectionTrait) -> Result<()> {
    advisory_lock(tx, "pg_advisory_xact_lock_shared").await
}

/// Waits until nobody places anything any more, and keeps everybody from it until the transaction ends.
pub(crate) async fn lock(tx: &impl ConnectionTrait) -> Result<()> {
    advisory_lock(tx, "pg_advisory_xact_lock").await
}

/// SQLite's writers are alone anyway.
async fn advisory_lock(tx: &impl ConnectionTrait, how: &str) -> Result<()> {
    if super::is_postgres(tx) {
        tx.execute_unprepared(&format!("SELECT {how}({LOCK})")).await?;
    }
    Ok(())
}

fn path(row: review_path::Model, steps: Vec<ReviewStep>) -> ReviewPath {
    ReviewPath {
        id: row.id,
        code: row.code,
        school: row.school_id,
        name_zh: row.name_zh,
        name_en: row.name_en,
        kinds: row.kinds.0,
        scopes: row.scopes.0.iter().filter_map(|code| Scope::of_code(code)).collect(),
        may_reject: row.may_reject,
        may_publish: row.may_publish,
        may_publish_beyond: row.may_publish_beyond,
        steps,
    }
}

fn step(row: review_step::Model) -> ReviewStep {
    ReviewStep {
        id: row.id,
        level: row.level,
        name_zh: row.name_zh,
        name_en: row.name_en,
        roles: row.roles.0.iter().filter_map(|code| Role::of_code(code)).collect(),
        appointed: Vec::new(),
        voices: row.voices.unsigned_abs().max(1),
        due_days: row.due_days.map(i32::unsigned_abs),
        remind_days: row.remind_days.map(i32::unsigned_abs),
    }
}

/// Writes a path with its steps in place of what it was.
pub(crate) async fn put(tx: &impl ConnectionTrait, path: &ReviewPath, by: AccountId, now: Timestamp) -> Result<()> {
    let scopes = path.scopes.iter().map(|scope| scope.code().to_owned());
    let row = review_path::Model {
        id: path.id,
        code: path.code.clone(),
        school_id: path.school,
        name_zh: path.name_zh.clone(),
        name_en: path.name_en.clone(),
        kinds: Strings(path.kinds.clone()),
        scopes: Strings(scopes.collect()),
        may_reject: path.may_reject,
        may_publish: path.may_publish,
        may_publish_beyond: path.may_publish_beyond,
        updated_at: Some(now),
        updated_by: Some(by),
    };
    rows::upsert(tx, row).await?;
    remove_steps(tx, path.id).await?;
    let steps: Vec<review_step::Model> = (1..).zip(&path.steps).map(|at| step_row(path.id, at)).collect();
    rows::insert_all(tx, &steps).await?;
    let takers = path.steps.iter().flat_map(|step| {
        step.appointed.iter().map(|appointed| review_step_taker::Model {
            step_id: step.id,
            account_id: appointed.account,
        })
    });
    rows::insert_all(tx, &takers.collect::<Vec<_>>()).await
}

fn step_row(path_id: ReviewPathId, (position, step): (i32, &ReviewStep)) -> review_step::Model {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    review_step::Model {
        id: step.id,
        path_id,
        position,
        level: step.level,
        name_zh: step.name_zh.clone(),
        name_en: step.name_en.clone(),
        roles: Strings(step.roles.iter().map(|role| role.code().to_owned()).collect()),
        voices: number(step.voices),
        due_days: step.due_days.map(number),
        remind_days: step.remind_days.map(number),
    }
}

/// Removes a path with its steps.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: ReviewPathId) -> Result<()> {
    remove_steps(tx, id).await?;
    review_path::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Removes what schools have in place of a path of this name.
pub(crate) async fn remove_named(tx: &impl ConnectionTrait, code: &str) -> Result<()> {
    let named = review_path::Entity::find().filter(review_path::Column::Code.eq(code));
    for path in named.all(tx).await? {
        remove(tx, path.id).await?;
    }
    Ok(())
}

async fn remove_steps(tx: &impl ConnectionTrait, path: ReviewPathId) -> Result<()> {
    let steps = review_step::Entity::find()
        .select_only()
        .column(review_step::Column::Id)
        .filter(review_step::Column::PathId.eq(path));
    review_step_taker::Entity::delete_many()
        .filter(review_step_taker::Column::StepId.in_subquery(steps.into_query()))
        .exec(tx)
        .await?;
    review_step::Entity::delete_many()
        .filter(review_step::Column::PathId.eq(path))
        .exec(tx)
        .await?;
    Ok(())
}
