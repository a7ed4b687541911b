//! The city's plan: the revision that counts, and those before it.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::{plan_phase, plan_revision};
use super::rows;
use crate::domain::city_plan::{CityPlan, PlanPhase};
use crate::error::{Refusal, Result};

/// The most revisions that a history shows.
const SHOWN: u64 = 100;

/// The plan that counts, with its revision.
pub(crate) async fn present(conn: &impl ConnectionTrait) -> Result<(plan_revision::Model, CityPlan)> {
    let newest = history(conn, 1).await?.pop();
    newest.ok_or_else(|| anyhow::anyhow!("the plan has no revision").into())
}

/// The newest revisions of the plan, the newest first.
pub(crate) async fn revisions(conn: &impl ConnectionTrait) -> Result<Vec<(plan_revision::Model, CityPlan)>> {
    history(conn, SHOWN).await
}

async fn history(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<(plan_revision::Model, CityPlan)>> {
    let revisions = plan_revision::Entity::find()
        .order_by_desc(plan_revision::Column::Number)
        .limit(limit)
        .all(conn)
        .await?;
    let numbers = revisions.iter().map(|row| row.number);
    let rows = plan_phase::Entity::find()
        .filter(plan_phase::Column::Revision.is_in(numbers))
        .order_by_asc(plan_phase::Column::Position)
        .all(conn)
        .await?;
    let mut phases: HashMap<i64, Vec<PlanPhase>> = HashMap::new();
    for row in rows {
        phases.entry(row.revision).or_default().push(PlanPhase {
            number: row.number,
            from: row.from_month,
            until: row.until_month,
            majors: row.majors,
            schools: row.schools,
            teachers: row.teachers,
        });
    }
    let with_phases = revisions.into_iter().map(|row| {
        let plan = CityPlan {
            source: row.source.clone(),
            phases: phases.remove(&row.number).unwrap_or_default(),
        };
        (row, plan)
    });
    Ok(with_phases.collect())
}

/// The numbers of all phases that there ever were.
pub(crate) async fn phase_numbers(conn: &impl ConnectionTrait) -> Result<BTreeSet<i32>> {
    let numbers = plan_phase::Entity::find()
        .select_only()
        .column(plan_phase::Column::Number)
        .distinct();
    let numbers: Vec<i32> = numbers.into_tuple().all(conn).await?;
    Ok(numbers.into_iter().collect())
}

/// Adds a revision that counts from now on, unless somebody else added one after revision `seen`.
pub(crate) async fn add(
    tx: &impl ConnectionTrait,
    seen: i64,
    revision: plan_revision::Model,
    plan: CityPlan,
) -> Result<()> {
    let (newest, _) = present(tx).await?;
    if newest.number != seen {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    let number = revision.number;
    let added = rows::insert_new(tx, &[revision]).await?;
    // Two who saw the same at once: the number is taken, and the second is told.
    if added == 0 {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    let phases = (1..).zip(plan.phases).map(|(position, phase)| plan_phase::Model {
        revision: number,
        position,
        number: phase.number,
        from_month: phase.from,
        until_month: phase.until,
        majors: phase.majors,
        schools: phase.schools,
        teachers: phase.teachers,
    });
    let phases: Vec<plan_phase::Model> = phases.collect();
    rows::insert_all(tx, &phases).await
}
