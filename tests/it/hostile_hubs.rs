//! A hub that means harm: it signs whatever it likes with keys of its own, and a mirror that follows it loses nothing,
//! shows nothing, and goes on.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use gongxue::domain::id::{FileId, PackId, ResourceId};
use gongxue::pack::canonical::{self, sha256};
use gongxue::pack::trust::{Meta, SigningKey};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{id, text};

const EXPIRES: &str = "2099-01-01T00:00:00Z";

/// A hub by what it answers to each address.
struct Hub {
    pack: PackId,
    documents: BTreeMap<String, Vec<u8>>,
    resources: serde_json::Map<String, Value>,
    targets: serde_json::Map<String, Value>,
}

impl Hub {
    fn new() -> Self {
        Self {
            pack: PackId::new(),
            documents: BTreeMap::new(),
            resources: serde_json::Map::new(),
            targets: serde_json::Map::new(),
        }
    }

    /// A resource with one file, and whatever else is said of them; returns its id.
    fn offer(&mut self, title: &str, bytes: &[u8], card: &Value, target: &Value) -> ResourceId {
        let resource = ResourceId::new();
        let mut said = json!({"title": title, "type": "worksheet", "version": 1, "folder": title, "scope": "public"});
        lay_over(&mut said, card);
        let mut file = json!({
            "length": bytes.len(),
            "hashes": {"sha256": sha256(bytes)},
            "custom": {
                "crc32": format!("{:08x}", crc32fast::hash(bytes)), "media_type": "text/plain; charset=utf-8", "kind": "text",
                "resource": resource, "file": FileId::new(), "name": "a.txt",
            },
        });
        lay_over(&mut file, target);
        let hash = text(&file["hashes"]["sha256"]);
        self.documents
            .insert(format!("files/{}/{hash}", &hash[..2]), bytes.to_vec());
        self.resources.insert(resource.to_string(), said);
        self.targets.insert(format!("{title}.txt"), file);
        resource
    }

    /// Signs everything as it stands.
    fn sign(&mut self, version: u32) {
        let key = SigningKey::from_secret(&[9; 32]);
        let role = json!({"keyids": [key.id()], "threshold": 1});
        let root = json!({
            "_type": "root", "spec_version": "1.0.31", "consistent_snapshot": false, "version": 1, "expires": EXPIRES,
            "keys": {key.id().hex(): key.public()},
            "roles": {"root": role, "timestamp": role, "snapshot": role, "targets": role},
        });
        let manifest = json!({
            "_type": "targets", "spec_version": "1.0.31", "version": version, "expires": EXPIRES,
            "pack": {"id": self.pack, "title": "坏包\u{7}", "audience": "public", "published_at": "2026-01-01T00:00:00.000Z"},
            "targets": self.targets, "resources": self.resources,
        });
        let manifest = signed(&key, &manifest);
        let snapshot = json!({
            "_type": "snapshot", "spec_version": "1.0.31", "version": version, "expires": EXPIRES,
            "meta": {"manifest.json": Meta::of(version, &manifest)},
        });
        let snapshot = signed(&key, &snapshot);
        let timestamp = json!({
            "_type": "timestamp", "spec_version": "1.0.31", "version": version, "expires": EXPIRES,
            "meta": {"snapshot.json": Meta::of(version, &snapshot)},
        });
        let base = format!("packs/{}", self.pack);
        let documents = [
            ("trust/root.json".to_owned(), signed(&key, &root)),
            (format!("{base}/timestamp.json"), signed(&key, &timestamp)),
            (format!("{base}/versions/{version}/snapshot.json"), snapshot),
            (format!("{base}/versions/{version}/manifest.json"), manifest),
            (
                "packs/list.json".to_owned(),
                json!([self.pack]).to_string().into_bytes(),
            ),
        ];
        self.documents.extend(documents);
    }

    /// Mirrors it from a folder, which is believed no more and no less than a line; returns code and what was said.
    async fn mirrored_into(&self, app: &TestApp) -> (Option<i32>, Value) {
        let stick = tempfile::tempdir().unwrap();
        for (path, bytes) in &self.documents {
            let path = stick.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let args = ["mirror", "--from", stick.path().to_str().unwrap(), "--once", "--json"];
        let output = app.program().args(args).output().await.expect("it runs");
        let said = serde_json::from_slice(&output.stdout);
        let said = said.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code(), said)
    }
}

fn lay_over(whole: &mut Value, part: &Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                lay_over(whole.entry(name).or_insert(Value::Null), value);
            }
        }
        (whole, part) => *whole = part.clone(),
    }
}

fn signed(key: &SigningKey, document: &Value) -> Vec<u8> {
    let signature = key.sign(&canonical::to_vec(document));
    canonical::to_vec(&json!({"signatures": [signature], "signed": document}))
}

/// Naming the SHA-256 of a draft was enough to have it published on the mirror.
#[tokio::test]
async fn a_hash_is_no_right_to_what_a_mirror_keeps_to_itself() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let secret = "只有我知道的草稿".as_bytes();
    teacher.share("草稿", &[("a.txt", secret)]).await;
    let shown = "全市都能看的".as_bytes();
    let metadata = json!({"title": "公开的", "type": "worksheet", "scope": "public"});
    let public = id(&teacher
        .share_as(&metadata, &[("b.txt", shown)])
        .await
        .expect(201)
        .json());
    admin.step(&public, "publish").await.expect(200);
    let mut hub = Hub::new();
    let stolen = hub.offer("偷", b"", &json!({}), &hashes(secret));
    hub.sign(1);

    let (code, said) = hub.mirrored_into(&app).await;

    assert_eq!(code, Some(3), "{said}");
    assert!(said["packs"][0]["error"].is_string(), "{said}");
    assert_eq!(
        app.guest().get(&format!("/api/v1/resources/{stolen}")).await.status,
        404
    );
    let by_hash = format!("/api/v1/blobs/sha256/{}", sha256(secret).hex());
    assert_eq!(app.guest().get(&by_hash).await.status, 404);

    // What is as public here need not come again; and what it gave itself it may name.
    let mut hub = Hub::new();
    let same = hub.offer("同", b"", &json!({}), &hashes(shown));
    let own = hub.offer("自", "自己的".as_bytes(), &json!({}), &json!({}));
    hub.sign(1);
    let (code, said) = hub.mirrored_into(&app).await;
    assert_eq!(
        (code, &said["packs"][0]["taken"]["added"]),
        (Some(0), &json!(2)),
        "{said}"
    );
    for resource in [same, own] {
        assert_eq!(
            app.guest().get(&format!("/api/v1/resources/{resource}")).await.status,
            200
        );
    }
    app.finish().await;
}

fn hashes(bytes: &[u8]) -> Value {
    json!({"length": bytes.len(), "hashes": {"sha256": sha256(bytes)}})
}

/// A line break in a media type made a file a 500 for ever; a type that nobody has made a resource nobody finds.
#[tokio::test]
async fn what_a_hub_says_is_read_like_a_form_and_what_is_none_costs_one_resource() {
    let app = TestApp::start().await;
    let mut hub = Hub::new();
    let path = json!({"custom": {"media_type": "text/plain\r\nX-Evil: 1", "name": "../../etc/passwd\u{7}\u{202e}"}});
    let crlf = hub.offer("换行", b"one", &json!({}), &path);
    let bad = [
        hub.offer("类型", b"two", &json!({"type": "virus"}), &json!({})),
        hub.offer("年份", b"three", &json!({"year": 90_000}), &json!({})),
        hub.offer("版本", b"four", &json!({"version": -1}), &json!({})),
        hub.offer(
            "学校",
            b"five",
            &json!({"school": {"code": "a/../b", "name": "校"}}),
            &json!({}),
        ),
        hub.offer("过长", b"six", &json!({"title": "长".repeat(5_000)}), &json!({})),
    ];
    let fine = hub.offer("好的", b"seven", &json!({}), &json!({}));
    hub.sign(1);

    let (code, said) = hub.mirrored_into(&app).await;

    assert_eq!(code, Some(3), "{said}");
    let taken = &said["packs"][0]["taken"];
    assert_eq!(
        (&taken["added"], taken["skipped"].as_array().unwrap().len()),
        (&json!(2), bad.len()),
        "{said}"
    );
    let guest = app.guest();
    let shown = guest.get_json(&format!("/api/v1/resources/{crlf}")).await;
    let file = &shown["files"][0];
    assert_eq!(
        (&file["path"], &file["media_type"]),
        (&json!("etc/passwd"), &json!("application/octet-stream"))
    );
    assert_eq!(guest.get(&text(&file["url"])).await.expect(200).body, b"one");
    assert_eq!(guest.get(&format!("/r/{fine}")).await.status, 200);
    for bad in bad {
        assert_eq!(guest.get(&format!("/api/v1/resources/{bad}")).await.status, 404);
    }
    // Rows that came before anybody looked are given as octets.
    let database = app.database().await;
    let spoilt = "UPDATE file SET media_type = 'text/plain' || char(13) || char(10) || 'X: 1'";
    let spoilt = if std::env::var_os("TEST_DATABASE_URL").is_some() {
        spoilt.replace("char(", "chr(")
    } else {
        spoilt.to_owned()
    };
    sea_orm::ConnectionTrait::execute_unprepared(&database, &spoilt)
        .await
        .unwrap();
    let answer = guest.get(&text(&file["url"])).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    app.finish().await;
}

/// Another hub may say nothing of what this one gave.
#[tokio::test]
async fn a_resource_is_of_the_hub_that_gave_it() {
    let app = TestApp::start().await;
    let mut hub = Hub::new();
    let resource = hub.offer("原来的", b"one", &json!({}), &json!({}));
    hub.sign(1);
    hub.mirrored_into(&app).await;
    change_hub(&app).await;
    let card = hub.resources[&resource.to_string()].as_object_mut().unwrap();
    card.insert("title".to_owned(), json!("别家的"));
    card.insert("version".to_owned(), json!(9));
    hub.pack = PackId::new();
    hub.sign(2);

    let (code, said) = hub.mirrored_into(&app).await;

    assert_eq!(code, Some(3), "{said}");
    assert_eq!(said["packs"][0]["taken"]["skipped"][0]["why"], "other_hub", "{said}");
    let shown = app.guest().get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(shown["title"], "原来的");
    app.finish().await;
}

/// What came so far came from a hub with other keys.
async fn change_hub(app: &TestApp) {
    let database = app.database().await;
    for change in [
        "DELETE FROM mirror_pack",
        "UPDATE mirror_resource SET hub = 'https://other.example'",
    ] {
        sea_orm::ConnectionTrait::execute_unprepared(&database, change)
            .await
            .unwrap();
    }
}

/// A list without an end was read for ever, and all of it kept.
#[tokio::test]
async fn a_list_that_never_ends_and_a_redirect_into_the_own_network_are_left() {
    let app = TestApp::start().await;
    let inner = TcpListener::bind("127.0.0.1:0").unwrap();
    inner.set_nonblocking(true).unwrap();
    let place = format!("http://{}/secret", inner.local_addr().unwrap());
    for (answers, complaint) in [
        (Answers::ListWithoutEnd, "pages"),
        (Answers::Redirect(place), "leads to"),
    ] {
        let url = serve(answers);
        let args = ["mirror", url.as_str(), "--once", "--json"];
        let output = app.program().args(args).output().await.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(complaint), "{said}");
    }
    assert!(inner.accept().is_err(), "a hub's word opened a line inside");
    app.finish().await;
}

enum Answers {
    ListWithoutEnd,
    Redirect(String),
}

/// A server of one thread that says the same for ever.
fn serve(answers: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let answer = match &answers {
                Answers::ListWithoutEnd => {
                    let body = json!({"items": [{"id": PackId::new(), "version": 1}], "next_cursor": PackId::new()})
                        .to_string();
                    let length = body.len();
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
                }
                Answers::Redirect(place) => {
                    format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                }
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}
