//! The people of companies as tables of sign-in names.

use gongxue::domain::role::Role;
use gongxue::table::{Spreadsheet, SpreadsheetCell, workbook};
use serde_json::json;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Caller, id, text};
use crate::sheets::{counts, expect_unchanged, faults, looked_at, said_yes, sent, taken_along};

const COMPANIES: &str = "/api/v1/companies";
const CODES: [&str; 2] = ["9144030071526726XG", "91330100799655058B"];

async fn company(keeper: &Caller, code: &str, schools: &[&str]) -> String {
    let body = json!({"name": "津门数控", "credit_code": code, "schools": schools, "from": "2022-01-01"});
    id(&keeper.post_json(COMPANIES, &body).await.expect(201).json())
}

/// The list of a company's people, and where it is taken along from.
fn people_of(company: &str) -> (String, String) {
    (
        format!("company-members?company={company}"),
        format!("{COMPANIES}/{company}/members"),
    )
}

/// A table of sign-in names.
fn table(names: &[&str]) -> String {
    format!("登录名\n{}\n", names.join("\n"))
}

/// A company's people were added one by one, though their school had them in a table.
#[tokio::test]
async fn the_people_of_a_company_come_from_a_table_and_faulty_rows_are_named() {
    let app = TestApp::start().await;
    let (bureau, first, second) = (app.bureau().await, app.partner("S1").await, app.partner("S2").await);
    let (taken, teacher) = (app.partner("S1").await, app.teacher("S1").await);
    let company_id = company(&bureau, CODES[0], &["S1", "S2"]).await;
    let (list, people) = people_of(&company_id);
    let (_, other) = people_of(&company(&bureau, CODES[1], &["S1"]).await);
    bureau
        .post_json(&other, &json!({"name": taken.name()}))
        .await
        .expect(200);

    let names = [first.name(), "nobody", teacher.name(), taken.name(), first.name()];
    assert_eq!(
        faults(&looked_at(&bureau, &list, &table(&names)).await),
        [
            "3 登录名 unknown-value",
            "4 登录名 unknown-value",
            "5 登录名 unknown-value",
            "6  same-row"
        ]
    );
    assert_eq!(
        faults(&looked_at(&bureau, &list, "姓名\n王敏\n").await),
        ["1 登录名 no-column"]
    );
    let preview = looked_at(&bureau, &list, &table(&[first.name()])).await;
    assert_eq!(counts(&preview), [1, 0, 0], "{preview}");
    assert_eq!(
        bureau.get_json(&people).await["items"],
        json!([]),
        "looked at is not written"
    );
    said_yes(&bureau, &list, &preview).await.expect(200);

    let row = |name: &str| vec![SpreadsheetCell::Text(name.to_owned())];
    let book = Spreadsheet {
        name: "企业账号".to_owned(),
        head: vec!["登录名".to_owned()],
        rows: vec![row(first.name()), row(second.name())],
    };
    let preview = sent(&bureau, &list, workbook(&[book], None).unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(counts(&preview), [1, 0, 1], "{preview}");
    said_yes(&bureau, &list, &preview).await.expect(200);
    said_yes(&bureau, &list, &preview).await.expect(404);
    assert_eq!(bureau.get_json(&people).await["items"].as_array().unwrap().len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn the_people_of_a_company_come_back_as_they_were_and_whoever_was_taken_out_does_not() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let (own, foreign, third) = (
        app.partner("S1").await,
        app.partner("S2").await,
        app.partner("S2").await,
    );
    let company_id = company(&bureau, CODES[0], &["S1", "S2"]).await;
    let (list, people) = people_of(&company_id);
    let preview = looked_at(&bureau, &list, &table(&[own.name(), foreign.name()])).await;
    said_yes(&bureau, &list, &preview).await.expect(200);

    expect_unchanged(&bureau, &list, &people, 2).await;
    // Sign-in names are for those who look after the accounts; the rest is known by its ids.
    expect_unchanged(&admin, &list, &people, 2).await;
    let seen = taken_along(&admin, &people).await;
    assert!(seen.contains(&format!("\n{},", own.name())), "{seen}");
    assert!(!seen.contains(&format!("\n{},", foreign.name())), "{seen}");
    let beyond = looked_at(&admin, &list, &table(&[third.name()])).await;
    assert_eq!(faults(&beyond), ["2 登录名 unknown-value"], "of another school");

    let old = taken_along(&bureau, &people).await;
    let account = bureau.get_json(&people).await["items"][1]["id"].clone();
    bureau
        .send("DELETE", &format!("{people}/{}", text(&account)))
        .await
        .expect(204);
    let told = faults(&looked_at(&bureau, &list, &old).await);
    assert_eq!(told, ["3 系统编号 unknown-value"]);

    for (who, status) in [(&own, 403), (&app.teacher("S1").await, 403), (&app.guest(), 401)] {
        assert_eq!(sent(who, &list, table(&[])).await.status, status, "{}", who.name());
    }
    app.school("S3", "第三技师学院").await;
    assert_eq!(sent(&app.admin("S3").await, &list, table(&[])).await.status, 404);
    assert_eq!(
        sent(&bureau, "company-members", table(&[])).await.status,
        404,
        "of no company"
    );
    let browser = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = browser.open(&format!("/companies/{company_id}")).await;
    assert!(page.contains(&format!("/sheets/{list}")), "{page}");
    let page = browser.open(&format!("/sheets/{list}")).await;
    assert!(
        page.contains("登录名") && page.contains(&format!("/companies/{company_id}")),
        "{page}"
    );
    app.finish().await;
}
