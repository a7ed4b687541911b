//! The audit log as evidence: whoever changes it behind the service's back is found out.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use gongxue::domain::id::Sha256;
use gongxue::library::audit_chain::ChainReport;
use gongxue::pack::canonical;
use gongxue::pack::trust::SigningKey;
use sea_orm::{ConnectionTrait as _, Statement};
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
    examined_by(app, &checkpoint.into_iter().collect::<Vec<_>>()).await
}

/// The same with any number of checkpoints.
async fn examined_by(app: &TestApp, checkpoints: &[&Value]) -> (bool, String) {
    let mut program = app.program();
    program.args(["doctor", "--json", "--records"]);
    let kept = tempfile::tempdir().unwrap();
    for (number, checkpoint) in checkpoints.iter().enumerate() {
        let path = kept.path().join(format!("{number}.json"));
        std::fs::write(&path, checkpoint.to_string()).unwrap();
        program.arg("--checkpoint").arg(path);
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

        // By what the library signed itself, and by what somebody took along.
        for checkpoint in [None, Some(&checkpoint)] {
            let (is_whole, said) = examined(&app, checkpoint).await;
            assert!(!is_whole && said.contains(fault), "{sql}: {said}");
        }
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
    assert!(!is_whole && said.contains("rewritten"), "{said}");
    // Whoever owns the machine removes what the library signed as well.
    run(&app, "DELETE FROM audit_head").await;
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
        let mut check = pin!(library.audit_chain.verify(&[]));
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

/// What a key says, as the service writes it.
fn said_by(key: &SigningKey, signed: &Value) -> Value {
    let signature = key.sign(&canonical::to_vec(signed));
    json!({"signed": signed, "key": key.public(), "signature": signature})
}

async fn text_of(app: &TestApp, query: &str) -> String {
    let database = app.database().await;
    let statement = Statement::from_string(database.get_database_backend(), query);
    let row = database.query_one_raw(statement).await.unwrap().expect(query);
    row.try_get_by_index(0).unwrap()
}

/// The key that signs checkpoints, as whoever owns the machine finds it in the database.
async fn signing_key(app: &TestApp) -> SigningKey {
    let secret = text_of(
        app,
        "SELECT secret FROM trust_key WHERE role = 'targets' AND retired_at IS NULL",
    );
    let seed: Sha256 = secret.await.parse().unwrap();
    SigningKey::from_secret(seed.as_bytes())
}

async fn revoke(app: &TestApp) {
    app.ask(async |library| library.signing.rotate_keys(&["targets"], true).await.unwrap())
        .await;
}

#[tokio::test]
async fn a_checkpoint_by_a_key_that_was_stolen_and_revoked_counts_no_more() {
    let (app, checkpoint) = with_records().await;
    let stolen = signing_key(&app).await;
    revoke(&app).await;
    let (is_whole, said) = examined(&app, Some(&checkpoint)).await;
    assert!(!is_whole && said.contains("not-ours"), "{said}");

    let mut forged = checkpoint["signed"].clone();
    forged["lines"] = json!(2);
    forged["chain"] = json!(text_of(&app, "SELECT chain FROM audit WHERE seq = 2").await);
    let (is_whole, said) = examined(&app, Some(&said_by(&stolen, &forged))).await;
    assert!(!is_whole && said.contains("not-ours"), "{said}");

    let since = app.auditor().await.get_json(CHECKPOINT).await;
    let (is_whole, said) = examined(&app, Some(&since)).await;
    assert!(is_whole, "{said}");
    app.finish().await;
}

/// Whoever could write one row had a key whose word counted as the library's.
#[tokio::test]
async fn a_key_that_no_root_names_signs_nothing_of_ours() {
    let (app, checkpoint) = with_records().await;
    let own = SigningKey::from_secret(&SigningKey::draw());
    let (id, now) = (own.id().hex(), app.now().0);
    run(
        &app,
        &format!(
            "INSERT INTO trust_key (id, role, secret, created_at, revoked) VALUES ('{id}', 'targets', NULL, {now}, FALSE)"
        ),
    )
    .await;

    let (is_whole, said) = examined(&app, Some(&said_by(&own, &checkpoint["signed"]))).await;

    assert!(!is_whole && said.contains("not-ours"), "{said}");
    app.finish().await;
}

/// Whoever owns the machine draws a root of their own that names the old key and theirs.
#[tokio::test]
async fn roots_that_do_not_go_on_from_the_one_of_the_checkpoint_are_told() {
    let (app, checkpoint) = with_records().await;
    assert_eq!(checkpoint["signed"]["root"]["version"], 1, "{checkpoint}");
    let root: Value = serde_json::from_str(&text_of(&app, "SELECT body FROM trust_root").await).unwrap();
    let own = SigningKey::from_secret(&SigningKey::draw());
    let id = own.id().hex();
    let mut signed = root["signed"].clone();
    signed["keys"][&id] = json!(own.public());
    signed["roles"]["root"]["keyids"] = json!([&id]);
    signed["roles"]["targets"]["keyids"]
        .as_array_mut()
        .unwrap()
        .push(json!(&id));
    let signature = own.sign(&canonical::signed_form(&signed));
    let forged = String::from_utf8(canonical::signed_form(
        &json!({"signatures": [signature], "signed": signed}),
    ))
    .unwrap();
    run(&app, &format!("UPDATE trust_root SET body = '{forged}'")).await;

    let (is_whole, said) = examined(&app, Some(&checkpoint)).await;

    assert!(!is_whole && said.contains("not-ours"), "{said}");
    app.finish().await;
}

/// It was younger than any cut may reach, and below the checkpoint nobody looked.
#[tokio::test]
async fn a_forged_cut_below_a_checkpoint_is_held_against_its_months() {
    let (app, _) = with_records().await;
    let month = Duration::from_hours(31 * 24);
    app.advance(month);
    app.teacher("S1").await.share("丁", &[]).await;
    app.advance(month);
    app.teacher("S1").await.share("戊", &[]).await;
    let checkpoint = app.auditor().await.get_json(CHECKPOINT).await;
    // One each thirty days, counted from no day of ours: two or three in two months.
    assert!(
        checkpoint["signed"]["marks"].as_array().unwrap().len() >= 2,
        "{checkpoint}"
    );
    let key = signing_key(&app).await;
    let cut_to = checkpoint["signed"]["marks"][0]["lines"].as_i64().unwrap() + 1;
    assert!(cut_to < checkpoint["signed"]["lines"].as_i64().unwrap());
    let cut = json!({
        "_type": "audit-cut",
        "library": checkpoint["signed"]["library"],
        "lines": cut_to,
        "chain": text_of(&app, &format!("SELECT chain FROM audit WHERE seq = {cut_to}")).await,
        "newest": app.now().minus(month * 12),
        "at": app.now(),
    });
    let body = said_by(&key, &cut).to_string();
    run(&app, &format!("DELETE FROM audit WHERE seq <= {cut_to}")).await;
    run(
        &app,
        &format!("INSERT INTO audit_cut (seq, body) VALUES ({cut_to}, '{body}')"),
    )
    .await;

    let (is_whole, said) = examined(&app, None).await;
    assert!(!is_whole && said.contains("cut-too-early"), "{said}");
    run(&app, "DELETE FROM audit_head").await;
    let (is_whole, said) = examined(&app, None).await;
    assert!(is_whole, "without a checkpoint nobody can tell: {said}");
    let (is_whole, said) = examined(&app, Some(&checkpoint)).await;
    assert!(!is_whole && said.contains("cut-too-early"), "{said}");
    // One of a version that made no marks is believed as it was.
    let mut old = checkpoint["signed"].clone();
    old.as_object_mut()
        .unwrap()
        .retain(|name, _| name != "marks" && name != "root");
    let (is_whole, said) = examined(&app, Some(&said_by(&key, &old))).await;
    assert!(is_whole, "{said}");
    app.finish().await;
}

#[tokio::test]
async fn every_checkpoint_that_was_kept_is_held_against_the_log() {
    let (app, first) = with_records().await;
    app.teacher("S1").await.share("丁", &[]).await;
    let second = app.auditor().await.get_json(CHECKPOINT).await;
    let (is_whole, said) = examined_by(&app, &[&first, &second]).await;
    assert!(is_whole, "{said}");
    let mut other = first.clone();
    other["signed"]["chain"] = json!("0");

    let (is_whole, said) = examined_by(&app, &[&other, &second]).await;

    assert!(!is_whole && said.contains("rewritten"), "{said}");
    app.finish().await;
}

/// What was removed in order would be called a forgery from the day on which a key was revoked.
#[tokio::test]
async fn a_cut_keeps_its_word_when_the_key_that_signed_it_is_revoked() {
    let app = TestApp::with(|config| config.records.keep_months = 6).await;
    app.teacher("S1").await;
    app.ask(async |library| library.audit_chain.chain().await.unwrap())
        .await;
    let day = Duration::from_hours(24);
    app.advance(day * 190);
    app.teacher("S1").await;
    app.advance(day * 10);
    let removed = app.ask(async |library| library.audit_chain.cut().await.unwrap()).await;
    assert!(removed > 0);

    revoke(&app).await;

    let (is_whole, said) = examined(&app, None).await;
    assert!(is_whole && said.contains("were kept long enough"), "{said}");
    app.finish().await;
}
