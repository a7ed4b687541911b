//! Lines of the audit log that no act writes: refusals, reads of what is restricted, exports.
//!
//! Each alone would cost a transaction and a line, and whoever wants to fill the disk would only have to knock. So they are
//! put together in memory: of the same by the same in a window of time the first is told at once, all that follow by one line
//! with their number when the window is over, of long ones every few minutes. A batch is written every few seconds and at the
//! stop: a node that is killed forgets the first lines of those seconds, and how often it was that came again in the last
//! minutes.
//!
//! There is room for so many windows at once; what finds none is counted, and that number is a line. Nobody takes it all:
//! what one account or one network does beside a few things stands together in one more window, whatever it was. Attempts to
//! sign in have a room of their own, so that no other refusals keep them out of the log.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::db::entity::audit::Model;
use crate::domain::audit::{AuditAction, SEVERAL};
use crate::domain::id::{AccountId, AuditId};
use crate::domain::time::Timestamp;
use crate::library::audit::{DONE, GUEST, OPERATOR};

/// Lines that wait for a database that is away; further ones are counted.
const MOST_UNWRITTEN: usize = 2_000;
/// What comes again is told so often, while its window is open.
const TOLD_EVERY: Duration = Duration::from_mins(5);

/// What is put together, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    /// Refusals: whoever knocks thousands of times a minute leaves two lines.
    Refusals,
    /// Attempts to sign in that were refused, and to prove once more who one is.
    SignIns,
    /// Reads: whoever plays a film asks for it in hundreds of pieces.
    Reads,
    /// Exports.
    Exports,
}

impl NoteKind {
    fn length(self) -> Duration {
        match self {
            Self::Refusals | Self::SignIns | Self::Exports => Duration::from_mins(1),
            Self::Reads => Duration::from_hours(1),
        }
    }

    /// How many may be open at once. With the length it bounds what a flood writes: 400 lines a minute of each kind.
    fn room(self) -> usize {
        match self {
            Self::Refusals | Self::SignIns | Self::Exports => 200,
            Self::Reads => 20_000,
        }
    }

    /// Of that, how many guests may take: they are not to keep members' refusals out.
    fn room_for_guests(self) -> usize {
        self.room() / 2
    }

    /// Of that, how many one account or one network may take, beside the one for all the rest. Copies of much are few, and each
    /// is to be named.
    fn room_for_one(self) -> usize {
        match self {
            Self::Refusals | Self::SignIns => 8,
            Self::Exports => 50,
            Self::Reads => usize::MAX,
        }
    }

    /// What all the rest stands as; none: as what it is.
    fn rest(self) -> Option<AuditAction> {
        match self {
            Self::Refusals => Some(AuditAction::AccessRefuse),
            Self::SignIns => Some(AuditAction::SessionBegin),
            Self::Exports | Self::Reads => None,
        }
    }

    /// Whether windows that are open may be closed before their time when there are many. Reads are few for each reader, and
    /// none of them is to be missing; of refusals that would let a flood write on.
    fn may_close_early(self) -> bool {
        self == Self::Reads
    }
}

/// What counts as the same. What a refusal is about is whatever the caller asks for, and does not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    window: NoteKind,
    account: Option<AccountId>,
    /// Of a guest: where it comes from.
    network: Option<String>,
    action: String,
    outcome: String,
    subject: Option<String>,
    changes: Option<String>,
}

impl Key {
    fn of(window: NoteKind, network: Option<String>, line: &Model) -> Self {
        let is_named = matches!(window, NoteKind::Reads | NoteKind::Exports);
        let counts = |text: &Option<String>| text.clone().filter(|_| is_named);
        Self {
            window,
            account: line.account_id,
            network,
            action: line.action.clone(),
            outcome: line.outcome.clone(),
            subject: counts(&line.subject),
            changes: counts(&line.changes),
        }
    }

    /// Who fills rooms by this: a guest is their network, whomever they try to come in as.
    fn asker(&self) -> NotedParty {
        let account = self.account.filter(|_| self.network.is_none());
        (self.window, account, self.network.clone())
    }
}

/// Whose windows of a kind are counted together.
type NotedParty = (NoteKind, Option<AccountId>, Option<String>);

/// A line that stands for whatever else its asker does.
fn line_of_the_rest(kind: NoteKind, network: Option<&String>, line: Model) -> Model {
    let action = kind.rest().map_or(line.action, |action| action.code().to_owned());
    let outcome = match kind {
        NoteKind::Refusals | NoteKind::SignIns => SEVERAL.to_owned(),
        NoteKind::Reads | NoteKind::Exports => line.outcome,
    };
    let rest = Model {
        action,
        outcome,
        subject: None,
        changes: None,
        ..line
    };
    match network {
        // Of all those whom a guest tries to come in as it is none.
        Some(_) => Model {
            account_id: None,
            actor: GUEST.to_owned(),
            school_id: None,
            ..rest
        },
        None => rest,
    }
}

/// The same by the same, in one window.
#[derive(Debug)]
struct Group {
    /// What its lines say.
    line: Model,
    began: Timestamp,
    /// How often it happened since its last line.
    waiting: i32,
    /// When a line of it was told last, if one was.
    told_at: Option<Timestamp>,
}

impl Group {
    fn add(&mut self, line: &Model) {
        self.waiting = self.waiting.saturating_add(1);
        self.line.at = line.at;
        // A line for several about different things is about none of them.
        if self.waiting > 1 && self.line.subject != line.subject {
            self.line.subject = None;
        } else if self.waiting == 1 {
            self.line.subject.clone_from(&line.subject);
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.told_at.is_none_or(|told| told.plus(TOLD_EVERY) <= now)
    }

    fn take_line(&mut self, now: Timestamp) -> Option<Model> {
        let times = std::mem::take(&mut self.waiting);
        self.told_at = Some(now);
        (times > 0).then(|| Model {
            times: (times > 1).then_some(times),
            ..self.line.clone()
        })
    }
}

#[derive(Debug, Default)]
struct Noted {
    groups: HashMap<Key, Group>,
    open: HashMap<(NoteKind, bool), usize>,
    open_of: HashMap<NotedParty, usize>,
    /// Lines that could not be written.
    unwritten: Vec<Model>,
    /// How many were not noted, since that was last told.
    missed: i32,
}

/// What was noted and is not written yet.
#[derive(Debug, Default)]
pub(super) struct AuditQueue(Mutex<Noted>);

/// Lines on their way into the database. Those that are left go back: they could not be written, or whoever waited for it went
/// away.
#[derive(Debug)]
pub(super) struct TakenLines<'a> {
    pub(super) lines: Vec<Model>,
    queue: &'a AuditQueue,
}

impl Drop for TakenLines<'_> {
    fn drop(&mut self) {
        if !self.lines.is_empty() {
            self.queue.put_back(std::mem::take(&mut self.lines));
        }
    }
}

impl AuditQueue {
    /// Notes a line; `network`: of a guest, where it comes from.
    pub(super) fn note(&self, window: NoteKind, network: Option<String>, line: Model) {
        let is_guest = network.is_some();
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut key, mut line) = (Key::of(window, network, &line), line);
        if !noted.groups.contains_key(&key) && noted.has_enough(&key) {
            line = line_of_the_rest(window, key.network.as_ref(), line);
            key = Key::of(window, key.network, &line);
        }
        if let Some(group) = noted.groups.get_mut(&key) {
            group.add(&line);
            return;
        }
        if !noted.has_room(window, is_guest) {
            noted.missed = noted.missed.saturating_add(1);
            return;
        }
        *noted.open.entry((window, is_guest)).or_default() += 1;
        *noted.open_of.entry(key.asker()).or_default() += 1;
        let group = Group {
            began: line.at,
            waiting: 1,
            told_at: None,
            line,
        };
        noted.groups.insert(key, group);
    }

    /// The lines that are due.
    pub(super) fn take(&self, now: Timestamp, is_last: bool) -> TakenLines<'_> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = std::mem::take(&mut noted.unwritten);
        let Noted {
            groups, open, open_of, ..
        } = &mut *noted;
        let is_crowded = open_in(open, NoteKind::Reads) > NoteKind::Reads.room() / 2;
        groups.retain(|key, group| {
            let is_over = group.began.plus(key.window.length()) <= now;
            let closes = is_last || is_over || (is_crowded && key.window.may_close_early());
            if group.is_due(now) || closes {
                lines.extend(group.take_line(now));
            }
            if closes {
                one_less(open, (key.window, key.network.is_some()));
                one_less(open_of, key.asker());
            }
            !closes
        });
        let missed = std::mem::take(&mut noted.missed);
        lines.extend((missed > 0).then(|| missed_line(missed, now)));
        TakenLines { lines, queue: self }
    }

    /// Takes back lines that could not be written.
    fn put_back(&self, mut lines: Vec<Model>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.append(&mut noted.unwritten);
        let kept = lines.len().min(MOST_UNWRITTEN);
        let lost: i32 = lines.drain(kept..).map(|line| line.times.unwrap_or(1)).sum();
        noted.missed = noted.missed.saturating_add(lost);
        noted.unwritten = lines;
    }
}

impl Noted {
    /// Whether whoever asks has so many windows open that what else they do stands together.
    fn has_enough(&self, key: &Key) -> bool {
        let open = self.open_of.get(&key.asker()).copied().unwrap_or_default();
        open >= key.window.room_for_one()
    }

    fn has_room(&self, window: NoteKind, is_guest: bool) -> bool {
        let of_guests = self.open.get(&(window, true)).copied().unwrap_or_default();
        let is_full = open_in(&self.open, window) >= window.room();
        let is_full_of_guests = is_guest && of_guests >= window.room_for_guests();
        !is_full && !is_full_of_guests
    }
}

/// Counts one less; what is none is forgotten.
fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, of: K) {
    if let Entry::Occupied(mut count) = counts.entry(of) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

fn open_in(open: &HashMap<(NoteKind, bool), usize>, window: NoteKind) -> usize {
    let of = |is_guest| open.get(&(window, is_guest)).copied().unwrap_or_default();
    of(true) + of(false)
}

/// The line that says how many are missing.
fn missed_line(times: i32, at: Timestamp) -> Model {
    Model {
        id: AuditId::NO_ROW,
        at,
        account_id: None,
        actor: OPERATOR.to_owned(),
        school_id: None,
        action: AuditAction::AuditMiss.code().to_owned(),
        subject: None,
        subject_title: None,
        changes: None,
        times: Some(times),
        outcome: DONE.to_owned(),
        address: None,
        seq: None,
        chain: None,
    }
}

#[cfg(test)]
mod tests;
