//! Sign-in names: what people take for one name is one, and whoever had a name before keeps it.

use gongxue::domain::role::Role;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{html, urlencoded};
use crate::cli::Desk;
use crate::client::{Answer, id};

const ACCOUNTS: &str = "/api/v1/accounts";
const PASSWORD: &str = "一台车床 2026 安全";
/// The same name, as people and their keyboards write it.
const SPELLINGS: [&str; 5] = [
    "cases.x",
    "CASES.X",
    " Cases.x ",
    "ｃａｓｅｓ．Ｘ",
    "\u{3000}cases\u{200b}.x\u{a0}",
];

async fn sign_in(app: &TestApp, name: &str, password: &str) -> Answer {
    let body = json!({"name": name, "password": password});
    app.guest().post_json("/api/v1/session", &body).await
}

/// An account called so, past the door's own checks.
async fn add(app: &TestApp, name: &str, password: &str) {
    let made = app.account(Role::Teacher, Some("S1"), Some(password)).await;
    let sql = format!("UPDATE account SET name = '{name}', name_key = NULL WHERE name = '{made}'");
    app.database().await.execute_unprepared(&sql).await.unwrap();
}

#[tokio::test]
async fn a_name_is_one_name_however_it_is_typed() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let body = |name: &str| json!({"name": name, "role": "teacher"});
    let first = admin.post_json(ACCOUNTS, &body("Cases.x")).await.expect(201).json();
    assert_eq!(first["name"], "Cases.x");

    for name in SPELLINGS {
        let answer = admin.post_json(ACCOUNTS, &body(name)).await;
        assert_eq!(answer.refusal(409), "name-taken", "{name:?}");
        let answer = sign_in(&app, name, first["password"].as_str().unwrap()).await;
        assert_eq!(answer.refusal(403), "password-once", "{name:?} is not known");
    }
    let other = admin.post_json(ACCOUNTS, &body("other")).await.expect(201).json();
    let rename = admin.request("PATCH", &format!("{ACCOUNTS}/{}", id(&other)));
    assert_eq!(
        Answer::of(rename.json(&json!({"name": "CASES.X"}))).await.refusal(409),
        "name-taken"
    );
    app.finish().await;
}

#[tokio::test]
async fn another_spelling_is_no_second_chance_to_guess() {
    let app = TestApp::with(|config| config.people.lockout_failures = 3).await;
    let made = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;

    for name in [made.to_uppercase(), format!(" {made}"), made.clone()] {
        assert_eq!(sign_in(&app, &name, "wrong").await.refusal(401), "wrong-password");
    }

    assert_eq!(
        sign_in(&app, &made.to_uppercase(), PASSWORD).await.refusal(429),
        "locked-out"
    );
    app.finish().await;
}

#[tokio::test]
async fn accounts_that_were_called_alike_are_named_and_each_signs_in_until_one_is_renamed() {
    let mut app = TestApp::start().await;
    for (name, password) in [
        ("cases.x", "first of them all"),
        ("CASES.X", "second of them all"),
        ("li ", PASSWORD),
    ] {
        add(&app, name, password).await;
    }
    app.restart_after(|_| {}).await;

    for (name, password) in [
        ("cases.x", "first of them all"),
        ("CASES.X", "second of them all"),
        // Nobody else is called so: it is the oldest.
        ("Cases.X", "first of them all"),
        ("li ", PASSWORD),
        ("LI", PASSWORD),
    ] {
        sign_in(&app, name, password).await.expect(201);
    }
    let alike = app
        .ask(async |library| library.accounts.accounts_called_alike().await)
        .await
        .unwrap();
    assert_eq!(alike, [("CASES.X".to_owned(), Some("cases.x".to_owned()))]);

    let doctor = app.program().arg("doctor").output().await.unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("`CASES.X` beside `cases.x`"), "{said}");

    let bureau = app.bureau().await;
    let found = bureau.get_json(&format!("{ACCOUNTS}?q=CASES.X")).await;
    let second = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["name"] == "CASES.X")
        .unwrap();
    let typed = [
        ("name", "cases.y"),
        ("display", "王敏"),
        ("role", "teacher"),
        ("school", "S1"),
    ];
    let page = format!("/admin/accounts/{}", id(second));
    Answer::of(urlencoded(&bureau, &page, &typed)).await.expect(303);
    let renamed: Value = bureau.get_json(&format!("{ACCOUNTS}?q=cases.y")).await;
    assert_eq!(renamed["items"][0]["id"], second["id"]);
    sign_in(&app, "Cases.Y", "second of them all").await.expect(201);
    let alike = app
        .ask(async |library| library.accounts.accounts_called_alike().await)
        .await
        .unwrap();
    assert_eq!(alike, []);
    app.finish().await;
}

#[tokio::test]
async fn a_table_that_names_one_account_twice_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let table = "登录名,姓名\nwang,王敏\nＷＡＮＧ,王明\n".as_bytes();

    let answer = Answer::of(admin.form("/admin/accounts/import", &json!({}), &[("名单.csv", table)])).await;

    let page = html(answer.expect(422));
    assert!(page.contains("第 3 行「登录名」：与第 2 行相同"), "{page}");
    app.finish().await;
}

/// An account without a name, or with one that stands in no address, was opened at the desk.
#[test]
fn a_name_given_at_the_desk_is_checked_like_one_at_the_door() {
    let desk = Desk::new();
    let add = |name: &str| desk.run(&["account", "add", name, "--role", "bureau"]);
    assert_eq!(add("li.na").code, Some(0));

    for name in ["", " \u{200b}", "a b/c", &"x".repeat(61)] {
        let rename = desk.run(&["account", "rename", "li.na", name]);
        for refused in [add(name), rename] {
            assert_eq!(refused.code, Some(1), "{name:?}: {}", refused.err);
        }
    }
    assert_eq!(desk.run(&["account", "rename", "LI.NA", "li.nan"]).code, Some(0));
}
