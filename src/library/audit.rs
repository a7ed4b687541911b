//! The audit log: who did what, written in the transaction of the act itself; and beside that who was refused and who read
//! what not everybody may see, which no transaction stands for ([`queue`]).

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use uuid::timestamp::context::ContextV7;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::audit::list::{PERSONAL, first_id_at};
use crate::db::{Db, audit, entity, people};
use crate::domain::audit::{AuditAction, AuditFamily};
use crate::domain::audit_changes::AuditChanges;
use crate::domain::id::{AccountId, AuditId};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::audit::queue::{AuditQueue, NoteKind};
use crate::library::idempotency::Idempotency;

pub mod queue;

/// Who did what no account did, in the audit log.
pub(super) const OPERATOR: &str = "operator";

/// Who did what somebody did who has not signed in.
pub(super) const GUEST: &str = "guest";

/// What came of an act that was not refused.
pub(super) use crate::db::audit::DONE;

/// Noted lines that are written together.
const LINES_AT_ONCE: usize = 500;

/// One of many things that an act was done on, with what became of it.
#[derive(Debug, Clone)]
pub(crate) struct AuditedThing {
    /// What was done.
    pub(crate) action: AuditAction,
    /// On what.
    pub(crate) subject: String,
    /// What was changed of it.
    pub(crate) changes: AuditChanges,
}

/// Writes the audit log.
#[derive(Debug, Clone)]
pub struct Audit {
    db: Db,
    clock: Clock,
    idempotency: Idempotency,
    /// Numbers the lines of one millisecond.
    ids: Arc<Mutex<ContextV7>>,
    queue: Arc<AuditQueue>,
}

impl Audit {
    /// A log that dates its lines by `clock`.
    pub(super) fn new(db: Db, clock: Clock, idempotency: Idempotency) -> Self {
        Self {
            db,
            clock,
            idempotency,
            ids: Arc::default(),
            queue: Arc::default(),
        }
    }

    /// Adds a line to the audit log: done. If the actor acts under a key, the same transaction takes it, so an act has
    /// one line.
    pub(crate) async fn record(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        action: AuditAction,
        subject: Option<String>,
    ) -> Result<()> {
        self.record_changes(tx, actor, action, subject, &AuditChanges::default())
            .await
    }

    /// The same, with what was changed.
    pub(crate) async fn record_changes(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        action: AuditAction,
        subject: Option<String>,
        changes: &AuditChanges,
    ) -> Result<()> {
        expect_standing(tx, actor, action, subject.as_deref()).await?;
        self.idempotency.take_key(tx, actor, subject.as_deref()).await?;
        // What is deleted later leads nowhere by its id, so its name is kept as it is now.
        let subject_title = match &subject {
            Some(subject) => audit::titles(tx, &[(action.code(), subject)])
                .await?
                .into_values()
                .next(),
            None => None,
        };
        let now = self.clock.now();
        let line = entity::audit::Model {
            id: id_at(&self.ids, now),
            subject,
            subject_title,
            changes: changes.to_text(),
            ..line(actor, action, DONE, now)
        };
        audit::add(tx, line).await
    }

    /// Adds a line for each of many things that one act is done on, by a few statements for hundreds. Whether the actor stands,
    /// and the key that they act under, are asked with the line of the act itself ([`record_changes`](Self::record_changes)).
    pub(crate) async fn record_each(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        things: &[AuditedThing],
    ) -> Result<()> {
        let now = self.clock.now();
        for some in things.chunks(LINES_AT_ONCE) {
            let acts: Vec<(&str, &str)> = some
                .iter()
                .map(|thing| (thing.action.code(), thing.subject.as_str()))
                .collect();
            let titles = audit::titles(tx, &acts).await?;
            let line_of = |thing: &AuditedThing| {
                let line = entity::audit::Model {
                    id: id_at(&self.ids, now),
                    subject: Some(thing.subject.clone()),
                    changes: thing.changes.to_text(),
                    ..line(actor, thing.action, DONE, now)
                };
                let subject_title = audit::title_of(&titles, &line);
                entity::audit::Model { subject_title, ..line }
            };
            let lines: Vec<entity::audit::Model> = some.iter().map(line_of).collect();
            audit::add_all(tx, &lines).await?;
        }
        Ok(())
    }

    /// Notes that somebody was refused something. Nobody waits for it: it is written down with others a moment later.
    pub fn refused(&self, actor: &Actor, action: AuditAction, subject: Option<String>, why: &'static str) {
        let line = entity::audit::Model {
            subject,
            ..line(actor, action, why, self.clock.now())
        };
        self.queue.note(refusals_of(action), network(actor), line);
    }

    /// The same of somebody who tries to come in as `who`: they count as a guest, whomever they name.
    pub fn refused_entry(&self, asker: &Actor, who: &Actor, action: AuditAction, why: &'static str) {
        let line = line(who, action, why, self.clock.now());
        self.queue.note(refusals_of(action), network(asker), line);
    }

    /// Notes that somebody reads something that not everybody may see.
    pub fn read(&self, actor: &Actor, action: AuditAction, subject: Option<String>) {
        let line = entity::audit::Model {
            subject,
            ..line(actor, action, DONE, self.clock.now())
        };
        self.queue.note(NoteKind::Reads, network(actor), line);
    }

    /// Notes that somebody takes a copy of much at once, and of what.
    pub fn exported(&self, actor: &Actor, action: AuditAction, subject: Option<String>, what: &AuditChanges) {
        let line = entity::audit::Model {
            subject,
            changes: what.to_text(),
            ..line(actor, action, DONE, self.clock.now())
        };
        self.queue.note(NoteKind::Exports, network(actor), line);
    }

    /// Notes in a transaction of its own what somebody did that changes no rows.
    pub async fn did(&self, actor: &Actor, action: AuditAction, subject: Option<String>) -> Result<()> {
        let done = async |tx: &_| self.record(tx, actor, action, subject).await;
        self.db.write(done).await
    }

    /// Writes down what was noted since the last time. `is_last`: at the stop, whatever would be told later is told now.
    pub async fn keep_noted(&self, is_last: bool) -> Result<()> {
        let mut taken = self.queue.take(self.clock.now(), is_last);
        // In the order in which things happened, as far as lines of one moment have one.
        taken.lines.sort_by_key(|line| line.at);
        while !taken.lines.is_empty() {
            let count = taken.lines.len().min(LINES_AT_ONCE);
            self.write_noted(&mut taken.lines[..count]).await?;
            taken.lines.drain(..count);
        }
        Ok(())
    }

    async fn write_noted(&self, lines: &mut [entity::audit::Model]) -> Result<()> {
        let acts: Vec<(&str, &str)> = lines
            .iter()
            .filter_map(|line| Some((line.action.as_str(), line.subject.as_deref()?)))
            .collect();
        let titles = audit::titles(self.db.read(), &acts).await?;
        for line in &mut *lines {
            line.subject_title = audit::title_of(&titles, line);
            line.id = past_id(line.at);
        }
        self.db.write(async |tx| audit::add_all(tx, lines).await).await
    }
}

/// Refuses whoever was let in and has lost since what they came in by, or the rights they had: a body may take minutes to
/// arrive, and nothing that outlives their standing is left by it. Acts on one's own account end sessions, and look
/// themselves.
async fn expect_standing(
    tx: &impl ConnectionTrait,
    actor: &Actor,
    action: AuditAction,
    subject: Option<&str>,
) -> Result<()> {
    let Some(member) = &actor.account else { return Ok(()) };
    if action == AuditAction::SessionEnd || subject == Some(member.id.to_string().as_str()) {
        return Ok(());
    }
    let account = people::account(tx, member.id).await?;
    let is_same =
        account.is_some_and(|row| !row.disabled && (row.role, row.school_id) == (member.role, member.school_id));
    let stands = match (&member.csrf, member.token_id) {
        (Some(csrf), _) => people::has_session(tx, member.id, csrf).await?,
        (None, Some(token)) => people::has_token(tx, member.id, token).await?,
        (None, None) => true,
    };
    if is_same && stands {
        return Ok(());
    }
    Err(Refusal::NotSignedIn.into())
}

/// Notes in a database that was just restored that it was, and from which backup.
pub(crate) async fn note_restore(db: &Db, clock: &Clock, backup: String) -> Result<()> {
    let audit = Audit::new(db.clone(), clock.clone(), Idempotency::new(db.clone(), clock.clone()));
    audit
        .did(&Actor::guest(), AuditAction::BackupRestore, Some(backup))
        .await
}

/// The accounts that lines are by or about.
pub(super) fn people_in(lines: &[entity::audit::Model]) -> Vec<AccountId> {
    let by = lines.iter().filter_map(|line| line.account_id);
    let about = lines.iter().filter_map(account_of_subject);
    let all: HashSet<AccountId> = by.chain(about).collect();
    all.into_iter().collect()
}

/// Whether the title of a line is the name of somebody who was erased, or one that they gave to something of their own.
pub(super) fn is_named_by_erased(line: &entity::audit::Model, erased: &HashSet<AccountId>) -> bool {
    let Some(family) = family_of(line).filter(|family| PERSONAL.contains(family)) else {
        return false;
    };
    let whose = match family {
        AuditFamily::Account => account_of_subject(line),
        _ => line.account_id,
    };
    whose.is_some_and(|id| erased.contains(&id))
}

fn account_of_subject(line: &entity::audit::Model) -> Option<AccountId> {
    let is_of_account = family_of(line) == Some(AuditFamily::Account);
    let subject = line.subject.as_deref().filter(|_| is_of_account)?;
    audit::subject_head(subject).parse().ok()
}

/// What a line is about, of acts of other versions, too.
fn family_of(line: &entity::audit::Model) -> Option<AuditFamily> {
    let (family, _) = line.action.split_once('.')?;
    AuditFamily::of_code(family)
}

/// The id of a line of this moment: later ones sort behind it, so the order of ids is that of time.
fn id_at(ids: &Mutex<ContextV7>, at: Timestamp) -> AuditId {
    let millis = at.0.unsigned_abs();
    let nanos = u32::try_from(millis % 1000).unwrap_or_default() * 1_000_000;
    let id = AuditId(Uuid::new_v7(uuid::Timestamp::from_unix(ids, millis / 1000, nanos)));
    // It never goes back: after a clock was put back it would date all lines as the last one before, for hours.
    if id < first_id_at(at.plus(Duration::from_millis(1))) {
        return id;
    }
    past_id(at)
}

/// The id of a line that is written later than what it tells of: it sorts where that happened, behind no line that came since.
fn past_id(at: Timestamp) -> AuditId {
    let fresh = Uuid::now_v7();
    let tail = fresh.as_bytes()[6..].try_into().expect("ten bytes of sixteen");
    AuditId(uuid::Builder::from_unix_timestamp_millis(at.0.unsigned_abs(), &tail).into_uuid())
}

/// A line about somebody; its id is given when it is written.
fn line(actor: &Actor, action: AuditAction, outcome: &str, at: Timestamp) -> entity::audit::Model {
    let member = actor.account.as_ref();
    entity::audit::Model {
        id: AuditId::NO_ROW,
        at,
        account_id: member.map(|member| member.id),
        actor: member.map_or_else(|| nobody(actor).to_owned(), |member| member.name.clone()),
        school_id: member.and_then(|member| member.school_id),
        action: action.code().to_owned(),
        subject: None,
        subject_title: None,
        changes: None,
        times: None,
        outcome: outcome.to_owned(),
        address: actor.address.clone(),
        seq: None,
        chain: None,
    }
}

/// Which refusals an act's are put together with.
fn refusals_of(action: AuditAction) -> NoteKind {
    match action {
        AuditAction::SessionBegin | AuditAction::SessionConfirm => NoteKind::SignIns,
        _ => NoteKind::Refusals,
    }
}

/// Whom a guest counts as: everybody behind one address.
fn network(actor: &Actor) -> Option<String> {
    let is_guest = actor.account.is_none();
    is_guest.then(|| actor.network().map_or_else(String::new, |network| network.to_string()))
}

/// Requests have an address, the command line and the service itself have none.
fn nobody(actor: &Actor) -> &'static str {
    if actor.address.is_some() { GUEST } else { OPERATOR }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_790_000_000_000);

    fn is_of(id: AuditId, at: Timestamp) -> bool {
        (first_id_at(at)..first_id_at(at.plus(Duration::from_millis(1)))).contains(&id)
    }

    #[test]
    fn the_lines_of_one_moment_are_read_in_the_order_in_which_they_were_written() {
        let ids = Mutex::default();

        let of_noon: Vec<AuditId> = (0..1_000).map(|_| id_at(&ids, NOON)).collect();

        assert!(of_noon.is_sorted() && of_noon.iter().all(|id| is_of(*id, NOON)));
    }

    /// They stood in the log as of the hour that the clock had shown before, and a search by time missed them.
    #[test]
    fn lines_that_follow_a_clock_that_was_put_back_stand_at_their_own_time() {
        let ids = Mutex::default();
        let at = |hours: u64, millis: u64| NOON.plus(Duration::from_hours(hours) + Duration::from_millis(millis));
        let ahead = id_at(&ids, at(24, 0));

        for moment in [at(0, 0), at(0, 1), at(1, 0), at(23, 0)] {
            assert!(is_of(id_at(&ids, moment), moment), "{moment}");
            assert!(id_at(&ids, moment) < ahead);
        }

        // Once it has caught up, all is as before.
        let (first, second) = (id_at(&ids, at(24, 0)), id_at(&ids, at(24, 0)));
        assert!(ahead < first && first < second && is_of(second, at(24, 0)));
    }
}
