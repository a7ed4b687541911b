//! Several processes, one library: what only one may do is done by one, and whatever one was given is everybody's.

use std::time::Duration;

use gongxue::config::SharingSettings;
use gongxue::error::Result;
use gongxue::library::Library;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::oneshot;

use crate::app::TestApp;
use crate::client::Answer;
use crate::uploads::{
    assert_arrives, begin, create, head, noise, offset, patch, run, send_part_of, share, status, tus, until,
};

const MIB: usize = 1 << 20;

/// How often the work of these stories is to be done.
const EVERY: Duration = Duration::from_mins(10);
/// Longer than any lease lasts that nobody renews.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(30);

async fn work_once(library: &Library) -> Result<Option<&'static str>> {
    library.leases.elected("story", EVERY, async { Ok("done") }).await
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
            done = library.leases.elected("story", EVERY, endless(begun)) => panic!("it never ends: {done:?}"),
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
    let worked = app.ask(async move |library| library.leases.elected("story", EVERY, endless(begun)).await);
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
            library.leases.elected("story", EVERY, fails).await
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(app.ask(work_once).await.unwrap(), None);

    app.advance(Duration::from_mins(1));
    assert_eq!(app.ask(work_once).await.unwrap(), Some("done"));
}

/// A service whose uploads go on at any process, whatever its database.
async fn shared() -> TestApp {
    TestApp::with(|config| config.uploads.shared = SharingSettings::Always).await
}

/// It answered "start again" wherever the upload had not begun.
#[tokio::test]
async fn an_upload_begun_at_one_process_goes_on_at_the_same_byte_at_another() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    let bytes = noise(300_000);

    let address = begin(&here, bytes.len()).await;
    patch(&here, &address, 0, &bytes[..100_000]).await.expect(204);
    assert_eq!(offset(&there, &address).await, 100_000);
    patch(&there, &address, 100_000, &bytes[100_000..200_000])
        .await
        .expect(204);
    assert_eq!(offset(&here, &address).await, 200_000);
    let wrong = patch(&here, &address, 100_000, &bytes[100_000..]).await.expect(409);
    assert_eq!(wrong.json()["code"], "upload-offset");
    patch(&here, &address, 200_000, &bytes[200_000..]).await.expect(204);

    assert_arrives(&there, &address, &bytes).await;
}

/// An upload that nobody had written to yet was known to one process only.
#[tokio::test]
async fn an_upload_may_be_announced_at_one_process_and_sent_to_another() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let bytes = noise(5_000);

    let address = begin(&here, bytes.len()).await;
    patch(&node.caller(&here), &address, 0, &bytes).await.expect(204);

    assert_arrives(&here, &address, &bytes).await;
}

#[tokio::test]
async fn what_a_machine_acknowledged_is_there_when_it_is_gone() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    let bytes = noise(3 * MIB);
    let address = begin(&there, bytes.len()).await;
    patch(&there, &address, 0, &bytes[..MIB]).await.expect(204);
    patch(&there, &address, MIB, &bytes[MIB..2 * MIB]).await.expect(204);

    node.lose().await;

    assert_eq!(offset(&here, &address).await, 2 * MIB);
    patch(&here, &address, 2 * MIB, &bytes[2 * MIB..]).await.expect(204);
    assert_arrives(&here, &address, &bytes).await;
}

/// The newest request is the writer, whichever process it came to: bytes of the one that hangs must neither count nor be
/// taken for the right ones later, when the upload comes back to the process that wrote them.
#[tokio::test]
async fn a_line_that_hangs_at_one_process_is_displaced_by_a_request_at_another() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    let (bytes, others) = (noise(4 * MIB), noise(3 * MIB));
    let address = begin(&here, bytes.len()).await;
    let mut hanging = send_part_of(&app, &here, &address, 4 * MIB, &others).await;
    let id = address.rsplit('/').next().unwrap();
    let part = app.config().staging_dir().join(format!("{id}.part"));
    let written = async || part.metadata().is_ok_and(|part| part.len() >= 2 * MIB as u64);
    until("the bytes are on the disk", written).await;

    patch(&there, &address, 0, &bytes[..MIB]).await.expect(204);
    // What it sends now, it sends in vain.
    hanging.write_all(&others[..MIB]).await.unwrap();
    assert_eq!(status(&mut hanging).await, "409");

    assert_eq!(offset(&here, &address).await, MIB);
    patch(&here, &address, MIB, &bytes[MIB..]).await.expect(204);
    assert_arrives(&here, &address, &bytes).await;
}

#[tokio::test]
async fn of_two_that_send_the_same_piece_to_two_processes_one_is_told_so() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    for _ in 0..5 {
        let bytes = noise(200_000);
        let address = begin(&here, bytes.len()).await;

        let (one, other) = tokio::join!(
            patch(&here, &address, 0, &bytes[..100_000]),
            patch(&there, &address, 0, &bytes[..100_000])
        );

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        assert_eq!(offset(&here, &address).await, 100_000);
        patch(&there, &address, 100_000, &bytes[100_000..]).await.expect(204);
        assert_arrives(&here, &address, &bytes).await;
    }
}

/// Two processes that both end an upload make one content of it, and one that was shared meanwhile does not come back.
#[tokio::test]
async fn an_upload_that_two_processes_finish_at_once_is_finished_once() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    let bytes = noise(200_000);
    let address = begin(&here, bytes.len() + 1).await;
    patch(&here, &address, 0, &bytes).await.expect(204);
    // As if the process had died after the last byte was acknowledged.
    run(&app, "UPDATE upload SET length = 200000").await;

    let (one, other) = tokio::join!(offset(&here, &address), offset(&there, &address));

    assert_eq!([one, other], [bytes.len(); 2]);
    assert_arrives(&there, &address, &bytes).await;
    assert_ne!(share(&here, &[&address]).await.status, 201, "it was shared already");
}

#[tokio::test]
async fn pieces_that_came_to_different_processes_are_joined() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    let bytes = noise(300_000);
    let mut pieces = Vec::new();
    for (caller, piece) in [(&here, &bytes[..150_000]), (&there, &bytes[150_000..])] {
        let length = piece.len().to_string();
        let headers = [("upload-length", length.as_str()), ("upload-concat", "partial")];
        let address = create(caller, &headers).await.expect(201).header("location");
        patch(caller, &address, 0, piece).await.expect(204);
        pieces.push(address);
    }

    let joined = format!("final;{} {}", pieces[0], pieces[1]);
    let whole = create(&there, &[("upload-concat", &joined)]).await.expect(201);

    assert_arrives(&here, &whole.header("location"), &bytes).await;
    head(&here, &pieces[0]).await.expect(404);
}

/// What the store held of uploads that were over stayed for ever, and so did other processes' files.
#[tokio::test]
async fn an_upload_that_is_over_leaves_nothing_in_the_store_and_at_no_process() {
    let app = shared().await;
    let node = app.node().await;
    let here = app.teacher("S1").await;
    let there = node.caller(&here);
    let bytes = noise(50_000);
    let (given_up, left, finished) = (
        begin(&here, 60_000).await,
        begin(&here, 60_000).await,
        begin(&here, 50_000).await,
    );
    for address in [&given_up, &left] {
        patch(&here, address, 0, &bytes).await.expect(204);
    }
    patch(&here, &finished, 0, &bytes[..25_000]).await.expect(204);
    patch(&there, &finished, 25_000, &bytes[25_000..]).await.expect(204);
    assert_eq!(app.segments().await.len(), 4);

    Answer::of(tus(&there, "DELETE", &given_up)).await.expect(204);
    head(&here, &given_up).await.expect(404);
    app.advance(Duration::from_hours(169));
    for node_tidies in [false, true, false] {
        // First what is over, later what was given up then: a request that did not know yet may have added to it.
        let tidy = async |library: &Library| library.operations.tidy().await;
        let tidied = if node_tidies {
            node.ask(tidy).await
        } else {
            app.ask(tidy).await
        };
        tidied.unwrap();
        app.advance(Duration::from_mins(20));
    }

    assert_eq!(app.segments().await, Vec::<String>::new());
}

/// During an upgrade an older process took what only the newer ones know, and failed it until it was dead.
#[tokio::test]
async fn work_of_a_newer_version_is_left_to_its_processes() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let teacher = app.teacher("S1").await;
    let add = "INSERT INTO job (id, kind, subject, state, attempts, run_at, created_at, lost) \
               SELECT id, 'invent', 'something', 'queued', 0, 0, 0, 0 FROM school WHERE code = 'S1'";
    run(&app, add).await;

    teacher.share("工序卡", &[("a.txt", b"text")]).await;
    let read = async || {
        let waiting = bureau.get_json("/api/v1/jobs?state=queued").await;
        waiting["items"].as_array().unwrap().len() == 1
    };
    until("the file is read", read).await;

    let waiting = bureau.get_json("/api/v1/jobs?state=queued").await;
    assert_eq!(
        (&waiting["items"][0]["kind"], &waiting["items"][0]["attempts"]),
        (&json!("invent"), &json!(0))
    );
    run(&app, "DELETE FROM job WHERE kind = 'invent'").await;
    app.finish().await;
}
