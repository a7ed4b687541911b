//! Accounts: opened, changed, shut; and what somebody does with their own.

use std::collections::BTreeSet;

use gongxue::db::entity;
use gongxue::domain::role::{Role, TokenScope};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::{audited, change, send_table, yes};
use crate::app::TestApp;
use crate::browser::{html, urlencoded};
use crate::client::{Answer, Caller, escape, id, text};

const ACCOUNTS: &str = "/api/v1/accounts";
const SESSION: &str = "/api/v1/session";
const OWN: &str = "three unrelated words";

/// A browser that has signed in by a cookie.
struct Signed {
    guest: Caller,
    cookie: String,
    mark: String,
}

impl Signed {
    async fn of(app: &TestApp, name: &str, password: &str) -> Self {
        let answer = sign_in(app, name, password).await.expect(201);
        Self {
            guest: app.guest(),
            cookie: answer.cookie("gongxue_session"),
            mark: text(&answer.json()["csrf_token"]),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::of(self.guest.request("GET", path).header("cookie", &self.cookie)).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let marked: Vec<(&str, &str)> = [("csrf", self.mark.as_str())]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        Answer::of(urlencoded(&self.guest, path, &marked).header("cookie", &self.cookie)).await
    }
}

async fn sign_in(app: &TestApp, name: &str, password: &str) -> Answer {
    let body = json!({"name": name, "password": password});
    app.guest().post_json(SESSION, &body).await
}

async fn change_account(caller: &Caller, id: &str, body: &Value) -> Answer {
    change(caller, &format!("{ACCOUNTS}/{id}"), body).await
}

/// The id of an account, as the bureau finds it.
async fn account_id(bureau: &Caller, name: &str) -> String {
    let found = bureau.get_json(&format!("{ACCOUNTS}?q={}", escape(name))).await;
    let items = found["items"].as_array().unwrap().clone();
    let own = items.iter().find(|account| account["name"] == name);
    id(own.unwrap_or_else(|| panic!("no `{name}` in {found}")))
}

#[tokio::test]
async fn a_password_that_somebody_else_chose_opens_nothing_but_the_way_to_ones_own() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let body = json!({"name": "wang.min", "display": "王敏", "role": "teacher"});

    let opened = admin.post_json(ACCOUNTS, &body).await.expect(201);
    assert_eq!(opened.header("cache-control"), "private, no-store");
    let account = opened.json();
    let given = text(&account["password"]);
    assert_eq!(
        (&account["school"]["code"], &account["password_once"]),
        (&json!("S1"), &json!(true))
    );
    assert_eq!(sign_in(&app, "wang.min", &given).await.refusal(403), "password-once");
    let anew = |new: &str| json!({"name": "wang.min", "password": given, "new_password": new});
    let guest = app.guest();
    assert_eq!(
        guest.post_json(SESSION, &anew("short")).await.faults(),
        ["/new_password too-short"]
    );
    assert_eq!(
        guest.post_json(SESSION, &anew(&given)).await.faults(),
        ["/new_password same-as-before"]
    );
    guest.post_json(SESSION, &anew(OWN)).await.expect(201);

    assert_eq!(sign_in(&app, "wang.min", &given).await.refusal(401), "wrong-password");
    sign_in(&app, "wang.min", OWN).await.expect(201);
    assert_eq!(admin.post_json(ACCOUNTS, &body).await.refusal(409), "name-taken");
    let listed = admin.get_json(&format!("{ACCOUNTS}?q={}", escape("王"))).await;
    assert_eq!(listed["items"][0]["password"], Value::Null, "a password is told once");
    let kept = format!(
        "{:?}",
        entity::account::Entity::find()
            .all(&app.database().await)
            .await
            .unwrap()
    );
    assert!(kept.contains("wang.min") && !kept.contains(&given) && !kept.contains(OWN));
    app.finish().await;
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_nothing_of_it_comes_back_with_it() {
    let app = TestApp::start().await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let name = app.account(Role::Teacher, Some("S1"), Some(OWN)).await;
    let browser = Signed::of(&app, &name, OWN).await;
    let token = app.token(&name, TokenScope::Write, None).await;
    let program = app.guest().with_token(Some(&token));
    let account = account_id(&bureau, &name).await;
    program.get("/api/v1/me").await.expect(200);

    change_account(&admin, &account, &json!({"disabled": true}))
        .await
        .expect(200);
    assert_eq!(browser.get("/api/v1/me").await.refusal(401), "not-signed-in");
    assert_eq!(program.get("/api/v1/me").await.refusal(401), "invalid-token");
    assert_eq!(sign_in(&app, &name, OWN).await.refusal(401), "wrong-password");

    change_account(&admin, &account, &json!({"disabled": false}))
        .await
        .expect(200);
    assert_eq!(browser.get("/api/v1/me").await.refusal(401), "not-signed-in");
    assert_eq!(program.get("/api/v1/me").await.refusal(401), "invalid-token");
    let again = Signed::of(&app, &name, OWN).await;
    let stolen = app.token(&name, TokenScope::Admin, None).await;
    let reset = change_account(&admin, &account, &json!({"new_password": true})).await;
    let given = text(&reset.expect(200).json()["password"]);
    assert_eq!(again.get("/api/v1/me").await.refusal(401), "not-signed-in");
    let thief = app.guest().with_token(Some(&stolen));
    assert_eq!(
        thief.get("/api/v1/me").await.refusal(401),
        "invalid-token",
        "a token outlives the reset"
    );
    assert_eq!(sign_in(&app, &name, &given).await.refusal(403), "password-once");
    let told = audited(&app).await;
    for action in ["account.disable", "account.enable", "account.password"] {
        assert!(told.contains(action), "{action}: {told:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_locked_account_is_unlocked_by_its_school() {
    let app = TestApp::with(|config| config.people.lockout_failures = 2).await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let name = app.account(Role::Teacher, Some("S1"), Some(OWN)).await;
    for _ in 0..2 {
        sign_in(&app, &name, "wrong").await.expect(401);
    }
    assert_eq!(sign_in(&app, &name, OWN).await.refusal(429), "locked-out");
    let account = account_id(&bureau, &name).await;

    let answer = change_account(&admin, &account, &json!({"unlock": true}))
        .await
        .expect(200);

    assert_eq!(answer.json()["locked"], false);
    sign_in(&app, &name, OWN).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn each_looks_after_whom_they_may_and_learns_nothing_of_the_others() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let (own, other) = (app.teacher("S1").await, app.teacher("S2").await);
    let (admin, colleague) = (app.admin("S1").await, app.admin("S1").await);
    let own_id = account_id(&bureau, own.name()).await;
    let other_id = account_id(&bureau, other.name()).await;
    let colleague_id = account_id(&bureau, colleague.name()).await;
    let bureau_id = account_id(&bureau, bureau.name()).await;
    let rename = json!({"display": "改名"});

    change_account(&admin, &own_id, &rename).await.expect(200);
    for hidden in [&other_id, &bureau_id] {
        assert_eq!(
            change_account(&admin, hidden, &rename).await.refusal(404),
            "no-such-account"
        );
    }
    assert_eq!(
        change_account(&admin, &colleague_id, &rename).await.refusal(403),
        "not-allowed"
    );
    // Nobody is lifted above those whom one looks after, nor moved out of sight.
    for patch in [
        json!({"role": "school-admin"}),
        json!({"role": "bureau"}),
        json!({"school": "S2"}),
    ] {
        assert_eq!(
            change_account(&admin, &own_id, &patch).await.refusal(403),
            "not-allowed"
        );
    }
    for role in ["school-admin", "expert", "bureau", "auditor"] {
        let body = json!({"name": format!("new-{role}"), "role": role, "school": "S1"});
        assert_eq!(
            admin.post_json(ACCOUNTS, &body).await.refusal(403),
            "not-allowed",
            "{role}"
        );
    }
    let elsewhere = json!({"name": "elsewhere", "role": "teacher", "school": "S2"});
    assert_eq!(admin.post_json(ACCOUNTS, &elsewhere).await.refusal(403), "not-allowed");
    for caller in [app.teacher("S1").await, app.reader("S1").await, app.expert().await] {
        assert_eq!(caller.get(ACCOUNTS).await.refusal(403), "not-allowed");
        assert_eq!(
            change_account(&caller, &own_id, &rename).await.refusal(403),
            "not-allowed"
        );
        caller.get("/admin").await.expect(403);
    }
    let auditor = app.auditor().await;
    auditor.get(ACCOUNTS).await.expect(200);
    auditor.get("/admin/accounts").await.expect(200);
    assert_eq!(
        change_account(&auditor, &own_id, &rename).await.refusal(403),
        "not-allowed"
    );
    let narrow = app.token(admin.name(), TokenScope::Write, None).await;
    let narrow = admin.with_token(Some(&narrow));
    assert_eq!(
        change_account(&narrow, &own_id, &rename).await.refusal(403),
        "token-too-narrow"
    );

    let seen = admin.get_json(&format!("{ACCOUNTS}?limit=100")).await;
    let schools: BTreeSet<String> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| text(&account["school"]["code"]))
        .collect();
    assert_eq!(schools, BTreeSet::from(["S1".to_owned()]));
    assert_eq!(
        admin.get_json(&format!("{ACCOUNTS}?school=S2")).await["items"],
        json!([])
    );
    app.finish().await;
}

#[tokio::test]
async fn somebody_of_the_bureau_is_always_left() {
    let app = TestApp::start().await;
    let (one, two) = (app.bureau().await, app.bureau().await);
    let (one_id, two_id) = (account_id(&one, one.name()).await, account_id(&one, two.name()).await);
    let disable = json!({"disabled": true});

    // Each removes the other at the same moment.
    let (first, second) = tokio::join!(
        change_account(&one, &two_id, &disable),
        change_account(&two, &one_id, &disable)
    );
    let done = [first.status, second.status];
    assert!(
        done.contains(&200) && !done.iter().all(|status| *status == 200),
        "{done:?}"
    );
    let (left, left_id) = if first.status == 200 {
        (&one, &one_id)
    } else {
        (&two, &two_id)
    };
    assert_eq!(
        change_account(left, left_id, &disable).await.refusal(409),
        "last-bureau"
    );
    let demote = json!({"role": "expert"});
    assert_eq!(change_account(left, left_id, &demote).await.refusal(409), "last-bureau");
    left.get("/admin").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_table_of_accounts_opens_all_of_them_once_and_a_faulty_one_none() {
    let app = TestApp::start().await;
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let path = "/admin/accounts/import";
    admin
        .post_json(ACCOUNTS, &json!({"name": "taken", "role": "reader"}))
        .await
        .expect(201);

    let faulty = "登录名,姓名,角色\nwang,王敏,\ntaken,李强,教师\nli li,李丽,教师\nwang,王明,\nchief,张,学校管理员\n";
    let page = html(send_table(&admin, path, "名单.csv", faulty).await.expect(422));
    for told in [
        "第 3 行「登录名」：“taken”已有人使用",
        "第 4 行「登录名」",
        "第 5 行「登录名」：与第 2 行相同",
        "第 6 行：您只能开通本校",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(
        !page.contains(&format!("action=\"{path}/")),
        "a faulty table can be said yes to"
    );
    let none = send_table(&admin, path, "名单.xlsx", "PK\u{3}\u{4} no workbook").await;
    assert!(html(none.expect(422)).contains("id=\"file-fault\""));

    let good = "登录名,姓名,角色\nwang,王敏,\nli,<b>李丽,读者\n";
    let page = html(send_table(&admin, path, "名单.csv", good).await.expect(200));
    let yes = yes(&page, path);
    assert!(!page.contains("<b>李丽"));
    assert!(
        admin.get_json(&format!("{ACCOUNTS}?q=wang")).await["items"] == json!([]),
        "opened unasked"
    );
    // What one was shown, nobody else says yes to.
    let foreign = Answer::of(urlencoded(&bureau, &yes, &[])).await;
    assert_eq!(foreign.status, 404);
    let opened = html(Answer::of(urlencoded(&admin, &yes, &[])).await.expect(200));
    let row = opened.split("<td class=\"code\">wang</td>").nth(1).unwrap();
    let given = row
        .split("<td class=\"code\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert_eq!(sign_in(&app, "wang", given).await.refusal(403), "password-once");
    assert_eq!(
        Answer::of(urlencoded(&admin, &yes, &[])).await.status,
        404,
        "a yes counts once"
    );
    let found = admin.get_json(&format!("{ACCOUNTS}?q={}", escape("李丽"))).await;
    assert_eq!(found["items"][0]["role"], "reader");
    for caller in [app.teacher("S1").await, app.auditor().await] {
        assert_eq!(send_table(&caller, path, "a.csv", good).await.status, 403);
    }
    app.finish().await;
}

#[tokio::test]
async fn tokens_end_with_the_password_if_that_is_wanted() {
    let app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), Some(OWN)).await;
    let here = Signed::of(&app, &name, OWN).await;
    let token = app.token(&name, TokenScope::Read, None).await;
    let program = app.guest().with_token(Some(&token));
    let mut old = OWN;

    for (new, ends, status) in [
        ("other words entirely", "", 200),
        ("words that nobody knows", "true", 401),
    ] {
        let mut fields = vec![("old", old), ("new", new)];
        fields.extend(Some(("end_tokens", ends)).filter(|_| !ends.is_empty()));
        here.post("/account/password", &fields).await.expect(303);
        program.get("/api/v1/me").await.expect(status);
        old = new;
    }
    app.finish().await;
}

#[tokio::test]
async fn ones_own_page_changes_the_password_ends_browsers_and_makes_tokens() {
    let app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), Some(OWN)).await;
    let (here, there) = (Signed::of(&app, &name, OWN).await, Signed::of(&app, &name, OWN).await);

    let wrong = here
        .post(
            "/account/password",
            &[("old", "not it at all"), ("new", "other words entirely")],
        )
        .await;
    assert!(html(wrong.expect(422)).contains("id=\"old-fault\""));
    let short = here.post("/account/password", &[("old", OWN), ("new", "1")]).await;
    assert!(html(short.expect(422)).contains("id=\"new-fault\""));
    there.get("/api/v1/me").await.expect(200);
    let changed = here
        .post("/account/password", &[("old", OWN), ("new", "other words entirely")])
        .await;
    changed.expect(303);
    assert_eq!(there.get("/api/v1/me").await.refusal(401), "not-signed-in");
    here.get("/api/v1/me").await.expect(200);

    let third = Signed::of(&app, &name, "other words entirely").await;
    let page = html(here.get("/account").await.expect(200));
    let other = page
        .split("name=\"id\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    here.post("/account/sessions/end", &[("id", other)]).await.expect(303);
    assert_eq!(third.get("/api/v1/me").await.refusal(401), "not-signed-in");
    here.get("/api/v1/me").await.expect(200);

    let made = here
        .post(
            "/account/tokens",
            &[("name", "镜像"), ("scope", "read"), ("days", "30")],
        )
        .await;
    let made = html(made.expect(200));
    let token = made.split("value=\"gxt_").nth(1).unwrap().split('"').next().unwrap();
    let program = app.guest().with_token(Some(&format!("gxt_{token}")));
    program.get("/api/v1/me").await.expect(200);
    assert_eq!(
        program.post_json("/api/v1/tokens", &json!({})).await.refusal(403),
        "token-too-narrow"
    );
    let shown = html(here.get("/account").await.expect(200));
    assert!(shown.contains("镜像") && !shown.contains(token));
    assert!(
        shown.contains("name=\"end_tokens\""),
        "nobody is asked whether tokens end with a password"
    );
    let tokens = program.get_json("/api/v1/tokens").await;
    let stranger = app.teacher("S1").await;
    let path = format!("/api/v1/tokens/{}", id(&tokens["items"][0]));
    assert_eq!(stranger.send("DELETE", &path).await.refusal(404), "no-such-token");
    let withdraw = format!("/account/tokens/{}/withdraw", id(&tokens["items"][0]));
    assert_eq!(stranger.send("POST", &withdraw).await.status, 400);
    here.post(&withdraw, &[]).await.expect(303);
    assert_eq!(program.get("/api/v1/me").await.refusal(401), "invalid-token");
    app.finish().await;
}

#[tokio::test]
async fn the_page_of_accounts_finds_opens_and_changes_without_scripts() {
    let app = TestApp::start().await;
    let (admin, path) = (app.admin("S1").await, "/admin/accounts");

    let fields = [("name", "wang"), ("display", "王<b>敏"), ("role", "teacher")];
    let opened = html(Answer::of(urlencoded(&admin, path, &fields)).await.expect(200));
    assert!(
        opened.contains("id=\"given-password\"") && opened.contains("王&#60;b&#62;敏"),
        "{opened}"
    );
    let again = html(Answer::of(urlencoded(&admin, path, &fields)).await.expect(422));
    assert!(again.contains("id=\"name-fault\"") && again.contains("value=\"wang\""));
    let found = admin.get_json(&format!("{ACCOUNTS}?q=wang")).await;
    let account = id(&found["items"][0]);
    let open = html(admin.get(&format!("{path}?edit={account}")).await.expect(200));
    assert!(open.contains(&format!("action=\"{path}/{account}/disable\"")), "{open}");
    let fields = [("display", "王敏敏"), ("role", "reader")];
    Answer::of(urlencoded(&admin, &format!("{path}/{account}"), &fields))
        .await
        .expect(303);
    let filtered = html(
        admin
            .get(&format!("{path}?q={}&role=reader", escape("敏敏")))
            .await
            .expect(200),
    );
    assert!(filtered.contains("王敏敏"));
    let wild = html(admin.get(&format!("{path}?q={}", escape("%"))).await.expect(200));
    assert!(!wild.contains("王敏敏"), "a sign of the database's own is text here");
    Answer::of(urlencoded(&admin, &format!("{path}/{account}/disable"), &[]))
        .await
        .expect(303);
    let listed = html(admin.get(path).await.expect(200));
    assert!(listed.contains("status-withdrawn"), "{listed}");
    app.finish().await;
}
