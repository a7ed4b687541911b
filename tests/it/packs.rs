//! Packs at the door: choosing, publishing, fetching, and what may no longer be given.

use gongxue::clock::Clock;
use gongxue::domain::curriculum;
use gongxue::domain::id::{ResourceId, Sha256};
use gongxue::pack::manifest::{GoneReason, Manifest};
use gongxue::pack::receipt::{HoldingState, Receipt, ReceiptType, SignedReceipt};
use gongxue::pack::trust::{MANIFEST, Root, SNAPSHOT, SigningKey, Snapshot, TimestampRole};
use gongxue::pack::{canonical, patch};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};
use crate::fixture;

const PACKS: &str = "/api/v1/packs";
const HEADINGS: [&str; 6] = ["专业编码", "专业", "培养层次", "课程", "典型工作任务", "参考性学习任务"];
const ROWS: [[&str; 6]; 2] = [
    ["0403", "数控加工", "中级工", "零件车削", "车削台阶轴", "台阶轴"],
    ["0403", "数控加工", "中级工", "零件车削", "车削台阶轴", "锥轴"],
];

/// A library with a course and somebody to teach it.
pub(crate) struct School {
    pub(crate) app: TestApp,
    pub(crate) teacher: Caller,
    pub(crate) admin: Caller,
}

impl School {
    pub(crate) async fn open() -> Self {
        Self::in_service(TestApp::start().await).await
    }

    pub(crate) async fn in_service(app: TestApp) -> Self {
        let headings = HEADINGS.map(str::to_owned);
        let rows: Vec<(u32, Vec<String>)> = (2..).zip(ROWS.map(|row| row.map(str::to_owned).to_vec())).collect();
        let catalogue = curriculum::table::read(1, &headings, &rows).expect("a catalogue");
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import it");
        let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
        Self { app, teacher, admin }
    }

    /// Shares and publishes a resource on a task.
    pub(crate) async fn publish(&self, title: &str, task: &str, scope: &str, files: &[(&str, &[u8])]) -> Value {
        let metadata = json!({"title": title, "type": "worksheet", "task": task, "scope": scope});
        let shared = self.teacher.share_as(&metadata, files).await.expect(201).json();
        self.admin.step(&id(&shared), "publish").await.expect(200);
        shared
    }

    /// Approves a resource as it is now in place of everybody who is still asked.
    pub(crate) async fn approve(&self, resource: &str) {
        self.app.approve(resource).await;
    }

    pub(crate) async fn pack(&self, body: &Value) -> String {
        id(&self.teacher.post_json(PACKS, body).await.expect(201).json())
    }

    pub(crate) async fn issue(&self, pack: &str) -> Value {
        self.app.settled().await;
        let answer = self
            .teacher
            .post_json(&format!("{PACKS}/{pack}/publish"), &json!({}))
            .await;
        let version = answer.expect(201).json();
        assert_eq!(version["state"], "ready", "{version}");
        version
    }
}

fn address(pack: &str, version: u32, rest: &str) -> String {
    format!("{PACKS}/{pack}/versions/{version}/{rest}")
}

/// Fetches the newest version as a client does, checking everything on the way.
async fn newest(caller: &Caller, pack: &str) -> Manifest {
    let now = Clock::default().now();
    let root = caller.get("/api/v1/trust/root.json").await.expect(200);
    let root = Root::first(&root.body).expect("a root");
    let newest = caller.get(&format!("{PACKS}/{pack}/timestamp.json")).await.expect(200);
    let newest: TimestampRole = root.open(&newest.body, now).expect("a timestamp");
    let meta = &newest.meta[SNAPSHOT];
    let snapshot = caller
        .get(&address(pack, meta.version, "snapshot.json"))
        .await
        .expect(200);
    meta.check("snapshot", &snapshot.body)
        .expect("the snapshot that is meant");
    let snapshot: Snapshot = root.open(&snapshot.body, now).expect("a snapshot");
    let meta = &snapshot.meta[MANIFEST];
    let manifest = caller
        .get(&address(pack, meta.version, "manifest.json"))
        .await
        .expect(200);
    meta.check("manifest", &manifest.body)
        .expect("the manifest that is meant");
    let manifest: Manifest = root.open(&manifest.body, now).expect("a manifest");
    assert_eq!(manifest.unsafe_path(), None);
    manifest
}

fn paths(manifest: &Manifest) -> Vec<&str> {
    manifest.targets.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_course_becomes_a_signed_pack_whose_every_byte_can_be_fetched() {
    let school = School::open().await;
    let pdf = fixture("outline.pdf");
    school
        .publish(
            "台阶轴工作页",
            "台阶轴",
            "city",
            &[("工作页.pdf", &pdf), ("图/a.txt", b"one"), ("空.txt", b"")],
        )
        .await;
    school
        .publish("锥轴工作页", "锥轴", "city", &[("工作页.txt", "锥度".as_bytes())])
        .await;
    let pack = school
        .pack(&json!({"title": "车削资源包", "course": "零件车削", "scope": "city"}))
        .await;
    assert_eq!(
        school
            .app
            .teacher("S2")
            .await
            .get(&format!("{PACKS}/{pack}"))
            .await
            .status,
        404
    );

    school.issue(&pack).await;

    let other = school.app.teacher("S2").await;
    let manifest = newest(&other, &pack).await;
    assert_eq!(
        paths(&manifest),
        [
            "01 零件车削/01 台阶轴/工作页/台阶轴工作页/图/a.txt",
            "01 零件车削/01 台阶轴/工作页/台阶轴工作页/工作页.pdf",
            "01 零件车削/01 台阶轴/工作页/台阶轴工作页/空.txt",
            "01 零件车削/02 锥轴/工作页/锥轴工作页/工作页.txt",
        ]
    );
    let bundle = other.get(&address(&pack, 1, "bundle?items=0-3")).await.expect(200);
    assert_eq!(bundle.body, [b"one", pdf.as_slice(), b"", "锥度".as_bytes()].concat());
    let mut at = 0;
    for target in manifest.targets.values() {
        let length = usize::try_from(target.length).unwrap();
        let bytes = &bundle.body[at..at + length];
        assert_eq!(canonical::sha256(bytes), target.hashes.sha256);
        assert_eq!(crc32fast::hash(bytes), target.custom.crc32.0);
        at += length;
        let alone = other
            .get(&address(&pack, 1, &format!("files/{}", target.hashes.sha256)))
            .await;
        assert_eq!(alone.expect(200).body, bytes);
    }
    // From the middle of one file into another, as after a line was cut.
    let path = address(&pack, 1, "bundle?items=0-3");
    let part = crate::client::Answer::of(other.request("GET", &path).header("range", "bytes=2-9")).await;
    assert_eq!(part.expect(206).body, bundle.body[2..10]);
    let texts = other.get(&address(&pack, 1, "passages?items=0-3")).await.expect(200);
    let expected: Vec<u64> = manifest
        .targets
        .values()
        .map(|target| target.custom.text.as_ref().unwrap().length)
        .collect();
    assert_eq!(texts.body.len() as u64, expected.iter().sum::<u64>());
    let first = usize::try_from(expected[0]).unwrap();
    let text = manifest.targets.values().next().unwrap().custom.text.as_ref().unwrap();
    assert_eq!(canonical::sha256(&texts.body[..first]), text.sha256);
    school.app.finish().await;
}

#[tokio::test]
async fn archives_are_the_same_bytes_each_time_and_any_range_of_them_can_be_had() {
    let school = School::open().await;
    let pdf = fixture("outline.pdf");
    school
        .publish(
            "台阶轴 & 工作页",
            "台阶轴",
            "city",
            &[("工作页.pdf", &pdf), ("图/#1 100%.txt", b"one"), ("空.txt", b"")],
        )
        .await;
    school
        .publish("本校的", "台阶轴", "school", &[("b.txt", b"secret")])
        .await;
    let pack = school
        .pack(&json!({"title": "车削: 资源包?", "course": "零件车削", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let other = school.app.teacher("S2").await;

    for ending in ["zip", "bagit.zip", "imscc", "scorm.zip"] {
        let path = address(&pack, 1, &format!("archive.{ending}"));
        let whole = other.get(&path).await.expect(200);
        assert_eq!(whole.header("content-length"), whole.body.len().to_string());
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole.body)).expect(ending);
        let names = archive.file_names().map(|name| name.unwrap().into_owned());
        let names: Vec<String> = names.collect();
        let name = names
            .iter()
            .find(|name| name.ends_with("工作页.pdf") || (name.starts_with("content/") && name.ends_with(".pdf")))
            .unwrap_or_else(|| panic!("{ending}: {names:?}"));
        let mut found = Vec::new();
        std::io::copy(&mut archive.by_name(name).unwrap(), &mut found).unwrap();
        assert_eq!(found, pdf, "{ending}");
        assert!(
            !whole.body.windows(6).any(|window| window == b"secret"),
            "{ending} leaks"
        );

        // Another node lays it out anew: the same tag must mean the same bytes.
        school.app.ask(async |library| library.delivery.forget_issues()).await;
        let size = whole.body.len();
        for (from, until) in [(0, 1), (size - 7, size), (size / 3, size / 2), (29, 4000.min(size))] {
            let range = format!("bytes={from}-{}", until - 1);
            let request = other
                .request("GET", &path)
                .header("range", range)
                .header("if-range", whole.header("etag"));
            let part = crate::client::Answer::of(request).await.expect(206);
            assert_eq!(part.body, whole.body[from..until], "{ending} {from}..{until}");
        }
        let known = other
            .request("GET", &path)
            .header("if-none-match", whole.header("etag"));
        assert_eq!(crate::client::Answer::of(known).await.status, 304);
    }
    school.app.finish().await;
}

#[tokio::test]
async fn a_list_travels_compressed_to_whoever_takes_it_so_and_is_the_same_list() {
    let school = School::open().await;
    school
        .publish("资料", "台阶轴", "city", &[("a.txt", b"a"), ("b.txt", b"b")])
        .await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let other = school.app.teacher("S2").await;
    let path = address(&pack, 1, "manifest.json");
    // One that does not unfold what comes.
    let client = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let address = format!("{}{path}", school.app.base());
    let packed = |more: Option<(&'static str, String)>| {
        let request = client.get(&address).bearer_auth(other.token());
        let request = request.header("accept-encoding", "gzip");
        let request = match more {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        Answer::of(request)
    };

    let plain = Answer::of(client.get(&address).bearer_auth(other.token()))
        .await
        .expect(200);
    let gzip = packed(None).await.expect(200);

    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(gzip.header("content-encoding"), "gzip");
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzip.body.as_slice()), &mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    for answer in [&plain, &gzip] {
        assert_eq!(answer.header("vary"), "Accept-Encoding");
    }
    // Two representations, so two tags: one must never go on with the bytes of the other.
    assert_ne!(plain.header("etag"), gzip.header("etag"));
    assert_eq!(packed(Some(("if-none-match", gzip.header("etag")))).await.status, 304);
    let range = packed(Some(("range", "bytes=3-9".to_owned()))).await.expect(206);
    assert_eq!(range.body, gzip.body[3..10]);
    let refused = client.get(&address).bearer_auth(other.token());
    let refused = refused.header("accept-encoding", "gzip;q=0");
    assert_eq!(Answer::of(refused).await.expect(200).body, plain.body);
    school.app.finish().await;
}

#[tokio::test]
async fn building_a_version_does_not_throw_out_whoever_is_editing_the_pack() {
    let school = School::open().await;
    school.publish("资料", "台阶轴", "city", &[("a.txt", b"a")]).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    let seen = school
        .teacher
        .get(&format!("/api/v1/packs/{pack}"))
        .await
        .header("etag");

    school.issue(&pack).await;
    let edit = school.teacher.request("PATCH", &format!("/api/v1/packs/{pack}"));
    let edit = edit.header("if-match", seen).json(&json!({"title": "改了名的包"}));
    let edited = Answer::of(edit).await.expect(200).json();

    assert_eq!(
        (&edited["title"], &edited["version"]),
        (&json!("改了名的包"), &json!(1))
    );
    school.app.finish().await;
}

#[tokio::test]
async fn what_may_not_be_shared_is_a_stub_that_tells_whom_to_ask_and_nothing_else() {
    let school = School::open().await;
    school.publish("公开的", "台阶轴", "city", &[("a.txt", b"open")]).await;
    let secret = school
        .publish("本校的秘密", "台阶轴", "school", &[("秘密.txt", b"secret")])
        .await;
    let body = json!({"title": "包", "scope": "city", "contents": [
        {"task": "台阶轴", "note": "先看公开的"}, {"resource": id(&secret), "note": "再看这个"}]});
    let pack = school.pack(&body).await;

    let version = school.issue(&pack).await;

    assert_eq!((&version["items"], &version["stubs"]), (&json!(1), &json!(1)));
    let manifest = newest(&school.app.teacher("S2").await, &pack).await;
    let written = serde_json::to_string(&manifest).unwrap();
    let hash = canonical::sha256(b"secret").hex();
    for leak in ["秘密", &hash, &id(&secret)] {
        assert!(!written.contains(leak), "{leak}: {written}");
    }
    let stub = manifest.stubs.values().next().unwrap();
    assert_eq!(stub.contact.as_ref().unwrap().name, "第一技师学院");
    // Its name says what is missing and whom to ask, as far as everyone may know.
    let path = manifest.stubs.keys().next().unwrap();
    assert!(path.ends_with("（未共享）工作页 请联系第一技师学院.txt"), "{path}");
    let asked = school
        .app
        .teacher("S2")
        .await
        .get(&address(&pack, 1, &format!("files/{hash}")))
        .await;
    assert_eq!(asked.refusal(404), "no-such-file");
    // The school's own pack of the same has both.
    let own = school.pack(&json!({"title": "本校包", "task": "台阶轴"})).await;
    assert_eq!(school.issue(&own).await["items"], 2);
    school.app.finish().await;
}

#[tokio::test]
async fn what_is_withdrawn_is_refused_at_once_and_named_in_the_next_version() {
    let school = School::open().await;
    let kept = school.publish("留下的", "台阶轴", "city", &[("a.txt", b"kept")]).await;
    let taken = school.publish("撤下的", "台阶轴", "city", &[("b.txt", b"taken")]).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let other = school.app.teacher("S2").await;

    school.teacher.step(&id(&taken), "withdraw").await.expect(200);

    let refusal = |rest: &str| {
        let (other, path) = (other.clone(), address(&pack, 1, rest));
        async move { other.get(&path).await.refusal(410) }
    };
    assert_eq!(
        refusal(&format!("files/{}", canonical::sha256(b"taken"))).await,
        "pack-item-gone"
    );
    assert_eq!(refusal("bundle?items=0-1").await, "pack-item-gone");
    assert_eq!(refusal("passages?items=0-1").await, "pack-item-gone");
    // Which of them it is, so that nobody has to try.
    let of_both = other.get(&address(&pack, 1, "bundle?items=0-1")).await.json();
    let named = other
        .get(&address(&pack, 1, &format!("bundle?items={}", text(&of_both["items"]))))
        .await;
    assert_eq!(named.json()["items"], of_both["items"]);
    let other_one = if of_both["items"] == "0" { "1" } else { "0" };
    let rest = other
        .get(&address(&pack, 1, &format!("bundle?items={other_one}")))
        .await;
    assert_eq!(rest.expect(200).body, b"kept");
    let rest = other
        .get(&address(&pack, 1, &format!("files/{}", canonical::sha256(b"kept"))))
        .await;
    assert_eq!(rest.expect(200).body, b"kept");
    // Nobody has to think of it: the next version is there.
    school.app.settled().await;
    let manifest = newest(&other, &pack).await;
    assert_eq!(manifest.version, 2);
    assert_eq!(
        manifest.resources.keys().map(ResourceId::to_string).collect::<Vec<_>>(),
        [id(&kept)]
    );
    let gone = &manifest.gone[&id(&taken).parse().unwrap()];
    assert_eq!(gone.reason, GoneReason::Withdrawn);
    assert!(gone.keep_until > gone.at);

    // Shown again, it may be given again, the old version's bytes being what they were.
    school.admin.publish(&id(&taken)).await;
    assert_eq!(
        other
            .get(&address(&pack, 1, "bundle?items=0-1"))
            .await
            .expect(200)
            .body
            .len(),
        9
    );
    school.app.finish().await;
}

#[tokio::test]
async fn a_version_made_for_a_school_is_not_shown_to_the_city_when_the_pack_is() {
    let school = School::open().await;
    school.publish("本校的", "台阶轴", "school", &[("a.txt", b"own")]).await;
    let pack = school.pack(&json!({"title": "包", "task": "台阶轴"})).await;
    school.issue(&pack).await;
    let other = school.app.teacher("S2").await;
    assert_eq!(other.get(&address(&pack, 1, "manifest.json")).await.status, 404);

    let patch = school
        .teacher
        .request("PATCH", &format!("{PACKS}/{pack}"))
        .header("if-match", "*");
    crate::client::Answer::of(patch.json(&json!({"scope": "city"})))
        .await
        .expect(200);

    assert_eq!(other.get(&format!("{PACKS}/{pack}")).await.status, 200);
    assert_eq!(
        other.get(&address(&pack, 1, "manifest.json")).await.refusal(404),
        "no-such-version"
    );
    assert_eq!(
        other.get(&address(&pack, 1, "bundle?items=0")).await.refusal(404),
        "no-such-version"
    );
    assert_eq!(
        other.get(&format!("{PACKS}/{pack}/timestamp.json")).await.refusal(409),
        "pack-not-ready"
    );
    school.app.finish().await;
}

#[tokio::test]
async fn the_next_version_is_reached_by_a_patch_and_the_old_one_keeps_its_bytes() {
    let school = School::open().await;
    school.publish("甲", "台阶轴", "city", &[("a.txt", b"first")]).await;
    let changed = school.publish("乙", "台阶轴", "city", &[("b.txt", b"before")]).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let other = school.app.teacher("S2").await;
    let first = other.get(&address(&pack, 1, "manifest.json")).await.expect(200);

    let version = school.teacher.form(
        &format!("/api/v1/resources/{}/versions", id(&changed)),
        &json!({}),
        &[("b.txt", b"after")],
    );
    crate::client::Answer::of(version).await.expect(201);
    school.approve(&id(&changed)).await;
    school.issue(&pack).await;

    let second = other.get(&address(&pack, 2, "manifest.json")).await.expect(200);
    let difference = other.get(&address(&pack, 2, "manifest.patch.json")).await.expect(200);
    let mut reached: Value = serde_json::from_slice(&first.body).unwrap();
    patch::apply(&mut reached, serde_json::from_slice(&difference.body).unwrap());
    assert_eq!(canonical::to_vec(&reached), second.body);
    assert!(!difference.json()["signed"]["targets"].to_string().contains("a.txt"));
    // The file that was replaced is nobody's but the old version's, and still given.
    school.app.advance(std::time::Duration::from_hours(24 * 40));
    school
        .app
        .ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
    let old = other
        .get(&address(&pack, 1, &format!("files/{}", canonical::sha256(b"before"))))
        .await;
    assert_eq!(old.expect(200).body, b"before");
    assert_eq!(
        other.get(&address(&pack, 1, "manifest.json")).await.expect(200).body,
        first.body
    );
    school.app.finish().await;
}

#[tokio::test]
async fn an_unchanged_pack_costs_a_client_one_request_without_a_body() {
    let school = School::open().await;
    school.publish("甲", "台阶轴", "city", &[("a.txt", b"first")]).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let path = format!("{PACKS}/{pack}/timestamp.json");
    let first = school.teacher.get(&path).await.expect(200);

    let again = school
        .teacher
        .request("GET", &path)
        .header("if-none-match", first.header("etag"));
    let again = crate::client::Answer::of(again).await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    // An old one is not shown as the newest for ever: it is signed anew before it expires.
    school.app.advance(std::time::Duration::from_hours(24 * 8));
    let renewed = school.teacher.get(&path).await.expect(200);
    assert_eq!(renewed.json()["signed"]["version"], 2);
    assert_eq!(renewed.json()["signed"]["meta"], first.json()["signed"]["meta"]);
    school.app.finish().await;
}

#[tokio::test]
async fn rotated_keys_are_followed_from_the_old_root_and_revoked_ones_count_no_more() {
    let school = School::open().await;
    school.publish("甲", "台阶轴", "city", &[("a.txt", b"first")]).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let old_root = Root::first(&school.teacher.get("/api/v1/trust/root.json").await.body).unwrap();
    let old_manifest = school
        .teacher
        .get(&address(&pack, 1, "manifest.json"))
        .await
        .expect(200);

    school
        .app
        .ask(async |library| {
            library
                .signing
                .rotate_keys(&["root", "targets", "timestamp"], false)
                .await
        })
        .await
        .unwrap();

    let next = school.teacher.get("/api/v1/trust/2.root.json").await.expect(200);
    let rotated = old_root.next(&next.body).expect("signed by the root before");
    assert!(rotated.open_at_any_time::<Manifest>(&old_manifest.body).is_ok());
    let newest_now = school
        .teacher
        .get(&format!("{PACKS}/{pack}/timestamp.json"))
        .await
        .expect(200);
    assert!(rotated.open_at_any_time::<TimestampRole>(&newest_now.body).is_ok());
    assert!(old_root.open_at_any_time::<TimestampRole>(&newest_now.body).is_err());

    school
        .app
        .ask(async |library| library.signing.rotate_keys(&["targets"], true).await)
        .await
        .unwrap();
    school.app.settled().await;

    let revoked = rotated
        .next(&school.teacher.get("/api/v1/trust/3.root.json").await.expect(200).body)
        .unwrap();
    assert!(revoked.open_at_any_time::<Manifest>(&old_manifest.body).is_err());
    assert_eq!(newest(&school.teacher, &pack).await.version, 2);
    school.app.finish().await;
}

#[tokio::test]
async fn a_holders_receipt_is_kept_if_its_key_has_signed_it() {
    let school = School::open().await;
    school.publish("甲", "台阶轴", "city", &[("a.txt", b"first")]).await;
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let other = school.app.teacher("S2").await;
    let manifest = other.get(&address(&pack, 1, "manifest.json")).await.expect(200);
    let receipt = Receipt {
        kind: ReceiptType::Receipt,
        pack: pack.parse().unwrap(),
        version: 1,
        manifest: canonical::sha256(&manifest.body),
        holder: "第二技师学院".to_owned(),
        items: 1,
        bytes: 5,
        state: HoldingState::Whole,
        at: Clock::default().now(),
    };
    let key = SigningKey::from_secret(&[7; 32]);
    let path = address(&pack, 1, "receipts");

    let signed = serde_json::to_value(SignedReceipt::by(&key, &receipt)).unwrap();
    other.post_json(&path, &signed).await.expect(201);
    let mut forged = signed.clone();
    forged["signed"]["holder"] = json!("别人");
    assert_eq!(other.post_json(&path, &forged).await.refusal(400), "bad-receipt");
    let of_another = Receipt {
        manifest: canonical::sha256(b"x"),
        ..receipt
    };
    let of_another = serde_json::to_value(SignedReceipt::by(&key, &of_another)).unwrap();
    assert_eq!(other.post_json(&path, &of_another).await.refusal(400), "bad-receipt");

    let held = school.teacher.get_json(&format!("{PACKS}/{pack}/receipts")).await;
    assert_eq!(held["items"].as_array().unwrap().len(), 1);
    assert_eq!(held["items"][0]["holder"], "第二技师学院");
    assert_eq!(
        other.get(&format!("{PACKS}/{pack}/receipts")).await.refusal(403),
        "not-allowed"
    );
    school.app.finish().await;
}

#[tokio::test]
async fn a_faulty_pack_is_told_all_its_faults_and_odd_requests_get_clear_answers() {
    let school = School::open().await;
    let body = json!({"title": "", "contents": [{"course": "没有的课程"}, {"task": "台阶轴", "types": ["film"]}]});
    assert_eq!(
        school.teacher.post_json(PACKS, &body).await.faults(),
        ["/title required", "/contents/1/types/0 unknown-value"]
    );
    let body =
        json!({"title": "包", "contents": [{"course": "没有的课程"}, {"resource": ResourceId::new().to_string()}]});
    assert_eq!(
        school.teacher.post_json(PACKS, &body).await.faults(),
        ["/contents/0 unknown-value", "/contents/1 unknown-value"]
    );
    let pack = school.pack(&json!({"title": "空包", "task": "锥轴"})).await;
    let publish = format!("{PACKS}/{pack}/publish");
    assert_eq!(
        school
            .teacher
            .post_json(&publish, &json!({"colour": 1}))
            .await
            .refusal(400),
        "malformed-request"
    );
    assert_eq!(school.teacher.get_json(&format!("{PACKS}/{pack}")).await["version"], 0);
    assert_eq!(
        school
            .teacher
            .get(&format!("{PACKS}/{pack}/timestamp.json"))
            .await
            .refusal(409),
        "pack-not-ready"
    );
    assert_eq!(school.issue(&pack).await["items"], 0);
    for items in ["0", "5-3", "x", ""] {
        let answer = school
            .teacher
            .get(&address(&pack, 1, &format!("bundle?items={items}")))
            .await;
        assert!([404, 422].contains(&answer.status), "{items}: {}", answer.status);
    }
    for rest in [
        "files/xyz",
        "files/../x",
        "../0/manifest.json",
        "../-1/manifest.json",
        "../99999999999/manifest.json",
    ] {
        assert_eq!(school.teacher.get(&address(&pack, 1, rest)).await.status, 404, "{rest}");
    }
    let hash = Sha256::from_bytes([0; 32]);
    assert_eq!(
        school
            .teacher
            .get(&address(&pack, 1, &format!("files/{hash}")))
            .await
            .refusal(404),
        "no-such-file"
    );
    school.app.finish().await;
}
