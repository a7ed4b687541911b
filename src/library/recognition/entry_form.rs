//! The form of an entry: what is there in its words, and what it names, found.

use sea_orm::ConnectionTrait;

use super::evidence::{FoundEvidence, subject_resource};
use super::{Recognition, unknown};
use crate::actor::{Actor, Member};
use crate::db::entity::{recognition_call, recognition_entry, recognition_evidence};
use crate::db::recognition::entries;
use crate::db::{curriculum, people};
use crate::domain::account::name_key;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, CourseId, SchoolId};
use crate::domain::recognition::entry::{EntryForm, EvidenceOf, RecognitionSubject, is_of_person};
use crate::error::{Refusal, Result};

/// What a form names, found.
pub(super) struct FoundEntry {
    pub(super) subject: RecognitionSubject,
    pub(super) evidence: Vec<FoundEvidence>,
}

impl Recognition {
    pub(super) async fn form_of(&self, row: &recognition_entry::Model) -> Result<EntryForm> {
        let conn = self.db.read();
        let evidence = entries::evidence(conn, &[row.id]).await?.remove(&row.id);
        let person = match row.person_id {
            Some(id) => people::account(conn, id).await?.map(|row| row.name),
            None => None,
        };
        let address = |row: &recognition_evidence::Model| {
            let of = row.resource_id.map(EvidenceOf::Resource);
            let of = of.or(row.pack_id.map(EvidenceOf::Pack));
            of.map(EvidenceOf::path)
        };
        Ok(EntryForm {
            title: row.title.clone(),
            statement: row.statement.clone(),
            course: row.course_id.map(|id| id.to_string()),
            major: row.major_id.map(|id| id.to_string()),
            person,
            evidence: evidence.unwrap_or_default().iter().filter_map(address).collect(),
        })
    }

    /// Finds what a form names. Somebody who is `kept` is not looked for again: they may be of another school by now.
    pub(super) async fn found(
        &self,
        actor: &Actor,
        member: &Member,
        call: &recognition_call::Model,
        school: SchoolId,
        (form, kept): (&EntryForm, Option<AccountId>),
    ) -> Result<FoundEntry> {
        let conn = self.db.read();
        let course = match &form.course {
            Some(given) => Some(course_named(conn, given).await?),
            None => None,
        };
        let major = match &form.major {
            Some(given) => {
                let found = curriculum::major_named(conn, given).await?;
                Some(found.ok_or_else(|| unknown("major", given, "GET /api/v1/majors"))?.id)
            }
            None => None,
        };
        let person = match kept {
            Some(kept) => Some(kept),
            None if is_of_person(call.kind) => Some(person_named(conn, member, school, form.person.as_deref()).await?),
            None => None,
        };
        let evidence = self.find_evidence(actor, &form.evidence(), call.blind).await?;
        let subject = RecognitionSubject {
            school: Some(school),
            course,
            major,
            person,
            resource: subject_resource(call.kind, school, &evidence)?,
        };
        Ok(FoundEntry { subject, evidence })
    }
}

async fn course_named(conn: &impl ConnectionTrait, given: &str) -> Result<CourseId> {
    let found = curriculum::courses_named(conn, &[given]).await?;
    match found.as_slice() {
        [one] => Ok(one.id),
        _ => Err(unknown("course", given, "GET /api/v1/courses").into()),
    }
}

/// Whose an entry is: a teacher's own; an administrator names somebody of the school.
async fn person_named(
    conn: &impl ConnectionTrait,
    member: &Member,
    school: SchoolId,
    given: Option<&str>,
) -> Result<AccountId> {
    let is_admin = member.authority().reach(Act::EnterRecognition).is_some();
    let Some(given) = given else {
        if is_admin {
            return Err(Refusal::Fields(vec![FieldFault::at("person", FaultKind::Required)]).into());
        }
        return Ok(member.id);
    };
    let found = people::accounts_keyed(conn, &[name_key(given)]).await?.pop();
    let found = found.filter(|row| row.school_id == Some(school) && (is_admin || row.id == member.id));
    let hint = "the sign-in name of somebody of the school; a teacher enters for themselves";
    Ok(found.ok_or_else(|| unknown("person", given, hint))?.id)
}
