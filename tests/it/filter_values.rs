//! Questions with many values: few are answered by a handful of queries, many are refused.

use crate::app::TestApp;
use crate::client::{Answer, escape};

const FIELDS: [&str; 8] = ["major", "course", "task", "type", "school", "stage", "level", "year"];

#[tokio::test]
async fn a_question_has_twenty_values_of_a_field_and_not_one_more() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let asked = |address: &str, field: &str, count: usize| {
        let values = vec!["x"; count].join(",");
        Answer::of(guest.request("GET", &format!("{address}?{field}={values}")))
    };

    for address in ["/api/v1/search", "/search.atom", "/search"] {
        for field in FIELDS {
            asked(address, field, 20).await.expect(200);
            asked(address, field, 21).await.expect(400);
        }
    }
    // What took two seconds of a core.
    let told = asked("/api/v1/search", "task", 30_000).await;
    let told = if told.status == 400 {
        told.json()["detail"].to_string()
    } else {
        String::new()
    };
    assert!(told.contains("`task` has more than 20 values"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn what_a_question_is_limited_to_is_told_by_its_name() {
    let app = TestApp::start().await;
    let schools = app.guest().get_json("/api/v1/schools").await;
    let id = schools["items"][0]["id"].as_str().unwrap().to_owned();

    for given in [id.as_str(), "S1", "第一技师学院"] {
        let page = app
            .guest()
            .get(&format!("/search?school={},nobody", escape(given)))
            .await
            .expect(200);
        let page = String::from_utf8(page.body).unwrap();
        assert!(page.contains("第一技师学院"), "{given}");
        assert!(page.contains("nobody"), "{given}");
    }
    app.finish().await;
}
