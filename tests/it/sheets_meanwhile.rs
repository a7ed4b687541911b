//! What others change while a table is carried out: it is refused, and what they did stays. Whole rows are written, and were written
//! over what nobody had seen.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, Caller, id, text};
use crate::meanwhile::meanwhile;
use crate::recognition::{CALLS, announce, enter, of};
use crate::sheets::{counts, looked_at, said_yes, taken_along};
use crate::training::{SESSIONS, hold};

const BASES: &str = "/api/v1/training/bases";
const PATHS: &str = "/api/v1/review-paths";
const SYNONYMS: &str = "/api/v1/synonyms";
const SCHOOLS: &str = "/api/v1/schools";

/// A list, where it is taken along, and what a table of it would change.
struct Brought<'a> {
    list: &'a str,
    path: &'a str,
    change: (&'a str, &'a str),
}

/// Brings a table in the moment in which somebody else says `others`: it is refused.
async fn expect_refused(app: &TestApp, by: &Caller, brought: Brought<'_>, others: &[&str]) {
    let (from, to) = brought.change;
    let table = taken_along(by, brought.path).await;
    let preview = looked_at(by, brought.list, &table.replace(from, to)).await;
    assert_eq!(counts(&preview)[..2], [0, 1], "{preview} of {table}");

    let yes = meanwhile(app, others, said_yes(by, brought.list, &preview)).await;

    assert_eq!(yes.refusal(412), "changed-meanwhile", "{}", brought.list);
}

/// Its results were published while a table put off its last day: the results vanished, and could never be published again.
#[tokio::test]
async fn results_that_are_published_meanwhile_stay() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let call = announce(&app, &bureau, &json!({})).await;
    let brought = Brought {
        list: "recognition-calls",
        path: CALLS,
        change: (&crate::recognition::day(&app, 3), &crate::recognition::day(&app, 5)),
    };

    let published = "UPDATE recognition_call SET published_at = 1, revision = revision + 1";
    expect_refused(&app, &bureau, brought, &[published]).await;

    let after = bureau.get_json(&format!("{CALLS}/{call}")).await;
    assert_ne!(after["published_at"], Value::Null, "{after}");
    app.finish().await;
}

/// A session that was cancelled while a table named it otherwise was held again.
#[tokio::test]
async fn a_session_that_is_cancelled_meanwhile_stays_so() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let session = id(&hold(&app, &bureau, &json!({"title": "课程开发"})).await);
    let brought = Brought {
        list: "training-sessions",
        path: SESSIONS,
        change: ("课程开发", "课程开发（二期）"),
    };

    let cancelled = "UPDATE training_session SET cancelled_at = 1";
    expect_refused(&app, &bureau, brought, &[cancelled]).await;

    let after = bureau.get_json(&format!("{SESSIONS}/{session}")).await;
    assert_eq!(
        (&after["state"], &after["title"]),
        (&json!("cancelled"), &json!("课程开发"))
    );
    app.finish().await;
}

#[tokio::test]
async fn an_entry_that_is_withdrawn_meanwhile_stays_so() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let call = announce(&app, &bureau, &json!({})).await;
    let shown = json!({"person": app.teacher("S1").await.name()});
    let entry = id(&enter(&admin, &call, &shown).await.expect(201).json());
    let brought = Brought {
        list: &format!("recognition-entries?call={call}"),
        path: &of(&call, "entries"),
        change: ("任务来自企业", "别的说明"),
    };

    // Whoever withdraws has the call locked.
    let withdrawn = [
        "UPDATE recognition_call SET revision = revision",
        "UPDATE recognition_entry SET withdrawn_at = 1, revision = revision + 1",
    ];
    expect_refused(&app, &admin, brought, &withdrawn).await;

    let after = admin
        .get_json(&format!("{}/{entry}", crate::recognition::ENTRIES))
        .await;
    assert_ne!(after["withdrawn_at"], Value::Null, "{after}");
    app.finish().await;
}

#[tokio::test]
async fn a_base_that_is_named_otherwise_meanwhile_keeps_that_name() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let base = json!({"name": "研修基地甲", "since": "2024-01-01"});
    let base = id(&bureau.post_json(BASES, &base).await.expect(201).json());
    let brought = Brought {
        list: "training-bases",
        path: BASES,
        change: ("2024-01-01", "2025-01-01"),
    };

    let renamed = "UPDATE training_base SET name = '研修基地乙'";
    expect_refused(&app, &bureau, brought, &[renamed]).await;

    let after = bureau.get_json(&format!("{BASES}/{base}")).await;
    assert_eq!(
        (&after["name"], &after["since"]),
        (&json!("研修基地乙"), &json!("2024-01-01"))
    );
    app.finish().await;
}

#[tokio::test]
async fn words_and_schools_that_are_changed_meanwhile_stay_so() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let words = json!({"words": ["台阶轴", "阶梯轴"], "remark": "旧的备注"});
    let group = text(&bureau.post_json(SYNONYMS, &words).await.expect(201).json()["id"]);
    let brought = Brought {
        list: "synonyms",
        path: SYNONYMS,
        change: ("旧的备注", "表里的备注"),
    };
    let changed = "UPDATE synonyms SET remark = '别人的备注' WHERE remark = '旧的备注'";
    expect_refused(&app, &bureau, brought, &[changed]).await;
    let after = bureau.get_json(SYNONYMS).await;
    let after = after["items"].as_array().unwrap().iter().find(|it| it["id"] == group);
    assert_eq!(after.unwrap()["remark"], "别人的备注");

    let brought = Brought {
        list: "schools",
        path: SCHOOLS,
        change: ("第一技师学院", "第一学院"),
    };
    let changed = "UPDATE school SET name = '别人改的学院' WHERE code = 'S1'";
    expect_refused(&app, &bureau, brought, &[changed]).await;
    let schools = taken_along(&bureau, SCHOOLS).await;
    assert!(schools.contains("别人改的学院"), "{schools}");
    app.finish().await;
}

/// The bureau had taken away that schools publish without a review, and a table gave it back.
#[tokio::test]
async fn a_rule_that_is_taken_away_meanwhile_stays_away() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let brought = Brought {
        list: "review-paths",
        path: PATHS,
        change: ("市级专家审核", "市级终审"),
    };
    let lock = "SELECT pg_advisory_xact_lock(x'0072657669657773'::bigint)";
    let taken_away = "UPDATE review_path SET may_publish = false, may_publish_beyond = false";
    let others = match std::env::var_os("TEST_DATABASE_URL") {
        Some(_) => vec![lock, taken_away],
        None => vec![taken_away],
    };

    expect_refused(&app, &bureau, brought, &others).await;

    let paths = bureau.get_json(PATHS).await;
    assert_eq!(paths["items"][0]["may_publish"], false, "{paths}");
    app.finish().await;
}

/// Two who changed different things of a base: the second wrote over the first what neither had seen.
#[tokio::test]
async fn of_two_who_change_a_base_at_once_neither_loses_anything() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let base = json!({"name": "研修基地甲", "since": "2024-01-01"});
    let base = id(&bureau.post_json(BASES, &base).await.expect(201).json());
    let path = format!("{BASES}/{base}");
    let later = bureau.request("PATCH", &path).json(&json!({"since": "2025-01-01"}));

    let renamed = "UPDATE training_base SET name = '研修基地乙'";
    meanwhile(&app, &[renamed], Answer::of(later)).await.expect(200);

    let after = bureau.get_json(&path).await;
    assert_eq!(
        (&after["name"], &after["since"]),
        (&json!("研修基地乙"), &json!("2025-01-01"))
    );
    app.finish().await;
}

#[tokio::test]
async fn whoever_saves_a_base_behind_somebody_else_is_shown_what_they_made_of_it() {
    let app = TestApp::start().await;
    let (bureau, other) = (Browser::sign_in(&app, Role::Bureau).await, app.bureau().await);
    let base = json!({"name": "研修基地甲", "since": "2024-01-01"});
    let base = id(&other.post_json(BASES, &base).await.expect(201).json());
    let form = bureau.open(&format!("/training/bases?edit={base}")).await;
    let renamed = other.request("PATCH", &format!("{BASES}/{base}"));
    Answer::of(renamed.json(&json!({"name": "研修基地乙"})))
        .await
        .expect(200);
    let save = async |page: &str| {
        let seen = value_of(page, "seen").replace("&#34;", "\"");
        let fields = [
            ("csrf", bureau.csrf.as_str()),
            ("seen", seen.as_str()),
            ("name", "研修基地丙"),
            ("since", "2025-01-01"),
            ("majors", ""),
            ("school", ""),
        ];
        bureau.post(&format!("/training/bases/{base}"), &fields).await
    };

    let again = html(save(&form).await.expect(412));

    assert!(again.contains("现在是“研修基地乙”"), "{again}");
    assert_eq!(value_of(&again, "name"), "研修基地丙", "what was typed is lost");
    let shown = other.get_json(&format!("{BASES}/{base}")).await;
    assert_eq!(shown["name"], "研修基地乙");
    // Sent again, it counts.
    save(&again).await.expect(303);
    let shown = other.get_json(&format!("{BASES}/{base}")).await;
    assert_eq!(
        (&shown["name"], &shown["since"]),
        (&json!("研修基地丙"), &json!("2025-01-01"))
    );
    app.finish().await;
}
