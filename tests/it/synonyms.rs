//! Words for the same thing: edited by those who keep them, read with at once, and by whom they are for.

use gongxue::library::Library;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, escape, id, text};
use crate::uploads::until;

const SYNONYMS: &str = "/api/v1/synonyms";

async fn add(caller: &Caller, words: &[&str]) -> Value {
    let answer = caller.post_json(SYNONYMS, &json!({ "words": words })).await;
    answer.expect(201).json()
}

async fn change(caller: &Caller, id: &str, body: &Value) -> Answer {
    Answer::of(caller.request("PATCH", &format!("{SYNONYMS}/{id}")).json(body)).await
}

/// The words of the groups on a page of the list.
async fn listed(caller: &Caller, query: &str) -> Vec<Vec<String>> {
    let page = caller.get_json(&format!("{SYNONYMS}?{query}")).await;
    let words = |group: &Value| group["words"].as_array().unwrap().iter().map(text).collect();
    page["items"].as_array().unwrap().iter().map(words).collect()
}

/// Publishes something for everyone, and waits until it is found by its title.
async fn publish(app: &TestApp, title: &str) -> String {
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let metadata = json!({"title": title, "type": "worksheet", "scope": "public"});
    let shared = id(&teacher.share_as(&metadata, &[]).await.expect(201).json());
    admin.step(&shared, "publish").await.expect(200);
    app.settled().await;
    shared
}

#[tokio::test]
async fn what_the_bureau_changes_counts_for_the_very_next_search() {
    let app = TestApp::start().await;
    let shared = publish(&app, "游标卡尺的读数").await;
    let (bureau, guest) = (app.bureau().await, app.guest());
    assert!(guest.finds("量具甲").await.is_empty());

    let group = add(&bureau, &["量具甲", "游标卡尺"]).await;
    assert_eq!(guest.finds("量具甲").await, [shared.as_str()]);
    let others = json!({"words": ["量具乙", "游标卡尺"], "remark": "本地叫法"});
    change(&bureau, &id(&group), &others).await.expect(200);
    assert!(guest.finds("量具甲").await.is_empty());
    assert_eq!(guest.finds("量具乙").await, [shared.as_str()]);
    bureau
        .send("DELETE", &format!("{SYNONYMS}/{}", id(&group)))
        .await
        .expect(204);
    assert!(guest.finds("量具乙").await.is_empty());

    let audit = app.auditor().await.get_json("/api/v1/audit?limit=100").await;
    let told = |action: &str| {
        let mut lines = audit["items"].as_array().unwrap().iter();
        lines.any(|line| line["action"] == action && line["subject"] == group["id"] && line["actor"] == bureau.name())
    };
    assert!(
        ["synonyms.add", "synonyms.edit", "synonyms.remove"]
            .into_iter()
            .all(told),
        "{audit}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_schools_words_are_for_its_own_people() {
    let app = TestApp::start().await;
    let shared = publish(&app, "游标卡尺的读数").await;
    let (own, other) = (app.teacher("S1").await, app.teacher("S2").await);

    let group = add(&app.admin("S1").await, &["小铁尺", "游标卡尺"]).await;

    assert_eq!(group["school"]["code"], "S1");
    assert_eq!(own.finds("小铁尺").await, [shared.as_str()]);
    for stranger in [&other, &app.guest(), &app.bureau().await] {
        assert!(stranger.finds("小铁尺").await.is_empty(), "{}", stranger.name());
    }
    // The city's words are theirs as well.
    assert_eq!(own.finds("卡尺").await, other.finds("卡尺").await);
    app.finish().await;
}

#[tokio::test]
async fn those_who_do_not_keep_words_may_read_them_and_no_more() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let of_city = add(&bureau, &["量具甲", "游标卡尺"]).await;
    let of_school = add(&admin, &["小铁尺", "游标卡尺"]).await;
    let body = json!({"words": ["甲", "乙"]});
    let narrow = app
        .token(bureau.name(), gongxue::domain::role::TokenScope::Read, None)
        .await;

    for caller in [
        app.teacher("S1").await,
        app.expert().await,
        app.reader("S1").await,
        app.auditor().await,
    ] {
        assert_eq!(caller.post_json(SYNONYMS, &body).await.refusal(403), "not-allowed");
        assert_eq!(change(&caller, &id(&of_city), &body).await.refusal(403), "not-allowed");
    }
    for (caller, group) in [
        (&bureau, &of_school),
        (&admin, &of_city),
        (&app.admin("S2").await, &of_school),
    ] {
        assert_eq!(change(caller, &id(group), &body).await.refusal(403), "not-allowed");
        let gone = caller.send("DELETE", &format!("{SYNONYMS}/{}", id(group))).await;
        assert_eq!(gone.refusal(403), "not-allowed");
    }
    let reading = bureau.with_token(Some(&narrow));
    assert_eq!(
        reading.post_json(SYNONYMS, &body).await.refusal(403),
        "token-too-narrow"
    );
    assert_eq!(
        app.guest().post_json(SYNONYMS, &body).await.refusal(401),
        "not-signed-in"
    );
    let nothing = "00000000-0000-7000-8000-000000000000";
    assert_eq!(change(&bureau, nothing, &body).await.refusal(404), "no-such-synonyms");

    assert_eq!(listed(&app.guest(), "school=S1").await, [["小铁尺", "游标卡尺"]]);
    assert!(listed(&app.guest(), "school=nowhere").await.is_empty());
    // Who wrote it is told to those who keep it.
    let first = |page: Value| page["items"][0].clone();
    assert_eq!(first(app.guest().get_json(SYNONYMS).await)["updated_by"], Value::Null);
    assert_eq!(
        first(bureau.get_json(SYNONYMS).await)["updated_by"]["name"],
        json!(bureau.name())
    );
    app.finish().await;
}

#[tokio::test]
async fn faults_are_named_all_at_once_and_the_same_request_adds_once() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let faulty = json!({"words": ["ＰＰＴ", " ", "ppt", "長".repeat(41)], "remark": "x".repeat(201), "colour": 1});

    assert_eq!(
        bureau.post_json(SYNONYMS, &faulty).await.faults(),
        [
            "/words/1 required",
            "/words/2 repeated",
            "/words/3 too-long",
            "/remark too-long",
            "/colour unknown-field"
        ]
    );
    let named = format!("q={}", escape("甲车"));
    assert!(listed(&bureau, &named).await.is_empty());
    let once = || {
        let request = bureau.request("POST", SYNONYMS).header("idempotency-key", "once");
        Answer::of(request.json(&json!({"words": ["甲车", "乙车"]})))
    };
    let (first, again) = (once().await.expect(201), once().await.expect(201));
    assert_eq!(first.body, again.body);
    assert_eq!(listed(&bureau, &named).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn the_list_comes_in_pages_and_can_be_searched_however_a_word_is_spelt() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    for number in 0..5 {
        add(&bureau, &[&format!("机床甲{number}"), &format!("机床乙{number}")]).await;
    }

    for query in [format!("q={}", escape("機床")), format!("q={}", escape("甲"))] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = bureau
                .get_json(&format!("{SYNONYMS}?{query}&limit=2&cursor={cursor}"))
                .await;
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|group| text(&group["words"][0])),
            );
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = next.to_owned();
        }
        assert_eq!(seen, ["机床甲4", "机床甲3", "机床甲2", "机床甲1", "机床甲0"], "{query}");
    }
    assert_eq!(listed(&bureau, "q=pPt").await, [["课件", "PPT", "演示文稿"]]);
    assert_eq!(
        bureau.get(&format!("{SYNONYMS}?cursor=x")).await.refusal(400),
        "bad-cursor"
    );
    app.finish().await;
}

#[tokio::test]
async fn an_emptied_table_stays_empty() {
    let mut app = TestApp::start().await;
    let bureau = app.bureau().await;
    let mut deleted = 0;
    loop {
        let shipped = bureau.get_json(&format!("{SYNONYMS}?limit=100")).await;
        let groups = shipped["items"].as_array().unwrap();
        for group in groups {
            let gone = bureau.send("DELETE", &format!("{SYNONYMS}/{}", id(group))).await;
            gone.expect(204);
        }
        deleted += groups.len();
        if groups.is_empty() {
            break;
        }
    }
    assert!(deleted > 200, "{deleted}");
    app.restart_after(|_| {}).await;

    assert!(listed(&bureau, "").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn another_node_reads_what_was_changed_within_about_a_second() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let added = add(&bureau, &["量具甲", "游标卡尺"]).await;
    let other = another_node(&app).await;

    assert_eq!(reads_as(&other, "量具甲").await, ["游标卡尺"]);
    // A deletion leaves neither a row nor a date behind.
    let gone = bureau.send("DELETE", &format!("{SYNONYMS}/{}", id(&added))).await;
    gone.expect(204);
    until("the other has heard of it", async || {
        reads_as(&other, "量具甲").await.is_empty()
    })
    .await;
    other.signals.stop_waiting();
    app.finish().await;
}

/// A library over the same rows, as another process opens it, that follows them.
async fn another_node(app: &TestApp) -> Library {
    let mut config = app.config().clone();
    let url = app.config().database_url();
    config.data_dir = app.config().data_dir.join("another");
    gongxue::config::Setting::set(&mut config.database.url, &url).unwrap();
    let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_gongxue"));
    let library = gongxue::app::open_with(&config, gongxue::clock::Clock::default(), program).await;
    let library = library.unwrap();
    let follower = library.clone();
    tokio::spawn(async move { follower.indexer.follow(std::future::pending()).await });
    library
}

async fn reads_as(library: &Library, question: &str) -> Vec<String> {
    let read = library
        .synonyms
        .read_question(&gongxue::actor::Actor::guest(), question)
        .await;
    read.unwrap().named.into_iter().flat_map(|(_, others)| others).collect()
}

/// A form of the page, as a browser with a token would send it.
fn form(caller: &Caller, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", escape(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let request = caller.request("POST", path).body(body);
    request.header("content-type", "application/x-www-form-urlencoded")
}

fn html(answer: Answer) -> String {
    String::from_utf8(answer.body).unwrap()
}

#[tokio::test]
async fn the_page_lists_tries_adds_changes_and_deletes_without_scripts() {
    let app = TestApp::start().await;
    let page = "/admin/synonyms";
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);

    let home = html(bureau.get("/admin").await.expect(200));
    assert!(home.contains("href=\"/admin/synonyms\""), "no way to the page");
    let fields = [("words", "小铁尺 = <b>卡尺</b> & \"尺\""), ("remark", "<i>")];
    let added = Answer::of(form(&admin, page, &fields)).await.expect(303);
    assert_eq!(added.header("location"), "/admin/synonyms?done=added");
    let shown = html(admin.get("/admin/synonyms?done=added").await.expect(200));
    assert!(shown.contains("&#60;b&#62;卡尺&#60;/b&#62; &#38; &#34;尺&#34;") && !shown.contains("<b>卡尺"));
    assert!(shown.contains("role=\"status\"") && !shown.contains("FANUC"));
    assert!(html(admin.get("/admin/synonyms?of=city&q=fanuc").await.expect(200)).contains("FANUC"));
    let tried = html(
        admin
            .get(&format!("{page}?try={}", escape("小铁尺怎么用")))
            .await
            .expect(200),
    );
    assert!(tried.contains("<strong>小铁尺</strong>"), "{tried}");

    let faulty = [("words", "小铁尺\n小鐵尺\n"), ("remark", "甲")];
    let again = html(Answer::of(form(&admin, page, &faulty)).await.expect(422));
    assert!(again.contains("id=\"words-fault\"") && again.contains("小铁尺\n小鐵尺") && again.contains("value=\"甲\""));
    let group = admin.get_json(&format!("{SYNONYMS}?school=S1")).await["items"][0].clone();
    let open = html(admin.get(&format!("{page}?edit={}", id(&group))).await.expect(200));
    assert!(open.contains(&format!("action=\"{page}/{}\"", id(&group))), "{open}");
    let other = [("words", "小铁尺\n游标卡尺")];
    Answer::of(form(&admin, &format!("{page}/{}", id(&group)), &other))
        .await
        .expect(303);
    assert_eq!(listed(&admin, "school=S1").await, [["小铁尺", "游标卡尺"]]);
    Answer::of(form(&admin, &format!("{page}/{}/delete", id(&group)), &[]))
        .await
        .expect(303);
    assert!(listed(&admin, "school=S1").await.is_empty());
    for caller in [app.teacher("S1").await, app.expert().await, app.auditor().await] {
        caller.get(page).await.expect(403);
    }
    app.finish().await;
}
