//! What the library held on any day: right after every move, whoever writes beside it, and however long ago.

use std::time::Duration;

use gongxue::db::entity::{holding_change, holding_sum, resource_use, training_attendance};
use gongxue::domain::curriculum::Catalogue;
use gongxue::domain::id::{AccountId, AttendanceId};
use gongxue::domain::time::Timestamp;
use gongxue::domain::training::attendance::AttendanceState;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Caller, id};
use crate::standards::City;

const MAJOR: &str = "数控加工(数控车工)";
const COURSE: &str = "零件钳加工";
const TASK: &str = "鸭嘴锤制作";
const A_MONTH: Duration = Duration::from_hours(40 * 24);

async fn with_catalogue() -> TestApp {
    let app = TestApp::start().await;
    let catalogue = Catalogue::shipped();
    app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
        .await
        .expect("import the catalogue");
    app
}

async fn publish(teacher: &Caller, admin: &Caller, metadata: &Value) -> String {
    let shared = teacher.share_as(metadata, &[("a.txt", b"a")]).await.expect(201).json();
    admin.step(&id(&shared), "publish").await.expect(200);
    id(&shared)
}

async fn keep_ledger(app: &TestApp) {
    let kept = app.ask(async |library| library.administration.keep_ledger().await);
    kept.await.expect("the ledger is kept");
}

/// What the city held at the end of a day, by type.
async fn held_on(app: &TestApp, day: &str) -> Value {
    let auditor = app.auditor().await;
    let report = auditor.get_json(&format!("/api/v1/reports/coverage?as_of={day}")).await;
    assert_eq!(report["as_of"], day);
    let school = report["schools"].as_array().unwrap().first().cloned();
    let counts = school.map_or(json!({}), |school| school["counts"].clone());
    let sum: i64 = counts.as_object().unwrap().values().filter_map(Value::as_i64).sum();
    assert_eq!(report["total"], sum, "one school holds everything");
    counts
}

/// An inspector asks a year later what there was at the end of a phase; what was taken down since had been there.
#[tokio::test]
async fn what_there_was_on_a_day_is_still_told_after_it_was_moved_and_taken_down() {
    let app = with_catalogue().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let before = app.now().minus(Duration::from_hours(24)).day();
    let worksheet = json!({"title": "页", "type": "worksheet", "major": MAJOR, "course": COURSE, "task": TASK});
    let sheet = publish(&teacher, &admin, &worksheet).await;
    let first = app.now().day();
    app.advance(A_MONTH);
    publish(&teacher, &admin, &json!({"title": "片", "type": "video"})).await;
    let second = app.now().day();
    keep_ledger(&app).await;
    app.advance(A_MONTH);
    admin.step(&sheet, "withdraw").await.expect(200);
    let third = app.now().day();

    for round in ["as written", "rolled up", "rolled up twice"] {
        assert_eq!(held_on(&app, &before).await, json!({}), "{round}");
        assert_eq!(held_on(&app, &first).await, json!({"worksheet": 1}), "{round}");
        assert_eq!(
            held_on(&app, &second).await,
            json!({"video": 1, "worksheet": 1}),
            "{round}"
        );
        assert_eq!(held_on(&app, &third).await, json!({"video": 1}), "{round}");
        keep_ledger(&app).await;
    }
    let database = app.database().await;
    assert_eq!(holding_change::Entity::find().count(&database).await.unwrap(), 0);

    // Its task was another's until then.
    let bureau = app.bureau().await;
    let report = bureau
        .get_json(&format!("/api/v1/reports/coverage?as_of={second}"))
        .await;
    let majors = report["majors"].as_array().unwrap();
    let major = majors.iter().find(|major| major["major"]["name"] == MAJOR).unwrap();
    assert_eq!(major["counts"], json!({"worksheet": 1}));
    app.finish().await;
}

/// The gaps of a course had been printed; once a standard retired it, the same day's report said that it had had none.
#[tokio::test]
async fn what_a_course_lacked_on_a_day_is_told_after_it_was_retired() {
    let city = City::open().await;
    city.share("铣平面", "平面").await;
    let day = city.app.now().day();
    let lacked = async |asked: &str| {
        let report = city.bureau.get_json(&format!("/api/v1/reports/coverage{asked}")).await;
        let courses = report["majors"][0]["courses"].as_array().unwrap().clone();
        let course = courses
            .into_iter()
            .find(|course| course["course"]["name"] == "零件铣削");
        course.unwrap()["missing"].clone()
    };
    // All of the nine but the worksheet.
    let printed = json!([
        "course_standard",
        "task_design",
        "assessment",
        "item_bank",
        "activity_plan",
        "info_page",
        "schedule",
        "lesson_plan"
    ]);
    assert_eq!(lacked("").await, printed);

    city.app.advance(Duration::from_hours(48));
    city.publish("数控加工,零件车削,台阶轴,40,\n").await;

    assert_eq!(lacked(&format!("?as_of={day}")).await, printed);
    assert_eq!(
        lacked("").await,
        json!([]),
        "what nobody teaches any more lacks nothing"
    );
    city.app.finish().await;
}

#[tokio::test]
async fn a_resource_that_is_moved_counts_in_one_place() {
    let app = with_catalogue().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let sheet = publish(&teacher, &admin, &json!({"title": "页", "type": "worksheet"})).await;
    let now = admin.get(&format!("/api/v1/resources/{sheet}")).await.expect(200);
    let change = json!({"major": MAJOR, "course": COURSE, "task": TASK});

    admin
        .patch(&sheet, Some(&now.header("etag")), &change)
        .await
        .expect(200);

    let report = app.bureau().await.get_json("/api/v1/reports/coverage").await;
    assert_eq!((&report["total"], &report["unplaced"]), (&json!(1), &json!({})));
    app.finish().await;
}

/// Whoever moved a resource to another task took last year's uses of the first one along.
#[tokio::test]
async fn a_use_belongs_to_the_task_at_which_it_happened() {
    let app = with_catalogue().await;
    let (teacher, admin, reader) = (app.teacher("S1").await, app.admin("S1").await, app.reader("S1").await);
    let metadata = json!({"title": "页", "type": "worksheet", "major": MAJOR, "course": COURSE, "task": TASK});
    let sheet = publish(&teacher, &admin, &metadata).await;
    let path = format!("/api/v1/resources/{sheet}");
    let keep = async || {
        app.ask(async |library| library.usage.keep_uses().await)
            .await
            .expect("keep");
    };
    reader.get(&path).await.expect(200);
    reader.get(&path).await.expect(200);
    // The administrator looks, too, before it is moved.
    let tag = admin.get(&path).await.expect(200).header("etag");
    keep().await;

    admin
        .patch(&sheet, Some(&tag), &json!({"task": null}))
        .await
        .expect(200);
    reader.get(&path).await.expect(200);
    keep().await;

    let report = app.bureau().await.get_json("/api/v1/reports/task-usage").await;
    let mut rows: Vec<(Value, Value, Value, Value)> = Vec::new();
    for row in report["rows"].as_array().unwrap() {
        assert_eq!(row["course"]["name"], COURSE);
        let newest = row["by_month"].as_array().unwrap().last().unwrap();
        let task = row["task"]["name"].clone();
        rows.push((task, row["resources"].clone(), row["uses"].clone(), newest.clone()));
    }
    let expected = [
        (json!(TASK), json!(0), json!(3), json!(3)),
        (Value::Null, json!(1), json!(1), json!(1)),
    ];
    assert_eq!((rows, &report["uses"]), (expected.into(), &json!(4)));
    app.finish().await;
}

/// Rolled up while others write, a change was counted twice or not at all.
#[tokio::test]
async fn figures_stay_right_while_many_publish_and_the_ledger_is_rolled_up() {
    let app = with_catalogue().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let works = async {
        for number in 0..6 {
            let metadata = json!({"title": number.to_string(), "type": "worksheet"});
            let (one, other) = tokio::join!(
                publish(&teacher, &admin, &metadata),
                publish(&teacher, &admin, &metadata)
            );
            admin.step(&one, "withdraw").await.expect(200);
            assert_ne!(one, other);
        }
    };
    let mut works = std::pin::pin!(works);
    let mut is_done = false;

    while !is_done {
        tokio::select! {
            () = &mut works => is_done = true,
            () = keep_ledger(&app) => {}
        }
    }

    let report = app.bureau().await.get_json("/api/v1/reports/coverage").await;
    assert_eq!(report["total"], 6);
    assert_eq!(report["ledger"]["wrong"], 0);
    app.finish().await;
}

/// Something wrote past the ledger: a hand in the database, a version of the program that did not know it.
#[tokio::test]
async fn a_ledger_that_went_wrong_is_put_right_overnight_and_says_so() {
    let app = with_catalogue().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    publish(&teacher, &admin, &json!({"title": "页", "type": "worksheet"})).await;
    publish(&teacher, &admin, &json!({"title": "片", "type": "video"})).await;
    let database = app.database().await;
    let of_video = holding_change::Column::Kind.eq("video");
    holding_change::Entity::delete_many()
        .filter(of_video)
        .exec(&database)
        .await
        .unwrap();
    let bureau = app.bureau().await;
    assert_eq!(bureau.get_json("/api/v1/reports/coverage").await["total"], 1);

    app.advance(Duration::from_hours(24));
    keep_ledger(&app).await;

    let report = bureau.get_json("/api/v1/reports/coverage").await;
    assert_eq!((&report["total"], &report["ledger"]["wrong"]), (&json!(2), &json!(1)));
    let page = html(bureau.get("/reports?of=coverage").await.expect(200));
    assert!(page.contains("有 1 处不一致，已更正"), "{page}");
    app.advance(Duration::from_hours(24));
    keep_ledger(&app).await;
    let page = html(bureau.get("/reports?of=coverage").await.expect(200));
    assert!(page.contains("核对，一致"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn a_day_before_the_ledger_began_says_what_it_does_not_know_and_no_day_is_told_as_such() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;

    let page = html(bureau.get("/reports?of=coverage&as_of=2022-08-31").await.expect(200));
    assert!(
        page.contains("截至 2022-08-31") && page.contains("更早的日期"),
        "{page}"
    );
    assert!(
        page.contains("coverage?as_of=2022-08-31&#38;format=xlsx"),
        "the table is of another day"
    );

    let refused = bureau.get("/api/v1/reports/coverage?as_of=2022-13-41").await;
    assert_eq!(refused.refusal(422), "invalid-fields");
    app.finish().await;
}

/// The cost of a figure must not grow with what happened, only with where things stand.
#[tokio::test]
async fn a_thousand_changes_at_one_place_are_a_handful_of_sums() {
    let app = TestApp::start().await;
    let database = app.database().await;
    let today = app.now();
    let change = |number: i64| holding_change::ActiveModel {
        id: sea_orm::ActiveValue::Set(gongxue::domain::id::ResourceId::new().0),
        day: sea_orm::ActiveValue::Set(Timestamp(today.0 + number % 64 * 86_400_000).day_number()),
        school_id: sea_orm::ActiveValue::Set(None),
        major_id: sea_orm::ActiveValue::Set(None),
        course_id: sea_orm::ActiveValue::Set(None),
        task_id: sea_orm::ActiveValue::Set(None),
        kind: sea_orm::ActiveValue::Set("video".to_owned()),
        delta: sea_orm::ActiveValue::Set(1),
    };
    for hundreds in 0..50 {
        let rows = (0..100).map(|number| change(hundreds * 100 + number));
        holding_change::Entity::insert_many(rows)
            .exec_without_returning(&database)
            .await
            .unwrap();
    }

    // Twice: what a comparison that ran beside it took out again is rolled up, too.
    keep_ledger(&app).await;
    keep_ledger(&app).await;

    assert_eq!(holding_change::Entity::find().count(&database).await.unwrap(), 0);
    let of = |grain: &str| holding_sum::Entity::find().filter(holding_sum::Column::Grain.eq(grain));
    let (days, blocks) = (
        of("day").all(&database).await.unwrap(),
        of("block").all(&database).await.unwrap(),
    );
    let held = |sums: &[holding_sum::Model]| sums.iter().map(|sum| sum.delta).sum::<i64>();
    assert_eq!(days.len(), 64);
    assert!(blocks.len() <= 3, "{blocks:?}");
    assert!(held(&days) > 0);
    assert_eq!(
        held(&days),
        held(&blocks),
        "the days and the blocks of days say different things"
    );
    app.finish().await;
}

/// The nightly check looked at what is held alone: uses and hours of training went wrong and nobody was told, or only whoever
/// read another report.
#[tokio::test]
async fn uses_and_training_that_do_not_add_up_are_told_wherever_they_are_counted() {
    let app = with_catalogue().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let sheet = publish(&teacher, &admin, &json!({"title": "页", "type": "worksheet"})).await;
    admin.get(&format!("/api/v1/resources/{sheet}")).await.expect(200);
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("uses are written down");
    app.advance(Duration::from_hours(24));
    keep_ledger(&app).await;
    let bureau = app.bureau().await;
    let told = async || {
        let report = bureau.get_json("/api/v1/reports/coverage").await;
        let ledger = &report["ledger"];
        (
            ledger["wrong"].clone(),
            ledger["wrong_uses"].clone(),
            ledger["wrong_training"].clone(),
        )
    };
    assert_eq!(told().await, (json!(0), json!(0), json!(0)));

    // A hand in the database took the sum away and left the months.
    let database = app.database().await;
    resource_use::Entity::update_many()
        .col_expr(resource_use::Column::Uses, Expr::value(0_i64))
        .exec(&database)
        .await
        .unwrap();
    // And somebody who only meant to come has hours.
    let session = json!({"title": "数控", "mode": "on-site", "from": app.now().day(), "hours": 8, "counts": true});
    let session = bureau
        .post_json("/api/v1/training/sessions", &session)
        .await
        .expect(201)
        .json();
    let part = training_attendance::Model {
        id: AttendanceId::new(),
        session_id: id(&session).parse().unwrap(),
        account_id: AccountId::new(),
        school_id: None,
        state: AttendanceState::Enrolled,
        hours: 8,
        attended_on: None,
        enrolled_at: app.now(),
        enrolled_by: AccountId::new(),
    };
    training_attendance::Entity::insert(part.into_active_model())
        .exec_without_returning(&database)
        .await
        .unwrap();
    app.advance(Duration::from_hours(24));
    keep_ledger(&app).await;

    assert_eq!(told().await, (json!(0), json!(1), json!(1)));
    let page = html(app.bureau().await.get("/reports?of=coverage").await.expect(200));
    assert!(page.contains("使用次数有 1 处、培训记录有 1 处对不上"), "{page}");
    // And where the numbers are read that are wrong.
    for (of, field, told) in [
        ("usage", "wrong_uses", "核对使用次数，有 1 处对不上"),
        ("task-usage", "wrong_uses", "核对使用次数，有 1 处对不上"),
        ("progress", "wrong_training", "核对培训记录，有 1 处对不上"),
    ] {
        let report = bureau.get_json(&format!("/api/v1/reports/{of}")).await;
        assert_eq!(report["ledger"][field], 1, "{report}");
        let page = html(bureau.get(&format!("/reports?of={of}")).await.expect(200));
        assert!(page.contains(told), "{page}");
    }
    app.finish().await;
}
