//! Drafts: words and a table, changed until they are published or removed.

use std::fs::File;

use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};

use super::{StandardView, Standards, standing};
use crate::actor::Actor;
use crate::db::entity::{ProposalColumn, standard_version};
use crate::db::{curriculum, resources, standards};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::curriculum::{RowFaults, table};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::StandardId;
use crate::domain::standard::proposal::{OwnMajor, Proposal};
use crate::domain::standard::{StandardForm, StandardState};
use crate::error::{Error, Refusal, Result, Thing};
use crate::extract::table::ExtractedTable;
use crate::library::authority::who_may;
use crate::library::resources::edit;

/// The most rows of a table: a row for each of the most tasks, and one for each course.
const MAX_ROWS: usize = 5_000;
/// Faulty rows that are named at once.
const NAMED_FAULTS: usize = 500;

impl Standards {
    /// Makes a draft.
    pub async fn add(&self, actor: &Actor, form: StandardForm) -> Result<StandardView> {
        let member = who_may(actor, Act::Operate)?;
        let conn = self.db.read();
        let major = curriculum::major_named(conn, &form.major).await?;
        let major = major.ok_or_else(|| unknown("major", &form.major, "GET /api/v1/majors"))?;
        expect_document(conn, actor, &form).await?;
        let row = standard_version::Model {
            id: StandardId::new(),
            major_id: major.id,
            state: StandardState::Draft,
            number: None,
            title: form.title,
            issued_no: form.issued_no,
            effective_on: form.effective_on,
            document_id: form.document,
            document_version: form.document_version,
            notes: form.notes,
            proposal: None,
            structure: None,
            digest: None,
            changes: None,
            revision: 1,
            created_by: member.id,
            created_at: self.clock.now(),
            published_by: None,
            published_at: None,
        };
        let id = row.id;
        self.db
            .write(async |tx| {
                standards::add(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit.record(tx, actor, AuditAction::StandardAdd, subject).await
            })
            .await?;
        self.standard(actor, id).await
    }

    /// Changes the words of a draft: what is given replaces, `null` empties, the rest stays. `seen` is the revision that the
    /// actor saw.
    pub async fn edit(
        &self,
        actor: &Actor,
        id: StandardId,
        seen: i64,
        fields: &Map<String, Value>,
    ) -> Result<StandardView> {
        let before = self.draft(actor, id).await?;
        if fields.contains_key("major") {
            return Err(Refusal::Fields(vec![FieldFault::at("major", FaultKind::UnknownField)]).into());
        }
        let form = form_of(&before).patched(fields).map_err(Refusal::Fields)?;
        expect_document(self.db.read(), actor, &form).await?;
        let told = AuditChanges::default()
            .named("title", before.title != form.title)
            .moved_option("issued_no", before.issued_no.clone(), form.issued_no.clone())
            .moved_option("effective_on", before.effective_on, form.effective_on)
            .moved_option("document", before.document_id, form.document)
            .named("notes", before.notes != form.notes);
        let row = standard_version::Model {
            title: form.title,
            issued_no: form.issued_no,
            effective_on: form.effective_on,
            document_id: form.document,
            document_version: form.document_version,
            notes: form.notes,
            revision: seen + 1,
            ..before
        };
        self.write(actor, row, seen, AuditAction::StandardEdit, told).await?;
        self.standard(actor, id).await
    }

    /// Gives a draft its table, in place of the one it had. A table with a faulty row changes nothing.
    pub async fn put_table(&self, actor: &Actor, id: StandardId, seen: i64, file: File) -> Result<StandardView> {
        self.draft(actor, id).await?;
        let table = self.previews.read_table(actor, file).await?;
        self.put_rows(actor, id, seen, table).await
    }

    /// The same with a table that was read.
    pub async fn put_rows(
        &self,
        actor: &Actor,
        id: StandardId,
        seen: i64,
        table: ExtractedTable,
    ) -> Result<StandardView> {
        let before = self.draft(actor, id).await?;
        let conn = self.db.read();
        let major = curriculum::majors_by_id(conn, vec![before.major_id]).await?.pop();
        let major = major.ok_or(Refusal::NoSuch(Thing::Major))?;
        let own = OwnMajor {
            code: major.code.as_deref(),
            name: &major.name,
        };
        // Before they are compared with one another.
        if table.rows.len() > MAX_ROWS {
            let fault = FieldFault::at("rows", FaultKind::TooLong { max: MAX_ROWS });
            return Err(Refusal::Fields(vec![fault]).into());
        }
        let rows: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
        let placed = table::read_placed(table.header_row, &table.header, &rows).map_err(refused)?;
        let proposal = Proposal::of(placed, own).map_err(refused)?;
        proposal
            .resolve(&standing(conn, before.major_id).await?)
            .map_err(refused)?;
        let told = AuditChanges::default().set("lines", proposal.tasks.len());
        let row = standard_version::Model {
            proposal: Some(ProposalColumn(proposal)),
            revision: seen + 1,
            ..before
        };
        self.write(actor, row, seen, AuditAction::StandardTable, told).await?;
        self.standard(actor, id).await
    }

    /// Removes a draft.
    pub async fn remove(&self, actor: &Actor, id: StandardId, seen: i64) -> Result<()> {
        self.draft(actor, id).await?;
        self.db
            .write(async |tx| {
                // Named in the log while it is there.
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::StandardRemove, subject)
                    .await?;
                standards::remove(tx, id, seen).await
            })
            .await
    }

    /// The revision of a draft as it stands, for whoever does not say which they saw.
    pub async fn revision(&self, actor: &Actor, id: StandardId) -> Result<i64> {
        Ok(self.draft(actor, id).await?.revision)
    }

    async fn write(
        &self,
        actor: &Actor,
        row: standard_version::Model,
        seen: i64,
        action: AuditAction,
        told: AuditChanges,
    ) -> Result<()> {
        self.db
            .write(async |tx| {
                let subject = Some(row.id.to_string());
                standards::update(tx, row, seen).await?;
                self.audit.record_changes(tx, actor, action, subject, &told).await
            })
            .await
    }
}

fn form_of(row: &standard_version::Model) -> StandardForm {
    StandardForm {
        major: row.major_id.to_string(),
        title: row.title.clone(),
        issued_no: row.issued_no.clone(),
        effective_on: row.effective_on,
        document: row.document_id,
        document_version: row.document_version,
        notes: row.notes.clone(),
    }
}

/// Refuses a document that the actor does not see.
async fn expect_document(conn: &impl ConnectionTrait, actor: &Actor, form: &StandardForm) -> Result<()> {
    let Some(id) = form.document else { return Ok(()) };
    let row = resources::resource(conn, id).await?;
    if row.is_some_and(|row| edit::is_visible(actor, &row)) {
        return Ok(());
    }
    Err(unknown("document", &id.to_string(), "GET /api/v1/resources"))
}

fn unknown(field: &str, value: &str, hint: &str) -> Error {
    let kind = FaultKind::Unknown {
        value: value.to_owned(),
        hint: hint.to_owned(),
    };
    Refusal::Fields(vec![FieldFault::at(field, kind)]).into()
}

/// Faulty rows as faults of the table's rows.
fn refused(faults: RowFaults) -> Refusal {
    let named = faults.0.into_iter().take(NAMED_FAULTS).map(|fault| {
        let place = format!("rows/{}", fault.place.row);
        FieldFault::at(&place, FaultKind::Row(fault))
    });
    Refusal::Fields(named.collect())
}
