//! What waits for somebody today: on their home page, and over REST.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::training::{SESSIONS, hold};

const TODOS: &str = "/api/v1/me/todos";
const DAY: Duration = Duration::from_hours(24);

/// What waits, as `kind count`.
async fn todos(caller: &Caller) -> Vec<String> {
    let page = caller.get_json(TODOS).await;
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|todo| format!("{} {}", text(&todo["kind"]), todo["count"]))
        .collect()
}

async fn home(caller: &Caller) -> String {
    String::from_utf8(caller.get("/").await.expect(200).body).unwrap()
}

fn review(title: &str) -> Value {
    json!({"title": title, "type": "worksheet", "scope": "school", "submit": true})
}

#[tokio::test]
async fn everybody_is_led_to_what_waits_for_them_and_to_nothing_of_others() {
    let app = TestApp::start().await;
    let (teacher, colleague) = (app.teacher("S1").await, app.teacher("S1").await);
    let (admin, elsewhere) = (app.admin("S1").await, app.admin("S2").await);
    let shared = teacher.share_as(&review("台阶轴"), &[("页.txt", b"a")]).await;
    let resource = id(&shared.expect(201).json());
    let draft = json!({"title": "螺纹轴", "type": "worksheet"});
    colleague.share_as(&draft, &[("页.txt", b"b")]).await.expect(201);

    assert_eq!(todos(&admin).await, ["reviews 1"]);
    assert_eq!(
        todos(&teacher).await,
        [""; 0],
        "what waits for others is not hers to do"
    );
    assert_eq!(todos(&colleague).await, ["drafts 1"]);
    assert_eq!(todos(&elsewhere).await, [""; 0], "another school's work");
    let led = home(&admin).await;
    assert!(
        led.contains("待办") && led.contains("<a href=\"/review\">待您审核的资源：1</a>"),
        "{led}"
    );
    assert!(!home(&app.guest()).await.contains("待办"));

    let why = json!({"note": "缺公差"});
    let back = admin.decision(&resource, "return").await.json(&why);
    Answer::of(back).await.expect(200);
    let said = json!({"text": "第 2 页也缺"});
    let path = format!("/api/v1/resources/{resource}/comments");
    admin.post_json(&path, &said).await.expect(201);
    // Her own word on it waits for somebody else.
    teacher.post_json(&path, &json!({"text": "已补"})).await.expect(201);

    assert_eq!(todos(&admin).await, [""; 0], "what was decided waits for its author");
    assert_eq!(todos(&teacher).await, ["returned 1", "comments 1"]);
    assert!(home(&teacher).await.contains("href=\"/mine?tab=returned\""));
    assert!(
        String::from_utf8(teacher.get("/mine?tab=returned").await.expect(200).body)
            .unwrap()
            .contains("台阶轴")
    );
    app.finish().await;
}

#[tokio::test]
async fn whoever_takes_part_in_training_is_told_on_the_day_and_its_holder_afterwards() {
    let app = TestApp::start().await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    let school_admin = app.admin("S1").await;
    let session = id(&hold(&app, &bureau, &json!({})).await);
    let join = format!("{SESSIONS}/{session}/attendance");
    teacher.post_json(&join, &json!({})).await.expect(200);
    assert_eq!(todos(&teacher).await, ["training-today 1"]);
    assert_eq!(todos(&bureau).await, [""; 0], "it is not over");

    app.advance(DAY);

    assert_eq!(todos(&teacher).await, [""; 0], "it is over");
    assert_eq!(todos(&bureau).await, ["attendance-open 1"]);
    assert_eq!(
        todos(&school_admin).await,
        [""; 0],
        "the city's session is not the school's"
    );
    let people = bureau.get_json(&join).await;
    let part = format!("{join}/{}", id(&people["items"][0]));
    let settled = json!({"state": "withdrawn", "reason": "请假"});
    Answer::of(bureau.request("PATCH", &part).json(&settled))
        .await
        .expect(200);
    assert_eq!(todos(&bureau).await, [""; 0]);

    // Who has signed in has nothing to do today.
    let today = id(&hold(&app, &bureau, &json!({})).await);
    let path = format!("{SESSIONS}/{today}");
    teacher
        .post_json(&format!("{path}/attendance"), &json!({}))
        .await
        .expect(200);
    let code = text(&bureau.get_json(&format!("{path}/code")).await["code"]);
    let sign_in = json!({"code": code});
    teacher
        .post_json(&format!("{path}/sign-in"), &sign_in)
        .await
        .expect(200);
    assert_eq!(todos(&teacher).await, [""; 0]);
    app.finish().await;
}
