//! Orders in which the resources of tasks are shown.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    sea_query::OnConflict,
};

use super::entity::task_order::{ActiveModel, Column, Entity, Model};
use super::followups;
use crate::domain::id::TaskId;
use crate::domain::standard::followup::FollowUpKind;
use crate::error::{Refusal, Result};

/// The orders of some tasks that these keepers made.
pub(crate) async fn of_tasks(
    conn: &impl ConnectionTrait,
    tasks: Vec<TaskId>,
    keepers: Vec<String>,
) -> Result<Vec<Model>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let kept = Entity::find().filter(Column::TaskId.is_in(tasks));
    Ok(kept.filter(Column::Keeper.is_in(keepers)).all(conn).await?)
}

/// Saves an order. `seen` is the revision that was changed, 0 where there was none; another one by now is refused.
pub(crate) async fn save(tx: &impl ConnectionTrait, row: Model, seen: i64) -> Result<()> {
    let (task, keeper) = (row.task_id, row.keeper.clone());
    let emptied_at = row.resources.0.is_empty().then_some(row.updated_at);
    let target = format!("{task}/{keeper}");
    let row: ActiveModel = row.into_active_model().reset_all();
    let done = if seen == 0 {
        let kept = OnConflict::columns([Column::TaskId, Column::Keeper])
            .do_nothing()
            .to_owned();
        Entity::insert(row).on_conflict(kept).exec_without_returning(tx).await?
    } else {
        let same = Entity::update_many().set(row).filter(Column::TaskId.eq(task));
        let same = same.filter(Column::Keeper.eq(keeper)).filter(Column::Revision.eq(seen));
        same.exec(tx).await?.rows_affected
    };
    if done == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    match emptied_at {
        // An emptied order is none: nobody has anything to look after in it.
        Some(now) => followups::settle(tx, FollowUpKind::Order, &target, Vec::new(), now).await,
        None => Ok(()),
    }
}
