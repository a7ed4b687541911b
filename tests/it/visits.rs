//! Visits of experts: what was advised, what was done, and who may say so.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Caller, id};
use crate::sheets::{counts, expect_unchanged, faults, looked_at};

const VISITS: &str = "/api/v1/visits";

async fn record(caller: &Caller, more: &Value) -> Answer {
    let mut body = json!({"school": "S1", "day": "2024-05-06", "kind": "专家督导", "asked": "课程标准怎样落实"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    caller.post_json(VISITS, &body).await
}

#[tokio::test]
async fn advice_stands_once_the_school_has_answered_and_nothing_is_closed_unanswered() {
    let app = TestApp::start().await;
    let (expert, admin) = (app.expert().await, app.admin("S1").await);
    let visit = record(&expert, &json!({"advice": "先做一门课"}))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&visit["kind"], &visit["state"]),
        (&json!("supervision"), &json!("open"))
    );
    let path = format!("{VISITS}/{}", id(&visit));
    let close = format!("{path}/close");
    assert_eq!(expert.send("POST", &close).await.refusal(409), "visit-not-answered");
    let address = format!("{path}/answer");
    let answer = async |who: &Caller, done: &str| who.post_json(&address, &json!({"done": done})).await;
    for (who, status) in [
        (&expert, 403),
        (&app.bureau().await, 403),
        (&app.teacher("S1").await, 403),
        (&app.admin("S2").await, 404),
    ] {
        assert_eq!(answer(who, "已做").await.status, status, "{}", who.name());
    }

    let answered = answer(&admin, "已选台阶轴").await.expect(200).json();
    assert_eq!(answered["state"], "answered");
    let change = Answer::of(expert.request("PATCH", &path).json(&json!({"advice": "没说过"}))).await;
    assert_eq!(change.refusal(409), "visit-closed");
    assert_eq!(admin.send("POST", &close).await.refusal(403), "not-allowed");
    expert.send("POST", &close).await.expect(200);
    expert.send("POST", &close).await.expect(200);
    assert_eq!(answer(&admin, "另一番话").await.refusal(409), "visit-closed");

    let kept = app.auditor().await.get_json(&path).await;
    assert_eq!(
        (&kept["advice"], &kept["done"]),
        (&json!("先做一门课"), &json!("已选台阶轴"))
    );
    let figures = app.bureau().await.get_json("/api/v1/reports/progress?school=S1").await;
    assert_eq!((&figures["visits"], &figures["visits_closed"]), (&json!(1), &json!(1)));
    app.finish().await;
}

#[tokio::test]
async fn a_visit_is_there_for_its_expert_its_school_and_the_city_alone() {
    let app = TestApp::start().await;
    let (expert, bureau) = (app.expert().await, app.bureau().await);
    let owner = app.teacher("S1").await;
    let hidden = id(&owner.share("只给本校的", &[("a.txt", b"a")]).await);
    let told = json!({"resources": [format!("/r/{hidden}")]});
    let visit = record(&expert, &told).await.expect(201).json();
    let visit = format!("{VISITS}/{}", id(&visit));

    for (who, status) in [
        (&expert, 200),
        (&bureau, 200),
        (&app.admin("S1").await, 200),
        (&app.expert().await, 404),
        (&app.admin("S2").await, 404),
        (&app.teacher("S1").await, 403),
        (&app.partner("S1").await, 403),
    ] {
        assert_eq!(who.get(&visit).await.status, status, "{}", who.name());
    }
    // That a resource belongs to it opens nothing.
    let seen = bureau.get_json(&visit).await;
    assert_eq!(seen["resources"][0]["title"], Value::Null, "{seen}");
    let other = json!({"expert": app.expert().await.name()});
    assert_eq!(record(&expert, &other).await.faults(), ["/expert unknown-value"]);
    record(&bureau, &other).await.expect(201);
    let to_come = json!({"day": "2199-01-01"});
    assert_eq!(record(&expert, &to_come).await.faults(), ["/day malformed"]);
    assert_eq!(
        record(&app.admin("S1").await, &json!({})).await.refusal(403),
        "not-allowed"
    );
    let sheet = bureau.get(&format!("{VISITS}?format=xlsx")).await.expect(200);
    assert!(sheet.body.starts_with(b"PK"));
    app.finish().await;
}

async fn bring(caller: &Caller, csv: &str) -> (u16, String) {
    let boundary = "----visits";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"记录.csv\"\r\n\r\n{csv}\r\n--{boundary}--\r\n"
    );
    let request = caller
        .request("POST", "/sheets/visits")
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .body(body);
    let answer = Answer::of(request).await;
    (answer.status, String::from_utf8(answer.body).unwrap())
}

#[tokio::test]
async fn a_list_with_a_faulty_row_adds_no_visit_and_one_without_adds_each_once() {
    let app = TestApp::start().await;
    let (bureau, expert) = (app.bureau().await, app.expert().await);
    let name = expert.name();
    let faulty = format!("日期,类型,学校,专家,指导内容\n2024/5/6,督导,S1,{name},甲\n去年,督导,S9,nobody,乙");
    let (status, page) = bring(&bureau, &faulty).await;
    assert_eq!(status, 422);
    assert!(page.contains("第 3 行「日期」"), "{page}");
    assert_eq!(bureau.get_json(VISITS).await["items"], json!([]));

    let right = format!(
        "日期,类型,学校,专家,指导内容,专家建议\n2024/5/6,督导,S1,{name},甲,\n2024-6-7,交流,S2,{name},乙,多走动"
    );
    let (status, page) = bring(&bureau, &right).await;
    assert_eq!(status, 200, "{page}");
    let yes = crate::training_attendance::yes(&page).unwrap();
    crate::training_attendance::press(&bureau, &yes).await.expect(303);
    crate::training_attendance::press(&bureau, &yes).await.expect(404);

    let kept = bureau.get_json(VISITS).await;
    assert_eq!(kept["items"].as_array().unwrap().len(), 2, "{kept}");
    expect_unchanged(&bureau, "visits", VISITS, 2).await;
    expect_unchanged(&expert, "visits", VISITS, 2).await;
    // Sent again without ids they are known by what they say; one that the school has answered stays what it was.
    assert_eq!(counts(&looked_at(&bureau, "visits", &right).await), [0, 0, 2]);
    let mut items = kept["items"].as_array().unwrap().iter();
    let second = id(items.rfind(|visit| visit["asked"] == "乙").unwrap());
    let (admin, done) = (app.admin("S2").await, json!({"done": "已落实"}));
    admin
        .post_json(&format!("{VISITS}/{second}/answer"), &done)
        .await
        .expect(200);
    let changed = looked_at(&bureau, "visits", &right.replace("多走动", "少走动")).await;
    assert_eq!(faults(&changed), ["3 指导内容 malformed"]);
    app.finish().await;
}

#[tokio::test]
async fn a_visit_goes_its_way_by_forms_alone() {
    let app = TestApp::start().await;
    let expert = Browser::sign_in(&app, Role::Expert).await;
    let page = expert.open("/visits").await;
    let school = page.split("第一技师学院").next().unwrap();
    let school = school.rsplit("value=\"").next().unwrap().split('"').next().unwrap();
    let mut fields = vec![
        ("csrf", expert.csrf.as_str()),
        ("school", school),
        ("kind", "consulting"),
        ("day", "2024-05-06"),
    ];
    let again = expert.post("/visits", &fields).await.expect(422);
    assert!(String::from_utf8(again.body).unwrap().contains("asked-fault"));
    fields.push(("asked", "工作页怎样写"));
    let made = expert.post("/visits", &fields).await.expect(303).header("location");
    let visit = made.split('?').next().unwrap().to_owned();

    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let empty = [("csrf", admin.csrf.as_str())];
    admin.post(&format!("{visit}/answer"), &empty).await.expect(422);
    let done = [("csrf", admin.csrf.as_str()), ("done", "改了三份")];
    admin.post(&format!("{visit}/answer"), &done).await.expect(303);
    let close = [("csrf", expert.csrf.as_str())];
    expert.post(&format!("{visit}/close"), &close).await.expect(303);
    assert!(admin.open(&visit).await.contains("改了三份"));
    app.finish().await;
}

/// Two administrators of a school wrote over each other's answer, and an expert closed what was answered otherwise by then.
#[tokio::test]
async fn nobody_writes_over_a_visit_that_changed_while_they_typed() {
    let app = TestApp::start().await;
    let (expert, admin) = (app.expert().await, app.admin("S1").await);
    let visit = id(&record(&expert, &json!({"advice": "先做一门课"}))
        .await
        .expect(201)
        .json());
    let path = format!("{VISITS}/{visit}");
    let browser = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = browser.open(&format!("/visits/{visit}")).await;
    assert_eq!(crate::browser::value_of(&page, "revision"), "1");

    let seen = expert.get(&path).await.expect(200).header("etag");
    let change = |advice: &'static str| {
        expert
            .request("PATCH", &path)
            .header("if-match", &seen)
            .json(&json!({"advice": advice}))
    };
    Answer::of(change("先做两门课")).await.expect(200);
    assert_eq!(Answer::of(change("先做三门课")).await.refusal(412), "changed-meanwhile");

    let typed = [
        ("csrf", browser.csrf.as_str()),
        ("revision", "1"),
        ("done", "做了一门课"),
    ];
    let again = browser
        .post(&format!("/visits/{visit}/answer"), &typed)
        .await
        .expect(412);
    let again = crate::browser::html(again);
    assert!(again.contains("先做两门课") && again.contains("做了一门课"), "{again}");
    let typed = [
        ("csrf", browser.csrf.as_str()),
        ("revision", "2"),
        ("done", "做了两门课"),
    ];
    browser
        .post(&format!("/visits/{visit}/answer"), &typed)
        .await
        .expect(303);
    // The same answer sent twice is one.
    browser
        .post(&format!("/visits/{visit}/answer"), &typed)
        .await
        .expect(303);

    let answered = expert.get(&path).await.expect(200).header("etag");
    let answer = json!({"done": "做了三门课"});
    admin.post_json(&format!("{path}/answer"), &answer).await.expect(200);
    let close = expert
        .request("POST", &format!("{path}/close"))
        .header("if-match", &answered);
    assert_eq!(Answer::of(close).await.refusal(412), "changed-meanwhile");
    assert_eq!(expert.get_json(&path).await["state"], "answered");
    app.finish().await;
}

/// What an expert had typed wrong could be changed by programs alone.
#[tokio::test]
async fn a_visit_is_changed_by_its_form_until_it_is_answered_and_nobody_is_written_over() {
    let app = TestApp::start().await;
    let (expert, admin) = (app.expert().await, app.admin("S1").await);
    let visit = record(&expert, &json!({"advice": "先做一门课"}))
        .await
        .expect(201)
        .json();
    let (path, here) = (format!("{VISITS}/{}", id(&visit)), format!("/visits/{}", id(&visit)));
    let bureau = Browser::sign_in(&app, Role::Bureau).await;
    let page = bureau.open(&here).await;
    assert!(page.contains("修改这条记录") && page.contains("先做一门课"), "{page}");
    let school = id(&visit["school"]);
    let form = |revision: &'static str, advice: &'static str| {
        [
            ("csrf", bureau.csrf.as_str()),
            ("revision", revision),
            ("school", school.as_str()),
            ("day", "2024-05-06"),
            ("kind", "supervision"),
            ("asked", "课程标准怎样落实"),
            ("advice", advice),
            ("resources", ""),
        ]
    };

    bureau.post(&here, &form("1", "先做两门课")).await.expect(303);
    let late = bureau.post(&here, &form("1", "先做三门课")).await.expect(412);
    let late = crate::browser::html(late);
    assert!(late.contains("先做三门课") && late.contains("先做两门课"), "{late}");
    let kept = expert.get_json(&path).await;
    assert_eq!(
        (&kept["advice"], id(&kept["expert"])),
        (&json!("先做两门课"), id(&visit["expert"]))
    );
    let mut empty = form("2", "先做三门课");
    empty[5].1 = "";
    let empty = bureau.post(&here, &empty).await.expect(422);
    assert!(crate::browser::html(empty).contains("asked-fault"));

    let done = json!({"done": "已落实"});
    admin.post_json(&format!("{path}/answer"), &done).await.expect(200);
    bureau.post(&here, &form("3", "没说过")).await.expect(409);
    assert!(!bureau.open(&here).await.contains("修改这条记录"));
    app.finish().await;
}

/// What a visit said could not be changed once its expert was gone, though nothing about who came was to change.
#[tokio::test]
async fn a_visit_can_be_mended_after_its_expert_is_gone() {
    let app = TestApp::start().await;
    let (bureau, expert) = (app.bureau().await, app.expert().await);
    let visit = record(&expert, &json!({"advice": "先做一门课"}))
        .await
        .expect(201)
        .json();
    let (path, came) = (format!("{VISITS}/{}", id(&visit)), id(&visit["expert"]));
    bureau
        .send("DELETE", &format!("/api/v1/accounts/{came}"))
        .await
        .expect(204);

    let change = bureau.request("PATCH", &path).json(&json!({"advice": "先做两门课"}));
    let changed = Answer::of(change).await.expect(200).json();

    assert_eq!(changed["advice"], "先做两门课");
    assert_eq!(id(&changed["expert"]), came, "{changed}");
    app.finish().await;
}

/// What was recorded by mistake counted in the figures for good.
#[tokio::test]
async fn a_visit_can_be_removed_until_the_school_has_answered_it() {
    let app = TestApp::start().await;
    let (expert, admin, bureau) = (app.expert().await, app.admin("S1").await, app.bureau().await);
    let wrong = format!("{VISITS}/{}", id(&record(&expert, &json!({})).await.expect(201).json()));
    let kept = format!(
        "{VISITS}/{}",
        id(&record(&expert, &json!({"asked": "乙"})).await.expect(201).json())
    );
    for (who, status) in [(&admin, 403), (&app.expert().await, 404), (&app.auditor().await, 403)] {
        assert_eq!(who.send("DELETE", &wrong).await.status, status, "{}", who.name());
    }
    admin
        .post_json(&format!("{kept}/answer"), &json!({"done": "已落实"}))
        .await
        .expect(200);

    assert_eq!(expert.send("DELETE", &kept).await.refusal(409), "visit-answered");
    expert.send("DELETE", &wrong).await.expect(204);

    expert.get(&wrong).await.expect(404);
    let figures = bureau.get_json("/api/v1/reports/progress?school=S1").await;
    assert_eq!(figures["visits"], 1);
    assert!(
        bureau
            .get_json("/api/v1/audit?limit=100")
            .await
            .to_string()
            .contains("visit.remove")
    );
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let mistaken = id(&record(&expert, &json!({"asked": "丙"})).await.expect(201).json());
    assert!(browser.open(&format!("/visits/{mistaken}")).await.contains("/remove\""));
    let button = [("csrf", browser.csrf.as_str())];
    browser
        .post(&format!("/visits/{mistaken}/remove"), &button)
        .await
        .expect(303);
    expert.get(&format!("{VISITS}/{mistaken}")).await.expect(404);
    app.finish().await;
}
