//! The tables of a library: made by many at once, cut off in the middle, upgraded.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::process::Command;

use crate::app::kills;
use crate::places::TestDatabase;

/// What a command takes that does not end.
const PATIENCE: Duration = Duration::from_mins(2);

/// `gongxue migrate` over a folder, or over a database of the server that the suite runs on.
fn migrate(folder: &std::path::Path, database: Option<&TestDatabase>) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_gongxue"));
    program
        .arg("migrate")
        .env("GONGXUE_DATA_DIR", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(database) = database {
        program.env("GONGXUE_DATABASE__URL", database.url());
    }
    program
}

async fn succeeds(mut program: Command) -> Result<(), String> {
    let ended = tokio::time::timeout(PATIENCE, program.output()).await;
    let output = ended.expect("it waits for ever").unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

#[tokio::test]
async fn killed_while_it_makes_its_tables_a_library_opens_the_next_time() {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..kills(10) {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::make_empty();
        let mut first = migrate(folder.path(), database.as_ref()).spawn().unwrap();
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // Not a wait for anything: the moment is what this test varies.
        tokio::time::sleep(Duration::from_millis((dice >> 33) % 250)).await;
        first.kill().await.unwrap();

        let again = succeeds(migrate(folder.path(), database.as_ref())).await;

        assert_eq!(again, Ok(()), "after kill {round} the library never opens again");
    }
}

#[tokio::test]
async fn nodes_that_start_together_on_a_new_database_all_come_up() {
    let database = TestDatabase::make_empty();
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    // Each has its own folder, as on three machines; on SQLite they share the one that holds the database.
    let nodes = folders.iter().map(|own| {
        let folder = if database.is_some() { own } else { &folders[0] };
        succeeds(migrate(folder.path(), database.as_ref()))
    });

    let ended = join_all(nodes).await;

    assert_eq!(ended, [Ok(()), Ok(()), Ok(())]);
}
