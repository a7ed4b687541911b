//! Scans that were read once are read again when somebody asks, and those that wait say for what.

use std::time::Duration;

use gongxue::clock::Clock;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Answer, Caller, text};
use crate::ocr::{copy_models, file_of, lesson, spoil_models};
use crate::store::Store;
use crate::uploads::{number, run, until as until_true};

/// A service that recognises with the models of a folder.
async fn with_models_in(folder: &tempfile::TempDir) -> TestApp {
    let models = folder.path().to_owned();
    TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.models = models;
    })
    .await
}

async fn recognize_again(app: &TestApp, school: &str) {
    let args = ["reindex", "--recognize-again", "--school", school];
    let done = app.program().args(args).output().await.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    app.advance(Duration::from_mins(10));
    app.settled().await;
}

async fn progress_of(teacher: &Caller, shared: &Value) -> Value {
    file_of(teacher, shared).await["report"]["ocr"].clone()
}

/// The lines of the first page, as people see them.
async fn first_line(teacher: &Caller, shared: &Value) -> String {
    let file = text(&file_of(teacher, shared).await["id"]);
    let lines = teacher.get_json(&format!("/api/v1/files/{file}/pages/1/lines")).await;
    text(&lines[0]["text"])
}

/// Models that read nothing leave what others read; right ones take its place, and the old reading is collected.
#[tokio::test]
async fn a_school_has_its_scans_read_again_and_loses_nothing_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    copy_models(folder.path());
    let app = with_models_in(&folder).await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let file = text(&file_of(&teacher, &shared).await["id"]);
    let line = format!("/api/v1/files/{file}/pages/1/lines/1");
    let put_right = json!({"seen": first_line(&teacher, &shared).await, "text": "锪孔与氽水"});
    let request = teacher.request("PUT", &line);
    Answer::of(request.json(&put_right)).await.expect(200);
    app.settled().await;

    spoil_models(folder.path());
    recognize_again(&app, "S1").await;
    let kept = progress_of(&teacher, &shared).await;
    assert_eq!(
        (&kept["read"], &kept["failed"], &kept["again"]),
        (&2.into(), &0.into(), &0.into()),
        "{kept}"
    );
    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);

    copy_models(folder.path());
    age_readings(&app).await;
    recognize_again(&app, "S1").await;
    app.ask(async |library| library.operations.tidy().await.unwrap()).await;

    assert_eq!(
        number(&app, "SELECT CAST(COUNT(*) AS BIGINT) FROM ocr_page WHERE model = 1").await,
        2
    );
    let readings: Vec<String> = app
        .stored()
        .await
        .into_iter()
        .filter(|name| name.contains(".ocr-pdf-"))
        .collect();
    assert!(
        readings.len() == 2 && readings.iter().all(|name| name.ends_with(".1")),
        "{readings:?}"
    );
    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);
    assert_eq!(teacher.finds("锪孔与氽水").await, [text(&shared["id"])]);
    assert_eq!(first_line(&teacher, &shared).await, "锪孔与氽水");
    app.finish().await;
}

/// Makes the readings that are kept those of an older model.
async fn age_readings(app: &TestApp) {
    let store = Store::of(app);
    for name in app.stored().await.into_iter().filter(|name| name.contains(".ocr-pdf-")) {
        let older = format!("{}.0", name.strip_suffix(".1").expect("of the first model"));
        store.write(&older, store.read(&name).await).await;
        store.delete(&name).await;
        run(app, &format!("UPDATE derived SET key = '{older}' WHERE key = '{name}'")).await;
    }
    run(app, "UPDATE ocr_page SET model = 0").await;
}

#[tokio::test]
async fn another_schools_scans_are_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    copy_models(folder.path());
    let app = with_models_in(&folder).await;
    let teacher = app.teacher("S1").await;
    app.teacher("S2").await;
    teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let read_at = "SELECT CAST(MIN(updated_at) AS BIGINT) FROM ocr_page";
    let before = number(&app, read_at).await;

    recognize_again(&app, "S2").await;
    assert_eq!(number(&app, read_at).await, before);

    recognize_again(&app, "S1").await;
    assert!(number(&app, read_at).await > before);
    let told = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=index.recognize-again")
        .await;
    assert_eq!(told["items"].as_array().map(Vec::len), Some(2), "{told}");
    app.finish().await;
}

/// Outside the hours its author has a file read first: the page says for what it waits.
#[tokio::test]
async fn what_is_to_be_read_first_says_that_it_waits_for_its_hours() {
    let hour = Clock::default().now().there().hour();
    let (from, until) = ((hour + 6) % 24, (hour + 8) % 24);
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.hours = format!("{from}-{until}").parse().unwrap();
    })
    .await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    until_true("its pages wait", async || {
        progress_of(&teacher, &shared).await["waiting"] == 2
    })
    .await;

    let page = html(teacher.get(&text(&shared["url"])).await.expect(200));

    assert!(page.contains("现在不在识别时间内"), "{page}");
    assert!(page.contains(&format!("每天 {from} 点到 {until} 点之间识别")), "{page}");
    app.advance(Duration::from_hours(6));
    app.settled().await;
    let page = html(teacher.get(&text(&shared["url"])).await.expect(200));
    assert!(!page.contains("现在不在识别时间内"), "it was read, and still waits");
    app.finish().await;
}

/// An older reader took a page for a picture that a newer one reads by itself: its row goes, and what a machine read with it.
#[tokio::test]
async fn the_reading_of_a_page_that_is_no_picture_any_more_is_collected() {
    let folder = tempfile::tempdir().unwrap();
    copy_models(folder.path());
    let app = with_models_in(&folder).await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    app.settled().await;
    let stored = app.stored().await;
    let second = stored.iter().find(|name| name.ends_with(".ocr-pdf-2.1")).unwrap();
    let third = second.replace(".ocr-pdf-2.1", ".ocr-pdf-3.1");
    let store = Store::of(&app);
    store.write(&third, store.read(second).await).await;
    let row = "INSERT INTO ocr_page (sha256, kind, page, state, model, confidence, updated_at)
               SELECT sha256, kind, 3, state, model, confidence, updated_at FROM ocr_page WHERE page = 2";
    run(&app, row).await;
    let row = format!(
        "INSERT INTO derived (key, content, sha256, size, verified_at)
         SELECT '{third}', content, sha256, size, verified_at FROM derived WHERE key = '{second}'"
    );
    run(&app, &row).await;

    app.ask(async |library| library.texts.read_all_again().await.unwrap())
        .await;
    app.advance(Duration::from_mins(1));
    app.settled().await;
    app.ask(async |library| library.operations.tidy().await.unwrap()).await;

    assert_eq!(progress_of(&teacher, &shared).await["read"], 2);
    let stored = app.stored().await;
    assert!(!stored.contains(&third) && stored.contains(second), "{stored:?}");
    app.finish().await;
}
