//! Online sessions of training: progress that is earned by the time one really looks.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::fixture;
use crate::training::{SESSIONS, hold};
use crate::training_attendance::press;

const HOUR: Duration = Duration::from_hours(1);

/// A document for the whole city, published; returns its id.
async fn document(app: &TestApp, title: &str) -> String {
    let teacher = app.teacher("S1").await;
    let metadata = json!({"title": title, "type": "worksheet", "scope": "city"});
    let mut pdf = fixture("outline.pdf");
    pdf.extend_from_slice(format!("\n% {title}\n").as_bytes());
    let shared = teacher.share_as(&metadata, &[("a.pdf", &pdf)]).await.expect(201).json();
    teacher.step(&id(&shared), "submit").await.expect(200);
    app.expert().await.approve(&id(&shared)).await;
    app.settled().await;
    id(&shared)
}

async fn put_items(holder: &Caller, session: &str, resources: &[&str]) -> Answer {
    let items: Vec<Value> = resources.iter().map(|id| json!({"resource": id})).collect();
    let request = holder.request("PUT", &format!("{SESSIONS}/{session}/items"));
    Answer::of(request.json(&json!({"items": items}))).await
}

/// An online session of the city with these documents, which the teacher has joined; and its items.
async fn joined(app: &TestApp, teacher: &Caller, resources: &[&str], more: &Value) -> (String, Vec<Value>) {
    let bureau = app.bureau().await;
    // Over some days, so that nobody's clock strikes midnight on them.
    let until = gongxue::domain::day::Day::of(app.now().plus(24 * HOUR)).to_string();
    let mut body = json!({"mode": "online", "share": 100, "hours": 8, "counts": true, "until": until});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let session = id(&hold(app, &bureau, &body).await);
    let items = put_items(&bureau, &session, resources).await.expect(200).json();
    let path = format!("{SESSIONS}/{session}/attendance");
    teacher.post_json(&path, &json!({})).await.expect(200);
    (session, items["items"].as_array().unwrap().clone())
}

async fn say(person: &Caller, item: &Value, body: &Value) -> Answer {
    let path = format!("/api/v1/training/items/{}/progress", id(item));
    person.post_json(&path, body).await
}

fn total(item: &Value) -> i64 {
    item["total"].as_i64().unwrap()
}

#[tokio::test]
async fn many_words_at_once_and_two_tabs_count_no_more_than_the_time_on_the_wall() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S2").await;
    let resource = document(&app, "工作页").await;
    let (_, items) = joined(&app, &teacher, &[&resource], &json!({})).await;
    let item = &items[0];
    assert!(total(item) >= 3, "{item}");
    let last = json!({"page": total(item)});

    say(&teacher, item, &json!({"opened": true})).await.expect(200);
    app.advance(Duration::from_secs(10));
    let (who, said) = (&teacher, |at: i64| json!({"opened": at % 2 == 0, "page": total(item)}));
    let words = (0..20).map(|at| async move { say(who, item, &said(at)).await.expect(200).json() });
    let answers = futures_util::future::join_all(words).await;

    let furthest = answers.iter().map(|it| it["reached"].as_i64().unwrap()).max();
    assert_eq!(furthest, Some(2), "ten seconds are two pages, however often it is said");
    let after = say(&teacher, item, &last).await.expect(200).json();
    assert_eq!((&after["reached"], &after["is_finished"]), (&json!(2), &json!(false)));
    app.finish().await;
}

#[tokio::test]
async fn opening_and_closing_counts_nothing_and_a_clock_that_is_sent_is_refused() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S2").await;
    let resource = document(&app, "工作页").await;
    let (_, items) = joined(&app, &teacher, &[&resource], &json!({})).await;
    let item = &items[0];
    let last = json!({"opened": true, "page": total(item)});

    for _ in 0..3 {
        say(&teacher, item, &last).await.expect(200);
        app.advance(HOUR);
    }
    let after = say(&teacher, item, &last).await.expect(200).json();
    assert_eq!(after["reached"], 0);

    let dated = json!({"page": 3, "at": "2030-01-01T00:00:00Z"});
    assert_eq!(say(&teacher, item, &dated).await.faults(), ["/at unknown-field"]);
    let long = json!({"page": 3, "seconds": 3600});
    assert_eq!(say(&teacher, item, &long).await.faults(), ["/seconds unknown-field"]);
    app.finish().await;
}

#[tokio::test]
async fn only_what_was_opened_last_is_counted() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S2").await;
    let (one, two) = (document(&app, "甲").await, document(&app, "乙").await);
    let (_, items) = joined(&app, &teacher, &[&one, &two], &json!({})).await;
    say(&teacher, &items[0], &json!({"opened": true})).await.expect(200);
    say(&teacher, &items[1], &json!({"opened": true})).await.expect(200);
    app.advance(Duration::from_secs(20));

    let first = say(&teacher, &items[0], &json!({"page": 99})).await;
    assert_eq!(first.refusal(409), "training-other-item");
    let second = say(&teacher, &items[1], &json!({"page": 2})).await.expect(200).json();
    assert_eq!(second["reached"], 2);
    // Of others nothing is moved by it.
    let other = app.teacher("S1").await;
    assert_eq!(
        say(&other, &items[1], &json!({"opened": true})).await.refusal(409),
        "training-not-enrolled"
    );
    app.finish().await;
}

#[tokio::test]
async fn whoever_looks_at_everything_has_their_hours_and_is_counted_for_the_plan() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S2").await;
    let (one, two) = (document(&app, "甲").await, document(&app, "乙").await);
    let (session, items) = joined(&app, &teacher, &[&one, &two], &json!({})).await;
    let mine = async || teacher.get_json("/api/v1/training/mine").await["items"][0].clone();

    for (at, item) in items.iter().enumerate() {
        let mut said = say(&teacher, item, &json!({"opened": true})).await.expect(200).json();
        for _ in 0..total(item) {
            app.advance(Duration::from_secs(15));
            said = say(&teacher, item, &json!({"page": total(item)}))
                .await
                .expect(200)
                .json();
        }
        assert_eq!(said["is_finished"], true);
        assert_eq!(said["is_session_finished"], at == 1);
        assert_eq!(mine().await["hours"], if at == 1 { 8 } else { 0 });
    }

    let own = mine().await;
    assert_eq!(
        (&own["state"], text(&own["attended_on"])),
        (&json!("attended"), app.now().day())
    );
    let report = app.bureau().await.get_json("/api/v1/reports/progress").await;
    assert_eq!((&report["trained"], &report["trained_people"]), (&json!(1), &json!(1)));
    let lines = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=training.finish")
        .await;
    assert_eq!(
        lines["items"].as_array().unwrap().len(),
        1,
        "not one for each word: {lines}"
    );
    // What was finished stays so when the list is put in another order.
    let bureau = app.bureau().await;
    let again = put_items(&bureau, &session, &[&two, &one]).await.expect(200).json();
    assert_eq!(id(&again["items"][0]), id(&items[1]));
    let seen = teacher.get_json(&format!("{SESSIONS}/{session}/items")).await;
    assert!(
        seen["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["is_finished"] == true),
        "{seen}"
    );
    app.finish().await;
}

#[tokio::test]
async fn without_scripts_the_button_counts_no_more_than_the_time_since_the_page_was_opened() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S2").await;
    let resource = document(&app, "工作页").await;
    let (session, items) = joined(&app, &teacher, &[&resource], &json!({})).await;
    let page = format!("/training/{session}/items/{}", id(&items[0]));
    let read = async |page: &str, number: i64| {
        let request = teacher.request("POST", page);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(format!("page={number}"))).await.expect(303);
        let items = teacher.get_json(&format!("{SESSIONS}/{session}/items")).await;
        items["items"][0]["reached"].as_i64().unwrap()
    };
    press(&teacher, &page).await.expect(409);

    teacher.get(&page).await.expect(200);
    app.advance(Duration::from_secs(7));
    assert_eq!(read(&page, 99).await, 1);
    assert_eq!(read(&page, 99).await, 1, "pressed twice");
    let shown = teacher.get(&format!("{page}?page=2")).await.expect(200);
    let shown = String::from_utf8(shown.body).unwrap();
    assert!(shown.contains("/pages/2") && shown.contains("data-watch"), "{shown}");
    app.finish().await;
}

/// Saved once with the same file twice, a session could not be saved again.
#[tokio::test]
async fn a_file_that_is_named_twice_is_told_and_shown_once() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let session = id(&hold(&app, &bureau, &json!({"mode": "online"})).await);
    let shown = document(&app, "图册").await;

    let twice = put_items(&bureau, &session, &[&shown, &shown]).await;

    assert_eq!(twice.faults(), ["/items/1/resource unknown-value"]);
    for _ in 0..2 {
        put_items(&bureau, &session, &[&shown]).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_online_session_shows_nothing_that_its_people_may_not_see() {
    let app = TestApp::start().await;
    let (bureau, admin, owner) = (app.bureau().await, app.admin("S1").await, app.teacher("S1").await);
    let metadata = json!({"title": "本校的", "type": "worksheet", "scope": "school"});
    let pdf = fixture("outline.pdf");
    let own = owner.share_as(&metadata, &[("a.pdf", &pdf)]).await.expect(201).json();
    admin.publish(&id(&own)).await;
    let plain = owner.share("没有页数的", &[("a.txt", b"x")]).await;
    admin.publish(&id(&plain)).await;
    app.settled().await;
    let city = id(&hold(&app, &bureau, &json!({"mode": "online"})).await);
    let school = id(&hold(&app, &admin, &json!({"mode": "online"})).await);
    let room = id(&hold(&app, &admin, &json!({})).await);

    let faults = put_items(&bureau, &city, &[&id(&own)]).await.faults();
    assert_eq!(faults, ["/items/0/resource unknown-value"]);
    put_items(&admin, &school, &[&id(&own)]).await.expect(200);
    assert_eq!(put_items(&admin, &city, &[&id(&own)]).await.refusal(403), "not-allowed");
    assert_eq!(
        put_items(&admin, &room, &[&id(&own)]).await.refusal(409),
        "training-is-on-site"
    );
    assert_eq!(
        app.teacher("S2")
            .await
            .get(&format!("{SESSIONS}/{school}/items"))
            .await
            .refusal(404),
        "no-such-training-session"
    );
    app.finish().await;
}
