//! Reading the audit log.

use serde::Serialize;

use crate::actor::Actor;
use crate::db::audit;
use crate::domain::authority::Act;
use crate::domain::id::{AuditId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::administration::Administration;
use crate::library::audit::OPERATOR;
use crate::library::authority::reach;
use crate::library::paging::{self, Page};

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditLine {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who, by sign-in name at that time.
    pub actor: String,
    /// Whether nobody's account did it: the command line, or the service by itself.
    #[serde(skip)]
    pub is_system: bool,
    /// What: `resource.publish`.
    pub action: String,
    /// On what.
    pub subject: Option<String>,
    /// What that was called then, or is called now if that was not noted; `null` for what has no name.
    pub title: Option<String>,
    /// `done`, or the refusal's code.
    pub outcome: String,
    /// From where.
    pub address: Option<String>,
}

/// Which lines of the log; empty fields limit nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A part of the sign-in name.
    pub actor: Option<String>,
    /// An action, or the family of actions before its dot.
    pub action: Option<String>,
    /// What it was done on, or how that begins.
    pub subject: Option<String>,
    /// What came of it.
    pub outcome: Option<OutcomeFilter>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeFilter {
    /// `done`, or the code of one refusal.
    Is(String),
    /// Anything but `done`.
    Refused,
}

impl Administration {
    /// The audit log, newest first: all of it for auditors and the bureau, a school's own for its administrators.
    pub async fn audit(
        &self,
        actor: &Actor,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<AuditLine>> {
        let school = school_of_records(actor)?;
        let before: Option<AuditId> = paging::begin(cursor)?;
        let rows = audit::list(self.db.read(), school, &lines(filter), before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let unnoted = rows.iter().filter(|row| row.subject_title.is_none());
        let acts: Vec<(&str, &str)> = unnoted
            .filter_map(|row| Some((row.action.as_str(), row.subject.as_deref()?)))
            .collect();
        let titles = audit::titles(self.db.read(), &acts).await?;
        let title_of = |subject: Option<&str>| titles.get(audit::subject_head(subject?)).cloned();
        let items = rows.into_iter().map(|row| AuditLine {
            title: row.subject_title.or_else(|| title_of(row.subject.as_deref())),
            is_system: row.account_id.is_none() && row.actor == OPERATOR,
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

/// Whose lines the actor may read: everyone's, or a school's own.
fn school_of_records(actor: &Actor) -> Result<Option<SchoolId>> {
    Ok(reach(actor, Act::ReadAuditLog)?.school())
}

fn lines(filter: &AuditFilter) -> audit::AuditLineFilter<'_> {
    audit::AuditLineFilter {
        actor: filter.actor.as_deref(),
        action: filter.action.as_deref(),
        subject: filter.subject.as_deref(),
        outcome: match &filter.outcome {
            Some(OutcomeFilter::Is(code)) => Some((code, true)),
            Some(OutcomeFilter::Refused) => Some(("done", false)),
            None => None,
        },
        from: filter.from,
        until: filter.until,
    }
}
