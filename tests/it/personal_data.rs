//! What is kept of people: told, given to them, and gone when they want it gone.

use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use gongxue::domain::personal_data;
use gongxue::domain::role::Role;
use gongxue::domain::search::SearchQuery;
use gongxue::library::accounts::own_data::{InCopy, in_copy};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

const PASSWORD: &str = "an uncommon password of mine";

/// Somebody with a password, signed in in a browser, who shared something, wrote a comment and saved a search.
struct Person {
    name: String,
    browser: Caller,
    cookie: String,
    csrf: String,
    token: Caller,
    resource: String,
}

impl Person {
    async fn of(app: &TestApp, role: Role) -> Self {
        let name = app.account(role, Some("S1"), Some(PASSWORD)).await;
        let guest = app.guest();
        let body = json!({"name": name, "password": PASSWORD});
        let begun = guest.post_json("/api/v1/session", &body).await.expect(201);
        let (cookie, csrf) = (begun.cookie("session"), text(&begun.json()["csrf_token"]));
        let token = app.token(&name, gongxue::domain::role::TokenScope::Admin, None).await;
        let token = guest.with_token(Some(&token));
        let metadata = json!({"title": "台阶轴", "type": "worksheet", "authors": ["王敏", "李工"]});
        let shared = token.share_as(&metadata, &[("a.txt", b"x")]).await.expect(201).json();
        let comments = format!("/api/v1/resources/{}/comments", id(&shared));
        token
            .post_json(&comments, &json!({"text": "请核对公差"}))
            .await
            .expect(201);
        let search = json!({"name": "车床", "query": "q=车床"});
        token.post_json("/api/v1/saved-searches", &search).await.expect(201);
        Self {
            name,
            browser: guest,
            cookie,
            csrf,
            token,
            resource: id(&shared),
        }
    }

    /// A write of the browser that is signed in.
    async fn post(&self, path: &str) -> Answer {
        let request = self.browser.request("POST", path);
        let request = request
            .header("cookie", &self.cookie)
            .header("x-csrf-token", &self.csrf);
        Answer::of(request).await
    }

    async fn own_id(&self) -> String {
        id(&self.token.get_json("/api/v1/me").await)
    }
}

/// What a file of somebody's export says.
pub(crate) fn member(export: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(export)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Where a person's name stands, the audit log aside, which keeps it unshown until its time is over.
async fn rows_with(app: &TestApp, needle: &str) -> Vec<String> {
    let database = app.database().await;
    let backend = database.get_database_backend();
    let mut found = Vec::new();
    for (table, column) in [
        ("account", "name"),
        ("account", "display"),
        ("account", "name_key"),
        ("session", "address"),
        ("token", "name"),
        ("saved_searches", "name"),
    ] {
        let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {column} LIKE '%{needle}%'");
        let row = database
            .query_one_raw(Statement::from_string(backend, sql))
            .await
            .unwrap()
            .unwrap();
        if row.try_get::<i64>("", "n").unwrap() > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn count(app: &TestApp, of: &str) -> i64 {
    let database = app.database().await;
    let sql = format!("SELECT COUNT(*) AS n FROM {of}");
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database
        .query_one_raw(statement)
        .await
        .unwrap()
        .unwrap()
        .try_get("", "n")
        .unwrap()
}

#[tokio::test]
async fn everybody_is_told_what_is_kept_of_them_and_for_how_long_as_the_settings_say() {
    let app = TestApp::with(|config| {
        config.records.keep_months = 18;
        config.people.session_max_days = 11;
    })
    .await;

    let page = app.guest().get("/privacy").await.expect(200);
    let page = String::from_utf8(page.body).unwrap();

    for told in [
        "18 个月",
        "最长 11 天",
        "操作记录",
        "个人信息保护法",
        "网络安全法第二十一条",
        "已注销用户",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let home = app.guest().get("/").await.expect(200);
    assert!(String::from_utf8(home.body).unwrap().contains("href=\"/privacy\""));
    app.finish().await;
}

#[tokio::test]
async fn a_person_takes_all_along_that_is_kept_of_them_and_no_secret() {
    let app = TestApp::start().await;
    let person = Person::of(&app, Role::Teacher).await;
    Person::of(&app, Role::Teacher).await;

    let taken = person.post("/api/v1/me/export").await.expect(200);

    let member = |name: &str| member(&taken.body, name);
    let data: Value = serde_json::from_str(&member("data.json")).unwrap();
    assert_eq!(data["account"]["name"], *person.name);
    assert_eq!(data["works"].as_array().unwrap().len(), 1, "others' works are others'");
    assert_eq!(data["works"][0]["id"], *person.resource);
    assert_eq!(data["files"][0]["size"], 1);
    assert_eq!(data["files"][0]["sha256"], crate::client::sha256(b"x"));
    assert_eq!(data["comments"][0]["text"], "请核对公差");
    assert_eq!(data["saved_searches"][0]["name"], "车床");
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    let acts: Vec<&str> = data["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert!(
        acts.contains(&"session.begin") && acts.contains(&"resource.create"),
        "{acts:?}"
    );
    assert!(member("index.html").contains("台阶轴"));
    assert!(member("works.csv").contains("王敏、李工"));
    assert!(member("files.csv").contains("/content"));
    assert!(member("records.csv").contains("登录"));
    let all = format!("{data}{}", member("index.html"));
    let cookie = person.cookie.split_once('=').unwrap().1.to_owned();
    for secret in [PASSWORD, person.token.token(), &cookie, "argon2", "key_hash"] {
        assert!(!all.contains(secret), "`{secret}` was given out");
    }
    for line in personal_data::TABLE {
        if let InCopy::As(members) = in_copy(line.kind) {
            let missing: Vec<_> = members.iter().filter(|name| data[**name].is_null()).collect();
            assert!(missing.is_empty(), "{:?}: {missing:?}", line.kind);
        }
    }
    let told = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=account.export")
        .await;
    assert_eq!(told["items"][0]["actor"], *person.name);
    app.finish().await;
}

/// It said that it was all, and held neither where somebody had signed in nor what they had decided or begun to send.
#[tokio::test]
async fn what_stands_in_other_tables_is_taken_along_as_well() {
    let app = TestApp::start().await;
    let person = Person::of(&app, Role::SchoolAdmin).await;
    let begun = person
        .token
        .request("POST", "/api/v1/uploads")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", "5000")
        .header("upload-metadata", "filename 5LiA5Y2KLnBkZg==");
    Answer::of(begun).await.expect(201);
    let teacher = app.teacher("S1").await;
    let work = id(&teacher.share("台阶轴二", &[("a.txt", b"x")]).await);
    teacher.step(&work, "submit").await.expect(200);
    let back = json!({"note": "公差请写完整"});
    let path = format!("/api/v1/resources/{work}/return");
    person.token.post_json(&path, &back).await.expect(200);

    let taken = person.post("/api/v1/me/export").await.expect(200);

    let data: Value = serde_json::from_str(&member(&taken.body, "data.json")).unwrap();
    assert_eq!(data["browsers"].as_array().unwrap().len(), 1);
    assert_eq!(data["uploads"][0]["length"], 5000);
    assert_eq!(data["decisions"][0]["note"], "公差请写完整");
    assert_eq!(data["versions"][0]["resource"], *person.resource);
    assert_eq!(data["cut"], json!([]));
    let page = member(&taken.body, "index.html");
    for shown in ["公差请写完整", "length: 5000", "不在其中的"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_takes_or_erases_an_account_at_a_browser_that_was_left_open() {
    let app = TestApp::start().await;
    let person = Person::of(&app, Role::Teacher).await;
    app.advance(Duration::from_hours(6));

    for path in ["/api/v1/me/export", "/api/v1/me/erase"] {
        assert_eq!(person.post(path).await.refusal(403), "confirm-identity", "{path}");
        app.guest().send("POST", path).await.expect(401);
    }
    // A program's token erases nobody, whatever it may do.
    let refused = person.token.send("POST", "/api/v1/me/erase").await;
    assert_eq!(refused.refusal(403), "token-too-narrow");
    app.finish().await;
}

#[tokio::test]
async fn whoever_erases_themselves_is_gone_and_their_work_stays_with_its_credits() {
    let app = TestApp::start().await;
    let person = Person::of(&app, Role::Teacher).await;
    let (admin, auditor) = (app.admin("S1").await, app.auditor().await);
    admin.publish(&person.resource).await;
    let own_id = person.own_id().await;

    person.post("/api/v1/me/erase").await.expect(204);

    // Nothing opens any more.
    let body = json!({"name": person.name, "password": PASSWORD});
    app.guest().post_json("/api/v1/session", &body).await.expect(401);
    person.token.get("/api/v1/me").await.expect(401);
    for table in [
        "session",
        "token",
        "saved_searches",
        "known_browser",
        "second_factor",
        "passkey",
    ] {
        assert_eq!(
            count(
                &app,
                &format!("{table} WHERE account_id IN (SELECT account_id FROM erasure)")
            )
            .await,
            0,
            "{table}"
        );
    }
    // The work is there, with those who made it and nobody's account.
    let resource = admin.get_json(&format!("/api/v1/resources/{}", person.resource)).await;
    assert_eq!(resource["authors"], json!(["王敏", "李工"]));
    assert_eq!(resource["owner"]["name"], "已注销用户");
    let comments = admin
        .get_json(&format!("/api/v1/resources/{}/comments", person.resource))
        .await;
    assert!(
        comments.to_string().contains("请核对公差") && comments.to_string().contains("已注销用户"),
        "{comments}"
    );
    // The log says what was done by an account that has no name.
    let lines = auditor
        .get_json(&format!("/api/v1/audit?limit=100&actor={own_id}"))
        .await;
    let items = lines["items"].as_array().unwrap();
    assert!(items.iter().any(|line| line["action"] == "account.erase"));
    assert!(
        items
            .iter()
            .all(|line| line["actor"] == "" && line["is_erased"] == true),
        "{lines}"
    );
    assert!(!lines.to_string().contains(&person.name), "{lines}");
    let found = auditor.get_json(&format!("/api/v1/audit?actor={}", person.name)).await;
    assert_eq!(found["items"], json!([]), "somebody erased is found by no name");
    let csv = auditor.get("/api/v1/audit?format=csv").await.expect(200);
    assert!(!String::from_utf8(csv.body).unwrap().contains(&person.name));
    assert_eq!(rows_with(&app, &person.name).await, [""; 0]);
    // And it is as it was chained.
    auditor.get_json("/api/v1/audit/checkpoint").await;
    let whole = app.program().args(["doctor", "--records"]).output().await.unwrap();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stdout));
    // The name is free.
    let again = json!({"name": person.name, "role": "teacher", "school": "S1"});
    admin.post_json("/api/v1/accounts", &again).await.expect(201);
    app.finish().await;
}

/// The lines of the audit log that fit.
async fn found(auditor: &Caller, query: &str) -> Vec<Value> {
    let page = auditor.get_json(&format!("/api/v1/audit?limit=100&{query}")).await;
    page["items"].as_array().unwrap().clone()
}

/// A search for somebody's name gave the number of an account, and all lines of that number were theirs.
#[tokio::test]
async fn an_auditor_finds_nobody_who_was_erased_by_their_name_their_words_or_their_address() {
    let app = TestApp::start().await;
    let (person, other) = (
        Person::of(&app, Role::Teacher).await,
        Person::of(&app, Role::Teacher).await,
    );
    let (admin, auditor) = (app.admin("S1").await, app.auditor().await);
    let own_id = person.own_id().await;
    let account = format!("/api/v1/accounts/{own_id}");
    let renamed = json!({"display": "赵钱孙李"});
    Answer::of(admin.request("PATCH", &account).json(&renamed))
        .await
        .expect(200);
    for who in [&person, &other] {
        let search = json!({"name": "找新工作用的教案", "query": "q=教案"});
        let there = who.token.at_address(77);
        there.post_json("/api/v1/saved-searches", &search).await.expect(201);
    }
    let by_address = async |query: &str| -> Vec<Value> {
        let lines = found(&auditor, query).await.into_iter();
        lines.map(|line| line["account"].clone()).collect()
    };
    let of_both = by_address("address=127.0.0.77").await;
    assert_eq!(of_both, [json!(other.own_id().await), json!(own_id)]);

    admin.send("DELETE", &account).await.expect(204);

    let nothing = Vec::<Value>::new();
    for words in ["赵钱孙李", "找新工作", &person.name] {
        assert_eq!(found(&auditor, &format!("text={words}")).await, nothing, "{words}");
    }
    assert_ne!(found(&auditor, "text=台阶轴").await, nothing);
    for there in ["address=127.0.0.77", "address=127.0.0.7*"] {
        let left = by_address(there).await;
        assert_eq!(left, [json!(other.own_id().await)], "{there}");
    }
    // Whoever knows the account's number does not learn by it where they were.
    let there = format!("actor={own_id}&address=127.0.0.77");
    assert_eq!(found(&auditor, &there).await, nothing);
    let lines = json!(found(&auditor, &format!("actor={own_id}")).await).to_string();
    assert!(
        lines.contains("saved-search.add") && lines.contains("台阶轴"),
        "{lines}"
    );
    assert!(!lines.contains("找新工作") && !lines.contains("127.0.0.77"), "{lines}");
    app.finish().await;
}

#[tokio::test]
async fn what_an_administrator_takes_along_of_their_own_names_nobody_whom_they_erased() {
    let app = TestApp::start().await;
    let (person, other) = (
        Person::of(&app, Role::Teacher).await,
        Person::of(&app, Role::Teacher).await,
    );
    let admin = app.admin("S1").await;
    let path = async |who: &Person| format!("/api/v1/accounts/{}", who.own_id().await);
    for (who, display) in [(&person, "赵钱孙李"), (&other, "周吴郑王")] {
        let renamed = admin.request("PATCH", &path(who).await);
        Answer::of(renamed.json(&json!({"display": display}))).await.expect(200);
    }
    admin.send("DELETE", &path(&person).await).await.expect(204);

    let taken = admin.send("POST", "/api/v1/me/export").await.expect(200).body;

    for file in ["data.json", "records.csv"] {
        let said = member(&taken, file);
        assert!(said.contains("周吴郑王"), "{file}: {said}");
        assert!(
            !said.contains("赵钱孙李") && !said.contains(&person.name),
            "{file}: {said}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn those_who_look_after_accounts_erase_theirs_and_no_others() {
    let app = TestApp::start().await;
    let person = Person::of(&app, Role::Teacher).await;
    let path = format!("/api/v1/accounts/{}", person.own_id().await);

    app.teacher("S1").await.send("DELETE", &path).await.expect(403);
    app.admin("S2").await.send("DELETE", &path).await.expect(404);
    app.auditor().await.send("DELETE", &path).await.expect(403);
    let admin = app.admin("S1").await;
    admin.send("DELETE", &path).await.expect(204);

    admin.send("DELETE", &path).await.expect(404);
    // Brought back, they would act as nobody in the log.
    let back = json!({"disabled": false, "name": "x", "role": "bureau", "new_password": true});
    let bureau = app.bureau().await;
    let revived = Answer::of(bureau.request("PATCH", &path).json(&back)).await;
    assert_eq!(revived.refusal(404), "no-such-account");
    let listed = admin.get_json("/api/v1/accounts?limit=100").await.to_string();
    assert!(
        !listed.contains("erased-") && !listed.contains("已注销用户"),
        "{listed}"
    );
    let own = id(&admin.get_json("/api/v1/me").await);
    let refused = admin.send("DELETE", &format!("/api/v1/accounts/{own}")).await;
    assert_eq!(refused.refusal(403), "own-account");
    app.finish().await;
}

#[tokio::test]
async fn the_last_who_looks_after_all_accounts_cannot_be_erased() {
    let app = TestApp::start().await;
    let (first, second) = (app.bureau().await, app.bureau().await);
    let id_of = async |who: &Caller| id(&who.get_json("/api/v1/me").await);

    first
        .send("DELETE", &format!("/api/v1/accounts/{}", id_of(&second).await))
        .await
        .expect(204);
    let name = first.name().to_owned();
    let done = app
        .ask(async move |library| {
            let actor = library.accounts.actor_named(&name).await.unwrap();
            library.accounts.erase_own(&actor).await
        })
        .await;

    assert!(format!("{done:?}").contains("LastBureau"), "{done:?}");
    app.finish().await;
}

/// Whoever saved a search at the moment in which they were erased had their question kept for good.
#[tokio::test]
async fn nothing_is_kept_of_a_request_that_an_erasure_overtook() {
    let app = TestApp::start().await;
    let name = app.account(Role::Teacher, Some("S1"), None).await;

    let saved = app
        .ask(async move |library| {
            let actor = library.accounts.actor_named(&name).await.unwrap();
            library.accounts.erase_own(&actor).await.unwrap();
            let question = SearchQuery::read("q=车床");
            library.search.save_search(&actor, "车床".to_owned(), &question).await
        })
        .await;

    assert!(format!("{saved:?}").contains("NotSignedIn"), "{saved:?}");
    assert_eq!(count(&app, "saved_searches").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn what_is_over_goes_by_itself() {
    let app = TestApp::start().await;
    let person = Person::of(&app, Role::Teacher).await;
    let short = Some(Duration::from_hours(1));
    app.token(&person.name, gongxue::domain::role::TokenScope::Read, short)
        .await;
    assert_eq!(count(&app, "token").await, 2);
    assert_eq!(count(&app, "session").await, 1);
    let search = json!({"name": "甲", "query": "q=x"});
    let keyed = person.token.request("POST", "/api/v1/saved-searches");
    Answer::of(keyed.header("idempotency-key", "once").json(&search))
        .await
        .expect(201);
    let begun = person.token.request("POST", "/api/v1/uploads");
    let begun = begun.header("tus-resumable", "1.0.0").header("upload-length", "5");
    Answer::of(begun).await.expect(201);
    let kept = ["known_browser", "idempotency", "upload"];
    for table in kept {
        assert!(count(&app, table).await > 0, "{table}");
    }

    app.advance(Duration::from_hours(24 * 400));
    app.ask(async |library| library.operations.tidy().await.unwrap()).await;

    assert_eq!(count(&app, "token").await, 1, "one that does not expire stays");
    assert_eq!(count(&app, "session").await, 0);
    assert_eq!(count(&app, "sign_in_attempt").await, 0);
    for table in kept {
        assert_eq!(count(&app, table).await, 0, "{table}");
    }
    app.finish().await;
}

/// What somebody looked for, who they are and what they know stood in a log once, for whoever reads logs.
#[tokio::test]
async fn the_log_of_the_service_holds_no_names_questions_tokens_or_addresses() {
    let mut app = TestApp::start().await;
    let person = Person::of(&app, Role::Teacher).await;
    app.stop().await;
    let mut service = app
        .program()
        .arg("serve")
        .env("RUST_LOG", "debug")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(service.stdout.take().unwrap()).lines();
    said.next_line().await.unwrap().expect("it says where it listens");

    // From an address of its own: the service says at which one it listens.
    let (guest, token) = (app.guest().at_address(77), person.token.at_address(77));
    token.get("/api/v1/search?q=secret-question").await.expect(200);
    token.get("/search?q=secret-question").await.expect(200);
    let wrong = json!({"name": person.name, "password": "secret-guess"});
    guest.post_json("/api/v1/session", &wrong).await.expect(401);
    let unknown = json!({"name": "secret-name", "password": "secret-guess"});
    guest.post_json("/api/v1/session", &unknown).await.expect(401);
    let made_up = guest.with_token(Some("gxt_secret-token"));
    made_up.get("/api/v1/me").await.expect(401);
    token.get("/api/v1/resources/secret-path").await.expect(404);
    person.post("/api/v1/me/export").await;
    service.kill().await.unwrap();

    let mut log = String::new();
    service.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
    assert!(log.contains("/api/v1/search"), "the log was read: {log}");
    let cookie = person.cookie.split_once('=').unwrap().1;
    for told in ["secret-", &person.name, person.token.token(), cookie, "127.0.0.77"] {
        let line = log.lines().find(|line| line.contains(told));
        assert_eq!(line, None, "`{told}` is in the log");
    }
    app.resume().await;
    app.finish().await;
}
