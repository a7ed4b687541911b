//! Review: what waits for whom, what is said about it, and who never hears of that.

use std::time::Duration;

use gongxue::db::entity::comment;
use gongxue::domain::role::Role;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id, text};
use crate::fixture;

/// A remark that stands nowhere else.
const REMARK: &str = "zxqremark 第三步的接线图画反了";

/// Hands in a new resource, later than those before.
async fn hand_in(app: &TestApp, teacher: &Caller, title: &str, scope: &str, kind: &str) -> String {
    app.advance(Duration::from_secs(2));
    let metadata = json!({"title": title, "type": kind, "scope": scope, "submit": true});
    let shared = teacher.share_as(&metadata, &[("页.txt", title.as_bytes())]).await;
    id(&shared.expect(201).json())
}

fn titles(queue: &Value) -> Vec<String> {
    let items = queue["items"].as_array().unwrap();
    items.iter().map(|item| text(&item["resource"]["title"])).collect()
}

async fn queue(caller: &Caller, query: &str) -> Vec<String> {
    titles(&caller.get_json(&format!("/api/v1/reviews?{query}")).await)
}

fn comments_of(resource: &str) -> String {
    format!("/api/v1/resources/{resource}/comments")
}

async fn say(caller: &Caller, resource: &str, body: &Value) -> Value {
    caller.post_json(&comments_of(resource), body).await.expect(201).json()
}

async fn resolve(caller: &Caller, resource: &str, comment: &str, resolved: bool) -> Answer {
    let path = format!("{}/{comment}", comments_of(resource));
    Answer::of(caller.request("PATCH", &path).json(&json!({"resolved": resolved}))).await
}

#[tokio::test]
async fn each_reviewer_finds_what_waits_for_them_the_longest_first_and_nothing_else() {
    let app = TestApp::start().await;
    let (own, other) = (app.teacher("S1").await, app.teacher("S2").await);
    let (admin, expert, bureau) = (app.admin("S1").await, app.expert().await, app.bureau().await);
    hand_in(&app, &own, "校内甲", "school", "worksheet").await;
    hand_in(&app, &own, "全市乙", "city", "video").await;
    hand_in(&app, &other, "全市丙", "public", "worksheet").await;
    hand_in(&app, &other, "校内丁", "school", "worksheet").await;
    hand_in(&app, &admin, "自己的戊", "city", "worksheet").await;
    hand_in(&app, &expert, "专家的己", "city", "worksheet").await;
    own.share("草稿庚", &[("a.txt", b"a")]).await;

    assert_eq!(queue(&admin, "").await, ["校内甲", "全市乙"]);
    // What its school has not looked at yet waits there; the bureau may stand in for it.
    assert_eq!(queue(&expert, "").await, ["全市丙", "自己的戊"]);
    // The second school has no administrator, so what is meant for it alone is left to the bureau as well.
    assert_eq!(
        queue(&bureau, "").await,
        ["全市乙", "全市丙", "校内丁", "自己的戊", "专家的己"]
    );
    assert_eq!(queue(&admin, "type=video").await, ["全市乙"]);
    assert_eq!(queue(&bureau, "school=S2").await, ["全市丙", "校内丁"]);
    assert_eq!(queue(&bureau, "major=没有的专业").await, [""; 0]);
    for nobody in [&own, &app.reader("S1").await, &app.auditor().await] {
        assert_eq!(nobody.get("/api/v1/reviews").await.refusal(403), "not-allowed");
    }

    let first = bureau.get_json("/api/v1/reviews?limit=3").await;
    assert_eq!(titles(&first), ["全市乙", "全市丙", "校内丁"]);
    let rest = format!("/api/v1/reviews?limit=3&cursor={}", text(&first["next_cursor"]));
    assert_eq!(titles(&bureau.get_json(&rest).await), ["自己的戊", "专家的己"]);
    let torn = bureau.get("/api/v1/reviews?cursor=1.x").await;
    assert_eq!(torn.refusal(400), "bad-cursor");
    app.finish().await;
}

#[tokio::test]
async fn what_is_handed_in_again_waits_from_then_on() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let first = hand_in(&app, &teacher, "甲", "school", "worksheet").await;
    hand_in(&app, &teacher, "乙", "school", "worksheet").await;
    assert_eq!(queue(&admin, "").await, ["甲", "乙"]);

    // A word that changes while it waits moves nothing.
    teacher
        .patch(&first, Some("*"), &json!({"description": "改"}))
        .await
        .expect(200);
    assert_eq!(queue(&admin, "").await, ["甲", "乙"]);
    // Whoever decides says what they saw: it is not what was handed in.
    let unseen = admin.step(&first, "return").await;
    assert_eq!(unseen.refusal(428), "changed-since-submitted");
    Answer::of(admin.decision(&first, "return").await).await.expect(200);
    app.advance(Duration::from_secs(2));
    teacher.step(&first, "submit").await.expect(200);

    assert_eq!(queue(&admin, "").await, ["乙", "甲"]);
    app.finish().await;
}

#[tokio::test]
async fn a_comment_never_reaches_a_reader() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = (app.teacher("S1").await, app.admin("S1").await, app.expert().await);
    let resource = hand_in(&app, &teacher, "台阶轴", "city", "worksheet").await;
    say(&admin, &resource, &json!({"text": REMARK})).await;
    say(&expert, &resource, &json!({"text": REMARK})).await;
    let strangers = [
        app.reader("S1").await,
        app.teacher("S1").await,
        app.teacher("S2").await,
        app.admin("S2").await,
        app.auditor().await,
    ];
    for stranger in &strangers {
        let answer = stranger.get(&comments_of(&resource)).await;
        assert_eq!(answer.refusal(404), "no-such-resource", "{}", stranger.name());
    }
    app.approve(&resource).await;
    app.settled().await;

    for stranger in &strangers {
        let answer = stranger.get(&comments_of(&resource)).await;
        assert_eq!(answer.refusal(403), "not-allowed", "{}", stranger.name());
        let post = stranger
            .post_json(&comments_of(&resource), &json!({"text": "我也说"}))
            .await;
        post.expect(403);
        for path in [
            format!("/api/v1/resources/{resource}"),
            format!("/api/v1/resources/{resource}/versions"),
            format!("/r/{resource}"),
            "/api/v1/changes?since=0".to_owned(),
        ] {
            let said = String::from_utf8(stranger.get(&path).await.expect(200).body).unwrap();
            assert!(!said.contains("zxqremark"), "{} reads it at {path}", stranger.name());
        }
        assert_eq!(stranger.search("zxqremark").await["total"], 0);
    }
    let page = html(teacher.get(&format!("/r/{resource}")).await.expect(200));
    assert_eq!(page.matches("zxqremark").count(), 2, "its author does not see them");
    app.finish().await;
}

#[tokio::test]
async fn a_comment_points_at_a_place_and_its_author_answers_by_resolving() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let pdf = fixture("outline.pdf");
    let shared = teacher.share("台阶轴", &[("教/页.pdf", &pdf)]).await;
    let (resource, file) = (id(&shared), text(&shared["files"][0]["id"]));
    teacher.step(&resource, "submit").await.expect(200);
    let place = json!({"kind": "page", "page": 2});

    let said = say(
        &admin,
        &resource,
        &json!({"text": REMARK, "file_id": file, "locator": place}),
    )
    .await;

    assert_eq!(said["locator"], place);
    assert_eq!(said["file"]["path"], "教/页.pdf");
    assert_eq!(text(&said["url"]), format!("/r/{resource}?page=2&file={file}#reading"));
    assert_eq!(said["resolved_at"], Value::Null);
    let mine = html(teacher.get("/mine").await.expect(200));
    assert!(mine.contains("1 条未解决的批注"), "{mine}");
    let comment = id(&said);
    let done = resolve(&teacher, &resource, &comment, true).await.expect(200).json();
    assert_eq!(done["resolved_by"]["name"], teacher.name());
    assert!(!html(teacher.get("/mine").await.expect(200)).contains("未解决的批注"));
    // Said twice, the first time stays.
    let again = resolve(&admin, &resource, &comment, true).await.expect(200).json();
    assert_eq!(again, done);
    let open = resolve(&admin, &resource, &comment, false).await.expect(200).json();
    assert_eq!(open["resolved_at"], Value::Null);

    // A new version that replaces the file: the comment still leads to what it was about.
    let path = format!("/api/v1/resources/{resource}/versions");
    let newer = [pdf.as_slice(), b"\n% newer\n"].concat();
    let newer = teacher.form(&path, &json!({}), &[("教/页.pdf", &newer)]);
    Answer::of(newer).await.expect(201);
    let listed = teacher.get_json(&comments_of(&resource)).await;
    assert_eq!(listed["items"][0]["file"]["is_current"], false);
    assert!(text(&listed["items"][0]["url"]).contains("version=1&"), "{listed}");

    let one = format!("{}/{comment}", comments_of(&resource));
    assert_eq!(teacher.send("DELETE", &one).await.refusal(403), "not-allowed");
    admin.send("DELETE", &one).await.expect(204);
    assert_eq!(admin.send("DELETE", &one).await.refusal(404), "no-such-comment");
    let lines = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=comment&outcome=done")
        .await;
    let acts: Vec<String> = lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| text(&line["action"]))
        .collect();
    assert_eq!(
        acts,
        ["comment.remove", "comment.reopen", "comment.resolve", "comment.add"]
    );
    app.finish().await;
}

/// The bureau learned by comments what the files of a version are called that was never approved.
#[tokio::test]
async fn a_comment_names_no_file_to_those_who_do_not_see_it() {
    let app = TestApp::start().await;
    let (teacher, admin, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    let resource = hand_in(&app, &teacher, "台阶轴", "city", "worksheet").await;
    app.approve(&resource).await;
    let versions = format!("/api/v1/resources/{resource}/versions");
    let newer = teacher.form(&versions, &json!({}), &[("机密/草稿.txt", b"newer")]);
    Answer::of(newer).await.expect(201);
    let working = teacher.get_json(&format!("/api/v1/resources/{resource}")).await;
    let files = working["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == "机密/草稿.txt").unwrap();
    let about = json!({"text": REMARK, "file_id": file["id"]});
    say(&admin, &resource, &about).await;
    let seen = async |caller: &Caller| caller.get_json(&comments_of(&resource)).await["items"][0].clone();
    // It waits for the city, whose reviewers see it.
    assert_eq!(seen(&bureau).await["file"]["path"], "机密/草稿.txt");

    Answer::of(admin.decision(&resource, "return").await).await.expect(200);

    let said = seen(&bureau).await;
    assert_eq!((&said["text"], &said["file"]), (&json!(REMARK), &Value::Null));
    assert_eq!(said["url"], format!("/r/{resource}"));
    assert_eq!(
        bureau.post_json(&comments_of(&resource), &about).await.faults(),
        ["/file_id unknown-value"]
    );
    assert_eq!(seen(&teacher).await["file"]["path"], "机密/草稿.txt");
    app.finish().await;
}

#[tokio::test]
async fn a_comment_that_cannot_be_understood_says_why_and_the_same_key_says_it_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = id(&teacher.share("甲", &[("a.txt", b"a")]).await);
    let foreign = text(&teacher.share("乙", &[("b.txt", b"b")]).await["files"][0]["id"]);
    let path = comments_of(&resource);

    let faulty = json!({"text": " ", "locator": {"kind": "page", "page": 0}, "mood": "好"});
    assert_eq!(
        teacher.post_json(&path, &faulty).await.faults(),
        ["/text required", "/locator malformed", "/mood unknown-field"]
    );
    let elsewhere = json!({"text": "甲", "file_id": foreign});
    assert_eq!(
        teacher.post_json(&path, &elsewhere).await.faults(),
        ["/file_id unknown-value"]
    );
    let long = json!({"text": "长".repeat(2_001)});
    assert_eq!(teacher.post_json(&path, &long).await.faults(), ["/text too-long"]);
    for _ in 0..2 {
        let request = teacher.request("POST", &path).header("idempotency-key", "once");
        Answer::of(request.json(&json!({"text": "一次"}))).await.expect(201);
    }
    let listed = teacher.get_json(&path).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let comment = text(&listed["items"][0]["id"]);
    let request = teacher.request("PATCH", &format!("{path}/{comment}"));
    assert_eq!(
        Answer::of(request.json(&json!({}))).await.faults(),
        ["/resolved required"]
    );
    app.finish().await;
}

#[tokio::test]
async fn an_expert_decides_on_what_is_meant_for_the_city_and_on_nothing_else() {
    let app = TestApp::start().await;
    let (teacher, expert) = (app.teacher("S1").await, app.expert().await);
    let city = hand_in(&app, &teacher, "全市", "city", "worksheet").await;
    let school = hand_in(&app, &teacher, "校内", "school", "worksheet").await;
    let own = hand_in(&app, &expert, "自己的", "city", "worksheet").await;

    assert_eq!(expert.step(&school, "approve").await.refusal(404), "no-such-resource");
    assert_eq!(expert.step(&own, "approve").await.refusal(403), "own-work");
    assert_eq!(expert.step(&city, "withdraw").await.refusal(403), "not-allowed");
    let change = expert.patch(&city, Some("*"), &json!({"title": "我的"})).await;
    assert_eq!(change.refusal(403), "not-allowed");
    let returned = expert.step(&city, "return").await.expect(200).json();
    assert_eq!(returned["status"], "returned");
    // It is its author's again.
    expert.get(&format!("/api/v1/resources/{city}")).await.expect(404);
    teacher.step(&city, "submit").await.expect(200);
    expert.step(&city, "approve").await.expect(200);
    let shown = app
        .teacher("S2")
        .await
        .get_json(&format!("/api/v1/resources/{city}"))
        .await;
    assert_eq!(shown["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn a_reviewer_works_through_the_queue_without_scripts() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    assert!(admin.open("/review").await.contains("没有等待审核的资源"));
    let first = hand_in(&app, &teacher, "甲件", "school", "worksheet").await;
    let second = hand_in(&app, &teacher, "乙件", "school", "worksheet").await;
    app.settled().await;

    let page = admin.open("/review").await;
    assert!(
        page.contains("待审核 2 个") && page.contains("<span class=\"menu-count\">2</span>"),
        "{page}"
    );
    let at = |title: &str| page.find(title).unwrap();
    assert!(at("甲件") < at("乙件"), "the queue does not begin with the oldest");
    let page = admin.open(&format!("/r/{first}")).await;
    assert!(page.contains(&format!("/r/{second}\" rel=\"next\"")), "{page}");

    let comments = format!("/r/{first}/comments");
    let file = page
        .split("<option value=\"")
        .nth(2)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let typed = [
        ("csrf", admin.csrf.as_str()),
        ("file", file),
        ("place", "第三段"),
        ("text", REMARK),
    ];
    let again = html(admin.post(&comments, &typed).await.expect(422));
    assert!(
        again.contains("id=\"comment-place-fault\"") && again.contains(REMARK),
        "{again}"
    );
    let typed = [
        ("csrf", admin.csrf.as_str()),
        ("file", file),
        ("place", "1"),
        ("text", REMARK),
    ];
    admin.post(&comments, &typed).await.expect(303);
    let page = admin.open(&format!("/r/{first}")).await;
    assert!(
        page.contains(REMARK) && page.contains(&format!("section=1&#38;file={file}")),
        "{page}"
    );
    let forged = [("csrf", "forged"), ("text", "x")];
    admin.post(&comments, &forged).await.expect(403);

    let why = [("csrf", admin.csrf.as_str()), ("note", "请改图")];
    let decided = admin.post(&format!("/r/{first}/return"), &why).await.expect(303);
    assert_eq!(decided.header("location"), format!("/review?done=return&next={second}"));
    let page = admin.open(&decided.header("location")).await;
    assert!(
        page.contains("is-next") && page.contains("乙件") && !page.contains("甲件"),
        "{page}"
    );
    let author = html(teacher.get(&format!("/r/{first}")).await.expect(200));
    assert!(author.contains("请改图") && author.contains(REMARK), "{author}");
    app.finish().await;
}

#[tokio::test]
async fn what_is_said_goes_with_the_resource() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = id(&teacher.share("甲", &[("a.txt", b"a")]).await);
    say(&teacher, &resource, &json!({"text": REMARK})).await;

    teacher
        .send("DELETE", &format!("/api/v1/resources/{resource}"))
        .await
        .expect(204);

    let left = comment::Entity::find().all(&app.database().await).await.unwrap();
    assert_eq!(left, []);
    app.finish().await;
}

/// A reviewer pressed the button on a page that her author had changed under her hands.
#[tokio::test]
async fn nobody_publishes_what_they_have_not_seen() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = hand_in(&app, &teacher, "说好的标题", "school", "worksheet").await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = format!("/r/{resource}");
    let seen = crate::browser::value_of(&admin.open(&page).await, "seen");

    teacher
        .patch(&resource, Some("*"), &json!({"title": "偷换的标题"}))
        .await
        .expect(200);
    let approve = [("csrf", admin.csrf.as_str()), ("seen", &seen)];
    let led = admin.post(&format!("{page}/approve"), &approve).await.expect(303);

    let shown = admin.open(&led.header("location")).await;
    assert!(shown.contains("请看一遍现在的样子") && shown.contains("偷换的标题"));
    let path = format!("/api/v1/resources/{resource}");
    assert_eq!(teacher.get_json(&path).await["status"], "submitted");
    let seen = crate::browser::value_of(&shown, "seen");
    let approve = [("csrf", admin.csrf.as_str()), ("seen", &seen)];
    admin.post(&format!("{page}/approve"), &approve).await.expect(303);
    assert_eq!(teacher.get_json(&path).await["status"], "published");

    // Somebody else was quicker: the page says so, and is no dead end.
    let led = admin
        .post(&format!("{page}/return"), &[("csrf", &admin.csrf), ("note", "晚了")])
        .await
        .expect(303);
    assert!(admin.open(&led.header("location")).await.contains("请看一遍现在的样子"));
    // Programs say what they saw as well, if they looked.
    let stale = app
        .admin("S1")
        .await
        .request("POST", &format!("{path}/withdraw"))
        .header("if-match", "\"r1\"");
    assert_eq!(Answer::of(stale).await.refusal(412), "changed-meanwhile");
    app.finish().await;
}

#[tokio::test]
async fn who_reviews_it_again_reads_why_it_was_sent_back() {
    let app = TestApp::start().await;
    let teacher = Browser::sign_in(&app, Role::Teacher).await;
    let admin = app.admin("S1").await;
    let fields = [
        ("csrf", teacher.csrf.as_str()),
        ("title", "台阶轴"),
        ("type", "worksheet"),
        ("scope", "school"),
        ("submit", "true"),
    ];
    let shared = teacher
        .upload(&fields, Some(("a.txt", "a")))
        .await
        .expect(303)
        .header("location");
    let resource = shared.split(['/', '?']).nth(2).unwrap().to_owned();
    let back = json!({"note": "第 2 页缺公差"});
    admin
        .post_json(&format!("/api/v1/resources/{resource}/return"), &back)
        .await
        .expect(200);

    assert!(
        teacher
            .open(&format!("/r/{resource}/edit"))
            .await
            .contains("第 2 页缺公差")
    );
    let submit = [("csrf", teacher.csrf.as_str())];
    teacher
        .post(&format!("/r/{resource}/submit"), &submit)
        .await
        .expect(303);
    let reviewer = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = reviewer.open(&format!("/r/{resource}")).await;
    assert!(
        page.contains("上次退回的原因") && page.contains("第 2 页缺公差"),
        "nobody can tell whether it is mended"
    );
    admin.step(&resource, "approve").await.expect(200);
    let now = admin.get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(now["review_note"], Value::Null, "a reader would read it");
    app.finish().await;
}
