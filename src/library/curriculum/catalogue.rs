//! Importing a catalogue of majors, courses and tasks: what is new is added, what differs is changed, the rest stays.
//!
//! Rows are recognised by their natural keys and keep their ids for ever, because resources refer to them. What a file
//! does not say stays as it is known, and what it does not name is not removed. So the same file twice changes nothing,
//! and a school's own list can be laid over the national one.

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::{self, curriculum, resources, staged, standards};
use crate::domain::audit::AuditAction;
use crate::domain::curriculum::Catalogue;
use crate::domain::id::{CourseId, MajorId, PreviewId, TaskId};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::curriculum::Curriculum;
use crate::library::curriculum::catalogue::plan::{Known, Plan, Touched};
use crate::library::resources::approval;

mod plan;
pub mod preview;

/// Lines of the change log that one statement writes.
const CHANGES_AT_ONCE: usize = 500;

/// How many rows of one kind an import found new, changed and the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is the word it counts")]
pub struct RowCounts {
    pub new: usize,
    pub changed: usize,
    pub same: usize,
}

/// What an import of a catalogue changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CatalogueChanges {
    /// Majors.
    pub majors: RowCounts,
    /// Courses.
    pub courses: RowCounts,
    /// Typical work tasks and reference learning tasks.
    pub tasks: RowCounts,
    /// The standards in force that the curriculum is not as any more, or is not as the file wants it: what a standard retired
    /// stays retired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departs: Vec<DepartedStandard>,
}

/// A standard in force that an import departs from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DepartedStandard {
    /// The major's name.
    pub major: String,
    /// The number of the version.
    pub number: i32,
    /// Its title.
    pub title: String,
}

impl CatalogueChanges {
    /// Whether everything was known already.
    pub fn is_empty(&self) -> bool {
        [self.majors, self.courses, self.tasks]
            .iter()
            .all(|counts| counts.new + counts.changed == 0)
    }
}

impl Curriculum {
    /// Imports a catalogue in one transaction; a dry run only says what would change.
    pub async fn import_catalogue(&self, catalogue: &Catalogue, dry_run: bool) -> Result<CatalogueChanges> {
        if dry_run {
            let known = known(self.db.read()).await?;
            let plan = Plan::of(known, catalogue);
            return changes(self.db.read(), &plan).await;
        }
        self.carry_in(&Actor::guest(), catalogue, None).await
    }

    /// Writes a catalogue; the preview that a yes was said to goes in the same act.
    async fn carry_in(
        &self,
        actor: &Actor,
        catalogue: &Catalogue,
        preview: Option<PreviewId>,
    ) -> Result<CatalogueChanges> {
        let changes = self
            .db
            .write(async |tx| {
                if let Some(id) = preview
                    // In the act itself: a yes that is said twice at one moment counts once.
                    && !staged::remove(tx, id).await?
                {
                    return Err(Refusal::NoSuch(Thing::Preview).into());
                }
                // Read under a lock: two imports side by side never add the same row twice.
                curriculum::lock(tx).await?;
                let known = known(tx).await?;
                // What the first catalogue says was taught before there was this library; later ones say what is new.
                let added_at = (!known.tasks.is_empty()).then(|| self.clock.now());
                let plan = Plan::of(known, catalogue);
                let changes = changes(tx, &plan).await?;
                let touched = plan.touched();
                carry_out(tx, plan, added_at).await?;
                let subject = serde_json::to_string(&changes).map_err(Error::unexpected)?;
                self.audit
                    .record(tx, actor, AuditAction::CurriculumImport, Some(subject))
                    .await?;
                let Touched { majors, courses, tasks } = touched;
                tell_renamed(tx, majors, courses, tasks, self.clock.now()).await?;
                Ok(changes)
            })
            .await?;
        self.signals.wake();
        Ok(changes)
    }
}

/// Resources are found by the names of where they stand: whoever follows the change log looks at them again.
pub(in crate::library) async fn tell_renamed(
    tx: &impl ConnectionTrait,
    majors: Vec<MajorId>,
    courses: Vec<CourseId>,
    tasks: Vec<TaskId>,
    now: Timestamp,
) -> Result<()> {
    let ids = resources::ids_by_curriculum(tx, majors, courses, tasks).await?;
    // As rows all that a major has would be too much at once.
    for some in ids.chunks(CHANGES_AT_ONCE) {
        let mut rows = resources::resources_by_id(tx, some.to_vec()).await?;
        rows.sort_unstable_by_key(|row| row.id);
        let lines = rows.iter().map(|row| approval::renamed(row, now));
        db::changes::append(tx, lines.collect()).await?;
    }
    Ok(())
}

/// What a plan changes, with the standards that it departs from.
async fn changes(conn: &impl ConnectionTrait, plan: &Plan) -> Result<CatalogueChanges> {
    let in_force = standards::newest_of_all(conn).await?;
    let left = in_force
        .into_iter()
        .filter(|(major, ..)| plan.departing.contains(major));
    let left: Vec<(MajorId, i32, String)> = left.collect();
    let majors = curriculum::majors_by_id(conn, left.iter().map(|(id, ..)| *id).collect()).await?;
    let name = |id: MajorId| majors.iter().find(|row| row.id == id).map(|row| row.name.clone());
    let departs = left.into_iter().map(|(id, number, title)| DepartedStandard {
        major: name(id).unwrap_or_default(),
        number,
        title,
    });
    Ok(CatalogueChanges {
        departs: departs.collect(),
        ..plan.changes()
    })
}

async fn known(conn: &impl ConnectionTrait) -> Result<Known> {
    Ok(Known {
        majors: curriculum::majors(conn).await?,
        courses: curriculum::courses(conn, None).await?,
        tasks: curriculum::all_tasks(conn).await?,
    })
}

async fn carry_out(tx: &impl ConnectionTrait, plan: Plan, added_at: Option<Timestamp>) -> Result<()> {
    let Plan {
        majors, courses, tasks, ..
    } = plan;
    // Changes first: a major that gets a code leaves its name free for another without one.
    curriculum::change_majors(tx, majors.changed).await?;
    curriculum::add_majors(tx, majors.new).await?;
    curriculum::change_courses(tx, courses.changed).await?;
    curriculum::add_courses(tx, courses.new, added_at).await?;
    curriculum::change_tasks(tx, tasks.changed).await?;
    curriculum::add_tasks(tx, tasks.new, added_at).await
}
