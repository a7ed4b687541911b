//! Schools as whoever runs the library looks after them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::db::{entity, people};
use crate::domain::account::{SchoolForm, SchoolPatch};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::SchoolId;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::Accounts;
use crate::library::authority::{reach, who_may};

/// A school with what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SchoolRow {
    /// Its id.
    pub id: SchoolId,
    /// The short name: `S1`.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// What kind of school it is.
    pub kind: Option<String>,
    /// The phase of the plan in which it joined.
    pub joined_phase: Option<i32>,
    /// Accounts that may do something.
    pub accounts: u64,
    /// Bytes of all files of its resources.
    pub bytes: u64,
    /// A quota of its own in bytes; `null`: as the settings say, 0: no limit.
    pub quota_bytes: Option<u64>,
}

impl Accounts {
    /// The schools that the actor oversees, by code.
    pub async fn school_rows(&self, actor: &Actor) -> Result<Vec<SchoolRow>> {
        let reach = reach(actor, Act::Oversee)?;
        let conn = self.db.read();
        let accounts: HashMap<Option<SchoolId>, i64> = people::accounts_of_schools(conn).await?.into_iter().collect();
        let rows = people::schools(conn).await?;
        let seen = rows
            .into_iter()
            .filter(|row| reach.school().is_none_or(|id| id == row.id));
        Ok(seen
            .map(|row| {
                let accounts = accounts.get(&Some(row.id)).copied().unwrap_or(0);
                school_row(row, accounts)
            })
            .collect())
    }

    /// One of the schools that the actor oversees.
    pub async fn school_row(&self, actor: &Actor, id: SchoolId) -> Result<SchoolRow> {
        let rows = self.school_rows(actor).await?;
        let found = rows.into_iter().find(|row| row.id == id);
        Ok(found.ok_or(Refusal::NoSuch(Thing::School))?)
    }

    /// Adds a school.
    pub async fn open_school(&self, actor: &Actor, fields: &Map<String, Value>) -> Result<SchoolRow> {
        who_may(actor, Act::Operate)?;
        let form = SchoolForm::parse(fields).map_err(Refusal::Fields)?;
        let row = entity::school::Model {
            id: SchoolId::new(),
            code: form.code,
            name: form.name,
            kind: form.kind,
            joined_phase: form.joined_phase,
            bytes: 0,
            quota_bytes: form.quota_bytes.map(signed),
            created_at: self.clock.now(),
        };
        let added = row.clone();
        self.db
            .write(async |tx| {
                let subject = row.id.to_string();
                people::add_school(tx, row).await?;
                self.audit
                    .record(tx, actor, AuditAction::SchoolAdd, Some(subject))
                    .await
            })
            .await?;
        Ok(school_row(added, 0))
    }

    /// Changes a school: its name, its kind, the phase in which it joined, its quota.
    pub async fn edit_school(&self, actor: &Actor, id: SchoolId, fields: &Map<String, Value>) -> Result<SchoolRow> {
        who_may(actor, Act::Operate)?;
        let patch = SchoolPatch::parse(fields).map_err(Refusal::Fields)?;
        let after = self
            .db
            .write(async |tx| {
                // Two who change different things of it lose neither.
                people::hold_schools(tx, [id]).await?;
                let before = people::schools_by_id(tx, vec![id]).await?.pop();
                let before = before.ok_or(Refusal::NoSuch(Thing::School))?;
                let mut row = before.clone();
                if let Some(name) = patch.name {
                    row.name = name;
                }
                if let Some(kind) = patch.kind {
                    row.kind = kind;
                }
                if let Some(phase) = patch.joined_phase {
                    row.joined_phase = phase;
                }
                if let Some(quota) = patch.quota_bytes {
                    row.quota_bytes = quota.map(signed);
                }
                people::update_school(tx, &row).await?;
                let changes = AuditChanges::default()
                    .moved("school_name", before.name, row.name.clone())
                    .named("kind", before.kind != row.kind)
                    .moved_option("joined_phase", before.joined_phase, row.joined_phase)
                    .moved_option("quota_bytes", before.quota_bytes, row.quota_bytes);
                self.audit
                    .record_changes(tx, actor, AuditAction::SchoolEdit, Some(id.to_string()), &changes)
                    .await?;
                Ok(row)
            })
            .await?;
        let accounts = people::accounts_of_schools(self.db.read()).await?;
        let own = accounts.into_iter().find(|(school, _)| *school == Some(id));
        Ok(school_row(after, own.map_or(0, |(_, n)| n)))
    }
}

fn school_row(row: entity::school::Model, accounts: i64) -> SchoolRow {
    SchoolRow {
        id: row.id,
        code: row.code,
        name: row.name,
        kind: row.kind,
        joined_phase: row.joined_phase,
        accounts: accounts.unsigned_abs(),
        bytes: row.bytes.unsigned_abs(),
        quota_bytes: row.quota_bytes.map(i64::unsigned_abs),
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
