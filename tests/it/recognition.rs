//! Recognition: who enters, who scores what, what comes of it.

use std::time::Duration;

use gongxue::domain::role::{Role, TokenScope};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, Caller, id, text};

pub(crate) const CALLS: &str = "/api/v1/recognition/calls";
pub(crate) const ENTRIES: &str = "/api/v1/recognition/entries";
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// The day that lies so many days ahead.
pub(crate) fn day(app: &TestApp, ahead: u32) -> String {
    app.now().plus(DAY * ahead).day()
}

/// A call of the bureau's that takes entries today and tomorrow and is judged on the two days after that, announced; with what
/// else is said of it.
pub(crate) async fn announce(app: &TestApp, bureau: &Caller, more: &Value) -> String {
    let mut body = json!({"kind": "competition", "title": "教师职业能力大赛", "entrants": "teachers",
        "opens": day(app, 0), "closes": day(app, 1), "jury_due": day(app, 3), "voices": 1,
        "criteria": [{"name": "设计", "weight": 40, "max": 100}, {"name": "实施", "weight": 60, "max": 50}]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let call = id(&bureau.post_json(CALLS, &body).await.expect(201).json());
    bureau
        .send("POST", &format!("{CALLS}/{call}/announce"))
        .await
        .expect(200);
    call
}

pub(crate) fn of(call: &str, part: &str) -> String {
    format!("{CALLS}/{call}/{part}")
}

pub(crate) async fn enter(caller: &Caller, call: &str, more: &Value) -> Answer {
    let mut body = json!({"title": "台阶轴的加工", "statement": "任务来自企业"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    caller.post_json(&of(call, "entries"), &body).await
}

pub(crate) async fn entered(caller: &Caller, call: &str) -> String {
    id(&enter(caller, call, &json!({})).await.expect(201).json())
}

pub(crate) async fn appoint(bureau: &Caller, call: &str, jurors: &[&Caller]) -> Value {
    let names: Vec<&str> = jurors.iter().map(|juror| juror.name()).collect();
    let appointed = bureau.post_json(&of(call, "jury"), &json!({"names": names})).await;
    appointed.expect(200).json()
}

pub(crate) async fn score(juror: &Caller, entry: &str, points: Value) -> Answer {
    let body = json!({"points": points, "revision": 1, "comment": "任务真实"});
    Answer::of(juror.request("PUT", &format!("{ENTRIES}/{entry}/score")).json(&body)).await
}

pub(crate) async fn publish(bureau: &Caller, call: &str, awarded: &[&str]) -> Answer {
    let award = |entry: &&str| json!({"entry": entry, "award": "一等奖", "reason": "任务来自企业，过程完整"});
    let awards: Vec<Value> = awarded.iter().map(award).collect();
    let read = bureau.get_json(&of(call, "standings")).await["digest"].clone();
    let body = json!({"standings": read, "awards": awards});
    bureau.post_json(&of(call, "publish"), &body).await
}

pub(crate) async fn publish_resource(app: &TestApp, owner: &Caller, title: &str, file: &str) -> String {
    let metadata = json!({"title": title, "type": "worksheet", "scope": "city", "authors": ["王敏"]});
    let shared = owner
        .share_as(&metadata, &[(file, title.as_bytes())])
        .await
        .expect(201)
        .json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    id(&shared)
}

#[tokio::test]
async fn nobody_scores_their_own_school_their_own_work_or_what_they_stepped_back_from() {
    let app = TestApp::start().await;
    let (bureau, owner, expert) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let colleague = app.teacher("S1").await;
    let call = announce(&app, &bureau, &json!({})).await;
    let expert_work = json!({"title": "专家的案例", "type": "worksheet", "scope": "city"});
    let work = expert
        .share_as(&expert_work, &[("a.txt", b"a")])
        .await
        .expect(201)
        .json();
    expert.step(&id(&work), "submit").await.expect(200);
    app.approve(&id(&work)).await;
    let shown = json!({"evidence": [format!("/r/{}", id(&work))]});
    let entry = id(&enter(&owner, &call, &shown).await.expect(201).json());
    app.advance(DAY * 2);

    // The jury is appointed when everything is in: who conflicts is shown so at once.
    let other = app.teacher("S2").await;
    let jury = appoint(&bureau, &call, &[&owner, &colleague, &expert, &other]).await;
    let why = |juror: &Caller| {
        let of = jury["items"].as_array().unwrap().iter();
        let found = of.clone().find(|it| it["account"]["name"] == juror.name()).unwrap();
        found["excluded"][0]["why"].clone()
    };
    assert_eq!((why(&owner), why(&colleague)), (json!("own"), json!("school")));
    assert_eq!((why(&expert), why(&other)), (json!("evidence"), Value::Null));
    for juror in [&owner, &colleague, &expert] {
        assert_eq!(
            score(juror, &entry, json!([80, 25])).await.refusal(403),
            "recognition-conflict"
        );
    }
    score(&other, &entry, json!([80, 25])).await.expect(200);
    let back = other
        .post_json(&format!("{ENTRIES}/{entry}/conflicts"), &json!({}))
        .await;
    back.expect(204);
    assert_eq!(
        score(&other, &entry, json!([90, 25])).await.refusal(403),
        "recognition-conflict"
    );

    // What they gave before is kept and not counted.
    let standings = bureau.get_json(&of(&call, "standings")).await;
    assert_eq!(standings["items"][0]["voices"], 0, "{standings}");
    assert_eq!(
        publish(&bureau, &call, &[]).await.refusal(409),
        "recognition-too-few-voices"
    );
    app.finish().await;
}

/// An administrator had made the version that was entered, moved to another school, and judged their own work.
#[tokio::test]
async fn whoever_made_the_version_that_is_entered_does_not_judge_it() {
    let app = TestApp::start().await;
    let (bureau, owner, maker) = (app.bureau().await, app.teacher("S1").await, app.admin("S1").await);
    let work = publish_resource(&app, &owner, "台阶轴", "a.txt").await;
    let versions = format!("/api/v1/resources/{work}/versions");
    let made = maker.form(&versions, &json!({}), &[("a.txt", b"made")]);
    Answer::of(made).await.expect(201);
    app.approve(&work).await;
    let accounts = bureau.get_json(&format!("/api/v1/accounts?q={}", maker.name())).await;
    let account = format!("/api/v1/accounts/{}", id(&accounts["items"][0]));
    let moved = bureau.request("PATCH", &account).json(&json!({"school": "S2"}));
    Answer::of(moved).await.expect(200);
    let call = announce(&app, &bureau, &json!({})).await;
    let shown = json!({"evidence": [format!("/r/{work}")]});
    let by_hand = id(&enter(&owner, &call, &shown).await.expect(201).json());
    let head = "申报标题,申报说明,申报人登录名,佐证材料";
    let colleague = app.teacher("S1").await;
    let table = format!("{head}\n学徒制,说明,{},/r/{work}\n", colleague.name());
    let list = format!("recognition-entries?call={call}");
    let preview = crate::sheets::looked_at(&colleague, &list, &table).await;
    crate::sheets::said_yes(&colleague, &list, &preview).await.expect(200);
    let entries = bureau.get_json(&of(&call, "entries")).await;
    let entries: Vec<String> = entries["items"].as_array().unwrap().iter().map(id).collect();
    assert!(entries.len() == 2 && entries.contains(&by_hand), "{entries:?}");

    appoint(&bureau, &call, &[&maker]).await;

    app.advance(DAY * 2);
    for entry in &entries {
        let own = score(&maker, entry, json!([80, 25])).await;
        assert_eq!(own.refusal(403), "recognition-conflict");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_blind_jury_is_told_neither_school_nor_name_not_even_by_a_file() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({"blind": true})).await;
    let school = owner.get_json("/api/v1/me").await["school"].clone();
    let name = owner.name();
    let resource = publish_resource(&app, &owner, &format!("{name} 的工作页"), "王敏-S1.txt").await;
    let told = json!({"title": format!("{name} 的课"), "statement": format!("{}王敏", text(&school["name"])),
        "evidence": [format!("/r/{resource}")]});
    let entry = id(&enter(&owner, &call, &told).await.expect(201).json());
    appoint(&bureau, &call, &[&juror]).await;
    assert_eq!(juror.get_json(&of(&call, "judging")).await["items"], json!([]));
    app.advance(DAY * 2);

    let list = juror.get(&of(&call, "judging")).await.expect(200);
    let one = juror.get(&format!("{ENTRIES}/{entry}/judging")).await.expect(200);
    let page = juror.get(&format!("/recognition/entries/{entry}/score")).await;
    let url = text(&one.json()["evidence"][0]["files"][0]["url"]);
    let file = juror.get(&url).await.expect(200);

    let disposition = file.header("content-disposition");
    assert!(disposition.contains("1-1.txt"), "{disposition}");
    for seen in [list, one, page.expect(200)] {
        let seen = String::from_utf8(seen.body).unwrap();
        for secret in [name, "王敏", &text(&school["name"]), &id(&school), &resource] {
            assert!(!seen.contains(secret), "{secret}: {seen}");
        }
    }
    // The way by which others see it is not the jury's.
    assert_eq!(
        juror.get(&format!("{ENTRIES}/{entry}")).await.refusal(404),
        "no-such-recognition-entry"
    );
    app.expert().await.get(&url).await.expect(404);
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_entered_too_late_and_nothing_scored_too_early_too_late_or_unread() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let late = app.teacher("S1").await;
    appoint(&bureau, &call, &[&juror]).await;
    let entry = entered(&owner, &call).await;
    assert_eq!(
        score(&juror, &entry, json!([80, 25])).await.refusal(409),
        "recognition-not-judging"
    );
    assert_eq!(
        publish(&bureau, &call, &[]).await.refusal(409),
        "recognition-not-judging"
    );

    app.advance(DAY * 2);
    assert_eq!(
        enter(&late, &call, &json!({})).await.refusal(409),
        "recognition-not-open"
    );
    let path = format!("{ENTRIES}/{entry}");
    let change = Answer::of(owner.request("PATCH", &path).json(&json!({"title": "改"}))).await;
    assert_eq!(change.refusal(409), "recognition-not-open");
    let reopened = json!({"closes": day(&app, 1), "jury_due": day(&app, 9)});
    let reopened = Answer::of(bureau.request("PATCH", &format!("{CALLS}/{call}")).json(&reopened)).await;
    assert_eq!(reopened.refusal(409), "recognition-announced");
    let unread = json!({"points": [80, 25], "revision": 7});
    let unread = Answer::of(juror.request("PUT", &format!("{path}/score")).json(&unread)).await;
    assert_eq!(unread.refusal(412), "changed-meanwhile");
    assert_eq!(
        score(&juror, &entry, json!([101, 25])).await.faults(),
        ["/points/0 malformed"]
    );
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    score(&juror, &entry, json!([90, 25])).await.expect(200);

    app.advance(DAY * 2);
    assert_eq!(
        score(&juror, &entry, json!([10, 25])).await.refusal(409),
        "recognition-not-judging"
    );
    let standings = bureau.get_json(&of(&call, "standings")).await;
    // 40 % of 90/100 and 60 % of 25/50.
    assert_eq!(
        (&standings["items"][0]["score"], &standings["items"][0]["voices"]),
        (&json!("66"), &json!(1))
    );
    let log = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=recognition.score")
        .await;
    let done = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["outcome"] == "done");
    assert_eq!(done.count(), 2, "a repeated request was recorded as another: {log}");
    app.finish().await;
}

#[tokio::test]
async fn results_come_out_once_with_enough_voices_and_equal_scores_share_a_place() {
    let app = TestApp::start().await;
    let (bureau, other_bureau) = (app.bureau().await, app.bureau().await);
    let (one, two) = (app.expert().await, app.expert().await);
    let call = announce(&app, &bureau, &json!({"voices": 2})).await;
    let teachers = [
        app.teacher("S1").await,
        app.teacher("S1").await,
        app.teacher("S2").await,
    ];
    let mut entries = Vec::new();
    for teacher in &teachers {
        entries.push(entered(teacher, &call).await);
    }
    appoint(&bureau, &call, &[&one, &two]).await;
    app.advance(DAY * 2);
    for (entry, points) in entries.iter().zip([[33.3, 10.1], [66.6, 0.5], [10.0, 10.0]]) {
        score(&one, entry, json!(points)).await.expect(200);
    }
    assert_eq!(
        publish(&bureau, &call, &[]).await.refusal(409),
        "recognition-jury-at-work"
    );
    // The same voices the other way round, and a hundredth less.
    for (entry, points) in entries.iter().zip([[66.6, 0.5], [33.3, 10.1], [10.0, 9.99]]) {
        score(&two, entry, json!(points)).await.expect(200);
    }
    let strange = publish(&bureau, &call, &[&uuid::Uuid::now_v7().to_string()]).await;
    assert_eq!(strange.faults(), ["/awards/0/entry unknown-value"]);
    assert_eq!(app.guest().get_json(&of(&call, "results")).await["items"], json!([]));

    let first = &[entries[0].as_str()];
    let (a, b) = tokio::join!(publish(&bureau, &call, first), publish(&other_bureau, &call, first));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);

    let seen = app.guest().get_json(&of(&call, "results")).await;
    assert_eq!(seen["items"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(seen["items"][0]["award"], "一等奖");
    let all = bureau.get_json(&of(&call, "results")).await;
    let places: Vec<&Value> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["place"])
        .collect();
    assert_eq!(places, [1, 1, 3]);
    assert_eq!(
        score(&one, &entries[0], json!([1, 1])).await.refusal(409),
        "recognition-published"
    );
    assert_eq!(
        teachers[0]
            .send("POST", &format!("{ENTRIES}/{}/withdraw", entries[0]))
            .await
            .refusal(409),
        "recognition-published"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_corrected_result_keeps_what_was_said_before() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    let results = publish(&bureau, &call, &[&entry]).await.expect(200).json();
    let result = text(&results["items"][0]["id"]);
    let correct = format!("/api/v1/recognition/results/{result}/correct");

    assert_eq!(
        bureau.post_json(&correct, &json!({"award": "二等奖"})).await.faults(),
        ["/reason required"]
    );
    let not_theirs = juror.post_json(&correct, &json!({"reason": "a"})).await;
    assert_eq!(not_theirs.refusal(403), "not-allowed");
    let change = json!({"award": "二等奖", "reason": "名次录错"});
    bureau.post_json(&correct, &change).await.expect(200);
    // Of two who correct it at once the second sees what the first did.
    assert_eq!(
        bureau.post_json(&correct, &change).await.refusal(412),
        "changed-meanwhile"
    );

    let seen = app.guest().get_json(&of(&call, "results")).await;
    let row = &seen["items"][0];
    assert_eq!((&row["award"], &row["reason"]), (&json!("二等奖"), &json!("名次录错")));
    assert_eq!(row["earlier"][0]["award"], "一等奖");
    assert_eq!(row["earlier"][0]["reason"], "任务来自企业，过程完整");
    app.finish().await;
}

#[tokio::test]
async fn strangers_learn_nothing_of_what_is_entered_and_how_it_stands() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let draft = json!({"kind": "school", "title": "骨干院校", "opens": day(&app, 0), "closes": day(&app, 1),
        "jury_due": day(&app, 2), "criteria": [{"name": "甲", "weight": 1, "max": 10}]});
    let draft = id(&bureau.post_json(CALLS, &draft).await.expect(201).json());
    assert_eq!(
        owner.get(&format!("{CALLS}/{draft}")).await.refusal(404),
        "no-such-recognition-call"
    );
    assert_eq!(app.guest().get_json(CALLS).await["items"], json!([]));
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    let path = format!("{ENTRIES}/{entry}");
    appoint(&bureau, &call, &[&juror]).await;

    for (who, status) in [
        (&owner, 200),
        (&app.admin("S1").await, 200),
        (&bureau, 200),
        (&app.auditor().await, 200),
        (&app.teacher("S1").await, 404),
        (&app.admin("S2").await, 404),
        (&juror, 404),
        (&app.partner("S1").await, 404),
    ] {
        assert_eq!(who.get(&path).await.status, status, "{}", who.name());
    }
    for who in [&owner, &juror, &app.admin("S1").await] {
        assert_eq!(who.get(&of(&call, "standings")).await.refusal(403), "not-allowed");
        assert_eq!(who.get(&of(&call, "jury")).await.refusal(403), "not-allowed");
    }
    assert_eq!(owner.get(&of(&call, "judging")).await.refusal(403), "not-allowed");
    assert_eq!(
        app.teacher("S1").await.get_json(&of(&call, "entries")).await["items"],
        json!([])
    );
    let sheet = bureau.get(&of(&call, "entries?format=xlsx")).await.expect(200);
    assert!(sheet.body.starts_with(b"PK"));
    app.finish().await;
}

#[tokio::test]
async fn the_same_is_entered_once_by_whom_the_call_is_for() {
    let app = TestApp::start().await;
    let (bureau, admin, teacher) = (app.bureau().await, app.admin("S1").await, app.teacher("S1").await);
    let schools = announce(&app, &bureau, &json!({"kind": "school", "entrants": "schools"})).await;
    assert_eq!(
        enter(&teacher, &schools, &json!({})).await.refusal(403),
        "recognition-not-for-them"
    );
    for who in [&bureau, &app.expert().await, &app.partner("S1").await] {
        assert_eq!(enter(who, &schools, &json!({})).await.refusal(403), "not-allowed");
    }

    let (none, other) = (json!({}), app.admin("S1").await);
    let (a, b) = tokio::join!(enter(&admin, &schools, &none), enter(&other, &schools, &none));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let first = admin.get_json(&of(&schools, "entries")).await;
    let first = format!("{ENTRIES}/{}", id(&first["items"][0]));
    admin.send("POST", &format!("{first}/withdraw")).await.expect(200);
    enter(&admin, &schools, &none).await.expect(201);

    let few = announce(&app, &bureau, &json!({"per_school": 1})).await;
    entered(&teacher, &few).await;
    let colleague = app.teacher("S1").await;
    assert_eq!(
        enter(&colleague, &few, &json!({})).await.refusal(409),
        "recognition-school-full"
    );
    let in_anothers_name = json!({"person": teacher.name()});
    assert_eq!(
        enter(&colleague, &few, &in_anothers_name).await.faults(),
        ["/person unknown-value"]
    );
    let hidden = teacher.share("只给本校", &[("a.txt", b"a")]).await;
    let hidden = json!({"evidence": [format!("/r/{}", id(&hidden))]});
    assert_eq!(
        enter(&colleague, &few, &hidden).await.faults(),
        ["/evidence/0 malformed"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_jury_that_changes_in_the_middle_counts_only_those_it_still_has() {
    let app = TestApp::start().await;
    let (bureau, owner) = (app.bureau().await, app.teacher("S1").await);
    let (gone, dismissed, left) = (app.expert().await, app.expert().await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&gone, &dismissed, &left]).await;
    app.advance(DAY * 2);
    score(&gone, &entry, json!([100, 50])).await.expect(200);
    score(&dismissed, &entry, json!([0, 0])).await.expect(200);

    let account = |who: &Value| id(&who["account"]);
    let jury = bureau.get_json(&of(&call, "jury")).await;
    let of_name = |name: &str| {
        let items = jury["items"].as_array().unwrap();
        account(items.iter().find(|it| it["account"]["name"] == name).unwrap())
    };
    let away = of(&call, &format!("jury/{}", of_name(dismissed.name())));
    bureau.send("DELETE", &away).await.expect(204);
    let disable = format!("/api/v1/accounts/{}", of_name(gone.name()));
    let disable = bureau.request("PATCH", &disable).json(&json!({"disabled": true}));
    Answer::of(disable).await.expect(200);
    assert_eq!(score(&gone, &entry, json!([1, 1])).await.status, 401);
    assert_eq!(
        score(&dismissed, &entry, json!([1, 1])).await.refusal(404),
        "no-such-recognition-entry"
    );

    // Whoever is disabled cannot be waited for; what they gave while they were of the jury counts.
    let waits = publish(&bureau, &call, &[&entry]).await;
    assert_eq!(waits.refusal(409), "recognition-jury-at-work");
    score(&left, &entry, json!([50, 25])).await.expect(200);
    let results = publish(&bureau, &call, &[&entry]).await.expect(200).json();
    assert_eq!(results["items"][0]["score"], "75");
    app.finish().await;
}

#[tokio::test]
async fn whoever_was_awarded_and_erases_their_account_is_named_no_more() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    publish(&bureau, &call, &[&entry]).await.expect(200);
    let results = of(&call, "results");
    let seen = app.guest().get_json(&results).await;
    assert_eq!(seen["items"][0]["person"]["name"], owner.name());

    let account = id(&seen["items"][0]["person"]);
    let erase = bureau.send("DELETE", &format!("/api/v1/accounts/{account}")).await;
    assert!(matches!(erase.status, 200..300), "{}", erase.status);

    let seen = app.guest().get_json(&results).await;
    assert_eq!(seen["items"][0]["award"], "一等奖");
    assert!(!seen.to_string().contains(owner.name()), "{seen}");
    app.finish().await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one call from its announcement to its results")]
async fn a_call_goes_its_way_by_forms_alone() {
    let app = TestApp::start().await;
    let bureau = Browser::sign_in(&app, Role::Bureau).await;
    let (opens, closes, due) = (day(&app, 0), day(&app, 1), day(&app, 2));
    let mut form = vec![
        ("csrf", bureau.csrf.as_str()),
        ("kind", "competition"),
        ("title", "大赛"),
        ("entrants", "teachers"),
        ("opens", opens.as_str()),
        ("closes", closes.as_str()),
        ("jury_due", due.as_str()),
        ("voices", "1"),
        ("criteria", "设计 40"),
    ];
    let again = bureau.post("/recognition/new", &form).await.expect(422);
    assert!(String::from_utf8(again.body).unwrap().contains("id=\"criteria-fault\""));
    form.pop();
    form.push(("criteria", "设计 40 100\n实施 60 50"));
    let made = bureau
        .post("/recognition/new", &form)
        .await
        .expect(303)
        .header("location");
    let call = made.split('?').next().unwrap().to_owned();
    let csrf = [("csrf", bureau.csrf.as_str())];
    bureau.post(&format!("{call}/announce"), &csrf).await.expect(303);

    let teacher = Browser::sign_in(&app, Role::Teacher).await;
    let fields = [
        ("csrf", teacher.csrf.as_str()),
        ("title", "台阶轴"),
        ("statement", "真实任务"),
    ];
    let sent = teacher
        .post(&format!("{call}/enter"), &fields)
        .await
        .expect(303)
        .header("location");
    let entry = sent.split('?').next().unwrap().to_owned();
    let revision = value_of(&teacher.open(&entry).await, "revision");
    let fields = [
        ("csrf", teacher.csrf.as_str()),
        ("revision", &revision),
        ("title", "台阶轴"),
        ("statement", "改过"),
    ];
    teacher.post(&entry, &fields).await.expect(303);
    teacher.post(&entry, &fields).await.expect(412);
    assert!(teacher.open(&entry).await.contains("改过"));

    let juror = app.account(Role::Expert, None, Some(crate::browser::PASSWORD)).await;
    let names = [("csrf", bureau.csrf.as_str()), ("names", juror.as_str())];
    bureau.post(&format!("{call}/jury"), &names).await.expect(303);
    let nobody = [("csrf", bureau.csrf.as_str()), ("names", "没有这个人")];
    bureau.post(&format!("{call}/jury"), &nobody).await.expect(422);
    app.advance(DAY * 2);
    let juror = Browser::of(&app, &juror).await;
    assert!(juror.open(&call).await.contains(&format!("{call}/judge")));
    assert!(juror.open(&format!("{call}/judge")).await.contains("台阶轴"));
    let points = |design| {
        [
            ("csrf", juror.csrf.as_str()),
            ("revision", "2"),
            ("points/0", design),
            ("points/1", "25"),
        ]
    };
    let again = juror.post(&format!("{entry}/score"), &points("101")).await.expect(422);
    assert!(String::from_utf8(again.body).unwrap().contains("points-0-fault"));
    juror.post(&format!("{entry}/score"), &points("80")).await.expect(303);

    let bureau = Browser::sign_in(&app, Role::Bureau).await;
    let standings = bureau.open(&format!("{call}/standings")).await;
    let name = standings.split("name=\"award-").nth(1).unwrap();
    let name = name.split('"').next().unwrap();
    let (award, reason) = (format!("award-{name}"), format!("reason-{name}"));
    let read = value_of(&standings, "standings");
    let unreasoned = [("csrf", bureau.csrf.as_str()), ("standings", &read), (&award, "一等奖")];
    let again = bureau.post(&format!("{call}/publish"), &unreasoned).await.expect(422);
    assert!(
        String::from_utf8(again.body)
            .unwrap()
            .contains(&format!("{reason}-fault"))
    );
    let unawarded = [
        ("csrf", bureau.csrf.as_str()),
        ("standings", &read),
        (&reason, "过程完整"),
    ];
    let again = html(bureau.post(&format!("{call}/publish"), &unawarded).await.expect(422));
    assert!(
        again.contains(&format!("{award}-fault")),
        "the reason alone was dropped"
    );
    let of = |read| {
        [
            ("csrf", bureau.csrf.as_str()),
            ("standings", read),
            (&award, "一等奖"),
            (&reason, "过程完整"),
        ]
    };
    // Whoever read others sees those of now, with what they typed.
    let unseen = html(bureau.post(&format!("{call}/publish"), &of("0")).await.expect(412));
    assert!(unseen.contains("过程完整") && value_of(&unseen, "standings") == read);
    let fields = of(&read);
    bureau.post(&format!("{call}/publish"), &fields).await.expect(303);

    let seen = app.guest().get(&call).await.expect(200);
    let seen = String::from_utf8(seen.body).unwrap();
    assert!(seen.contains("一等奖") && seen.contains("过程完整"), "{seen}");
    app.finish().await;
}

#[tokio::test]
async fn a_mark_that_ran_out_or_was_taken_away_is_shown_nowhere_as_valid() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let older = publish_resource(&app, &owner, "台阶轴 工作页 甲", "a.txt").await;
    let newer = publish_resource(&app, &owner, "台阶轴 工作页 乙", "b.txt").await;
    let call = announce(&app, &bureau, &json!({"kind": "resource", "valid_years": 1})).await;
    let shown = json!({"evidence": [format!("/r/{older}")]});
    let entry = id(&enter(&owner, &call, &shown).await.expect(201).json());
    let of_schools = json!({"kind": "school", "entrants": "schools", "valid_years": 1});
    let schools = announce(&app, &bureau, &of_schools).await;
    let school = entered(&app.admin("S1").await, &schools).await;
    for call in [&call, &schools] {
        appoint(&bureau, call, &[&juror]).await;
    }
    app.advance(DAY * 2);
    for (call, entry) in [(&call, &entry), (&schools, &school)] {
        score(&juror, entry, json!([80, 25])).await.expect(200);
        publish(&bureau, call, &[entry]).await.expect(200);
    }
    app.settled().await;

    let reader = app.reader("S2").await;
    let resource = format!("/api/v1/resources/{older}");
    let seen = reader.get_json(&resource).await;
    assert!(seen["marked_at"].is_string(), "{seen}");
    let until = text(&seen["marked_until"]);
    let page = async |path: &str| String::from_utf8(reader.get(path).await.expect(200).body).unwrap();
    assert!(page(&format!("/r/{older}")).await.contains(&until));
    assert!(page("/search?q=台阶轴").await.contains(&until));
    assert!(page("/schools/S1").await.contains("骨干院校"));
    let found = reader.finds("台阶轴 工作页").await;
    assert_eq!(found, [older.clone(), newer.clone()]);

    // A correction takes the school's mark away at once.
    let results = bureau.get_json(&of(&schools, "results")).await;
    let result = text(&results["items"][0]["id"]);
    let correct = format!("/api/v1/recognition/results/{result}/correct");
    let untrue = json!({"reason": "材料不实"});
    bureau.post_json(&correct, &untrue).await.expect(200);
    assert!(!page("/schools/S1").await.contains("骨干院校"));
    let marks = reader.get_json("/api/v1/recognition/marks?school=S1").await;
    assert_eq!(marks["items"], json!([]));

    app.advance(DAY * 366);
    assert_eq!(reader.get_json(&resource).await["marked_at"], Value::Null);
    assert!(!page(&format!("/r/{older}")).await.contains("status-model"));
    app.ask(async |library| library.resources.end_marks_that_ran_out().await)
        .await
        .expect("end marks");
    app.settled().await;
    assert_eq!(reader.finds("台阶轴 工作页").await, [newer, older]);
    app.finish().await;
}

/// To correct what was said of an award made its mark a year younger, and brought one back that was over.
#[tokio::test]
async fn a_correction_makes_a_mark_no_younger_and_brings_none_back() {
    let app = TestApp::start().await;
    let (bureau, juror) = (app.bureau().await, app.expert().await);
    let of_schools = json!({"kind": "school", "entrants": "schools", "valid_years": 1});
    let call = announce(&app, &bureau, &of_schools).await;
    let entry = entered(&app.admin("S1").await, &call).await;
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    publish(&bureau, &call, &[&entry]).await.expect(200);
    let marks = async || bureau.get_json("/api/v1/recognition/marks?school=S1").await["items"].clone();
    let period = async || {
        let marks = marks().await;
        (text(&marks[0]["from"]), text(&marks[0]["until"]))
    };
    let correct = async |body: &Value| {
        let results = bureau.get_json(&of(&call, "results")).await;
        let result = text(&results["items"][0]["id"]);
        let path = format!("/api/v1/recognition/results/{result}/correct");
        bureau.post_json(&path, body).await.expect(200);
    };
    let given = period().await;
    let second = json!({"award": "二等奖", "reason": "名次录错"});

    app.advance(DAY * 30);
    correct(&second).await;
    assert_eq!(period().await, given, "it is a month younger");
    // Taken away by a correction and given again by one, it is what it was.
    correct(&json!({"reason": "材料不实"})).await;
    assert_eq!(marks().await, json!([]));
    correct(&second).await;
    assert_eq!(period().await, given);

    app.advance(DAY * 366);
    assert_eq!(marks().await, json!([]));
    correct(&json!({"award": "一等奖", "reason": "原来是一等奖"})).await;
    assert_eq!(marks().await, json!([]), "it is valid again");
    app.finish().await;
}

/// A new version ended the mark of what was there before; the correction of a word gave it to what nobody had judged.
#[tokio::test]
async fn a_mark_that_ended_with_its_version_does_not_come_back_by_a_correction() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let work = publish_resource(&app, &owner, "台阶轴", "a.txt").await;
    let call = announce(&app, &bureau, &json!({"kind": "resource", "valid_years": 3})).await;
    let shown = json!({"evidence": [format!("/r/{work}")]});
    let entry = id(&enter(&owner, &call, &shown).await.expect(201).json());
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    let results = publish(&bureau, &call, &[&entry]).await.expect(200).json();
    let result = text(&results["items"][0]["id"]);
    let resource = format!("/api/v1/resources/{work}");
    assert!(bureau.get_json(&resource).await["marked_at"].is_string());
    let version = owner.form(&format!("{resource}/versions"), &json!({}), &[("b.txt", b"b")]);
    Answer::of(version).await.expect(201);
    app.approve(&work).await;

    let change = json!({"award": "二等奖", "reason": "名次录错"});
    let correct = format!("/api/v1/recognition/results/{result}/correct");
    bureau.post_json(&correct, &change).await.expect(200);

    assert_eq!(bureau.get_json(&resource).await["marked_at"], Value::Null);
    app.finish().await;
}

/// Of a mark that stands on a person nothing told them: no page of theirs, and no list.
#[tokio::test]
async fn whoever_bears_a_mark_finds_it_with_its_last_day_and_when_that_is_over() {
    let app = TestApp::start().await;
    let (bureau, juror) = (app.bureau().await, app.expert().await);
    let name = app
        .account(Role::Teacher, Some("S1"), Some(crate::browser::PASSWORD))
        .await;
    let token = app.token(&name, TokenScope::Admin, None).await;
    let owner = Caller::new(app.base(), Some(token), &name);
    let call = announce(&app, &bureau, &json!({"valid_years": 1})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    let own = async |who: &Caller| who.get_json("/api/v1/me/marks").await["items"].clone();
    assert_eq!(own(&owner).await, json!([]));
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    publish(&bureau, &call, &[&entry]).await.expect(200);

    let told = own(&owner).await;

    let mark = &told[0];
    assert_eq!(
        (&mark["kind"], &mark["award"], &mark["state"], &mark["from"]),
        (
            &json!("competition"),
            &json!("一等奖"),
            &json!("valid"),
            &json!(day(&app, 0))
        )
    );
    assert_eq!(own(&juror).await, json!([]), "it is nobody else's");
    let person = id(&mark["person"]);
    let of_person = app
        .guest()
        .get_json(&format!("/api/v1/recognition/marks?person={person}"))
        .await;
    assert_eq!(of_person["items"][0]["id"], mark["id"]);
    let page = Browser::of(&app, &name).await.open("/account").await;
    let until = text(&mark["until"]);
    assert!(
        page.contains("我的称号") && page.contains("一等奖") && page.contains(&format!("有效期至 {until}")),
        "{page}"
    );
    let table = owner.get("/api/v1/me/marks?format=csv").await.expect(200).body;
    let table = String::from_utf8(table).unwrap();
    assert!(
        table.contains(&until) && table.contains("一等奖") && table.contains("有效"),
        "{table}"
    );
    let xlsx = owner.get("/api/v1/me/marks?format=xlsx").await.expect(200);
    assert!(xlsx.body.starts_with(b"PK"));

    app.advance(DAY * 367);
    let token = app.token(&name, TokenScope::Read, None).await;
    let later = Caller::new(app.base(), Some(token), &name);
    assert_eq!(own(&later).await[0]["state"], "over");
    let valid = app
        .guest()
        .get_json(&format!("/api/v1/recognition/marks?person={person}"))
        .await;
    assert_eq!(valid["items"], json!([]));
    app.finish().await;
}
