//! Saved searches: what is new is counted, and feeds show their owners' view and nothing beyond.

use std::time::Duration;

use gongxue::db::entity::account;
use quick_xml::events::Event;
use reqwest::RequestBuilder;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, escape, id, text};

const SAVED: &str = "/api/v1/saved-searches";
const HOSTILE: &str = "<script>alert(\"星\")</script> & ]]>";

async fn save(caller: &Caller, name: &str, query: &str) -> Value {
    let answer = caller.post_json(SAVED, &json!({"name": name, "query": query})).await;
    answer.expect(201).json()
}

async fn change(caller: &Caller, saved: &Value, body: &Value) -> Answer {
    Answer::of(caller.request("PATCH", &format!("{SAVED}/{}", id(saved))).json(body)).await
}

/// The news of each saved search, newest first.
async fn news(caller: &Caller) -> Vec<u64> {
    let page = caller.get_json(SAVED).await;
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["news"].as_u64().unwrap()).collect()
}

/// A school's people who share and publish.
struct School {
    teacher: Caller,
    admin: Caller,
}

impl School {
    async fn of(app: &TestApp) -> Self {
        Self {
            teacher: app.teacher("S1").await,
            admin: app.admin("S1").await,
        }
    }

    async fn publish(&self, app: &TestApp, title: &str, scope: &str) -> String {
        let metadata = json!({"title": title, "type": "worksheet", "scope": scope});
        let file = ("步骤.txt", "合上电源开关，按下启动按钮 <QS1> & 观察。".as_bytes());
        let shared = id(&self.teacher.share_as(&metadata, &[file]).await.expect(201).json());
        self.admin.step(&shared, "publish").await.expect(200);
        app.settled().await;
        // So that what comes next comes later, whatever the clock's grain.
        app.advance(Duration::from_secs(2));
        shared
    }
}

#[tokio::test]
async fn what_is_new_since_one_looked_is_counted_and_not_what_was_there() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    let reader = app.reader("S2").await;
    let first = school.publish(&app, "台阶轴的车削", "city").await;
    let saved = save(&reader, "台阶轴", &format!("q={}&type=worksheet", escape("台阶轴"))).await;
    save(&reader, "别的", "q=zxqv").await;
    assert_eq!(news(&reader).await, [0, 0]);

    app.advance(Duration::from_secs(2));
    school.publish(&app, "台阶轴的检测", "city").await;
    // Of another school, and so nobody's news here.
    school.publish(&app, "台阶轴 内部资料", "school").await;
    assert_eq!(news(&reader).await, [0, 1]);
    school
        .teacher
        .patch(&first, Some("*"), &json!({"title": "台阶轴的粗车"}))
        .await
        .expect(200);
    app.settled().await;
    assert_eq!(news(&reader).await, [0, 1], "what waits for approval is news");
    app.approve(&first).await;
    app.settled().await;
    assert_eq!(news(&reader).await, [0, 2]);

    let since = text(&saved["seen_at"]);
    let limited = format!("/api/v1/search?{}&since={since}", text(&saved["query"]));
    assert_eq!(reader.get_json(&limited).await["total"], 2);
    app.advance(Duration::from_secs(2));
    let seen = reader.send("POST", &format!("{SAVED}/{}/seen", id(&saved))).await;
    assert_eq!(seen.expect(200).json()["news"], 0);
    assert_eq!(news(&reader).await, [0, 0]);
    app.finish().await;
}

#[tokio::test]
async fn what_answers_half_a_question_is_no_news_where_a_whole_answer_is_known() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    school.publish(&app, "电动机 星三角 启动", "city").await;
    let reader = app.reader("S2").await;
    save(&reader, "甲", &format!("q={}", escape("电动机 星三角"))).await;

    app.advance(Duration::from_secs(2));
    school.publish(&app, "电动机 拆装", "city").await;

    assert_eq!(news(&reader).await, [0]);
    app.finish().await;
}

#[tokio::test]
async fn a_search_is_kept_in_one_spelling_and_belongs_to_one_person() {
    let app = TestApp::start().await;
    let (teacher, other) = (app.teacher("S1").await, app.teacher("S1").await);
    let school = teacher.get_json("/api/v1/schools").await["items"][0].clone();

    let saved = save(
        &teacher,
        " 我的\n检索 ",
        "/search?sort=newest&q=%20a+b&type=video,worksheet&school=S1&cursor=x",
    )
    .await;
    assert_eq!(saved["name"], "我的 检索");
    let query = format!("q=a%20b&type=video%2Cworksheet&school={}&sort=newest", id(&school));
    assert_eq!(saved["query"], json!(query));
    assert_eq!(saved["url"], json!(format!("/search?{query}")));
    teacher.get(&text(&saved["url"])).await.expect(200);

    assert_eq!(
        change(&teacher, &saved, &json!({"name": "乙"}))
            .await
            .expect(200)
            .json()["name"],
        "乙"
    );
    for body in [json!({"name": "丙"}), json!({"feed": true}), json!({})] {
        assert_eq!(change(&other, &saved, &body).await.refusal(404), "no-such-saved-search");
    }
    let path = format!("{SAVED}/{}", id(&saved));
    assert_eq!(
        other.send("POST", &format!("{path}/seen")).await.refusal(404),
        "no-such-saved-search"
    );
    assert_eq!(other.send("DELETE", &path).await.refusal(404), "no-such-saved-search");
    assert_eq!(other.get_json(SAVED).await["items"], json!([]));
    teacher.send("DELETE", &path).await.expect(204);
    assert_eq!(teacher.send("DELETE", &path).await.refusal(404), "no-such-saved-search");
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_all_faults() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let post = async |body: Value| teacher.post_json(SAVED, &body).await;

    assert_eq!(
        post(json!({"name": "", "colour": 1})).await.faults(),
        ["/name required", "/query required", "/colour unknown-field"]
    );
    let unknown = post(json!({"name": "甲", "query": "school=nowhere"})).await;
    assert_eq!(unknown.faults(), ["/query malformed"]);
    let narrow = app
        .token(teacher.name(), gongxue::domain::role::TokenScope::Read, None)
        .await;
    let narrow = teacher.with_token(Some(&narrow));
    let body = json!({"name": "甲", "query": "q=x"});
    assert_eq!(narrow.post_json(SAVED, &body).await.refusal(403), "token-too-narrow");
    assert_eq!(app.guest().post_json(SAVED, &body).await.refusal(401), "not-signed-in");
    for q in ["since=soon", "since=2026-13-01T00:00:00Z"] {
        assert_eq!(
            teacher.get(&format!("/api/v1/search?{q}")).await.faults(),
            ["/since malformed"]
        );
    }
    teacher.get_json("/api/v1/search?since=2026-11-24T16:00:00+08:00").await;
    app.finish().await;
}

#[tokio::test]
async fn a_person_keeps_a_hundred() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    for number in 0..100 {
        save(&teacher, &number.to_string(), "q=x").await;
    }

    let more = teacher.post_json(SAVED, &json!({"name": "多", "query": "q=x"})).await;

    assert_eq!(more.refusal(409), "limit-reached");
    let first = teacher.get_json(&format!("{SAVED}?limit=60")).await;
    let cursor = text(&first["next_cursor"]);
    let second = teacher.get_json(&format!("{SAVED}?limit=60&cursor={cursor}")).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 40);
    assert_eq!(second["items"][39]["name"], "0");
    teacher.get("/saved").await.expect(200);
    app.finish().await;
}

/// A feed taken apart, by a parser that accepts no fault: the texts of each element, by path, in order.
fn elements(xml: &[u8]) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_reader(xml);
    reader.config_mut().check_end_names = true;
    let (mut path, mut found) = (Vec::new(), Vec::new());
    let mut at = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                path.push(tag.name().as_ref().to_owned());
                at.push(found.len());
                found.push((path.join("/"), attributes(&tag)));
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                found.push((format!("{}/{name}", path.join("/")), attributes(&tag)));
            }
            Event::Text(text) => push(&mut found, &at, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = reference.resolve_char_ref().unwrap();
                let char = resolved.unwrap_or_else(|| panic!("{reference:?}"));
                push(&mut found, &at, &char.to_string());
            }
            Event::End(_) => {
                path.pop();
                at.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(path.is_empty(), "{path:?} is not closed");
    found
}

fn push(found: &mut [(String, String)], at: &[usize], text: &str) {
    if let Some(&at) = at.last() {
        found[at].1.push_str(text);
    }
}

fn attributes(tag: &quick_xml::events::BytesStart<'_>) -> String {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute");
        let value = quick_xml::escape::unescape(&attribute.value).expect("an escaped value");
        format!("{}={value} ", attribute.key.as_ref())
    });
    attributes.collect()
}

fn all<'a>(feed: &'a [(String, String)], path: &str) -> Vec<&'a str> {
    let wanted = feed.iter().filter(|(at, _)| at == path);
    wanted.map(|(_, text)| text.as_str()).collect()
}

async fn feed(caller: &Caller, path: &str) -> Vec<(String, String)> {
    let answer = caller.get(path).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    elements(&answer.body)
}

/// Makes an address for a search's feed.
async fn make_feed(caller: &Caller, saved: &Value) -> String {
    let made = change(caller, saved, &json!({"feed": true})).await.expect(200).json();
    assert_eq!(made["has_feed"], true);
    text(&made["feed_url"])
}

#[tokio::test]
async fn a_search_is_a_feed_of_what_the_asker_may_see_newest_first() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    let public = school.publish(&app, "启动按钮的接线", "public").await;
    let own = school.publish(&app, "启动按钮 内部资料", "school").await;

    let path = format!("/search.atom?q={}", escape("启动按钮"));
    let guests = feed(&app.guest(), &path).await;
    let teachers = feed(&school.teacher, &path).await;

    assert_eq!(all(&guests, "feed/entry/id"), [format!("urn:uuid:{public}")]);
    assert_eq!(
        all(&teachers, "feed/entry/id"),
        [format!("urn:uuid:{own}"), format!("urn:uuid:{public}")]
    );
    assert!(all(&guests, "feed/id")[0].starts_with("urn:uuid:"));
    assert_eq!(all(&guests, "feed/id"), all(&teachers, "feed/id"));
    assert_eq!(all(&guests, "feed/updated"), all(&guests, "feed/entry/updated"));
    let self_link = format!("rel=self type=application/atom+xml href={}{path} ", app.base());
    assert!(all(&guests, "feed/link").contains(&self_link.as_str()), "{guests:?}");
    let page = format!("rel=alternate type=text/html href={}/r/{public} ", app.base());
    assert_eq!(all(&guests, "feed/entry/link"), [page]);
    assert_eq!(all(&guests, "feed/entry/author/name"), ["第一技师学院"]);
    let summary = all(&guests, "feed/entry/summary")[0];
    assert!(summary.contains("启动按钮 <QS1> & 观察"), "{summary}");
    let results = app.guest().get(&path.replace(".atom", "")).await.expect(200);
    let results = String::from_utf8(results.body).unwrap();
    assert!(
        results.contains(&format!(
            "type=\"application/atom+xml\" title=\"“启动按钮”\" href=\"{path}\""
        )),
        "{results}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_reader_of_feeds_is_sent_only_what_is_new() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    school.publish(&app, "台阶轴", "public").await;
    let guest = app.guest();
    let path = "/search.atom?type=worksheet";
    let first = guest.get(path).await.expect(200);
    let (tag, date) = (first.header("etag"), first.header("last-modified"));

    let ask = |name: &str, value: &str| Answer::of(guest.request("GET", path).header(name, value));
    let same = ask("if-none-match", &tag).await.expect(304);
    assert!(same.body.is_empty() && same.header("etag") == tag);
    ask("if-modified-since", &date).await.expect(304);

    school.publish(&app, "阶梯轴", "public").await;
    ask("if-none-match", &tag).await.expect(200);
    ask("if-modified-since", &date).await.expect(200);
    let nothing = feed(&guest, "/search.atom?q=zxqv").await;
    assert_eq!(all(&nothing, "feed/updated"), ["1970-01-01T00:00:00.000Z"]);
    app.finish().await;
}

#[tokio::test]
async fn a_feed_shows_nothing_that_its_owner_may_no_longer_see() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    let inside = school.publish(&app, "台阶轴 本校", "school").await;
    let city = school.publish(&app, "台阶轴 全市", "city").await;
    let reader = app.reader("S1").await;
    let saved = save(&reader, "台阶轴", &format!("q={}", escape("台阶轴"))).await;
    let path = make_feed(&reader, &saved).await;
    let anybody = app.guest();
    let told = |feed: Vec<(String, String)>| {
        all(&feed, "feed/entry/id")
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let urn = |id: &String| format!("urn:uuid:{id}");
    assert_eq!(told(feed(&anybody, &path).await), [urn(&city), urn(&inside)]);

    school.admin.step(&city, "withdraw").await.expect(200);
    assert_eq!(told(feed(&anybody, &path).await), [urn(&inside)]);
    app.settled().await;
    assert_eq!(told(feed(&anybody, &path).await), [urn(&inside)]);
    // Whoever looks with more rights of their own is shown the owner's view.
    assert_eq!(told(feed(&school.admin, &path).await), [urn(&inside)]);
    let other = account::Entity::update_many()
        .col_expr(
            account::Column::SchoolId,
            Expr::value(Option::<gongxue::domain::id::SchoolId>::None),
        )
        .filter(account::Column::Name.eq(reader.name()));
    other.exec(&app.database().await).await.unwrap();
    assert_eq!(told(feed(&anybody, &path).await), [""; 0]);
    let disabled = account::Entity::update_many()
        .col_expr(account::Column::Disabled, Expr::value(true))
        .filter(account::Column::Name.eq(reader.name()));
    disabled.exec(&app.database().await).await.unwrap();
    anybody.get(&path).await.expect(404);
    app.finish().await;
}

#[tokio::test]
async fn a_guessed_renewed_or_ended_address_leads_nowhere() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let saved = save(&teacher, "甲", "q=x").await;
    let guest = app.guest();
    assert_eq!(saved["has_feed"], false);

    let first = make_feed(&teacher, &saved).await;
    assert!(first.len() >= "/feeds/".len() + 22, "the key is too short: {first}");
    guest.get(&first).await.expect(200);
    let second = make_feed(&teacher, &saved).await;
    guest.get(&first).await.expect(404);
    guest.get(&second).await.expect(200);
    assert_eq!(
        change(&teacher, &saved, &json!({"name": "乙"}))
            .await
            .expect(200)
            .json()["feed_url"],
        Value::Null
    );
    assert_eq!(teacher.get_json(SAVED).await["items"][0]["feed_url"], Value::Null);
    guest.get(&second).await.expect(200);
    for guess in [
        "x",
        "",
        &"0".repeat(43),
        &"长".repeat(300),
        &second["/feeds/".len() + 1..],
    ] {
        guest.get(&format!("/feeds/{}", escape(guess))).await.expect(404);
    }
    let kept = gongxue::db::entity::saved_search::Entity::find()
        .all(&app.database().await)
        .await
        .unwrap();
    assert!(
        !format!("{kept:?}").contains(&second["/feeds/".len()..]),
        "the key is in the database"
    );
    change(&teacher, &saved, &json!({"feed": false})).await.expect(200);
    guest.get(&second).await.expect(404);
    let third = make_feed(&teacher, &saved).await;
    teacher
        .send("DELETE", &format!("{SAVED}/{}", id(&saved)))
        .await
        .expect(204);
    guest.get(&third).await.expect(404);
    app.finish().await;
}

#[tokio::test]
async fn names_stay_harmless_in_feeds_and_pages() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    let title = format!("{HOSTILE} 启动");
    let metadata = json!({"title": title, "type": "worksheet", "scope": "public", "authors": [HOSTILE]});
    let shared = id(&school.teacher.share_as(&metadata, &[]).await.expect(201).json());
    school.admin.step(&shared, "publish").await.expect(200);
    app.settled().await;
    let saved = save(&school.teacher, HOSTILE, &format!("q={}", escape("启动"))).await;
    let path = make_feed(&school.teacher, &saved).await;

    let shown = feed(&app.guest(), &path).await;
    assert!(all(&shown, "feed/title")[0].starts_with(HOSTILE), "{shown:?}");
    assert_eq!(all(&shown, "feed/entry/title"), [title]);
    assert_eq!(all(&shown, "feed/entry/author/name"), [HOSTILE]);
    let asked = format!(
        "/search.atom?q={}",
        escape(&format!("{HOSTILE}\u{1}\u{b}\u{ffff} 启动"))
    );
    assert!(all(&feed(&app.guest(), &asked).await, "feed/title")[0].contains(HOSTILE));
    for page in ["/saved".to_owned(), format!("/search?q={}", escape(HOSTILE))] {
        let page = String::from_utf8(school.teacher.get(&page).await.expect(200).body).unwrap();
        assert!(
            !page.contains("<script>") && page.contains("&#60;script&#62;"),
            "{page}"
        );
    }
    app.finish().await;
}

fn form(caller: &Caller, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", escape(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let request = caller.request("POST", path).body(body);
    request.header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_person_saves_looks_renames_and_forgets_without_scripts() {
    let app = TestApp::start().await;
    let school = School::of(&app).await;
    let reader = app.reader("S2").await;
    let page = async |path: &str| String::from_utf8(reader.get(path).await.expect(200).body).unwrap();
    let send = async |path: &str, fields: &[(&str, &str)]| Answer::of(form(&reader, path, fields)).await;
    let results = page(&format!("/search?q={}&type=worksheet", escape("台阶轴"))).await;
    let query = results
        .split("name=\"query\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let query = query.replace("&#38;", "&");

    let kept = send("/saved", &[("query", &query), ("name", "")]).await.expect(303);
    assert_eq!(kept.header("location"), "/saved?done=saved");
    app.advance(Duration::from_secs(2));
    school.publish(&app, "台阶轴的车削", "city").await;
    let shown = page("/saved").await;
    assert!(
        shown.contains("台阶轴</a></h2>") && shown.contains("1 个新的或改过的"),
        "{shown}"
    );
    let saved = reader.get_json(SAVED).await["items"][0].clone();
    let act = |act: &str| format!("/saved/{}/{act}", id(&saved));

    app.advance(Duration::from_secs(2));
    let news = send(&act("see"), &[]).await.expect(303).header("location");
    let news = page(&news).await;
    assert!(news.contains("台阶轴</mark>的车削") && news.contains("以来"), "{news}");
    assert!(!page("/saved").await.contains("个新的或改过的"));
    send(&act("rename"), &[("name", "车工")]).await.expect(303);
    assert!(page("/saved?done=rename").await.contains("车工</a></h2>"));
    let made = send(&act("feed"), &[]).await.expect(200);
    let made = String::from_utf8(made.body).unwrap();
    let address = made
        .split("readonly value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    app.guest()
        .get(address.strip_prefix(&app.base()).unwrap())
        .await
        .expect(200);
    assert!(!page("/saved").await.contains("/feeds/"));
    send(&act("feed-end"), &[]).await.expect(303);
    send(&act("delete"), &[]).await.expect(303);
    send(&act("delete"), &[]).await.expect(404);
    send(&act("juggle"), &[]).await.expect(404);
    assert_eq!(reader.get_json(SAVED).await["items"], json!([]));
    app.finish().await;
}
