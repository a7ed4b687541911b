//! Companies: whose name stands on what, and what became of it.

use std::time::Duration;

use gongxue::domain::role::{Role, TokenScope};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Caller, id};

const COMPANIES: &str = "/api/v1/companies";
const CODE: &str = "9144030071526726XG";
const OTHER_CODE: &str = "91350100M000100Y43";
const THIRD_CODE: &str = "91120000MADEMK0019";

async fn add(caller: &Caller, more: &Value) -> Answer {
    let mut body = json!({"name": "津门数控", "credit_code": CODE, "from": "2022-01-01"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    caller.post_json(COMPANIES, &body).await
}

async fn join(keeper: &Caller, company: &str, who: &Caller) -> Answer {
    let path = format!("{COMPANIES}/{company}/members");
    keeper.post_json(&path, &json!({"name": who.name()})).await
}

async fn share(partner: &Caller, title: &str) -> Answer {
    let metadata = json!({"title": title, "type": "teaching_case", "scope": "city", "submit": true});
    partner.share_as(&metadata, &[("a.txt", title.as_bytes())]).await
}

#[tokio::test]
async fn a_company_sees_what_became_of_what_it_gave_and_not_by_whom() {
    let app = TestApp::start().await;
    let (admin, partner) = (app.admin("S1").await, app.partner("S1").await);
    let company = id(&add(&admin, &json!({})).await.expect(201).json());
    join(&admin, &company, &partner).await.expect(200);
    let given = share(&partner, "主轴装配").await.expect(201).json();
    assert_eq!(given["company"], "津门数控");
    app.approve(&id(&given)).await;
    app.settled().await;

    let reader = app.reader("S2").await;
    let seen = reader.get_json(&format!("/api/v1/resources/{}", id(&given))).await;
    assert_eq!(seen["company"], "津门数控");
    let page = reader.get(&format!("/r/{}", id(&given))).await.expect(200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("津门数控"), "{page}");
    let path = format!("{COMPANIES}/{company}/contributions");
    let told = partner.get_json(&path).await;
    assert_eq!(told["items"][0]["status"], "published");
    assert!(told["items"][0]["uses"].is_number(), "{told}");
    assert!(!told.to_string().contains(reader.name()), "{told}");
    assert_eq!(partner.get_json(COMPANIES).await["items"][0]["name"], "津门数控");

    // Of another company, another school, and those who only teach.
    for (who, status) in [
        (&app.partner("S1").await, 404),
        (&app.admin("S2").await, 404),
        (&app.teacher("S1").await, 403),
        (&app.auditor().await, 200),
    ] {
        assert_eq!(who.get(&path).await.status, status, "{}", who.name());
    }
    let figures = app.bureau().await.get_json("/api/v1/reports/progress?school=S1").await;
    assert_eq!(
        (&figures["companies"], &figures["given_by_companies"]),
        (&json!(1), &json!(1))
    );
    let table = app
        .bureau()
        .await
        .get("/api/v1/reports/progress?school=S1&format=csv")
        .await;
    let table = String::from_utf8(table.expect(200).body).unwrap();
    for told in [
        "合作企业（家）,,1,",
        "企业提供的已发布资源（个）,,1,",
        "专家指导（次）,,0,",
    ] {
        assert!(table.contains(told), "{told} is not in {table}");
    }
    let elsewhere = app.bureau().await.get_json("/api/v1/reports/progress?school=S2").await;
    assert_eq!(
        (&elsewhere["companies"], &elsewhere["given_by_companies"]),
        (&json!(0), &json!(0))
    );
    app.finish().await;
}

/// The bureau and the auditor read what a company had given to a school that did not share it.
#[tokio::test]
async fn what_a_company_gave_to_a_school_alone_is_counted_for_the_city_and_not_read() {
    let app = TestApp::start().await;
    let (admin, partner) = (app.admin("S1").await, app.partner("S1").await);
    let company = id(&add(&admin, &json!({})).await.expect(201).json());
    join(&admin, &company, &partner).await.expect(200);
    let given = id(&share(&partner, "主轴装配").await.expect(201).json());
    let path = format!("{COMPANIES}/{company}/contributions");
    let told = async |caller: &Caller| caller.get_json(&path).await["items"][0].clone();
    // It waits for the city, whose reviewers see it.
    assert_eq!(told(&app.bureau().await).await["title"], "主轴装配");

    let back = admin.decision(&given, "return").await;
    Answer::of(back.json(&json!({"note": "请去掉客户名称"})))
        .await
        .expect(200);

    for caller in [&app.bureau().await, &app.auditor().await] {
        let told = told(caller).await;
        assert_eq!(told["status"], "returned");
        assert_eq!((&told["title"], &told["review_note"]), (&Value::Null, &Value::Null));
    }
    for caller in [&admin, &partner] {
        let told = told(caller).await;
        assert_eq!(told["title"], "主轴装配");
        assert_eq!(told["review_note"], "请去掉客户名称");
    }
    app.finish().await;
}

/// The list told of what was published alone: that a new version had been sent back, and why, nobody of the company learned.
#[tokio::test]
async fn a_company_sees_what_waits_beside_what_was_published_and_why_it_was_sent_back() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let name = app
        .account(Role::Partner, Some("S1"), Some(crate::browser::PASSWORD))
        .await;
    let token = app.token(&name, TokenScope::Admin, None).await;
    let partner = Caller::new(app.base(), Some(token), &name);
    let company = id(&add(&admin, &json!({})).await.expect(201).json());
    join(&admin, &company, &partner).await.expect(200);
    let given = id(&share(&partner, "主轴装配").await.expect(201).json());
    let path = format!("{COMPANIES}/{company}/contributions");
    let told = async || partner.get_json(&path).await["items"][0].clone();
    assert_eq!(
        (&told().await["status"], &told().await["waiting"]),
        (&json!("submitted"), &Value::Null)
    );
    app.approve(&given).await;

    let versions = format!("/api/v1/resources/{given}/versions");
    Answer::of(partner.form(&versions, &json!({}), &[("a.txt", b"mended")]))
        .await
        .expect(201);

    let waits = told().await;
    assert_eq!(
        (&waits["status"], &waits["version"], &waits["waiting"]),
        (
            &json!("published"),
            &json!(1),
            &json!({"status": "submitted", "version": 2, "review_note": null})
        )
    );
    let back = admin.decision(&given, "return").await;
    Answer::of(back.json(&json!({"note": "请去掉客户名称"})))
        .await
        .expect(200);
    let returned = told().await;
    assert_eq!(
        (
            &returned["status"],
            &returned["waiting"]["status"],
            &returned["waiting"]["review_note"]
        ),
        (&json!("published"), &json!("returned"), &json!("请去掉客户名称"))
    );
    let page = Browser::of(&app, &name)
        .await
        .open(&format!("/companies/{company}"))
        .await;
    assert!(
        page.contains("另有第 2 版：退回修改") && page.contains("请去掉客户名称") && page.contains("已发布"),
        "{page}"
    );
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_given_in_the_name_of_a_company_whose_agreement_is_over() {
    let app = TestApp::start().await;
    let (admin, partner) = (app.admin("S1").await, app.partner("S1").await);
    let until = app.now().day();
    let company = id(&add(&admin, &json!({"until": until})).await.expect(201).json());
    join(&admin, &company, &partner).await.expect(200);
    let given = share(&partner, "主轴装配").await.expect(201).json();

    app.advance(Duration::from_hours(24));
    assert_eq!(share(&partner, "再来一个").await.refusal(403), "agreement-over");
    assert_eq!(admin.get_json(&format!("{COMPANIES}/{company}")).await["holds"], false);

    // Whoever left gives in nobody's name; what was given stays.
    let members = admin.get_json(&format!("{COMPANIES}/{company}/members")).await;
    let away = format!("{COMPANIES}/{company}/members/{}", id(&members["items"][0]));
    assert_eq!(
        app.admin("S2").await.send("DELETE", &away).await.refusal(404),
        "no-such-company"
    );
    admin.send("DELETE", &away).await.expect(204);
    let alone = share(&partner, "自己的").await.expect(201).json();
    assert_eq!(alone["company"], Value::Null);
    let first = admin.get_json(&format!("/api/v1/resources/{}", id(&given))).await;
    assert_eq!(first["company"], "津门数控");
    app.finish().await;
}

/// Whoever had been a partner went on sharing in the company's name as a teacher, and could not share at all once its
/// agreement was over.
#[tokio::test]
async fn whoever_is_a_partner_no_more_or_elsewhere_gives_in_nobodys_name() {
    let app = TestApp::start().await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    for change in [json!({"role": "teacher"}), json!({"school": "S2"})] {
        let partner = app.partner("S1").await;
        let code = if change["role"].is_null() { OTHER_CODE } else { CODE };
        let company = id(&add(&admin, &json!({"credit_code": code})).await.expect(201).json());
        join(&admin, &company, &partner).await.expect(200);
        let accounts = bureau.get_json(&format!("/api/v1/accounts?q={}", partner.name())).await;
        let path = format!("/api/v1/accounts/{}", id(&accounts["items"][0]));
        Answer::of(bureau.request("PATCH", &path).json(&change))
            .await
            .expect(200);

        let given = share(&partner, "主轴装配").await.expect(201).json();

        assert_eq!(given["company"], Value::Null, "{change}");
        let members = admin.get_json(&format!("{COMPANIES}/{company}/members")).await;
        assert_eq!(members["items"].as_array().unwrap().len(), 0, "{change}");
        // That they left it is told, and not only that they are something else.
        let told = app
            .auditor()
            .await
            .get_json("/api/v1/audit?action=company.member-remove&outcome=done")
            .await;
        let left = &told["items"][0];
        assert_eq!(
            (&left["subject"], &left["actor"]),
            (&json!(company), &json!(bureau.name()))
        );
        let whom = json!([{"field": "account", "to": accounts["items"][0]["id"]}]);
        assert_eq!(left["changes"], whom, "{change}");
    }

    // The company left the school, its people did not.
    let partner = app.partner("S1").await;
    let both = json!({"credit_code": THIRD_CODE, "schools": ["S1", "S2"]});
    let company = id(&add(&bureau, &both).await.expect(201).json());
    join(&bureau, &company, &partner).await.expect(200);
    let path = format!("{COMPANIES}/{company}");
    let away = bureau.request("PATCH", &path).json(&json!({"schools": ["S2"]}));
    Answer::of(away).await.expect(200);
    assert_eq!(
        share(&partner, "再来一个").await.expect(201).json()["company"],
        Value::Null
    );
    app.finish().await;
}

#[tokio::test]
async fn a_company_is_kept_once_by_a_code_that_is_right_and_a_school_speaks_for_itself_alone() {
    let app = TestApp::start().await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let wrong = add(&admin, &json!({"credit_code": "9144030071526762XG"})).await;
    assert_eq!(wrong.faults(), ["/credit_code malformed"]);
    assert_eq!(
        add(&admin, &json!({"schools": ["S2"]})).await.refusal(403),
        "not-allowed"
    );
    let (teacher, partner) = (app.teacher("S1").await, app.partner("S1").await);
    for who in [&teacher, &partner, &app.expert().await, &app.auditor().await] {
        assert_eq!(add(who, &json!({})).await.refusal(403), "not-allowed");
    }
    let company = id(&add(&admin, &json!({})).await.expect(201).json());
    assert_eq!(
        add(&bureau, &json!({"name": "同一家"})).await.refusal(409),
        "name-taken"
    );

    // What works with several schools is the bureau's to change.
    let path = format!("{COMPANIES}/{company}");
    let both = bureau.request("PATCH", &path).json(&json!({"schools": ["S1", "S2"]}));
    Answer::of(both).await.expect(200);
    let longer = admin.request("PATCH", &path).json(&json!({"until": "2099-01-01"}));
    assert_eq!(Answer::of(longer).await.refusal(403), "not-allowed");
    let there = app.partner("S2").await;
    assert_eq!(join(&admin, &company, &there).await.faults(), ["/name unknown-value"]);
    assert_eq!(
        join(&bureau, &company, &teacher).await.faults(),
        ["/name unknown-value"]
    );
    join(&admin, &company, &partner).await.expect(200);
    join(&admin, &company, &partner).await.expect(200);
    let other = json!({"name": "第二家", "credit_code": "91330100799655058B"});
    let other = id(&add(&admin, &other).await.expect(201).json());
    assert_eq!(join(&admin, &other, &partner).await.faults(), ["/name unknown-value"]);
    app.finish().await;
}

#[tokio::test]
async fn a_company_is_kept_by_forms_alone() {
    let app = TestApp::start().await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let form = |code: &'static str| {
        [
            ("csrf", admin.csrf.as_str()),
            ("name", "津门数控"),
            ("credit_code", code),
            ("from", "2022-01-01"),
        ]
    };
    let again = admin.post("/companies", &form("123")).await.expect(422);
    assert!(String::from_utf8(again.body).unwrap().contains("credit_code-fault"));
    let made = admin
        .post("/companies", &form(CODE))
        .await
        .expect(303)
        .header("location");
    let company = made.split('?').next().unwrap().to_owned();
    let nobody = [("csrf", admin.csrf.as_str()), ("member", "没有这个人")];
    let again = admin.post(&format!("{company}/members"), &nobody).await.expect(422);
    assert!(String::from_utf8(again.body).unwrap().contains("member-fault"));
    let password = Some(crate::browser::PASSWORD);
    let name = app.account(Role::Partner, Some("S1"), password).await;
    let member = [("csrf", admin.csrf.as_str()), ("member", name.as_str())];
    admin.post(&format!("{company}/members"), &member).await.expect(303);

    let partner = Browser::of(&app, &name).await;
    assert!(partner.open("/companies").await.contains("津门数控"));
    let page = partner.open(&company).await;
    assert!(page.contains("企业提供的资源") && !page.contains("移出企业"), "{page}");
    app.finish().await;
}

/// Two people of the bureau had the same company open, and whoever saved last wrote over the other without a word.
#[tokio::test]
async fn whoever_saves_a_company_behind_somebody_else_is_told_so_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let company = id(&add(&bureau, &json!({"contact": "张三"})).await.expect(201).json());
    let path = format!("{COMPANIES}/{company}");
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let page = browser.open(&format!("/companies/{company}")).await;
    let revision = crate::browser::value_of(&page, "revision");
    let seen = bureau.get(&path).await.expect(200).header("etag");
    assert_eq!((seen.as_str(), revision.as_str()), ("\"r1\"", "1"));

    let first = bureau.request("PATCH", &path).header("if-match", &seen);
    let first = Answer::of(first.json(&json!({"contact": "李四"}))).await.expect(200);
    assert_eq!(first.header("etag"), "\"r2\"");
    let second = bureau.request("PATCH", &path).header("if-match", &seen);
    let second = Answer::of(second.json(&json!({"contact": "王五"}))).await;
    assert_eq!(second.refusal(412), "changed-meanwhile");

    let form = |revision: &'static str| {
        [
            ("csrf", browser.csrf.as_str()),
            ("revision", revision),
            ("name", "津门数控集团"),
            ("credit_code", CODE),
            ("contact", "张三"),
            ("schools", ""),
            ("from", "2022-01-01"),
        ]
    };
    let here = format!("/companies/{company}");
    let again = crate::browser::html(browser.post(&here, &form("1")).await.expect(412));
    assert!(again.contains("“联系人”现在是“李四”"), "{again}");
    assert!(
        again.contains("value=\"津门数控集团\""),
        "what was typed is lost: {again}"
    );
    assert_eq!(bureau.get_json(&path).await["contact"], "李四");
    assert_eq!(crate::browser::value_of(&again, "revision"), "2");
    browser.post(&here, &form("2")).await.expect(303);
    let kept = bureau.get_json(&path).await;
    assert_eq!(
        (&kept["name"], &kept["contact"], &kept["revision"]),
        (&json!("津门数控集团"), &json!("张三"), &json!(3))
    );
    app.finish().await;
}

/// What was typed in by mistake stood in every list for good.
#[tokio::test]
async fn a_company_that_was_never_used_can_be_removed_and_one_that_was_stays() {
    let app = TestApp::start().await;
    let (admin, bureau, partner) = (app.admin("S1").await, app.bureau().await, app.partner("S1").await);
    let company = id(&add(&admin, &json!({})).await.expect(201).json());
    let path = format!("{COMPANIES}/{company}");
    for (who, status) in [
        (&app.admin("S2").await, 404),
        (&app.teacher("S1").await, 403),
        (&partner, 403),
    ] {
        assert_eq!(who.send("DELETE", &path).await.status, status, "{}", who.name());
    }

    // With somebody of it, and with something that they gave, it stays.
    join(&admin, &company, &partner).await.expect(200);
    assert_eq!(admin.send("DELETE", &path).await.refusal(409), "company-in-use");
    share(&partner, "主轴装配").await.expect(201);
    let members = admin.get_json(&format!("{path}/members")).await;
    let away = format!("{path}/members/{}", id(&members["items"][0]));
    admin.send("DELETE", &away).await.expect(204);
    assert_eq!(admin.send("DELETE", &path).await.refusal(409), "company-in-use");

    let wrong = id(&add(&admin, &json!({"credit_code": OTHER_CODE}))
        .await
        .expect(201)
        .json());
    admin.send("DELETE", &format!("{COMPANIES}/{wrong}")).await.expect(204);
    bureau.get(&format!("{COMPANIES}/{wrong}")).await.expect(404);
    // Its code is free, and the records say who removed what.
    let again = id(&add(&admin, &json!({"credit_code": OTHER_CODE}))
        .await
        .expect(201)
        .json());
    let lines = bureau.get_json("/api/v1/audit?limit=100").await;
    let removed = lines["items"].as_array().unwrap().iter();
    let removed: Vec<&Value> = removed
        .filter(|line| line["action"] == "company.remove" && line["outcome"] == "done")
        .collect();
    assert_eq!(removed.len(), 1, "{lines}");
    assert!(removed[0].to_string().contains(&wrong), "{lines}");

    let browser = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let button = [("csrf", browser.csrf.as_str())];
    assert!(
        !browser
            .open(&format!("/companies/{company}"))
            .await
            .contains("/remove\"")
    );
    assert!(browser.open(&format!("/companies/{again}")).await.contains("/remove\""));
    browser
        .post(&format!("/companies/{company}/remove"), &button)
        .await
        .expect(409);
    browser
        .post(&format!("/companies/{again}/remove"), &button)
        .await
        .expect(303);
    assert!(browser.open("/companies?done=removed").await.contains("企业已删除"));
    app.finish().await;
}

/// A case that was shared by mistake and removed kept its company in every list for good.
#[tokio::test]
async fn a_company_whose_only_gift_was_removed_can_be_removed() {
    let app = TestApp::start().await;
    let (admin, partner) = (app.admin("S1").await, app.partner("S1").await);
    let company = id(&add(&admin, &json!({})).await.expect(201).json());
    let path = format!("{COMPANIES}/{company}");
    join(&admin, &company, &partner).await.expect(200);
    let gift = id(&share(&partner, "主轴装配").await.expect(201).json());
    let members = admin.get_json(&format!("{path}/members")).await;
    let away = format!("{path}/members/{}", id(&members["items"][0]));
    admin.send("DELETE", &away).await.expect(204);
    assert_eq!(admin.send("DELETE", &path).await.refusal(409), "company-in-use");

    admin
        .send("DELETE", &format!("/api/v1/resources/{gift}"))
        .await
        .expect(204);

    admin.send("DELETE", &path).await.expect(204);
    admin.get(&path).await.expect(404);
    app.finish().await;
}
