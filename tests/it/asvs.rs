//! Requirements of OWASP ASVS 5.0 that no other story tells, each by what would happen without it. `docs/security.md` lists
//! them all; the last two stories hold that page to what is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gongxue::domain::role::Role;
use gongxue::http::routes::TABLE;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD};
use crate::client::{Answer, escape, text};

const STRANGER: &str = "https://evil.example";

/// A path with nothing of ours in its braces.
fn filled(path: &str) -> String {
    let part = |part: &str| match part {
        "{page}" | "{number}" => "1".to_owned(),
        part if part.contains('{') => Uuid::now_v7().to_string(),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What a browser that minds its headers is not told and should be.
fn unsaid(answer: &Answer) -> Vec<String> {
    let header = |name: &str| {
        let value = answer.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let policy = header("content-security-policy");
    let is_closed = policy.contains("sandbox") && policy.contains("default-src 'none'");
    let is_narrow = policy.contains("object-src 'none'") && policy.contains("base-uri 'none'");
    let type_ = header("content-type");
    let names_charset = !type_.starts_with("text/") || type_.contains("charset=");
    let said = [
        ("what may run", is_closed || is_narrow),
        ("that nobody frames it", policy.contains("frame-ancestors 'none'")),
        ("not to guess its type", header("x-content-type-options") == "nosniff"),
        ("what it is", answer.body.is_empty() || !type_.is_empty()),
        ("how its text is spelled", names_charset),
        (
            "what other sites learn of the address",
            !header("referrer-policy").is_empty(),
        ),
        (
            "that no other site reads it",
            header("access-control-allow-origin").is_empty(),
        ),
        (
            "that no other site loads it",
            header("cross-origin-resource-policy") == "same-origin",
        ),
    ];
    said.iter()
        .filter(|(_, is_said)| !is_said)
        .map(|(what, _)| (*what).to_owned())
        .collect()
}

/// A page in a frame is clicked by those who do not see it; a text that is guessed to be a page runs.
#[tokio::test]
async fn every_answer_forbids_what_strangers_words_could_do_in_a_browser() {
    let app = TestApp::start().await;
    let teacher = Browser::sign_in(&app, Role::Teacher).await;

    let mut faults = Vec::new();
    for route in TABLE.iter().filter(|route| route.method == "GET") {
        let path = filled(route.path);
        let asked_by = |request: reqwest::RequestBuilder| request.header("origin", STRANGER);
        let guest = Answer::of(asked_by(app.guest().request("GET", &path))).await;
        let member = Answer::of(asked_by(teacher.request("GET", &path))).await;
        for answer in [guest, member] {
            let unsaid = unsaid(&answer);
            if !unsaid.is_empty() {
                faults.push(format!("{} ({}): {}", route.path, answer.status, unsaid.join(", ")));
            }
        }
    }

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whoever opens a worksheet that is a page would run its author's script with their own rights.
#[tokio::test]
async fn an_uploaded_page_or_drawing_is_saved_and_never_shown() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let script = "<script>fetch('/api/v1/me')</script>";
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{script}</svg>");
    let files: [(&str, &[u8]); 5] = [
        ("a.html", script.as_bytes()),
        ("b.svg", svg.as_bytes()),
        (
            "c.xhtml",
            b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
        ),
        ("d.js", b"alert(1)"),
        ("e.pdf", script.as_bytes()),
    ];
    let shared = teacher.share("课", &files).await;

    for file in shared["files"].as_array().unwrap() {
        let path = format!("/api/v1/files/{}/content", text(&file["id"]));
        let answer = teacher.get(&path).await.expect(200);
        let name = text(&file["name"]);
        // What is shown is shown as letters.
        let is_text = answer.header("content-type").starts_with("text/plain");
        let is_saved = answer.header("content-disposition").starts_with("attachment")
            && answer.header("content-security-policy").starts_with("sandbox");
        assert!(is_saved || is_text, "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
    }
}

/// A question that reached the database as it was typed would find everything, or end the service's connection.
#[tokio::test]
async fn signs_of_sql_and_of_patterns_find_nothing_and_break_nothing() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    bureau.share("台阶轴", &[("a.txt", "轴".as_bytes())]).await;
    app.settled().await;
    let odd = [
        "' OR '1'='1",
        "'; DROP TABLE account; --",
        "%",
        "_",
        "\\",
        "$1",
        "\" OR \"\"=\"",
        "NULL",
        "*",
        "a:b^2~",
    ];

    for sign in odd {
        let sign = escape(sign);
        for path in [
            format!("/api/v1/resources?school={sign}"),
            format!("/api/v1/resources?type={sign}"),
            format!("/api/v1/accounts?q={sign}&role=bureau"),
        ] {
            let answer = bureau.get(&path).await;
            assert!(
                [200, 400, 404, 422].contains(&answer.status),
                "{path}: {}",
                answer.status
            );
            let found = if answer.status == 200 {
                answer.json()["items"].as_array().map_or(0, Vec::len)
            } else {
                0
            };
            assert_eq!(found, 0, "{path} found something");
        }
        bureau.get(&format!("/api/v1/search?q={sign}")).await.expect(200);
        assert!(bureau.get(&format!("/api/v1/audit?subject={sign}")).await.status < 500);
        assert!(bureau.get(&format!("/api/v1/synonyms?q={sign}")).await.status < 500);
    }

    assert_eq!(
        bureau.get_json("/api/v1/resources").await["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// A filter that one part of a chain reads and another does not lets through what was to be filtered.
#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;

    for path in [
        "/api/v1/resources?limit=1&limit=50",
        "/api/v1/search?q=a&q=b",
        "/api/v1/accounts?role=teacher&role=bureau",
    ] {
        let answer = bureau.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
    }
}

/// Addresses stand in logs, histories and links that people pass on.
#[tokio::test]
async fn a_token_in_an_address_opens_nothing() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let token = teacher.token();

    for name in ["token", "access_token", "key", "gongxue_session"] {
        app.guest().get(&format!("/api/v1/me?{name}={token}")).await.expect(401);
    }
    let by_address = format!("/api/v1/session?name={}&password={PASSWORD}", escape(teacher.name()));
    assert!([404, 405].contains(&app.guest().get(&by_address).await.status));
}

/// TRACE tells a page's script the cookies that it may not read; lists of folders tell what was forgotten in them.
#[tokio::test]
async fn trace_is_not_answered_and_no_folder_is_listed() {
    let app = TestApp::start().await;

    for method in ["TRACE", "TRACK"] {
        let answer = app.guest().send(method, "/").await;
        assert!([400, 404, 405].contains(&answer.status), "{method}: {}", answer.status);
    }
    for path in [
        "/assets/",
        "/assets",
        "/assets/..%2f..%2fCargo.toml",
        "/.git/config",
        "/.env",
        "/data/",
        "/objects/",
    ] {
        app.guest().get(path).await.expect(404);
    }
}

/// Two that read one request's end differently let somebody put a request of theirs before another's.
#[tokio::test]
async fn a_request_whose_end_can_be_read_in_two_ways_is_refused() {
    let app = TestApp::start().await;
    let doubtful = [
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Content-Length: +2\r\n\r\n{}",
        "Content-Length : 2\r\n\r\n{}",
    ];

    for rest in doubtful {
        let mut line = TcpStream::connect(app.config().server.listen).await.unwrap();
        let head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        line.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
        line.shutdown().await.unwrap();
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 4"), "{rest:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{rest:?} was answered twice");
    }
}

/// A cookie that somebody slipped into a browser would be a session that both have.
#[tokio::test]
async fn nobody_signs_in_to_a_session_that_another_chose() {
    let app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let chosen = "gongxue_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    let sign_in = app.guest().request("POST", "/api/v1/session").header("cookie", chosen);
    let answer = Answer::of(sign_in.json(&json!({"name": name, "password": PASSWORD})))
        .await
        .expect(201);

    assert_ne!(answer.cookie("gongxue_session"), chosen);
    let with_chosen = app.guest().request("GET", "/api/v1/me").header("cookie", chosen);
    Answer::of(with_chosen).await.expect(401);
}

/// A session that nobody sees any more stays open for days to whoever copied its cookie.
#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let given = json!({"name": name, "password": PASSWORD});
    let first = app.guest().post_json("/api/v1/session", &given).await.expect(201);
    let cookie = first.cookie("gongxue_session");
    let sign_in = app.guest().request("POST", "/api/v1/session").header("cookie", &cookie);
    let sign_in = sign_in.header("x-csrf-token", text(&first.json()["csrf_token"]));

    let second = Answer::of(sign_in.json(&given))
        .await
        .expect(201)
        .cookie("gongxue_session");

    for (cookie, status) in [(cookie, 401), (second, 200)] {
        let me = app.guest().request("GET", "/api/v1/me").header("cookie", cookie);
        Answer::of(me).await.expect(status);
    }
}

/// A link with Han in it would end in an error once one has signed in.
#[tokio::test]
async fn a_link_that_somebody_typed_leads_on_after_signing_in() {
    let app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let fields = [
        ("name", name.as_str()),
        ("password", PASSWORD),
        ("return_to", "/search?q=星三角"),
    ];

    let answer = Answer::of(crate::browser::urlencoded(&app.guest(), "/sign-in", &fields))
        .await
        .expect(303);

    assert_eq!(answer.header("location"), "/search?q=%E6%98%9F%E4%B8%89%E8%A7%92");
}

/// A password that is shown is read over a shoulder; one that cannot be pasted is a short one.
#[tokio::test]
async fn a_password_is_hidden_as_it_is_typed_and_may_be_filled_in() {
    let app = TestApp::start().await;
    let teacher = Browser::sign_in(&app, Role::Teacher).await;
    let sign_in = String::from_utf8(app.guest().get("/sign-in").await.expect(200).body).unwrap();

    for (page, completed) in [
        (sign_in, "current-password"),
        (teacher.open("/account").await, "new-password"),
    ] {
        let inputs = page.split("<input").filter(|input| input.contains("password"));
        let inputs: Vec<&str> = inputs.map(|input| input.split('>').next().unwrap()).collect();
        assert!(inputs.iter().any(|input| input.contains(completed)), "{inputs:?}");
        for input in inputs
            .iter()
            .filter(|input| input.contains("name=\"password") || input.contains("_password\""))
        {
            assert!(input.contains("type=\"password\""), "{input}");
        }
        assert!(!page.contains("onpaste") && !inputs.iter().any(|input| input.contains("autocomplete=\"off\"")));
    }
}

/// What went wrong inside tells an attacker where to press.
#[tokio::test]
async fn an_error_that_nobody_foresaw_tells_nothing_of_the_inside() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let database = app.database().await;
    database
        .execute_unprepared("ALTER TABLE saved_searches RENAME TO saved_elsewhere")
        .await
        .unwrap();

    let answer = teacher.get("/api/v1/saved-searches").await.expect(500);
    database
        .execute_unprepared("ALTER TABLE saved_elsewhere RENAME TO saved_searches")
        .await
        .unwrap();

    let body = String::from_utf8(answer.body.clone()).unwrap().to_lowercase();
    assert_eq!(answer.json()["code"], "internal");
    for inside in [
        "saved_search",
        "select",
        "sql",
        "table",
        ".rs",
        "panicked",
        "/home",
        "/work",
    ] {
        assert!(!body.contains(inside), "`{inside}` in {body}");
    }
    teacher.get("/api/v1/saved-searches").await.expect(200);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/security.md")).unwrap()
}

/// A requirement that fell out of the page is one that nobody looks at.
#[test]
fn each_requirement_of_levels_one_and_two_stands_in_the_page_once() {
    let wanted = std::fs::read_to_string(root().join("tests/fixtures/asvs-5.0.txt")).unwrap();
    let wanted: BTreeSet<(String, String)> = wanted
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(number, level)| (number.to_owned(), level.to_owned()))
        .collect();
    let mut listed: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in page().lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let is_number = cells[0].split('.').count() == 3 && cells[0].starts_with(|c: char| c.is_ascii_digit());
        if let [number, level, answer, ..] = cells[..]
            && is_number
        {
            assert!(
                ["met", "partly", "not met", "n/a"].contains(&answer),
                "{number}: `{answer}`"
            );
            let said = cells[3..].join(" ");
            assert!(said.len() > 8, "{number} says nothing");
            *listed.entry((number.to_owned(), level.to_owned())).or_default() += 1;
        }
    }

    let twice: Vec<_> = listed.iter().filter(|(_, count)| **count > 1).collect();
    let listed: BTreeSet<(String, String)> = listed.keys().cloned().collect();
    assert!(twice.is_empty(), "listed twice: {twice:?}");
    assert_eq!(
        wanted.difference(&listed).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "missing"
    );
    assert_eq!(
        listed.difference(&wanted).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "not in ASVS"
    );
}

/// A promise whose test was renamed or taken away is a promise alone.
#[test]
fn every_test_that_the_page_names_is_there() {
    let page = page();
    let named: BTreeSet<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| is_test(name))
        .collect();
    assert!(
        named.len() > 100,
        "only {} were found: this test has gone blind",
        named.len()
    );

    let gone: Vec<&&str> = named.iter().filter(|name| !is_there(name)).collect();

    assert!(
        gone.is_empty(),
        "`docs/security.md` names tests that are not there: {gone:#?}"
    );
}

/// `csrf::name` is in `tests/it/csrf.rs`, `src/http/range.rs::name` in that file.
fn is_test(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_/.:".contains(c);
    name.contains("::") && name.chars().all(is_word)
}

fn is_there(name: &str) -> bool {
    let Some((file, function)) = name.rsplit_once("::") else {
        return false;
    };
    let file: PathBuf = if file.starts_with("src/") {
        root().join(file)
    } else {
        root()
            .join("tests/it")
            .join(file.replace("::", "/"))
            .with_extension("rs")
    };
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.contains(&format!("fn {function}()"))
}
