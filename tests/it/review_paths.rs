//! Paths of the review as those who run it change them, and what becomes of what waits meanwhile.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Caller, id, text};

const PATHS: &str = "/api/v1/review-paths";

async fn hand_in(teacher: &Caller, title: &str, scope: &str) -> String {
    let metadata = json!({"title": title, "type": "worksheet", "scope": scope, "submit": true});
    let shared = teacher.share_as(&metadata, &[("页.txt", title.as_bytes())]).await;
    id(&shared.expect(201).json())
}

async fn put(caller: &Caller, code: &str, body: &Value) -> Answer {
    Answer::of(caller.request("PUT", &format!("{PATHS}/{code}")).json(body)).await
}

async fn path(caller: &Caller, code: &str) -> Value {
    let paths = caller.get_json(PATHS).await;
    let paths = paths["items"].as_array().unwrap().iter();
    let own = paths
        .clone()
        .find(|path| path["code"] == code && !path["school"].is_null());
    own.or_else(|| paths.clone().find(|path| path["code"] == code))
        .unwrap()
        .clone()
}

async fn waits_at(caller: &Caller, resource: &str) -> String {
    let shown = caller.get_json(&format!("/api/v1/resources/{resource}")).await;
    text(&shown["review"]["name_zh"])
}

/// A path as its form sends it, with other steps.
fn with_steps(path: &Value, steps: Value) -> Value {
    json!({"name_zh": path["name_zh"], "name_en": path["name_en"], "types": path["types"],
        "may_reject": path["may_reject"], "may_publish": path["may_publish"], "steps": steps})
}

fn step(level: &str, name: &str) -> Value {
    json!({"level": level, "name_zh": name})
}

#[tokio::test]
async fn a_school_changes_its_own_steps_and_nobody_elses() {
    let app = TestApp::start().await;
    let (own, other) = (app.admin("S1").await, app.admin("S2").await);
    let teacher = app.teacher("S1").await;

    let written = put(&own, "general", &json!({"steps": [step("school", "教研室审核")]})).await;

    assert_eq!(written.expect(200).json()["school"]["code"], "S1");
    let elsewhere = json!({"school": "S2", "steps": [step("school", "偷改")]});
    assert_eq!(put(&own, "general", &elsewhere).await.refusal(403), "not-allowed");
    let citys = json!({"steps": [step("school", "自审"), step("city", "自定")]});
    assert_eq!(put(&own, "general", &citys).await.faults(), ["/steps malformed"]);
    let rules = json!({"steps": [step("school", "自审")], "may_publish": true});
    assert_eq!(
        put(&own, "textbook", &rules).await.faults(),
        ["/may_publish unknown-field"]
    );
    for stranger in [&teacher, &app.expert().await, &app.auditor().await] {
        assert_eq!(put(stranger, "general", &elsewhere).await.refusal(403), "not-allowed");
    }
    // Another school keeps the city's steps, and is not shown what this one has.
    assert!(path(&other, "general").await["school"].is_null());
    let theirs = hand_in(&app.teacher("S2").await, "乙校的", "city").await;
    assert_eq!(waits_at(&other, &theirs).await, "学校专业审核");
    let ours = hand_in(&teacher, "甲校的", "city").await;
    assert_eq!(waits_at(&own, &ours).await, "教研室审核");
    own.step(&ours, "approve").await.expect(200);
    assert_eq!(
        waits_at(&own, &ours).await,
        "市级专家审核",
        "a school took the city's step away"
    );
    // Given up, the city's count again.
    put(&own, "general", &json!({"steps": []})).await.expect(204);
    assert!(path(&own, "general").await["school"].is_null());
    let told = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=review-path&outcome=done")
        .await;
    let acts: Vec<String> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| text(&line["action"]))
        .collect();
    assert_eq!(acts, ["review-path.remove", "review-path.edit"]);
    app.finish().await;
}

#[tokio::test]
async fn what_waits_at_a_step_that_is_taken_away_goes_on_and_what_was_said_counts() {
    let app = TestApp::start().await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    let (admin, expert) = (app.admin("S1").await, app.expert().await);
    let (first, approved) = (
        hand_in(&teacher, "没人看过的", "city").await,
        hand_in(&teacher, "学校通过的", "city").await,
    );
    admin.step(&approved, "approve").await.expect(200);
    let before = path(&bureau, "general").await;
    let steps = before["steps"].as_array().unwrap();
    let mut kept = steps[0].clone();
    kept["name_zh"] = "学校审核".into();

    let changed = with_steps(&before, json!([kept, step("city", "市级复审")]));
    put(&bureau, "general", &changed).await.expect(200);

    assert_eq!(waits_at(&teacher, &first).await, "学校审核");
    assert_eq!(
        waits_at(&teacher, &approved).await,
        "市级复审",
        "what the school said is lost"
    );
    let queue = expert.get_json("/api/v1/reviews").await;
    assert_eq!(queue["items"][0]["resource"]["title"], "学校通过的", "nobody is asked");
    expert.step(&approved, "approve").await.expect(200);
    admin.step(&first, "approve").await.expect(200);
    expert.step(&first, "approve").await.expect(200);
    for resource in [&first, &approved] {
        let shown = teacher.get_json(&format!("/api/v1/resources/{resource}")).await;
        assert_eq!(shown["status"], "published");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_new_path_takes_its_type_over_and_what_took_it_goes_back_when_it_is_gone() {
    let app = TestApp::start().await;
    let (bureau, teacher, admin) = (app.bureau().await, app.teacher("S1").await, app.admin("S1").await);
    let resource = hand_in(&teacher, "工作页", "school").await;
    let body = json!({"name_zh": "工作页", "types": ["工作页"], "steps": [step("school", "工作页审核"), step("city", "市级")]});

    put(&bureau, "sheets", &body).await.expect(200);

    assert_eq!(waits_at(&teacher, &resource).await, "工作页审核");
    assert_eq!(admin.step(&resource, "publish").await.refusal(409), "review-required");
    put(&bureau, "sheets", &json!({"name_zh": "工作页", "steps": []}))
        .await
        .expect(204);
    assert_eq!(waits_at(&teacher, &resource).await, "学校专业审核");
    let none = json!({"name_zh": "一般", "steps": []});
    assert_eq!(put(&bureau, "general", &none).await.faults(), ["/steps malformed"]);
    let limited = json!({"name_zh": "一般", "types": ["video"], "steps": [step("school", "甲"), step("city", "乙")]});
    assert_eq!(put(&bureau, "general", &limited).await.faults(), ["/types malformed"]);
    let faulty =
        json!({"name_zh": "", "steps": [{"level": "state", "name_zh": "甲", "voices": 0, "asked": ["teacher"]}]});
    assert_eq!(
        put(&bureau, "general", &faulty).await.faults(),
        [
            "/name_zh required",
            "/steps/0/level unknown-value",
            "/steps/0/asked/0 unknown-value",
            "/steps/0/voices malformed",
            "/steps malformed"
        ]
    );
    assert_eq!(
        put(&bureau, "Not%20A%20Code", &body).await.refusal(404),
        "no-such-review-path"
    );
    app.finish().await;
}

#[tokio::test]
async fn two_voices_are_two_people() {
    let app = TestApp::start().await;
    let (teacher, one, two) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    let mut twice = step("school", "两人审核");
    twice["voices"] = 2.into();
    put(&one, "general", &json!({"steps": [twice]})).await.expect(200);
    let resource = hand_in(&teacher, "工作页", "school").await;
    for _ in 0..2 {
        let waits = one.step(&resource, "approve").await.expect(200).json();
        assert_eq!(waits["status"], "submitted", "one person has two voices");
    }

    let done = two.step(&resource, "approve").await.expect(200).json();

    assert_eq!(done["status"], "published");
    // At the very same moment, both count.
    let resource = hand_in(&teacher, "又一份", "school").await;
    let both = futures_util::future::join(one.step(&resource, "approve"), two.step(&resource, "approve")).await;
    assert_eq!((both.0.status, both.1.status), (200, 200));
    let shown = teacher.get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(shown["status"], "published", "a voice was lost");
    app.finish().await;
}

/// It had all voices that were asked for by then, waited at no step, and nobody could approve, return or reject it.
#[tokio::test]
async fn what_waits_while_fewer_voices_are_asked_for_is_decided_by_somebody_all_the_same() {
    let app = TestApp::start().await;
    let (teacher, one, two) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    let mut twice = step("school", "两人审核");
    twice["voices"] = 2.into();
    put(&one, "general", &json!({"steps": [twice]})).await.expect(200);
    let resource = hand_in(&teacher, "工作页", "school").await;
    one.step(&resource, "approve").await.expect(200);
    let mut once = step("school", "一人审核");
    once["id"] = path(&one, "general").await["steps"][0]["id"].clone();

    put(&one, "general", &json!({"steps": [once]})).await.expect(200);

    assert_eq!(waits_at(&teacher, &resource).await, "一人审核");
    let done = two.step(&resource, "approve").await.expect(200).json();
    assert_eq!(done["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn the_bureau_changes_a_path_on_its_page_and_takes_queue_and_decisions_along() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = hand_in(&teacher, "台阶轴", "city").await;
    let bureau = Browser::sign_in(&app, Role::Bureau).await;
    let page = bureau.open("/admin/review?path=textbook").await;
    assert!(page.contains("学校初审") && page.contains("市级专家审定"), "{page}");
    let csrf = ("csrf", bureau.csrf.as_str());
    let empty = [csrf, ("code", "textbook"), ("name_zh", ""), ("s1.name_zh", "学校初审")];
    let again = crate::browser::html(bureau.post("/admin/review", &empty).await.expect(422));
    assert!(
        again.contains("role=\"alert\"") && again.contains("学校初审"),
        "{again}"
    );

    let fields = [
        csrf,
        ("code", "textbook"),
        ("name_zh", "教材审定"),
        ("types", "textbook"),
        ("may_reject", "true"),
        ("s1.name_zh", "学校初审"),
        ("s1.level", "school"),
        ("s1.voices", "2"),
        ("s2.name_zh", "市级终审"),
        ("s2.level", "city"),
        ("s2.due_days", "60"),
        ("s3.name_zh", ""),
    ];
    let led = bureau
        .post("/admin/review", &fields)
        .await
        .expect(303)
        .header("location");

    assert!(bureau.open(&led).await.contains("教材审定"));
    let changed = path(&teacher, "textbook").await;
    assert_eq!(
        (&changed["steps"][0]["voices"], &changed["steps"][1]["due_days"]),
        (&json!(2), &json!(60))
    );
    assert_eq!(teacher.get("/admin/review").await.status, 403);
    // As tables.
    let city = app.bureau().await;
    let queue = city.get("/api/v1/reviews?format=csv").await.expect(200);
    let queue = String::from_utf8(queue.body).unwrap();
    assert!(queue.contains("台阶轴") && queue.contains("市级专家审核"), "{queue}");
    city.approve(&resource).await;
    let decisions = city.get("/api/v1/review-decisions?format=csv").await.expect(200);
    let decisions = String::from_utf8(decisions.body).unwrap();
    assert!(
        decisions.contains("没有人可审，跳过") && decisions.contains(city.name()),
        "{decisions}"
    );
    let xlsx = city.get("/api/v1/review-decisions?format=xlsx").await.expect(200);
    assert!(xlsx.body.starts_with(b"PK"));
    // A school sees its own.
    let other = app.admin("S2").await.get_json("/api/v1/review-decisions").await;
    assert_eq!(other["items"], json!([]));
    let own = app.admin("S1").await.get_json("/api/v1/review-decisions").await;
    assert_eq!(own["items"].as_array().unwrap().len(), 4, "{own}");
    assert_eq!(
        app.expert().await.get("/api/v1/review-decisions").await.refusal(403),
        "not-allowed"
    );
    app.finish().await;
}

/// The list of decisions told the bureau what a school called what it kept to itself, and why it was sent back.
#[tokio::test]
async fn the_city_reads_no_words_of_what_a_school_keeps_to_itself() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let (bureau, expert) = (app.bureau().await, app.expert().await);
    let return_it = async |reviewer: &Caller, resource: &str, note: &str| {
        let back = reviewer.decision(resource, "return").await;
        Answer::of(back.json(&json!({"note": note}))).await.expect(200);
    };
    let kept = hand_in(&teacher, "校内试卷", "school").await;
    return_it(&admin, &kept, "第三题超纲").await;
    let shared = hand_in(&teacher, "全市教案", "city").await;
    admin.approve(&shared).await;
    return_it(&expert, &shared, "请补图").await;

    let told = async |caller: &Caller| -> Vec<(String, Value, Value)> {
        let told = caller.get_json("/api/v1/review-decisions").await;
        let told = told["items"].as_array().unwrap().iter();
        told.map(|it| (text(&it["outcome"]), it["title"].clone(), it["note"].clone()))
            .collect()
    };
    let hidden = |outcome: &str| (outcome.to_owned(), Value::Null, Value::Null);
    // What an expert decided lay before the city's reviewers; since then it is its author's again.
    assert_eq!(
        told(&bureau).await,
        [
            ("returned".to_owned(), json!("全市教案"), json!("请补图")),
            // At each of the school's two steps.
            hidden("approved"),
            hidden("approved"),
            hidden("submitted"),
            hidden("returned"),
            hidden("submitted"),
        ]
    );
    assert!(
        told(&app.auditor().await)
            .await
            .iter()
            .all(|(_, title, _)| title.is_null())
    );
    let own = told(&admin).await;
    assert_eq!((&own[4].1, &own[4].2), (&json!("校内试卷"), &json!("第三题超纲")));
    let table = bureau.get("/api/v1/review-decisions?format=csv").await.expect(200);
    let table = String::from_utf8(table.body).unwrap();
    assert!(table.contains("全市教案") && !table.contains("校内试卷"), "{table}");
    app.finish().await;
}

/// A school's administrator published for the whole city, and none of the city's experts was asked: so it shipped.
#[tokio::test]
async fn in_a_new_library_nobody_publishes_for_the_city_past_the_citys_step() {
    let app = TestApp::as_shipped(|_| {}).await;
    let (teacher, admin, expert) = (app.teacher("S1").await, app.admin("S1").await, app.expert().await);
    let publish = async |resource: &str| Answer::of(admin.decision(resource, "publish").await).await;
    for scope in ["city", "public"] {
        let resource = hand_in(&teacher, "台阶轴", scope).await;
        assert_eq!(publish(&resource).await.refusal(409), "review-required", "{scope}");
        let review = admin.get_json(&format!("/api/v1/resources/{resource}/review")).await;
        assert_eq!(review["path"]["may_publish"], json!(false), "{scope}");
        admin.approve(&resource).await;
        assert_eq!(waits_at(&teacher, &resource).await, "市级专家审核", "{scope}");
        expert.approve(&resource).await;
        // Nor does it change there what the city has approved.
        let title = json!({"title": "没有人看过的"});
        admin.patch(&resource, Some("*"), &title).await.expect(200);
        let others = app.teacher("S2").await;
        let shown = others.get_json(&format!("/api/v1/resources/{resource}")).await;
        assert_eq!(shown["title"], "台阶轴", "{scope}");
    }
    let inside = hand_in(&teacher, "校内的", "school").await;
    assert_eq!(publish(&inside).await.expect(200).json()["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn the_page_says_what_the_tick_gives_away_and_the_bureau_may_set_it() {
    let app = TestApp::as_shipped(|_| {}).await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let bureau = Browser::sign_in(&app, Role::Bureau).await;
    let page = bureau.open("/admin/review?path=general").await;
    assert!(
        page.contains("学校管理员一个人就能把资源发给全市、对外公开，市级专家的那一步不走"),
        "{page}"
    );
    let city = app.bureau().await;
    let before = path(&city, "general").await;
    assert_eq!(
        (&before["may_publish"], &before["may_publish_beyond"]),
        (&json!(true), &json!(false))
    );

    let mut body = with_steps(&before, before["steps"].clone());
    body["may_publish_beyond"] = true.into();
    let told = "市级专家不审。升级以前就在用的库保持原来的规则";
    let untold = app.program().arg("doctor").output().await.unwrap();
    assert!(
        !String::from_utf8_lossy(&untold.stdout).contains("`general`"),
        "{untold:?}"
    );
    assert!(!page.contains(told), "{page}");
    put(&city, "general", &body).await.expect(200);
    let page = bureau.open("/admin/review").await;
    assert!(page.contains(told) && page.contains("取消勾选"), "{page}");
    let doctor = app.program().arg("doctor").output().await.unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(
        said.contains("on `general` a school's administrator alone publishes for the city"),
        "{said}"
    );

    let resource = hand_in(&teacher, "台阶轴", "city").await;
    let publish = Answer::of(admin.decision(&resource, "publish").await).await;
    assert_eq!(publish.expect(200).json()["status"], "published");
    // Without the other it gives nothing.
    body["may_publish"] = false.into();
    put(&city, "general", &body).await.expect(200);
    assert_eq!(path(&city, "general").await["may_publish_beyond"], json!(false));
    app.finish().await;
}

/// A school of two hundred had a subject's reviewer, and every administrator decided on every subject.
#[tokio::test]
async fn those_appointed_to_a_step_alone_take_it_until_none_of_them_can() {
    let app = TestApp::start().await;
    let (teacher, one, other) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S1").await);
    let mut named = step("school", "专业审核");
    named["people"] = json!([one.name()]);
    put(&one, "general", &json!({"steps": [named.clone()]}))
        .await
        .expect(200);
    let resource = hand_in(&teacher, "工作页", "school").await;
    let waiting = async |who: &Caller| who.get_json("/api/v1/reviews").await["items"].as_array().unwrap().len();

    assert_eq!((waiting(&one).await, waiting(&other).await), (1, 0));
    let early = other.step(&resource, "approve").await;
    assert!(text(&early.json()["detail"]).contains(one.name()));
    assert_eq!(early.refusal(409), "step-of-others");
    let shown = path(&other, "general").await["steps"].clone();
    assert_eq!(shown[0]["people"], json!([one.name()]));
    // As it is shown it can be sent back.
    put(&other, "general", &json!({ "steps": shown })).await.expect(200);
    assert_eq!(waiting(&other).await, 0);
    let sheet = other.get(&format!("{PATHS}?format=csv")).await.expect(200).body;
    assert!(String::from_utf8(sheet).unwrap().contains(one.name()));

    // What the one who is appointed changed themselves is for the others, so that it waits for somebody.
    let title = json!({"title": "专业审核人改过的"});
    let helped = hand_in(&teacher, "又一份", "school").await;
    one.patch(&helped, Some("*"), &title).await.expect(200);
    assert_eq!((waiting(&one).await, waiting(&other).await), (1, 1));
    assert_eq!(
        Answer::of(one.decision(&helped, "approve").await).await.refusal(403),
        "own-work"
    );
    other.approve(&helped).await;

    let bureau = app.bureau().await;
    let accounts = bureau.get_json(&format!("/api/v1/accounts?q={}", one.name())).await;
    let account = format!("/api/v1/accounts/{}", id(&accounts["items"][0]));
    let disable = bureau.request("PATCH", &account).json(&json!({"disabled": true}));
    Answer::of(disable).await.expect(200);

    assert_eq!(waiting(&other).await, 1, "it waits for somebody who is gone");
    let done = other.step(&resource, "approve").await.expect(200).json();
    assert_eq!(done["status"], "published");
    app.finish().await;
}

#[tokio::test]
async fn nobody_is_appointed_who_could_not_be_asked() {
    let app = TestApp::start().await;
    let (teacher, admin, elsewhere) = (app.teacher("S1").await, app.admin("S1").await, app.admin("S2").await);
    let (bureau, expert) = (app.bureau().await, app.expert().await);
    for wrong in ["nobody-of-that-name", teacher.name(), elsewhere.name(), expert.name()] {
        let mut named = step("school", "专业审核");
        named["people"] = json!([admin.name(), wrong]);
        let refused = put(&admin, "general", &json!({"steps": [named]})).await;
        assert_eq!(refused.faults(), ["/steps/0/people/1 unknown-value"], "{wrong}");
    }
    // The city appoints its own, and no school's.
    let before = path(&bureau, "general").await;
    let mut steps = before["steps"].as_array().unwrap().clone();
    let last = steps.len() - 1;
    steps[last]["people"] = json!([expert.name()]);
    put(&bureau, "general", &with_steps(&before, json!(steps)))
        .await
        .expect(200);
    steps[0]["people"] = json!([admin.name()]);
    let refused = put(&bureau, "general", &with_steps(&before, json!(steps))).await;
    assert_eq!(refused.faults(), ["/steps malformed"]);
    let resource = hand_in(&teacher, "台阶轴", "city").await;
    admin.step(&resource, "approve").await.expect(200);
    let other = app.expert().await;
    assert_eq!(other.step(&resource, "approve").await.refusal(409), "step-of-others");
    expert.step(&resource, "approve").await.expect(200);
    app.finish().await;
}

/// Two were appointed and two voices asked for; one of them had mended it, and it waited for a voice that nobody had.
#[tokio::test]
async fn where_too_few_of_those_appointed_have_a_voice_everybody_is_asked() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let (one, two, other) = (app.admin("S1").await, app.admin("S1").await, app.admin("S1").await);
    let mut named = step("school", "两人审");
    named["people"] = json!([one.name(), two.name()]);
    named["voices"] = json!(2);
    put(&one, "general", &json!({"steps": [named]})).await.expect(200);
    let waiting = async |who: &Caller| who.get_json("/api/v1/reviews").await["items"].as_array().unwrap().len();
    let resource = hand_in(&teacher, "工作页", "school").await;
    assert_eq!((waiting(&two).await, waiting(&other).await), (1, 0));

    let title = json!({"title": "工作页（改）"});
    one.patch(&resource, Some("*"), &title).await.expect(200);

    assert_eq!((waiting(&two).await, waiting(&other).await), (1, 1));
    two.approve(&resource).await;
    let done = Answer::of(other.decision(&resource, "approve").await).await;
    assert_eq!(done.expect(200).json()["status"], "published");
    app.finish().await;
}

/// The one expert who was appointed taught at the resource's own school: all others were shut out.
#[tokio::test]
async fn an_expert_who_is_appointed_and_of_its_own_school_keeps_nobody_from_it() {
    let app = TestApp::start().await;
    let (teacher, admin, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    let (insider, outsider) = (app.member(Role::Expert, Some("S1")).await, app.expert().await);
    let before = path(&bureau, "general").await;
    let mut steps = before["steps"].as_array().unwrap().clone();
    steps.last_mut().unwrap()["people"] = json!([insider.name()]);
    let appointed = with_steps(&before, json!(steps));
    put(&bureau, "general", &appointed).await.expect(200);
    let waiting = async |who: &Caller| who.get_json("/api/v1/reviews").await["items"].as_array().unwrap().len();
    let elsewhere = hand_in(&app.teacher("S2").await, "别校的", "city").await;
    let resource = hand_in(&teacher, "台阶轴", "city").await;

    admin.approve(&resource).await;

    assert_eq!((waiting(&insider).await, waiting(&outsider).await), (1, 1));
    assert_eq!(
        outsider.step(&elsewhere, "approve").await.refusal(409),
        "step-of-others"
    );
    outsider.approve(&resource).await;
    app.finish().await;
}

#[tokio::test]
async fn fewer_people_than_must_approve_are_not_appointed() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let mut named = step("school", "两人审");
    named["people"] = json!([admin.name(), admin.name()]);
    named["voices"] = json!(2);

    let refused = put(&admin, "general", &json!({"steps": [named]})).await;

    assert_eq!(refused.faults(), ["/steps/0/people malformed"]);
    app.finish().await;
}
