//! What a version asks to be looked after: by its owner, at its school, in the city.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::Standards;
use super::targets::Targets;
use crate::actor::{Actor, Member};
use crate::db::entity::standard_followup;
use crate::db::followups::{self, FollowUpLimits, FollowUpReader};
use crate::db::{people, standards};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Target};
use crate::domain::id::{AccountId, FollowUpId, SchoolId, StandardId};
use crate::domain::role::Scope;
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::standard::followup::cause::FollowUpCause;
use crate::domain::standard::followup::{FollowUpDecision, FollowUpKind, FollowUpState};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::paging::{self, Page};

/// Something that a version asks to be looked after.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// The version that asks for it.
    pub standard: StandardId,
    /// The version's title.
    pub standard_title: String,
    /// What is touched.
    pub kind: FollowUpKind,
    /// Which: a resource's or a pack's id; of an order `task/keeper`.
    pub target: String,
    /// Its title; `null` where you may not see it, or it is gone.
    pub title: Option<String>,
    /// Whether it was removed since.
    pub is_gone: bool,
    /// What became of the course, task or major that it is touched by.
    pub change: Option<FollowUpCause>,
    /// The name that had.
    pub subject: String,
    /// The school whose it is.
    pub school: Option<NamedSchool>,
    /// Whether it is your own.
    pub is_own: bool,
    /// How far it has come.
    pub state: FollowUpState,
    /// Why it was waived.
    pub reason: Option<String>,
    /// When it was decided.
    #[schema(value_type = Option<String>)]
    pub decided_at: Option<Timestamp>,
    /// Counts the changes; its entity tag.
    pub revision: i64,
    /// Whether you decide about it.
    pub may_decide: bool,
}

/// How far a version's demands have come, at one school or for the city.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FollowUpProgress {
    /// The school; `null` for what is no school's.
    pub school: Option<NamedSchool>,
    /// Not looked after yet.
    pub open: i64,
    /// Looked after.
    pub done: i64,
    /// Left as they are, for a reason.
    pub waived: i64,
}

/// Which of them are wanted.
#[derive(Debug, Clone, Default)]
pub struct FollowUpQuery {
    /// Those of a version.
    pub standard: Option<StandardId>,
    /// Those of a school: its id, code or exact name.
    pub school: Option<String>,
    /// Those in a state.
    pub state: Option<FollowUpState>,
    /// Those of a kind.
    pub kind: Option<FollowUpKind>,
    /// What waits for the asker alone: their own, and what people left who may do nothing any more.
    pub own: bool,
}

impl Standards {
    /// Whether the actor may have something to look after, or sees what others have.
    pub fn follows(&self, actor: &Actor) -> bool {
        actor.may(Act::SeeFollowUps)
    }

    /// What is to be looked after, as far as the actor sees it: one's own, a school's, or the whole city's.
    pub async fn followups(
        &self,
        actor: &Actor,
        query: &FollowUpQuery,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<FollowUp>> {
        let member = who_may(actor, Act::SeeFollowUps)?;
        let after = paging::begin(cursor)?;
        let conn = self.db.read();
        let school = match &query.school {
            Some(given) => {
                let found = people::school_named(conn, given).await?;
                Some(found.ok_or(Refusal::NoSuch(Thing::School))?.id)
            }
            None => None,
        };
        let filter = FollowUpLimits {
            standard: query.standard,
            school,
            state: query.state,
            kind: query.kind,
            led: query.own.then(|| decider(actor, member)),
        };
        let rows = followups::list(conn, reader(actor, member), filter, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let items = show(conn, actor, member, rows).await?;
        Ok(Page { items, next_cursor })
    }

    /// Notes that the list is taken along: it names what schools have not published.
    pub fn begin_export(&self, actor: &Actor, query: &FollowUpQuery, format: &str) -> Result<()> {
        who_may(actor, Act::SeeFollowUps)?;
        let told = AuditChanges::default().set("format", format);
        let subject = query.standard.map(|id| id.to_string());
        self.audit.exported(actor, AuditAction::StandardExport, subject, &told);
        Ok(())
    }

    /// How far each school has come with what a version asks for, as far as the actor sees it.
    pub async fn progress(&self, actor: &Actor, standard: StandardId) -> Result<Vec<FollowUpProgress>> {
        let member = who_may(actor, Act::SeeFollowUps)?;
        self.words(actor, standard).await?;
        let conn = self.db.read();
        let counts = followups::counts(conn, reader(actor, member), standard).await?;
        let schools = schools(conn).await?;
        let mut of_school: BTreeMap<Option<SchoolId>, FollowUpProgress> = BTreeMap::new();
        for counted in counts {
            let progress = of_school.entry(counted.school_id).or_default();
            progress.school = counted.school_id.and_then(|id| schools.get(&id).cloned());
            match counted.state {
                FollowUpState::Open => progress.open = counted.count,
                FollowUpState::Done => progress.done = counted.count,
                FollowUpState::Waived => progress.waived = counted.count,
            }
        }
        Ok(of_school.into_values().collect())
    }

    /// Decides about one: done, waived with a reason, or open again. `seen` is the revision that the actor saw.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: FollowUpId,
        seen: Option<i64>,
        decision: FollowUpDecision,
    ) -> Result<FollowUp> {
        let member = who_may(actor, Act::FollowUp)?;
        let reader = reader(actor, member);
        let before = followups::by_id(self.db.read(), reader, id).await?;
        let before = before.ok_or(Refusal::NoSuch(Thing::FollowUp))?;
        expect(member, Act::FollowUp, as_target(&before))?;
        let seen = seen.unwrap_or(before.revision);
        let now = self.clock.now();
        let told = AuditChanges::default().moved("state", before.state.code(), decision.state.code());
        let action = action_of(decision.state);
        let subject = format!("{}/followups/{id}", before.standard_id);
        let row = standard_followup::Model {
            revision: seen + 1,
            ..decided_row(before, decision, member.id, now)
        };
        self.db
            .write(async |tx| {
                followups::decide(tx, row, seen).await?;
                self.audit.record_changes(tx, actor, action, Some(subject), &told).await
            })
            .await?;
        let conn = self.db.read();
        let after = followups::by_id(conn, reader, id).await?;
        let shown = show(conn, actor, member, after.into_iter().collect()).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::FollowUp))?)
    }
}

/// A row after a decision about it.
pub(super) fn decided_row(
    before: standard_followup::Model,
    decision: FollowUpDecision,
    by: AccountId,
    now: Timestamp,
) -> standard_followup::Model {
    let is_open = decision.state == FollowUpState::Open;
    standard_followup::Model {
        state: decision.state,
        reason: decision.reason,
        decided_by: (!is_open).then_some(by),
        decided_at: (!is_open).then_some(now),
        revision: before.revision + 1,
        ..before
    }
}

/// What a decision is recorded as.
pub(super) fn action_of(state: FollowUpState) -> AuditAction {
    match state {
        FollowUpState::Open => AuditAction::StandardReopen,
        FollowUpState::Done => AuditAction::StandardDone,
        FollowUpState::Waived => AuditAction::StandardWaive,
    }
}

pub(super) fn reader(actor: &Actor, member: &Member) -> FollowUpReader {
    FollowUpReader {
        reach: actor.reach(Act::SeeFollowUps),
        account: member.id,
    }
}

/// The same of what they decide about.
fn decider(actor: &Actor, member: &Member) -> FollowUpReader {
    FollowUpReader {
        reach: actor.reach(Act::FollowUp),
        account: member.id,
    }
}

pub(super) fn as_target(row: &standard_followup::Model) -> Target {
    Target::Work {
        owner: row.owner_id,
        school: row.school_id,
        scope: Scope::City,
    }
}

/// Every school, by its id.
pub(super) async fn schools(conn: &impl ConnectionTrait) -> Result<HashMap<SchoolId, NamedSchool>> {
    let rows = people::schools(conn).await?.into_iter();
    let named = rows.map(|row| {
        let (id, code, name) = (row.id, Some(row.code), row.name);
        (id, NamedRef { id, code, name })
    });
    Ok(named.collect())
}

/// Shows rows, in the order given, by a fixed handful of queries.
async fn show(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    member: &Member,
    rows: Vec<standard_followup::Model>,
) -> Result<Vec<FollowUp>> {
    let schools = schools(conn).await?;
    let mut ids: Vec<StandardId> = rows.iter().map(|row| row.standard_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let versions = standards::titles(conn, &ids).await?;
    let versions: HashMap<StandardId, String> = versions.into_iter().collect();
    let targets = Targets::find(
        conn,
        actor,
        member,
        rows.iter().map(|row| (row.kind, row.target.as_str())),
    )
    .await?;
    let shown = rows.into_iter().map(|row| FollowUp {
        id: row.id,
        standard: row.standard_id,
        standard_title: versions.get(&row.standard_id).cloned().unwrap_or_default(),
        kind: row.kind,
        title: targets.title(row.kind, &row.target, &row.subject),
        is_gone: targets.is_gone(row.kind, &row.target),
        change: FollowUpCause::of_code(&row.change),
        school: row.school_id.and_then(|id| schools.get(&id).cloned()),
        is_own: row.owner_id == member.id,
        state: row.state,
        reason: row.reason.clone(),
        decided_at: row.decided_at,
        revision: row.revision,
        may_decide: may(actor, Act::FollowUp, as_target(&row)),
        target: row.target,
        subject: row.subject,
    });
    Ok(shown.collect())
}
