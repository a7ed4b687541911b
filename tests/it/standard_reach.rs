//! How far a version of a standard reaches: what waits, what holds a whole major, and when what was asked is over.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id, text};
use crate::notices::notice;
use crate::standards::{City, STANDARDS};

const FOLLOWUPS: &str = "/api/v1/standards/followups";
/// 锥轴 is split in two; all else stays.
const SPLIT: &str = "数控加工,零件车削,台阶轴,40,\n\
                     数控加工,零件车削,外锥,20,锥轴\n\
                     数控加工,零件车削,内锥,20,锥轴\n\
                     数控加工,零件车削,螺纹轴,40,\n\
                     数控加工,零件铣削,平面,40,\n";
/// 螺纹轴 goes to the other course.
const MOVED: &str = "数控加工,零件车削,台阶轴,40,\n\
                     数控加工,零件车削,锥轴,40,\n\
                     数控加工,零件铣削,平面,40,\n\
                     数控加工,零件铣削,螺纹轴,40,螺纹轴\n";
/// 台阶轴 has another name.
const RENAMED: &str = "数控加工,零件车削,阶梯轴,40,台阶轴\n\
                       数控加工,零件车削,锥轴,40,\n\
                       数控加工,零件车削,螺纹轴,40,\n\
                       数控加工,零件铣削,平面,40,\n";

/// What is asked of somebody: what became of something, what that was called, how far it has come.
async fn asked(caller: &Caller, query: &str) -> Vec<String> {
    let page = caller.get_json(&format!("{FOLLOWUPS}?{query}")).await;
    let items = page["items"].as_array().unwrap().iter();
    let line = |it: &Value| {
        let parts = ["kind", "change", "subject", "state"].map(|name| text(&it[name]));
        parts.join(" ")
    };
    items.map(line).collect()
}

async fn tag_of(caller: &Caller, resource: &str) -> String {
    let shown = caller.get(&format!("/api/v1/resources/{resource}")).await.expect(200);
    shown.header("etag")
}

/// A teacher's change of what is published, which waits.
async fn change(city: &City, resource: &str, body: &Value) {
    let tag = tag_of(&city.owner, resource).await;
    city.owner.patch(resource, Some(&tag), body).await.expect(200);
}

#[tokio::test]
async fn a_change_that_waits_at_what_a_version_changes_is_listed_too() {
    let city = City::open().await;
    let resource = city.share("台阶轴工作页", "台阶轴").await;
    change(&city, &resource, &json!({"task": "锥轴"})).await;

    city.publish(SPLIT).await;

    assert_eq!(asked(&city.owner, "").await, ["resource split 锥轴 open"]);
    let discard = city.owner.decision(&resource, "discard").await;
    Answer::of(discard).await.expect(200);
    assert_eq!(
        asked(&city.owner, "").await,
        ["resource split 锥轴 done"],
        "it waits there no more"
    );
    city.app.finish().await;
}

/// Nobody was told that what they approved takes nothing new any more.
#[tokio::test]
async fn a_change_that_waits_is_put_at_no_task_that_was_retired_since() {
    let city = City::open().await;
    let resource = city.share("台阶轴工作页", "台阶轴").await;
    change(&city, &resource, &json!({"task": "锥轴"})).await;
    city.publish(SPLIT).await;

    let approving = city.bureau.decision(&resource, "approve").await;
    assert_eq!(Answer::of(approving).await.faults(), ["/task retired"]);

    let shown = city.app.reader("S1").await;
    let shown = shown.get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(shown["task"]["name"], "台阶轴", "it stays where it was approved");
    change(&city, &resource, &json!({"task": "外锥"})).await;
    city.app.approve(&resource).await;
    assert_eq!(asked(&city.owner, "").await, ["resource split 锥轴 done"]);
    city.app.finish().await;
}

#[tokio::test]
async fn a_review_that_is_open_goes_on_when_its_task_goes_to_another_course() {
    let city = City::open().await;
    let resource = city.share("螺纹轴工作页", "螺纹轴").await;
    let other = city.share("平面工作页", "平面").await;
    change(&city, &resource, &json!({"title": "螺纹轴的工作页"})).await;
    let elsewhere = json!({"title": "平面的工作页", "course": "零件车削", "task": "螺纹轴"});
    change(&city, &other, &elsewhere).await;

    city.publish(MOVED).await;

    for (resource, title) in [(resource, "螺纹轴的工作页"), (other, "平面的工作页")] {
        for who in [&city.admin, &city.bureau] {
            who.approve(&resource).await;
        }
        let shown = city.owner.get_json(&format!("/api/v1/resources/{resource}")).await;
        assert_eq!(shown["title"], title);
        assert_eq!(shown["course"]["name"], "零件铣削");
        assert!(shown["changed_since_approved"].is_null(), "{shown}");
    }
    city.app.finish().await;
}

#[tokio::test]
async fn a_pack_of_a_whole_major_or_of_the_course_that_gets_a_task_is_told_that_something_in_it_goes() {
    let city = City::open().await;
    for (title, place) in [
        ("专业包", json!({"major": "数控加工"})),
        ("铣削包", json!({"course": "零件铣削"})),
    ] {
        let mut body = json!({"title": title, "scope": "city"});
        body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        city.owner.post_json("/api/v1/packs", &body).await.expect(201);
    }

    city.publish(RENAMED).await;
    assert_eq!(asked(&city.owner, "").await, [""; 0], "a name changes no contents");
    let back = MOVED.replace("台阶轴,40,", "台阶轴,40,阶梯轴");
    city.publish(&back).await;

    assert_eq!(
        asked(&city.owner, "").await,
        ["pack within 数控加工 open", "pack within 零件铣削 open"]
    );
    let page = html(city.owner.get("/standards/followups").await.expect(200));
    assert!(page.contains("“数控加工”里有课程或任务调整"), "{page}");
    city.app.finish().await;
}

#[tokio::test]
async fn what_is_withdrawn_is_asked_for_nothing() {
    let city = City::open().await;
    let (before, after) = (city.share("早撤的", "锥轴").await, city.share("后撤的", "锥轴").await);
    let pack = json!({"title": "锥轴包", "scope": "city", "task": "锥轴"});
    city.owner.post_json("/api/v1/packs", &pack).await.expect(201);
    city.owner.step(&before, "withdraw").await.expect(200);

    city.publish(SPLIT).await;

    assert_eq!(
        asked(&city.owner, "kind=resource").await,
        ["resource split 锥轴 open"],
        "of the one that is there"
    );
    city.owner.step(&after, "withdraw").await.expect(200);
    assert_eq!(asked(&city.owner, "kind=resource").await, ["resource split 锥轴 done"]);
    // Put back it would stand anew where nothing new does.
    assert_eq!(city.owner.step(&after, "submit").await.faults(), ["/task retired"]);
    change(&city, &after, &json!({"task": "外锥"})).await;
    city.owner.step(&after, "submit").await.expect(200);
    city.app.finish().await;
}

#[tokio::test]
async fn what_a_notice_took_down_is_asked_for_again_when_it_is_back() {
    let city = City::open().await;
    let metadata =
        json!({"title": "锥轴工作页", "type": "worksheet", "task": "锥轴", "scope": "public", "submit": true});
    let shared = city.owner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);
    let resource = id(&shared.json());
    city.app.approve(&resource).await;
    city.publish(SPLIT).await;
    let sent = city.app.guest().post_json("/api/v1/notices", &notice(&resource)).await;
    sent.expect(201);
    let case = id(&city.admin.get_json("/api/v1/notices").await["items"][0]);
    let step = async |step: &str, said: &str| {
        let path = format!("/api/v1/notices/{case}/{step}");
        let body = json!({"text": said});
        city.admin.post_json(&path, &body).await.expect(200);
    };

    step("take-down", "").await;
    assert_eq!(asked(&city.owner, "").await, ["resource split 锥轴 done"]);
    step("restore", "通知人撤回").await;

    assert_eq!(asked(&city.owner, "").await, ["resource split 锥轴 open"]);
    city.app.finish().await;
}

#[tokio::test]
async fn an_order_that_is_emptied_asks_for_nothing_more() {
    let city = City::open().await;
    let resource = city.share("锥轴工作页", "锥轴").await;
    let shown = city.owner.get_json(&format!("/api/v1/resources/{resource}")).await;
    let order = format!("/api/v1/tasks/{}/order", id(&shown["task"]));
    let put = async |seen: &str, resources: &[&String]| {
        let request = city.owner.request("PUT", &order).header("if-match", seen);
        Answer::of(request.json(&json!({"resources": resources})))
            .await
            .expect(200);
    };
    put("\"r0\"", &[&resource]).await;
    city.publish(SPLIT).await;
    assert_eq!(asked(&city.owner, "kind=order").await, ["order split 锥轴 open"]);

    put("\"r1\"", &[]).await;

    assert_eq!(asked(&city.owner, "kind=order").await, ["order split 锥轴 done"]);
    city.app.finish().await;
}

#[tokio::test]
async fn what_was_removed_since_is_said_to_be_gone() {
    let city = City::open().await;
    let metadata = json!({"title": "草稿", "type": "video", "task": "锥轴"});
    let draft = city.owner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);
    let draft = id(&draft.json());
    city.publish(SPLIT).await;
    let tag = tag_of(&city.owner, &draft).await;
    let remove = city.owner.request("DELETE", &format!("/api/v1/resources/{draft}"));
    Answer::of(remove.header("if-match", tag)).await.expect(204);

    let it = city.owner.get_json(FOLLOWUPS).await["items"][0].clone();

    assert_eq!(
        (&it["state"], &it["is_gone"], &it["title"]),
        (&json!("done"), &json!(true), &Value::Null)
    );
    let office = Browser::sign_in(&city.app, Role::Bureau).await;
    assert!(office.open("/standards/followups").await.contains("（已删除）"));
    city.app.finish().await;
}

#[tokio::test]
async fn a_later_version_ends_what_an_earlier_one_asked_for() {
    let city = City::open().await;
    city.share("台阶轴工作页", "台阶轴").await;
    city.share("螺纹轴工作页", "螺纹轴").await;
    let gone: String = RENAMED
        .lines()
        .filter(|line| !line.contains("螺纹轴"))
        .fold(String::new(), |all, line| all + line + "\n");
    city.publish(&gone).await;
    assert_eq!(
        asked(&city.owner, "").await,
        ["resource renamed 台阶轴 open", "resource retired 螺纹轴 open"]
    );

    // It is called otherwise once more, and what was retired is taught again.
    city.publish(&RENAMED.replace("阶梯轴,40,台阶轴", "多级轴,40,阶梯轴"))
        .await;

    assert_eq!(
        asked(&city.owner, "").await,
        [
            "resource renamed 台阶轴 done",
            "resource retired 螺纹轴 done",
            "resource renamed 阶梯轴 open"
        ]
    );
    city.app.finish().await;
}

#[tokio::test]
async fn a_draft_says_what_it_would_touch_and_the_version_then_asks_for_that() {
    let city = City::open().await;
    for title in ["锥轴一", "锥轴二"] {
        city.share(title, "锥轴").await;
    }
    let body = json!({"title": "锥轴包", "scope": "city", "task": "锥轴"});
    city.owner.post_json("/api/v1/packs", &body).await.expect(201);

    let draft = city.draft(SPLIT).await;

    let touches = &draft["touches"];
    let counts = ["resources", "packs", "orders", "more"].map(|name| touches[name].as_i64());
    assert_eq!(counts, [Some(2), Some(1), Some(0), Some(0)], "{draft}");
    let titles: Vec<&Value> = touches["first"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["title"])
        .collect();
    // A pack that was never handed out is no business of the city.
    assert_eq!(titles, [&json!("锥轴一"), &json!("锥轴二"), &Value::Null]);
    assert_eq!(asked(&city.bureau, "").await, [""; 0], "nobody is asked yet");
    let office = Browser::sign_in(&city.app, Role::Bureau).await;
    let page = office.open(&format!("/standards/{}", id(&draft))).await;
    assert!(
        page.contains("2 个资源、1 个资源包、0 项排序") && page.contains("锥轴二"),
        "{page}"
    );

    let published = Answer::of(city.publishing(&draft)).await.expect(200).json();
    assert_eq!(published["touches"], Value::Null);
    assert_eq!(asked(&city.bureau, "").await.len(), 3);
    city.app.finish().await;
}

#[tokio::test]
async fn what_somebody_left_who_is_erased_is_still_listed_and_decided() {
    let city = City::open().await;
    city.share("锥轴工作页", "锥轴").await;
    let version = city.publish(SPLIT).await;
    let owner = id(&city.owner.get_json("/api/v1/me").await);
    let erase = format!("/api/v1/accounts/{owner}");
    city.admin.send("DELETE", &erase).await.expect(204);

    assert_eq!(asked(&city.admin, "").await, ["resource split 锥轴 open"]);
    let progress = city
        .bureau
        .get_json(&format!("{STANDARDS}/{}/progress", id(&version)))
        .await;
    assert_eq!(progress["items"][0]["open"], 1);
    let it = city.bureau.get_json(FOLLOWUPS).await["items"][0].clone();
    let decide = city.admin.request("PATCH", &format!("{FOLLOWUPS}/{}", id(&it)));
    let done = decide.header("if-match", "\"r1\"").json(&json!({"state": "done"}));
    assert_eq!(Answer::of(done).await.expect(200).json()["state"], "done");
    city.app.finish().await;
}
