//! Reading the audit log.

use std::collections::HashSet;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::audit::list::{AuditLineFilter, LineActor, LineOutcome};
use crate::db::{audit, entity, erasures, people};
use crate::domain::audit::{AuditAction, AuditFamily};
use crate::domain::audit_changes::{AuditChange, AuditChanges};
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, AuditId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::administration::Administration;
use crate::library::audit::{GUEST, OPERATOR, is_named_by_erased, people_in};
use crate::library::authority::reach;
use crate::library::paging::{self, Page};

/// Accounts whose lines are looked up one by one; where more are called so, the log is looked through.
const MOST_ACCOUNTS: u64 = 100;

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditLine {
    /// Its id.
    pub id: AuditId,
    /// When; of several, the last.
    pub at: Timestamp,
    /// Who, by sign-in name at that time; empty once the account is erased.
    pub actor: String,
    /// Whose account; `null` for guests, the command line and the service itself.
    pub account: Option<AccountId>,
    /// Whether nobody's account did it: the command line, or the service by itself.
    #[serde(skip)]
    pub is_system: bool,
    /// Whether the account is erased.
    pub is_erased: bool,
    /// What: `resource.publish`.
    pub action: String,
    /// On what.
    pub subject: Option<String>,
    /// What that was called then, or is called now if that was not noted; `null` for what has no name, or one that was an
    /// erased person's.
    pub title: Option<String>,
    /// What it changed: fields, and of those that decide over rights also from what to what.
    pub changes: Vec<AuditChange>,
    /// For how many of the same it stands: refusals of a minute, reads of an hour.
    pub times: i32,
    /// `done`, or the refusal's code.
    pub outcome: String,
    /// From where.
    pub address: Option<String>,
}

/// Which lines of the log; empty fields limit nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A part of what somebody is called, or `guest` or `operator`.
    pub actor: Option<String>,
    /// An action, or the family of actions before its dot.
    pub action: Option<String>,
    /// What it was done on, or how that begins.
    pub subject: Option<String>,
    /// What came of it.
    pub outcome: Option<OutcomeFilter>,
    /// From this address, or with a star at its end from those that begin so; by nobody who was erased.
    pub address: Option<String>,
    /// A part of what it was done on is called, or of what it changed. Not of what people call themselves, their tokens,
    /// passkeys and saved searches.
    pub text: Option<String>,
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
    /// The audit log, newest first: all of it for auditors and the bureau, a school's own for its administrators. A page may hold
    /// fewer lines than asked for, or none, and yet there are more: where few fit, it ends after so many that were looked at.
    pub async fn audit(
        &self,
        actor: &Actor,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<AuditLine>> {
        let school = school_of_records(actor)?;
        let before: Option<AuditId> = paging::begin(cursor)?;
        // What this process has noted until now is part of the log.
        self.audit.keep_noted(false).await?;
        self.audit.read(actor, AuditAction::AuditRead, None);
        self.lines(school, filter, before, limit).await
    }

    /// Refuses who may not export the log, and notes who does and what.
    pub async fn begin_export(&self, actor: &Actor, filter: &AuditFilter, form: &str) -> Result<()> {
        school_of_records(actor)?;
        self.audit.keep_noted(false).await?;
        // Whose lines, and which words: that is about people, and only that it was narrowed so is told.
        let told = AuditChanges::default()
            .set("format", form)
            .moved_option("from", None, filter.from.map(Timestamp::minute))
            .moved_option("until", None, filter.until.map(Timestamp::minute))
            .moved_option("action", None, filter.action.as_deref())
            .named("actor", filter.actor.is_some())
            .named("subject", filter.subject.is_some())
            .named("outcome", filter.outcome.is_some())
            .named("address", filter.address.is_some())
            .named("text", filter.text.is_some());
        self.audit.exported(actor, AuditAction::AuditExport, None, &told);
        Ok(())
    }

    /// A page of an export.
    pub async fn exported_lines(
        &self,
        actor: &Actor,
        filter: &AuditFilter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<AuditLine>> {
        let school = school_of_records(actor)?;
        self.lines(school, filter, paging::begin(cursor)?, limit).await
    }

    async fn lines(
        &self,
        school: Option<SchoolId>,
        filter: &AuditFilter,
        before: Option<AuditId>,
        limit: u64,
    ) -> Result<Page<AuditLine>> {
        let conn = self.db.read();
        let found = audit::list::list(conn, &self.lines_of(school, filter).await?, before, limit).await?;
        let erased = erasures::among(conn, people_in(&found.rows)).await?;
        let unnoted = found.rows.iter().filter(|row| row.subject_title.is_none());
        let acts: Vec<(&str, &str)> = unnoted
            .filter_map(|row| Some((row.action.as_str(), row.subject.as_deref()?)))
            .collect();
        let titles = audit::titles(conn, &acts).await?;
        let items = found.rows.into_iter().map(|row| {
            let noted = row.subject_title.clone();
            let title = noted.or_else(|| audit::title_of(&titles, &row));
            shown(row, title, &erased)
        });
        Ok(Page {
            items: items.collect(),
            next_cursor: found.next.map(|id| id.to_string()),
        })
    }

    async fn lines_of(&self, school: Option<SchoolId>, filter: &AuditFilter) -> Result<AuditLineFilter> {
        let actor = match filter.actor.as_deref() {
            Some(name @ (GUEST | OPERATOR)) => Some(LineActor::Nobody(name.to_owned())),
            Some(text) => Some(self.called(text).await?),
            None => None,
        };
        Ok(AuditLineFilter {
            school,
            actor,
            actions: filter.action.as_deref().map(codes),
            subject: filter.subject.clone(),
            address: filter.address.clone(),
            outcome: filter.outcome.as_ref().map(|outcome| match outcome {
                OutcomeFilter::Is(code) => LineOutcome::Is(code.clone()),
                OutcomeFilter::Refused => LineOutcome::Refused,
            }),
            text: filter.text.clone(),
            from: filter.from,
            until: filter.until,
        })
    }

    /// Who is called so. Whoever was erased is not: that is what erasing is for.
    async fn called(&self, text: &str) -> Result<LineActor> {
        if let Ok(id) = text.parse() {
            return Ok(LineActor::Accounts(vec![id]));
        }
        let ids = people::called(self.db.read(), text, MOST_ACCOUNTS + 1).await?;
        if ids.len() as u64 > MOST_ACCOUNTS {
            return Ok(LineActor::Named(text.to_owned()));
        }
        Ok(LineActor::Accounts(ids))
    }
}

fn shown(row: entity::audit::Model, title: Option<String>, erased: &HashSet<AccountId>) -> AuditLine {
    let is_erased = row.account_id.is_some_and(|id| erased.contains(&id));
    AuditLine {
        title: title.filter(|_| !is_named_by_erased(&row, erased)),
        is_system: row.account_id.is_none() && row.actor == OPERATOR,
        is_erased,
        id: row.id,
        at: row.at,
        actor: if is_erased { String::new() } else { row.actor },
        account: row.account_id,
        action: row.action,
        subject: row.subject,
        changes: AuditChanges::of_text(row.changes.as_deref()),
        times: row.times.unwrap_or(1),
        outcome: row.outcome,
        address: row.address.filter(|_| !is_erased),
    }
}

/// The codes of a family, or the one code.
fn codes(action: &str) -> Vec<String> {
    let Some(family) = AuditFamily::of_code(action) else {
        return vec![action.to_owned()];
    };
    let of_family = AuditAction::ALL.into_iter().filter(|action| action.family() == family);
    of_family.map(|action| action.code().to_owned()).collect()
}

/// Whose lines the actor may read: everyone's, or a school's own.
fn school_of_records(actor: &Actor) -> Result<Option<SchoolId>> {
    Ok(reach(actor, Act::ReadAuditLog)?.school())
}
