//! Looking at what a resource holds: pages, text, tables, and pages of Office files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::Set;
use serde_json::json;

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Answer, Caller, escape, id, sha256, text};
use crate::fixture;
use crate::outages::{put_job, until};

/// A resource for everybody with one file; returns its page's path and the file's id.
async fn publish(app: &TestApp, name: &str, bytes: &[u8]) -> (String, String) {
    let teacher = app.teacher("S1").await;
    let metadata = json!({ "title": "星三角启动", "type": "courseware", "scope": "public" });
    let shared = teacher.share_as(&metadata, &[(name, bytes)]).await.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;
    (text(&shared["url"]), text(&shared["files"][0]["id"]))
}

async fn open(guest: &Caller, path: &str) -> String {
    html(guest.get(path).await.expect(200))
}

#[tokio::test]
async fn a_word_is_marked_where_it_stands_on_the_picture_of_its_page() {
    let app = TestApp::start().await;
    let (url, file) = publish(&app, "outline.pdf", &fixture("outline.pdf")).await;
    let guest = app.guest();
    let passages = guest.get_json(&format!("/api/v1/files/{file}/passages")).await;
    let words: String = text(&passages["items"][0]["text"]).chars().take(4).collect();
    let words = words.split_whitespace().next().unwrap();

    let plain = open(&guest, &format!("{url}?file={file}&page=1")).await;
    let found = open(&guest, &format!("{url}?file={file}&page=1&q={words}")).await;

    assert!(plain.contains("<text x=\""), "the words of the page cannot be selected");
    assert!(!plain.contains("<rect"), "something is marked that nobody looked for");
    assert!(found.contains("<rect"), "`{words}` is not marked on its page");
    assert!(found.contains(&format!("/api/v1/files/{file}/pages/1?width=")));
}

#[tokio::test]
async fn a_resource_with_a_pdf_opens_at_its_first_page_and_turns_to_any_other() {
    let app = TestApp::start().await;
    let (url, file) = publish(&app, "outline.pdf", &fixture("outline.pdf")).await;
    let guest = app.guest();

    let first = open(&guest, &url).await;
    let beyond = open(&guest, &format!("{url}?file={file}&page=4000000000")).await;

    assert!(first.contains("class=\"sheet\""), "the page is not shown");
    assert!(!first.contains("rel=\"prev\""));
    assert!(!beyond.contains("class=\"sheet\""), "a page that is not there is shown");
    assert!(
        beyond.contains("id=\"reading\""),
        "a wrong page number hides the whole file"
    );
}

#[tokio::test]
async fn a_sheet_is_shown_as_a_table_where_no_pages_can_be_made() {
    let app = TestApp::start().await;
    let (url, _) = publish(&app, "加工.xlsx", &fixture("machining.xlsx")).await;

    let page = open(&app.guest(), &url).await;

    assert!(page.contains("<table"), "the cells run together");
    assert!(
        page.contains("图和版式请下载原件看"),
        "nobody says that pages are missing"
    );
    assert!(!page.contains("data-waiting"));
}

/// A program in the place of LibreOffice; `$out` is where the pages are to be put.
fn program(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("soffice");
    let find = "while [ \"$1\" != --outdir ]; do shift; done\nout=$2/source.pdf\nmkdir -p \"$2\"\n";
    fs::write(&path, format!("#!/bin/sh\n{find}{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A service with such a program, and a presentation that somebody has looked at.
async fn looked_at(script: &str) -> (TestApp, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pages.pdf"), fixture("outline.pdf")).unwrap();
    let chosen = program(folder.path(), script);
    let app = TestApp::with(|config| {
        config.extract.office_program = chosen;
        config.extract.time_limit_secs = 4;
    })
    .await;
    let (url, _) = publish(&app, "课件.pptx", &fixture("electric-rich.pptx")).await;
    let first = open(&app.guest(), &url).await;
    assert!(first.contains("data-waiting"), "nobody says that pages are being made");
    app.settled().await;
    (app, url, folder)
}

#[tokio::test]
async fn pages_of_an_office_file_are_made_once_and_shown_with_their_words() {
    let (app, url, folder) = looked_at("cp \"$(dirname \"$0\")/pages.pdf\" \"$out\"").await;
    let guest = app.guest();

    let page = open(&guest, &url).await;
    assert!(
        page.contains("class=\"sheet\""),
        "the pages that were made are not shown"
    );
    assert!(page.contains("<text x=\""));

    // Kept: whoever looks later needs the program no more.
    drop(folder);
    let again = open(&guest, &format!("{url}?lang=en")).await;
    assert!(again.contains("class=\"sheet\""));
}

/// Whoever looks while pages are being made asks for them once more. Others were made in their place, which were not
/// what the row said: "damaged", and the pictures on a page were missing.
#[tokio::test]
async fn pages_that_were_asked_for_twice_are_made_once() {
    let (app, url, folder) = looked_at("cp \"$(dirname \"$0\")/pages.pdf\" \"$out\"").await;
    // The program is gone, so that nothing can be made any more.
    drop(folder);
    let shared = json!({"files": [{"sha256": sha256(&fixture("electric-rich.pptx"))}]});

    let again = put_job(&app, &shared, |job| {
        job.kind = Set("render".to_owned());
        job.subject = Set(format!("{}:pptx", sha256(&fixture("electric-rich.pptx"))));
    })
    .await;
    until(&app, again, |job| job.is_none()).await;

    let page = open(&app.guest(), &url).await;
    assert!(page.contains("class=\"sheet\""), "the pages are gone: {page}");
}

#[tokio::test]
async fn a_converter_that_crashes_lies_or_hangs_leaves_the_text_and_the_original() {
    for script in [
        "kill -SEGV $$",
        "echo '<b>no pdf</b>' > \"$out\"",
        ": > \"$out\"",
        "sleep 600 & wait",
    ] {
        let (app, url, _folder) = looked_at(script).await;

        let page = open(&app.guest(), &url).await;

        assert!(page.contains("没能生成页面图片"), "`{script}`: nothing is said");
        assert!(page.contains("class=\"told\""), "`{script}`: the text is gone");
        assert!(page.contains("?download=1"), "`{script}`: the original is gone");
        assert!(!page.contains("data-waiting"), "`{script}`: it waits for ever");
    }
}

#[tokio::test]
async fn what_failed_is_tried_again_on_another_day() {
    let (app, url, folder) = looked_at("exit 1").await;
    program(folder.path(), "cp \"$(dirname \"$0\")/pages.pdf\" \"$out\"");
    let guest = app.guest();
    assert!(
        !open(&guest, &url).await.contains("data-waiting"),
        "it is tried at every look"
    );

    app.advance(Duration::from_hours(25));
    assert!(
        open(&guest, &url).await.contains("data-waiting"),
        "it is never tried again"
    );
    app.settled().await;

    assert!(open(&guest, &url).await.contains("class=\"sheet\""));
}

#[tokio::test]
async fn a_converter_reads_nothing_that_is_not_its_own() {
    let outside = tempfile::tempdir().unwrap();
    // Where other programs keep what they share.
    let shared = tempfile::tempdir_in("/dev/shm").unwrap();
    for folder in [&outside, &shared] {
        fs::write(folder.path().join("secret"), "geheim").unwrap();
    }
    let script = format!(
        "cat \"$(dirname \"$0\")/../secret\" >/dev/null 2>&1 && exit 1\n\
         cat {} >/dev/null 2>&1 && exit 1\n\
         cp \"$(dirname \"$0\")/pages.pdf\" \"$out\"",
        shared.path().join("secret").display()
    );
    let folder = outside.path().join("program");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("pages.pdf"), fixture("outline.pdf")).unwrap();
    let chosen = program(&folder, &script);
    let app = TestApp::with(|config| config.extract.office_program = chosen).await;
    let (url, _) = publish(&app, "课件.pptx", &fixture("electric-rich.pptx")).await;
    let guest = app.guest();
    open(&guest, &url).await;
    app.settled().await;

    assert!(
        open(&guest, &url).await.contains("class=\"sheet\""),
        "the program read what is not its own"
    );
}

#[tokio::test]
async fn one_member_of_an_archive_comes_alone_and_only_to_those_who_may_see_it() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("素材", &[("素材.zip", &fixture("gbk-names.zip"))]).await;
    app.settled().await;
    let file = text(&shared["files"][0]["id"]);
    let resource = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    let listed = resource["files"][0]["report"]["members"].as_array().unwrap().clone();
    assert!(!listed.is_empty());

    for member in &listed {
        let path = escape(&text(&member["path"]));
        let address = format!("/api/v1/files/{file}/members?path={path}");
        let answer = teacher.get(&address).await.expect(200);
        assert_eq!(answer.body.len() as u64, member["size"], "{member}");
        assert!(answer.header("content-disposition").starts_with("attachment;"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        app.guest().get(&address).await.expect(404);
        app.teacher("S2").await.get(&address).await.expect(404);
    }
    let page = open(&teacher, &text(&shared["url"])).await;
    assert!(page.contains(&format!("/api/v1/files/{file}/members?path=")));
}

#[tokio::test]
async fn a_member_that_is_not_there_climbs_out_or_is_a_bomb_is_not_given() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    for name in [
        "hostile-zip-slip.zip",
        "hostile-random.zip",
        "gbk-names.zip",
        "outline.pdf",
    ] {
        let shared = teacher.share("素材", &[(name, &fixture(name))]).await;
        let file = text(&shared["files"][0]["id"]);
        for path in ["", "nothing.txt", "../../../etc/passwd", "/etc/passwd", "%00"] {
            let address = format!("/api/v1/files/{file}/members?path={}", escape(path));
            assert_eq!(teacher.get(&address).await.status, 404, "{name}: {path}");
        }
        teacher.get(&format!("/api/v1/files/{file}/members")).await.expect(404);
    }
}

#[tokio::test]
async fn a_film_shows_what_is_said_where_it_was_found_and_as_subtitles() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let files = [
        ("对刀.mp4", fixture("with-movtext-zh.mp4")),
        ("对刀.srt", fixture("lesson-gbk.srt")),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let shared = teacher.share("对刀示范", &files).await;
    app.settled().await;
    let ids: Vec<String> = shared["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| text(&file["id"]))
        .collect();

    let page = open(&teacher, &text(&shared["url"])).await;
    for file in &ids {
        let address = format!("/api/v1/files/{file}/subtitles");
        assert!(
            page.contains(&format!("<track kind=\"subtitles\" src=\"{address}\"")),
            "{page}"
        );
        let answer = teacher.get(&address).await.expect(200);
        assert!(answer.header("content-type").starts_with("text/vtt"));
        let told = String::from_utf8(answer.body).unwrap();
        assert!(told.starts_with("WEBVTT\n\n00:00:0"), "{told}");
        assert!(told.matches(" --> ").count() > 1, "all is said at once: {told}");
        app.guest().get(&address).await.expect(404);
    }
    assert!(
        !page.contains("class=\"mark\""),
        "something is marked that nobody looked for"
    );
    let passages = teacher.get_json(&format!("/api/v1/files/{}/passages", ids[0])).await;
    let said: String = text(&passages["items"][0]["text"]).chars().take(6).collect();
    let found = open(&teacher, &format!("{}?q={}", text(&shared["url"]), escape(&said))).await;
    assert!(
        found.contains("<rect class=\"mark\""),
        "`{said}` is not on the time line"
    );
    assert!(found.contains("<mark>"));
}

#[tokio::test]
async fn a_version_says_what_changed_in_it() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("工作页", &[("任务.txt", b"one"), ("图.txt", b"picture")])
        .await;
    let versions = format!("/api/v1/resources/{}/versions", id(&shared));
    let change = teacher.form(
        &versions,
        &json!({"title": "工作页（修订）"}),
        &[("任务.txt", b"two"), ("新.txt", b"new")],
    );
    Answer::of(change).await.expect(201);
    app.settled().await;

    let page = open(&teacher, &text(&shared["url"])).await;

    for (label, name) in [("替换", "任务.txt"), ("新增", "新.txt"), ("改了", "标题")] {
        assert!(
            page.contains(&format!("<dt>{label}</dt><dd>{name}</dd>")),
            "{label}: {page}"
        );
    }
    assert_eq!(
        page.matches("class=\"changes\"").count(),
        1,
        "the first version changed nothing"
    );
}
