//! The index follows what is in the database, whoever else opens the folder and whatever one thing's fault is.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use gongxue::clock::Clock;
use gongxue::config::Setting as _;
use gongxue::library::Library;
use gongxue::search::Health;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::app::TestApp;
use crate::client::{Caller, id, text};

async fn share(teacher: &Caller, title: &str, words: &str) -> Value {
    teacher.share(title, &[("a.txt", words.as_bytes())]).await
}

/// What `/readyz` says of the search, if anything.
async fn matter(app: &TestApp) -> Option<String> {
    let ready = app.guest().get("/readyz").await.json();
    let parts = ready["parts"].as_array().unwrap();
    let search = parts.iter().find(|part| part["name"] == "search").unwrap();
    search["detail"].as_str().map(str::to_owned)
}

/// The library opened once more, as another process does it.
async fn opened_again(app: &TestApp) -> Library {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_gongxue"));
    let opened = gongxue::app::open_with(app.config(), Clock::default(), program).await;
    opened.expect("open the library")
}

/// Runs the program to its end.
async fn run(app: &TestApp, args: &[&str]) -> (Option<i32>, String) {
    let output = app.program().args(args).output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// Starts the program as a service, and waits until it listens.
async fn serve(app: &TestApp) -> Child {
    let mut program = app.program();
    let mut child = program
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    said.next_line().await.unwrap().expect("it says where it listens");
    child
}

/// Where the kept text of what holds these words is.
async fn kept_text(app: &TestApp, words: &str) -> Option<PathBuf> {
    let stored = app.stored().await;
    let derived = stored
        .iter()
        .filter(|key| key.starts_with("derived/") && key.contains("passages"));
    let paths = derived.filter_map(|key| app.object(key));
    let holds = |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.contains(words));
    paths.into_iter().find(holds)
}

#[tokio::test]
async fn whoever_opened_the_folder_before_it_does_not_keep_the_service_from_indexing() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    app.stop().await;
    // As `doctor` does, and stays.
    let looks = opened_again(&app).await;

    app.resume().await;
    let shared = share(&teacher, "甲", "渗氮工艺").await;
    app.settled().await;

    assert_eq!(teacher.finds("渗氮工艺").await, [id(&shared)]);
    assert_eq!(matter(&app).await, None);
    drop(looks);
    for args in [
        &["doctor"][..],
        &["token", "add", teacher.name()],
        &["school", "add", "S9", "第九技师学院"],
    ] {
        let (code, said) = run(&app, args).await;
        assert_eq!(code, Some(0), "{args:?}: {said}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_service_waits_for_another_that_writes_its_index_and_goes_on_when_that_ends() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    app.stop().await;
    let writes = opened_again(&app).await;
    writes.indexer.index().prepare().unwrap();

    app.resume().await;
    let shared = share(&teacher, "甲", "感应加热").await;
    let waits = async || loop {
        let said = matter(&app).await;
        if said.as_deref().is_some_and(|said| said.contains("another process")) {
            return;
        }
        tokio::task::yield_now().await;
    };
    waits().await;
    drop(writes);

    app.settled().await;
    assert_eq!(teacher.finds("感应加热").await, [id(&shared)]);
    assert_eq!(matter(&app).await, None);
    app.finish().await;
}

#[tokio::test]
async fn a_second_service_on_a_folder_is_refused_by_the_name_of_the_first() {
    let mut app = TestApp::start().await;
    app.stop().await;
    let mut first = serve(&app).await;

    let (code, said) = run(&app, &["serve"]).await;

    assert_eq!(code, Some(1), "{said}");
    let process = first.id().unwrap();
    assert!(said.contains(&format!("进程 {process}")), "{said}");
    assert!(said.contains("in use by `gongxue serve`"), "{said}");
    let (_, healthy) = run(&app, &["doctor"]).await;
    assert!(healthy.contains(&format!("process {process}")), "{healthy}");
    // What a killed one leaves behind is no obstacle.
    first.kill().await.unwrap();
    let mut third = serve(&app).await;
    third.kill().await.unwrap();
}

#[tokio::test]
async fn a_damaged_text_costs_one_files_text_until_it_is_read_again_and_nothing_else() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 3] = [
        ("torn", |path| std::fs::write(path, "{ torn").unwrap()),
        ("missing", |path| std::fs::remove_file(path).unwrap()),
        ("another letter", |path| {
            let text = std::fs::read_to_string(path).unwrap();
            std::fs::write(path, text.replace("车间", "车门")).unwrap();
        }),
    ];
    for (how, harm) in harms {
        let app = TestApp::start().await;
        let teacher = app.teacher("S1").await;
        let shared = share(&teacher, "甲", "车间渗硼处理").await;
        app.settled().await;
        let Some(kept) = kept_text(&app, "渗硼").await else {
            return;
        };

        harm(&kept);
        let edit = json!({"description": "改过"});
        teacher.patch(&id(&shared), Some("*"), &edit).await.expect(200);
        let later = share(&teacher, "乙", "离子镀膜").await;
        app.settled().await;

        assert_eq!(teacher.finds("离子镀膜").await, [id(&later)], "{how}");
        assert_eq!(
            teacher.finds("渗硼处理").await,
            [id(&shared)],
            "{how}: it was read again"
        );
        assert!(kept_text(&app, "车间渗硼处理").await.is_some(), "{how}");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_text_that_the_store_does_not_keep_is_given_up_and_says_so() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = share(&teacher, "甲", "渗硼处理").await;
    app.settled().await;
    let Some(kept) = kept_text(&app, "渗硼").await else {
        return;
    };
    let rebuilt = async || {
        app.ask(async |library| library.indexer.rebuild_index(|_, _| {}).await)
            .await
            .expect("it is built");
        app.settled().await;
    };

    std::fs::write(&kept, "{ torn").unwrap();
    rebuilt().await;
    assert_eq!(teacher.finds("渗硼处理").await, [id(&shared)], "read again, once");
    let kept = kept_text(&app, "渗硼").await.expect("it was read again");
    std::fs::write(kept, "{ torn again").unwrap();
    rebuilt().await;

    let shown = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    assert_eq!(shown["files"][0]["state"], "failed", "{shown}");
    assert_eq!(
        teacher.finds("甲").await,
        [id(&shared)],
        "its title is found all the same"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_look_at_a_damaged_text_shows_nothing_and_has_it_read_again() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = share(&teacher, "甲", "渗硼处理").await;
    app.settled().await;
    let Some(kept) = kept_text(&app, "渗硼").await else {
        return;
    };
    let file = text(&shared["files"][0]["id"]);
    let passages = format!("/api/v1/files/{file}/passages");

    std::fs::write(&kept, "{ torn").unwrap();

    assert_eq!(teacher.get_json(&passages).await["items"], json!([]));
    app.settled().await;
    assert!(
        teacher.get_json(&passages).await["items"][0]["text"]
            .to_string()
            .contains("渗硼处理")
    );
    app.finish().await;
}

#[tokio::test]
async fn a_row_that_cannot_be_understood_costs_its_resource_and_is_counted() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let broken = share(&teacher, "坏", "渗铬处理").await;
    app.settled().await;
    let database = app.database().await;
    let spoil = |keywords: &str| format!("UPDATE resource SET keywords = '{keywords}' WHERE title = '坏'");
    database
        .execute_unprepared(&spoil("{\"not\": \"a list\"}"))
        .await
        .unwrap();

    app.ask(async |library| library.indexer.rebuild_index(|_, _| {}).await)
        .await
        .expect("it is built");
    let later = share(&teacher, "乙", "离子镀膜").await;
    app.settled().await;

    assert_eq!(teacher.finds("离子镀膜").await, [id(&later)]);
    assert!(matter(&app).await.unwrap().contains("lacks 1 resources"));
    database.execute_unprepared(&spoil("[]")).await.unwrap();
    app.ask(async |library| library.indexer.rebuild_index(|_, _| {}).await)
        .await
        .expect("it is built");
    assert_eq!(teacher.finds("渗铬处理").await, [id(&broken)]);
    assert_eq!(matter(&app).await, None);
    app.finish().await;
}

#[tokio::test]
async fn a_database_that_was_put_back_is_noticed_and_what_comes_after_is_found() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let kept = share(&teacher, "甲", "渗氮工艺").await;
    app.settled().await;
    let database = app.database().await;
    let last = database.query_one_raw(sea_orm::Statement::from_string(
        database.get_database_backend(),
        "SELECT MAX(seq) AS last FROM change",
    ));
    let last: i64 = last.await.unwrap().unwrap().try_get("", "last").unwrap();
    let lost = share(&teacher, "乙", "感应加热").await;
    share(&teacher, "丙", "火焰淬火").await;
    app.settled().await;
    app.stop().await;

    // The older state: what came later never was.
    let lost_id = id(&lost);
    for undo in [
        format!("DELETE FROM change WHERE seq > {last}"),
        "DELETE FROM file WHERE resource_id IN (SELECT id FROM resource WHERE title IN ('乙', '丙'))".to_owned(),
        "DELETE FROM resource WHERE title IN ('乙', '丙')".to_owned(),
    ] {
        database.execute_unprepared(&undo).await.unwrap();
    }
    let looks = opened_again(&app).await;
    assert!(
        looks.indexer.index_lag().await.unwrap() > 0,
        "an index that is ahead is not up to date"
    );
    drop(looks);
    let (code, said) = run(&app, &["doctor"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("put back to an older state"), "{said}");
    app.resume().await;
    let later = share(&teacher, "丁", "离子镀膜").await;
    app.settled().await;

    assert_eq!(teacher.finds("离子镀膜").await, [id(&later)]);
    assert_eq!(teacher.finds("渗氮工艺").await, [id(&kept)]);
    assert!(!teacher.finds("感应加热").await.contains(&lost_id));
    app.finish().await;
}

#[tokio::test]
async fn an_index_that_is_removed_under_a_running_service_is_built_anew() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let before = share(&teacher, "甲", "渗氮工艺").await;
    app.settled().await;

    // The service may put a file there while the others go.
    let index = app.config().index_dir();
    while std::fs::remove_dir_all(&index).is_err_and(|error| error.kind() == std::io::ErrorKind::DirectoryNotEmpty) {}
    let after = share(&teacher, "乙", "感应加热").await;
    app.settled().await;

    let is_there = async || {
        app.ask(async |library| {
            library.indexer.catch_up().await.is_ok() && library.indexer.index().health() == Health::Whole
        })
        .await
    };
    while !(is_there().await && app.config().index_dir().join("current").exists()) {
        tokio::task::yield_now().await;
    }
    assert_eq!(teacher.finds("渗氮工艺").await, [id(&before)]);
    assert_eq!(teacher.finds("感应加热").await, [id(&after)]);
    assert_eq!(matter(&app).await, None);
    app.finish().await;
}

#[tokio::test]
async fn reindex_reaches_every_node_and_works_without_any() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = share(&teacher, "甲", "渗氮工艺").await;
    app.settled().await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = app.config().clone();
    config.data_dir = folder.path().to_owned();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_gongxue"));
    config.database.url.set(&app.config().database_url()).unwrap();
    config.storage.url.set(&app.config().storage_url()).unwrap();
    let other = gongxue::app::open_with(&config, Clock::default(), program)
        .await
        .unwrap();
    other.indexer.catch_up().await.unwrap();
    let before = other.indexer.index().position();

    let (code, said) = run(&app, &["reindex"]).await;

    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("每个节点"), "{said}");
    app.settled().await;
    let own = app.ask(async |library| library.indexer.index().position()).await;
    assert_eq!(own.epoch, before.epoch + 1);
    assert!(other.indexer.index_lag().await.unwrap() > 0);
    other.indexer.catch_up().await.unwrap();
    assert_eq!(other.indexer.index().position(), own);

    app.stop().await;
    let (code, said) = run(&app, &["reindex"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("本机的索引已重建"), "{said}");
    app.resume().await;
    assert_eq!(teacher.finds("渗氮工艺").await, [id(&shared)], "at once");
    app.finish().await;
}

/// What an older version could not read stayed unread for ever, even when the same file was uploaded again.
#[tokio::test]
async fn what_an_older_version_could_not_read_is_read_again_when_asked() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = share(&teacher, "点检", "渗氮工艺").await;
    app.settled().await;
    let state = async || {
        let sql = Statement::from_string(
            app.database().await.get_database_backend(),
            "SELECT state FROM extraction",
        );
        let row = app.database().await.query_one_raw(sql).await.unwrap().unwrap();
        row.try_get_by_index::<String>(0).unwrap()
    };
    let ready = state().await;
    let forget = "UPDATE extraction SET state = 'failed'";
    app.database().await.execute_unprepared(forget).await.unwrap();

    let (code, said) = run(&app, &["reindex", "--read-again"]).await;

    assert_eq!(code, Some(0), "{said}");
    app.settled().await;
    assert_eq!(state().await, ready);
    assert_eq!(teacher.finds("渗氮工艺").await, [id(&shared)]);
    app.finish().await;
}
