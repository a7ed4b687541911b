//! Backups: what was destroyed comes back as it was, on whatever database and store.

use std::path::{Path, PathBuf};
use std::process::Output;

use gongxue::domain::role::Role;
use gongxue::library::operations::backup::BackupStore;
use gongxue::library::operations::check::{CheckOptions, Checked};
use serde_json::{Value, json};
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::app::TestApp;
use crate::cli::Desk;
use crate::client::{Caller, id, text};
use crate::packs::School;
use crate::store::Store;

/// A folder for backups.
pub(crate) struct Shelf(TempDir);

impl Shelf {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    /// The files of a part of it, by name.
    pub(crate) fn files(&self, part: &str) -> Vec<PathBuf> {
        let mut files = files(&self.0.path().join(part));
        files.sort();
        files
    }
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

pub(crate) fn knows_its_teacher(desk: &Desk) -> bool {
    desk.run(&["token", "add", "wang"]).code == Some(0)
}

pub(crate) async fn run(app: &TestApp, args: &[&str]) -> Output {
    app.program().args(args).output().await.unwrap()
}

pub(crate) fn json_of(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

pub(crate) async fn back_up(app: &TestApp, shelf: &Shelf) -> Value {
    let output = run(app, &["backup", shelf.path(), "--json"]).await;
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    json_of(&output)
}

/// What somebody sees of a library: every answer that is to be the same after a restore.
async fn seen(caller: &Caller, resource: &Value, pack: &str, words: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let resource = caller.get_json(&format!("/api/v1/resources/{}", id(resource))).await;
    for file in resource["files"].as_array().unwrap() {
        let address = format!("/api/v1/files/{}", text(&file["id"]));
        let content = caller.get(&format!("{address}/content")).await.expect(200);
        seen.push(content.header("repr-digest"));
        seen.push(format!("{:?}", content.body));
        seen.push(caller.get_json(&format!("{address}/passages")).await.to_string());
    }
    seen.push(resource.to_string());
    let pack = format!("/api/v1/packs/{pack}");
    let signed = [
        format!("{pack}/timestamp.json"),
        format!("{pack}/versions/1/manifest.json"),
    ];
    for address in signed.into_iter().chain(["/api/v1/trust/root.json".to_owned()]) {
        let answer = caller.get(&address).await.expect(200);
        seen.push(String::from_utf8(answer.body).unwrap());
    }
    seen.push(caller.get_json("/api/v1/me").await.to_string());
    seen.push(format!("{:?}", caller.finds(words).await));
    seen
}

#[tokio::test]
async fn what_was_destroyed_is_restored_with_every_hash_and_every_answer() {
    let school = School::open().await;
    let document = crate::fixture("outline.pdf");
    let shared = school
        .publish(
            "台阶轴工作页",
            "台阶轴",
            "city",
            &[("工作页.txt", "车削 台阶轴 的步骤".as_bytes()), ("教材.pdf", &document)],
        )
        .await;
    let pack = school
        .pack(&json!({"title": "车削", "scope": "city", "course": "零件车削"}))
        .await;
    school.issue(&pack).await;
    let name = school
        .app
        .account(Role::Teacher, Some("S2"), Some("correct horse battery"))
        .await;
    school.app.settled().await;

    let shelf = Shelf::new();
    let first = back_up(&school.app, &shelf).await;
    assert_eq!(first["copied"], first["objects"], "{first}");
    assert!(first["objects"].as_u64().unwrap() >= 4, "{first}");

    // The service goes on, and is backed up again: only what is new is copied.
    school
        .publish("锥轴工作页", "锥轴", "city", &[("锥轴.txt", "锥度 的测量".as_bytes())])
        .await;
    school.app.settled().await;
    let second = back_up(&school.app, &shelf).await;
    let new = second["objects"].as_u64().unwrap() - first["objects"].as_u64().unwrap();
    assert_eq!(second["copied"].as_u64(), Some(new), "{second}");
    assert_eq!(new, 2, "a content and its passages: {second}");
    let before = seen(&school.teacher, &shared, &pack, "锥度").await;
    // Another machine, with a library of its own that is not to be taken by accident.
    let mut elsewhere = TestApp::start().await;
    elsewhere.stop().await;
    let refused = run(&elsewhere, &["restore", shelf.path()]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--overwrite"));
    let looked = run(&elsewhere, &["restore", shelf.path(), "--dry-run", "--deep", "--json"]).await;
    assert_eq!(json_of(&looked)["lost_count"], 0);
    let restored = run(&elsewhere, &["restore", shelf.path(), "--overwrite", "--json"]).await;
    assert_eq!(
        restored.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    elsewhere.resume().await;
    elsewhere.settled().await;

    let there = Caller::new(
        elsewhere.base(),
        Some(school.teacher.token().to_owned()),
        school.teacher.name(),
    );
    let after = seen(&there, &shared, &pack, "锥度").await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    let sign_in = json!({"name": name, "password": "correct horse battery"});
    elsewhere
        .guest()
        .post_json("/api/v1/session", &sign_in)
        .await
        .expect(201);
    elsewhere.finish().await;
    school.app.finish().await;
}

#[test]
fn a_backup_is_restored_on_an_empty_machine() {
    let desk = Desk::with_a_teacher();
    desk.write("in/工艺卡.txt", "淬火 工艺卡");
    let folder = desk.path("in");
    let imported = desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]);
    assert_eq!(imported.code, Some(0), "{}", imported.err);
    let shelf = Shelf::new();
    assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));

    let empty = Desk::new();
    let restored = empty.run(&["restore", shelf.path(), "--json"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let contents = |desk: &Desk| files(&desk.path("data/objects/blobs")).len();
    assert_eq!((contents(&empty), contents(&desk)), (1, 1));
    assert!(knows_its_teacher(&empty));
    // What was restored can be backed up to the same place.
    let again = empty.run(&["backup", shelf.path(), "--json"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(again.json()["copied"], 0);
    let checked = empty.run(&["check", "--json"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.out, checked.err);
    assert_eq!(checked.json()["contents"], 1);
    // The store of a library is no place for the backups of another: removing old ones would remove its objects.
    let stranger = Desk::with_a_teacher();
    let into_a_store = stranger.run(&["backup", desk.path("data/objects").to_str().unwrap()]);
    assert_eq!(into_a_store.code, Some(1), "{}", into_a_store.out);
    assert!(into_a_store.err.contains("store of a library"), "{}", into_a_store.err);
}

#[test]
fn a_backup_that_was_cut_off_is_none_and_the_next_one_finds_what_it_copied() {
    let desk = Desk::with_a_teacher();
    for number in 0..6 {
        desk.write(&format!("in/{number}.txt"), format!("第 {number} 张工艺卡"));
    }
    let folder = desk.path("in");
    assert_eq!(
        desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]).code,
        Some(0)
    );
    let shelf = Shelf::new();
    assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));
    // As a kill leaves it: the last thing that is written is not there, nor are some objects.
    std::fs::remove_file(&shelf.files("backups")[0]).unwrap();
    std::fs::remove_file(&shelf.files("blobs")[0]).unwrap();

    let none = Desk::new().run(&["restore", shelf.path()]);
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("no such backup"), "{}", none.err);
    let again = desk.run(&["backup", shelf.path(), "--json"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(again.json()["copied"], 1);
}

#[test]
fn an_object_that_is_lost_costs_one_object_and_is_named() {
    let desk = Desk::with_a_teacher();
    desk.write("in/a.txt", "甲");
    desk.write("in/b.txt", "乙");
    let folder = desk.path("in");
    assert_eq!(
        desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]).code,
        Some(0)
    );
    let stored = files(&desk.path("data/objects/blobs"));
    std::fs::write(&stored[0], "丙").unwrap();
    let shelf = Shelf::new();

    let made = desk.run(&["backup", shelf.path(), "--json"]);

    assert_eq!(made.code, Some(3), "{}", made.err);
    let report = made.json();
    assert_eq!(report["lost_count"], 1, "{report}");
    let name = stored[0].file_name().unwrap().to_str().unwrap();
    assert!(report["lost"][0].as_str().unwrap().ends_with(name), "{report}");
    assert_eq!(
        shelf.files("blobs").len(),
        stored.len() - 1,
        "what is damaged is not kept as if it were sound"
    );
    let restored = Desk::new().run(&["restore", shelf.path(), "--json"]);
    assert_eq!(restored.code, Some(3), "{}", restored.err);
    assert_eq!(restored.json()["lost_count"], 1);
}

#[test]
fn a_flipped_bit_in_a_backup_is_found_and_nothing_is_changed() {
    let desk = Desk::with_a_teacher();
    let shelf = Shelf::new();
    assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));
    for part in ["backups", "rows"] {
        let file = shelf
            .files(part)
            .into_iter()
            .max_by_key(|file| file.metadata().unwrap().len())
            .unwrap();
        let sound = std::fs::read(&file).unwrap();
        let mut damaged = sound.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        std::fs::write(&file, damaged).unwrap();

        let empty = Desk::new();
        let restored = empty.run(&["restore", shelf.path()]);

        assert_eq!(restored.code, Some(1), "{part}: {}", restored.out);
        assert!(!knows_its_teacher(&empty), "{part}");
        std::fs::write(&file, sound).unwrap();
    }
    assert_eq!(Desk::new().run(&["restore", shelf.path()]).code, Some(0));
}

#[test]
fn old_backups_go_and_take_only_what_no_other_one_needs() {
    let desk = Desk::with_a_teacher();
    let shelf = Shelf::new();
    let folder = desk.path("in");
    for (name, words) in [("a.txt", "甲"), ("b.txt", "乙"), ("c.txt", "丙")] {
        std::fs::remove_dir_all(&folder).ok();
        desk.write(&format!("in/{name}"), words);
        assert_eq!(
            desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]).code,
            Some(0)
        );
        assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));
    }

    let kept = desk.run(&["backup", shelf.path(), "--keep", "1", "--json"]);

    assert_eq!(kept.json()["removed"], 3, "{}", kept.out);
    assert_eq!(shelf.files("backups").len(), 1);
    assert_eq!(shelf.files("blobs").len(), 3, "the newest needs all three");
    let restored = Desk::new().run(&["restore", shelf.path(), "--json"]);
    assert_eq!(restored.json()["lost_count"], 0, "{}", restored.err);
}

#[test]
fn a_store_whose_database_is_lost_is_read_back() {
    let desk = Desk::with_a_teacher();
    desk.write("in/a.txt", "甲");
    let folder = desk.path("in");
    assert_eq!(
        desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]).code,
        Some(0)
    );
    let store = desk.path("data/objects");
    let kept = desk.run(&["backup", store.to_str().unwrap(), "--keep", "2", "--json"]);
    assert_eq!(kept.code, Some(0), "{}", kept.err);
    assert_eq!(kept.json()["copied"], 0, "the objects are there: {}", kept.out);
    for file in files(&desk.path("data")) {
        if file.file_name().unwrap().to_str().unwrap().starts_with("gongxue.db") {
            std::fs::remove_file(file).unwrap();
        }
    }

    let restored = desk.run(&["restore", store.to_str().unwrap(), "--json"]);

    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert_eq!(restored.json()["copied"], 0);
    assert!(knows_its_teacher(&desk));
}

#[tokio::test]
async fn a_backup_of_one_kind_of_database_becomes_a_library_on_the_other() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let file = "淬火 工艺卡 “引号” \\ 🙂".as_bytes();
    let shared = teacher.share("工艺卡", &[("工艺卡.txt", file)]).await;
    app.settled().await;
    let shelf = Shelf::new();
    back_up(&app, &shelf).await;

    // On SQLite and a local disk, whatever the suite runs on; and from there back.
    let desk = Desk::new();
    let restored = desk.run(&["restore", shelf.path()]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let between = Shelf::new();
    assert_eq!(desk.run(&["backup", between.path()]).code, Some(0));
    let mut elsewhere = TestApp::start().await;
    elsewhere.stop().await;
    let back = run(&elsewhere, &["restore", between.path(), "--overwrite"]).await;
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    elsewhere.resume().await;
    elsewhere.settled().await;

    let there = Caller::new(elsewhere.base(), Some(teacher.token().to_owned()), teacher.name());
    let address = format!("/api/v1/resources/{}", id(&shared));
    assert_eq!(there.get_json(&address).await, teacher.get_json(&address).await);
    assert_eq!(there.finds("淬火").await, [id(&shared)]);
    elsewhere.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn a_lost_object_is_found_by_a_check_and_taken_from_a_backup() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("工艺卡", &[("工艺卡.txt", "淬火".as_bytes())]).await;
    app.settled().await;
    let shelf = Shelf::new();
    back_up(&app, &shelf).await;
    let stored = app.stored().await;
    let well = check(&app, None).await;
    assert!(well.is_well(), "{well:?}");
    assert_eq!(well.contents, 1);
    for key in &stored {
        Store::of(&app).delete(key).await;
    }

    let lost = check(&app, None).await;
    assert_eq!((lost.lost.count, lost.texts_lost.count), (1, 1), "{lost:?}");
    let mended = check(&app, Some(shelf.path())).await;
    assert_eq!(mended.repaired, 2, "{mended:?}");

    app.settled().await;
    assert!(check(&app, None).await.is_well());
    let file = text(&shared["files"][0]["id"]);
    let content = teacher.get(&format!("/api/v1/files/{file}/content")).await.expect(200);
    assert_eq!(content.body, "淬火".as_bytes());
    app.finish().await;
}

/// Checks the library; with a backup it is mended.
pub(crate) async fn check(app: &TestApp, backup: Option<&str>) -> Checked {
    let scratch = app.config().scratch_dir();
    let backup = backup.map(|path| BackupStore::look_at(path, &scratch).unwrap());
    app.ask(async move |library| {
        let options = CheckOptions {
            repair: backup.is_some(),
            from: backup.as_ref(),
            deep: false,
        };
        library.operations.check_up(options, &|_| ()).await
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_counter_that_went_wrong_is_found_and_counted_anew() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    teacher.share("工艺卡", &[("工艺卡.txt", "淬火".as_bytes())]).await;
    app.settled().await;
    app.ask(async |library| library.leases.say_present().await)
        .await
        .unwrap();
    let well = check(&app, None).await;
    assert!(well.is_well(), "{well:?}");
    assert!(
        well.at_work.iter().any(|held| held.name.starts_with("process-")),
        "{well:?}"
    );
    crate::uploads::run(&app, "UPDATE school SET bytes = 999 WHERE code = 'S1'").await;

    let wrong = check(&app, None).await;
    assert_eq!(wrong.miscounted.named, ["S1: 999 counted, 6 held"]);
    assert!(!wrong.is_well());
    let mended = run(&app, &["check", "--repair", "--json"]).await;
    assert_eq!(
        mended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&mended.stderr)
    );
    assert_eq!(json_of(&mended)["repaired"], 1);

    let well = check(&app, None).await;
    assert_eq!(well.miscounted.count, 0);
    app.finish().await;
}

#[test]
fn a_deep_check_reads_every_object() {
    let desk = Desk::with_a_teacher();
    desk.write("in/a.txt", "甲");
    let folder = desk.path("in");
    assert_eq!(
        desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]).code,
        Some(0)
    );
    let well = desk.run(&["check", "--deep", "--json"]);
    assert_eq!(well.code, Some(0), "{}{}", well.out, well.err);
    assert_eq!(well.json()["deep"]["objects"], 1);
    // As long as it was: no listing tells.
    std::fs::write(&files(&desk.path("data/objects/blobs"))[0], "乙").unwrap();

    assert_eq!(desk.run(&["check"]).code, Some(0));
    let damaged = desk.run(&["check", "--deep", "--json"]);

    assert_eq!(damaged.code, Some(3), "{}{}", damaged.out, damaged.err);
    assert_eq!(damaged.json()["deep"]["damaged"], 1);
}
