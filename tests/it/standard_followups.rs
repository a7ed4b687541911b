//! What a version of a standard touches: listed for its owner, its school and the city, and followed to its end.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD, value_of};
use crate::client::{Answer, Caller, id, text};
use crate::standards::{City, STANDARDS};

const FOLLOWUPS: &str = "/api/v1/standards/followups";
/// 锥轴 is split in two; all else stays.
const SPLIT: &str = "数控加工,零件车削,台阶轴,40,\n\
                     数控加工,零件车削,外锥,20,锥轴\n\
                     数控加工,零件车削,内锥,20,锥轴\n\
                     数控加工,零件车削,螺纹轴,40,\n\
                     数控加工,零件铣削,平面,40,\n";

/// What somebody has to look after: kind, title, state.
async fn listed(caller: &Caller, query: &str) -> Vec<(String, Value, String)> {
    let page = caller.get_json(&format!("{FOLLOWUPS}?{query}")).await;
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|it| (text(&it["kind"]), it["title"].clone(), text(&it["state"])))
        .collect()
}

fn line(kind: &str, title: impl Into<Value>, state: &str) -> (String, Value, String) {
    (kind.to_owned(), title.into(), state.to_owned())
}

async fn only(caller: &Caller) -> Value {
    let page = caller.get_json(FOLLOWUPS).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
    page["items"][0].clone()
}

async fn decide(caller: &Caller, it: &Value, tag: &str, body: &Value) -> Answer {
    let request = caller.request("PATCH", &format!("{FOLLOWUPS}/{}", id(it)));
    Answer::of(request.header("if-match", tag).json(body)).await
}

#[tokio::test]
async fn what_a_version_touches_is_listed_for_those_whose_it_is_and_for_nobody_else() {
    let city = City::open().await;
    let (one, two) = (city.share("锥轴一", "锥轴").await, city.share("锥轴二", "锥轴").await);
    city.share("台阶轴工作页", "台阶轴").await;
    let shown = city.owner.get_json(&format!("/api/v1/resources/{one}")).await;
    let order = format!("/api/v1/tasks/{}/order", id(&shown["task"]));
    let put = city.owner.request("PUT", &order).header("if-match", "\"r0\"");
    Answer::of(put.json(&json!({"resources": [two, one]})))
        .await
        .expect(200);
    for (title, contents) in [
        ("锥轴包", json!({"task": "锥轴"})),
        ("台阶轴包", json!({"task": "台阶轴"})),
    ] {
        let mut body = json!({"title": title, "scope": "city"});
        body["task"] = contents["task"].clone();
        city.owner.post_json("/api/v1/packs", &body).await.expect(201);
    }

    let version = city.publish(SPLIT).await;

    let all = [
        line("resource", "锥轴一", "open"),
        line("resource", "锥轴二", "open"),
        line("order", "锥轴", "open"),
        line("pack", "锥轴包", "open"),
    ];
    let of_version = format!("standard={}", id(&version));
    assert_eq!(listed(&city.owner, &of_version).await, all);
    assert_eq!(listed(&city.admin, "").await, all, "its school's");
    // A pack that was never handed out is no business of the city.
    let mut of_city = all.clone();
    of_city[3].1 = Value::Null;
    assert_eq!(listed(&city.bureau, "school=S1").await, of_city);
    assert_eq!(listed(&city.bureau, "mine=true").await, []);
    for stranger in [
        city.app.teacher("S1").await,
        city.app.admin("S2").await,
        city.app.expert().await,
    ] {
        assert_eq!(listed(&stranger, "").await, []);
        let first = city.owner.get_json(FOLLOWUPS).await["items"][0].clone();
        let refused = decide(&stranger, &first, "*", &json!({"state": "done"})).await;
        assert_eq!(refused.refusal(404), "no-such-follow-up");
    }
    assert_eq!(
        city.app.reader("S1").await.get(FOLLOWUPS).await.refusal(403),
        "not-allowed"
    );
    let progress = city
        .bureau
        .get_json(&format!("{STANDARDS}/{}/progress", id(&version)))
        .await;
    assert_eq!(progress["items"][0]["school"]["code"], "S1");
    assert_eq!(progress["items"][0]["open"], 4);
    city.app.finish().await;
}

#[tokio::test]
async fn a_resource_that_goes_to_a_taught_task_asks_for_nothing_more() {
    let city = City::open().await;
    let resource = city.share("锥轴工作页", "锥轴").await;
    city.publish(SPLIT).await;
    let edit = async |who: &Caller, body: &Value| {
        let tag = who
            .get(&format!("/api/v1/resources/{resource}"))
            .await
            .expect(200)
            .header("etag");
        who.patch(&resource, Some(&tag), body).await.expect(200);
    };

    edit(&city.admin, &json!({"title": "锥轴的工作页"})).await;
    assert_eq!(only(&city.owner).await["state"], "open", "it stands where it stood");
    // A teacher's change waits for its approval, and until then others see it at the old task.
    edit(&city.owner, &json!({"task": "外锥"})).await;
    assert_eq!(only(&city.owner).await["state"], "open");
    city.app.approve(&resource).await;

    let done = only(&city.owner).await;
    assert_eq!(done["state"], "done");
    assert!(done["decided_at"].is_string());
    assert_eq!(listed(&city.owner, "state=open").await, []);
    city.app.finish().await;
}

#[tokio::test]
async fn nothing_is_waived_without_a_reason_or_over_a_decision_that_was_not_seen() {
    let city = City::open().await;
    city.share("锥轴工作页", "锥轴").await;
    let version = city.publish(SPLIT).await;
    let it = only(&city.owner).await;

    let refused = decide(&city.owner, &it, "\"r1\"", &json!({"state": "waived"})).await;
    assert_eq!(refused.faults(), ["/reason required"]);
    let waived = json!({"state": "waived", "reason": "内外锥合在一份工作页里讲"});
    decide(&city.admin, &it, "\"r1\"", &waived).await.expect(200);
    let late = decide(&city.owner, &it, "\"r1\"", &json!({"state": "done"})).await;
    assert_eq!(late.refusal(412), "changed-meanwhile");

    let kept = only(&city.bureau).await;
    assert_eq!((&kept["state"], &kept["reason"]), (&json!("waived"), &waived["reason"]));
    let progress = city
        .bureau
        .get_json(&format!("{STANDARDS}/{}/progress", id(&version)))
        .await;
    assert_eq!(progress["items"][0]["waived"], 1);
    decide(&city.owner, &it, "\"r2\"", &json!({"state": "open"}))
        .await
        .expect(200);
    assert_eq!(only(&city.owner).await["reason"], Value::Null);
    for action in ["standard.waive", "standard.reopen"] {
        let lines = city.bureau.get_json(&format!("/api/v1/audit?action={action}")).await;
        assert_eq!(lines["items"].as_array().unwrap().len(), 1, "{action}");
    }
    city.app.finish().await;
}

#[tokio::test]
async fn a_draft_that_is_touched_is_counted_for_the_city_without_its_title() {
    let city = City::open().await;
    let metadata = json!({"title": "没人知道的草稿", "type": "video", "task": "锥轴", "scope": "school"});
    city.owner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);

    city.publish(SPLIT).await;

    assert_eq!(
        listed(&city.owner, "").await,
        [line("resource", "没人知道的草稿", "open")]
    );
    assert_eq!(listed(&city.bureau, "").await, [line("resource", Value::Null, "open")]);
    let table = async |caller: &Caller| {
        let sheet = caller.get(&format!("{FOLLOWUPS}?format=csv")).await.expect(200);
        String::from_utf8(sheet.body).unwrap()
    };
    assert!(table(&city.owner).await.contains("没人知道的草稿"));
    let of_city = table(&city.bureau).await;
    assert!(
        of_city.contains("“锥轴”拆分") && !of_city.contains("没人知道的草稿"),
        "{of_city}"
    );
    let lines = city.bureau.get_json("/api/v1/audit?action=standard.export").await;
    assert_eq!(lines["items"].as_array().unwrap().len(), 2);
    city.app.finish().await;
}

#[tokio::test]
async fn what_is_refused_asks_nobody_for_anything() {
    let city = City::open().await;
    city.share("锥轴工作页", "锥轴").await;
    let draft = city.draft(SPLIT).await;
    city.import("数控加工,零件车削,偏心轴,40,\n").await;

    let refused = Answer::of(city.publishing(&draft)).await;

    assert_eq!(refused.refusal(412), "changed-meanwhile");
    assert_eq!(listed(&city.owner, "").await, []);
    city.app.finish().await;
}

#[tokio::test]
async fn somebody_is_led_to_what_waits_and_marks_it_from_a_page() {
    let city = City::open().await;
    let (owner, browser) = teacher(&city.app).await;
    let metadata = json!({"title": "锥轴工作页", "type": "worksheet", "task": "锥轴", "scope": "city"});
    owner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);
    city.publish(SPLIT).await;

    let home = browser.open("/").await;
    assert!(
        home.contains("课程标准更新后、您要核对的资源、资源包和排序：1"),
        "{home}"
    );
    let page = browser.open("/standards/followups?state=open&mine=true").await;
    assert!(page.contains("锥轴工作页") && page.contains("“锥轴”拆分"), "{page}");
    let action = page.split("action=\"/standards/followups/").nth(1).unwrap();
    let action = format!("/standards/followups/{}", action.split('"').next().unwrap());
    let decide = async |act: &str, reason: &str| {
        let (seen, back) = (value_of(&page, "seen"), value_of(&page, "back"));
        let fields = [
            ("csrf", browser.csrf.as_str()),
            ("seen", &seen),
            ("back", &back),
            ("reason", reason),
            ("act", act),
        ];
        browser.post(&action, &fields).await.expect(303).header("location")
    };
    assert!(decide("waived", "").await.ends_with("done=reason"));
    assert!(decide("done", "").await.ends_with("done=decided"));
    assert!(decide("waived", "晚了一步").await.ends_with("done=stale"));

    assert_eq!(only(&owner).await["state"], "done");
    assert!(!browser.open("/").await.contains("您要核对的资源"));
    city.app.finish().await;
}

/// How many follow-ups somebody's home page leads them to.
async fn waiting(caller: &Caller) -> Value {
    let todos = caller.get_json("/api/v1/me/todos").await;
    let mut todos = todos["items"].as_array().unwrap().iter();
    let followups = todos.find(|todo| todo["kind"] == "standard-follow-ups");
    followups.map_or(json!(0), |todo| todo["count"].clone())
}

/// What somebody left who went to another city was listed for their school, and waited for nobody.
#[tokio::test]
async fn what_people_leave_who_are_gone_waits_for_whoever_looks_after_their_school() {
    let city = City::open().await;
    city.share("锥轴工作页", "锥轴").await;
    let of_city = json!({"title": "市级包", "scope": "city", "task": "锥轴"});
    let expert = city.app.expert().await;
    expert.post_json("/api/v1/packs", &of_city).await.expect(201);
    city.publish(SPLIT).await;
    let elsewhere = city.app.admin("S2").await;
    assert_eq!(waiting(&city.owner).await, 1);
    assert_eq!(waiting(&expert).await, 1);
    for other in [&city.admin, &city.bureau] {
        assert_eq!(waiting(other).await, 0, "its owner is there");
    }

    for gone in [&city.owner, &expert] {
        let accounts = city
            .bureau
            .get_json(&format!("/api/v1/accounts?q={}", gone.name()))
            .await;
        let path = format!("/api/v1/accounts/{}", id(&accounts["items"][0]));
        let disable = city.bureau.request("PATCH", &path).json(&json!({"disabled": true}));
        Answer::of(disable).await.expect(200);
    }

    let open = "state=open&mine=true";
    assert_eq!(
        listed(&city.admin, open).await,
        [line("resource", "锥轴工作页", "open")]
    );
    // A pack that was never handed out is told without its title.
    assert_eq!(listed(&city.bureau, open).await, [line("pack", Value::Null, "open")]);
    assert_eq!(
        (waiting(&city.admin).await, waiting(&city.bureau).await),
        (json!(1), json!(1))
    );
    assert_eq!(waiting(&elsewhere).await, 0);
    assert_eq!(listed(&elsewhere, open).await, []);
    // Auditors can do nothing about it.
    assert_eq!(waiting(&city.app.auditor().await).await, 0);
    let it = city.admin.get_json(&format!("{FOLLOWUPS}?{open}")).await["items"][0].clone();
    let done = decide(&city.admin, &it, "*", &json!({"state": "done"})).await;
    done.expect(200);
    assert_eq!(waiting(&city.admin).await, 0);
    city.app.finish().await;
}

/// A teacher of `S1`, by a token and in a browser.
async fn teacher(app: &TestApp) -> (Caller, Browser) {
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let token = app.token(&name, gongxue::domain::role::TokenScope::Write, None).await;
    let browser = Browser::of(app, &name).await;
    (Caller::new(app.base(), Some(token), &name), browser)
}
