//! Waits that strangers can make: each has an end, a bound, and does not become somebody else's.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use reqwest::{Client, Response};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::app::TestApp;
use crate::client::{id, text};
use crate::fixture;

/// What never comes within this time never comes.
const NEVER: Duration = Duration::from_mins(1);

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.config().server.listen).await.unwrap()
}

/// All that comes until the other side ends the connection.
async fn until_closed(mut connection: impl AsyncRead + Unpin) -> String {
    let mut answer = Vec::new();
    let read = connection.read_to_end(&mut answer);
    let ended = tokio::time::timeout(NEVER, read).await;
    // A reset is an end as well.
    let _ = ended.expect("the connection is held for ever");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Somebody at another address of this machine.
fn elsewhere(last: u8) -> Client {
    let address = IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
    gongxue::tls::use_ring();
    let client = Client::builder()
        .no_proxy()
        .local_address(address)
        .pool_max_idle_per_host(0);
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

#[tokio::test]
async fn a_body_that_never_comes_does_not_hold_its_connection() {
    let app = TestApp::with(|config| config.server.stall_timeout_secs = 1).await;
    let begun = [
        ("POST /api/v1/session", "application/json", "{"),
        ("POST /sign-in", "application/x-www-form-urlencoded", "name="),
        ("DELETE /api/v1/session", "application/json", ""),
        ("POST /nowhere", "text/plain", "a"),
        ("GET /healthz", "text/plain", "a"),
    ];

    let waiting = begun.map(async |(line, media_type, first)| {
        let mut connection = connect(&app).await;
        let head =
            format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\nContent-Length: 1000\r\n\r\n{first}");
        connection.write_all(head.as_bytes()).await.unwrap();
        (line, until_closed(connection).await)
    });
    let answers = futures_util::future::join_all(waiting).await;

    for (line, answer) in &answers {
        assert!(answer.starts_with("HTTP/1.1 "), "{line} was left without a word");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{line}: {answer}");
    }
    for (line, answer) in &answers[..2] {
        assert!(answer.starts_with("HTTP/1.1 408"), "{line}: {answer}");
        assert!(
            answer.contains("stalled") || answer.contains("传输中断"),
            "{line}: {answer}"
        );
    }
}

/// A guest who never sent the last chunk held a connection after the answer for as long as they liked.
#[tokio::test]
async fn a_body_in_chunks_that_never_ends_does_not_hold_its_connection() {
    let app = TestApp::with(|config| config.server.stall_timeout_secs = 1).await;
    let begun = [
        ("POST /api/v1/session", "application/json", 408),
        ("POST /sign-in", "application/x-www-form-urlencoded", 408),
        ("POST /api/v1/resources", "application/json", 401),
        ("POST /nowhere", "text/plain", 404),
        ("GET /api/v1/packs", "text/plain", 200),
        ("GET /healthz", "text/plain", 200),
    ];

    let waiting = begun.map(async |(line, media_type, status)| {
        let mut connection = connect(&app).await;
        let head = format!(
            "{line} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n"
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        (line, status, until_closed(connection).await)
    });
    let answers = futures_util::future::join_all(waiting).await;

    for (line, status, answer) in answers {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_drips_for_ever_is_as_good_as_none() {
    let app = TestApp::with(|config| config.server.stall_timeout_secs = 1).await;
    let (reading, mut writing) = connect(&app).await.into_split();
    let head =
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{";
    writing.write_all(head.as_bytes()).await.unwrap();
    let dripping = async {
        // Each drop comes well before the silence would be too long.
        let mut drops = tokio::time::interval(Duration::from_millis(100));
        while writing.write_all(b" ").await.is_ok() {
            drops.tick().await;
        }
    };

    let answer = tokio::select! {
        answer = until_closed(reading) => answer,
        () = dripping => panic!("it was cut off without a word"),
    };

    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn one_address_cannot_hold_all_connections() {
    let app = TestApp::with(|config| config.server.max_connections = 40).await;
    // Neither they nor what is asked from here is to wait for the other's head.
    let mut held = Vec::new();
    for _ in 0..60 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
        held.push(socket.connect(app.config().server.listen).await.unwrap());
    }

    // One that has sent nothing: what was sent in vain makes the system throw the answer away.
    let turned_away = until_closed(held.pop().unwrap()).await;
    let other = elsewhere(2).get(format!("{}/healthz", app.base())).send();
    let other = tokio::time::timeout(NEVER, other).await.expect("others find no room");

    assert!(turned_away.starts_with("HTTP/1.1 503"), "{turned_away}");
    assert!(
        turned_away.contains("Retry-After") && turned_away.contains("busy"),
        "{turned_away}"
    );
    assert_eq!(other.unwrap().status(), 200);
}

#[tokio::test]
async fn guesses_at_passwords_do_not_keep_anybody_else_from_signing_in() {
    let app = TestApp::with(|config| config.people.lockout_network_attempts = 1_000).await;
    let password = "一个很长的口令 2026";
    let name = app
        .account(gongxue::domain::role::Role::Teacher, Some("S1"), Some(password))
        .await;
    let address = format!("{}/api/v1/session", app.base());
    let sign_in = |client: &Client, name: &str, password: &str| {
        let credentials = json!({ "name": name, "password": password });
        client.post(&address).json(&credentials).send()
    };
    let guesser = elsewhere(9);
    let mut guesses: FuturesUnordered<_> = (0..120)
        .map(|number| sign_in(&guesser, &format!("nobody-{number}"), "Password1234"))
        .collect();
    // So that the flood is there before the teacher.
    let mut answers: Vec<Response> = vec![guesses.next().await.unwrap().unwrap()];

    let right = elsewhere(2);
    let mut right = std::pin::pin!(sign_in(&right, &name, password));
    let session = loop {
        tokio::select! {
            session = &mut right => break session.unwrap(),
            Some(answer) = guesses.next() => answers.push(answer.unwrap()),
        }
    };

    assert_eq!(session.status(), 201);
    assert!(!guesses.is_empty(), "the teacher waited for every guess");
    while let Some(answer) = guesses.next().await {
        answers.push(answer.unwrap());
    }
    let refused: Vec<&Response> = answers.iter().filter(|answer| answer.status() == 503).collect();
    assert!(!refused.is_empty(), "the queue has no bound");
    assert!(
        refused
            .iter()
            .all(|answer| answer.headers().contains_key("retry-after"))
    );
    assert!(
        answers
            .iter()
            .all(|answer| [401, 503].contains(&answer.status().as_u16()))
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_painted_does_not_hold_up_other_peoples_pages() {
    // Of its text and of each picture; as much as a plain one takes on a machine that is busy with other stories.
    let app = TestApp::with(|config| config.extract.time_limit_secs = 8).await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({ "title": "图纸", "type": "courseware", "scope": "public" });
    let hostile = fixture("hostile-form-exponential.pdf");
    let plain = fixture("outline.pdf");
    let files: [(&str, &[u8]); 2] = [("hostile.pdf", &hostile), ("plain.pdf", &plain)];
    let shared = teacher.share_as(&metadata, &files).await.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;
    let page = |at: usize| {
        format!(
            "{}/api/v1/files/{}/pages/1",
            app.base(),
            text(&shared["files"][at]["id"])
        )
    };

    let attacker = elsewhere(9);
    let mut hostile: FuturesUnordered<_> = [300, 310, 1_200, 1_290]
        .map(|width| attacker.get(format!("{}?width={width}", page(0))).send())
        .into_iter()
        .collect();
    let reader = elsewhere(2);
    let plain = tokio::select! {
        picture = reader.get(format!("{}?width=640", page(1))).send() => picture.unwrap(),
        () = async { while hostile.next().await.is_some() {} } => panic!("a reader waits until all of a stranger's pages have failed"),
    };

    assert_eq!(plain.status(), 200);
    while let Some(answer) = hostile.next().await {
        assert_eq!(answer.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn a_picture_is_painted_at_a_few_widths_whatever_is_asked_for() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("图纸", &[("plain.pdf", &fixture("outline.pdf"))]).await;
    let page = format!("/api/v1/files/{}/pages/1", text(&shared["files"][0]["id"]));

    let mut sizes = std::collections::BTreeSet::new();
    for width in (64..=2_000).step_by(97) {
        let picture = teacher.get(&format!("{page}?width={width}")).await.expect(200);
        let picture = image::load_from_memory(&picture.body).unwrap();
        assert!(picture.width() + 1 >= width, "{} pixels for {width}", picture.width());
        sizes.insert(picture.width());
    }

    assert!(sizes.len() <= 7, "each is painted and kept by itself: {sizes:?}");
    app.finish().await;
}

#[tokio::test]
async fn links_say_where_we_are_and_not_where_a_stranger_says() {
    let app = TestApp::start().await;
    let here = |request: reqwest::RequestBuilder| async { request.send().await.unwrap().text().await.unwrap() };
    let guest = app.guest();
    let forged = guest
        .request("GET", "/search.atom?q=")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=javascript");

    let feed = here(forged).await;

    assert!(!feed.contains("evil.example"), "{feed}");
    assert!(feed.contains(&app.base()), "{feed}");

    let app = TestApp::with(|config| {
        use gongxue::config::Setting as _;
        config.server.public_url.set("https://ku.example").unwrap();
    })
    .await;
    let password = "一个很长的口令 2026";
    let name = app
        .account(gongxue::domain::role::Role::Teacher, Some("S1"), Some(password))
        .await;
    let guest = app.guest();

    let feed = here(guest.request("GET", "/search.atom?q=")).await;
    let credentials = json!({ "name": name, "password": password });
    let session = guest.post_json("/api/v1/session", &credentials).await.expect(201);

    assert!(feed.contains("https://ku.example/"), "{feed}");
    assert!(!feed.contains(&app.base()), "{feed}");
    assert!(
        session.set_cookie("gongxue_session").contains("Secure"),
        "the cookie also travels in the clear"
    );
}
