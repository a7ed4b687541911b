use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::FutureExt as _;

use super::{Asker, LONGEST_WAITING_EVERY, MOST_WAITING, Tried, Turn, TurnQueue, WIDER_WEIGHS};
use crate::error::{Error, Refusal, Result};

const LONG: Duration = Duration::from_mins(10);

fn at(last: u8) -> Asker {
    Asker::Network(Some([192, 0, 2, last].into()))
}

fn at_address(address: &str) -> Asker {
    Asker::Network(Some(address.parse().unwrap()))
}

/// What a network tried that nobody else is around.
fn tried(attempts: u32) -> Tried {
    Tried {
        by_network: attempts,
        by_wider_network: attempts,
    }
}

/// What a whole wider network tried, and one network of it nothing.
fn tried_around(attempts: u32) -> Tried {
    Tried {
        by_network: 0,
        by_wider_network: attempts,
    }
}

/// Waits in a queue of one turn, as far as that goes.
fn waiting(queue: &Arc<TurnQueue>, asker: Asker, tried: Tried) -> impl Future<Output = Result<Turn>> + Unpin + use<> {
    let mut waiting = Box::pin(queue.enter(asker).unwrap().turn(tried));
    assert!((&mut waiting).now_or_never().is_none(), "it did not wait");
    waiting
}

async fn only_turn(queue: &Arc<TurnQueue>) -> Turn {
    queue.enter(at(0)).unwrap().turn(Tried::default()).await.unwrap()
}

fn is_busy(answer: Option<Result<Turn>>) -> bool {
    matches!(answer, Some(Err(Error::Refused(refusal))) if matches!(*refusal, Refusal::Busy))
}

#[tokio::test]
async fn an_owner_stands_before_a_hundred_guessers() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let turn = only_turn(&queue).await;
    let _guessing: Vec<_> = (1..=120).map(|last| waiting(&queue, at(last), tried(2))).collect();
    let mut elsewhere = waiting(&queue, at_address("203.0.113.1"), tried(1));
    let known = waiting(&queue, Asker::Browser("a".to_owned()), Tried::default());

    drop(turn);
    let turn = known.now_or_never().expect("the known browser is next").unwrap();
    assert!((&mut elsewhere).now_or_never().is_none());
    drop(turn);
    elsewhere.now_or_never().expect("then who has not failed").unwrap();
}

#[tokio::test]
async fn an_owner_in_a_quiet_network_stands_before_guessers_with_a_new_address_each_time() {
    let rented = |number: u8| [at(number), at_address(&format!("2001:db8:1:{number:x}::1"))];
    let owners = ["203.0.113.1", "2001:db8:2::1"].map(at_address);
    for (kind, owner) in owners.into_iter().enumerate() {
        let queue = Arc::new(TurnQueue::new(1, 64, LONG));
        let turn = only_turn(&queue).await;
        let guess = |number| waiting(&queue, rented(number)[kind].clone(), tried_around(WIDER_WEIGHS * 2));
        let _guessing: Vec<_> = (1..=120).map(guess).collect();
        // Even one who mistyped once.
        let owner = waiting(&queue, owner, tried(1));

        drop(turn);

        owner.now_or_never().expect("the owner is next").unwrap();
    }
}

#[tokio::test]
async fn guessers_who_come_at_once_stand_in_their_own_way_before_one_of_them_is_counted() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let mut turn = only_turn(&queue).await;
    let mut guessing = (1..=120)
        .map(|last| waiting(&queue, at(last), Tried::default()))
        .collect::<Vec<_>>()
        .into_iter();
    let owner = waiting(&queue, at_address("203.0.113.1"), Tried::default());

    // Those of them who came before they were many.
    for _ in 0..WIDER_WEIGHS {
        drop(turn);
        let first = guessing.next().unwrap();
        turn = first.now_or_never().expect("they came first").unwrap();
    }
    drop(turn);

    owner.now_or_never().expect("the owner is next").unwrap();
}

#[tokio::test]
async fn an_owner_among_guessing_neighbours_who_tried_nothing_stands_before_them() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let turn = only_turn(&queue).await;
    let twice = Tried {
        by_network: 2,
        by_wider_network: 240,
    };
    let _guessing: Vec<_> = (1..=120).map(|last| waiting(&queue, at(last), twice)).collect();
    let neighbour = waiting(&queue, at(200), tried_around(240));

    drop(turn);

    neighbour.now_or_never().expect("the neighbour is next").unwrap();
}

#[tokio::test]
async fn whoever_waits_longest_has_a_turn_however_many_come_who_tried_less() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let mut turn = only_turn(&queue).await;
    let neighbour = waiting(&queue, at(1), tried_around(1_000_000));

    for last in 1..LONGEST_WAITING_EVERY {
        let fresh = waiting(&queue, at_address(&format!("203.0.{last}.1")), Tried::default());
        drop(turn);
        turn = fresh.now_or_never().expect("who tried less is next").unwrap();
    }
    let _fresh = waiting(&queue, at_address("203.0.113.1"), Tried::default());
    drop(turn);

    neighbour.now_or_never().expect("it waited long enough").unwrap();
}

#[tokio::test]
async fn a_known_browser_in_which_much_was_mistyped_stands_before_strangers() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let turn = only_turn(&queue).await;
    let _stranger = waiting(&queue, at(1), Tried::default());
    let known = waiting(&queue, Asker::Browser("a".to_owned()), tried(9));

    drop(turn);

    known.now_or_never().expect("the known browser is next").unwrap();
}

#[tokio::test]
async fn guessers_without_number_are_sent_away_and_an_owner_is_not() {
    let queue = Arc::new(TurnQueue::new(1, MOST_WAITING, LONG));
    let turn = only_turn(&queue).await;
    let mut guessing: Vec<_> = (0..MOST_WAITING)
        .map(|_| waiting(&queue, at(1), Tried::default()))
        .collect();

    let owner = waiting(&queue, Asker::Browser("a".to_owned()), tried(1));

    assert!(is_busy(guessing.pop().unwrap().now_or_never()));
    let last = queue.enter(at(2)).unwrap().turn(tried(u32::MAX));
    assert!(is_busy(last.now_or_never()));
    let waits = queue.lock().waiting.by_arrival.len();
    assert_eq!(waits, MOST_WAITING, "those who were sent away are remembered");
    drop(turn);
    owner.now_or_never().expect("the owner is next").unwrap();
}

#[tokio::test]
async fn who_leaves_the_queue_keeps_nobody_waiting() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let turn = only_turn(&queue).await;
    let [gone, handed, last] = [1, 2, 3].map(|last| waiting(&queue, at(last), Tried::default()));

    drop(gone);
    drop(turn);
    // The second was given the turn, and leaves before it takes it.
    drop(handed);

    let turn = last.now_or_never().expect("it is passed on").unwrap();
    drop(turn);
    let next = queue.enter(at(4)).unwrap().turn(Tried::default());
    assert!(next.now_or_never().is_some());
}

#[tokio::test]
async fn nobody_waits_for_ever_nor_is_remembered_who_left() {
    let queue = Arc::new(TurnQueue::new(1, 64, Duration::ZERO));
    let _turn = only_turn(&queue).await;

    let waited = queue.enter(at(1)).unwrap().turn(Tried::default()).await;

    assert!(is_busy(Some(waited)));
    let state = queue.lock();
    assert!(state.waiting.by_rank.is_empty() && state.waiting.by_arrival.is_empty());
}

#[tokio::test]
async fn whoever_hangs_up_has_their_turn_until_the_work_is_done() {
    let queue = Arc::new(TurnQueue::new(1, 64, LONG));
    let turn = only_turn(&queue).await;
    let (end, ended) = mpsc::channel::<()>();
    let mut comparing = Box::pin(turn.work(move || ended.recv()));
    assert!((&mut comparing).now_or_never().is_none());

    drop(comparing);
    let next = waiting(&queue, at(1), Tried::default());
    end.send(()).unwrap();

    next.await.unwrap();
}

#[tokio::test]
async fn an_address_that_fills_its_places_fills_nobody_elses() {
    let queue = Arc::new(TurnQueue::new(1, 2, LONG));
    let places = [queue.enter(at(1)).unwrap(), queue.enter(at(1)).unwrap()];

    let refused = queue.enter(at(1)).map(|_| ());
    assert!(matches!(refused, Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::Busy)));
    assert!(queue.enter(at(2)).is_ok() && queue.enter(Asker::Browser("a".to_owned())).is_ok());
    drop(places);
    assert!(queue.enter(at(1)).is_ok());
    let state = queue.lock();
    let remembered = state.places.len() + state.places_around.len();
    assert_eq!(remembered, 0, "somebody is remembered who is gone");
}
