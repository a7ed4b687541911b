//! Recognition as tables: calls, juries, entries, results.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Caller, id, text};
use crate::recognition::{
    CALLS, DAY, ENTRIES, announce, appoint, day, enter, entered, of, publish, publish_resource, score,
};
use crate::sheets::{counts, expect_unchanged, faults, looked_at, said_yes, sent, taken_along};

/// A call with what a table could trip over.
fn draft(app: &TestApp) -> Value {
    json!({"kind": "course", "title": "精品课程", "rules": "第一条\n第二条", "opens": day(app, 1), "closes": day(app, 2),
        "jury_due": day(app, 4), "blind": true, "per_school": 2,
        "criteria": [{"name": "目标、内容", "weight": 40, "max": 100}, {"name": "实施 过程", "weight": 60, "max": 50}]})
}

async fn titles(caller: &Caller) -> Vec<String> {
    let calls = caller.get_json(CALLS).await;
    calls["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| text(&call["title"]))
        .collect()
}

#[tokio::test]
async fn calls_come_back_as_they_were_and_new_ones_come_as_drafts() {
    let app = TestApp::start().await;
    let (bureau, teacher) = (app.bureau().await, app.teacher("S1").await);
    bureau.post_json(CALLS, &draft(&app)).await.expect(201);
    announce(&app, &bureau, &json!({})).await;
    expect_unchanged(&bureau, "recognition-calls", CALLS, 2).await;
    let csv = taken_along(&bureau, CALLS).await;
    let public = taken_along(&teacher, CALLS).await;
    assert!(
        csv.contains("精品课程") && !public.contains("精品课程"),
        "a draft is nobody else's to see"
    );

    let table = format!(
        "活动名称,评选类别,由谁申报,申报开始日期,申报截止日期,评审截止日期,评分标准\n\
        优质课堂评选,优质课堂,教师,{},{},{},教学设计 100 100\n",
        day(&app, 1),
        day(&app, 2),
        day(&app, 3)
    );
    let preview = looked_at(&bureau, "recognition-calls", &table).await;
    assert_eq!(counts(&preview), [1, 0, 0], "{preview}");
    said_yes(&bureau, "recognition-calls", &preview).await.expect(200);
    assert_eq!(titles(&bureau).await[0], "优质课堂评选");
    assert!(!titles(&teacher).await.contains(&"优质课堂评选".to_owned()));
    assert_eq!(
        counts(&looked_at(&bureau, "recognition-calls", &table).await),
        [0, 0, 1],
        "sent twice it is there once"
    );
    app.finish().await;
}

#[tokio::test]
async fn of_an_announced_call_a_table_puts_off_the_last_days_alone() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let call = announce(&app, &bureau, &json!({})).await;
    let csv = taken_along(&bureau, CALLS).await;

    let other = looked_at(
        &bureau,
        "recognition-calls",
        &csv.replace("教师职业能力大赛", "另一个大赛"),
    )
    .await;
    assert!(faults(&other)[0].starts_with("2 "), "{other}");
    let (closes, later) = (day(&app, 3), day(&app, 5));
    let put_off = looked_at(&bureau, "recognition-calls", &csv.replace(&closes, &later)).await;
    assert_eq!(counts(&put_off), [0, 1, 0], "{put_off}");
    said_yes(&bureau, "recognition-calls", &put_off).await.expect(200);
    let after = bureau.get_json(&format!("{CALLS}/{call}")).await;
    assert_eq!((&after["jury_due"], &after["state"]), (&json!(later), &json!("open")));
    let faulty =
        "活动名称,评选类别,申报开始日期,申报截止日期,评审截止日期,评分标准\n,舞蹈,某日,2026-12-01,2026-11-01,没有数\n";
    let told = faults(&looked_at(&bureau, "recognition-calls", faulty).await);
    assert_eq!(
        told,
        [
            "2 评选类别 unknown-value",
            "2 活动名称 required",
            "2 申报开始日期 malformed",
            "2 评审截止日期 malformed",
            "2 评分标准 required",
            "2 评分标准 required"
        ]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_jury_is_appointed_from_a_table_and_the_dismissed_stay_so() {
    let app = TestApp::start().await;
    let (bureau, first, second) = (app.bureau().await, app.expert().await, app.teacher("S2").await);
    let third = app.expert().await;
    let call = announce(&app, &bureau, &json!({})).await;
    let list = format!("recognition-jury?call={call}");
    let jury = of(&call, "jury");
    appoint(&bureau, &call, &[&first, &second]).await;
    expect_unchanged(&bureau, &list, &jury, 2).await;
    let old = taken_along(&bureau, &jury).await;
    let told = bureau.get_json(&jury).await;
    let account = text(&told["items"][0]["account"]["id"]);
    bureau.send("DELETE", &format!("{jury}/{account}")).await.expect(204);

    let preview = looked_at(&bureau, &list, &old).await;
    assert_eq!(
        counts(&preview),
        [0, 0, 2],
        "an old table brings nobody back: {preview}"
    );
    let table = format!(
        "评委登录名\n{}\nnobody\n{}\n{}\n{}\n",
        third.name(),
        first.name(),
        second.name(),
        third.name()
    );
    let preview = looked_at(&bureau, &list, &table).await;
    assert_eq!(
        faults(&preview),
        ["3 评委登录名 unknown-value", "4 评委登录名 malformed", "6  same-row"]
    );
    let preview = looked_at(
        &bureau,
        &list,
        &format!("登录名\n{}\n{}\n", second.name(), third.name()),
    )
    .await;
    assert_eq!(counts(&preview), [1, 0, 1]);
    said_yes(&bureau, &list, &preview).await.expect(200);
    let after = bureau.get_json(&jury).await;
    let standing = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["dismissed_at"].is_null());
    assert_eq!(standing.count(), 2);

    // Sign-in names are for those who appoint.
    let seen = taken_along(&app.auditor().await, &jury).await;
    assert!(!seen.contains(&format!("\n{},", third.name())), "{seen}");
    for (who, status) in [
        (&first, 403),
        (&app.auditor().await, 403),
        (&app.admin("S1").await, 403),
        (&app.guest(), 401),
    ] {
        assert_eq!(sent(who, &list, "登录名\n").await.status, status, "{}", who.name());
    }
    assert_eq!(
        sent(&bureau, "recognition-jury", "登录名\n").await.status,
        404,
        "of no call"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_school_brings_its_own_entries_while_the_call_is_open() {
    let app = TestApp::start().await;
    let (bureau, admin, teacher) = (app.bureau().await, app.admin("S1").await, app.teacher("S1").await);
    let (stranger, colleague) = (app.teacher("S2").await, app.teacher("S1").await);
    let work = publish_resource(&app, &teacher, "台阶轴", "a.txt").await;
    let call = announce(&app, &bureau, &json!({"per_school": 2})).await;
    let (list, entries) = (format!("recognition-entries?call={call}"), of(&call, "entries"));
    let shown = json!({"person": teacher.name(), "evidence": [format!("/r/{work}")]});
    let first = id(&enter(&admin, &call, &shown).await.expect(201).json());
    expect_unchanged(&admin, &list, &entries, 1).await;

    let head = "申报标题,申报说明,申报人登录名,佐证材料,系统编号";
    let wrong = format!(
        "{head}\n甲,乙,,,\n甲,乙,{},,\n,乙,{},/r/{first},\n甲,乙,{},/p/{first},\n",
        stranger.name(),
        colleague.name(),
        colleague.name()
    );
    let preview = looked_at(&admin, &list, &wrong).await;
    assert_eq!(
        faults(&preview),
        [
            "2 申报人登录名 required",
            "3 申报人登录名 unknown-value",
            "4 申报标题 required",
            "5 佐证材料 malformed"
        ]
    );
    let right = format!(
        "{head}\n台阶轴的加工（改）,任务来自企业,{},/r/{work},{first}\n学徒制,说明,{},/r/{work},\n",
        teacher.name(),
        colleague.name()
    );
    let preview = looked_at(&admin, &list, &right).await;
    assert_eq!(counts(&preview), [1, 1, 0], "{preview}");
    said_yes(&admin, &list, &preview).await.expect(200);
    let after = admin.get_json(&entries).await;
    let told: Vec<(i64, String)> = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["number"].as_i64().unwrap(), text(&it["title"])))
        .collect();
    assert_eq!(told, [(1, "台阶轴的加工（改）".to_owned()), (2, "学徒制".to_owned())]);
    assert_eq!(after["items"][1]["evidence"][0]["url"], format!("/r/{work}"));
    expect_unchanged(&admin, &list, &entries, 2).await;

    // A third is more than the school may have; what was withdrawn does not come back by an old table.
    let more = format!("{head}\n第三项,说明,{},,\n", admin.name());
    let preview = looked_at(&admin, &list, &more).await;
    assert_eq!(
        said_yes(&admin, &list, &preview).await.refusal(409),
        "recognition-school-full"
    );
    let old = taken_along(&admin, &entries).await;
    admin
        .send("POST", &format!("{ENTRIES}/{first}/withdraw"))
        .await
        .expect(200);
    assert_eq!(counts(&looked_at(&admin, &list, &old).await), [0, 0, 2]);
    let changed = looked_at(&admin, &list, &old.replace("任务来自企业", "别的说明")).await;
    assert_eq!(faults(&changed), ["2 申报标题 malformed"]);
    let withdrawn = admin.get_json(&format!("{ENTRIES}/{first}")).await;
    assert_ne!(withdrawn["withdrawn_at"], Value::Null);

    // A teacher brings theirs alone, nobody who holds the call does, and nobody once it is closed.
    let own = format!("{head}\n我的课,说明,,,\n");
    assert_eq!(counts(&looked_at(&teacher, &list, &own).await), [1, 0, 0]);
    let others = looked_at(
        &teacher,
        &list,
        &format!("{head}\n别人的课,说明,{},,\n", colleague.name()),
    )
    .await;
    assert_eq!(faults(&others), ["2 申报人登录名 unknown-value"]);
    assert_eq!(sent(&bureau, &list, own.clone()).await.refusal(403), "not-allowed");
    app.advance(DAY * 2);
    assert_eq!(sent(&teacher, &list, own).await.refusal(409), "recognition-not-open");
    app.finish().await;
}

#[tokio::test]
async fn results_are_taken_along_as_everybody_sees_them() {
    let app = TestApp::start().await;
    let (bureau, owner, juror) = (app.bureau().await, app.teacher("S1").await, app.expert().await);
    let call = announce(&app, &bureau, &json!({})).await;
    let entry = entered(&owner, &call).await;
    appoint(&bureau, &call, &[&juror]).await;
    app.advance(DAY * 2);
    score(&juror, &entry, json!([80, 25])).await.expect(200);
    publish(&bureau, &call, &[entry.as_str()]).await.expect(200);

    let table = taken_along(&app.guest(), &of(&call, "results")).await;

    assert!(
        table.contains("台阶轴的加工") && table.contains("一等奖") && table.contains("62"),
        "{table}"
    );
    let english = app
        .guest()
        .get(&format!("{}?format=csv&lang=en", of(&call, "results")))
        .await
        .expect(200)
        .body;
    assert!(String::from_utf8(english).unwrap().contains("Award"));
    app.finish().await;
}
