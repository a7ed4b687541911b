//! Where in the curriculum a resource stands, as its words name it.

use sea_orm::ConnectionTrait;

use super::{Curriculum, CurriculumIds, prefer, tasks_fault};
use crate::db::curriculum;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::ResourceForm;
use crate::error::{Refusal, Result};

impl Curriculum {
    /// The faults of the places that a form names, for one that has other faults already: all are told at once.
    pub async fn unknown_places(&self, fields: &serde_json::Map<String, serde_json::Value>) -> Result<Vec<FieldFault>> {
        let conn = self.db.read();
        let given = |field: &str| {
            fields
                .get(field)
                .and_then(|value| value.as_str())
                .filter(|text| !text.is_empty())
        };
        let mut faults = Vec::new();
        if let Some(name) = given("major") {
            let found = curriculum::major_named(conn, name).await?.map(|row| row.id);
            expect_known(&mut faults, "major", name, found, "GET /api/v1/majors");
        }
        if let Some(name) = given("course") {
            let found = curriculum::courses_named(conn, &[name])
                .await?
                .first()
                .map(|row| row.id);
            expect_known(&mut faults, "course", name, found, "GET /api/v1/courses?major=");
        }
        if let Some(name) = given("task") {
            let found = curriculum::tasks_named(conn, &[name]).await?.first().map(|row| row.id);
            expect_known(&mut faults, "task", name, found, "GET /api/v1/courses/{id}");
        }
        Ok(faults)
    }

    /// Refuses the words of something new that name no place, or one that takes nothing new.
    pub async fn expect_place(&self, form: &ResourceForm) -> Result<()> {
        self.place(form, CurriculumIds::default()).await.map(drop)
    }

    /// Finds the place that metadata names, with a fault for each name that is unknown.
    ///
    /// A course brings its major along and a task its course, so that naming the narrowest is enough. What was retired takes
    /// nothing new: only what stands there already, at `standing`, may stay.
    pub(crate) async fn place(&self, form: &ResourceForm, standing: CurriculumIds) -> Result<CurriculumIds> {
        let conn = self.db.read();
        let mut faults = Vec::new();
        let mut place = CurriculumIds::default();
        if let Some(given) = &form.major {
            place.major_id = curriculum::major_named(conn, given).await?.map(|row| row.id);
            expect_known(&mut faults, "major", given, place.major_id, "GET /api/v1/majors");
        }
        let mut courses = match &form.course {
            Some(given) => curriculum::courses_named(conn, &[given]).await?,
            None => Vec::new(),
        };
        courses.retain(|row| place.major_id.is_none_or(|major| major == row.major_id));
        prefer(&mut courses, |row| form.metadata.level.as_ref() == Some(&row.level));
        prefer(&mut courses, |row| row.retired_in.is_none());
        if let Some(given) = &form.task {
            let tasks = self.tasks_meant(given, &courses, place.major_id).await?;
            match tasks.as_slice() {
                [(task, course)] => {
                    let is_retired = task.retired_in.is_some() || course.retired_in.is_some();
                    if is_retired && standing.task_id != Some(task.id) {
                        faults.push(retired("task", given));
                    }
                    place.task_id = Some(task.id);
                    courses = vec![course.clone()];
                }
                tasks => faults.push(FieldFault::at("task", tasks_fault(given, tasks))),
            }
        }
        match courses.as_slice() {
            [course] => {
                let is_named = place.task_id.is_none() && standing.course_id != Some(course.id);
                if is_named && course.retired_in.is_some() {
                    faults.push(retired("course", &course.name));
                }
                place.course_id = Some(course.id);
                place.major_id = place.major_id.or(Some(course.major_id));
            }
            courses => {
                if let Some(given) = &form.course {
                    faults.push(FieldFault::at("course", self.courses_fault(given, courses).await?));
                }
            }
        }
        if faults.is_empty() {
            Ok(place)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }
}

/// Keeps a place that was found as it is until the transaction ends, and refuses one that takes nothing new by now: a
/// standard may have retired or moved it since. Comes first in a transaction, before any row is locked. What stays at its
/// place is kept by its own row's revision.
pub(in crate::library) async fn hold_place(
    tx: &impl ConnectionTrait,
    place: CurriculumIds,
    standing: CurriculumIds,
) -> Result<()> {
    if place == standing {
        return Ok(());
    }
    curriculum::hold(tx).await?;
    let courses = place.course_id.into_iter().collect();
    let course = curriculum::courses_by_id(tx, courses).await?.pop();
    let tasks = place.task_id.into_iter().collect();
    let task = curriculum::tasks_by_id(tx, tasks).await?.pop();
    let is_retired = course.as_ref().is_some_and(|course| course.retired_in.is_some());
    let fault = match (&task, &course) {
        (Some(task), _) if Some(task.course_id) != place.course_id => return Err(Refusal::ChangedMeanwhile.into()),
        (Some(task), _) if standing.task_id == Some(task.id) => None,
        (Some(task), _) => (is_retired || task.retired_in.is_some()).then(|| retired("task", &task.name)),
        (None, Some(course)) if standing.course_id == Some(course.id) => None,
        (None, Some(course)) => is_retired.then(|| retired("course", &course.name)),
        (None, None) => None,
    };
    fault.map_or(Ok(()), |fault| Err(Refusal::Fields(vec![fault]).into()))
}

fn expect_known<I>(faults: &mut Vec<FieldFault>, field: &str, given: &str, found: Option<I>, hint: &str) {
    if found.is_none() {
        let kind = FaultKind::Unknown {
            value: given.to_owned(),
            hint: hint.to_owned(),
        };
        faults.push(FieldFault::at(field, kind));
    }
}

fn retired(field: &str, given: &str) -> FieldFault {
    let value = given.to_owned();
    FieldFault::at(field, FaultKind::Retired { value })
}
