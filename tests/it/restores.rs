//! Backups and restores where something is wrong: with the place, the moment, the version, the clock, the disk.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use gongxue::blob::Blobs;
use gongxue::clock::Clock;
use gongxue::db::Db;
use gongxue::domain::id::Sha256;
use gongxue::library::operations::backup::{BackupProgress, BackupStore, restore};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::app::TestApp;
use crate::backends::TestDatabase;
use crate::backups::{Shelf, back_up, files, json_of, knows_its_teacher, run};
use crate::cli::{Answer, Desk};
use crate::client::{Caller, id};

const DAY: Duration = Duration::from_hours(24);

/// A desk whose library has a teacher and some files of theirs.
fn desk_with(contents: &[&str]) -> Desk {
    let desk = Desk::with_a_teacher();
    for (at, words) in contents.iter().enumerate() {
        desk.write(&format!("in/{at}.txt"), words);
    }
    let folder = desk.path("in");
    let imported = desk.run(&["import", folder.to_str().unwrap(), "--as", "wang"]);
    assert_eq!(imported.code, Some(0), "{}", imported.err);
    desk
}

/// A desk and a backup of it.
fn backed_up(contents: &[&str]) -> (Desk, Shelf) {
    let (desk, shelf) = (desk_with(contents), Shelf::new());
    assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));
    (desk, shelf)
}

/// Changes one bit in the middle of a file.
fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

/// What is in a folder, and when each of it was written.
fn traces(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let trace = |entry: walkdir::DirEntry| {
        let written = entry.metadata().unwrap().modified().unwrap();
        (entry.into_path(), written)
    };
    entries.map(trace).collect()
}

fn refused(answer: &Answer, words: &str) {
    assert_eq!(answer.code, Some(1), "{}{}", answer.out, answer.err);
    assert!(answer.err.contains(words), "{}", answer.err);
}

#[tokio::test]
async fn what_came_to_be_while_objects_were_copied_is_not_dropped() {
    let (_desk, shelf) = backed_up(&["甲", "乙"]);
    let folder = tempfile::tempdir().unwrap();
    let server = TestDatabase::make_empty();
    let url = server.as_ref().map_or_else(
        || format!("sqlite:{}?mode=rwc", folder.path().join("gongxue.db").display()),
        |database| database.url().to_owned(),
    );
    let add_school = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_gongxue"));
        program.args(["school", "add", "S9", "第九技师学院"]);
        program.env("GONGXUE_DATA_DIR", folder.path().join("elsewhere"));
        program
            .env_remove("GONGXUE_STORAGE__URL")
            .env("GONGXUE_DATABASE__URL", &url);
        program.output().unwrap().status.success()
    };
    let is_added = Cell::new(false);
    let watch = |step: BackupProgress<'_>| {
        if matches!(step, BackupProgress::Shards(1)) && !is_added.replace(true) {
            assert!(add_school(), "somebody begins a library meanwhile");
        }
    };
    let place = BackupStore::look_at(shelf.path(), folder.path()).unwrap();
    let db = Db::connect(&url, 2).await.unwrap();
    let store = Blobs::open_folder(&folder.path().join("objects"), &folder.path().join("scratch")).unwrap();
    let now = Clock::default().now();

    let restored = restore::restore(&place, &db, &store, &restore::RestoreOptions::default(), now, &watch).await;

    let said = format!("{:?}", restored.expect_err("there is something to lose"));
    assert!(said.contains("--overwrite"), "{said}");
    db.close().await;
    assert!(!add_school(), "the school that was added is there still");
}

#[tokio::test]
async fn a_database_that_another_machine_serves_is_not_replaced_under_it() {
    let (_desk, shelf) = backed_up(&["甲"]);
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("工艺卡", &[("工艺卡.txt", "淬火".as_bytes())]).await;
    app.settled().await;
    app.ask(async |library| library.leases.say_present().await)
        .await
        .unwrap();
    // Its folder is another one, so that the folder's lock says nothing.
    let folder = tempfile::tempdir().unwrap();
    let restore_there = async |app: &TestApp| {
        let mut program = app.program();
        program.env("GONGXUE_DATA_DIR", folder.path());
        program
            .args(["restore", shelf.path(), "--overwrite"])
            .output()
            .await
            .unwrap()
    };

    let answer = restore_there(&app).await;

    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status.code(), Some(1), "{said}");
    assert!(
        said.contains("正在使用这个数据库") && said.contains("process-"),
        "{said}"
    );
    let address = format!("/api/v1/resources/{}", id(&shared));
    teacher.get(&address).await.expect(200);
    // When it stops it says so, and nobody waits.
    app.stop().await;
    let answer = restore_there(&app).await;
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status.code(), Some(0), "{said}");
    app.resume().await;
    app.finish().await;
}

/// The names of the backups that the library's store keeps of its own rows, oldest first.
async fn kept_rows(app: &TestApp) -> Vec<String> {
    let store = Blobs::open(&app.config().storage_url(), &app.config().scratch_dir()).unwrap();
    let keys = store.list_backups().await.unwrap();
    let name = |key: String| key.trim_start_matches("backups/").trim_end_matches(".json").to_owned();
    keys.iter().map(|key| name(key.to_string())).collect()
}

async fn keep_rows(app: &TestApp) {
    app.ask(async |library| library.operations.keep_rows().await)
        .await
        .unwrap();
}

/// Restores the store's own copy of the rows.
async fn put_back(app: &mut TestApp, name: &str) {
    app.stop().await;
    let store = app.config().storage_url();
    let restored = run(app, &["restore", &store, "--backup", name, "--overwrite"]).await;
    let said = String::from_utf8_lossy(&restored.stderr);
    assert_eq!(restored.status.code(), Some(0), "{said}");
    app.resume().await;
}

#[tokio::test]
async fn the_newest_state_outlives_an_older_one_that_was_put_back() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    teacher.share("甲", &[("a.txt", "退火".as_bytes())]).await;
    app.settled().await;
    keep_rows(&app).await;
    app.advance(DAY);
    let later = teacher.share("乙", &[("b.txt", "淬火".as_bytes())]).await;
    app.settled().await;
    keep_rows(&app).await;
    let [first, newest] = &kept_rows(&app).await[..] else {
        panic!("two are kept")
    };
    let address = format!("/api/v1/resources/{}", id(&later));

    // By mistake; and it takes two weeks until somebody misses what was shared on the second day.
    put_back(&mut app, first).await;
    teacher.get(&address).await.expect(404);
    for _ in 0..14 {
        app.advance(DAY);
        keep_rows(&app).await;
    }
    assert!(kept_rows(&app).await.contains(newest));
    put_back(&mut app, newest).await;
    app.settled().await;
    teacher.get(&address).await.expect(200);

    // Not for ever.
    app.advance(200 * DAY);
    keep_rows(&app).await;
    assert_eq!(kept_rows(&app).await.len(), 7);
    app.finish().await;
}

#[tokio::test]
async fn whoever_does_not_want_rows_in_the_store_has_none_there() {
    let app = TestApp::with(|config| config.storage.keep_rows_days = 0).await;
    keep_rows(&app).await;
    assert!(kept_rows(&app).await.is_empty());
    app.finish().await;

    let app = TestApp::with(|config| config.storage.keep_rows_days = 2).await;
    for _ in 0..4 {
        app.advance(DAY);
        keep_rows(&app).await;
    }
    assert_eq!(kept_rows(&app).await.len(), 2);
    app.finish().await;
}

#[test]
fn a_backup_whose_time_has_not_come_is_only_taken_by_its_name() {
    let (_desk, shelf) = backed_up(&["甲"]);
    let manifest = shelf.files("backups").pop().unwrap();
    let name = manifest.file_name().unwrap().to_str().unwrap().to_owned();
    let (moment, rest) = name.split_once('.').unwrap();
    // Made by a clock that was ten years ahead.
    let ahead = format!("{:015}.{rest}", moment.parse::<u64>().unwrap() + 315_360_000_000);
    std::fs::copy(&manifest, manifest.with_file_name(&ahead)).unwrap();
    let (name, ahead) = (name.trim_end_matches(".json"), ahead.trim_end_matches(".json"));

    let empty = Desk::new();
    let newest = empty.run(&["restore", shelf.path()]);
    refused(&newest, ahead);
    refused(&newest, name);
    refused(&empty.run(&["restore", shelf.path(), "--dry-run"]), ahead);
    refused(&empty.run(&["restore", shelf.path(), "--backup", "00"]), "不止一份");
    assert!(!knows_its_teacher(&empty));

    for wanted in [ahead, name] {
        let named = Desk::new().run(&["restore", shelf.path(), "--backup", wanted]);
        assert_eq!(named.code, Some(0), "{}", named.err);
    }
}

#[test]
fn a_rotten_backup_does_not_keep_the_next_one_from_being_made() {
    let (desk, shelf) = backed_up(&["甲", "乙"]);
    flip(&shelf.files("backups")[0]);

    let next = desk.run(&["backup", shelf.path(), "--keep", "5", "--json"]);
    assert_eq!(next.code, Some(0), "{}", next.err);
    assert_eq!(Desk::new().run(&["restore", shelf.path()]).code, Some(0));
    // Each part and list that it needs was damaged since, and an object.
    for file in shelf.files("rows") {
        flip(&file);
    }
    let object = &shelf.files("blobs")[0];
    let sound = std::fs::read(object).unwrap();
    flip(object);
    let unread = desk.run(&["backup", shelf.path()]);
    assert_eq!(unread.code, Some(0), "{}", unread.err);

    let verified = desk.run(&["backup", shelf.path(), "--verify", "--json"]);

    assert_eq!(verified.code, Some(0), "{}", verified.err);
    assert_eq!(verified.json()["rewritten"], 1, "{}", verified.out);
    assert_eq!(std::fs::read(object).unwrap(), sound);
    let restored = Desk::new().run(&["restore", shelf.path(), "--json"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert_eq!(restored.json()["lost_count"], 0);
}

#[test]
fn the_newest_backup_that_cannot_be_read_is_named_with_the_one_before() {
    let (desk, shelf) = backed_up(&["甲"]);
    let before = shelf.files("backups");
    assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));
    let newest = shelf
        .files("backups")
        .into_iter()
        .find(|file| !before.contains(file))
        .unwrap();
    flip(&newest);
    let before = before[0].file_stem().unwrap().to_str().unwrap().to_owned();

    let empty = Desk::new();
    refused(&empty.run(&["restore", shelf.path()]), &format!("--backup {before}"));
    assert_eq!(empty.run(&["restore", shelf.path(), "--backup", &before]).code, Some(0));
}

#[test]
fn what_lies_in_the_store_already_is_read_before_it_is_believed() {
    let (_desk, shelf) = backed_up(&["甲", "乙"]);
    let empty = Desk::new();
    assert_eq!(empty.run(&["restore", shelf.path()]).code, Some(0));
    let objects = files(&empty.path("data/objects/blobs"));
    let sound = std::fs::read(&objects[0]).unwrap();
    // As long as it was, and not what it was.
    flip(&objects[0]);

    let again = empty.run(&["restore", shelf.path(), "--overwrite", "--json"]);

    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(
        (&again.json()["rewritten"], &again.json()["copied"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(std::fs::read(&objects[0]).unwrap(), sound);
}

#[test]
fn whoever_only_looks_leaves_no_trace() {
    let (desk, shelf) = backed_up(&["甲"]);
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    desk.write("in/later.txt", "丙");
    let more = desk.path("in");
    assert_eq!(
        desk.run(&["import", more.to_str().unwrap(), "--as", "wang"]).code,
        Some(0)
    );
    let (on_shelf, in_store) = (traces(Path::new(shelf.path())), traces(&desk.path("data/objects")));

    // What would be copied to a place that is there, to one that is not, to the store itself.
    for (place, count) in [
        (shelf.path(), 1),
        (nowhere, 2),
        (desk.path("data/objects").to_str().unwrap(), 0),
    ] {
        let tried = desk.run(&["backup", place, "--dry-run", "--json"]);
        assert_eq!(tried.code, Some(0), "{}", tried.err);
        assert_eq!(tried.json()["copied"], count, "{place}: {}", tried.out);
    }
    let empty = Desk::new();
    let looked = empty.run(&["restore", shelf.path(), "--dry-run", "--deep", "--json"]);
    assert_eq!(looked.code, Some(0), "{}", looked.err);
    // Whoever has something to lose is told so.
    let occupied = desk.run(&["restore", shelf.path(), "--dry-run", "--json"]);
    assert_eq!(occupied.code, Some(3), "{}", occupied.err);
    assert!(occupied.json()["refusal"].as_str().unwrap().contains("--overwrite"));
    assert_eq!(
        desk.run(&["restore", shelf.path(), "--dry-run", "--overwrite"]).code,
        Some(0)
    );
    // A name that is mistyped is said, not made.
    for args in [&["restore", nowhere] as &[&str], &["restore", nowhere, "--dry-run"]] {
        refused(&empty.run(args), "没有文件夹");
    }
    refused(&desk.run(&["check", "--repair", "--from", nowhere]), "没有文件夹");

    assert_eq!(traces(Path::new(shelf.path())), on_shelf);
    assert_eq!(traces(&desk.path("data/objects")), in_store);
    assert!(!Path::new(nowhere).exists() && !empty.path("data").exists());
}

async fn on_sqlite(desk: &Desk, statement: &str) {
    let file = desk.path("data/gongxue.db");
    let database = Database::connect(format!("sqlite:{}", file.display())).await.unwrap();
    database.execute_unprepared(statement).await.unwrap();
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_table_that_no_program_made_is_refused_already_when_one_only_looks() {
    let desk = desk_with(&["甲"]);
    on_sqlite(&desk, "ALTER TABLE school ADD COLUMN extra text").await;
    let shelf = Shelf::new();
    assert_eq!(desk.run(&["backup", shelf.path()]).code, Some(0));

    let empty = Desk::new();
    for args in [
        &["restore", shelf.path(), "--dry-run"] as &[&str],
        &["restore", shelf.path()],
    ] {
        refused(&empty.run(args), "`school`");
    }
    assert_eq!(empty.objects(), 0, "nothing was copied for it");
}

/// The tables that a program made which knew just the first migrations: their columns.
async fn tables_after(first: usize) -> BTreeMap<String, BTreeSet<String>> {
    let database = Database::connect("sqlite::memory:").await.unwrap();
    Migrator::up(&database, Some(u32::try_from(first).unwrap()))
        .await
        .unwrap();
    let sql = "SELECT t.name AS \"table\", c.name AS \"column\" FROM sqlite_master t JOIN pragma_table_info(t.name) c
               WHERE t.type = 'table'";
    let rows = database
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .unwrap();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let (table, column): (String, String) = (row.try_get("", "table").unwrap(), row.try_get("", "column").unwrap());
        tables.entry(table).or_default().insert(column);
    }
    tables
}

/// Puts a changed manifest in the place of the only one.
fn replace_manifest(shelf: &Shelf, change: impl FnOnce(&mut Value)) {
    let file = shelf.files("backups").pop().unwrap();
    let mut manifest = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut manifest);
    let bytes = serde_json::to_vec(&manifest).unwrap();
    let sha256 = Sha256::from_bytes(sha2::Sha256::digest(&bytes).into());
    let moment = file
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    std::fs::remove_file(&file).unwrap();
    std::fs::write(file.with_file_name(format!("{moment}.{}.json", sha256.hex())), bytes).unwrap();
}

/// A part of a backup with only some cells of each row.
fn narrowed(shelf: &Shelf, part: &Value, cells: &[usize]) -> Value {
    let path = |hex: &str| Path::new(shelf.path()).join(format!("rows/{}/{hex}.jsonl.gz", &hex[..2]));
    let packed = std::fs::read(path(part.as_str().unwrap())).unwrap();
    let mut lines = String::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_string(&mut lines)
        .unwrap();
    let narrow = |line: &str| {
        let row: Vec<Value> = serde_json::from_str(line).unwrap();
        let row: Vec<&Value> = cells.iter().map(|at| &row[*at]).collect();
        serde_json::to_string(&row).unwrap() + "\n"
    };
    let lines: String = lines.lines().map(narrow).collect();
    let hex = Sha256::from_bytes(sha2::Sha256::digest(lines.as_bytes()).into()).hex();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(lines.as_bytes()).unwrap();
    let file = path(&hex);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, packer.finish().unwrap()).unwrap();
    Value::from(hex)
}

/// Turns a backup into what a program that knew just the first migrations would have made of the same library.
async fn as_made_by_an_older_program(shelf: &Shelf, first: usize) {
    let known = tables_after(first).await;
    let names: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    replace_manifest(shelf, |manifest| {
        manifest["migrations"] = json!(names[..first]);
        let tables = manifest["tables"].as_array_mut().unwrap();
        tables.retain(|table| known.contains_key(table["name"].as_str().unwrap()));
        for table in tables {
            let columns = &known[table["name"].as_str().unwrap()];
            let all = table["columns"].as_array().unwrap();
            let is_known = |at: &usize| columns.contains(all[*at]["name"].as_str().unwrap());
            let cells: Vec<usize> = (0..all.len()).filter(is_known).collect();
            let columns: Vec<Value> = cells.iter().map(|at| all[*at].clone()).collect();
            let parts = table["parts"].as_array().unwrap();
            let parts: Vec<Value> = parts.iter().map(|part| narrowed(shelf, part, &cells)).collect();
            table["columns"] = json!(columns);
            table["parts"] = json!(parts);
        }
    });
}

#[tokio::test]
async fn a_backup_of_an_older_program_is_upgraded_as_it_is_restored() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("工艺卡", &[("工艺卡.txt", "淬火 工艺卡".as_bytes())])
        .await;
    app.settled().await;
    let shelf = Shelf::new();
    back_up(&app, &shelf).await;
    // Before there were leases, segments, damage, or a library's id.
    let names = Migrator::migrations();
    let first = names
        .iter()
        .position(|migration| migration.name().starts_with("m20261129"))
        .unwrap();
    as_made_by_an_older_program(&shelf, first).await;
    app.stop().await;

    let looked = run(
        &app,
        &["restore", shelf.path(), "--dry-run", "--overwrite", "--deep", "--json"],
    )
    .await;
    assert_eq!(json_of(&looked)["lost_count"], 0);
    let restored = run(&app, &["restore", shelf.path(), "--overwrite"]).await;

    let said = String::from_utf8_lossy(&restored.stderr).into_owned();
    assert_eq!(restored.status.code(), Some(0), "{said}");
    app.resume().await;
    app.settled().await;
    let there = Caller::new(app.base(), Some(teacher.token().to_owned()), teacher.name());
    assert_eq!(there.finds("淬火").await, [id(&shared)]);
    app.finish().await;
}

#[test]
fn a_backup_of_a_newer_program_is_refused_with_the_version_that_reads_it() {
    let (_desk, shelf) = backed_up(&["甲"]);
    replace_manifest(&shelf, |manifest| {
        manifest["program"] = json!("9.9.9");
        let migrations = manifest["migrations"].as_array_mut().unwrap();
        migrations.push(json!("m20991231_000001_later"));
    });

    let empty = Desk::new();
    for args in [
        &["restore", shelf.path(), "--dry-run"] as &[&str],
        &["restore", shelf.path()],
    ] {
        refused(&empty.run(args), "9.9.9");
    }
    assert_eq!(empty.objects(), 0);
}
