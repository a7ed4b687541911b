//! Several processes, one library: what only one may do is done by one, and whatever one was given is everybody's.

use std::time::Duration;

use gongxue::error::Result;
use gongxue::library::Library;
use tokio::sync::oneshot;

use crate::app::TestApp;

/// How often the work of these stories is to be done.
const EVERY: Duration = Duration::from_mins(10);
/// Longer than any lease lasts that nobody renews.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(30);

async fn work_once(library: &Library) -> Result<Option<&'static str>> {
    library.elected("story", EVERY, async { Ok("done") }).await
}

/// Three processes tidied the same things at once, and each again at its start.
#[tokio::test]
async fn what_only_one_may_do_is_done_by_one_of_all_processes_and_again_when_it_is_due() {
    let app = TestApp::start().await;
    let other = app.node().await;

    let (mine, theirs) = tokio::join!(app.ask(work_once), other.ask(work_once));
    let done = [mine.unwrap(), theirs.unwrap()];
    assert_eq!(done.iter().flatten().count(), 1, "{done:?}");
    assert_eq!(other.ask(work_once).await.unwrap(), None, "it is not due");

    app.advance(EVERY);
    assert_eq!(other.ask(work_once).await.unwrap(), Some("done"));
    assert_eq!(app.ask(work_once).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_dead_process_was_at_is_taken_up_by_another() {
    let app = TestApp::start().await;
    let other = app.node().await;
    let (begun, has_begun) = oneshot::channel();

    app.ask(async move |library| {
        tokio::select! {
            done = library.elected("story", EVERY, endless(begun)) => panic!("it never ends: {done:?}"),
            // Dropped where it waits, as a kill does it.
            _ = has_begun => {}
        }
    })
    .await;
    assert_eq!(other.ask(work_once).await.unwrap(), None, "the lease still holds");

    app.advance(LONGER_THAN_A_LEASE);
    assert_eq!(other.ask(work_once).await.unwrap(), Some("done"));
}

#[tokio::test]
async fn work_ends_when_its_lease_is_another_ones() {
    let app = TestApp::start().await;
    let other = app.node().await;
    let (begun, has_begun) = oneshot::channel();
    let worked = app.ask(async move |library| library.elected("story", EVERY, endless(begun)).await);
    let taken_over = async {
        has_begun.await.unwrap();
        app.advance(LONGER_THAN_A_LEASE);
        other.ask(work_once).await.unwrap()
    };

    let (worked, taken_over) = tokio::join!(worked, taken_over);

    assert_eq!(taken_over, Some("done"));
    assert_eq!(worked.unwrap(), None, "it was told to end");
}

/// Work that says when it has begun, and never ends.
async fn endless(begun: oneshot::Sender<()>) -> Result<()> {
    begun.send(()).expect("somebody waits for it");
    std::future::pending().await
}

#[tokio::test]
async fn work_that_failed_is_soon_tried_again_and_not_at_once() {
    let app = TestApp::start().await;

    let failed = app
        .ask(async |library| {
            let fails = async { Err::<(), _>(anyhow::anyhow!("the store is away").into()) };
            library.elected("story", EVERY, fails).await
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(app.ask(work_once).await.unwrap(), None);

    app.advance(Duration::from_mins(1));
    assert_eq!(app.ask(work_once).await.unwrap(), Some("done"));
}
