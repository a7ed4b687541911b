//! Running a school or the city: schools, the curriculum, work that died, room. Accounts have stories of their own.

use std::collections::BTreeSet;

use gongxue::db::entity;
use gongxue::domain::file::ExtractionState;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{html, urlencoded};
use crate::client::{Answer, Caller, id, text};

mod accounts;

async fn change(caller: &Caller, path: &str, body: &Value) -> Answer {
    Answer::of(caller.request("PATCH", path).json(body)).await
}

async fn audited(app: &TestApp) -> BTreeSet<String> {
    let audit = app.auditor().await.get_json("/api/v1/audit?limit=100").await;
    let lines = audit["items"].as_array().unwrap();
    lines.iter().map(|line| text(&line["action"])).collect()
}

/// Sends a table to a page.
async fn send_table(caller: &Caller, path: &str, name: &str, table: &str) -> Answer {
    Answer::of(caller.form(path, &json!({}), &[(name, table.as_bytes())])).await
}

/// Where the page's yes goes.
fn yes(page: &str, path: &str) -> String {
    let begin = format!("action=\"{path}/");
    let rest = page.split(&begin).nth(1).unwrap_or_else(|| panic!("no yes in {page}"));
    format!("{path}/{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn a_catalogue_is_looked_at_before_it_is_imported_and_imported_as_it_was_shown() {
    let app = TestApp::start().await;
    let (bureau, other) = (app.bureau().await, app.bureau().await);
    let path = "/admin/curriculum";
    let names = async || text(&json!(app.guest().get_json("/api/v1/majors").await.to_string()));

    let faulty = "专业编码,专业,层次\n403,汽车维修,\n0501,烹饪,博士\n";
    let page = html(send_table(&bureau, path, "目录.csv", faulty).await.expect(422));
    assert!(page.contains("第 2 行") && page.contains("第 3 行"), "{page}");
    let good = "专业编码,专业,课程\n0403,汽车维修,汽车维护\n";
    let page = html(send_table(&bureau, path, "目录.csv", good).await.expect(200));
    assert!(page.contains("汽车维护") && page.contains("新增 1"), "{page}");
    assert!(!names().await.contains("汽车维修"), "imported unasked");
    let yes = yes(&page, path);
    assert_eq!(Answer::of(urlencoded(&other, &yes, &[])).await.status, 404);
    Answer::of(urlencoded(&bureau, &yes, &[])).await.expect(303);
    assert!(names().await.contains("汽车维修"));

    let again = html(send_table(&bureau, path, "目录.csv", good).await.expect(200));
    assert!(!again.contains(&format!("action=\"{path}/")), "{again}");
    let retired = "专业编码,专业,替代编码\n0403,汽车维修,0499\n0499,新能源汽车,\n";
    let page = html(send_table(&bureau, path, "目录.csv", retired).await.expect(200));
    assert!(page.contains("停用，由 0499 代替"), "{page}");
    for caller in [app.admin("S1").await, app.auditor().await, app.teacher("S1").await] {
        caller.get(path).await.expect(403);
        assert_eq!(send_table(&caller, path, "目录.csv", good).await.status, 403);
    }
    assert!(audited(&app).await.contains("curriculum.import"));
    app.finish().await;
}

#[tokio::test]
async fn a_preview_is_forgotten_after_an_hour() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let path = "/admin/curriculum";
    let good = "专业编码,专业\n0403,汽车维修\n";
    let page = html(send_table(&bureau, path, "目录.csv", good).await.expect(200));

    app.advance(std::time::Duration::from_hours(1));

    assert_eq!(
        Answer::of(urlencoded(&bureau, &yes(&page, path), &[])).await.status,
        404
    );
    app.finish().await;
}

#[tokio::test]
async fn a_dead_job_that_is_tried_again_really_runs() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher
        .share("工作页", &[("a.txt", "三号炉的装料顺序".as_bytes())])
        .await;
    app.settled().await;
    let read = entity::extraction::Entity::find()
        .one(&app.database().await)
        .await
        .unwrap()
        .unwrap();
    let subject = format!("{}:text", read.sha256);
    let dead = die(&app, &subject).await;

    let listed = bureau.get_json("/api/v1/jobs").await;
    assert_eq!(listed["items"][0]["error"], "no room", "{listed}");
    let page = html(bureau.get("/admin").await.expect(200));
    assert!(page.contains("个后台任务失败"), "{page}");
    for (caller, status) in [
        (app.admin("S1").await, 403),
        (app.auditor().await, 403),
        (app.guest(), 401),
    ] {
        let tried = caller.send("POST", &format!("/api/v1/jobs/{dead}/retry")).await;
        assert_eq!(tried.status, status, "{}", caller.name());
    }
    app.auditor().await.get("/api/v1/jobs").await.expect(200);
    bureau
        .send("POST", &format!("/api/v1/jobs/{dead}/retry"))
        .await
        .expect(204);
    app.settled().await;

    assert_eq!(bureau.get_json("/api/v1/jobs").await["items"], json!([]));
    let shown = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    assert_eq!(shown["files"][0]["state"], "ready");
    // All of a kind at once, from the page.
    die(&app, &subject).await;
    let all = urlencoded(&bureau, "/admin/jobs", &[("kind", "extract")]);
    Answer::of(all).await.expect(303);
    app.settled().await;
    let gone = bureau.send("POST", &format!("/api/v1/jobs/{dead}/retry")).await;
    assert_eq!(gone.refusal(404), "no-such-job");
    let shown = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    assert_eq!(shown["files"][0]["state"], "ready");
    app.finish().await;
}

/// A reading that failed too often, as the worker leaves it.
async fn die(app: &TestApp, subject: &str) -> String {
    let database = app.database().await;
    let read = entity::extraction::Entity::find()
        .one(&database)
        .await
        .unwrap()
        .unwrap();
    let mut failed: entity::extraction::ActiveModel = read.into();
    failed.state = Set(ExtractionState::Failed);
    failed.update(&database).await.unwrap();
    let now = gongxue::clock::Clock::default().now();
    let job = entity::job::Model {
        id: gongxue::domain::id::JobId::new(),
        kind: "extract".to_owned(),
        subject: subject.to_owned(),
        state: "dead".to_owned(),
        attempts: 5,
        lost: 0,
        run_at: now,
        lease_until: None,
        lease: None,
        error: Some("no room".to_owned()),
        created_at: now,
    };
    let id = job.id.to_string();
    let row: entity::job::ActiveModel = job.into();
    entity::job::Entity::insert(row).exec(&database).await.unwrap();
    id
}

/// Bytes that are no text and differ from all others.
fn noise(size: usize, seed: u8) -> Vec<u8> {
    (0..size).map(|at| u8::try_from(at % 251).unwrap() ^ seed).collect()
}

#[tokio::test]
async fn a_schools_own_quota_holds_even_when_two_share_at_the_same_moment() {
    let app = TestApp::with(|config| config.uploads.school_quota_bytes = 1_000).await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    let schools = bureau.get_json("/api/v1/schools").await;
    let school = |code: &str| {
        let found = schools["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["code"] == code);
        format!("/api/v1/schools/{}", id(found.unwrap()))
    };
    let own = school("S1");
    let metadata = json!({"title": "工作页", "type": "worksheet"});
    let share = async |size, seed| teacher.share_as(&metadata, &[("a.bin", &noise(size, seed))]).await;

    assert_eq!(share(1_100, 1).await.refusal(507), "quota-exceeded");
    change(&bureau, &own, &json!({"quota_bytes": 5_000})).await.expect(200);
    let (one, two) = tokio::join!(share(2_600, 2), share(2_600, 3));
    let mut done = [one.status, two.status];
    done.sort_unstable();
    assert_eq!(done, [201, 507]);
    let begun = teacher
        .request("POST", "/api/v1/uploads")
        .header("tus-resumable", "1.0.0");
    let begun = Answer::of(begun.header("upload-length", "2500")).await;
    assert_eq!(begun.refusal(507), "quota-exceeded");
    let page = html(app.admin("S1").await.get("/admin/storage").await.expect(200));
    assert!(page.contains("已用 2.5 KB，配额 4.9 KB"), "{page}");
    // Without a limit of its own, and then with the settings' again.
    change(&bureau, &own, &json!({"quota_bytes": 0})).await.expect(200);
    share(9_000, 4).await.expect(201);
    change(&bureau, &own, &json!({"quota_bytes": null})).await.expect(200);
    assert_eq!(share(10, 5).await.refusal(507), "quota-exceeded");
    assert_eq!(
        change(&app.admin("S1").await, &own, &json!({"quota_bytes": 0}))
            .await
            .refusal(403),
        "not-allowed"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_same_file_counts_once_in_what_the_store_holds() {
    let app = TestApp::start().await;
    let (one, two) = (app.teacher("S1").await, app.teacher("S1").await);
    one.share("甲", &[("a.bin", &noise(4_000, 1))]).await;
    two.share("乙", &[("b.bin", &noise(4_000, 1))]).await;

    let page = html(app.admin("S1").await.get("/admin/storage").await.expect(200));
    assert!(page.contains("已用 7.8 KB") && page.contains("去重后 3.9 KB"), "{page}");
    let other = html(app.admin("S2").await.get("/admin/storage").await.expect(200));
    assert!(!other.contains("甲") && !other.contains("第一技师学院"), "{other}");
    // The bureau sees how much, not what is not shown to it.
    let city = html(app.bureau().await.get("/admin/storage").await.expect(200));
    assert!(city.contains("未公开的资源") && !city.contains("甲"), "{city}");
    app.finish().await;
}

#[tokio::test]
async fn schools_are_the_bureaus() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let path = "/admin/schools";
    let fields = [("code", "S9"), ("name", "第九<b>技工学校"), ("quota", "2")];

    Answer::of(urlencoded(&bureau, path, &fields)).await.expect(303);
    let page = html(bureau.get(path).await.expect(200));
    assert!(
        page.contains("第九&#60;b&#62;技工学校") && page.contains("2 GB"),
        "{page}"
    );
    let faulty = [("code", "S 9"), ("name", "甲校"), ("quota", "很多")];
    let again = html(Answer::of(urlencoded(&bureau, path, &faulty)).await.expect(422));
    for kept in [
        "id=\"code-fault\"",
        "id=\"quota-fault\"",
        "value=\"甲校\"",
        "value=\"很多\"",
    ] {
        assert!(again.contains(kept), "{kept}: {again}");
    }
    let twice = html(Answer::of(urlencoded(&bureau, path, &fields)).await.expect(422));
    assert!(twice.contains("id=\"code-fault\""));
    for (caller, status) in [
        (app.admin("S1").await, 403),
        (app.auditor().await, 200),
        (app.teacher("S1").await, 403),
    ] {
        assert_eq!(caller.get(path).await.status, status, "{}", caller.name());
        assert_eq!(Answer::of(urlencoded(&caller, path, &fields)).await.status, 403);
    }
    app.finish().await;
}
