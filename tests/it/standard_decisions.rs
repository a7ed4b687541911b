//! The list of what versions ask for as a table: all of it goes out, and what was decided comes in.

use gongxue::db::entity::standard_followup;
use gongxue::domain::id::FollowUpId;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, Statement};
use serde_json::{Value, json};

use crate::client::{Answer, Caller, id, text};
use crate::standards::{City, STANDARDS};
use crate::training_attendance::{bring_to, press, yes};

const FOLLOWUPS: &str = "/api/v1/standards/followups";
const IMPORT: &str = "/standards/followups/import";
/// 锥轴 is split in two; all else stays.
const SPLIT: &str = "数控加工,零件车削,台阶轴,40,\n\
                     数控加工,零件车削,外锥,20,锥轴\n\
                     数控加工,零件车削,内锥,20,锥轴\n\
                     数控加工,零件车削,螺纹轴,40,\n\
                     数控加工,零件铣削,平面,40,\n";

async fn exported(caller: &Caller) -> String {
    let sheet = caller.get(&format!("{FOLLOWUPS}?format=csv")).await.expect(200);
    String::from_utf8(sheet.body).unwrap()
}

/// The states of all of them with the reasons, in the order of the list.
async fn states(caller: &Caller) -> Vec<(String, Value)> {
    let page = caller.get_json(FOLLOWUPS).await;
    let items = page["items"].as_array().unwrap().iter();
    items.map(|it| (text(&it["state"]), it["reason"].clone())).collect()
}

fn all(states: &[(&str, Value)]) -> Vec<(String, Value)> {
    states
        .iter()
        .map(|(state, reason)| ((*state).to_owned(), reason.clone()))
        .collect()
}

#[tokio::test]
async fn decisions_come_in_by_the_exported_table_all_of_them_or_none() {
    let city = City::open().await;
    for title in ["锥轴一", "锥轴二", "锥轴三"] {
        city.share(title, "锥轴").await;
    }
    city.publish(SPLIT).await;
    let open = || all(&[("open", Value::Null), ("open", Value::Null), ("open", Value::Null)]);
    let sheet = exported(&city.admin).await;

    let (status, page) = bring_to(&city.admin, IMPORT, &sheet).await;
    assert_eq!((status, yes(&page)), (200, None), "{page}");
    assert!(page.contains("与现在记录的完全一致"), "{page}");

    // Each row is found by what it is about, as somebody fills it in.
    let filled: String = sheet
        .split_inclusive('\n')
        .map(|line| match line {
            _ if line.contains("锥轴一") => line.replace("待处理,", "已处理,"),
            _ if line.contains("锥轴二") => line.replace("待处理,,", "不处理,内外锥一起讲,"),
            _ => line.to_owned(),
        })
        .collect();
    let faulty = filled.replace("待处理", "以后再说");
    let (status, page) = bring_to(&city.admin, IMPORT, &faulty).await;
    assert_eq!((status, yes(&page)), (422, None));
    assert!(page.contains("第 4 行「进度」"), "{page}");
    let silent = filled.replace("内外锥一起讲", "");
    let (status, page) = bring_to(&city.admin, IMPORT, &silent).await;
    assert_eq!(status, 422);
    assert!(page.contains("第 3 行「不处理的原因」：必填"), "{page}");
    let (status, page) = bring_to(&city.app.admin("S2").await, IMPORT, &filled).await;
    assert_eq!(status, 422, "of another school");
    assert!(page.contains("第 2 行「编号」"), "{page}");
    assert_eq!(states(&city.owner).await, open());

    let (status, page) = bring_to(&city.admin, IMPORT, &filled).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("记录 2 项处理结果"), "{page}");
    assert_eq!(states(&city.owner).await, open(), "looked at is not decided");
    let confirmed = press(&city.admin, &yes(&page).unwrap()).await.expect(303);
    assert!(confirmed.header("location").ends_with("done=imported"));
    let decided = all(&[
        ("done", Value::Null),
        ("waived", json!("内外锥一起讲")),
        ("open", Value::Null),
    ]);
    assert_eq!(states(&city.owner).await, decided);
    press(&city.admin, &yes(&page).unwrap()).await.expect(404);
    for action in ["standard.done", "standard.waive"] {
        let lines = city.bureau.get_json(&format!("/api/v1/audit?action={action}")).await;
        assert_eq!(lines["items"].as_array().unwrap().len(), 1, "{action}");
    }

    // The table that went out before is older than what was decided since.
    let (status, page) = bring_to(&city.admin, IMPORT, &sheet).await;
    assert_eq!(status, 422);
    assert!(page.contains("导出以后有人改动过这一项"), "{page}");
    city.app.finish().await;
}

#[tokio::test]
async fn a_decision_between_looking_and_saying_yes_is_not_written_over() {
    let city = City::open().await;
    city.share("锥轴一", "锥轴").await;
    city.publish(SPLIT).await;
    let sheet = exported(&city.admin).await.replace("待处理,", "已处理,");
    let (_, page) = bring_to(&city.admin, IMPORT, &sheet).await;
    let it = city.owner.get_json(FOLLOWUPS).await["items"][0].clone();
    let waived = json!({"state": "waived", "reason": "不用改"});
    let request = city.owner.request("PATCH", &format!("{FOLLOWUPS}/{}", id(&it)));
    Answer::of(request.header("if-match", "\"r1\"").json(&waived))
        .await
        .expect(200);

    let late = press(&city.admin, &yes(&page).unwrap()).await.expect(303);

    assert!(late.header("location").ends_with("done=stale-table"));
    assert_eq!(states(&city.owner).await, all(&[("waived", json!("不用改"))]));
    city.app.finish().await;
}

/// The list ended at the ten-thousandth without a word.
#[tokio::test]
async fn the_exported_list_holds_all_there_is() {
    let city = City::open().await;
    city.share("锥轴一", "锥轴").await;
    city.publish(SPLIT).await;
    let database = city.app.database().await;
    let first = standard_followup::Entity::find().one(&database).await.unwrap().unwrap();
    let another = |_| standard_followup::Model {
        id: FollowUpId::new(),
        target: FollowUpId::new().to_string(),
        ..first.clone()
    };
    for _ in 0..11 {
        let rows = (0..1_000).map(another).map(standard_followup::Model::into_active_model);
        standard_followup::Entity::insert_many(rows)
            .exec_without_returning(&database)
            .await
            .unwrap();
    }

    let sheet = exported(&city.bureau).await;

    assert_eq!(sheet.lines().count(), 1 + 11_001);
    let workbook = city.bureau.get(&format!("{FOLLOWUPS}?format=xlsx")).await.expect(200);
    assert!(workbook.body.len() > 100_000, "{}", workbook.body.len());
    city.app.finish().await;
}

/// A page of thirty versions held thirty curricula.
#[tokio::test]
async fn the_list_of_versions_reads_no_structure() {
    let city = City::open().await;
    let version = city.publish(SPLIT).await;
    let database = city.app.database().await;
    let broken = Statement::from_string(
        database.get_database_backend(),
        "UPDATE standard_version SET structure = '{\"not\": \"one\"}', changes = '{}'",
    );
    database.execute_raw(broken).await.unwrap();

    let listed = city.app.guest().get_json(STANDARDS).await;

    assert_eq!(listed["items"][0]["id"], version["id"]);
    city.app.guest().get("/standards").await.expect(200);
    let whole = city.app.guest().get(&format!("{STANDARDS}/{}", id(&version))).await;
    assert_eq!(whole.status, 500, "that it cannot be read is what this is about");
    city.app.finish().await;
}

/// Whoever kept the list with a program had to decide row by row: the table had a page and no address of the interface.
#[tokio::test]
async fn a_program_brings_decisions_as_a_table_too() {
    let city = City::open().await;
    for title in ["锥轴一", "锥轴二"] {
        city.share(title, "锥轴").await;
    }
    city.publish(SPLIT).await;
    let sheet = exported(&city.admin).await;
    let filled: String = sheet
        .split_inclusive('\n')
        .map(|line| match line {
            _ if line.contains("锥轴二") => line.replace("待处理,,", "不处理,内外锥一起讲,"),
            _ => line.to_owned(),
        })
        .collect();
    let list = "standard-followups";

    let refused = crate::sheets::sent(&city.app.reader("S1").await, list, filled.clone()).await;
    assert_eq!(refused.refusal(403), "not-allowed");
    let faulty = crate::sheets::looked_at(&city.admin, list, &filled.replace("不处理", "以后再说")).await;
    assert_eq!(faulty["id"], Value::Null);
    assert_eq!(crate::sheets::faults(&faulty), ["3 进度 unknown-value"]);
    let preview = crate::sheets::looked_at(&city.admin, list, &filled).await;
    assert_eq!(crate::sheets::counts(&preview), [0, 1, 1], "{preview}");
    let cells = json!([{"field": "state", "before": "open"}, {"field": "reason", "before": ""}]);
    assert_eq!(preview["rows"], json!([{"row": 3, "does": "change", "cells": cells}]));
    let open = states(&city.owner).await;
    assert_eq!(
        open,
        all(&[("open", Value::Null), ("open", Value::Null)]),
        "looked at is not decided"
    );

    let done = crate::sheets::said_yes(&city.admin, list, &preview)
        .await
        .expect(200)
        .json();

    assert_eq!(crate::sheets::counts(&done), [0, 1, 0]);
    let decided = all(&[("open", Value::Null), ("waived", json!("内外锥一起讲"))]);
    assert_eq!(states(&city.owner).await, decided);
    crate::sheets::said_yes(&city.admin, list, &preview).await.expect(404);
    city.app.finish().await;
}
