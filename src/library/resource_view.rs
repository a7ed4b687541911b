//! What people and programs are shown: rows joined into one picture, a page of them at a time.
//!
//! A page costs a fixed handful of queries, however many resources are on it.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::db::{companies, curriculum, entity, files, people};
use crate::domain::authority::Target;
use crate::domain::day::Day;
use crate::domain::file::{self, ExtractionReport, ExtractionState, Kind};
use crate::domain::id::{AnyId, FileId, ResourceId, Sha256};
use crate::domain::metadata::Metadata;
use crate::domain::resource::Status;
use crate::domain::search::{NamedAccount, NamedCourse, NamedMajor, NamedRef, NamedSchool, NamedTask};
use crate::domain::time::Timestamp;
use crate::domain::version::VersionChanges;
use crate::error::Result;
use crate::library::review_steps::waits_at::WaitsAt;

/// A resource as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// What is said about it.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Where it stands.
    pub status: Status,
    /// Its major.
    pub major: Option<NamedMajor>,
    /// Its course.
    pub course: Option<NamedCourse>,
    /// Its task.
    pub task: Option<NamedTask>,
    /// The school it belongs to.
    pub school: Option<NamedSchool>,
    /// Who shared it.
    pub owner: NamedAccount,
    /// What the reviewer said when sending it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_note: Option<String>,
    /// The version that is shown: the newest for its owner and those who review it, the one that was approved for others.
    pub version: i32,
    /// What is shown waits beside something that was approved and that others see: what differs. Not where others see the
    /// same, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_since_approved: Option<ChangedSinceApproved>,
    /// At which step of its review it waits, to those who see that; only where one resource is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<WaitsAt>,
    /// How many files it has.
    pub file_count: i64,
    /// Bytes in its files.
    pub size: i64,
    /// Its files; only where one resource is shown, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<File>>,
    /// When it was shared first.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    /// The company that gave it; `null`: no company did.
    pub company: Option<String>,
    /// Since when it bears a mark that is valid: an expert or the bureau held it up as a model, or a call awarded it;
    /// `null`: it bears none.
    pub marked_at: Option<Timestamp>,
    /// The last day of its marks; `null`: they are valid for good.
    pub marked_until: Option<Day>,
    /// The page that shows it, as a path on this site.
    pub url: String,
    /// Counts every change; sent as the entity tag.
    #[serde(skip)]
    pub revision: i64,
}

impl Resource {
    /// The resource as the table of rights sees it.
    pub(crate) fn as_target(&self) -> Target {
        Target::Work {
            owner: self.owner.id,
            school: self.school.as_ref().map(|school| school.id),
            scope: self.metadata.scope,
        }
    }
}

/// How what waits differs from what was approved.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ChangedSinceApproved {
    /// The version that others see.
    pub approved_version: i32,
    /// What differs.
    #[serde(flatten)]
    pub changes: VersionChanges,
}

/// A file as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Its path inside the resource.
    pub path: String,
    /// Its own name: the path's last part.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Its content.
    pub sha256: Sha256,
    /// What it is served as.
    pub media_type: String,
    /// The family of readers it needs.
    pub kind: Kind,
    /// How far reading it has come.
    pub state: ExtractionState,
    /// What reading it found.
    pub report: ExtractionReport,
    /// Where its bytes are, as a path on this site.
    pub url: String,
}

/// One version of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Version {
    /// Counted from 1.
    pub number: i32,
    /// Who made it.
    pub author: NamedAccount,
    /// When.
    pub created_at: Timestamp,
    /// The metadata as its author gave it.
    #[schema(value_type = Object)]
    pub metadata: serde_json::Value,
    /// Its files; only where one version is shown, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<File>>,
}

/// Shows a file.
pub(crate) fn file((row, read): files::FileWithExtraction) -> File {
    let mut report = read.as_ref().map(|read| read.report.0.clone()).unwrap_or_default();
    if report.contradiction.is_none() {
        report.contradiction.clone_from(&row.contradiction);
    }
    File {
        url: format!("/api/v1/files/{}/content", row.id),
        name: row.path.rsplit('/').next().unwrap_or(&row.path).to_owned(),
        state: read.map_or(ExtractionState::Queued, |read| read.state),
        id: row.id,
        path: row.path,
        size: row.size,
        sha256: row.sha256,
        media_type: file::spelled(&row.media_type, &report),
        kind: row.kind,
        report,
    }
}

/// Shows resources as their rows say, in the order given, without their files. A mark whose last day is over is not shown,
/// though the row may bear it until the next round of the timetable.
pub(crate) async fn resources(
    conn: &impl ConnectionTrait,
    rows: Vec<entity::resource::Model>,
    today: Day,
) -> Result<Vec<Resource>> {
    let names = NamesById::load(conn, &rows).await?;
    let ids: Vec<ResourceId> = rows.iter().map(|row| row.id).collect();
    let mut companies = companies::names_of(conn, &ids).await?;
    let shown = rows.into_iter().map(|row| {
        let company = companies.remove(&row.id);
        Resource {
            company,
            ..resource(row, &names, today)
        }
    });
    Ok(shown.collect())
}

fn resource(row: entity::resource::Model, names: &NamesById, today: Day) -> Resource {
    let marked_at = row
        .marked_at
        .filter(|_| row.marked_until.is_none_or(|until| today <= until));
    Resource {
        url: format!("/r/{}", row.id),
        major: row.major_id.and_then(|id| names.get(id)),
        course: row.course_id.and_then(|id| names.get(id)),
        task: row.task_id.and_then(|id| names.get(id)),
        school: row.school_id.and_then(|id| names.get(id)),
        owner: names.get(row.owner_id).unwrap_or(NamedRef {
            id: row.owner_id,
            code: None,
            name: String::new(),
        }),
        id: row.id,
        metadata: row.metadata(),
        status: row.status,
        review_note: row.review_note,
        version: row.version,
        changed_since_approved: None,
        review: None,
        file_count: row.file_count,
        size: row.size,
        files: None,
        created_at: row.created_at,
        updated_at: row.updated_at,
        published_at: row.published_at,
        company: None,
        marked_until: row.marked_until.filter(|_| marked_at.is_some()),
        marked_at,
        revision: row.revision,
    }
}

/// The names that stand beside some resources.
pub(crate) struct NamesById(HashMap<AnyId, (Option<String>, String)>);

impl NamesById {
    /// Loads them, one query per kind of name.
    pub(crate) async fn load(conn: &impl ConnectionTrait, rows: &[entity::resource::Model]) -> Result<Self> {
        let mut names = HashMap::new();
        let mut keep = |id: AnyId, code, name| names.insert(id, (code, name));
        for major in curriculum::majors_by_id(conn, distinct(rows, |row| row.major_id)).await? {
            keep(major.id.into(), major.code, major.name);
        }
        for course in curriculum::courses_by_id(conn, distinct(rows, |row| row.course_id)).await? {
            keep(course.id.into(), None, course.name);
        }
        for task in curriculum::tasks_by_id(conn, distinct(rows, |row| row.task_id)).await? {
            keep(task.id.into(), None, task.name);
        }
        for school in people::schools_by_id(conn, distinct(rows, |row| row.school_id)).await? {
            keep(school.id.into(), Some(school.code), school.name);
        }
        for account in people::accounts_by_id(conn, distinct(rows, |row| Some(row.owner_id))).await? {
            keep(account.id.into(), None, account.display);
        }
        Ok(Self(names))
    }

    /// The name with an id.
    pub(crate) fn get<I: Copy + Into<AnyId>>(&self, id: I) -> Option<NamedRef<I>> {
        let (code, name) = self.0.get(&id.into())?.clone();
        Some(NamedRef { id, code, name })
    }

    /// The bare name with an id, where there is one.
    pub(crate) fn name_of(&self, id: Option<impl Copy + Into<AnyId>>) -> Option<String> {
        self.get(id?).map(|named| named.name)
    }
}

fn distinct<I: Eq + Hash>(
    rows: &[entity::resource::Model],
    id: impl Fn(&entity::resource::Model) -> Option<I>,
) -> Vec<I> {
    let ids: HashSet<I> = rows.iter().filter_map(id).collect();
    ids.into_iter().collect()
}
