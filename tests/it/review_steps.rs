//! Steps of the review: whose turn it is, who has no voice, and what becomes of what waits.

use std::time::Duration;

use gongxue::domain::role::Role;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::meanwhile::meanwhile;

const DAY: Duration = Duration::from_hours(24);

async fn hand_in(teacher: &Caller, title: &str, scope: &str, kind: &str) -> String {
    let metadata = json!({"title": title, "type": kind, "scope": scope, "submit": true});
    let shared = teacher.share_as(&metadata, &[("页.txt", title.as_bytes())]).await;
    id(&shared.expect(201).json())
}

fn address(resource: &str) -> String {
    format!("/api/v1/resources/{resource}")
}

async fn seen(caller: &Caller, resource: &str) -> Value {
    caller.get_json(&address(resource)).await
}

/// What came of it, oldest first: `outcome@step`.
async fn history(caller: &Caller, resource: &str) -> Vec<String> {
    let review = caller.get_json(&format!("{}/review", address(resource))).await;
    let entries = review["history"].as_array().unwrap().iter().rev();
    let told = entries.map(|entry| match entry["step_zh"].as_str() {
        Some(step) => format!("{}@{step}", text(&entry["outcome"])),
        None => text(&entry["outcome"]),
    });
    told.collect()
}

async fn queue(caller: &Caller) -> Vec<String> {
    let queue = caller.get_json("/api/v1/reviews").await;
    let items = queue["items"].as_array().unwrap().iter();
    items.map(|item| text(&item["resource"]["title"])).collect()
}

/// Another of a school's administrators stands for "a school with reviewers".
async fn school_and_city(app: &TestApp) -> (Caller, Caller, Caller) {
    (app.teacher("S1").await, app.admin("S1").await, app.expert().await)
}

#[tokio::test]
async fn what_is_meant_for_the_city_is_seen_by_nobody_before_school_and_city_have_said_yes() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    let waits = seen(&teacher, &resource).await["review"].clone();
    assert_eq!(
        (&waits["name_zh"], &waits["level"], &waits["asked"]),
        (&json!("学校专业审核"), &json!("school"), &json!(["school-admin"]))
    );
    // The expert sees it, and is not asked yet.
    assert_eq!(queue(&expert).await, [""; 0]);
    let early = expert.step(&resource, "approve").await;
    let told = early.json();
    assert_eq!(early.refusal(409), "step-of-others");
    assert!(text(&told["detail"]).contains("学校专业审核") && text(&told["detail"]).contains("学校管理员"));
    assert_eq!(expert.step(&resource, "return").await.refusal(409), "step-of-others");

    let on = admin.step(&resource, "approve").await.expect(200).json();

    assert_eq!(on["status"], "submitted", "one school decided for the city");
    assert_eq!(app.teacher("S2").await.get(&address(&resource)).await.status, 404);
    assert_eq!(seen(&teacher, &resource).await["review"]["name_zh"], "市级专家审核");
    assert_eq!(
        (queue(&admin).await.len(), queue(&expert).await),
        (0, vec!["台阶轴".to_owned()])
    );
    // Sent once more, it changes nothing.
    assert_eq!(
        admin.step(&resource, "approve").await.expect(200).json()["status"],
        "submitted"
    );
    let note = json!({"note": "可以推广"});
    let path = format!("{}/approve", address(&resource));
    let done = expert.post_json(&path, &note).await.expect(200).json();
    assert_eq!(done["status"], "published");
    assert_eq!(
        history(&teacher, &resource).await,
        [
            "submitted",
            "approved@学校专业审核",
            "approved@学校内容审核",
            "approved@市级专家审核"
        ]
    );
    let review = teacher.get_json(&format!("{}/review", address(&resource))).await;
    let last = &review["history"][0];
    assert_eq!(
        (&last["note"], &last["by"]["name"]),
        (&json!("可以推广"), &json!(expert.name()))
    );
    assert_eq!((&review["waits"], &last["on_behalf"]), (&Value::Null, &json!(false)));
    // What its people said stays between them.
    let stranger = app.teacher("S2").await;
    assert_eq!(
        stranger
            .get(&format!("{}/review", address(&resource)))
            .await
            .refusal(403),
        "not-allowed"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_single_administrator_decides_both_steps_of_their_school_with_one_press() {
    let app = TestApp::start().await;
    let (teacher, admin, _) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "校内的", "school", "worksheet").await;

    let done = admin.step(&resource, "approve").await.expect(200).json();

    assert_eq!(done["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn the_bureau_stands_in_for_a_school_that_keeps_the_city_waiting_and_the_record_says_so() {
    let app = TestApp::start().await;
    let (teacher, ..) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "台阶轴", "public", "worksheet").await;

    app.approve(&resource).await;

    app.guest().get(&address(&resource)).await.expect(200);
    let review = teacher.get_json(&format!("{}/review", address(&resource))).await;
    let behalf: Vec<bool> = review["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["on_behalf"].as_bool().unwrap())
        .collect();
    assert_eq!(behalf, [false, true, true, false], "{review}");
    app.finish().await;
}

#[tokio::test]
async fn a_school_without_reviewers_keeps_nobody_waiting() {
    let app = TestApp::start().await;
    let (teacher, expert) = (app.teacher("S1").await, app.expert().await);
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;

    assert_eq!(
        expert.step(&resource, "approve").await.expect(200).json()["status"],
        "published"
    );

    assert_eq!(
        history(&teacher, &resource).await,
        [
            "submitted",
            "passed-over@学校专业审核",
            "passed-over@学校内容审核",
            "approved@市级专家审核"
        ]
    );
    // For the school alone somebody must look, whenever there is somebody.
    let inside = hand_in(&teacher, "校内的", "school", "worksheet").await;
    assert_eq!(seen(&teacher, &inside).await["status"], "submitted");
    let admin = app.admin("S1").await;
    assert_eq!(
        admin.step(&inside, "approve").await.expect(200).json()["status"],
        "published"
    );
    // An administrator's own work, where nobody else could look, goes to the city at once.
    let own = hand_in(&admin, "管理员的", "city", "worksheet").await;
    assert_eq!(admin.step(&own, "approve").await.refusal(403), "own-work");
    expert.step(&own, "approve").await.expect(200);
    app.finish().await;
}

/// The only administrator of a school was disabled while something waited for them.
#[tokio::test]
async fn what_waits_for_somebody_who_is_gone_does_not_wait_for_ever() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    let bureau = app.bureau().await;
    let accounts = bureau.get_json(&format!("/api/v1/accounts?q={}", admin.name())).await;
    let path = format!("/api/v1/accounts/{}", id(&accounts["items"][0]));
    Answer::of(bureau.request("PATCH", &path).json(&json!({"disabled": true})))
        .await
        .expect(200);

    assert_eq!(queue(&expert).await, ["台阶轴"], "nobody is led to it");
    expert.step(&resource, "approve").await.expect(200);

    assert_eq!(seen(&teacher, &resource).await["status"], "published");
    app.finish().await;
}

/// It was decided on in the moment in which the school's last administrator was disabled, and was put back into a queue, where it
/// stood for ever.
#[tokio::test]
async fn what_is_decided_on_while_its_reviewer_is_taken_away_waits_nowhere() {
    let app = TestApp::start().await;
    let (teacher, admin, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    let accounts = bureau.get_json(&format!("/api/v1/accounts?q={}", admin.name())).await;
    let path = format!("/api/v1/accounts/{}", id(&accounts["items"][0]));
    let disable = bureau.request("PATCH", &path).json(&json!({"disabled": true}));

    // As a decision leaves them.
    let decided = ["UPDATE resource SET status = 'published'", "DELETE FROM review_state"];
    meanwhile(&app, &decided, Answer::of(disable)).await.expect(200);

    let database = app.database().await;
    let count = Statement::from_string(database.get_database_backend(), "SELECT COUNT(*) FROM review_state");
    let row = database.query_one_raw(count).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0, "something published waits");
    database.close().await.unwrap();
    app.finish().await;
}

/// An upgrade had written down whose work waited, and it went on waiting for its authors alone.
#[tokio::test]
async fn what_waits_through_an_upgrade_waits_for_somebody_who_has_a_voice() {
    let mut app = TestApp::start().await;
    let (teacher, _, expert) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    let inside = hand_in(&teacher, "校内的", "school", "worksheet").await;
    assert_eq!(seen(&teacher, &resource).await["review"]["level"], "school");
    app.stop().await;
    let database = app.database().await;
    for statement in [
        "INSERT INTO review_author (resource_id, account_id)
             SELECT resource.id, account.id FROM resource, account WHERE account.role = 'school-admin'",
        "DELETE FROM seaql_migrations WHERE version LIKE '%_place_anew'",
    ] {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();

    app.resume().await;
    app.settled().await;

    assert_eq!(queue(&expert).await, ["台阶轴"]);
    assert_eq!(queue(&app.bureau().await).await, ["台阶轴", "校内的"]);
    assert_eq!(
        history(&teacher, &resource).await,
        ["submitted", "passed-over@学校专业审核", "passed-over@学校内容审核"]
    );
    assert_eq!(seen(&teacher, &inside).await["review"]["is_left_to_bureau"], true);
    app.finish().await;
}

#[tokio::test]
async fn an_expert_or_the_bureau_never_decides_for_the_city_on_their_own_schools_work() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    for role in [Role::Expert, Role::Bureau] {
        let insider = app.member(role, Some("S1")).await;
        assert_eq!(queue(&insider).await, [""; 0], "{role:?}");
        for step in ["approve", "return"] {
            assert_eq!(
                insider.step(&resource, step).await.refusal(403),
                "own-school",
                "{role:?} {step}"
            );
        }
    }
    let outsider = app.member(Role::Expert, Some("S2")).await;
    assert_eq!(queue(&outsider).await, ["台阶轴"]);
    outsider.step(&resource, "approve").await.expect(200);
    app.finish().await;
}

/// An author changed a file after the school had said yes, and the city published what the school had never seen.
#[tokio::test]
async fn what_the_school_approved_and_its_author_changed_goes_back_to_the_school() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    admin.step(&resource, "approve").await.expect(200);
    let tag = expert.get(&address(&resource)).await.expect(200).header("etag");

    teacher
        .patch(&resource, Some("*"), &json!({"title": "偷换的"}))
        .await
        .expect(200);

    let path = format!("{}/approve", address(&resource));
    let stale = Answer::of(expert.request("POST", &path).header("if-match", tag)).await;
    assert_eq!(stale.refusal(412), "changed-meanwhile");
    let now = Answer::of(expert.decision(&resource, "approve").await).await;
    assert_eq!(now.refusal(409), "step-of-others");
    assert_eq!(queue(&admin).await, ["偷换的"]);
    assert_eq!(
        history(&teacher, &resource).await,
        ["submitted", "approved@学校专业审核", "approved@学校内容审核", "changed"]
    );
    admin.approve(&resource).await;
    expert.approve(&resource).await;
    assert_eq!(seen(&teacher, &resource).await["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn of_two_reviewers_who_decide_otherwise_at_once_one_does_and_the_other_is_told() {
    let app = TestApp::start().await;
    let (teacher, one, two) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    for _ in 0..4 {
        let resource = hand_in(&teacher, "台阶轴", "school", "worksheet").await;
        let decisions = (one.step(&resource, "approve"), two.step(&resource, "return"));
        let (yes, no) = futures_util::future::join(decisions.0, decisions.1).await;

        let status = text(&seen(&teacher, &resource).await["status"]);
        let (winner, loser) = if status == "published" { (yes, no) } else { (no, yes) };
        assert_eq!(winner.status, 200);
        assert!([409, 412, 428].contains(&loser.status), "{status}: {loser:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_textbook_that_is_rejected_is_not_submitted_again_as_it_is() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "数控车工", "city", "textbook").await;
    assert_eq!(seen(&teacher, &resource).await["review"]["name_zh"], "学校初审");
    // It has no way past its review.
    let past = Answer::of(admin.decision(&resource, "publish").await).await;
    assert_eq!(past.refusal(409), "review-required");
    admin.step(&resource, "approve").await.expect(200);

    let why = json!({"note": "内容与标准不符"});
    let rejected = expert.post_json(&format!("{}/reject", address(&resource)), &why).await;

    let rejected = rejected.expect(200).json();
    assert_eq!(
        (&rejected["status"], &rejected["review_note"]),
        (&json!("returned"), &json!("内容与标准不符"))
    );
    assert_eq!(teacher.step(&resource, "submit").await.refusal(409), "review-rejected");
    let title = json!({"title": "数控车工（第二版）"});
    teacher.patch(&resource, Some("*"), &title).await.expect(200);
    assert_eq!(teacher.step(&resource, "submit").await.refusal(409), "review-rejected");
    let versions = format!("{}/versions", address(&resource));
    Answer::of(teacher.form(&versions, &json!({}), &[("页.txt", b"mended")]))
        .await
        .expect(201);
    teacher.step(&resource, "submit").await.expect(200);
    app.approve(&resource).await;
    let told = history(&teacher, &resource).await;
    assert_eq!(
        told[..4],
        ["submitted", "approved@学校初审", "rejected@市级专家审定", "submitted"]
    );
    // What is no textbook has no such outcome.
    let other = hand_in(&teacher, "工作页", "school", "worksheet").await;
    assert_eq!(admin.step(&other, "reject").await.refusal(409), "move-not-possible");
    app.finish().await;
}

/// Taken back and changed again it was submitted by itself; called something else it needed no review at all.
#[tokio::test]
async fn a_textbook_finds_no_way_around_its_review_once_it_is_published() {
    let app = TestApp::start().await;
    let (teacher, admin, expert) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "数控车工", "city", "textbook").await;
    app.approve(&resource).await;
    let title = json!({"title": "数控车工（改）"});
    teacher.patch(&resource, Some("*"), &title).await.expect(200);
    admin.approve(&resource).await;
    let why = json!({"note": "改坏了"});
    let reject = format!("{}/reject", address(&resource));
    expert.post_json(&reject, &why).await.expect(200);
    let seen_now = teacher.get(&address(&resource)).await.expect(200).header("etag");
    let discard = teacher.request("POST", &format!("{}/discard", address(&resource)));
    Answer::of(discard.header("if-match", seen_now)).await.expect(200);

    let again = teacher.patch(&resource, Some("*"), &title).await.expect(200).json();

    assert_eq!(again["status"], "returned", "what was not passed waits again");
    assert_eq!(queue(&expert).await, [""; 0]);
    let other = hand_in(&teacher, "铣工", "city", "textbook").await;
    app.approve(&other).await;
    admin
        .patch(&other, Some("*"), &json!({"type": "worksheet"}))
        .await
        .expect(200);
    let reader = app.teacher("S2").await;
    assert_eq!(
        seen(&reader, &other).await["type"],
        "textbook",
        "nobody has looked at it"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_is_taken_back_while_it_waits_loses_nothing() {
    let app = TestApp::start().await;
    let (teacher, admin, _) = school_and_city(&app).await;
    let resource = hand_in(&teacher, "台阶轴", "city", "worksheet").await;
    admin.step(&resource, "approve").await.expect(200);

    let back = teacher.step(&resource, "recall").await.expect(200).json();

    assert_eq!(
        (&back["status"], &back["files"][0]["path"]),
        (&json!("draft"), &json!("页.txt"))
    );
    assert_eq!(queue(&app.bureau().await).await, [""; 0]);
    assert_eq!(
        teacher.step(&resource, "recall").await.expect(200).json()["status"],
        "draft"
    );
    // What was sent back once is that again, with its reason; the old word for it does the same.
    teacher.step(&resource, "submit").await.expect(200);
    let why = json!({"note": "缺公差"});
    admin
        .post_json(&format!("{}/return", address(&resource)), &why)
        .await
        .expect(200);
    teacher.step(&resource, "submit").await.expect(200);
    let back = teacher.step(&resource, "withdraw").await.expect(200).json();
    assert_eq!(
        (&back["status"], &back["review_note"]),
        (&json!("returned"), &json!("缺公差"))
    );
    // Beside something published it waits no longer, and others see that all the while.
    teacher.step(&resource, "submit").await.expect(200);
    app.approve(&resource).await;
    teacher
        .patch(&resource, Some("*"), &json!({"title": "改过的"}))
        .await
        .expect(200);
    let back = teacher.step(&resource, "recall").await.expect(200).json();
    assert_eq!(
        (&back["status"], &back["title"]),
        (&json!("returned"), &json!("改过的"))
    );
    assert_eq!(seen(&app.teacher("S2").await, &resource).await["title"], "台阶轴");
    assert_eq!(
        admin.step(&resource, "recall").await.status,
        200,
        "its school's people may as well"
    );
    assert_eq!(
        app.expert().await.step(&resource, "recall").await.refusal(403),
        "not-allowed"
    );
    app.finish().await;
}

#[tokio::test]
async fn who_has_taken_it_is_told_to_others_and_forgotten_after_a_day() {
    let app = TestApp::start().await;
    let (teacher, one, two) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    let resource = hand_in(&teacher, "台阶轴", "school", "worksheet").await;
    let taking = format!("{}/taking", address(&resource));

    let taken = one.send("PUT", &taking).await.expect(200).json();

    assert_eq!(taken["taken_by"]["name"], one.name());
    let other = two.send("PUT", &taking).await;
    assert!(text(&other.json()["detail"]).contains(one.name()));
    assert_eq!(other.refusal(409), "review-taken");
    let queue = two.get_json("/api/v1/reviews").await;
    assert_eq!(queue["items"][0]["review"]["taken_by"]["name"], one.name());
    assert_eq!(teacher.send("PUT", &taking).await.refusal(403), "not-allowed");
    two.send("DELETE", &taking).await.expect(204);
    assert_eq!(
        two.send("PUT", &taking).await.status,
        409,
        "somebody gave back what is another's"
    );
    one.send("DELETE", &taking).await.expect(204);
    two.send("PUT", &taking).await.expect(200);
    app.advance(DAY + Duration::from_secs(1));
    let taken = one.send("PUT", &taking).await.expect(200).json();
    assert_eq!(
        taken["taken_by"]["name"],
        one.name(),
        "whoever forgets keeps others waiting"
    );
    // It informs, and keeps nobody from deciding.
    two.step(&resource, "approve").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn what_waits_too_long_says_so() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    hand_in(&teacher, "台阶轴", "school", "worksheet").await;
    let flags = async || {
        let queue = admin.get_json("/api/v1/reviews").await;
        let review = queue["items"][0]["review"].clone();
        (
            review["is_reminder_due"].as_bool().unwrap(),
            review["is_overdue"].as_bool().unwrap(),
        )
    };
    assert_eq!(flags().await, (false, false));
    app.advance(DAY * 6);
    assert_eq!(flags().await, (true, false));
    app.advance(DAY * 2);
    assert_eq!(flags().await, (true, true));
    app.finish().await;
}
