//! What an answer says it has found: what holds the question, and nothing else.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::app::TestApp;
use crate::client::{Caller, escape, id};

async fn page(caller: &Caller, path: &str) -> String {
    let answer = caller.get(path).await.expect(200);
    String::from_utf8(answer.body).expect("a page is text")
}

/// Publishes a text of a teacher of `S1` for everybody.
async fn publish(app: &TestApp, title: &str, sentence: &str) -> String {
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let metadata = json!({"title": title, "type": "worksheet", "scope": "public"});
    let shared = teacher.share_as(&metadata, &[("步骤.txt", sentence.as_bytes())]).await;
    let shared = id(&shared.expect(201).json());
    admin.step(&shared, "publish").await.expect(200);
    shared
}

fn count(found: &Value, field: &str) -> u64 {
    found[field].as_u64().expect("a count")
}

/// 上料 "found" everything there was, because 上 says nothing and 料 stands everywhere.
#[tokio::test]
async fn what_nothing_holds_is_said_to_be_held_by_nothing() {
    let app = TestApp::start().await;
    publish(&app, "星三角降压启动", "合上电源，先检查材料，再上电试车。").await;
    publish(&app, "星三角接线", "启动之前检查接线和材料。").await;
    app.settled().await;
    let guest = app.guest();

    let found = guest.search("上料").await;
    assert_eq!(
        (count(&found, "total"), &found["query"]["with_all_words"]),
        (0, &json!(0)),
        "{found}"
    );
    let found = guest.search("星三角降压启动").await;
    assert_eq!((count(&found, "total"), count(&found, "near_total")), (1, 1), "{found}");
    let near: Vec<&Value> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| &hit["near"])
        .collect();
    assert_eq!(near, [&json!(false), &json!(true)]);
    for facet in found["facets"]["type"].as_array().unwrap() {
        assert_eq!(facet["count"], 1, "what is near is counted by no facet");
    }

    let nothing = page(&guest, &format!("/search?q={}", escape("上料"))).await;
    assert!(nothing.contains("没有资源含有“上料”"), "{nothing}");
    let some = page(&guest, &format!("/search?q={}", escape("星三角降压启动"))).await;
    assert!(some.contains("<summary>还有 1 个只含一部分的</summary>"), "{some}");
    app.finish().await;
}

/// Near hits came without a word on why they were shown.
#[tokio::test]
async fn every_hit_says_why_it_is_one() {
    let app = TestApp::start().await;
    publish(&app, "星三角降压启动", "合上电源，再上电试车。").await;
    publish(&app, "接线练习", "星三角接法的电动机，检查接线。").await;
    app.settled().await;

    for q in ["星三角降压启动", "步骤", "工作页", "xingsanjiao"] {
        let found = app.guest().search(q).await;
        for hit in found["hits"].as_array().unwrap() {
            let says = |field: &str| hit[field].as_array().is_some_and(|all| !all.is_empty());
            assert!(says("passages") || says("matched"), "{q}: {hit}");
        }
        assert!(!found["hits"].as_array().unwrap().is_empty(), "{q}");
    }
    app.finish().await;
}

#[tokio::test]
async fn ones_own_draft_is_no_part_of_what_was_found() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let draft = id(&teacher
        .share("台阶轴的草稿", &[("说明.txt", "先看图。".as_bytes())])
        .await);
    app.settled().await;

    let found = teacher.search("台阶轴").await;
    assert_eq!(
        (count(&found, "total"), count(&found, "unpublished_total")),
        (0, 1),
        "{found}"
    );
    assert_eq!(found["hits"][0]["resource"]["id"], json!(draft));
    let mine = teacher
        .get_json(&format!("/api/v1/search?q={}&mine=true", escape("台阶轴")))
        .await;
    assert_eq!(count(&mine, "total"), 1, "{mine}");
    assert!(
        !page(&teacher, "/").await.contains("台阶轴的草稿"),
        "it was never published"
    );
    app.finish().await;
}

#[tokio::test]
async fn an_old_link_in_gbk_is_understood() {
    let app = TestApp::start().await;
    publish(&app, "星三角降压启动", "合上电源。").await;
    app.settled().await;

    let found = app.guest().get_json("/api/v1/search?q=%D0%C7%C8%FD%BD%C7").await;

    assert_eq!(
        (&found["query"]["text"], count(&found, "total")),
        (&json!("星三角"), 1),
        "{found}"
    );
    app.finish().await;
}

/// A whole page that was pasted into the address: the engine answered it by an empty 400, and ours never heard of it.
#[tokio::test]
async fn an_address_that_is_too_long_is_told_so() {
    let app = TestApp::start().await;
    let heard = |head: String| {
        let address = app.config().server.listen;
        async move {
            let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
            // The server may answer and close before all of it is sent.
            let _ = line.write_all(head.as_bytes()).await;
            let mut answer = String::new();
            let _ = line.read_to_string(&mut answer).await;
            answer
        }
    };

    let question = escape("星").repeat(10_000);
    let answer = heard(format!("GET /api/v1/search?q={question} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 414 "), "{answer}");
    for said in ["\"code\":\"address-too-long\"", "网址太长", "The address is too long"] {
        assert!(answer.contains(said), "{said}: {answer}");
    }

    let answer = heard("GET / HTTP/1.1\r\nno header\r\n\r\n".to_owned()).await;
    assert!(
        answer.starts_with("HTTP/1.1 400 ") && answer.contains("\"code\":\"malformed-request\""),
        "{answer}"
    );

    let shorter = format!("/api/v1/search?q={}", escape("星").repeat(3_000));
    assert_eq!(count(&app.guest().get_json(&shorter).await, "total"), 0);
    app.finish().await;
}

/// Whoever came by a link to their own things saw nothing of the limit, and no way out of it.
#[tokio::test]
async fn that_only_ones_own_is_shown_is_said_and_can_be_taken_off() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;

    let own = page(&teacher, "/search?q=%E8%BD%B4&mine=true").await;
    let all = page(&teacher, "/search?q=%E8%BD%B4").await;

    assert!(own.contains(r#"<a class="chip" href="/search?q=%E8%BD%B4">"#), "{own}");
    assert!(!all.contains(r#"<a class="chip""#), "{all}");
    app.finish().await;
}
