//! What rots, shrinks or vanishes in the store: nobody is given other bytes than were kept, and the right ones mend it.

use std::fs::File;
use std::time::Duration;

use gongxue::library::operations::check::CheckOptions;
use gongxue::library::operations::scrub::Scrubbed;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Answer, Caller, text};
use crate::fixture;
use crate::store::Store;

/// Longer than a verified object is believed.
const LONG: Duration = Duration::from_hours(31 * 24);

/// What can happen to an object.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Flip,
    Truncate,
    Grow,
    Delete,
}

const HARMS: [Harm; 4] = [Harm::Flip, Harm::Truncate, Harm::Grow, Harm::Delete];

impl Harm {
    async fn befall(self, app: &TestApp, key: &str) {
        let store = Store::of(app);
        let mut bytes = store.read(key).await;
        match self {
            Self::Flip => {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
            Self::Truncate => bytes.truncate(bytes.len() / 2),
            Self::Grow => bytes.push(b'!'),
            Self::Delete => return store.delete(key).await,
        }
        store.write(key, bytes).await;
    }

    fn code(self) -> &'static str {
        match self {
            Self::Delete => "content-lost",
            _ => "content-damaged",
        }
    }
}

/// A file's address and its object.
async fn first_file(app: &TestApp, resource: &Value) -> (String, String) {
    let file = &resource["files"][0];
    let key = key_of(app, &text(&file["sha256"]), "blobs/").await;
    (text(&file["url"]), key)
}

pub(crate) async fn key_of(app: &TestApp, hash: &str, part: &str) -> String {
    let stored = app.stored().await;
    let mut of_it = stored
        .into_iter()
        .filter(|key| key.starts_with(part) && key.contains(hash));
    of_it.next().expect("it is in the store")
}

async fn verdicts(app: &TestApp) {
    app.ask(async |library| library.objects.keep_verdicts().await)
        .await
        .expect("write down what was found");
}

async fn range(caller: &Caller, path: &str, range: &str) -> Answer {
    Answer::of(caller.request("GET", path).header("range", range)).await
}

/// Bytes that do not repeat.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    });
    next.take(length).collect()
}

#[tokio::test]
async fn what_rots_is_refused_and_the_right_bytes_sent_again_mend_it_for_everybody() {
    let app = TestApp::start().await;
    let (one, other) = (app.teacher("S1").await, app.teacher("S2").await);
    for (at, harm) in HARMS.into_iter().enumerate() {
        let bytes = format!("第{at}份调质工艺卡").into_bytes();
        let file: [(&str, &[u8]); 1] = [("a.txt", &bytes)];
        let (mine, theirs) = (one.share("甲", &file).await, other.share("乙", &file).await);
        app.settled().await;
        let (url, key) = first_file(&app, &mine).await;
        let by_hash = format!("/api/v1/blobs/sha256/{}", text(&mine["files"][0]["sha256"]));

        harm.befall(&app, &key).await;

        let refused = one.get(&url).await;
        assert!(refused.headers.get("repr-digest").is_none(), "{harm:?}");
        let said = refused.expect(410).json();
        assert_eq!(text(&said["code"]), harm.code());
        assert!(text(&said["detail"]).contains("再上传一次"), "{said}");
        assert_eq!(range(&one, &url, "bytes=3-5").await.refusal(410), harm.code());
        assert_eq!(one.get(&by_hash).await.refusal(410), harm.code());
        one.send("HEAD", &url).await.expect(410);

        // Anybody who has the same file mends it, also for those who shared it before.
        let again = other.share("丙", &file).await;
        for (who, resource) in [(&one, &mine), (&other, &theirs), (&other, &again)] {
            let given = who.get(&text(&resource["files"][0]["url"])).await.expect(200);
            assert_eq!(given.body, bytes, "{harm:?}");
            assert!(given.headers.contains_key("repr-digest"));
        }
        assert_eq!(range(&one, &url, "bytes=3-5").await.expect(206).body, bytes[3..6]);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_large_file_that_rotted_is_never_given_whole_and_then_refused() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(20 << 20, 7);
    let shared = teacher.share("大文件", &[("a.bin", &bytes)]).await;
    let (url, key) = first_file(&app, &shared).await;
    Harm::Flip.befall(&app, &key).await;

    // A part is given at once, without a word for the whole.
    let part = range(&teacher, &url, "bytes=0-99").await.expect(206);
    assert_eq!(part.body, bytes[..100]);
    assert!(part.headers.get("repr-digest").is_none());
    let response = teacher.request("GET", &url).send().await.unwrap();
    assert!(
        matches!(response.status().as_u16(), 200 | 410),
        "the part may have been looked at already"
    );
    if response.status() == 200 {
        assert!(response.bytes().await.is_err(), "the body must not end well");
    }

    verdicts(&app).await;
    assert_eq!(teacher.get(&url).await.refusal(410), "content-damaged");
    assert_eq!(
        range(&teacher, &url, "bytes=0-99").await.refusal(410),
        "content-damaged"
    );
    teacher.share("又一份", &[("a.bin", &bytes)]).await;
    assert!(teacher.get(&url).await.expect(200).body == bytes);
    app.finish().await;
}

#[tokio::test]
async fn rot_that_leaves_no_trace_is_found_when_it_is_read_the_first_time_in_a_while() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = "正火温度".as_bytes();
    let shared = teacher.share("甲", &[("a.txt", bytes)]).await;
    app.settled().await;
    let (url, key) = first_file(&app, &shared).await;
    // Only on a disk of one's own can a byte change without the file being written to.
    let Some(object) = app.object(&key) else { return };
    let written = object.metadata().unwrap().modified().unwrap();
    Harm::Flip.befall(&app, &key).await;
    File::options()
        .write(true)
        .open(&object)
        .unwrap()
        .set_modified(written)
        .unwrap();

    app.advance(LONG);

    assert_eq!(teacher.get(&url).await.refusal(410), "content-damaged");
    app.finish().await;
}

#[tokio::test]
async fn what_was_put_back_by_hand_is_given_again() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = "渗碳层深度".as_bytes();
    let shared = teacher.share("甲", &[("a.txt", bytes)]).await;
    app.settled().await;
    let (url, key) = first_file(&app, &shared).await;
    let store = Store::of(&app);
    let kept = store.read(&key).await;
    for harm in HARMS {
        harm.befall(&app, &key).await;
        teacher.get(&url).await.expect(410);

        store.write(&key, kept.clone()).await;

        assert_eq!(teacher.get(&url).await.expect(200).body, bytes, "{harm:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_text_that_is_lost_or_rotten_is_read_again_from_the_original() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("热处理", &[("a.txt", "感应淬火的比功率".as_bytes())])
        .await;
    app.settled().await;
    let file = &shared["files"][0];
    let passages = format!("/api/v1/files/{}/passages", text(&file["id"]));
    let read = teacher.get_json(&passages).await;
    assert_eq!(read["items"].as_array().unwrap().len(), 1);
    let key = key_of(&app, &text(&file["sha256"]), "derived/").await;
    for harm in HARMS {
        harm.befall(&app, &key).await;

        teacher.get(&passages).await.expect(200);

        app.settled().await;
        assert_eq!(teacher.get_json(&passages).await, read, "{harm:?}");
        assert_eq!(teacher.finds("比功率").await, [text(&shared["id"])]);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_same_file_sent_again_brings_back_a_text_that_was_lost() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let file: [(&str, &[u8]); 1] = [("a.txt", "喷丸强化".as_bytes())];
    let shared = teacher.share("甲", &file).await;
    app.settled().await;
    let hash = text(&shared["files"][0]["sha256"]);
    let key = key_of(&app, &hash, "derived/").await;
    Harm::Delete.befall(&app, &key).await;

    teacher.share("乙", &file).await;
    app.settled().await;

    let passages = format!("/api/v1/files/{}/passages", text(&shared["files"][0]["id"]));
    assert_eq!(teacher.get_json(&passages).await["items"][0]["text"], "喷丸强化");
    app.finish().await;
}

#[tokio::test]
async fn a_page_of_a_rotten_file_is_not_painted_and_its_text_is_read_when_it_is_whole_again() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let pdf = fixture("outline.pdf");
    let shared = teacher.share("图", &[("a.pdf", &pdf)]).await;
    app.settled().await;
    let (_, key) = first_file(&app, &shared).await;
    let file = &shared["files"][0];
    let picture = format!("/api/v1/files/{}/pages/1?width=200", text(&file["id"]));
    let passages = key_of(&app, &text(&file["sha256"]), "derived/").await;
    Harm::Flip.befall(&app, &key).await;
    Harm::Delete.befall(&app, &passages).await;

    assert_eq!(teacher.get(&picture).await.refusal(410), "content-damaged");
    teacher
        .get(&format!("/api/v1/files/{}/passages", text(&file["id"])))
        .await
        .expect(200);
    app.settled().await;
    let read = teacher
        .get_json(&format!("/api/v1/resources/{}", text(&shared["id"])))
        .await;
    assert_eq!(read["files"][0]["state"], json!("failed"), "its bytes cannot be read");

    teacher.share("再传", &[("a.pdf", &pdf)]).await;
    app.settled().await;
    teacher.get(&picture).await.expect(200);
    let read = teacher
        .get_json(&format!("/api/v1/resources/{}", text(&shared["id"])))
        .await;
    assert_eq!(read["files"][0]["state"], json!("ready"));
    app.finish().await;
}

#[tokio::test]
async fn the_scrub_finds_what_rotted_unread_and_goes_on_past_it() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let texts: Vec<Vec<u8>> = (0..6).map(|at| format!("第{at}道工序的检验").into_bytes()).collect();
    let mut shared = Vec::new();
    for text in &texts {
        shared.push(teacher.share("工序", &[("a.txt", text)]).await);
    }
    app.settled().await;
    let (rotten, key) = first_file(&app, &shared[2]).await;
    let (lost, other_key) = first_file(&app, &shared[4]).await;
    let text_key = key_of(&app, &text(&shared[0]["files"][0]["sha256"]), "derived/").await;
    Harm::Flip.befall(&app, &key).await;
    Harm::Delete.befall(&app, &other_key).await;
    Harm::Flip.befall(&app, &text_key).await;

    let done = pass(&app).await;

    assert_eq!(
        (done.objects, done.damaged, done.made_again, done.skipped),
        (12, 2, 1, 0)
    );
    assert_eq!(teacher.get(&rotten).await.refusal(410), "content-damaged");
    assert_eq!(teacher.get(&lost).await.refusal(410), "content-lost");
    app.settled().await;
    let again = pass(&app).await;
    assert_eq!(
        (again.objects, again.damaged, again.made_again),
        (12, 2, 0),
        "the text was read again"
    );

    teacher.share("补", &[("a.txt", &texts[2])]).await;
    teacher.share("补", &[("a.txt", &texts[4])]).await;
    assert_eq!(pass(&app).await.damaged, 0);
    assert_eq!(teacher.get(&rotten).await.expect(200).body, texts[2]);
    app.finish().await;
}

async fn pass(app: &TestApp) -> Scrubbed {
    let done = app
        .ask(async |library| library.operations.scrub_pass(false, 0, |_| {}).await)
        .await;
    done.expect("the pass ends").1
}

#[tokio::test]
async fn a_pass_that_is_cut_off_does_not_read_again_what_it_has_read() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let files: Vec<(String, Vec<u8>)> = (0..60).map(|at| (format!("{at}.bin"), noise(2_000, at + 1))).collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    teacher.share("件", &files).await;
    app.settled().await;
    app.advance(Duration::from_mins(1));
    let (all, _) = app
        .ask(async |library| library.operations.scrub_ahead(false).await)
        .await
        .expect("ask how much there is");
    app.ask(async |library| {
        let mut read = 0;
        let cut = std::cell::Cell::new(false);
        let pass = library.operations.scrub_pass(false, 0, |done| {
            read = done.objects;
            cut.set(read >= 2);
        });
        let is_cut = std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if cut.get() {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        });
        tokio::select! { _ = pass => {}, () = is_cut => {} }
        library.objects.keep_verdicts().await
    })
    .await
    .expect("what was read is known");
    let (ahead, _) = app
        .ask(async |library| library.operations.scrub_ahead(false).await)
        .await
        .expect("ask what is left");
    assert!((1..all).contains(&ahead), "{ahead} of {all} are left");

    let done = pass(&app).await;

    assert_eq!(done.objects, ahead);
    app.advance(Duration::from_mins(1));
    assert_eq!(pass(&app).await.objects, all, "the next one reads everything again");
    app.finish().await;
}

#[tokio::test]
async fn everything_is_read_again_in_time_by_one_process_in_the_background() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.bin", &noise(3_000, 3))]).await;
    app.settled().await;
    let (_, key) = first_file(&app, &shared).await;
    Harm::Flip.befall(&app, &key).await;
    app.advance(LONG);

    app.ask(async |library| library.operations.scrub_due().await)
        .await
        .expect("scrub");

    let (since, now) = app
        .ask(async |library| (library.operations.all_verified_since().await, library.clock().now()))
        .await;
    // The damaged one does not count: it is named elsewhere.
    let since = since.expect("ask").expect("its text was verified");
    assert!(since > now.minus(Duration::from_hours(1)), "{since}");
    assert_eq!(
        teacher.get(&text(&shared["files"][0]["url"])).await.refusal(410),
        "content-damaged"
    );
    app.finish().await;
}

/// Runs `gongxue scrub` on a service's library; returns its exit code and what it says.
async fn scrub(app: &TestApp, token: Option<&str>, args: &[&str]) -> (Option<i32>, Value) {
    let mut program = app.program();
    if let Some(token) = token {
        program.env("GONGXUE_TOKEN", token);
    }
    let ran = program.arg("scrub").arg("--json").args(args).output().await.unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    let report = serde_json::from_slice(&ran.stdout);
    (
        ran.status.code(),
        report.unwrap_or_else(|error| panic!("{error}: {said}")),
    )
}

#[tokio::test]
async fn the_command_names_what_is_damaged_and_mends_it_from_any_folder_that_has_it() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bytes = noise(300_000, 11);
    let shared = teacher
        .share("甲", &[("a.bin", &bytes), ("b.bin", &noise(300_000, 12))])
        .await;
    app.settled().await;
    assert_eq!(scrub(&app, None, &[]).await.0, Some(0));
    let (url, key) = first_file(&app, &shared).await;
    Harm::Flip.befall(&app, &key).await;

    let (code, report) = scrub(&app, None, &[]).await;

    assert_eq!((code, &report["damaged"]), (Some(3), &json!(1)), "{report}");
    assert_eq!(report["damaged_still"][0]["sha256"], shared["files"][0]["sha256"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("U盘")).unwrap();
    // As long, and something else: it must not be taken for it.
    std::fs::write(folder.path().join("other.bin"), noise(300_000, 13)).unwrap();
    let place = folder.path().to_str().unwrap();
    let (code, report) = scrub(&app, None, &["--known", "--from", place]).await;
    assert_eq!((code, &report["repaired"]), (Some(3), &json!([])), "{report}");
    std::fs::write(folder.path().join("U盘/随便.bin"), &bytes).unwrap();
    let (code, report) = scrub(&app, None, &["--known", "--from", place]).await;
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["repaired"][0]["size"], 300_000);
    assert!(teacher.get(&url).await.expect(200).body == bytes);
    // The folder's own file is not the store's: neither can harm the other.
    std::fs::write(folder.path().join("U盘/随便.bin"), b"").unwrap();
    assert!(teacher.get(&url).await.expect(200).body == bytes);
    app.finish().await;
}

#[tokio::test]
async fn the_command_mends_from_a_hub_that_shows_the_content_to_whoever_asks() {
    let (app, hub) = (TestApp::start().await, TestApp::start().await);
    let (teacher, at_hub, stranger) = (
        app.teacher("S1").await,
        hub.teacher("S1").await,
        hub.teacher("S2").await,
    );
    let file: [(&str, &[u8]); 1] = [("a.txt", "中频感应加热".as_bytes())];
    let (shared, _) = (teacher.share("甲", &file).await, at_hub.share("甲", &file).await);
    app.settled().await;
    let (url, key) = first_file(&app, &shared).await;
    Harm::Delete.befall(&app, &key).await;
    assert_eq!(scrub(&app, None, &[]).await.0, Some(3));

    let from_hub = ["--known", "--from", &hub.base()];
    let (code, report) = scrub(&app, Some(stranger.token()), &from_hub).await;
    assert_eq!(code, Some(3), "knowing a hash is no right: {report}");
    let (code, report) = scrub(&app, Some(at_hub.token()), &from_hub).await;

    assert_eq!(code, Some(0), "{report}");
    assert_eq!(teacher.get(&url).await.expect(200).body, file[0].1);
    app.finish().await;
    hub.finish().await;
}

#[tokio::test]
async fn damage_is_told_to_those_who_run_the_school_and_the_city_and_to_nobody_else() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("数控铣削练习", &[("练习/一.txt", "铣平面".as_bytes())])
        .await;
    app.settled().await;
    let (url, key) = first_file(&app, &shared).await;
    let admins = [app.bureau().await, app.admin("S1").await, app.admin("S2").await];
    Harm::Flip.befall(&app, &key).await;
    teacher.get(&url).await.expect(410);

    for (at, admin) in admins.iter().enumerate() {
        let overview = html(Answer::of(admin.request("GET", "/admin").header("accept", "text/html")).await);
        let list = html(Answer::of(admin.request("GET", "/admin/damage").header("accept", "text/html")).await);
        let is_concerned = at < 2;
        assert_eq!(overview.contains("内容丢失或损坏"), is_concerned, "{overview}");
        assert_eq!(
            list.contains(&text(&shared["files"][0]["sha256"])),
            is_concerned,
            "{list}"
        );
    }
    let own = html(Answer::of(admins[1].request("GET", "/admin/damage").header("accept", "text/html")).await);
    assert!(own.contains("练习/一.txt") && own.contains("再上传一次"), "{own}");
    // Whoever asks first starts their being kept.
    admins[0].get("/metrics").await.expect(200);
    let figures = admins[0].get("/metrics").await.expect(200);
    let figures = String::from_utf8_lossy(&figures.body).into_owned();
    // Of all services of this process together: which number it is the doctor knows.
    assert!(figures.contains("gongxue_damaged_objects "), "{figures}");
    assert!(figures.contains("gongxue_scrub_age_seconds "), "{figures}");
    let doctor = app.program().arg("doctor").output().await.unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert!(said.contains("FAIL objects: 1 lost or damaged"), "{said}");

    teacher.share("再传", &[("a.txt", "铣平面".as_bytes())]).await;
    let list = html(Answer::of(admins[0].request("GET", "/admin/damage").header("accept", "text/html")).await);
    assert!(list.contains("没有丢失或损坏的文件"), "{list}");
    app.finish().await;
}

#[tokio::test]
async fn a_store_whose_disk_is_not_mounted_has_lost_nothing() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "离子渗氮".as_bytes())]).await;
    app.settled().await;
    let (url, key) = first_file(&app, &shared).await;
    if app.object(&key).is_none() {
        return;
    }
    let (mounted, away) = (
        app.config().data_dir.join("objects"),
        app.config().data_dir.join("away"),
    );
    std::fs::rename(&mounted, &away).unwrap();
    std::fs::create_dir(&mounted).unwrap();

    assert_eq!(teacher.get(&url).await.refusal(503), "unavailable");

    std::fs::remove_dir_all(&mounted).unwrap();
    std::fs::rename(&away, &mounted).unwrap();
    assert_eq!(teacher.get(&url).await.expect(200).body, "离子渗氮".as_bytes());
    let damaged = app.ask(async |library| library.objects.count_damaged().await).await;
    assert_eq!(damaged.expect("count"), 0);
    app.finish().await;
}

#[tokio::test]
async fn what_a_clock_that_was_a_year_ahead_verified_is_not_believed_for_a_year() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share(
            "甲",
            &[("a.txt", "等温正火".as_bytes()), ("b.txt", "球化退火".as_bytes())],
        )
        .await;
    app.settled().await;
    let (url, key) = first_file(&app, &shared).await;
    let other = key_of(&app, &text(&shared["files"][1]["sha256"]), "blobs/").await;
    for table in ["blob", "derived"] {
        let ahead = format!("UPDATE {table} SET verified_at = verified_at + 31536000000");
        app.database().await.execute_unprepared(&ahead).await.unwrap();
    }

    Harm::Flip.befall(&app, &key).await;
    Harm::Flip.befall(&app, &other).await;

    assert_eq!(teacher.get(&url).await.refusal(410), "content-damaged");
    app.ask(async |library| library.operations.scrub_due().await)
        .await
        .expect("scrub");
    let damaged = app.ask(async |library| library.objects.count_damaged().await).await;
    assert_eq!(damaged.expect("count"), 2, "also the one that nobody asked for");
    assert_eq!(pass(&app).await.damaged, 2, "and a pass ends");
    app.finish().await;
}

#[tokio::test]
async fn a_row_that_names_no_object_is_counted_and_what_is_behind_it_is_read() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share(
            "甲",
            &[("a.txt", "盐浴淬火".as_bytes()), ("b.txt", "喷雾淬火".as_bytes())],
        )
        .await;
    app.settled().await;
    let other = key_of(&app, &text(&shared["files"][1]["sha256"]), "blobs/").await;
    // The first that is due.
    let spoil = format!(
        "UPDATE blob SET generation = '?', verified_at = 1 WHERE sha256 = '{}'",
        text(&shared["files"][0]["sha256"])
    );
    app.database().await.execute_unprepared(&spoil).await.unwrap();
    Harm::Delete.befall(&app, &other).await;

    let done = pass(&app).await;
    let checked = app
        .ask(async |library| library.operations.check_up(CheckOptions::default(), &|_| {}).await)
        .await;

    assert_eq!((done.skipped, done.damaged), (1, 1), "{done:?}");
    let checked = checked.expect("the check ends");
    assert_eq!(checked.skipped.named, [text(&shared["files"][0]["sha256"])]);
    assert_eq!(checked.lost.count, 1);
    assert!(!checked.is_well());
    app.finish().await;
}

#[tokio::test]
async fn a_stop_waits_for_no_large_file_that_somebody_doubts_and_neither_does_what_is_known() {
    // So slow that looking at one file never ends.
    let mut app = TestApp::with(|config| config.storage.scrub_bytes_per_sec = 1).await;
    let teacher = app.teacher("S1").await;
    let (one, other) = (noise(17 << 20, 5), noise(17 << 20, 6));
    let shared = teacher.share("片", &[("a.bin", &one), ("b.bin", &other)]).await;
    app.settled().await;
    let (url, rotten) = (text(&shared["files"][0]["url"]), text(&shared["files"][1]["url"]));
    let key = key_of(&app, &text(&shared["files"][1]["sha256"]), "blobs/").await;
    Harm::Flip.befall(&app, &key).await;
    app.advance(LONG);

    range(&teacher, &url, "bytes=0-99").await.expect(206);
    let response = teacher.request("GET", &rotten).send().await.unwrap();
    assert!(response.bytes().await.is_err(), "its hash is another");

    app.stop().await;
    app.resume().await;
    assert_eq!(teacher.get(&rotten).await.refusal(410), "content-damaged");
    app.finish().await;
}

#[tokio::test]
async fn what_an_older_version_kept_is_read_once_and_not_called_damaged() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("甲", &[("a.txt", "火焰淬火".as_bytes())]).await;
    app.settled().await;
    let unsaid = "UPDATE blob SET verified_at = 0";
    app.database().await.execute_unprepared(unsaid).await.unwrap();

    app.ask(async |library| library.operations.scrub_due().await)
        .await
        .expect("scrub");
    let wanted = app.ask(async |library| library.objects.wanted_contents().await).await;

    assert_eq!(wanted.expect("ask").len(), 0);
    let done = pass(&app).await;
    assert_eq!((done.mended, done.damaged), (0, 0));
    teacher.get(&text(&shared["files"][0]["url"])).await.expect(200);
    app.finish().await;
}
