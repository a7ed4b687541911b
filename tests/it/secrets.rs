//! What the service keeps is its own: nobody else on the machine reads it, and a copy of the database signs nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use gongxue::config::Config;
use sea_orm::{ConnectionTrait as _, Statement};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::app::TestApp;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Whatever others may do in a folder, by path.
fn open_to_others(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let open = entries.filter(|entry| entry.metadata().unwrap().permissions().mode() & 0o077 != 0);
    open.map(|entry| entry.path().display().to_string()).collect()
}

fn run_with_open_umask(data: &Path, command: &str) {
    let program = env!("CARGO_BIN_EXE_gongxue");
    let done = Command::new("sh")
        .args(["-c", &format!("umask 0; exec '{program}' {command}")])
        .env("GONGXUE_DATA_DIR", data)
        .stderr(Stdio::inherit())
        .status()
        .unwrap();
    assert!(done.success(), "{command}");
}

#[test]
fn nobody_else_reads_what_a_library_keeps_whatever_the_umask() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");

    run_with_open_umask(&data, "school add S1 示范技师学院");
    run_with_open_umask(&data, "reindex");

    assert!(data.join("gongxue.db").is_file());
    assert_eq!(open_to_others(&data), [""; 0]);
}

#[test]
fn what_an_older_version_left_open_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    run_with_open_umask(&data, "school add S1 示范技师学院");
    for path in ["", "staging", "scratch", "index", "gongxue.db"] {
        let path = data.join(path);
        std::fs::create_dir_all(&path).ok();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }

    run_with_open_umask(&data, "school add S2 第二技师学院");

    assert_eq!(open_to_others(&data), [""; 0]);
}

/// `GONGXUE_DATA_DIR=~`, or a folder that a web server reads as well: nobody but the service got into it any more.
#[test]
fn a_folder_that_holds_anything_of_somebody_else_stays_as_open_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    for path in ["scratch", "index"] {
        std::fs::create_dir_all(home.join(path)).unwrap();
        std::fs::write(home.join(path).join("drawing.txt"), "mine").unwrap();
    }
    std::fs::write(home.join("letter.txt"), "mine").unwrap();
    let open = ["", "scratch", "index"].map(|path| home.join(path));
    for path in &open {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    run_with_open_umask(&home, "school add S1 示范技师学院");
    run_with_open_umask(&home, "reindex");

    for path in open {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755, "{}", path.display());
    }
    for ours in ["gongxue.db", "objects", "staging"] {
        assert_eq!(open_to_others(&home.join(ours)), [""; 0], "{ours}");
    }
}

/// How the secret halves of keys stand in the database.
async fn kept(app: &TestApp) -> Vec<String> {
    let database = app.database().await;
    let sql = "SELECT secret FROM trust_key WHERE secret IS NOT NULL ORDER BY id";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", "secret").unwrap()).collect()
}

/// Runs a command with a secret; returns what it said and whether it was done.
async fn run(app: &TestApp, args: &[&str], secret: &str) -> (bool, String) {
    let mut program = app.program();
    let done = program.args(args).env(Config::variable("keys.secret"), secret);
    let done = done.output().await.unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_copy_of_the_database_signs_nothing_without_the_secret() {
    let mut app = TestApp::start().await;
    let root = app
        .ask(async |library| library.signing.root().await)
        .await
        .expect("draw keys");
    let plain = kept(&app).await;
    assert_eq!(plain.len(), 4);
    app.stop().await;

    let mut service = app
        .program()
        .arg("serve")
        .env(Config::variable("keys.secret"), SECRET)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(service.stdout.take().unwrap()).lines();
    said.next_line().await.unwrap().expect("it says where it listens");
    service.kill().await.unwrap();

    let sealed = kept(&app).await;
    assert!(sealed.iter().all(|key| key.starts_with("sealed1:")), "{sealed:?}");
    for seed in &plain {
        assert!(!sealed.concat().contains(seed));
    }
    let (shown, said) = run(&app, &["keys", "show"], "").await;
    assert!(shown && said.matches(" sealed ").count() == 4, "{said}");
    for (secret, why) in [
        ("", "no secret is set"),
        (
            "another secret that is long enough",
            "not the one they were sealed with",
        ),
    ] {
        for command in [&["serve"] as &[&str], &["work"], &["keys", "rotate"]] {
            let (done, said) = run(&app, command, secret).await;
            assert!(!done, "{command:?}");
            assert!(said.contains("GONGXUE_KEYS__SECRET") && said.contains(why), "{said}");
        }
    }

    // With the secret it signs as before; and it can be taken off again.
    let (done, said) = run(&app, &["keys", "rotate", "--role", "timestamp"], SECRET).await;
    assert!(done, "{said}");
    let (done, said) = run(&app, &["keys", "unseal"], SECRET).await;
    assert!(done, "{said}");
    let unsealed = kept(&app).await;
    assert_eq!(unsealed.len(), 5);
    assert!(plain.iter().all(|key| unsealed.contains(key)), "the same keys as ever");
    app.resume().await;
    let again = app.ask(async |library| library.signing.root_version(1).await).await;
    assert_eq!(again.expect("the first root is kept"), root);
    app.finish().await;
}
