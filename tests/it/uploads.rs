//! Uploads over tus 1.0.0: what the protocol promises, and what breaks in practice. Other people's clients are let at
//! the service in `tests/clients`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongxue::domain::role::{Role, TokenScope};
use reqwest::RequestBuilder;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

const UPLOADS: &str = "/api/v1/uploads";
const BYTES: &str = "application/offset+octet-stream";
const MIB: usize = 1 << 20;

pub(crate) fn tus(caller: &Caller, method: &str, path: &str) -> RequestBuilder {
    caller.request(method, path).header("tus-resumable", "1.0.0")
}

/// Asks to begin an upload, with these headers.
pub(crate) async fn create(caller: &Caller, headers: &[(&str, &str)]) -> Answer {
    let request = tus(caller, "POST", UPLOADS);
    Answer::of(
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value)),
    )
    .await
}

/// Begins an upload; returns its address.
pub(crate) async fn begin(caller: &Caller, length: usize) -> String {
    create(caller, &[("upload-length", &length.to_string())])
        .await
        .expect(201)
        .header("location")
}

pub(crate) fn piece(caller: &Caller, address: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
    let request = tus(caller, "PATCH", address).header("upload-offset", offset);
    request.header("content-type", BYTES).body(bytes.to_vec())
}

pub(crate) async fn patch(caller: &Caller, address: &str, offset: usize, bytes: &[u8]) -> Answer {
    Answer::of(piece(caller, address, offset, bytes)).await
}

pub(crate) async fn head(caller: &Caller, address: &str) -> Answer {
    Answer::of(tus(caller, "HEAD", address)).await
}

pub(crate) async fn offset(caller: &Caller, address: &str) -> usize {
    head(caller, address)
        .await
        .expect(200)
        .header("upload-offset")
        .parse()
        .unwrap()
}

/// Uploads a whole file; returns its address.
pub(crate) async fn send(caller: &Caller, bytes: &[u8]) -> String {
    let address = begin(caller, bytes.len()).await;
    patch(caller, &address, 0, bytes).await.expect(204);
    address
}

/// Shares finished uploads as a new draft.
pub(crate) async fn share(caller: &Caller, addresses: &[&str]) -> Answer {
    let uploads: Vec<&str> = addresses
        .iter()
        .filter_map(|address| address.rsplit('/').next())
        .collect();
    let body = json!({"title": "上传", "type": "worksheet", "uploads": uploads});
    caller.post_json("/api/v1/resources", &body).await
}

/// Shares an upload and compares what others would fetch with what was sent.
pub(crate) async fn assert_arrives(caller: &Caller, address: &str, bytes: &[u8]) {
    let resource = share(caller, &[address]).await.expect(201).json();
    let file = text(&resource["files"][0]["url"]);
    let content = caller.get(&file).await.expect(200).body;
    assert_eq!(content.len(), bytes.len());
    assert!(content == bytes, "other bytes came back");
}

/// Bytes that nobody has sent before, and that no reader takes for a document.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// Sends the head of a `PATCH` and a part of its bytes, and keeps the line open.
pub(crate) async fn send_part_of(
    app: &TestApp,
    caller: &Caller,
    address: &str,
    announced: usize,
    bytes: &[u8],
) -> TcpStream {
    let mut line = TcpStream::connect(app.config().server.listen).await.unwrap();
    let head = format!(
        "PATCH {address} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
         Upload-Offset: 0\r\nContent-Type: {BYTES}\r\nContent-Length: {announced}\r\n\r\n",
        caller.token()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(bytes).await.unwrap();
    line
}

/// The status that comes back on a line.
pub(crate) async fn status(line: &mut TcpStream) -> String {
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[9..]).into_owned()
}

/// Waits for a fact that rings no bell.
pub(crate) async fn until(what: &str, mut fact: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !fact().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // A page that is recognised waits for whatever else the machine does.
    let seen = tokio::time::timeout(Duration::from_mins(3), looking).await;
    seen.unwrap_or_else(|_| panic!("it never came true that {what}"));
}

/// Bytes of unfinished uploads on the disk. Readers keep scratch files beside them.
fn staged(app: &TestApp) -> u64 {
    let files = std::fs::read_dir(app.config().staging_dir()).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let uploads = paths.filter(|path| path.extension().is_some_and(|it| it == "part" || it == "whole"));
    // One that is removed since the folder was read has no bytes.
    uploads.filter_map(|path| Some(path.metadata().ok()?.len())).sum()
}

/// One number out of the service's database.
pub(crate) async fn number(app: &TestApp, query: &str) -> i64 {
    let database = app.database().await;
    let query = Statement::from_string(database.get_database_backend(), query);
    let row = database.query_one_raw(query).await.unwrap().unwrap();
    let number = row.try_get_by_index(0).unwrap();
    database.close().await.unwrap();
    number
}

pub(crate) async fn run(app: &TestApp, statement: &str) {
    let database = app.database().await;
    database.execute_unprepared(statement).await.unwrap();
    database.close().await.unwrap();
}

async fn tidy(app: &TestApp) {
    app.ask(async |library| library.operations.tidy().await).await.unwrap();
    app.ask(async |library| library.operations.drop_leftovers().await)
        .await
        .unwrap();
}

const ROWS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM upload";

#[tokio::test]
async fn what_the_server_speaks_is_told_to_everyone() {
    let app = TestApp::with(|config| config.uploads.max_file_bytes = 5000).await;

    let told = app.guest().send("OPTIONS", UPLOADS).await.expect(204);

    assert_eq!(told.header("tus-resumable"), "1.0.0");
    assert_eq!(told.header("tus-version"), "1.0.0");
    assert_eq!(told.header("tus-max-size"), "5000");
    assert_eq!(told.header("tus-checksum-algorithm"), "sha1,sha256,md5,crc32");
    assert_eq!(
        told.header("tus-extension"),
        "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_file_goes_up_in_pieces_and_tells_how_far_it_is() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(3000);
    let sent = "filename 5bel5L2c6aG1LnBkZg==,is_draft";

    let begun = create(&teacher, &[("upload-length", "3000"), ("upload-metadata", sent)])
        .await
        .expect(201);
    let address = begun.header("location");
    assert!(address.starts_with("/api/v1/uploads/"), "{address}");
    assert_eq!(begun.header("tus-resumable"), "1.0.0");
    assert!(begun.header("upload-expires").ends_with(" GMT"));
    let first = patch(&teacher, &address, 0, &bytes[..1000]).await.expect(204);
    assert_eq!(first.header("upload-offset"), "1000");

    let told = head(&teacher, &address).await.expect(200);
    assert_eq!(told.header("cache-control"), "no-store");
    assert_eq!(told.header("upload-offset"), "1000");
    assert_eq!(told.header("upload-length"), "3000");
    assert_eq!(told.header("upload-metadata"), sent);
    assert_eq!(told.header("upload-expires"), first.header("upload-expires"));
    assert_eq!(
        share(&teacher, &[&address]).await.faults(),
        ["/uploads/0 unfinished-upload"]
    );

    patch(&teacher, &address, 1000, &bytes[1000..]).await.expect(204);
    assert_eq!(offset(&teacher, &address).await, 3000);
    let again = patch(&teacher, &address, 3000, &[]).await.expect(204);
    assert_eq!(again.header("upload-offset"), "3000");
    assert_eq!(
        patch(&teacher, &address, 3000, b"more").await.refusal(413),
        "file-too-large"
    );
    let shared = share(&teacher, &[&address]).await.expect(201).json();
    assert_eq!(shared["files"][0]["path"], "工作页.pdf");
    app.finish().await;
}

#[tokio::test]
async fn another_version_of_the_protocol_is_refused_before_anything_happens() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let address = begin(&teacher, 10).await;

    for (method, path) in [
        ("POST", UPLOADS),
        ("HEAD", &address),
        ("PATCH", &address),
        ("DELETE", &address),
    ] {
        for version in [None, Some("0.2.2")] {
            let request = teacher.request(method, path).header("upload-length", "7");
            let request = version
                .into_iter()
                .fold(request, |request, version| request.header("tus-resumable", version));
            let refused = Answer::of(request).await.expect(412);
            assert_eq!(refused.header("tus-version"), "1.0.0", "{method}");
            assert_eq!(refused.header("tus-resumable"), "1.0.0", "{method}");
        }
    }

    assert_eq!(number(&app, ROWS).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn bytes_for_another_place_or_of_another_kind_change_nothing() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(20);
    let address = begin(&teacher, 20).await;
    patch(&teacher, &address, 0, &bytes[..10]).await.expect(204);

    for wrong in [0, 9, 11, 20] {
        let refused = patch(&teacher, &address, wrong, b"other").await.expect(409);
        assert_eq!(refused.header("upload-offset"), "10");
    }
    let form = tus(&teacher, "PATCH", &address)
        .header("upload-offset", 10)
        .body("other");
    assert_eq!(Answer::of(form).await.refusal(415), "unsupported-media-type");
    for wrong in ["-1", "+10", "ten", ""] {
        let request = tus(&teacher, "PATCH", &address).header("content-type", BYTES);
        let request = request.header("upload-offset", wrong).body("other");
        assert_eq!(Answer::of(request).await.refusal(400), "malformed-request", "{wrong}");
    }
    let placeless = tus(&teacher, "PATCH", &address)
        .header("content-type", BYTES)
        .body("other");
    assert_eq!(Answer::of(placeless).await.refusal(400), "malformed-request");

    assert_eq!(offset(&teacher, &address).await, 10);
    patch(&teacher, &address, 10, &bytes[10..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn a_large_piece_for_another_place_is_refused_in_a_way_that_its_sender_hears() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let address = begin(&teacher, 64 * MIB).await;

    assert_eq!(
        patch(&teacher, &address, 5, &vec![0; 32 * MIB]).await.refusal(409),
        "upload-offset"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_damaged_piece_is_not_kept() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(20);
    let address = begin(&teacher, 20).await;
    let with = |checksum: String, offset: usize, bytes: &[u8]| {
        Answer::of(piece(&teacher, &address, offset, bytes).header("upload-checksum", checksum))
    };
    let sha256 = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(sha2::Sha256::digest(bytes)));

    with(sha256(&bytes[..10]), 0, &bytes[..10]).await.expect(204);
    assert_eq!(
        with(sha256(b"other"), 10, &bytes[10..]).await.refusal(460),
        "upload-checksum"
    );
    assert_eq!(offset(&teacher, &address).await, 10);
    let unknown = format!("sha512 {}", STANDARD.encode([0; 64]));
    assert_eq!(
        with(unknown, 10, &bytes[10..]).await.refusal(400),
        "upload-checksum-algorithm"
    );
    for unreadable in ["sha256", "sha256 !", "sha256 AAAA"] {
        assert_eq!(
            with(unreadable.to_owned(), 10, &bytes[10..]).await.refusal(400),
            "malformed-request"
        );
    }

    with(sha256(&bytes[10..]), 10, &bytes[10..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn what_an_upload_is_to_be_must_be_said_clearly() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let unclear: &[&[(&str, &str)]] = &[
        &[],
        &[("upload-length", "many")],
        &[("upload-length", "10"), ("upload-defer-length", "1")],
        &[("upload-defer-length", "2")],
        &[("upload-length", "10"), ("upload-metadata", "a YQ==,a Yg==")],
        &[("upload-length", "10"), ("upload-metadata", "a Y")],
        &[("upload-length", "10"), ("upload-concat", "half")],
        &[("upload-length", "10"), ("upload-concat", "final;/api/v1/uploads/x")],
    ];

    for headers in unclear {
        assert_eq!(create(&teacher, headers).await.status, 400, "{headers:?}");
    }

    assert_eq!((number(&app, ROWS).await, staged(&app)), (0, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_length_may_be_told_late_but_only_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(30);
    let address = create(&teacher, &[("upload-defer-length", "1")])
        .await
        .expect(201)
        .header("location");
    patch(&teacher, &address, 0, &bytes[..10]).await.expect(204);
    let told = head(&teacher, &address).await.expect(200);
    assert_eq!(told.header("upload-defer-length"), "1");
    assert!(!told.headers.contains_key("upload-length"));

    let with = |length: usize, offset: usize, bytes: &[u8]| {
        Answer::of(piece(&teacher, &address, offset, bytes).header("upload-length", length))
    };
    assert_eq!(with(9, 10, &[]).await.refusal(400), "malformed-request");
    with(30, 10, &bytes[10..20]).await.expect(204);
    assert_eq!(with(31, 20, &bytes[20..]).await.refusal(400), "malformed-request");
    let told = head(&teacher, &address).await.expect(200);
    assert_eq!(
        (told.header("upload-length"), told.header("upload-offset")),
        ("30".to_owned(), "20".to_owned())
    );

    with(30, 20, &bytes[20..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn the_first_bytes_may_come_with_the_announcement() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(30);
    let with = |length: &str, kind: &str, bytes: &[u8]| {
        let request = tus(&teacher, "POST", UPLOADS).header("upload-length", length);
        Answer::of(request.header("content-type", kind).body(bytes.to_vec()))
    };

    let whole = with("30", BYTES, &bytes).await.expect(201);
    assert_eq!(whole.header("upload-offset"), "30");
    assert_arrives(&teacher, &whole.header("location"), &bytes).await;
    let part = with("30", BYTES, &bytes[..10]).await.expect(201);
    assert_eq!(offset(&teacher, &part.header("location")).await, 10);
    assert_eq!(
        with("30", "text/plain", &bytes).await.refusal(415),
        "unsupported-media-type"
    );
    assert_eq!(with("29", BYTES, &bytes).await.refusal(413), "file-too-large");
    assert_eq!(number(&app, ROWS).await, 1, "only the one that waits");
    app.finish().await;
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;

    let address = begin(&teacher, 0).await;

    assert_eq!(offset(&teacher, &address).await, 0);
    assert_arrives(&teacher, &address, &[]).await;
    app.finish().await;
}

#[tokio::test]
async fn pieces_are_joined_in_the_order_in_which_they_are_named() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let (first, second) = (noise(1000), noise(2000));
    let mut pieces = Vec::new();
    for bytes in [&second, &first] {
        let length = bytes.len().to_string();
        let begun = create(&teacher, &[("upload-length", &length), ("upload-concat", "partial")]).await;
        pieces.push(begun.expect(201).header("location"));
    }
    let (relative, absolute) = (&pieces[1], format!("{}{}", app.base(), pieces[0]));
    let named = format!("final;{relative} {absolute}");
    assert_eq!(
        create(&teacher, &[("upload-concat", &named)]).await.refusal(400),
        "upload-pieces"
    );
    patch(&teacher, &pieces[0], 0, &second).await.expect(204);
    patch(&teacher, &pieces[1], 0, &first).await.expect(204);
    assert_eq!(
        head(&teacher, &pieces[0]).await.expect(200).header("upload-concat"),
        "partial"
    );
    assert_eq!(
        share(&teacher, &[&pieces[0]]).await.faults(),
        ["/uploads/0 unfinished-upload"]
    );
    let stranger = app.teacher("S1").await;
    assert_eq!(
        create(&stranger, &[("upload-concat", &named)]).await.refusal(400),
        "upload-pieces"
    );
    let with_length = [("upload-concat", named.as_str()), ("upload-length", "3000")];
    assert_eq!(create(&teacher, &with_length).await.refusal(400), "malformed-request");

    let whole = create(&teacher, &[("upload-concat", &named)])
        .await
        .expect(201)
        .header("location");

    let told = head(&teacher, &whole).await.expect(200);
    assert_eq!(
        (told.header("upload-length"), told.header("upload-offset")),
        ("3000".to_owned(), "3000".to_owned())
    );
    assert_eq!(
        told.header("upload-concat"),
        format!("final;{} {}", pieces[1], pieces[0])
    );
    assert_eq!(
        patch(&teacher, &whole, 3000, b"more").await.refusal(403),
        "upload-is-final"
    );
    assert_eq!(head(&teacher, &pieces[0]).await.status, 404, "it is in the whole now");
    assert_eq!(staged(&app), 0);
    assert_arrives(&teacher, &whole, &[first, second].concat()).await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_that_is_given_up_frees_its_bytes() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let (part, whole) = (begin(&teacher, 20).await, send(&teacher, &noise(20)).await);
    patch(&teacher, &part, 0, b"0123456789").await.expect(204);
    assert_eq!((staged(&app), app.stored().await.len()), (10, 1));

    for address in [&part, &whole] {
        let request = tus(&teacher, "DELETE", address);
        let gone = Answer::of(request).await.expect(204);
        assert_eq!(gone.header("tus-resumable"), "1.0.0");
        assert_eq!(head(&teacher, address).await.status, 404);
        assert_eq!(patch(&teacher, address, 10, b"x").await.refusal(404), "no-such-upload");
    }

    assert_eq!(staged(&app), 0);
    app.advance(app.config().storage.orphan_grace() + Duration::from_secs(1));
    tidy(&app).await;
    assert_eq!(app.stored().await, [""; 0]);
    app.finish().await;
}

#[tokio::test]
async fn an_upload_that_nobody_goes_on_with_expires() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let address = begin(&teacher, 20).await;
    patch(&teacher, &address, 0, b"0123456789").await.expect(204);

    app.advance(app.config().uploads.expire().saturating_sub(Duration::from_mins(1)));
    patch(&teacher, &address, 10, b"01234").await.expect(204);
    app.advance(app.config().uploads.expire().saturating_sub(Duration::from_mins(1)));
    tidy(&app).await;
    assert_eq!(offset(&teacher, &address).await, 15, "its time began anew");
    app.advance(Duration::from_secs(61));
    assert_eq!(head(&teacher, &address).await.status, 410);
    assert_eq!(
        patch(&teacher, &address, 15, b"56789").await.refusal(410),
        "upload-gone"
    );

    tidy(&app).await;
    assert_eq!(head(&teacher, &address).await.status, 404);
    assert_eq!((number(&app, ROWS).await, staged(&app)), (0, 0));
    app.finish().await;
}

#[tokio::test]
async fn nobody_reaches_the_uploads_of_another() {
    let app = TestApp::start().await;
    let (teacher, stranger, reader) = (app.teacher("S1").await, app.admin("S1").await, app.reader("S1").await);
    let address = begin(&teacher, 20).await;

    assert_eq!(head(&stranger, &address).await.status, 404);
    assert_eq!(patch(&stranger, &address, 0, b"x").await.refusal(404), "no-such-upload");
    assert_eq!(
        Answer::of(tus(&stranger, "DELETE", &address)).await.refusal(404),
        "no-such-upload"
    );
    assert_eq!(
        share(&stranger, &[&address]).await.faults(),
        ["/uploads/0 no-such-upload"]
    );
    assert_eq!(
        create(&reader, &[("upload-length", "1")]).await.refusal(403),
        "not-allowed"
    );
    assert_eq!(
        create(&app.guest(), &[("upload-length", "1")]).await.refusal(401),
        "not-signed-in"
    );

    patch(&teacher, &address, 0, b"x").await.expect(204);
    app.finish().await;
}

#[tokio::test]
async fn a_network_that_knows_only_post_is_no_obstacle() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let address = begin(&teacher, 3).await;
    let over = |method: &str| tus(&teacher, "POST", &address).header("x-http-method-override", method);

    let patched = over("PATCH")
        .header("upload-offset", 0)
        .header("content-type", BYTES)
        .body("abc");
    assert_eq!(Answer::of(patched).await.expect(204).header("upload-offset"), "3");
    assert_eq!(Answer::of(over("HEAD")).await.expect(200).header("upload-offset"), "3");
    Answer::of(over("DELETE")).await.expect(204);
    assert_eq!(head(&teacher, &address).await.status, 404);
    assert_eq!(Answer::of(over("PUT")).await.refusal(405), "method-not-allowed");
    app.finish().await;
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_the_public_one() {
    let app = TestApp::with(|config| {
        use gongxue::config::Setting as _;
        config.server.public_url.set("https://ku.example").unwrap();
    })
    .await;
    let teacher = app.teacher("S1").await;

    let address = begin(&teacher, 3).await;

    assert!(address.starts_with("https://ku.example/api/v1/uploads/"), "{address}");
    app.finish().await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_and_while_it_comes() {
    let app = TestApp::with(|config| config.uploads.max_file_bytes = 1000).await;
    let teacher = app.teacher("S1").await;

    assert_eq!(
        create(&teacher, &[("upload-length", "1001")]).await.refusal(413),
        "file-too-large"
    );
    let address = create(&teacher, &[("upload-defer-length", "1")])
        .await
        .expect(201)
        .header("location");
    assert_eq!(
        patch(&teacher, &address, 0, &noise(1001)).await.refusal(413),
        "file-too-large"
    );
    assert_eq!(
        offset(&teacher, &address).await,
        0,
        "its size was announced: nothing was read"
    );
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(noise(600)), Ok(noise(600))]);
    let flood = piece(&teacher, &address, 0, &[]).body(reqwest::Body::wrap_stream(pieces));
    assert_eq!(Answer::of(flood).await.refusal(413), "file-too-large");
    assert_eq!(offset(&teacher, &address).await, 1000, "what found room is kept");

    let mut halves = Vec::new();
    for _ in 0..2 {
        let half = create(&teacher, &[("upload-length", "600"), ("upload-concat", "partial")]).await;
        let half = half.expect(201).header("location");
        patch(&teacher, &half, 0, &noise(600)).await.expect(204);
        halves.push(half);
    }
    let named = format!("final;{}", halves.join(" "));
    assert_eq!(
        create(&teacher, &[("upload-concat", &named)]).await.refusal(413),
        "file-too-large"
    );
    assert_eq!(offset(&teacher, &halves[0]).await, 600);

    let form = teacher
        .share_as(&json!({"title": "大", "type": "worksheet"}), &[("a.bin", &noise(1001))])
        .await;
    assert_eq!(form.refusal(413), "file-too-large");
    assert_eq!((number(&app, ROWS).await, staged(&app)), (3, 2200));
    app.finish().await;
}

#[tokio::test]
async fn a_school_does_not_take_more_room_than_it_has() {
    let app = TestApp::with(|config| config.uploads.school_quota_bytes = 5000).await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({"title": "工作页", "type": "worksheet"});

    assert_eq!(
        create(&teacher, &[("upload-length", "5001")]).await.refusal(507),
        "quota-exceeded"
    );
    let (first, second) = (send(&teacher, &noise(3000)).await, send(&teacher, &noise(3000)).await);
    share(&teacher, &[&first]).await.expect(201);
    assert_eq!(share(&teacher, &[&second]).await.refusal(507), "quota-exceeded");
    assert_eq!(
        create(&teacher, &[("upload-length", "2001")]).await.refusal(507),
        "quota-exceeded"
    );
    let form = teacher
        .share_as(&metadata, &[("a.bin", &noise(1200)), ("b.bin", &noise(1200))])
        .await;
    assert_eq!(form.refusal(507), "quota-exceeded");

    let elsewhere = app.teacher("S2").await;
    elsewhere
        .share_as(&metadata, &[("a.bin", &noise(3000))])
        .await
        .expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_disk_without_room_takes_nothing() {
    let app = TestApp::with(|config| config.storage.min_free_bytes = 1 << 60).await;
    let teacher = app.teacher("S1").await;

    assert_eq!(
        create(&teacher, &[("upload-length", "1")]).await.refusal(507),
        "disk-full"
    );
    assert_eq!(
        create(&teacher, &[("upload-defer-length", "1")]).await.refusal(507),
        "disk-full"
    );
    let form = teacher
        .share_as(&json!({"title": "工作页", "type": "worksheet"}), &[("a.txt", b"text")])
        .await;
    assert_eq!(form.refusal(507), "disk-full");
    assert_eq!((number(&app, ROWS).await, staged(&app)), (0, 0));
    app.finish().await;
}

#[tokio::test]
async fn the_same_bytes_are_stored_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(5000);

    for _ in 0..2 {
        let address = send(&teacher, &bytes).await;
        assert_arrives(&teacher, &address, &bytes).await;
    }
    let form = teacher.share("再传一次", &[("a.bin", &bytes)]).await;

    assert_eq!(form["files"].as_array().unwrap().len(), 1);
    let copies = app.stored().await.into_iter().filter(|name| name.starts_with("blobs/"));
    assert_eq!(copies.count(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_arrived_before_the_line_broke_is_kept() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(8 * MIB);
    let address = begin(&teacher, bytes.len()).await;

    let line = send_part_of(&app, &teacher, &address, bytes.len(), &bytes[..3 * MIB]).await;
    drop(line);

    // Nobody asks for the upload meanwhile: it must be recorded without that.
    let recorded = "SELECT CAST(\"offset\" AS BIGINT) FROM upload";
    until("all that came is recorded", async || {
        number(&app, recorded).await == i64::try_from(3 * MIB).unwrap()
    })
    .await;
    assert_eq!(offset(&teacher, &address).await, 3 * MIB);
    patch(&teacher, &address, 3 * MIB, &bytes[3 * MIB..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn a_sender_that_falls_silent_is_told_and_what_came_is_kept() {
    let app = TestApp::with(|config| config.server.stall_timeout_secs = 1).await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(2000);
    let address = begin(&teacher, bytes.len()).await;

    let mut line = send_part_of(&app, &teacher, &address, bytes.len(), &bytes[..700]).await;

    assert_eq!(status(&mut line).await, "408");
    assert_eq!(offset(&teacher, &address).await, 700);
    patch(&teacher, &address, 700, &bytes[700..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn whoever_comes_back_takes_over_from_the_line_that_hangs() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(8 * MIB);
    let address = begin(&teacher, bytes.len()).await;
    let mut stale = send_part_of(&app, &teacher, &address, bytes.len(), &bytes[..3 * MIB]).await;
    until("some of it is on the disk", async || staged(&app) >= MIB as u64).await;

    let kept = offset(&teacher, &address).await;
    assert!((MIB..=3 * MIB).contains(&kept), "{kept} bytes were kept");
    assert_eq!(status(&mut stale).await, "409");
    patch(&teacher, &address, kept, &bytes[kept..]).await.expect(204);

    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(3000);
    let address = begin(&teacher, bytes.len()).await;
    patch(&teacher, &address, 0, &bytes[..2000]).await.expect(204);

    // A crash leaves bytes behind that were never acknowledged.
    let staging = app.config().staging_dir();
    let part = staging.join(format!("{}.part", address.rsplit('/').next().unwrap()));
    app.restart_after(|_| std::fs::write(&part, [&bytes[..2000], b"unacknowledged"].concat()).unwrap())
        .await;

    assert_eq!(offset(&teacher, &address).await, 2000);
    patch(&teacher, &address, 2000, &bytes[2000..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_that_waits_for_days_is_taken_by_no_start_and_by_no_command() {
    let mut app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), None).await;
    let token = app.token(&name, TokenScope::Write, None).await;
    let teacher = Caller::new(app.base(), Some(token), &name);
    let bytes = noise(3000);
    let address = begin(&teacher, bytes.len()).await;
    patch(&teacher, &address, 0, &bytes[..2000]).await.expect(204);
    let part = app
        .config()
        .staging_dir()
        .join(format!("{}.part", address.rsplit('/').next().unwrap()));
    let two_days_ago = std::time::SystemTime::now() - Duration::from_hours(48);
    let file = std::fs::OpenOptions::new().write(true).open(&part).unwrap();
    file.set_modified(two_days_ago).unwrap();

    for command in [&["token", "add", &name] as &[&str], &["doctor"], &["reindex"]] {
        let done = app.program().args(command).output().await.unwrap();
        assert!(done.status.success() || command == ["doctor"], "{command:?}: {done:?}");
    }
    app.restart_after(|_| {}).await;
    app.ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
    let own = app.ask(async |library| library.operations.drop_leftovers().await);
    own.await.expect("tidy the own folders");

    assert_eq!(offset(&teacher, &address).await, 2000);
    patch(&teacher, &address, 2000, &bytes[2000..]).await.expect(204);
    assert_arrives(&teacher, &address, &bytes).await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_whose_end_was_cut_off_by_a_crash_is_ended_when_its_sender_asks() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    for is_closed in [false, true] {
        let bytes = noise(2000);
        let address = begin(&teacher, 3000).await;
        patch(&teacher, &address, 0, &bytes).await.expect(204);
        // As if the service had died after the last byte was acknowledged, before or after the file was closed.
        run(&app, "UPDATE upload SET length = 2000").await;
        if is_closed {
            let part = app
                .config()
                .staging_dir()
                .join(format!("{}.part", address.rsplit('/').next().unwrap()));
            std::fs::rename(&part, part.with_extension("whole")).unwrap();
        }

        assert_eq!(offset(&teacher, &address).await, 2000);
        assert_arrives(&teacher, &address, &bytes).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_form_that_is_refused_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let files: &[(&str, &[u8])] = &[("一.txt", b"one"), ("二.txt", b"two")];

    let faults = teacher
        .share_as(&json!({"title": "工作页", "type": "没有这种"}), files)
        .await
        .faults();
    assert_eq!(faults, ["/type unknown-value"]);
    assert_eq!(number(&app, ROWS).await, 0);

    let metadata = json!({"title": "工作页", "type": "worksheet"});
    let with_key = |files| {
        Answer::of(
            teacher
                .form("/api/v1/resources", &metadata, files)
                .header("idempotency-key", "once"),
        )
    };
    let (first, again) = (
        with_key(files).await.expect(201).json(),
        with_key(files).await.expect(201).json(),
    );
    assert_eq!(id(&first), id(&again));
    assert_eq!(paths(&first), ["一.txt", "二.txt"]);
    assert_eq!(
        (number(&app, ROWS).await, staged(&app)),
        (0, 0),
        "the files that came a second time are gone"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_form_whose_sender_leaves_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let mut form = crate::client::form_body(
        &json!({"title": "工作页", "type": "worksheet"}),
        &[("一.txt", b"one"), ("二.bin", &noise(2 * MIB))],
    );
    let announced = form.len();
    form.truncate(announced - MIB / 2);
    let boundary = String::from_utf8_lossy(&form[2..form.iter().position(|byte| *byte == b'\r').unwrap()]).into_owned();
    let mut line = TcpStream::connect(app.config().server.listen).await.unwrap();
    let head = format!(
        "POST /api/v1/resources HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {announced}\r\n\r\n",
        teacher.token()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&form).await.unwrap();
    until("the second file grows", async || staged(&app) >= MIB as u64).await;
    assert_eq!(number(&app, ROWS).await, 1, "the first file is here");

    drop(line);

    until("all of it is gone", async || {
        staged(&app) == 0 && number(&app, ROWS).await == 0
    })
    .await;
    app.finish().await;
}

/// The paths of a resource's files.
fn paths(shown: &Value) -> Vec<String> {
    let files = shown["files"].as_array().expect("files");
    files.iter().map(|file| text(&file["path"])).collect()
}
