//! Discarding what waits, and what a withdrawal keeps: nothing that was approved is lost, nothing that was not is left.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, value_of};
use crate::client::{Answer, Caller, id, text};

/// What the school's quota leaves room for once.
const LARGE: usize = 600;

fn address(resource: &str) -> String {
    format!("/api/v1/resources/{resource}")
}

/// A teacher's resource for the public, whose words were approved once more after it was.
async fn approved(app: &TestApp) -> (Caller, Caller, String) {
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let metadata = json!({"title": "第一稿", "type": "worksheet", "scope": "public", "submit": true});
    let files: [(&str, &[u8]); 2] = [("a.txt", b"a"), ("b.txt", b"b")];
    let shared = id(&teacher.share_as(&metadata, &files).await.expect(201).json());
    app.approve(&shared).await;
    teacher
        .patch(&shared, Some("*"), &json!({"title": "通过的标题"}))
        .await
        .expect(200);
    app.approve(&shared).await;
    app.settled().await;
    (teacher, admin, shared)
}

/// Other words, another file in the place of the first, one less, and one that fills the school's room.
async fn change(app: &TestApp, teacher: &Caller, resource: &str) -> Value {
    let words = json!({"title": "没通过的标题", "remove": ["b.txt"]});
    let large = vec![b'x'; LARGE];
    let files: [(&str, &[u8]); 2] = [("a.txt", b"other"), ("large.txt", &large)];
    let path = format!("{}/versions", address(resource));
    let made = Answer::of(teacher.form(&path, &words, &files)).await.expect(201).json();
    app.settled().await;
    made
}

async fn discard(caller: &Caller, resource: &str, tag: &str) -> Answer {
    let path = format!("{}/discard", address(resource));
    Answer::of(caller.request("POST", &path).header("if-match", tag)).await
}

fn names(resource: &Value) -> Vec<String> {
    let files = resource["files"].as_array().expect("files").iter();
    let mut names: Vec<String> = files.map(|file| text(&file["path"])).collect();
    names.sort();
    names
}

/// A rejected version could be withdrawn with everything else, and in no other way be got rid of.
#[tokio::test]
async fn what_was_sent_back_can_be_discarded_with_its_files_and_the_room_they_took() {
    let app = TestApp::with(|config| config.uploads.school_quota_bytes = 1_000).await;
    let (teacher, admin, resource) = approved(&app).await;
    let guest = app.guest();
    let before = guest.get_json(&address(&resource)).await;
    let told = guest.get_json("/api/v1/changes?since=0&limit=1000").await;
    let made = change(&app, &teacher, &resource).await;
    let note = json!({"note": "重写"});
    admin
        .post_json(&format!("{}/return", address(&resource)), &note)
        .await
        .expect(200);
    let tag = teacher.get(&address(&resource)).await.expect(200).header("etag");

    let unseen = Answer::of(teacher.request("POST", &format!("{}/discard", address(&resource)))).await;
    assert_eq!(unseen.refusal(428), "if-match-required");
    assert_eq!(
        discard(&teacher, &resource, "\"r1\"").await.refusal(412),
        "changed-meanwhile"
    );
    for stranger in [app.teacher("S1").await, app.admin("S2").await, app.expert().await] {
        let refused = discard(&stranger, &resource, &tag).await;
        assert_eq!(refused.refusal(403), "not-allowed", "{}", stranger.name());
    }
    let mine = discard(&teacher, &resource, &tag).await.expect(200).json();

    assert_eq!((&mine["status"], &mine["version"]), (&json!("published"), &json!(1)));
    assert_eq!(
        (text(&mine["title"]), names(&mine)),
        ("通过的标题".to_owned(), vec!["a.txt".to_owned(), "b.txt".to_owned()])
    );
    assert_eq!(guest.get_json(&address(&resource)).await["files"], before["files"]);
    assert_eq!(
        guest.get_json("/api/v1/changes?since=0&limit=1000").await["items"],
        told["items"],
        "others are told of what they never saw"
    );
    for file in made["files"].as_array().unwrap() {
        let content = teacher
            .get(&format!("/api/v1/files/{}/content", text(&file["id"])))
            .await;
        assert_eq!(content.refusal(404), "no-such-file");
    }
    let second = teacher.get(&format!("{}/versions/2", address(&resource))).await;
    assert_eq!(second.refusal(404), "no-such-version");
    let again = discard(&teacher, &resource, &tag).await.expect(200).json();
    assert_eq!(
        again["revision"], mine["revision"],
        "what was discarded already was changed"
    );
    // The school's room is free again, and the work goes on from what was approved.
    let made = change(&app, &teacher, &resource).await;
    assert_eq!(
        (&made["version"], names(&made)),
        (&json!(2), vec!["a.txt".to_owned(), "large.txt".to_owned()])
    );
    app.approve(&resource).await;
    assert_eq!(
        names(&guest.get_json(&address(&resource)).await),
        ["a.txt", "large.txt"]
    );
    app.finish().await;
}

#[tokio::test]
async fn where_nothing_was_approved_there_is_nothing_to_discard() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let draft = id(&teacher.share("草稿", &[("a.txt", b"a")]).await);

    assert_eq!(discard(&teacher, &draft, "*").await.refusal(409), "nothing-waits");

    assert_eq!(names(&teacher.get_json(&address(&draft)).await), ["a.txt"]);
    app.finish().await;
}

/// Whichever comes first, the other hears of it: never is a version public whose files are gone.
#[tokio::test]
async fn discarding_and_approving_at_once_leave_one_of_both() {
    let app = TestApp::start().await;
    for round in 0..4 {
        let (teacher, _, resource) = approved(&app).await;
        change(&app, &teacher, &resource).await;
        let bureau = app.bureau().await;
        let tag = bureau.get(&address(&resource)).await.expect(200).header("etag");
        let path = format!("{}/approve", address(&resource));
        let approves = Answer::of(bureau.request("POST", &path).header("if-match", &tag));

        let (discarded, was_approved) = futures_util::future::join(discard(&teacher, &resource, &tag), approves).await;

        let shown = app.guest().get_json(&address(&resource)).await;
        let expected = match (discarded.status, was_approved.status) {
            // Approved first; what nobody waits for is discarded already.
            (412 | 200, 200) if shown["version"] == 2 => vec!["a.txt", "large.txt"],
            (200, 409 | 412) => vec!["a.txt", "b.txt"],
            both => panic!("round {round}: {both:?}"),
        };
        assert_eq!(names(&shown), expected, "round {round}");
        for file in shown["files"].as_array().unwrap() {
            let content = format!("/api/v1/files/{}/content", text(&file["id"]));
            app.guest().get(&content).await.expect(200);
        }
    }
    app.finish().await;
}

/// The words that were approved after a version had come stood nowhere any more.
#[tokio::test]
async fn withdrawing_keeps_the_words_that_were_approved_for_its_people_alone() {
    let app = TestApp::start().await;
    let (teacher, admin, resource) = approved(&app).await;
    change(&app, &teacher, &resource).await;
    let note = json!({"note": "重写"});
    admin
        .post_json(&format!("{}/return", address(&resource)), &note)
        .await
        .expect(200);

    teacher.step(&resource, "withdraw").await.expect(200);

    let first = format!("{}/versions/1", address(&resource));
    for person in [&teacher, &admin] {
        let version = person.get_json(&first).await;
        assert_eq!(version["metadata"]["title"], "通过的标题");
        assert_eq!(names(&version), ["a.txt", "b.txt"]);
    }
    assert_eq!(app.guest().get(&first).await.refusal(404), "no-such-resource");
    teacher.step(&resource, "submit").await.expect(200);
    app.approve(&resource).await;
    assert_eq!(app.guest().get(&first).await.refusal(404), "no-such-version");
    app.finish().await;
}

#[tokio::test]
async fn the_page_asks_first_and_discards_only_what_was_looked_at() {
    let app = TestApp::start().await;
    let (teacher, _, resource) = approved(&app).await;
    change(&app, &teacher, &resource).await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = format!("/r/{resource}");
    let shown = admin.open(&page).await;
    assert!(shown.contains("撤销这些修改") && shown.contains("确认撤销"), "{shown}");
    let seen = value_of(&shown, "seen");
    change(&app, &teacher, &resource).await;

    let send = async |seen: &str| {
        let form = [("csrf", admin.csrf.as_str()), ("seen", seen)];
        admin
            .post(&format!("{page}/discard"), &form)
            .await
            .expect(303)
            .header("location")
    };
    assert_eq!(send(&seen).await, format!("{page}?done=stale"));
    assert_eq!(teacher.get_json(&address(&resource)).await["version"], 3);
    let led = send(&value_of(&admin.open(&page).await, "seen")).await;

    let shown = admin.open(&led).await;
    assert!(shown.contains("已撤销") && !shown.contains("撤销这些修改"), "{shown}");
    assert_eq!(teacher.get_json(&address(&resource)).await["version"], 1);
    app.finish().await;
}
