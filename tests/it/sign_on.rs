//! Sign-on by others: who is let in by a provider's word, as what, and what is said in its name and not believed.

use std::collections::BTreeMap;
use std::time::Duration;

use gongxue::config::Setting as _;
use gongxue::domain::role::Role;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{PASSWORD, html, urlencoded, value_of};
use crate::client::{Answer, Caller, id, text};
use crate::scripted_provider::{Forgery, ScriptedProvider};
use crate::second_factor::{self, Phone};

/// A browser that keeps its cookies.
struct Surfer {
    caller: Caller,
    cookies: BTreeMap<String, String>,
}

impl Surfer {
    fn new(app: &TestApp) -> Self {
        Self {
            caller: app.guest(),
            cookies: BTreeMap::new(),
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        let request = self.caller.request("GET", path);
        self.send(request).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = urlencoded(&self.caller, path, fields);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = Answer::of(request.header("cookie", cookies.join("; "))).await;
        for line in answer.headers.get_all("set-cookie") {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Goes to the provider; returns the address that it is asked at.
    async fn leave_for(&mut self, provider: &str) -> String {
        let answer = self
            .get(&format!("/sign-on/{provider}?return_to=/mine"))
            .await
            .expect(303);
        answer.header("location")
    }

    /// Comes back from the provider.
    async fn come_back(&mut self, address: &str) -> Answer {
        let path = address.strip_prefix(&self.caller_base()).expect("back at the service");
        self.get(path).await
    }

    fn caller_base(&self) -> String {
        let request = self.caller.request("GET", "").build().unwrap();
        request.url().as_str().trim_end_matches('/').to_owned()
    }

    /// Goes there and comes back as somebody.
    async fn sign_on(&mut self, app: &TestApp, provider: &ScriptedProvider, claims: Value) -> Answer {
        let asked = self.leave_for("city").await;
        let back = provider.sign_in(&asked, claims, app.now().0 / 1000);
        self.come_back(&back).await
    }

    async fn me(&mut self) -> Value {
        self.get("/api/v1/me").await.expect(200).json()
    }

    async fn csrf(&mut self) -> String {
        value_of(&html(self.get("/account").await.expect(200)), "csrf")
    }
}

async fn with_provider(more: &str) -> (TestApp, ScriptedProvider) {
    let provider = ScriptedProvider::start();
    let settings = format!("[{}]", provider.settings(more));
    let app = TestApp::with(|config| config.sign_on.providers.set(&settings).expect("these settings")).await;
    (app, provider)
}

/// Somebody who signs on in a new browser, as they are to themselves.
async fn somebody(app: &TestApp, provider: &ScriptedProvider, claims: Value) -> Value {
    let mut surfer = Surfer::new(app);
    let answer = surfer.sign_on(app, provider, claims).await.expect(303);
    assert_eq!(answer.header("location"), "/mine");
    surfer.me().await
}

async fn outcomes(app: &TestApp) -> Vec<String> {
    let log = app.auditor().await.get_json("/api/v1/audit?action=session.begin").await;
    let lines = log["items"].as_array().unwrap().iter();
    lines.map(|line| text(&line["outcome"])).collect()
}

/// How often sign-ins came to this, once the minute is over in which those that are alike are counted.
async fn times(app: &TestApp, outcome: &str) -> i64 {
    app.advance(Duration::from_mins(2));
    let path = format!("/api/v1/audit?action=session.begin&outcome={outcome}");
    let log = app.auditor().await.get_json(&path).await;
    let lines = log["items"].as_array().unwrap().iter();
    lines.map(|line| line["times"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn a_first_sign_in_opens_a_readers_account_and_the_next_finds_it_whatever_the_name_is() {
    let (app, provider) = with_provider("").await;
    let wang = json!({"sub": "7f3", "preferred_username": "wang.min", "name": "王敏", "email": "wang@example.cn"});
    let me = somebody(&app, &provider, wang).await;
    assert_eq!(
        (text(&me["name"]), text(&me["display"])),
        ("wang.min".to_owned(), "王敏".to_owned())
    );
    assert_eq!((&me["role"], &me["school"]), (&json!("reader"), &Value::Null));

    let renamed = json!({"sub": "7f3", "preferred_username": "li.min", "name": "李敏"});
    assert_eq!(somebody(&app, &provider, renamed).await["id"], me["id"]);

    let namesake = json!({"sub": "8a1", "preferred_username": "Wang.Min", "email": "wang@example.cn"});
    let other = somebody(&app, &provider, namesake).await;
    assert_ne!(other["id"], me["id"], "somebody is taken for another of the same name");
    assert_eq!(text(&other["name"]), "Wang.Min-2");

    let password = json!({"name": "wang.min", "password": ""});
    let guess = app.guest().post_json("/api/v1/session", &password).await;
    assert_eq!(guess.refusal(401), "wrong-password");
    let listed = app.bureau().await.get_json("/api/v1/accounts?q=wang.min").await;
    assert_eq!(listed["items"][0]["sign_on"], json!(["city"]));
    app.finish().await;
}

#[tokio::test]
async fn an_account_of_ours_is_not_taken_over_by_somebody_who_is_called_the_same_elsewhere() {
    let (app, provider) = with_provider("").await;
    let ours = app.account(Role::Bureau, None, Some(PASSWORD)).await;

    let me = somebody(&app, &provider, json!({"sub": "1", "preferred_username": ours})).await;

    assert_eq!(text(&me["name"]), format!("{ours}-2"));
    assert_eq!(me["role"], "reader");
    app.finish().await;
}

const RULES: &str = r#"rules = [
    {attribute = "groups", values = ["city-office"], role = "bureau"},
    {attribute = "groups", values = ["heads"], role = "school-admin", school_attribute = "org"},
    {attribute = "groups", values = ["teachers", "tutors"], role = "teacher", school_attribute = "org"}]"#;

#[tokio::test]
async fn a_group_gives_a_role_at_a_school_and_takes_it_away_again() {
    let (app, provider) = with_provider(RULES).await;
    let standing = async |claims: Value| {
        let me = somebody(&app, &provider, claims).await;
        (text(&me["role"]), me["school"]["code"].as_str().map(str::to_owned))
    };
    let of_s1 = |role: &str| (role.to_owned(), Some("S1".to_owned()));
    let reader = ("reader".to_owned(), None);

    let claims = |groups: Value| json!({"sub": "1", "preferred_username": "wang", "groups": groups, "org": "S1"});
    assert_eq!(standing(claims(json!(["pupils", "teachers"]))).await, of_s1("teacher"));
    assert_eq!(
        standing(claims(json!(["teachers", "heads"]))).await,
        of_s1("school-admin")
    );
    assert_eq!(
        standing(claims(json!(["pupils"]))).await,
        reader,
        "what a group gave stays without it"
    );
    assert_eq!(standing(claims(json!("tutors"))).await, of_s1("teacher"));

    // A mistake of the settings is no reason to take anything from anybody.
    let moved = json!({"sub": "1", "groups": ["tutors"], "org": "S9"});
    assert_eq!(standing(moved).await, of_s1("teacher"));

    let office = json!({"sub": "2", "groups": ["city-office"]});
    assert_eq!(standing(office).await.0, "bureau");
    let elsewhere = json!({"sub": "3", "groups": ["heads"], "org": "S9"});
    assert_eq!(standing(elsewhere).await, reader, "of a school that is not here");
    app.finish().await;
}

#[tokio::test]
async fn what_was_given_here_by_hand_stays_where_no_rule_speaks() {
    let (app, provider) = with_provider(RULES).await;
    let bureau = app.bureau().await;
    let claims = json!({"sub": "1", "preferred_username": "wang"});
    let me = somebody(&app, &provider, claims.clone()).await;

    let path = format!("/api/v1/accounts/{}", id(&me));
    let promoted = json!({"role": "teacher", "school": "S2"});
    Answer::of(bureau.request("PATCH", &path).json(&promoted))
        .await
        .expect(200);
    assert_eq!(somebody(&app, &provider, claims.clone()).await["role"], "teacher");

    Answer::of(bureau.request("PATCH", &path).json(&json!({"disabled": true})))
        .await
        .expect(200);
    let refused = Surfer::new(&app).sign_on(&app, &provider, claims).await.expect(403);
    assert!(html(refused).contains("账号已停用"));
    assert_eq!(outcomes(&app).await[0], "account-disabled");
    app.finish().await;
}

#[tokio::test]
async fn what_was_forged_in_a_providers_name_lets_nobody_in_and_is_recorded() {
    let (app, provider) = with_provider("").await;
    let forgeries = [
        (Forgery::OtherKey, "answer-signature"),
        (Forgery::Unsigned, "answer-unsigned"),
        (Forgery::PublicKeyAsSecret, "answer-algorithm"),
        (Forgery::SharedSecret, "answer-algorithm"),
        (Forgery::Expired, "answer-expired"),
        (Forgery::Audience, "answer-audience"),
        (Forgery::TwoAudiences, "answer-audience"),
        (Forgery::Issuer, "answer-issuer"),
        (Forgery::Nonce, "answer-nonce"),
        (Forgery::NoNonce, "answer-nonce"),
        (Forgery::Userinfo, "answer-subject"),
        (Forgery::NoSubject, "answer-subject"),
        (Forgery::NoToken, "answer-unreadable"),
        (Forgery::AnswerIssuer, "answer-issuer"),
    ];
    for (forgery, why) in forgeries {
        provider.forge(Some(forgery));
        let mut surfer = Surfer::new(&app);
        let claims = json!({"sub": "1", "preferred_username": "wang"});

        let answer = surfer.sign_on(&app, &provider, claims).await;

        assert_eq!(answer.status, 401, "{forgery:?}");
        assert!(!surfer.cookies.contains_key("gongxue_session"), "{forgery:?}");
        assert_eq!(outcomes(&app).await[0], why, "{forgery:?}");
        // Those of one minute that are alike are told together.
        app.advance(Duration::from_mins(2));
    }
    let accounts = app.bureau().await.get_json("/api/v1/accounts?q=wang").await;
    assert_eq!(accounts["items"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn an_answer_is_of_use_once_in_the_browser_that_asked_and_not_for_long() {
    let (app, provider) = with_provider("").await;
    let claims = || json!({"sub": "1", "preferred_username": "wang"});
    let now = || app.now().0 / 1000;

    let mut surfer = Surfer::new(&app);
    let back = provider.sign_in(&surfer.leave_for("city").await, claims(), now());
    let mut other = Surfer::new(&app);
    other.leave_for("city").await;
    other.come_back(&back).await.expect(401);
    assert!(
        !other.cookies.contains_key("gongxue_session"),
        "somebody has another's browser signed in as themselves"
    );

    surfer.come_back(&back).await.expect(303);
    surfer.come_back(&back).await.expect(401);

    let slow = provider.sign_in(&surfer.leave_for("city").await, claims(), now());
    app.advance(Duration::from_mins(15));
    surfer.come_back(&slow).await.expect(401);
    let made_up = surfer.get("/sign-on/city/answer?code=x&state=y").await.expect(401);
    assert!(html(made_up).contains("这次登录已经失效"));
    let unused = provider.sign_in(&surfer.leave_for("city").await, claims(), now());
    let code = unused.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let mixed = unused.replace(code, "code-0");
    surfer.come_back(&mixed).await.expect(401);

    assert_eq!(times(&app, "answer-code").await, 1);
    assert_eq!(times(&app, "answer-not-asked").await, 4);
    app.finish().await;
}

#[tokio::test]
async fn made_up_answers_do_not_fill_the_log() {
    let provider = ScriptedProvider::start();
    let settings = format!("[{}]", provider.settings(""));
    let app = TestApp::with(|config| config.sign_on.providers.set(&settings).expect("these settings")).await;
    let mut surfer = Surfer::new(&app);

    for _ in 0..60 {
        surfer.get("/sign-on/city/answer?code=x&state=y").await.expect(401);
    }

    assert_eq!(times(&app, "answer-not-asked").await, 60);
    assert!(outcomes(&app).await.len() <= 3);
    let claims = json!({"sub": "1"});
    surfer.sign_on(&app, &provider, claims).await.expect(303);
    app.finish().await;
}

#[tokio::test]
async fn keys_that_a_provider_changes_are_followed() {
    let (app, provider) = with_provider("").await;
    let claims = || json!({"sub": "1", "preferred_username": "wang"});
    let me = somebody(&app, &provider, claims()).await;

    provider.rotate_keys();

    assert_eq!(somebody(&app, &provider, claims()).await["id"], me["id"]);
    app.finish().await;
}

/// Each of a class asked the provider by itself for what the first had just been told, one after the other.
#[tokio::test]
async fn a_class_that_signs_in_while_keys_change_has_them_fetched_once() {
    let (app, provider) = with_provider("").await;
    let mut class = Vec::new();
    for number in 0..8 {
        let mut surfer = Surfer::new(&app);
        let asked = surfer.leave_for("city").await;
        let back = provider.sign_in(&asked, json!({"sub": number.to_string()}), app.now().0 / 1000);
        class.push((surfer, back));
    }
    provider.rotate_keys();
    let fetched = provider.keys_fetched();

    let answers = class.iter_mut().map(|(surfer, back)| surfer.come_back(back));
    for answer in futures_util::future::join_all(answers).await {
        answer.expect(303);
    }

    assert_eq!(provider.keys_fetched(), fetched + 1);
    app.finish().await;
}

#[tokio::test]
async fn while_a_provider_is_down_the_page_says_so_and_an_account_with_a_password_gets_in() {
    let (app, provider) = with_provider("").await;
    let emergency = app.account(Role::Bureau, None, Some(PASSWORD)).await;
    let asked = Surfer::new(&app).leave_for("city").await;
    let mut surfer = Surfer::new(&app);
    let at_the_provider = surfer.leave_for("city").await;
    let back = provider.sign_in(&at_the_provider, json!({"sub": "1"}), app.now().0 / 1000);
    assert!(asked.starts_with(&provider.url));

    provider.fall_silent();
    let page = html(surfer.come_back(&back).await.expect(503));
    assert!(page.contains("统一认证没有应答"), "{page}");
    drop(provider);

    let mut fresh = Surfer::new(&app);
    app.advance(Duration::from_mins(1));
    let fields = [("name", emergency.as_str()), ("password", PASSWORD)];
    assert!(page.contains("action=\"/sign-in\""));
    fresh.post("/sign-in", &fields).await.expect(303);
    assert_eq!(fresh.me().await["role"], "bureau");
    app.finish().await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_said_to_be_away() {
    let settings = r#"[{id = "city", kind = "oidc", name_zh = "甲", issuer = "http://127.0.0.1:9", client_id = "x"}]"#;
    let app = TestApp::with(|config| config.sign_on.providers.set(settings).expect("these settings")).await;
    let mut surfer = Surfer::new(&app);

    let page = html(surfer.get("/sign-on/city").await.expect(503));

    assert!(
        page.contains("统一认证没有应答") && page.contains("action=\"/sign-in\""),
        "{page}"
    );
    assert!(!surfer.cookies.contains_key("gongxue_sign_on"));
    surfer.get("/sign-on/nowhere").await.expect(404);
    app.finish().await;
}

#[tokio::test]
async fn an_account_is_linked_by_whoever_knows_its_password_and_opens_by_both() {
    let (app, provider) = with_provider("").await;
    let ours = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let claims = || json!({"sub": "1", "preferred_username": "wang"});
    let mut surfer = Surfer::new(&app);
    let fields = [("name", ours.as_str()), ("password", PASSWORD)];
    surfer.post("/sign-in", &fields).await.expect(303);
    let csrf = surfer.csrf().await;

    let guess = [("csrf", csrf.as_str()), ("password", "not it at all")];
    surfer.post("/account/sign-on/city", &guess).await.expect(401);
    let fields = [("csrf", csrf.as_str()), ("password", PASSWORD)];
    let page = html(surfer.post("/account/sign-on/city", &fields).await.expect(200));
    let asked = page
        .split("content=\"0;url=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let asked = asked.replace("&#38;", "&").replace("&amp;", "&");
    let back = provider.sign_in(&asked, claims(), app.now().0 / 1000);
    let linked = surfer.come_back(&back).await.expect(303);
    assert_eq!(linked.header("location"), "/account?done=linked");

    let me = somebody(&app, &provider, claims()).await;
    assert_eq!(
        (text(&me["name"]), text(&me["role"])),
        (ours.clone(), "teacher".to_owned())
    );

    let page = html(surfer.get("/account").await.expect(200));
    assert!(page.contains("市统一认证"));
    let unlink = page
        .split("/account/identities/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let path = format!("/account/identities/{unlink}/unlink");
    surfer.post(&path, &[("csrf", csrf.as_str())]).await.expect(303);
    let anew = somebody(&app, &provider, claims()).await;
    assert_ne!(anew["id"], me["id"]);
    app.finish().await;
}

#[tokio::test]
async fn what_opens_one_account_opens_no_other_and_the_last_way_in_stays() {
    let (app, provider) = with_provider("").await;
    let claims = || json!({"sub": "1", "preferred_username": "wang"});
    let mut first = Surfer::new(&app);
    first.sign_on(&app, &provider, claims()).await.expect(303);
    let page = html(first.get("/account").await.expect(200));
    assert!(page.contains("通过“市统一认证”登录") && !page.contains("action=\"/account/password\""));
    let own = page
        .split("/account/identities/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    // Asked for there anew, as whoever unlinks has to prove who they are.
    first.sign_on(&app, &provider, claims()).await.expect(303);
    let csrf = first.csrf().await;
    let path = format!("/account/identities/{own}/unlink");
    let refused = html(first.post(&path, &[("csrf", csrf.as_str())]).await.expect(409));
    assert!(refused.contains("这个统一认证不能取消关联"));

    let ours = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let mut second = Surfer::new(&app);
    second
        .post("/sign-in", &[("name", ours.as_str()), ("password", PASSWORD)])
        .await
        .expect(303);
    let csrf = second.csrf().await;
    let fields = [("csrf", csrf.as_str()), ("password", PASSWORD)];
    let page = html(second.post("/account/sign-on/city", &fields).await.expect(200));
    let asked = page
        .split("content=\"0;url=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let asked = asked.replace("&#38;", "&").replace("&amp;", "&");
    let back = provider.sign_in(&asked, claims(), app.now().0 / 1000);
    second.come_back(&back).await.expect(409);
    second.post(&path, &[("csrf", csrf.as_str())]).await.expect(404);
    app.finish().await;
}

/// At a school's shared computer the next pupil was the teacher by one click.
#[tokio::test]
async fn signing_out_here_signs_out_there() {
    let (app, provider) = with_provider("").await;
    let mut surfer = Surfer::new(&app);
    surfer.sign_on(&app, &provider, json!({"sub": "1"})).await.expect(303);
    let csrf = surfer.csrf().await;

    let page = html(surfer.post("/sign-out", &[("csrf", csrf.as_str())]).await.expect(200));

    let there = format!("{}/logout?", provider.url);
    let leads = page
        .split("content=\"0;url=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(
        leads.starts_with(&there) && leads.contains("client_id=gongxue"),
        "{leads}"
    );
    assert!(
        leads.contains("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1"),
        "{leads}"
    );
    assert_eq!(surfer.get("/api/v1/me").await.refusal(401), "not-signed-in");
    app.finish().await;
}

#[tokio::test]
async fn any_node_takes_an_answer_and_nobody_is_sent_to_another_site() {
    let (app, provider) = with_provider("").await;
    let node = app.node().await;
    let mut surfer = Surfer::new(&app);
    let asked = surfer
        .get("/sign-on/city?return_to=https://evil.example")
        .await
        .expect(303);
    let back = provider.sign_in(&asked.header("location"), json!({"sub": "1"}), app.now().0 / 1000);

    let path = back.strip_prefix(&app.base()).unwrap();
    surfer.caller = node.caller(&surfer.caller);
    let answer = surfer.get(path).await.expect(303);

    assert_eq!(answer.header("location"), "/");
    assert_eq!(surfer.me().await["role"], "reader");
    node.lose().await;
    app.finish().await;
}

/// Somebody who came by the machine's address came back at the public one, without the cookie that says that they asked.
#[tokio::test]
async fn who_comes_by_another_address_signs_on_at_the_public_one() {
    let provider = ScriptedProvider::start();
    let settings = format!("[{}]", provider.settings(""));
    let app = TestApp::with(|config| {
        config.sign_on.providers.set(&settings).expect("these settings");
        config.server.public_url.set("https://library.example").unwrap();
    })
    .await;
    let mut surfer = Surfer::new(&app);

    let moved = surfer.get("/sign-on/city?return_to=/mine").await.expect(303);

    let moved = moved.header("location");
    assert_eq!(
        moved,
        "https://library.example/sign-on/city?return_to=%2Fmine&moved=true"
    );
    // A proxy that hides the host sends nobody round and round.
    let path = moved.strip_prefix("https://library.example").unwrap();
    let asked = surfer.get(path).await.expect(303).header("location");
    assert!(asked.starts_with(&provider.url), "{asked}");
    app.finish().await;
}

#[tokio::test]
async fn the_sign_in_page_and_programs_are_told_of_the_providers() {
    let (app, _provider) = with_provider("").await;
    let page = html(app.guest().get("/sign-in?return_to=/mine").await.expect(200));
    assert!(
        page.contains("href=\"/sign-on/city?return_to=%2Fmine\"") && page.contains("市统一认证"),
        "{page}"
    );

    let told = app.guest().get_json("/api/v1/sign-on-providers").await;

    let city = json!({"id": "city", "name": "市统一认证", "protocol": "oidc", "url": "/sign-on/city"});
    assert_eq!(told["items"], json!([city]));
    app.finish().await;
}

#[tokio::test]
async fn a_cas_server_is_believed_about_its_own_tickets_alone() {
    let provider = ScriptedProvider::start();
    let rules = r#"rules = [{attribute = "groups", values = ["teachers"], role = "teacher", school = "S1"}]"#;
    let settings = format!("[{}]", provider.cas_settings(rules));
    let app = TestApp::with(|config| config.sign_on.providers.set(&settings).expect("these settings")).await;
    let mut surfer = Surfer::new(&app);
    let asked = surfer.leave_for("campus").await;
    assert!(
        asked.starts_with(&format!("{}/cas/login?service=", provider.url)),
        "{asked}"
    );
    let back = provider.sign_in(&asked, json!({"sub": "20190007"}), 0);

    let made_up = back.replace("ticket=ST-", "ticket=ST-9");
    surfer.come_back(&made_up).await.expect(401);
    surfer.come_back(&back).await.expect(401);
    assert_eq!(outcomes(&app).await, ["answer-not-asked", "answer-code"]);

    let back = provider.sign_in(&surfer.leave_for("campus").await, json!({"sub": "20190007"}), 0);
    surfer.come_back(&back).await.expect(303);
    let me = surfer.me().await;
    assert_eq!(
        (text(&me["name"]), text(&me["display"])),
        ("20190007".to_owned(), "王敏".to_owned())
    );
    assert_eq!((&me["role"], &me["school"]["code"]), (&json!("teacher"), &json!("S1")));
    let csrf = surfer.csrf().await;
    let page = html(surfer.post("/sign-out", &[("csrf", csrf.as_str())]).await.expect(200));
    assert!(page.contains("/cas/logout?service="), "{page}");
    app.finish().await;
}

/// Whoever found a browser open that the provider knew, too, had the account's tokens by two clicks.
#[tokio::test]
async fn what_power_is_given_away_by_asks_for_the_password_there_anew() {
    let (app, provider) = with_provider("").await;
    let claims = || json!({"sub": "1", "preferred_username": "wang"});
    let mut surfer = Surfer::new(&app);
    surfer.sign_on(&app, &provider, claims()).await.expect(303);
    let csrf = surfer.csrf().await;
    let token = [
        ("csrf", csrf.as_str()),
        ("name", "a"),
        ("scope", "read"),
        ("days", "30"),
    ];
    let asked = html(surfer.post("/account/tokens", &token).await);
    assert!(
        asked.contains("href=\"/sign-on/city?return_to=") && !asked.contains("gxt_"),
        "{asked}"
    );

    let address = surfer.leave_for("city").await;
    assert!(
        address.contains("prompt=login") && address.contains("max_age=0"),
        "{address}"
    );
    provider.forge(Some(Forgery::NotAnew));
    let back = provider.sign_in(&address, claims(), app.now().0 / 1000);
    surfer.come_back(&back).await.expect(401);
    provider.forge(None);
    surfer.sign_on(&app, &provider, claims()).await.expect(303);
    let csrf = surfer.csrf().await;
    let token = [
        ("csrf", csrf.as_str()),
        ("name", "a"),
        ("scope", "read"),
        ("days", "30"),
    ];
    assert!(html(surfer.post("/account/tokens", &token).await.expect(200)).contains("gxt_"));
    app.finish().await;
}

/// Whoever had known the password kept a way in behind its owner's back, past a reset and past a second factor.
#[tokio::test]
async fn a_reset_and_a_second_factor_end_what_was_linked_by_the_password() {
    let (app, provider) = with_provider("").await;
    let bureau = app.bureau().await;
    for by_reset in [true, false] {
        let ours = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
        let claims = || json!({"sub": ours, "preferred_username": "wang"});
        let mut surfer = linked(&app, &provider, &ours, claims()).await;
        let me = surfer.me().await;

        if by_reset {
            let path = format!("/api/v1/accounts/{}", id(&me));
            let reset = bureau.request("PATCH", &path).json(&json!({"new_password": true}));
            Answer::of(reset).await.expect(200);
        } else {
            let csrf = surfer.csrf().await;
            let fields = [("csrf", csrf.as_str()), ("password", PASSWORD)];
            surfer.post(second_factor::PAGE, &fields).await.expect(303);
            let page = html(surfer.get(second_factor::PAGE).await.expect(200));
            let code = Phone::scan(&page).code(&app);
            let fields = [("csrf", csrf.as_str()), ("code", code.as_str())];
            let confirm = format!("{}/confirm", second_factor::PAGE);
            surfer.post(&confirm, &fields).await.expect(200);
        }

        let came = somebody(&app, &provider, claims()).await;
        assert_ne!(came["id"], me["id"], "by reset: {by_reset}");
    }
    app.finish().await;
}

/// Somebody who signed in by the password and linked themselves to the provider.
async fn linked(app: &TestApp, provider: &ScriptedProvider, name: &str, claims: Value) -> Surfer {
    let mut surfer = Surfer::new(app);
    let fields = [("name", name), ("password", PASSWORD)];
    surfer.post("/sign-in", &fields).await.expect(303);
    let csrf = surfer.csrf().await;
    let fields = [("csrf", csrf.as_str()), ("password", PASSWORD)];
    let page = html(surfer.post("/account/sign-on/city", &fields).await.expect(200));
    let asked = page
        .split("content=\"0;url=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let asked = asked.replace("&#38;", "&").replace("&amp;", "&");
    let back = provider.sign_in(&asked, claims, app.now().0 / 1000);
    surfer.come_back(&back).await.expect(303);
    surfer
}

/// Fifty networks that each began a thousand sign-ins kept everybody in the city from beginning one.
#[tokio::test]
async fn networks_that_begin_without_end_shut_nobody_else_out() {
    let (app, provider) = with_provider("").await;
    let database = app.database().await;
    let later = app.now().plus(Duration::from_mins(5)).0;
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50499)";
    // A thousand of each network; of the first half as many again, and the oldest.
    let network = "CASE WHEN n < 1500 THEN 'first' ELSE CAST(n / 1000 AS TEXT) END";
    for fill in [
        format!(
            "INSERT INTO pending_sign_on (state_hash, browser_hash, provider, nonce, verifier, answer_url, return_to, \
             network, is_anew, expires_at) {numbers} \
             SELECT CAST(n AS TEXT), 'b', 'city', 'n', 'v', 'u', '/', {network}, FALSE, {later} + n FROM numbers"
        ),
        format!(
            "INSERT INTO passkey_ceremony (challenge, bound_to, state, counted_by, expires_at) {numbers} \
             SELECT CAST(n AS TEXT), 'b', 's', {network}, {later} + n FROM numbers"
        ),
    ] {
        database.execute_unprepared(&fill).await.unwrap();
    }

    let me = somebody(&app, &provider, json!({"sub": "7f3", "preferred_username": "wang.min"})).await;
    assert_eq!(me["name"], "wang.min");

    for (table, whose) in [("pending_sign_on", "network"), ("passkey_ceremony", "counted_by")] {
        let count = async |of: &str| {
            let query = format!("SELECT COUNT(*) AS n FROM {table} {of}");
            let row = database
                .query_one_raw(Statement::from_string(database.get_database_backend(), query))
                .await;
            row.unwrap().unwrap().try_get::<i64>("", "n").unwrap()
        };
        assert!(count("").await <= 50_001, "{table} is full");
        assert!(
            count(&format!("WHERE {whose} = 'first'")).await < 1_100,
            "who has most makes room"
        );
        assert_eq!(count(&format!("WHERE {whose} = '7'")).await, 1_000);
    }
    app.finish().await;
}
