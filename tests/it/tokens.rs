//! Tokens of programs: what they read of others' own.

use gongxue::db::entity;
use gongxue::domain::role::{Role, TokenScope};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, Caller, text};

/// Addresses that show who has an account, and who did what.
const ACCOUNTS: [&str; 2] = ["/api/v1/accounts", "/admin/accounts"];
const AUDIT: [&str; 3] = ["/api/v1/audit", "/api/v1/audit?format=csv", "/admin/audit"];

async fn expect(caller: &Caller, paths: &[&str], status: u16) {
    for path in paths {
        caller.get(path).await.expect(status);
    }
}

/// A token for fetching packs, lost with a school's computer, read the names of all the city's people.
#[tokio::test]
async fn a_token_reads_others_own_only_where_it_was_made_for_it() {
    let app = TestApp::start().await;
    for role in [Role::Bureau, Role::Auditor, Role::SchoolAdmin] {
        let school = (role == Role::SchoolAdmin).then_some("S1");
        let person = app.member(role, school).await;
        let with_areas = async |body: serde_json::Value| {
            let made = person.post_json("/api/v1/tokens", &body).await.expect(201).json();
            assert_eq!(made["areas"], body["areas"], "{made}");
            person.with_token(Some(&text(&made["token"])))
        };

        for scope in ["read", "write"] {
            let none = with_areas(json!({"scope": scope, "areas": []})).await;
            expect(&none, &ACCOUNTS, 403).await;
            expect(&none, &AUDIT, 403).await;
            assert_eq!(none.get("/api/v1/audit").await.refusal(403), "token-too-narrow");
            none.get("/api/v1/reports/usage").await.expect(200);

            let accounts = with_areas(json!({"scope": scope, "areas": ["accounts"]})).await;
            expect(&accounts, &ACCOUNTS, 200).await;
            expect(&accounts, &AUDIT, 403).await;
            let audit = with_areas(json!({"scope": scope, "areas": ["audit"]})).await;
            expect(&audit, &ACCOUNTS, 403).await;
            expect(&audit, &AUDIT, 200).await;
        }
        // One for everything is for everything, as it always was.
        expect(&person, &ACCOUNTS, 200).await;
        expect(&person, &AUDIT, 200).await;
    }
}

/// One that was stolen made others that went on for a year after it had ended.
#[tokio::test]
async fn a_token_makes_none_that_outlives_it() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let week = json!({"scope": "admin", "days": 7});
    let week = teacher.post_json("/api/v1/tokens", &week).await.expect(201).json();
    let by_token = teacher.with_token(Some(&text(&week["token"])));

    let year = json!({"scope": "admin", "days": 300});
    let made = by_token.post_json("/api/v1/tokens", &year).await.expect(201).json();

    assert_eq!(made["expires_at"], week["expires_at"]);
    app.finish().await;
}

#[tokio::test]
async fn an_area_gives_nobody_what_their_account_may_not() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let body = json!({"areas": ["accounts", "audit"]});
    let made = teacher.post_json("/api/v1/tokens", &body).await.expect(201).json();
    let by_token = teacher.with_token(Some(&text(&made["token"])));

    for path in ACCOUNTS.iter().chain(&AUDIT) {
        by_token.get(path).await.expect(403);
    }
    assert_eq!(by_token.get("/api/v1/audit").await.refusal(403), "not-allowed");
}

/// Programs that a city runs already go on after the upgrade, until their tokens end.
#[tokio::test]
async fn a_token_that_is_older_than_areas_reads_what_it_read() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let old = app.token(bureau.name(), TokenScope::Read, None).await;
    let database = app.database().await;
    for row in entity::token::Entity::find().all(&database).await.unwrap() {
        let mut row = row.into_active_model();
        row.areas = Set(None);
        row.update(&database).await.unwrap();
    }
    // Whoever runs it is told which these are.
    let doctor = app.program().arg("doctor").output().await.unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains(&format!("of `{}`", bureau.name())), "{said}");
    let by_token = bureau.with_token(Some(&old));

    expect(&by_token, &ACCOUNTS, 200).await;
    expect(&by_token, &AUDIT, 200).await;
    let body = json!({"title": "甲", "type": "video"});
    let share = by_token.post_json("/api/v1/resources", &body).await;
    assert_eq!(share.refusal(403), "token-too-narrow");
}

#[tokio::test]
async fn the_command_line_makes_a_token_for_an_area() {
    let app = TestApp::start().await;
    let auditor = app.auditor().await;
    let made = async |areas: &[&str]| {
        let mut program = app.program();
        program.args(["token", "add", auditor.name()]).args(areas);
        let made = program.output().await.unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8(made.stdout).unwrap();
        auditor.with_token(Some(token.trim()))
    };

    made(&[]).await.get("/api/v1/audit").await.expect(403);
    let for_audit = made(&["--areas", "audit"]).await;
    for_audit.get("/api/v1/audit").await.expect(200);
    for_audit.get("/api/v1/accounts").await.expect(403);
    made(&["--areas", "accounts,audit"])
        .await
        .get("/api/v1/accounts")
        .await
        .expect(200);
}

#[tokio::test]
async fn the_page_of_ones_own_account_offers_areas_to_those_who_have_them() {
    let app = TestApp::start().await;
    let bureau = crate::browser::Browser::sign_in(&app, Role::Bureau).await;
    let teacher = crate::browser::Browser::sign_in(&app, Role::Teacher).await;

    assert!(bureau.open("/account").await.contains("name=\"audit\""));
    assert!(!teacher.open("/account").await.contains("name=\"audit\""));

    let typed = [
        ("csrf", bureau.csrf.as_str()),
        ("scope", "read"),
        ("days", "30"),
        ("audit", "true"),
    ];
    let page = crate::browser::html(bureau.post("/account/tokens", &typed).await.expect(200));
    let token = page
        .split("id=\"token-made\"")
        .nth(1)
        .unwrap()
        .split("value=\"")
        .nth(1)
        .unwrap();
    let token = token.split('"').next().unwrap();
    let asked = async |path: &str| Answer::of(app.guest().request("GET", path).bearer_auth(token)).await;
    asked("/api/v1/audit").await.expect(200);
    asked("/api/v1/accounts").await.expect(403);
}
