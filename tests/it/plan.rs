//! The city's plan: what progress is held against, changed by the bureau with a date and a reason.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id};

fn plan(teachers: i64) -> Value {
    json!({"source": "市人社局 2026 年第 9 号", "decided_on": "2026-11-30", "reason": "增加第四阶段", "phases": [
        {"from": "2022-08", "until": "2023-07", "majors": 6, "schools": 4, "teachers": 20},
        {"from": "2025-08", "until": "2027-07", "majors": 3, "schools": 2, "teachers": teachers}]})
}

async fn put(caller: &Caller, tag: Option<&str>, body: &Value) -> Answer {
    let request = caller.request("PUT", "/api/v1/plan").json(body);
    Answer::of(match tag {
        Some(tag) => request.header("If-Match", tag),
        None => request,
    })
    .await
}

async fn targets(caller: &Caller) -> Vec<i64> {
    let progress = caller.get_json("/api/v1/reports/progress").await;
    let phases = progress["phases"].as_array().unwrap().iter();
    phases
        .map(|phase| phase["teachers"]["target"].as_i64().unwrap())
        .collect()
}

/// The phases: number, how many schools are to join, how many did.
async fn phases(caller: &Caller) -> Vec<(i64, i64, i64)> {
    let progress = caller.get_json("/api/v1/reports/progress").await;
    let number = |value: &Value| value.as_i64().unwrap();
    let phases = progress["phases"].as_array().unwrap().iter();
    phases
        .map(|phase| {
            let schools = &phase["schools"];
            (
                number(&phase["phase"]),
                number(&schools["target"]),
                number(&schools["reached"]),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_new_target_counts_at_once_and_the_old_one_can_still_be_read() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    // What the program's file said before the plan was rows.
    assert_eq!(targets(&bureau).await, [20, 30, 50]);
    let seen = bureau.get("/api/v1/plan").await.expect(200);
    assert_eq!(seen.json()["phases"][0]["from"], "2022-08");
    let tag = seen.header("etag");

    let changed = put(&bureau, Some(&tag), &plan(80)).await.expect(200);

    assert_eq!(targets(&bureau).await, [20, 80]);
    assert_ne!(changed.header("etag"), tag);
    // Two people had the page open: the second is told instead of undoing the first.
    assert_eq!(
        put(&bureau, Some(&tag), &plan(5)).await.refusal(412),
        "changed-meanwhile"
    );
    assert_eq!(put(&bureau, None, &plan(5)).await.refusal(428), "if-match-required");
    assert_eq!(targets(&bureau).await, [20, 80]);
    let history = bureau.get_json("/api/v1/plan/history").await;
    let history = history["items"].as_array().unwrap();
    assert_eq!((history.len(), &history[0]["reason"]), (2, &json!("增加第四阶段")));
    assert_eq!(
        (&history[0]["decided_on"], &history[1]["decided_on"]),
        (&json!("2026-11-30"), &Value::Null)
    );
    assert_eq!(history[1]["phases"][2]["teachers"], 50);
    let log = app.auditor().await.get_json("/api/v1/audit?action=plan.edit").await;
    let line = &log["items"][0];
    assert_eq!(line["actor"], bureau.name());
    assert!(line.to_string().contains("2025-08–2027-07 3/2/80"), "{line}");

    let school = app.admin("S1").await;
    assert_eq!(put(&school, Some("*"), &plan(1)).await.refusal(403), "not-allowed");
    let without_reason = json!({"source": "x", "decided_on": "2026-11-30", "phases": plan(1)["phases"]});
    let refused = put(&bureau, Some("*"), &without_reason).await;
    assert_eq!(refused.faults(), ["/reason required"]);
    app.finish().await;
}

/// Schools said that they joined in the second phase; whoever took the first one out of the plan gave them the third's targets.
#[tokio::test]
async fn a_phase_keeps_its_schools_and_targets_wherever_in_the_plan_it_stands() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    app.admin("S1").await;
    let joined = json!({"joined_phase": 2});
    let schools = bureau.get_json("/api/v1/schools").await;
    let school = schools["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["code"] == "S1");
    let path = format!("/api/v1/schools/{}", id(school.unwrap()));
    Answer::of(bureau.request("PATCH", &path).json(&joined))
        .await
        .expect(200);
    assert_eq!(phases(&bureau).await, [(1, 4, 0), (2, 2, 1), (3, 1, 0)]);

    // The first goes, one comes between, and they are sent in no order.
    let phase = |number: Option<i32>, from: &str, until: &str, schools: i64| json!({"number": number, "from": from, "until": until, "majors": 0, "schools": schools, "teachers": 0});
    let sent =
        |phases: &[Value]| json!({"source": "文件", "decided_on": "2026-11-30", "reason": "调整", "phases": phases});
    let moved = [
        phase(Some(3), "2024-07", "2025-07", 1),
        phase(Some(2), "2023-07", "2024-06", 2),
        phase(None, "2024-06", "2024-07", 9),
    ];
    put(&bureau, Some("*"), &sent(&moved)).await.expect(200);
    assert_eq!(phases(&bureau).await, [(2, 2, 1), (4, 9, 0), (3, 1, 0)]);
    let table = bureau.get("/api/v1/plan?format=csv").await.expect(200).body;
    assert!(String::from_utf8(table).unwrap().contains("\n2,2023-07,2024-06,"));

    // Whoever knows of no numbers means the phase that began in that month.
    let by_month = [json!({"from": "2023-07", "until": "2025-07", "majors": 0, "schools": 5, "teachers": 0})];
    put(&bureau, Some("*"), &sent(&by_month)).await.expect(200);
    assert_eq!(phases(&bureau).await, [(2, 5, 1)]);
    let back = [phase(Some(1), "2022-08", "2023-07", 4), by_month[0].clone()];
    put(&bureau, Some("*"), &sent(&back)).await.expect(200);
    assert_eq!(phases(&bureau).await, [(1, 4, 0), (2, 5, 1)]);
    let unknown = [phase(Some(7), "2022-08", "2023-07", 4)];
    let refused = put(&bureau, Some("*"), &sent(&unknown)).await;
    assert_eq!(refused.faults(), ["/phases/0/number malformed"]);
    app.finish().await;
}

#[tokio::test]
async fn a_table_is_looked_at_before_it_changes_what_progress_is_held_against() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let table = "开始,结束,试点专业,试点学校,培训教师（人次）\n2022-08,2023-07,6,4,21\n";

    let looked = browser
        .post_file(
            "/admin/plan/import",
            &[("csrf", browser.csrf.as_str())],
            Some(("目标.csv", table)),
        )
        .await;
    let looked = html(looked.expect(200));

    assert!(
        looked.contains("value=\"21\"") && looked.contains("还没有保存"),
        "{looked}"
    );
    let bureau = app.bureau().await;
    assert_eq!(targets(&bureau).await, [20, 30, 50], "looking changed the plan");
    let fields = [
        ("csrf", browser.csrf.as_str()),
        ("seen", "1"),
        ("source", "文件"),
        ("p1.from", "2022-08"),
        ("p1.until", "2023-07"),
        ("p1.majors", "6"),
        ("p1.schools", "4"),
        ("p1.teachers", "21"),
        ("p2.from", ""),
        ("p2.until", ""),
        ("decided_on", "2026-11-30"),
        ("reason", "按新文件"),
    ];
    browser.post("/admin/plan", &fields).await.expect(303);
    assert_eq!(targets(&bureau).await, [21]);
    let page = html(browser.get("/admin/plan").await.expect(200));
    assert!(page.contains("按新文件") && page.contains("随程序提供"), "{page}");
    app.finish().await;
}
