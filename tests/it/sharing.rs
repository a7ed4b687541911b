//! Sharing: from a teacher's files to what others find and fetch.

use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::fixture;

const SHARE: &str = "/api/v1/resources";

fn hash(bytes: &[u8]) -> String {
    let hash: [u8; 32] = sha2::Sha256::digest(bytes).into();
    gongxue::domain::id::Sha256::from_bytes(hash).hex()
}

fn address(resource: &Value) -> String {
    format!("{SHARE}/{}", id(resource))
}

/// The paths of a resource's (or version's) files.
fn paths(shown: &Value) -> Vec<String> {
    let files = shown["files"].as_array().expect("files");
    files.iter().map(|file| text(&file["path"])).collect()
}

#[tokio::test]
async fn a_document_goes_from_a_teachers_desk_to_a_guest_who_finds_its_page() {
    let app = TestApp::start().await;
    let (teacher, admin, guest) = (app.teacher("S1").await, app.admin("S1").await, app.guest());
    let pdf = fixture("outline.pdf");

    // Shared, it is a draft that nobody else knows of.
    let metadata = json!({"title": "数控车床教材", "type": "教材", "scope": "public"});
    let answer = teacher
        .share_as(&metadata, &[("教材/第一册.pdf", &pdf)])
        .await
        .expect(201);
    let shared = answer.json();
    let address = address(&shared);
    assert_eq!(answer.header("location"), address);
    assert_eq!(shared["status"], "draft");
    assert_eq!(guest.get(&address).await.refusal(404), "no-such-resource");

    // Read, its own teacher finds it, and still nobody else does.
    app.settled().await;
    let ready = teacher.get_json(&address).await;
    assert_eq!(ready["files"][0]["state"], "ready", "{ready}");
    assert_eq!(teacher.finds("阶梯轴的车削").await, [id(&shared)]);
    assert_eq!(guest.finds("阶梯轴的车削").await, [""; 0]);

    // Reviewed by another than its author, everyone finds the page.
    assert_eq!(teacher.step(&id(&shared), "approve").await.refusal(403), "not-allowed");
    assert_eq!(
        teacher.step(&id(&shared), "submit").await.expect(200).json()["status"],
        "submitted"
    );
    // Its school first, then the city, for which nobody else can speak.
    assert_eq!(
        admin.step(&id(&shared), "approve").await.expect(200).json()["status"],
        "submitted"
    );
    assert_eq!(
        app.expert()
            .await
            .step(&id(&shared), "approve")
            .await
            .expect(200)
            .json()["status"],
        "published"
    );
    app.settled().await;
    let found = guest.search("阶梯轴的车削").await;
    assert_eq!(found["total"], 1, "{found}");
    let passage = &found["hits"][0]["passages"][0];
    assert_eq!(passage["file_id"], ready["files"][0]["id"]);
    let expected = pages_with(&guest, &text(&passage["file_id"]), "阶梯轴的车削").await;
    assert_eq!(expected.len(), 1, "one page says it");
    assert_eq!(passage["locator"], json!({"kind": "page", "page": expected[0]}));

    // And fetches exactly what the teacher had.
    let content = guest.get(&text(&ready["files"][0]["url"])).await.expect(200);
    assert_eq!(hash(&content.body), hash(&pdf));
    assert_eq!(text(&ready["files"][0]["sha256"]), hash(&pdf));
    assert_eq!(
        content.header("content-disposition"),
        "inline; filename=\"___.pdf\"; filename*=UTF-8''%E7%AC%AC%E4%B8%80%E5%86%8C.pdf"
    );
    assert_eq!(content.header("content-type"), "application/pdf");
    app.finish().await;
}

/// The pages of a file whose text holds a sentence, by the passages that the API gives.
async fn pages_with(caller: &Caller, file: &str, sentence: &str) -> Vec<u64> {
    let passages = caller.get_json(&format!("/api/v1/files/{file}/passages")).await;
    let holding = passages["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|passage| text(&passage["text"]).contains(sentence));
    holding
        .map(|passage| passage["locator"]["page"].as_u64().expect("a page"))
        .collect()
}

#[tokio::test]
async fn a_sentence_inside_a_word_document_is_found_under_its_heading() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;

    let shared = teacher
        .share("发动机维修", &[("auto.docx", &fixture("auto.docx"))])
        .await;
    app.settled().await;

    let found = teacher.search("\"转变为活塞往复运动的机械能\"").await;
    assert_eq!(found["hits"][0]["resource"]["id"], shared["id"], "{found}");
    assert_eq!(found["hits"][0]["passages"][0]["locator"]["kind"], "section");
    app.finish().await;
}

#[tokio::test]
async fn nobody_approves_their_own_work() {
    let app = TestApp::start().await;
    let (admin, other) = (app.admin("S1").await, app.admin("S1").await);
    let own = id(&admin.share("校本教材", &[]).await);

    admin.step(&own, "submit").await.expect(200);

    assert_eq!(admin.step(&own, "approve").await.refusal(403), "own-work");
    assert_eq!(admin.step(&own, "publish").await.refusal(403), "own-work");
    assert_eq!(
        other.step(&own, "approve").await.expect(200).json()["status"],
        "published"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_reviewer_sends_back_with_a_reason_that_the_author_reads() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let shared = id(&teacher.share("工作页", &[]).await);
    let back = format!("{SHARE}/{shared}/return");

    assert_eq!(
        admin.post_json(&back, &json!({})).await.refusal(409),
        "move-not-possible"
    );
    teacher.step(&shared, "submit").await.expect(200);
    // A misspelt field would lose the reason without a word.
    assert_eq!(
        admin
            .post_json(&back, &json!({"nota": "第三步缺图"}))
            .await
            .refusal(400),
        "malformed-request"
    );
    admin.post_json(&back, &json!({"note": "第三步缺图"})).await.expect(200);

    let seen = teacher.get_json(&format!("{SHARE}/{shared}")).await;
    assert_eq!(
        (&seen["status"], &seen["review_note"]),
        (&json!("returned"), &json!("第三步缺图"))
    );
    app.finish().await;
}

#[tokio::test]
async fn words_change_only_over_the_state_that_was_seen() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("旧名", &[]).await;
    let tag = teacher.get(&address(&shared)).await.expect(200).header("etag");
    let name = |title: &str| json!({ "title": title });

    let unseen = teacher.patch(&id(&shared), None, &name("甲")).await;
    assert_eq!(unseen.refusal(428), "if-match-required");
    let first = teacher.patch(&id(&shared), Some(&tag), &name("甲")).await.expect(200);
    assert_ne!(first.header("etag"), tag);
    let late = teacher.patch(&id(&shared), Some(&tag), &name("乙")).await;
    assert_eq!(late.refusal(412), "changed-meanwhile");
    assert_eq!(teacher.get_json(&address(&shared)).await["title"], "甲");
    app.finish().await;
}

#[tokio::test]
async fn of_many_who_change_the_same_state_at_once_one_wins() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = id(&teacher.share("旧名", &[]).await);
    let tag = teacher.get(&format!("{SHARE}/{shared}")).await.header("etag");

    let changes = (0..8).map(|number| {
        let (teacher, shared, tag) = (&teacher, &shared, &tag);
        async move {
            teacher
                .patch(shared, Some(tag), &json!({"title": format!("第{number}版")}))
                .await
                .status
        }
    });
    let mut statuses = futures_util::future::join_all(changes).await;
    statuses.sort_unstable();

    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    app.finish().await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_where_it_is() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({"type": "film", "year": "soon", "scope": "world", "colour": 1, "a/b": 2});

    let mut faults = teacher.share_as(&metadata, &[("a.txt", b"a")]).await.faults();
    faults.sort();

    assert_eq!(
        faults,
        [
            "/a~1b unknown-field",
            "/colour unknown-field",
            "/scope unknown-value",
            "/title required",
            "/type unknown-value",
            "/year malformed",
        ]
    );
    let somewhere = json!({"title": "甲", "type": "video", "major": "9999", "course": "没有"});
    let mut faults = teacher.share_as(&somewhere, &[]).await.faults();
    faults.sort();
    assert_eq!(faults, ["/course unknown-value", "/major unknown-value"]);
    assert_eq!(
        teacher.get_json(&format!("{SHARE}?mine=true")).await["items"],
        json!([])
    );
    app.finish().await;
}

#[tokio::test]
async fn a_form_with_a_field_of_another_name_or_without_metadata_is_refused_by_that_name() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let form = |part: &str| {
        let body = format!("--b\r\nContent-Disposition: form-data; {part}\r\n\r\nx\r\n--b--\r\n");
        let request = teacher
            .request("POST", SHARE)
            .header("content-type", "multipart/form-data; boundary=b");
        Answer::of(request.body(body))
    };

    assert_eq!(
        form("name=\"files\"; filename=\"a.txt\"").await.faults(),
        ["/files unknown-field"]
    );
    assert_eq!(
        form("name=\"file\"; filename=\"a.txt\"").await.faults(),
        ["/metadata required"]
    );
    app.finish().await;
}

#[tokio::test]
async fn whoever_only_asks_for_the_headers_is_told_of_the_whole() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("头", &[("a.txt", b"0123456789")]).await;
    let url = shared["files"][0]["url"].as_str().unwrap();

    let asked = teacher.request("HEAD", url).header("range", "bytes=2-4");
    let answer = Answer::of(asked).await.expect(200);

    assert_eq!(answer.header("content-length"), "10");
    assert!(!answer.headers.contains_key("content-range"));
    app.finish().await;
}

#[tokio::test]
async fn a_file_is_kept_however_its_name_is_written() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let form = |disposition: &str, content: &str| {
        let metadata = json!({ "title": "名字", "type": "worksheet" });
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{metadata}\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"{disposition}\r\n\r\n{content}\r\n--b--\r\n"
        );
        let request = teacher
            .request("POST", SHARE)
            .header("content-type", "multipart/form-data; boundary=b");
        Answer::of(request.body(body))
    };

    for (disposition, path) in [
        ("; filename*=UTF-8''%E8%AF%BE%E8%A1%A8.txt", "课表.txt"),
        ("; filename*=GBK''%BF%CE%B1%ED.txt", "课表.txt"),
        ("; filename=\"=?utf-8?B?6K++6KGoLnR4dA==?=\"", "课表.txt"),
        ("; filename=\"C:\\课件\\第一章\\x.txt\"", "课件/第一章/x.txt"),
        (
            "; filename=\"a.txt\"; filename*=UTF-8''%E8%AF%BE%E8%A1%A8.txt",
            "课表.txt",
        ),
    ] {
        let shared: Value = form(disposition, "周三").await.expect(201).json();
        assert_eq!(shared["files"][0]["path"], path, "{disposition}");
    }
    // Bytes without a name are not dropped in silence; a field that was left empty is no file.
    assert_eq!(form("", "周三").await.faults(), ["/filename required"]);
    assert_eq!(form("; filename=\"\"", "").await.expect(201).json()["files"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_version_never_changes_and_a_file_is_replaced_by_its_path() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("工作页", &[("任务.txt", b"one"), ("图.txt", b"picture")])
        .await;
    let versions = format!("{}/versions", address(&shared));
    app.settled().await;
    let first = teacher.get_json(&format!("{versions}/1")).await;

    let change = teacher.form(&versions, &json!({"title": "工作页（修订）"}), &[("任务.txt", b"two")]);
    let second = Answer::of(change).await.expect(201).json();
    app.settled().await;

    assert_eq!(
        (&second["version"], &second["title"]),
        (&json!(2), &json!("工作页（修订）"))
    );
    assert_eq!(paths(&second), ["图.txt", "任务.txt"]);
    assert_eq!(
        teacher.get_json(&format!("{versions}/1")).await,
        first,
        "what was is still so"
    );
    assert_eq!(paths(&first), ["任务.txt", "图.txt"]);
    assert_eq!(
        teacher.get(&text(&first["files"][0]["url"])).await.expect(200).body,
        b"one"
    );
    assert_eq!(
        teacher.get(&text(&second["files"][1]["url"])).await.expect(200).body,
        b"two"
    );

    let third = teacher
        .post_json(&versions, &json!({"remove": ["图.txt"]}))
        .await
        .expect(201)
        .json();
    app.settled().await;
    assert_eq!(paths(&third), ["任务.txt"]);
    let list = teacher.get_json(&versions).await;
    let versions: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| (version["number"].clone(), version["metadata"]["title"].clone()))
        .collect();
    assert_eq!(
        versions,
        [
            (json!(3), json!("工作页（修订）")),
            (json!(2), json!("工作页（修订）")),
            (json!(1), json!("工作页"))
        ]
    );
    // Compared field by field: a database may keep the metadata's fields in another order.
    let metadata = json!({
        "title": "工作页", "type": "worksheet", "description": "", "keywords": [], "authors": [], "scope": "school"
    });
    assert_eq!(list["items"][2]["metadata"], metadata);
    assert_eq!(list["items"][2]["author"]["name"], teacher.name());
    app.finish().await;
}

#[tokio::test]
async fn two_files_of_one_path_are_refused() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({"title": "甲", "type": "video"});

    let twice = teacher.share_as(&metadata, &[("a.txt", b"a"), ("a.txt", b"b")]).await;

    assert_eq!(twice.faults(), ["/uploads/1 duplicate-path"]);
    app.finish().await;
}

#[tokio::test]
async fn a_request_sent_again_with_its_key_acts_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({"title": "一次", "type": "video"});
    let send = |metadata: Value| {
        let request = teacher.form(SHARE, &metadata, &[("a.txt", b"a")]);
        Answer::of(request.header("idempotency-key", "k-1"))
    };

    let first = send(metadata.clone()).await.expect(201);
    let again = send(metadata.clone()).await.expect(201);
    assert_eq!(again.json(), first.json());
    assert_eq!(again.header("location"), first.header("location"));
    let other = send(json!({"title": "另外", "type": "video"})).await;
    assert_eq!(other.refusal(422), "idempotency-mismatch");
    assert_eq!(own_titles(&teacher).await, ["一次"]);
    app.finish().await;
}

#[tokio::test]
async fn the_same_key_in_many_requests_at_one_moment_acts_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({"title": "一次", "type": "video"});

    let requests = (0..6).map(|_| {
        let request = teacher.form(SHARE, &metadata, &[("a.txt", b"a")]);
        Answer::of(request.header("idempotency-key", "k-1"))
    });
    let answers = futures_util::future::join_all(requests).await;

    // Whoever comes while the first is at work is told to come again, and then gets the same answer.
    let (made, busy): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert!(!made.is_empty());
    assert!(made.iter().all(|answer| answer.json() == made[0].json()));
    for answer in busy {
        assert_eq!(answer.refusal(409), "idempotency-busy");
    }
    assert_eq!(own_titles(&teacher).await, ["一次"]);
    app.finish().await;
}

async fn own_titles(caller: &Caller) -> Vec<String> {
    let own = caller.get_json(&format!("{SHARE}?mine=true")).await;
    own["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| text(&item["title"]))
        .collect()
}

#[tokio::test]
async fn the_same_bytes_of_two_teachers_are_one_object() {
    let app = TestApp::start().await;
    let bytes = b"the same bytes in both schools".as_slice();
    let (one, other) = (app.teacher("S1").await, app.teacher("S2").await);

    let first = one.share("甲", &[("a.txt", bytes)]).await;
    let second = other.share("乙", &[("b.txt", bytes)]).await;
    app.settled().await;

    assert_eq!(first["files"][0]["sha256"], second["files"][0]["sha256"]);
    let stored = app.stored().await;
    let copies: Vec<_> = stored
        .iter()
        .filter(|key| key.contains(&hash(bytes)) && key.starts_with("blobs/"))
        .collect();
    assert_eq!(copies.len(), 1, "{stored:?}");
    app.finish().await;
}

/// A form of 1,500 files was received and written for 26 seconds before it was told that its words were missing.
#[tokio::test]
async fn a_form_is_refused_by_its_words_while_its_files_still_come() {
    let app = TestApp::with(|config| config.server.stall_timeout_secs = 2).await;
    let teacher = app.teacher("S1").await;
    let draft = teacher.share("甲", &[("a.txt", b"1")]).await;
    let versions = format!("/api/v1/resources/{}/versions", id(&draft));
    let file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\r\n\r\nabc\r\n";
    let said = |metadata: &str| {
        let head = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n";
        format!("{head}{metadata}\r\n{file}")
    };
    let nowhere = r#"{"title": "甲", "type": "video", "major": "没有的专业"}"#;

    for (path, sent, wrong) in [
        ("/api/v1/resources", said(r#"{"title": "甲"}"#), "/type"),
        ("/api/v1/resources", said(nowhere), "/major"),
        ("/api/v1/resources", file.repeat(10), "/metadata"),
        (&versions, said(r#"{"year": "下个世纪"}"#), "/year"),
        (&versions, file.repeat(10), "/metadata"),
    ] {
        // More is announced than ever comes.
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 10000000\r\n\r\n",
            teacher.token()
        );
        let mut connection = TcpStream::connect(app.config().server.listen).await.unwrap();
        connection.write_all((head + &sent).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.unwrap();

        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 422"), "{path} {wrong}: {answer}");
        assert!(
            answer.contains(&format!("\"pointer\":\"{wrong}\"")),
            "{wrong}: {answer}"
        );
    }
    let staged: Vec<_> = std::fs::read_dir(app.config().staging_dir()).unwrap().collect();
    let staged = staged.into_iter().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(staged.count(), 0, "files of a form that was refused are left");
}

/// Programs that send a few files first were always understood.
#[tokio::test]
async fn the_words_of_a_form_may_come_after_a_few_files() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"N.txt\"\r\n\r\nabc\r\n";
    let words = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
                 {\"title\":\"甲\",\"type\":\"video\"}\r\n--b--\r\n";
    let files: String = (0..8).map(|number| file.replace('N', &number.to_string())).collect();

    let request = teacher.request("POST", "/api/v1/resources").body(files + words);
    let request = request.header("content-type", "multipart/form-data; boundary=b");

    let shared = Answer::of(request).await.expect(201).json();
    assert_eq!(shared["files"].as_array().unwrap().len(), 8);
}

/// A megabyte of fields that nobody knows got 4.7 MB of an answer.
#[tokio::test]
async fn a_refusal_is_short_whatever_was_sent() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let many: serde_json::Map<String, serde_json::Value> =
        (0..60_000).map(|number| (format!("f{number}"), json!(1))).collect();
    let long = json!({"title": "甲", "type": "字".repeat(100_000), "x".repeat(600_000): 1});

    let refused = teacher.post_json("/api/v1/resources", &json!(many)).await.expect(422);
    assert!(refused.body.len() < 20_000, "{} bytes", refused.body.len());
    let refused = refused.json();
    assert_eq!(refused["errors"].as_array().unwrap().len(), 20);
    // With `title` and `type`, which are missing.
    assert_eq!(refused["more_errors"], json!(60_002 - 20));

    for path in [
        "/api/v1/resources",
        "/api/v1/accounts",
        "/api/v1/session",
        "/api/v1/tokens",
    ] {
        let refused = teacher.post_json(path, &long).await;
        assert!((400..500).contains(&refused.status), "{path}: {}", refused.status);
        assert!(refused.body.len() < 20_000, "{path}: {} bytes", refused.body.len());
    }
}
