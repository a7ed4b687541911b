//! Where in this node's curriculum a mirrored resource stands: found by code and name, added where it is new.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::db::Db;
use crate::db::entity::{self, ProvenanceColumn, Strings};
use crate::db::{curriculum, people};
use crate::domain::curriculum::Provenance;
use crate::domain::form::ResourceForm;
use crate::domain::id::{CourseId, MajorId, SchoolId, TaskId};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::curriculum::CurriculumIds;
use crate::library::mirror::incoming::shown;
use crate::pack::manifest::{Manifest, NamedCode};

/// The places that were found so far.
#[derive(Clone)]
pub(super) struct CurriculumMapper {
    majors: HashMap<String, MajorId>,
    courses: HashMap<(MajorId, String), CourseId>,
    tasks: HashMap<(CourseId, String), TaskId>,
    schools: HashMap<String, SchoolId>,
    /// Where the manifest comes from, as the rows that are added say.
    source: String,
}

impl CurriculumMapper {
    /// Loads what is here.
    pub(super) async fn load(db: &Db, manifest: &Manifest) -> Result<Self> {
        let conn = db.read();
        let mut majors = HashMap::new();
        for row in curriculum::majors(conn).await? {
            majors.entry(row.name).or_insert(row.id);
            majors.extend(row.code.map(|code| (code, row.id)));
        }
        // What is taught last: of a name that several bear it is the one that counts.
        let mut courses = curriculum::courses(conn, None).await?;
        courses.sort_by_key(|row| row.retired_in.is_none());
        let mut tasks = curriculum::all_tasks(conn).await?;
        tasks.sort_by_key(|row| row.retired_in.is_none());
        let schools = people::schools(conn).await?;
        Ok(Self {
            majors,
            courses: courses
                .into_iter()
                .map(|row| ((row.major_id, row.name), row.id))
                .collect(),
            tasks: tasks
                .into_iter()
                .map(|row| ((row.course_id, row.name), row.id))
                .collect(),
            schools: schools.into_iter().map(|row| (row.code, row.id)).collect(),
            source: shown(manifest.pack.hub.as_deref().unwrap_or_default()),
        })
    }

    /// The place that a resource's words name; a major also by its code.
    pub(super) async fn of(
        &mut self,
        tx: &impl ConnectionTrait,
        major: Option<&NamedCode>,
        said: &ResourceForm,
        now: Timestamp,
    ) -> Result<CurriculumIds> {
        let major_id = match major {
            Some(major) => Some(self.major(tx, major).await?),
            None => None,
        };
        let course_id = match (major_id, &said.course) {
            (Some(major), Some(name)) => Some(self.course(tx, (major, name), now).await?),
            _ => None,
        };
        let task_id = match (course_id, &said.task) {
            (Some(course), Some(name)) => Some(self.task(tx, (course, name), now).await?),
            _ => None,
        };
        Ok(CurriculumIds {
            major_id,
            course_id,
            task_id,
        })
    }

    async fn major(&mut self, tx: &impl ConnectionTrait, named: &NamedCode) -> Result<MajorId> {
        let by_code = named.code.as_ref().and_then(|code| self.majors.get(code));
        if let Some(id) = by_code.or_else(|| self.majors.get(&named.name)) {
            return Ok(*id);
        }
        let row = entity::major::Model {
            id: MajorId::new(),
            code: named.code.clone(),
            name: named.name.clone(),
            category_code: None,
            category: None,
            levels: Strings::default(),
            aliases: Strings::default(),
            phase: None,
            replaced_by: None,
            provenance: self.origin(),
            position: i32::MAX,
        };
        let id = row.id;
        curriculum::add_majors(tx, vec![row]).await?;
        self.majors.insert(named.name.clone(), id);
        self.majors.extend(named.code.clone().map(|code| (code, id)));
        Ok(id)
    }

    async fn course(
        &mut self,
        tx: &impl ConnectionTrait,
        (major_id, name): (MajorId, &str),
        now: Timestamp,
    ) -> Result<CourseId> {
        if let Some(id) = self.courses.get(&(major_id, name.to_owned())) {
            return Ok(*id);
        }
        let row = entity::course::Model {
            id: CourseId::new(),
            major_id,
            level: String::new(),
            name: name.to_owned(),
            hours: None,
            provenance: self.origin(),
            position: i32::MAX,
            added_at: None,
            retired_in: None,
        };
        let id = row.id;
        curriculum::add_courses(tx, vec![row], Some(now)).await?;
        self.courses.insert((major_id, name.to_owned()), id);
        Ok(id)
    }

    async fn task(
        &mut self,
        tx: &impl ConnectionTrait,
        (course_id, name): (CourseId, &str),
        now: Timestamp,
    ) -> Result<TaskId> {
        if let Some(id) = self.tasks.get(&(course_id, name.to_owned())) {
            return Ok(*id);
        }
        let row = entity::task::Model {
            id: TaskId::new(),
            course_id,
            parent_id: None,
            kind: "reference".to_owned(),
            name: name.to_owned(),
            hours: None,
            provenance: self.origin(),
            position: i32::MAX,
            added_at: None,
            retired_in: None,
        };
        let id = row.id;
        curriculum::add_tasks(tx, vec![row], Some(now)).await?;
        self.tasks.insert((course_id, name.to_owned()), id);
        Ok(id)
    }

    /// The school with a code.
    pub(super) async fn school(
        &mut self,
        tx: &impl ConnectionTrait,
        named: Option<&NamedCode>,
        now: Timestamp,
    ) -> Result<Option<SchoolId>> {
        let Some(NamedCode { code: Some(code), name }) = named else {
            return Ok(None);
        };
        if let Some(id) = self.schools.get(code) {
            return Ok(Some(*id));
        }
        let row = entity::school::Model {
            id: SchoolId::new(),
            code: code.clone(),
            name: name.clone(),
            kind: None,
            joined_phase: None,
            bytes: 0,
            quota_bytes: None,
            created_at: now,
        };
        let id = row.id;
        people::add_school(tx, row).await?;
        self.schools.insert(code.clone(), id);
        Ok(Some(id))
    }

    fn origin(&self) -> ProvenanceColumn {
        ProvenanceColumn(Provenance {
            source: Some(self.source.clone()).filter(|source| !source.is_empty()),
            ..Provenance::default()
        })
    }
}
