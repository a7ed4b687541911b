//! The audit log as evidence: whoever changes it behind the service's back is found out.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use gongxue::library::audit_chain::ChainReport;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::app::TestApp;

const CHECKPOINT: &str = "/api/v1/audit/checkpoint";

/// A service with some lines in its log, and a checkpoint of them that somebody took away.
async fn with_records() -> (TestApp, Value) {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    for title in ["甲", "乙", "丙"] {
        teacher.share(title, &[]).await;
    }
    let checkpoint = app.auditor().await.get_json(CHECKPOINT).await;
    assert!(checkpoint["signed"]["lines"].as_i64().unwrap() > 3, "{checkpoint}");
    (app, checkpoint)
}

/// What `gongxue doctor --records` says, with a checkpoint or without.
async fn examined(app: &TestApp, checkpoint: Option<&Value>) -> (bool, String) {
    let mut program = app.program();
    program.args(["doctor", "--json", "--records"]);
    let kept = tempfile::NamedTempFile::new().unwrap();
    if let Some(checkpoint) = checkpoint {
        std::fs::write(kept.path(), checkpoint.to_string()).unwrap();
        program.arg("--checkpoint").arg(kept.path());
    }
    let ran = program.output().await.unwrap();
    let findings: Value = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&ran.stderr)));
    (ran.status.success(), findings[0]["detail"].as_str().unwrap().to_owned())
}

async fn run(app: &TestApp, sql: &str) {
    let done = app.database().await.execute_unprepared(sql).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole_and_goes_on_from_its_checkpoint() {
    let (app, checkpoint) = with_records().await;
    app.teacher("S1").await.share("丁", &[]).await;
    app.auditor().await.get_json(CHECKPOINT).await;

    for checkpoint in [None, Some(&checkpoint)] {
        let (is_whole, said) = examined(&app, checkpoint).await;
        assert!(is_whole, "{said}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_line_that_was_changed_one_that_is_gone_and_a_cut_end_are_each_told() {
    for (sql, fault) in [
        (
            "UPDATE audit SET actor = 'somebody-else' WHERE seq = 2",
            r#"{"fault":"changed","line":2}"#,
        ),
        (
            "UPDATE audit SET outcome = 'refused' WHERE seq = 3",
            r#"{"fault":"changed","line":3}"#,
        ),
        ("DELETE FROM audit WHERE seq = 2", r#"{"fault":"missing","line":2}"#),
        ("DELETE FROM audit WHERE seq >= 3", r#"{"fault":"cut-off","line":"#),
    ] {
        let (app, checkpoint) = with_records().await;
        run(&app, sql).await;

        let (is_whole, said) = examined(&app, Some(&checkpoint)).await;

        assert!(!is_whole && said.contains(fault), "{sql}: {said}");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_log_that_was_chained_anew_does_not_fit_the_checkpoint_that_was_kept() {
    let (app, checkpoint) = with_records().await;
    run(&app, "UPDATE audit SET actor = 'somebody-else' WHERE seq = 2").await;
    run(&app, "UPDATE audit SET seq = NULL, chain = NULL").await;
    app.auditor().await.get_json(CHECKPOINT).await;

    let (is_whole, said) = examined(&app, None).await;
    assert!(is_whole, "without a checkpoint nobody can tell: {said}");
    let (is_whole, said) = examined(&app, Some(&checkpoint)).await;
    assert!(!is_whole && said.contains("rewritten"), "{said}");
    app.finish().await;
}

#[tokio::test]
async fn a_checkpoint_that_somebody_made_up_is_told() {
    let (app, checkpoint) = with_records().await;
    let mut later = checkpoint.clone();
    later["signed"]["lines"] = json!(2);

    let (is_whole, said) = examined(&app, Some(&later)).await;

    assert!(!is_whole && said.contains("not-ours"), "{said}");
    app.finish().await;
}

/// Checks the chain, and lets the retention remove what is old once the check has waited so often for the database.
async fn checked_beside_a_cut(app: &TestApp, waits: usize) -> (u64, ChainReport) {
    app.ask(async move |library| {
        let mut check = pin!(library.audit_chain.verify(None));
        let mut left = waits;
        let over = std::future::poll_fn(|context| match check.as_mut().poll(context) {
            Poll::Ready(report) => Poll::Ready(Some(report)),
            Poll::Pending if left == 1 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        });
        let over = over.await;
        let removed = library.audit_chain.cut().await.unwrap();
        let report = match over {
            Some(report) => report,
            None => check.await,
        };
        (removed, report.unwrap())
    })
    .await
}

/// An auditor who checked the log while the service tidied it was told that somebody had removed lines.
#[tokio::test]
async fn what_the_retention_removes_beside_a_check_is_not_called_missing() {
    let app = TestApp::with(|config| config.records.keep_months = 6).await;
    let day = Duration::from_hours(24);
    for waits in 1..=4 {
        app.teacher("S1").await;
        app.ask(async |library| library.audit_chain.chain().await.unwrap())
            .await;
        app.advance(day * 190);
        app.teacher("S1").await;
        app.advance(day * 10);

        let (removed, report) = checked_beside_a_cut(&app, waits).await;

        assert!(removed > 0, "{waits}");
        assert_eq!(report.faults, [], "{waits}");
    }
    app.finish().await;
}
