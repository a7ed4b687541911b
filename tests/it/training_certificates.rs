//! Certificates of training that anyone verifies, one's own record, and the plan's figures.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::training::{SESSIONS, hold};
use crate::training_attendance::{correct, people};

const CERTIFICATES: &str = "/api/v1/training/certificates";

/// Lets somebody sign in to a session by the code of its room.
async fn take_part(holder: &Caller, person: &Caller, session: &str) {
    let code = holder.get_json(&format!("{SESSIONS}/{session}/code")).await;
    let path = format!("{SESSIONS}/{session}/sign-in");
    person
        .post_json(&path, &json!({"code": code["code"]}))
        .await
        .expect(200);
}

async fn certify(holder: &Caller, session: &str) -> u64 {
    let path = format!("{SESSIONS}/{session}/certificates");
    holder.send("POST", &path).await.expect(200).json()["issued"]
        .as_u64()
        .unwrap()
}

/// The number of the only valid certificate in somebody's own record.
async fn number(person: &Caller) -> Option<String> {
    let own = person.get_json("/api/v1/training/mine").await;
    own["items"][0]["certificate"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn anyone_verifies_a_certificate_and_nobody_finds_one_by_counting() {
    let app = TestApp::start().await;
    let (admin, first, second) = (app.admin("S1").await, app.teacher("S1").await, app.teacher("S1").await);
    let session = id(&hold(&app, &admin, &json!({})).await);
    for person in [&first, &second, &admin] {
        take_part(&admin, person, &session).await;
    }

    assert_eq!(certify(&admin, &session).await, 2, "nobody certifies themselves");
    assert_eq!(certify(&admin, &session).await, 0, "once is enough");
    assert_eq!(
        first
            .send("POST", &format!("{SESSIONS}/{session}/certificates"))
            .await
            .refusal(403),
        "not-allowed"
    );

    let (one, two) = (number(&first).await.unwrap(), number(&second).await.unwrap());
    let shown = app.guest().get_json(&format!("{CERTIFICATES}/{one}")).await;
    assert_eq!(shown["holder"], first.name());
    assert_eq!((&shown["hours"], &shown["is_valid"]), (&json!(16), &json!(true)));
    assert!(
        shown["session"] == "工学一体化课程开发" && shown["school"] == "第一技师学院",
        "{shown}"
    );
    let signs = |number: &str| number[5..].to_owned();
    assert_ne!(signs(&one)[..4], signs(&two)[..4], "numbers do not follow each other");
    let typed = one.to_lowercase().replace('-', " ");
    let found = app
        .guest()
        .get(&format!(
            "/training/certificates?number={}",
            crate::client::escape(&typed)
        ))
        .await;
    assert_eq!(
        found.expect(303).header("location"),
        format!("/training/certificates/{one}")
    );
    let wrong = app.guest().get(&format!("{CERTIFICATES}/GX26-0000-0000-0000")).await;
    assert_eq!(wrong.refusal(404), "no-such-certificate");
    app.guest()
        .get("/training/certificates?number=nonsense")
        .await
        .expect(404);
    app.finish().await;
}

#[tokio::test]
async fn a_certificate_that_is_revoked_or_whose_hours_were_corrected_says_so_for_ever() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    let session = id(&hold(&app, &admin, &json!({})).await);
    take_part(&admin, &teacher, &session).await;
    certify(&admin, &session).await;
    let old = number(&teacher).await.unwrap();

    let part = people(&admin, &session).await.remove(0);
    correct(&admin, &session, &part, &json!({"hours": 8, "reason": "只上了半天"}))
        .await
        .expect(200);

    let shown = app.guest().get_json(&format!("{CERTIFICATES}/{old}")).await;
    assert_eq!((&shown["is_valid"], &shown["hours"]), (&json!(false), &json!(16)));
    assert!(
        !shown.to_string().contains("只上了半天"),
        "why is not everybody's: {shown}"
    );
    assert_eq!((number(&teacher).await, certify(&admin, &session).await), (None, 1));
    let new = number(&teacher).await.unwrap();
    assert_eq!(app.guest().get_json(&format!("{CERTIFICATES}/{new}")).await["hours"], 8);

    // A page that was opened before then.
    let stale = format!("{CERTIFICATES}/{old}/revoke");
    admin.post_json(&stale, &json!({"reason": "旧的"})).await.expect(200);
    let shown = app.guest().get_json(&format!("{CERTIFICATES}/{new}")).await;
    assert_eq!(shown["is_valid"], true, "the one in its place ended with it");

    let revoke = format!("{CERTIFICATES}/{new}/revoke");
    assert_eq!(
        admin.post_json(&revoke, &json!({})).await.faults(),
        ["/reason required"]
    );
    let other = app.admin("S2").await;
    assert_eq!(
        other.post_json(&revoke, &json!({"reason": "x"})).await.refusal(404),
        "no-such-training-session"
    );
    admin.post_json(&revoke, &json!({"reason": "冒名"})).await.expect(200);
    let page = app
        .guest()
        .get(&format!("/training/certificates/{new}"))
        .await
        .expect(200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(
        page.contains("撤销") && !page.contains("冒名") && page.contains("noindex"),
        "{page}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_certificate_of_somebody_who_erased_their_account_stays_valid_and_names_nobody() {
    let app = TestApp::start().await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let body = json!({"name": "wang", "display": "王敏", "role": "teacher", "school": "S1"});
    let account = bureau.post_json("/api/v1/accounts", &body).await.expect(201).json();
    let teacher = app.token("wang", gongxue::domain::role::TokenScope::Admin, None).await;
    let teacher = app.guest().with_token(Some(&teacher));
    let session = id(&hold(&app, &admin, &json!({})).await);
    take_part(&admin, &teacher, &session).await;
    certify(&admin, &session).await;
    let number = number(&teacher).await.unwrap();
    let own = teacher.send("POST", "/api/v1/me/export").await.expect(200).body;
    let own = crate::personal_data::member(&own, "data.json");
    assert!(own.contains(&number) && own.contains("\"hours\": 16"), "{own}");

    bureau
        .send("DELETE", &format!("/api/v1/accounts/{}", id(&account)))
        .await
        .expect(204);

    let shown = app.guest().get_json(&format!("{CERTIFICATES}/{number}")).await;
    assert_eq!(
        (&shown["is_valid"], &shown["holder"]),
        (&json!(true), &json!("已注销用户"))
    );
    let seen = json!(people(&admin, &session).await).to_string();
    assert!(!seen.contains("王敏") && !seen.contains("wang"), "{seen}");
    app.finish().await;
}

/// What the report says of the teachers of each phase: 人次 and 人.
async fn trained(caller: &Caller) -> Vec<(i64, i64)> {
    let report = caller.get_json("/api/v1/reports/progress").await;
    let phases = report["phases"].as_array().unwrap().iter();
    phases
        .map(|phase| {
            (
                phase["teachers"]["reached"].as_i64().unwrap(),
                phase["people"].as_i64().unwrap(),
            )
        })
        .collect()
}

/// Counts people for a session that was held in the past, as an administrator does who brings records of years ago.
async fn record(holder: &Caller, session: &Value, names: &[&Caller]) {
    let rows: Vec<&str> = names.iter().map(|person| person.name()).collect();
    let path = format!("/training/{}/people/import", id(session));
    let csv = format!("登录名\n{}\n", rows.join("\n"));
    let boundary = "b";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{csv}\r\n--{boundary}--\r\n"
    );
    let request = holder.request("POST", &path);
    let request = request.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let page = String::from_utf8(Answer::of(request.body(body)).await.expect(200).body).unwrap();
    let yes = page
        .split("class=\"confirm\" method=\"post\" action=\"")
        .nth(1)
        .unwrap();
    let yes = yes.split('"').next().unwrap();
    crate::training_attendance::press(holder, yes).await.expect(303);
}

#[tokio::test]
async fn the_plans_counts_are_the_truth_after_every_correction() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let (first, second) = (app.teacher("S1").await, app.teacher("S2").await);
    let session = async |from: &str, counts: bool| {
        let body = json!({"title": from, "mode": "on-site", "from": from, "hours": 8, "counts": counts});
        bureau.post_json(SESSIONS, &body).await.expect(201).json()
    };
    let early = session("2022-09-01", true).await;
    // The month of two phases is the earlier one's.
    let shared = session("2023-07-20", true).await;
    let late = session("2024-10-10", true).await;
    record(&bureau, &early, &[&first, &second]).await;
    record(&bureau, &shared, &[&first]).await;
    record(&bureau, &late, &[&first]).await;
    record(&bureau, &session("2022-10-01", false).await, &[&first, &second]).await;

    assert_eq!(trained(&bureau).await, [(3, 2), (0, 0), (1, 1)]);
    assert_eq!(trained(&app.admin("S2").await).await, [(1, 1), (0, 0), (0, 0)]);

    // A mistake that is corrected, and one that is corrected back.
    let of = async |session: &Value, person: &Caller| {
        let rows = people(&bureau, &id(session)).await;
        rows.into_iter().find(|row| row["login"] == person.name()).unwrap()
    };
    let gone = json!({"state": "withdrawn", "reason": "没有来"});
    correct(&bureau, &id(&early), &of(&early, &second).await, &gone)
        .await
        .expect(200);
    assert_eq!(trained(&bureau).await, [(2, 1), (0, 0), (1, 1)]);
    let back = json!({"state": "attended", "reason": "查了签到表，来了"});
    correct(&bureau, &id(&early), &of(&early, &second).await, &back)
        .await
        .expect(200);
    assert_eq!(trained(&bureau).await, [(3, 2), (0, 0), (1, 1)]);
    // What the bureau decides not to count is not counted, and those enrolled never were.
    let path = format!("{SESSIONS}/{}", id(&late));
    Answer::of(bureau.request("PATCH", &path).json(&json!({"counts": false})))
        .await
        .expect(200);
    assert_eq!(trained(&bureau).await, [(3, 2), (0, 0), (0, 0)]);
    let page = bureau.get("/reports?of=progress").await.expect(200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("3 / 20") && page.contains("不同的教师 2 人"), "{page}");
    let csv = bureau.get("/api/v1/reports/progress?format=csv").await.expect(200);
    let table = String::from_utf8(csv.body).unwrap();
    // What the page says of people and months is in the table as well.
    for told in [
        "培训教师（人次）,20,3",
        "不同的教师（人）,,2,",
        "培训教师合计（人次，各阶段内外）,,",
        "当月发布的资源（按最近一次发布）,,",
    ] {
        assert!(table.contains(told), "{told} is not in {table}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_school_sees_how_much_its_own_people_were_trained_and_nobody_elses() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let (own, other) = (app.teacher("S1").await, app.teacher("S2").await);
    let one = id(&hold(&app, &bureau, &json!({"counts": true})).await);
    let two = id(&hold(&app, &bureau, &json!({"hours": 4})).await);
    for person in [&own, &other] {
        take_part(&bureau, person, &one).await;
    }
    take_part(&bureau, &own, &two).await;
    let names = async |caller: &Caller, query: &str| {
        let page = caller.get_json(&format!("/api/v1/training/people?{query}")).await;
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|row| text(&row["person"]["name"])).collect::<Vec<_>>()
    };

    assert_eq!(names(&admin, "").await, [own.name()]);
    assert_eq!(names(&bureau, "").await, [other.name(), own.name()]);
    assert_eq!(names(&bureau, "school=S2").await, [other.name()]);
    assert_eq!(
        admin.get("/api/v1/training/people?school=S2").await.refusal(403),
        "not-allowed"
    );
    assert_eq!(own.get("/api/v1/training/people").await.refusal(403), "not-allowed");
    let row = admin.get_json("/api/v1/training/people").await["items"][0].clone();
    assert_eq!(
        (&row["sessions"], &row["counted"], &row["hours"]),
        (&json!(2), &json!(1), &json!(20))
    );
    let csv = admin.get("/api/v1/training/people?format=csv").await.expect(200);
    assert!(String::from_utf8(csv.body).unwrap().contains(",2,1,20"));
    for (who, page) in [(&admin, "/training/people"), (&own, "/training/mine")] {
        who.get(page).await.expect(200);
    }
    let mine = own.get_json("/api/v1/training/mine").await;
    assert_eq!(mine["items"].as_array().unwrap().len(), 2);
    app.finish().await;
}
