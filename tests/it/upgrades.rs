//! Upgrading: a data folder that an earlier version left is opened with all that was acknowledged then.

use std::path::Path;
use std::process::Command;

use gongxue::config::Config;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, sha256, text};

/// What the teacher of the folder had as a token: a token is worth nothing but in that folder.
const TOKEN: &str = "gxt_fVfPD0RVs7s3c8Upl_QM7vo2yc52pyCjmUTmXf7ZimM";
/// The school has shown it to people.
const PACK: &str = "/api/v1/packs/01a225ec-cad3-7474-8f7a-662e5bdf9a08";
/// Begun on one day, to be ended on another.
const UPLOAD: &str = "/api/v1/uploads/01a225ec-dad8-778f-896b-039d6d84fdec";
/// The draft of the folder, which has a second version.
const DRAFT: &str = "01a225ec-cabe-77dd-a2c1-74a258318e02";
/// What `t1` of the school `S9` had as a password.
const PASSWORD: &str = "一台车床 2026 安全";
/// How much of it was acknowledged.
const ARRIVED: usize = 30_000;

/// Lays out what an earlier version left, and opens it where it lies: its rows in SQLite, its objects in a folder.
async fn left_on(day: &str) -> TestApp {
    TestApp::with(|config| {
        unpack(day, &config.data_dir);
        let own = Config::default();
        config.database.url = own.database.url;
        config.storage.url = own.storage.url;
    })
    .await
}

fn unpack(day: &str, into: &Path) {
    let libraries = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/libraries");
    std::fs::create_dir_all(into).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(libraries.join(format!("{day}.tar.gz")));
    let unpacked = tar.arg("--no-same-owner").arg("-C").arg(into).status().unwrap();
    assert!(unpacked.success(), "{unpacked}");
}

/// The file that was half uploaded.
fn uploaded() -> Vec<u8> {
    (0..2000)
        .flat_map(|line| format!("第{line}行：上传到一半的教材。\n").into_bytes())
        .collect()
}

#[tokio::test]
async fn a_library_of_the_version_before_is_found_read_and_gone_on_with() {
    let app = left_on("2026-11-28").await;
    let teacher = Caller::new(app.base(), Some(TOKEN.to_owned()), "t0");
    app.settled().await;

    let found = teacher.search("台阶轴").await;
    let resource = &found["hits"][0]["resource"];
    assert_eq!(resource["title"], "台阶轴加工工序卡", "{found}");
    for resource in teacher.get_json("/api/v1/resources?mine=true").await["items"]
        .as_array()
        .unwrap()
    {
        let shown = teacher.get_json(&format!("/api/v1/resources/{}", id(resource))).await;
        for file in shown["files"].as_array().unwrap() {
            let content = teacher.get(&text(&file["url"])).await.expect(200);
            assert_eq!(sha256(&content.body), text(&file["sha256"]), "{file}");
            assert_eq!(file["state"], "ready", "{file}");
        }
    }

    let newest = teacher.get_json(&format!("/api/v1/resources/{DRAFT}/versions/2")).await;
    for file in newest["files"].as_array().unwrap() {
        let content = teacher.get(&text(&file["url"])).await.expect(200);
        assert_eq!(sha256(&content.body), text(&file["sha256"]), "{file}");
    }
    assert_eq!(teacher.finds("换刀").await, [DRAFT]);
    let told = json!({"name": "t1", "password": PASSWORD});
    app.guest().post_json("/api/v1/session", &told).await.expect(201);

    // The upload goes on at the byte that was acknowledged before the upgrade.
    let bytes = uploaded();
    let tus = |method: &str| teacher.request(method, UPLOAD).header("tus-resumable", "1.0.0");
    let rest = tus("PATCH")
        .header("upload-offset", ARRIVED)
        .header("content-type", "application/offset+octet-stream")
        .body(bytes[ARRIVED..].to_vec());
    assert_eq!(
        Answer::of(tus("HEAD")).await.expect(200).header("upload-offset"),
        ARRIVED.to_string()
    );
    Answer::of(rest).await.expect(204);
    let upload = UPLOAD.rsplit('/').next();
    let metadata = json!({"title": "教材", "type": "worksheet", "uploads": [upload]});
    let shared = teacher
        .post_json("/api/v1/resources", &metadata)
        .await
        .expect(201)
        .json();
    assert_eq!(text(&shared["files"][0]["sha256"]), sha256(&bytes));

    // Its signing keys are the same: whoever took version 1 takes the next.
    let keys = async |version: u32| {
        let path = format!("{PACK}/versions/{version}/manifest.json");
        teacher.get_json(&path).await["signatures"][0]["keyid"].clone()
    };
    app.settled().await;
    let first = keys(1).await;
    teacher
        .post_json(&format!("{PACK}/publish"), &json!({}))
        .await
        .expect(201);
    app.settled().await;
    assert_eq!(keys(2).await, first);
    assert_eq!(before_upgrade(&app).await, 3, "the way back");
    app.finish().await;
}

/// How many resources the copy holds that was made before the upgrade.
async fn before_upgrade(app: &TestApp) -> i64 {
    let entries = std::fs::read_dir(&app.config().data_dir).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let copy = paths.find(|path| path.to_string_lossy().contains("gongxue.db.before-m"));
    let url = format!("sqlite:{}?mode=ro", copy.expect("there is a copy").display());
    let database = sea_orm::Database::connect(url).await.unwrap();
    let count = Statement::from_string(
        database.get_database_backend(),
        "SELECT COUNT(*) AS resources FROM resource",
    );
    let row = database.query_one_raw(count).await.unwrap().unwrap();
    let resources = row.try_get("", "resources").unwrap();
    database.close().await.unwrap();
    resources
}
