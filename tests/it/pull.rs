//! `gongxue pull` as a school's system runs it: the program itself against a hub, through everything that goes wrong.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use gongxue::domain::role::{Role, TokenScope};
use gongxue::pack::canonical;
use serde_json::{Value, json};

use crate::app::{TestApp, kills};
use crate::client::{Answer, id};
use crate::packs::School;

/// A hub with a pack of many small files and a few large ones, a token to it, and a folder to pull into.
struct Line {
    hub: School,
    pack: String,
    resource: String,
    token: String,
    place: tempfile::TempDir,
    contents: Vec<(String, Vec<u8>)>,
}

/// Bytes that do not repeat, of a length, from a seed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

impl Line {
    async fn of(small: usize, large: usize) -> Self {
        Self::from(School::open().await, small, large).await
    }

    async fn from(hub: School, small: usize, large: usize) -> Self {
        let mut contents: Vec<(String, Vec<u8>)> = (0_u64..)
            .take(small)
            .map(|at| (format!("小/{at:03}.bin"), noise(at + 1, 3_000)))
            .collect();
        contents.extend(
            (0_u64..)
                .take(large)
                .map(|at| (format!("大/{at}.bin"), noise(at + 1_000, 2_500_000))),
        );
        let files: Vec<(&str, &[u8])> = contents
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
            .collect();
        let resource = id(&hub.publish("资料", "台阶轴", "city", &files).await);
        let pack = hub
            .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
            .await;
        hub.issue(&pack).await;
        let name = hub.app.account(Role::Reader, Some("S2"), None).await;
        let token = hub.app.token(&name, TokenScope::Read, None).await;
        Self {
            hub,
            pack,
            resource,
            token,
            place: tempfile::tempdir().unwrap(),
            contents,
        }
    }

    fn to(&self) -> std::path::PathBuf {
        self.place.path().join("资源包")
    }

    fn program(&self, more: &[&str]) -> tokio::process::Command {
        let mut program = self.hub.app.program();
        program
            .args(["pull", &self.hub.app.base(), "--pack", &self.pack, "--json", "--to"])
            .arg(self.to())
            .args(more)
            .env("GONGXUE_TOKEN", &self.token)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        program
    }

    async fn pull(&self, more: &[&str]) -> (Option<i32>, Value, String) {
        let output = self.program(more).output().await.expect("it runs");
        let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), report, String::from_utf8(output.stderr).unwrap())
    }

    /// Whether the folder holds the pack's files as they should be, and no others.
    fn is_whole(&self) -> bool {
        let below = self.to().join("01 台阶轴/工作页/资料");
        let found = files_in(&self.to());
        found == self.contents.len()
            && self
                .contents
                .iter()
                .all(|(path, bytes)| std::fs::read(below.join(path)).is_ok_and(|found| found == *bytes))
    }
}

/// Files in a folder, but for those of the program itself and the index that it makes.
fn files_in(folder: &Path) -> usize {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .filter(|entry| !entry.path().components().any(|part| part.as_os_str() == ".gongxue"))
        .filter(|entry| entry.file_name() != "目录.xlsx")
        .count()
}

#[tokio::test]
async fn a_pack_is_pulled_whole_and_then_costs_one_request_until_it_changes() {
    let mut line = Line::of(60, 2).await;

    let (code, dry, said) = line.pull(&["--dry-run"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(!line.to().exists() && dry["dry_run"] == true, "{dry}");
    let (code, report, said) = line.pull(&[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(line.is_whole(), "{report}");
    assert!(line.to().join("目录.xlsx").is_file());
    let (code, again, said) = line.pull(&[]).await;
    assert_eq!((code, &again["requests"]), (Some(0), &json!(1)), "{again} {said}");

    // Three bytes in the middle of a large file: the rest of it is not moved again.
    let (path, bytes) = line.contents.last_mut().unwrap();
    bytes.splice(1_200_000..1_200_003, *b"new!");
    let version = line.hub.teacher.form(
        &format!("/api/v1/resources/{}/versions", line.resource),
        &json!({}),
        &[(path.as_str(), bytes.as_slice())],
    );
    Answer::of(version).await.expect(201);
    line.hub.approve(&line.resource).await;
    line.hub.issue(&line.pack).await;
    let (code, changed, said) = line.pull(&[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(line.is_whole(), "{changed}");
    let moved = changed["bytes_fetched"].as_u64().unwrap();
    assert!(moved < 400_000, "{moved} bytes for a change of four: {changed}");
    line.hub.app.finish().await;
}

/// A hub that shares its line out said when to come again, and the pull gave up.
#[tokio::test]
async fn a_hub_whose_limit_is_met_is_asked_again_when_it_says() {
    let app = TestApp::with(|config| {
        config.rates.packs_mib = 4;
        config.rates.token_percent = 100;
    });
    let line = Line::from(School::in_service(app.await).await, 3, 4).await;

    let (code, report, said) = line.pull(&[]).await;

    assert_eq!(code, Some(0), "{said}");
    assert!(line.is_whole(), "{report}");
    let app = &line.hub.app;
    app.ask(async |library| library.rates.keep().await).await.unwrap();
    let met = app.auditor().await.get_json("/api/v1/rates").await;
    assert_eq!(met["items"][0]["kind"], "packs", "nothing was waited for: {met}");
}

#[tokio::test]
async fn killed_at_any_moment_the_folder_is_never_half_and_the_next_run_goes_on() {
    let line = Line::of(200, 3).await;
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    let mut killed = 0;
    for _ in 0..kills(20) {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_millis(10 + (dice >> 33) % 250);
        let mut program = line
            .program(&["--limit-rate", "4M"])
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        tokio::select! {
            _ = program.wait() => {}
            // Not a wait for anything: the moment is what this test varies.
            () = tokio::time::sleep(moment) => {
                program.kill().await.unwrap();
                killed += 1;
            }
        }
        assert!(!line.to().exists() || line.is_whole(), "half a pack is shown");
    }
    assert!(
        killed > kills(20) / 4,
        "only {killed} were killed: this test has gone blind"
    );

    let (code, report, said) = line.pull(&[]).await;

    assert_eq!(code, Some(0), "{said}");
    assert!(line.is_whole(), "{report}");
    line.hub.app.finish().await;
}

#[tokio::test]
async fn a_hub_that_goes_away_and_comes_back_is_waited_for() {
    let mut line = Line::of(100, 4).await;
    let mut program = line.program(&["--limit-rate", "3M"]).spawn().unwrap();
    let partial = line.place.path().join(".资源包.gongxue/partial");
    while !partial.is_dir() {
        assert_eq!(program.try_wait().unwrap(), None, "it ended before the hub went away");
        tokio::task::yield_now().await;
    }

    line.hub.app.restart_after(|_| {}).await;

    let output = program.wait_with_output().await.unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(line.is_whole());
    line.hub.app.finish().await;
}

#[tokio::test]
async fn a_flipped_bit_in_the_hubs_store_is_named_and_everything_else_is_kept() {
    let line = Line::of(20, 1).await;
    let (path, bytes) = &line.contents[7];
    let hash = canonical::sha256(bytes).hex();
    let stored = line.hub.app.stored().await;
    let key = stored.iter().find(|key| key.contains(&hash)).unwrap();
    let Some(object) = line.hub.app.object(key) else { return };
    let mut wrong = bytes.clone();
    wrong[1_500] ^= 1;
    std::fs::write(&object, wrong).unwrap();

    let (code, _, said) = line.pull(&[]).await;

    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains(path.rsplit('/').next().unwrap()) && said.contains("hint"),
        "{said}"
    );
    assert!(!line.to().exists());
    std::fs::write(&object, bytes).unwrap();
    let (code, report, said) = line.pull(&[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(line.is_whole());
    let moved = report["bytes_fetched"].as_u64().unwrap();
    assert!(moved < 200_000, "{moved} bytes for one file: {report}");
    line.hub.app.finish().await;
}

#[tokio::test]
async fn a_disk_that_takes_no_more_is_said_and_the_next_run_goes_on_where_it_stopped() {
    let line = Line::of(10, 3).await;
    // A limit on the size of files is the disk that a test can fill without being root: a large one cannot grow past it.
    let limited = |command: &tokio::process::Command| {
        let std = command.as_std();
        let mut shell = tokio::process::Command::new("sh");
        shell
            .arg("-c")
            .arg("trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"")
            .arg(std.get_program())
            .args(std.get_args());
        shell.envs(std.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell
    };

    let output = limited(&line.program(&[])).output().await.unwrap();

    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("hint") && !line.to().exists(), "{said}");
    let (code, _, said) = line.pull(&[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(line.is_whole());
    line.hub.app.finish().await;
}

#[tokio::test]
async fn a_missing_token_a_wrong_pack_and_a_withdrawn_file_are_told_with_the_next_step() {
    let line = Line::of(3, 0).await;
    let app: &TestApp = &line.hub.app;
    let stranger = line.program(&[]).env_remove("GONGXUE_TOKEN").output().await.unwrap();
    let said = String::from_utf8(stranger.stderr).unwrap();
    assert_eq!(stranger.status.code(), Some(1));
    assert!(said.contains("--token-file"), "{said}");
    let usage = app
        .program()
        .args(["pull", &app.base(), "--pack", "x"])
        .output()
        .await
        .unwrap();
    assert_eq!(usage.status.code(), Some(2));

    line.hub.teacher.step(&line.resource, "withdraw").await.expect(200);
    let (code, report, said) = line.pull(&["--version", "1"]).await;
    assert_eq!(
        (code, report["left_out"].as_array().map(Vec::len)),
        (Some(3), Some(3)),
        "{said}"
    );
    line.hub.app.settled().await;
    line.hub.app.finish().await;
}
