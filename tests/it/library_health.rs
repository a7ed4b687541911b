//! Library health: who gives, who builds on whom, and what lies fallow, counted at night.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Caller, id};

/// Nothing that is a PDF.
const BROKEN: &[u8] = b"%PDF-1.7\nbroken";

async fn publish(teacher: &Caller, admin: &Caller, metadata: &Value, file: (&str, &[u8])) -> String {
    let shared = teacher.share_as(metadata, &[file]).await.expect(201).json();
    admin.step(&id(&shared), "publish").await.expect(200);
    id(&shared)
}

async fn night(app: &TestApp) {
    app.settled().await;
    let kept = app.ask(async |library| library.administration.keep_ledger().await);
    kept.await.expect("figures are counted");
}

fn of_school<'a>(report: &'a Value, code: &str) -> &'a Value {
    let mut rows = report["schools"].as_array().unwrap().iter();
    rows.find(|row| row["school"]["code"] == code).unwrap()
}

fn counts(row: &Value) -> [i64; 6] {
    [
        "published",
        "adapted",
        "adapted_elsewhere",
        "unused",
        "unreadable",
        "duplicates",
    ]
    .map(|field| row[field].as_i64().unwrap())
}

#[tokio::test]
async fn what_lies_unused_unread_or_twice_and_who_builds_on_whom_is_counted_by_school() {
    let app = TestApp::start().await;
    let (one, two) = (app.teacher("S1").await, app.teacher("S2").await);
    let (keeper, other) = (app.admin("S1").await, app.admin("S2").await);
    let city = |title: &str| json!({"title": title, "type": "worksheet", "scope": "city"});
    let origin = publish(&one, &keeper, &city("原"), ("a.txt", b"same")).await;
    publish(&one, &keeper, &city("坏"), ("b.pdf", BROKEN)).await;
    let mut adapted = city("改");
    adapted["based_on"] = json!(origin);
    publish(&two, &other, &adapted, ("c.txt", b"same")).await;
    // A draft counts for nothing.
    one.share_as(&city("稿"), &[("d.txt", b"same")]).await.expect(201);

    night(&app).await;

    let bureau = app.bureau().await;
    let report = bureau.get_json("/api/v1/reports/health").await;
    assert_eq!(counts(of_school(&report, "S1")), [2, 0, 1, 0, 1, 1]);
    assert_eq!(counts(of_school(&report, "S2")), [1, 1, 0, 0, 0, 1]);
    let pair = &report["reuse"][0];
    assert_eq!(
        (&pair["from"]["code"], &pair["by"]["code"]),
        (&json!("S1"), &json!("S2"))
    );
    assert_eq!(
        (&pair["count"], report["reuse"].as_array().unwrap().len()),
        (&json!(1), 1)
    );

    // Who builds on whom is on the page, in the JSON, and in the table: six numbers of no school lie between.
    let table = bureau.get("/api/v1/reports/health?format=csv").await.expect(200);
    let table = String::from_utf8(table.body).unwrap();
    assert!(table.contains("改编学校,改编的资源（个）"), "{table}");
    let names = [&report["reuse"][0]["from"]["name"], &report["reuse"][0]["by"]["name"]].map(crate::client::text);
    assert!(
        table.contains(&format!("S1,{},,,,,,,{},1", names[0], names[1])),
        "{table}"
    );

    // A year on, somebody has opened one of them.
    app.advance(Duration::from_hours(366 * 24));
    let (one, reader) = (app.teacher("S1").await, app.reader("S2").await);
    reader.get(&format!("/r/{origin}")).await.expect(200);
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("uses are written down");
    night(&app).await;
    let report = app.bureau().await.get_json("/api/v1/reports/health").await;
    assert_eq!(
        counts(of_school(&report, "S1"))[3],
        1,
        "the one that somebody opened is not unused"
    );
    assert_eq!(one.get("/api/v1/reports/health").await.refusal(403), "not-allowed");
    app.finish().await;
}

#[tokio::test]
async fn a_school_sees_its_own_and_who_builds_on_it_and_no_other() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let (one, two) = (app.teacher("S1").await, app.teacher("S2").await);
    let (keeper, other) = (app.admin("S1").await, app.admin("S2").await);
    let city = |title: &str| json!({"title": title, "type": "worksheet", "scope": "city"});
    let origin = publish(&one, &keeper, &city("原"), ("a.txt", b"one")).await;
    let mut adapted = city("改");
    adapted["based_on"] = json!(origin);
    publish(&two, &other, &adapted, ("c.txt", b"two")).await;

    night(&app).await;

    let own = keeper.get_json("/api/v1/reports/health").await;
    let codes: Vec<&Value> = own["schools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["school"]["code"])
        .collect();
    assert_eq!(codes, ["S1"]);
    assert_eq!(own["reuse"][0]["by"]["code"], "S2");
    assert_eq!(
        keeper.get("/api/v1/reports/health?school=S2").await.refusal(403),
        "not-allowed"
    );
    let page = html(bureau.get("/reports?of=health").await.expect(200));
    assert!(
        page.contains("被别校改编") && page.contains("谁在谁的基础上改编"),
        "{page}"
    );
    app.finish().await;
}
