//! Scans: pages whose text stands in their pictures alone are read by a machine, and found like any others.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gongxue::domain::file::{ExtractionFault, Kind};
use gongxue::domain::role::{Role, TokenScope};
use gongxue::extract::{ExtractLimits, Extractor, OcrReader};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD, html};
use crate::client::{Answer, Caller, text};
use crate::embedded_text::{bound, stream_of};
use crate::extract::read_bytes;
use crate::uploads::{number, until};

fn picture(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/fixtures/ocr").join(name)).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A PDF of A4 pages, each with JPEG pictures of 1,300 by so many pixels below each other, at 200 dpi.
fn scan(pages: &[&[(&[u8], u32)]]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), Vec::new()];
    let mut kids = String::new();
    for page in pages {
        let (mut content, mut names, mut top) = (String::new(), String::new(), 800.0);
        for (jpeg, height) in *page {
            objects.push(jpeg_of(jpeg, *height));
            let (name, high) = (objects.len(), f64::from(*height) * 0.36);
            top -= high + 20.0;
            write!(names, "/I{name} {name} 0 R").unwrap();
            writeln!(content, "q 468 0 0 {high} 60 {top} cm /I{name} Do Q").unwrap();
        }
        objects.push(stream_of(content.as_bytes()));
        let contents = objects.len();
        objects.push(
            format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<<{names}>>>>/Contents {contents} 0 R>>")
                .into_bytes(),
        );
        write!(kids, "{} 0 R ", objects.len()).unwrap();
    }
    objects[1] = format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()).into_bytes();
    bound(&objects)
}

fn jpeg_of(jpeg: &[u8], height: u32) -> Vec<u8> {
    let head = format!(
        "<</Type/XObject/Subtype/Image/Width 1300/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length {}>>\nstream\n",
        jpeg.len()
    );
    [head.as_bytes(), jpeg, b"\nendstream"].concat()
}

/// Two scanned pages: running text above a table, and a table alone, twice.
pub(crate) fn lesson() -> Vec<u8> {
    let (section, table) = (picture("section.jpg"), picture("table.jpg"));
    scan(&[&[(&section, 330), (&table, 310)], &[(&table, 310), (&table, 310)]])
}

const MODELS: [&str; 2] = ["PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"];

/// Puts the program's own models into a folder.
pub(crate) fn copy_models(folder: &Path) {
    for name in MODELS {
        fs::copy(root().join("models").join(name), folder.join(name)).unwrap();
    }
}

/// Puts models into a folder that read nothing.
pub(crate) fn spoil_models(folder: &Path) {
    for name in MODELS {
        fs::write(folder.join(name), b"").unwrap();
    }
}

async fn with_ocr() -> TestApp {
    TestApp::with(|config| config.ocr.enabled = true).await
}

/// What is known of the only file of a resource.
pub(crate) async fn file_of(caller: &Caller, resource: &Value) -> Value {
    let path = format!("/api/v1/resources/{}", text(&resource["id"]));
    caller.get_json(&path).await["files"][0].clone()
}

#[tokio::test]
async fn pages_that_are_pictures_are_named_by_number() {
    let read = read_bytes("讲义.pdf", &lesson()).await;

    assert_eq!(read.outcome.pictures, [1, 2]);
    assert!(read.outcome.report.needs_ocr);
}

#[tokio::test]
async fn a_scan_is_found_and_marked_by_what_stands_on_its_page() {
    let app = with_ocr().await;
    let teacher = app.teacher("S1").await;

    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;

    let file = file_of(&teacher, &shared).await;
    let report = &file["report"];
    assert_eq!(
        (&file["state"], &report["needs_ocr"]),
        (&"ready".into(), &false.into()),
        "{file}"
    );
    let pages = &report["ocr"];
    assert_eq!(
        (&pages["waiting"], &pages["read"], &pages["failed"]),
        (&0.into(), &2.into(), &0.into()),
        "{file}"
    );
    assert!(pages["confidence"].as_u64() >= Some(90), "{file}");
    let found = teacher.search("快速定位指令").await;
    let hit = &found["hits"][0]["passages"][0];
    assert_eq!(hit["locator"]["page"], 1, "{found}");
    assert!(
        hit["machine"].as_u64() >= Some(90),
        "nobody says that a machine read it: {found}"
    );
    let url = format!("{}?file={}&page=1&q=快速定位", text(&shared["url"]), text(&file["id"]));
    let page = html(teacher.get(&url).await.expect(200));
    assert!(page.contains("<rect"), "it is not marked on its page");
    assert!(page.contains("<text x=\""), "the words of the page cannot be selected");
    app.finish().await;
}

#[tokio::test]
async fn a_photograph_of_a_blackboard_is_found_by_what_is_written_on_it() {
    let app = with_ocr().await;
    let teacher = app.teacher("S1").await;

    let shared = teacher.share("板书", &[("板书.jpg", &picture("section.jpg"))]).await;
    app.settled().await;

    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);
    let file = file_of(&teacher, &shared).await;
    assert_eq!(
        (&file["state"], &file["report"]["ocr"]["read"]),
        (&"ready".into(), &1.into()),
        "{file}"
    );
    app.finish().await;
}

/// Reading again, a lost text, a new index: what a machine read once is there.
#[tokio::test]
async fn what_was_recognised_is_not_recognised_again() {
    let folder = tempfile::tempdir().unwrap();
    copy_models(folder.path());
    let models = folder.path().to_owned();
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.models = models;
    })
    .await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    // From now on every page would fail.
    folder.close().unwrap();

    app.ask(async |library| library.texts.read_all_again().await.unwrap())
        .await;
    app.advance(Duration::from_mins(1));
    app.settled().await;

    let report = file_of(&teacher, &shared).await["report"].clone();
    assert_eq!(
        (&report["ocr"]["read"], &report["ocr"]["failed"]),
        (&2.into(), &0.into()),
        "{report}"
    );
    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_no_machine_can_read_says_so() {
    let spoilt = tempfile::tempdir().unwrap();
    spoil_models(spoilt.path());
    let models = spoilt.path().to_owned();
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.models = models;
    })
    .await;
    let teacher = app.teacher("S1").await;

    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;

    let file = file_of(&teacher, &shared).await;
    assert_eq!(
        (&file["state"], &file["report"]["needs_ocr"]),
        (&"no_text".into(), &true.into()),
        "{file}"
    );
    assert_eq!(file["report"]["ocr"]["failed"], 2, "{file}");
    let page = html(teacher.get(&text(&shared["url"])).await.expect(200));
    assert!(page.contains("机器识别不出来"), "nobody says why it is not found");
    let place = format!("{}?file={}&page=1", text(&shared["url"]), text(&file["id"]));
    let page = html(teacher.get(&place).await.expect(200));
    assert!(page.contains("机器识别不出本页：识别程序意外中断"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn what_was_recognised_goes_with_its_content() {
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.storage.orphan_grace_hours = 1;
    })
    .await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let recognised = async || {
        app.stored()
            .await
            .iter()
            .filter(|name| name.contains(".ocr-pdf-"))
            .count()
    };
    assert_eq!(recognised().await, 2);

    let path = format!("/api/v1/resources/{}", text(&shared["id"]));
    teacher.send("DELETE", &path).await.expect(204);
    app.advance(Duration::from_hours(48));
    app.ask(async |library| library.operations.tidy().await.unwrap()).await;

    assert_eq!(recognised().await, 0, "{:?}", app.stored().await);
}

/// No models were there; then they are, and somebody asks.
#[tokio::test]
async fn what_could_not_be_read_is_read_first_when_its_author_asks() {
    let folder = tempfile::tempdir().unwrap();
    spoil_models(folder.path());
    let models = folder.path().to_owned();
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.models = models;
    })
    .await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let file = file_of(&teacher, &shared).await;
    assert_eq!(file["report"]["ocr"]["failed"], 2, "{file}");
    let first = format!("/api/v1/files/{}/read-first", text(&file["id"]));
    copy_models(folder.path());

    assert_eq!(app.guest().send("POST", &first).await.refusal(401), "not-signed-in");
    app.teacher("S2").await.send("POST", &first).await.refusal(404);
    let asked = teacher.send("POST", &first).await.expect(200).json();
    assert_eq!((&asked["waiting"], &asked["failed"]), (&2.into(), &0.into()), "{asked}");
    app.settled().await;

    let report = file_of(&teacher, &shared).await["report"].clone();
    assert_eq!(
        (&report["ocr"]["read"], &report["needs_ocr"]),
        (&2.into(), &false.into()),
        "{report}"
    );
    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);
    let log = app
        .admin("S1")
        .await
        .get_json("/api/v1/audit?action=resource.read-first")
        .await;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
    app.finish().await;
}

#[tokio::test]
async fn a_school_that_has_had_its_pages_of_the_day_waits_and_sees_for_how_many() {
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.pages_per_school_a_day = 1;
    })
    .await;
    let teacher = app.teacher("S1").await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;

    let read = "SELECT CAST(COUNT(*) AS BIGINT) FROM ocr_page WHERE state = 'read'";
    until("one page is read", async || number(&app, read).await == 1).await;
    assert!(admin.open("/admin").await.contains("1 页扫描件和图片等待机器识别"));
    assert_eq!(teacher.finds("快速定位指令").await, [] as [String; 0]);
    app.advance(Duration::from_hours(25));
    app.settled().await;

    assert_eq!(file_of(&teacher, &shared).await["report"]["ocr"]["read"], 2);
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    assert!(!admin.open("/admin").await.contains("等待机器识别"));
    app.finish().await;
}

#[tokio::test]
async fn pages_beyond_what_one_file_may_have_read_are_named() {
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.pages_per_file = 1;
    })
    .await;
    let teacher = app.teacher("S1").await;

    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;

    let report = file_of(&teacher, &shared).await["report"].clone();
    assert_eq!(
        (&report["ocr"]["read"], &report["ocr"]["left_out"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    assert_eq!(report["needs_ocr"], true, "{report}");
    let page = html(teacher.get(&text(&shared["url"])).await.expect(200));
    assert!(
        page.contains("超出本站每个文件的识别上限"),
        "nobody says what is left out"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_line_that_was_put_right_is_found_and_no_new_reading_undoes_it() {
    let app = with_ocr().await;
    let (teacher, browser) = teacher_and_browser(&app).await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let file = text(&file_of(&teacher, &shared).await["id"]);
    let lines = format!("/api/v1/files/{file}/pages/1/lines");
    let read = teacher.get_json(&lines).await;
    let seen = text(&read[0]["text"]);
    let correct = async |caller: &Caller, seen: &str, text: &str| {
        let request = caller.request("PUT", &format!("{lines}/1"));
        Answer::of(request.json(&json!({"seen": seen, "text": text}))).await
    };

    correct(&app.teacher("S2").await, &seen, "别人的话").await.refusal(404);
    assert_eq!(correct(&teacher, &seen, "").await.faults(), ["/text required"]);
    let put_right = correct(&teacher, &seen, "锪孔与氽水").await.expect(200).json();
    assert_eq!(
        (&put_right[0]["text"], &put_right[0]["is_corrected"]),
        (&"锪孔与氽水".into(), &true.into())
    );
    assert_eq!(
        correct(&teacher, &seen, "迟到的话").await.refusal(412),
        "changed-meanwhile"
    );
    app.settled().await;
    assert_eq!(teacher.finds("锪孔与氽水").await, [text(&shared["id"])]);

    app.ask(async |library| library.texts.read_all_again().await.unwrap())
        .await;
    app.advance(Duration::from_mins(1));
    app.settled().await;
    assert_eq!(teacher.finds("锪孔与氽水").await, [text(&shared["id"])]);

    // By the page's own form, and seen on the page at once.
    let url = text(&shared["url"]);
    let place = format!("{url}?file={file}&page=1");
    assert!(browser.open(&place).await.contains("本页文字由机器识别"));
    let fields = [
        ("csrf", &*browser.csrf),
        ("file", &*file),
        ("page", "1"),
        ("line", "1"),
        ("seen", "锪孔与氽水"),
        ("text", "锪孔与汆水"),
    ];
    let done = browser.post(&format!("{url}/correct"), &fields).await.expect(303);
    let page = browser.open(&done.header("location")).await;
    assert!(page.contains("已改正") && page.contains("锪孔与汆水"), "{page}");

    // Taken back, what the machine read stands there again.
    let back = [
        &fields[..3],
        &[("line", "1"), ("seen", "锪孔与汆水"), ("text", ""), ("back", "1")],
    ]
    .concat();
    browser.post(&format!("{url}/correct"), &back).await.expect(303);
    app.settled().await;
    assert_eq!(teacher.finds("锪孔与汆水").await, Vec::<String>::new());
    let now = teacher.get_json(&lines).await;
    assert_eq!((text(&now[0]["text"]), &now[0]["is_corrected"]), (seen, &false.into()));
    app.finish().await;
}

/// A line that was put right while its file was read anew was shown, and never found: who read it had looked before.
#[tokio::test]
async fn lines_put_right_at_once_and_while_their_file_is_read_are_all_found() {
    let app = with_ocr().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let file = text(&file_of(&teacher, &shared).await["id"]);
    let place = |page: u32| format!("/api/v1/files/{file}/pages/{page}/lines");
    let correct = async |page: u32, words: &str| {
        let seen = teacher.get_json(&place(page)).await[0]["text"].clone();
        let request = teacher.request("PUT", &format!("{}/1", place(page)));
        Answer::of(request.json(&json!({"seen": seen, "text": words})))
            .await
            .expect(200);
    };

    app.ask(async |library| library.texts.read_all_again().await.unwrap())
        .await;
    tokio::join!(correct(1, "锪孔与氽水"), correct(2, "剞劂与镗床"));
    app.advance(Duration::from_mins(1));
    app.settled().await;

    let found = [text(&shared["id"])];
    assert_eq!(teacher.finds("锪孔与氽水").await, found);
    assert_eq!(teacher.finds("剞劂与镗床").await, found);
    app.finish().await;
}

/// A teacher of another school uploaded a copy of a published scan, and wrote into it what everybody read in the original.
#[tokio::test]
async fn nobody_writes_into_a_scan_that_others_published_by_a_copy_of_it() {
    let app = with_ocr().await;
    let (author, stranger) = (app.teacher("S1").await, app.teacher("S2").await);
    let said = json!({"title": "数控讲义", "type": "worksheet", "scope": "public", "licence": "cc-by-4.0"});
    let published = author
        .share_as(&said, &[("讲义.pdf", &lesson())])
        .await
        .expect(201)
        .json();
    app.admin("S1").await.publish(&text(&published["id"])).await;
    let copy = stranger.share("抄来的", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let lines_of = async |caller: &Caller, resource: &Value| {
        let file = text(&file_of(caller, resource).await["id"]);
        format!("/api/v1/files/{file}/pages/1/lines")
    };
    let (original, copied) = (lines_of(&author, &published).await, lines_of(&stranger, &copy).await);
    let before = author.get_json(&original).await;
    let correct = async |caller: &Caller, lines: &str| {
        let request = caller.request("PUT", &format!("{lines}/1"));
        Answer::of(request.json(&json!({"seen": before[0]["text"], "text": "锪孔与氽水"}))).await
    };

    assert_eq!(correct(&stranger, &copied).await.refusal(403), "held-by-others");

    assert_eq!(author.get_json(&original).await, before);
    correct(&author, &original).await.expect(200);
    app.finish().await;
}

/// The author of what they share by the interface, and the same person in a browser.
async fn teacher_and_browser(app: &TestApp) -> (Caller, Browser) {
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let token = app.token(&name, TokenScope::Write, None).await;
    (
        Caller::new(app.base(), Some(token), &name),
        Browser::of(app, &name).await,
    )
}

/// Saved, and uploaded somewhere else, it is read as any other PDF: nobody has to recognise it again.
#[tokio::test]
async fn a_scan_is_saved_as_a_pdf_in_which_one_can_search() {
    let app = with_ocr().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let file = text(&file_of(&teacher, &shared).await["id"]);

    let page = html(teacher.get(&text(&shared["url"])).await.expect(200));
    let url = format!("/api/v1/files/{file}/searchable");
    let asked = teacher.get(&url).await.expect(202);
    assert_eq!(asked.json()["state"], "being-made");
    assert!(!asked.header("retry-after").is_empty());
    app.settled().await;
    let saved = teacher.get(&url).await.expect(200);

    assert!(page.contains("/searchable"), "the page does not offer it");
    assert_eq!(saved.header("content-type"), "application/pdf");
    let read = read_bytes("可搜索.pdf", &saved.body).await;
    assert_eq!(
        (read.outcome.report.pages, read.outcome.report.needs_ocr),
        (2, false),
        "{:?}",
        read.outcome
    );
    assert!(read.text().contains("快速定位指令"), "{}", read.text());
    let original = teacher.get(&format!("/api/v1/files/{file}/content")).await.expect(200);
    assert_eq!(original.body, lesson());
    app.teacher("S2").await.get(&url).await.refusal(404);

    // A stretch of it, as of every file.
    let part = Answer::of(teacher.request("GET", &url).header("range", "bytes=0-7")).await;
    assert_eq!(part.expect(206).body, b"%PDF-1.7");
    // A line that is put right is in the next one.
    let lines = format!("/api/v1/files/{file}/pages/1/lines");
    let seen = teacher.get_json(&lines).await[0]["text"].clone();
    let put_right = teacher.request("PUT", &format!("{lines}/1"));
    Answer::of(put_right.json(&json!({"seen": seen, "text": "锪孔与氽水"})))
        .await
        .expect(200);
    app.settled().await;
    teacher.get(&url).await.expect(202);
    app.settled().await;
    let again = teacher.get(&url).await.expect(200);
    assert_ne!(again.header("etag"), saved.header("etag"));
    let read = read_bytes("可搜索.pdf", &again.body).await;
    assert!(read.text().replace(' ', "").contains("锪孔与氽水"), "{}", read.text());
    app.finish().await;
}

/// In the cage: no file, no port, a short list of calls, a gigabyte.
#[tokio::test]
async fn a_locked_child_reads_pictures_and_survives_hostile_ones() {
    let extractor = Extractor {
        exe: env!("CARGO_BIN_EXE_gongxue").into(),
        limits: ExtractLimits::default(),
    };
    let reader = OcrReader::new(&extractor, &PathBuf::new()).unwrap();
    let read = async |kind: Kind, bytes: &[u8], page: u32| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        reader.read(fs::File::open(path).unwrap(), kind, page).await
    };

    let page = read(Kind::Image, &picture("section.jpg"), 1).await.unwrap();
    assert!(page.text().contains("刀具以机床设定的最快速度移动"), "{}", page.text());
    assert_eq!((page.width, page.height), (1_300, 330));

    // The frame of a JPEG of 60,000 by 60,000 pixels.
    let huge = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\xea\x60\xea\x60\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\
        \xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0";
    assert_eq!(read(Kind::Image, huge, 1).await, Err(ExtractionFault::Unsupported));
    assert_eq!(
        read(Kind::Image, b"no picture", 1).await,
        Err(ExtractionFault::Unsupported)
    );
    assert_eq!(read(Kind::Pdf, &lesson(), 9).await, Err(ExtractionFault::Damaged));
    assert_eq!(read(Kind::Xlsx, b"", 1).await, Err(ExtractionFault::Unsupported));
}
