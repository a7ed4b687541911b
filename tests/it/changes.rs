//! The feed of changes: in the order of commit, without gaps, and for each only what they may know.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Caller, id, text};

/// Longer than any change takes to be told, much shorter than a poll waits.
const SOON: Duration = Duration::from_secs(20);

async fn feed(caller: &Caller, since: i64, more: &str) -> Value {
    caller.get_json(&format!("/api/v1/changes?since={since}{more}")).await
}

fn items(feed: &Value) -> &Vec<Value> {
    feed["items"].as_array().expect("items")
}

/// What the feed says last of each resource.
async fn last_told(caller: &Caller) -> BTreeMap<String, String> {
    let feed = feed(caller, 0, "&limit=1000").await;
    items(&feed)
        .iter()
        .map(|item| (text(&item["resource_id"]), text(&item["kind"])))
        .collect()
}

async fn publish(teacher: &Caller, admin: &Caller, scope: &str) -> String {
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": scope});
    let shared = id(&teacher.share_as(&metadata, &[]).await.expect(201).json());
    admin.step(&shared, "publish").await.expect(200);
    shared
}

#[tokio::test]
async fn a_reader_beside_many_writers_misses_nothing() {
    const WRITERS: usize = 8;
    const EACH: usize = 6;
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(app.teacher("S1").await);
    }

    let writing = futures_util::future::join_all(writers.iter().map(|teacher| async {
        let mut shared = Vec::new();
        for number in 0..EACH {
            let resource = id(&teacher.share(&format!("第{number}件"), &[]).await);
            teacher.step(&resource, "submit").await.expect(200);
            shared.push(resource);
        }
        shared
    }));
    // Pages on while they write, from where it stopped, as a mirror does.
    let reading = async {
        let (mut since, mut told) = (0, Vec::new());
        while told.len() < WRITERS * EACH * 2 {
            let page = feed(&admin, since, "&limit=7&wait=5").await;
            told.extend(
                items(&page)
                    .iter()
                    .map(|item| (item["seq"].as_i64().unwrap(), text(&item["resource_id"]))),
            );
            let next = page["next_since"].as_i64().unwrap();
            assert!(next > since, "nothing came for 5 s after {since}, {} told", told.len());
            since = next;
        }
        told
    };
    let (written, told) = tokio::join!(writing, tokio::time::timeout(4 * SOON, reading));
    let told = told.expect("the feed comes to its end");

    let numbers: Vec<i64> = told.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(
        numbers,
        (1..=i64::try_from(WRITERS * EACH * 2).unwrap()).collect::<Vec<_>>(),
        "in order, none skipped, none twice"
    );
    let written: BTreeSet<String> = written.into_iter().flatten().collect();
    assert_eq!(told.into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>(), written);
    app.finish().await;
}

#[tokio::test]
async fn whoever_waits_is_woken_by_the_next_change() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    teacher.share("前", &[]).await;
    let since = feed(&teacher, 0, "").await["next_since"].as_i64().unwrap();

    let waiting = tokio::time::timeout(SOON, feed(&teacher, since, "&wait=60"));
    let (told, shared) = tokio::join!(waiting, async {
        // Once this is answered the one who waits is at the door, too: its request was sent before.
        app.guest().get("/healthz").await.expect(200);
        teacher.share("后", &[]).await
    });

    let told = told.expect("it is woken long before its 60 s are over");
    assert_eq!(items(&told).len(), 1, "{told}");
    assert_eq!(items(&told)[0]["resource_id"], shared["id"]);
    app.finish().await;
}

#[tokio::test]
async fn whoever_waits_for_what_they_may_not_see_waits_in_vain() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let guest = app.guest();

    let (told, _) = tokio::join!(feed(&guest, 0, "&wait=1"), teacher.share("草稿", &[]));

    assert_eq!(items(&told), &Vec::<Value>::new());
    assert_eq!(last_told(&guest).await, BTreeMap::new());
    app.finish().await;
}

#[tokio::test]
async fn what_is_withdrawn_removed_or_narrowed_is_told_as_gone_to_those_who_saw_it() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let (guest, stranger) = (app.guest(), app.teacher("S2").await);
    let withdrawn = publish(&teacher, &admin, "public").await;
    let removed = publish(&teacher, &admin, "public").await;
    let narrowed = publish(&teacher, &admin, "public").await;
    let never_seen = id(&teacher.share("草稿", &[]).await);

    teacher.step(&withdrawn, "withdraw").await.expect(200);
    teacher
        .send("DELETE", &format!("/api/v1/resources/{removed}"))
        .await
        .expect(204);
    teacher
        .patch(&narrowed, Some("*"), &json!({"scope": "city"}))
        .await
        .expect(200);
    teacher
        .send("DELETE", &format!("/api/v1/resources/{never_seen}"))
        .await
        .expect(204);

    let told = |kinds: [&str; 3]| {
        let ids = [&withdrawn, &removed, &narrowed];
        ids.into_iter()
            .cloned()
            .zip(kinds.map(str::to_owned))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(last_told(&guest).await, told(["removed", "removed", "removed"]));
    assert_eq!(last_told(&stranger).await, told(["removed", "removed", "updated"]));
    let mut own = told(["updated", "removed", "updated"]);
    own.insert(never_seen, "removed".to_owned());
    assert_eq!(last_told(&teacher).await, own);
    // And the index has followed.
    app.settled().await;
    assert_eq!(guest.finds("台阶轴").await, [""; 0]);
    assert_eq!(stranger.finds("台阶轴").await, [narrowed]);
    app.finish().await;
}

#[tokio::test]
async fn what_reaches_further_than_was_reviewed_is_reviewed_again() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let shared = publish(&teacher, &admin, "school").await;

    let widened = teacher
        .patch(&shared, Some("*"), &json!({"scope": "public"}))
        .await
        .expect(200)
        .json();

    assert_eq!(widened["status"], "submitted");
    assert_eq!(
        app.guest().get(&format!("/api/v1/resources/{shared}")).await.status,
        404
    );
    let widened = app.approve(&shared).await;
    assert_eq!(widened["status"], "published");
    assert_eq!(
        app.guest().get(&format!("/api/v1/resources/{shared}")).await.status,
        200
    );
    app.finish().await;
}
