//! What the service says of itself: figures that move when the thing happens, acts that are recorded.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gongxue::config::Config;
use gongxue::domain::audit::AuditAction;
use serde_json::json;

use crate::app::TestApp;
use crate::backups::{Shelf, back_up};

/// The source files of a room, with what they say outside of comments.
fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            (path, code)
        })
        .collect()
}

/// What stands between quotation marks.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.lines().flat_map(|line| line.split('"').skip(1).step_by(2))
}

/// The names of all figures, as the house writes them down.
fn names() -> BTreeSet<String> {
    let (_, code) = sources("")
        .into_iter()
        .find(|(path, _)| path.ends_with("src/telemetry.rs"))
        .unwrap();
    let constants = code.lines().filter(|line| line.contains("pub const"));
    let names = constants.filter_map(|line| literals(line).find(|name| name.starts_with("gongxue_")));
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn every_figure_that_is_described_moves_when_its_thing_happens() {
    // As the program does at its start; the recorder belongs to the process.
    gongxue::telemetry::figures();
    let few_sign_ins = |config: &mut Config| (config.rates.sign_in, config.rates.address_times) = (1, 1);
    let app = TestApp::with(few_sign_ins).await;
    let teacher = app.teacher("S1").await;
    for status in [401, 429] {
        let wrong = json!({"name": "nobody", "password": "wrong"});
        app.guest().post_json("/api/v1/session", &wrong).await.refusal(status);
    }
    teacher.share("工序卡", &[("a.txt", "车一根台阶轴。".as_bytes())]).await;
    app.settled().await;
    teacher.search("台阶轴").await;
    back_up(&app, &Shelf::new()).await;
    app.ask(async |library| library.operations.sweep().await).await.unwrap();

    let figures = app.guest().get("/metrics").await.expect(200);

    let text = String::from_utf8(figures.body).unwrap();
    let names = names();
    assert!(names.len() > 10, "only {names:?} were found: this test has gone blind");
    for name in &names {
        for said in [format!("# HELP {name} "), format!("\n{name}")] {
            assert!(
                text.contains(&said),
                "`{name}` is described and never recorded:\n{text}"
            );
        }
    }
    for line in [
        r#"gongxue_jobs{kind="extract",state="queued"} "#,
        r#"gongxue_jobs_finished_total{kind="extract",outcome="done"} "#,
        r#"gongxue_extract_duration_seconds_count{kind="text",outcome="ready"} "#,
        "gongxue_search_duration_seconds_count ",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    app.finish().await;
}

#[test]
fn a_figure_is_recorded_under_the_name_that_is_described() {
    let mut wrong = Vec::new();
    for (path, code) in sources("") {
        for macro_name in ["gauge!(\"", "counter!(\"", "histogram!(\""] {
            if code.contains(macro_name) {
                wrong.push(format!(
                    "`{}` spells a figure's name itself: {macro_name}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An act that nobody records would be offered as a filter that finds nothing.
#[test]
fn every_act_that_has_a_name_is_recorded_somewhere() {
    let sources = ["library", "cli", "http"].map(sources).concat();
    for action in AuditAction::ALL {
        let name = format!("AuditAction::{action:?}");
        let is_named = |code: &str| {
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
            code.split(&name).skip(1).any(ends)
        };
        assert!(
            sources.iter().any(|(_, code)| is_named(code)),
            "{name} is recorded nowhere"
        );
    }
}
