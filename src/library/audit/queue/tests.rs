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
    let minute = |n| NOON.plus(Duration::from_mins(n));
    for _ in 0..500 {
        note(minute(1));
    }
    assert_eq!(taken(&queue, minute(4), false), []);
    let later = taken(&queue, minute(5), false);
    assert_eq!(told(&later), [(Some("甲"), Some(500))]);
    assert_eq!(later[0].at, minute(1));
    assert_eq!(taken(&queue, minute(60), true), []);
}

/// A node that was killed forgot an hour of what was read again and again.
#[test]
fn what_comes_again_is_told_every_few_minutes_while_its_hour_lasts() {
    let queue = AuditQueue::default();
    let minute = |n| NOON.plus(Duration::from_mins(n));
    let mut told = 0;
    for n in 0..60 {
        queue.note(NoteKind::Reads, None, line("甲", minute(n)));
        let lines = taken(&queue, minute(n), false);
        told += lines.iter().map(|line| line.times.unwrap_or(1)).sum::<i32>();
        assert!(i64::from(told) >= i64::try_from(n).unwrap() - 4, "minute {n}: {told}");
    }
}

fn refusal(network: &str, action: &str, outcome: &str) -> (Option<String>, Model) {
    let line = Model {
        action: action.to_owned(),
        outcome: outcome.to_owned(),
        address: Some(network.to_owned()),
        ..line("x", NOON)
    };
    (Some(network.to_owned()), line)
}

/// A hundred addresses that one guest knocked at in a minute kept every failed sign-in of others out of the log.
#[test]
fn whoever_is_refused_at_a_hundred_doors_keeps_nobody_elses_sign_in_out_of_the_log() {
    let queue = AuditQueue::default();
    for n in 0..500 {
        let (network, line) = refusal("203.0.113.1", &format!("resource.act{n}"), "not-allowed");
        queue.note(NoteKind::Refusals, network, line);
    }
    let reader = Some(AccountId::new());
    for n in 0..500 {
        let (_, line) = refusal("203.0.113.2", &format!("pack.act{n}"), "not-allowed");
        let line = Model {
            account_id: reader,
            ..line
        };
        queue.note(NoteKind::Refusals, None, line);
    }
    let (network, line) = refusal("198.51.100.7", "resource.edit", "not-allowed");
    queue.note(NoteKind::Refusals, network, line);
    let (network, line) = refusal("198.51.100.8", "session.begin", "wrong-password");
    queue.note(NoteKind::SignIns, network, line);

    let lines = taken(&queue, NOON, false);

    let of = |address: &str| {
        let own = lines.iter().filter(|line| line.address.as_deref() == Some(address));
        own.map(|line| (line.action.as_str(), line.times)).collect::<Vec<_>>()
    };
    for flood in ["203.0.113.1", "203.0.113.2"] {
        assert_eq!(of(flood).len(), 9);
        assert!(of(flood).contains(&("access.refuse", Some(492))));
    }
    assert_eq!(of("198.51.100.7"), [("resource.edit", None)]);
    assert_eq!(of("198.51.100.8"), [("session.begin", None)]);
    assert!(lines.iter().all(|line| line.action != "audit.miss"));
}

#[test]
fn one_who_guesses_at_a_hundred_accounts_stands_in_the_log_as_a_guest_who_does() {
    let queue = AuditQueue::default();
    for _ in 0..100 {
        let (network, line) = refusal("203.0.113.1", "session.begin", "wrong-password");
        let line = Model {
            account_id: Some(AccountId::new()),
            actor: "wang".to_owned(),
            ..line
        };
        queue.note(NoteKind::SignIns, network, line);
    }

    let lines = taken(&queue, NOON, false);

    assert_eq!(lines.len(), 9);
    let rest = lines.iter().find(|line| line.account_id.is_none()).unwrap();
    assert_eq!(
        (rest.actor.as_str(), rest.times, rest.outcome.as_str()),
        ("guest", Some(92), SEVERAL)
    );
}

#[test]
fn whoever_was_refused_a_minute_ago_has_all_their_room_again() {
    let queue = AuditQueue::default();
    let knock = |n: usize, at| {
        let (network, line) = refusal("203.0.113.1", &format!("resource.act{n}"), "not-allowed");
        queue.note(NoteKind::Refusals, network, Model { at, ..line });
    };
    for n in 0..20 {
        knock(n, NOON);
    }
    let later = NOON.plus(Duration::from_mins(1));
    taken(&queue, later, false);
    knock(0, later);

    let lines = taken(&queue, later, false);

    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].action, "resource.act0");
    assert_eq!(queue.0.lock().unwrap().open_of.len(), 1);
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
