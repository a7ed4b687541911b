//! Other machines help: they read scans and hear films for a library over HTTP, and are believed no more than strangers.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use gongxue::clock::Clock;
use gongxue::config::Config;
use gongxue::domain::role::TokenScope;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Answer, Caller, sha256, text};
use crate::ocr::{file_of, lesson};
use crate::uploads::until;

const CLAIMS: &str = "/api/v1/work/claims";
const FILM: &[u8] = b"RIFF\x10\0\0\0AVI LIST old film";

/// A library whose own machine reads no pages for hours, and two that wait.
async fn held_off(choose: impl FnOnce(&mut Config)) -> (TestApp, Caller, Value) {
    let hour = Clock::default().now().there().hour();
    let (from, until_hour) = ((hour + 6) % 24, (hour + 8) % 24);
    let app = TestApp::with(|config| {
        config.ocr.enabled = true;
        config.ocr.hours = format!("{from}-{until_hour}").parse().unwrap();
        choose(config);
    })
    .await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("数控讲义", &[("讲义.pdf", &lesson())]).await;
    until("its pages wait", async || {
        file_of(&teacher, &shared).await["report"]["ocr"]["waiting"] == 2
    })
    .await;
    (app, teacher, shared)
}

/// A machine of the bureau's.
async fn of_bureau(app: &TestApp) -> Caller {
    app.by_token(&app.bureau().await, TokenScope::Work, &[]).await
}

fn ask(name: &str, kind: &str) -> Value {
    json!({"name": name, "kinds": [kind], "version": "1.0.0", "ocr_model": 1})
}

async fn claim(machine: &Caller, name: &str) -> Answer {
    machine.post_json(CLAIMS, &ask(name, "ocr")).await
}

async fn send(machine: &Caller, order: &Value, result: &Value) -> Answer {
    let path = format!("{CLAIMS}/{}/result", text(&order["id"]));
    Answer::of(machine.request("PUT", &path).json(result)).await
}

async fn beat(machine: &Caller, order: &Value) -> Answer {
    machine
        .send("POST", &format!("{CLAIMS}/{}/beat", text(&order["id"])))
        .await
}

/// A page with one line, as our reader writes it.
fn read(page: &Value, line: &str) -> Value {
    let ends: Vec<f32> = (1..=line.chars().count())
        .map(|nth| 30.0 * f32::from(u8::try_from(nth).unwrap()))
        .collect();
    json!({"outcome": "read", "page": page, "lines": {"width": 1300, "height": 900, "lines": [{
        "text": line, "x": 10.0, "y": 40.0, "angle": 0.0, "height": 30.0, "start": 0.0, "ends": ends,
        "confidence": 0.97, "is_in_row": false, "is_corrected": false
    }]}})
}

/// Reads all that waits, each page with the same line.
async fn read_all(machine: &Caller, line: &str) {
    loop {
        let claimed = claim(machine, "机房").await;
        if claimed.status == 204 {
            return;
        }
        let order = claimed.expect(200).json();
        send(machine, &order, &read(&order["page"], line)).await.expect(204);
    }
}

fn token_file(folder: &Path, token: &str, mode: u32) -> String {
    let path = folder.join(format!("token-{mode:o}"));
    fs::write(&path, token).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// `gongxue work --hub` on a machine that has neither database nor store.
async fn work(app: &TestApp, folder: &Path, arguments: &[&str]) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_gongxue"))
        .env("GONGXUE_DATA_DIR", folder.join("data"))
        .args(["work", "--hub", &app.base(), "--once"])
        .args(arguments)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_scan_is_read_by_another_machine_and_found() {
    let (app, teacher, shared) = held_off(|_| {}).await;
    let machine = of_bureau(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let token = token_file(folder.path(), machine.token(), 0o600);

    let arguments = ["--token-file", &token, "--kinds", "ocr", "--name", "机房3", "--json"];
    let worked = work(&app, folder.path(), &arguments).await;

    let said = String::from_utf8_lossy(&worked.stdout).into_owned();
    assert!(worked.status.success(), "{}", String::from_utf8_lossy(&worked.stderr));
    let events: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let done = events.iter().filter(|event| event["outcome"] == "read").count();
    assert_eq!(done, 2, "{said}");
    assert!(!folder.path().join("data").exists(), "it keeps data of its own");
    app.settled().await;
    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);
    let workers = app.bureau().await.get_json("/api/v1/workers").await;
    let shown = &workers["items"][0];
    assert_eq!(
        (&shown["name"], &shown["pages"]),
        (&"机房3".into(), &2.into()),
        "{workers}"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_a_machine_is_told_and_given_is_what_it_needs() {
    let (app, _, _) = held_off(|_| {}).await;
    let machine = of_bureau(&app).await;

    let order = claim(&machine, "机房").await.expect(200).json();

    assert_eq!(
        (&order["kind"], &order["read_as"], &order["page"], &order["lease_secs"]),
        (&"ocr".into(), &"pdf".into(), &1.into(), &30.into()),
        "{order}"
    );
    assert_eq!(order["sha256"], sha256(&lesson()));
    let content = format!("{CLAIMS}/{}/content", text(&order["id"]));
    assert_eq!(machine.get(&content).await.expect(200).body, lesson());
    let part = machine.request("GET", &content).header("range", "bytes=4-7");
    assert_eq!(Answer::of(part).await.expect(206).body, &lesson()[4..8]);
    let given_back = format!("{CLAIMS}/{}", text(&order["id"]));
    machine.send("DELETE", &given_back).await.expect(204);
    assert_eq!(machine.get(&content).await.refusal(409), "work-claim-over");
    read_all(&machine, "快速定位").await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_as_our_reader_answers_is_refused_and_read_again() {
    let (app, teacher, shared) = held_off(|_| {}).await;
    let machine = of_bureau(&app).await;
    let wrong: [(&str, Value); 9] = [
        ("/page", json!(7)),
        ("/outcome", json!("heard")),
        ("/lines/width", json!(60_000)),
        ("/lines/lines/0/ends", json!([30.0, 20.0, 10.0, 5.0])),
        ("/lines/lines/0/ends", json!([30.0])),
        ("/lines/lines/0/confidence", json!(97)),
        ("/lines/lines/0/x", json!(1e300)),
        ("/lines/lines/0/text", json!("快速\u{7}位")),
        ("/lines/lines/0/is_corrected", json!(true)),
    ];
    for (place, value) in wrong {
        let order = claim(&machine, "机房").await.expect(200).json();
        let mut result = read(&order["page"], "快速定位");
        *result.pointer_mut(place).unwrap() = value;

        let refused = send(&machine, &order, &result).await;

        assert_eq!(refused.refusal(422), "bad-work-result", "{place}");
        let again = send(&machine, &order, &read(&order["page"], "快速定位")).await;
        assert_eq!(again.refusal(409), "work-claim-over", "{place}");
        // It rests a while.
        app.advance(Duration::from_secs(61));
    }
    assert_eq!(file_of(&teacher, &shared).await["report"]["ocr"]["waiting"], 2);
    read_all(&machine, "快速定位").await;
    app.settled().await;
    assert_eq!(teacher.finds("快速定位").await, [text(&shared["id"])]);
    app.finish().await;
}

#[tokio::test]
async fn a_result_that_is_sent_twice_counts_once() {
    let (app, _, _) = held_off(|_| {}).await;
    let machine = of_bureau(&app).await;
    let order = claim(&machine, "机房").await.expect(200).json();
    let result = read(&order["page"], "快速定位");

    send(&machine, &order, &result).await.expect(204);
    send(&machine, &order, &result).await.expect(204);

    let another = send(&machine, &order, &read(&order["page"], "别的文字")).await;
    assert_eq!(another.refusal(409), "work-claim-over");
    read_all(&machine, "快速定位").await;
    app.finish().await;
}

#[tokio::test]
async fn what_a_machine_that_is_gone_was_at_is_taken_over() {
    let (app, _, _) = held_off(|_| {}).await;
    let (gone, other) = (of_bureau(&app).await, of_bureau(&app).await);
    let first = claim(&gone, "甲").await.expect(200).json();
    let second = claim(&other, "乙").await.expect(200).json();
    assert_eq!((&first["page"], &second["page"]), (&1.into(), &2.into()));
    let nothing = claim(&other, "乙").await.expect(204);
    assert!(nothing.header("retry-after").parse::<u64>().unwrap() > 0);

    app.advance(Duration::from_secs(20));
    beat(&other, &second).await.expect(204);
    app.advance(Duration::from_secs(20));
    let taken = claim(&other, "乙").await.expect(200).json();

    assert_eq!(taken["page"], 1, "{taken}");
    assert_eq!(beat(&gone, &first).await.refusal(409), "work-claim-over");
    let late = send(&gone, &first, &read(&first["page"], "快速定位")).await;
    assert_eq!(late.refusal(409), "work-claim-over");
    for order in [second, taken] {
        send(&other, &order, &read(&order["page"], "快速定位"))
            .await
            .expect(204);
    }
    read_all(&other, "快速定位").await;
    app.finish().await;
}

#[tokio::test]
async fn a_machine_is_named_and_sent_away_at_any_moment() {
    let (app, _, _) = held_off(|_| {}).await;
    let (machine, other, bureau) = (of_bureau(&app).await, of_bureau(&app).await, app.bureau().await);
    let order = claim(&machine, "机房 3").await.expect(200).json();
    let workers = bureau.get_json("/api/v1/workers").await;
    let shown = &workers["items"][0];
    assert_eq!(
        (&shown["name"], &shown["running"]),
        (&"机房 3".into(), &1.into()),
        "{workers}"
    );
    assert!(html(bureau.get("/admin/jobs").await.expect(200)).contains("机房 3"));
    let path = format!("/api/v1/workers/{}", text(&shown["id"]));
    assert_eq!(
        app.admin("S1").await.send("DELETE", &path).await.refusal(403),
        "not-allowed"
    );

    bureau.send("DELETE", &path).await.expect(204);

    assert_eq!(beat(&machine, &order).await.refusal(401), "invalid-token");
    assert_eq!(
        claim(&other, "乙").await.expect(200).json()["page"],
        1,
        "nobody took it over"
    );
    assert_eq!(bureau.send("DELETE", &path).await.refusal(404), "no-such-worker");
    let log = bureau.get_json("/api/v1/audit?action=job.worker-drop").await;
    assert_eq!(log["items"][0]["subject"], "机房 3", "{log}");
    app.advance(Duration::from_secs(31));
    read_all(&other, "快速定位").await;
    app.finish().await;
}

#[tokio::test]
async fn a_schools_machine_gets_what_its_school_alone_has() {
    let (app, _, _) = held_off(|_| {}).await;
    let own = app.by_token(&app.admin("S1").await, TokenScope::Work, &[]).await;
    let others = app.by_token(&app.admin("S2").await, TokenScope::Work, &[]).await;

    claim(&others, "乙").await.expect(204);
    let order = claim(&own, "甲").await.expect(200).json();
    let content = format!("{CLAIMS}/{}/content", text(&order["id"]));
    assert_eq!(others.get(&content).await.refusal(404), "no-such-work-claim");
    own.send("DELETE", &format!("{CLAIMS}/{}", text(&order["id"])))
        .await
        .expect(204);
    // By a copy of a file nobody writes into what is another school's.
    let copy = app.teacher("S2").await.share("抄来的", &[("a.pdf", &lesson())]).await;
    assert_eq!(copy["files"][0]["sha256"], sha256(&lesson()));

    claim(&others, "乙").await.expect(204);
    claim(&own, "甲").await.expect(204);

    read_all(&of_bureau(&app).await, "快速定位").await;
    app.finish().await;
}

#[tokio::test]
async fn a_token_for_work_is_for_work_and_no_other_is() {
    let app = TestApp::start().await;
    let (teacher, bureau) = (app.teacher("S1").await, app.bureau().await);
    let body = ask("甲", "speech");
    let asked = async |caller: &Caller| caller.post_json(CLAIMS, &body).await;

    assert_eq!(asked(&app.guest()).await.refusal(401), "not-signed-in");
    assert_eq!(asked(&teacher).await.refusal(403), "not-allowed");
    let by_teacher = app.by_token(&teacher, TokenScope::Work, &[]).await;
    assert_eq!(asked(&by_teacher).await.refusal(403), "not-allowed");
    for scope in [TokenScope::Read, TokenScope::Write] {
        let narrow = app.by_token(&bureau, scope, &[]).await;
        assert_eq!(asked(&narrow).await.refusal(403), "token-too-narrow");
    }
    let wanted = json!({"scope": "work"});
    let made = teacher.post_json("/api/v1/tokens", &wanted).await;
    assert_eq!(made.refusal(403), "not-allowed");
    let made = bureau.post_json("/api/v1/tokens", &wanted).await.expect(201).json();
    let machine = bureau.with_token(Some(&text(&made["token"])));
    asked(&machine).await.expect(204);
    for path in ["/api/v1/resources", "/api/v1/audit", "/api/v1/me", "/"] {
        assert_eq!(machine.get(path).await.status, 403, "{path}");
    }
    let other = json!({"name": "甲", "kinds": ["ocr"], "version": "1", "ocr_model": 999});
    assert_eq!(machine.post_json(CLAIMS, &other).await.refusal(409), "other-ocr-model");
    let unknown = json!({"name": "甲", "kinds": ["film"], "version": "1"});
    assert_eq!(
        machine.post_json(CLAIMS, &unknown).await.faults(),
        ["/kinds unknown-value"]
    );
    app.finish().await;
}

/// The library has no program that hears; the machine does.
#[tokio::test]
async fn a_film_is_heard_by_another_machine_and_found() {
    let app = TestApp::start().await;
    let (teacher, machine) = (app.teacher("S1").await, of_bureau(&app).await);
    let claim = async || machine.post_json(CLAIMS, &ask("录音室", "speech")).await;
    claim().await.expect(204);
    let shared = teacher.share("车间安全", &[("断电.avi", FILM)]).await;
    let mut order = Value::Null;
    until("the film waits", async || {
        let claimed = claim().await;
        let is_there = claimed.status == 200;
        if is_there {
            order = claimed.json();
        }
        is_there
    })
    .await;
    let heard = |subtitles: &str| json!({"outcome": "heard", "heard_by": "base", "subtitles": subtitles});

    let refused = send(&machine, &order, &heard("no subtitles")).await;
    assert_eq!(refused.refusal(422), "bad-work-result");
    app.advance(Duration::from_secs(31));
    let order = claim().await.expect(200).json();
    let said = "WEBVTT\n\n00:00:02.000 --> 00:00:05.000\n先断电，再挂牌\n";
    send(&machine, &order, &heard(said)).await.expect(204);
    app.settled().await;

    assert_eq!(teacher.finds("先断电").await, [text(&shared["id"])]);
    assert_eq!(file_of(&teacher, &shared).await["report"]["speech"]["heard_by"], "base");
    app.finish().await;
}

#[tokio::test]
async fn the_command_says_what_it_cannot_do() {
    let app = TestApp::start().await;
    let machine = of_bureau(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let (private, open) = (
        token_file(folder.path(), machine.token(), 0o600),
        token_file(folder.path(), machine.token(), 0o644),
    );
    for (arguments, said) in [
        (vec!["--token-file", &open], "chmod 600"),
        (
            vec!["--token-file", &private, "--kinds", "film"],
            "made by the hub itself",
        ),
        (vec!["--token-file", &private, "--kinds", "speech"], "speech.program"),
        (vec!["--token-file", &private, "--kinds", "dance"], "ocr, speech"),
    ] {
        let ended = work(&app, folder.path(), &arguments).await;

        let words = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(
            !ended.status.success() && words.contains(said),
            "{arguments:?}: {words}"
        );
    }
    app.finish().await;
}
