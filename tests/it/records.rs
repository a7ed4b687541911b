//! The audit log as those read it who have to find out what happened: what is in it, what it says, how long it is kept.

use std::collections::BTreeSet;
use std::time::Duration;

use gongxue::db::entity::audit;
use gongxue::domain::id::AuditId;
use gongxue::domain::role::TokenScope;
use gongxue::domain::time::Timestamp;
use gongxue::http::{audited, routes};
use sea_orm::{ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, Statement};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

const AUDIT: &str = "/api/v1/audit";
const DAY: Duration = Duration::from_hours(24);

/// The lines that fit, newest first.
async fn lines(auditor: &Caller, query: &str) -> Vec<Value> {
    let page = auditor.get_json(&format!("{AUDIT}?limit=100&{query}")).await;
    page["items"].as_array().unwrap().clone()
}

/// For how many these lines stand.
fn times(lines: &[Value]) -> i64 {
    lines.iter().map(|line| line["times"].as_i64().unwrap()).sum()
}

/// A resource of a teacher's that its school alone sees, published; and its file's id.
async fn school_resource(app: &TestApp, teacher: &Caller) -> (String, String) {
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": "school"});
    let bytes = vec![b'x'; 20_000];
    let shared = teacher
        .share_as(&metadata, &[("a.txt", &bytes)])
        .await
        .expect(201)
        .json();
    app.admin("S1").await.publish(&id(&shared)).await;
    (id(&shared), text(&shared["files"][0]["id"]))
}

#[test]
fn a_new_route_says_what_is_recorded_of_it_or_why_nothing_is() {
    let routes: BTreeSet<(&str, &str)> = routes::TABLE.iter().map(|route| (route.method, route.path)).collect();
    let told: BTreeSet<(&str, &str)> = audited::TABLE
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .collect();

    let silent: Vec<_> = routes.difference(&told).collect();
    let gone: Vec<_> = told.difference(&routes).collect();

    assert!(silent.is_empty(), "`http/audited.rs` says nothing of {silent:?}");
    assert!(gone.is_empty(), "`http/audited.rs` names what is no route: {gone:?}");
    assert_eq!(told.len(), audited::TABLE.len(), "a route is named twice");
}

#[tokio::test]
async fn who_made_somebody_an_administrator_is_told_with_what_they_were_before() {
    let app = TestApp::start().await;
    let (bureau, auditor) = (app.bureau().await, app.auditor().await);
    let body = json!({"name": "wang", "display": "王敏", "role": "teacher", "school": "S1"});
    let account = bureau.post_json("/api/v1/accounts", &body).await.expect(201).json();
    let path = format!("/api/v1/accounts/{}", id(&account));
    let change = json!({"role": "school-admin", "school": "S2", "display": "王敏（新）"});

    Answer::of(bureau.request("PATCH", &path).json(&change))
        .await
        .expect(200);

    let line = &lines(&auditor, "action=account.edit").await[0];
    assert_eq!(
        line["changes"],
        json!([
            {"field": "role", "from": "teacher", "to": "school-admin"},
            {"field": "school", "from": "S1", "to": "S2"},
            {"field": "display"},
        ])
    );
    let added = &lines(&auditor, "action=account.add&actor=bureau").await[0];
    assert_eq!(added["changes"][0], json!({"field": "role", "to": "teacher"}));
    let page = String::from_utf8(auditor.get("/admin/audit").await.expect(200).body).unwrap();
    assert!(
        page.contains("角色：教师 → 学校管理员；学校：S1 → S2；改了显示的姓名"),
        "{page}"
    );
    let csv = auditor
        .get("/api/v1/audit?format=csv&action=account.edit")
        .await
        .expect(200);
    assert!(String::from_utf8(csv.body).unwrap().contains("角色：教师 → 学校管理员"));
    app.finish().await;
}

#[tokio::test]
async fn a_changed_resource_tells_which_fields_and_how_far_it_is_shared_and_no_texts() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let resource = id(&teacher.share("台阶轴", &[]).await);
    let change = json!({"title": "一个谁也不该在记录里读到的标题", "description": "同样不该", "scope": "public"});

    teacher.patch(&resource, Some("*"), &change).await.expect(200);

    let line = &lines(&auditor, "action=resource.edit").await[0];
    assert_eq!(
        line["changes"],
        json!([{"field": "scope", "from": "school", "to": "public"}, {"field": "description"}, {"field": "title"}])
    );
    assert_eq!(
        lines(&auditor, "text=%22description%22").await.len(),
        1,
        "changes are searched"
    );
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_refused_a_thousand_times_leaves_a_line_with_the_number() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let body = json!({"name": "x", "role": "teacher", "school": "S1"});
    for _ in 0..40 {
        teacher.post_json("/api/v1/accounts", &body).await.expect(403);
        app.guest().get("/api/v1/me").await.expect(401);
    }
    teacher.get("/admin/jobs").await.expect(403);

    let by_teacher = lines(&auditor, &format!("outcome=refused&actor={}", teacher.name())).await;

    let of = |action: &str| -> Vec<Value> {
        let these = by_teacher.iter().filter(|line| line["action"] == action);
        these.cloned().collect()
    };
    let refused = of("account.add");
    assert_eq!((times(&refused), &refused[0]["outcome"]), (40, &json!("not-allowed")));
    assert!(refused.len() <= 3, "{refused:#?}");
    assert_eq!(of("access.refuse")[0]["subject"], "GET /admin/jobs");
    let by_guests = lines(&auditor, "outcome=not-signed-in&actor=guest").await;
    assert_eq!(times(&by_guests), 40);
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_is_made_up_or_over_is_recorded_of_whoever_sent_it() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let short = app
        .token(teacher.name(), TokenScope::Read, Some(Duration::from_mins(5)))
        .await;
    app.advance(Duration::from_mins(6));

    app.guest()
        .with_token(Some("gxt_made-up"))
        .get("/api/v1/me")
        .await
        .expect(401);
    app.guest().with_token(Some(&short)).get("/api/v1/me").await.expect(401);

    let refused = lines(&auditor, "action=token.refuse").await;
    let by: Vec<&str> = refused.iter().map(|line| line["actor"].as_str().unwrap()).collect();
    assert_eq!(by.len(), 2);
    assert!(by.contains(&"guest") && by.contains(&teacher.name()), "{by:?}");
    assert!(refused.iter().all(|line| line["address"] == "127.0.0.1"), "{refused:?}");
    assert!(!format!("{refused:?}").contains("gxt_"));
    app.finish().await;
}

#[tokio::test]
async fn asking_for_what_one_may_not_know_of_looks_like_nothing_and_is_recorded() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let (resource, file) = school_resource(&app, &teacher).await;
    let other = app.teacher("S2").await;
    let nothing = uuid::Uuid::now_v7();

    other.get(&format!("/api/v1/resources/{resource}")).await.expect(404);
    other.get(&format!("/api/v1/files/{file}/content")).await.expect(404);
    other.get(&format!("/api/v1/resources/{nothing}")).await.expect(404);

    let hidden = lines(&auditor, &format!("action=access.hidden&actor={}", other.name())).await;
    assert_eq!(
        times(&hidden),
        2,
        "what is not there at all is not recorded: {hidden:#?}"
    );
    assert!(hidden.iter().all(|line| line["subject"] == *resource), "{hidden:#?}");
    // Neither they nor their school learn by it that there is something, or what it is called.
    let title = text(&teacher.get_json(&format!("/api/v1/resources/{resource}")).await["title"]);
    assert!(!json!(hidden).to_string().contains(&title), "{hidden:#?}");
    assert_eq!(times(&lines(&app.admin("S2").await, "action=access.hidden").await), 0);
    let own = other.send("POST", "/api/v1/me/export").await.expect(200).body;
    let said = crate::personal_data::member(&own, "data.json");
    assert!(!said.contains(&resource) && !said.contains("access.hidden"), "{said}");
    app.finish().await;
}

#[tokio::test]
async fn who_read_what_is_not_public_is_told_by_one_line_however_many_pieces_they_asked_for() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let (resource, file) = school_resource(&app, &teacher).await;
    let reader = app.reader("S1").await;
    let before = transactions(&app).await;
    for piece in 0..50 {
        let range = format!("bytes={}-{}", piece * 100, piece * 100 + 99);
        let part = reader
            .request("GET", &format!("/api/v1/files/{file}/content"))
            .header("range", range);
        Answer::of(part).await.expect(206);
    }

    let read = lines(&auditor, &format!("action=resource.fetch&actor={}", reader.name())).await;

    assert_eq!(times(&read), 50);
    assert!(read.len() <= 2 && read[0]["subject"] == *resource, "{read:#?}");
    assert_eq!(read[0]["title"], "台阶轴");
    assert!(transactions(&app).await - before <= 5);
    app.finish().await;
}

/// Lines of the log: a transaction each, if they were written so.
async fn transactions(app: &TestApp) -> i64 {
    let database = app.database().await;
    let count = Statement::from_string(database.get_database_backend(), "SELECT COUNT(*) AS n FROM audit");
    database
        .query_one_raw(count)
        .await
        .unwrap()
        .unwrap()
        .try_get("", "n")
        .unwrap()
}

#[tokio::test]
async fn what_everybody_may_read_is_read_unrecorded() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let metadata = json!({"title": "公开的", "type": "worksheet", "scope": "public"});
    let shared = teacher.share_as(&metadata, &[("a.txt", b"x")]).await.expect(201).json();
    teacher.step(&id(&shared), "submit").await.expect(200);
    let expert = app.expert().await;
    expert.approve(&id(&shared)).await;
    let file = text(&shared["files"][0]["id"]);

    app.reader("S2")
        .await
        .get(&format!("/api/v1/files/{file}/content"))
        .await
        .expect(200);
    app.guest()
        .get(&format!("/api/v1/files/{file}/content"))
        .await
        .expect(200);

    app.guest().get(&format!("/r/{}", id(&shared))).await.expect(200);
    app.reader("S2")
        .await
        .get_json(&format!("/api/v1/resources/{}", id(&shared)))
        .await;

    for action in ["resource.fetch", "resource.read"] {
        // Whoever approved it read it while it was not public yet.
        let of_expert = format!("action={action}&actor={}", expert.name());
        assert_eq!(
            lines(&auditor, &format!("action={action}")).await,
            lines(&auditor, &of_expert).await
        );
    }
    app.finish().await;
}

/// What a school says among its own, and what nobody has approved, was read without a trace.
#[tokio::test]
async fn who_read_the_words_of_what_is_not_public_is_told() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await, app.auditor().await);
    let (of_school, _) = school_resource(&app, &teacher).await;
    let draft = id(&teacher.share("草稿", &[]).await);
    let (reader, admin) = (app.reader("S1").await, app.admin("S1").await);

    reader.get_json(&format!("/api/v1/resources/{of_school}")).await;
    reader.get(&format!("/r/{of_school}")).await.expect(200);
    admin.get_json(&format!("/api/v1/resources/{draft}")).await;
    for words in ["versions", "versions/1", "comments", "review", "findability"] {
        admin.get_json(&format!("/api/v1/resources/{draft}/{words}")).await;
    }
    admin.get(&format!("/r/{draft}/edit")).await.expect(200);
    admin.get(&format!("/r/{draft}/findability")).await.expect(200);

    for (who, resource, count) in [(&reader, &of_school, 2), (&admin, &draft, 8)] {
        let read = lines(&auditor, &format!("action=resource.read&actor={}", who.name())).await;
        // The page shows pieces of a file that has been read by then, and asks for these.
        assert!(times(&read) >= count, "{read:#?}");
        assert!(read.iter().all(|line| line["subject"] == **resource), "{read:#?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn whoever_reads_or_takes_along_the_records_accounts_or_figures_is_recorded_too() {
    let app = TestApp::start().await;
    let (auditor, second) = (app.auditor().await, app.auditor().await);
    let own = format!("actor={}", auditor.name());
    auditor.get("/api/v1/accounts").await.expect(200);
    auditor.get("/admin/accounts").await.expect(200);
    auditor.get("/api/v1/audit?action=resource").await.expect(200);
    auditor
        .get("/api/v1/audit?format=csv&actor=wang&from=2026-01-01")
        .await
        .expect(200);
    auditor.get("/api/v1/audit?format=jsonl").await.expect(200);
    auditor.get("/api/v1/audit?format=xlsx").await.expect(200);
    auditor.get("/api/v1/audit/checkpoint").await.expect(200);
    auditor.get("/api/v1/reports/usage?format=xlsx").await.expect(200);

    let told = lines(&second, &own).await;

    let of = |action: &str| -> Vec<&Value> { told.iter().filter(|line| line["action"] == action).collect() };
    assert_eq!(of("account.read").len(), 1);
    assert_eq!(of("audit.read").len(), 1);
    assert_eq!(of("audit.export").len(), 3);
    assert_eq!(of("audit.checkpoint").len(), 1);
    assert_eq!(of("report.export")[0]["subject"], "usage");
    let csv = of("audit.export")
        .into_iter()
        .find(|line| line["changes"][0]["to"] == "csv")
        .unwrap();
    assert_eq!(csv["changes"][1], json!({"field": "from", "to": "2026-01-01 00:00"}));
    assert_eq!(csv["changes"][2], json!({"field": "actor"}), "whose lines is not told");
    app.finish().await;
}

#[tokio::test]
async fn the_log_is_found_by_address_and_by_title_and_leaves_as_lines_of_json() {
    let app = TestApp::start().await;
    let (teacher, auditor) = (app.teacher("S1").await.at_address(7), app.auditor().await);
    teacher.share("数控车床", &[]).await;
    app.teacher("S1").await.share("钳工", &[]).await;

    assert_eq!(lines(&auditor, "text=车床&action=resource").await.len(), 1);
    assert_eq!(lines(&auditor, "address=127.0.0.7").await.len(), 1);
    assert_eq!(
        lines(&auditor, "address=127.0.0.*&action=resource.create").await.len(),
        2
    );
    assert_eq!(lines(&auditor, "address=127.0.0.%25").await.len(), 0);
    let sent = auditor
        .get("/api/v1/audit?format=jsonl&action=resource")
        .await
        .expect(200);
    let sent = String::from_utf8(sent.body).unwrap();
    let sent: Vec<Value> = sent.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(sent, lines(&auditor, "action=resource").await);
    let book = auditor.get("/api/v1/audit?format=xlsx").await.expect(200);
    assert!(book.body.starts_with(b"PK"));
    assert_eq!(
        auditor.get("/api/v1/audit?format=pdf").await.faults(),
        ["/format unknown-value"]
    );
    app.finish().await;
}

#[tokio::test]
async fn what_the_operator_does_at_the_command_line_is_in_the_log() {
    let app = TestApp::start().await;
    let away = tempfile::tempdir().unwrap();
    let place = away.path().join("backup");
    for args in [
        vec!["backup", place.to_str().unwrap()],
        vec!["reindex", "--read-again"],
        vec!["scrub"],
        vec!["school", "add", "S9", "第九技师学院"],
        vec!["account", "add", "li", "--role", "teacher", "--school", "S9"],
        vec!["token", "add", "li", "--scope", "read"],
    ] {
        let done = app.program().args(&args).output().await.unwrap();
        assert!(
            done.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    let told = lines(&app.auditor().await, "actor=operator").await;

    let told: Vec<String> = told.iter().map(|line| text(&line["action"])).collect();
    for action in [
        "backup.make",
        "index.read-again",
        "store.scrub",
        "school.add",
        "account.add",
        "token.add",
    ] {
        assert!(told.iter().any(|told| told == action), "{action} of {told:?}");
    }
    app.finish().await;
}

/// What `gongxue doctor --records` says.
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
    (ran.status.success(), text(&findings[0]["detail"]))
}

async fn run(app: &TestApp, sql: &str) {
    let done = app.database().await.execute_unprepared(sql).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}

/// Moves the clock, and has something recorded a week before the end.
async fn live_on(app: &TestApp, time: Duration) {
    app.advance(time.checked_sub(DAY * 7).unwrap());
    app.reader("S1").await;
    app.advance(DAY * 7);
}

/// A log with some lines that were kept long enough and some that were not, before anything is removed; two checkpoints,
/// one of each time.
async fn old_and_young(app: &TestApp) -> (Value, Value) {
    let teacher = app.teacher("S1").await;
    let checkpoint = async || app.auditor().await.get_json("/api/v1/audit/checkpoint").await;
    for title in ["甲", "乙", "丙"] {
        teacher.share(title, &[]).await;
    }
    let old = checkpoint().await;
    live_on(app, DAY * 400).await;
    teacher.share("丁", &[]).await;
    (old, checkpoint().await)
}

async fn cut(app: &TestApp) -> u64 {
    app.ask(async |library| library.audit_chain.cut().await.unwrap()).await
}

#[tokio::test]
async fn lines_that_were_kept_long_enough_go_and_the_rest_is_proven_as_before() {
    let app = TestApp::start().await;
    let (old, young) = old_and_young(&app).await;

    let removed = cut(&app).await;

    assert!(removed > 3, "{removed}");
    let auditor = app.auditor().await;
    assert_eq!(lines(&auditor, "action=resource.create").await.len(), 1);
    let told = &lines(&auditor, "action=audit.cut").await[0];
    assert_eq!(
        told["changes"],
        json!([{"field": "lines", "from": "1", "to": removed.to_string()}])
    );
    auditor.get_json("/api/v1/audit/checkpoint").await;
    for checkpoint in [None, Some(&old), Some(&young)] {
        let (is_whole, said) = examined(&app, checkpoint).await;
        assert!(is_whole && said.contains("were kept long enough"), "{said}");
    }
    assert_eq!(cut(&app).await, 0, "what is young stays");
    // Once more, a year later: the chain goes on from the new cut.
    live_on(&app, DAY * 400).await;
    assert!(cut(&app).await > 0);
    let (is_whole, said) = examined(&app, Some(&young)).await;
    assert!(is_whole, "{said}");
    app.finish().await;
}

/// A machine that woke up in 2036 would have removed the whole log on that day.
#[tokio::test]
async fn a_clock_that_has_just_run_ahead_removes_nothing() {
    let app = TestApp::start().await;
    app.teacher("S1").await.share("甲", &[]).await;
    app.auditor().await.get_json("/api/v1/audit/checkpoint").await;
    app.advance(DAY * 3_650);
    app.teacher("S1").await.share("乙", &[]).await;

    let on_the_first_day = cut(&app).await;
    app.advance(Duration::from_hours(23));
    let still_then = cut(&app).await;

    assert_eq!((on_the_first_day, still_then), (0, 0));
    let auditor = app.auditor().await;
    assert_eq!(lines(&auditor, "action=resource.create").await.len(), 2);
    // Somebody would have noticed by now: the clock is right, and nobody came for ten years.
    app.advance(DAY);
    assert!(cut(&app).await > 0);
    app.finish().await;
}

/// One line of 2036 among those of 2026 would have kept all that came after it for ten years.
#[tokio::test]
async fn a_line_that_a_fast_clock_dated_keeps_no_other_and_goes_with_those_around_it() {
    let app = TestApp::start().await;
    let chained = async || app.auditor().await.get_json("/api/v1/audit/checkpoint").await;
    app.teacher("S1").await.share("甲", &[]).await;
    chained().await;
    let of_2036 = line_of_nobody(app.now().plus(DAY * 3_650));
    let added = audit::Entity::insert(of_2036);
    added.exec_without_returning(&app.database().await).await.unwrap();
    chained().await;
    app.teacher("S1").await.share("乙", &[]).await;
    let old = chained().await;
    live_on(&app, DAY * 400).await;

    let removed = i64::try_from(cut(&app).await).unwrap();

    assert!(removed >= old["signed"]["lines"].as_i64().unwrap(), "{removed}");
    for checkpoint in [None, Some(&old)] {
        let (is_whole, said) = examined(&app, checkpoint).await;
        assert!(is_whole, "{said}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cut_that_somebody_makes_by_hand_is_told_from_ours() {
    for (sql, fault) in [
        ("DELETE FROM audit WHERE seq <= 3", r#"{"fault":"missing","line":1}"#),
        (
            r"DELETE FROM audit WHERE seq <= 3; INSERT INTO audit_cut (seq, body) VALUES (3, '{}')",
            r#"{"fault":"cut-not-ours","line":3}"#,
        ),
    ] {
        let app = TestApp::start().await;
        old_and_young(&app).await;
        run(&app, sql).await;
        let (is_whole, said) = examined(&app, None).await;
        assert!(!is_whole && said.contains(fault), "{sql}: {said}");
        app.finish().await;
    }
}

#[tokio::test]
async fn more_that_is_removed_behind_a_cut_of_ours_is_told() {
    let app = TestApp::start().await;
    old_and_young(&app).await;
    let removed = cut(&app).await;
    let next = removed + 1;
    run(&app, &format!("DELETE FROM audit WHERE seq = {next}")).await;

    let (is_whole, said) = examined(&app, None).await;

    assert!(
        !is_whole && said.contains(&format!(r#"{{"fault":"missing","line":{next}}}"#)),
        "{said}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_signed_cut_that_is_moved_onto_younger_lines_is_told() {
    let app = TestApp::start().await;
    let (_, young) = old_and_young(&app).await;
    cut(&app).await;
    let lines = young["signed"]["lines"].as_i64().unwrap();
    // Whoever has the database and not the key moves the number.
    run(&app, &format!("DELETE FROM audit WHERE seq <= {lines}")).await;
    run(
        &app,
        &format!(
            "UPDATE audit_cut SET seq = {lines}, body = REPLACE(body, '\"lines\":', '\"lines\":{lines},\"was\":')"
        ),
    )
    .await;

    let (is_whole, said) = examined(&app, Some(&young)).await;

    assert!(!is_whole && said.contains("cut-not-ours"), "{said}");
    app.finish().await;
}

#[tokio::test]
async fn a_log_that_was_tampered_with_is_not_cut_so_that_it_can_be_shown() {
    let app = TestApp::start().await;
    old_and_young(&app).await;
    run(&app, "UPDATE audit SET actor = 'somebody-else' WHERE seq = 2").await;

    let done = app.ask(async |library| library.audit_chain.cut().await).await;

    assert!(done.is_err());
    let (is_whole, said) = examined(&app, None).await;
    assert!(!is_whole && said.contains(r#"{"fault":"changed","line":2}"#), "{said}");
    app.finish().await;
}

#[tokio::test]
async fn nobody_can_make_the_service_keep_the_log_for_less_than_six_months() {
    let app = TestApp::start().await;

    let mut program = app.program();
    let ran = program
        .args(["config", "show"])
        .env("GONGXUE_RECORDS__KEEP_MONTHS", "5")
        .output()
        .await
        .unwrap();

    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(
        said.contains("records.keep_months") && said.contains("至少为 6"),
        "{said}"
    );
    app.finish().await;
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing_and_an_administrator_removes_no_record() {
    let app = TestApp::start().await;
    let (auditor, bureau) = (app.auditor().await, app.bureau().await);
    let shared = app.teacher("S1").await.share("甲", &[]).await;

    for form in ["csv", "jsonl", "xlsx", "json"] {
        auditor.get(&format!("/api/v1/audit?format={form}")).await.expect(200);
    }
    let account = json!({"name": "x", "role": "reader", "school": "S1"});
    auditor.post_json("/api/v1/accounts", &account).await.expect(403);
    auditor.step(&id(&shared), "publish").await.expect(403);
    let line = id(&lines(&auditor, "action=resource.create").await[0]);
    for who in [&bureau, &auditor, &app.admin("S1").await] {
        for method in ["DELETE", "PATCH", "PUT", "POST"] {
            let answer = who.send(method, AUDIT).await;
            assert_eq!(answer.status, 405, "{method}");
            let answer = who.send(method, &format!("{AUDIT}/{line}")).await;
            assert_eq!(answer.status, 404, "{method}");
        }
    }
    assert_eq!(lines(&auditor, "action=resource.create").await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_finds_little_ends_early_and_says_where_to_look_on() {
    let app = TestApp::start().await;
    let auditor = app.auditor().await;
    app.teacher("S1").await.share("很久以前的", &[]).await;
    let database = app.database().await;
    // Sixty thousand lines of nobody's after it.
    fill(&database, 60_000).await;

    let first = auditor.get_json("/api/v1/audit?text=很久以前").await;
    assert_eq!(first["items"], json!([]), "it did not look that far");
    let cursor = text(&first["next_cursor"]);
    let second = auditor
        .get_json(&format!("/api/v1/audit?text=很久以前&cursor={cursor}"))
        .await;

    assert_eq!(second["items"][0]["title"], "很久以前的");
    assert_eq!(second["next_cursor"], Value::Null);
    let page = auditor.get("/admin/audit?text=很久以前").await.expect(200);
    assert!(String::from_utf8(page.body).unwrap().contains("继续往前找"));
    let all = auditor.get("/api/v1/audit?format=csv&text=很久以前").await.expect(200);
    assert_eq!(
        String::from_utf8(all.body).unwrap().lines().count(),
        2,
        "an export looks through all"
    );
    app.finish().await;
}

/// Lines of the service itself, younger than all others.
async fn fill(database: &sea_orm::DatabaseConnection, count: usize) {
    for _ in 0..count / 1_000 {
        let lines = (0..1_000).map(|_| line_of_nobody(Timestamp(1)));
        audit::Entity::insert_many(lines)
            .exec_without_returning(database)
            .await
            .unwrap();
    }
}

/// A line of the service itself, written now and dated by another clock.
fn line_of_nobody(at: Timestamp) -> audit::ActiveModel {
    let line = audit::Model {
        id: AuditId::new(),
        at,
        account_id: None,
        actor: "operator".to_owned(),
        school_id: None,
        action: "job.retry".to_owned(),
        subject: None,
        subject_title: None,
        changes: None,
        times: None,
        outcome: "done".to_owned(),
        address: None,
        seq: None,
        chain: None,
    };
    line.into_active_model()
}
