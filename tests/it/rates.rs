//! How much may be asked for in a minute: of each kind, by each account, token, school and address.

use std::time::Duration;

use gongxue::config::{Config, RateSettings};
use gongxue::domain::role::{Role, TokenScope};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD, html, urlencoded};
use crate::client::{Answer, Caller, escape, text};

const SEARCH: &str = "/api/v1/search?q=x";
const NOBODYS: &str = "01900000-0000-7000-8000-000000000000";

/// No limits but those that a story sets.
fn only(config: &mut Config, set: impl FnOnce(&mut RateSettings)) {
    config.rates = RateSettings {
        sign_in: 0,
        search: 0,
        upload: 0,
        rendering: 0,
        packs_mib: 0,
        other: 0,
        token_percent: 100,
        school_times: 100,
        address_times: 1,
    };
    set(&mut config.rates);
}

async fn limited(set: impl FnOnce(&mut RateSettings)) -> TestApp {
    TestApp::with(|config| only(config, set)).await
}

/// Which limit a refusal names: `search-token`.
#[track_caller]
fn met(answer: Answer) -> String {
    let name = policy(&answer);
    assert!(answer.header("ratelimit").starts_with(&format!("\"{name}\";r=0;t=")));
    assert_eq!(answer.refusal(429), "too-many-requests");
    name
}

#[track_caller]
fn policy(answer: &Answer) -> String {
    let policy = answer.header("ratelimit-policy");
    policy.split('"').nth(1).expect("a name in quotes").to_owned()
}

#[tokio::test]
async fn a_limit_counts_down_and_whoever_meets_it_is_told_the_truth_about_when_to_come_again() {
    let app = limited(|rates| rates.search = 2).await;
    let teacher = app.teacher("S1").await;

    let first = teacher.get(SEARCH).await.expect(200);
    assert_eq!(first.header("ratelimit-policy"), "\"search-token\";q=2;w=60");
    assert_eq!(first.header("ratelimit"), "\"search-token\";r=1;t=30");
    let second = teacher.get(SEARCH).await.expect(200);
    assert!(second.header("ratelimit").starts_with("\"search-token\";r=0;t="));
    let refused = teacher.get(SEARCH).await;

    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    let said = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(said.contains("这个令牌") && said.contains("搜索"), "{said}");
    assert_eq!(met(refused), "search-token");
    app.advance(Duration::from_secs(wait));
    teacher.get(SEARCH).await.expect(200);
    assert_eq!(met(teacher.get(SEARCH).await), "search-token");
    app.advance(Duration::from_mins(1));
    let again = teacher.get(SEARCH).await.expect(200);
    assert!(again.header("ratelimit").starts_with("\"search-token\";r=1;"));
    app.finish().await;
}

#[tokio::test]
async fn each_kind_of_request_is_counted_by_itself() {
    let app = limited(|rates| {
        *rates = RateSettings {
            sign_in: 1,
            search: 1,
            upload: 1,
            rendering: 1,
            packs_mib: 0,
            other: 1,
            ..rates.clone()
        };
    })
    .await;
    let teacher = app.teacher("S1").await;
    let requests = [
        ("search", "GET", SEARCH.to_owned()),
        ("upload", "POST", "/api/v1/uploads".to_owned()),
        ("rendering", "GET", format!("/api/v1/files/{NOBODYS}/thumbnail")),
        ("sign-in", "POST", "/account/password".to_owned()),
        ("other", "GET", "/api/v1/me".to_owned()),
    ];

    for (kind, method, path) in &requests {
        let first = teacher.send(method, path).await;
        assert_ne!(first.status, 429, "{kind}: another kind used it up");
        assert_eq!(policy(&first), format!("{kind}-token"));
    }
    for (kind, method, path) in &requests {
        let again = teacher.send(method, path).await;
        assert_eq!((again.status, policy(&again)), (429, format!("{kind}-token")));
    }
    let sign_in = async || {
        let body = json!({"name": "nobody", "password": "wrong"});
        app.guest().post_json("/api/v1/session", &body).await
    };
    assert_eq!(sign_in().await.refusal(401), "wrong-password");
    assert_eq!(met(sign_in().await), "sign-in-address");
    app.finish().await;
}

/// One phone in the school's network kept all its teachers from signing in.
#[tokio::test]
async fn whoever_floods_a_schools_address_keeps_nobody_out_of_a_browser_they_were_in_before() {
    let app = limited(|rates| rates.sign_in = 3).await;
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let body = json!({"name": name, "password": PASSWORD});
    let first = app.guest().post_json("/api/v1/session", &body).await.expect(201);
    let known = first.cookie("gongxue_browser");
    let beside = |cookie: &str| {
        let request = app.guest().request("POST", "/api/v1/session");
        Answer::of(request.header("cookie", cookie).json(&body))
    };
    for _ in 0..5 {
        let wrong = json!({"name": "nobody", "password": "wrong"});
        app.guest().post_json("/api/v1/session", &wrong).await;
    }

    assert_eq!(met(beside("gongxue_browser=made-up").await), "sign-in-address");
    let there = beside(&known).await.expect(201);

    assert_eq!(policy(&there), "sign-in-account");
    // It opens no way to guess without end, either.
    for _ in 0..2 {
        beside(&known).await.expect(201);
    }
    assert_eq!(met(beside(&known).await), "sign-in-account");
    app.finish().await;
}

/// Where acts ask again, each form was a password compared, and none of them counted as that.
#[tokio::test]
async fn a_password_that_comes_along_with_an_act_counts_as_a_sign_in() {
    let app = limited(|rates| rates.sign_in = 3).await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    app.advance(Duration::from_mins(16));
    let make_token = |password: &'static str| {
        let fields = [
            ("csrf", browser.csrf.as_str()),
            ("name", "镜像"),
            ("days", "30"),
            ("scope", "read"),
            ("confirm_password", password),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let browser = &browser;
        async move {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            browser.post("/account/tokens", &fields).await
        }
    };

    // Without one nothing is compared.
    for _ in 0..4 {
        make_token("").await.expect(403);
    }
    for _ in 0..3 {
        make_token("not it at all").await.expect(422);
    }

    let refused = make_token(PASSWORD).await.expect(429);
    refused.header("retry-after");
    assert!(html(refused).contains("太频繁了"));
    app.finish().await;
}

#[tokio::test]
async fn a_script_leaves_something_to_whoever_started_it_and_many_tokens_are_no_more_than_an_account() {
    let app = limited(|rates| {
        rates.search = 2;
        rates.token_percent = 50;
    })
    .await;
    let teacher = app.teacher("S1").await;
    let mut others = Vec::new();
    for _ in 0..2 {
        let token = app.token(teacher.name(), TokenScope::Read, None).await;
        others.push(teacher.with_token(Some(&token)));
    }

    teacher.get(SEARCH).await.expect(200);
    assert_eq!(met(teacher.get(SEARCH).await), "search-token");
    others[0].get(SEARCH).await.expect(200);
    assert_eq!(met(others[1].get(SEARCH).await), "search-account");
    app.finish().await;
}

/// One school's script at night kept the others waiting.
#[tokio::test]
async fn a_school_that_has_used_up_its_share_takes_nothing_from_another() {
    let app = limited(|rates| {
        rates.search = 2;
        rates.school_times = 1;
    })
    .await;
    let (one, another) = (app.teacher("S1").await, app.teacher("S1").await);

    one.get(SEARCH).await.expect(200);
    another.get(SEARCH).await.expect(200);

    assert_eq!(met(app.teacher("S1").await.get(SEARCH).await), "search-school");
    app.teacher("S2").await.get(SEARCH).await.expect(200);
    app.bureau().await.get(SEARCH).await.expect(200);
    app.finish().await;
}

/// A school is behind one address: two hundred teachers met the limit of a household.
#[tokio::test]
async fn who_has_signed_in_is_not_counted_with_everybody_behind_their_address() {
    let app = limited(|rates| rates.search = 1).await;
    let guest = app.guest();

    guest.get(SEARCH).await.expect(200);
    assert_eq!(met(guest.get(SEARCH).await), "search-address");
    for _ in 0..20 {
        let answer = app.teacher("S1").await.get(SEARCH).await.expect(200);
        assert_eq!(policy(&answer), "search-token");
    }
    // Who tries to be somebody is a guest.
    assert_eq!(
        met(guest.with_token(Some("gxt_guessed")).get(SEARCH).await),
        "search-address"
    );
    let elsewhere = guest.at_address(9);
    let guessed = elsewhere.with_token(Some("gxt_guessed")).get(SEARCH).await;
    assert_eq!(guessed.refusal(401), "invalid-token");
    assert_eq!(met(elsewhere.get(SEARCH).await), "search-address");
    app.finish().await;
}

async fn from(guest: &Caller, address: &str) -> Answer {
    Answer::of(guest.request("GET", SEARCH).header("x-forwarded-for", address)).await
}

#[tokio::test]
async fn whoever_has_a_network_of_addresses_has_one_limit_and_a_claimed_address_is_none() {
    let app = TestApp::with(|config| {
        only(config, |rates| rates.search = 1);
        config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let guest = app.guest();

    from(&guest, "2001:db8:1:2::1").await.expect(200);
    assert_eq!(met(from(&guest, "2001:db8:1:2:ffff::9").await), "search-address");
    from(&guest, "2001:db8:1:3::1").await.expect(200);
    from(&guest, "192.0.2.1").await.expect(200);
    let stranger = guest.at_address(9);
    from(&stranger, "192.0.2.7").await.expect(200);
    assert_eq!(met(from(&stranger, "192.0.2.8").await), "search-address");
    app.finish().await;
}

#[tokio::test]
async fn what_every_browser_and_monitor_fetches_is_not_counted() {
    let app = limited(|rates| rates.other = 1).await;
    let guest = app.guest();
    guest.get("/api/v1/majors").await.expect(200);
    assert_eq!(met(guest.get("/api/v1/majors").await), "other-address");

    for path in ["/healthz", "/readyz", "/metrics", "/favicon.ico"] {
        for _ in 0..3 {
            let answer = guest.get(path).await;
            // `/readyz` may truly say 503: until the index of a new library is built.
            assert_ne!(answer.status, 429, "{path}");
            assert!(answer.headers.get("ratelimit").is_none(), "{path}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_says_what_to_do_in_the_readers_own_words() {
    let app = limited(|rates| rates.search = 1).await;
    let guest = app.guest();
    guest.get("/search?q=x").await.expect(200);

    let answer = guest.get("/search?q=x").await.expect(429);

    assert_eq!(policy(&answer), "search-address");
    answer.header("retry-after");
    let page = html(answer);
    assert!(page.contains("太频繁了") && page.contains("秒后再试"), "{page}");
    let english = html(guest.get("/search?q=x&lang=en").await.expect(429));
    assert!(english.contains("Too many requests"), "{english}");
    app.finish().await;
}

/// A pull of a hundred thousand small files must be no more than one of a large one.
#[tokio::test]
async fn packs_are_counted_by_their_bytes_and_what_has_begun_is_sent_whole() {
    let app = limited(|rates| rates.packs_mib = 1).await;
    let teacher = app.teacher("S1").await;
    let large = vec![7_u8; 3 << 20];
    let small = b"a small one".to_vec();
    teacher
        .share("台阶轴", &[("large.bin", &large), ("small.txt", &small)])
        .await;
    let path = |bytes: &[u8]| format!("/api/v1/blobs/sha256/{}", crate::client::sha256(bytes));

    let first = teacher.get(&path(&small)).await.expect(200);
    assert_eq!(
        first.header("ratelimit-policy"),
        "\"packs-token\";q=1048576;qu=\"content-bytes\";w=60"
    );
    for _ in 0..4 {
        teacher.get(&path(&small)).await.expect(200);
    }
    let whole = teacher.get(&path(&large)).await.expect(200);
    assert_eq!(whole.body.len(), large.len());
    let mut refused = None;
    for _ in 0..8 {
        let answer = teacher.get(&path(&small)).await;
        refused = refused.or(Some(answer).filter(|answer| answer.status == 429));
    }
    let refused = refused.expect("what the large one had too much is counted");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(met(refused), "packs-token");
    app.advance(Duration::from_secs(wait));
    teacher.get(&path(&small)).await.expect(200);
    app.finish().await;
}

/// What the service of this story noticed so far is written down.
async fn kept(app: &TestApp) {
    app.ask(async |library| library.rates.keep().await).await.unwrap();
}

/// Who is named by `GET /api/v1/rates`: the kind, whom it was counted for, who that is, and how often.
async fn named(caller: &Caller) -> Vec<(String, String, String, u64)> {
    let list = caller.get_json("/api/v1/rates?limit=100").await;
    let items = list["items"].as_array().unwrap().iter();
    let line = |item: &Value| {
        let who = match text(&item["by"]).as_str() {
            "address" => text(&item["address"]),
            "school" => text(&item["school"]["code"]),
            _ => text(&item["account"]["name"]),
        };
        let times = item["times"].as_u64().unwrap();
        (text(&item["kind"]), text(&item["by"]), who, times)
    };
    let mut named: Vec<_> = items.map(line).collect();
    named.sort();
    named
}

#[tokio::test]
async fn who_met_limits_is_shown_to_those_who_run_their_school_or_the_city_and_to_nobody_else() {
    let app = limited(|rates| {
        rates.search = 1;
        rates.school_times = 2;
    })
    .await;
    let (first, second, elsewhere) = (
        app.teacher("S1").await,
        app.teacher("S1").await,
        app.teacher("S2").await,
    );
    let guest = app.guest().at_address(9);
    for caller in [&first, &elsewhere, &guest] {
        caller.get(SEARCH).await.expect(200);
        caller.get(SEARCH).await.expect(429);
    }
    elsewhere.get(SEARCH).await.expect(429);
    second.get(SEARCH).await.expect(200);
    assert_eq!(met(app.teacher("S1").await.get(SEARCH).await), "search-school");
    kept(&app).await;

    let line = |by: &str, who: &str, times| ("search".to_owned(), by.to_owned(), who.to_owned(), times);
    let of_first = [line("school", "S1", 1), line("token", first.name(), 1)];
    let of_second = [line("token", elsewhere.name(), 2)];
    assert_eq!(named(&app.admin("S1").await).await, of_first);
    assert_eq!(named(&app.admin("S2").await).await, of_second);
    let mut all: Vec<_> = [&of_first[..], &of_second, &[line("address", "127.0.0.9", 1)]].concat();
    all.sort();
    assert_eq!(named(&app.bureau().await).await, all);
    assert_eq!(named(&app.auditor().await).await, all);
    for stranger in [first, app.expert().await] {
        assert_eq!(stranger.get("/api/v1/rates").await.refusal(403), "not-allowed");
    }
    assert_eq!(app.guest().get("/api/v1/rates").await.refusal(401), "not-signed-in");

    let page = html(app.bureau().await.get("/admin/rates").await.expect(200));
    assert!(page.contains("127.0.0.9") && page.contains(elsewhere.name()), "{page}");
    assert!(page.contains("超出 2 次"), "{page}");
    let page = html(app.admin("S1").await.get("/admin/rates").await.expect(200));
    assert!(
        !page.contains("127.0.0.9") && !page.contains(elsewhere.name()),
        "{page}"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_each_node_noticed_is_one_line_a_day_and_goes_in_a_month() {
    let app = limited(|rates| rates.search = 1).await;
    let teacher = app.teacher("S1").await;
    let node = app.node().await;
    let there = node.caller(&teacher);

    for caller in [&teacher, &there] {
        caller.get(SEARCH).await.expect(200);
        caller.get(SEARCH).await.expect(429);
    }
    kept(&app).await;
    node.ask(async |library| library.rates.keep().await).await.unwrap();

    let auditor = app.auditor().await;
    let line = |times| {
        (
            "search".to_owned(),
            "token".to_owned(),
            teacher.name().to_owned(),
            times,
        )
    };
    assert_eq!(named(&auditor).await, [line(2)]);
    app.advance(Duration::from_hours(24));
    teacher.get(SEARCH).await.expect(200);
    teacher.get(SEARCH).await.expect(429);
    kept(&app).await;
    assert_eq!(named(&auditor).await, [line(1), line(2)]);
    let first = auditor.get_json("/api/v1/rates?limit=1").await;
    let next = format!("/api/v1/rates?limit=1&cursor={}", escape(&text(&first["next_cursor"])));
    let second = auditor.get_json(&next).await;
    assert_eq!(
        (&first["items"][0]["times"], &second["items"][0]["times"]),
        (&json!(1), &json!(2))
    );
    app.advance(Duration::from_hours(29 * 24 + 12));
    app.ask(async |library| library.operations.tidy().await).await.unwrap();
    assert_eq!(named(&auditor).await, [line(1)]);
    node.lose().await;
    app.finish().await;
}

/// Forty computers behind one address could not sign in, because one pupil had guessed, and nobody could help.
#[tokio::test]
async fn an_address_that_was_shut_out_is_seen_and_freed_with_a_record() {
    let app = TestApp::with(|config| config.people.lockout_network_attempts = 3).await;
    let owner = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let lab = app.guest().at_address(9);
    let sign_in = async |name: &str, password: &str| {
        let body = json!({"name": name, "password": password});
        lab.post_json("/api/v1/session", &body).await
    };
    let guess = async || {
        for number in 0..3 {
            sign_in(&format!("nobody-{number}"), "wrong").await.expect(401);
        }
        assert_eq!(sign_in(&owner, PASSWORD).await.refusal(429), "locked-out");
    };
    let (bureau, auditor, admin) = (app.bureau().await, app.auditor().await, app.admin("S1").await);
    let shut_out = "/api/v1/rates/shut-out";
    guess().await;

    for overseer in [&bureau, &auditor] {
        let list = overseer.get_json(shut_out).await;
        assert_eq!(list["items"][0]["address"], "127.0.0.9", "{list}");
        assert_eq!(list["items"][0]["attempts"], 3, "{list}");
    }
    assert_eq!(admin.get(shut_out).await.refusal(403), "not-allowed");
    let free = format!("{shut_out}/127.0.0.9");
    for other in [&auditor, &admin] {
        assert_eq!(other.send("DELETE", &free).await.refusal(403), "not-allowed");
    }
    bureau.send("DELETE", &free).await.expect(204);
    assert_eq!(
        bureau.send("DELETE", &free).await.refusal(404),
        "no-such-shut-out-address"
    );
    sign_in(&owner, PASSWORD).await.expect(201);

    guess().await;
    let page = html(bureau.get("/admin/rates").await.expect(200));
    assert!(page.contains("127.0.0.9") && page.contains("解除"), "{page}");
    Answer::of(urlencoded(&bureau, "/admin/rates", &[("address", "127.0.0.9")]))
        .await
        .expect(303);
    sign_in(&owner, PASSWORD).await.expect(201);

    guess().await;
    let at_desk = app
        .program()
        .args(["account", "free", "127.0.0.9"])
        .output()
        .await
        .unwrap();
    assert!(at_desk.status.success(), "{at_desk:?}");
    sign_in(&owner, PASSWORD).await.expect(201);
    let wrong = app.program().args(["account", "free", "lab"]).output().await.unwrap();
    assert!(!wrong.status.success());

    let lines = auditor.get_json("/api/v1/audit?action=address.free&outcome=done").await;
    let by: Vec<_> = lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["actor"])
        .collect();
    assert_eq!(
        by,
        [&json!("operator"), &json!(bureau.name()), &json!(bureau.name())],
        "{lines}"
    );
    assert_eq!(lines["items"][0]["subject"], "127.0.0.9");
    app.finish().await;
}

/// Everybody looked like one address, and nobody was told why they met limits.
#[tokio::test]
async fn a_proxy_that_no_setting_names_is_said_with_what_to_do() {
    let app = TestApp::start().await;
    let doctor = async || {
        let said = app.program().arg("doctor").output().await.unwrap();
        String::from_utf8_lossy(&said.stdout).into_owned()
    };
    assert!(doctor().await.contains("ok   proxies"));

    from(&app.guest(), "192.0.2.1").await.expect(200);
    kept(&app).await;

    let said = doctor().await;
    assert!(said.contains("FAIL proxies"), "{said}");
    assert!(said.contains("server.trusted_proxies = [\"127.0.0.1\"]"), "{said}");
    let bureau = app.bureau().await;
    for page in ["/admin", "/admin/rates"] {
        let page = html(bureau.get(page).await.expect(200));
        assert!(page.contains("127.0.0.1"), "{page}");
    }
    let page = html(app.admin("S1").await.get("/admin/rates").await.expect(200));
    assert!(!page.contains("127.0.0.1"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn limits_under_which_nobody_can_work_are_named_by_the_doctor() {
    let app = TestApp::start().await;
    let mut program = app.program();
    program
        .arg("doctor")
        .env("GONGXUE_RATES__SEARCH", "5")
        .env("GONGXUE_RATES__TOKEN_PERCENT", "200");

    let said = program.output().await.unwrap();

    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = said.lines().find(|line| line.contains("rates:")).unwrap();
    assert!(line.starts_with("FAIL") && line.contains("`rates.search`"), "{said}");
    assert!(
        line.contains("`rates.token_percent`") && !line.contains("`rates.other`"),
        "{said}"
    );
    app.finish().await;
}
