//! The sweep, and what it must never do: destroy what a wrong, empty, older or other database does not name.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gongxue::blob::Blobs;
use gongxue::domain::id::Sha256;
use gongxue::domain::orphan_sweep::SweepReport;
use sea_orm::ConnectionTrait as _;
use sha2::Digest as _;

use crate::app::TestApp;
use crate::client::{Caller, text};

const DAY: Duration = Duration::from_hours(24);
const WEEK: Duration = Duration::from_hours(7 * 24);

async fn sweep(app: &TestApp) -> SweepReport {
    app.ask(async |library| library.operations.sweep().await)
        .await
        .expect("sweep")
}

async fn stored(app: &TestApp) -> BTreeSet<String> {
    app.stored().await.into_iter().collect()
}

/// Puts an object into the store that no row names, as a crash leaves one.
async fn leave_behind(app: &TestApp, bytes: &'static [u8]) -> String {
    let store = Blobs::open(&app.config().storage_url(), &app.config().scratch_dir()).expect("open the store");
    let sha256 = Sha256::from_bytes(sha2::Sha256::digest(bytes).into());
    let kept = store.put_bytes(sha256, bytes.into()).await;
    kept.expect("keep an object").to_string()
}

/// Shares so many files that one is not more than a sweep takes.
async fn share_many(teacher: &Caller) {
    let contents: Vec<(String, Vec<u8>)> = (0..60)
        .map(|at| (format!("{at}.txt"), format!("工序 {at}").into_bytes()))
        .collect();
    let files: Vec<(&str, &[u8])> = contents
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    teacher.share("资料", &files).await;
}

/// Makes every stored object look three days old, where the store is a folder.
fn age(objects: &Path) {
    for entry in walkdir::WalkDir::new(objects) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let file = std::fs::OpenOptions::new().write(true).open(entry.path()).unwrap();
            file.set_modified(SystemTime::now() - 3 * DAY).unwrap();
        }
    }
}

/// Runs a command over the store and the folder of `app` but with a database of its own, as when its setting is
/// forgotten.
async fn with_a_forgotten_database(app: &TestApp, folder: &Path, args: &[&str]) -> (bool, String) {
    let mut program = app.program();
    program.args(args).env_remove("GONGXUE_DATABASE__URL");
    program.env("GONGXUE_DATA_DIR", folder);
    let done = program.output().await.unwrap();
    (
        done.status.success(),
        String::from_utf8_lossy(&done.stderr).into_owned(),
    )
}

#[tokio::test]
async fn a_start_with_a_forgotten_database_is_refused_and_destroys_nothing() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;
    let before = stored(&app).await;
    app.stop().await;
    let elsewhere = tempfile::tempdir().unwrap();

    for command in [&["serve"] as &[&str], &["work"], &["token", "add", "wang"]] {
        let (done, said) = with_a_forgotten_database(&app, elsewhere.path(), command).await;
        assert!(!done, "{command:?}");
        assert!(said.contains("数据库与存储不属于同一个资源库"), "{command:?}: {said}");
        assert!(said.contains("check --join-store"), "{command:?}: {said}");
    }

    app.resume().await;
    assert_eq!(stored(&app).await, before);
    let content = teacher.get(&text(&shared["files"][0]["url"])).await.expect(200);
    assert_eq!(content.body, "退火工艺卡".as_bytes());
    app.finish().await;
}

#[tokio::test]
async fn an_empty_database_that_is_joined_on_purpose_sweeps_nothing_that_was_there() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    share_many(&teacher).await;
    app.settled().await;
    let before = stored(&app).await;
    app.stop().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let (done, said) = with_a_forgotten_database(&app, elsewhere.path(), &["check", "--join-store"]).await;
    assert!(done, "{said}");

    // Now it is the first database that does not belong to the store any more.
    let refused = app.program().arg("doctor").output().await.unwrap();
    assert!(!refused.status.success());

    let joined = app.joined_with(elsewhere.path()).await;
    for _ in 0..4 {
        joined.advance(WEEK);
        let report = sweep(&joined).await;
        assert_eq!(report.deleted, 0, "{report:?}");
        assert!(report.needs_attention(), "{report:?}");
    }
    assert_eq!(stored(&app).await, before);
    joined.finish().await;
}

#[tokio::test]
async fn a_library_from_before_there_were_ids_goes_on_and_an_unmounted_disk_is_refused() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "淬火工艺卡".as_bytes())]).await;
    app.settled().await;
    let Some(id) = app.object("library") else { return };
    let objects = id.parent().unwrap().to_owned();
    app.stop().await;

    std::fs::remove_file(&id).unwrap();
    app.resume().await;
    assert!(id.is_file(), "it has taken the store that its rows name");
    teacher.get(&text(&shared["files"][0]["url"])).await.expect(200);
    app.stop().await;

    let aside = objects.with_file_name("aside");
    std::fs::rename(&objects, &aside).unwrap();
    let refused = app.program().arg("serve").output().await.unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("disk may not be mounted"), "{said}");

    // The same for a database that names nothing, and a store that was filled before there were ids.
    std::fs::remove_dir_all(&objects).unwrap();
    std::fs::rename(&aside, &objects).unwrap();
    std::fs::remove_file(&id).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (done, said) = with_a_forgotten_database(&app, elsewhere.path(), &["serve"]).await;
    assert!(!done);
    assert!(said.contains("names none of them"), "{said}");
    app.resume().await;
    app.finish().await;
}

#[tokio::test]
async fn a_folder_with_somebody_elses_uploads_is_refused() {
    let mut app = TestApp::start().await;
    let staging = app.config().staging_dir();
    app.stop().await;
    let upload = staging.join("0190a1b2-0000-7000-8000-000000000000.part");
    std::fs::write(&upload, "acknowledged").unwrap();
    std::fs::write(staging.join("library"), "0190a1b2-0000-7000-8000-000000000001\n").unwrap();

    let refused = app.program().arg("serve").output().await.unwrap();

    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("unfinished uploads of another library"), "{said}");
    assert!(upload.is_file());
    // Without uploads there is nothing that could be destroyed.
    std::fs::remove_file(&upload).unwrap();
    app.resume().await;
    app.finish().await;
}

#[tokio::test]
async fn an_older_database_of_the_same_library_destroys_nothing_of_what_is_newer() {
    let mut app = TestApp::start().await;
    let url = app.config().database_url();
    if !url.starts_with("sqlite:") {
        return;
    }
    let teacher = app.teacher("S1").await;
    share_many(&teacher).await;
    app.settled().await;
    app.ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
    let database = app.config().data_dir.join("gongxue.db");
    let copy = app.config().data_dir.join("copy.db");
    let copying = format!("VACUUM INTO '{}'", copy.display());
    let copied = app.database().await.execute_unprepared(&copying).await;
    copied.expect("copy the database");
    // Less than one in a hundred: only its age saves it.
    teacher.share("新", &[("new.txt", "回火工艺卡".as_bytes())]).await;
    app.settled().await;
    app.advance(DAY);
    app.ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
    let before = stored(&app).await;

    app.stop().await;
    // As other files: what still has the old ones open must not write into these.
    for name in ["gongxue.db", "gongxue.db-wal", "gongxue.db-shm"] {
        let _ = std::fs::remove_file(app.config().data_dir.join(name));
    }
    std::fs::copy(&copy, &database).unwrap();
    app.resume().await;
    // It grows past what it does not know, as a restored library does.
    sweep(&app).await;
    teacher.share("再", &[("again.txt", "渗碳工艺卡".as_bytes())]).await;
    app.settled().await;
    for _ in 0..4 {
        app.advance(WEEK);
        let report = sweep(&app).await;
        assert_eq!((report.deleted, report.held), (0, 2), "{report:?}");
    }

    assert!(stored(&app).await.is_superset(&before));
    app.finish().await;
}

#[tokio::test]
async fn a_leftover_of_a_crash_goes_a_week_after_it_was_found_and_not_in_a_first_day() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let orphan = leave_behind(&app, b"left behind").await;
    share_many(&teacher).await;
    app.settled().await;
    let before = stored(&app).await;
    assert!(before.contains(&orphan));
    app.advance(DAY + DAY);

    let found = sweep(&app).await;
    assert_eq!(
        (found.orphans, found.deleted, found.stopped),
        (1, 0, false),
        "{found:?}"
    );
    app.advance(WEEK.saturating_sub(DAY));
    assert_eq!(sweep(&app).await.deleted, 0, "its time of grace is not over");
    app.advance(DAY);
    app.restart_after(|_| {}).await;
    assert_eq!(sweep(&app).await.deleted, 0, "it is the first day of the process");
    app.advance(DAY);
    sweep(&app).await;

    let mut left = before;
    left.remove(&orphan);
    assert_eq!(stored(&app).await, left);
    app.finish().await;
}

#[tokio::test]
async fn a_sweep_that_would_take_too_many_stops_and_asks_and_a_yes_says_how_many() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let orphan = leave_behind(&app, b"one of three").await;
    teacher.share("甲", &[("a.txt", "渗氮工艺".as_bytes())]).await;
    app.settled().await;
    app.advance(2 * DAY);
    for _ in 0..3 {
        app.advance(WEEK);
        let report = sweep(&app).await;
        assert_eq!((report.deleted, report.stopped), (0, true), "{report:?}");
    }
    let bureau = app.bureau().await;
    let page = String::from_utf8(bureau.get("/admin").await.expect(200).body).unwrap();
    assert!(page.contains("gongxue check --orphans"), "{page}");
    assert!(stored(&app).await.contains(&orphan));
    app.stop().await;

    let doctor = app.program().arg("doctor").output().await.unwrap();
    assert!(
        String::from_utf8_lossy(&doctor.stdout).contains("FAIL orphans"),
        "{doctor:?}"
    );
    let Some(object) = app.object(&orphan) else { return };
    age(object.ancestors().nth(3).unwrap());
    // Newer than all that a row names, as far as this store can tell: it must be asked for by number.
    let listed = app
        .program()
        .args(["check", "--orphans", "--json"])
        .output()
        .await
        .unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed["count"], 1, "{listed}");
    assert_eq!(listed["orphans"][0]["key"], orphan.as_str());
    let plain = app
        .program()
        .args(["check", "--orphans", "--delete"])
        .output()
        .await
        .unwrap();
    assert!(!plain.status.success());
    assert!(
        String::from_utf8_lossy(&plain.stderr).contains("--count 1"),
        "{plain:?}"
    );
    assert!(object.is_file());
    let yes = ["check", "--orphans", "--delete", "--count", "1"];
    let yes = app.program().args(yes).output().await.unwrap();
    assert!(yes.status.success(), "{yes:?}");
    assert!(!object.is_file());
    app.resume().await;
    assert_eq!(teacher.finds("渗氮工艺").await.len(), 1);
    app.finish().await;
}
