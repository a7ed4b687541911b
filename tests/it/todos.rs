//! What waits for somebody today: on their home page, and over REST.

use std::time::Duration;

use gongxue::db::entity::resource_use_month;
use gongxue::domain::id::ResourceId;
use gongxue::domain::role::Role;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::recognition::{announce, appoint, entered, score};
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
async fn jurors_schools_and_experts_are_led_to_calls_and_visits() {
    let app = TestApp::start().await;
    let (bureau, expert, admin) = (app.bureau().await, app.expert().await, app.admin("S1").await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&app.teacher("S1").await, &call).await;
    entered(&app.teacher("S2").await, &call).await;
    let insider = app.member(Role::Expert, Some("S2")).await;
    appoint(&bureau, &call, &[&expert, &insider]).await;
    assert_eq!(todos(&expert).await, [""; 0], "it still takes entries");

    app.advance(2 * DAY);
    assert_eq!(todos(&expert).await, ["jury-scores 2"]);
    assert_eq!(
        todos(&insider).await,
        ["jury-scores 1"],
        "their own school's is not theirs to score"
    );
    score(&expert, &entry, json!([30, 40])).await.expect(200);
    assert_eq!(todos(&expert).await, ["jury-scores 1"]);
    app.advance(2 * DAY);
    assert_eq!(todos(&expert).await, [""; 0], "nobody scores any more");
    assert_eq!(todos(&bureau).await, ["calls-to-publish 1"]);
    assert!(
        home(&bureau)
            .await
            .contains("<a href=\"/recognition\">评审日期已过、待公布结果的评优活动：1</a>")
    );

    let visit = json!({"school": "S1", "day": "2024-05-06", "kind": "supervision", "asked": "课程标准怎样落实"});
    let visit = expert.post_json("/api/v1/visits", &visit).await.expect(201).json();
    assert_eq!(todos(&admin).await, ["visits-to-answer 1"]);
    assert_eq!(todos(&app.admin("S2").await).await, [""; 0]);
    let answer = format!("/api/v1/visits/{}/answer", id(&visit));
    admin.post_json(&answer, &json!({"done": "已做"})).await.expect(200);
    assert_eq!(todos(&admin).await, [""; 0]);
    assert_eq!(todos(&expert).await, ["visits-to-close 1"]);
    let close = format!("/api/v1/visits/{}/close", id(&visit));
    expert.send("POST", &close).await.expect(200);
    assert_eq!(todos(&expert).await, [""; 0]);
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

/// An auditor's home page was empty for a year, and nothing was kept outside of the machine that could prove its records.
#[tokio::test]
async fn an_auditor_is_led_to_a_checkpoint_that_nobody_took_and_to_sums_that_are_wrong() {
    let app = TestApp::start().await;
    let (auditor, bureau) = (app.auditor().await, app.bureau().await);
    let chain = async || {
        let chained = app.ask(async |library| library.audit_chain.chain().await).await;
        chained.expect("the log is chained");
    };
    chain().await;
    assert_eq!(todos(&auditor).await, [""; 0], "its records are of today");

    app.advance(31 * DAY);
    assert_eq!(todos(&auditor).await, ["checkpoint-due 1"]);
    assert_eq!(
        todos(&bureau).await,
        [""; 0],
        "whoever runs the machine is no witness of it"
    );
    let led = home(&auditor).await;
    assert!(
        led.contains("<a href=\"/admin/audit\">30 天没有取走的操作记录检查点：1</a>"),
        "{led}"
    );
    let page = String::from_utf8(auditor.get("/admin/audit").await.expect(200).body).unwrap();
    assert!(page.contains("href=\"/api/v1/audit/checkpoint\" download="), "{page}");
    let of_school = app.admin("S1").await.get("/admin/audit").await.expect(200).body;
    assert!(!String::from_utf8(of_school).unwrap().contains("audit/checkpoint"));
    // One that the bureau took is not with an auditor.
    for (who, left) in [(&bureau, 1), (&auditor, 0)] {
        who.get("/api/v1/audit/checkpoint").await.expect(200);
        let kept = app.ask(async |library| library.audit.keep_noted(true).await).await;
        kept.expect("it is noted");
        assert_eq!(todos(&auditor).await.len(), left, "{}", who.name());
    }

    // A hand in the database counted a use that nobody made.
    let database = app.database().await;
    let row = resource_use_month::Model {
        resource_id: ResourceId::new(),
        month: 202_612,
        uses: 1,
    };
    let row = resource_use_month::Entity::insert(row.into_active_model());
    row.exec_without_returning(&database).await.unwrap();
    app.advance(DAY);
    let kept = app
        .ask(async |library| library.administration.keep_ledger().await)
        .await;
    kept.expect("the ledger is kept");
    for who in [&auditor, &bureau] {
        assert_eq!(todos(who).await, ["wrong-sums 1"]);
    }
    assert!(
        home(&auditor)
            .await
            .contains("<a href=\"/reports\">夜间核对对不上、请查对的报表数字：1</a>")
    );
    app.finish().await;
}
