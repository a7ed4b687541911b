//! Speech: films without subtitles are heard by a program of the machine, and found at the second.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use gongxue::config::Config;
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id, text};

/// ffmpeg as far as its sound goes.
const FFMPEG: &str = r#"for argument in "$@"; do case "$argument" in
sound.wav) cp "$(dirname "$0")/sound" "$argument";;
esac; done"#;
/// A program that speaks the contract: it reads a WAV and its model, and writes WebVTT.
const HEARS: &str = r#"test "$(head -c 4 "$1")" = RIFF || exit 3
test "$(cat "$3")" = model || exit 4
test "$4" = zh || exit 5
cp "$(dirname "$0")/answer" "$2""#;
/// What it heard: a word is wrong, and the last line lasts a minute.
const HEARD: &str = "WEBVTT\n\n00:00:02.000 --> 00:00:05.000\n想断电，再挂牌\n\n00:01:10.500 --> 00:01:14.000\n用验电笔验电\n\n\
                     00:02:00.000 --> 00:03:00.000\n确认三相都没有电压。然后才可以动手。\n";
const ANOTHER: &str =
    "WEBVTT\n\n00:00:02.100 --> 00:00:05.000\n先断点，再挂牌\n\n00:01:10.500 --> 00:01:14.000\n用万用表验电\n";
const FILM: &[u8] = b"RIFF\x10\0\0\0AVI LIST old film";

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The programs and what they answer, in `bin`, and a model beside them.
fn programs(hears: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (bin, models) = (folder.path().join("bin"), folder.path().join("models"));
    fs::create_dir(&bin).unwrap();
    program(&bin, "ffmpeg", FFMPEG);
    program(&bin, "ffprobe", "exit 1");
    program(&bin, "hears", hears);
    let mut sound = b"RIFF\0\0\0\0WAVE".to_vec();
    sound.resize(64_000, 0);
    fs::write(bin.join("sound"), sound).unwrap();
    fs::write(bin.join("answer"), HEARD).unwrap();
    fs::create_dir(&models).unwrap();
    fs::write(models.join("tiny.bin"), "model").unwrap();
    folder
}

fn choose(config: &mut Config, folder: &Path) {
    config.extract.film_program = folder.join("bin/ffmpeg");
    config.speech.program = folder.join("bin/hears");
    "{input} {output} {model} {language}".clone_into(&mut config.speech.arguments);
    config.speech.model = folder.join("models/tiny.bin");
    config.speech.time_limit_secs = 5;
    config.speech.output_limit_mb = 1;
}

struct HeardFilm {
    app: TestApp,
    folder: tempfile::TempDir,
    teacher: Caller,
    resource: String,
    file: String,
}

impl HeardFilm {
    /// A site with a program that hears, and a film that a teacher shared.
    async fn of(hears: &str) -> Self {
        let folder = programs(hears);
        let at = folder.path().to_owned();
        let app = TestApp::with(|config| choose(config, &at)).await;
        let teacher = app.teacher("S1").await;
        let shared = teacher.share("车间安全", &[("第一课/断电.avi", FILM)]).await;
        app.settled().await;
        Self {
            resource: id(&shared),
            file: text(&shared["files"][0]["id"]),
            app,
            folder,
            teacher,
        }
    }

    fn speech(&self) -> String {
        format!("/api/v1/files/{}/speech", self.file)
    }

    async fn report(&self) -> Value {
        let resource = self
            .teacher
            .get_json(&format!("/api/v1/resources/{}", self.resource))
            .await;
        resource["files"][0].clone()
    }

    async fn lines(&self) -> Vec<String> {
        let spoken = self.teacher.get_json(&self.speech()).await;
        let lines = spoken["lines"].as_array().unwrap();
        lines.iter().map(|line| text(&line["text"])).collect()
    }

    async fn correct(&self, who: &Caller, start: u64, to: &str) -> Answer {
        let spoken = self.teacher.get_json(&self.speech()).await;
        let lines = spoken["lines"].as_array().unwrap();
        let seen = lines.iter().find(|line| line["start_ms"] == start);
        let seen = seen.map_or("", |line| line["text"].as_str().unwrap());
        self.correct_seen(who, start, seen, to).await
    }

    async fn correct_seen(&self, who: &Caller, start: u64, seen: &str, to: &str) -> Answer {
        let path = format!("{}/{start}", self.speech());
        let said = json!({"seen": seen, "text": to});
        Answer::of(who.request("PUT", &path).json(&said)).await
    }

    async fn subtitles(&self) -> String {
        let path = format!("/api/v1/files/{}/subtitles", self.file);
        let answer = self.teacher.get(&path).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/vtt; charset=utf-8");
        String::from_utf8(answer.body).unwrap()
    }

    async fn page(&self) -> String {
        html(self.teacher.get(&format!("/r/{}", self.resource)).await.expect(200))
    }
}

#[tokio::test]
async fn what_is_said_in_a_film_without_subtitles_is_found_at_its_second() {
    let film = HeardFilm::of(HEARS).await;

    let found = film.teacher.search("用验电笔验电").await;
    let passage = &found["hits"][0]["passages"][0];
    assert_eq!(
        passage["url"],
        format!("/r/{}?t=70&file={}", film.resource, film.file),
        "{found}"
    );
    assert_eq!(passage["machine"], 0, "{passage}");
    let file = film.report().await;
    assert_eq!(file["state"], "ready", "{file}");
    assert_eq!(
        file["report"]["speech"],
        json!({ "state": "heard", "lines": 4, "corrected": 0, "heard_by": "tiny" })
    );
    // The line of a minute is two.
    assert_eq!(
        film.lines().await,
        [
            "想断电,再挂牌",
            "用验电笔验电",
            "确认三相都没有电压。",
            "然后才可以动手。"
        ]
    );
    let page = film.page().await;
    assert!(page.contains("字幕（机器识别）"), "{page}");
    assert!(page.contains("字幕由机器识别（tiny），共 4 行"), "{page}");
    assert!(
        page.contains(&format!("/r/{}/speech/{}", film.resource, film.file)),
        "{page}"
    );
    assert!(page.contains("data-second=\"70\""), "{page}");
    assert!(
        film.subtitles()
            .await
            .contains("00:01:10.500 --> 00:01:14.000\n用验电笔验电\n"),
        "{}",
        film.subtitles().await
    );
    film.app.finish().await;
}

#[tokio::test]
async fn a_corrected_line_is_found_and_survives_reading_and_hearing_again() {
    let film = HeardFilm::of(HEARS).await;

    film.correct(&film.teacher, 2_000, "先断电，\n再挂牌").await.expect(200);
    film.app.settled().await;
    assert_eq!(film.teacher.finds("\"先断电\"").await, [film.resource.as_str()]);
    assert!(
        film.teacher.finds("\"想断电\"").await.is_empty(),
        "the wrong word is found still"
    );
    assert!(
        film.subtitles().await.contains("\n先断电, 再挂牌\n"),
        "{}",
        film.subtitles().await
    );

    // Another answer lies ready: reading the file again does not ask for it.
    fs::write(film.folder.path().join("bin/answer"), ANOTHER).unwrap();
    film.app
        .ask(async |library| library.texts.read_all_again().await.unwrap())
        .await;
    film.app.advance(Duration::from_mins(1));
    film.app.settled().await;
    assert_eq!(film.lines().await.len(), 4);
    assert_eq!(film.teacher.finds("\"先断电\"").await, [film.resource.as_str()]);

    // Whoever asks gets it, beside what was corrected.
    film.teacher.send("POST", &film.speech()).await.expect(200);
    film.app.settled().await;
    let lines = film.lines().await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("先断电"), "{lines:?}");
    assert_eq!(film.teacher.finds("用万用表验电").await, [film.resource.as_str()]);
    assert_eq!(film.report().await["report"]["speech"]["corrected"], 1);

    // Taken back, it is as the machine heard it.
    film.teacher
        .send("DELETE", &format!("{}/2000", film.speech()))
        .await
        .expect(200);
    film.app.settled().await;
    assert_eq!(film.lines().await, ["先断点,再挂牌", "用万用表验电"]);
    film.app.finish().await;
}

#[tokio::test]
async fn a_line_is_corrected_by_those_who_may_change_the_resource_and_by_nobody_else() {
    let film = HeardFilm::of(HEARS).await;
    film.app.admin("S1").await.publish(&film.resource).await;
    film.app.settled().await;
    let (other, guest) = (film.app.teacher("S2").await, film.app.guest());

    assert_eq!(film.correct(&guest, 2_000, "甲").await.status, 401);
    assert!([403, 404].contains(&film.correct(&other, 2_000, "甲").await.status));
    assert!([403, 404].contains(&other.send("POST", &film.speech()).await.status));
    // By a copy of the film they would write into what its author published.
    let copy = other.share("抄来的", &[("断电.avi", FILM)]).await;
    let copied = format!("/api/v1/files/{}/speech", text(&copy["files"][0]["id"]));
    let written = other
        .request("PUT", &format!("{copied}/2000"))
        .json(&json!({"seen": "想断电,再挂牌", "text": "甲"}));
    assert_eq!(Answer::of(written).await.refusal(403), "held-by-others");
    assert_eq!(other.send("POST", &copied).await.refusal(403), "held-by-others");
    assert_eq!(
        film.correct(&film.teacher, 2_001, "甲").await.refusal(404),
        "no-such-line"
    );
    let long = "长".repeat(501);
    film.correct(&film.teacher, 2_000, &long).await.expect(422);
    let nothing = film.teacher.request("PUT", &format!("{}/2000", film.speech()));
    Answer::of(nothing.json(&json!({}))).await.expect(422);
    let admin = film.app.admin("S1").await;
    film.correct(&admin, 2_000, "先断电").await.expect(200);
    let late = film.correct_seen(&film.teacher, 2_000, "想断电,再挂牌", "先停电").await;
    assert_eq!(late.refusal(412), "changed-meanwhile");
    // Nobody speaks there: the machine imagined it.
    film.correct(&film.teacher, 70_500, "").await.expect(200);
    film.app.settled().await;

    assert!(film.teacher.finds("用验电笔验电").await.is_empty());
    let auditor = film.app.auditor().await;
    let log = auditor.get_json("/api/v1/audit?limit=50").await.to_string();
    assert!(log.contains("resource.speech-correct"), "{log}");
    film.app.finish().await;
}

#[tokio::test]
async fn the_page_corrects_line_by_line_without_a_script() {
    let folder = programs(HEARS);
    let at = folder.path().to_owned();
    let app = TestApp::with(|config| choose(config, &at)).await;
    let browser = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("车间安全", &[("断电.avi", FILM)]).await;
    app.settled().await;
    let page = format!("/r/{}/speech/{}", id(&shared), text(&shared["files"][0]["id"]));

    let before = browser.open(&page).await;
    assert!(before.contains("value=\"想断电,再挂牌\""), "{before}");
    assert!(!before.contains("value=\"undo\""), "{before}");
    let fields = [
        ("start", "2000"),
        ("seen", "想断电,再挂牌"),
        ("text", "先断电，再挂牌"),
        ("act", "save"),
        ("from", "0"),
        ("csrf", &*browser.csrf),
    ];
    let answer = browser.post(&page, &fields).await.expect(303);
    assert_eq!(answer.header("location"), format!("{page}?from=0&done=saved#line-2000"));
    let after = browser.open(&format!("{page}?from=0&done=saved")).await;
    assert!(
        after.contains("value=\"先断电,再挂牌\"") && after.contains("已更正"),
        "{after}"
    );
    browser
        .post(&page, &[("start", "2000"), ("act", "undo"), ("csrf", &*browser.csrf)])
        .await
        .expect(303);
    assert!(browser.open(&page).await.contains("value=\"想断电,再挂牌\""));
    let again = browser
        .post(&page, &[("act", "again"), ("csrf", &*browser.csrf)])
        .await
        .expect(303);
    assert_eq!(again.header("location"), format!("{page}?done=asked"));
    app.settled().await;
    assert_eq!(teacher.get(&format!("{page}x")).await.status, 404);
    app.finish().await;
}

#[tokio::test]
async fn what_people_wrote_takes_the_place_of_what_a_machine_heard() {
    let film = HeardFilm::of(HEARS).await;
    assert_eq!(film.teacher.finds("用验电笔验电").await, [film.resource.as_str()]);

    let srt = "1\n00:00:02,000 --> 00:00:05,000\n先断电，再挂牌，专人监护\n";
    let versions = format!("/api/v1/resources/{}/versions", film.resource);
    let added = film
        .teacher
        .form(&versions, &json!({}), &[("第一课/断电.srt", srt.as_bytes())]);
    Answer::of(added).await.expect(201);
    film.app.settled().await;

    assert!(
        film.teacher.finds("用验电笔验电").await.is_empty(),
        "the machine's is found still"
    );
    assert_eq!(film.teacher.finds("专人监护").await, [film.resource.as_str()]);
    let page = film.page().await;
    assert!(
        !page.contains("字幕（机器识别）") && page.contains("断电.srt"),
        "{page}"
    );
    film.app.finish().await;
}

#[tokio::test]
async fn a_film_that_comes_with_subtitles_is_not_heard() {
    let folder = programs(HEARS);
    let at = folder.path().to_owned();
    let app = TestApp::with(|config| choose(config, &at)).await;
    let teacher = app.teacher("S1").await;
    let srt: &[u8] = "1\n00:00:02,000 --> 00:00:05,000\n专人监护\n".as_bytes();

    let shared = teacher
        .share("车间安全", &[("断电.avi", FILM), ("断电.srt", srt)])
        .await;
    app.settled().await;

    let resource = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    assert_eq!(
        resource["files"][0]["report"]["speech"]["state"], "unneeded",
        "{resource}"
    );
    assert!(teacher.finds("用验电笔验电").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_program_that_fails_in_whatever_way_costs_that_film_and_says_why() {
    for (hears, fault, said) in [
        ("sleep 600 & wait", "out_of_time", "用时超过上限"),
        ("exit 1", "program_failed", "没有给出结果"),
        (
            "cp \"$(dirname \"$0\")/answer\" \"$2\"; kill -SEGV $$",
            "program_failed",
            "没有给出结果",
        ),
        (
            "head -c 1000000000 /dev/zero > \"$2\"",
            "answer_too_large",
            "大得不合常理",
        ),
        ("head -c 1000000000 /dev/zero", "answer_too_large", "大得不合常理"),
        ("echo 这不是字幕 > \"$2\"", "no_subtitles", "不是字幕"),
        ("ln -s /etc/passwd \"$2\"", "program_failed", "没有给出结果"),
        (
            ": > \"$(dirname \"$1\")/x\"; rm \"$1\"",
            "program_failed",
            "没有给出结果",
        ),
    ] {
        let film = HeardFilm::of(hears).await;
        let sheet = film
            .teacher
            .share("工作页", &[("对刀.txt", "先对刀再加工".as_bytes())])
            .await;
        film.app.settled().await;

        let file = film.report().await;
        assert_eq!(file["report"]["speech"]["fault"], fault, "`{hears}`: {file}");
        assert!(film.page().await.contains(said), "`{hears}` says nothing");
        assert_eq!(film.teacher.finds("先对刀再加工").await, [id(&sheet)], "`{hears}`");
        film.app.finish().await;
    }
}

#[tokio::test]
async fn a_film_without_sound_and_one_in_which_nobody_speaks_say_so() {
    let film = HeardFilm::of("echo WEBVTT > \"$2\"").await;
    let file = film.report().await;
    assert_eq!(
        file["report"]["speech"],
        json!({ "state": "heard", "lines": 0, "corrected": 0, "heard_by": "tiny" })
    );
    assert!(film.page().await.contains("没有听到有人讲话"));

    program(&film.folder.path().join("bin"), "ffmpeg", "exit 1");
    film.teacher.send("POST", &film.speech()).await.expect(200);
    film.app.settled().await;

    assert_eq!(film.report().await["report"]["speech"]["fault"], "no_sound");
    film.app.finish().await;
}

#[tokio::test]
async fn a_program_may_answer_on_its_standard_output() {
    let film = HeardFilm::of("cat \"$(dirname \"$0\")/answer\"").await;

    assert_eq!(film.lines().await.len(), 4);
    film.app.finish().await;
}

#[tokio::test]
async fn a_site_without_such_a_program_says_what_is_not_found_and_how_to_have_it_found() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("车间安全", &[("断电.avi", FILM)]).await;
    app.settled().await;

    let page = html(teacher.get(&format!("/r/{}", id(&shared))).await.expect(200));
    assert!(
        page.contains("讲的话搜不到") && page.contains("speech.program"),
        "{page}"
    );
    let file = text(&shared["files"][0]["id"]);
    let again = teacher.send("POST", &format!("/api/v1/files/{file}/speech")).await;
    assert_eq!(again.refusal(404), "no-such-speech-program");
    let spoken = teacher.get_json(&format!("/api/v1/files/{file}/speech")).await;
    assert_eq!(spoken, json!({ "report": null, "lines": [] }));
    app.finish().await;
}

/// Shared before there was a program, and looked at when there is one.
#[tokio::test]
async fn a_film_from_before_is_heard_when_somebody_looks_at_it() {
    let folder = programs(HEARS);
    let bin = folder.path().join("bin");
    fs::rename(bin.join("ffmpeg"), bin.join("later")).unwrap();
    let at = folder.path().to_owned();
    let mut app = TestApp::with(|config| choose(config, &at)).await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("车间安全", &[("断电.avi", FILM)]).await;
    app.settled().await;
    assert!(teacher.finds("用验电笔验电").await.is_empty());

    app.restart_after(|_| fs::rename(bin.join("later"), bin.join("ffmpeg")).unwrap())
        .await;
    teacher.get(&format!("/r/{}", id(&shared))).await.expect(200);
    app.settled().await;

    assert_eq!(teacher.finds("用验电笔验电").await, [id(&shared)]);
    app.finish().await;
}

/// A path that was misspelt turned every film that waited into one that failed.
#[tokio::test]
async fn a_program_or_models_that_are_not_there_are_named_before_anything_is_heard_or_read() {
    let app = TestApp::start().await;
    let wrong = [
        ("GONGXUE_SPEECH__PROGRAM", "speech.program"),
        ("GONGXUE_SPEECH__MODEL", "speech.model"),
        ("GONGXUE_OCR__MODELS", "ocr.models"),
    ];

    for (variable, setting) in wrong {
        let mut program = app.program();
        let ended = program
            .env(variable, "/nowhere/at-all")
            .args(["reindex", "--read-again"]);
        let ended = ended.output().await.unwrap();

        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success(), "{setting} is taken: {said}");
        assert!(said.contains(setting) && said.contains("/nowhere/at-all"), "{said}");
    }
    app.finish().await;
}

/// After a wrong model was set right each film had to be asked for by itself.
#[tokio::test]
async fn all_films_of_a_school_are_heard_again_after_another_program_came() {
    let film = HeardFilm::of("echo 'not subtitles' > \"$2\"").await;
    assert_eq!(film.report().await["report"]["speech"]["state"], "failed");
    program(&film.folder.path().join("bin"), "hears", HEARS);

    for school in ["S2", "S1"] {
        film.app.teacher(school).await;
        let mut command = film.app.program();
        let run = command
            .env("GONGXUE_SPEECH__PROGRAM", film.folder.path().join("bin/hears"))
            .args(["reindex", "--hear-again", "--school", school]);
        let done = run.output().await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        film.app.advance(Duration::from_mins(1));
        film.app.settled().await;
        let is_heard = film.report().await["report"]["speech"]["state"] == "heard";
        assert_eq!(is_heard, school == "S1");
    }
    assert_eq!(film.teacher.finds("用验电笔验电").await, [film.resource.as_str()]);
    film.app.finish().await;
}
