//! The interface as programs see it: described, and refusing in one way everywhere.

use std::collections::BTreeSet;

use gongxue::http::routes::TABLE;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, text};

#[tokio::test]
async fn the_description_lists_exactly_the_routes_there_are() {
    let app = TestApp::start().await;
    let document = app.guest().get_json("/api/openapi.json").await;

    let described: BTreeSet<String> = operations(&document).into_keys().collect();
    let routed: BTreeSet<String> = TABLE
        .iter()
        .filter(|route| is_for_programs(route.path))
        .map(|route| format!("{} {}", route.method, route.described()))
        .collect();

    assert_eq!(described, routed);
    assert!(
        text(&document["openapi"]).starts_with("3.1."),
        "{}",
        document["openapi"]
    );
    app.finish().await;
}

/// Pages are for people and describe themselves.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/v1/") || ["/api/openapi.json", "/healthz", "/readyz", "/metrics"].contains(&path)
}

/// The described operations by `METHOD path`.
fn operations(document: &Value) -> std::collections::BTreeMap<String, Value> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, item)| {
        let item = item.as_object().expect("an item").iter();
        item.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation.clone()))
    });
    operations.collect()
}

#[tokio::test]
async fn the_description_changes_only_on_purpose() {
    let app = TestApp::start().await;
    let mut document = app.guest().get_json("/api/openapi.json").await;
    document["info"]["version"] = json!("[version]");
    insta::assert_json_snapshot!("openapi", document);
    app.finish().await;
}

/// Tables were described as JSON: a program made from the description could not ask for them.
#[tokio::test]
async fn every_form_that_an_answer_has_is_described_and_sent_as_such() {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let forms = [
        ("csv", "text/csv"),
        ("xlsx", XLSX),
        ("pdf", "application/pdf"),
        ("jsonl", "application/x-ndjson"),
    ];
    let app = TestApp::start().await;
    let document = app.guest().get_json("/api/openapi.json").await;
    let bureau = app.bureau().await;

    let mut sent = 0;
    for (name, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let format = parameters
            .iter()
            .find(|it| it["name"] == "format" && it["in"] == "query");
        let Some(format) = format else { continue };
        let content = &operation["responses"]["200"]["content"];
        let path = name.split(' ').nth(1).unwrap();
        for (form, media_type) in forms {
            let is_named = text(&format["description"]).contains(&format!("`{form}`"));
            assert_eq!(
                content.get(media_type).is_some(),
                is_named,
                "{name} as {form}: {content}"
            );
            if !is_named || path.contains('{') {
                continue;
            }
            let answer = bureau.get(&format!("{path}?format={form}")).await;
            if answer.status == 200 {
                sent += 1;
                assert!(
                    answer.header("content-type").starts_with(media_type),
                    "{name} as {form}"
                );
            }
        }
    }
    assert!(sent > 30, "only {sent} forms were sent: this test has gone blind");
    app.finish().await;
}

#[tokio::test]
async fn every_operation_says_what_it_answers_and_how_it_refuses() {
    let app = TestApp::start().await;
    let document = app.guest().get_json("/api/openapi.json").await;
    for (name, operation) in operations(&document) {
        let refusal = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(refusal, "#/components/schemas/ProblemBody", "{name}");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for part in name.split('{').skip(1) {
            let part = part.split('}').next().unwrap();
            let described = parameters
                .iter()
                .any(|parameter| parameter["in"] == "path" && parameter["name"] == part);
            assert!(described, "{name}: `{part}` is not described");
        }
    }
    // Every reference leads somewhere.
    let said = document.to_string();
    for reference in said.split("\"#/components/schemas/").skip(1) {
        let schema = reference.split('"').next().unwrap();
        assert!(
            !document["components"]["schemas"][schema].is_null(),
            "no schema `{schema}`"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn every_refusal_is_a_problem_that_programs_can_read() {
    let app = TestApp::start().await;
    let (guest, teacher) = (app.guest(), app.teacher("S1").await);
    let share = "/api/v1/resources";
    let raw = |content_type: &str, body: String| {
        teacher
            .request("POST", share)
            .header("content-type", content_type)
            .body(body)
    };
    let session = |body: &str| {
        guest
            .request("POST", "/api/v1/session")
            .header("content-type", "application/json")
            .body(body.to_owned())
    };
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(1 << 20));

    let cases = [
        (guest.request("GET", "/api/v1/nothing"), 404, "no-such-page"),
        (guest.request("GET", "/api/v1/resources/not-an-id"), 404, "no-such-page"),
        (guest.request("PUT", share), 405, "method-not-allowed"),
        (guest.request("DELETE", "/api/v1/search"), 405, "method-not-allowed"),
        (guest.request("POST", share), 401, "not-signed-in"),
        (
            raw("application/json", "{\"title\": ".to_owned()),
            400,
            "malformed-request",
        ),
        (raw("application/json", "[]".to_owned()), 400, "malformed-request"),
        (raw("text/plain", "title".to_owned()), 415, "unsupported-media-type"),
        (raw("application/json", large.clone()), 413, "body-too-large"),
        (
            raw("multipart/form-data", "no boundary".to_owned()),
            400,
            "malformed-request",
        ),
        (session("{"), 400, "malformed-request"),
        (
            session("{\"name\": \"a\", \"password\": \"b\", \"colour\": 1}"),
            422,
            "invalid-fields",
        ),
        (session(&large), 413, "body-too-large"),
        (
            guest.request("POST", "/api/v1/session").body("{}"),
            415,
            "unsupported-media-type",
        ),
        (guest.request("GET", "/api/v1/resources?limit=0"), 422, "invalid-fields"),
        (
            guest.request("GET", "/api/v1/resources?limit=101"),
            422,
            "invalid-fields",
        ),
        (
            guest.request("GET", "/api/v1/resources?cursor=guess"),
            400,
            "bad-cursor",
        ),
        (guest.request("GET", "/api/v1/changes?since=-1"), 422, "invalid-fields"),
        (
            guest.request("GET", "/api/v1/resources?mine=true"),
            401,
            "not-signed-in",
        ),
    ];
    for (request, status, code) in cases {
        let answer = Answer::of(request).await;
        let body = answer.json();
        assert_eq!(answer.refusal(status), code);
        assert_eq!(body["type"], format!("/problems/{code}"));
        for field in ["title", "detail", "instance"] {
            assert!(!text(&body[field]).is_empty(), "{code}: {field}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_question_is_never_refused_for_what_a_person_types() {
    let app = TestApp::start().await;
    let guest = app.guest();
    for q in [
        "\"",
        "-",
        "(((",
        "title:",
        "*",
        "a AND",
        "\\",
        "\u{0}",
        "[1 TO",
        "~^2",
        "-\"",
        "🔧",
        &"长".repeat(2000),
    ] {
        assert_eq!(guest.search(q).await["total"], 0, "{q}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_zero_in_a_name_names_nothing() {
    let app = TestApp::start().await;
    let guest = app.guest();

    for name in ["school", "major", "course", "task", "type", "level"] {
        let list = guest.get(&format!("/api/v1/resources?{name}=%00")).await;
        assert!(list.status < 500, "{name}: {}", list.status);
        let found = guest.get_json(&format!("/api/v1/search?q=a&{name}=a%00b")).await;
        assert_eq!(found["total"], 0, "{name}");
    }
    for path in ["majors/%00", "courses/%00", "resources/%00", "files/%00/content"] {
        guest.get(&format!("/api/v1/{path}")).await.expect(404);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_zero_in_a_body_never_breaks_anything() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;

    let nobody = json!({"name": "a\u{0}b", "password": "a\u{0}b"});
    app.guest().post_json("/api/v1/session", &nobody).await.refusal(401);
    let named = json!({"title": "零\u{0}件", "type": "worksheet", "keywords": ["车\u{0}床"]});
    let shared = teacher.post_json("/api/v1/resources", &named).await.expect(201).json();
    assert_eq!(shared["title"], "零件");
    app.finish().await;
}

#[tokio::test]
async fn refusals_are_in_the_readers_language() {
    let app = TestApp::start().await;
    let ask = |languages: Option<&str>| {
        let mut request = app.guest().request("GET", "/api/v1/nothing");
        if let Some(languages) = languages {
            request = request.header("accept-language", languages);
        }
        Answer::of(request)
    };
    let is_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));

    for (languages, code) in [
        (None, "zh"),
        (Some("zh-CN,zh;q=0.9,en;q=0.8"), "zh"),
        (Some("en-GB,en;q=0.9"), "en"),
        (Some("fr, en;q=0.5, zh;q=0.4"), "en"),
        (Some("fr"), "zh"),
    ] {
        let answer = ask(languages).await;
        assert_eq!(answer.header("content-language"), code, "{languages:?}");
        let body = answer.json();
        assert_eq!(is_han(&text(&body["title"])), code == "zh", "{languages:?}: {body}");
        assert_eq!(is_han(&text(&body["detail"])), code == "zh", "{languages:?}: {body}");
        assert_eq!(body["code"], "no-such-page");
    }
    app.finish().await;
}

#[tokio::test]
async fn whoever_runs_it_can_ask_how_it_is() {
    let app = TestApp::start().await;
    let guest = app.guest();
    app.settled().await;

    assert_eq!(guest.get("/healthz").await.expect(200).body, b"ok");
    insta::assert_json_snapshot!(guest.get_json("/readyz").await, @r#"
    {
      "ready": true,
      "parts": [
        {
          "name": "database",
          "ok": true
        },
        {
          "name": "storage",
          "ok": true
        },
        {
          "name": "search",
          "ok": true
        }
      ]
    }
    "#);
    // The recorder of figures belongs to the process, and is started by the program, not by the library.
    gongxue::telemetry::figures();
    guest.get("/healthz").await.expect(200);
    let figures = guest.get("/metrics").await.expect(200);
    assert!(
        figures.header("content-type").starts_with("text/plain"),
        "{:?}",
        figures.headers
    );
    let text = String::from_utf8(figures.body).unwrap();
    for name in ["gongxue_jobs", "gongxue_index_lag_changes", "gongxue_index_entries"] {
        assert!(text.contains(name), "{name} is not in:\n{text}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_short_list_comes_in_pages_for_whoever_asks() {
    let app = TestApp::start().await;
    let guest = app.guest();

    let all = guest.get_json("/api/v1/schools").await;
    let first = guest.get_json("/api/v1/schools?limit=1").await;
    let cursor = text(&first["next_cursor"]);
    let second = guest
        .get_json(&format!("/api/v1/schools?limit=1&cursor={cursor}"))
        .await;

    assert_eq!(all["next_cursor"], Value::Null);
    assert_eq!(first["items"][0], all["items"][0]);
    assert_eq!(second["items"][0], all["items"][1]);
    app.finish().await;
}
