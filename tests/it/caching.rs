//! What stays in a browser that many use: every address that is looked at, by a guest and by a teacher.

use gongxue::domain::role::Role;
use gongxue::http::routes::TABLE;
use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, id, text};
use crate::fixture;

/// Ids of what the addresses are about.
struct Known {
    resource: String,
    file: String,
}

impl Known {
    /// A path with these in its braces, and elsewhere something that is nothing.
    fn fill(&self, path: &str) -> String {
        let mut before = "";
        let mut filled = Vec::new();
        for part in path.split('/') {
            filled.push(match (before, part) {
                ("resources" | "r", "{id}") => self.resource.clone(),
                ("files", "{id}") => self.file.clone(),
                (_, "{page}" | "{number}") => "1".to_owned(),
                (_, part) if part.contains('{') => Uuid::now_v7().to_string(),
                (_, part) => part.to_owned(),
            });
            before = part;
        }
        filled.join("/")
    }
}

/// Says what is wrong with what an answer lets browsers keep.
fn fault(answer: &Answer, is_guest: bool) -> Option<&'static str> {
    let all = |name| {
        let values = answer.headers.get_all(name).iter();
        let values: Vec<&str> = values.map(|value| value.to_str().unwrap()).collect();
        values.join(",").to_lowercase()
    };
    let (kept, varies) = (all("cache-control"), all("vary"));
    let has_tag = answer.headers.contains_key("etag");
    match kept.as_str() {
        "" => return Some("nobody says how long it is kept"),
        "no-store" | "private, no-store" => {}
        "private, no-cache" if is_guest || has_tag => {}
        "private, no-cache" => return Some("it is kept, and cannot be asked about"),
        _ if is_guest && kept.starts_with("public, max-age=") => return None,
        _ => return Some("it can be looked at after signing out"),
    }
    let by_asker = ["cookie", "authorization", "accept-language"];
    let is_missing = by_asker.iter().any(|name| !varies.contains(name));
    is_missing.then_some("it is the same to everybody")
}

#[tokio::test]
async fn nothing_that_a_member_saw_is_kept_where_the_next_one_finds_it() {
    let app = TestApp::start().await;
    let teacher = Browser::sign_in(&app, Role::Teacher).await;
    let owner = app.teacher("S1").await;
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": "public"});
    let files = [
        ("a.pdf", fixture("outline.pdf")),
        ("对刀.mp4", fixture("with-movtext-zh.mp4")),
        ("素材.zip", fixture("gbk-names.zip")),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let shared = owner.share_as(&metadata, &files).await.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;
    let looked_at = TABLE.iter().filter(|route| route.method == "GET");
    // The site's own files are the same to everybody.
    let looked_at = looked_at.filter(|route| !route.path.starts_with("/assets") && route.path != "/favicon.ico");

    let mut faults = Vec::new();
    let mut answered = 0;
    for route in looked_at {
        for file in shared["files"].as_array().unwrap() {
            let known = Known {
                resource: id(&shared),
                file: text(&file["id"]),
            };
            let path = known.fill(route.path);
            for (is_guest, answer) in [(true, app.guest().get(&path).await), (false, teacher.get(&path).await)] {
                answered += usize::from(answer.status == 200);
                let who = if is_guest { "guest" } else { "teacher" };
                faults.extend(fault(&answer, is_guest).map(|fault| format!("{} to a {who}: {fault}", route.path)));
            }
        }
    }

    assert!(answered > 150, "only {answered} answers had something in them");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Pages of a draft stood in the cache of a computer that the next one used.
#[tokio::test]
async fn a_picture_of_what_is_not_public_is_kept_by_nobody() {
    let app = TestApp::start().await;
    let owner = app.teacher("S1").await;
    let draft = owner.share("台阶轴", &[("a.pdf", &fixture("outline.pdf"))]).await;
    app.settled().await;

    for what in ["pages/1", "thumbnail"] {
        let path = format!("/api/v1/files/{}/{what}", text(&draft["files"][0]["id"]));
        let shown = owner.get(&path).await.expect(200);
        assert_eq!(shown.header("cache-control"), "private, no-store");
        // Whoever sits down there next is told nothing by the tag.
        let next = app
            .guest()
            .request("GET", &path)
            .header("if-none-match", shown.header("etag"));
        Answer::of(next).await.expect(404);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_public_picture_is_asked_about_before_each_use_by_whoever_signed_in_and_sent_once() {
    let app = TestApp::start().await;
    let owner = app.teacher("S1").await;
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": "public"});
    let shared = owner.share_as(&metadata, &[("a.pdf", &fixture("outline.pdf"))]).await;
    let shared = shared.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;

    let path = format!("/api/v1/files/{}/pages/1", text(&shared["files"][0]["id"]));
    let first = owner.get(&path).await.expect(200);
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let again = owner
        .request("GET", &path)
        .header("if-none-match", first.header("etag"));
    assert!(Answer::of(again).await.expect(304).body.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn what_everybody_may_see_is_not_fetched_again_at_every_look() {
    let app = TestApp::start().await;
    let owner = app.teacher("S1").await;
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": "public"});
    let shared = owner.share_as(&metadata, &[("a.pdf", &fixture("outline.pdf"))]).await;
    let shared = shared.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;

    let path = format!("/api/v1/files/{}/pages/1", text(&shared["files"][0]["id"]));
    let picture = app.guest().get(&path).await.expect(200);

    assert_eq!(picture.header("cache-control"), "public, max-age=3600");
}
