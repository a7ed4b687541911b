//! Lines of the audit log that no act writes: refusals, reads of what is restricted, exports.
//!
//! Each alone would cost a transaction and a line, and whoever wants to fill the disk would only have to knock. So they are
//! put together in memory: of the same by the same in a window of time the first is told at once, all that follow by one line
//! with their number when the window is over. A batch is written every few seconds and at the stop; a node that is killed
//! forgets those seconds. There is room for so many windows at once; what finds none is counted, and that number is a line.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::db::entity::audit::Model;
use crate::domain::audit::AuditAction;
use crate::domain::id::{AccountId, AuditId};
use crate::domain::time::Timestamp;
use crate::library::audit::{DONE, OPERATOR};

/// Lines that wait for a database that is away; further ones are counted.
const MOST_UNWRITTEN: usize = 2_000;

/// What is put together, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    /// Refusals: whoever knocks thousands of times a minute leaves two lines.
    Refusals,
    /// Reads: whoever plays a film asks for it in hundreds of pieces.
    Reads,
    /// Exports.
    Exports,
}

impl NoteKind {
    fn length(self) -> Duration {
        match self {
            Self::Refusals | Self::Exports => Duration::from_mins(1),
            Self::Reads => Duration::from_hours(1),
        }
    }

    /// How many may be open at once. With the length it bounds what a flood writes: 400 lines a minute.
    fn room(self) -> usize {
        match self {
            Self::Refusals | Self::Exports => 200,
            Self::Reads => 20_000,
        }
    }

    /// Of that, how many guests may take: they are not to keep members' refusals out.
    fn room_for_guests(self) -> usize {
        self.room() / 2
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
        let counts = |text: &Option<String>| text.clone().filter(|_| window != NoteKind::Refusals);
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
}

/// The same by the same, in one window.
#[derive(Debug)]
struct Group {
    /// What its lines say.
    line: Model,
    began: Timestamp,
    /// How often it happened since its last line.
    waiting: i32,
    /// Whether its first line was told.
    is_told: bool,
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

    fn take_line(&mut self) -> Option<Model> {
        let times = std::mem::take(&mut self.waiting);
        self.is_told = true;
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
        let key = Key::of(window, network, &line);
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = noted.groups.get_mut(&key) {
            group.add(&line);
            return;
        }
        if !noted.has_room(window, is_guest) {
            noted.missed = noted.missed.saturating_add(1);
            return;
        }
        *noted.open.entry((window, is_guest)).or_default() += 1;
        let group = Group {
            began: line.at,
            waiting: 1,
            is_told: false,
            line,
        };
        noted.groups.insert(key, group);
    }

    /// The lines that are due.
    pub(super) fn take(&self, now: Timestamp, is_last: bool) -> TakenLines<'_> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = std::mem::take(&mut noted.unwritten);
        let Noted { groups, open, .. } = &mut *noted;
        let crowded: Vec<NoteKind> = [NoteKind::Refusals, NoteKind::Reads, NoteKind::Exports]
            .into_iter()
            .filter(|window| window.may_close_early() && open_in(open, *window) > window.room() / 2)
            .collect();
        groups.retain(|key, group| {
            let is_over = group.began.plus(key.window.length()) <= now;
            let closes = is_last || is_over || crowded.contains(&key.window);
            if !group.is_told || closes {
                lines.extend(group.take_line());
            }
            if closes {
                let count = open.entry((key.window, key.network.is_some())).or_default();
                *count = count.saturating_sub(1);
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
    fn has_room(&self, window: NoteKind, is_guest: bool) -> bool {
        let of_guests = self.open.get(&(window, true)).copied().unwrap_or_default();
        let is_full = open_in(&self.open, window) >= window.room();
        let is_full_of_guests = is_guest && of_guests >= window.room_for_guests();
        !is_full && !is_full_of_guests
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
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_790_000_000_000);

    fn line(subject: &str, at: Timestamp) -> Model {
        Model {
            action: AuditAction::AccessRefuse.code().to_owned(),
            subject: Some(subject.to_owned()),
            times: None,
            outcome: "not-allowed".to_owned(),
            ..missed_line(1, at)
        }
    }

    fn taken(queue: &AuditQueue, now: Timestamp, is_last: bool) -> Vec<Model> {
        std::mem::take(&mut queue.take(now, is_last).lines)
    }

    fn told(lines: &[Model]) -> Vec<(Option<&str>, Option<i32>)> {
        let mut told: Vec<_> = lines.iter().map(|line| (line.subject.as_deref(), line.times)).collect();
        told.sort_unstable();
        told
    }

    #[test]
    fn the_first_is_told_at_once_and_all_that_follow_together() {
        let queue = AuditQueue::default();
        let note = |at| queue.note(NoteKind::Reads, None, line("甲", at));

        note(NOON);
        assert_eq!(told(&taken(&queue, NOON, false)), [(Some("甲"), None)]);
        for _ in 0..500 {
            note(NOON.plus(Duration::from_mins(5)));
        }
        assert_eq!(taken(&queue, NOON.plus(Duration::from_mins(59)), false), []);
        let later = taken(&queue, NOON.plus(Duration::from_hours(1)), false);
        assert_eq!(told(&later), [(Some("甲"), Some(500))]);
        assert_eq!(later[0].at, NOON.plus(Duration::from_mins(5)));
        assert_eq!(taken(&queue, NOON.plus(Duration::from_hours(9)), true), []);
    }

    #[test]
    fn a_flood_of_refusals_leaves_as_many_lines_as_there_is_room_for_and_the_number_of_the_rest() {
        let queue = AuditQueue::default();
        for n in 0..10_000 {
            let network = Some(format!("203.0.113.{n}"));
            queue.note(NoteKind::Refusals, network, line(&format!("路径 {n}"), NOON));
        }
        // Somebody with an account is heard all the same.
        queue.note(NoteKind::Refusals, None, line("乙", NOON));

        let lines = taken(&queue, NOON, false);

        assert_eq!(lines.len(), 100 + 1 + 1);
        let missed = lines.iter().find(|line| line.action == "audit.miss").unwrap();
        assert_eq!(missed.times, Some(9_900));
        assert!(lines.iter().any(|line| line.subject.as_deref() == Some("乙")));
    }

    #[test]
    fn one_who_asks_for_a_thousand_things_leaves_one_line_about_none_of_them() {
        let queue = AuditQueue::default();
        for n in 0..1_000 {
            queue.note(
                NoteKind::Refusals,
                Some("203.0.113.1".to_owned()),
                line(&n.to_string(), NOON),
            );
        }

        assert_eq!(told(&taken(&queue, NOON, false)), [(None, Some(1_000))]);
    }

    #[test]
    fn reads_of_very_many_things_are_told_each() {
        let queue = AuditQueue::default();
        let mut told = 0;
        for round in 0..4 {
            for n in 0..15_000 {
                queue.note(NoteKind::Reads, None, line(&format!("{round} {n}"), NOON));
            }
            told += taken(&queue, NOON, false).len();
        }

        assert_eq!(told, 60_000);
    }

    #[test]
    fn what_a_database_that_is_away_did_not_take_is_told_later_or_counted() {
        let queue = AuditQueue::default();
        let lines: Vec<Model> = (0..2_500).map(|n| line(&n.to_string(), NOON)).collect();

        queue.put_back(lines);
        let again = taken(&queue, NOON, false);

        assert_eq!(again.len(), MOST_UNWRITTEN + 1);
        assert_eq!(again.last().unwrap().times, Some(500));
    }
}
