//! Clients that speak HTTP/1.0: old proxies, machines on the shop floor, `ab`. They know no chunks.

use std::io::Read as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::TestApp;
use crate::client::{Caller, text};
use crate::packs::School;

/// An answer as it came over the line until the line ended.
struct Raw {
    head: String,
    body: Vec<u8>,
}

/// Asks in HTTP/1.0 and reads to the line's end.
async fn ask(app: &TestApp, method: &str, path: &str, more: &str) -> Raw {
    let mut line = TcpStream::connect(app.config().server.listen).await.unwrap();
    let asked = format!("{method} {path} HTTP/1.0\r\nHost: localhost\r\n{more}\r\n");
    line.write_all(asked.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    Raw {
        head: String::from_utf8_lossy(&answer[..end]).to_lowercase(),
        body: answer.split_off(end + 4),
    }
}

impl Raw {
    fn field(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields
            .into_iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value)
    }

    /// The body as it was meant, however it was coded.
    fn meant(&self) -> Vec<u8> {
        if self.field("content-encoding") != Some("gzip") {
            return self.body.clone();
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        plain
    }
}

fn as_one(caller: &Caller) -> String {
    format!("Authorization: Bearer {}\r\n", caller.token())
}

#[tokio::test]
async fn nothing_is_sent_in_chunks_to_a_client_that_knows_none() {
    let shelf = School::open().await;
    let resource = shelf
        .publish("台阶轴工作页", "台阶轴", "public", &[("工作页.txt", b"1\n2\n3\n")])
        .await;
    let pack = shelf
        .pack(&serde_json::json!({"title": "轴", "task": "台阶轴", "scope": "public"}))
        .await;
    let issued = shelf.issue(&pack).await;
    let number = &issued["number"];
    let app = &shelf.app;
    let bureau = as_one(&app.auditor().await);
    let version = format!("/api/v1/packs/{pack}/versions/{number}");
    let paths = [
        "/".to_owned(),
        "/search?q=%E5%8F%B0%E9%98%B6%E8%BD%B4".to_owned(),
        "/nowhere".to_owned(),
        "/api/v1/search?q=%E5%8F%B0%E9%98%B6%E8%BD%B4".to_owned(),
        "/api/v1/audit?format=csv".to_owned(),
        text(&resource["files"][0]["url"]),
        format!("{version}/manifest.json"),
        format!("{version}/archive.zip"),
        format!("{version}/passages"),
    ];
    for path in paths {
        for coding in ["", "Accept-Encoding: gzip\r\n"] {
            let more = format!("{bureau}{coding}Connection: close\r\n");
            let got = ask(app, "GET", &path, &more).await;
            let told = ask(app, "HEAD", &path, &more).await;

            assert_eq!(got.field("transfer-encoding"), None, "{path} {coding}: {}", got.head);
            assert_eq!(
                told.field("transfer-encoding"),
                None,
                "HEAD {path} {coding}: {}",
                told.head
            );
            assert!(told.body.is_empty(), "HEAD {path} has a body");
            assert!(!got.meant().is_empty(), "{path} came empty");
            if let Some(length) = got.field("content-length") {
                assert_eq!(length, got.body.len().to_string(), "{path} {coding}");
            }
        }
    }
    shelf.app.finish().await;
}

#[tokio::test]
async fn an_answer_of_unknown_length_ends_with_its_line_though_the_client_asked_to_keep_it() {
    let app = TestApp::start().await;
    let more = "Accept-Encoding: gzip\r\nConnection: keep-alive\r\n";

    let page = ask(&app, "GET", "/", more).await;

    assert_eq!(page.field("content-length"), None, "{}", page.head);
    assert_ne!(page.field("connection"), Some("keep-alive"));
    assert!(String::from_utf8(page.meant()).unwrap().ends_with("</html>\n"));
    app.finish().await;
}
