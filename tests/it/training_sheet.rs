//! Sessions from a table, and as one.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Caller, text};
use crate::sheets::expect_unchanged;
use crate::training::{SESSIONS, hold};
use crate::training_attendance::{bring_to, press, yes};

const IMPORT: &str = "/sheets/training-sessions";

async fn titles(caller: &Caller) -> Vec<String> {
    let page = caller.get_json(SESSIONS).await;
    let items = page["items"].as_array().unwrap().iter();
    items.map(|session| text(&session["title"])).collect()
}

#[tokio::test]
async fn a_table_of_sessions_with_faulty_rows_makes_none_until_it_is_mended() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let table = "标题,方式,开始日期,学时,面向的学校,计入工作方案\n\
        工学一体化课程开发,现场,2026/11/24,16,S1、S2,是\n\
        学习任务设计,邮寄,2026-11-25,8,,\n\
        ,线上,某日,0,没有的学校,\n\
        工学一体化课程开发,现场,2026年11月24日,16,,\n";

    let (status, page) = bring_to(&bureau, IMPORT, table).await;

    assert_eq!((status, yes(&page)), (422, None));
    for told in [
        "第 3 行「方式」",
        "第 4 行「标题」：必填",
        "第 4 行「开始日期」",
        "第 4 行「学时」",
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
    let (_, page) = bring_to(
        &bureau,
        IMPORT,
        &table
            .replace("邮寄", "线上")
            .replace(",线上,某日,0,", "新的,线上,2026-11-26,4,"),
    )
    .await;
    assert!(
        page.contains("第 4 行「面向的学校」：没有“没有的学校”") && page.contains("第 5 行：与第 2 行相同"),
        "{page}"
    );
    assert_eq!(titles(&bureau).await, [""; 0]);

    let mended: String = table.split_inclusive('\n').take(2).collect();
    let (status, page) = bring_to(&bureau, IMPORT, &mended).await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(titles(&bureau).await, [""; 0], "looked at is not made");
    press(&bureau, &yes(&page).unwrap()).await.expect(303);
    let made = bureau.get_json(SESSIONS).await["items"][0].clone();
    let schools: Vec<_> = made["schools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["code"]))
        .collect();
    assert_eq!(
        (&made["from"], &made["hours"], &made["counts"], schools),
        (
            &json!("2026-11-24"),
            &json!(16),
            &json!(true),
            vec!["S1".to_owned(), "S2".to_owned()]
        )
    );
    // Sent twice it makes nothing twice.
    press(&bureau, &yes(&page).unwrap()).await.expect(404);
    let (status, page) = bring_to(&bureau, IMPORT, &mended).await;
    assert_eq!((status, yes(&page)), (200, None));
    assert!(page.contains("没有变化 1 条"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn a_schools_table_counts_nothing_for_the_plan_and_invites_no_other_school() {
    let app = TestApp::start().await;
    let (admin, teacher) = (app.admin("S1").await, app.teacher("S1").await);
    app.admin("S2").await;
    let table =
        "标题,方式,开始日期,学时,面向的学校,计入工作方案\n甲,现场,2026-11-24,8,,是\n乙,现场,2026-11-24,8,S2,否\n";

    let (status, page) = bring_to(&admin, IMPORT, table).await;

    assert_eq!(status, 422);
    assert!(
        page.contains("第 2 行「计入工作方案」") && page.contains("第 3 行「面向的学校」"),
        "{page}"
    );
    let (status, page) = bring_to(&teacher, IMPORT, table).await;
    assert_eq!((status, yes(&page)), (403, None));
    assert_eq!(teacher.get(IMPORT).await.status, 403);
    // What was looked at is its sender's.
    let (_, page) = bring_to(&admin, IMPORT, "标题,方式,开始日期,学时\n丙,现场,2026-11-24,8\n").await;
    press(&app.bureau().await, &yes(&page).unwrap()).await.expect(404);
    app.finish().await;
}

#[tokio::test]
async fn sessions_that_were_taken_along_can_be_brought_again() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let more = json!({"title": "=1+1 课程,开发", "topic": "甲；乙", "capacity": 30, "counts": true});
    hold(&app, &bureau, &more).await;
    let csv = bureau.get(&format!("{SESSIONS}?format=csv")).await.expect(200).body;
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("\u{feff}标题,"), "{csv}");
    let workbook = bureau.get(&format!("{SESSIONS}?format=xlsx")).await.expect(200).body;
    assert!(workbook.starts_with(b"PK"));
    let wrong = bureau.get(&format!("{SESSIONS}?format=pdf")).await;
    assert_eq!(wrong.refusal(422), "invalid-fields");

    expect_unchanged(&bureau, "training-sessions", SESSIONS, 1).await;
    let other = csv.replace("课程,开发", "课程,开发（二期）");
    // Without its id a row of another title is another session.
    let rows = other.trim_end().lines().map(|line| line.rsplit_once(',').unwrap().0);
    let other: Vec<&str> = rows.collect();
    let other = other.join("\n");
    let (status, page) = bring_to(&bureau, IMPORT, &other).await;
    assert_eq!(status, 200, "{page}");
    press(&bureau, &yes(&page).unwrap()).await.expect(303);

    let sessions = bureau.get_json(SESSIONS).await;
    let of = |title: &str| {
        let mut found = sessions["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| text(&it["title"]).ends_with(title));
        found.next().cloned().unwrap_or(Value::Null)
    };
    let (first, second) = (of("开发"), of("二期）"));
    for field in [
        "topic", "mode", "from", "until", "days", "hours", "capacity", "counts", "share", "place",
    ] {
        assert_eq!(first[field], second[field], "{field}");
    }
    app.finish().await;
}
