//! People: signing in by browser, tokens for programs, and what must never be told.

use std::time::Duration;

use gongxue::config::Setting as _;
use gongxue::db::entity;
use gongxue::domain::role::{Role, TokenScope};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, text};

const SESSION: &str = "/api/v1/session";
const PASSWORD: &str = "correct horse 电工";
const HOUR: Duration = Duration::from_hours(1);

/// A browser that has signed in: its cookie, and the mark its writes must carry.
struct Browser {
    guest: Caller,
    cookie: String,
    mark: String,
}

impl Browser {
    async fn sign_in(app: &TestApp, name: &str) -> Self {
        let answer = sign_in(&app.guest(), name, PASSWORD).await.expect(201);
        Self {
            guest: app.guest(),
            cookie: answer.cookie("gongxue_session"),
            mark: text(&answer.json()["csrf_token"]),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::of(self.guest.request("GET", path).header("cookie", &self.cookie)).await
    }

    /// Shares something, with these headers.
    async fn share(&self, headers: &[(&str, &str)]) -> Answer {
        let body = json!({"title": "甲", "type": "video"});
        let mut request = self.guest.request("POST", "/api/v1/resources").json(&body);
        for (name, value) in [("cookie", self.cookie.as_str())].iter().chain(headers) {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    }
}

async fn sign_in(caller: &Caller, name: &str, password: &str) -> Answer {
    caller
        .post_json(SESSION, &json!({"name": name, "password": password}))
        .await
}

async fn teacher_with_password(app: &TestApp) -> String {
    app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await
}

#[tokio::test]
async fn signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends_along() {
    let app = TestApp::start().await;
    let name = teacher_with_password(&app).await;

    let answer = sign_in(&app.guest(), &name, PASSWORD).await.expect(201);

    let cookie = answer.set_cookie("gongxue_session");
    let (attributes, seconds) = cookie.rsplit_once("; Max-Age=").unwrap();
    let (_, attributes) = attributes.split_once("; ").unwrap();
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/", "{cookie}");
    let days = seconds.parse::<f64>().unwrap() / 86_400.0;
    assert!((29.9..=30.0).contains(&days), "{cookie}");
    assert_eq!(answer.json()["account"]["name"], json!(name));
    app.finish().await;
}

/// Over TLS another host of the domain, or whoever listens on the way, could read the cookie or slip in its own.
#[tokio::test]
async fn over_tls_the_cookie_stays_on_it_and_on_this_host() {
    let app = TestApp::with(|config| config.server.public_url.set("https://ku.example").unwrap()).await;
    let name = teacher_with_password(&app).await;

    let answer = sign_in(&app.guest(), &name, PASSWORD).await.expect(201);
    let cookie = answer.header("set-cookie");
    let (named, attributes) = cookie.split_once("; ").unwrap();
    assert!(named.starts_with("__Host-gongxue_session="), "{cookie}");
    assert!(
        attributes.starts_with("HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age="),
        "{cookie}"
    );
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");

    let browser = Browser::sign_in(&app, &name).await;
    browser.get("/api/v1/me").await.expect(200);
    let under_the_old_name = Browser {
        cookie: browser.cookie.replace("__Host-", ""),
        ..browser
    };
    assert_eq!(under_the_old_name.get("/api/v1/me").await.refusal(401), "not-signed-in");
}

#[tokio::test]
async fn without_tls_browsers_are_not_told_to_come_by_it() {
    let app = TestApp::start().await;
    let page = app.guest().get("/sign-in").await.expect(200);
    assert!(!page.headers.contains_key("strict-transport-security"));

    let app = TestApp::with(|config| {
        config.server.public_url.set("https://ku.example").unwrap();
        config.server.hsts_days = 0;
    })
    .await;
    let page = app.guest().get("/sign-in").await.expect(200);
    assert!(
        !page.headers.contains_key("strict-transport-security"),
        "it was switched off"
    );
}

/// The next at a school's computer pressed "back" and saw what the one before had looked at.
#[tokio::test]
async fn signing_out_empties_the_browsers_cache_and_its_cookie() {
    for public_url in ["", "https://ku.example"] {
        let app = TestApp::with(|config| config.server.public_url.set(public_url).unwrap()).await;
        let name = teacher_with_password(&app).await;
        let browser = Browser::sign_in(&app, &name).await;

        let out = browser
            .guest
            .request("DELETE", SESSION)
            .header("cookie", &browser.cookie);
        let out = Answer::of(out.header("x-csrf-token", &browser.mark)).await.expect(204);

        assert_eq!(out.header("clear-site-data"), "\"cache\"");
        let cookie = out.header("set-cookie");
        let held = browser.cookie.split('=').next().unwrap();
        assert!(cookie.starts_with(&format!("{held}=;")), "{cookie}");
        assert!(cookie.contains("Max-Age=0"), "{cookie}");
        assert_eq!(cookie.contains("Secure"), !public_url.is_empty(), "{cookie}");
        assert_eq!(browser.get("/api/v1/me").await.refusal(401), "not-signed-in");
    }
}

#[tokio::test]
async fn a_browsers_writes_carry_its_sessions_mark_and_come_from_here() {
    let app = TestApp::start().await;
    let name = teacher_with_password(&app).await;
    let browser = Browser::sign_in(&app, &name).await;
    let mark = browser.mark.as_str();

    assert_eq!(browser.share(&[]).await.refusal(403), "csrf");
    assert_eq!(browser.share(&[("x-csrf-token", "guess")]).await.refusal(403), "csrf");
    let from_elsewhere = [("x-csrf-token", mark), ("sec-fetch-site", "cross-site")];
    assert_eq!(browser.share(&from_elsewhere).await.refusal(403), "csrf");
    browser
        .share(&[("x-csrf-token", mark), ("sec-fetch-site", "same-origin")])
        .await
        .expect(201);
    assert_eq!(
        browser.get("/api/v1/me").await.expect(200).json()["csrf_token"],
        json!(mark)
    );
    app.finish().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_server() {
    let app = TestApp::start().await;
    let name = teacher_with_password(&app).await;
    let browser = Browser::sign_in(&app, &name).await;

    let out = browser
        .guest
        .request("DELETE", SESSION)
        .header("cookie", &browser.cookie);
    Answer::of(out.header("x-csrf-token", &browser.mark)).await.expect(204);

    assert_eq!(browser.get("/api/v1/me").await.refusal(401), "not-signed-in");
    app.finish().await;
}

#[tokio::test]
async fn a_session_ends_without_use_and_at_the_latest_after_its_time() {
    let app = TestApp::with(|config| {
        config.people.session_idle_hours = 12;
        config.people.session_max_days = 2;
    })
    .await;
    let name = teacher_with_password(&app).await;

    let idle = Browser::sign_in(&app, &name).await;
    app.advance(11 * HOUR);
    idle.get("/api/v1/me").await.expect(200);
    app.advance(11 * HOUR);
    idle.get("/api/v1/me").await.expect(200);
    app.advance(12 * HOUR);
    assert_eq!(idle.get("/api/v1/me").await.refusal(401), "not-signed-in");

    let busy = Browser::sign_in(&app, &name).await;
    for _ in 0..4 {
        app.advance(11 * HOUR);
        busy.get("/api/v1/me").await.expect(200);
    }
    app.advance(4 * HOUR);
    assert_eq!(busy.get("/api/v1/me").await.refusal(401), "not-signed-in");
    app.finish().await;
}

#[tokio::test]
async fn wrong_passwords_lock_the_door_until_its_time_is_over() {
    let app = TestApp::with(|config| {
        config.people.lockout_failures = 3;
        config.people.lockout_minutes = 15;
    })
    .await;
    let name = teacher_with_password(&app).await;
    let guest = app.guest();

    for _ in 0..3 {
        assert_eq!(sign_in(&guest, &name, "wrong").await.refusal(401), "wrong-password");
    }
    let locked = sign_in(&guest, &name, PASSWORD).await;
    let wait: u64 = locked.header("retry-after").parse().unwrap();
    assert!((840..=900).contains(&wait), "{wait}");
    assert_eq!(locked.refusal(429), "locked-out");
    app.advance(Duration::from_mins(15));
    sign_in(&guest, &name, PASSWORD).await.expect(201);
    // Signing in forgets the failures before it.
    assert_eq!(sign_in(&guest, &name, "wrong").await.refusal(401), "wrong-password");
    sign_in(&guest, &name, PASSWORD).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn passwords_tried_at_the_same_moment_are_counted_one_by_one() {
    let app = TestApp::with(|config| config.people.lockout_failures = 3).await;
    let name = teacher_with_password(&app).await;
    let guest = app.guest();

    let tries = (0..6).map(|number| {
        let (guest, name) = (&guest, &name);
        async move { sign_in(guest, name, &format!("wrong {number}")).await.status }
    });
    let statuses = futures_util::future::join_all(tries).await;

    assert!(
        statuses.iter().all(|status| [401, 429].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(sign_in(&guest, &name, PASSWORD).await.refusal(429), "locked-out");
    app.finish().await;
}

#[tokio::test]
async fn whoever_guesses_a_password_waits_and_its_owner_does_not() {
    let app = TestApp::with(|config| config.people.lockout_failures = 3).await;
    let name = teacher_with_password(&app).await;
    let (guesser, owner) = (app.guest().at_address(9), app.guest().at_address(2));
    // The owner's own browser is known, wherever it is carried.
    let first = sign_in(&owner, &name, PASSWORD).await.expect(201);
    let known = first.cookie("gongxue_browser");

    for _ in 0..3 {
        assert_eq!(sign_in(&guesser, &name, "wrong").await.refusal(401), "wrong-password");
    }
    assert_eq!(sign_in(&guesser, &name, PASSWORD).await.refusal(429), "locked-out");

    sign_in(&owner, &name, PASSWORD).await.expect(201);
    let body = json!({"name": name, "password": PASSWORD});
    let beside = |cookie: &str| {
        let request = guesser.request("POST", SESSION).header("cookie", cookie);
        Answer::of(request.json(&body))
    };
    beside(&known).await.expect(201);
    assert_eq!(
        beside("gongxue_browser=made-up").await.refusal(429),
        "locked-out",
        "a cookie that nobody was given opens the door"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_right_password_is_no_guess_whatever_else_is_asked_for() {
    let app = TestApp::with(|config| {
        config.people.lockout_failures = 3;
        config.people.lockout_network_attempts = 6;
    })
    .await;
    let admin = app.admin("S1").await;
    let body = json!({"name": "wang.min", "role": "teacher"});
    let made = admin.post_json("/api/v1/accounts", &body).await.expect(201).json();
    let given = text(&made["password"]);
    let guest = app.guest().at_address(9);

    for _ in 0..10 {
        assert_eq!(sign_in(&guest, "wang.min", &given).await.refusal(403), "password-once");
        let bad = json!({"name": "wang.min", "password": given, "new_password": "password123"});
        assert_eq!(
            guest.post_json(SESSION, &bad).await.faults(),
            ["/new_password guessable"]
        );
    }

    let good = json!({"name": "wang.min", "password": given, "new_password": PASSWORD});
    guest.post_json(SESSION, &good).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn names_that_nobody_has_are_counted_and_refused_like_any_other() {
    let app = TestApp::with(|config| config.people.lockout_failures = 3).await;
    let name = teacher_with_password(&app).await;
    let guest = app.guest();

    let mut statuses = Vec::new();
    for name in [name.as_str(), "nobody-at-all"] {
        let mut of_name = Vec::new();
        for _ in 0..5 {
            of_name.push(sign_in(&guest, name, "wrong").await.status);
        }
        statuses.push(of_name);
    }

    assert_eq!(statuses[0], [401, 401, 401, 429, 429]);
    assert_eq!(statuses[0], statuses[1], "the lock tells who exists");
    app.finish().await;
}

#[tokio::test]
async fn one_password_tried_with_many_names_meets_a_limit_that_right_ones_do_not_use_up() {
    let app = TestApp::with(|config| config.people.lockout_network_attempts = 6).await;
    let name = teacher_with_password(&app).await;
    let school = app.guest().at_address(9);
    let mut known = String::new();
    for _ in 0..10 {
        known = sign_in(&school, &name, PASSWORD)
            .await
            .expect(201)
            .cookie("gongxue_browser");
    }

    for number in 0..6 {
        let guess = sign_in(&school, &format!("teacher-{number}"), "Password1234").await;
        assert_eq!(guess.refusal(401), "wrong-password");
    }

    assert_eq!(
        sign_in(&school, "teacher-6", "Password1234").await.refusal(429),
        "locked-out"
    );
    let body = json!({"name": name, "password": PASSWORD});
    let request = school.request("POST", SESSION).header("cookie", &known).json(&body);
    Answer::of(request).await.expect(201);
    sign_in(&app.guest().at_address(2), &name, PASSWORD).await.expect(201);
    app.advance(Duration::from_mins(15));
    sign_in(&school, &name, PASSWORD).await.expect(201);
    app.finish().await;
}

/// A school has strangers in the network around its own.
#[tokio::test]
async fn what_a_wider_network_tried_is_counted_and_shuts_nobody_out() {
    let app = TestApp::with(|config| config.people.lockout_network_attempts = 2).await;
    let name = teacher_with_password(&app).await;

    for last in 10..20 {
        let guess = sign_in(&app.guest().at_address(last), "nobody", "wrong").await;
        assert_eq!(guess.refusal(401), "wrong-password");
    }
    let owner = app.guest().at_address(2);
    for _ in 0..3 {
        sign_in(&owner, &name, PASSWORD).await.expect(201);
    }

    let counts = entity::sign_in_attempt::Entity::find();
    let counts = counts.all(&app.database().await).await.unwrap();
    let of_wider_networks = counts
        .iter()
        .filter(|count| count.name_hash.is_none() && count.network.is_none());
    let tried: Vec<i32> = of_wider_networks.map(|count| count.attempts).collect();
    assert_eq!(
        tried,
        [10],
        "all ten addresses are in one, and right passwords are no guesses"
    );
    app.finish().await;
}

#[tokio::test]
async fn guesses_and_the_waits_they_earn_are_recorded_without_the_names_that_nobody_has() {
    let app = TestApp::with(|config| config.people.lockout_failures = 2).await;
    let name = teacher_with_password(&app).await;
    let guest = app.guest();

    for name in [name.as_str(), "typed-my-password-here"] {
        for _ in 0..3 {
            sign_in(&guest, name, "wrong").await;
        }
    }

    // Whoever looks has what was noted until now.
    app.auditor().await.get("/api/v1/audit").await.expect(200);
    let lines = entity::audit::Entity::find().all(&app.database().await).await.unwrap();
    let told = |actor: &str, action: &str, outcome: &str| -> i32 {
        let by = lines.iter().filter(|line| line.actor == actor && line.action == action);
        by.filter(|line| line.outcome == outcome)
            .map(|line| line.times.unwrap_or(1))
            .sum()
    };
    for actor in [name.as_str(), "guest"] {
        assert_eq!(told(actor, "session.begin", "wrong-password"), 2, "{actor}");
        assert_eq!(told(actor, "session.begin", "locked-out"), 1, "{actor}");
        assert_eq!(told(actor, "session.lock", "done"), 1, "{actor}");
    }
    let kept = format!("{lines:?}");
    assert!(!kept.contains("typed-my-password-here"), "{kept}");
    app.finish().await;
}

/// It was a guest's once, though the password had just said who it is.
#[tokio::test]
async fn who_signs_in_with_a_password_for_once_is_recorded_by_name() {
    let app = TestApp::start().await;
    let body = json!({"name": "wang.min", "role": "teacher"});
    let made = app
        .admin("S1")
        .await
        .post_json("/api/v1/accounts", &body)
        .await
        .expect(201)
        .json();

    let answer = sign_in(&app.guest(), "wang.min", &text(&made["password"])).await;

    assert_eq!(answer.refusal(403), "password-once");
    app.auditor().await.get("/api/v1/audit").await.expect(200);
    let lines = entity::audit::Entity::find().all(&app.database().await).await.unwrap();
    let told = lines.iter().filter(|line| line.outcome == "password-once");
    let told: Vec<(&str, &str)> = told.map(|line| (line.actor.as_str(), line.action.as_str())).collect();
    assert_eq!(told, [("wang.min", "session.begin")]);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_name_gets_the_same_answer_as_a_wrong_password() {
    let app = TestApp::start().await;
    let name = teacher_with_password(&app).await;
    let without_password = app.account(Role::Teacher, Some("S1"), None).await;
    let guest = app.guest();

    let mut said = Vec::new();
    for name in [name.as_str(), "nobody", &without_password] {
        let mut body = sign_in(&guest, name, "wrong").await.expect(401).json();
        body["instance"] = json!("");
        said.push(body);
    }

    assert_eq!(said[0]["code"], "wrong-password");
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0], said[2]);
    app.finish().await;
}

#[tokio::test]
async fn a_token_carries_no_more_than_it_was_given_and_no_longer() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let reading = app.token(teacher.name(), TokenScope::Read, None).await;
    let writing = app.token(teacher.name(), TokenScope::Write, Some(24 * HOUR)).await;
    let body = json!({"title": "甲", "type": "video"});
    let share = |token: &str| {
        let caller = teacher.with_token(Some(token));
        let body = body.clone();
        async move { caller.post_json("/api/v1/resources", &body).await }
    };

    assert_eq!(share(&reading).await.refusal(403), "token-too-narrow");
    share(&writing).await.expect(201);
    app.advance(24 * HOUR);
    let over = share(&writing).await;
    assert_eq!(over.header("www-authenticate"), "Bearer");
    assert_eq!(over.refusal(401), "invalid-token");
    teacher.with_token(Some(&reading)).get("/api/v1/me").await.expect(200);
    // A token that is none is refused even where nobody need sign in: its sender believes to be somebody.
    let unknown = teacher.with_token(Some("gxt_nobody")).get("/api/v1/schools").await;
    assert_eq!(unknown.refusal(401), "invalid-token");
    app.finish().await;
}

#[tokio::test]
async fn passwords_and_keys_are_nowhere_in_the_clear() {
    let app = TestApp::start().await;
    let name = teacher_with_password(&app).await;
    let token = app.token(&name, TokenScope::Write, None).await;
    let browser = Browser::sign_in(&app, &name).await;
    sign_in(&app.guest(), &name, "an almost right password")
        .await
        .expect(401);
    app.guest().with_token(Some(&token)).get("/api/v1/me").await.expect(200);

    let session = browser.cookie.split_once('=').unwrap().1;
    let kept = everything_kept(&app).await;
    assert!(kept.contains(&name), "the whole database was read");
    for secret in [PASSWORD, "an almost right password", &token, session] {
        assert!(!kept.contains(secret), "`{secret}` is in the database");
    }
    let audit = app.auditor().await.get_json("/api/v1/audit?limit=100").await;
    let lines: Vec<(String, String)> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (text(&line["action"]), text(&line["outcome"])))
        .collect();
    for told in [
        ("session.begin", "done"),
        ("session.begin", "wrong-password"),
        ("token.add", "done"),
    ] {
        assert!(
            lines.contains(&(told.0.to_owned(), told.1.to_owned())),
            "{told:?} of {lines:?}"
        );
    }
    app.finish().await;
}

/// Every row of every table that knows of people, as text.
async fn everything_kept(app: &TestApp) -> String {
    let database = app.database().await;
    let accounts = entity::account::Entity::find().all(&database).await.unwrap();
    let sessions = entity::session::Entity::find().all(&database).await.unwrap();
    let tokens = entity::token::Entity::find().all(&database).await.unwrap();
    let audit = entity::audit::Entity::find().all(&database).await.unwrap();
    let answers = entity::idempotency::Entity::find().all(&database).await.unwrap();
    format!("{accounts:?}\n{sessions:?}\n{tokens:?}\n{audit:?}\n{answers:?}")
}

#[tokio::test]
async fn me_is_who_the_token_speaks_for() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;

    let me: Value = admin.get_json("/api/v1/me").await;

    assert_eq!(
        (&me["name"], &me["role"], &me["school"]["code"]),
        (&json!(admin.name()), &json!("school-admin"), &json!("S1"))
    );
    app.finish().await;
}

/// A body that trickled in for half an hour opened an account for whoever had been an administrator when it began.
#[tokio::test]
async fn whoever_loses_their_standing_while_a_request_is_under_way_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    for (at, change) in [json!({"disabled": true}), json!({"role": "reader"})]
        .iter()
        .enumerate()
    {
        let name = app.account(Role::Bureau, None, None).await;
        let asked = name.clone();
        let actor = app
            .ask(async move |library| library.accounts.actor_named(&asked).await)
            .await
            .unwrap();
        let found = bureau.get_json(&format!("/api/v1/accounts?q={name}")).await;
        let path = format!("/api/v1/accounts/{}", text(&found["items"][0]["id"]));
        Answer::of(bureau.request("PATCH", &path).json(change))
            .await
            .expect(200);

        let new = json!({"name": format!("left.behind.{at}"), "role": "bureau"});
        let new = new.as_object().unwrap().clone();
        let opened = app
            .ask(async move |library| library.accounts.open_account(&actor, &new).await.map(|made| made.id))
            .await;

        assert!(format!("{opened:?}").contains("NotSignedIn"), "{change}: {opened:?}");
        let left = bureau.get_json("/api/v1/accounts?q=left.behind").await;
        assert_eq!(left["items"], json!([]));
    }
    app.finish().await;
}

/// With another password everything that was opened by the old one ends; that is asked about where one changes it.
#[tokio::test]
async fn a_password_that_is_not_for_once_is_not_changed_by_signing_in() {
    let app = TestApp::start().await;
    let name = teacher_with_password(&app).await;
    let guest = app.guest();
    let body = json!({"name": name, "password": PASSWORD, "new_password": "another long sentence of mine"});

    assert_eq!(
        guest.post_json(SESSION, &body).await.faults(),
        ["/new_password unknown-field"]
    );

    sign_in(&guest, &name, PASSWORD).await.expect(201);
    app.finish().await;
}
