//! What is wrong outside: said as such, waited out, and nothing given up for it. And what one thing's fault must not cost.

use std::time::Duration;

use gongxue::db::entity;
use gongxue::domain::id::{JobId, ProcessId};
use gongxue::domain::time::Timestamp;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, EntityTrait as _};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

/// Longer than any job is put off.
const LATER: Duration = Duration::from_mins(2);

/// Says "away, come again" in a way that programs and people understand.
fn expect_away(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
    assert!(
        !answer.header("retry-after").is_empty(),
        "nobody says when to come again"
    );
    assert_eq!(answer.json()["code"], "unavailable");
}

async fn draft(teacher: &Caller) -> Answer {
    let metadata = json!({ "title": "退火", "type": "worksheet" });
    teacher.post_json("/api/v1/resources", &metadata).await
}

/// A job as a worker left it, about the first file of a resource.
pub(crate) async fn put_job(
    app: &TestApp,
    shared: &Value,
    change: impl FnOnce(&mut entity::job::ActiveModel),
) -> JobId {
    let job = JobId::new();
    let mut row = entity::job::ActiveModel {
        id: Set(job),
        kind: Set("extract".to_owned()),
        subject: Set(format!("{}:text", text(&shared["files"][0]["sha256"]))),
        state: Set("queued".to_owned()),
        attempts: Set(0),
        lost: Set(0),
        run_at: Set(Timestamp(0)),
        lease_until: Set(None),
        lease: Set(None),
        error: Set(None),
        created_at: Set(Timestamp(1)),
    };
    change(&mut row);
    entity::job::Entity::insert(row)
        .exec(&app.database().await)
        .await
        .unwrap();
    job
}

async fn job(app: &TestApp, id: JobId) -> Option<entity::job::Model> {
    entity::job::Entity::find_by_id(id)
        .one(&app.database().await)
        .await
        .unwrap()
}

/// Waits until something is so of a job; `None` once it is done.
pub(crate) async fn until(app: &TestApp, id: JobId, is_so: impl Fn(Option<&entity::job::Model>) -> bool) {
    let waited = tokio::time::timeout(Duration::from_mins(1), async {
        while !is_so(job(app, id).await.as_ref()) {
            tokio::task::yield_now().await;
        }
    });
    if waited.await.is_err() {
        panic!("it never comes to that: {:?}", job(app, id).await);
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_said_to_be_and_what_only_reads_goes_on() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let database = app.database().await;
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return terminated(&app, &teacher, &database).await;
    }
    let options = sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    #[expect(clippy::disallowed_methods, reason = "somebody else's lock")]
    let lock = sea_orm::TransactionTrait::begin_with_options(&database, options)
        .await
        .unwrap();

    let (one, two, three) = tokio::join!(draft(&teacher), draft(&teacher), draft(&teacher));
    let read = teacher.get("/api/v1/resources").await;
    lock.rollback().await.unwrap();
    let after = draft(&teacher).await;

    for answer in [one, two, three] {
        expect_away(&answer);
    }
    read.expect(200);
    after.expect(201);
    app.finish().await;
}

/// The same for a server that ends its connections: whatever is answered meanwhile, it is never "internal".
async fn terminated(app: &TestApp, teacher: &Caller, database: &sea_orm::DatabaseConnection) {
    let end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..10 {
        let ((), answer, read) = tokio::join!(
            async {
                database.execute_unprepared(end_all).await.unwrap();
            },
            draft(teacher),
            teacher.get("/api/v1/resources"),
        );
        for answer in [answer, read] {
            if answer.status >= 300 {
                expect_away(&answer);
            }
        }
    }
    app.settled().await;
    draft(teacher).await.expect(201);
}

#[tokio::test]
async fn a_store_that_is_away_for_long_costs_no_text() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("退火", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;
    // A bucket cannot be taken away from here; what it answers is told apart by the unit tests of `error`.
    if app.object("").is_none() {
        return;
    }
    let objects = app.config().data_dir.join("objects");
    let aside = objects.with_file_name("aside");

    std::fs::rename(&objects, &aside).unwrap();
    std::fs::write(&objects, "no folder").unwrap();
    let refused = teacher
        .share_as(
            &json!({ "title": "淬火", "type": "worksheet" }),
            &[("b.txt", b"quench")],
        )
        .await;
    let reading = put_job(&app, &shared, |_| {}).await;
    for _ in 0..8 {
        let before = app.ask(async |library| library.clock().now()).await;
        until(&app, reading, |job| {
            job.is_some_and(|job| job.state == "queued" && job.run_at > before)
        })
        .await;
        app.advance(LATER);
    }
    std::fs::remove_file(&objects).unwrap();
    std::fs::rename(&aside, &objects).unwrap();

    expect_away(&refused);
    app.advance(LATER);
    app.settled().await;
    assert_eq!(job(&app, reading).await, None, "it was read once the store was back");
    assert_eq!(teacher.finds("退火工艺卡").await, [id(&shared)]);
    app.finish().await;
}

#[tokio::test]
async fn a_job_that_ends_its_process_each_time_is_put_aside_until_somebody_tries_it_again() {
    let app = TestApp::start().await;
    let (teacher, bureau) = (app.teacher("S1").await, app.bureau().await);
    let shared = teacher.share("退火", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;

    let killer = put_job(&app, &shared, |job| {
        job.state = Set("running".to_owned());
        job.lost = Set(9);
        job.attempts = Set(10);
        job.lease = Set(Some("gone/1".to_owned()));
        job.lease_until = Set(Some(Timestamp(1)));
    })
    .await;
    until(&app, killer, |job| job.is_some_and(|job| job.state == "dead")).await;

    let dead = bureau.get_json("/api/v1/jobs?state=dead").await;
    assert!(text(&dead["items"][0]["error"]).contains("ended 10 times"), "{dead}");
    bureau
        .send("POST", &format!("/api/v1/jobs/{killer}/retry"))
        .await
        .expect(204);
    app.settled().await;
    let again = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    assert_eq!(again["files"][0]["state"], "ready");
    app.finish().await;
}

#[tokio::test]
async fn what_a_killed_process_was_at_is_taken_up_without_waiting_for_its_claim_to_end() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("退火", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;
    let (killed, alive) = (ProcessId::new(), ProcessId::new());
    let ends = app.ask(async |library| library.clock().now()).await.plus(LATER);
    let claimed_by = |process: ProcessId| {
        move |job: &mut entity::job::ActiveModel| {
            job.state = Set("running".to_owned());
            job.attempts = Set(1);
            job.lease = Set(Some(format!("{process}/1")));
            job.lease_until = Set(Some(ends));
        }
    };
    let cut_off = put_job(&app, &shared, claimed_by(killed)).await;
    let under_way = put_job(&app, &shared, claimed_by(alive)).await;

    app.ask(async move |library| library.jobs.take_over_from(&[killed]).await)
        .await
        .unwrap();
    until(&app, cut_off, |job| job.is_none()).await;

    let other = job(&app, under_way).await.expect("it is another's");
    assert_eq!(other.lease, Some(format!("{alive}/1")));
    let done: entity::job::ActiveModel = other.into();
    done.delete(&app.database().await).await.unwrap();
    app.finish().await;
}

/// One file of another account was "the store is away" for whoever asked for it, and its reading was put off for ever.
#[tokio::test]
async fn an_object_that_alone_is_refused_is_named_and_not_waited_for() {
    let app = TestApp::start().await;
    let (teacher, bureau) = (app.teacher("S1").await, app.bureau().await);
    let shared = teacher.share("退火", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;
    let hash = text(&shared["files"][0]["sha256"]);
    let key = app
        .stored()
        .await
        .into_iter()
        .find(|key| key.starts_with("blobs/") && key.contains(&hash));
    let Some(object) = app.object(&key.unwrap()) else {
        return;
    };
    let aside = object.with_extension("aside");
    std::fs::rename(&object, &aside).unwrap();
    // Leads into a file: the system refuses it to everybody, as it refuses another account's file to us.
    std::os::unix::fs::symlink(aside.join("nowhere"), &object).unwrap();

    let refused = teacher.get(&text(&shared["files"][0]["url"])).await;
    let reading = put_job(&app, &shared, |_| {}).await;
    app.settled().await;

    assert_eq!(refused.refusal(410), "content-damaged");
    assert_eq!(job(&app, reading).await, None, "it is not waited for");
    let page = Answer::of(bureau.request("GET", "/admin/damage").header("accept", "text/html")).await;
    assert!(String::from_utf8_lossy(&page.body).contains(&hash));
    let other = teacher.share("淬火", &[("b.txt", "淬火工艺卡".as_bytes())]).await;
    teacher.get(&text(&other["files"][0]["url"])).await.expect(200);

    // Whoever runs the machine gives it back.
    std::fs::rename(&aside, &object).unwrap();
    app.ask(async |library| library.operations.scrub_pass(true, 0, |_| {}).await.map(|_| ()))
        .await
        .unwrap();
    app.settled().await;
    teacher.get(&text(&shared["files"][0]["url"])).await.expect(200);
    let again = teacher.get_json(&format!("/api/v1/resources/{}", id(&shared))).await;
    assert_eq!(again["files"][0]["state"], "ready");
    app.finish().await;
}

/// A node whose clock was an hour fast took every job from those who were at it, and the same file was read twice.
#[tokio::test]
async fn a_process_whose_clock_runs_ahead_takes_over_no_living_job() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("退火", &[("a.txt", "退火工艺卡".as_bytes())]).await;
    app.settled().await;
    let living = format!("{}/1", ProcessId::new());
    let claim = |until: Timestamp| {
        let lease = living.clone();
        move |job: &mut entity::job::ActiveModel| {
            job.state = Set("running".to_owned());
            job.attempts = Set(1);
            job.lease = Set(Some(lease));
            job.lease_until = Set(Some(until));
        }
    };
    let now = app.ask(async |library| library.clock().now()).await;
    let under_way = put_job(&app, &shared, claim(now.plus(LATER))).await;

    let fast = app.node_ahead(Duration::from_mins(30)).await;
    let found = fast.ask(async |library| library.jobs.work_once(std::future::pending()).await);
    assert!(!found.await.unwrap(), "there is nothing to do");

    let other = job(&app, under_way).await.expect("it is under way");
    assert_eq!(other.lease, Some(living.clone()));
    // One that ends in a hundred years is nobody's: a clock was put back.
    let done: entity::job::ActiveModel = other.into();
    done.delete(&app.database().await).await.unwrap();
    let of_the_future = put_job(&app, &shared, claim(now.plus(Duration::from_hours(1_000_000)))).await;
    until(&app, of_the_future, |job| job.is_none()).await;
    fast.lose().await;
    app.finish().await;
}

#[tokio::test]
async fn one_object_that_cannot_be_deleted_does_not_keep_the_others_from_it() {
    let app = TestApp::start().await;
    let Some(objects) = app.object("") else { return };
    let key = |letter: &str| format!("blobs/{0}{0}/{1}.0123456789abcdef", letter, letter.repeat(64));
    let (stuck, plain) = (key("a"), key("b"));
    // A folder with something in it cannot be deleted as an object is.
    std::fs::create_dir_all(objects.join(&stuck).join("inside")).unwrap();
    std::fs::create_dir_all(objects.join(&plain).parent().unwrap()).unwrap();
    std::fs::write(objects.join(&plain), "given up").unwrap();
    for key in [&stuck, &plain] {
        let row = entity::garbage::ActiveModel {
            key: Set(key.clone()),
            created_at: Set(Timestamp(1)),
        };
        entity::garbage::Entity::insert(row)
            .exec(&app.database().await)
            .await
            .unwrap();
    }

    // The service may be at a round of its own, which only one is at a time.
    let emptied = tokio::time::timeout(Duration::from_mins(1), async {
        while objects.join(&plain).exists() {
            app.ask(async |library| library.operations.tidy().await).await.unwrap();
        }
    });
    emptied.await.expect("the first one keeps all others");

    let left = entity::garbage::Entity::find()
        .all(&app.database().await)
        .await
        .unwrap();
    assert_eq!(
        left.len(),
        1,
        "what could not be deleted stays for the next round: {left:?}"
    );
    app.finish().await;
}
