//! Resources that follow their task into another course.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{CaseStatement, Expr, ExprTrait as _, SimpleExpr},
};

use super::places::{waits_at, waits_somewhere};
use crate::db::entity::resource::{self, Column};
use crate::db::rows::ROWS_AT_ONCE;
use crate::db::{holdings, is_postgres};
use crate::domain::id::{CourseId, TaskId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Puts every resource of some tasks, in whichever state, and every working copy that waits to stand there, into the course
/// that its task went to. Each revision counts on, so that nobody who is at work on one writes the old course back, and what
/// was submitted stays what was submitted: a review that is open goes on.
pub(crate) async fn follow_tasks(
    tx: &impl ConnectionTrait,
    moved: &[(TaskId, CourseId)],
    now: Timestamp,
) -> Result<()> {
    let mut by_course: BTreeMap<CourseId, Vec<TaskId>> = BTreeMap::new();
    for (task, course) in moved {
        by_course.entry(*course).or_default().push(*task);
    }
    for (course, tasks) in by_course {
        for some in tasks.chunks(ROWS_AT_ONCE) {
            holdings::move_to_course(tx, some, course, now).await?;
            move_rows(tx, some, course).await?;
        }
    }
    Ok(())
}

async fn move_rows(tx: &impl ConnectionTrait, tasks: &[TaskId], course: CourseId) -> Result<()> {
    let stands = || Column::TaskId.is_in(tasks.iter().copied());
    let waits = || waits_somewhere().and(waits_at("task_id").is_in(tasks.iter().map(TaskId::to_string)));
    let counted_on = Expr::col(Column::Revision).add(1);
    let is_as_submitted = Expr::col(Column::SubmittedRevision).eq(Expr::col(Column::Revision));
    resource::Entity::update_many()
        .col_expr(
            Column::CourseId,
            either(stands(), Expr::value(course), Column::CourseId),
        )
        .col_expr(
            Column::Waiting,
            either(waits(), waiting_in(tx, course), Column::Waiting),
        )
        .col_expr(
            Column::SubmittedRevision,
            either(is_as_submitted, counted_on.clone(), Column::SubmittedRevision),
        )
        .col_expr(Column::Revision, counted_on)
        .filter(Condition::any().add(stands()).add(waits()))
        .exec(tx)
        .await?;
    Ok(())
}

/// What a column becomes where something is so, and what it was where not.
fn either(is_so: SimpleExpr, value: SimpleExpr, column: Column) -> SimpleExpr {
    CaseStatement::new()
        .case(is_so, value)
        .finally(Expr::col(column))
        .into()
}

/// The working copy in another course: each database changes a value within JSON by a function of its own.
fn waiting_in(conn: &impl ConnectionTrait, course: CourseId) -> SimpleExpr {
    if is_postgres(conn) {
        Expr::cust(format!(
            "CAST(jsonb_set(CAST(waiting AS jsonb), '{{course_id}}', '\"{course}\"') AS json)"
        ))
    } else {
        Expr::cust(format!("json_set(waiting, '$.course_id', '{course}')"))
    }
}
