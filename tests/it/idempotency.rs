//! What is asked for once happens once: requests that come twice, at once, cut off, or whose answer was lost.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use gongxue::domain::curriculum::Catalogue;
use reqwest::RequestBuilder;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::uploads::number;

const RESOURCES: &str = "/api/v1/resources";
const PACKS: &str = "/api/v1/packs";

async fn rows(app: &TestApp, table: &str) -> i64 {
    number(app, &format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}")).await
}

/// The statuses of four of the same request, sent at once.
async fn four(request: impl Fn() -> RequestBuilder) -> Vec<u16> {
    let answers = join_all((0..4).map(|_| Answer::of(request()))).await;
    let mut statuses: Vec<u16> = answers.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

/// A finished upload; returns its id.
async fn uploaded(caller: &Caller, part: Option<&str>, bytes: &'static str) -> String {
    let mut request = caller
        .request("POST", "/api/v1/uploads")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", bytes.len())
        .header("content-type", "application/offset+octet-stream")
        .body(bytes);
    if let Some(part) = part {
        request = request.header("upload-concat", part);
    }
    let address = Answer::of(request).await.expect(201).header("location");
    address.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn one_upload_that_four_share_at_once_is_one_resource_and_counted_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    for round in 1..=5 {
        let upload = uploaded(&teacher, None, "一份工作页").await;
        let body = json!({"title": "一次", "type": "worksheet", "uploads": [upload]});

        let statuses = four(|| teacher.request("POST", RESOURCES).json(&body)).await;

        assert_eq!(statuses[0], 201, "{statuses:?}");
        assert!(
            statuses[1..].iter().all(|status| [409, 422].contains(status)),
            "{statuses:?}"
        );
        assert_eq!(rows(&app, "resource").await, round);
    }
    let bytes = "SELECT CAST(SUM(bytes) AS BIGINT) FROM school";
    assert_eq!(number(&app, bytes).await, 5 * "一份工作页".len() as i64);
    app.finish().await;
}

#[tokio::test]
async fn one_upload_that_four_put_into_a_new_version_at_once_is_in_one() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = id(&teacher.share("有版本", &[("一.txt", b"one")]).await);
    let upload = uploaded(&teacher, None, "第二版").await;
    let versions = format!("{RESOURCES}/{resource}/versions");

    let statuses = four(|| teacher.request("POST", &versions).json(&json!({"uploads": [upload]}))).await;

    assert_eq!(statuses[0], 201, "{statuses:?}");
    assert!(
        statuses[1..].iter().all(|status| (409..=422).contains(status)),
        "{statuses:?}"
    );
    assert_eq!(rows(&app, "version").await, 2);
    assert_eq!(rows(&app, "file").await, 2);
    app.finish().await;
}

#[tokio::test]
async fn the_same_pieces_joined_by_four_at_once_are_one_file() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let pieces = [
        uploaded(&teacher, Some("partial"), "前一半").await,
        uploaded(&teacher, Some("partial"), "后一半").await,
    ];
    let named = format!("final;/api/v1/uploads/{} /api/v1/uploads/{}", pieces[0], pieces[1]);

    let statuses = four(|| {
        let request = teacher.request("POST", "/api/v1/uploads");
        request.header("tus-resumable", "1.0.0").header("upload-concat", &named)
    });
    let statuses = statuses.await;

    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    assert_eq!(rows(&app, "upload").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_pack_that_four_publish_at_once_has_one_version() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = id(&teacher.share("进资源包", &[("一.txt", b"one")]).await);
    app.settled().await;
    let body = json!({"title": "一包", "scope": "school", "resources": [shared]});
    let pack = id(&teacher.post_json(PACKS, &body).await.expect(201).json());

    let statuses = four(|| teacher.request("POST", &format!("{PACKS}/{pack}/publish"))).await;

    assert_eq!(statuses, [201, 201, 201, 201]);
    // One that came when the first was ready asked for another; nobody is told of one number twice with two contents.
    let numbers = teacher.get_json(&format!("{PACKS}/{pack}/versions")).await;
    let states: BTreeSet<String> = numbers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["state"]))
        .collect();
    assert_eq!(states, BTreeSet::from(["ready".to_owned()]));
    app.finish().await;
}

#[tokio::test]
async fn a_pack_that_is_removed_and_published_at_once_leaves_nothing_of_itself() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = id(&teacher.share("进资源包", &[("一.txt", b"one")]).await);
    for _ in 0..5 {
        let body = json!({"title": "去留", "scope": "school", "resources": [shared]});
        let pack = id(&teacher.post_json(PACKS, &body).await.expect(201).json());
        let address = format!("{PACKS}/{pack}");

        let publish = Answer::of(teacher.request("POST", &format!("{address}/publish")));
        let remove = Answer::of(teacher.request("DELETE", &address));
        let (published, removed) = tokio::join!(publish, remove);

        assert!(published.status < 500, "{}", published.status);
        removed.expect(204);
    }
    app.settled().await;
    for table in ["pack_version", "pack_item", "pack_timestamp"] {
        let of_none = format!("{table} WHERE pack_id NOT IN (SELECT id FROM pack)");
        assert_eq!(rows(&app, &of_none).await, 0, "{table}");
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_has_more_tokens_than_they_may_by_asking_for_many_at_once() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let name = teacher.name().to_owned();
    app.ask(async move |library| {
        use gongxue::domain::role::TokenScope;
        for _ in 0..48 {
            library
                .accounts
                .add_token(&name, TokenScope::Read, &[], None)
                .await
                .unwrap();
        }
    })
    .await;

    let statuses = four(|| teacher.request("POST", "/api/v1/tokens").json(&json!({}))).await;

    assert_eq!(statuses, [201, 409, 409, 409]);
    app.finish().await;
}

#[tokio::test]
async fn a_comment_that_four_settle_at_once_is_settled_by_one() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = id(&teacher.share("有批注", &[]).await);
    let comments = format!("{RESOURCES}/{resource}/comments");
    let comment = id(&teacher
        .post_json(&comments, &json!({"text": "请改"}))
        .await
        .expect(201)
        .json());
    let one = format!("{comments}/{comment}");

    let settled = four(|| teacher.request("PATCH", &one).json(&json!({"resolved": true}))).await;
    let removed = four(|| teacher.request("DELETE", &one)).await;

    assert_eq!(settled, [200, 200, 200, 200]);
    assert_eq!(rows(&app, "audit WHERE action = 'comment.resolve'").await, 1);
    assert_eq!(removed, [204, 404, 404, 404]);
    assert_eq!(rows(&app, "audit WHERE action = 'comment.remove'").await, 1);
    app.finish().await;
}

/// A request that takes a key, and the rows that it makes one more of.
struct Keyed {
    operation: &'static str,
    made: &'static str,
    path: String,
    body: Box<dyn Fn(usize) -> Value>,
    with_file: bool,
}

impl Keyed {
    /// The request, the `turn`-th of its kind, under a key.
    fn request(&self, caller: &Caller, turn: usize) -> RequestBuilder {
        let body = (self.body)(turn);
        let request = if self.with_file {
            caller.form(&self.path, &body, &[("一.txt", b"one")])
        } else {
            caller.request("POST", &self.path).json(&body)
        };
        request.header("idempotency-key", format!("{} {turn}", self.operation))
    }
}

/// Every request that takes a key, against what there is.
fn keyed(resource: &str, pack: &str) -> Vec<Keyed> {
    let all = |operation, made, body: fn(usize) -> Value| Keyed {
        operation,
        made,
        path: operation.strip_prefix("POST ").unwrap().replace("{id}", resource),
        body: Box::new(body),
        with_file: false,
    };
    let add_pack = move |resource: String| {
        Box::new(move |turn| json!({"title": format!("包{turn}"), "scope": "school", "resources": [resource]}))
    };
    vec![
        Keyed {
            with_file: true,
            ..all(
                "POST /api/v1/resources",
                "resource",
                |turn| json!({"title": format!("资源{turn}"), "type": "worksheet"}),
            )
        },
        Keyed {
            with_file: true,
            ..all(
                "POST /api/v1/resources/{id}/versions",
                "version",
                |turn| json!({"title": format!("新版{turn}")}),
            )
        },
        all(
            "POST /api/v1/resources/{id}/comments",
            "comment",
            |turn| json!({"text": format!("第{turn}条")}),
        ),
        all(
            "POST /api/v1/schools",
            "school",
            |turn| json!({"code": format!("N{turn}"), "name": format!("新校{turn}")}),
        ),
        all(
            "POST /api/v1/synonyms",
            "synonyms",
            |turn| json!({"words": [format!("甲{turn}"), format!("乙{turn}")]}),
        ),
        all(
            "POST /api/v1/saved-searches",
            "saved_searches",
            |turn| json!({"name": format!("检索{turn}"), "query": "q=车"}),
        ),
        all(
            "POST /api/v1/visits",
            "expert_visit",
            |turn| json!({"school": "S1", "day": "2024-05-06", "kind": "exchange", "asked": format!("第{turn}件")}),
        ),
        all(
            "POST /api/v1/standards",
            "standard_version",
            |turn| json!({"major": "数控加工(数控车工)", "title": format!("课程标准第{turn}版")}),
        ),
        all("POST /api/v1/companies", "company", |turn| {
            let codes = [
                "9144030071526726XG",
                "91330100799655058B",
                "914403001922038216",
                "91110000802100433B",
            ];
            json!({"name": format!("企业{turn}"), "credit_code": codes[turn % codes.len()], "from": "2022-01-01"})
        }),
        all("POST /api/v1/recognition/calls", "recognition_call", |turn| {
            json!({"title": format!("第{turn}届"), "kind": "school", "opens": "2026-12-01", "closes": "2026-12-02",
                "jury_due": "2026-12-03", "criteria": [{"name": "甲", "weight": 1, "max": 10}]})
        }),
        all(
            "POST /api/v1/training/bases",
            "training_base",
            |turn| json!({"name": format!("基地{turn}")}),
        ),
        all(
            "POST /api/v1/training/sessions",
            "training_session",
            |turn| json!({"title": format!("第{turn}期"), "mode": "on-site", "from": "2026-12-01", "hours": 8}),
        ),
        Keyed {
            body: add_pack(resource.to_owned()),
            ..all("POST /api/v1/packs", "pack", |_| Value::Null)
        },
        Keyed {
            path: format!("{PACKS}/{pack}/publish"),
            ..all(
                "POST /api/v1/packs/{id}/publish",
                "pack_version",
                |turn| json!({"note": format!("第{turn}次")}),
            )
        },
    ]
}

/// The operations that the description says take a key.
async fn described(app: &TestApp) -> BTreeSet<String> {
    let document = app.guest().get_json("/api/openapi.json").await;
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let takes = operation["parameters"].as_array().into_iter().flatten();
            if takes.clone().any(|it| it["name"] == "Idempotency-Key") {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

#[tokio::test]
async fn whatever_takes_a_key_acts_once_and_answers_again_even_if_the_answer_was_lost() {
    let app = TestApp::start().await;
    let catalogue = Catalogue::shipped();
    app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
        .await
        .expect("majors");
    // The bureau may do all of it with what is its own.
    let bureau = app.bureau().await;
    let resource = id(&bureau.share("钥匙", &[("一.txt", b"one")]).await);
    let body = json!({"title": "一包", "scope": "school", "resources": [resource]});
    let pack = id(&bureau.post_json(PACKS, &body).await.expect(201).json());
    let requests = keyed(&resource, &pack);
    let told: BTreeSet<String> = requests.iter().map(|it| it.operation.to_owned()).collect();
    assert_eq!(
        told,
        described(&app).await,
        "every request that takes a key is tried here"
    );

    for request in &requests {
        let name = request.operation;
        app.settled().await;
        let before = rows(&app, request.made).await;
        let first = Answer::of(request.request(&bureau, 1)).await.expect(201);

        let again = Answer::of(request.request(&bureau, 1)).await.expect(201);
        assert_eq!(first.body, again.body, "{name}: the very same answer");
        assert_eq!(first.header("location"), again.header("location"), "{name}");

        // As if the service had died between the act and the answer.
        let lost = "UPDATE idempotency SET status = NULL, location = NULL, body = NULL";
        app.database().await.execute_unprepared(lost).await.unwrap();
        let told = Answer::of(request.request(&bureau, 1)).await.expect(201);
        assert_eq!(first.header("location"), told.header("location"), "{name}");
        for field in ["id", "number", "title", "text", "name"] {
            assert_eq!(first.json()[field], told.json()[field], "{name}: {field}");
        }
        assert_eq!(rows(&app, request.made).await, before + 1, "{name} acts once");

        app.settled().await;
        let four = join_all((0..4).map(|_| Answer::of(request.request(&bureau, 2)))).await;
        let told: BTreeSet<Vec<u8>> = four.into_iter().map(|answer| answer.expect(201).body).collect();
        assert_eq!(told.len(), 1, "{name}: four at once are told the same");
        assert_eq!(rows(&app, request.made).await, before + 2, "{name} acts once for four");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_is_refused_leaves_its_key_free() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let share = |title: &'static str| {
        let request = teacher.request("POST", RESOURCES).header("idempotency-key", "again");
        Answer::of(request.json(&json!({"title": title, "type": "worksheet"})))
    };

    share("").await.expect(422);
    share("补上标题").await.expect(201);

    assert_eq!(share("另一个").await.refusal(422), "idempotency-mismatch");
    app.finish().await;
}

#[tokio::test]
async fn a_line_that_breaks_at_any_moment_makes_one_pack_however_often_it_is_sent_again() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = id(&teacher.share("断线", &[]).await);
    let body = |turn: usize| json!({"title": format!("断线{turn}"), "scope": "school", "resources": [shared]});

    for turn in 0..40 {
        let body = body(turn).to_string();
        let head = format!(
            "POST {PACKS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nIdempotency-Key: cut {turn}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            teacher.token(),
            body.len()
        );
        let mut line = TcpStream::connect(app.config().server.listen).await.unwrap();
        line.write_all(head.as_bytes()).await.unwrap();
        // Let the service come as far as it comes in so many turns of this loop.
        for _ in 0..turn * 20 {
            tokio::task::yield_now().await;
        }
        line.set_zero_linger().unwrap();
        drop(line);
    }
    for turn in 0..40 {
        let request = teacher
            .request("POST", PACKS)
            .header("idempotency-key", format!("cut {turn}"));
        Answer::of(request.json(&body(turn))).await.expect(201);
    }

    assert_eq!(rows(&app, "pack").await, 40);
    assert_eq!(
        number(&app, "SELECT CAST(COUNT(DISTINCT title) AS BIGINT) FROM pack").await,
        40
    );
    app.finish().await;
}

/// Rows that name something which is not there, in every table that has such a column, apart from those that are a
/// record of what was.
async fn orphans(app: &TestApp, parent: &str, column: &str, records: &[&str]) -> Vec<String> {
    let database = app.database().await;
    let backend = database.get_database_backend();
    let tables = match backend {
        sea_orm::DbBackend::Sqlite => format!(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.name = '{column}' ORDER BY 1"
        ),
        _ => format!(
            "SELECT CAST(table_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND column_name = '{column}' ORDER BY 1"
        ),
    };
    let found = database
        .query_all_raw(Statement::from_string(backend, tables))
        .await
        .unwrap();
    let tables = found.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
    let tables: Vec<String> = tables.filter(|table| !records.contains(&table.as_str())).collect();
    database.close().await.unwrap();
    assert!(tables.len() > 1, "tables with `{column}`: {tables:?}");
    let mut orphans = Vec::new();
    for table in tables {
        let of_none = format!("{table} WHERE {column} NOT IN (SELECT id FROM {parent})");
        if rows(app, &of_none).await > 0 {
            orphans.push(table);
        }
    }
    orphans
}

#[tokio::test]
async fn what_is_removed_leaves_no_row_behind() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let resource = id(&teacher.share("要走的", &[("一.txt", b"one")]).await);
    let address = format!("{RESOURCES}/{resource}");
    let comment = json!({"text": "看看"});
    teacher
        .post_json(&format!("{address}/comments"), &comment)
        .await
        .expect(201);
    app.guest().get(&address).await;
    app.admin("S1").await.get_json(&address).await;
    app.ask(async |library| library.usage.keep_uses().await).await.unwrap();
    let body = json!({"title": "要走的包", "scope": "school", "resources": [resource]});
    let pack = id(&teacher.post_json(PACKS, &body).await.expect(201).json());
    app.settled().await;
    // What only a mirror writes, and what a pack has once it was published.
    let database = app.database().await;
    for statement in [
        "INSERT INTO offer (resource_id, hub, version, state, at, revision) SELECT id, 'http://hub', 1, 'sent', 0, 1 FROM resource",
        "INSERT INTO pack_timestamp (pack_id, version, body, renew_at) SELECT id, 1, '{}', 0 FROM pack",
    ] {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();

    teacher.send("DELETE", &format!("{PACKS}/{pack}")).await.expect(204);
    teacher.send("DELETE", &address).await.expect(204);

    // The log of changes and what versions of packs were made of tell of what was; a takedown is told after it.
    let records = ["change", "pack_item", "takedown"];
    let none: Vec<String> = Vec::new();
    assert_eq!(orphans(&app, "resource", "resource_id", &records).await, none);
    // What a mirror holds is of the hub's packs.
    assert_eq!(orphans(&app, "pack", "pack_id", &["mirror_place"]).await, none);
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_several_bear_is_told_and_not_guessed() {
    let app = TestApp::start().await;
    let headings = ["专业编码", "专业", "培养层次", "课程", "典型工作任务", "参考性学习任务"].map(str::to_owned);
    let lines = [
        ["0403", "数控加工", "中级工", "零件车削", "加工轴", "轴一"],
        ["0404", "模具制造", "中级工", "模具车削", "加工轴", "轴二"],
    ];
    let lines: Vec<(u32, Vec<String>)> = (2..).zip(lines.map(|line| line.map(str::to_owned).to_vec())).collect();
    let catalogue = gongxue::domain::curriculum::table::read(1, &headings, &lines).expect("a catalogue");
    app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
        .await
        .expect("import it");
    let teacher = app.teacher("S1").await;
    let share = async |more: Value| {
        let mut body = json!({"title": "轴", "type": "worksheet", "task": "加工轴"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        teacher.post_json(RESOURCES, &body).await
    };

    let told = share(json!({})).await.expect(422).json();
    let fault = &told["errors"][0];
    assert_eq!(
        (text(&fault["pointer"]), text(&fault["code"])),
        ("/task".to_owned(), "ambiguous".to_owned())
    );
    let detail = text(&fault["detail"]);
    assert!(detail.contains("零件车削") && detail.contains("模具车削"), "{detail}");
    // Whatever tells them apart will do: the course, the major, or the id that was told.
    let of_course = share(json!({"course": "零件车削"})).await.expect(201).json();
    let of_major = share(json!({"major": "模具制造"})).await.expect(201).json();
    assert_eq!(text(&of_course["course"]["name"]), "零件车削");
    assert_eq!(text(&of_major["course"]["name"]), "模具车削");
    let named = text(&of_course["task"]["id"]);
    assert!(detail.contains(&named), "{detail}");
    assert_eq!(
        share(json!({"task": named})).await.expect(201).json()["course"],
        of_course["course"]
    );

    let pack = json!({"title": "轴", "scope": "school", "task": "加工轴"});
    let faults = teacher.post_json(PACKS, &pack).await.faults();
    assert!(faults.len() == 1 && faults[0].ends_with(" ambiguous"), "{faults:?}");
    let listed = teacher
        .get(&format!("{RESOURCES}?task={}", crate::client::escape("加工轴")))
        .await;
    assert_eq!(listed.faults(), ["/task ambiguous"]);
    app.finish().await;
}
