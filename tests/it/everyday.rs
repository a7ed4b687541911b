//! Small promises of every day: what is shown once can be carried off, numbers agree with what is behind them, what takes
//! something away can be undone, and the records speak in words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id, text};
use crate::packs::School;

/// What stands between two marks, after the first of them.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page
        .split_once(from)
        .unwrap_or_else(|| panic!("no `{from}` in {page}"))
        .1;
    rest.split(to).next().unwrap()
}

/// The table that a page holds for whoever saves it, decoded.
fn saved_table(page: &str) -> String {
    let encoded = between(page, "href=\"data:text/csv;charset=utf-8;base64,", "\"");
    let encoded = encoded
        .replace("&#43;", "+")
        .replace("&#x2b;", "+")
        .replace("&#61;", "=");
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

/// A page with passwords that are shown once offers all three ways to carry them off, and each has all of them.
fn can_be_carried_off(page: &str, accounts: &[(&str, &str)]) {
    let table = saved_table(page);
    assert!(table.starts_with("\u{feff}姓名,登录名,一次性密码\r\n"), "{table}");
    let lines: Vec<&str> = table.trim_end().split("\r\n").skip(1).collect();
    assert_eq!(lines.len(), accounts.len(), "{table}");
    let copied = between(page, "data-copy=\"", "\"");
    for ((display, name), line) in accounts.iter().zip(lines) {
        let password = line
            .strip_prefix(&format!("{display},{name},"))
            .unwrap_or_else(|| panic!("{line}"));
        assert!(password.len() > 12, "{line}");
        assert!(copied.contains(&format!("{display}\t{name}\t{password}")), "{copied}");
        assert!(page.matches(password).count() >= 2, "the password itself is not shown");
    }
    assert!(page.contains("data-print"), "it cannot be printed");
    assert!(between(page, "download=\"", "\"").ends_with(".csv"));
}

#[tokio::test]
async fn a_password_shown_once_can_be_printed_copied_and_saved_however_it_is_given() {
    let app = TestApp::start().await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let csrf = ("csrf", admin.csrf.as_str());

    let fields = [csrf, ("name", "wang"), ("display", "王敏"), ("role", "teacher")];
    let opened = html(admin.post("/admin/accounts", &fields).await.expect(200));
    can_be_carried_off(&opened, &[("王敏", "wang")]);

    let found = app.admin("S1").await.get_json("/api/v1/accounts?q=wang").await;
    let path = format!("/admin/accounts/{}/password", id(&found["items"][0]));
    let reset = html(admin.post(&path, &[csrf]).await.expect(200));
    can_be_carried_off(&reset, &[("王敏", "wang")]);
    assert_ne!(saved_table(&opened), saved_table(&reset));

    let table = "登录名,姓名\nli,李丽\nzhao,赵强\n";
    let import = "/admin/accounts/import";
    let preview = html(
        admin
            .post_file(import, &[csrf], Some(("名单.csv", table)))
            .await
            .expect(200),
    );
    let yes = between(&preview, &format!("action=\"{import}/"), "\"");
    let given = html(admin.post(&format!("{import}/{yes}"), &[csrf]).await.expect(200));
    can_be_carried_off(&given, &[("李丽", "li"), ("赵强", "zhao")]);
    // Nobody can show them again.
    let later = admin.open("/admin/accounts").await;
    assert!(!later.contains("base64") && !later.contains("data-print"), "{later}");
    app.finish().await;
}

async fn hand_in(who: &Caller, title: &str, scope: &str) -> String {
    let metadata = json!({"title": title, "type": "worksheet", "task": "台阶轴", "scope": scope, "submit": true});
    id(&who
        .share_as(&metadata, &[("页.txt", title.as_bytes())])
        .await
        .expect(201)
        .json())
}

#[tokio::test]
async fn what_waits_for_review_is_the_number_behind_its_link() {
    let school = School::open().await;
    hand_in(&school.teacher, "校内的", "school").await;
    hand_in(&school.teacher, "全市的", "city").await;
    hand_in(&school.admin, "管理员自己的", "city").await;
    hand_in(&school.app.expert().await, "专家自己的", "city").await;
    let bureau = school.app.bureau().await;
    hand_in(&bureau, "局里自己的", "city").await;

    for (who, waits) in [(&school.admin, 2), (&bureau, 3)] {
        let queue = who.get_json("/api/v1/reviews").await["items"].as_array().unwrap().len();
        assert_eq!(queue, waits);
        let page = html(who.get("/admin").await.expect(200));
        let told = format!("<strong>{waits}</strong> <span>个资源待审核</span></p><a href=\"/review\">");
        assert!(page.contains(&told), "{page}");
        assert!(
            page.contains(&format!("<span class=\"menu-count\">{waits}</span>")),
            "{page}"
        );
        let behind = html(who.get("/review").await.expect(200));
        assert!(behind.contains(&format!("待审核 {waits} 个")), "{behind}");
    }
    // Who reviews nothing has no queue to be led to, and still sees how much waits.
    let auditor = html(school.app.auditor().await.get("/admin").await.expect(200));
    assert!(
        !auditor.contains("个资源待审核") && auditor.contains("<dt>待审核资源</dt><dd>5</dd>"),
        "{auditor}"
    );

    // A course's table counts the same, task by task.
    let course = format!(
        "/c/{}",
        text(&school.teacher.get_json("/api/v1/courses").await["items"][0]["id"])
    );
    for who in [&school.admin, &bureau, &school.teacher] {
        let page = html(who.get(&course).await.expect(200));
        let mark = between(&page, "class=\"cell-mark\" href=\"", "</a>");
        let (url, label) = mark.split_once("\">").unwrap();
        let count: usize = label.strip_prefix("待审核 ").unwrap().parse().unwrap();
        let behind = html(
            who.get(&url.replace("&#38;", "&").replace("&amp;", "&"))
                .await
                .expect(200),
        );
        let rows = behind.matches("<article class=\"card\">").count();
        assert_eq!(rows, count, "{} {url}: {behind}", who.name());
    }
    school.app.finish().await;
}

/// Every link of a page that bears a number of resources, with that number.
fn numbered(page: &str) -> Vec<(String, u64)> {
    let links = page.split("<a ").skip(1).filter_map(|link| {
        let (tag, rest) = link.split_once('>')?;
        let url = between(tag, "href=\"", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&");
        let inside = rest.split("</a>").next()?;
        let number = inside.split_once("class=\"count\">")?.1.split('<').next()?;
        Some((url, number.replace(',', "").parse().ok()?))
    });
    links.filter(|(url, _)| !url.starts_with('#')).collect()
}

/// How many resources a page says there are.
fn said(page: &str) -> u64 {
    let before = page.split(" 个资源").next().unwrap();
    let digits = before.rsplit(|c: char| !c.is_ascii_digit() && c != ',').next().unwrap();
    digits
        .replace(',', "")
        .parse()
        .unwrap_or_else(|_| panic!("no number of resources in {page}"))
}

#[tokio::test]
async fn a_number_beside_a_link_is_the_number_behind_it() {
    let school = School::open().await;
    for (title, task) in [("甲 工作页", "台阶轴"), ("乙 工作页", "台阶轴"), ("丙 工作页", "锥轴")] {
        school
            .publish(title, task, "city", &[("a.txt", title.as_bytes())])
            .await;
    }
    school.teacher.share("自己的草稿", &[("草稿.txt", b"draft")]).await;
    let gone = school.publish("下架的", "锥轴", "city", &[("b.txt", b"gone")]).await;
    school.teacher.step(&id(&gone), "withdraw").await.expect(200);
    school.app.settled().await;

    let mut seen = 0;
    for who in [&school.teacher, &school.admin, &school.app.teacher("S2").await] {
        let home = html(who.get("/").await.expect(200));
        let results = html(who.get("/search?q=%E5%B7%A5%E4%BD%9C%E9%A1%B5").await.expect(200));
        for (url, number) in numbered(&home).into_iter().chain(numbered(&results)) {
            let behind = html(who.get(&url).await.expect(200));
            assert_eq!(said(&behind), number, "{} {url}: {behind}", who.name());
            seen += 1;
        }
    }
    assert!(seen > 8, "only {seen} numbers were found: this test has gone blind");
    school.app.finish().await;
}

#[tokio::test]
async fn what_is_withdrawn_can_be_put_back() {
    let school = School::open().await;
    let resource = id(&school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", b"a")])
        .await);
    let other = school.app.teacher("S2").await;
    let page = html(school.admin.get(&format!("/r/{resource}")).await.expect(200));
    let asks = between(
        &page,
        "<details class=\"withdraw\"><summary>下架</summary>",
        "</details>",
    );
    assert!(asks.contains("确认下架") && asks.contains("要恢复"), "{asks}");

    school.admin.step(&resource, "withdraw").await.expect(200);
    other.get(&format!("/r/{resource}")).await.expect(404);
    school.admin.publish(&resource).await;
    other.get(&format!("/r/{resource}")).await.expect(200);

    let teacher = Browser::sign_in(&school.app, Role::SchoolAdmin).await;
    let body = json!({"title": "车削包", "task": "台阶轴", "scope": "city"});
    let pack = school.pack(&body).await;
    school.issue(&pack).await;
    let (address, csrf) = (format!("/p/{pack}"), [("csrf", teacher.csrf.as_str())]);
    let before = html(other.get(&address).await.expect(200));
    teacher.post(&format!("{address}/withdraw"), &csrf).await.expect(303);
    other.get(&address).await.expect(404);
    assert!(teacher.open(&address).await.contains("恢复共享"));
    teacher.post(&format!("{address}/restore"), &csrf).await.expect(303);
    let after = html(other.get(&address).await.expect(200));
    assert_eq!(after.contains("a.txt"), before.contains("a.txt"));
    let newest = other.get_json(&format!("/api/v1/packs/{pack}")).await;
    assert_eq!(
        (&newest["status"], &newest["version"]),
        (&json!("published"), &json!(1))
    );
    // Not somebody else's to bring back.
    school.app.settled().await;
    let foreign = Browser::sign_in_at(&school.app, Role::Teacher, "S2").await;
    let refused = foreign
        .post(&format!("{address}/restore"), &[("csrf", foreign.csrf.as_str())])
        .await;
    assert_eq!(refused.status, 403);
    school.app.finish().await;
}

#[tokio::test]
async fn the_records_name_what_was_done_and_on_what_even_when_it_is_gone() {
    let school = School::open().await;
    let admin = Browser::sign_in(&school.app, Role::SchoolAdmin).await;
    let kept = school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", b"a")])
        .await;
    let comments = format!("/api/v1/resources/{}/comments", id(&kept));
    school
        .admin
        .post_json(&comments, &json!({"text": "好"}))
        .await
        .expect(201);
    let gone = id(&school.teacher.share("删掉的草稿", &[("b.txt", b"b")]).await);
    school
        .teacher
        .send("DELETE", &format!("/api/v1/resources/{gone}"))
        .await
        .expect(204);
    let pack = school.pack(&json!({"title": "删掉的包", "task": "台阶轴"})).await;
    school
        .teacher
        .send("DELETE", &format!("/api/v1/packs/{pack}"))
        .await
        .expect(204);
    let words = school
        .admin
        .post_json("/api/v1/synonyms", &json!({"words": ["台阶轴", "阶梯轴"]}))
        .await;
    let words = format!("/api/v1/synonyms/{}", id(&words.expect(201).json()));
    school.admin.send("DELETE", &words).await.expect(204);
    let saved = json!({"name": "常搜的", "query": "q=x"});
    let saved = id(&school
        .teacher
        .post_json("/api/v1/saved-searches", &saved)
        .await
        .expect(201)
        .json());
    school
        .teacher
        .send("DELETE", &format!("/api/v1/saved-searches/{saved}"))
        .await
        .expect(204);
    let account = json!({"name": "wang", "display": "王敏", "role": "teacher", "school": "S1"});
    let account = id(&school
        .admin
        .post_json("/api/v1/accounts", &account)
        .await
        .expect(201)
        .json());
    let path = format!("/api/v1/accounts/{account}");
    let change = school.admin.request("PATCH", &path).json(&json!({"disabled": true}));
    Answer::of(change).await.expect(200);
    let wrong = json!({"name": school.teacher.name(), "password": "not this one"});
    school
        .app
        .guest()
        .post_json("/api/v1/session", &wrong)
        .await
        .expect(401);

    let page = admin.open("/admin/audit").await;

    for (act, title) in [
        ("删除资源", "删掉的草稿"),
        ("写批注", "台阶轴工作页"),
        ("删除资源包", "删掉的包"),
        ("删除同义词", "台阶轴、阶梯轴"),
        ("删除已存搜索", "常搜的"),
        ("停用账号", "王敏"),
        ("新建账号", "王敏"),
    ] {
        let line = page
            .split("<tr")
            .find(|line| line.contains(&format!("<td>{act} <code>")))
            .unwrap_or_else(|| panic!("{act}: {page}"));
        assert!(line.contains(title), "{act}: {line}");
    }
    let subjects = page.split("<td class=\"records-subject\">").skip(1);
    for subject in subjects.map(|cell| cell.split("</td>").next().unwrap()) {
        let shown = subject.rsplit_once("\">").map_or(subject, |(_, shown)| shown);
        assert!(!shown.contains("-7"), "an id stands where a name is known: {subject}");
    }
    assert!(
        !page.contains("wrong-password") || page.contains("登录名或密码不对"),
        "{page}"
    );
    let items = school.admin.get_json("/api/v1/audit?action=resource.remove").await;
    assert_eq!(items["items"][0]["title"], "删掉的草稿");
    let csv = school
        .admin
        .get("/api/v1/audit?format=csv&action=pack.remove")
        .await
        .expect(200);
    let csv = html(csv);
    assert!(
        csv.lines().next().unwrap().ends_with("操作名称,对象名称,改动,次数"),
        "{csv}"
    );
    assert!(csv.contains("删除资源包,删掉的包,,1"), "{csv}");
    school.app.finish().await;
}

/// Lines of a release that noted no names.
#[tokio::test]
async fn old_lines_of_the_records_are_named_as_far_as_what_they_name_is_there() {
    use sea_orm::ConnectionTrait as _;
    let school = School::open().await;
    let kept = id(&school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", b"a")])
        .await);
    let database = school.app.database().await;
    database
        .execute_unprepared("UPDATE audit SET subject_title = NULL")
        .await
        .unwrap();

    let lines = school.admin.get_json(&format!("/api/v1/audit?subject={kept}")).await;

    let lines: &Vec<Value> = lines["items"].as_array().unwrap();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line["title"] == "台阶轴工作页"),
        "{lines:?}"
    );
    school.app.finish().await;
}

#[tokio::test]
async fn a_download_never_ends_twice_alike() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let slides = "%E8%AF%BE%E4%BB%B6";
    for (sent, saved) in [
        ("课件.PPTX.pptx", format!("{slides}.pptx")),
        ("课件．docx.docx", format!("{slides}.docx")),
        ("a.tar.gz", "\"a.tar.gz\"".to_owned()),
    ] {
        let shared = teacher.share("课件.pptx", &[(sent, sent.as_bytes())]).await;
        let path = format!("/api/v1/files/{}/content", id(&shared["files"][0]));
        let named = teacher.get(&path).await.expect(200).header("content-disposition");
        assert!(named.ends_with(&saved), "{sent}: {named}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_quota_is_typed_in_the_unit_in_which_it_is_shown_and_stays_when_only_the_name_changes() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let made = json!({"code": "S8", "name": "八校", "quota_bytes": 200_000_000_000_u64});
    let school = id(&bureau.post_json("/api/v1/schools", &made).await.expect(201).json());
    let quota = async || {
        let schools = bureau.get_json("/api/v1/schools").await;
        let page = html(bureau.get(&format!("/admin/schools?edit={school}")).await.expect(200));
        (schools, page)
    };
    let send = async |fields: &[(&str, &str)]| {
        let path = format!("/admin/schools/{school}");
        Answer::of(crate::browser::urlencoded(&bureau, &path, fields))
            .await
            .expect(303);
    };

    let (_, page) = quota().await;
    let shown = between(&page, "name=\"quota_was\" value=\"", "\"").to_owned();
    assert_eq!(shown, "186");
    send(&[("name", "第八校"), ("quota", &shown), ("quota_was", &shown)]).await;
    let edited = Answer::of(
        bureau
            .request("PATCH", &format!("/api/v1/schools/{school}"))
            .json(&json!({})),
    );
    assert_eq!(
        edited.await.expect(200).json()["quota_bytes"],
        200_000_000_000_u64,
        "a new name took room away"
    );

    send(&[("name", "第八校"), ("quota", "10"), ("quota_was", &shown)]).await;
    let edited = Answer::of(
        bureau
            .request("PATCH", &format!("/api/v1/schools/{school}"))
            .json(&json!({})),
    );
    assert_eq!(edited.await.expect(200).json()["quota_bytes"], 10_u64 << 30);
    let (_, page) = quota().await;
    assert!(page.contains("10 GB") && !page.contains("10.7"), "{page}");
    let upload = html(app.teacher("S1").await.get("/upload").await.expect(200));
    assert!(upload.contains("单个文件不超过 10 GB"), "{upload}");
    app.finish().await;
}

#[tokio::test]
async fn the_news_of_a_saved_search_is_what_its_link_shows() {
    let school = School::open().await;
    let reader = Browser::sign_in(&school.app, Role::Teacher).await;
    school
        .publish("从前的 台阶轴", "台阶轴", "city", &[("a.txt", b"a")])
        .await;
    school.app.settled().await;
    let csrf = ("csrf", reader.csrf.as_str());
    reader
        .post("/saved", &[csrf, ("query", "q=台阶轴"), ("name", "台阶轴")])
        .await
        .expect(303);
    school.app.advance(std::time::Duration::from_mins(1));
    for title in ["新的 台阶轴", "另一个 台阶轴"] {
        school
            .publish(title, "台阶轴", "city", &[("b.txt", title.as_bytes())])
            .await;
    }
    let mine = [
        csrf,
        ("title", "我的草稿 台阶轴"),
        ("type", "worksheet"),
        ("scope", "school"),
    ];
    reader.upload(&mine, Some(("c.txt", "台阶轴"))).await.expect(303);
    school.app.settled().await;

    let page = reader.open("/saved").await;
    assert!(page.contains("<strong>2 个新的或改过的</strong>"), "{page}");
    let see = between(&page, "class=\"news\" method=\"post\" action=\"", "\"").to_owned();
    let shown = reader.post(&see, &[csrf]).await.expect(303).header("location");
    assert_eq!(said(&reader.open(&shown).await), 2);
    school.app.finish().await;
}

#[tokio::test]
async fn what_is_said_of_ones_own_resources_is_what_stands_behind_it() {
    let school = School::open().await;
    let files: [(&str, &[u8]); 3] = [
        ("a.pdf", b"%PDF-1.7 torn"),
        ("b.pdf", b"%PDF-1.4 torn too"),
        ("c.txt", b"text"),
    ];
    let metadata = json!({"title": "两个读不出来", "type": "worksheet", "scope": "city", "submit": true});
    let resource = id(&school.teacher.share_as(&metadata, &files).await.expect(201).json());
    school.app.settled().await;
    let comments = format!("/api/v1/resources/{resource}/comments");
    for remark in ["甲", "乙", "丙"] {
        let said = school
            .admin
            .post_json(&comments, &json!({"text": remark}))
            .await
            .expect(201)
            .json();
        if remark == "丙" {
            let path = format!("{comments}/{}", id(&said));
            Answer::of(school.admin.request("PATCH", &path).json(&json!({"resolved": true})))
                .await
                .expect(200);
        }
    }

    let mine = html(school.teacher.get("/mine").await.expect(200));
    assert!(
        mine.contains("2 个文件的内容搜不到") && mine.contains("2 条未解决的批注"),
        "{mine}"
    );
    let told = html(
        school
            .teacher
            .get(&format!("/r/{resource}/findability"))
            .await
            .expect(200),
    );
    assert_eq!(told.matches("file-failed").count(), 2, "{told}");
    let shown = html(school.teacher.get(&format!("/r/{resource}")).await.expect(200));
    assert!(shown.contains("id=\"comments-title\">批注 <span>2</span>"), "{shown}");
    let overview = html(school.admin.get("/admin").await.expect(200));
    assert!(
        overview.contains("<strong>2</strong> <span>个文件搜不到内容</span>"),
        "{overview}"
    );
    let listed = html(school.admin.get("/admin/files").await.expect(200));
    assert_eq!(listed.matches("两个读不出来").count(), 2, "{listed}");
    school.app.finish().await;
}
