//! In which order a task's resources are shown: by hand where somebody took the trouble, the newest first behind that.
//!
//! A school's teachers put them in order for their school; the bureau and its experts for all whose school has not.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{self, Ids};
use crate::db::{curriculum, orders, people, resources};
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{ResourceId, TaskId};
use crate::domain::resource::Status;
use crate::domain::search::{NamedCourse, NamedRef, NamedSchool, NamedTask};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{reach, who_may};
use crate::library::curriculum::Curriculum;
use crate::library::resource_view;
use crate::library::resource_view::Resource;
use crate::library::resources::edit;

/// The most resources of one task that have a place.
pub const MAX_ORDERED: usize = 200;

/// In which order a task's resources are shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TaskOrder {
    /// The task.
    pub task: NamedTask,
    /// The course it is a task of.
    pub course: NamedCourse,
    /// The school that made this order for itself; `null`: the city's, or nobody's.
    pub school: Option<NamedSchool>,
    /// The resources that were given a place and that you may see, first to last. Others stand behind them, the newest
    /// first.
    pub resources: Vec<ResourceId>,
    /// The revision of the order that you may change; 0 where there is none yet.
    pub revision: i64,
}

impl Curriculum {
    /// For whom the actor puts resources in order, if for anybody.
    pub fn arranges_for(&self, actor: &Actor) -> Option<Reach> {
        reach(actor, Act::OrderTask).ok()
    }

    /// The order in which the actor sees a task's resources.
    pub async fn task_order(&self, actor: &Actor, task: TaskId) -> Result<TaskOrder> {
        let (task, course) = self.task_in_course(task).await?;
        let kept = self.orders_seen(actor, vec![task.id]).await?;
        let shown = kept.first();
        let placed = shown.map(|order| order.resources.0.clone()).unwrap_or_default();
        let rows = self.placed(actor, task.id, placed).await?;
        let own = actor.reach(Act::OrderTask).map(keeper);
        let revision = match own {
            Some(own) => kept.iter().find(|order| order.keeper == own),
            None => shown,
        };
        Ok(TaskOrder {
            school: self.school_that(shown).await?,
            resources: rows.into_iter().map(|row| row.id).collect(),
            revision: revision.map_or(0, |order| order.revision),
            task,
            course,
        })
    }

    /// Puts a task's resources in order, for those for whom the actor does so; no resources: the newest first again.
    /// `seen` is the revision that was changed, 0 where there was none.
    pub async fn put_in_order(
        &self,
        actor: &Actor,
        task: TaskId,
        resources: Vec<ResourceId>,
        seen: i64,
    ) -> Result<TaskOrder> {
        let member = who_may(actor, Act::OrderTask)?;
        let keeper = keeper(reach(actor, Act::OrderTask)?);
        self.task_in_course(task).await?;
        self.expect_of_task(actor, task, &resources).await?;
        let row = entity::task_order::Model {
            task_id: task,
            keeper,
            resources: Ids(resources),
            revision: seen + 1,
            updated_at: self.clock.now(),
            updated_by: member.id,
        };
        self.db
            .write(async |tx| {
                orders::save(tx, row, seen).await?;
                self.audit
                    .record(tx, actor, AuditAction::TaskOrder, Some(task.to_string()))
                    .await
            })
            .await?;
        self.task_order(actor, task).await
    }

    /// The first resources of each of these tasks that were given a place, as far as the actor sees them.
    pub async fn first_in_order(
        &self,
        actor: &Actor,
        tasks: Vec<TaskId>,
        each: usize,
    ) -> Result<HashMap<TaskId, Vec<Resource>>> {
        let mut seen = HashSet::new();
        let kept = self.orders_seen(actor, tasks).await?.into_iter();
        let shown: Vec<_> = kept.filter(|order| seen.insert(order.task_id)).collect();
        // A few more than are shown: some may be withdrawn, or not for the actor.
        let heads = shown
            .iter()
            .flat_map(|order| order.resources.0.iter().take(2 * each).map(|id| (order.task_id, *id)));
        let heads: Vec<(TaskId, ResourceId)> = heads.collect();
        let rows = resources::resources_by_id(self.db.read(), heads.iter().map(|(_, id)| *id).collect()).await?;
        let mut rows: HashMap<ResourceId, entity::resource::Model> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        // A resource that moved to another task stands in the orders of both.
        let belongs = |rows: &HashMap<ResourceId, entity::resource::Model>, task, id| {
            rows.get(&id).is_some_and(|row| is_of(actor, task, row))
        };
        let first = heads
            .into_iter()
            .filter_map(|(task, id)| {
                if belongs(&rows, task, id) {
                    rows.remove(&id)
                } else {
                    None
                }
            })
            .collect();
        let mut by_task: HashMap<TaskId, Vec<Resource>> = HashMap::new();
        for resource in resource_view::resources(self.db.read(), first, Day::of(self.clock.now())).await? {
            let Some(task) = resource.task.as_ref().map(|task| task.id) else {
                continue;
            };
            let placed = by_task.entry(task).or_default();
            if placed.len() < each {
                placed.push(resource);
            }
        }
        Ok(by_task)
    }

    /// All resources of a task that were given a place, as far as the actor sees them.
    pub async fn all_in_order(&self, actor: &Actor, order: &TaskOrder) -> Result<Vec<Resource>> {
        let rows = self.placed(actor, order.task.id, order.resources.clone()).await?;
        resource_view::resources(self.db.read(), rows, Day::of(self.clock.now())).await
    }

    async fn task_in_course(&self, id: TaskId) -> Result<(NamedTask, NamedCourse)> {
        let tasks = curriculum::tasks_by_id(self.db.read(), vec![id]).await?;
        let task = tasks.into_iter().next().ok_or(Refusal::NoSuch(Thing::Task))?;
        let courses = curriculum::courses_by_id(self.db.read(), vec![task.course_id]).await?;
        let course = courses.into_iter().next().ok_or(Refusal::NoSuch(Thing::Course))?;
        Ok((
            NamedRef {
                id: task.id,
                code: None,
                name: task.name,
            },
            NamedRef {
                id: course.id,
                code: None,
                name: course.name,
            },
        ))
    }

    /// The orders of tasks that count for the actor: that of the own school stands before the city's. Who makes the city's
    /// sees that one, wherever they belong.
    async fn orders_seen(&self, actor: &Actor, tasks: Vec<TaskId>) -> Result<Vec<entity::task_order::Model>> {
        let school = actor.account.as_ref().and_then(|member| member.school_id);
        let school = school.filter(|_| actor.reach(Act::OrderTask) != Some(Reach::City));
        let keepers = school.map(Reach::School).into_iter().chain([Reach::City]);
        let mut kept = orders::of_tasks(self.db.read(), tasks, keepers.map(keeper).collect()).await?;
        // An emptied order of a school gives way to the city's.
        let city = keeper(Reach::City);
        kept.sort_by_key(|order| (order.resources.0.is_empty(), order.keeper == city));
        Ok(kept)
    }

    async fn placed(&self, actor: &Actor, task: TaskId, ids: Vec<ResourceId>) -> Result<Vec<entity::resource::Model>> {
        let rows = resources::resources_by_id(self.db.read(), ids.clone()).await?;
        let mut rows: HashMap<ResourceId, entity::resource::Model> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        let placed = ids.iter().filter_map(|id| rows.remove(id));
        Ok(placed.filter(|row| is_of(actor, task, row)).collect())
    }

    async fn school_that(&self, keeps: Option<&entity::task_order::Model>) -> Result<Option<NamedSchool>> {
        let Some(id) = keeps.and_then(|order| order.keeper.parse().ok()) else {
            return Ok(None);
        };
        let rows = people::schools_by_id(self.db.read(), vec![id]).await?;
        Ok(rows.into_iter().next().map(|row| NamedRef {
            id: row.id,
            code: Some(row.code),
            name: row.name,
        }))
    }

    async fn expect_of_task(&self, actor: &Actor, task: TaskId, ids: &[ResourceId]) -> Result<()> {
        if ids.len() > MAX_ORDERED {
            let fault = FaultKind::TooLong { max: MAX_ORDERED };
            return Err(Refusal::Fields(vec![FieldFault::at("resources", fault)]).into());
        }
        let rows = resources::resources_by_id(self.db.read(), ids.to_vec()).await?;
        let there: HashSet<ResourceId> = rows
            .iter()
            .filter(|row| is_of(actor, task, row))
            .map(|row| row.id)
            .collect();
        let mut before = HashSet::new();
        let mut faults = Vec::new();
        for (at, id) in ids.iter().enumerate() {
            let value = id.to_string();
            let kind = match (there.contains(id), before.insert(*id)) {
                (true, true) => continue,
                (true, false) => FaultKind::Repeated { value },
                (false, _) => FaultKind::Unknown {
                    value,
                    hint: format!("GET /api/v1/search?task={task}"),
                },
            };
            faults.push(FieldFault::at(&format!("resources/{at}"), kind));
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Refusal::Fields(faults).into())
    }
}

/// Whether a resource is shown to the actor beside a task.
fn is_of(actor: &Actor, task: TaskId, row: &entity::resource::Model) -> bool {
    row.task_id == Some(task) && row.status == Status::Published && edit::is_visible(actor, row)
}

/// How an order's keeper is written down.
fn keeper(reach: Reach) -> String {
    reach
        .school()
        .map_or_else(|| "city".to_owned(), |school| school.to_string())
}
