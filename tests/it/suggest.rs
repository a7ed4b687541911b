//! Suggestions as one types, and resources like one another, as programs and browsers see them.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Caller, escape, id, text};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

async fn suggested(caller: &Caller, q: &str) -> Vec<Value> {
    let answer = caller.get_json(&format!("/api/v1/suggest?q={}", escape(q))).await;
    answer["items"].as_array().expect("items").clone()
}

async fn texts(caller: &Caller, q: &str) -> Vec<String> {
    suggested(caller, q)
        .await
        .iter()
        .map(|item| text(&item["text"]))
        .collect()
}

/// Shares a resource with a text, published for everyone.
async fn publish(app: &TestApp, metadata: &Value, says: &str) -> Value {
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let shared = teacher
        .share_as(metadata, &[("内容.txt", says.as_bytes())])
        .await
        .expect(201)
        .json();
    admin.step(&id(&shared), "publish").await.expect(200);
    shared
}

fn metadata(title: &str, kind: &str) -> Value {
    json!({"title": title, "type": kind, "scope": "public", "keywords": ["对刀"]})
}

#[tokio::test]
async fn a_name_is_suggested_with_the_way_to_it() {
    let app = TestApp::start().await;
    let shared = publish(&app, &metadata("台阶轴 <车削> 工作页", "worksheet"), "装夹").await;
    app.settled().await;
    let guest = app.guest();

    let found = suggested(&guest, "taijie").await;

    assert_eq!(
        found,
        [json!({
            "text": "台阶轴 <车削> 工作页",
            "html": "<mark>台阶</mark>轴 &lt;车削&gt; 工作页",
            "kind": "title",
            "count": 1,
            "url": format!("/r/{}", id(&shared)),
        })]
    );
    let keyword = suggested(&guest, "dui").await;
    assert_eq!(keyword[0]["url"], format!("/search?q={}", escape("对刀")));
    guest.get(&text(&keyword[0]["url"])).await.expect(200);
    assert_eq!(suggested(&guest, "工作").await[0]["url"], "/search?type=worksheet");
    app.finish().await;
}

#[tokio::test]
async fn suggestions_tell_nobody_of_what_they_may_not_see() {
    let app = TestApp::start().await;
    let (owner, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let secret = json!({"title": "绝密工艺规程", "type": "worksheet", "keywords": ["三号炉"]});
    let secret = owner.share_as(&secret, &[("a.txt", b"a")]).await.expect(201).json();
    app.settled().await;

    for caller in [
        app.guest(),
        app.teacher("S1").await,
        app.teacher("S2").await,
        app.bureau().await,
    ] {
        for q in ["绝密", "juemi", "jmgy", "工艺", "三号", "", "绝mi"] {
            assert_eq!(texts(&caller, q).await, [""; 0], "{q}");
        }
    }
    assert_eq!(texts(&owner, "juemi").await, ["绝密工艺规程"]);
    assert_eq!(texts(&admin, "三号").await, ["三号炉"]);

    admin.step(&id(&secret), "publish").await.expect(200);
    app.settled().await;
    assert_eq!(texts(&app.teacher("S1").await, "绝密").await, ["绝密工艺规程"]);
    assert_eq!(texts(&app.teacher("S2").await, "绝密").await, [""; 0]);
    admin
        .send("DELETE", &format!("/api/v1/resources/{}", id(&secret)))
        .await
        .expect(204);
    app.settled().await;
    assert_eq!(texts(&owner, "绝密").await, [""; 0]);
    app.finish().await;
}

#[tokio::test]
async fn nothing_that_is_typed_is_refused_but_a_limit_may_be() {
    let app = TestApp::start().await;
    let guest = app.guest();

    for q in ["", "\"", "\u{0}", "\u{1f}", "🔧", "%", &"长".repeat(2000)] {
        assert_eq!(texts(&guest, q).await, [""; 0], "{q}");
    }
    guest.get("/api/v1/suggest").await.expect(200);
    guest.get("/api/v1/suggest?q=a&limit=20").await.expect(200);
    for limit in ["0", "21", "x"] {
        let answer = guest.get(&format!("/api/v1/suggest?limit={limit}")).await;
        assert_eq!(answer.refusal(422), "invalid-fields", "{limit}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_resource_shows_others_that_say_the_same_and_no_drafts_of_others() {
    let app = TestApp::start().await;
    let lathe = "数控车床对刀步骤：装夹毛坯，试切外圆，输入刀补。";
    let worksheet = publish(&app, &metadata("台阶轴工作页", "worksheet"), lathe).await;
    let slides = publish(&app, &metadata("台阶轴课件", "courseware"), "试切外圆以后输入刀补。").await;
    let mut cooking = metadata("宫保鸡丁", "video");
    cooking["keywords"] = json!([]);
    publish(&app, &cooking, "鸡肉切丁，花生炸脆。").await;
    let owner = app.teacher("S2").await;
    let draft = metadata("台阶轴工作页 草稿", "worksheet");
    let draft = owner
        .share_as(&draft, &[("a.txt", lathe.as_bytes())])
        .await
        .expect(201)
        .json();
    app.settled().await;
    let similar = |of: &Value| format!("/api/v1/resources/{}/similar", id(of));
    let ids = |answer: &Value| -> Vec<String> {
        let items = answer["items"].as_array().expect("items").iter();
        items.map(|item| id(&item["resource"])).collect()
    };

    let guest = app.guest();
    let found = guest.get_json(&similar(&worksheet)).await;

    assert_eq!(ids(&found), [id(&slides)]);
    assert!(found["items"][0]["score"].as_f64().is_some_and(|score| score > 0.0));
    let own = ids(&owner.get_json(&similar(&worksheet)).await);
    assert!(own.contains(&id(&draft)) && own.contains(&id(&slides)), "{own:?}");
    assert!(!own.contains(&id(&worksheet)));
    let one = owner.get_json(&format!("{}?limit=1", similar(&worksheet))).await;
    assert_eq!(ids(&one).len(), 1);
    assert_eq!(guest.get(&similar(&draft)).await.refusal(404), "no-such-resource");
    guest
        .get(&format!("/api/v1/resources/{NOBODY}/similar"))
        .await
        .expect(404);
    let limit = guest.get(&format!("{}?limit=21", similar(&worksheet))).await;
    assert_eq!(limit.refusal(422), "invalid-fields");

    for (lang, heading) in [("zh", "相似资源"), ("en", "Similar resources")] {
        let page = guest
            .get(&format!("/r/{}?lang={lang}", id(&worksheet)))
            .await
            .expect(200);
        let page = String::from_utf8(page.body).unwrap();
        let section = page.split("id=\"similar-title\"").nth(1).expect("the section");
        assert!(section.contains(heading), "{section}");
        assert!(section.contains(&format!("href=\"/r/{}\"", id(&slides))), "{section}");
        assert!(!page.contains(&id(&draft)));
    }
    app.finish().await;
}
