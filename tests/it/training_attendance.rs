//! Who took part in training: signing in on the day, lists afterwards, corrections.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::training::{SESSIONS, hold};

const DAY: Duration = Duration::from_hours(24);

/// The code that the room shows now.
async fn code(holder: &Caller, session: &str) -> String {
    text(&holder.get_json(&format!("{SESSIONS}/{session}/code")).await["code"])
}

async fn sign_in(person: &Caller, session: &str, code: &str) -> Answer {
    let path = format!("{SESSIONS}/{session}/sign-in");
    person.post_json(&path, &json!({"code": code})).await
}

async fn join(person: &Caller, session: &str) -> Answer {
    let path = format!("{SESSIONS}/{session}/attendance");
    person.post_json(&path, &json!({})).await
}

/// Who takes part, as the caller sees it.
pub(crate) async fn people(caller: &Caller, session: &str) -> Vec<Value> {
    let page = caller
        .get_json(&format!("{SESSIONS}/{session}/attendance?limit=100"))
        .await;
    page["items"].as_array().unwrap().clone()
}

pub(crate) async fn correct(holder: &Caller, session: &str, part: &Value, body: &Value) -> Answer {
    let path = format!("{SESSIONS}/{session}/attendance/{}", id(part));
    Answer::of(holder.request("PATCH", &path).json(body)).await
}

#[tokio::test]
async fn a_code_that_was_photographed_is_worth_nothing_the_next_day_or_in_another_room() {
    let app = TestApp::start().await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    let two_days = json!({"until": gongxue::domain::day::Day::of(app.now().plus(DAY)).to_string()});
    let session = id(&hold(&app, &bureau, &two_days).await);
    let other = id(&hold(&app, &bureau, &two_days).await);
    let photographed = code(&bureau, &session).await;

    assert_eq!(
        sign_in(&teacher, &other, &photographed).await.refusal(403),
        "training-code-wrong"
    );
    app.advance(Duration::from_mins(3));
    assert_eq!(
        sign_in(&teacher, &session, &photographed).await.refusal(403),
        "training-code-wrong"
    );
    app.advance(Duration::from_mins(24 * 60 - 3));
    assert_eq!(
        sign_in(&teacher, &session, &photographed).await.refusal(403),
        "training-code-wrong"
    );
    assert_eq!(people(&bureau, &session).await, Vec::<Value>::new());

    let fresh = code(&bureau, &session).await;
    sign_in(&teacher, &session, &fresh).await.expect(200);
    // Once it is over no code is shown, and the last one opens nothing.
    app.advance(DAY);
    assert_eq!(
        sign_in(&teacher, &session, &fresh).await.refusal(409),
        "training-not-today"
    );
    let none = bureau.get(&format!("{SESSIONS}/{session}/code")).await;
    assert_eq!(none.refusal(409), "training-not-today");
    app.finish().await;
}

#[tokio::test]
async fn whoever_guesses_codes_is_slowed_down_and_recorded() {
    let app = TestApp::with(|config| config.rates.sign_in = 5).await;
    let (bureau, teacher, auditor) = (app.bureau().await, app.teacher("S1").await, app.auditor().await);
    let session = id(&hold(&app, &bureau, &json!({})).await);

    let mut told = Vec::new();
    for guess in 0..8 {
        told.push(sign_in(&teacher, &session, &format!("0000000{guess}")).await.status);
    }

    assert!(told.contains(&429) && !told.contains(&200), "{told:?}");
    let lines = auditor
        .get_json("/api/v1/audit?limit=100&action=training.sign-in&outcome=training-code-wrong")
        .await;
    assert!(!lines["items"].as_array().unwrap().is_empty(), "{lines}");
    app.finish().await;
}

#[tokio::test]
async fn signing_in_twice_counts_once_and_each_day_of_several_counts_its_part() {
    let app = TestApp::start().await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    let until = gongxue::domain::day::Day::of(app.now().plus(DAY)).to_string();
    let session = id(&hold(&app, &bureau, &json!({"until": until, "hours": 15})).await);

    let shown = code(&bureau, &session).await;
    let first = sign_in(&teacher, &session, &shown).await.expect(200).json();
    let again = sign_in(&teacher, &session, &shown).await.expect(200).json();
    assert_eq!(first, again);
    assert_eq!((&first["state"], &first["hours"]), (&json!("attended"), &json!(7)));

    app.advance(DAY);
    let shown = code(&bureau, &session).await;
    let second = sign_in(&teacher, &session, &shown).await.expect(200).json();
    assert_eq!(
        (&second["hours"], second["days"].as_array().unwrap().len()),
        (&json!(15), 2)
    );
    assert_eq!(people(&bureau, &session).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_teacher_of_another_school_neither_joins_nor_signs_in_nor_is_enrolled() {
    let app = TestApp::start().await;
    let (admin, stranger) = (app.admin("S1").await, app.teacher("S2").await);
    let session = id(&hold(&app, &admin, &json!({})).await);
    let shown = code(&admin, &session).await;

    assert_eq!(join(&stranger, &session).await.refusal(404), "no-such-training-session");
    assert_eq!(
        sign_in(&stranger, &session, &shown).await.refusal(404),
        "no-such-training-session"
    );
    let path = format!("{SESSIONS}/{session}/attendance");
    let names = json!({"names": [app.teacher("S1").await.name(), stranger.name()]});
    assert_eq!(
        admin.post_json(&path, &names).await.faults(),
        ["/names/1 unknown-value"]
    );
    assert_eq!(people(&admin, &session).await, Vec::<Value>::new());
    // Of the city's, a school's administrator sends and sees the school's own people alone.
    let bureau = app.bureau().await;
    let city = id(&hold(&app, &bureau, &json!({})).await);
    let path = format!("{SESSIONS}/{city}/attendance");
    admin
        .post_json(&path, &json!({"names": [app.teacher("S1").await.name()]}))
        .await
        .expect(200);
    admin
        .post_json(&path, &json!({"names": [stranger.name()]}))
        .await
        .expect(422);
    join(&stranger, &city).await.expect(200);
    assert_eq!(
        (people(&bureau, &city).await.len(), people(&admin, &city).await.len()),
        (2, 1)
    );
    assert_eq!(app.teacher("S1").await.get(&path).await.refusal(403), "not-allowed");
    app.finish().await;
}

#[tokio::test]
async fn the_last_seat_goes_to_one_of_those_who_ask_at_once() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let session = id(&hold(&app, &bureau, &json!({"capacity": 2})).await);
    let mut teachers = Vec::new();
    for _ in 0..6 {
        teachers.push(app.teacher("S1").await);
    }

    let asked = teachers.iter().map(|teacher| join(teacher, &session));
    let answers = futures_util::future::join_all(asked).await;

    let joined = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(joined, 2);
    assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)));
    let taken = bureau.get_json(&format!("{SESSIONS}/{session}")).await;
    assert_eq!(taken["people"], 2);
    // A seat that somebody gives back is the next one's.
    let who = teachers
        .iter()
        .zip(&answers)
        .find(|(_, answer)| answer.status == 200)
        .unwrap()
        .0;
    let other = teachers
        .iter()
        .zip(&answers)
        .find(|(_, answer)| answer.status == 409)
        .unwrap()
        .0;
    who.send("POST", &format!("{SESSIONS}/{session}/withdraw"))
        .await
        .expect(200);
    join(other, &session).await.expect(200);
    assert_eq!(join(who, &session).await.refusal(409), "training-full");
    app.finish().await;
}

#[tokio::test]
async fn a_mistake_is_corrected_with_a_reason_that_stays_and_never_by_oneself() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    let session = id(&hold(&app, &admin, &json!({"hours": 16})).await);
    let shown = code(&admin, &session).await;
    sign_in(&teacher, &session, &shown).await.expect(200);
    sign_in(&admin, &session, &shown).await.expect(200);
    let rows = people(&admin, &session).await;
    let of = |person: &Caller| rows.iter().find(|row| row["login"] == person.name()).unwrap().clone();

    let silent = correct(&admin, &session, &of(&teacher), &json!({"hours": 4})).await;
    assert_eq!(silent.faults(), ["/reason required"]);
    let more = json!({"hours": 17, "reason": "多讲了一节"});
    assert_eq!(
        correct(&admin, &session, &of(&teacher), &more).await.faults(),
        ["/hours malformed"]
    );
    let own = json!({"hours": 4, "reason": "提前走了"});
    assert_eq!(
        correct(&admin, &session, &of(&admin), &own).await.refusal(403),
        "own-work"
    );

    correct(&admin, &session, &of(&teacher), &own).await.expect(200);
    let gone = json!({"state": "withdrawn", "reason": "替别人签到"});
    let after = correct(&admin, &session, &of(&teacher), &gone).await.expect(200).json();
    assert_eq!((&after["state"], &after["hours"]), (&json!("withdrawn"), &json!(0)));
    let kept: Vec<_> = after["corrections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["reason"]))
        .collect();
    assert_eq!(kept, ["提前走了", "替别人签到"]);
    let lines = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=training.correct")
        .await;
    let line = &lines["items"][0];
    assert_eq!(
        line["changes"],
        json!([{"field": "state", "from": "attended", "to": "withdrawn"}, {"field": "hours", "from": "4", "to": "0"}])
    );
    app.finish().await;
}

async fn bring(holder: &Caller, session: &str, csv: &str) -> (u16, String) {
    bring_to(holder, &format!("/training/{session}/people/import"), csv).await
}

/// Sends a table as a page does; returns the page.
pub(crate) async fn bring_to(holder: &Caller, path: &str, csv: &str) -> (u16, String) {
    let boundary = "training-test";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"名单.csv\"\r\n\r\n{csv}\r\n--{boundary}--\r\n"
    );
    let request = holder
        .request("POST", path)
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .body(body);
    let answer = Answer::of(request).await;
    (answer.status, String::from_utf8(answer.body).unwrap())
}

/// Presses a button of a page.
pub(crate) async fn press(person: &Caller, path: &str) -> Answer {
    let request = person.request("POST", path);
    Answer::of(
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(""),
    )
    .await
}

/// Where a page's yes is sent.
pub(crate) fn yes(page: &str) -> Option<String> {
    let rest = page.split("class=\"confirm\" method=\"post\" action=\"").nth(1)?;
    rest.split('"').next().map(str::to_owned)
}

#[tokio::test]
async fn a_list_with_faulty_rows_changes_nothing_until_it_is_mended() {
    let app = TestApp::start().await;
    let (admin, first, second) = (app.admin("S1").await, app.teacher("S1").await, app.teacher("S1").await);
    let stranger = app.teacher("S2").await;
    let session = id(&hold(&app, &admin, &json!({"hours": 16})).await);
    let (a, b) = (first.name(), second.name());
    let faulty = format!(
        "登录名,学时\n{a},8\nnobody,8\n{b},99\n{},8\n{},8\n{a},8\n",
        stranger.name(),
        admin.name()
    );

    let (status, page) = bring(&admin, &session, &faulty).await;

    assert_eq!((status, yes(&page)), (422, None));
    for told in [
        "第 3 行「登录名」",
        "第 4 行「学时」",
        "第 5 行「登录名」：培训班不面向这位老师",
        "第 6 行：",
        "第 7 行「登录名」：与第 2 行相同",
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
    assert_eq!(people(&admin, &session).await, Vec::<Value>::new());

    let (status, page) = bring(&admin, &session, &format!("登录名,学时\n{a},8\n{b},\n")).await;
    assert_eq!(status, 200);
    let yes = yes(&page).unwrap();
    assert_eq!(
        people(&admin, &session).await,
        Vec::<Value>::new(),
        "looked at is not counted"
    );
    press(&admin, &yes).await.expect(303);
    press(&admin, &yes).await.expect(404);
    let hours: Vec<_> = people(&admin, &session)
        .await
        .iter()
        .map(|row| row["hours"].clone())
        .collect();
    assert_eq!(hours, [json!(8), json!(16)]);
    app.finish().await;
}

#[tokio::test]
async fn a_list_never_changes_hours_that_are_counted_already() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    let session = id(&hold(&app, &admin, &json!({"hours": 16})).await);
    let shown = code(&admin, &session).await;
    sign_in(&teacher, &session, &shown).await.expect(200);

    let (status, page) = bring(&admin, &session, &format!("登录名,学时\n{},8\n", teacher.name())).await;

    assert_eq!(status, 422);
    assert!(page.contains("已经计了 16 学时"), "{page}");
    let (status, page) = bring(&admin, &session, &format!("登录名\n{}\n", teacher.name())).await;
    assert_eq!(status, 200);
    press(&admin, &yes(&page).unwrap()).await.expect(303);
    let rows = people(&admin, &session).await;
    assert_eq!(
        (rows.len(), &rows[0]["hours"], &rows[0]["corrections"]),
        (1, &json!(16), &json!([]))
    );
    app.finish().await;
}

/// Whoever made a session and sent a thousand sign-in names was told whose they are, at every school.
#[tokio::test]
async fn a_list_tells_nobody_what_people_of_other_schools_are_called() {
    let app = TestApp::start().await;
    let (admin, other) = (app.admin("S1").await, app.teacher("S2").await);
    let session = id(&hold(&app, &admin, &json!({})).await);

    let (status, page) = bring(&admin, &session, &format!("登录名,姓名\n{},甲\n", other.name())).await;

    assert_eq!(status, 422);
    assert!(!page.contains("这个登录名是"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn what_a_holder_corrected_is_not_written_over_by_the_next_days_code() {
    let app = TestApp::start().await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    let until = gongxue::domain::day::Day::of(app.now().plus(DAY)).to_string();
    let session = id(&hold(&app, &bureau, &json!({"until": until, "hours": 15})).await);
    let shown = code(&bureau, &session).await;
    sign_in(&teacher, &session, &shown).await.expect(200);
    let part = people(&bureau, &session).await.remove(0);
    correct(&bureau, &session, &part, &json!({"hours": 4, "reason": "早退"}))
        .await
        .expect(200);
    app.advance(DAY);

    let shown = code(&bureau, &session).await;
    let second = sign_in(&teacher, &session, &shown).await.expect(200).json();

    assert_eq!(
        (&second["hours"], second["days"].as_array().unwrap().len()),
        (&json!(4), 2)
    );
    app.finish().await;
}

#[tokio::test]
async fn what_is_taken_along_opens_in_excel_and_is_recorded() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    let session = id(&hold(&app, &admin, &json!({})).await);
    join(&teacher, &session).await.expect(200);

    let path = format!("{SESSIONS}/{session}/attendance");
    let csv = admin.get(&format!("{path}?format=csv")).await.expect(200);
    let csv = String::from_utf8(csv.body).unwrap();
    assert!(
        csv.starts_with('\u{feff}') && csv.contains(teacher.name()) && csv.contains("已报名"),
        "{csv}"
    );
    assert!(
        admin
            .get(&format!("{path}?format=xlsx"))
            .await
            .expect(200)
            .body
            .starts_with(b"PK")
    );

    let lines = app
        .auditor()
        .await
        .get_json("/api/v1/audit?limit=100&action=training.export")
        .await;
    let times: i64 = lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["times"].as_i64().unwrap())
        .sum();
    assert_eq!(times, 2);
    app.finish().await;
}

#[tokio::test]
async fn whoever_scans_the_picture_of_the_room_is_signed_in_by_one_press() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    let session = id(&hold(&app, &admin, &json!({})).await);
    let room = admin.get(&format!("/training/{session}/code")).await.expect(200);
    let room = String::from_utf8(room.body).unwrap();
    assert!(room.contains("<svg"), "{room}");
    teacher.get(&format!("/training/{session}/code")).await.expect(403);
    let shown = code(&admin, &session).await;

    let page = teacher
        .get(&format!("/training/{session}/sign-in?code={shown}"))
        .await
        .expect(200);
    assert!(
        String::from_utf8(page.body)
            .unwrap()
            .contains(&format!("value=\"{shown}\""))
    );
    let press = |digits: &str| {
        let request = teacher.request("POST", &format!("/training/{session}/sign-in"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(format!("code={digits}")))
    };
    press("12").await.expect(422);
    press(&shown).await.expect(303);

    let page = teacher.get(&format!("/training/{session}")).await.expect(200);
    assert!(String::from_utf8(page.body).unwrap().contains("已参加"));
    app.finish().await;
}
