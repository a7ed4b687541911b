//! Recognition that is fair: nobody learns whose a blind entry is, judges where they take part, or decides what they did not see.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id, sha256, text};
use crate::packs::School;
use crate::personal_data::member;
use crate::recognition::{
    CALLS, DAY, ENTRIES, announce, appoint, enter, entered, of, publish, publish_resource, score,
};

/// What the log tells of an act, each line with its changes.
async fn told(auditor: &Caller, action: &str) -> Vec<Value> {
    let log = auditor.get_json(&format!("/api/v1/audit?action={action}")).await;
    log["items"].as_array().unwrap().clone()
}

async fn patch(caller: &Caller, path: &str, body: &Value) -> Answer {
    Answer::of(caller.request("PATCH", path).json(body)).await
}

async fn own_id(caller: &Caller) -> String {
    id(&caller.get_json("/api/v1/me").await)
}

fn juror<'a>(jury: &'a Value, who: &Caller) -> &'a Value {
    let mut all = jury["items"].as_array().unwrap().iter();
    all.find(|it| it["account"]["name"] == who.name()).unwrap()
}

#[tokio::test]
async fn neither_the_log_nor_a_files_tag_tells_a_blind_juror_whose_an_entry_is() {
    let app = TestApp::start().await;
    let (bureau, owner) = (app.bureau().await, app.teacher("S1").await);
    let name = app
        .account(Role::Teacher, Some("S2"), Some(crate::browser::PASSWORD))
        .await;
    let call = announce(&app, &bureau, &json!({"blind": true})).await;
    let title = "王敏的台阶轴";
    let resource = publish_resource(&app, &owner, title, "a.txt").await;
    let shown = json!({"title": title, "evidence": [format!("/r/{resource}")]});
    let entry = id(&enter(&owner, &call, &shown).await.expect(201).json());
    let names = json!({"names": [name]});
    bureau.post_json(&of(&call, "jury"), &names).await.expect(200);
    app.advance(DAY * 2);
    let juror = Browser::of(&app, &name).await;

    let path = format!("/recognition/entries/{entry}/evidence/1/1");
    let file = juror.get(&path).await.expect(200);
    let tag = file.header("etag");
    assert!(!tag.contains(&sha256(title.as_bytes())), "{tag}");
    assert!(!file.headers.contains_key("repr-digest"));
    let known = juror.request("GET", &path).header("if-none-match", &tag);
    assert_eq!(Answer::of(known).await.status, 304);
    let csrf = juror.csrf.as_str();
    let points = [
        ("csrf", csrf),
        ("revision", "1"),
        ("points/0", "80"),
        ("points/1", "25"),
    ];
    juror
        .post(&format!("/recognition/entries/{entry}/score"), &points)
        .await
        .expect(303);
    let back = [("csrf", csrf)];
    juror
        .post(&format!("/recognition/entries/{entry}/conflict"), &back)
        .await
        .expect(303);
    app.settled().await;

    let own = app.token(&name, gongxue::domain::role::TokenScope::Admin, None).await;
    let own = app.guest().with_token(Some(&own));
    let taken = own.send("POST", "/api/v1/me/export").await.expect(200).body;
    let log = app
        .admin("S2")
        .await
        .get_json("/api/v1/audit?limit=100")
        .await
        .to_string();
    let lines = bureau.get_json("/api/v1/audit?action=recognition&limit=100").await;
    assert!(
        log.contains("recognition.score") && log.contains("recognition.read"),
        "{log}"
    );
    for seen in [&log, &member(&taken, "data.json"), &member(&taken, "records.csv")] {
        for secret in [title, resource.as_str(), entry.as_str()] {
            assert!(!seen.contains(secret), "{secret}: {seen}");
        }
    }
    assert!(!lines.to_string().contains(title), "{lines}");
    // Those who look after it learn which entry it was by its number, and whom it is about.
    let score = &told(&bureau, "recognition.score").await[0];
    assert_eq!(score["changes"], json!([{"field": "entry", "to": "1"}]));
    let conflict = &told(&bureau, "recognition.conflict").await[0];
    assert_eq!(conflict["changes"][1]["field"], "account");
    app.finish().await;
}

#[tokio::test]
async fn whoever_takes_part_in_a_call_judges_nobody_in_it_until_they_withdraw() {
    let app = TestApp::start().await;
    let (bureau, one, two) = (app.bureau().await, app.teacher("S1").await, app.teacher("S2").await);
    let (author, free) = (app.teacher("S2").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let theirs = entered(&one, &call).await;
    let work = publish_of(&app, &author, "S2").await;
    let shown = json!({"evidence": [format!("/r/{work}")]});
    let own = id(&enter(&two, &call, &shown).await.expect(201).json());
    app.advance(DAY * 2);

    let jury = appoint(&bureau, &call, &[&two, &author, &free]).await;
    for (who, competes) in [(&two, true), (&author, true), (&free, false)] {
        assert_eq!(juror(&jury, who)["competes"], competes, "{}", who.name());
    }
    let page = Browser::sign_in(&app, Role::Bureau).await;
    let page = page.open(&format!("/recognition/{call}/jury")).await;
    assert!(page.contains("本人参加这次评选"));
    for who in [&two, &author] {
        let refused = score(who, &theirs, json!([0, 0])).await;
        assert_eq!(refused.refusal(403), "recognition-conflict");
        let seen = who.get_json(&of(&call, "judging")).await;
        assert_eq!(seen["items"][0]["excluded"], "competitor", "{seen}");
    }
    score(&free, &theirs, json!([80, 25])).await.expect(200);

    two.send("POST", &format!("{ENTRIES}/{own}/withdraw")).await.expect(200);
    score(&two, &theirs, json!([80, 25])).await.expect(200);
    app.finish().await;
}

/// Something of somebody's that the whole city may see.
async fn publish_of(app: &TestApp, owner: &Caller, school: &str) -> String {
    let metadata = json!({"title": "案例", "type": "worksheet", "scope": "city"});
    let shared = owner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201).json();
    app.admin(school).await.step(&id(&shared), "publish").await.expect(200);
    id(&shared)
}

#[tokio::test]
async fn nothing_is_published_by_standings_that_nobody_saw_or_by_awards_that_nobody_named() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    let read = bureau.get_json(&of(&call, "standings")).await["digest"].clone();
    score(&juror, &entry, json!([10, 25])).await.expect(200);

    let send = async |body: Value| bureau.post_json(&of(&call, "publish"), &body).await;
    assert_eq!(
        send(json!({"standings": read, "awards": []})).await.refusal(412),
        "changed-meanwhile"
    );
    let faults = send(json!({})).await.faults();
    assert_eq!(faults, ["/standings required", "/awards required"]);
    for awards in [json!({}), json!("无")] {
        let faults = send(json!({"standings": read, "awards": awards})).await.faults();
        assert_eq!(faults, ["/awards malformed"]);
    }
    assert_eq!(bureau.get_json(&format!("{CALLS}/{call}")).await["state"], "judging");
    let results = publish(&bureau, &call, &[]).await.expect(200).json();
    assert_eq!(results["items"][0]["award"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn whoever_judged_or_entered_decides_nothing_after_they_came_to_the_bureau() {
    let app = TestApp::start().await;
    let (bureau, owner) = (app.bureau().await, app.teacher("S1").await);
    let (judged, idle) = (app.expert().await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&judged, &idle]).await;
    app.advance(DAY * 2);
    score(&judged, &entry, json!([80, 25])).await.expect(200);
    assert_eq!(
        publish(&bureau, &call, &[]).await.refusal(409),
        "recognition-jury-at-work"
    );
    for who in [&judged, &idle, &owner] {
        let account = format!("/api/v1/accounts/{}", own_id(who).await);
        let promoted = json!({"role": "bureau", "school": null});
        patch(&bureau, &account, &promoted).await.expect(200);
    }

    for who in [&judged, &owner] {
        assert_eq!(
            publish(who, &call, &[&entry]).await.refusal(403),
            "recognition-involved"
        );
    }
    // Nobody waits for whoever cannot score any more.
    let results = publish(&bureau, &call, &[&entry]).await.expect(200).json();
    let result = text(&results["items"][0]["id"]);
    let correct = format!("/api/v1/recognition/results/{result}/correct");
    let change = json!({"award": "二等奖", "reason": "名次录错"});
    for who in [&judged, &owner] {
        assert_eq!(
            who.post_json(&correct, &change).await.refusal(403),
            "recognition-involved"
        );
    }
    bureau.post_json(&correct, &change).await.expect(200);
    let line = &told(&bureau, "recognition.correct").await[0]["changes"];
    assert_eq!(line[0], json!({"field": "result", "to": result}));
    assert_eq!(line[1], json!({"field": "award", "from": "一等奖", "to": "二等奖"}));
    app.finish().await;
}

#[tokio::test]
async fn a_juror_who_changed_schools_judges_neither_of_them() {
    let app = TestApp::start().await;
    let (bureau, moved, moved_later) = (app.bureau().await, app.teacher("S1").await, app.teacher("S2").await);
    let call = announce(&app, &bureau, &json!({})).await;
    let first = entered(&app.teacher("S1").await, &call).await;
    let second = entered(&app.teacher("S2").await, &call).await;
    appoint(&bureau, &call, &[&moved, &moved_later]).await;
    app.advance(DAY * 2);
    let move_to = async |who: &Caller, school: &str| {
        let account = format!("/api/v1/accounts/{}", own_id(who).await);
        patch(&bureau, &account, &json!({"school": school})).await.expect(200);
    };

    move_to(&moved, "S2").await;
    for entry in [&first, &second] {
        assert_eq!(
            score(&moved, entry, json!([0, 0])).await.refusal(403),
            "recognition-conflict"
        );
    }
    // What was given before stays only as long as neither school is the entry's.
    score(&moved_later, &first, json!([80, 25])).await.expect(200);
    move_to(&moved_later, "S1").await;
    let standings = bureau.get_json(&of(&call, "standings")).await;
    for row in standings["items"].as_array().unwrap() {
        assert_eq!(row["voices"], 0, "{row}");
    }
    app.finish().await;
}

#[tokio::test]
async fn evidence_is_what_was_approved_while_a_change_waits_and_a_pack_at_its_version() {
    let school = School::open().await;
    let app = &school.app;
    let (bureau, teacher) = (app.bureau().await, &school.teacher);
    school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", b"a")])
        .await;
    let pack = json!({"title": "台阶轴", "task": "台阶轴", "scope": "city"});
    let pack = school.pack(&pack).await;
    school.issue(&pack).await;
    let resource = publish_of(app, teacher, "S1").await;
    teacher
        .patch(&resource, Some("*"), &json!({"title": "还没有审核的标题"}))
        .await
        .expect(200);
    let waits = teacher.get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(waits["status"], "submitted", "{waits}");
    let call = announce(app, &bureau, &json!({})).await;

    let shown = json!({"evidence": [format!("/r/{resource}"), format!("/p/{pack}")]});
    let entry = enter(teacher, &call, &shown).await.expect(201).json();

    assert_eq!(entry["evidence"][0]["version"], 1, "{entry}");
    assert_eq!(entry["evidence"][0]["title"], "案例");
    assert_eq!(entry["evidence"][1]["url"], format!("/p/{pack}?version=1"));
    school.app.finish().await;
}

/// Somebody's best evidence was a pack, and a blind call took none.
#[tokio::test]
async fn a_blind_jury_opens_the_files_of_a_pack_and_learns_from_none_whose_it_is() {
    let school = School::open().await;
    let app = &school.app;
    let (bureau, juror, teacher) = (app.bureau().await, app.expert().await, &school.teacher);
    let metadata =
        json!({"title": "李强的工作页", "type": "worksheet", "task": "台阶轴", "scope": "city", "authors": ["李强"]});
    let files: [(&str, &[u8]); 2] = [("王敏/一.txt", b"one"), ("王敏/二.txt", b"two")];
    let resource = id(&teacher.share_as(&metadata, &files).await.expect(201).json());
    school.admin.publish(&resource).await;
    let pack = json!({"title": "李强的车削包", "scope": "city", "resources": [resource]});
    let pack = school.pack(&pack).await;
    school.issue(&pack).await;
    let call = announce(app, &bureau, &json!({"blind": true})).await;
    let shown = json!({"evidence": [format!("/p/{pack}")]});
    let entry = id(&enter(teacher, &call, &shown).await.expect(201).json());
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);

    let one = juror.get(&format!("{ENTRIES}/{entry}/judging")).await.expect(200);
    let page = juror
        .get(&format!("/recognition/entries/{entry}/score"))
        .await
        .expect(200);
    let piece = one.json()["evidence"][0].clone();
    assert_eq!(piece["title"], "××的车削包");
    let files = piece["files"].as_array().unwrap();
    assert_eq!(files.len(), 2, "{piece}");
    let mut given = Vec::new();
    for (number, file) in (1..).zip(files) {
        assert_eq!(file["name"], format!("1-{number}.txt"));
        let fetched = juror.get(&text(&file["url"])).await.expect(200);
        let disposition = fetched.header("content-disposition");
        assert!(disposition.contains(&format!("1-{number}.txt")), "{disposition}");
        given.push(fetched.body);
    }
    given.sort_unstable();
    assert_eq!(given, [b"one".to_vec(), b"two".to_vec()]);
    for seen in [one, page] {
        let seen = String::from_utf8(seen.body).unwrap();
        for secret in ["李强", "王敏", "第一技师学院", teacher.name(), &pack, &resource] {
            assert!(!seen.contains(secret), "{secret}: {seen}");
        }
    }
    school.app.finish().await;
}

#[tokio::test]
async fn a_pack_that_nobody_opens_file_by_file_is_not_put_before_a_blind_jury() {
    let school = School::open().await;
    let app = &school.app;
    let (bureau, teacher) = (app.bureau().await, &school.teacher);
    let names: Vec<String> = (0..201).map(|number| format!("{number:03}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"a".as_slice())).collect();
    school.publish("台阶轴工作页", "台阶轴", "city", &files).await;
    let pack = json!({"title": "大包", "task": "台阶轴", "scope": "city"});
    let pack = school.pack(&pack).await;
    school.issue(&pack).await;
    let shown = json!({"evidence": [format!("/p/{pack}")]});

    let blind = announce(app, &bureau, &json!({"blind": true})).await;
    let refused = enter(teacher, &blind, &shown).await;

    assert_eq!(refused.faults(), ["/evidence/0 malformed"]);
    let open = announce(app, &bureau, &json!({})).await;
    enter(teacher, &open, &shown).await.expect(201);
    school.app.finish().await;
}

#[tokio::test]
async fn whoever_withdraws_and_enters_again_takes_no_second_place_and_keeps_no_earlier_voice() {
    let app = TestApp::start().await;
    let (bureau, owner) = (app.bureau().await, app.teacher("S1").await);
    let call = announce(&app, &bureau, &json!({})).await;
    let first = enter(&owner, &call, &json!({})).await.expect(201).json();
    let path = format!("{ENTRIES}/{}", id(&first));
    for again in 1..=3 {
        owner.send("POST", &format!("{path}/withdraw")).await.expect(200);
        let entry = enter(&owner, &call, &json!({})).await.expect(201).json();
        assert_eq!((&entry["id"], &entry["number"]), (&first["id"], &json!(1)));
        assert_eq!(entry["withdrawn_at"], Value::Null);
        assert_eq!(
            entry["revision"],
            1 + 2 * again,
            "a voice on the earlier one would count"
        );
    }
    assert_eq!(
        enter(&owner, &call, &json!({})).await.refusal(409),
        "recognition-entered"
    );

    bureau.send("POST", &format!("{CALLS}/{call}/cancel")).await.expect(200);
    assert_eq!(
        owner.send("POST", &format!("{path}/withdraw")).await.refusal(409),
        "recognition-cancelled"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_somebody_else_changed_is_not_overwritten_unread() {
    let app = TestApp::start().await;
    let (bureau, admin, owner) = (app.bureau().await, app.admin("S1").await, app.teacher("S1").await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = format!("{ENTRIES}/{}", entered(&owner, &call).await);
    let change = json!({"title": "改", "revision": 1});
    patch(&owner, &entry, &change).await.expect(200);
    assert_eq!(patch(&admin, &entry, &change).await.refusal(412), "changed-meanwhile");
    let put_off = json!({"jury_due": crate::recognition::day(&app, 9), "revision": 1});
    let path = format!("{CALLS}/{call}");
    patch(&bureau, &path, &put_off).await.expect(200);
    assert_eq!(patch(&bureau, &path, &put_off).await.refusal(412), "changed-meanwhile");

    // Whose it is stays, though they are of another school by now.
    let account = format!("/api/v1/accounts/{}", own_id(&owner).await);
    patch(&bureau, &account, &json!({"school": "S2"})).await.expect(200);
    let changed = patch(&admin, &entry, &json!({"statement": "改"}))
        .await
        .expect(200)
        .json();
    assert_eq!(changed["person"]["name"], owner.name());
    app.finish().await;
}

#[tokio::test]
async fn whoever_erases_their_account_is_named_in_no_words_of_their_entries_or_of_their_results() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let name = owner.name();
    let words = json!({"title": format!("{name} 的课"), "statement": format!("由{name}主讲")});
    let entry = id(&enter(&owner, &call, &words).await.expect(201).json());
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    let read = bureau.get_json(&of(&call, "standings")).await["digest"].clone();
    let award = json!({"entry": entry, "award": "一等奖", "reason": format!("{name}讲得好")});
    let body = json!({"standings": read, "awards": [award]});
    bureau.post_json(&of(&call, "publish"), &body).await.expect(200);

    let account = format!("/api/v1/accounts/{}", own_id(&owner).await);
    bureau.send("DELETE", &account).await.expect(204);

    let results = app.guest().get_json(&of(&call, "results")).await.to_string();
    let entry = bureau.get_json(&format!("{ENTRIES}/{entry}")).await.to_string();
    assert!(results.contains("讲得好") && entry.contains("主讲"));
    assert!(!results.contains(name) && !entry.contains(name), "{results} {entry}");
    let page = html(app.guest().get(&format!("/recognition/{call}")).await.expect(200));
    assert!(!page.contains(name));
    let told = &told(&bureau, "recognition.appoint").await[0]["changes"];
    assert_eq!(told, &json!([{"field": "account", "to": own_id(&juror).await}]));
    app.finish().await;
}
