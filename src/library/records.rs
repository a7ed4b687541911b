//! Reading the audit log.

use serde::Serialize;

use super::Library;
use super::view::Page;
use crate::actor::Actor;
use crate::db::audit;
use crate::domain::id::Id;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditLine {
    /// Its id.
    pub id: Id,
    /// When.
    pub at: Timestamp,
    /// Who, by sign-in name at that time.
    pub actor: String,
    /// What: `resource.publish`.
    pub action: String,
    /// On what.
    pub subject: Option<String>,
    /// `done`, or the refusal's code.
    pub outcome: String,
    /// From where.
    pub address: Option<String>,
}

impl Library {
    /// The audit log, newest first: all of it for auditors and the bureau, a school's own for its administrators.
    pub async fn audit(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<AuditLine>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let school = match member.role {
            Role::Auditor | Role::Bureau => None,
            Role::SchoolAdmin if member.school_id.is_some() => member.school_id,
            _ => return Err(Refusal::NotAllowed.into()),
        };
        let before: Option<Id> = cursor
            .map(|cursor| cursor.parse().map_err(|_| Refusal::BadCursor))
            .transpose()?;
        let mut rows = audit::list(self.db.read(), school, before, limit + 1).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next_cursor = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let items = rows.into_iter().map(|row| AuditLine {
            id: row.id,
            at: row.at,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            outcome: row.outcome,
            address: row.address,
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }
}
