//! What rows of entries name, held against what is there: whose an entry is, what it is about, what shows it.

use super::{EntryRows, KnownEntries};
use crate::db::entity::recognition_entry;
use crate::db::entity::recognition_evidence::{self, AccountIds};
use crate::domain::account::name_key;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, RecognitionEntryId, ResourceId};
use crate::domain::recognition::RecognitionKind;
use crate::domain::recognition::entry::{EntryForm, EvidenceOf, RecognitionSubject, is_of_person};
use crate::library::sheets::names::{cell, unknown};

impl EntryRows {
    /// Whose an entry is: a teacher's own; an administrator names somebody of the school.
    pub(super) fn person(&self, known: &KnownEntries, given: Option<&str>) -> Result<AccountId, FieldFault> {
        let Some(given) = given else {
            let own = (!self.enters_for_school()).then_some(self.by.id);
            return own.ok_or_else(|| FieldFault::at("person", FaultKind::Required));
        };
        let found = known.people.get(&name_key(given)).copied();
        let found = found.filter(|id| self.enters_for_school() || *id == self.by.id);
        let hint = "the sign-in name of somebody of the school; a teacher enters for themselves";
        found.ok_or_else(|| unknown("person", given, hint))
    }

    /// The rows of what shows an entry from now on, or all that is wrong with it.
    pub(super) fn evidence(
        &self,
        known: &KnownEntries,
        entry: RecognitionEntryId,
        before: &[recognition_evidence::Model],
        form: &EntryForm,
    ) -> Result<Vec<recognition_evidence::Model>, Vec<FieldFault>> {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for ((position, at), of) in (1..).zip(0..).zip(form.evidence()) {
            let kept = before.iter().find(|row| address(row) == Some(of));
            let row = match (of, kept) {
                (_, Some(kept)) => Ok(recognition_evidence::Model {
                    position,
                    ..kept.clone()
                }),
                (EvidenceOf::Resource(id), None) => match known.resources.get(&id) {
                    Some((version, makers, _)) => Ok(recognition_evidence::Model {
                        entry_id: entry,
                        position,
                        resource_id: Some(id),
                        pack_id: None,
                        version: *version,
                        authors: AccountIds(makers.clone()),
                    }),
                    None => Err("something that is published and shared with the city or with everyone"),
                },
                (EvidenceOf::Pack(_), None) => Err("a resource: packs are added on the page of the entry"),
            };
            match row {
                Ok(row) => found.push(row),
                Err(expected) => {
                    let kind = FaultKind::Malformed { expected };
                    faults.push(FieldFault::at(&format!("evidence/{at}"), kind));
                }
            }
        }
        if faults.is_empty() { Ok(found) } else { Err(faults) }
    }

    /// The resource that an entry of [`RecognitionKind::Resource`] is about: the first of its evidence, of the school's own.
    pub(super) fn subject_resource(
        &self,
        known: &KnownEntries,
        evidence: &[recognition_evidence::Model],
    ) -> Result<Option<ResourceId>, Vec<FieldFault>> {
        if self.call.kind != RecognitionKind::Resource {
            return Ok(None);
        }
        let first = evidence.first().and_then(|row| row.resource_id);
        let own = first.filter(|id| {
            known
                .resources
                .get(id)
                .is_some_and(|(.., school)| *school == Some(self.school))
        });
        let expected = "a resource of the school, which the entry is about";
        let fault = || vec![FieldFault::at("evidence/0", FaultKind::Malformed { expected })];
        own.map(Some).ok_or_else(fault)
    }

    /// What a form is about. What it says as it was said before is not looked for again: it may be called otherwise by now.
    pub(super) fn subject(
        &self,
        known: &KnownEntries,
        there: Option<&recognition_entry::Model>,
        before: Option<&EntryForm>,
        form: &EntryForm,
    ) -> Result<RecognitionSubject, Vec<FieldFault>> {
        let is_same = |field: fn(&EntryForm) -> &Option<String>| before.is_some_and(|it| field(it) == field(form));
        let course = match &form.course {
            Some(_) if is_same(|it| &it.course) => Ok(there.and_then(|entry| entry.course_id)),
            Some(given) => known.courses.find("course", given).map(|course| Some(course.id)),
            None => Ok(None),
        };
        let major = match &form.major {
            Some(_) if is_same(|it| &it.major) => Ok(there.and_then(|entry| entry.major_id)),
            Some(given) => known.majors.find("major", given).map(|major| Some(major.id)),
            None => Ok(None),
        };
        let person = if !is_of_person(self.call.kind) {
            Ok(None)
        } else if is_same(|it| &it.person) {
            Ok(there.and_then(|entry| entry.person_id))
        } else {
            self.person(known, form.person.as_deref()).map(Some)
        };
        match (course, major, person) {
            (Ok(course), Ok(major), Ok(person)) => Ok(RecognitionSubject {
                school: Some(self.school),
                course,
                major,
                person,
                resource: None,
            }),
            (course, major, person) => Err([course.err(), major.err(), person.err()]
                .into_iter()
                .flatten()
                .collect()),
        }
    }
}

impl KnownEntries {
    pub(super) fn as_form(
        &self,
        entry: &recognition_entry::Model,
        evidence: &[recognition_evidence::Model],
    ) -> EntryForm {
        let course = entry.course_id.and_then(|id| self.courses.by_id(id));
        let major = entry.major_id.and_then(|id| self.majors.by_id(id));
        EntryForm {
            title: entry.title.clone(),
            statement: entry.statement.clone(),
            course: course.map(|course| course.name.clone()),
            major: major.map(|major| cell(major).to_owned()),
            person: entry.person_id.and_then(|id| self.named.get(&id).cloned()),
            evidence: evidence.iter().filter_map(address).map(EvidenceOf::path).collect(),
        }
    }

    /// The entry of a call about something, and whether it was withdrawn.
    pub(super) fn about(
        &self,
        key: &str,
        is_withdrawn: bool,
    ) -> Option<&(recognition_entry::Model, Vec<recognition_evidence::Model>)> {
        let is_it =
            |entry: &recognition_entry::Model| entry.subject_key == key && entry.withdrawn_at.is_some() == is_withdrawn;
        let found = self.entries.values().filter(|(entry, _)| is_it(entry));
        found.min_by_key(|(entry, _)| entry.number)
    }
}

fn address(row: &recognition_evidence::Model) -> Option<EvidenceOf> {
    let resource = row.resource_id.map(EvidenceOf::Resource);
    resource.or(row.pack_id.map(EvidenceOf::Pack))
}
