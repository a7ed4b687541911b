//! Stages 学习环节 of a task: said of a resource, found by, and packs of one.

use serde_json::{Value, json};

use crate::client::{id, text};
use crate::packs::School;

/// Shares and publishes something for a stage of 台阶轴.
async fn publish(school: &School, title: &str, stage: Option<&str>) -> Value {
    let metadata = json!({"title": title, "type": "worksheet", "task": "台阶轴", "scope": "city", "stage": stage});
    let file = (format!("{title}.txt"), title.as_bytes());
    let shared = school
        .teacher
        .share_as(&metadata, &[(&file.0, file.1)])
        .await
        .expect(201)
        .json();
    school.admin.step(&id(&shared), "publish").await.expect(200);
    shared
}

fn titles(found: &Value) -> Vec<String> {
    let mut titles: Vec<String> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| text(&hit["resource"]["title"]))
        .collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn a_stage_is_said_by_any_of_its_names_and_a_schools_own_stays() {
    let school = School::open().await;
    let known = publish(&school, "读图", Some("获取信息")).await;
    let own = publish(&school, "互评", Some("小组展示")).await;
    publish(&school, "全程", None).await;
    school.app.settled().await;
    assert_eq!((&known["stage"], &own["stage"]), (&json!("inform"), &json!("小组展示")));

    for given in ["inform", "获取信息", "Inform"] {
        let found = school.teacher.get_json(&format!("/api/v1/search?stage={given}")).await;
        assert_eq!(titles(&found), ["读图"], "by {given}");
    }
    let found = school.teacher.get_json("/api/v1/search?stage=inform,小组展示").await;
    assert_eq!(titles(&found), ["互评", "读图"]);
    let counted = school.teacher.get_json("/api/v1/search").await["facets"]["stage"].clone();
    let counted: Vec<(String, String)> = counted
        .as_array()
        .unwrap()
        .iter()
        .map(|count| (text(&count["key"]), text(&count["label"])))
        .collect();
    let pair = |key: &str, label: &str| (key.to_owned(), label.to_owned());
    assert_eq!(counted, [pair("inform", "获取信息"), pair("小组展示", "小组展示")]);
    // Typed as a word it is found as well, and a list is limited by it.
    assert_eq!(school.teacher.finds("小组展示").await, [id(&own)]);
    let listed = school.teacher.get_json("/api/v1/resources?stage=获取信息").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);

    let emptied = school
        .teacher
        .patch(&id(&known), Some("*"), &json!({"stage": null}))
        .await;
    assert_eq!(emptied.expect(200).json()["stage"], Value::Null);
    let long = "长".repeat(41);
    let long = school
        .teacher
        .patch(&id(&known), Some("*"), &json!({ "stage": long }))
        .await;
    assert_eq!(long.faults(), ["/stage too-long"]);
    school.app.finish().await;
}

#[tokio::test]
async fn a_pack_of_one_stage_holds_what_is_for_it_and_says_so() {
    let school = School::open().await;
    publish(&school, "读图", Some("获取信息")).await;
    publish(&school, "互评", Some("小组展示")).await;
    publish(&school, "全程", None).await;
    let contents = json!([{"task": "台阶轴", "stages": ["获取信息"]}]);
    let pack = school
        .pack(&json!({"title": "读图的", "scope": "city", "contents": contents}))
        .await;
    let chosen = school.teacher.get_json(&format!("/api/v1/packs/{pack}")).await;
    assert_eq!(chosen["contents"][0]["stages"], json!(["inform"]));

    school.issue(&pack).await;

    let manifest = school
        .teacher
        .get_json(&format!("/api/v1/packs/{pack}/versions/1/manifest.json"))
        .await;
    let resources = manifest["signed"]["resources"].as_object().unwrap().values();
    let cards: Vec<(String, String)> = resources
        .map(|card| (text(&card["title"]), text(&card["stage"])))
        .collect();
    assert_eq!(cards, [("读图".to_owned(), "inform".to_owned())]);
    school.app.finish().await;
}
