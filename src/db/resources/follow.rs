//! Resources that follow their task into another course.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{CaseStatement, Expr, ExprTrait as _},
};

use crate::db::entity::resource::{self, Column, Waiting};
use crate::db::holdings::{self, HoldingPlace};
use crate::domain::id::{CourseId, TaskId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Puts every resource of a task, in whichever state, into the course that the task went to. Their revisions count on, so that
/// nobody who is at work on one writes the old course back.
pub(crate) async fn follow_task(
    tx: &impl ConnectionTrait,
    task: TaskId,
    course: CourseId,
    now: Timestamp,
) -> Result<()> {
    note_holdings(tx, task, course, now).await?;
    let counted_on = Expr::col(Column::Revision).add(1);
    let is_as_submitted = Expr::col(Column::SubmittedRevision).eq(Expr::col(Column::Revision));
    let submitted = CaseStatement::new()
        .case(is_as_submitted, counted_on.clone())
        .finally(Expr::col(Column::SubmittedRevision));
    resource::Entity::update_many()
        .col_expr(Column::CourseId, Expr::value(course))
        .col_expr(Column::SubmittedRevision, submitted.into())
        .col_expr(Column::Revision, counted_on)
        .filter(Column::TaskId.eq(task))
        .exec(tx)
        .await?;
    let waits = resource::Entity::find().filter(Column::Waiting.is_not_null());
    for row in waits.all(tx).await? {
        let at_task = |waiting: &Waiting| waiting.task_id == Some(task);
        let Some(waiting) = row.waiting.filter(at_task) else {
            continue;
        };
        let waiting = Waiting {
            course_id: Some(course),
            ..waiting
        };
        let mut revision = Condition::all().add(Column::Id.eq(row.id));
        revision = revision.add(Column::Revision.eq(row.revision));
        resource::Entity::update_many()
            .col_expr(Column::Waiting, Expr::value(waiting))
            .col_expr(Column::Revision, Expr::value(row.revision + 1))
            .filter(revision)
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The ledger of what is held: what is published leaves one place and reaches another.
async fn note_holdings(tx: &impl ConnectionTrait, task: TaskId, course: CourseId, now: Timestamp) -> Result<()> {
    let rows = resource::Entity::find().filter(Column::TaskId.eq(task)).all(tx).await?;
    let mut held: BTreeMap<HoldingPlace, i64> = BTreeMap::new();
    for place in rows.iter().filter_map(HoldingPlace::of) {
        *held.entry(place).or_default() += 1;
    }
    holdings::move_to_course(tx, held, course, now).await
}
