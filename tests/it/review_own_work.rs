//! Nobody decides on their own work: neither their own resource nor what they put into another's.

use gongxue::domain::role::{Role, TokenScope};
use serde_json::json;

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD};
use crate::client::{Answer, Caller, id};

async fn hand_in(teacher: &Caller, scope: &str) -> String {
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": scope, "submit": true});
    let shared = teacher.share_as(&metadata, &[("页.txt", b"a")]).await;
    id(&shared.expect(201).json())
}

fn address(resource: &str) -> String {
    format!("/api/v1/resources/{resource}")
}

/// A new version by somebody, with other bytes in its file.
async fn replace(by: &Caller, resource: &str) {
    let versions = format!("{}/versions", address(resource));
    Answer::of(by.form(&versions, &json!({}), &[("页.txt", b"b")]))
        .await
        .expect(201);
}

async fn rename(by: &Caller, resource: &str, title: &str) {
    by.patch(resource, Some("*"), &json!({ "title": title }))
        .await
        .expect(200);
}

/// How many wait for somebody: in their queue, and among what their home page leads them to.
async fn waiting(caller: &Caller) -> (usize, u64) {
    let queue = caller.get_json("/api/v1/reviews").await;
    let queue = queue["items"].as_array().unwrap().len();
    let todos = caller.get_json("/api/v1/me/todos").await;
    let todos = todos["items"].as_array().unwrap().iter();
    let reviews = todos.filter(|todo| todo["kind"] == "reviews");
    (queue, reviews.filter_map(|todo| todo["count"].as_u64()).sum())
}

/// Who changes a colleague's work is refused every decision on it, and is led to none.
async fn expect_no_voice(author: &Caller, resource: &str) {
    assert_eq!(waiting(author).await, (0, 0), "they are led to their own work");
    for step in ["approve", "return", "publish"] {
        let decision = author.decision(resource, step).await;
        assert_eq!(Answer::of(decision).await.refusal(403), "own-work", "{step}");
    }
    let taking = format!("{}/taking", address(resource));
    assert_eq!(author.send("PUT", &taking).await.refusal(403), "own-work");
}

/// An administrator put another file into a teacher's resource and approved it at once: nobody else had looked.
#[tokio::test]
async fn whoever_made_the_version_has_no_voice_about_it_and_another_reviewer_has() {
    let app = TestApp::start().await;
    let (teacher, author, other) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    let resource = hand_in(&teacher, "school").await;
    assert_eq!((waiting(&author).await, waiting(&other).await), ((1, 1), (1, 1)));

    replace(&author, &resource).await;

    expect_no_voice(&author, &resource).await;
    assert_eq!(waiting(&other).await, (1, 1));
    let done = Answer::of(other.decision(&resource, "approve").await).await;
    assert_eq!(done.expect(200).json()["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn whoever_changed_the_words_has_no_voice_until_they_are_approved_and_then_has_one_again() {
    let app = TestApp::start().await;
    let (teacher, author, other) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    let resource = hand_in(&teacher, "school").await;
    rename(&author, &resource, "管理员改的").await;
    expect_no_voice(&author, &resource).await;
    // Sent back and submitted again it is the same words.
    let back = other.decision(&resource, "return").await;
    Answer::of(back.json(&json!({"note": "缺公差"}))).await.expect(200);
    teacher.step(&resource, "submit").await.expect(200);
    expect_no_voice(&author, &resource).await;
    other.approve(&resource).await;

    rename(&teacher, &resource, "老师又改的").await;

    assert_eq!(waiting(&author).await, (1, 1), "what is decided was theirs for ever");
    author.approve(&resource).await;
    let shown = teacher.get_json(&address(&resource)).await;
    assert_eq!(
        (&shown["status"], &shown["title"]),
        (&json!("published"), &json!("老师又改的"))
    );
    app.finish().await;
}

#[tokio::test]
async fn changes_that_are_discarded_are_nobodys_work() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let resource = hand_in(&teacher, "school").await;
    admin.approve(&resource).await;
    rename(&teacher, &resource, "老师改的").await;
    rename(&admin, &resource, "管理员也改了").await;
    assert_eq!(waiting(&admin).await, (0, 0));
    let discard = teacher.request("POST", &format!("{}/discard", address(&resource)));
    Answer::of(discard.header("if-match", "*")).await.expect(200);

    rename(&teacher, &resource, "老师再改的").await;

    admin.approve(&resource).await;
    app.finish().await;
}

/// The only administrator had changed it: it would have waited at the school for a voice that nobody has.
#[tokio::test]
async fn a_school_whose_only_reviewer_changed_it_keeps_nobody_waiting() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = (app.teacher("S1").await, app.admin("S1").await, app.expert().await);
    let resource = hand_in(&teacher, "city").await;
    assert_eq!(waiting(&expert).await, (0, 0));

    replace(&admin, &resource).await;

    let waits = teacher.get_json(&address(&resource)).await["review"].clone();
    assert_eq!(waits["name_zh"], "市级专家审核");
    assert_eq!(waiting(&expert).await, (1, 1));
    expert.approve(&resource).await;
    app.finish().await;
}

/// The only administrator had mended a word in a colleague's draft for the school: nobody at all could decide on it any more.
#[tokio::test]
async fn what_only_its_authors_could_review_at_its_school_comes_to_the_bureau_and_to_nobody_else() {
    let app = TestApp::start().await;
    let (teacher, admin, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    let metadata = json!({"title": "台阶轴", "type": "worksheet"});
    let draft = teacher.share_as(&metadata, &[("页.txt", b"a")]).await;
    let resource = id(&draft.expect(201).json());
    rename(&admin, &resource, "台阶轴（改错字）").await;

    teacher.step(&resource, "submit").await.expect(200);

    expect_no_voice(&admin, &resource).await;
    let waits = teacher.get_json(&address(&resource)).await["review"].clone();
    assert_eq!(waits["is_left_to_bureau"], true, "{waits}");
    assert_eq!(waiting(&bureau).await, (1, 1));
    assert_eq!(bureau.get_json(&address(&resource)).await["title"], "台阶轴（改错字）");
    let insider = app.member(Role::Bureau, Some("S1")).await;
    assert_eq!(waiting(&insider).await, (0, 0));
    assert_eq!(insider.step(&resource, "approve").await.refusal(403), "own-school");
    for stranger in [app.expert().await, app.auditor().await, app.admin("S2").await] {
        let hidden = stranger.get(&address(&resource)).await;
        assert_eq!(hidden.refusal(404), "no-such-resource", "{}", stranger.name());
    }
    let done = Answer::of(bureau.decision(&resource, "approve").await).await;
    assert_eq!(done.expect(200).json()["status"], "published");
    // It is the school's again.
    assert_eq!(bureau.get(&address(&resource)).await.refusal(404), "no-such-resource");
    assert_eq!(
        app.teacher("S1").await.get_json(&address(&resource)).await["status"],
        "published"
    );
    app.finish().await;
}

/// The bureau went on reading a school's own draft after the school had somebody for it again, and found it where it could not open it.
#[tokio::test]
async fn what_was_left_to_the_bureau_is_the_schools_again_once_it_has_somebody() {
    let app = TestApp::start().await;
    let (teacher, admin, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    let metadata = json!({"title": "台阶轴", "type": "worksheet"});
    let draft = teacher.share_as(&metadata, &[("页.txt", b"a")]).await;
    let resource = id(&draft.expect(201).json());
    rename(&admin, &resource, "台阶轴（改错字）").await;
    teacher.step(&resource, "submit").await.expect(200);
    app.settled().await;
    assert_eq!(
        (waiting(&bureau).await, bureau.finds("台阶轴").await),
        ((1, 1), vec![resource.clone()])
    );

    let other = app.admin("S1").await;
    app.settled().await;

    assert_eq!((waiting(&bureau).await, bureau.finds("台阶轴").await), ((0, 0), vec![]));
    assert_eq!(bureau.get(&address(&resource)).await.refusal(404), "no-such-resource");
    assert_eq!(bureau.step(&resource, "approve").await.refusal(404), "no-such-resource");
    assert_eq!(waiting(&other).await, (1, 1));
    other.approve(&resource).await;
    app.finish().await;
}

/// What the school can decide by itself is nobody else's business.
#[tokio::test]
async fn what_a_school_has_people_for_does_not_come_to_the_bureau_until_they_are_too_few() {
    let app = TestApp::start().await;
    let (teacher, one, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    let steps = json!({"steps": [{"level": "school", "name_zh": "两人审", "voices": 2}]});
    let path = one.request("PUT", "/api/v1/review-paths/general").json(&steps);
    Answer::of(path).await.expect(200);
    let other = app.admin("S1").await;
    let resource = hand_in(&teacher, "school").await;
    assert_eq!(waiting(&bureau).await, (0, 0));
    assert_eq!(bureau.get(&address(&resource)).await.status, 404);
    one.step(&resource, "approve").await.expect(200);

    let found = bureau.get_json(&format!("/api/v1/accounts?q={}", other.name())).await;
    let account = format!("/api/v1/accounts/{}", id(&found["items"][0]));
    let disable = bureau.request("PATCH", &account).json(&json!({"disabled": true}));
    Answer::of(disable).await.expect(200);

    app.settled().await;
    assert_eq!(waiting(&bureau).await, (1, 1), "the second voice is nobody's");
    assert_eq!(
        bureau.finds("台阶轴").await,
        [resource.as_str()],
        "it does not find what waits for it"
    );
    let done = Answer::of(bureau.decision(&resource, "approve").await).await;
    assert_eq!(done.expect(200).json()["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn the_page_offers_no_decision_to_whoever_made_it() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let name = app.account(Role::SchoolAdmin, Some("S1"), Some(PASSWORD)).await;
    let token = app.token(&name, TokenScope::Admin, None).await;
    let (admin, program) = (
        Browser::of(&app, &name).await,
        Caller::new(app.base(), Some(token), &name),
    );
    let resource = hand_in(&teacher, "school").await;
    let page = format!("/r/{resource}");
    let approves = format!("{page}/approve");
    assert!(admin.open(&page).await.contains(&approves));

    rename(&program, &resource, "管理员改的").await;

    let shown = admin.open(&page).await;

    assert!(shown.contains("管理员改的") && !shown.contains(&approves), "{shown}");
    assert!(!shown.contains(&format!("{page}/taking")), "{shown}");
    assert!(!admin.open("/review").await.contains("管理员改的"));
    app.finish().await;
}
