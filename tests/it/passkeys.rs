//! Passkeys: who holds one signs in with it and nobody else does, whatever they answer. The authenticator is scripted here
//! (WebAuthn level 3, §6): it signs what a browser would, and what none would.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use gongxue::config::{Config, Setting as _};
use gongxue::db::entity;
use gongxue::domain::role::Role;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use sha2::Digest as _;
use uuid::Uuid;

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD, html, send};
use crate::client::{Answer, Caller, id, text};

/// Where browsers see the service that is tested.
const ORIGIN: &str = "http://localhost:8080";
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ELIGIBLE: u8 = 0x08;
const SYNCED: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const A_WHILE: Duration = Duration::from_mins(16);

fn at_localhost(config: &mut Config) {
    config.server.public_url.set(ORIGIN).expect("it is one");
    // All knock from one address.
    config.people.lockout_failures = 1_000;
    config.people.lockout_network_attempts = 1_000;
    config.rates.sign_in = 0;
}

async fn started() -> TestApp {
    TestApp::with(at_localhost).await
}

/// An authenticator with one passkey, and how it answers: what browsers never do is for whoever attacks.
struct Authenticator {
    key: EcdsaKeyPair,
    credential_id: Vec<u8>,
    user_handle: String,
    origin: &'static str,
    rp_id: &'static str,
    flags: u8,
    count: u32,
}

impl Authenticator {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap(),
            credential_id: Uuid::now_v7().into_bytes().to_vec(),
            user_handle: String::new(),
            origin: ORIGIN,
            rp_id: "localhost",
            flags: PRESENT | VERIFIED,
            count: 1,
        }
    }

    /// Answers as it should again.
    fn behave(&mut self) {
        (self.origin, self.rp_id, self.flags) = (ORIGIN, "localhost", PRESENT | VERIFIED);
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let said = json!({
            "type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        said.to_string().into_bytes()
    }

    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        let mut data = sha2::Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    /// The public key as COSE has it: `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..65]);
        key
    }

    /// Makes its passkey.
    fn create(&mut self, options: &Value) -> Value {
        self.user_handle = text(&options["publicKey"]["user"]["id"]);
        let mut data = self.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        let client_data = self.client_data("webauthn.create", options);
        self.answer(&json!({
            "clientDataJSON": encode(&client_data), "attestationObject": encode(&object), "transports": ["internal"],
        }))
    }

    /// Signs a challenge.
    fn get(&mut self, options: &Value) -> Value {
        self.count += 1;
        let (client_data, data) = (self.client_data("webauthn.get", options), self.authenticator_data(0));
        let signed = [&data[..], &sha2::Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(&json!({
            "clientDataJSON": encode(&client_data), "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()), "userHandle": self.user_handle,
        }))
    }

    fn answer(&self, response: &Value) -> Value {
        let id = encode(&self.credential_id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response,
        })
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// A script of a page in the browser, with the session's token.
async fn script(browser: &Browser, method: &str, path: &str, body: &Value) -> Answer {
    let request = browser.request(method, path).header("x-csrf-token", &browser.csrf);
    send(request.json(body)).await
}

async fn options(browser: &Browser) -> Value {
    let answer = script(browser, "POST", "/api/v1/passkeys/options", &json!({})).await;
    answer.expect(200).json()
}

async fn add(browser: &Browser, credential: &Value) -> Answer {
    let body = json!({"name": "我的手机", "credential": credential});
    script(browser, "POST", "/api/v1/passkeys", &body).await
}

/// Somebody with a passkey.
async fn with_passkey(app: &TestApp) -> (Browser, Authenticator, Value) {
    let browser = Browser::sign_in(app, Role::Teacher).await;
    let mut authenticator = Authenticator::new();
    let credential = authenticator.create(&options(&browser).await);
    let passkey = add(&browser, &credential).await.expect(201).json();
    (browser, authenticator, passkey)
}

/// A browser that has begun to sign in: what it is asked with, and the cookie that its answer comes with.
async fn begun(guest: &Caller) -> (Value, String) {
    let answer = guest.send("POST", "/api/v1/passkeys/sign-in/options").await.expect(200);
    let cookie = answer.cookie("gongxue_passkey");
    (answer.json(), cookie)
}

async fn answered(guest: &Caller, cookie: &str, credential: &Value) -> Answer {
    let request = guest
        .request("POST", "/api/v1/passkeys/sign-in")
        .header("cookie", cookie);
    Answer::of(request.json(&json!({ "credential": credential }))).await
}

async fn sign_in(app: &TestApp, authenticator: &mut Authenticator) -> Answer {
    let guest = app.guest();
    let (options, cookie) = begun(&guest).await;
    answered(&guest, &cookie, &authenticator.get(&options)).await
}

/// The lines of the log about an act: who, on what, what came of it; one that tells of several as often as it says.
async fn lines(app: &TestApp, action: &str) -> Vec<(String, Option<String>, String)> {
    // Whoever looks has what was noted until now.
    app.auditor().await.get("/api/v1/audit").await.expect(200);
    let lines = entity::audit::Entity::find().all(&app.database().await).await.unwrap();
    let these = lines.into_iter().filter(|line| line.action == action);
    let told = |line: entity::audit::Model| {
        let times = usize::try_from(line.times.unwrap_or(1)).unwrap();
        vec![(line.actor, line.subject, line.outcome); times]
    };
    these.flat_map(told).collect()
}

async fn own_name(browser: &Browser) -> String {
    text(&browser.get("/api/v1/me").await.expect(200).json()["name"])
}

#[tokio::test]
async fn whoever_holds_a_passkey_signs_in_with_it_alone_until_it_is_taken_away() {
    let app = started().await;
    let (browser, mut authenticator, passkey) = with_passkey(&app).await;
    let name = own_name(&browser).await;

    let session = sign_in(&app, &mut authenticator).await.expect(201);

    assert!(session.set_cookie("gongxue_session").contains("HttpOnly"));
    assert_eq!(session.json()["account"]["name"], json!(name));
    let by_passkey = (name, Some("passkey".to_owned()), "done".to_owned());
    assert!(lines(&app, "session.begin").await.contains(&by_passkey));
    let listed = browser.get("/api/v1/passkeys").await.expect(200).json();
    assert_eq!(listed["items"][0]["name"], "我的手机");
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
    assert!(browser.open("/account").await.contains("我的手机"));

    let path = format!("/account/passkeys/{}", id(&passkey));
    browser
        .post(&path, &[("csrf", &browser.csrf), ("name", "旧手机 <b>")])
        .await
        .expect(303);
    assert!(browser.open("/account").await.contains("旧手机 &#60;b&#62;"));
    let empty = browser
        .post(&path, &[("csrf", &browser.csrf), ("name", " ")])
        .await
        .expect(303);
    assert_eq!(empty.header("location"), "/account?done=passkey-name");
    browser
        .post(&format!("{path}/remove"), &[("csrf", &browser.csrf)])
        .await
        .expect(303);
    assert_eq!(sign_in(&app, &mut authenticator).await.refusal(401), "wrong-passkey");
    let gone = script(
        &browser,
        "DELETE",
        &format!("/api/v1/passkeys/{}", id(&passkey)),
        &json!({}),
    )
    .await;
    assert_eq!(gone.refusal(404), "no-such-passkey");
    app.finish().await;
}

#[tokio::test]
async fn an_authenticator_that_answers_falsely_adds_no_passkey() {
    let app = started().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = own_name(&browser).await;
    type Falsely = fn(&mut Authenticator);
    let ways: [(&str, Falsely); 4] = [
        ("passkey-other-site", |it| it.origin = "https://evil.example"),
        ("passkey-other-site", |it| it.rp_id = "evil.example"),
        ("passkey-not-verified", |it| it.flags = PRESENT),
        ("passkey-not-verified", |it| it.flags = VERIFIED),
    ];

    for (code, falsely) in ways {
        let mut authenticator = Authenticator::new();
        falsely(&mut authenticator);
        let credential = authenticator.create(&options(&browser).await);
        assert_eq!(add(&browser, &credential).await.refusal(401), code);
    }
    let mut authenticator = Authenticator::new();
    let begun = options(&browser).await;
    let mut other = begun.clone();
    other["publicKey"]["challenge"] = json!(encode(&[7; 16]));
    assert_eq!(
        add(&browser, &authenticator.create(&other)).await.refusal(401),
        "passkey-over"
    );
    let credential = authenticator.create(&begun);
    let elsewhere = Browser::of(&app, &name).await;
    assert_eq!(
        add(&elsewhere, &credential).await.refusal(401),
        "passkey-over",
        "by another browser"
    );
    add(&browser, &credential).await.expect(201);
    assert_eq!(add(&browser, &credential).await.refusal(401), "passkey-over", "twice");
    let late = options(&browser).await;
    app.advance(Duration::from_mins(5));
    assert_eq!(
        add(&browser, &Authenticator::new().create(&late)).await.refusal(401),
        "passkey-over",
        "late"
    );
    for nonsense in [
        json!({}),
        json!("x"),
        json!({"response": {"clientDataJSON": "", "attestationObject": "AA"}}),
    ] {
        assert_eq!(add(&browser, &nonsense).await.refusal(400), "malformed-request");
    }
    // Somebody else's authenticator that claims the same name for what it made.
    let stranger = Browser::sign_in(&app, Role::Teacher).await;
    let claimed = authenticator.create(&options(&stranger).await);
    assert_eq!(add(&stranger, &claimed).await.refusal(401), "wrong-passkey");

    let kept = browser.get("/api/v1/passkeys").await.expect(200).json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
    let refused = lines(&app, "passkey.add").await;
    let refused = refused.iter().filter(|(_, _, outcome)| outcome != "done").count();
    assert!(refused >= 8, "{refused} of them are in the log");
    app.finish().await;
}

/// A right answer that is changed before it is sent gets this code.
async fn refused_when_changed(
    app: &TestApp,
    authenticator: &mut Authenticator,
    change: impl FnOnce(&mut Value),
) -> String {
    let guest = app.guest();
    let (asked, cookie) = begun(&guest).await;
    let mut credential = authenticator.get(&asked);
    change(&mut credential);
    answered(&guest, &cookie, &credential).await.refusal(401)
}

/// That sign-ins of somebody were refused with these codes, and that each is in the log.
async fn expect_recorded(app: &TestApp, name: &str, codes: &[&str]) {
    let lines = lines(app, "session.begin").await;
    let own = lines.iter().filter(|(actor, ..)| actor == name);
    let said: Vec<&str> = own.map(|(_, _, outcome)| outcome.as_str()).collect();
    for code in codes {
        assert!(said.contains(code), "{code} is not in the log: {said:?}");
    }
}

#[tokio::test]
async fn an_authenticator_that_answers_falsely_signs_nobody_in() {
    let app = started().await;
    let (browser, mut authenticator, _) = with_passkey(&app).await;
    type Falsely = fn(&mut Authenticator);
    let ways: [(&str, Falsely); 4] = [
        ("passkey-other-site", |it| it.origin = "https://evil.example"),
        ("passkey-other-site", |it| it.rp_id = "evil.example"),
        ("passkey-not-verified", |it| it.flags = PRESENT),
        // That it can be copied is said when it is made, and for good.
        ("wrong-passkey", |it| it.flags |= ELIGIBLE | SYNCED),
    ];
    for (code, falsely) in ways {
        falsely(&mut authenticator);
        assert_eq!(sign_in(&app, &mut authenticator).await.refusal(401), code);
        authenticator.behave();
    }
    sign_in(&app, &mut authenticator).await.expect(201);
    authenticator.count = 1;
    let copied = sign_in(&app, &mut authenticator).await;
    assert_eq!(copied.refusal(401), "passkey-copied", "a copy of it was used");

    let name = own_name(&browser).await;
    let codes = [
        "passkey-other-site",
        "passkey-not-verified",
        "wrong-passkey",
        "passkey-copied",
    ];
    expect_recorded(&app, &name, &codes).await;
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_changed_or_anothers_signs_nobody_in() {
    let app = started().await;
    let (_, mut authenticator, _) = with_passkey(&app).await;
    let (_, mut others, _) = with_passkey(&app).await;
    let id = json!(encode(&others.credential_id));
    let owner = json!(others.user_handle);

    let mut data = authenticator.authenticator_data(0);
    data[36] ^= 0x40;
    let tampered = |it: &mut Value| it["response"]["authenticatorData"] = json!(encode(&data));
    let code = refused_when_changed(&app, &mut authenticator, tampered).await;
    assert_eq!(code, "wrong-passkey", "what was signed was changed");
    let claimed = |it: &mut Value| {
        (it["id"], it["rawId"], it["response"]["userHandle"]) = (id.clone(), id.clone(), owner.clone());
    };
    let code = refused_when_changed(&app, &mut authenticator, claimed).await;
    assert_eq!(code, "wrong-passkey", "another's passkey was claimed");
    let claimed = |it: &mut Value| it["response"]["userHandle"] = owner.clone();
    let code = refused_when_changed(&app, &mut authenticator, claimed).await;
    assert_eq!(code, "wrong-passkey", "another's account was claimed");
    let mut unknown = Authenticator::new();
    unknown.user_handle.clone_from(&authenticator.user_handle);
    assert_eq!(sign_in(&app, &mut unknown).await.refusal(401), "wrong-passkey");

    sign_in(&app, &mut others).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn an_answer_counts_once_in_time_in_the_browser_that_was_asked() {
    let app = started().await;
    let (browser, mut authenticator, _) = with_passkey(&app).await;
    let (name, guest) = (own_name(&browser).await, app.guest());
    let (asked, cookie) = begun(&guest).await;
    let (_, other_cookie) = begun(&guest).await;
    let right = authenticator.get(&asked);

    for elsewhere in [other_cookie.as_str(), "x=y"] {
        let answer = answered(&guest, elsewhere, &right).await;
        assert_eq!(answer.refusal(401), "passkey-over", "{elsewhere}");
    }
    answered(&guest, &cookie, &right).await.expect(201);
    assert_eq!(
        answered(&guest, &cookie, &right).await.refusal(401),
        "passkey-over",
        "twice"
    );
    let (asked, cookie) = begun(&guest).await;
    let late = authenticator.get(&asked);
    app.advance(Duration::from_mins(5));
    assert_eq!(
        answered(&guest, &cookie, &late).await.refusal(401),
        "passkey-over",
        "late"
    );

    expect_recorded(&app, &name, &["passkey-over"]).await;
    app.finish().await;
}

#[tokio::test]
async fn two_answers_to_one_challenge_sign_in_once() {
    let app = started().await;
    let (_, mut authenticator, _) = with_passkey(&app).await;
    let guest = app.guest();
    let (asked, cookie) = begun(&guest).await;
    let right = authenticator.get(&asked);

    let tries = (0..4).map(|_| answered(&guest, &cookie, &right));
    let answers = futures_util::future::join_all(tries).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    app.finish().await;
}

/// Several nodes serve one site: what one asked for another hears.
#[tokio::test]
async fn a_challenge_of_one_node_is_answered_at_another() {
    let app = started().await;
    let (_, mut authenticator, _) = with_passkey(&app).await;
    let node = app.node().await;
    let (asked, cookie) = begun(&app.guest()).await;

    answered(&node.caller(&app.guest()), &cookie, &authenticator.get(&asked))
        .await
        .expect(201);

    node.lose().await;
    app.finish().await;
}

#[tokio::test]
async fn beginning_to_sign_in_tells_nothing_and_cannot_fill_the_database() {
    let app = started().await;
    let guest = app.guest();
    let (mut first, cookie) = begun(&guest).await;
    let (mut second, _) = begun(&guest).await;
    for asked in [&mut first, &mut second] {
        let challenge = text(&asked["publicKey"]["challenge"]);
        assert!(challenge.len() >= 22, "it can be guessed: {challenge}");
        asked["publicKey"]["challenge"] = json!("");
    }
    assert_eq!(first, second, "it is not the same for everybody");
    assert_eq!(
        first["publicKey"]["allowCredentials"],
        json!([]),
        "it says which passkeys there are"
    );
    assert_eq!(first["publicKey"]["userVerification"], "required");
    assert!(cookie.len() > "gongxue_passkey=".len() + 40);

    for _ in 0..310 {
        begun(&guest).await;
    }
    let kept = entity::passkey_ceremony::Entity::find()
        .all(&app.database().await)
        .await
        .unwrap();
    assert_eq!(kept.len(), 300, "a network fills the database");
    app.advance(Duration::from_mins(6));
    app.ask(async |library| library.operations.tidy().await).await.unwrap();
    let kept = entity::passkey_ceremony::Entity::find()
        .all(&app.database().await)
        .await
        .unwrap();
    assert_eq!(kept, []);
    app.finish().await;
}

#[tokio::test]
async fn whoever_signed_in_a_while_ago_confirms_with_their_own_passkey_alone() {
    let app = started().await;
    let (browser, mut authenticator, passkey) = with_passkey(&app).await;
    let (_, mut others, _) = with_passkey(&app).await;
    app.advance(A_WHILE);
    let begin = "/api/v1/passkeys/options";
    let asked_again = script(&browser, "POST", begin, &json!({})).await;
    assert_eq!(
        asked_again.refusal(403),
        "confirm-identity",
        "a passkey is added at a browser left open"
    );
    let path = format!("/api/v1/passkeys/{}", id(&passkey));
    assert_eq!(
        script(&browser, "DELETE", &path, &json!({})).await.refusal(403),
        "confirm-identity"
    );

    let ask = async || {
        script(&browser, "POST", "/api/v1/passkeys/confirm/options", &json!({}))
            .await
            .expect(200)
            .json()
    };
    let confirm = async |credential: Value| {
        script(
            &browser,
            "POST",
            "/api/v1/session/confirm",
            &json!({ "passkey": credential }),
        )
        .await
    };
    assert_eq!(confirm(others.get(&ask().await)).await.refusal(401), "wrong-passkey");
    let for_sign_in = authenticator.get(&begun(&app.guest()).await.0);
    assert_eq!(
        confirm(for_sign_in).await.refusal(401),
        "passkey-over",
        "what was asked for signing in confirmed"
    );
    confirm(authenticator.get(&ask().await)).await.expect(204);
    script(&browser, "POST", begin, &json!({})).await.expect(200);

    // The page that asks sends it along with the form.
    app.advance(A_WHILE);
    let fields = [("csrf", browser.csrf.as_str()), ("name", "甲"), ("days", "30")];
    let page = html(browser.post("/account/tokens", &fields).await.expect(403));
    assert!(
        page.contains("data-passkey=\"confirm\""),
        "the page that asks offers none"
    );
    let answer = authenticator.get(&ask().await).to_string();
    let fields = [
        &fields[..],
        &[("confirm_passkey", answer.as_str()), ("confirm_password", "filled in")],
    ]
    .concat();
    browser.post("/account/tokens", &fields).await.expect(200);
    let methods = lines(&app, "session.confirm").await;
    let done = methods
        .iter()
        .filter(|(_, method, outcome)| method.as_deref() == Some("passkey") && outcome == "done");
    assert_eq!(done.count(), 2);
    app.finish().await;
}

/// A stolen token must not make itself a way in that outlives it.
#[tokio::test]
async fn a_token_adds_no_passkey() {
    let app = started().await;
    let teacher = app.teacher("S1").await;

    for path in ["/api/v1/passkeys/options", "/api/v1/passkeys/confirm/options"] {
        assert_eq!(
            teacher.send("POST", path).await.refusal(404),
            "no-such-session",
            "{path}"
        );
    }
    let body = json!({"name": "甲", "credential": {}});
    assert_eq!(
        teacher.post_json("/api/v1/passkeys", &body).await.refusal(404),
        "no-such-session"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_thiefs_passkey_ends_with_the_reset_and_the_owner_is_told_of_it_by_their_own_change() {
    let app = started().await;
    let admin = app.admin("S1").await;
    let (browser, mut authenticator, _) = with_passkey(&app).await;
    let name = own_name(&browser).await;
    let found = admin.get_json(&format!("/api/v1/accounts?q={name}")).await;
    let account = format!("/api/v1/accounts/{}", id(&found["items"][0]));
    assert_eq!(
        found["items"][0]["passkeys"], true,
        "who looks after the account is not told"
    );
    let edit = async |change: Value| {
        Answer::of(admin.request("PATCH", &account).json(&change))
            .await
            .expect(200)
            .json()
    };

    // Their own new password: the page says what else opens the account.
    let fields = [
        ("csrf", browser.csrf.as_str()),
        ("old", PASSWORD),
        ("new", "other words entirely"),
    ];
    let done = browser
        .post("/account/password", &fields)
        .await
        .expect(303)
        .header("location");
    assert!(browser.open(&done).await.contains("通行密钥登录，请在下面核对"));

    // An administrator's, after a theft: nothing that the thief added opens the account.
    let given = edit(json!({"new_password": true})).await;
    assert_eq!(given["passkeys"], false, "{given}");
    let given = text(&given["password"]);
    assert_eq!(sign_in(&app, &mut authenticator).await.refusal(401), "wrong-passkey");
    let log = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=passkey.remove")
        .await;
    assert_eq!(log["items"][0]["outcome"], "done", "{log}");
    let chosen = [
        ("name", name.as_str()),
        ("password", &given),
        ("new_password", "a third one entirely"),
    ];
    let typed = crate::browser::urlencoded(&app.guest(), "/sign-in", &chosen);
    assert_eq!(
        send(typed).await.expect(303).header("location"),
        "/",
        "there is nothing left to look over"
    );

    app.finish().await;
}

#[tokio::test]
async fn a_passkey_opens_no_disabled_account_and_goes_with_the_second_factor() {
    let app = started().await;
    let admin = app.admin("S1").await;
    let (browser, mut authenticator, _) = with_passkey(&app).await;
    let found = admin
        .get_json(&format!("/api/v1/accounts?q={}", own_name(&browser).await))
        .await;
    let account = format!("/api/v1/accounts/{}", id(&found["items"][0]));
    let edit = async |change: Value| {
        let changed = Answer::of(admin.request("PATCH", &account).json(&change)).await;
        changed.expect(200).json()
    };

    edit(json!({"disabled": true})).await;
    assert_eq!(sign_in(&app, &mut authenticator).await.refusal(401), "wrong-passkey");
    edit(json!({"disabled": false})).await;
    sign_in(&app, &mut authenticator).await.expect(201);
    assert_eq!(edit(json!({"end_second_factor": true})).await["passkeys"], false);
    assert_eq!(sign_in(&app, &mut authenticator).await.refusal(401), "wrong-passkey");
    app.finish().await;
}

#[tokio::test]
async fn where_browsers_make_no_passkeys_none_is_offered_and_the_page_says_why() {
    for (url, is_offered) in [(ORIGIN, true), ("http://ku.example.cn", false), ("", false)] {
        let app = TestApp::with(|config| config.server.public_url.set(url).unwrap()).await;
        let browser = Browser::sign_in(&app, Role::Teacher).await;
        let page = browser.open("/account").await;
        let sign_in = html(app.guest().get("/sign-in").await.expect(200));

        assert_eq!(page.contains("data-passkey=\"add\""), is_offered, "{url}");
        assert_eq!(page.contains("还没有配置 https 网址"), !is_offered, "{url}");
        assert_eq!(sign_in.contains("data-passkey=\"sign-in\""), is_offered, "{url}");
        let begin = app.guest().send("POST", "/api/v1/passkeys/sign-in/options").await;
        if is_offered {
            begin.expect(200);
        } else {
            assert_eq!(begin.refusal(409), "passkeys-unavailable", "{url}");
        }
        app.finish().await;
    }
}

#[tokio::test]
async fn an_account_has_so_many_passkeys_and_no_more_and_none_twice_on_one_authenticator() {
    let app = started().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    for _ in 0..20 {
        let credential = Authenticator::new().create(&options(&browser).await);
        add(&browser, &credential).await.expect(201);
    }

    let full = script(&browser, "POST", "/api/v1/passkeys/options", &json!({})).await;
    assert_eq!(full.refusal(409), "limit-reached");
    let other = Browser::sign_in(&app, Role::Teacher).await;
    let mut authenticator = Authenticator::new();
    let credential = authenticator.create(&options(&other).await);
    add(&other, &credential).await.expect(201);
    let asked = options(&other).await;
    let extensions = asked["publicKey"]["extensions"].to_string();
    assert_eq!(extensions, "{}", "most computers' authenticators are kept out");
    let known = &asked["publicKey"]["excludeCredentials"];
    assert_eq!(known[0]["id"], json!(encode(&authenticator.credential_id)));
    app.finish().await;
}
