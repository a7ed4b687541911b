//! The city's plan: shown to those who see figures, changed by the bureau. Every change stays.

use std::fs::File;

use serde::Serialize;
use serde_json::Value;

use crate::actor::Actor;
use crate::db::entity::plan_revision;
use crate::db::plan;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::city_plan::{CityPlan, PlanForm, phases_of_table};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::{reach, who_may};
use crate::library::curriculum::Curriculum;

/// One revision of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PlanRevision {
    /// Counted from 1; the highest counts. Sent as the entity tag.
    pub revision: i64,
    /// What it says.
    #[serde(flatten)]
    pub plan: CityPlan,
    /// The day that the change is of; `null`: it came with the program.
    pub decided_on: Option<String>,
    /// Why it was changed.
    pub reason: String,
    /// When it was changed.
    pub changed_at: Option<Timestamp>,
}

impl PlanRevision {
    fn of((row, plan): (plan_revision::Model, CityPlan)) -> Self {
        Self {
            revision: row.number,
            plan,
            decided_on: row.decided_on,
            reason: row.reason,
            changed_at: row.changed_at,
        }
    }
}

impl Curriculum {
    /// The plan that counts.
    pub async fn city_plan(&self, actor: &Actor) -> Result<PlanRevision> {
        reach(actor, Act::SeeFigures)?;
        Ok(PlanRevision::of(plan::present(self.db.read()).await?))
    }

    /// The plan as it was, the newest first.
    pub async fn city_plan_history(&self, actor: &Actor) -> Result<Vec<PlanRevision>> {
        reach(actor, Act::SeeFigures)?;
        let all = plan::revisions(self.db.read()).await?.into_iter();
        Ok(all.map(PlanRevision::of).collect())
    }

    /// Changes the plan. `seen` is the revision that the actor saw; none: whichever is there.
    pub async fn change_city_plan(&self, actor: &Actor, seen: Option<i64>, form: PlanForm) -> Result<PlanRevision> {
        who_may(actor, Act::Operate)?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let (newest, before) = plan::present(tx).await?;
                let ever = plan::phase_numbers(tx).await?;
                let after = form.plan(&before, &ever).map_err(Refusal::Fields)?;
                let seen = seen.unwrap_or(newest.number);
                let row = plan_revision::Model {
                    number: seen + 1,
                    source: after.source.clone(),
                    reason: form.reason.clone(),
                    decided_on: Some(form.decided_on.to_string()),
                    changed_at: Some(now),
                };
                let told = AuditChanges::default()
                    .set("reason", &form.reason)
                    .set("decided_on", form.decided_on.to_string())
                    .moved("phases", &phases_told(&before), &phases_told(&after));
                plan::add(tx, seen, row, after).await?;
                let subject = Some((seen + 1).to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::PlanEdit, subject, &told)
                    .await
            })
            .await?;
        self.city_plan(actor).await
    }

    /// The phases that a table says, to be looked at. Changes nothing.
    pub async fn preview_city_plan(&self, actor: &Actor, file: File) -> Result<Vec<Value>> {
        who_may(actor, Act::Operate)?;
        let table = self.previews.read_table(actor, file).await?;
        let rows: Vec<Vec<String>> = table.rows.into_iter().map(|row| row.cells).collect();
        let phases = phases_of_table(&table.header, &rows);
        Ok(phases.ok_or(Refusal::UnreadableTable)?)
    }
}

/// The phases in one line, for the audit log: `1: 2022-08–2023-07 6/4/20`.
fn phases_told(plan: &CityPlan) -> String {
    let phases = plan.phases.iter().map(|phase| {
        let targets = [phase.majors, phase.schools, phase.teachers].map(|target| target.to_string());
        let (number, from, until) = (phase.number, &phase.from, &phase.until);
        format!("{number}: {from}–{until} {}", targets.join("/"))
    });
    phases.collect::<Vec<String>>().join("; ")
}
