//! Keeping: nothing that was acknowledged is lost, nothing half-made is seen, and what nobody needs goes in its time.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::app::TestApp;
use crate::client::{Caller, id, text};
use crate::store::Store;

const HOUR: Duration = Duration::from_hours(1);
/// Longer than any upload, session or grace lasts in these tests.
const LONG: Duration = Duration::from_hours(30 * 24);

async fn tidy(app: &TestApp) {
    app.ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
}

async fn remove(caller: &Caller, resource: &str) {
    caller
        .send("DELETE", &format!("/api/v1/resources/{resource}"))
        .await
        .expect(204);
}

/// How many copies of the first file's content of a resource are stored, and how much was made from it.
async fn copies(app: &TestApp, resource: &Value) -> (usize, usize) {
    let hash = text(&resource["files"][0]["sha256"]);
    let stored = app.stored().await;
    let of_it = |part: &str| {
        stored
            .iter()
            .filter(|key| key.starts_with(part) && key.contains(&hash))
            .count()
    };
    (of_it("blobs/"), of_it("derived/"))
}

#[tokio::test]
async fn content_that_nobody_refers_to_goes_after_its_time_of_grace_and_not_before() {
    let app = TestApp::with(|config| config.storage.orphan_grace_hours = 24).await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;
    // Old content that is referred to stays, however old it is.
    app.advance(LONG);
    tidy(&app).await;
    assert_eq!(copies(&app, &shared).await, (1, 1));

    remove(&teacher, &id(&shared)).await;
    tidy(&app).await;
    assert_eq!(
        copies(&app, &shared).await,
        (1, 1),
        "its time of grace has begun just now"
    );
    app.advance(23 * HOUR);
    tidy(&app).await;
    assert_eq!(copies(&app, &shared).await, (1, 1));
    app.advance(2 * HOUR);
    tidy(&app).await;
    assert_eq!(copies(&app, &shared).await, (0, 0));
    app.finish().await;
}

#[tokio::test]
async fn content_is_kept_for_whoever_still_refers_to_it() {
    let app = TestApp::start().await;
    let (one, other) = (app.teacher("S1").await, app.teacher("S2").await);
    let file: [(&str, &[u8]); 1] = [("a.txt", "淬火工艺卡".as_bytes())];
    let (first, second) = (one.share("甲", &file).await, other.share("乙", &file).await);
    app.settled().await;

    remove(&one, &id(&first)).await;
    app.advance(LONG);
    tidy(&app).await;

    assert_eq!(copies(&app, &second).await, (1, 1));
    let content = other.get(&text(&second["files"][0]["url"])).await.expect(200);
    assert_eq!(content.body, file[0].1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_uploaded_again_while_it_is_being_collected_stays() {
    const ROUNDS: usize = 20;
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let file: [(&str, &[u8]); 1] = [("a.txt", "回火温度曲线".as_bytes())];

    for round in 0..ROUNDS {
        let shared = teacher.share("前", &file).await;
        app.settled().await;
        remove(&teacher, &id(&shared)).await;
        app.advance(LONG);

        let ((), again) = tokio::join!(tidy(&app), teacher.share("后", &file));

        app.settled().await;
        tidy(&app).await;
        assert_eq!(copies(&app, &again).await, (1, 1), "round {round}");
        let content = teacher.get(&text(&again["files"][0]["url"])).await.expect(200);
        assert_eq!(content.body, file[0].1, "round {round}");
        let passages = teacher
            .get_json(&format!("/api/v1/files/{}/passages", text(&again["files"][0]["id"])))
            .await;
        assert_eq!(passages["items"][0]["text"], "回火温度曲线", "round {round}");
        remove(&teacher, &id(&again)).await;
        app.advance(LONG);
        tidy(&app).await;
        assert_eq!(copies(&app, &again).await, (0, 0), "round {round}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_missing_or_cut_object_is_refused_with_what_to_do_and_never_a_wrong_answer() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("甲", &[("a.txt", "渗碳层深度检验".repeat(1000).as_bytes())])
        .await;
    app.settled().await;
    let url = text(&shared["files"][0]["url"]);
    let hash = text(&shared["files"][0]["sha256"]);
    let key = app
        .stored()
        .await
        .into_iter()
        .find(|key| key.starts_with("blobs/") && key.contains(&hash))
        .unwrap();
    // A store that is no folder is beyond the reach of this test; it keeps whole objects or none.
    let Some(object) = app.object(&key) else { return };
    teacher.get(&url).await.expect(200);

    std::fs::OpenOptions::new()
        .write(true)
        .open(&object)
        .unwrap()
        .set_len(100)
        .unwrap();
    let cut = teacher.get(&url).await;
    assert_eq!(cut.refusal(410), "content-damaged");
    std::fs::remove_file(&object).unwrap();
    let missing = teacher.get(&url).await;
    assert_eq!(missing.refusal(410), "content-lost");
    // What was read from it is still there to be found.
    assert_eq!(teacher.finds("渗碳层深度检验").await, [id(&shared)]);
    app.finish().await;
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "渗氮工艺".as_bytes())]).await;
    app.settled().await;
    let before = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;

    app.restart_after(|_| {}).await;

    assert_eq!(
        teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await,
        before
    );
    assert_eq!(
        teacher.finds("渗氮工艺").await,
        [id(&shared)],
        "at once, from the index as it was"
    );
    app.finish().await;
}

#[tokio::test]
async fn an_index_that_is_lost_or_torn_is_built_anew_from_what_was_read() {
    type Ruin = fn(&Path);
    let ruins: [(&str, Ruin); 3] = [
        ("lost", |index| std::fs::remove_dir_all(index).unwrap()),
        ("emptied", |index| {
            for_each_file(index, |file| std::fs::write(file, "").unwrap());
        }),
        ("torn", |index| {
            for_each_file(index, |file| {
                let half = std::fs::metadata(file).unwrap().len() / 2;
                std::fs::OpenOptions::new()
                    .write(true)
                    .open(file)
                    .unwrap()
                    .set_len(half)
                    .unwrap();
            });
        }),
    ];
    let mut app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "感应加热".as_bytes())]).await;
    app.settled().await;

    for (how, ruin) in ruins {
        app.restart_after(|data| ruin(&data.join("index"))).await;
        // It serves from the first moment.
        teacher
            .get(&format!("/api/v1/resources/{}", id(&shared)))
            .await
            .expect(200);
        teacher.get("/api/v1/search?q=x").await.expect(200);
        app.settled().await;
        assert_eq!(teacher.finds("感应加热").await, [id(&shared)], "{how}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_torn_text_holds_up_neither_the_index_nor_the_other_texts_and_is_read_again() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "渗硼处理".as_bytes())]).await;
    let other = teacher.share("乙", &[("b.txt", "渗铬处理".as_bytes())]).await;
    app.settled().await;
    let hash = text(&shared["files"][0]["sha256"]);
    let stored = app.stored().await;
    let is_text = |key: &&String| key.starts_with("derived/") && key.contains(&hash);
    Store::of(&app)
        .write(stored.iter().find(is_text).unwrap(), b"{ torn".to_vec())
        .await;

    app.ask(async |library| library.indexer.rebuild_index(|_, _| {}).await)
        .await
        .expect("one thing's fault costs one thing");

    let after = teacher.share("丙", &[("c.txt", "渗铝处理".as_bytes())]).await;
    app.settled().await;
    for (word, resource) in [("渗硼处理", &shared), ("渗铬处理", &other), ("渗铝处理", &after)] {
        assert_eq!(teacher.finds(&format!("\"{word}\"")).await, [id(resource)], "{word}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_index_built_from_a_part_never_takes_the_place_of_the_whole() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "渗硼处理".as_bytes())]).await;
    app.settled().await;
    let objects = app.config().data_dir.join("objects");
    if !objects.is_dir() {
        return;
    }
    let aside = objects.with_extension("aside");
    std::fs::rename(&objects, &aside).unwrap();
    std::fs::write(&objects, "what is no folder, as a disk that is away").unwrap();

    let built = app
        .ask(async |library| library.indexer.rebuild_index(|_, _| {}).await.is_ok())
        .await;

    assert!(!built, "its passages could not be fetched");
    assert_eq!(teacher.finds("渗硼处理").await, [id(&shared)]);
    std::fs::remove_file(&objects).unwrap();
    std::fs::rename(&aside, &objects).unwrap();
    app.finish().await;
}

fn for_each_file(folder: &Path, act: impl Fn(&Path)) {
    let mut files = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            act(entry.path());
            files += 1;
        }
    }
    assert!(files > 0, "no file in `{}`", folder.display());
}

#[tokio::test]
async fn an_address_that_is_held_a_moment_longer_does_not_keep_the_service_down() {
    let held = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut app = TestApp::start().await;
    app.stop().await;
    let mut program = app
        .program()
        .arg("serve")
        .env("GONGXUE_SERVER__LISTEN", held.local_addr().unwrap().to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut logged = BufReader::new(program.stderr.take().unwrap()).lines();
    let mut said = BufReader::new(program.stdout.take().unwrap()).lines();
    while let Some(line) = logged.next_line().await.unwrap() {
        if line.contains("is still in use") {
            break;
        }
    }
    let address = format!("http://{}", held.local_addr().unwrap());

    drop(held);

    assert_eq!(said.next_line().await.unwrap(), Some(address));
    program.kill().await.unwrap();
}
