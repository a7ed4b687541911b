//! What is said of a request on its way: who asks, by which address, over TLS or not. Anybody can write such headers.

use std::net::{IpAddr, Ipv4Addr};

use gongxue::domain::role::Role;
use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, Caller};

/// Headers that claim to come from a proxy.
const CLAIMS: [(&str, &str); 4] = [
    ("forwarded", "for=7.7.7.7;host=evil.example;proto=javascript"),
    ("x-forwarded-for", "7.7.7.7"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
];

async fn get_with(caller: &Caller, path: &str, header: (&str, &str)) -> Answer {
    Answer::of(caller.request("GET", path).header(header.0, header.1)).await
}

/// A failed attempt to sign in, and where the records say that it came from.
async fn recorded_address(app: &TestApp, header: (&str, &str)) -> serde_json::Value {
    let name = app
        .account(Role::Teacher, Some("S1"), Some("correct horse battery"))
        .await;
    let typed = json!({"name": name, "password": "wrong"});
    let attempt = app.guest().request("POST", "/api/v1/session").json(&typed);
    Answer::of(attempt.header(header.0, header.1)).await.expect(401);
    let audit = app.auditor().await.get_json("/api/v1/audit?limit=100").await;
    let lines = audit["items"].as_array().unwrap().iter();
    let mut attempts = lines.filter(|line| line["outcome"] == "wrong-password");
    attempts.next().expect("the attempt is recorded")["address"].clone()
}

/// A feed's links led to `javascript://evil.example`, and the cookie went where nobody had asked for it.
#[tokio::test]
async fn what_a_stranger_says_of_the_way_is_not_believed() {
    let app = TestApp::start().await;
    let guest = app.guest();

    for claim in CLAIMS {
        let feed = get_with(&guest, "/search.atom?q=", claim).await.expect(200);
        let feed = String::from_utf8(feed.body).unwrap();
        assert!(feed.contains(&app.base()), "{claim:?}: {feed}");
        assert!(!feed.contains("evil.example"), "{claim:?}: {feed}");
        assert!(!feed.contains("https://127"), "{claim:?}: {feed}");
        assert_eq!(recorded_address(&app, claim).await, "127.0.0.1", "{claim:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_known_says_who_asks() {
    let app = TestApp::with(|config| config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;

    for claim in [
        ("forwarded", "for=7.7.7.7"),
        (
            "forwarded",
            "for=6.6.6.6;host=evil.example, for=\"7.7.7.7:4711\";proto=http",
        ),
        ("x-forwarded-for", "6.6.6.6, 7.7.7.7"),
    ] {
        assert_eq!(recorded_address(&app, claim).await, "7.7.7.7", "{claim:?}");
        let feed = get_with(&app.guest(), "/search.atom?q=", claim).await.expect(200);
        assert!(
            !String::from_utf8(feed.body).unwrap().contains("evil.example"),
            "{claim:?}"
        );
    }
}

/// A guest at another address of this machine.
fn guest_at(last: u8) -> reqwest::Client {
    gongxue::tls::use_ring();
    let address = IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
    let client = reqwest::Client::builder().no_proxy().local_address(address);
    client.build().unwrap()
}

/// They tell when a school is at work, what is used, and how near to its limits the service is.
#[tokio::test]
async fn figures_are_for_those_who_watch_the_service() {
    let app = TestApp::with(|config| config.server.metrics_from = vec!["127.0.0.1".parse().unwrap()]).await;
    let figures = format!("{}/metrics", app.base());

    app.guest().get("/metrics").await.expect(200);
    let elsewhere = guest_at(9).get(&figures).send().await.unwrap();
    assert_eq!(elsewhere.status(), 401);
    for claim in CLAIMS {
        let through = get_with(&app.guest(), "/metrics", claim).await;
        assert_eq!(
            through.refusal(401),
            "not-signed-in",
            "through a proxy that nobody named: {claim:?}"
        );
    }
    let by_token = async |caller: &Caller| {
        let asked = guest_at(9).get(&figures).bearer_auth(caller.token());
        asked.send().await.unwrap().status().as_u16()
    };
    assert_eq!(by_token(&app.auditor().await).await, 200);
    assert_eq!(by_token(&app.bureau().await).await, 200);
    assert_eq!(by_token(&app.admin("S1").await).await, 403);
    assert_eq!(by_token(&app.teacher("S1").await).await, 403);
}

#[tokio::test]
async fn figures_are_not_given_to_whoever_comes_by_the_proxy_on_this_machine() {
    let app = TestApp::with(|config| config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    let guest = app.guest();

    let stranger = get_with(&guest, "/metrics", ("x-forwarded-for", "7.7.7.7")).await;
    assert_eq!(stranger.refusal(401), "not-signed-in");
    get_with(&guest, "/metrics", ("x-forwarded-for", "127.0.0.5"))
        .await
        .expect(200);
}
