//! Lists as tables: what was taken along comes back as it is, faulty rows are named, and nothing is written but what was shown.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

const COMPANIES: &str = "/api/v1/companies";
const BASES: &str = "/api/v1/training/bases";
const PATHS: &str = "/api/v1/review-paths";
const CODES: [&str; 2] = ["9144030071526726XG", "91330100799655058B"];

/// A list as a table.
pub(crate) async fn taken_along(caller: &Caller, path: &str) -> String {
    let csv = caller.get(&format!("{path}?format=csv")).await.expect(200).body;
    let workbook = caller.get(&format!("{path}?format=xlsx")).await.expect(200).body;
    assert!(workbook.starts_with(b"PK"), "{path}");
    String::from_utf8(csv).unwrap()
}

/// Sends a table of a list to be looked at.
pub(crate) async fn sent(caller: &Caller, list: &str, table: impl Into<Vec<u8>>) -> Answer {
    let request = caller.request("POST", &format!("/api/v1/sheets/{list}"));
    Answer::of(request.header("content-type", "text/csv").body(table.into())).await
}

/// What a table would do.
pub(crate) async fn looked_at(caller: &Caller, list: &str, table: &str) -> Value {
    sent(caller, list, table).await.expect(200).json()
}

/// Says yes to a table.
pub(crate) async fn said_yes(caller: &Caller, list: &str, preview: &Value) -> Answer {
    let (path, query) = list.split_once('?').unwrap_or((list, ""));
    let id = text(&preview["id"]);
    caller
        .send("POST", &format!("/api/v1/sheets/{path}/{id}?{query}"))
        .await
}

/// How much a table adds, changes and leaves.
pub(crate) fn counts(preview: &Value) -> [u64; 3] {
    ["added", "changed", "unchanged"].map(|name| preview[name].as_u64().unwrap())
}

/// What is wrong with a table: the row, the column, the code.
pub(crate) fn faults(preview: &Value) -> Vec<String> {
    let faults = preview["faults"].as_array().unwrap().iter();
    let told = faults.map(|it| {
        let column = it["column"].as_str().unwrap_or_default();
        format!("{} {column} {}", it["row"], text(&it["code"]))
    });
    told.collect()
}

/// That a list comes back as it was taken along, in both forms.
pub(crate) async fn expect_unchanged(caller: &Caller, list: &str, path: &str, rows: u64) {
    let csv = taken_along(caller, path).await;
    let preview = looked_at(caller, list, &csv).await;
    assert_eq!(counts(&preview), [0, 0, rows], "{preview} of {csv}");
    assert_eq!((&preview["id"], &preview["faults"]), (&Value::Null, &json!([])));
    let workbook = caller.get(&format!("{path}?format=xlsx")).await.expect(200).body;
    let preview = sent(caller, list, workbook).await.expect(200).json();
    assert_eq!(counts(&preview), [0, 0, rows], "{preview} of a workbook");
}

async fn add(caller: &Caller, path: &str, body: &Value) -> String {
    id(&caller.post_json(path, body).await.expect(201).json())
}

async fn patch(caller: &Caller, path: &str, body: &Value) -> Answer {
    Answer::of(caller.request("PATCH", path).json(body)).await
}

/// A company whose cells are as awkward as cells are.
fn awkward() -> Value {
    json!({"name": "=1+1 数控,\"津门\"", "credit_code": CODES[0], "contact": "'=cmd|x", "schools": ["S2", "S1"],
        "from": "2022-01-01", "until": "2199-12-31"})
}

#[tokio::test]
async fn companies_come_back_as_they_were_taken_along() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    app.admin("S2").await;
    add(&bureau, COMPANIES, &awkward()).await;
    add(
        &bureau,
        COMPANIES,
        &json!({"name": "乙", "credit_code": CODES[1], "from": "2022-01-01"}),
    )
    .await;

    expect_unchanged(&bureau, "companies", COMPANIES, 2).await;
    // Of two schools: an administrator sees it, and may leave it as it is.
    expect_unchanged(&admin, "companies", COMPANIES, 1).await;
    let csv = taken_along(&bureau, COMPANIES).await;
    assert!(csv.contains("'=1+1"), "a spreadsheet would reckon with it: {csv}");
    let without_ids: Vec<&str> = csv.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
    let preview = looked_at(&bureau, "companies", &without_ids.join("\n")).await;
    assert_eq!(counts(&preview), [0, 0, 2], "known by their codes, too: {preview}");
    app.finish().await;
}

#[tokio::test]
async fn a_table_of_companies_adds_and_changes_what_was_shown_and_once() {
    let app = TestApp::start().await;
    let (bureau, other) = (app.bureau().await, app.bureau().await);
    let first = add(&bureau, COMPANIES, &awkward()).await;
    let path = format!("{COMPANIES}/{first}");
    let table = format!(
        "企业名称,统一社会信用代码,协议开始日期,联系人,系统编号\n津门数控,{0},2022/1/1,,{first}\n乙,{1},2023年2月3日,张三,\n",
        CODES[0], CODES[1]
    );

    let preview = looked_at(&bureau, "companies", &table).await;

    assert_eq!(counts(&preview), [1, 1, 0]);
    let cells = json!([{"field": "name", "before": "=1+1 数控,\"津门\""}, {"field": "contact", "before": "''=cmd|x"}]);
    let rows = json!([{"row": 2, "does": "change", "cells": cells}, {"row": 3, "does": "add"}]);
    assert_eq!(preview["rows"], rows);
    assert_eq!(
        bureau.get_json(&path).await["contact"],
        "'=cmd|x",
        "looked at is not written"
    );
    assert_eq!(
        said_yes(&other, "companies", &preview).await.refusal(404),
        "no-such-preview"
    );

    let done = said_yes(&bureau, "companies", &preview).await.expect(200).json();
    assert_eq!(counts(&done), [1, 1, 0]);
    said_yes(&bureau, "companies", &preview).await.expect(404);
    let after = bureau.get_json(&path).await;
    // What the table has no column for is as it was.
    let schools: Vec<String> = after["schools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["code"]))
        .collect();
    assert_eq!(
        (&after["name"], &after["contact"], &after["until"]),
        (&json!("津门数控"), &Value::Null, &json!("2199-12-31"))
    );
    assert_eq!(schools.len(), 2, "{schools:?}");
    let all = bureau.get_json(COMPANIES).await;
    assert_eq!(all["items"][0]["from"], "2023-02-03");
    assert_eq!(counts(&looked_at(&bureau, "companies", &table).await), [0, 0, 2]);
    let lines = bureau.get_json("/api/v1/audit?limit=100").await.to_string();
    assert!(lines.contains("company.list") && lines.contains(&first), "{lines}");
    app.finish().await;
}

#[tokio::test]
async fn what_changed_since_a_table_was_looked_at_is_not_written_over() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let company = add(&bureau, COMPANIES, &awkward()).await;
    let table = format!(
        "企业名称,统一社会信用代码,协议开始日期,联系人\n津门数控,{},2022-01-01,李四\n",
        CODES[0]
    );
    let preview = looked_at(&bureau, "companies", &table).await;

    patch(&bureau, &format!("{COMPANIES}/{company}"), &json!({"contact": "王五"}))
        .await
        .expect(200);

    assert_eq!(
        said_yes(&bureau, "companies", &preview).await.refusal(412),
        "changed-meanwhile"
    );
    assert_eq!(
        bureau.get_json(&format!("{COMPANIES}/{company}")).await["contact"],
        "王五"
    );
    app.finish().await;
}

#[tokio::test]
async fn faulty_rows_of_companies_are_named_and_nothing_is_written() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    app.admin("S2").await;
    add(
        &bureau,
        COMPANIES,
        &json!({"name": "别校的", "credit_code": CODES[1], "schools": ["S2"], "from": "2022-01-01"}),
    )
    .await;
    let head = "企业名称,统一社会信用代码,合作学校,协议开始日期,协议结束日期,系统编号";
    let gone = "0190a000-0000-7000-8000-000000000000";
    let table = format!(
        "{head}\n甲,9144030071526762XG,,某日,,\n,{0},没有的学校,2022-01-01,2021-01-01,\n乙,{0},S1,2022-01-01,,\n\
        丙,{0},S1,2022-01-01,,\n丁,{0},,2022-01-01,,{gone}\n",
        CODES[0]
    );

    let preview = looked_at(&bureau, "companies", &table).await;

    assert_eq!(preview["id"], Value::Null);
    assert_eq!(
        faults(&preview),
        [
            "2 统一社会信用代码 malformed",
            "2 协议开始日期 malformed",
            "3 企业名称 required",
            "3 协议结束日期 malformed",
            "5  same-row",
            "6 系统编号 unknown-value",
        ]
    );
    let english = bureau
        .request("POST", "/api/v1/sheets/companies")
        .header("accept-language", "en");
    let english = Answer::of(english.body(format!("{head}\n甲,{},没有的学校,2022-01-01,,\n", CODES[0])))
        .await
        .expect(200)
        .json();
    assert!(
        text(&english["faults"][0]["detail"]).contains("is unknown"),
        "{english}"
    );
    // Another school's company is not an administrator's to know, and its code is taken all the same.
    let taken = looked_at(&admin, "companies", &format!("{head}\n甲,{},,2022-01-01,,\n", CODES[1])).await;
    assert_eq!(faults(&taken), ["2 统一社会信用代码 repeated"]);
    let others = looked_at(
        &admin,
        "companies",
        &format!("{head}\n甲,{},S2,2022-01-01,,\n", CODES[0]),
    )
    .await;
    assert_eq!(faults(&others), ["2 合作学校 malformed"]);
    let lacking = looked_at(&bureau, "companies", "企业名称,企业名称\n甲,乙\n").await;
    assert_eq!(
        faults(&lacking),
        [
            "1 统一社会信用代码 no-column",
            "1 协议开始日期 no-column",
            "1 企业名称 two-columns"
        ]
    );
    let many = format!("{head}\n{}", "甲,9144030071526726XG,,2022-01-01,,\n".repeat(5_001));
    assert_eq!(
        faults(&looked_at(&bureau, "companies", &many).await),
        ["1  too-many-rows"]
    );
    assert_eq!(bureau.get_json(COMPANIES).await["items"].as_array().unwrap().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn bases_come_back_as_they_were_and_what_was_removed_does_not() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let first = add(&admin, BASES, &json!({"name": "一校基地", "since": "2024-09-01"})).await;
    let second = add(&bureau, BASES, &json!({"name": "市级基地"})).await;
    expect_unchanged(&bureau, "training-bases", BASES, 2).await;
    expect_unchanged(&admin, "training-bases", BASES, 2).await;
    let old = taken_along(&bureau, BASES).await;

    let (first, second) = (format!("{BASES}/{first}"), format!("{BASES}/{second}"));
    patch(&bureau, &first, &json!({"name": "一校新基地"})).await.expect(200);
    bureau.send("DELETE", &second).await.expect(204);
    let preview = looked_at(&bureau, "training-bases", &old).await;
    assert_eq!(faults(&preview).len(), 1);
    assert!(faults(&preview)[0].ends_with("系统编号 unknown-value"), "{preview}");
    // What was renamed is the same: its old name is told as a change, and makes no second one.
    let kept: Vec<&str> = old.lines().filter(|line| !line.contains("市级基地")).collect();
    let preview = looked_at(&bureau, "training-bases", &kept.join("\n")).await;
    assert_eq!(counts(&preview), [0, 1, 0]);
    assert_eq!(
        preview["rows"][0]["cells"],
        json!([{"field": "name", "before": "一校新基地"}])
    );

    // A school's administrator adds at the school alone.
    let table = "基地名称,所属学校,专业\n新基地,,\n别校基地,S2,\n,,没有的专业\n";
    app.admin("S2").await;
    let preview = looked_at(&admin, "training-bases", table).await;
    assert_eq!(faults(&preview), ["3 所属学校 malformed", "4 基地名称 required"]);
    let one: Vec<&str> = table.lines().take(2).collect();
    let preview = looked_at(&admin, "training-bases", &one.join("\n")).await;
    said_yes(&admin, "training-bases", &preview).await.expect(200);
    let bases = bureau.get_json(BASES).await;
    let added = bases["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|base| base["name"] == "新基地")
        .unwrap();
    assert_eq!(added["school"]["code"], "S1");
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_not_bring_a_list_is_told_so_before_it_is_received() {
    let app = TestApp::start().await;
    let (bureau, admin, teacher) = (app.bureau().await, app.admin("S1").await, app.teacher("S1").await);
    let (expert, partner, auditor) = (app.expert().await, app.partner("S1").await, app.auditor().await);
    let (guest, too_large) = (app.guest(), vec![b'x'; (8 << 20) + 1]);
    let roles = [&guest, &teacher, &partner, &auditor, &expert, &admin, &bureau];
    for (list, statuses) in [
        ("companies", [401, 403, 403, 403, 403, 413, 413]),
        ("training-bases", [401, 403, 403, 403, 403, 413, 413]),
        ("training-sessions", [401, 403, 403, 403, 403, 413, 413]),
        ("visits", [401, 403, 403, 403, 413, 403, 413]),
        ("recognition-calls", [401, 403, 403, 403, 403, 403, 413]),
        ("review-paths", [401, 403, 403, 403, 403, 413, 413]),
        ("everything", [401, 404, 404, 404, 404, 404, 404]),
    ] {
        let mut told = Vec::new();
        for caller in roles {
            told.push(sent(caller, list, too_large.clone()).await.status);
        }
        assert_eq!(told, statuses, "{list}");
    }
    let page = teacher.get("/sheets/companies").await;
    assert_eq!(page.status, 403);
    app.finish().await;
}

#[tokio::test]
async fn paths_of_the_review_come_back_step_by_step() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let own = json!({"steps": [{"level": "school", "name_zh": "教研室"}, {"level": "school", "name_zh": "教务处", "voices": 2}]});
    let put = admin.request("PUT", &format!("{PATHS}/general")).json(&own);
    Answer::of(put).await.expect(200);
    let steps = |paths: &Value| {
        let paths = paths["items"].as_array().unwrap().iter();
        paths
            .map(|path| path["steps"].as_array().unwrap().len() as u64)
            .sum::<u64>()
    };
    let count = steps(&bureau.get_json(PATHS).await);
    expect_unchanged(&bureau, "review-paths", PATHS, count).await;
    expect_unchanged(&admin, "review-paths", PATHS, steps(&admin.get_json(PATHS).await)).await;

    // A new path, and a school's step that is left out.
    let csv = taken_along(&bureau, PATHS).await;
    let kept: Vec<&str> = csv.lines().filter(|line| !line.contains("教务处")).collect();
    let head = "流程代号,流程名称,资源类型,步骤归属,步骤名称,需要几人通过";
    let table = format!("{head}\nvideo,视频流程,教学视频,学校,专业初审,1\nvideo,视频流程,教学视频,市级,市级专家,2\n");
    let preview = looked_at(&bureau, "review-paths", &kept.join("\n")).await;
    assert_eq!(counts(&preview), [0, 1, count - 2], "{preview}");
    assert_eq!(
        preview["rows"][0]["cells"],
        json!([{"field": "removed", "before": "教务处"}])
    );
    said_yes(&bureau, "review-paths", &preview).await.expect(200);
    let preview = looked_at(&bureau, "review-paths", &table).await;
    assert_eq!(counts(&preview), [2, 0, 0], "{preview}");
    said_yes(&bureau, "review-paths", &preview).await.expect(200);
    let paths = bureau.get_json(PATHS).await;
    let video = paths["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|path| path["code"] == "video")
        .unwrap();
    assert_eq!(
        (video["steps"].as_array().unwrap().len(), &video["steps"][1]["voices"]),
        (2, &json!(2))
    );
    assert_eq!(counts(&looked_at(&bureau, "review-paths", &table).await), [0, 0, 2]);

    // What is wrong with a step is told at its row.
    let faulty = format!(
        "{head}\nvideo,视频流程,教学视频,学校,专业初审,1\nvideo,别的名称,教学视频,市级,市级专家,12\n图书,,,,,\n"
    );
    let told = faults(&looked_at(&bureau, "review-paths", &faulty).await);
    assert_eq!(
        told,
        [
            "3 需要几人通过 malformed",
            "4 流程代号 malformed",
            "4 步骤名称 required",
            "4 步骤归属 required"
        ]
    );
    let alike = looked_at(&bureau, "review-paths", &table.replacen("视频流程", "别的名称", 1)).await;
    assert_eq!(faults(&alike), ["3 流程名称 malformed"]);
    let only_school: Vec<&str> = table.lines().take(2).collect();
    assert_eq!(
        faults(&looked_at(&bureau, "review-paths", &only_school.join("\n")).await),
        ["2 步骤归属 malformed"]
    );
    assert_eq!(
        faults(&looked_at(&admin, "review-paths", &table.replace("专业初审", "我校初审")).await),
        ["2 流程代号 malformed"]
    );
    assert_eq!(sent(&app.teacher("S1").await, "review-paths", table).await.status, 403);
    app.finish().await;
}

/// A table let schools publish for the city past its experts, and the log said that two paths had been brought.
#[tokio::test]
async fn what_a_table_changes_of_each_thing_stands_in_the_log_as_if_it_was_done_by_hand() {
    let app = TestApp::as_shipped(|_| {}).await;
    let (bureau, auditor) = (app.bureau().await, app.auditor().await);
    let bring = async |list: &str, table: &str| {
        let preview = looked_at(&bureau, list, table).await;
        said_yes(&bureau, list, &preview).await.expect(200);
    };
    let told = async |action: &str| {
        let lines = auditor
            .get_json(&format!("/api/v1/audit?action={action}&outcome=done"))
            .await;
        let lines = lines["items"].as_array().unwrap().iter();
        let named = lines.filter(|line| !line["subject"].is_null());
        let told = named.map(|line| (line["title"].clone(), line["subject"].clone(), line["changes"].clone()));
        told.collect::<Vec<_>>()
    };

    let steps = "general,是,学校,学校专业审核\ngeneral,是,学校,学校内容审核\ngeneral,是,市级,市级专家审核\n";
    let table = format!("流程代号,给全市也可以不审发布,步骤归属,步骤名称\n{steps}");
    bring("review-paths", &table).await;
    let schools = "学校代码,学校名称,加入阶段\nS1,第一技师学院,2\nS3,第三技师学院,\n";
    bring("schools", schools).await;

    let beyond = json!([{"field": "may_publish_beyond", "from": "false", "to": "true"}]);
    let paths = told("review-path.edit").await;
    assert_eq!(paths.len(), 1, "{paths:?}");
    assert_eq!((&paths[0].1, &paths[0].2), (&json!("general"), &beyond));
    let changed = told("school.edit").await;
    assert_eq!(changed.len(), 1, "{changed:?}");
    let phase = json!([{"field": "joined_phase", "to": "2"}]);
    assert_eq!((&changed[0].0, &changed[0].2), (&json!("第一技师学院"), &phase));
    let added = told("school.add").await;
    assert_eq!(added[0].0, "第三技师学院");
    app.finish().await;
}

#[tokio::test]
async fn as_many_rows_as_a_table_may_have_are_brought_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let row = |at: u32| format!("培训班 {at},线上,2026-11-24,8\n");
    let table = format!("标题,方式,开始日期,学时\n{}", (0..5_000).map(row).collect::<String>());

    let preview = looked_at(&admin, "training-sessions", &table).await;
    assert_eq!(counts(&preview), [5_000, 0, 0]);
    said_yes(&admin, "training-sessions", &preview).await.expect(200);

    assert_eq!(
        counts(&looked_at(&admin, "training-sessions", &table).await),
        [0, 0, 5_000]
    );
    app.finish().await;
}
