//! A school's own node that follows a hub: what it takes, what it never overwrites, what it offers back, and sticks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gongxue::domain::id::{ResourceId, UploadId};
use gongxue::domain::role::{Role, TokenScope};
use gongxue::domain::time::Timestamp;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Caller, id, text};
use crate::fixture;
use crate::packs::School;
use crate::scripted_hub::{Said, ScriptedHub};

/// What a run of the program answered.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    out: String,
    pub(crate) err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{} {}", self.out, self.err))
    }
}

/// Runs the program on a library.
async fn run(on: &TestApp, token: &str, args: &[&str]) -> Ran {
    let output = on
        .program()
        .args(args)
        .env("GONGXUE_TOKEN", token)
        .output()
        .await
        .expect("it runs");
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A hub with a pack, and a mirror of it.
pub(crate) struct Pair {
    pub(crate) hub: School,
    pub(crate) mirror: TestApp,
    /// Of a teacher of another school at the hub.
    token: String,
}

impl Pair {
    pub(crate) async fn of(files: &[(&str, &[u8])]) -> (Self, String, String) {
        let hub = School::open().await;
        let resource = id(&hub.publish("台阶轴工作页", "台阶轴", "city", files).await);
        let pack = hub
            .pack(&json!({"title": "车削资源包", "task": "台阶轴", "scope": "city"}))
            .await;
        hub.issue(&pack).await;
        let name = hub.app.account(Role::Teacher, Some("S2"), None).await;
        let token = hub.app.token(&name, TokenScope::Write, None).await;
        let mirror = TestApp::start().await;
        (Self { hub, mirror, token }, pack, resource)
    }

    pub(crate) async fn round(&self) -> Ran {
        let hub = self.hub.app.base();
        run(&self.mirror, &self.token, &["mirror", &hub, "--once", "--json"]).await
    }

    pub(crate) async fn finish(self) {
        self.hub.app.finish().await;
        self.mirror.finish().await;
    }
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    let database = app.database().await;
    let statement = Statement::from_string(database.get_database_backend(), sql.to_owned());
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn taken(round: &Ran) -> Value {
    round.json()["packs"][0]["taken"].clone()
}

#[tokio::test]
async fn a_mirror_finds_what_the_hub_has_read_without_reading_it_again() {
    let pdf = fixture("outline.pdf");
    let (pair, pack, resource) = Pair::of(&[("教材.pdf", &pdf), ("图/a.txt", b"one")]).await;

    let round = pair.round().await;

    assert_eq!(round.code, Some(0), "{}", round.err);
    assert_eq!(
        (&taken(&round)["added"], &round.json()["packs"][0]["version"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        count(&pair.mirror, "SELECT count(*) FROM job").await,
        0,
        "something is read again"
    );
    pair.mirror.settled().await;
    let reader = pair.mirror.reader("S2").await;
    let found = reader.search("阶梯轴的车削").await;
    assert_eq!(text(&found["hits"][0]["resource"]["id"]), resource);
    assert_eq!(found["hits"][0]["passages"][0]["locator"]["kind"], "page");
    let shown = reader.get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(
        (&shown["course"]["name"], &shown["school"]["code"]),
        (&json!("零件车削"), &json!("S1"))
    );
    let files = shown["files"].as_array().unwrap();
    assert_eq!(files[0]["state"], "ready");
    let content = reader
        .get(&text(
            &files.iter().find(|file| file["path"] == "教材.pdf").unwrap()["url"],
        ))
        .await;
    assert_eq!(content.expect(200).body, pdf);
    assert_eq!(pair.mirror.guest().search("阶梯轴的车削").await["total"], 0);

    // The hub knows who holds it.
    let held = pair
        .hub
        .teacher
        .get_json(&format!("/api/v1/packs/{pack}/receipts"))
        .await;
    assert_eq!(
        (&held["items"][0]["version"], &held["items"][0]["state"]),
        (&json!(1), &json!("whole"))
    );
    // Again, nothing is new, and nothing is said to whoever follows the mirror.
    let changes = pair.mirror.bureau().await.get_json("/api/v1/changes?since=0").await;
    let again = pair.round().await;
    assert_eq!(taken(&again), Value::Null);
    assert_eq!(
        pair.mirror.bureau().await.get_json("/api/v1/changes?since=0").await,
        changes
    );
    pair.finish().await;
}

#[tokio::test]
async fn what_changes_at_the_hub_changes_here_and_what_is_withdrawn_goes_after_its_time_of_grace() {
    let (pair, pack, resource) = Pair::of(&[("a.txt", "第一版".as_bytes()), ("b.txt", b"stays")]).await;
    pair.round().await;

    let version = pair.hub.teacher.form(
        &format!("/api/v1/resources/{resource}/versions"),
        &json!({"title": "台阶轴工作页（修订）"}),
        &[("a.txt", "第二版".as_bytes())],
    );
    Answer::of(version).await.expect(201);
    // While it waits at the hub, the list of the pack says nothing else.
    pair.hub.issue(&pack).await;
    let round = pair.round().await;
    assert_eq!(taken(&round)["changed"], 0, "{}", round.out);
    pair.hub.approve(&resource).await;
    pair.hub.issue(&pack).await;
    let round = pair.round().await;

    assert_eq!(taken(&round)["changed"], 1, "{}", round.out);
    pair.mirror.settled().await;
    let reader = pair.mirror.reader("S2").await;
    assert_eq!(reader.finds("第二版").await, std::slice::from_ref(&resource));
    let shown = reader.get_json(&format!("/api/v1/resources/{resource}")).await;
    assert_eq!(
        (&shown["title"], &shown["file_count"]),
        (&json!("台阶轴工作页（修订）"), &json!(2))
    );

    pair.hub.teacher.step(&resource, "withdraw").await.expect(200);
    pair.hub.app.settled().await;
    let round = pair.round().await;
    assert_eq!(taken(&round)["gone"], 1, "{}", round.out);
    assert_eq!(reader.get(&format!("/api/v1/resources/{resource}")).await.status, 200);
    pair.mirror.advance(std::time::Duration::from_hours(24 * 15));
    pair.mirror
        .ask(async |library| library.mirror.drop_gone().await)
        .await
        .expect("it goes");
    let reader = pair.mirror.reader("S2").await;
    assert_eq!(
        reader.get(&format!("/api/v1/resources/{resource}")).await.refusal(404),
        "no-such-resource"
    );
    pair.finish().await;
}

#[tokio::test]
async fn what_was_changed_here_is_never_overwritten_and_named_as_a_conflict() {
    let (pair, pack, resource) = Pair::of(&[("a.txt", b"hub")]).await;
    pair.round().await;
    let here = pair.mirror.admin("S1").await;
    here.patch(&resource, Some("*"), &json!({"title": "本校改过的"}))
        .await
        .expect(200);
    pair.hub
        .teacher
        .patch(&resource, Some("*"), &json!({"title": "中心改过的"}))
        .await
        .expect(200);
    pair.hub.approve(&resource).await;
    pair.hub.issue(&pack).await;

    let round = pair.round().await;

    assert_eq!(round.code, Some(3), "{}", round.err);
    assert_eq!(taken(&round)["conflicts"], json!([resource]));
    assert_eq!(
        here.get_json(&format!("/api/v1/resources/{resource}")).await["title"],
        "本校改过的"
    );
    let page = here.get("/admin/mirror").await.expect(200).body;
    let page = String::from_utf8_lossy(&page);
    let conflict = format!("<a href=\"/r/{resource}\">");
    assert!(
        page.contains(&conflict),
        "the school does not see what is in conflict: {page}"
    );
    pair.finish().await;
}

#[tokio::test]
async fn what_came_from_a_hub_takes_nothing_from_a_schools_quota_when_it_comes_or_goes() {
    let (pair, _, resource) = Pair::of(&[("a.txt", b"hub")]).await;
    let here = pair.mirror.admin("S1").await;
    here.share("本校的", &[("b.txt", b"here")]).await;
    pair.round().await;
    pair.mirror.settled().await;
    let counted = async || count(&pair.mirror, "SELECT CAST(SUM(bytes) AS BIGINT) FROM school").await;
    assert_eq!(counted().await, 4);

    let address = format!("/api/v1/resources/{resource}");
    here.send("DELETE", &address).await.expect(204);

    assert_eq!(counted().await, 4, "the school holds what it held");
    let checked = crate::backups::check(&pair.mirror, None).await;
    assert_eq!(checked.miscounted.count, 0, "{checked:?}");
    pair.finish().await;
}

#[tokio::test]
async fn what_a_teacher_shares_on_the_mirror_waits_at_the_hub_for_review() {
    let (pair, _, _) = Pair::of(&[("a.txt", b"hub")]).await;
    pair.round().await;
    let here: Caller = pair.mirror.teacher("S2").await;
    let metadata =
        json!({"title": "偏心轴工作页", "type": "worksheet", "scope": "city", "course": "零件车削", "submit": true});
    let big = vec![7; 300_000];
    let shared = here
        .share_as(&metadata, &[("件/偏心轴.txt", "偏心".as_bytes()), ("大.bin", &big)])
        .await
        .expect(201)
        .json();
    let kept = here
        .share_as(
            &json!({"title": "只给本校", "type": "video", "submit": true}),
            &[("x.txt", b"x")],
        )
        .await;
    kept.expect(201);

    let round = pair.round().await;

    assert_eq!(
        (round.code, &round.json()["offered"]),
        (Some(0), &json!(1)),
        "{}",
        round.err
    );
    let at_hub = pair
        .hub
        .app
        .admin("S2")
        .await
        .get_json("/api/v1/resources?status=submitted")
        .await;
    let offered = &at_hub["items"][0];
    assert_eq!(
        (&offered["title"], &offered["course"]["name"]),
        (&json!("偏心轴工作页"), &json!("零件车削"))
    );
    assert_eq!(
        (&offered["file_count"], at_hub["items"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    // Once is enough, until there is a new version.
    assert_eq!(pair.round().await.json()["offered"], 0);
    let version = here.form(
        &format!("/api/v1/resources/{}/versions", id(&shared)),
        &json!({}),
        &[("大.bin", b"small")],
    );
    Answer::of(version).await.expect(201);
    assert_eq!(pair.round().await.json()["offered"], 1);
    let again = pair
        .hub
        .app
        .admin("S2")
        .await
        .get_json("/api/v1/resources?status=submitted")
        .await;
    assert_eq!(
        (&again["items"][0]["id"], &again["items"][0]["version"]),
        (&offered["id"], &json!(2))
    );
    pair.finish().await;
}

#[tokio::test]
async fn a_stick_brings_the_same_as_a_line() {
    let pdf = fixture("outline.pdf");
    let (pair, pack, resource) = Pair::of(&[("教材.pdf", &pdf), ("图/a.txt", b"one")]).await;
    let stick = tempfile::tempdir().unwrap();
    let (folder, to) = (stick.path().join("包"), stick.path().join("取到"));
    let (folder, to) = (folder.to_str().unwrap(), to.to_str().unwrap());

    let exported = run(
        &pair.hub.app,
        "",
        &["pack", "export", "--pack", &pack, "--to", folder, "--json"],
    )
    .await;
    assert_eq!(
        (exported.code, &exported.json()["files"]),
        (Some(0), &json!(2)),
        "{}",
        exported.err
    );
    let again = run(
        &pair.hub.app,
        "",
        &["pack", "export", "--pack", &pack, "--to", folder, "--json"],
    )
    .await;
    assert_eq!((&again.json()["kept"], &again.json()["bytes"]), (&json!(2), &json!(0)));

    let pulled = run(
        &pair.mirror,
        "",
        &["pull", "--from", folder, "--pack", &pack, "--to", to],
    )
    .await;
    assert_eq!(pulled.code, Some(0), "{}", pulled.err);
    let found = std::fs::read(stick.path().join("取到/01 台阶轴/工作页/台阶轴工作页/教材.pdf"));
    assert_eq!(found.unwrap(), pdf);
    let mirrored = run(&pair.mirror, "", &["mirror", "--from", folder, "--once", "--json"]).await;
    assert_eq!(mirrored.code, Some(0), "{}", mirrored.err);
    assert_eq!(
        count(&pair.mirror, "SELECT count(*) FROM job").await,
        0,
        "something is read again"
    );
    pair.mirror.settled().await;
    assert_eq!(pair.mirror.reader("S2").await.finds("阶梯轴的车削").await, [resource]);

    // A stick is believed no more than a line.
    let hash = gongxue::pack::canonical::sha256(b"one").hex();
    std::fs::write(stick.path().join(format!("包/files/{}/{hash}", &hash[..2])), b"two").unwrap();
    let other = stick.path().join("另");
    let spoilt = run(
        &pair.mirror,
        "",
        &[
            "pull",
            "--from",
            folder,
            "--pack",
            &pack,
            "--to",
            other.to_str().unwrap(),
        ],
    )
    .await;
    assert_eq!(spoilt.code, Some(1), "{}", spoilt.err);
    assert!(spoilt.err.contains("a.txt") && !other.exists(), "{}", spoilt.err);
    pair.finish().await;
}

/// A second pack of the same hub, with a resource as it is now.
async fn pack_of(pair: &Pair, title: &str, resource: &str) -> String {
    let body = json!({"title": title, "scope": "city", "resources": [resource]});
    let pack = pair.hub.pack(&body).await;
    pair.hub.issue(&pack).await;
    pack
}

async fn paths_here(pair: &Pair, resource: &str) -> Vec<String> {
    let reader = pair.mirror.reader("S2").await;
    let shown = reader.get_json(&format!("/api/v1/resources/{resource}")).await;
    let mut paths: Vec<String> = shown["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| text(&file["path"]))
        .collect();
    paths.sort();
    paths
}

impl Pair {
    /// A round with one pack alone.
    async fn round_of(&self, pack: &str) -> Ran {
        let hub = self.hub.app.base();
        run(
            &self.mirror,
            &self.token,
            &["mirror", &hub, "--pack", pack, "--once", "--json"],
        )
        .await
    }

    /// A new version of a resource at the hub.
    async fn new_version(&self, resource: &str, metadata: &Value, files: &[(&str, &[u8])]) {
        let address = format!("/api/v1/resources/{resource}/versions");
        Answer::of(self.hub.teacher.form(&address, metadata, files))
            .await
            .expect(201);
        self.hub.approve(resource).await;
        self.hub.app.settled().await;
    }
}

/// A mirror that took pack B (version 2) and then A (version 1) went back, published again a file that its teacher had
/// removed, and failed in every round after.
#[tokio::test]
async fn a_lower_version_is_never_taken_over_a_higher() {
    let (pair, old, resource) = Pair::of(&[("f1.txt", b"one"), ("f2.txt", b"two")]).await;
    pair.new_version(&resource, &json!({"remove": ["f2.txt"]}), &[("f3.txt", b"three")])
        .await;
    let new = pack_of(&pair, "新包", &resource).await;

    let round = pair.round_of(&new).await;
    assert_eq!(taken(&round)["added"], 1, "{} {}", round.out, round.err);
    let round = pair.round_of(&old).await;

    assert_eq!(
        (round.code, &taken(&round)["older"]),
        (Some(0), &json!(1)),
        "{}",
        round.out
    );
    assert_eq!(paths_here(&pair, &resource).await, ["f1.txt", "f3.txt"]);
    // Words alone are no new version: the list that was published later is right.
    pair.hub
        .admin
        .patch(&resource, Some("*"), &json!({"title": "改过标题的"}))
        .await
        .expect(200);
    pair.hub.approve(&resource).await;
    pair.hub.issue(&old).await;
    let round = pair.round_of(&old).await;
    assert_eq!(taken(&round)["changed"], 1, "{}", round.out);
    // And the next version of the first pack comes as well.
    let other = id(&pair.hub.publish("锥轴工作页", "锥轴", "city", &[("q.txt", b"q")]).await);
    let full = pair.hub.teacher.get(&format!("/api/v1/packs/{new}")).await.expect(200);
    let edit = pair
        .hub
        .teacher
        .request("PATCH", &format!("/api/v1/packs/{new}"))
        .header("If-Match", full.header("etag"))
        .json(&json!({"resources": [resource, other]}));
    Answer::of(edit).await.expect(200);
    pair.hub.issue(&new).await;
    let round = pair.round_of(&new).await;
    assert_eq!(
        (round.code, &taken(&round)["added"]),
        (Some(0), &json!(1)),
        "{}",
        round.out
    );
    pair.finish().await;
}

/// A row that lay in the way stopped the pack for ever. It comes back as itself now, and one that is of another resource
/// costs that resource alone.
#[tokio::test]
async fn a_file_that_left_comes_back_and_one_of_another_resource_costs_one_resource() {
    let (pair, pack, resource) = Pair::of(&[("a.txt", b"one"), ("b.txt", b"two")]).await;
    pair.round().await;
    let other = id(&pair
        .hub
        .publish("第二份", "台阶轴", "city", &[("c.txt", b"three")])
        .await);
    // As a round before this was mended left it: a file gone, and its row still there.
    let gone = format!(
        "UPDATE file SET removed_in = 1 WHERE path = 'b.txt' AND resource_id = {}",
        blob(&resource)
    );
    change(&pair.mirror, &gone).await;
    change(
        &pair.mirror,
        &format!(
            "UPDATE mirror_resource SET hub_version = 0, told_at = NULL, fingerprint = '{}'",
            "0".repeat(64)
        ),
    )
    .await;
    pair.hub.issue(&pack).await;

    let round = pair.round().await;

    assert_eq!(round.code, Some(0), "{} {}", round.out, round.err);
    assert_eq!(
        (&taken(&round)["changed"], &taken(&round)["added"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(paths_here(&pair, &resource).await, ["a.txt", "b.txt"]);

    // Somebody else's row in the way.
    let stolen = format!(
        "UPDATE file SET resource_id = {} WHERE path = 'c.txt'",
        blob(&id(&pair
            .mirror
            .teacher("S2")
            .await
            .share("别人的", &[("x.txt", b"x")])
            .await))
    );
    change(&pair.mirror, &stolen).await;
    pair.hub
        .admin
        .patch(&other, Some("*"), &json!({"title": "第二份（改）"}))
        .await
        .expect(200);
    pair.hub.approve(&other).await;
    pair.hub
        .admin
        .patch(&resource, Some("*"), &json!({"title": "第一份（改）"}))
        .await
        .expect(200);
    pair.hub.approve(&resource).await;
    pair.hub.issue(&pack).await;
    let round = pair.round().await;
    assert_eq!(round.code, Some(3), "{}", round.out);
    assert_eq!(taken(&round)["changed"], 1, "{}", round.out);
    let skipped = &taken(&round)["skipped"][0];
    assert_eq!(
        (&skipped["resource"], &skipped["why"]),
        (&json!(other), &json!("other_file"))
    );
    let page = pair.mirror.bureau().await.get("/admin/mirror").await.expect(200).body;
    let page = String::from_utf8_lossy(&page);
    assert!(page.contains("文件编号属于本站另一份资源"), "nobody is told: {page}");
    pair.finish().await;
}

/// An id as the database writes it.
fn blob(id: &str) -> String {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return format!("'{id}'");
    }
    format!("X'{}'", id.replace('-', ""))
}

async fn change(app: &TestApp, sql: &str) {
    app.database().await.execute_unprepared(sql).await.unwrap();
}

/// What a school offered was sent back with a note, and nobody there ever heard of it.
#[tokio::test]
async fn what_the_hub_sends_back_reaches_its_author_and_an_edit_of_words_is_offered_again() {
    let (pair, _, _) = Pair::of(&[("a.txt", b"hub")]).await;
    let reviewer = pair.hub.app.admin("S2").await;
    pair.round().await;
    let here: Caller = pair.mirror.teacher("S2").await;
    let metadata = json!({"title": "偏心轴", "type": "worksheet", "scope": "city", "submit": true, "year": 2024});
    let shared = id(&here
        .share_as(&metadata, &[("a.txt", b"a"), ("b.txt", b"b")])
        .await
        .expect(201)
        .json());
    assert_eq!(pair.round().await.json()["offered"], 1);
    let waiting = reviewer.get_json("/api/v1/resources?status=submitted").await;
    let there = id(&waiting["items"][0]);
    let back = format!("/api/v1/resources/{there}/return");
    reviewer
        .post_json(&back, &json!({"note": "请改标题"}))
        .await
        .expect(200);

    let round = pair.round().await;

    assert_eq!(round.json()["answered"], json!([shared]), "{}", round.out);
    for page in [format!("/r/{shared}"), "/mine".to_owned()] {
        let shown = here.get(&page).await.expect(200).body;
        assert!(
            String::from_utf8_lossy(&shown).contains("请改标题"),
            "{page} does not say it"
        );
    }
    let shown = pair.mirror.bureau().await.get("/admin/mirror").await.expect(200).body;
    assert!(String::from_utf8_lossy(&shown).contains("请改标题"));
    // Its readers are told nothing.
    let reader = pair.mirror.admin("S1").await;
    assert_ne!(reader.get(&format!("/r/{shared}")).await.status, 500);

    here.patch(&shared, Some("*"), &json!({"title": "偏心轴工作页", "year": null}))
        .await
        .expect(200);
    let round = pair.round().await;
    assert_eq!(
        (&round.json()["offered"], &round.json()["answered"]),
        (&json!(1), &json!([shared])),
        "{}",
        round.out
    );
    let waiting = reviewer.get_json("/api/v1/resources?status=submitted").await;
    let offered = &waiting["items"][0];
    assert_eq!(
        (&offered["id"], &offered["title"], &offered["version"], &offered["year"]),
        (&json!(there), &json!("偏心轴工作页"), &json!(1), &Value::Null)
    );
    // A move that changes nothing is not offered.
    pair.mirror.approve(&shared).await;
    assert_eq!(pair.round().await.json()["offered"], 0);
    // A file that left leaves there too.
    let version = here.form(
        &format!("/api/v1/resources/{shared}/versions"),
        &json!({"remove": ["b.txt"]}),
        &[("c.txt", b"c")],
    );
    Answer::of(version).await.expect(201);
    assert_eq!(pair.round().await.json()["offered"], 0, "what waits here is offered");
    pair.mirror.approve(&shared).await;
    assert_eq!(pair.round().await.json()["offered"], 1);
    let there = reviewer.get_json(&format!("/api/v1/resources/{there}")).await;
    let mut paths: Vec<String> = there["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| text(&file["path"]))
        .collect();
    paths.sort();
    assert_eq!(
        (paths, &there["version"]),
        (vec!["a.txt".to_owned(), "c.txt".to_owned()], &json!(2))
    );
    pair.finish().await;
}

/// A photograph of a pupil that has to go stood on every mirror for 14 days more.
#[tokio::test]
async fn what_is_taken_down_at_once_is_gone_from_mirrors_at_the_next_contact() {
    let (pair, pack, resource) = Pair::of(&[("a.txt", "照片".as_bytes())]).await;
    let kept = id(&pair
        .hub
        .publish("留下的", "台阶轴", "city", &[("b.txt", b"stays")])
        .await);
    pair.hub.issue(&pack).await;
    pair.round().await;
    let reader = pair.mirror.reader("S2").await;
    let address = format!("/api/v1/resources/{resource}");
    let file = text(&reader.get_json(&address).await["files"][0]["url"]);

    let withdraw = format!("{address}/withdraw");
    let done = pair.hub.teacher.post_json(&withdraw, &json!({"at_once": true})).await;
    assert_eq!(done.expect(200).json()["status"], "withdrawn");
    // The packs that will say so are still in the making.
    let round = pair.round().await;

    assert_eq!(round.json()["taken_down"], 1, "{} {}", round.out, round.err);
    assert_eq!(reader.get(&address).await.refusal(404), "no-such-resource");
    assert_eq!(reader.get(&file).await.status, 404);
    assert_eq!(reader.get(&format!("/api/v1/resources/{kept}")).await.status, 200);
    let heard = pair
        .hub
        .app
        .reader("S2")
        .await
        .get_json("/api/v1/changes?since=0&limit=1000")
        .await;
    let last = heard["items"]
        .as_array()
        .unwrap()
        .iter()
        .rfind(|it| it["resource_id"] == resource.as_str());
    assert_eq!(
        (&last.unwrap()["kind"], &last.unwrap()["at_once"]),
        (&json!("removed"), &json!(true))
    );
    // Who comes by a stick or after a year reads it in the list, which is signed.
    pair.hub.app.settled().await;
    let list = pair
        .hub
        .teacher
        .get_json(&format!("/api/v1/packs/{pack}/versions/3/manifest.json"))
        .await;
    let gone = &list["signed"]["gone"][&resource];
    assert_eq!(
        (&gone["at_once"], gone["keep_until"] == gone["at"]),
        (&json!(true), true),
        "{gone}"
    );
    pair.hub.issue(&pack).await;
    let list = pair
        .hub
        .teacher
        .get_json(&format!("/api/v1/packs/{pack}/versions/4/manifest.json"))
        .await;
    assert_eq!(list["signed"]["gone"][&resource]["at_once"], true);
    pair.finish().await;
}

/// What was withdrawn a while ago can still be taken down; what was changed here is not shown any more, and not lost.
#[tokio::test]
async fn a_takedown_comes_after_a_withdrawal_and_hides_what_was_changed_here() {
    let (pair, _, resource) = Pair::of(&[("a.txt", "照片".as_bytes())]).await;
    pair.round().await;
    let here = pair.mirror.admin("S1").await;
    here.patch(&resource, Some("*"), &json!({"title": "本校改过的"}))
        .await
        .expect(200);
    pair.hub.teacher.step(&resource, "withdraw").await.expect(200);
    pair.hub.app.settled().await;
    pair.round().await;
    let reader = pair.mirror.reader("S2").await;
    let address = format!("/api/v1/resources/{resource}");
    assert_eq!(reader.get(&address).await.status, 200);

    let withdraw = format!("{address}/withdraw");
    pair.hub
        .teacher
        .post_json(&withdraw, &json!({"at_once": true}))
        .await
        .expect(200);
    pair.hub.app.settled().await;
    let round = pair.round().await;

    assert_eq!(round.code, Some(0), "{} {}", round.out, round.err);
    assert_eq!(reader.get(&address).await.status, 404, "{}", round.out);
    assert_eq!(here.get_json(&address).await["status"], "withdrawn");
    pair.finish().await;
}

/// The page offers it as a choice, which works without a script.
#[tokio::test]
async fn the_page_of_a_resource_takes_it_down_at_once() {
    let (pair, _, resource) = Pair::of(&[("a.txt", b"a")]).await;
    pair.round().await;
    let browser = Browser::sign_in_at(&pair.hub.app, Role::SchoolAdmin, "S1").await;
    let page = browser.open(&format!("/r/{resource}")).await;
    assert!(page.contains("name=\"at_once\""), "{page}");

    let address = format!("/r/{resource}/withdraw");
    let form = [("csrf", browser.csrf.as_str()), ("at_once", "true")];
    browser.post(&address, &form).await.expect(303);

    assert_eq!(pair.round().await.json()["taken_down"], 1);
    pair.finish().await;
}

impl Pair {
    /// Puts packs as they are now on a stick.
    async fn export(&self, packs: &[&str]) -> tempfile::TempDir {
        let stick = tempfile::tempdir().unwrap();
        for pack in packs {
            let folder = stick.path().to_str().unwrap();
            let args = ["pack", "export", "--pack", pack, "--to", folder];
            let exported = run(&self.hub.app, "", &args).await;
            assert_eq!(exported.code, Some(0), "{}", exported.err);
        }
        stick
    }

    /// A round with what is on a stick.
    async fn round_from(&self, stick: &tempfile::TempDir) -> Ran {
        let folder = stick.path().to_str().unwrap();
        run(&self.mirror, "", &["mirror", "--from", folder, "--once", "--json"]).await
    }

    async fn take_down(&self, resource: &str) {
        let withdraw = format!("/api/v1/resources/{resource}/withdraw");
        let done = self.hub.teacher.post_json(&withdraw, &json!({"at_once": true})).await;
        done.expect(200);
    }

    /// Whether readers of the mirror see something.
    async fn shows(&self, resource: &str) -> bool {
        let reader = self.mirror.reader("S2").await;
        reader.get(&format!("/api/v1/resources/{resource}")).await.status == 200
    }
}

/// A mirror forgot what had been taken down, and took the photograph again from a pack that was made before.
#[tokio::test]
async fn a_takedown_is_not_undone_by_an_older_list_that_is_read_later() {
    let (pair, pack, held) = Pair::of(&[("a.txt", "照片".as_bytes())]).await;
    let old = pack_of(&pair, "旧包", &held).await;
    pair.round_of(&pack).await;
    assert!(pair.shows(&held).await);
    let never_came = id(&pair.hub.publish("没来过的", "锥轴", "city", &[("b.txt", b"b")]).await);
    let other = pack_of(&pair, "另一包", &never_came).await;
    let stick = pair.export(&[&old, &other]).await;
    for resource in [&held, &never_came] {
        pair.take_down(resource).await;
    }
    let round = pair.round_of(&pack).await;
    assert_eq!(round.json()["taken_down"], 1, "{} {}", round.out, round.err);

    let round = pair.round_from(&stick).await;

    assert_eq!(round.code, Some(0), "{} {}", round.out, round.err);
    for resource in [&held, &never_came] {
        assert!(!pair.shows(resource).await, "it is shown again: {}", round.out);
    }
    for pack in round.json()["packs"].as_array().unwrap() {
        assert_eq!(pack["taken"]["older"], 1, "{pack}");
    }
    // Published again at the hub, it comes again.
    pair.hub.admin.publish(&held).await;
    pair.hub.issue(&pack).await;
    let round = pair.round_of(&pack).await;
    assert_eq!(taken(&round)["added"], 1, "{} {}", round.out, round.err);
    assert!(pair.shows(&held).await);
    pair.finish().await;
}

/// Who never hears the feed reads of a takedown in a list. It held for the packs of that list alone.
#[tokio::test]
async fn a_takedown_on_a_stick_holds_for_every_pack_and_for_older_sticks() {
    let (pair, pack, resource) = Pair::of(&[("a.txt", "照片".as_bytes())]).await;
    pair.hub
        .publish("留下的", "台阶轴", "city", &[("b.txt", b"stays")])
        .await;
    let one = pack_of(&pair, "一", &resource).await;
    let two = pack_of(&pair, "二", &resource).await;
    let (first, older) = (pair.export(&[&one]).await, pair.export(&[&two]).await);
    pair.take_down(&resource).await;
    pair.hub.app.settled().await;
    let newer = pair.export(&[&pack]).await;
    pair.round_from(&first).await;
    assert!(pair.shows(&resource).await);

    let round = pair.round_from(&newer).await;
    assert!(!pair.shows(&resource).await, "{} {}", round.out, round.err);
    let round = pair.round_from(&older).await;

    assert_eq!(
        (round.code, &taken(&round)["older"]),
        (Some(0), &json!(1)),
        "{} {}",
        round.out,
        round.err
    );
    assert!(!pair.shows(&resource).await, "{}", round.out);
    pair.finish().await;
}

/// Those who mirror a mirror heard of a takedown as of any other withdrawal, and kept it for 14 days.
#[tokio::test]
async fn a_mirror_passes_a_takedown_on_to_those_who_mirror_it() {
    let (pair, _, resource) = Pair::of(&[("a.txt", "照片".as_bytes())]).await;
    pair.round().await;
    pair.take_down(&resource).await;
    pair.round().await;

    let heard = pair.mirror.reader("S2").await.get_json("/api/v1/changes?since=0").await;

    let last = heard["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["resource_id"], &last["kind"], &last["at_once"]),
        (&json!(resource), &json!("removed"), &json!(true))
    );
    pair.finish().await;
}

/// A version that began before a takedown and was ready after it named what had been taken down, in a list that mirrors
/// took for newer than the takedown.
#[tokio::test]
async fn what_is_taken_down_while_a_version_is_built_is_in_no_list() {
    let hub = School::open().await;
    let down = id(&hub.publish("撤下的", "台阶轴", "city", &[("a.txt", b"a")]).await);
    let stays = id(&hub.publish("留下的", "台阶轴", "city", &[("b.txt", b"b")]).await);
    let pack = hub
        .pack(&json!({"title": "车削资源包", "task": "台阶轴", "scope": "city"}))
        .await;
    change(&hub.app, &meanwhile(&down)).await;

    hub.issue(&pack).await;

    assert_eq!(
        count(&hub.app, "SELECT count(*) FROM takedown").await,
        1,
        "nothing happened meanwhile"
    );
    let list = format!("/api/v1/packs/{pack}/versions/1/manifest.json");
    let list = hub.teacher.get_json(&list).await;
    let named: Vec<&String> = list["signed"]["resources"].as_object().unwrap().keys().collect();
    assert_eq!(named, [&stays]);
    hub.app.finish().await;
}

/// Has another node take a resource down while its row in a version is written.
fn meanwhile(resource: &str) -> String {
    let resource = blob(resource);
    let is_first = format!("NEW.resource_id = {resource} AND NOT EXISTS (SELECT 1 FROM takedown)");
    let acts = format!(
        "UPDATE resource SET status = 'withdrawn', revision = revision + 1 WHERE id = {resource}; \
         INSERT INTO takedown (resource_id, at) VALUES ({resource}, 0); \
         INSERT INTO change (seq, at, resource_id, kind, seen_before, seen_after) \
         SELECT (SELECT max(seq) FROM change) + 1, at, resource_id, kind, seen_before, seen_after FROM change \
         WHERE seq = (SELECT max(seq) FROM change WHERE resource_id = {resource});"
    );
    if std::env::var_os("TEST_DATABASE_URL").is_none() {
        return format!("CREATE TRIGGER meanwhile AFTER INSERT ON pack_item WHEN {is_first} BEGIN {acts} END");
    }
    format!(
        "CREATE FUNCTION meanwhile() RETURNS trigger AS $$ BEGIN IF {is_first} THEN {acts} END IF; RETURN NEW; END $$ \
         LANGUAGE plpgsql; \
         CREATE TRIGGER meanwhile AFTER INSERT ON pack_item FOR EACH ROW EXECUTE FUNCTION meanwhile()"
    )
}

/// Mirrors tell what is newer by the times in lists, which another node's clock may have written.
#[tokio::test]
async fn a_takedown_is_told_after_every_list_that_names_the_resource() {
    let (pair, _, resource) = Pair::of(&[("a.txt", b"a")]).await;
    change(
        &pair.hub.app,
        "UPDATE pack_version SET published_at = published_at + 3600000",
    )
    .await;
    let last = count(&pair.hub.app, "SELECT max(published_at) FROM pack_version").await;

    pair.take_down(&resource).await;

    let reader = pair.hub.app.reader("S2").await;
    let heard = reader.get_json("/api/v1/changes?since=0&limit=1000").await;
    let mut heard = heard["items"].as_array().unwrap().iter();
    let down = heard.rfind(|change| change["at_once"] == true).expect("it is told");
    let at: Timestamp = text(&down["at"]).parse().unwrap();
    assert!(at >= Timestamp(last), "{down}");
    pair.finish().await;
}

/// A hub whose database was put back counts on from a lower number, and was not heard until it had passed the old one.
#[tokio::test]
async fn a_hub_that_was_put_back_is_heard_again() {
    let (pair, _, resource) = Pair::of(&[("a.txt", b"a")]).await;
    pair.round().await;
    change(&pair.mirror, "UPDATE mirror_hub SET since = 1000000").await;
    pair.take_down(&resource).await;

    let round = pair.round().await;

    assert_eq!(round.json()["taken_down"], 1, "{} {}", round.out, round.err);
    assert!(round.err.contains("1000000"), "nobody is told: {}", round.err);
    let round = pair.round().await;
    assert!(!round.err.contains("1000000"), "it is told again: {}", round.err);
    pair.finish().await;
}

/// What a hub says that has no packs and takes what is offered.
fn plain(asked: &str) -> Said {
    let (what, _) = asked.split_once('?').unwrap_or((asked, ""));
    match what {
        "GET changes" => Said::json(json!({"items": [], "next_since": 5, "more": false})),
        "GET packs" => Said::json(json!({"items": [], "next_cursor": null})),
        "POST uploads" => Said(
            201,
            vec![("location", format!("/api/v1/uploads/{}", UploadId::new()))],
            json!({}),
        ),
        "POST resources" => Said(201, Vec::new(), json!({"id": ResourceId::new()})),
        head if head.starts_with("HEAD uploads/") => Said(200, vec![("upload-offset", "1".to_owned())], json!({})),
        _ => Said::json(json!({})),
    }
}

/// Shares things for the city, each a file of one byte.
async fn share_many(app: &TestApp, titles: impl Iterator<Item = String>) {
    let teacher = app.teacher("S2").await;
    for title in titles {
        let metadata = json!({"title": title, "type": "worksheet", "scope": "city", "submit": true});
        teacher.share_as(&metadata, &[("a.txt", b"x")]).await.expect(201);
    }
}

/// The first fifty were offered in each round, and where they failed nothing else ever was.
#[tokio::test]
async fn what_cannot_be_offered_now_stands_in_nobodys_way() {
    let app = TestApp::start().await;
    let hub = ScriptedHub::start(|asked| {
        let is_full = asked.line == "POST resources" && text(&asked.body["title"]).contains("大的");
        if is_full {
            Said(507, Vec::new(), json!({"code": "storage-full"}))
        } else {
            plain(&asked.line)
        }
    });
    let titles = (0..50).map(|number| format!("大的 {number}"));
    share_many(&app, titles.chain(["小的".to_owned()])).await;

    let round = run(&app, "token", &["mirror", &hub.url, "--once", "--json"]).await;

    assert_eq!(round.json()["offered"], 1, "{} {}", round.out, round.err);
    app.finish().await;
}

/// Those that the hub had decided on waited behind fifty that it had not, and behind fifty that it said nothing of.
#[tokio::test]
async fn a_hub_is_asked_about_everything_that_was_offered_in_turn() {
    let app = TestApp::start().await;
    let offered: Arc<Mutex<BTreeMap<String, (u32, u32)>>> = Arc::default();
    let script = offered.clone();
    let hub = ScriptedHub::start(move |asked| {
        let mut offered = script.lock().unwrap();
        if asked.line == "POST resources" {
            let id = ResourceId::new().to_string();
            let number = text(&asked.body["title"]).parse().unwrap();
            offered.insert(id.clone(), (number, 0));
            return Said(201, Vec::new(), json!({"id": id}));
        }
        let there = asked.line.strip_prefix("GET resources/");
        let Some((number, times)) = there.and_then(|id| offered.get_mut(id)) else {
            return plain(&asked.line);
        };
        *times += 1;
        match *number {
            0..30 => Said(503, Vec::new(), json!({"code": "unavailable"})),
            30..55 => Said::json(json!({"status": "submitted"})),
            _ => Said::json(json!({"status": "published"})),
        }
    });
    share_many(&app, (0..60).map(|number| number.to_string())).await;

    for _ in 0..4 {
        let round = run(&app, "token", &["mirror", &hub.url, "--once", "--json"]).await;
        assert_eq!(round.code, Some(0), "{} {}", round.out, round.err);
    }

    let offered = offered.lock().unwrap().clone();
    assert_eq!(offered.len(), 60);
    let forgotten: Vec<_> = offered.values().filter(|(_, times)| *times < 2).collect();
    assert!(forgotten.is_empty(), "never asked about again: {forgotten:?}");
    app.finish().await;
}

/// A hub that answered at once was asked again at once, for ten minutes on end.
#[tokio::test]
async fn a_hub_that_answers_at_once_is_given_time_and_asked_in_each_round_where_its_feed_ends() {
    let app = TestApp::start().await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let answered = Mutex::new(None);
    let waits = std::sync::atomic::AtomicU32::new(0);
    let hub = ScriptedHub::start(move |asked| {
        if asked.line.starts_with("GET changes?since=latest") {
            tell.send(None).unwrap();
        }
        if !asked.line.contains("wait=50") {
            return plain(&asked.line);
        }
        let mut answered = answered.lock().unwrap();
        let rest = answered.map(|answered: Instant| answered.elapsed());
        tell.send(Some(rest)).unwrap();
        *answered = Some(Instant::now());
        let change =
            json!({"seq": 6, "at": "2026-01-01T00:00:00Z", "resource_id": ResourceId::new(), "kind": "updated"});
        let is_first = waits.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        let items = if is_first { json!([]) } else { json!([change]) };
        Said::json(json!({"items": items, "next_since": 5, "more": false}))
    });
    let mut mirror = app.program();
    mirror.args(["mirror", &hub.url]).env("GONGXUE_TOKEN", "token");
    let _following = mirror.stdout(std::process::Stdio::null()).spawn().unwrap();

    let mut heard = Vec::new();
    while heard.iter().flatten().count() < 3 {
        let next = tokio::time::timeout(Duration::from_mins(1), told.recv()).await;
        heard.push(next.expect("it asks on").expect("the hub is there"));
    }

    // Its feed's end, two waits of one round, the end again, and a wait of the next round.
    let ends: Vec<bool> = heard.iter().map(Option::is_none).collect();
    assert_eq!(ends, [true, false, false, true, false]);
    let rests: Vec<Duration> = heard.into_iter().flatten().flatten().collect();
    let gap = Duration::from_secs(2);
    assert!(rests.len() == 2 && rests.iter().all(|rest| *rest >= gap), "{rests:?}");
    app.finish().await;
}

/// A company gave it under its name; in packs and on the schools' mirrors it was the school's alone.
#[tokio::test]
async fn whose_name_it_was_given_under_comes_along_in_packs_and_to_mirrors() {
    let (pair, pack, _) = Pair::of(&[("a.txt", b"a")]).await;
    let (hub, admin) = (&pair.hub.app, &pair.hub.admin);
    let partner = hub.partner("S1").await;
    let company = json!({"name": "津门数控", "credit_code": "9144030071526726XG", "from": "2022-01-01"});
    let company = id(&admin.post_json("/api/v1/companies", &company).await.expect(201).json());
    let member = json!({"name": partner.name()});
    let members = format!("/api/v1/companies/{company}/members");
    admin.post_json(&members, &member).await.expect(200);
    let metadata =
        json!({"title": "主轴装配", "type": "teaching_case", "task": "台阶轴", "scope": "city", "submit": true});
    let given = partner.share_as(&metadata, &[("案例.txt", b"case")]).await;
    let given = id(&given.expect(201).json());
    pair.hub.approve(&given).await;
    pair.hub.issue(&pack).await;

    let list = format!("/api/v1/packs/{pack}/versions/2");
    let manifest = admin.get_json(&format!("{list}/manifest.json")).await;
    assert_eq!(manifest["signed"]["resources"][&given]["company"], "津门数控");
    let others = manifest["signed"]["resources"].as_object().unwrap().values();
    assert_eq!(others.filter(|card| card["company"].is_string()).count(), 1);
    let page = admin.get(&format!("/p/{pack}")).await.expect(200).body;
    assert!(String::from_utf8(page).unwrap().contains("津门数控"));

    let round = pair.round().await;

    assert_eq!(round.code, Some(0), "{}", round.err);
    pair.mirror.settled().await;
    let reader = pair.mirror.reader("S2").await;
    let there = reader.get_json(&format!("/api/v1/resources/{given}")).await;
    assert_eq!(there["company"], "津门数控");
    let page = reader.get(&format!("/r/{given}")).await.expect(200).body;
    assert!(String::from_utf8(page).unwrap().contains("津门数控"));
    pair.finish().await;
}
