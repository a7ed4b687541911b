//! Marks: given with the results of a call, taken away where one is corrected, shown while they are valid.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::{MAX_ENTRIES, Recognition, RecognitionNames};
use crate::actor::Actor;
use crate::db::entity::{recognition_call, recognition_entry, recognition_mark, recognition_result};
use crate::db::recognition::{marks, results};
use crate::db::{changes, curriculum};
use crate::domain::day::Day;
use crate::domain::id::{
    AccountId, CourseId, MajorId, RecognitionCallId, RecognitionEntryId, RecognitionMarkId, RecognitionResultId,
    ResourceId, SchoolId,
};
use crate::domain::recognition::RecognitionKind;
use crate::domain::recognition::entry::RecognitionSubject;
use crate::domain::recognition::mark::MarkState;
use crate::domain::search::{NamedAccount, NamedCourse, NamedMajor, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::paging::{self, Page};
use crate::library::resources::marks::project;

/// The most marks that are shown of one thing.
const MOST_SHOWN: u64 = 100;

/// A mark that is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RecognitionMark {
    /// Its id.
    pub id: RecognitionMarkId,
    /// What it says.
    pub kind: RecognitionKind,
    /// What the call awarded; `null` of what an expert held up.
    pub award: Option<String>,
    /// The school that it stands on, or whose it is.
    pub school: Option<NamedSchool>,
    /// The course that it stands on.
    pub course: Option<NamedCourse>,
    /// The major that it stands on.
    pub major: Option<NamedMajor>,
    /// Who bears it.
    pub person: Option<NamedAccount>,
    /// The resource that it stands on.
    pub resource: Option<ResourceId>,
    /// The call that it came of.
    pub call: Option<RecognitionCallId>,
    /// Its first day.
    pub from: Day,
    /// Its last day; `null`: for good.
    pub until: Option<Day>,
}

/// A mark of somebody's own, valid or not any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OwnMark {
    /// The mark.
    #[serde(flatten)]
    pub mark: RecognitionMark,
    /// Where it stands today.
    pub state: MarkState,
    /// When it was taken away before its time; `null`: it was not.
    pub ended_at: Option<Timestamp>,
}

/// What marks stand on, by whatever names were given; what is not given limits nothing.
#[derive(Debug, Clone, Default)]
pub struct MarkQuery {
    /// A school.
    pub school: Option<SchoolId>,
    /// A course.
    pub course: Option<CourseId>,
    /// A major.
    pub major: Option<MajorId>,
    /// A resource.
    pub resource: Option<ResourceId>,
    /// Somebody.
    pub person: Option<AccountId>,
}

impl Recognition {
    /// Marks that are valid today, newest first. They are for everybody; those of resources are said where the resource is
    /// shown.
    pub async fn marks(&self, on: &MarkQuery) -> Result<Vec<RecognitionMark>> {
        let on = subject(on);
        let conn = self.db.read();
        let mut rows = marks::valid(conn, on, self.today(), MOST_SHOWN).await?;
        if on.resource.is_none() {
            rows.retain(|row| row.resource_id.is_none());
        }
        show(conn, rows).await
    }

    /// The marks that the actor bears or bore, newest first.
    pub async fn own_marks(&self, actor: &Actor) -> Result<Vec<OwnMark>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let (conn, today) = (self.db.read(), self.today());
        let rows = marks::of_person(conn, member.id, MOST_SHOWN).await?;
        let stands = |row: &recognition_mark::Model| {
            let state = MarkState::on(today, row.valid_until, row.ended_at.is_some());
            (state, row.ended_at)
        };
        let stand: Vec<(MarkState, Option<Timestamp>)> = rows.iter().map(stands).collect();
        let shown = show(conn, rows).await?.into_iter().zip(stand);
        let own = shown.map(|(mark, (state, ended_at))| OwnMark { mark, state, ended_at });
        Ok(own.collect())
    }
}

impl Recognition {
    /// A page of the marks that are valid today, newest first, but for those of resources.
    pub async fn marks_page(&self, on: &MarkQuery, cursor: Option<&str>, limit: u64) -> Result<Page<RecognitionMark>> {
        let after: Option<RecognitionMarkId> = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = marks::valid_page(conn, subject(on), self.today(), after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: show(conn, rows).await?,
            next_cursor,
        })
    }
}

fn subject(on: &MarkQuery) -> RecognitionSubject {
    RecognitionSubject {
        school: on.school,
        course: on.course,
        major: on.major,
        person: on.person,
        resource: on.resource,
    }
}

/// From which day until which a mark is valid.
#[derive(Debug, Clone, Copy)]
pub(super) struct MarkPeriod {
    from: Day,
    until: Option<Day>,
}

impl MarkPeriod {
    /// As long as a call says, from today on.
    pub(super) fn from_today(call: &recognition_call::Model, now: Timestamp) -> Self {
        let from = Day::of(now);
        Self {
            from,
            until: call.valid_years.map(|years| from.plus_years(years)),
        }
    }
}

/// From which day until which the mark of a result is valid that takes the place of an entry's earlier ones: as theirs was, for to
/// correct what is said of it makes it no younger. None where that ran out, or was taken away for another reason than a correction;
/// from today where there never was one.
pub(super) async fn period_after(
    tx: &impl ConnectionTrait,
    call: &recognition_call::Model,
    entry: RecognitionEntryId,
    now: Timestamp,
) -> Result<Option<MarkPeriod>> {
    let earlier = results::of_entry(tx, entry).await?;
    let ids: Vec<RecognitionResultId> = earlier.iter().map(|result| result.id).collect();
    let Some(last) = marks::last_of_results(tx, &ids).await? else {
        return Ok(Some(MarkPeriod::from_today(call, now)));
    };
    let corrected_at = earlier
        .iter()
        .find(|result| Some(result.id) == last.result_id)
        .and_then(|result| result.replaced_at);
    let is_taken_away = last.ended_at.is_some() && last.ended_at != corrected_at;
    let has_run_out = last.valid_until.is_some_and(|until| until < Day::of(now));
    let period = MarkPeriod {
        from: last.valid_from,
        until: last.valid_until,
    };
    Ok((!is_taken_away && !has_run_out).then_some(period))
}

/// Gives the mark of an award, and lets a resource bear it.
pub(super) async fn give(
    tx: &impl ConnectionTrait,
    call: &recognition_call::Model,
    entries: &[recognition_entry::Model],
    results: &[recognition_result::Model],
    period: MarkPeriod,
    now: Timestamp,
) -> Result<()> {
    let awarded = results.iter().filter(|result| result.award.is_some());
    let mark = |result: &recognition_result::Model| {
        let entry = entries.iter().find(|entry| entry.id == result.entry_id)?;
        Some(recognition_mark::Model {
            id: RecognitionMarkId::new(),
            kind: call.kind,
            school_id: Some(entry.school_id),
            course_id: entry.course_id,
            major_id: entry.major_id,
            person_id: entry.person_id,
            resource_id: entry.resource_id,
            award: result.award.clone(),
            call_id: Some(call.id),
            result_id: Some(result.id),
            valid_from: period.from,
            valid_until: period.until,
            given_by: result.decided_by,
            given_at: now,
            ended_at: None,
            ended_by: None,
        })
    };
    let new: Vec<recognition_mark::Model> = awarded.filter_map(mark).collect();
    marks::add(tx, &new).await?;
    bear(tx, new.iter().filter_map(|mark| mark.resource_id), now).await
}

/// Lets resources bear what their marks say now.
pub(super) async fn bear(
    tx: &impl ConnectionTrait,
    resources: impl Iterator<Item = ResourceId>,
    now: Timestamp,
) -> Result<()> {
    let mut changed = Vec::new();
    // In the order in which everybody locks several.
    let resources: BTreeSet<ResourceId> = resources
        .take(usize::try_from(MAX_ENTRIES).unwrap_or(usize::MAX))
        .collect();
    for id in resources {
        changed.extend(project(tx, id, now).await?);
    }
    changes::append(tx, changed).await
}

/// Shows marks, in the order given, by four queries more.
async fn show(conn: &impl ConnectionTrait, rows: Vec<recognition_mark::Model>) -> Result<Vec<RecognitionMark>> {
    let names = RecognitionNames::of(conn, rows.iter().filter_map(|row| row.person_id).collect()).await?;
    let mut courses: Vec<CourseId> = rows.iter().filter_map(|row| row.course_id).collect();
    courses.dedup();
    let courses = curriculum::courses_by_id(conn, courses).await?;
    let mut majors: Vec<MajorId> = rows.iter().filter_map(|row| row.major_id).collect();
    majors.dedup();
    let majors = curriculum::majors_by_id(conn, majors).await?;
    let course = |id: CourseId| {
        let row = courses.iter().find(|row| row.id == id)?;
        Some(NamedRef {
            id,
            code: None,
            name: row.name.clone(),
        })
    };
    let major = |id: MajorId| {
        let row = majors.iter().find(|row| row.id == id)?;
        Some(NamedRef {
            id,
            code: row.code.clone(),
            name: row.name.clone(),
        })
    };
    let shown = rows.into_iter().map(|row| RecognitionMark {
        id: row.id,
        kind: row.kind,
        award: row.award,
        school: row.school_id.and_then(|id| names.schools.get(&id).cloned()),
        course: row.course_id.and_then(course),
        major: row.major_id.and_then(major),
        person: row.person_id.map(|id| names.person(id)),
        resource: row.resource_id,
        call: row.call_id,
        from: row.valid_from,
        until: row.valid_until,
    });
    Ok(shown.collect())
}
