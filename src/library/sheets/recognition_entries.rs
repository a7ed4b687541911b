//! Entries for a call as a table, brought while it is open by those who enter: a school its own, a teacher theirs. Known by
//! their ids, or by what they are about where a row says no id. Resources show what is entered; packs are added on the page.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value};

use super::names::{self, cell};
use super::{ListSheets, SheetRows, Weighed, fields_of, gone};
use crate::actor::{Actor, Member};
use crate::db::entity::{recognition_call, recognition_entry, recognition_evidence};
use crate::db::recognition::entries::{self as rows, EntriesSeen};
use crate::db::{people, recognition, resources};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Target};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, CourseId, MajorId, RecognitionCallId, RecognitionEntryId, ResourceId, SchoolId};
use crate::domain::recognition::entry::{EntryForm, EvidenceOf};
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::recognition::MAX_ENTRIES;
use crate::library::recognition::entries::ExportedEntry;
use crate::library::recognition::evidence::makers;
use crate::library::resources::visibility;
use crate::table::{Spreadsheet, SpreadsheetCell};
use crate::words::Lang;
use crate::words::pages::PageWords;

mod found;

/// The columns of entries.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("title", &["申报标题", "标题", "作品名称"], CellForm::Text),
    FormColumn::required("statement", &["申报说明", "说明"], CellForm::Text),
    FormColumn::optional("course", &["课程"], CellForm::Text),
    FormColumn::optional("major", &["专业"], CellForm::Text),
    FormColumn::optional("person", &["申报人登录名", "登录名"], CellForm::Text),
    FormColumn::optional("evidence", &["佐证材料", "材料"], CellForm::Addresses),
];

/// Entries of a call, brought by somebody who enters for it.
#[derive(Clone)]
pub(super) struct EntryRows {
    actor: Actor,
    by: Member,
    call: recognition_call::Model,
    school: SchoolId,
    at: Timestamp,
}

/// What rows of entries are held against.
#[derive(PartialEq)]
pub(super) struct KnownEntries {
    courses: names::NamedByRows<CourseId>,
    majors: names::NamedByRows<MajorId>,
    /// People of the school whom rows name, by the keys of their sign-in names.
    people: HashMap<String, AccountId>,
    /// The sign-in names of those whom entries are about.
    named: HashMap<AccountId, String>,
    /// What rows show: of each resource that the city may see its version, whose work it is and its school.
    resources: HashMap<ResourceId, (i32, Vec<AccountId>, Option<SchoolId>)>,
    /// The school's entries with what shows them.
    entries: HashMap<RecognitionEntryId, (recognition_entry::Model, Vec<recognition_evidence::Model>)>,
}

/// An entry as a row makes it.
pub(super) struct EntryChange {
    row: recognition_entry::Model,
    /// What shows it from now on; what it was, where nothing is said of it.
    evidence: Option<Vec<recognition_evidence::Model>>,
    is_new: bool,
}

/// Entries as a table, with number, school, name and state, which are read and not brought.
pub fn table(entries: &[ExportedEntry]) -> Spreadsheet {
    let row = |exported: &ExportedEntry| {
        let entry = &exported.entry;
        let path = |url: &str| EvidenceOf::parse(url).map(EvidenceOf::path);
        let form = EntryForm {
            title: entry.title.clone(),
            statement: entry.statement.clone(),
            course: entry.course.as_ref().map(|course| course.name.clone()),
            major: entry.major.as_ref().map(|major| cell(major).to_owned()),
            person: exported.person_name.clone(),
            evidence: entry.evidence.iter().filter_map(|piece| path(&piece.url)).collect(),
        };
        (entry.id.to_string(), fields_of(&form))
    };
    let mut table = super::table("申报", COLUMNS, entries.iter().map(row));
    let told = ["申报号", "学校", "申报人姓名", "状态"];
    table.head.extend(told.map(str::to_owned));
    for (row, ExportedEntry { entry, .. }) in table.rows.iter_mut().zip(entries) {
        let state = PageWords(Lang::Zh).entry_state_of(entry.withdrawn_at.is_some());
        row.extend([
            SpreadsheetCell::Number(entry.number.into()),
            SpreadsheetCell::text(entry.school.as_ref().map(|school| school.name.clone())),
            SpreadsheetCell::text(entry.person.as_ref().map(|person| person.name.clone())),
            SpreadsheetCell::Text(state.to_owned()),
        ]);
    }
    table
}

impl EntryRows {
    pub(super) async fn open(sheets: &ListSheets, actor: &Actor, call: RecognitionCallId) -> Result<Self> {
        let (by, call, school) = sheets.recognition.entering(actor, call).await?;
        Ok(Self {
            actor: actor.clone(),
            by: by.clone(),
            call,
            school,
            at: sheets.clock.now(),
        })
    }

    /// The entry that a row is about: the one with its id, or the one about the same; none where it is new.
    fn there<'a>(
        &self,
        known: &'a KnownEntries,
        row: &FormRow,
    ) -> std::result::Result<Option<&'a (recognition_entry::Model, Vec<recognition_evidence::Model>)>, Vec<FieldFault>>
    {
        let Some(id) = &row.id else { return Ok(None) };
        let found = id.parse().ok().and_then(|id| known.entries.get(&id));
        found
            .filter(|(entry, _)| self.sees(entry))
            .map(Some)
            .ok_or_else(|| gone(row))
    }

    fn sees(&self, entry: &recognition_entry::Model) -> bool {
        let is_own = entry.entered_by == self.by.id || entry.person_id == Some(self.by.id);
        is_own || self.enters_for_school()
    }

    fn enters_for_school(&self) -> bool {
        self.by.authority().reach(Act::EnterRecognition).is_some()
    }
}

impl SheetRows for EntryRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::RecognitionEntrySheet;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::RecognitionEnter, AuditAction::RecognitionEntryEdit]);
    type Known = KnownEntries;
    type Change = EntryChange;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        EntryForm::parse(self.call.kind, fields).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, sheet: &[FormRow]) -> Result<KnownEntries> {
        let texts = |field: &'static str| sheet.iter().filter_map(move |row| row.fields.get(field)?.as_str());
        let entries = rows::list(conn, self.call.id, EntriesSeen::School(self.school), None, MAX_ENTRIES).await?;
        let ids: Vec<RecognitionEntryId> = entries.iter().map(|entry| entry.id).collect();
        let mut evidence = rows::evidence(conn, &ids).await?;
        let of: BTreeSet<AccountId> = entries.iter().filter_map(|entry| entry.person_id).collect();
        let named = people::accounts_by_id(conn, of.into_iter().collect())
            .await?
            .into_iter();
        let keys: BTreeSet<String> = texts("person").map(name_key).collect();
        let found = people::accounts_keyed(conn, &keys.into_iter().collect::<Vec<_>>())
            .await?
            .into_iter();
        let own = found.filter(|row| row.school_id == Some(self.school));
        let named_courses: BTreeSet<&str> = texts("course").collect();
        let course_ids: BTreeSet<CourseId> = entries.iter().filter_map(|entry| entry.course_id).collect();
        let addresses = sheet
            .iter()
            .filter_map(|row| row.fields.get("evidence")?.as_array())
            .flatten();
        let shown: BTreeSet<ResourceId> = addresses
            .filter_map(|address| match EvidenceOf::parse(address.as_str()?)? {
                EvidenceOf::Resource(id) => Some(id),
                EvidenceOf::Pack(_) => None,
            })
            .collect();
        let shown = resources::resources_by_id(conn, shown.into_iter().collect()).await?;
        let mut makers = makers(conn, &shown).await?;
        let is_shared = |row: &crate::db::entity::resource::Model| {
            row.status == Status::Published
                && row.scope > Scope::School
                && visibility::as_seen(&self.actor, row).is_some()
        };
        let shown = shown.into_iter().filter(is_shared).map(|row| {
            let makers = makers.remove(&row.id).unwrap_or_default();
            (row.id, (row.version, makers, row.school_id))
        });
        Ok(KnownEntries {
            courses: names::courses(conn, named_courses, course_ids).await?,
            majors: names::majors(conn).await?,
            people: own.filter_map(|row| Some((row.name_key?, row.id))).collect(),
            named: named.map(|row| (row.id, row.name)).collect(),
            resources: shown.collect(),
            entries: entries
                .into_iter()
                .map(|entry| (entry.id, (evidence.remove(&entry.id).unwrap_or_default(), entry)))
                .map(|(id, (evidence, entry))| (id, (entry, evidence)))
                .collect(),
        })
    }

    fn weigh(&self, known: &KnownEntries, row: &FormRow) -> std::result::Result<Weighed<EntryChange>, Vec<FieldFault>> {
        let kind = self.call.kind;
        let mut there = self.there(known, row)?;
        let mut form = match there {
            Some((entry, evidence)) => known.as_form(entry, evidence).patched(kind, &row.fields)?,
            None => EntryForm::parse(kind, &row.fields)?,
        };
        let before = there.map(|(entry, evidence)| known.as_form(entry, evidence));
        let mut subject = self.subject(known, there.map(|(entry, _)| entry), before.as_ref(), &form)?;
        let id = there.map_or_else(RecognitionEntryId::new, |(entry, _)| entry.id);
        let shown = there.map_or(&[][..], |(_, evidence)| evidence.as_slice());
        let is_same_evidence = before
            .as_ref()
            .is_some_and(|before| before.evidence() == form.evidence());
        let mut evidence = None;
        if is_same_evidence {
            subject.resource = there.and_then(|(entry, _)| entry.resource_id);
        } else {
            let found = self.evidence(known, id, shown, &form)?;
            subject.resource = self.subject_resource(known, &found)?;
            evidence = Some(found);
        }
        let key = subject.key();
        if there.is_none() {
            if let Some(standing) = known.about(&key, false) {
                return self.weigh_again(known, row, standing);
            }
            // Whoever withdraws and enters again takes no other place, and no place of others.
            there = known.about(&key, true);
        } else if known.about(&key, false).is_some_and(|(other, _)| other.id != id) {
            let value = form.title.clone();
            return Err(vec![FieldFault::at("title", FaultKind::Repeated { value })]);
        }
        form.person = subject
            .person
            .and_then(|id| known.named.get(&id).cloned())
            .or(form.person);
        form.evidence = form.evidence().into_iter().map(EvidenceOf::path).collect();
        let is_new = before.is_none();
        let entry = there.map(|(entry, _)| entry);
        let id = entry.map_or(id, |entry| entry.id);
        let of_entry = |row: recognition_evidence::Model| recognition_evidence::Model { entry_id: id, ..row };
        let change = EntryChange {
            row: recognition_entry::Model {
                id,
                call_id: self.call.id,
                // Of a new one it is counted as it is written.
                number: entry.map_or(0, |entry| entry.number),
                school_id: self.school,
                entered_by: entry.filter(|_| !is_new).map_or(self.by.id, |entry| entry.entered_by),
                course_id: subject.course,
                major_id: subject.major,
                person_id: subject.person,
                resource_id: subject.resource,
                subject_key: key.clone(),
                title: form.title.clone(),
                statement: form.statement.clone(),
                revision: entry.map_or(1, |entry| entry.revision + 1),
                created_at: entry.filter(|_| !is_new).map_or(self.at, |entry| entry.created_at),
                updated_at: self.at,
                withdrawn_at: None,
            },
            evidence: evidence.map(|rows| rows.into_iter().map(of_entry).collect()),
            is_new,
        };
        let weighed = Weighed::of(
            COLUMNS,
            vec![key],
            before.as_ref().map(fields_of).as_ref(),
            &fields_of(&form),
            change,
        );
        if let (false, Some(entry)) = (weighed.is_nothing() || is_new, entry) {
            self.expect_own(entry)?;
        }
        Ok(weighed)
    }

    async fn hold(&self, tx: &DatabaseTransaction, _: &[EntryChange]) -> Result<()> {
        // Whoever enters, judges or publishes holds it as well.
        recognition::call_for_update(tx, self.call.id).await.map(drop)
    }

    async fn write(
        &self,
        sheets: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        mut changes: Vec<EntryChange>,
    ) -> Result<Vec<String>> {
        let call = recognition::call_for_update(tx, self.call.id).await?;
        let call = call.ok_or(Refusal::NoSuch(Thing::RecognitionCall))?;
        sheets.recognition.expect_open(&call)?;
        let added = changes.iter().filter(|change| change.is_new).count() as u64;
        let of_school = rows::count_of_school(tx, call.id, self.school).await? + added;
        let most = call.per_school.map(|most| u64::from(most.unsigned_abs()));
        if added > 0 && most.is_some_and(|most| of_school > most) {
            return Err(Refusal::Recognition(RecognitionFault::SchoolFull).into());
        }
        let mut number = rows::count(tx, call.id).await?;
        for change in changes.iter_mut().filter(|change| change.row.number == 0) {
            number += 1;
            change.row.number = i32::try_from(number).unwrap_or(i32::MAX);
        }
        if number > MAX_ENTRIES {
            let (thing, limit) = (Thing::RecognitionEntry, MAX_ENTRIES);
            return Err(Refusal::LimitReached { thing, limit }.into());
        }
        let written: Vec<recognition_entry::Model> = changes.iter().map(|change| change.row.clone()).collect();
        rows::put_all(tx, &written).await?;
        let shown = changes
            .into_iter()
            .filter_map(|change| Some((change.row.id, change.evidence?)));
        let (ids, evidence): (Vec<_>, Vec<_>) = shown.unzip();
        rows::set_all_evidence(tx, &ids, &evidence.concat()).await?;
        Ok(written.iter().map(|entry| entry.id.to_string()).collect())
    }
}

impl EntryRows {
    /// Weighs a row that says no id once more, as one about the entry that stands for the same.
    fn weigh_again(
        &self,
        known: &KnownEntries,
        row: &FormRow,
        (standing, _): &(recognition_entry::Model, Vec<recognition_evidence::Model>),
    ) -> std::result::Result<Weighed<EntryChange>, Vec<FieldFault>> {
        if !self.sees(standing) {
            let value = standing.title.clone();
            return Err(vec![FieldFault::at("title", FaultKind::Repeated { value })]);
        }
        let named = FormRow {
            id: Some(standing.id.to_string()),
            ..row.clone()
        };
        self.weigh(known, &named)
    }

    /// Refuses to change what somebody else entered, or what was withdrawn.
    fn expect_own(&self, entry: &recognition_entry::Model) -> std::result::Result<(), Vec<FieldFault>> {
        let target = Target::Work {
            owner: entry.entered_by,
            school: Some(entry.school_id),
            scope: Scope::City,
        };
        let expected = if entry.withdrawn_at.is_some() {
            "what it was: the entry was withdrawn; leave the id empty to enter it again"
        } else if self.by.authority().may(Act::EnterRecognition, target) {
            return Ok(());
        } else {
            "what it was: somebody else entered it"
        };
        Err(vec![FieldFault::at("title", FaultKind::Malformed { expected })])
    }
}
