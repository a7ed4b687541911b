//! Asking again: somebody at a browser that was left open, or with a stolen cookie, gets no further than what can be put
//! right again.

use std::time::Duration;

use gongxue::db::entity;
use gongxue::domain::role::Role;
use gongxue::http::routes::{Access, TABLE};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD, html, send, value_of};
use crate::client::{Answer, text};
use crate::csrf::filled;
use crate::second_factor::{Phone, turned_on};

const A_WHILE: Duration = Duration::from_mins(16);
const CONFIRM: &str = "/api/v1/session/confirm";

/// A script of a page in the browser, with the session's token.
async fn script(browser: &Browser, method: &str, path: &str, body: &Value) -> Answer {
    let request = browser.request(method, path).header("x-csrf-token", &browser.csrf);
    send(request.json(body)).await
}

/// The form for a token, with what was typed besides.
async fn make_token(browser: &Browser, more: &[(&str, &str)]) -> Answer {
    let fields = [
        ("csrf", browser.csrf.as_str()),
        ("name", "学校镜像 <1>"),
        ("days", "30"),
        ("scope", "read"),
    ];
    browser.post("/account/tokens", &[&fields[..], more].concat()).await
}

async fn tokens(browser: &Browser) -> Vec<String> {
    let tokens = browser.get("/api/v1/tokens").await.expect(200).json();
    let tokens = tokens["items"].as_array().unwrap().iter();
    tokens.map(|token| text(&token["name"])).collect()
}

#[tokio::test]
async fn whoever_signed_in_a_while_ago_is_asked_again_wherever_the_table_says_so() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let name = text(&browser.get("/api/v1/me").await.json()["name"]);
    let token = app.token(&name, gongxue::domain::role::TokenScope::Admin, None).await;
    let program = app.guest().with_token(Some(&token));
    let routes: Vec<_> = TABLE.iter().filter(|route| route.access == Access::Confirmed).collect();
    let listed: Vec<String> = routes
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    insta::assert_snapshot!(listed.join("\n"), @r"
    POST /admin/accounts
    POST /admin/accounts/import/{id}
    POST /admin/accounts/{id}
    POST /admin/accounts/{id}/{act}
    POST /account/passkeys/{id}/remove
    POST /account/identities/{id}/unlink
    POST /account/export
    POST /account/erase
    POST /account/tokens
    POST /admin/review
    POST /r/{id}/discard
    POST /r/{id}/erase
    POST /r/{id}/remove
    POST /standards/{id}/remove
    POST /standards/{id}/publish
    POST /companies/{id}/remove
    POST /visits/{id}/remove
    POST /recognition/{id}/cancel
    POST /recognition/{id}/publish
    POST /training/certificates/{number}/revoke
    POST /training/{id}/cancel
    POST /p/{id}/withdraw
    POST /notices/{id}/{step}
    POST /admin/notices/{id}/{step}
    GET /api/v1/accounts
    POST /api/v1/accounts
    POST /api/v1/me/export
    POST /api/v1/me/erase
    PATCH /api/v1/accounts/{id}
    DELETE /api/v1/accounts/{id}
    POST /api/v1/tokens
    POST /api/v1/passkeys/options
    DELETE /api/v1/passkeys/{id}
    DELETE /api/v1/standards/{id}
    POST /api/v1/standards/{id}/publish
    DELETE /api/v1/resources/{id}
    POST /api/v1/resources/{id}/discard
    DELETE /api/v1/files/{id}
    DELETE /api/v1/packs/{id}
    DELETE /api/v1/companies/{id}
    DELETE /api/v1/visits/{id}
    POST /api/v1/recognition/calls/{id}/cancel
    POST /api/v1/recognition/calls/{id}/publish
    POST /api/v1/training/certificates/{number}/revoke
    POST /api/v1/training/sessions/{id}/cancel
    GET /api/v1/notices
    POST /api/v1/notices/{id}/{step}
    PUT /api/v1/review-paths/{code}
    GET /api/v1/audit
    ");

    for has_passed in [false, true] {
        if has_passed {
            app.advance(A_WHILE);
        }
        for route in &routes {
            let path = filled(route.path);
            let shown = format!("{} {path}", route.method);
            if !path.starts_with("/api/") {
                let answer = browser.post(&path, &[("csrf", &browser.csrf)]).await;
                let is_asked = answer.status == 403 && html(answer).contains("confirm_password");
                assert_eq!(is_asked, has_passed, "{shown}");
                continue;
            }
            let answer = script(&browser, route.method, &path, &json!({})).await;
            let is_asked = answer.status == 403 && answer.json()["code"] == "confirm-identity";
            assert_eq!(is_asked, has_passed, "{shown}");
            let answer = Answer::of(program.request(route.method, &path).json(&json!({}))).await;
            let is_asked = answer.status == 403 && answer.json()["code"] == "confirm-identity";
            assert!(!is_asked, "a program cannot answer: {shown}");
        }
    }
    app.finish().await;
}

/// `/account/%74okens` led to its handler and past every rule of the table.
#[tokio::test]
async fn a_path_that_is_spelt_otherwise_is_asked_about_all_the_same() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    app.advance(A_WHILE);
    let spelt = |path: &str| {
        let spell = |sign: char| match sign {
            'a'..='z' => format!("%{:02x}", u32::from(sign)),
            other => other.to_string(),
        };
        path.chars().map(spell).collect::<String>()
    };

    for route in TABLE.iter().filter(|route| route.access == Access::Confirmed) {
        let path = spelt(&filled(route.path));
        if route.path.starts_with("/api/") {
            let answer = script(&browser, route.method, &path, &json!({})).await;
            assert_eq!(answer.refusal(403), "confirm-identity", "{path}");
            if route.method != "GET" {
                let unmarked = Answer::of(browser.request(route.method, &path).json(&json!({}))).await;
                assert_eq!(unmarked.refusal(403), "csrf", "{path}");
            }
        } else {
            let answer = browser.post(&path, &[("csrf", &browser.csrf)]).await;
            assert!(
                answer.status == 403 && html(answer).contains("confirm_password"),
                "{path}"
            );
        }
    }
    let led = app.guest().get(&spelt("/account")).await.expect(303);
    assert!(led.header("location").starts_with("/sign-in"));
    app.finish().await;
}

#[tokio::test]
async fn a_form_goes_on_with_all_it_held_once_its_sender_has_proved_who_they_are() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    app.advance(A_WHILE);

    let asked = html(make_token(&browser, &[]).await.expect(403));
    assert_eq!(
        value_of(&asked, "name"),
        "学校镜像 &#60;1&#62;",
        "what was typed is lost"
    );
    assert_eq!(value_of(&asked, "days"), "30");
    assert!(asked.contains("action=\"/account/tokens\""), "it leads elsewhere");

    let asked = html(
        make_token(&browser, &[("confirm_password", "not it at all")])
            .await
            .expect(422),
    );
    assert_eq!(
        value_of(&asked, "name"),
        "学校镜像 &#60;1&#62;",
        "a slip costs what was typed"
    );
    assert!(!asked.contains("not it at all"), "a password is shown");
    assert_eq!(tokens(&browser).await, [""; 0]);

    make_token(&browser, &[("confirm_password", PASSWORD)])
        .await
        .expect(200);
    make_token(&browser, &[]).await.expect(200);
    assert_eq!(tokens(&browser).await, ["学校镜像 <1>"; 2]);
    app.finish().await;
}

/// The page that asks must not make a form of ours out of one that another site's page sent.
#[tokio::test]
async fn a_forged_form_is_not_carried_along() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    app.advance(A_WHILE);

    for token in [None, Some("forged")] {
        let mut fields = vec![("name", "甲"), ("confirm_password", PASSWORD)];
        fields.extend(token.map(|token| ("csrf", token)));
        let page = html(browser.post("/account/tokens", &fields).await.expect(403));
        assert!(!page.contains("confirm_password"), "it asks on behalf of another site");
    }
    assert_eq!(
        make_token(&browser, &[]).await.status,
        403,
        "a forged form proved something"
    );
    app.finish().await;
}

#[tokio::test]
async fn who_guesses_at_an_open_browser_waits_and_the_owner_elsewhere_does_not() {
    let app = TestApp::with(|config| config.people.lockout_failures = 3).await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = text(&browser.get("/api/v1/me").await.json()["name"]);
    app.advance(A_WHILE);

    for _ in 0..3 {
        let wrong = script(&browser, "POST", CONFIRM, &json!({"password": "not it at all"})).await;
        assert_eq!(wrong.refusal(401), "wrong-password");
    }
    let right = script(&browser, "POST", CONFIRM, &json!({ "password": PASSWORD })).await;
    assert_eq!(right.refusal(429), "locked-out");
    let asked = make_token(&browser, &[("confirm_password", PASSWORD)]).await;
    assert!(html(asked.expect(429)).contains("fault-all"));

    let typed = json!({"name": name, "password": PASSWORD});
    let elsewhere = app.guest().at_address(7).post_json("/api/v1/session", &typed).await;
    elsewhere.expect(201);
    // Whoever looks has what was noted until now.
    app.auditor().await.get("/api/v1/audit").await.expect(200);
    let lines = entity::audit::Entity::find().all(&app.database().await).await.unwrap();
    let told = |outcome: &str| -> i32 {
        let by = lines
            .iter()
            .filter(|line| line.actor == name && line.action == "session.confirm");
        by.filter(|line| line.outcome == outcome)
            .map(|line| line.times.unwrap_or(1))
            .sum()
    };
    assert_eq!((told("wrong-password"), told("locked-out")), (3, 2));
    app.finish().await;
}

#[tokio::test]
async fn a_code_of_the_phone_proves_it_too_and_none_where_there_is_no_phone() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    app.advance(A_WHILE);
    let without = script(&browser, "POST", CONFIRM, &json!({"code": "000000"})).await;
    assert_eq!(without.refusal(401), "wrong-code");

    let (phone, codes): (Phone, Vec<String>) = turned_on(&app, &browser).await;
    app.advance(A_WHILE);
    assert!(html(make_token(&browser, &[]).await.expect(403)).contains("confirm_code"));
    let code = phone.code(&app);
    make_token(&browser, &[("confirm_password", ""), ("confirm_code", &code)])
        .await
        .expect(200);

    app.advance(A_WHILE);
    let again = script(&browser, "POST", CONFIRM, &json!({ "code": code })).await;
    assert_eq!(again.refusal(401), "wrong-code", "it was looked at over a shoulder");
    script(&browser, "POST", CONFIRM, &json!({ "code": codes[0] }))
        .await
        .expect(204);
    for body in [json!({}), json!({"password": PASSWORD, "code": "1"})] {
        assert_eq!(
            script(&browser, "POST", CONFIRM, &body).await.refusal(422),
            "invalid-fields"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn where_each_act_asks_a_proof_serves_one() {
    let app = TestApp::with(|config| config.people.confirm_minutes = 0).await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;

    assert_eq!(make_token(&browser, &[]).await.status, 403, "signing in was a proof");
    make_token(&browser, &[("confirm_password", PASSWORD)])
        .await
        .expect(200);
    assert_eq!(
        make_token(&browser, &[]).await.status,
        403,
        "the last proof was one for two acts"
    );

    script(&browser, "POST", CONFIRM, &json!({ "password": PASSWORD }))
        .await
        .expect(204);
    let nothing = json!({});
    let acts = (0..4).map(|_| script(&browser, "POST", "/api/v1/tokens", &nothing));
    let answers = futures_util::future::join_all(acts).await;
    let done = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(done, 1, "side by side they used one proof up several times");
    app.finish().await;
}

#[tokio::test]
async fn the_log_is_taken_out_after_asking_and_the_way_leads_back_to_its_page() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Auditor).await;
    let page = format!("{}/admin/audit?outcome=refused", app.base());
    let export = || {
        let request = browser.request("GET", "/api/v1/audit?format=csv");
        send(request.header("accept", "text/html,*/*;q=0.8").header("referer", &page))
    };
    export().await.expect(200);
    app.advance(A_WHILE);

    let asks = export().await.expect(303).header("location");
    assert_eq!(asks, "/confirm?return_to=%2Fadmin%2Faudit%3Foutcome%3Drefused");
    let asked = browser.open(&asks).await;
    let fields = [
        ("csrf", browser.csrf.as_str()),
        ("return_to", &value_of(&asked, "return_to")),
        ("confirm_password", PASSWORD),
    ];
    let back = browser.post("/confirm", &fields).await.expect(303).header("location");
    assert_eq!(back, "/admin/audit?outcome=refused");
    export().await.expect(200);
    assert_eq!(browser.get(&asks).await.expect(303).header("location"), back);
    app.finish().await;
}

#[tokio::test]
async fn a_form_too_long_to_be_carried_is_said_to_be_lost() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    app.advance(A_WHILE);

    let long = "甲".repeat(30_000);
    let asked = html(make_token(&browser, &[("note", &long)]).await.expect(403));

    assert!(asked.contains("action=\"/confirm\"") && !asked.contains(&long));
    let fields = [("csrf", browser.csrf.as_str()), ("name", "乙")];
    let with_file = browser.post_file("/account/tokens", &fields, None).await;
    assert!(html(with_file.expect(403)).contains("action=\"/confirm\""));
    app.finish().await;
}

/// A session that an administrator ended meanwhile, or that is not this one, proves nothing.
#[tokio::test]
async fn a_proof_is_of_one_session_and_ends_with_it() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = text(&browser.get("/api/v1/me").await.json()["name"]);
    app.advance(A_WHILE);
    let other = Browser::of(&app, &name).await;

    make_token(&other, &[]).await.expect(200);
    assert_eq!(
        make_token(&browser, &[]).await.status,
        403,
        "the proof of another browser counted"
    );
    let token = app.teacher("S1").await;
    let by_token = token.post_json(CONFIRM, &json!({ "password": PASSWORD })).await;
    assert_eq!(by_token.refusal(404), "no-such-session");
    app.finish().await;
}
