//! The second factor of signing in: codes of an app, and recovery codes for the day when the phone is lost.

use std::time::Duration;

use gongxue::domain::role::{Role, TokenScope};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, id, text};

const PASSWORD: &str = "correct horse battery";
pub(crate) const PAGE: &str = "/account/second-factor";

/// An app on somebody's phone that has taken the secret of a page.
pub(crate) struct Phone {
    secret: String,
}

impl Phone {
    pub(crate) fn scan(page: &str) -> Self {
        let secret = page.split("<code>").nth(1).expect("the secret is shown");
        Self {
            secret: secret.split('<').next().unwrap().to_owned(),
        }
    }

    pub(crate) fn code(&self, app: &TestApp) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        totp.generate(u64::try_from(app.now().0 / 1000).unwrap()).to_string()
    }
}

async fn sign_in(app: &TestApp, name: &str, code: Option<&str>) -> Answer {
    let mut body = json!({"name": name, "password": PASSWORD});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    app.guest().post_json("/api/v1/session", &body).await
}

/// Turns a second factor on; returns the phone and the recovery codes.
pub(crate) async fn turned_on(app: &TestApp, browser: &Browser) -> (Phone, Vec<String>) {
    let fields = [("csrf", browser.csrf.as_str()), ("password", PASSWORD)];
    browser.post(PAGE, &fields).await.expect(303);
    let phone = Phone::scan(&browser.open(PAGE).await);
    let code = phone.code(app);
    let fields = [("csrf", browser.csrf.as_str()), ("code", code.as_str())];
    let page = html(browser.post(&format!("{PAGE}/confirm"), &fields).await.expect(200));
    let codes = page.split("<li><code>").skip(1);
    let codes = codes.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    // The code of this moment was taken.
    app.advance(Duration::from_secs(30));
    (phone, codes)
}

async fn own_name(browser: &Browser) -> String {
    let me: Value = browser.get("/api/v1/me").await.expect(200).json();
    text(&me["name"])
}

#[tokio::test]
async fn a_stolen_password_does_not_open_an_account_with_a_second_factor() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let (phone, codes) = turned_on(&app, &browser).await;
    assert_eq!(codes.len(), 10);

    assert_eq!(sign_in(&app, &name, None).await.refusal(401), "second-factor-required");
    assert_eq!(sign_in(&app, &name, Some("000000")).await.refusal(401), "wrong-code");
    let code = phone.code(&app);
    sign_in(&app, &name, Some(&code)).await.expect(201);
    let again = sign_in(&app, &name, Some(&code)).await;
    assert_eq!(
        again.refusal(401),
        "wrong-code",
        "a code that was looked at over a shoulder opens it"
    );

    let plain = codes[0].replace('-', "").to_uppercase();
    sign_in(&app, &name, Some(&plain)).await.expect(201);
    assert_eq!(sign_in(&app, &name, Some(&codes[0])).await.refusal(401), "wrong-code");
    app.finish().await;
}

#[tokio::test]
async fn codes_are_guessed_no_more_often_than_passwords() {
    let app = TestApp::with(|config| config.people.lockout_failures = 3).await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let (phone, _) = turned_on(&app, &browser).await;

    for _ in 0..3 {
        assert_eq!(sign_in(&app, &name, Some("000000")).await.refusal(401), "wrong-code");
    }

    assert_eq!(
        sign_in(&app, &name, Some(&phone.code(&app))).await.refusal(429),
        "locked-out"
    );
    app.finish().await;
}

#[tokio::test]
async fn two_who_send_one_code_at_once_are_let_in_once() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let (phone, codes) = turned_on(&app, &browser).await;

    for code in [phone.code(&app), codes[3].clone()] {
        let tries = (0..4).map(|_| sign_in(&app, &name, Some(&code)));
        let answers = futures_util::future::join_all(tries).await;
        let entered = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(entered, 1, "{code}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_factor_that_was_never_confirmed_locks_nobody_out() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let wrong = [("csrf", browser.csrf.as_str()), ("password", "not it at all")];
    assert!(html(browser.post(PAGE, &wrong).await.expect(422)).contains("fault-all"));

    let fields = [("csrf", browser.csrf.as_str()), ("password", PASSWORD)];
    browser.post(PAGE, &fields).await.expect(303);
    let wrong = [("csrf", browser.csrf.as_str()), ("code", "000000")];
    assert!(html(browser.post(&format!("{PAGE}/confirm"), &wrong).await.expect(422)).contains("fault-all"));

    sign_in(&app, &name, None).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn it_is_turned_off_by_its_owner_with_the_password_and_by_those_who_look_after_the_account() {
    let app = TestApp::start().await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let (_, codes) = turned_on(&app, &browser).await;

    for (password, code) in [
        ("not it at all", codes[0].as_str()),
        (PASSWORD, "000000"),
        (PASSWORD, ""),
    ] {
        let wrong = [("csrf", browser.csrf.as_str()), ("password", password), ("code", code)];
        browser.post(&format!("{PAGE}/end"), &wrong).await.expect(422);
    }
    assert_eq!(sign_in(&app, &name, None).await.refusal(401), "second-factor-required");
    let code = codes[0].as_str();
    let right = [("csrf", browser.csrf.as_str()), ("password", PASSWORD), ("code", code)];
    browser.post(&format!("{PAGE}/end"), &right).await.expect(303);
    sign_in(&app, &name, None).await.expect(201);

    let (_, codes) = turned_on(&app, &browser).await;
    let found = bureau.get_json(&format!("/api/v1/accounts?q={name}")).await;
    let account = &found["items"][0];
    assert_eq!(account["second_factor"], true);
    let path = format!("/api/v1/accounts/{}", id(account));
    let stranger = app.admin("S2").await;
    let lift = json!({"end_second_factor": true});
    Answer::of(stranger.request("PATCH", &path).json(&lift))
        .await
        .expect(404);
    Answer::of(admin.request("PATCH", &path).json(&lift)).await.expect(200);
    sign_in(&app, &name, None).await.expect(201);
    sign_in(&app, &name, Some(&codes[1])).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn the_form_asks_for_the_code_after_the_password_and_keeps_the_name() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let (phone, _) = turned_on(&app, &browser).await;
    let guest = app.guest();
    let first = [("name", name.as_str()), ("password", PASSWORD)];

    let asked = html(
        crate::browser::send(crate::browser::urlencoded(&guest, "/sign-in", &first))
            .await
            .expect(401),
    );

    assert_eq!(value_of(&asked, "name"), name);
    assert!(asked.contains("autocomplete=\"one-time-code\""));
    let code = phone.code(&app);
    let second = [("name", name.as_str()), ("password", PASSWORD), ("code", code.as_str())];
    crate::browser::send(crate::browser::urlencoded(&guest, "/sign-in", &second))
        .await
        .expect(303);
    app.finish().await;
}

#[tokio::test]
async fn whoever_came_in_by_the_password_alone_is_out_when_a_factor_is_turned_on() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let thief = sign_in(&app, &name, None).await.expect(201).cookie("gongxue_session");
    let token = app.token(&name, TokenScope::Admin, None).await;
    let program = app.guest().with_token(Some(&token));

    let fields = [("csrf", browser.csrf.as_str()), ("password", PASSWORD)];
    browser.post(PAGE, &fields).await.expect(303);
    let code = Phone::scan(&browser.open(PAGE).await).code(&app);
    let fields = [
        ("csrf", browser.csrf.as_str()),
        ("code", code.as_str()),
        ("end_tokens", "true"),
    ];
    browser.post(&format!("{PAGE}/confirm"), &fields).await.expect(200);

    let guest = app.guest();
    let of_thief = guest.request("GET", "/api/v1/me").header("cookie", thief);
    assert_eq!(Answer::of(of_thief).await.refusal(401), "not-signed-in");
    assert_eq!(program.get("/api/v1/me").await.refusal(401), "invalid-token");
    browser.get("/api/v1/me").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn codes_guessed_from_everywhere_are_taken_no_more_and_a_recovery_code_still_is() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    let (phone, codes) = turned_on(&app, &browser).await;

    for at in 0..50 {
        let guesser = app.guest().at_address(100 + at / 4);
        let body = json!({"name": name, "password": PASSWORD, "code": "000000"});
        assert_eq!(
            guesser.post_json("/api/v1/session", &body).await.refusal(401),
            "wrong-code"
        );
    }

    let code = phone.code(&app);
    assert_eq!(sign_in(&app, &name, Some(&code)).await.refusal(401), "wrong-code");
    sign_in(&app, &name, Some(&codes[0])).await.expect(201);
    sign_in(&app, &name, Some(&phone.code(&app))).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_session_left_open_does_not_take_its_own_accounts_password_and_factor_away() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let found = bureau.get_json(&format!("/api/v1/accounts?q={}", bureau.name())).await;
    let path = format!("/api/v1/accounts/{}", id(&found["items"][0]));

    for change in [json!({"new_password": true}), json!({"end_second_factor": true})] {
        let answer = Answer::of(bureau.request("PATCH", &path).json(&change)).await;
        assert_eq!(answer.refusal(403), "own-account");
    }
    app.finish().await;
}
