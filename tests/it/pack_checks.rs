//! What automatic checks say of the resources that go into a pack.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::client::{Caller, id, text};
use crate::packs::School;

fn address(pack: &str, rest: &str) -> String {
    format!("/api/v1/packs/{pack}/checks{rest}")
}

async fn checks(caller: &Caller, pack: &str) -> Vec<Value> {
    let found = caller.get_json(&address(pack, "")).await;
    assert_eq!(found["next_cursor"], Value::Null);
    found["items"].as_array().unwrap().clone()
}

/// By title: what was found, by name.
fn found(items: &[Value], title: &str) -> Vec<String> {
    let item = items.iter().find(|item| item["title"] == title);
    let checks = item.unwrap_or_else(|| panic!("`{title}` was not checked"))["checks"].clone();
    checks
        .as_array()
        .unwrap()
        .iter()
        .map(|found| text(&found["check"]))
        .collect()
}

/// A film without a film and a sheet of which nobody had said whose it was went out to seven schools: the review had been told, and
/// whoever made the pack was not.
#[tokio::test]
async fn whoever_makes_or_approves_a_pack_is_told_what_a_review_is_told_item_by_item() {
    let school = School::open().await;
    let film = json!({"title": "操作示范", "type": "video", "task": "台阶轴", "scope": "city"});
    let film = id(&school
        .teacher
        .share_as(&film, &[("说明.txt", b"same")])
        .await
        .expect(201)
        .json());
    school.admin.publish(&film).await;
    school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", b"same")])
        .await;
    let said = json!({"title": "都写全的", "type": "worksheet", "task": "台阶轴", "scope": "city", "licence": "cc-by-4.0",
        "authors": ["王敏"], "employer_consent": "granted", "third_party": [], "people_filmed": "nobody", "ai_use": "none"});
    let whole = id(&school
        .teacher
        .share_as(&said, &[("b.txt", b"its own")])
        .await
        .expect(201)
        .json());
    school.admin.publish(&whole).await;
    let pack = school
        .pack(&json!({"title": "车削包", "task": "台阶轴", "scope": "city"}))
        .await;

    let told = checks(&school.teacher, &pack).await;

    assert_eq!(told.len(), 3);
    let of_review = school
        .teacher
        .get_json(&format!("/api/v1/resources/{film}/review"))
        .await;
    let of_pack = told.iter().find(|item| item["id"] == *film).unwrap();
    assert_eq!(of_pack["checks"], of_review["checks"], "a pack has rules of its own");
    assert!(found(&told, "操作示范").contains(&"type-unfit".to_owned()));
    assert_eq!(
        found(&told, "台阶轴工作页").last().map(String::as_str),
        Some("duplicate")
    );
    assert_eq!(found(&told, "都写全的"), [""; 0]);
    // Whoever approves it for the city reads the same; others nothing.
    school.issue(&pack).await;
    assert_eq!(checks(&school.app.expert().await, &pack).await, told);
    let stranger = school.app.teacher("S2").await;
    assert_eq!(stranger.get(&address(&pack, "")).await.refusal(403), "not-allowed");
    school.app.finish().await;
}

#[tokio::test]
async fn a_large_pack_is_checked_page_by_page_in_the_order_in_which_it_was_chosen() {
    let school = School::open().await;
    let mut expected = Vec::new();
    for number in 0..5 {
        let files: [(&str, &[u8]); 1] = [("a.txt", b"a")];
        let shared = school
            .publish(&format!("第 {number} 份"), "台阶轴", "city", &files)
            .await;
        expected.push(id(&shared));
    }
    // Newest first, as a part of the curriculum is gathered, behind the one that was chosen by itself.
    let first = expected[0].clone();
    expected.reverse();
    expected.insert(0, first.clone());
    let contents = json!([{"resource": first}, {"task": "台阶轴"}]);
    let pack = school
        .pack(&json!({"title": "车削包", "scope": "city", "contents": contents}))
        .await;

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..10 {
        let page = school
            .teacher
            .get_json(&address(&pack, &format!("?limit=2&cursor={cursor}")))
            .await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(id));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }

    assert_eq!(seen, expected);
    let wrong = school.teacher.get(&address(&pack, "?cursor=nowhere")).await;
    assert_eq!(wrong.refusal(400), "bad-cursor");
    school.app.finish().await;
}

#[tokio::test]
async fn the_packs_page_names_what_is_open_beside_the_button_that_publishes() {
    let school = School::open().await;
    let name = school.app.account(Role::SchoolAdmin, Some("S1"), Some(PASSWORD)).await;
    let browser = Browser::of(&school.app, &name).await;
    school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", b"a")])
        .await;
    let pack = school
        .pack(&json!({"title": "车削包", "task": "台阶轴", "scope": "city"}))
        .await;

    let page = browser.open(&format!("/p/{pack}")).await;

    assert!(
        page.contains("查了 1 个资源，1 个有要看一看的。") && page.contains("没有声明是否使用了人工智能。"),
        "{page}"
    );
    school.issue(&pack).await;
    let reader = school
        .app
        .teacher("S2")
        .await
        .get(&format!("/p/{pack}"))
        .await
        .expect(200);
    assert!(
        !String::from_utf8(reader.body)
            .unwrap()
            .contains("没有声明是否使用了人工智能。")
    );
    school.app.finish().await;
}
