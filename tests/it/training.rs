//! Teacher training: who holds what, for whom.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

pub(crate) const SESSIONS: &str = "/api/v1/training/sessions";
const BASES: &str = "/api/v1/training/bases";

/// A session of one day, today by the service's clock, with what else is said of it.
pub(crate) fn today(app: &TestApp, more: &Value) -> Value {
    let mut body = json!({"title": "工学一体化课程开发", "mode": "on-site", "from": app.now().day(), "hours": 16});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Makes a session of today.
pub(crate) async fn hold(app: &TestApp, holder: &Caller, more: &Value) -> Value {
    holder.post_json(SESSIONS, &today(app, more)).await.expect(201).json()
}

async fn patch(caller: &Caller, path: &str, body: &Value) -> Answer {
    Answer::of(caller.request("PATCH", path).json(body)).await
}

async fn titles(caller: &Caller, query: &str) -> Vec<String> {
    let page = caller.get_json(&format!("{SESSIONS}?{query}")).await;
    let items = page["items"].as_array().unwrap().iter();
    items.map(|session| text(&session["title"])).collect()
}

#[tokio::test]
async fn a_schools_administrator_changes_no_session_of_the_city_and_none_of_another_school() {
    let app = TestApp::start().await;
    let (bureau, admin, other) = (app.bureau().await, app.admin("S1").await, app.admin("S2").await);
    let city = hold(&app, &bureau, &json!({"counts": true})).await;
    let own = hold(&app, &admin, &json!({"title": "本校的"})).await;
    let (city, own) = (format!("{SESSIONS}/{}", id(&city)), format!("{SESSIONS}/{}", id(&own)));

    let change = json!({"hours": 1000});
    assert_eq!(patch(&admin, &city, &change).await.refusal(403), "not-allowed");
    assert_eq!(
        admin.send("POST", &format!("{city}/cancel")).await.refusal(403),
        "not-allowed"
    );
    // That another school trains is not theirs to know.
    assert_eq!(
        patch(&other, &own, &change).await.refusal(404),
        "no-such-training-session"
    );
    assert_eq!(app.teacher("S1").await.get(&own).await.status, 200);
    assert_eq!(app.teacher("S2").await.get(&own).await.status, 404);
    patch(&bureau, &own, &json!({"hours": 8})).await.expect(200);

    assert_eq!(bureau.get_json(&city).await["hours"], 16);
    assert_eq!(admin.get_json(&own).await["hours"], 8);
    app.finish().await;
}

#[tokio::test]
async fn a_school_cannot_count_its_own_sessions_for_the_citys_plan() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);

    let counted = today(&app, &json!({"counts": true}));
    assert_eq!(admin.post_json(SESSIONS, &counted).await.refusal(403), "not-allowed");
    let own = hold(&app, &admin, &json!({})).await;
    let path = format!("{SESSIONS}/{}", id(&own));
    assert_eq!(
        patch(&admin, &path, &json!({"counts": true})).await.refusal(403),
        "not-allowed"
    );

    let taken = patch(&bureau, &path, &json!({"counts": true})).await.expect(200).json();
    assert_eq!(taken["counts"], true);
    // What the bureau said stays when the school changes something else.
    let moved = patch(&admin, &path, &json!({"place": "实训楼"}))
        .await
        .expect(200)
        .json();
    assert_eq!((&moved["counts"], &moved["place"]), (&json!(true), &json!("实训楼")));
    app.finish().await;
}

#[tokio::test]
async fn a_session_for_some_schools_is_there_for_no_other_and_for_no_company() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    hold(&app, &bureau, &json!({"title": "给一校", "schools": ["S1"]})).await;
    hold(&app, &bureau, &json!({"title": "给各校", "topic": "数控"})).await;
    hold(
        &app,
        &app.admin("S2").await,
        &json!({"title": "二校自己的", "mode": "online"}),
    )
    .await;

    assert_eq!(titles(&app.teacher("S1").await, "").await, ["给各校", "给一校"]);
    assert_eq!(titles(&app.teacher("S2").await, "").await, ["二校自己的", "给各校"]);
    assert_eq!(
        titles(&app.expert().await, "").await,
        ["二校自己的", "给各校", "给一校"]
    );
    assert_eq!(titles(&bureau, "school=S2").await, ["二校自己的"]);
    assert_eq!(titles(&bureau, "mode=online").await, ["二校自己的"]);
    assert_eq!(titles(&bureau, "q=数控&state=running").await, ["给各校"]);
    assert_eq!(titles(&bureau, "state=over").await, Vec::<String>::new());
    assert_eq!(app.partner("S1").await.get(SESSIONS).await.refusal(403), "not-allowed");
    app.guest().get(SESSIONS).await.refusal(401);
    app.finish().await;
}

#[tokio::test]
async fn a_long_list_of_sessions_comes_in_pages_without_a_gap() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    for at in 0..5 {
        // Two begin on the same day.
        let from = format!("2026-11-2{}", at / 2);
        hold(&app, &bureau, &json!({"title": format!("第{at}期"), "from": from})).await;
    }

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = bureau.get_json(&format!("{SESSIONS}?limit=2&cursor={cursor}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| text(&it["title"])));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }

    assert_eq!(seen, ["第4期", "第3期", "第2期", "第1期", "第0期"]);
    assert_eq!(
        bureau.get(&format!("{SESSIONS}?cursor=guess")).await.refusal(400),
        "bad-cursor"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_base_that_held_sessions_stays_for_the_record() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let base = json!({"name": "装备制造研修基地", "since": "2023-09-01"});
    let base = admin.post_json(BASES, &base).await.expect(201).json();
    let path = format!("{BASES}/{}", id(&base));
    assert_eq!(base["school"]["code"], "S1");
    assert_eq!(
        admin
            .post_json(BASES, &json!({"name": "装备制造研修基地"}))
            .await
            .refusal(409),
        "name-taken"
    );
    assert_eq!(
        admin
            .post_json(BASES, &json!({"name": "别校的", "school": "S2"}))
            .await
            .refusal(403),
        "not-allowed"
    );
    assert_eq!(
        bureau
            .post_json(BASES, &json!({"name": "甲", "majors": ["没有"]}))
            .await
            .faults(),
        ["/majors unknown-value"]
    );

    hold(&app, &bureau, &json!({"base": "装备制造研修基地"})).await;

    assert_eq!(
        app.admin("S2").await.send("DELETE", &path).await.refusal(403),
        "not-allowed"
    );
    assert_eq!(admin.send("DELETE", &path).await.refusal(409), "training-base-in-use");
    let renamed = patch(&admin, &path, &json!({"name": "新名", "since": null}))
        .await
        .expect(200)
        .json();
    assert_eq!((&renamed["name"], &renamed["since"]), (&json!("新名"), &Value::Null));
    assert_eq!(titles(&bureau, "base=新名").await, ["工学一体化课程开发"]);
    app.finish().await;
}

#[tokio::test]
async fn a_form_with_faults_is_shown_once_more_and_makes_nothing() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    let form = |caller: &Caller, path: &str, fields: &str| {
        let request = caller.request("POST", path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(fields.to_owned()))
    };

    let again = form(&admin, "/training/new", "title=%E7%94%B2&mode=on-site&hours=many")
        .await
        .expect(422);
    let page = String::from_utf8(again.body).unwrap();
    assert!(
        page.contains("id=\"hours-fault\"") && page.contains("value=\"many\""),
        "{page}"
    );
    assert_eq!(titles(&admin, "").await, Vec::<String>::new());
    form(
        &teacher,
        "/training/new",
        "title=a&mode=on-site&from=2026-11-24&hours=8",
    )
    .await
    .expect(403);

    let made = form(
        &admin,
        "/training/new",
        "title=%E7%94%B2&mode=on-site&from=2026-11-24&hours=8",
    )
    .await;
    let place = made.expect(303).header("location");
    let page = String::from_utf8(teacher.get(&place).await.expect(200).body).unwrap();
    assert!(page.contains("8 学时") && !page.contains("/edit"), "{page}");
    let session = place.split('?').next().unwrap();
    form(&admin, &format!("{session}/cancel"), "").await.expect(303);
    assert_eq!(titles(&admin, "state=cancelled").await, ["甲"]);
    app.finish().await;
}
